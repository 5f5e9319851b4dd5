/* Reversals: what a refund, void or chargeback does to measures, gifts, limits and pools (R133, campaigns.md section 8).
 *
 *   reversal -> original in the customer's memory -> gifts that rest on it -> measures lowered -> each gift by its rule's policy
 *            -> limits and pools given back where the policy says so -> add-ons and what chances bought
 *
 * Several partial refunds add up to the whole at most. An original that is not known is EVENT_TOO_LATE, never a guess. */
#include "work.h"

#define CHILDREN_MAX 64u

struct undoing {
  uint64_t original;      /* digest */
  int64_t amount, before; /* this reversal; what was left of the original before it */
  bool whole;
  uint32_t grant_count;
  uint64_t grants[LIMIT_STATE_CELLS]; /* low words of the ids */
};

static const struct rule *rule_by_decl(const struct work *w, uint64_t decl) {
  for (uint32_t i = 0; i < w->book->rule_count; i++)
    if (w->book->rules[i].decl == decl) return &w->book->rules[i];
  return NULL;
}

static uint32_t fact_by_decl(const struct work *w, uint64_t decl) {
  for (uint32_t i = 0; i < w->book->fact_count; i++)
    if (w->book->facts[i].decl == decl) return i;
  return NONE;
}

static struct cell *grant_find(struct work *w, uint64_t id) {
  for (uint32_t i = 0; i < w->customer->cell_count; i++) {
    struct cell *cell = &w->customer->cells[i];
    if (cell->kind == CELL_GRANT && (uint64_t)cell->v[2] == id) return cell;
  }
  return NULL;
}

/* ---- giving back ---- */

static uint32_t pool_by_decl(const struct work *w, uint64_t decl) {
  for (uint32_t i = 0; i < w->book->pool_count; i++)
    if (w->book->pools[i].decl == decl) return i;
  return NONE;
}

static const struct limit *limit_by_decl(const struct work *w, uint64_t decl) {
  for (uint32_t i = 0; i < w->book->limit_count; i++)
    if (w->book->limits[i].decl == decl) return &w->book->limits[i];
  return NULL;
}

static struct state *owner_state(const struct work *w, enum owner_kind kind, uint64_t decl, uint64_t key) {
  struct owner owner = owner_named(kind, decl, key);
  return work_state(w, &owner);
}

static void limit_give_back(struct work *w, struct cell *taken, int64_t value, bool whole) {
  const struct limit *limit = limit_by_decl(w, taken->decl);
  if (limit == NULL || (!whole && !limit->of_amount)) return;
  int64_t back = whole || value > taken->v[1] ? taken->v[1] : value;
  struct state *state = taken->v[2] == ON_CUSTOMER ? w->customer : owner_state(w, OWNER_RESOURCE, taken->decl, (uint64_t)taken->v[0]);
  struct cell *counter = state_find(state, CELL_LIMIT, taken->decl, (uint64_t)taken->v[0], taken->period);
  taken->v[1] -= back;
  if (counter == NULL) return; /* its period is over and gone */
  counter->v[0] -= back < counter->v[0] ? back : counter->v[0];
  work_touch(state);
}

static void taken_give_back(struct work *w, struct cell *taken, int64_t value, bool whole) {
  if (taken->v[2] != ON_POOL) {
    limit_give_back(w, taken, value, whole);
    return;
  }
  uint32_t number = pool_by_decl(w, taken->decl);
  if (number == NONE) return;
  bool money = w->book->pools[number].of_money || w->book->pools[number].in_points;
  if (!whole && !money) return;
  int64_t back = whole || value > taken->v[1] ? taken->v[1] : value;
  taken->v[1] -= back;
  pool_give_back(w, number, owner_state(w, OWNER_POOL, taken->decl, (uint64_t)taken->v[0]), taken->period, back);
}

static void grant_give_back(struct work *w, uint64_t id, int64_t value, bool whole) {
  for (uint32_t i = 0; i < w->customer->cell_count; i++) {
    struct cell *cell = &w->customer->cells[i];
    if (cell->kind == CELL_TAKEN && cell->key == id) taken_give_back(w, cell, value, whole);
  }
}

/* ---- one gift ---- */

