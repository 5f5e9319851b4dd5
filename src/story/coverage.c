/* What the scenarios of a folder reach, and what they do not: requirements, rules, items, limits, pools, reasons.
 *
 * A rule or item is reached when it gave; a limit when a listed refusal names it, or it cut a gift; a pool when it paid; a reason when a
 * listed refusal carries it. So a row that is reached is one that some scenario would miss. A requirement is covered when a scenario that
 * passed cites it. What a campaign cannot lead to (MALFORMED_EVENT: a dead letter) is not asked for.
 */
#include <stdlib.h>

#include "giftd/record.h"
#include "parts.h"

struct coverage {
  const struct rulebook *rulebook;
  struct requirements requirements;
  bool reasons[REASON_COUNT];
  bool *rules, *items, *limits, *pools, *tested /* campaigns */;
};

struct coverage *coverage_new(const struct rulebook *rulebook) {
  struct coverage *coverage = calloc(1, sizeof *coverage);
  size_t flags =
      (size_t)rulebook->rule_count + rulebook->item_count + rulebook->limit_count + rulebook->pool_count + rulebook->campaign_count;
  bool *memory = calloc(flags + 1, sizeof *memory);
  if (coverage == NULL || memory == NULL) {
    free(coverage);
    free(memory);
    return NULL;
  }
  coverage->rulebook = rulebook;
  coverage->rules = memory;
  coverage->items = coverage->rules + rulebook->rule_count;
  coverage->limits = coverage->items + rulebook->item_count;
  coverage->pools = coverage->limits + rulebook->limit_count;
  coverage->tested = coverage->pools + rulebook->pool_count;
  return coverage;
}

void coverage_free(struct coverage *coverage) {
  if (coverage != NULL) free(coverage->rules);
  free(coverage);
}

/* ---- noting ---- */

static void note_gift(struct coverage *coverage, const struct gift *gift) {
  const struct rulebook *book = coverage->rulebook;
  coverage->rules[gift->rule] = true;
  if (gift->item != NONE) coverage->items[gift->item] = true;
  for (uint32_t pool = gift->pool; pool != NONE; pool = book->pools[pool].parent) coverage->pools[pool] = true; /* parents pay as well */
  if (gift->partial && gift->cut_by != NONE) coverage->limits[gift->cut_by] = true;
}

void coverage_decision(struct coverage *coverage, const struct comparison *c) {
  for (uint32_t i = 0; i < c->sight_count; i++) {
    const struct sight *sight = &c->sights[i];
    if (!sight->matched) continue;
    if (expects_gift(sight->kind) || sight->kind == EXPECT_CHANCE) note_gift(coverage, sight->gift);
    coverage->reasons[sight->reason] = true;
    if (sight->outcome != NULL && sight->reason == REASON_LIMIT_REACHED && sight->outcome->limit != NONE)
      coverage->limits[sight->outcome->limit] = true;
    if (sight->outcome != NULL && sight->reason == REASON_DRAW_LOST) coverage->rules[sight->rule] = true;
  }
  for (uint32_t i = 0; i < c->decision->gift_count; i++) /* a prize that is "nothing" is reached by losing */
    if (c->decision->gifts[i].kind == GIFT_LOST && c->decision->gifts[i].item != NONE) coverage->items[c->decision->gifts[i].item] = true;
}

void coverage_passed(struct coverage *coverage, const struct scenario *scenario) {
  for (uint32_t i = 0; i < scenario->cover_count; i++) requirements_note(&coverage->requirements, scenario->covers[i], false);
  for (uint32_t i = 0; i < scenario->campaign_count; i++) coverage->tested[scenario->campaigns[i]] = true;
}

void coverage_expect(struct coverage *coverage, struct str requirement) { requirements_note(&coverage->requirements, requirement, true); }

struct coverage_sums coverage_sums(const struct coverage *coverage) {
  struct coverage_sums sums = {coverage->rulebook->rule_count, 0};
  for (uint32_t i = 0; i < coverage->rulebook->rule_count; i++) sums.rules_reached += coverage->rules[i];
  return sums;
}

/* ---- saying ---- */

/* One kind of thing as a table row: its name in both outputs, how many there are, which were reached, how each is called. */
struct row {
  const char *name;
  uint32_t count;
  const bool *reached;
  void (*print)(const struct rulebook *rulebook, uint32_t number, struct buffer *out);
};

static void print_rule(const struct rulebook *book, uint32_t number, struct buffer *out) { buffer_put(out, book->rules[number].name); }
static void print_limit(const struct rulebook *book, uint32_t number, struct buffer *out) { buffer_put(out, book->limits[number].name); }
static void print_pool(const struct rulebook *book, uint32_t number, struct buffer *out) { buffer_put(out, book->pools[number].name); }
static void print_campaign(const struct rulebook *book, uint32_t number, struct buffer *out) {
  buffer_put(out, book->campaigns[number].id);
}

