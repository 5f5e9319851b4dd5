/* Rulebooks and events at random, made by hand: what the index is held against its one-by-one reference with.
 *
 * Values come from small sets so that conditions often hold, and events stand on thresholds, just below and just above. The same recipe
 * makes the same rulebook: a failure prints the seed.
 */
#ifndef GIFTD_TESTS_MATCH_RANDOM_RULEBOOK_H
#define GIFTD_TESTS_MATCH_RANDOM_RULEBOOK_H

#include <assert.h>

#include "giftd/match.h"

#define RANDOM_START_MS 1796054400000LL /* 2026-12-01T00:00+08:00 */
#define RANDOM_DAYS 40

struct recipe {
  uint64_t seed;
  uint32_t listeners, types;
  uint32_t fields;  /* of the catalogue, that are tested */
  uint32_t numbers; /* different thresholds */
  uint32_t texts;   /* different texts */
  uint32_t schedules;
  uint32_t list_length;
  uint32_t leaves;   /* of an all or any, at most */
  bool fine_periods; /* nearly every listener begins and ends at a moment of its own */
};

struct maker {
  const struct recipe *recipe;
  const struct catalogue *catalogue;
  struct arena *arena;
  uint64_t state;
  struct condition *conditions;
  uint32_t condition_count, condition_capacity;
  struct rulebook *rulebook;
};

