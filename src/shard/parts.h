/* What the files of the shard room share. Private to the room.
 *
 *   shard.c   opening, steps, flush        event.c   one event: tried until all it needs is at hand, then kept
 *   survey.c  what a poll brought, before it is decided
 *   owner.c   states: from the view, room for them, back to the view           cache.c, blocks.c   where they stand meanwhile
 *   tell.c    what goes out: decisions, rewards, dead letters                  clock.c   the stream's own time
 *   borrow.c  what other shards lend        wait.c    the event that waits for it         review.c  once a second
 *   due.c     periods that close        rank.c, rank_rows.c   who is first of all customers
 *   queue.c   who waits for a pool
 *   heard.c   what is heard as another      place.c    where customers live             manifest.c the manifest as bytes
 *   adopt.c   following another rulebook    range.c    runs of events that nobody hears
 */
#ifndef GIFTD_SHARD_PARTS_H
#define GIFTD_SHARD_PARTS_H

#include <assert.h>
#include <stddef.h>

#include "cache.h"
#include "giftd/base/mutant.h"
#include "giftd/shard.h"

#define LINES_MOST 1024u
#ifdef GIFTD_SMALL /* the simulator's: bounds that are met often */
#define INBOX_MOST 5u
#define HEARD_BEYOND 4u
#define TOUCHED_SLOTS 16u
#define TOUCHED_MOST 4u
#define SWEEP_FIRST 3u
#define SWEEP_LATER 8u /* all within three reviews: what is quiet for longer has nothing lying about */
#define PAGES_AHEAD 2u
#define LOOK_NEAR 3u
#else
#define INBOX_MOST 64u
#define HEARD_BEYOND 1024u /* heard as another in one step, beyond its lines: more than one line brings */
#define TOUCHED_SLOTS 2048u
#define TOUCHED_MOST 1024u
#define SWEEP_FIRST 512u /* pools a review while not all were seen once: after a take-over blocks of the last owner are lying about */
#define SWEEP_LATER 16u
#define PAGES_AHEAD 512u /* pages of a large state that are asked for at once */
#define LOOK_NEAR 32u    /* lines, from the one that waits on, that claim records ahead */
#endif
#define OUTPUT_KEPT (256u * 1024u)               /* an output is handed on when it holds so much */
#define OUTPUT_ROOM (8u * 1024u * 1024u)         /* and one line's worth fits behind it: a piece of LIMIT_LINE_BYTES, every byte escaped */
#define EVENT_REWARDS_MOST (16u * 1024u * 1024u) /* bytes of the rewards of one event */
#define ARENA_BYTES (4u * 1024u * 1024u)         /* of one event: unescaped texts, lists, texts of its outcomes */
_Static_assert(OUTPUT_ROOM >= 6u * LIMIT_LINE_BYTES + 1024u * 1024u, "a dead letter of control characters fits");
_Static_assert(OUTPUT_ROOM >= DECISION_PART_BYTES + 1024u * 1024u, "a part of a decision fits");
_Static_assert(ARENA_BYTES >= 2u * LIMIT_EVENT_BYTES + 4096u, "event_read's bound");

/* The stream's own time (clock.c has the rule). */
#define CLOCK_RING 16u
struct clock {
  int64_t now_ms;    /* or TIME_NONE: too few events yet */
  int64_t latest_ms; /* event time seen so far, of whatever event; for people */
  uint32_t count, at;
  int64_t ring[CLOCK_RING]; /* times of the last events */
};

/* A line that was read. Reading runs one line ahead of deciding, so that the owner's state is on its way from memory meanwhile. */
struct reading {
  const struct input_line *line;
  enum event_problem problem; /* EVENT_OK: `event` holds */
  struct event event;
  struct event_error error;
  uint32_t match_count, *matches; /* [LIMIT_MATCHES]: who hears it; not of what is heard as another */
  bool unheard;                   /* nobody, and it concerns no record (judge.h): `customer` and `key` do not hold */
  struct owner customer;
  struct cache_key key;          /* of the customer; its bytes are in `customer` */
  struct arena arena;            /* of this event: its texts, those of its outcomes */
  const struct hearing *hearing; /* heard as another: through which rules; NULL: a line */
  const struct closing *closing; /* a period that closed; NULL: an event */
  bool closing_passes;           /* it could not be decided, and what is due behind it is now (judge.h) */
};

