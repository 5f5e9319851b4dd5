/* Lines at pools (judge.h): who waits for what has run out, in the order in which they came, and when the first of them is asked for.
 *
 *     a gift is pending `in_queue` -> end of its pool's line -> something may be there: the first is asked for -> issued: the next one
 *                                                                                                             \-> waits on, until later
 *
 * An entry is a record of the state ("q", pool, number) that names a customer and his gift; which lines there are stands in "m:queue". An
 * entry only says whom to look at: who is gone - undone, refused, since his time was over - is passed over when he comes first. A line is
 * asked when something came back to its pool here, when another rulebook came, and else four times an hour by the shard's clock: what a
 * pace releases, a parent or fallback has, or another shard gave back is found so. A few go between two lines of the input, behind what
 * those lines are heard as, and what is due.
 */
#include "giftd/base/bytes.h"
#include "parts.h"

#define QUEUE_KEY STR("m:queue")
#define QUEUE_VERSION 1
#define QUEUE_HEAD_BYTES 17u /* version, since_line, rulebook, count */
#define QUEUE_LINE_BYTES 24u /* pool, ask_ms, head, tail */
#define ASK_MS (15 * 60000LL)
_Static_assert(QUEUE_HEAD_BYTES + QUEUES_MOST * QUEUE_LINE_BYTES <= LIMIT_STATE_BYTES, "one record");

/* ---- the lines as a record ---- */

static void next_find(struct queues *queues) {
  queues->next_ms = INT64_MAX;
  for (uint32_t i = 0; i < queues->count; i++)
    if (queues->lines[i].ask_ms < queues->next_ms) queues->next_ms = queues->lines[i].ask_ms;
}

static void line_ask(struct queues *queues, struct queue_line *line, int64_t ask_ms) {
  line->ask_ms = ask_ms;
  queues->changed = true;
  next_find(queues);
}

static bool lines_read(struct queues *queues, struct str record) {
  struct reader r = reader_over(record);
  if (get_byte(&r) != QUEUE_VERSION || record.length < QUEUE_HEAD_BYTES) return false;
  queues->since_line = (uint32_t)get_fixed(&r, 4);
  queues->rulebook = get_fixed(&r, 8);
  queues->count = (uint32_t)get_fixed(&r, 4);
  if (queues->count > QUEUES_MOST || record.length != QUEUE_HEAD_BYTES + queues->count * QUEUE_LINE_BYTES) return false;
  for (uint32_t i = 0; i < queues->count; i++) {
    struct queue_line *line = &queues->lines[i];
    line->pool = get_fixed(&r, 8), line->ask_ms = (int64_t)get_fixed(&r, 8);
    line->head = (uint32_t)get_fixed(&r, 4), line->tail = (uint32_t)get_fixed(&r, 4);
  }
  return true;
}

static uint64_t rulebook_sign(const struct shard *shard) { return hash64(&HASH_KEY_FIXED, shard->rulebook->digest); }

/* What was raised in the files is there now. */
void queues_swap(struct shard *shard) {
  struct queues *queues = &shard->queues;
  if (queues->rulebook == rulebook_sign(shard)) return;
  queues->rulebook = rulebook_sign(shard);
  for (uint32_t i = 0; i < queues->count; i++) line_ask(queues, &queues->lines[i], 0);
}

enum status queues_open(struct shard *shard, struct fault *fault) {
  struct queues *queues = &shard->queues;
  struct str record;
  queues->count = queues->since_line = 0, queues->rulebook = rulebook_sign(shard);
  queues->changed = false;
  enum status status = shard->view.load(shard->view.self, QUEUE_KEY, &record, fault);
  if (status == STATUS_OK && record.length > 0 && !MUTANT(QUEUE_FORGOTTEN) && !lines_read(queues, record))
    return fault_set(fault, STATUS_STATE, "the lines at pools in the state are not of a known form: written by a newer giftd");
  next_find(queues);
  queues_swap(shard);
  return status;
}

enum status queues_store(struct shard *shard, struct fault *fault) {
  struct queues *queues = &shard->queues;
  struct writer w = writer_into(shard->record, sizeof shard->record);
  if (!queues->changed) return STATUS_OK;
  put_byte(&w, QUEUE_VERSION);
  put_fixed(&w, queues->since_line, 4), put_fixed(&w, queues->rulebook, 8), put_fixed(&w, queues->count, 4);
  for (uint32_t i = 0; i < queues->count; i++) {
    const struct queue_line *line = &queues->lines[i];
    put_fixed(&w, line->pool, 8), put_fixed(&w, (uint64_t)line->ask_ms, 8);
    put_fixed(&w, line->head, 4), put_fixed(&w, line->tail, 4);
  }
  const struct str record = {shard->record, QUEUE_HEAD_BYTES + queues->count * QUEUE_LINE_BYTES};
  enum status status = shard->view.store(shard->view.self, QUEUE_KEY, record, fault);
  queues->changed = status != STATUS_OK;
  return status;
}

/* ---- entries ---- */

