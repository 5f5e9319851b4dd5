/* Digests: of a campaign, its file and what it cites; of the rulebook, all files. Quoted in decisions, so that it can be told later by
 * which words a gift was given. */
#include "compile.h"

static struct str digest_text(struct compile *c, uint64_t digest) {
  char hex[16];
  digest_to_hex(digest, hex);
  return keep_text(c, (struct str){hex, sizeof hex});
}

/* What it cites, and what that cites. */
static uint64_t chain(struct compile *c, const uint64_t *digests, uint32_t number) {
  uint64_t digest = c->files[number].digest, cited = 0;
  const struct file *file = &c->files[number];
  for (uint32_t i = 0; i < file->cited.count; i++)
    cited += digests[*(uint32_t *)vec_at(c, &c->files[number].cited, i)]; /* in whatever order */
  return hash64_pair(&HASH_KEY_FIXED, digest, cited);
}

void digests_make(struct compile *c) {
  uint64_t *first = arena_array(c->scratch, c->file_count, sizeof *first), *second = arena_array(c->scratch, c->file_count, sizeof *second);
  if (first == NULL || second == NULL) {
    c->full = true;
    return;
  }
  for (uint32_t i = 0; i < c->file_count; i++) first[i] = c->files[i].digest;
  for (uint32_t i = 0; i < c->file_count; i++) second[i] = chain(c, first, i);
  for (uint32_t i = 0; i < c->file_count; i++) c->campaigns[i].digest = digest_text(c, chain(c, second, i));
}
