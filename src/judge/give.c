/* Giving: which item, how much of it, from which pool (docs/language.md section 6). Choosers are rows of a table. */
#include "work.h"

struct giving {
  const struct rule *rule;
  const struct reward_key *key;
  const struct wake *wake;
  struct outcome *outcome;
  bool counted;            /* the count limits were taken by an earlier item of this firing */
  uint32_t drawn, weights; /* of a draw */
};

/* ---- one gift ---- */

static void gift_begin(struct work *w, const struct giving *g, const struct item *item, enum gift_kind kind, struct digest128 digest,
                       struct gift *gift) {
  assert(w->out->gift_count < LIMIT_GIFTS); /* a rule is not judged that could give more (rule.c) */
  *gift = (struct gift){.book = w->book,
                        .kind = kind,
                        .rule = (uint32_t)(g->rule - w->book->rules),
                        .item = (uint32_t)(item - w->book->items),
                        .instead_of = NONE,
                        .pool = NONE,
                        .count = 1,
                        .valid_from_ms = TIME_NONE,
                        .valid_to_ms = TIME_NONE,
                        .due_ms = TIME_NONE,
                        .cause_digest = w->event->digest,
                        .weight_drawn = g->drawn,
                        .weight_total = g->weights,
                        .id_length = ID22_BYTES};
  digest_to_id(digest, gift->id);
  gift->id_words[0] = digest.low, gift->id_words[1] = digest.high;
}

static struct gift *gift_new(struct work *w, const struct giving *g, const struct item *item, enum gift_kind kind) {
  struct gift *gift = &w->out->gifts[w->out->gift_count];
  gift_begin(w, g, item, kind, reward_digest(w, g->rule, item, g->key), gift);
  return gift;
}

/* What an earlier reversal owes is set off against a gift of money (or of points): what has no face value pays no debt, and of several
 * units none is worth less than the others. The pool pays what goes out, unless the earlier gift's place was given back. */
static int64_t owed_set_off(struct work *w, const struct giving *g, const struct item *item, int64_t value, struct gift *gift) {
  const struct cell *owed = state_find(w->customer, CELL_OWED, work_campaign(w, g->rule->campaign)->decl, item->is_points, 0);
  if (owed == NULL || owed->owed.amount <= 0 || value <= 0 || gift->count != 1) return value;
  int64_t off = owed->owed.amount < value ? owed->owed.amount : value;
  assert(off > 0 && off <= value);
  state_write(w->customer, owed)->owed.amount -= off;
  gift->offset_minor = off;
  if (off == value) gift->kind = GIFT_OFFSET;
  return value - off;
}

/* Seen from the instant at which the customer has it. */
static void gift_valid(struct work *w, const struct giving *g, const struct item *item, struct gift *gift) {
  struct zone zone = work_zone(w, g->rule->campaign);
  int64_t had_ms = gift->due_ms == TIME_NONE ? w->event->time_ms : gift->due_ms;
  gift->valid_from_ms = moment_or(&item->valid_from, had_ms, zone, TIME_NONE);
  gift->valid_to_ms = moment_or(&item->valid_to, had_ms, zone, TIME_NONE);
}

struct paid {
  const uint32_t *pools;
  uint32_t count;
};

/* It has its pools and limits, and goes out later. */
static void pending_begin(struct work *w, const struct giving *g, struct gift *gift, const struct item *item) {
  const struct item *meant = gift->instead_of == NONE ? item : &w->book->items[gift->instead_of];
  gift->kind = GIFT_PENDING;
  pending_keep(w, gift, meant, g->rule);
}

static void gift_commit(struct work *w, struct giving *g, struct gift *gift, const struct item *item, struct paid paid) {
  struct claims claims = {0};
  int64_t full = gift->value_minor * gift->count;
  assert(gift->value_minor >= 0 && gift->count > 0 && paid.count <= PAYING_MAX);
  if (!g->counted) limits_take_count(w, g->rule, &claims);
  g->counted = true;
  if (!item->is_chance && !item->is_notice && !w->hand) gift->value_minor = owed_set_off(w, g, item, gift->value_minor, gift);
  int64_t net = gift->value_minor * gift->count;
  limits_take_amount(w, g->rule, item->is_points, g->rule->undo.restore_limits ? full : net, &claims);
  struct pool_need need = {gift->count, g->rule->undo.restore_pool ? full : net};
  pools_take(w, paid.pools, paid.count, need, &claims);
  if (paid.count > 0) gift->pool = paid.pools[0];
  int64_t due_ms = gift->due_ms;
  bool held = !item->is_chance && !w->hand && review_begin(w, g->rule, gift);
  if (held && due_ms != TIME_NONE && due_ms > w->pending_ms) w->pending_ms = due_ms; /* it waits for its time behind that */
  if (held || (due_ms != TIME_NONE && gift->kind != GIFT_OFFSET)) pending_begin(w, g, gift, item);
  const struct granting granting = {g->rule, item, gift, g->wake->base, &claims};
  grant_keep(w, &granting);
  w->out->gift_count++;
}