static uint64_t random_next(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static uint32_t random_below(uint64_t *state, uint32_t limit) { return (uint32_t)((random_next(state) >> 32) * limit >> 32); }
static bool random_one_in(uint64_t *state, uint32_t n) { return random_below(state, n) == 0; }

static void *maker_array(struct maker *maker, size_t count, size_t size) {
  void *memory = arena_array(maker->arena, count, size);
  assert(memory != NULL);
  return memory;
}

static struct str random_text(uint64_t *state, const struct recipe *recipe, struct arena *arena) {
  struct str text = arena_print(arena, "v%u", random_below(state, recipe->texts));
  assert(text.at != NULL);
  return text;
}

/* On a threshold, or one beside it; sometimes far away. */
static int64_t random_number(uint64_t *state, const struct recipe *recipe, bool near) {
  if (random_one_in(state, 50)) return random_one_in(state, 2) ? INT64_MAX : INT64_MIN;
  int64_t number = 100 * (int64_t)random_below(state, recipe->numbers);
  return near ? number + (int64_t)random_below(state, 3) - 1 : number;
}

static const int64_t *random_numbers(struct maker *maker, uint32_t count) {
  int64_t *numbers = maker_array(maker, count, sizeof *numbers);
  for (uint32_t i = 0; i < count; i++) numbers[i] = random_number(&maker->state, maker->recipe, false);
  return numbers;
}

static const struct str *random_texts(struct maker *maker, uint32_t count) {
  struct str *texts = maker_array(maker, count, sizeof *texts);
  for (uint32_t i = 0; i < count; i++) texts[i] = random_text(&maker->state, maker->recipe, maker->arena);
  return texts;
}

static void leaf_on_text(struct maker *maker, struct condition *leaf) {
  static const enum condition_op ops[] = {OP_EQ,     OP_EQ,     OP_IN,      OP_IN,          OP_NE,
                                          OP_NOT_IN, OP_EXISTS, OP_IN_LIST, OP_NOT_IN_LIST, OP_CONTAINS_ANY};
  struct operand *operand = &leaf->operand;
  leaf->op = ops[random_below(&maker->state, sizeof ops / sizeof ops[0])];
  operand->kind = VALUE_TEXT;
  if (leaf->op == OP_EXISTS) {
    operand->low = random_one_in(&maker->state, 4) ? 0 : 1;
    return;
  }
  if (leaf->op == OP_IN_LIST || leaf->op == OP_NOT_IN_LIST) {
    operand->list = random_below(&maker->state, maker->rulebook->list_count);
    return;
  }
  operand->text_count = leaf->op == OP_EQ || leaf->op == OP_NE ? 1 : 1 + random_below(&maker->state, 4);
  operand->texts = random_texts(maker, operand->text_count);
}

static void leaf_on_number(struct maker *maker, struct condition *leaf) {
  static const enum condition_op ops[] = {OP_EQ, OP_NE, OP_GT, OP_GTE, OP_GTE, OP_LT, OP_LTE, OP_BETWEEN, OP_IN, OP_NOT_IN, OP_EXISTS};
  struct operand *operand = &leaf->operand;
  leaf->op = ops[random_below(&maker->state, sizeof ops / sizeof ops[0])];
  operand->kind = VALUE_INT;
  operand->low = random_number(&maker->state, maker->recipe, false);
  operand->high = random_number(&maker->state, maker->recipe, false);
  if (leaf->op == OP_EXISTS) operand->low = random_one_in(&maker->state, 4) ? 0 : 1;
  if (leaf->op != OP_IN && leaf->op != OP_NOT_IN) return;
  operand->number_count = 1 + random_below(&maker->state, 4);
  operand->numbers = random_numbers(maker, operand->number_count);
}

static uint32_t random_field(struct maker *maker) { return random_below(&maker->state, maker->recipe->fields); }

static void leaf_on_field(struct maker *maker, struct condition *leaf) {
  leaf->left = LEFT_FIELD;
  leaf->index = random_field(maker);
  enum field_kind kind = maker->catalogue->fields[leaf->index].kind;
  if (random_one_in(&maker->state, 12)) {
    struct condition *other = &maker->conditions[maker->condition_count];
    *other = (struct condition){.kind = CONDITION_LEAF, .left = LEFT_FIELD, .index = random_field(maker), .stateless = true};
    leaf->op = OP_SAME_AS;
    leaf->operand.other = maker->condition_count++;
  } else if (kind == FIELD_TEXT || kind == FIELD_LIST) {
    leaf_on_text(maker, leaf);
  } else {
    leaf_on_number(maker, leaf);
  }
}

static void leaf_make(struct maker *maker, uint32_t node) {
  struct condition *leaf = &maker->conditions[node];
  *leaf = (struct condition){.kind = CONDITION_LEAF, .stateless = true, .operand = {.list = NONE, .other = NONE}};
  switch (random_below(&maker->state, 16)) {
    case 0:
      leaf->left = LEFT_FACT;
      leaf->stateless = false;
      break;
    case 1:
      leaf->left = LEFT_SCHEDULE;
      leaf->index = random_below(&maker->state, maker->rulebook->schedule_count);
      leaf->op = random_one_in(&maker->state, 4) ? OP_NE : OP_EQ;
      break;
    case 2:
      leaf->left = LEFT_LIST;
      leaf->op = random_one_in(&maker->state, 3) ? OP_NOT_IN_LIST : OP_IN_LIST;
      leaf->operand.list = random_below(&maker->state, maker->rulebook->list_count);
      break;
    default: leaf_on_field(maker, leaf);
  }
}

static bool node_is_stateless(const struct maker *maker, const struct condition *node) {
  for (uint32_t i = 0; i < node->count; i++) {
    if (!maker->conditions[node->first + i].stateless) return false;
  }
  return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): three deep */
static void node_make(struct maker *maker, uint32_t node, uint32_t depth) {
  assert(maker->condition_count + 64 < maker->condition_capacity);
  uint32_t shape = depth == 0 ? 0 : depth < 3 ? random_below(&maker->state, 6) : 5;
  if (shape > 2) {
    leaf_make(maker, node);
    return;
  }
  uint32_t count = shape == 2 ? 1 : 1 + random_below(&maker->state, maker->recipe->leaves);
  uint32_t first = maker->condition_count;
  maker->condition_count += count;
  for (uint32_t i = 0; i < count; i++) node_make(maker, first + i, depth + 1);
  enum condition_kind kind = shape == 0 ? CONDITION_ALL : shape == 1 ? CONDITION_ANY : CONDITION_NOT;
  maker->conditions[node] = (struct condition){.kind = kind, .first = first, .count = count};
  maker->conditions[node].stateless = node_is_stateless(maker, &maker->conditions[node]);
}

static uint32_t condition_make(struct maker *maker) {
  uint32_t node = maker->condition_count++;
  node_make(maker, node, random_one_in(&maker->state, 5) ? 1 : 0);
  return node;
}

static void schedules_make(struct maker *maker) {
  static const struct calendar plain = {.weekend = 1u << 6 | 1u << 7, .to_day = -1};
  uint32_t count = maker->recipe->schedules;
  struct schedule *schedules = maker_array(maker, count, sizeof *schedules);
  for (uint32_t i = 0; i < count; i++) {
    struct schedule *schedule = &schedules[i];
    *schedule = (struct schedule){.from_ms = INT64_MIN / 2, .to_ms = INT64_MAX / 2, .calendar = &plain};
    if (random_one_in(&maker->state, 3)) schedule->from_ms = RANDOM_START_MS + random_below(&maker->state, 20) * MS_PER_DAY;
    if (random_one_in(&maker->state, 3)) schedule->to_ms = RANDOM_START_MS + (20 + random_below(&maker->state, 20)) * MS_PER_DAY;
    if (random_one_in(&maker->state, 2)) schedule->days = random_below(&maker->state, 256) & ~1u;
    if (random_one_in(&maker->state, 4)) schedule->days |= random_one_in(&maker->state, 2) ? DAY_WORKDAY : DAY_RESTDAY;
    if (random_one_in(&maker->state, 2)) {
      struct hours *hours = maker_array(maker, 2, sizeof *hours);
      hours[0] = (struct hours){3600 * (int32_t)random_below(&maker->state, 8), 3600 * (8 + (int32_t)random_below(&maker->state, 4))};
      hours[1] =
          (struct hours){3600 * (12 + (int32_t)random_below(&maker->state, 6)), 3600 * (19 + (int32_t)random_below(&maker->state, 5))};
      schedule->hours = hours;
      schedule->hour_count = 1 + random_below(&maker->state, 2);
    }
  }
  maker->rulebook->schedules = schedules;
  maker->rulebook->schedule_count = count;
}

/* Different items, among them texts that events carry. */
static void list_make(struct maker *maker, struct list *list, uint32_t length) {
  uint32_t step = 1 + random_below(&maker->state, 3);
  struct str *items = maker_array(maker, length, sizeof *items);
  for (uint32_t i = 0; i < length; i++) items[i] = arena_print(maker->arena, "v%u", i * step);
  *list = (struct list){.name = STR("list"), .count = length, .items = items};
}

static void lists_make(struct maker *maker) {
  struct list *lists = maker_array(maker, 4, sizeof *lists);
  for (uint32_t i = 0; i < 4; i++) list_make(maker, &lists[i], i == 0 ? 2 : maker->recipe->list_length);
  maker->rulebook->lists = lists;
  maker->rulebook->list_count = 4;
}

static void campaigns_make(struct maker *maker) {
  struct campaign *campaigns = maker_array(maker, 8, sizeof *campaigns);
  for (uint32_t i = 0; i < 8; i++) campaigns[i].zone = zone_fixed(i % 3 == 0 ? 0 : 480);
  maker->rulebook->campaigns = campaigns;
  maker->rulebook->campaign_count = 8;
}

static void listener_make(struct maker *maker, struct listener *listener, uint32_t number) {
  *listener = (struct listener){.type = (uint16_t)(number % maker->recipe->types), .trigger = NONE};
  listener->kind = random_one_in(&maker->state, 4) ? LISTENER_FACT : LISTENER_RULE;
  listener->owner = number / 2; /* a rule may listen twice */
  listener->campaign = random_below(&maker->state, maker->rulebook->campaign_count);
  listener->schedule = random_one_in(&maker->state, 3) ? random_below(&maker->state, maker->rulebook->schedule_count) : NONE;
  for (uint32_t i = 0; i < 3; i++) listener->conditions[i] = random_below(&maker->state, 2 + i) < 2 && i < 2 ? condition_make(maker) : NONE;
  int64_t half_day = MS_PER_DAY / 2;
  listener->from_ms = RANDOM_START_MS + (int64_t)random_below(&maker->state, RANDOM_DAYS) * half_day;
  listener->to_ms = listener->from_ms + (int64_t)random_below(&maker->state, 2 * RANDOM_DAYS) * half_day;
  if (maker->recipe->fine_periods) listener->from_ms += random_below(&maker->state, 3600000);
  if (random_one_in(&maker->state, 8)) listener->from_ms = INT64_MIN / 2;
  if (random_one_in(&maker->state, 8)) listener->to_ms = INT64_MAX / 2;
}

static bool listener_goes_first(const struct listener *a, const struct listener *b) {
  if (a->type != b->type) return a->type < b->type;
  if ((a->kind == LISTENER_RULE) != (b->kind == LISTENER_RULE)) return b->kind == LISTENER_RULE;
  return a->owner < b->owner;
}

static void listeners_make(struct maker *maker) {
  uint32_t count = maker->recipe->listeners;
  struct listener *listeners = maker_array(maker, count, sizeof *listeners);
  for (uint32_t i = 0; i < count; i++) {
    struct listener one;
    listener_make(maker, &one, i);
    uint32_t at = i;
    for (; at > 0 && listener_goes_first(&one, &listeners[at - 1]); at--) listeners[at] = listeners[at - 1];
    listeners[at] = one;
  }
  maker->rulebook->listeners = listeners;
  maker->rulebook->listener_count = count;
  maker->rulebook->rule_count = count / 2 + 1;
}

static struct rulebook *rulebook_random(const struct recipe *recipe, const struct catalogue *catalogue, struct arena *arena) {
  struct maker maker = {.recipe = recipe, .catalogue = catalogue, .arena = arena, .state = recipe->seed};
  assert(recipe->fields <= catalogue->field_count && recipe->types <= catalogue->type_count);
  maker.rulebook = maker_array(&maker, 1, sizeof *maker.rulebook);
  maker.rulebook->catalogue = catalogue;
  maker.condition_capacity = recipe->listeners * 100 + 1000;
  maker.conditions = maker_array(&maker, maker.condition_capacity, sizeof *maker.conditions);
  lists_make(&maker);
  schedules_make(&maker);
  campaigns_make(&maker);
  listeners_make(&maker);
  maker.rulebook->conditions = maker.conditions;
  maker.rulebook->condition_count = maker.condition_count;
  return maker.rulebook;
}

static struct value value_random(const struct recipe *recipe, enum field_kind kind, uint64_t *state, struct arena *arena) {
  struct value value = {.kind = VALUE_INT};
  switch (kind) {
    case FIELD_TEXT:
      value.kind = VALUE_TEXT;
      value.text = random_one_in(state, 10) ? STR("elsewhere") : random_text(state, recipe, arena);
      return value;
    case FIELD_LIST: {
      struct str *items = arena_array(arena, 3, sizeof *items);
      assert(items != NULL);
      value.kind = VALUE_LIST;
      value.count = random_below(state, 4);
      for (uint32_t i = 0; i < value.count; i++) items[i] = random_text(state, recipe, arena);
      value.items = items;
      return value;
    }
    case FIELD_BOOL:
      value.kind = VALUE_BOOL;
      value.number = random_below(state, 2);
      return value;
    default: value.number = random_number(state, recipe, true); return value;
  }
}

static void event_random(const struct recipe *recipe, const struct catalogue *catalogue, uint64_t *state, struct arena *arena,
                         struct event *event) {
  *event = (struct event){.customer = random_text(state, recipe, arena), .offset_minutes = 480};
  event->type = random_one_in(state, 40) ? TYPE_UNKNOWN : (uint16_t)random_below(state, recipe->types);
  event->time_ms = RANDOM_START_MS + (int64_t)random_below(state, RANDOM_DAYS * 48) * (MS_PER_DAY / 48) - MS_PER_DAY;
  if (random_one_in(state, 2)) event->time_ms += (int64_t)random_below(state, 3) - 1;
  if (recipe->fine_periods) event->time_ms += random_below(state, 3600000);
  for (uint32_t field = 0; field < recipe->fields && event->field_count < LIMIT_EVENT_FIELDS; field++) {
    if (random_one_in(state, 3)) continue;
    event->field_ids[event->field_count] = (uint16_t)field;
    bool null = random_one_in(state, 20);
    event->values[event->field_count++] =
        null ? (struct value){.kind = VALUE_ABSENT} : value_random(recipe, catalogue->fields[field].kind, state, arena);
  }
}

#endif
