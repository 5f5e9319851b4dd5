/* Who hears a fact and who hears a gift, and the thresholds at which a measure is heard at all: those that its hearers name. */
#include "compile.h"

#define BANDS_MOST 1024u

/* ---- hearers, as spans of refs ---- */

static uint32_t heard(const struct trigger *trigger, bool facts) {
  if (facts) return trigger->kind == TRIGGER_FACT ? trigger->fact : NONE;
  return trigger->kind == TRIGGER_REWARD ? trigger->rule : NONE;
}

static bool heard_before(struct compile *c, const struct rule *rule, uint32_t count, uint32_t what, bool facts) {
  for (uint32_t i = 0; i < count; i++)
    if (heard(trigger_at(c, rule->on.first + i), facts) == what) return true;
  return false;
}

/* Counts (fill false) or fills the spans. */
static void spans_pass(struct compile *c, struct span *spans, bool facts, bool fill) {
  for (uint32_t r = 0; r < c->rules.count; r++) {
    const struct rule rule = *rule_at(c, r);
    for (uint32_t i = 0; i < rule.on.count; i++) {
      uint32_t what = heard(trigger_at(c, rule.on.first + i), facts);
      if (what == NONE || heard_before(c, &rule, i, what, facts)) continue;
      if (fill) *ref_at(c, spans[what].first + spans[what].count) = r;
      spans[what].count++;
    }
  }
}

static struct span *spans_make(struct compile *c, uint32_t count, bool facts) {
  struct span *spans = take(c, count, sizeof *spans);
  if (spans == NULL) return NULL;
  spans_pass(c, spans, facts, false);
  for (uint32_t i = 0; i < count; i++) {
    spans[i].first = vec_push(c, &c->refs, spans[i].count);
    spans[i].count = 0;
  }
  if (!c->full) spans_pass(c, spans, facts, true);
  return spans;
}

/* ---- bands ---- */

struct bands {
  struct vec numbers;
  uint32_t fact;
};

static void band_add(struct compile *c, struct bands *bands, int64_t number) {
  uint32_t at = vec_push(c, &bands->numbers, 1);
  *(int64_t *)vec_at(c, &bands->numbers, at) = number;
}

static void leaf_bands(struct compile *c, struct bands *bands, const struct condition *leaf) {
  if (leaf->left != LEFT_FACT || leaf->index != bands->fact) return;
  switch (leaf->op) {
    case OP_GTE:
    case OP_LT: band_add(c, bands, leaf->operand.low); break;
    case OP_GT:
    case OP_LTE: band_add(c, bands, leaf->operand.low + 1); break;
    case OP_EQ:
    case OP_NE:
      band_add(c, bands, leaf->operand.low);
      band_add(c, bands, leaf->operand.low + 1);
      break;
    case OP_BETWEEN:
      band_add(c, bands, leaf->operand.low);
      band_add(c, bands, leaf->operand.high + 1);
      break;
    default: break;
  }
}

static void node_bands(struct compile *c, struct bands *bands, uint32_t node) {
  if (node == NONE) return;
  const struct condition condition = *condition_at(c, node);
  if (condition.kind == CONDITION_LEAF) leaf_bands(c, bands, &condition);
  for (uint32_t i = 0; condition.kind != CONDITION_LEAF && i < condition.count; i++) node_bands(c, bands, condition.first + i);
}

static void worth_bands(struct compile *c, struct bands *bands, const struct worth *worth) {
  if (worth->band_count == 0 || worth->of == NONE) return;
  const struct condition *by = condition_at(c, worth->of);
  if (by->left != LEFT_FACT || by->index != bands->fact) return;
  for (uint32_t i = 0; i < worth->band_count; i++) band_add(c, bands, worth->bands[i].from);
}

static void rule_bands(struct compile *c, struct bands *bands, const struct rule *rule) {
  node_bands(c, bands, rule->when);
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item item = *item_at(c, rule->item_first + i);
    node_bands(c, bands, item.when);
    worth_bands(c, bands, &item.value);
    worth_bands(c, bands, &item.count);
  }
}

/* Rising, each once. A few dozen at most: by insertion. */
static uint32_t bands_sort(int64_t *numbers, uint32_t count) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; i++) {
    int64_t number = numbers[i];
    uint32_t at = kept;
    while (at > 0 && numbers[at - 1] > number) at--;
    if (at > 0 && numbers[at - 1] == number) continue;
    memmove(&numbers[at + 1], &numbers[at], (kept - at) * sizeof *numbers);
    numbers[at] = number, kept++;
  }
  return kept;
}

static void silent_report(struct compile *c, const struct rule *rule, uint32_t fact) {
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = trigger_at(c, rule->on.first + i);
    if (heard(trigger, true) != fact) continue;
    c->now = rule->campaign;
    report_text_at(c, trigger->pointer, "fact", CHECK_BAD_TRIGGER,
                   "a measure is heard when it enters another band, but no rule that hears it names a threshold: add \"when\" with gte, or "
                   "bands by it");
    return;
  }
}

static void measure_bands(struct compile *c, uint32_t number) {
  const struct span hearers = c->fact_hearers[number];
  struct fact *fact = fact_at(c, number);
  fact->seen_by_rules = hearers.count > 0;
  if (hearers.count == 0 || traits_of(fact)->heard != HEARD_BANDS) return;
  struct bands bands = {.numbers = {.size = sizeof(int64_t)}, .fact = number};
  for (uint32_t i = 0; i < hearers.count; i++) {
    const struct rule rule = *rule_at(c, *ref_at(c, hearers.first + i));
    rule_bands(c, &bands, &rule);
  }
  const struct rule first = *rule_at(c, *ref_at(c, hearers.first));
  if (bands.numbers.count == 0) {
    silent_report(c, &first, number);
    return;
  }
  uint32_t count = bands.numbers.count < BANDS_MOST ? bands.numbers.count : BANDS_MOST;
  if (bands.numbers.count > BANDS_MOST) {
    c->now = first.campaign;
    report_text_at(c, first.pointer, "on", CHECK_TOO_MANY, "the rules that hear this measure name %u thresholds; at most %u",
                   bands.numbers.count, BANDS_MOST);
  }
  int64_t *kept = take(c, count, sizeof *kept);
  if (kept == NULL || c->full) return;
  memcpy(kept, bands.numbers.items, count * sizeof *kept);
  fact->band_count = bands_sort(kept, count), fact->bands = kept;
}

void hearers_make(struct compile *c) {
  c->fact_hearers = spans_make(c, c->facts.count, true);
  c->reward_hearers = spans_make(c, c->rules.count, false);
  if (c->full) return;
  for (uint32_t i = 0; i < c->facts.count; i++) measure_bands(c, i);
}