struct place_key {
  char bytes[13];
};
struct place {
  struct owner owner;
  struct digest128 gift;
};
#define GIFT_BYTES 16u

static struct str place_key(struct place_key *key, uint64_t pool, uint32_t number) {
  struct writer w = writer_into(key->bytes, sizeof key->bytes);
  put_byte(&w, 'q');
  put_fixed(&w, __builtin_bswap64(pool), 8);
  put_fixed(&w, __builtin_bswap32(number), 4);
  return (struct str){key->bytes, sizeof key->bytes};
}

static enum status place_load(struct shard *shard, const struct queue_line *line, struct place *out, struct fault *fault) {
  struct place_key key;
  struct str record;
  enum status status = shard->view.load(shard->view.self, place_key(&key, line->pool, line->head), &record, fault);
  if (status != STATUS_OK) return status;
  bool known =
      record.length > GIFT_BYTES + 1 && record.length <= GIFT_BYTES + 1 + LIMIT_ID_BYTES && record.at[GIFT_BYTES] == OWNER_CUSTOMER;
  if (!known)
    return fault_set(fault, STATUS_STATE,
                     "an entry of a line at a pool is not there: the state lost a part of itself; restore it from a copy, or (Kafka) empty "
                     "the view, which is then made anew");
  struct reader r = reader_over(record);
  out->gift.low = get_fixed(&r, 8), out->gift.high = get_fixed(&r, 8);
  out->owner = owner_customer(str_from(record, GIFT_BYTES + 1));
  return STATUS_OK;
}

static enum status place_drop(struct shard *shard, struct queue_line *line, struct fault *fault) {
  struct queues *queues = &shard->queues;
  struct place_key key;
  assert(line->head < line->tail);
  enum status status = shard->view.store(shard->view.self, place_key(&key, line->pool, line->head), STR(""), fault);
  line->head++;
  if (line->head == line->tail) {
    struct queue_line *last = &queues->lines[--queues->count];
    memmove(line, line + 1, (size_t)(last - line) * sizeof *line);
  }
  queues->changed = true;
  next_find(queues);
  return status;
}

static struct queue_line *line_find(struct queues *queues, uint64_t pool) {
  for (uint32_t i = 0; i < queues->count; i++)
    if (queues->lines[i].pool == pool) return &queues->lines[i];
  return NULL;
}

static int64_t asked_later(const struct shard *shard) {
  int64_t now_ms = due_clock(shard);
  return now_ms == TIME_NONE ? 0 : (now_ms / ASK_MS + 1) * ASK_MS;
}

static enum status place_add(struct shard *shard, uint64_t pool, const struct gift *gift, const struct owner *owner, struct fault *fault) {
  struct queues *queues = &shard->queues;
  struct queue_line *line = line_find(queues, pool);
  struct place_key key;
  char record[GIFT_BYTES + 1 + LIMIT_ID_BYTES];
  if (line == NULL) {
    assert(queues->count < QUEUES_MOST); /* queue_see */
    line = &queues->lines[queues->count++];
    *line = (struct queue_line){.pool = pool, .ask_ms = 0}; /* at once: to a late event its pool of then was empty, not that of now */
    next_find(queues);
  }
  struct writer w = writer_into(record, sizeof record);
  put_fixed(&w, gift->id_words[0], 8), put_fixed(&w, gift->id_words[1], 8);
  memcpy(record + GIFT_BYTES, owner->key, owner->length);
  assert(line->tail < UINT32_MAX && owner->length <= 1 + LIMIT_ID_BYTES);
  queues->changed = true;
  return shard->view.store(shard->view.self, place_key(&key, pool, line->tail++), (struct str){record, GIFT_BYTES + owner->length}, fault);
}

enum status queues_add(struct shard *shard, const struct owner *owner, struct fault *fault) {
  const struct decision *decision = &shard->decision;
  enum status status = STATUS_OK;
  for (uint32_t i = 0; i < decision->poke_count && shard->queues.count > 0; i++) {
    struct queue_line *line = line_find(&shard->queues, decision->pokes[i]);
    if (line != NULL) line_ask(&shard->queues, line, 0);
  }
  for (uint32_t i = 0; i < decision->gift_count && status == STATUS_OK; i++) {
    const struct gift *gift = &decision->gifts[i];
    if (gift->kind != GIFT_PENDING || !gift->in_queue) continue;
    status = place_add(shard, gift->book->pools[gift->pool].decl, gift, owner, fault);
  }
  return status;
}

enum queue_sight queue_see(void *self, uint64_t pool) {
  struct queues *queues = &((struct shard *)self)->queues;
  if (queues->count > 0 && line_find(queues, pool) != NULL) return QUEUE_SOMEBODY;
  return queues->count + LIMIT_QUEUED > QUEUES_MOST ? QUEUE_NO_ROOM : QUEUE_NOBODY;
}

/* ---- whose turn it is ---- */

/* As with what closed: nobody is asked while it is not known what he has still to hear. */
bool queues_ripe(const struct shard *shard) {
  int64_t now_ms = due_clock(shard);
  return shard->queues.count > 0 && now_ms != TIME_NONE && shard->queues.next_ms <= now_ms && !shard->walk.on;
}

