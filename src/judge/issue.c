/* A gift that waited is due (pending.c): it is issued as what is left of it, or refused since `still` does not hold any more; of a choice
 * that nobody made it is the default. */
#include "work.h"

struct issuing {
  const struct cell *pending, *grant;
  const struct rule *rule;
  const struct item *item;
};

/* What was told when it was qualified, as far as it is left. */
static void gift_issue(struct work *w, const struct issuing *i, struct outcome *outcome) {
  struct gift *gift = &w->out->gifts[w->out->gift_count++];
  const struct cell *grant = i->grant;
  uint32_t pool = i->pending->pending.pool == 0 ? NONE : rulebook_pool(w->book, i->pending->pending.pool);
  int64_t off = set_off_of(w, grant->grant.id_low), at_ms = w->event->time_ms;
  struct zone zone = work_zone(w, i->rule->campaign);
  *gift = (struct gift){.book = w->book,
                        .kind = grant->grant.value_minor == 0 && off > 0 ? GIFT_OFFSET : GIFT_ISSUED,
                        .rule = (uint32_t)(i->rule - w->book->rules),
                        .item = (uint32_t)(i->item - w->book->items),
                        .instead_of = NONE,
                        .pool = pool,
                        .value_minor = grant->grant.value_minor,
                        .count = grant->grant.units,
                        .offset_minor = off,
                        .partial = i->pending->pending.partial != 0,
                        .cut_by = NONE,
                        .due_ms = TIME_NONE,
                        .valid_from_ms = moment_or(&i->item->valid_from, at_ms, zone, TIME_NONE),
                        .valid_to_ms = moment_or(&i->item->valid_to, at_ms, zone, TIME_NONE),
                        .cause_digest = i->pending->pending.event,
                        .id_length = ID22_BYTES,
                        .id_words = {grant->grant.id_low, grant->grant.id_high}};
  digest_to_id((struct digest128){grant->grant.id_low, grant->grant.id_high}, gift->id);
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

static void issue(struct work *w, const struct issuing *i) {
  struct failure failure;
  const struct item *meant = item_of_mark(w->book, i->rule, i->pending->pending.meant);
  struct outcome *outcome = outcome_new(w, (uint32_t)(i->rule - w->book->rules), REASON_GIVEN);
  if (i->pending->pending.waits == PENDING_CHOICE) {
    choose_default(w, i, outcome);
    return;
  }
  if (condition_holds(w, meant == NULL ? NONE : meant->still, i->rule->campaign, true, &failure)) {
    gift_issue(w, i, outcome);
    pending_done(w, i->pending);
    return;
  }
  failure_into(&failure, outcome);
  gift_refuse(w, i->pending);
}

void pending_issue(struct work *w) {
  struct issuing i = {.pending = pending_gift(w, w->in->closing->gift.low)};
  const struct rulebook *before = w->book;
  assert(i.pending != NULL && i.pending->pending.time_ms == w->event->time_ms);
  i.grant = grant_find(w, (struct grant_name){i.pending->pending.event, i.pending->key});
  assert(i.grant != NULL); /* who takes a gift back takes what waits with it (grant_remove) */
  bool known = terms_find(w, i.grant, &w->book, &i.rule);
  i.item = known ? grant_item(w->book, i.rule, i.grant) : NULL;
  if (i.item != NULL)
    issue(w, &i);
  else
    grant_remove(w, (struct grant_name){i.pending->pending.event, i.pending->key}); /* nobody knows any more what it was */
  w->book = before;
}
