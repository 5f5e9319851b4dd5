/* Periods that close (docs/language.md section 3): which there are, who hears them, and which measures make a customer one of whom they are
 * judged. Two triggers of one unit and zone hear the same close, each after its own delay. */
#include "compile.h"

/* ---- reading ---- */

/* "month+08:00" */
static struct str fixed_name(struct compile *c, struct str what, int32_t offset) {
  int32_t distance = offset < 0 ? -offset : offset;
  return arena_print(c->arena, "%.*s%c%02d:%02d", STR_FORMAT(what), offset < 0 ? '-' : '+', distance / 60, distance % 60);
}

/* "month+08:00", or "month@Europe/London" where clocks turn: what is known of their turns may change, the name does not. What closes with
 * its campaign bears its name. */
static void close_name(struct compile *c, struct close *close, struct str what) {
  const struct campaign *campaign = campaign_now(c);
  bool turns = close->campaign == NONE && zone_turns(campaign->zone);
  struct str fixed = close->campaign == NONE ? fixed_name(c, what, campaign->zone.minutes) : keep_text(c, what);
  close->name = turns ? arena_print(c->arena, "%.*s@%.*s", STR_FORMAT(what), STR_FORMAT(campaign->zone_name)) : fixed;
  close->decl = name_hash40(close->name), close->stayed = name_hash40(fixed);
}

uint32_t close_add(struct compile *c, struct close close, struct str what) {
  close.zone = campaign_now(c)->zone;
  close_name(c, &close, what);
  for (uint32_t i = 0; i < c->closes.count; i++)
    if (str_equal(close_at(c, i)->name, close.name)) return i;
  uint32_t number = vec_push(c, &c->closes, 1);
  *close_at(c, number) = close;
  return number;
}

/* A name stands in ids of events: a hash takes the place of one that is too long for that. */
static struct str cycle_close_name(struct compile *c, uint32_t cycle) {
  const struct own_cycle *own = own_cycle_at(c, cycle - 1);
  if (own->name.length <= LIMIT_DATE_NAME) return own->name;
  return arena_print(c->scratch, "cycle.%010llx", (unsigned long long)own->decl);
}

static uint32_t close_of(struct compile *c, enum unit unit, uint32_t cycle) {
  struct close close = {.unit = unit, .cycle = cycle, .campaign = NONE, .left = NONE};
  if (cycle > 0) return close_add(c, close, cycle_close_name(c, cycle));
  if (unit != UNIT_CAMPAIGN) return close_add(c, close, str_of(unit_name(unit)));
  close.campaign = c->now;
  return close_add(c, close, arena_print(c->scratch, "campaign:%.*s", STR_FORMAT(file_now(c)->id)));
}

static bool unit_closes(struct compile *c, const struct at *at, enum unit *unit, uint32_t *cycle) {
  if (!read_period(c, at, false, unit, cycle)) return false;
  if (*unit != UNIT_EVER) return true;
  report(c, at, CHECK_BAD_UNIT, "'ever' never closes: write day week ten_days month quarter half year campaign");
  return false;
}

bool close_delay_read(struct compile *c, const struct at *at, struct duration *out) {
  *out = (struct duration){.ms = 0};
  if (at->json == NULL) return true;
  if (!read_duration(c, at, out)) return false;
  if (out->months == 0 && out->ms <= LIMIT_CLOSE_DELAY_MS) return true;
  report(c, at, CHECK_BAD_DURATION, "a close is heard at most 31 days later");
  return false;
}

void close_read(struct compile *c, const struct at *at, const struct at *whole, struct vec *out) {
  struct trigger trigger = {
      .kind = TRIGGER_CLOSE, .type = TYPE_UNKNOWN, .when = NONE, .fact = NONE, .rule = NONE, .pointer = at_pointer(c, whole)};
  struct at delay = at_key(whole, "delay");
  enum unit unit;
  uint32_t cycle;
  bool good = close_delay_read(c, &delay, &trigger.delay);
  if (unit_closes(c, at, &unit, &cycle) && good) close_trigger(c, at, unit, cycle, &trigger, out);
}