/* Of a line that nobody hears: all that its decision needs is what stands in front of the fields. */
#define GLANCE_BYTES offsetof(struct event, field_count)
struct glance {
  bool unheard; /* else the line is read when it is decided */
  _Alignas(struct event) unsigned char head[GLANCE_BYTES];
};

/* Events that customers of this shard hear as another, in the order in which they came: records of the state, so that they are there after
 * a take-over. The inbox is never held up by them, so what they wait for can always come. */
struct heard_queue {
  uint64_t head, tail; /* numbers of the first and behind the last; both 0 when it is empty */
  bool changed;        /* since the last flush */
  struct input_line line;
  struct forward_message front; /* the one at hand; its texts are in `bytes` */
  struct heard_way ways[LIMIT_HEARD];
  char bytes[FORWARD_BYTES], out[FORWARD_BYTES];
};

/* What closes when, and for whom (due.c). */
#define DUE_LISTS_A_RECORD 4000u
#define DUE_RECORDS 4u
#define DUE_LISTS (DUE_RECORDS * DUE_LISTS_A_RECORD)
#define RANKS_AHEAD (LIMIT_RANKS_OPEN / 4u) /* reported and not settled: with more, a shard waits with the next */
#define DUES_A_LINE 4u                      /* customers who are worked off between two lines */
struct due_list {
  int64_t time_ms;
  uint32_t head, tail; /* numbers of its first entry, and behind its last */
};
struct dues {
  uint32_t count, since_line; /* entries worked off since the last line */
  uint64_t taken;             /* closes that were judged: the position of the next one's decision */
  bool changed;               /* since the last flush */
  bool touched;               /* an event of `owner` waits for what was due of him by `touched_ms` */
  struct owner owner;
  int64_t touched_ms, heard_ms; /* the latest of touched_ms: the clock may still be behind it */
  struct closing closing;       /* the one at hand: its event, and a line for it */
  struct input_line line;
  char id[LIMIT_EVENT_ID_BYTES];
  struct due_list lists[DUE_LISTS]; /* by time; none is empty */
};

/* Who waits for which pool (queue.c). */
#ifdef GIFTD_SMALL
#define QUEUES_MOST 24u
#define QUEUES_A_LINE 4u
#else
#define QUEUES_MOST 2048u
#define QUEUES_A_LINE 4u /* customers who are asked for between two lines */
#endif
struct queue_line {
  uint64_t pool;       /* decl */
  int64_t ask_ms;      /* when the first of it is asked for next */
  uint32_t head, tail; /* numbers of the first entry, and behind the last */
};
struct queues {
  uint32_t count, since_line;           /* since_line: asked for since the last line */
  bool changed;                         /* since the last flush */
  int64_t next_ms;                      /* the earliest of ask_ms */
  uint64_t rulebook;                    /* sign of the one by which all were asked, or will be */
  struct queue_line lines[QUEUES_MOST]; /* none is empty */
};

/* A rule that hears a kind of close (walk.c): by which terms, and which closes of it are heard. Periods of a campaign's close are the days
 * on which it ends. */
