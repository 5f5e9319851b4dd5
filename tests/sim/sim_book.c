/* The rulebooks of the simulator, compiled once for the life of the process: the campaigns of a folder; the same ones with larger totals
 * and other terms for what is undone, for a swap in mid-stream; and those with a limit that counts something else, which no state may take.
 * And all of these again beside a bank that reviews gifts: what cannot be held for it is written otherwise there.
 */
#include <dirent.h>
#include <stdlib.h>

#include "sim.h"

#define BOOK_BYTES (64u << 20)
#define SOURCES_MOST 24u

#define NESTED_DAY "{\"count\": 1, \"per\": [\"customer\"], \"period\": \"day\"}"
#define NESTED_EVER "{\"count\": 4, \"per\": [\"customer\"], \"period\": \"ever\"}"
#define COMMA ",\n                "
#define TERMS(value, back)                                                                                           \
  "\"value\": " value                                                                                                \
  ", \"pool\": \"unlimited\"},\n     \"limits\": [{\"count\": 3, \"per\": [\"customer\"], \"period\": \"ever\"}],\n" \
  "     \"on_reversal\": {\"reward\": \"" back "\"}"
#define ANEW(reward) "\"ever\"}],\n     \"on_failure\": {\"reward\": \"" reward "\"}"
#define THREE(period) \
  "\"value\": 10, \"pool\": \"unlimited\"},\n     \"limits\": [{\"count\": 3, \"per\": [\"customer\"], \"period\": " period "}]"

#define VIEWED                                                                                                                \
  "{\"id\": \"viewed\", \"on\": \"page.viewed\", \"give\": {\"reward\": \"points\", \"value\": 1, \"pool\": \"unlimited\"}, " \
  "\"limits\": [{\"count\": 5, \"per\": [\"customer\"], \"period\": \"ever\"}]}"

#define BIRTHDAY_ON(time) "\"on\": {\"date\": \"profile.birthday\", \"time\": \"" time "\"}"
#define BIRTHDAY "{\"id\": \"birthday\",\n     " BIRTHDAY_ON("10:00")
#define AGAIN                                                                                                                \
  "{\"id\": \"again\", \"on\": {\"close\": \"day\", \"delay\": \"PT3H\"}, \"when\": {\"fact.two\": {\"gte\": \"100.00\"}}, " \
  "\"give\": {\"reward\": \"points\", \"value\": 1, \"pool\": \"unlimited\"}, \"limits\": \"unlimited\"}"

#define ABROAD_AGAIN                                                                                                        \
  "{\"id\": \"again\", \"on\": {\"close\": \"day\", \"delay\": \"PT1H\"}, \"when\": {\"fact.two\": {\"gte\": \"20.00\"}}, " \
  "\"give\": {\"reward\": \"points\", \"value\": 1, \"pool\": \"unlimited\"}, \"limits\": \"unlimited\"}"
#define WOKE "{\"id\": \"woke\""
/* A table has no longer gap than fifteen days. */
#define MORE_DAYS                                                                                                         \
  "\"2026-12-12\": {\"CNY\": \"0.1300\"}, \"2026-12-20\": {\"CNY\": \"0.1350\"}, \"2027-01-03\": {\"CNY\": \"0.1500\"}, " \
  "\"2027-01-17\": {\"CNY\": \"0.1250\"}, \"2027-01-31\": {\"CNY\": \"0.1420\"}, \"2027-02-14\": {\"CNY\": \"0.1370\"}, " \
  "\"2027-02-28\": {\"CNY\": \"0.1480\"}, \"2027-03-14\": {\"CNY\": \"0.1400\"}"

