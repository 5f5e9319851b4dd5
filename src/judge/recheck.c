/* What is still due of a gift after a reversal: its rule judged again with what is left (docs/language.md section 8). Everything but the
 * amount and what was accumulated held when the gift was given and is taken as it was; the words are those of the gift's own terms. */
#include "work.h"

static bool triggers_hold(struct work *w, const struct rule *rule) {
  struct failure failure;
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = &w->book->triggers[rule->on.first + i];
    if (trigger->kind != TRIGGER_EVENT || condition_holds(w, trigger->when, rule->campaign, true, &failure)) return true;
  }
  return false;
}

/* Of a chooser by amount the item may now be a lower one: its worth is what remains, if it is the same kind of reward. */
static const struct item *item_now(struct work *w, const struct rule *rule, const struct item *given) {
  struct failure failure;
  if (rule->give != GIVE_FIRST_OF || condition_holds(w, given->when, rule->campaign, true, &failure)) return given;
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = &w->book->items[rule->item_first + i];
    if (condition_holds(w, item->when, rule->campaign, true, &failure)) return str_equal(item->reward, given->reward) ? item : NULL;
  }
  return NULL;
}

/* A worth by something that cannot have changed is as it was; an add-on goes with its base, not with this. */
static bool may_change(const struct work *w, const struct worth *worth) {
  return worth->form == VALUE_FORM_FIXED || (worth_is_derived(worth) && left_can_change(w, &w->book->conditions[worth->of]));
}

/* A share stays as it was, whatever others had, as long as there is anything left that it was by. */
static bool nothing_shared(struct work *w, const struct worth *worth) {
  if (worth->form != VALUE_FORM_SHARE) return false;
  struct value left = left_value(w, &w->book->conditions[worth->of]);
  return left.kind != VALUE_INT || left.number <= 0;
}

static struct due due_now(struct work *w, const struct rule *rule, const struct item *given, struct due now) {
  const struct due nothing = {0, 0};
  struct failure failure;
  struct due due = now;
  if (!triggers_hold(w, rule) || !condition_holds(w, rule->when, rule->campaign, true, &failure)) return nothing;
  const struct item *item = item_now(w, rule, given);
  if (item == NULL || nothing_shared(w, &item->value)) return nothing;
  if (may_change(w, &item->value)) {
    int64_t value = item_value(w, item, rule->campaign);
    if (value <= 0) return nothing;
    if (value < due.value) due.value = value;
  }
  if (may_change(w, &item->count)) {
    int64_t units = item_count(w, item, rule->campaign);
    if (units <= 0) return nothing;
    if (units < (int64_t)due.units) due.units = (uint32_t)units;
  }
  return due;
}

struct due recheck(struct work *w, const struct rule *rule, const struct cell *grant, int64_t amount_left) {
  const struct item *given = grant_item(w->book, rule, grant);
  struct due now = {grant->grant.value_minor + set_off_of(w, grant->grant.id_low), grant->grant.units};
  if (given == NULL) return now; /* terms without the item: nothing is known against it */
  assert(!w->rechecking && amount_left >= 0);
  w->rechecking = true, w->recheck_amount = amount_left, w->recheck_cause = grant->key;
  w->recheck_currency = original_currency(state_find(w->customer, CELL_ORIGINAL, 0, grant->key, 0));
  struct due due = due_now(w, rule, given, now);
  w->rechecking = false;
  assert(due.value <= now.value && due.units <= now.units);
  return due;
}

/* ---- in proportion ---- */

struct due due_prorated(struct due now, int64_t left, int64_t before) {
  if (left <= 0) return (struct due){0, 0};
  assert(left <= before);
  if (now.units <= 1 && now.value > 0) return (struct due){money_share(now.value, left, before), now.units};
  __int128_t units = ((__int128_t)now.units * left + before - 1) / before;
  return (struct due){now.value, (uint32_t)units};
}

struct due due_of_chosen(const struct work *w, const struct rule *rule, uint64_t event, struct due whole) {
  const struct cell *cell = state_find(w->customer, CELL_ORIGINAL, 0, event, 0);
  if (cell == NULL || cell->original.reversed == 0 || rule->undo.partial != PARTIAL_PRORATE) return whole;
  struct due due = due_prorated(whole, cell->original.amount - cell->original.reversed, cell->original.amount);
  if (due.value == 0 && whole.value > 0) due.value = 1; /* something is left of it */
  return due;
}
