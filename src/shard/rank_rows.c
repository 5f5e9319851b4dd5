/* What the shard knows of its ranks (rank.c), as records of the state: which period of a rule is reported next and which ranks are not
 * forgotten yet stand in "m:rank"; who waits for one, a record for each, under "w", rule, period, number. */
#include "giftd/base/bytes.h"
#include "parts.h"

#define RANK_KEY STR("m:rank")
#define RANK_VERSION 1
#define RANK_HEAD_BYTES 9u /* version, turns, rows */
#define TURN_BYTES 9u
#define ROW_BYTES 30u
#define FLAG_ALL 1u
#define FLAG_DONE 2u
#define FLAG_SETTLED 4u
_Static_assert(RANK_HEAD_BYTES + 2 * LIMIT_RANKS * TURN_BYTES + LIMIT_RANKS_OPEN * ROW_BYTES <= LIMIT_STATE_BYTES, "one record");

/* ---- which is next ---- */

static struct rank_turn *turn_find(struct ranks *ranks, uint64_t decl) {
  for (uint32_t i = 0; i < ranks->turn_count; i++)
    if (ranks->turns[i].decl == decl) return &ranks->turns[i];
  return NULL;
}

/* The first period of a rule that was not reported yet, and when its close is heard; TIME_NONE: there is none. */
static int64_t turn_of(struct shard *shard, uint32_t number, int32_t *period) {
  const struct rule *rule = &shard->rulebook->rules[number];
  const struct trigger *trigger = &shard->rulebook->triggers[rule->on.first];
  const struct close *close = &shard->rulebook->closes[trigger->close];
  const struct rank_turn *turn = turn_find(&shard->ranks, rule->decl);
  int64_t from_ms = shard->rulebook->campaigns[rule->campaign].from_ms;
  *period = turn != NULL ? turn->period : close->unit == UNIT_CAMPAIGN ? 0 : period_of(close->unit, from_ms, close->zone);
  if (close->unit == UNIT_CAMPAIGN && *period > 0) return TIME_NONE;
  return close_heard(shard->rulebook, number, trigger->close, *period, TIME_NONE);
}

static void next_find(struct shard *shard) {
  struct ranks *ranks = &shard->ranks;
  ranks->next_ms = INT64_MAX;
  for (uint32_t i = 0; i < ranks->rule_count; i++) {
    int32_t period;
    int64_t at_ms = turn_of(shard, ranks->rules[i], &period);
    if (at_ms == TIME_NONE || at_ms >= ranks->next_ms) continue;
    ranks->next_ms = at_ms, ranks->next_rule = ranks->rules[i], ranks->next_period = period;
  }
}

void ranks_swap(struct shard *shard) {
  struct ranks *ranks = &shard->ranks;
  ranks->rule_count = 0;
  for (uint32_t i = 0; i < shard->rulebook->close_count; i++) {
    const struct close *close = &shard->rulebook->closes[i];
    for (uint32_t r = 0; close->ranks && r < close->rule_count; r++) {
      uint32_t rule = shard->rulebook->refs[close->rule_first + r];
      if (!rank_settles(&shard->rulebook->rules[rule].rank)) continue;
      assert(ranks->rule_count < LIMIT_RANKS);
      ranks->rules[ranks->rule_count++] = rule;
    }
  }
  next_find(shard);
}

/* Of rules that are not there any more there is room for as many as may be. */
static struct rank_turn *turn_place(struct shard *shard, uint64_t decl) {
  struct ranks *ranks = &shard->ranks;
  struct rank_turn *turn = turn_find(ranks, decl);
  if (turn != NULL) return turn;
  if (ranks->turn_count < 2 * LIMIT_RANKS) return &ranks->turns[ranks->turn_count++];
  for (uint32_t i = 0; i < ranks->turn_count; i++)
    if (rulebook_rule(shard->rulebook, ranks->turns[i].decl) == NONE) return &ranks->turns[i];
  return NULL;
}

enum status rank_reported(struct shard *shard, uint64_t decl, int32_t period, struct fault *fault) {
  struct rank_turn *turn = turn_place(shard, decl);
  if (turn == NULL) return fault_set(fault, STATUS_LIMIT, "more than %u rules with a rank", LIMIT_RANKS);
  *turn = (struct rank_turn){.decl = decl, .period = period + 1};
  shard->ranks.changed = true;
  next_find(shard);
  return STATUS_OK;
}

