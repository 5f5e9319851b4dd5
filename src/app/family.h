/* Several processes of `giftd run` on one machine (--workers): a parent that only starts, restarts and ends them. It opens nothing itself,
 * so it may fork at any time, and it stays when a child is ended by a watchdog or by the system.
 *
 *     SIGTERM, SIGINT  handed on; ends when the last child has      SIGHUP  handed on
 *     a child that dies is told and started again, after a delay that grows; with --once it is not
 *
 * A parent that dies takes its children with it: they drain (PR_SET_PDEATHSIG). Under systemd the unit says NotifyAccess=all.
 */
#ifndef GIFTD_APP_FAMILY_H
#define GIFTD_APP_FAMILY_H

#include "giftd/telemetry.h"

#define FAMILY_MOST 64u

struct family_settings {
  uint32_t children; /* 1 .. FAMILY_MOST */
  bool once;
  const struct log *log;
  int (*play)(void *self, uint32_t child); /* the child's whole life; returns its exit code */
  void *self;
};

/* Returns in the parent alone, with the exit code for all of them: that of the worst. */
int family_run(const struct family_settings *settings);

#endif
