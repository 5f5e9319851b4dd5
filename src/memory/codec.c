/* Bytes of a page. Small (a sleeping customer with two clocks takes some 40 bytes), canonical (same content, same bytes), versioned.
 *
 *   'G' version log2(pages) [page] | position | of page 0: floor | ids, cells | latest time of ids | {digest 8, how long before} | {cell}
 *   cell: kind, mask 2 (which of decl key period expires and of the kind's fields are there), then what the mask says
 *
 * Numbers are zigzag varints, counts varints, digests 8 bytes. Decoding trusts nothing: every length is checked against the bytes there
 * are, every number against its field. */
#include "giftd/base/bytes.h"
#include "inside.h"

#define PAGE_MAGIC 'G'
#define PAGE_VERSION 3u

enum cell_part { PART_DECL = 1, PART_KEY = 2, PART_PERIOD = 4, PART_EXPIRES = 8, PART_FIELD = 16 /* and on */ };

/* ---- writing ---- */

/* Room is asked for once, before a cell or an id; then bytes go straight to their place. Little endian, as all of x86-64 and ARM are. */
#define CELL_BYTES_MOST 128u /* kind and mask 3, decl 5, key 8, two numbers of 5, fields of 40 bytes as varints of at most 10 for 8 */
#define ID_BYTES_MOST 18u

static inline unsigned char *at_varint(unsigned char *at, uint64_t number) {
  for (; number >= 0x80; number >>= 7) *at++ = (unsigned char)(number | 0x80);
  *at++ = (unsigned char)number;
  return at;
}

static inline unsigned char *at_fixed(unsigned char *at, uint64_t number, unsigned bytes) {
  memcpy(at, &number, sizeof number);
  return at + bytes;
}

static inline size_t text_length(const char *at, size_t size) {
  for (uint64_t eight; size >= sizeof eight; size -= sizeof eight) {
    memcpy(&eight, at + size - sizeof eight, sizeof eight);
    if (eight != 0) break;
  }
  while (size > 0 && at[size - 1] == 0) size--;
  return size;
}

static inline unsigned char *at_bytes(unsigned char *at, const char *bytes, size_t size) {
  size_t length = text_length(bytes, size);
  *at++ = (unsigned char)length;
  memcpy(at, bytes, size); /* what is too much is written over */
  return at + length;
}

