/* Conditions: tests over left sides, each of which is asked once, so that a condition does not contradict itself. */
#include "grammar.h"

void say_money(struct grammar *g, uint32_t least, uint32_t most) {
  uint32_t whole = least + pick(g->b, most - least + 1), cents = one_in(g->b, 4) ? pick(g->b, 100) : 0;
  SAY("\"%u.%02u\"", whole, whole == 0 && cents == 0 ? 1 : cents);
}

/* ---- what may be asked ---- */

void left_add(struct grammar *g, enum left_form form, unsigned index) {
  if (g->left_count < GRAMMAR_LEFTS) g->lefts[g->left_count++] = (struct grammar_left){form, index, false};
}

void lefts_of_event(struct grammar *g, unsigned kind) {
  const struct word_kind *event = &word_kinds[kind];
  for (unsigned i = 0; event->fields[i] >= 0; i++) left_add(g, FORM_TEXT, (unsigned)event->fields[i]);
  if (event->amount) left_add(g, FORM_AMOUNT, 0);
  if (event->amount) left_add(g, FORM_AMOUNT, 0); /* twice as likely; the second is the same key and is passed over */
  if (event->score) left_add(g, FORM_SCORE, 0);
  for (unsigned i = 0; i < COMMON_FIELDS; i++) left_add(g, FORM_TEXT, (unsigned)word_common[i]);
}

static void lefts_of_fact(struct grammar *g, unsigned number) {
  const struct grammar_fact *fact = &g->facts[number];
  left_add(g, FORM_FACT, number);
  left_add(g, FORM_FACT, number);
  if (fact->kind == FACT_FIRST || fact->kind == FACT_LAST || fact->kind == FACT_TRACK) left_add(g, FORM_AT, number);
  if (fact->keep != NULL) left_add(g, FORM_KEEP, number);
  if (fact->kind == FACT_TRACK) left_add(g, FORM_ELAPSED, number);
}

void lefts_of_state(struct grammar *g, unsigned facts) {
  static const enum left_form forms[] = {FORM_TIER, FORM_INCOME, FORM_TAG, FORM_LIST, FORM_SCHEDULE};
  for (unsigned i = 0; i < sizeof forms / sizeof forms[0]; i++) left_add(g, forms[i], 0);
  for (unsigned i = 0; i < facts; i++) lefts_of_fact(g, i);
}

static bool same_left(const struct grammar_left *a, const struct grammar_left *b) { return a->form == b->form && a->index == b->index; }

static const struct grammar_left *left_take(struct grammar *g) {
  uint32_t from = g->left_count == 0 ? 0 : pick(g->b, g->left_count);
  for (unsigned i = 0; i < g->left_count; i++) {
    struct grammar_left *left = &g->lefts[(from + i) % g->left_count];
    if (left->used) continue;
    for (unsigned j = 0; j < g->left_count; j++) g->lefts[j].used |= same_left(&g->lefts[j], left);
    return left;
  }
  return NULL;
}

/* ---- tests ---- */

/* What was chosen is asked where facts may be asked at all. */
static bool picks_test(struct grammar *g) {
  for (unsigned i = 0; i < g->left_count; i++) {
    const struct grammar_left *left = &g->lefts[i];
    if (left->form != FORM_FACT || g->facts[left->index].kind != FACT_PICKS || !one_in(g->b, 3)) continue;
    SAY("{\"%s\":\"f%u\"}", one_in(g->b, 3) ? "not_in_fact" : "in_fact", left->index);
    return true;
  }
  return false;
}

static void text_test(struct grammar *g, const char *const values[FIELD_VALUES]) {
  if (picks_test(g)) return;
  uint32_t one = pick(g->b, FIELD_VALUES), other = (one + 1) % FIELD_VALUES;
  switch (pick(g->b, 10)) {
    case 0: SAY("\"%s\"", values[one]); break;
    case 1:
    case 7:
    case 8: SAY("[\"%s\",\"%s\"]", values[one], values[other]); break;
    case 2: SAY("{\"ne\":\"%s\"}", values[one]); break;
    case 3: SAY("{\"not_in\":[\"%s\"]}", values[one]); break;
    case 4: SAY("{\"exists\":%s}", one_in(g->b, 4) ? "false" : "true"); break;
    case 5:
      SAY("{\"%s\":", one_in(g->b, 2) ? "in_list" : "not_in_list");
      SAY("%s}", one_in(g->b, 2) ? "\"words\"" : "[\"words\",\"names\"]");
      break;
    case 6: SAY("{\"same_as\":\"profile.tier\"}"); break;
    default: SAY("{\"ne\":\"%s\"}", values[other]);
  }
}

static void number_test(struct grammar *g, bool money, uint32_t most) {
  static const char *const ops[] = {"gte", "gte", "gte", "gt", "lte", "lt", "ne", "eq"};
  if (one_in(g->b, 6)) {
    uint32_t low = pick(g->b, most);
    if (money)
      SAY("{\"between\":[\"%u.00\",\"%u.00\"]}", low, low + 1 + pick(g->b, most));
    else
      SAY("{\"between\":[%u,%u]}", low, low + pick(g->b, most));
    return;
  }
  SAY("{\"%s\":", PICK(g->b, ops));
  if (money)
    say_money(g, 1, most);
  else
    SAY("%u", 1 + pick(g->b, most));
  SAY("}");
}

static const char *duration_of(struct grammar *g) {
  static const char *const words[] = {"P1D", "PT2H", "P7D", "P1M", "P3M", "PT1S", "P30D"};
  return PICK(g->b, words);
}

