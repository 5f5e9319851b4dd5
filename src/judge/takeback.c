/* A gift goes back, wholly or in part, by its rule's policy; what it took of limits and pools with it, and what rests on it: add-ons, and
 * what its chances bought. */
#include "work.h"

/* What is done with the gift and what it took: by the rule's word for reversals, or for what failed. */
struct policy {
  bool stays, owed, restore_limits, restore_pool;
};

/* What was never issued is nobody's to keep, and nothing that could be owed. */
static struct policy policy_of(const struct undoing *u, const struct rule *rule, bool pending) {
  if (u->refused) return (struct policy){.restore_limits = rule->undo.restore_limits, .restore_pool = !MUTANT(PENDING_KEEPS)};
  if (u->rejected)
    return (struct policy){.restore_limits = rule->forfeit.answers && rule->forfeit.restore_limits,
                           .restore_pool = !rule->forfeit.answers || rule->forfeit.restore_pool};
  if (pending) return (struct policy){.restore_limits = rule->undo.restore_limits, .restore_pool = rule->undo.restore_pool};
  if (u->failed) return (struct policy){.restore_limits = rule->forfeit.restore_limits, .restore_pool = rule->forfeit.restore_pool};
  return (struct policy){.stays = rule->undo.reward == UNDO_KEEP,
                         .owed = rule->undo.reward == UNDO_OFFSET && !u->awaited,
                         .restore_limits = rule->undo.restore_limits,
                         .restore_pool = rule->undo.restore_pool};
}

/* What of one gift goes back: of each unit (value), or so many units. */
struct back {
  int64_t value; /* of a unit: what goes back of what was paid out */
  int64_t again; /* of a unit: what is owed again since it had been set off */
  uint32_t units;
  bool whole;
};

/* In money or points, of all units together. */
static int64_t back_total(const struct cell *grant, const struct back *back) {
  int64_t unit = back->whole || back->units > 0 ? grant->grant.value_minor : back->value;
  int64_t units = back->whole ? grant->grant.units : back->units > 0 ? back->units : grant->grant.units;
  return (unit + back->again) * units;
}

/* ---- limits and pools ---- */

static int64_t taken_part(const struct cell *taken, const struct cell *grant, const struct back *back) {
  int64_t part = taken->taken.of_value ? back_total(grant, back) : taken->taken.on == ON_POOL ? (int64_t)back->units : 0;
  assert(part >= 0 && taken->taken.amount >= 0);
  if (back->whole || part > taken->taken.amount) return taken->taken.amount;
  return part;
}

static const struct cell *other_of(const struct work *w, enum cell_kind kind, const struct cell *grant) {
  const struct cell *other = state_first(w->customer, kind, 0, grant->key);
  while (other != NULL && (cell_decl(other) != cell_decl(grant) || other->grant.id_low == grant->grant.id_low))
    other = state_next(w->customer, other);
  return other;
}

/* Of what was given at once another gift that stands, or was had and is owed. */
static const struct cell *sibling_of(const struct work *w, const struct cell *grant) {
  const struct cell *other = other_of(w, CELL_GRANT, grant);
  return other != NULL ? other : other_of(w, CELL_DEBT, grant);
}

/* What was given at once used one place: it is used as long as anything of it stands. */
static bool place_stays(struct work *w, const struct cell *grant, const struct cell *taken) {
  const struct cell *other = taken->taken.on == ON_POOL || taken->taken.of_value ? NULL : sibling_of(w, grant);
  if (other == NULL) return false;
  struct cell *passed = work_add(w, w->customer, CELL_TAKEN, cell_decl(taken), other->grant.id_low, taken->period);
  passed->taken = taken->taken;
  passed->expires_day = taken->expires_day;
  state_write(w->customer, taken)->taken.amount = 0; /* it may be there for longer than its gift (debt.c) */
  return true;
}

