/* Events as lines (history.h). */
#include "history.h"

#include "words.h"

#define HOUR_MS (3600LL * MS_PER_SECOND)

static const char *const sources[] = {"pos", "web"};

struct line {
  struct history *h;
  struct bytes *b;
  struct buffer out;
  struct past *past;
};

#define PUT(...) buffer_print(&l->out, __VA_ARGS__)

/* ---- time ---- */

void history_begin(struct history *h, struct bytes *b, struct history_plan plan, const struct campaign *campaign) {
  static const int64_t from[] = {0, 0, 0, 0, -1, 3, 20};
  int64_t edge_ms = one_in(b, 4) ? campaign->to_ms - 4 * MS_PER_DAY : campaign->from_ms;
  h->now_ms = edge_ms + PICK(b, from) * MS_PER_DAY + 3 * HOUR_MS;
  h->count = h->ids = h->awaited_count = h->ring_count = h->heard_count = 0;
  h->clock_ms = TIME_NONE, h->closing_ms = campaign->closing_ms, h->crowded = plan.crowded,
  h->ring_size = plan.slow_clock ? HISTORY_RING : 4;
}

void history_hears(struct history *h, struct str type) {
  for (uint32_t kind = 0; kind < word_kind_count; kind++)
    if (h->heard_count < HISTORY_HEARD && kind != KIND_REVERSED && str_equal(str_of(word_kinds[kind].type), type))
      h->heard[h->heard_count++] = kind;
}

void history_hear(struct history *h, int64_t time_ms) {
  uint32_t behind = 0;
  int64_t earliest_ms = INT64_MAX;
  if (time_ms > h->now_ms + LIMIT_FUTURE_MS) return;
  h->ring[h->ring_count++ % h->ring_size] = time_ms;
  if (h->ring_count < h->ring_size) return;
  for (uint32_t i = 0; i < h->ring_size; i++) {
    if (h->clock_ms != TIME_NONE && h->ring[i] <= h->clock_ms) continue;
    behind++;
    if (h->ring[i] < earliest_ms) earliest_ms = h->ring[i];
  }
  if (behind >= h->ring_size / 2) h->clock_ms = earliest_ms;
}

static int64_t step_of(const struct history *h, struct bytes *b) {
  static const int64_t steps[] = {0,           1,          MS_PER_SECOND, 60 * MS_PER_SECOND, HOUR_MS,        HOUR_MS,
                                  5 * HOUR_MS, MS_PER_DAY, MS_PER_DAY,    3 * MS_PER_DAY,     8 * MS_PER_DAY, 31 * MS_PER_DAY};
  if (h->crowded && !one_in(b, 32)) return steps[pick(b, 5)];
  if (one_in(b, 200)) return 100 * MS_PER_DAY;
  return steps[pick(b, one_in(b, 20) ? 12 : 9)];
}

static int64_t time_of(const struct history *h, struct bytes *b) {
  static const int64_t back[] = {0, 1, 60 * MS_PER_SECOND, HOUR_MS, 30 * HOUR_MS, 3 * MS_PER_DAY, 7 * MS_PER_DAY - 1, 12 * MS_PER_DAY};
  static const int64_t wild[] = {0, 1, 240 * MS_PER_SECOND, 360 * MS_PER_SECOND};
  if (!one_in(b, 5)) return h->now_ms;
  if (!one_in(b, 10)) return h->now_ms - PICK(b, back);
  uint32_t form = pick(b, 4);
  return form < 2 ? wild[form] : h->now_ms + wild[form];
}

/* Days late, but mostly not too late; when the campaign is over, from its last hours: what it spends may go any day now. */
static int64_t claim_time(const struct history *h, struct bytes *b) {
  if (h->now_ms >= h->closing_ms && !one_in(b, 4)) return h->closing_ms - 1 - pick(b, 30) * HOUR_MS;
  return one_in(b, 3) ? h->now_ms - (1 + pick(b, 7)) * MS_PER_DAY : time_of(h, b);
}

static void time_put(struct line *l, const char *key, int64_t time_ms) {
  PUT(",\"%s\":\"", key);
  buffer_time(&l->out, time_ms, one_in(l->b, 3) ? 480 : 0);
  PUT("\"");
}

/* ---- fields ---- */

static void text_field(struct line *l, int field) {
  const struct word_field *word = &word_fields[field];
  PUT(",\"%s\":\"%s\"", word->name, word->values[pick(l->b, FIELD_VALUES)]);
}

static int64_t amount_of(struct bytes *b) {
  static const int64_t amounts[] = {0, 1, 999, 2500, 5000, 9999, 10000, 20000, 30000, 50000, 123456, LIMIT_AMOUNT_MINOR};
  return one_in(b, 3) ? (int64_t)pick(b, 40000) : amounts[pick(b, one_in(b, 16) ? 12 : 11)];
}

static const char *currency_of(struct bytes *b) { return one_in(b, 20) ? "USD" : "CNY"; }

