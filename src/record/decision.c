/* The decision line (CloudEvents type "gift.decision"): one for every event that is heard, or refused for its time; the others are told in
 * ranges (range.c). It is written for each of a million
 * events in a second, so constant pieces are copied whole and nothing is formatted that is a constant of the rulebook.
 *
 * The id is the event's digest, so the same event has the same decision id everywhere; an event that was stopped at the gate (a
 * duplicate, too late) was decided elsewhere or never, and its line carries its place as well: ids of decisions stay unique though event
 * ids come twice. What was decided for a customer who heard the event as another (`as`) carries that customer's digest.
 */
#include "text.h"

#include "told.h"
#include "words.h"

struct str text_gift_kind(enum gift_kind kind) {
  switch (kind) {
    case GIFT_ISSUED: return STR("issued");
    case GIFT_SUBSTITUTED: return STR("substituted");
    case GIFT_CHANCE: return STR("chance");
    case GIFT_REVOKED: return STR("revoked");
    case GIFT_REDUCED: return STR("reduced");
    case GIFT_OFFSET: return STR("offset");
    case GIFT_LOST: return STR("lost");
    case GIFT_UNDONE: return STR("undone");
    case GIFT_PENDING: return STR("pending");
    case GIFT_REGISTERED: return STR("registered");
    case GIFT_REISSUED: return STR("reissued");
    case GIFT_WAIVED: return STR("waived");
    case GIFT_REPAID: return STR("repaid");
  }
  assert(false && "a gift's kind is one of the list");
  return STR("");
}

struct str text_waits(const struct gift *gift) {
  if (gift->in_review) return STR("review");
  if (gift->in_queue) return STR("queue");
  return gift->item == NONE ? STR("choice") : STR("timing");
}

struct str text_asked_by(const struct gift *gift) {
  return gift->for_bank ? STR("bank") : STR("");
}

static char *digits_put(char *at, int32_t number) {
  assert(number >= 0 && number < 100);
  memcpy(at, &digit_pairs[2 * number], 2);
  return at + 2;
}

static char *after(char *at, char mark) {
  *at = mark;
  return at + 1;
}

void text_time(struct buffer *out, int64_t utc_ms, int32_t offset_minutes) {
  struct civil civil = civil_from_ms(utc_ms + (int64_t)offset_minutes * 60000);
  if (civil.ms != 0 || civil.year > 9999 || offset_minutes == 0) { /* milliseconds and Z are rare: base knows how to write them */
    buffer_time(out, utc_ms, offset_minutes);
    return;
  }
  char text[25], *at = digits_put(text, civil.year / 100);
  int32_t distance = offset_minutes < 0 ? -offset_minutes : offset_minutes;
  at = after(digits_put(at, civil.year % 100), '-');
  at = after(digits_put(at, civil.month), '-');
  at = after(digits_put(at, civil.day), 'T');
  at = after(digits_put(at, civil.hour), ':');
  at = after(digits_put(at, civil.minute), ':');
  at = after(digits_put(at, civil.second), offset_minutes < 0 ? '-' : '+');
  at = after(digits_put(at, distance / 60), ':');
  at = digits_put(at, distance % 60);
  assert(at == text + sizeof text);
  text_put(out, (struct str){text, sizeof text});
}

void text_envelope_at(struct buffer *out, struct str type, struct str subject, int64_t time_ms, int32_t offset_minutes) {
  PUT(out, "\",\"source\":\"giftd\",\"type\":\"");
  text_put(out, type);
  QUOTED(out, "\",\"subject\":", subject);
  PUT(out, ",\"time\":\"");
  text_time(out, time_ms, offset_minutes);
  PUT(out, "\"");
}

void text_envelope(struct buffer *out, struct str type, struct str subject, const struct event *event) {
  text_envelope_at(out, type, subject, event->time_ms, event->offset_minutes);
  TEXT_MEMBER(out, "traceparent", event->traceparent);
  PUT(out, ",\"data\":{");
}

