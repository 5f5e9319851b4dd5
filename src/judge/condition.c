/* Conditions that need state: the left side as it is now, then the operator. What event and time alone decide was settled by the index;
 * operators that are about one kind of fact stand in that kind's row. */
#include "held.h"

/* older_than: it happened at least that long ago; newer_than: less long ago. Ages count from the event's second, end in. */
static bool holds_age(struct work *w, const struct condition *leaf, const struct value *actual, uint32_t campaign,
                      struct failure *failure) {
  if (actual->kind != VALUE_INT) return false;
  assert(leaf->op == OP_OLDER_THAN || leaf->op == OP_NEWER_THAN);
  int64_t until = duration_add(actual->number, leaf->operand.duration, 1, work_zone(w, campaign));
  failure->expected = until, failure->actual = w->event->time_ms, failure->numbers = failure->times = true;
  return leaf->op == OP_OLDER_THAN ? until <= w->event->time_ms : w->event->time_ms <= until;
}

static bool holds_same_as(struct work *w, const struct condition *leaf, const struct value *actual) {
  const struct condition *beside = &w->book->conditions[leaf->operand.other];
  struct value other = left_value(w, beside);
  if (actual->kind == VALUE_ABSENT || other.kind != actual->kind || actual->kind == VALUE_LIST) return false;
  if (actual->kind != VALUE_TEXT) return actual->number == other.number;
  struct remembered here, there;
  bool left = kept_find(w, leaf, 0, &here), right = kept_find(w, beside, 0, &there);
  if (left && right) return remembered_same(&here, &there);
  if (left) return remembered_is(&here, other.text);
  return right ? remembered_is(&there, actual->text) : str_equal(actual->text, other.text);
}

static bool holds_list(struct work *w, const struct condition *leaf) {
  for (uint32_t i = 0; i < leaf->operand.number_count; i++)
    if (list_has(list_now(w, (uint32_t)leaf->operand.numbers[i]), w->event->customer)) return true;
  return leaf->operand.list != NONE && list_has(list_now(w, leaf->operand.list), w->event->customer);
}

static bool holds_tag(struct work *w, const struct condition *leaf) {
  bool any = false;
  for (uint32_t i = 0; i < leaf->operand.text_count && !any; i++) any = tags_have(w->customer, leaf->operand.texts[i]);
  return leaf->op == OP_NE || leaf->op == OP_NOT_IN ? !any : any;
}

static const struct fact_kind_row *row_of(const struct work *w, const struct condition *leaf) {
  bool of_fact = leaf->left == LEFT_FACT || leaf->left == LEFT_FACT_AT || leaf->left == LEFT_FACT_ELAPSED;
  return of_fact ? w->kinds[w->book->facts[leaf->index].kind] : NULL;
}

static bool is_of_kind(enum condition_op op) { return op == OP_THIS_EVENT || op == OP_DORMANT_FOR || op == OP_COMPLETED; }

static enum reason reason_of(const struct work *w, const struct condition *leaf, const struct failure *failure) {
  const struct fact_kind_row *row = row_of(w, leaf);
  if (leaf->op == OP_OLDER_THAN) return failure->times ? REASON_PENDING_HOLD : REASON_NOT_FIRST;
  if (leaf->op == OP_NEWER_THAN) return REASON_NOT_FIRST;
  if (row != NULL && leaf->left == LEFT_FACT && (is_of_kind(leaf->op) || row->holds == NULL)) return row->refusal;
  return REASON_CONDITION_NOT_MET;
}

/* Whether numbers in a failure are worth showing: the threshold that was missed and what there was. */
static void failure_values(struct work *w, const struct condition *leaf, const struct value *actual, struct failure *failure) {
  failure->money = leaf->money;
  if (failure->numbers) return;
  if (actual->kind == VALUE_INT || actual->kind == VALUE_BOOL) {
    failure->expected = leaf->operand.low, failure->actual = actual->number, failure->numbers = true;
    failure->times = leaf->left == LEFT_FACT_AT;
  } else if (actual->kind == VALUE_TEXT) {
    failure->text = arena_copy(w->arena, actual->text);
  }
}

/* What there is to tell is the other's month: the one that was expected. */
static bool holds_month(struct work *w, const struct condition *leaf, struct zone zone, struct value *actual, struct failure *failure) {
  *actual = value_number(month_of(w->event->time_ms, zone));
  if (leaf->op != OP_SAME_AS) return match_leaf(w->book, leaf, actual);
  struct value other = left_value(w, &w->book->conditions[leaf->operand.other]);
  failure->expected = match_month(&other, zone), failure->actual = actual->number, failure->numbers = true;
  return failure->expected == failure->actual;
}

