/* What the files of a worker share:
 *
 *   worker.c           open, loop, stop            worker_slot.c    one shard: open, step, drain, close
 *   worker_campaigns.c load, reload, pools' names  worker_watch.c   readiness and metrics
 *   worker_tell.c      its log lines            worker_group.c   what other processes run
 */
#ifndef GIFTD_APP_WORKER_PARTS_H
#define GIFTD_APP_WORKER_PARTS_H

#include <assert.h>

#include "giftd/load.h"
#include "unknown.h"
#include "worker.h"

/* A complaint that may come again and again: its text is told once, then how often it came. */
struct trouble {
  char text[400]; /* "": none */
  uint64_t count; /* since it was told last */
  int64_t told_ms;
};

enum slot_state {
  SLOT_NONE,     /* not this process's */
  SLOT_OPENING,  /* assigned; opened at retry_ms */
  SLOT_OPEN,     /* its ledger runs */
  SLOT_DRAINING, /* until drain_by_ms */
  SLOT_BROKEN    /* a person must act; it stays closed */
};

struct slot {
  uint32_t shard;
  enum slot_state state;
  bool revoked; /* the group waits until it is given up */
  struct kafka_shard *kafka;
  struct redis_shard *redis;
  struct ledger *ledger;
  struct region ledger_memory, shard_memory, cache_memory;
  struct match_cache *cache;
  int64_t retry_ms, drain_by_ms;
  enum ledger_stage stage; /* as told last */
  uint64_t commits;        /* as seen last */
  uint64_t reported;       /* to the group */
  uint64_t misplaced;      /* records, as told last */
  int64_t misplaced_ms;
  struct trouble trouble; /* what it waits for, while it does not run */
};

struct pool_name; /* worker_campaigns.c */
struct worker_watch;

struct worker {
  struct worker_settings settings;
  struct loaded loaded;
  struct terms_keeper *terms; /* of these */
  struct region pool_names;
  uint32_t pool_name_count;
  struct kafka *kafka;
  struct redis *redis;
  struct slot *slots; /* [shards] */
  uint32_t shards;
  uint32_t stepping; /* the slot whose ledger is at work: the view's reader of counters is called from inside */
  bool member;       /* as the group said when it was asked last */
  bool was_member;   /* ever had a shard */
  bool stopping, ready_told;
  int64_t member_asked_ms, member_since_ms;
  int64_t started_ms, stop_by_ms;
  int64_t quiet_since_ms;    /* once: when there was last something to do */
  struct redis_board *board; /* or NULL: not asked yet */
  int64_t board_asked_ms;
  uint32_t rulebooks;       /* different ones in the group */
  bool differs;             /* for longer than files need to be exchanged */
  int64_t differs_since_ms; /* 0: they do not */
  struct trouble differs_trouble;
  bool reload_refused;
  int64_t reload_refused_ms;
  struct fault broken; /* of the last slot that a person must act on */
  struct unknown_names unknown;
  struct shard_counts shard_gone;
  struct ledger_counts ledger_gone; /* of slots that were closed */
  struct worker_watch *watch;       /* or NULL */
};

/* ---- worker.c ---- */
bool worker_is_member(const struct worker *worker);

/* ---- worker_slot.c ---- */
void slot_assign(struct worker *worker, struct slot *slot);
/* Drains, then closes and gives up. */
void slot_revoke(struct worker *worker, struct slot *slot);
void slot_drain(struct worker *worker, struct slot *slot);
/* Closes at once; what was not committed is forgotten. */
void slot_close(struct worker *worker, struct slot *slot);
/* A slice of work. *wake_ms is lowered to when it has something to do again. */
void slot_step(struct worker *worker, struct slot *slot, bool *busy, int64_t *wake_ms);
/* One that a person had to act on is tried again. */
void slot_mend(struct worker *worker, struct slot *slot);
bool slot_quiet(const struct slot *slot);
static inline bool slot_has_ledger(const struct slot *slot) { return slot->ledger != NULL; }

/* ---- worker_campaigns.c ---- */
enum status campaigns_open(struct worker *worker, struct fault *fault) MUST_USE;
void campaigns_close(struct worker *worker);
/* SIGHUP: all of the new ones or none. */
void campaigns_reload(struct worker *worker);
/* The cache of one slot, of the campaigns as they are now. STATUS_STORAGE: no memory. */
enum status cache_open(const struct loaded *loaded, struct region *memory, struct match_cache **out, struct fault *fault) MUST_USE;
/* What the view shows people of a pool's record (redis_counter_reader); self is the worker. */
bool pool_counter(void *self, struct str key, struct str record, struct redis_counter *out);

/* ---- worker_group.c ---- */
/* Every few seconds: whether other processes of the group run the same campaigns. */
void group_look(struct worker *worker);
void group_close(struct worker *worker);

/* ---- worker_tell.c ---- */
#define NO_SHARD UINT32_MAX
void worker_say(const struct worker *worker, enum log_level level, uint32_t shard, const char *format, ...) PRINTF_LIKE(4, 5);
void trouble_tell(const struct worker *worker, struct trouble *trouble, uint32_t shard, const struct fault *fault);
/* What librdkafka says, from its threads; self is the worker. The same is said once a minute, whatever numbers stand in it. */
void kafka_say(void *self, int level, const char *text);
/* Of a key that is no secret, by the first of several processes alone: at the start, and of campaigns that came with a reload. */
void key_warn(struct worker *worker, const struct rulebook *before);
/* A shard_unknown; self is the worker. */
void unknown_told(void *self, const struct catalogue *catalogue, const struct event *event);
/* It is over. */
void trouble_clear(struct trouble *trouble);
const char *stage_name(enum ledger_stage stage);
void worker_sum(const struct worker *worker, struct shard_counts *shard, struct ledger_counts *ledger);
void ledger_counts_add(struct ledger_counts *sum, const struct ledger_counts *more);

/* ---- worker_watch.c; all do nothing when nobody watches ---- */
enum status worker_watch_open(struct worker *worker, struct fault *fault) MUST_USE;
void worker_watch_close(struct worker *worker);
void worker_watch_refresh(struct worker *worker, bool now);
void worker_watch_committed(struct worker *worker, int64_t took_ms);
void worker_watch_taken_over(struct worker *worker, int64_t took_ms);
void worker_watch_reloaded(struct worker *worker, bool taken);

#endif