void close_trigger(struct compile *c, const struct at *at, enum unit unit, uint32_t cycle, const struct trigger *how, struct vec *out) {
  struct trigger trigger = *how;
  trigger.close = close_of(c, unit, cycle);
  if (c->closes.count > LIMIT_CLOSES) {
    report(c, at, CHECK_TOO_MANY, "more than %u kinds of periods close, each unit in each zone and each campaign", LIMIT_CLOSES);
    return;
  }
  struct close *close = close_at(c, trigger.close);
  if (trigger.delay.ms > close->delay_ms) close->delay_ms = trigger.delay.ms;
  trigger_add(c, out, &trigger);
}

/* ---- who hears ---- */

static bool hears_before(struct compile *c, const struct rule *rule, uint32_t count, uint32_t close) {
  for (uint32_t i = 0; i < count; i++) {
    const struct trigger *trigger = trigger_at(c, rule->on.first + i);
    if (trigger->kind == TRIGGER_CLOSE && trigger->close == close) return true;
  }
  return false;
}

/* The n-th trigger's close, where none before it names the same; NONE: it is none. */
static uint32_t close_heard_by(struct compile *c, const struct rule *rule, uint32_t n) {
  const struct trigger *trigger = trigger_at(c, rule->on.first + n);
  return trigger->kind == TRIGGER_CLOSE && !hears_before(c, rule, n, trigger->close) ? trigger->close : NONE;
}

/* Further closes that a rule's level is held for. */
static uint32_t rule_hold(struct compile *c, const struct rule *rule) {
  uint32_t level = rule_level(c, rule);
  return level == NONE ? 0 : fact_at(c, level)->hold;
}

/* The end of what is heard of a campaign: of its last day, or of the last period for which a level that was reached in time is held. */
static int64_t last_end(const struct close *close, const struct campaign *campaign, uint32_t hold) {
  if (hold == 0) return campaign->to_ms;
  int32_t last = period_of(close->unit, campaign->to_ms - 1, close->zone) + (int32_t)hold;
  return period_start(close->unit, last + 1, close->zone);
}

static void hearer_add(struct compile *c, struct close *close, uint32_t rule, bool fill) {
  const struct campaign *campaign = &c->campaigns[rule_at(c, rule)->campaign];
  if (fill) *ref_at(c, close->rule_first + close->rule_count) = rule;
  if (close->rule_count == 0) close->from_ms = campaign->from_ms, close->to_ms = campaign->to_ms;
  if (campaign->from_ms < close->from_ms) close->from_ms = campaign->from_ms;
  int64_t to_ms = last_end(close, campaign, rule_hold(c, rule_at(c, rule)));
  if (to_ms > close->to_ms) close->to_ms = to_ms;
  close->ranks |= rank_settles(&rule_at(c, rule)->rank);
  close->rule_count++;
}

/* Counts (fill false) or fills the spans: rules one behind the other, so that those of a close stand in order of judgement. */
static void hearers_pass(struct compile *c, bool fill) {
  for (uint32_t r = 0; r < c->rules.count; r++) {
    const struct rule rule = *rule_at(c, r);
    for (uint32_t i = 0; i < rule.on.count; i++) {
      uint32_t close = close_heard_by(c, &rule, i);
      if (close != NONE) hearer_add(c, close_at(c, close), r, fill);
    }
  }
}

static void hearers_of_closes(struct compile *c) {
  hearers_pass(c, false);
  for (uint32_t i = 0; i < c->closes.count; i++) {
    uint32_t count = close_at(c, i)->rule_count, first = vec_push(c, &c->refs, count);
    close_at(c, i)->rule_first = first, close_at(c, i)->rule_count = 0;
  }
  if (!c->full) hearers_pass(c, true);
}

