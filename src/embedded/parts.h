/* What the files of the embedded engine share. */
#ifndef GIFTD_EMBEDDED_PARTS_H
#define GIFTD_EMBEDDED_PARTS_H

#include <stdio.h>

#include "giftd/embedded.h"
#include "giftd/files.h"
#include "giftd/lmdb.h"

struct embedded {
  struct embedded_settings settings;
  struct service *service;
  const struct campaigns *campaigns; /* that run */
  struct files *files;
  struct lmdb *lmdb;
  struct log_port log;
  struct view_port view;
  struct shard *shard;
  struct region memory; /* of the shard */
  FILE *trace;
  uint32_t pending;         /* lines taken since the last commit */
  int64_t pending_since_ms; /* when the first of them was taken; steady clock */
  uint64_t start_position;
  bool ended;             /* the input has */
  struct shard_walk walk; /* as told last */
  bool stopping, stopped;
};

/* ---- commit.c ---- */
enum status embedded_commit(struct embedded *embedded, struct fault *fault) MUST_USE;

/* ---- trace.c ---- */
/* What an event came to. A trace that is called *.jsonl is for programs. */
void trace_write(FILE *trace, const char *name, const struct rulebook *rulebook, const struct event *event,
                 const struct decision *decision);

#endif
