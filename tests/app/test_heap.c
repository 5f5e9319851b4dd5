/* A steady stream takes nothing from the heap: memory is reserved at the start, and each event lives in an arena that is emptied behind it
 * (style rule 6). Every allocation of the process is counted here, LMDB's too; between two commits there must be none. Inside a commit LMDB
 * takes pages for what changed: that is work of the batch, not of an event, and only told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "giftd/embedded.h"
#include "giftd/traffic.h"

#include <sys/stat.h>

static uint64_t allocations; /* since the process began */

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HEAP_IS_SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define HEAP_IS_SANITIZED 1
#endif

#ifdef HEAP_IS_SANITIZED
int __sanitizer_install_malloc_and_free_hooks(void (*taken)(const volatile void *, size_t), void (*given)(const volatile void *));
static void on_taken(const volatile void *at, size_t bytes) {
  (void)at;
  (void)bytes;
  allocations++;
}
static void on_given(const volatile void *at) { (void)at; }
static bool counting_begin(void) { return __sanitizer_install_malloc_and_free_hooks(on_taken, on_given) > 0; }
#else
/* The program's own names stand before libc's, for the shared libraries too. */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *at, size_t bytes);
void *malloc(size_t bytes) { return allocations++, __libc_malloc(bytes); }
void *calloc(size_t count, size_t bytes) { return allocations++, __libc_calloc(count, bytes); }
void *realloc(void *at, size_t bytes) { return allocations++, __libc_realloc(at, bytes); }
static bool counting_begin(void) { return true; }
#endif

struct tally {
  uint64_t commits, outside, inside; /* allocations outside and inside of commits, after the first two */
  uint64_t mark;
};

static void on_step(void *self, const char *step) {
  struct tally *tally = self;
  bool steady = tally->commits >= 2; /* the commit of the opening, and one to warm up */
  if (strcmp(step, "flush") == 0) {
    if (steady) tally->outside += allocations - tally->mark;
    tally->mark = allocations;
  }
  if (strcmp(step, "done") != 0) return;
  if (steady) tally->inside += allocations - tally->mark;
  tally->commits++;
  tally->mark = allocations;
}

static void traffic_file(const char *path, uint64_t lines) {
  const struct traffic_settings settings = {.lines = lines, .seed = 3};
  struct traffic_counts counts;
  struct fault fault;
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  if (traffic_write(&settings, file, &counts, &fault) != STATUS_OK) fail_msg("%s", fault.text);
  fclose(file);
}

static void run(const char *folder, struct tally *tally) {
  static struct service_counts counts;
  char input[64], output[64], state[64];
  const char *campaigns[] = {SOURCE_DIR "/deploy/demo"};
  struct service_settings settings;
  struct embedded_settings of_files;
  struct embedded *embedded;
  struct service *service;
  struct fault fault = {0};
  snprintf(input, sizeof input, "%s/events.jsonl", folder);
  snprintf(output, sizeof output, "%s/out", folder);
  snprintf(state, sizeof state, "%s/state", folder);
  traffic_file(input, 12000);
  service_defaults(&settings);
  settings.campaigns = campaigns, settings.campaign_count = 1;
  settings.once = true;
  settings.progress = settings.handle_signals = false;
  embedded_defaults(&of_files);
  of_files.input = input, of_files.output = output, of_files.state = state;
  of_files.commit_events = 2000, of_files.commit_ms = 60000;
  of_files.cache_bytes = 64u << 20;
  of_files.step_hook = on_step, of_files.step_self = tally;
  assert_true(counting_begin());
  assert_int_equal(embedded_new(&of_files, &embedded, &fault), STATUS_OK);
  const struct engine engine = embedded_engine(embedded);
  if (service_open(&settings, &engine, &service, &fault) != STATUS_OK) fail_msg("%s", fault.text);
  if (service_run(service, &fault) != STATUS_OK) fail_msg("%s", fault.text);
  service_counts(service, &counts);
  assert_true(counts.shard.gifts > 1000);
  service_close(service);
  embedded_free(embedded);
}

static void between_commits_nothing_is_taken_from_the_heap(void **unused) {
  (void)unused;
  char folder[] = "/tmp/giftd-heap-XXXXXX", command[96];
  struct tally tally = {0};
  assert_non_null(mkdtemp(folder));
  run(folder, &tally);
  assert_true(allocations > 100); /* the counter counts: opening took some */
  assert_true(tally.commits >= 6);
  printf("%llu commits: %llu allocations between them, %llu inside\n", (unsigned long long)tally.commits, (unsigned long long)tally.outside,
         (unsigned long long)tally.inside);
  assert_int_equal(tally.outside, 0);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  assert_int_equal(system(command), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(between_commits_nothing_is_taken_from_the_heap)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
