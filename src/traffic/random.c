/* Chance: whole numbers alone, the same from a seed on every machine. */
#include <assert.h>

#include "parts.h"

uint64_t random_next(struct random *random) {
  uint64_t z = random->state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

uint32_t random_below(struct random *random, uint32_t bound) {
  assert(bound > 0);
  return (uint32_t)((random_next(random) >> 32) * bound >> 32);
}

int64_t random_between(struct random *random, int64_t least, int64_t most) {
  assert(least <= most && most - least < UINT32_MAX);
  return least + random_below(random, (uint32_t)(most - least) + 1);
}

int64_t random_skewed(struct random *random, int64_t least, int64_t most) {
  const int64_t part = (int64_t)random_below(random, 65536) * random_below(random, 65536) >> 16;
  return least + ((most - least) * part >> 16);
}
