/* States that are not in the view yet, in the order in which they were decided.
 *
 *      tail            sent              settled                       head
 *       | in flight to  | committed, to be | committing | being decided |
 *       | the view      | written          |            |               |
 *
 * One ring of bytes and an index from key to the latest entry. A state is looked for here before the view is asked: so a state that the
 * view lacks is never loaded from there ("dirty is never evicted", ARCHITECTURE.md, "Log first"). An entry leaves when the view has
 * answered that it holds it. Positions are bytes ever written; they only grow.
 */
#ifndef GIFTD_LEDGER_PENDING_H
#define GIFTD_LEDGER_PENDING_H

#include "giftd/base.h"

struct pending_entry {
  uint32_t size; /* of the whole entry, a multiple of 16 */
  uint32_t record_length;
  uint32_t tag;    /* low half of the key's hash */
  uint32_t bucket; /* of the view and the checkpoint; PENDING_FILLER: only fills the ring's end */
  uint64_t batch;  /* sequence of the batch that decided it */
  uint8_t key_length;
  bool stale; /* there is a later entry of the same key */
  uint8_t unused[6];
  char bytes[]; /* key, record */
};
#define PENDING_FILLER UINT32_MAX

struct pending {
  unsigned char *ring;
  uint64_t ring_bytes, head, tail;
  uint32_t *slots; /* unit of 16 bytes in the ring, + 1 */
  uint32_t slot_mask, buckets;
};

size_t pending_memory(uint64_t bytes);
void pending_init(struct pending *pending, void *memory, uint64_t bytes, uint32_t buckets);
void pending_clear(struct pending *pending);
uint64_t pending_room(const struct pending *pending); /* bytes that surely still fit */
uint64_t pending_size(struct str key, struct str record);
/* Keeps a copy; the caller has seen that there is room. */
void pending_add(struct pending *pending, struct str key, struct str record, uint64_t batch);
/* The latest record of a key; false: not here. Borrowed until the entry leaves. */
bool pending_find(const struct pending *pending, struct str key, struct str *record);
/* The entry at a position (fillers are passed over), NULL at `end`; *at moves behind it. */
const struct pending_entry *pending_next(const struct pending *pending, uint64_t *at, uint64_t end);
/* Whether there is no later entry of the same key. */
bool pending_is_latest(const struct pending_entry *entry);
/* The latest entry of the same key: the entry itself when it is. */
const struct pending_entry *pending_latest(const struct pending *pending, const struct pending_entry *entry);
/* Entries before this position are in the view. */
void pending_drop(struct pending *pending, uint64_t before);
/* The bucket of a key; that of tallies stands behind all others (proof.h). */
uint32_t pending_bucket(const struct pending *pending, struct str key);
static inline struct str pending_key(const struct pending_entry *entry) { return (struct str){entry->bytes, entry->key_length}; }
static inline struct str pending_record(const struct pending_entry *entry) {
  return (struct str){entry->bytes + entry->key_length, entry->record_length};
}

#endif
