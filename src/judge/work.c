/* The work on one event: its states, room in them, and where answers are written. */
#include "work.h"

struct room {
  struct work work;
  struct fired fired[LIMIT_MATCHES];
  uint32_t parted[LIMIT_MATCHES];
  uint32_t pending[LIMIT_MATCHES];
  struct candidate candidates[LIMIT_OUTCOMES];
  struct grant_name grants[LIMIT_STATE_CELLS];
  const struct cell *fed[LIMIT_STATE_CELLS];
};

size_t judge_memory(void) { return sizeof(struct room); }

void work_init(struct work *w, const struct judge_input *input) {
  struct room *room = input->memory;
  assert((uintptr_t)input->memory % 64 == 0 && input->customer != NULL && input->find != NULL);
  assert(input->hearing == NULL || input->match_count == 0);
  *w = (struct work){.in = input,
                     .book = input->rulebook,
                     .kinds = NULL,
                     .event = input->event,
                     .customer = input->customer,
                     .audience_reason = REASON_COUNT,
                     .figure_of = NONE,
                     .closed_ms = TIME_NONE,
                     .pending_ms = TIME_NONE,
                     .match_count = input->match_count,
                     .matches = input->matches,
                     .parted = room->parted,
                     .fired = room->fired,
                     .pending = room->pending,
                     .candidates = room->candidates,
                     .grants = room->grants,
                     .fed = room->fed};
}

void decision_clear(struct decision *decision) {
  decision->want_count = decision->shortage_count = 0;
  decision->cramped = NULL;
  decision->outcome_count = decision->gift_count = decision->mark_count = decision->effect_count = 0;
  decision->forward_count = decision->heard_count = decision->due_count = decision->rank_wait_count = decision->poke_count = 0;
  decision->again = decision->remembers = decision->unheard = decision->undone_whole = false;
  decision->undone_minor = 0;
}

void work_fire(struct work *w, const struct fired *fired) {
  assert(w->fired_count < LIMIT_MATCHES); /* a listener fires its fact once, and there are no more listeners */
  w->fired[w->fired_count++] = *fired;
}

/* ---- states ---- */

/* What takes back may use what others leave free; so may whatever else hears the reversal, or it would be refused for their sake. */
static bool may_use_spare(const struct work *w) {
  bool due = w->in->closing != NULL && w->in->closing->close == NONE; /* a gift that was promised */
  return (w->takes_back || due || w->event->type == TYPE_ID_REVERSED) && !MUTANT(NO_SPARE) && !MUTANT(FULL_UNSEEN);
}

static uint32_t cells_most(const struct work *w) { return LIMIT_STATE_CELLS - (may_use_spare(w) ? 0 : LIMIT_STATE_SPARE); }

static bool has_room(const struct work *w, const struct state *state) { return state->cell_count < cells_most(w); }

static void cramped(struct work *w, struct state *state) {
  if (w->out->cramped == NULL) w->out->cramped = state;
}

/* Whether it is the block or the record that is full: what an earlier decision found says nothing. */
static struct cell *spare(struct work *w, struct state *state, struct cell like) {
  if (!has_room(w, state))
    w->full = true;
  else
    cramped(w, state);
  assert(w->full || w->out->cramped != NULL); /* whatever is written to the spare cell is void */
  w->spare = like;
  return &w->spare;
}

/* ---- mutants: never the program ---- */

/* By the event's own time, in the middle of it. */
static void expire_midway(struct state *state, int32_t today, enum cell_kind only) {
  uint32_t slot = 0;
  for (const struct cell *cell; (cell = state_any(state, &slot)) != NULL;)
    if (cell->expires_day != 0 && cell->expires_day < today && (only == CELL_FREE || only == cell_kind(cell))) state_remove(state, cell);
}

static void mutants_drop(const struct work *w, struct state *state) {
  if (MUTANT(EXPIRE_MIDWAY)) expire_midway(state, (int32_t)(w->event->time_ms / MS_PER_DAY), CELL_FREE);
  if (MUTANT(LOT_GOES_MIDWAY)) expire_midway(state, (int32_t)(w->event->arrival_ms / MS_PER_DAY), CELL_LOT);
}

struct cell *work_add(struct work *w, struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period) {
  mutants_drop(w, state);
  if (MUTANT(FULL_UNSEEN) && w->event->type == TYPE_ID_REVERSED && !has_room(w, state)) return NULL;
  struct cell *cell = has_room(w, state) ? state_add(state, kind, decl, key, period) : NULL;
  return cell != NULL ? cell : spare(w, state, (struct cell){.name = decl << 8 | kind, .key = key, .period = period});
}

