/* What is still due of a gift after a reversal: its rule judged again with what is left (docs/language.md section 8). Everything but the
 * amount and what was accumulated held when the gift was given and is taken as it was; the words are those of the gift's own terms. */
#include "held.h"

static bool triggers_hold(struct work *w, const struct rule *rule) {
  struct failure failure;
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = &w->book->triggers[rule->on.first + i];
    if (!woken_then(w, i)) continue;
    if (trigger->kind != TRIGGER_EVENT || condition_holds(w, trigger->when, rule->campaign, true, &failure)) return true;
  }
  return false;
}

/* Which of the rule's items it is, or stands in for. */
static uint32_t place_of(const struct work *w, const struct rule *rule, const struct item *given) {
  const uint32_t number = (uint32_t)(given - w->book->items);
  for (uint32_t i = 0; i < rule->item_count; i++)
    for (uint32_t at = rule->item_first + i; at != NONE; at = w->book->items[at].or_else)
      if (at == number) return i;
  return 0;
}

/* One that was open when another behind it was given was passed over, since its pool was empty; so it is now. */
static bool was_open(struct work *w, const struct item *item, uint32_t campaign) {
  struct failure unread;
  w->as_given = true;
  bool open = condition_holds(w, item->when, campaign, true, &unread);
  w->as_given = false;
  return open;
}

/* Of a chooser by amount the item may now be another one: its worth is what remains, if it is the same kind of reward. */
static const struct item *item_now(struct work *w, const struct rule *rule, const struct item *given) {
  struct failure unread;
  if (rule->give != GIVE_FIRST_OF) return given;
  const uint32_t place = place_of(w, rule, given);
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = &w->book->items[rule->item_first + i];
    if (!condition_holds(w, item->when, rule->campaign, true, &unread) || (i < place && was_open(w, item, rule->campaign))) continue;
    return i == place ? given : str_equal(item->reward, given->reward) ? item : NULL;
  }
  return NULL;
}

/* A worth by something that cannot have changed is as it was. */
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

/* What is left of the event that a gift was given for. */
static int64_t amount_left(const struct work *w, const struct undoing *u, const struct cell *grant) {
  if (grant->key == u->original) return u->before - u->amount;
  const struct cell *original = state_find(w->customer, CELL_ORIGINAL, 0, grant->key, 0);
  return original == NULL ? 0 : original->original.amount - original->original.reversed;
}

/* The gift that an add-on rests on, as it is now. Of one that stays with the customer whatever is refunded nothing changed; false. */
static bool base_now(const struct work *w, const struct cell *grant, struct gift *out) {
  const struct cell *base = base_of(w, grant);
  const struct rulebook *book;
  const struct rule *rule;
  if (base == NULL || !terms_find(w, base, &book, &rule) || rule->undo.reward == UNDO_KEEP) return false;
  const struct item *item = grant_item(book, rule, base);
  if (item == NULL) return false;
  assert(base->grant.value_minor >= 0 && base->grant.units > 0);
  *out = (struct gift){
      .book = book, .item = (uint32_t)(item - book->items), .value_minor = base->grant.value_minor, .count = base->grant.units};
  return true;
}

struct due recheck(struct work *w, const struct undoing *u, const struct rule *rule, const struct cell *grant) {
  const struct item *given = grant_item(w->book, rule, grant);
  struct gift base;
  struct due now = {grant->grant.value_minor + set_off_of(w, grant->grant.id_low), grant->grant.units};
  const struct cell *original = state_find(w->customer, CELL_ORIGINAL, 0, grant->key, 0);
  int64_t day;
  if (given == NULL) return now; /* terms without the item: nothing is known against it */
  if (rate_is_awaited(work_campaign(w, rule->campaign), paid_then(original), &day)) return now; /* nor here: it was handed out */
  assert(w->base == NULL);
  recheck_begin(w, rule, grant, original, amount_left(w, u, grant));
  w->base = base_now(w, grant, &base) ? &base : NULL;
  struct due due = due_now(w, rule, given, now);
  w->rechecking = false, w->base = NULL;
  assert(due.value <= now.value && due.units <= now.units);
  return due;
}

bool due_is_less(const struct work *w, const struct cell *grant, struct due *due) {
  int64_t gross = grant->grant.value_minor + set_off_of(w, grant->grant.id_low);
  if (gross > 0 && due->value <= 0) *due = (struct due){0, 0};
  return due->units < grant->grant.units || due->value < gross;
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
