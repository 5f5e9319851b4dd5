/* Only what a signal handler may do (POSIX.1-2017, XSH 2.4.3): words are put together by hand, in memory that was there before, and written
 * at once. It runs on a stack of its own, since a stack that is full is one of the ways to die. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "giftd/service.h"

#define STACK_BYTES (64u * 1024u)

static const struct {
  int number;
  const char *name;
} deaths[] = {{SIGABRT, "SIGABRT"}, {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGFPE, "SIGFPE"}, {SIGILL, "SIGILL"}};
#define DEATHS (sizeof deaths / sizeof deaths[0])

static struct sigaction before[DEATHS];
static const struct at_hand *volatile watched;
static char stack[STACK_BYTES];

/* ---- one line ---- */

struct words {
  char text[600];
  size_t length;
};

static void put(struct words *words, struct str text) {
  size_t room = sizeof words->text - words->length;
  if (text.length > room) text.length = room;
  if (text.length > 0) memcpy(words->text + words->length, text.at, text.length);
  words->length += text.length;
}

static void put_number(struct words *words, uint64_t number, unsigned base, unsigned width) {
  char digits[24];
  size_t at = sizeof digits;
  do {
    digits[--at] = "0123456789abcdef"[number % base];
    number /= base;
  } while (number > 0 || sizeof digits - at < width);
  put(words, (struct str){digits + at, sizeof digits - at});
}

static void put_at_hand(struct words *words, const struct at_hand *at_hand) {
  put(words, STR(" at input "));
  put(words, at_hand->input);
  if (at_hand->partitioned) put(words, STR(", partition ")), put_number(words, at_hand->shard, 10, 1);
  put(words, at_hand->partitioned ? STR(", offset ") : STR(", byte "));
  put_number(words, at_hand->position, 10, 1);
  put(words, STR(", event digest "));
  put_number(words, at_hand->digest, 16, 16);
  put(words, STR(", rulebook "));
  put(words, at_hand->rulebook);
}

static void say(const char *name) {
  static struct words words; /* a second death while the first speaks has other things to tell */
  const struct at_hand *at_hand = watched;
  words.length = 0;
  put(&words, STR("giftd " GIFTD_VERSION " died of "));
  put(&words, str_of(name));
  if (at_hand != NULL && at_hand->position != UINT64_MAX)
    put_at_hand(&words, at_hand);
  else
    put(&words, STR(" before any event was decided"));
  put(&words, STR(". Nothing that was committed is lost; please report this line with the lines above it\n"));
  ssize_t ignored = write(STDERR_FILENO, words.text, words.length);
  (void)ignored;
}

/* ---- signals ---- */

/* With the handler gone the same happens again: a fault by returning to it, what was sent by being sent again. */
static void on_death(int number) {
  int kept = errno;
  for (size_t i = 0; i < DEATHS; i++) {
    if (deaths[i].number != number) continue;
    (void)sigaction(number, &before[i], NULL);
    say(deaths[i].name);
  }
  (void)raise(number);
  errno = kept;
}

void last_words_open(void) {
  const stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
  (void)sigaltstack(&own, NULL);
  for (size_t i = 0; i < DEATHS; i++) {
    struct sigaction action = {.sa_handler = on_death, .sa_flags = SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    (void)sigaction(deaths[i].number, &action, &before[i]);
  }
}

void last_words_watch(const struct at_hand *at_hand) { watched = at_hand; }
