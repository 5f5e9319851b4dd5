/* Tracks: tasks in a set or a sequence, opened by an event, done within a time (R18, R51). Tasks are heard before openings, so that an
 * event does not count for the track that it opens itself. */
#include "work.h"

static bool track_fits(struct work *w, const struct fact *fact, const struct cell *track) {
  int64_t time = w->event->time_ms;
  if (track->v[3] != 0 || time < track->v[0] || time > track->v[1]) return false;
  for (uint32_t i = 0; i < fact->match_count; i++) {
    const struct cell *kept = kept_cell(w, fact->decl, track->key, fact->match[i], 0);
    const struct value *value = event_field(w->event, fact->match[i]);
    if (kept == NULL || value == NULL || value->kind == VALUE_LIST) return false;
    struct cell probe = {0};
    cell_set_value(&probe, value, 0);
    if (probe.v[0] != kept->v[0] || probe.flags != kept->flags) return false;
  }
  return true;
}

static void track_task(struct work *w, uint32_t number, uint32_t task) {
  const struct fact *fact = &w->book->facts[number];
  uint64_t bit = UINT64_C(1) << task;
  struct failure failure;
  if (!fact_open_to(w, fact) || !condition_holds(w, fact->tasks[task].when, fact->campaign, false, &failure)) return;
  for (uint32_t i = 0; i < w->customer->cell_count; i++) {
    struct cell *track = &w->customer->cells[i];
    if (track->kind != CELL_TRACK || track->decl != fact->decl || !track_fits(w, fact, track)) continue;
    if (fact->ordered && ((uint64_t)track->v[2] & (bit - 1)) != bit - 1) continue;
    track->v[2] |= (int64_t)bit;
    work_touch(w->customer);
    if ((uint32_t)__builtin_popcountll((uint64_t)track->v[2]) < fact->need) continue;
    track->v[3] = w->event->time_ms;
    struct fired fired = {.fact = number, .key = track->key, .period = track->period, .track = true};
    work_fire(w, &fired);
  }
}

static bool track_may_open(struct work *w, const struct fact *fact, uint64_t key, int32_t period) {
  uint32_t open = 0;
  if (state_find(w->customer, CELL_TRACK, fact->decl, key, period) != NULL) return false; /* one track a key */
  for (uint32_t i = 0; i < w->customer->cell_count; i++) {
    const struct cell *cell = &w->customer->cells[i];
    if (cell->kind == CELL_TRACK && cell->decl == fact->decl && cell->v[3] == 0 && cell->v[1] >= w->event->time_ms) open++;
  }
  return open < LIMIT_TRACKS_OPEN;
}

static void track_open(struct work *w, uint32_t number) {
  const struct fact *fact = &w->book->facts[number];
  const struct campaign *campaign = work_campaign(w, fact->campaign);
  struct failure failure;
  uint64_t key = w->event->digest;
  if (!fact_open_to(w, fact) || !condition_holds(w, fact->when, fact->campaign, false, &failure)) return;
  if (fact->dimension_count > 0 && !key_of_dimensions(w, fact->dimensions, fact->dimension_count, fact->campaign, &key)) return;
  int32_t period = period_of(fact->track_period, w->event->time_ms, campaign->offset_minutes);
  if (!track_may_open(w, fact, key, period)) return;
  struct cell *track = work_make(w, w->customer, CELL_TRACK, fact->decl, key, period);
  if (track == NULL) return;
  int64_t until = campaign->closing_ms + w->in->settings->memory_ms;
  track->v[0] = w->event->time_ms;
  track->v[1] = moment_or(&fact->within, w->event->time_ms, campaign->offset_minutes, campaign->closing_ms);
  track->expires_day = state_expiry(until);
  for (uint32_t i = 0; i < fact->match_count; i++)
    keep_values(w, fact->decl, key, fact->match[i], event_field(w->event, fact->match[i]), until);
}

/* Tasks from the last to the first: so one event is one step of an ordered track, although it may be a task of several tracks, and several
 * tasks of one without order. */
void tracks_hear(struct work *w) {
  audience_ask_anew(w);
  for (uint32_t i = w->in->match_count; i-- > 0;) {
    const struct listener *listener = &w->book->listeners[w->in->matches[i]];
    if (listener->kind == LISTENER_TASK && !listener_is_foreign(w, listener)) track_task(w, listener->owner, listener->part);
  }
  audience_ask_anew(w);
  for (uint32_t i = 0; i < w->in->match_count; i++) {
    const struct listener *listener = &w->book->listeners[w->in->matches[i]];
    if (listener->kind == LISTENER_OPEN && !listener_is_foreign(w, listener)) track_open(w, listener->owner);
  }
}

/* The track that was completed last: what a rule that asks "completed" means. */
const struct cell *track_completed(struct work *w, const struct fact *fact) {
  const struct cell *found = NULL;
  for (uint32_t i = 0; i < w->customer->cell_count; i++) {
    const struct cell *cell = &w->customer->cells[i];
    if (cell->kind == CELL_TRACK && cell->decl == fact->decl && cell->v[3] != 0 && (found == NULL || cell->v[3] >= found->v[3]))
      found = cell;
  }
  return found;
}
