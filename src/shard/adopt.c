/* The manifest follows the rulebook: before the first event under it, in slices that a batch has room for. Texts come first and the entries
 * behind them, so whatever moment it is cut at, what the entries name is there; texts that nobody names go last. */
#include "manifest.h"

#define SLICE_BYTES (1024u * 1024u)
#define LISTS_MOST 1024u
#ifdef GIFTD_SMALL
#define NAMED_SLOTS (1u << 8)
#else
#define NAMED_SLOTS (1u << 18)
#endif

void adopt_look(struct shard *shard) {
  struct manifest_entry entry;
  shard->adopting.wanted = shard->settings.terms != NULL && !manifest_agrees(&shard->manifest, shard->rulebook);
  shard->adopting.campaign = 0, shard->adopting.calendar = NULL, shard->adopting.table = NULL;
  if (!shard->adopting.wanted) return;
  memset(shard->adopting.known, 0, sizeof shard->adopting.known);
  for (size_t at = 0; manifest_next(&shard->manifest, &at, &entry);)
    if (manifest_runs(shard->rulebook, &entry)) shard->adopting.known[rulebook_campaign(shard->rulebook, entry.campaign)] = true;
}

/* ---- texts ---- */

static enum status text_store(struct shard *shard, struct str text, struct fault *fault) {
  char key[16];
  uint64_t hash = hash64(&HASH_KEY_FIXED, text);
  enum status status = STATUS_OK;
  for (uint32_t piece = 0; status == STATUS_OK && text.length > 0; piece++) {
    struct str part = {text.at, text.length < LIMIT_STATE_BYTES ? text.length : LIMIT_STATE_BYTES};
    status = shard->view.store(shard->view.self, text_piece_key(key, hash, piece), part, fault);
    text = str_from(text, part.length);
  }
  return status;
}

/* Each campaign's calendar once in a row: most go by one. */
static enum status calendar_store(struct shard *shard, const struct calendar *calendar, struct fault *fault) {
  if (calendar == NULL || calendar == shard->adopting.calendar) return STATUS_OK;
  shard->adopting.calendar = calendar;
  return text_store(shard, calendar->source_text, fault);
}

static enum status rates_store(struct shard *shard, const struct rate_table *table, struct fault *fault) {
  if (table == NULL || table == shard->adopting.table) return STATUS_OK;
  assert(table->source_text.length > 0 && table->digest == hash64(&HASH_KEY_FIXED, table->source_text)); /* as the manifest names it */
  shard->adopting.table = table;
  return text_store(shard, table->source_text, fault);
}

static enum status texts_store(struct shard *shard, uint32_t *count, struct fault *fault) {
  struct adopting *adopting = &shard->adopting;
  size_t bytes = 0;
  for (; adopting->campaign < shard->rulebook->campaign_count && bytes < SLICE_BYTES; adopting->campaign++) {
    struct str text = shard->rulebook->campaigns[adopting->campaign].source_text;
    if (adopting->known[adopting->campaign]) continue;
    if (shard->log.full != NULL && shard->log.full(shard->log.self)) return STATUS_OK;
    enum status status = text_store(shard, text, fault);
    if (status == STATUS_OK) status = calendar_store(shard, shard->rulebook->campaigns[adopting->campaign].calendar, fault);
    if (status == STATUS_OK) status = rates_store(shard, shard->rulebook->campaigns[adopting->campaign].fx.table, fault);
    if (status != STATUS_OK) return status;
    bytes += text.length;
    (*count)++;
  }
  return STATUS_OK;
}

/* ---- entries ---- */

static uint32_t list_add(struct str *lists, uint32_t count, struct str name) {
  for (uint32_t i = 0; i < count; i++)
    if (str_equal(lists[i], name)) return count;
  if (name.length == 0 || count == LISTS_MOST) return count;
  lists[count] = name;
  return count + 1;
}

