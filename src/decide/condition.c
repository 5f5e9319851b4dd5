/* Conditions that need state: the left side as it is now, then the operator. What event and time alone decide was settled by the index. */
#include "work.h"

static struct value absent(void) { return (struct value){.kind = VALUE_ABSENT}; }
static struct value number(int64_t n) { return (struct value){.kind = VALUE_INT, .number = n}; }

static const struct cell *fed_find(const struct work *w, const struct fact *fact, uint64_t cause) {
  for (uint32_t i = 0; i < w->customer->cell_count; i++) {
    const struct cell *cell = &w->customer->cells[i];
    if (cell->kind == CELL_FED && cell->decl == fact->decl && cell->key == cause) return cell;
  }
  return NULL;
}

static struct value event_value(struct work *w, uint32_t field) {
  if (w->rechecking && field == FIELD_ID_AMOUNT) return number(w->recheck_amount);
  const struct value *value = event_field(w->event, (uint16_t)field);
  return value == NULL ? absent() : *value;
}

/* A measure as it stands now for the event whose gift is rechecked: its key and period are those that event fed. */
static struct value fed_value(struct work *w, const struct fact *fact) {
  bool none = false;
  const struct cell *fed = fed_find(w, fact, w->recheck_cause);
  if (fed == NULL) return absent();
  int64_t value = measure_value(w, fact, (uint64_t)fed->v[0], fed->period, &none);
  return none ? absent() : number(value);
}

static struct value fact_value(struct work *w, const struct fact *fact);

/* The first measure less the second, absent when either is (campaigns.md section 5): an increment against a baseline. */
static struct value difference_value(struct work *w, const struct fact *fact) {
  struct value first = fact_value(w, &w->book->facts[fact->parts[0]]), second = fact_value(w, &w->book->facts[fact->parts[1]]);
  if (first.kind == VALUE_ABSENT || second.kind == VALUE_ABSENT) return absent();
  return number(sum_of(first.number, second.number == INT64_MIN ? INT64_MAX : -second.number));
}

static struct value fact_value(struct work *w, const struct fact *fact) {
  uint64_t key = 0;
  if (fact->kind == FACT_DIFFERENCE) return difference_value(w, fact);
  if (fact->kind == FACT_TABLE) {
    struct str cell = table_cell(w, fact);
    return cell.length == 0 ? absent() : (struct value){.kind = VALUE_TEXT, .text = cell};
  }
  if (fact->kind == FACT_MEASURE && w->rechecking) return fed_value(w, fact);
  if (!key_of_dimensions(w, fact->dimensions, fact->dimension_count, fact->campaign, &key)) return absent();
  if (fact->kind == FACT_MEASURE) {
    bool none = false;
    int64_t value = measure_value(w, fact, key, measure_period(w, fact, w->event->time_ms), &none);
    return none ? absent() : number(value);
  }
  if (fact->kind == FACT_TRACK) {
    const struct cell *cell = track_completed(w, fact);
    return cell == NULL ? absent() : number(cell->v[3]);
  }
  const struct cell *cell = fact->kind == FACT_FIRST ? first_cell(w, fact, key) : state_find(w->customer, CELL_LAST, fact->decl, key, 0);
  return cell == NULL ? absent() : number(cell->v[0]);
}

static struct value track_elapsed(struct work *w, const struct fact *fact) {
  const struct cell *cell = track_completed(w, fact);
  return cell == NULL ? absent() : number(cell->v[3] - cell->v[0]);
}

static bool has_tag(struct work *w, struct str tag) {
  uint64_t hash = hash64(&HASH_KEY_FIXED, tag);
  return state_find(w->customer, CELL_TAG, decl_of_hash(hash), hash, 0) != NULL;
}

/* Who caused the event: index 0 whether it was the customer, 1 the id. */
static struct value cause_value(const struct work *w, uint32_t index) {
  bool other = w->event->cause.length > 0;
  struct str id = other ? w->event->cause : w->event->customer;
  return (struct value){.kind = VALUE_TEXT, .text = index == 1 ? id : other ? STR("other") : STR("self")};
}

struct value left_value(struct work *w, const struct condition *leaf, uint32_t campaign) {
  (void)campaign;
  const struct rulebook *book = w->book;
  switch (leaf->left) {
    case LEFT_FIELD: return event_value(w, leaf->index);
    case LEFT_FACT:
    case LEFT_FACT_AT: return fact_value(w, &book->facts[leaf->index]);
    case LEFT_FACT_ELAPSED: return track_elapsed(w, &book->facts[leaf->index]);
    case LEFT_FACT_KEEP:
    case LEFT_PROFILE:
    case LEFT_CHANCE: return kept_value(w, leaf);
    case LEFT_RULE_REWARD: return w->base == NULL ? absent() : number(leaf->index == 0 ? w->base->value_minor : w->base->count);
    case LEFT_CAUSED_BY: return cause_value(w, leaf->index);
    case LEFT_TAG:
    case LEFT_LIST:
    case LEFT_SCHEDULE: break;
  }
  return absent();
}

