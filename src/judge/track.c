/* Tracks: tasks in a set or a sequence, opened by an event, done within a time (R18, R51). Tasks are heard before openings, so that an
 * event does not count for the track that it opens itself.
 *
 * One event does one task. Where it could do several, it is dealt to that one with which most tasks get done: an event that was dealt
 * earlier moves to another task it fits, if that makes room (augmenting paths; who did a task and what else it could have done is
 * remembered in TASK cells). So it does not matter in which order the events of a set arrive. A sequence goes by event time. */
#include "work.h"

struct dealing {
  struct work *w;
  const struct fact *fact;
  const struct cell *track;
  uint32_t fits; /* tasks that the event could do, by its listeners and conditions */
};

static bool track_fits(struct work *w, const struct fact *fact, const struct cell *track) {
  int64_t time = w->event->time_ms;
  assert(cell_kind(track) == CELL_TRACK && cell_decl(track) == fact->decl);
  if (track->track.done_ms != 0 || time < track->track.opened_ms || time >= track->track.until_ms) return false;
  return kept_matches(w, fact->decl, track->key, fact->match, fact->match_count);
}

static const struct cell *task_find(const struct dealing *d, uint32_t task) {
  return state_find(d->w->customer, CELL_TASK, d->fact->decl, d->track->key, (int32_t)task);
}

static struct cell *task_make(const struct dealing *d, uint32_t task) {
  struct cell *cell = work_make(d->w, d->w->customer, CELL_TASK, d->fact->decl, d->track->key, (int32_t)task);
  cell->expires_day = d->track->expires_day;
  return cell;
}

static void task_done_by_event(const struct dealing *d, uint32_t task) {
  struct cell *cell = task_make(d, task);
  cell->task.time_ms = d->w->event->time_ms, cell->task.event = own_digest(d->w), cell->task.fits = d->fits;
}

/* ---- a set ---- */

/* A way to give `fits` a task: a free one, or one whose event can do another. `tried`: tasks that were looked at already. */
static bool path_find(const struct dealing *d, uint32_t fits, uint32_t *tried, uint32_t path[LIMIT_TASKS], uint32_t *length) {
  for (uint32_t task = 0; task < d->fact->task_count; task++) {
    uint32_t bit = 1u << task;
    if (!(fits & bit) || (*tried & bit)) continue;
    *tried |= bit;
    uint32_t at = (*length)++;
    path[at] = task;
    const struct cell *done = task_find(d, task);
    if (done == NULL || path_find(d, done->task.fits, tried, path, length)) return true;
    *length = at;
  }
  return false;
}

/* Every event on the path moves on to the next task of it; the new one takes the first. */
static bool task_deal(const struct dealing *d) {
  uint32_t path[LIMIT_TASKS], length = 0, tried = 0;
  assert(d->fact->task_count <= LIMIT_TASKS && d->fits >> d->fact->task_count == 0);
  if (!path_find(d, d->fits, &tried, path, &length)) return false;
  assert(length > 0 && length <= LIMIT_TASKS);
  for (uint32_t i = length - 1; i > 0; i--) {
    const struct cell *from = task_find(d, path[i - 1]);
    task_make(d, path[i])->task = from->task;
  }
  task_done_by_event(d, path[0]);
  return true;
}

/* ---- a sequence ---- */

/* By the times of the events, however they arrive: events that fit a step are kept beside the steps (CELL_TASK with a period from STEP on,
 * some for each step), and the sequence is read from them anew: for each step the earliest one behind the step before it. */
#define STEP 32
#define STEPS_KEPT 6u /* of one step; while it is not reached the latest, since what comes before it comes before them */

static int32_t step_slot(uint32_t task, uint32_t n) { return (int32_t)(STEP * (n + 1) + task); }

static const struct cell *kept_step(const struct dealing *d, uint32_t task, uint32_t n) {
  return state_find(d->w->customer, CELL_TASK, d->fact->decl, d->track->key, step_slot(task, n));
}

