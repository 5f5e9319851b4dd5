/* Ranks (judge.h, lend.h): when a shard reports its first customers, what home makes of the reports, and who is judged again then.
 *
 *     the clock is at a close, and everybody who is due is judged -> REPORT -> home: all shards? -> VERDICT
 *        -> who waited are judged again, a few between two lines: the winners by their place, then the others
 *
 * A shard reports each period of each rule once, whether anybody is ranked or not: so home knows that nobody is missing. What was reported,
 * and who is still to be told, is state like any other, and messages are part of the transaction: so a rank is settled once, whatever
 * fails in between. A single shard is its own home. */
#include "parts.h"

/* ---- whose turn it is ---- */

static bool report_ripe(const struct shard *shard) {
  const struct ranks *ranks = &shard->ranks;
  const struct dues *dues = &shard->dues;
  int64_t now_ms = due_clock(shard);
  if (ranks->next_ms == INT64_MAX || now_ms == TIME_NONE || now_ms < ranks->next_ms || dues->touched || shard->walk.on ||
      ranks->open >= RANKS_AHEAD)
    return false;
  return dues->count == 0 || dues->lists[0].time_ms > ranks->next_ms || MUTANT(RANK_UNWALKED);
}

static struct rank_row *row_to_tell(struct shard *shard) {
  for (uint32_t i = 0; i < shard->ranks.row_count; i++) {
    struct rank_row *row = &shard->ranks.rows[i];
    if (!row->all && row->settled && !row->done) return row;
  }
  return NULL;
}

bool ranks_ripe(const struct shard *shard) { return shard->ranks.telling > 0 || report_ripe(shard); }

bool ranks_turn(const struct shard *shard) {
  bool line = shard->line_at < shard->line_count;
  return (!line || shard->dues.since_line < DUES_A_LINE) && ranks_ripe(shard);
}

struct shard_ranks shard_ranks(const struct shard *shard) {
  struct shard_ranks out = {.waits_for = -1};
  for (uint32_t i = 0; i < shard->ranks.row_count; i++) {
    const struct rank_row *row = &shard->ranks.rows[i];
    if (row->settled || row->done) continue;
    if (row->all && out.home == 0) out.waits_for = row->next;
    *(row->all ? &out.home : &out.open) += 1;
  }
  return out;
}

/* ---- records ---- */

static enum status record_load(struct shard *shard, struct rank_name name, bool all, uint32_t cells, struct state **state,
                               struct fault *fault) {
  struct owner owner = rank_owner(name, all);
  cache_turn(&shard->cache);
  enum status status = owner_load(shard, cache_key(&shard->cache, owner_key(&owner)), state, fault);
  if (status != STATUS_OK || state_room(*state) >= cells) return status;
  return owner_grow(shard, state, cells, state_id_room(*state), fault);
}

static enum status record_forget(struct shard *shard, const struct rank_row *row, struct fault *fault) {
  struct state *state;
  uint32_t slot = 0;
  enum status status = record_load(shard, row->name, row->all, 0, &state, fault);
  for (const struct cell *cell; status == STATUS_OK && (cell = state_any(state, &slot)) != NULL;) state_remove(state, cell);
  if (status == STATUS_OK) state_settle(state);
  return status == STATUS_OK ? owner_keep(shard, state, fault) : status;
}

/* Before there is another one: as many go as there are. Where many were settled lately the oldest go before their time: what is late for
 * them finds a rank that nobody knows, and is too late all the same. */
static enum status rows_forget(struct shard *shard, struct fault *fault) {
  int64_t now_ms = due_clock(shard);
  enum status status = STATUS_OK;
  for (uint32_t i = 0; i < shard->ranks.row_count && status == STATUS_OK;) {
    struct rank_row *row = &shard->ranks.rows[i];
    bool crowded = shard->ranks.row_count >= LIMIT_RANKS_OPEN - 1, over = now_ms != TIME_NONE && now_ms >= rank_forget_ms(shard, row);
    if (!row->done || !(over || crowded)) {
      i++;
      continue;
    }
    status = record_forget(shard, row, fault);
    if (status == STATUS_OK) rank_row_drop(shard, row);
  }
  return status;
}

/* ---- a verdict ---- */

static enum status verdict_take(struct shard *shard, const struct rank_message *message, struct fault *fault) {
  struct rank_row *row = rank_row(shard, message->name, false);
  struct state *state;
  if (row == NULL || row->settled) return STATUS_OK; /* its rule was gone before */
  enum status status = record_load(shard, message->name, false, rank_cells(message), &state, fault);
  if (status != STATUS_OK) return status;
  rank_settle(state, message);
  state_settle(state);
  row->settled = true, row->winners = message->winners, row->next = 0;
  ranks_changed(shard);
  return owner_keep(shard, state, fault);
}

static enum status message_send(struct shard *shard, const struct rank_message *message, struct fault *fault) {
  size_t length = rank_encode(message, shard->message, sizeof shard->message);
  assert(length > 0 && message->to != shard->settings.shard);
  shard->counts.messages_out++;
  shard->hurries = true;
  return shard->log.append(shard->log.self, OUTPUT_MESSAGES, message->to, (struct str){shard->message, length}, fault);
}

