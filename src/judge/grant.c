/* What is remembered of a gift, so that it can be undone: the grant, what it took that is to be given back, the measures it rests on, and
 * what it rests on itself (a base gift, the chances that bought it). All of it goes when the time for reversals is over. */
#include "held.h"

const struct cell *grant_find(const struct work *w, struct grant_name name) {
  const struct cell *grant = state_first(w->customer, CELL_GRANT, 0, name.event);
  while (grant != NULL && grant->grant.id_low != name.id_low) grant = state_next(w->customer, grant);
  return grant;
}

int64_t set_off_of(const struct work *w, uint64_t id_low) {
  const struct cell *cell = state_find(w->customer, CELL_SET_OFF, 0, id_low, 0);
  return cell == NULL ? 0 : cell->set_off.amount;
}

/* ---- which measures ---- */

struct citing {
  const struct rulebook *book;
  void (*fn)(void *self, uint32_t fact);
  void *self;
  bool falls;                              /* but for bounds from above, which no refund breaks */
  bool axes;                               /* by tables as well: their closes nobody hears (campaign sees to it), but refunds lower them */
  void (*made)(void *self, uint32_t fact); /* what is made of others, differences and tables; or NULL */
};

static void cite_condition(const struct citing *c, uint32_t node);

static void cite_fact(const struct citing *c, uint32_t number) {
  const struct fact *fact = &c->book->facts[number];
  assert(number < c->book->fact_count);
  if (traits_of(fact)->counts) c->fn(c->self, number);
  for (uint32_t i = 0; i < 2; i++)
    if (fact->parts[i] != NONE) cite_fact(c, fact->parts[i]);
  for (uint32_t i = 0; c->axes && i < fact->axis_count; i++) cite_condition(c, fact->axes[i].left);
  if (c->made != NULL) c->made(c->self, number);
}

static void cite_test(const struct citing *c, const struct condition *test, struct stand stand) {
  if (test->left != LEFT_FACT) return;
  if (c->falls && !stand.apart && is_bound_above(&c->book->facts[test->index], test, stand.denied)) return;
  cite_fact(c, test->index);
}

static void cite_below(const struct citing *c, uint32_t node, struct stand stand) {
  const struct condition *condition = &c->book->conditions[node];
  if (condition->kind == CONDITION_LEAF) {
    cite_test(c, condition, stand);
    return;
  }
  for (uint32_t i = 0; i < condition->count; i++) cite_below(c, condition->first + i, stand_below(condition->kind, stand));
}

static void cite_condition(const struct citing *c, uint32_t node) {
  if (node != NONE) cite_below(c, node, (struct stand){0});
}

static void cite_worth(const struct citing *c, const struct worth *worth) {
  if (worth_is_derived(worth)) cite_condition(c, worth->of);
}

static void cite_rule(const struct citing *c, const struct rule *rule) {
  const struct rulebook *book = c->book;
  cite_condition(c, rule->when);
  if (rank_settles(&rule->rank)) cite_condition(c, rule->rank.by.left);
  for (uint32_t i = 0; i < rule->rank.tie_count; i++) cite_condition(c, rule->rank.ties[i].left);
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = &book->triggers[rule->on.first + i];
    if (trigger->kind == TRIGGER_FACT || trigger_level(trigger) != NONE) cite_fact(c, trigger->fact);
  }
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = &book->items[rule->item_first + i];
    cite_condition(c, item->when);
    cite_worth(c, &item->value);
    cite_worth(c, &item->count);
  }
}

void rule_measures(const struct rulebook *book, const struct rule *rule, void (*fn)(void *self, uint32_t fact), void *self) {
  const struct citing citing = {.book = book, .fn = fn, .self = self};
  cite_rule(&citing, rule);
}

/* ---- remembering ---- */

struct resting {
  struct work *w;
  uint64_t id_low;
  bool only_ask, any, seen;
};

/* What comes later counts neither for a gift nor against it where its rule bounds a measure from above. */
static void seen_keep(struct work *w, const struct fact *fact, int32_t period) {
  const struct value now = w->kinds[fact->kind]->ask(w, fact);
  if (now.kind != VALUE_INT || fact->measure == MEASURE_AVERAGE) return;
  struct cell *seen = work_make(w, w->customer, CELL_SEEN, fact->decl, own_digest(w), period);
  seen->seen.value = now.number;
  seen->expires_day = undo_expiry(w);
}

