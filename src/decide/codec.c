/* Bytes of an owner's record. Small (a sleeping customer with two clocks takes some 40 bytes), canonical (same state, same bytes),
 * versioned.
 *
 *   'G' version | position | floor | seen count, {digest 8, time delta} | cell count, {cell}
 *   cell: kind, mask (which of flags small period expires key v0..v3 are there), decl 5, then what the mask says
 *
 * Numbers are zigzag varints. Decoding trusts nothing: every length is checked against the bytes there are. */
#include "giftd/base/bytes.h"
#include "state.h"

#define RECORD_MAGIC 'G'
#define RECORD_VERSION 1u

enum cell_part { PART_FLAGS = 1, PART_SMALL = 2, PART_PERIOD = 4, PART_EXPIRES = 8, PART_KEY = 16, PART_V0 = 32 /* to 256 */ };

static void put_cell(struct writer *w, const struct cell *cell) {
  unsigned mask = (cell->flags ? PART_FLAGS : 0u) | (cell->small ? PART_SMALL : 0u) | (cell->period ? PART_PERIOD : 0u) |
                  (cell->expires_day ? PART_EXPIRES : 0u) | (cell->key ? PART_KEY : 0u);
  for (unsigned i = 0; i < 4; i++) mask |= cell->v[i] ? (unsigned)PART_V0 << i : 0u;
  put_byte(w, cell->kind);
  put_varint(w, mask);
  put_fixed(w, cell->decl, 5);
  if (mask & PART_FLAGS) put_byte(w, cell->flags);
  if (mask & PART_SMALL) put_varint(w, cell->small);
  if (mask & PART_PERIOD) put_varint(w, zigzag(cell->period));
  if (mask & PART_EXPIRES) put_varint(w, zigzag(cell->expires_day));
  if (mask & PART_KEY) put_fixed(w, cell->key, 8);
  for (unsigned i = 0; i < 4; i++)
    if (cell->v[i]) put_varint(w, zigzag(cell->v[i]));
}

size_t state_encode(const struct state *state, char *out, size_t capacity) {
  assert(state->cell_count <= LIMIT_STATE_CELLS && state->seen_count <= LIMIT_SEEN);
  if (capacity > LIMIT_STATE_BYTES) capacity = LIMIT_STATE_BYTES;
  struct writer w = {(unsigned char *)out, (unsigned char *)out + capacity, false};
  put_byte(&w, RECORD_MAGIC);
  put_byte(&w, RECORD_VERSION);
  put_varint(&w, state->position);
  put_varint(&w, zigzag(state->floor_ms));
  put_varint(&w, state->seen_count);
  int64_t before = 0;
  for (uint32_t i = 0; i < state->seen_count; i++) {
    put_fixed(&w, state->seen[i].digest, 8);
    put_varint(&w, zigzag((int64_t)((uint64_t)state->seen[i].time_ms - (uint64_t)before))); /* wraps, as reading does */
    before = state->seen[i].time_ms;
  }
  put_varint(&w, state->cell_count);
  for (uint32_t i = 0; i < state->cell_count; i++) put_cell(&w, &state->cells[i]);
  return w.full ? 0 : (size_t)(w.at - (unsigned char *)out);
}

static void get_cell(struct reader *r, struct cell *cell) {
  *cell = (struct cell){.kind = (uint8_t)get_byte(r)};
  uint64_t mask = get_varint(r);
  if (cell->kind == 0 || cell->kind >= CELL_KIND_COUNT || mask >= (uint64_t)PART_V0 << 4) r->bad = true;
  cell->decl = get_fixed(r, 5);
  if (mask & PART_FLAGS) cell->flags = (uint8_t)get_byte(r);
  if (mask & PART_SMALL) cell->small = (uint16_t)get_varint(r);
  if (mask & PART_PERIOD) cell->period = (int32_t)get_zigzag(r);
  if (mask & PART_EXPIRES) cell->expires_day = (int32_t)get_zigzag(r);
  if (mask & PART_KEY) cell->key = get_fixed(r, 8);
  for (unsigned i = 0; i < 4; i++)
    if (mask & (uint64_t)PART_V0 << i) cell->v[i] = get_zigzag(r);
  bool text = cell->kind == CELL_PROFILE || cell->kind == CELL_KEPT;
  if (text && (cell->small > TEXT_IN_CELL || cell->flags > VALUE_LIST)) r->bad = true;
}

static void get_seen(struct reader *r, struct state *state) {
  uint64_t count = get_varint(r);
  if (count > LIMIT_SEEN) r->bad = true;
  int64_t before = 0;
  for (uint64_t i = 0; i < count && !r->bad; i++) {
    uint64_t digest = get_fixed(r, 8);
    before = (int64_t)((uint64_t)before + (uint64_t)get_zigzag(r));
    state->seen[state->seen_count++] = (struct seen){digest, before};
  }
}

bool state_decode(struct str bytes, struct state *state, struct fault *fault) {
  state->position = 0, state->floor_ms = 0, state->cell_count = 0, state->seen_count = 0, state->changed = false;
  if (bytes.length == 0) return true;
  struct reader r = {(const unsigned char *)bytes.at, (const unsigned char *)bytes.at + bytes.length, false};
  if (get_byte(&r) != RECORD_MAGIC) {
    (void)fault_set(fault, STATUS_STATE, "a record that is not giftd's; use a state folder that giftd made");
    return false;
  }
  unsigned version = get_byte(&r);
  if (version != RECORD_VERSION) {
    (void)fault_set(fault, STATUS_STATE, "a record of version %u, this giftd knows version %u; use the giftd that wrote it, or a newer one",
                    version, RECORD_VERSION);
    return false;
  }
  state->position = get_varint(&r);
  state->floor_ms = get_zigzag(&r);
  get_seen(&r, state);
  uint64_t count = get_varint(&r);
  if (count > LIMIT_STATE_CELLS) r.bad = true;
  for (uint64_t i = 0; i < count && !r.bad; i++) get_cell(&r, &state->cells[state->cell_count++]);
  if (!r.bad && r.at == r.end) return true;
  state->cell_count = 0, state->seen_count = 0;
  (void)fault_set(fault, STATUS_STATE,
                  "a damaged record (%zu bytes); restore the state folder from a copy, or rebuild it by a run from the start",
                  bytes.length);
  return false;
}
