/* What the files of the service room share:
 *
 *   service.c     open, loop, close             watch.c      readiness, metrics, endpoint
 *   reading.c     files read beside the loop
 *   campaigns.c   load, reload                  say.c        log lines, complaints
 *   signals.c  notify.c  last_words.c  family.c              the process
 *   key_tell.c  unknown.c                                    two warnings
 *
 * Calls go downwards in this order; what an engine says comes up through service.h, and the engine is called through its port alone.
 */
#ifndef GIFTD_SERVICE_PARTS_H
#define GIFTD_SERVICE_PARTS_H

#include "giftd/service.h"
#include "unknown.h"

struct watch;
struct reading;

struct service {
  struct service_settings settings;
  struct engine engine;
  struct campaigns *campaigns;
  struct progress progress;
  bool shows_progress;
  struct unknown_names unknown;
  struct watch *watch;                    /* or NULL: nobody watches */
  struct reading *reading;                /* or NULL: nothing is read anew */
  bool stopping, ready_told, reload_told; /* to the service manager */
  int64_t refused_ms;                     /* wall clock of the last reload, if it was refused; else 0 */
  int64_t started_ms, ended_ms;           /* steady clock; ended_ms 0: it runs */
};

/* ---- campaigns.c ---- */
/* *out is NULL after any status but OK. */
enum status campaigns_open(struct service *service, struct campaigns **out, struct fault *fault) MUST_USE;
void campaigns_close(struct campaigns *campaigns); /* NULL is fine */
/* Of a key that is no secret, by the first of several processes alone; `before` as of key_tell. */
void key_warn(struct service *service, const struct rulebook *before);
/* All of what was read anew or none of it; `status` and `fault` say how reading went. Takes `fresh` over. */
void campaigns_take(struct service *service, struct campaigns *fresh, enum status status, struct fault *fault);
void campaigns_refuse(struct service *service, const struct fault *fault);

/* ---- reading.c ---- */
void reading_begin(struct service *service); /* SIGHUP: one at a time; another one follows it */
/* True once what was read was taken up or refused; *again: SIGHUP came meanwhile. */
bool reading_end(struct service *service, bool *again) MUST_USE;
void reading_drop(struct service *service); /* waits for it; nothing of it is taken up */

/* ---- watch.c; all do nothing when nobody watches ---- */
enum status watch_open(struct service *service, struct fault *fault) MUST_USE;
void watch_close(struct service *service);
void watch_refresh(struct service *service, bool now);
void watch_reloaded(struct service *service);

/* ---- say.c ---- */
void findings_say(struct service *service, const struct findings *findings);

#endif
