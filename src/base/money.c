/* Money and percentages: integers inside, decimals as people write them outside. Rounding is half up, once, at the end. */
#include "giftd/base/money.h"

#include <assert.h>

#include "giftd/base/limits.h"

/* ISO 4217, the codes that name money somebody can hold (no metals, no test codes). The decimals first, then the codes. */
static const struct {
  int decimals;
  const char *codes;
} currencies[] = {
    {2,
     "CNY HKD MOP TWD USD EUR GBP SGD AUD CAD CHF NZD THB MYR IDR PHP INR RUB AED AFN ALL AMD ANG AOA ARS AWG AZN BAM BBD BDT BGN BMD BND "
     "BOB "
     "BOV BRL BSD BTN BWP BYN BZD CDF CHE CHW COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB FJD FKP GEL GHS GIP GMD GTQ GYD HNL HTG HUF "
     "ILS "
     "IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MRU MUR MVR MWK MXN MXV MZN NAD NGN NIO NOK NPR PAB PEN "
     "PGK PKR PLN QAR RON RSD SAR SBD SCR SDG SEK SHP SLE SOS SRD SSP STN SVC SYP SZL TJS TMT TOP TRY TTD TZS UAH USN UYU UZS VED VES WST "
     "XCD XCG YER ZAR ZMW ZWG"},
    {0, "JPY KRW VND BIF CLP DJF GNF ISK KMF PYG RWF UGX UYI VUV XAF XOF XPF"},
    {3, "BHD IQD JOD KWD LYD OMR TND"},
    {4, "CLF UYW"},
};

static bool codes_hold(const char *codes, struct str code) {
  for (; *codes != '\0'; codes += codes[3] == ' ' ? 4 : 3)
    if (memcmp(codes, code.at, 3) == 0) return true;
  return false;
}

int currency_decimals(struct str code) {
  if (code.length != 3) return -1;
  for (size_t i = 0; i < sizeof currencies / sizeof currencies[0]; i++)
    if (codes_hold(currencies[i].codes, code)) return currencies[i].decimals;
  return -1;
}

static bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

/* Digits without leading zeros from *at on; stops at the first other byte or as soon as the value is above `most`. */
static bool whole_part(struct str text, size_t *at, int64_t most, int64_t *value) {
  size_t first = *at;
  *value = 0;
  for (; *at < text.length && is_digit(text.at[*at]); (*at)++) {
    *value = *value * 10 + (text.at[*at] - '0');
    if (*value > most) return false;
  }
  return *at > first && (text.at[first] != '0' || *at - first == 1);
}

bool money_parse(struct str text, int decimals, int64_t *minor) {
  assert(decimals >= 0 && decimals <= 4);
  size_t at = 0, fraction = (size_t)decimals;
  int64_t value = 0;
  if (!whole_part(text, &at, LIMIT_AMOUNT_MINOR, &value)) return false;
  if (text.length - at != (fraction == 0 ? 0 : fraction + 1)) return false;
  if (fraction > 0 && text.at[at++] != '.') return false;
  for (; at < text.length; at++) {
    if (!is_digit(text.at[at])) return false;
    value = value * 10 + (text.at[at] - '0'); /* at most 10^16 */
  }
  if (value > LIMIT_AMOUNT_MINOR) return false;
  *minor = value;
  return true;
}

static int64_t ten_to(int power) {
  int64_t value = 1;
  for (; power > 0; power--) value *= 10;
  return value;
}

void buffer_money(struct buffer *buffer, int64_t minor, int decimals) {
  assert(decimals >= 0 && decimals <= 4);
  uint64_t unit = (uint64_t)ten_to(decimals), amount = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
  if (minor < 0) buffer_byte(buffer, '-');
  buffer_int(buffer, (int64_t)(amount / unit > INT64_MAX ? INT64_MAX : amount / unit));
  if (decimals == 0) return;
  char digits[4];
  uint64_t rest = amount % unit;
  for (int i = decimals - 1; i >= 0; i--, rest /= 10) digits[i] = (char)('0' + rest % 10);
  buffer_byte(buffer, '.');
  buffer_put(buffer, (struct str){digits, (size_t)decimals});
}

