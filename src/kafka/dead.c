/* Dead letters: the record as it came - key, value, headers, time, byte for byte - with headers that say why, under the names that Kafka
 * Connect's tools know. A record is wrapped while it is still lent and sent with its batch. A small one is copied; a large one is kept as
 * librdkafka's message, so that no bound of a batch's memory stands between a record and its dead letter.
 *
 *     wrapped: kind 'c' | partition offset time | reason text | flags key value | count (name value)...
 *              kind 'h' | id                    | reason text
 *
 * About an event that this shard heard as another and did not read there is no record at hand: its letter, which has the event in it, goes
 * out as it is ('{').
 */
#include <stdio.h>
#include <string.h>

#include "inside.h"

#define TEXT_BYTES 1024

/* ---- bytes ---- */

static void put_number(struct buffer *out, int64_t number) { buffer_put(out, (struct str){(const char *)&number, sizeof number}); }

static void put_text(struct buffer *out, struct str text) {
  put_number(out, text.at == NULL ? -1 : (int64_t)text.length);
  buffer_put(out, text);
}

static int64_t get_number(struct str *in) {
  int64_t number;
  assert(in->length >= sizeof number); /* our own bytes */
  memcpy(&number, in->at, sizeof number);
  *in = str_from(*in, sizeof number);
  return number;
}

static struct str get_text(struct str *in) {
  int64_t length = get_number(in);
  if (length < 0) return (struct str){NULL, 0};
  assert((size_t)length <= in->length);
  struct str text = {in->at, (size_t)length};
  *in = str_from(*in, text.length);
  return text;
}

static struct str bytes_or_null(const void *at, size_t length) { return (struct str){at, at == NULL ? 0 : length}; }

/* ---- why ---- */

struct why {
  struct str reason, code, text, detail, remedy;
};

static void why_read(struct str letter, struct arena *arena, struct why *why) {
  struct json_cursor cursor = json_open(letter);
  struct str key, ignored;
  *why = (struct why){.reason = STR("MALFORMED_EVENT")};
  if (!json_enter_object(&cursor)) return;
  while (json_next_key(&cursor, &key) && !str_equal(key, STR("bytes"))) { /* the line itself comes behind */
    struct str *into = str_equal(key, STR("reason"))   ? &why->reason
                       : str_equal(key, STR("code"))   ? &why->code
                       : str_equal(key, STR("text"))   ? &why->text
                       : str_equal(key, STR("detail")) ? &why->detail
                       : str_equal(key, STR("remedy")) ? &why->remedy
                                                       : &ignored;
    if (into == &ignored)
      (void)json_skip(&cursor);
    else if (!json_text(&cursor, arena, into))
      return;
  }
}

static void why_put(struct buffer *out, struct str letter, const rd_kafka_message_t *message) {
  char memory[4096], text[TEXT_BYTES];
  struct arena arena;
  struct buffer words;
  struct why why;
  arena_init(&arena, memory, sizeof memory);
  buffer_init(&words, text, sizeof text);
  why_read(letter, &arena, &why);
  const char *foreign = str_equal(why.reason, STR("KEY_MISSING")) ? NULL : cloudevent_foreign(message); /* it says all there is to say */
  buffer_put(&words, why.text);
  if (why.detail.length > 0) buffer_print(&words, ": %.*s", STR_FORMAT(why.detail));
  if (foreign != NULL)
    buffer_print(&words, "%s%s", words.length > 0 ? "; " : "", foreign);
  else if (why.remedy.length > 0)
    buffer_print(&words, "; %.*s", STR_FORMAT(why.remedy));
  put_text(out, why.reason);
  put_text(out, why.code);
  put_text(out, buffer_text(&words));
}

/* ---- wrapping ---- */

static enum status hold(struct kafka_shard *shard, uint32_t line, uint64_t *id, struct fault *fault) {
  if (shard->held_count == shard->held_capacity) {
    uint32_t capacity = shard->held_capacity * 2 + 16;
    struct held *held = realloc(shard->held, capacity * sizeof *held);
    if (held == NULL) return fault_set(fault, STATUS_STORAGE, "out of memory for dead letters");
    shard->held = held;
    shard->held_capacity = capacity;
  }
  *id = shard->held_next++;
  shard->held[shard->held_count++] = (struct held){shard->events.lent[line], *id};
  return STATUS_OK;
}

static void copy_message(struct buffer *out, const rd_kafka_message_t *message) {
  rd_kafka_headers_t *headers = NULL;
  const char *name;
  const void *value;
  size_t length, count = 0;
  put_text(out, bytes_or_null(message->key, message->key_len));
  put_text(out, bytes_or_null(message->payload, message->len));
  if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) count = rd_kafka_header_cnt(headers);
  put_number(out, (int64_t)count);
  for (size_t i = 0; i < count && rd_kafka_header_get_all(headers, i, &name, &value, &length) == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
    put_text(out, str_of(name));
    put_text(out, bytes_or_null(value, length));
  }
}

enum status shard_wrap_dead(void *self, uint32_t line, struct str letter, struct buffer *out, struct fault *fault) {
  struct kafka_shard *shard = self;
  uint64_t id = 0;
  assert(line < shard->events.lent_count && shard->events.lent[line] != NULL);
  rd_kafka_message_t *message = shard->events.lent[line];
  bool large = message->len + message->key_len > HELD_BYTES;
  enum status status = large ? hold(shard, line, &id, fault) : STATUS_OK;
  if (status != STATUS_OK) return status;
  buffer_byte(out, large ? 'h' : 'c');
  put_number(out, message->partition);
  put_number(out, message->offset);
  put_number(out, rd_kafka_message_timestamp(message, NULL));
  put_number(out, (int64_t)id);
  why_put(out, letter, message);
  if (large)
    shard->events.lent[line] = NULL; /* held from here on */
  else
    copy_message(out, message);
  if (!out->overflowed) return STATUS_OK;
  return fault_set(fault, STATUS_LIMIT, "a dead letter of %zu bytes does not fit the batch's memory", message->len);
}

