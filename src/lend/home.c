/* A pool at home: what is lent to whom, claims that wait, and who was told that there is no more.
 *
 *     free(period) = what is left of total and pace - everything outstanding
 *     first claim in line:  free enough ........................... GRANT a block
 *                           not, but others hold some ............. RECALL from each, wait for their RETURN
 *                           not, and nobody else holds any ........ FINAL
 *     the claim was granted, and there is plenty: a block for every shard that has none
 *
 * One line for all periods: a unit that comes back belongs to whoever asked first. Each RETURN looks at the line again. */
#include "inside.h"

struct desk {
  const struct lending *lending;
  const struct owner *owner;
  const struct pool *pool; /* NULL: the rulebook has no such pool (yet, or any more): claims wait, returns are booked */
  uint32_t number;
  int64_t total; /* of the share; looked for once */
  struct lend_name name;
  struct state *state;
};

static struct desk desk_open(const struct lending *lending, const struct owner *owner, struct state *state) {
  struct desk desk = {.lending = lending, .owner = owner, .state = state, .name = lend_name(owner)};
  desk.number = lend_pool_number(lending, desk.name.decl);
  if (desk.number == NONE) return desk;
  desk.pool = &lending->rulebook->pools[desk.number];
  desk.total = pool_share_total(desk.pool, desk.name.key);
  return desk;
}

static const struct cell *loan_first(const struct desk *desk) { return state_first(desk->state, CELL_LENT, desk->name.decl, 0); }
static const struct cell *loan_next(const struct desk *desk, const struct cell *loan) { return state_next(desk->state, loan); }
static uint32_t borrower_of(const struct cell *loan) {
  assert(cell_kind(loan) == CELL_LENT && loan->key > 0);
  return (uint32_t)(loan->key - 1);
}
static void flags_clear(struct cell *loan, unsigned flags) { loan->lent.flags &= (uint8_t)~flags; }

static int64_t used_of(const struct desk *desk, uint64_t key, int32_t period) {
  const struct cell *cell = state_find(desk->state, CELL_POOL, desk->name.decl, key, period);
  return cell == NULL ? 0 : cell->pool.used;
}

/* ---- how much there is ---- */

struct room {
  int64_t total, pace; /* free of either; below 0 after a total was lowered */
};

struct lent_sum {
  int64_t all, in_period;
};

static struct lent_sum lent_now(const struct desk *desk, int32_t period) {
  struct lent_sum lent = {0, 0};
  for (const struct cell *loan = loan_first(desk); loan != NULL; loan = loan_next(desk, loan)) {
    lent.all += loan->lent.outstanding;
    if (loan->period == period) lent.in_period += loan->lent.outstanding;
  }
  return lent;
}

static struct room room_beside(const struct desk *desk, int32_t period, struct lent_sum lent) {
  const struct pool *pool = desk->pool;
  struct room room = {INT64_MAX, INT64_MAX};
  const struct rulebook *rulebook = desk->lending->rulebook;
  int64_t used = used_of(desk, POOL_TOTAL, 0);
  if (!pool->unlimited) room.total = desk->total - used - lent.all;
  if (!pool->paced) return room;
  int64_t released = pool_released(rulebook, pool, period);
  int64_t paced =
      pool->carry_over ? used + lent.all : pool_pace_used(rulebook, pool, desk->state, period, desk->lending->memory_ms) + lent.in_period;
  room.pace = released - paced;
  return room;
}

static struct room room_for(const struct desk *desk, int32_t period) { return room_beside(desk, period, lent_now(desk, period)); }

static int64_t room_units(struct room room) {
  int64_t units = room.total < room.pace ? room.total : room.pace;
  return units < 0 ? 0 : units;
}

/* Small enough that every shard can have two, so that recalls come late; one near the end. */
static int64_t block_size(const struct desk *desk, int64_t spare, int64_t need) {
  int64_t size = spare / (2 * (int64_t)desk->lending->shards);
  if (size < 1) size = 1;
  if (size > spare) size = spare;
  if (size < need) size = need;
  assert(size > 0 && size <= spare); /* never more than there is */
  return size;
}

