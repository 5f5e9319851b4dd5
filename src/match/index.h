/* The index's parts, private to the match room.
 *
 *     partition (one event type)
 *       period    ──── row of the interval that the event's time is in
 *       dimension ──── row of the event's value, one for each field that listeners test   ┐
 *       dimension ──── ...                                                                ├─ AND ─▶ survivors ─▶ residual tests ─▶ heard
 *       clock     ──── row "schedule holds now", kept by the cache per window of time     ┘
 *
 * A row is a bitmap over the partition's listeners. Most values of a big field (merchants) matter to one or two listeners: their row is a
 * base row and the few bits that differ ("flips"), so memory grows with what the campaigns say and not with values x listeners.
 */
#ifndef GIFTD_MATCH_INDEX_H
#define GIFTD_MATCH_INDEX_H

#include "giftd/match.h"

#define WORD_BITS 64u
#define BLOCK_WORDS 8u               /* rows are ANDed in blocks of 512 listeners; rows are padded to whole blocks with zero bits */
#define LIMIT_DIMENSIONS_INDEXED 62u /* fields of one partition that get rows; more become residual tests */
#define LIMIT_INTERVALS 1024u        /* rows of one numeric field; more thresholds share rows and are tested again on survivors */
#define LIMIT_INTERVAL_BYTES (4u << 20)
#define LIMIT_MENTIONS 4096u /* texts of one condition (a list) that get rows; longer lists become residual tests */

struct row {
  const uint64_t *words; /* NULL: the dimension's `other` row with the flips turned round */
  const uint32_t *flips;
  uint32_t flip_count;
  uint32_t ones; /* bits that are set: the emptiest row goes first, a full one is left out */
};

struct text_slot {
  struct str text;
  uint32_t row; /* + 1; 0: empty slot */
};

struct attribute {
  uint16_t field;
  bool numeric;
  struct row absent;
  struct row other;              /* text: any value without a slot */
  const struct text_slot *slots; /* text: open-addressed, slot_mask + 1 of them */
  uint32_t slot_mask;
  const struct row *rows; /* text: by slot; numeric: start_count + 1 intervals */
  const int64_t *starts;  /* numeric: rising; rows[i] is for values in [starts[i - 1], starts[i]) */
  uint32_t start_count;
};

/* Listeners that need the same schedule in the same zone. */
struct clock_class {
  uint32_t schedule;
  struct zone zone;
  uint32_t member_first, member_count; /* into partition.members: local numbers of listeners */
};

struct partition {
  uint16_t type;
  uint32_t first, count; /* listeners */
  uint32_t word_count;   /* of a row, a multiple of BLOCK_WORDS */
  uint32_t dimension_count;
  const struct attribute *dimensions;
  uint8_t dimension_of[LIMIT_FIELDS]; /* + 1; 0: nobody tests the field */
  struct attribute period;            /* over event time */
  bool period_coarse;                 /* period rows are too wide: survivors' periods are tested again */
  uint32_t class_count;
  const struct clock_class *classes;
  const uint32_t *members;
  uint32_t cache_number;          /* of its clock in match_cache */
  const uint32_t *residual_first; /* [count + 1] into residuals */
  const uint32_t *residuals;      /* condition nodes */
  uint32_t most;                  /* listeners that can hold at once, as far as single rows can tell */
};

struct match_index {
  const struct rulebook *rulebook;
  uint32_t partition_count, most, word_most, clock_count, class_most;
  const struct partition *partitions;
  uint16_t partition_of[LIMIT_EVENT_TYPES]; /* + 1; 0: nobody listens */
  size_t bytes;
};

/* ---- clock.c ---- */

#define CLOCK_WINDOWS 4u /* late events fall into earlier windows: a few are kept */

struct clock_window {
  int64_t from_ms, to_ms;
  uint64_t *words;
  uint32_t ones;
};
struct class_now {
  int64_t from_ms, to_ms;
  bool holds;
};
struct clock {
  struct clock_window windows[CLOCK_WINDOWS];
  uint32_t next; /* window that is overwritten next */
  struct class_now *classes;
};

struct match_cache {
  const struct match_index *index;
  struct clock *clocks;
  uint64_t *patches; /* rows made of base and flips, word_most words each */
  const uint64_t *rows[LIMIT_DIMENSIONS_INDEXED + 2];
  uint32_t ones[LIMIT_DIMENSIONS_INDEXED + 2];
};

/* The row "all schedules hold" for an instant: from the cache, or worked out. */
const struct clock_window *clock_at(struct match_cache *cache, const struct partition *partition, int64_t time_ms);

/* ---- building: flips.c, plan.c, texts.c, numbers.c ---- */

/* One change of one listener's bit: at a value's number or from a threshold on. */
struct flip {
  int64_t at;
  uint32_t listener;
};
/* Sorts by (at, listener); `scratch` holds count flips. Then drops repetitions and returns how many are left. */
uint32_t flips_sort(struct flip *flips, uint32_t count, struct flip *scratch);

uint32_t *flips_listeners(const struct flip *flips, uint32_t count, struct arena *arena);
uint64_t *words_new(uint32_t word_count, struct arena *arena);
void words_fill(uint64_t *words, uint32_t bits);
uint32_t words_ones(const uint64_t *words, uint32_t word_count);

static inline void bit_turn(uint64_t *words, uint32_t bit) { words[bit / WORD_BITS] ^= 1ull << (bit % WORD_BITS); }
static inline void bit_set(uint64_t *words, uint32_t bit) { words[bit / WORD_BITS] |= 1ull << (bit % WORD_BITS); }
static inline void bit_clear(uint64_t *words, uint32_t bit) { words[bit / WORD_BITS] &= ~(1ull << (bit % WORD_BITS)); }
static inline bool bit_is_set(const uint64_t *words, uint32_t bit) { return (words[bit / WORD_BITS] >> (bit % WORD_BITS)) & 1u; }

/* One leaf of one listener (its number within the partition) on one field. */
struct use {
  uint32_t listener, leaf;
  uint16_t field;
};

struct build {
  const struct rulebook *rulebook;
  struct arena *arena, *scratch;
  struct partition *partition;
  struct use *uses; /* leaves on fields, by field then listener */
  uint32_t use_count;
  struct use *rest; /* residual nodes, by listener once sorted */
  uint32_t rest_count, rest_capacity;
  struct flip *schedules; /* at: number of the schedule, listener */
  uint32_t schedule_count;
  bool failed; /* an arena is full */
};

/* Splits every listener's conditions into leaves that get rows, schedules, and the rest. */
void plan_make(struct build *build);
void plan_add_rest(struct build *build, uint32_t listener, uint32_t node);
/* Rows for the uses [first, first + count), all of one field. */
void texts_build(struct build *build, uint32_t first, uint32_t count, struct attribute *out);
void numbers_build(struct build *build, uint32_t first, uint32_t count, struct attribute *out);
void period_build(struct build *build);
void clock_build(struct build *build);

#endif
