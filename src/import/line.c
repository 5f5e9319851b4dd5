/* Cells as the line of an event. Money is digits all the way: major units are taken with exactly the currency's decimals. What came out is
 * read as the live input reads it, so nothing is accepted here that giftd would refuse there; and what would only be without effect - an
 * unknown word - is refused here, since whoever imports ten million rows does not look at a counter. */
#include <assert.h>
#include <stdio.h>

#include "inside.h"

#define TIME_BYTES 64u

static const struct kind_row {
  const char *name, *type, *source;
  const char *day_end; /* the time of a row that says a day alone */
} kinds[] = {
    [IMPORT_FACTS] = {"facts", "customer.updated", "giftd-import", "T00:00:00"},
    [IMPORT_GRANTS] = {"grants", "", "", "T00:00:00"},
    [IMPORT_BALANCES] = {"balances", "balance.snapshot", "giftd-import", "T23:59:59"},
    [IMPORT_LISTS] = {"lists", "", "", ""}, /* no events: list.c */
};

/* What a row says, before it is a line. */
struct said {
  struct str customer, time, id, source, type, gift, date;
  struct column columns[ROLE_FIELD]; /* of these, for messages */
  bool profile;                      /* it sets what stands in the profile */
  int64_t time_ms;
  char time_text[TIME_BYTES], id_text[64];
};