static void grant_give_back(struct work *w, struct policy policy, const struct cell *grant, const struct back *back) {
  const struct cell *taken = state_first(w->customer, CELL_TAKEN, 0, grant->grant.id_low);
  for (; taken != NULL; taken = state_next(w->customer, taken)) {
    int64_t part = taken_part(taken, grant, back);
    if (part == 0 || !(taken->taken.on == ON_POOL ? policy.restore_pool : policy.restore_limits)) continue;
    if (back->whole && place_stays(w, grant, taken)) continue;
    if (taken->taken.on == ON_POOL)
      pool_give_back(w, taken, part);
    else
      limit_give_back(w, taken, part);
    state_write(w->customer, taken)->taken.amount -= part;
  }
}

void debt_give_back(struct work *w, const struct rule *rule, const struct cell *debt) {
  const struct undoing u = {.original = debt->key, .whole = true, .failed = true};
  const struct back back = {.whole = true, .units = debt->grant.units};
  grant_give_back(w, policy_of(&u, rule, false), debt, &back);
  state_remove_all(w->customer, CELL_TAKEN, 0, debt->grant.id_low);
}

/* ---- telling ---- */

static void owe(struct work *w, const struct rule *rule, const struct item *item, int64_t amount) {
  if (amount <= 0) return;
  struct cell *owed = work_make(w, w->customer, CELL_OWED, work_campaign(w, rule->campaign)->decl, item->is_points, 0);
  owed->owed.amount = sum_of(owed->owed.amount, amount);
}

static struct gift *gift_back(struct work *w, const struct undoing *u, const struct rule *rule, const struct item *item,
                              const struct cell *grant) {
  if (w->out->gift_count == LIMIT_GIFTS) {
    w->crowded = true;
    return NULL;
  }
  const struct digest128 id = grant_standing(w, grant);
  struct gift *gift = &w->out->gifts[w->out->gift_count++];
  *gift = (struct gift){.book = w->book,
                        .due_ms = TIME_NONE,
                        .rule = (uint32_t)(rule - w->book->rules),
                        .item = (uint32_t)(item - w->book->items),
                        .instead_of = NONE,
                        .pool = NONE,
                        .id_length = ID22_BYTES,
                        .valid_from_ms = TIME_NONE,
                        .valid_to_ms = TIME_NONE,
                        .cause_digest = u->original,
                        .id_words = {id.low, id.high}};
  const struct cell *pending = pending_gift(w, grant->grant.id_low);
  if (pending != NULL && pending->pending.waits == PENDING_CHOICE) gift->item = NONE; /* nothing was chosen yet */
  digest_to_id(id, gift->id);
  return gift;
}

/* Only what has a face value can be owed; the rest is asked back. */
static bool is_owed(struct policy policy, const struct item *item, const struct cell *grant) {
  return policy.owed && !item->is_chance && grant->grant.value_minor > 0;
}

static void back_tell(struct work *w, const struct undoing *u, const struct rule *rule, const struct item *item, const struct cell *grant,
                      const struct back *back) {
  struct outcome *outcome = outcome_new(w, (uint32_t)(rule - w->book->rules), REASON_REVERSED);
  const struct policy policy = policy_of(u, rule, pending_gift(w, grant->grant.id_low) != NULL);
  if (policy.stays) return;
  struct gift *gift = gift_back(w, u, rule, item, grant);
  if (gift == NULL) return;
  outcome->gift_count = 1;
  bool by_units = back->whole || back->units > 0;
  bool owed = is_owed(policy, item, grant), all_set_off = !by_units ? back->value == 0 : grant->grant.value_minor == 0 && back->again > 0;
  gift->kind = back->whole ? GIFT_REVOKED : GIFT_REDUCED;
  gift->value_minor = by_units ? grant->grant.value_minor : back->value;
  gift->count = back->whole ? grant->grant.units : back->units;
  if (u->awaited) { /* joined with the gift itself, which never went out as it was (awaited.c) */
    gift->offset_minor = back->again;
    owe(w, rule, item, back->again);
    return;
  }
  if (all_set_off) gift->value_minor = back->again;
  if (owed || (all_set_off && back->again > 0)) gift->kind = GIFT_OFFSET;
  if (owed) gift->value_minor = by_units && back->units <= 1 ? grant->grant.value_minor + back->again : back_total(grant, back);
  owe(w, rule, item, owed ? back_total(grant, back) : back->again);
  if (owed) debt_keep(w, rule, grant, back_total(grant, back) - back->again);
}

