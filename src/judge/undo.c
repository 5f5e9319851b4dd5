/* Reversals: refund, void, chargeback, whole or partial (docs/language.md section 8, R133).
 *
 * What the event fed is taken out of the measures, then every gift that rests on it is looked at: its own gifts, and gifts of any event
 * that rest on a measure that fell, in a window that the event was in, whatever woke their rule. What had been given goes back by the
 * policy of the terms it was given under; what it took of limits and pools with it. Facts answer for themselves (their row's `undo`). */
#include "work.h"

/* ---- heard again: who heard it now ---- */

/* Facts that no listener lets hear have counted nothing. What programmes count they counted when it came first. */
static bool fact_hears_now(const struct work *w, uint64_t decl) {
  const struct rulebook *book = w->in->rulebook;
  for (uint32_t i = 0; i < w->match_count; i++) {
    const struct listener *listener = &book->listeners[w->matches[i]];
    if (listener->kind == LISTENER_RULE) continue;
    const struct fact *fact = &book->facts[listener->owner];
    if (fact->decl == decl && !fact->of_programme) return true;
  }
  return false;
}

/* The next of what it fed, from `fed` on; heard again, what came down before is passed over. */
static const struct cell *fed_from(const struct work *w, const struct undoing *u, const struct cell *fed) {
  while (fed != NULL && u->again && !fact_hears_now(w, cell_decl(fed))) fed = state_next(w->customer, fed);
  return fed;
}

static const struct cell *fed_first(const struct work *w, const struct undoing *u) {
  return fed_from(w, u, state_first(w->customer, CELL_FED, 0, u->original));
}

static const struct cell *fed_next(const struct work *w, const struct undoing *u, const struct cell *fed) {
  return fed_from(w, u, state_next(w->customer, fed));
}

static bool given_now(const struct work *w, const struct cell *grant) {
  for (uint32_t i = 0; i < w->out->gift_count; i++)
    if (w->out->gifts[i].id_words[0] == grant->grant.id_low && w->out->gifts[i].id_words[1] == grant->grant.id_high) return true;
  return false;
}

/* ---- what rests on the event ---- */

struct gathering {
  struct work *w;
  uint32_t count;
};

static void grant_gather(struct gathering *g, uint64_t event, uint64_t id_low) {
  assert(g->count < LIMIT_STATE_CELLS); /* each stands for a cell */
  g->w->grants[g->count++] = (struct grant_name){event, id_low};
}

static void own_gather(struct gathering *g, const struct undoing *u) {
  const struct cell *grant = state_first(g->w->customer, CELL_GRANT, 0, u->original);
  for (; grant != NULL; grant = state_next(g->w->customer, grant))
    if (!u->again || given_now(g->w, grant)) grant_gather(g, u->original, grant->grant.id_low);
}

/* Gifts that asked the measure at this key, when the period that falls was in their window. */
static void resting_gather(struct gathering *g, const struct fact *fact, const struct cell *fed) {
  const struct cell *rests = state_first(g->w->customer, CELL_RESTS, cell_decl(fed), 0);
  for (; rests != NULL; rests = state_next(g->w->customer, rests)) {
    int32_t from, to;
    measure_window(fact, rests->period, &from, &to);
    if (rests->key == fed->key || rests->rests.per != fed->fed.per || fed->period < from || fed->period > to) continue;
    grant_gather(g, rests->key, rests->rests.id_low);
  }
}

static void all_gather(struct gathering *g, const struct undoing *u) {
  own_gather(g, u);
  for (const struct cell *fed = fed_first(g->w, u); fed != NULL; fed = fed_next(g->w, u, fed)) {
    const struct rulebook *book;
    uint32_t fact;
    if (fed->fed.counted && terms_fact(g->w, cell_decl(fed), &book, &fact)) resting_gather(g, &book->facts[fact], fed);
  }
}

/* How many gifts stand below an add-on. */
static uint32_t bases_below(const struct work *w, struct grant_name name) {
  const struct cell *grant = grant_find(w, name);
  uint32_t count = 0;
  while (grant != NULL && count < LIMIT_GIFTS && (grant = base_of(w, grant)) != NULL) count++;
  return count;
}

/* In order of their events' time, then base gifts before what rests on them, which is judged with what is left of its base; then of their
 * ids: the order of a record means nothing. */
