/* Clocks. Deciding never asks them (ARCHITECTURE.md, "Rooms"); they time the work and stamp log lines. */
#include <time.h>

#include "giftd/telemetry.h"

static int64_t clock_ms(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) return 0;
  return (int64_t)now.tv_sec * MS_PER_SECOND + now.tv_nsec / 1000000;
}

int64_t clock_steady_ms(void) { return clock_ms(CLOCK_MONOTONIC); }
int64_t clock_wall_ms(void) { return clock_ms(CLOCK_REALTIME); }
