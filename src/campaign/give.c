/* What a rule gives: one item, each of a list, the first that fits, one by odds (docs/language.md section 6). */
#include "compile.h"

static const struct key first_of_keys[] = {{"first_of", KEY_MUST}, {"timing", KEY_NOT_SERVED}, {"still", KEY_NOT_SERVED}, {NULL, KEY_MAY}};
static const struct key draw_of_keys[] = {
    {"draw_of", KEY_MUST}, {"when_empty", KEY_MUST}, {"timing", KEY_NOT_SERVED}, {"still", KEY_NOT_SERVED}, {NULL, KEY_MAY}};

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
  if (value->form == VALUE_FORM_FIXED) return value->fixed > ceiling;
  if (value->form == VALUE_FORM_PERCENT || value->form == VALUE_FORM_SHARE) return value->max > ceiling;
  bool above = false; /* by place a lower band may be worth more */
  for (uint32_t i = 0; value->form == VALUE_FORM_BANDS && i < value->band_count; i++) above |= value->bands[i].value > ceiling;
  return above;
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

void give_read(struct compile *c, const struct at *at, struct rule *rule) {
  struct at first_of = at_key(at, "first_of"), draw_of = at_key(at, "draw_of"), choice_of = at_key(at, "choice_of");
  if (choice_of.json != NULL) {
    report_not_served(c, &choice_of, "choice_of", "a choice by the customer ('choice_of') is");
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
