/* The buddy scheme; blocks.h says what for. A free block's first bytes hold its neighbours in the list of its class. Invariants: a block of
 * class c starts on a multiple of 1 << c units; tags of first units alone mean anything; no two buddies are both free;
 * the hand stands where a block starts. */
#include "blocks.h"

#include <assert.h>
#include <string.h>

#define TAG_FREE 0x80u

struct link {
  uint32_t next, previous; /* unit + 1; 0: none */
};

static struct link *link_of(const struct blocks *blocks, uint32_t unit) {
  return (struct link *)(void *)(blocks->memory + (size_t)unit * BLOCK_LEAST);
}

static unsigned class_for(size_t bytes) {
  unsigned class = 0;
  while (((size_t)BLOCK_LEAST << class) < bytes) class ++;
  return class;
}

size_t blocks_size(size_t bytes) { return (size_t)BLOCK_LEAST << class_for(bytes); }
size_t blocks_tags(size_t bytes) { return bytes / BLOCK_LEAST; }

static void free_put(struct blocks *blocks, uint32_t unit, unsigned class) {
  struct link *link = link_of(blocks, unit);
  *link = (struct link){blocks->open[class], 0};
  if (link->next != 0) link_of(blocks, link->next - 1)->previous = unit + 1;
  blocks->open[class] = unit + 1;
  blocks->tags[unit] = (uint8_t)(class | TAG_FREE);
}

static void free_take(struct blocks *blocks, uint32_t unit, unsigned class) {
  const struct link link = *link_of(blocks, unit);
  if (link.next != 0) link_of(blocks, link.next - 1)->previous = link.previous;
  if (link.previous != 0)
    link_of(blocks, link.previous - 1)->next = link.next;
  else
    blocks->open[class] = link.next;
}

/* As few and as large blocks as the region has. */
void blocks_init(struct blocks *blocks, void *memory, size_t bytes, uint8_t *tags) {
  assert((uintptr_t)memory % 64 == 0 && bytes / BLOCK_LEAST < UINT32_MAX);
  *blocks = (struct blocks){.memory = memory, .units = (uint32_t)(bytes / BLOCK_LEAST), .tags = tags};
  for (uint32_t unit = 0; unit < blocks->units;) {
    unsigned class = BLOCK_CLASSES - 1;
    while ((unit & ((1u << class) - 1)) != 0 || unit + (1u << class) > blocks->units) class --;
    free_put(blocks, unit, class);
    unit += 1u << class;
  }
}

void *blocks_take(struct blocks *blocks, size_t bytes) {
  unsigned class = class_for(bytes), from = class;
  if (class >= BLOCK_CLASSES) return NULL;
  while (from < BLOCK_CLASSES && blocks->open[from] == 0) from++;
  if (from == BLOCK_CLASSES) return NULL;
  uint32_t unit = blocks->open[from] - 1;
  free_take(blocks, unit, from);
  for (; from > class; from--) free_put(blocks, unit + (1u << (from - 1)), from - 1); /* the upper half stays free */
  blocks->tags[unit] = (uint8_t) class;
  return link_of(blocks, unit);
}

void blocks_give(struct blocks *blocks, void *block) {
  uint32_t unit = (uint32_t)((size_t)((unsigned char *)block - blocks->memory) / BLOCK_LEAST);
  unsigned class = blocks->tags[unit];
  assert(class < BLOCK_CLASSES); /* a block that is free already would have its flag */
  for (; class + 1 < BLOCK_CLASSES; class ++) {
    uint32_t buddy = unit ^ 1u << class;
    if (buddy + (1u << class) > blocks->units || blocks->tags[buddy] != (uint8_t)(class | TAG_FREE)) break;
    free_take(blocks, buddy, class);
    unit &= ~(1u << class);
  }
  if (blocks->hand > unit && blocks->hand < unit + (1u << class)) blocks->hand = unit;
  free_put(blocks, unit, class);
}

/* A block starts at the hand, so one that is larger than the run starts there too. */
void blocks_run(const struct blocks *blocks, size_t bytes, uint32_t *from, uint32_t *to) {
  unsigned class = class_for(bytes), here = blocks->tags[blocks->hand] & (TAG_FREE - 1u);
  if (here > class) class = here;
  *from = blocks->hand & ~((1u << class) - 1);
  *to = *from + (1u << class);
  if (*to > blocks->units) *to = blocks->units;
}

void *blocks_at(const struct blocks *blocks, uint32_t unit, uint32_t *next) {
  assert(unit < blocks->units);
  *next = unit + (1u << (blocks->tags[unit] & (TAG_FREE - 1u)));
  return (blocks->tags[unit] & TAG_FREE) != 0 ? NULL : link_of(blocks, unit);
}

void blocks_step(struct blocks *blocks, uint32_t to) { blocks->hand = to >= blocks->units ? 0 : to; }