/* One on top of the other; each in the rulebooks from `since` on. */
struct edit {
  enum book_kind since;
  const char *from, *to;
  bool found;
};
static struct edit edits[] = {
    {BOOK_RAISED, "\"stock\": 8,", "\"stock\": 11,", false},
    {BOOK_RAISED, "\"cups\": {\"stock\": 2}", "\"cups\": {\"stock\": 3}", false}, /* for who waits */
    {BOOK_RAISED, "\"budget\": \"100.00\"", "\"budget\": \"130.00\"", false},
    {BOOK_RAISED, "\"ever\"},\n                {\"count\": 2, \"per\": [\"device\"], \"period\": \"ever\", \"missing\": \"skip\"}",
     "\"ever\"}", false},                                                             /* a wait for nothing */
    {BOOK_RAISED, NESTED_DAY COMMA NESTED_EVER, NESTED_EVER COMMA NESTED_DAY, false}, /* the same limits, in other places */
    {BOOK_RAISED, TERMS("4", "revoke"), TERMS("4", "keep"), false},
    {BOOK_RAISED, TERMS("6", "keep"), TERMS("6", "revoke"), false},
    {BOOK_RAISED, "\"released\": \"by_operator\"", "\"released\": {\"by\": \"ops.li\", \"reason\": \"demand\"}", false},
    {BOOK_RAISED, ANEW("reissue"), ANEW("forfeit"), false},
    {BOOK_RAISED, "\"rules\": [\n    {\"id\": \"three-ever\"", "\"rules\": [\n    " VIEWED ",\n    {\"id\": \"three-ever\"",
     false},                                                  /* what nobody heard before is heard */
    {BOOK_RAISED, BIRTHDAY, AGAIN ",\n    " BIRTHDAY, false}, /* days that closed long ago are heard by one more */
    {BOOK_RAISED, BIRTHDAY_ON("10:00"), BIRTHDAY_ON("08:00"), false},
    {BOOK_RAISED, WOKE, ABROAD_AGAIN ",\n    " WOKE, false},
    {BOOK_RAISED, "\"to\": \"2026-12-14\"", "\"to\": \"2027-03-28\"", false}, /* days come to a table while campaigns go by it */
    {BOOK_RAISED, "\"2026-12-12\": {\"CNY\": \"0.1300\"}", MORE_DAYS, false},
    {BOOK_RAISED, "\"version\": 1,", "\"version\": 2,", false},
    {BOOK_WRONG, THREE("\"ever\""), THREE("\"day\""), false},
    {BOOK_WRONG, "\"version\": 2,", "\"version\": 3,", false},
};
#define EDITS (sizeof edits / sizeof edits[0])

#define TEA "{\"id\": \"tea\", \"reward\": \"voucher\", \"value\": \"3.00\", \"pool\": \"all\"}"
#define CHOICE "{\"choice_of\": [" TEA ", {\"id\": \"points\", \"reward\": \"points\", \"value\": 3, \"pool\": \"unlimited\"}],\n"
#define CHOOSE "              \"within\": \"PT20H\", \"default\": \"tea\"}"
#define LADDER(pay, limits) "\"pay\": \"" pay "\"}},\n     \"limits\": " limits

/* Beside a bank that reviews; its own terms change as well. */
static struct edit reviewed_edits[] = {
    {BOOK_FIRST, LADDER("top_up", "\"unlimited\""), LADDER("highest", "[{\"count\": 1, \"per\": [\"customer\"], \"period\": \"ever\"}]"),
     false},
    {BOOK_FIRST, "\"queue\"}", "\"refuse\"}", false},
    {BOOK_FIRST, "{\"id\": \"pick\",\n     \"on\": \"checkin\"", "{\"id\": \"pick\",\n     \"on\": \"balance.snapshot\"", false},
    {BOOK_FIRST, CHOICE CHOOSE, TEA, false},
    {BOOK_RAISED, "\"within\": \"PT11H\"", "\"within\": \"PT15H\"", false},
};
#define REVIEWED_EDITS (sizeof reviewed_edits / sizeof reviewed_edits[0])

static void give_up(const char *what, const char *which) {
  fprintf(stderr, "sim: %s: %s\n", which, what);
  exit(2);
}

static struct str file_text(const char *folder, const char *name, struct arena *arena) {
  char path[1024];
  if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) give_up("too long a path", folder);
  FILE *file = fopen(path, "rb");
  if (file == NULL) give_up("cannot be read", path);
  char *bytes = arena_take(arena, 65536);
  size_t length = bytes == NULL ? 0 : fread(bytes, 1, 65535, file);
  (void)fclose(file);
  return (struct str){bytes, length};
}

