/* Believable bank traffic for `giftd demo`, tests and measurements: deterministic from a seed, integers only, in the order of arrival.
 *
 * The world: a city's customers from 2026-09-01 (thin history: first and last transactions, salaries) to 2027-03-31, dense from 2026-12-01.
 * People dine on Fridays, shop on weekends, drink tea in the afternoon, get salaries on the 10th, 15th or 25th; some sleep for months and
 * then log in; a few share a device or an identity document. The bank's systems are as real ones: two shapes of events, refunds, the same
 * event again, late arrivals, lines that are broken.
 *
 *     people ──▶ a day's sessions ──▶ heap of acts by arrival ──▶ lines
 *                 (session.c)   (refunds, repeats, late ones wait here for their day)
 */
#ifndef GIFTD_TRAFFIC_H
#define GIFTD_TRAFFIC_H

#include <stdio.h>

#include "giftd/base.h"

#define TRAFFIC_EVENTS_MOST 1000000000LL
#define TRAFFIC_CUSTOMERS_MOST 20000000LL

struct traffic_settings {
  uint64_t lines;     /* exactly so many are written */
  uint32_t customers; /* 0: one for every 50 lines */
  uint64_t seed;
  void (*progress)(void *self, uint64_t lines); /* called now and then; may be NULL */
  void *progress_self;
};

struct traffic_counts {
  uint64_t lines, repeated, late, broken, refunds;
  uint32_t customers, sleepers;
  int64_t from_ms, to_ms; /* event time of the first and last line */
};

/* STATUS_STORAGE when `out` cannot take it, STATUS_LIMIT when memory ends. */
enum status traffic_write(const struct traffic_settings *settings, FILE *out, struct traffic_counts *counts, struct fault *fault) MUST_USE;

#endif
