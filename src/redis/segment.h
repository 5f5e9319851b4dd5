/* The segment hash as it stands in Redis, read and judged. */
#ifndef GIFTD_REDIS_SEGMENT_H
#define GIFTD_REDIS_SEGMENT_H

#include "link.h"

#define SEGMENT_FIELDS 9u
extern const char *const SEGMENT_FIELD[SEGMENT_FIELDS]; /* of the HMGET whose answer segment_read takes */

/* `generation`: the one its buckets are in. STATUS_STATE: it is not this giftd's, or of a form this one does not know. */
enum status segment_read(const struct link *link, const redisReply *reply, struct segment *out, char generation[],
                         struct fault *fault) MUST_USE;

/* What gives and takes of a shard's store; store.c and read.c. */
struct redis_shard {
  struct link link;
  struct command *command;
  char generation[24];
  uint64_t sent, answered; /* writes since look */
  bool refused;            /* one of them was */
  int64_t waiting_ms;      /* since when nothing came although something is awaited */
  redisReply **replies;    /* lent by the last load or bucket */
  uint32_t reply_count, reply_capacity;
};

/* Reads answers of writes; until all are there (deadline_ms) or as many as there are (0). */
enum status shard_settle(struct redis_shard *shard, int64_t deadline_ms, struct fault *fault) MUST_USE;
void shard_forget_replies(struct redis_shard *shard);

enum status shard_load(void *self, struct version expect, const struct store_record *keys, uint32_t count, struct str *records,
                       bool *refused, struct fault *fault);
enum status shard_buckets(void *self, struct version expect, const uint32_t *buckets, uint32_t asked, struct store_record *records,
                          uint32_t capacity, uint32_t *count, bool *refused, struct fault *fault);

#endif
