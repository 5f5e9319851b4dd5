/* See include/giftd/audit.h. Lines are whoever's who handed them in: everything in them is checked, and what does not follow is told, not
 * believed.
 */
#include "giftd/audit.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>

#define FINDINGS_TOLD 40u
#define LINE_ARENA_BYTES ((size_t)32 << 20)
#define NO_PLACE UINT32_MAX

/* What was met before, by a digest: of a draw, whether it was given; of a gift, whether its reward was found. */
struct seen_row {
  uint64_t low, high;
  uint32_t item; /* of a gift: in the rulebook */
  bool used, done;
};
struct draw_seen {
  struct seen_row *rows;
  size_t capacity, count;
  void *memory; /* of a line */
};

/* ---- what was met ---- */

static struct seen_row *seen_slot(struct seen_row *rows, size_t capacity, uint64_t low, uint64_t high) {
  size_t at = (size_t)low & (capacity - 1);
  while (rows[at].used && (rows[at].low != low || rows[at].high != high)) at = (at + 1) & (capacity - 1);
  return &rows[at];
}

static bool seen_grow(struct draw_seen *seen) {
  const size_t capacity = seen->capacity == 0 ? 1024 : 2 * seen->capacity;
  struct seen_row *rows = calloc(capacity, sizeof *rows);
  if (rows == NULL) return false;
  for (size_t i = 0; i < seen->capacity; i++)
    if (seen->rows[i].used) *seen_slot(rows, capacity, seen->rows[i].low, seen->rows[i].high) = seen->rows[i];
  free(seen->rows);
  seen->rows = rows, seen->capacity = capacity;
  return true;
}

/* NULL: no memory. A new row is not `used` yet. */
static struct seen_row *seen_row(struct draw_seen *seen, uint64_t low, uint64_t high) {
  if (2 * (seen->count + 1) > seen->capacity && !seen_grow(seen)) return NULL;
  struct seen_row *row = seen_slot(seen->rows, seen->capacity, low, high);
  if (!row->used) seen->count++, row->low = low, row->high = high;
  return row;
}

/* ---- one draw ---- */

struct auditing {
  struct draw_audit *audit;
  const struct recorded_decision *decision;
  const struct recorded_outcome *outcome;
  const struct rule *rule; /* NULL: the file has no such rule that draws */
};

static void finding(const struct auditing *a, const char *format, ...) PRINTF_LIKE(2, 3);
static void finding(const struct auditing *a, const char *format, ...) {
  va_list arguments;
  if (a->audit->findings++ >= FINDINGS_TOLD) return;
  fprintf(a->audit->tell, "  decision %.*s, customer %.*s, rule %.*s: ", STR_FORMAT(a->decision->id), STR_FORMAT(a->decision->customer),
          STR_FORMAT(a->outcome->rule));
  va_start(arguments, format);
  (void)vfprintf(a->audit->tell, format, arguments);
  va_end(arguments);
  (void)fputc('\n', a->audit->tell);
}

static const struct item *item_of(const struct auditing *a, uint32_t place) {
  assert(place < a->rule->item_count);
  return &a->audit->book->items[a->rule->item_first + place];
}

static uint32_t weights_without(const struct auditing *a, uint64_t without) {
  uint32_t total = 0;
  for (uint32_t i = 0; i < a->rule->item_count; i++)
    if (!(without >> i & 1)) total += item_of(a, i)->weight;
  return total;
}

static uint32_t place_of_number(const struct auditing *a, uint64_t without, uint32_t number) {
  uint32_t below = 0;
  for (uint32_t i = 0; i < a->rule->item_count; i++) {
    if (without >> i & 1) continue;
    below += item_of(a, i)->weight;
    if (number < below) return i;
  }
  return NO_PLACE;
}