static void decision_gift(struct buffer *out, const struct rulebook *rulebook, const struct gift *gift) {
  PUT(out, "{\"id\":\"");
  text_put(out, (struct str){gift->id, gift->id_length});
  PUT(out, "\",\"kind\":\"");
  text_put(out, text_gift_kind(gift->kind));
  PUT(out, "\"");
  if (gift->item != NONE) {
    const struct item *item = &rulebook->items[gift->item];
    TEXT_MEMBER(out, "item", item->id);
    TEXT_MEMBER(out, "reward", item->reward);
  }
  TEXT_NUMBER(out, "value_minor", gift->value_minor);
  TEXT_NUMBER(out, "count", gift->count);
  if (gift->pool != NONE) TEXT_MEMBER(out, "pool", rulebook->pools[gift->pool].name);
  if (gift->kind == GIFT_REISSUED) TEXT_MEMBER(out, "reissue_of", ((struct str){gift->first_id, sizeof gift->first_id}));
  if (gift->kind == GIFT_REPAID) TEXT_MEMBER(out, "repays", ((struct str){gift->first_id, sizeof gift->first_id}));
  if (gift->kind == GIFT_PENDING) {
    TEXT_MEMBER(out, "why", text_waits(gift));
    TEXT_MEMBER(out, "asked_by", text_asked_by(gift));
    PUT(out, ",\"due\":\"");
    buffer_time_in(out, gift->due_ms, rulebook->campaigns[rulebook->rules[gift->rule].campaign].zone);
    PUT(out, "\"");
  }
  if (gift->partial && gift->cut_by != NONE) {
    TEXT_NUMBER(out, "cut_from_minor", gift->uncut_minor);
    TEXT_MEMBER(out, "cut_by", rulebook->limits[gift->cut_by].name);
  }
  PUT(out, "}");
}

static void decision_gifts(struct buffer *out, const struct decision *decision, const struct outcome *outcome) {
  if (outcome->gift_count == 0) return;
  assert(outcome->gift_first + outcome->gift_count <= decision->gift_count);
  PUT(out, ",\"gifts\":[");
  for (uint32_t i = 0; i < outcome->gift_count; i++) {
    if (i > 0) PUT(out, ",");
    decision_gift(out, outcome->book, &decision->gifts[outcome->gift_first + i]);
  }
  PUT(out, "]");
}

/* What the draw was made by, and what came of it each time: all but the last had run out (docs/draws.md). */
static void decision_drawing(struct buffer *out, const struct rulebook *rulebook, const struct rule *rule, const struct drawing *drawing) {
  QUOTED(out, ",\"draw\":{\"rule\":", rule->first_id);
  QUOTED(out, ",\"key\":", drawing->key);
  PUT(out, ",\"drawn\":[");
  for (uint32_t i = 0; i < drawing->count; i++) {
    const struct drawn *drawn = &drawing->drawn[i];
    text_put(out, i == 0 ? STR("{\"item\":\"") : STR(",{\"item\":\""));
    text_put(out, rulebook->items[drawn->item].id);
    PUT(out, "\"");
    if (drawn->total > 0) {
      TEXT_NUMBER(out, "number", drawn->number);
      TEXT_NUMBER(out, "of", drawn->total);
    }
    PUT(out, "}");
  }
  PUT(out, "]}");
}

static void decision_values(struct buffer *out, const struct told *told) {
  TEXT_MEMBER(out, "at", told->at);
  TEXT_MEMBER(out, "limit", told->limit);
  TEXT_MEMBER(out, "pool", told->pool);
  TEXT_MEMBER(out, "shut", told->shut);
  TEXT_MEMBER(out, "identity", told->identity);
  TEXT_MEMBER(out, "period", told->period);
  TEXT_MEMBER(out, "expected", told->expected);
  TEXT_MEMBER(out, "actual", told->actual);
  TEXT_MEMBER(out, "rank", told->rank);
  TEXT_MEMBER(out, "place", told->place);
  TEXT_MEMBER(out, "units", told->units);
  TEXT_MEMBER(out, "units_all", told->units_all);
  TEXT_MEMBER(out, "pot", told->pot);
}

/* The rate by which the campaign read the event's money. */
static void decision_rate(struct buffer *out, const struct rulebook *rulebook, const struct event *event, const struct campaign *campaign) {
  struct fx_rate rate;
  if (!words_rate(rulebook, event, campaign, &rate)) return;
  PUT(out, ",\"fx\":\"");
  text_put(out, rate.currency);
  PUT(out, " ");
  buffer_fx(out, rate.rate_e8);
  PUT(out, "\"");
}

