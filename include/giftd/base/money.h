/* Money: int64 minor units, never floating point (docs/language.md section 1). A currency tells how many decimals are written. */
#ifndef GIFTD_BASE_MONEY_H
#define GIFTD_BASE_MONEY_H

#include "giftd/base/memory.h"
#include "giftd/base/str.h"

/* Decimals of an ISO 4217 currency (CNY 2, JPY 0, KWD 3 ...), or -1 for a code that is not in the list. */
int currency_decimals(struct str code);
/* "50.00" with exactly `decimals` decimals, no sign, no leading zeros but "0.xx", at most LIMIT_AMOUNT_MINOR. */
bool money_parse(struct str text, int decimals, int64_t *minor);
void buffer_money(struct buffer *buffer, int64_t minor, int decimals);
/* "50%", "12.5%", "0.25%" as basis points (1/10,000): up to two decimals, 0 < p <= 1000%. */
bool percent_parse(struct str text, int32_t *basis_points);
void buffer_percent(struct buffer *buffer, int32_t basis_points);
/* amount * basis_points / 10,000, half up (docs/language.md section 1). Exact for amounts within LIMIT_AMOUNT_MINOR. */
int64_t percent_of(int64_t minor, int32_t basis_points);
/* What a unit of another currency is worth (docs/language.md section 2; R47). */
struct fx_rate {
  struct str currency;
  int32_t decimals; /* of it */
  int64_t rate_e8;  /* units of the own currency for one of it, times 10^8 */
};
#define FX_RATE_MOST 1000000000LL /* units; with LIMIT_AMOUNT_MINOR nothing overflows */
/* "7.0000", "0.0489": up to eight decimals, above 0 and at most FX_RATE_MOST. */
bool fx_parse(struct str text, int64_t *rate_e8);
void buffer_fx(struct buffer *buffer, int64_t rate_e8); /* without zeros behind: "7", "0.0489" */
/* Minor units of the rate's currency in those of a currency of so many decimals, half up; false: more than LIMIT_AMOUNT_MINOR. */
bool fx_convert(const struct fx_rate *rate, int64_t minor, int32_t decimals, int64_t *out);
/* a * b / c, half up, for shares of money; 0 <= a,b,c and c > 0; the result must fit. */
int64_t money_share(int64_t a, int64_t b, int64_t c);

#endif
