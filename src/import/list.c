/* A list of customers as the file that campaigns cite (lists/NAME.txt): sorted, each once, so that the same customers are the same bytes
 * and have the same digest, whatever the order of the rows. Half a list is a list of fewer people, who would be treated as not on it: one
 * row that is refused and nothing is written; and the file is exchanged as a whole, as it has to be for a process that reads it meanwhile.
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "giftd/telemetry.h"
#include "inside.h"

#define LIST_BYTES_MOST (256u << 20) /* of a file beside campaigns, as load has it */
#define TEXT_FIRST (1u << 20)
#define REFUSAL_BYTES (8u * IMPORT_ROW_BYTES)

/* Ids in one text, each with its newline; `at` says where they begin. */
struct ids {
  char *text;
  size_t length, capacity;
  uint32_t *at;
  size_t count, room;
};

struct listing {
  struct import_list *list;
  struct rows rows;
  struct header header;
  struct cells cells;
  struct arena arena;
  void *memory;
  struct ids ids;
  FILE *errors;
  struct progress progress;
};

static enum status no_memory(struct fault *fault) { return fault_set(fault, STATUS_STORAGE, "no memory"); }

static bool ids_grow(struct ids *ids, size_t bytes) {
  if (ids->length + bytes > ids->capacity) {
    const size_t capacity = ids->capacity == 0 ? TEXT_FIRST : 2 * ids->capacity;
    char *text = realloc(ids->text, capacity);
    if (text == NULL) return false;
    ids->text = text, ids->capacity = capacity;
  }
  if (ids->count < ids->room) return true;
  const size_t room = ids->room == 0 ? TEXT_FIRST / 16 : 2 * ids->room;
  uint32_t *at = realloc(ids->at, room * sizeof *at);
  if (at == NULL) return false;
  ids->at = at, ids->room = room;
  return true;
}

static enum status id_add(struct listing *l, struct str id, struct fault *fault) {
  struct ids *ids = &l->ids;
  assert(id.length <= LIMIT_ID_BYTES);
  if (ids->length > 2 * LIST_BYTES_MOST)
    return fault_set(fault, STATUS_LIMIT, "%s: more than %u MiB of ids: make several lists of it, or a tag (giftd import facts)",
                     l->rows.path, LIST_BYTES_MOST >> 20);
  if (!ids_grow(ids, id.length + 1)) return no_memory(fault);
  ids->at[ids->count++] = (uint32_t)ids->length;
  memcpy(ids->text + ids->length, id.at, id.length);
  ids->text[ids->length + id.length] = '\n';
  ids->length += id.length + 1;
  return STATUS_OK;
}

/* ---- rows ---- */

static bool row_id(struct listing *l, const struct row *row, struct str *id, struct refusal *refusal) {
  if (row->too_long) return refuse(refusal, IMPORT_ROW_TOO_LONG, STR(""), "%s", "");
  arena_reset(&l->arena);
  const bool good = l->rows.jsonl ? cells_jsonl(&l->list->settings, row->bytes, &l->arena, &l->cells, refusal)
                                  : cells_csv(&l->header, row->bytes, &l->arena, &l->cells, refusal);
  if (!good) return false;
  const struct cell *cell = l->cells.items;
  if (l->cells.count == 0 || cell->column.role != ROLE_CUSTOMER) return refuse(refusal, IMPORT_MISSING, STR("customer"), "%s", "customer");
  *id = cell->text;
  if (str_is_id(*id) && (cell->type == JSON_TYPE_END || cell->type == JSON_TYPE_TEXT)) return true;
  *refusal = (struct refusal){.problem = IMPORT_EVENT, .event = EVENT_BAD_CUSTOMER, .column = cell->column.title};
  return false;
}

/* To the error file; of a dry run the first to stderr. */
static enum status row_refused(struct listing *l, const struct refusal *refusal, const struct row *row, struct fault *fault) {
  static char memory[REFUSAL_BYTES];
  struct buffer out;
  if (l->list->refused++ >= 20 && l->errors == NULL) return STATUS_OK;
  buffer_init(&out, memory, sizeof memory);
  refusal_print(refusal, row->line, l->rows.line - 1, row->bytes, &out);
  if (fwrite(out.memory, 1, out.length, l->errors != NULL ? l->errors : stderr) == out.length) return STATUS_OK;
  return fault_set(fault, STATUS_STORAGE, "%s: cannot be written: %s", l->list->settings.errors, strerror(errno));
}

