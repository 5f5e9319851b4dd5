/* Nothing is guessed: a segment is this giftd's, or it is not there, or it is told and left alone. */
#include "segment.h"

#include <inttypes.h>

#include "script.h"
#include "trouble.h"

enum field {
  FIELD_FORM,
  FIELD_EPOCH,
  FIELD_COUNT,
  FIELD_GENERATION,
  FIELD_SEQUENCE,
  FIELD_PLACE,
  FIELD_SHARDS,
  FIELD_BUCKETS,
  FIELD_SECRET
};
const char *const SEGMENT_FIELD[SEGMENT_FIELDS] = {"form",       "epoch",  "count",   "generation", "mark_sequence",
                                                   "mark_place", "shards", "buckets", "secret"};

static struct str field_text(const redisReply *reply, enum field field) {
  const redisReply *value = reply->element[field];
  return value->type == REDIS_REPLY_STRING ? (struct str){value->str, value->len} : (struct str){NULL, 0};
}

static bool text_to_uint64(struct str text, unsigned base, uint64_t *out) {
  uint64_t number = 0;
  if (text.length == 0 || text.length > 20) return false;
  for (size_t i = 0; i < text.length; i++) {
    char c = text.at[i];
    unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 99;
    if (digit >= base || number > (UINT64_MAX - digit) / base) return false;
    number = number * base + digit;
  }
  *out = number;
  return true;
}

static enum status segment_told(const struct link *link, struct fault *fault) {
  (void)fault_prefix(fault, "giftd:{%s:%u}:segment: ", link->redis->name, link->shard);
  return link_named(link, fault);
}

/* 0 where there is none: a mark that was never set. */
static bool field_number(const redisReply *reply, enum field field, bool needed, uint64_t *out) {
  struct str text = field_text(reply, field);
  *out = 0;
  return text.at == NULL ? !needed : text_to_uint64(text, 10, out);
}

static bool segment_numbers(const redisReply *reply, struct segment *out) {
  uint64_t shards, buckets;
  bool good = field_number(reply, FIELD_EPOCH, true, &out->version.epoch) && field_number(reply, FIELD_COUNT, true, &out->version.count) &&
              field_number(reply, FIELD_SEQUENCE, false, &out->mark_sequence) &&
              field_number(reply, FIELD_PLACE, false, &out->mark_place) && field_number(reply, FIELD_SHARDS, true, &shards) &&
              field_number(reply, FIELD_BUCKETS, true, &buckets) && text_to_uint64(field_text(reply, FIELD_SECRET), 16, &out->secret) &&
              shards <= UINT32_MAX && buckets <= UINT32_MAX;
  if (!good) return false;
  out->shards = (uint32_t)shards;
  out->buckets = (uint32_t)buckets;
  return true;
}

static enum status segment_compare(const struct redis *redis, const struct segment *found, struct fault *fault) {
  const char *remedy = "choose another redis.name or redis.database, or delete that view's keys if nobody needs it (schemas/redis.md)";
  if (redis->shards == 0) return STATUS_OK;
  if (found->shards != redis->shards)
    return fault_set(fault, STATUS_STATE, "a view of %u shards stands here, this giftd has %u: %s", found->shards, redis->shards, remedy);
  if (found->buckets != redis->buckets)
    return fault_set(fault, STATUS_STATE, "a view of %u buckets a shard stands here, view.buckets says %u: %s", found->buckets,
                     redis->buckets, remedy);
  if (found->secret != redis->secret)
    return fault_set(fault, STATUS_STATE, "the view of another giftd stands here (made with another secret): %s", remedy);
  return STATUS_OK;
}

static bool segment_absent(const redisReply *reply) {
  for (size_t i = 0; i < SEGMENT_FIELDS; i++)
    if (reply->element[i]->type != REDIS_REPLY_NIL) return false;
  return true;
}

enum status segment_read(const struct link *link, const redisReply *reply, struct segment *out, char generation[], struct fault *fault) {
  uint64_t form;
  *out = (struct segment){0};
  generation[0] = 0;
  if (reply->type == REDIS_REPLY_ERROR) {
    (void)trouble_told((struct str){reply->str, reply->len}, fault);
    return segment_told(link, fault);
  }
  if (reply->type != REDIS_REPLY_ARRAY || reply->elements != SEGMENT_FIELDS) {
    (void)fault_set(fault, STATUS_SERVICE, "an answer to no request of giftd's");
    return segment_told(link, fault);
  }
  if (segment_absent(reply)) return STATUS_OK;
  if (!text_to_uint64(field_text(reply, FIELD_FORM), 10, &form) || form != SEGMENT_FORM) {
    struct str text = field_text(reply, FIELD_FORM);
    (void)fault_set(fault, STATUS_STATE,
                    "form '%.*s' stands here, this giftd writes form %u: run the giftd that wrote it, or choose another redis.name",
                    STR_FORMAT(text), SEGMENT_FORM);
    return segment_told(link, fault);
  }
  struct str name = field_text(reply, FIELD_GENERATION);
  if (!segment_numbers(reply, out) || name.length == 0 || name.length > GENERATION_BYTES) {
    (void)fault_set(fault, STATUS_STATE, "damaged or edited: delete this key, and the view is built anew from the log");
    return segment_told(link, fault);
  }
  memcpy(generation, name.at, name.length);
  generation[name.length] = 0;
  out->exists = true;
  if (segment_compare(link->redis, out, fault) != STATUS_OK) return segment_told(link, fault);
  return STATUS_OK;
}