struct walk_rule {
  uint64_t key;        /* of rule and unit, or of rule and day of the customer's own: what stays when zone and delay change */
  uint64_t sign;       /* of all that says when it hears what of whom */
  uint64_t decl;       /* of the close */
  int64_t delay_ms;    /* the shortest after which it hears it */
  int32_t first, last; /* periods that it hears by these terms. WALK_DAY: first is its delay in ms before these terms, + 1; 0: the same */
  int32_t from, to;    /* heard, once for all; to before from: none */
  int16_t minutes;     /* of the zone, where the close is not known any more */
  uint8_t unit, runs;  /* enum unit, WALK_DAY: a day of the customer's own; whether the rulebook has it */
};
#ifdef GIFTD_SMALL
#define WALK_RULES 64u
#else
#define WALK_RULES 32768u
#endif
#define WALK_AHEAD 128u /* customers who are found together */
#define WALK_LOADED 32u /* whose records are fetched together */
#define WALK_DAY UINT8_MAX
struct walk {
  bool on, changed, rules_changed; /* since the last flush */
  bool kept;                       /* a state that was walked before: its rules are known */
  bool visits;                     /* dues.owner is at hand because it is his turn */
  bool asked;                      /* the rulebook is another one since it was looked at */
  bool waits_for_clock;            /* and there was no clock yet */
  bool unclocked;                  /* so it was of the look at hand: nothing had closed when its rules came */
  uint32_t rule_count, ahead_count, ahead_at;
  int64_t again_ms; /* another rulebook came in the middle of it, then: it is walked once more. 0: none */
  uint64_t customers, found;
  struct look look;
  struct owner place; /* the last one who was looked at; length 0: none */
  struct owner full;  /* the last one whose record had no room */
  struct owner ahead[WALK_AHEAD];
  struct walk_rule rules[WALK_RULES]; /* by key */
};

/* A rank of a period that closed (rank.c), of this shard's customers or, at its home, of all. */
struct rank_row {
  struct rank_name name;
  bool all;
  bool done;               /* nothing is to be done but to forget it */
  bool settled;            /* own: those who wait are judged again */
  int64_t at_ms;           /* when its close was heard; of all shards: how far the shard had come when the first report came */
  uint32_t waits, winners; /* own: how many wait; how many won in all shards */
  uint32_t next;           /* own: the next to be judged again: winners by place, then everybody; of all: the first shard that is missing */
};
/* Which period of a rule is reported next. */
struct rank_turn {
  uint64_t decl;
  int32_t period;
};
struct ranks {
  bool changed;        /* since the last flush */
  uint32_t rule_count; /* that have a rank, in the rulebook */
  uint32_t rules[LIMIT_RANKS];
  uint32_t next_rule; /* whose close is reported next ... */
  int32_t next_period;
  int64_t next_ms; /* ... when the shard has come to this; INT64_MAX: none will be */
  uint32_t turn_count, row_count;
  uint32_t open, telling; /* own rows that are not settled; whose customers are still to be told */
  struct rank_turn turns[2 * LIMIT_RANKS];
  struct rank_row rows[LIMIT_RANKS_OPEN];
  struct ranked entries[LIMIT_RANK_KEPT]; /* of the message at hand */
};

/* The open range of events that nobody hears (range.c); none while it has no events. */
#define UNHEARD_INPUT_BYTES 4096u
#define UNHEARD_RULEBOOK_BYTES 16u
struct unheard {
  struct unheard_range range; /* its texts stand here */
  bool changed;               /* since the last flush */
  char input[UNHEARD_INPUT_BYTES], rulebook[UNHEARD_RULEBOOK_BYTES];
};

/* An owner that the event at hand touched, or waits for. */
struct touch {
  struct owner owner;
  bool missing, pinned;
};

/* What is decided next: a line, the first of the queue of what is heard as another, a period that closed, the first of a line at a pool. */
enum head { HEAD_LINE, HEAD_HEARD, HEAD_DUE, HEAD_RANK, HEAD_WALK, HEAD_QUEUE };

/* The event at hand waits for another shard: whom it touched, in order of key, and which of them it keeps meanwhile (lend.h,
 * "Deadlock"). */
struct waiting {
  bool waits;
  enum head head; /* what it is */
  bool anew;      /* the rulebook changed since: it may need less now, and nobody would tell */
  bool far;       /* lines are tried for their claims of pools alone */
  uint32_t count;
  uint32_t near_to, looked_to; /* lines up to near_to had all their claims sent ahead, up to looked_to those of pools */
  struct touch touches[LIMIT_WANTS];
};

/* Pools that changed since the last review, each once; others are swept a few a second. Too many for the table: the sweep finds them. */
struct touched {
  uint32_t count;
  uint32_t slots[TOUCHED_SLOTS]; /* number of the owner, + 1; 0: free */
  struct owner owners[TOUCHED_MOST];
};

