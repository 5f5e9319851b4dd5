/* Limits: counters per identity and period. The customer's own stand in the customer's record, all others in the record of the resource
 * that they cap (device, id document ...), so that each has exactly one owner (R40-R42, R138). A counter is of its event's own time, so
 * the order of arrival does not matter; of a rolling limit every window that the event is in must have room, those behind it too. */
#include "work.h"

/* One counter of a limit for this event. */
struct counter {
  struct state *state; /* NULL: not at hand; as if there were room, and the decision is void */
  uint64_t key;
  int32_t period;
  uint32_t dimension;
};

static int32_t limit_period(const struct work *w, const struct limit *limit) {
  return work_period(w, limit->rolling_days > 0 ? UNIT_DAY : limit->unit, limit->cycle, work_zone(w, limit->campaign), counted_ms(w));
}

enum found { FOUND, FOUND_MISSING, FOUND_END };

/* The n-th counter: of per_each one for each dimension, else one for all of them together. */
static enum found counter_find(struct work *w, const struct limit *limit, uint32_t n, struct counter *out) {
  uint32_t count = limit->each ? limit->dimension_count : 1;
  if (n >= count) return FOUND_END;
  const struct dimension *first = &limit->dimensions[limit->each ? n : 0];
  uint32_t used = limit->each ? 1 : limit->dimension_count;
  *out = (struct counter){.dimension = limit->each ? n : NONE, .period = limit_period(w, limit)};
  if (!key_of_dimensions(w, first, used, limit->campaign, &out->key)) return FOUND_MISSING;
  if (limit->each) out->key = hash64_pair(&HASH_KEY_FIXED, out->key, n);
  bool own = limit->each ? first->kind == DIMENSION_CUSTOMER : limit->per_customer;
  struct owner owner = owner_named(OWNER_RESOURCE, limit->decl, out->key);
  out->state = own ? w->customer : work_state(w, &owner);
  return FOUND;
}

/* ---- how much was used ---- */

#define DAYS_MOST (2u * LIMIT_ROLLING_DAYS)

/* Used on each day that shares a window with the event's: [0] is the first day of the earliest window. */
static void days_used(const struct limit *limit, const struct counter *counter, int64_t used[DAYS_MOST]) {
  int32_t days = (int32_t)limit->rolling_days, from = counter->period - days + 1;
  memset(used, 0, DAYS_MOST * sizeof used[0]);
  const struct cell *cell = state_first(counter->state, CELL_LIMIT, limit->decl, counter->key);
  for (; cell != NULL; cell = state_next(counter->state, cell))
    if (cell->period >= from && cell->period < counter->period + days) used[cell->period - from] += cell->limit.used;
}

/* The fullest of all windows that the event is in. */
static int64_t rolling_used(const struct limit *limit, const struct counter *counter) {
  int64_t used[DAYS_MOST], sum = 0, most = 0;
  uint32_t days = limit->rolling_days;
  assert(days >= 1 && 2 * days - 1 <= DAYS_MOST);
  days_used(limit, counter, used);
  for (uint32_t day = 0; day < 2 * days - 1; day++) {
    sum += used[day];
    if (day >= days) sum -= used[day - days];
    if (day >= days - 1 && sum > most) most = sum;
    if (MUTANT(LIMIT_LOOKS_BACK) && day == days - 1) return sum;
  }
  return most;
}

static int64_t counter_used(const struct limit *limit, const struct counter *counter) {
  if (counter->state == NULL) return 0;
  if (limit->rolling_days > 0) return rolling_used(limit, counter);
  const struct cell *cell = state_find(counter->state, CELL_LIMIT, limit->decl, counter->key, counter->period);
  return cell == NULL ? 0 : cell->limit.used;
}

/* Counters are needed as long as an event of their period, or of a window that they are in, may come; a programme's or campaign's as long
 * as its file lives. */
