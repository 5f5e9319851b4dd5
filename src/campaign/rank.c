/* Ranks (docs/language.md section 6): of all customers whose close a rule hears, the first are let through. Everything that says who is
 * first is fixed as long as the rule lives (meaning.c): shards compare customers by it whom they judged days apart. */
#include "compile.h"

static const struct key rank_keys[] = {{"by", KEY_MUST}, {"order", KEY_MUST}, {"top", KEY_MUST}, {"ties", KEY_MAY}, {NULL, KEY_MAY}};

uint32_t rank_kept(const struct rank *rank) {
  assert(rank->top > 0 && rank->top <= LIMIT_RANK_TOP);
  return 2 * rank->top < LIMIT_RANK_KEPT ? 2 * rank->top : LIMIT_RANK_KEPT;
}

static bool is_number(const struct left *left) { return left->type == TYPE_MONEY || left->type == TYPE_INT; }

static bool is_counted(const struct fact *fact) { return fact->kind == FACT_MEASURE || fact->kind == FACT_DIFFERENCE; }

static bool side_read(struct compile *c, const struct at *at, struct rank_side *out, struct left *left) {
  out->left = left_node(c, at, PLACE_RULE, left);
  if (out->left == NONE || left->type == TYPE_BROKEN) return false;
  bool number = left->kind == LEFT_FACT && is_number(left) && is_counted(fact_at(c, left->index));
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
  return rule->on.count == 1 && trigger->kind == TRIGGER_CLOSE && trigger->fact == NONE && close_at(c, trigger->close)->left == NONE;
}

/* What tells gifts of one close apart would let a customer win twice, or not at all. */
static bool rule_may_rank(struct compile *c, const struct at *at, const struct rule *rule) {
  if (rule->on.count > 0 && !hears_one_close(c, rule)) {
    report(c, at, CHECK_BAD_TRIGGER,
           "a rank is settled when a period closes: the rule hears one close and nothing else, "
           "\"on\": {\"close\": \"month\"}");
    return false;
  }
  struct at group = at_key(at->up, "group");
  if (group.json != NULL) {
    report(c, &group, CHECK_BAD_VALUE,
           "whether a rule with a rank gives is known when its rank is settled, later than the group is judged: it has no 'group'");
    return false;
  }
  if (rule->spends == NONE && rule->once_per_count == 0) return true;
  report(c, at, CHECK_BAD_VALUE, "a rule with a rank gives once for the period: it has no '%s'",
         rule->spends != NONE ? "spends" : "once_per");
  return false;
}

static bool few_ranks(struct compile *c, const struct at *at) {
  uint32_t ranks = 1;
  for (uint32_t i = 0; i < c->rules.count; i++) ranks += rule_at(c, i)->rank.top > 0;
  if (ranks <= LIMIT_RANKS) return true;
  report(c, at, CHECK_TOO_MANY, "more than %u rules of all files have a rank", LIMIT_RANKS);
  return false;
}

/* Laid out anew it is the same. Where a key is not there null stands for it. */
static uint64_t part_digest(struct compile *c, const struct at *at) {
  const struct at *rule = at->up, *file = &file_now(c)->root;
  const struct at parts[] = {at_key(file, "audience"), at_key(file, "enrolment"), at_key(rule, "schedule"), at_key(rule, "when")};
  uint64_t digest = (uint64_t)campaign_now(c)->to_ms;
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
    digest = hash64_pair(&HASH_KEY_FIXED, digest, parts[i].json == NULL ? 0 : content_digest(c, parts[i].json));
  return digest;
}

void rank_read(struct compile *c, const struct at *at, struct rule *rule) {
  static const char *const orders[] = {"lowest", "highest", NULL};
  struct at by = at_key(at, "by"), order = at_key(at, "order"), top = at_key(at, "top"), ties = at_key(at, "ties");
  struct rank rank = {0};
  struct left left;
  uint32_t word = 0;
  int64_t first = 0;
  if (!keys_check(c, at, rank_keys, "a rank") || by.json == NULL || order.json == NULL || top.json == NULL) return;
  bool good = rule_may_rank(c, at, rule);
  good &= few_ranks(c, at);
  good &= read_word(c, &order, orders, CHECK_BAD_VALUE, &word);
  good &= read_int(c, &top, 1, LIMIT_RANK_TOP, CHECK_BAD_VALUE, &first);
  good &= side_read(c, &by, &rank.by, &left);
  if (!good) return;
  rank.top = (uint32_t)first, rank.by.highest = word == 1, rank.part = part_digest(c, at);
  if (ties.json != NULL) ties_read(c, &ties, &rank);
  rule->rank = rank;
}
