/* Ranks between shards (lend.h): the first of one shard, and the first of all. A record has one rank alone, so whoever is kept is found by
 * looking at all its cells; only who comes among the first does that, and they get rarer the more have been judged. */
#include "inside.h"

struct owner rank_owner(struct rank_name name, bool all) {
  return owner_named(OWNER_RANK, name.decl, (uint64_t)(uint32_t)name.period | (all ? UINT64_C(1) << 32 : 0));
}

bool ranked_before(const struct ranked *a, const struct ranked *b) {
  if (a->order != b->order) return a->order < b->order;
  for (uint32_t i = 0; i < LIMIT_RANK_TIES; i++)
    if (a->ties[i] != b->ties[i]) return a->ties[i] < b->ties[i];
  return MUTANT(RANK_BY_ARRIVAL) ? a->entry < b->entry : a->key < b->key;
}

struct ranked ranked_of(const struct cell *cell) {
  assert(cell_kind(cell) == CELL_RANKED);
  return (struct ranked){.order = cell->ranked.order,
                         .ties = {cell->ranked.tie_a, cell->ranked.tie_b, cell->ranked.tie_c},
                         .key = cell->key,
                         .entry = cell->ranked.entry,
                         .place = cell->ranked.place};
}

static void ranked_into(const struct ranked *ranked, struct cell *cell) {
  cell->ranked.order = ranked->order;
  cell->ranked.tie_a = ranked->ties[0], cell->ranked.tie_b = ranked->ties[1], cell->ranked.tie_c = ranked->ties[2];
  cell->ranked.entry = ranked->entry, cell->ranked.place = ranked->place;
}

const struct cell *rank_head(const struct state *state, struct rank_name name) {
  return state_find(state, CELL_RANK, name.decl, 0, name.period);
}

const struct cell *rank_find(const struct state *state, struct rank_name name, uint64_t key) {
  return state_find(state, CELL_RANKED, name.decl, key, name.period);
}

/* The next of those who are kept; *slot begins at 0. */
static const struct cell *ranked_next(const struct state *state, uint32_t *slot) {
  const struct cell *cell = state_any(state, slot);
  while (cell != NULL && cell_kind(cell) != CELL_RANKED) cell = state_any(state, slot);
  return cell;
}

/* ---- the first of a record ---- */

static uint64_t worst_of(const struct state *state) {
  struct ranked worst = {0};
  bool any = false;
  uint32_t slot = 0;
  for (const struct cell *cell; (cell = ranked_next(state, &slot)) != NULL; any = true) {
    struct ranked ranked = ranked_of(cell);
    if (!any || ranked_before(&worst, &ranked)) worst = ranked;
  }
  return worst.key;
}

bool rank_fits(const struct state *state, struct rank_name name, uint32_t kept, const struct ranked *ranked) {
  const struct cell *head = rank_head(state, name);
  assert(kept > 0 && rank_find(state, name, ranked->key) == NULL);
  if (head == NULL || head->rank.count < kept) return true;
  const struct cell *worst = rank_find(state, name, head->rank.worst);
  assert(worst != NULL && head->rank.count == kept); /* it is looked for whenever so many are kept */
  struct ranked last = ranked_of(worst);
  return ranked_before(ranked, &last);
}

void rank_take(struct state *state, struct rank_name name, uint32_t kept, const struct ranked *ranked, rank_make *make, void *self) {
  struct cell *head = make(self, state, CELL_RANK, name.decl, 0, name.period);
  const struct cell *worst = head->rank.count < kept ? NULL : rank_find(state, name, head->rank.worst);
  assert(head->rank.count <= kept && (head->rank.count < kept || worst != NULL));
  if (worst != NULL) state_remove(state, worst), head->rank.count--;
  ranked_into(ranked, make(self, state, CELL_RANKED, name.decl, ranked->key, name.period));
  head->rank.count++;
  if (head->rank.count == kept) head->rank.worst = worst_of(state);
}

/* Whoever calls made room for rank_cells(). */
static struct cell *cell_make(void *self, struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period) {
  struct cell *cell = state_make(state, kind, decl, key, period);
  (void)self;
  assert(cell != NULL);
  return cell;
}

/* ---- shares ---- */

static struct share share_in(const struct cell *cell) {
  assert(cell == NULL || cell_kind(cell) == CELL_SHARE);
  return cell == NULL ? (struct share){0} : (struct share){cell->share.pot, (units_sum)cell->share.units_high << 64 | cell->share.units};
}

struct share share_of(const struct state *state, struct rank_name name) {
  return share_in(state_find(state, CELL_SHARE, name.decl, 0, name.period));
}

static void units_set(struct cell *cell, units_sum units) {
  cell->share.units = (uint64_t)units, cell->share.units_high = (uint64_t)(units >> 64);
}

void share_add(struct cell *cell, int64_t units) {
  assert(units > 0);
  units_set(cell, share_in(cell).units + (uint64_t)units);
}

/* Less than 2^63 times less than 2^63 is less than 2^126. */
int64_t share_part(const struct share *share, int64_t units) {
  assert(units > 0 && share->pot > 0 && share->units > 0);
  assert((units_sum)units <= share->units || MUTANT(SHARE_OWN_UNITS) || MUTANT(SHARE_FORGETS));
  units_sum part = (units_sum)share->pot * (units_sum)units / share->units;
  return part > (units_sum)share->pot ? share->pot : (int64_t)part;
}

