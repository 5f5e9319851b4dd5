/* A gift that waited is due (pending.c): it is issued as what is left of it, or refused since `still` does not hold any more; of a choice
 * that nobody made it is the default. Of one whose review is over the same, in that instant or when its time has come. */
#include "work.h"

struct issuing {
  const struct cell *pending, *grant;
  const struct rule *rule;
  const struct item *item;
};

/* As far as it is left; valid from when the customer has it. */
struct gift *gift_of_grant(struct work *w, const struct rule *rule, const struct item *item, const struct cell *grant, int64_t at_ms) {
  struct gift *gift = &w->out->gifts[w->out->gift_count++];
  int64_t off = set_off_of(w, grant->grant.id_low);
  struct zone zone = work_zone(w, rule->campaign);
  *gift = (struct gift){.book = w->book,
                        .kind = grant->grant.value_minor == 0 && off > 0 ? GIFT_OFFSET : GIFT_ISSUED,
                        .rule = (uint32_t)(rule - w->book->rules),
                        .item = (uint32_t)(item - w->book->items),
                        .instead_of = NONE,
                        .pool = NONE,
                        .value_minor = grant->grant.value_minor,
                        .count = grant->grant.units,
                        .offset_minor = off,
                        .cut_by = NONE,
                        .due_ms = TIME_NONE,
                        .valid_from_ms = moment_or(&item->valid_from, at_ms, zone, TIME_NONE),
                        .valid_to_ms = moment_or(&item->valid_to, at_ms, zone, TIME_NONE),
                        .cause_digest = grant->key,
                        .id_length = ID22_BYTES,
                        .id_words = {grant->grant.id_low, grant->grant.id_high}};
  digest_to_id(grant_digest(grant), gift->id);
  return gift;
}

/* What was told when it was qualified. */
static void gift_issue(struct work *w, const struct issuing *i, int64_t at_ms, struct outcome *outcome) {
  struct gift *gift = gift_of_grant(w, i->rule, i->item, i->grant, at_ms);
  gift->pool = i->pending->pending.pool == 0 ? NONE : rulebook_pool(w->book, i->pending->pending.pool);
  gift->partial = (i->pending->pending.flags & PENDING_PARTIAL) != 0;
  const struct item *meant = item_of_mark(w->book, i->rule, i->pending->pending.meant);
  if (meant != NULL && meant != i->item && gift->kind == GIFT_ISSUED) gift->kind = GIFT_SUBSTITUTED;
  if (gift->kind == GIFT_SUBSTITUTED) gift->instead_of = (uint32_t)(meant - w->book->items);
  outcome->gift_count = 1;
}

/* What it had taken of its pool goes back, and of limits by the rule's word for what is undone. */
static void gift_refuse(struct work *w, const struct cell *pending) {
  const struct undoing u = {.original = pending->pending.event, .whole = true, .refused = true};
  grant_take_back(w, &u, pending->key);
}

static void pending_done(struct work *w, const struct cell *pending) {
  if ((pending->pending.flags & PENDING_PASSED) != 0) {
    pending_settle(state_write(w->customer, pending)); /* what its review came to is remembered as long as its grant */
    return;
  }
  if (!MUTANT(PENDING_TWICE)) {
    state_remove(w->customer, pending);
    return;
  }
  struct cell *again = state_write(w->customer, pending);
  again->pending.time_ms += 3600000;
  due_tell(w, again->pending.time_ms);
}

/* Nothing was chosen in time. */
static void choose_default(struct work *w, const struct issuing *i, struct outcome *outcome) {
  if (!give_chosen(w, i->rule, i->item, i->pending, outcome)) gift_refuse(w, i->pending);
}

static void issue_or_refuse(struct work *w, const struct issuing *i, struct outcome *outcome) {
  struct failure failure;
  if (pending_still(w, i->rule, i->pending, &failure)) {
    gift_issue(w, i, w->event->time_ms, outcome);
    pending_done(w, i->pending);
    return;
  }
  failure_into(&failure, outcome);
  gift_refuse(w, i->pending);
}

/* Its pool has it again, or he waits on and nothing is told; in the end it is refused for what it waited for. */
static void issue_from_line(struct work *w, const struct issuing *i, struct outcome *outcome) {
  bool first = w->in->closing->first;
  w->first_of = w->in->closing->in_front ? i->pending->pending.pool : 0;
  enum waited waited = give_waited(w, i->rule, i->item, i->pending, outcome);
  w->first_of = 0;
  if (waited == WAITED_EMPTY && first)
    w->out->outcome_count--;
  else if (waited != WAITED_GIVEN)
    gift_refuse(w, i->pending);
}

