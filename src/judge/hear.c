/* What facts hear of the event: measures and tracks before the rules, first and last behind them (docs/language.md section 5). */
#include "work.h"

bool listener_is_foreign(const struct work *w, const struct listener *listener) {
  return condition_is_foreign(w, listener->conditions[0]) || condition_is_foreign(w, listener->conditions[1]);
}

/* Money of another currency, or whose rate is not there yet, or a claim that means another campaign: this fact does not hear it after all.
 * Of what is heard as another that was asked where the event came from. */
static bool hears(const struct work *w, const struct listener *listener) {
  if (w->in->hearing != NULL) return true;
  bool addressed = work_campaign(w, listener->campaign)->programme || event_addresses(w, listener->campaign);
  return addressed && rate_is_known(w, work_campaign(w, listener->campaign), NULL) && !listener_is_foreign(w, listener);
}

static const struct listener *listener_at(const struct work *w, uint32_t match) {
  assert(match < w->match_count && w->matches[match] < w->book->listener_count);
  return &w->book->listeners[w->matches[match]];
}

/* Listeners of one fact stand together: the ends of what begins at `match`. */
static uint32_t fact_end(const struct work *w, uint32_t match, enum listener_kind kind) {
  uint32_t end = match + 1;
  const struct listener *first = listener_at(w, match);
  while (end < w->match_count && listener_at(w, end)->kind == kind && listener_at(w, end)->owner == first->owner) end++;
  return end;
}

static void fact_hears(struct work *w, uint32_t match, uint32_t end) {
  uint32_t number = listener_at(w, match)->owner;
  bool any = false; /* an event that several triggers of one fact let in counts once */
  for (uint32_t i = match; i < end; i++) any |= hears(w, listener_at(w, i));
  w->counted = false, w->counted_at_ms = w->event->time_ms;
  if (any) w->kinds[w->book->facts[number].kind]->hear(w, number, NONE);
  if (w->counted) closes_mind(w, &w->book->facts[number]);
}

static void task_hears(struct work *w, uint32_t match, uint32_t end) {
  uint32_t fits = 0;
  for (uint32_t i = match; i < end; i++) fits |= hears(w, listener_at(w, i)) ? 1u << listener_at(w, i)->part : 0;
  uint32_t number = listener_at(w, match)->owner;
  if (fits != 0) w->kinds[w->book->facts[number].kind]->hear(w, number, fits);
}

typedef void hear_step(struct work *w, uint32_t match, uint32_t end);

/* Of these matches, those of one kind, of programmes or of a campaign. */
struct hearing_pass {
  enum listener_kind kind;
  hear_step *step;
  uint32_t from, to;
  bool programmes;
};

/* Of one kind: what hears, and whether what it may ask did. Sets `more` when it is a later one's turn. */
static bool hears_now(const struct work *w, const struct hearing_pass *pass, const struct listener *listener, uint32_t turn, bool *more) {
  const struct fact *fact = &w->book->facts[listener->owner];
  if (fact->of_programme != pass->programmes || w->kinds[fact->kind]->hear == NULL) return false;
  *more |= fact->turn > turn;
  return fact->turn == turn;
}

/* What another fact asks hears before it, in turns: of most events there is one. */
static void pass_hears(struct work *w, const struct hearing_pass *pass) {
  bool more = true;
  for (uint32_t turn = 0; more; turn++) {
    more = false;
    for (uint32_t i = pass->from, end; i < pass->to; i = end) {
      const struct listener *listener = listener_at(w, i);
      end = i + 1;
      if (listener->kind != pass->kind) continue;
      end = fact_end(w, i, pass->kind);
      if (hears_now(w, pass, listener, turn, &more)) pass->step(w, i, end);
    }
  }
}

/* Facts stand before rules. `listener_kinds`: a bit for each kind there is. */
static uint32_t facts_end(const struct work *w, uint32_t *listener_kinds) {
  uint32_t end = 0;
  for (; end < w->match_count && listener_at(w, end)->kind != LISTENER_RULE; end++) *listener_kinds |= 1u << listener_at(w, end)->kind;
  return end;
}

/* Programmes first, since audiences and campaigns ask what they count; then one campaign after the other, so that each asks its audience
 * once, as it was before any of its own facts heard. */
static void kind_hears(struct work *w, uint32_t listener_kinds, enum listener_kind kind, uint32_t end, hear_step *step) {
  if ((listener_kinds & 1u << kind) == 0) return; /* of most events there is one kind */
  struct hearing_pass pass = {.kind = kind, .step = step, .to = end, .programmes = true};
  pass_hears(w, &pass);
  pass.programmes = false;
  for (pass.from = 0; pass.from < end; pass.from = pass.to) {
    uint32_t campaign = listener_at(w, pass.from)->campaign;
    for (pass.to = pass.from + 1; pass.to < end && listener_at(w, pass.to)->campaign == campaign;) pass.to++;
    pass_hears(w, &pass);
  }
}

static void later_note(struct work *w) {
  for (uint32_t i = 0; i < w->match_count; i++) {
    const struct listener *listener = listener_at(w, i);
    struct failure failure;
    bool fact = listener->kind == LISTENER_FACT, reset = listener->kind == LISTENER_RESET;
    if ((!fact && !reset) || w->kinds[w->book->facts[listener->owner].kind]->hear_later == NULL || !hears(w, listener)) continue;
    assert(w->pending_count < LIMIT_MATCHES);
    if (reset || condition_holds(w, w->book->facts[listener->owner].when, listener->campaign, asks_all(w), &failure))
      w->pending[w->pending_count++] = w->matches[i];
  }
}