/* `brief`: the reason alone, without what it was decided on. */
static void decision_outcome(struct buffer *out, const struct event *event, const struct decision *decision, const struct outcome *outcome,
                             bool brief) {
  const struct rulebook *rulebook = outcome->book;
  const struct rule *rule = &rulebook->rules[outcome->rule];
  const struct campaign *campaign = &rulebook->campaigns[rule->campaign];
  PUT(out, "{\"campaign\":\"");
  text_put(out, campaign->id);
  PUT(out, "\",\"version\":");
  buffer_int(out, campaign->version);
  decision_rate(out, rulebook, event, campaign);
  PUT(out, ",\"rule\":\"");
  text_put(out, rule->id);
  PUT(out, "\",\"reason\":\"");
  text_put(out, str_of(reasons[outcome->reason].code));
  PUT(out, "\"");
  if ((outcome->reason != REASON_GIVEN || outcome->ranking >= RANKING_WON) && !brief) {
    struct told told;
    told_outcome(&told, rulebook, outcome);
    decision_values(out, &told);
  }
  if (outcome->drawing != NULL) decision_drawing(out, rulebook, rule, outcome->drawing);
  decision_gifts(out, decision, outcome);
  PUT(out, "}");
}

static void decision_event(struct buffer *out, const struct event *event) {
  PUT(out, "\"event\":{\"source\":\"");
  text_put(out, event->source);
  PUT(out, "\",\"id\":\"");
  text_escaped(out, event->id);
  QUOTED(out, "\",\"type\":", event->type_name);
  PUT(out, "}");
}

static void heard_open(struct buffer *out, bool first, const struct forward *forward) {
  text_put(out, first ? STR(",\"heard_by\":[{\"customer\":\"") : STR(",{\"customer\":\""));
  text_put(out, forward->hearer);
  PUT(out, "\"");
}

/* What was heard is taken back: the event itself, or a measure fell that had been heard. */
static bool takes_back(const struct decision *decision, uint32_t forward) {
  bool back = decision->forwards[forward].reversal;
  for (uint32_t i = 0; i < decision->heard_count && !back; i++)
    back = decision->heard[i].forward == forward && decision->heard[i].what == HEARD_FELL;
  return back;
}

/* Who hears the event as another, through which rule or fact, or since what it takes back was heard: each has a decision of his own. */
static void decision_heard(struct buffer *out, const struct rulebook *rulebook, const struct decision *decision) {
  bool first = true;
  for (uint32_t i = 0; i < decision->forward_count; i++) {
    if (!takes_back(decision, i)) continue;
    heard_open(out, first, &decision->forwards[i]);
    first = false;
    PUT(out, ",\"takes_back\":true}");
  }
  for (uint32_t i = 0; i < decision->heard_count; i++) {
    const struct heard_way *way = &decision->heard[i];
    if (way->what == HEARD_FELL) continue; /* told above */
    const struct rule *rule = way->rule == 0 ? NULL : &rulebook->rules[way->number];
    heard_open(out, first, &decision->forwards[way->forward]);
    first = false;
    if (rule != NULL) TEXT_MEMBER(out, "campaign", rulebook->campaigns[rule->campaign].id);
    if (rule != NULL) TEXT_MEMBER(out, "rule", rule->id);
    if (rule == NULL) TEXT_MEMBER(out, "fact", rulebook->facts[way->number].name);
    PUT(out, "}");
  }
  if (decision->forward_count > 0) PUT(out, "]");
}

/* ---- what it did to facts ---- */

#define WORD(text) \
  { text, sizeof(text) - 1 }
static const struct str effect_words[] = {
    [EFFECT_COUNTED] = WORD("counted"), [EFFECT_LOWERED] = WORD("lowered"),   [EFFECT_FIRST] = WORD("first"),
    [EFFECT_LAST] = WORD("last"),       [EFFECT_REOPENED] = WORD("reopened"), [EFFECT_RESET] = WORD("reset"),
    [EFFECT_OPENED] = WORD("opened"),   [EFFECT_TASK] = WORD("task"),         [EFFECT_COMPLETED] = WORD("completed")};

/* A moment of 0 is none. */
static void effect_moment(struct buffer *out, struct str opening, int64_t ms, struct zone zone) {
  if (ms == 0) return;
  text_put(out, opening);
  text_time(out, ms, zone_offset(zone, ms));
  PUT(out, "\"");
}

