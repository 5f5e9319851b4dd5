/* When a gift is issued that was qualified before, and what must still hold by then (`timing`, `still`; docs/language.md section 6). What
 * is asked at that instant has no event: everything that needs one is refused beside it. */
#include "fact_row.h"

/* ---- still ---- */

/* A value that stands in the customer's record, whatever happens. */
static bool is_remembered(struct compile *c, const struct condition *leaf) {
  switch (leaf->left) {
    case LEFT_PROFILE:
    case LEFT_TAG:
    case LEFT_LIST:
    case LEFT_SCHEDULE:
    case LEFT_MONTH: return true;
    case LEFT_FACT:
    case LEFT_FACT_AT:
    case LEFT_FACT_KEEP: break;
    case LEFT_FIELD:
    case LEFT_FACT_ELAPSED:
    case LEFT_CAUSED_BY:
    case LEFT_LEVEL:
    case LEFT_PLACE:
    case LEFT_CHANCE:
    case LEFT_RULE_REWARD: return false;
  }
  const struct fact *fact = fact_at(c, leaf->index);
  bool stands = row_of(fact)->stands;
  for (uint32_t i = 0; i < fact->dimension_count; i++) stands &= fact->dimensions[i].kind == DIMENSION_UNIT;
  return stands && leaf->op != OP_THIS_EVENT;
}

/* What the rule was told of another's measure nobody tells again. */
static void still_check(struct compile *c, uint32_t node) {
  if (node == NONE) return;
  const struct condition condition = *condition_at(c, node);
  for (uint32_t i = 0; condition.kind != CONDITION_LEAF && i < condition.count; i++) still_check(c, condition.first + i);
  if (condition.kind != CONDITION_LEAF) return;
  if (is_remembered(c, &condition) && !asks_figure(c, condition.left, condition.index)) return;
  report_text_at(c, condition.pointer, NULL, CHECK_CANNOT_HOLD,
                 "there is no event when the gift is issued, so '%.*s' is not known then: ask the profile, a tag, a list, a day, or what a "
                 "first, last, measure or difference without further 'per' remembers",
                 STR_FORMAT(condition.left_text));
}

/* ---- timing ---- */

/* Until when waits what is qualified on the first day, and on the last. */
static void waiting_check(struct compile *c, const struct at *at, int64_t first_until, int64_t last_until, struct waiting_words words) {
  const struct campaign *campaign = campaign_now(c);
  if (first_until - campaign->from_ms > LIMIT_PENDING_MS)
    report(c, at, CHECK_BAD_VALUE, "a gift waits at most %lld days to be %s", LIMIT_PENDING_MS / MS_PER_DAY, words.end);
  else if (last_until > campaign->closing_ms)
    report(c, at, CHECK_SHORT_CLOSING, "%s when the campaign has closed: it needs \"closing\": \"P%lldD\"", words.last,
           (long long)((last_until - campaign->to_ms + MS_PER_DAY - 1) / MS_PER_DAY));
}

void waiting_bound(struct compile *c, const struct at *at, struct duration within, struct waiting_words words) {
  const struct campaign *campaign = campaign_now(c);
  if (!file_now(c)->has_period) return;
  waiting_check(c, at, duration_add(campaign->from_ms, within, 1, campaign->zone),
                duration_add(campaign->to_ms - 1, within, 1, campaign->zone), words);
}

void waiting_read(struct compile *c, const struct at *at, struct duration *within, struct waiting_words words) {
  if (at->json != NULL && read_duration(c, at, within)) waiting_bound(c, at, *within, words);
}

static void closing_check(struct compile *c, const struct at *timing, const struct item *item) {
  const struct waiting_words words = {"issued", "what is qualified on the last day is issued"};
  const struct campaign *campaign = campaign_now(c);
  if (!file_now(c)->has_period) return;
  waiting_check(c, timing, moment_resolve(&item->timing, campaign->from_ms, campaign->zone),
                moment_resolve(&item->timing, campaign->to_ms - 1, campaign->zone), words);
}

