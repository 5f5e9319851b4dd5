/* What a line says that the catalogue does not know: noted in the event, for whoever counts and tells it, and what may have been meant.
 * Nothing here is on the way of a line that the catalogue knows throughout. */
#include <assert.h>

#include "reader.h"

static struct unknown_word *noted_new(struct event *event, enum unknown_kind kind) {
  event->unknown_counts[kind]++;
  return event->unknown_count < LIMIT_EVENT_UNKNOWN ? &event->unknown[event->unknown_count++] : NULL;
}

void note_unknown(struct event *event, enum unknown_kind kind, uint16_t field, struct str text) {
  struct unknown_word *noted = noted_new(event, kind);
  if (noted != NULL) *noted = (struct unknown_word){.kind = kind, .field = field, .text = text};
}

/* ---- keys that are no fields ---- */

/* Attributes of CloudEvents that are not read: on a flat object they say nothing either, but are no mistake. */
static bool is_envelope(struct str name) {
  return str_equal(name, STR("datacontenttype")) || str_equal(name, STR("dataschema")) || str_equal(name, STR("tracestate"));
}

static void note_keys(struct event *event, const struct strangers *strangers, bool in_data) {
  uint32_t named = strangers->count < LIMIT_EVENT_UNKNOWN ? strangers->count : LIMIT_EVENT_UNKNOWN;
  for (uint32_t i = 0; i < named; i++)
    if (in_data || !is_envelope(strangers->names[i])) note_unknown(event, UNKNOWN_FIELD, FIELD_NONE, strangers->names[i]);
  event->unknown_counts[UNKNOWN_FIELD] += strangers->count - named;
}

static void note_beside_data(const struct reader *r, struct event *event) {
  for (uint32_t i = 0; i < r->top_count; i++) {
    if (r->top[i].token.type == JSON_TYPE_NULL) continue;
    struct unknown_word *noted = noted_new(event, UNKNOWN_FIELD);
    struct str name = r->catalogue->fields[r->top[i].field].event_name;
    if (noted != NULL) *noted = (struct unknown_word){UNKNOWN_FIELD, true, r->top[i].field, name};
  }
}

void note_strangers(const struct reader *r, struct event *event, bool in_data) {
  const struct strangers *strangers = in_data ? &r->data_strangers : &r->top_strangers;
  if (event->type == TYPE_UNKNOWN) {
    note_unknown(event, UNKNOWN_TYPE, FIELD_NONE, event->type_name);
    return; /* nobody says what it carries */
  }
  if (strangers->count > 0) note_keys(event, strangers, in_data);
  if (in_data && r->top_count > 0) note_beside_data(r, event);
}

/* ---- what may have been meant ---- */

#define NAME_BYTES LIMIT_ID_BYTES /* a longer one is no typing error */

struct nearest {
  char memory[NAME_BYTES];
  struct str wanted, found; /* wanted: in lower case */
  unsigned least;
};

static struct str lowered(struct str text, char memory[NAME_BYTES]) {
  assert(text.length <= NAME_BYTES);
  for (size_t i = 0; i < text.length; i++)
    memory[i] = (char)(text.at[i] >= 'A' && text.at[i] <= 'Z' ? text.at[i] + ('a' - 'A') : text.at[i]);
  return (struct str){memory, text.length};
}

static void nearest_begin(struct nearest *n, struct str wanted) {
  n->wanted = lowered(wanted, n->memory);
  n->found = (struct str){NULL, 0};
  n->least = near_edits(wanted) + 1;
}

static void nearest_try(struct nearest *n, struct str candidate) {
  char memory[NAME_BYTES];
  if (candidate.length > NAME_BYTES || n->least == 0) return;
  unsigned distance = str_distance(lowered(candidate, memory), n->wanted, n->least);
  if (distance >= n->least) return;
  n->least = distance, n->found = candidate;
}

/* "amount" where amount_minor is meant; else the nearest name, first among the fields of the event's type. */
static struct str near_field(const struct catalogue *catalogue, uint16_t type, const struct unknown_word *unknown) {
  struct nearest n;
  uint16_t by_campaign_name = catalogue_campaign_field(catalogue, unknown->text);
  if (unknown->field == FIELD_NONE && by_campaign_name != FIELD_NONE) return catalogue->fields[by_campaign_name].event_name;
  for (int all = 0; all < 2; all++) {
    nearest_begin(&n, unknown->text);
    for (uint16_t i = 0; i < catalogue->field_count; i++)
      if (i != unknown->field && (all || catalogue_carries(catalogue, type, i))) nearest_try(&n, catalogue->fields[i].event_name);
    if (n.found.length > 0 || unknown->field != FIELD_NONE) break;
  }
  return n.found;
}

static struct str near_value(const struct catalogue *catalogue, uint16_t type, const struct unknown_word *unknown) {
  struct nearest n;
  nearest_begin(&n, unknown->text);
  for (uint16_t i = 0; i < catalogue->word_count; i++)
    if (catalogue->words[i].type == type && catalogue->words[i].field == unknown->field) nearest_try(&n, catalogue->words[i].text);
  return n.found;
}

static struct str near_type(const struct catalogue *catalogue, const struct unknown_word *unknown) {
  struct nearest n;
  nearest_begin(&n, unknown->text);
  for (uint16_t i = 0; i < catalogue->type_count; i++) nearest_try(&n, catalogue->types[i].name);
  return n.found;
}

struct str catalogue_near_word(const struct catalogue *catalogue, const struct event *event, const struct unknown_word *unknown) {
  if (unknown->text.length > NAME_BYTES || unknown->beside_data) return (struct str){NULL, 0};
  switch (unknown->kind) {
    case UNKNOWN_TYPE: return near_type(catalogue, unknown);
    case UNKNOWN_FIELD: return near_field(catalogue, event->type, unknown);
    case UNKNOWN_VALUE: return near_value(catalogue, event->type, unknown);
    case UNKNOWN_KIND_COUNT: break;
  }
  assert(false && "an unknown word is of a kind");
  return (struct str){NULL, 0};
}