/* A key that names an event names the one of its decision: else somebody would have chosen it. */
static bool key_fits(const struct auditing *a) {
  char memory[3 * (LIMIT_SOURCE_BYTES + LIMIT_EVENT_ID_BYTES) + LIMIT_ID_BYTES + 64];
  const struct str key = a->outcome->draw_key;
  struct buffer out;
  if (!str_starts(key, STR("event:"))) return true;
  buffer_init(&out, memory, sizeof memory);
  buffer_put(&out, STR("event:"));
  buffer_encoded(&out, a->decision->event_source);
  buffer_byte(&out, '/');
  buffer_encoded(&out, a->decision->event_id);
  if (a->decision->caused_by.length > 0) buffer_print(&out, "/%.*s", STR_FORMAT(a->decision->caused_by));
  return !out.overflowed && str_equal(buffer_text(&out), key);
}

static uint32_t number_of(const struct auditing *a, uint32_t attempt, uint32_t total) {
  const struct draw_facts facts = {a->audit->campaign->id, a->outcome->draw_rule, a->decision->customer, a->outcome->draw_key, attempt};
  return draw_of_secret(&a->audit->secret, &facts, total);
}

/* Only the number: what it fell on stands in a file of another version. */
static void number_follows(const struct auditing *a) {
  const struct recorded_drawn *drawn = &a->outcome->drawn[0];
  const uint32_t number = drawn->total == 0 ? 0 : number_of(a, 0, drawn->total);
  if (drawn->total == 0 || number != drawn->number)
    finding(a, "%u of %u was drawn by the record, %u by the secret", drawn->number, drawn->total, number);
}

/* Draw number `i` of those recorded: where it has to fall; NO_PLACE after telling why it does not. */
static uint32_t drawn_follows(const struct auditing *a, uint32_t i, uint64_t without, uint32_t before) {
  const struct recorded_drawn *drawn = &a->outcome->drawn[i];
  const bool next = i > 0 && a->rule->draw_empty == DRAW_NEXT;
  const uint32_t total = next ? 0 : weights_without(a, without);
  const uint32_t number = total == 0 ? 0 : number_of(a, i, total);
  const uint32_t place = next ? before + 1 : place_of_number(a, without, number);
  if (i > 0 && a->rule->draw_empty == DRAW_LOSE) {
    finding(a, "was drawn again, and an empty prize loses");
  } else if (drawn->total != total || drawn->number != number) {
    finding(a, "%u of %u was drawn by the record, %u of %u by the secret and the file", drawn->number, drawn->total, number, total);
  } else if (place >= a->rule->item_count || !str_equal(item_of(a, place)->id, drawn->item)) {
    const struct str meant = place >= a->rule->item_count ? STR("nothing") : item_of(a, place)->id;
    finding(a, "%u of %u falls on %.*s, not on %.*s", number, total, STR_FORMAT(meant), STR_FORMAT(drawn->item));
  } else {
    return place;
  }
  return NO_PLACE;
}

static bool gift_stands_for(const struct auditing *a, const struct item *item, struct str id) {
  if (str_equal(item->id, id)) return true;
  for (uint32_t i = 0; item->or_else != NONE && i < LIMIT_OR_ELSE; i++) {
    item = &a->audit->book->items[item->or_else];
    if (str_equal(item->id, id)) return true;
  }
  return false;
}

static bool outcome_is(const struct auditing *a, const char *reason) { return str_equal(a->outcome->reason, str_of(reason)); }

/* Whether what came of it is what was drawn at the end. */
static bool outcome_follows(const struct auditing *a, const struct item *item) {
  const struct recorded_gift *gift = a->outcome->gift_count == 1 ? &a->outcome->gifts[0] : NULL;
  const bool lost = outcome_is(a, "DRAW_LOST");
  if (gift == NULL || !gift_stands_for(a, item, gift->item)) {
    finding(a, "%.*s was drawn, and not given", STR_FORMAT(item->id));
    return false;
  }
  if (lost == str_equal(gift->kind, STR("lost")) && (!item->is_nothing || lost) &&
      (!lost || item->is_nothing || a->rule->draw_empty == DRAW_LOSE))
    return true;
  finding(a, "%.*s was drawn, and what came of it is %.*s", STR_FORMAT(item->id), STR_FORMAT(a->outcome->reason));
  return false;
}

