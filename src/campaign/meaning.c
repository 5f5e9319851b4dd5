/* What names mean: one sentence for everything that counts or remembers under a name, of exactly what may never change as long as the name
 * lives (docs/language.md section 9.5). How much, when and what for may change and is not in it. States keep these sentences and compare
 * them, so the words here may not change either: a sentence that is worded anew means something else to every state there is.
 *
 * Tables in `per` are named by their oldest name: renaming one changes no meaning. Where days are counted the zone is said. */
#include "fact_row.h"

const char *const meaning_words[MEANING_KINDS] = {"campaign", "fact", "limit", "pool", "chance", "rule", "item"};

/* ---- pieces ---- */

static void put(const struct saying *s, const char *text) { mean_text(s, text); }

static void put_zone(const struct saying *s) { buffer_print(s->out, " in %.*s", STR_FORMAT(s->campaign->zone_name)); }

void mean_unit(const struct saying *s, enum unit unit) {
  buffer_print(s->out, unit == UNIT_EVER ? ", %s" : unit == UNIT_CAMPAIGN ? ", over the %s" : ", by %s", unit_name(unit));
  if (unit < UNIT_CAMPAIGN) put_zone(s);
}

static void put_period(const struct saying *s, enum unit unit, uint32_t cycle) {
  if (cycle == 0) {
    mean_unit(s, unit);
    return;
  }
  buffer_print(s->out, ", by %.*s", STR_FORMAT(s->book->own_cycles[cycle - 1].name));
  put_zone(s);
}

static void put_dimensions(const struct saying *s, const struct dimension *dimensions, uint32_t count) {
  dimensions_say(s->out, dimensions, count, s->book->facts, s->campaign->id, ", ");
}

/* ---- facts ---- */

/* Days that are settled are one sum: which they are cannot change under it. */
static void put_days(const struct saying *s, const struct window *window) {
  bool dates = window->kind == WINDOW_DATES, campaign = window->kind == WINDOW_UNIT && window->unit == UNIT_CAMPAIGN;
  if (!dates && !campaign) return;
  buffer_put(s->out, STR(", from "));
  buffer_time_in(s->out, dates ? window->from_ms : s->campaign->from_ms, s->campaign->zone);
  buffer_put(s->out, STR(" to "));
  buffer_time_in(s->out, dates ? window->to_ms : s->campaign->to_ms, s->campaign->zone);
}

static void put_window(const struct saying *s, const struct window *window) {
  switch (window->kind) {
    case WINDOW_UNIT: put_period(s, window->unit, window->cycle); break;
    case WINDOW_LAST_UNITS:
      buffer_print(s->out, ", over %u closed periods of ", window->count);
      buffer_put(s->out, window->cycle > 0 ? s->book->own_cycles[window->cycle - 1].name : str_of(unit_name(window->unit)));
      put_zone(s);
      break;
    case WINDOW_ROLLING_DAYS:
      buffer_print(s->out, ", over %u days", window->count);
      put_zone(s);
      break;
    case WINDOW_DATES:
      put(s, ", from ");
      buffer_time_in(s->out, window->from_ms, s->campaign->zone);
      break;
    case WINDOW_ENROLMENT: put(s, ", from enrolment"); break;
    case WINDOW_SINCE: buffer_print(s->out, ", since %.*s", STR_FORMAT(s->book->facts[window->since].first_name)); break;
  }
  if (window->previous > 0) buffer_print(s->out, ", %u before", window->previous);
}

void measure_mean(const struct saying *s, const struct fact *fact) {
  static const char *const words[] = {"number of events",     "sum of ", "average of ",      "largest ", "smallest ",
                                      "number of different ", "run of ", "daily average of "};
  put(s, words[fact->measure]);
  if (fact->of != FIELD_NONE)
    mean_field(s, fact->of);
  else if (fact->measure == MEASURE_DISTINCT || fact->measure == MEASURE_STREAK)
    put(s, unit_name(fact->of_unit));
  if (fact->money) buffer_print(s->out, " in %.*s", STR_FORMAT(s->campaign->currency));
}

void measure_mean_behind(const struct saying *s, const struct fact *fact) {
  if (fact->measure == MEASURE_DAILY_AVERAGE) put_days(s, &fact->window);
  put(s, fact->refunds_subtract ? "; refunds are subtracted" : "; refunds leave it");
}

static void put_owner(const struct saying *s, const struct fact *fact) {
  put(s, fact->dimension_count > 0 ? "; for each customer, " : "; for each customer");
  put_dimensions(s, fact->dimensions, fact->dimension_count);
  if (fact->dimension_count == 0 && row_of(fact)->owner != NULL) put(s, row_of(fact)->owner);
}

