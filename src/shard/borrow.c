/* What other shards lend to this one, and what this one lends: the shard's side of the protocol in lend.h.
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
static void mark_tell(void *self, const struct pool_mark *mark, const struct owner *owner, struct str cause) {
  struct shard *shard = self;
  uint64_t share = 0;
  for (unsigned i = 0; i < 8; i++) share |= (uint64_t)(unsigned char)owner->key[6 + i] << (8 * i);
  record_pool_mark(&shard->outputs[OUTPUT_REWARDS], shard->rulebook, mark, share,
                   shard->clock.latest_ms == TIME_NONE ? 0 : shard->clock.latest_ms, cause);
}

static struct lending lending_of(struct shard *shard) {
  return (struct lending){.rulebook = shard->rulebook,
                          .shard = shard->settings.shard,
                          .shards = shard->settings.shards,
                          .clock_ms = shard->clock.now_ms,
                          .send = message_send,
                          .mark = mark_tell,
                          .memory_ms = shard->settings.judge.memory_ms,
                          .self = shard,
                          .record = shard->lend_record};
}

enum status send_result(struct shard *shard, struct fault *fault) {
  return shard->send_status == STATUS_OK ? STATUS_OK : fault_set(fault, shard->send_status, "%s", shard->send_fault.text);
}

/* ---- states that lending works on ---- */

enum status state_attend(struct shard *shard, const struct owner *owner, struct state *state, attend_fn *attend, struct fault *fault) {
  struct lending lending = lending_of(shard);
  attend(&lending, owner, state);
  return owner_keep(shard, state, fault);
}

enum status owner_attend(struct shard *shard, const struct owner *owner, attend_fn *attend, struct fault *fault) {
  struct state *state;
  cache_turn(&shard->cache);
  enum status status = owner_load(shard, cache_key(&shard->cache, owner_key(owner)), &state, fault);
  return status == STATUS_OK ? state_attend(shard, owner, state, attend, fault) : status;
}

struct owner owner_of(const struct shard *shard, const struct state *state) {
  struct str key = cache_owner(&shard->cache, state);
  struct owner owner = {.kind = (enum owner_kind)key.at[0], .length = (uint8_t)key.length};
  memcpy(owner.key, key.at, key.length);
  return owner;
}

/* ---- claims ---- */

static enum status room_for(struct shard *shard, struct state **state, uint32_t cells, struct fault *fault) {
  if (state_room(*state) >= cells) return STATUS_OK;
  return owner_grow(shard, state, cells + (*state)->cell_count / 2, state_id_room(*state), fault);
}

/* Nothing else is at hand any more: there is room for this one whatever the event touched. */
enum status shortage_ask(struct shard *shard, const struct shortage *shortage, struct fault *fault) {
  struct lending lending = lending_of(shard);
  struct state *state;
  cache_turn(&shard->cache);
  enum status status = owner_load(shard, cache_key(&shard->cache, owner_key(&shortage->owner)), &state, fault);
  if (status == STATUS_OK) status = room_for(shard, &state, LEND_CELLS, fault);
  if (status != STATUS_OK) return status;
  lend_ask(&lending, &shortage->owner, state, shortage->period, shortage->need);
  return owner_keep(shard, state, fault);
}

/* Needs no room, so that what was decided never fails here. */
enum status blocks_mind(struct shard *shard, struct fault *fault) {
  struct lending lending = lending_of(shard);
  for (uint32_t i = 0; i < shard->touch_count; i++) {
    struct owner owner = owner_of(shard, shard->touches[i]);
    /* Kept by an event that waited before this shard was taken over: nobody else remembers that it was asked back. */
    lend_release(&lending, &owner, shard->touches[i]);
    if (owner.kind == OWNER_POOL) lend_ask_ahead(&lending, &owner, shard->touches[i]);
  }
  return send_result(shard, fault);
}

/* ---- messages in ---- */

static enum status message_hear(struct shard *shard, const struct lend_message *message, bool *awaited, struct fault *fault) {
  struct lending lending = lending_of(shard);
  struct state *state;
  const struct touch *touch = shard->waiting.waits ? touch_find(&shard->waiting, &message->owner) : NULL;
  *awaited = touch != NULL && message->kind != LEND_RECALL && message->kind != LEND_CLAIM;
  cache_turn(&shard->cache);
  enum status status = owner_load(shard, cache_key(&shard->cache, owner_key(&message->owner)), &state, fault);
  if (status == STATUS_OK) status = room_for(shard, &state, lend_cells(message, shard->settings.shards), fault);
  if (status == STATUS_OK) status = lend_hear(&lending, message, state, touch != NULL && touch->pinned, fault);
  if (status == STATUS_OK) status = owner_keep(shard, state, fault);
  return status == STATUS_OK ? send_result(shard, fault) : status;
}

static enum status message_take(struct shard *shard, struct str bytes, bool *awaited, struct fault *fault) {
  struct lend_message message;
  if (forward_is(bytes)) return heard_add(shard, bytes, fault);
  if (rank_is(bytes)) return rank_hear(shard, bytes, fault);
  if (!lend_decode(bytes, &message, fault)) return fault->status;
  if (message.to != shard->settings.shard)
    return fault_set(fault, STATUS_STATE, "a message for shard %u of another number of shards; the topics belong to another giftd",
                     message.to);
  return message_hear(shard, &message, awaited, fault);
}

enum status inbox_take(struct shard *shard, int64_t now_ms, uint32_t *count, struct fault *fault) {
  uint32_t taken = 0;
  enum status status = shard->log.poll_inbox(shard->log.self, shard->inbox, INBOX_MOST, &taken, fault);
  for (uint32_t i = 0; i < taken && status == STATUS_OK; i++) {
    bool awaited = false;
    shard->counts.messages_in++;
    status = message_take(shard, shard->inbox[i].bytes, &awaited, fault);
    if (status != STATUS_OK) return fault_prefix(fault, "messages, offset %llu: ", (unsigned long long)shard->inbox[i].position);
    if (awaited) status = head_take(shard, now_ms, fault);
    (*count)++;
  }
  return status;
}
