/* What goes out to the systems that fulfil: one CloudEvents line for each gift that was issued, substituted, taken back, reduced or
 * offset, for each debt that is none any more, and for each pool that passed a watermark. The reward id is the CloudEvents id of the
 * issue, so whoever receives it twice has the same idempotency number twice. What is taken back later has an id of its own - the gift's,
 * the reversal's digest and a letter for what was done, 40 characters - and names the gift in data.reward_id.
 */
#include "text.h"

#define REVERSAL_ID_BYTES (ID22_BYTES + 1 + 16 + 1)
_Static_assert(REVERSAL_ID_BYTES <= LIMIT_REWARD_ID_BYTES, "an id of a reversal is a valid idempotency number");

struct reward_line {
  const struct rulebook *rulebook;
  const struct event *event;
  const struct gift *gift;
  const struct rule *rule;
  const struct campaign *campaign;
};

/* It is about a gift that went out before. */
static bool is_about(enum gift_kind kind) {
  return kind == GIFT_REVOKED || kind == GIFT_REDUCED || kind == GIFT_OFFSET || kind == GIFT_WAIVED;
}

static char letter_of(enum gift_kind kind) {
  switch (kind) {
    case GIFT_REVOKED: return 'r';
    case GIFT_REDUCED: return 'd';
    case GIFT_WAIVED: return 'w';
    default: return 'o';
  }
}

static void reward_id(struct buffer *out, const struct reward_line *line) {
  const struct gift *gift = line->gift;
  text_put(out, (struct str){gift->id, gift->id_length});
  if (gift->kind == GIFT_PENDING) text_put(out, gift->in_review ? STR("-v") : STR("-p")); /* the id of its issue is the gift's own */
  if (!is_about(gift->kind)) return;
  PUT(out, "-");
  text_hex(out, line->event->digest);
  buffer_byte(out, letter_of(gift->kind));
}

static struct str reward_type(enum gift_kind kind) {
  switch (kind) {
    case GIFT_SUBSTITUTED: return STR("gift.reward.substituted");
    case GIFT_REVOKED: return STR("gift.reward.revoked");
    case GIFT_REDUCED: return STR("gift.reward.reduced");
    case GIFT_OFFSET: return STR("gift.reward.offset");
    case GIFT_WAIVED: return STR("gift.reward.waived");
    case GIFT_PENDING: return STR("gift.reward.pending");
    case GIFT_REGISTERED: return STR("gift.reward.registered");
    case GIFT_ISSUED:
    case GIFT_REISSUED:
    case GIFT_REPAID:
    case GIFT_CHANCE:
    case GIFT_LOST:
    case GIFT_UNDONE: break;
  }
  return STR("gift.reward.issued");
}

/* ---- pieces that belong to an item ---- */

static void item_labels(struct buffer *out, const struct item *item) {
  if (item->label_count == 0) return;
  PUT(out, ",\"labels\":{");
  for (uint32_t i = 0; i < item->label_count; i++) {
    if (i > 0) PUT(out, ",");
    text_json(out, item->labels[i].key);
    PUT(out, ":");
    text_json(out, item->labels[i].value);
  }
  PUT(out, "}");
}

/* Points are whole points and have no currency; what is worth nothing in money (goods, chances) has no value. */
static void item_value(struct buffer *out, const struct item *item, int64_t value_minor, struct str currency) {
  if (item->value.form == VALUE_FORM_NONE && value_minor == 0) return;
  TEXT_NUMBER(out, "value_minor", value_minor);
  if (!item->is_points) TEXT_MEMBER(out, "currency", currency);
}

static void items_put(struct buffer *out, const struct rulebook *rulebook, struct span span, struct str currency) {
  for (uint32_t i = 0; i < span.count; i++) {
    const struct item *item = &rulebook->items[span.first + i];
    if (i > 0) PUT(out, ",");
    PUT(out, "{\"item\":");
    text_json(out, item->id);
    TEXT_MEMBER(out, "reward", item->reward);
    item_value(out, item, item->value.fixed, currency);
    TEXT_NUMBER(out, "quantity", item->count.form == VALUE_FORM_FIXED ? item->count.fixed : 1);
    TEXT_MEMBER(out, "template", item->template_id);
    item_labels(out, item);
    PUT(out, "}");
  }
  PUT(out, "]");
}

static void item_contents(struct buffer *out, const struct rulebook *rulebook, const struct item *bundle, struct str currency) {
  if (bundle->contents_count == 0) return;
  PUT(out, ",\"contents\":[");
  items_put(out, rulebook, (struct span){bundle->contents_first, bundle->contents_count}, currency);
}

/* ---- pieces that belong to a gift ---- */

static void reward_pool(struct buffer *out, const struct pool *pool) {
  TEXT_MEMBER(out, "pool", pool->name);
  if (pool->funding_count == 0) return;
  PUT(out, ",\"funding\":[");
  for (uint32_t i = 0; i < pool->funding_count; i++) {
    if (i > 0) PUT(out, ",");
    PUT(out, "{\"party\":");
    text_json(out, pool->funding[i].party);
    PUT(out, ",\"share\":\"");
    buffer_percent(out, pool->funding[i].share_bp);
    PUT(out, "\"}");
  }
  PUT(out, "]");
}

