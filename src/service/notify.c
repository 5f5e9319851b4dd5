/* See notify.h. A manager that does not listen is no reason to stop: what cannot be told is left untold. */
#include "notify.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "giftd/base.h"

/* @name is a socket without a file (abstract). */
static socklen_t address_fill(struct sockaddr_un *address, const char *name) {
  const size_t length = strlen(name);
  if (length < 2 || length >= sizeof address->sun_path || (name[0] != '/' && name[0] != '@')) return 0;
  *address = (struct sockaddr_un){.sun_family = AF_UNIX};
  memcpy(address->sun_path, name, length);
  if (name[0] == '@') address->sun_path[0] = 0;
  return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

void notify_send(const char *state) {
  const char *name = getenv("NOTIFY_SOCKET");
  struct sockaddr_un address;
  const socklen_t length = name == NULL ? 0 : address_fill(&address, name);
  if (length == 0) return;
  const int out = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (out < 0) return;
  (void)sendto(out, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address, length);
  (void)close(out);
}

/* Half of what the manager waits, or 0: it watches nobody, or another process. */
static int64_t interval_ms(void) {
  const char *wait = getenv("WATCHDOG_USEC"), *process = getenv("WATCHDOG_PID");
  int64_t number;
  if (wait == NULL || (process != NULL && (!str_to_int64(str_of(process), &number) || number != getpid()))) return 0;
  if (!str_to_int64(str_of(wait), &number) || number <= 0) return 0;
  return number / 2000 > 0 ? number / 2000 : 1;
}

void notify_alive(int64_t steady_ms) {
  static int64_t every_ms = -1, told_ms;
  if (every_ms < 0) every_ms = interval_ms(), told_ms = steady_ms - every_ms;
  if (every_ms == 0 || steady_ms - told_ms < every_ms) return;
  told_ms = steady_ms;
  notify_send("WATCHDOG=1");
}
