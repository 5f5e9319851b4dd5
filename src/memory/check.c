/* The numbered invariants of a state. Debug, simulator and fuzz builds ask after every event; whoever relies on one cites its number. */
#include "inside.h"

#define BROKEN(text) return "memory invariant " text

/* 1. What is counted is there: living cells, ids; a free slot hangs on no hook; a living one on its own, once. */
static const char *check_index(const struct state *state) {
  uint32_t living = 0, hanging = 0;
  for (uint32_t slot = 0; slot < state->used; slot++) living += state->cells[slot].name != 0;
  for (uint32_t bucket = 0; bucket <= state->bucket_mask; bucket++)
    for (uint32_t place = state->buckets[bucket]; place != 0; place = state->next[place - 1]) {
      const struct cell *cell = &state->cells[place - 1];
      if (place > state->used || cell->name == 0 || ++hanging > living) BROKEN("1: a hook has a cell that is not there");
      const struct cell *found = state_first(state, cell_kind(cell), cell_decl(cell), cell->key);
      while (found != NULL && found != cell) found = state_next(state, found);
      if (found == NULL) BROKEN("1: a cell hangs on another's hook");
    }
  if (living != state->cell_count || hanging != living) BROKEN("1: cells are miscounted");
  return NULL;
}

static const char *check_ids(const struct state *state) {
  uint32_t ids = 0;
  for (uint32_t i = 0; i <= state->seen_mask; i++) {
    if (state->seen[i].time_ms == TIME_NONE) continue;
    ids++;
    if (seen_slot(state, state->seen[i].digest) != &state->seen[i]) BROKEN("1: an id cannot be found");
  }
  return ids == state->seen_count ? NULL : "memory invariant 1: ids are miscounted";
}

/* 2. Bounds: cells, ids, pages; pages are a power of two. */
static const char *check_bounds(const struct state *state) {
  if (state->cell_count > LIMIT_STATE_CELLS || state->seen_count > LIMIT_SEEN) BROKEN("2: more than a state may hold");
  if (state->pages == 0 || state->pages > LIMIT_STATE_PAGES || (state->pages & (state->pages - 1)) != 0) BROKEN("2: pages");
  return NULL;
}

/* 3. Nothing is kept past its day unseen: expire_day is not behind any cell's day. */
static const char *check_expiry(const struct state *state, const struct cell *cell) {
  bool late = cell->expires_day != 0 && (int64_t)state->expire_day > (int64_t)cell->expires_day + 1;
  return late ? "memory invariant 3: a cell expires before anybody looks" : NULL;
}

static bool is_unique(enum cell_kind kind) {
  return kind != CELL_GRANT && kind != CELL_DEBT && kind != CELL_TAKEN && kind != CELL_CHILD && kind != CELL_RESTS;
}

/* 4. A name stands once, except for what a gift has several of. */
static const char *check_unique(const struct state *state, const struct cell *cell) {
  enum cell_kind kind = cell_kind(cell);
  for (const struct cell *other = state_first(state, kind, cell_decl(cell), cell->key); is_unique(kind) && other != NULL;
       other = state_next(state, other))
    if (other != cell && other->name == cell->name && other->key == cell->key && other->period == cell->period)
      BROKEN("4: two cells of one name");
  return NULL;
}

static const struct cell *grant_of(const struct state *state, uint64_t event, uint64_t id_low) {
  const struct cell *grant = state_first(state, CELL_GRANT, 0, event);
  while (grant != NULL && grant->grant.id_low != id_low) grant = state_next(state, grant);
  return grant;
}

static const struct cell *original_of(const struct state *state, uint64_t event) { return state_find(state, CELL_ORIGINAL, 0, event, 0); }

/* 5. What undoing needs hangs together: a gift has its event, and what rests on a fact has its gift. (A child may outlive its own gift,
 * which a reversal of its own took: whoever follows it finds nobody, and it goes with its parent or its day.) */
