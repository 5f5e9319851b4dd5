/* Which owners an event may touch: asked before deciding, so that all of them can be loaded at once. A superset is right, a missing one is
 * a bug. */
#include "work.h"

struct gathering {
  const struct rulebook *book;
  struct work *w; /* only to read dimensions of this event */
  struct owner *owners;
  uint32_t count;
  bool crowded;
  uint32_t tags[LIMIT_OWNERS]; /* a part of each key: most comparisons end here */
};

/* The last eight bytes of a key are the hash of what it names, or the end of a customer's id. */
static uint32_t owner_tag(const struct owner *owner) {
  uint32_t tag = 0;
  memcpy(&tag, owner->key + (owner->length > 8 ? 6 : 0), sizeof tag);
  return tag ^ (uint32_t)(unsigned char)owner->key[1] << 24 ^ (uint32_t)(unsigned char)owner->key[2] << 16;
}

static void owner_add(struct gathering *g, const struct owner *owner) {
  uint32_t tag = owner_tag(owner);
  for (uint32_t i = 0; i < g->count; i++) {
    const struct owner *known = &g->owners[i];
    if (g->tags[i] == tag && known->length == owner->length && memcmp(known->key, owner->key, owner->length) == 0) return;
  }
  if (g->count == LIMIT_OWNERS) {
    g->crowded = true;
    return;
  }
  g->tags[g->count] = tag;
  g->owners[g->count++] = *owner;
}

struct owner owner_named(enum owner_kind kind, uint64_t decl, uint64_t key) {
  struct owner owner = {.kind = kind, .length = 14};
  owner.key[0] = (char)kind;
  for (unsigned i = 0; i < 5; i++) owner.key[1 + i] = (char)(decl >> (8 * i));
  for (unsigned i = 0; i < 8; i++) owner.key[6 + i] = (char)(key >> (8 * i));
  return owner;
}

struct owner decide_customer_owner(struct str customer) {
  struct owner owner = {.kind = OWNER_CUSTOMER, .length = (uint8_t)(customer.length + 1)};
  assert(customer.length < sizeof owner.key);
  owner.key[0] = OWNER_CUSTOMER;
  memcpy(owner.key + 1, customer.at, customer.length);
  return owner;
}

static void limit_owners(struct gathering *g, const struct limit *limit) {
  uint32_t count = limit->each ? limit->dimension_count : 1;
  if (!limit->each && limit->per_customer) return;
  for (uint32_t n = 0; n < count; n++) {
    const struct dimension *first = &limit->dimensions[limit->each ? n : 0];
    uint64_t key = 0;
    if (limit->each && first->kind == DIMENSION_CUSTOMER) continue;
    if (!key_of_dimensions(g->w, first, limit->each ? 1 : limit->dimension_count, limit->campaign, &key)) continue;
    if (limit->each) key = hash64_pair(&HASH_KEY_FIXED, key, n);
    struct owner owner = limit_owner(limit, key);
    owner_add(g, &owner);
  }
}

static void pool_owners(struct gathering *g, uint32_t number, uint32_t depth) {
  for (; number != NONE && depth < 2 * LIMIT_POOL_DEPTH; depth++) {
    const struct pool *pool = &g->book->pools[number];
    const struct value *share = pool->by == FIELD_NONE ? NULL : event_field(g->w->event, pool->by);
    struct owner owner = pool_owner_of(pool, share == NULL || share->kind != VALUE_TEXT ? (struct str){NULL, 0} : share->text);
    owner_add(g, &owner);
    if (pool->fallback != NONE) pool_owners(g, pool->fallback, depth + 1);
    number = pool->parent;
  }
}

static void item_owners(struct gathering *g, uint32_t number) {
  for (uint32_t depth = 0; number != NONE && depth <= LIMIT_OR_ELSE; depth++) {
    const struct item *item = &g->book->items[number];
    for (uint32_t i = 0; i < item->pool_count; i++) pool_owners(g, g->book->refs[item->pool_first + i], 0);
    number = item->or_else;
  }
}

