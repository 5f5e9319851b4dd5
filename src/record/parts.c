/* What a line that goes out is made of, for an edge whose log wants it in pieces (CloudEvents, binary mode): this room alone knows the form
 * of its lines. */
#include "giftd/record.h"

static bool attribute_take(struct json_cursor *cursor, struct str name, struct arena *arena, struct record_parts *out) {
  if (out->count == RECORD_ATTRIBUTES) return false;
  struct record_attribute *attribute = &out->attributes[out->count++];
  attribute->name = name;
  if (!json_text(cursor, arena, &attribute->value)) return false;
  if (str_equal(name, STR("subject"))) out->key = attribute->value;
  return true;
}

bool record_parts(struct str line, struct arena *arena, struct record_parts *out) {
  struct json_cursor cursor = json_open(line);
  struct str name;
  *out = (struct record_parts){.count = 0};
  if (!json_enter_object(&cursor)) return false;
  while (json_next_key(&cursor, &name)) {
    if (!(str_equal(name, STR("data")) ? json_raw(&cursor, &out->data) : attribute_take(&cursor, name, arena, out))) return false;
  }
  return json_done(&cursor) && out->key.length > 0 && out->data.length > 0;
}
