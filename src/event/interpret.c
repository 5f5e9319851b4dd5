/* Makes an event of the members that the scan found: first the shape, then the attributes every event has, then the fields, each by its
 * kind. The line is JSON throughout when we come here, so tokens are cut out without looking again. */
#include <assert.h>

#include "catalogue_find.h"
#include "reader.h"

/* Items of all lists of one event: bounds the arena (16 bytes an item). */
#define LIST_ITEMS_PER_EVENT 240u

struct interpretation {
  struct reader *reader;
  struct event *event;
  bool in_data; /* CloudEvents: the fields are members of data */
  unsigned list_items;
};

static struct str token_bytes(const struct reader *r, struct token token) {
  return (struct str){r->line.at + token.start, token.end - token.start};
}

static bool token_absent(struct token token) { return token.type == JSON_TYPE_END || token.type == JSON_TYPE_NULL; }

/* ---- attributes ---- */

/* How each of the attributes that name something is called, what it may be, and how it is refused. */
struct naming {
  const char *name;
  enum event_problem missing, bad;
  bool (*is_good)(struct str text);
};
static const struct naming named_id = {"id", EVENT_MISSING_ID, EVENT_BAD_ID, event_id_is_good},
                           named_source = {"source", EVENT_MISSING_SOURCE, EVENT_BAD_SOURCE, event_source_is_good},
                           named_type = {"type", EVENT_MISSING_TYPE, EVENT_BAD_TYPE, str_is_id},
                           named_customer = {"customer", EVENT_MISSING_CUSTOMER, EVENT_BAD_CUSTOMER, str_is_id},
                           named_subject = {"subject", EVENT_MISSING_CUSTOMER, EVENT_BAD_CUSTOMER, str_is_id};

static inline __attribute__((always_inline)) bool attribute_name(struct reader *r, struct token token, const struct naming *as,
                                                                 struct str *out) {
  struct str pointer = str_of(as->name);
  if (token_absent(token)) return member_fail(r, as->missing, token.start, false, token.type == JSON_TYPE_NULL ? pointer : STR(""), -1);
  if (token.type == JSON_TYPE_TEXT) {
    *out = token_text(r, token);
    if (as->is_good(*out)) return true;
  }
  member_fail(r, as->bad, token.start, false, pointer, -1);
  detail_bytes(r->error, token_bytes(r, token));
  return false;
}

static bool text_moment(struct reader *r, struct token token, int64_t *ms, int32_t *offset_minutes) {
  return token.type == JSON_TYPE_TEXT && time_parse(token_text(r, token), ms, offset_minutes);
}

/* Would it be a moment with an offset behind it? */
static bool lacks_offset(struct reader *r, struct token token) {
  char text[40];
  int64_t ms = 0;
  if (token.type != JSON_TYPE_TEXT || token.escaped || token.end - token.start - 2 > sizeof text - 1) return false;
  size_t length = token.end - token.start - 2;
  memcpy(text, r->line.at + token.start + 1, length);
  text[length] = 'Z';
  return time_parse((struct str){text, length + 1}, &ms, NULL);
}

static bool attribute_time(struct reader *r, struct token token, const char *name, int64_t *ms, int32_t *offset_minutes) {
  if (text_moment(r, token, ms, offset_minutes)) return true;
  member_fail(r, lacks_offset(r, token) ? EVENT_TIME_NO_OFFSET : EVENT_BAD_TIME, token.start, false, str_of(name), -1);
  detail_bytes(r->error, token_bytes(r, token));
  return false;
}

/* W3C trace context, level 1: what is not of this form is to be ignored, not refused. */
static bool is_traceparent(struct str text) {
  if (text.length != 55) return false;
  for (size_t i = 0; i < 55; i++) {
    bool dash = i == 2 || i == 35 || i == 52;
    bool hex = (text.at[i] >= '0' && text.at[i] <= '9') || (text.at[i] >= 'a' && text.at[i] <= 'f');
    if (dash ? text.at[i] != '-' : !hex) return false;
  }
  return true;
}

