/* Blocks of memory by the buddy scheme (Knuth 2.5): sizes are powers of two, a block that is free joins its other half when that is free
 * too. One region, no heap, no fragmentation but inside blocks; both taking and giving are a few steps. */
#ifndef GIFTD_SHARD_BLOCKS_H
#define GIFTD_SHARD_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOCK_LEAST 512u  /* bytes of the smallest */
#define BLOCK_CLASSES 20u /* the largest is BLOCK_LEAST << 19: 256 MiB */

struct blocks {
  unsigned char *memory;
  uint32_t units;               /* of BLOCK_LEAST bytes */
  uint32_t open[BLOCK_CLASSES]; /* unit + 1 of the first free block of a class */
  uint8_t *tags;                /* [units] of a block's first unit: its class, and whether it is free */
  uint32_t hand;                /* a unit at which a block starts: whoever walks through all of them stands there */
};

/* Bytes beside the memory itself. */
size_t blocks_tags(size_t bytes);
/* `memory` is aligned to 64; both are borrowed. */
void blocks_init(struct blocks *blocks, void *memory, size_t bytes, uint8_t *tags);
/* NULL: no block of that size is free. */
void *blocks_take(struct blocks *blocks, size_t bytes);
void blocks_give(struct blocks *blocks, void *block);
/* Bytes of the block that a request of so many gets. */
size_t blocks_size(size_t bytes);
/* The run of blocks around the hand that would be one block for so many bytes, were all of them free: its first unit and the unit behind
 * it. The hand is moved by the caller (blocks_step). */
void blocks_run(const struct blocks *blocks, size_t bytes, uint32_t *from, uint32_t *to);
/* The block that starts at a unit, or NULL when it is free; *next is where the one behind it starts. */
void *blocks_at(const struct blocks *blocks, uint32_t unit, uint32_t *next);
void blocks_step(struct blocks *blocks, uint32_t to);

#endif
