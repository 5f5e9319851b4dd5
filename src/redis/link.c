/* The connection. hiredis connects (with its time-out) and shakes hands while the socket blocks; from then on it does not block any more,
 * and this file waits by poll(2) against a deadline of its own: the time-outs of sockets start anew with every byte. */
#include "link.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include "command.h"
#include "script.h"
#include "trouble.h"
#include "welcome.h"

int64_t link_now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct timeval timeval_of(int64_t ms) { return (struct timeval){.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000}; }

enum status link_named(const struct link *link, struct fault *fault) {
  const struct server *server = link->server;
  if (server->port == 0) return fault_prefix(fault, "Redis %s: ", server->address);
  return fault_prefix(fault, "Redis %s:%d: ", server->address, server->port);
}

static void shun(const struct link *link) { atomic_store(&link->server->shunned_until_ms, link_now_ms() + link->redis->answer_ms); }

enum status link_silent(const struct link *link, struct fault *fault) {
  shun(link);
  (void)fault_set(fault, STATUS_SERVICE, "no answer within %lld ms", (long long)link->redis->answer_ms);
  return link_named(link, fault);
}

void link_drop(struct link *link) {
  if (link->context != NULL) redisFree(link->context);
  link->context = NULL;
  link->unsent = 0;
}

/* What hiredis met, in words. */
static enum status link_broken(const struct link *link, struct fault *fault) {
  const redisContext *context = link->context;
  if (context->err == REDIS_ERR_EOF)
    (void)fault_set(fault, STATUS_SERVICE, "it closed the connection (stopped, restarted, or it takes no more clients)");
  else
    (void)fault_set(fault, STATUS_SERVICE, "the connection broke: %s (stopped, restarted, or it takes no more clients)", context->errstr);
  return link_named(link, fault);
}

/* ---- in and out ---- */

/* Until the socket can be read (or written, when `events` says so); false at the deadline. */
static bool link_wait(const struct link *link, short events, int64_t deadline_ms) {
  struct pollfd socket = {.fd = link->context->fd, .events = events};
  for (;;) {
    int64_t left = deadline_ms - link_now_ms();
    if (left <= 0) return false;
    int ready = poll(&socket, 1, left > 60000 ? 60000 : (int)left);
    if (ready > 0) return true;
  }
}

static enum status link_push(struct link *link, bool *done, struct fault *fault) {
  int all = 0;
  *done = false;
  if (redisBufferWrite(link->context, &all) != REDIS_OK) return link_broken(link, fault);
  *done = all != 0;
  if (*done) link->unsent = 0;
  return STATUS_OK;
}

enum status link_add(struct link *link, struct str command, struct fault *fault) {
  if (redisAppendFormattedCommand(link->context, command.at, command.length) != REDIS_OK) return link_broken(link, fault);
  link->unsent += command.length;
  return STATUS_OK;
}

enum status link_send(struct link *link, struct str command, struct fault *fault) {
  if (link_add(link, command, fault) != STATUS_OK) return fault->status;
  int64_t deadline_ms = 0;
  for (;;) {
    bool done;
    enum status status = link_push(link, &done, fault);
    if (status != STATUS_OK || link->unsent <= LIMIT_UNSENT_BYTES) return status;
    if (deadline_ms == 0) deadline_ms = link_now_ms() + link->redis->answer_ms;
    if (!link_wait(link, POLLOUT, deadline_ms)) return link_silent(link, fault);
  }
}

/* Everything the socket (and TLS behind it) has now. */
static enum status link_read(struct link *link, bool *some, struct fault *fault) {
  size_t before = link->context->reader->len;
  if (redisBufferRead(link->context) != REDIS_OK) return link_broken(link, fault);
  *some = link->context->reader->len > before;
  return STATUS_OK;
}

enum status link_reply(struct link *link, int64_t deadline_ms, redisReply **reply, struct fault *fault) {
  bool sent = false;
  const int64_t until_ms = deadline_ms != 0 ? deadline_ms : link_now_ms() + link->redis->answer_ms; /* of bytes that come and come */
  for (;;) {
    void *found = NULL;
    if (redisGetReplyFromReader(link->context, &found) != REDIS_OK) return link_broken(link, fault);
    *reply = found;
    if (found != NULL) return STATUS_OK;
    bool some = false;
    enum status status = sent ? STATUS_OK : link_push(link, &sent, fault);
    if (status == STATUS_OK) status = link_read(link, &some, fault);
    if (status != STATUS_OK) return status;
    if (some && link_now_ms() < until_ms) continue;
    if (some) return link_silent(link, fault);
    if (deadline_ms == 0) return STATUS_OK;
    if (!link_wait(link, (short)(sent ? POLLIN : POLLIN | POLLOUT), deadline_ms)) return link_silent(link, fault);
  }
}

/* ---- connecting ---- */