/* CloudEvents or flat? */
static bool read_shape(struct interpretation *in) {
  struct reader *r = in->reader;
  struct token version = r->attributes[ATTRIBUTE_SPECVERSION], data = r->attributes[ATTRIBUTE_DATA],
               base64 = r->attributes[ATTRIBUTE_DATA_BASE64];
  in->in_data = version.type != JSON_TYPE_END;
  if (base64.type != JSON_TYPE_END) return member_fail(r, EVENT_DATA_BASE64, base64.start, false, STR("data_base64"), -1);
  if (!in->in_data && data.type != JSON_TYPE_END) return member_fail(r, EVENT_DATA_WITHOUT_SPECVERSION, data.start, false, STR("data"), -1);
  if (!in->in_data) return true;
  if (version.type != JSON_TYPE_TEXT || !str_equal(token_text(r, version), STR("1.0"))) {
    member_fail(r, EVENT_SPECVERSION, version.start, false, STR("specversion"), -1);
    detail_bytes(r->error, token_bytes(r, version));
    return false;
  }
  if (!token_absent(data) && data.type != JSON_TYPE_OBJECT) {
    member_fail(r, EVENT_DATA_NOT_OBJECT, data.start, false, STR("data"), -1);
    detail_bytes(r->error, token_bytes(r, data));
    return false;
  }
  return true;
}

/* Other words say nothing. */
static bool is_backfill(struct reader *r, struct token mode) {
  return mode.type == JSON_TYPE_TEXT && str_equal(token_text(r, mode), STR("backfill"));
}

static bool read_attributes(struct interpretation *in) {
  struct reader *r = in->reader;
  struct event *e = in->event;
  const struct token *a = r->attributes;
  struct token who = in->in_data ? a[ATTRIBUTE_SUBJECT] : a[ATTRIBUTE_CUSTOMER];
  if (!attribute_name(r, a[ATTRIBUTE_ID], &named_id, &e->id)) return false;
  if (!attribute_name(r, a[ATTRIBUTE_SOURCE], &named_source, &e->source)) return false;
  if (!attribute_name(r, a[ATTRIBUTE_TYPE], &named_type, &e->type_name)) return false;
  if (!attribute_name(r, who, in->in_data ? &named_subject : &named_customer, &e->customer)) return false;
  struct token time = a[ATTRIBUTE_TIME], recorded = a[ATTRIBUTE_RECORDEDTIME], trace = a[ATTRIBUTE_TRACEPARENT];
  if (token_absent(time))
    return member_fail(r, EVENT_MISSING_TIME, time.start, false, time.type == JSON_TYPE_NULL ? STR("time") : STR(""), -1);
  if (!attribute_time(r, time, "time", &e->time_ms, &e->offset_minutes)) return false;
  if (!token_absent(recorded) && !attribute_time(r, recorded, "recordedtime", &e->arrival_ms, NULL)) return false;
  if (trace.type == JSON_TYPE_TEXT && !trace.escaped) {
    struct str text = token_text(r, trace);
    if (is_traceparent(text)) e->traceparent = text;
  }
  if (a[ATTRIBUTE_REGISTEREDGIFT].type == JSON_TYPE_TEXT) e->registered = token_text(r, a[ATTRIBUTE_REGISTEREDGIFT]);
  e->backfill = e->registered.length > 0 || is_backfill(r, a[ATTRIBUTE_GIFTMODE]);
  e->type = catalogue_type(r->catalogue, e->type_name);
  e->digest = event_digest(e->source, e->id);
  return true;
}

/* ---- fields ---- */

static bool field_fail(struct interpretation *in, enum event_problem problem, const struct member *member) {
  struct reader *r = in->reader;
  member_fail(r, problem, member->token.start, in->in_data, r->catalogue->fields[member->field].event_name, -1);
  detail_bytes(r->error, token_bytes(r, member->token));
  return false;
}

static bool is_mcc(struct str text) {
  if (text.length != 4) return false;
  for (int i = 0; i < 4; i++)
    if (text.at[i] < '0' || text.at[i] > '9') return false;
  return true;
}

/* Texts that are codes. */
static enum event_problem text_problem(uint16_t field, struct str text) {
  int64_t days = 0;
  if (text.length == 0) return EVENT_FIELD_EMPTY;
  if (text.length > LIMIT_TEXT_BYTES) return EVENT_FIELD_TOO_LONG;
  switch (field) {
    case FIELD_ID_CURRENCY: return currency_decimals(text) < 0 ? EVENT_BAD_CURRENCY : EVENT_OK;
    case FIELD_ID_MCC: return is_mcc(text) ? EVENT_OK : EVENT_BAD_MCC;
    case FIELD_ID_DATE: return date_parse(text, &days) ? EVENT_OK : EVENT_BAD_DATE;
    case FIELD_ID_ORIGINAL_ID: return event_id_is_good(text) ? EVENT_OK : EVENT_BAD_ID;
    case FIELD_ID_ORIGINAL_SOURCE: return event_source_is_good(text) ? EVENT_OK : EVENT_BAD_SOURCE;
    default: return EVENT_OK;
  }
}

