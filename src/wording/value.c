/* Money, times and names. Numbers have the digits of the file: "200.00" is never shortened, so that the text can be held against it;
 * thousands are set apart, since nobody reads 6000000.00. */
#include "parts.h"

void put_written(struct say *say, struct str text) {
  for (size_t i = 0; i < text.length; i++) buffer_byte(say->out, (unsigned char)text.at[i] < ' ' ? ' ' : text.at[i]);
}

void put_or(struct say *say, uint32_t place, uint32_t count) {
  if (place == 0) return;
  if (place + 1 == count)
    put(say, " or ", "或");
  else
    put(say, ", ", "、");
}

void put_and(struct say *say, uint32_t place, uint32_t count) {
  if (place == 0) return;
  if (place + 1 == count)
    put(say, " and ", "和");
  else
    put(say, ", ", "、");
}

void put_open(struct say *say) {
  put(say, "(", "（");
  say->brackets++;
}

void put_close(struct say *say) {
  assert(say->brackets > 0);
  put(say, ")", "）");
  say->brackets--;
}

void put_line(struct say *say, uint32_t number) { buffer_print(say->out, "%u. ", number); }

void put_capital(struct say *say, size_t start) {
  if (start >= say->out->length) return;
  char *letter = &say->out->memory[start];
  if (*letter >= 'a' && *letter <= 'z') *letter = (char)(*letter - 'a' + 'A');
}

/* 1 to 99 as Chinese counts; what is above stands in figures. */
void put_ordinal(struct say *say, uint32_t number) {
  static const char *const digits[10] = {"", "一", "二", "三", "四", "五", "六", "七", "八", "九"};
  if (!say_zh(say) || number > 99) {
    put_int(say, number);
    return;
  }
  if (number >= 20) put_str(say, str_of(digits[number / 10]));
  if (number >= 10) put_str(say, STR("十"));
  put_str(say, str_of(digits[number % 10]));
}

/* ---- amounts ---- */

#define NUMBER_BYTES 32u

/* Copies the digits with a comma between thousands: what stands behind a decimal point is left alone. */
static void put_grouped(struct say *say, struct str digits) {
  size_t whole = 0, first = digits.length > 0 && digits.at[0] == '-';
  while (whole < digits.length && digits.at[whole] != '.') whole++;
  for (size_t i = 0; i < digits.length; i++) {
    if (i > first && i < whole && (whole - i) % 3 == 0) buffer_byte(say->out, ',');
    buffer_byte(say->out, digits.at[i]);
  }
}

void say_number(struct say *say, int64_t number) {
  char memory[NUMBER_BYTES];
  struct buffer digits;
  buffer_init(&digits, memory, sizeof memory);
  buffer_int(&digits, number);
  put_grouped(say, buffer_text(&digits));
}

/* "元", "英镑"; a currency that is in no table by its code. English says codes: they are what people know there. */
void say_currency(struct say *say, struct str code) {
  const struct wording *row = say_zh(say) ? wording_find(wording_currencies, code) : NULL;
  put_str(say, row == NULL ? code : str_of(row->zh));
}

void say_money_in(struct say *say, struct str code, int64_t minor, int32_t decimals) {
  char memory[NUMBER_BYTES];
  struct buffer digits;
  buffer_init(&digits, memory, sizeof memory);
  buffer_money(&digits, minor, decimals);
  if (!say_zh(say)) {
    put_str(say, code);
    buffer_byte(say->out, ' ');
  }
  put_grouped(say, buffer_text(&digits));
  if (say_zh(say)) say_currency(say, code);
}

void say_money(struct say *say, int64_t minor) { say_money_in(say, say->campaign->currency, minor, say->campaign->decimals); }

void say_points(struct say *say, int64_t points) {
  say_number(say, points);
  put(say, points == 1 ? " point" : " points", "积分");
}

void say_percent(struct say *say, int32_t basis_points) { buffer_percent(say->out, basis_points); }

/* ---- time ---- */

static void amount_of(struct say *say, int64_t number, const char *en, const char *zh) {
  put_int(say, number);
  if (!say_zh(say)) buffer_byte(say->out, ' ');
  put(say, en, zh);
  if (!say_zh(say) && number != 1) buffer_byte(say->out, 's');
}

void say_hours(struct say *say, int64_t ms) {
  bool days = ms % MS_PER_DAY == 0 && ms > 3 * MS_PER_DAY;
  amount_of(say, days ? ms / MS_PER_DAY : ms / (3600 * MS_PER_SECOND), days ? "day" : "hour", days ? "天" : "小时");
}

static const struct {
  int64_t ms;
  const char *en, *zh;
} duration_parts[] = {{MS_PER_DAY, "day", "天"},
                      {3600 * MS_PER_SECOND, "hour", "小时"},
                      {60 * MS_PER_SECOND, "minute", "分钟"},
                      {MS_PER_SECOND, "second", "秒"}};