/* The manifest on its way to follow another rulebook: the texts that it lacks, then its entries, then texts that nobody needs go. */
struct adopting {
  bool wanted;                     /* the manifest does not agree with the rulebook */
  uint32_t campaign;               /* whose text comes next */
  bool known[LIMIT_CAMPAIGNS];     /* those that run as they did */
  const struct calendar *calendar; /* whose text went last */
  const struct rate_table *table;  /* likewise */
};

struct shard {
  struct shard_settings settings;
  const struct rulebook *rulebook;
  struct manifest manifest;
  char *manifest_memory, *manifest_next; /* MANIFEST_BYTES each: as it is, as it will be */
  struct adopting adopting;
  const struct match_index *index;
  struct match_cache *match_cache;
  struct event_shapes shapes; /* of the running rulebook's catalogue */
  struct log_port log;
  struct view_port view;
  shard_observer *observer;
  void *observer_self;
  struct shard_counts counts;
  struct clock clock;
  uint64_t turn; /* judgements */
  struct at_hand at_hand;
  struct cache cache;
  struct trail trail;
  void *judge_memory;
  struct reading readings[2];   /* the event at hand, and the one behind it */
  struct reading heard_reading; /* of what is heard as another, and of what closed: they are decided one at a time */
  struct heard_queue heard;
  struct dues dues;
  struct queues queues;
  struct ranks ranks;
  struct walk walk;
  int64_t passed_ms; /* shard_pass() */
  struct unheard unheard;
  struct buffer outputs[OUTPUT_COUNT];
  struct input_line lines[LINES_MOST];   /* of the last poll; those before line_at are decided */
  uint32_t line_count, line_at, read_to; /* lines before read_to, from line_at on, stand in `readings` */
  uint32_t surveyed;                     /* lines before it have a glance, by the rulebook of now */
  struct glance glances[LINES_MOST];
  uint64_t next;      /* position behind the last line decided, or 0 */
  bool looking_ahead; /* an event is tried for its claims alone */
  struct waiting waiting;
  struct touched touched, reviewing;
  struct lend_cursor sweep; /* the pool that is reviewed next, touched or not */
  bool in_review;
  bool hurries; /* a message was sent since the last flush that another shard waits for */
  uint32_t places_compared;
  bool place_kept; /* how producers choose partitions stands in the state, or cannot be known */
  bool swept;      /* every pool was reviewed once since the shard or its rulebook began */
  struct input_line inbox[INBOX_MOST];
  enum status send_status; /* of the first message that could not be appended */
  struct fault send_fault;
  char lend_record[LIMIT_STATE_BYTES], message[LEND_MESSAGE_BYTES];
  char prefetch_bytes[LINES_MOST * (LIMIT_ID_BYTES + 16u)];
  struct str prefetch_keys[LINES_MOST];
  char record[LIMIT_STATE_BYTES];
  struct page_plan plan;
  /* last: of most, only the first few are ever touched */
  uint32_t touch_count;
  struct state *touches[LIMIT_WANTS]; /* owners beside the customer that the judgement at hand found */
  uint32_t matches[2][LIMIT_MATCHES]; /* of the two readings */
  struct decision decision;
};

/* ---- clock.c ---- */

/* When the event reached the stream, and the stream's own clock. */
void clock_hear(struct shard *shard, struct event *event, const struct input_line *line, int64_t now_ms);
enum status clock_load(struct shard *shard, struct fault *fault);
/* The stream's time as far as it is known: of few events the span that halves of them say. */
struct about clock_about(const struct clock *clock);
enum status clock_store(struct shard *shard, struct fault *fault);

/* ---- adopt.c ---- */

/* Whether the manifest follows another rulebook now; then nothing is decided. */
void adopt_look(struct shard *shard);
/* A slice of it. *count: texts that were stored. */
enum status adopt_step(struct shard *shard, uint32_t *count, struct fault *fault) MUST_USE;
/* ---- owner.c ---- */

