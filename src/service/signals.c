/* Signals of a running service. A handler only notes what came and wakes whoever waits (a pipe), so that nothing is lost between a look and
 * a wait. SIGXFSZ and SIGPIPE are turned into errors of the call that met them: a full quota is told like a full disk. */
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "giftd/service.h"

#define LISTENED 3 /* of the numbers below, the first */

static _Atomic int stop_came, reload_came; /* any thread may be the one that is interrupted, the endpoint's as well */
static int wake_pipe[2] = {-1, -1};
static struct sigaction before[5];
static const int numbers[5] = {SIGTERM, SIGINT, SIGHUP, SIGXFSZ, SIGPIPE};
static sigset_t mask_before;
static bool installed;

static sigset_t listened(void) {
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < LISTENED; i++) sigaddset(&set, numbers[i]);
  return set;
}

void signals_hold(void) {
  const sigset_t held = listened();
  (void)sigprocmask(SIG_BLOCK, &held, NULL);
}

static void on_signal(int number) {
  int kept = errno;
  if (number == SIGHUP)
    reload_came = 1;
  else
    stop_came = 1;
  ssize_t ignored = write(wake_pipe[1], "!", 1);
  (void)ignored;
  errno = kept;
}

void signals_open(void) {
  if (installed) return;
  stop_came = reload_came = 0;
  if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0) wake_pipe[0] = wake_pipe[1] = -1; /* then a wait just takes its time */
  for (int i = 0; i < 5; i++) {
    struct sigaction action = {.sa_handler = i < LISTENED ? on_signal : SIG_IGN};
    sigemptyset(&action.sa_mask);
    if (i < 2) action.sa_flags = (int)SA_RESETHAND; /* a second SIGINT ends at once; what was committed is safe */
    (void)sigaction(numbers[i], &action, &before[i]);
  }
  const sigset_t heard = listened();
  (void)sigprocmask(SIG_UNBLOCK, &heard, &mask_before);
  installed = true;
}

void signals_close(void) {
  if (!installed) return;
  (void)sigprocmask(SIG_SETMASK, &mask_before, NULL);
  for (int i = 0; i < 5; i++) (void)sigaction(numbers[i], &before[i], NULL);
  for (int i = 0; i < 2; i++) {
    if (wake_pipe[i] >= 0) close(wake_pipe[i]);
    wake_pipe[i] = -1;
  }
  installed = false;
}

bool signals_stop(void) { return stop_came != 0; }

/* First the pipe, whatever came: a handler notes, then wakes, so what woke is noted; what wakes later is looked at once more. A byte that
 * stayed - of SIGTERM, or of a handler in another thread that was late with it - would end every wait at once. */
bool signals_reload(void) {
  char bytes[64];
  while (wake_pipe[0] >= 0 && read(wake_pipe[0], bytes, sizeof bytes) > 0) {}
  return atomic_exchange(&reload_came, 0) != 0; /* one that comes from here on is another */
}

int signals_wake(void) { return wake_pipe[0]; }

void signals_nudge(void) {
  ssize_t ignored = wake_pipe[1] >= 0 ? write(wake_pipe[1], "!", 1) : 0;
  (void)ignored;
}
