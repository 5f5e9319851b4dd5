/* Tables of rates: files beside the campaigns that say what other currencies were worth, day by day (docs/language.md section 2; R47).
 *
 *     {"rates": "pboc", "currency": "CNY", "source": "who publishes them, and where",
 *      "covers": {"from": "2027-01-04", "to": "2027-01-10"}, "days": {"2027-01-04": {"USD": "7.0825", "JPY": "0.0489"}}}
 *
 * A file is known by what it says, not by its path, as a calendar is. A currency without a rate on a day has that of the last day before
 * which has one, RATE_BACK_MOST days back at most: that is worked out here, once, so that what is asked is one element of an array. Behind
 * what is covered nothing is known yet: "to" is what tells a Sunday, which has no rates, from a day whose rates are still to come. */
#include "compile.h"

#define SOURCE_MOST 1024u
static const struct key file_keys[] = {{"$schema", KEY_MAY}, {"rates", KEY_MUST}, {"currency", KEY_MUST}, {"source", KEY_MUST},
                                       {"covers", KEY_MUST}, {"days", KEY_MUST},  {NULL, KEY_MAY}};

/* A table that is being read: its days can be written. */
struct reading {
  struct compile *c;
  struct rate_table *table;
  struct fx_rate *currencies;
  int64_t *rates;
  bool *rows; /* a day has one */
};

bool is_rates(const json_t *json) { return json_object_get(json, "rates") != NULL && json_object_get(json, "id") == NULL; }

static bool frame_read(struct compile *c, const struct at *root, struct rate_table *out) {
  struct at covers = at_key(root, "covers");
  if (!covers_read(c, &covers, &out->from_day, &out->to_day)) return false;
  int64_t days = out->to_day - out->from_day + 1;
  if (days >= 1 && days <= RATE_TABLE_DAYS_MOST) return true;
  report(c, &covers, CHECK_BAD_RATES, days < 1 ? "the table ends before it begins" : "a table covers at most ten years");
  return false;
}

static bool currency_read(struct compile *c, const struct at *root, struct rate_table *out) {
  struct at currency = at_key(root, "currency");
  struct str text;
  if (currency.json == NULL || !read_text(c, &currency, &text)) return false;
  out->currency = keep_text(c, text);
  if (currency_decimals(text) >= 0) return true;
  report(c, &currency, CHECK_BAD_CURRENCY, "'%.*s' is not a currency of ISO 4217", STR_FORMAT(text));
  return false;
}

/* ---- which currencies ---- */

/* In order of their codes. False: there are too many. */
static bool currency_add(struct reading *r, struct str code) {
  uint32_t at = 0;
  while (at < r->table->currency_count && str_compare(r->currencies[at].currency, code) < 0) at++;
  if (at < r->table->currency_count && str_equal(r->currencies[at].currency, code)) return true;
  if (r->table->currency_count == RATES_MOST) return false;
  memmove(&r->currencies[at + 1], &r->currencies[at], (r->table->currency_count - at) * sizeof r->currencies[0]);
  r->currencies[at] = (struct fx_rate){.currency = keep_text(r->c, code), .decimals = currency_decimals(code)};
  r->table->currency_count++;
  return true;
}

static bool row_check(struct reading *r, const struct at *at) {
  int64_t day;
  if (!date_parse(str_of(at->key), &day)) {
    report(r->c, at, CHECK_BAD_DATE, "'%s' is not a date of the calendar; write \"2027-01-31\"", at->key);
    return false;
  }
  if (day < r->table->from_day || day > r->table->to_day) {
    report(r->c, at, CHECK_BAD_RATES, "'%s' is not among the days that the table covers", at->key);
    return false;
  }
  if (json_is_object(at->json) && json_object_size(at->json) > 0) return true;
  report(r->c, at, CHECK_BAD_RATES, "a day has a rate of one currency at least, like {\"USD\": \"7.0825\"}; leave a day without rates out");
  return false;
}