static enum status rows_take(struct listing *l, struct fault *fault) {
  for (;;) {
    struct refusal refusal;
    struct row row;
    struct str id;
    bool more;
    enum status status = rows_next(&l->rows, &row, &more, fault);
    if (status != STATUS_OK || !more) return status == STATUS_OK ? rows_same(&l->rows, fault) : status;
    l->list->rows++;
    status = row_id(l, &row, &id, &refusal) ? id_add(l, id, fault) : row_refused(l, &refusal, &row, fault);
    if (status != STATUS_OK) return status;
    if (!l->list->quiet && l->list->rows % 4096 == 0) progress_step(&l->progress, row.offset, l->list->rows);
  }
}

static enum status header_take(struct listing *l, struct fault *fault) {
  struct row row;
  bool more;
  if (l->rows.jsonl) return STATUS_OK;
  const enum status status = rows_next(&l->rows, &row, &more, fault);
  if (status != STATUS_OK) return status;
  if (!more || row.too_long) return fault_set(fault, STATUS_INPUT, "%s:1: there is no header that can be read", l->rows.path);
  return titles_read(&l->list->settings, row.bytes, &l->header, fault);
}

/* ---- order ---- */

static struct str id_at(const struct ids *ids, uint32_t at) {
  const char *from = ids->text + at;
  return (struct str){from, (size_t)((const char *)memchr(from, '\n', LIMIT_ID_BYTES + 1) - from) + 1};
}

static int by_bytes(const void *a, const void *b, void *self) {
  const struct ids *ids = self;
  return str_compare(id_at(ids, *(const uint32_t *)a), id_at(ids, *(const uint32_t *)b));
}

/* Rows are often in order already. */
static void ids_sort(struct ids *ids) {
  size_t sorted = 1, kept = 0;
  while (sorted < ids->count && by_bytes(&ids->at[sorted - 1], &ids->at[sorted], ids) <= 0) sorted++;
  if (sorted < ids->count) qsort_r(ids->at, ids->count, sizeof *ids->at, by_bytes, ids);
  for (size_t i = 0; i < ids->count; i++)
    if (kept == 0 || by_bytes(&ids->at[kept - 1], &ids->at[i], ids) != 0) ids->at[kept++] = ids->at[i];
  ids->count = kept;
}

/* ---- the file ---- */

/* The text of the file: a comment, since a list with nobody on it still says so. */
static char *text_make(struct listing *l, size_t *length) {
  static const char head[] = "# customers, sorted, each once; written by giftd import lists\n";
  char *text = malloc(sizeof head + l->ids.length);
  if (text == NULL) return NULL;
  memcpy(text, head, *length = sizeof head - 1);
  for (size_t i = 0; i < l->ids.count; i++) {
    const struct str id = id_at(&l->ids, l->ids.at[i]);
    memcpy(text + *length, id.at, id.length);
    *length += id.length;
  }
  return text;
}

static bool stands_there(const char *path, struct str text) {
  char block[65536];
  FILE *file = fopen(path, "re");
  bool same = file != NULL;
  for (size_t got; same && (got = fread(block, 1, sizeof block, file)) > 0; text = str_from(text, got))
    same = got <= text.length && memcmp(block, text.at, got) == 0;
  if (file != NULL) (void)fclose(file);
  return same && text.length == 0;
}

static enum status whole_write(const char *path, struct str text, struct fault *fault) {
  char name[4200];
  if (snprintf(name, sizeof name, "%s.new", path) >= (int)sizeof name)
    return fault_set(fault, STATUS_USAGE, "%s: the path is too long", path);
  FILE *file = fopen(name, "we");
  if (file == NULL) return fault_set(fault, STATUS_USAGE, "%s: cannot be written: %s", name, strerror(errno));
  bool good = fwrite(text.at, 1, text.length, file) == text.length && fflush(file) == 0 && fsync(fileno(file)) == 0;
  good = fclose(file) == 0 && good && rename(name, path) == 0;
  if (good) return STATUS_OK;
  const int error = errno;
  (void)unlink(name);
  return fault_set(fault, STATUS_STORAGE, "%s: cannot be written: %s", path, strerror(error));
}

