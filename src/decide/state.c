/* Cells and the memory of events. A record is small (tens of cells for most customers), so a scan is the fastest index there is; order of
 * insertion is kept, since the same inputs must leave the same bytes. */
#include "state.h"

struct cell *state_find(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period) {
  for (uint32_t i = 0; i < state->cell_count; i++) {
    struct cell *cell = &state->cells[i];
    if (cell->key == key && cell->decl == decl && cell->kind == (uint8_t)kind && cell->period == period) return cell;
  }
  return NULL;
}

struct cell *state_find_key(struct state *state, enum cell_kind kind, uint64_t key) {
  for (uint32_t i = 0; i < state->cell_count; i++)
    if (state->cells[i].kind == (uint8_t)kind && state->cells[i].key == key) return &state->cells[i];
  return NULL;
}

static void drop_expired(struct state *state, int32_t today) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < state->cell_count; i++) {
    const struct cell *cell = &state->cells[i];
    if (cell->expires_day != 0 && cell->expires_day < today) continue;
    if (kept != i) state->cells[kept] = *cell;
    kept++;
  }
  state->cell_count = kept;
}

static void forget_taken(struct state *state, uint64_t grant) {
  state_remove_all(state, CELL_TAKEN, 0, grant);
  state_remove_all(state, CELL_BASE, 0, grant);
}

/* What a reversal needs of one event: the original, what it fed, its gifts and what they took. */
static void forget_event(struct state *state, uint64_t digest) {
  const struct cell *cell;
  state_remove_all(state, CELL_ORIGINAL, 0, digest);
  state_remove_all(state, CELL_FED, 0, digest);
  state_remove_all(state, CELL_HEARD, 0, digest);
  while ((cell = state_find_key(state, CELL_GRANT, digest)) != NULL) {
    forget_taken(state, (uint64_t)cell->v[2]);
    state_remove(state, state_find_key(state, CELL_GRANT, digest));
  }
}

static bool forget_oldest_event(struct state *state) {
  const struct cell *oldest = NULL;
  for (uint32_t i = 0; i < state->cell_count; i++) {
    const struct cell *cell = &state->cells[i];
    if (cell->kind == CELL_ORIGINAL && (oldest == NULL || cell->v[0] < oldest->v[0])) oldest = cell;
  }
  if (oldest == NULL) return false;
  int64_t time_ms = oldest->v[0];
  forget_event(state, oldest->key);
  struct cell *forgotten = state_find(state, CELL_FORGOTTEN, 0, 0, 0);
  if (forgotten == NULL) { /* in the room that was just made */
    forgotten = &state->cells[state->cell_count++];
    *forgotten = (struct cell){.kind = CELL_FORGOTTEN, .v = {time_ms}};
  }
  if (time_ms > forgotten->v[0]) forgotten->v[0] = time_ms;
  return true;
}

/* Expired cells are looked for when a record passes another 64 cells, and when it is full; what reversals would need goes last. */
static bool state_make_room(struct state *state, int64_t now_ms) {
  if (state->cell_count >= 64 && (state->cell_count % 64 == 0 || state->cell_count == LIMIT_STATE_CELLS))
    drop_expired(state, (int32_t)(now_ms / MS_PER_DAY));
  while (state->cell_count >= LIMIT_STATE_CELLS)
    if (!forget_oldest_event(state)) return false;
  return true;
}

struct cell *state_make(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period, int64_t now_ms) {
  struct cell *cell = state_find(state, kind, decl, key, period);
  return cell != NULL ? cell : state_add(state, kind, decl, key, period, now_ms);
}

struct cell *state_add(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period, int64_t now_ms) {
  if (!state_make_room(state, now_ms)) return NULL;
  struct cell *cell = &state->cells[state->cell_count++];
  *cell = (struct cell){.kind = (uint8_t)kind, .decl = decl, .key = key, .period = period};
  return cell;
}

void state_remove(struct state *state, struct cell *cell) {
  size_t index = (size_t)(cell - state->cells);
  assert(index < state->cell_count);
  memmove(cell, cell + 1, (state->cell_count - index - 1) * sizeof *cell);
  state->cell_count--;
}

void state_remove_all(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key) {
  for (uint32_t i = state->cell_count; i-- > 0;) {
    const struct cell *cell = &state->cells[i];
    if (cell->kind == (uint8_t)kind && (decl == 0 || cell->decl == decl) && (key == 0 || cell->key == key))
      state_remove(state, &state->cells[i]);
  }
}

