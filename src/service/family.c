/* See service.h. The parent waits for signals, nothing else: blocked, taken one by one (sigtimedwait). */

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "giftd/service.h"
#include "notify.h"

#define TICK_MS 500
#define YOUNG_MS 10000      /* a wrong configuration shows at once: whoever ends with code 2 that early ends all */
#define DELAY_LEAST_MS 1000 /* before a child is started again ... */
#define DELAY_MOST_MS 30000 /* ... doubled each time, up to this */
#define SOUND_MS 60000      /* a child that lived so long begins with the shortest delay again */

struct child {
  pid_t pid;  /* 0: does not run */
  bool ended; /* for good */
  int64_t started_ms, start_ms, delay_ms;
};

struct family {
  const struct family_settings *settings;
  struct child children[FAMILY_MOST];
  sigset_t waited, before;
  int64_t began_ms;
  bool stopping;
  int code;
};

static void child_play(const struct family *family, uint32_t number, pid_t parent) {
  (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
  (void)sigprocmask(SIG_SETMASK, &family->before, NULL);
  if (getppid() != parent) _exit(family->settings->try_again); /* it died before the line above */
  const int code = family->settings->play(family->settings->self, number);
  (void)fflush(NULL);
  _exit(code);
}

static void child_start(struct family *family, uint32_t number) {
  struct child *child = &family->children[number];
  const pid_t parent = getpid();
  (void)fflush(NULL);
  child->started_ms = clock_steady_ms();
  child->pid = fork();
  if (child->pid == 0) child_play(family, number, parent);
  if (child->pid > 0) return;
  child->pid = 0;
  child->start_ms = child->started_ms + DELAY_MOST_MS;
  log_write(family->settings->log, LOG_LEVEL_ERROR, "the system does not start another process; trying again in 30 s", NULL, 0);
}

static void signal_hand_on(const struct family *family, int number) {
  for (uint32_t i = 0; i < family->settings->children; i++) {
    if (family->children[i].pid > 0) (void)kill(family->children[i].pid, number);
  }
}

static void stop(struct family *family) {
  if (!family->stopping) notify_send("STOPPING=1");
  family->stopping = true;
  signal_hand_on(family, SIGTERM);
}

static void child_ended(struct family *family, uint32_t number, int how) {
  struct child *child = &family->children[number];
  const int64_t now_ms = clock_steady_ms(), lived_ms = now_ms - child->started_ms;
  const bool told_to = family->stopping && WIFSIGNALED(how) && WTERMSIG(how) == SIGTERM; /* the second: it hears the first itself */
  const int code = told_to ? 0 : WIFEXITED(how) ? WEXITSTATUS(how) : family->settings->try_again;
  const struct log_field fields[] = {LOG_INT("worker", number), LOG_INT("process", child->pid), LOG_INT("exit_code", code),
                                     LOG_INT("signal", WIFSIGNALED(how) ? WTERMSIG(how) : 0)};
  child->pid = 0;
  const bool wrong = code == family->settings->bad_usage && now_ms - family->began_ms < YOUNG_MS;
  child->ended = family->stopping || family->settings->once || wrong;
  if (child->ended && code > family->code) family->code = code;
  if (child->ended && code == 0) return;
  child->delay_ms = child->delay_ms == 0 || lived_ms >= SOUND_MS ? DELAY_LEAST_MS : 2 * child->delay_ms;
  if (child->delay_ms > DELAY_MOST_MS) child->delay_ms = DELAY_MOST_MS;
  child->start_ms = now_ms + child->delay_ms;
  log_write(family->settings->log, LOG_LEVEL_ERROR, child->ended ? "a worker ended" : "a worker ended and is started again", fields,
            sizeof fields / sizeof fields[0]);
  if (wrong && !family->stopping) stop(family);
}

static void children_reap(struct family *family) {
  int how;
  for (pid_t pid; (pid = waitpid(-1, &how, WNOHANG)) > 0;) {
    for (uint32_t i = 0; i < family->settings->children; i++) {
      if (family->children[i].pid == pid) child_ended(family, i, how);
    }
  }
}

static bool children_keep(struct family *family) {
  bool any = false;
  for (uint32_t i = 0; i < family->settings->children; i++) {
    struct child *child = &family->children[i];
    if (family->stopping && child->pid == 0) child->ended = true;
    if (child->pid == 0 && !child->ended && clock_steady_ms() >= child->start_ms) child_start(family, i);
    any |= !child->ended;
  }
  return any;
}

int family_run(const struct family_settings *settings) {
  struct family family = {.settings = settings, .began_ms = clock_steady_ms()};
  const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
  const struct timespec tick = {.tv_nsec = TICK_MS * 1000000L};
  assert(settings->children >= 1 && settings->children <= FAMILY_MOST);
  sigemptyset(&family.waited);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) sigaddset(&family.waited, numbers[i]);
  (void)sigprocmask(SIG_BLOCK, &family.waited, &family.before);
  while (children_keep(&family)) {
    const int came = sigtimedwait(&family.waited, NULL, &tick);
    if (came == SIGTERM || came == SIGINT) stop(&family);
    if (came == SIGHUP) signal_hand_on(&family, SIGHUP);
    children_reap(&family);
    notify_alive(clock_steady_ms());
  }
  (void)sigprocmask(SIG_SETMASK, &family.before, NULL);
  return family.code;
}
