/* Bytes of the journal and the checkpoint; redo.h has the form. Reading trusts nothing: every length is held against the bytes there are.
 */
#include "redo.h"

#include <assert.h>

#include "giftd/base/bytes.h"

#define REDO_VERSION 2u
#define HEAD_NUMBERS 14u
#define HEAD_NUMBERS_1 12u /* of version 1: without tallied and root */

static void number_put(struct buffer *out, uint64_t number) {
  struct writer w = {(unsigned char *)out->memory + out->length, (unsigned char *)out->memory + out->capacity, false};
  put_varint(&w, number);
  assert(!w.full); /* every caller has seen that there is room */
  out->length = (size_t)(w.at - (unsigned char *)out->memory);
}

static struct reader reader_of(struct str bytes) {
  return (struct reader){(const unsigned char *)bytes.at, (const unsigned char *)bytes.at + bytes.length, false};
}

static struct str rest_of(const struct reader *r) { return (struct str){(const char *)r->at, (size_t)(r->end - r->at)}; }

void redo_open(struct buffer *out, const struct redo_head *head) {
  buffer_reset(out);
  buffer_byte(out, (char)head->kind);
  buffer_byte(out, (char)REDO_VERSION);
  const uint64_t numbers[HEAD_NUMBERS] = {head->part,
                                          head->last ? 1u : 0u,
                                          head->epoch,
                                          head->sequence,
                                          head->place,
                                          head->shard,
                                          head->shards,
                                          head->buckets,
                                          head->secret,
                                          head->events_next,
                                          head->inbox_next,
                                          head->rulebook,
                                          head->tallied ? 1u : 0u,
                                          head->root};
  for (uint32_t i = 0; i < HEAD_NUMBERS; i++) number_put(out, numbers[i]);
  assert(!out->overflowed);
}

bool redo_put(struct buffer *out, struct str key, struct str record) {
  assert(key.length > 0 && key.length <= UINT8_MAX);
  if (out->length + key.length + record.length + 8 > out->capacity || out->length + key.length + record.length + 8 > REDO_BYTES)
    return false;
  buffer_byte(out, (char)(unsigned char)key.length);
  buffer_put(out, key);
  number_put(out, record.length);
  buffer_put(out, record);
  assert(!out->overflowed);
  return true;
}

enum status redo_read(struct str bytes, struct redo_head *head, struct redo_reader *reader, struct fault *fault) {
  if (bytes.length < 2 || (bytes.at[0] != REDO_JOURNAL && bytes.at[0] != REDO_CHECKPOINT))
    return fault_set(fault, STATUS_STATE, "a record of %zu bytes that is not giftd's; another program writes to this topic", bytes.length);
  uint32_t version = (unsigned char)bytes.at[1], count = version == 1 ? HEAD_NUMBERS_1 : HEAD_NUMBERS;
  if (version == 0 || version > REDO_VERSION)
    return fault_set(fault, STATUS_STATE,
                     "a record of version %u, this giftd knows version %u; use the giftd that wrote it, or a newer one", version,
                     REDO_VERSION);
  uint64_t numbers[HEAD_NUMBERS] = {0};
  struct reader r = reader_of(str_from(bytes, 2));
  for (uint32_t i = 0; i < count; i++) numbers[i] = get_varint(&r);
  if (r.bad) return fault_set(fault, STATUS_STATE, "a damaged record of %zu bytes", bytes.length);
  *head = (struct redo_head){(enum redo_kind)bytes.at[0],
                             numbers[0],
                             numbers[1] != 0,
                             numbers[2],
                             numbers[3],
                             numbers[4],
                             numbers[5],
                             numbers[6],
                             numbers[7],
                             numbers[8],
                             numbers[9],
                             numbers[10],
                             numbers[11],
                             numbers[12] != 0,
                             numbers[13]};
  reader->rest = rest_of(&r);
  return STATUS_OK;
}

bool redo_next(struct redo_reader *reader, struct str *key, struct str *record, bool *bad) {
  struct str rest = reader->rest;
  *bad = false;
  if (rest.length == 0) return false;
  size_t key_length = (unsigned char)rest.at[0];
  *bad = true;
  if (key_length == 0 || rest.length < 1 + key_length) return false;
  *key = (struct str){rest.at + 1, key_length};
  struct reader r = reader_of(str_from(rest, 1 + key_length));
  uint64_t length = get_varint(&r);
  rest = rest_of(&r);
  if (r.bad || length > rest.length || length > LIMIT_STATE_BYTES) return false;
  *record = (struct str){rest.at, (size_t)length};
  reader->rest = str_from(rest, (size_t)length);
  *bad = false;
  return true;
}
