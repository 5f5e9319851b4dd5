/* Ranks (judge.h): who is first of all customers of whom a close is judged. At the close a customer is put down among the first of this
 * shard, if he is one of them; when the rank of all shards is settled he is judged again, and his place stands in the same record. Of a
 * share nobody is first: what he has is added up, once, which his own record says (CELL_RANKED); settled, the sum of all stands there. */
#include "work.h"

/* What a left side comes to, so that who has less is before others; INT64_MAX: nothing. */
static int64_t order_of(struct work *w, const struct rank_side *side) {
  struct value value = left_value(w, &w->book->conditions[side->left]);
  if (value.kind != VALUE_INT) return INT64_MAX;
  int64_t number = value.number < -(INT64_MAX - 1) ? -(INT64_MAX - 1) : value.number == INT64_MAX ? INT64_MAX - 1 : value.number;
  return side->highest ? -number : number;
}

/* Nobody can know beforehand who is before the other where all else is equal, and it is not the same customer in every rank. */
static uint64_t key_of(const struct work *w, struct rank_name name) {
  uint64_t rank = hash64_pair(&HASH_KEY_FIXED, name.decl, (uint64_t)(uint32_t)name.period);
  return hash64_pair(&w->in->settings->id_key, hash64(&HASH_KEY_FIXED, w->event->customer), rank);
}

static int64_t tickets_now(struct work *w, const struct rank *rank) {
  struct value tickets = left_value(w, &w->book->conditions[rank->by.left]);
  if (tickets.kind != VALUE_INT || tickets.number < 0) return 0;
  return tickets.number < rank->tickets ? tickets.number : rank->tickets;
}

/* The best of a customer's tickets: as if all tickets of everybody were drawn, and who has won is passed over. */
static int64_t lot_of(struct work *w, const struct rank *rank, uint64_t key) {
  const int64_t tickets = tickets_now(w, rank);
  int64_t best = INT64_MAX;
  for (uint32_t i = 0; i < tickets; i++) {
    int64_t lot = (int64_t)(lot_number(&w->in->settings->id_key, key, i) >> 2);
    if (lot < best) best = lot;
  }
  return best;
}

static struct ranked ranked_now(struct work *w, const struct rank *rank, uint64_t key) {
  struct ranked ranked = {.order = rank->tickets > 0 ? lot_of(w, rank, key) : order_of(w, &rank->by), .key = key};
  for (uint32_t i = 0; i < LIMIT_RANK_TIES; i++) ranked.ties[i] = i < rank->tie_count ? order_of(w, &rank->ties[i]) : 0;
  return ranked;
}

/* ---- what is told ---- */

static bool refuse(struct outcome *outcome, enum reason reason, enum ranking ranking) {
  outcome->reason = reason, outcome->ranking = ranking;
  return false;
}

/* What he has, and what the last of those before him has. A lot's number says nothing. */
static void values_tell(const struct work *w, const struct rank *rank, int64_t last, int64_t own, struct outcome *outcome) {
  const struct condition *by = &w->book->conditions[rank->by.left];
  if (rank->tickets > 0) return;
  outcome->expected = rank->by.highest ? -last : last, outcome->actual = rank->by.highest ? -own : own;
  outcome->has_numbers = own != INT64_MAX;
  outcome->numbers_are_money = by->money, outcome->numbers_are_times = by->left == LEFT_FACT_AT;
}

static bool refuse_open(struct work *w, const struct rank *rank, int64_t own, struct outcome *outcome) {
  values_tell(w, rank, own, own, outcome);
  if (rank->tickets > 0) outcome->actual = tickets_now(w, rank), outcome->has_numbers = true;
  return refuse(outcome, REASON_PENDING_HOLD, RANKING_OPEN);
}

/* ---- the close ---- */

struct make {
  struct work *w;
};

static struct cell *make_cell(void *self, struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period) {
  const struct make *make = self;
  return work_make(make->w, state, kind, decl, key, period);
}

static bool comes_late(const struct work *w, const struct rule *rule) {
  const struct closing *closing = w->in->closing;
  int64_t heard_ms = close_heard(w->book, (uint32_t)(rule - w->book->rules), closing->close, closing->period, TIME_NONE);
  return closing->made_ms != TIME_NONE && closing->made_ms >= heard_ms && !MUTANT(RANK_LATE);
}

static bool put_down(struct work *w, const struct rule *rule, struct state *state, struct rank_name name, struct ranked *ranked,
                     struct outcome *outcome) {
  const struct cell *head = rank_head(state, name);
  struct decision *out = w->out;
  struct make make = {w};
  assert(out->rank_wait_count < LIMIT_RANKS); /* a rule is judged once for a close */
  ranked->entry = head == NULL ? 0 : head->rank.told;
  rank_take(state, name, rank_kept(&rule->rank), ranked, make_cell, &make);
  work_make(w, state, CELL_RANK, name.decl, 0, name.period)->rank.told++;
  out->rank_waits[out->rank_wait_count++] = (struct rank_wait){(uint32_t)(rule - w->book->rules), ranked->entry, ranked->order};
  return refuse_open(w, &rule->rank, ranked->order, outcome);
}