/* ---- tallies ---- */

static void draw_name(const struct auditing *a, uint64_t *low, uint64_t *high) {
  char memory[sizeof(struct draw_facts) + 8 * LIMIT_ID_BYTES + 3 * (LIMIT_SOURCE_BYTES + LIMIT_EVENT_ID_BYTES)];
  struct buffer out;
  buffer_init(&out, memory, sizeof memory);
  buffer_print(&out, "%.*s\n%.*s\n%.*s", STR_FORMAT(a->outcome->draw_rule), STR_FORMAT(a->decision->customer),
               STR_FORMAT(a->outcome->draw_key));
  const struct digest256 digest = hash256(buffer_text(&out));
  memcpy(low, digest.bytes, sizeof *low);
  memcpy(high, digest.bytes + sizeof *low, sizeof *high);
}

/* A gift that goes out is to be found among the rewards. */
static bool gift_expect(const struct auditing *a) {
  const struct recorded_gift *gift = &a->outcome->gifts[0];
  struct digest128 id;
  if (str_equal(gift->kind, STR("lost")) || str_equal(gift->kind, STR("undone")) || str_equal(gift->kind, STR("offset"))) return true;
  if (!digest_from_id(gift->id, &id)) {
    finding(a, "'%.*s' is no id of a gift", STR_FORMAT(gift->id));
    return true;
  }
  struct seen_row *row = seen_row(a->audit->seen, id.low, id.high);
  if (row == NULL) return false;
  if (row->used) finding(a, "the gift %.*s was given before", STR_FORMAT(gift->id));
  row->used = true;
  a->audit->gifts++;
  return true;
}

static bool is_given(const struct auditing *a) { return outcome_is(a, "GIVEN") || outcome_is(a, "DRAW_LOST"); }

/* Each draw is won or lost once, however often it is tried. False: no memory. */
static bool draw_meet(const struct auditing *a, bool *fresh) {
  uint64_t low, high;
  draw_name(a, &low, &high);
  struct seen_row *row = seen_row(a->audit->seen, low, high);
  if (row == NULL) return false;
  *fresh = !row->used;
  if (row->done && is_given(a)) finding(a, "what this draw was drawn by has won or lost before");
  row->used = true, row->done = row->done || is_given(a);
  return !is_given(a) || a->outcome->gift_count != 1 || gift_expect(a);
}

static bool draw_count(const struct auditing *a, uint32_t first, uint32_t last) {
  struct draw_tally *tally = &a->audit->tallies[(uint32_t)(a->rule - a->audit->book->rules) - a->audit->campaign->rule_first];
  const struct item *item = item_of(a, last);
  const bool lost = outcome_is(a, "DRAW_LOST");
  bool fresh = false;
  if (!draw_meet(a, &fresh)) return false;
  if (fresh) tally->draws++, tally->drawn[first]++;
  if (!is_given(a)) a->audit->refused++;
  if (is_given(a) && lost == item->is_nothing) tally->given[last]++;
  if ((lost && !item->is_nothing) || outcome_is(a, "OUT_OF_STOCK")) tally->empty[last]++;
  return true;
}

/* False: no memory. */
static bool draw_judge(const struct auditing *a) {
  uint32_t first = NO_PLACE, place = NO_PLACE;
  uint64_t without = 0;
  struct draw_tally *tally = &a->audit->tallies[(uint32_t)(a->rule - a->audit->book->rules) - a->audit->campaign->rule_first];
  for (uint32_t i = 0; i < a->outcome->drawn_count && i < a->rule->item_count; i++) {
    if (i > 0) without |= UINT64_C(1) << place, tally->empty[place]++;
    place = drawn_follows(a, i, without, place);
    if (place == NO_PLACE) return true;
    if (i == 0) first = place;
  }
  if (first == NO_PLACE) {
    finding(a, "nothing was drawn");
    return true;
  }
  if (is_given(a) && !outcome_follows(a, item_of(a, place))) return true;
  return draw_count(a, first, place);
}