static bool holds_value(struct work *w, const struct condition *leaf, uint32_t campaign, struct value *actual, struct failure *failure) {
  struct zone zone = work_zone(w, campaign);
  if (leaf->left == LEFT_MONTH) return holds_month(w, leaf, zone, actual, failure);
  *actual = left_value(w, leaf);
  if (leaf->op == OP_OLDER_THAN || leaf->op == OP_NEWER_THAN) return holds_age(w, leaf, actual, campaign, failure);
  if (leaf->op == OP_SAME_AS) return holds_same_as(w, leaf, actual);
  struct remembered kept;
  if (kept_find(w, leaf, 0, &kept)) return kept_holds(w, leaf);
  return leaf_matches(w, leaf, actual);
}

static bool asks_in_fact(const struct condition *leaf) { return leaf->op == OP_IN_FACT || leaf->op == OP_NOT_IN_FACT; }

/* It counts by a cycle that the customer does not have. */
static bool lacks_cycle(const struct work *w, const struct fact *fact) {
  if (fact->window.cycle == 0) return false;
  return work_period(w, fact->window.unit, fact->window.cycle, work_zone(w, fact->campaign), counted_ms(w)) == PERIOD_NONE;
}

static bool holds_in_fact(struct work *w, const struct condition *leaf, struct value *actual) {
  const struct fact *fact = &w->book->facts[leaf->operand.fact];
  *actual = left_value(w, leaf);
  if (actual->kind == VALUE_ABSENT || lacks_cycle(w, fact)) return false;
  return w->kinds[fact->kind]->has(w, fact, actual) == (leaf->op == OP_IN_FACT);
}

/* Why there is no figure, or nothing that was picked. */
static void cycle_tell(struct work *w, const struct condition *leaf, struct failure *failure) {
  if (!asks_in_fact(leaf) && leaf->left != LEFT_FACT) return;
  const struct fact *fact = &w->book->facts[asks_in_fact(leaf) ? leaf->operand.fact : leaf->index];
  if (!lacks_cycle(w, fact)) return;
  failure->reason = REASON_CONDITION_NOT_MET, failure->text = w->book->own_cycles[fact->window.cycle - 1].lacking;
}

static bool leaf_holds(struct work *w, const struct condition *leaf, uint32_t campaign, struct failure *failure) {
  struct value actual = value_absent();
  *failure = (struct failure){.condition = (uint32_t)(leaf - w->book->conditions)};
  bool holds = false;
  if (is_of_kind(leaf->op))
    holds = row_of(w, leaf)->holds(w, leaf, failure);
  else if (asks_in_fact(leaf))
    holds = holds_in_fact(w, leaf, &actual);
  else if (leaf->left == LEFT_TAG)
    holds = holds_tag(w, leaf);
  else if (leaf->left == LEFT_LIST)
    holds = holds_list(w, leaf) != (leaf->op == OP_NOT_IN_LIST || leaf->op == OP_NE || leaf->op == OP_NOT_IN);
  else if (leaf->left == LEFT_SCHEDULE)
    holds = schedule_holds(&w->book->schedules[leaf->index], w->event->time_ms, work_zone(w, campaign)) == (leaf->op != OP_NE);
  else
    holds = holds_value(w, leaf, campaign, &actual, failure);
  if (holds) return true;
  failure->reason = reason_of(w, leaf, failure);
  assert(failure->reason != REASON_GIVEN); /* a refusal has a reason */
  failure_values(w, leaf, &actual, failure);
  if (actual.kind == VALUE_ABSENT || asks_in_fact(leaf)) cycle_tell(w, leaf, failure);
  return false;
}

/* After a reversal only the amount and what was accumulated can have changed; all else is as it was when the gift was given. */
static bool settled_before(const struct work *w, const struct condition *leaf) {
  if (!w->rechecking) return false;
  return w->as_given || !left_can_change(w, leaf) ||
         (!w->stand.apart && leaf->left == LEFT_FACT && is_bound_above(&w->book->facts[leaf->index], leaf, w->stand.denied));
}

static bool settled_holds(const struct work *w, uint32_t node, struct failure *failure) {
  *failure = (struct failure){.condition = node, .reason = REASON_CONDITION_NOT_MET};
  return held_then(w, node, !w->stand.denied);
}

