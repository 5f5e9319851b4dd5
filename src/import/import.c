/* Two passes. The first reads and checks every row and keeps of each good one where it stands, when it was, what it is about and a digest:
 * 40 bytes. Then rows that say one thing twice are found - the same words are one event, other words are refused, all of them - and the
 * rest is brought into order of time, since giftd's clock goes by the stream: a history in order of customers would be too late for itself.
 * The second pass makes the lines anew, in that order. So nothing is written before the last row was looked at. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "inside.h"

#define ENTRIES_FIRST 65536u
#define REFUSAL_BYTES (8u * IMPORT_ROW_BYTES)

struct entry {
  int64_t time_ms;
  uint64_t offset, key, content;
  uint32_t length, line; /* line: of rows behind the 4,294,967,295th the last number there is */
};
_Static_assert(sizeof(struct entry) == 40, "what a row costs is stated");

struct import {
  const struct import_settings *settings;
  struct rows rows;
  struct header header;
  struct line_maker maker;
  void *maker_memory;
  struct entry *entries;
  size_t count, capacity;
  struct import_counts *counts;
  FILE *errors;
  char *error_memory;
  char errors_new[4096];
};

/* ---- the error file ---- */

static enum status errors_trouble(const struct import *import, struct fault *fault) {
  return fault_set(fault, STATUS_STORAGE, "%s: cannot be written: %s", import->settings->errors, strerror(errno));
}

static enum status errors_open(struct import *import, struct fault *fault) {
  if (import->settings->errors == NULL) return STATUS_OK;
  const int length = snprintf(import->errors_new, sizeof import->errors_new, "%s.new", import->settings->errors);
  if (length < 0 || (size_t)length >= sizeof import->errors_new)
    return fault_set(fault, STATUS_USAGE, "%s: the path is too long", import->settings->errors);
  import->errors = fopen(import->errors_new, "we");
  return import->errors != NULL ? STATUS_OK : errors_trouble(import, fault);
}

static enum status refused(struct import *import, const struct refusal *refusal, uint64_t line, uint64_t last, struct str row,
                           struct fault *fault) {
  struct buffer out;
  import->counts->refused++;
  if (import->errors == NULL && import->counts->refused > 20) return STATUS_OK; /* a dry run tells the first */
  buffer_init(&out, import->error_memory, REFUSAL_BYTES);
  refusal_print(refusal, line, last, row, &out);
  FILE *stream = import->errors != NULL ? import->errors : stderr;
  return fwrite(out.memory, 1, out.length, stream) == out.length ? STATUS_OK : errors_trouble(import, fault);
}

/* Whole, or as it was before. */
static enum status errors_end(struct import *import, struct fault *fault) {
  if (import->errors == NULL) return STATUS_OK;
  FILE *errors = import->errors;
  import->errors = NULL;
  const bool good = fflush(errors) == 0 && fsync(fileno(errors)) == 0;
  if (fclose(errors) != 0 || !good || rename(import->errors_new, import->settings->errors) != 0) return errors_trouble(import, fault);
  return STATUS_OK;
}

/* ---- first pass ---- */

static enum status entry_add(struct import *import, const struct row *row, const struct line *line, struct fault *fault) {
  if (import->count == import->capacity) {
    const size_t capacity = import->capacity == 0 ? ENTRIES_FIRST : 2 * import->capacity;
    struct entry *entries = realloc(import->entries, capacity * sizeof *entries);
    if (entries == NULL) return fault_set(fault, STATUS_STORAGE, "no memory for %zu rows: import the file in parts", capacity);
    import->entries = entries, import->capacity = capacity;
  }
  import->entries[import->count++] = (struct entry){.time_ms = line->time_ms,
                                                    .offset = row->offset,
                                                    .key = line->key,
                                                    .content = hash64(&HASH_KEY_FIXED, line->text),
                                                    .length = (uint32_t)row->bytes.length,
                                                    .line = row->line < UINT32_MAX ? (uint32_t)row->line
                                                    : UINT32_MAX};
  return STATUS_OK;
}

static bool row_read(struct import *import, struct str bytes, struct line *line, struct refusal *refusal) {
  struct line_maker *maker = &import->maker;
  arena_reset(&maker->arena);
  const bool good = import->rows.jsonl ? cells_jsonl(import->settings, bytes, &maker->arena, &maker->cells, refusal)
                                       : cells_csv(&import->header, bytes, &maker->arena, &maker->cells, refusal);
  return good && line_make(maker, line, refusal);
}

