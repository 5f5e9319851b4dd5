/* histories SECONDS FIRST COUNT [FIRST COUNT ...] < numbers of mutants
 *
 * Asks histories of the simulator about one mutant after the other, without starting anew: rulebooks are read once, each history is played
 * once with no mutant, which says what it costs and where which mutant may make a difference, and then each mutant gets a process forked
 * from there, which plays the histories that it may change something in until a promise is broken, for so many seconds of the processor at
 * most. An assertion, a crash and a history that does not end are noticed too.
 *
 * Said first, a line each: NUMBER 1, or NUMBER 3 where it may make a difference in one of them; then `ready`. Then of each number that is
 * read: NUMBER killed SEED WHAT BROKE, or NUMBER lived HISTORIES.
 */
#define main sim_main
#include "sim_main.c"
#undef main
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST 16384u /* switch.c */
#define HISTORIES 4096u
#define SLOWER 20 /* so many times its usual time, and a history does not end */
extern unsigned giftd_mutant;
extern unsigned char giftd_reached[MOST];

struct history {
  uint64_t seed;
  int64_t us;
  unsigned char reached[MOST];
};
/* What a child says, also when it dies. */
struct said {
  uint32_t asked, at;
  char text[sizeof one_world.broken];
};
static struct history *history_of[HISTORIES]; /* the next to be asked first: what noticed the last mutant, then the cheapest */
static uint32_t history_count;
static struct said *said;

static int64_t used_us(void) {
  struct timespec at;
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
  return at.tv_sec * 1000000 + at.tv_nsec / 1000;
}

static void measure(uint64_t seed) {
  int64_t begin = used_us();
  memset(giftd_reached, 0, MOST);
  history_run(seed, false);
  if (world->broken[0] != 0 || history_count == HISTORIES) return;
  struct history *history = malloc(sizeof *history);
  if (history == NULL) exit(2);
  history->seed = seed, history->us = used_us() - begin;
  memcpy(history->reached, giftd_reached, MOST);
  history_of[history_count++] = history;
}

static int by_cost(const void *left, const void *right) {
  const struct history *const *a = left, *const *b = right;
  return (a[0]->us > b[0]->us) - (a[0]->us < b[0]->us);
}

static void reached_tell(void) {
  for (uint32_t number = 1; number < MOST; number++) {
    unsigned char reached = 0;
    for (uint32_t i = 0; i < history_count; i++) reached |= history_of[i]->reached[number];
    if (reached) printf("%u %u\n", number, reached);
  }
  puts("ready");
}

static void timer_set(int64_t us) {
  const struct itimerval timer = {.it_value = {us / 1000000, us % 1000000}};
  (void)setitimer(ITIMER_PROF, &timer, NULL); /* its signal ends the process */
}

/* In a process of its own. */
static void mutant_ask(unsigned number, int64_t most_us) {
  int64_t begin = used_us();
  giftd_mutant = number;
  for (uint32_t i = 0; i < history_count && used_us() - begin < most_us; i++) {
    if (history_of[i]->reached[number] != 3) continue;
    said->at = i, said->asked++;
    timer_set(SLOWER * history_of[i]->us + 200000);
    history_run(history_of[i]->seed, false);
    if (world->broken[0] == 0) continue;
    memcpy(said->text, world->broken, sizeof said->text);
    _exit(1);
  }
  _exit(0);
}

static void first_next(uint32_t at) {
  struct history *history = history_of[at];
  memmove(history_of + 1, history_of, at * sizeof history_of[0]);
  history_of[0] = history;
}

static void mutant_tell(unsigned number, int64_t most_us) {
  int how = 0;
  *said = (struct said){.text = "it ended"};
  (void)fflush(stdout);
  pid_t child = fork();
  if (child < 0) exit(2);
  if (child == 0) mutant_ask(number, most_us);
  if (waitpid(child, &how, 0) != child) exit(2);
  if (WIFEXITED(how) && WEXITSTATUS(how) == 0) {
    printf("%u lived %u\n", number, said->asked);
    return;
  }
  if (WIFSIGNALED(how)) (void)snprintf(said->text, sizeof said->text, WTERMSIG(how) == SIGPROF ? "it does not end" : "it crashes");
  said->text[strcspn(said->text, "\n")] = 0;
  printf("%u killed %llu %s\n", number, (unsigned long long)history_of[said->at]->seed, said->text);
  first_next(said->at);
}

int main(int count, char **words) {
  if (count < 4 || count % 2 != 0) exit(2);
  world_make();
  mutant_set(MUTANT_NONE);
  assertions_catch();
  said = mmap(NULL, sizeof *said, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (said == MAP_FAILED || freopen("/dev/null", "w", stderr) == NULL) exit(2); /* assertions are told there */
  for (int i = 2; i + 1 < count; i += 2)
    for (uint64_t seed = number_read(words[i]), end = seed + number_read(words[i + 1]); seed < end; seed++) measure(seed);
  qsort(history_of, history_count, sizeof history_of[0], by_cost);
  reached_tell();
  (void)fflush(stdout);
  char line[64];
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = 0;
    mutant_tell((unsigned)number_read(line), (int64_t)(1e6 * atof(words[1])));
    (void)fflush(stdout);
  }
  return 0;
}