enum status line_maker_init(struct line_maker *maker, const struct import_settings *settings, void *memory, struct fault *fault) {
  char *at = memory;
  if (memory == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  *maker = (struct line_maker){.settings = settings};
  buffer_init(&maker->data, at, 2 * LIMIT_EVENT_BYTES);
  buffer_init(&maker->line, at + 2 * LIMIT_EVENT_BYTES, 2 * LIMIT_EVENT_BYTES);
  arena_init(&maker->arena, at + 4 * LIMIT_EVENT_BYTES, LINE_MAKER_BYTES - 4 * LIMIT_EVENT_BYTES);
  return STATUS_OK;
}

/* ---- times ---- */

/* A moment of RFC 3339; or a day or a time of the clock, with the offset of all rows behind it. */
static bool moment(const struct import_settings *settings, struct str text, struct str of_day, char out[TIME_BYTES], int64_t *ms) {
  int64_t days;
  const bool day = date_parse(text, &days);
  const struct str offset = settings->offset;
  if (text.length > 32) return false;
  int length = snprintf(out, TIME_BYTES, "%.*s%.*s", STR_FORMAT(text), STR_FORMAT(day ? of_day : STR("")));
  if (length > 10 && out[10] == ' ') out[10] = 'T';
  if (time_parse((struct str){out, (size_t)length}, ms, NULL)) return true;
  length += snprintf(out + length, TIME_BYTES - (size_t)length, "%.*s", STR_FORMAT(offset));
  return offset.length > 0 && time_parse((struct str){out, (size_t)length}, ms, NULL);
}

static bool refuse_moment(const struct import_settings *settings, struct str column, struct str text, struct refusal *refusal) {
  struct import_settings other = *settings;
  char memory[TIME_BYTES];
  int64_t ms;
  other.offset = STR("Z");
  const bool lacks = settings->offset.length == 0 && moment(&other, text, STR("T00:00:00"), memory, &ms);
  return refuse(refusal, lacks ? IMPORT_NO_OFFSET : IMPORT_BAD_TIME, column, "'%.*s'", (int)(text.length < 60 ? text.length : 60), text.at);
}

/* ---- fields ---- */

static bool refuse_cell(struct refusal *refusal, enum import_problem problem, const struct cell *cell) {
  return refuse(refusal, problem, cell->column.title, "'%.*s'", (int)(cell->text.length < 60 ? cell->text.length : 60), cell->text.at);
}

static struct str currency_of(const struct line_maker *maker) {
  for (uint32_t i = 0; i < maker->cells.count; i++)
    if (maker->cells.items[i].column.field == FIELD_ID_CURRENCY && maker->cells.items[i].column.role == ROLE_FIELD)
      return maker->cells.items[i].text;
  return maker->settings->currency;
}

static bool put_money(struct line_maker *maker, const struct cell *cell, struct refusal *refusal) {
  const struct str currency = currency_of(maker);
  int64_t minor;
  if (cell->type == JSON_TYPE_NUMBER) return refuse_cell(refusal, IMPORT_BAD_MONEY, cell);
  if (currency.length == 0) return refuse(refusal, IMPORT_MISSING, STR("currency"), "of '%.*s'", STR_FORMAT(cell->column.title));
  const int decimals = currency_decimals(currency);
  if (decimals < 0)
    return refuse(refusal, IMPORT_BAD_MONEY, STR("currency"), "'%.*s' is no currency of ISO 4217",
                  (int)(currency.length < 20 ? currency.length : 20), currency.at);
  if (!money_parse(cell->text, decimals, &minor)) return refuse_cell(refusal, IMPORT_BAD_MONEY, cell);
  buffer_int(&maker->data, minor);
  return true;
}

static bool put_number(struct line_maker *maker, const struct cell *cell, struct refusal *refusal) {
  int64_t number;
  if (!str_to_int64(cell->text, &number)) return refuse_cell(refusal, IMPORT_BAD_NUMBER, cell);
  buffer_int(&maker->data, number);
  return true;
}

static bool put_bool(struct line_maker *maker, const struct cell *cell, struct refusal *refusal) {
  const bool is_true = str_equal(cell->text, STR("true"));
  if (!is_true && !str_equal(cell->text, STR("false"))) return refuse_cell(refusal, IMPORT_BAD_BOOL, cell);
  buffer_put(&maker->data, is_true ? STR("true") : STR("false"));
  return true;
}

static bool put_text(struct line_maker *maker, const struct cell *cell, struct refusal *refusal) {
  if (cell->type != JSON_TYPE_END && cell->type != JSON_TYPE_TEXT) return refuse_cell(refusal, IMPORT_BAD_TEXT, cell);
  buffer_json(&maker->data, cell->text);
  return true;
}

static bool put_time(struct line_maker *maker, const struct cell *cell, struct refusal *refusal) {
  char text[TIME_BYTES];
  int64_t ms;
  if (!moment(maker->settings, cell->text, STR("T00:00:00"), text, &ms))
    return refuse_moment(maker->settings, cell->column.title, cell->text, refusal);
  buffer_json(&maker->data, str_of(text));
  return true;
}

static bool put_items_csv(struct line_maker *maker, const struct cell *cell, struct refusal *refusal) {
  struct str rest = cell->text, item;
  for (bool more = true; more;) {
    more = str_split(rest, ';', &item, &rest);
    item = str_trim(item);
    if (item.length == 0) return refuse_cell(refusal, IMPORT_BAD_LIST, cell);
    buffer_json(&maker->data, item);
    if (more) buffer_byte(&maker->data, ',');
  }
  return true;
}

static bool put_items_json(struct line_maker *maker, const struct cell *cell, struct refusal *refusal) {
  struct json_cursor c = json_open(cell->text);
  struct str item;
  bool first = true, good = json_enter_array(&c);
  while (good && json_next_item(&c)) {
    if (json_peek(&c) != JSON_TYPE_TEXT || !json_text(&c, &maker->arena, &item)) return refuse_cell(refusal, IMPORT_BAD_LIST, cell);
    if (!first) buffer_byte(&maker->data, ',');
    buffer_json(&maker->data, item);
    first = false;
  }
  return good || refuse_cell(refusal, IMPORT_BAD_LIST, cell);
}

static bool put_list(struct line_maker *maker, const struct cell *cell, struct refusal *refusal) {
  buffer_byte(&maker->data, '[');
  const bool array = cell->type == JSON_TYPE_ARRAY;
  if (cell->type != JSON_TYPE_END && !array) return refuse_cell(refusal, IMPORT_BAD_LIST, cell);
  if (!(array ? put_items_json(maker, cell, refusal) : put_items_csv(maker, cell, refusal))) return false;
  buffer_byte(&maker->data, ']');
  return true;
}

static bool put_value(struct line_maker *maker, const struct cell *cell, struct refusal *refusal) {
  if (cell->type == JSON_TYPE_NULL) {
    buffer_put(&maker->data, STR("null"));
    return true;
  }
  if (cell->column.major) return put_money(maker, cell, refusal);
  switch (maker->settings->catalogue->fields[cell->column.field].kind) {
    case FIELD_TEXT: return put_text(maker, cell, refusal);
    case FIELD_MONEY:
    case FIELD_INT: return put_number(maker, cell, refusal);
    case FIELD_BOOL: return put_bool(maker, cell, refusal);
    case FIELD_LIST: return put_list(maker, cell, refusal);
    case FIELD_TIME: return put_time(maker, cell, refusal);
  }
  assert(false && "a field has a kind");
  return false;
}

static void put_name(struct line_maker *maker, struct str name) {
  buffer_byte(&maker->data, maker->data.length == 1 ? ' ' : ',');
  if (maker->data.length == 2) maker->data.length = 1; /* nothing stands in front of the first */
  buffer_json(&maker->data, name);
  buffer_byte(&maker->data, ':');
}

/* A profile has no currency; there it only says how its amounts are written. */
static bool carries_currency(const struct line_maker *maker, struct str type) {
  const uint16_t number = catalogue_type(maker->settings->catalogue, type);
  return number != TYPE_UNKNOWN && catalogue_carries(maker->settings->catalogue, number, FIELD_ID_CURRENCY);
}

static bool data_make(struct line_maker *maker, const struct said *said, struct refusal *refusal) {
  const struct catalogue *catalogue = maker->settings->catalogue;
  const bool carries = carries_currency(maker, said->type);
  bool told = false;
  buffer_reset(&maker->data);
  buffer_byte(&maker->data, '{');
  for (uint32_t i = 0; i < maker->cells.count; i++) {
    const struct cell *cell = &maker->cells.items[i];
    if (cell->column.role != ROLE_FIELD || (cell->type == JSON_TYPE_NULL && !said->profile)) continue;
    const bool currency = cell->column.field == FIELD_ID_CURRENCY;
    told = told || currency;
    if (currency && !carries) continue;
    put_name(maker, catalogue->fields[cell->column.field].event_name);
    if (!put_value(maker, cell, refusal)) return false;
  }
  if (!told && carries && maker->settings->currency.length > 0) {
    put_name(maker, catalogue->fields[FIELD_ID_CURRENCY].event_name);
    buffer_json(&maker->data, maker->settings->currency);
  }
  buffer_byte(&maker->data, '}');
  return maker->data.length > 2 || said->type.length > 0;
}

/* ---- what a row says ---- */

static bool said_take(struct line_maker *maker, struct said *said, struct refusal *refusal) {
  struct str *const texts[ROLE_FIELD] = {&said->customer, &said->time, &said->id, &said->source, &said->type, &said->gift};
  for (uint32_t i = 0; i < maker->cells.count; i++) {
    const struct cell *cell = &maker->cells.items[i];
    if (cell->column.role == ROLE_FIELD && cell->column.field == FIELD_ID_DATE && cell->type != JSON_TYPE_NULL) said->date = cell->text;
    if (cell->column.role >= ROLE_FIELD || cell->type == JSON_TYPE_NULL) continue;
    if (cell->type != JSON_TYPE_END && cell->type != JSON_TYPE_TEXT) return refuse_cell(refusal, IMPORT_BAD_TEXT, cell);
    *texts[cell->column.role] = cell->text;
    said->columns[cell->column.role] = cell->column;
  }
  return true;
}

static bool needs(struct str text, const char *name, struct refusal *refusal) {
  return text.length > 0 || refuse(refusal, IMPORT_MISSING, str_of(name), "%s", name);
}

/* What flags and the kind say of rows that do not. */
static bool said_complete(const struct line_maker *maker, struct said *said, struct refusal *refusal) {
  const struct import_settings *settings = maker->settings;
  const struct kind_row *kind = &kinds[settings->kind];
  const bool grants = settings->kind == IMPORT_GRANTS;
  if (said->type.length == 0) said->type = settings->type.length > 0 ? settings->type : str_of(kind->type);
  if (said->source.length == 0) said->source = settings->source;
  if (said->source.length == 0 && said->id.length == 0) said->source = str_of(kind->source);
  said->profile = str_equal(said->type, STR("customer.updated"));
  if (!needs(said->customer, "customer", refusal) || !needs(said->type, "type", refusal)) return false;
  if (grants && (!needs(said->gift, "gift", refusal) || !needs(said->id, "id", refusal))) return false;
  if (settings->kind == IMPORT_BALANCES && !needs(said->date, "date", refusal)) return false;
  if (!needs(said->source, "source", refusal)) return false;
  if (settings->kind == IMPORT_FACTS && !said->profile && settings->before_ms == TIME_NONE)
    return refuse(refusal, IMPORT_NO_BEFORE, said->columns[ROLE_TYPE].title, "%.*s", (int)(said->type.length < 64 ? said->type.length : 64),
                  said->type.at);
  return true;
}

static bool time_fits(const struct import_settings *settings, const struct said *said, struct refusal *refusal) {
  const struct str column = said->columns[ROLE_TIME].title;
  if (said->time_ms > settings->now_ms + LIMIT_FUTURE_MS) return refuse(refusal, IMPORT_IN_FUTURE, column, "%s", said->time_text);
  if (settings->before_ms != TIME_NONE && said->time_ms >= settings->before_ms)
    return refuse(refusal, IMPORT_NOT_HISTORY, column, "%s", said->time_text);
  return true;
}

static bool said_time(const struct line_maker *maker, struct said *said, struct refusal *refusal) {
  const struct import_settings *settings = maker->settings;
  const bool of_day = said->time.length == 0 && settings->as_of.length == 0 && said->date.length > 0;
  const struct str text = said->time.length > 0 ? said->time : of_day ? said->date : settings->as_of;
  const struct str column = said->time.length > 0 ? said->columns[ROLE_TIME].title : of_day ? STR("date") : STR("time");
  if (!needs(text, "time", refusal)) return false;
  if (!moment(settings, text, str_of(kinds[settings->kind].day_end), said->time_text, &said->time_ms))
    return refuse_moment(settings, column, text, refusal);
  return time_fits(settings, said, refusal);
}

/* ---- the line ---- */

/* Of what the row says, and of nothing else: not of its place, of the file's name, nor of the offset that a moment is written with. */
static void id_make(const struct line_maker *maker, struct said *said) {
  char memory[2 * LIMIT_EVENT_BYTES + 1024];
  struct buffer words;
  char id[ID22_BYTES];
  buffer_init(&words, memory, sizeof memory);
  buffer_int(&words, said->time_ms);
  const struct str parts[] = {STR(""), said->source, said->type, said->customer, buffer_text(&maker->data)};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    buffer_put(&words, parts[i]);
    buffer_byte(&words, '\0');
  }
  const struct digest128 digest = hash128(&HASH_KEY_FIXED, buffer_text(&words));
  digest_to_id(digest, id);
  (void)snprintf(said->id_text, sizeof said->id_text, "%s-%.*s", kinds[maker->settings->kind].name, ID22_BYTES, id);
  said->id = str_of(said->id_text);
}

