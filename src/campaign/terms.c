/* Terms: what may change under a living name - how much, until when - in one line, so that a change can be told before it takes effect.
 * What is told is what is short: numbers of limits, pools, items and tracks, and a campaign's version and dates; conditions are not. */
#include "fact_row.h"
#include "worth_row.h"

static int decimals_of(const struct rulebook *book, uint32_t campaign) { return book->campaigns[campaign].decimals; }

void terms_amount(struct buffer *out, int64_t amount, bool money, int decimals) {
  if (money)
    buffer_money(out, amount, decimals);
  else
    buffer_int(out, amount);
}

static void put_day(struct buffer *out, int64_t utc_ms, struct zone zone) { buffer_date(out, period_of(UNIT_DAY, utc_ms, zone)); }

static void campaign_terms(struct buffer *out, const struct campaign *campaign) {
  buffer_print(out, "version %u", campaign->version);
  if (campaign->to_ms == INT64_MAX / 2) return;
  buffer_put(out, STR(", "));
  put_day(out, campaign->from_ms, campaign->zone);
  buffer_put(out, STR(" to "));
  put_day(out, campaign->to_ms - 1, campaign->zone);
  buffer_put(out, STR(", closes "));
  buffer_time_in(out, campaign->closing_ms, campaign->zone);
}

static void limit_terms(struct buffer *out, const struct limit *limit, int decimals) {
  bool money = limit->of_amount && !limit->in_points;
  buffer_put(out, STR("at most "));
  terms_amount(out, limit->max, money, decimals);
  if (limit->partial) buffer_put(out, STR(", the last in part"));
  if (limit->least > 0) {
    buffer_put(out, STR(" from "));
    terms_amount(out, limit->least, money, decimals);
  }
  if (limit->missing_skip) buffer_put(out, STR(", skipped when missing"));
}

static void pool_terms(struct buffer *out, const struct pool *pool, int decimals) {
  bool money = pool->of_money && !pool->in_points;
  if (pool->unlimited)
    buffer_put(out, STR("unlimited"));
  else
    terms_amount(out, pool->total, money, decimals);
  if (!pool->paced) return;
  buffer_put(out, STR(", "));
  terms_amount(out, pool->pace_max, money, decimals);
  buffer_print(out, " a period from second %d%s", (int)pool->pace_at_s, pool->carry_over ? ", left-overs stay" : "");
}

static void worth_terms(struct buffer *out, const struct rulebook *book, const struct worth *worth, bool money, int decimals) {
  const struct worth_row *row = worth_rows[worth->form];
  if (row->terms != NULL) row->terms(out, book, worth, money, decimals);
}

static void item_terms(struct buffer *out, const struct rulebook *book, const struct item *item, int decimals) {
  worth_terms(out, book, &item->value, !item->is_points, decimals);
  if (item->count.form == VALUE_FORM_FIXED && item->count.fixed == 1) return;
  buffer_put(out, STR(" times "));
  worth_terms(out, book, &item->count, false, decimals);
}

static void fact_terms(struct buffer *out, const struct fact *fact) {
  if (row_of(fact)->terms != NULL) row_of(fact)->terms(out, fact);
}

/* Cut off where the buffer ends: who reads it sees that something changed all the same. */
void terms_say(struct buffer *out, const struct rulebook *book, enum meaning_kind kind, uint32_t campaign, uint32_t number) {
  int decimals = decimals_of(book, campaign);
  switch (kind) {
    case MEANING_CAMPAIGN: campaign_terms(out, &book->campaigns[number]); break;
    case MEANING_FACT: fact_terms(out, &book->facts[number]); break;
    case MEANING_LIMIT: limit_terms(out, &book->limits[number], decimals); break;
    case MEANING_POOL: pool_terms(out, &book->pools[number], decimals); break;
    case MEANING_ITEM: item_terms(out, book, &book->items[number], decimals); break;
    case MEANING_CHANCE:
    case MEANING_RULE:
    case MEANING_KINDS: break;
  }
}
