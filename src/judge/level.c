/* Levels: steps that a measure reached when a period closed, and kept for further closes (docs/language.md section 5). Of each close of the
 * campaign one byte is remembered: how many of the levels were reached then. What completes at a close follows from these marks alone, so a
 * close that is judged again, since something came late, mends its mark and those behind it are judged again too. That no level is given
 * twice is remembered by the rule (rule.c).
 *
 *     closes   J F M A M          hold 3, on_break cancel: reached in January, held to April, completed at the close of April
 *     marks    1 1 1 1 1
 */
#include "work.h"

#define MARKS ((int32_t)CELL_PACK_BYTES)

/* ---- marks ---- */

static int32_t block_of(int32_t period) {
  assert(period >= 0); /* none is before 1970 */
  return period / MARKS;
}

static uint32_t mark_at(const struct work *w, const struct fact *fact, int32_t period) {
  int32_t block = block_of(period);
  const struct cell *cell = state_find(w->customer, CELL_LEVEL, fact->decl, 0, block);
  return cell == NULL ? 0 : (uint32_t)(unsigned char)cell->level.marks[period - block * MARKS];
}

static void mark_put(struct work *w, const struct fact *fact, int32_t period, uint32_t reached) {
  int32_t block = block_of(period);
  assert(reached <= LIMIT_LEVELS && period - block * MARKS >= 0 && period - block * MARKS < MARKS);
  if (mark_at(w, fact, period) == reached) return;
  struct cell *cell = work_make(w, w->customer, CELL_LEVEL, fact->decl, 0, block);
  cell->level.marks[period - block * MARKS] = (char)reached;
  cell->expires_day = fact_expiry(w, fact);
}

/* How many levels are reached now; of who does not take part none is. */
static uint32_t reached_now(struct work *w, const struct fact *fact, int64_t *value) {
  const struct fact *measure = &w->book->facts[fact->parts[0]];
  struct value now = w->kinds[measure->kind]->ask(w, measure);
  struct failure failure;
  uint32_t reached = 0;
  *value = now.kind == VALUE_ABSENT ? 0 : now.number;
  if (now.kind == VALUE_ABSENT || !audience_allows(w, fact->campaign, &failure)) return 0;
  while (reached < fact->level_count && fact->levels[reached].from <= now.number) reached++;
  return reached;
}

/* ---- one level at a close ---- */

/* How it stands at the close of `period`: complete, or so many closes of it are held (reached itself is none), or -1: not reached. */
struct standing {
  bool completes;
  int32_t held;
};

static bool begins_in_time(const struct work *w, const struct fact *fact, int32_t period) {
  const struct campaign *campaign = work_campaign(w, fact->campaign);
  return period_start(fact->window.unit, period, campaign->zone) < campaign->to_ms;
}

static struct standing standing_of(const struct work *w, const struct fact *fact, uint32_t level, int32_t period) {
  const struct campaign *campaign = work_campaign(w, fact->campaign);
  int32_t first = period_of(fact->window.unit, campaign->from_ms, campaign->zone), held = -1;
  if (fact->every_period) return (struct standing){mark_at(w, fact, period) > level, -1};
  for (int32_t at = first; at <= period; at++) {
    bool reached = mark_at(w, fact, at) > level;
    if (!reached && held >= 0 && !fact->restarts) return (struct standing){false, -1}; /* broken: it is not reached anew */
    held = reached && (held >= 0 || begins_in_time(w, fact, at)) ? held + 1 : -1;
    if (held == (int32_t)fact->hold) return (struct standing){at == period, -1};
  }
  return (struct standing){false, held};
}

/* ---- what rules hear of it ---- */

/* Nothing completes: the level that is held longest, else the lowest that there is still to reach. */
static struct fired short_of(const struct work *w, const struct fact *fact, int32_t period, int64_t value) {
  struct fired fired = {.fact = (uint32_t)(fact - w->book->facts), .level = true, .period = period, .reason = REASON_TARGET_NOT_REACHED};
  int32_t longest = -1;
  for (uint32_t i = 0; i < fact->level_count; i++) {
    struct standing standing = standing_of(w, fact, i, period);
    if (standing.held > longest) longest = standing.held;
  }
  fired.actual = value, fired.expected = fact->levels[0].from;
  for (uint32_t i = 1; i < fact->level_count && fired.expected <= value; i++) fired.expected = fact->levels[i].from;
  if (longest >= 0) fired.reason = REASON_PENDING_HOLD, fired.actual = longest, fired.expected = fact->hold;
  return fired;
}

uint32_t level_fires(struct work *w, uint32_t number, struct fired *out) {
  const struct fact *fact = &w->book->facts[number];
  int32_t period = w->in->closing->period;
  int64_t value;
  uint32_t count = 0;
  assert(fact->kind == FACT_LEVEL && fact->level_count > 0 && fact->level_count <= LIMIT_LEVELS);
  mark_put(w, fact, period, reached_now(w, fact, &value));
  for (uint32_t i = fact->level_count; i-- > 0;) {
    if (!standing_of(w, fact, i, period).completes) continue;
    out[count++] = (struct fired){.fact = number, .level = true, .key = i, .period = period, .reason = REASON_GIVEN};
    if (!fact->fires_each) return count;
  }
  if (count > 0) return count;
  out[0] = short_of(w, fact, period, value);
  return out[0].reason == REASON_PENDING_HOLD || begins_in_time(w, fact, period) ? 1 : 0; /* behind the campaign holds are ended alone */
}

const struct fact_kind_row fact_kind_level = {
    .kind = FACT_LEVEL, .outlives = outlives_always, .cells = CELL_BIT(CELL_LEVEL), .refusal = REASON_TARGET_NOT_REACHED};
