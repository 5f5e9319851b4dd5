/* The rooms that the shard calls, played: so that what is tested is the loop, the cache and the pages, on the real memory room.
 *
 * A line is "ID CUSTOMER TIME {WORD}"; "!" is no event. Deciding adds 1 to the customer's count; words do more:
 *
 *     pNAME   adds 1 to pool NAME           wN      to N pools w0, w1 ...          cN   N cells more, of this event
 *     uN      N cells, until day N / 1000   kN      takes the N oldest of all away gN   gives N gifts
 *     dN      makes the customer's close N due, ten minutes after the one before it from DUE_START on; it gives what any decision gives
 *     rTIME   says when the stream got it   ?N !N $N  N words of a kind that the catalogue does not know
 *
 * and by the ID's first letter: D a duplicate whatever was seen, L belongs to the dead letters, R has no room in a record and T gives too
 * much (both after all else was tried), F is heard by customer "hearer" as well and G by four, M cannot be decided for its hearer, and
 * gifts of B take a kibibyte each. */
#ifndef GIFTD_TESTS_SHARD_ROOMS_H
#define GIFTD_TESTS_SHARD_ROOMS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "giftd/shard.h"

#define DUE_START 1800000000000LL
#define DUE_EVERY 600000LL
static struct catalogue fake_catalogue, next_catalogue;
static const struct close fake_close = {.unit = UNIT_WEEK, .name = {"close", 5}, .decl = 5};
static const struct rulebook fake_rulebook = {.catalogue = &fake_catalogue,
                                              .digest = {"00000000000000aa", 16},
                                              .closes = &fake_close,
                                              .close_count = 1},
                             next_rulebook = {
                                 .catalogue = &next_catalogue, .digest = {"00000000000000bb", 16}, .closes = &fake_close, .close_count = 1};
static uint32_t read_with_next, read_in_all;
static int64_t arrivals[128], clocks[128]; /* of each decision */
static uint32_t arrival_count;

/* ---- event, match ---- */

enum event_problem event_read(const struct catalogue *catalogue, struct str line, struct arena *arena, struct event *event,
                              struct event_error *error) {
  long long time_ms = 0;
  int words_at = 0;
  char words[2][64] = {"", ""}, text[256];
  assert_true(catalogue == &fake_catalogue || catalogue == &next_catalogue);
  read_with_next += catalogue == &next_catalogue, read_in_all++;
  assert_int_equal(arena->used, 0); /* emptied for each line */
  snprintf(text, sizeof text, "%.*s", STR_FORMAT(line));
  if (sscanf(text, "%63s %63s %lld%n", words[0], words[1], &time_ms, &words_at) < 3) {
    *error = (struct event_error){.problem = EVENT_BAD_JSON};
    return EVENT_BAD_JSON;
  }
  *event = (struct event){.time_ms = time_ms, .arrival_ms = TIME_NONE};
  event->id = arena_copy(arena, str_of(words[0]));
  event->customer = arena_copy(arena, str_of(words[1]));
  event->type_name = arena_copy(arena, str_of(text + words_at)); /* the words */
  if (words[0][0] == 'N') {                                      /* as most texts do these stand in the line itself */
    size_t id = strlen(words[0]);
    arena_reset(arena);
    event->id = (struct str){line.at, id}, event->customer = (struct str){line.at + id + 1, strlen(words[1])};
    event->type_name = str_from(line, (size_t)words_at);
  }
  const char *arrival = strstr(text + words_at, " r");
  if (arrival != NULL) event->arrival_ms = strtoll(arrival + 2, NULL, 10);
  event->digest = hash64(&HASH_KEY_FIXED, event->id);
  for (int i = 0; i < UNKNOWN_KIND_COUNT; i++) {
    const char *mark = strchr(text, "?!$"[i]);
    if (mark != NULL) event->unknown_counts[i] = (uint32_t)(mark[1] - '0'), event->unknown_count++;
  }
  return EVENT_OK;
}

void event_shapes_init(struct event_shapes *shapes, const struct catalogue *catalogue) { shapes->catalogue = catalogue; }

enum event_problem event_read_alike(struct event_shapes *shapes, struct str line, struct arena *arena, struct event *event,
                                    struct event_error *error) {
  return event_read(shapes->catalogue, line, arena, event, error);
}

uint32_t match_event(const struct match_index *index, struct match_cache *cache, const struct event *event, uint32_t out[LIMIT_MATCHES]) {
  char kind = event->id.at[0];
  (void)index, (void)cache;
  out[0] = 7;
  return kind == 'N' || kind == 'U' ? 0 : 1;
}

