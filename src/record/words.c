/* The words of explain. English is the campaign file's own spelling, Chinese the name in the wording room (src/wording/names.c); what is in
 * no table - a bank's own field, a new reward form - is said as it is written: a wrong translation would be worse than none. */
#include "words.h"

static const char *const units_zh[UNIT_COUNT] = {"每日", "每周", "每旬", "每月", "每季", "每半年", "每年", "活动期内", "终身"};

static struct str name_of(const struct wording *table, struct str written, enum language language) {
  const struct wording *row = language == LANGUAGE_EN ? NULL : wording_find(table, written);
  return row == NULL ? written : str_of(row->zh);
}

struct str words_field(struct str campaign_name, enum language language) {
  return name_of(wording_fields, campaign_name, language);
}
struct str words_reward(struct str reward, enum language language) {
  return name_of(wording_rewards, reward, language);
}

struct str words_unit(enum unit unit, enum language language) {
  return language == LANGUAGE_ZH ? str_of(units_zh[unit]) : str_of(unit_name(unit));
}

struct str words_dimension(const struct dimension *dimension, enum language language) {
  if (dimension->kind == DIMENSION_CUSTOMER) return words_field(STR("customer"), language);
  if (dimension->kind == DIMENSION_UNIT) return words_unit((enum unit)dimension->index, language);
  return words_field(dimension->text, language);
}

void words_dimensions(struct buffer *out, const struct dimension *dimensions, uint32_t count, enum language language) {
  for (uint32_t i = 0; i < count; i++) {
    if (i > 0) buffer_put(out, language == LANGUAGE_ZH ? STR("、") : STR(", "));
    buffer_put(out, words_dimension(&dimensions[i], language));
  }
}

/* ---- time ---- */

struct duration_part {
  int64_t ms;
  const char *en, *zh;
};
static const struct duration_part duration_parts[] = {{7 * MS_PER_DAY, "week", "周"},
                                                      {MS_PER_DAY, "day", "天"},
                                                      {3600 * MS_PER_SECOND, "hour", "小时"},
                                                      {60 * MS_PER_SECOND, "minute", "分钟"},
                                                      {MS_PER_SECOND, "second", "秒"}};

static void duration_part(struct buffer *out, int64_t number, const char *en, const char *zh, enum language language) {
  buffer_int(out, number);
  buffer_byte(out, ' ');
  buffer_put(out, str_of(language == LANGUAGE_ZH ? zh : en));
  if (language == LANGUAGE_EN && number != 1) buffer_byte(out, 's');
}

void words_duration(struct buffer *out, struct duration duration, enum language language) {
  if (duration.months != 0) {
    bool years = duration.months % 12 == 0;
    duration_part(out, years ? duration.months / 12 : duration.months, years ? "year" : "month", years ? "年" : "个月", language);
    return;
  }
  if (duration.ms == 0) {
    duration_part(out, 0, "second", "秒", language);
    return;
  }
  for (size_t i = 0; i < sizeof duration_parts / sizeof *duration_parts; i++) {
    if (duration.ms % duration_parts[i].ms != 0 || (duration_parts[i].ms >= MS_PER_DAY && !duration.days)) continue;
    duration_part(out, duration.ms / duration_parts[i].ms, duration_parts[i].en, duration_parts[i].zh, language);
    return;
  }
  buffer_int(out, duration.ms);
  buffer_put(out, STR(" ms"));
}

static const char *const weekdays_en[8] = {"", "mon", "tue", "wed", "thu", "fri", "sat", "sun"};
static const char *const weekdays_zh[8] = {"", "周一", "周二", "周三", "周四", "周五", "周六", "周日"};

/* Words of a schedule are put one behind another with a space; `start` tells whether something stands there already. */
static void schedule_word(struct buffer *out, size_t start, const char *word) {
  if (out->length > start) buffer_byte(out, ' ');
  buffer_put(out, str_of(word));
}

static void schedule_days(struct buffer *out, size_t start, const struct schedule *schedule, enum language language) {
  bool zh = language == LANGUAGE_ZH;
  for (unsigned day = 1; day <= 7; day++)
    if (schedule->days & (1u << day)) schedule_word(out, start, zh ? weekdays_zh[day] : weekdays_en[day]);
  if (schedule->days & (unsigned)DAY_WORKDAY) schedule_word(out, start, zh ? "工作日" : "workday");
  if (schedule->days & (unsigned)DAY_RESTDAY) schedule_word(out, start, zh ? "休息日" : "restday");
  for (unsigned i = 0; i < 32; i++) {
    if (!(schedule->named_days & (1u << i))) continue;
    schedule_word(out, start, "");
    buffer_put(out, schedule->calendar->days[i].id);
  }
  for (uint32_t i = 0; i < schedule->date_count && i < 8; i++) {
    schedule_word(out, start, "");
    buffer_date(out, schedule->dates[i]);
  }
  if (schedule->date_count > 8) buffer_put(out, STR(" ..."));
}

static void clock_words(struct buffer *out, int32_t second) {
  buffer_print(out, second % 60 == 0 ? "%02d:%02d" : "%02d:%02d:%02d", second / 3600, second / 60 % 60, second % 60);
}

