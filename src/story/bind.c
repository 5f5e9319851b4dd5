/* Finds the names a scenario file uses - campaigns, rules, rewards, items, pools, limits - in the rulebook, so that a misspelt name is told
 * as such and not as a gift that did not happen.
 */
#include "parts.h"

#define NEAR_NAMES 512u

struct binder {
  const struct rulebook *rulebook;
  const struct scenario_file *file;
  struct scenario *scenario;
  struct scenario_problems *problems;
  bool file_told; /* that the file's name is no campaign's */
};

#define COMPLAIN(b, line, ...) scenario_problem((b)->problems, (b)->file->name, line, __VA_ARGS__)

/* "friday-dining/half" and, when it is the only campaign under test, "half". Inline limits and pools are "campaign/rule#1",
 * "campaign/rule.item". */
static bool name_is(const struct binder *b, struct str written, struct str qualified) {
  if (str_equal(written, qualified)) return true;
  struct str campaign = b->scenario->campaign_texts[0];
  return b->scenario->campaign_count == 1 && qualified.length == campaign.length + 1 + written.length && str_starts(qualified, campaign) &&
         qualified.at[campaign.length] == '/' && str_equal(str_from(qualified, campaign.length + 1), written);
}

static bool under_test(const struct binder *b, uint32_t campaign) {
  for (uint32_t i = 0; i < b->scenario->campaign_count; i++)
    if (b->scenario->campaigns[i] == campaign) return true;
  return false;
}

/* False: one of them is not there, so neither are its rules. A file whose name is no campaign's is told of once. */
static bool bind_campaigns(struct binder *b) {
  const struct rulebook *book = b->rulebook;
  const struct scenario *scenario = b->scenario;
  bool by_file = scenario->campaign_line == scenario->line, all = true;
  for (uint32_t i = 0; i < b->scenario->campaign_count; i++) {
    struct str names[NEAR_NAMES];
    uint32_t count = 0;
    b->scenario->campaigns[i] = NONE;
    for (uint32_t c = 0; c < book->campaign_count; c++) {
      if (str_equal(book->campaigns[c].id, b->scenario->campaign_texts[i])) b->scenario->campaigns[i] = c;
      if (count < NEAR_NAMES && !book->campaigns[c].programme) names[count++] = book->campaigns[c].id;
    }
    if (b->scenario->campaigns[i] != NONE) continue;
    all = false;
    if (!by_file || !b->file_told)
      COMPLAIN(b, b->scenario->campaign_line, "there is no campaign '%.*s' in this folder%s; name it with: campaign ID",
               STR_FORMAT(b->scenario->campaign_texts[i]), scenario_near(b->problems, b->scenario->campaign_texts[i], names, count));
    b->file_told |= by_file;
  }
  return all;
}

static bool bind_rule(struct binder *b, struct expectation *expect) {
  struct str names[NEAR_NAMES];
  uint32_t count = 0;
  for (uint32_t i = 0; i < b->rulebook->rule_count; i++) {
    const struct rule *rule = &b->rulebook->rules[i];
    if (!under_test(b, rule->campaign)) continue;
    if (name_is(b, expect->rule_text, rule->name)) {
      expect->rule = i;
      return true;
    }
    if (count < NEAR_NAMES) names[count++] = b->scenario->campaign_count == 1 ? rule->id : rule->name;
  }
  COMPLAIN(b, expect->line, "'%.*s' is not a rule of the campaigns under test%s; %s", STR_FORMAT(expect->rule_text),
           scenario_near(b->problems, expect->rule_text, names, count),
           b->scenario->campaign_count == 1 ? "write RULE or CAMPAIGN/RULE" : "with several campaigns write CAMPAIGN/RULE");
  return false;
}

/* Names the items of a rule use: their ids, or their rewards. Substitutes (or_else) stand behind the items they replace. */
static uint32_t item_names(const struct binder *b, uint32_t rule_number, bool of_rewards, struct str *names) {
  const struct rule *rule = &b->rulebook->rules[rule_number];
  uint32_t count = 0;
  for (uint32_t i = 0; i < rule->item_count; i++) {
    uint32_t item = rule->item_first + i;
    for (unsigned step = 0; item != NONE && step <= LIMIT_OR_ELSE && count < NEAR_NAMES; step++) {
      names[count++] = of_rewards ? b->rulebook->items[item].reward : b->rulebook->items[item].id;
      item = b->rulebook->items[item].or_else;
    }
  }
  return count;
}

