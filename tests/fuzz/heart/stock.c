/* Pools, counted from what was given: used is what is out, and never more than there is. */
#include "ledger.h"

static struct stock *stock_of(struct ledger *ledger, uint64_t decl, uint64_t share) {
  for (uint32_t i = 0; i < ledger->stock_count; i++)
    if (ledger->stocks[i].decl == decl && ledger->stocks[i].share == share) return &ledger->stocks[i];
  CHECK(ledger->stock_count < STOCKS_MOST);
  ledger->stocks[ledger->stock_count] = (struct stock){.decl = decl, .share = share};
  return &ledger->stocks[ledger->stock_count++];
}

static uint64_t share_drawn(const struct event *event, const struct pool *pool) {
  const struct value *value = pool->by == FIELD_NONE ? NULL : event_field(event, pool->by);
  return pool_share_hash(pool, value == NULL || value->kind != VALUE_TEXT ? (struct str){NULL, 0} : value->text);
}

/* Whoever may have paid something. */
static void chain_unsure(struct ledger *ledger, const struct rulebook *book, const struct event *event, uint32_t number) {
  for (uint32_t from = number; from != NONE; from = book->pools[from].fallback)
    for (uint32_t at = from; at != NONE; at = book->pools[at].parent)
      stock_of(ledger, book->pools[at].decl, share_drawn(event, &book->pools[at]))->unsure = true;
}

static void chain_draw(struct ledger *ledger, const struct event *event, const struct gift *gift, struct entry *entry) {
  const struct rulebook *book = gift->book;
  bool full = book->rules[gift->rule].undo.restore_pool;
  int64_t money = (gift->value_minor + (full ? gift->offset_minor : 0)) * gift->count;
  for (uint32_t at = gift->pool; at != NONE; at = book->pools[at].parent) {
    const struct pool *pool = &book->pools[at];
    bool of_value = pool->of_money || pool->in_points;
    struct drawing_on *drawn = &entry->drawn[entry->drawn_count++];
    *drawn = (struct drawing_on){pool->decl, share_drawn(event, pool), of_value ? money : gift->count, of_value};
    stock_of(ledger, drawn->decl, drawn->share)->out += drawn->amount;
  }
}

void stock_unsure(struct ledger *ledger, const struct event *event, const struct gift *gift) {
  const struct item *item = &gift->book->items[gift->item];
  for (uint32_t i = 0; i < item->pool_count; i++) chain_unsure(ledger, gift->book, event, gift->book->refs[item->pool_first + i]);
}

void stock_given(struct ledger *ledger, const struct event *event, const struct gift *gift, struct entry *entry) {
  uint32_t pools = gift->book->items[gift->item].pool_count;
  if (pools > 1) stock_unsure(ledger, event, gift);
  if (pools == 1 && gift->pool != NONE) chain_draw(ledger, event, gift, entry);
}

static int64_t drawn_back(const struct drawing_on *drawn, const struct gift *gift, const struct entry *entry) {
  int64_t part = gift->count;
  if (gift->count == entry->units) return drawn->amount; /* the whole */
  if (drawn->of_value) part = gift->count > 0 ? entry->value * gift->count : gift->value_minor * entry->units;
  return part < drawn->amount ? part : drawn->amount;
}

void stock_back(struct ledger *ledger, const struct gift *gift, struct entry *entry) {
  if (!gift->book->rules[gift->rule].undo.restore_pool) return;
  for (uint32_t i = 0; i < entry->drawn_count; i++) {
    struct drawing_on *drawn = &entry->drawn[i];
    struct stock *stock = stock_of(ledger, drawn->decl, drawn->share);
    int64_t part = drawn_back(drawn, gift, entry);
    stock->unsure |= entry->offset > 0 && gift->count != entry->units; /* of what had been set off only the whole is told */
    if (gift->kind == GIFT_OFFSET && gift->count == 0) part = 0, stock->unsure |= drawn->of_value;
    drawn->amount -= part, stock->out -= part;
  }
}

/* ---- held against the states ---- */

static int64_t used_of(const struct state *state, uint64_t decl) {
  const struct cell *cell = state_find(state, CELL_POOL, decl, POOL_TOTAL, 0);
  return cell == NULL ? 0 : cell->pool.used;
}

static void pace_check(const struct rulebook *book, const struct pool *pool, const struct state *state) {
  const struct cell *cell = state_first(state, CELL_POOL, pool->decl, 0);
  for (; cell != NULL; cell = state_next(state, cell))
    if (cell->key == POOL_PACE) CHECK(pool->carry_over || cell->pool.used <= pool_released(book, pool, cell->period));
}

static void place_check(struct ledger *ledger, const struct world *world, const struct place *place) {
  uint64_t decl, share;
  owner_split(&place->owner, &decl, &share);
  const struct rulebook *book = world->book->rulebook;
  const struct stock *stock = stock_of(ledger, decl, share);
  uint32_t number = rulebook_pool(book, decl);
  CHECK(stock->unsure || used_of(place->state, decl) == stock->out);
  if (number == NONE || ledger->edited) return;
  const struct pool *pool = &book->pools[number];
  CHECK(pool->unlimited || used_of(place->state, decl) <= pool_share_total(pool, share));
  if (pool->paced) pace_check(book, pool, place->state);
}

void stock_check(struct ledger *ledger, struct world *world) {
  for (uint32_t i = 0; i < world->count; i++)
    if (world->places[i].owner.kind == OWNER_POOL && world->places[i].state != NULL) place_check(ledger, world, &world->places[i]);
}