static int64_t grant_time(const struct work *w, struct grant_name name) {
  const struct cell *original = state_find(w->customer, CELL_ORIGINAL, 0, name.event, 0);
  return original == NULL ? 0 : original->original.time_ms;
}

static bool name_before(const struct work *w, struct grant_name a, struct grant_name b) {
  int64_t one = grant_time(w, a), other = grant_time(w, b);
  if (one != other) return one < other;
  if (a.event != b.event) return a.event < b.event;
  uint32_t below = bases_below(w, a), other_below = bases_below(w, b);
  return below != other_below ? below < other_below : a.id_low < b.id_low;
}

/* Two lists are sorted here: by whom to compare and what to swap. */
struct sorting {
  bool (*before)(const struct work *w, uint32_t a, uint32_t b);
  void (*swap)(struct work *w, uint32_t a, uint32_t b);
};

static void sift_down(struct work *w, const struct sorting *s, uint32_t root, uint32_t count) {
  for (uint32_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
    if (child + 1 < count && s->before(w, child, child + 1)) child++;
    if (!s->before(w, root, child)) return;
    s->swap(w, root, child);
    root = child;
  }
}

/* Heap sort: no recursion, no memory, no bad case. */
static void sort(struct work *w, const struct sorting *s, uint32_t count) {
  for (uint32_t root = count / 2; root-- > 0;) sift_down(w, s, root, count);
  for (uint32_t last = count; last-- > 1;) {
    s->swap(w, 0, last);
    sift_down(w, s, 0, last);
  }
}

static bool grant_before(const struct work *w, uint32_t a, uint32_t b) { return name_before(w, w->grants[a], w->grants[b]); }

static void grants_swap(struct work *w, uint32_t a, uint32_t b) {
  struct grant_name name = w->grants[a];
  w->grants[a] = w->grants[b], w->grants[b] = name;
}

static uint32_t sort_unique(struct work *w, uint32_t count) {
  static const struct sorting by_time = {grant_before, grants_swap};
  uint32_t kept = 0;
  sort(w, &by_time, count);
  for (uint32_t i = 0; i < count; i++)
    if (kept == 0 || w->grants[kept - 1].id_low != w->grants[i].id_low) w->grants[kept++] = w->grants[i];
  return kept;
}

/* ---- what is still due ---- */

/* Whether the gift asked a measure that refunds lower: then every reversal is a partial one (docs/language.md section 8). */
static bool rests_on_measure(const struct work *w, struct grant_name name) {
  for (const struct cell *fed = state_first(w->customer, CELL_FED, 0, name.event); fed != NULL; fed = state_next(w->customer, fed)) {
    const struct cell *rests = state_first(w->customer, CELL_RESTS, cell_decl(fed), 0);
    for (; rests != NULL; rests = state_next(w->customer, rests))
      if (rests->key == name.event && rests->rests.id_low == name.id_low) return true;
  }
  return false;
}

/* By the rule's policy: as it is when nothing changes, nothing when it goes as a whole. */
static struct due policy_due(struct work *w, const struct undoing *u, const struct rule *rule, const struct cell *grant, bool rests) {
  const struct due now = {grant->grant.value_minor + set_off_of(w, grant->grant.id_low), grant->grant.units}, nothing = {0, 0};
  bool own = grant->key == u->original;
  if (u->whole && own && !rests) return nothing;
  if (rule->undo.partial == PARTIAL_IGNORE) return u->whole && own ? nothing : now;
  if (rule->undo.partial == PARTIAL_PRORATE) return own ? due_prorated(now, u->before - u->amount, u->before) : now;
  return recheck(w, u, rule, grant);
}

static void grant_reverse(struct work *w, const struct undoing *u, struct grant_name name) {
  const struct cell *grant = grant_find(w, name);
  const struct rulebook *book, *before = w->book;
  const struct rule *rule;
  if (grant == NULL || !terms_find(w, grant, &book, &rule)) return; /* gone with what it rested on */
  if (MUTANT(PENDING_UNDONE) && pending_gift(w, name.id_low) != NULL) return;
  const struct item *item = grant_item(book, rule, grant);
  if (item != NULL && item_tops_up(item)) return; /* its lot follows the measure */
  if (item != NULL && item_is_ladder(item)) {
    const struct cell *step = step_find(w, rule->decl, name.id_low);
    if (step != NULL) ladder_descend(w, u, step);
    return;
  }
  w->book = book;
  struct due due = policy_due(w, u, rule, grant, rests_on_measure(w, name));
  w->book = before;
  if (due_is_less(w, grant, &due)) grant_lower(w, u, name, due);
}

