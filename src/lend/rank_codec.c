/* Messages of ranks as bytes. Canonical and versioned; reading trusts nothing.
 *
 *   'K' version kind | from | to | decl 5 | period | top | kept | at 8 | winners | last 8 | pot 8 | units 16 | count | entries
 *
 * An entry of a REPORT is its order, ties and key, 8 bytes each; of a VERDICT its key and its place, 4 bytes. */
#include "giftd/base/bytes.h"
#include "inside.h"

#define MESSAGE_MAGIC 'K'
#define MESSAGE_VERSION 1u
#define HEAD_BYTES 96u
_Static_assert(HEAD_BYTES + LIMIT_RANK_KEPT * (16u + 8u * LIMIT_RANK_TIES) <= LEND_MESSAGE_BYTES, "the longest fits");

bool rank_is(struct str message) { return message.length > 0 && message.at[0] == MESSAGE_MAGIC; }

static void put_entry(struct writer *w, const struct ranked *entry, bool report) {
  if (!report) {
    put_fixed(w, entry->key, 8);
    put_fixed(w, entry->place, 4);
    return;
  }
  put_fixed(w, (uint64_t)entry->order, 8);
  for (uint32_t i = 0; i < LIMIT_RANK_TIES; i++) put_fixed(w, (uint64_t)entry->ties[i], 8);
  put_fixed(w, entry->key, 8);
}

static void get_entry(struct reader *r, struct ranked *entry, bool report) {
  *entry = (struct ranked){0};
  if (report) entry->order = (int64_t)get_fixed(r, 8);
  for (uint32_t i = 0; report && i < LIMIT_RANK_TIES; i++) entry->ties[i] = (int64_t)get_fixed(r, 8);
  entry->key = get_fixed(r, 8);
  if (!report) entry->place = (uint32_t)get_fixed(r, 4);
}

size_t rank_encode(const struct rank_message *message, char *out, size_t capacity) {
  struct writer w = writer_into(out, capacity);
  assert(message->from < LIMIT_SHARDS && message->to < LIMIT_SHARDS && message->count <= LIMIT_RANK_KEPT);
  put_byte(&w, MESSAGE_MAGIC);
  put_byte(&w, MESSAGE_VERSION);
  put_byte(&w, (unsigned char)message->kind);
  put_fixed(&w, message->from, 4);
  put_fixed(&w, message->to, 4);
  put_fixed(&w, message->name.decl, 5);
  put_fixed(&w, (uint32_t)message->name.period, 4);
  put_fixed(&w, message->top, 4);
  put_fixed(&w, message->kept, 4);
  put_fixed(&w, (uint64_t)message->at_ms, 8);
  put_fixed(&w, message->winners, 4);
  put_fixed(&w, (uint64_t)message->last, 8);
  put_fixed(&w, (uint64_t)message->share.pot, 8);
  put_fixed(&w, (uint64_t)message->share.units, 8), put_fixed(&w, (uint64_t)(message->share.units >> 64), 8);
  put_fixed(&w, message->count, 4);
  for (uint32_t i = 0; i < message->count; i++) put_entry(&w, &message->entries[i], message->kind == RANK_REPORT);
  return w.full ? 0 : (size_t)(w.at - (unsigned char *)out);
}

/* Of a share as of a rank: who are kept, or the pot. */
static bool is_of_share(const struct rank_message *m) {
  return m->share.pot > 0 && m->top == 0 && m->kept == 0 && m->winners == 0 && m->last == 0 && m->count == 0;
}

static bool numbers_hold(const struct rank_message *m) {
  bool shards = m->from < LIMIT_SHARDS && m->to < LIMIT_SHARDS;
  bool ranks = m->share.pot == 0 && m->share.units == 0;
  bool report = m->top > 0 && m->top <= m->kept && m->kept <= LIMIT_RANK_KEPT && m->winners == 0 && m->last == 0 && m->count <= m->kept;
  bool verdict = m->top == 0 && m->kept == 0 && m->at_ms == 0 && m->winners <= LIMIT_RANK_TOP && m->count <= LIMIT_RANK_KEPT;
  if (is_of_share(m)) return shards && (m->kind == RANK_REPORT || (m->kind == RANK_VERDICT && m->at_ms == 0));
  return shards && ranks && (m->kind == RANK_REPORT ? report : m->kind == RANK_VERDICT && verdict);
}

bool rank_decode(struct str bytes, struct rank_message *message, struct fault *fault) {
  struct reader r = reader_over(bytes);
  bool known = rank_is(bytes) && get_byte(&r) == MESSAGE_MAGIC && get_byte(&r) == MESSAGE_VERSION;
  message->kind = (enum rank_kind)get_byte(&r);
  message->from = (uint32_t)get_fixed(&r, 4), message->to = (uint32_t)get_fixed(&r, 4);
  message->name.decl = get_fixed(&r, 5), message->name.period = (int32_t)(uint32_t)get_fixed(&r, 4);
  message->top = (uint32_t)get_fixed(&r, 4), message->kept = (uint32_t)get_fixed(&r, 4);
  message->at_ms = (int64_t)get_fixed(&r, 8);
  message->winners = (uint32_t)get_fixed(&r, 4), message->last = (int64_t)get_fixed(&r, 8);
  message->share.pot = (int64_t)get_fixed(&r, 8), message->share.units = get_fixed(&r, 8);
  message->share.units |= (units_sum)get_fixed(&r, 8) << 64;
  message->count = (uint32_t)get_fixed(&r, 4);
  bool holds = known && !r.bad && numbers_hold(message);
  for (uint32_t i = 0; holds && i < message->count; i++) get_entry(&r, &message->entries[i], message->kind == RANK_REPORT);
  if (holds && !r.bad && r.at == r.end) return true;
  (void)fault_set(fault, STATUS_STATE,
                  "a message between shards about a rank is damaged, or a newer giftd wrote it (%zu bytes); let only giftd write to the "
                  "topic of messages, and use the giftd that wrote it",
                  bytes.length);
  return false;
}