int32_t state_expiry(int64_t until_ms) {
  if (until_ms <= 0 || until_ms / MS_PER_DAY >= INT32_MAX - 1) return 0;
  return (int32_t)(until_ms / MS_PER_DAY) + 1;
}

bool state_seen(const struct state *state, uint64_t digest) {
  for (uint32_t i = 0; i < state->seen_count; i++)
    if (state->seen[i].digest == digest) return true;
  return false;
}

static void seen_drop(struct state *state, uint32_t index) {
  if (state->seen[index].time_ms > state->floor_ms) state->floor_ms = state->seen[index].time_ms;
  memmove(&state->seen[index], &state->seen[index + 1], (state->seen_count - index - 1) * sizeof state->seen[0]);
  state->seen_count--;
}

/* The oldest stands in front: `seen` is kept in order of time, so what must go is always a prefix. */
void state_see(struct state *state, uint64_t digest, int64_t time_ms, int64_t oldest_ms) {
  while (state->seen_count > 0 && (state->seen[0].time_ms < oldest_ms || state->seen_count == LIMIT_SEEN)) seen_drop(state, 0);
  uint32_t at = state->seen_count;
  while (at > 0 && state->seen[at - 1].time_ms > time_ms) at--;
  memmove(&state->seen[at + 1], &state->seen[at], (state->seen_count - at) * sizeof state->seen[0]);
  state->seen[at] = (struct seen){digest, time_ms};
  state->seen_count++;
}

void cell_set_value(struct cell *cell, const struct value *value, uint32_t item) {
  memset(cell->v, 0, sizeof cell->v);
  cell->flags = (uint8_t)value->kind;
  if (value->kind == VALUE_INT || value->kind == VALUE_BOOL) {
    cell->v[0] = value->number;
    return;
  }
  struct str text = value->kind == VALUE_LIST ? value->items[item] : value->text;
  cell->flags = (uint8_t)VALUE_TEXT;
  cell->v[0] = (int64_t)hash64(&HASH_KEY_FIXED, text);
  struct str shown = {text.at, text.length < TEXT_IN_CELL ? text.length : TEXT_IN_CELL};
  while (text.length > TEXT_IN_CELL && shown.length > 0 && !str_is_utf8(shown)) shown.length--; /* no character is cut in two */
  cell->small = (uint16_t)shown.length;
  memcpy(&cell->v[1], text.at, cell->small);
}

void cell_get_value(const struct cell *cell, struct value *out) {
  *out = (struct value){.kind = (enum value_kind)cell->flags};
  if (out->kind == VALUE_TEXT)
    out->text = (struct str){(const char *)&cell->v[1], cell->small};
  else
    out->number = cell->v[0];
}

#define TEXT_PART (sizeof(int64_t[4]))

bool state_put_text(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, struct str text, int64_t now_ms,
                    int32_t expires_day) {
  assert(text.length <= LIMIT_ID_BYTES);
  for (int32_t part = 0; text.length > 0; part++) {
    struct cell *cell = state_make(state, kind, decl, key, part, now_ms);
    if (cell == NULL) return false;
    size_t length = text.length < TEXT_PART ? text.length : TEXT_PART;
    memset(cell->v, 0, sizeof cell->v);
    memcpy(cell->v, text.at, length);
    cell->small = (uint16_t)length, cell->expires_day = expires_day;
    text = str_from(text, length);
  }
  return true;
}

size_t state_get_text(const struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, char out[LIMIT_ID_BYTES]) {
  size_t length = 0;
  for (int32_t part = 0;; part++) {
    const struct cell *cell = state_find((struct state *)(uintptr_t)state, kind, decl, key, part);
    if (cell == NULL || cell->small > TEXT_PART || length + cell->small > LIMIT_ID_BYTES) return length;
    memcpy(out + length, cell->v, cell->small);
    length += cell->small;
  }
}

static struct str cell_text(const struct cell *cell) { return (struct str){(const char *)&cell->v[1], cell->small}; }

bool cell_is_text(const struct cell *cell, struct str text) {
  if (cell->flags != VALUE_TEXT || text.length < cell->small || memcmp(text.at, cell_text(cell).at, cell->small) != 0) return false;
  return hash64(&HASH_KEY_FIXED, text) == (uint64_t)cell->v[0];
}

bool cells_same_text(const struct cell *a, const struct cell *b) {
  return a->flags == VALUE_TEXT && b->flags == VALUE_TEXT && a->v[0] == b->v[0] && str_equal(cell_text(a), cell_text(b));
}
