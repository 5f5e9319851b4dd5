/* What refunds left owed of a gift that may fail (docs/language.md section 8): it stands beside its grant, and stays when that goes, so
 * that it is known what is owed no more if the gift turns out never to have been delivered (repay.c). */
#include "work.h"

const struct cell *debt_find(const struct work *w, struct grant_name name) {
  const struct cell *debt = state_first(w->customer, CELL_DEBT, 0, name.event);
  while (debt != NULL && debt->grant.id_low != name.id_low) debt = state_next(w->customer, debt);
  return debt;
}

void debt_keep(struct work *w, const struct rule *rule, const struct cell *grant, int64_t amount) {
  const struct cell *known = debt_find(w, (struct grant_name){grant->key, grant->grant.id_low});
  assert(amount >= 0);
  if (amount == 0 || !rule->forfeit.answers) return; /* else nobody hears that it was not delivered */
  if (known != NULL) {
    struct cell *debt = state_write(w->customer, known);
    debt->grant.value_minor = sum_of(debt->grant.value_minor, amount);
    return;
  }
  struct cell *debt = work_add(w, w->customer, CELL_DEBT, cell_decl(grant), grant->key, grant->period);
  debt->grant = grant->grant;
  debt->grant.value_minor = amount, debt->grant.units = 1;
  debt->expires_day = grant->expires_day;
}