static void put_source(const struct saying *s, const struct hearer *source) {
  const struct dimension fact = {.kind = DIMENSION_FACT, .index = source->index};
  if (source->kind == HEARER_SELF)
    put(s, "customer");
  else if (source->kind == HEARER_FIELD)
    mean_field(s, (uint16_t)source->index);
  else
    dimension_say(s->out, &fact, s->book->facts, s->campaign->id, true);
}

/* Whose events count (`as`): which of them may change, as of any fact. All that have `as` have the same (fact_as_check). */
static void put_hearers(const struct saying *s, const struct fact *fact) {
  struct trigger_set sets[FACT_SETS];
  const struct trigger *as = NULL;
  bool own = false;
  for (uint32_t i = 0, count = fact_sets(fact, sets); i < count; i++)
    for (uint32_t t = 0; t < sets[i].count; t++) {
      const struct trigger *trigger = &s->book->triggers[sets[i].first + t];
      if (trigger->as_count > 0) as = trigger;
      own |= trigger->as_count == 0;
    }
  if (as == NULL) return;
  put(s, own ? "; own events, others heard as " : "; heard as ");
  for (uint32_t i = 0; i < as->as_count; i++) {
    if (i > 0) put(s, ", else ");
    put_source(s, &s->book->hearers[as->as_first + i]);
  }
}

static void put_fact(const struct saying *s, const struct fact *fact) {
  const struct fact_row *row = row_of(fact);
  if (row->mean == NULL) return;
  row->mean(s, fact);
  put_owner(s, fact);
  if (row->traits.windowed) put_window(s, &fact->window);
  if (row->mean_behind != NULL) row->mean_behind(s, fact);
  put_hearers(s, fact);
}

/* ---- limits, pools, rules, items ---- */

static void put_limit(const struct saying *s, const struct limit *limit) {
  if (!limit->of_amount)
    put(s, "number of gifts");
  else if (limit->in_points)
    put(s, "points given");
  else
    buffer_print(s->out, "value given in %.*s", STR_FORMAT(s->campaign->currency));
  put(s, limit->each ? "; a counter for each of " : "; for each ");
  put_dimensions(s, limit->dimensions, limit->dimension_count);
  if (limit->rolling_days == 0) {
    put_period(s, limit->unit, limit->cycle);
    return;
  }
  buffer_print(s->out, ", over %u days", limit->rolling_days);
  put_zone(s);
}

static void put_pool(const struct saying *s, const struct pool *pool) {
  if (pool->in_points)
    put(s, "budget in points");
  else if (pool->of_money)
    buffer_print(s->out, "budget in %.*s", STR_FORMAT(s->campaign->currency));
  else
    put(s, "stock in units");
  if (pool->pot) put(s, "; a pot that is shared, "), buffer_money(s->out, pool->total, pool->of_money ? s->campaign->decimals : 0);
  if (pool->by != FIELD_NONE) {
    put(s, "; by ");
    mean_field(s, pool->by);
  }
  if (!pool->paced) return;
  put(s, "; released");
  mean_unit(s, pool->pace_unit);
}

static void put_side(const struct saying *s, const struct rank_side *side, bool first) {
  const struct condition *left = &s->book->conditions[side->left];
  const struct str name = s->book->facts[left->index].first_name;
  const char *what = left->left == LEFT_FACT_AT ? " at" : left->left == LEFT_FACT_ELAPSED ? " elapsed" : "";
  buffer_print(s->out, "%s%.*s%s, %s first", first ? "" : ", then ", STR_FORMAT(name), what, side->highest ? "highest" : "lowest");
}

static void put_share(const struct saying *s, const struct rule *rule) {
  const struct item *item = &s->book->items[rule->item_first];
  put(s, "; a share of ");
  buffer_money(s->out, rule->rank.pot, item->is_points ? 0 : s->campaign->decimals);
  put(s, " of ");
  buffer_put(s->out, s->book->pools[s->book->refs[item->pool_first]].first_name);
  put(s, " by ");
  buffer_put(s->out, s->book->facts[s->book->conditions[rule->rank.by.left].index].first_name);
}

/* Who takes part is said by a digest: customers are ranked by it on days of their own, so it may not change between them. */
static void put_rank(const struct saying *s, const struct rule *rule) {
  const struct trigger *trigger = &s->book->triggers[rule->on.first];
  char hex[16];
  digest_to_hex(rule->rank.part, hex);
  if (rule->rank.shared) {
    put_share(s, rule);
  } else {
    buffer_print(s->out, "; ranked by %s", rule->rank.tickets > 0 ? "lot, tickets " : "");
    put_side(s, &rule->rank.by, true);
    for (uint32_t i = 0; i < rule->rank.tie_count; i++) put_side(s, &rule->rank.ties[i], false);
    if (rule->rank.tickets > 0) buffer_print(s->out, ", at most %u of one customer", rule->rank.tickets);
    buffer_print(s->out, "; the first %u", rule->rank.top);
  }
  put(s, " when it closes");
  mean_unit(s, s->book->closes[trigger->close].unit);
  put(s, ", ");
  buffer_duration(s->out, trigger->delay);
  put(s, " later; who takes part, and until which day, as digest ");
  buffer_put(s->out, (struct str){hex, sizeof hex});
}

