/* sim SEEDS [--first N] [--mutant NAME [--expect-caught]] [--mutants] [--seeds FILE] [--digest] | --story SEED
 *
 * Runs so many histories and says how often each fault was met. A history that breaks a promise is told with its seed, what broke, and how
 * to read its story. With a mutant (a safeguard switched off, base/mutant.h) the first broken history ends the run: that is what it is for.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "sim.h"

#ifdef GIFTD_MUTANTS
enum mutant mutant_active;
#endif

#define MUTANT_STRING(name, text) #name,
#define MUTANT_TEXT(name, text) text,
static const char *const mutant_names[] = {"NONE", MUTANTS(MUTANT_STRING)};
static const char *const mutant_texts[] = {"", MUTANTS(MUTANT_TEXT)};

struct options {
  uint64_t seeds, first, story;
  const char *list; /* file with seeds that are always run */
  enum mutant mutant;
  bool expect_caught, digest, mutants; /* mutants: all of them, one by one; each must be caught */
};

/* The others are of what only the heart's fuzzer plays (tests/fuzz/heart), or the histories of lending (tests/lend). */
static bool is_played(enum mutant mutant) {
  return mutant != MUTANT_LOT_GOES_MIDWAY && mutant != MUTANT_NO_SPARE && mutant != MUTANT_FULL_UNSEEN &&
         mutant != MUTANT_LEND_FORGET_CAUSE && mutant != MUTANT_LEND_KEEP_OUTLIVED;
}

static sigjmp_buf assertion_failed;
static struct world one_world; /* used again for every seed */
static struct world *const world = &one_world;
static uint64_t hits[FAULT_COUNT], runs, broken_runs, first_broken, digest_all, steps_all;
static struct ledger_counts counts_all;
static struct shard_counts shard_counts_all;

static void usage(void) {
  fprintf(stderr,
          "usage: sim SEEDS [--first N] [--mutant NAME [--expect-caught]] [--mutants] [--seeds FILE] [--digest]\n       sim --story SEED "
          "[--mutant "
          "NAME]\n");
  exit(2);
}

static void assertion_handle(int signal_number) {
  (void)signal_number;
  siglongjmp(assertion_failed, 1);
}

static void assertions_catch(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = assertion_handle;
  action.sa_flags = SA_NODEFER;
  if (sigaction(SIGABRT, &action, NULL) != 0) exit(2);
}

static enum mutant mutant_find(const char *name) {
  for (uint32_t i = 0; i < MUTANT_COUNT; i++)
    if (strcmp(mutant_names[i], name) == 0) return (enum mutant)i;
  fprintf(stderr, "sim: no mutant %s\n", name);
  exit(2);
}

/* Rulebooks are read once; with a safeguard off that stands in their reading, once more. In every sixteenth history the bank reviews. */
static void books_choose(bool by_place, bool reviewed) {
  static struct book books[2][2][BOOKS];
  for (uint32_t i = 0; i < BOOKS; i++) {
    struct book *book = &books[by_place][reviewed][i];
    if (book->rulebook == NULL) book_load(book, reviewed, (enum book_kind)i);
    world->books[i] = *book;
  }
}

static bool is_reviewed(uint64_t seed) { return seed % 16 == 8; }

static bool by_place; /* limits are named by where they stand: a safeguard is off */

static void mutant_set(enum mutant mutant) {
#ifdef GIFTD_MUTANTS
  mutant_active = mutant;
#else
  if (mutant != MUTANT_NONE) {
    fprintf(stderr, "sim: built without mutants\n");
    exit(2);
  }
#endif
  by_place = mutant == MUTANT_LIMIT_BY_PLACE;
}

static uint64_t number_read(const char *text) {
  char *end;
  unsigned long long number = text == NULL ? 0 : strtoull(text, &end, 10);
  if (text == NULL || *end != 0 || end == text) usage();
  return number;
}

