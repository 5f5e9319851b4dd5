/* The heart on random rulebooks and random histories: memory, judge and lend, with every decision held against what must always hold.
 *
 *     bytes -> campaign files -> rulebook
 *           -> events, in any order -> judged -> kept, or as if nothing had been
 *                                      judged once more on states that were written and read: the same to the byte
 *                                      what was given, taken back, counted: counted anew
 *
 * An input is 8 bytes that say how, then choices for the campaigns, then choices for the events; what runs out is made up from a seed that
 * comes of the 8 bytes (heart/bytes.h), so a short input is a whole history, and another one in every byte. The rooms are built with small
 * bounds, so that full records, many pages and crowded decisions are met often, and with the safeguards' switches: GIFTD_MUTANT=NAME takes
 * one away. GIFTD_HEART_COUNTS=1 tells at the end how many campaigns were accepted.
 */
#include <stdio.h>
#include <stdlib.h>

#include "giftd/base/mutant.h"
#include "heart/history.h"
#include "heart/ledger.h"
#include "heart/lender.h"
#include "heart/tell.h"

static struct catalogue catalogue;
static struct book books[2];
static struct world world, twin;
static struct history history;
static struct ledger ledger;
static struct shelf shelf;

#ifdef GIFTD_MUTANTS
enum mutant mutant_active;
#endif

_Noreturn void heart_fail(const char *what, const char *file, int line) {
  fprintf(stderr, "%s:%d: %s\n", file, line, what);
  for (uint32_t i = history.count > 6 ? history.count - 6 : 0; i < history.count; i++)
    fprintf(stderr, "  %.*s\n", (int)history.past[i].line_length, history.past[i].line);
  abort();
}

/* ---- how ---- */

struct plan {
  enum book_kind kind;
  bool tight, lent, edits, short_trail, sparse_twin, forgets;
  struct history_plan history;
  uint32_t extra; /* events beyond those whose choices stand in the input */
  uint64_t seed;
  size_t book_bytes;
  int64_t memory_ms;
};
#define HEAD_BYTES 8u
#define EVENT_BYTES 8u

static struct plan plan_of(const uint8_t *data) {
  static const enum book_kind kinds[] = {BOOK_MADE, BOOK_MADE, BOOK_MADE, BOOK_MADE, BOOK_MADE, BOOK_SHIPPED, BOOK_LANGUAGE, BOOK_BOTH};
  static const int64_t days[] = {1, 90, 10, 1};
  uint8_t how = data[1];
  return (struct plan){.kind = kinds[data[0] % 8],
                       .tight = how & 1,
                       .lent = (how >> 1 & 3) == 3,
                       .edits = how >> 3 & 1,
                       .short_trail = (how >> 4 & 3) == 3,
                       .sparse_twin = how >> 6 & 1,
                       .forgets = how >> 7 & 1,
                       .history = {.crowded = (data[0] >> 3 & 3) == 3, .slow_clock = data[0] >> 5 & 1},
                       .extra = data[2] < 224 ? 24 + data[2] % 40u : (data[2] - 224u) * 10,
                       .seed = hash64(&HASH_KEY_FIXED, (struct str){(const char *)data, HEAD_BYTES}),
                       .book_bytes = (size_t)(data[6] & 0x3f) << 8 | data[7],
                       .memory_ms = days[data[6] >> 6] * MS_PER_DAY};
}

/* ---- one event ---- */

