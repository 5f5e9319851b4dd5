/* What the bank says of a customer: fields and tags, several to a cell, since of nearly every customer there is a handful of short ones.
 * All that stands in a cell was said by one event, whose time is the cell's key; what is said anew leaves its cell for one of that time.
 *
 *   PROFILE  {mark (0x80; 0x40 of a long text; number of the item) | kind, bytes of content | field 5 | hash 8 of a long text | content}
 *   TAG      {hash 8}
 *
 * Zeros end both. A number's content is what its zigzag form has without leading zeros. A field's items have numbers, since cells have
 * no order. What was cleared leaves an entry without a value, and tags that were leave an empty cell: they tell since when. */
#include "giftd/base/bytes.h"
#include "inside.h"

#define MARK 0x80u
#define MARK_LONG 0x40u
#define ITEM_MASK 0x3fu
#define HEAD_BYTES 7u
#define HASH_BYTES 8u
#define NO_FIELD UINT64_MAX /* names of fields have 40 bits */
#define TAGS_OF_A_CELL (CELL_PACK_BYTES / HASH_BYTES)

_Static_assert(LIMIT_EVENT_LIST <= ITEM_MASK + 1, "the number of an item has six bits");
_Static_assert(HEAD_BYTES + HASH_BYTES + CELL_TEXT_BYTES <= CELL_PACK_BYTES && CELL_TEXT_BYTES < 32, "the longest entry fits a cell");

struct entry {
  uint64_t field;
  uint32_t item, bytes; /* all of the entry's */
  bool is_long;
  enum value_kind kind;
  struct str content; /* borrowed from the cell */
};

/* ---- entries ---- */

/* Bytes of the entry there, and how it begins; 0: behind the last, or no entry. */
static inline uint32_t entry_head(const struct cell *cell, uint32_t at, uint64_t *head) {
  if (at + HEAD_BYTES > CELL_PACK_BYTES) return 0;
  *head = 0;
  memcpy(head, cell->profile.entries + at, HEAD_BYTES);
  uint32_t bytes = HEAD_BYTES + ((*head & MARK_LONG) != 0 ? HASH_BYTES : 0) + (*head >> 8 & 0x1f);
  return (*head & MARK) != 0 && at + bytes <= CELL_PACK_BYTES ? bytes : 0;
}

static bool entry_read(const struct cell *cell, uint32_t at, struct entry *out) {
  uint64_t head;
  uint32_t bytes = entry_head(cell, at, &head), length = bytes == 0 ? 0 : head >> 8 & 0x1f;
  if (bytes == 0) return false;
  *out = (struct entry){head >> 16, (uint32_t)(head & ITEM_MASK), bytes, (head & MARK_LONG) != 0, (enum value_kind)(head >> 13 & 7), {0}};
  out->content = (struct str){cell->profile.entries + at + (bytes - length), length};
  return true;
}

static uint64_t entry_hash(const struct entry *entry) {
  uint64_t hash = 0;
  assert(entry->kind == VALUE_TEXT);
  if (!entry->is_long) return hash64(&HASH_KEY_FIXED, entry->content);
  memcpy(&hash, entry->content.at - HASH_BYTES, HASH_BYTES);
  return hash;
}

static struct remembered entry_value(const struct entry *entry) {
  uint64_t number = 0;
  if (entry->kind == VALUE_TEXT)
    return (struct remembered){.value = {.kind = VALUE_TEXT, .text = entry->content}, .hash = entry_hash(entry)};
  memcpy(&number, entry->content.at, entry->content.length);
  return (struct remembered){.value = {.kind = entry->kind, .number = unzigzag(number)}};
}

static bool entry_holds(const struct entry *entry) {
  if (entry->kind == VALUE_TEXT) return entry->content.length <= CELL_TEXT_BYTES;
  size_t most = entry->kind == VALUE_ABSENT ? 0 : sizeof(uint64_t);
  return entry->kind < VALUE_LIST && !entry->is_long && entry->content.length <= most;
}

bool profile_cell_holds(const struct cell *cell) {
  struct entry entry;
  uint32_t at = 0;
  for (; entry_read(cell, at, &entry); at += entry.bytes)
    if (!entry_holds(&entry)) return false;
  for (; at < CELL_PACK_BYTES; at++)
    if (cell->profile.entries[at] != 0) return false;
  return true;
}

/* ---- reading ---- */

static bool field_find(const struct state *state, uint64_t field, uint32_t item, const struct cell **cell, struct entry *entry) {
  uint64_t head;
  for (*cell = state_first(state, CELL_PROFILE, 0, 0); *cell != NULL; *cell = state_next(state, *cell))
    for (uint32_t at = 0, bytes; (bytes = entry_head(*cell, at, &head)) > 0; at += bytes)
      if (head >> 16 == field && (head & ITEM_MASK) == item) return entry_read(*cell, at, entry);
  return false;
}

