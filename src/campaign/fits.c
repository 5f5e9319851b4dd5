/* What files ask of a configuration: that event ids are remembered for as long as events may be late - a run refuses to start otherwise -
 * and refunds accepted for as long as what they lower counts, and gifts wait. The second is legal and sometimes meant, but nobody sees it
 * before the first refund that comes too late: its money stays counted. */
#include "compile.h"

#define DAYS_EVER INT64_MAX

struct fits {
  struct compile compile; /* for its reports alone */
  const struct rulebook *rulebook;
  const struct source *sources;
  uint32_t source_count;
  const struct run_times *times;
};

static struct str file_of(const struct fits *f, const struct campaign *campaign) {
  for (uint32_t i = 0; i < f->source_count; i++)
    if (f->sources[i].text.at == campaign->source_text.at) return f->sources[i].name;
  return campaign->id;
}

/* "90 days", "36 hours" */
static struct str days_text(struct fits *f, int64_t ms) {
  bool days = ms % MS_PER_DAY == 0;
  return arena_print(f->compile.arena, "%lld %s", (long long)(days ? ms / MS_PER_DAY : ms / (3600 * MS_PER_SECOND)),
                     days ? "days" : "hours");
}

/* What comes later than ids are remembered could come twice, and nobody would know. */
static void lateness_fits(struct fits *f, const struct campaign *campaign) {
  bool accept = campaign->late_ms > f->times->horizon_ms;
  if (campaign_late_most(campaign) <= f->times->horizon_ms) return;
  report_named(&f->compile, file_of(f, campaign), accept ? STR("/late/accept") : STR("/late/backfill"), CHECK_HORIZON_TOO_SHORT,
               "events may come %.*s late, but their ids are remembered for %.*s (events.horizon): giftd run does not start",
               STR_FORMAT(days_text(f, accept ? campaign->late_ms : campaign->backfill_ms)),
               STR_FORMAT(days_text(f, f->times->horizon_ms)));
}

/* ---- what counts for longer than refunds are accepted ---- */

/* The longest that a unit is. */
static int64_t unit_days(enum unit unit) {
  static const int64_t days[UNIT_COUNT] = {
      [UNIT_DAY] = 1,    [UNIT_WEEK] = 7,   [UNIT_TEN_DAYS] = 11,        [UNIT_MONTH] = 31,      [UNIT_QUARTER] = 92,
      [UNIT_HALF] = 184, [UNIT_YEAR] = 366, [UNIT_CAMPAIGN] = DAYS_EVER, [UNIT_EVER] = DAYS_EVER};
  return days[unit];
}

/* By the clock: one of 23 hours is a day. */
static int64_t days_between(struct zone zone, int64_t from_ms, int64_t to_ms) {
  return (zone_local(zone, to_ms) - zone_local(zone, from_ms)) / MS_PER_DAY;
}

/* Of a window from a moment of the customer's own: how long it is at most. */
static int64_t until_days(const struct moment *until) {
  int64_t after = (int64_t)until->after.months * unit_days(UNIT_MONTH) + until->after.ms / MS_PER_DAY + 1;
  if (until->kind != MOMENT_END_OF) return after;
  return until->unit < UNIT_CAMPAIGN ? unit_days(until->unit) + after : DAYS_EVER;
}

/* For how long an event counts at most, from its own time on: to the end of the last window that it is in. */
static int64_t window_days(const struct window *window, struct zone zone) {
  int64_t unit = unit_days(window->unit), periods = (int64_t)window->previous + 1 + (window->cycle > 0);
  switch (window->kind) {
    case WINDOW_ROLLING_DAYS: return window->count;
    case WINDOW_DATES: return days_between(zone, window->from_ms, window->to_ms);
    case WINDOW_LAST_UNITS: periods += window->count; break;
    case WINDOW_SINCE: return until_days(&window->until);
    case WINDOW_UNIT:
    case WINDOW_ENROLMENT: break;
  }
  return unit == DAYS_EVER ? DAYS_EVER : unit * periods;
}