static bool read_text(struct interpretation *in, const struct member *member, struct value *out) {
  if (member->token.type != JSON_TYPE_TEXT) return field_fail(in, EVENT_FIELD_TYPE, member);
  out->kind = VALUE_TEXT;
  out->text = token_text(in->reader, member->token);
  enum event_problem problem = text_problem(member->field, out->text);
  return problem == EVENT_OK || field_fail(in, problem, member);
}

static bool read_int(struct interpretation *in, const struct member *member, enum field_kind kind, struct value *out) {
  if (member->token.type != JSON_TYPE_NUMBER) return field_fail(in, EVENT_FIELD_TYPE, member);
  struct number_scan number = scan_number(in->reader->line, member->token.start);
  bool money = kind == FIELD_MONEY;
  if (!number.whole) return field_fail(in, EVENT_NOT_WHOLE, member);
  if (!number.fits) return field_fail(in, money ? EVENT_AMOUNT_RANGE : EVENT_NUMBER_RANGE, member);
  if (money && (number.value < 0 || number.value > LIMIT_AMOUNT_MINOR)) return field_fail(in, EVENT_AMOUNT_RANGE, member);
  out->kind = VALUE_INT;
  out->number = number.value;
  return true;
}

static bool read_bool(struct interpretation *in, const struct member *member, struct value *out) {
  if (member->token.type != JSON_TYPE_TRUE && member->token.type != JSON_TYPE_FALSE) return field_fail(in, EVENT_FIELD_TYPE, member);
  out->kind = VALUE_BOOL;
  out->number = member->token.type == JSON_TYPE_TRUE;
  return true;
}

static bool read_time(struct interpretation *in, const struct member *member, struct value *out) {
  if (member->token.type != JSON_TYPE_TEXT) return field_fail(in, EVENT_FIELD_TYPE, member);
  out->kind = VALUE_INT;
  return text_moment(in->reader, member->token, &out->number, NULL) || field_fail(in, EVENT_BAD_FIELD_TIME, member);
}

/* The token of the list item at *at; moves behind it. False at the closing bracket. Items that are no texts end the walk. */
static bool next_item(struct str line, size_t *at, struct token *item) {
  *at = scan_blank(line, *at);
  if (line.at[*at] == ',') *at = scan_blank(line, *at + 1);
  if (line.at[*at] == ']') return false;
  *item = (struct token){.type = JSON_TYPE_END, .start = (uint32_t)*at};
  if (line.at[*at] != '"') return true;
  struct text_scan scan = scan_text(line, *at);
  *item = (struct token){JSON_TYPE_TEXT, scan.escaped, (uint32_t)*at, (uint32_t)scan.end};
  *at = scan.end;
  return true;
}

static bool item_fail(struct interpretation *in, const struct member *member, size_t offset, unsigned index) {
  struct reader *r = in->reader;
  member_fail(r, EVENT_LIST_ITEM, offset, in->in_data, r->catalogue->fields[member->field].event_name, (int)index);
  detail_bytes(r->error, (struct str){r->line.at + offset, r->line.length - offset < 12 ? r->line.length - offset : 12});
  return false;
}

static bool read_list(struct interpretation *in, const struct member *member, struct value *out) {
  struct reader *r = in->reader;
  if (member->token.type != JSON_TYPE_ARRAY) return field_fail(in, EVENT_FIELD_TYPE, member);
  struct str items[LIMIT_EVENT_LIST];
  uint32_t count = 0;
  struct token item;
  for (size_t at = member->token.start + 1; next_item(r->line, &at, &item);) {
    if (item.type != JSON_TYPE_TEXT) return item_fail(in, member, item.start, count);
    if (count == LIMIT_EVENT_LIST || in->list_items == LIST_ITEMS_PER_EVENT) return field_fail(in, EVENT_LIST_TOO_LONG, member);
    struct str text = token_text(r, item);
    if (text.length == 0 || text.length > LIMIT_TEXT_BYTES) return item_fail(in, member, item.start, count);
    items[count++] = text;
    in->list_items++;
  }
  struct str *kept = arena_array(r->arena, count, sizeof *kept);
  assert(kept != NULL && "the arena holds 2 x the line and 4 KiB");
  if (count > 0) memcpy(kept, items, count * sizeof *kept);
  *out = (struct value){.kind = VALUE_LIST, .count = count, .items = kept};
  return true;
}