/* ---- judge ---- */

static void bump(struct decision *decision, struct state *state) {
  struct cell *cell = state_make(state, CELL_OWED, 1, 0, 0);
  if (cell != NULL)
    cell->owed.amount++;
  else
    decision->cramped = state;
}

static int64_t count_of(const struct state *state) {
  const struct cell *cell = state_find(state, CELL_OWED, 1, 0, 0);
  return cell == NULL ? 0 : cell->owed.amount;
}

static void pool_touch(const struct judge_input *input, struct decision *decision, struct str name) {
  struct owner owner = owner_named(OWNER_POOL, 7, hash64(&HASH_KEY_FIXED, name));
  struct state *state = input->find(input->self, &owner);
  if (state != NULL)
    bump(decision, state);
  else if (decision->want_count < LIMIT_WANTS)
    decision->wants[decision->want_count++] = owner;
}

static void pools_touch(const struct judge_input *input, struct decision *decision, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    char name[16];
    snprintf(name, sizeof name, "w%u", i);
    pool_touch(input, decision, str_of(name));
  }
}

static void cells_add(const struct judge_input *input, struct decision *decision, uint32_t count, int32_t expires_day) {
  for (uint32_t i = 0; i < count && decision->cramped == NULL; i++) {
    struct cell *cell = state_make(input->customer, CELL_LIMIT, 3, input->event->digest + i, 0);
    if (cell == NULL)
      decision->cramped = input->customer;
    else
      cell->limit.used = (int64_t)i + input->event->time_ms, cell->expires_day = expires_day;
  }
}

/* The order of a record means nothing: by what the cells are. */
static void cells_remove(const struct judge_input *input, uint32_t count) {
  while (count-- > 0) {
    const struct cell *least = NULL;
    uint32_t slot = 0;
    for (const struct cell *cell; (cell = state_any(input->customer, &slot)) != NULL;)
      if (cell_kind(cell) == CELL_LIMIT && (least == NULL || cell->limit.used < least->limit.used)) least = cell;
    if (least == NULL) return;
    state_remove(input->customer, least);
  }
}

static void due_make(const struct judge_input *input, struct decision *decision, uint32_t number) {
  if (state_find(input->customer, CELL_DUE, fake_close.decl, 0, (int32_t)number) != NULL) return;
  struct cell *due = state_make(input->customer, CELL_DUE, fake_close.decl, 0, (int32_t)number);
  if (due == NULL)
    decision->cramped = input->customer;
  else
    decision->dues[decision->due_count++] = due->due.time_ms = DUE_START + number * DUE_EVERY;
}

static void word_judge(const struct judge_input *input, struct decision *decision, struct str word) {
  uint32_t number = 0;
  for (size_t i = 1; i < word.length && word.at[i] >= '0' && word.at[i] <= '9'; i++) number = number * 10 + (uint32_t)(word.at[i] - '0');
  switch (word.at[0]) {
    case 'p': pool_touch(input, decision, str_from(word, 1)); break;
    case 'w': pools_touch(input, decision, number); break;
    case 'c': cells_add(input, decision, number, 0); break;
    case 'u': cells_add(input, decision, number % 1000, (int32_t)(number / 1000)); break;
    case 'k': cells_remove(input, number); break;
    case 'g': decision->gift_count = number; break;
    case 'd': due_make(input, decision, number); break;
    case 'r':
    case '?':
    case '!':
    case '$': break;
    default: fail_msg("no word: %.*s", STR_FORMAT(word));
  }
}

static void forwards_judge(const struct judge_input *input, struct decision *decision, char kind) {
  static const char *const hearers[] = {"hearer", "other", "third", "fourth"};
  decision->forward_count = input->hearing != NULL ? 0 : kind == 'F' || kind == 'M' ? 1 : kind == 'G' ? 4 : 0;
  for (uint32_t i = 0; i < decision->forward_count; i++) decision->forwards[i] = (struct forward){.hearer = str_of(hearers[i])};
}

static void rules_judge(const struct judge_input *input, struct decision *decision) {
  struct str rest = input->event->type_name, word;
  decision->outcome_count = 1;
  decision->outcomes[0].reason = count_of(input->customer) % 5 == 0 ? REASON_GIVEN : REASON_LIMIT_REACHED;
  decision->gift_count = decision->outcomes[0].reason == REASON_GIVEN ? 1 : 0;
  bump(decision, input->customer);
  while (rest.length > 0) {
    (void)str_split(rest, ' ', &word, &rest);
    if (word.length > 0) word_judge(input, decision, word);
  }
  for (uint32_t i = 0; i < decision->gift_count; i++) decision->gifts[i].kind = GIFT_ISSUED;
}

