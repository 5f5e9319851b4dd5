/* What became of a gift downstream (docs/language.md section 8; R144): the system that fulfils says done, or failed, once. A gift whose
 * rule has a word for it (`on_failure`) leaves what the answer is found by, for as long as reversals have; of one that failed is taken back
 * what was given, by the terms it was given under, and what rests on it. What is said first stands: said again it is nothing, said
 * otherwise it is told, since nobody here knows what is true.
 *
 * With `reissue` it is issued anew instead, once: under an id that follows from its first one, which fulfilment answers as it did that. All
 * that is remembered of the gift stays under its first id - what it took, what rests on it - so nothing is taken twice, whatever undoes it.
 */
#include "work.h"

/* The gift that it is about; NULL: not of this customer, without a policy, or forgotten. */
static const struct cell *issued_named(const struct work *w) {
  const struct value *id = event_field(w->event, FIELD_ID_REWARD_ID);
  struct digest128 digest;
  if (id == NULL || !digest_from_id(id->text, &digest)) return NULL;
  const struct cell *issued = issued_find(w, digest);
  if (issued != NULL && pending_gift(w, digest.low) != NULL) return NULL; /* nobody can have tried to fulfil it yet */
  return issued;
}

/* ---- what failed ---- */

struct failed {
  const struct cell *issued, *grant; /* grant NULL: it was taken back before, by a reversal ... */
  const struct cell *debt;           /* ... or is owed, at least in part; else NULL */
  bool anew;                         /* it was issued anew before */
};

static bool is_of(const struct cell *issued, struct digest128 id) { return issued->key == id.low && issued->issued.id_high == id.high; }

/* Of the event's cells of a kind, all of which have the first id of a gift, the one of this gift. */
static const struct cell *failed_cell(const struct work *w, struct failed *f, enum cell_kind kind) {
  const struct cell *cell = state_first(w->customer, kind, 0, f->issued->issued.event);
  for (; cell != NULL; cell = state_next(w->customer, cell)) {
    f->anew = !is_of(f->issued, grant_digest(cell));
    if (!f->anew || is_of(f->issued, reissue_digest(w, grant_digest(cell)))) return cell;
  }
  return NULL;
}

static struct failed failed_find(const struct work *w, const struct cell *issued) {
  struct failed f = {.issued = issued};
  f.debt = failed_cell(w, &f, CELL_DEBT);
  f.grant = failed_cell(w, &f, CELL_GRANT);
  return f;
}

/* As a whole, whatever is left of it. */
static void gift_forfeit(struct work *w, const struct failed *f) {
  const struct undoing u = {.original = f->grant->key, .whole = true, .failed = true};
  grant_take_back(w, &u, f->grant->grant.id_low);
}

/* ---- issued anew ---- */

/* For as long as its first id is known: what can be undone of either is the same. */
static void issued_again(struct work *w, const struct cell *issued, struct digest128 id) {
  w->takes_back = true; /* a full record that kept a reversal has no other room for it */
  struct cell *again = work_make(w, w->customer, CELL_ISSUED, cell_decl(issued), id.low, 0);
  w->takes_back = false;
  again->issued.id_high = id.high, again->issued.event = issued->issued.event;
  again->issued.result = ISSUED_UNTOLD;
  again->expires_day = issued->expires_day;
}

static void gift_anew(struct work *w, const struct failed *f, const struct rule *rule, const struct item *item) {
  struct digest128 id = reissue_digest(w, grant_digest(f->grant));
  if (MUTANT(REISSUE_AGAIN) && f->anew) id = reissue_digest(w, id);
  struct outcome *outcome = outcome_new(w, (uint32_t)(rule - w->book->rules), REASON_GIVEN);
  struct gift *gift = gift_of_grant(w, rule, item, f->grant, w->event->time_ms);
  memcpy(gift->first_id, gift->id, sizeof gift->first_id);
  digest_to_id(id, gift->id);
  gift->kind = GIFT_REISSUED, gift->id_words[0] = id.low, gift->id_words[1] = id.high;
  gift->pool = pool_paid(w, item, f->grant);
  outcome->gift_count = 1;
  state_write(w->customer, f->issued)->issued.result = ISSUED_REISSUED;
  issued_again(w, f->issued, id);
}

/* By the terms it was given under. Of what was set off as a whole nothing was delivered, and nothing would be. */
static bool reissued(struct work *w, const struct failed *f) {
  const struct rulebook *before = w->book;
  const struct rule *rule;
  bool known = terms_find(w, f->grant, &w->book, &rule),
       delivers = f->grant->grant.value_minor > 0 || set_off_of(w, f->grant->grant.id_low) == 0;
  const struct item *item = known ? grant_item(w->book, rule, f->grant) : NULL;
  bool anew = item != NULL && rule->forfeit.reissue && delivers && (!f->anew || MUTANT(REISSUE_AGAIN));
  if (anew) gift_anew(w, f, rule, item);
  w->book = before;
  return anew;
}

static void gift_failed(struct work *w, const struct cell *issued) {
  const struct failed f = failed_find(w, issued);
  if (f.debt != NULL && !MUTANT(DEBT_OF_FAILED)) debt_void(w, f.debt, (struct digest128){issued->key, issued->issued.id_high});
  if (f.grant != NULL && !reissued(w, &f)) gift_forfeit(w, &f);
}

void fulfilment_apply(struct work *w) {
  const struct value *result = event_field(w->event, FIELD_ID_RESULT);
  bool failed = result != NULL && str_equal(result->text, STR("failed")), done = result != NULL && str_equal(result->text, STR("done"));
  const struct cell *issued = issued_named(w);
  if (!failed && !done) return; /* a word that giftd does not know says nothing */
  if (issued == NULL) {
    if (failed) w->out->gate = REASON_GIFT_UNKNOWN;
    return;
  }
  bool untold = issued->issued.result == ISSUED_UNTOLD, was_done = issued->issued.result == ISSUED_DONE;
  if (!untold && was_done != done) w->out->gate = REASON_RESULT_CONTRADICTED;
  if (!untold) return;
  state_write(w->customer, issued)->issued.result = failed ? ISSUED_FAILED : ISSUED_DONE;
  if (failed) gift_failed(w, issued);
}