static bool read_field(struct interpretation *in, const struct member *member, struct value *out) {
  enum field_kind kind = in->reader->catalogue->fields[member->field].kind;
  *out = (struct value){.kind = VALUE_ABSENT};
  switch (kind) {
    case FIELD_TEXT: return read_text(in, member, out);
    case FIELD_MONEY:
    case FIELD_INT: return read_int(in, member, kind, out);
    case FIELD_BOOL: return read_bool(in, member, out);
    case FIELD_TIME: return read_time(in, member, out);
    case FIELD_LIST: return read_list(in, member, out);
  }
  assert(false && "a field has a kind");
  return false;
}

/* A profile keeps whatever field comes, and of a type that nobody hears the type alone is told. */
static const uint64_t *carried_by(const struct catalogue *catalogue, uint16_t type) {
  static const uint64_t everything[FIELD_WORDS] = {~UINT64_C(0), ~UINT64_C(0), ~UINT64_C(0)};
  return type == TYPE_UNKNOWN || type == TYPE_ID_CUSTOMER_UPDATED ? everything : catalogue->types[type].carried;
}
_Static_assert(FIELD_WORDS == 3, "everything is all of them");

/* What the catalogue knows costs a bit or two here. */
static inline void heed(struct interpretation *in, const uint64_t *carried, const uint64_t *closed, uint16_t field,
                        const struct value *value) {
  const struct catalogue *catalogue = in->reader->catalogue;
  uint64_t bit = UINT64_C(1) << (field % 64);
  if ((carried[field / 64] & bit) == 0)
    note_unknown(in->event, UNKNOWN_FIELD, field, catalogue->fields[field].event_name);
  else if ((closed[field / 64] & bit) != 0 && value->kind == VALUE_TEXT &&
           !catalogue_has_word(catalogue, in->event->type, field, value->text))
    note_unknown(in->event, UNKNOWN_VALUE, field, value->text);
}

static bool read_fields(struct interpretation *in) {
  static const uint64_t nothing[FIELD_WORDS];
  struct reader *r = in->reader;
  struct event *e = in->event;
  const struct member *members = in->in_data ? r->data : r->top;
  uint32_t count = in->in_data ? r->data_count : r->top_count;
  const uint64_t *carried = carried_by(r->catalogue, e->type);
  const uint64_t *closed = e->type == TYPE_UNKNOWN ? nothing : r->catalogue->types[e->type].closed;
  for (uint32_t i = 0; i < count; i++) {
    bool null = members[i].token.type == JSON_TYPE_NULL;
    if (null && e->type != TYPE_ID_CUSTOMER_UPDATED) continue;
    if (e->field_count == LIMIT_EVENT_FIELDS) return field_fail(in, EVENT_TOO_MANY_FIELDS, &members[i]);
    struct value *value = &e->values[e->field_count];
    *value = (struct value){.kind = VALUE_ABSENT};
    if (!null && !read_field(in, &members[i], value)) return false;
    heed(in, carried, closed, members[i].field, value);
    e->field_ids[e->field_count++] = members[i].field;
  }
  return true;
}

/* ---- what belongs together ---- */

static bool documented(const struct catalogue *catalogue, uint16_t type, uint16_t field) {
  return type != TYPE_UNKNOWN && (catalogue->types[type].fields[field / 64] >> (field % 64) & 1) != 0;
}

/* The offset of a field that is there. */
static size_t field_offset(const struct interpretation *in, uint16_t field) {
  const struct member *members = in->in_data ? in->reader->data : in->reader->top;
  while (members->field != field) members++;
  return members->token.start;
}

static bool check_together(struct interpretation *in) {
  const struct event *e = in->event;
  if (e->type == TYPE_ID_REVERSED) {
    if (event_field(e, FIELD_ID_ORIGINAL_ID) != NULL) return true;
    return member_fail(in->reader, EVENT_MISSING_ORIGINAL, 0, in->in_data, STR(""), -1);
  }
  if (!documented(in->reader->catalogue, e->type, FIELD_ID_CURRENCY) || event_field(e, FIELD_ID_CURRENCY) != NULL) return true;
  if (event_field(e, FIELD_ID_AMOUNT) == NULL) return true;
  struct str name = in->reader->catalogue->fields[FIELD_ID_AMOUNT].event_name;
  return member_fail(in->reader, EVENT_AMOUNT_WITHOUT_CURRENCY, field_offset(in, FIELD_ID_AMOUNT), in->in_data, name, -1);
}

bool interpret_event(struct reader *reader, struct event *event) {
  struct interpretation in = {.reader = reader, .event = event};
  if (!read_shape(&in) || !read_attributes(&in) || !read_fields(&in) || !check_together(&in)) return false;
  note_strangers(reader, event, in.in_data);
  return true;
}
