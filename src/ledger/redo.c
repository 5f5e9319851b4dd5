/* Bytes of the journal and the checkpoint; redo.h has the form. Reading trusts nothing: every length is held against the bytes there are.
 */
#include "redo.h"

#include <assert.h>

#define REDO_VERSION 1u
#define HEAD_NUMBERS 12u

static void put_number(struct buffer *out, uint64_t number) {
  while (number >= 0x80) {
    buffer_byte(out, (char)(unsigned char)(number | 0x80));
    number >>= 7;
  }
  buffer_byte(out, (char)(unsigned char)number);
}

static bool get_number(struct str *rest, uint64_t *number) {
  *number = 0;
  for (unsigned shift = 0; shift < 64 && rest->length > 0; shift += 7) {
    unsigned byte = (unsigned char)rest->at[0];
    *rest = str_from(*rest, 1);
    *number |= (uint64_t)(byte & 0x7f) << shift;
    if (!(byte & 0x80)) return true;
  }
  return false;
}

void redo_open(struct buffer *out, const struct redo_head *head) {
  buffer_reset(out);
  buffer_byte(out, (char)head->kind);
  buffer_byte(out, (char)REDO_VERSION);
  const uint64_t numbers[HEAD_NUMBERS] = {head->part,   head->last ? 1u : 0u, head->epoch,      head->sequence,
                                          head->place,  head->shard,          head->shards,     head->buckets,
                                          head->secret, head->events_next,    head->inbox_next, head->rulebook};
  for (uint32_t i = 0; i < HEAD_NUMBERS; i++) put_number(out, numbers[i]);
  assert(!out->overflowed);
}

bool redo_put(struct buffer *out, struct str key, struct str record) {
  assert(key.length > 0 && key.length <= UINT8_MAX);
  if (out->length + key.length + record.length + 8 > out->capacity || out->length + key.length + record.length + 8 > REDO_BYTES)
    return false;
  buffer_byte(out, (char)(unsigned char)key.length);
  buffer_put(out, key);
  put_number(out, record.length);
  buffer_put(out, record);
  assert(!out->overflowed);
  return true;
}

enum status redo_read(struct str bytes, struct redo_head *head, struct redo_reader *reader, struct fault *fault) {
  if (bytes.length < 2 || (bytes.at[0] != REDO_JOURNAL && bytes.at[0] != REDO_CHECKPOINT))
    return fault_set(fault, STATUS_STATE, "a record of %zu bytes that is not giftd's; another program writes to this topic", bytes.length);
  if ((unsigned char)bytes.at[1] != REDO_VERSION)
    return fault_set(fault, STATUS_STATE,
                     "a record of version %u, this giftd knows version %u; use the giftd that wrote it, or a newer one",
                     (unsigned char)bytes.at[1], REDO_VERSION);
  uint64_t numbers[HEAD_NUMBERS];
  struct str rest = str_from(bytes, 2);
  for (uint32_t i = 0; i < HEAD_NUMBERS; i++)
    if (!get_number(&rest, &numbers[i])) return fault_set(fault, STATUS_STATE, "a damaged record of %zu bytes", bytes.length);
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
                             numbers[11]};
  reader->rest = rest;
  return STATUS_OK;
}

bool redo_next(struct redo_reader *reader, struct str *key, struct str *record, bool *bad) {
  struct str rest = reader->rest;
  uint64_t length;
  *bad = false;
  if (rest.length == 0) return false;
  size_t key_length = (unsigned char)rest.at[0];
  *bad = true;
  if (key_length == 0 || rest.length < 1 + key_length) return false;
  *key = (struct str){rest.at + 1, key_length};
  rest = str_from(rest, 1 + key_length);
  if (!get_number(&rest, &length) || length > rest.length || length > LIMIT_STATE_BYTES) return false;
  *record = (struct str){rest.at, (size_t)length};
  reader->rest = str_from(rest, (size_t)length);
  *bad = false;
  return true;
}
