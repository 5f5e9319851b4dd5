/* How far an import came: one line of JSON, exchanged as a whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "inside.h"

#define POSITION_BYTES 4096u

static enum status trouble(const char *path, const char *what, struct fault *fault) {
  return fault_set(fault, STATUS_STORAGE, "%s: cannot be %s: %s", path, what, strerror(errno));
}

static bool number_take(struct json_cursor *c, struct str key, const char *name, uint64_t *out) {
  int64_t number;
  if (!str_equal(key, str_of(name))) return false;
  if (json_int(c, &number)) *out = (uint64_t)number;
  return true;
}

static bool instant_take(struct json_cursor *c, struct str key, int64_t *out) {
  if (!str_equal(key, STR("oldest_ms"))) return false;
  if (json_peek(c) == JSON_TYPE_NUMBER)
    (void)json_int(c, out);
  else
    (void)json_skip(c);
  return true;
}

static void member_take(struct json_cursor *c, struct str key, struct arena *arena, struct import_position *out) {
  struct str place;
  if (number_take(c, key, "digest", &out->digest) || instant_take(c, key, &out->oldest_ms)) return;
  if (number_take(c, key, "start", &out->start) || number_take(c, key, "done", &out->done)) return;
  if (str_equal(key, STR("whole")))
    (void)json_bool(c, &out->whole);
  else if (str_equal(key, STR("place")) && json_text(c, arena, &place))
    (void)snprintf(out->place, sizeof out->place, "%.*s", STR_FORMAT(place));
  else
    (void)json_skip(c);
}

static bool position_parse(struct str text, struct import_position *out) {
  char memory[POSITION_BYTES];
  struct arena arena;
  struct str key;
  struct json_cursor c = json_open(text);
  arena_init(&arena, memory, sizeof memory);
  if (json_enter_object(&c))
    while (json_next_key(&c, &key)) member_take(&c, key, &arena, out);
  return json_done(&c) && out->place[0] != '\0';
}

enum status import_position_read(const char *path, struct import_position *out, bool *found, struct fault *fault) {
  char memory[POSITION_BYTES];
  *out = (struct import_position){.oldest_ms = TIME_NONE};
  FILE *file = fopen(path, "re");
  *found = file != NULL;
  if (!*found) return errno == ENOENT ? STATUS_OK : trouble(path, "opened", fault);
  const size_t length = fread(memory, 1, sizeof memory, file);
  const bool bad = ferror(file) != 0;
  (void)fclose(file);
  if (bad) return trouble(path, "read", fault);
  if (position_parse((struct str){memory, length}, out)) return STATUS_OK;
  return fault_set(fault, STATUS_STATE,
                   "%s: is no position of an import. If the import before was finished, remove it; an event that is sent twice counts once",
                   path);
}

static bool whole_written(FILE *file, const struct buffer *text) {
  const bool good = fwrite(text->memory, 1, text->length, file) == text->length && fflush(file) == 0 && fsync(fileno(file)) == 0;
  return fclose(file) == 0 && good;
}

enum status import_position_write(const char *path, const struct import_position *position, struct fault *fault) {
  char name[4200], memory[POSITION_BYTES];
  struct buffer text;
  buffer_init(&text, memory, sizeof memory);
  buffer_print(&text, "{\"digest\":%lld", (long long)position->digest);
  if (position->oldest_ms != TIME_NONE) buffer_print(&text, ",\"oldest_ms\":%lld", (long long)position->oldest_ms);
  buffer_print(&text, ",\"start\":%llu,\"done\":%llu,\"whole\":%s,\"place\":", (unsigned long long)position->start,
               (unsigned long long)position->done, position->whole ? "true" : "false");
  buffer_json(&text, str_of(position->place));
  buffer_put(&text, STR("}\n"));
  if (snprintf(name, sizeof name, "%s.new", path) >= (int)sizeof name)
    return fault_set(fault, STATUS_USAGE, "%s: the path is too long", path);
  FILE *file = fopen(name, "we");
  if (file == NULL || !whole_written(file, &text)) return trouble(name, "written", fault);
  return rename(name, path) == 0 ? STATUS_OK : trouble(path, "written", fault);
}

enum status import_position_take(const char *path, const char *place, uint64_t digest, struct import_position *out, bool *known,
                                 struct fault *fault) {
  struct import_position fresh = {.digest = digest, .oldest_ms = TIME_NONE};
  const enum status status = import_position_read(path, out, known, fault);
  (void)snprintf(fresh.place, sizeof fresh.place, "%s", place);
  if (status != STATUS_OK) return status;
  const bool same = *known && out->digest == digest && strcmp(out->place, fresh.place) == 0;
  if (*known && !same && !out->whole)
    return fault_set(
        fault, STATUS_STATE,
        "%s: an import of other rows, options or into another place (%s) was cut off there: give that command again with its file "
        "as it was, then this one; or name another --errors file, beside which this import keeps its position",
        path, out->place);
  *known = same;
  if (!same) *out = fresh;
  return STATUS_OK;
}