static bool earlier(const struct cell *a, const struct cell *b) {
  return a->task.time_ms != b->task.time_ms ? a->task.time_ms < b->task.time_ms : a->task.event < b->task.event;
}

/* A place for one more: a free one, else that of the earliest. */
static uint32_t step_place(const struct dealing *d, uint32_t task) {
  uint32_t place = 0;
  for (uint32_t n = 0; n < STEPS_KEPT; n++) {
    const struct cell *cell = kept_step(d, task, n);
    if (cell == NULL) return n;
    if (earlier(cell, kept_step(d, task, place))) place = n;
  }
  return place;
}

static void step_keep(const struct dealing *d, uint32_t task) {
  uint32_t n = step_place(d, task);
  const struct cell *there = kept_step(d, task, n);
  if (there != NULL && there->task.time_ms > d->w->event->time_ms) return; /* at one time the one at hand: steps go by arrival then */
  struct cell *cell = work_make(d->w, d->w->customer, CELL_TASK, d->fact->decl, d->track->key, step_slot(task, n));
  cell->expires_day = d->track->expires_day;
  cell->task.time_ms = d->w->event->time_ms, cell->task.event = own_digest(d->w), cell->task.fits = d->fits;
}

static bool is_done_by(const struct dealing *d, uint32_t before, uint64_t event) {
  bool any = false;
  for (uint32_t task = 0; task < before && !any; task++) {
    const struct cell *done = task_find(d, task); /* NULL: there was no room, the decision is void */
    any = done != NULL && done->task.event == event;
  }
  return any;
}

/* At one and the same time the order is that of arrival: what came before the event at hand was too early for the step. */
static bool is_behind(const struct dealing *d, const struct cell *cell, int64_t from_ms) {
  return cell->task.time_ms > from_ms || (cell->task.time_ms == from_ms && cell->task.event == own_digest(d->w));
}

/* The earliest of what is kept and of what did the step so far, not before an instant and not one that did a step before. */
static const struct cell *step_choose(const struct dealing *d, uint32_t task, int64_t from_ms) {
  const struct cell *best = task_find(d, task);
  if (best != NULL && (best->task.time_ms < from_ms || is_done_by(d, task, best->task.event))) best = NULL;
  for (uint32_t n = 0; n < STEPS_KEPT; n++) {
    const struct cell *cell = kept_step(d, task, n);
    if (cell == NULL || !is_behind(d, cell, from_ms) || is_done_by(d, task, cell->task.event)) continue;
    bool at_once = best != NULL && cell->task.time_ms == best->task.time_ms; /* who did it goes on doing it */
    if (best == NULL || (!at_once && earlier(cell, best))) best = cell;
  }
  return best;
}

/* What comes later than a step that is done already could only do it later. */
static void steps_keep(const struct dealing *d) {
  for (uint32_t task = 0; task < d->fact->task_count; task++) {
    const struct cell *done = task_find(d, task);
    if ((d->fits >> task & 1) != 0 && (done == NULL || d->w->event->time_ms < done->task.time_ms)) step_keep(d, task);
  }
}

static bool steps_take(const struct dealing *d) {
  int64_t from_ms = d->track->track.opened_ms;
  bool any = false;
  steps_keep(d);
  for (uint32_t task = 0; task < d->fact->task_count; task++) {
    const struct cell *now = task_find(d, task), *chosen = step_choose(d, task, from_ms);
    if (chosen == NULL) break; /* steps behind it are not reached: nothing did them before either */
    if (now == NULL || now->task.event != chosen->task.event) {
      struct cell of = *chosen;
      task_make(d, task)->task = of.task;
      any = true;
    }
    from_ms = chosen->task.time_ms;
  }
  return any;
}

/* ---- hearing ---- */

static uint32_t tasks_done(const struct dealing *d) {
  uint32_t tasks = 0;
  for (uint32_t task = 0; task < d->fact->task_count; task++) tasks |= task_find(d, task) != NULL ? 1u << task : 0;
  return tasks;
}

