/* Tags as they were at the end of a day (docs/language.md section 2, `as_of`). Until the day is over they are the customer's own. What is
 * said behind it has them kept first, once for each day that a campaign asks; from then on what is said of a time up to the day's end, late
 * or out of order, says what stood then, and nothing of now.
 *
 *     said so far           an update of the day or before          one of later
 *     up to the day's end   is what stands                          keeps what stood, then is what stands
 *     kept                  is what stood, if none later was        nothing
 *     behind it, not kept   nothing: whether it was the last        nothing
 *                           before the day's end nobody knows
 */
#include "work.h"

static int32_t as_of_expiry(const struct as_of *as_of, const struct judge_settings *settings) {
  return state_expiry(as_of->closing_ms + settings->memory_ms + settings->horizon_ms);
}

static bool said_behind(const struct work *w, const struct as_of *as_of) {
  int64_t said_ms;
  return tags_said(w->customer, &said_ms) && said_ms >= as_of->end_ms;
}

static void day_mind(struct work *w, const struct as_of *as_of, const struct value *tags) {
  bool behind = w->event->time_ms >= as_of->end_ms;
  int64_t kept_ms;
  if (frozen_said(w->customer, as_of->decl, &kept_ms)) {
    if (!behind && kept_ms <= w->event->time_ms) work_put_frozen(w, as_of->decl, tags, as_of_expiry(as_of, w->in->settings));
    return;
  }
  if (behind && !said_behind(w, as_of)) work_put_frozen(w, as_of->decl, NULL, as_of_expiry(as_of, w->in->settings));
}

void as_of_mind(struct work *w, const struct value *tags) {
  for (uint32_t i = 0; i < w->book->as_of_count; i++) day_mind(w, &w->book->as_ofs[i], tags);
}

enum held as_of_has(const struct work *w, const struct as_of *as_of, struct str tag) {
  int64_t kept_ms;
  if (as_of->decl == 0 || MUTANT(AS_OF_LIVE)) return tags_have(w->customer, tag) ? HELD_YES : HELD_NO;
  if (frozen_said(w->customer, as_of->decl, &kept_ms)) return frozen_have(w->customer, as_of->decl, tag) ? HELD_YES : HELD_NO;
  if (said_behind(w, as_of)) return HELD_UNKNOWN;
  return tags_have(w->customer, tag) ? HELD_YES : HELD_NO;
}

int64_t as_of_over(const struct rulebook *book, const struct judge_settings *settings, uint64_t decl) {
  for (uint32_t i = 0; i < book->as_of_count; i++)
    if (book->as_ofs[i].decl == decl) return book->as_ofs[i].closing_ms + settings->memory_ms + settings->horizon_ms;
  return TIME_NONE;
}