/* ---- rows ---- */

struct rank_row *rank_row(struct shard *shard, struct rank_name name, bool all) {
  for (uint32_t i = 0; i < shard->ranks.row_count; i++) {
    struct rank_row *row = &shard->ranks.rows[i];
    if (row->name.decl == name.decl && row->name.period == name.period && row->all == all) return row;
  }
  return NULL;
}

/* What is late for a close is heard until then. */
int64_t rank_forget_ms(const struct shard *shard, const struct rank_row *row) {
  return row->at_ms + LIMIT_CLOSE_DELAY_MS + shard->settings.judge.horizon_ms;
}

void ranks_changed(struct shard *shard) {
  struct ranks *ranks = &shard->ranks;
  ranks->changed = true, ranks->open = ranks->telling = 0;
  for (uint32_t i = 0; i < ranks->row_count; i++) {
    const struct rank_row *row = &ranks->rows[i];
    ranks->open += !row->all && !row->settled;
    ranks->telling += !row->all && row->settled && !row->done;
  }
}

void rank_row_drop(struct shard *shard, struct rank_row *row) {
  uint32_t at = (uint32_t)(row - shard->ranks.rows);
  assert(at < shard->ranks.row_count);
  memmove(row, row + 1, (shard->ranks.row_count - at - 1) * sizeof *row);
  shard->ranks.row_count--;
  ranks_changed(shard);
}

enum status rank_row_add(struct shard *shard, const struct rank_row *row, struct rank_row **out, struct fault *fault) {
  struct ranks *ranks = &shard->ranks;
  if (ranks->row_count == LIMIT_RANKS_OPEN)
    return fault_set(fault, STATUS_LIMIT, "more than %u ranks are not settled yet, or were not long ago; use longer periods",
                     LIMIT_RANKS_OPEN);
  *out = &ranks->rows[ranks->row_count++];
  **out = *row;
  ranks_changed(shard);
  return STATUS_OK;
}

/* ---- as a record ---- */

static void row_read(struct reader *r, struct rank_row *row) {
  row->name.decl = get_fixed(r, 5), row->name.period = (int32_t)(uint32_t)get_fixed(r, 4);
  unsigned flags = get_byte(r);
  row->all = (flags & FLAG_ALL) != 0, row->done = (flags & FLAG_DONE) != 0, row->settled = (flags & FLAG_SETTLED) != 0;
  row->at_ms = (int64_t)get_fixed(r, 8);
  row->waits = (uint32_t)get_fixed(r, 4), row->winners = (uint32_t)get_fixed(r, 4), row->next = (uint32_t)get_fixed(r, 4);
}

static void row_write(struct writer *w, const struct rank_row *row) {
  put_fixed(w, row->name.decl, 5), put_fixed(w, (uint32_t)row->name.period, 4);
  put_byte(w, (unsigned char)((row->all ? FLAG_ALL : 0) | (row->done ? FLAG_DONE : 0) | (row->settled ? FLAG_SETTLED : 0)));
  put_fixed(w, (uint64_t)row->at_ms, 8);
  put_fixed(w, row->waits, 4), put_fixed(w, row->winners, 4), put_fixed(w, row->next, 4);
}

static void ranks_read(struct ranks *ranks, struct reader *r) {
  ranks->turn_count = (uint32_t)get_fixed(r, 4), ranks->row_count = (uint32_t)get_fixed(r, 4);
  r->bad |= ranks->turn_count > 2 * LIMIT_RANKS || ranks->row_count > LIMIT_RANKS_OPEN;
  if (r->bad) ranks->turn_count = ranks->row_count = 0;
  for (uint32_t i = 0; i < ranks->turn_count; i++) {
    ranks->turns[i].decl = get_fixed(r, 5);
    ranks->turns[i].period = (int32_t)(uint32_t)get_fixed(r, 4);
  }
  for (uint32_t i = 0; i < ranks->row_count; i++) row_read(r, &ranks->rows[i]);
}