/* ---- money of another currency ---- */

/* Without `fx`, money of another currency is never compared or converted: the test fails (campaigns.md section 2). */
bool amount_is_foreign(const struct work *w, uint32_t campaign) {
  const struct value *currency = event_field(w->event, FIELD_ID_CURRENCY);
  if (currency == NULL || event_field(w->event, FIELD_ID_AMOUNT) == NULL) return false;
  return !str_equal(currency->text, work_campaign(w, campaign)->currency);
}

bool condition_uses_amount(const struct rulebook *book, uint32_t node) {
  if (node == NONE) return false;
  const struct condition *condition = &book->conditions[node];
  if (condition->kind != CONDITION_LEAF) {
    for (uint32_t i = 0; i < condition->count; i++)
      if (condition_uses_amount(book, condition->first + i)) return true;
    return false;
  }
  if (condition->left == LEFT_FIELD) return condition->money;
  if (condition->left != LEFT_FACT || book->facts[condition->index].kind != FACT_TABLE) return false;
  const struct fact *table = &book->facts[condition->index];
  for (uint32_t i = 0; i < table->axis_count; i++)
    if (condition_uses_amount(book, table->axes[i].left)) return true;
  return false;
}

/* ---- operators that are about facts ---- */

static bool holds_this_event(struct work *w, const struct condition *leaf) {
  const struct fact *fact = &w->book->facts[leaf->index];
  uint64_t key = 0;
  if (!fact_heard(w, leaf->index) || !key_of_dimensions(w, fact->dimensions, fact->dimension_count, fact->campaign, &key)) return false;
  return first_cell(w, fact, key) == NULL;
}

static bool holds_dormant(struct work *w, const struct condition *leaf, struct failure *failure) {
  const struct fact *fact = &w->book->facts[leaf->index];
  uint64_t key = 0;
  if (!key_of_dimensions(w, fact->dimensions, fact->dimension_count, fact->campaign, &key)) return false;
  const struct cell *cell = state_find(w->customer, CELL_LAST, fact->decl, key, 0);
  if (cell == NULL) return fact->if_never_dormant;
  int64_t until = duration_add(cell->v[0], leaf->operand.duration, 1, work_campaign(w, fact->campaign)->offset_minutes);
  failure->expected = until, failure->actual = w->event->time_ms, failure->numbers = failure->times = true;
  return until <= w->event->time_ms;
}

/* older_than: it happened at least that long ago; newer_than: less long ago. Ages count from the event's second, end in. */
static bool holds_age(struct work *w, const struct condition *leaf, const struct value *actual, uint32_t campaign,
                      struct failure *failure) {
  if (actual->kind != VALUE_INT) return false;
  int64_t until = duration_add(actual->number, leaf->operand.duration, 1, work_campaign(w, campaign)->offset_minutes);
  failure->expected = until, failure->actual = w->event->time_ms, failure->numbers = failure->times = true;
  return leaf->op == OP_OLDER_THAN ? until <= w->event->time_ms : w->event->time_ms <= until;
}

static bool holds_same_as(struct work *w, const struct condition *leaf, const struct value *actual, uint32_t campaign) {
  const struct condition *beside = &w->book->conditions[leaf->operand.other];
  struct value other = left_value(w, beside, campaign);
  if (actual->kind == VALUE_ABSENT || other.kind != actual->kind || actual->kind == VALUE_LIST) return false;
  if (actual->kind != VALUE_TEXT) return actual->number == other.number;
  const struct cell *here = kept_find(w, leaf, 0), *there = kept_find(w, beside, 0);
  if (here != NULL && there != NULL) return cells_same_text(here, there);
  if (here != NULL) return cell_is_text(here, other.text);
  return there != NULL ? cell_is_text(there, actual->text) : str_equal(actual->text, other.text);
}

static bool holds_list(struct work *w, const struct condition *leaf) {
  for (uint32_t i = 0; i < leaf->operand.number_count; i++)
    if (list_has(&w->book->lists[leaf->operand.numbers[i]], w->event->customer)) return true;
  return leaf->operand.list != NONE && list_has(&w->book->lists[leaf->operand.list], w->event->customer);
}

static bool holds_tag(struct work *w, const struct condition *leaf) {
  bool any = false;
  for (uint32_t i = 0; i < leaf->operand.text_count && !any; i++) any = has_tag(w, leaf->operand.texts[i]);
  return leaf->op == OP_NE || leaf->op == OP_NOT_IN ? !any : any;
}

