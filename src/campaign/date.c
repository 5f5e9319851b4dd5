/* Days of the customer's own that come again each year (docs/language.md section 3): a birthday that the bank tells, the day on which
 * something was first reached. They are kept among the closes - a day is due as a period's end is - but which day it is the customer's
 * record says, and the campaign has to run on it. */
#include "compile.h"

/* ---- reading ---- */

static const char *const not_a_day =
    "name what says a day of the customer's: a date of the profile, \"profile.birthday\", or the time at which a `first` of the customer "
    "was reached, \"fact.NAME.at\"";

static bool of_customer_alone(const struct fact *fact) { return fact->kind == FACT_FIRST && fact->dimension_count == 0; }

static bool is_day(struct compile *c, const struct left *left) {
  if (left->type == TYPE_BROKEN) return true;
  if (left->kind == LEFT_PROFILE) return left->type == TYPE_TEXT || left->type == TYPE_TIME;
  return left->kind == LEFT_FACT_AT && of_customer_alone(fact_at(c, left->index));
}

static bool day_read(struct compile *c, const struct at *at, struct left *left, uint32_t *node) {
  struct str text;
  if (!read_text(c, at, &text)) return false;
  bool remembered = str_starts(text, STR("profile.")) || str_starts(text, STR("fact."));
  *node = remembered ? left_node(c, at, PLACE_RULE, left) : NONE;
  if (remembered && *node == NONE) return false; /* what it lacks is told */
  if (remembered && is_day(c, left)) return true;
  report(c, at, CHECK_BAD_TRIGGER, "'%.*s' is no day that comes again; %s", STR_FORMAT(text), not_a_day);
  return false;
}

static bool time_read(struct compile *c, const struct at *at, struct duration *out) {
  int32_t time_s = 0;
  *out = (struct duration){0};
  if (at->json == NULL) return true;
  if (json_is_string(at->json) && read_clock(text_of(at->json), &time_s) && time_s < MS_PER_DAY / MS_PER_SECOND) {
    out->ms = time_s * MS_PER_SECOND;
    return true;
  }
  report(c, at, CHECK_BAD_MOMENT, "'%.*s' is not a time of day; write \"09:00\"", STR_FORMAT(text_of(at->json)));
  return false;
}

/* "profile.birthday", "fact.bank/opened.at": of a fact as it is called among all files. It stands in ids of events, so a hash takes the
 * place of a name that is too long for that. */
static struct str date_name(struct compile *c, const struct left *left) {
  struct str name = left->text;
  if (left->kind == LEFT_FACT_AT) name = arena_print(c->scratch, "fact.%.*s.at", STR_FORMAT(decl_of_fact(c, left->index)->qualified));
  if (name.length > LIMIT_DATE_NAME) name = arena_print(c->scratch, "fact.%010llx.at", (unsigned long long)name_hash40(name));
  return name;
}

void date_read(struct compile *c, const struct at *at, const struct at *whole, struct vec *out) {
  struct trigger trigger = {
      .kind = TRIGGER_CLOSE, .type = TYPE_UNKNOWN, .when = NONE, .fact = NONE, .rule = NONE, .pointer = at_pointer(c, whole)};
  struct at time = at_key(whole, "time");
  struct left left;
  uint32_t node = NONE;
  bool good = time_read(c, &time, &trigger.delay);
  if (!day_read(c, at, &left, &node) || !good || left.type == TYPE_BROKEN) return;
  trigger.close = close_add(c, (struct close){.unit = UNIT_YEAR, .campaign = NONE, .left = node}, date_name(c, &left));
  trigger_add(c, out, &trigger);
}

/* ---- which there are ---- */

/* Times of day: each is an instant of its own on each day of a year. One after the other, since there are few. */
static bool is_new_time(struct compile *c, uint32_t number) {
  const struct trigger one = *trigger_at(c, number);
  if (one.kind != TRIGGER_CLOSE || close_at(c, one.close)->left == NONE) return false;
  for (uint32_t i = 0; i < number; i++) {
    const struct trigger *other = trigger_at(c, i);
    if (other->kind == TRIGGER_CLOSE && other->close == one.close && other->delay.ms == one.delay.ms) return false;
  }
  return true;
}

static void times_check(struct compile *c) {
  uint32_t times = 0;
  for (uint32_t r = 0; r < c->rules.count; r++) {
    const struct rule rule = *rule_at(c, r);
    for (uint32_t i = 0; i < rule.on.count; i++) {
      if (!is_new_time(c, rule.on.first + i) || ++times != LIMIT_DATE_TIMES + 1) continue;
      c->now = rule.campaign;
      report_text_at(c, trigger_at(c, rule.on.first + i)->pointer, "date", CHECK_TOO_MANY,
                     "days that come again are heard at more than %u times of day, of all days, zones and campaigns together; let "
                     "campaigns hear the same day at "
                     "the same time",
                     LIMIT_DATE_TIMES);
    }
  }
}

void dates_make(struct compile *c) {
  c->date_first = c->refs.count, c->date_count = 0;
  for (uint32_t i = 0; i < c->closes.count; i++) {
    if (close_at(c, i)->left == NONE) continue;
    uint32_t at = vec_push(c, &c->refs, 1);
    *ref_at(c, at) = i;
    c->date_count++;
  }
  if (c->date_count > 0 && !c->full) times_check(c);
}

/* ---- when it is heard ---- */

int64_t date_heard(const struct rulebook *rulebook, uint32_t number, uint32_t close_number, const struct own_day *day, int32_t year,
                   int64_t after_ms) {
  const struct rule *rule = &rulebook->rules[number];
  int64_t first = TIME_NONE;
  if (year < day->first_year) return TIME_NONE;
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = &rulebook->triggers[rule->on.first + i];
    if (trigger->kind != TRIGGER_CLOSE || trigger->close != close_number) continue;
    int64_t at_ms = anniversary_ms(year, day->month, day->day, trigger->delay.ms, rulebook->closes[close_number].zone);
    if (at_ms > after_ms && (first == TIME_NONE || at_ms < first)) first = at_ms;
  }
  return first;
}
