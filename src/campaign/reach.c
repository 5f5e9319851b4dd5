/* Reach: whether all campaigns together can ask more of one event, or of one customer's record, than there is room for. What is over a
 * bound is refused while it runs - an event with no place left for its outcomes is decided for nobody - so it is told beforehand.
 *
 * Every number is an upper bound: all rules that hear a type of event hear each of its events, all gifts are given. Only time is looked at:
 * what is over before something else begins is not added to it. A bound that is not reached even so is safe; one that is may still be. */
#include "fact_row.h"

#define DAY_ENDS 16u /* that may still be corrected, where events are a week late at most */

enum reach { REACH_MATCHES, REACH_OUTCOMES, REACH_GIFTS, REACH_FED, REACH_CELLS, REACHES };

/* A measure that is fed has a cell, and one more for the day on which it is refunded. */
static const struct {
  uint64_t most;
  const char *verb, *of;
} bounds[REACHES] = {
    [REACH_MATCHES] = {LIMIT_MATCHES, "wake", "rules, facts and tasks"},
    [REACH_OUTCOMES] = {LIMIT_OUTCOMES, "have judged", "rules"},
    [REACH_GIFTS] = {LIMIT_GIFTS, "give", "gifts"},
    [REACH_FED] = {LIMIT_STATE_CELLS / 2, "feed", "measures of one customer"},
    [REACH_CELLS] = {LIMIT_STATE_CELLS, "need", "cells"},
};

/* What one listener, or one campaign, adds as long as it is there. */
struct load {
  int64_t from_ms, to_ms;
  uint32_t campaign;
  uint64_t adds[REACHES];
};

struct edge {
  int64_t at_ms;
  uint32_t load;
  bool ends;
};

struct reaching {
  uint64_t *outcomes, *gifts;  /* of a rule and its add-ons */
  uint32_t *rule_of, *fact_of; /* the round (type) in which a rule or fact was counted last, + 1 */
  struct load *loads;
  struct edge *edges, *spare;
  uint64_t *parts; /* of each campaign, at a peak */
  uint32_t count;
};

/* ---- what rules give ---- */

static uint64_t gifts_of(struct compile *c, uint32_t number) {
  const struct rule *rule = rule_at(c, number);
  uint64_t gifts = 0;
  if (rule->give != GIVE_EACH && rule->give != GIVE_ONE) return 1;
  for (uint32_t i = 0; i < rule->item_count; i++) gifts += item_gifts_most(item_at(c, rule->item_first + i));
  return gifts;
}

/* Add-ons stand behind their base in no order: a rule is counted when it is asked for. Circles were refused. */
static void rule_count(struct compile *c, struct reaching *r, uint32_t rule) {
  if (r->outcomes[rule] > 0) return;
  const struct span hearers = c->reward_hearers[rule];
  uint64_t outcomes = 1, gifts = gifts_of(c, rule);
  for (uint32_t i = 0; i < hearers.count; i++) {
    uint32_t more = *ref_at(c, hearers.first + i);
    rule_count(c, r, more);
    outcomes += r->outcomes[more], gifts += r->gifts[more];
  }
  r->outcomes[rule] = outcomes, r->gifts[rule] = gifts;
}

static void rule_add(struct compile *c, struct reaching *r, uint32_t rule, uint32_t round, struct load *load) {
  if (r->rule_of[rule] == round + 1) return;
  r->rule_of[rule] = round + 1;
  rule_count(c, r, rule);
  load->adds[REACH_OUTCOMES] += r->outcomes[rule], load->adds[REACH_GIFTS] += r->gifts[rule];
}

/* ---- what one listener adds to an event of its type ---- */

static struct load listener_load(struct compile *c, struct reaching *r, const struct listener *listener) {
  struct load load = {listener->from_ms, listener->to_ms, listener->campaign, {[REACH_MATCHES] = 1}};
  uint32_t round = listener->type, owner = listener->owner;
  if (listener->kind == LISTENER_RULE) {
    rule_add(c, r, owner, round, &load);
  } else if (listener->kind != LISTENER_RESET && listener->kind != LISTENER_OPEN) {
    const struct span hearers = c->fact_hearers[owner];
    for (uint32_t i = 0; i < hearers.count; i++) rule_add(c, r, *ref_at(c, hearers.first + i), round, &load);
    bool first = r->fact_of[owner] != round + 1;
    r->fact_of[owner] = round + 1;
    load.adds[REACH_FED] = first && traits_of(fact_at(c, owner))->counts;
  }
  return load;
}

/* ---- what one campaign adds to a customer's record ---- */

static uint64_t keys_of(struct compile *c, const struct dimension *dimensions, uint32_t count) {
  uint64_t keys = 1;
  for (uint32_t i = 0; i < count && keys < LIMIT_FACT_KEYS; i++) {
    if (dimensions[i].kind == DIMENSION_CUSTOMER) continue;
    const struct fact *table = dimensions[i].kind == DIMENSION_FACT ? fact_at(c, dimensions[i].index) : NULL;
    keys *= table != NULL ? table->axes[0].count * (table->axis_count == 2 ? table->axes[1].count : 1) + 1 : LIMIT_FACT_KEYS;
  }
  return keys < LIMIT_FACT_KEYS ? keys : LIMIT_FACT_KEYS;
}