static enum tried event_judge(const struct plan *plan, struct bytes *b, const struct event *event, const struct hearing *hearing) {
  bool look = !plan->sparse_twin || one_in(b, 4);
  if (look || plan->lent) world_store(&world);
  uint64_t before = world.attempts;
  enum tried tried = world_judge(&world, event, hearing);
  for (uint32_t n = 0; tried == TRIED_SHORT; n++) {
    CHECK(plan->lent && n < 64);
    lender_claim(&world);
    world_store(&world);
    tried = world_judge(&world, event, hearing);
  }
  counts.voids += world.attempts - before - 1;
  counts.kept += tried == TRIED_KEPT, counts.refused += tried == TRIED_REFUSED, counts.dead += tried == TRIED_DEAD;
  if (tried != TRIED_DEAD) decision_check(world.decision);
  if (tried != TRIED_DEAD) count_decision(world.decision);
  if (look || plan->lent) twin_judge(&twin, &world, event, hearing, tried);
  if (tried != TRIED_KEPT) return tried;
  ledger_take(&ledger, &world, event);
  if (plan->lent)
    lender_mind(&world, b);
  else
    stock_check(&ledger, &world);
  return tried;
}

/* What others hear of it, as it comes to their shard. */
struct heard {
  uint32_t count;
  size_t lengths[LIMIT_FORWARDS];
  char bytes[LIMIT_FORWARDS][FORWARD_BYTES];
};

static void forwards_take(struct heard *heard, const struct event *event, struct str line) {
  const struct forward_message message = {.arrival_ms = event->arrival_ms, .input = STR("fuzz"), .line = line};
  heard->count = world.decision->forward_count;
  for (uint32_t i = 0; i < heard->count; i++) {
    heard->lengths[i] = forward_encode(&message, world.decision, i, heard->bytes[i], FORWARD_BYTES);
    CHECK(heard->lengths[i] > 0);
  }
}

static void forward_hear(const struct plan *plan, struct bytes *b, struct str bytes) {
  static unsigned char memory[ARENA_BYTES];
  static struct heard_way rules[LIMIT_HEARD];
  static struct event event;
  struct forward_message message;
  struct event_error error;
  struct fault fault = {0};
  struct arena arena;
  arena_init(&arena, memory, sizeof memory);
  CHECK(forward_is(bytes) && forward_decode(bytes, rules, &message, &fault));
  CHECK(event_read(&catalogue, message.line, &arena, &event, &error) == EVENT_OK);
  event.cause = event.customer, event.customer = message.hearer, event.arrival_ms = message.arrival_ms;
  counts.heard++;
  if (event_judge(plan, b, &event, &message.hearing) == TRIED_KEPT) CHECK(world.decision->forward_count == 0);
}

static void event_take(const struct plan *plan, struct bytes *b) {
  static unsigned char memory[ARENA_BYTES];
  static struct event event;
  static struct heard heard;
  struct event_error error;
  struct arena arena;
  struct str line = history_next(&history, b);
  arena_init(&arena, memory, sizeof memory);
  if (event_read(&catalogue, line, &arena, &event, &error) != EVENT_OK) return;
  event.arrival_ms = history.now_ms;
  history_hear(&history, event.time_ms);
  world.clock_ms = history.clock_ms;
  counts.events++;
  if (event_judge(plan, b, &event, NULL) != TRIED_KEPT) return;
  forwards_take(&heard, &event, line);
  for (uint32_t i = 0; i < heard.count; i++) forward_hear(plan, b, (struct str){heard.bytes[i], heard.lengths[i]});
}

/* ---- between events ---- */

/* Some owners leave memory and are read again. */
static void places_forget(struct bytes *b) {
  for (uint32_t i = 0; i < world.count; i++) {
    struct place *place = &world.places[i];
    if (place->state == NULL || !one_in(b, 3)) continue;
    place_store(place);
    place_drop(place);
  }
}

/* The other book is free: what it said is on the shelf no more, so it may only be used once. */
static void book_swap(const struct plan *plan, struct bytes *b) {
  struct book *now = world.book == &books[0] ? &books[1] : &books[0];
  struct fault fault;
  if (ledger.edited || !book_edit(now, world.book, b, &catalogue, history.now_ms, plan->memory_ms)) return;
  if (judge_check(now->rulebook, &world.settings, &fault) != STATUS_OK) return;
  shelf_add(&shelf, world.book, now);
  world.book = now, world.shelf = &shelf.shelf;
  counts.swaps++;
  ledger.edited = true;
}