bool percent_parse(struct str text, int32_t *basis_points) {
  size_t at = 0;
  int64_t value = 0, digits = 0;
  if (text.length < 2 || text.at[text.length - 1] != '%') return false;
  text.length--;
  if (!whole_part(text, &at, 1000, &value)) return false;
  bool fraction = at < text.length;
  if (fraction && (text.at[at++] != '.' || at == text.length)) return false;
  for (; at < text.length; at++, digits++) {
    if (!is_digit(text.at[at]) || digits == 2) return false;
    value = value * 10 + (text.at[at] - '0');
  }
  for (; digits < 2; digits++) value *= 10;
  if (value <= 0 || value > 100000) return false;
  *basis_points = (int32_t)value;
  return true;
}

void buffer_percent(struct buffer *buffer, int32_t basis_points) {
  int32_t rest = basis_points % 100;
  buffer_int(buffer, basis_points / 100);
  if (rest != 0) {
    buffer_byte(buffer, '.');
    buffer_byte(buffer, (char)('0' + rest / 10));
    if (rest % 10 != 0) buffer_byte(buffer, (char)('0' + rest % 10));
  }
  buffer_byte(buffer, '%');
}

int64_t percent_of(int64_t minor, int32_t basis_points) {
  assert(minor >= -LIMIT_AMOUNT_MINOR && minor <= LIMIT_AMOUNT_MINOR && basis_points >= 0 && basis_points <= 100000);
  int64_t scaled = minor * basis_points + 5000;
  return scaled / 10000 - (scaled % 10000 < 0 ? 1 : 0);
}

int64_t money_share(int64_t a, int64_t b, int64_t c) {
  __extension__ typedef unsigned __int128 wide;
  assert(a >= 0 && b >= 0 && c > 0);
  wide share = ((wide)(uint64_t)a * (uint64_t)b * 2 + (uint64_t)c) / ((wide)(uint64_t)c * 2);
  assert(share <= INT64_MAX);
  return (int64_t)share;
}

bool fx_parse(struct str text, int64_t *rate_e8) {
  size_t at = 0;
  int64_t value = 0;
  int decimals = 0;
  if (!whole_part(text, &at, FX_RATE_MOST, &value)) return false;
  if (at < text.length && (text.at[at++] != '.' || at == text.length)) return false;
  for (; at < text.length && decimals < 8 && is_digit(text.at[at]); at++, decimals++) value = value * 10 + (text.at[at] - '0');
  if (at < text.length) return false;
  for (; decimals < 8; decimals++) value *= 10;
  *rate_e8 = value;
  return value > 0 && value <= FX_RATE_MOST * 100000000;
}

void buffer_fx(struct buffer *buffer, int64_t rate_e8) {
  int64_t part = rate_e8 % 100000000;
  int digits = 8;
  for (; digits > 0 && part % 10 == 0; digits--) part /= 10;
  buffer_int(buffer, rate_e8 / 100000000);
  if (digits > 0) buffer_print(buffer, ".%0*lld", digits, (long long)part);
}

bool fx_convert(const struct fx_rate *rate, int64_t minor, int32_t decimals, int64_t *out) {
  assert(rate->rate_e8 > 0 && rate->decimals >= 0 && rate->decimals <= 4 && decimals >= 0 && decimals <= 4);
  if (minor > LIMIT_AMOUNT_MINOR || minor < -LIMIT_AMOUNT_MINOR) return false;
  __int128_t size = (__int128_t)(minor < 0 ? -minor : minor) * rate->rate_e8 * ten_to(decimals); /* at most 10^12+17+4 */
  __int128_t below = (__int128_t)100000000 * ten_to(rate->decimals), value = (size + below / 2) / below;
  if (value > LIMIT_AMOUNT_MINOR) return false;
  *out = minor < 0 ? -(int64_t)value : (int64_t)value;
  return true;
}
