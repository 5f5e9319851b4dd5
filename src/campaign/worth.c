/* What an item is worth and how many of it there are: fixed, a percentage with its ceiling, or by bands (docs/language.md section 6). */
#include "worth_row.h"

static const struct key percent_keys[] = {{"percent", KEY_MUST}, {"of", KEY_MUST}, {"max", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key bands_keys[] = {{"by", KEY_MUST}, {"bands", KEY_MUST}, {"pay", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key band_keys[] = {{"from", KEY_MUST}, {"value", KEY_MUST}, {NULL, KEY_MAY}};
static const struct key share_keys[] = {{"share_of", KEY_MUST}, {"by", KEY_MUST}, {"pot", KEY_MAY}, {"max", KEY_MAY}, {NULL, KEY_MAY}};
#define COUNT_MOST 10000

/* A whole number may be meant as a score: who is told to write money instead gives that much of it. */
static bool value_money_read(struct compile *c, const struct at *at, int64_t *out) {
  if (!json_is_integer(at->json)) return read_money(c, at, false, out);
  struct str example = money_example(c, 50);
  report(c, at, CHECK_BAD_MONEY,
         "what is not points has a value in money, a text like \"%.*s\"; if miles, stars or another score is meant, give \"reward\": "
         "\"points\" with a \"template\" that says which, else",
         STR_FORMAT(example));
  return false;
}

bool worth_plain_read(struct compile *c, const struct at *at, enum worth_kind kind, int64_t *out) {
  if (kind == WORTH_MONEY) return value_money_read(c, at, out);
  return read_int(c, at, 1, kind == WORTH_COUNT ? COUNT_MOST : LIMIT_AMOUNT_MINOR, CHECK_BAD_VALUE, out);
}

/* ---- percent ---- */

static void percent_of_check(struct compile *c, const struct at *of, const struct left *left, enum worth_kind kind) {
  bool points = left->kind == LEFT_RULE_REWARD && left->index == 0 && left->type == TYPE_INT;
  struct tally value = {kind == WORTH_POINTS ? TALLY_POINTS : TALLY_MONEY, c->now};
  struct tally base = {left->type == TYPE_MONEY ? TALLY_MONEY : points ? TALLY_POINTS : TALLY_THINGS, c->now};
  bool number = left->type == TYPE_MONEY || left->type == TYPE_INT;
  if (left->type == TYPE_BROKEN) return;
  if (!number) {
    report(c, of, CHECK_BAD_VALUE, "'%.*s' is not an amount: nothing can be a percentage of it", STR_FORMAT(left->text));
    return;
  }
  struct clash clash = tally_clash(c, USE_PERCENT, value, base);
  if (clash.text.length > 0) report(c, of, clash.code, "%.*s; here stands '%.*s'", STR_FORMAT(clash.text), STR_FORMAT(left->text));
}

static bool percent_value_read(struct compile *c, const struct at *at, enum worth_kind kind, struct worth *out) {
  struct at percent = at_key(at, "percent"), of = at_key(at, "of"), max = at_key(at, "max");
  struct left left;
  (void)keys_check(c, at, percent_keys, "a percentage");
  if (percent.json != NULL) (void)read_percent(c, &percent, &out->percent_bp);
  if (of.json != NULL) {
    out->of = left_node(c, &of, PLACE_RULE, &left);
    if (out->of != NONE) percent_of_check(c, &of, &left, kind);
  }
  if (max.json != NULL) return worth_plain_read(c, &max, kind, &out->max);
  if (kind == WORTH_MONEY) report(c, at, CHECK_NO_CEILING, "a percentage of money needs its ceiling 'max'");
  return true;
}

/* ---- shares of one pot ---- */

/* Units that everybody's are put together with: what only grows, but for refunds. */
static bool adds_up(struct compile *c, const struct left *left) {
  if (left->kind != LEFT_FACT || fact_at(c, left->index)->kind != FACT_MEASURE) return false;
  enum measure_kind kind = fact_at(c, left->index)->measure;
  return kind == MEASURE_COUNT || kind == MEASURE_SUM || kind == MEASURE_DISTINCT;
}

/* Its pool is read with the item (item.c), and whether the rule may give one behind it (rank.c). */
static bool share_value_read(struct compile *c, const struct at *at, enum worth_kind kind, struct worth *out) {
  struct at by = at_key(at, "by"), pot = at_key(at, "pot"), max = at_key(at, "max");
  struct left left = {.type = TYPE_BROKEN};
  (void)keys_check(c, at, share_keys, "a share");
  if (by.json != NULL) out->of = left_node(c, &by, PLACE_RULE, &left);
  if (pot.json != NULL) (void)worth_plain_read(c, &pot, kind, &out->fixed);
  if (max.json != NULL) (void)worth_plain_read(c, &max, kind, &out->max);
  if (out->of == NONE || left.type == TYPE_BROKEN || adds_up(c, &left)) return true;
  report(c, &by, CHECK_BAD_VALUE,
         "a pot is shared by what everybody has of something that adds up: \"fact.NAME\" of a measure that is a sum, count or distinct; "
         "'%.*s' is none",
         STR_FORMAT(left.text));
  out->of = NONE;
  return false;
}

/* ---- bands ---- */

static void pay_read(struct compile *c, const struct at *at, const struct left *by, bool heard, enum worth_kind kind, struct worth *out) {
  static const char *const words[] = {"highest", "each", "top_up", NULL};
  struct at pay = at_key(at, "pay");
  uint32_t word = 0;
  if (pay.json == NULL) {
    if (heard) report(c, at, CHECK_MISSING_KEY, "the rule hears the measure '%.*s': bands by it need the key 'pay'", STR_FORMAT(by->text));
    return;
  }
  if (!read_word(c, &pay, words, CHECK_BAD_BANDS, &word)) return;
  out->pay = (enum pay)word;
  if (out->pay != PAY_HIGHEST && asks_figure(c, by->kind, by->index))
    report_not_served(c, &pay, "as steps", "\"pay\": \"%s\" by a measure heard as another is", words[word]);
  else if (out->pay == PAY_EACH && kind == WORTH_COUNT)
    report_not_served(c, &pay, "each", "\"pay\": \"each\" of a count is");
  else if (out->pay == PAY_TOP_UP && kind == WORTH_COUNT && !heard)
    report(c, &pay, CHECK_BAD_BANDS, "\"top_up\" follows a measure: the rule must hear it, \"on\": {\"fact\": ...}");
}

/* What is banded, and what a band is worth. */
struct banding {
  enum left_type type;
  bool place;     /* who stands further back gets less */
  uint32_t level; /* the fact whose levels they begin at, or NONE */
  enum worth_kind kind;
};

/* As its number: levels rise. */
static bool level_from_read(struct compile *c, const struct at *at, const struct fact *fact, int64_t *out) {
  struct str id;
  if (!read_text(c, at, &id)) return false;
  for (*out = 0; *out < fact->level_count; (*out)++)
    if (str_equal(fact->levels[*out].id, id)) return true;
  report(c, at, CHECK_CANNOT_HOLD, "'%.*s' has no level '%.*s'", STR_FORMAT(fact->name), STR_FORMAT(id));
  return false;
}

static bool from_read(struct compile *c, const struct at *at, const struct banding *how, int64_t *out) {
  if (how->level != NONE) return level_from_read(c, at, fact_at(c, how->level), out);
  if (how->type == TYPE_MONEY) return read_money(c, at, true, out);
  return read_int(c, at, 0, LIMIT_AMOUNT_MINOR, CHECK_BAD_BANDS, out);
}

static void band_read(struct compile *c, const struct at *at, const struct banding *how, struct band *bands, uint32_t number) {
  struct at from = at_key(at, "from"), value = at_key(at, "value");
  struct band *band = &bands[number];
  if (!keys_check(c, at, band_keys, "a band") || from.json == NULL || value.json == NULL) return;
  bool good = from_read(c, &from, how, &band->from);
  if (good && number > 0 && band->from <= bands[number - 1].from)
    report(c, &from, CHECK_BAD_BANDS, "the bands must rise; this one does not begin above the one before");
  if (json_is_object(value.json)) {
    report(c, &value, CHECK_BAD_BANDS, "the value of a band is a fixed one, so that it is known what each band pays");
    return;
  }
  good = worth_plain_read(c, &value, how->kind, &band->value);
  if (good && number > 0 && !how->place && band->value < bands[number - 1].value)
    report(c, &value, CHECK_BAD_BANDS, "a higher band gives less than the one before: customers would lose by spending more");
}

static void bands_list_read(struct compile *c, const struct at *at, const struct banding *how, struct worth *out) {
  uint32_t count;
  if (!read_list(c, at, CHECK_BAD_BANDS, &count)) return;
  if (count > LIMIT_BANDS) {
    report(c, at, CHECK_TOO_MANY, "%u bands; at most %u", count, LIMIT_BANDS);
    return;
  }
  struct band *bands = take(c, count, sizeof *bands);
  for (uint32_t i = 0; i < count && bands != NULL; i++) {
    struct at item = at_item(at, i);
    band_read(c, &item, how, bands, i);
  }
  out->bands = bands, out->band_count = bands == NULL ? 0 : count;
}

/* Whether the rule that is read is triggered by this fact. */
static bool rule_hears(struct compile *c, const struct left *left) {
  if (left->kind != LEFT_FACT || c->rule == NONE) return false;
  const struct trigger_set on = rule_at(c, c->rule)->on;
  for (uint32_t i = 0; i < on.count; i++) {
    const struct trigger *trigger = trigger_at(c, on.first + i);
    if (trigger->kind == TRIGGER_FACT && trigger->fact == left->index && traits_of(fact_at(c, left->index))->heard == HEARD_BANDS)
      return true;
  }
  return false;
}

static bool bands_value_read(struct compile *c, const struct at *at, enum worth_kind kind, struct worth *out) {
  struct at by = at_key(at, "by"), bands = at_key(at, "bands");
  struct left left = {.type = TYPE_BROKEN};
  (void)keys_check(c, at, bands_keys, "a value by bands");
  if (by.json == NULL || bands.json == NULL) return false;
  out->of = left_node(c, &by, PLACE_RULE, &left);
  if (out->of == NONE || left.type == TYPE_BROKEN) return false;
  bool level = left.kind == LEFT_LEVEL;
  if (!level && left.type != TYPE_MONEY && left.type != TYPE_INT) {
    report(c, &by, CHECK_BAD_BANDS, "'%.*s' is not a number: it has no bands", STR_FORMAT(left.text));
    return false;
  }
  const struct banding how = {left.type, left.kind == LEFT_PLACE, level ? left.index : NONE, kind};
  bands_list_read(c, &bands, &how, out);
  pay_read(c, at, &left, rule_hears(c, &left), kind, out);
  return true;
}

/* ---- which of them ---- */

/* One whose "percent" is misspelt: the other keys say what was meant, and the nearest key can be named. */
static bool is_percentage(const json_t *json) {
  const bool banded = json_object_get(json, "by") != NULL || json_object_get(json, "bands") != NULL;
  return !banded && (json_object_get(json, "of") != NULL || json_object_get(json, "max") != NULL);
}

/* Of a number of units there are bands alone. */
static enum value_form form_of(const json_t *json, enum worth_kind kind) {
  if (!json_is_object(json)) return VALUE_FORM_FIXED;
  for (uint32_t i = VALUE_FORM_COUNT; kind != WORTH_COUNT && i-- > 0;)
    if (worth_rows[i]->word != NULL && json_object_get(json, worth_rows[i]->word) != NULL) return (enum value_form)i;
  return kind != WORTH_COUNT && is_percentage(json) ? VALUE_FORM_PERCENT : VALUE_FORM_BANDS;
}

static bool worth_read(struct compile *c, const struct at *at, enum worth_kind kind, struct worth *out) {
  *out = (struct worth){.form = form_of(at->json, kind), .of = NONE};
  return worth_rows[out->form]->read(c, at, kind, out);
}

bool worth_value_read(struct compile *c, const struct at *at, bool points, struct worth *out) {
  return worth_read(c, at, points ? WORTH_POINTS : WORTH_MONEY, out);
}

bool worth_count_read(struct compile *c, const struct at *at, struct worth *out) { return worth_read(c, at, WORTH_COUNT, out); }

/* ---- rows ---- */

static bool fixed_read(struct compile *c, const struct at *at, enum worth_kind kind, struct worth *out) {
  return worth_plain_read(c, at, kind, &out->fixed);
}

static int64_t fixed_most(const struct worth *worth) { return worth->fixed; }

static int64_t ceiling_most(const struct worth *worth) { return worth->max; }

/* By place a lower band may be worth more. */
static int64_t bands_most(const struct worth *worth) {
  int64_t most = 0;
  for (uint32_t i = 0; i < worth->band_count; i++) most = worth->bands[i].value > most ? worth->bands[i].value : most;
  return most;
}

static void fixed_terms(struct buffer *out, const struct rulebook *book, const struct worth *worth, bool money, int decimals) {
  (void)book;
  terms_amount(out, worth->fixed, money, decimals);
}

static void ceiling_terms(struct buffer *out, const struct worth *worth, bool money, int decimals) {
  if (worth->max == 0) return;
  buffer_put(out, STR(" up to "));
  terms_amount(out, worth->max, money, decimals);
}

static void percent_terms(struct buffer *out, const struct rulebook *book, const struct worth *worth, bool money, int decimals) {
  (void)book;
  buffer_percent(out, worth->percent_bp);
  ceiling_terms(out, worth, money, decimals);
}

static void share_terms(struct buffer *out, const struct rulebook *book, const struct worth *worth, bool money, int decimals) {
  (void)book;
  buffer_put(out, STR("a share"));
  ceiling_terms(out, worth, money, decimals);
}

static void band_begins(struct buffer *out, const struct rulebook *book, const struct condition *of, int64_t from, int decimals) {
  if (of->left == LEFT_LEVEL)
    buffer_put(out, book->facts[of->index].levels[from].id);
  else
    terms_amount(out, from, of->money, decimals);
}

static void bands_terms(struct buffer *out, const struct rulebook *book, const struct worth *worth, bool money, int decimals) {
  for (uint32_t i = 0; i < worth->band_count; i++) {
    buffer_put(out, i == 0 ? STR("from ") : STR(", from "));
    band_begins(out, book, &book->conditions[worth->of], worth->bands[i].from, decimals);
    buffer_put(out, STR(": "));
    terms_amount(out, worth->bands[i].value, money, decimals);
  }
}

const struct worth_row worth_row_none = {.word = NULL};
const struct worth_row worth_row_fixed = {.read = fixed_read, .most = fixed_most, .terms = fixed_terms};
const struct worth_row worth_row_percent = {.traits = {.derived = true, .rounds = true},
                                            .word = "percent",
                                            .read = percent_value_read,
                                            .most = ceiling_most,
                                            .terms = percent_terms};
const struct worth_row worth_row_bands = {.traits = {.derived = true}, .read = bands_value_read, .most = bands_most, .terms = bands_terms};
const struct worth_row worth_row_share = {.word = "share_of", .read = share_value_read, .most = ceiling_most, .terms = share_terms};
