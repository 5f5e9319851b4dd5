/* Tests that exclude each other, or of which one implies the other, as far as it can be told from the file: numbers in ranges that do not
 * meet, texts from sets that do not. */
#include "fact_row.h"

struct range {
  int64_t low, high;
};

static bool range_of(const struct condition *leaf, struct range *out) {
  int64_t low = leaf->operand.low;
  *out = (struct range){INT64_MIN, INT64_MAX};
  if (leaf->operand.kind == VALUE_TEXT || leaf->operand.kind == VALUE_ABSENT) return false;
  switch (leaf->op) {
    case OP_EQ: *out = (struct range){low, low}; return true;
    case OP_GT: out->low = low + 1; return true;
    case OP_GTE: out->low = low; return true;
    case OP_LT: out->high = low - 1; return true;
    case OP_LTE: out->high = low; return true;
    case OP_BETWEEN: *out = (struct range){low, leaf->operand.high}; return true;
    default: return false;
  }
}

static bool is_positive(enum condition_op op) { return op == OP_EQ || op == OP_IN || op == OP_IN_LIST; }
static bool is_negative(enum condition_op op) { return op == OP_NE || op == OP_NOT_IN || op == OP_NOT_IN_LIST; }

/* False when the budget is used up: then nothing more is told. */
bool lint_spend(struct compile *c, uint32_t steps) {
  c->budget = steps < c->budget ? c->budget - steps : 0;
  return c->budget > 0;
}

static bool set_has(struct compile *c, const struct operand *set, struct str text) {
  if (!lint_spend(c, set->text_count + 1)) return true;
  for (uint32_t i = 0; i < set->text_count; i++)
    if (str_equal(set->texts[i], text)) return true;
  return set->list != NONE && list_has(list_at(c, set->list), text);
}

/* How many of the texts of `a` stand in `b`, and how many there are. */
static void set_meet(struct compile *c, const struct operand *a, const struct operand *b, uint32_t *inside, uint32_t *all) {
  const struct list *list = a->list == NONE ? NULL : list_at(c, a->list);
  *inside = 0, *all = a->text_count + (list == NULL ? 0 : list->count);
  for (uint32_t i = 0; i < a->text_count; i++) *inside += set_has(c, b, a->texts[i]);
  for (uint32_t i = 0; list != NULL && i < list->count; i++) *inside += set_has(c, b, list->items[i]);
}

static bool texts_exclude(struct compile *c, const struct condition *a, const struct condition *b) {
  uint32_t inside, all;
  if (a->operand.kind != VALUE_TEXT || b->operand.kind != VALUE_TEXT || !is_positive(a->op)) return false;
  if (!is_positive(b->op) && !is_negative(b->op)) return false;
  set_meet(c, &a->operand, &b->operand, &inside, &all);
  if (all == 0 || c->budget == 0) return false;
  return is_positive(b->op) ? inside == 0 : inside == all;
}

/* ---- numbers that are named one by one ---- */

static bool number_passes(const struct condition *leaf, int64_t number) {
  struct range range;
  bool listed = leaf->op == OP_IN || leaf->op == OP_NOT_IN;
  if (leaf->op == OP_NE) return number != leaf->operand.low;
  if (!listed) return !range_of(leaf, &range) || (number >= range.low && number <= range.high);
  bool found = false;
  for (uint32_t i = 0; i < leaf->operand.number_count; i++) found = found || leaf->operand.numbers[i] == number;
  return found == (leaf->op == OP_IN);
}

static bool is_numeric(const struct condition *leaf) {
  return leaf->operand.kind != VALUE_TEXT && leaf->operand.kind != VALUE_ABSENT && leaf->op <= OP_NOT_IN;
}

/* None of the numbers that `a` lists passes `b`. */
static bool numbers_exclude(struct compile *c, const struct condition *a, const struct condition *b) {
  bool one = a->op == OP_EQ, listed = a->op == OP_IN;
  if (!is_numeric(a) || !is_numeric(b) || !(one || listed)) return false;
  uint32_t count = one ? 1 : a->operand.number_count;
  for (uint32_t i = 0; i < count; i++)
    if (!lint_spend(c, b->operand.number_count + 1) || number_passes(b, one ? a->operand.low : a->operand.numbers[i])) return false;
  return count > 0;
}

static bool exists_not(const struct condition *leaf) { return leaf->op == OP_EXISTS && leaf->operand.low == 0; }

/* ---- what a fact can come to ---- */

static bool is_average(const struct fact *fact) { return fact->measure == MEASURE_AVERAGE || fact->measure == MEASURE_DAILY_AVERAGE; }

/* Without a value: an average of nothing, and whatever is kept for each of something that the event may lack. */
static bool may_be_absent(const struct fact *fact) { return fact->dimension_count > 0 || is_average(fact); }

bool measure_most(const struct fact *fact, int64_t *most) {
  bool told_apart = fact->measure == MEASURE_DISTINCT || fact->measure == MEASURE_STREAK;
  if (told_apart) *most = LIMIT_DISTINCT;
  return told_apart || fact->measure == MEASURE_COUNT;
}

/* Counts begin at 0. */
static bool fact_range(const struct fact *fact, struct range *out) {
  const struct fact_row *row = row_of(fact);
  *out = (struct range){0, INT64_MAX};
  return row->most != NULL && row->most(fact, &out->high);
}

