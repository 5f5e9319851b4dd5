/* Events heard as another (`as`): who was named in a committed decision as hearing the event has one decision for it, and nobody else has;
 * and what was given through the rules of the campaign "friend" whose outcome depends on the causing customer alone is what the oracles of
 * the causing customers' shards say, each line as often, on whatever shard it was given. Order between shards is no promise: sets are
 * compared, as sums of hashes. */
#include "sim.h"

/* ---- a decision for each who hears ---- */

static struct str hearers_of(struct str line) {
  struct str mark = STR("\"heard_by\":[");
  const char *at = str_find(line, mark);
  return at != NULL ? str_from(line, (size_t)(at - line.at)) : (struct str){NULL, 0};
}

static void announced_add(struct world *world, struct set *set, struct str line) {
  struct str rest = hearers_of(line), customers[LIMIT_FORWARDS], mark = STR("\"customer\":\"");
  uint32_t count = 0;
  for (const char *at; (at = str_find(rest, mark)) != NULL; rest = str_from(rest, mark.length)) {
    rest = str_from(rest, (size_t)(at - rest.at));
    struct str customer = line_field(rest, "customer");
    uint32_t i = 0;
    while (i < count && !str_equal(customers[i], customer)) i++;
    if (i < count || count == LIMIT_FORWARDS) continue;
    customers[count++] = customer;
    char text[64], hex[16];
    digest_to_hex(hash64(&HASH_KEY_FIXED, customer), hex);
    int length = snprintf(text, sizeof text, "%.*s-%.16s", STR_FORMAT(line_field(line, "id")), hex);
    set_add(set, (struct str){text, (size_t)length});
  }
  (void)world;
}

/* "digest-hearer"; of a decision with a gate "digest.position-hearer". */
static void heard_add(struct set *set, struct str id) {
  char text[128];
  struct str digest = id, hearer = {NULL, 0}, place;
  (void)str_split(id, '-', &digest, &hearer);
  (void)str_split(digest, '.', &digest, &place);
  int length = snprintf(text, sizeof text, "%.*s-%.*s", STR_FORMAT(digest), STR_FORMAT(hearer));
  set_add(set, (struct str){text, (size_t)length});
}

static void decisions_check(struct world *world) {
  struct set announced = {0, 0}, heard = {0, 0};
  for (uint32_t shard = 0; shard < world->shards; shard++) {
    struct line_reader reader = {.partition = &world->log.partitions[TOPIC_DECISIONS][shard]};
    struct str line;
    while (line_next(&reader, &line))
      if (line_field(line, "caused_by").length > 0)
        heard_add(&heard, line_field(line, "id"));
      else
        announced_add(world, &announced, line);
  }
  if (!sets_equal(&announced, &heard))
    sim_break(world, "%llu hearers are named in decisions, %llu decisions are for hearers, or for others than these",
              (unsigned long long)announced.count, (unsigned long long)heard.count);
}

/* ---- what they got ---- */

static bool of_causer_alone(struct str line) {
  struct str rule = line_field(line, "rule");
  if (str_equal(line_field(line, "campaign"), STR("told"))) return true;
  if (!str_equal(line_field(line, "campaign"), STR("friend"))) return false;
  return str_equal(rule, STR("once")) || str_equal(rule, STR("kept")) || str_equal(rule, STR("bill"));
}

static void gift_add(const struct world *world, struct set *set, struct str line) {
  if (!of_causer_alone(line) || of_full_customer(world, line)) return;
  set_add(set, world->swapped ? line_field(line, "id") : line); /* another rulebook, another version in the line */
}

void check_heard(struct world *world, const struct oracle *oracles) {
  struct set expected = {0, 0}, given = {0, 0};
  struct str line;
  decisions_check(world);
  for (uint32_t shard = 0; shard < world->shards && world->broken[0] == 0; shard++) {
    struct line_reader reader = {.partition = &world->log.partitions[TOPIC_REWARDS][shard]};
    while (line_next(&reader, &line)) gift_add(world, &given, line);
    struct str rest = buffer_text(&oracles[shard].outputs[OUTPUT_REWARDS]);
    while (rest.length > 0 && str_split(rest, '\n', &line, &rest)) gift_add(world, &expected, line);
  }
  if (world->broken[0] == 0 && !sets_equal(&expected, &given))
    sim_break(world, "customers who heard events as another got %llu lines, by the oracle %llu, or others than these",
              (unsigned long long)given.count, (unsigned long long)expected.count);
}
