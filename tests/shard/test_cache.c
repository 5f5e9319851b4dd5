/* The cache of owners' states against a plain table: what is found is what was put in, what changed or is at hand never leaves, growth
 * keeps everything, and room is found whenever what may go would make it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cache.h"

#define OWNERS 3000u
#define CELLS_MOST 100u /* of one owner here */
#ifdef GIFTD_SMALL
#define LEAST_BYTES (40u * 1024u)
#define EVENTS(most) most
#else
#define LEAST_BYTES (24u * 1024u * 1024u)
#define EVENTS(most) ((most) / 5) /* looking through the table takes long */
#endif

static uint64_t random_state;
static uint32_t random_below(uint32_t most) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(random_state >> 33) % most;
}

static const struct hash_key fixed = {1, 2};

/* What an owner's state must be. kept: as it was handed over, which is how it comes back when it was dropped. */
struct truth {
  struct state *state; /* NULL: dropped, for all the table knows it may be */
  uint32_t cells, kept_cells, ids, kept_ids;
  uint64_t salt, turn; /* turn: when it was last at hand */
  bool listed;
};

struct table {
  struct cache cache;
  struct trail trail;
  void *memory;
  struct truth truths[OWNERS];
  uint32_t owners;
  uint64_t turn, hits, misses, refused, settled;
  bool *blocked; /* by unit: what must not go */
};

static struct table *table_new(uint64_t budget, uint32_t owners) {
  struct table *table = calloc(1, sizeof *table);
  assert_non_null(table);
  table->memory = malloc(cache_memory(budget));
  assert_non_null(table->memory);
  cache_init(&table->cache, table->memory, budget, &fixed, &table->trail);
  table->blocked = calloc(table->cache.few.units + table->cache.large.units, 1);
  table->owners = owners;
  for (uint32_t i = 0; i < OWNERS; i++) table->truths[i].salt = (uint64_t)i << 20;
  return table;
}

static void table_free(struct table *table) {
  free(table->blocked);
  free(table->memory);
  free(table);
}

static struct cache_key key_of(const struct table *table, uint32_t owner, char out[80]) {
  int length = snprintf(out, 80, owner % 3 == 0 ? "c%u" : owner % 3 == 1 ? "ccustomer-%08u" : "p%076u", owner);
  return cache_key(&table->cache, (struct str){out, (size_t)length});
}

/* ---- what must be there ---- */

static void content_check(const struct truth *truth, const struct state *state) {
  int64_t time_ms;
  assert_int_equal(state->cell_count, truth->cells);
  assert_int_equal(state->seen_count, truth->ids);
  for (uint32_t i = 0; i < truth->cells; i++) {
    const struct cell *cell = state_find(state, CELL_LIMIT, 5, truth->salt + i, 0);
    assert_non_null(cell);
    assert_int_equal(cell->limit.used, truth->salt + 7 * i);
  }
  for (uint32_t i = 0; i < truth->ids; i++) assert_true(state_seen(state, truth->salt + i, &time_ms) && time_ms == (int64_t)i);
}

static void cells_add(struct truth *truth, uint32_t count) {
  for (; count > 0 && truth->cells < CELLS_MOST; count--) {
    struct cell *cell = state_add(truth->state, CELL_LIMIT, 5, truth->salt + truth->cells, 0);
    assert_non_null(cell);
    cell->limit.used = (int64_t)(truth->salt + 7 * truth->cells++);
  }
}

static void ids_add(struct truth *truth, uint32_t count) {
  for (; count > 0; count--) {
    assert_true(state_see(truth->state, truth->salt + truth->ids, (int64_t)truth->ids));
    truth->ids++;
  }
}

static bool must_stay(const struct table *table, const struct truth *truth) {
  return truth->state != NULL && (truth->listed || truth->turn == table->turn);
}

static void must_stay_check(const struct table *table) {
  char key[80];
  for (uint32_t owner = 0; owner < table->owners; owner++)
    if (must_stay(table, &table->truths[owner])) assert_true(cache_has(&table->cache, key_of(table, owner, key)));
}

