/* Giving: which item, how much of it, from which pool, and what is remembered of it (campaigns.md section 6). */
#include "work.h"

static int64_t power_of_ten(int32_t decimals) {
  int64_t power = 1;
  while (decimals-- > 0) power *= 10;
  return power;
}

/* ---- worth ---- */

static int64_t percent_value(struct work *w, const struct worth *worth, const struct item *item, const struct campaign *campaign) {
  const struct condition *of = &w->book->conditions[worth->of];
  struct value base = left_value(w, of, 0);
  if (base.kind != VALUE_INT || base.number <= 0) return 0;
  bool base_points = of->left == LEFT_RULE_REWARD && w->base != NULL && w->book->items[w->base->item].is_points;
  int64_t ceiling = worth->max > 0 ? worth->max : LIMIT_AMOUNT_MINOR;
  __int128_t scaled = (__int128_t)base.number * worth->percent_bp, value = (scaled + 5000) / 10000;
  if (item->is_points)
    value = scaled / ((__int128_t)10000 * (base_points ? 1 : power_of_ten(campaign->decimals))); /* whole, rounded down */
  return value > ceiling ? ceiling : (int64_t)value;
}

static int64_t band_value(struct work *w, const struct worth *worth) {
  struct value by = left_value(w, &w->book->conditions[worth->of], 0);
  int64_t value = 0;
  if (by.kind != VALUE_INT) return 0;
  for (uint32_t i = 0; i < worth->band_count && by.number >= worth->bands[i].from; i++) value = worth->bands[i].value;
  return value;
}

static int64_t worth_of(struct work *w, const struct worth *worth, const struct item *item, uint32_t campaign, int64_t otherwise) {
  switch (worth->form) {
    case VALUE_FORM_NONE: return otherwise;
    case VALUE_FORM_FIXED: return worth->fixed;
    case VALUE_FORM_PERCENT: return percent_value(w, worth, item, work_campaign(w, campaign));
    case VALUE_FORM_BANDS: return band_value(w, worth);
  }
  return otherwise;
}

int64_t item_value(struct work *w, const struct item *item, uint32_t campaign) { return worth_of(w, &item->value, item, campaign, 0); }
int64_t item_count(struct work *w, const struct item *item, uint32_t campaign) { return worth_of(w, &item->count, item, campaign, 1); }

uint16_t item_mark(const struct item *item) { return (uint16_t)hash64(&HASH_KEY_FIXED, item->id); }

/* ---- one gift ---- */

struct giving {
  const struct rule *rule;
  const struct reward_key *key;
  const struct wake *wake;
  struct outcome *outcome;
  bool counted;            /* the count limits were taken by an earlier item of this firing */
  uint32_t drawn, weights; /* of a draw */
};

/* Without a place left the gift stands behind the last one, and the decision is void. */
static void gift_count_up(struct work *w) {
  if (w->out->gift_count < LIMIT_GIFTS) {
    w->out->gift_count++;
  } else {
    w->crowded = true;
  }
}

static struct gift *gift_new(struct work *w, const struct giving *g, const struct item *item, enum gift_kind kind) {
  struct digest128 digest = reward_digest(w, g->rule, item, g->key);
  struct gift *gift = &w->out->gifts[w->out->gift_count];
  *gift = (struct gift){.kind = kind,
                        .rule = (uint32_t)(g->rule - w->book->rules),
                        .item = (uint32_t)(item - w->book->items),
                        .instead_of = NONE,
                        .pool = NONE,
                        .count = 1,
                        .valid_from_ms = TIME_NONE,
                        .valid_to_ms = TIME_NONE,
                        .cause_digest = w->event->digest,
                        .weight_drawn = g->drawn,
                        .weight_total = g->weights,
                        .id_length = ID22_BYTES};
  digest_to_id(digest, gift->id);
  gift->id_words[0] = digest.low, gift->id_words[1] = digest.high;
  return gift;
}

uint64_t id_low(const struct gift *gift) { return gift->id_words[0]; }

static bool event_reversible(const struct work *w) {
  return w->event->type != TYPE_UNKNOWN && w->book->catalogue->types[w->event->type].reversible;
}

