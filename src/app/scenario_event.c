/* One event of a scenario as a JSON line, so that the real reader reads it and a story cannot say what the bank could not send.
 *
 * Words carry the names and spellings of campaign files: amount=80.00 becomes "amount_minor":8000, and where an amount stands without a
 * currency it is CNY. {n} in any word becomes the number of the repetition.
 */
#include "scenario.h"

#define EXPANDED_BYTES (3u * SCENARIO_LINE_BYTES) /* {n} is three bytes, its number at most six */

/* The word with every {n} replaced; in memory of the caller. */
static struct str expand(struct str word, uint32_t n, char memory[EXPANDED_BYTES]) {
  struct buffer out;
  buffer_init(&out, memory, EXPANDED_BYTES);
  for (size_t i = 0; i < word.length; i++)
    if (word.length - i >= 3 && memcmp(word.at + i, "{n}", 3) == 0) {
      buffer_int(&out, n);
      i += 2;
    } else {
      buffer_byte(&out, word.at[i]);
    }
  return buffer_text(&out);
}

static void put_text(struct buffer *out, const char *name, struct str word, uint32_t n) {
  char memory[EXPANDED_BYTES];
  buffer_print(out, "\"%s\":", name);
  buffer_json(out, expand(word, n, memory));
  buffer_byte(out, ',');
}

static void put_time(struct buffer *out, const char *name, int64_t ms) {
  buffer_print(out, "\"%s\":\"", name);
  buffer_time(out, ms, SCENARIO_OFFSET_MINUTES);
  buffer_put(out, STR("\","));
}

static const struct scenario_word *word_of(const struct step *step, uint16_t field) {
  for (uint32_t i = 0; i < step->word_count; i++)
    if (step->words[i].field == field) return &step->words[i];
  return NULL;
}

static bool put_money(const struct step *step, struct str value, struct buffer *out, struct buffer *trouble) {
  const struct scenario_word *word = word_of(step, FIELD_ID_CURRENCY);
  struct str currency = word == NULL ? STR("CNY") : word->value;
  int decimals = currency_decimals(currency);
  int64_t minor = 0;
  if (decimals < 0) {
    buffer_print(trouble, "'%.*s' is no currency; write an ISO 4217 code such as CNY", STR_FORMAT(currency));
    return false;
  }
  if (!money_parse(value, decimals, &minor)) {
    buffer_print(trouble, "'%.*s' is no amount of %.*s; write it with %d decimals, like %s", STR_FORMAT(value), STR_FORMAT(currency),
                 decimals,
                 decimals == 2   ? "80.00"
                 : decimals == 0 ? "80"
                                 : "80.000");
    return false;
  }
  buffer_int(out, minor);
  return true;
}

static void put_list(struct str value, struct buffer *out) {
  struct str item, rest = value;
  buffer_byte(out, '[');
  while (rest.length > 0) {
    str_split(rest, ',', &item, &rest);
    buffer_json(out, item);
    if (rest.length > 0) buffer_byte(out, ',');
  }
  buffer_byte(out, ']');
}

static bool put_value(const struct step *step, enum field_kind kind, struct str value, struct buffer *out, struct buffer *trouble) {
  int64_t number = 0;
  switch (kind) {
    case FIELD_MONEY: return put_money(step, value, out, trouble);
    case FIELD_INT:
      if (!str_to_int64(value, &number)) break;
      buffer_int(out, number);
      return true;
    case FIELD_BOOL:
      if (!str_equal(value, STR("true")) && !str_equal(value, STR("false"))) break;
      buffer_put(out, value);
      return true;
    case FIELD_LIST: put_list(value, out); return true;
    case FIELD_TIME:
      if (!scenario_moment(value, false, &number) && !time_parse(value, &number, NULL)) break;
      buffer_byte(out, '"');
      buffer_time(out, number, SCENARIO_OFFSET_MINUTES);
      buffer_byte(out, '"');
      return true;
    case FIELD_TEXT: buffer_json(out, value); return true;
  }
  static const char *const needs[] = {
      [FIELD_INT] = "a whole number", [FIELD_BOOL] = "true or false", [FIELD_TIME] = "a time like 2026-12-04T12:30"};
  buffer_print(trouble, "'%.*s' stands where %s must be", STR_FORMAT(value), needs[kind]);
  return false;
}

static bool put_word(const struct step *step, const struct scenario_word *word, uint32_t n, const struct field_info *field,
                     struct buffer *out, struct buffer *trouble) {
  char memory[EXPANDED_BYTES];
  buffer_json(out, field->event_name);
  buffer_byte(out, ':');
  if (!put_value(step, field->kind, expand(word->value, n, memory), out, trouble)) {
    buffer_print(trouble, " (%.*s)", STR_FORMAT(word->key));
    return false;
  }
  buffer_byte(out, ',');
  return true;
}

static bool put_data(const struct step *step, uint32_t n, const struct catalogue *catalogue, struct buffer *out, struct buffer *trouble) {
  bool has_money = false;
  buffer_put(out, STR("\"data\":{"));
  for (uint32_t i = 0; i < step->word_count; i++) {
    const struct field_info *field = &catalogue->fields[step->words[i].field];
    has_money = has_money || field->kind == FIELD_MONEY;
    if (!put_word(step, &step->words[i], n, field, out, trouble)) return false;
  }
  if (has_money && word_of(step, FIELD_ID_CURRENCY) == NULL) buffer_put(out, STR("\"currency\":\"CNY\","));
  if (out->memory[out->length - 1] == ',') out->length--;
  buffer_put(out, STR("}}"));
  return true;
}

static void put_id(const struct step *step, uint32_t n, struct buffer *out) {
  if (step->id.length > 0)
    put_text(out, "id", step->id, n);
  else if (step->repeat > 1)
    buffer_print(out, "\"id\":\"line-%u.%u\",", step->line, n);
  else
    buffer_print(out, "\"id\":\"line-%u\",", step->line);
}

bool scenario_event_line(const struct step *step, uint32_t n, int64_t now_ms, const struct catalogue *catalogue, struct buffer *out,
                         struct buffer *trouble) {
  char memory[EXPANDED_BYTES];
  int64_t happened_ms = now_ms;
  if (step->happened.length > 0 && !scenario_moment(expand(step->happened, n, memory), false, &happened_ms)) {
    buffer_print(trouble, "'%.*s' is no moment; write happened=2026-12-03T23:00", STR_FORMAT(step->happened));
    return false;
  }
  buffer_put(out, STR("{\"specversion\":\"1.0\","));
  put_id(step, n, out);
  buffer_put(out, STR("\"source\":\"scenario\","));
  put_text(out, "type", step->type, n);
  put_text(out, "subject", step->customer, n);
  put_time(out, "time", happened_ms);
  put_time(out, "recordedtime", now_ms);
  if (!put_data(step, n, catalogue, out, trouble)) return false;
  if (out->overflowed) buffer_print(trouble, "the line is too long for one event");
  return !out->overflowed;
}
