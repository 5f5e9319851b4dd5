/* The log lines of `giftd run`: that it started and on what, that it stopped and what it did (log.format, log.level). */
#ifndef GIFTD_APP_RUN_LOG_H
#define GIFTD_APP_RUN_LOG_H

#include "giftd/config.h"
#include "giftd/telemetry.h"
#include "session.h"
#include "worker.h"

/* `service`: it has no end; with log.format auto and no terminal its lines are JSON. A run to the end of its input tells people. */
void run_log_init(struct log *log, const struct config *config, bool service);
void run_log_started(const struct log *log, const struct session *session);
/* A run that ended by a fault: tells it and returns its exit code. There is no summary then: it would count what was not committed. */
int run_log_failed(const struct log *log, const struct fault *fault);
/* The summary: as text that of session_print, as JSON one line. Left out above log.level info. */
void run_log_stopped(const struct log *log, const struct session *session);
/* The same of a worker on Kafka; `stream` is a FILE *. */
void run_log_worker(const struct log *log, const struct worker_counts *counts);
void run_json_worker(const struct worker_counts *counts, void *stream);

#endif