/* ---- answers ---- */

static void claim_clear(struct cell *loan) { loan->lent.claimed = 0, loan->lent.place = 0, loan->lent.claim = 0; }

static struct lend_message answer(const struct desk *desk, enum lend_kind kind, const struct cell *loan, int64_t units) {
  struct lend_message message = lend_to(kind, borrower_of(loan), desk->owner, loan->period);
  message.units = units, message.claim = loan->lent.claimed > 0 ? loan->lent.claim : 0;
  return message;
}

static void say(const struct desk *desk, enum lend_kind kind, const struct cell *loan) {
  struct lend_message message = lend_to(kind, borrower_of(loan), desk->owner, loan->period);
  lend_send(desk->lending, &message);
}

static void grant(const struct desk *desk, struct cell *loan, int64_t units) {
  assert(units > 0);
  if (!MUTANT(LEND_UNCOUNTED)) loan->lent.outstanding += units;
  loan->lent.told = loan->lent.told > units ? loan->lent.told - units : 0;
  flags_clear(loan, LENT_RECALLED); /* one that is under way is for what was lent before: this may be recalled anew */
  struct lend_message message = answer(desk, LEND_GRANT, loan, units);
  claim_clear(loan);
  lend_send(desk->lending, &message);
}

static void tell_final(const struct desk *desk, struct cell *loan, struct room room) {
  struct lend_message message = answer(desk, LEND_FINAL, loan, room_units(room));
  message.spent = room.total < loan->lent.claimed, message.claimed = loan->lent.claimed;
  assert(loan->lent.claimed > message.units); /* else it would be granted */
  loan->lent.told = message.units, loan->lent.flags |= LENT_TOLD;
  claim_clear(loan);
  lend_send(desk->lending, &message);
}

static void recall(const struct desk *desk, const struct cell *loan) {
  assert(loan->lent.outstanding > 0);
  if (loan->lent.flags & LENT_RECALLED) return;
  state_write(desk->state, loan)->lent.flags |= LENT_RECALLED;
  say(desk, LEND_RECALL, loan);
}

/* Everything that could make this claim good: all of it where the total is short, of this period where its pace is. The claimer keeps what
 * it holds for this period, since it claims only what is missing; but what it was asked back for somebody else is waited for. */
static bool recall_for(const struct desk *desk, const struct cell *claim) {
  struct room room = room_for(desk, claim->period);
  bool of_all = room.total < claim->lent.claimed || desk->pool->carry_over, waits = false;
  for (const struct cell *loan = loan_first(desk); loan != NULL && !MUTANT(LEND_NO_RECALL); loan = loan_next(desk, loan)) {
    if (loan->lent.outstanding <= 0 || !(of_all || loan->period == claim->period)) continue;
    if (loan == claim && !(loan->lent.flags & LENT_RECALLED)) continue;
    waits = true;
    recall(desk, loan);
  }
  return waits;
}

static const struct cell *first_claim(const struct desk *desk) {
  const struct cell *first = NULL;
  for (const struct cell *loan = loan_first(desk); loan != NULL; loan = loan_next(desk, loan))
    if (loan->lent.claimed > 0 && (first == NULL || loan->lent.place < first->lent.place)) first = loan;
  return first;
}

/* There is more than they were told, here or lent to others: what a borrower was told moves with what it gets and gives back, so this is
 * so only after refunds and when a total was raised. Said at reviews alone: at every single unit that comes back to a dry pool all shards
 * would claim it, and all but one wait for nothing. */
static void open_where_more(const struct desk *desk) {
  for (const struct cell *loan = loan_first(desk); loan != NULL && !MUTANT(LEND_FORGET_OPEN); loan = loan_next(desk, loan)) {
    if (!(loan->lent.flags & LENT_TOLD)) continue;
    struct lent_sum own = {loan->lent.outstanding, loan->lent.outstanding};
    if (room_units(room_beside(desk, loan->period, own)) <= loan->lent.told) continue;
    struct cell *changed = state_write(desk->state, loan);
    flags_clear(changed, LENT_TOLD);
    changed->lent.told = 0;
    say(desk, LEND_OPEN, loan);
  }
}

