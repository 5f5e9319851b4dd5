/* Facts: what is remembered of a customer (docs/language.md section 5). First their signatures - kind, field, whether it is money - since
 * conditions anywhere may ask them; then everything else, with references resolved. */
#include "fact_row.h"

static const char *const measure_words[] = {"count", "sum", "average", "max", "min", "distinct", "streak", "daily_average", NULL};
static const struct key first_keys[] = {{"first", KEY_MUST}, {"keep", KEY_MAY}, {"resets", KEY_MAY}, {"refunds", KEY_MAY},
                                        {"when", KEY_MAY},   {"per", KEY_MAY},  {"was", KEY_MAY},    {NULL, KEY_MAY}};
static const struct key last_keys[] = {{"last", KEY_MUST}, {"keep", KEY_MAY}, {"if_never", KEY_MAY},
                                       {"per", KEY_MAY},   {"was", KEY_MAY},  {NULL, KEY_MAY}};
static const struct key measure_keys[] = {{"measure", KEY_MUST}, {"of", KEY_MAY},      {"on", KEY_MUST},  {"window", KEY_MUST},
                                          {"previous", KEY_MAY}, {"refunds", KEY_MAY}, {"when", KEY_MAY}, {"per", KEY_MAY},
                                          {"was", KEY_MAY},      {NULL, KEY_MAY}};