/* What must not go, by unit of both regions: the large one stands behind the other. */
static void block_out(struct table *table) {
  const struct cache *cache = &table->cache;
  memset(table->blocked, 0, cache->few.units + cache->large.units);
  for (uint32_t owner = 0; owner < table->owners; owner++) {
    const struct truth *truth = &table->truths[owner];
    if (!must_stay(table, truth)) continue;
    uint32_t unit = truth->state->keeper - 1, next;
    bool large = unit >= cache->few.units;
    assert_non_null(blocks_at(large ? &cache->large : &cache->few, large ? unit - cache->few.units : unit, &next));
    for (uint32_t end = large ? next + cache->few.units : next; unit < end; unit++) table->blocked[unit] = true;
  }
}

static bool region_has_room(const bool *blocked, const struct blocks *blocks, uint32_t units) {
  for (uint32_t from = 0; from + units <= blocks->units; from += units) {
    uint32_t open = 0;
    while (open < units && !blocked[from + open]) open++;
    if (open == units) return true;
  }
  return false;
}

/* Whether a block of that size could stand somewhere, were all gone that may go. A sixteenth of the first region is the largest in it. */
static bool has_room(struct table *table, size_t bytes) {
  const struct cache *cache = &table->cache;
  uint32_t units = (uint32_t)(blocks_size(bytes) / BLOCK_LEAST);
  block_out(table);
  if (units <= cache->few.units / 16 && region_has_room(table->blocked, &cache->few, units)) return true;
  return region_has_room(table->blocked + cache->few.units, &cache->large, units);
}

/* Of an entry with such a key; its head is a few words and the key. */
static size_t bytes_of(struct str key, uint32_t cells, uint32_t ids) { return (24 + key.length + 15) / 16 * 16 + state_bytes(cells, ids); }

/* ---- steps ---- */

static void settle(struct table *table) {
  char copies[2][80] = {"", ""};
  uint32_t count = cache_sort_changed(&table->cache), listed = 0;
  for (uint32_t i = 0; i < count; i++) {
    struct state *state = cache_changed(&table->cache, i);
    struct str key = cache_owner(&table->cache, state);
    memcpy(copies[i % 2], key.at, key.length);
    copies[i % 2][key.length] = 0;
    if (i > 0) assert_true(strcmp(copies[(i + 1) % 2], copies[i % 2]) < 0);
    pages_clean(state);
  }
  cache_settle(&table->cache);
  assert_int_equal(table->cache.changed_bytes, 0);
  for (uint32_t owner = 0; owner < table->owners; owner++) {
    struct truth *truth = &table->truths[owner];
    listed += truth->listed;
    if (truth->listed) truth->kept_cells = truth->cells, truth->kept_ids = truth->ids;
    truth->listed = false;
  }
  assert_int_equal(count, listed);
  table->settled++;
}

/* At most what all of them take, however often each was listed. */
static void bytes_check(const struct table *table) {
  uint64_t most = 0;
  for (uint32_t owner = 0; owner < table->owners; owner++) {
    const struct truth *truth = &table->truths[owner];
    if (truth->listed) most += truth->cells * 60 + truth->ids * 14 + 256 * pages_dirty(truth->state);
  }
  assert_true(table->cache.changed_bytes <= most);
}

/* What is listed leaves a quarter of the cache to what may make way. */
static void list(struct table *table, struct truth *truth) {
  const struct cache *cache = &table->cache;
  if (!cache_list(&table->cache, truth->state)) {
    assert_true(cache->changed_units > cache->few.units / 4 * 3);
    settle(table);
    assert_true(cache_list(&table->cache, truth->state));
  }
  truth->listed = true;
}

/* As it was handed over, like a record from the view. */
static bool come_back(struct table *table, uint32_t owner) {
  char bytes[80];
  struct truth *truth = &table->truths[owner];
  struct cache_key key = key_of(table, owner, bytes);
  assert_false(truth->listed);
  uint32_t cells = truth->kept_cells + random_below(4), ids = truth->kept_ids + random_below(2);
  bool room = has_room(table, bytes_of(key.bytes, cells, ids));
  truth->state = cache_add(&table->cache, key, cells, ids);
  assert_int_equal(truth->state != NULL, room);
  table->refused += truth->state == NULL;
  if (truth->state == NULL) return false;
  assert_true(state_room(truth->state) >= cells && state_id_room(truth->state) >= ids && state_is_empty(truth->state));
  truth->cells = truth->ids = 0;
  cells_add(truth, truth->kept_cells);
  ids_add(truth, truth->kept_ids);
  pages_clean(truth->state);
  return true;
}

