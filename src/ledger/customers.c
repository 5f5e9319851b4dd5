/* Which customers a shard has, for who looks at all of them (shard.h): bucket by bucket, in each by key. A bucket is what the view has of
 * it and what is on its way there, as for the checkpoint. */
#include "parts.h"

#define BUCKETS_A_CALL 4u /* a round trip each, and most may be empty */

struct gathering {
  struct str after;
  struct owner *out;
  uint32_t capacity, count;
};

/* The first of them, in order. */
static void customer_put(struct gathering *g, struct str key) {
  uint32_t at = g->count;
  if (!key_is_customer(key) || (g->after.length > 0 && str_compare(key, g->after) <= 0)) return;
  while (at > 0 && str_compare(key, owner_key(&g->out[at - 1])) < 0) at--;
  assert(g->capacity > 0 && g->count <= g->capacity);
  if (at == g->capacity || (at > 0 && str_equal(key, owner_key(&g->out[at - 1])))) return;
  uint32_t moved = (g->count < g->capacity ? g->count : g->capacity - 1) - at;
  memmove(&g->out[at + 1], &g->out[at], moved * sizeof *g->out);
  g->out[at] = owner_customer(str_from(key, 1));
  if (g->count < g->capacity) g->count++;
}

static enum status bucket_gather(struct ledger *ledger, uint32_t bucket, struct gathering *g, struct fault *fault) {
  uint32_t count = 0;
  uint64_t at = ledger->pending.tail;
  enum status status = view_bucket(ledger, bucket, &count, fault);
  if (status != STATUS_OK) return status;
  for (uint32_t i = 0; i < count; i++) customer_put(g, ledger->bucket_records[i].key);
  for (const struct pending_entry *entry; (entry = pending_next(&ledger->pending, &at, ledger->pending.head)) != NULL;)
    if (entry->bucket == bucket) customer_put(g, pending_key(entry));
  return STATUS_OK;
}

static uint32_t first_bucket(const struct ledger *ledger, struct str after) {
  if (ledger->customers_bucket > 0) return ledger->customers_bucket; /* nobody was found, so it is the same `after` */
  return after.length == 0 ? 0 : pending_bucket(&ledger->pending, after);
}

enum status view_customers(struct ledger *ledger, struct str after, struct owner *out, uint32_t capacity, uint32_t *count, bool *ended,
                           struct fault *fault) {
  struct gathering g = {.out = out, .capacity = capacity};
  uint32_t bucket = first_bucket(ledger, after), from = bucket;
  assert(bucket < ledger->settings.buckets);
  enum status status = STATUS_OK;
  for (; bucket < ledger->settings.buckets && bucket - from < BUCKETS_A_CALL && g.count == 0 && status == STATUS_OK; bucket++) {
    bool same = after.length > 0 && pending_bucket(&ledger->pending, after) == bucket;
    g.after = same ? after : (struct str){NULL, 0};
    status = bucket_gather(ledger, bucket, &g, fault);
  }
  if (status != STATUS_OK) return status;
  *count = g.count, *ended = g.count == 0 && bucket == ledger->settings.buckets;
  ledger->customers_bucket = g.count > 0 || *ended ? 0 : bucket;
  return STATUS_OK;
}