static void attribute(struct buffer *out, const char *name, struct str text) {
  buffer_print(out, ",\"%s\":", name);
  buffer_json(out, text);
}

static void line_print(struct line_maker *maker, const struct said *said) {
  struct buffer *out = &maker->line;
  buffer_reset(out);
  buffer_put(out, STR("{\"specversion\":\"1.0\""));
  attribute(out, "id", said->id);
  attribute(out, "source", said->source);
  attribute(out, "type", said->type);
  attribute(out, "subject", said->customer);
  attribute(out, "time", str_of(said->time_text));
  if (maker->settings->before_ms != TIME_NONE && said->gift.length == 0) attribute(out, "recordedtime", str_of(said->time_text));
  if (said->gift.length > 0) attribute(out, "registeredgift", said->gift);
  buffer_put(out, STR(",\"data\":"));
  buffer_put(out, buffer_text(&maker->data));
  buffer_put(out, STR("}\n"));
}

/* What rows must not contradict each other about: an event's identity, a balance of a day, a profile at one time. */
static uint64_t key_of(const struct line_maker *maker, const struct said *said) {
  const struct event *event = &maker->event;
  uint64_t key = hash64(&HASH_KEY_FIXED, said->customer);
  if (said->id.at != said->id_text) return event->digest;
  if (maker->settings->kind == IMPORT_BALANCES) return hash64_pair(&HASH_KEY_FIXED, key, hash64(&HASH_KEY_FIXED, said->date));
  return said->profile ? hash64_pair(&HASH_KEY_FIXED, key, (uint64_t)said->time_ms) : event->digest;
}