/* What a field is worth saying, and how, by its form: made for each kind from its row in memory.h, so a cell costs what it has. */
/* clang-format off */
#define IS_NUMBER(field) ((field) != 0)
#define IS_COUNT(field) ((field) != 0)
#define IS_DIGEST(field) ((field) != 0)
#define IS_BYTES(field) (text_length(field, sizeof(field)) > 0)
#define AT_NUMBER(field) at_varint(at, zigzag(field))
#define AT_COUNT(field) at_varint(at, field)
#define AT_DIGEST(field) at_fixed(at, field, 8)
#define AT_BYTES(field) at_bytes(at, field, sizeof(field))
#define FIELD_PUT(of, declaration, name, form)                                 \
  if (IS_##form(cell->of.name)) *parts |= part, at = AT_##form(cell->of.name); \
  part <<= 1;
#define KIND_PUT(NAME, member, hook, decl, key, period) \
  case CELL_##NAME: CELL_##NAME##_FIELDS(FIELD_PUT, member) break;

static inline unsigned char *fields_put(unsigned char *at, const struct cell *cell, unsigned *parts) {
  unsigned part = PART_FIELD;
  switch (cell_kind(cell)) { CELL_KINDS(KIND_PUT) default : assert(!"a kind of cell"); }
  return at;
}
/* clang-format on */

static void put_cell(struct writer *w, const struct cell *cell) {
  w->full |= (size_t)(w->end - w->at) < CELL_BYTES_MOST;
  if (w->full) return;
  unsigned char *start = w->at, *at = start + 3;
  unsigned parts = 0;
  if (cell_decl(cell) != 0) parts |= PART_DECL, at = at_fixed(at, cell_decl(cell), 5);
  if (cell->key != 0) parts |= PART_KEY, at = at_fixed(at, cell->key, 8);
  if (cell->period != 0) parts |= PART_PERIOD, at = at_varint(at, zigzag(cell->period));
  if (cell->expires_day != 0) parts |= PART_EXPIRES, at = at_varint(at, zigzag(cell->expires_day));
  at = fields_put(at, cell, &parts);
  start[0] = (unsigned char)cell_kind(cell), start[1] = (unsigned char)parts, start[2] = (unsigned char)(parts >> 8);
  w->at = at;
}

static void put_head(struct writer *w, const struct state *state, uint32_t page, uint32_t pages, uint32_t ids, uint32_t cells) {
  put_byte(w, PAGE_MAGIC);
  put_byte(w, PAGE_VERSION);
  put_byte(w, (unsigned char)__builtin_ctz(pages));
  if (pages > 1) put_varint(w, page);
  put_varint(w, state->position);
  if (page == 0) put_varint(w, zigzag(state->floor_ms));
  put_varint(w, ids);
  put_varint(w, cells);
}

static int cell_compare(const struct cell *a, const struct cell *b) {
  if (a->name != b->name) return a->name < b->name ? -1 : 1;
  if (a->key != b->key) return a->key < b->key ? -1 : 1;
  if (a->period != b->period) return a->period < b->period ? -1 : 1;
  return memcmp(a, b, sizeof *a);
}

static bool cell_before(const struct state *state, const struct page_item *a, const struct page_item *b) {
  return a->rank != b->rank ? a->rank < b->rank : cell_compare(&state->cells[a->slot], &state->cells[b->slot]) < 0;
}

/* A page has some tens: insertion is the sort for them. Any order would do that says nothing of where cells stand. */
static void cells_sort(const struct state *state, struct page_item *items, uint32_t count) {
  for (uint32_t i = 1; i < count; i++) {
    struct page_item item = items[i];
    uint32_t at = i;
    for (; at > 0 && cell_before(state, &item, &items[at - 1]); at--) items[at] = items[at - 1];
    items[at] = item;
  }
}

/* By digest; they come nearly in that order. */
static void ids_sort(struct page_item *items, uint32_t count) {
  for (uint32_t i = 1; i < count; i++) {
    struct page_item item = items[i];
    uint32_t at = i;
    for (; at > 0 && item.rank < items[at - 1].rank; at--) items[at] = items[at - 1];
    items[at] = item;
  }
}

static int64_t latest_of(const struct state *state, const struct page_item *ids, uint32_t count) {
  int64_t latest_ms = state->seen[ids[0].slot].time_ms;
  for (uint32_t i = 1; i < count; i++)
    if (state->seen[ids[i].slot].time_ms > latest_ms) latest_ms = state->seen[ids[i].slot].time_ms;
  return latest_ms;
}

/* Times as how long before the latest of them. */
static void put_ids(struct writer *w, const struct state *state, const struct page_item *ids, uint32_t count) {
  w->full |= (size_t)(w->end - w->at) < (size_t)count * ID_BYTES_MOST + VARINT_BYTES;
  if (w->full || count == 0) return;
  int64_t latest_ms = latest_of(state, ids, count);
  unsigned char *at = at_varint(w->at, zigzag(latest_ms));
  for (uint32_t i = 0; i < count; i++) {
    const struct seen *seen = &state->seen[ids[i].slot];
    at = at_fixed(at, seen->digest, 8);
    at = at_varint(at, (uint64_t)latest_ms - (uint64_t)seen->time_ms); /* wraps, as reading does */
  }
  w->at = at;
}

static struct writer writer_of(char *out, size_t capacity) {
  if (capacity > LIMIT_STATE_BYTES) capacity = LIMIT_STATE_BYTES;
  return (struct writer){(unsigned char *)out, (unsigned char *)out + capacity, false};
}

size_t page_encode(const struct state *state, struct page_plan *plan, uint32_t page, char *out, size_t capacity) {
  if (page >= state->pages) return 0;
  struct page_item *items = plan->cells + plan->starts[page], *ids = plan->ids + plan->id_starts[page];
  uint32_t cells = plan->starts[page + 1] - plan->starts[page], id_count = plan->id_starts[page + 1] - plan->id_starts[page];
  if (state->pages == 1 && state_is_empty(state)) return 0;
  struct writer w = writer_of(out, capacity);
  cells_sort(state, items, cells);
  ids_sort(ids, id_count);
  put_head(&w, state, page, state->pages, id_count, cells);
  put_ids(&w, state, ids, id_count);
  for (uint32_t i = 0; i < cells; i++) put_cell(&w, &state->cells[items[i].slot]);
  assert(!w.full); /* pages are filled evenly: one of more than 64 KiB would hold hundreds of times what it should */
  return (size_t)(w.at - (unsigned char *)out);
}

static bool is_lending(const struct cell *cell) { return cell_kind(cell) == CELL_LENT || cell_kind(cell) == CELL_BLOCK; }

/* In order of what they are, without a list of them: a resource has few. */
static const struct cell *cell_behind(const struct state *state, const struct cell *last) {
  const struct cell *next = NULL, *cell;
  for (uint32_t slot = 0; (cell = state_any(state, &slot)) != NULL;)
    if (!is_lending(cell) && (last == NULL || cell_compare(cell, last) > 0) && (next == NULL || cell_compare(cell, next) < 0)) next = cell;
  return next;
}

size_t state_pack(const struct state *state, char *out, size_t capacity) {
  const struct state head = {.pages = 1, .floor_ms = state->floor_ms};
  struct writer w = writer_of(out, capacity);
  uint32_t cells = 0, slot = 0;
  for (const struct cell *cell; (cell = state_any(state, &slot)) != NULL;) cells += !is_lending(cell);
  if (cells == 0 && head.floor_ms == 0) return 0;
  put_head(&w, &head, 0, 1, 0, cells);
  for (const struct cell *cell = NULL; (cell = cell_behind(state, cell)) != NULL;) put_cell(&w, cell);
  return w.full ? 0 : (size_t)(w.at - (unsigned char *)out);
}

/* ---- reading ---- */

static void get_bytes(struct reader *r, unsigned char *at, size_t size) {
  unsigned length = get_byte(r);
  if (length > size) r->bad = true;
  for (unsigned i = 0; i < length && !r->bad; i++) at[i] = (unsigned char)get_byte(r);
}

static void get_field(struct reader *r, struct cell *cell, const struct cell_field *field) {
  unsigned char *at = (unsigned char *)cell + field->offset;
  if (field->form == FORM_BYTES) {
    get_bytes(r, at, field->size);
    return;
  }
  uint64_t number = field->form == FORM_DIGEST ? get_fixed(r, 8) : get_varint(r);
  if (field->form == FORM_NUMBER) number = (uint64_t)unzigzag(number);
  if (field->form == FORM_COUNT && field->size < 8 && number >> (8 * field->size) != 0) r->bad = true;
  memcpy(at, &number, field->size);
}

static int32_t get_int32(struct reader *r) {
  int64_t number = get_zigzag(r);
  if (number < INT32_MIN || number > INT32_MAX) r->bad = true;
  return (int32_t)number;
}

/* What else must hold for code to rely on: a text is no longer than its cell, a value is of a kind there is. */
static bool cell_holds(const struct cell *cell) {
  switch (cell_kind(cell)) {
    case CELL_PROFILE: return profile_cell_holds(cell);
    case CELL_KEPT: return cell->value.length <= CELL_TEXT_BYTES && cell->value.kind <= VALUE_LIST;
    case CELL_WHOLE:
    case CELL_HEARD: return cell->part.length <= CELL_PART_BYTES;
    default: return true;
  }
}

static void get_cell(struct reader *r, struct cell *cell) {
  unsigned kind = get_byte(r);
  uint64_t parts = get_fixed(r, 2), decl = 0;
  *cell = (struct cell){.name = 0};
  if (kind == CELL_FREE || kind >= CELL_KIND_COUNT) r->bad = true;
  if (r->bad) return;
  const struct cell_kind_info *info = &cell_kinds[kind];
  if (parts >= (uint64_t)PART_FIELD << info->field_count) r->bad = true;
  if (parts & PART_DECL) decl = get_fixed(r, 5);
  if (parts & PART_KEY) cell->key = get_fixed(r, 8);
  if (parts & PART_PERIOD) cell->period = get_int32(r);
  if (parts & PART_EXPIRES) cell->expires_day = get_int32(r);
  for (unsigned i = 0; i < info->field_count && !r->bad; i++)
    if (parts & (uint64_t)PART_FIELD << i) get_field(r, cell, &info->fields[i]);
  cell->name = decl << 8 | kind;
  if (!cell_holds(cell)) r->bad = true;
}

struct page_start {
  struct page_head head;
  uint64_t position;
  int64_t floor_ms;
};

static void get_start(struct reader *r, struct page_start *start) {
  unsigned log = get_byte(r);
  if (log > (unsigned)__builtin_ctz(LIMIT_STATE_PAGES)) r->bad = true;
  start->head.pages = r->bad ? 1 : 1u << log;
  uint64_t page = start->head.pages > 1 ? get_varint(r) : 0;
  if (page >= start->head.pages) r->bad = true;
  start->head.page = (uint32_t)page;
  start->position = get_varint(r);
  start->floor_ms = page == 0 ? get_zigzag(r) : 0;
  uint64_t ids = get_varint(r), cells = get_varint(r);
  if (ids > LIMIT_SEEN || cells > LIMIT_STATE_CELLS || ids * 9 > (uint64_t)(r->end - r->at) || cells * 2 > (uint64_t)(r->end - r->at))
    r->bad = true;
  start->head.ids = (uint32_t)ids, start->head.cells = (uint32_t)cells;
}

static bool damaged(struct str bytes, struct fault *fault) {
  (void)fault_set(fault, STATUS_STATE,
                  "a damaged record (%zu bytes); restore the state folder from a copy, or rebuild it by a run from the start",
                  bytes.length);
  return false;
}

static bool page_open(struct str bytes, struct reader *r, struct page_start *start, struct fault *fault) {
  *start = (struct page_start){.head = {.pages = 1}};
  *r = (struct reader){(const unsigned char *)bytes.at, (const unsigned char *)bytes.at + bytes.length, false};
  if (get_byte(r) != PAGE_MAGIC) {
    (void)fault_set(fault, STATUS_STATE, "a record that is not giftd's; use a state that giftd made");
    return false;
  }
  unsigned version = get_byte(r);
  if (version != PAGE_VERSION) {
    (void)fault_set(fault, STATUS_STATE, "a record of version %u, this giftd knows version %u; use the giftd that wrote it, or %s", version,
                    PAGE_VERSION, version > PAGE_VERSION ? "a newer one" : "rebuild the state by a run from the start");
    return false;
  }
  get_start(r, start);
  return !r->bad || damaged(bytes, fault);
}

/* A state that shrank may have nearly empty pages: a block for all that the first of them tells of has marks for each. */
static uint32_t cells_told(const struct page_head *head) {
  bool sparse = head->page == 0 && head->pages > PAGES_OF_A_WORD && head->cells < CELLS_OF_A_PAGE;
  return sparse ? CELLS_OF_A_PAGE : head->cells;
}

bool page_look(struct str bytes, struct page_head *head, struct fault *fault) {
  struct reader r;
  struct page_start start = {.head = {.pages = 1}};
  bool good = bytes.length == 0 || page_open(bytes, &r, &start, fault);
  *head = start.head;
  head->cells = cells_told(head);
  return good;
}

static void get_ids(struct reader *r, struct state *state, uint32_t count) {
  uint64_t latest_ms = count > 0 ? (uint64_t)get_zigzag(r) : 0;
  for (uint32_t i = 0; i < count && !r->bad; i++) {
    uint64_t digest = get_fixed(r, 8);
    int64_t time_ms = (int64_t)(latest_ms - get_varint(r));
    if (time_ms == TIME_NONE || seen_slot(state, digest)->time_ms != TIME_NONE) r->bad = true;
    if (!r->bad) seen_put(state, digest, time_ms);
  }
}

static void get_cells(struct reader *r, struct state *state, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    struct cell cell;
    get_cell(r, &cell);
    if (r->bad) return;
    state->cells[state->used] = cell;
    cell_hang(state, state->used++);
    state->cell_count++;
  }
}