/* ---- a shard ---- */

void rank_report(struct state *state, struct rank_message *message) {
  struct cell *head = cell_make(NULL, state, CELL_RANK, message->name.decl, 0, message->name.period);
  uint32_t slot = 0;
  assert(head->rank.count <= LIMIT_RANK_KEPT);
  message->kind = RANK_REPORT, message->count = 0;
  for (const struct cell *cell; (cell = ranked_next(state, &slot)) != NULL;) message->entries[message->count++] = ranked_of(cell);
  assert(message->count == head->rank.count);
  message->share.units = share_of(state, message->name).units;
  head->rank.stage = RANK_REPORTED;
}

static void share_settle(struct state *state, const struct rank_message *message) {
  struct cell *cell = cell_make(NULL, state, CELL_SHARE, message->name.decl, 0, message->name.period);
  cell->share.pot = message->share.pot;
  if (!MUTANT(SHARE_OWN_UNITS)) units_set(cell, message->share.units);
}

void rank_settle(struct state *state, const struct rank_message *message) {
  struct cell *head = cell_make(NULL, state, CELL_RANK, message->name.decl, 0, message->name.period);
  head->rank.stage = RANK_SETTLED, head->rank.winners = message->winners, head->rank.last = message->last;
  if (message->share.pot > 0) share_settle(state, message);
  for (uint32_t i = 0; i < message->count; i++) {
    const struct cell *known = rank_find(state, message->name, message->entries[i].key);
    if (known != NULL) state_write(state, known)->ranked.place = message->entries[i].place;
  }
}

/* ---- home ---- */

bool rank_has_reported(const struct state *state, struct rank_name name, uint32_t shard) {
  return state_find(state, CELL_RANK, name.decl, (uint64_t)shard + 1, name.period) != NULL;
}

/* There are few, and it is done once. */
static uint32_t place_of(const struct state *state, const struct ranked *ranked) {
  uint32_t slot = 0, place = 1;
  for (const struct cell *cell; (cell = ranked_next(state, &slot)) != NULL;) {
    struct ranked other = ranked_of(cell);
    place += ranked_before(&other, ranked);
  }
  return place;
}

static void places_set(struct state *state, struct cell *head, uint32_t top) {
  uint32_t slot = 0;
  head->rank.stage = RANK_SETTLED;
  head->rank.winners = head->rank.count < top ? head->rank.count : top;
  for (const struct cell *cell; (cell = ranked_next(state, &slot)) != NULL;) {
    struct ranked ranked = ranked_of(cell);
    uint32_t place = place_of(state, &ranked);
    state_write(state, cell)->ranked.place = place;
    if (place == head->rank.winners) head->rank.last = ranked.order;
  }
}

/* Files of shards may differ while one is taken up: what no file has is not divided. */
static void share_merge(struct state *state, const struct rank_message *report, bool first) {
  struct cell *cell = cell_make(NULL, state, CELL_SHARE, report->name.decl, 0, report->name.period);
  const struct share known = share_in(cell);
  cell->share.pot = first || report->share.pot < known.pot ? report->share.pot : known.pot;
  if (!MUTANT(SHARE_FORGETS) || known.units == 0) units_set(cell, known.units + report->share.units);
}

/* Messages come once; one that came again all the same would say nothing new. Nothing is taken into a rank that is settled. */
bool rank_merge(struct state *state, const struct rank_message *report, uint32_t shards) {
  assert(report->kind == RANK_REPORT && report->from < shards && report->count <= LIMIT_RANK_KEPT);
  struct rank_name name = report->name;
  bool again = rank_has_reported(state, name, report->from);
  struct cell *head = cell_make(NULL, state, CELL_RANK, name.decl, 0, name.period);
  if (again || head->rank.stage == RANK_SETTLED) return false;
  (void)cell_make(NULL, state, CELL_RANK, name.decl, (uint64_t)report->from + 1, name.period);
  for (uint32_t i = 0; i < report->count; i++) {
    struct ranked ranked = report->entries[i];
    ranked.entry = report->from, ranked.place = 0;
    if (rank_find(state, name, ranked.key) == NULL && rank_fits(state, name, report->kept, &ranked))
      rank_take(state, name, report->kept, &ranked, cell_make, NULL);
  }
  if (report->share.pot > 0) share_merge(state, report, head->rank.told == 0);
  head->rank.told++;
  if (head->rank.told < shards && !MUTANT(RANK_EARLY)) return false;
  places_set(state, head, report->top);
  return true;
}

void rank_verdict(const struct state *state, uint32_t shard, struct rank_message *message) {
  const struct cell *head = rank_head(state, message->name);
  uint32_t slot = 0;
  assert(head != NULL && head->rank.stage == RANK_SETTLED);
  message->kind = RANK_VERDICT, message->to = shard, message->count = 0;
  message->top = message->kept = 0, message->at_ms = 0;
  message->winners = head->rank.winners, message->last = head->rank.last;
  message->share = share_of(state, message->name);
  for (const struct cell *cell; (cell = ranked_next(state, &slot)) != NULL;)
    if (cell->ranked.entry == shard) message->entries[message->count++] = ranked_of(cell);
}
