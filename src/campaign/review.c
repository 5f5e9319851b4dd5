/* Gifts that somebody looks at before they go out (`review` of a rule, and of `risk` of the bank; docs/language.md section 8): which, how
 * long they are held, and what becomes of them when nobody answers. */
#include "compile.h"

static const struct key review_keys[] = {{"when", KEY_MAY}, {"within", KEY_MUST}, {"otherwise", KEY_MUST}, {NULL, KEY_MAY}};
static const char *const otherwise_words[] = {"refuse", "pass", NULL};
static const struct waiting_words reviewed = {"reviewed", "what is qualified on the last day may be in review"};

/* All but how long. */
static bool review_begin(struct compile *c, const struct at *at, struct review *out) {
  struct at when = at_key(at, "when"), otherwise = at_key(at, "otherwise");
  uint32_t word = 0;
  *out = (struct review){.when = NONE, .campaign = c->now};
  if (!keys_check(c, at, review_keys, "a review")) return false;
  (void)condition_read(c, &when, PLACE_RULE, &out->when);
  if (otherwise.json != NULL && read_word(c, &otherwise, otherwise_words, CHECK_BAD_VALUE, &word)) out->passes = word == 1;
  out->asked = true;
  return true;
}

/* ---- what can be held ---- */

/* A chance is no gift yet. */
static bool gives_gifts(struct compile *c, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = item_at(c, rule->item_first + i);
    if (!item->is_chance && !item->is_nothing) return true;
  }
  return false;
}

/* A gift waits for one thing at a time, and for its own. NULL: it can be held. */
static const char *why_not_held(struct compile *c, const struct rule *rule) {
  bool ladder = false, queue = false;
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = item_at(c, rule->item_first + i);
    ladder |= item_is_ladder(item);
    queue |= item->when_empty == EMPTY_QUEUE;
  }
  if (rule->give == GIVE_CHOICE_OF) return "what the customer chooses is issued when he does";
  if (ladder) return "what goes on within a period (\"pay\") is issued step by step, at once";
  if (queue) return "what waits for its pool (\"when_empty\": \"queue\") waits for that alone";
  return NULL;
}

void review_read(struct compile *c, const struct at *at, struct rule *rule) {
  struct at within = at_key(at, "within");
  if (!review_begin(c, at, &rule->review)) return;
  waiting_read(c, &within, &rule->review.within, reviewed);
  const char *why = why_not_held(c, rule);
  if (why != NULL)
    report(c, at, CHECK_BAD_VALUE, "%s, and cannot be held before: give it otherwise, or review where it is fulfilled", why);
  else if (!gives_gifts(c, rule) && rule->item_count > 0)
    report(c, at, CHECK_NO_EFFECT, "a chance is given at once: review what it buys");
}

/* ---- the bank's ---- */

/* The bank has no days of its own: whether `closing` is as long is asked of each campaign. */
void risk_review_read(struct compile *c, const struct at *at) {
  struct at within = at_key(at, "within");
  struct review *review = &c->risk_review;
  if (!review_begin(c, at, review) || within.json == NULL || !read_duration(c, &within, &review->within)) return;
  if (duration_add(0, review->within, 1, campaign_now(c)->zone) <= LIMIT_PENDING_MS) return;
  report(c, &within, CHECK_BAD_VALUE, "a gift waits at most %lld days to be reviewed", LIMIT_PENDING_MS / MS_PER_DAY);
  review->asked = false; /* or each campaign is told so as well */
}

bool rule_is_reviewed(struct compile *c, const struct rule *rule) {
  return rule->review.asked || (c->risk_review.asked && gives_gifts(c, rule));
}

static void rule_held_check(struct compile *c, const struct at *at, const struct rule *rule) {
  struct at give = at_key(at, "give");
  const char *why = why_not_held(c, rule);
  if (why == NULL || rule->review.asked || give.json == NULL) return; /* its own review was told so already */
  report(
      c, &give, CHECK_BAD_VALUE,
      "%s, and the bank reviews gifts (\"risk\" of bank.json), so it must be held before: give it otherwise, or let the bank review where "
      "gifts are fulfilled",
      why);
}

void risk_review_check(struct compile *c) {
  const struct campaign *campaign = campaign_now(c);
  struct at rules = at_key(&file_now(c)->root, "rules"), period = at_key(&file_now(c)->root, "period");
  bool gifts = false;
  if (!c->risk_review.asked || !json_is_array(rules.json)) return;
  for (uint32_t i = 0; i < campaign->rule_count; i++) {
    struct at at = at_item(&rules, i);
    const struct rule rule = *rule_at(c, campaign->rule_first + i);
    if (!gives_gifts(c, &rule)) continue;
    gifts = true;
    rule_held_check(c, &at, &rule);
  }
  if (gifts) waiting_bound(c, &period, c->risk_review.within, reviewed);
}