static void schedule_hours(struct buffer *out, size_t start, const struct schedule *schedule) {
  for (uint32_t i = 0; i < schedule->hour_count && i < 8; i++) {
    schedule_word(out, start, "");
    clock_words(out, schedule->hours[i].from_s);
    buffer_byte(out, '-');
    clock_words(out, schedule->hours[i].to_s);
  }
  if (schedule->hour_count > 8) buffer_put(out, STR(" ..."));
}

static bool is_open(int64_t ms) { return ms <= INT64_MIN / 2 || ms >= INT64_MAX / 2; }

void words_schedule(struct buffer *out, const struct schedule *schedule, struct zone zone, enum language language) {
  bool named = schedule->name.length > 0;
  if (named) buffer_put(out, schedule->name);
  if (named) buffer_put(out, STR(" ("));
  size_t start = out->length;
  if (!is_open(schedule->from_ms)) {
    schedule_word(out, start, language == LANGUAGE_ZH ? "自 " : "from ");
    buffer_time_in(out, schedule->from_ms, zone);
  }
  if (!is_open(schedule->to_ms)) {
    schedule_word(out, start, language == LANGUAGE_ZH ? "至 " : "until ");
    buffer_time_in(out, schedule->to_ms, zone);
  }
  schedule_days(out, start, schedule, language);
  schedule_hours(out, start, schedule);
  if (named) buffer_byte(out, ')');
}

/* ---- limits ---- */

void words_period(struct buffer *out, const struct rulebook *rulebook, enum unit unit, uint32_t cycle, enum language language) {
  buffer_put(out, words_unit(unit, language));
  if (cycle == 0) return;
  buffer_put(out, language == LANGUAGE_ZH ? STR("(按 ") : STR(" by "));
  buffer_put(out, words_cycle(rulebook, cycle));
  if (language == LANGUAGE_ZH) buffer_byte(out, ')');
}

static void limit_period(struct buffer *out, const struct rulebook *rulebook, const struct limit *limit, enum language language) {
  if (limit->rolling_days == 0) {
    words_period(out, rulebook, limit->unit, limit->cycle, language);
    return;
  }
  if (language == LANGUAGE_ZH)
    buffer_print(out, "任意 %u 天内", limit->rolling_days);
  else
    buffer_print(out, "any %u days", limit->rolling_days);
}

static void limit_max(struct buffer *out, const struct limit *limit, struct money_style style) {
  if (limit->of_amount && !limit->in_points)
    buffer_money(out, limit->max, style.decimals);
  else
    buffer_int(out, limit->max);
}

void words_limit(struct buffer *out, const struct rulebook *rulebook, const struct limit *limit, enum language language) {
  struct money_style style = money_style_of(rulebook, limit->campaign);
  if (language == LANGUAGE_EN) {
    limit_max(out, limit, style);
    if (limit->in_points) buffer_put(out, STR(" points"));
    if (limit->dimension_count > 0) buffer_put(out, limit->each ? STR(" per each of ") : STR(" per "));
    words_dimensions(out, limit->dimensions, limit->dimension_count, language);
    buffer_put(out, STR(", "));
    limit_period(out, rulebook, limit, language);
    return;
  }
  if (limit->dimension_count > 0) buffer_put(out, limit->each ? STR("分别每") : STR("每"));
  words_dimensions(out, limit->dimensions, limit->dimension_count, language);
  limit_period(out, rulebook, limit, language);
  buffer_byte(out, ' ');
  limit_max(out, limit, style);
  if (limit->in_points)
    buffer_put(out, STR(" 积分"));
  else if (!limit->of_amount)
    buffer_put(out, STR(" 次"));
}

struct money_style money_style_of(const struct rulebook *rulebook, uint32_t campaign) {
  assert(campaign < rulebook->campaign_count);
  const struct campaign *c = &rulebook->campaigns[campaign];
  return (struct money_style){c->decimals, c->zone};
}

void words_reason(struct buffer *out, enum reason reason, enum language language) {
  const struct reason_info *info = &reasons[reason];
  if (language == LANGUAGE_ZH)
    buffer_print(out, "%s %s:%s%s", info->code, info->label_zh, info->help_zh, info->todo_zh);
  else
    buffer_print(out, "%s %s. %s %s", info->code, info->label_en, info->help_en, info->todo_en);
}

bool words_rate(const struct rulebook *rulebook, const struct event *event, const struct campaign *campaign, struct fx_rate *out) {
  const struct value *currency = event_field(event, FIELD_ID_CURRENCY);
  int64_t day;
  if (currency == NULL || str_equal(currency->text, campaign->currency)) return false;
  if (campaign->fx.table != NULL && event->type == TYPE_ID_REVERSED) return false; /* that of its payment, whose decision says it */
  return campaign_rate(campaign, currency->text, event_rate_ms(rulebook->catalogue, campaign, event), out, &day) == RATE_FOUND;
}

bool words_rate_unknown(const struct recorded_decision *recorded, const struct campaign *campaign) {
  const struct str code = str_of(reasons[REASON_RATE_UNKNOWN].code);
  for (uint32_t i = 0; campaign->fx.table != NULL && recorded != NULL && i < recorded->outcome_count; i++)
    if (str_equal(recorded->outcomes[i].reason, code) && str_equal(recorded->outcomes[i].campaign, campaign->id)) return true;
  return false;
}
