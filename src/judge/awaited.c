/* A reversal that comes before its event is remembered as long as the event may come. The event is then judged as one that is undone
 * already: as if it had been given and taken back, so that limits that are used up stay so, but nothing goes out that has to be fetched
 * back. Of a partial one the gift goes out as what is left of it. */
#include "work.h"

/* By its own time, which the gate has seen to; before the stream has a clock that may be years behind, and its original's counts too. */
static int64_t awaited_from(const struct work *w) {
  const struct value *told = event_field(w->event, FIELD_ID_ORIGINAL_TIME);
  bool told_later = w->in->clock_ms == TIME_NONE && told != NULL && told->number > w->event->time_ms;
  return told_later ? told->number : w->event->time_ms;
}

/* Each currency is remembered for itself: what is in another than the event's takes nothing off it when it comes. */
static int32_t currency_key(const struct value *currency) {
  if (currency == NULL) return 0;
  const char *code = currency->text.at; /* the reader knows codes of three letters */
  return code[0] << 16 | code[1] << 8 | code[2];
}

void awaited_remember(struct work *w, uint64_t digest) {
  const struct value *amount = event_field(w->event, FIELD_ID_AMOUNT), *currency = event_field(w->event, FIELD_ID_CURRENCY);
  struct cell *cell = work_make(w, w->customer, CELL_AWAITED, 0, digest, currency_key(currency));
  if (amount == NULL)
    cell->awaited.whole = 1;
  else
    cell->awaited.amount = sum_of(cell->awaited.amount, amount->number);
  int64_t from_ms = awaited_from(w);
  if (from_ms > cell->awaited.time_ms) cell->awaited.time_ms = from_ms;
  cell->expires_day = state_expiry(cell->awaited.time_ms + 2 * w->in->settings->horizon_ms);
  w->out->remembers = true;
}

/* What came before this event, in its currency or without one. */
static void awaited_sum(const struct work *w, uint64_t digest, bool *whole, int64_t *amount) {
  const struct cell *cell = state_first(w->customer, CELL_AWAITED, 0, digest);
  if (cell == NULL) return; /* of nearly all events nothing did */
  int32_t currency = currency_key(event_field(w->event, FIELD_ID_CURRENCY));
  for (; cell != NULL; cell = state_next(w->customer, cell)) {
    if (cell->period != 0 && currency != 0 && cell->period != currency) continue;
    *whole |= cell->awaited.whole != 0;
    *amount = sum_of(*amount, cell->awaited.amount);
  }
}

/* Whoever is to hear the event yet, back-filled, hears what is left of it. */
static void awaited_done(struct work *w, const struct cell *original, uint64_t digest) {
  if (original != NULL || !missed_any(w, digest)) state_remove_all(w->customer, CELL_AWAITED, 0, digest);
}

/* ---- gifts that are undone before they went out ---- */

static struct gift *given_now(struct work *w, uint32_t end, const struct gift *back) {
  for (uint32_t i = 0; i < end; i++) {
    struct gift *gift = &w->out->gifts[i];
    if (gift->id_words[0] == back->id_words[0] && gift->id_words[1] == back->id_words[1]) return gift;
  }
  return NULL;
}

static void pair_merge(struct gift *gift, struct gift *back) {
  if (back->kind == GIFT_REVOKED)
    gift->kind = GIFT_UNDONE;
  else if (back->count > 0)
    gift->count -= back->count;
  else
    gift->value_minor -= back->value_minor, gift->offset_minor -= back->offset_minor;
  if (gift->kind == GIFT_ISSUED && gift->value_minor == 0 && gift->offset_minor > 0) gift->kind = GIFT_OFFSET;
  back->kind = GIFT_UNDONE;
  assert(gift->kind == GIFT_UNDONE || (gift->count > 0 && gift->value_minor >= 0));
}

/* What is left of an outcome's gifts moves to the front of them. */
static void outcome_merge(struct work *w, struct outcome *outcome) {
  uint32_t left = 0;
  for (uint32_t i = 0; i < outcome->gift_count; i++) {
    const struct gift gift = w->out->gifts[outcome->gift_first + i];
    if (gift.kind == GIFT_UNDONE) continue;
    w->out->gifts[outcome->gift_first + i].kind = GIFT_UNDONE;
    w->out->gifts[outcome->gift_first + left++] = gift;
  }
  if (left == 0 && outcome->gift_count > 0) outcome->reason = REASON_REVERSED;
  outcome->gift_count = left;
}

/* A gift that was handed out the customer has: both are told, and it is asked back. Of all others nothing went out that has to be. */
static void gifts_merge(struct work *w, uint32_t outcomes, uint32_t gifts) {
  uint32_t kept = 0;
  assert(outcomes <= w->out->outcome_count && gifts <= w->out->gift_count);
  for (uint32_t i = gifts; i < w->out->gift_count; i++) {
    struct gift *gift = given_now(w, gifts, &w->out->gifts[i]);
    if (gift != NULL && gift->kind != GIFT_REGISTERED) pair_merge(gift, &w->out->gifts[i]);
  }
  for (uint32_t i = 0; i < w->out->outcome_count; i++) {
    struct outcome *outcome = &w->out->outcomes[i];
    outcome_merge(w, outcome);
    if (i < outcomes || outcome->gift_count > 0) w->out->outcomes[kept++] = *outcome;
  }
  w->out->outcome_count = kept;
}

/* ---- the event ---- */

static bool was_undone(const struct cell *original) {
  return original != NULL && (original->original.reversed > 0 || original->original.undone);
}

/* What others had heard, and was taken off that, is taken off what is heard again. */
static void undone_sum(const struct work *w, const struct cell *original, bool *whole, int64_t *amount) {
  const struct hearing *hearing = w->in->hearing;
  if (hearing != NULL)
    *whole = hearing->undone_whole, *amount = hearing->undone_minor;
  else if (was_undone(original))
    *amount = original->original.reversed; /* of a whole one nobody hears anything (missed.c) */
  else
    awaited_sum(w, own_digest(w), whole, amount);
}

static bool undoing_of(struct work *w, struct undoing *u) {
  const struct hearing *hearing = w->in->hearing;
  const struct cell *original = state_find(w->customer, CELL_ORIGINAL, 0, u->original, 0);
  bool whole = false;
  int64_t amount = 0;
  u->again = was_undone(original);
  undone_sum(w, original, &whole, &amount);
  if (!whole && amount == 0) return false;
  w->out->undone_whole = whole, w->out->undone_minor = amount; /* for who hears it as another */
  if (hearing == NULL) awaited_done(w, original, u->original);
  if (original == NULL) return false; /* it fed and gave nothing */
  u->before = original->original.amount;
  u->whole = whole || amount >= u->before;
  u->amount = u->whole ? u->before : amount;
  struct cell *changed = state_write(w->customer, original);
  changed->original.reversed = u->amount, changed->original.undone = u->whole;
  return true;
}

void awaited_apply(struct work *w) {
  struct undoing u = {.original = own_digest(w), .awaited = true};
  uint32_t outcomes = w->out->outcome_count, gifts = w->out->gift_count;
  if (!event_reversible(w) || !undoing_of(w, &u)) return;
  w->takes_back = true;
  undo_apply(w, &u);
  w->takes_back = false;
  gifts_merge(w, outcomes, gifts);
}
