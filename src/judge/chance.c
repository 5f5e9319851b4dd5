/* Chances: gifts that buy gifts. A lot is what one gift of chances came to: when it may be spent, how many were given, how many are spent
 * (R43, R45, R141). A top-up has one lot for each period, which follows its measure up and down whatever woke the rule. */
#include "work.h"

/* How far a lot is from being spendable: the nearest one gives the reason. */
enum lot_trouble { LOT_GOOD, LOT_EARLY, LOT_SPENT, LOT_EXPIRED, LOT_NONE };

static enum lot_trouble lot_trouble(const struct cell *cell, int64_t time_ms) {
  assert(cell_kind(cell) == CELL_LOT);
  if (cell->lot.spent >= cell->lot.given) return LOT_SPENT;
  if (time_ms >= cell->lot.to_ms) return LOT_EXPIRED;
  return time_ms < cell->lot.from_ms ? LOT_EARLY : LOT_GOOD;
}

static void lot_refuse(enum lot_trouble trouble, const struct cell *nearest, int64_t time_ms, struct outcome *outcome) {
  static const enum reason reasons_of[] = {[LOT_EARLY] = REASON_PENDING_HOLD,
                                           [LOT_SPENT] = REASON_LIMIT_REACHED,
                                           [LOT_EXPIRED] = REASON_EXPIRED,
                                           [LOT_NONE] = REASON_CONDITION_NOT_MET};
  assert(trouble != LOT_GOOD && (nearest != NULL) == (trouble != LOT_NONE));
  outcome->reason = reasons_of[trouble];
  if (nearest == NULL) return;
  outcome->has_numbers = true;
  outcome->numbers_are_times = trouble != LOT_SPENT;
  outcome->expected = trouble == LOT_EARLY ? nearest->lot.from_ms : trouble == LOT_EXPIRED ? nearest->lot.to_ms : nearest->lot.given;
  outcome->actual = trouble == LOT_SPENT ? nearest->lot.spent : time_ms;
}

/* Which of two equals comes first must not depend on where they stand. */
static bool expires_before(const struct cell *a, const struct cell *b) {
  if (a->lot.to_ms != b->lot.to_ms) return a->lot.to_ms < b->lot.to_ms;
  return a->key != b->key ? a->key < b->key : a->period < b->period;
}

/* The lot that expires first. */
const struct cell *lot_choose(struct work *w, const struct rule *rule, struct outcome *outcome) {
  uint64_t decl = w->book->chances[rule->spends].decl;
  const struct cell *best = NULL, *nearest = NULL;
  enum lot_trouble trouble = LOT_NONE;
  for (const struct cell *cell = state_first(w->customer, CELL_LOT, decl, 0); cell != NULL; cell = state_next(w->customer, cell)) {
    if (!kept_matches(w, decl, cell->key, rule->spends_match, rule->spends_match_count)) continue;
    enum lot_trouble now = lot_trouble(cell, w->event->time_ms);
    if (now == LOT_GOOD && (best == NULL || expires_before(cell, best))) best = cell;
    if (now < trouble || (now == trouble && nearest != NULL && expires_before(nearest, cell))) trouble = now, nearest = cell;
  }
  if (best == NULL) lot_refuse(trouble, nearest, w->event->time_ms, outcome);
  return best;
}

void lot_spend(struct work *w) {
  struct cell *cell = state_write(w->customer, w->lot);
  cell->lot.spent += 1;
  assert(cell->lot.spent <= cell->lot.given);
}

/* ---- giving ---- */

static uint64_t top_up_key(const struct rule *rule, uint64_t per, int32_t period) {
  uint64_t key = hash64_pair(&HASH_KEY_FIXED, rule->decl, (uint64_t)(int64_t)period);
  return per == 0 ? key : hash64_pair(&HASH_KEY_FIXED, key, per);
}

struct lot_name {
  uint64_t key;
  int32_t period;
};

/* The lot of a top-up is that of the measure's period, at the time and for the key of this event. */
static struct lot_name lot_name(struct work *w, const struct rule *rule, const struct item *item, const struct gift *gift) {
  const struct condition *by = item_tops_up(item) ? &w->book->conditions[item->count.of] : NULL;
  if (by == NULL || by->left != LEFT_FACT) return (struct lot_name){gift->id_words[0], 0};
  const struct fact *fact = &w->book->facts[by->index];
  uint64_t per = 0;
  (void)key_of_fact(w, fact, &per);
  int32_t period = measure_now(w, fact);
  return (struct lot_name){top_up_key(rule, per, period), period};
}

/* Whether a top-up may ask yet what this lot had: as long as what its measure counted is remembered. A lot does not say whose it is; to a
 * measure of other units its period is of long ago, or still to come. */
static bool lot_is_asked(const struct work *w, const struct cell *lot) {
  int32_t today = (int32_t)(w->event->arrival_ms / MS_PER_DAY);
  for (uint32_t i = 0; lot->lot.high_water > 0 && i < w->book->top_up_count; i++) {
    const struct top_up *top_up = &w->book->top_ups[i];
    const struct fact *fact = &w->book->facts[top_up->fact];
    if (w->book->chances[w->book->items[top_up->item].chance].decl != cell_decl(lot)) continue;
    int32_t until = lot->period > measure_now(w, fact) ? 0 : measure_expiry(w, fact, lot->period);
    if (until == 0 || until >= today) return true;
  }
  return false;
}

