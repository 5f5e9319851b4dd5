/* Chances: gifts that buy gifts. A lot is what one gift of chances came to: when it may be spent, how many were given, how many are spent
 * (R43, R45, R141). A top-up has one lot for each period, which follows its measure up and down. */
#include "work.h"

int64_t moment_or(const struct moment *moment, int64_t from_ms, int32_t offset_minutes, int64_t otherwise) {
  return moment->kind == MOMENT_NONE ? otherwise : moment_resolve(moment, from_ms, offset_minutes);
}

static bool lot_fits(struct work *w, const struct rule *rule, const struct cell *lot) {
  for (uint32_t i = 0; i < rule->spends_match_count; i++) {
    const struct cell *kept = kept_cell(w, lot->decl, lot->key, rule->spends_match[i], 0);
    const struct value *value = event_field(w->event, rule->spends_match[i]);
    if (kept == NULL || value == NULL || value->kind == VALUE_LIST) return false;
    struct cell probe = {0};
    cell_set_value(&probe, value, 0);
    if (probe.v[0] != kept->v[0] || probe.flags != kept->flags) return false;
  }
  return true;
}

/* How far a lot is from being spendable: the nearest one gives the reason. */
enum lot_trouble { LOT_GOOD, LOT_EARLY, LOT_SPENT, LOT_EXPIRED, LOT_NONE };

static enum lot_trouble lot_trouble(const struct cell *lot, int64_t time_ms) {
  if (lot->v[3] >= lot->v[2]) return LOT_SPENT;
  if (time_ms >= lot->v[1]) return LOT_EXPIRED;
  return time_ms < lot->v[0] ? LOT_EARLY : LOT_GOOD;
}

static void lot_refuse(enum lot_trouble trouble, const struct cell *nearest, int64_t time_ms, struct outcome *outcome) {
  static const enum reason reasons_of[] = {[LOT_EARLY] = REASON_PENDING_HOLD,
                                           [LOT_SPENT] = REASON_LIMIT_REACHED,
                                           [LOT_EXPIRED] = REASON_EXPIRED,
                                           [LOT_NONE] = REASON_CONDITION_NOT_MET};
  outcome->reason = reasons_of[trouble];
  if (nearest == NULL) return;
  outcome->has_numbers = true;
  outcome->numbers_are_times = trouble != LOT_SPENT;
  outcome->expected = trouble == LOT_EARLY ? nearest->v[0] : trouble == LOT_EXPIRED ? nearest->v[1] : nearest->v[2];
  outcome->actual = trouble == LOT_SPENT ? nearest->v[3] : time_ms;
}

/* The lot that expires first. */
const struct cell *lot_choose(struct work *w, const struct rule *rule, struct outcome *outcome) {
  uint64_t decl = w->book->chances[rule->spends].decl;
  const struct cell *best = NULL, *nearest = NULL;
  enum lot_trouble trouble = LOT_NONE;
  for (uint32_t i = 0; i < w->customer->cell_count; i++) {
    const struct cell *lot = &w->customer->cells[i];
    if (lot->kind != CELL_LOT || lot->decl != decl || !lot_fits(w, rule, lot)) continue;
    enum lot_trouble now = lot_trouble(lot, w->event->time_ms);
    if (now == LOT_GOOD && (best == NULL || lot->v[1] < best->v[1])) best = lot;
    if (now < trouble) trouble = now, nearest = lot;
  }
  if (best == NULL) lot_refuse(trouble, nearest, w->event->time_ms, outcome);
  return best;
}

void lot_spend(struct work *w) {
  struct cell *lot = state_find(work_touch(w->customer), CELL_LOT, w->lot->decl, w->lot->key, w->lot->period);
  assert(lot != NULL);
  lot->v[3] += 1;
}

static uint64_t top_up_key(const struct rule *rule, int32_t period) {
  return hash64_pair(&HASH_KEY_FIXED, rule->decl, (uint64_t)(int64_t)period);
}

/* Spent and expired lots make way first; a customer with LIMIT_LOTS open lots of a chance gets no more of it. */
static bool lot_room(struct work *w, uint64_t decl) {
  uint32_t count = 0;
  struct cell *idle = NULL;
  for (uint32_t i = 0; i < w->customer->cell_count; i++) {
    struct cell *lot = &w->customer->cells[i];
    if (lot->kind != CELL_LOT || lot->decl != decl) continue;
    count++;
    if (idle == NULL && (lot->v[3] >= lot->v[2] || lot->v[1] <= w->event->time_ms)) idle = lot;
  }
  if (count < LIMIT_LOTS) return true;
  if (idle == NULL) return false;
  state_remove(w->customer, idle);
  return true;
}

