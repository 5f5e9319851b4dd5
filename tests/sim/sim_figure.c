/* A measure that another hears (`as`): a gift that somebody got since another's sum came so far stands as long as that sum does, whatever
 * was refunded of it, in whatever order it came to his shard. From the committed decisions and gifts alone: what each customer's sum did
 * under the campaign "told" says which gifts stand in the end. That every one is given that has to be is in sim_heard.c. */
#include "sim.h"

#define FAR_CENTS 20000

struct told {
  uint32_t customer; /* whose sum it is */
  bool came, fell, issued, revoked;
  uint64_t id;
};
static struct {
  struct told by[INPUT_MOST]; /* the event that brought the sum so far */
  bool refused[INPUT_MOST];
} figures;

/* ---- what the sums did ---- */

static void customer_fell(uint32_t customer) {
  for (uint32_t i = 0; i < INPUT_MOST; i++)
    if (figures.by[i].came && figures.by[i].customer == customer) figures.by[i].fell = true;
}

static void line_note(struct world *world, struct str line) {
  const struct input *input = line_is_close(line) ? NULL : input_of(world, line, OF_DECISION);
  struct str mark = STR("{\"fact\":\"told/came\",\"what\":");
  if (input == NULL) return;
  if (gate_of(line).length > 0 && line_field(line, "caused_by").length > 0) figures.refused[input->number] = true;
  for (const char *at; (at = str_find(line, mark)) != NULL;) {
    line = str_from(line, (size_t)(at - line.at) + mark.length);
    int64_t before = cents_of(line_field(line, "before")), after = cents_of(line_field(line, "after"));
    struct told *told = &figures.by[input->number];
    if (before < FAR_CENTS && after >= FAR_CENTS) *told = (struct told){.customer = input->customer_number, .came = true};
    if (after < FAR_CENTS) customer_fell(input->customer_number);
  }
}

/* ---- what was given ---- */

static uint64_t id_of(struct str line, const char *field) { return hash64(&HASH_KEY_FIXED, line_field(line, field)) | 1; }

static void gift_note(struct world *world, struct str line) {
  const struct input *input = input_of(world, line, OF_REWARD);
  if (!str_equal(line_field(line, "campaign"), STR("told"))) return;
  bool issued = str_equal(line_field(line, "type"), STR("gift.reward.issued"));
  for (uint32_t i = 0; !issued && i < INPUT_MOST; i++)
    if (figures.by[i].id == id_of(line, "reward_id")) figures.by[i].revoked = true;
  if (!issued || input == NULL) return;
  struct told *told = &figures.by[input->number];
  if (!told->came || told->issued)
    sim_break(world, "a gift for a sum that did not come so far, or the second for it: %.*s", STR_FORMAT(line));
  told->issued = true, told->id = id_of(line, "id");
}

static void input_check(struct world *world, const struct input *input) {
  const struct told *told = &figures.by[input->number];
  struct str primary = line_field(input->line, "primary");
  uint32_t hearer = primary.length == 0 ? input->customer_number : (uint32_t)number_of(str_from(primary, 1));
  if (!told->issued || figures.refused[input->number]) return;
  if (world->full[customer_slot(input->customer_number)] || world->full[customer_slot(hearer)]) return;
  if (told->revoked != told->fell)
    sim_break(world, "event e%u brought the sum of customer %u so far, which %s, and the gift of customer %u %s", input->number,
              input->customer_number, told->fell ? "fell again" : "it still is", hearer, told->revoked ? "went back" : "stands");
}

void check_figures(struct world *world) {
  memset(&figures, 0, sizeof figures);
  for (uint32_t i = 0; i < world->log.committed_count; i++)
    for (const struct record *record = world->log.committed[i]->first; record != NULL; record = record->next) {
      struct str rest = record->bytes, line;
      while (record->topic == TOPIC_DECISIONS && str_split(rest, '\n', &line, &rest)) line_note(world, line);
    }
  for (uint32_t shard = 0; shard < world->shards && world->broken[0] == 0; shard++) {
    struct line_reader reader = {.partition = &world->log.partitions[TOPIC_REWARDS][shard]};
    struct str line;
    while (line_next(&reader, &line)) gift_note(world, line);
  }
  for (uint32_t i = 0; i < world->input_count && world->broken[0] == 0; i++) input_check(world, &world->inputs[i]);
}
