/* What the customer chooses (docs/language.md section 6, `choice_of`): a claim that names a gift which waits for that, and one of its
 * items. Anything else that names a gift changes nothing, and is told why. */
#include "work.h"

static const struct item *item_named(const struct rulebook *book, const struct rule *rule, struct str id) {
  for (uint32_t i = 0; i < rule->item_count; i++)
    if (str_equal(book->items[rule->item_first + i].id, id)) return &book->items[rule->item_first + i];
  return NULL;
}

static void choice_refuse(struct outcome *outcome, enum reason reason, struct str choice) {
  outcome->reason = reason, outcome->of_choice = true;
  outcome->actual_text = choice;
}

static void choose(struct work *w, const struct rule *rule, const struct cell *pending, struct str choice) {
  struct outcome *outcome = outcome_new(w, (uint32_t)(rule - w->book->rules), REASON_GIVEN);
  const struct item *item = item_named(w->book, rule, choice);
  if (pending->pending.waits != PENDING_CHOICE)
    choice_refuse(outcome, REASON_LIMIT_REACHED, STR(""));
  else if (w->event->time_ms >= pending->pending.time_ms)
    choice_refuse(outcome, REASON_EXPIRED, STR(""));
  else if (item == NULL)
    choice_refuse(outcome, REASON_CONDITION_NOT_MET, choice);
  else
    (void)give_chosen(w, rule, item, pending, outcome);
}

void choice_apply(struct work *w) {
  const struct value *id = event_field(w->event, FIELD_ID_REWARD_ID), *choice = event_field(w->event, FIELD_ID_CHOICE);
  const struct rulebook *before = w->book;
  const struct rule *rule;
  if (id == NULL || choice == NULL) return; /* a claim of chances */
  const struct cell *pending = pending_named(w);
  const struct cell *grant = pending == NULL ? NULL : grant_find(w, (struct grant_name){pending->pending.event, pending->key});
  bool waits = grant != NULL && terms_find(w, grant, &w->book, &rule) && rule->give == GIVE_CHOICE_OF;
  if (waits && event_names(w, rule))
    choose(w, rule, pending, choice->text);
  else
    w->out->gate = REASON_GIFT_UNKNOWN;
  w->book = before;
}
