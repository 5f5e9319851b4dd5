/* The kinds of cells as a table: made from the rows of memory.h, so that the struct, the codec and the documents cannot differ. */
#include "inside.h"

#define MEMBER_SIZE(of, name) sizeof(((struct cell *)0)->of.name)
#define ROW_FIELD(of, declaration, name, form) {offsetof(struct cell, of.name), MEMBER_SIZE(of, name), FORM_##form},
#define ROW_COUNT(of, declaration, name, form) +1
#define ROW(NAME, member, hook, decl, key, period) \
  [CELL_##NAME] = {#NAME, hook, 0 CELL_##NAME##_FIELDS(ROW_COUNT, member), {CELL_##NAME##_FIELDS(ROW_FIELD, member)}},

const struct cell_kind_info cell_kinds[CELL_KIND_COUNT] = {CELL_KINDS(ROW)};

const char *cell_kind_name(enum cell_kind kind) {
  assert(kind > CELL_FREE && kind < CELL_KIND_COUNT);
  return cell_kinds[kind].name;
}