/* The state of an owner, at hand. */
static bool fetch(struct table *table, uint32_t owner) {
  char bytes[80];
  struct truth *truth = &table->truths[owner];
  struct cache_key key = key_of(table, owner, bytes);
  bool stays = must_stay(table, truth), there = cache_has(&table->cache, key);
  struct state *found = cache_find(&table->cache, key);
  assert_true((found != NULL) == there && (there || !stays));
  table->hits += there, table->misses += !there;
  if (!there && !come_back(table, owner)) {
    truth->state = NULL;
    return false;
  }
  if (there) assert_ptr_equal(found, truth->state);
  truth->turn = table->turn;
  content_check(truth, truth->state);
  assert_ptr_equal(truth->state->trail, &table->trail);
  assert_true(str_equal(cache_owner(&table->cache, truth->state), key.bytes));
  return true;
}

static bool grow(struct table *table, uint32_t owner, uint32_t cells, uint32_t ids) {
  char bytes[80];
  struct truth *truth = &table->truths[owner];
  struct cache_key key = key_of(table, owner, bytes);
  bool room = has_room(table, bytes_of(key.bytes, truth->cells + cells, truth->ids + ids));
  struct state *grown = cache_grow(&table->cache, truth->state, truth->cells + cells, truth->ids + ids);
  assert_int_equal(grown != NULL, room);
  table->refused += grown == NULL;
  content_check(truth, grown != NULL ? grown : truth->state);
  if (grown == NULL) return false;
  assert_true(state_room(grown) >= cells && state_id_room(grown) >= ids);
  truth->state = grown;
  return true;
}

static void change(struct table *table, uint32_t owner) {
  struct truth *truth = &table->truths[owner];
  uint32_t cells = random_below(random_below(8) == 0 ? 40 : 4), ids = random_below(2);
  if (truth->cells + cells > CELLS_MOST) cells = 0;
  if (truth->ids + ids > LIMIT_SEEN / 2) ids = 0;
  bool fits = state_room(truth->state) >= cells && state_id_room(truth->state) >= ids;
  if ((!fits || random_below(20) == 0) && !grow(table, owner, cells, ids)) return;
  cells_add(truth, cells);
  ids_add(truth, ids);
  if (truth->state->changed) list(table, truth);
}

static void drop(struct table *table, uint32_t owner) {
  char bytes[80];
  struct truth *truth = &table->truths[owner];
  if (truth->listed || !cache_has(&table->cache, key_of(table, owner, bytes))) return;
  cache_drop(&table->cache, truth->state);
  assert_false(cache_has(&table->cache, key_of(table, owner, bytes)));
  truth->state = NULL;
}

static void event(struct table *table, uint32_t touches) {
  cache_turn(&table->cache);
  table->turn++;
  for (uint32_t i = 0; i < touches; i++) {
    uint32_t owner = random_below(random_below(2) == 0 ? table->owners : table->owners / 10 + 1);
    if (!fetch(table, owner)) continue;
    if (random_below(3) > 0) change(table, owner);
    if (random_below(30) == 0) drop(table, owner);
  }
}

static void what_is_found_is_what_was_put_in(void **unused) {
  (void)unused;
  static const struct {
    uint64_t budget;
    uint32_t owners, events, touches, settle_every;
  } rows[] = {
      {LEAST_BYTES, 20, 2000, 5, 100},      /* all fit */
      {LEAST_BYTES, 400, 3000, 8, 7},       /* with the small bounds most do not */
      {LEAST_BYTES, 60, 2000, 20, 1000000}, /* too much is at hand, or waits to be handed over */
      {4 * LEAST_BYTES, OWNERS, 1500, 10, 5},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    random_state = i + 1;
    struct table *table = table_new(rows[i].budget, rows[i].owners);
    table->turn = 1;
    for (uint32_t n = 1; n <= EVENTS(rows[i].events); n++) {
      event(table, 1 + random_below(rows[i].touches));
      if (n % 16 == 0) must_stay_check(table), bytes_check(table);
      if (n % rows[i].settle_every == 0 || (table->refused > 0 && random_below(50) == 0)) settle(table);
    }
    must_stay_check(table);
    assert_true(table->hits > 100 && table->misses > 15);
#ifdef GIFTD_SMALL
    if (i > 0) assert_true(table->misses > rows[i].owners || table->refused > 100);
#endif
    table_free(table);
  }
}

