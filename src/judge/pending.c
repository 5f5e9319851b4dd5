/* Gifts that are qualified now and issued later (docs/language.md section 6, `timing`): their pools and limits are taken when they are
 * qualified, under the id that they will have, and a cell in the customer's record says when they are due. The shard comes back then, as
 * for a period that closes (close.c), also to a customer who is silent. What undoes a gift takes a pending one off as well; what is left of
 * it by then is issued.
 *
 *     give.c -> grant and pending cell, decision.dues -> ... -> judge_event with `closing` of the gift -> issue.c
 */
#include "work.h"

#define HOUR_MS 3600000LL

/* Never behind the closing of its campaign, whose terms say what it is. */
int64_t pending_until(const struct work *w, const struct item *item, uint32_t campaign, int64_t from_ms) {
  const struct campaign *of = work_campaign(w, campaign);
  if (item->timing.kind == MOMENT_NONE) return TIME_NONE;
  int64_t due_ms = moment_resolve(&item->timing, from_ms, of->zone);
  if (due_ms > of->closing_ms) due_ms = of->closing_ms;
  return due_ms > w->event->time_ms ? due_ms : TIME_NONE;
}

int64_t pending_queues_until(const struct work *w, uint32_t campaign) {
  int64_t until_ms = queue_until(work_campaign(w, campaign)->closing_ms, w->event->time_ms);
  return until_ms > w->event->time_ms ? until_ms : TIME_NONE;
}

bool pending_still(struct work *w, const struct rule *rule, const struct cell *pending, struct failure *failure) {
  const struct item *meant = item_of_mark(w->book, rule, pending->pending.meant);
  return condition_holds(w, meant == NULL ? NONE : meant->still, rule->campaign, true, failure);
}

/* Money that who asks cannot read is no reason to let a gift go by unseen. */
static bool review_asks(struct work *w, const struct review *review) {
  struct failure failure;
  if (!review->asked) return false;
  return condition_is_foreign(w, review->when) || condition_holds(w, review->when, review->campaign, true, &failure);
}

static void review_ask(struct work *w, const struct review *review, struct zone zone, struct gift *gift) {
  if (!review_asks(w, review)) return;
  int64_t until_ms = duration_add(w->event->time_ms, review->within, 1, zone);
  assert(until_ms > w->event->time_ms);
  if (!gift->in_review || until_ms < gift->due_ms) gift->due_ms = until_ms;
  gift->passes = review->passes && (gift->passes || !gift->in_review);
  gift->in_review = true;
}

/* The bank's first, then the rule's own: one person looks at it, the earlier deadline counts, and who lets nothing pass has the say. */
bool review_begin(struct work *w, const struct rule *rule, struct gift *gift) {
  struct zone zone = work_zone(w, rule->campaign);
  if (!MUTANT(RISK_REVIEW_SKIPPED)) review_ask(w, &w->book->risk_review, zone, gift);
  gift->for_bank = gift->in_review;
  review_ask(w, &rule->review, zone, gift);
  return gift->in_review;
}

/* Each gift has an instant of its own; whoever comes back to silent customers does so every full hour, or there would be as many lists of
 * them as there are gifts. */
int64_t pending_looked_at(int64_t due_ms) { return (due_ms + HOUR_MS - 1) / HOUR_MS * HOUR_MS; }

uint16_t pending_ahead(const struct work *w, uint32_t campaign, int64_t due_ms) {
  return (uint16_t)(zone_offset(work_zone(w, campaign), due_ms) + MINUTES_A_DAY);
}

static enum pending_for waits_for(const struct gift *gift) {
  if (gift->in_review) return PENDING_REVIEW;
  if (gift->in_queue) return PENDING_QUEUE;
  return gift->item == NONE ? PENDING_CHOICE : PENDING_TIMING;
}

void pending_keep(struct work *w, const struct gift *gift, const struct item *meant, const struct rule *rule) {
  struct cell *cell = work_make(w, w->customer, CELL_PENDING, 0, gift->id_words[0], 0);
  assert(gift->kind == GIFT_PENDING && gift->due_ms > w->event->time_ms);
  if (w->pending_ms == TIME_NONE || gift->due_ms > w->pending_ms) w->pending_ms = gift->due_ms;
  cell->pending.time_ms = gift->due_ms, cell->pending.event = own_digest(w);
  cell->pending.id_high = gift->id_words[1];
  cell->pending.pool = gift->pool == NONE ? 0 : w->book->pools[gift->pool].decl;
  cell->pending.meant = meant->mark;
  cell->pending.flags =
      (gift->partial ? PENDING_PARTIAL : 0) | (gift->passes ? PENDING_ON_PASS : 0) | (gift->for_bank ? PENDING_FOR_BANK : 0);
  cell->pending.waits = (uint8_t)waits_for(gift);
  cell->pending.ahead = pending_ahead(w, rule->campaign, gift->due_ms);
  cell->expires_day = undo_expiry(w);
  due_tell(w, pending_looked_at(gift->due_ms));
}

const struct cell *pending_known(const struct work *w, uint64_t id_low) { return state_find(w->customer, CELL_PENDING, 0, id_low, 0); }

const struct cell *pending_gift(const struct work *w, uint64_t id_low) {
  const struct cell *known = pending_known(w, id_low);
  return known != NULL && known->pending.waits != PENDING_SETTLED ? known : NULL;
}

const struct cell *pending_named(const struct work *w) {
  const struct value *id = event_field(w->event, FIELD_ID_REWARD_ID);
  struct digest128 digest;
  const struct cell *known = id != NULL && digest_from_id(id->text, &digest) ? pending_known(w, digest.low) : NULL;
  return known != NULL && known->pending.id_high == digest.high ? known : NULL;
}

void pending_settle(struct cell *pending) {
  pending->pending.waits = PENDING_SETTLED;
  pending->pending.time_ms = 0; /* it is not due any more */
}
