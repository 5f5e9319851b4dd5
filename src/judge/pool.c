/* Pools: stock and budgets with their pace, parents and fallback (R104-R110, R140). A pool is an owner of its own, so it is exact whoever
 * asks. Where several shards decide (`lent`), what there is of a pool is this shard's block of it, and the rest is asked for (lend.h). */
#include "work.h"

/* The share this event draws on: the value of `by`, or nothing. */
static struct str pool_share(const struct work *w, const struct pool *pool) {
  if (pool->by == FIELD_NONE) return (struct str){NULL, 0};
  const struct value *value = event_field(w->event, pool->by);
  return value == NULL || value->kind != VALUE_TEXT ? (struct str){NULL, 0} : value->text;
}

struct left {
  int64_t total, pace;
  int32_t period;
};

/* A pool as this event sees it. */
struct sight {
  uint32_t number;
  const struct pool *pool;
  struct owner owner;
  uint64_t share;
  int32_t period;
  struct state *state; /* NULL: not at hand */
};

static struct sight pool_see(struct work *w, uint32_t number, bool known) {
  struct sight sight = {.number = number, .pool = &w->book->pools[number]};
  struct str share = pool_share(w, sight.pool);
  sight.owner = pool_owner(sight.pool, share), sight.share = pool_share_hash(sight.pool, share);
  sight.period = sight.pool->paced ? pool_pace_period(w->book, sight.pool, w->event->time_ms) : 0;
  sight.state = known ? work_state_known(w, &sight.owner) : work_state(w, &sight.owner);
  return sight;
}

static int64_t need_of(const struct pool *pool, struct pool_need need) {
  return pool->of_money || pool->in_points ? need.money : need.units;
}

static void pool_refuse(struct work *w, uint32_t number, const struct left *left, int64_t need, struct outcome *outcome) {
  const struct pool *pool = &w->book->pools[number];
  bool money = pool->of_money || pool->in_points;
  int64_t there = left->total < left->pace ? left->total : left->pace;
  outcome->reason = money ? REASON_BUDGET_EXHAUSTED : REASON_OUT_OF_STOCK;
  outcome->pool = number, outcome->period = left->total < need ? 0 : left->period;
  outcome->expected = need, outcome->actual = there < 0 ? 0 : there;
  outcome->has_numbers = true, outcome->numbers_are_money = pool->of_money && !pool->in_points;
}

/* ---- of the pool's own record ---- */

/* With carry_over everything released since the start and not used is there; else only this period's release. */
static int64_t pace_left(const struct work *w, const struct sight *sight) {
  const struct pool *pool = sight->pool;
  int64_t released = pool_released(w->book, pool, sight->period);
  if (released == 0) return 0;
  return released - (pool->carry_over ? pool_used(sight->state, pool, POOL_TOTAL, 0)
                                      : pool_pace_used(w->book, pool, sight->state, sight->period, w->in->settings->memory_ms));
}

static bool book_has(const struct work *w, const struct sight *sight, int64_t wanted, struct left *left) {
  const struct pool *pool = sight->pool;
  if (!pool->unlimited) left->total = pool_share_total(pool, sight->share) - pool_used(sight->state, pool, POOL_TOTAL, 0);
  if (pool->paced) left->pace = pace_left(w, sight);
  return left->total >= wanted && left->pace >= wanted;
}

static void mark_watermark(struct work *w, uint32_t number, struct cell *cell, int64_t total) {
  struct pool_mark mark;
  if (w->book != w->in->rulebook) return; /* its file is gone: nobody fills it up any more */
  if (pool_watermark(w->book, number, cell, total, &mark) && w->out->mark_count < sizeof w->out->marks / sizeof w->out->marks[0])
    w->out->marks[w->out->mark_count++] = mark;
}

static void book_take(struct work *w, const struct sight *sight, int64_t amount) {
  const struct pool *pool = sight->pool;
  struct cell *total = work_make(w, sight->state, CELL_POOL, pool->decl, POOL_TOTAL, 0);
  total->pool.used += amount;
  assert(total->pool.used >= 0); /* memory invariant 6 */
  if (!pool->unlimited) mark_watermark(w, sight->number, total, pool_share_total(pool, sight->share));
  if (!pool->paced) return;
  struct cell *pace = work_make(w, sight->state, CELL_POOL, pool->decl, POOL_PACE, sight->period);
  pace->pool.used += amount;
  pace->expires_day = pool_pace_expiry(w->book, pool, sight->period, w->in->settings->memory_ms);
}

/* ---- of a block ---- */

/* Several gifts of one event may draw on a pool: what all of them need must be there at once. */
static void shortage_add(struct work *w, const struct sight *sight, int64_t wanted) {
  struct decision *out = w->out;
  int64_t need = wanted + sight->state->taken;
  assert(w->in->lent && need >= wanted && wanted >= 0);
  if (out->shortage_count < LIMIT_WANTS) out->shortages[out->shortage_count++] = (struct shortage){sight->owner, sight->period, need};
}

