/* Money and percentages: one spelling, exact rounding. */
#include "checks.h"

static void currencies_have_decimals(void **state) {
  (void)state;
  static const struct {
    const char *code;
    int decimals;
  } rows[] = {{"CNY", 2}, {"USD", 2}, {"EUR", 2},   {"HKD", 2},  {"JPY", 0},  {"KRW", 0},  {"VND", 0},  {"XPF", 0},
              {"KWD", 3}, {"BHD", 3}, {"CLF", 4},   {"ZWG", 2},  {"AED", 2},  {"cny", -1}, {"RMB", -1}, {"XXX", -1},
              {"", -1},   {"CN", -1}, {"CNYY", -1}, {"NY ", -1}, {" CN", -1}, {"XAU", -1}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    int decimals = currency_decimals(str_of(rows[i].code));
    if (decimals != rows[i].decimals) fail_row("currency", rows[i].code, "%d", decimals);
  }
}

static void money_has_one_spelling(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int decimals;
    int64_t minor;
  } rows[] = {{"50.00", 2, 5000},
              {"0.01", 2, 1},
              {"0.00", 2, 0},
              {"1234.56", 2, 123456},
              {"10000000000.00", 2, 1000000000000},
              {"50", 0, 50},
              {"0", 0, 0},
              {"0.001", 3, 1},
              {"1.2345", 4, 12345},
              {"1000000000000", 0, 1000000000000},
              {"50", 2, -1},
              {"50.0", 2, -1},
              {"50.000", 2, -1},
              {"50.", 2, -1},
              {".50", 2, -1},
              {"050.00", 2, -1},
              {"00.50", 2, -1},
              {"-1.00", 2, -1},
              {"+1.00", 2, -1},
              {" 1.00", 2, -1},
              {"1.00 ", 2, -1},
              {"1,00", 2, -1},
              {"1.0a", 2, -1},
              {"", 2, -1},
              {"", 0, -1},
              {"50.", 0, -1},
              {"1e2", 0, -1},
              {"10000000000.01", 2, -1},
              {"99999999999999999999999.00", 2, -1},
              {"1000000000001", 0, -1}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    int64_t minor = -1;
    bool good = money_parse(str_of(rows[i].text), rows[i].decimals, &minor);
    if (good != (rows[i].minor >= 0) || minor != rows[i].minor) fail_row("money", rows[i].text, "%d %lld", good, (long long)minor);
    if (!good) continue;
    char memory[40];
    struct buffer buffer;
    buffer_init(&buffer, memory, sizeof memory);
    buffer_money(&buffer, minor, rows[i].decimals);
    check_text("money back", rows[i].text, buffer_text(&buffer), rows[i].text);
  }
}

static void money_below_zero_is_written(void **state) {
  (void)state;
  static const struct {
    int64_t minor;
    int decimals;
    const char *text;
  } rows[] = {{-5, 2, "-0.05"},
              {-5000, 2, "-50.00"},
              {-7, 0, "-7"},
              {INT64_MIN, 2, "-92233720368547758.08"},
              {INT64_MAX, 0, "9223372036854775807"}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    char memory[40];
    struct buffer buffer;
    buffer_init(&buffer, memory, sizeof memory);
    buffer_money(&buffer, rows[i].minor, rows[i].decimals);
    check_text("money", rows[i].text, buffer_text(&buffer), rows[i].text);
  }
}

static void percentages_have_two_decimals(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int32_t points;
    const char *back;
  } rows[] = {{"50%", 5000, "50%"},
              {"12.5%", 1250, "12.5%"},
              {"0.25%", 25, "0.25%"},
              {"0.01%", 1, "0.01%"},
              {"100%", 10000, "100%"},
              {"1000%", 100000, "1000%"},
              {"12.50%", 1250, "12.5%"},
              {"1000.00%", 100000, "1000%"},
              {"1.05%", 105, "1.05%"},
              {"0%", 0, ""},
              {"0.00%", 0, ""},
              {"1000.01%", 0, ""},
              {"1001%", 0, ""},
              {"50", 0, ""},
              {"%", 0, ""},
              {".5%", 0, ""},
              {"5.%", 0, ""},
              {"0.125%", 0, ""},
              {"-5%", 0, ""},
              {"05%", 0, ""},
              {"5 %", 0, ""},
              {"", 0, ""}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    int32_t points = 0;
    bool good = percent_parse(str_of(rows[i].text), &points);
    if (good != (rows[i].points > 0) || points != rows[i].points) fail_row("percent", rows[i].text, "%d %d", good, points);
    if (!good) continue;
    char memory[40];
    struct buffer buffer;
    buffer_init(&buffer, memory, sizeof memory);
    buffer_percent(&buffer, points);
    check_text("percent back", rows[i].text, buffer_text(&buffer), rows[i].back);
  }
}

