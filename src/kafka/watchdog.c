/* A call that does not come back ends the process. librdkafka has calls that ignore their own time-out when a coordinator is gone (its
 * issue 5456: over 90 s were seen); a shard that hangs in one looks alive to its group and keeps the shard from everybody else. Ending is
 * safe at any instruction: the next owner fences and goes on from the log.
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "inside.h"

#define LOOK_MS 1000

int64_t clock_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void watch_enter(struct watch *watch, const char *call) {
  atomic_store(&watch->call, call);
  atomic_store(&watch->since_ms, clock_ms());
}

void watch_leave(struct watch *watch) { atomic_store(&watch->since_ms, 0); }

void watch_add(struct watchdog *dog, struct watch *watch) {
  pthread_mutex_lock(&dog->lock);
  watch->next = dog->first;
  dog->first = watch;
  pthread_mutex_unlock(&dog->lock);
}

void watch_remove(struct watchdog *dog, struct watch *watch) {
  pthread_mutex_lock(&dog->lock);
  struct watch **at = &dog->first;
  while (*at != watch) at = &(*at)->next;
  *at = watch->next;
  pthread_mutex_unlock(&dog->lock);
}

static void end_process(const struct watchdog *dog, const struct watch *watch, int64_t stalled_ms) {
  char text[512];
  int length = snprintf(text, sizeof text,
                        "giftd: %s has not come back for %lld s (brokers %s): the process ends so that another one can take over; nothing "
                        "that was committed is lost. Start it again; if this repeats, look at the brokers' transaction coordinators\n",
                        atomic_load(&watch->call), (long long)(stalled_ms / 1000), dog->broker);
  ssize_t wrote = write(STDERR_FILENO, text, (size_t)(length < (int)sizeof text ? length : (int)sizeof text - 1));
  (void)wrote;
  _exit(75);
}

static void *watch_thread(void *self) {
  struct watchdog *dog = self;
  pthread_mutex_lock(&dog->lock);
  while (!dog->stop) {
    for (struct watch *watch = dog->first; watch != NULL; watch = watch->next) {
      int64_t since_ms = atomic_load(&watch->since_ms), now_ms = clock_ms();
      if (since_ms != 0 && now_ms - since_ms > dog->stall_ms) end_process(dog, watch, now_ms - since_ms);
    }
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOOK_MS / 1000;
    pthread_cond_timedwait(&dog->wake, &dog->lock, &until);
  }
  pthread_mutex_unlock(&dog->lock);
  return NULL;
}

enum status watchdog_start(struct watchdog *dog, int64_t stall_ms, const char *broker, struct fault *fault) {
  dog->stall_ms = stall_ms > 0 ? stall_ms : 90000;
  dog->broker = broker;
  if (pthread_create(&dog->thread, NULL, watch_thread, dog) != 0)
    return fault_set(fault, STATUS_STORAGE, "cannot start a thread: raise the limit of processes (ulimit -u)");
  dog->running = true;
  return STATUS_OK;
}

void watchdog_stop(struct watchdog *dog) {
  if (!dog->running) return;
  pthread_mutex_lock(&dog->lock);
  dog->stop = true;
  pthread_cond_signal(&dog->wake);
  pthread_mutex_unlock(&dog->lock);
  pthread_join(dog->thread, NULL);
  dog->running = false;
}
