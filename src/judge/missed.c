/* Back-fill (docs/language.md section 9.3; R111): an event that came too late for a campaign, or before the rate it goes by (R47), may come
 * again, marked. That it came before is remembered with the ids of all events, so the marked one would be a duplicate; therefore each
 * campaign that may have it back-filled remembers, as long as the id is, that it did not hear it. Those alone hear it then, once: for all
 * others it stays a duplicate. A mark is a CELL_ONCE by the campaign's name, beside those by the names of rules. */
#include "work.h"

/* Its mark, or NULL. */
static const struct cell *missed(const struct work *w, const struct campaign *campaign, uint64_t digest) {
  if (campaign->backfill_ms == 0 || campaign->programme) return NULL;
  return state_find(w->customer, CELL_ONCE, campaign->decl, digest, 0);
}

bool missed_any(const struct work *w, uint64_t digest) {
  for (uint32_t i = 0; i < w->book->campaign_count; i++)
    if (missed(w, work_campaign(w, i), digest) != NULL) return true;
  return false;
}

/* A gift that was handed out for who heard the event is a duplicate, though others may hear it. So is one that was told before its rate. */
static bool handed_before(const struct work *w) {
  const struct rule *rule = by_hand_rule(w);
  return rule != NULL && (missed(w, work_campaign(w, rule->campaign), own_digest(w)) == NULL || missed_hand(w, rule));
}

/* Of what was taken back as a whole nobody hears anything; of a part what is left (awaited.c). */
bool missed_again(const struct work *w) {
  const struct cell *original = state_find(w->customer, CELL_ORIGINAL, 0, own_digest(w), 0);
  bool left = original == NULL || !original->original.undone;
  return w->event->backfill && left && missed_any(w, own_digest(w)) && !handed_before(w);
}

/* Too late, or paid at a rate that is not there yet: then also one that was marked before the rate came. */
bool missed_later(const struct work *w, const struct campaign *campaign) {
  bool covers = campaign->backfill_ms > 0 && w->event->time_ms >= w->event->arrival_ms - campaign->backfill_ms;
  bool late = !w->event->backfill && !campaign_accepts_late(w, campaign);
  return covers && !campaign->programme && (late || !rate_is_known(w, campaign, NULL));
}

static void mark(struct work *w, uint64_t decl) {
  struct cell *cell = work_make(w, w->customer, CELL_ONCE, decl, own_digest(w), 0);
  cell->once.time_ms = w->event->time_ms;
  cell->expires_day = state_expiry(w->event->time_ms + w->in->settings->horizon_ms);
}

/* By the rule's name. It goes with the id of the event, whatever becomes of the rule. */
static bool gave(const struct work *w, const struct rule *rule) {
  return state_find(w->customer, CELL_ONCE, rule->decl, own_digest(w), 0) != NULL;
}

/* ---- gifts that were handed out before the rate was there ---- */

void missed_hand_mark(struct work *w, const struct rule *rule) {
  if (missed_later(w, work_campaign(w, rule->campaign))) mark(w, rule->decl);
}

bool missed_hand(const struct work *w, const struct rule *rule) { return gave(w, rule); }

/* ---- groups ---- */

/* A rule may have the group's name: they are kept apart. */
static uint64_t group_decl(const struct work *w, uint32_t group) {
  static const struct hash_key groups = {UINT64_C(0x67726f7570), 0};
  return decl_of_hash(hash64(&groups, w->book->groups[group].name));
}

/* Under the group's name, so that it is known whatever becomes of who gave; and under the rule's, so that it can be told. */
void missed_group_mark(struct work *w, uint32_t group, uint32_t winner) {
  mark(w, group_decl(w, group));
  if (winner != MISSED_GONE) mark(w, w->book->rules[winner].decl);
}

/* A rule that a fact wakes was not even asked: its fact did not hear the event. */
bool missed_group_later(const struct work *w, uint32_t group) {
  for (uint32_t i = 0; w->missed_some && i < w->book->rule_count; i++) {
    const struct rule *rule = &w->book->rules[i];
    if (rule->group == group && missed(w, work_campaign(w, rule->campaign), own_digest(w)) != NULL) return true;
  }
  return false;
}

uint32_t missed_group(const struct work *w, uint32_t group) {
  bool came = w->event->backfill && (w->again || w->in->hearing != NULL);
  for (uint32_t i = 0; came && i < w->book->rule_count; i++)
    if (w->book->rules[i].group == group && gave(w, &w->book->rules[i])) return i;
  bool known = came && state_find(w->customer, CELL_ONCE, group_decl(w, group), own_digest(w), 0) != NULL;
  return known ? MISSED_GONE : NONE;
}

/* ---- the event at hand ---- */

/* A `first` of a programme has heard it, and knows it again; what else programmes count they counted. */
static bool hears_again(const struct work *w, const struct listener *listener) {
  const struct campaign *campaign = work_campaign(w, listener->campaign);
  bool known = listener->kind == LISTENER_FACT && w->kinds[w->book->facts[listener->owner].kind]->knows_again;
  return missed(w, campaign, own_digest(w)) != NULL || (campaign->programme && known);
}

