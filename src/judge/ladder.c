/* Ladders: values by bands that go on within a period of their measure (docs/language.md section 6). `top_up` pays the value of the band
 * that was reached less what the period has had; with `each` every band is a ladder of its own, of one step. What a period has had, less
 * what was taken back, stands in the customer's record, so it matters neither what woke the rule nor in which order events came: never
 * more is paid than the measure is worth now. Each gift is a step, and knows whose: a refund goes down them from the last (descend.c).
 *
 *     measure rises -> ladder_look, ladder_step -> gift -> ladder_keep        measure falls -> descend.c -> ladder_lowered
 */
#include "work.h"

static const struct fact *measure_of(const struct work *w, const struct item *item) {
  const struct condition *by = &w->book->conditions[item->value.of];
  assert(item_is_ladder(item) && by->left == LEFT_FACT);
  return &w->book->facts[by->index];
}

/* Named by what never changes: the item, the key of the measure; of `each` where the band begins. */
static uint64_t ladder_key(const struct item *item, uint64_t per, int64_t from) {
  uint64_t key = hash64_pair(&HASH_KEY_FIXED, item->mark, per);
  return item->value.pay == PAY_EACH ? hash64_pair(&HASH_KEY_FIXED, key, (uint64_t)from) : key;
}

bool ladder_look(struct work *w, const struct item *item, struct ladder_sight *out) {
  const struct fact *fact = measure_of(w, item);
  bool absent = false;
  if (!key_of_fact(w, fact, &out->per)) return false;
  out->period = measure_now(w, fact);
  out->reached = measure_value(w, fact, out->per, out->period, &absent);
  return !absent;
}

static struct step step_to(struct work *w, const struct rule *rule, const struct item *item, const struct ladder_sight *sight,
                           uint32_t band) {
  const struct band *reached = &item->value.bands[band];
  struct step step = {.ladder = ladder_key(item, sight->per, reached->from), .period = sight->period, .from = reached->from};
  const struct cell *ladder = state_find(w->customer, CELL_LADDER, rule->decl, step.ladder, step.period);
  step.n = ladder == NULL || MUTANT(STEP_AGAIN) ? 1 : ladder->ladder.steps + 1;
  step.paid = ladder == NULL || MUTANT(LADDER_FORGOTTEN) ? 0 : ladder->ladder.paid;
  step.value = reached->value - step.paid;
  return step;
}

/* Of a top-up the highest band alone. */
bool ladder_step(struct work *w, const struct rule *rule, const struct item *item, const struct ladder_sight *sight, uint32_t band,
                 struct step *out) {
  const struct worth *worth = &item->value;
  assert(band < worth->band_count && rule->decl != 0);
  bool reached = sight->reached >= worth->bands[band].from;
  bool passed = band + 1 < worth->band_count && sight->reached >= worth->bands[band + 1].from;
  if (!reached || (worth->pay == PAY_TOP_UP && passed)) return false;
  *out = step_to(w, rule, item, sight, band);
  return out->value > 0;
}

/* What is next: the first band that would pay something. */
void ladder_refuse(struct work *w, const struct rule *rule, const struct item *item, const struct ladder_sight *sight,
                   struct outcome *outcome) {
  const struct worth *worth = &item->value;
  outcome->reason = REASON_TARGET_NOT_REACHED;
  for (uint32_t i = 0; i < worth->band_count; i++) {
    if (sight->reached >= worth->bands[i].from || step_to(w, rule, item, sight, i).value <= 0) continue;
    outcome->expected = worth->bands[i].from, outcome->actual = sight->reached;
    outcome->has_numbers = true, outcome->numbers_are_money = w->book->conditions[worth->of].money;
    return;
  }
  outcome->reason = REASON_LIMIT_REACHED, outcome->of_period = true; /* all there is */
}

/* Never a number twice, whatever was taken back: so no two gifts have one id. */
void key_of_step(const struct step *step, struct reward_key *key) {
  key_print(key, "step:%016llx:%d:%lld:%u", (unsigned long long)step->ladder, step->period, (long long)step->from, step->n);
}

/* A period that begins and ends is over when nothing late of it may come, and nothing that was paid for it go back. Where a file can move
 * the end, and with it everything that was counted, what was paid stays known. */
static int32_t ladder_expiry(const struct work *w, const struct fact *fact, int32_t period, const struct cell *ladder) {
  if (fact->window.kind != WINDOW_UNIT || fact->window.unit >= UNIT_CAMPAIGN) return 0;
  int32_t day = measure_expiry(w, fact, period), undone = undo_expiry(w);
  if (undone > day) day = undone;
  return day > ladder->expires_day ? day : ladder->expires_day;
}

void ladder_keep(struct work *w, const struct rule *rule, const struct item *item, const struct step *step, const struct gift *gift) {
  struct cell *ladder = work_make(w, w->customer, CELL_LADDER, rule->decl, step->ladder, step->period);
  const struct grant_name name = {own_digest(w), gift->id_words[0]};
  assert(gift->count == 1 && (step->n > ladder->ladder.steps || MUTANT(STEP_AGAIN)));
  ladder->ladder.paid = sum_of(ladder->ladder.paid, gift->value_minor + gift->offset_minor);
  ladder->ladder.steps = step->n;
  ladder->expires_day = ladder_expiry(w, measure_of(w, item), step->period, ladder);
  if (grant_find(w, name) == NULL) return; /* nothing that could be refunded */
  struct cell *cell = work_add(w, w->customer, CELL_STEP, rule->decl, name.id_low, step->period);
  cell->step.event = name.event, cell->step.ladder = step->ladder, cell->step.from = step->from, cell->step.n = step->n;
  cell->expires_day = undo_expiry(w);
}

const struct cell *step_find(const struct work *w, uint64_t rule_decl, uint64_t id_low) {
  const struct cell *step = state_first(w->customer, CELL_STEP, rule_decl, 0);
  while (step != NULL && step->key != id_low) step = state_next(w->customer, step);
  return step;
}

void ladder_forfeited(struct work *w, uint64_t rule_decl, uint64_t id_low, int64_t amount) {
  const struct cell *step = step_find(w, rule_decl, id_low);
  assert(amount >= 0);
  if (step != NULL) state_write(w->customer, step)->step.forfeited += amount;
}

/* What goes back may be earned again; what stays with the customer counts as had. */
void ladder_lowered(struct work *w, uint64_t rule_decl, uint64_t id_low, int64_t amount, bool whole) {
  const struct cell *step = step_find(w, rule_decl, id_low);
  if (step == NULL) return;
  const struct cell *known = state_find(w->customer, CELL_LADDER, rule_decl, step->step.ladder, step->period);
  if (known != NULL) {
    struct cell *ladder = state_write(w->customer, known);
    ladder->ladder.paid -= amount < ladder->ladder.paid ? amount : ladder->ladder.paid;
    assert(amount >= 0 && ladder->ladder.paid >= 0); /* memory invariant 6 */
  }
  if (whole) state_remove(w->customer, step);
}