enum tried { TRIED_GIVEN, TRIED_EMPTY, TRIED_REFUSED };

static enum tried chance_try(struct work *w, struct giving *g, const struct item *item) {
  struct gift *gift = gift_new(w, g, item, GIFT_CHANCE);
  const struct paid nothing = {NULL, 0};
  if (!lot_give(w, g->rule, item, gift, g->outcome)) return TRIED_REFUSED;
  gift_commit(w, g, gift, item, nothing);
  return TRIED_GIVEN;
}

static bool value_known(struct work *w, const struct giving *g, const struct item *item, int64_t value) {
  if (value > 0 || item->value.form == VALUE_FORM_NONE) return true;
  bool measured = item->value.form != VALUE_FORM_FIXED && w->book->conditions[item->value.of].left == LEFT_FACT;
  g->outcome->reason = measured ? REASON_TARGET_NOT_REACHED : REASON_CONDITION_NOT_MET; /* a value of 0 gives nothing */
  worth_below(w, item, &item->value, g->outcome);
  return false;
}

/* So many units of nothing are no gift: the reason is that the number stands on something that was not reached. */
static bool count_known(struct work *w, const struct giving *g, const struct item *item, int64_t count) {
  if (count > 0) return true;
  g->outcome->reason = REASON_TARGET_NOT_REACHED;
  worth_below(w, item, &item->count, g->outcome);
  return false;
}

/* What is given after amount limits had their say. */
struct amounts {
  int64_t value, count, uncut;
  uint32_t cut_by;
};

/* It was handed out as a whole, whatever limits leave of it. */
static void amounts_note(struct work *w, const struct giving *g, const struct item *item, const struct amounts *a) {
  struct outcome why = *g->outcome;
  uint32_t cut_by = NONE;
  int64_t total = a->value * a->count;
  bool left = limits_cut(w, g->rule, item->is_points, &total, &cut_by, &why);
  if (!left || cut_by != NONE) by_hand_note(w, &why);
}

static bool amounts_cut(struct work *w, const struct giving *g, const struct item *item, struct amounts *a) {
  a->uncut = a->value * a->count, a->cut_by = NONE;
  int64_t total = a->uncut;
  if (!limits_cut(w, g->rule, item->is_points, &total, &a->cut_by, g->outcome)) return false;
  if (a->cut_by != NONE && a->count == 1)
    a->value = total;
  else if (a->cut_by != NONE && a->value != 0)
    a->count = total / a->value;
  if (a->count > 0) return true;
  g->outcome->reason = REASON_LIMIT_REACHED;
  return false;
}

static struct gift *gift_of(struct work *w, const struct giving *g, const struct item *item, const struct item *meant, enum gift_kind kind,
                            const struct amounts *a) {
  struct gift *gift = gift_new(w, g, meant, kind);
  gift->item = (uint32_t)(item - w->book->items);
  if (item != meant) gift->instead_of = (uint32_t)(meant - w->book->items);
  gift->value_minor = a->value, gift->count = a->count;
  gift->partial = !w->hand && a->cut_by != NONE, gift->cut_by = a->cut_by, gift->uncut_minor = a->uncut;
  return gift;
}

static struct amounts amounts_of(struct work *w, const struct rule *rule, const struct item *item) {
  return (struct amounts){.value = item_value(w, item, rule->campaign), .count = item_count(w, item, rule->campaign)};
}

/* What was tried before may have been refused for a pool. */
static void outcome_given(struct outcome *outcome) { outcome->reason = REASON_GIVEN, outcome->pool = NONE, outcome->has_numbers = false; }