static bool not_holds(struct work *w, uint32_t node, uint32_t campaign, struct failure *failure) {
  struct failure inner;
  if (!condition_holds(w, w->book->conditions[node].first, campaign, true, &inner)) return true;
  *failure = (struct failure){.condition = node, .reason = REASON_CONDITION_NOT_MET};
  return false;
}

/* Of alternatives that failed the one to tell is the nearest miss: fewest tests that fail, then the figure that is closest by its share of
 * what was expected. */
static uint32_t parts_failed(struct work *w, uint32_t node, uint32_t campaign) {
  const struct condition *condition = &w->book->conditions[node];
  struct failure unread;
  uint32_t failed = 0;
  if (condition->kind != CONDITION_ALL) return 1;
  for (uint32_t i = 0; i < condition->count; i++) failed += !condition_holds(w, condition->first + i, campaign, true, &unread);
  return failed;
}

/* In millionths of what was expected. */
static uint64_t distance_of(const struct failure *failure) {
  if (!failure->numbers) return UINT64_MAX;
  __int128_t expected = failure->expected, away = expected - failure->actual;
  if (away < 0) away = -away;
  if (expected < 0) expected = -expected;
  __int128_t share = away * 1000000 / (expected > 0 ? expected : 1);
  return share > UINT32_MAX ? UINT32_MAX : (uint64_t)share;
}

struct miss {
  struct failure failure;
  uint32_t failed;
  uint64_t distance;
};

static bool nearer(const struct miss *a, const struct miss *b) {
  return a->failed != b->failed ? a->failed < b->failed : a->distance < b->distance;
}

/* Where several are as near none is named before the others: the reason is the choice itself, and theirs if they have one. */
static void misses_join(struct miss *best, const struct miss *other, uint32_t node) {
  enum reason reason = best->failure.reason == other->failure.reason ? best->failure.reason : REASON_CONDITION_NOT_MET;
  best->failure = (struct failure){.condition = node, .reason = reason};
}

static bool any_holds(struct work *w, uint32_t node, uint32_t campaign, struct failure *failure) {
  const struct condition *condition = &w->book->conditions[node];
  struct miss best = {.failed = UINT32_MAX};
  assert(condition->count > 0); /* so that some failure is the nearest */
  for (uint32_t i = 0; i < condition->count; i++) {
    struct miss miss;
    if (condition_holds(w, condition->first + i, campaign, true, &miss.failure)) return true;
    miss.failed = parts_failed(w, condition->first + i, campaign), miss.distance = distance_of(&miss.failure);
    if (nearer(&miss, &best))
      best = miss;
    else if (!nearer(&best, &miss))
      misses_join(&best, &miss, node);
  }
  *failure = best.failure;
  return false;
}

/* The index settles the stateless children of a root `all`. */
static bool all_hold(struct work *w, uint32_t node, uint32_t campaign, bool all_nodes, struct failure *failure) {
  const struct condition *condition = &w->book->conditions[node];
  for (uint32_t i = 0; i < condition->count; i++) {
    uint32_t child = condition->first + i;
    if (!all_nodes && w->book->conditions[child].stateless) continue;
    if (!condition_holds(w, child, campaign, true, failure)) return false;
  }
  return true;
}

static bool parts_hold(struct work *w, uint32_t node, uint32_t campaign, bool all_nodes, struct failure *failure) {
  const enum condition_kind kind = w->book->conditions[node].kind;
  const struct stand before = w->stand;
  w->stand = stand_below(kind, before);
  bool holds = kind == CONDITION_NOT   ? not_holds(w, node, campaign, failure)
               : kind == CONDITION_ANY ? any_holds(w, node, campaign, failure)
                                       : all_hold(w, node, campaign, all_nodes, failure);
  w->stand = before;
  return holds;
}

/* A stateless root is settled by the index; everything deeper is judged here. */
bool condition_holds(struct work *w, uint32_t node, uint32_t campaign, bool all_nodes, struct failure *failure) {
  if (node == NONE) return true;
  const struct condition *condition = &w->book->conditions[node];
  assert(node < w->book->condition_count);
  if (condition->stateless && !all_nodes) return true;
  if (condition->kind != CONDITION_LEAF) return parts_hold(w, node, campaign, all_nodes, failure);
  if (settled_before(w, condition)) return settled_holds(w, node, failure);
  return leaf_holds(w, condition, campaign, failure);
}