/* What can be refunded stays for events.memory, a quarter of a year unless the configuration says more. */
static uint64_t kept_periods(const struct fact *fact) {
  static const uint32_t days[] = {[UNIT_DAY] = 1, [UNIT_WEEK] = 7, [UNIT_TEN_DAYS] = 8, [UNIT_MONTH] = 28};
  enum unit unit = fact->window.kind == WINDOW_ROLLING_DAYS ? UNIT_DAY : fact->window.unit;
  return !fact->falls ? 0 : unit > UNIT_MONTH ? 2 : 90 / days[unit] + 1;
}

uint64_t measure_cells(const struct fact *fact) {
  const struct window *window = &fact->window;
  bool values = fact->measure == MEASURE_DISTINCT || fact->measure == MEASURE_STREAK;
  bool one = window->kind == WINDOW_DATES || window->unit >= UNIT_CAMPAIGN;
  uint64_t periods = one ? 1 : (uint64_t)window->previous + window->count + 2;
  if (fact->measure == MEASURE_DAILY_AVERAGE) return (window->kind == WINDOW_ROLLING_DAYS ? window->count : periods) + DAY_ENDS;
  return values ? LIMIT_DISTINCT : one ? 1 : periods + kept_periods(fact);
}

static uint64_t fact_cells(struct compile *c, const struct fact *fact) {
  const struct fact_row *row = row_of(fact);
  uint64_t keys = row->keyed ? keys_of(c, fact->dimensions, fact->dimension_count) : 1;
  return row->cells == NULL ? 0 : keys * row->cells(fact);
}

/* In per_each the customer's own counter alone. */
static uint64_t limit_cells(struct compile *c, const struct limit *limit) {
  uint64_t periods = limit->rolling_days > 0 ? limit->rolling_days : limit->unit >= UNIT_CAMPAIGN ? 1 : 2;
  if (!limit->per_customer) return 0;
  return periods * (limit->each ? 1 : keys_of(c, limit->dimensions, limit->dimension_count));
}

/* That a rule gave for a period is remembered for as long as its close may be judged again; and what is due. */
static uint64_t close_cells(struct compile *c, const struct rule *rule) {
  const uint64_t periods[UNIT_COUNT] = {[UNIT_DAY] = 40, [UNIT_WEEK] = 8, [UNIT_TEN_DAYS] = 6};
  uint64_t cells = 0;
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = trigger_at(c, rule->on.first + i);
    if (trigger->kind != TRIGGER_CLOSE) continue;
    uint64_t given = periods[close_at(c, trigger->close)->unit];
    cells += (given == 0 ? 3 : given) + 2;
  }
  return cells;
}

static struct load campaign_load(struct compile *c, uint32_t number) {
  const struct campaign *campaign = &c->campaigns[number];
  struct load load = {campaign->from_ms, campaign->closing_ms, number, {0}};
  uint64_t cells = campaign->rule_count; /* a gift of each rule is remembered */
  for (uint32_t i = 0; i < campaign->fact_count; i++) cells += fact_cells(c, fact_at(c, campaign->fact_first + i));
  for (uint32_t i = 0; i < campaign->limit_count; i++) cells += limit_cells(c, limit_at(c, campaign->limit_first + i));
  for (uint32_t r = campaign->rule_first; r < campaign->rule_first + campaign->rule_count; r++) {
    const struct rule rule = *rule_at(c, r);
    cells += (rule.once_per_count > 0) + close_cells(c, &rule);
    for (uint32_t i = 0; i < rule.limit_count; i++) {
      const struct limit *limit = limit_at(c, *ref_at(c, rule.limit_first + i));
      if (limit->rule == r) cells += limit_cells(c, limit);
    }
  }
  load.adds[REACH_CELLS] = cells + 2ull * campaign->chance_count;
  if (campaign->programme) load.from_ms = INT64_MIN / 2, load.to_ms = INT64_MAX / 2; /* its facts are kept for ever */
  return load;
}

/* ---- the highest sum over time ---- */

static bool edge_before(const struct edge *a, const struct edge *b) {
  return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->ends && !b->ends;
}

static struct edge *edges_sort(struct reaching *r) {
  struct edge *from = r->edges, *to = r->spare;
  uint32_t count = 2 * r->count;
  for (uint32_t width = 1; width < count; width *= 2) {
    for (uint32_t low = 0; low < count; low += 2 * width) {
      uint32_t middle = low + width < count ? low + width : count, high = middle + width < count ? middle + width : count;
      for (uint32_t i = low, a = low, b = middle; i < high; i++)
        to[i] = a < middle && (b >= high || !edge_before(&from[b], &from[a])) ? from[a++] : from[b++];
    }
    struct edge *swap = from;
    from = to, to = swap;
  }
  return from;
}

struct peak {
  uint64_t sum;
  int64_t at_ms;
};

