/* What the files of the shard room share: shard.c the loop, borrow.c what other shards lend, heard.c what is heard as another. Private to
 * the room. */
#ifndef GIFTD_SHARD_PARTS_H
#define GIFTD_SHARD_PARTS_H

#include <assert.h>

#include "cache.h"
#include "giftd/shard.h"

#define LINES_MOST 1024u
#ifdef GIFTD_SMALL /* the simulator's: bounds that are met often */
#define INBOX_MOST 5u
#define HEARD_BEYOND 4u
#define TOUCHED_SLOTS 16u
#define TOUCHED_MOST 4u
#define SWEEP_FIRST 3u
#define SWEEP_LATER 2u
#else
#define INBOX_MOST 64u
#define HEARD_BEYOND 1024u /* heard as another in one step, beyond its lines: more than one line brings */
#define TOUCHED_SLOTS 2048u
#define TOUCHED_MOST 1024u
#define SWEEP_FIRST 512u /* pools a review while not all were seen once: after a take-over blocks of the last owner are lying about */
#define SWEEP_LATER 16u
#endif
#define OUTPUT_KEPT (256u * 1024u)        /* an output is handed on when it holds so much */
#define OUTPUT_ROOM (8u * 1024u * 1024u)  /* and one line's worth fits behind it: a piece of LIMIT_LINE_BYTES, every byte escaped */
#define ARENA_BYTES (4u * 1024u * 1024u)  /* of one event: unescaped texts, lists, texts of its outcomes */
#define FAR_AHEAD_MS (366LL * MS_PER_DAY) /* an event so far ahead of the stream does not move its clock */
#define CLOCK_VERSION 1
#define CLOCK_BYTES 17u /* version, clock, sequence; little endian */
_Static_assert(OUTPUT_ROOM >= 6u * LIMIT_LINE_BYTES + 1024u * 1024u, "a dead letter of control characters fits");
_Static_assert(ARENA_BYTES >= 2u * LIMIT_EVENT_BYTES + 4096u, "event_read's bound");

/* A line that was read. Reading runs one line ahead of deciding, so that the owner's record is on its way from memory meanwhile. */
struct reading {
  const struct input_line *line;
  enum event_problem problem; /* EVENT_OK: `event` holds */
  struct event event;
  struct event_error error;
  struct owner customer;
  struct cache_key key;          /* of the customer; its bytes are in `customer` */
  struct arena arena;            /* of this event: its texts, those of its outcomes */
  const struct hearing *hearing; /* heard as another: through which rules; NULL: a line */
};

/* Events that customers of this shard hear as another, in the order in which they came: records of the state, so that they are there after
 * a take-over. The inbox is never held up by them, so what they wait for can always come. */
struct heard_queue {
  uint64_t head, tail; /* numbers of the first and behind the last; both 0 when it is empty */
  bool changed;        /* since the last flush */
  struct input_line line;
  struct forward_message front; /* the one at hand; its texts are in `bytes` */
  struct heard_rule rules[LIMIT_HEARD];
  char bytes[FORWARD_BYTES], out[FORWARD_BYTES];
};

/* The event at hand waits for another shard: whom it may touch, and which of them it keeps meanwhile (decide.h, "Deadlock"). */
struct waiting {
  bool waits;
  bool heard;                /* it is the first of the queue, not a line */
  bool anew;                 /* the rulebook changed since: it may need less now, and nobody would tell */
  uint32_t count, looked_to; /* lines up to looked_to had their claims sent ahead */
  struct owner owners[LIMIT_OWNERS];
  bool missing[LIMIT_OWNERS], pinned[LIMIT_OWNERS];
};

/* Pools that changed since the last review, each once; others are swept a few a second. Too many for the table: the sweep finds them. */
struct touched {
  uint32_t count;
  uint32_t slots[TOUCHED_SLOTS]; /* number of the owner, + 1; 0: free */
  struct owner owners[TOUCHED_MOST];
};

