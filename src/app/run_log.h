/* What `giftd run` says of itself: how its log is written, what came of a run (log.format, log.level). */
#ifndef GIFTD_APP_RUN_LOG_H
#define GIFTD_APP_RUN_LOG_H

#include "giftd/config.h"
#include "giftd/embedded.h"
#include "giftd/telemetry.h"

/* `service`: it has no end; with log.format auto and no terminal its lines are JSON. A run to the end of its input tells people. */
void run_log_init(struct log *log, const struct config *config, bool service);
/* A run that ended by a fault: tells it and returns its exit code. There is no summary then: it would count what was not committed. */
int run_log_failed(const struct log *log, const struct fault *fault);

struct run_summary {
  struct service_counts counts;
  int64_t elapsed_ms;
  const struct embedded *embedded; /* of a run on files, still open; else NULL */
};
/* As text for people, as JSON one line of the log. Left out above log.level info. */
void run_summary_tell(const struct log *log, const struct run_summary *summary);
/* One JSON object; `stream` is a FILE *. */
void run_summary_json(const struct run_summary *summary, void *stream);

#endif