static enum reason reason_of(const struct work *w, const struct condition *leaf, const struct failure *failure) {
  switch (leaf->op) {
    case OP_THIS_EVENT: return REASON_NOT_FIRST;
    case OP_DORMANT_FOR: return REASON_NOT_DORMANT;
    case OP_COMPLETED: return REASON_TASKS_INCOMPLETE;
    case OP_OLDER_THAN: return failure->times ? REASON_PENDING_HOLD : REASON_NOT_FIRST;
    case OP_NEWER_THAN: return REASON_NOT_FIRST;
    default: break;
  }
  enum fact_kind kind = leaf->left == LEFT_FACT ? w->book->facts[leaf->index].kind : FACT_TABLE;
  bool measured = kind == FACT_MEASURE || kind == FACT_DIFFERENCE;
  return measured ? REASON_TARGET_NOT_REACHED : REASON_CONDITION_NOT_MET;
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

static bool leaf_holds(struct work *w, const struct condition *leaf, uint32_t campaign, struct failure *failure) {
  struct value actual = absent();
  int32_t offset = work_campaign(w, campaign)->offset_minutes;
  *failure = (struct failure){.condition = (uint32_t)(leaf - w->book->conditions)};
  bool holds = false;
  if (leaf->op == OP_THIS_EVENT)
    holds = holds_this_event(w, leaf);
  else if (leaf->op == OP_DORMANT_FOR)
    holds = holds_dormant(w, leaf, failure);
  else if (leaf->op == OP_COMPLETED)
    holds = track_completed(w, &w->book->facts[leaf->index]) != NULL;
  else if (leaf->left == LEFT_TAG)
    holds = holds_tag(w, leaf);
  else if (leaf->left == LEFT_LIST)
    holds = holds_list(w, leaf) != (leaf->op == OP_NOT_IN_LIST || leaf->op == OP_NE || leaf->op == OP_NOT_IN);
  else if (leaf->left == LEFT_SCHEDULE)
    holds = schedule_holds(&w->book->schedules[leaf->index], w->event->time_ms, offset) == (leaf->op != OP_NE);
  else {
    actual = left_value(w, leaf, campaign);
    if (leaf->op == OP_OLDER_THAN || leaf->op == OP_NEWER_THAN)
      holds = holds_age(w, leaf, &actual, campaign, failure);
    else if (leaf->op == OP_SAME_AS)
      holds = holds_same_as(w, leaf, &actual, campaign);
    else if (kept_find(w, leaf, 0) != NULL)
      holds = kept_holds(w, leaf, offset);
    else
      holds = match_leaf(w->book, leaf, &actual, offset);
  }
  if (holds) return true;
  failure->reason = reason_of(w, leaf, failure);
  failure_values(w, leaf, &actual, failure);
  return false;
}

/* After a reversal only the amount and what was accumulated can have changed; all else held when the gift was given. */
static bool settled_before(const struct work *w, const struct condition *leaf) {
  if (!w->rechecking) return false;
  if (leaf->left == LEFT_FIELD) return leaf->index != FIELD_ID_AMOUNT;
  bool measured = leaf->left == LEFT_FACT && w->book->facts[leaf->index].kind == FACT_MEASURE;
  return !measured || fed_find(w, &w->book->facts[leaf->index], w->recheck_cause) == NULL;
}

static bool not_holds(struct work *w, uint32_t node, uint32_t campaign, struct failure *failure) {
  struct failure inner;
  if (!condition_holds(w, w->book->conditions[node].first, campaign, true, &inner)) return true;
  *failure = (struct failure){.condition = node, .reason = REASON_CONDITION_NOT_MET};
  return false;
}

static bool any_holds(struct work *w, const struct condition *condition, uint32_t campaign, struct failure *failure) {
  struct failure now;
  for (uint32_t i = 0; i < condition->count; i++) {
    if (condition_holds(w, condition->first + i, campaign, true, &now)) return true;
    if (i == 0) *failure = now; /* the first alternative is the one to name */
  }
  return false;
}

/* The index settles a stateless root and the stateless children of a root `all`; everything deeper is judged here. */
bool condition_holds(struct work *w, uint32_t node, uint32_t campaign, bool all_nodes, struct failure *failure) {
  if (node == NONE) return true;
  const struct condition *condition = &w->book->conditions[node];
  if (condition->stateless && !all_nodes) return true;
  if (condition->kind == CONDITION_LEAF) return settled_before(w, condition) || leaf_holds(w, condition, campaign, failure);
  if (condition->kind == CONDITION_NOT) return not_holds(w, node, campaign, failure);
  if (condition->kind == CONDITION_ANY) return any_holds(w, condition, campaign, failure);
  for (uint32_t i = 0; i < condition->count; i++) {
    uint32_t child = condition->first + i;
    if (!all_nodes && w->book->conditions[child].stateless) continue;
    if (!condition_holds(w, child, campaign, true, failure)) return false;
  }
  return true;
}