/* ---- what rests on it ---- */

struct child {
  struct grant_name name;
  int32_t nth;
};

static uint32_t children_of(struct work *w, uint64_t parent, struct child children[LIMIT_CHILDREN]) {
  uint32_t count = 0;
  const struct cell *cell = state_first(w->customer, CELL_CHILD, 0, parent);
  for (; cell != NULL; cell = state_next(w->customer, cell)) {
    if (count == LIMIT_CHILDREN) {
      w->crowded = true;
      break;
    }
    uint32_t at = count++; /* in order of n, then id: what was bought first stands first */
    for (; at > 0; at--) {
      const struct child *before = &children[at - 1];
      if (before->nth < cell->period || (before->nth == cell->period && before->name.id_low < cell->child.id_low)) break;
      children[at] = *before;
    }
    children[at] = (struct child){{cell->child.event, cell->child.id_low}, cell->period};
  }
  return count;
}

static void child_forget(struct work *w, uint64_t parent, const struct child *child) {
  const struct cell *cell = state_first(w->customer, CELL_CHILD, 0, parent);
  while (cell != NULL && !(cell->period == child->nth && cell->child.id_low == child->name.id_low)) cell = state_next(w->customer, cell);
  if (cell != NULL) state_remove(w->customer, cell);
}

/* Add-ons go with a gift that goes as a whole; of what chances bought, what was bought by those beyond the n-th. Each by its own rule. */
static void children_undo(struct work *w, const struct undoing *u, uint64_t parent, bool add_ons, int32_t beyond) {
  struct child children[LIMIT_CHILDREN];
  uint32_t count = children_of(w, parent, children);
  const struct due nothing = {0, 0};
  struct undoing of_child = *u;
  of_child.failed = false; /* it went out itself, and is taken back */
  for (uint32_t i = 0; i < count; i++) {
    if (children[i].nth == 0 ? !add_ons : children[i].nth <= beyond) continue;
    grant_lower(w, &of_child, children[i].name, nothing);
    child_forget(w, parent, &children[i]);
  }
}

/* Of a base gift that came down, what an add-on is worth with what is left of it; `prorate` goes by its event instead, and ladders by their
 * measure. */
static bool add_on_less(struct work *w, const struct undoing *u, struct grant_name name, struct due *due) {
  const struct cell *grant = grant_find(w, name);
  const struct rulebook *book, *before = w->book;
  const struct rule *rule;
  if (grant == NULL || !terms_find(w, grant, &book, &rule) || rule->undo.partial != PARTIAL_RECHECK) return false;
  const struct item *item = grant_item(book, rule, grant);
  if (item == NULL || item_tops_up(item) || item_is_ladder(item)) return false;
  w->book = book;
  *due = recheck(w, u, rule, grant);
  w->book = before;
  return due_is_less(w, grant, due);
}

static void add_ons_follow(struct work *w, const struct undoing *u, uint64_t base) {
  struct child children[LIMIT_CHILDREN];
  uint32_t count = children_of(w, base, children);
  for (uint32_t i = 0; i < count; i++) {
    struct due due;
    if (children[i].nth != 0 || !add_on_less(w, u, children[i].name, &due)) continue;
    grant_lower(w, u, children[i].name, due);
    if (due.units == 0) child_forget(w, base, &children[i]);
  }
}