/* A block for every shard that has none, when one asks and there is plenty of what it asked for: customers of a campaign are everywhere,
 * and each shard would be halted for the first gift of each pool. Of little nobody gets any unasked, since all of it would be recalled
 * soon. */
static void spread(const struct desk *desk, int32_t period, int64_t need) {
  const struct lending *lending = desk->lending;
  int64_t spare = room_units(room_for(desk, period));
  if (lending->shards > LEND_SPREAD_MOST) return;
  for (uint64_t key = 1; key <= lending->shards && state_room(desk->state) > LEND_CELLS; key++) {
    if (spare / LEND_PLENTY / (int64_t)lending->shards < need) return;
    if (state_find(desk->state, CELL_LENT, desk->name.decl, key, period) != NULL) continue;
    int64_t units = block_size(desk, spare, need);
    grant(desk, lend_cell(desk->state, CELL_LENT, desk->name.decl, key, period), units);
    spare -= units;
  }
}

static void serve(const struct desk *desk) {
  const struct cell *claim;
  int32_t period = 0;
  int64_t need = 0;
  if (desk->pool == NULL) return;
  while ((claim = first_claim(desk)) != NULL) {
    struct room room = room_for(desk, claim->period);
    int64_t spare = room_units(room);
    period = claim->period, need = spare >= claim->lent.claimed ? claim->lent.claimed : 0;
    if (need > 0)
      grant(desk, state_write(desk->state, claim), block_size(desk, spare, need));
    else if (recall_for(desk, claim))
      return;
    else
      tell_final(desk, state_write(desk->state, claim), room);
  }
  if (need > 0) spread(desk, period, need);
}

/* What counts nothing and waits for nothing. Of a period that is over nobody needs to know any more: should this clock run ahead of others,
 * they ask again. Not at once: who was just told must come to decide on it. */
static void tidy(const struct desk *desk, bool reviewing) {
  const struct cell *loan = loan_first(desk);
  while (loan != NULL) {
    const struct cell *next = loan_next(desk, loan);
    bool told = (loan->lent.flags & LENT_TOLD) != 0, idle = loan->lent.outstanding == 0 && loan->lent.claimed == 0;
    bool over = reviewing && desk->pool != NULL && lend_period_over(desk->lending, desk->pool, loan->period);
    if (idle && (!told || over)) {
      if (told && !MUTANT(LEND_FORGET_OPEN)) say(desk, LEND_OPEN, loan);
      state_remove(desk->state, loan);
    }
    loan = next;
  }
}

/* ---- messages ---- */

static uint32_t next_place(const struct desk *desk) {
  uint32_t last = 0;
  for (const struct cell *loan = loan_first(desk); loan != NULL; loan = loan_next(desk, loan))
    if (loan->lent.claimed > 0 && loan->lent.place > last) last = loan->lent.place;
  return last + 1;
}

/* A block ahead of need: only of what nobody waits for. */
static void hear_claim_ahead(const struct desk *desk, struct cell *loan) {
  if (desk->pool == NULL || first_claim(desk) != NULL) return;
  int64_t spare = room_units(room_for(desk, loan->period));
  if (spare > 0) grant(desk, loan, block_size(desk, spare, 1));
}

static enum status hear_claim(const struct desk *desk, const struct lend_message *message, struct fault *fault) {
  uint64_t key = (uint64_t)message->from + 1;
  struct cell *loan = lend_cell(desk->state, CELL_LENT, desk->name.decl, key, message->period);
  if (loan == NULL) return lend_full(desk->owner, fault);
  if (message->units == 0) {
    if (loan->lent.claimed == 0) hear_claim_ahead(desk, loan);
    return STATUS_OK;
  }
  if (loan->lent.claimed == 0) loan->lent.place = next_place(desk);
  loan->lent.claimed = message->units, loan->lent.claim = (uint8_t)message->claim;
  return STATUS_OK;
}