static void owe(struct work *w, const struct rule *rule, const struct item *item, int64_t value) {
  uint64_t decl = name_decl(work_campaign(w, rule->campaign)->id);
  struct cell *owed = work_make(w, w->customer, CELL_OWED, decl, item->is_points, 0);
  if (owed != NULL) owed->v[0] += value;
}

/* What of a gift went into an earlier debt: undone, it is owed again. */
static int64_t set_off_of(struct work *w, uint64_t id) {
  const struct cell *base = state_find(w->customer, CELL_BASE, 0, id, 0);
  return base == NULL ? 0 : base->v[2];
}

static int64_t gross_of(struct work *w, const struct cell *grant) { return grant->v[1] + set_off_of(w, (uint64_t)grant->v[2]); }

/* `value`: what goes back of what was paid out; `again`: what is owed again since it had been set off. */
static void undo_announce(struct work *w, const struct undoing *u, const struct rule *rule, const struct cell *grant, int64_t value,
                          int64_t again, bool whole) {
  const struct item *item = grant_item(w, rule, grant);
  struct outcome *outcome = outcome_new(w, (uint32_t)(rule - w->book->rules), REASON_REVERSED);
  if (rule->undo.reward == UNDO_KEEP || item == NULL) return;
  if (w->out->gift_count == LIMIT_GIFTS) {
    w->crowded = true;
    return;
  }
  struct gift *gift = &w->out->gifts[w->out->gift_count++];
  *gift = (struct gift){.kind = whole ? GIFT_REVOKED : GIFT_REDUCED,
                        .rule = outcome->rule,
                        .item = (uint32_t)(item - w->book->items),
                        .instead_of = NONE,
                        .pool = NONE,
                        .value_minor = value > 0 ? value : again,
                        .count = whole ? grant->period : 0,
                        .id_length = ID22_BYTES,
                        .valid_from_ms = TIME_NONE,
                        .valid_to_ms = TIME_NONE,
                        .cause_digest = u->original,
                        .id_words = {(uint64_t)grant->v[2], (uint64_t)grant->v[3]}};
  digest_to_id((struct digest128){(uint64_t)grant->v[2], (uint64_t)grant->v[3]}, gift->id);
  outcome->gift_count = 1;
  if (item->is_chance) return;
  int64_t units = whole && grant->period > 1 ? grant->period : 1;
  bool owed = rule->undo.reward == UNDO_OFFSET;
  if (owed) gift->value_minor = value + again;
  if (owed || (value == 0 && again > 0)) gift->kind = GIFT_OFFSET;
  int64_t debt = owed ? (value + again) * units : again;
  if (debt > 0) owe(w, rule, item, debt);
}

static void grant_undo(struct work *w, const struct undoing *u, uint64_t id, int64_t value, bool whole);

/* What undoes a gift undoes its add-ons, and what its chances bought. */
static void children_undo(struct work *w, const struct undoing *u, uint64_t id) {
  uint64_t children[CHILDREN_MAX];
  uint32_t count = 0;
  for (uint32_t i = 0; i < w->customer->cell_count; i++) {
    const struct cell *cell = &w->customer->cells[i];
    if (cell->kind != CELL_BASE || ((uint64_t)cell->v[0] != id && (uint64_t)cell->v[1] != id)) continue;
    if (count == CHILDREN_MAX) {
      w->crowded = true;
      break;
    }
    children[count++] = cell->key;
  }
  for (uint32_t i = 0; i < count; i++) {
    const struct cell *child = grant_find(w, children[i]);
    if (child != NULL) grant_undo(w, u, children[i], gross_of(w, child), true);
  }
}

static void grant_remove(struct work *w, uint64_t id) {
  struct cell *grant = grant_find(w, id);
  state_remove_all(w->customer, CELL_TAKEN, 0, id);
  state_remove_all(w->customer, CELL_BASE, 0, id);
  grant = grant_find(w, id);
  if (grant != NULL) state_remove(w->customer, grant);
}

