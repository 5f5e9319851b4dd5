/* A campaign that goes on longer than it was to (docs/language.md section 9.5). What is needed until a campaign is over was remembered
 * until then by the file of its day. If the file says another day since, what would go stays: else who had something once could have it
 * again. So does the last track that was completed, which nothing but a later one makes needless.
 */
#include "work.h"

struct outliving {
  const struct rulebook *book;
  const struct judge_settings *settings;
};

static int64_t over_of(const struct outliving *o, uint32_t campaign) { return campaign_over(&o->book->campaigns[campaign], o->settings); }

static int64_t rule_over(const struct outliving *o, uint64_t decl) {
  uint32_t rule = rulebook_rule(o->book, decl);
  return rule == NONE ? TIME_NONE : over_of(o, o->book->rules[rule].campaign);
}

static int64_t limit_over(const struct outliving *o, uint64_t decl) {
  uint32_t number = rulebook_limit(o->book, decl);
  const struct limit *limit = number == NONE ? NULL : &o->book->limits[number];
  bool whole = limit != NULL && limit->rolling_days == 0 && (limit->unit == UNIT_EVER || limit->unit == UNIT_CAMPAIGN);
  return whole ? over_of(o, limit->campaign) + (limit->closes ? LIMIT_CLOSE_DELAY_MS : 0) : TIME_NONE;
}

static int64_t fact_over(const struct outliving *o, uint64_t decl) {
  uint32_t number = rulebook_fact(o->book, decl);
  const struct fact *fact = number == NONE ? NULL : &o->book->facts[number];
  bool (*outlives)(const struct fact *) = fact == NULL ? NULL : fact_kinds[fact->kind]->outlives;
  return outlives != NULL && outlives(fact) ? over_of(o, fact->campaign) : TIME_NONE;
}

/* What a kind of fact remembers under its name. */
static bool is_of_fact(enum cell_kind kind) {
  uint64_t cells = 0;
  for (uint32_t i = 0; i < FACT_KIND_COUNT; i++) cells |= fact_kinds[i]->cells;
  return (cells & CELL_BIT(kind)) != 0;
}

/* Of tracks that open anew for each event the one that was completed last, with its tasks: it stays completed, and rules ask for it until
 * the end. */
static int64_t track_over(const struct outliving *o, const struct state *state, const struct cell *cell) {
  uint32_t number = rulebook_fact(o->book, cell_decl(cell));
  const struct cell *last = number == NONE ? NULL : track_last(state, cell_decl(cell));
  return last != NULL && last->key == cell->key ? over_of(o, o->book->facts[number].campaign) : fact_over(o, cell_decl(cell));
}

/* What there was at the end of a day goes on until another day is told. */
static int64_t day_end_over(const struct outliving *o, uint64_t decl) {
  uint32_t number = rulebook_fact(o->book, decl);
  return number == NONE ? TIME_NONE : over_of(o, o->book->facts[number].campaign);
}

static int64_t chance_over(const struct outliving *o, uint64_t decl) {
  for (uint32_t i = 0; i < o->book->chance_count; i++)
    if (o->book->chances[i].decl == decl) return over_of(o, o->book->chances[i].campaign);
  return TIME_NONE;
}

static int64_t enrolment_over(const struct outliving *o, uint64_t decl) {
  uint32_t campaign = rulebook_campaign(o->book, decl);
  return campaign == NONE ? TIME_NONE : over_of(o, campaign);
}

/* Until when a cell is needed by the files as they are, if that hangs on the campaign's end; else TIME_NONE. */
static int64_t cell_over(const struct outliving *o, const struct state *state, const struct cell *cell) {
  uint64_t decl = cell_decl(cell);
  switch (cell_kind(cell)) {
    case CELL_ONCE: return cell->period == 0 ? rule_over(o, decl) : TIME_NONE; /* of a close: for as long as it may be judged again */
    case CELL_LIMIT: return limit_over(o, decl);
    case CELL_ENROLLED: return enrolment_over(o, decl);
    case CELL_DAY_END: return day_end_over(o, decl);
    case CELL_LOT: return chance_over(o, decl);
    case CELL_FROZEN: return as_of_over(o->book, o->settings, decl);
    case CELL_TRACK:
    case CELL_TASK: return track_over(o, state, cell);
    case CELL_KEPT:
    case CELL_WHOLE: {
      int64_t over_ms = fact_over(o, decl);
      return over_ms == TIME_NONE ? chance_over(o, decl) : over_ms;
    }
    default: return is_of_fact(cell_kind(cell)) ? fact_over(o, decl) : TIME_NONE;
  }
}

void cells_outlive(struct state *state, const struct rulebook *book, const struct judge_settings *settings, int32_t today) {
  const struct outliving o = {book, settings};
  for (uint32_t slot = 0; slot < state->used; slot++) {
    const struct cell *cell = &state->cells[slot];
    if (cell->name == 0 || cell->expires_day == 0 || cell->expires_day >= today) continue;
    int64_t over_ms = cell_over(&o, state, cell);
    if (over_ms == TIME_NONE) continue;
    int32_t day = state_expiry(over_ms); /* 0: never */
    if (day != 0 && day < today) continue;
    state_write(state, cell)->expires_day = day;
    assert(cell->expires_day == 0 || cell->expires_day >= today);
  }
}
