/* Daily averages, as files say them (docs/language.md section 5): what they cannot be of, and from when on they must be heard. */
#include "compile.h"

/* Of several customers who are heard the last one's snapshot would stand for what all of them have. */
static void heard_check(struct compile *c, const struct at *at, const struct fact *fact) {
  struct at on = at_key(at, "on");
  for (uint32_t i = 0; i < fact->on.count; i++) {
    if (trigger_at(c, fact->on.first + i)->as_count == 0) continue;
    report(c, &on, CHECK_BAD_FACT,
           "a daily average is of what the customer himself has: what others have is not added up, so it takes no 'as'");
    return;
  }
}

/* What can be undone moves money; it does not say what there is. */
static void triggers_check(struct compile *c, const struct at *at, const struct fact *fact) {
  struct at on = at_key(at, "on");
  for (uint32_t i = 0; i < fact->on.count; i++) {
    const struct trigger *trigger = trigger_at(c, fact->on.first + i);
    if (trigger->kind != TRIGGER_EVENT || !c->catalogue->types[trigger->type].reversible) continue;
    report(c, &on, CHECK_BAD_FACT, "'%.*s' says what moved, not what there was at the end of a day: hear 'balance.snapshot'",
           STR_FORMAT(c->catalogue->types[trigger->type].name));
    return;
  }
}

void daily_check(struct compile *c, const struct at *at, const struct fact *fact) {
  struct at window = at_key(at, "window"), per = at_key(at, "per");
  const struct window *of = &fact->window;
  bool endless = of->kind == WINDOW_ENROLMENT || of->kind == WINDOW_SINCE || (of->kind == WINDOW_UNIT && of->unit == UNIT_EVER);
  if (window.json != NULL && endless)
    report(c, &window, CHECK_BAD_WINDOW,
           "a daily average is over days that can be counted: a unit from day to campaign, closed ones, rolling days or dates");
  if (of->cycle > 0)
    report(c, &window, CHECK_BAD_WINDOW, "a daily average is over periods of the calendar, rolling days or dates, not over a cycle");
  bool timeless = of->kind == WINDOW_UNIT && of->unit == UNIT_CAMPAIGN && c->campaigns[c->now].programme;
  if (window.json != NULL && timeless)
    report(c, &window, CHECK_BAD_WINDOW, "a programme has no days of a campaign: name a calendar unit or dates");
  if (fact->dimension_count > 0)
    report(c, &per, CHECK_BAD_FACT, "a daily average is of all that the customer has: it takes no 'per' but the customer");
  triggers_check(c, at, fact);
  heard_check(c, at, fact);
}

/* Days of which nobody told count as nothing: the average would be too low, and what is above it too much. */
void daily_lint(struct compile *c, const struct at *at, const struct fact *fact) {
  const struct campaign *campaign = &c->campaigns[fact->campaign];
  const struct window *window = &fact->window;
  struct at place = at_key(at, window->previous > 0 ? "previous" : "window");
  bool units = (window->kind == WINDOW_UNIT && window->unit < UNIT_CAMPAIGN) || window->kind == WINDOW_LAST_UNITS;
  int64_t from_ms = window->kind == WINDOW_DATES ? window->from_ms : campaign->from_ms;
  if (campaign->programme) return;
  if (units) {
    uint32_t back = window->previous + (window->kind == WINDOW_LAST_UNITS ? window->count : 0);
    int32_t begins = period_of(window->unit, campaign->from_ms, campaign->zone);
    from_ms = period_start(window->unit, begins - (int32_t)back, campaign->zone);
  }
  if (from_ms >= campaign->from_ms) return;
  char memory[64];
  struct buffer day;
  buffer_init(&day, memory, sizeof memory);
  buffer_period(&day, UNIT_DAY, period_of(UNIT_DAY, from_ms, campaign->zone));
  report(c, &place, CHECK_EMPTY_AT_FIRST,
         "days before the first snapshot that giftd hears count as nothing: it must hear them from %.*s on, with this file or with a "
         "programme that declares the fact",
         STR_FORMAT(buffer_text(&day)));
}