/* What an undo will need: the grant, and what it took of limits and pools that are to be given back. */
static void grant_keep(struct work *w, const struct giving *g, const struct gift *gift, const struct item *item,
                       const struct claims *claims) {
  bool based = g->wake->base != NULL || w->lot != NULL;
  if (!event_reversible(w) && !based) return;
  int64_t until = w->event->time_ms + w->in->settings->memory_ms;
  struct cell *grant = work_add(w, w->customer, CELL_GRANT, g->rule->decl, memory_digest(w, w->event->digest), (int32_t)gift->count);
  if (grant == NULL) return;
  grant->small = item_mark(item);
  grant->v[0] = w->event->time_ms, grant->v[1] = gift->value_minor;
  grant->v[2] = (int64_t)gift->id_words[0], grant->v[3] = (int64_t)gift->id_words[1];
  grant->expires_day = state_expiry(until);
  w->kept_something = true;
  for (uint32_t i = 0; i < claims->count; i++) {
    const struct claim *claim = &claims->claims[i];
    if (!(claim->on == ON_POOL ? g->rule->undo.restore_pool : g->rule->undo.restore_limits)) continue;
    struct cell *taken = work_add(w, w->customer, CELL_TAKEN, claim->decl, gift->id_words[0], claim->period);
    if (taken == NULL) return;
    taken->v[0] = (int64_t)claim->owner_key, taken->v[1] = claim->amount, taken->v[2] = claim->on;
    taken->expires_day = state_expiry(until);
  }
  bool beside = based || gift->offset_minor > 0;
  struct cell *base = beside ? work_make(w, w->customer, CELL_BASE, 0, gift->id_words[0], 0) : NULL;
  if (base == NULL) return;
  base->v[0] = g->wake->base == NULL ? 0 : (int64_t)g->wake->base->id_words[0];
  base->v[1] = w->lot == NULL ? 0 : (int64_t)w->lot->key;
  base->v[2] = gift->offset_minor;
  base->expires_day = state_expiry(until);
}

/* What an earlier reversal owes is set off against this gift. The pool pays what goes out, unless the earlier gift's place was given back.
 */
static int64_t owed_set_off(struct work *w, const struct giving *g, const struct item *item, int64_t value, struct gift *gift) {
  uint64_t decl = name_decl(work_campaign(w, g->rule->campaign)->id);
  struct cell *owed = state_find(w->customer, CELL_OWED, decl, item->is_points, 0);
  if (owed == NULL || owed->v[0] <= 0 || gift->count != 1) return value;
  int64_t off = owed->v[0] < value ? owed->v[0] : value;
  owed->v[0] -= off;
  gift->offset_minor = off;
  if (off == value) gift->kind = GIFT_OFFSET;
  work_touch(w->customer);
  return value - off;
}

static void gift_valid(struct work *w, const struct giving *g, const struct item *item, struct gift *gift) {
  int32_t offset = work_campaign(w, g->rule->campaign)->offset_minutes;
  gift->valid_from_ms = moment_or(&item->valid_from, w->event->time_ms, offset, TIME_NONE);
  gift->valid_to_ms = moment_or(&item->valid_to, w->event->time_ms, offset, TIME_NONE);
}

static void gift_commit(struct work *w, struct giving *g, struct gift *gift, const struct item *item, const uint32_t *paying,
                        uint32_t paying_count) {
  struct claims claims = {0};
  int64_t full = gift->value_minor * gift->count;
  if (!g->counted) limits_take_count(w, g->rule, &claims);
  g->counted = true;
  gift->value_minor = owed_set_off(w, g, item, gift->value_minor, gift);
  int64_t net = gift->value_minor * gift->count;
  limits_take_amount(w, g->rule, item->is_points, g->rule->undo.restore_limits ? full : net, &claims);
  struct pool_need need = {gift->count, g->rule->undo.restore_pool ? full : net};
  pools_take(w, paying, paying_count, need, &claims);
  if (paying_count > 0) gift->pool = paying[0];
  gift_count_up(w);
  grant_keep(w, g, gift, item, &claims);
}

enum tried { TRIED_GIVEN, TRIED_EMPTY, TRIED_REFUSED };

static enum tried chance_try(struct work *w, struct giving *g, const struct item *item) {
  struct gift *gift = gift_new(w, g, item, GIFT_CHANCE);
  if (!lot_give(w, g->rule, item, g->wake, gift, g->outcome)) return TRIED_REFUSED;
  gift_commit(w, g, gift, item, NULL, 0);
  return TRIED_GIVEN;
}

