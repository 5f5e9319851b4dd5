/* Somebody who is not giftd, and a Redis that evicts: single keys and whole buckets of the view are lost, older, changed, exchanged or
 * added, while the version stands. Nobody may use any of it. */
#include "sim.h"

enum tamper { TAMPER_LOST, TAMPER_OLD, TAMPER_CHANGED, TAMPER_CUT, TAMPER_SWAPPED, TAMPER_ADDED, TAMPER_FOREIGN, TAMPER_COUNT };
static const char *const tampers[TAMPER_COUNT] = {"lost", "older", "changed", "cut", "exchanged", "added", "another shard's"};

static void owner_older(const struct sim_segment *segment, struct world *world, struct owner_record *owner) {
  const struct image *before = segment->has_backup && sim_chance(world, 5000) ? &segment->backup
                               : segment->past_count > 0                      ? &segment->past[sim_upto(world, segment->past_count)]
                                                                              : NULL;
  const struct owner_record *old = before == NULL ? NULL : image_find(before, owner->key);
  if (old != NULL) owner->record = old->record;
}

static void owner_changed(struct world *world, struct owner_record *owner) {
  if (owner->record.length == 0) return;
  struct str copy = sim_copy(world, owner->record);
  ((char *)(uintptr_t)copy.at)[sim_upto(world, (uint32_t)copy.length)] ^= (char)(1u << sim_upto(world, 8));
  owner->record = copy;
}

/* A key that nobody wrote, with the record of one whom somebody did. */
static void owner_added(struct world *world, struct image *image, const struct owner_record *from) {
  if (image->count == OWNERS_MOST) return;
  struct owner_record like = *from;
  like.key = sim_copy(world, from->key);
  ((char *)(uintptr_t)like.key.at)[like.key.length - 1] ^= 1;
  if (sim_chance(world, 3000)) like.record = STR("");
  if (image_find(image, like.key) == NULL) *image_place(image, like.key) = like;
}

static void owner_foreign(struct world *world, struct owner_record *owner) {
  const struct owner_record *other = image_find(&world->segments[sim_upto(world, world->shards)].now, owner->key);
  if (other != NULL) owner->record = other->record;
}

static void owner_tamper(struct world *world, struct sim_segment *segment, enum tamper how, uint32_t at) {
  struct image *now = &segment->now;
  struct owner_record *owner = &now->owners[at], *other = &now->owners[sim_upto(world, now->count)], held = *owner;
  switch (how) {
    case TAMPER_LOST: image_remove(now, at); break;
    case TAMPER_OLD: owner_older(segment, world, owner); break;
    case TAMPER_CHANGED: owner_changed(world, owner); break;
    case TAMPER_CUT: owner->record.length -= owner->record.length > 0 ? 1 + sim_upto(world, (uint32_t)owner->record.length) : 0; break;
    case TAMPER_SWAPPED: owner->record = other->record, other->record = held.record; break;
    case TAMPER_ADDED: owner_added(world, now, owner); break;
    case TAMPER_FOREIGN: owner_foreign(world, owner); break;
    case TAMPER_COUNT: break;
  }
}

/* One owner, all of a bucket, or all there is. */
static void segment_tamper(struct world *world, struct sim_segment *segment, enum tamper how) {
  struct image *now = &segment->now;
  uint32_t wide = sim_upto(world, 4), chosen = sim_upto(world, now->count), bucket = now->owners[chosen].bucket;
  for (uint32_t at = now->count; at-- > 0;)
    if (at < now->count && (wide == 3 || (wide == 2 && now->owners[at].bucket == bucket) || (wide < 2 && at == chosen)))
      owner_tamper(world, segment, how, at);
  now->tampered = true;
}

void sim_tamper(struct world *world) {
  if (!sim_hit(world, FAULT_TAMPERED)) return;
  uint32_t shard = sim_upto(world, world->shards);
  enum tamper how = (enum tamper)sim_upto(world, TAMPER_COUNT);
  if (world->segments[shard].now.count == 0) return;
  segment_tamper(world, &world->segments[shard], how);
  sim_tell(world, "view of shard %u: records are %s", shard, tampers[how]);
}
