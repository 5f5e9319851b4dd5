/* Once a second: pools that changed, a few of the others, and resources that do not come. */
#include "parts.h"

void touched_add(struct shard *shard, struct str key) {
  struct touched *touched = &shard->touched;
  uint32_t at = cache_key(&shard->cache, key).tag % TOUCHED_SLOTS;
  for (; touched->slots[at] != 0; at = (at + 1) % TOUCHED_SLOTS)
    if (str_equal(owner_key(&touched->owners[touched->slots[at] - 1]), key)) return;
  if (touched->count == TOUCHED_MOST) return;
  struct owner *owner = &touched->owners[touched->count++];
  assert(key.length > 0 && key.length <= sizeof owner->key);
  *owner = (struct owner){.kind = OWNER_POOL, .length = (uint8_t)key.length};
  memcpy(owner->key, key.at, key.length);
  touched->slots[at] = touched->count;
}

/* What changed is touched again, and so is what waits for its event. */
static enum status pool_review(struct shard *shard, const struct owner *owner, struct fault *fault) {
  const struct touch *touch = shard->waiting.waits ? touch_find(&shard->waiting, owner) : NULL;
  if (touch == NULL || !touch->pinned) return owner_attend(shard, owner, lend_review, fault);
  touched_add(shard, owner_key(owner));
  return STATUS_OK;
}

static bool review_fits(const struct shard *shard) { return shard->log.full == NULL || !shard->log.full(shard->log.self); }

static enum status sweep(struct shard *shard, struct fault *fault) {
  struct owner owner;
  struct str share;
  uint32_t pool;
  for (uint32_t n = shard->swept ? SWEEP_LATER : SWEEP_FIRST; n > 0 && review_fits(shard); n--) {
    if (!lend_pool_next(shard->rulebook, &shard->sweep, &pool, &share, &owner)) {
      shard->sweep = (struct lend_cursor){0};
      shard->swept = true;
      return STATUS_OK;
    }
    enum status status = pool_review(shard, &owner, fault);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

/* A resource that does not come is claimed once more: its home reminds a holder that was taken over and forgot it was asked. */
static enum status missing_review(struct shard *shard, struct fault *fault) {
  const struct waiting *waiting = &shard->waiting;
  enum status status = STATUS_OK;
  for (uint32_t i = 0; waiting->waits && i < waiting->count && status == STATUS_OK; i++) {
    const struct touch *touch = &waiting->touches[i];
    if (touch->missing && touch->owner.kind == OWNER_RESOURCE && review_fits(shard))
      status = owner_attend(shard, &touch->owner, lend_review, fault);
  }
  return status;
}

static enum status pools_review(struct shard *shard, struct fault *fault) {
  enum status status = missing_review(shard, fault);
  shard->reviewing = shard->touched;
  shard->touched.count = 0;
  memset(shard->touched.slots, 0, sizeof shard->touched.slots);
  for (uint32_t i = 0; i < shard->reviewing.count && status == STATUS_OK; i++) {
    const struct owner *owner = &shard->reviewing.owners[i];
    if (review_fits(shard))
      status = pool_review(shard, owner, fault);
    else
      touched_add(shard, owner_key(owner)); /* a second later */
  }
  return status == STATUS_OK ? sweep(shard, fault) : status;
}

enum status shard_review(struct shard *shard, struct fault *fault) {
  if (shard->settings.shards <= 1) return STATUS_OK;
  assert(!shard->in_review && !shard->looking_ahead);
  shard->in_review = true;
  enum status status = pools_review(shard, fault);
  shard->in_review = false;
  return status == STATUS_OK ? send_result(shard, fault) : status;
}