bool profile_next(const struct state *state, uint64_t field, struct profile_cursor *at, struct remembered *out) {
  struct entry entry;
  if (at->cell == NULL) at->cell = state_first(state, CELL_PROFILE, 0, 0);
  for (; at->cell != NULL; at->cell = state_next(state, at->cell), at->byte = 0)
    while (entry_read(at->cell, at->byte, &entry)) {
      at->byte += entry.bytes;
      if (entry.field != field || entry.kind == VALUE_ABSENT) continue;
      *out = entry_value(&entry);
      return true;
    }
  return false;
}

bool profile_get(const struct state *state, uint64_t field, uint32_t item, struct remembered *out) {
  const struct cell *cell;
  struct entry entry;
  if (!field_find(state, field, item, &cell, &entry) || entry.kind == VALUE_ABSENT) return false;
  *out = entry_value(&entry);
  return true;
}

bool profile_said(const struct state *state, uint64_t field, int64_t *time_ms) {
  const struct cell *cell;
  struct entry entry;
  if (!field_find(state, field, 0, &cell, &entry)) return false;
  *time_ms = (int64_t)cell->key;
  return true;
}

/* ---- writing ---- */

/* What stays moves up, and a cell without entries goes. */
static void cell_forget(struct state *state, const struct cell *cell, uint64_t field) {
  char kept[CELL_PACK_BYTES] = {0};
  struct entry entry;
  uint32_t stays = 0, at = 0;
  for (; entry_read(cell, at, &entry); at += entry.bytes) {
    if (entry.field == field) continue;
    memcpy(kept + stays, cell->profile.entries + at, entry.bytes);
    stays += entry.bytes;
  }
  if (stays == 0)
    state_remove(state, cell);
  else if (stays < at)
    memcpy(state_write(state, cell)->profile.entries, kept, sizeof kept);
}

/* Bytes in a cell that are taken by entries of other fields. */
static uint32_t others_end(const struct cell *cell, uint64_t field, bool *has_it) {
  uint64_t head;
  uint32_t others = 0;
  *has_it = false;
  for (uint32_t at = 0, bytes; (bytes = entry_head(cell, at, &head)) > 0; at += bytes) {
    bool its = head >> 16 == field;
    *has_it |= its;
    others += its ? 0 : bytes;
  }
  return others;
}

/* Where the next entry goes: in the first cell of that time that has room, by their numbers, which the order of the chain does not change;
 * else in one behind all. */
struct room {
  const struct cell *cell; /* NULL: a new one */
  uint32_t end;
  int32_t behind;
};

static void room_look(struct room *room, const struct cell *cell, uint32_t end, uint32_t bytes) {
  if (cell->period >= room->behind) room->behind = cell->period + 1;
  bool has_room = end + bytes <= CELL_PACK_BYTES;
  if (has_room && (room->cell == NULL || cell->period < room->cell->period)) room->cell = cell, room->end = end;
}

/* Where the entry goes; on the way the field, if one is said anew, goes from all cells. */
static struct room room_make(struct state *state, uint64_t field, int64_t time_ms, uint32_t bytes) {
  struct room room = {0};
  const struct cell *cell = state_first(state, CELL_PROFILE, 0, 0);
  while (cell != NULL) {
    const struct cell *next = state_next(state, cell);
    bool has_it;
    uint32_t end = others_end(cell, field, &has_it);
    if ((int64_t)cell->key == time_ms && end > 0) room_look(&room, cell, end, bytes);
    if (has_it) cell_forget(state, cell, field);
    cell = next;
  }
  return room;
}

/* An entry as it is to be written. */
struct packed {
  uint64_t head, number, hash;
  struct str content; /* may be the number */
  bool is_long;
  uint32_t skip, bytes;
};

/* Of a value that is no list: item 0. NULL: it was cleared. */
static void pack(struct packed *out, uint64_t field, uint32_t item, const struct value *value) {
  const struct remembered what = value == NULL ? (struct remembered){.value = {.kind = VALUE_ABSENT}} : remembered_of(value, item);
  bool text = what.value.kind == VALUE_TEXT;
  out->number = text ? 0 : zigzag(what.value.number), out->hash = what.hash;
  out->content = (struct str){(const char *)&out->number, out->number == 0 ? 0 : (71 - (unsigned)__builtin_clzll(out->number)) / 8};
  if (text) out->content = what.value.text;
  out->is_long = text && out->content.length < (value->kind == VALUE_LIST ? value->items[item] : value->text).length;
  out->skip = HEAD_BYTES + (out->is_long ? HASH_BYTES : 0);
  out->bytes = out->skip + (uint32_t)out->content.length;
  out->head = field << 16 | (uint64_t)what.value.kind << 13 | out->content.length << 8 | MARK | (out->is_long ? MARK_LONG : 0) | item;
}

static bool entry_put(struct state *state, int64_t time_ms, const struct packed *entry, const struct room *room) {
  struct cell *cell =
      room->cell != NULL ? state_write(state, room->cell) : state_add(state, CELL_PROFILE, 0, (uint64_t)time_ms, room->behind);
  if (cell == NULL) return false;
  char *at = cell->profile.entries + (room->cell != NULL ? room->end : 0);
  assert(at + entry->bytes <= cell->profile.entries + CELL_PACK_BYTES);
  memcpy(at, &entry->head, HEAD_BYTES);
  if (entry->is_long) memcpy(at + HEAD_BYTES, &entry->hash, HASH_BYTES);
  if (entry->content.length > 0) memcpy(at + entry->skip, entry->content.at, entry->content.length);
  return true;
}

