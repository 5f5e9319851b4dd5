/* The redis room: the door to hiredis, and the only one that sees it. Gives the ledger room its store: one segment for each shard, under
 * one hash tag, so on one Redis (schemas/redis.md has every key).
 *
 *   giftd:{NAME:SHARD}:segment              hash   form, epoch, count, generation, mark_sequence, mark_place, shards, buckets, secret,
 *                                                     events_next, inbox_next
 *   giftd:{NAME:SHARD}:b:GENERATION:BUCKET   hash   owner's key -> record (src/memory/codec.c). Small hashes: Redis packs them (listpack)
 *   giftd:{NAME:0}:members                  hash   host:pid -> digest of its campaigns, wall clock in ms (src/redis/board.c)
 *   giftd:{NAME:SHARD}:pool:NAME[:SHARE]     hash   total, used, lent, left: for people and other programs; written with the records of
 * pools giftd:{NAME:SHARD}:pools                 set    names of these giftd:{NAME:SHARD}:old                   list   generations that are
 * being taken away
 *
 * Every write is one script (EVALSHA; src/redis/script.c says why) that checks the version it expects and sets the next one. A load reads
 * the records first and the version after them, in one round trip: a Redis that was emptied in between is seen. A write with `create` turns
 * the segment to a new, empty generation of buckets; the old one is taken away in slices by the writes that follow. Redis must have
 * maxmemory-policy noeviction; anything else is refused whenever a connection is made. A database that holds another giftd's segment (name,
 * shards, buckets, secret differ) is refused and never touched.
 *
 * Every status but OK leaves the connection to be dropped; outcomes of unanswered calls are not known, and the ledger treats them so.
 * STATUS_SERVICE: try again (not reachable, silent, a replica, full, loading); STATUS_USAGE: settings or rights; STATUS_STATE: what stands
 * there is not this giftd's. A connection is one thread's; connections of one `struct redis` may be in different threads. SIGPIPE must be
 * ignored. hiredis 0.14 has no TLS: with redis.tls = true such a build refuses to start and names the sidecar.
 */
#ifndef GIFTD_REDIS_H
#define GIFTD_REDIS_H

#include "giftd/ledger.h"

struct redis;
struct redis_shard;

struct redis_settings {
  const char *servers;       /* host:port or unix:/path, several with commas: shard n lives on server n modulo their number */
  uint32_t database;         /* 0 with cluster */
  const char *user;          /* ACL user, or NULL */
  const char *password_file; /* its first line; or NULL */
  const char *name;          /* of this giftd: [A-Za-z0-9_.-]{1,32}, in every key */
  bool tls;
  const char *tls_ca_file;
  int64_t connect_ms, answer_ms; /* time-outs; 0: 1 s, 5 s */
  uint32_t shards, buckets;      /* what this giftd has: a segment made for others is refused. 0: not known, not compared (tools) */
  uint64_t secret;               /* of store_write; compared where shards is not 0 */
};

/* What is needed to write readable counters: a pool's record as text fields. Called for records of pools (key[0] == 'p'); false: none. */
struct redis_counter {
  char key[224]; /* what stands behind pool: */
  int64_t total, used, left;
  int64_t lent; /* below 0: not known */
  bool unlimited;
};
typedef bool redis_counter_reader(void *self, struct str key, struct str record, struct redis_counter *out);

/* Reads the password, checks the settings; connects to nothing yet. */
enum status redis_open(const struct redis_settings *settings, redis_counter_reader *reader, void *self, struct redis **out,
                       struct fault *fault) MUST_USE;
void redis_close(struct redis *redis);
/* Connects to every server and says what is wrong with it: address, password, database, policy, version. For the start and `giftd doctor`.
 */
enum status redis_check(struct redis *redis, struct fault *fault) MUST_USE;

enum status redis_shard_open(struct redis *redis, uint32_t shard, struct redis_shard **out, struct fault *fault) MUST_USE;
void redis_shard_close(struct redis_shard *shard); /* NULL is fine */
struct store_port redis_shard_store(struct redis_shard *shard);

/* ---- the notice board: which process of the group runs which campaigns. No gift hangs on it ---- */

struct redis_board;
struct redis_notice {
  char process[80];  /* host:pid */
  char rulebook[20]; /* digest */
};
#define REDIS_NOTICE_MS 30000 /* an older notice is of a process that has gone */
enum status redis_board_open(struct redis *redis, struct redis_board **out, struct fault *fault) MUST_USE;
void redis_board_close(struct redis_board *board); /* NULL is fine */
/* Puts this process's notice up and reads those of others: one round trip, at most a time-out long. now_ms: wall clock. After any status
 * but OK the next call connects anew. */
enum status redis_board_ask(struct redis_board *board, struct str process, struct str rulebook, int64_t now_ms, struct redis_notice *others,
                            uint32_t capacity, uint32_t *count, struct fault *fault) MUST_USE;

#endif
