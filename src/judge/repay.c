/* What refunds left owed of a gift that could not be delivered (docs/language.md section 8): of that the customer never had anything, so
 * nothing of it is owed, in whichever order refund and failure become known. Debts of a campaign are one sum: what of it is still owed is
 * owed no more, and what later gifts were made smaller by goes out at once, under an id of its own. That is his: it rests on nothing, so
 * nothing takes it back, and nothing is remembered of it.
 *
 * What goes out is paid from what the failed gift had taken of pools and of limits in money: that much does not go back to them. Where the
 * refund has given it back (`restore`) the later gift has taken all that it was worth (give.c), and nothing is left to be paid.
 */
#include "work.h"

/* ---- from what it was paid ---- */

static bool has_paid(const struct work *w, const struct cell *grant, uint32_t pool) {
  const struct cell *taken = state_first(w->customer, CELL_TAKEN, 0, grant->grant.id_low);
  for (; taken != NULL; taken = state_next(w->customer, taken))
    if (taken->taken.on == ON_POOL && cell_decl(taken) == w->book->pools[pool].decl) return true;
  return false;
}

/* Its first pool, or what fell in for that; NONE: it has none. */
uint32_t pool_paid(const struct work *w, const struct item *item, const struct cell *grant) {
  uint32_t pool = item->pool_count == 0 ? NONE : w->book->refs[item->pool_first];
  for (uint32_t depth = 0; pool != NONE && depth < LIMIT_POOL_DEPTH && !has_paid(w, grant, pool); depth++)
    pool = w->book->pools[pool].fallback;
  return pool;
}

/* ---- what becomes of the debt ---- */

struct voiding {
  const struct rule *rule;
  const struct item *item;
  const struct cell *debt;
  struct digest128 id;
};

static struct gift *gift_of_debt(struct work *w, const struct voiding *v, enum reason reason, enum gift_kind kind, int64_t value) {
  struct outcome *outcome = outcome_new(w, (uint32_t)(v->rule - w->book->rules), reason);
  struct gift *gift = gift_of_grant(w, v->rule, v->item, v->debt, w->event->time_ms);
  outcome->gift_count = 1;
  gift->kind = kind, gift->value_minor = value, gift->count = 1, gift->offset_minor = 0;
  gift->id_words[0] = v->id.low, gift->id_words[1] = v->id.high;
  digest_to_id(v->id, gift->id);
  return gift;
}

/* What is still owed. */
static int64_t debt_waive(struct work *w, const struct voiding *v) {
  const struct cell *owed = state_find(w->customer, CELL_OWED, work_campaign(w, v->rule->campaign)->decl, v->item->is_points, 0);
  int64_t waived = v->debt->grant.value_minor;
  if (owed == NULL || owed->owed.amount < waived) waived = owed == NULL ? 0 : owed->owed.amount;
  if (waived == 0) return 0;
  state_write(w->customer, owed)->owed.amount -= waived;
  struct gift *gift = gift_of_debt(w, v, REASON_REVERSED, GIFT_WAIVED, waived);
  gift->valid_from_ms = TIME_NONE, gift->valid_to_ms = TIME_NONE;
  return waived;
}

/* It stays taken, whatever the rule gives back of what failed. */
static void taken_for(struct work *w, const struct voiding *v, int64_t amount) {
  const struct cell *taken = state_first(w->customer, CELL_TAKEN, 0, v->debt->grant.id_low);
  for (; taken != NULL; taken = state_next(w->customer, taken)) {
    bool restored = taken->taken.on == ON_POOL ? v->rule->undo.restore_pool : v->rule->undo.restore_limits;
    if (!taken->taken.of_value || restored) continue;
    state_write(w->customer, taken)->taken.amount -= amount < taken->taken.amount ? amount : taken->taken.amount;
  }
}

static void debt_repay(struct work *w, const struct voiding *v, int64_t amount) {
  if (amount == 0) return;
  struct voiding paid = *v;
  paid.id = repaid_digest(w, v->id);
  struct gift *gift = gift_of_debt(w, &paid, REASON_GIVEN, GIFT_REPAID, amount);
  digest_to_id(v->id, gift->first_id);
  gift->pool = pool_paid(w, v->item, v->debt);
  taken_for(w, v, amount);
}

void debt_void(struct work *w, const struct cell *debt, struct digest128 id) {
  const struct rulebook *before = w->book;
  struct voiding v = {.debt = debt, .id = id};
  bool known = terms_find(w, debt, &w->book, &v.rule);
  v.item = known ? grant_item(w->book, v.rule, debt) : NULL;
  if (v.item != NULL) {
    debt_repay(w, &v, debt->grant.value_minor - debt_waive(w, &v));
    w->takes_back = true;
    if (grant_find(w, (struct grant_name){debt->key, debt->grant.id_low}) == NULL) debt_give_back(w, v.rule, debt);
    w->takes_back = false;
    state_remove(w->customer, debt);
  }
  w->book = before;
}
