/* Gifts that are issued later, of the campaign "pending": each was told as pending, then is issued once or taken back, and never issued
 * when it was taken back; what a reversal undid as a whole was taken back; and the pool has given what was told and not taken back. From
 * the committed lines alone, and the pool's record as it is in the end. */
#include <stdlib.h>

#include "sim.h"

#define GIFTS_MOST 4096u

struct waiting {
  uint64_t id;
  const struct input *input; /* that it was given for */
  bool choice;               /* its pool gives when it is issued */
  bool in_review;            /* and has not passed */
  bool refuses;              /* nobody reviews it, and its rule refuses then */
  bool issued, gone;
};
static struct waiting gifts[GIFTS_MOST];
static uint32_t gift_count;

bool line_is_of_pending(struct str line) { return str_equal(line_field(line, "campaign"), STR("pending")); }

static struct waiting *gift_find(struct str id) {
  uint64_t digest = hash64(&HASH_KEY_FIXED, id);
  for (uint32_t i = 0; i < gift_count; i++)
    if (gifts[i].id == digest) return &gifts[i];
  return NULL;
}

/* What the bank of some histories reviews: the gifts of snapshots, whose rule asks for no review itself. */
static bool is_for_bank(struct str line) {
  return str_equal(line_field(line, "rule"), STR("pick")) && !str_equal(line_field(line, "why"), STR("choice"));
}

static void pending_note(struct world *world, struct str line) {
  struct str id = line_field(line, "reward_id");
  struct waiting *known = gift_find(id);
  bool behind_review = known != NULL && known->in_review && str_equal(line_field(line, "why"), STR("timing"));
  if (behind_review) known->in_review = false; /* passed, and waits for its time */
  if (behind_review) return;
  if (known != NULL) sim_break(world, "a gift is pending twice: %.*s", STR_FORMAT(line));
  assert(gift_count < GIFTS_MOST);
  gifts[gift_count++] = (struct waiting){
      .id = hash64(&HASH_KEY_FIXED, id),
      .input = input_of(world, line, OF_REWARD),
      .choice = str_equal(line_field(line, "why"), STR("choice")),
      .in_review = str_equal(line_field(line, "why"), STR("review")),
      .refuses = str_equal(line_field(line, "rule"), STR("looked")) || str_equal(line_field(line, "asked_by"), STR("bank"))};
  if (is_for_bank(line) != str_equal(line_field(line, "asked_by"), STR("bank")))
    sim_break(world, "the bank reviews it, and it is not told, or the other way round: %.*s", STR_FORMAT(line));
}

static void reward_note(struct world *world, struct str line) {
  struct str type = line_field(line, "type");
  if (!line_is_of_pending(line)) return;
  if (str_equal(type, STR("gift.reward.pending"))) {
    pending_note(world, line);
    return;
  }
  bool issued = str_equal(type, STR("gift.reward.issued"));
  struct waiting *gift = gift_find(line_field(line, issued ? "id" : "reward_id"));
  if (gift == NULL || gift->gone || (issued && gift->issued))
    sim_break(world, "%s: %.*s",
              gift == NULL ? "it was never pending"
              : gift->gone ? "it was taken back before"
                           : "it is issued again",
              STR_FORMAT(line));
  else if (issued && gift->refuses)
    sim_break(world, "nobody reviewed it, and it is issued: %.*s", STR_FORMAT(line));
  else if (issued)
    gift->issued = true;
  else
    gift->gone = true;
}

/* A reversal of all of its original was judged. */
static void reversal_check(struct world *world, struct str line) {
  const struct input *input = whole_reversal_of(world, line);
  if (input == NULL) return;
  const struct input *original = &world->inputs[input->original];
  for (uint32_t i = 0; i < gift_count; i++)
    if (gifts[i].input == original && !gifts[i].gone)
      sim_break(world, "event e%u undoes e%u, whose gift was pending or issued, and is not taken back", input->number, original->number);
}

/* Where one shard has all of it, its record says what it gave. */
void sim_pool_check(struct world *world, const char *name, int64_t given) {
  const struct rulebook *book = world->books[BOOK_FIRST].rulebook;
  const struct pool *pool = NULL;
  for (uint32_t i = 0; i < book->pool_count; i++)
    if (str_equal(book->pools[i].name, str_of(name))) pool = &book->pools[i];
  assert(pool != NULL);
  struct owner owner = pool_owner(pool, STR(""));
  const struct owner_record *found = image_find(&world->segments[0].now, owner_key(&owner));
  int64_t used = 0;
  size_t bytes = state_bytes(64, 0);
  void *block = aligned_alloc(64, (bytes + 63) / 64 * 64);
  struct state *state = block == NULL ? NULL : state_init(block, bytes, 0);
  struct fault fault = {0};
  assert(state != NULL);
  if (found != NULL && found->record.length > 0 && page_decode(found->record, state, &fault)) used = pool_used(state, pool, POOL_TOTAL, 0);
  free(block);
  if (used != given)
    sim_break(world, "the pool %s has given %lld, and %lld were told and not taken back", name, (long long)used, (long long)given);
}

static void pool_check(struct world *world) {
  int64_t given = 0;
  for (uint32_t i = 0; i < gift_count; i++) given += !gifts[i].gone && (gifts[i].issued || !gifts[i].choice);
  sim_pool_check(world, "pending/all", given);
}

void check_pending(struct world *world) {
  gift_count = 0;
  for (uint32_t shard = 0; shard < world->shards && world->broken[0] == 0; shard++) {
    struct line_reader rewards = {.partition = &world->log.partitions[TOPIC_REWARDS][shard]},
                       decisions = {.partition = &world->log.partitions[TOPIC_DECISIONS][shard]};
    struct str line;
    while (line_next(&rewards, &line)) reward_note(world, line);
    while (line_next(&decisions, &line)) reversal_check(world, line);
  }
  if (world->shards == 1 && world->broken[0] == 0) pool_check(world);
}