static int32_t counter_expiry(const struct work *w, const struct limit *limit, int32_t period) {
  const struct campaign *campaign = work_campaign(w, limit->campaign);
  int64_t delay = limit->closes ? LIMIT_CLOSE_DELAY_MS : 0, late = w->in->settings->horizon_ms + delay;
  if (limit->rolling_days > 0) return state_expiry(period_start(UNIT_DAY, period + (int32_t)limit->rolling_days, campaign->zone) + late);
  if (limit->unit == UNIT_EVER) return campaign->programme ? 0 : state_expiry(campaign_over(campaign, w->in->settings) + delay);
  if (limit->unit == UNIT_CAMPAIGN) return state_expiry(campaign_over(campaign, w->in->settings) + delay);
  if (limit->cycle > 0) return state_expiry(cycle_end_most(limit->unit, period, campaign->zone) + late);
  return state_expiry(period_start(limit->unit, period + 1, campaign->zone) + late);
}

/* A shard whose clock is ahead let the counter go, or that of the first day of the event's earliest window: how much was used nobody knows
 * any more, and nothing is given twice. The customer's own go by the clock that lets events in. */
static bool counter_is_gone(const struct work *w, const struct limit *limit, const struct counter *counter) {
  int32_t first = limit->rolling_days > 0 ? counter->period - (int32_t)limit->rolling_days + 1 : counter->period;
  if (counter->state == NULL || counter->state == w->customer) return false;
  return state_is_gone(counter->state, counter_expiry(w, limit, first));
}

/* ---- room ---- */

static void limit_refuse(struct work *w, uint32_t number, const struct counter *counter, int64_t actual, struct outcome *outcome) {
  const struct limit *limit = &w->book->limits[number];
  assert(actual >= 0 && number < w->book->limit_count);
  outcome->reason = REASON_LIMIT_REACHED;
  outcome->limit = number, outcome->dimension = counter->dimension, outcome->period = counter->period;
  outcome->expected = limit->max, outcome->actual = actual, outcome->has_numbers = true;
  outcome->numbers_are_money = limit->of_amount && !limit->in_points;
}

/* Nobody knows in which of them this would count. */
static void cycle_refuse(const struct work *w, uint32_t number, struct outcome *outcome) {
  outcome->reason = REASON_CONDITION_NOT_MET;
  outcome->limit = number, outcome->dimension = NONE, outcome->period = PERIOD_NONE;
  outcome->actual_text = w->book->own_cycles[w->book->limits[number].cycle - 1].lacking;
}

static bool limit_has_room(struct work *w, uint32_t number, struct outcome *outcome) {
  const struct limit *limit = &w->book->limits[number];
  struct counter counter, fullest = {0};
  if (limit_period(w, limit) == PERIOD_NONE) {
    cycle_refuse(w, number, outcome);
    return false;
  }
  int64_t most = -1;
  enum found found;
  for (uint32_t n = 0; (found = counter_find(w, limit, n, &counter)) != FOUND_END; n++) {
    if (found == FOUND_MISSING && limit->missing_skip) continue;
    if (found == FOUND && counter_is_gone(w, limit, &counter)) {
      outcome->reason = REASON_EVENT_TOO_LATE;
      return false;
    }
    int64_t used = found == FOUND_MISSING ? limit->max : counter_used(limit, &counter);
    if (used > most) most = used, fullest = counter;
  }
  int64_t need = 1; /* of an amount: at least one minor unit; how much is known when the item is */
  if (most + need <= limit->max) return true;
  limit_refuse(w, number, &fullest, most, outcome);
  return false;
}

bool limits_have_room(struct work *w, const struct rule *rule, struct outcome *outcome) {
  for (uint32_t i = 0; i < rule->limit_count; i++)
    if (!limit_has_room(w, w->book->refs[rule->limit_first + i], outcome)) return false;
  return true;
}

