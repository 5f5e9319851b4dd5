/* Limits in count, counted from what was given: at most so many in a period, or in any window of so many days. */
#include "ledger.h"

static uint64_t hash_of(const char *kind, struct str value) {
  return hash64_pair(&HASH_KEY_FIXED, hash64(&HASH_KEY_FIXED, str_of(kind)), hash64(&HASH_KEY_FIXED, value));
}

/* False: it counts by something that is not looked at here, or that the event lacks. */
static bool dimension_key(const struct event *event, const struct dimension *dimension, uint64_t *key) {
  if (dimension->kind == DIMENSION_CUSTOMER) {
    *key = hash64_pair(&HASH_KEY_FIXED, *key, hash_of("customer", event->customer));
    return true;
  }
  const struct value *value = dimension->kind == DIMENSION_FIELD ? event_field(event, (uint16_t)dimension->index) : NULL;
  if (value == NULL || value->kind != VALUE_TEXT) return false;
  *key = hash64_pair(&HASH_KEY_FIXED, *key, hash_of("field", value->text));
  return true;
}

static bool keys_of(const struct event *event, const struct dimension *dimensions, uint32_t count, uint64_t *key) {
  bool known = true;
  for (uint32_t i = 0; i < count; i++) known = known && dimension_key(event, &dimensions[i], key);
  return known;
}

static uint32_t firings_between(const struct ledger *ledger, const struct firing *one, int32_t from, int32_t to) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < ledger->firing_count; i++) {
    const struct firing *other = &ledger->firings[i];
    if (other->limit == one->limit && other->key == one->key && other->period >= from && other->period <= to) count += !other->undone;
  }
  return count;
}

static void firing_add(struct ledger *ledger, const struct limit *limit, const struct firing *firing) {
  int32_t days = (int32_t)limit->rolling_days, p = firing->period;
  CHECK(ledger->firing_count < FIRINGS_MOST);
  ledger->firings[ledger->firing_count++] = *firing;
  if (days == 0) CHECK(firings_between(ledger, firing, p, p) <= limit->max);
  for (int32_t from = p - days + 1; days > 0 && from <= p; from++)
    CHECK(firings_between(ledger, firing, from, from + days - 1) <= limit->max);
}

static void limit_count(struct ledger *ledger, const struct rulebook *book, const struct event *event, const struct limit *limit,
                        uint64_t gift) {
  struct zone zone = book->campaigns[limit->campaign].zone;
  struct firing firing = {.limit = limit->decl, .gift = gift};
  firing.period = period_of(limit->rolling_days > 0 ? UNIT_DAY : limit->unit, event->time_ms, zone);
  if (!limit->each) {
    if (keys_of(event, limit->dimensions, limit->dimension_count, &firing.key)) firing_add(ledger, limit, &firing);
    return;
  }
  for (uint32_t i = 0; i < limit->dimension_count; i++) {
    firing.key = i + 1;
    if (keys_of(event, &limit->dimensions[i], 1, &firing.key)) firing_add(ledger, limit, &firing);
  }
}

/* What was given and taken back at once (REVERSED) may have been counted, or not any more. */
void counts_given(struct ledger *ledger, const struct world *world, const struct event *event, const struct outcome *outcome) {
  if ((outcome->reason != REASON_GIVEN && outcome->reason != REASON_DRAW_LOST) || outcome->gift_count == 0) return;
  const struct rule *rule = &outcome->book->rules[outcome->rule];
  const struct gift *first = &world->decision->gifts[outcome->gift_first];
  if (gift_is_back(first, event)) return;
  for (uint32_t i = 0; i < rule->limit_count; i++) {
    const struct limit *limit = &outcome->book->limits[outcome->book->refs[rule->limit_first + i]];
    if (!limit->of_amount) limit_count(ledger, outcome->book, event, limit, first->id_words[0]);
  }
}

void counts_back(struct ledger *ledger, const struct gift *gift) {
  if (!gift->book->rules[gift->rule].undo.restore_limits) return;
  for (uint32_t i = 0; i < ledger->firing_count; i++)
    if (ledger->firings[i].gift == gift->id_words[0]) ledger->firings[i].undone = true;
}
