/* What a rule gives: one item, each of a list, the first that fits, one by odds (docs/language.md section 6). */
#include "worth_row.h"

static const struct key first_of_keys[] = {{"first_of", KEY_MUST}, {NULL, KEY_MAY}};
static const struct key draw_of_keys[] = {{"draw_of", KEY_MUST}, {"when_empty", KEY_MUST}, {NULL, KEY_MAY}};

static const struct key choice_of_keys[] = {{"choice_of", KEY_MUST}, {"within", KEY_MUST}, {"default", KEY_MUST}, {NULL, KEY_MAY}};

static void ids_check(struct compile *c, const struct at *list, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->item_count; i++) {
    struct str id = item_at(c, rule->item_first + i)->id;
    for (uint32_t j = 0; j < i && id.length > 0; j++) {
      if (!str_equal(id, item_at(c, rule->item_first + j)->id)) continue;
      struct at item = at_item(list, i), at = at_key(&item, "id");
      report(c, &at, CHECK_DUPLICATE_ID, "there are two items '%.*s'", STR_FORMAT(id));
      break;
    }
  }
}

static void items_list_read(struct compile *c, const struct at *at, enum item_place place, enum check_code empty, struct rule *rule) {
  uint32_t count;
  if (!read_list(c, at, empty, &count)) return;
  if (count > LIMIT_ITEMS_PER_GIVE) {
    report(c, at, CHECK_TOO_MANY, "%u items; at most %u", count, LIMIT_ITEMS_PER_GIVE);
    return;
  }
  rule->item_first = vec_push(c, &c->items, count), rule->item_count = count;
  for (uint32_t i = 0; i < count; i++) {
    struct at item = at_item(at, i);
    item_read(c, &item, place, 0, rule, rule->item_first + i);
  }
  ids_check(c, at, rule);
}

/* ---- draws ---- */

static bool value_above(const struct worth *value, int64_t ceiling) {
  const struct worth_row *row = worth_rows[value->form];
  return row->most != NULL && row->most(value) > ceiling;
}

/* Prizes of draws have a legal ceiling; substitutes are prizes as well. */
static void ceiling_check(struct compile *c, const struct at *at, const struct item *item) {
  int64_t ceiling = 50000;
  struct at value = at_key(at, "value"), substitute = at_key(at, "or_else");
  for (int32_t i = 0; i < campaign_now(c)->decimals; i++) ceiling *= 10;
  if (!item->is_points && !item->is_nothing && value_above(&item->value, ceiling))
    report(c, &value, CHECK_PRIZE_CEILING, "a prize of a draw may be worth %.*s %.*s at most", STR_FORMAT(money_example(c, 50000)),
           STR_FORMAT(campaign_now(c)->currency));
  if (item->or_else == NONE || substitute.json == NULL) return;
  const struct item other = *item_at(c, item->or_else);
  ceiling_check(c, &substitute, &other);
}

static void odds_check(struct compile *c, const struct at *list, const struct rule *rule) {
  uint64_t sum = 0;
  bool prize = false;
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = item_at(c, rule->item_first + i);
    sum += item->weight;
    prize = prize || !item->is_nothing;
  }
  if (!prize && rule->item_count > 0) report(c, list, CHECK_BAD_DRAW, "the draw has no prize: every item is nothing");
  if (sum > UINT32_MAX) report(c, list, CHECK_BAD_WEIGHTS, "the weights add up to more than %u", UINT32_MAX);
  for (uint32_t i = 0; i < rule->item_count; i++) {
    struct at item = at_item(list, i), weight = at_key(&item, "weight");
    uint32_t own = item_at(c, rule->item_first + i)->weight;
    if (own > 0 && sum / own >= 1000000)
      report(c, &weight, CHECK_TINY_ODDS, "the odds are %u in %llu: hardly anybody will ever win this", own, (unsigned long long)sum);
  }
}

/* What a rank by lot lets through is the prize of a draw, whoever is given what of it. */
static void prizes_check(struct compile *c, const struct at *list, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->item_count; i++) {
    struct at one = json_is_array(list->json) ? at_item(list, i) : *list;
    const struct item item = *item_at(c, rule->item_first + i);
    ceiling_check(c, &one, &item);
  }
}

static void draw_read(struct compile *c, const struct at *at, struct rule *rule) {
  static const char *const words[] = {"redraw", "next", "lose", NULL};
  struct at list = at_key(at, "draw_of"), empty = at_key(at, "when_empty");
  uint32_t word = 0;
  rule->give = GIVE_DRAW_OF;
  (void)keys_check(c, at, draw_of_keys, "a draw");
  if (empty.json != NULL && read_word(c, &empty, words, CHECK_BAD_VALUE, &word)) rule->draw_empty = (enum draw_empty)word;
  items_list_read(c, &list, ITEM_OF_DRAW, CHECK_BAD_DRAW, rule);
  odds_check(c, &list, rule);
  prizes_check(c, &list, rule);
}