static void reward_moment(struct buffer *out, struct str opening, int64_t ms, struct zone zone) {
  if (ms == TIME_NONE) return;
  text_put(out, opening);
  buffer_time_in(out, ms, zone);
  PUT(out, "\"");
}

/* What it waits for, and until when; of a choice what there is to choose from. */
static void reward_pending(struct buffer *out, const struct reward_line *line) {
  const struct rule *rule = line->rule;
  if (line->gift->kind != GIFT_PENDING) return;
  TEXT_MEMBER(out, "why", text_waits(line->gift));
  TEXT_MEMBER(out, "asked_by", text_asked_by(line->gift));
  reward_moment(out, STR(",\"due\":\""), line->gift->due_ms, line->campaign->zone);
  if (line->gift->item != NONE) return;
  TEXT_MEMBER(out, "default", line->rulebook->items[rule->otherwise].id);
  PUT(out, ",\"choices\":[");
  items_put(out, line->rulebook, (struct span){rule->item_first, rule->item_count}, line->campaign->currency);
}

static void reward_item(struct buffer *out, const struct reward_line *line) {
  if (line->gift->item == NONE) return;
  const struct item *item = &line->rulebook->items[line->gift->item];
  TEXT_MEMBER(out, "item", item->id);
  TEXT_MEMBER(out, "reward", item->reward);
  if (item->is_chance && item->chance != NONE) TEXT_MEMBER(out, "chance", line->rulebook->chances[item->chance].name);
  item_value(out, item, line->gift->value_minor, line->campaign->currency);
  if (item->is_chance)
    TEXT_NUMBER(out, "count", line->gift->count);
  else
    TEXT_NUMBER(out, "quantity", line->gift->count);
  TEXT_MEMBER(out, "template", item->template_id);
  item_labels(out, item);
  if (!is_about(line->gift->kind)) item_contents(out, line->rulebook, item, line->campaign->currency);
}

/* SOURCE/ID. A source may hold a /, so the last one is the border: those of the id are percent-encoded, and % with them. What is left of
 * an id to escape is what JSON wants escaped; a source holds nothing of that. */
static void source_name(struct buffer *out, struct str source, struct str id) {
  char memory[3 * LIMIT_EVENT_ID_BYTES];
  struct buffer name;
  buffer_init(&name, memory, sizeof memory);
  buffer_encoded(&name, id);
  assert(!name.overflowed);
  PUT(out, "\"");
  text_put(out, source);
  PUT(out, "/");
  text_escaped(out, buffer_text(&name));
  PUT(out, "\"");
}

/* The event that caused the line; of what is taken back also the one that had earned the gift, where the reversal names it. */
static void reward_sources(struct buffer *out, const struct reward_line *line) {
  PUT(out, ",\"source_events\":[");
  source_name(out, line->event->source, line->event->id);
  PUT(out, "]");
  TEXT_MEMBER(out, "caused_by", line->event->cause);
  if (!is_about(line->gift->kind)) return;
  const struct value *original = event_field(line->event, FIELD_ID_ORIGINAL_ID);
  const struct value *from = event_field(line->event, FIELD_ID_ORIGINAL_SOURCE);
  if (original == NULL || original->kind != VALUE_TEXT) return;
  struct str source = from == NULL ? line->event->source : from->text;
  if (cause_digest(line->event, event_digest(source, original->text)) != line->gift->cause_digest) return;
  PUT(out, ",\"original_event\":");
  source_name(out, source, original->text);
}

static void reward_gift(struct buffer *out, const struct reward_line *line) {
  const struct gift *gift = line->gift;
  if (gift->pool != NONE) reward_pool(out, &line->rulebook->pools[gift->pool]);
  reward_sources(out, line);
  reward_moment(out, STR(",\"valid_from\":\""), gift->valid_from_ms, line->campaign->zone);
  reward_moment(out, STR(",\"valid_until\":\""), gift->valid_to_ms, line->campaign->zone);
  if (gift->instead_of != NONE) TEXT_MEMBER(out, "substituted_from", line->rulebook->items[gift->instead_of].id);
  if (gift->kind == GIFT_REISSUED) TEXT_MEMBER(out, "reissue_of", ((struct str){gift->first_id, sizeof gift->first_id}));
  if (gift->kind == GIFT_REPAID) TEXT_MEMBER(out, "repays", ((struct str){gift->first_id, sizeof gift->first_id}));
  if (gift->offset_minor != 0) TEXT_NUMBER(out, "offset_minor", gift->offset_minor);
  if (gift->partial) PUT(out, ",\"partial\":true");
  if (line->event->backfill) PUT(out, ",\"mode\":\"backfill\"");
  if (gift->weight_total == 0) return;
  PUT(out, ",\"draw\":{\"number\":");
  buffer_int(out, gift->weight_drawn);
  TEXT_NUMBER(out, "of", gift->weight_total);
  PUT(out, "}");
}