static void matches_again(struct work *w) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < w->match_count; i++)
    if (hears_again(w, &w->book->listeners[w->matches[i]])) w->parted[kept++] = w->matches[i];
  w->matches = w->parted, w->match_count = kept;
}

/* They have heard it now, unless its rate is not there yet. */
static void marks_remove(struct work *w) {
  for (uint32_t i = 0; i < w->book->campaign_count; i++) {
    const struct cell *known = missed(w, work_campaign(w, i), own_digest(w));
    if (known != NULL && rate_is_known(w, work_campaign(w, i), NULL)) state_remove(w->customer, known);
  }
}

void missed_mind(struct work *w) {
  assert(w->in->hearing == NULL && w->in->closing == NULL);
  if (w->again) {
    w->missed_some = true; /* there may be others */
    matches_again(w);
    marks_remove(w);
    return;
  }
  for (uint32_t i = 0; i < w->match_count; i++) {
    const struct campaign *campaign = work_campaign(w, w->book->listeners[w->matches[i]].campaign);
    if (!missed_later(w, campaign)) continue;
    mark(w, campaign->decl);
    w->missed_some = true;
  }
}

/* ---- what facts alone would have heard ---- */

static bool tree_asks(const struct rulebook *book, uint32_t node, uint32_t fact) {
  if (node == NONE) return false;
  const struct condition *condition = &book->conditions[node];
  if (condition->kind == CONDITION_LEAF)
    return (condition->left == LEFT_FACT || condition->left == LEFT_FACT_AT || condition->left == LEFT_FACT_ELAPSED) &&
           condition->index == fact;
  for (uint32_t i = 0; i < condition->count; i++)
    if (tree_asks(book, condition->first + i, fact)) return true;
  return false;
}

static bool item_asks(const struct rulebook *book, const struct item *item, uint32_t fact) {
  return tree_asks(book, item->when, fact) || (worth_is_derived(&item->value) && tree_asks(book, item->value.of, fact)) ||
         (worth_is_derived(&item->count) && tree_asks(book, item->count.of, fact));
}

static bool trigger_asks(const struct rulebook *book, const struct trigger *trigger, uint32_t fact) {
  uint32_t level = trigger_level(trigger);
  return (trigger->kind == TRIGGER_FACT && trigger->fact == fact) || (level != NONE && book->facts[level].parts[0] == fact);
}

static bool rule_asks(const struct rulebook *book, const struct rule *rule, uint32_t fact) {
  bool asks = tree_asks(book, rule->when, fact);
  for (uint32_t i = 0; i < rule->on.count && !asks; i++) asks = trigger_asks(book, &book->triggers[rule->on.first + i], fact);
  for (uint32_t i = 0; i < rule->item_count && !asks; i++) asks = item_asks(book, &book->items[rule->item_first + i], fact);
  return asks;
}

/* The first rule that asks the fact itself, else the campaign's first: another fact stands between them. */
static uint32_t teller(const struct work *w, const struct campaign *campaign, uint32_t fact) {
  for (uint32_t i = 0; i < campaign->rule_count; i++)
    if (rule_asks(w->book, &w->book->rules[campaign->rule_first + i], fact)) return campaign->rule_first + i;
  return campaign->rule_first;
}

/* Rules stand behind facts, in their own order. */
static bool a_rule_hears(const struct work *w, const struct campaign *campaign) {
  uint32_t low = 0, high = w->match_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    const struct listener *listener = &w->book->listeners[w->matches[middle]];
    if (listener->kind != LISTENER_RULE || listener->owner < campaign->rule_first)
      low = middle + 1;
    else
      high = middle;
  }
  return low < w->match_count && w->book->listeners[w->matches[low]].owner < campaign->rule_first + campaign->rule_count;
}

static bool is_told_here(const struct work *w, uint32_t number, struct str *which) {
  const struct campaign *campaign = work_campaign(w, number);
  if (campaign->programme || campaign->rule_count == 0 || rate_is_known(w, campaign, which)) return false;
  return event_addresses(w, number) && campaign_accepts_late(w, campaign) && !a_rule_hears(w, campaign);
}

/* Gifts have the room first. */
void missed_tell(struct work *w) {
  uint32_t told = NONE;
  for (uint32_t i = 0; i < w->match_count && w->out->outcome_count < LIMIT_OUTCOMES - LIMIT_OUTCOMES_SPARE; i++) {
    const struct listener *listener = &w->book->listeners[w->matches[i]];
    struct str which;
    if (listener->kind == LISTENER_RULE) return;
    if (listener->campaign == told || !is_told_here(w, listener->campaign, &which)) continue;
    told = listener->campaign;
    outcome_new(w, teller(w, work_campaign(w, told), listener->owner), REASON_RATE_UNKNOWN)->actual_text = which;
  }
}
