/* Who compares and compiles for the seats of the simulator (terms_port), over its few books: what a state says of its campaigns is one of
 * them, or it is wrong. Every seat, and the oracle, has a keeper for each book, and a shelf of that book's own. */
#include "sim.h"

#define COMPARE_BYTES (1u << 20)
#define TEXT_MOST 16384u

static uint32_t campaign_of(const struct book *book, const struct manifest_entry *entry) {
  uint32_t number = rulebook_campaign(book->rulebook, entry->campaign);
  return number != NONE && terms_number(&book->rulebook->campaigns[number]) == entry->terms ? number : NONE;
}

/* ---- what names mean ---- */

/* The book that a state follows; NULL: none of them. */
static const struct book *book_followed(const struct world *world, const struct manifest *manifest) {
  for (uint32_t i = 0; i < BOOKS; i++)
    if (manifest_agrees(manifest, world->books[i].rulebook)) return &world->books[i];
  return NULL;
}

static enum status names_admit(struct keeper *keeper, const struct manifest *manifest, struct about now, struct fault *fault) {
  static char memory[2][COMPARE_BYTES];
  const struct judge_settings *judge = &keeper->world->shard_settings.judge;
  const struct book *before = book_followed(keeper->world, manifest);
  struct arena arena, scratch;
  struct changes changes;
  if (manifest->bytes.length == 0 || before == keeper->book) return STATUS_OK;
  if (before == NULL) return fault_set(fault, STATUS_STATE, "a state follows campaigns that never ran together");
  arena_init(&arena, memory[0], sizeof memory[0]);
  arena_init(&scratch, memory[1], sizeof memory[1]);
  return meanings_compare(before->rulebook, keeper->book->rulebook, now, judge->memory_ms + judge->horizon_ms, &arena, &scratch, &changes,
                          fault);
}

/* ---- the shelf ---- */

static void shelf_add(struct keeper *keeper, const struct manifest_entry *entry, const struct rulebook *book) {
  uint32_t at = 0;
  for (; at < keeper->shelf.count; at++) {
    const struct terms *item = &keeper->items[at];
    if (item->campaign == entry->campaign && item->number == entry->terms) return;
    if (item->campaign > entry->campaign || (item->campaign == entry->campaign && item->number > entry->terms)) break;
  }
  assert(keeper->shelf.count < SHELF_MOST);
  memmove(&keeper->items[at + 1], &keeper->items[at], (keeper->shelf.count - at) * sizeof keeper->items[0]);
  keeper->items[at] = (struct terms){entry->campaign, entry->terms, book};
  keeper->shelf.count++;
}

/* The text that the state kept is what that book was read from, byte for byte. */
static enum status text_check(const struct view_port *view, const struct manifest_entry *entry, struct str text, struct fault *fault) {
  static char bytes[TEXT_MOST];
  assert(entry->text.length <= sizeof bytes);
  enum status status = manifest_text_load(view, entry->text, bytes, fault);
  if (status != STATUS_OK || str_equal((struct str){bytes, entry->text.length}, text)) return status;
  return fault_set(fault, STATUS_STATE, "the text of %.*s is another in the state", STR_FORMAT(entry->file));
}

static enum status entry_take(struct keeper *keeper, const struct view_port *view, const struct manifest_entry *entry,
                              struct fault *fault) {
  for (uint32_t i = 0; i < BOOKS; i++) {
    const struct rulebook *rulebook = keeper->world->books[i].rulebook;
    uint32_t number = campaign_of(&keeper->world->books[i], entry);
    if (number == NONE) continue;
    shelf_add(keeper, entry, rulebook);
    return text_check(view, entry, rulebook->campaigns[number].source_text, fault);
  }
  return fault_set(fault, STATUS_STATE, "a state knows terms of %.*s that no book ever had", STR_FORMAT(entry->file));
}

/* ---- the port ---- */

static enum status admit(void *self, const struct manifest *manifest, const struct view_port *view, struct about now, struct fault *fault) {
  struct keeper *keeper = self;
  struct manifest_entry entry;
  enum status status = names_admit(keeper, manifest, now, fault);
  for (size_t at = 0; status == STATUS_OK && manifest_next(manifest, &at, &entry);)
    if (campaign_of(keeper->book, &entry) == NONE) status = entry_take(keeper, view, &entry, fault);
  return status;
}

void keepers_open(struct world *world, struct keeper *keepers) {
  for (uint32_t i = 0; i < BOOKS; i++) {
    struct keeper *keeper = &keepers[i];
    keeper->world = world, keeper->book = &world->books[i];
    keeper->shelf = (struct terms_shelf){.count = 0, .items = keeper->items};
    keeper->port = (struct terms_port){.self = keeper, .admit = admit, .shelf = &keeper->shelf};
  }
}