static bool open_lets(struct work *w, const struct rule *rule, struct state *state, struct rank_name name, struct outcome *outcome) {
  const struct cell *head = rank_head(state, name);
  struct ranked ranked = ranked_now(w, &rule->rank, key_of(w, name));
  const struct cell *known = rank_find(state, name, ranked.key);
  if (known != NULL) return refuse_open(w, &rule->rank, known->ranked.order, outcome);
  if (ranked.order == INT64_MAX) return refuse(outcome, REASON_TARGET_NOT_REACHED, RANKING_NOTHING);
  bool closed = (head != NULL && head->rank.stage != RANK_OPEN) || w->in->closing->rank != NONE;
  if (closed || comes_late(w, rule)) return refuse(outcome, REASON_TARGET_NOT_REACHED, RANKING_LATE);
  if (rank_fits(state, name, rank_kept(&rule->rank), &ranked)) return put_down(w, rule, state, name, &ranked, outcome);
  values_tell(w, &rule->rank, rank_find(state, name, head->rank.worst)->ranked.order, ranked.order, outcome);
  return refuse(outcome, REASON_TARGET_NOT_REACHED, RANKING_BEHIND);
}

/* ---- settled ---- */

static bool settled_lets(struct work *w, const struct rule *rule, const struct state *state, struct rank_name name,
                         struct outcome *outcome) {
  const struct cell *head = rank_head(state, name), *known = rank_find(state, name, key_of(w, name));
  const struct closing *closing = w->in->closing;
  uint32_t place = known == NULL ? 0 : known->ranked.place;
  assert(head->rank.winners <= rule->rank.top);
  outcome->place = place;
  /* His gift is the rank's: it has the rank's id however late his close is judged again meanwhile. */
  if (place > head->rank.asked && place <= head->rank.winners && closing->rank == NONE)
    return refuse_open(w, &rule->rank, known->ranked.order, outcome);
  if (place > 0 && place <= head->rank.winners) {
    outcome->ranking = RANKING_WON, w->place = place;
    return true;
  }
  if (known == NULL && closing->rank == NONE) return refuse(outcome, REASON_TARGET_NOT_REACHED, RANKING_LATE);
  values_tell(w, &rule->rank, head->rank.last, known != NULL ? known->ranked.order : closing->rank_order, outcome);
  return refuse(outcome, REASON_TARGET_NOT_REACHED, RANKING_LOST);
}

/* ---- shares ---- */

static bool share_put_down(struct work *w, const struct rule *rule, struct state *state, struct rank_name name, int64_t units,
                           struct outcome *outcome) {
  struct decision *out = w->out;
  assert(out->rank_wait_count < LIMIT_RANKS && units > 0);
  struct cell *head = work_make(w, state, CELL_RANK, name.decl, 0, name.period);
  const uint32_t entry = head->rank.told++;
  share_add(work_make(w, state, CELL_SHARE, name.decl, 0, name.period), units);
  struct cell *own = work_make(w, w->customer, CELL_RANKED, name.decl, 0, name.period);
  own->ranked.order = -units;
  own->expires_day = state_expiry(w->in->closing->at_ms + LIMIT_CLOSE_DELAY_MS + w->in->settings->horizon_ms);
  out->rank_waits[out->rank_wait_count++] = (struct rank_wait){(uint32_t)(rule - w->book->rules), entry, -units};
  return refuse_open(w, &rule->rank, -units, outcome);
}

static bool share_open_lets(struct work *w, const struct rule *rule, struct state *state, struct rank_name name, struct outcome *outcome) {
  const struct cell *head = rank_head(state, name), *known = state_find(w->customer, CELL_RANKED, name.decl, 0, name.period);
  int64_t order = order_of(w, &rule->rank.by);
  if (known != NULL) return refuse_open(w, &rule->rank, known->ranked.order, outcome);
  if (order >= 0) return refuse(outcome, REASON_TARGET_NOT_REACHED, RANKING_NOTHING); /* nothing, or nothing left */
  bool closed = (head != NULL && head->rank.stage != RANK_OPEN) || w->in->closing->rank != NONE;
  if (closed || comes_late(w, rule)) return refuse(outcome, REASON_TARGET_NOT_REACHED, RANKING_LATE);
  return share_put_down(w, rule, state, name, -order, outcome);
}

/* By what he had when it closed: the sum of all has that. */
static bool share_settled_lets(struct work *w, const struct state *state, struct rank_name name, struct outcome *outcome) {
  const struct closing *closing = w->in->closing;
  const struct share share = share_of(state, name);
  const int64_t units = -closing->rank_order;
  if (closing->rank == NONE || units <= 0 || share.pot == 0) return refuse(outcome, REASON_TARGET_NOT_REACHED, RANKING_LATE);
  w->share = share_part(&share, units);
  outcome->ranking = RANKING_SHARED;
  outcome->pot = share.pot, outcome->units = units;
  outcome->units_all = share.units > INT64_MAX ? INT64_MAX : (int64_t)share.units;
  return true;
}

bool rank_lets(struct work *w, const struct rule *rule, struct outcome *outcome) {
  assert(w->in->closing != NULL && rank_settles(&rule->rank)); /* a rule with a rank hears closes alone */
  struct rank_name name = {rule->decl, w->in->closing->period};
  struct owner owner = rank_owner(name, false);
  struct state *state = work_state(w, &owner);
  if (state == NULL) return refuse(outcome, REASON_PENDING_HOLD, RANKING_OPEN); /* void: it is fetched, and judged again */
  const struct cell *head = rank_head(state, name);
  bool settled = head != NULL && head->rank.stage == RANK_SETTLED;
  if (rule->rank.shared) return settled ? share_settled_lets(w, state, name, outcome) : share_open_lets(w, rule, state, name, outcome);
  return settled ? settled_lets(w, rule, state, name, outcome) : open_lets(w, rule, state, name, outcome);
}