static struct str title_of(const struct line_maker *maker, const char *pointer) {
  const char *slash = strrchr(pointer, '/');
  const struct str name = str_of(slash == NULL ? pointer : slash + 1);
  for (uint32_t i = 0; i < maker->cells.count; i++) {
    const struct column *column = &maker->cells.items[i].column;
    const bool field = column->role == ROLE_FIELD && str_equal(maker->settings->catalogue->fields[column->field].event_name, name);
    if (field || str_equal(column->name, name) || (column->role == ROLE_CUSTOMER && str_equal(name, STR("subject")))) return column->title;
  }
  return (struct str){NULL, 0};
}

static bool unknown_refuse(const struct line_maker *maker, struct refusal *refusal) {
  const struct event *event = &maker->event;
  const struct unknown_word *word = &event->unknown[0];
  const struct str near = catalogue_near_word(maker->settings->catalogue, event, word);
  char pointer[LIMIT_TEXT_BYTES + 1];
  const struct catalogue *catalogue = maker->settings->catalogue;
  const struct str name = word->kind == UNKNOWN_TYPE  ? STR("type")
                          : word->field != FIELD_NONE ? catalogue->fields[word->field].event_name
                                                      : word->text;
  (void)snprintf(pointer, sizeof pointer, "%.*s", STR_FORMAT(name));
  return refuse(refusal, IMPORT_UNKNOWN_WORD, title_of(maker, pointer), "'%.*s'%s%.*s%s",
                (int)(word->text.length < 60 ? word->text.length : 60), word->text.at, near.length > 0 ? "; did you mean '" : "",
                STR_FORMAT(near), near.length > 0 ? "'?" : "");
}

