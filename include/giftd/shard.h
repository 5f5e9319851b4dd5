/* The shard room: the loop that turns input into committed outcomes, written once against two small ports.
 *
 *     log.poll -> read -> match -> owners (cache, else view.load) -> judge -> record -> (many events) -> commit
 *
 * `log` brings lines and takes output; `view` keeps the records of owners. Which of them is the truth differs: with files and LMDB one
 * transaction holds states, position and output lengths; with Kafka the log is the truth and the view follows. The loop does not know.
 * Nothing that was not committed is ever visible: after any failure the caller drops both ports and opens them again.
 */
#ifndef GIFTD_SHARD_H
#define GIFTD_SHARD_H

#include "giftd/record.h"

/* OUTPUT_COUNT outputs that everybody may read; messages go between shards, where there are several. */
enum output { OUTPUT_REWARDS, OUTPUT_DECISIONS, OUTPUT_DLQ, OUTPUT_COUNT, OUTPUT_MESSAGES = OUTPUT_COUNT };

struct input_line {
  struct str bytes;   /* without newline; borrowed until the next poll */
  struct str key;     /* of the record, where the log has keys: must be the customer; at NULL: the log has none (files) */
  uint64_t position;  /* bytes before it in this input; with Kafka its offset */
  uint64_t next;      /* the position behind it */
  int64_t arrival_ms; /* when the stream got it, or TIME_NONE: the log does not know (files) */
  bool piece;         /* a part of a line that is too long to be held whole: a dead letter, whatever stands in it */
};
#define LIMIT_LINE_BYTES (1024u * 1024u) /* a longer line comes in pieces of this size, in order, so that nothing of it is lost */
_Static_assert(LIMIT_LINE_BYTES > LIMIT_EVENT_BYTES, "an event is never cut into pieces");

#define LINE_NONE UINT32_MAX

struct log_port {
  void *self;
  /* Up to `capacity` further lines. *count 0 with STATUS_OK: nothing there now (*ended says whether nothing will come). A line without its
   * newline at the end of a file that may grow is not returned; with --once it is. Alone - one shard - all that a poll brings is decided in
   * the step that polled, so that a position behind it may be committed with what came of it; of several shards shard_next() tells. */
  enum status (*poll)(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, bool *ended, struct fault *fault);
  /* Adds bytes to an output; visible to others only after commit (or cut back after a crash). Whole lines; dead letters one at a
   * time while the line they are about is still lent (`which`: its number in the last poll; LINE_NONE: an event that another shard
   * read and this one heard); messages one at a time (`which`: the shard they go to); else `which` is 0. */
  enum status (*append)(void *self, enum output output, uint32_t which, struct str bytes, struct fault *fault);
  struct str (*input_name)(void *self);
  /* Messages of shards, each once, in order; NULL where there is one shard. Same loan as poll. */
  enum status (*poll_inbox)(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, struct fault *fault);
  /* Asked after each line: no room for another one before a flush. NULL: there always is. */
  bool (*full)(void *self);
};

struct view_port {
  void *self;
  /* The record of an owner: bytes borrowed until the next call; empty when there is none. */
  enum status (*load)(void *self, struct str key, struct str *record, struct fault *fault);
  /* Keeps a record in the open batch. */
  enum status (*store)(void *self, struct str key, struct str record, struct fault *fault);
  /* These keys are about to be loaded: one round trip for all of them. NULL where loading costs none. */
  enum status (*prefetch)(void *self, const struct str *keys, uint32_t count, struct fault *fault);
  /* Customers whose records are kept, the open batch's too, in an order of the view's own that never changes: up to `capacity` behind the
   * key `after` (empty: from the first). *ended: there are no more; *count 0 alone says that some were not found yet. NULL: the view cannot
   * tell; then nobody is looked at (judge.h). */
  enum status (*customers)(void *self, struct str after, struct owner *out, uint32_t capacity, uint32_t *count, bool *ended,
                           struct fault *fault);
  /* Whether one key comes before another in that order. NULL: it is that of their bytes. */
  bool (*before)(void *self, struct str a, struct str b);
};

/* ---- the manifest: whose names this state has, and the terms that can still be undone (docs/language.md section 9.5) ----
 *
 * A state remembers which campaigns it was counted by: each campaign's file as it was, byte for byte, with the files it cited; the version
 * that runs, and those before it as long as what they gave can be undone. It is kept in the state itself, so it goes where the state goes:
 *
 *     "m:rules", piece                          the entries below
 *     "t", hash of a text 8, piece              the texts
 *
 * Before the first event under another rulebook the manifest follows it, texts first, so there is no gift whose terms are not known. */

