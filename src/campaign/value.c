/* Values as people write them - money, percent, duration, unit, date, time of day - into integers (docs/language.md section 1). */
#include "compile.h"

struct str text_of(const json_t *json) {
  if (!json_is_string(json)) return (struct str){"", 0};
  return (struct str){json_string_value(json), json_string_length(json)};
}

const char *type_of(const json_t *json) {
  if (json == NULL) return "nothing";
  switch (json_typeof(json)) {
    case JSON_OBJECT: return "an object";
    case JSON_ARRAY: return "a list";
    case JSON_STRING: return "a text";
    case JSON_INTEGER: return "a whole number";
    case JSON_REAL: return "a number with a fraction";
    case JSON_TRUE:
    case JSON_FALSE: return "true or false";
    case JSON_NULL: break;
  }
  return "null";
}

bool read_text(struct compile *c, const struct at *at, struct str *out) {
  if (!json_is_string(at->json)) {
    report(c, at, CHECK_WRONG_TYPE, "expected a text here, found %s", type_of(at->json));
    return false;
  }
  *out = text_of(at->json);
  if (out->length > 0) return true;
  report(c, at, CHECK_BAD_VALUE, "the text is empty");
  return false;
}

bool read_bool(struct compile *c, const struct at *at, bool *out) {
  if (json_is_boolean(at->json)) {
    *out = json_is_true(at->json);
    return true;
  }
  report(c, at, CHECK_WRONG_TYPE, "expected true or false here, found %s", type_of(at->json));
  return false;
}

bool read_int(struct compile *c, const struct at *at, int64_t least, int64_t most, enum check_code code, int64_t *out) {
  if (!json_is_integer(at->json)) {
    report(c, at, CHECK_WRONG_TYPE, "expected a whole number here, found %s", type_of(at->json));
    return false;
  }
  *out = json_integer_value(at->json);
  if (*out >= least && *out <= most) return true;
  report(c, at, code, "%lld is not from %lld to %lld", (long long)*out, (long long)least, (long long)most);
  return false;
}

/* So many units of the campaign's currency as a file says it: "50", "50.00", "50.000". */
struct str money_example(struct compile *c, int64_t units) {
  char memory[40];
  struct buffer text;
  const struct campaign *campaign = campaign_now(c);
  buffer_init(&text, memory, sizeof memory);
  for (int32_t i = 0; i < campaign->decimals; i++) units *= 10;
  buffer_money(&text, units, campaign->decimals);
  return arena_print(c->scratch, "%.*s", STR_FORMAT(buffer_text(&text)));
}

bool read_money(struct compile *c, const struct at *at, bool zero_too, int64_t *out) {
  const struct campaign *campaign = campaign_now(c);
  struct str text = text_of(at->json), example = money_example(c, 50);
  if (!json_is_string(at->json)) {
    report(c, at, CHECK_BAD_MONEY, "money is written as a text like \"%.*s\", found %s", STR_FORMAT(example), type_of(at->json));
    return false;
  }
  if (!money_parse(text, campaign->decimals, out)) {
    report(c, at, CHECK_BAD_MONEY,
           "'%.*s' is not an amount in %.*s; amounts are written \"%.*s\", with %d decimals, without sign and symbol", STR_FORMAT(text),
           STR_FORMAT(campaign->currency), STR_FORMAT(example), (int)campaign->decimals);
    return false;
  }
  if (*out > 0 || zero_too) return true;
  report(c, at, CHECK_BAD_MONEY, "an amount of %.*s gives nothing", STR_FORMAT(text));
  return false;
}

bool read_percent(struct compile *c, const struct at *at, int32_t *out) {
  struct str text = text_of(at->json);
  if (json_is_string(at->json) && percent_parse(text, out)) return true;
  report(c, at, CHECK_BAD_PERCENT, "'%.*s' is not a percentage; write \"50%%\" or \"12.5%%\", at most two decimals", STR_FORMAT(text));
  return false;
}

bool read_duration(struct compile *c, const struct at *at, struct duration *out) {
  struct str text = text_of(at->json);
  if (json_is_string(at->json) && duration_parse(text, out)) return true;
  if (json_is_string(at->json))
    report(c, at, CHECK_BAD_DURATION, "'%.*s' is not a duration; write \"P3M\", \"P7D\" or \"PT2H\", one unit only", STR_FORMAT(text));
  else
    report(c, at, CHECK_BAD_DURATION, "a duration is written as a text like \"P7D\", found %s", type_of(at->json));
  return false;
}

bool read_unit(struct compile *c, const struct at *at, bool calendar_only, enum unit *out) {
  struct str text = text_of(at->json);
  struct near near = near_start(text);
  if (json_is_string(at->json) && unit_parse(text, out) && (!calendar_only || *out < UNIT_CAMPAIGN)) return true;
  for (unsigned i = 0; i < (calendar_only ? UNIT_CAMPAIGN : UNIT_COUNT); i++) near_offer(&near, str_of(unit_name((enum unit)i)));
  struct str hint = near_text(c, &near);
  report(c, at, CHECK_BAD_UNIT, "'%.*s' is not a unit that can stand here: day week ten_days month quarter half year%s%.*s",
         STR_FORMAT(text), calendar_only ? "" : " campaign ever", STR_FORMAT(hint));
  return false;
}