static void hearer_fields(struct line *l, const struct word_kind *kind) {
  if (kind->hearer != NULL && !one_in(l->b, 4)) PUT(",\"%s\":\"%s\"", kind->hearer, word_customers[pick(l->b, CUSTOMERS)]);
  if (one_in(l->b, 4)) PUT(",\"primary\":\"%s\"", one_in(l->b, 8) ? "no such id!" : word_customers[pick(l->b, CUSTOMERS)]);
}

static void list_field(struct line *l, const char *name, uint32_t most) {
  uint32_t items = pick(l->b, most + 1);
  PUT(",\"%s\":[", name);
  for (uint32_t i = 0; i < items; i++) {
    PUT(i == 0 ? "\"" : ",\"");
    if (i < 3)
      PUT("%s\"", word_tags[pick(l->b, TAGS)]);
    else
      PUT("tag-%u-%u\"", i, most > 8 ? pick(l->b, 4) : 0);
  }
  PUT("]");
}

/* What is null is cleared; many tags fill a record fast. */
static void profile_fields(struct line *l) {
  if (one_in(l->b, 2)) PUT(",\"tier\":null");
  if (one_in(l->b, 3)) PUT(",\"income_minor\":%u", pick(l->b, 20000));
  if (one_in(l->b, 4)) PUT(",\"income_minor\":null");
  if (one_in(l->b, 3)) {
    PUT(",\"age\":%u", pick(l->b, 90));
    PUT(",\"real_name\":%s", one_in(l->b, 2) ? "true" : "false");
  }
  if (!one_in(l->b, 4))
    list_field(l, "tags", l->h->crowded || one_in(l->b, 4) ? 60 : 4);
  else
    PUT(",\"tags\":null");
}

static void claim_fields(struct line *l, uint32_t kind) {
  static const char *const campaigns[] = {"a", "b", "tier-packs", "enrol", "gifts"};
  if (one_in(l->b, 3)) PUT(",\"campaign\":\"%s\"", PICK(l->b, campaigns));
  if (kind == KIND_CLAIMED && one_in(l->b, 6)) PUT(",\"rule\":\"%s\"", one_in(l->b, 2) ? "r1" : "pack");
}

static void kind_fields(struct line *l) {
  const struct word_kind *kind = &word_kinds[l->past->kind];
  uint32_t number = l->past->kind;
  for (unsigned i = 0; kind->fields[i] >= 0; i++)
    if (!one_in(l->b, 6) && !(number == KIND_UPDATED && i == 0)) text_field(l, kind->fields[i]);
  if (kind->amount && !one_in(l->b, 12)) {
    l->past->amount = amount_of(l->b);
    PUT(",\"amount_minor\":%lld,\"currency\":\"%s\"", (long long)l->past->amount, currency_of(l->b));
  }
  if (kind->score) PUT(",\"score\":%u", pick(l->b, 120));
  if (kind->score) PUT(",\"points\":%u", pick(l->b, 40));
  hearer_fields(l, kind);
  if (number == KIND_UPDATED) profile_fields(l);
  if (number == KIND_CLAIMED || number == KIND_ENROLLED) claim_fields(l, number);
  if (kind->type[0] == 'b' && kind->type[1] == 'a') list_field(l, "products", 3); /* balance.snapshot */
  for (unsigned i = 0; i < COMMON_FIELDS; i++)
    if (!one_in(l->b, 3)) text_field(l, word_common[i]);
  if (one_in(l->b, 8)) PUT(",\"authorisation\":\"a%u\"", pick(l->b, 4));
  if (one_in(l->b, 8)) PUT(",\"org\":\"o%u\"", 1 + pick(l->b, 3));
}

/* ---- events ---- */

static void head(struct line *l) {
  const struct past *past = l->past;
  PUT("{\"id\":\"e%u\",\"source\":\"%s\",\"type\":\"%s\",\"customer\":\"%s\"", past->id, sources[past->source], word_kinds[past->kind].type,
      word_customers[past->customer]);
  time_put(l, "time", past->time_ms);
}

static uint32_t customer_of(const struct history *h, struct bytes *b) {
  return one_in(b, h->crowded ? 8 : 2) == h->crowded ? pick(b, CUSTOMERS) : 0;
}

/* One that was taken back before it came, or a new one. */
static void name_take(struct line *l) {
  struct history *h = l->h;
  if (h->awaited_count > 0 && one_in(l->b, 2)) {
    struct awaited *awaited = &h->awaited[pick(l->b, h->awaited_count)];
    l->past->id = awaited->id, l->past->customer = awaited->customer, l->past->source = awaited->source;
    *awaited = h->awaited[--h->awaited_count];
    return;
  }
  l->past->id = h->ids++, l->past->customer = customer_of(l->h, l->b), l->past->source = one_in(l->b, 8);
}

