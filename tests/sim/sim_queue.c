/* Who waits for a pool, of the campaign "queue": first come, first served in each shard. From the committed lines alone: what is issued
 * from a line is what was pending there and waited longest, nobody is given of a pool for which another waits in his shard, what was taken
 * back or refused is not issued, and whoever waits behind what the campaign closes is told of it. The pools never gave more than they had.
 */
#include <string.h>

#include "sim.h"

#define WAITS_MOST 4096u
#define POOLS 2u

struct wait {
  uint64_t id;
  uint32_t shard, pool;
  bool waits, issued, gone;
};
static struct wait waits[WAITS_MOST];
static uint32_t wait_count;
static int64_t given[POOLS];

bool line_is_of_queue(struct str line) { return str_equal(line_field(line, "campaign"), STR("queue")); }

/* Where another rulebook comes while somebody was taken out of a line, and its walk begins, who comes next finds that line or none. So
 * what is given from it is looked at here alone: whose records that is in, and what of a decision. */
bool queue_has(const struct world *world, uint32_t customer) {
  return world->swapped && (customer == 0 || customer == 3 || customer == 6 || customer == 8);
}

bool key_is_of_queue(const struct world *world, struct str key) {
  bool pool = false;
  if (!world->swapped) return false;
  for (unsigned book = 0; book < BOOKS; book++)
    for (uint32_t i = 0; i < world->books[book].rulebook->pool_count; i++) {
      const struct pool *one = &world->books[book].rulebook->pools[i];
      struct owner owner = pool_owner(one, STR(""));
      pool |= str_starts(one->name, STR("queue/")) && str_equal(key, owner_key(&owner));
    }
  return pool || key.at[0] == 'q' || str_equal(key, STR("m:queue"));
}

static const char *object_end(const char *at, const char *end) {
  uint32_t depth = 0;
  for (; at < end; at++) {
    depth += *at == '{';
    if (*at == '}' && --depth == 0) return at + 1;
  }
  return end;
}

struct str line_without_queue(const struct world *world, struct str line, char *out, size_t capacity) {
  struct buffer text;
  buffer_init(&text, out, capacity);
  if (!world->swapped) return line;
  for (const char *found; (found = str_find(line, STR("{\"campaign\":\"queue\""))) != NULL;) {
    buffer_put(&text, (struct str){line.at, (size_t)(found - line.at)});
    const char *behind = object_end(found, line.at + line.length);
    if (*behind == ',') behind++;
    line = str_from(line, (size_t)(behind - line.at));
  }
  if (text.length > 0 && out[text.length - 1] == ',' && line.at[0] == ']') text.length--;
  buffer_put(&text, line);
  assert(!text.overflowed);
  return buffer_text(&text);
}

static struct wait *wait_find(struct str id) {
  uint64_t digest = hash64(&HASH_KEY_FIXED, id);
  for (uint32_t i = 0; i < wait_count; i++)
    if (waits[i].id == digest) return &waits[i];
  return NULL;
}

static struct wait *wait_first(uint32_t shard, uint32_t pool) {
  for (uint32_t i = 0; i < wait_count; i++)
    if (waits[i].waits && waits[i].shard == shard && waits[i].pool == pool) return &waits[i];
  return NULL;
}

static uint32_t pool_of(struct str line) { return str_equal(line_field(line, "rule"), STR("day")); }

static struct wait *wait_add(struct str id, uint32_t shard, uint32_t pool) {
  assert(wait_count < WAITS_MOST);
  waits[wait_count] = (struct wait){.id = hash64(&HASH_KEY_FIXED, id), .shard = shard, .pool = pool};
  return &waits[wait_count++];
}

static void pending_note(struct world *world, uint32_t shard, struct str line) {
  struct str id = line_field(line, "reward_id");
  if (wait_find(id) != NULL) sim_break(world, "who waits is put in line again: %.*s", STR_FORMAT(line));
  if (!str_equal(line_field(line, "why"), STR("queue"))) sim_break(world, "it waits for something else: %.*s", STR_FORMAT(line));
  wait_add(id, shard, pool_of(line))->waits = true;
}

