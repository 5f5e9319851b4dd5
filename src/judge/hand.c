/* Gifts that were handed out by hand while giftd was down (docs/language.md section 9.3; R111). The line of the paper register is the event
 * that earned the gift, under the id that it has in the stream, and says which gift it was: `registeredgift`. So when the stream brings the
 * event, it came before; limits, pools and what a refund needs know of the gift, under the id that it would have had; and nobody is asked
 * to fulfil it. The customer has it: what would have refused it is told beside it, and changes nothing. */
#include "work.h"

/* What stands behind the rule's name: nothing, or the item's. */
static bool named(const struct work *w, const struct rule *rule, struct str *item) {
  struct str name = w->event->registered;
  *item = (struct str){NULL, 0};
  if (!str_starts(name, rule->name)) return false;
  if (name.length == rule->name.length) return true;
  if (name.at[rule->name.length] != '/') return false;
  *item = str_from(name, rule->name.length + 1);
  return item->length > 0;
}

bool by_hand(const struct work *w, const struct rule *rule) {
  struct str item;
  return w->event->registered.length > 0 && w->in->hearing == NULL && named(w, rule, &item);
}

/* Chances are kept by giftd, and what goes on in a period is worth what is missing of it: neither can have been handed out. */
static bool can_be_handed(const struct item *item) { return !item->is_chance && !item->is_nothing && !item_is_ladder(item); }

bool by_hand_item(const struct work *w, const struct rule *rule, uint32_t *item, uint32_t *meant) {
  struct str name;
  if (!named(w, rule, &name)) return false;
  for (uint32_t i = 0; i < rule->item_count; i++) {
    uint32_t number = *meant = rule->item_first + i;
    for (uint32_t depth = 0; number != NONE && depth <= LIMIT_OR_ELSE; depth++) {
      *item = number;
      bool here = name.length == 0 ? rule->item_count == 1 : str_equal(w->book->items[number].id, name);
      if (here) return can_be_handed(&w->book->items[number]);
      number = w->book->items[number].or_else;
    }
  }
  return false;
}

const struct rule *by_hand_rule(const struct work *w) {
  for (uint32_t i = 0; i < w->match_count; i++) {
    const struct listener *listener = &w->book->listeners[w->matches[i]];
    if (listener->kind != LISTENER_RULE || w->book->triggers[listener->trigger].as_count > 0) continue;
    const struct rule *rule = &w->book->rules[listener->owner];
    if (by_hand(w, rule) && event_names(w, rule)) return rule;
  }
  return NULL;
}

static void dead(struct work *w, const char *what) {
  w->dead = STR("REGISTERED_UNKNOWN");
  (void)fault_set(w->fault, STATUS_INPUT, "registeredgift \"%.*s\": %s", STR_FORMAT(w->event->registered), what);
}

bool by_hand_known(struct work *w) {
  uint32_t item, meant;
  if (w->event->registered.length == 0) return true;
  const struct rule *rule = by_hand_rule(w);
  if (rule == NULL) {
    dead(w,
         "no rule of that name gives for this event at its time; write campaign/rule, or campaign/rule/item, and the event as the stream "
         "would have it");
    return false;
  }
  if (rule->spends == NONE && by_hand_item(w, rule, &item, &meant)) return true;
  dead(w, rule->spends != NONE ? "the rule spends a chance, which giftd keeps: it cannot have been handed out"
                               : "it has no such item, or one that giftd keeps itself; of several items name the one that was handed out, "
                                 "campaign/rule/item");
  return false;
}

/* By money that cannot be read yet, or by what the campaign has not counted it in yet. */
static bool worth_waits(const struct work *w, const struct worth *worth) {
  if (!worth_is_derived(worth)) return false;
  const struct condition *of = &w->book->conditions[worth->of];
  bool counted = of->left == LEFT_FACT; /* times and what is kept are none, or from before the event */
  return condition_is_foreign(w, worth->of) || (counted && !w->book->facts[of->index].of_programme);
}

bool by_hand_waits(const struct work *w, const struct rule *rule, const struct item *item) {
  if (rate_is_known(w, work_campaign(w, rule->campaign), NULL)) return false;
  return worth_waits(w, &item->value) || worth_waits(w, &item->count);
}

void by_hand_worthless(struct work *w, bool waits) {
  assert(w->hand);
  dead(w, waits
              ? "what it is worth goes by a rate that is not there yet; write the amount and currency that it was handed out for, or send "
                "it again when the rate is there, before the event is back-filled"
              : "what it is worth goes by the event or by facts, and comes to nothing here; write the amount and currency that it was "
                "handed out for, or send it again behind the events that it rests on");
}

void by_hand_note(struct work *w, const struct outcome *why) {
  assert(w->hand && why->reason != REASON_GIVEN);
  if (!w->hand_noted) w->hand_why = *why;
  w->hand_noted = true;
}
