/* How a running giftd is watched: its metrics, its endpoint, its log lines. `giftd run` opens a watch beside its session and hands it every
 * commit; nothing here touches what is decided.
 */
#ifndef GIFTD_APP_WATCH_H
#define GIFTD_APP_WATCH_H

#include "giftd/config.h"
#include "giftd/http.h"
#include "giftd/telemetry.h"
#include "session.h"

struct watch {
  struct metrics metrics;
  struct log log;
  struct http *http;             /* NULL: http.listen is off */
  const struct session *session; /* borrowed; NULL before watch_start and after watch_stop */
  atomic_bool running;
  int64_t flush_ms; /* when the commit under way began; steady clock */
};

/* Takes log.format, log.level and http.listen; opens the endpoint (not ready yet). `service`: without a terminal, log lines are JSON. */
enum status watch_open(struct watch *watch, const struct config *config, bool service, struct fault *fault) MUST_USE;
/* For session_settings.step_hook and step_self: counts and times each commit. */
void watch_step(void *self, const char *step);
/* The session is open: ready. Logs what was loaded. */
void watch_start(struct watch *watch, const struct session *session);
/* No longer ready; call before session_close. Logs what was done. */
void watch_stop(struct watch *watch);
void watch_close(struct watch *watch); /* of one that was opened, or is all zero */

#endif