static const struct key difference_keys[] = {{"difference", KEY_MUST}, {"was", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key reset_keys[] = {{"on", KEY_MUST}, {"after", KEY_MAY}, {NULL, KEY_MAY}};

/* ---- signatures: quiet, what is wrong is told by facts_read ---- */

/* How many kinds it says, and one of them. */
static uint32_t kinds_of(const json_t *json, enum fact_kind *kind) {
  uint32_t kinds = 0;
  for (uint32_t i = 0; i < FACT_KIND_COUNT; i++) {
    if (json_object_get(json, fact_rows[i]->traits.word) == NULL) continue;
    *kind = (enum fact_kind)i;
    kinds++;
  }
  return kinds;
}

static bool is_of_customer(const json_t *json) {
  const json_t *per = json_object_get(json, "per");
  bool customer = per == NULL || !json_is_array(per);
  for (size_t i = 0; i < json_array_size(per); i++) customer = customer || str_equal(text_of(json_array_get(per, i)), STR("customer"));
  return customer;
}

static bool measure_sign(const struct compile *c, const json_t *json, struct fact *fact) {
  struct str measure = text_of(json_object_get(json, "measure")), of = text_of(json_object_get(json, "of"));
  bool known = false;
  for (uint32_t i = 0; measure_words[i] != NULL; i++) {
    if (!str_equal(measure, str_of(measure_words[i]))) continue;
    fact->measure = (enum measure_kind)i;
    known = true;
  }
  enum unit unit;
  bool units = fact->measure == MEASURE_DISTINCT || fact->measure == MEASURE_STREAK;
  if (units && unit_parse(of, &unit) && unit < UNIT_CAMPAIGN)
    fact->of_unit = unit;
  else
    fact->of = catalogue_campaign_field(c->catalogue, of);
  bool valued = fact->measure != MEASURE_COUNT && !units, customer = is_of_customer(json);
  if (!valued)
    return known && customer && (fact->measure == MEASURE_COUNT || of.length > 0) && (of.length == 0 || fact->of != FIELD_NONE || units);
  if (!known || fact->of == FIELD_NONE) return false;
  enum field_kind kind = c->catalogue->fields[fact->of].kind;
  fact->money = kind == FIELD_MONEY;
  return customer && (kind == FIELD_MONEY || kind == FIELD_INT);
}

static bool keep_sign(const struct compile *c, const json_t *json, struct fact *fact) {
  const json_t *keep = json_object_get(json, "keep");
  fact->keep = keep == NULL ? FIELD_NONE : catalogue_campaign_field(c->catalogue, text_of(keep));
  return keep == NULL || fact->keep != FIELD_NONE;
}

static bool fact_sign(const struct compile *c, const json_t *json, struct fact *fact) {
  enum fact_kind kind = FACT_KIND_COUNT;
  fact->keep = FIELD_NONE, fact->of = FIELD_NONE;
  if (!json_is_object(json) || kinds_of(json, &kind) != 1) return false;
  fact->kind = kind;
  if (row_of(fact)->sign != NULL) return row_of(fact)->sign(c, json, fact);
  return keep_sign(c, json, fact) && is_of_customer(json);
}

void facts_sign(struct compile *c) {
  const struct file *file = file_now(c);
  for (uint32_t i = 0; i < file->decl_count[DECL_FACT]; i++) {
    const struct decl *decl = decl_at(c, file->decl_first[DECL_FACT] + i);
    struct was_scope scope = {.kind = OLD_FACT, .own = decl->qualified};
    struct str first = was_read(c, &decl->at, &scope, decl->qualified);
    struct fact fact = {.name = decl->qualified,
                        .first_name = first,
                        .decl = name_hash40(first),
                        .campaign = c->now,
                        .when = NONE,
                        .per_customer = true,
                        .parts = {NONE, NONE}};
    *fact_is_broken(c, decl->number) = !fact_sign(c, decl->at.json, &fact);
    *fact_at(c, decl->number) = fact;
  }
}

/* A difference is of what its two measures are of: their signatures are all there now. */
static bool difference_sign(struct compile *c, const struct at *at, struct fact *fact) {
  struct at pair = at_key(at, "difference");
  for (uint32_t i = 0; i < 2; i++) {
    struct at part = at_item(&pair, i);
    if (!json_is_string(part.json)) {
      report(c, &pair, CHECK_BAD_FACT, "a difference is of two measures: [\"this_quarter\", \"the_one_before\"]");
      return false;
    }
    uint32_t decl = name_resolve(c, &part, DECL_FACT, text_of(part.json));
    if (decl == NONE) return false;
    fact->parts[i] = decl_at(c, decl)->number;
    const struct fact *measure = fact_at(c, fact->parts[i]);
    if (*fact_is_broken(c, fact->parts[i]) || !fact_fits(c, &part, fact->parts[i], measure->money)) return false;
    if (measure->kind != FACT_MEASURE || (i == 1 && measure->money != fact->money)) {
      report(c, &part, CHECK_BAD_FACT, "a difference is of two measures of the same kind, both money or both numbers");
      return false;
    }
    fact->money = measure->money;
  }
  if (json_array_size(pair.json) == 2) return true;
  report(c, &pair, CHECK_BAD_FACT, "a difference takes two measures, found %zu", json_array_size(pair.json));
  return false;
}

void facts_sign_parts(struct compile *c) {
  const struct file *file = file_now(c);
  for (uint32_t i = 0; i < file->decl_count[DECL_FACT]; i++) {
    const struct decl decl = *decl_at(c, file->decl_first[DECL_FACT] + i);
    struct fact fact = *fact_at(c, decl.number);
    if (row_of(&fact)->sign_parts == NULL || *fact_is_broken(c, decl.number)) continue;
    if (!row_of(&fact)->sign_parts(c, &decl.at, &fact)) *fact_is_broken(c, decl.number) = true;
    *fact_at(c, decl.number) = fact;
  }
}

void facts_price(struct compile *c) {
  const struct file *file = file_now(c);
  for (uint32_t i = 0; i < file->decl_count[DECL_FACT]; i++) {
    const struct decl decl = *decl_at(c, file->decl_first[DECL_FACT] + i);
    const struct fact_row *row = row_of(fact_at(c, decl.number));
    *fact_is_priced(c, decl.number) = row->priced != NULL && row->priced(c, decl.at.json);
  }
}

bool fact_fits(struct compile *c, const struct at *at, uint32_t number, bool money) {
  const struct fact *fact = fact_at(c, number);
  if (!money && !*fact_is_priced(c, number)) return true;
  struct clash clash = tally_clash(c, USE_COMPARE, (struct tally){TALLY_MONEY, c->now}, (struct tally){TALLY_MONEY, fact->campaign});
  if (clash.text.length > 0) report(c, at, clash.code, "%.*s", STR_FORMAT(clash.text));
  return clash.text.length == 0;
}

/* ---- parts ---- */

void field_unknown(struct compile *c, const struct at *at, struct str name) {
  struct str near = catalogue_near_field(c->catalogue, name);
  report(c, at, CHECK_UNKNOWN_FIELD, "'%.*s' is not a field of any event%s%.*s%s", STR_FORMAT(name),
         near.length > 0 ? "; did you mean '" : "", STR_FORMAT(near), near.length > 0 ? "'?" : "");
}

/* `per` without the customer, whose record it is kept in anyway. */
static void per_read(struct compile *c, const struct at *at, struct fact *fact) {
  struct at per = at_key(at, "per");
  const struct dimension *all;
  uint32_t count;
  if (per.json == NULL || !dimensions_read(c, &per, &all, &count)) return;
  struct dimension *rest = take(c, count, sizeof *rest);
  bool customer = false;
  for (uint32_t i = 0; i < count && rest != NULL; i++) {
    if (all[i].kind == DIMENSION_CUSTOMER)
      customer = true;
    else
      rest[fact->dimension_count++] = all[i];
  }
  fact->dimensions = rest;
  if (!customer && !c->full) report_not_served(c, &per, "per", "a fact kept for a resource (`per` without customer) is");
}

static void keep_read(struct compile *c, const struct at *at, const struct fact *fact) {
  struct at keep = at_key(at, "keep");
  struct str name;
  fx_keeps(c, &keep, fact->keep);
  if (keep.json == NULL || fact->keep != FIELD_NONE || !read_text(c, &keep, &name)) return;
  field_unknown(c, &keep, name);
}

static void resets_read(struct compile *c, const struct at *at, struct fact *fact) {
  struct at resets = at_key(at, "resets");
  if (resets.json == NULL || !keys_check(c, &resets, reset_keys, "resets")) return;
  struct at on = at_key(&resets, "on"), after = at_key(&resets, "after");
  if (on.json != NULL) triggers_read(c, &on, PLACE_FACT, &fact->resets);
  if (after.json != NULL) (void)read_duration(c, &after, &fact->resets_after);
}

static void first_read(struct compile *c, const struct at *at, struct fact *fact) {
  static const char *const words[] = {"ignore", "reopen", NULL};
  struct at on = at_key(at, "first"), when = at_key(at, "when"), refunds = at_key(at, "refunds");
  uint32_t word = 0;
  (void)keys_check(c, at, first_keys, "a first");
  triggers_read(c, &on, PLACE_FACT, &fact->on);
  keep_read(c, at, fact);
  resets_read(c, at, fact);
  (void)condition_read(c, &when, PLACE_FACT, &fact->when);
  if (refunds.json != NULL && read_word(c, &refunds, words, CHECK_BAD_VALUE, &word)) fact->refunds_reopen = word == 1;
  per_read(c, at, fact);
}

static void last_read(struct compile *c, const struct at *at, struct fact *fact) {
  static const char *const words[] = {"not_dormant", "dormant", NULL};
  struct at on = at_key(at, "last"), never = at_key(at, "if_never");
  uint32_t word = 0;
  (void)keys_check(c, at, last_keys, "a last");
  triggers_read(c, &on, PLACE_FACT, &fact->on);
  keep_read(c, at, fact);
  if (never.json != NULL && read_word(c, &never, words, CHECK_BAD_VALUE, &word)) fact->if_never_dormant = word == 1;
  per_read(c, at, fact);
}

/* ---- windows ---- */

static const struct key since_keys[] = {{"since", KEY_MUST}, {"for", KEY_MAY}, {"to", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key last_window_keys[] = {{"last", KEY_MUST}, {"unit", KEY_MUST}, {NULL, KEY_MAY}};
static const struct key rolling_keys[] = {{"rolling", KEY_MUST}, {NULL, KEY_MAY}};
static const struct key dates_keys[] = {{"from", KEY_MUST}, {"to", KEY_MUST}, {NULL, KEY_MAY}};
#define WINDOW_UNITS_MOST 36

static void rolling_read(struct compile *c, const struct at *at, struct window *out) {
  struct at rolling = at_key(at, "rolling");
  struct duration duration = {.ms = 0};
  (void)keys_check(c, at, rolling_keys, "a rolling window");
  if (!read_duration(c, &rolling, &duration)) return;
  int64_t days = duration.ms / MS_PER_DAY;
  *out = (struct window){.kind = WINDOW_ROLLING_DAYS, .unit = UNIT_DAY, .count = (uint32_t)days};
  if (duration.months == 0 && duration.ms % MS_PER_DAY == 0 && days >= 1 && days <= (int64_t)LIMIT_ROLLING_DAYS) return;
  report(c, &rolling, CHECK_BAD_WINDOW, "a rolling window is 1 to %u whole days, like \"P30D\"", LIMIT_ROLLING_DAYS);
}

static void dates_read(struct compile *c, const struct at *at, struct window *out) {
  struct at from = at_key(at, "from"), to = at_key(at, "to");
  *out = (struct window){.kind = WINDOW_DATES};
  if (!keys_check(c, at, dates_keys, "a window of dates") || from.json == NULL || to.json == NULL) return;
  bool good = read_instant(c, &from, false, CHECK_BAD_DATE, &out->from_ms);
  if (read_instant(c, &to, true, CHECK_BAD_DATE, &out->to_ms) && good && out->from_ms >= out->to_ms)
    report(c, at, CHECK_BAD_WINDOW, "the window ends before it begins");
}

static void last_units_read(struct compile *c, const struct at *at, struct window *out) {
  struct at last = at_key(at, "last"), unit = at_key(at, "unit");
  int64_t count = 1;
  *out = (struct window){.kind = WINDOW_LAST_UNITS};
  (void)keys_check(c, at, last_window_keys, "a window of closed periods");
  if (read_int(c, &last, 1, WINDOW_UNITS_MOST, CHECK_BAD_WINDOW, &count)) out->count = (uint32_t)count;
  if (unit.json != NULL) (void)read_period(c, &unit, true, &out->unit, &out->cycle);
}

/* From the customer's sign-up on, to the end of the campaign. */
static void enrolment_read(struct compile *c, const struct at *at, struct window *out) {
  struct campaign *campaign = &c->campaigns[c->now];
  *out = (struct window){.kind = WINDOW_ENROLMENT, .unit = UNIT_CAMPAIGN};
  campaign->sign_up = true;
  if (campaign->programme) report(c, at, CHECK_BAD_WINDOW, "nobody enrols in a programme; count in a campaign, or over another window");
}

/* From when a `first` of the customer was reached, for so long or to a moment seen from there. The end of either is in. */
static void since_read(struct compile *c, const struct at *at, struct window *out) {
  struct at since = at_key(at, "since"), span = at_key(at, "for"), to = at_key(at, "to");
  struct left left;
  *out = (struct window){.kind = WINDOW_SINCE, .unit = UNIT_CAMPAIGN};
  if (!keys_check(c, at, since_keys, "a window from a moment of the customer's own")) return;
  uint32_t node = left_node(c, &since, PLACE_FACT, &left);
  if (node == NONE || left.type == TYPE_BROKEN) return;
  out->since = left.index;
  if (left.kind != LEFT_FACT || !first_of_customer(c, left.index))
    report(c, &since, CHECK_BAD_WINDOW, "'%.*s' is no moment of the customer's own: name a `first` of the customer, \"fact.NAME\"",
           STR_FORMAT(left.text));
  if ((span.json == NULL) == (to.json == NULL))
    report(c, at, CHECK_BAD_WINDOW,
           "it ends after a time, \"for\": \"P3M\", or with a period, \"to\": {\"end_of\": \"month\", \"plus\": \"P3M\"}: one of them");
  out->until.kind = MOMENT_AFTER;
  if (span.json != NULL) (void)read_duration(c, &span, &out->until.after);
  if (to.json != NULL && read_moment(c, &to, true, &out->until) && out->until.kind != MOMENT_END_OF)
    report(c, &to, CHECK_BAD_WINDOW, "it ends with a period: {\"end_of\": \"month\", \"plus\": \"P3M\"}; after a time it is \"for\"");
}

static void window_read(struct compile *c, const struct at *at, struct window *out) {
  struct str text = text_of(at->json);
  *out = (struct window){.kind = WINDOW_UNIT, .unit = UNIT_EVER};
  if (json_is_string(at->json)) {
    if (unit_parse(text, &out->unit)) {
      unit_check(c, at, out->unit);
      return;
    }
    if (str_equal(text, STR("enrolment")))
      enrolment_read(c, at, out);
    else
      report(c, at, CHECK_BAD_WINDOW,
             "'%.*s' is not a window: a unit, \"enrolment\", {\"last\": 3, \"unit\": \"month\"}, {\"rolling\": \"P30D\"} or dates",
             STR_FORMAT(text));
    return;
  }
  if (json_object_get(at->json, "cycle") != NULL)
    (void)read_period(c, at, true, &out->unit, &out->cycle);
  else if (json_object_get(at->json, "since") != NULL)
    since_read(c, at, out);
  else if (json_object_get(at->json, "rolling") != NULL)
    rolling_read(c, at, out);
  else if (json_object_get(at->json, "last") != NULL)
    last_units_read(c, at, out);
  else if (json_object_get(at->json, "from") != NULL || json_object_get(at->json, "to") != NULL)
    dates_read(c, at, out);
  else
    report(c, at, CHECK_BAD_WINDOW,
           "a window is a unit, a {\"cycle\"}, \"enrolment\", {\"last\": 3, \"unit\": \"month\"}, {\"rolling\": \"P30D\"}, {\"since\"} or "
           "{\"from\", "
           "\"to\"}");
}

static void previous_read(struct compile *c, const struct at *at, struct window *window) {
  struct at previous = at_key(at, "previous");
  int64_t back = 0;
  if (previous.json == NULL || !read_int(c, &previous, 0, WINDOW_UNITS_MOST, CHECK_BAD_WINDOW, &back)) return;
  bool units = (window->kind == WINDOW_UNIT && window->unit < UNIT_CAMPAIGN) || window->kind == WINDOW_LAST_UNITS;
  if (back > 0 && !units) report(c, &previous, CHECK_BAD_WINDOW, "only a window of calendar units has a previous one");
  window->previous = (uint32_t)back;
}

/* ---- measures ---- */

static void of_check(struct compile *c, const struct at *at, const struct fact *fact) {
  struct at of = at_key(at, "of");
  struct str name;
  bool counts = fact->measure == MEASURE_COUNT, units = fact->measure == MEASURE_DISTINCT || fact->measure == MEASURE_STREAK;
  if (of.json == NULL) {
    if (!counts) report(c, at, CHECK_MISSING_KEY, "a %s needs the key 'of': the field it looks at", measure_words[fact->measure]);
    return;
  }
  if (!read_text(c, &of, &name)) return;
  enum unit unit;
  if (counts)
    report(c, &of, CHECK_BAD_FACT, "a count counts events: it takes no 'of'; to count different values use distinct");
  else if (units && unit_parse(name, &unit) && unit < UNIT_CAMPAIGN)
    return;
  else if (fact->of == FIELD_NONE)
    field_unknown(c, &of, name);
  else if (units && c->catalogue->fields[fact->of].kind == FIELD_LIST)
    report(c, &of, CHECK_BAD_FACT, "'%.*s' is a list: it has no one value to tell apart", STR_FORMAT(name));
  else if (!units && c->catalogue->fields[fact->of].kind != FIELD_MONEY && c->catalogue->fields[fact->of].kind != FIELD_INT)
    report(c, &of, CHECK_BAD_FACT, "'%.*s' is not a number: it has no %s", STR_FORMAT(name), measure_words[fact->measure]);
}

static void measure_refunds_read(struct compile *c, const struct at *at, struct fact *fact) {
  static const char *const words[] = {"subtract", "ignore", NULL};
  struct at refunds = at_key(at, "refunds");
  bool may = fact->measure == MEASURE_COUNT || fact->measure == MEASURE_SUM || fact->measure == MEASURE_AVERAGE;
  uint32_t word = 0;
  fact->refunds_subtract = may;
  if (refunds.json == NULL || !read_word(c, &refunds, words, CHECK_BAD_VALUE, &word)) return;
  fact->refunds_subtract = may && word == 0;
  if (!may && word == 0)
    report(c, &refunds, CHECK_BAD_FACT, "nothing can be subtracted from a %s; only count, sum and average follow refunds",
           measure_words[fact->measure]);
}

/* Of logins nothing can be refunded: a count of them alone never comes down. */
static bool hears_reversible(struct compile *c, const struct trigger_set *on) {
  for (uint32_t i = 0; i < on->count; i++) {
    const struct trigger *trigger = trigger_at(c, on->first + i);
    if (trigger->kind == TRIGGER_EVENT && c->catalogue->types[trigger->type].reversible) return true;
  }
  return false;
}

static void measure_read(struct compile *c, const struct at *at, struct fact *fact) {
  struct at kind = at_key(at, "measure"), on = at_key(at, "on"), window = at_key(at, "window"), when = at_key(at, "when");
  uint32_t word = 0;
  (void)keys_check(c, at, measure_keys, "a measure");
  if (read_word(c, &kind, measure_words, CHECK_BAD_FACT, &word)) of_check(c, at, fact);
  if (on.json != NULL) triggers_read(c, &on, PLACE_FACT, &fact->on);
  if (window.json != NULL) window_read(c, &window, &fact->window);
  previous_read(c, at, &fact->window);
  measure_refunds_read(c, at, fact);
  fact->falls = fact->refunds_subtract && hears_reversible(c, &fact->on);
  (void)condition_read(c, &when, PLACE_FACT, &fact->when);
  per_read(c, at, fact);
  if (word == MEASURE_DAILY_AVERAGE) daily_check(c, at, fact);
}

/* ---- differences ---- */

/* Its parts were read with the signatures. */
static void difference_read(struct compile *c, const struct at *at, struct fact *fact) {
  (void)fact;
  (void)keys_check(c, at, difference_keys, "a difference");
}

/* ---- one fact ---- */

static void kind_refuse(struct compile *c, const struct at *at, uint32_t kinds) {
  char memory[256];
  struct buffer words;
  buffer_init(&words, memory, sizeof memory);
  for (uint32_t i = 0; i < FACT_KIND_COUNT; i++) buffer_print(&words, "%s%s", i == 0 ? "" : ", ", fact_rows[i]->traits.word);
  report(c, at, CHECK_BAD_FACT, "a fact has exactly one of %.*s; found %u of them", STR_FORMAT(buffer_text(&words)), kinds);
}

static void fact_read(struct compile *c, const struct at *at, struct fact *fact) {
  enum fact_kind kind = FACT_KIND_COUNT;
  uint32_t kinds = kinds_of(at->json, &kind);
  if (!json_is_object(at->json))
    report(c, at, CHECK_WRONG_TYPE, "a fact must be an object, found %s", type_of(at->json));
  else if (kinds != 1)
    kind_refuse(c, at, kinds);
  else
    row_of(fact)->read(c, at, fact);
}

void facts_read(struct compile *c) {
  const struct file *file = file_now(c);
  for (uint32_t i = 0; i < file->decl_count[DECL_FACT]; i++) {
    struct decl decl = *decl_at(c, file->decl_first[DECL_FACT] + i);
    struct fact fact = *fact_at(c, decl.number);
    fact_read(c, &decl.at, &fact);
    if (!c->full) fact_as_check(c, &decl.at, &fact);
    *fact_at(c, decl.number) = fact;
  }
}

/* ---- rows ---- */

static uint64_t kept_cells(const struct fact *fact) { return fact->keep == FIELD_NONE ? 1 : 2; }

static void first_mean(const struct saying *s, const struct fact *fact) {
  (void)fact;
  mean_text(s, "first of events");
}

static void first_mean_behind(const struct saying *s, const struct fact *fact) {
  mean_text(s, fact->refunds_reopen ? "; refunds reopen it" : "; refunds leave it");
}

static void last_mean(const struct saying *s, const struct fact *fact) {
  (void)fact;
  mean_text(s, "last of events");
}

const struct fact_row fact_row_first = {.traits = {.word = "first", .figure = FIGURE_TIME},
                                        .order = ORDER_LAST,
                                        .type = TYPE_FIRST,
                                        .since_ever = true,
                                        .timed = true,
                                        .keeps = true,
                                        .stands = true,
                                        .divides_at = true,
                                        .keyed = true,
                                        .read = first_read,
                                        .mean = first_mean,
                                        .mean_behind = first_mean_behind,
                                        .cells = kept_cells};

const struct fact_row fact_row_last = {.traits = {.word = "last", .figure = FIGURE_TIME},
                                       .order = ORDER_LAST,
                                       .type = TYPE_LAST,
                                       .since_ever = true,
                                       .timed = true,
                                       .keeps = true,
                                       .stands = true,
                                       .divides_at = true,
                                       .keyed = true,
                                       .read = last_read,
                                       .mean = last_mean,
                                       .cells = kept_cells};

const struct fact_row fact_row_measure = {
    .traits = {.word = "measure", .heard = HEARD_BANDS, .figure = FIGURE_NUMBER, .counts = true, .windowed = true},
    .order = ORDER_FIRST,
    .type = TYPE_INT,
    .stands = true,
    .ranks = true,
    .keyed = true,
    .sign = measure_sign,
    .read = measure_read,
    .lint = measure_lint,
    .mean = measure_mean,
    .mean_behind = measure_mean_behind,
    .cells = measure_cells,
    .most = measure_most};

const struct fact_row fact_row_difference = {.traits = {.word = "difference", .figure = FIGURE_NUMBER},
                                             .type = TYPE_INT,
                                             .computed = true,
                                             .stands = true,
                                             .ranks = true,
                                             .sign_parts = difference_sign,
                                             .read = difference_read};