static enum status list_write(struct listing *l, struct fault *fault) {
  struct import_list *list = l->list;
  size_t length;
  ids_sort(&l->ids);
  char *memory = text_make(l, &length);
  if (memory == NULL) return no_memory(fault);
  const struct str text = {memory, length};
  enum status status = STATUS_OK;
  list->customers = l->ids.count, list->bytes = length, list->digest = hash64(&HASH_KEY_FIXED, text);
  if (length > LIST_BYTES_MOST)
    status = fault_set(fault, STATUS_LIMIT, "the list would be larger than %u MiB: make several of it, or a tag (giftd import facts)",
                       LIST_BYTES_MOST >> 20);
  else if (list->refused == 0 && !list->dry && !(list->same = stands_there(list->output, text)))
    status = whole_write(list->output, text, fault);
  free(memory);
  return status;
}

static enum status listing_do(struct listing *l, struct fault *fault) {
  l->memory = malloc(4 * IMPORT_ROW_BYTES);
  if (l->memory == NULL) return no_memory(fault);
  arena_init(&l->arena, l->memory, 4 * IMPORT_ROW_BYTES);
  enum status status = rows_open(l->list->settings.input, &l->rows, fault);
  if (status == STATUS_OK) status = header_take(l, fault);
  if (status != STATUS_OK) return status;
  if (!l->list->dry) l->errors = fopen(l->list->settings.errors, "we");
  if (!l->list->dry && l->errors == NULL)
    return fault_set(fault, STATUS_STORAGE, "%s: cannot be written: %s", l->list->settings.errors, strerror(errno));
  progress_start(&l->progress, stderr, "reading", "rows", l->rows.size);
  status = rows_take(l, fault);
  progress_end(&l->progress);
  if (l->errors != NULL && fclose(l->errors) != 0 && status == STATUS_OK)
    status = fault_set(fault, STATUS_STORAGE, "%s: cannot be written: %s", l->list->settings.errors, strerror(errno));
  l->errors = NULL;
  return status == STATUS_OK ? list_write(l, fault) : status;
}

static void told(const struct import_list *list) {
  const uint64_t twice = list->rows - list->refused - list->customers;
  const bool written = list->refused == 0 && !list->dry && !list->same;
  if (list->json)
    printf("{\"rows\":%" PRIu64 ",\"customers\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"repeated\":%" PRIu64 ",\"bytes\":%" PRIu64
           ",\"written\":%s,\"digest\":\"%016" PRIx64 "\"}\n",
           list->rows, list->customers, list->refused, twice, list->bytes, written ? "true" : "false", list->digest);
  else
    printf("%" PRIu64 " rows: %" PRIu64 " customers; %" PRIu64 " refused, %" PRIu64 " said twice; digest %016" PRIx64 "\n%s\n", list->rows,
           list->customers, list->refused, twice, list->digest,
           list->dry           ? "nothing was written (--dry-run)"
           : list->refused > 0 ? "nothing was written: whoever is missing on a list is treated as not on it"
           : list->same        ? "the list stands there already, byte for byte: nothing was written"
                               : "written; SIGHUP has giftd read it");
  if (list->refused > 0 && !list->dry)
    fprintf(stderr, "giftd import: %" PRIu64 " rows were refused: %s says which and what to do\n", list->refused, list->settings.errors);
}

enum status import_list(struct import_list *list, struct fault *fault) {
  struct listing *l = calloc(1, sizeof *l);
  if (l == NULL) return no_memory(fault);
  l->list = list, l->rows.file = -1;
  const enum status status = listing_do(l, fault);
  rows_close(&l->rows);
  free(l->memory);
  free(l->ids.text);
  free(l->ids.at);
  free(l);
  if (status == STATUS_OK) told(list);
  return status;
}
