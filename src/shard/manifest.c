/* The manifest as bytes and back (shard.h).
 *
 *   'M' version | lists, {name} | {campaign 5, terms 4, until, file, text, cited, {text}}       text: hash 8, length
 *
 * Texts have their length in front, numbers are varints. It is kept in pieces of what a record may hold; the last one is shorter. */
#include "manifest.h"
#include "giftd/base/bytes.h"

#define MANIFEST_MAGIC 'M'
#define MANIFEST_VERSION 1u
#define PIECE_BYTES LIMIT_STATE_BYTES
#define CITED_BYTES 12u /* hash 8, length 4 */

/* ---- pieces ---- */

struct str manifest_piece_key(char out[16], uint32_t piece) {
  memcpy(out, "m:rules", 7);
  out[7] = (char)(unsigned char)piece;
  return (struct str){out, 8};
}

struct str text_piece_key(char out[16], uint64_t hash, uint32_t piece) {
  out[0] = 't';
  for (unsigned i = 0; i < 8; i++) out[1 + i] = (char)(unsigned char)(hash >> (8 * i));
  out[9] = (char)(unsigned char)piece;
  return (struct str){out, 10};
}

static enum status damaged(struct fault *fault) {
  return fault_set(
      fault, STATUS_STATE,
      "the state's list of campaigns is not of a known form: written by a newer giftd, or damaged; use the giftd that wrote it, "
      "or restore the state from a copy");
}

enum status manifest_load(const struct view_port *view, char *memory, struct manifest *out, struct fault *fault) {
  size_t length = 0;
  char key[16];
  struct str piece = {NULL, PIECE_BYTES};
  for (uint32_t i = 0; piece.length == PIECE_BYTES; i++) {
    enum status status = view->load(view->self, manifest_piece_key(key, i), &piece, fault);
    if (status != STATUS_OK) return status;
    if (length + piece.length > MANIFEST_BYTES) return damaged(fault);
    if (piece.length > 0) memcpy(memory + length, piece.at, piece.length);
    length += piece.length;
  }
  out->bytes = (struct str){memory, length};
  return length == 0 || manifest_is_whole(out) ? STATUS_OK : damaged(fault);
}

enum status manifest_text_load(const struct view_port *view, struct manifest_text text, char *out, struct fault *fault) {
  char key[16];
  size_t length = 0;
  for (uint32_t i = 0; length < text.length; i++) {
    struct str piece;
    enum status status = view->load(view->self, text_piece_key(key, text.hash, i), &piece, fault);
    if (status != STATUS_OK) return status;
    if (piece.length == 0 || piece.length > text.length - length) break;
    memcpy(out + length, piece.at, piece.length);
    length += piece.length;
  }
  if (length == text.length && hash64(&HASH_KEY_FIXED, (struct str){out, length}) == text.hash) return STATUS_OK;
  return fault_set(fault, STATUS_STATE,
                   "the text of a campaign's earlier version is not in the state as it was: the state lost a part of itself; restore it "
                   "from a copy, or (Kafka) empty the view, which is then made anew");
}

/* ---- reading ---- */

static struct str get_text(struct reader *r) {
  uint64_t length = get_varint(r);
  if (length > (uint64_t)(r->end - r->at)) r->bad = true;
  if (r->bad) return (struct str){NULL, 0};
  struct str text = {(const char *)r->at, (size_t)length};
  r->at += length;
  return text;
}

static struct reader reader_of(const struct manifest *manifest, size_t at) {
  const unsigned char *bytes = (const unsigned char *)manifest->bytes.at;
  return (struct reader){bytes + at, bytes + manifest->bytes.length, false};
}

static size_t place_of(const struct manifest *manifest, const struct reader *r) {
  return (size_t)(r->at - (const unsigned char *)manifest->bytes.at);
}

/* Number of lists, and behind it. */
static uint64_t head_read(struct reader *r) {
  if (get_byte(r) != MANIFEST_MAGIC || get_byte(r) != MANIFEST_VERSION) r->bad = true;
  return get_varint(r);
}