/* So much of an item, if limits and its own pools have it. */
static enum tried amounts_try(struct work *w, struct giving *g, const struct item *item, const struct item *meant, struct amounts a) {
  uint32_t paying[PAYING_MAX], paying_count = 0;
  if (w->hand)
    amounts_note(w, g, item, &a);
  else if (!amounts_cut(w, g, item, &a))
    return TRIED_REFUSED;
  struct pool_need need = {a.count, a.value * a.count};
  struct outcome plain = *g->outcome;
  if (!pools_have(w, item, need, g->outcome, paying, &paying_count)) {
    if (!w->hand) return TRIED_EMPTY;
    by_hand_note(w, g->outcome); /* a pool never has less than nothing: it pays no part of it */
    *g->outcome = plain, paying_count = 0;
  }
  struct gift *gift = gift_of(w, g, item, meant, w->hand ? GIFT_REGISTERED : item == meant ? GIFT_ISSUED : GIFT_SUBSTITUTED, &a);
  gift->due_ms = w->hand ? TIME_NONE : pending_until(w, meant, g->rule->campaign, w->event->time_ms);
  gift_valid(w, g, item, gift);
  const struct paid paid = {paying, paying_count};
  gift_commit(w, g, gift, item, paid);
  return TRIED_GIVEN;
}

/* One item with its own pools, no substitutes. */
static enum tried plain_try(struct work *w, struct giving *g, const struct item *item, const struct item *meant) {
  struct amounts a = amounts_of(w, g->rule, item);
  if (!value_known(w, g, item, a.value) || !count_known(w, g, item, a.count)) return TRIED_REFUSED;
  return amounts_try(w, g, item, meant, a);
}

/* What limits leave of its value; 0 where it would not be given for want of either. */
int64_t give_worth(struct work *w, const struct rule *rule) {
  const struct item *item = &w->book->items[rule->item_first];
  struct outcome unused = {0};
  struct giving g = {.rule = rule, .outcome = &unused};
  struct amounts a = amounts_of(w, rule, item);
  assert(rule->give == GIVE_ONE && !item->is_chance && !item_is_ladder(item));
  return a.value > 0 && a.count > 0 && amounts_cut(w, &g, item, &a) ? a.value * a.count : 0;
}

/* ---- lines ---- */

static bool may_queue(const struct work *w, const struct giving *g, const struct item *item) {
  if (item->when_empty != EMPTY_QUEUE || w->hand || w->in->queue == NULL || w->queued == LIMIT_QUEUED) return false;
  const struct pool *pool = &w->book->pools[w->book->refs[item->pool_first]];
  return w->in->queue(w->in->self, pool->decl) != QUEUE_NO_ROOM && pending_queues_until(w, g->rule->campaign) != TIME_NONE;
}

/* It has its limits, as a whole, and goes out when its pool has it: what is owed is set off then. */
static void queue_commit(struct work *w, struct giving *g, const struct item *item, struct gift *gift) {
  struct claims claims = {0};
  if (!g->counted) limits_take_count(w, g->rule, &claims);
  g->counted = true;
  limits_take_amount(w, g->rule, item->is_points, gift->value_minor * gift->count, &claims);
  gift->in_queue = true, w->queued++;
  gift->pool = w->book->refs[item->pool_first];
  gift->due_ms = pending_queues_until(w, g->rule->campaign);
  pending_keep(w, gift, item, g->rule);
  const struct granting granting = {g->rule, item, gift, g->wake->base, &claims};
  grant_keep(w, &granting);
  w->out->gift_count++;
}

/* Nothing is left, and what stands in for it neither: he waits, for as much as limits leave of it. Not for more than ever comes at once:
 * all others would wait behind him. */
static bool queue_try(struct work *w, struct giving *g, const struct item *item) {
  struct amounts a = amounts_of(w, g->rule, item);
  if (!may_queue(w, g, item) || !amounts_cut(w, g, item, &a)) return false;
  if (!pool_could(w->book, w->book->refs[item->pool_first], (struct pool_need){a.count, a.value * a.count})) return false;
  queue_commit(w, g, item, gift_of(w, g, item, item, GIFT_PENDING, &a));
  outcome_given(g->outcome);
  return true;
}

/* ---- ladders ---- */

/* What limits leave of a step is what the period has had: the rest is paid by a later step, if they let it. */
static enum tried step_try(struct work *w, struct giving *g, const struct item *item, const struct step *step) {
  const struct reward_key *whole = g->key;
  struct reward_key key;
  key_of_step(step, &key);
  g->key = &key;
  enum tried tried = amounts_try(w, g, item, item, (struct amounts){.value = step->value, .count = 1});
  g->key = whole;
  if (tried == TRIED_GIVEN) ladder_keep(w, g->rule, item, step, &w->out->gifts[w->out->gift_count - 1]);
  return tried;
}

