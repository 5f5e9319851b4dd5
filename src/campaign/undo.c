/* What a reversal does to a gift, and what is done when fulfilment failed: the header's word for all rules, a rule's own over it
 * (docs/language.md section 8). */
#include "compile.h"

static const struct key undo_keys[] = {{"reward", KEY_MAY}, {"limits", KEY_MAY}, {"pool", KEY_MAY}, {"partial", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key failure_keys[] = {{"reward", KEY_MAY}, {"limits", KEY_MAY}, {"pool", KEY_MAY}, {NULL, KEY_MAY}};
static const char *const failure_words[] = {"forfeit", "reissue", NULL};
static const char *const reward_words[] = {"revoke", "offset", "keep", NULL};
static const char *const keep_words[] = {"keep", "restore", NULL};
static const char *const partial_words[] = {"recheck", "prorate", "ignore", NULL};

/* What stays with the customer has used its place: given back, the place would be given twice. Told where this object says so, or at
 * "reward" when the header restores. */
static void keep_check(struct compile *c, const struct at *at, const struct undo *undo) {
  const struct {
    const char *key, *what;
    bool restores;
  } rows[] = {{"limits", "count", undo->restore_limits}, {"pool", "stock", undo->restore_pool}};
  for (uint32_t i = 0; i < 2 && undo->reward == UNDO_KEEP; i++) {
    struct at own = at_key(at, rows[i].key), reward = at_key(at, "reward");
    if (!rows[i].restores) continue;
    report(c, own.json != NULL ? &own : &reward, CHECK_BAD_REVERSAL,
           "a gift that is kept has used its %s: restored, it would be passed by kept gifts; write \"%s\": \"keep\"%s", rows[i].what,
           rows[i].key, own.json != NULL ? "" : " here, the header restores");
  }
  struct at partial = at_key(at, "partial");
  if (undo->reward == UNDO_KEEP && partial.json != NULL && undo->partial != PARTIAL_IGNORE)
    report(c, &partial, CHECK_NO_EFFECT, "the gift is kept whatever is undone: 'partial' is never asked");
}

/* Keys that are not there leave `out` as it is. */
void undo_read(struct compile *c, const struct at *at, struct undo *out) {
  struct at reward = at_key(at, "reward"), limits = at_key(at, "limits"), pool = at_key(at, "pool"), partial = at_key(at, "partial");
  uint32_t word = 0;
  if (!keys_check(c, at, undo_keys, "on_reversal")) return;
  if (reward.json != NULL && read_word(c, &reward, reward_words, CHECK_BAD_REVERSAL, &word)) out->reward = (enum undo_reward)word;
  if (limits.json != NULL && read_word(c, &limits, keep_words, CHECK_BAD_REVERSAL, &word)) out->restore_limits = word == 1;
  if (pool.json != NULL && read_word(c, &pool, keep_words, CHECK_BAD_REVERSAL, &word)) out->restore_pool = word == 1;
  if (partial.json != NULL && read_word(c, &partial, partial_words, CHECK_BAD_REVERSAL, &word)) out->partial = (enum undo_partial)word;
  keep_check(c, at, out);
}

/* ---- when fulfilment failed ---- */

void failure_read(struct compile *c, const struct at *at, struct forfeit *out) {
  struct at reward = at_key(at, "reward"), limits = at_key(at, "limits"), pool = at_key(at, "pool");
  uint32_t word = 0;
  if (!keys_check(c, at, failure_keys, "on_failure")) return;
  if (!out->answers) *out = (struct forfeit){.answers = true, .restore_pool = true};
  if (reward.json != NULL && read_word(c, &reward, failure_words, CHECK_BAD_REVERSAL, &word)) out->reissue = word == 1;
  if (limits.json != NULL && read_word(c, &limits, keep_words, CHECK_BAD_REVERSAL, &word)) out->restore_limits = word == 1;
  if (pool.json != NULL && read_word(c, &pool, keep_words, CHECK_BAD_REVERSAL, &word)) out->restore_pool = word == 1;
}
