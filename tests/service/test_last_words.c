/* Last words: a child dies in each way there is, and what it said is read. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <assert.h>

#include "giftd/service.h"

static const struct at_hand in_partition = {.shard = 3,
                                            .partitioned = true,
                                            .position = 18446744073709551614u,
                                            .digest = 0xc0ffee,
                                            .input = {"events/3", 8},
                                            .rulebook = {"0123456789abcdef", 16}};
static const struct at_hand in_file = {.position = 0, .input = {"events.jsonl", 12}, .rulebook = {"0123456789abcdef", 16}};
static const struct at_hand none_yet = {.position = UINT64_MAX};

enum way { ASSERTION, SENT, FAULT };

static void die(enum way way, int number) {
  if (way == ASSERTION) assert(number < 0 && "what never holds");
  if (way == SENT) (void)raise(number);
  if (way == FAULT) *(volatile char *)mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) = 1;
  _exit(0);
}

#define BY_SANITIZER 1001

/* What a child said that died so; *ended: by which signal, or 1000 + its exit code. */
static char *said(const struct at_hand *at_hand, enum way way, int number, int *ended) {
  static char text[65536];
  size_t length = 0;
  int ends[2], status;
  assert_int_equal(pipe(ends), 0);
  pid_t child = fork();
  if (child == 0) {
    const struct rlimit no_core = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &no_core);
    for (int i = 1; i < 32; i++) (void)signal(i, SIG_DFL); /* cmocka's own are not asked */
    dup2(ends[1], STDERR_FILENO);
    last_words_open();
    last_words_watch(at_hand);
    die(way, number);
  }
  close(ends[1]);
  for (ssize_t got; (got = read(ends[0], text + length, sizeof text - 1 - length)) > 0;) length += (size_t)got;
  text[length] = 0;
  close(ends[0]);
  assert_int_equal(waitpid(child, &status, 0), child);
  *ended = WIFSIGNALED(status) ? WTERMSIG(status) : 1000 + WEXITSTATUS(status);
  return text;
}

static void expect(const char *text, const char *part) {
  if (strstr(text, part) == NULL) fail_msg("'%s' is not in: %s", part, text);
}

static void an_assertion_says_where_it_was(void **unused) {
  (void)unused;
  int ended;
  const char *text = said(&in_partition, ASSERTION, 0, &ended);
  assert_int_equal(ended, SIGABRT);
  expect(text, "what never holds");
  expect(text,
         "died of SIGABRT at input events/3, partition 3, offset 18446744073709551614, event digest 0000000000c0ffee, "
         "rulebook 0123456789abcdef. ");
  assert_int_equal(text[strlen(text) - 1], '\n');
}

static void every_death_is_told_and_stays_what_it_was(void **unused) {
  (void)unused;
  static const int numbers[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    int ended;
    const char *text = said(&in_file, SENT, numbers[i], &ended);
    assert_int_equal(ended, numbers[i]);
    expect(text, "at input events.jsonl, byte 0, event digest 0000000000000000, rulebook 0123456789abcdef");
  }
}

static void a_fault_is_told(void **unused) {
  (void)unused;
  int ended;
  expect(said(&in_file, FAULT, 0, &ended), "died of SIGSEGV at input events.jsonl");
  assert_true(ended == SIGSEGV || ended == BY_SANITIZER); /* whose report comes behind it */
}

static void nothing_decided_yet(void **unused) {
  (void)unused;
  int ended;
  expect(said(NULL, SENT, SIGABRT, &ended), "died of SIGABRT before any event was decided. ");
  expect(said(&none_yet, SENT, SIGBUS, &ended), "died of SIGBUS before any event was decided. ");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(an_assertion_says_where_it_was),
                                     cmocka_unit_test(every_death_is_told_and_stays_what_it_was), cmocka_unit_test(a_fault_is_told),
                                     cmocka_unit_test(nothing_decided_yet)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
