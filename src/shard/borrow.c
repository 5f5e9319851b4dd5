/* What other shards lend to this one, and what this one lends: the shard's side of the protocol in decide.h ("lending").
 *
 * The line at hand waits when it needs a resource that is not here, or more of a pool than this shard's block has. Lines behind it wait
 * with it, in order; so that they do not wait one by one, their claims are sent ahead in the same batch. */
#include "parts.h"

/* ---- messages out ---- */

/* Somebody waits for this; reports, blocks asked for ahead and the news that there is more may come with the next batch. */
static bool message_hurries(const struct shard *shard, const struct lend_message *message) {
  bool ahead = message->owner.kind == OWNER_POOL && message->claim == 0;
  switch (message->kind) {
    case LEND_OPEN: return false;
    case LEND_RETURN: return !shard->in_review;
    case LEND_CLAIM:
    case LEND_GRANT: return !ahead;
    default: return true;
  }
}

static void message_send(void *self, const struct lend_message *message) {
  struct shard *shard = self;
  size_t length = lend_encode(message, shard->message, sizeof shard->message);
  assert(length > 0);
  enum status status =
      shard->log.append(shard->log.self, OUTPUT_MESSAGES, message->to, (struct str){shard->message, length}, &shard->send_fault);
  if (status != STATUS_OK && shard->send_status == STATUS_OK) shard->send_status = status;
  shard->counts.messages_out++;
  shard->hurries |= message_hurries(shard, message);
}

/* The share's hash is the end of the owner's key. */
static void mark_tell(void *self, const struct pool_mark *mark, const struct owner *owner) {
  struct shard *shard = self;
  uint64_t share = 0;
  for (unsigned i = 0; i < 8; i++) share |= (uint64_t)(unsigned char)owner->key[6 + i] << (8 * i);
  record_pool_mark(&shard->outputs[OUTPUT_REWARDS], shard->rulebook, mark, share, shard->clock_ms == TIME_NONE ? 0 : shard->clock_ms);
}

static struct lending lending_of(struct shard *shard) {
  return (struct lending){.rulebook = shard->rulebook,
                          .shard = shard->settings.shard,
                          .shards = shard->settings.shards,
                          .clock_ms = shard->clock_ms,
                          .send = message_send,
                          .mark = mark_tell,
                          .memory_ms = shard->settings.decide.memory_ms,
                          .self = shard,
                          .record = shard->lend_record,
                          .unpacked = &shard->lend_unpacked};
}

static enum status send_result(struct shard *shard, struct fault *fault) {
  return shard->send_status == STATUS_OK ? STATUS_OK : fault_set(fault, shard->send_status, "%s", shard->send_fault.text);
}

/* ---- claims ---- */

static enum status keep_changed(struct shard *shard, struct cache_key key, struct state *state, struct fault *fault) {
  enum status status = state->changed ? owner_keep(shard, key, state, fault) : STATUS_OK;
  state->changed = false;
  return status;
}