void judge_refuse(struct decision *decision, enum reason reason) {
  decision->want_count = decision->shortage_count = 0;
  decision->cramped = NULL;
  decision->outcome_count = decision->gift_count = decision->mark_count = decision->effect_count = 0;
  decision->forward_count = decision->heard_count = decision->due_count = 0;
  decision->remembers = decision->closed = false;
  decision->gate = reason;
}

/* ---- periods that close ---- */

int64_t close_end(const struct rulebook *rulebook, const struct close *close, int32_t period) {
  assert_true(rulebook->closes == close);
  return DUE_START + period * DUE_EVERY;
}

/* No rule of the rulebook has a rank. */
int64_t close_heard(const struct rulebook *rulebook, uint32_t rule, uint32_t close, int32_t period, int64_t after_ms) {
  (void)rulebook, (void)rule, (void)close, (void)period, (void)after_ms;
  return TIME_NONE;
}
uint32_t rank_kept(const struct rank *rank) { return rank->top; }
uint32_t lend_home(const struct owner *owner, uint32_t shards) { return (uint32_t)owner->length % shards; }
static void no_rank(void) { fail_msg("no rule has a rank"); }
bool rank_is(struct str message) { return message.length > 0 && message.at[0] == 'K'; }
struct owner rank_owner(struct rank_name name, bool all) {
  return owner_named(OWNER_RANK, name.decl, all);
}
const struct cell *rank_head(const struct state *state, struct rank_name name) {
  return state_find(state, CELL_RANK, name.decl, 0, name.period);
}
bool rank_has_reported(const struct state *state, struct rank_name name, uint32_t shard) {
  return state_find(state, CELL_RANK, name.decl, shard, name.period) != NULL;
}
size_t rank_encode(const struct rank_message *message, char *out, size_t capacity) {
  return no_rank(), message->count + capacity + (size_t)*out;
}
bool rank_decode(struct str bytes, struct rank_message *message, struct fault *fault) {
  message->count = 0;
  (void)fault_set(fault, STATUS_STATE, "no message of %zu bytes", bytes.length);
  return false;
}
void rank_report(struct state *state, struct rank_message *message) { no_rank(), message->count = state->cell_count; }
void rank_settle(struct state *state, const struct rank_message *message) { no_rank(), state->turn = message->count; }
bool rank_merge(struct state *state, const struct rank_message *report, uint32_t shards) {
  return no_rank(), state->cell_count + report->count > shards;
}
void rank_verdict(const struct state *state, uint32_t shard, struct rank_message *message) {
  no_rank(), message->count = state->cell_count + shard;
}

const struct cell *due_first(const struct state *customer) {
  const struct cell *first = NULL;
  for (const struct cell *due = state_first(customer, CELL_DUE, 0, 0); due != NULL; due = state_next(customer, due))
    if (first == NULL || due->period < first->period) first = due;
  return first;
}

bool closing_of(const struct rulebook *rulebook, const struct cell *due, struct closing *out) {
  *out = (struct closing){.period = due->period, .at_ms = due->due.time_ms, .rank = NONE};
  return rulebook->close_count > 0;
}

static void close_judge(const struct judge_input *input, struct decision *decision) {
  const struct cell *due = state_find(input->customer, CELL_DUE, fake_close.decl, 0, input->closing->period);
  assert_non_null(due);
  assert_true(due == due_first(input->customer) && due->due.time_ms == input->event->time_ms); /* the earliest, at its time */
  state_remove(input->customer, due);
  rules_judge(input, decision);
  decision->closed = true;
}

/* Views of these tests do not tell which customers there are: nobody is looked at. */
uint64_t look_sign(const struct rulebook *rulebook, uint32_t rule, uint32_t close) {
  (void)rulebook, (void)rule, (void)close;
  return 0;
}
bool judge_looked(const struct state *customer, uint32_t number) {
  (void)customer, (void)number;
  return false;
}
void judge_looked_forget(struct state *customer) { (void)customer; }
void judge_look(const struct judge_input *input, bool marks, struct decision *decision, struct arena *arena) {
  (void)input, (void)marks, (void)decision, (void)arena;
  fail_msg("nobody is looked at");
}

bool judge_concerns(const struct event *event) { return event->id.at[0] == 'U'; }

void judge_unheard(const struct event *event, const struct judge_settings *settings, int64_t clock_ms, struct decision *decision) {
  (void)settings, (void)clock_ms;
  assert_true(event->id.at[0] == 'N' && event->arrival_ms != TIME_NONE);
  judge_refuse(decision, event->time_ms < 0 ? REASON_EVENT_TOO_LATE : REASON_GIVEN);
}

