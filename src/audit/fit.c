/* The probability is the upper regularised gamma function Q(freedom/2, statistic/2): by its series where that converges fast, else by its
 * continued fraction (Abramowitz and Stegun 6.5.29, 6.5.31; the fraction by Lentz's method). */
#include <assert.h>
#include <math.h>

#include "giftd/audit.h"

#define EXPECTED_LEAST 5.0
#define STEPS_MOST 10000
#define PRECISION 1e-14

static double lower_by_series(double a, double x) {
  double term = 1 / a, sum = term;
  for (int n = 1; n < STEPS_MOST && term > sum * PRECISION; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * exp(a * log(x) - x - lgamma(a));
}

static double away_from_zero(double value) { return fabs(value) < 1e-300 ? 1e-300 : value; }

static double upper_by_fraction(double a, double x) {
  double b = x + 1 - a, c = 1e300, d = 1 / away_from_zero(b), product = d;
  for (int n = 1; n < STEPS_MOST; n++) {
    const double term = -n * (n - a);
    b += 2;
    d = 1 / away_from_zero(b + term * d);
    c = away_from_zero(b + term / c);
    product *= c * d;
    if (fabs(c * d - 1) < PRECISION) break;
  }
  return product * exp(a * log(x) - x - lgamma(a));
}

static double upper_gamma(double a, double x) {
  if (x <= 0) return 1;
  return x < a + 1 ? 1 - lower_by_series(a, x) : upper_by_fraction(a, x);
}

struct bin {
  double expected, counted;
};

/* Least likely first. */
static void bins_make(const uint64_t *counts, const uint32_t *weights, uint32_t count, struct bin *bins) {
  double sum = 0, all = 0;
  for (uint32_t i = 0; i < count; i++) sum += weights[i], all += (double)counts[i];
  for (uint32_t i = 0; i < count; i++) {
    const struct bin one = {all * weights[i] / sum, (double)counts[i]};
    uint32_t at = i;
    for (; at > 0 && bins[at - 1].expected > one.expected; at--) bins[at] = bins[at - 1];
    bins[at] = one;
  }
}

struct fit fit_of(const uint64_t *counts, const uint32_t *weights, uint32_t count) {
  struct bin bins[FIT_CELLS], joined = {0, 0};
  struct fit fit = {0, 0, 1};
  assert(count <= FIT_CELLS);
  bins_make(counts, weights, count, bins);
  uint32_t first = 0;
  for (; first < count && joined.expected < EXPECTED_LEAST; first++) {
    joined.expected += bins[first].expected;
    joined.counted += bins[first].counted;
  }
  if (joined.expected < EXPECTED_LEAST) return fit;
  bins[--first] = joined;
  for (uint32_t i = first; i < count; i++) {
    const double off = bins[i].counted - bins[i].expected;
    fit.statistic += off * off / bins[i].expected;
  }
  fit.freedom = count - first - 1;
  if (fit.freedom > 0) fit.probability = upper_gamma(fit.freedom / 2.0, fit.statistic / 2);
  return fit;
}