void unit_check(struct compile *c, const struct at *at, enum unit unit) {
  bool there = json_object_get(file_now(c)->root.json, "period") != NULL;
  if (unit == UNIT_CAMPAIGN && !there && campaign_now(c)->programme) /* a campaign without a period has been told so */
    report(c, at, CHECK_BAD_VALUE, "this programme has no 'period': nothing in it can last a 'campaign'; give it one, or write \"ever\"");
}

bool read_date(struct compile *c, const struct at *at, int64_t *day) {
  struct str text = text_of(at->json);
  if (json_is_string(at->json) && date_parse(text, day)) return true;
  report(c, at, CHECK_BAD_DATE, "'%.*s' is not a date of the calendar; write \"2027-01-31\"", STR_FORMAT(text));
  return false;
}

static bool two_digits(struct str text, size_t at, int32_t most, int32_t *out) {
  if (at + 2 > text.length) return false;
  char a = text.at[at], b = text.at[at + 1];
  if (a < '0' || a > '9' || b < '0' || b > '9') return false;
  *out = (a - '0') * 10 + (b - '0');
  return *out <= most;
}

/* "10:00", "10:00:05"; "24:00" is the end of a day. */
bool read_clock(struct str text, int32_t *second) {
  int32_t h = 0, m = 0, s = 0;
  bool form = text.length == 5 || text.length == 8;
  if (!form || text.at[2] != ':' || !two_digits(text, 0, 24, &h) || !two_digits(text, 3, 59, &m)) return false;
  if (text.length == 8 && (text.at[5] != ':' || !two_digits(text, 6, 59, &s))) return false;
  *second = h * 3600 + m * 60 + s;
  return *second <= 86400;
}

bool read_instant(struct compile *c, const struct at *at, bool end, enum check_code code, int64_t *utc_ms) {
  struct str text = text_of(at->json), date, clock;
  int32_t second = 0;
  int64_t day;
  bool timed = str_split(text, 'T', &date, &clock);
  if (!json_is_string(at->json) || !date_parse(date, &day) || (timed && !read_clock(clock, &second))) {
    report(c, at, code, "'%.*s' is neither a date \"2027-02-27\" nor a time \"2027-02-27T10:00\"", STR_FORMAT(text));
    return false;
  }
  if (end && !timed) day++;
  *utc_ms = zone_instant(campaign_now(c)->zone, day * MS_PER_DAY + second * MS_PER_SECOND);
  return true;
}

bool read_word(struct compile *c, const struct at *at, const char *const *words, enum check_code code, uint32_t *out) {
  struct str text = text_of(at->json);
  struct near near = near_start(text);
  char memory[160];
  struct buffer all;
  buffer_init(&all, memory, sizeof memory);
  for (uint32_t i = 0; words[i] != NULL; i++) {
    if (json_is_string(at->json) && str_equal(text, str_of(words[i]))) {
      *out = i;
      return true;
    }
    near_offer(&near, str_of(words[i]));
    buffer_print(&all, "%s%s", i == 0 ? "" : ", ", words[i]);
  }
  struct str hint = near_text(c, &near), known = buffer_text(&all);
  if (!json_is_string(at->json))
    report(c, at, CHECK_WRONG_TYPE, "expected one of %.*s here, found %s", STR_FORMAT(known), type_of(at->json));
  else
    report(c, at, code, "'%.*s' is not one of %.*s%.*s", STR_FORMAT(text), STR_FORMAT(known), STR_FORMAT(hint));
  return false;
}

bool id_is_good(struct str id, bool underscore) {
  if (id.length == 0 || id.length > LIMIT_ID_BYTES) return false;
  for (size_t i = 0; i < id.length; i++) {
    char b = id.at[i];
    bool good = (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '-' || (underscore && b == '_');
    if (!good) return false;
  }
  return true;
}

bool read_id(struct compile *c, const struct at *at, bool underscore, struct str *out) {
  if (!read_text(c, at, out)) return false;
  if (id_is_good(*out, underscore)) return true;
  report(c, at, CHECK_BAD_ID, "'%.*s' is not an id: 1 to 64 of a-z 0-9 -%s", STR_FORMAT(*out), underscore ? " _" : "");
  return false;
}

bool read_list(struct compile *c, const struct at *at, enum check_code empty_code, uint32_t *count) {
  *count = 0;
  if (!json_is_array(at->json)) {
    report(c, at, CHECK_WRONG_TYPE, "expected a list here, found %s", type_of(at->json));
    return false;
  }
  *count = (uint32_t)json_array_size(at->json);
  if (*count > 0) return true;
  report(c, at, empty_code, "the list is empty");
  return false;
}

const struct str *read_texts(struct compile *c, const struct at *at, enum check_code code, uint32_t *count) {
  if (!read_list(c, at, code, count)) return NULL;
  struct str *texts = take(c, *count, sizeof *texts);
  bool good = texts != NULL;
  for (uint32_t i = 0; i < *count; i++) {
    struct at item = at_item(at, i);
    struct str text;
    if (!read_text(c, &item, &text))
      good = false;
    else if (texts != NULL)
      texts[i] = keep_text(c, text);
  }
  if (!good) *count = 0;
  return good ? texts : NULL;
}