/* *at: how many were read. There are few. */
bool manifest_list(const struct manifest *manifest, size_t *at, struct str *name) {
  struct reader r = reader_of(manifest, 0);
  if (manifest->bytes.length == 0) return false;
  uint64_t count = head_read(&r);
  if (r.bad || *at >= count) return false;
  for (size_t i = 0; i <= *at && !r.bad; i++) *name = get_text(&r);
  (*at)++;
  return !r.bad;
}

static size_t entries_begin(const struct manifest *manifest) {
  struct reader r = reader_of(manifest, 0);
  uint64_t count = head_read(&r);
  for (uint64_t i = 0; i < count && !r.bad; i++) (void)get_text(&r);
  return place_of(manifest, &r);
}

static bool entry_read(struct reader *r, struct manifest_entry *out) {
  *out = (struct manifest_entry){.campaign = get_fixed(r, 5)};
  out->terms = (uint32_t)get_fixed(r, 4);
  out->until_ms = get_zigzag(r);
  out->file = get_text(r);
  out->text.hash = get_fixed(r, 8);
  uint64_t length = get_varint(r), cited = get_varint(r);
  if (length > UINT32_MAX || cited > LIMIT_CAMPAIGNS || cited * CITED_BYTES > (uint64_t)(r->end - r->at)) r->bad = true;
  if (r->bad) return false;
  out->text.length = (uint32_t)length, out->cited_count = (uint32_t)cited, out->cited = r->at;
  r->at += cited * CITED_BYTES;
  return true;
}

bool manifest_next(const struct manifest *manifest, size_t *at, struct manifest_entry *out) {
  if (manifest->bytes.length == 0) return false;
  if (*at == 0) *at = entries_begin(manifest);
  struct reader r = reader_of(manifest, *at);
  if (r.at == r.end || !entry_read(&r, out)) return false;
  *at = place_of(manifest, &r);
  return true;
}

bool manifest_is_whole(const struct manifest *manifest) {
  struct manifest_entry entry;
  size_t at = 0;
  struct reader head = reader_of(manifest, 0);
  (void)head_read(&head);
  while (!head.bad && manifest_next(manifest, &at, &entry)) continue;
  return !head.bad && at == manifest->bytes.length;
}

struct manifest_text manifest_cited(const struct manifest_entry *entry, uint32_t number) {
  assert(number < entry->cited_count);
  struct reader r = {entry->cited + (size_t)number * CITED_BYTES, entry->cited + (size_t)(number + 1) * CITED_BYTES, false};
  struct manifest_text text = {.hash = get_fixed(&r, 8)};
  text.length = (uint32_t)get_fixed(&r, 4);
  return text;
}

bool manifest_is_same(const struct rulebook *rulebook, const struct manifest_entry *entry) {
  uint32_t number = rulebook_campaign(rulebook, entry->campaign);
  return number != NONE && terms_number(&rulebook->campaigns[number]) == entry->terms;
}

/* Days that came to its table of rates are part of what it is counted by from then on. */
bool manifest_runs(const struct rulebook *rulebook, const struct manifest_entry *entry) {
  if (!manifest_is_same(rulebook, entry)) return false;
  const struct rate_table *table = rulebook->campaigns[rulebook_campaign(rulebook, entry->campaign)].fx.table;
  bool there = table == NULL;
  for (uint32_t i = 0; i < entry->cited_count && !there; i++) there = manifest_cited(entry, i).hash == table->digest;
  return there;
}

bool manifest_agrees(const struct manifest *manifest, const struct rulebook *rulebook) {
  struct manifest_entry entry;
  uint32_t running = 0;
  for (size_t at = 0; manifest_next(manifest, &at, &entry);) {
    if (entry.until_ms != 0) continue;
    if (!manifest_runs(rulebook, &entry)) return false;
    running++;
  }
  return running == rulebook->campaign_count;
}

/* ---- writing ---- */