/* A measure that refunds lower; at the key and period that the gift's event saw. */
static void rest_on(void *self, uint32_t number) {
  struct resting *r = self;
  struct work *w = r->w;
  const struct fact *fact = &w->book->facts[number];
  bool elsewhere = number == w->figure_of;
  uint64_t per = 0;
  if (!fact->falls || !(elsewhere || key_of_fact(w, fact, &per))) return;
  r->any = true;
  if (r->only_ask) return;
  if (elsewhere) {
    figure_keep(w, fact, r->id_low);
    return;
  }
  int32_t period = measure_now(w, fact);
  if (period == PERIOD_NONE) return; /* of no cycle nothing was asked that could fall */
  fed_remember(w, fact, per, period, 0, false);
  struct cell *rests = work_add(w, w->customer, CELL_RESTS, fact->decl, own_digest(w), period);
  rests->rests.id_low = r->id_low, rests->rests.per = per;
  rests->expires_day = undo_expiry(w);
  if (r->seen) seen_keep(w, fact, period);
}

/* Of a difference what no refund lowers: when the other part falls, it is asked again with this one as it was. */
static void part_note(struct work *w, const struct fact *fact) {
  uint64_t per = 0;
  if (fact->falls || !key_of_fact(w, fact, &per)) return;
  const struct value now = w->kinds[fact->kind]->ask(w, fact);
  const int32_t period = measure_now(w, fact);
  if (now.kind == VALUE_INT && period != PERIOD_NONE) fed_note(w, fact, per, period, now.number);
}

/* What a gift is judged again by, beside what falls. */
static void made_note(void *self, uint32_t number) {
  struct work *w = ((struct resting *)self)->w;
  const struct fact *fact = &w->book->facts[number];
  for (uint32_t i = 0; i < 2 && fact->parts[1] != NONE; i++) part_note(w, &w->book->facts[fact->parts[i]]);
  if (fact->axis_count > 1) fed_note(w, fact, 0, 0, table_noted(w, fact));
}

static bool rests_on_any(struct work *w, const struct rule *rule) {
  struct resting resting = {.w = w, .only_ask = true};
  const struct citing citing = {.book = w->book, .fn = rest_on, .self = &resting, .falls = true, .axes = true};
  cite_rule(&citing, rule);
  return resting.any;
}

/* Chances are kept here, and nobody else fulfils them. */
static bool may_fail(const struct granting *g) { return g->rule->forfeit.answers && !g->item->is_chance; }

const struct cell *issued_find(const struct work *w, struct digest128 id) {
  const struct cell *issued = state_first(w->customer, CELL_ISSUED, 0, id.low);
  while (issued != NULL && issued->issued.id_high != id.high) issued = state_next(w->customer, issued);
  return issued;
}

struct digest128 grant_standing(const struct work *w, const struct cell *grant) {
  const struct cell *issued = issued_find(w, grant_digest(grant));
  bool anew = issued != NULL && issued->issued.result == ISSUED_REISSUED;
  return anew && !MUTANT(REISSUE_UNNAMED) ? reissue_digest(w, grant_digest(grant)) : grant_digest(grant);
}

/* What fulfilment's answer is found by. */
static void issued_keep(struct work *w, const struct granting *g) {
  struct cell *issued = work_make(w, w->customer, CELL_ISSUED, g->rule->decl, g->gift->id_words[0], 0);
  issued->issued.id_high = g->gift->id_words[1], issued->issued.event = own_digest(w);
  issued->issued.result = ISSUED_UNTOLD;
  issued->expires_day = undo_expiry(w);
}

static void taken_keep(struct work *w, const struct granting *g) {
  for (uint32_t i = 0; i < g->claims->count; i++) {
    const struct claim *claim = &g->claims->claims[i];
    assert(claim->amount > 0);
    bool reversed = claim->on == ON_POOL ? g->rule->undo.restore_pool : g->rule->undo.restore_limits;
    bool failed = may_fail(g) && (claim->on == ON_POOL ? g->rule->forfeit.restore_pool : g->rule->forfeit.restore_limits);
    bool refused = g->gift->kind == GIFT_PENDING && claim->on == ON_POOL;
    bool later = g->rule->forfeit.reissue || g->rule->undo.reward == UNDO_OFFSET; /* which pool it was, when more goes out for it */
    bool told = may_fail(g) && later && claim->on == ON_POOL;
    if (!reversed && !failed && !refused && !told) continue;
    struct cell *taken = work_add(w, w->customer, CELL_TAKEN, claim->decl, g->gift->id_words[0], claim->period);
    taken->taken.owner_key = claim->owner_key, taken->taken.amount = claim->amount;
    taken->taken.on = (uint8_t)claim->on, taken->taken.of_value = claim->of_value;
    taken->expires_day = undo_expiry(w);
  }
}

/* A child of the base gift, or of the lot whose n-th chance bought it. */
static void child_keep(struct work *w, uint64_t parent, int32_t nth, const struct gift *gift) {
  struct cell *child = work_add(w, w->customer, CELL_CHILD, 0, parent, nth);
  assert(nth >= 0 && parent != gift->id_words[0]); /* nothing rests on itself */
  child->child.event = own_digest(w), child->child.id_low = gift->id_words[0];
  child->expires_day = undo_expiry(w);
}

