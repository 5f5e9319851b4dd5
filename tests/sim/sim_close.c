/* Periods that closed: each that the oracle judged was judged once for its customer, and to the same end, whenever its turn came - between
 * which lines is no promise, so sets are compared, as sums of hashes. What the rules of the campaign "closes" gave depends on the customer
 * alone. */
#include "sim.h"

bool line_is_close(struct str line) { return str_equal(line_field(line, "input"), STR("giftd:closes")); }
static bool is_of_closes(struct str line) {
  struct str campaign = line_field(line, "campaign");
  return str_equal(campaign, STR("closes")) || (str_equal(campaign, STR("abroad")) && str_equal(line_field(line, "rule"), STR("again")));
}
bool line_is_of_close(struct str line) { return is_of_closes(line) || line_is_of_rank(line); }

/* Which close of whom, and what came of it; not the how-many-eth it was, nor under which version of the files. */
static void decision_add(const struct world *world, struct set *set, struct str line) {
  const char *considered = str_find(line, STR("\"considered\":["));
  if (line_is_range(line) || !line_is_close(line) || considered == NULL || of_full_customer(world, line)) return;
  struct str event = str_from(line, (size_t)(considered - line.at)), id;
  const char *at = str_find(line, STR("\"event\":{"));
  assert(at != NULL);
  id = line_field(str_from(line, (size_t)(at - line.at)), "id");
  if (close_is_ranked(id)) return;          /* sim_rank.c */
  if (str_starts(id, STR("gift:"))) return; /* sim_pending.c: of the last hour it hangs on what else was heard of its customer */
  set->count++;
  set->sum += hash64_pair(&HASH_KEY_FIXED, hash64(&HASH_KEY_FIXED, id), world->swapped ? 0 : hash64(&HASH_KEY_FIXED, event));
}

/* Of closes that lay so far back when another rulebook came that its new rule hears them of those alone whose records still have them:
 * who was worked off before is not told. Never of more than the oracle. */
static bool was_overdue(const struct world *world, struct str line) {
  bool far_back = input_stands_still(world) && str_compare(line_field(line, "time"), STR("2027-01-15")) < 0;
  return world->swapped && far_back && str_equal(line_field(line, "rule"), STR("again"));
}

/* "day+08:00:2026-12-06:c7" of a close, whatever the delay by which a rule hears it. */
static struct str close_of(struct str gift) {
  const char *at = str_find(gift, STR("\"source_events\":[\"giftd/"));
  if (at == NULL) return STR("");
  struct str close = str_from(gift, (size_t)(at - gift.at) + sizeof "\"source_events\":[\"giftd/" - 1);
  uint32_t colons = 0;
  for (size_t i = 0; i < close.length; i++) {
    colons += close.at[i] == ':';
    if (colons == 4 || close.at[i] == '"') return (struct str){close.at, i};
  }
  return close;
}

/* Its turn came behind the exchange of files, and the new rule heard it as all others did; the oracle may have worked it off before. */
static bool came_behind(const struct world *world, uint32_t shard, struct str gift) {
  struct line_reader decisions = {.partition = &world->log.partitions[TOPIC_DECISIONS][shard]};
  struct str line, close = close_of(gift), raised = world->books[BOOK_RAISED].rulebook->digest;
  while (line_next(&decisions, &line)) {
    const char *at = str_find(line, STR("\"event\":{"));
    if (!line_is_close(line) || at == NULL || !str_equal(line_field(line, "rulebook"), raised)) continue;
    if (str_equal(line_field(str_from(line, (size_t)(at - line.at)), "id"), close)) return true;
  }
  return false;
}

static void gift_add(const struct world *world, struct set *sets, struct str line) {
  struct set *set = &sets[was_overdue(world, line)];
  if (!is_of_closes(line) || of_full_customer(world, line)) return;
  set_add(set, world->swapped ? line_field(line, "id") : line); /* another rulebook, another version in the line */
}

static void sets_compare(struct world *world, uint32_t shard, const char *what, const struct set *expected, const struct set *found) {
  if (sets_equal(expected, found)) return;
  sim_break(world, "shard %u: of periods that closed the oracle has %llu %s; there are %llu, or others than these", shard,
            (unsigned long long)expected->count, what, (unsigned long long)found->count);
}

/* With another rulebook a close that gives nothing may be told once more or once less, as a look and a late event came one before the
 * other: what is given is the same. */
void check_closes(struct world *world, uint32_t shard, const struct oracle *oracle) {
  struct set expected[3] = {{0, 0}, {0, 0}, {0, 0}}, found[3] = {{0, 0}, {0, 0}, {0, 0}};
  struct line_reader decisions = {.partition = &world->log.partitions[TOPIC_DECISIONS][shard]},
                     rewards = {.partition = &world->log.partitions[TOPIC_REWARDS][shard]};
  struct str line, rest = buffer_text(&oracle->outputs[OUTPUT_DECISIONS]);
  if (world->passed) return;
  while (line_next(&decisions, &line)) decision_add(world, &found[0], line);
  while (line_next(&rewards, &line))
    if (!was_overdue(world, line) || !came_behind(world, shard, line)) gift_add(world, &found[1], line);
  while (rest.length > 0 && str_split(rest, '\n', &line, &rest)) decision_add(world, &expected[0], line);
  rest = buffer_text(&oracle->outputs[OUTPUT_REWARDS]);
  while (rest.length > 0 && str_split(rest, '\n', &line, &rest)) gift_add(world, &expected[1], line);
  if (!world->swapped) sets_compare(world, shard, "decisions", &expected[0], &found[0]);
  if (world->broken[0] == 0) sets_compare(world, shard, "gifts", &expected[1], &found[1]);
  if (found[2].count > expected[2].count) sets_compare(world, shard, "gifts of long ago", &expected[2], &found[2]);
}