/* The rate of one currency on one day. */
static bool rate_check(struct reading *r, const struct at *at) {
  struct str code = str_of(at->key);
  int64_t unused;
  if (currency_decimals(code) < 0 || str_equal(code, r->table->currency)) {
    bool own = currency_decimals(code) >= 0;
    report(r->c, at, own ? CHECK_BAD_RATES : CHECK_BAD_CURRENCY,
           own ? "'%.*s' is the currency that rates are in: it has none itself" : "'%.*s' is not a currency of ISO 4217", STR_FORMAT(code));
    return false;
  }
  if (json_is_string(at->json) && fx_parse(text_of(at->json), &unused)) return true;
  report(r->c, at, CHECK_BAD_MONEY, RATE_EXPECTED, STR_FORMAT(r->table->currency), STR_FORMAT(code));
  return false;
}

/* Every row and rate is looked at, whatever is wrong with one. */
static bool days_check(struct reading *r, const struct at *days) {
  bool good = true;
  for (void *i = json_object_iter(days->json); i != NULL; i = json_object_iter_next(days->json, i)) {
    struct at row = {.up = days, .json = json_object_iter_value(i), .key = json_object_iter_key(i)};
    if (!row_check(r, &row)) {
      good = false;
      continue;
    }
    for (void *j = json_object_iter(row.json); j != NULL; j = json_object_iter_next(row.json, j)) {
      struct at rate = {.up = &row, .json = json_object_iter_value(j), .key = json_object_iter_key(j)};
      bool fits = rate_check(r, &rate) && currency_add(r, str_of(rate.key));
      if (!fits && r->table->currency_count == RATES_MOST) {
        report(r->c, &rate, CHECK_TOO_MANY, "a table has at most %u currencies", RATES_MOST);
        return false;
      }
      good &= fits;
    }
  }
  return good;
}

/* ---- its days ---- */

static void days_put(struct reading *r, const struct at *days) {
  const struct rate_table *table = r->table;
  for (void *i = json_object_iter(days->json); i != NULL; i = json_object_iter_next(days->json, i)) {
    const json_t *row = json_object_iter_value(i);
    int64_t day;
    bool date = date_parse(str_of(json_object_iter_key(i)), &day);
    assert(date && day >= table->from_day && day <= table->to_day);
    r->rows[day - table->from_day] = true;
    for (uint32_t k = 0; k < table->currency_count; k++) {
      char code[4] = {0};
      memcpy(code, table->currencies[k].currency.at, 3);
      const json_t *rate = json_object_get(row, code);
      if (rate != NULL) (void)fx_parse(text_of(rate), &r->rates[(size_t)(day - table->from_day) * table->currency_count + k]);
    }
  }
}

/* Nowhere so long a gap that days would have no rate at all: such a file is not whole. */
static bool rows_check(struct reading *r, const struct at *at) {
  int64_t days = r->table->to_day - r->table->from_day + 1, last = 0;
  char memory[32];
  struct buffer text;
  if (!r->rows[0]) {
    report(r->c, at, CHECK_BAD_RATES, "the first day that the table covers has no rates: let it begin with a day that has");
    return false;
  }
  for (int64_t day = 1; day < days; day++) {
    if (r->rows[day]) last = day;
    if (day - last <= RATE_BACK_MOST) continue;
    buffer_init(&text, memory, sizeof memory);
    buffer_date(&text, r->table->from_day + last);
    report(r->c, at, CHECK_BAD_RATES, "behind %.*s the table covers more than %d days without a rate of any",
           STR_FORMAT(buffer_text(&text)), RATE_BACK_MOST);
    return false;
  }
  return true;
}

/* Each currency for itself: one that is not quoted any more ends by and by. */
static void gaps_fill(const struct reading *r) {
  const struct rate_table *table = r->table;
  for (uint32_t k = 0; k < table->currency_count; k++) {
    int64_t known = 0, back = 0;
    for (int64_t day = 0; day <= table->to_day - table->from_day; day++, back++) {
      int64_t *rate = &r->rates[(size_t)day * table->currency_count + k];
      if (*rate > 0)
        known = *rate, back = 0;
      else if (back <= RATE_BACK_MOST)
        *rate = known;
    }
  }
}