static bool rests_on_gift(const struct work *w, const struct cell *base, const struct cell *grant) {
  const struct cell *child = state_first(w->customer, CELL_CHILD, 0, base->grant.id_low);
  for (; child != NULL; child = state_next(w->customer, child))
    if (child->period == 0 && child->child.id_low == grant->grant.id_low && child->child.event == grant->key) return true;
  return false;
}

const struct cell *base_of(const struct work *w, const struct cell *grant) {
  const struct cell *base = state_first(w->customer, CELL_GRANT, 0, grant->key);
  while (base != NULL && !rests_on_gift(w, base, grant)) base = state_next(w->customer, base);
  assert(base != grant); /* nothing rests on itself */
  return base;
}

static void grant_add(struct work *w, const struct granting *g) {
  const struct gift *gift = g->gift;
  int32_t ordinal = (int32_t)w->out->gift_count;
  assert(gift->value_minor >= 0 && gift->count >= 0 && gift->count <= INT32_MAX);
  struct cell *grant = work_add(w, w->customer, CELL_GRANT, g->rule->decl, own_digest(w), ordinal);
  grant->grant.id_low = gift->id_words[0], grant->grant.id_high = gift->id_words[1];
  grant->grant.value_minor = gift->value_minor, grant->grant.units = (uint32_t)gift->count;
  grant->grant.item = item_mark(g->item), grant->grant.terms = terms_number(work_campaign(w, g->rule->campaign));
  grant->expires_day = undo_expiry(w);
}

static void set_off_keep(struct work *w, const struct gift *gift) {
  if (gift->offset_minor == 0) return;
  struct cell *cell = work_make(w, w->customer, CELL_SET_OFF, 0, gift->id_words[0], 0);
  cell->set_off.amount = gift->offset_minor;
  cell->expires_day = undo_expiry(w);
}

void grant_keep(struct work *w, const struct granting *g) {
  bool based = g->base != NULL || w->lot != NULL;
  struct resting resting = {.w = w, .id_low = g->gift->id_words[0], .seen = g->rule->notes_seen};
  bool later = g->gift->kind == GIFT_PENDING;
  if (!event_reversible(w) && !based && !later && !rests_on_any(w, g->rule) && !may_fail(g)) return;
  w->kept_something = true;
  grant_add(w, g);
  taken_keep(w, g);
  const struct citing citing = {.book = w->book, .fn = rest_on, .self = &resting, .falls = true, .axes = true, .made = made_note};
  cite_rule(&citing, g->rule);
  set_off_keep(w, g->gift);
  held_keep(w, g->rule, g->gift->id_words[0]);
  if (may_fail(g)) issued_keep(w, g);
  if (g->base != NULL) child_keep(w, g->base->id_words[0], 0, g->gift);
  if (w->lot != NULL) child_keep(w, w->lot->key, (int32_t)w->lot->lot.spent + 1, g->gift);
}

void grant_chosen(struct work *w, const struct granting *g, uint64_t event) {
  const struct cell *known = grant_find(w, (struct grant_name){event, g->gift->id_words[0]});
  assert(known != NULL);
  struct cell *grant = state_write(w->customer, known);
  grant->grant.value_minor = g->gift->value_minor, grant->grant.units = (uint32_t)g->gift->count;
  grant->grant.item = item_mark(g->item);
  taken_keep(w, g);
  set_off_keep(w, g->gift);
}

/* ---- forgetting ---- */

static void rests_remove(struct work *w, uint64_t decl, struct grant_name name) {
  const struct cell *rests = state_first(w->customer, CELL_RESTS, decl, 0);
  while (rests != NULL) {
    const struct cell *next = state_next(w->customer, rests);
    if (rests->key == name.event && rests->rests.id_low == name.id_low) state_remove(w->customer, rests);
    rests = next;
  }
}

void grant_remove(struct work *w, struct grant_name name) {
  const struct cell *grant = grant_find(w, name);
  for (const struct cell *fed = state_first(w->customer, CELL_FED, 0, name.event); fed != NULL; fed = state_next(w->customer, fed))
    rests_remove(w, cell_decl(fed), name);
  if (debt_find(w, name) == NULL) state_remove_all(w->customer, CELL_TAKEN, 0, name.id_low); /* else it may still fail */
  state_remove_all(w->customer, CELL_SET_OFF, 0, name.id_low);
  state_remove_all(w->customer, CELL_HELD, 0, name.id_low);
  const struct cell *pending = pending_known(w, name.id_low);
  if (pending != NULL && pending->pending.waits == PENDING_QUEUE) queue_poke(w, pending->pending.pool);
  if (pending != NULL) state_remove(w->customer, pending);
  if (grant != NULL) state_remove(w->customer, grant);
}