/* ---- decisions ---- */

static const struct rule *rule_named(const struct draw_audit *audit, struct str first_id) {
  for (uint32_t i = 0; i < audit->campaign->rule_count; i++) {
    const struct rule *rule = &audit->book->rules[audit->campaign->rule_first + i];
    if (rule->give == GIVE_DRAW_OF && str_equal(rule->first_id, first_id)) return rule;
  }
  return NULL;
}

static bool draws_now(const struct auditing *a) {
  for (uint32_t i = 0; i < a->audit->campaign->rule_count; i++) {
    const struct rule *rule = &a->audit->book->rules[a->audit->campaign->rule_first + i];
    if (rule->give == GIVE_DRAW_OF && str_equal(rule->id, a->outcome->rule)) return true;
  }
  return false;
}

/* Gifts of a rule that draws, without the draw that they came of. */
static bool is_undrawn(const struct auditing *a) {
  if (!draws_now(a) || a->outcome->gift_count == 0) return false;
  const struct str kind = a->outcome->gifts[0].kind;
  return str_equal(kind, STR("issued")) || str_equal(kind, STR("substituted")) || str_equal(kind, STR("chance")) ||
         str_equal(kind, STR("lost"));
}

static bool outcome_judge(struct auditing *a) {
  bool fresh = false;
  if (!str_equal(a->outcome->campaign, a->audit->campaign->id)) return true;
  if (a->outcome->draw_key.length == 0) {
    if (is_undrawn(a)) finding(a, "a rule that draws gave something without a draw");
    return true;
  }
  a->audit->draws++;
  if (!key_fits(a)) finding(a, "it was drawn by '%.*s', which is not its event", STR_FORMAT(a->outcome->draw_key));
  if (a->outcome->drawn_count == 0) {
    finding(a, "nothing was drawn");
    return true;
  }
  if (a->outcome->campaign_version != a->audit->campaign->version) {
    a->audit->versions++;
    number_follows(a);
    return draw_meet(a, &fresh);
  }
  a->rule = rule_named(a->audit, a->outcome->draw_rule);
  if (a->rule != NULL) return draw_judge(a);
  finding(a, "the file has no rule %.*s that draws", STR_FORMAT(a->outcome->draw_rule));
  return true;
}

static bool decision_judge(struct draw_audit *audit, const struct recorded_decision *decision) {
  for (uint32_t i = 0; i < decision->outcome_count; i++) {
    struct auditing a = {audit, decision, &decision->outcomes[i], NULL};
    if (!outcome_judge(&a)) return false;
  }
  return true;
}

typedef bool line_take(struct draw_audit *audit, struct str line, struct arena *arena);

static bool decision_take(struct draw_audit *audit, struct str line, struct arena *arena) {
  struct recorded_decision decision;
  struct fault fault = {0};
  if (record_is_range(line)) return true; /* of events that nobody heard */
  audit->lines++;
  if (record_read_decision(line, arena, &decision, &fault) == STATUS_OK) return decision_judge(audit, &decision);
  if (audit->damaged++ < FINDINGS_TOLD) fprintf(audit->tell, "  line %llu: %s\n", (unsigned long long)audit->lines, fault.text);
  return true;
}

/* ---- rewards ---- */

struct reward_facts {
  struct str id, campaign, type;
  bool drawn;
};

static bool reward_data(struct json_cursor *json, struct arena *arena, struct reward_facts *out) {
  struct str key;
  if (!json_enter_object(json)) return false;
  while (json_next_key(json, &key)) {
    out->drawn = out->drawn || str_equal(key, STR("draw"));
    if (!(str_equal(key, STR("campaign")) ? json_text(json, arena, &out->campaign) : json_skip(json))) return false;
  }
  return json->problem == NULL;
}