struct manifest_text {
  uint64_t hash; /* hash64 of the bytes */
  uint32_t length;
};
struct manifest_entry {
  uint64_t campaign; /* decl of its id */
  uint32_t terms;    /* terms_number() */
  int64_t until_ms;  /* of the stream's clock: when it may be forgotten; 0: it runs */
  struct str file;   /* as messages name it */
  struct manifest_text text;
  uint32_t cited_count;
  const unsigned char *cited; /* manifest_cited() */
};
struct manifest {
  struct str bytes; /* empty: a state that nobody counted in yet */
};
#ifdef GIFTD_SMALL
#define MANIFEST_BYTES (64u * 1024u)
#else
#define MANIFEST_BYTES (8u * 1024u * 1024u) /* some ninety thousand entries */
#endif
/* Reads it from a view. `memory` holds MANIFEST_BYTES. STATUS_STATE: foreign, newer or damaged. */
enum status manifest_load(const struct view_port *view, char *memory, struct manifest *out, struct fault *fault) MUST_USE;
/* The next entry; *at begins at 0. False: there are no more. Texts are borrowed from the manifest. */
bool manifest_next(const struct manifest *manifest, size_t *at, struct manifest_entry *out);
struct manifest_text manifest_cited(const struct manifest_entry *entry, uint32_t number);
/* The names of lists that its campaigns may ask for: *at begins at 0. */
bool manifest_list(const struct manifest *manifest, size_t *at, struct str *name);
/* A text, into `out` of text.length bytes. STATUS_STATE: it is not there. */
enum status manifest_text_load(const struct view_port *view, struct manifest_text text, char *out, struct fault *fault) MUST_USE;
/* Whether a rulebook has the campaign of an entry, under the same terms. */
bool manifest_runs(const struct rulebook *rulebook, const struct manifest_entry *entry);
/* The same terms, whatever came to the table of rates since: what was given under them goes by the running ones. */
bool manifest_is_same(const struct rulebook *rulebook, const struct manifest_entry *entry);
/* Whether every campaign of a rulebook, and no other, runs in it under the same terms. */
bool manifest_agrees(const struct manifest *manifest, const struct rulebook *rulebook);

/* Who compares and compiles: it is asked when a shard opens and before another rulebook is taken. */
struct terms_port {
  void *self;
  /* Whether names in a state mean what the new files say; and puts the terms of earlier versions on the shelf. `now`: the stream's time.
   * Any status but OK: the rulebook is not taken, the fault says why. */
  enum status (*admit)(void *self, const struct manifest *manifest, const struct view_port *view, struct about now, struct fault *fault);
  const struct terms_shelf *shelf; /* filled by admit; stays where it is */
};

struct shard_counts {
  uint64_t lines, events, dead, misplaced, duplicates, late, future, gifts, revoked, refusals, commits;
  uint64_t owner_loads, owner_hits;
  uint64_t messages_in, messages_out; /* of shards */
  uint64_t heard;                     /* events heard as another (`as`): decided for a hearer */
  uint64_t closes;                    /* periods that closed: judged for a customer */
  uint64_t looked;                    /* customers who were looked at, since rules hear other closes than before */
  uint64_t passed;                    /* and who had no room in their records for what is due */
  uint64_t stalls;                    /* an event that had to wait for another shard */
  uint64_t by_reason[REASON_COUNT];
  uint64_t unknown[UNKNOWN_KIND_COUNT]; /* what events said that the catalogue does not know */
};

/* An event was decided that says what the catalogue does not know (event.unknown): whoever keeps a log may name it. The event's texts are
 * borrowed for the call. An event may come again after a doubt. */
typedef void shard_unknown(void *self, const struct catalogue *catalogue, const struct event *event);

struct shard_settings {
  struct judge_settings judge;
  bool wall_clock;                /* arrival is when the line was read; else it follows from the stream's own time (clock.c) */
  bool own_clock;                 /* whatever arrival the log tells; else that comes first */
  uint64_t cache_bytes;           /* bound of the cache of owners' states; 24 MiB at least are taken */
  uint32_t shard, shards;         /* which of how many; shards 0 or 1: alone, nothing is lent */
  enum partitioner partitioner;   /* of the producers: tells where a customer lives. Every key's place is compared with it. OTHER: none is,
                                     and no rulebook whose triggers have `as` may be given */
  const struct terms_port *terms; /* NULL: nothing is compared, no manifest is kept */
  shard_unknown *unknown;         /* or NULL */
  void *unknown_self;
};

struct shard; /* one input, one thread */

/* `memory` must hold shard_memory(settings) bytes and outlive the shard. The rulebook is borrowed until shard_swap or shard_close. */
size_t shard_memory(const struct shard_settings *settings);
enum status shard_open(void *memory, const struct shard_settings *settings, const struct rulebook *rulebook,
                       const struct match_index *index, struct match_cache *cache, const struct log_port *log, const struct view_port *view,
                       struct shard **out, struct fault *fault) MUST_USE;
