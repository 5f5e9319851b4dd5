/* Names and what they mean where they are cited: the file's own first, then the bank's, or programme/name (docs/language.md section 1). */
#include "compile.h"

#define NEAR_FINDINGS 200u

static const char *const kind_names[DECL_KINDS] = {"activity", "list", "schedule", "fact", "limit", "pool", "group", "chance", "rule"};

const char *kind_name(enum decl_kind kind) { return kind_names[kind]; }

uint64_t name_hash40(struct str qualified_name) { return hash64(&HASH_KEY_FIXED, qualified_name) & ((UINT64_C(1) << 40) - 1); }

/* The key of the table: kind, file, name, without building the qualified text. */
static uint64_t key_of(enum decl_kind kind, struct str file_id, struct str name) {
  return hash64_pair(&HASH_KEY_FIXED, hash64(&HASH_KEY_FIXED, file_id) + (uint64_t)kind, hash64(&HASH_KEY_FIXED, name));
}

bool names_reserve(struct compile *c, uint32_t count) {
  uint32_t slots = 64;
  while (slots < count * 2) slots *= 2;
  c->names.slots = arena_array(c->scratch, slots, sizeof *c->names.slots);
  c->names.slot_count = slots;
  if (c->names.slots == NULL) c->full = true;
  return !c->full;
}

static struct str id_of(const struct compile *c, const struct decl *decl) {
  return decl->file == NONE ? (struct str){"", 0} : c->files[decl->file].id;
}

struct str qualified(struct compile *c, struct str file_id, struct str name) {
  struct str text = arena_print(c->arena, "%.*s/%.*s", STR_FORMAT(file_id), STR_FORMAT(name));
  if (text.at == NULL) c->full = true;
  return text;
}

static uint32_t *slot_of(struct compile *c, enum decl_kind kind, struct str file_id, struct str name) {
  uint32_t mask = c->names.slot_count - 1;
  for (uint32_t slot = (uint32_t)key_of(kind, file_id, name) & mask;; slot = (slot + 1) & mask) {
    if (c->names.slots[slot] == 0) return &c->names.slots[slot];
    const struct decl *decl = decl_at(c, c->names.slots[slot] - 1);
    if (decl->kind == kind && str_equal(decl->name, name) && str_equal(id_of(c, decl), file_id)) return &c->names.slots[slot];
  }
}

uint32_t name_add(struct compile *c, const struct decl *decl) {
  if (c->full) return NONE;
  assert(c->decls.count + 1 < c->names.slot_count);
  uint32_t *slot = slot_of(c, decl->kind, id_of(c, decl), decl->name);
  if (*slot != 0) return NONE;
  uint32_t number = vec_push(c, &c->decls, 1);
  *decl_at(c, number) = *decl;
  if (!c->full) *slot = number + 1;
  return c->full ? NONE : number;
}

uint32_t name_find(struct compile *c, enum decl_kind kind, struct str file_id, struct str name) {
  if (c->names.slots == NULL) return NONE;
  uint32_t *slot = slot_of(c, kind, file_id, name);
  return *slot == 0 ? NONE : *slot - 1;
}

static void cite(struct compile *c, struct vec *all, uint32_t number) {
  for (uint32_t i = 0; i < all->count; i++)
    if (*(uint32_t *)vec_at(c, all, i) == number) return;
  uint32_t at = vec_push(c, all, 1);
  *(uint32_t *)vec_at(c, all, at) = number;
}

void cite_file(struct compile *c, uint32_t file) {
  if (file != c->now) cite(c, &file_now(c)->cited, file);
}

static void offer_of_file(struct compile *c, struct near *near, enum decl_kind kind, uint32_t file) {
  const struct file *one = &c->files[file];
  for (uint32_t i = 0; i < one->decl_count[kind]; i++) near_offer(near, decl_at(c, one->decl_first[kind] + i)->name);
}

static uint32_t file_of_id(struct compile *c, struct str id) {
  uint32_t low = 0, high = c->file_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    int order = str_compare(c->files[middle].id, id);
    if (order == 0) return middle;
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return NONE;
}

static struct near near_names(struct compile *c, enum decl_kind kind, struct str name, uint32_t file) {
  struct near near = near_start(name);
  if (c->findings->errors > NEAR_FINDINGS) return near; /* enough to mend; the search would take long */
  uint32_t bank = file_of_id(c, STR("bank"));
  offer_of_file(c, &near, kind, file);
  if (bank != NONE && file == c->now) offer_of_file(c, &near, kind, bank);
  for (uint32_t i = 0; kind == DECL_LIST && i < c->decls.count; i++)
    if (decl_at(c, i)->file == NONE) near_offer(&near, decl_at(c, i)->name);
  return near;
}

static uint32_t resolve_programme(struct compile *c, const struct at *at, enum decl_kind kind, struct str programme, struct str name) {
  uint32_t file = file_of_id(c, programme);
  if (file == NONE) {
    report(c, at, CHECK_UNKNOWN_REF, "there is no programme '%.*s' among the files", STR_FORMAT(programme));
    return NONE;
  }
  if (!c->campaigns[file].programme && file != c->now) {
    report(c, at, CHECK_UNKNOWN_REF, "'%.*s' has rules, so it is a campaign and no programme: what it declares is its own",
           STR_FORMAT(programme));
    return NONE;
  }
  uint32_t decl = name_find(c, kind, programme, name);
  if (decl != NONE) return decl;
  struct near near = near_names(c, kind, name, file);
  struct str hint = near_text(c, &near);
  report(c, at, CHECK_UNKNOWN_REF, "the programme '%.*s' declares no %s '%.*s'%.*s", STR_FORMAT(programme), kind_names[kind],
         STR_FORMAT(name), STR_FORMAT(hint));
  return NONE;
}

static uint32_t find_plain(struct compile *c, enum decl_kind kind, struct str name) {
  uint32_t decl = name_find(c, kind, file_now(c)->id, name);
  if (decl == NONE) decl = name_find(c, kind, STR("bank"), name);
  if (decl == NONE && kind == DECL_LIST) decl = name_find(c, kind, STR(""), name);
  return decl;
}

uint32_t name_resolve(struct compile *c, const struct at *at, enum decl_kind kind, struct str ref) {
  struct str before, after;
  uint32_t number;
  if (str_split(ref, '/', &before, &after)) {
    number = resolve_programme(c, at, kind, before, after);
  } else {
    number = find_plain(c, kind, ref);
    struct near near = number == NONE ? near_names(c, kind, ref, c->now) : near_start(ref);
    struct str hint = number == NONE ? near_text(c, &near) : STR("");
    if (number == NONE) report(c, at, CHECK_UNKNOWN_REF, "there is no %s '%.*s'%.*s", kind_names[kind], STR_FORMAT(ref), STR_FORMAT(hint));
  }
  if (number == NONE) return NONE;
  struct decl *decl = decl_at(c, number);
  decl->used = true;
  if (decl->file != NONE)
    cite_file(c, decl->file);
  else
    cite(c, &file_now(c)->listed, decl->number); /* of a file: a list */
  return number;
}
