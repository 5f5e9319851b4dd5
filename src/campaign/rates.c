/* What a table of rates answers: by whose day a payment goes, what a currency was worth that day, and what may not change of it. */
#include "compile.h"

int64_t rate_of_day(const struct rate_table *table, struct str currency, int64_t day) {
  assert(day >= table->from_day && day <= table->to_day);
  for (uint32_t i = 0; i < table->currency_count; i++)
    if (str_equal(table->currencies[i].currency, currency))
      return table->rates_e8[(size_t)(day - table->from_day) * table->currency_count + i];
  return 0;
}

/* A day that the calendar does not know is nobody's guess: known once the calendar covers it, or never. */
static enum rate_found workday_before(const struct calendar *calendar, int64_t day, int64_t *out) {
  for (*out = day - 1; calendar_covers(calendar, *out); --*out)
    if (calendar_is_workday(calendar, *out)) return RATE_FOUND;
  return *out > calendar->to_day ? RATE_NOT_YET : RATE_NONE;
}

static enum rate_found day_asked(const struct campaign *campaign, const struct calendar *calendar, int64_t paid_ms, int64_t *day) {
  const int64_t today = period_of(UNIT_DAY, paid_ms, campaign->zone);
  *day = today;
  switch (campaign->fx.day) {
    case RATE_DAY_EVENT: break;
    case RATE_DAY_PREVIOUS_WORKDAY: return workday_before(calendar, today, day);
    case RATE_DAY_MONTH_END: *day = period_first_day(UNIT_MONTH, period_of(UNIT_MONTH, paid_ms, campaign->zone)) - 1; break;
    case RATE_DAY_FIXED: *day = campaign->fx.fixed_day; break;
  }
  return RATE_FOUND;
}

enum rate_found rates_first_day(const struct campaign *campaign, const struct calendar *calendar, int64_t *day) {
  return day_asked(campaign, calendar, campaign->from_ms, day);
}

static enum rate_found table_rate(const struct campaign *campaign, int64_t paid_ms, struct fx_rate *out, int64_t *day) {
  const struct rate_table *table = campaign->fx.table;
  enum rate_found found = day_asked(campaign, campaign->calendar, paid_ms, day);
  if (found != RATE_FOUND) return found;
  if (*day > table->to_day) return RATE_NOT_YET;
  if (*day < table->from_day) return RATE_NONE;
  out->rate_e8 = rate_of_day(table, out->currency, *day);
  return out->rate_e8 > 0 ? RATE_FOUND : RATE_NONE;
}

enum rate_found campaign_rate(const struct campaign *campaign, struct str currency, int64_t paid_ms, struct fx_rate *out, int64_t *day) {
  assert(!str_equal(currency, campaign->currency));
  *day = 0;
  for (uint32_t i = 0; i < campaign->fx.rate_count; i++) {
    if (!str_equal(campaign->fx.rates[i].currency, currency)) continue;
    *out = campaign->fx.rates[i];
    return RATE_FOUND;
  }
  *out = (struct fx_rate){.currency = currency, .decimals = currency_decimals(currency)};
  if (campaign->fx.table == NULL || out->decimals < 0) return RATE_NONE;
  return table_rate(campaign, paid_ms, out, day);
}

bool event_day_told(const struct event *event, struct zone zone, int32_t *day) {
  const struct value *date = event_field(event, FIELD_ID_DATE);
  int32_t now = period_of(UNIT_DAY, event->time_ms, zone);
  int64_t told = now;
  *day = now;
  if (date == NULL || date->kind != VALUE_TEXT || !date_parse(date->text, &told)) return true;
  if (told > now || told < now - DAILY_TOLD_DAYS) return false;
  *day = (int32_t)told;
  return true;
}

int64_t event_rate_ms(const struct catalogue *catalogue, const struct campaign *campaign, const struct event *event) {
  int32_t day;
  if (campaign->fx.table == NULL || event_field(event, FIELD_ID_DATE) == NULL) return event->time_ms; /* of nearly all events */
  if (event->type >= catalogue->type_count || catalogue->types[event->type].reversible) return event->time_ms;
  (void)event_day_told(event, campaign->zone, &day);
  return period_start(UNIT_DAY, day, campaign->zone);
}

static bool day_differs(const struct rate_table *old, const struct rate_table *now, int64_t day) {
  for (uint32_t i = 0; i < old->currency_count; i++)
    if (rate_of_day(old, old->currencies[i].currency, day) != rate_of_day(now, old->currencies[i].currency, day)) return true;
  for (uint32_t i = 0; i < now->currency_count; i++)
    if (rate_of_day(now, now->currencies[i].currency, day) != rate_of_day(old, now->currencies[i].currency, day)) return true;
  return false;
}

/* Days that nobody asks for may go, or come in front. Where it begins says of what days there is no rate. */
bool rates_differ(const struct rate_table *old, const struct rate_table *now, int64_t asked, int64_t *day) {
  if (old->digest == now->digest) return false;
  const int64_t from = old->from_day > asked ? old->from_day : asked;
  *day = now->from_day > asked ? now->from_day : asked;
  if (now->from_day > from || (now->from_day < old->from_day && asked < old->from_day)) return true;
  for (*day = from; *day <= old->to_day; ++*day)
    if (*day > now->to_day || day_differs(old, now, *day)) return true;
  return false;
}
