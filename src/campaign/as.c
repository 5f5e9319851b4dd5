/* `as`: the event is heard by another customer than the one who caused it - a referrer, the primary card holder (docs/language.md section
 * 3).
 *
 * It names event fields and facts that keep a customer id; of a list the first that is present. Rules hear so; facts and activities as a
 * whole do not yet. A measure of one customer is no measure of the other's, so of facts only tracks are heard as another. */
#include "compile.h"

#define SOURCES_MOST 8u

static bool is_id_field(const struct compile *c, uint32_t field) { return c->catalogue->fields[field].kind == FIELD_TEXT; }

static bool fact_source(struct compile *c, const struct at *at, struct str text, struct hearer *out) {
  struct str name = str_from(text, 5), part;
  bool parted = str_split(name, '.', &name, &part);
  uint32_t decl = name_resolve(c, at, DECL_FACT, name);
  if (decl == NONE) return false;
  *out = (struct hearer){HEARER_FACT, decl_at(c, decl)->number};
  if (*fact_is_broken(c, out->index)) return false;
  const struct fact *fact = fact_at(c, out->index);
  bool keeps = (fact->kind == FACT_FIRST || fact->kind == FACT_LAST) && fact->keep != FIELD_NONE && is_id_field(c, fact->keep);
  bool named = !parted || (keeps && str_equal(part, c->catalogue->fields[fact->keep].campaign_name));
  if (keeps && named && fact->dimension_count == 0) return true;
  report(c, at, CHECK_BAD_TRIGGER,
         "'%.*s' names no customer: `as` takes a first or last without further `per` that has \"keep\" of a field with a customer id",
         STR_FORMAT(text));
  return false;
}

static bool field_source(struct compile *c, const struct at *at, struct str text, struct hearer *out) {
  uint16_t field = catalogue_campaign_field(c->catalogue, text);
  if (field == FIELD_NONE) {
    struct str near = catalogue_near_field(c->catalogue, text);
    report(c, at, CHECK_UNKNOWN_FIELD, "'%.*s' is not a field of any event%s%.*s%s", STR_FORMAT(text),
           near.length > 0 ? "; did you mean '" : "", STR_FORMAT(near), near.length > 0 ? "'?" : "");
    return false;
  }
  *out = (struct hearer){HEARER_FIELD, field};
  if (is_id_field(c, field)) return true;
  report(c, at, CHECK_BAD_TRIGGER, "'%.*s' is not a text: it cannot hold a customer id", STR_FORMAT(text));
  return false;
}

static bool source_read(struct compile *c, const struct at *at, struct hearer *out) {
  struct str text;
  if (!read_text(c, at, &text)) return false;
  *out = (struct hearer){HEARER_SELF, 0};
  if (str_equal(text, STR("customer"))) return true;
  return str_starts(text, STR("fact.")) ? fact_source(c, at, text, out) : field_source(c, at, text, out);
}

/* Whether somebody else may hear at all: a list of "customer" alone says nothing. */
static bool sources_read(struct compile *c, const struct at *at, uint32_t *first, uint32_t *count) {
  uint32_t listed = 1;
  bool list = json_is_array(at->json), good = true, other = false;
  if (list && !read_list(c, at, CHECK_BAD_TRIGGER, &listed)) return false;
  if (listed > SOURCES_MOST) {
    report(c, at, CHECK_TOO_MANY, "%u sources; at most %u", listed, SOURCES_MOST);
    return false;
  }
  *first = vec_push(c, &c->hearers, listed), *count = listed;
  for (uint32_t i = 0; i < listed; i++) {
    struct at item = list ? at_item(at, i) : *at;
    struct hearer one = {HEARER_SELF, 0};
    good &= source_read(c, &item, &one);
    other |= one.kind != HEARER_SELF;
    if (!c->full) *hearer_at(c, *first + i) = one;
  }
  if (good && !other)
    report(c, at, CHECK_BAD_TRIGGER, "the customer hears it anyway; name a field or a fact that holds another customer's id");
  return good && other;
}

static bool heard_as(struct compile *c, const struct at *at, const struct trigger *trigger) {
  if (trigger->as_count > 0) {
    report(c, at, CHECK_BAD_TRIGGER, "what the activity names is heard as another already: an event is forwarded once");
    return false;
  }
  if (trigger->kind == TRIGGER_REWARD) {
    report(c, at, CHECK_BAD_TRIGGER, "a gift is heard by the customer who got it; put `as` beside the event that the base rule hears");
    return false;
  }
  if (trigger->kind == TRIGGER_CLOSE) {
    report_not_served(c, at, "as close", "a close heard as another is");
    return false;
  }
  if (trigger->kind != TRIGGER_FACT || fact_at(c, trigger->fact)->kind == FACT_TRACK) return true;
  report_not_served(c, at, "as measure", "a measure heard as another is");
  return false;
}

void as_read(struct compile *c, const struct at *at, enum place place, struct vec *triggers, uint32_t first) {
  uint32_t from = 0, count = 0;
  if (place != PLACE_RULE) {
    report_not_served(c, at, "as beside facts", "`as` beside what a fact or an activity hears is");
    return;
  }
  if (!sources_read(c, at, &from, &count)) return;
  for (uint32_t i = first; i < triggers->count; i++) {
    struct trigger *trigger = vec_at(c, triggers, i);
    if (!heard_as(c, at, trigger)) return;
    trigger->as_first = from, trigger->as_count = count;
  }
}