static void grant_undo(struct work *w, const struct undoing *u, uint64_t id, int64_t value, bool whole) {
  struct cell *grant = grant_find(w, id);
  const struct rule *rule = grant == NULL ? NULL : rule_by_decl(w, grant->decl);
  if (rule == NULL) return;
  const struct item *item = grant_item(w, rule, grant);
  work_touch(w->customer);
  int64_t paid = value < grant->v[1] ? value : grant->v[1], again = value - paid;
  grant_give_back(w, id, value, whole);
  undo_announce(w, u, rule, grant, paid, again, whole);
  grant = grant_find(w, id); /* announcing may have moved the cells */
  if (item != NULL && item->is_chance && whole) lot_take_back(w, item, id, grant->period);
  if (!whole) {
    struct cell *base = state_find(w->customer, CELL_BASE, 0, id, 0);
    grant->v[1] -= paid;
    if (base != NULL) base->v[2] -= again;
    return;
  }
  children_undo(w, u, id);
  grant_remove(w, id);
}

static bool item_follows_measure(const struct item *item) {
  return item != NULL && item->is_chance && item->count.form == VALUE_FORM_BANDS; /* lots_lower does it */
}

/* What is left of a gift by the rule's policy: `now` when nothing changes, 0 when it goes as a whole. */
static int64_t policy_value(struct work *w, const struct undoing *u, const struct rule *rule, const struct cell *grant, bool rests) {
  int64_t gross = gross_of(w, grant), now = gross > 0 ? gross : 1;
  bool own = grant->key == u->original;
  if (u->whole && own && !rests) return 0;
  if (rule->undo.partial == PARTIAL_IGNORE) return u->whole && own ? 0 : now;
  if (rule->undo.partial == PARTIAL_PRORATE) return own ? money_share(now, u->before - u->amount, u->before) : now;
  const struct cell *original = state_find(w->customer, CELL_ORIGINAL, 0, grant->key, 0);
  int64_t left = own ? u->before - u->amount : original == NULL ? 0 : original->v[1] - original->v[2];
  return recheck_value(w, rule, grant, left, now);
}

static bool rests_on_measure(const struct work *w, const struct rule *rule, uint64_t cause) {
  for (uint32_t i = 0; i < w->customer->cell_count; i++) {
    const struct cell *cell = &w->customer->cells[i];
    if (cell->kind == CELL_FED && cell->key == cause && rule_rests_on(w, rule, cell->decl)) return true;
  }
  return false;
}

static void grant_reverse(struct work *w, const struct undoing *u, uint64_t id) {
  struct cell *grant = grant_find(w, id);
  const struct rule *rule = grant == NULL ? NULL : rule_by_decl(w, grant->decl);
  if (rule == NULL || item_follows_measure(grant_item(w, rule, grant))) return;
  int64_t gross = gross_of(w, grant), now = gross > 0 ? gross : 1;
  int64_t value = policy_value(w, u, rule, grant, rests_on_measure(w, rule, grant->key));
  if (value < now) grant_undo(w, u, id, value <= 0 ? gross : now - value, value <= 0);
}

/* ---- finding what rests on the original ---- */

static bool same_fed(const struct work *w, const struct cell *fed, uint64_t cause) {
  for (uint32_t i = 0; i < w->customer->cell_count; i++) {
    const struct cell *cell = &w->customer->cells[i];
    if (cell->kind == CELL_FED && cell->key == cause && cell->decl == fed->decl && cell->period == fed->period && cell->v[0] == fed->v[0])
      return true;
  }
  return false;
}

/* A gift of another event rests on this one when both fed the same measure that the gift's rule cites. */
static bool shares_measure(const struct work *w, const struct cell *grant, uint64_t original) {
  const struct rule *rule = rule_by_decl(w, grant->decl);
  if (rule == NULL) return false;
  for (uint32_t i = 0; i < w->customer->cell_count; i++) {
    const struct cell *fed = &w->customer->cells[i];
    if (fed->kind == CELL_FED && fed->key == original && same_fed(w, fed, grant->key) && rule_rests_on(w, rule, fed->decl)) return true;
  }
  return false;
}

static void grants_collect(const struct work *w, struct undoing *u) {
  for (uint32_t i = 0; i < w->customer->cell_count; i++) {
    const struct cell *grant = &w->customer->cells[i];
    if (grant->kind != CELL_GRANT) continue;
    if (grant->key == u->original || shares_measure(w, grant, u->original)) u->grants[u->grant_count++] = (uint64_t)grant->v[2];
  }
}

/* ---- measures ---- */

