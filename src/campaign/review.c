/* Gifts that somebody looks at before they go out (`review`; docs/language.md section 8): of which events, how long they are held, and what
 * becomes of them when nobody answers. */
#include "compile.h"

static const struct key review_keys[] = {{"when", KEY_MAY}, {"within", KEY_MUST}, {"otherwise", KEY_MUST}, {NULL, KEY_MAY}};
static const char *const otherwise_words[] = {"refuse", "pass", NULL};

/* What is qualified on the last day is looked at while the campaign closes. */
static void within_read(struct compile *c, const struct at *at, struct review *review) {
  const struct campaign *campaign = campaign_now(c);
  if (!read_duration(c, at, &review->within) || !file_now(c)->has_period) return;
  int64_t first = campaign->from_ms, last = campaign->to_ms - 1;
  int64_t until = duration_add(last, review->within, 1, campaign->zone);
  if (duration_add(first, review->within, 1, campaign->zone) - first > LIMIT_PENDING_MS)
    report(c, at, CHECK_BAD_VALUE, "a gift waits at most %lld days to be reviewed", LIMIT_PENDING_MS / MS_PER_DAY);
  else if (until > campaign->closing_ms)
    report(c, at, CHECK_SHORT_CLOSING,
           "what is qualified on the last day may be in review when the campaign has closed: it needs \"closing\": \"P%lldD\"",
           (long long)((until - campaign->to_ms + MS_PER_DAY - 1) / MS_PER_DAY));
}

/* A gift waits for one thing at a time, and for its own; a chance is no gift yet. */
static void held_check(struct compile *c, const struct at *at, const struct rule *rule) {
  bool gifts = false, ladder = false;
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = item_at(c, rule->item_first + i);
    gifts |= !item->is_chance && !item->is_nothing;
    ladder |= item_is_ladder(item);
  }
  if (rule->give == GIVE_CHOICE_OF)
    report(c, at, CHECK_BAD_VALUE, "what the customer chooses is issued when he does: review it where it is fulfilled");
  else if (ladder)
    report(c, at, CHECK_BAD_VALUE, "what goes on within a period (\"pay\") is issued step by step, at once: it cannot be held");
  else if (!gifts && rule->item_count > 0)
    report(c, at, CHECK_NO_EFFECT, "a chance is given at once: review what it buys");
}

void review_read(struct compile *c, const struct at *at, struct rule *rule) {
  struct at when = at_key(at, "when"), within = at_key(at, "within"), otherwise = at_key(at, "otherwise");
  uint32_t word = 0;
  rule->review = (struct review){.when = NONE};
  if (!keys_check(c, at, review_keys, "a review")) return;
  (void)condition_read(c, &when, PLACE_RULE, &rule->review.when);
  if (within.json != NULL) within_read(c, &within, &rule->review);
  if (otherwise.json != NULL && read_word(c, &otherwise, otherwise_words, CHECK_BAD_VALUE, &word)) rule->review.passes = word == 1;
  held_check(c, at, rule);
  rule->review.asked = true;
}
