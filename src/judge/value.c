/* Left sides: what a condition, a worth or an axis looks at, as it is now. */
#include "work.h"

bool money_in(const struct work *w, uint32_t campaign, struct payment paid, int64_t minor, int64_t *out) {
  const struct campaign *own = work_campaign(w, campaign);
  struct fx_rate rate;
  int64_t day;
  *out = minor;
  if (paid.currency.length == 0 || str_equal(paid.currency, own->currency)) return true;
  bool found = campaign_rate(own, paid.currency, paid.time_ms, &rate, &day) == RATE_FOUND;
  return found && fx_convert(&rate, minor, own->decimals, out);
}

/* What goes back goes back as it came: at the time that is remembered of it, whose rate its decision names, else when the reversal says
 * that it was. Of what nobody remembers its own day. */
static int64_t reversed_ms(const struct work *w) {
  const struct value *told = event_field(w->event, FIELD_ID_ORIGINAL_TIME);
  const struct cell *original = state_find(w->customer, CELL_ORIGINAL, 0, original_digest(w), 0);
  if (original != NULL) return original->original.time_ms;
  return told != NULL ? told->number : w->event->time_ms;
}

struct payment paid_now(const struct work *w, const struct campaign *campaign) {
  const struct value *currency = event_field(w->event, FIELD_ID_CURRENCY);
  bool back = w->event->type == TYPE_ID_REVERSED && campaign->fx.table != NULL;
  int64_t time_ms = back ? reversed_ms(w) : event_rate_ms(w->in->rulebook->catalogue, campaign, w->event);
  return (struct payment){currency == NULL ? STR("") : currency->text, time_ms};
}

struct payment paid_then(const struct cell *original) {
  return (struct payment){original_currency(original), original == NULL ? 0 : original->original.time_ms};
}

bool rate_is_awaited(const struct campaign *campaign, struct payment paid, int64_t *day) {
  struct fx_rate rate;
  if (campaign->fx.table == NULL) return false; /* of nearly all campaigns */
  if (paid.currency.length == 0 || str_equal(paid.currency, campaign->currency)) return false;
  return campaign_rate(campaign, paid.currency, paid.time_ms, &rate, day) == RATE_NOT_YET;
}

bool rate_is_known(const struct work *w, const struct campaign *campaign, struct str *which) {
  int64_t day;
  if (campaign->fx.table == NULL) return true;
  const struct payment paid = paid_now(w, campaign);
  if (!rate_is_awaited(campaign, paid, &day) || MUTANT(RATE_GUESSED)) return true;
  if (which == NULL) return false;
  char memory[32];
  struct buffer text;
  buffer_init(&text, memory, sizeof memory);
  buffer_put(&text, paid.currency);
  buffer_byte(&text, ' ');
  buffer_date(&text, day);
  *which = arena_copy(w->arena, buffer_text(&text));
  return false;
}

/* Money in the currency of the file that asks; of one that it cannot convert there is none. */
static struct value event_value(struct work *w, const struct condition *leaf) {
  bool again = w->rechecking && leaf->index == FIELD_ID_AMOUNT;
  const struct value *value = event_field(w->event, (uint16_t)leaf->index);
  struct value found = again ? value_number(w->recheck_amount) : value == NULL ? value_absent() : *value;
  if (found.kind != VALUE_INT || w->book->catalogue->fields[leaf->index].kind != FIELD_MONEY) return found;
  if (!again && w->rechecking) return found;
  const struct payment paid = w->rechecking ? w->recheck_paid : paid_now(w, work_campaign(w, leaf->campaign));
  return money_in(w, leaf->campaign, paid, found.number, &found.number) ? found : value_absent();
}

static struct value fact_value(struct work *w, const struct condition *leaf) {
  const struct fact *fact = &w->book->facts[leaf->index];
  const struct fact_kind_row *row = w->kinds[fact->kind];
  int64_t figure;
  if (leaf->left == LEFT_FACT && figure_find(w, fact, &figure)) return value_number(figure);
  return leaf->left == LEFT_FACT || row->ask_more == NULL ? row->ask(w, fact) : row->ask_more(w, fact, leaf->left);
}

