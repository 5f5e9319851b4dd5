/* Gifts that could not be delivered, of the campaign "failing": one that failed and still stands is issued anew once, under one other id,
 * or taken back where its version says so; what fails again is taken back; a refund takes back the one that stands, and never a gift twice.
 * From the committed lines alone, and the pool's record as it is in the end. */
#include <stdlib.h>

#include "sim.h"

#define GIFTS_MOST 1024u

enum told { TOLD_NOTHING, TOLD_DONE, TOLD_FAILED };
struct gift_told {
  struct str ids[2]; /* the first one; that under which it was issued anew, empty until it is */
  enum told told[2];
  const struct input *input; /* that it was given for */
  bool given[2], gone;       /* as far as the decisions are read */
  bool reissues;             /* by the version that it was given under */
};
static struct gift_told gifts[GIFTS_MOST];
static uint32_t gift_count;

/* ---- ids, as the page on ids says (docs/language.md section 10) ---- */

static struct str id_text(struct world *world, struct digest128 digest) {
  char *text = arena_take(&world->arena, ID22_BYTES);
  digest_to_id(digest, text);
  return (struct str){text, ID22_BYTES};
}

static struct str first_id(struct world *world, const struct input *original, const char *campaign, const char *rule) {
  struct buffer out;
  buffer_init(&out, arena_take(&world->arena, 160), 160);
  buffer_print(&out, "%s%c%s%c%c%.*s%cevent:%s/e%u", campaign, 0, rule, 0, 0, STR_FORMAT(original->customer), 0,
               world->seed % 3 == 0 ? "%2Fbank%2Fsim" : "sim", original->number);
  return id_text(world, hash128(&world->shard_settings.judge.id_key, buffer_text(&out)));
}

struct str owing_id(struct world *world, const struct input *original) { return first_id(world, original, "owing", "owed"); }

struct str failing_id(struct world *world, const struct input *original, bool anew) {
  const struct hash_key *key = &world->shard_settings.judge.id_key;
  struct str first = first_id(world, original, "failing", original->kind == KIND_SPEND ? "anew" : "turns");
  struct buffer out;
  if (!anew) return first;
  buffer_init(&out, arena_take(&world->arena, 160), 160);
  buffer_print(&out, "reissue%c%.*s", 0, STR_FORMAT(first));
  return id_text(world, hash128(key, buffer_text(&out)));
}

/* ---- what the decisions say ---- */

static bool says(struct str line, struct str id, const char *kind) {
  char pattern[96];
  int length = snprintf(pattern, sizeof pattern, "\"id\":\"%.*s\",\"kind\":\"%s\"", STR_FORMAT(id), kind);
  return id.length > 0 && str_find(line, (struct str){pattern, (size_t)length}) != NULL;
}

static void gift_add(struct world *world, struct str line, const struct input *input) {
  assert(gift_count < GIFTS_MOST);
  bool first = number_of(line_field(line, "campaign_version")) == 1;
  gifts[gift_count++] =
      (struct gift_told){.ids = {line_field(line, "id"), {NULL, 0}}, .input = input, .reissues = first || input->kind == KIND_SPEND};
  if (!str_equal(gifts[gift_count - 1].ids[0], failing_id(world, input, false)))
    sim_break(world, "a gift has another id than its event makes: %.*s", STR_FORMAT(line));
}

static void rewards_read(struct world *world, uint32_t shard) {
  struct line_reader reader = {.partition = &world->log.partitions[TOPIC_REWARDS][shard]};
  struct str line;
  while (line_next(&reader, &line)) {
    if (!str_equal(line_field(line, "campaign"), STR("failing")) || !str_equal(line_field(line, "type"), STR("gift.reward.issued")))
      continue;
    struct str of = line_field(line, "reissue_of");
    if (of.length == 0) gift_add(world, line, input_of(world, line, OF_REWARD));
    struct gift_told *gift = NULL;
    for (uint32_t i = 0; i < gift_count && of.length > 0; i++)
      if (str_equal(gifts[i].ids[0], of)) gift = &gifts[i];
    if (of.length == 0) continue;
    if (gift == NULL || gift->ids[1].length > 0)
      sim_break(world, "%s: %.*s", gift == NULL ? "it is issued anew and never was before" : "it is issued anew again", STR_FORMAT(line));
    else
      gift->ids[1] = line_field(line, "id");
  }
}

/* What a result that is heard must come to; what it comes to is in its own decision. */
static void result_check(struct world *world, struct gift_told *gift, struct str line, const struct input *input) {
  bool again = input->again, before = gift->told[again] != TOLD_NOTHING;
  struct str gate = gate_of(line);
  if (gate.length > 0 && !str_equal(gate, STR("RESULT_CONTRADICTED"))) return;
  if (!gift->given[again]) return; /* nobody knows that id yet: that it was done is passed over */
  if (!before) gift->told[again] = input->failed ? TOLD_FAILED : TOLD_DONE;
  bool acts = !before && input->failed && !gift->gone, anew = acts && !again && gift->reissues;
  if (says(line, gift->ids[1], "reissued") != anew)
    sim_break(world, "%s: %.*s", anew ? "it failed and is not issued anew" : "it is issued anew and did not fail", STR_FORMAT(line));
  if (acts && !anew && !says(line, gift->ids[again], "revoked"))
    sim_break(world, "it failed and is not taken back: %.*s", STR_FORMAT(line));
}

static void decision_note(struct world *world, struct gift_told *gift, struct str line) {
  const struct input *input = input_of(world, line, OF_DECISION);
  bool own = input != NULL && line_field(line, "caused_by").length == 0 && !world->full[customer_slot(input->customer_number)];
  bool told = own && input->kind == KIND_RESULT && !input->of_owing && input->original == gift->input->number;
  if (told) result_check(world, gift, line, input);
  gift->given[0] |= says(line, gift->ids[0], "issued"), gift->given[1] |= says(line, gift->ids[1], "reissued");
  for (uint32_t i = 0; i < 2; i++) {
    if (!says(line, gift->ids[i], "revoked")) continue;
    if (gift->gone) sim_break(world, "it is taken back twice: %.*s", STR_FORMAT(line));
    if (i == 0 && gift->told[0] == TOLD_FAILED && gift->reissues && gift->ids[1].length > 0)
      sim_break(world, "it was issued anew, and what failed is taken back: %.*s", STR_FORMAT(line));
    gift->gone = true;
  }
  const struct input *whole = whole_reversal_of(world, line);
  if (whole != NULL && whole->original == gift->input->number && !gift->gone)
    sim_break(world, "event e%u undoes e%u, whose gift stands", whole->number, whole->original);
}

static void decisions_read(struct world *world, uint32_t shard) {
  struct line_reader reader = {.partition = &world->log.partitions[TOPIC_DECISIONS][shard]};
  struct str line;
  while (line_next(&reader, &line)) {
    if (line_is_range(line)) continue;
    for (uint32_t i = 0; i < gift_count && world->broken[0] == 0; i++)
      if (gifts[i].input->customer_number == customer_of(line)) decision_note(world, &gifts[i], line);
  }
}

void check_failed(struct world *world) {
  gift_count = 0;
  for (uint32_t shard = 0; shard < world->shards && world->broken[0] == 0; shard++) rewards_read(world, shard);
  for (uint32_t shard = 0; shard < world->shards && world->broken[0] == 0; shard++) decisions_read(world, shard);
  int64_t stand = 0;
  for (uint32_t i = 0; i < gift_count; i++) stand += !gifts[i].gone;
  if (world->shards == 1 && world->broken[0] == 0) sim_pool_check(world, "failing/some", stand);
}