static void options_read(int count, char **words, struct options *out) {
  *out = (struct options){.first = 1};
  for (int i = 1; i < count; i++) {
    const char *word = words[i], *next = i + 1 < count ? words[i + 1] : NULL;
    if (strcmp(word, "--expect-caught") == 0)
      out->expect_caught = true;
    else if (strcmp(word, "--mutants") == 0)
      out->mutants = out->expect_caught = true;
    else if (strcmp(word, "--digest") == 0)
      out->digest = true;
    else if (strcmp(word, "--first") == 0)
      out->first = number_read(next), i++;
    else if (strcmp(word, "--story") == 0)
      out->story = number_read(next), i++;
    else if (strcmp(word, "--seeds") == 0 && next != NULL)
      out->list = next, i++;
    else if (strcmp(word, "--mutant") == 0 && next != NULL)
      out->mutant = mutant_find(next), i++;
    else
      out->seeds = number_read(word);
  }
  if (out->seeds == 0 && out->story == 0 && out->list == NULL) usage();
}

static void history_run(uint64_t seed, bool story) {
  books_choose(by_place, is_reviewed(seed));
  if (sigsetjmp(assertion_failed, 1) == 0) {
    world_open(world, seed, story);
    world_run(world);
    return;
  }
  world->broken[0] = 0;
  sim_break(world, "an assertion failed");
}

static void counts_add(void) {
  const struct ledger_counts *one = &world->counts;
  counts_all.commits += one->commits, counts_all.aborts += one->aborts, counts_all.takeovers += one->takeovers;
  counts_all.redone += one->redone, counts_all.rebuilds += one->rebuilds, counts_all.checkpointed_buckets += one->checkpointed_buckets;
  counts_all.view_writes += one->view_writes, counts_all.view_refused += one->view_refused, counts_all.claims += one->claims;
  counts_all.view_damaged += one->view_damaged;
  world->counts = (struct ledger_counts){0};
  shard_counts_add(&shard_counts_all, &world->shard_counts);
  world->shard_counts = (struct shard_counts){0};
}

/* A history that is broken with all safeguards on says nothing about this one. */
static bool caught_by_mutant(const struct options *options, uint64_t seed) {
  char broken[sizeof world->broken];
  memcpy(broken, world->broken, sizeof broken);
  mutant_set(MUTANT_NONE);
  history_run(seed, false);
  mutant_set(options->mutant);
  bool caught = world->broken[0] == 0;
  memcpy(world->broken, broken, sizeof broken);
  return caught;
}

/* True: go on. */
static bool seed_run(const struct options *options, const char *program, uint64_t seed) {
  history_run(seed, false);
  runs++;
  steps_all += world->step;
  for (uint32_t i = 0; i < FAULT_COUNT; i++) hits[i] += world->hits[i], world->hits[i] = 0;
  counts_add();
  if (options->digest) digest_all = hash64_pair(&HASH_KEY_FIXED, digest_all, world_digest(world));
  if (world->broken[0] == 0 || (options->mutant != MUTANT_NONE && !caught_by_mutant(options, seed))) return true;
  broken_runs++;
  if (first_broken == 0) first_broken = seed;
  if (options->mutant != MUTANT_NONE) return false;
  printf("seed %llu: %s\n    its story: %s --story %llu\n", (unsigned long long)seed, world->broken, program, (unsigned long long)seed);
  return broken_runs < 20;
}

/* True: go on. */
static bool list_run(const struct options *options, const char *program) {
  char line[256];
  bool more = true;
  FILE *file = fopen(options->list, "r");
  if (file == NULL) {
    fprintf(stderr, "sim: %s cannot be read\n", options->list);
    exit(2);
  }
  while (more && fgets(line, sizeof line, file) != NULL) {
    uint64_t seed = strtoull(line, NULL, 10);
    more = seed == 0 || seed_run(options, program, seed);
  }
  (void)fclose(file);
  return more;
}

