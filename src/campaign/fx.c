/* `fx`: what other currencies are worth in a campaign (docs/language.md section 2; R47). Rates are fixed for the campaign and part of what
 * it means, so that a refund goes back at the rate of its payment, whenever it comes.
 *
 * The index over all campaigns compares amounts as events say them, so what a file with `fx` asks of amounts is left to the judge, who
 * converts; a trigger's own `when` is the index's alone and may not ask. */
#include "compile.h"

static const struct key fx_keys[] = {{"rates", KEY_MAY}, {"table", KEY_MAY}, {"day", KEY_MAY}, {NULL, KEY_MAY}};

static bool rate_read(struct compile *c, const struct at *at, struct fx_rate *out) {
  struct str code = str_of(at->key), text = text_of(at->json);
  const struct campaign *campaign = campaign_now(c);
  *out = (struct fx_rate){.currency = keep_text(c, code), .decimals = currency_decimals(code)};
  if (out->decimals < 0 || str_equal(code, campaign->currency)) {
    report(c, at, CHECK_BAD_CURRENCY,
           out->decimals < 0 ? "'%.*s' is not a currency of ISO 4217" : "'%.*s' is the currency of the file itself", STR_FORMAT(code));
    return false;
  }
  if (json_is_string(at->json) && fx_parse(text, &out->rate_e8)) return true;
  report(c, at, CHECK_BAD_MONEY, RATE_EXPECTED, STR_FORMAT(campaign->currency), STR_FORMAT(code));
  return false;
}

/* In order of their codes: what a campaign means does not hang on how its file is laid out. */
static void rate_put(struct fx_rate *rates, uint32_t count, struct fx_rate rate) {
  uint32_t at = count;
  for (; at > 0 && str_compare(rates[at - 1].currency, rate.currency) > 0; at--) rates[at] = rates[at - 1];
  rates[at] = rate;
}

static void rates_fixed(struct compile *c, const struct at *rates) {
  struct campaign *campaign = campaign_now(c);
  if (!json_is_object(rates->json) || json_object_size(rates->json) == 0 || json_object_size(rates->json) > RATES_MOST) {
    report(c, rates, CHECK_BAD_VALUE, "rates are an object of 1 to %u currencies, like {\"USD\": \"7.0825\"}", RATES_MOST);
    return;
  }
  struct fx_rate *out = take(c, json_object_size(rates->json), sizeof *out);
  for (void *i = json_object_iter(rates->json); out != NULL && i != NULL; i = json_object_iter_next(rates->json, i)) {
    struct at child = {.up = rates, .json = json_object_iter_value(i), .key = json_object_iter_key(i)};
    struct fx_rate rate;
    if (rate_read(c, &child, &rate)) rate_put(out, campaign->fx.rate_count++, rate);
  }
  campaign->fx.rates = out;
}

/* ---- by table ---- */

static void day_read(struct compile *c, const struct at *at, struct campaign_fx *out) {
  static const char *const words[] = {
      [RATE_DAY_EVENT] = "event", [RATE_DAY_PREVIOUS_WORKDAY] = "previous_workday", [RATE_DAY_MONTH_END] = "month_end"};
  struct str text = text_of(at->json);
  for (uint32_t i = 0; i < RATE_DAY_FIXED; i++) {
    if (!json_is_string(at->json) || !str_equal(text, str_of(words[i]))) continue;
    out->day = (enum rate_day)i;
    return;
  }
  out->day = RATE_DAY_FIXED;
  if (!json_is_string(at->json) || !date_parse(text, &out->fixed_day))
    report(c, at, CHECK_BAD_VALUE, "the day whose rate counts is \"event\", \"previous_workday\", \"month_end\" or a date");
  else if (out->table->to_day >= out->table->from_day && out->fixed_day < out->table->from_day)
    report(c, at, CHECK_BAD_VALUE, "'%.*s' lies before the first day of the table", STR_FORMAT(text));
}

/* What a programme declares others cite and keep: whose marks would tell that its facts have still to hear an event (judge/missed.c)? */
static void table_read(struct compile *c, const struct at *at, const struct at *day) {
  struct campaign *campaign = campaign_now(c);
  const struct rate_table *table = rates_find(c, at);
  if (campaign->programme) report_not_served(c, at, "fx programme", "in a programme rates by table are");
  if (table == NULL) return;
  campaign->fx.table = table;
  if (table->to_day >= table->from_day && !str_equal(table->currency, campaign->currency))
    report(c, at, CHECK_BAD_CURRENCY, "the table is in %.*s, this file in %.*s", STR_FORMAT(table->currency),
           STR_FORMAT(campaign->currency));
  day_read(c, day, &campaign->fx);
}

