/* One connection to one Redis, in order: commands are handed on without waiting, replies are waited for with a deadline that a server which
 * sends a byte at a time cannot stretch. The socket is non-blocking once it stands; hiredis only frames and parses.
 *
 * After any status but OK the link is to be dropped: what became of unanswered commands is not known.
 */
#ifndef GIFTD_REDIS_LINK_H
#define GIFTD_REDIS_LINK_H

#include <hiredis/hiredis.h>
#include <stdatomic.h>

#include "giftd/redis.h"

#define LIMIT_SERVERS 64u
#define LIMIT_NAME_BYTES 32u
#define LIMIT_PASSWORD_BYTES 512u
#define LIMIT_UNSENT_BYTES (8u * 1024u * 1024u) /* above, a write waits until the server takes some */

struct server {
  char address[256]; /* host, or the path of a socket */
  int port;          /* 0: a path */
  /* Not asked again before (link_now_ms): it was silent, and every shard on it, one after the other, would wait for it in vain. */
  _Atomic int64_t shunned_until_ms;
};

struct redis {
  struct server servers[LIMIT_SERVERS];
  uint32_t server_count;
  uint32_t database;
  uint32_t shards, buckets; /* 0: not known, not compared */
  uint64_t secret;
  int64_t connect_ms, answer_ms;
  char name[LIMIT_NAME_BYTES + 1];
  char user[LIMIT_PASSWORD_BYTES + 1], password[LIMIT_PASSWORD_BYTES + 1]; /* empty: none */
  bool tls;
  char tls_ca_file[1024];
  redis_counter_reader *reader;
  void *reader_self;
  void *tls_context; /* tls.c's own */
};

struct link {
  const struct redis *redis;
  struct server *server;
  uint32_t shard;
  redisContext *context; /* NULL: not connected */
  size_t unsent;         /* bytes since the socket last had taken everything */
  char script[41];       /* digest of the script, as this server gave it */
};

int64_t link_now_ms(void);
/* Connects, authenticates, selects, names itself, loads the script, and looks whether this Redis may be used. Nothing if it stands. */
enum status link_connect(struct link *link, struct fault *fault) MUST_USE;
void link_drop(struct link *link);
/* Takes a whole command, which goes out with the next one that is sent: a system call for each of a thousand look-ups cost more than the
 * look-ups. */
enum status link_add(struct link *link, struct str command, struct fault *fault) MUST_USE;
/* Takes a whole command and hands on as much as the socket takes of it and of all before it. Waits only above LIMIT_UNSENT_BYTES. */
enum status link_send(struct link *link, struct str command, struct fault *fault) MUST_USE;
/* The next reply; NULL when there is none yet (deadline_ms 0: does not wait). Waiting ends with STATUS_SERVICE at deadline_ms of
 * link_now_ms. The caller frees it with freeReplyObject. Errors of Redis come as replies: trouble.h reads them. */
enum status link_reply(struct link *link, int64_t deadline_ms, redisReply **reply, struct fault *fault) MUST_USE;
/* STATUS_SERVICE: nothing came in time. For as long again the server is not asked by anybody. */
enum status link_silent(const struct link *link, struct fault *fault);
/* "Redis 10.0.0.5:6379: " in front of what the fault says. */
enum status link_named(const struct link *link, struct fault *fault);

/* tls.c: the handshake on a connected, still blocking socket; what this build cannot do is refused at redis_open. */
enum status tls_open(struct redis *redis, struct fault *fault) MUST_USE;
void tls_close(struct redis *redis);
enum status tls_start(const struct redis *redis, redisContext *context, struct fault *fault) MUST_USE;

#endif
