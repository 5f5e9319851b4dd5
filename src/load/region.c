/* Address space from the system, for what is taken once and given back as a whole. */
#include <sys/mman.h>

#include "giftd/load.h"

void *region_open(size_t bytes) {
  void *region = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return region == MAP_FAILED ? NULL : region;
}

void region_close(void *region, size_t bytes) {
  if (region != NULL) (void)munmap(region, bytes);
}

struct region region_take(size_t bytes) {
  struct region region = {region_open(bytes), bytes};
  return region;
}

struct region region_take_wide(size_t bytes) {
  const struct region region = region_take(bytes);
  if (region.at != NULL) (void)madvise(region.at, region.bytes, MADV_HUGEPAGE);
  return region;
}

void region_give(struct region *region) {
  region_close(region->at, region->bytes);
  *region = (struct region){NULL, 0};
}