/* ---- choices ---- */

/* When it is chosen there is no event that anything could be computed from, nor one whose field could say which share of a pool pays. */
static void chosen_check(struct compile *c, const struct at *at, const struct item *item) {
  bool fixed = item->value.form == VALUE_FORM_NONE || item->value.form == VALUE_FORM_FIXED;
  struct at count = at_key(at, "count"), value = at_key(at, "value"), or_else = at_key(at, "or_else"), timing = at_key(at, "timing");
  struct at pool = at_key(at, "pool");
  if (item->is_chance) report(c, at, CHECK_BAD_VALUE, "a chance is given at once: it cannot be chosen");
  if (!fixed) report(c, &value, CHECK_BAD_VALUE, "what is to be chosen has a fixed value: there is no event any more when it is");
  if (item->count.form != VALUE_FORM_FIXED)
    report(c, &count, CHECK_BAD_VALUE, "what is to be chosen is a fixed number: there is no event any more when it is");
  if (or_else.json != NULL)
    report(c, &or_else, CHECK_BAD_OR_ELSE, "what is chosen is given, or refused, so that the customer may choose another");
  if (timing.json != NULL) report(c, &timing, CHECK_BAD_VALUE, "what is chosen is issued when it is: it has no 'timing'");
  if (item_pays_by_field(c, item))
    report(c, &pool, CHECK_BAD_POOL, "no event says which share of the pool pays when it is chosen: write a pool for each, without 'by'");
}

static void default_read(struct compile *c, const struct at *at, struct rule *rule) {
  struct str text;
  if (at->json == NULL || !read_text(c, at, &text)) return;
  struct near near = near_start(text);
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = item_at(c, rule->item_first + i);
    if (str_equal(item->id, text)) rule->otherwise = rule->item_first + i;
    near_offer(&near, item->id);
  }
  if (rule->otherwise == NONE)
    report(c, at, CHECK_BAD_VALUE, "'%.*s' is none of the items%.*s", STR_FORMAT(text), STR_FORMAT(near_text(c, &near)));
}

static void choice_read(struct compile *c, const struct at *at, struct rule *rule) {
  struct at list = at_key(at, "choice_of"), within = at_key(at, "within"), otherwise = at_key(at, "default");
  rule->give = GIVE_CHOICE_OF;
  (void)keys_check(c, at, choice_of_keys, "a choice");
  items_list_read(c, &list, ITEM_OF_LIST, CHECK_BAD_VALUE, rule);
  for (uint32_t i = 0; i < rule->item_count; i++) {
    struct at one = at_item(&list, i);
    const struct item item = *item_at(c, rule->item_first + i);
    chosen_check(c, &one, &item);
  }
  waiting_read(c, &within, &rule->within, (struct waiting_words){"chosen", "who qualifies on the last day may choose"});
  default_read(c, &otherwise, rule);
}

void choice_limits_check(struct compile *c, const struct at *limits, const struct rule *rule) {
  for (uint32_t i = 0; rule->give == GIVE_CHOICE_OF && i < rule->limit_count; i++) {
    if (!limit_at(c, *ref_at(c, rule->limit_first + i))->of_amount) continue;
    report(c, limits, CHECK_BAD_LIMIT, "what a choice is worth is not known when its limits are taken: limit it by 'count'");
    return;
  }
}

void give_read(struct compile *c, const struct at *at, struct rule *rule) {
  struct at first_of = at_key(at, "first_of"), draw_of = at_key(at, "draw_of"), choice_of = at_key(at, "choice_of");
  rule->otherwise = NONE;
  if (choice_of.json != NULL) {
    choice_read(c, at, rule);
  } else if (json_is_array(at->json)) {
    rule->give = GIVE_EACH;
    items_list_read(c, at, ITEM_OF_LIST, CHECK_BAD_VALUE, rule);
  } else if (first_of.json != NULL) {
    rule->give = GIVE_FIRST_OF;
    (void)keys_check(c, at, first_of_keys, "a first_of");
    items_list_read(c, &first_of, ITEM_OF_FIRST, CHECK_BAD_VALUE, rule);
  } else if (draw_of.json != NULL) {
    draw_read(c, at, rule);
  } else {
    rule->give = GIVE_ONE;
    rule->item_first = vec_push(c, &c->items, 1), rule->item_count = 1;
    item_read(c, at, ITEM_ALONE, 0, rule, rule->item_first);
  }
  if (rule->rank.tickets > 0 && rule->give != GIVE_DRAW_OF) prizes_check(c, first_of.json != NULL ? &first_of : at, rule);
}
