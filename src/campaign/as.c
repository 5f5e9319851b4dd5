/* `as`: the event is heard by another customer than the one who caused it - a referrer, the primary card holder (docs/language.md section
 * 3).
 *
 * It names event fields and facts that keep a customer id; of a list the first that is present. Rules hear so, and facts, which are the
 * hearer's then (R136); an activity says it once for both. Facts that are heard themselves are tracks and measures. Of a measure the rule
 * is judged by what it came to, which is the other's: so it hears that alone, and asks of the others' measures no other. */
#include "fact_row.h"

#define SOURCES_MOST 8u

static bool is_id_field(const struct compile *c, uint32_t field) { return c->catalogue->fields[field].kind == FIELD_TEXT; }

/* By what the file says: a fact may be named before its `per` is read. */
static bool per_customer_alone(const struct decl *decl) {
  const json_t *per = json_object_get(decl->at.json, "per");
  for (size_t i = 0; i < json_array_size(per); i++)
    if (!str_equal(text_of(json_array_get(per, i)), STR("customer"))) return false;
  return true;
}

static bool fact_source(struct compile *c, const struct at *at, struct str text, struct hearer *out) {
  struct str name = str_from(text, 5), part;
  bool parted = str_split(name, '.', &name, &part);
  uint32_t decl = name_resolve(c, at, DECL_FACT, name);
  if (decl == NONE) return false;
  *out = (struct hearer){HEARER_FACT, decl_at(c, decl)->number};
  if (*fact_is_broken(c, out->index)) return false;
  const struct fact *fact = fact_at(c, out->index);
  bool keeps = row_of(fact)->keeps && fact->keep != FIELD_NONE && is_id_field(c, fact->keep);
  bool named = !parted || (keeps && str_equal(part, c->catalogue->fields[fact->keep].campaign_name));
  if (keeps && named && per_customer_alone(decl_at(c, decl))) return true;
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

static const struct trigger *first_as(struct compile *c, const struct fact *fact) {
  struct trigger_set sets[FACT_SETS];
  for (uint32_t i = 0, count = fact_sets(fact, sets); i < count; i++)
    for (uint32_t t = 0; t < sets[i].count; t++)
      if (trigger_at(c, sets[i].first + t)->as_count > 0) return trigger_at(c, sets[i].first + t);
  return NULL;
}

bool fact_hears_as(struct compile *c, uint32_t number) { return first_as(c, fact_at(c, number)) != NULL; }

static bool same_sources(struct compile *c, const struct trigger *a, const struct trigger *b) {
  bool same = a->as_count == b->as_count;
  for (uint32_t i = 0; same && i < a->as_count; i++) {
    const struct hearer *one = hearer_at(c, a->as_first + i), *other = hearer_at(c, b->as_first + i);
    same = one->kind == other->kind && one->index == other->index;
  }
  return same;
}

/* Whose events count is part of what a fact means, in one sentence. */
void fact_as_check(struct compile *c, const struct at *at, const struct fact *fact) {
  struct trigger_set sets[FACT_SETS];
  const struct trigger *as = first_as(c, fact);
  for (uint32_t i = 0, count = fact_sets(fact, sets); i < count && as != NULL; i++)
    for (uint32_t t = 0; t < sets[i].count; t++) {
      const struct trigger *trigger = trigger_at(c, sets[i].first + t);
      if (trigger->as_count == 0 || same_sources(c, as, trigger)) continue;
      report(c, at, CHECK_BAD_TRIGGER, "what a fact hears as another it hears through one `as`: name the same sources in each");
      return;
    }
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
  if (trigger->kind != TRIGGER_FACT) return true;
  if (fact_hears_as(c, trigger->fact)) {
    report(c, at, CHECK_BAD_TRIGGER, "what '%.*s' hears is heard as another already: an event is forwarded once",
           STR_FORMAT(fact_at(c, trigger->fact)->name));
    return false;
  }
  return true;
}

void as_read(struct compile *c, const struct at *at, struct vec *triggers, uint32_t first) {
  uint32_t from = 0, count = 0;
  if (!sources_read(c, at, &from, &count)) return;
  for (uint32_t i = first; i < triggers->count; i++) {
    struct trigger *trigger = vec_at(c, triggers, i);
    if (!heard_as(c, at, trigger)) return;
    trigger->as_first = from, trigger->as_count = count;
  }
}

/* ---- a measure of who caused the event ---- */

static bool is_figure(struct compile *c, const struct trigger *trigger) {
  bool fact = trigger->kind == TRIGGER_FACT && trigger->as_count > 0;
  return fact && traits_of(fact_at(c, trigger->fact))->heard == HEARD_BANDS;
}

/* The measure that is heard as another, or NONE. */
static uint32_t figure_of(struct compile *c, const struct trigger_set *on) {
  for (uint32_t i = 0; i < on->count; i++)
    if (is_figure(c, trigger_at(c, on->first + i))) return trigger_at(c, on->first + i)->fact;
  return NONE;
}

bool asks_figure(struct compile *c, enum left_kind left, uint32_t index) {
  return left == LEFT_FACT && c->rule != NONE && figure_of(c, &rule_at(c, c->rule)->on) == index;
}

void figure_check(struct compile *c, const struct at *at, const struct trigger_set *on) {
  if (on->count < 2 || figure_of(c, on) == NONE) return;
  report(c, at, CHECK_BAD_TRIGGER,
         "a rule that hears a measure as another is judged by what it came to: it hears that alone; write another rule for what else there "
         "is");
}