static void put_rule(const struct saying *s, const struct rule *rule) {
  put(s, rule->once_per_count == 0 ? "once for each cause" : "once for each ");
  put_dimensions(s, rule->once_per, rule->once_per_count);
  put(s, rule->give == GIVE_EACH ? "; gives a list" : "; gives one");
  if (rank_settles(&rule->rank)) put_rank(s, rule);
}

/* What a period has had is remembered for the measure's periods; with `each` for each band, by where it begins: one that is moved would be
 * paid again. */
static void put_ladder(const struct saying *s, const struct item *item) {
  const struct condition *by = &s->book->conditions[item->value.of];
  put(s, item->value.pay == PAY_TOP_UP ? "; topped up by " : "; for each band of ");
  buffer_put(s->out, s->book->facts[by->index].first_name);
  for (uint32_t i = 0; item->value.pay == PAY_EACH && i < item->value.band_count; i++) {
    put(s, i == 0 ? " from " : ", ");
    buffer_money(s->out, item->value.bands[i].from, by->money ? s->campaign->decimals : 0);
  }
}

/* Forms whose value is the gift itself are money; a voucher, a bundle is a thing, whatever it is worth. */
static void put_item(const struct saying *s, const struct item *item) {
  if (item->is_points)
    put(s, "points");
  else if (item->is_notice)
    put(s, "notice");
  else if (item->is_chance && item->chance != NONE)
    buffer_print(s->out, "chances %.*s", STR_FORMAT(s->book->chances[item->chance].first_name));
  else if (reward_is_money(item->reward))
    buffer_print(s->out, "money in %.*s", STR_FORMAT(s->campaign->currency));
  else
    put(s, "things");
  if (item_is_ladder(item)) put_ladder(s, item);
}

/* ---- one after the other ---- */

/* Fixed for the campaign, or by a table of which what was there stays (compare.c): a refund goes back at the rate of its payment. */
static void put_rates(const struct saying *s) {
  static const char *const words[] = {[RATE_DAY_EVENT] = "of its day",
                                      [RATE_DAY_PREVIOUS_WORKDAY] = "of the workday before",
                                      [RATE_DAY_MONTH_END] = "of the end of the month before",
                                      [RATE_DAY_FIXED] = "of "};
  const struct campaign_fx *fx = &s->campaign->fx;
  if (fx->table != NULL) buffer_print(s->out, "; fx by the table %.*s, %s", STR_FORMAT(fx->table->id), words[fx->day]);
  if (fx->table != NULL && fx->day == RATE_DAY_FIXED) buffer_date(s->out, fx->fixed_day);
  for (uint32_t i = 0; i < fx->rate_count; i++) {
    const struct fx_rate *rate = &fx->rates[i];
    buffer_print(s->out, "%s%.*s ", i == 0 ? "; fx " : ", ", STR_FORMAT(rate->currency));
    buffer_fx(s->out, rate->rate_e8);
  }
}

/* Who had which tags then is kept from that day on; another day's nobody kept. */
static void put_as_of(const struct saying *s) {
  if (s->campaign->audience.as_of.decl == 0) return;
  put(s, "; audience as of ");
  buffer_date(s->out, s->campaign->audience.as_of.day);
}

static void text_make(const struct rulebook *book, uint32_t campaign, struct meaning_cursor *at, struct meaning *out) {
  struct buffer text;
  struct saying s = {book, &book->campaigns[campaign], &text};
  buffer_init(&text, at->text, sizeof at->text);
  switch (out->kind) {
    case MEANING_CAMPAIGN:
      buffer_print(&text, "zone %.*s; currency %.*s", STR_FORMAT(s.campaign->zone_name), STR_FORMAT(s.campaign->currency));
      if (s.campaign->commitment.length > 0) buffer_print(&text, "; draws by the commitment %.*s", STR_FORMAT(s.campaign->commitment));
      put_rates(&s);
      put_as_of(&s);
      break;
    case MEANING_FACT: put_fact(&s, &book->facts[out->number]); break;
    case MEANING_LIMIT: put_limit(&s, &book->limits[out->number]); break;
    case MEANING_POOL: put_pool(&s, &book->pools[out->number]); break;
    case MEANING_CHANCE: put(&s, "chances of a customer"); break;
    case MEANING_RULE: put_rule(&s, &book->rules[out->number]); break;
    case MEANING_ITEM: put_item(&s, &book->items[out->number]); break;
    case MEANING_KINDS: break;
  }
  assert(!text.overflowed);
  out->text = buffer_text(&text);
}