/* Those that are used stay when many pass by once. */
static void a_second_chance_keeps_what_is_used(void **unused) {
  (void)unused;
  struct table *table = table_new(0, OWNERS);
  uint32_t places = table->cache.few.units, often = places / 40 + 1, found = 0, passing = 10;
  char bytes[80];
  for (uint32_t n = 0; n < 4 * places; n++) {
    cache_turn(&table->cache);
    struct cache_key key = key_of(table, 100000 + n, bytes);
    assert_non_null(cache_add(&table->cache, key, 2, 0)); /* once, and never again */
    for (uint32_t used = n % passing == 0 ? often / passing + 1 : 0; used > 0; used--) {
      key = key_of(table, random_below(often), bytes);
      if (cache_find(&table->cache, key) != NULL)
        found++;
      else
        assert_non_null(cache_add(&table->cache, key, 2, 0));
    }
  }
  assert_true(found > 4 * places / passing * (often / passing + 1) * 8 / 10);
  table_free(table);
}

/* The largest state there can be moves to a larger block whatever was here before, when nothing waits to be handed over. */
static void the_largest_state_finds_room(void **unused) {
  (void)unused;
  struct table *table = table_new(0, 1);
  char bytes[80];
  for (uint32_t n = 0; n < 3000; n++) {
    cache_turn(&table->cache);
    assert_non_null(cache_add(&table->cache, key_of(table, 1000 + n, bytes), n % 60, n % 9));
  }
  struct state *state = NULL;
  for (uint32_t cells = 4; cells < LIMIT_STATE_CELLS; cells += cells / 2) {
    cache_turn(&table->cache);
    assert_non_null(cache_add(&table->cache, key_of(table, 10000 + cells, bytes), 50, 9));
    cache_turn(&table->cache);
    state = cache_find(&table->cache, key_of(table, 0, bytes));
    if (state == NULL) state = cache_add(&table->cache, key_of(table, 0, bytes), 2, 1); /* it may have made way */
    assert_non_null(state);
    state = cache_grow(&table->cache, state, cells, 1 + cells / 8);
    assert_non_null(state);
  }
  state = cache_grow(&table->cache, state, LIMIT_STATE_CELLS, LIMIT_SEEN);
  assert_non_null(state);
  assert_non_null(cache_grow(&table->cache, state, LIMIT_STATE_CELLS, LIMIT_SEEN));
  table_free(table);
}

static void more_changes_than_can_be_listed_are_handed_over_first(void **unused) {
  (void)unused;
  struct table *table = table_new((uint64_t)(CACHE_CHANGED_MOST + 100) * 1024u, 1);
  char bytes[80];
  struct state *state = NULL;
  for (uint32_t owner = 0; owner <= CACHE_CHANGED_MOST; owner++) {
    cache_turn(&table->cache);
    state = cache_add(&table->cache, key_of(table, owner, bytes), 2, 0);
    assert_non_null(state);
    assert_non_null(state_add(state, CELL_LIMIT, 5, owner, 0));
    assert_int_equal(cache_list(&table->cache, state), owner < CACHE_CHANGED_MOST);
  }
  assert_int_equal(cache_sort_changed(&table->cache), CACHE_CHANGED_MOST);
  for (uint32_t i = 0; i < CACHE_CHANGED_MOST; i++) pages_clean(cache_changed(&table->cache, i));
  cache_settle(&table->cache);
  assert_true(cache_list(&table->cache, state));
  table_free(table);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_found_is_what_was_put_in),
      cmocka_unit_test(a_second_chance_keeps_what_is_used),
      cmocka_unit_test(the_largest_state_finds_room),
      cmocka_unit_test(more_changes_than_can_be_listed_are_handed_over_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