/* A track is completed when the last of its tasks is done, whichever event arrives last. */
static int64_t tasks_latest(const struct dealing *d) {
  int64_t latest = d->track->track.opened_ms;
  for (uint32_t task = 0; task < d->fact->task_count; task++) {
    const struct cell *done = task_find(d, task);
    if (done != NULL && done->task.time_ms > latest) latest = done->task.time_ms;
  }
  return latest;
}

static void track_advance(const struct dealing *d, uint32_t number) {
  struct work *w = d->w;
  uint32_t before = (uint32_t)__builtin_popcount(d->track->track.tasks);
  if (!(d->fact->ordered ? steps_take(d) : task_deal(d))) return;
  struct cell *track = state_write(w->customer, d->track);
  track->track.tasks = tasks_done(d);
  uint32_t after = (uint32_t)__builtin_popcount(track->track.tasks);
  bool complete = after >= d->fact->need;
  assert(after <= d->fact->task_count);
  effect_add(w, number, complete ? EFFECT_COMPLETED : EFFECT_TASK, track->period, before, after);
  if (!complete) return;
  track->track.done_ms = tasks_latest(d);
  struct fired fired = {.fact = number, .key = track->key, .period = track->period, .track = true};
  work_fire(w, &fired);
}

/* Of several open tracks the one that was opened first comes first, whatever the order in the record. */
static bool opened_before(const struct cell *a, const struct cell *b) {
  if (a->track.opened_ms != b->track.opened_ms) return a->track.opened_ms < b->track.opened_ms;
  return a->key != b->key ? a->key < b->key : a->period < b->period;
}

static const struct cell *track_behind(const struct work *w, const struct fact *fact, const struct cell *last) {
  const struct cell *next = NULL, *cell = state_first(w->customer, CELL_TRACK, fact->decl, 0);
  for (; cell != NULL; cell = state_next(w->customer, cell))
    if ((last == NULL || opened_before(last, cell)) && (next == NULL || opened_before(cell, next))) next = cell;
  return next;
}

/* All tasks that this event could do, told by one listener each. */
static void tasks_hear(struct work *w, uint32_t number, uint32_t fits) {
  const struct fact *fact = &w->book->facts[number];
  for (const struct cell *track = NULL; (track = track_behind(w, fact, track)) != NULL;) {
    struct dealing dealing = {w, fact, track, fits};
    if (track_fits(w, fact, track)) track_advance(&dealing, number);
  }
}

static bool track_may_open(const struct work *w, const struct fact *fact, uint64_t key, int32_t period) {
  uint32_t open = 0;
  if (state_find(w->customer, CELL_TRACK, fact->decl, key, period) != NULL) return false; /* one track a key */
  const struct cell *cell = state_first(w->customer, CELL_TRACK, fact->decl, 0);
  for (; cell != NULL; cell = state_next(w->customer, cell)) open += cell->track.done_ms == 0 && cell->track.until_ms > w->event->time_ms;
  return open < LIMIT_TRACKS_OPEN;
}

/* One without `per` that ran out is asked for by nobody any more, but for the last that was completed (outlive.c); one with it keeps its
 * key from opening again. */
static int32_t track_expiry(const struct work *w, const struct fact *fact, int64_t until_ms) {
  int32_t whole = fact_expiry(w, fact), own = state_expiry(until_ms + w->in->settings->memory_ms);
  return fact->dimension_count == 0 && own != 0 && own < whole ? own : whole;
}

