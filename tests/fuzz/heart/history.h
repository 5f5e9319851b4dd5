/* A history of events, one at a time, as JSON lines: of a few customers, in an order that means nothing - late, twice, taken back before
 * they come, at wild times. What was sent is remembered, so that it can be sent again or taken back. */
#ifndef GIFTD_FUZZ_HEART_HISTORY_H
#define GIFTD_FUZZ_HEART_HISTORY_H

#include "bytes.h"
#include "giftd/campaign.h"

#define HISTORY_EVENTS 640u
#define HISTORY_AWAITED 16u
#define HISTORY_HEARD 32u
#define HISTORY_LINE 4096u

struct past {
  uint32_t id, customer, kind, source;
  int64_t time_ms, amount;
  uint32_t line_length;
  char line[HISTORY_LINE];
};
struct awaited {
  uint32_t id, customer, source;
};
/* As the shard's: it moves when half of the last few events say so (src/shard/clock.c), so it is behind when time leaps; a slow one of
 * many events is not there at all at first. */
#define HISTORY_RING 32u
struct history_plan {
  bool crowded, slow_clock;
};
struct history {
  int64_t now_ms;     /* when the next event arrives */
  int64_t clock_ms;   /* or TIME_NONE */
  int64_t closing_ms; /* of the campaign that most of it is about */
  int64_t ring[HISTORY_RING];
  uint32_t ring_count, ring_size;
  uint32_t count, ids, awaited_count;
  bool crowded;                               /* hardly any time passes, of one customer, with many tags: the record fills up */
  uint32_t heard_count, heard[HISTORY_HEARD]; /* kinds of events that the rulebook hears; more likely than others */
  struct awaited awaited[HISTORY_AWAITED];    /* taken back before they came */
  struct past past[HISTORY_EVENTS];
};

/* About when a campaign begins, or ends. */
void history_begin(struct history *h, struct bytes *b, struct history_plan plan, const struct campaign *campaign);
/* Events of this type are heard. */
void history_hears(struct history *h, struct str type);
/* It came: the clock hears of its time. */
void history_hear(struct history *h, int64_t time_ms);
/* The next line, as it stands in h->past[h->count - 1]. */
struct str history_next(struct history *h, struct bytes *b);

#endif