void worth_below(struct work *w, const struct worth *worth, struct outcome *outcome) {
  if (worth->form != VALUE_FORM_BANDS || worth->band_count == 0) return;
  const struct condition *of = &w->book->conditions[worth->of];
  struct value by = left_value(w, of, 0);
  if (by.kind != VALUE_INT || by.number >= worth->bands[0].from) return;
  outcome->expected = worth->bands[0].from, outcome->actual = by.number;
  outcome->has_numbers = true, outcome->numbers_are_money = of->money;
}

static bool value_known(struct work *w, const struct giving *g, const struct item *item, int64_t value) {
  if (value > 0 || item->value.form == VALUE_FORM_NONE) return true;
  bool measured = item->value.form != VALUE_FORM_FIXED && w->book->conditions[item->value.of].left == LEFT_FACT;
  g->outcome->reason = measured ? REASON_TARGET_NOT_REACHED : REASON_CONDITION_NOT_MET; /* a value of 0 gives nothing */
  worth_below(w, &item->value, g->outcome);
  return false;
}

/* One item with its own pools, no substitutes. */
static enum tried plain_try(struct work *w, struct giving *g, const struct item *item, const struct item *meant) {
  uint32_t paying[PAYING_MAX], paying_count = 0;
  int64_t value = item_value(w, item, g->rule->campaign), count = item_count(w, item, g->rule->campaign);
  uint32_t cut_by = NONE;
  if (!value_known(w, g, item, value) || count <= 0) return TRIED_REFUSED;
  const int64_t uncut = value * count;
  int64_t total = uncut;
  if (!limits_cut(w, g->rule, item->is_points, &total, &cut_by, g->outcome)) return TRIED_REFUSED;
  const bool partial = cut_by != NONE;
  if (partial && count == 1)
    value = total;
  else if (partial)
    count = value == 0 ? count : total / value;
  if (count <= 0) {
    g->outcome->reason = REASON_LIMIT_REACHED;
    return TRIED_REFUSED;
  }
  struct pool_need need = {count, value * count};
  if (!pools_have(w, item, need, g->outcome, paying, &paying_count)) return TRIED_EMPTY;
  struct gift *gift = gift_new(w, g, meant, item == meant ? GIFT_ISSUED : GIFT_SUBSTITUTED);
  gift->item = (uint32_t)(item - w->book->items);
  if (item != meant) gift->instead_of = (uint32_t)(meant - w->book->items);
  gift->value_minor = value, gift->count = count;
  gift->partial = partial, gift->cut_by = cut_by, gift->uncut_minor = uncut;
  gift_valid(w, g, item, gift);
  gift_commit(w, g, gift, item, paying, paying_count);
  return TRIED_GIVEN;
}

/* An item, or what stands in for it when its pool is empty; the reason is that of the item that was meant. */
static enum tried item_try(struct work *w, struct giving *g, uint32_t number) {
  const struct item *meant = &w->book->items[number];
  if (meant->is_chance) return chance_try(w, g, meant);
  enum tried tried = plain_try(w, g, meant, meant);
  struct outcome first = *g->outcome;
  const struct item *item = meant;
  for (uint32_t i = 0; tried == TRIED_EMPTY && item->or_else != NONE && i < LIMIT_OR_ELSE; i++) {
    item = &w->book->items[item->or_else];
    tried = plain_try(w, g, item, meant);
  }
  if (tried == TRIED_GIVEN)
    g->outcome->reason = REASON_GIVEN, g->outcome->pool = NONE, g->outcome->has_numbers = false;
  else
    *g->outcome = first;
  return tried;
}

/* ---- choosers ---- */

/* Each is given; one may fail alone, and then has an outcome of its own beside what was given. */
static bool give_each(struct work *w, struct giving *g) {
  struct outcome *whole = g->outcome, plain = *whole, failed[LIMIT_ITEMS_PER_GIVE];
  uint32_t failures = 0, given = 0;
  for (uint32_t i = 0; i < g->rule->item_count; i++) {
    failed[failures] = plain;
    g->outcome = &failed[failures];
    if (item_try(w, g, g->rule->item_first + i) == TRIED_GIVEN)
      given++;
    else
      failures++;
  }
  g->outcome = whole;
  if (given == 0) *whole = failed[0];
  for (uint32_t i = 0; given > 0 && i < failures; i++) *outcome_new(w, plain.rule, failed[i].reason) = failed[i];
  return given > 0;
}