void say_duration(struct say *say, struct duration duration) {
  if (duration.months != 0 && duration.months % 12 == 0) {
    amount_of(say, duration.months / 12, "year", "年");
    return;
  }
  if (duration.months != 0) {
    amount_of(say, duration.months, "month", "个月");
    return;
  }
  for (size_t i = 0; i < sizeof duration_parts / sizeof *duration_parts; i++) {
    if (duration.ms % duration_parts[i].ms != 0 || duration.ms == 0) continue;
    amount_of(say, duration.ms / duration_parts[i].ms, duration_parts[i].en, duration_parts[i].zh);
    return;
  }
  amount_of(say, duration.ms / MS_PER_SECOND, "second", "秒");
}

static const char *const months_en[13] = {"",     "January", "February",  "March",   "April",    "May",     "June",
                                          "July", "August",  "September", "October", "November", "December"};

void say_date(struct say *say, int64_t days) {
  struct civil date = civil_from_ms(days * MS_PER_DAY);
  if (say_zh(say))
    buffer_print(say->out, "%d年%d月%d日", date.year, date.month, date.day);
  else
    buffer_print(say->out, "%d %s %d", date.day, months_en[date.month], date.year);
}

void say_month(struct say *say, int64_t month) {
  assert(month >= 1 && month <= 12);
  if (say_zh(say)) put_int(say, month);
  put(say, months_en[month], "月");
}

void say_clock(struct say *say, int32_t second) {
  buffer_print(say->out, second % 60 == 0 ? "%02d:%02d" : "%02d:%02d:%02d", second / 3600, second / 60 % 60, second % 60);
}

/* The one place where an instant becomes a time of the campaign's zone. */
static int64_t local_of(const struct say *say, int64_t utc_ms) { return zone_local(say->campaign->zone, utc_ms); }

static void date_and_clock(struct say *say, int64_t day, int32_t second) {
  say_date(say, day);
  put(say, ", ", "");
  say_clock(say, second);
}

void say_instant(struct say *say, int64_t utc_ms) {
  int64_t local = local_of(say, utc_ms), day = local / MS_PER_DAY;
  date_and_clock(say, day, (int32_t)((local - day * MS_PER_DAY) / MS_PER_SECOND));
}

void say_end(struct say *say, int64_t utc_ms) {
  int64_t local = local_of(say, utc_ms), day = local / MS_PER_DAY;
  if (local % MS_PER_DAY == 0)
    date_and_clock(say, day - 1, 24 * 3600);
  else
    date_and_clock(say, day, (int32_t)((local - day * MS_PER_DAY) / MS_PER_SECOND));
}

void say_span(struct say *say, uint32_t campaign) {
  const struct campaign *c = &say->rulebook->campaigns[campaign];
  put(say, "\"", "“");
  put_written(say, say_zh(say) ? c->name_zh : c->name_en);
  put(say, "\" (", "”期间（");
  say_instant(say, c->from_ms);
  put(say, " to ", "至");
  say_end(say, c->to_ms);
  put(say, ")", "）");
}

/* ---- moments, seen from what happened ---- */

static const char *const next_words[UNIT_COUNT][2] = {[UNIT_DAY] = {"the next day", "次日"},
                                                      [UNIT_WEEK] = {"the next week", "下周"},
                                                      [UNIT_TEN_DAYS] = {"the next ten-day period", "下一旬"},
                                                      [UNIT_MONTH] = {"the next month", "次月"},
                                                      [UNIT_QUARTER] = {"the next quarter", "下一季度"},
                                                      [UNIT_HALF] = {"the next half-year", "下一个半年"},
                                                      [UNIT_YEAR] = {"the next year", "次年"},
                                                      [UNIT_CAMPAIGN] = {"the campaign", "活动"},
                                                      [UNIT_EVER] = {"", ""}};
static const char *const end_words[UNIT_COUNT][2] = {[UNIT_DAY] = {"day", "当日24:00"},
                                                     [UNIT_WEEK] = {"week", "当周周日24:00"},
                                                     [UNIT_TEN_DAYS] = {"ten-day period", "当旬最后一日24:00"},
                                                     [UNIT_MONTH] = {"month", "当月最后一日24:00"},
                                                     [UNIT_QUARTER] = {"quarter", "当季最后一日24:00"},
                                                     [UNIT_HALF] = {"half-year", "当半年最后一日24:00"},
                                                     [UNIT_YEAR] = {"year", "当年最后一日24:00"},
                                                     [UNIT_CAMPAIGN] = {"campaign", "活动结束"},
                                                     [UNIT_EVER] = {"", ""}};
_Static_assert(UNIT_COUNT == UNIT_EVER + 1, "a new unit needs its words here and in schedule.c");