void fx_read(struct compile *c, const struct at *at) {
  struct at rates = at_key(at, "rates"), table = at_key(at, "table"), day = at_key(at, "day");
  if (!keys_check(c, at, fx_keys, "fx")) return;
  bool fixed = rates.json != NULL && table.json == NULL && day.json == NULL, by_day = rates.json == NULL && table.json && day.json;
  if (fixed)
    rates_fixed(c, &rates);
  else if (by_day)
    table_read(c, &table, &day);
  else
    report(c, at, CHECK_BAD_VALUE, "fx is {\"rates\": {...}}, fixed, or {\"table\": NAME, \"day\": ...}, by day");
}

/* What lies before the table or the calendar has no rate and never will: no payment of that day could be made up for. */
static void first_day_check(struct compile *c, const struct at *at, const struct calendar *calendar) {
  const struct campaign *campaign = campaign_now(c);
  const struct rate_table *table = campaign->fx.table;
  char memory[64];
  struct buffer text;
  int64_t day;
  const enum rate_found found = rates_first_day(campaign, calendar, &day);
  buffer_init(&text, memory, sizeof memory);
  buffer_date(&text, day);
  if (found == RATE_NONE)
    report(c, at, CHECK_NOT_COVERED, "the calendar knows no workday before the first day of the campaign: it begins too late");
  else if (found == RATE_FOUND && table->to_day >= table->from_day && day < table->from_day)
    report(c, at, CHECK_BAD_RATES, "the campaign's first day asks for the rates of %.*s, and the table begins behind it",
           STR_FORMAT(buffer_text(&text)));
}

static void last_day_check(struct compile *c, const struct at *at) {
  const struct campaign *campaign = campaign_now(c);
  if (campaign->fx.day == RATE_DAY_FIXED && campaign->fx.fixed_day * MS_PER_DAY > campaign->closing_ms)
    report(c, at, CHECK_BAD_VALUE, "'%.*s' lies behind the end of the campaign: no payment would ever have a rate",
           STR_FORMAT(text_of(at->json)));
}

void fx_day_check(struct compile *c, const struct at *at) {
  struct campaign *campaign = campaign_now(c);
  struct at day = at_key(at, "day");
  const bool workdays = campaign->fx.day == RATE_DAY_PREVIOUS_WORKDAY;
  if (campaign->fx.table == NULL || !file_now(c)->has_period) return;
  const struct calendar *calendar = workdays ? calendar_now(c) : NULL;
  campaign->asks_rests |= workdays;
  if (calendar != NULL) calendar_cover_check(c, &day, calendar);
  if (workdays ? calendar != NULL : campaign->fx.day != RATE_DAY_FIXED) first_day_check(c, &day, calendar);
  last_day_check(c, &day);
}

void fx_as_refuse(struct compile *c, const struct at *at) {
  if (campaign_now(c)->fx.table != NULL) report_not_served(c, at, "fx as", "in a file with rates by table an event heard as another is");
}

/* Who hears it has no mark that it did not (judge/missed.c). */
void fx_as_check(struct compile *c, const struct at *at, struct vec *triggers, uint32_t first) {
  for (uint32_t i = first; i < triggers->count && campaign_now(c)->fx.table != NULL; i++) {
    const struct trigger *trigger = vec_at(c, triggers, i);
    if (trigger->as_count == 0 && (trigger->kind != TRIGGER_FACT || !fact_hears_as(c, trigger->fact))) continue;
    fx_as_refuse(c, at);
    return;
  }
}

bool fx_asks_later(struct compile *c, const struct at *at, enum place place, const struct left *left) {
  if (!fx_converts(&campaign_now(c)->fx) || left->kind != LEFT_FIELD || left->type != TYPE_MONEY) return false;
  if (place == PLACE_TRIGGER) report_not_served(c, at, "fx trigger", "in a file with 'fx' an amount in the `when` of a trigger is");
  return true;
}

void fx_keeps(struct compile *c, const struct at *at, uint16_t field) {
  if (!fx_converts(&campaign_now(c)->fx) || field == FIELD_NONE || c->catalogue->fields[field].kind != FIELD_MONEY) return;
  report_not_served(c, at, "fx keep", "in a file with 'fx' to keep an amount is");
}