/* ---- whose facts hear it (`as`) ---- */

static bool through_as(const struct work *w, const struct listener *listener) {
  return listener->kind != LISTENER_RULE && w->book->triggers[listener->trigger].as_count > 0;
}

/* Whether the customer's own fact hears it after all; another's is told. */
static bool own_hears(struct work *w, const struct listener *listener) {
  struct str hearer;
  bool self;
  bool other = hearer_find(w, &w->book->triggers[listener->trigger], &hearer, &self);
  if (other && hears(w, listener)) forward_to_fact(w, hearer, listener);
  return self || MUTANT(HEARD_HERE);
}

/* Who hears instead is found before anything hears. What another's facts hear, and what nobody does, is not among the matches then. */
static void matches_part(struct work *w) {
  uint32_t kept = 0, first = 0, count = w->match_count;
  if (w->book->hearer_count == 0) return;
  while (first < count && !through_as(w, listener_at(w, first))) first++;
  if (first == count) return;
  for (uint32_t i = 0; i < count; i++) {
    const struct listener *listener = listener_at(w, i);
    if (!through_as(w, listener) || own_hears(w, listener)) w->parted[kept++] = w->matches[i];
  }
  w->matches = w->parted, w->match_count = kept;
}

/* Listeners stand in order of type, those of facts first, in order of their facts. */
static bool stands_before(const struct listener *listener, uint16_t type, uint32_t fact) {
  if (listener->type != type) return listener->type < type;
  return listener->kind != LISTENER_RULE && listener->owner < fact;
}

static bool is_way(const struct work *w, const struct listener *listener, const struct heard_way *way) {
  bool in_time = w->event->time_ms >= listener->from_ms && w->event->time_ms < listener->to_ms;
  return in_time && listener->kind == way->key && (int64_t)listener->part == way->period;
}

/* A listener of this rulebook that is the way; NONE: its campaign has not come here yet, or has gone. */
static uint32_t listener_of(const struct work *w, const struct heard_way *way) {
  uint32_t fact = rulebook_fact(w->book, way->fact), low = 0, high = w->book->listener_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (stands_before(&w->book->listeners[middle], w->event->type, fact))
      low = middle + 1;
    else
      high = middle;
  }
  for (; fact != NONE && low < w->book->listener_count; low++) {
    const struct listener *listener = &w->book->listeners[low];
    if (listener->type != w->event->type || listener->kind == LISTENER_RULE || listener->owner != fact) break;
    if (is_way(w, listener, way)) return low;
  }
  return NONE;
}

/* In the order in which they stand, each once. */
static void parted_add(struct work *w, uint32_t listener) {
  uint32_t at = w->match_count;
  while (at > 0 && w->parted[at - 1] > listener) at--;
  if (at > 0 && w->parted[at - 1] == listener) return;
  memmove(&w->parted[at + 1], &w->parted[at], (w->match_count - at) * sizeof w->parted[0]);
  w->parted[at] = listener, w->match_count++;
}

/* What a period counted is kept until no event of it can come by this shard's clock; the causing customer's may be months behind it. */
static bool may_be_forgotten(const struct work *w) {
  return w->in->clock_ms != TIME_NONE && w->event->time_ms < w->in->clock_ms - w->in->settings->horizon_ms;
}

static void matches_of_hearing(struct work *w) {
  const struct hearing *hearing = w->in->hearing;
  assert(hearing->count <= LIMIT_HEARD && w->match_count == 0);
  w->matches = w->parted;
  for (uint32_t i = 0; i < hearing->count && !may_be_forgotten(w); i++) {
    uint32_t listener = hearing->ways[i].rule == 0 && hearing->ways[i].what == HEARD_WAKES ? listener_of(w, &hearing->ways[i]) : NONE;
    if (listener != NONE) parted_add(w, listener);
  }
}

void facts_hear(struct work *w) {
  if (w->in->hearing != NULL)
    matches_of_hearing(w);
  else
    matches_part(w);
  uint32_t listener_kinds = 0, end = facts_end(w, &listener_kinds);
  kind_hears(w, listener_kinds, LISTENER_FACT, end, fact_hears);
  later_note(w);
  audience_ask_anew(w);
  kind_hears(w, listener_kinds, LISTENER_TASK, end, task_hears);
  audience_ask_anew(w);
  kind_hears(w, listener_kinds, LISTENER_OPEN, end, fact_hears);
  audience_ask_anew(w);
}

void facts_hear_later(struct work *w) {
  for (uint32_t i = 0; i < w->pending_count; i++) {
    const struct listener *listener = &w->book->listeners[w->pending[i]];
    bool reset = listener->kind == LISTENER_RESET;
    bool again = !reset && i > 0 && w->book->listeners[w->pending[i - 1]].owner == listener->owner &&
                 w->book->listeners[w->pending[i - 1]].kind == LISTENER_FACT;
    if (!again) w->kinds[w->book->facts[listener->owner].kind]->hear_later(w, listener->owner, reset);
  }
}