static uint32_t lists_gather(const struct shard *shard, struct str *lists) {
  uint32_t count = 0;
  struct str name;
  for (uint32_t i = 0; i < shard->rulebook->list_count; i++)
    if (shard->rulebook->lists[i].of_file) count = list_add(lists, count, shard->rulebook->lists[i].name);
  for (size_t at = 0; manifest_list(&shard->manifest, &at, &name);) count = list_add(lists, count, name);
  return count;
}

/* Whether gifts of these terms may wait for their issue or their choice: what they are is needed until then, and then as long as that of
 * any gift. */
static bool may_wait(const struct rulebook *book) {
  if (book->risk_review.asked) return true;
  for (uint32_t i = 0; i < book->rule_count; i++)
    if (book->rules[i].give == GIVE_CHOICE_OF || book->rules[i].review.asked) return true;
  for (uint32_t i = 0; i < book->item_count; i++)
    if (book->items[i].timing.kind != MOMENT_NONE || book->items[i].when_empty == EMPTY_QUEUE) return true;
  return false;
}

/* What the bank reviews waits by the bank's file, which most terms know nothing of: by the one that runs, or one that ran and is still
 * needed, as it is for as long as any gift can wait for it. */
static int64_t waiting_ms(const struct shard *shard, const struct manifest_entry *entry) {
  const struct terms_shelf *shelf = shard->settings.terms == NULL ? NULL : shard->settings.terms->shelf;
  bool waits = shard->rulebook->risk_review.asked;
  for (uint32_t i = 0; shelf != NULL && i < shelf->count && !waits; i++) {
    const struct terms *item = &shelf->items[i];
    waits = item->book->risk_review.asked || (item->campaign == entry->campaign && item->number == entry->terms && may_wait(item->book));
  }
  return waits ? LIMIT_PENDING_MS : 0;
}

/* Whether an entry is still needed once another rulebook runs, and until when. Where nothing was ever decided nothing can be undone. */
static bool entry_stays(const struct shard *shard, struct manifest_entry *entry) {
  struct about now = clock_about(&shard->clock);
  if (manifest_is_same(shard->rulebook, entry) || now.latest_ms == TIME_NONE) return false;
  if (entry->until_ms == 0)
    entry->until_ms = now.latest_ms + shard->settings.judge.memory_ms + shard->settings.judge.horizon_ms + waiting_ms(shard, entry);
  return entry->until_ms >= now.earliest_ms;
}

static enum status entries_write(struct shard *shard, struct manifest *next, struct fault *fault) {
  static const size_t names = LISTS_MOST * sizeof(struct str);
  struct arena *arena = &shard->heard_reading.arena; /* nothing is judged meanwhile */
  struct manifest_entry entry;
  arena_reset(arena);
  struct str *lists = arena_take(arena, names);
  struct writer w = manifest_begin(shard->manifest_next, lists, lists_gather(shard, lists));
  for (size_t at = 0; manifest_next(&shard->manifest, &at, &entry);)
    if (entry_stays(shard, &entry)) manifest_add(&w, &entry);
  for (uint32_t i = 0; i < shard->rulebook->campaign_count; i++) manifest_add_running(&w, shard->rulebook, &shard->rulebook->campaigns[i]);
  if (w.full) return fault_set(fault, STATUS_LIMIT, "more earlier versions of campaigns can still be undone than a state holds");
  next->bytes = (struct str){shard->manifest_next, (size_t)((char *)w.at - shard->manifest_next)};
  return STATUS_OK;
}

/* A piece of exactly the full size is followed by an empty one, which is none: so it is read back. Pieces that are too many go. */
static enum status entries_store(struct shard *shard, struct str bytes, struct fault *fault) {
  char key[16];
  enum status status = STATUS_OK;
  size_t before = shard->manifest.bytes.length / LIMIT_STATE_BYTES + 1, now = bytes.length / LIMIT_STATE_BYTES + 1;
  for (uint32_t piece = 0; status == STATUS_OK && piece < (before > now ? before : now); piece++) {
    struct str part = {bytes.at, bytes.length < LIMIT_STATE_BYTES ? bytes.length : LIMIT_STATE_BYTES};
    status = shard->view.store(shard->view.self, manifest_piece_key(key, piece), part, fault);
    bytes = str_from(bytes, part.length);
  }
  return status;
}