static const char *check_undoing(const struct state *state, const struct cell *cell) {
  switch (cell_kind(cell)) {
    case CELL_GRANT: return original_of(state, cell->key) != NULL ? NULL : "memory invariant 5: a gift without its event";
    case CELL_FED: return original_of(state, cell->key) != NULL ? NULL : "memory invariant 5: what fed a fact without its event";
    case CELL_RESTS:
      return grant_of(state, cell->key, cell->rests.id_low) != NULL ? NULL : "memory invariant 5: what rests on a fact without its gift";
    case CELL_STEP:
      if (cell->step.forfeited > 0) return NULL; /* the gift went, the step counts */
      return grant_of(state, cell->step.event, cell->key) != NULL ? NULL : "memory invariant 5: a step of a ladder without its gift";
    default: return NULL;
  }
}

/* 6. Numbers that count something are not below nothing. */
static const char *check_numbers(const struct cell *cell) {
  bool good = true;
  switch (cell_kind(cell)) {
    case CELL_LIMIT: good = cell->limit.used >= 0; break;
    case CELL_POOL: good = cell->pool.used >= 0; break;
    case CELL_OWED: good = cell->owed.amount >= 0; break;
    case CELL_SET_OFF: good = cell->set_off.amount >= 0; break;
    case CELL_TAKEN: good = cell->taken.amount >= 0; break;
    case CELL_GRANT:
    case CELL_DEBT: good = cell->grant.value_minor >= 0; break;
    case CELL_ORIGINAL: good = cell->original.amount >= 0 && cell->original.reversed >= 0; break;
    case CELL_LADDER: good = cell->ladder.paid >= 0; break;
    case CELL_LENT: good = cell->lent.claimed >= 0 && cell->lent.told >= 0; break;
    case CELL_BLOCK: good = cell->block.claimed >= 0; break;
    default: break;
  }
  return good ? NULL : "memory invariant 6: a count below nothing";
}

/* 7. A reversal never takes more than there was; a lot never spends what it was not given while it was whole. */
static const char *check_shares(const struct cell *cell) {
  if (cell_kind(cell) == CELL_ORIGINAL && cell->original.amount > 0 && cell->original.reversed > cell->original.amount)
    BROKEN("7: more was reversed than there was");
  if (cell_kind(cell) == CELL_LOT && cell->lot.high_water > 0 && cell->lot.spent > cell->lot.high_water)
    BROKEN("7: more chances were spent than were ever given");
  return NULL;
}

/* 8. A task that is done has its event, and a track that is completed was so within its time. */
static const char *check_track(const struct state *state, const struct cell *cell) {
  if (cell_kind(cell) != CELL_TRACK) return NULL;
  uint32_t tasks = 0;
  for (const struct cell *task = state_first(state, CELL_TASK, cell_decl(cell), cell->key); task != NULL; task = state_next(state, task))
    tasks |= task->period >= 0 && task->period < 32 ? 1u << task->period : 0;
  if ((cell->track.tasks & ~tasks) != 0) BROKEN("8: a task that is done without its event");
  bool within = cell->track.done_ms == 0 || (cell->track.done_ms >= cell->track.opened_ms && cell->track.done_ms < cell->track.until_ms);
  return within ? NULL : "memory invariant 8: a track was completed outside of its time";
}

/* 9. What is packed can be unpacked. */
static const char *check_packed(const struct cell *cell) {
  bool good = cell_kind(cell) != CELL_PROFILE || (cell->profile.entries[0] != 0 && profile_cell_holds(cell));
  return good ? NULL : "memory invariant 9: a profile's cell with something else";
}

static const char *check_cell(const struct state *state, const struct cell *cell) {
  const char *broken = check_expiry(state, cell);
  if (broken == NULL) broken = check_unique(state, cell);
  if (broken == NULL) broken = check_undoing(state, cell);
  if (broken == NULL) broken = check_numbers(cell);
  if (broken == NULL) broken = check_shares(cell);
  if (broken == NULL) broken = check_packed(cell);
  return broken == NULL ? check_track(state, cell) : broken;
}

const char *memory_check(const struct state *state) {
  const char *broken = check_bounds(state);
  if (broken == NULL) broken = check_index(state);
  if (broken == NULL) broken = check_ids(state);
  uint32_t slot = 0;
  for (const struct cell *cell; broken == NULL && (cell = state_any(state, &slot)) != NULL;) broken = check_cell(state, cell);
  return broken;
}