bool judge_refused(const struct decision *decision) {
  return decision->gate == REASON_RECORD_FULL || decision->gate == REASON_TOO_MANY_GIFTS;
}

enum status judge_event(const struct judge_input *input, struct arena *arena, struct decision *decision, struct str *reason,
                        struct fault *fault) {
  char kind = input->event->id.at[0];
  int64_t seen_ms;
  (void)arena;
  judge_refuse(decision, REASON_GIVEN);
  assert_int_not_equal(kind, 'N');
  assert_int_equal(input->match_count, input->hearing != NULL || input->closing != NULL || kind == 'U' ? 0 : 1);
  if (input->closing == NULL) /* what is due of a customer goes before all that is heard of him */
    assert_true(due_first(input->customer) == NULL || due_first(input->customer)->due.time_ms > input->clock_ms);
  bool again = input->hearing == NULL && input->closing == NULL && state_seen(input->customer, input->event->digest, &seen_ms);
  if (kind == 'D' || again)
    decision->gate = REASON_DUPLICATE_EVENT;
  else if (input->closing != NULL)
    close_judge(input, decision);
  else
    rules_judge(input, decision);
  if (decision_is_void(decision)) return STATUS_OK;
  if (arrival_count < 128) arrivals[arrival_count] = input->event->arrival_ms, clocks[arrival_count++] = input->clock_ms;
  forwards_judge(input, decision, kind);
  if (kind == 'R') judge_refuse(decision, REASON_RECORD_FULL);
  if (kind == 'T') judge_refuse(decision, REASON_TOO_MANY_GIFTS);
  *reason = STR("OUTGROWN");
  if (kind == 'M' && input->hearing != NULL) return fault_set(fault, STATUS_INPUT, "not for the hearer");
  if (kind == 'L') return fault_set(fault, STATUS_INPUT, "never");
  decision->remembers = decision->gate == REASON_GIVEN && !decision->closed;
  return STATUS_OK;
}

bool judge_remember(const struct judge_input *input, const struct decision *decision) {
  if (input->hearing != NULL || !decision->remembers) return true;
  if (!state_see(input->customer, input->event->digest, input->event->time_ms)) return false;
  int64_t day = (input->event->time_ms + input->settings->horizon_ms) / MS_PER_DAY + 1;
  if (day < input->customer->expire_day) input->customer->expire_day = (int32_t)day;
  return true;
}

void judge_expire(struct state *customer, const struct rulebook *rulebook, const struct judge_settings *settings, int64_t clock_ms) {
  int32_t today = clock_ms == TIME_NONE ? 0 : (int32_t)(clock_ms / MS_PER_DAY);
  (void)rulebook;
  if (clock_ms == TIME_NONE || !state_may_expire(customer, today)) return;
  (void)state_expire(customer, today, today * MS_PER_DAY - settings->horizon_ms, settings->horizon_ms);
}

void judge_expire_shared(struct state *state, int64_t clock_ms) {
  int32_t today = clock_ms == TIME_NONE ? 0 : (int32_t)(clock_ms / MS_PER_DAY);
  if (clock_ms != TIME_NONE && state_may_expire(state, today)) (void)state_expire_shared(state, today);
}

size_t judge_memory(void) { return 64; }

/* ---- who hears it as another ---- */

bool forward_is(struct str message) { return message.length > 0 && message.at[0] == '>'; }

size_t forward_encode(const struct forward_message *message, const struct decision *decision, uint32_t forward, char *out,
                      size_t capacity) {
  int length = snprintf(out, capacity, ">%u %u %llu %lld %.*s %.*s\n%.*s", message->from, message->to,
                        (unsigned long long)message->position, (long long)message->arrival_ms, STR_FORMAT(message->input),
                        STR_FORMAT(decision->forwards[forward].hearer), STR_FORMAT(message->line));
  assert_true(length > 0 && (size_t)length < capacity);
  return (size_t)length;
}

bool forward_decode(struct str bytes, struct heard_way *ways, struct forward_message *message, struct fault *fault) {
  unsigned long long position;
  long long arrival_ms;
  static char words[2][64];
  struct str head;
  char text[256];
  assert_true(str_split(bytes, '\n', &head, &message->line));
  snprintf(text, sizeof text, "%.*s", STR_FORMAT(head));
  if (sscanf(text, ">%u %u %llu %lld %63s %63s", &message->from, &message->to, &position, &arrival_ms, words[0], words[1]) != 6) {
    (void)fault_set(fault, STATUS_STATE, "no forward");
    return false;
  }
  message->position = position, message->arrival_ms = arrival_ms;
  message->input = str_of(words[0]), message->hearer = str_of(words[1]);
  message->hearing = (struct hearing){.ways = ways};
  return true;
}

