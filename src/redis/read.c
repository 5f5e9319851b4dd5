/* Reading records: first those, then the version, in one round trip. Read the other way round, a Redis that is emptied in between gives
 * owners without a past under a version that is as expected. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "script.h"
#include "segment.h"
#include "trouble.h"

static void replies_reserve(struct redis_shard *shard, uint32_t count) {
  if (count <= shard->reply_capacity) return;
  shard->replies = realloc(shard->replies, count * sizeof(redisReply *));
  assert(shard->replies != NULL); /* as in command.c */
  shard->reply_capacity = count;
}

/* Goes out with the version behind it. */
static enum status add_get(struct redis_shard *shard, const char *verb, uint32_t bucket, const struct str *field, struct fault *fault) {
  struct link *link = &shard->link;
  command_begin(shard->command);
  command_text(shard->command, verb);
  command_print(shard->command, "giftd:{%s:%u}:b:%s:%u", link->redis->name, link->shard, shard->generation, bucket);
  if (field != NULL) command_add(shard->command, *field);
  return link_add(link, command_bytes(shard->command), fault);
}

static enum status send_version(struct redis_shard *shard, struct fault *fault) {
  struct link *link = &shard->link;
  command_begin(shard->command);
  command_text(shard->command, "HMGET");
  command_print(shard->command, "giftd:{%s:%u}:segment", link->redis->name, link->shard);
  command_text(shard->command, "epoch");
  command_text(shard->command, "count");
  command_text(shard->command, "generation");
  return link_send(link, command_bytes(shard->command), fault);
}

/* The next reply of a read, kept until the next call; errors become faults. */
static enum status take_reply(struct redis_shard *shard, int64_t deadline_ms, struct fault *fault) {
  redisReply *reply;
  enum status status = link_reply(&shard->link, deadline_ms, &reply, fault);
  if (status != STATUS_OK) return status;
  shard->replies[shard->reply_count++] = reply;
  if (reply->type != REDIS_REPLY_ERROR) return STATUS_OK;
  (void)trouble_told((struct str){reply->str, reply->len}, fault);
  (void)fault_prefix(fault, "read of shard %u: ", shard->link.shard);
  return link_named(&shard->link, fault);
}

static bool reply_is(const redisReply *reply, const char *text) {
  return reply->type == REDIS_REPLY_STRING && str_equal((struct str){reply->str, reply->len}, str_of(text));
}

static bool version_is(const struct redis_shard *shard, const redisReply *reply, struct version expect) {
  char epoch[24], count[24];
  snprintf(epoch, sizeof epoch, "%" PRIu64, expect.epoch);
  snprintf(count, sizeof count, "%" PRIu64, expect.count);
  return reply->type == REDIS_REPLY_ARRAY && reply->elements == 3 && reply_is(reply->element[0], epoch) &&
         reply_is(reply->element[1], count) && reply_is(reply->element[2], shard->generation);
}

/* What was asked for, and the version behind it, after the answers of earlier writes. */
static enum status take_replies(struct redis_shard *shard, uint32_t count, struct version expect, bool *refused, struct fault *fault) {
  int64_t deadline_ms = link_now_ms() + shard->link.redis->answer_ms;
  enum status status = shard_settle(shard, deadline_ms, fault);
  for (uint32_t i = 0; i < count + 1 && status == STATUS_OK; i++) status = take_reply(shard, deadline_ms, fault);
  if (status != STATUS_OK) return status;
  *refused = shard->refused || !version_is(shard, shard->replies[count], expect);
  return STATUS_OK;
}

static enum status read_begin(struct redis_shard *shard, uint32_t count, struct fault *fault) {
  shard_forget_replies(shard);
  if (shard->link.context == NULL) return fault_set(fault, STATUS_SERVICE, "a read without a connection");
  replies_reserve(shard, count + 1);
  return STATUS_OK;
}

static enum status odd_answer(const struct redis_shard *shard, struct fault *fault) {
  (void)fault_set(fault, STATUS_SERVICE, "an answer to no request of giftd's");
  return link_named(&shard->link, fault);
}

enum status shard_load(void *self, struct version expect, const struct store_record *keys, uint32_t count, struct str *records,
                       bool *refused, struct fault *fault) {
  struct redis_shard *shard = self;
  enum status status = read_begin(shard, count, fault);
  for (uint32_t i = 0; i < count && status == STATUS_OK; i++) status = add_get(shard, "HGET", keys[i].bucket, &keys[i].key, fault);
  if (status == STATUS_OK) status = send_version(shard, fault);
  if (status == STATUS_OK) status = take_replies(shard, count, expect, refused, fault);
  if (status != STATUS_OK) return status;
  for (uint32_t i = 0; i < count; i++) {
    const redisReply *reply = shard->replies[i];
    if (reply->type != REDIS_REPLY_STRING && reply->type != REDIS_REPLY_NIL) return odd_answer(shard, fault);
    records[i] = reply->type == REDIS_REPLY_NIL ? (struct str){NULL, 0} : (struct str){reply->str, reply->len};
  }
  return STATUS_OK;
}

/* Of one bucket, behind those that are there. */
static enum status take_bucket(const struct redis_shard *shard, const redisReply *all, uint32_t bucket, struct store_record *records,
                               uint32_t capacity, uint32_t *count, struct fault *fault) {
  if (all->type != REDIS_REPLY_ARRAY || all->elements % 2 != 0) return odd_answer(shard, fault);
  if (all->elements / 2 > capacity - *count)
    return fault_set(fault, STATUS_LIMIT, "bucket %u of shard %u holds %zu owners, at most %u are possible: more view.buckets are needed",
                     bucket, shard->link.shard, all->elements / 2, capacity);
  for (size_t i = 0; i + 1 < all->elements; i += 2) {
    const redisReply *key = all->element[i], *record = all->element[i + 1];
    if (key->type != REDIS_REPLY_STRING || record->type != REDIS_REPLY_STRING) return odd_answer(shard, fault);
    records[(*count)++] = (struct store_record){{key->str, key->len}, {record->str, record->len}, bucket};
  }
  return STATUS_OK;
}

enum status shard_buckets(void *self, struct version expect, const uint32_t *buckets, uint32_t asked, struct store_record *records,
                          uint32_t capacity, uint32_t *count, bool *refused, struct fault *fault) {
  struct redis_shard *shard = self;
  *count = 0;
  enum status status = read_begin(shard, asked, fault);
  for (uint32_t i = 0; i < asked && status == STATUS_OK; i++) status = add_get(shard, "HGETALL", buckets[i], NULL, fault);
  if (status == STATUS_OK) status = send_version(shard, fault);
  if (status == STATUS_OK) status = take_replies(shard, asked, expect, refused, fault);
  for (uint32_t i = 0; i < asked && status == STATUS_OK; i++)
    status = take_bucket(shard, shard->replies[i], buckets[i], records, capacity, count, fault);
  return status;
}
