/* Back-fill (docs/language.md section 9.3; R111): an event that came too late for a campaign, or before the rate it goes by (R47), may come
 * again, marked. That it came before is remembered with the ids of all events, so the marked one would be a duplicate; therefore each
 * campaign that may have it back-filled remembers, as long as the id is, that it did not hear it. Those alone hear it then, once: for all
 * others it stays a duplicate. A mark is a CELL_ONCE by the campaign's name, beside those by the names of rules. */
#include "work.h"

/* Its mark, or NULL. */
static const struct cell *missed(const struct work *w, const struct campaign *campaign, uint64_t digest) {
  if (campaign->backfill_ms == 0 || campaign->programme) return NULL;
  return state_find(w->customer, CELL_ONCE, campaign->decl, digest, 0);
}

bool missed_any(const struct work *w, uint64_t digest) {
  for (uint32_t i = 0; i < w->book->campaign_count; i++)
    if (missed(w, work_campaign(w, i), digest) != NULL) return true;
  return false;
}

/* A gift that was handed out for who heard the event is a duplicate, though others may hear it. */
static bool handed_before(const struct work *w) {
  const struct rule *rule = by_hand_rule(w);
  return rule != NULL && missed(w, work_campaign(w, rule->campaign), own_digest(w)) == NULL;
}

/* What was taken back of it meanwhile was taken back for those who had heard it: then it is not heard by parts. */
bool missed_again(const struct work *w) {
  const struct cell *original = state_find(w->customer, CELL_ORIGINAL, 0, own_digest(w), 0);
  bool whole = original == NULL || (original->original.reversed == 0 && !original->original.undone);
  return w->event->backfill && whole && missed_any(w, own_digest(w)) && !handed_before(w);
}

/* Too late, or paid at a rate that is not there yet: then also one that was marked before the rate came. */
bool missed_later(const struct work *w, const struct campaign *campaign) {
  bool covers = campaign->backfill_ms > 0 && w->event->time_ms >= w->event->arrival_ms - campaign->backfill_ms;
  bool late = !w->event->backfill && !campaign_accepts_late(w, campaign);
  return covers && !campaign->programme && (late || !rate_is_known(w, campaign, NULL));
}

static void mark(struct work *w, uint64_t decl) {
  struct cell *cell = work_make(w, w->customer, CELL_ONCE, decl, own_digest(w), 0);
  cell->once.time_ms = w->event->time_ms;
  cell->expires_day = state_expiry(w->event->time_ms + w->in->settings->horizon_ms);
}

/* ---- groups ---- */

void missed_group_mark(struct work *w, uint32_t winner) { mark(w, w->book->rules[winner].decl); }

uint32_t missed_group(const struct work *w, uint32_t group) {
  bool came = w->event->backfill && (w->again || w->in->hearing != NULL);
  for (uint32_t i = 0; came && i < w->book->rule_count; i++) {
    const struct rule *rule = &w->book->rules[i];
    if (rule->group == group && state_find(w->customer, CELL_ONCE, rule->decl, own_digest(w), 0) != NULL) return i;
  }
  return NONE;
}

/* ---- the event at hand ---- */

/* A `first` of a programme has heard it, and knows it again; what else programmes count they counted. */
static bool hears_again(const struct work *w, const struct listener *listener) {
  const struct campaign *campaign = work_campaign(w, listener->campaign);
  bool known = listener->kind == LISTENER_FACT && w->kinds[w->book->facts[listener->owner].kind]->knows_again;
  return missed(w, campaign, own_digest(w)) != NULL || (campaign->programme && known);
}

static void matches_again(struct work *w) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < w->match_count; i++)
    if (hears_again(w, &w->book->listeners[w->matches[i]])) w->parted[kept++] = w->matches[i];
  w->matches = w->parted, w->match_count = kept;
}

/* They have heard it now, unless its rate is not there yet. */
static void marks_remove(struct work *w) {
  for (uint32_t i = 0; i < w->book->campaign_count; i++) {
    const struct cell *known = missed(w, work_campaign(w, i), own_digest(w));
    if (known != NULL && rate_is_known(w, work_campaign(w, i), NULL)) state_remove(w->customer, known);
  }
}

void missed_mind(struct work *w) {
  assert(w->in->hearing == NULL && w->in->closing == NULL);
  if (w->again) {
    matches_again(w);
    marks_remove(w);
    return;
  }
  for (uint32_t i = 0; i < w->match_count; i++) {
    const struct campaign *campaign = work_campaign(w, w->book->listeners[w->matches[i]].campaign);
    if (missed_later(w, campaign)) mark(w, campaign->decl);
  }
}