/* Whether another rulebook may be taken, as `terms` says, who knows it. Nothing changes. */
enum status shard_admits(struct shard *shard, const struct terms_port *terms, struct fault *fault) MUST_USE;
/* Another rulebook from the next event on; only between two steps, and where there is a manifest only after shard_admits. `terms` is asked
 * from then on; NULL where there is none. */
void shard_terms(struct shard *shard, const struct terms_port *terms);
void shard_swap(struct shard *shard, const struct rulebook *rulebook, const struct match_index *index, struct match_cache *cache);
/* One poll's worth of events, at most `most`. `now_ms` is used when wall_clock is set. *count is how many lines were taken. */
enum status shard_step(struct shard *shard, uint32_t most, int64_t now_ms, uint32_t *count, bool *ended, struct fault *fault) MUST_USE;
/* Position behind the last line that was decided (input_line.next), or 0 when none was since shard_open. Lines that were polled but wait
 * are not counted in. */
uint64_t shard_next(const struct shard *shard);
/* Whether the event at hand waits for a message of another shard, or one that is heard as another or closed waits to be decided. */
bool shard_waits(const struct shard *shard);
/* Whether a message that another shard waits for was sent since the last flush: a claim, or the answer to one. Committing brings it on its
 * way; until then the other shard stands still. */
bool shard_hurries(const struct shard *shard);
/* Bytes that shard_flush would hand to view.store, and some more. */
uint64_t shard_changed_bytes(const struct shard *shard);
/* Once a second or so, between two steps: reports what was used of what other shards lent, gives back what lies idle. */
enum status shard_review(struct shard *shard, struct fault *fault) MUST_USE;
/* Hands every changed record to view.store and the shard's own position facts; the caller then commits view and log together. */
enum status shard_flush(struct shard *shard, struct fault *fault) MUST_USE;
const struct shard_counts *shard_counts(const struct shard *shard);
void shard_counts_add(struct shard_counts *sum, const struct shard_counts *more);
/* The stream's time of a state, from its view alone. */
enum status shard_time(const struct view_port *view, struct about *about, struct fault *fault) MUST_USE;
/* Latest event time so far, or TIME_NONE (kept across restarts: the shard stores it in the view under "m:clock"). */
int64_t shard_clock(const struct shard *shard);
/* The open range of events that nobody heard, out of a state's record "m:range"; its texts are borrowed from that. events 0: none is open.
 * STATUS_STATE: of no known form. */
enum status shard_range_read(struct str record, struct unheard_range *out, struct fault *fault) MUST_USE;
/* The same of a state, from its view alone; until the view is asked again. */
enum status shard_range(const struct view_port *view, struct unheard_range *out, struct fault *fault) MUST_USE;
/* The time has come to this, whatever the stream says: periods close by it (for `giftd test`, whose stories have a clock of their own). */
void shard_pass(struct shard *shard, int64_t time_ms);
/* Whether a period that closed is still to be judged for somebody. */
bool shard_due(const struct shard *shard);
/* Whether customers are looked at (judge.h, struct look): how many of the look under way, and how many closes were found for them. */
struct shard_walk {
  bool on;
  uint32_t number; /* of looks, of the state */
  uint64_t customers, found;
};
struct shard_walk shard_walk(const struct shard *shard);
/* Ranks that are not settled. */
struct shard_ranks {
  uint32_t open;     /* that this shard has reported */
  uint32_t home;     /* that it is home of */
  int64_t waits_for; /* of the first of those, the first shard that has not reported; -1: none */
};
struct shard_ranks shard_ranks(const struct shard *shard);
uint64_t shard_heard_waiting(const struct shard *shard); /* length of the queue of what is heard as another */

/* The line at hand, or the last one, for the last words of a process that dies: plain words that a signal handler may read at any time, in
 * the shard's memory. */
struct at_hand {
  uint32_t shard;
  bool partitioned;           /* `position` is an offset of partition `shard`; else a byte of a file */
  uint64_t position;          /* UINT64_MAX: none yet */
  uint64_t digest;            /* of the event; 0: the line is none */
  struct str input, rulebook; /* name of the input, digest of the campaigns: borrowed as long as the log, the rulebook */
};
const struct at_hand *shard_at_hand(const struct shard *shard);

/* Observer for tests and `giftd test`: called after each decision, before anything is written. May be NULL. */
typedef void shard_observer(void *self, const struct event *event, const struct decision *decision);
void shard_observe(struct shard *shard, shard_observer *observer, void *self);

#endif