static void issued_note(struct world *world, uint32_t shard, struct str line) {
  struct str id = line_field(line, "id");
  struct wait *known = wait_find(id), *first = wait_first(shard, pool_of(line));
  if (known != NULL && (known->issued || known->gone)) sim_break(world, "it was issued or taken back before: %.*s", STR_FORMAT(line));
  if (first != NULL && first != known) sim_break(world, "another has waited longer in shard %u: %.*s", shard, STR_FORMAT(line));
  if (known == NULL) known = wait_add(id, shard, pool_of(line));
  known->issued = true, known->waits = false;
  given[known->pool]++;
}

static void reward_note(struct world *world, uint32_t shard, struct str line) {
  struct str type = line_field(line, "type");
  if (!line_is_of_queue(line) || str_starts(type, STR("gift.pool."))) return;
  if (str_equal(type, STR("gift.reward.pending"))) {
    pending_note(world, shard, line);
  } else if (str_equal(type, STR("gift.reward.issued"))) {
    issued_note(world, shard, line);
  } else if (str_equal(type, STR("gift.reward.revoked"))) {
    struct wait *known = wait_find(line_field(line, "reward_id"));
    if (known == NULL || known->gone) {
      sim_break(world, "it was never told of, or is gone: %.*s", STR_FORMAT(line));
      return;
    }
    given[known->pool] -= known->issued && !str_equal(line_field(line, "rule"), STR("passing"));
    known->gone = true, known->waits = false;
  }
}

/* Behind it the campaign has closed. */
#define CLOSED_DAY 20

/* So many that the shard knows its time. */
#define TIMES_ENOUGH 32u

static uint32_t events_behind(const struct world *world, uint32_t shard, int32_t day) {
  const struct partition *events = &world->log.partitions[TOPIC_EVENTS][shard];
  uint32_t behind = 0;
  for (uint32_t i = 0; i < events->count; i++) {
    const struct input *input = &world->inputs[events->records[i].input];
    behind += !events->records[i].astray && !input->poison && !input->wild && input->day >= day;
  }
  return behind;
}

/* Where one shard has all of a pool, nobody waits while something is left, but for a full record. */
static void idle_check(struct world *world, int64_t stock) {
  bool full = false;
  for (uint32_t i = 0; i < sizeof world->full / sizeof world->full[0]; i++) full |= world->full[i];
  if (full || world->shards > 1 || events_behind(world, 0, 0) <= TIMES_ENOUGH) return;
  if (given[0] < stock && wait_first(0, 0) != NULL)
    sim_break(world, "somebody waits, and a stock of %lld has given %lld", (long long)stock, (long long)given[0]);
}

void check_queue(struct world *world) {
  wait_count = 0;
  memset(given, 0, sizeof given);
  for (uint32_t shard = 0; shard < world->shards && world->broken[0] == 0; shard++) {
    struct line_reader rewards = {.partition = &world->log.partitions[TOPIC_REWARDS][shard]};
    struct str line;
    while (line_next(&rewards, &line)) reward_note(world, shard, line);
    for (uint32_t pool = 0; pool < POOLS && world->broken[0] == 0; pool++)
      if (events_behind(world, shard, CLOSED_DAY) > TIMES_ENOUGH && wait_first(shard, pool) != NULL)
        sim_break(world, "shard %u: somebody waits though the campaign has closed, and was told nothing", shard);
  }
  int64_t stock = world->swapped ? 3 : 2;
  if (world->broken[0] == 0 && given[0] > stock) sim_break(world, "a stock of %lld has given %lld", (long long)stock, (long long)given[0]);
  if (world->broken[0] == 0) idle_check(world, stock);
}
