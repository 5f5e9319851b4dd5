/* The names of pools, so that the view can show people how much of each is left. */
#include <stdlib.h>

#include "parts.h"

#define POOL_NAMES_MOST (1u << 20) /* pools times their shares */

struct pool_name {
  char key[16]; /* of its owner */
  uint32_t pool;
  struct str share;
};

static int pool_name_compare(const void *a, const void *b) { return memcmp(a, b, sizeof((struct pool_name *)NULL)->key); }

enum status pool_names_open(const struct rulebook *rulebook, struct pool_names *out, struct fault *fault) {
  struct owner owner;
  struct str share;
  struct lend_cursor counting = {0}, taking = {0};
  uint32_t pool, most = 0;
  while (most < POOL_NAMES_MOST && lend_pool_next(rulebook, &counting, &pool, &share, &owner)) most++;
  out->memory = region_take((most + 1) * sizeof(struct pool_name));
  if (out->memory.at == NULL) return fault_set(fault, STATUS_STORAGE, "out of memory for the names of %u pools", most);
  struct pool_name *names = out->memory.at;
  for (out->count = 0; out->count < most && lend_pool_next(rulebook, &taking, &pool, &share, &owner); out->count++) {
    struct pool_name *name = &names[out->count];
    assert(owner.length <= sizeof name->key);
    memcpy(name->key, owner.key, owner.length);
    name->pool = pool, name->share = share;
  }
  qsort(names, out->count, sizeof *names, pool_name_compare);
  return STATUS_OK;
}

void pool_names_close(struct pool_names *names) {
  region_give(&names->memory);
  names->count = 0;
}

static const struct pool_name *pool_name_find(const struct pool_names *names, struct str key) {
  struct pool_name wanted = {.pool = 0};
  if (key.length > sizeof wanted.key) return NULL;
  memcpy(wanted.key, key.at, key.length);
  return bsearch(&wanted, names->memory.at, names->count, sizeof wanted, pool_name_compare);
}

bool pool_counter(void *self, struct str key, struct str record, struct redis_counter *out) {
  const struct cluster *cluster = self; /* one thread turns all shards */
  const struct rulebook *rulebook = cluster->campaigns->loaded.rulebook;
  const struct pool_name *name = pool_name_find(&cluster->names, key);
  struct pool_told told;
  struct fault fault;
  if (name == NULL || !pool_tell(rulebook, name->pool, name->share, record, &told, &fault)) return false;
  struct owner owner = pool_owner(&rulebook->pools[name->pool], name->share);
  if (cluster->shards > 1 && lend_home(&owner, cluster->shards) != cluster->stepping) return false; /* a borrower knows its blocks only */
  const struct pool_left left = told.left;
  *out = (struct redis_counter){.total = left.total, .used = left.used, .left = left.left, .unlimited = left.unlimited};
  if (cluster->shards > 1) out->lent = told.lent;
  const struct str pool = rulebook->pools[name->pool].name;
  const int length =
      snprintf(out->key, sizeof out->key, "%.*s%s%.*s", STR_FORMAT(pool), name->share.length > 0 ? ":" : "", STR_FORMAT(name->share));
  return length > 0 && (size_t)length < sizeof out->key;
}
