/* Lists of values: inline in a file, or a file of their own beside the campaigns, one value a line (lists/staff.txt). */
#include "compile.h"

#define SLOTS_FROM 8u /* shorter lists are searched one by one */

/* An open-addressed table of at least twice as many slots as items. */
void list_fill(struct compile *c, struct list *list) {
  uint32_t slot_count = 16;
  if (list->count < SLOTS_FROM) return;
  while (slot_count < list->count * 2) slot_count *= 2;
  uint32_t *slots = take(c, slot_count, sizeof *slots);
  if (slots == NULL) return;
  for (uint32_t i = 0; i < list->count; i++) {
    uint32_t slot = (uint32_t)hash64(&HASH_KEY_FIXED, list->items[i]) & (slot_count - 1);
    while (slots[slot] != 0 && !str_equal(list->items[slots[slot] - 1], list->items[i])) slot = (slot + 1) & (slot_count - 1);
    slots[slot] = i + 1;
  }
  list->slots = slots, list->slot_count = slot_count;
}

void lists_read(struct compile *c) {
  const struct file *file = file_now(c);
  for (uint32_t i = 0; i < file->decl_count[DECL_LIST]; i++) {
    struct decl decl = *decl_at(c, file->decl_first[DECL_LIST] + i);
    struct list list = {.name = keep_text(c, decl.name)};
    if (!json_is_array(decl.at.json))
      report(c, &decl.at, CHECK_WRONG_TYPE, "expected a list of texts here, found %s", type_of(decl.at.json));
    else
      list.items = read_texts(c, &decl.at, CHECK_BAD_VALUE, &list.count);
    list_fill(c, &list);
    *list_at(c, decl.number) = list;
  }
}

static uint32_t count_lines(struct str text) {
  uint32_t lines = 1;
  for (size_t i = 0; i < text.length; i++) lines += text.at[i] == '\n';
  return lines;
}

/* "lists/staff.txt", whatever stands before: the name is what stands between the last slash and the ending. */
static struct str list_name(struct str path) {
  size_t start = path.length, end = path.length - 4;
  while (start > 0 && path.at[start - 1] != '/') start--;
  return (struct str){path.at + start, end - start};
}

/* Half a list is a list of fewer people: whoever is missing would be treated as not on it, without a word. A file that is written in place
 * is empty at first and then, mostly, ends in the middle of a line; no finished one does either. */
static void end_check(struct compile *c, const struct source *source, uint32_t lines) {
  struct str text = source->text;
  if (text.length == 0)
    report_line(c, source->name, CHECK_LIST_CUT, 1, 1,
                "the file is empty, as one is that is just being written; a list with nobody on it says so in a comment (# nobody)");
  else if (text.at[text.length - 1] != '\n')
    report_line(c, source->name, CHECK_LIST_CUT, lines, 1,
                "the last line has no newline at its end: the rest of the list may still be missing, and who stands there");
}

/* Blank lines and lines that begin with # are left out. */
static void lines_read(struct compile *c, const struct source *source, struct list *list) {
  struct str rest = source->text, line;
  struct str *items = take(c, count_lines(source->text), sizeof *items);
  uint32_t number = 0;
  while (items != NULL && rest.length > 0) {
    number++;
    str_split(rest, '\n', &line, &rest);
    if (line.length > 0 && line.at[line.length - 1] == '\r') line.length--;
    line = str_trim(line);
    if (line.length == 0 || line.at[0] == '#') continue;
    if (line.length > LIMIT_TEXT_BYTES || !str_is_utf8(line)) {
      report_line(c, source->name, CHECK_BAD_VALUE, number, 1, "a line of a list is at most 256 bytes of UTF-8");
      continue;
    }
    items[list->count++] = keep_text(c, line);
  }
  end_check(c, source, number);
  list->items = items;
}

bool declare_list_file(struct compile *c, const struct source *source) {
  struct list list = {.of_file = true, .source_text = source->text};
  struct decl decl = {.kind = DECL_LIST, .file = NONE, .name = list_name(source->name), .used = true};
  if (!id_is_good(decl.name, true)) {
    report_in(c, source->name, NULL, CHECK_BAD_ID, "'%.*s' is not a name for a list: 1 to 64 of a-z 0-9 - _", STR_FORMAT(decl.name));
    return false;
  }
  decl.name = keep_text(c, decl.name), decl.qualified = decl.name;
  list.name = decl.name;
  decl.number = vec_push(c, &c->lists, 1);
  if (name_add(c, &decl) == NONE && !c->full) {
    report_in(c, source->name, NULL, CHECK_REDEFINED, "there are two list files '%.*s'", STR_FORMAT(decl.name));
    return false;
  }
  lines_read(c, source, &list);
  list_fill(c, &list);
  *list_at(c, decl.number) = list;
  return true;
}