/* ---- texts that nobody names ---- */

struct hashes {
  uint64_t *slots;
  uint32_t mask, count;
};

static bool hashes_add(struct hashes *hashes, uint64_t hash) {
  uint32_t at = (uint32_t)hash & hashes->mask;
  if (hashes->count > hashes->mask / 4 * 3) return false;
  while (hashes->slots[at] != 0 && hashes->slots[at] != hash) at = (at + 1) & hashes->mask;
  hashes->count += hashes->slots[at] == 0;
  hashes->slots[at] = hash;
  return true;
}

static bool hashes_have(const struct hashes *hashes, uint64_t hash) {
  uint32_t at = (uint32_t)hash & hashes->mask;
  while (hashes->slots[at] != 0 && hashes->slots[at] != hash) at = (at + 1) & hashes->mask;
  return hashes->slots[at] == hash;
}

/* False: too many to remember; then nothing goes, which costs room alone. */
static bool named_gather(struct hashes *named, const struct manifest *manifest) {
  struct manifest_entry entry;
  bool all = true;
  for (size_t at = 0; manifest_next(manifest, &at, &entry) && all;) {
    all = hashes_add(named, entry.text.hash);
    for (uint32_t i = 0; i < entry.cited_count && all; i++) all = hashes_add(named, manifest_cited(&entry, i).hash);
  }
  return all;
}

static enum status text_drop(struct shard *shard, struct manifest_text text, const struct hashes *named, struct fault *fault) {
  char key[16];
  enum status status = STATUS_OK;
  if (hashes_have(named, text.hash)) return STATUS_OK;
  for (uint32_t piece = 0; piece * LIMIT_STATE_BYTES < text.length && status == STATUS_OK; piece++)
    status = shard->view.store(shard->view.self, text_piece_key(key, text.hash, piece), STR(""), fault);
  return status;
}

static enum status texts_drop(struct shard *shard, const struct manifest *next, struct fault *fault) {
  struct hashes named = {.mask = NAMED_SLOTS - 1};
  struct manifest_entry entry;
  enum status status = STATUS_OK;
  arena_reset(&shard->heard_reading.arena);
  named.slots = arena_take(&shard->heard_reading.arena, ((size_t)named.mask + 1) * sizeof *named.slots);
  memset(named.slots, 0, ((size_t)named.mask + 1) * sizeof *named.slots);
  if (!named_gather(&named, next)) return STATUS_OK;
  for (size_t at = 0; status == STATUS_OK && manifest_next(&shard->manifest, &at, &entry);) {
    status = text_drop(shard, entry.text, &named, fault);
    for (uint32_t i = 0; i < entry.cited_count && status == STATUS_OK; i++)
      status = text_drop(shard, manifest_cited(&entry, i), &named, fault);
  }
  return status;
}

/* ---- the whole ---- */

static enum status entries_take(struct shard *shard, struct fault *fault) {
  struct manifest next;
  enum status status = entries_write(shard, &next, fault);
  if (status == STATUS_OK) status = entries_store(shard, next.bytes, fault);
  if (status == STATUS_OK) status = texts_drop(shard, &next, fault);
  if (status != STATUS_OK) return status;
  char *memory = shard->manifest_memory;
  shard->manifest_memory = shard->manifest_next, shard->manifest_next = memory;
  shard->manifest = next;
  shard->adopting.wanted = false;
  assert(manifest_agrees(&shard->manifest, shard->rulebook));
  return STATUS_OK;
}

enum status adopt_step(struct shard *shard, uint32_t *count, struct fault *fault) {
  assert(shard->adopting.wanted && shard->settings.terms != NULL);
  *count = 0;
  enum status status = texts_store(shard, count, fault);
  if (status != STATUS_OK || shard->adopting.campaign < shard->rulebook->campaign_count) return status;
  if (shard->log.full != NULL && shard->log.full(shard->log.self)) return STATUS_OK;
  (*count)++;
  return entries_take(shard, fault);
}