static void put_text(struct writer *w, struct str text) {
  put_varint(w, text.length);
  w->full |= (size_t)(w->end - w->at) < text.length;
  if (w->full) return;
  if (text.length > 0) memcpy(w->at, text.at, text.length);
  w->at += text.length;
}

struct writer manifest_begin(char *memory, const struct str *lists, uint32_t list_count) {
  struct writer w = {(unsigned char *)memory, (unsigned char *)memory + MANIFEST_BYTES - 1, false};
  put_byte(&w, MANIFEST_MAGIC);
  put_byte(&w, MANIFEST_VERSION);
  put_varint(&w, list_count);
  for (uint32_t i = 0; i < list_count; i++) put_text(&w, lists[i]);
  return w;
}

static void entry_head(struct writer *w, const struct manifest_entry *entry) {
  put_fixed(w, entry->campaign, 5);
  put_fixed(w, entry->terms, 4);
  put_varint(w, zigzag(entry->until_ms));
  put_text(w, entry->file);
  put_fixed(w, entry->text.hash, 8);
  put_varint(w, entry->text.length);
  put_varint(w, entry->cited_count);
}

/* As it was, but for how long it is needed. */
void manifest_add(struct writer *w, const struct manifest_entry *entry) {
  entry_head(w, entry);
  for (uint32_t i = 0; i < entry->cited_count; i++) {
    struct manifest_text text = manifest_cited(entry, i);
    put_fixed(w, text.hash, 8);
    put_fixed(w, text.length, 4);
  }
}

struct manifest_text manifest_text_of(const struct campaign *campaign) {
  return (struct manifest_text){hash64(&HASH_KEY_FIXED, campaign->source_text), (uint32_t)campaign->source_text.length};
}

static const struct campaign *cited_at(const struct rulebook *rulebook, const struct campaign *campaign, uint32_t n) {
  return n == 0 ? campaign : &rulebook->campaigns[rulebook->refs[campaign->cited_first + n - 1]];
}

/* Calendars that a campaign and what it cites go by, each once: the n-th, or NULL. */
static const struct calendar *calendar_cited(const struct rulebook *rulebook, const struct campaign *campaign, uint32_t n) {
  for (uint32_t i = 0; i <= campaign->cited_count; i++) {
    const struct calendar *calendar = cited_at(rulebook, campaign, i)->calendar;
    bool seen = calendar == NULL;
    for (uint32_t j = 0; j < i && !seen; j++) seen = cited_at(rulebook, campaign, j)->calendar == calendar;
    if (!seen && n-- == 0) return calendar;
  }
  return NULL;
}

void manifest_add_running(struct writer *w, const struct rulebook *rulebook, const struct campaign *campaign) {
  struct str file = campaign->file;
  if (file.length > FILE_NAME_BYTES) file = str_from(file, file.length - FILE_NAME_BYTES);
  struct manifest_entry entry = {.campaign = campaign->decl,
                                 .terms = terms_number(campaign),
                                 .file = file,
                                 .text = manifest_text_of(campaign),
                                 .cited_count = campaign->cited_count};
  const struct calendar *calendar;
  const struct rate_table *table = campaign->fx.table;
  while (calendar_cited(rulebook, campaign, entry.cited_count - campaign->cited_count) != NULL) entry.cited_count++;
  entry.cited_count += table != NULL;
  entry_head(w, &entry);
  for (uint32_t i = 0; i < campaign->cited_count; i++) {
    struct manifest_text text = manifest_text_of(&rulebook->campaigns[rulebook->refs[campaign->cited_first + i]]);
    put_fixed(w, text.hash, 8);
    put_fixed(w, text.length, 4);
  }
  for (uint32_t i = 0; (calendar = calendar_cited(rulebook, campaign, i)) != NULL; i++) {
    put_fixed(w, calendar->digest, 8);
    put_fixed(w, calendar->source_text.length, 4);
  }
  if (table == NULL) return;
  assert(entry.cited_count > campaign->cited_count && table->source_text.length <= UINT32_MAX);
  put_fixed(w, table->digest, 8);
  put_fixed(w, table->source_text.length, 4);
}
