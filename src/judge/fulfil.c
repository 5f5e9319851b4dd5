/* What became of a gift downstream (docs/language.md section 8; R144): the system that fulfils says done, or failed, once. A gift whose
 * rule has a word for it (`on_failure`) leaves what the answer is found by, for as long as reversals have; of one that failed is taken back
 * what was given, by the terms it was given under, and what rests on it. What is said first stands: said again it is nothing, said
 * otherwise it is told, since nobody here knows what is true.
 */
#include "work.h"

/* The gift that it is about; NULL: not of this customer, without a policy, or forgotten. */
static const struct cell *issued_find(const struct work *w) {
  const struct value *id = event_field(w->event, FIELD_ID_REWARD_ID);
  struct digest128 digest;
  if (id == NULL || !digest_from_id(id->text, &digest)) return NULL;
  const struct cell *issued = state_first(w->customer, CELL_ISSUED, 0, digest.low);
  while (issued != NULL && issued->issued.id_high != digest.high) issued = state_next(w->customer, issued);
  if (issued != NULL && pending_gift(w, digest.low) != NULL) return NULL; /* nobody can have tried to fulfil it yet */
  return issued;
}

/* As a whole, whatever is left of it; it may have been taken back before, by a reversal. */
static void gift_forfeit(struct work *w, const struct cell *issued) {
  const struct undoing u = {.original = issued->issued.event, .whole = true, .failed = true};
  grant_take_back(w, &u, issued->key);
}

void fulfilment_apply(struct work *w) {
  const struct value *result = event_field(w->event, FIELD_ID_RESULT);
  bool failed = result != NULL && str_equal(result->text, STR("failed")), done = result != NULL && str_equal(result->text, STR("done"));
  const struct cell *issued = issued_find(w);
  if (!failed && !done) return; /* a word that giftd does not know says nothing */
  if (issued == NULL) {
    if (failed) w->out->gate = REASON_GIFT_UNKNOWN;
    return;
  }
  uint8_t before = issued->issued.result, now = failed ? ISSUED_FAILED : ISSUED_DONE;
  if (before != ISSUED_UNTOLD && before != now) w->out->gate = REASON_RESULT_CONTRADICTED;
  if (before != ISSUED_UNTOLD) return;
  state_write(w->customer, issued)->issued.result = now;
  if (failed) gift_forfeit(w, issued);
}
