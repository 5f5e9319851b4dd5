/* Files to rulebooks (book.h). */
#include "book.h"

#include <stdio.h>

#include "grammar.h"

struct book_counts book_counts;

static unsigned char scratch_memory[BOOK_MEMORY], compare_memory[1u << 20];

/* ---- shipped files ---- */

#define SHIPPED_MOST 24u
struct shipped {
  const char *folder, *const *names;
  uint32_t count;
  struct str texts[SHIPPED_MOST];
};
static const char *const deploy_names[] = {
    "bank.json",           "card-wake.json",     "daily-hours.json",          "first-binding.json",     "first-transfer.json",
    "friday-dining.json",  "payroll-login.json", "scene-coupons.json",        "social-card-claim.json", "spend-and-refund.json",
    "spring-2027.json",    "three-bands.json",   "tier-packs.json",           "transaction-draw.json",  "wake-spring.json",
    "weekend-market.json", "lists/aml-deny.txt", "lists/fraud-confirmed.txt", "lists/staff.txt"};
static const char *const language_names[] = {"bank.json",  "bring-a-friend.json", "conditions.json", "enrol.json",
                                             "facts.json", "gifts.json",          "growth.json",     "limits.json",
                                             "names.json", "lists/invited.txt",   "undo.json"};
#define COUNT(array) (uint32_t)(sizeof(array) / sizeof((array)[0]))
static struct shipped deploy = {SOURCE_DIR "/deploy/demo/", deploy_names, COUNT(deploy_names), {{NULL, 0}}};
static struct shipped language = {SOURCE_DIR "/tests/scenarios/language/", language_names, COUNT(language_names), {{NULL, 0}}};

static struct str file_read(const char *folder, const char *name) {
  char path[1024];
  snprintf(path, sizeof path, "%s%s", folder, name);
  FILE *file = fopen(path, "rb");
  CHECK(file != NULL);
  char *text = malloc(LIMIT_CAMPAIGN_BYTES);
  CHECK(text != NULL);
  size_t length = fread(text, 1, LIMIT_CAMPAIGN_BYTES, file);
  fclose(file);
  return (struct str){text, length};
}

static const struct shipped *shipped_read(struct shipped *shipped) {
  for (uint32_t i = 0; i < shipped->count && shipped->texts[i].at == NULL; i++)
    shipped->texts[i] = file_read(shipped->folder, shipped->names[i]);
  return shipped;
}

/* ---- files ---- */

static void file_add(struct book *book, struct str name, size_t from) {
  CHECK(book->file_count < BOOK_FILES && !book->text.overflowed);
  book->files[book->file_count++] = (struct source){name, {book->text.memory + from, book->text.length - from}};
}

/* All of them, each with or without other numbers: they cite each other. */
static void shipped_add(struct book *book, struct shipped *from, struct bytes *b) {
  const struct shipped *shipped = shipped_read(from);
  for (uint32_t i = 0; i < shipped->count; i++) {
    size_t start = book->text.length;
    if (shipped->names[i][0] == 'l' || !one_in(b, 4))
      buffer_put(&book->text, shipped->texts[i]);
    else
      edits_write(b, shipped->texts[i], &book->text);
    file_add(book, str_of(shipped->names[i]), start);
  }
}

static void made_add(struct book *book, struct bytes *b, bool bank) {
  uint32_t campaigns = 1 + pick(b, 2);
  size_t start = book->text.length;
  if (bank) grammar_bank(b, &book->text);
  if (bank) file_add(book, STR("bank.json"), start);
  for (uint32_t i = 0; i < campaigns; i++) {
    start = book->text.length;
    grammar_campaign(b, &book->text, i == 0 ? "a" : "b");
    file_add(book, i == 0 ? STR("a.json") : STR("b.json"), start);
  }
}

/* ---- compiling ---- */

static void refusals_say(const struct findings *findings) {
  static char memory[2048];
  if (getenv("GIFTD_HEART_REFUSALS") == NULL) return;
  for (uint32_t i = 0; i < findings->count; i++) {
    struct buffer out;
    if (findings->items[i].code >= CHECK_WARNINGS) continue;
    buffer_init(&out, memory, sizeof memory);
    finding_print(&out, &findings->items[i]);
    fprintf(stderr, "refused: %.*s\n", STR_FORMAT(buffer_text(&out)));
  }
}