struct cell *work_make(struct work *w, struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period) {
  const struct cell *cell = state_find(state, kind, decl, key, period);
  return cell != NULL ? state_write(state, cell) : work_add(w, state, kind, decl, key, period);
}

/* What takes several cells takes the place of what was there, so the bound is looked at behind it. A block that is too small is told
 * first: what it leaves undone says nothing of the bound. */
static void put_judge(struct work *w, struct state *state, bool put) {
  if (!put && state->cell_count < LIMIT_STATE_CELLS)
    cramped(w, state);
  else if (!put || state->cell_count > cells_most(w))
    w->full = true;
}

void work_put_text(struct work *w, enum cell_kind kind, uint64_t decl, uint64_t key, struct str text, int32_t expires_day) {
  put_judge(w, w->customer, state_put_text(w->customer, kind, decl, key, text, expires_day));
}

void work_put_cause(struct work *w, struct state *pool, uint64_t decl, int32_t period) {
  put_judge(w, pool, lend_cause_put(pool, decl, period, w->event->source, w->event->id));
}

void work_put_profile(struct work *w, uint16_t field, uint64_t decl, const struct value *value) {
  struct state *state = w->customer;
  int64_t time_ms = w->event->time_ms;
  put_judge(w, state, field == FIELD_ID_TAGS ? tags_set(state, time_ms, value) : profile_set(state, decl, time_ms, value));
}

void work_put_frozen(struct work *w, uint64_t day, const struct value *tags, int32_t expires_day) {
  struct state *state = w->customer;
  bool put = tags == NULL ? tags_freeze(state, day, expires_day) : frozen_set(state, day, w->event->time_ms, tags, expires_day);
  put_judge(w, state, put);
}

static void want(struct work *w, const struct owner *owner) {
  assert(owner->kind != OWNER_CUSTOMER);                                              /* one customer an event */
  if (w->out->want_count < LIMIT_WANTS) w->out->wants[w->out->want_count++] = *owner; /* the rest is wanted when these are there */
}

static void want_here(struct work *w, const struct owner *owner) {
  if (w->out->shortage_count < LIMIT_WANTS) w->out->shortages[w->out->shortage_count++] = (struct shortage){.owner = *owner};
}

struct state *work_state_known(const struct work *w, const struct owner *owner) {
  struct state *state = w->in->find(w->in->self, owner);
  if (state == NULL || (w->in->lent && !lend_here(owner, state) && !MUTANT(LEND_WITHOUT_RECORD))) return NULL;
  if (state->turn != w->in->turn) state->turn = w->in->turn, state->taken = 0;
  return state;
}

struct state *work_state(struct work *w, const struct owner *owner) {
  struct state *state = work_state_known(w, owner);
  if (state != NULL) return state;
  if (w->in->find(w->in->self, owner) == NULL)
    want(w, owner);
  else
    want_here(w, owner);
  return NULL;
}

static int64_t used_last(const struct cell *cell) {
  switch (cell_kind(cell)) {
    case CELL_FIRST: return cell->first.heard_ms;
    case CELL_LAST: return cell->last.time_ms;
    case CELL_MEASURE: return (int64_t)cell->measure.heard_s * MS_PER_SECOND;
    default: return 0;
  }
}

static bool unused_longer(const struct cell *a, const struct cell *b) {
  int64_t one = used_last(a), other = used_last(b);
  return one != other ? one < other : a->key < b->key;
}

const struct cell *first_cell(const struct work *w, const struct fact *fact, uint64_t key) {
  const struct cell *cell = state_find(w->customer, CELL_FIRST, fact->decl, key, 0);
  if (cell == NULL || cell->first.reset_ms == 0) return cell;
  int64_t anew = duration_add(cell->first.reset_ms, fact->resets_after, 1, work_zone(w, fact->campaign));
  return anew <= w->event->time_ms ? NULL : cell;
}

