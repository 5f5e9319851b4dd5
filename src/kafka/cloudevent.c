/* CloudEvents on Kafka (the protocol binding, version 1.0.2). Coming in, binary mode carries the attributes as headers `ce_...` and the
 * data as the value: it is written out as the one structured line that the event room reads. Going out, a reward comes in pieces. The data
 * is copied as it is; it must be one JSON value, or it could close the object around it and speak for another customer: what is not is
 * handed on alone and becomes a dead letter.
 */
#include <stdio.h>
#include <string.h>

#include "inside.h"

#define ATTRIBUTE "ce_"
#define ATTRIBUTE_LENGTH 3

/* ---- in ---- */

static bool is_one_value(struct str value) {
  struct json_cursor cursor = json_open(value);
  return json_skip(&cursor) && json_done(&cursor);
}

static bool in_binary_mode(const rd_kafka_headers_t *headers) {
  const void *value;
  size_t length;
  return rd_kafka_header_get_last(headers, "ce_specversion", &value, &length) == RD_KAFKA_RESP_ERR_NO_ERROR ||
         rd_kafka_header_get_last(headers, "ce_id", &value, &length) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void member(struct buffer *out, const char *name, const void *value, size_t length) {
  buffer_byte(out, out->memory[out->length - 1] == '{' ? ' ' : ',');
  buffer_json(out, str_of(name));
  buffer_byte(out, ':');
  buffer_json(out, (struct str){value, length});
}

static void attributes(struct buffer *out, const rd_kafka_headers_t *headers) {
  const char *name;
  const void *value;
  size_t length;
  for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &length) == RD_KAFKA_RESP_ERR_NO_ERROR && !out->overflowed; i++) {
    if (value == NULL) continue;
    if (strncmp(name, ATTRIBUTE, ATTRIBUTE_LENGTH) == 0) member(out, name + ATTRIBUTE_LENGTH, value, length);
    if (strcmp(name, "content-type") == 0) member(out, "datacontenttype", value, length);
  }
}

/* Confluent's prefix: a zero and a schema id of four bytes in front of the value. */
static struct str without_prefix(struct str value) {
  bool prefixed = value.length > 5 && value.at[0] == 0 && (value.at[5] == '{' || value.at[5] == '[');
  return prefixed ? str_from(value, 5) : value;
}

bool cloudevent_line(const rd_kafka_message_t *message, struct buffer *scratch, struct str *line) {
  rd_kafka_headers_t *headers = NULL;
  struct str value = without_prefix((struct str){message->payload != NULL ? message->payload : "", message->len});
  *line = value;
  if (message->len > LIMIT_LINE_BYTES || message->payload == NULL) return true;
  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR || !in_binary_mode(headers)) return true;
  if (value.length > 0 && !is_one_value(value)) return true;
  size_t start = scratch->length;
  buffer_byte(scratch, '{');
  if (!scratch->overflowed) attributes(scratch, headers);
  if (value.length > 0) buffer_put(scratch, STR(",\"data\":"));
  buffer_put(scratch, value);
  buffer_byte(scratch, '}');
  if (!scratch->overflowed) {
    *line = (struct str){scratch->memory + start, scratch->length - start};
    return true;
  }
  scratch->length = start;
  scratch->overflowed = false;
  return false;
}

const char *cloudevent_foreign(const rd_kafka_message_t *message) {
  const unsigned char *bytes = message->payload;
  if (bytes == NULL) return "the record is a tombstone: it has a key and no value; an events topic must not be compacted";
  if (message->len >= 5 && bytes[0] == 0 && (message->len == 5 || (bytes[5] != '{' && bytes[5] != '[')))
    return "the value is Confluent-framed Avro or Protobuf (a zero byte and a schema id in front): produce JSON, or put a converter "
           "between";
  if (message->len >= 4 && bytes[0] == 0x1f && bytes[1] == 0x8b)
    return "the value is gzip: let the producer compress (compression.type), not the program";
  if (message->len >= 4 && bytes[0] == 0x28 && bytes[1] == 0xb5 && bytes[2] == 0x2f && bytes[3] == 0xfd)
    return "the value is zstd: let the producer compress (compression.type), not the program";
  if (message->key == NULL) return "the record has no key: events are keyed by customer";
  return NULL;
}

/* ---- out ---- */

static void header_add(rd_kafka_headers_t *headers, struct str name, struct str value) {
  char text[128];
  int length = snprintf(text, sizeof text, ATTRIBUTE "%.*s", STR_FORMAT(name));
  assert(length > 0 && length < (int)sizeof text);
  (void)rd_kafka_header_add(headers, text, length, value.at, (ssize_t)value.length);
}

rd_kafka_headers_t *cloudevent_headers(const struct record_parts *parts) {
  rd_kafka_headers_t *headers = rd_kafka_headers_new(1 + parts->count);
  (void)rd_kafka_header_add(headers, "content-type", -1, "application/json", -1);
  for (uint32_t i = 0; i < parts->count; i++) header_add(headers, parts->attributes[i].name, parts->attributes[i].value);
  return headers;
}
