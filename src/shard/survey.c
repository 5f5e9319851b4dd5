/* What a poll brought, before any of it is decided. All lines are read and matched: of those that are heard the customers' records are
 * asked for in one round trip, and read again when their turn comes; of those that nobody hears - most - what was read is kept, so that
 * they are read once and their customers are looked for nowhere.
 *
 * Not on files: records are next door there, and lines are read one ahead of deciding. */
#include "parts.h"

/* Texts that are not in the line itself would be gone with the arena; unknown words are told with the whole event; so are observers. */
static void glance_keep(struct shard *shard, uint32_t line, const struct reading *reading) {
  struct glance *glance = &shard->glances[line];
  const struct event *event = &reading->event;
  glance->unheard =
      reading->problem == EVENT_OK && reading->unheard && event->unknown_count == 0 && reading->arena.used == 0 && shard->observer == NULL;
  if (glance->unheard) memcpy(glance->head, event, GLANCE_BYTES);
}

bool glance_at(const struct shard *shard, uint32_t line) { return line < shard->surveyed && shard->glances[line].unheard; }

bool glance_take(const struct shard *shard, uint32_t line, struct reading *reading) {
  if (!glance_at(shard, line)) return false;
  reading->line = &shard->lines[line];
  arena_reset(&reading->arena);
  reading->problem = EVENT_OK;
  memcpy(&reading->event, shard->glances[line].head, GLANCE_BYTES);
  reading->event.field_count = 0, reading->event.unknown_count = 0;
  reading->match_count = 0, reading->unheard = true;
  return true;
}

/* Nothing is read ahead of a poll, so either reading is free. */
enum status lines_survey(struct shard *shard, struct fault *fault) {
  struct reading *spare = &shard->readings[1];
  struct buffer bytes;
  uint32_t count = 0;
  assert(shard->read_to == 0 && shard->surveyed == 0);
  buffer_init(&bytes, shard->prefetch_bytes, sizeof shard->prefetch_bytes);
  for (uint32_t i = 0; i < shard->line_count; i++) {
    line_read(shard, &shard->lines[i], spare);
    glance_keep(shard, i, spare);
    bool wanted = spare->problem == EVENT_OK && !spare->unheard && shard->lines[i].key.length > 0; /* without a key it is not decided */
    if (!wanted || cache_has(&shard->cache, spare->key)) continue;
    shard->prefetch_keys[count++] = (struct str){bytes.memory + bytes.length, spare->key.bytes.length};
    buffer_put(&bytes, spare->key.bytes);
  }
  shard->surveyed = shard->line_count;
  return count == 0 ? STATUS_OK : shard->view.prefetch(shard->view.self, shard->prefetch_keys, count, fault);
}