/* Of a top-up one band at most, with `each` all that were passed; of several that fail the lowest is told. */
static enum tried ladder_try(struct work *w, struct giving *g, const struct item *item) {
  struct outcome *whole = g->outcome, plain = *whole, failed = plain;
  struct ladder_sight sight;
  struct step step;
  uint32_t given = 0, failures = 0;
  enum tried first = TRIED_REFUSED;
  bool known = ladder_look(w, item, &sight);
  for (uint32_t band = 0; known && band < item->value.band_count; band++) {
    if (!ladder_step(w, g->rule, item, &sight, band, &step)) continue;
    struct outcome one = plain;
    g->outcome = &one;
    enum tried tried = step_try(w, g, item, &step);
    given += tried == TRIED_GIVEN;
    if (tried != TRIED_GIVEN && failures++ == 0) failed = one, first = tried;
  }
  g->outcome = whole;
  if (given > 0 && failures > 0) *outcome_new(w, plain.rule, failed.reason) = failed;
  if (given > 0) return TRIED_GIVEN;
  if (failures > 0)
    *whole = failed;
  else if (known)
    ladder_refuse(w, g->rule, item, &sight, whole);
  else
    whole->reason = REASON_TARGET_NOT_REACHED;
  return first;
}

static enum tried own_try(struct work *w, struct giving *g, const struct item *item) {
  if (item->is_chance) return chance_try(w, g, item);
  return item_is_ladder(item) ? ladder_try(w, g, item) : plain_try(w, g, item, item);
}

/* An item, or what stands in for it when its pool is empty; what became of it and the reason are those of the item that was meant. */
static enum tried item_try(struct work *w, struct giving *g, uint32_t number) {
  const struct item *meant = &w->book->items[number];
  const enum tried own = own_try(w, g, meant);
  enum tried tried = own;
  struct outcome first = *g->outcome;
  const struct item *item = meant;
  for (uint32_t i = 0; tried == TRIED_EMPTY && item->or_else != NONE && i < LIMIT_OR_ELSE; i++) {
    item = &w->book->items[item->or_else];
    tried = plain_try(w, g, item, meant);
  }
  if (tried == TRIED_GIVEN)
    outcome_given(g->outcome);
  else
    *g->outcome = first;
  return tried == TRIED_GIVEN ? tried : own;
}

/* ---- choosers ---- */

static bool give_one(struct work *w, struct giving *g) { return item_try(w, g, g->rule->item_first) == TRIED_GIVEN; }

/* The item that was handed out. */
static enum tried hand_try(struct work *w, struct giving *g) {
  uint32_t item, meant;
  bool found = by_hand_item(w, g->rule, &item, &meant);
  assert(w->hand && found); /* else it were a dead letter */
  bool waits = by_hand_waits(w, g->rule, &w->book->items[item]);
  enum tried tried = waits ? TRIED_REFUSED : plain_try(w, g, &w->book->items[item], &w->book->items[meant]);
  if (waits) g->outcome->reason = REASON_RATE_UNKNOWN;
  if (tried != TRIED_GIVEN) by_hand_worthless(w, waits);
  return tried;
}

static bool is_handed(const struct work *w, const struct giving *g, uint32_t number) {
  uint32_t item, meant;
  return w->hand && by_hand_item(w, g->rule, &item, &meant) && meant == number;
}

static enum tried one_of_each_try(struct work *w, struct giving *g, uint32_t number) {
  if (!w->hand) return item_try(w, g, number);
  if (is_handed(w, g, number)) return hand_try(w, g);
  w->hand = false;
  enum tried tried = item_try(w, g, number);
  w->hand = true;
  return tried;
}

/* Each is given; one may fail alone, and then has an outcome of its own beside what was given. */
static bool give_each(struct work *w, struct giving *g) {
  struct outcome *whole = g->outcome, plain = *whole, failed[LIMIT_ITEMS_PER_GIVE];
  uint32_t failures = 0, given = 0;
  assert(g->rule->item_count > 0 && g->rule->item_count <= LIMIT_ITEMS_PER_GIVE);
  for (uint32_t i = 0; i < g->rule->item_count; i++) {
    if (w->hand_refused && !is_handed(w, g, g->rule->item_first + i)) continue;
    failed[failures] = plain;
    g->outcome = &failed[failures];
    if (one_of_each_try(w, g, g->rule->item_first + i) == TRIED_GIVEN)
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
    return tried == TRIED_EMPTY && queue_try(w, g, item);
  }
  if (some) return false; /* the last one tried has said why */
  failure_into(&first, g->outcome);
  g->outcome->reason = REASON_CONDITION_NOT_MET;
  return false;
}

