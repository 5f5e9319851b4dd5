/* Which requirements the stories of a folder show, by the names that stories cite behind `covers`.
 *
 * Whose requirements they are is the folder's affair: a bank's own have the bank's names. Where the folder has a list of them, what no
 * story shows is told, and what stories cite that is not in it. Names are kept here: a story's text is gone when the next file is read.
 */
#include <stdlib.h>

#include "parts.h"

static int by_name(const void *a, const void *b) { /* R2 before R10 */
  const struct requirement *one = a, *other = b;
  if (one->listed != other->listed) return one->listed ? -1 : 1;
  if (one->listed) return one->place < other->place ? -1 : 1;
  if (one->length != other->length) return one->length < other->length ? -1 : 1;
  return memcmp(one->name, other->name, one->length);
}

/* NULL when there is no room for one more. */
static struct requirement *requirement_find(struct requirements *all, struct str name) {
  for (uint32_t i = 0; i < all->count; i++)
    if (str_equal((struct str){all->items[i].name, all->items[i].length}, name)) return &all->items[i];
  if (all->count == SCENARIO_REQUIREMENTS) return NULL;
  struct requirement *one = &all->items[all->count];
  *one = (struct requirement){.length = (uint32_t)name.length, .place = all->count++};
  memcpy(one->name, name.at, name.length);
  return one;
}

void requirements_note(struct requirements *all, struct str name, bool listed) {
  struct requirement *one = requirement_find(all, name);
  if (one == NULL) return;
  if (listed)
    one->listed = true, all->is_list = true;
  else
    one->covered = true;
}

static uint32_t requirements_sum(const struct requirements *all, bool covered) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < all->count; i++) sum += (all->items[i].listed || !all->is_list) && (!covered || all->items[i].covered);
  return sum;
}

static void put_names(const struct requirements *all, bool listed, bool covered, struct buffer *out) {
  for (uint32_t i = 0; i < all->count; i++) {
    const struct requirement *one = &all->items[i];
    if (one->listed == listed && one->covered == covered) buffer_print(out, " %.*s", (int)one->length, one->name);
  }
}

void requirements_print(struct requirements *all, struct buffer *out) {
  if (all->count == 0) return;
  qsort(all->items, all->count, sizeof *all->items, by_name);
  const uint32_t sum = requirements_sum(all, false), covered = requirements_sum(all, true);
  if (all->is_list) {
    buffer_print(out, "requirements  %u of %u covered", covered, sum);
  } else {
    buffer_print(out, "requirements  %u covered:", covered);
    put_names(all, false, true, out);
  }
  buffer_byte(out, '\n');
  if (all->is_list && covered < sum) {
    buffer_put(out, STR("  not covered:"));
    put_names(all, true, false, out);
    buffer_byte(out, '\n');
  }
  if (!all->is_list || sum == all->count) return;
  buffer_put(out, STR("  cited, and not in the list:"));
  put_names(all, false, true, out);
  buffer_byte(out, '\n');
}

static void json_names(const struct requirements *all, bool covered, struct buffer *out) {
  bool first = true;
  for (uint32_t i = 0; i < all->count; i++) {
    const struct requirement *one = &all->items[i];
    if (one->covered != covered) continue;
    if (!first) buffer_byte(out, ',');
    buffer_json(out, (struct str){one->name, one->length});
    first = false;
  }
}

void requirements_json(struct requirements *all, struct buffer *out) {
  qsort(all->items, all->count, sizeof *all->items, by_name);
  buffer_put(out, STR("\"requirements\":["));
  json_names(all, true, out);
  buffer_put(out, STR("],\"requirements_not_covered\":["));
  json_names(all, false, out);
  buffer_byte(out, ']');
}