/* ---- record ---- */

/* One line; of an event with more than a hundred gifts a line for each hundred, as parts. */
bool record_decision_part(struct buffer *out, const struct rulebook *rulebook, const struct event *event, const struct origin *origin,
                          const struct decision *decision, struct decision_cursor *cursor) {
  (void)rulebook;
  buffer_print(out, "%.*s %.*s:%llu ", STR_FORMAT(event->id), STR_FORMAT(origin->input), (unsigned long long)origin->position);
  buffer_print(out, "%d\n", (int)(decision->gate != REASON_GIVEN ? decision->gate : decision->outcomes[0].reason));
  return ++cursor->part * 100 < decision->gift_count;
}

void record_range(struct buffer *out, const struct unheard_range *range) {
  buffer_print(out, "range %.*s:%llu-%llu %llu of %.*s\n", STR_FORMAT(range->input), (unsigned long long)range->first,
               (unsigned long long)range->last, (unsigned long long)range->events, STR_FORMAT(range->rulebook));
}

uint32_t record_gifts(struct buffer *out, const struct event *event, const struct decision *decision, uint32_t *next, size_t most) {
  uint32_t count = 0;
  for (; *next < decision->gift_count && out->length < most; ++*next, count++)
    buffer_print(out, "gift %.*s %u%*s\n", STR_FORMAT(event->customer), *next, event->id.at[0] == 'B' ? 1024 : 0, "");
  return count;
}

uint32_t record_marks(struct buffer *out, const struct rulebook *rulebook, const struct event *event, const struct decision *decision) {
  (void)out, (void)rulebook, (void)event, (void)decision;
  return 0;
}

void record_dead_letter(struct buffer *out, struct str line, const struct origin *origin, const struct event_error *error) {
  buffer_print(out, "dead %llu %d %zu\n", (unsigned long long)origin->position, (int)error->problem, line.length);
}

void record_dead_event(struct buffer *out, struct str line, const struct origin *origin, struct str reason, struct str text) {
  buffer_print(out, "dead %llu %.*s %.*s %zu\n", (unsigned long long)origin->position, STR_FORMAT(reason), STR_FORMAT(text), line.length);
}

/* ---- nothing is lent where there is one shard: whoever is asked here has found a defect ---- */

#define NEVER(result) \
  {                   \
    fail();           \
    return result;    \
  }
size_t lend_encode(const struct lend_message *message, char *out, size_t capacity) {
  (void)message, (void)out, (void)capacity;
  NEVER(0)
}
bool lend_decode(struct str bytes, struct lend_message *message, struct fault *fault) {
  (void)bytes, (void)message, (void)fault;
  NEVER(false)
}
uint32_t lend_cells(const struct lend_message *message, uint32_t shards) {
  (void)message, (void)shards;
  NEVER(0)
}
void lend_ask(const struct lending *lending, const struct owner *owner, struct state *state, int32_t period, int64_t need) {
  (void)lending, (void)owner, (void)state, (void)period, (void)need;
  NEVER()
}
void lend_ask_ahead(const struct lending *lending, const struct owner *owner, struct state *state) {
  (void)lending, (void)owner, (void)state;
  NEVER()
}
enum status lend_hear(const struct lending *lending, const struct lend_message *message, struct state *state, bool pinned,
                      struct fault *fault) {
  (void)lending, (void)message, (void)state, (void)pinned, (void)fault;
  NEVER(STATUS_OK)
}
void lend_release(const struct lending *lending, const struct owner *owner, struct state *state) {
  (void)lending, (void)owner, (void)state;
  NEVER()
}
void lend_review(const struct lending *lending, const struct owner *owner, struct state *state) {
  (void)lending, (void)owner, (void)state;
  NEVER()
}
bool lend_pool_next(const struct rulebook *rulebook, struct lend_cursor *cursor, uint32_t *pool, struct str *share, struct owner *owner) {
  (void)rulebook, (void)cursor, (void)pool, (void)share, (void)owner;
  NEVER(false)
}
void record_pool_mark(struct buffer *out, const struct rulebook *rulebook, const struct pool_mark *mark, uint64_t share_hash,
                      int64_t time_ms, struct str cause) {
  (void)out, (void)rulebook, (void)mark, (void)share_hash, (void)time_ms, (void)cause;
  NEVER()
}
#endif