bool page_decode(struct str bytes, struct state *state, struct fault *fault) {
  struct reader r;
  struct page_start start;
  if (bytes.length == 0) return true;
  if (!page_open(bytes, &r, &start, fault)) return false;
  assert(state->used + start.head.cells <= state->capacity && state->seen_count + start.head.ids <= state->seen_mask);
  if (start.head.pages > pages_most(state)) return damaged(bytes, fault); /* a further page where the first belongs */
  state->pages = start.head.pages;
  if (start.position > state->position) state->position = start.position;
  if (start.head.page == 0) state->floor_ms = start.floor_ms;
  state->expire_day = INT32_MIN; /* the next look at the clock finds out */
  get_ids(&r, state, start.head.ids);
  get_cells(&r, state, start.head.cells);
  return (!r.bad && r.at == r.end) || damaged(bytes, fault);
}

/* Through the front door, since these cells are new here: their pages have to be stored. */
bool state_unpack(struct str bytes, struct state *state, struct fault *fault) {
  struct reader r;
  struct page_start start;
  if (bytes.length == 0) return true;
  if (!page_open(bytes, &r, &start, fault)) return false;
  if (start.floor_ms > state->floor_ms) state_floor_set(state, start.floor_ms);
  for (uint32_t i = 0; i < start.head.cells && !r.bad; i++) {
    struct cell cell, *added = NULL;
    get_cell(&r, &cell);
    if (!r.bad) added = state_make(state, cell_kind(&cell), cell_decl(&cell), cell.key, cell.period);
    if (added != NULL) *added = cell;
    r.bad |= added == NULL;
  }
  return (!r.bad && r.at == r.end && start.head.ids == 0) || damaged(bytes, fault);
}