struct cell *keyed_cell(struct work *w, const struct fact *fact, enum cell_kind kind, uint64_t key, int32_t period) {
  const struct cell *cell = state_find(w->customer, kind, fact->decl, key, period), *oldest = NULL;
  assert(kind == CELL_FIRST || kind == CELL_LAST || kind == CELL_MEASURE); /* used_last knows these */
  uint32_t count = 0;
  if (cell != NULL) return state_write(w->customer, cell);
  const struct cell *other = fact->dimension_count == 0 ? NULL : state_first(w->customer, kind, fact->decl, 0);
  for (; other != NULL; other = state_next(w->customer, other)) {
    if (other->period != period) continue;
    count++;
    if (oldest == NULL || unused_longer(other, oldest)) oldest = other;
  }
  if (count >= LIMIT_FACT_KEYS) state_remove(w->customer, oldest);
  return work_add(w, w->customer, kind, fact->decl, key, period);
}

/* ---- answers ---- */

/* Places are kept for what a rule may come to behind the last one judged (rules_judge stops before they run out). */
struct outcome *outcome_new(struct work *w, uint32_t rule, enum reason reason) {
  struct outcome *outcome = &w->out->outcomes[w->out->outcome_count];
  assert(rule < w->book->rule_count && reason < REASON_COUNT);
  if (w->out->outcome_count < LIMIT_OUTCOMES)
    w->out->outcome_count++;
  else
    w->crowded = true;
  *outcome = (struct outcome){.book = w->book,
                              .rule = rule,
                              .reason = reason,
                              .condition = NONE,
                              .limit = NONE,
                              .pool = NONE,
                              .shut = NONE,
                              .dimension = NONE,
                              .gift_first = w->out->gift_count,
                              .caused_by = NONE};
  return outcome;
}

void failure_into(const struct failure *failure, struct outcome *outcome) {
  assert(failure->reason != REASON_GIVEN && failure->reason < REASON_COUNT);
  outcome->reason = failure->reason, outcome->condition = failure->condition;
  outcome->expected = failure->expected, outcome->actual = failure->actual;
  outcome->has_numbers = failure->numbers, outcome->numbers_are_times = failure->times, outcome->numbers_are_money = failure->money;
  outcome->actual_text = failure->text;
}

void due_tell(struct work *w, int64_t due_ms) {
  struct decision *out = w->out;
  for (uint32_t i = 0; i < out->due_count; i++)
    if (out->dues[i] == due_ms) return;
  if (out->due_count < LIMIT_DUES)
    out->dues[out->due_count++] = due_ms;
  else
    w->crowded = true;
}

void queue_poke(struct work *w, uint64_t pool) {
  struct decision *out = w->out;
  for (uint32_t i = 0; i < out->poke_count; i++)
    if (out->pokes[i] == pool) return;
  if (out->poke_count < LIMIT_POKES) out->pokes[out->poke_count++] = pool;
}

void effect_add(struct work *w, uint32_t fact, enum effect_kind kind, int32_t period, int64_t before, int64_t after) {
  if (w->book != w->in->rulebook || w->out->effect_count == LIMIT_EFFECTS) return;
  assert(fact < w->book->fact_count);
  w->out->effects[w->out->effect_count++] = (struct effect){fact, kind, period, before, after};
}

/* ---- what is asked of the event ---- */

bool event_reversible(const struct work *w) {
  return w->event->type != TYPE_UNKNOWN && w->book->catalogue->types[w->event->type].reversible;
}

int32_t undo_expiry(const struct work *w) {
  int64_t from_ms = w->pending_ms == TIME_NONE ? w->event->time_ms : w->pending_ms; /* what is issued later may fail later */
  return state_expiry(from_ms + w->in->settings->memory_ms + w->in->settings->horizon_ms);
}

bool event_addresses(const struct work *w, uint32_t campaign) {
  if (w->event->type != TYPE_ID_CLAIMED && w->event->type != TYPE_ID_ENROLLED) return true;
  const struct value *named = event_field(w->event, FIELD_ID_CAMPAIGN);
  return named == NULL || str_equal(named->text, work_campaign(w, campaign)->id);
}

bool event_names(const struct work *w, const struct rule *rule) {
  if (w->event->type != TYPE_ID_CLAIMED && w->event->type != TYPE_ID_ENROLLED) return true;
  const struct value *named = event_field(w->event, FIELD_ID_RULE);
  return event_addresses(w, rule->campaign) && (named == NULL || str_equal(named->text, rule->id));
}

/* Sums of whole numbers stop at the ends: what events carry is not ours to bound. */
int64_t sum_of(int64_t a, int64_t b) {
  int64_t sum;
  if (__builtin_add_overflow(a, b, &sum)) return a < 0 ? INT64_MIN : INT64_MAX;
  return sum;
}