static enum status link_refused(const struct link *link, struct fault *fault) {
  const struct server *server = link->server;
  const redisContext *context = link->context;
  const char *why = context == NULL ? "no memory" : context->errstr;
  bool late = strstr(why, "timed out") != NULL || (context != NULL && context->err == REDIS_ERR_IO && errno == EINPROGRESS);
  if (late) shun(link);
  if (late)
    (void)fault_set(fault, STATUS_SERVICE, "cannot connect within %lld ms: is the address right, is there a firewall in between?",
                    (long long)link->redis->connect_ms);
  else if (context != NULL && context->err == REDIS_ERR_OTHER)
    (void)fault_set(fault, STATUS_SERVICE, "cannot find this host: %s; see redis.servers", why);
  else
    (void)fault_set(fault, STATUS_SERVICE, "cannot connect: %s; is Redis running%s?", why,
                    server->port == 0 ? " and is this its socket (unixsocket)" : " there and does it listen on this address (bind, port)");
  return link_named(link, fault);
}

static enum status link_open(struct link *link, struct fault *fault) {
  const struct redis *redis = link->redis;
  struct timeval connect = timeval_of(redis->connect_ms), answer = timeval_of(redis->answer_ms);
  if (link->server->port == 0)
    link->context = redisConnectUnixWithTimeout(link->server->address, connect);
  else
    link->context = redisConnectWithTimeout(link->server->address, link->server->port, connect);
  if (link->context == NULL || link->context->err != 0) return link_refused(link, fault);
  if (redisSetTimeout(link->context, answer) != REDIS_OK) return link_broken(link, fault);
  if (link->server->port != 0 && redisEnableKeepAlive(link->context) != REDIS_OK) return link_broken(link, fault);
  if (redis->tls && tls_start(redis, link->context, fault) != STATUS_OK) return link_named(link, fault);
  int flags = fcntl(link->context->fd, F_GETFL);
  if (flags < 0 || fcntl(link->context->fd, F_SETFL, flags | O_NONBLOCK) != 0) {
    (void)fault_set(fault, STATUS_SERVICE, "the socket does not become non-blocking: %s", strerror(errno));
    return link_named(link, fault);
  }
  link->context->flags &= ~REDIS_BLOCK;
  return STATUS_OK;
}

/* Everything that is said first, in one round trip. */
static enum status link_greet(struct link *link, struct command *command, uint32_t *asked, struct fault *fault) {
  const struct redis *redis = link->redis;
  enum status status = STATUS_OK;
  for (uint32_t step = 0; step < GREET_COUNT && status == STATUS_OK; step++) {
    if (!greet_command(redis, link->shard, (enum greet)step, command)) continue;
    *asked |= 1u << step;
    status = link_send(link, command_bytes(command), fault);
  }
  return status;
}

static enum status link_welcomed(struct link *link, uint32_t asked, struct fault *fault) {
  int64_t deadline_ms = link_now_ms() + link->redis->answer_ms;
  for (uint32_t step = 0; step < GREET_COUNT; step++) {
    if (!(asked & 1u << step)) continue;
    redisReply *reply;
    enum status status = link_reply(link, deadline_ms, &reply, fault);
    if (status != STATUS_OK) return status;
    bool refused = reply->type == REDIS_REPLY_ERROR;
    if (refused)
      status = greet_needed((enum greet)step) ? trouble_told((struct str){reply->str, reply->len}, fault) : STATUS_OK;
    else if (step == GREET_INFO)
      status = welcome_judge((struct str){reply->str, reply->len}, fault);
    else if (step == GREET_SCRIPT)
      status = welcome_script((struct str){reply->str, reply->len}, link->script, fault);
    freeReplyObject(reply);
    if (status != STATUS_OK) return link_named(link, fault);
  }
  return STATUS_OK;
}

/* A server that has no room for a client says so unasked and closes; what it said can be read still when our own words met the closed door.
 */
static enum status link_last_words(const struct link *link, struct fault *fault) {
  char words[512];
  ssize_t length = recv(link->context->fd, words, sizeof words, MSG_DONTWAIT);
  if (length <= 1 || words[0] != '-') return fault->status;
  struct str line, rest;
  (void)str_split((struct str){words + 1, (size_t)length - 1}, '\r', &line, &rest);
  (void)trouble_told(line, fault);
  return link_named(link, fault);
}

static enum status link_shunned(const struct link *link, struct fault *fault) {
  if (link_now_ms() >= atomic_load(&link->server->shunned_until_ms)) return STATUS_OK;
  (void)fault_set(fault, STATUS_SERVICE, "it did not answer a moment ago: giftd asks again soon");
  return link_named(link, fault);
}

enum status link_connect(struct link *link, struct fault *fault) {
  if (link->context != NULL) return STATUS_OK;
  if (link_shunned(link, fault) != STATUS_OK) return fault->status;
  struct command command = {0};
  uint32_t asked = 0;
  enum status status = link_open(link, fault);
  if (status == STATUS_OK) {
    status = link_greet(link, &command, &asked, fault);
    if (status != STATUS_OK) status = link_last_words(link, fault);
  }
  if (status == STATUS_OK) status = link_welcomed(link, asked, fault);
  command_free(&command);
  if (status != STATUS_OK) link_drop(link);
  return status;
}