void timing_read(struct compile *c, const struct at *at, enum item_place place, struct item *item) {
  struct at timing = at_key(at, "timing"), still = at_key(at, "still");
  if (timing.json == NULL && still.json == NULL) return;
  const struct at *one = timing.json != NULL ? &timing : &still;
  if (place == ITEM_OF_BUNDLE || place == ITEM_SUBSTITUTE)
    report(c, one, CHECK_BAD_VALUE, "%s is issued with the gift that it belongs to: write '%s' there",
           place == ITEM_OF_BUNDLE ? "what is in a bundle" : "a substitute", one->key);
  else if (item->is_chance)
    report(c, one, CHECK_BAD_VALUE, "a chance is given at once: when it may be spent is said by \"valid\"");
  else if (item_is_ladder(item))
    report(c, one, CHECK_BAD_VALUE, "what goes on within a period (\"pay\") is issued step by step, at once: it has no '%s'", one->key);
  else if (timing.json == NULL && item->when_empty != EMPTY_QUEUE)
    report(c, one, CHECK_BAD_VALUE, "'still' is asked again when the gift is issued: it goes with 'timing'");
  else if (timing.json != NULL && read_moment(c, &timing, false, &item->timing))
    closing_check(c, &timing, item);
  if (still.json != NULL && condition_read(c, &still, PLACE_RULE, &item->still)) still_check(c, item->still);
}

/* ---- in line ---- */

/* What it draws on must be known when there is no event any more, and one line is one pool's. */
void queue_check(struct compile *c, const struct at *at, const struct item *item) {
  struct at pool = at_key(at, "pool"), timing = at_key(at, "timing"), empty = at_key(at, "when_empty");
  if (item->when_empty != EMPTY_QUEUE) return;
  if (timing.json != NULL)
    report(c, &timing, CHECK_BAD_VALUE, "a gift waits for one thing: what waits for its pool is issued when that has it, without 'timing'");
  if (item->is_chance) report(c, &empty, CHECK_NO_EFFECT, "a chance draws on no pool: it is never empty");
  if (item->pool_count > 1)
    report(c, &pool, CHECK_BAD_POOL,
           "who waits stands in the line of one pool: name one here, and what it shares with others as the 'parent' of that pool");
  if (item_pays_by_field(c, item))
    report(c, &pool, CHECK_BAD_POOL,
           "no event says which share of the pool pays when it has it again: write a pool for each, without 'by'");
}

/* An add-on rests on a gift that is issued when its event is judged. */
void timing_lint(struct compile *c, uint32_t number) {
  const struct rule rule = *rule_at(c, number);
  if (c->reward_hearers[number].count == 0) return;
  if (rule_is_reviewed(c, &rule)) {
    report_text_at(
        c, rule.pointer, rule.review.asked ? "review" : "give", CHECK_BAD_VALUE,
        "another rule hears the gifts of this one (\"reward\"), and would hear nothing of a gift that is held%s: let both hear the event",
        rule.review.asked ? "" : ", as the bank's review (\"risk\" of bank.json) holds all");
    return;
  }
  for (uint32_t i = 0; i < rule.item_count; i++) {
    const struct item *item = item_at(c, rule.item_first + i);
    bool queues = item->when_empty == EMPTY_QUEUE, chooses = rule.give == GIVE_CHOICE_OF;
    if (item->timing.kind == MOMENT_NONE && !chooses && !queues) continue;
    report_text_at(c, chooses ? rule.pointer : item->pointer,
                   chooses  ? "give"
                   : queues ? "when_empty"
                            : "timing",
                   CHECK_BAD_VALUE,
                   "another rule hears the gifts of this one (\"reward\"), and would hear nothing of a gift that waits: let both hear the "
                   "event");
    return;
  }
}