/* Spent and expired lots make way first, but for those of a top-up, which would be paid anew; a customer with LIMIT_LOTS open lots of a
 * chance gets no more of it. */
static bool lot_room(struct work *w, uint64_t decl) {
  uint32_t open = 0, done = 0;
  const struct cell *idle = NULL, *cell = state_first(w->customer, CELL_LOT, decl, 0);
  for (; cell != NULL; cell = state_next(w->customer, cell)) {
    if (cell->lot.spent < cell->lot.given && cell->lot.to_ms > w->event->time_ms) {
      open++;
    } else if (!lot_is_asked(w, cell)) {
      done++;
      if (idle == NULL || expires_before(cell, idle)) idle = cell;
    }
  }
  if (open >= LIMIT_LOTS) return false;
  if (idle != NULL && open + done >= LIMIT_LOTS) state_remove(w->customer, idle);
  return true;
}

static struct cell *lot_make(struct work *w, const struct rule *rule, const struct item *item, struct lot_name name) {
  const struct campaign *campaign = work_campaign(w, rule->campaign);
  uint64_t decl = w->book->chances[item->chance].decl;
  assert(item->is_chance && item->chance < w->book->chance_count);
  const struct cell *known = state_find(w->customer, CELL_LOT, decl, name.key, name.period);
  if (known != NULL) return state_write(w->customer, known);
  if (!lot_room(w, decl)) return NULL;
  struct cell *cell = work_add(w, w->customer, CELL_LOT, decl, name.key, name.period);
  int64_t time = w->event->time_ms, spare = w->in->settings->memory_ms + (MUTANT(LOT_GOES_MIDWAY) ? 0 : w->in->settings->horizon_ms);
  cell->lot.from_ms = moment_or(&item->valid_from, time, campaign->zone, time);
  cell->lot.to_ms = moment_or(&item->valid_to, time, campaign->zone, campaign->closing_ms);
  cell->lot.terms = terms_number(campaign);
  cell->expires_day = state_expiry((cell->lot.to_ms > campaign->closing_ms ? cell->lot.to_ms : campaign->closing_ms) + spare);
  return cell;
}

static void lot_keep(struct work *w, const struct item *item, const struct cell *lot) {
  for (uint32_t i = 0; i < item->keep_count; i++)
    keep_values(w, cell_decl(lot), lot->key, item->keep[i], event_field(w->event, item->keep[i]), lot->expires_day);
}

/* What is new of a top-up: the band's count less what this period has already had. */
static int64_t top_up_new(struct cell *cell, uint32_t count) {
  int64_t fresh = (int64_t)count - cell->lot.high_water;
  cell->lot.given = count;
  if (fresh <= 0) return 0;
  cell->lot.high_water = count;
  return fresh;
}

bool lot_give(struct work *w, const struct rule *rule, const struct item *item, struct gift *gift, struct outcome *outcome) {
  int64_t count = item_count(w, item, rule->campaign);
  if (count <= 0) {
    outcome->reason = REASON_TARGET_NOT_REACHED;
    worth_below(w, item, &item->count, outcome);
    return false;
  }
  struct cell *cell = lot_make(w, rule, item, lot_name(w, rule, item, gift));
  if (cell == NULL) {
    outcome->reason = REASON_LIMIT_REACHED;
    return false;
  }
  gift->valid_from_ms = cell->lot.from_ms, gift->valid_to_ms = cell->lot.to_ms;
  gift->count = item_tops_up(item) ? top_up_new(cell, (uint32_t)count) : count;
  if (!item_tops_up(item)) cell->lot.given += (uint32_t)count;
  if (gift->count <= 0)
    outcome->reason = REASON_TARGET_NOT_REACHED;
  else
    lot_keep(w, item, cell);
  return gift->count > 0;
}

/* ---- going back ---- */

/* Of the period that fell, whatever period the event is in that made it fall. */
static void lot_follow(struct work *w, const struct top_up *top_up, uint64_t per, int32_t period) {
  const struct fact *fact = &w->book->facts[top_up->fact];
  const struct item *item = &w->book->items[top_up->item];
  uint64_t key = top_up_key(&w->book->rules[top_up->rule], fact->dimension_count == 0 ? 0 : per, period);
  const struct cell *cell = state_find(w->customer, CELL_LOT, w->book->chances[item->chance].decl, key, period);
  bool absent = false;
  if (cell == NULL) return;
  int64_t value = measure_value(w, fact, per, period, &absent);
  state_write(w->customer, cell)->lot.given = (uint32_t)bands_value(&item->count, absent ? 0 : value);
}

void lots_lower(struct work *w, uint32_t fact, uint64_t per, int32_t period) {
  for (uint32_t i = 0; i < w->book->top_up_count; i++)
    if (w->book->top_ups[i].fact == fact) lot_follow(w, &w->book->top_ups[i], per, period);
}

void lot_lower(struct work *w, uint64_t chance_decl, uint64_t lot_key, uint32_t left) {
  const struct cell *cell = state_find(w->customer, CELL_LOT, chance_decl, lot_key, 0);
  if (cell == NULL) return;
  state_write(w->customer, cell)->lot.given = cell->lot.spent > left ? cell->lot.spent : left;
}
