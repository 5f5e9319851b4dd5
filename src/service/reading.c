/* Campaigns read again beside the loop, in a thread of their own: a list of ten million customers takes seconds to read, and events go on
 * meanwhile under the old campaigns. The thread has nothing but the paths and what it makes; the loop takes that up between two rounds, in
 * one step as ever (campaigns.c). It hears no signals: these wake the loop. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "parts.h"
#include "signals.h"

struct reading {
  pthread_t thread;
  bool threaded, again; /* again: another SIGHUP came meanwhile, for files that may be newer */
  const struct service_settings *settings;
  struct campaigns *fresh;
  enum status status;
  struct fault fault;
  _Atomic bool done;
};

static void *read_all(void *self) {
  struct reading *reading = self;
  const struct service_settings *settings = reading->settings;
  reading->status = load_open(settings->campaigns, settings->campaign_count, &reading->fresh->loaded, &reading->fault);
  atomic_store(&reading->done, true);
  signals_nudge();
  return NULL;
}

/* Where the system gives no thread the loop reads itself. */
static void thread_start(struct reading *reading) {
  sigset_t all, before;
  sigfillset(&all);
  (void)pthread_sigmask(SIG_SETMASK, &all, &before);
  reading->threaded = pthread_create(&reading->thread, NULL, read_all, reading) == 0;
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (!reading->threaded) (void)read_all(reading);
}

void reading_begin(struct service *service) {
  if (service->reading != NULL) {
    service->reading->again = true;
    return;
  }
  struct reading *reading = calloc(1, sizeof *reading);
  struct campaigns *fresh = calloc(1, sizeof *fresh);
  if (reading == NULL || fresh == NULL) {
    const struct fault fault = {STATUS_STORAGE, "no memory"};
    free(reading);
    free(fresh);
    campaigns_refuse(service, &fault);
    return;
  }
  reading->settings = &service->settings, reading->fresh = fresh;
  service->reading = reading;
  thread_start(reading);
}

static void reading_join(struct service *service) {
  struct reading *reading = service->reading;
  service->reading = NULL;
  if (reading->threaded) (void)pthread_join(reading->thread, NULL);
}

bool reading_end(struct service *service, bool *again) {
  struct reading *reading = service->reading;
  *again = false;
  if (reading == NULL || !atomic_load(&reading->done)) return false;
  reading_join(service);
  campaigns_take(service, reading->fresh, reading->status, &reading->fault);
  *again = reading->again;
  free(reading);
  return true;
}

void reading_drop(struct service *service) {
  struct reading *reading = service->reading;
  if (reading == NULL) return;
  reading_join(service);
  campaigns_close(reading->fresh);
  free(reading);
}
