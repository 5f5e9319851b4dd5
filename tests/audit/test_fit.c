/* The test of fit against the tables of the chi-square distribution, and draws against it: a million of them fit their odds, and the same
 * draws do not fit odds that are a little other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "giftd/audit.h"

static void near(double found, double meant) {
  if (found < meant * 0.999 || found > meant * 1.001) fail_msg("%g is not %g", found, meant);
}

/* Counts of two cells that come to a statistic: off by d each of n/2 expected, 4 d^2 / n. */
static void agrees_with_the_tables(void **state) {
  (void)state;
  const uint32_t even[] = {1, 1}, six[] = {1, 1, 1, 1, 1, 1};
  const uint64_t two[] = {5098, 4902}, dice[] = {5, 8, 9, 8, 10, 20}; /* the dice of the textbooks: 13.4, p 0.0199 */
  struct fit fit = fit_of(two, even, 2);
  near(fit.statistic, 3.8416), assert_int_equal(fit.freedom, 1), near(fit.probability, 0.05);
  fit = fit_of(dice, six, 6);
  near(fit.statistic, 13.4), assert_int_equal(fit.freedom, 5), near(fit.probability, 0.019905);
  const uint64_t far[] = {6000, 4000}; /* 400: erfc(sqrt(200)) */
  near(fit_of(far, even, 2).probability, 5.507e-89);
  const uint64_t exact[] = {10, 10};
  assert_true(fit_of(exact, even, 2).probability == 1);
}

static void takes_rare_ones_together(void **state) {
  (void)state;
  const uint32_t weights[] = {1, 1, 1, 997}, one[] = {7}, none[] = {1, 9};
  const uint64_t counts[] = {2, 2, 2, 1994}, all[] = {1000}, few[] = {1, 2};
  assert_int_equal(fit_of(counts, weights, 4).freedom, 1); /* two of each are expected: the three together six */
  assert_int_equal(fit_of(all, one, 1).freedom, 0);
  assert_int_equal(fit_of(few, none, 2).freedom, 0);
}

#define DRAWS 1000000u
static uint32_t drawn(struct digest256 *secret, uint32_t i, uint32_t total) {
  char customer[32], key[48];
  const int length = snprintf(customer, sizeof customer, "c%07u", i % 77777), key_length = snprintf(key, sizeof key, "event:bank/e%u", i);
  const struct draw_facts facts = {STR("wheel"), STR("spin"), {customer, (size_t)length}, {key, (size_t)key_length}, i % 3};
  return draw_of_secret(secret, &facts, total);
}

/* With a skew of one draw in two hundred the same test says no: that is what it is for. */
static void a_million_draws_fit_and_skewed_ones_do_not(void **state) {
  (void)state;
  const uint32_t weights[] = {5, 95, 600, 300}, skewed[] = {5, 95, 595, 305};
  struct digest256 secret = {{1, 2, 3}};
  uint64_t counts[4] = {0};
  for (uint32_t i = 0; i < DRAWS; i++) {
    const uint32_t number = drawn(&secret, i, 1000);
    assert_true(number < 1000);
    counts[number < 5 ? 0 : number < 100 ? 1 : number < 700 ? 2 : 3]++;
  }
  const struct fit fit = fit_of(counts, weights, 4);
  assert_int_equal(fit.freedom, 3);
  assert_true(fit.probability > 0.001);
  assert_true(fit_of(counts, skewed, 4).probability < 1e-6);
}

/* Each attempt, customer, event, rule and campaign draws by itself. */
static void each_part_matters(void **state) {
  (void)state;
  struct digest256 secret = {{9}}, other = {{8}};
  const struct draw_facts facts = {STR("a"), STR("b"), STR("c"), STR("d"), 0};
  const uint32_t most = UINT32_MAX, number = draw_of_secret(&secret, &facts, most);
  const struct draw_facts others[] = {{STR("x"), STR("b"), STR("c"), STR("d"), 0},
                                      {STR("a"), STR("x"), STR("c"), STR("d"), 0},
                                      {STR("a"), STR("b"), STR("x"), STR("d"), 0},
                                      {STR("a"), STR("b"), STR("c"), STR("x"), 0},
                                      {STR("a"), STR("b"), STR("c"), STR("d"), 1}};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) assert_int_not_equal(draw_of_secret(&secret, &others[i], most), number);
  assert_int_not_equal(draw_of_secret(&other, &facts, most), number);
  assert_int_equal(draw_of_secret(&secret, &facts, 1), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_the_tables), cmocka_unit_test(takes_rare_ones_together),
                                     cmocka_unit_test(a_million_draws_fit_and_skewed_ones_do_not), cmocka_unit_test(each_part_matters)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