static void shares_round_half_up(void **state) {
  (void)state;
  static const struct {
    int64_t minor;
    int32_t points;
    int64_t share;
  } rows[] = {{10000, 5000, 5000},
              {1, 5000, 1},
              {3, 5000, 2},
              {1, 4999, 0},
              {12345, 1250, 1543},
              {0, 5000, 0},
              {-1, 5000, 0},
              {-3, 5000, -1},
              {-10000, 5000, -5000},
              {LIMIT_AMOUNT_MINOR, 100000, LIMIT_AMOUNT_MINOR * 10},
              {LIMIT_AMOUNT_MINOR, 1, 100000000}};
  for (size_t i = 0; i < COUNT(rows); i++) assert_int_equal(percent_of(rows[i].minor, rows[i].points), rows[i].share);
  assert_int_equal(money_share(100, 1, 3), 33);
  assert_int_equal(money_share(200, 1, 3), 67);
  assert_int_equal(money_share(1, 1, 2), 1);
  assert_int_equal(money_share(0, 5, 7), 0);
  assert_int_equal(money_share(INT64_MAX, INT64_MAX, INT64_MAX), INT64_MAX);
  assert_int_equal(money_share(LIMIT_AMOUNT_MINOR, LIMIT_AMOUNT_MINOR, LIMIT_AMOUNT_MINOR), LIMIT_AMOUNT_MINOR);
}

static void rates_convert(void **unused) {
  (void)unused;
  static const struct {
    const char *text, *said;
    int64_t rate_e8;
  } texts[] = {{"7.0825", "7.0825", 708250000},
               {"7", "7", 700000000},
               {"0.00000001", "0.00000001", 1},
               {"10.50", "10.5", 1050000000},
               {"1000000000", "1000000000", FX_RATE_MOST * 100000000}};
  static const char *const bad[] = {"", "0", "0.0", "-1", "7.", ".5", "07", "7.123456789", "1000000000.1", "1e3", "7,1", " 7"};
  static const struct {
    int32_t from, to;
    int64_t rate_e8, minor, own;
  } rows[] = {
      {2, 2, 708250000, 2824, 20001},
      {2, 2, 708250000, 2823, 19994},
      {0, 2, 4890000, 4090, 20000},
      {0, 2, 4890000, 4089, 19995},
      {3, 2, 2312340000, 10000, 23123},
      {0, 3, 205000, 1500, 3075},
      {2, 3, 30700000, 1000, 3070},
      {2, 0, 14500000000, 1, 1},
      {2, 0, 14500000000, 0, 0},
      {2, 2, 50000000, 1, 1},
      {2, 2, 49999999, 1, 0},
      {2, 2, 50000000, -1, -1},
      {2, 2, 100000000, LIMIT_AMOUNT_MINOR, LIMIT_AMOUNT_MINOR},
  };
  for (size_t i = 0; i < COUNT(texts); i++) {
    char memory[40];
    struct buffer out;
    int64_t rate_e8;
    buffer_init(&out, memory, sizeof memory);
    assert_true(fx_parse(str_of(texts[i].text), &rate_e8));
    assert_int_equal(rate_e8, texts[i].rate_e8);
    buffer_fx(&out, rate_e8);
    assert_true(str_equal(buffer_text(&out), str_of(texts[i].said)));
  }
  for (size_t i = 0; i < COUNT(bad); i++) {
    int64_t rate_e8;
    if (fx_parse(str_of(bad[i]), &rate_e8)) fail_msg("'%s'", bad[i]);
  }
  for (size_t i = 0; i < COUNT(rows); i++) {
    const struct fx_rate rate = {.decimals = rows[i].from, .rate_e8 = rows[i].rate_e8};
    int64_t own;
    assert_true(fx_convert(&rate, rows[i].minor, rows[i].to, &own));
    if (own != rows[i].own) fail_msg("row %zu: %lld", i, (long long)own);
  }
  const struct fx_rate most = {.decimals = 0, .rate_e8 = FX_RATE_MOST * 100000000};
  int64_t own;
  assert_false(fx_convert(&most, LIMIT_AMOUNT_MINOR, 4, &own));
  assert_false(fx_convert(&most, LIMIT_AMOUNT_MINOR + 1, 0, &own));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(currencies_have_decimals),    cmocka_unit_test(money_has_one_spelling),
      cmocka_unit_test(money_below_zero_is_written), cmocka_unit_test(percentages_have_two_decimals),
      cmocka_unit_test(shares_round_half_up),        cmocka_unit_test(rates_convert),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