/* False only when it is certain that there is not enough. When there may be, it counts as there, and the decision as void. */
static bool block_has(struct work *w, const struct sight *sight, int64_t wanted, struct left *left) {
  const struct pool *pool = sight->pool;
  const struct cell *cell = state_find(sight->state, CELL_BLOCK, pool->decl, 0, sight->period);
  int64_t here = cell == NULL ? 0 : cell->block.left;
  if (here >= wanted) return true;
  bool gone = w->book != w->in->rulebook; /* whose file is gone: home has it no more, and would not answer */
  bool none = gone || (!pool->unlimited && pool_share_total(pool, sight->share) <= 0);
  bool early = pool->paced && pool_released(w->book, pool, sight->period) <= 0;
  if (none) left->total = here;
  if (early) left->pace = 0;
  if (none || early) return false;
  if (cell != NULL && (cell->block.flags & BLOCK_FINAL)) {
    bool out = (cell->block.flags & BLOCK_OUT) || !pool->paced;
    *(out ? &left->total : &left->pace) = here + cell->block.elsewhere;
    if (here + cell->block.elsewhere < wanted) return false;
  }
  shortage_add(w, sight, wanted);
  return true;
}

/* Spends (or, below 0, gives back). What is given back is here until it is reported; what is over goes home by itself. Home tells of a pool
 * that runs low who spent. */
static void block_take(struct work *w, struct state *state, const struct pool *pool, int32_t period, int64_t amount) {
  struct cell *cell = work_make(w, state, CELL_BLOCK, pool->decl, 0, period);
  cell->block.left -= amount, cell->block.spent += amount;
  if (amount > 0 && !pool->unlimited) work_put_cause(w, state, pool->decl, period);
}

/* ---- having and taking ---- */

/* How often a pool already stands in what pays for this gift: two pools of one parent draw on it twice. */
static int64_t times_paying(const struct work *w, const uint32_t *paying, uint32_t count, uint32_t number) {
  int64_t times = 0;
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t above = paying[i]; above != NONE; above = w->book->pools[above].parent) times += above == number;
  return times;
}

struct paying {
  const uint32_t *pools;
  uint32_t count;
};

/* It has nothing for anybody, whatever it has: what this shard holds of it goes home by itself. */
static bool is_shut(struct work *w, uint32_t number, struct pool_need need, struct outcome *outcome) {
  const struct left nothing = {0, 0, 0};
  if (!w->book->pools[number].shut || MUTANT(SHUT_PAYS)) return false;
  pool_refuse(w, number, &nothing, need_of(&w->book->pools[number], need), outcome);
  outcome->shut = number;
  return true;
}

/* A gift of this same event. */
static bool queues_now(const struct work *w, uint64_t decl) {
  for (uint32_t i = 0; i < w->out->gift_count; i++) {
    const struct gift *gift = &w->out->gifts[i];
    if (gift->kind == GIFT_PENDING && gift->in_queue && gift->book->pools[gift->pool].decl == decl) return true;
  }
  return false;
}

/* What comes back is for who waits for it. What was handed out is gone from the pool whoever waits. */
static bool others_wait(const struct work *w, uint64_t decl) {
  if (w->in->queue == NULL || w->hand || w->first_of == decl || MUTANT(QUEUE_OVERTAKEN)) return false;
  return w->in->queue(w->in->self, decl) == QUEUE_SOMEBODY || (w->queued > 0 && queues_now(w, decl));
}

/* A gift that waited as long as it may is told what there is. */
static bool is_due(const struct work *w) { return w->in->closing != NULL && w->in->closing->close == NONE; }

/* A pool and all above it. */
static bool chain_has(struct work *w, uint32_t number, struct pool_need need, struct paying before, struct outcome *outcome) {
  for (uint32_t depth = 0; number != NONE; depth++, number = w->book->pools[number].parent) {
    assert(depth <= LIMIT_POOL_DEPTH); /* so many may stand above one (campaign/cycles.c) */
    if (is_shut(w, number, need, outcome)) return false;
    struct sight sight = pool_see(w, number, false);
    int64_t wanted = need_of(sight.pool, need) * (1 + times_paying(w, before.pools, before.count, number));
    struct left left = {INT64_MAX, INT64_MAX, sight.period};
    if (sight.state == NULL) continue;
    bool others = others_wait(w, sight.pool->decl), asks = !others || is_due(w);
    bool has = asks && (w->in->lent ? block_has(w, &sight, wanted, &left) : book_has(w, &sight, wanted, &left));
    if (has && !others) continue;
    pool_refuse(w, number, &left, wanted, outcome);
    if (has || !asks) outcome->has_numbers = false, outcome->period = 0; /* whatever there is, it is for others */
    return false;
  }
  return true;
}