static bool draw_lost(struct work *w, struct giving *g, uint32_t number) {
  struct claims claims = {0};
  struct gift *gift = gift_new(w, g, &w->book->items[number], GIFT_LOST);
  gift->count = 0;
  limits_take_count(w, g->rule, &claims);
  w->out->gift_count++;
  g->outcome->reason = REASON_DRAW_LOST, g->outcome->pool = NONE, g->outcome->has_numbers = false;
  return true;
}

/* The item a draw falls on among those not left out; its index in the rule. */
static uint32_t draw_once(struct work *w, struct giving *g, struct draw *draw, uint32_t attempt, uint64_t without) {
  uint32_t total = 0;
  for (uint32_t i = 0; i < g->rule->item_count; i++)
    if (!(without >> i & 1)) total += w->book->items[g->rule->item_first + i].weight;
  if (total == 0) return NONE;
  uint32_t drawn = draw_next(w, draw, attempt, total), below = 0;
  assert(drawn < total);
  g->drawn = drawn, g->weights = total;
  for (uint32_t i = 0; i < g->rule->item_count; i++) {
    if (without >> i & 1) continue;
    below += w->book->items[g->rule->item_first + i].weight;
    if (drawn >= below) continue;
    draw_tell(draw, g->rule->item_first + i, drawn, total);
    return i;
  }
  return NONE;
}

/* The item behind an empty one. */
static uint32_t draw_down(const struct giving *g, struct draw *draw, uint32_t at) {
  if (at < g->rule->item_count) draw_tell(draw, g->rule->item_first + at, 0, 0);
  return at;
}

static bool give_draw(struct work *w, struct giving *g) {
  const struct rule *rule = g->rule;
  struct draw draw;
  uint64_t without = 0; /* a bit an item */
  assert(rule->item_count > 0 && rule->item_count <= 64);
  draw_begin(w, rule, g->key, g->outcome, &draw);
  struct outcome first = *g->outcome;
  uint32_t at = draw_once(w, g, &draw, 0, without);
  for (uint32_t attempt = 1; at < rule->item_count && attempt <= LIMIT_ITEMS_PER_GIVE; attempt++) {
    uint32_t number = rule->item_first + at;
    if (w->book->items[number].is_nothing) return draw_lost(w, g, number);
    enum tried tried = item_try(w, g, number);
    if (tried == TRIED_GIVEN) return true;
    if (attempt == 1) first = *g->outcome;
    if (tried == TRIED_REFUSED) return false;
    if (rule->draw_empty == DRAW_LOSE) return draw_lost(w, g, number);
    without |= UINT64_C(1) << at;
    at = rule->draw_empty == DRAW_NEXT ? draw_down(g, &draw, at + 1) : draw_once(w, g, &draw, attempt, without);
  }
  *g->outcome = first;
  g->outcome->reason = REASON_OUT_OF_STOCK; /* all empty: nothing used */
  return false;
}

/* ---- choices ---- */

/* Its limits are taken, its pool when it is known which. */
static bool give_choice(struct work *w, struct giving *g) {
  const struct rule *rule = g->rule;
  const struct campaign *campaign = work_campaign(w, rule->campaign);
  const struct item *otherwise = &w->book->items[rule->otherwise];
  struct claims claims = {0};
  int64_t due_ms = duration_add(w->event->time_ms, rule->within, 1, campaign->zone);
  struct gift *gift = gift_new(w, g, otherwise, GIFT_PENDING);
  gift->item = NONE, gift->due_ms = due_ms < campaign->closing_ms ? due_ms : campaign->closing_ms;
  if (gift->due_ms <= w->event->time_ms) gift->due_ms = w->event->time_ms + 1; /* it is over: the default, at once */
  limits_take_count(w, rule, &claims);
  pending_keep(w, gift, otherwise, rule);
  const struct granting granting = {rule, otherwise, gift, g->wake->base, &claims};
  grant_keep(w, &granting);
  w->out->gift_count++;
  return true;
}