/* ---- home ---- */

static uint32_t shards_of(const struct shard *shard) { return shard->settings.shards > 1 ? shard->settings.shards : 1; }

/* This shard's own goes last: its record is another one. */
static enum status verdicts_tell(struct shard *shard, struct rank_name name, const struct state *state, struct fault *fault) {
  struct rank_message message = {.from = shard->settings.shard, .name = name, .entries = shard->ranks.entries};
  enum status status = STATUS_OK;
  for (uint32_t to = 0; to < shards_of(shard) && status == STATUS_OK; to++) {
    if (to == shard->settings.shard) continue;
    rank_verdict(state, to, &message);
    status = message_send(shard, &message, fault);
  }
  if (status != STATUS_OK) return status;
  rank_verdict(state, shard->settings.shard, &message);
  return verdict_take(shard, &message, fault);
}

static enum status home_row(struct shard *shard, const struct rank_message *report, struct rank_row **row, struct fault *fault) {
  const struct rank_row fresh = {.name = report->name, .all = true, .at_ms = report->at_ms};
  *row = rank_row(shard, report->name, true);
  if (*row != NULL) return STATUS_OK;
  enum status status = rows_forget(shard, fault);
  return status == STATUS_OK ? rank_row_add(shard, &fresh, row, fault) : status;
}

static enum status report_take(struct shard *shard, const struct rank_message *report, struct fault *fault) {
  struct rank_row *row;
  struct state *state;
  enum status status = home_row(shard, report, &row, fault);
  if (status == STATUS_OK) status = record_load(shard, report->name, true, rank_cells(report), &state, fault);
  if (status != STATUS_OK) return status;
  struct rank_name name = report->name;
  bool settled = rank_merge(state, report, shards_of(shard));
  for (row->next = 0; row->next < shards_of(shard) && rank_has_reported(state, name, row->next);) row->next++;
  shard->ranks.changed = true;
  state_settle(state);
  status = owner_keep(shard, state, fault);
  if (status != STATUS_OK || !settled) return status;
  row->done = row->settled = true;
  ranks_changed(shard);
  return verdicts_tell(shard, name, state, fault);
}

enum status rank_hear(struct shard *shard, struct str bytes, struct fault *fault) {
  struct rank_message message = {.entries = shard->ranks.entries};
  if (!rank_decode(bytes, &message, fault)) return fault->status;
  struct owner owner = rank_owner(message.name, true);
  uint32_t home = lend_home(&owner, shards_of(shard));
  bool report = message.kind == RANK_REPORT;
  if (message.to != shard->settings.shard || message.from >= shards_of(shard) || home != (report ? message.to : message.from))
    return fault_set(fault, STATUS_STATE, "a rank for shard %u of another number of shards; the topics belong to another giftd",
                     message.to);
  return report ? report_take(shard, &message, fault) : verdict_take(shard, &message, fault);
}

/* ---- a report ---- */

static enum status report_make(struct shard *shard, struct rank_message *report, struct fault *fault) {
  const struct ranks *ranks = &shard->ranks;
  const struct rule *rule = &shard->rulebook->rules[ranks->next_rule];
  struct rank_row *row, fresh = {.name = {rule->decl, ranks->next_period}, .at_ms = ranks->next_ms};
  struct state *state;
  *report = (struct rank_message){.from = shard->settings.shard,
                                  .name = fresh.name,
                                  .top = rule->rank.top,
                                  .kept = rank_kept(&rule->rank),
                                  .at_ms = ranks->next_ms,
                                  .share = {.pot = rule->rank.pot},
                                  .entries = shard->ranks.entries};
  enum status status = record_load(shard, fresh.name, false, 1, &state, fault);
  if (status != STATUS_OK) return status;
  rank_report(state, report);
  fresh.waits = rank_head(state, fresh.name)->rank.told;
  state_settle(state);
  status = owner_keep(shard, state, fault);
  return status == STATUS_OK ? rank_row_add(shard, &fresh, &row, fault) : status;
}

static enum status report_send(struct shard *shard, struct fault *fault) {
  struct rank_message report;
  enum status status = rows_forget(shard, fault);
  if (status == STATUS_OK) status = report_make(shard, &report, fault);
  if (status == STATUS_OK) status = rank_reported(shard, report.name.decl, report.name.period, fault);
  if (status != STATUS_OK) return status;
  struct owner owner = rank_owner(report.name, true);
  report.to = lend_home(&owner, shards_of(shard));
  return report.to == shard->settings.shard ? report_take(shard, &report, fault) : message_send(shard, &report, fault);
}

/* ---- those who waited ---- */

static const struct cell *placed(const struct state *state, uint32_t place) {
  uint32_t slot = 0;
  const struct cell *cell = state_any(state, &slot);
  while (cell != NULL && (cell_kind(cell) != CELL_RANKED || cell->ranked.place != place)) cell = state_any(state, &slot);
  return cell;
}

