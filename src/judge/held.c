/* Keeps with a gift what of its rule's conditions held, for when it is judged again (then.c). Where a rule asks for all of its tests they
 * held, and of those behind `not` none did: nothing is kept. Of alternatives - `any`, several triggers, the items of `first_of` - it must
 * be known which (campaign/held.c says of which rules). */
#include "held.h"

struct noting {
  struct work *w;
  uint32_t campaign;
  uint64_t held[HELD_WORDS], usual[HELD_WORDS];
};

static void note(struct noting *n, uint32_t number, bool held, bool usual) {
  if (number >= HELD_WORDS * HELD_BITS) return;
  n->held[number / HELD_BITS] |= (uint64_t)held << number % HELD_BITS;
  n->usual[number / HELD_BITS] |= (uint64_t)usual << number % HELD_BITS;
}

static void test_note(void *self, uint32_t number, uint32_t node, bool denied) {
  struct noting *n = self;
  struct failure unread;
  note(n, number, condition_holds(n->w, node, n->campaign, true, &unread), !denied);
}

static bool is_fired(const struct work *w, uint32_t fact) {
  for (uint32_t i = 0; i < w->fired_count; i++)
    if (w->fired[i].fact == fact) return true;
  return false;
}

/* Whether it may have been this one that woke the rule; of an event its conditions tell the rest. */
static bool may_have_woken(const struct work *w, const struct trigger *trigger) {
  if (trigger->kind == TRIGGER_FACT) return is_fired(w, trigger->fact);
  return trigger->kind != TRIGGER_EVENT || trigger->type == w->event->type;
}

void held_keep(struct work *w, const struct rule *rule, uint64_t id_low) {
  struct noting n = {.w = w, .campaign = rule->campaign};
  const struct visiting visiting = {w->book, test_note, &n};
  if (!rule->notes_held || w->hand) return; /* what was handed out was given whatever held */
  for (uint32_t i = 0; i < rule->on.count; i++) note(&n, i, may_have_woken(w, &w->book->triggers[rule->on.first + i]), true);
  tests_visit(&visiting, rule);
  for (uint32_t i = 0; i < HELD_WORDS; i++) {
    if (n.held[i] == n.usual[i]) continue;
    struct cell *cell = work_make(w, w->customer, CELL_HELD, 0, id_low, (int32_t)i);
    cell->held.tests = n.held[i];
    cell->expires_day = undo_expiry(w);
  }
}