/* ---- at which closes a measure is asked ---- */

/* One after the other: the last one says whether it is in already. */
struct asked {
  uint32_t close;
  uint32_t *counts, *seen;
  uint32_t **fill; /* NULL: they are counted */
};

static bool measure_note(struct compile *c, uint32_t fact, void *self) {
  struct asked *asked = self;
  (void)c;
  if (asked->seen[fact] == asked->close + 1) return true;
  asked->seen[fact] = asked->close + 1;
  if (asked->fill != NULL) asked->fill[fact][asked->counts[fact]] = asked->close;
  asked->counts[fact]++;
  return true;
}

static void measures_pass(struct compile *c, struct asked *asked) {
  memset(asked->counts, 0, c->facts.count * sizeof *asked->counts);
  memset(asked->seen, 0, c->facts.count * sizeof *asked->seen);
  for (asked->close = 0; asked->close < c->closes.count; asked->close++) {
    const struct close close = *close_at(c, asked->close);
    if (close.left != NONE) continue; /* a day of the customer's comes whatever was counted */
    for (uint32_t i = 0; i < close.rule_count; i++) (void)rule_asks(c, rule_at(c, *ref_at(c, close.rule_first + i)), measure_note, asked);
  }
}

static void many_report(struct compile *c, uint32_t fact) {
  const struct decl *decl = decl_of_fact(c, fact);
  if (decl == NULL) return;
  c->now = decl->file;
  report(c, &decl->at, CHECK_TOO_MANY, "rules ask this measure at more than %u kinds of closes; give them measures of their own",
         LIMIT_CLOSES_ASKED);
}

static void measures_of_closes(struct compile *c) {
  uint32_t count = c->facts.count;
  struct asked asked = {.counts = arena_array(c->scratch, count, sizeof *asked.counts),
                        .seen = arena_array(c->scratch, count, sizeof *asked.seen)};
  uint32_t **fill = arena_array(c->scratch, count, sizeof *fill);
  c->full |= count > 0 && (asked.counts == NULL || asked.seen == NULL || fill == NULL);
  if (c->full) return;
  measures_pass(c, &asked);
  for (uint32_t i = 0; i < count && !c->full; i++) {
    if (asked.counts[i] == 0) continue;
    if (asked.counts[i] > LIMIT_CLOSES_ASKED) many_report(c, i);
    fill[i] = take(c, asked.counts[i], sizeof **fill);
    fact_at(c, i)->closes = fill[i], fact_at(c, i)->close_count = asked.counts[i];
  }
  asked.fill = fill;
  if (!c->full) measures_pass(c, &asked);
}

/* ---- what cannot be ---- */

/* What a close does not have: a field of an event, or what is computed from one. */
static bool of_an_event(struct compile *c, const struct dimension *dimension) {
  if (dimension->kind == DIMENSION_FIELD || dimension->kind == DIMENSION_CAUSE) return true;
  if (dimension->kind != DIMENSION_FACT) return false;
  const struct fact *table = fact_at(c, dimension->index);
  for (uint32_t i = 0; i < table->axis_count; i++)
    if (table->axes[i].left != NONE && condition_at(c, table->axes[i].left)->left == LEFT_FIELD) return true;
  return false;
}

static bool is_there(struct compile *c, uint32_t fact, void *self) {
  (void)c, (void)fact, (void)self;
  return true;
}

static bool divided_lint(struct compile *c, uint32_t number, void *self) {
  const struct rule *rule = self;
  const struct fact *fact = fact_at(c, number);
  for (uint32_t i = 0; i < fact->dimension_count; i++) {
    if (!of_an_event(c, &fact->dimensions[i])) continue;
    report_text_at(c, rule->pointer, "on", CHECK_CANNOT_HOLD, "'%.*s' is counted for each '%.*s', and a close has none",
                   STR_FORMAT(fact->name), STR_FORMAT(fact->dimensions[i].text));
    return true;
  }
  return false;
}

