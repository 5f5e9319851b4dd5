/* Which keys follow each other in lines, learned as lines come: those of one source are alike, so what stands next is nearly always known,
 * and one comparison of bytes takes the place of finding the key's ends, hashing it and looking it up.
 *
 * It is a tree: a key hangs from the one in front of it in its object, the first ones from a root. A path is learned only while the walk
 * checks that its keys differ, so a line that follows one has no key twice. A line that leaves the tree is read without it from there on,
 * and every line reads the same with it and without (tests/event/test_shapes.c, fuzz_event).
 */
#ifndef GIFTD_EVENT_SHAPES_H
#define GIFTD_EVENT_SHAPES_H

#include "giftd/base/scan.h"
#include "reader.h"

#define SHAPE_TOP 0u            /* root of the line's own keys */
#define SHAPE_DATA 1u           /* ... and of those inside of "data" */
#define SHAPE_NONE 0xffffu      /* nothing is known of the object from here on */
#define SHAPE_CHILDREN 8u       /* that are tried one after the other */
#define SHAPE_MISSES (1u << 16) /* when so many keys found no place, traffic has changed: it is learned anew */

/* With a byte behind. */
static inline bool shape_fits(const struct shape_key *key, struct str line, size_t at) {
#if SCAN_SSE2
  _Static_assert(sizeof key->text == 32, "two loads");
  if (at + 32 < line.length) return (scan_equal_mask(line.at + at, key->text) & key->bytes) == key->bytes;
#endif
  return line.length - at > key->length && memcmp(line.at + at, key->text, key->length) == 0;
}

/* The key of `from` that stands at `at`, and a byte of its value behind; 0: none. */
static inline uint16_t shape_next(const struct event_shapes *shapes, uint16_t from, struct str line, size_t at) {
  uint16_t next = shapes->keys[from].child;
  while (next != 0 && !shape_fits(&shapes->keys[next], line, at)) next = shapes->keys[next].sibling;
  return next;
}

/* Hangs a key behind `from`, where it does not hang yet: `text` is all between the value in front and its own. SHAPE_NONE: no room. */
static inline uint16_t shape_learn(struct event_shapes *shapes, uint16_t from, struct str text, struct shape_key like) {
  uint16_t *link = &shapes->keys[from].child;
  unsigned children = 0;
  for (; *link != 0 && children < SHAPE_CHILDREN; children++) link = &shapes->keys[*link].sibling;
  if (text.length > sizeof like.text) return SHAPE_NONE;
  if (shapes->count == SHAPE_KEYS || children == SHAPE_CHILDREN) {
    shapes->missed++;
    return SHAPE_NONE;
  }
  memcpy(like.text, text.at, text.length);
  like.length = (uint8_t)text.length;
  like.bytes = (uint32_t)((UINT64_C(1) << text.length) - 1);
  *link = (uint16_t)shapes->count;
  shapes->keys[shapes->count] = like;
  return (uint16_t)shapes->count++;
}

#endif