/* From what there is of its pools by now; which of them is told, by the name that it had. */
static uint32_t chosen_pays(struct work *w, const struct item *item, const uint32_t *paying, uint32_t count, struct pool_need need,
                            struct claims *claims) {
  const struct rulebook *terms = w->book, *pools = pools_book(w, item);
  w->book = pools;
  pools_take(w, paying, count, need, claims);
  w->book = terms;
  return count == 0 ? NONE : rulebook_pool(terms, pools->pools[paying[0]].decl);
}

/* So much of what was qualified before, from the pools that have it now. */
static struct gift *pending_give(struct work *w, const struct rule *rule, const struct item *item, const struct cell *pending,
                                 struct due due, struct paid paid, struct outcome *outcome) {
  struct giving g = {.rule = rule, .outcome = outcome};
  struct digest128 id = {pending->key, pending->pending.id_high};
  struct claims claims = {0};
  uint64_t event = pending->pending.event;
  struct pool_need need = {due.units, due.value * due.units};
  struct gift *gift = &w->out->gifts[w->out->gift_count];
  gift_begin(w, &g, item, GIFT_ISSUED, id, gift);
  gift->cause_digest = event;
  gift->count = due.units;
  gift_valid(w, &g, item, gift);
  gift->value_minor = item->is_notice ? due.value : owed_set_off(w, &g, item, due.value, gift);
  if (!rule->undo.restore_pool) need.money = gift->value_minor * gift->count;
  gift->pool = chosen_pays(w, item, paid.pools, paid.count, need, &claims);
  const struct granting granting = {rule, item, gift, NULL, &claims};
  w->pending_ms = pending->pending.time_ms; /* remembered as long as its grant is */
  pending_settle(state_write(w->customer, pending));
  grant_chosen(w, &granting, event);
  w->pending_ms = TIME_NONE;
  w->out->gift_count++;
  outcome->gift_count = 1;
  return gift;
}

bool give_chosen(struct work *w, const struct rule *rule, const struct item *item, const struct cell *pending, struct outcome *outcome) {
  uint32_t paying[PAYING_MAX], paying_count = 0;
  const struct due whole = {item->value.fixed, (uint32_t)item->count.fixed};
  const struct due due = due_of_chosen(w, rule, pending->pending.event, whole);
  struct pool_need need = {due.units, due.value * due.units};
  if (!pools_have(w, item, need, outcome, paying, &paying_count)) return false;
  (void)pending_give(w, rule, item, pending, due, (struct paid){paying, paying_count}, outcome);
  return true;
}

/* What is left of it stands in its grant. */
enum waited give_waited(struct work *w, const struct rule *rule, const struct item *item, const struct cell *pending,
                        struct outcome *outcome) {
  uint32_t paying[PAYING_MAX], paying_count = 0;
  const struct cell *grant = grant_find(w, (struct grant_name){pending->pending.event, pending->key});
  const struct due due = {grant->grant.value_minor, grant->grant.units};
  struct pool_need need = {due.units, due.value * due.units};
  struct failure failure;
  if (!pools_have(w, item, need, outcome, paying, &paying_count)) return WAITED_EMPTY;
  if (!pending_still(w, rule, pending, &failure)) {
    failure_into(&failure, outcome);
    return WAITED_REFUSED;
  }
  bool partial = (pending->pending.flags & PENDING_PARTIAL) != 0;
  struct gift *gift = pending_give(w, rule, item, pending, due, (struct paid){paying, paying_count}, outcome);
  gift->partial = partial, gift->cut_by = NONE;
  state_remove(w->customer, pending_known(w, gift->id_words[0])); /* nothing will be said of it any more */
  return WAITED_GIVEN;
}

/* A new chooser is a function and its row. */
static bool (*const choosers[])(struct work *w, struct giving *g) = {[GIVE_ONE] = give_one,
                                                                     [GIVE_EACH] = give_each,
                                                                     [GIVE_FIRST_OF] = give_first_of,
                                                                     [GIVE_DRAW_OF] = give_draw,
                                                                     [GIVE_CHOICE_OF] = give_choice};

bool give_items(struct work *w, const struct rule *rule, const struct reward_key *key, const struct wake *wake, struct outcome *outcome) {
  struct giving g = {.rule = rule, .key = key, .wake = wake, .outcome = outcome};
  if (w->hand && rule->give != GIVE_EACH) return hand_try(w, &g) == TRIED_GIVEN;
  return choosers[rule->give](w, &g);
}