static void fact_test(struct grammar *g, unsigned number) {
  const struct grammar_fact *fact = &g->facts[number];
  switch (fact->kind) {
    case FACT_FIRST: SAY(one_in(g->b, 4) ? "{\"exists\":true}" : "\"this_event\""); break;
    case FACT_LAST: SAY("{\"dormant_for\":\"%s\"}", duration_of(g)); break;
    case FACT_TRACK: SAY("\"completed\""); break;
    case FACT_TABLE: SAY(one_in(g->b, 2) ? "\"a\"" : "{\"ne\":\"b\"}"); break;
    case FACT_LEVEL:
    case FACT_KIND_COUNT: break;
    case FACT_MEASURE:
    case FACT_PICKS:
    case FACT_DIFFERENCE: number_test(g, fact->money, fact->money ? (one_in(g->b, 2) ? 400 : 40) : 4); break;
  }
}

static const char *key_of(const struct grammar *g, const struct grammar_left *left, char text[64]) {
  switch (left->form) {
    case FORM_TEXT: return word_fields[left->index].name;
    case FORM_AMOUNT: return "amount";
    case FORM_SCORE: return "score";
    case FORM_FACT: snprintf(text, 64, "fact.f%u", left->index); return text;
    case FORM_AT: snprintf(text, 64, "fact.f%u.at", left->index); return text;
    case FORM_KEEP: snprintf(text, 64, "fact.f%u.%s", left->index, g->facts[left->index].keep); return text;
    case FORM_ELAPSED: snprintf(text, 64, "fact.f%u.elapsed", left->index); return text;
    case FORM_TIER: return "profile.tier";
    case FORM_INCOME: return "profile.income";
    case FORM_TAG: return "tag";
    case FORM_LIST: return "list";
    case FORM_SCHEDULE: return "schedule";
    case FORM_CAUSE: return "caused_by";
    case FORM_CHANCE: return "chance.device";
    case FORM_BASE: return "rule_reward.count";
  }
  return "";
}

static void tier_test(struct grammar *g) {
  static const char *const tiers[FIELD_VALUES] = {"gold", "silver", "basic"};
  bool other = one_in(g->b, 3);
  SAY(other ? "{\"ne\":\"%s\"}" : "\"%s\"", PICK(g->b, tiers));
}

static void tag_test(struct grammar *g) {
  bool other = one_in(g->b, 3);
  SAY(other ? "{\"ne\":\"%s\"}" : "[\"%s\",\"t9\"]", word_tags[pick(g->b, TAGS)]);
}

static void state_test(struct grammar *g, const struct grammar_left *left) {
  static const char *const any[FIELD_VALUES] = {"d1", "d2", "c1"};
  switch (left->form) {
    case FORM_AT:
      SAY("{\"%s\":", one_in(g->b, 2) ? "older_than" : "newer_than");
      SAY("\"%s\"}", duration_of(g));
      break;
    case FORM_KEEP:
      SAY("{\"%s\":", one_in(g->b, 2) ? "eq" : "ne");
      SAY("\"%s\"}", PICK(g->b, any));
      break;
    case FORM_ELAPSED: SAY("{\"lte\":\"P%uD\"}", 1 + pick(g->b, 9)); break;
    case FORM_TIER: tier_test(g); break;
    case FORM_INCOME: number_test(g, true, 100); break;
    case FORM_TAG: tag_test(g); break;
    case FORM_LIST: SAY(one_in(g->b, 2) ? "\"people\"" : "{\"ne\":\"people\"}"); break;
    case FORM_SCHEDULE: SAY(one_in(g->b, 3) ? "{\"ne\":\"open\"}" : "\"open\""); break;
    case FORM_CAUSE: SAY(one_in(g->b, 2) ? "\"self\"" : "\"other\""); break;
    case FORM_CHANCE: SAY("[\"d1\",\"d2\"]"); break;
    default: number_test(g, false, 3);
  }
}

static void left_write(struct grammar *g, const struct grammar_left *left) {
  char text[64];
  SAY("\"%s\":", key_of(g, left, text));
  switch (left->form) {
    case FORM_TEXT: text_test(g, word_fields[left->index].values); break;
    case FORM_AMOUNT: number_test(g, true, one_in(g->b, 3) ? 300 : 30); break;
    case FORM_SCORE: number_test(g, false, 100); break;
    case FORM_FACT: fact_test(g, left->index); break;
    default: state_test(g, left);
  }
}

/* {"any": [{..}, {..}]}, {"not": {..}}: the last key of its object, so that no key stands twice. */
static bool combiner_write(struct grammar *g) {
  const struct grammar_left *first = left_take(g), *second = first == NULL ? NULL : left_take(g);
  if (second == NULL) return false;
  if (one_in(g->b, 3)) {
    SAY("\"not\":{");
    left_write(g, first);
    SAY(",");
    left_write(g, second);
    SAY("}");
    return true;
  }
  SAY("\"%s\":[{", one_in(g->b, 3) ? "all" : "any");
  left_write(g, first);
  SAY("},{");
  left_write(g, second);
  SAY("}]");
  return true;
}

void when_write(struct grammar *g, unsigned tests) {
  bool any = false;
  SAY("{");
  for (unsigned i = 0; i < tests; i++) {
    const struct grammar_left *left = left_take(g);
    if (left == NULL) break;
    if (any) SAY(",");
    left_write(g, left);
    any = true;
  }
  if (any && one_in(g->b, 4)) {
    size_t before = g->out->length;
    SAY(",");
    if (!combiner_write(g)) g->out->length = before;
  }
  if (!any) SAY("\"schedule\":{\"hours\":\"00:00-23:59\"}");
  SAY("}");
}