/* ---- facts ---- */

static void fact_undo(struct work *w, const struct undoing *u, const struct cell *fed) {
  const struct rulebook *book, *before = w->book;
  uint32_t number;
  if (!terms_fact(w, cell_decl(fed), &book, &number)) return;
  const struct fact_kind_row *row = w->kinds[book->facts[number].kind];
  w->book = book;
  if (row->undo != NULL) row->undo(w, u, number, fed);
  figures_fell(w, &book->facts[number], fed);
  w->book = before;
}

static bool fed_before(const struct work *w, uint32_t a, uint32_t b) { return w->fed[a]->name < w->fed[b]->name; }

static void fed_swap(struct work *w, uint32_t a, uint32_t b) {
  const struct cell *fed = w->fed[a];
  w->fed[a] = w->fed[b], w->fed[b] = fed;
}

/* In order of their names: what becomes of them is told. */
static void facts_undo(struct work *w, const struct undoing *u) {
  static const struct sorting by_name = {fed_before, fed_swap};
  uint32_t count = 0;
  for (const struct cell *fed = fed_first(w, u); fed != NULL; fed = fed_next(w, u, fed)) {
    assert(count < LIMIT_STATE_CELLS);
    w->fed[count++] = fed;
  }
  sort(w, &by_name, count);
  for (uint32_t i = 0; i < count; i++) fact_undo(w, u, w->fed[i]);
}

/* Top-ups of the running campaigns, and of those whose terms are all that is left of them. */
static void lots_follow(struct work *w, const struct undoing *u) {
  const struct rulebook *before = w->book;
  for (const struct cell *fed = fed_first(w, u); fed != NULL; fed = fed_next(w, u, fed)) {
    uint32_t number;
    if (!fed->fed.counted || !terms_fact(w, cell_decl(fed), &w->book, &number)) continue;
    lots_lower(w, number, fed->fed.per, fed->period);
  }
  w->book = before;
}

/* What a gift that stays rested on stays with it, as nothing; what is noted of it as it was. */
static void fed_forget(struct work *w, uint64_t original) {
  bool gifts = state_first(w->customer, CELL_GRANT, 0, original) != NULL;
  const struct cell *fed = state_first(w->customer, CELL_FED, 0, original);
  while (fed != NULL) {
    const struct cell *next = state_next(w->customer, fed);
    if (gifts) {
      struct cell *changed = state_write(w->customer, fed);
      if (changed->fed.counted) changed->fed.amount = 0, changed->fed.counted = 0;
    } else {
      state_remove(w->customer, fed);
    }
    fed = next;
  }
}

void undo_apply(struct work *w, struct undoing *u) {
  struct gathering gathering = {.w = w};
  all_gather(&gathering, u);
  uint32_t count = sort_unique(w, gathering.count);
  assert(w->takes_back && u->amount >= 0 && u->amount <= u->before && count <= gathering.count);
  facts_undo(w, u);
  lots_follow(w, u);
  for (uint32_t i = 0; i < count; i++) grant_reverse(w, u, w->grants[i]);
  if (u->whole) fed_forget(w, u->original);
}

/* Gifts for these events that rest on what their cause came to, which is less now. */
static void resting_undo(struct work *w, const uint64_t *events, uint32_t count) {
  struct gathering gathering = {.w = w};
  struct undoing u = {.original = w->event->type == TYPE_ID_REVERSED ? original_digest(w) : own_digest(w)};
  for (uint32_t i = 0; i < count; i++) {
    struct undoing of = {.original = events[i]};
    if (events[i] != u.original) own_gather(&gathering, &of); /* its own go with it */
  }
  uint32_t grants = sort_unique(w, gathering.count);
  w->takes_back = true;
  for (uint32_t i = 0; i < grants; i++) grant_reverse(w, &u, w->grants[i]);
  w->takes_back = false;
}

void figures_apply(struct work *w) {
  const struct hearing *hearing = w->in->hearing;
  uint64_t events[LIMIT_HEARD];
  uint32_t count = 0;
  for (uint32_t i = 0; i < hearing->count; i++)
    if (hearing->ways[i].what == HEARD_FELL) events[count++] = memory_digest(w, hearing->ways[i].key);
  if (count > 0) resting_undo(w, events, count);
}