static void bind_item_name(struct binder *b, const struct expectation *expect, struct str word, bool of_rewards) {
  struct str names[NEAR_NAMES];
  if (word.length == 0 || str_equal(word, STR("any"))) return;
  uint32_t count = item_names(b, expect->rule, of_rewards, names);
  for (uint32_t i = 0; i < count; i++)
    if (str_equal(word, names[i])) return;
  COMPLAIN(b, expect->line, "the rule %.*s gives no %s '%.*s'%s; write %s as in its campaign file", STR_FORMAT(expect->rule_text),
           of_rewards ? "reward" : "item", STR_FORMAT(word), scenario_near(b->problems, word, names, count),
           of_rewards ? "the reward" : "the item's id");
}

static uint32_t find_pool(struct binder *b, struct str word, uint32_t line) {
  struct str names[NEAR_NAMES];
  uint32_t count = 0;
  for (uint32_t i = 0; i < b->rulebook->pool_count; i++) {
    if (name_is(b, word, b->rulebook->pools[i].name)) return i;
    if (count < NEAR_NAMES) names[count++] = b->rulebook->pools[i].name;
  }
  COMPLAIN(b, line, "there is no pool '%.*s'%s; pools are called CAMPAIGN/POOL, one written inside a rule CAMPAIGN/RULE.ITEM",
           STR_FORMAT(word), scenario_near(b->problems, word, names, count));
  return NONE;
}

static void bind_limit(struct binder *b, struct expectation *expect) {
  struct str names[NEAR_NAMES];
  uint32_t count = 0;
  for (uint32_t i = 0; i < b->rulebook->limit_count; i++) {
    if (name_is(b, expect->limit, b->rulebook->limits[i].name)) {
      expect->limit = b->rulebook->limits[i].name;
      return;
    }
    if (count < NEAR_NAMES) names[count++] = b->rulebook->limits[i].name;
  }
  COMPLAIN(b, expect->line,
           "there is no limit '%.*s'%s; limits are called CAMPAIGN/LIMIT, those written inside a rule RULE#count.customer.day "
           "(docs/language.md section 10)",
           STR_FORMAT(expect->limit), scenario_near(b->problems, expect->limit, names, count));
}

static void bind_expectation(struct binder *b, struct expectation *expect) {
  if (expect->kind >= EXPECT_NOTHING || !bind_rule(b, expect)) return;
  bool chosen = expect->kind == EXPECT_PENDING && str_equal(expect->reward, STR("choice")); /* nobody knows yet */
  if (!chosen) bind_item_name(b, expect, expect->reward, true);
  bind_item_name(b, expect, expect->item, false);
  bind_item_name(b, expect, expect->instead_of, false);
  if (expect->limit.length > 0) bind_limit(b, expect);
  if (expect->pool.length > 0) {
    uint32_t pool = find_pool(b, expect->pool, expect->line);
    if (pool != NONE) expect->pool = b->rulebook->pools[pool].name;
  }
}

static void bind_step(struct binder *b, struct step *step) {
  if (step->kind == STEP_POOL) step->pool = find_pool(b, step->pool_text, step->line);
  for (uint32_t i = 0; i < step->expect_count; i++) bind_expectation(b, &step->expects[i]);
}

void scenario_bind(struct scenario_file *file, const struct rulebook *rulebook, struct scenario_problems *problems) {
  struct binder b = {.rulebook = rulebook, .file = file, .problems = problems};
  for (uint32_t s = 0; s < file->scenario_count; s++) {
    b.scenario = &file->scenarios[s];
    b.scenario->campaigns = arena_array(problems->arena, b.scenario->campaign_count, sizeof *b.scenario->campaigns);
    if (b.scenario->campaigns == NULL) {
      COMPLAIN(&b, b.scenario->line, "the files are too large to be tested together; name fewer paths");
      return;
    }
    if (!bind_campaigns(&b)) continue;
    for (uint32_t i = 0; i < b.scenario->step_count; i++) bind_step(&b, &b.scenario->steps[i]);
  }
}
