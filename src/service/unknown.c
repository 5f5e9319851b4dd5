/* See unknown.h. */
#include "unknown.h"

#include <assert.h>

#include "giftd/service.h"

#define WORD_SHOWN 64u
#define LINE_BYTES 2048u /* a word, a name and an event's names, every byte escaped */

const char *const unknown_kind_names[UNKNOWN_KIND_COUNT] = {[UNKNOWN_TYPE] = "type", [UNKNOWN_FIELD] = "field", [UNKNOWN_VALUE] = "value"};

static struct str field_name(const struct catalogue *catalogue, const struct unknown_word *word) {
  return word->field == FIELD_NONE ? STR("") : catalogue->fields[word->field].event_name;
}

/* By kind, word and field - not by type, source or customer: a word that stands in every event is one word. */
static uint64_t word_digest(const struct catalogue *catalogue, const struct unknown_word *word) {
  struct str field = word->kind == UNKNOWN_VALUE ? field_name(catalogue, word) : STR("");
  struct hash_key key = {HASH_KEY_FIXED.k0 ^ (uint64_t)word->kind, HASH_KEY_FIXED.k1 ^ hash64(&HASH_KEY_FIXED, field)};
  return hash64(&key, word->text);
}

static bool is_said(const struct unknown_names *names, uint64_t digest) {
  for (uint32_t i = 0; i < names->count; i++)
    if (names->said[i] == digest) return true;
  return false;
}

/* ---- the line ---- */

/* As a JSON text, so that a log stays a log whatever somebody writes; cut between characters. */
static void put_word(struct buffer *out, struct str word) {
  struct str shown = word;
  if (shown.length > WORD_SHOWN) shown.length = WORD_SHOWN;
  while (shown.length < word.length && shown.length > 0 && ((unsigned char)word.at[shown.length] & 0xc0) == 0x80) shown.length--;
  buffer_json(out, shown);
  if (shown.length < word.length) buffer_put(out, STR("..."));
}

static void put_what(struct buffer *out, const struct catalogue *catalogue, const struct event *event, const struct unknown_word *word) {
  struct str type = event->type_name, field = field_name(catalogue, word);
  buffer_print(out, "%s ", word->kind == UNKNOWN_TYPE ? "event type" : unknown_kind_names[word->kind]);
  put_word(out, word->text);
  if (word->kind == UNKNOWN_TYPE)
    buffer_put(out, STR(" is not in the catalogue: no rule listens to it"));
  else if (word->kind == UNKNOWN_VALUE)
    buffer_print(out, " of %.*s's %.*s is none of its words: no test for one of them holds", STR_FORMAT(type), STR_FORMAT(field));
  else if (word->beside_data)
    buffer_print(out, " of %.*s stands beside data: no rule reads it there", STR_FORMAT(type));
  else if (field.length > 0)
    buffer_print(out, " is not one of %.*s's in the catalogue", STR_FORMAT(type));
  else
    buffer_print(out, " of %.*s is not in the catalogue: no rule reads it", STR_FORMAT(type));
}

static void put_remedy(struct buffer *out, const struct catalogue *catalogue, const struct event *event, const struct unknown_word *word) {
  static const char *const declare[UNKNOWN_KIND_COUNT] = {
      [UNKNOWN_TYPE] = "declare it in catalogue.json, or let it not be sent",
      [UNKNOWN_FIELD] = "declare it in catalogue.json, or let it not be sent",
      [UNKNOWN_VALUE] = "send one of them, or add it to the type's words in catalogue.json"};
  struct str near = catalogue_near_word(catalogue, event, word);
  if (near.length > 0)
    buffer_print(out, "; did you mean \"%.*s\"?", STR_FORMAT(near));
  else if (word->beside_data)
    buffer_put(out, STR("; put it into data"));
  else
    buffer_print(
        out, "; %s",
        word->field != FIELD_NONE && word->kind == UNKNOWN_FIELD ? "add it to the type's fields in catalogue.json" : declare[word->kind]);
}

static void word_say(const struct catalogue *catalogue, const struct event *event, const struct unknown_word *word, unknown_say *say,
                     void *self) {
  char memory[LINE_BYTES];
  struct buffer line;
  buffer_init(&line, memory, sizeof memory - 1);
  put_what(&line, catalogue, event, word);
  put_remedy(&line, catalogue, event, word);
  buffer_print(&line, " (first in event %.*s of source %.*s; giftd_unknown_words_total counts)", STR_FORMAT(event->id),
               STR_FORMAT(event->source));
  assert(!line.overflowed);
  memory[line.length] = 0;
  say(self, memory);
}

void unknown_name(struct unknown_names *names, const struct catalogue *catalogue, const struct event *event, unknown_say *say, void *self) {
  for (uint32_t i = 0; i < event->unknown_count && !names->enough; i++) {
    uint64_t digest = word_digest(catalogue, &event->unknown[i]);
    if (is_said(names, digest)) continue;
    if (names->count == UNKNOWN_NAMES) {
      names->enough = true;
      say(self,
          "more words of events are unknown to the catalogue than are named here: further ones are only counted "
          "(giftd_unknown_words_total)");
      return;
    }
    names->said[names->count++] = digest;
    word_say(catalogue, event, &event->unknown[i], say, self);
  }
}
