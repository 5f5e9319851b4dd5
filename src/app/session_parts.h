/* What the files of a session share: the session itself, its signals, what it tells. Nobody else includes it. */
#ifndef GIFTD_APP_SESSION_PARTS_H
#define GIFTD_APP_SESSION_PARTS_H

#include "giftd/files.h"
#include "giftd/lmdb.h"
#include "giftd/load.h"
#include "giftd/telemetry.h"
#include "session.h"
#include "signals.h"
#include "unknown.h"

#include <stdio.h>

struct watch;

struct session {
  struct session_settings settings;
  struct loaded loaded;
  struct terms_keeper *terms; /* of these */
  struct files *files;
  struct lmdb *lmdb;
  struct log_port log;
  struct view_port view;
  struct shard *shard;
  void *memory; /* of the shard */
  size_t memory_bytes;
  FILE *trace;
  uint32_t pending;             /* lines taken since the last commit */
  int64_t pending_since_ms;     /* when the first of them was taken */
  int64_t started_ms, ended_ms; /* steady clock */
  uint64_t start_position;
  struct progress progress;
  struct unknown_names unknown;
  struct watch *watch; /* metrics and endpoint, or NULL */
};

/* ---- session_tell.c ---- */
/* A message: one JSON object a line where the log is such (docs/OPERATIONS.md, "Looking at it"), else text. */
void session_say(const struct session *session, enum log_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A shard_unknown; self is the session. */
void unknown_noted(void *self, const struct catalogue *catalogue, const struct event *event);
void findings_say(const struct session *session, const struct findings *findings);
void progress_open(struct session *session);
void progress_tell(struct session *session, bool last);
void trace_write(struct session *session, const struct event *event, const struct decision *decision);

/* ---- session_watch.c; all do nothing when nobody watches ---- */
enum status watch_open(struct session *session, struct fault *fault) MUST_USE;
void watch_close(struct session *session);
void watch_refresh(struct session *session, bool now);
void watch_committed(struct session *session, int64_t took_ms);
void watch_reloaded(struct session *session, bool taken);

#endif