static void peaks_find(struct reaching *r, struct peak peaks[REACHES]) {
  uint64_t sums[REACHES] = {0};
  for (uint32_t i = 0; i < r->count; i++) {
    r->edges[2 * i] = (struct edge){r->loads[i].from_ms, i, false};
    r->edges[2 * i + 1] = (struct edge){r->loads[i].to_ms, i, true};
  }
  const struct edge *edges = edges_sort(r);
  for (uint32_t i = 0; i < 2 * r->count; i++) {
    const struct load *load = &r->loads[edges[i].load];
    for (uint32_t k = 0; k < REACHES; k++) {
      sums[k] = edges[i].ends ? sums[k] - load->adds[k] : sums[k] + load->adds[k];
      if (sums[k] > peaks[k].sum) peaks[k] = (struct peak){sums[k], edges[i].at_ms};
    }
  }
}

/* The campaign that adds most at a peak: there it is told. */
static uint32_t most_of(struct compile *c, const struct reaching *r, enum reach kind, int64_t at_ms) {
  uint32_t most = 0;
  memset(r->parts, 0, c->file_count * sizeof *r->parts);
  for (uint32_t i = 0; i < r->count; i++)
    if (r->loads[i].from_ms <= at_ms && at_ms < r->loads[i].to_ms) r->parts[r->loads[i].campaign] += r->loads[i].adds[kind];
  for (uint32_t i = 1; i < c->file_count; i++)
    if (r->parts[i] > r->parts[most]) most = i;
  return most;
}

static void peak_report(struct compile *c, const struct reaching *r, enum reach kind, const struct peak *peak, const char *who,
                        struct str type) {
  char day[32];
  struct buffer text;
  uint32_t most = most_of(c, r, kind, peak->at_ms);
  buffer_init(&text, day, sizeof day);
  if (peak->at_ms > 0 && peak->at_ms < INT64_MAX / 4) {
    buffer_put(&text, STR("on "));
    buffer_date(&text, period_of(UNIT_DAY, peak->at_ms, c->campaigns[most].zone));
    buffer_put(&text, STR(" "));
  }
  c->now = most;
  report_text_at(c, STR(""), NULL, CHECK_REACH, "%.*s%s%s%.*s%s may %s %llu %s; there is room for %llu; this campaign adds %llu",
                 STR_FORMAT(buffer_text(&text)), who, type.length > 0 ? " '" : "", STR_FORMAT(type), type.length > 0 ? "'" : "",
                 bounds[kind].verb, (unsigned long long)peak->sum, bounds[kind].of, (unsigned long long)bounds[kind].most,
                 (unsigned long long)r->parts[most]);
}

/* Nothing is gone through in order of time as long as the plain sum stays below every bound. */
static bool is_over(const struct reaching *r) {
  for (uint32_t k = 0; k < REACHES; k++) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < r->count; i++) sum += r->loads[i].adds[k];
    if (sum > bounds[k].most) return true;
  }
  return false;
}

static void loads_judge(struct compile *c, struct reaching *r, const char *who, struct str type) {
  struct peak peaks[REACHES] = {0};
  if (!is_over(r)) return;
  peaks_find(r, peaks);
  for (uint32_t k = 0; k < REACHES; k++)
    if (peaks[k].sum > bounds[k].most) peak_report(c, r, (enum reach)k, &peaks[k], who, type);
}

/* ---- all ---- */

static bool reaching_init(struct compile *c, struct reaching *r) {
  uint32_t most = c->listeners.count > c->file_count ? c->listeners.count : c->file_count;
  r->outcomes = arena_array(c->scratch, c->rules.count, sizeof *r->outcomes);
  r->gifts = arena_array(c->scratch, c->rules.count, sizeof *r->gifts);
  r->rule_of = arena_array(c->scratch, c->rules.count, sizeof *r->rule_of);
  r->fact_of = arena_array(c->scratch, c->facts.count, sizeof *r->fact_of);
  r->loads = arena_array(c->scratch, most, sizeof *r->loads);
  r->edges = arena_array(c->scratch, 2 * (size_t)most, sizeof *r->edges);
  r->spare = arena_array(c->scratch, 2 * (size_t)most, sizeof *r->spare);
  r->parts = arena_array(c->scratch, c->file_count, sizeof *r->parts);
  if (c->scratch->overflowed) c->full = true;
  return !c->full;
}

void reach_lint(struct compile *c) {
  struct reaching r = {.count = 0};
  if (c->findings->errors > 0 || c->file_count == 0 || !reaching_init(c, &r)) return;
  for (uint32_t i = 0; i < c->listeners.count; i++) {
    const struct listener listener = *listener_at(c, i);
    bool last = i + 1 == c->listeners.count || listener_at(c, i + 1)->type != listener.type;
    r.loads[r.count++] = listener_load(c, &r, &listener);
    if (!last) continue;
    loads_judge(c, &r, "one event", c->catalogue->types[listener.type].name);
    r.count = 0;
  }
  for (uint32_t i = 0; i < c->file_count; i++) r.loads[r.count++] = campaign_load(c, i);
  loads_judge(c, &r, "a customer's record", STR(""));
}
