/* A call that does not come back ends the process with exit code 75 and says which call; one that does come back ends nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "inside.h"

/* In a process of its own: the call is under way for `busy_ms`, again and again for four seconds. */
static int run(int busy_ms, char *said, size_t size) {
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0) {
    static struct watchdog dog;
    static struct watch watch;
    struct fault fault;
    dup2(ends[1], STDERR_FILENO);
    pthread_mutex_init(&dog.lock, NULL);
    pthread_cond_init(&dog.wake, NULL);
    watch_add(&dog, &watch);
    if (watchdog_start(&dog, 1500, "b:1", &fault) != STATUS_OK) _exit(1);
    for (int64_t until = clock_ms() + 4000; clock_ms() < until;) {
      watch_enter(&watch, "rd_kafka_some_call");
      usleep((useconds_t)busy_ms * 1000);
      watch_leave(&watch);
    }
    watchdog_stop(&dog);
    _exit(0);
  }
  close(ends[1]);
  ssize_t got = read(ends[0], said, size - 1);
  said[got > 0 ? got : 0] = '\0';
  close(ends[0]);
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_stalled_call_ends_the_process(void **state) {
  char said[1024];
  (void)state;
  assert_int_equal(run(60000, said, sizeof said), 75);
  assert_non_null(strstr(said, "rd_kafka_some_call"));
  assert_non_null(strstr(said, "b:1"));
}

static void slow_calls_that_come_back_end_nothing(void **state) {
  char said[1024];
  (void)state;
  assert_int_equal(run(700, said, sizeof said), 0);
  assert_string_equal(said, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_stalled_call_ends_the_process),
                                     cmocka_unit_test(slow_calls_that_come_back_end_nothing)};
  return cmocka_run_group_tests_name("kafka watchdog", tests, NULL, NULL);
}
