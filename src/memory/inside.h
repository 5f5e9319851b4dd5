/* What the files of the memory room share.
 *
 * Files call downwards only (house.circles):
 *
 *   check.c   invariants           codec.c   bytes of pages          expire.c  time
 *   profile.c fields and tags      value.c   values and texts
 *   state.c   changing cells       trail.c   taking changes back     page.c    pages, marks            block.c   blocks
 *   hook.c    chains, finding      seen.c    ids of events           kinds.c   the table of kinds      owner.c   keys
 */
#ifndef GIFTD_MEMORY_INSIDE_H
#define GIFTD_MEMORY_INSIDE_H

#include <assert.h>

#include "giftd/memory.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are little endian, and numbers go into them as they stand in memory");

enum cell_hook { BY_NOTHING = 0, BY_DECL = 1, BY_KEY = 2, BY_BOTH = BY_DECL | BY_KEY }; /* hook.c reads the bits */
enum cell_form { FORM_NUMBER, FORM_COUNT, FORM_DIGEST, FORM_BYTES };

struct cell_field {
  uint8_t offset, size;
  enum cell_form form;
};
#define CELL_FIELDS_MOST 8u
struct cell_kind_info {
  const char *name;
  enum cell_hook hook;
  uint8_t field_count;
  struct cell_field fields[CELL_FIELDS_MOST];
};
extern const struct cell_kind_info cell_kinds[CELL_KIND_COUNT];

#define PAGES_OF_A_WORD 64u /* marks of pages that changed: a bit each */
#define CELLS_OF_A_PAGE 8u  /* a block has marks for so few cells a page */

/* hook.c */
void cell_hang(struct state *state, uint32_t slot); /* on its hook */
void cell_unhang(struct state *state, uint32_t slot);
void slot_free(struct state *state, uint32_t slot);
static inline uint32_t slot_of(const struct state *state, const struct cell *cell) {
  assert(cell >= state->cells && cell < state->cells + state->used && cell->name != 0);
  return (uint32_t)(cell - state->cells);
}
static inline uint32_t pages_most(const struct state *state) { return state->dirty_words * PAGES_OF_A_WORD; } /* its block has room for */
/* trail.c */
bool trail_add(struct state *state, uint32_t slot, enum trail_what what); /* false: full */
bool trail_is_full(struct trail *trail);
struct cell *trail_spare(struct state *state, struct cell like);
/* seen.c */
struct seen *seen_slot(const struct state *state, uint64_t digest); /* of the digest, or the free one where it would go */
void seen_put(struct state *state, uint64_t digest, int64_t time_ms);
void seen_keep_from(struct state *state, int64_t from_ms);
/* profile.c */
bool profile_cell_holds(const struct cell *cell); /* nothing but entries, whole ones */
/* page.c */
uint32_t page_of_cell(const struct state *state, const struct cell *cell);
void page_mark(struct state *state, const struct cell *cell); /* the page of a cell differs from what is stored */
static inline uint32_t page_of_id(const struct state *state, uint64_t digest) { return (uint32_t)digest & (state->pages - 1); }
static inline void page_mark_number(struct state *state, uint32_t page) {
  state->dirty[page / 64] |= UINT64_C(1) << (page % 64);
  state->changed = true;
}

#endif
