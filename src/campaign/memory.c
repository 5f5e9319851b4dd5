/* Arrays that grow while files are read, in the scratch arena, and what is kept of them, in the rulebook's.
 *
 * When an arena is full reading goes on into a spill of fixed size: nobody has to check every step, nothing is written outside, and
 * rulebook_read sees `full` at its end. */
#include "compile.h"

_Static_assert(sizeof(struct fact) <= SPILL_BYTES && sizeof(struct item) <= SPILL_BYTES, "the spill holds one of each");
_Static_assert(sizeof(struct rule) <= SPILL_BYTES && sizeof(struct pool) <= SPILL_BYTES, "the spill holds one of each");
_Static_assert(sizeof(struct condition) <= SPILL_BYTES && sizeof(struct decl) <= SPILL_BYTES, "the spill holds one of each");

void *vec_at(struct compile *c, struct vec *vec, uint32_t index) {
  if (index < vec->count) return vec->items + (size_t)index * vec->size;
  assert(c->full);
  memset(c->spill, 0, sizeof c->spill);
  return c->spill;
}

static bool vec_grow(struct compile *c, struct vec *vec, uint32_t least) {
  uint32_t capacity = vec->capacity == 0 ? 16 : vec->capacity;
  while (capacity < least) capacity *= 2;
  unsigned char *items = arena_array(c->scratch, capacity, vec->size);
  if (items == NULL) {
    c->full = true;
    return false;
  }
  if (vec->count > 0) memcpy(items, vec->items, (size_t)vec->count * vec->size);
  vec->items = items, vec->capacity = capacity;
  return true;
}

uint32_t vec_push(struct compile *c, struct vec *vec, uint32_t count) {
  assert(vec->size > 0 && vec->size <= SPILL_BYTES);
  uint32_t first = vec->count;
  if (count > vec->capacity - vec->count && !vec_grow(c, vec, first + count)) return first;
  vec->count += count;
  return first;
}

void *take(struct compile *c, size_t count, size_t size) {
  void *memory = arena_array(c->arena, count, size);
  if (memory == NULL) c->full = true;
  return memory;
}

const void *vec_keep(struct compile *c, const struct vec *vec) {
  void *items = take(c, vec->count, vec->size);
  if (items != NULL && vec->count > 0) memcpy(items, vec->items, (size_t)vec->count * vec->size);
  return items;
}

struct str keep_text(struct compile *c, struct str text) {
  struct str kept = arena_copy(c->arena, text);
  if (kept.at == NULL && text.length > 0) c->full = true;
  return kept;
}