/* By the days of another zone the end of the period is not the end of anything that is counted. */
static bool zone_lint(struct compile *c, uint32_t number, void *self) {
  const struct rule *rule = self;
  const struct fact *fact = fact_at(c, number);
  const struct campaign *own = &c->campaigns[rule->campaign], *other = &c->campaigns[fact->campaign];
  bool whole = fact->window.kind == WINDOW_DATES || fact->window.unit >= UNIT_CAMPAIGN;
  if (whole || zone_is_same(own->zone, other->zone)) return false;
  report_text_at(c, rule->pointer, "on", CHECK_CANNOT_HOLD, "'%.*s' is counted by the days of %.*s, and the period closes in %.*s",
                 STR_FORMAT(fact->name), STR_FORMAT(other->zone_name), STR_FORMAT(own->zone_name));
  return true;
}

static bool hears_closes_alone(struct compile *c, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->on.count; i++)
    if (trigger_at(c, rule->on.first + i)->kind != TRIGGER_CLOSE) return false;
  return true;
}

static int64_t end_of(const struct close *close, const struct campaign *campaigns, int32_t period) {
  assert(close->cycle == 0);
  return close->unit == UNIT_CAMPAIGN ? campaigns[close->campaign].to_ms : period_start(close->unit, period + 1, close->zone);
}

/* When the period with the campaign's last day closes. Of cycles that which begins on it: no day of the month is later than that. */
static int64_t last_closes(struct compile *c, const struct close *close, const struct campaign *campaign, int32_t hold) {
  const struct duration longest = {.months = close->unit == UNIT_YEAR ? 12 : 1};
  if (close->cycle > 0) return duration_add(campaign->to_ms, longest, 1, close->zone);
  return end_of(close, c->campaigns, period_of(close->unit, campaign->to_ms - 1, close->zone) + hold);
}

/* The period with the campaign's last day closes while the campaign does. */
static void closing_lint(struct compile *c, const struct rule *rule) {
  const struct campaign *campaign = &c->campaigns[rule->campaign];
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = trigger_at(c, rule->on.first + i);
    if (trigger->kind != TRIGGER_CLOSE) continue;
    const struct close *close = close_at(c, trigger->close);
    if (close->left != NONE) continue; /* heard within the period */
    int32_t hold = trigger->fact == NONE ? 0 : (int32_t)fact_at(c, trigger->fact)->hold;
    int64_t end_ms = last_closes(c, close, campaign, hold);
    int64_t heard_ms = duration_add(end_ms, trigger->delay, 1, close->zone);
    if (heard_ms < campaign->closing_ms) continue;
    int64_t days = period_of(UNIT_DAY, heard_ms, close->zone) - period_of(UNIT_DAY, campaign->to_ms, close->zone) + 1;
    if (trigger->fact == NONE)
      report_text_at(c, trigger->pointer, "close", CHECK_SHORT_CLOSING,
                     "the last %s of the campaign is heard to close when the campaign has closed: it needs \"closing\": \"P%lldD\"",
                     close->unit == UNIT_CAMPAIGN ? "day" : unit_name(close->unit), (long long)days);
    else
      report_text_at(c, trigger->pointer, "fact", CHECK_SHORT_CLOSING,
                     "a level that is reached in the last %s of the campaign is held when the campaign has closed: it needs \"closing\": "
                     "\"P%lldD\"",
                     unit_name(close->unit), (long long)days);
  }
}

static bool hears_a_period(struct compile *c, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = trigger_at(c, rule->on.first + i);
    if (trigger->kind == TRIGGER_CLOSE && close_at(c, trigger->close)->left == NONE) return true;
  }
  return false;
}

