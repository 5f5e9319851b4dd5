/* Ranks: who wins is worked out here from what each shard alone makes of its own events - which customers it ranked at a close, and by how
 * much - and is held against who was given. By the whole bank, that is: no shard of the simulated one knows that alone. A rank is settled
 * when the clocks of all shards came to its close, and only then. And of a pot that is shared what everybody has of it. */
#include "sim.h"

#define RULES 3u
#define SHARED 2u /* the rule by which all share a pot */
#define POT 1000
#define PERIODS_MOST 256u
#define LABEL_BYTES 10u /* 2027-01-03 */
static const char *const rule_ids[RULES] = {"paid", "visits", "shared"};
static const uint32_t rule_tops[RULES] = {3, 2, 0};
static const int64_t rule_values[RULES][3] = {{9, 5, 2}, {7, 4, 0}, {0, 0, 0}};

bool line_is_of_rank(struct str line) { return str_equal(line_field(line, "campaign"), STR("ranks")); }
bool close_is_ranked(struct str id) { return str_starts(id, STR("rank-")) || str_starts(id, STR("day+09:00:")); }

/* A customer of a rank; what he was given in what happened. */
struct entrant {
  bool ranked[RULES];
  int64_t by[RULES];
  int64_t given[RULES];
};
struct day {
  char label[LABEL_BYTES];
  struct entrant entrants[CUSTOMER_SLOTS];
};
static struct day days[PERIODS_MOST];
static uint32_t day_count;

static struct day *day_of(struct world *world, struct str label) {
  for (uint32_t i = 0; i < day_count; i++)
    if (memcmp(days[i].label, label.at, LABEL_BYTES) == 0) return &days[i];
  if (day_count == PERIODS_MOST) {
    sim_break(world, "ranks of more than %u days", PERIODS_MOST);
    return NULL;
  }
  struct day *day = &days[day_count++];
  memset(day, 0, sizeof *day);
  memcpy(day->label, label.at, LABEL_BYTES);
  return day;
}

/* ---- who was ranked ---- */

/* "12.34" in the smallest unit; a whole number as it is. */
static int64_t amount_of(struct str text) {
  int64_t number = 0;
  for (size_t i = 0; i < text.length; i++)
    if (text.at[i] >= '0' && text.at[i] <= '9') number = number * 10 + (text.at[i] - '0');
  return text.length > 0 && text.at[0] == '-' ? -number : number;
}

/* What a decision says of one rule: up to its closing brace. */
static struct str outcome_of(struct str line, const char *rule) {
  char words[32];
  int length = snprintf(words, sizeof words, "\"rule\":\"%s\"", rule);
  const char *at = str_find(line, (struct str){words, (size_t)length});
  if (at == NULL) return STR("");
  struct str rest = str_from(line, (size_t)(at - line.at));
  const char *end = str_find(rest, STR("}"));
  return end == NULL ? rest : (struct str){rest.at, (size_t)(end - rest.at)};
}

static void decision_note(struct world *world, struct str line) {
  if (line_is_range(line) || !line_is_close(line)) return;
  const char *at = str_find(line, STR("\"event\":{"));
  struct str id = at == NULL ? STR("") : line_field(str_from(line, (size_t)(at - line.at)), "id");
  if (!str_starts(id, STR("day+09:00:")) || id.length < 10 + LABEL_BYTES) return;
  for (uint32_t r = 0; r < RULES; r++) {
    struct str outcome = outcome_of(line, rule_ids[r]), rank = line_field(outcome, "rank");
    if (!str_equal(rank, STR("open")) && !str_equal(rank, STR("behind"))) continue;
    struct day *day = day_of(world, str_from(id, 10));
    if (day == NULL) return;
    struct entrant *entrant = &day->entrants[customer_slot(customer_of(line))];
    int64_t by = amount_of(line_field(outcome, "actual"));
    if (entrant->ranked[r] && entrant->by[r] != by) sim_break(world, "ranked anew when that was over: %.*s", STR_FORMAT(line));
    entrant->ranked[r] = true, entrant->by[r] = by;
  }
}

/* ---- who was given ---- */

static void reward_note(struct world *world, struct str line) {
  if (!line_is_of_rank(line) || !str_equal(line_field(line, "type"), STR("gift.reward.issued"))) return;
  const char *at = str_find(line, STR("rank-"));
  struct str source = at == NULL ? STR("") : str_from(line, (size_t)(at - line.at));
  uint32_t r = 0;
  while (r + 1 < RULES && !str_equal(line_field(line, "rule"), str_of(rule_ids[r]))) r++;
  if (source.length < 26) {
    sim_break(world, "a prize of no rank: %.*s", STR_FORMAT(line));
    return;
  }
  struct day *day = day_of(world, str_from(source, 16)); /* behind "rank-0123456789:" */
  if (day != NULL) day->entrants[customer_slot(customer_of(line))].given[r] += number_of(line_field(line, "value_minor"));
}

/* ---- who must have won ---- */

