/* `per`, `per_each` and `once_per`: by what something is counted - customer, fields of the event, cells of a table, the time of a fact,
 * calendar units (docs/language.md sections 3 and 5). */
#include "fact_row.h"

static bool fact_dimension(struct compile *c, const struct at *at, struct str text, struct dimension *out) {
  struct str name, part;
  bool timed = str_split(str_from(text, 5), '.', &name, &part);
  uint32_t decl = name_resolve(c, at, DECL_FACT, name);
  if (decl == NONE) return false;
  out->index = decl_at(c, decl)->number;
  out->kind = timed ? DIMENSION_FACT_AT : DIMENSION_FACT;
  if (*fact_is_broken(c, out->index)) return true;
  const struct fact *fact = fact_at(c, out->index);
  if (!timed && row_of(fact)->divides) return fact_fits(c, at, out->index, false);
  if (timed && str_equal(part, STR("at")) && row_of(fact)->divides_at) return true;
  report(c, at, CHECK_BAD_PER, "'%.*s' divides nothing: a table (fact.scene) or the time of a first or last (fact.last_txn.at) does",
         STR_FORMAT(text));
  return false;
}

static bool field_dimension(struct compile *c, const struct at *at, struct str text, struct dimension *out) {
  uint16_t field = catalogue_campaign_field(c->catalogue, text);
  if (field == FIELD_NONE) {
    struct str near = catalogue_near_field(c->catalogue, text);
    report(c, at, CHECK_UNKNOWN_FIELD, "'%.*s' is neither customer nor a field of an event%s%.*s%s", STR_FORMAT(text),
           near.length > 0 ? "; did you mean '" : "", STR_FORMAT(near), near.length > 0 ? "'?" : "");
    return false;
  }
  out->kind = DIMENSION_FIELD, out->index = field;
  if (c->catalogue->fields[field].kind != FIELD_LIST) return true;
  report(c, at, CHECK_BAD_PER, "'%.*s' is a list: nothing can be counted by it", STR_FORMAT(text));
  return false;
}

static bool dimension_read(struct compile *c, const struct at *at, struct dimension *out) {
  struct str text;
  enum unit unit;
  if (!read_text(c, at, &text)) return false;
  *out = (struct dimension){.text = keep_text(c, text)};
  if (str_equal(text, STR("customer"))) return true;
  if (str_equal(text, STR("caused_by.id"))) {
    out->kind = DIMENSION_CAUSE;
    return true;
  }
  if (str_starts(text, STR("fact."))) return fact_dimension(c, at, text, out);
  if (unit_parse(text, &unit) && unit < UNIT_CAMPAIGN) {
    out->kind = DIMENSION_UNIT, out->index = (uint32_t)unit;
    return true;
  }
  return field_dimension(c, at, text, out);
}

/* The customer first, then by name, tables by their oldest: what is counted by two things has one key, in whatever order they are written
 * and whatever a table is called now. */
static int dimension_compare(struct compile *c, const struct dimension *a, const struct dimension *b) {
  char memory[2][256];
  struct buffer text[2];
  const struct dimension *both[2] = {a, b};
  if (a->kind == DIMENSION_CUSTOMER || b->kind == DIMENSION_CUSTOMER)
    return (b->kind == DIMENSION_CUSTOMER) - (a->kind == DIMENSION_CUSTOMER);
  for (uint32_t i = 0; i < 2; i++) {
    buffer_init(&text[i], memory[i], sizeof memory[i]);
    dimension_say(&text[i], both[i], facts_now(c), file_now(c)->id, true);
  }
  return str_compare(buffer_text(&text[0]), buffer_text(&text[1]));
}

/* Its place among those before it, or NONE when it is there already. */
static uint32_t dimension_place(struct compile *c, const struct dimension *dimensions, uint32_t count, const struct dimension *one) {
  uint32_t place = 0;
  for (uint32_t i = 0; i < count && !c->full; i++) {
    int order = dimension_compare(c, &dimensions[i], one);
    if (order == 0) return NONE;
    if (order < 0) place = i + 1;
  }
  return place;
}

static bool dimension_add(struct compile *c, const struct at *at, struct dimension *dimensions, uint32_t *count) {
  struct dimension one;
  if (!dimension_read(c, at, &one)) return false;
  uint32_t place = dimension_place(c, dimensions, *count, &one);
  if (place == NONE) {
    report(c, at, CHECK_BAD_PER, "'%.*s' stands twice", STR_FORMAT(one.text));
    return false;
  }
  memmove(&dimensions[place + 1], &dimensions[place], (*count - place) * sizeof *dimensions);
  dimensions[place] = one, (*count)++;
  return true;
}

bool dimensions_read(struct compile *c, const struct at *at, const struct dimension **out, uint32_t *count) {
  uint32_t listed;
  *count = 0, *out = NULL;
  if (!read_list(c, at, CHECK_BAD_PER, &listed)) return false;
  if (listed > LIMIT_DIMENSIONS) {
    report(c, at, CHECK_TOO_MANY, "%u dimensions; at most %u", listed, LIMIT_DIMENSIONS);
    return false;
  }
  struct dimension *dimensions = take(c, listed, sizeof *dimensions);
  bool good = dimensions != NULL;
  for (uint32_t i = 0; i < listed && dimensions != NULL; i++) {
    struct at item = at_item(at, i);
    good = dimension_add(c, &item, dimensions, count) && good;
  }
  *out = dimensions;
  return good;
}