static bool book_compile(struct book *book, const struct catalogue *catalogue) {
  struct arena scratch;
  struct findings findings = {0};
  struct fault fault = {0};
  arena_init(&book->arena, book->memory, sizeof book->memory);
  arena_init(&scratch, scratch_memory, sizeof scratch_memory);
  enum status status = rulebook_read(book->files, book->file_count, catalogue, &book->arena, &scratch, &findings, &book->rulebook, &fault);
  CHECK(status == STATUS_OK || status == STATUS_INPUT);
  if (status != STATUS_OK) refusals_say(&findings);
  if (status != STATUS_OK) return false;
  arena_reset(&scratch);
  book->index = match_build(book->rulebook, &book->arena, &scratch);
  CHECK(book->index != NULL);
  book->cache = match_cache_new(book->index, &book->arena);
  CHECK(book->cache != NULL);
  return true;
}

static void book_begin(struct book *book) {
  book->file_count = 0;
  buffer_init(&book->text, book->text_memory, sizeof book->text_memory);
}

bool book_make(struct book *book, enum book_kind kind, struct bytes *b, const struct catalogue *catalogue) {
  book_begin(book);
  if (kind == BOOK_SHIPPED || kind == BOOK_BOTH) shipped_add(book, &deploy, b);
  if (kind == BOOK_LANGUAGE) shipped_add(book, &language, b);
  if (kind == BOOK_MADE || kind == BOOK_BOTH) made_add(book, b, kind == BOOK_MADE);
  book_counts.made++;
  if (!book_compile(book, catalogue)) return false;
  book_counts.accepted++;
  return true;
}

bool book_edit(struct book *book, const struct book *before, struct bytes *b, const struct catalogue *catalogue, int64_t now_ms,
               int64_t memory_ms) {
  struct arena arena, scratch;
  struct changes changes;
  struct fault fault = {0};
  book_begin(book);
  for (uint32_t i = 0; i < before->file_count; i++) {
    size_t start = book->text.length;
    bool list = before->files[i].name.at[0] == 'l';
    if (list || one_in(b, 3))
      buffer_put(&book->text, before->files[i].text);
    else
      edits_write(b, before->files[i].text, &book->text);
    file_add(book, before->files[i].name, start);
  }
  book_counts.edited++;
  if (!book_compile(book, catalogue)) return false;
  arena_init(&arena, compare_memory, sizeof compare_memory);
  arena_init(&scratch, scratch_memory, sizeof scratch_memory);
  enum status status = meanings_compare(before->rulebook, book->rulebook, (struct about){now_ms, now_ms}, memory_ms + 7 * MS_PER_DAY,
                                        &arena, &scratch, &changes, &fault);
  book_counts.edits_accepted += status == STATUS_OK;
  return status == STATUS_OK;
}

/* ---- terms ---- */

static bool shelf_has(const struct shelf *shelf, uint64_t campaign, uint32_t number) {
  for (uint32_t i = 0; i < shelf->shelf.count; i++)
    if (shelf->items[i].campaign == campaign && shelf->items[i].number == number) return true;
  return false;
}

static bool terms_before(const struct terms *a, const struct terms *b) {
  return a->campaign != b->campaign ? a->campaign < b->campaign : a->number < b->number;
}

void shelf_add(struct shelf *shelf, const struct book *before, const struct book *now) {
  for (uint32_t i = 0; i < before->rulebook->campaign_count; i++) {
    const struct campaign *campaign = &before->rulebook->campaigns[i];
    struct terms terms = {campaign->decl, terms_number(campaign), before->rulebook};
    uint32_t running = rulebook_campaign(now->rulebook, campaign->decl), at = shelf->shelf.count;
    if (running != NONE && terms_number(&now->rulebook->campaigns[running]) == terms.number) continue;
    if (shelf_has(shelf, terms.campaign, terms.number) || shelf->shelf.count == SHELF_MOST) continue;
    for (; at > 0 && terms_before(&terms, &shelf->items[at - 1]); at--) shelf->items[at] = shelf->items[at - 1];
    shelf->items[at] = terms;
    shelf->shelf.count++;
  }
  shelf->shelf.items = shelf->items;
}