static uint64_t key_of(const struct world *world, uint32_t slot, uint32_t r, int32_t period) {
  char id[16], name[32];
  uint32_t customer = slot < PROBE_SLOT ? slot : slot - PROBE_SLOT + PROBE_CUSTOMER;
  int id_length = snprintf(id, sizeof id, "c%u", customer), name_length = snprintf(name, sizeof name, "ranks/%s", rule_ids[r]);
  uint64_t rank = hash64_pair(&HASH_KEY_FIXED, name_decl((struct str){name, (size_t)name_length}), (uint64_t)(uint32_t)period);
  return hash64_pair(&world->shard_settings.judge.id_key, hash64(&HASH_KEY_FIXED, (struct str){id, (size_t)id_length}), rank);
}

static int32_t period_of_label(const char *label) {
  char text[32];
  int64_t ms = 0;
  (void)snprintf(text, sizeof text, "%.*sT00:00:00Z", (int)LABEL_BYTES, label);
  bool good = time_parse(str_of(text), &ms, NULL);
  assert(good);
  return (int32_t)(ms / MS_PER_DAY);
}

static bool is_before(const struct world *world, const struct day *day, uint32_t r, uint32_t a, uint32_t b) {
  const struct entrant *one = &day->entrants[a], *other = &day->entrants[b];
  if (one->by[r] != other->by[r]) return r == 0 ? one->by[r] > other->by[r] : one->by[r] < other->by[r];
  int64_t tie = r == 1 ? one->by[0] - other->by[0] : 0; /* who was not ranked by it paid nothing */
  if (tie != 0) return tie < 0;
  int32_t period = period_of_label(day->label);
  return key_of(world, a, r, period) < key_of(world, b, r, period);
}

/* Numbers of a record, lowest byte first. */
static uint64_t number_at(struct str record, size_t at, unsigned bytes) {
  uint64_t number = 0;
  for (unsigned i = 0; i < bytes && at + i < record.length; i++) number |= (uint64_t)(unsigned char)record.at[at + i] << (8 * i);
  return number;
}

/* Up to which day a shard alone has come, by its own record of it: the first that it has still to report. */
static bool has_come(const struct oracle *oracle, uint32_t r, const char *label) {
  char name[32];
  int length = snprintf(name, sizeof name, "ranks/%s", rule_ids[r]);
  const struct owner_record *record = image_find(&oracle->view, STR("m:rank"));
  const uint64_t decl = name_decl((struct str){name, (size_t)length});
  struct str bytes = record == NULL ? STR("") : record->record;
  uint32_t turns = (uint32_t)number_at(bytes, 1, 4);
  for (size_t i = 0; i < turns; i++)
    if (number_at(bytes, 9 + 9 * i, 5) == decl) return period_of_label(label) < (int32_t)(uint32_t)number_at(bytes, 14 + 9 * i, 4);
  return false;
}

static int64_t share_expected(const struct day *day, uint32_t slot) {
  int64_t all = 0;
  for (uint32_t i = 0; i < CUSTOMER_SLOTS; i++)
    if (day->entrants[i].ranked[SHARED]) all += day->entrants[i].by[SHARED];
  return all == 0 ? 0 : POT * day->entrants[slot].by[SHARED] / all;
}

static int64_t value_expected(const struct world *world, const struct day *day, uint32_t r, uint32_t slot) {
  uint32_t place = 0;
  if (r == SHARED) return share_expected(day, slot);
  if (!day->entrants[slot].ranked[r]) return 0;
  for (uint32_t other = 0; other < CUSTOMER_SLOTS; other++)
    place += other != slot && day->entrants[other].ranked[r] && is_before(world, day, r, other, slot);
  return place < rule_tops[r] ? rule_values[r][place] : 0;
}

static void day_check(struct world *world, const struct day *day, uint32_t r, bool settled) {
  for (uint32_t slot = 0; slot < CUSTOMER_SLOTS; slot++) {
    int64_t expected = settled ? value_expected(world, day, r, slot) : 0;
    if (day->entrants[slot].given[r] == expected) continue;
    sim_break(world, "rank %s of %.*s: slot %u with %lld was given %lld, and must have %lld%s", rule_ids[r], (int)LABEL_BYTES, day->label,
              slot, (long long)day->entrants[slot].by[r], (long long)day->entrants[slot].given[r], (long long)expected,
              settled ? "" : ": it is not settled");
    return;
  }
}

void check_ranks(struct world *world, const struct oracle *oracles) {
  struct str line, rest;
  day_count = 0;
  for (uint32_t i = 0; i < CUSTOMER_SLOTS; i++)
    if (world->full[i]) return; /* who could not be ranked for that is not known */
  for (uint32_t shard = 0; shard < world->shards; shard++) {
    struct line_reader rewards = {.partition = &world->log.partitions[TOPIC_REWARDS][shard]};
    rest = buffer_text(&oracles[shard].outputs[OUTPUT_DECISIONS]);
    while (rest.length > 0 && str_split(rest, '\n', &line, &rest)) decision_note(world, line);
    while (line_next(&rewards, &line)) reward_note(world, line);
  }
  for (uint32_t i = 0; i < day_count && world->broken[0] == 0; i++)
    for (uint32_t r = 0; r < RULES && world->broken[0] == 0; r++) {
      bool settled = true;
      for (uint32_t shard = 0; shard < world->shards; shard++) settled &= has_come(&oracles[shard], r, days[i].label);
      day_check(world, &days[i], r, settled);
      world->ranks += settled;
    }
}