static void world_prepare(const struct plan *plan) {
  static const struct hash_key key = {1, 2};
  world_begin(&world, plan->short_trail ? 24 : WORLD_TRAIL);
  world.tight = plan->tight, world.lent = plan->lent, world.clock_ms = TIME_NONE, world.attempts = 0;
  world.book = &books[0], world.shelf = NULL;
  world.settings = (struct judge_settings){.id_key = key, .horizon_ms = 7 * MS_PER_DAY, .memory_ms = plan->memory_ms};
  shelf.shelf.count = 0;
  ledger_begin(&ledger);
  lender_begin(&world);
}

/* Events of types that the rulebook hears, about the time of one of its campaigns. */
static void history_prepare(const struct plan *plan, struct bytes *b) {
  const struct rulebook *book = books[0].rulebook;
  uint32_t campaign = pick(b, book->campaign_count), before = TYPE_UNKNOWN;
  while (book->campaigns[campaign].programme) campaign = (campaign + 1) % book->campaign_count;
  history_begin(&history, b, plan->history, &book->campaigns[campaign]);
  for (uint32_t i = 0; i < book->listener_count; i++) { /* they stand by type */
    uint32_t type = book->listeners[i].type;
    if (type != before) history_hears(&history, catalogue.types[type].name);
    before = type;
  }
}

static void history_run(const struct plan *plan, const uint8_t *data, size_t size) {
  uint32_t written = (uint32_t)(size / EVENT_BYTES), all = written + plan->extra;
  struct bytes rest = bytes_of(NULL, 0, plan->seed + 1);
  if (all > HISTORY_EVENTS - 1) all = HISTORY_EVENTS - 1;
  history_prepare(plan, &rest);
  for (uint32_t i = 0; i < all; i++) {
    struct bytes own = bytes_of(data + i * EVENT_BYTES, i < written ? EVENT_BYTES : 0, plan->seed + i * 7919u);
    if (plan->forgets && one_in(&rest, 6)) places_forget(&rest);
    if (plan->edits && one_in(&rest, 12)) book_swap(plan, &rest);
    event_take(plan, &own);
  }
  world_store(&world);
}

/* ---- the target ---- */

#ifdef GIFTD_MUTANTS
#define MUTANT_WORD(name, text) #name,
static void mutant_choose(const char *name) {
  static const char *const names[] = {"NONE", MUTANTS(MUTANT_WORD)};
  if (name == NULL) return;
  for (uint32_t i = 0; i < MUTANT_COUNT; i++)
    if (str_equal(str_of(names[i]), str_of(name))) mutant_active = (enum mutant)i;
  if (mutant_active != MUTANT_NONE) return;
  fprintf(stderr, "GIFTD_MUTANT: there is no '%s'\n", name);
  exit(2);
}
#endif

static void prepare_once(void) {
  if (catalogue.field_count != 0) return;
  catalogue_init(&catalogue);
  if (getenv("GIFTD_HEART_COUNTS") != NULL) atexit(counts_tell);
#ifdef GIFTD_MUTANTS
  mutant_choose(getenv("GIFTD_MUTANT"));
#endif
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct fault fault;
  prepare_once();
  if (size < HEAD_BYTES) return 0;
  struct plan plan = plan_of(data);
  data += HEAD_BYTES, size -= HEAD_BYTES;
  if (plan.book_bytes > size) plan.book_bytes = size;
  counts.inputs++;
  history.count = 0;
  struct bytes b = bytes_of(data, plan.book_bytes, plan.seed);
  if (!book_make(&books[0], plan.kind, &b, &catalogue)) return 0;
  world_prepare(&plan);
  if (judge_check(books[0].rulebook, &world.settings, &fault) != STATUS_OK) return 0;
  history_run(&plan, data + plan.book_bytes, size - plan.book_bytes);
  world_end(&world);
  lender_end();
  return 0;
}