/* Most events are some fact's last one; that it is so now at its own time goes without saying. */
static void decision_effect(struct buffer *out, const struct rulebook *rulebook, const struct effect *effect, int64_t event_ms) {
  const struct fact *fact = &rulebook->facts[effect->fact];
  struct zone zone = rulebook->campaigns[fact->campaign].zone;
  struct told_effect told;
  told_effect(&told, rulebook, effect);
  PUT(out, "{\"fact\":\"");
  text_put(out, fact->name);
  PUT(out, "\",\"what\":\"");
  text_put(out, effect_words[effect->kind]);
  PUT(out, "\"");
  TEXT_MEMBER(out, "period", told.period);
  TEXT_MEMBER(out, "before", told.before);
  TEXT_MEMBER(out, "after", told.after);
  if (told.times) effect_moment(out, STR(",\"before\":\""), effect->before, zone);
  if (told.times && effect->after != event_ms) effect_moment(out, STR(",\"after\":\""), effect->after, zone);
  PUT(out, "}");
}

/* However many rules were judged, and whatever else is in the buffer: as many as a part has room for. */
static void decision_effects(struct buffer *out, const struct rulebook *rulebook, const struct decision *decision, int64_t event_ms) {
  size_t start = out->length;
  if (decision->effect_count == 0) return;
  PUT(out, ",\"facts\":[");
  for (uint32_t i = 0; i < decision->effect_count && out->length - start < DECISION_PART_BYTES; i++) {
    if (i > 0) PUT(out, ",");
    decision_effect(out, rulebook, &decision->effects[i], event_ms);
  }
  PUT(out, "]");
}

/* ---- the line ---- */

/* What is decided more than once, since its id is not remembered or is known already, has the position in its id. */
static void decision_id(struct buffer *out, const struct event *event, const struct origin *origin, const struct decision *decision,
                        uint32_t part) {
  text_hex(out, event->digest);
  if (decision->gate != REASON_GIVEN || decision->unheard || decision->closed || decision->again ||
      (event->cause.length > 0 && event->backfill)) {
    PUT(out, ".");
    buffer_int(out, (int64_t)origin->position);
  }
  if (event->cause.length > 0) {
    PUT(out, "-");
    text_hex(out, hash64(&HASH_KEY_FIXED, event->customer));
  }
  if (part == 0) return;
  PUT(out, "+");
  buffer_int(out, (int64_t)part + 1);
}

static void decision_open(struct buffer *out, const struct rulebook *rulebook, const struct event *event, const struct origin *origin,
                          const struct decision *decision, uint32_t part) {
  text_open(out);
  decision_id(out, event, origin, decision, part);
  text_envelope(out, STR("gift.decision"), event->customer, event);
  decision_event(out, event);
  TEXT_MEMBER(out, "caused_by", event->cause);
  QUOTED(out, ",\"input\":", origin->input);
  TEXT_NUMBER(out, "position", (int64_t)origin->position);
  if (event->backfill) PUT(out, ",\"mode\":\"backfill\"");
  TEXT_MEMBER(out, "registered", event->registered);
  if (decision->gate != REASON_GIVEN) TEXT_MEMBER(out, "gate", str_of(reasons[decision->gate].code));
  PUT(out, ",\"rulebook\":\"");
  text_put(out, rulebook->digest);
  PUT(out, "\",\"considered\":[");
}

/* Where many rules were judged the line ends when it is long enough for any log to carry, and another part follows. */
bool record_decision_part(struct buffer *out, const struct rulebook *rulebook, const struct event *event, const struct origin *origin,
                          const struct decision *decision, struct decision_cursor *cursor) {
  size_t start = out->length;
  assert(decision->gate < REASON_COUNT && decision->outcome_count <= LIMIT_OUTCOMES);
  decision_open(out, rulebook, event, origin, decision, cursor->part);
  for (uint32_t first = cursor->outcome; cursor->outcome < decision->outcome_count; cursor->outcome++) {
    if (cursor->outcome > first && out->length - start > DECISION_PART_BYTES) break;
    if (cursor->outcome > first) PUT(out, ",");
    decision_outcome(out, event, decision, &decision->outcomes[cursor->outcome], cursor->written > DECISION_FULL_BYTES);
  }
  PUT(out, "]");
  bool more = cursor->outcome < decision->outcome_count;
  if (cursor->part == 0) decision_effects(out, rulebook, decision, event->time_ms);
  if (!more) decision_heard(out, rulebook, decision);
  PUT(out, "}}\n");
  cursor->part++, cursor->written += out->length - start;
  return more;
}

void record_decision(struct buffer *out, const struct rulebook *rulebook, const struct event *event, const struct origin *origin,
                     const struct decision *decision) {
  struct decision_cursor cursor = {0};
  while (record_decision_part(out, rulebook, event, origin, decision, &cursor)) continue;
}