static bool give_first_of(struct work *w, struct giving *g) {
  struct failure failure, first = {.condition = NONE, .reason = REASON_CONDITION_NOT_MET};
  bool some = false;
  for (uint32_t i = 0; i < g->rule->item_count; i++) {
    uint32_t number = g->rule->item_first + i;
    const struct item *item = &w->book->items[number];
    if (!condition_holds(w, item->when, g->rule->campaign, true, &failure)) {
      if (first.condition == NONE) first = failure;
      continue;
    }
    some = true;
    enum tried tried = item_try(w, g, number);
    if (tried == TRIED_GIVEN) return true;
    if (tried == TRIED_EMPTY && item->when_empty == EMPTY_SKIP) continue; /* as if its `when` were false */
    return false;
  }
  if (some) return false; /* the last one tried has said why */
  g->outcome->reason = REASON_CONDITION_NOT_MET, g->outcome->condition = first.condition;
  g->outcome->expected = first.expected, g->outcome->actual = first.actual, g->outcome->has_numbers = first.numbers;
  g->outcome->numbers_are_money = first.money, g->outcome->numbers_are_times = first.times, g->outcome->actual_text = first.text;
  return false;
}

static bool draw_lost(struct work *w, struct giving *g, uint32_t number) {
  struct claims claims = {0};
  struct gift *gift = gift_new(w, g, &w->book->items[number], GIFT_LOST);
  gift->count = 0;
  limits_take_count(w, g->rule, &claims);
  gift_count_up(w);
  g->outcome->reason = REASON_DRAW_LOST, g->outcome->pool = NONE, g->outcome->has_numbers = false;
  return true;
}

/* The item a draw falls on among those not left out; its index in the rule. */
static uint32_t draw_once(struct work *w, struct giving *g, struct digest128 id, uint32_t attempt, uint64_t without) {
  uint32_t total = 0;
  for (uint32_t i = 0; i < g->rule->item_count; i++)
    if (!(without >> i & 1)) total += w->book->items[g->rule->item_first + i].weight;
  if (total == 0) return NONE;
  uint32_t drawn = draw_number(&w->in->settings->id_key, id, attempt, total), below = 0;
  g->drawn = drawn, g->weights = total;
  for (uint32_t i = 0; i < g->rule->item_count; i++) {
    if (without >> i & 1) continue;
    below += w->book->items[g->rule->item_first + i].weight;
    if (drawn < below) return i;
  }
  return NONE;
}

static bool give_draw(struct work *w, struct giving *g) {
  const struct rule *rule = g->rule;
  struct digest128 id = reward_digest(w, rule, &w->book->items[rule->item_first], g->key);
  uint64_t without = 0;
  struct outcome first = *g->outcome;
  uint32_t at = draw_once(w, g, id, 0, without);
  for (uint32_t attempt = 1; at < rule->item_count && attempt <= LIMIT_ITEMS_PER_GIVE; attempt++) {
    uint32_t number = rule->item_first + at;
    if (w->book->items[number].is_nothing) return draw_lost(w, g, number);
    enum tried tried = item_try(w, g, number);
    if (tried == TRIED_GIVEN) return true;
    if (attempt == 1) first = *g->outcome;
    if (tried == TRIED_REFUSED) return false;
    if (rule->draw_empty == DRAW_LOSE) return draw_lost(w, g, number);
    without |= UINT64_C(1) << at;
    at = rule->draw_empty == DRAW_NEXT ? at + 1 : draw_once(w, g, id, attempt, without);
  }
  *g->outcome = first;
  g->outcome->reason = REASON_OUT_OF_STOCK; /* all empty: nothing used */
  return false;
}

bool give_items(struct work *w, const struct rule *rule, const struct reward_key *key, const struct wake *wake, struct outcome *outcome) {
  struct giving g = {.rule = rule, .key = key, .wake = wake, .outcome = outcome};
  switch (rule->give) {
    case GIVE_EACH: return give_each(w, &g);
    case GIVE_FIRST_OF: return give_first_of(w, &g);
    case GIVE_DRAW_OF: return give_draw(w, &g);
    case GIVE_ONE: break;
  }
  return item_try(w, &g, rule->item_first) == TRIED_GIVEN;
}
