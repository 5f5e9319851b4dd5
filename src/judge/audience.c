/* Who takes part: lists, segments, tags and conditions of an audience, enrolment, the bank's deny list. */
#include "work.h"

int64_t lateness_of(const struct work *w, const struct campaign *campaign) {
  return w->event->backfill ? campaign_late_most(campaign) : campaign->late_ms;
}

bool campaign_accepts_late(const struct work *w, const struct campaign *campaign) {
  return w->event->time_ms >= w->event->arrival_ms - lateness_of(w, campaign);
}

/* A list is as its file says, whatever the day. */
static enum held member_holds(const struct work *w, const struct as_of *as_of, const struct member *member) {
  if (member->is_list) return list_has(&w->book->lists[member->list], w->event->customer) ? HELD_YES : HELD_NO;
  return as_of_has(w, as_of, member->tag);
}

static enum held any_member(const struct work *w, const struct as_of *as_of, uint32_t first, uint32_t count) {
  enum held any = HELD_NO;
  assert(count == 0 || first + count <= w->book->member_count);
  for (uint32_t i = 0; i < count && any != HELD_YES; i++) {
    enum held one = member_holds(w, as_of, &w->book->members[first + i]);
    if (one > any) any = one;
  }
  return any;
}

/* Who may be excluded, or may not be included, is not of it: nothing is given by a guess. */
static bool members_allow(const struct work *w, const struct audience *audience, struct failure *failure) {
  enum held out = any_member(w, &audience->as_of, audience->exclude_first, audience->exclude_count), in = HELD_YES;
  if (out == HELD_YES) return false;
  if (!audience->everyone) in = any_member(w, &audience->as_of, audience->include_first, audience->include_count);
  if (in != HELD_NO && (in == HELD_UNKNOWN || out == HELD_UNKNOWN)) failure->text = audience->as_of.unknown;
  return in == HELD_YES && out == HELD_NO;
}

static bool audience_holds(struct work *w, uint32_t number, struct failure *failure) {
  const struct audience *audience = &work_campaign(w, number)->audience;
  *failure = (struct failure){.condition = NONE, .reason = REASON_NOT_IN_AUDIENCE};
  if (!members_allow(w, audience, failure)) return false;
  struct failure inner;
  if (condition_holds(w, audience->when, number, true, &inner)) return true;
  *failure = inner;
  failure->reason = REASON_NOT_IN_AUDIENCE;
  return false;
}

bool signed_up(const struct work *w, uint32_t campaign) {
  const struct cell *cell = state_find(w->customer, CELL_ENROLLED, work_campaign(w, campaign)->decl, 0, 0);
  return cell != NULL && cell->enrolled.time_ms <= w->event->time_ms;
}

bool audience_allows(struct work *w, uint32_t campaign, struct failure *failure) {
  if (w->audience_campaign != campaign || w->audience_reason == REASON_COUNT) {
    struct failure now = {.condition = NONE};
    enum reason reason = REASON_GIVEN;
    if (!audience_holds(w, campaign, &now))
      reason = REASON_NOT_IN_AUDIENCE;
    else if (work_campaign(w, campaign)->enrolment && !signed_up(w, campaign))
      reason = REASON_NOT_ENROLLED;
    w->audience_campaign = campaign, w->audience_reason = reason, w->audience_failure = now;
  }
  assert(w->audience_campaign == campaign && w->audience_reason != REASON_COUNT);
  *failure = w->audience_failure;
  failure->reason = w->audience_reason;
  return w->audience_reason == REASON_GIVEN;
}

bool customer_denied(const struct work *w) {
  static const struct as_of live = {0};
  return any_member(w, &live, w->book->deny_first, w->book->deny_count) == HELD_YES;
}

bool fact_open_to(struct work *w, const struct fact *fact) {
  const struct campaign *campaign = work_campaign(w, fact->campaign);
  struct failure failure;
  return campaign->programme || (campaign_accepts_late(w, campaign) && audience_allows(w, fact->campaign, &failure));
}

int32_t fact_expiry(const struct work *w, const struct fact *fact) {
  const struct campaign *campaign = work_campaign(w, fact->campaign);
  return campaign->programme ? 0 : state_expiry(campaign_over(campaign, w->in->settings));
}