static void used_add(struct cell *used, int64_t spent) {
  if (!MUTANT(LEND_FORGET_SPENT)) used->pool.used += spent;
  if (used->pool.used < 0) used->pool.used = 0;
  assert(cell_kind(used) == CELL_POOL); /* memory invariant 6 */
}

static enum status pace_spent(const struct desk *desk, const struct lend_message *message, struct fault *fault) {
  const struct lending *lending = desk->lending;
  struct cell *pace = lend_cell(desk->state, CELL_POOL, desk->name.decl, POOL_PACE, message->period);
  if (pace == NULL) return lend_full(desk->owner, fault);
  used_add(pace, message->spent);
  if (desk->pool != NULL && desk->pool->paced)
    pace->expires_day = pool_pace_expiry(lending->rulebook, desk->pool, message->period, lending->memory_ms);
  else if (lending->clock_ms != TIME_NONE)
    pace->expires_day = state_expiry(lending->clock_ms + lending->memory_ms);
  return STATUS_OK;
}

static enum status book_spent(const struct desk *desk, const struct lend_message *message, struct fault *fault) {
  const struct lending *lending = desk->lending;
  enum status status = message->period == 0 ? STATUS_OK : pace_spent(desk, message, fault);
  if (status != STATUS_OK) return status;
  struct cell *total = lend_cell(desk->state, CELL_POOL, desk->name.decl, POOL_TOTAL, 0);
  if (total == NULL) return lend_full(desk->owner, fault);
  used_add(total, message->spent);
  struct pool_mark mark;
  bool marks = desk->pool != NULL && !desk->pool->unlimited && message->spent > 0 && lending->mark != NULL;
  if (marks && pool_watermark(lending->rulebook, desk->number, total, desk->total, &mark))
    lending->mark(lending->self, &mark, desk->owner, message->record);
  return STATUS_OK;
}

static enum status hear_return(const struct desk *desk, const struct lend_message *message, struct fault *fault) {
  if (message->spent != 0) {
    enum status status = book_spent(desk, message, fault);
    if (status != STATUS_OK) return status;
  }
  uint64_t key = (uint64_t)message->from + 1;
  int64_t less = message->spent + message->units; /* below 0: a refund that stays there is lent from now on */
  if (less == 0 && state_find(desk->state, CELL_LENT, desk->name.decl, key, message->period) == NULL) return STATUS_OK;
  struct cell *loan = lend_cell(desk->state, CELL_LENT, desk->name.decl, key, message->period);
  if (loan == NULL) return lend_full(desk->owner, fault);
  loan->lent.outstanding -= less;
  if (loan->lent.claimed > 0)
    loan->lent.claimed += message->units; /* what a claim asks for is beside what was there; at the borrower too */
  if (loan->lent.flags & LENT_TOLD) loan->lent.told += message->units;
  if (loan->lent.outstanding > 0) return STATUS_OK;
  loan->lent.outstanding = 0;
  flags_clear(loan, LENT_RECALLED);
  return STATUS_OK;
}

enum status home_hear(const struct lending *lending, const struct lend_message *message, struct state *state, struct fault *fault) {
  struct desk desk = desk_open(lending, &message->owner, state);
  enum status status = message->kind == LEND_CLAIM ? hear_claim(&desk, message, fault) : hear_return(&desk, message, fault);
  if (status != STATUS_OK) return status;
  serve(&desk);
  tidy(&desk, false);
  return STATUS_OK;
}

/* A total that was lowered below what is used and lent: what is not spent yet comes back. */
static void recall_too_much(const struct desk *desk) {
  if (desk->pool == NULL || room_for(desk, 0).total >= 0) return;
  for (const struct cell *loan = loan_first(desk); loan != NULL; loan = loan_next(desk, loan))
    if (loan->lent.outstanding > 0) recall(desk, loan);
}

void home_review(const struct lending *lending, const struct owner *owner, struct state *state) {
  struct desk desk = desk_open(lending, owner, state);
  recall_too_much(&desk);
  serve(&desk);
  if (desk.pool != NULL) open_where_more(&desk);
  tidy(&desk, true);
}