/* The state of an owner, from the cache or the view; pinned. STATUS_LIMIT: so much is pinned that it has no place. */
enum status owner_load(struct shard *shard, struct cache_key key, struct state **state, struct fault *fault) MUST_USE;
/* Owners that are needed next, in few round trips. */
enum status owners_load(struct shard *shard, const struct owner *owners, uint32_t count, struct fault *fault) MUST_USE;
/* The same state with room for so many more cells and ids. */
enum status owner_grow(struct shard *shard, struct state **state, uint32_t cells, uint32_t ids, struct fault *fault) MUST_USE;
/* It changed: handed to the view with the next flush. Nothing happens when it did not. */
enum status owner_keep(struct shard *shard, struct state *state, struct fault *fault) MUST_USE;
/* What changed goes to the view's open batch; from then on it may leave the cache. */
enum status changed_store(struct shard *shard, struct fault *fault) MUST_USE;

/* ---- event.c ---- */

/* `next` is the reading behind this one, or NULL: its state is asked for while this event is decided. */
enum status event_decide(struct shard *shard, struct reading *reading, const struct reading *next, const struct origin *origin,
                         struct fault *fault) MUST_USE;

/* ---- tell.c ---- */

void decision_count(struct shard *shard, const struct event *event);
/* What the event says that the catalogue does not know: counted, and told to who asked for it. */
void unknown_count(struct shard *shard, const struct event *event);
/* Whether the rewards of the decision at hand are more than one event may cause. */
bool rewards_too_many(struct shard *shard, const struct event *event);
enum status decision_tell(struct shard *shard, const struct event *event, const struct origin *origin, struct fault *fault) MUST_USE;
enum status dead_line(struct shard *shard, const struct input_line *line, const struct origin *origin, const struct event_error *error,
                      uint32_t which, struct fault *fault) MUST_USE;
enum status dead_piece(struct shard *shard, const struct input_line *line, const struct origin *origin, struct fault *fault) MUST_USE;
enum status dead_event(struct shard *shard, const struct reading *reading, const struct origin *origin, struct str reason, struct str text,
                       struct fault *fault) MUST_USE;
/* Outputs that hold more than `least` bytes. */
enum status outputs_hand_on(struct shard *shard, size_t least, struct fault *fault) MUST_USE;

/* ---- survey.c ---- */

/* Which lines of the poll are heard, and the records of their customers that are not at hand: one round trip for all. */
enum status lines_survey(struct shard *shard, struct fault *fault) MUST_USE;
/* Whether the survey found that nobody hears the line. */
bool glance_at(const struct shard *shard, uint32_t line);
/* As line_read; false: it has to be read. */
bool glance_take(const struct shard *shard, uint32_t line, struct reading *reading);

/* ---- shard.c ---- */

/* Reads a line, finds who hears it, and asks for where its customer's record is. */
void line_read(struct shard *shard, const struct input_line *line, struct reading *reading);
/* Decides what is at hand - what waits, else what is heard as another, else the next line; waiting.waits says that it could not. */
enum status head_take(struct shard *shard, int64_t now_ms, struct fault *fault) MUST_USE;
/* Reads the line, and decides it for its claims alone: nothing is kept but those. */
enum status ahead_take(struct shard *shard, uint32_t line, int64_t now_ms, struct fault *fault) MUST_USE;

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

/* ---- due.c ---- */

enum status due_open(struct shard *shard, struct fault *fault);
enum status due_store(struct shard *shard, struct fault *fault); /* with a flush */
/* What the decision at hand made due for its customer. */
enum status dues_add(struct shard *shard, const struct owner *owner, struct fault *fault);
/* Whether the clock has reached the first; whether it is taken before the line at hand; a line was. */
bool dues_ripe(const struct shard *shard);
bool dues_turn(const struct shard *shard);
void dues_line_taken(struct shard *shard);
/* Whether something of the customer's is due by the shard's clock; and his goes first (dues.touched). */
bool due_waits(const struct shard *shard, const struct state *state);
void due_touch(struct shard *shard, const struct owner *owner);
/* Of `reading->customer`, of whom no event is at hand: his key, and his record. */
enum status customer_reading(struct shard *shard, struct reading *reading, struct state **state, struct fault *fault);
/* An event of the customer is to be decided: whether something of his is due, which goes first then (dues.touched). */
bool due_touches(struct shard *shard, const struct owner *owner, const struct state *state);
/* Judges the one of the customer who is touched, else the first of all. */
enum status due_take(struct shard *shard, struct fault *fault);
/* How far the shard has come: the stream's clock, or what it was told; TIME_NONE: nowhere. */
int64_t due_clock(const struct shard *shard);
/* The reading of a close, a line that nobody sent: of dues.closing and the reading's customer. `name` in its id is the close's. */
void closing_begin(struct shard *shard, struct str name, struct reading *reading);