struct shard {
  struct shard_settings settings;
  const struct rulebook *rulebook;
  const struct match_index *index;
  struct match_cache *match_cache;
  struct log_port log;
  struct view_port view;
  shard_observer *observer;
  void *observer_self;
  struct shard_counts counts;
  int64_t clock_ms;  /* latest event time so far, or TIME_NONE */
  uint64_t sequence; /* lines taken since the state began: the position that records carry */
  struct cache cache;
  struct reading readings[2]; /* the event at hand, and the one behind it */
  struct reading heard_reading;
  struct heard_queue heard;
  struct buffer outputs[OUTPUT_COUNT];
  struct decision decision;
  struct input_line lines[LINES_MOST];   /* of the last poll; those before line_at are decided */
  uint32_t line_count, line_at, read_to; /* lines before read_to, from line_at on, stand in `readings` */
  uint64_t next;                         /* position behind the last line decided, or 0 */
  bool looking_ahead;                    /* an event is tried for its claims alone */
  struct waiting waiting;
  struct touched touched, reviewing;
  struct lend_cursor sweep; /* the pool that is reviewed next, touched or not */
  bool in_review;
  bool hurries; /* a message was sent since the last flush that another shard waits for */
  bool swept;   /* every pool was reviewed once since the shard or its rulebook began */
  struct input_line inbox[INBOX_MOST];
  enum status send_status; /* of the first message that could not be appended */
  struct fault send_fault;
  struct state lend_state, lend_unpacked;
  char lend_record[LIMIT_STATE_BYTES], message[LEND_MESSAGE_BYTES];
  char prefetch_bytes[LINES_MOST * (LIMIT_ID_BYTES + 16u)];
  struct str prefetch_keys[LINES_MOST];
  uint32_t matches[LIMIT_MATCHES];
  struct owner owners[LIMIT_OWNERS];
  struct cache_key keys[LIMIT_OWNERS]; /* of owners */
  struct state *states[LIMIT_OWNERS];
  char record[LIMIT_STATE_BYTES];
  struct state workspace[LIMIT_OWNERS]; /* last: of most, only the first few are ever touched */
};

/* ---- shard.c ---- */

static inline struct str owner_key(const struct owner *owner) { return (struct str){owner->key, owner->length}; }
enum status owner_load(struct shard *shard, struct cache_key key, struct state *state, struct fault *fault);
enum status owner_keep(struct shard *shard, struct cache_key key, struct state *state, struct fault *fault);
/* Decides what is at hand - what waits, else what is heard as another, else the next line; waiting.waits says that it could not. */
enum status head_take(struct shard *shard, int64_t now_ms, struct fault *fault);
enum status event_decide(struct shard *shard, struct reading *reading, const struct reading *next, const struct origin *origin,
                         struct fault *fault);
enum status dead_line(struct shard *shard, const struct input_line *line, const struct origin *origin, const struct event_error *error,
                      uint32_t which, struct fault *fault);
enum status outputs_hand_on(struct shard *shard, size_t least, struct fault *fault);

/* ---- heard.c ---- */

static inline bool heard_any(const struct shard *shard) { return shard->heard.head != shard->heard.tail; }
enum status heard_open(struct shard *shard, struct fault *fault);
enum status heard_store(struct shard *shard, struct fault *fault); /* with a flush */
/* A message of another shard, or of this one to itself. */
enum status heard_add(struct shard *shard, struct str message, struct fault *fault);
/* Decides the first of the queue. */
enum status heard_take(struct shard *shard, struct fault *fault);
/* What the decision at hand forwards, to the shards of the hearers. */
enum status forwards_send(struct shard *shard, const struct reading *reading, const struct origin *origin, struct fault *fault);
/* Whether the line's key is where producers would have put it; else a fault. */
enum status place_check(const struct shard *shard, const struct input_line *line, struct fault *fault);
/* The same for all lines of a poll, before the first of them is decided. */
enum status places_check(struct shard *shard, struct fault *fault);
/* Reads the line, and decides it for its claims alone: nothing is kept but those. */
enum status ahead_take(struct shard *shard, uint32_t line, int64_t now_ms, struct fault *fault);

/* ---- borrow.c ---- */

/* Messages of other shards; the line at hand is tried again as soon as what it waits for has come. */
enum status inbox_take(struct shard *shard, int64_t now_ms, uint32_t *count, struct fault *fault);
/* Resources among `owners` that are not here; asks for them. */
enum status resources_ask(struct shard *shard, uint32_t owner_count, bool missing[], uint32_t *missing_count, struct fault *fault);
/* Asks for what a void decision was short of. */
enum status shortages_ask(struct shard *shard, bool missing[], struct fault *fault);
/* A pool's record was kept: the next review looks at it. */
void touched_add(struct shard *shard, struct cache_key key);
/* The line at hand waits: remembers for whom. */
enum status wait_begin(struct shard *shard, uint32_t owner_count, const bool missing[], struct fault *fault);
/* The line at hand is decided: what it kept may go. */
enum status wait_end(struct shard *shard, struct fault *fault);
/* After a decision: blocks that run low are asked for in time, leftovers go back. */
enum status blocks_mind(struct shard *shard, uint32_t owner_count, struct fault *fault);
/* Sends claims of the lines behind the one that waits. */
enum status look_ahead(struct shard *shard, int64_t now_ms, struct fault *fault);

#endif
