/* Digests: of a campaign, its file and what it cites; of the rulebook, all files. Quoted in decisions, so that it can be told later by
 * which words a gift was given. And of a file's content: the same JSON laid out in another way is the same campaign. */
#include "compile.h"

static struct str digest_text(struct compile *c, uint64_t digest) {
  char hex[16];
  digest_to_hex(digest, hex);
  return keep_text(c, (struct str){hex, sizeof hex});
}

static uint64_t calendar_digest(const struct campaign *campaign) { return campaign->calendar == NULL ? 0 : campaign->calendar->digest; }

/* Of a table of rates nothing that was there changes: what comes to it makes no other campaign of it. The rulebook's digest tells. */

/* The file and everything it cites, directly or not, in whatever order; and the calendars by which all these go. */
static uint64_t chain(struct compile *c, uint32_t number) {
  const struct campaign *campaign = &c->campaigns[number];
  uint64_t cited = calendar_digest(campaign);
  for (uint32_t i = 0; i < campaign->cited_count; i++) {
    uint32_t other = *ref_at(c, campaign->cited_first + i);
    cited += c->files[other].digest + calendar_digest(&c->campaigns[other]);
  }
  return hash64_pair(&HASH_KEY_FIXED, c->files[number].digest, cited);
}

void digests_make(struct compile *c) {
  for (uint32_t i = 0; i < c->file_count; i++) {
    struct campaign *campaign = &c->campaigns[i];
    campaign->digest = digest_text(c, chain(c, i));
    campaign->content = c->files[i].content;
    campaign->source_text = c->files[i].source->text;
    campaign->decl = name_hash40(campaign->id);
  }
}

/* Keys in order, no spaces, numbers and texts in one spelling. */
uint64_t content_digest(struct compile *c, const json_t *json) {
  const size_t flags = JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY;
  size_t length = json_dumpb(json, c->content.memory, c->content.capacity, flags);
  if (length > c->content.capacity) {
    void *memory = arena_take(c->scratch, 2 * length);
    c->full = c->full || memory == NULL;
    if (memory == NULL) return 0;
    buffer_init(&c->content, memory, 2 * length);
    (void)json_dumpb(json, c->content.memory, c->content.capacity, flags);
  }
  return hash64(&HASH_KEY_FIXED, (struct str){c->content.memory, length});
}
