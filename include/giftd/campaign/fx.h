/* What other currencies are worth in a campaign (`fx`, docs/language.md section 2; R47): rates that are fixed for it, or a table of them by
 * day (src/campaign/rates_file.c) and which day's rate a payment goes by. What a payment is worth follows from its currency and its own
 * time, whenever it is asked: rates of days that a table covers cannot change while a campaign lives that goes by it. */
#ifndef GIFTD_CAMPAIGN_FX_H
#define GIFTD_CAMPAIGN_FX_H

#include "giftd/base/money.h"
#include "giftd/base/str.h"
#include "giftd/base/zone.h"

#define RATES_MOST 64u            /* currencies */
#define RATE_BACK_MOST 15         /* days back to the last day that has a rate: longer than any row of holidays */
#define RATE_TABLE_DAYS_MOST 3660 /* ten years */

/* Lives as long as the rulebook whose campaigns go by it. */
struct rate_table {
  const struct rate_table *next; /* while files are read */
  struct str id, currency;       /* "pboc"; what rates are in */
  int64_t from_day, to_day;      /* days since 1970 that it covers, both in; what lies behind is not known yet */
  uint32_t currency_count;
  const struct fx_rate *currencies; /* by code; without a rate */
  const int64_t *rates_e8;          /* [day][currency]: of the last day up to it that has one; 0: there is none */
  struct str source_text;           /* the file's bytes: borrowed */
  struct str head;                  /* the file without its days, in one spelling: what is signed */
  uint64_t digest;                  /* of the bytes */
};

enum rate_day { RATE_DAY_EVENT, RATE_DAY_PREVIOUS_WORKDAY, RATE_DAY_MONTH_END, RATE_DAY_FIXED };

struct campaign_fx {
  uint32_t rate_count; /* other currencies that count, by code */
  const struct fx_rate *rates;
  const struct rate_table *table; /* or NULL */
  enum rate_day day;
  int64_t fixed_day;
};
static inline bool fx_converts(const struct campaign_fx *fx) { return fx->rate_count > 0 || fx->table != NULL; }

struct campaign;
struct catalogue;
struct event;
enum rate_found {
  RATE_FOUND,
  RATE_NONE,   /* the campaign has none for it, and never will */
  RATE_NOT_YET /* the table does not cover the day yet */
};
/* What money of a currency, not the campaign's own, that was paid at an instant counts as in a campaign. `day`: by whose rate. */
enum rate_found campaign_rate(const struct campaign *campaign, struct str currency, int64_t paid_ms, struct fx_rate *out, int64_t *day);
/* The day that an event says it speaks of, in a zone: its `date`, if that is its own day or one of the week before it (DAILY_TOLD_DAYS);
 * without one that of its time. False, and that of its time: it says a day that it cannot know, or one too long ago. */
bool event_day_told(const struct event *event, struct zone zone, int32_t *day);
/* The instant by whose day an event's money counts in a campaign: of what says how things stood at the end of a day, as snapshots do, of
 * that day; else its own. Of a reversal its payment's counts, which the record knows (judge, value.c). */
int64_t event_rate_ms(const struct catalogue *catalogue, const struct campaign *campaign, const struct event *event);
/* Of a day: the rate of one currency, 0 if it has none. The day is covered. */
int64_t rate_of_day(const struct rate_table *table, struct str currency, int64_t day);
/* The first day whose rate a payment of the campaign may ask for, by this calendar. Not RATE_FOUND: the calendar does not say. */
struct calendar;
enum rate_found rates_first_day(const struct campaign *campaign, const struct calendar *calendar, int64_t *day);
/* The first day, of those from `asked` on, that `now` does not have as `old` had it. */
bool rates_differ(const struct rate_table *old, const struct rate_table *now, int64_t asked, int64_t *day);

#endif
