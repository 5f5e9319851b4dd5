/* Units: what is counted is things, points, or money of one currency, and what is not of one unit is never added up, drawn from each other
 * or compared. All of it stands in one table: which pairs are refused, in which use. Money of two currencies is refused in every use, so
 * it has no rows. A count and a stock are not money: campaigns of different currencies may share them. */
#include "compile.h"

struct refused {
  enum unit_use use;
  enum tally_kind left, right;
  enum check_code code;
  const char *text;
};

/* Which is left and which right: enum unit_use. */
static const struct refused table[] = {
    {USE_DRAW, TALLY_THINGS, TALLY_MONEY, CHECK_BAD_POOL,
     "the item has no 'value': it would draw nothing from a budget; give it a value or a stock"},
    {USE_DRAW, TALLY_THINGS, TALLY_POINTS, CHECK_BAD_POOL,
     "the item has no 'value': it would draw nothing from a budget; give it a value or a stock"},
    {USE_DRAW, TALLY_POINTS, TALLY_MONEY, CHECK_BAD_POOL, "points are drawn from a budget in points, a whole number"},
    {USE_DRAW, TALLY_MONEY, TALLY_POINTS, CHECK_BAD_POOL, "money is not drawn from a budget in points"},
    {USE_PARENT, TALLY_MONEY, TALLY_THINGS, CHECK_BAD_POOL, "a budget cannot be drawn from a stock"},
    {USE_PARENT, TALLY_POINTS, TALLY_THINGS, CHECK_BAD_POOL, "a budget cannot be drawn from a stock"},
    {USE_PARENT, TALLY_MONEY, TALLY_POINTS, CHECK_BAD_POOL, "points and money are not drawn from each other"},
    {USE_PARENT, TALLY_POINTS, TALLY_MONEY, CHECK_BAD_POOL, "points and money are not drawn from each other"},
    {USE_FALLBACK, TALLY_MONEY, TALLY_POINTS, CHECK_BAD_POOL, "points and money do not stand in for each other"},
    {USE_FALLBACK, TALLY_POINTS, TALLY_MONEY, CHECK_BAD_POOL, "points and money do not stand in for each other"},
    {USE_PERCENT, TALLY_MONEY, TALLY_THINGS, CHECK_MIXED_UNITS, "a percentage of a number is no money; of an amount it is"},
    {USE_PERCENT, TALLY_MONEY, TALLY_POINTS, CHECK_MIXED_UNITS, "a percentage of points is no money: they have no rate to each other"},
    {USE_CAP, TALLY_THINGS, TALLY_MONEY, CHECK_BAD_LIMIT, "the limit is in money, but the rule gives none"},
    {USE_CAP, TALLY_POINTS, TALLY_MONEY, CHECK_BAD_LIMIT, "the limit is in money, but the rule gives none"},
    {USE_CAP, TALLY_THINGS, TALLY_POINTS, CHECK_BAD_LIMIT, "the limit is in points, but the rule gives none"},
    {USE_CAP, TALLY_MONEY, TALLY_POINTS, CHECK_BAD_LIMIT, "the limit is in points, but the rule gives none"},
    {USE_CHOOSE, TALLY_MONEY, TALLY_POINTS, CHECK_MIXED_UNITS, "points and money have no rate to each other: neither is worth more"},
    {USE_CHOOSE, TALLY_POINTS, TALLY_MONEY, CHECK_MIXED_UNITS, "points and money have no rate to each other: neither is worth more"},
};

struct tally tally_of_pool(const struct pool *pool) {
  return (struct tally){pool->in_points ? TALLY_POINTS : pool->of_money ? TALLY_MONEY : TALLY_THINGS, pool->campaign};
}

struct tally tally_of_limit(const struct limit *limit) {
  return (struct tally){!limit->of_amount ? TALLY_THINGS : limit->in_points ? TALLY_POINTS : TALLY_MONEY, limit->campaign};
}

struct tally tally_of_item(const struct item *item, uint32_t campaign) {
  bool valued = item->value.form != VALUE_FORM_NONE && !item->is_notice && !item->is_chance;
  return (struct tally){!valued ? TALLY_THINGS : item->is_points ? TALLY_POINTS : TALLY_MONEY, campaign};
}

bool currency_is(const struct compile *c, uint32_t campaign, uint32_t other) {
  return campaign == other || str_equal(c->campaigns[campaign].currency, c->campaigns[other].currency);
}

struct clash tally_clash(struct compile *c, enum unit_use use, struct tally left, struct tally right) {
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
    if (table[i].use == use && table[i].left == left.kind && table[i].right == right.kind)
      return (struct clash){.code = table[i].code, .text = str_of(table[i].text)};
  bool money = left.kind == TALLY_MONEY && right.kind == TALLY_MONEY;
  if (!money || currency_is(c, left.campaign, right.campaign)) return (struct clash){.text = {NULL, 0}};
  const struct campaign *one = &c->campaigns[left.campaign], *other = &c->campaigns[right.campaign];
  struct str text = arena_print(c->scratch, "this is in %.*s, and what '%.*s' declares in %.*s: neither is converted",
                                STR_FORMAT(one->currency), STR_FORMAT(other->id), STR_FORMAT(other->currency));
  return (struct clash){.code = CHECK_MIXED_UNITS, .text = text};
}

/* ---- what a base gift is in ---- */

/* From the file itself: the base rule may be read later than the one that asks. */
static uint32_t item_units(const json_t *item, uint32_t depth) {
  struct str reward = text_of(json_object_get(item, "reward"));
  const json_t *or_else = json_object_get(item, "or_else");
  uint32_t units = depth < LIMIT_OR_ELSE && or_else != NULL ? item_units(or_else, depth + 1) : 0;
  if (json_object_get(item, "value") == NULL) return units;
  const struct reward_form *form = reward_form_find(reward);
  return units | 1u << (form != NULL && form->points ? TALLY_POINTS : TALLY_MONEY);
}

static uint32_t items_units(const json_t *items) {
  uint32_t units = 0;
  for (size_t i = 0; i < json_array_size(items); i++) units |= item_units(json_array_get(items, i), 0);
  return units;
}

uint32_t give_units(const json_t *rule) {
  const json_t *give = json_object_get(rule, "give");
  return item_units(give, 0) | items_units(give) | items_units(json_object_get(give, "first_of")) |
         items_units(json_object_get(give, "draw_of")) | items_units(json_object_get(give, "choice_of"));
}
