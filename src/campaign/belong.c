/* What belongs to a campaign when everything is read: the names it declares, as ranges of their arrays, and the programmes that it cites,
 * directly or through others. */
#include "compile.h"

static void range_set(struct compile *c, const struct file *file, enum decl_kind kind, uint32_t *first, uint32_t *count) {
  *count = file->decl_count[kind];
  *first = *count == 0 ? 0 : decl_at(c, file->decl_first[kind])->number;
}

static void ranges_make(struct compile *c, uint32_t number) {
  const struct file *file = &c->files[number];
  struct campaign *campaign = &c->campaigns[number];
  range_set(c, file, DECL_FACT, &campaign->fact_first, &campaign->fact_count);
  range_set(c, file, DECL_LIMIT, &campaign->limit_first, &campaign->limit_count);
  range_set(c, file, DECL_POOL, &campaign->pool_first, &campaign->pool_count);
  range_set(c, file, DECL_CHANCE, &campaign->chance_first, &campaign->chance_count);
}

/* ---- cited ---- */

struct citing {
  uint32_t *seen;    /* [file_count] number of the campaign that was last found to cite it, + 1 */
  uint32_t *pending; /* [file_count] found, in the order in which they were */
  uint32_t count;
};

static void cited_add(struct compile *c, struct citing *all, uint32_t of, uint32_t number) {
  const struct file *file = &c->files[number];
  for (uint32_t i = 0; i < file->cited.count; i++) {
    uint32_t cited = *(uint32_t *)vec_at(c, &c->files[number].cited, i);
    if (all->seen[cited] == of + 1 || cited == of) continue;
    all->seen[cited] = of + 1;
    all->pending[all->count++] = cited;
  }
}

static void cited_make(struct compile *c, struct citing *all, uint32_t number) {
  struct campaign *campaign = &c->campaigns[number];
  all->count = 0;
  cited_add(c, all, number, number);
  for (uint32_t i = 0; i < all->count; i++) cited_add(c, all, number, all->pending[i]);
  campaign->cited_first = vec_push(c, &c->refs, all->count), campaign->cited_count = all->count;
  for (uint32_t i = 0; i < all->count && !c->full; i++) {
    uint32_t at = i, one = all->pending[i];
    for (; at > 0 && *ref_at(c, campaign->cited_first + at - 1) > one; at--)
      *ref_at(c, campaign->cited_first + at) = *ref_at(c, campaign->cited_first + at - 1);
    *ref_at(c, campaign->cited_first + at) = one;
  }
}

void belongings_make(struct compile *c) {
  struct citing all = {arena_array(c->scratch, c->file_count, sizeof *all.seen),
                       arena_array(c->scratch, c->file_count, sizeof *all.pending), 0};
  if (all.seen == NULL || all.pending == NULL) {
    c->full = true;
    return;
  }
  for (uint32_t i = 0; i < c->file_count && !c->full; i++) {
    ranges_make(c, i);
    cited_make(c, &all, i);
  }
}