static bool reward_read(struct str line, struct arena *arena, struct reward_facts *out) {
  struct json_cursor json = json_open(line);
  struct str key;
  if (!json_enter_object(&json)) return false;
  while (json_next_key(&json, &key)) {
    const bool fine = str_equal(key, STR("id"))     ? json_text(&json, arena, &out->id)
                      : str_equal(key, STR("type")) ? json_text(&json, arena, &out->type)
                      : str_equal(key, STR("data")) ? reward_data(&json, arena, out)
                                                    : json_skip(&json);
    if (!fine) return false;
  }
  return json_done(&json);
}

static void reward_finding(struct draw_audit *audit, struct str id, const char *text) {
  if (audit->findings++ < FINDINGS_TOLD) fprintf(audit->tell, "  reward %.*s: %s\n", STR_FORMAT(id), text);
}

static bool reward_take(struct draw_audit *audit, struct str line, struct arena *arena) {
  struct reward_facts reward = {.drawn = false};
  struct digest128 id;
  if (!reward_read(line, arena, &reward)) {
    audit->damaged++;
    return true;
  }
  const bool issue = str_equal(reward.type, STR("gift.reward.issued")) || str_equal(reward.type, STR("gift.reward.substituted"));
  if (!issue || !reward.drawn || !str_equal(reward.campaign, audit->campaign->id)) return true;
  if (!digest_from_id(reward.id, &id)) {
    reward_finding(audit, reward.id, "is no id of a gift");
    return true;
  }
  struct seen_row *row = seen_row(audit->seen, id.low, id.high);
  if (row == NULL) return false;
  if (!row->used) reward_finding(audit, reward.id, "no draw of the decisions brought it");
  if (row->done) reward_finding(audit, reward.id, "stands there twice");
  audit->rewards += row->used && !row->done;
  row->used = row->done = true;
  return true;
}

/* ---- files ---- */

static enum status lines_read(struct draw_audit *audit, FILE *file, line_take *take, struct fault *fault) {
  char *line = NULL;
  size_t capacity = 0;
  struct arena arena;
  bool good = true;
  arena_init(&arena, audit->seen->memory, LINE_ARENA_BYTES);
  for (ssize_t length; good && (length = getline(&line, &capacity, file)) >= 0;) {
    struct str text = {line, (size_t)length};
    if (text.length > 0 && text.at[text.length - 1] == '\n') text.length--;
    arena_reset(&arena);
    if (text.length > 0) good = take(audit, text, &arena);
  }
  free(line);
  if (!good) return fault_set(fault, STATUS_STORAGE, "no memory");
  return ferror(file) ? fault_set(fault, STATUS_INPUT, "a file cannot be read to its end") : STATUS_OK;
}

enum status draw_audit_decisions(struct draw_audit *audit, FILE *file, struct fault *fault) {
  return lines_read(audit, file, decision_take, fault);
}

enum status draw_audit_rewards(struct draw_audit *audit, FILE *file, struct fault *fault) {
  return lines_read(audit, file, reward_take, fault);
}

enum status draw_audit_open(struct draw_audit *audit, const struct rulebook *book, const struct campaign *campaign,
                            const struct digest256 *secret, FILE *tell, struct fault *fault) {
  *audit = (struct draw_audit){.book = book, .campaign = campaign, .secret = *secret, .tell = tell};
  audit->tallies = calloc(campaign->rule_count + 1u, sizeof *audit->tallies);
  audit->seen = calloc(1, sizeof *audit->seen);
  if (audit->seen != NULL) audit->seen->memory = malloc(LINE_ARENA_BYTES);
  return audit->tallies != NULL && audit->seen != NULL && audit->seen->memory != NULL ? STATUS_OK
                                                                                      : fault_set(fault, STATUS_STORAGE, "no memory");
}

void draw_audit_close(struct draw_audit *audit) {
  if (audit->seen != NULL) free(audit->seen->rows), free(audit->seen->memory);
  free(audit->seen);
  free(audit->tallies);
}