/* Whether the one under a number has won: he was told with the winners. */
static bool entry_won(const struct state *state, const struct rank_row *row, uint32_t number) {
  uint32_t slot = 0;
  for (const struct cell *cell; (cell = state_any(state, &slot)) != NULL;)
    if (cell_kind(cell) == CELL_RANKED && cell->ranked.entry == number) return cell->ranked.place > 0 && cell->ranked.place <= row->winners;
  return false;
}

/* The number of who is told next, from row->next on; false: nobody there. */
static enum status next_wait(struct shard *shard, const struct rank_row *row, bool *there, uint32_t *number, struct fault *fault) {
  struct state *state;
  enum status status = record_load(shard, row->name, false, 0, &state, fault);
  if (status != STATUS_OK) return status;
  const struct cell *winner = row->next < row->winners ? placed(state, row->next + 1) : NULL;
  *number = winner != NULL ? winner->ranked.entry : row->next - row->winners;
  *there = row->next < row->winners ? winner != NULL : !entry_won(state, row, *number);
  return STATUS_OK;
}

static enum status wait_judge(struct shard *shard, const struct rank_row *row, uint32_t rule, uint32_t number, struct fault *fault) {
  struct reading *reading = &shard->heard_reading;
  const struct close *close = &shard->rulebook->closes[shard->rulebook->triggers[shard->rulebook->rules[rule].on.first].close];
  struct closing *closing = &shard->dues.closing;
  struct origin origin = {STR(INPUT_CLOSES), shard->dues.taken};
  char bytes[32];
  struct buffer name;
  *closing = (struct closing){
      .close = (uint32_t)(close - shard->rulebook->closes), .decl = close->decl, .period = row->name.period, .at_ms = row->at_ms};
  closing->done_ms = closing->made_ms = TIME_NONE, closing->rank = rule;
  enum status status = rank_wait_load(shard, row->name, number, &closing->rank_order, &reading->customer, fault);
  if (status != STATUS_OK) return status;
  buffer_init(&name, bytes, sizeof bytes);
  buffer_print(&name, "rank-%010llx", (unsigned long long)row->name.decl);
  cache_turn(&shard->cache);
  reading->unheard = false, reading->match_count = 0;
  reading->key = cache_key(&shard->cache, owner_key(&reading->customer));
  closing_begin(shard, buffer_text(&name), reading);
  status = event_decide(shard, reading, NULL, &origin, fault);
  if (status == STATUS_OK && !shard->waiting.waits) shard->dues.taken++, shard->dues.changed = true;
  reading->closing = NULL;
  return status;
}

/* Who won was judged: from now on his close may give what the rank did not. */
static enum status winner_asked(struct shard *shard, const struct rank_row *row, struct fault *fault) {
  struct state *state;
  enum status status = record_load(shard, row->name, false, 0, &state, fault);
  if (status != STATUS_OK) return status;
  state_write(state, rank_head(state, row->name))->rank.asked = row->next + 1;
  state_settle(state);
  return owner_keep(shard, state, fault);
}

/* One of those who waited: the winners by their place, then everybody else. For a rule that is not there any more nobody is told. */
static enum status row_tell(struct shard *shard, struct rank_row *row, struct fault *fault) {
  uint32_t rule = rulebook_rule(shard->rulebook, row->name.decl), number = 0;
  bool there = false, gone = rule == NONE || !rank_settles(&shard->rulebook->rules[rule].rank);
  enum status status = STATUS_OK;
  if (row->next >= row->winners + row->waits) {
    row->done = true;
    ranks_changed(shard);
    return STATUS_OK;
  }
  if (!gone) status = next_wait(shard, row, &there, &number, fault);
  if (status == STATUS_OK && there) status = wait_judge(shard, row, rule, number, fault);
  if (status != STATUS_OK || shard->waiting.waits) return status;
  if (row->next >= row->winners) status = rank_wait_drop(shard, row->name, row->next - row->winners, fault);
  if (row->next < row->winners && there) status = winner_asked(shard, row, fault);
  row->next++;
  shard->ranks.changed = true;
  return status;
}

enum status rank_work(struct shard *shard, struct fault *fault) {
  bool waited = shard->waiting.waits;
  assert(!shard->looking_ahead && !shard->dues.touched);
  shard->waiting.waits = shard->waiting.anew = false;
  shard->waiting.head = HEAD_RANK;
  struct rank_row *row = row_to_tell(shard);
  enum status status = row != NULL ? row_tell(shard, row, fault) : report_ripe(shard) ? report_send(shard, fault) : STATUS_OK;
  if (status != STATUS_OK) return fault_prefix(fault, "a rank: ");
  if (shard->waiting.waits) {
    shard->read_to = shard->line_at; /* lines are looked at ahead meanwhile */
    return STATUS_OK;
  }
  shard->dues.since_line = dues_ripe(shard) || ranks_ripe(shard) ? shard->dues.since_line + 1 : 0;
  shard->dues.changed = true;
  if (waited) status = wait_end(shard, fault);
  return status == STATUS_OK ? outputs_hand_on(shard, OUTPUT_KEPT, fault) : status;
}
