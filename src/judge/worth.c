/* What something is worth for this event: fixed, a percentage, by bands (docs/language.md section 6); and the moments that belong to a
 * gift. */
#include "work.h"

static int64_t power_of_ten(int32_t decimals) {
  int64_t power = 1;
  assert(decimals >= 0 && decimals <= 18);
  while (decimals-- > 0) power *= 10;
  return power;
}

static int64_t percent_value(struct work *w, const struct worth *worth, const struct item *item, uint32_t campaign) {
  const struct condition *of = &w->book->conditions[worth->of];
  struct value base = left_value(w, of);
  if (base.kind != VALUE_INT || base.number <= 0) return 0;
  bool base_points = of->left == LEFT_RULE_REWARD && w->base != NULL && w->base->book->items[w->base->item].is_points;
  int64_t ceiling = worth->max > 0 ? worth->max : LIMIT_AMOUNT_MINOR;
  __int128_t scaled = (__int128_t)base.number * worth->percent_bp, value = (scaled + 5000) / 10000;
  if (item->is_points)
    value = scaled / ((__int128_t)10000 * (base_points ? 1 : power_of_ten(work_campaign(w, campaign)->decimals))); /* whole, rounded down */
  assert(value >= 0 && ceiling >= 0);
  return value > ceiling ? ceiling : (int64_t)value;
}

int64_t bands_value(const struct worth *worth, int64_t by) {
  int64_t value = 0;
  for (uint32_t i = 0; i < worth->band_count && by >= worth->bands[i].from; i++) value = worth->bands[i].value;
  return value;
}

static int64_t fixed_value(struct work *w, const struct worth *worth, const struct item *item, uint32_t campaign) {
  (void)w, (void)item, (void)campaign;
  return worth->fixed;
}

static int64_t share_value(struct work *w, const struct worth *worth, const struct item *item, uint32_t campaign) {
  (void)item, (void)campaign;
  return worth->max > 0 && w->share > worth->max ? worth->max : w->share;
}

/* Of a level its number. */
static struct value banded_by(struct work *w, const struct condition *of) {
  if (of->left != LEFT_LEVEL) return left_value(w, of);
  return w->level == NULL ? value_absent() : value_number(w->level - w->book->facts[of->index].levels);
}

static int64_t banded_value(struct work *w, const struct worth *worth, const struct item *item, uint32_t campaign) {
  struct value by = banded_by(w, &w->book->conditions[worth->of]);
  (void)item, (void)campaign;
  return by.kind == VALUE_INT ? bands_value(worth, by.number) : 0;
}

/* A share that is less than the smallest unit is nothing. */
static void share_below(struct work *w, const struct item *item, const struct worth *worth, struct outcome *outcome) {
  (void)w, (void)worth;
  outcome->expected = 1, outcome->actual = 0;
  outcome->has_numbers = true, outcome->numbers_are_money = !item->is_points;
}

static void bands_below(struct work *w, const struct item *item, const struct worth *worth, struct outcome *outcome) {
  (void)item;
  if (worth->band_count == 0) return;
  const struct condition *of = &w->book->conditions[worth->of];
  struct value by = left_value(w, of);
  if (by.kind != VALUE_INT || by.number >= worth->bands[0].from) return;
  outcome->expected = worth->bands[0].from, outcome->actual = by.number;
  outcome->has_numbers = true, outcome->numbers_are_money = of->money;
}

const struct worth_form_row worth_form_none = {NULL, NULL}, worth_form_fixed = {fixed_value, NULL},
                            worth_form_percent = {percent_value, share_below}, worth_form_bands = {banded_value, bands_below},
                            worth_form_share = {share_value, NULL};
#define ROW(NAME, name) [VALUE_FORM_##NAME] = &worth_form_##name,
static const struct worth_form_row *const rows[VALUE_FORM_COUNT] = {WORTH_FORMS(ROW)};
#undef ROW

static int64_t worth_of(struct work *w, const struct worth *worth, const struct item *item, uint32_t campaign) {
  const struct worth_form_row *row = rows[worth->form];
  return row->value == NULL ? 0 : row->value(w, worth, item, campaign);
}

int64_t item_value(struct work *w, const struct item *item, uint32_t campaign) { return worth_of(w, &item->value, item, campaign); }

int64_t item_count(struct work *w, const struct item *item, uint32_t campaign) {
  const int64_t count = worth_of(w, &item->count, item, campaign);
  assert(item->count.form != VALUE_FORM_NONE && count >= 0 && count <= INT32_MAX); /* one where a file says none; campaign bounds it */
  return count;
}

void worth_below(struct work *w, const struct item *item, const struct worth *worth, struct outcome *outcome) {
  if (rows[worth->form]->below != NULL) rows[worth->form]->below(w, item, worth, outcome);
}

int64_t moment_or(const struct moment *moment, int64_t from_ms, struct zone zone, int64_t otherwise) {
  return moment->kind == MOMENT_NONE ? otherwise : moment_resolve(moment, from_ms, zone);
}

int64_t moment_behind(const struct moment *moment, int64_t from_ms, struct zone zone, int64_t otherwise) {
  int64_t end = moment_or(moment, from_ms, zone, otherwise);
  bool counts_in = moment->kind == MOMENT_AFTER || moment->kind == MOMENT_AFTER_WORKING_DAYS;
  return counts_in ? end + 1 : end;
}