/* Nobody hears it any more. */
enum status due_forget(struct shard *shard, struct state *state, const struct cell *due, struct fault *fault);

/* ---- queue.c ---- */

enum status queues_open(struct shard *shard, struct fault *fault);
enum status queues_store(struct shard *shard, struct fault *fault); /* with a flush */
/* Another rulebook: what ran out may be there again. */
void queues_swap(struct shard *shard);
/* Which gifts of the decision at hand wait for a pool; and where something came back. */
enum status queues_add(struct shard *shard, const struct owner *owner, struct fault *fault);
enum queue_sight queue_see(void *self, uint64_t pool);
/* Whether the first of a line is to be asked for; whether that goes before the line at hand; a line was taken. */
/* Whether a gift that is due waits for a pool as the first of its line. */
enum status queue_leads(struct shard *shard, const struct cell *due, bool *is, struct fault *fault);
bool queues_ripe(const struct shard *shard);
bool queues_turn(const struct shard *shard);
void queues_line_taken(struct shard *shard);
enum status queue_take(struct shard *shard, struct fault *fault);

/* ---- walk.c, walk_rules.c ---- */

enum status walk_open(struct shard *shard, struct fault *fault);
enum status walk_store(struct shard *shard, struct fault *fault); /* with a flush */
/* Another rulebook: whether rules hear closes that they did not hear before. */
void walk_swap(struct shard *shard);
/* The same, if it has still to be asked: again with each head, since there may be no clock yet. */
void walk_ask(struct shard *shard);
/* Whether a customer is looked at before the line at hand. */
bool walk_turn(const struct shard *shard);
/* Looks at the next customer. */
enum status walk_take(struct shard *shard, struct fault *fault);
/* Whether a customer is still to be looked at: before anything else is decided of him. */
bool walk_meets(const struct shard *shard, const struct owner *owner, const struct state *state);
bool walk_visits(const struct shard *shard, const struct owner *owner);
/* Looks at him, since an event of his came first. */
enum status walk_look(struct shard *shard, struct reading *reading, bool marks, struct fault *fault);
/* What stands in the rulebook, or was heard by heard_ms, goes to walk.rules - what stays as it was heard until now_ms; true: somebody has
 * to be looked at. `first`: a state that knows no rules yet. */
bool walk_rules_take(struct shard *shard, bool first, int64_t heard_ms, int64_t now_ms);
/* Whether the rulebook's rules are those of walk.rules. */
bool walk_rules_agree(const struct shard *shard);
int32_t walk_unheard(void *self, uint32_t rule, uint32_t close, int32_t period);
bool walk_lost(void *self, uint32_t rule, uint32_t close, int32_t period);
bool walk_waits(void *self, uint32_t rule, uint32_t close, int32_t period);
int64_t walk_day_time(void *self, uint32_t rule, uint32_t close);
enum status walk_rules_load(struct shard *shard, uint32_t count, struct fault *fault);
enum status walk_rules_store(struct shard *shard, struct fault *fault);

/* ---- rank_rows.c, rank.c ---- */

enum status rank_open(struct shard *shard, struct fault *fault);
enum status rank_store(struct shard *shard, struct fault *fault); /* with a flush */
/* Another rulebook: which rules have a rank, and which close is reported next. */
void ranks_swap(struct shard *shard);
/* Who waits for what the decision at hand ranked. */
enum status ranks_add(struct shard *shard, const struct owner *owner, struct fault *fault);
/* Whether a rank is to be reported, or those who waited are to be judged; whether that goes before the line at hand. */
bool ranks_ripe(const struct shard *shard);
bool ranks_turn(const struct shard *shard);
enum status rank_work(struct shard *shard, struct fault *fault);
/* The row of a rank, or NULL; a new one; and one that is done may be forgotten when the shard has come this far. */
struct rank_row *rank_row(struct shard *shard, struct rank_name name, bool all);
enum status rank_row_add(struct shard *shard, const struct rank_row *row, struct rank_row **out, struct fault *fault);
int64_t rank_forget_ms(const struct shard *shard, const struct rank_row *row);
void rank_row_drop(struct shard *shard, struct rank_row *row);
/* A row changed. */
void ranks_changed(struct shard *shard);
/* What is reported next was. */
enum status rank_reported(struct shard *shard, uint64_t decl, int32_t period, struct fault *fault);
/* Who waits under a number; gone: he was told. */
enum status rank_wait_load(struct shard *shard, struct rank_name name, uint32_t number, int64_t *order, struct owner *owner,
                           struct fault *fault);
