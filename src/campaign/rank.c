/* Ranks (docs/language.md section 6): of all customers whose close a rule hears, the first are let through, or all share one pot.
 * Everything that says who is first is fixed as long as the rule lives (meaning.c): shards compare customers by it whom they judged days
 * apart. */
#include "fact_row.h"

static const struct key rank_keys[] = {{"by", KEY_MUST}, {"order", KEY_MUST}, {"top", KEY_MUST}, {"ties", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key lot_keys[] = {{"by", KEY_MUST}, {"tickets", KEY_MUST}, {"most", KEY_MUST}, {"top", KEY_MUST}, {NULL, KEY_MAY}};

uint32_t rank_kept(const struct rank *rank) {
  assert(rank_settles(rank) && rank->top <= LIMIT_RANK_TOP);
  return 2 * rank->top < LIMIT_RANK_KEPT ? 2 * rank->top : LIMIT_RANK_KEPT;
}

static bool is_number(const struct left *left) { return left->type == TYPE_MONEY || left->type == TYPE_INT; }

static bool side_read(struct compile *c, const struct at *at, struct rank_side *out, struct left *left) {
  out->left = left_node(c, at, PLACE_RULE, left);
  if (out->left == NONE || left->type == TYPE_BROKEN) return false;
  bool number = left->kind == LEFT_FACT && is_number(left) && row_of(fact_at(c, left->index))->ranks;
  bool time = left->kind == LEFT_FACT_AT || left->kind == LEFT_FACT_ELAPSED;
  if (number || time) return true;
  report(c, at, CHECK_BAD_VALUE,
         "customers are ranked by a number or a time that giftd remembers of them: \"fact.NAME\" of a measure, or fact.NAME.at, .elapsed");
  return false;
}

/* Numbers are compared as the rank is; of times the earlier is before the later, of durations the shorter. */
static void tie_read(struct compile *c, const struct at *at, struct rank *rank) {
  struct rank_side *tie = &rank->ties[rank->tie_count];
  struct left left;
  if (!side_read(c, at, tie, &left)) return;
  const struct condition *by = condition_at(c, rank->by.left);
  if (by->left == left.kind && by->index == left.index) {
    report(c, at, CHECK_BAD_VALUE, "the rank is by '%.*s' itself: who ties there ties here", STR_FORMAT(left.text));
    return;
  }
  tie->highest = rank->by.highest && is_number(&left);
  rank->tie_count++;
}

static void ties_read(struct compile *c, const struct at *at, struct rank *rank) {
  uint32_t count;
  if (!read_list(c, at, CHECK_BAD_VALUE, &count)) return;
  if (count > LIMIT_RANK_TIES) {
    report(c, at, CHECK_TOO_MANY, "%u ties; at most %u", count, LIMIT_RANK_TIES);
    return;
  }
  for (uint32_t i = 0; i < count; i++) {
    struct at item = at_item(at, i);
    tie_read(c, &item, rank);
  }
}

/* Not a day of each customer's own, which is no end of anything for all of them; nor a level, which completes at many closes. */
static bool hears_one_close(struct compile *c, const struct rule *rule) {
  const struct trigger *trigger = trigger_at(c, rule->on.first);
  return rule->on.count == 1 && trigger->kind == TRIGGER_CLOSE && trigger->fact == NONE && close_at(c, trigger->close)->left == NONE &&
         close_at(c, trigger->close)->cycle == 0;
}

/* What tells gifts of one close apart would let a customer win twice, or not at all. */
static bool rule_may_settle(struct compile *c, const struct at *at, const struct at *whole, const struct rule *rule, const char *what) {
  if (rule->on.count > 0 && !hears_one_close(c, rule)) {
    report(c, at, CHECK_BAD_TRIGGER,
           "a %s is settled when a period closes: the rule hears one close and nothing else, "
           "\"on\": {\"close\": \"month\"}",
           what);
    return false;
  }
  struct at group = at_key(whole, "group");
  if (group.json != NULL) {
    report(c, &group, CHECK_BAD_VALUE,
           "whether a rule with a %s gives is known when its %s is settled, later than the group is judged: it has no 'group'", what, what);
    return false;
  }
  if (rule->spends == NONE && rule->once_per_count == 0) return true;
  report(c, at, CHECK_BAD_VALUE, "a rule with a %s gives once for the period: it has no '%s'", what,
         rule->spends != NONE ? "spends" : "once_per");
  return false;
}

static bool few_ranks(struct compile *c, const struct at *at) {
  uint32_t ranks = 1;
  for (uint32_t i = 0; i < c->rules.count; i++) ranks += rank_settles(&rule_at(c, i)->rank);
  if (ranks <= LIMIT_RANKS) return true;
  report(c, at, CHECK_TOO_MANY, "more than %u rules of all files have a rank, or give a share", LIMIT_RANKS);
  return false;
}

/* Laid out anew it is the same. Where a key is not there null stands for it. */
static uint64_t part_digest(struct compile *c, const struct at *rule) {
  const struct at *file = &file_now(c)->root;
  const struct at parts[] = {at_key(file, "audience"), at_key(file, "enrolment"), at_key(rule, "schedule"), at_key(rule, "when")};
  uint64_t digest = (uint64_t)campaign_now(c)->to_ms;
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
    digest = hash64_pair(&HASH_KEY_FIXED, digest, parts[i].json == NULL ? 0 : content_digest(c, parts[i].json));
  return digest;
}

/* Every ticket is a place of its own, and whoever holds several has the best of them: he wins once. */
static void lot_read(struct compile *c, const struct at *at, const struct at *top, struct rule *rule) {
  struct at tickets = at_key(at, "tickets"), most = at_key(at, "most");
  struct rank rank = {.part = part_digest(c, at->up)};
  struct left left;
  int64_t first = 0, count = 0;
  if (!keys_check(c, at, lot_keys, "a rank by lot") || tickets.json == NULL || most.json == NULL || top->json == NULL) return;
  bool good = rule_may_settle(c, at, at->up, rule, "rank");
  good &= few_ranks(c, at);
  good &= read_int(c, top, 1, LIMIT_RANK_TOP, CHECK_BAD_VALUE, &first);
  good &= read_int(c, &most, 1, LIMIT_TICKETS, CHECK_BAD_VALUE, &count);
  if (!side_read(c, &tickets, &rank.by, &left)) return;
  if (left.kind != LEFT_FACT || left.type != TYPE_INT) {
    report(c, &tickets, CHECK_BAD_VALUE, "'%.*s' is no number of tickets: it is the \"fact.NAME\" of a measure that counts",
           STR_FORMAT(left.text));
    return;
  }
  rank.top = (uint32_t)first, rank.tickets = (uint32_t)count;
  if (good) rule->rank = rank;
}

void rank_read(struct compile *c, const struct at *at, struct rule *rule) {
  static const char *const orders[] = {"lowest", "highest", NULL};
  struct at by = at_key(at, "by"), order = at_key(at, "order"), top = at_key(at, "top"), ties = at_key(at, "ties");
  struct rank rank = {0};
  struct left left;
  uint32_t word = 0;
  int64_t first = 0;
  if (json_is_string(by.json) && str_equal(text_of(by.json), STR("lot"))) {
    lot_read(c, at, &top, rule);
    return;
  }
  if (!keys_check(c, at, rank_keys, "a rank") || by.json == NULL || order.json == NULL || top.json == NULL) return;
  bool good = rule_may_settle(c, at, at->up, rule, "rank");
  good &= few_ranks(c, at);
  good &= read_word(c, &order, orders, CHECK_BAD_VALUE, &word);
  good &= read_int(c, &top, 1, LIMIT_RANK_TOP, CHECK_BAD_VALUE, &first);
  good &= side_read(c, &by, &rank.by, &left);
  if (!good) return;
  rank.top = (uint32_t)first, rank.by.highest = word == 1, rank.part = part_digest(c, at->up);
  if (ties.json != NULL) ties_read(c, &ties, &rank);
  rule->rank = rank;
}

/* ---- shares ---- */

/* The value of the item that the rule gives. */
void share_read(struct compile *c, const struct at *give, struct rule *rule) {
  if (rule->give != GIVE_ONE || rule->item_count != 1 || item_at(c, rule->item_first)->value.form != VALUE_FORM_SHARE) return;
  struct at value = at_key(give, "value"), rank = at_key(give->up, "rank");
  uint32_t of = item_at(c, rule->item_first)->value.of;
  bool good = rule->on.count > 0 && rule_may_settle(c, &value, give->up, rule, "share");
  good &= few_ranks(c, &value);
  if (rank.json != NULL) {
    report(c, &rank, CHECK_BAD_VALUE, "all who take part have a share: the rule has no rank");
    return;
  }
  if (good && of != NONE) rule->rank = (struct rank){.shared = true, .by = {of, true}, .part = part_digest(c, give->up)};
}

/* A pot is divided as a whole: nobody else may have taken from it, and nobody may stand in for it. */
static void pot_check(struct compile *c, const struct item *item, uint32_t number) {
  const struct pool *pool = pool_at(c, number);
  const char *what = NULL;
  uint32_t draws = 0;
  for (uint32_t i = 0; i < c->items.count; i++)
    for (uint32_t p = 0; p < item_at(c, i)->pool_count; p++) draws += *ref_at(c, item_at(c, i)->pool_first + p) == number;
  for (uint32_t i = 0; i < c->pools.count; i++) draws += pool_at(c, i)->parent == number || pool_at(c, i)->fallback == number;
  if (!pool->of_money && !pool->in_points)
    what = "has units in stock, which are not divided: a pot has a 'budget'";
  else if (pool->by != FIELD_NONE)
    what = "is divided 'by' a field already";
  else if (pool->paced)
    what = "is released at a 'pace': a pot is there as a whole";
  else if (pool->parent != NONE || pool->fallback != NONE)
    what = "has another pool beside it ('parent', 'fallback'): a pot stands alone";
  else if (draws > 1)
    what = "is drawn on by others as well: a pot is one rule's alone";
  if (what != NULL) report_text_at(c, item->pointer, "value", CHECK_BAD_POOL, "the pool '%.*s' %s", STR_FORMAT(pool->name), what);
}

/* In how many closes the pool is divided. */
static int64_t closes_of(struct compile *c, const struct rule *rule) {
  const struct close *close = close_at(c, trigger_at(c, rule->on.first)->close);
  const struct campaign *campaign = &c->campaigns[rule->campaign];
  if (close->unit == UNIT_CAMPAIGN) return 1;
  return (int64_t)period_of(close->unit, campaign->to_ms - 1, close->zone) - period_of(close->unit, campaign->from_ms, close->zone) + 1;
}

/* What every close divides is there, whatever others before it gave: nobody is left over at the last. */
static void closes_check(struct compile *c, const struct rule *rule, const struct item *item, const struct pool *pool) {
  const int64_t closes = closes_of(c, rule), pot = item->value.fixed;
  if (pot == 0 && closes != 1)
    report_text_at(c, item->pointer, "value", CHECK_BAD_POOL,
                   "%lld periods close until the campaign ends: say in 'pot' how much each of them divides", (long long)closes);
  else if ((__int128_t)pot * closes > pool->total)
    report_text_at(c, item->pointer, "value", CHECK_BAD_POOL, "the pool '%.*s' does not have the 'pot' for each of %lld closes",
                   STR_FORMAT(pool->name), (long long)closes);
}

void shares_make(struct compile *c) {
  for (uint32_t i = 0; i < c->rules.count; i++) {
    struct rule *rule = rule_at(c, i);
    if (!rule->rank.shared) continue;
    c->now = rule->campaign;
    const struct item item = *item_at(c, rule->item_first);
    if (item.pool_count != 1) {
      report_text_at(c, item.pointer, "value", CHECK_BAD_POOL, "a share is of one pool, with a budget of its own");
      continue;
    }
    uint32_t pool = *ref_at(c, item.pool_first);
    pot_check(c, &item, pool);
    closes_check(c, rule, &item, pool_at(c, pool));
    if (rule->undo.reward != UNDO_KEEP && rule->undo.partial != PARTIAL_RECHECK)
      report_text_at(c, item.pointer, "value", CHECK_BAD_REVERSAL,
                     "a share stays as it is or goes back as a whole: write \"on_reversal\": {\"partial\": \"recheck\"} in the rule");
    pool_at(c, pool)->pot = true, rule->rank.pot = item.value.fixed > 0 ? item.value.fixed : pool_at(c, pool)->total;
  }
  c->now = 0;
}
