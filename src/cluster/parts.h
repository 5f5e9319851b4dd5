/* What the files of the cluster engine share:
 *
 *   cluster.c   open, loop, stop: the engine     slot.c    one shard: open, step, drain, close
 *   swap.c      other campaigns                  names.c   pools' names, for the view
 *   board.c     what other processes run         watch.c   readiness and metrics
 *
 * Calls go from left to right and downwards.
 */
#ifndef GIFTD_CLUSTER_PARTS_H
#define GIFTD_CLUSTER_PARTS_H

#include <assert.h>

#include "giftd/cluster.h"

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
  bool revoked;           /* the group waits until it is given up */
  struct group_shard log; /* self NULL: not open */
  struct redis_shard *redis;
  struct ledger *ledger;
  struct region ledger_memory, shard_memory, cache_memory;
  struct match_cache *cache;
  int64_t retry_ms, drain_by_ms;
  enum ledger_stage stage; /* as told last */
  uint64_t commits;        /* as seen last */
  uint64_t reported;       /* to the group */
  uint64_t misplaced;      /* records, as told last */
  struct shard_walk walk;  /* as told last */
  int64_t misplaced_ms;
  struct trouble trouble; /* what it waits for, while it does not run */
};

/* ---- names.c ---- */

struct pool_names {
  struct region memory;
  uint32_t count;
};
enum status pool_names_open(const struct rulebook *rulebook, struct pool_names *out, struct fault *fault) MUST_USE;
void pool_names_close(struct pool_names *names);

struct cluster {
  struct cluster_settings settings;
  struct service *service;
  const struct campaigns *campaigns; /* that run */
  struct pool_names names;           /* of these */
  struct group_port group;
  struct redis *redis;
  struct slot *slots; /* [shards] */
  uint32_t shards;
  uint32_t turn;     /* the slot that is next */
  uint32_t stepping; /* the slot whose ledger is at work: the view's reader of counters is called from inside */
  bool asked;        /* the group, to join */
  bool member;       /* as the group said when it was asked last */
  bool was_member;   /* ever had a shard */
  bool stopping;
  int64_t member_asked_ms, member_since_ms;
  int64_t stop_by_ms;
  int64_t wake_ms;           /* when there is something to do again; wall clock */
  int64_t quiet_since_ms;    /* once: when there was last something to do; 0: not looked yet */
  struct redis_board *board; /* or NULL: not asked yet */
  int64_t board_asked_ms;
  uint32_t rulebooks;       /* different ones in the group */
  bool differs;             /* for longer than files need to be exchanged */
  int64_t differs_since_ms; /* 0: they do not */
  struct trouble differs_trouble;
  struct fault broken;        /* of the last slot that a person must act on */
  struct service_counts gone; /* of slots that were closed */
  char shard_names[METRIC_SERIES][12];
};

/* What the view shows people of a pool's record (redis_counter_reader); self is the cluster. */
bool pool_counter(void *self, struct str key, struct str record, struct redis_counter *out);

/* ---- slot.c ---- */
void slot_assign(struct cluster *cluster, struct slot *slot);
/* Drains, then closes and gives up. */
void slot_revoke(struct cluster *cluster, struct slot *slot);
void slot_drain(struct cluster *cluster, struct slot *slot);
/* Closes at once; what was not committed is forgotten. */
void slot_close(struct cluster *cluster, struct slot *slot);
/* A slice of work. cluster->wake_ms is lowered to when it has something to do again. */
void slot_step(struct cluster *cluster, struct slot *slot, bool *busy);
/* One that a person had to act on is tried again. */
void slot_mend(struct cluster *cluster, struct slot *slot);
bool slot_quiet(const struct cluster *cluster, const struct slot *slot);
static inline bool slot_runs(const struct slot *slot) { return slot->state == SLOT_OPEN && slot->stage == LEDGER_RUNNING; }
/* The cache of one slot, of given campaigns. STATUS_STORAGE: no memory. */
enum status cache_open(const struct loaded *loaded, struct region *memory, struct match_cache **out, struct fault *fault) MUST_USE;

/* ---- swap.c ---- */
enum status cluster_may_run(void *self, const struct rulebook *rulebook, struct fault *fault) MUST_USE;
enum status cluster_swap(void *self, const struct campaigns *fresh, struct fault *fault) MUST_USE;

/* ---- board.c ---- */
/* Every few seconds: whether other processes of the group run the same campaigns. */
void board_look(struct cluster *cluster);
void board_close(struct cluster *cluster);

/* ---- watch.c ---- */
/* In the group, and past the moment between joining and the first shards. */
bool cluster_is_member(const struct cluster *cluster);
void cluster_counts(void *self, struct service_counts *out);
int64_t cluster_clock(void *self);
void cluster_metrics(void *self, struct metrics *metrics);
uint32_t cluster_checks(void *self, struct http_check *campaigns, struct http_check checks[ENGINE_CHECKS]);

#endif
