/* Limits: counters per identity and period. The customer's own stand in the customer's record, all others in the record of the resource
 * that they cap (device, id document ...), so that each has exactly one owner (R40-R42, R138). */
#include "work.h"

/* One counter of a limit for this event. */
struct counter {
  struct state *state;
  uint64_t key;
  int32_t period;
  uint32_t dimension;
};

struct owner limit_owner(const struct limit *limit, uint64_t key) {
  return owner_named(OWNER_RESOURCE, limit->decl, key);
}

static int32_t limit_period(const struct work *w, const struct limit *limit) {
  int32_t offset = work_campaign(w, limit->campaign)->offset_minutes;
  return period_of(limit->rolling_days > 0 ? UNIT_DAY : limit->unit, w->event->time_ms, offset);
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
  struct owner owner = limit_owner(limit, out->key);
  out->state = own ? w->customer : work_state(w, &owner);
  return FOUND;
}

static int64_t counter_used(const struct limit *limit, const struct counter *counter) {
  if (limit->rolling_days == 0) {
    const struct cell *cell = state_find(counter->state, CELL_LIMIT, limit->decl, counter->key, counter->period);
    return cell == NULL ? 0 : cell->v[0];
  }
  int64_t used = 0;
  int32_t from = counter->period - (int32_t)limit->rolling_days + 1;
  for (uint32_t i = 0; i < counter->state->cell_count; i++) {
    const struct cell *cell = &counter->state->cells[i];
    bool mine = cell->kind == CELL_LIMIT && cell->decl == limit->decl && cell->key == counter->key;
    if (mine && cell->period >= from && cell->period <= counter->period) used += cell->v[0];
  }
  return used;
}

/* Counters are kept one period on (late events, reversals); a programme's or campaign's as long as its file lives. */
static int32_t counter_expiry(const struct work *w, const struct limit *limit, int32_t period) {
  const struct campaign *campaign = work_campaign(w, limit->campaign);
  int64_t memory = w->in->settings->memory_ms;
  if (limit->rolling_days > 0)
    return state_expiry(period_start(UNIT_DAY, period, campaign->offset_minutes) + (int64_t)limit->rolling_days * MS_PER_DAY + memory);
  if (limit->unit == UNIT_EVER) return campaign->programme ? 0 : state_expiry(campaign->closing_ms + memory);
  if (limit->unit == UNIT_CAMPAIGN) return state_expiry(campaign->closing_ms + memory);
  return state_expiry(period_start(limit->unit, period + 2, campaign->offset_minutes) + memory);
}

static void counter_add(struct work *w, const struct limit *limit, const struct counter *counter, int64_t amount, struct claims *claims) {
  struct cell *cell = work_make(w, counter->state, CELL_LIMIT, limit->decl, counter->key, counter->period);
  if (cell == NULL) return;
  cell->v[0] += amount;
  cell->expires_day = counter_expiry(w, limit, counter->period);
  claim_add(claims, counter->state == w->customer ? ON_CUSTOMER : ON_RESOURCE, limit->decl, counter->key, counter->period, amount);
}

static void limit_refuse(struct work *w, uint32_t number, const struct counter *counter, int64_t actual, struct outcome *outcome) {
  const struct limit *limit = &w->book->limits[number];
  outcome->reason = REASON_LIMIT_REACHED;
  outcome->limit = number, outcome->dimension = counter->dimension, outcome->period = counter->period;
  outcome->expected = limit->max, outcome->actual = actual, outcome->has_numbers = true;
  outcome->numbers_are_money = limit->of_amount && !limit->in_points;
}

static bool limit_has_room(struct work *w, uint32_t number, struct outcome *outcome) {
  const struct limit *limit = &w->book->limits[number];
  struct counter counter, fullest = {0};
  int64_t most = -1;
  enum found found;
  for (uint32_t n = 0; (found = counter_find(w, limit, n, &counter)) != FOUND_END; n++) {
    if (found == FOUND_MISSING && limit->missing_skip) continue;
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
    *value = room, *cut_by = number;
  }
  return true;
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
  for (uint32_t i = 0; i < rule->limit_count; i++) {
    const struct limit *limit = &w->book->limits[w->book->refs[rule->limit_first + i]];
    if (limit->of_amount && limit->in_points == points) limit_take(w, limit, value, claims);
  }
}
