/* Operators and what stands behind them: which go with which left side, and the operand as numbers or texts (docs/language.md section 4).
 */
#include "fact_row.h"

#define LISTS_MOST 16u
#define BIT(type) (1u << (type))
#define NUMBERS (BIT(TYPE_MONEY) | BIT(TYPE_INT) | BIT(TYPE_TIME) | BIT(TYPE_DURATION))
#define MEMBERS (BIT(TYPE_TAG) | BIT(TYPE_CUSTOMER_LIST))
#define FACTS (BIT(TYPE_FIRST) | BIT(TYPE_LAST) | BIT(TYPE_TRACK))

struct op_info {
  const char *name;
  enum condition_op op;
  uint32_t types; /* of left sides it goes with */
};
static const struct op_info ops[] = {
    {"eq", OP_EQ, BIT(TYPE_TEXT) | NUMBERS | BIT(TYPE_BOOL) | MEMBERS | BIT(TYPE_SCHEDULE) | BIT(TYPE_MONTH)},
    {"ne", OP_NE, BIT(TYPE_TEXT) | NUMBERS | BIT(TYPE_BOOL) | MEMBERS | BIT(TYPE_SCHEDULE) | BIT(TYPE_MONTH)},
    {"gte", OP_GTE, NUMBERS},
    {"gt", OP_GT, NUMBERS},
    {"lte", OP_LTE, NUMBERS},
    {"lt", OP_LT, NUMBERS},
    {"between", OP_BETWEEN, NUMBERS | BIT(TYPE_MONTH)},
    {"in", OP_IN, BIT(TYPE_TEXT) | BIT(TYPE_MONEY) | BIT(TYPE_INT) | MEMBERS | BIT(TYPE_MONTH)},
    {"not_in", OP_NOT_IN, BIT(TYPE_TEXT) | BIT(TYPE_MONEY) | BIT(TYPE_INT) | MEMBERS | BIT(TYPE_MONTH)},
    {"exists", OP_EXISTS, BIT(TYPE_TEXT) | NUMBERS | BIT(TYPE_BOOL) | BIT(TYPE_LIST) | FACTS},
    {"in_list", OP_IN_LIST, BIT(TYPE_TEXT)},
    {"not_in_list", OP_NOT_IN_LIST, BIT(TYPE_TEXT)},
    {"contains_any", OP_CONTAINS_ANY, BIT(TYPE_LIST)},
    {"same_as", OP_SAME_AS, BIT(TYPE_TEXT) | NUMBERS | BIT(TYPE_BOOL) | BIT(TYPE_MONTH)},
    {"older_than", OP_OLDER_THAN, BIT(TYPE_TIME)},
    {"newer_than", OP_NEWER_THAN, BIT(TYPE_TIME)},
    {"dormant_for", OP_DORMANT_FOR, BIT(TYPE_LAST)},
    {"in_fact", OP_IN_FACT, BIT(TYPE_TEXT)},
    {"not_in_fact", OP_NOT_IN_FACT, BIT(TYPE_TEXT)},
};
#define OPS (sizeof ops / sizeof ops[0])

static const struct op_info *op_find(const char *name) {
  for (size_t i = 0; i < OPS; i++)
    if (strcmp(ops[i].name, name) == 0) return &ops[i];
  return NULL;
}

bool op_is_known(const char *name) { return op_find(name) != NULL; }

void op_near(struct near *near) {
  for (size_t i = 0; i < OPS; i++) near_offer(near, str_of(ops[i].name));
}

static const char *const type_words[] = {[TYPE_TEXT] = "a text",         [TYPE_MONEY] = "an amount of money",
                                         [TYPE_INT] = "a number",        [TYPE_BOOL] = "true or false",
                                         [TYPE_LIST] = "a list",         [TYPE_TIME] = "a time",
                                         [TYPE_DURATION] = "a duration", [TYPE_FIRST] = "a first",
                                         [TYPE_LAST] = "a last",         [TYPE_TRACK] = "a track",
                                         [TYPE_TAG] = "a tag",           [TYPE_CUSTOMER_LIST] = "a list of customers",
                                         [TYPE_SCHEDULE] = "a schedule", [TYPE_MONTH] = "a month",
                                         [TYPE_BROKEN] = "unknown"};

/* ---- numbers ---- */

