/* Inside the traffic generator: people, acts, the heap, and the three things its files do. See traffic.h. */
#ifndef GIFTD_TRAFFIC_PARTS_H
#define GIFTD_TRAFFIC_PARTS_H

#include "giftd/traffic.h"

#define TRAFFIC_OFFSET_MINUTES 480
#define TRAFFIC_OFFSET_MS (TRAFFIC_OFFSET_MINUTES * 60 * MS_PER_SECOND)
#define TRAFFIC_DAYS 212      /* 2026-09-01 .. 2027-03-31 */
#define TRAFFIC_DENSE_FROM 91 /* 2026-12-01 */
#define TRAFFIC_LINE_BYTES 2048
#define TRAFFIC_HOUR_MS (3600 * MS_PER_SECOND)

/* ---- chance: splitmix64 (Steele, Lea, Flood 2014); the same seed gives the same traffic on every machine ---- */

struct random {
  uint64_t state;
};
uint64_t random_next(struct random *random);
uint32_t random_below(struct random *random, uint32_t bound);
int64_t random_between(struct random *random, int64_t least, int64_t most);
/* Many small ones, few large ones. */
int64_t random_skewed(struct random *random, int64_t least, int64_t most);
static inline bool random_one_in(struct random *random, uint32_t n) { return random_below(random, n) == 0; }

/* ---- people ---- */

enum habit { HABIT_HEAVY, HABIT_NORMAL, HABIT_LIGHT, HABIT_SLEEPER };

struct person {
  uint8_t habit;
  bool payroll, credit, retail, priv, watched, away_from_app; /* away: payroll customers who do not log in for months */
  bool bound[4];                                              /* wallets */
  bool certified, slept_card;                                 /* the second card rests until `wakes` */
  uint8_t payday, cards, city, employer, age;
  int16_t joins, sleeps, wakes; /* days since the start; joins 0: was there before; sleeps -1: never */
  uint32_t device, phone, document;
  int64_t salary_minor;
};

/* ---- acts ---- */

enum act_kind {
  ACT_PROFILE,
  ACT_SPEND,
  ACT_TRANSFER,
  ACT_REVERSED,
  ACT_BILL,
  ACT_SALARY,
  ACT_LOGIN,
  ACT_PAGE,
  ACT_CHECKIN,
  ACT_SIGNED,
  ACT_ASSESSED,
  ACT_CERT,
  ACT_CLAIMED,
  ACT_OPENED,
  ACT_REGISTERED,
  ACT_CARD,
  ACT_BOUND,
  ACT_WEALTH,
  ACT_LOAN,
  ACT_INSTALMENT,
  ACT_FX,
  ACT_TICKET,
  ACT_REDEEMED,
  ACT_RATED,
  ACT_KIND_COUNT
};
enum act_channel { CHANNEL_POS, CHANNEL_QR, CHANNEL_ONLINE, CHANNEL_APP, CHANNEL_COUNTER };
enum act_status { STATUS_WORD_SETTLED, STATUS_WORD_AUTHORISED, STATUS_WORD_FAILED };

struct act {
  int64_t at_ms;   /* when it reaches the stream: the order of lines */
  int64_t time_ms; /* when it happened */
  uint64_t order;  /* among those that arrive together */
  uint64_t id;     /* business day * 10^7 + number */
  int64_t amount_minor;
  uint64_t original_id; /* of a reversal; 0 of others */
  int64_t original_ms, original_minor;
  uint32_t customer, other; /* other: merchant, referrer, authorisation */
  uint16_t mcc;
  uint8_t kind, word; /* word: page, wallet, method ... of the kind's list */
  uint8_t channel, status, card, currency;
  bool again; /* the same event once more */
};

struct traffic {
  const struct traffic_settings *settings;
  struct traffic_counts *counts;
  FILE *out;
  struct random random;
  struct person *people;
  uint32_t customers;
  uint32_t *picks, pick_count; /* each customer as often as the habit says */
  struct act *heap;
  size_t heap_count, heap_capacity;
  bool no_memory;
  int32_t day;    /* since the start */
  int64_t day_ms; /* its first millisecond, UTC */
  uint64_t due;   /* acts in the heap that arrive before the day ends */
  uint64_t order;
  uint32_t numbered; /* ids given out today */
};

/* people.c */
bool traffic_people(struct traffic *traffic);
/* Somebody who is about today; may be asked again and again. */
uint32_t traffic_pick(struct traffic *traffic);

/* session.c: what happens on a day. */
void traffic_begin(struct traffic *traffic);   /* before the first day: profiles */
void traffic_duties(struct traffic *traffic);  /* what the calendar brings: salaries, wakers, newcomers */
void traffic_session(struct traffic *traffic); /* one customer does one thing */

static inline int64_t traffic_day_end(const struct traffic *traffic) { return traffic->day_ms + MS_PER_DAY; }

/* acts.c: an act of a customer at a time, ready to be filled in and pushed; the one that arrives first comes back. */
struct act act_of(struct traffic *traffic, enum act_kind kind, uint32_t customer, int64_t time_ms);
void act_push(struct traffic *traffic, const struct act *act);
struct act act_pop(struct traffic *traffic);

/* line.c */
void line_of_act(const struct traffic *traffic, const struct act *act, struct buffer *out);
/* A line that is none, made from one that was: cut, doubled keys, wrong numbers ... */
void line_break(struct random *random, struct buffer *line);

#endif
