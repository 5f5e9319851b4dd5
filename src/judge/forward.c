/* Forwards as bytes (judge.h, "heard as another"). Canonical and versioned; reading trusts nothing.
 *
 *   'F' version flags | undone | from | to | position | arrival | input | hearer | number of ways, {rule 5, fact 5, key 8, period} | line
 *
 * Version 2 is what only rules hear, so a giftd that knows no other reads it; 3 what some fact hears too (rule 0 of that way); 4 what tells
 * how far a measure of who caused it is: then each way ends with what it is and the figure. Texts have
 * their length in front. Flags: 1 a reversal, 2 a reversal came before the event and undid all of it; `undone`: or so much. */
#include "giftd/base/bytes.h"
#include "work.h"

#define FORWARD_MAGIC 'F'
#define FORWARD_OF_RULES 2u
#define FORWARD_OF_FACTS 3u
#define FORWARD_VERSION 4u
#define FLAG_REVERSAL 1u
#define FLAG_UNDONE 2u

bool forward_is(struct str message) { return message.length > 0 && message.at[0] == FORWARD_MAGIC; }

static void put_text(struct writer *w, struct str text) {
  put_varint(w, text.length);
  if ((size_t)(w->end - w->at) < text.length) {
    w->full = true;
    return;
  }
  if (text.length > 0) memcpy(w->at, text.at, text.length);
  w->at += text.length;
}

static unsigned version_of(const struct decision *decision, uint32_t forward) {
  unsigned version = FORWARD_OF_RULES;
  for (uint32_t i = 0; i < decision->heard_count; i++) {
    if (decision->heard[i].forward != forward) continue;
    if (decision->heard[i].what != HEARD_WAKES) return FORWARD_VERSION;
    if (decision->heard[i].rule == 0) version = FORWARD_OF_FACTS;
  }
  return version;
}

static void put_ways(struct writer *w, const struct decision *decision, uint32_t forward) {
  bool figures = version_of(decision, forward) == FORWARD_VERSION;
  put_varint(w, decision->forwards[forward].ways);
  for (uint32_t i = 0; i < decision->heard_count; i++) {
    const struct heard_way *heard = &decision->heard[i];
    if (heard->forward != forward) continue;
    put_fixed(w, heard->rule, 5);
    put_fixed(w, heard->fact, 5);
    put_fixed(w, heard->key, 8);
    put_varint(w, zigzag(heard->period));
    if (!figures) continue;
    put_byte(w, (unsigned char)heard->what);
    put_varint(w, zigzag(heard->figure));
  }
}

size_t forward_encode(const struct forward_message *message, const struct decision *decision, uint32_t forward, char *out,
                      size_t capacity) {
  struct writer w = writer_into(out, capacity);
  assert(forward < decision->forward_count && decision->heard_count <= LIMIT_HEARD);
  put_byte(&w, FORWARD_MAGIC);
  put_byte(&w, (unsigned char)version_of(decision, forward));
  put_byte(&w, (decision->forwards[forward].reversal ? FLAG_REVERSAL : 0) | (decision->undone_whole ? FLAG_UNDONE : 0));
  put_varint(&w, zigzag(decision->undone_minor));
  put_varint(&w, message->from);
  put_varint(&w, message->to);
  put_varint(&w, message->position);
  put_varint(&w, zigzag(message->arrival_ms));
  put_text(&w, message->input);
  put_text(&w, decision->forwards[forward].hearer);
  put_ways(&w, decision, forward);
  put_text(&w, message->line);
  return w.full ? 0 : (size_t)(w.at - (unsigned char *)out);
}

static struct str get_text(struct reader *r, size_t most) {
  uint64_t length = get_varint(r);
  if (r->bad || length > most || length > (uint64_t)(r->end - r->at)) {
    r->bad = true;
    return (struct str){NULL, 0};
  }
  struct str text = {(const char *)r->at, (size_t)length};
  r->at += length;
  return text;
}

static uint32_t get_shard(struct reader *r) {
  uint64_t shard = get_varint(r);
  if (shard >= LIMIT_SHARDS) r->bad = true;
  return (uint32_t)shard;
}

static void get_figure(struct reader *r, struct heard_way *way) {
  unsigned what = get_byte(r);
  way->figure = get_zigzag(r);
  if (what > HEARD_FELL || (what == HEARD_FELL && way->rule != 0) || (what != HEARD_WAKES && way->fact == 0)) r->bad = true;
  way->what = r->bad ? HEARD_WAKES : (enum heard_what)what;
}

static void get_ways(struct reader *r, unsigned version, struct heard_way *ways, struct hearing *hearing) {
  bool facts = false, figures = false;
  uint64_t count = get_varint(r);
  if (count > LIMIT_HEARD) r->bad = true;
  for (uint32_t i = 0; i < count && !r->bad; i++) {
    ways[i] = (struct heard_way){.forward = 0};
    ways[i].rule = get_fixed(r, 5);
    ways[i].fact = get_fixed(r, 5);
    ways[i].key = get_fixed(r, 8);
    facts |= ways[i].rule == 0;
    int64_t period = get_zigzag(r);
    if (period < INT32_MIN || period > INT32_MAX) r->bad = true;
    ways[i].period = (int32_t)period;
    if (version == FORWARD_VERSION) get_figure(r, &ways[i]);
    figures |= ways[i].what != HEARD_WAKES;
  }
  if (figures != (version == FORWARD_VERSION) || (!figures && facts != (version == FORWARD_OF_FACTS))) r->bad = true;
  hearing->count = r->bad ? 0 : (uint32_t)count, hearing->ways = ways;
}

bool forward_decode(struct str bytes, struct heard_way *ways, struct forward_message *message, struct fault *fault) {
  struct reader r = reader_over(bytes);
  *message = (struct forward_message){.from = 0};
  (void)get_byte(&r);
  unsigned version = get_byte(&r);
  if (!forward_is(bytes) || version < FORWARD_OF_RULES || version > FORWARD_VERSION) {
    (void)fault_set(fault, STATUS_STATE, "a forwarded event of version %u, this giftd knows version %u; use the giftd that wrote it",
                    version, FORWARD_VERSION);
    return false;
  }
  unsigned flags = get_byte(&r);
  message->hearing.undone_minor = get_zigzag(&r);
  message->from = get_shard(&r), message->to = get_shard(&r);
  message->position = get_varint(&r);
  message->arrival_ms = get_zigzag(&r);
  message->input = get_text(&r, FORWARD_INPUT_BYTES);
  message->hearer = get_text(&r, LIMIT_ID_BYTES);
  get_ways(&r, version, ways, &message->hearing);
  message->line = get_text(&r, LIMIT_EVENT_BYTES + 1);
  message->hearing.reversal = (flags & FLAG_REVERSAL) != 0, message->hearing.undone_whole = (flags & FLAG_UNDONE) != 0;
  if (!r.bad && r.at == r.end && flags <= (FLAG_REVERSAL | FLAG_UNDONE) && str_is_id(message->hearer)) return true;
  (void)fault_set(fault, STATUS_STATE, "a damaged event between shards (%zu bytes); let only giftd write to the topic of messages",
                  bytes.length);
  return false;
}