static bool is_outside(struct compile *c, const struct condition *leaf, const struct range *possible) {
  const struct operand *operand = &leaf->operand;
  struct range asked;
  if (range_of(leaf, &asked)) return asked.low > possible->high || asked.high < possible->low;
  if (leaf->op != OP_IN || !is_numeric(leaf) || !lint_spend(c, operand->number_count)) return false;
  for (uint32_t i = 0; i < operand->number_count; i++)
    if (operand->numbers[i] >= possible->low && operand->numbers[i] <= possible->high) return false;
  return operand->number_count > 0;
}

bool fact_never_comes_to(struct compile *c, const struct condition *leaf, int64_t *most) {
  struct range possible;
  if (leaf->left != LEFT_FACT || !fact_range(fact_at(c, leaf->index), &possible)) return false;
  *most = possible.high;
  return exists_not(leaf) ? !may_be_absent(fact_at(c, leaf->index)) : is_outside(c, leaf, &possible);
}

bool fails_at_first(struct compile *c, const struct condition *leaf) {
  if (leaf->op == OP_IN_FACT) return true;
  const struct fact *fact = leaf->left == LEFT_FACT ? fact_at(c, leaf->index) : NULL;
  if (fact == NULL || row_of(fact)->most == NULL) return false;
  bool absent = is_average(fact); /* all others begin at 0 */
  if (leaf->op == OP_EXISTS) return exists_not(leaf) ? !may_be_absent(fact) : absent;
  return is_numeric(leaf) && (absent || !number_passes(leaf, 0));
}

/* ---- two tests ---- */

static bool picked_and_not(const struct condition *a, const struct condition *b) {
  bool opposed = (a->op == OP_IN_FACT && b->op == OP_NOT_IN_FACT) || (a->op == OP_NOT_IN_FACT && b->op == OP_IN_FACT);
  return opposed && a->operand.fact == b->operand.fact;
}

bool leaves_exclude(struct compile *c, const struct condition *a, const struct condition *b) {
  struct range one, other;
  if (!lint_spend(c, 1)) return false;
  if (a->kind != CONDITION_LEAF || b->kind != CONDITION_LEAF || a->left != b->left || a->index != b->index) return false;
  if (a->left == LEFT_TAG || a->left == LEFT_LIST || a->left == LEFT_SCHEDULE) return false;
  if (exists_not(a) != exists_not(b) || picked_and_not(a, b)) return true;
  if (range_of(a, &one) && range_of(b, &other)) return one.low > other.high || other.low > one.high;
  return numbers_exclude(c, a, b) || numbers_exclude(c, b, a) || texts_exclude(c, a, b) || texts_exclude(c, b, a);
}

/* Whether `b` holds wherever `a` does. */
bool leaf_implies(struct compile *c, const struct condition *a, const struct condition *b) {
  struct range one, other;
  uint32_t inside, all;
  if (!lint_spend(c, 1) || a->kind != CONDITION_LEAF || b->kind != CONDITION_LEAF || a->left != b->left || a->index != b->index)
    return false;
  if (a->left == LEFT_TAG || a->left == LEFT_LIST || a->left == LEFT_SCHEDULE) return false;
  if (b->op == OP_EXISTS) return exists_not(a) == exists_not(b);
  if ((a->op == OP_THIS_EVENT || a->op == OP_COMPLETED) && a->op == b->op) return true;
  if ((a->op == OP_IN_FACT || a->op == OP_NOT_IN_FACT) && a->op == b->op) return a->operand.fact == b->operand.fact;
  if (range_of(a, &one) && range_of(b, &other)) return one.low >= other.low && one.high <= other.high;
  bool texts = a->operand.kind == VALUE_TEXT && b->operand.kind == VALUE_TEXT && is_positive(a->op) && is_positive(b->op);
  if (!texts) return false;
  set_meet(c, &a->operand, &b->operand, &inside, &all);
  return all > 0 && inside == all && c->budget > 0;
}

uint32_t leaves_of_all(struct compile *c, uint32_t node, uint32_t *out, uint32_t most) {
  if (node == NONE || most == 0) return 0;
  const struct condition condition = *condition_at(c, node);
  if (condition.kind == CONDITION_LEAF) {
    out[0] = node;
    return 1;
  }
  uint32_t count = 0;
  for (uint32_t i = 0; condition.kind == CONDITION_ALL && i < condition.count; i++)
    count += leaves_of_all(c, condition.first + i, out + count, most - count);
  return count;
}

/* ---- schedules ---- */

static bool days_exclude(const struct schedule *a, const struct schedule *b) {
  const uint32_t week = 0xfe;
  bool plain_a = a->days != 0 && a->named_days == 0 && a->date_count == 0,
       plain_b = b->days != 0 && b->named_days == 0 && b->date_count == 0;
  if (!plain_a || !plain_b) return false;
  bool calendar = a->calendar != b->calendar ? false
                  : a->days == DAY_WORKDAY   ? b->days == DAY_RESTDAY
                                             : a->days == DAY_RESTDAY && b->days == DAY_WORKDAY;
  bool weekly = ((a->days | b->days) & ~week) == 0 && (a->days & b->days) == 0;
  return calendar || weekly;
}

static bool hours_exclude(const struct schedule *a, const struct schedule *b) {
  if (a->hour_count == 0 || b->hour_count == 0) return false;
  for (uint32_t i = 0; i < a->hour_count; i++)
    for (uint32_t j = 0; j < b->hour_count; j++)
      if (a->hours[i].from_s < b->hours[j].to_s && b->hours[j].from_s < a->hours[i].to_s) return false;
  return true;
}

bool schedules_exclude(const struct schedule *a, const struct schedule *b) {
  return a->to_ms <= b->from_ms || b->to_ms <= a->from_ms || days_exclude(a, b) || hours_exclude(a, b);
}
