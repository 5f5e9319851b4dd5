/* Closed objects: every key is in a table, or it is an error that names the nearest one that is (docs/language.md section 0). */
#include "compile.h"

static const struct key *key_find(const struct key *keys, const char *name) {
  for (; keys->name != NULL; keys++)
    if (strcmp(keys->name, name) == 0) return keys;
  return NULL;
}

static void key_unknown(struct compile *c, const struct at *at, const struct key *keys, const char *what) {
  struct near near = near_start(str_of(at->key));
  for (; keys->name != NULL; keys++) near_offer(&near, str_of(keys->name));
  struct str hint = near_text(c, &near);
  report(c, at, CHECK_UNKNOWN_KEY, "'%s' is not a key of %s%.*s", at->key, what, STR_FORMAT(hint));
}

bool keys_check(struct compile *c, const struct at *at, const struct key *keys, const char *what) {
  if (!json_is_object(at->json)) {
    report(c, at, CHECK_WRONG_TYPE, "%s must be an object, found %s", what, type_of(at->json));
    return false;
  }
  for (void *i = json_object_iter(at->json); i != NULL; i = json_object_iter_next(at->json, i)) {
    struct at child = {.up = at, .json = json_object_iter_value(i), .key = json_object_iter_key(i)};
    if (key_find(keys, child.key) == NULL) key_unknown(c, &child, keys, what);
  }
  for (const struct key *key = keys; key->name != NULL; key++)
    if (key->need == KEY_MUST && json_object_get(at->json, key->name) == NULL)
      report(c, at, CHECK_MISSING_KEY, "%s needs the key '%s'", what, key->name);
  return true;
}