static void ordinary(struct line *l) {
  static const uint32_t kinds[] = {KIND_SPEND,   KIND_SPEND,   KIND_SPEND,    KIND_BILL,  KIND_TRANSFER, KIND_WEALTH,
                                   KIND_LOGIN,   KIND_BOUND,   KIND_OPENED,   KIND_GAME,  KIND_PAYROLL,  KIND_CLAIMED,
                                   KIND_CLAIMED, KIND_UPDATED, KIND_ENROLLED, KIND_OTHERS};
  name_take(l);
  l->past->kind = PICK(l->b, kinds);
  if (l->h->heard_count > 0 && !one_in(l->b, 3)) l->past->kind = l->h->heard[pick(l->b, l->h->heard_count)];
  if (l->h->crowded && one_in(l->b, 8)) l->past->kind = KIND_UPDATED;
  if (l->h->now_ms >= l->h->closing_ms && one_in(l->b, 2)) l->past->kind = KIND_CLAIMED;
  if (l->past->kind == KIND_OTHERS && one_in(l->b, 3)) l->past->kind += pick(l->b, word_kind_count - KIND_OTHERS);
  l->past->time_ms = l->past->kind == KIND_CLAIMED ? claim_time(l->h, l->b) : time_of(l->h, l->b);
  head(l);
  kind_fields(l);
}

static void reversal_amount(struct line *l, int64_t amount) {
  int64_t part = amount;
  switch (pick(l->b, 6)) {
    case 0: return; /* the whole, without a word */
    case 1: part = amount / 2; break;
    case 2: part = amount / 3 + 1; break;
    case 3: part = amount + 1; break;
    case 4: part = one_in(l->b, 2) ? 0 : 1; break;
    default: break;
  }
  if (part > LIMIT_AMOUNT_MINOR) part = LIMIT_AMOUNT_MINOR;
  PUT(",\"amount_minor\":%lld,\"currency\":\"%s\"", (long long)part, currency_of(l->b));
}

static void reversal_put(struct line *l, const struct awaited *of, int64_t of_ms, int64_t amount) {
  struct past *past = l->past;
  past->id = l->h->ids++, past->customer = one_in(l->b, 24) ? customer_of(l->h, l->b) : of->customer;
  past->source = one_in(l->b, 4) ? 1 - of->source : of->source, past->kind = KIND_REVERSED;
  past->time_ms = time_of(l->h, l->b);
  head(l);
  PUT(",\"original_id\":\"e%u\"", of->id);
  if (past->source != of->source) PUT(",\"original_source\":\"%s\"", sources[of->source]);
  if (!one_in(l->b, 3)) time_put(l, "original_time", of_ms);
  reversal_amount(l, amount);
  text_field(l, word_kinds[KIND_REVERSED].fields[0]);
  if (one_in(l->b, 2)) text_field(l, word_common[0]);
  if (one_in(l->b, 6)) hearer_fields(l, &word_kinds[KIND_REVERSED]);
}

/* Of what was sent: the latest mostly, sometimes of a reversal. */
static void reversal(struct line *l) {
  struct history *h = l->h;
  uint32_t back = one_in(l->b, 2) ? 1 + pick(l->b, 3) : 1 + pick(l->b, 256);
  const struct past *of = &h->past[back > h->count ? 0 : h->count - back];
  for (uint32_t i = 0; i < 4 && of > h->past && !word_kinds[of->kind].reversible; i++) of--;
  const struct awaited name = {of->id, of->customer, of->source};
  reversal_put(l, &name, of->time_ms, of->amount);
}

static void early_reversal(struct line *l) {
  struct history *h = l->h;
  struct awaited name = {h->ids + 1000u, customer_of(l->h, l->b), 0};
  if (h->awaited_count > 0 && one_in(l->b, 2))
    name = h->awaited[pick(l->b, h->awaited_count)];
  else if (h->awaited_count < HISTORY_AWAITED)
    h->awaited[h->awaited_count++] = name;
  int64_t of_ms = h->now_ms - (one_in(l->b, 6) ? 9 * MS_PER_DAY : HOUR_MS);
  reversal_put(l, &name, of_ms, amount_of(l->b));
}

/* The same line, or the same event with other fields; always at the same time, since that is what its id is good for. */
static void again(struct line *l) {
  struct history *h = l->h;
  const struct past *of = &h->past[h->count - 1 - pick(l->b, h->count > 32 ? 32 : h->count)];
  l->past->id = of->id, l->past->customer = of->customer, l->past->source = of->source;
  l->past->kind = of->kind, l->past->time_ms = of->time_ms, l->past->amount = of->amount;
  if (!one_in(l->b, 4) || of->kind == KIND_REVERSED) {
    buffer_put(&l->out, (struct str){of->line, of->line_length - 1});
    return;
  }
  head(l);
  kind_fields(l);
}

struct str history_next(struct history *h, struct bytes *b) {
  CHECK(h->count < HISTORY_EVENTS);
  struct past *past = &h->past[h->count];
  struct line line = {.h = h, .b = b, .past = past}, *l = &line;
  buffer_init(&l->out, past->line, sizeof past->line);
  past->amount = 0;
  h->now_ms += step_of(h, b);
  uint32_t form = pick(b, 16);
  if (h->count == 0 || form < 9)
    ordinary(l);
  else if (form < 13)
    reversal(l);
  else if (form < 14)
    early_reversal(l);
  else
    again(l);
  PUT("}");
  CHECK(!l->out.overflowed);
  past->line_length = (uint32_t)l->out.length;
  h->count++;
  return buffer_text(&l->out);
}