/* A campaign's fact hears nothing before its first day and is asked by nobody behind its last; what a programme counts for ever no memory
 * can follow. */
static int64_t counts_days(const struct rulebook *rulebook, const struct fact *fact) {
  const struct campaign *campaign = &rulebook->campaigns[fact->campaign];
  int64_t days = window_days(&fact->window, campaign->zone), whole = days_between(campaign->zone, campaign->from_ms, campaign->to_ms);
  if (campaign->programme) return days == DAYS_EVER ? 0 : days;
  return days < whole ? days : whole;
}

static void counting_fits(struct fits *f, const struct fact *fact) {
  const struct campaign *campaign = &f->rulebook->campaigns[fact->campaign];
  struct str home, name;
  if (!fact->falls) return;
  int64_t days = counts_days(f->rulebook, fact);
  if (days * MS_PER_DAY <= f->times->memory_ms || !str_split(fact->name, '/', &home, &name)) return;
  report_named(&f->compile, file_of(f, campaign), arena_print(f->compile.arena, "/facts/%.*s/window", STR_FORMAT(name)),
               CHECK_MEMORY_TOO_SHORT,
               "what is paid here counts for up to %lld days, but a refund is accepted for %.*s (events.memory): what is refunded later "
               "stays counted",
               (long long)days, STR_FORMAT(days_text(f, f->times->memory_ms)));
}

/* ---- what waits for longer than terms are kept ---- */

static int64_t waits_ms(const struct rulebook *rulebook, const struct rule *rule) {
  const struct campaign *campaign = &rulebook->campaigns[rule->campaign];
  int64_t from = campaign->from_ms, most = 0;
  if (rule->give == GIVE_CHOICE_OF) most = duration_add(from, rule->within, 1, campaign->zone) - from;
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct moment *timing = &rulebook->items[rule->item_first + i].timing;
    bool queues = rulebook->items[rule->item_first + i].when_empty == EMPTY_QUEUE;
    if (queues && queue_until(campaign->closing_ms, from) - from > most) most = queue_until(campaign->closing_ms, from) - from;
    int64_t waits = timing->kind == MOMENT_NONE ? 0 : moment_resolve(timing, from, campaign->zone) - from;
    if (waits > most) most = waits;
  }
  return most;
}

/* What an edited file said before is forgotten when nothing of it can be undone any more. */
static void waiting_fits(struct fits *f, const struct rule *rule) {
  int64_t waits = waits_ms(f->rulebook, rule), kept = f->times->memory_ms + f->times->horizon_ms;
  if (waits <= kept) return;
  report_named(&f->compile, file_of(f, &f->rulebook->campaigns[rule->campaign]), rule->pointer, CHECK_MEMORY_TOO_SHORT,
               "a gift waits here for up to %lld days, but what a file said before it was edited is remembered for %.*s (events.memory and "
               "events.horizon): of a gift that waits longer nobody may know what it was",
               (long long)(waits / MS_PER_DAY), STR_FORMAT(days_text(f, kept)));
}

bool rulebook_fits(const struct rulebook *rulebook, const struct source *sources, uint32_t source_count, const struct run_times *times,
                   struct arena *arena, struct findings *findings) {
  struct fits f = {.compile = {.arena = arena, .findings = findings},
                   .rulebook = rulebook,
                   .sources = sources,
                   .source_count = source_count,
                   .times = times};
  uint32_t errors = findings->errors;
  assert(times->horizon_ms > 0 && times->memory_ms > 0);
  for (uint32_t i = 0; i < rulebook->campaign_count; i++) {
    const struct campaign *campaign = &rulebook->campaigns[i];
    if (!campaign->programme) lateness_fits(&f, campaign);
    for (uint32_t n = 0; n < campaign->rule_count; n++) waiting_fits(&f, &rulebook->rules[campaign->rule_first + n]);
    for (uint32_t n = 0; n < campaign->fact_count; n++) counting_fits(&f, &rulebook->facts[campaign->fact_first + n]);
  }
  return findings->errors == errors;
}