static bool number_read(struct compile *c, const struct at *at, enum left_type type, int64_t *out) {
  struct duration duration;
  if (type == TYPE_MONEY) return read_money(c, at, true, out);
  if (type == TYPE_INT) return read_int(c, at, -LIMIT_AMOUNT_MINOR, LIMIT_AMOUNT_MINOR, CHECK_BAD_VALUE, out);
  if (type == TYPE_MONTH) return read_int(c, at, 1, 12, CHECK_BAD_VALUE, out);
  if (type == TYPE_TIME) return read_instant(c, at, false, CHECK_BAD_DATE, out);
  if (!read_duration(c, at, &duration)) return false;
  *out = duration.ms;
  if (duration.months == 0) return true;
  report(c, at, CHECK_BAD_DURATION, "an elapsed time is compared in days or hours: months differ in length");
  return false;
}

static void between_read(struct compile *c, const struct at *at, const struct left *left, struct operand *out) {
  if (!json_is_array(at->json) || json_array_size(at->json) != 2) {
    report(c, at, CHECK_BAD_CONDITION, "between takes a list of two values, the lower first");
    return;
  }
  struct at low = at_item(at, 0), high = at_item(at, 1);
  bool good = number_read(c, &low, left->type, &out->low);
  if (!number_read(c, &high, left->type, &out->high) || !good || out->low <= out->high) return;
  report(c, at, CHECK_BAD_CONDITION, "between takes the lower value first; this holds for nothing");
}

static void numbers_read(struct compile *c, const struct at *at, const struct left *left, struct operand *out) {
  uint32_t count;
  if (!read_list(c, at, CHECK_BAD_CONDITION, &count)) return;
  int64_t *numbers = take(c, count, sizeof *numbers);
  for (uint32_t i = 0; i < count; i++) {
    struct at item = at_item(at, i);
    int64_t number = 0;
    if (number_read(c, &item, left->type, &number) && numbers != NULL) numbers[out->number_count++] = number;
  }
  out->numbers = numbers;
}

static void bool_read(struct compile *c, const struct at *at, struct operand *out) {
  bool value = false;
  out->kind = VALUE_BOOL;
  (void)read_bool(c, at, &value);
  out->low = value;
}

/* ---- texts, lists, schedules ---- */

static void text_read(struct compile *c, const struct at *at, struct operand *out) {
  struct str text;
  if (!read_text(c, at, &text)) return;
  struct str *texts = take(c, 1, sizeof *texts);
  if (texts == NULL) return;
  texts[0] = keep_text(c, text);
  out->texts = texts, out->text_count = 1;
}

/* "list:staff" and "staff" mean the same. */
static uint32_t list_ref(struct compile *c, const struct at *at) {
  struct str text;
  if (!read_text(c, at, &text)) return NONE;
  if (str_starts(text, STR("list:"))) text = str_from(text, 5);
  uint32_t decl = name_resolve(c, at, DECL_LIST, text);
  return decl == NONE ? NONE : decl_at(c, decl)->number;
}

/* contains_any: a list's name, or the values themselves. */
static void contains_read(struct compile *c, const struct at *at, struct operand *out) {
  if (json_is_array(at->json))
    out->texts = read_texts(c, at, CHECK_BAD_CONDITION, &out->text_count);
  else
    out->list = list_ref(c, at);
}

/* The values of some lists as one list, which has no name of its own. */
static uint32_t lists_union(struct compile *c, const uint32_t *lists, uint32_t count) {
  struct list all = {.name = STR("")};
  uint32_t most = 0;
  for (uint32_t i = 0; i < count; i++) most += list_at(c, lists[i])->count;
  struct str *items = take(c, most, sizeof *items);
  for (uint32_t i = 0; i < count && items != NULL; i++) {
    const struct list *one = list_at(c, lists[i]);
    struct str name = one->name;
    if (one->count > 0) memcpy(items + all.count, one->items, one->count * sizeof *items);
    all.count += one->count;
    all.name = i == 0 ? name : arena_print(c->arena, "%.*s, %.*s", STR_FORMAT(all.name), STR_FORMAT(name));
  }
  all.items = items;
  list_fill(c, &all);
  uint32_t number = vec_push(c, &c->lists, 1);
  *list_at(c, number) = all;
  return number;
}

/* in_list: the name of a list, or several names. */
static void listed_read(struct compile *c, const struct at *at, struct operand *out) {
  uint32_t count, lists[LISTS_MOST], found = 0;
  if (!json_is_array(at->json)) {
    out->list = list_ref(c, at);
    return;
  }
  if (!read_list(c, at, CHECK_BAD_CONDITION, &count)) return;
  if (count > LISTS_MOST) {
    report(c, at, CHECK_TOO_MANY, "%u lists; at most %u", count, LISTS_MOST);
    return;
  }
  for (uint32_t i = 0; i < count; i++) {
    struct at item = at_item(at, i);
    uint32_t list = list_ref(c, &item);
    if (list != NONE) lists[found++] = list;
  }
  if (found > 0 && found == count) out->list = lists_union(c, lists, found);
}