/* Who caused the event: index 0 whether it was the customer, 1 the id. */
static struct value cause_value(const struct work *w, uint32_t index) {
  bool other = w->event->cause.length > 0;
  struct str id = other ? w->event->cause : w->event->customer;
  return (struct value){.kind = VALUE_TEXT, .text = index == 1 ? id : other ? STR("other") : STR("self")};
}

struct value left_value(struct work *w, const struct condition *leaf) {
  assert(leaf >= w->book->conditions && leaf < w->book->conditions + w->book->condition_count); /* never of another book */
  switch (leaf->left) {
    case LEFT_FIELD: return event_value(w, leaf);
    case LEFT_FACT:
    case LEFT_FACT_AT:
    case LEFT_FACT_ELAPSED: return fact_value(w, leaf);
    case LEFT_FACT_KEEP:
    case LEFT_PROFILE:
    case LEFT_CHANCE: return kept_value(w, leaf);
    case LEFT_PLACE: return w->place == 0 ? value_absent() : value_number(w->place);
    case LEFT_RULE_REWARD: return w->base == NULL ? value_absent() : value_number(leaf->index == 0 ? w->base->value_minor : w->base->count);
    case LEFT_CAUSED_BY: return cause_value(w, leaf->index);
    case LEFT_LEVEL: return w->level == NULL ? value_absent() : (struct value){.kind = VALUE_TEXT, .text = w->level->id};
    case LEFT_TAG:
    case LEFT_LIST:
    case LEFT_SCHEDULE:
    case LEFT_MONTH: break; /* of the event in a campaign's zone: condition.c */
  }
  return value_absent();
}

/* Money of another currency, for which the file has no rate, is never compared or converted: the test fails (docs/language.md section 2).
 */
bool amount_is_foreign(const struct work *w, uint32_t campaign) {
  const struct value *currency = event_field(w->event, FIELD_ID_CURRENCY), *amount = event_field(w->event, FIELD_ID_AMOUNT);
  int64_t unused;
  return currency != NULL && amount != NULL && !money_in(w, campaign, paid_now(w, work_campaign(w, campaign)), amount->number, &unused);
}

/* Each test is one of the file that says it: an activity of a programme has the programme's rates. */
bool condition_is_foreign(const struct work *w, uint32_t node) {
  const struct rulebook *book = w->book;
  if (node == NONE) return false;
  assert(node < book->condition_count);
  const struct condition *condition = &book->conditions[node];
  if (condition->kind != CONDITION_LEAF) {
    for (uint32_t i = 0; i < condition->count; i++)
      if (condition_is_foreign(w, condition->first + i)) return true;
    return false;
  }
  if (condition->left == LEFT_FIELD) return condition->money && amount_is_foreign(w, condition->campaign);
  if (condition->left != LEFT_FACT) return false;
  const struct fact *fact = &book->facts[condition->index];
  for (uint32_t i = 0; i < fact->axis_count; i++)
    if (condition_is_foreign(w, fact->axes[i].left)) return true;
  return false;
}

const struct cell *fed_find(const struct work *w, const struct fact *fact, uint64_t cause) {
  const struct cell *fed = state_first(w->customer, CELL_FED, 0, cause);
  assert(fact->decl != 0);
  while (fed != NULL && cell_decl(fed) != fact->decl) fed = state_next(w->customer, fed);
  return fed;
}

/* ---- after a reversal ---- */

bool fact_can_change(const struct work *w, const struct fact *fact) {
  const struct fact_kind_row *row = w->kinds[fact->kind];
  return row->can_change != NULL && row->can_change(w, fact);
}

bool left_can_change(const struct work *w, const struct condition *leaf) {
  if (leaf->left == LEFT_FIELD) return leaf->index == FIELD_ID_AMOUNT;
  if (leaf->left == LEFT_RULE_REWARD) return w->base != NULL;
  return leaf->left == LEFT_FACT && fact_can_change(w, &w->book->facts[leaf->index]);
}
