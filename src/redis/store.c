/* The store port on one connection: look and write. Writes are sent without waiting; their answers come in order, before those of whatever
 * is asked next. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "command.h"
#include "script.h"
#include "segment.h"
#include "trouble.h"

enum status redis_shard_open(struct redis *redis, uint32_t shard, struct redis_shard **out, struct fault *fault) {
  *out = NULL;
  assert(shard < LIMIT_SHARDS);
  struct redis_shard *made = calloc(1, sizeof *made);
  struct command *command = calloc(1, sizeof *command);
  if (made == NULL || command == NULL) {
    free(made);
    free(command);
    return fault_set(fault, STATUS_STORAGE, "no memory for the connection to Redis");
  }
  made->link = (struct link){.redis = redis, .server = &redis->servers[shard % redis->server_count], .shard = shard};
  made->command = command;
  *out = made;
  return STATUS_OK;
}

void shard_forget_replies(struct redis_shard *shard) {
  for (uint32_t i = 0; i < shard->reply_count; i++) freeReplyObject(shard->replies[i]);
  shard->reply_count = 0;
}

static void shard_drop(void *self) {
  struct redis_shard *shard = self;
  shard_forget_replies(shard);
  link_drop(&shard->link);
  shard->generation[0] = 0;
  shard->sent = shard->answered = 0;
  shard->refused = false;
}

void redis_shard_close(struct redis_shard *shard) {
  if (shard == NULL) return;
  shard_drop(shard);
  command_free(shard->command);
  free(shard->command);
  free(shard->replies);
  free(shard);
}

/* ---- answers ---- */

/* 1 or 0 of the script, or what went wrong. */
static enum status answer_take(struct redis_shard *shard, const redisReply *reply, struct fault *fault) {
  shard->answered++;
  shard->waiting_ms = link_now_ms();
  if (reply->type == REDIS_REPLY_INTEGER) {
    if (reply->integer != 1) shard->refused = true;
    return STATUS_OK;
  }
  if (reply->type == REDIS_REPLY_ERROR)
    (void)trouble_told((struct str){reply->str, reply->len}, fault);
  else
    (void)fault_set(fault, STATUS_SERVICE, "an answer to no request of giftd's");
  (void)fault_prefix(fault, "write of shard %u: ", shard->link.shard);
  return link_named(&shard->link, fault);
}

enum status shard_settle(struct redis_shard *shard, int64_t deadline_ms, struct fault *fault) {
  while (shard->answered < shard->sent) {
    redisReply *reply;
    enum status status = link_reply(&shard->link, deadline_ms, &reply, fault);
    if (status != STATUS_OK) return status;
    if (reply == NULL) break;
    status = answer_take(shard, reply, fault);
    freeReplyObject(reply);
    if (status != STATUS_OK) return status;
  }
  bool late = shard->answered < shard->sent && link_now_ms() - shard->waiting_ms >= shard->link.redis->answer_ms;
  return late ? link_silent(&shard->link, fault) : STATUS_OK;
}

static enum status shard_answers(void *self, bool wait, uint64_t *answered, bool *refused, struct fault *fault) {
  struct redis_shard *shard = self;
  shard_forget_replies(shard);
  int64_t deadline_ms = wait ? link_now_ms() + shard->link.redis->answer_ms : 0;
  enum status status = shard->link.context == NULL ? STATUS_OK : shard_settle(shard, deadline_ms, fault);
  *answered = shard->answered;
  *refused = shard->refused;
  return status;
}

/* ---- look ---- */

static enum status shard_look(void *self, struct segment *out, struct fault *fault) {
  struct redis_shard *shard = self;
  struct link *link = &shard->link;
  redisReply *reply;
  shard_forget_replies(shard);
  if (shard->answered < shard->sent) shard_drop(shard); /* nobody wants to know any more what became of them */
  shard->sent = shard->answered = 0;
  shard->refused = false;
  enum status status = link_connect(link, fault);
  if (status != STATUS_OK) return status;
  command_begin(shard->command);
  command_text(shard->command, "HMGET");
  command_print(shard->command, "giftd:{%s:%u}:segment", link->redis->name, link->shard);
  for (uint32_t i = 0; i < SEGMENT_FIELDS; i++) command_text(shard->command, SEGMENT_FIELD[i]);
  status = link_send(link, command_bytes(shard->command), fault);
  if (status == STATUS_OK) status = link_reply(link, link_now_ms() + link->redis->answer_ms, &reply, fault);
  if (status != STATUS_OK) return status;
  status = segment_read(link, reply, out, shard->generation, fault);
  freeReplyObject(reply);
  return status;
}

/* ---- write ---- */

/* A name no earlier generation of this segment has: the microseconds since 1970, in base 36. The script refuses one that stands already. */
static void generation_new(char generation[GENERATION_BYTES + 1]) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  uint64_t number = (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
  char text[GENERATION_BYTES + 1];
  size_t at = sizeof text - 1;
  text[at] = 0;
  for (; number > 0; number /= 36) text[--at] = "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
  memcpy(generation, text + at, sizeof text - at);
}

static enum status shard_write(void *self, const struct store_write *write, struct fault *fault) {
  struct redis_shard *shard = self;
  struct link *link = &shard->link;
  shard_forget_replies(shard);
  if (link->context == NULL) return fault_set(fault, STATUS_SERVICE, "a write without a connection");
  if (write->create) generation_new(shard->generation);
  struct script_call call = {.digest = link->script,
                             .name = link->redis->name,
                             .shard = link->shard,
                             .generation = shard->generation,
                             .write = write,
                             .reader = link->redis->reader,
                             .reader_self = link->redis->reader_self};
  script_call(shard->command, &call);
  if (shard->sent == shard->answered) shard->waiting_ms = link_now_ms();
  enum status status = link_send(link, command_bytes(shard->command), fault);
  if (status == STATUS_OK) shard->sent++;
  return status;
}

struct store_port redis_shard_store(struct redis_shard *shard) {
  return (struct store_port){.self = shard,
                             .drop = shard_drop,
                             .look = shard_look,
                             .write = shard_write,
                             .answers = shard_answers,
                             .load = shard_load,
                             .buckets = shard_buckets};
}
