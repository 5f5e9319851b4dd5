/* Calendars: files beside the campaigns that say which days are worked and which have names (docs/language.md section 1; R28, R98), so that
 * a new year, or another country, needs no new giftd.
 *
 *     {"calendar": "sg", "name": {"zh": "新加坡", "en": "Singapore"}, "source": "who published it, and when it was read",
 *      "covers": {"from": "2026-01-01", "to": "2026-12-31"}, "weekend": ["sat", "sun"],
 *      "days": {"national-day": {"name": {"zh": "国庆日", "en": "National Day"}, "dates": ["2026-08-09"]}},
 *      "resting": ["2026-08-10"], "working": []}
 *
 * A file is known by what it says, not by its path: a state keeps texts alone. What is asked is answered from an array of days, so that a
 * schedule costs the same with every calendar. A day outside of what is covered is nobody's guess: `giftd check` refuses what asks for one.
 */
#include "compile.h"

#define CALENDAR_DAYS_MOST 7306 /* twenty years */
#define NAMES_MOST 32u
#define TEXT_MOST 1024u
#define DAY_NAME_MOST 200u

static const struct key file_keys[] = {{"$schema", KEY_MAY}, {"calendar", KEY_MUST}, {"name", KEY_MUST}, {"source", KEY_MUST},
                                       {"covers", KEY_MUST}, {"weekend", KEY_MAY},   {"days", KEY_MAY},  {"resting", KEY_MAY},
                                       {"working", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key name_keys[] = {{"zh", KEY_MUST}, {"en", KEY_MUST}, {NULL, KEY_MAY}};
static const struct key covers_keys[] = {{"from", KEY_MUST}, {"to", KEY_MUST}, {NULL, KEY_MAY}};
static const struct key day_keys[] = {{"name", KEY_MUST}, {"dates", KEY_MUST}, {"rest", KEY_MAY}, {NULL, KEY_MAY}};

/* A calendar that is being read: its days can be written. */
struct reading {
  struct compile *c;
  struct calendar *calendar;
  uint32_t *named;
  bool *rests;
  bool *told; /* resting by name or date, so nothing may say that it is worked */
};

bool is_calendar(const json_t *json) { return json_object_get(json, "calendar") != NULL && json_object_get(json, "id") == NULL; }

static void text_read(struct compile *c, const struct at *at, uint32_t most, struct str *out) {
  struct str text;
  if (at->json == NULL || !read_text(c, at, &text)) return;
  if (text.length > most)
    report(c, at, CHECK_BAD_CALENDAR, "the text has %zu bytes; at most %u", text.length, most);
  else
    *out = keep_text(c, text);
}

static void name_read(struct compile *c, const struct at *whole, struct str *zh, struct str *en) {
  struct at name = at_key(whole, "name"), name_zh = at_key(&name, "zh"), name_en = at_key(&name, "en");
  if (name.json == NULL || !keys_check(c, &name, name_keys, "a name")) return;
  text_read(c, &name_zh, DAY_NAME_MOST, zh);
  text_read(c, &name_en, DAY_NAME_MOST, en);
}

/* ---- its frame ---- */

bool covers_read(struct compile *c, const struct at *covers, int64_t *from_day, int64_t *to_day) {
  struct at from = at_key(covers, "from"), to = at_key(covers, "to");
  if (covers->json == NULL || !keys_check(c, covers, covers_keys, "covers") || from.json == NULL || to.json == NULL) return false;
  return read_date(c, &from, from_day) && read_date(c, &to, to_day);
}

static bool frame_read(struct compile *c, const struct at *root, struct calendar *out) {
  struct at covers = at_key(root, "covers");
  if (!covers_read(c, &covers, &out->from_day, &out->to_day)) return false;
  int64_t days = out->to_day - out->from_day + 1;
  if (days >= 1 && days <= CALENDAR_DAYS_MOST) return true;
  report(c, &covers, CHECK_BAD_CALENDAR, days < 1 ? "the calendar ends before it begins" : "a calendar covers at most twenty years");
  return false;
}

static uint32_t weekday_bit(struct str text) {
  for (uint32_t i = 0; i < 7; i++)
    if (str_equal(text, str_of(day_words[i]))) return 1u << (i + 1);
  return 0;
}

static void weekend_read(struct compile *c, const struct at *root, struct calendar *out) {
  struct at weekend = at_key(root, "weekend");
  uint32_t count = 0;
  out->weekend = 1u << 6 | 1u << 7;
  if (weekend.json == NULL) return;
  out->weekend = 0;
  if (!read_list(c, &weekend, CHECK_BAD_CALENDAR, &count)) return;
  for (uint32_t i = 0; i < count; i++) {
    struct at item = at_item(&weekend, i);
    uint32_t bit = weekday_bit(text_of(item.json));
    if (bit == 0)
      report(c, &item, CHECK_BAD_CALENDAR, "'%.*s' is not a day of the week: mon tue wed thu fri sat sun", STR_FORMAT(text_of(item.json)));
    out->weekend |= bit;
  }
  if (out->weekend == 0xfe) report(c, &weekend, CHECK_BAD_CALENDAR, "a week of rest days alone");
}

static bool days_take(struct reading *r) {
  struct calendar *calendar = r->calendar;
  size_t count = (size_t)(calendar->to_day - calendar->from_day + 1);
  r->named = take(r->c, count, sizeof *r->named), r->rests = take(r->c, count, sizeof *r->rests);
  r->told = take(r->c, count, sizeof *r->told);
  if (r->named == NULL || r->rests == NULL || r->told == NULL) return false;
  for (size_t i = 0; i < count; i++) r->rests[i] = (calendar->weekend & (1u << weekday_of_day(calendar->from_day + (int64_t)i))) != 0;
  calendar->named = r->named, calendar->rests = r->rests;
  return true;
}

/* ---- its days ---- */

/* Place in the calendar, or false after reporting. */
static bool date_place(struct reading *r, const struct at *at, int64_t *place) {
  int64_t day;
  if (!read_date(r->c, at, &day)) return false;
  *place = day - r->calendar->from_day;
  if (day >= r->calendar->from_day && day <= r->calendar->to_day) return true;
  report(r->c, at, CHECK_BAD_CALENDAR, "'%.*s' is not among the days that the calendar covers", STR_FORMAT(text_of(at->json)));
  return false;
}

/* What a date of a list is for; false: it is there already, or says the contrary of another. */
typedef bool date_mark(struct reading *r, int64_t place, uint32_t bit);

static bool mark_named(struct reading *r, int64_t place, uint32_t bit) {
  bool fresh = (r->named[place] & bit) == 0;
  r->named[place] |= bit;
  return fresh;
}
static bool mark_named_rest(struct reading *r, int64_t place, uint32_t bit) {
  r->rests[place] = r->told[place] = true;
  return mark_named(r, place, bit);
}
static bool mark_resting(struct reading *r, int64_t place, uint32_t bit) {
  (void)bit;
  bool fresh = !r->rests[place];
  r->rests[place] = r->told[place] = true;
  return fresh;
}
static bool mark_working(struct reading *r, int64_t place, uint32_t bit) {
  (void)bit;
  bool fresh = r->rests[place] && !r->told[place];
  r->rests[place] = false, r->calendar->moves = true;
  return fresh;
}

static void dates_read(struct reading *r, const struct at *at, date_mark *mark, uint32_t bit, const char *twice) {
  uint32_t count;
  if (at->json == NULL || !read_list(r->c, at, CHECK_BAD_CALENDAR, &count)) return;
  for (uint32_t i = 0; i < count; i++) {
    struct at item = at_item(at, i);
    int64_t place;
    if (!date_place(r, &item, &place)) continue;
    if (!mark(r, place, bit)) report(r->c, &item, CHECK_BAD_CALENDAR, "'%.*s' %s", STR_FORMAT(text_of(item.json)), twice);
  }
}

static bool day_id_is_good(struct str id) {
  int64_t day;
  if (date_parse(id, &day)) return false;
  for (uint32_t i = 0; day_words[i] != NULL; i++)
    if (str_equal(id, str_of(day_words[i]))) return false;
  return id_is_good(id, false);
}

static void day_read(struct reading *r, const struct at *at, struct calendar_day *out, uint32_t bit) {
  struct at dates = at_key(at, "dates"), rest = at_key(at, "rest");
  bool rests = true;
  *out = (struct calendar_day){.id = keep_text(r->c, str_of(at->key))};
  if (!day_id_is_good(out->id))
    report(r->c, at, CHECK_BAD_ID, "'%.*s' is not a name for a day: 1 to 64 of a-z 0-9 -, and no word that schedules have",
           STR_FORMAT(out->id));
  if (!keys_check(r->c, at, day_keys, "a named day")) return;
  name_read(r->c, at, &out->zh, &out->en);
  if (rest.json != NULL) (void)read_bool(r->c, &rest, &rests);
  dates_read(r, &dates, rests ? mark_named_rest : mark_named, bit, "stands here twice");
}

static void days_read(struct reading *r, const struct at *at) {
  if (at->json == NULL) return;
  if (!json_is_object(at->json)) {
    report(r->c, at, CHECK_WRONG_TYPE, "days must be an object, found %s", type_of(at->json));
    return;
  }
  uint32_t count = (uint32_t)json_object_size(at->json), number = 0;
  if (count > NAMES_MOST) {
    report(r->c, at, CHECK_TOO_MANY, "%u named days; at most %u", count, NAMES_MOST);
    return;
  }
  struct calendar_day *days = take(r->c, count, sizeof *days);
  for (void *i = json_object_iter(at->json); days != NULL && i != NULL; i = json_object_iter_next(at->json, i)) {
    struct at child = {.up = at, .json = json_object_iter_value(i), .key = json_object_iter_key(i)};
    day_read(r, &child, &days[number], 1u << number);
    number++;
  }
  r->calendar->days = days, r->calendar->day_count = number;
}

/* ---- the whole ---- */

/* A file takes the place of the built-in one of its name; no file that of another. */
static void calendar_add(struct compile *c, const struct at *id, struct calendar *calendar) {
  for (const struct calendar *other = c->calendars; other != NULL; other = other->next) {
    if (!str_equal(other->id, calendar->id) || other->source_text.at == calendar_cn.text.at) continue;
    report(c, id, CHECK_DUPLICATE_ID, "there are two calendars '%.*s'", STR_FORMAT(calendar->id));
    return;
  }
  calendar->next = c->calendars, c->calendars = calendar;
}

void calendar_read(struct compile *c) {
  const struct file *file = file_now(c);
  const struct at *root = &file->root;
  struct at id = at_key(root, "calendar"), source = at_key(root, "source"), days = at_key(root, "days"), resting = at_key(root, "resting"),
            working = at_key(root, "working");
  struct calendar *calendar = take(c, 1, sizeof *calendar);
  struct reading r = {.c = c, .calendar = calendar};
  struct str text = {NULL, 0};
  if (calendar == NULL || !keys_check(c, root, file_keys, "a calendar") || !read_id(c, &id, false, &text)) return;
  *calendar = (struct calendar){
      .id = keep_text(c, text), .source_text = file->source->text, .digest = hash64(&HASH_KEY_FIXED, file->source->text), .to_day = -1};
  calendar_add(c, &id, calendar);
  name_read(c, root, &calendar->zh, &calendar->en);
  text_read(c, &source, TEXT_MOST, &text);
  weekend_read(c, root, calendar);
  if (!frame_read(c, root, calendar) || !days_take(&r)) {
    calendar->from_day = 0, calendar->to_day = -1;
    return;
  }
  days_read(&r, &days);
  dates_read(&r, &resting, mark_resting, 0, "rests anyway");
  dates_read(&r, &working, mark_working, 0, "is worked anyway, or rests by what stands above");
}

void calendar_built_in(struct compile *c) {
  struct file *file = &c->files[c->file_count];
  *file = (struct file){.source = &calendar_cn, .json = source_json(c, &calendar_cn)};
  c->now = c->file_count;
  file->root = at_root(file->json);
  calendar_read(c);
  json_decref(file->json);
}

/* ---- what campaigns ask ---- */

static const struct calendar *calendar_find(const struct compile *c, struct str id) {
  for (const struct calendar *calendar = c->calendars; calendar != NULL; calendar = calendar->next)
    if (str_equal(calendar->id, id)) return calendar;
  return NULL;
}

void calendar_name_read(struct compile *c, const struct at *at) {
  struct str name;
  if (!read_text(c, at, &name)) {
    file_now(c)->no_calendar = true;
    return;
  }
  campaign_now(c)->calendar = calendar_find(c, name);
  if (campaign_now(c)->calendar != NULL) return;
  struct near near = near_start(name);
  for (const struct calendar *calendar = c->calendars; calendar != NULL; calendar = calendar->next) near_offer(&near, calendar->id);
  struct str hint = near_text(c, &near);
  report(c, at, CHECK_UNKNOWN_REF, "there is no calendar '%.*s' beside the campaigns%.*s", STR_FORMAT(name), STR_FORMAT(hint));
  file_now(c)->no_calendar = true;
}

const struct calendar *calendar_now(struct compile *c) {
  struct campaign *campaign = campaign_now(c);
  if (campaign->calendar == NULL && !file_now(c)->no_calendar) campaign->calendar = calendar_find(c, STR("cn"));
  return campaign->calendar;
}

static int64_t day_of(struct zone zone, int64_t utc_ms) { return zone_local(zone, utc_ms) / MS_PER_DAY; }

/* "2026-01-01 to 2026-12-31, not 2027-01-07" */
static void days_say(struct buffer *out, const struct calendar *calendar, int64_t missing) {
  buffer_date(out, calendar->from_day);
  buffer_put(out, STR(" to "));
  buffer_date(out, calendar->to_day);
  buffer_put(out, STR(", not "));
  buffer_date(out, missing);
}

void calendar_cover_check(struct compile *c, const struct at *at, const struct calendar *calendar) {
  const struct campaign *campaign = campaign_now(c);
  char memory[64];
  struct buffer text;
  if (calendar == NULL || calendar->to_day < calendar->from_day) return; /* what is wrong with it has been told */
  if (!file_now(c)->has_period) {
    if (json_object_get(file_now(c)->root.json, "period") == NULL && campaign->programme)
      report(c, at, CHECK_NOT_COVERED, "a programme without a period asks the calendar for days of all times; give it a period");
    return;
  }
  int64_t first = day_of(campaign->zone, campaign->from_ms);
  int64_t last = day_of(campaign->zone, (c->lasts ? campaign->closing_ms : campaign->to_ms) - 1);
  if (calendar_covers(calendar, first) && calendar_covers(calendar, last)) return;
  buffer_init(&text, memory, sizeof memory);
  days_say(&text, calendar, calendar_covers(calendar, first) ? last : first);
  report(c, at, CHECK_NOT_COVERED, "the calendar '%.*s' covers %.*s, which is asked here%s", STR_FORMAT(calendar->id),
         STR_FORMAT(buffer_text(&text)), c->lasts ? " (the period and its closing)" : "");
}

void calendar_reach_check(struct compile *c, const struct at *at, const struct moment *moment) {
  const struct campaign *campaign = campaign_now(c);
  uint32_t errors = c->findings->errors;
  char memory[64];
  struct buffer text;
  calendar_cover_check(c, at, moment->calendar);
  if (!file_now(c)->has_period || c->findings->errors != errors) return;
  int64_t last = day_of(campaign->zone, moment_resolve(moment, (c->lasts ? campaign->closing_ms : campaign->to_ms) - 1, campaign->zone));
  if (calendar_covers(moment->calendar, last)) return;
  buffer_init(&text, memory, sizeof memory);
  days_say(&text, moment->calendar, last);
  report(c, at, CHECK_CALENDAR_ENDS, "the calendar '%.*s' covers %.*s, which the last of these working days may be",
         STR_FORMAT(moment->calendar->id), STR_FORMAT(buffer_text(&text)));
}

/* ---- what may not change ---- */

/* The bits of a calendar's names that stand for `bits` of another. */
static uint32_t named_as(const struct calendar *from, uint32_t bits, const struct calendar *to) {
  uint32_t out = 0;
  for (uint32_t i = 0; i < from->day_count; i++)
    for (uint32_t j = 0; j < to->day_count && (bits >> i & 1) != 0; j++)
      if (str_equal(from->days[i].id, to->days[j].id)) out |= 1u << j;
  return out;
}

/* A payment is worth what a day before it says, as far back as the calendar goes; what it does not know is not guessed (rates.c). */
static bool goes_by_days_before(const struct campaign *campaign) {
  return campaign->fx.table != NULL && campaign->fx.day == RATE_DAY_PREVIOUS_WORKDAY;
}

static bool day_differs(const struct campaign *old, const struct campaign *now, int64_t day) {
  const struct calendar *before = old->calendar, *after = now->calendar;
  if (goes_by_days_before(old) && !calendar_covers(after, day)) return true;
  if (old->asks_rests && calendar_is_workday(before, day) != calendar_is_workday(after, day)) return true;
  for (uint32_t i = 0; i < before->day_count; i++) {
    uint32_t bit = old->asks_named & 1u << i;
    if (bit == 0) continue;
    bool then = (calendar_named_days(before, day) & bit) != 0;
    if (then != ((calendar_named_days(after, day) & named_as(before, bit, after)) != 0)) return true;
  }
  return false;
}

bool calendar_past_differs(const struct campaign *old, const struct campaign *now, int64_t until_day, int64_t *day) {
  const struct calendar *before = old->calendar, *after = now->calendar;
  if (before == NULL || after == NULL || (!old->asks_rests && old->asks_named == 0)) return false;
  if (before == after || before->digest == after->digest) return false;
  int64_t first = before->from_day, last = before->to_day < until_day ? before->to_day : until_day;
  if (goes_by_days_before(old) && after->from_day < first) {
    *day = after->from_day;
    return true;
  }
  if (old->from_ms > INT64_MIN / 2 && !goes_by_days_before(old) && day_of(old->zone, old->from_ms) > first)
    first = day_of(old->zone, old->from_ms);
  for (*day = first; *day <= last; ++*day)
    if (day_differs(old, now, *day)) return true;
  return false;
}
