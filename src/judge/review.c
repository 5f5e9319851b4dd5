/* Gifts that somebody looks at before they go out (docs/language.md section 8, `review`; R125): qualified, with pools and limits taken, and
 * held as what is issued later is (pending.c), until a reviewer answers or the time for it is over. What is said first stands, as with
 * fulfilment (fulfil.c): said again it is nothing, said otherwise it is told. An answer that nothing waits for is told as well. */
#include "work.h"

/* The gift that it is about; NULL: not of this customer, never in review, undone, or forgotten. */
static const struct cell *reviewed_find(const struct work *w) {
  const struct cell *pending = pending_named(w);
  if (pending == NULL) return NULL;
  bool over = (pending->pending.flags & (PENDING_PASSED | PENDING_REFUSED)) != 0;
  return pending->pending.waits == PENDING_REVIEW || over ? pending : NULL;
}

void review_apply(struct work *w) {
  const struct value *result = event_field(w->event, FIELD_ID_RESULT);
  bool passed = result != NULL && str_equal(result->text, STR("passed")),
       refused = result != NULL && str_equal(result->text, STR("refused"));
  const struct cell *pending = reviewed_find(w);
  if (!passed && !refused) return; /* a word that giftd does not know says nothing */
  bool waits = pending != NULL && pending->pending.waits == PENDING_REVIEW;
  if (pending == NULL || (waits && w->event->time_ms >= pending->pending.time_ms))
    w->out->gate = REASON_GIFT_UNKNOWN;
  else if (waits)
    pending_reviewed(w, pending, passed, REASON_GIVEN);
  else if ((pending->pending.flags & PENDING_PASSED) != 0 ? refused : passed)
    w->out->gate = REASON_RESULT_CONTRADICTED;
}
