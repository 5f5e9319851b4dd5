/* Gifts that somebody looks at before they go out (`review`; docs/language.md section 8): of which events, how long they are held, and what
 * becomes of them when nobody answers. */
#include "compile.h"

static const struct key review_keys[] = {{"when", KEY_MAY}, {"within", KEY_MUST}, {"otherwise", KEY_MUST}, {NULL, KEY_MAY}};
static const char *const otherwise_words[] = {"refuse", "pass", NULL};

/* A gift waits for one thing at a time, and for its own; a chance is no gift yet. */
static void held_check(struct compile *c, const struct at *at, const struct rule *rule) {
  bool gifts = false, ladder = false, queue = false;
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = item_at(c, rule->item_first + i);
    gifts |= !item->is_chance && !item->is_nothing;
    ladder |= item_is_ladder(item);
    queue |= item->when_empty == EMPTY_QUEUE;
  }
  if (rule->give == GIVE_CHOICE_OF)
    report(c, at, CHECK_BAD_VALUE, "what the customer chooses is issued when he does: review it where it is fulfilled");
  else if (ladder)
    report(c, at, CHECK_BAD_VALUE, "what goes on within a period (\"pay\") is issued step by step, at once: it cannot be held");
  else if (queue)
    report(c, at, CHECK_BAD_VALUE,
           "a gift waits for one thing: what waits for its pool (\"when_empty\": \"queue\") is not held before; write \"refuse\" there, or "
           "review where it is fulfilled");
  else if (!gifts && rule->item_count > 0)
    report(c, at, CHECK_NO_EFFECT, "a chance is given at once: review what it buys");
}

void review_read(struct compile *c, const struct at *at, struct rule *rule) {
  struct at when = at_key(at, "when"), within = at_key(at, "within"), otherwise = at_key(at, "otherwise");
  uint32_t word = 0;
  rule->review = (struct review){.when = NONE};
  if (!keys_check(c, at, review_keys, "a review")) return;
  (void)condition_read(c, &when, PLACE_RULE, &rule->review.when);
  waiting_read(c, &within, &rule->review.within, (struct waiting_words){"reviewed", "what is qualified on the last day may be in review"});
  if (otherwise.json != NULL && read_word(c, &otherwise, otherwise_words, CHECK_BAD_VALUE, &word)) rule->review.passes = word == 1;
  held_check(c, at, rule);
  rule->review.asked = true;
}