/* ---- one gift ---- */

/* How the gift comes to what is due: units go first; of what a single unit is worth, what was paid out before what had been set off. */
static struct back back_of(const struct work *w, const struct cell *grant, struct due due) {
  int64_t set_off = set_off_of(w, grant->grant.id_low), gross = grant->grant.value_minor + set_off;
  struct back back = {.whole = due.units == 0};
  assert(due.units <= grant->grant.units && (back.whole || due.value <= gross)); /* it only ever comes down */
  if (back.whole) back.units = grant->grant.units;
  if (back.whole) back.again = set_off;
  if (back.whole || due.units < grant->grant.units) {
    if (!back.whole) back.units = grant->grant.units - due.units;
    return back;
  }
  int64_t less = gross - due.value;
  back.value = less < grant->grant.value_minor ? less : grant->grant.value_minor;
  back.again = less - back.value;
  return back;
}

static void grant_shrink(struct work *w, const struct cell *grant, const struct back *back) {
  struct cell *changed = state_write(w->customer, grant);
  const struct cell *set_off = state_find(w->customer, CELL_SET_OFF, 0, grant->grant.id_low, 0);
  changed->grant.value_minor -= back->value;
  changed->grant.units -= back->units;
  assert(changed->grant.value_minor >= 0 && changed->grant.units > 0); /* memory invariant 6; else it goes as a whole */
  if (set_off != NULL && back->again > 0) state_write(w->customer, set_off)->set_off.amount -= back->again;
}

/* Chances that are not spent are gone; what the others bought follows its own rule. */
static void chances_back(struct work *w, const struct undoing *u, const struct item *item, const struct cell *grant,
                         const struct back *back) {
  uint32_t left = grant->grant.units - back->units;
  lot_lower(w, w->book->chances[item->chance].decl, grant->grant.id_low, left);
  children_undo(w, u, grant->grant.id_low, back->whole, (int32_t)left);
}

static void grant_back(struct work *w, const struct undoing *u, struct grant_name name, const struct rule *rule, struct due due) {
  const struct cell *grant = grant_find(w, name);
  const struct item *item = grant_item(w->book, rule, grant);
  struct back back = back_of(w, grant, due);
  if (item == NULL) return;
  back_tell(w, u, rule, item, grant, &back);
  const struct policy policy = policy_of(u, rule, pending_gift(w, grant->grant.id_low) != NULL);
  if (!policy.stays) {
    grant_give_back(w, policy, grant, &back);
    bool had = u->failed && !policy.restore_limits; /* what is forfeited with its place counts as paid */
    if (item_is_ladder(item) && had)
      ladder_forfeited(w, rule->decl, name.id_low, back_total(grant, &back));
    else if (item_is_ladder(item))
      ladder_lowered(w, rule->decl, name.id_low, back_total(grant, &back), back.whole);
    if (item->is_chance)
      chances_back(w, u, item, grant, &back);
    else if (back.whole)
      children_undo(w, u, name.id_low, true, 0);
  }
  if (back.whole) {
    grant_remove(w, name);
    return;
  }
  grant_shrink(w, grant, &back);
  if (!policy.stays && !item->is_chance) add_ons_follow(w, u, name.id_low);
}

void grant_lower(struct work *w, const struct undoing *u, struct grant_name name, struct due due) {
  const struct cell *grant = grant_find(w, name);
  const struct rulebook *book, *before = w->book;
  const struct rule *rule;
  if (grant == NULL || !terms_find(w, grant, &book, &rule)) return;
  w->book = book;
  grant_back(w, u, name, rule, due);
  w->book = before;
}

void grant_take_back(struct work *w, const struct undoing *u, uint64_t id_low) {
  const struct due nothing = {0, 0};
  w->takes_back = true;
  grant_lower(w, u, (struct grant_name){u->original, id_low}, nothing);
  w->takes_back = false;
}