static struct str text_edited(struct str text, struct edit *list, size_t count, enum book_kind kind, struct arena *arena) {
  for (size_t i = 0; i < count && list[i].since <= kind; i++) {
    struct buffer out;
    buffer_init(&out, arena_take(arena, text.length * 2 + 64), text.length * 2 + 64);
    size_t from = strlen(list[i].from);
    while (text.length > 0) {
      bool here = text.length >= from && memcmp(text.at, list[i].from, from) == 0;
      list[i].found |= here;
      buffer_put(&out, here ? str_of(list[i].to) : (struct str){text.at, 1});
      text = str_from(text, here ? from : 1);
    }
    text = buffer_text(&out);
  }
  return text;
}

static int by_name(const void *a, const void *b) { return strcmp((const char *)a, (const char *)b); }

static void edits_found(const struct edit *list, size_t count, enum book_kind kind) {
  for (size_t i = 0; i < count && list[i].since <= kind; i++)
    if (!list[i].found) give_up("is in no campaign", list[i].from);
}

/* Behind those that are there. */
static uint32_t sources_read(const char *folder, struct source *sources, uint32_t begin, struct arena *arena) {
  char names[SOURCES_MOST][64];
  uint32_t count = 0;
  DIR *directory = opendir(folder);
  if (directory == NULL) give_up("cannot be opened", folder);
  for (struct dirent *entry; (entry = readdir(directory)) != NULL && count < SOURCES_MOST;)
    if (strstr(entry->d_name, ".json") != NULL && strlen(entry->d_name) < 64)
      memcpy(names[count++], entry->d_name, strlen(entry->d_name) + 1);
  (void)closedir(directory);
  qsort(names, count, sizeof names[0], by_name);
  for (uint32_t i = 0; i < count && begin + i < SOURCES_MOST; i++)
    sources[begin + i] = (struct source){.name = arena_copy(arena, str_of(names[i])), .text = file_text(folder, names[i], arena)};
  return begin + count;
}

static uint32_t sources_edited(struct source *sources, bool reviewed, enum book_kind kind, struct arena *arena) {
  uint32_t count = sources_read(SIM_DIR "/campaigns", sources, 0, arena);
  if (reviewed) count = sources_read(SIM_DIR "/reviewed", sources, count, arena);
  for (uint32_t i = 0; i < count; i++) {
    if (reviewed) sources[i].text = text_edited(sources[i].text, reviewed_edits, REVIEWED_EDITS, kind, arena);
    sources[i].text = text_edited(sources[i].text, edits, EDITS, kind, arena);
  }
  if (reviewed) edits_found(reviewed_edits, REVIEWED_EDITS, kind);
  edits_found(edits, EDITS, kind);
  return count;
}

void book_load(struct book *book, bool reviewed, enum book_kind kind) {
  static struct catalogue catalogue;
  static struct findings findings;
  struct source sources[SOURCES_MOST];
  struct arena arena, scratch;
  struct fault fault = {0};
  arena_init(&arena, malloc(BOOK_BYTES), BOOK_BYTES);
  arena_init(&scratch, malloc(BOOK_BYTES), BOOK_BYTES);
  if (arena.memory == NULL || scratch.memory == NULL) give_up("no memory", "rulebooks");
  catalogue_init(&catalogue);
  findings = (struct findings){0};
  uint32_t count = sources_edited(sources, reviewed, kind, &arena);
  enum status status = rulebook_read(sources, count, &catalogue, &arena, &scratch, &findings, &book->rulebook, &fault);
  for (uint32_t i = 0; i < findings.count && status != STATUS_OK; i++)
    fprintf(stderr, "sim: %.*s: %.*s\n", STR_FORMAT(findings.items[i].pointer), STR_FORMAT(findings.items[i].text));
  if (status != STATUS_OK) give_up(fault.text, "rulebooks");
  book->index = match_build(book->rulebook, &arena, &scratch);
  book->cache = match_cache_new(book->index, &arena);
  free(scratch.memory);
}
