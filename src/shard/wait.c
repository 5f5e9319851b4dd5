/* The event at hand waits: whom it touched, what of that it keeps meanwhile, and the lines behind it, which send their claims ahead.
 *
 * It waits when it needs a resource that is not here, or more of a pool than this shard's block has. Lines behind it wait with it, in
 * order; so that they do not wait one by one, their claims are sent in the same batch. */
#include "parts.h"

static int owner_compare(const struct owner *a, const struct owner *b) { return str_compare(owner_key(a), owner_key(b)); }

/* Where an owner stands among `count` touches in order of key, or would stand. */
static uint32_t touch_place(const struct waiting *waiting, const struct owner *owner) {
  uint32_t low = 0, high = waiting->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (owner_compare(&waiting->touches[middle].owner, owner) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* Not while it does not wait. */
struct touch *touch_find(struct waiting *waiting, const struct owner *owner) {
  uint32_t at = touch_place(waiting, owner);
  bool there = at < waiting->count && owner_compare(&waiting->touches[at].owner, owner) == 0;
  return there ? &waiting->touches[at] : NULL;
}

static void touch_sink(struct touch *items, uint32_t root, uint32_t count) {
  struct touch item = items[root];
  for (uint32_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
    if (child + 1 < count && owner_compare(&items[child].owner, &items[child + 1].owner) < 0) child++;
    if (owner_compare(&item.owner, &items[child].owner) >= 0) break;
    items[root] = items[child];
    root = child;
  }
  items[root] = item;
}

static void touches_sort(struct touch *items, uint32_t count) {
  for (uint32_t root = count / 2; root-- > 0;) touch_sink(items, root, count);
  for (uint32_t last = count; last-- > 1;) {
    struct touch top = items[0];
    items[0] = items[last];
    items[last] = top;
    touch_sink(items, 0, last);
  }
}

/* Kept are those in front of the first that is missing, in order of key. */
static void touches_take(struct shard *shard) {
  struct waiting *waiting = &shard->waiting;
  const struct decision *decision = &shard->decision;
  bool pinned = true;
  assert(shard->touch_count <= LIMIT_WANTS); /* else the event was refused */
  waiting->count = shard->touch_count;
  for (uint32_t i = 0; i < waiting->count; i++) waiting->touches[i] = (struct touch){.owner = owner_of(shard, shard->touches[i])};
  touches_sort(waiting->touches, waiting->count);
  for (uint32_t i = 0; i < decision->shortage_count; i++) {
    struct touch *touch = touch_find(waiting, &decision->shortages[i].owner);
    assert(touch != NULL); /* the judge found its state */
    touch->missing = true;
  }
  for (uint32_t i = 0; i < waiting->count; i++) {
    pinned &= !waiting->touches[i].missing;
    waiting->touches[i].pinned = pinned;
  }
}

/* What the last try kept and this one does not keep is let go: asked back while it was kept, it is given now. */
static enum status touches_release(struct shard *shard, bool all, struct fault *fault) {
  struct waiting *waiting = &shard->waiting;
  enum status status = STATUS_OK;
  for (uint32_t i = 0; i < waiting->count && status == STATUS_OK; i++)
    if (all || !waiting->touches[i].pinned) status = owner_attend(shard, &waiting->touches[i].owner, lend_release, fault);
  return status;
}

/* What the last try kept and this one did not touch is let go too; states that this one found stay where they are. */
static enum status wait_let_go(struct shard *shard, struct fault *fault) {
  struct waiting *waiting = &shard->waiting;
  enum status status = STATUS_OK;
  for (uint32_t i = 0; i < waiting->count && status == STATUS_OK; i++) {
    const struct owner *owner = &waiting->touches[i].owner;
    struct state *state;
    status = owner_load(shard, cache_key(&shard->cache, owner_key(owner)), &state, fault);
    if (status == STATUS_OK && state->turn != shard->turn) status = state_attend(shard, owner, state, lend_release, fault);
  }
  return status;
}

/* Before the claims: a state that makes room for one may move. */
static enum status wait_prepare(struct shard *shard, struct fault *fault) {
  enum status status = wait_let_go(shard, fault);
  touches_take(shard);
  return status;
}

enum status claims_make(struct shard *shard, struct fault *fault) {
  const struct decision *decision = &shard->decision;
  assert(decision->shortage_count > 0 && decision->want_count == 0);
  enum status status = shard->looking_ahead ? STATUS_OK : wait_prepare(shard, fault);
  for (uint32_t i = 0; i < decision->shortage_count && status == STATUS_OK; i++) {
    bool early = shard->waiting.far && decision->shortages[i].owner.kind == OWNER_RESOURCE;
    if (!early) status = shortage_ask(shard, &decision->shortages[i], fault);
  }
  if (status == STATUS_OK) status = send_result(shard, fault);
  if (status != STATUS_OK || shard->looking_ahead) return status;
  shard->counts.stalls++;
  shard->waiting.waits = true;
  status = touches_release(shard, false, fault);
  return status == STATUS_OK ? send_result(shard, fault) : status;
}

enum status wait_end(struct shard *shard, struct fault *fault) {
  assert(!shard->looking_ahead && !shard->waiting.waits);
  enum status status = touches_release(shard, true, fault);
  shard->waiting.count = 0;
  return status == STATUS_OK ? send_result(shard, fault) : status;
}

static enum status lines_look(struct shard *shard, uint32_t *from, uint32_t to, int64_t now_ms, struct fault *fault) {
  uint32_t first = shard->waiting.head == HEAD_LINE ? shard->line_at + 1 : shard->line_at;
  if (*from < first) *from = first;
  for (; *from < to; ++*from) {
    if (shard->log.full != NULL && shard->log.full(shard->log.self)) return STATUS_OK;
    enum status status = ahead_take(shard, *from, now_ms, fault);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

/* A block that is lent early lies at hand and nobody else lacks it. A record that is lent early is one that its last shard may have wanted
 * still: all lines of all shards claimed it from each other before anybody had used it. So records are claimed for a few lines alone. */
enum status look_ahead(struct shard *shard, int64_t now_ms, struct fault *fault) {
  struct waiting *waiting = &shard->waiting;
  assert(waiting->waits && !shard->looking_ahead);
  uint32_t near = shard->line_at + LOOK_NEAR < shard->line_count ? shard->line_at + LOOK_NEAR : shard->line_count;
  enum status status = lines_look(shard, &waiting->near_to, near, now_ms, fault);
  if (waiting->looked_to < waiting->near_to) waiting->looked_to = waiting->near_to;
  waiting->far = true;
  if (status == STATUS_OK) status = lines_look(shard, &waiting->looked_to, shard->line_count, now_ms, fault);
  waiting->far = false;
  return status;
}