enum status rank_wait_drop(struct shard *shard, struct rank_name name, uint32_t number, struct fault *fault);
/* A message of another shard. */
enum status rank_hear(struct shard *shard, struct str bytes, struct fault *fault);

/* ---- range.c ---- */

enum status range_open(struct shard *shard, struct fault *fault);
enum status range_store(struct shard *shard, struct fault *fault); /* with a flush */
/* Before a line of that input is decided: ends the open range where it does not go on. */
enum status range_mind(struct shard *shard, const struct input_line *line, struct str input, struct fault *fault);
enum status range_end(struct shard *shard, struct fault *fault);
/* An event that nobody hears, behind range_mind. */
void range_add(struct shard *shard, const struct event *event, const struct origin *origin);

/* ---- place.c ---- */

/* Why a record's key forbids to decide its event: a dead letter. */
struct key_trouble {
  struct str reason; /* KEY_MISSING, KEY_MISMATCH, KEY_MISPLACED */
  char text[512];    /* with the remedy */
};
/* The shard in which a customer lives. False: nobody can know. */
bool customer_shard(const struct shard *shard, struct str customer, uint32_t *out, struct fault *fault) MUST_USE;
bool key_fits(struct shard *shard, const struct input_line *line, const struct event *event, struct key_trouble *trouble);
/* How producers choose partitions, kept in the state once many keys were in their place and none elsewhere. STATUS_STATE: in another way
 * than in this configuration. */
enum status place_open(struct shard *shard, struct fault *fault);
enum status place_store(struct shard *shard, struct fault *fault);

/* ---- borrow.c ---- */

/* Messages of other shards; the line at hand is tried again as soon as what it waits for has come. */
enum status inbox_take(struct shard *shard, int64_t now_ms, uint32_t *count, struct fault *fault);
/* Asks for what a void decision was short of. */
enum status shortage_ask(struct shard *shard, const struct shortage *shortage, struct fault *fault);
/* After a decision: blocks that run low are asked for in time, leftovers go back. */
enum status blocks_mind(struct shard *shard, struct fault *fault);
/* lend_release or lend_review on an owner's state: on one that is at hand, or on another (nothing else is at hand then any more). */
typedef void attend_fn(const struct lending *lending, const struct owner *owner, struct state *state);
enum status state_attend(struct shard *shard, const struct owner *owner, struct state *state, attend_fn *attend, struct fault *fault);
enum status owner_attend(struct shard *shard, const struct owner *owner, attend_fn *attend, struct fault *fault);
/* Whether every message could be sent. */
enum status send_result(struct shard *shard, struct fault *fault);
struct owner owner_of(const struct shard *shard, const struct state *state);

/* ---- wait.c ---- */

/* The decision at hand is void for want of what other shards have: claims it, and (unless looking ahead) waits. */
enum status claims_make(struct shard *shard, struct fault *fault);
/* What the event that waits knows of an owner, or NULL: it does not wait for it. */
struct touch *touch_find(struct waiting *waiting, const struct owner *owner);
/* The line at hand is decided: what it kept may go. */
enum status wait_end(struct shard *shard, struct fault *fault);
/* Sends claims of the lines behind the one that waits. */
enum status look_ahead(struct shard *shard, int64_t now_ms, struct fault *fault);

/* ---- review.c ---- */

/* A pool's state was kept: the next review looks at it. */
void touched_add(struct shard *shard, struct str key);

#endif