/* "发放次月第1日00:00", "day 1 of the next month, 00:00". Day 31 is the last one. */
static void next_moment(struct say *say, const struct moment *moment, struct from from) {
  bool day = moment->unit != UNIT_DAY, last = moment->day >= 31;
  put(say, "", from.of_zh);
  if (say_zh(say)) put(say, "", next_words[moment->unit][1]);
  if (day && last) put(say, "the last day of ", "最后一日");
  if (day && !last) {
    put(say, "day ", "第");
    put_int(say, moment->day);
    put(say, " of ", "日");
  }
  if (!say_zh(say)) put(say, next_words[moment->unit][0], "");
  put(say, ", ", "");
  say_clock(say, moment->time_s);
}

/* "发放当月最后一日24:00之后3个月", "3 months after the end of the month in which it is given". */
static void end_moment(struct say *say, const struct moment *moment, struct from from) {
  bool more = moment->after.months != 0 || moment->after.ms != 0, campaign = moment->unit >= UNIT_CAMPAIGN;
  if (say_zh(say)) {
    if (!campaign) put(say, "", from.of_zh);
    put(say, "", end_words[moment->unit][1]);
    if (more) put(say, "", "之后"), say_duration(say, moment->after);
    return;
  }
  if (more) say_duration(say, moment->after);
  put(say, more ? " after the end of the " : "the end of the ", "");
  put(say, end_words[moment->unit][0], "");
  if (!campaign) put(say, from.of_en, "");
}

void say_moment(struct say *say, const struct moment *moment, bool end, struct from from) {
  switch (moment->kind) {
    case MOMENT_NONE: return;
    case MOMENT_AT:
      if (end)
        say_end(say, moment->at_ms);
      else
        say_instant(say, moment->at_ms);
      return;
    case MOMENT_AFTER:
      if (say_zh(say)) put_str(say, str_of(from.zh));
      say_duration(say, moment->after);
      put(say, " after ", "");
      if (!say_zh(say)) put_str(say, str_of(from.en));
      return;
    case MOMENT_AFTER_WORKING_DAYS:
      if (say_zh(say)) put_str(say, str_of(from.zh));
      amount_of(say, moment->working_days, "working day", "个工作日");
      put(say, " (same time of day) after ", "的同一时刻");
      if (!say_zh(say)) put_str(say, str_of(from.en));
      return;
    case MOMENT_NEXT: next_moment(say, moment, from); return;
    case MOMENT_END_OF: end_moment(say, moment, from); return;
  }
}

/* ---- names ---- */

void say_quoted(struct say *say, struct str text) {
  put(say, "\"", "“");
  put_written(say, text);
  put(say, "\"", "”");
}

/* The latest file that names it counts. */
struct str bank_name(const struct say *say, struct str word) {
  const struct catalogue *catalogue = say->rulebook->catalogue;
  for (uint32_t i = catalogue->name_count; i-- > 0;)
    if (str_equal(catalogue->names[i].written, word)) return say_zh(say) ? catalogue->names[i].zh : catalogue->names[i].en;
  return STR("");
}

/* The bank's own name for it goes before giftd's. Empty: neither has one. */
static struct str name_of(const struct say *say, const struct wording *table, struct str word) {
  struct str own = bank_name(say, word);
  if (own.length > 0) return own;
  const struct wording *row = wording_find(table, word);
  return row == NULL ? STR("") : str_of(say_zh(say) ? row->zh : row->en);
}

void say_word(struct say *say, const struct wording *table, struct str word) {
  struct str name = name_of(say, table, word);
  if (name.length > 0)
    put_written(say, name);
  else
    say_quoted(say, word);
}

/* Of a bank's own field or type its catalogue says what it is. */
static void named_or_help(struct say *say, const struct wording *table, struct str name, struct str en, struct str zh) {
  struct str help = say_zh(say) ? zh : en;
  if (name_of(say, table, name).length == 0 && help.length > 0)
    put_written(say, help);
  else
    say_word(say, table, name);
}

void say_field(struct say *say, uint32_t field) {
  assert(field < say->rulebook->catalogue->field_count);
  const struct field_info *info = &say->rulebook->catalogue->fields[field];
  named_or_help(say, wording_fields, info->campaign_name, info->help_en, info->help_zh);
}

void say_type(struct say *say, uint16_t type) {
  assert(type < say->rulebook->catalogue->type_count);
  const struct type_info *info = &say->rulebook->catalogue->types[type];
  named_or_help(say, wording_types, info->name, info->help_en, info->help_zh);
}