static bool line_check(struct line_maker *maker, struct refusal *refusal) {
  struct event_error error = {.problem = EVENT_OK};
  const struct str line = {maker->line.memory, maker->line.length - 1};
  maker->event = (struct event){.arrival_ms = TIME_NONE};
  if (maker->line.overflowed || maker->data.overflowed || line.length > LIMIT_EVENT_BYTES)
    return refuse(refusal, IMPORT_ROW_TOO_LONG, STR(""), "%s", "as an event");
  if (event_read(maker->settings->catalogue, line, &maker->arena, &maker->event, &error) != EVENT_OK) {
    *refusal = (struct refusal){.problem = IMPORT_EVENT, .event = error.problem, .column = title_of(maker, error.pointer)};
    (void)snprintf(refusal->detail, sizeof refusal->detail, "%s", error.detail);
    return false;
  }
  return maker->event.unknown_count == 0 || unknown_refuse(maker, refusal);
}

/* A balance says one; a profile says something. */
static bool says_enough(const struct line_maker *maker, const struct said *said, struct refusal *refusal) {
  if (said->profile && maker->event.field_count == 0) return refuse(refusal, IMPORT_MISSING, STR(""), "%s", "nothing of the customer");
  if (maker->settings->kind != IMPORT_BALANCES) return true;
  const uint16_t balance = catalogue_field(maker->settings->catalogue, STR("balance_minor"));
  if (event_field(&maker->event, balance) == NULL) return refuse(refusal, IMPORT_MISSING, STR("balance"), "%s", "balance or balance_minor");
  return event_field(&maker->event, FIELD_ID_CURRENCY) != NULL || refuse(refusal, IMPORT_MISSING, STR("currency"), "%s", "currency");
}

bool line_make(struct line_maker *maker, struct line *line, struct refusal *refusal) {
  struct said said = {.time_ms = TIME_NONE};
  if (!said_take(maker, &said, refusal) || !said_complete(maker, &said, refusal) || !said_time(maker, &said, refusal)) return false;
  if (!data_make(maker, &said, refusal)) return false;
  if (maker->data.overflowed) return refuse(refusal, IMPORT_ROW_TOO_LONG, STR(""), "%s", "as an event");
  if (said.id.length == 0) id_make(maker, &said);
  line_print(maker, &said);
  if (!line_check(maker, refusal) || !says_enough(maker, &said, refusal)) return false;
  *line = (struct line){buffer_text(&maker->line), maker->event.customer, said.time_ms, key_of(maker, &said)};
  return true;
}