enum status rank_open(struct shard *shard, struct fault *fault) {
  struct ranks *ranks = &shard->ranks;
  struct str record;
  ranks->turn_count = ranks->row_count = 0, ranks->changed = false;
  enum status status = shard->view.load(shard->view.self, RANK_KEY, &record, fault);
  struct reader r = reader_over(status == STATUS_OK ? record : STR(""));
  if (status == STATUS_OK && record.length > 0 && !MUTANT(RANK_FORGOTTEN)) {
    r.bad = get_byte(&r) != RANK_VERSION;
    ranks_read(ranks, &r);
    if (r.bad || r.at != r.end)
      return fault_set(fault, STATUS_STATE, "the list of ranks in the state is not of a known form: written by a newer giftd");
  }
  ranks_changed(shard);
  ranks->changed = false;
  next_find(shard);
  return status;
}

enum status rank_store(struct shard *shard, struct fault *fault) {
  struct ranks *ranks = &shard->ranks;
  struct writer w = writer_into(shard->record, sizeof shard->record);
  if (!ranks->changed) return STATUS_OK;
  put_byte(&w, RANK_VERSION);
  put_fixed(&w, ranks->turn_count, 4), put_fixed(&w, ranks->row_count, 4);
  for (uint32_t i = 0; i < ranks->turn_count; i++)
    put_fixed(&w, ranks->turns[i].decl, 5), put_fixed(&w, (uint32_t)ranks->turns[i].period, 4);
  for (uint32_t i = 0; i < ranks->row_count; i++) row_write(&w, &ranks->rows[i]);
  assert(!w.full);
  ranks->changed = false;
  return shard->view.store(shard->view.self, RANK_KEY, written(&w, shard->record), fault);
}

/* ---- who waits ---- */

#define WAIT_ORDER_BYTES 8u
struct wait_key {
  char bytes[14];
};

static struct str wait_key(struct wait_key *key, struct rank_name name, uint32_t number) {
  struct writer w = writer_into(key->bytes, sizeof key->bytes);
  put_byte(&w, 'w');
  put_fixed(&w, name.decl, 5);
  put_fixed(&w, (uint32_t)name.period, 4);
  put_fixed(&w, __builtin_bswap32(number), 4); /* a store that is in order of keys has them side by side */
  return written(&w, key->bytes);
}

enum status ranks_add(struct shard *shard, const struct owner *owner, struct fault *fault) {
  const struct decision *decision = &shard->decision;
  enum status status = STATUS_OK;
  for (uint32_t i = 0; i < decision->rank_wait_count && status == STATUS_OK; i++) {
    const struct rank_wait *wait = &decision->rank_waits[i];
    struct rank_name name = {shard->rulebook->rules[wait->rule].decl, shard->dues.closing.period};
    struct wait_key key;
    char record[WAIT_ORDER_BYTES + sizeof owner->key];
    struct writer w = writer_into(record, sizeof record);
    put_fixed(&w, (uint64_t)wait->order, WAIT_ORDER_BYTES);
    memcpy(record + WAIT_ORDER_BYTES, owner->key, owner->length);
    struct str bytes = {record, WAIT_ORDER_BYTES + owner->length};
    status = shard->view.store(shard->view.self, wait_key(&key, name, wait->entry), bytes, fault);
  }
  return status;
}

enum status rank_wait_load(struct shard *shard, struct rank_name name, uint32_t number, int64_t *order, struct owner *owner,
                           struct fault *fault) {
  struct wait_key key;
  struct str record;
  enum status status = shard->view.load(shard->view.self, wait_key(&key, name, number), &record, fault);
  if (status != STATUS_OK) return status;
  struct reader r = reader_over(record);
  *order = (int64_t)get_fixed(&r, WAIT_ORDER_BYTES);
  struct str owner_bytes = {(const char *)r.at, (size_t)(r.end - r.at)};
  if (r.bad || owner_bytes.length < 2 || owner_bytes.length > 1 + LIMIT_ID_BYTES || owner_bytes.at[0] != OWNER_CUSTOMER)
    return fault_set(fault, STATUS_STATE,
                     "who waits for a rank is not there: the state lost a part of itself; restore it from a copy, or (Kafka) empty the "
                     "view, which is then made anew");
  *owner = owner_customer(str_from(owner_bytes, 1));
  return STATUS_OK;
}

enum status rank_wait_drop(struct shard *shard, struct rank_name name, uint32_t number, struct fault *fault) {
  struct wait_key key;
  return shard->view.store(shard->view.self, wait_key(&key, name, number), STR(""), fault);
}
