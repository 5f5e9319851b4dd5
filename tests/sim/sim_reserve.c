/* A reserve that is shut in the first rulebook and released in the second, of the campaign "reserve": it pays nothing under the first, and
 * whoever is refused then is told that it is shut; under the second nobody is refused before all of both pools is given. Logins are never
 * undone, so what is given is given. From the committed lines alone. */
#include "sim.h"

#define MAIN_UNITS 3
#define SPARE_UNITS 4
#define REFUSED(version) "\"campaign\":\"reserve\",\"version\":" version ",\"rule\":\"drawn\",\"reason\":\"OUT_OF_STOCK\""

struct counted {
  int32_t main, spare;
  bool refused; /* under the second */
};

static bool is_first(struct str line) { return number_of(line_field(line, "campaign_version")) == 1; }

static void reward_count(struct world *world, struct str line, struct counted *counted) {
  if (!str_equal(line_field(line, "campaign"), STR("reserve"))) return;
  bool spare = str_equal(line_field(line, "pool"), STR("reserve/spare"));
  if (spare && is_first(line)) sim_break(world, "a reserve pays that nobody has released: %.*s", STR_FORMAT(line));
  *(spare ? &counted->spare : &counted->main) += 1;
}

static void refusal_note(struct world *world, struct str line, struct counted *counted) {
  counted->refused |= str_find(line, STR(REFUSED("2"))) != NULL;
  bool shut = str_find(line, STR("\"pool\":\"reserve/main\",\"shut\":\"reserve/spare\"")) != NULL;
  if (shut != (str_find(line, STR(REFUSED("1"))) != NULL))
    sim_break(world, "%s: %.*s", shut ? "a reserve is said to be shut that was released" : "it is not said that the reserve is shut",
              STR_FORMAT(line));
}

void check_reserve(struct world *world) {
  struct counted counted = {0, 0, false};
  for (uint32_t shard = 0; shard < world->shards; shard++) {
    struct line_reader rewards = {.partition = &world->log.partitions[TOPIC_REWARDS][shard]},
                       decisions = {.partition = &world->log.partitions[TOPIC_DECISIONS][shard]};
    struct str line;
    while (line_next(&rewards, &line)) reward_count(world, line, &counted);
    while (line_next(&decisions, &line)) refusal_note(world, line, &counted);
  }
  if (counted.main > MAIN_UNITS || counted.spare > SPARE_UNITS)
    sim_break(world, "a pool of %d gave %d and its reserve of %d gave %d", MAIN_UNITS, counted.main, SPARE_UNITS, counted.spare);
  if (counted.refused && counted.main + counted.spare < MAIN_UNITS + SPARE_UNITS)
    sim_break(world, "refused, and of %d units %d are given", MAIN_UNITS + SPARE_UNITS, counted.main + counted.spare);
}