static void histogram_print(void) {
  for (uint32_t i = 0; i < FAULT_COUNT; i++) printf("  %-20s %9llu  %s\n", fault_names[i], (unsigned long long)hits[i], fault_texts[i]);
  const struct ledger_counts *c = &counts_all;
  printf(
      "  commits %llu, takeovers %llu, doubts %llu, redone records %llu, rebuilds %llu, checkpointed buckets %llu,\n"
      "  writes to the view %llu, refused %llu, damage seen %llu, messages between shards %llu, steps %llu\n",
      (unsigned long long)c->commits, (unsigned long long)c->takeovers, (unsigned long long)c->aborts, (unsigned long long)c->redone,
      (unsigned long long)c->rebuilds, (unsigned long long)c->checkpointed_buckets, (unsigned long long)c->view_writes,
      (unsigned long long)c->view_refused, (unsigned long long)c->view_damaged, (unsigned long long)c->claims,
      (unsigned long long)steps_all);
  const struct shard_counts *s = &shard_counts_all;
  printf(
      "  events %llu, heard as another %llu, periods closed %llu, gifts %llu, taken back %llu, too late %llu, from the future %llu, "
      "records full %llu,\n"
      "  waits %llu, owners loaded %llu, found %llu, further records %llu, played in another order %llu, rulebooks refused %llu, "
      "ranks settled %llu\n",
      (unsigned long long)s->events, (unsigned long long)s->heard, (unsigned long long)s->closes, (unsigned long long)s->gifts,
      (unsigned long long)s->revoked, (unsigned long long)s->late, (unsigned long long)s->future,
      (unsigned long long)s->by_reason[REASON_RECORD_FULL], (unsigned long long)s->stalls, (unsigned long long)s->owner_loads,
      (unsigned long long)s->owner_hits, (unsigned long long)world->pages, (unsigned long long)world->orders,
      (unsigned long long)world->refused, (unsigned long long)world->ranks);
}

static int result_print(const struct options *options) {
  if (options->digest) printf("digest of %llu histories: %016llx\n", (unsigned long long)runs, (unsigned long long)digest_all);
  if (options->mutant != MUTANT_NONE) {
    printf("%-24s %s: ", mutant_names[options->mutant], mutant_texts[options->mutant]);
    if (broken_runs > 0)
      printf("caught by seed %llu: %s\n", (unsigned long long)first_broken, world->broken);
    else
      printf("NOT caught in %llu histories\n", (unsigned long long)runs);
    return (broken_runs > 0) == options->expect_caught ? 0 : 1;
  }
  printf("%llu histories, %llu broken\n", (unsigned long long)runs, (unsigned long long)broken_runs);
  histogram_print();
  return broken_runs == 0 ? 0 : 1;
}

static int seeds_run(const struct options *options, const char *program) {
  bool more = options->list == NULL || list_run(options, program);
  for (uint64_t i = 0; more && i < options->seeds && broken_runs < 20; i++) {
    if (!seed_run(options, program, options->first + i)) break;
    if ((i + 1) % 100000 == 0)
      fprintf(stderr, "sim: %llu histories, %llu broken\n", (unsigned long long)runs, (unsigned long long)broken_runs);
  }
  return result_print(options);
}

static int mutants_run(struct options options, const char *program) {
  int worst = 0;
  for (uint32_t i = 1; i < MUTANT_COUNT; i++) {
    options.mutant = (enum mutant)i;
    if (!is_played(options.mutant)) continue;
    mutant_set(options.mutant);
    runs = broken_runs = first_broken = 0;
    if (seeds_run(&options, program) != 0) worst = 1;
    (void)fflush(stdout);
  }
  return worst;
}

static void world_make(void) {
  void *memory = mmap(NULL, WORLD_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) exit(2);
  arena_init(&world->arena, memory, WORLD_BYTES);
}

int main(int count, char **words) {
  struct options options;
  options_read(count, words, &options);
  (void)setvbuf(stdout, NULL, _IOLBF, 0); /* a long run that is stopped has told what it found */
  world_make();
  mutant_set(options.mutant);
  assertions_catch();
  if (options.story != 0) {
    history_run(options.story, true);
    printf("%s\n", world->broken[0] == 0 ? "no promise was broken" : world->broken);
    return world->broken[0] == 0 ? 0 : 1;
  }
  return options.mutants ? mutants_run(options, words[0]) : seeds_run(&options, words[0]);
}
