/* The reversal at hand: the event that it takes back is found in the record, or is too old, or is unknown and waited for (awaited.c). What
 * it may not be - of a reversal, in another currency than its original - goes to the dead letters: never a guess (docs/language.md section
 * 8). */
#include "work.h"

static void dead(struct work *w, struct str code, const char *text) {
  w->dead = code;
  (void)fault_set(w->fault, STATUS_INPUT, "%s", text);
}

/* Money of one currency is never taken off another (docs/language.md section 8: never a guess). */
static bool currency_fits(struct work *w, const struct cell *original) {
  const struct value *currency = event_field(w->event, FIELD_ID_CURRENCY);
  struct str there = original_currency(original);
  if (currency == NULL || there.length == 0 || str_equal(currency->text, there)) return true;
  w->dead = STR("CURRENCY_MISMATCH");
  (void)fault_set(w->fault, STATUS_INPUT,
                  "the reversal is in %.*s, the event that it undoes in %.*s: send the amount in the currency of the original, or leave "
                  "amount_minor and currency out when all of it is undone",
                  STR_FORMAT(currency->text), STR_FORMAT(there));
  return false;
}

/* In time by its own time alone, whatever else is remembered. */
static bool in_time(const struct work *w, int64_t original_ms) { return w->event->time_ms <= original_ms + w->in->settings->memory_ms; }

static bool undoing_begin(struct work *w, const struct cell *original, struct undoing *u) {
  const struct value *amount = event_field(w->event, FIELD_ID_AMOUNT);
  u->before = original->original.amount - original->original.reversed;
  u->amount = amount == NULL || amount->number > u->before ? u->before : amount->number;
  u->whole = u->amount == u->before;
  if (original->original.undone) return false; /* all of it was undone before */
  struct cell *changed = state_write(w->customer, original);
  changed->original.reversed += u->amount;
  changed->original.undone = u->whole;
  assert(changed->original.reversed <= changed->original.amount); /* memory invariant 7 */
  return true;
}

/* Not known. If it can still come, it is waited for; if it came and is forgotten, it had fed and given nothing, or it is too late. */
static void original_missing(struct work *w, uint64_t digest) {
  const struct value *told = event_field(w->event, FIELD_ID_ORIGINAL_TIME);
  int64_t seen_ms;
  bool seen = state_seen(w->customer, digest, &seen_ms) && !missed_any(w, digest); /* one that may be back-filled can still come */
  if (w->in->hearing != NULL || seen) return;                                      /* nothing was fed or given for it */
  if (told != NULL && !in_time(w, told->number)) {
    w->out->gate = REASON_EVENT_TOO_LATE;
    return;
  }
  if (told == NULL) w->out->gate = REASON_ORIGINAL_UNKNOWN;
  int64_t clock_ms = w->in->clock_ms; /* not this event's arrival, which may be its own time, ahead of the stream */
  bool can_come = told == NULL || clock_ms == TIME_NONE || told->number >= clock_ms - w->in->settings->horizon_ms;
  if (can_come) awaited_remember(w, digest);
}

/* What is undone before it came has an ORIGINAL all the same: whoever takes this reversal back finds out. */
void reversal_apply(struct work *w) {
  struct undoing u = {.original = original_digest(w)};
  w->is_reversal = w->in->hearing == NULL;
  const struct cell *original = state_find(w->customer, CELL_ORIGINAL, 0, u.original, 0);
  w->takes_back = true;
  if (original == NULL) {
    original_missing(w, u.original);
  } else if (original->original.is_reversal) {
    dead(w, STR("REVERSAL_OF_REVERSAL"),
         "the event that is to be undone is a reversal itself: when a refund was cancelled, send the payment again under an id of its own");
  } else if (!in_time(w, original->original.time_ms)) {
    w->out->gate = REASON_EVENT_TOO_LATE;
  } else if (currency_fits(w, original) && undoing_begin(w, original, &u)) {
    if (w->in->hearing == NULL) reversal_forward(w, u.original);
    undo_apply(w, &u);
  }
  w->takes_back = false;
}
