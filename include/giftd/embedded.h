/* The embedded engine: one input, one state in a folder, outputs as files (R135); `giftd run` on files and `giftd demo` are this.
 *
 * The promise: what was committed is there after any crash, what was not is as if it had never been tried (ARCHITECTURE.md, "Embedded"):
 *
 *     step ... step -> flush -> outputs to disk (fdatasync) -> one LMDB transaction: records, position, output lengths, clock
 */
#ifndef GIFTD_EMBEDDED_H
#define GIFTD_EMBEDDED_H

#include "giftd/service.h"

struct embedded;

struct embedded_settings {
  const char *input;        /* path, or "-" for standard input */
  const char *output;       /* folder of rewards.jsonl, decisions.jsonl, dlq.jsonl; made when missing */
  const char *state;        /* folder of the store; made when missing */
  const char *trace;        /* file that gets a text line for every outcome; *.jsonl: the witness of each rule; or NULL */
  bool follow;              /* the input grows: it is followed; else its end is the end */
  uint32_t commit_events;   /* at most so many events in one commit */
  uint32_t commit_ms;       /* and at most so long after its first event */
  uint64_t state_map_bytes; /* address space of the store at first; 0: its own default */
  uint64_t cache_bytes;     /* of owners' states */
  bool wall_clock;          /* shard.h */
  shard_observer *observer; /* called after each decision, or NULL */
  void *observer_self;
  /* For tests: called before each named step of a commit ("flush", "sync", "store", "commit", "seal", "done"). NULL otherwise. */
  void (*step_hook)(void *self, const char *step);
  void *step_self;
};

/* 200,000 events, 1,000 ms, 256 MiB of cache. */
void embedded_defaults(struct embedded_settings *settings);
/* Opens nothing yet: the engine does, in service_open. It takes the state folder (nobody else may hold it) and cuts the outputs back to
 * what was committed. Settings are copied, the texts in them are borrowed. STATUS_STORAGE: no memory. */
enum status embedded_new(const struct embedded_settings *settings, struct embedded **out, struct fault *fault) MUST_USE;
void embedded_free(struct embedded *embedded); /* after service_close; NULL is fine */
struct engine embedded_engine(struct embedded *embedded);

/* Of the open engine, until service_close. */
uint64_t embedded_start_position(const struct embedded *embedded); /* byte of the input at which this run began; > 0: it went on */
uint64_t embedded_position(const struct embedded *embedded);       /* and how far it has come */
uint64_t embedded_state_bytes(const struct embedded *embedded);    /* of the store, in use */
/* What is left of a pool, as committed (share: value of `by`, or empty). */
enum status embedded_pool(struct embedded *embedded, uint32_t pool, struct str share, struct pool_left *out, struct fault *fault) MUST_USE;

#endif