static bool days_read(struct reading *r, const struct at *days) {
  struct rate_table *table = r->table;
  if (days->json == NULL) return false;
  if (!json_is_object(days->json) || json_object_size(days->json) == 0) {
    report(r->c, days, CHECK_BAD_RATES, "days are an object of one day at least, like {\"2027-01-04\": {\"USD\": \"7.0825\"}}");
    return false;
  }
  r->currencies = take(r->c, RATES_MOST, sizeof *r->currencies);
  table->currencies = r->currencies;
  if (r->currencies == NULL || !days_check(r, days)) return false;
  size_t count = (size_t)(table->to_day - table->from_day + 1);
  r->rates = take(r->c, count * table->currency_count, sizeof *r->rates), r->rows = take(r->c, count, sizeof *r->rows);
  if (r->rates == NULL || r->rows == NULL) return false;
  days_put(r, days);
  if (!rows_check(r, days)) return false;
  gaps_fill(r);
  table->rates_e8 = r->rates;
  return true;
}

/* ---- the whole ---- */

static void table_add(struct compile *c, const struct at *id, struct rate_table *table) {
  for (const struct rate_table *other = c->rate_tables; other != NULL; other = other->next)
    if (str_equal(other->id, table->id)) report(c, id, CHECK_DUPLICATE_ID, "there are two tables of rates '%.*s'", STR_FORMAT(table->id));
  table->next = c->rate_tables, c->rate_tables = table;
}

/* What says whose rates they are: what is signed, since days come every day. The tree is not asked for anything behind it. */
static struct str head_of(struct compile *c, json_t *json) {
  const size_t flags = JSON_SORT_KEYS | JSON_COMPACT;
  (void)json_object_del(json, "days");
  (void)json_object_del(json, "covers");
  size_t length = json_dumpb(json, NULL, 0, flags);
  char *memory = take(c, length + 1, 1);
  if (memory == NULL) return STR("");
  (void)json_dumpb(json, memory, length, flags);
  return (struct str){memory, length};
}

void rates_read(struct compile *c) {
  const struct file *file = file_now(c);
  const struct at *root = &file->root;
  struct at id = at_key(root, "rates"), source = at_key(root, "source"), days = at_key(root, "days");
  struct rate_table *table = take(c, 1, sizeof *table);
  struct reading r = {.c = c, .table = table};
  struct str text = {NULL, 0};
  if (table == NULL || !keys_check(c, root, file_keys, "a table of rates") || !read_id(c, &id, false, &text)) return;
  *table = (struct rate_table){
      .id = keep_text(c, text), .source_text = file->source->text, .digest = hash64(&HASH_KEY_FIXED, file->source->text), .to_day = -1};
  table_add(c, &id, table);
  if (source.json != NULL && read_text(c, &source, &text) && text.length > SOURCE_MOST)
    report(c, &source, CHECK_BAD_RATES, "the text has %zu bytes; at most %u", text.length, SOURCE_MOST);
  bool good = currency_read(c, root, table) && frame_read(c, root, table) && days_read(&r, &days);
  if (!good) table->from_day = 0, table->to_day = -1, table->currency_count = 0;
  table->head = head_of(c, file->json);
}

/* ---- what campaigns ask ---- */

const struct rate_table *rates_find(struct compile *c, const struct at *at) {
  struct str name;
  if (!read_text(c, at, &name)) return NULL;
  struct near near = near_start(name);
  for (const struct rate_table *table = c->rate_tables; table != NULL; table = table->next) {
    if (str_equal(table->id, name)) return table;
    near_offer(&near, table->id);
  }
  struct str hint = near_text(c, &near);
  report(c, at, CHECK_UNKNOWN_REF, "there is no table of rates '%.*s' beside the campaigns%.*s", STR_FORMAT(name), STR_FORMAT(hint));
  return NULL;
}
