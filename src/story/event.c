/* One event of a scenario as a JSON line, so that the real reader reads it and a story cannot say what the bank could not send.
 *
 * Words carry the names and spellings of campaign files: amount=80.00 becomes "amount_minor":8000, and where an amount stands without a
 * currency it is that of the campaigns under test. {n} in any word becomes the number of the repetition.
 */
#include "parts.h"

#define EXPANDED_BYTES (3u * SCENARIO_LINE_BYTES) /* {n} is three bytes, its number at most six */

struct making {
  const struct step *step;
  uint32_t n;
  const struct scenario_home *home;
  const struct scenario_gifts *gifts;
  const struct catalogue *catalogue;
  struct buffer *out, *trouble;
};

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

static void put_time(struct buffer *out, const char *name, int64_t ms, struct zone zone) {
  buffer_print(out, "\"%s\":\"", name);
  buffer_time_in(out, ms, zone);
  buffer_put(out, STR("\","));
}

static const struct scenario_word *word_of(const struct step *step, uint16_t field) {
  for (uint32_t i = 0; i < step->word_count; i++)
    if (step->words[i].field == field) return &step->words[i];
  return NULL;
}

/* "80.00" */
static void money_like(struct buffer *out, int64_t units, int decimals) {
  for (int i = 0; i < decimals; i++) units *= 10;
  buffer_money(out, units, decimals);
}

/* False: several would do. */
static bool currency_of(const struct making *m, struct str *currency) {
  const struct scenario_word *word = word_of(m->step, FIELD_ID_CURRENCY);
  const struct scenario_home *home = m->home;
  *currency = word != NULL ? word->value : home->currency;
  if (word != NULL || home->other_currency.length == 0) return true;
  buffer_print(m->trouble,
               "the campaigns under test have several currencies (%.*s: %.*s, %.*s: %.*s); write currency=%.*s beside the amount",
               STR_FORMAT(home->money_by), STR_FORMAT(home->currency), STR_FORMAT(home->money_other), STR_FORMAT(home->other_currency),
               STR_FORMAT(home->currency));
  return false;
}

static bool put_money(const struct making *m, struct str value) {
  struct str currency;
  if (!currency_of(m, &currency)) return false;
  int decimals = currency_decimals(currency);
  int64_t minor = 0;
  if (decimals < 0) {
    buffer_print(m->trouble, "'%.*s' is not a currency; write an ISO 4217 code such as %.*s", STR_FORMAT(currency),
                 STR_FORMAT(m->home->currency));
    return false;
  }
  if (!money_parse(value, decimals, &minor)) {
    buffer_print(m->trouble, "'%.*s' is not an amount in %.*s; write it with %d decimals, like ", STR_FORMAT(value), STR_FORMAT(currency),
                 decimals);
    money_like(m->trouble, 80, decimals);
    return false;
  }
  buffer_int(m->out, minor);
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

static bool put_moment(const struct making *m, struct str value) {
  int64_t ms = 0;
  if (!scenario_moment(value, false, m->home->zone, &ms) && !time_parse(value, &ms, NULL)) return false;
  buffer_byte(m->out, '"');
  buffer_time_in(m->out, ms, m->home->zone);
  buffer_byte(m->out, '"');
  return true;
}

static bool put_value(const struct making *m, enum field_kind kind, struct str value) {
  static const char *const needs[] = {
      [FIELD_INT] = "a whole number", [FIELD_BOOL] = "true or false", [FIELD_TIME] = "a time like 2026-12-04T12:30"};
  int64_t number = 0;
  switch (kind) {
    case FIELD_MONEY: return put_money(m, value);
    case FIELD_INT:
      if (!str_to_int64(value, &number)) break;
      buffer_int(m->out, number);
      return true;
    case FIELD_BOOL:
      if (!str_equal(value, STR("true")) && !str_equal(value, STR("false"))) break;
      buffer_put(m->out, value);
      return true;
    case FIELD_LIST: put_list(value, m->out); return true;
    case FIELD_TIME:
      if (!put_moment(m, value)) break;
      return true;
    case FIELD_TEXT: buffer_json(m->out, value); return true;
  }
  buffer_print(m->trouble, "found '%.*s', expected %s", STR_FORMAT(value), needs[kind]);
  return false;
}

#define GIFT_WORD "{gift:"

/* The id of the rule's latest gift. */
static bool gift_name(const struct making *m, struct str *word) {
  struct str rule = str_from(*word, sizeof GIFT_WORD - 1);
  if (m->gifts == NULL || !str_starts(*word, STR(GIFT_WORD)) || word->at[word->length - 1] != '}') return true;
  rule.length--;
  for (uint32_t i = 0; i < m->gifts->count; i++) {
    if (!str_equal(m->gifts->items[i].rule, rule)) continue;
    *word = (struct str){m->gifts->items[i].id, sizeof m->gifts->items[i].id};
    return true;
  }
  buffer_print(m->trouble, "no gift of '%.*s' was given in this story", STR_FORMAT(rule));
  return false;
}

static bool put_word(const struct making *m, const struct scenario_word *word) {
  char memory[EXPANDED_BYTES];
  const struct field_info *field = &m->catalogue->fields[word->field];
  struct str value = expand(word->value, m->n, memory);
  buffer_json(m->out, field->event_name);
  buffer_byte(m->out, ':');
  if (!gift_name(m, &value) || !put_value(m, field->kind, value)) {
    buffer_print(m->trouble, " (%.*s)", STR_FORMAT(word->key));
    return false;
  }
  buffer_byte(m->out, ',');
  return true;
}

static bool put_data(const struct making *m) {
  bool has_money = false;
  buffer_put(m->out, STR("\"data\":{"));
  for (uint32_t i = 0; i < m->step->word_count; i++) {
    has_money = has_money || m->catalogue->fields[m->step->words[i].field].kind == FIELD_MONEY;
    if (!put_word(m, &m->step->words[i])) return false;
  }
  if (has_money && word_of(m->step, FIELD_ID_CURRENCY) == NULL) put_text(m->out, "currency", m->home->currency, m->n);
  if (m->out->memory[m->out->length - 1] == ',') m->out->length--;
  buffer_put(m->out, STR("}}"));
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

bool scenario_event_line(const struct step *step, uint32_t n, int64_t now_ms, const struct scenario_home *home,
                         const struct scenario_gifts *gifts, const struct catalogue *catalogue, struct buffer *out,
                         struct buffer *trouble) {
  char memory[EXPANDED_BYTES];
  int64_t happened_ms = now_ms;
  const struct making making = {step, n, home, gifts, catalogue, out, trouble};
  if (step->happened.length > 0 && !scenario_moment(expand(step->happened, n, memory), false, home->zone, &happened_ms)) {
    buffer_print(trouble, "'%.*s' is not a moment; write happened=2026-12-03T23:00", STR_FORMAT(step->happened));
    return false;
  }
  buffer_put(out, STR("{\"specversion\":\"1.0\","));
  put_id(step, n, out);
  buffer_put(out, STR("\"source\":\"scenario\","));
  put_text(out, "type", step->type, n);
  put_text(out, "subject", step->customer, n);
  put_time(out, "time", happened_ms, home->zone);
  put_time(out, "recordedtime", now_ms, home->zone);
  if (step->mode.length > 0) put_text(out, "giftmode", step->mode, n);
  if (step->registered.length > 0) put_text(out, "registeredgift", step->registered, n);
  if (!put_data(&making)) return false;
  if (out->overflowed) buffer_print(trouble, "the line is too long for one event");
  return !out->overflowed;
}