void dead_forget(struct kafka_shard *shard) {
  for (uint32_t i = 0; i < shard->held_count; i++) rd_kafka_message_destroy(shard->held[i].message);
  shard->held_count = 0;
}

/* ---- sending ---- */

struct dead {
  int64_t partition, offset, at_ms, id;
  struct str reason, code, text;
};

static void add(rd_kafka_headers_t *headers, const char *name, struct str value) {
  (void)rd_kafka_header_add(headers, name, -1, value.at, (ssize_t)value.length);
}

static void add_number(rd_kafka_headers_t *headers, const char *name, int64_t number) {
  char text[24];
  (void)rd_kafka_header_add(headers, name, -1, text, snprintf(text, sizeof text, "%lld", (long long)number));
}

static void add_why(struct kafka_shard *shard, rd_kafka_headers_t *headers, const struct dead *dead) {
  struct kafka *kafka = shard->kafka;
  add(headers, "giftd.reason", dead->reason);
  add(headers, "__connect.errors.topic", str_of(kafka->topics[TOPIC_EVENTS]));
  add_number(headers, "__connect.errors.partition", dead->partition);
  add_number(headers, "__connect.errors.offset", dead->offset);
  add(headers, "__connect.errors.connector.name", str_of(kafka->settings.group));
  add_number(headers, "__connect.errors.task.id", shard->shard);
  add(headers, "__connect.errors.stage", STR("VALUE_CONVERTER"));
  add(headers, "__connect.errors.class.name", STR("giftd"));
  add(headers, "__connect.errors.exception.class.name", dead->code.length > 0 ? dead->code : dead->reason);
  add(headers, "__connect.errors.exception.message", dead->text);
}

static enum status send_copied(struct kafka_shard *shard, struct str in, const struct dead *dead, struct fault *fault) {
  struct str key = get_text(&in), value = get_text(&in);
  int64_t count = get_number(&in);
  rd_kafka_headers_t *headers = rd_kafka_headers_new((size_t)count + 10);
  for (int64_t i = 0; i < count; i++) {
    struct str name = get_text(&in), content = get_text(&in);
    (void)rd_kafka_header_add(headers, name.at != NULL ? name.at : "", (ssize_t)name.length, content.at, (ssize_t)content.length);
  }
  add_why(shard, headers, dead);
  struct record record = {.key = key,
                          .value = value,
                          .has_key = key.at != NULL,
                          .has_value = value.at != NULL,
                          .timestamp_ms = dead->at_ms > 0 ? dead->at_ms : 0,
                          .partition = shard->shard,
                          .headers = headers};
  return writer_send(shard->writer, TOPIC_DLQ, &record, fault);
}

static enum status send_held(struct kafka_shard *shard, const struct dead *dead, struct fault *fault) {
  uint32_t at = 0;
  while (at < shard->held_count && shard->held[at].id != (uint64_t)dead->id) at++;
  assert(at < shard->held_count); /* wrapped since the last drop, sent once */
  rd_kafka_message_t *message = shard->held[at].message;
  rd_kafka_headers_t *original = NULL, *headers;
  if (rd_kafka_message_headers(message, &original) == RD_KAFKA_RESP_ERR_NO_ERROR)
    headers = rd_kafka_headers_copy(original);
  else
    headers = rd_kafka_headers_new(10);
  add_why(shard, headers, dead);
  struct record record = {.key = bytes_or_null(message->key, message->key_len),
                          .value = bytes_or_null(message->payload, message->len),
                          .has_key = message->key != NULL,
                          .has_value = message->payload != NULL,
                          .timestamp_ms = dead->at_ms > 0 ? dead->at_ms : 0,
                          .partition = shard->shard,
                          .headers = headers};
  enum status status = writer_send(shard->writer, TOPIC_DLQ, &record, fault);
  if (status != STATUS_OK) return status;
  rd_kafka_message_destroy(message);
  memmove(&shard->held[at], &shard->held[at + 1], (--shard->held_count - at) * sizeof shard->held[0]);
  return STATUS_OK;
}

static enum status send_letter(struct kafka_shard *shard, struct str letter, struct fault *fault) {
  char memory[4096];
  struct arena arena;
  struct why why;
  arena_init(&arena, memory, sizeof memory);
  why_read(letter, &arena, &why);
  rd_kafka_headers_t *headers = rd_kafka_headers_new(10);
  if (letter.at[letter.length - 1] == '\n') letter.length--;
  add_why(shard, headers,
          &(struct dead){.partition = shard->shard, .offset = -1, .reason = why.reason, .code = why.code, .text = why.text});
  struct record record = {.value = letter, .has_value = true, .partition = shard->shard, .headers = headers};
  return writer_send(shard->writer, TOPIC_DLQ, &record, fault);
}

enum status dead_append(struct kafka_shard *shard, struct str wrapped, struct fault *fault) {
  assert(wrapped.length > 0);
  char kind = wrapped.at[0];
  if (kind == '{') return send_letter(shard, wrapped, fault);
  struct str in = str_from(wrapped, 1);
  struct dead dead = {.partition = get_number(&in)};
  dead.offset = get_number(&in);
  dead.at_ms = get_number(&in);
  dead.id = get_number(&in);
  dead.reason = get_text(&in);
  dead.code = get_text(&in);
  dead.text = get_text(&in);
  return kind == 'h' ? send_held(shard, &dead, fault) : send_copied(shard, in, &dead, fault);
}
