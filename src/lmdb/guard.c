/* LMDB reads its file through a mapping: where the file was cut, a look at it is a bus error, and no return code can say so. One store is
 * open in a process, so what the handler needs stands in this file. Only signal-safe calls in the handler. */
#include "guard.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct {
  char message[640];
  size_t message_length;
  uintptr_t from, to; /* where the data file is mapped */
  volatile sig_atomic_t walking;
  sigjmp_buf way_out;
  struct sigaction old_bus, old_fault;
  bool installed;
} guard;

static void __attribute__((noreturn)) guard_end(void) {
  if (guard.walking) siglongjmp(guard.way_out, 1);
  ssize_t ignored = write(STDERR_FILENO, guard.message, guard.message_length);
  (void)ignored;
  _exit(2);
}

/* What is not ours happens again, as if we were not here: a fault by returning to it, what somebody sent by being sent again. */
static void on_signal(int signal_number, siginfo_t *info, void *context) {
  (void)context;
  uintptr_t at = (uintptr_t)info->si_addr;
  bool sent = info->si_code <= 0;
  if (!sent && (guard.walking || (at >= guard.from && at < guard.to))) guard_end();
  (void)sigaction(signal_number, signal_number == SIGBUS ? &guard.old_bus : &guard.old_fault, NULL);
  if (sent) (void)raise(signal_number);
}

static void on_assertion(MDB_env *env, const char *text) {
  (void)env;
  (void)text;
  guard_end();
}

/* LMDB does not tell where its mapping is; the system does. */
static void mapping_find(const char *folder) {
  char line[4600], path[4400], name[4096];
  if (realpath(folder, name) == NULL) return;
  (void)snprintf(path, sizeof path, "%s/data.mdb\n", name);
  FILE *maps = fopen("/proc/self/maps", "re");
  if (maps == NULL) return;
  while (fgets(line, sizeof line, maps) != NULL) {
    unsigned long from, to;
    if (strstr(line, path) == NULL || sscanf(line, "%lx-%lx", &from, &to) != 2) continue;
    if (guard.from == 0 || from < guard.from) guard.from = from;
    if (to > guard.to) guard.to = to;
  }
  fclose(maps);
}

void guard_open(MDB_env *env, const char *folder) {
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK};
  int length = snprintf(guard.message, sizeof guard.message,
                        "giftd: the state in %.500s is damaged (its file was cut or overwritten); restore it from a copy, or start over "
                        "with empty state and output folders\n",
                        folder);
  guard.message_length = length > 0 && (size_t)length < sizeof guard.message ? (size_t)length : sizeof guard.message - 1;
  guard.from = guard.to = 0;
  mapping_find(folder);
  (void)mdb_env_set_assert(env, on_assertion);
  if (guard.installed) return;
  sigemptyset(&action.sa_mask);
  (void)sigaction(SIGBUS, &action, &guard.old_bus);
  (void)sigaction(SIGSEGV, &action, &guard.old_fault);
  guard.installed = true;
}

void guard_close(void) {
  if (!guard.installed) return;
  (void)sigaction(SIGBUS, &guard.old_bus, NULL);
  (void)sigaction(SIGSEGV, &guard.old_fault, NULL);
  guard.installed = false;
  guard.from = guard.to = 0;
}

bool guard_survives(bool (*walk)(void *self), void *self) {
  bool survived = false;
  guard.walking = 1;
  if (sigsetjmp(guard.way_out, 1) == 0) survived = walk(self);
  guard.walking = 0;
  return survived;
}