static void reward_line(struct buffer *out, const struct reward_line *line) {
  text_open(out);
  reward_id(out, line);
  text_envelope(out, reward_type(line->gift->kind), line->event->customer, line->event);
  PUT(out, "\"campaign\":\"");
  text_put(out, line->campaign->id);
  PUT(out, "\",\"campaign_version\":");
  buffer_int(out, line->campaign->version);
  PUT(out, ",\"rule\":\"");
  text_put(out, line->rule->id);
  PUT(out, "\"");
  if (is_about(line->gift->kind) || line->gift->kind == GIFT_PENDING)
    TEXT_MEMBER(out, "reward_id", ((struct str){line->gift->id, line->gift->id_length}));
  reward_pending(out, line);
  reward_item(out, line);
  reward_gift(out, line);
  PUT(out, "}}\n");
}

/* ---- watermarks ---- */

static struct str pool_share_of(const struct pool *pool, const struct event *event) {
  const struct value *share = pool->by == FIELD_NONE ? NULL : event_field(event, pool->by);
  return share != NULL && share->kind == VALUE_TEXT ? share->text : (struct str){NULL, 0};
}

static struct str mark_type(const struct pool_mark *mark) {
  return mark->watermark_bp == 0 ? STR("gift.pool.empty") : STR("gift.pool.low");
}

/* The id: what caused it, which pool, which mark. */
static void mark_open(struct buffer *out, const struct pool *pool, const struct pool_mark *mark, uint64_t cause) {
  text_open(out);
  text_hex(out, hash64_pair(&HASH_KEY_FIXED, cause, pool->decl));
  PUT(out, "-");
  buffer_int(out, mark->watermark_bp);
}

static void mark_data(struct buffer *out, const struct rulebook *rulebook, const struct pool_mark *mark, struct str share) {
  const struct pool *pool = &rulebook->pools[mark->pool];
  PUT(out, "\"pool\":");
  text_json(out, pool->name);
  if (share.length > 0) TEXT_MEMBER(out, "share", share);
  if (mark->watermark_bp != 0) {
    PUT(out, ",\"watermark\":\"");
    buffer_percent(out, mark->watermark_bp);
    PUT(out, "\"");
  }
  if (pool->of_money && !pool->in_points) {
    TEXT_NUMBER(out, "left_minor", mark->left);
    TEXT_MEMBER(out, "currency", rulebook->campaigns[pool->campaign].currency);
  } else {
    TEXT_NUMBER(out, "left", mark->left);
  }
}

static void mark_line(struct buffer *out, const struct rulebook *rulebook, const struct event *event, const struct pool_mark *mark) {
  const struct pool *pool = &rulebook->pools[mark->pool];
  mark_open(out, pool, mark, event->digest);
  text_envelope(out, mark_type(mark), pool->name, event);
  mark_data(out, rulebook, mark, pool_share_of(pool, event));
  PUT(out, ",\"source_events\":[");
  source_name(out, event->source, event->id);
  PUT(out, "]}}\n");
}

void record_pool_mark(struct buffer *out, const struct rulebook *rulebook, const struct pool_mark *mark, uint64_t share_hash,
                      int64_t time_ms, struct str cause) {
  const struct pool *pool = &rulebook->pools[mark->pool];
  struct str share = {NULL, 0};
  for (uint32_t i = 0; pool->by != FIELD_NONE && i < pool->share_count; i++)
    if (hash64(&HASH_KEY_FIXED, pool->shares[i].value) == share_hash) share = pool->shares[i].value;
  mark_open(out, pool, mark, share_hash);
  text_envelope_at(out, mark_type(mark), pool->name, time_ms, zone_offset(rulebook->campaigns[pool->campaign].zone, time_ms));
  PUT(out, ",\"data\":{");
  mark_data(out, rulebook, mark, share);
  if (cause.length > 0) {
    PUT(out, ",\"source_events\":[\"");
    text_put(out, cause);
    PUT(out, "\"]");
  }
  PUT(out, "}}\n");
}

uint32_t record_gifts(struct buffer *out, const struct event *event, const struct decision *decision, uint32_t *next, size_t most) {
  uint32_t lines = 0;
  for (; *next < decision->gift_count && out->length < most; ++*next) {
    const struct gift *gift = &decision->gifts[*next];
    if (gift->kind == GIFT_LOST || gift->kind == GIFT_UNDONE) continue;
    const struct rule *rule = &gift->book->rules[gift->rule];
    struct reward_line line = {gift->book, event, gift, rule, &gift->book->campaigns[rule->campaign]};
    reward_line(out, &line);
    lines++;
  }
  return lines;
}

uint32_t record_marks(struct buffer *out, const struct rulebook *rulebook, const struct event *event, const struct decision *decision) {
  for (uint32_t i = 0; i < decision->mark_count; i++) mark_line(out, rulebook, event, &decision->marks[i]);
  return decision->mark_count;
}

uint32_t record_rewards(struct buffer *out, const struct rulebook *rulebook, const struct event *event, const struct decision *decision) {
  uint32_t next = 0, lines = record_gifts(out, event, decision, &next, SIZE_MAX);
  return lines + record_marks(out, rulebook, event, decision);
}