/* Items have no qualified name; their place in the file says where they are. */
static void print_item(const struct rulebook *book, uint32_t number, struct buffer *out) {
  const struct item *item = &book->items[number];
  for (uint32_t i = 0; i < book->rule_count; i++) {
    const struct rule *rule = &book->rules[i];
    if (number >= rule->item_first && number < rule->item_first + rule->item_count) {
      buffer_print(out, "%.*s.%.*s", STR_FORMAT(rule->name), STR_FORMAT(item->id));
      return;
    }
  }
  buffer_print(out, "%.*s (%.*s)", STR_FORMAT(item->id), STR_FORMAT(item->pointer));
}

static void print_reason(const struct rulebook *book, uint32_t number, struct buffer *out) {
  (void)book;
  buffer_put(out, str_of(reasons[number].code));
}

#define COVERAGE_ROWS 6u
static void rows_of(const struct coverage *coverage, struct row rows[COVERAGE_ROWS]) {
  const struct rulebook *book = coverage->rulebook;
  rows[0] = (struct row){"campaigns", book->campaign_count, coverage->tested, print_campaign};
  rows[1] = (struct row){"rules", book->rule_count, coverage->rules, print_rule};
  rows[2] = (struct row){"items", book->item_count, coverage->items, print_item};
  rows[3] = (struct row){"limits", book->limit_count, coverage->limits, print_limit};
  rows[4] = (struct row){"pools", book->pool_count, coverage->pools, print_pool};
  rows[5] = (struct row){"reasons", REASON_COUNT, coverage->reasons, print_reason};
}

/* Things nobody can be asked to reach: giving is no refusal, what is malformed is no event, one reason is of what is not served yet, a
 * programme has no rules, contents of a bundle are given with it. */
static bool is_asked(const struct coverage *coverage, const struct row *row, uint32_t number) {
  const struct rulebook *book = coverage->rulebook;
  if (row->reached == coverage->tested) return !book->campaigns[number].programme;
  if (row->reached == coverage->reasons)
    return number != REASON_GIVEN && number != REASON_MALFORMED_EVENT && number != REASON_CAMPAIGN_PAUSED;
  if (row->reached != coverage->items) return true;
  for (uint32_t i = 0; i < book->item_count; i++) {
    const struct item *item = &book->items[i];
    if (number >= item->contents_first && number - item->contents_first < item->contents_count) return false;
  }
  return true;
}

static void row_sums(const struct coverage *coverage, const struct row *row, uint32_t *asked, uint32_t *reached) {
  *asked = *reached = 0;
  for (uint32_t i = 0; i < row->count; i++)
    if (is_asked(coverage, row, i)) {
      (*asked)++;
      *reached += row->reached[i];
    }
}

static void print_row(const struct coverage *coverage, const struct row *row, struct buffer *out) {
  uint32_t asked, reached;
  row_sums(coverage, row, &asked, &reached);
  buffer_print(out, "%-13s %u of %u reached\n", row->name, reached, asked);
  for (uint32_t i = 0; i < row->count; i++)
    if (is_asked(coverage, row, i) && !row->reached[i]) {
      buffer_put(out, STR("  not reached: "));
      row->print(coverage->rulebook, i, out);
      buffer_byte(out, '\n');
    }
}

void coverage_print(struct coverage *coverage, struct buffer *out) {
  struct row rows[COVERAGE_ROWS];
  rows_of(coverage, rows);
  requirements_print(&coverage->requirements, out);
  for (uint32_t i = 0; i < COVERAGE_ROWS; i++) print_row(coverage, &rows[i], out);
}

static void json_row(const struct coverage *coverage, const struct row *row, struct buffer *out) {
  uint32_t asked, reached;
  row_sums(coverage, row, &asked, &reached);
  buffer_print(out, ",\"%s\":{\"asked\":%u,\"reached\":%u,\"not_reached\":[", row->name, asked, reached);
  bool first = true;
  for (uint32_t i = 0; i < row->count; i++) {
    if (!is_asked(coverage, row, i) || row->reached[i]) continue;
    char memory[512];
    struct buffer name;
    buffer_init(&name, memory, sizeof memory);
    row->print(coverage->rulebook, i, &name);
    if (!first) buffer_byte(out, ',');
    buffer_json(out, buffer_text(&name));
    first = false;
  }
  buffer_put(out, STR("]}"));
}

void coverage_json(struct coverage *coverage, struct buffer *out) {
  struct row rows[COVERAGE_ROWS];
  rows_of(coverage, rows);
  buffer_byte(out, '{');
  requirements_json(&coverage->requirements, out);
  for (uint32_t i = 0; i < COVERAGE_ROWS; i++) json_row(coverage, &rows[i], out);
  buffer_byte(out, '}');
}