static struct cell *lot_make(struct work *w, const struct rule *rule, const struct item *item, uint64_t key, int32_t period) {
  const struct campaign *campaign = work_campaign(w, rule->campaign);
  uint64_t decl = w->book->chances[item->chance].decl;
  struct cell *lot = state_find(w->customer, CELL_LOT, decl, key, period);
  if (lot != NULL) return lot;
  if (!lot_room(w, decl)) return NULL;
  lot = work_make(w, w->customer, CELL_LOT, decl, key, period);
  if (lot == NULL) return NULL;
  int64_t time = w->event->time_ms;
  lot->v[0] = moment_or(&item->valid_from, time, campaign->offset_minutes, time);
  lot->v[1] = moment_or(&item->valid_to, time, campaign->offset_minutes, campaign->closing_ms);
  lot->expires_day = state_expiry((lot->v[1] > campaign->closing_ms ? lot->v[1] : campaign->closing_ms) + w->in->settings->memory_ms);
  return lot;
}

static void lot_keep(struct work *w, const struct item *item, uint64_t key) {
  uint64_t decl = w->book->chances[item->chance].decl;
  int64_t until = w->book->campaigns[w->book->chances[item->chance].campaign].closing_ms + w->in->settings->memory_ms;
  for (uint32_t i = 0; i < item->keep_count; i++) keep_values(w, decl, key, item->keep[i], event_field(w->event, item->keep[i]), until);
}

/* What is new of a top-up: the band's count less what this period has already had. `small` is that high-water mark. */
static int64_t top_up_new(struct cell *lot, int64_t count) {
  int64_t fresh = count - lot->small;
  lot->v[2] = count;
  if (fresh <= 0) return 0;
  lot->small = (uint16_t)count;
  return fresh;
}

bool lot_give(struct work *w, const struct rule *rule, const struct item *item, const struct wake *wake, struct gift *gift,
              struct outcome *outcome) {
  bool top_up = item->count.form == VALUE_FORM_BANDS && item->count.pay == PAY_TOP_UP && wake->fired != NULL;
  int32_t period = top_up ? wake->fired->period : 0;
  uint64_t key = top_up ? top_up_key(rule, period) : id_low(gift);
  int64_t count = item_count(w, item, rule->campaign);
  if (count <= 0) {
    outcome->reason = REASON_TARGET_NOT_REACHED;
    worth_below(w, &item->count, outcome);
    return false;
  }
  struct cell *lot = lot_make(w, rule, item, key, period);
  if (lot == NULL) {
    outcome->reason = REASON_LIMIT_REACHED;
    return false;
  }
  work_touch(w->customer);
  gift->valid_from_ms = lot->v[0], gift->valid_to_ms = lot->v[1];
  gift->count = top_up ? top_up_new(lot, count) : count;
  if (!top_up) lot->v[2] += count;
  if (gift->count <= 0)
    outcome->reason = REASON_TARGET_NOT_REACHED;
  else
    lot_keep(w, item, key);
  return gift->count > 0;
}

void lots_lower(struct work *w, const struct fired *fired) {
  const struct span *hearers = &w->book->fact_hearers[fired->fact];
  for (uint32_t i = 0; i < hearers->count; i++) {
    const struct rule *rule = &w->book->rules[w->book->refs[hearers->first + i]];
    const struct item *item = &w->book->items[rule->item_first];
    if (!item->is_chance || item->count.form != VALUE_FORM_BANDS || item->count.pay != PAY_TOP_UP) continue;
    uint64_t decl = w->book->chances[item->chance].decl;
    struct cell *lot = state_find(w->customer, CELL_LOT, decl, top_up_key(rule, fired->period), fired->period);
    if (lot == NULL) continue;
    lot->v[2] = item_count(w, item, rule->campaign);
    work_touch(w->customer);
  }
}

/* A chance that is undone is taken back as far as it is unspent. */
void lot_take_back(struct work *w, const struct item *item, uint64_t lot_key, int64_t count) {
  struct cell *lot = state_find(w->customer, CELL_LOT, w->book->chances[item->chance].decl, lot_key, 0);
  if (lot == NULL) return;
  lot->v[2] = lot->v[2] - count < lot->v[3] ? lot->v[3] : lot->v[2] - count;
  work_touch(w->customer);
}