static enum status row_take(struct import *import, const struct row *row, struct fault *fault) {
  struct refusal refusal = {.problem = IMPORT_OK};
  struct line line;
  import->counts->rows++;
  if (row->too_long)
    (void)refuse(&refusal, IMPORT_ROW_TOO_LONG, STR(""), "%s", "");
  else if (row_read(import, row->bytes, &line, &refusal))
    return entry_add(import, row, &line, fault);
  return refused(import, &refusal, row->line, import->rows.line - 1, row->bytes, fault);
}

static enum status rows_read(struct import *import, struct fault *fault) {
  const struct import_settings *settings = import->settings;
  for (;;) {
    struct row row;
    bool more;
    enum status status = rows_next(&import->rows, &row, &more, fault);
    if (status != STATUS_OK || !more) return status;
    status = row_take(import, &row, fault);
    if (status != STATUS_OK) return status;
    if (settings->progress != NULL && import->counts->rows % 1024 == 0)
      settings->progress(settings->progress_self, row.offset, import->rows.size, import->counts->rows);
  }
}

static enum status header_take(struct import *import, struct fault *fault) {
  struct row row;
  bool more;
  if (import->rows.jsonl) return STATUS_OK;
  const enum status status = rows_next(&import->rows, &row, &more, fault);
  if (status != STATUS_OK) return status;
  if (!more || row.too_long) return fault_set(fault, STATUS_INPUT, "%s:1: there is no header that can be read", import->settings->input);
  return titles_read(import->settings, row.bytes, &import->header, fault);
}

/* ---- what stands twice ---- */

static int compare(uint64_t a, uint64_t b) { return a < b ? -1 : a > b; }

static int by_key(const void *left, const void *right) {
  const struct entry *a = left, *b = right;
  if (a->key != b->key) return compare(a->key, b->key);
  return a->content != b->content ? compare(a->content, b->content) : compare(a->offset, b->offset);
}

static int by_time(const void *left, const void *right) {
  const struct entry *a = left, *b = right;
  if (a->time_ms != b->time_ms) return a->time_ms < b->time_ms ? -1 : 1;
  return compare(a->offset, b->offset);
}

static enum status conflict(struct import *import, const struct entry *entry, const struct entry *other, struct fault *fault) {
  struct refusal refusal;
  struct str row;
  const enum status status = rows_at(&import->rows, entry->offset, entry->length, &row, fault);
  if (status != STATUS_OK) return status;
  (void)refuse(&refusal, IMPORT_CONFLICT, STR(""), "line %u", other->line);
  return refused(import, &refusal, entry->line, entry->line, row, fault);
}

/* Those of one key: the same words are one event. */
static enum status group_settle(struct import *import, const struct entry *group, size_t size, size_t *kept, struct fault *fault) {
  enum status status = STATUS_OK;
  if (group[0].content == group[size - 1].content) {
    import->counts->repeated += size - 1;
    import->entries[(*kept)++] = group[0];
    return STATUS_OK;
  }
  for (size_t i = 0; i < size && status == STATUS_OK; i++)
    status = conflict(import, &group[i], &group[group[i].content == group[0].content ? size - 1 : 0], fault);
  return status;
}

static enum status twice_settle(struct import *import, struct fault *fault) {
  size_t kept = 0;
  enum status status = STATUS_OK;
  qsort(import->entries, import->count, sizeof *import->entries, by_key);
  for (size_t first = 0, next; first < import->count && status == STATUS_OK; first = next) {
    for (next = first + 1; next < import->count && import->entries[next].key == import->entries[first].key;) next++;
    status = group_settle(import, &import->entries[first], next - first, &kept, fault);
  }
  import->count = kept;
  return status;
}

static void span_note(struct import *import) {
  const bool none = import->count == 0;
  import->counts->events = import->count;
  import->counts->from_ms = none ? TIME_NONE : import->entries[0].time_ms;
  import->counts->to_ms = none ? TIME_NONE : import->entries[import->count - 1].time_ms;
}

static void order(struct import *import) {
  struct import_counts *counts = import->counts;
  if (import->count > 0) qsort(import->entries, import->count, sizeof *import->entries, by_time);
  counts->digest = hash64_pair(&HASH_KEY_FIXED, (uint64_t)import->settings->kind, import->count);
  for (size_t i = 0; i < import->count; i++) counts->digest = hash64_pair(&HASH_KEY_FIXED, counts->digest, import->entries[i].content);
}