static void track_open(struct work *w, uint32_t number) {
  const struct fact *fact = &w->book->facts[number];
  const struct campaign *campaign = work_campaign(w, fact->campaign);
  uint64_t key = own_digest(w);
  if (fact->dimension_count > 0 && !key_of_fact(w, fact, &key)) return;
  int32_t period = period_of(fact->track_period, w->event->time_ms, campaign->zone);
  if (!track_may_open(w, fact, key, period)) return;
  struct cell *track = work_add(w, w->customer, CELL_TRACK, fact->decl, key, period);
  track->track.opened_ms = w->event->time_ms;
  track->track.until_ms = moment_behind(&fact->within, w->event->time_ms, campaign->zone, campaign->closing_ms);
  track->track.terms = terms_number(campaign);
  track->expires_day = track_expiry(w, fact, track->track.until_ms);
  for (uint32_t i = 0; i < fact->match_count; i++)
    keep_values(w, fact->decl, key, fact->match[i], event_field(w->event, fact->match[i]), track->expires_day);
  effect_add(w, number, EFFECT_OPENED, period, w->event->time_ms, track->track.until_ms);
}

/* `part`: NONE opens; else a bit a task that the event could do. */
static void hear(struct work *w, uint32_t number, uint32_t part) {
  const struct fact *fact = &w->book->facts[number];
  struct failure failure;
  if (!fact_open_to(w, fact)) return;
  if (part != NONE) {
    uint32_t fits = 0;
    for (uint32_t task = 0; task < fact->task_count; task++)
      if ((part >> task & 1) && condition_holds(w, fact->tasks[task].when, fact->campaign, asks_all(w), &failure)) fits |= 1u << task;
    if (fits != 0) tasks_hear(w, number, fits);
  } else if (condition_holds(w, fact->when, fact->campaign, asks_all(w), &failure)) {
    track_open(w, number);
  }
}

/* ---- asking ---- */

const struct cell *track_last(const struct state *customer, uint64_t decl) {
  const struct cell *found = NULL, *cell = state_first(customer, CELL_TRACK, decl, 0);
  for (; cell != NULL; cell = state_next(customer, cell)) {
    if (cell->track.done_ms == 0) continue;
    if (found == NULL || cell->track.done_ms > found->track.done_ms ||
        (cell->track.done_ms == found->track.done_ms && opened_before(found, cell)))
      found = cell;
  }
  return found;
}

const struct cell *track_completed(const struct work *w, const struct fact *fact) { return track_last(w->customer, fact->decl); }

static struct value ask(struct work *w, const struct fact *fact) {
  const struct cell *cell = track_completed(w, fact);
  return cell == NULL ? value_absent() : value_number(cell->track.done_ms);
}

static struct value ask_more(struct work *w, const struct fact *fact, enum left_kind left) {
  const struct cell *cell = track_completed(w, fact);
  if (left != LEFT_FACT_ELAPSED) return ask(w, fact);
  return cell == NULL ? value_absent() : value_number(cell->track.done_ms - cell->track.opened_ms);
}

/* The open track that has come farthest tells how many are done. */
static bool holds(struct work *w, const struct condition *leaf, struct failure *failure) {
  const struct fact *fact = &w->book->facts[leaf->index];
  if (track_completed(w, fact) != NULL) return true;
  int64_t most = 0;
  const struct cell *cell = state_first(w->customer, CELL_TRACK, fact->decl, 0);
  for (; cell != NULL; cell = state_next(w->customer, cell)) {
    int64_t done = __builtin_popcount(cell->track.tasks);
    if (cell->track.until_ms > w->event->time_ms && done > most) most = done;
  }
  failure->expected = fact->need, failure->actual = most, failure->numbers = true;
  return false;
}

/* Of what opens anew for each event nothing is needed behind its time, but for what was completed last (outlive.c). */
static bool outlives(const struct fact *fact) { return fact->dimension_count > 0; }

const struct fact_kind_row fact_kind_track = {.kind = FACT_TRACK,
                                              .hear = hear,
                                              .ask = ask,
                                              .ask_more = ask_more,
                                              .holds = holds,
                                              .outlives = outlives,
                                              .cells = CELL_BIT(CELL_TRACK) | CELL_BIT(CELL_TASK),
                                              .refusal = REASON_TASKS_INCOMPLETE};