/* The room an amount limit leaves in its fullest counter. */
static int64_t limit_room(struct work *w, const struct limit *limit, struct counter *fullest) {
  struct counter counter;
  int64_t room = limit->max;
  enum found found;
  *fullest = (struct counter){.dimension = NONE, .period = limit_period(w, limit)};
  for (uint32_t n = 0; (found = counter_find(w, limit, n, &counter)) != FOUND_END; n++) {
    if (found == FOUND_MISSING) continue;
    int64_t left = limit->max - counter_used(limit, &counter);
    if (left < room) room = left, *fullest = counter;
  }
  return room < 0 ? 0 : room;
}

bool limits_cut(struct work *w, const struct rule *rule, bool points, int64_t *value, uint32_t *cut_by, struct outcome *outcome) {
  for (uint32_t i = 0; i < rule->limit_count; i++) {
    uint32_t number = w->book->refs[rule->limit_first + i];
    const struct limit *limit = &w->book->limits[number];
    struct counter fullest;
    if (!limit->of_amount || limit->in_points != points) continue;
    int64_t room = limit_room(w, limit, &fullest);
    if (*value <= room) continue;
    int64_t least = limit->least > 0 ? limit->least : 1;
    if (!limit->partial || room < least) {
      limit_refuse(w, number, &fullest, limit->max - room, outcome);
      return false;
    }
    if (w->hand) limit_refuse(w, number, &fullest, limit->max - room, outcome); /* it cuts nothing off, and is told */
    *value = room, *cut_by = number;
  }
  return true;
}

/* ---- taking and giving back ---- */

static void counter_add(struct work *w, const struct limit *limit, const struct counter *counter, int64_t amount, struct claims *claims) {
  assert(amount > 0); /* going back is limit_give_back */
  if (counter->state == NULL) return;
  struct cell *cell = work_make(w, counter->state, CELL_LIMIT, limit->decl, counter->key, counter->period);
  cell->limit.used += amount;
  cell->expires_day = counter_expiry(w, limit, counter->period);
  assert(cell->limit.used >= 0); /* memory invariant 6 */
  const struct claim claim = {
      counter->state == w->customer ? ON_CUSTOMER : ON_RESOURCE, limit->of_amount, limit->decl, counter->key, counter->period, amount};
  claim_add(claims, &claim);
}

static void limit_take(struct work *w, const struct limit *limit, int64_t amount, struct claims *claims) {
  struct counter counter;
  enum found found;
  for (uint32_t n = 0; (found = counter_find(w, limit, n, &counter)) != FOUND_END; n++)
    if (found == FOUND) counter_add(w, limit, &counter, amount, claims);
}

void limits_take_count(struct work *w, const struct rule *rule, struct claims *claims) {
  for (uint32_t i = 0; i < rule->limit_count; i++) {
    const struct limit *limit = &w->book->limits[w->book->refs[rule->limit_first + i]];
    if (!limit->of_amount) limit_take(w, limit, 1, claims);
  }
}

void limits_take_amount(struct work *w, const struct rule *rule, bool points, int64_t value, struct claims *claims) {
  if (value == 0) return;
  for (uint32_t i = 0; i < rule->limit_count; i++) {
    const struct limit *limit = &w->book->limits[w->book->refs[rule->limit_first + i]];
    if (limit->of_amount && limit->in_points == points) limit_take(w, limit, value, claims);
  }
}

void limit_give_back(struct work *w, const struct cell *taken, int64_t amount) {
  struct owner owner = owner_named(OWNER_RESOURCE, cell_decl(taken), taken->taken.owner_key);
  struct state *state = taken->taken.on == ON_CUSTOMER ? w->customer : work_state(w, &owner);
  if (state == NULL) return;
  const struct cell *known = state_find(state, CELL_LIMIT, cell_decl(taken), taken->taken.owner_key, taken->period);
  if (known == NULL) return; /* its period is over and gone */
  struct cell *counter = state_write(state, known);
  counter->limit.used -= amount < counter->limit.used ? amount : counter->limit.used;
  assert(amount > 0 && counter->limit.used >= 0); /* memory invariant 6 */
}