/* The noun of "completed switch of the current account" is what stands before the first preposition. */
static size_t noun_end(struct str words) {
  static const char *const prepositions[] = {" of ", " on ", " at ", " for ", " in ", " to ", " with "};
  size_t end = words.length;
  for (size_t i = 0; i < sizeof prepositions / sizeof *prepositions; i++) {
    const char *found = str_find(words, str_of(prepositions[i]));
    if (found != NULL && (size_t)(found - words.at) < end) end = (size_t)(found - words.at);
  }
  return end;
}

static bool ends_in(struct str word, const char *end) {
  const struct str tail = str_of(end);
  return word.length >= tail.length && str_equal(str_from(word, word.length - tail.length), tail);
}

static void put_plural(struct say *say, struct str words) {
  static const char *const hissing[] = {"s", "x", "z", "ch", "sh"};
  const struct str noun = {words.at, noun_end(words)};
  const bool ies = ends_in(noun, "y") && !ends_in(noun, "ay") && !ends_in(noun, "ey") && !ends_in(noun, "oy") && !ends_in(noun, "uy");
  bool es = false;
  for (size_t i = 0; i < sizeof hissing / sizeof *hissing; i++) es = es || ends_in(noun, hissing[i]);
  put_written(say, ies ? (struct str){noun.at, noun.length - 1} : noun);
  put_str(say, ies ? STR("ies") : es ? STR("es") : STR("s"));
  put_written(say, str_from(words, noun.length));
}

/* What was written from `start` on, as a plural. Chinese has none. */
static void many_from(struct say *say, size_t start) {
  char memory[LIMIT_TEXT_BYTES + 16];
  const struct str name = {say->out->memory + start, say->out->length - start};
  if (say_zh(say) || name.length > sizeof memory) return;
  memcpy(memory, name.at, name.length);
  say->out->length = start;
  put_plural(say, (struct str){memory, name.length});
}

void say_fields_many(struct say *say, uint32_t field) {
  const size_t start = say->out->length;
  say_field(say, field);
  many_from(say, start);
}

void say_types_many(struct say *say, uint16_t type) {
  const size_t start = say->out->length;
  say_type(say, type);
  many_from(say, start);
}

/* A campaign that an event names is known by its name, not by its id. */
static bool campaign_value(struct say *say, struct str field, struct str value) {
  if (!str_equal(field, STR("campaign"))) return false;
  if (str_equal(value, say->campaign->id)) {
    put(say, "this campaign", "本活动");
    return true;
  }
  for (uint32_t i = 0; i < say->rulebook->campaign_count; i++) {
    const struct campaign *other = &say->rulebook->campaigns[i];
    if (!str_equal(other->id, value)) continue;
    say_quoted(say, say_zh(say) ? other->name_zh : other->name_en);
    return true;
  }
  return false;
}

/* A word may mean one thing in one field and another in all others: "method.normal". */
void say_value(struct say *say, struct str field, struct str value) {
  if (campaign_value(say, field, value)) return;
  char memory[LIMIT_TEXT_BYTES + 128];
  struct buffer both;
  buffer_init(&both, memory, sizeof memory);
  buffer_put(&both, field);
  buffer_byte(&both, '.');
  buffer_put(&both, value);
  struct str name = name_of(say, wording_values, buffer_text(&both));
  if (name.length == 0) name = name_of(say, wording_values, value);
  if (name.length > 0)
    put_written(say, name);
  else if (value.length > 0 && value.at[0] >= '0' && value.at[0] <= '9')
    put_written(say, value); /* codes stand for themselves */
  else
    say_quoted(say, value);
}

void say_group(struct say *say, struct str word) {
  struct str name = name_of(say, wording_groups, word);
  if (name.length == 0) name = name_of(say, wording_values, word);
  put_written(say, name.length > 0 ? name : word);
}

/* Of several lists that a condition names at once the compiled one is called "dining, tea". */
void say_list(struct say *say, uint32_t list) {
  struct used *used = &say->lists;
  assert(list < say->rulebook->list_count);
  struct str rest = say->rulebook->lists[list].name, name;
  if (used->places[list] == 0) {
    used->numbers[used->count++] = list;
    used->places[list] = used->count;
  }
  put(say, "\"", "“");
  for (bool first = true; rest.length > 0; first = false) {
    str_split(rest, ',', &name, &rest);
    if (!first) put(say, ", ", "、");
    say_group(say, str_trim(name));
  }
  put(say, "\"", "”");
}

void say_customer_list(struct say *say, uint32_t list) {
  say_list(say, list);
  say->lists.suffixes[say->lists.places[list] - 1] = 1;
}

void say_noun_behind(struct say *say, struct str noun) {
  const struct str text = buffer_text(say->out), quote = STR("”");
  if (!say_zh(say)) return;
  assert(text.length >= quote.length);
  const struct str name = {text.at, text.length - quote.length};
  if (name.length < noun.length || !str_equal(str_from(name, name.length - noun.length), noun)) put_str(say, noun);
}