static void customer_lists_read(struct compile *c, const struct at *at, struct condition *leaf) {
  uint32_t count;
  leaf->op = leaf->op == OP_NE || leaf->op == OP_NOT_IN ? OP_NOT_IN_LIST : OP_IN_LIST;
  if (!json_is_array(at->json)) {
    leaf->operand.list = list_ref(c, at);
    return;
  }
  if (!read_list(c, at, CHECK_BAD_CONDITION, &count)) return;
  int64_t *lists = take(c, count, sizeof *lists);
  for (uint32_t i = 0; i < count; i++) {
    struct at item = at_item(at, i);
    uint32_t list = list_ref(c, &item);
    if (list != NONE && lists != NULL) lists[leaf->operand.number_count++] = list;
  }
  leaf->operand.numbers = lists;
}

/* ---- same_as ---- */

/* The month of a date is looked at, or that of a time in the file's zone. */
static bool has_month(const struct left *left) { return left->type == TYPE_TEXT || left->type == TYPE_TIME || left->type == TYPE_BROKEN; }

static void same_month_read(struct compile *c, const struct at *at, const struct left *other) {
  if (has_month(other)) return;
  report(c, at, CHECK_BAD_OPERATOR,
         "'%.*s' is %s and has no month: name a date (\"1990-05-17\", \"05-17\") or a time, like profile.birthday or fact.N.at",
         STR_FORMAT(other->text), type_words[other->type]);
}

static void same_read(struct compile *c, const struct at *at, const struct left *left, enum place place, struct condition *leaf) {
  struct left other;
  leaf->operand.other = left_node(c, at, place, &other);
  if (leaf->operand.other == NONE) return;
  leaf->stateless = (left->kind == LEFT_FIELD || left->kind == LEFT_MONTH) && other.kind == LEFT_FIELD;
  if (left->kind == LEFT_MONTH) {
    same_month_read(c, at, &other);
    return;
  }
  bool times = (left->type == TYPE_TIME || left->type == TYPE_INT) && (other.type == TYPE_FIRST || other.type == TYPE_LAST);
  if (other.type != left->type && other.type != TYPE_BROKEN && !times)
    report(c, at, CHECK_BAD_OPERATOR, "'%.*s' is %s and '%.*s' is %s: they are never the same", STR_FORMAT(left->text),
           type_words[left->type], STR_FORMAT(other.text), type_words[other.type]);
}

/* ---- in_fact ---- */

static bool fact_ref(struct compile *c, const struct at *at, uint32_t *out) {
  struct str name;
  if (!read_text(c, at, &name)) return false;
  uint32_t decl = name_resolve(c, at, DECL_FACT, name);
  if (decl == NONE || *fact_is_broken(c, decl_at(c, decl)->number)) return false;
  *out = decl_at(c, decl)->number;
  return true;
}

static void in_fact_read(struct compile *c, const struct at *at, const struct left *left, struct condition *leaf) {
  leaf->stateless = false;
  if (!fact_ref(c, at, &leaf->operand.fact)) return;
  const struct fact *fact = fact_at(c, leaf->operand.fact);
  if (!row_of(fact)->has)
    report(c, at, CHECK_BAD_CONDITION, "only a fact of picks remembers values: {\"picks\": ..., \"of\": field, \"most\": 3, ...}");
  else if (left->kind != LEFT_FIELD)
    report(c, at, CHECK_BAD_CONDITION, "what a customer chose is asked of a field of the event, like \"mcc\": {\"in_fact\": \"%.*s\"}",
           STR_FORMAT(text_of(at->json)));
}

/* ---- the bare words ---- */

static bool word_read(struct compile *c, const struct at *at, const struct left *left, struct condition *leaf) {
  struct str text = text_of(at->json);
  bool first = str_equal(text, STR("this_event")) && left->type == TYPE_FIRST;
  bool done = str_equal(text, STR("completed")) && left->type == TYPE_TRACK;
  if (first || done) {
    leaf->op = first ? OP_THIS_EVENT : OP_COMPLETED;
    return true;
  }
  report(c, at, CHECK_BAD_OPERATOR, "'%.*s' is %s; %s", STR_FORMAT(left->text), type_words[left->type],
         left->type == TYPE_FIRST   ? "ask \"this_event\" or of its .at older_than, newer_than"
         : left->type == TYPE_TRACK ? "ask \"completed\""
                                    : "ask {\"dormant_for\": \"P3M\"}");
  return false;
}

/* A first or last that keeps a field stands for that field where the operator asks for a value. */
static void keep_instead(struct compile *c, struct left *left, const struct op_info *op) {
  if (left->type != TYPE_FIRST && left->type != TYPE_LAST) return;
  const struct fact *fact = fact_at(c, left->index);
  if (fact->keep == FIELD_NONE || op->op == OP_EXISTS || op->op == OP_DORMANT_FOR) return;
  left->kind = LEFT_FACT_KEEP, left->type = left_of_field(c, fact->keep);
}