static void close_lint(struct compile *c, struct rule *rule) {
  c->now = rule->campaign;
  if (rule_level(c, rule) == NONE && hears_a_period(c, rule) && !rule_asks(c, rule, is_there, NULL))
    report_text_at(
        c, rule->pointer, "on", CHECK_BAD_TRIGGER,
        "a close is judged for customers of whom a measure counted something, but the rule asks no measure: ask one in \"when\", "
        "or in bands");
  if (hears_closes_alone(c, rule)) (void)rule_asks(c, rule, divided_lint, rule);
  if (hears_a_period(c, rule)) (void)rule_asks(c, rule, zone_lint, rule);
  closing_lint(c, rule);
  rule_level_lint(c, rule);
  for (uint32_t i = 0; i < rule->limit_count; i++) limit_at(c, *ref_at(c, rule->limit_first + i))->closes = true;
}

bool hears_close(struct compile *c, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->on.count; i++)
    if (trigger_at(c, rule->on.first + i)->kind == TRIGGER_CLOSE) return true;
  return false;
}

void closes_make(struct compile *c) {
  if (c->closes.count == 0) return;
  hearers_of_closes(c);
  if (!c->full) measures_of_closes(c);
  if (!c->full) cycle_times_check(c);
  for (uint32_t i = 0; i < c->rules.count && !c->full; i++) {
    struct rule rule = *rule_at(c, i);
    if (hears_close(c, &rule)) close_lint(c, &rule);
  }
}

/* ---- when it is heard ---- */

int64_t close_end(const struct rulebook *rulebook, const struct close *close, int32_t period) {
  return end_of(close, rulebook->campaigns, period);
}

/* Where a campaign has to have a day: in the period, or in one that so many closes before it a level may have been reached in. */
static int64_t meeting_from(const struct close *close, int32_t period, uint32_t hold) {
  return period_start(close->unit, period - (int32_t)hold, close->zone);
}

/* Through one trigger: the earlier of that and `first`. */
static int64_t trigger_heard(const struct campaign *campaign, const struct trigger *trigger, struct zone zone, int64_t end_ms,
                             int64_t after_ms, int64_t first) {
  int64_t at_ms = duration_add(end_ms, trigger->delay, 1, zone);
  bool heard = at_ms > after_ms && at_ms < campaign->closing_ms && (first == TIME_NONE || at_ms < first);
  return heard ? at_ms : first;
}

int64_t close_heard(const struct rulebook *rulebook, uint32_t number, uint32_t close_number, int32_t period, int64_t after_ms) {
  const struct rule *rule = &rulebook->rules[number];
  const struct close *close = &rulebook->closes[close_number];
  const struct campaign *campaign = &rulebook->campaigns[rule->campaign];
  int64_t first = TIME_NONE, end_ms = close_end(rulebook, close, period);
  bool whole = close->unit == UNIT_CAMPAIGN;
  if (whole ? &rulebook->campaigns[close->campaign] != campaign : end_ms <= campaign->from_ms) return TIME_NONE;
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = &rulebook->triggers[rule->on.first + i];
    if (trigger->kind != TRIGGER_CLOSE || trigger->close != close_number) continue;
    uint32_t hold = trigger->fact == NONE ? 0 : rulebook->facts[trigger->fact].hold;
    if (whole || meeting_from(close, period, hold) < campaign->to_ms)
      first = trigger_heard(campaign, trigger, close->zone, end_ms, after_ms, first);
  }
  return first;
}

int64_t cycle_heard(const struct rulebook *rulebook, uint32_t number, uint32_t close_number, int64_t from_ms, int64_t end_ms,
                    int64_t after_ms) {
  const struct rule *rule = &rulebook->rules[number];
  const struct campaign *campaign = &rulebook->campaigns[rule->campaign];
  int64_t first = TIME_NONE;
  if (end_ms <= campaign->from_ms || from_ms >= campaign->to_ms) return TIME_NONE;
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = &rulebook->triggers[rule->on.first + i];
    if (trigger->kind == TRIGGER_CLOSE && trigger->close == close_number)
      first = trigger_heard(campaign, trigger, rulebook->closes[close_number].zone, end_ms, after_ms, first);
  }
  return first;
}