static void fed_subtract(struct work *w, const struct undoing *u, struct cell *fed) {
  uint32_t number = fact_by_decl(w, fed->decl);
  if (number == NONE) return;
  const struct fact *fact = &w->book->facts[number];
  struct cell *cell = state_find(w->customer, CELL_MEASURE, fed->decl, (uint64_t)fed->v[0], fed->period);
  if (cell == NULL) return;
  bool absent = false, counting = fact->measure == MEASURE_COUNT;
  int64_t before = measure_value(w, fact, (uint64_t)fed->v[0], fed->period, &absent);
  int64_t part = u->whole || u->amount > fed->v[1] ? fed->v[1] : u->amount;
  if (!u->whole && (counting || fact->of != FIELD_ID_AMOUNT)) part = 0;
  if (!counting) cell->v[1] = sum_of(cell->v[1], part == INT64_MIN ? INT64_MAX : -part);
  if (u->whole) cell->v[0] -= 1;
  fed->v[1] -= part;
  work_touch(w->customer);
  measure_fired(w, number, (uint64_t)fed->v[0], fed->period, before, measure_value(w, fact, (uint64_t)fed->v[0], fed->period, &absent));
}

static void measures_subtract(struct work *w, const struct undoing *u) {
  for (uint32_t i = 0; i < w->customer->cell_count; i++) {
    struct cell *cell = &w->customer->cells[i];
    if (cell->kind == CELL_FED && cell->key == u->original) fed_subtract(w, u, cell);
  }
}

static void firsts_reopen(struct work *w, const struct undoing *u) {
  for (uint32_t i = w->customer->cell_count; u->whole && i-- > 0;) {
    const struct cell *cell = &w->customer->cells[i];
    if (cell->kind != CELL_FIRST || (uint64_t)cell->v[1] != u->original) continue;
    uint32_t fact = fact_by_decl(w, cell->decl);
    if (fact != NONE && w->book->facts[fact].refunds_reopen) state_remove(work_touch(w->customer), &w->customer->cells[i]);
  }
}

/* ---- the event ---- */

/* NULL: not known (any more), or the event names none, which its reader refuses. */
static struct cell *original_of(const struct work *w, uint64_t *digest) {
  const struct value *id = event_field(w->event, FIELD_ID_ORIGINAL_ID);
  if (id == NULL) return NULL;
  *digest = memory_digest(w, event_digest(w->event->source, id->text));
  return state_find(w->customer, CELL_ORIGINAL, 0, *digest, 0);
}

bool undo_known(const struct work *w) {
  uint64_t digest = 0;
  return original_of(w, &digest) != NULL;
}

/* Its time is among those whose memory had to make room, so what it gave is not known any more. */
static bool was_forgotten(const struct work *w, uint64_t digest) {
  const struct cell *forgotten = state_find(w->customer, CELL_FORGOTTEN, 0, 0, 0);
  for (uint32_t i = 0; forgotten != NULL && i < w->customer->seen_count; i++)
    if (w->customer->seen[i].digest == digest) return w->customer->seen[i].time_ms <= forgotten->v[0];
  return false;
}

static bool original_find(struct work *w, struct undoing *u) {
  const struct value *amount = event_field(w->event, FIELD_ID_AMOUNT);
  struct cell *original = original_of(w, &u->original);
  if (original == NULL) { /* known, but it fed and gave nothing: nothing to undo; so is what was heard, and nothing was given for it */
    bool known = w->in->hearing != NULL || state_seen(w->customer, u->original);
    if (!known || was_forgotten(w, u->original)) w->out->gate = REASON_EVENT_TOO_LATE;
    return false;
  }
  u->before = original->v[1] - original->v[2];
  u->amount = amount == NULL || amount->number > u->before ? u->before : amount->number;
  u->whole = u->amount == u->before;
  if (u->before == 0 && original->v[2] > 0) return false; /* all of it was undone before */
  if (original->v[1] == 0)
    original->v[2] = 1; /* an event without an amount is undone once, as a whole */
  else
    original->v[2] += u->amount;
  work_touch(w->customer);
  return true;
}

void undo_apply(struct work *w) {
  struct undoing u = {0};
  if (!original_find(w, &u)) return;
  if (w->in->hearing == NULL) reversal_forward(w, u.original);
  grants_collect(w, &u);
  measures_subtract(w, &u);
  for (uint32_t i = 0; i < u.grant_count; i++) grant_reverse(w, &u, u.grants[i]);
  firsts_reopen(w, &u);
  if (u.whole) state_remove_all(w->customer, CELL_FED, 0, u.original);
}