static bool op_fits(struct compile *c, const struct at *at, const struct left *left, const struct op_info *op) {
  bool age = op->op == OP_OLDER_THAN || op->op == OP_NEWER_THAN;
  if ((op->types & BIT(left->type)) && (!age || left->kind == LEFT_FACT_AT)) return true;
  report(c, at, CHECK_BAD_OPERATOR, "'%s' does not go with '%.*s', which is %s%s", op->name, STR_FORMAT(left->text), type_words[left->type],
         age                       ? "; ages are asked of the .at of a fact"
         : left->type == TYPE_LIST ? "; ask {\"contains_any\": [...]}"
                                   : "");
  return false;
}

static void cause_words_check(struct compile *c, const struct at *at, const struct operand *operand) {
  for (uint32_t i = 0; i < operand->text_count; i++) {
    if (str_equal(operand->texts[i], STR("self")) || str_equal(operand->texts[i], STR("other"))) continue;
    report(c, at, CHECK_BAD_CONDITION, "'%.*s': an event is caused by \"self\" or by \"other\"; a customer is asked for with caused_by.id",
           STR_FORMAT(operand->texts[i]));
  }
}

static void value_read(struct compile *c, const struct at *at, const struct left *left, struct condition *leaf) {
  struct operand *out = &leaf->operand;
  bool many = leaf->op == OP_IN || leaf->op == OP_NOT_IN;
  bool text = left->type == TYPE_TEXT || left->type == TYPE_TAG;
  out->kind = text ? VALUE_TEXT : VALUE_INT;
  if (left->type == TYPE_CUSTOMER_LIST)
    customer_lists_read(c, at, leaf);
  else if (left->type == TYPE_SCHEDULE)
    leaf->index = schedule_ref(c, at);
  else if (left->type == TYPE_BOOL)
    bool_read(c, at, out);
  else if (text && many)
    out->texts = read_texts(c, at, CHECK_BAD_CONDITION, &out->text_count);
  else if (text)
    text_read(c, at, out);
  else if (many)
    numbers_read(c, at, left, out);
  else if (leaf->op == OP_BETWEEN)
    between_read(c, at, left, out);
  else
    (void)number_read(c, at, left->type, &out->low);
  if (left->kind == LEFT_CAUSED_BY && left->index == 0) cause_words_check(c, at, out);
}

void operand_read(struct compile *c, const struct at *at, const struct left *given, const char *name, enum place place,
                  struct condition *leaf) {
  struct left left = *given;
  if (left.type == TYPE_BROKEN) return;
  const char *implied = json_is_array(at->json) ? "in" : "eq";
  const struct op_info *op = op_find(name == NULL ? implied : name);
  assert(op != NULL);
  bool asks_first = name == NULL && left.type == TYPE_FIRST && str_equal(text_of(at->json), STR("this_event"));
  if (!asks_first) keep_instead(c, &left, op);
  if (name == NULL && (left.type == TYPE_FIRST || left.type == TYPE_LAST || left.type == TYPE_TRACK)) {
    (void)word_read(c, at, &left, leaf);
    return;
  }
  if (!op_fits(c, at, &left, op)) return;
  leaf->op = op->op, leaf->left = left.kind, leaf->index = left.index;
  leaf->money = left.type == TYPE_MONEY;
  leaf->operand.kind = left.type == TYPE_TEXT || left.type == TYPE_LIST ? VALUE_TEXT : VALUE_INT;
  switch (op->op) {
    case OP_EXISTS: {
      enum value_kind kind = leaf->operand.kind;
      bool_read(c, at, &leaf->operand);
      leaf->operand.kind = kind;
      break;
    }
    case OP_IN_LIST:
    case OP_NOT_IN_LIST: listed_read(c, at, &leaf->operand); break;
    case OP_CONTAINS_ANY: contains_read(c, at, &leaf->operand); break;
    case OP_SAME_AS: same_read(c, at, &left, place, leaf); break;
    case OP_IN_FACT:
    case OP_NOT_IN_FACT:
      if (place == PLACE_TRIGGER)
        report(c, at, CHECK_BAD_TRIGGER, "'%s' asks what is remembered: move it to the `when` of the rule", op->name);
      else
        in_fact_read(c, at, &left, leaf);
      break;
    case OP_OLDER_THAN:
    case OP_NEWER_THAN:
    case OP_DORMANT_FOR: (void)read_duration(c, at, &leaf->operand.duration); break;
    default: value_read(c, at, &left, leaf); break;
  }
}