bool profile_set(struct state *state, uint64_t field, int64_t time_ms, const struct value *value) {
  uint32_t count = value->kind == VALUE_LIST ? value->count : 1;
  struct packed entry;
  assert(field >> 40 == 0 && count <= LIMIT_EVENT_LIST);
  bool cleared = value->kind == VALUE_ABSENT || count == 0;
  for (uint32_t i = 0; i == 0 || i < count; i++) {
    pack(&entry, field, i, cleared ? NULL : value);
    struct room room = room_make(state, i == 0 ? field : NO_FIELD, time_ms, entry.bytes);
    if (!entry_put(state, time_ms, &entry, &room)) return false;
  }
  return true;
}

/* ---- tags ---- */

/* Zeros are no tag. */
static uint64_t tag_hash(struct str tag) {
  uint64_t hash = hash64(&HASH_KEY_FIXED, tag);
  return hash != 0 ? hash : 1;
}

static bool any_has(const struct state *state, enum cell_kind kind, uint64_t decl, struct str tag) {
  uint64_t hash = tag_hash(tag), hashes[TAGS_OF_A_CELL];
  for (const struct cell *cell = state_first(state, kind, decl, 0); cell != NULL; cell = state_next(state, cell)) {
    memcpy(hashes, cell->tag.hashes, sizeof hashes);
    for (uint32_t i = 0; i < TAGS_OF_A_CELL; i++)
      if (hashes[i] == hash) return true;
  }
  return false;
}

static bool any_said(const struct state *state, enum cell_kind kind, uint64_t decl, int64_t *time_ms) {
  const struct cell *cell = state_first(state, kind, decl, 0);
  if (cell == NULL) return false;
  *time_ms = (int64_t)cell->key;
  return true;
}

static bool all_set(struct state *state, const struct cell *like, int64_t time_ms, const struct value *tags) {
  const enum cell_kind kind = cell_kind(like);
  uint32_t count = tags->kind == VALUE_LIST ? tags->count : 0;
  assert(tags->kind == VALUE_LIST || tags->kind == VALUE_ABSENT); /* the catalogue says so */
  state_remove_all(state, kind, cell_decl(like), 0);
  for (uint32_t first = 0; first == 0 || first < count; first += TAGS_OF_A_CELL) {
    struct cell *cell = state_make(state, kind, cell_decl(like), (uint64_t)time_ms, (int32_t)(first / TAGS_OF_A_CELL));
    if (cell == NULL) return false;
    cell->expires_day = like->expires_day;
    for (uint32_t i = 0; i < TAGS_OF_A_CELL && first + i < count; i++) {
      uint64_t hash = tag_hash(tags->items[first + i]);
      memcpy(cell->tag.hashes + i * HASH_BYTES, &hash, HASH_BYTES);
    }
  }
  return true;
}

static struct cell like_frozen(uint64_t day, int32_t expires_day) {
  return (struct cell){.name = day << 8 | CELL_FROZEN, .expires_day = expires_day};
}

bool tags_have(const struct state *state, struct str tag) { return any_has(state, CELL_TAG, 0, tag); }
bool tags_said(const struct state *state, int64_t *time_ms) { return any_said(state, CELL_TAG, 0, time_ms); }
bool tags_set(struct state *state, int64_t time_ms, const struct value *tags) {
  const struct cell like = {.name = CELL_TAG};
  return all_set(state, &like, time_ms, tags);
}

bool frozen_have(const struct state *state, uint64_t day, struct str tag) { return any_has(state, CELL_FROZEN, day, tag); }
bool frozen_said(const struct state *state, uint64_t day, int64_t *time_ms) { return any_said(state, CELL_FROZEN, day, time_ms); }
bool frozen_set(struct state *state, uint64_t day, int64_t time_ms, const struct value *tags, int32_t expires_day) {
  const struct cell like = like_frozen(day, expires_day);
  return all_set(state, &like, time_ms, tags);
}

/* A cell that is added may stand where the chain of those that are copied goes on: so it is one walk for each cell, by its number. */
bool tags_freeze(struct state *state, uint64_t day, int32_t expires_day) {
  const struct value none = {.kind = VALUE_ABSENT};
  int64_t time_ms;
  if (!tags_said(state, &time_ms)) return frozen_set(state, day, TIME_NONE, &none, expires_day);
  const struct cell *from;
  for (int32_t n = 0; (from = state_find(state, CELL_TAG, 0, (uint64_t)time_ms, n)) != NULL; n++) {
    char hashes[CELL_PACK_BYTES];
    memcpy(hashes, from->tag.hashes, sizeof hashes);
    struct cell *cell = state_make(state, CELL_FROZEN, day, (uint64_t)time_ms, n);
    if (cell == NULL) return false;
    cell->expires_day = expires_day;
    memcpy(cell->tag.hashes, hashes, sizeof hashes);
  }
  return true;
}