static struct str item_name(char *memory, size_t size, struct str rule, struct str item) {
  struct buffer out;
  buffer_init(&out, memory, size);
  buffer_print(&out, "%.*s.%.*s", STR_FORMAT(rule), STR_FORMAT(item));
  assert(!out.overflowed);
  return buffer_text(&out);
}

static void names_set(const struct rulebook *book, struct meaning_cursor *at, struct meaning *out) {
  switch (out->kind) {
    case MEANING_CAMPAIGN: out->name = out->first = book->campaigns[out->number].id; break;
    case MEANING_FACT: out->name = book->facts[out->number].name, out->first = book->facts[out->number].first_name; break;
    case MEANING_LIMIT: out->name = book->limits[out->number].name, out->first = book->limits[out->number].first_name; break;
    case MEANING_POOL: out->name = book->pools[out->number].name, out->first = book->pools[out->number].first_name; break;
    case MEANING_CHANCE: out->name = book->chances[out->number].name, out->first = book->chances[out->number].first_name; break;
    case MEANING_RULE: out->name = book->rules[out->number].name, out->first = book->rules[out->number].first_name; break;
    case MEANING_ITEM: {
      const struct rule *rule = &book->rules[at->index];
      out->name = item_name(at->name, sizeof at->name, rule->name, book->items[out->number].id);
      out->first = item_name(at->first, sizeof at->first, rule->first_name, book->items[out->number].first_id);
      break;
    }
    case MEANING_KINDS: break;
  }
  out->decl = name_hash40(out->first);
}

/* The parts of a rule: itself, its own limits, then each item, and what stands in for it, with its own pools. */
static bool rule_part(const struct rulebook *book, struct meaning_cursor *at, struct meaning *out) {
  const struct rule *rule = &book->rules[at->index];
  while (at->limit < rule->limit_count) {
    *out = (struct meaning){.kind = MEANING_LIMIT, .number = book->refs[rule->limit_first + at->limit++]};
    if (book->limits[out->number].rule == at->index) return true;
  }
  for (;;) {
    const struct item *item = at->chain == NONE ? NULL : &book->items[at->chain];
    while (item != NULL && at->pool < item->pool_count) {
      *out = (struct meaning){.kind = MEANING_POOL, .number = book->refs[item->pool_first + at->pool++]};
      if (book->pools[out->number].rule == at->index) return true;
    }
    at->chain = item != NULL ? item->or_else : NONE, at->pool = 0;
    if (at->chain == NONE && at->item == rule->item_count) return false;
    if (at->chain == NONE) at->chain = rule->item_first + at->item++;
    *out = (struct meaning){.kind = MEANING_ITEM, .number = at->chain};
    if (!book->items[at->chain].is_nothing) return true;
  }
}

static bool rule_next(const struct rulebook *book, const struct campaign *campaign, struct meaning_cursor *at, struct meaning *out) {
  uint32_t end = campaign->rule_first + campaign->rule_count;
  if (at->stage == MEANING_ITEM && at->index < end && rule_part(book, at, out)) return true;
  if (at->stage == MEANING_RULE)
    at->stage = MEANING_ITEM, at->index = campaign->rule_first;
  else
    at->index++;
  if (at->index >= end) return false;
  at->limit = at->item = at->pool = 0, at->chain = NONE;
  *out = (struct meaning){.kind = MEANING_RULE, .number = at->index};
  return true;
}

/* What is declared by name: stage by stage, a range of each. */
static bool named_next(const struct campaign *campaign, uint32_t number, struct meaning_cursor *at, struct meaning *out) {
  const struct span ranges[] = {{number, 1},
                                {campaign->fact_first, campaign->fact_count},
                                {campaign->limit_first, campaign->limit_count},
                                {campaign->pool_first, campaign->pool_count},
                                {campaign->chance_first, campaign->chance_count}};
  for (; at->stage < MEANING_RULE; at->stage++, at->index = 0) {
    if (at->index == ranges[at->stage].count) continue;
    *out = (struct meaning){.kind = (enum meaning_kind)at->stage, .number = ranges[at->stage].first + at->index++};
    return true;
  }
  return false;
}

static bool remembers(const struct rulebook *book, const struct meaning *one) {
  if (one->kind != MEANING_FACT) return true;
  return !row_of(&book->facts[one->number])->computed;
}

bool meaning_next(const struct rulebook *book, uint32_t number, struct meaning_cursor *at, struct meaning *out) {
  const struct campaign *campaign = &book->campaigns[number];
  do {
    if (!named_next(campaign, number, at, out) && !rule_next(book, campaign, at, out)) return false;
  } while (!remembers(book, out));
  names_set(book, at, out);
  text_make(book, number, at, out);
  return true;
}