enum status resources_ask(struct shard *shard, uint32_t owner_count, bool missing[], uint32_t *missing_count, struct fault *fault) {
  struct lending lending = lending_of(shard);
  *missing_count = 0;
  missing[0] = false;
  for (uint32_t i = 1; i < owner_count; i++) {
    missing[i] = !lend_here(&shard->owners[i], shard->states[i]) && !MUTANT(LEND_WITHOUT_RECORD);
    if (!missing[i]) continue;
    (*missing_count)++;
    lend_ask(&lending, &shard->owners[i], shard->states[i], 0, 0);
    enum status status = keep_changed(shard, shard->keys[i], shard->states[i], fault);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

/* The states of a void decision are of no use: the record is taken anew. */
enum status shortages_ask(struct shard *shard, bool missing[], struct fault *fault) {
  struct lending lending = lending_of(shard);
  for (uint32_t i = 0; i < shard->decision.shortage_count; i++) {
    const struct shortage *shortage = &shard->decision.shortages[i];
    struct state *state = shard->states[shortage->owner];
    missing[shortage->owner] = true;
    enum status status = owner_load(shard, shard->keys[shortage->owner], state, fault);
    if (status != STATUS_OK) return status;
    lend_ask(&lending, &shard->owners[shortage->owner], state, shortage->period, shortage->need);
    status = keep_changed(shard, shard->keys[shortage->owner], state, fault);
    if (status != STATUS_OK) return status;
  }
  return send_result(shard, fault);
}

enum status blocks_mind(struct shard *shard, uint32_t owner_count, struct fault *fault) {
  struct lending lending = lending_of(shard);
  for (uint32_t i = 1; i < owner_count; i++) {
    /* Kept by an event that waited before this shard was taken over: nobody else remembers that it was asked back. */
    lend_release(&lending, &shard->owners[i], shard->states[i]);
    if (shard->owners[i].kind == OWNER_POOL && shard->states[i]->changed) lend_ask_ahead(&lending, &shard->owners[i], shard->states[i]);
  }
  return send_result(shard, fault);
}

/* ---- waiting ---- */

static int owner_compare(const struct owner *a, const struct owner *b) { return str_compare(owner_key(a), owner_key(b)); }

/* Kept are those in front of the first that is missing, in order of key. */
static void pins_set(struct waiting *waiting) {
  const struct owner *first = NULL;
  for (uint32_t i = 1; i < waiting->count; i++)
    if (waiting->missing[i] && (first == NULL || owner_compare(&waiting->owners[i], first) < 0)) first = &waiting->owners[i];
  for (uint32_t i = 0; i < waiting->count; i++)
    waiting->pinned[i] = i > 0 && (first == NULL || owner_compare(&waiting->owners[i], first) < 0);
}

static const struct owner *wait_find(const struct waiting *waiting, const struct owner *owner, bool *pinned) {
  *pinned = false;
  for (uint32_t i = 1; waiting->waits && i < waiting->count; i++) {
    if (owner_compare(&waiting->owners[i], owner) != 0) continue;
    *pinned = waiting->pinned[i];
    return &waiting->owners[i];
  }
  return NULL;
}

/* lend_release or lend_review on an owner's record. */
static enum status owner_attend(struct shard *shard, const struct owner *owner,
                                void (*attend)(const struct lending *, const struct owner *, struct state *), struct fault *fault) {
  struct lending lending = lending_of(shard);
  struct cache_key key = cache_key(&shard->cache, owner_key(owner));
  enum status status = owner_load(shard, key, &shard->lend_state, fault);
  if (status != STATUS_OK) return status;
  attend(&lending, owner, &shard->lend_state);
  return keep_changed(shard, key, &shard->lend_state, fault);
}

static bool among(const struct owner *owner, const struct owner *owners, uint32_t count) {
  for (uint32_t i = 1; i < count; i++)
    if (owner_compare(owner, &owners[i]) == 0) return true;
  return false;
}

/* Another rulebook may have changed whom the event touches: what it does not need any more is let go. */
static enum status wait_let_go(struct shard *shard, uint32_t owner_count, struct fault *fault) {
  for (uint32_t i = 1; i < shard->waiting.count; i++) {
    if (among(&shard->waiting.owners[i], shard->owners, owner_count)) continue;
    enum status status = owner_attend(shard, &shard->waiting.owners[i], lend_release, fault);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

enum status wait_begin(struct shard *shard, uint32_t owner_count, const bool missing[], struct fault *fault) {
  struct waiting *waiting = &shard->waiting;
  enum status status = wait_let_go(shard, owner_count, fault);
  shard->counts.stalls++;
  waiting->waits = true;
  waiting->count = owner_count;
  for (uint32_t i = 0; i < owner_count; i++) waiting->owners[i] = shard->owners[i], waiting->missing[i] = missing[i];
  pins_set(waiting);
  for (uint32_t i = 1; i < owner_count && status == STATUS_OK; i++) /* asked back while it was kept, and kept no longer */
    if (!waiting->pinned[i]) status = owner_attend(shard, &waiting->owners[i], lend_release, fault);
  return status == STATUS_OK ? send_result(shard, fault) : status;
}

enum status wait_end(struct shard *shard, struct fault *fault) {
  for (uint32_t i = 1; i < shard->waiting.count; i++) {
    enum status status = owner_attend(shard, &shard->waiting.owners[i], lend_release, fault);
    if (status != STATUS_OK) return status;
  }
  shard->waiting.count = 0;
  return send_result(shard, fault);
}

enum status look_ahead(struct shard *shard, int64_t now_ms, struct fault *fault) {
  struct waiting *waiting = &shard->waiting;
  if (waiting->looked_to <= shard->line_at) waiting->looked_to = waiting->heard ? shard->line_at : shard->line_at + 1;
  for (; waiting->looked_to < shard->line_count; waiting->looked_to++) {
    if (shard->log.full != NULL && shard->log.full(shard->log.self)) return STATUS_OK;
    enum status status = ahead_take(shard, waiting->looked_to, now_ms, fault);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

/* ---- messages in ---- */

static enum status message_hear(struct shard *shard, const struct lend_message *message, bool *awaited, struct fault *fault) {
  struct lending lending = lending_of(shard);
  bool pinned;
  *awaited = wait_find(&shard->waiting, &message->owner, &pinned) != NULL && message->kind != LEND_RECALL && message->kind != LEND_CLAIM;
  struct cache_key key = cache_key(&shard->cache, owner_key(&message->owner));
  enum status status = owner_load(shard, key, &shard->lend_state, fault);
  if (status == STATUS_OK) status = lend_hear(&lending, message, &shard->lend_state, pinned, fault);
  if (status == STATUS_OK) status = keep_changed(shard, key, &shard->lend_state, fault);
  return status == STATUS_OK ? send_result(shard, fault) : status;
}

enum status inbox_take(struct shard *shard, int64_t now_ms, uint32_t *count, struct fault *fault) {
  uint32_t taken = 0;
  enum status status = shard->log.poll_inbox(shard->log.self, shard->inbox, INBOX_MOST, &taken, fault);
  for (uint32_t i = 0; i < taken && status == STATUS_OK; i++) {
    struct lend_message message;
    bool awaited = false;
    shard->sequence++;
    shard->counts.messages_in++;
    if (forward_is(shard->inbox[i].bytes))
      status = heard_add(shard, shard->inbox[i].bytes, fault);
    else if (!lend_decode(shard->inbox[i].bytes, &message, fault))
      status = fault->status;
    else if (message.to != shard->settings.shard)
      status = fault_set(fault, STATUS_STATE, "a message for shard %u of another number of shards; the topics belong to another giftd",
                         message.to);
    else
      status = message_hear(shard, &message, &awaited, fault);
    if (status != STATUS_OK) return fault_prefix(fault, "messages, offset %llu: ", (unsigned long long)shard->inbox[i].position);
    if (awaited) status = head_take(shard, now_ms, fault);
    (*count)++;
  }
  return status;
}

/* ---- review ---- */

void touched_add(struct shard *shard, struct cache_key key) {
  struct touched *touched = &shard->touched;
  uint32_t at = key.tag % TOUCHED_SLOTS;
  for (; touched->slots[at] != 0; at = (at + 1) % TOUCHED_SLOTS)
    if (str_equal(owner_key(&touched->owners[touched->slots[at] - 1]), key.bytes)) return;
  if (touched->count == TOUCHED_MOST) return;
  struct owner *owner = &touched->owners[touched->count++];
  *owner = (struct owner){.kind = OWNER_POOL, .length = (uint8_t)key.bytes.length};
  memcpy(owner->key, key.bytes.at, key.bytes.length);
  touched->slots[at] = touched->count;
}

/* What changed is touched again, and so is what waits for its event. */
static enum status pool_review(struct shard *shard, const struct owner *owner, struct fault *fault) {
  bool pinned;
  (void)wait_find(&shard->waiting, owner, &pinned);
  if (!pinned) return owner_attend(shard, owner, lend_review, fault);
  touched_add(shard, cache_key(&shard->cache, owner_key(owner)));
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
  for (uint32_t i = 1; waiting->waits && i < waiting->count; i++) {
    if (!waiting->missing[i] || waiting->owners[i].kind != OWNER_RESOURCE || !review_fits(shard)) continue;
    enum status status = owner_attend(shard, &waiting->owners[i], lend_review, fault);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
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
      touched_add(shard, cache_key(&shard->cache, owner_key(owner))); /* a second later */
  }
  return status == STATUS_OK ? sweep(shard, fault) : status;
}

enum status shard_review(struct shard *shard, struct fault *fault) {
  if (shard->settings.shards <= 1) return STATUS_OK;
  shard->in_review = true;
  enum status status = pools_review(shard, fault);
  shard->in_review = false;
  return status == STATUS_OK ? send_result(shard, fault) : status;
}