/* ---- both ---- */

static enum status memory_take(struct import *import, struct fault *fault) {
  import->maker_memory = malloc(LINE_MAKER_BYTES);
  import->error_memory = malloc(REFUSAL_BYTES);
  if (import->error_memory == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  return line_maker_init(&import->maker, import->settings, import->maker_memory, fault);
}

static enum status all_read(struct import *import, struct fault *fault) {
  enum status status = memory_take(import, fault);
  if (status == STATUS_OK) status = rows_open(import->settings->input, &import->rows, fault);
  if (status == STATUS_OK) status = header_take(import, fault);
  if (status == STATUS_OK) status = errors_open(import, fault);
  if (status == STATUS_OK) status = rows_read(import, fault);
  if (status == STATUS_OK && import->count > 0) status = twice_settle(import, fault);
  if (status == STATUS_OK) status = rows_same(&import->rows, fault);
  if (status == STATUS_OK) order(import);
  return status;
}

enum status import_read(const struct import_settings *settings, struct import **out, struct import_counts *counts, struct fault *fault) {
  *counts = (struct import_counts){.from_ms = TIME_NONE, .to_ms = TIME_NONE};
  *out = calloc(1, sizeof **out);
  if (*out == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  (*out)->settings = settings, (*out)->counts = counts, (*out)->rows.file = -1;
  return all_read(*out, fault);
}

static enum status too_old(struct import *import, const struct entry *entry, int64_t oldest_ms, struct fault *fault) {
  char memory[64];
  struct buffer bound;
  struct refusal refusal;
  struct str row;
  buffer_init(&bound, memory, sizeof memory);
  buffer_time(&bound, oldest_ms, 0);
  const enum status status = rows_at(&import->rows, entry->offset, entry->length, &row, fault);
  if (status != STATUS_OK) return status;
  (void)refuse(&refusal, IMPORT_TOO_OLD, STR(""), "before %.*s", STR_FORMAT(buffer_text(&bound)));
  return refused(import, &refusal, entry->line, entry->line, row, fault);
}

enum status import_settle(struct import *import, int64_t oldest_ms, struct fault *fault) {
  enum status status = STATUS_OK;
  size_t old = 0;
  for (; old < import->count && import->entries[old].time_ms < oldest_ms && status == STATUS_OK; old++) /* TIME_NONE is before all */
    status = too_old(import, &import->entries[old], oldest_ms, fault);
  if (status != STATUS_OK) return status;
  import->count -= old;
  if (old > 0) memmove(import->entries, import->entries + old, import->count * sizeof *import->entries);
  span_note(import);
  return errors_end(import, fault);
}

void import_close(struct import *import) {
  if (import == NULL) return;
  if (import->errors != NULL) {
    (void)fclose(import->errors);
    (void)unlink(import->errors_new);
  }
  rows_close(&import->rows);
  free(import->maker_memory);
  free(import->error_memory);
  free(import->entries);
  free(import);
}

/* ---- second pass ---- */

static enum status line_again(struct import *import, const struct entry *entry, struct line *line, struct fault *fault) {
  struct refusal refusal;
  struct str row;
  const enum status status = rows_at(&import->rows, entry->offset, entry->length, &row, fault);
  if (status != STATUS_OK) return status;
  if (row_read(import, row, line, &refusal) && hash64(&HASH_KEY_FIXED, line->text) == entry->content) return STATUS_OK;
  return fault_set(fault, STATUS_STORAGE, "%s: line %u changed while the file was read: import it when it is whole",
                   import->settings->input, entry->line);
}

enum status import_write(struct import *import, const struct import_place *place, struct fault *fault) {
  const struct import_settings *settings = import->settings;
  enum status status = STATUS_OK;
  for (size_t i = 0; i < import->count && status == STATUS_OK; i++) {
    struct line line;
    status = line_again(import, &import->entries[i], &line, fault);
    if (status == STATUS_OK) status = place->send(place->self, i, line.customer, line.text, fault);
    if (settings->progress != NULL && i % 1024 == 0) settings->progress(settings->progress_self, i, import->count, i);
  }
  return status == STATUS_OK ? rows_same(&import->rows, fault) : status;
}