static void issue(struct work *w, const struct issuing *i) {
  struct outcome *outcome = outcome_new(w, (uint32_t)(i->rule - w->book->rules), REASON_GIVEN);
  if (i->pending->pending.waits == PENDING_QUEUE) {
    issue_from_line(w, i, outcome);
    return;
  }
  if (i->pending->pending.waits == PENDING_CHOICE) {
    choose_default(w, i, outcome);
    return;
  }
  issue_or_refuse(w, i, outcome);
}

/* ---- when its review is over ---- */

/* Its time may still have to come: from the event that it was earned by. */
static void review_pass(struct work *w, struct issuing *i, struct outcome *outcome) {
  const struct cell *original = state_find(w->customer, CELL_ORIGINAL, 0, i->pending->pending.event, 0);
  const struct item *meant = item_of_mark(w->book, i->rule, i->pending->pending.meant);
  int64_t from_ms = original == NULL ? w->event->time_ms : original->original.time_ms;
  int64_t due_ms = meant == NULL ? TIME_NONE : pending_until(w, meant, i->rule->campaign, from_ms);
  struct cell *pending = state_write(w->customer, i->pending);
  i->pending = pending;
  pending->pending.flags |= PENDING_PASSED;
  if (due_ms == TIME_NONE) {
    issue_or_refuse(w, i, outcome);
    return;
  }
  pending->pending.waits = PENDING_TIMING, pending->pending.time_ms = due_ms;
  pending->pending.ahead = pending_ahead(w, i->rule->campaign, due_ms);
  due_tell(w, pending_looked_at(due_ms));
  gift_issue(w, i, due_ms, outcome);
  w->out->gifts[w->out->gift_count - 1].kind = GIFT_PENDING;
  w->out->gifts[w->out->gift_count - 1].due_ms = due_ms;
}

/* It goes back as what fulfilment could not deliver; that it was refused is remembered as long as the gift could have been undone. */
static void review_refuse(struct work *w, const struct issuing *i) {
  const struct cell kept = *i->pending;
  const struct undoing u = {.original = kept.pending.event, .whole = true, .rejected = true};
  int32_t expires_day = i->grant->expires_day;
  grant_take_back(w, &u, kept.key);
  w->takes_back = true; /* a full record that kept a reversal has no other room for it */
  struct cell *cell = work_make(w, w->customer, CELL_PENDING, 0, kept.key, 0);
  w->takes_back = false;
  cell->pending = kept.pending;
  pending_settle(cell);
  cell->pending.flags |= PENDING_REFUSED;
  cell->expires_day = expires_day;
}

static void review_late(struct outcome *outcome, const struct cell *pending) {
  outcome->of_review = true;
  outcome->for_bank = (pending->pending.flags & PENDING_FOR_BANK) != 0;
}

static void reviewed(struct work *w, struct issuing *i, bool passed, enum reason refusal) {
  if (passed)
    review_pass(w, i, outcome_new(w, (uint32_t)(i->rule - w->book->rules), REASON_GIVEN));
  else if (refusal != REASON_GIVEN)
    review_late(outcome_new(w, (uint32_t)(i->rule - w->book->rules), refusal), i->pending);
  if (!passed) review_refuse(w, i);
}

/* ---- by the terms that it was qualified under ---- */

static bool issuing_of(struct work *w, const struct cell *pending, struct issuing *i) {
  i->pending = pending;
  i->grant = grant_find(w, (struct grant_name){pending->pending.event, pending->key});
  assert(i->grant != NULL); /* who takes a gift back takes what waits with it (grant_remove) */
  bool known = terms_find(w, i->grant, &w->book, &i->rule);
  i->item = known ? grant_item(w->book, i->rule, i->grant) : NULL;
  return i->item != NULL;
}

void pending_reviewed(struct work *w, const struct cell *pending, bool passed, enum reason refusal) {
  const struct rulebook *before = w->book;
  struct issuing i;
  if (issuing_of(w, pending, &i))
    reviewed(w, &i, passed, refusal);
  else
    grant_remove(w, (struct grant_name){pending->pending.event, pending->key}); /* nobody knows any more what it was */
  w->book = before;
}

void pending_issue(struct work *w) {
  const struct cell *pending = pending_gift(w, w->in->closing->gift.low);
  const struct rulebook *before = w->book;
  struct issuing i;
  assert(pending != NULL &&
         (w->in->closing->first ? pending->pending.waits == PENDING_QUEUE : pending->pending.time_ms == w->event->time_ms));
  if (pending->pending.waits == PENDING_REVIEW) {
    pending_reviewed(w, pending, (pending->pending.flags & PENDING_ON_PASS) != 0 || MUTANT(REVIEW_PASSES), REASON_EXPIRED);
    return;
  }
  if (issuing_of(w, pending, &i))
    issue(w, &i);
  else
    grant_remove(w, (struct grant_name){pending->pending.event, pending->key});
  w->book = before;
}