bool queues_turn(const struct shard *shard) {
  bool line = shard->line_at < shard->line_count;
  return queues_ripe(shard) && (!line || shard->queues.since_line < QUEUES_A_LINE);
}

void queues_line_taken(struct shard *shard) {
  if (shard->queues.since_line == 0) return;
  shard->queues.since_line = 0, shard->queues.changed = true;
}

static struct queue_line *line_next(struct queues *queues) {
  for (uint32_t i = 0; i < queues->count; i++)
    if (queues->lines[i].ask_ms == queues->next_ms) return &queues->lines[i];
  assert(false); /* a line is ripe */
  return NULL;
}

/* ---- the first of a line ---- */

static const struct cell *place_gift(const struct state *state, const struct place *place) {
  const struct cell *pending = state_find(state, CELL_PENDING, 0, place->gift.low, 0);
  bool waits = pending != NULL && pending->pending.waits == PENDING_QUEUE && pending->pending.id_high == place->gift.high;
  return waits ? pending : NULL;
}

enum status queue_leads(struct shard *shard, const struct cell *due, bool *is, struct fault *fault) {
  const bool waits = cell_kind(due) == CELL_PENDING && due->pending.waits == PENDING_QUEUE;
  const struct queue_line *line = waits ? line_find(&shard->queues, due->pending.pool) : NULL;
  struct place place;
  *is = false;
  if (line == NULL) return STATUS_OK;
  enum status status = place_load(shard, line, &place, fault);
  *is = status == STATUS_OK && place.gift.low == due->key && place.gift.high == due->pending.id_high;
  return status;
}

/* What it came to: who was issued or refused is gone, who could not be decided was told, and does not hold up the others. */
static enum status asked(struct shard *shard, struct queue_line *line, const struct place *place, struct fault *fault) {
  struct state *state;
  enum status status = owner_load(shard, shard->heard_reading.key, &state, fault);
  if (status != STATUS_OK) return status;
  if (MUTANT(QUEUE_PASSED_OVER)) return place_drop(shard, line, fault);
  const struct cell *pending = place_gift(state, place);
  bool stays = pending != NULL && shard->decision.gate == REASON_GIVEN;
  if (pending != NULL && !stays) status = due_forget(shard, state, pending, fault);
  line_ask(&shard->queues, line, stays ? asked_later(shard) : due_clock(shard));
  return status == STATUS_OK && !stays ? place_drop(shard, line, fault) : status;
}

static enum status ask(struct shard *shard, struct queue_line *line, const struct place *place, const struct cell *pending,
                       struct fault *fault) {
  struct reading *reading = &shard->heard_reading;
  struct origin origin = {STR(INPUT_CLOSES), shard->dues.taken};
  (void)closing_of(shard->rulebook, pending, &shard->dues.closing);
  shard->dues.closing.first = shard->dues.closing.in_front = true, shard->dues.closing.at_ms = due_clock(shard);
  closing_begin(shard, STR(""), reading);
  enum status status = event_decide(shard, reading, NULL, &origin, fault);
  reading->closing = NULL;
  if (status != STATUS_OK || shard->waiting.waits) return status;
  shard->dues.taken++, shard->dues.changed = true;
  return asked(shard, line, place, fault);
}

static enum status first_take(struct shard *shard, struct fault *fault) {
  struct queue_line *line = line_next(&shard->queues);
  struct reading *reading = &shard->heard_reading;
  struct place place;
  struct state *state;
  enum status status = place_load(shard, line, &place, fault);
  if (status != STATUS_OK || shard->walk.on) return status; /* it waited, and other files came */
  reading->customer = place.owner;
  status = customer_reading(shard, reading, &state, fault);
  if (status != STATUS_OK) return status;
  const struct cell *pending = place_gift(state, &place);
  if (pending == NULL) return place_drop(shard, line, fault);
  if (!due_waits(shard, state)) return ask(shard, line, &place, pending, fault);
  due_touch(shard, &place.owner); /* what is due of him goes before, his place included */
  return STATUS_OK;
}

enum status queue_take(struct shard *shard, struct fault *fault) {
  bool waited = shard->waiting.waits;
  assert(!shard->looking_ahead && shard->queues.count > 0);
  shard->waiting.waits = shard->waiting.anew = false;
  shard->waiting.head = HEAD_QUEUE;
  enum status status = first_take(shard, fault);
  if (status != STATUS_OK) return fault_prefix(fault, "a line at a pool: ");
  if (shard->waiting.waits) {
    shard->read_to = shard->line_at; /* lines are looked at ahead meanwhile */
    return STATUS_OK;
  }
  shard->queues.since_line = queues_ripe(shard) ? shard->queues.since_line + 1 : 0;
  shard->queues.changed = true;
  if (waited) status = wait_end(shard, fault);
  return status == STATUS_OK ? outputs_hand_on(shard, OUTPUT_KEPT, fault) : status;
}