/* One of an item's pools, or what falls in for it; false says why, of the pool that was meant. */
static bool one_has(struct work *w, uint32_t number, struct pool_need need, struct outcome *outcome, uint32_t *paying,
                    uint32_t *paying_count) {
  struct outcome first = *outcome; /* the pool that was meant is the one to name, not its fallback */
  first.shut = NONE;
  struct paying before = {paying, *paying_count};
  bool has = chain_has(w, number, need, before, &first);
  bool line = !has && others_wait(w, w->book->pools[number].decl); /* what stands in for it is for them as well */
  for (uint32_t depth = 0; !has && !line && w->book->pools[number].fallback != NONE && depth < LIMIT_POOL_DEPTH; depth++) {
    struct outcome other = *outcome;
    number = w->book->pools[number].fallback;
    has = chain_has(w, number, need, before, &other);
    if (first.shut == NONE) first.shut = other.shut;
  }
  if (!has) {
    *outcome = first;
    return false;
  }
  assert(*paying_count < PAYING_MAX);
  paying[(*paying_count)++] = number;
  return true;
}

/* By what its file says, were nothing of it used; and all above it. */
static bool chain_could(const struct rulebook *book, uint32_t number, struct pool_need need) {
  for (; number != NONE; number = book->pools[number].parent) {
    const struct pool *pool = &book->pools[number];
    int64_t wanted = need_of(pool, need);
    if (!pool->unlimited && wanted > pool->total) return false;
    if (pool->paced && !pool->carry_over && wanted > pool->pace_max) return false;
  }
  return true;
}

bool pool_could(const struct rulebook *book, uint32_t number, struct pool_need need) {
  for (uint32_t depth = 0; number != NONE && depth <= LIMIT_POOL_DEPTH; number = book->pools[number].fallback, depth++)
    if (chain_could(book, number, need)) return true;
  return false;
}

const struct rulebook *pools_book(const struct work *w, const struct item *item) {
  const struct rulebook *running = w->in->rulebook;
  for (uint32_t i = 0; i < item->pool_count && w->book != running; i++)
    if (rulebook_pool(running, w->book->pools[w->book->refs[item->pool_first + i]].decl) == NONE) return w->book;
  return running;
}

bool pools_have(struct work *w, const struct item *item, struct pool_need need, struct outcome *outcome, uint32_t *paying,
                uint32_t *paying_count) {
  const struct rulebook *terms = w->book;
  bool has = true;
  assert(need.units > 0 && need.money >= 0);
  *paying_count = 0;
  w->book = pools_book(w, item);
  for (uint32_t i = 0; i < item->pool_count && has; i++) {
    uint32_t number = terms->refs[item->pool_first + i];
    if (w->book != terms) number = rulebook_pool(w->book, terms->pools[number].decl);
    has = one_has(w, number, need, outcome, paying, paying_count);
  }
  if (!has && w->book != terms) {
    outcome->pool = rulebook_pool(terms, w->book->pools[outcome->pool].decl);
    if (outcome->shut != NONE) outcome->shut = rulebook_pool(terms, w->book->pools[outcome->shut].decl);
  }
  w->book = terms;
  return has;
}

static void pool_take(struct work *w, uint32_t number, int64_t amount, struct claims *claims) {
  struct sight sight = pool_see(w, number, true);
  const struct pool *pool = sight.pool;
  assert(amount >= 0);
  if (sight.state == NULL) return;
  sight.state->taken += amount;
  if (w->in->lent)
    block_take(w, sight.state, pool, sight.period, amount);
  else
    book_take(w, &sight, amount);
  const struct claim claim = {ON_POOL, pool->of_money || pool->in_points, pool->decl, sight.share, sight.period, amount};
  claim_add(claims, &claim);
}

void pools_take(struct work *w, const uint32_t *paying, uint32_t count, struct pool_need need, struct claims *claims) {
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t number = paying[i]; number != NONE; number = w->book->pools[number].parent)
      pool_take(w, number, need_of(&w->book->pools[number], need), claims);
}

static void used_less(struct state *state, const struct cell *known, int64_t amount) {
  if (known == NULL) return;
  struct cell *cell = state_write(state, known);
  cell->pool.used -= amount < cell->pool.used ? amount : cell->pool.used;
  assert(amount > 0 && cell->pool.used >= 0); /* memory invariant 6 */
}

/* A block is given back to whether or not the rulebook still has its pool: home books it by its name. */
void pool_give_back(struct work *w, const struct cell *taken, int64_t amount) {
  queue_poke(w, cell_decl(taken));
  struct owner owner = owner_named(OWNER_POOL, cell_decl(taken), taken->taken.owner_key);
  const struct pool pool = {.decl = cell_decl(taken)};
  struct state *state = work_state(w, &owner);
  if (state == NULL) return;
  if (w->in->lent) {
    block_take(w, state, &pool, taken->period, -amount);
    return;
  }
  used_less(state, state_find(state, CELL_POOL, pool.decl, POOL_TOTAL, 0), amount);
  used_less(state, state_find(state, CELL_POOL, pool.decl, POOL_PACE, taken->period), amount);
}