static void rule_owners(struct gathering *g, uint32_t number, uint32_t depth) {
  const struct rule *rule = &g->book->rules[number];
  const struct span *hearers = &g->book->reward_hearers[number];
  for (uint32_t i = 0; i < rule->limit_count; i++) limit_owners(g, &g->book->limits[g->book->refs[rule->limit_first + i]]);
  for (uint32_t i = 0; i < rule->item_count; i++) item_owners(g, rule->item_first + i);
  for (uint32_t i = 0; depth < 8 && i < hearers->count; i++) rule_owners(g, g->book->refs[hearers->first + i], depth + 1);
}

/* Whether a rule hears a fact for the customer himself: what another hears is judged on that one's owners. */
static bool fact_is_own(const struct rulebook *book, uint32_t rule, uint32_t fact) {
  for (uint32_t i = 0; i < book->rules[rule].on.count; i++) {
    const struct trigger *trigger = &book->triggers[book->rules[rule].on.first + i];
    if (trigger->kind == TRIGGER_FACT && trigger->fact == fact && trigger_may_be_own(book, trigger)) return true;
  }
  return false;
}

static void listener_owners(struct gathering *g, const struct listener *listener) {
  if (listener->kind == LISTENER_RULE) {
    if (trigger_may_be_own(g->book, &g->book->triggers[listener->trigger])) rule_owners(g, listener->owner, 0);
    return;
  }
  const struct span *hearers = &g->book->fact_hearers[listener->owner];
  if (listener->kind == LISTENER_RESET) return;
  for (uint32_t i = 0; i < hearers->count; i++) {
    uint32_t rule = g->book->refs[hearers->first + i];
    if (fact_is_own(g->book, rule, listener->owner)) rule_owners(g, rule, 0);
  }
}

/* A reversal gives back what grants took: their owners stand in the customer's record. One whose original is not known gives back nothing.
 * The customer's own counters are in the customer's record: nobody else may be asked for them. */
static void taken_owners(struct gathering *g, const struct state *customer) {
  if (!undo_known(g->w)) return;
  for (uint32_t i = 0; i < customer->cell_count; i++) {
    const struct cell *cell = &customer->cells[i];
    if (cell->kind != CELL_TAKEN || cell->v[2] == ON_CUSTOMER) continue;
    struct owner owner = owner_named(cell->v[2] == ON_POOL ? OWNER_POOL : OWNER_RESOURCE, cell->decl, (uint64_t)cell->v[0]);
    owner_add(g, &owner);
  }
}

uint32_t decide_owners(const struct rulebook *rulebook, const struct event *event, const uint32_t *matches, uint32_t match_count,
                       const struct state *customer, struct owner owners[LIMIT_OWNERS]) {
  struct decide_input input = {.rulebook = rulebook, .event = event};
  struct work w;
  struct gathering g; /* its tags are not cleared: count says how many there are */
  struct owner own = decide_customer_owner(event->customer);
  struct state *states = (struct state *)(uintptr_t)customer; /* read only: dimensions look at facts of the customer */
  work_init(&w, &input, states);
  g.book = rulebook, g.w = &w, g.owners = owners, g.count = 0, g.crowded = false;
  owner_add(&g, &own);
  for (uint32_t i = 0; i < match_count; i++) listener_owners(&g, &rulebook->listeners[matches[i]]);
  if (event->type == TYPE_ID_REVERSED) taken_owners(&g, customer);
  return g.crowded ? LIMIT_OWNERS + 1 : g.count;
}

uint32_t decide_hearer_owners(const struct rulebook *rulebook, const struct event *event, const struct hearing *hearing,
                              const struct state *customer, struct owner owners[LIMIT_OWNERS]) {
  struct decide_input input = {.rulebook = rulebook, .event = event, .hearing = hearing};
  struct work w;
  struct gathering g;
  struct owner own = decide_customer_owner(event->customer);
  work_init(&w, &input, (struct state *)(uintptr_t)customer);
  g.book = rulebook, g.w = &w, g.owners = owners, g.count = 0, g.crowded = false;
  owner_add(&g, &own);
  for (uint32_t i = 0; i < hearing->count; i++) {
    uint32_t rule = rule_number(rulebook, hearing->rules[i].rule);
    if (rule != NONE) rule_owners(&g, rule, 0);
  }
  if (hearing->reversal) taken_owners(&g, customer);
  return g.crowded ? LIMIT_OWNERS + 1 : g.count;
}
