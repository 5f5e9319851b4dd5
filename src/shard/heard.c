/* Events that are heard by another customer than the one who caused them (judge.h, "heard as another"): on their way out, and the queue of
 * those that came in.
 *
 *     line -> decided for who caused it -> forwards -> own shard: queue            -> decided for the hearer, before the next line
 *                                                 \-> other shard: message -> inbox -> its queue -> likewise
 *
 * The queue is state like any other: a record for each ("f", number, piece) and its two ends ("m:heard"), stored with the batch in which
 * the inbox moves past the message, gone with the batch in which it is decided. So a message is taken from the inbox as soon as it is
 * there, whatever the one before it waits for: the inbox, in which GRANTs and RECALLs come, never stands behind an event that needs them.
 */
#include "giftd/base/bytes.h"
#include "parts.h"

#define QUEUE_KEY STR("m:heard")
#define QUEUE_VERSION 1
#define QUEUE_BYTES 17u
#define PIECE_BYTES LIMIT_STATE_BYTES /* what a record of the state may hold */
_Static_assert(FORWARD_BYTES <= 2 * PIECE_BYTES, "two pieces hold the longest");

/* ---- the queue as records ---- */

enum status heard_open(struct shard *shard, struct fault *fault) {
  struct str record;
  shard->heard.head = shard->heard.tail = 0;
  shard->heard.changed = false;
  enum status status = shard->view.load(shard->view.self, QUEUE_KEY, &record, fault);
  if (status != STATUS_OK || record.length == 0 || MUTANT(HEARD_FORGOTTEN)) return status;
  struct reader r = reader_over(record);
  if (record.length != QUEUE_BYTES || get_byte(&r) != QUEUE_VERSION)
    return fault_set(fault, STATUS_STATE, "the queue of forwarded events in the state is not of a known form: written by a newer giftd");
  shard->heard.head = get_fixed(&r, 8), shard->heard.tail = get_fixed(&r, 8);
  return STATUS_OK;
}

enum status heard_store(struct shard *shard, struct fault *fault) {
  char record[QUEUE_BYTES];
  struct writer w = writer_into(record, sizeof record);
  if (!shard->heard.changed) return STATUS_OK;
  put_byte(&w, QUEUE_VERSION);
  put_fixed(&w, MUTANT(HEARD_UNMARKED) ? 0 : shard->heard.head, 8);
  put_fixed(&w, shard->heard.tail, 8);
  shard->heard.changed = false;
  return shard->view.store(shard->view.self, QUEUE_KEY, (struct str){record, sizeof record}, fault);
}

struct piece {
  char key[10];
};

static struct str piece_key(struct piece *piece, uint64_t number, unsigned index) {
  struct writer w = writer_into(piece->key, sizeof piece->key);
  put_byte(&w, 'f');
  put_fixed(&w, number, 8);
  put_byte(&w, (unsigned char)index);
  return (struct str){piece->key, sizeof piece->key};
}

/* A message of exactly a piece's length has an empty second one, which is how it is read back. */
static enum status queue_put(struct shard *shard, struct str message, struct fault *fault) {
  struct piece piece;
  enum status status = STATUS_OK;
  for (unsigned i = 0; status == STATUS_OK && i * PIECE_BYTES < message.length; i++) {
    struct str rest = str_from(message, i * PIECE_BYTES);
    if (rest.length > PIECE_BYTES) rest.length = PIECE_BYTES;
    status = shard->view.store(shard->view.self, piece_key(&piece, shard->heard.tail, i), rest, fault);
  }
  shard->heard.tail++;
  shard->heard.changed = true;
  return status;
}

static enum status queue_front(struct shard *shard, struct str *message, struct fault *fault) {
  struct piece piece;
  struct str part = {NULL, PIECE_BYTES};
  *message = (struct str){shard->heard.bytes, 0};
  for (unsigned i = 0; i < 2 && part.length == PIECE_BYTES; i++) {
    enum status status = shard->view.load(shard->view.self, piece_key(&piece, shard->heard.head, i), &part, fault);
    if (status != STATUS_OK) return status;
    if (message->length + part.length > sizeof shard->heard.bytes) part.length = 0; /* damaged: decoding tells */
    if (part.length > 0) memcpy(shard->heard.bytes + message->length, part.at, part.length);
    message->length += part.length;
  }
  return STATUS_OK;
}

/* An empty record is none. Numbers begin anew whenever the queue is empty, so that they name few records in all. */
static enum status queue_drop(struct shard *shard, size_t length, struct fault *fault) {
  assert(shard->heard.head < shard->heard.tail);
  struct piece piece;
  enum status status = STATUS_OK;
  for (unsigned i = 0; status == STATUS_OK && i * PIECE_BYTES < length; i++)
    status = shard->view.store(shard->view.self, piece_key(&piece, shard->heard.head, i), STR(""), fault);
  shard->heard.head++;
  if (shard->heard.head == shard->heard.tail) shard->heard.head = shard->heard.tail = 0;
  shard->heard.changed = true;
  return status;
}

enum status heard_add(struct shard *shard, struct str message, struct fault *fault) {
  struct forward_message forward;
  struct heard_way ways[LIMIT_HEARD];
  if (!forward_decode(message, ways, &forward, fault)) return fault->status;
  if (forward.to != shard->settings.shard)
    return fault_set(fault, STATUS_STATE, "an event for shard %u of another number of shards; the topics belong to another giftd",
                     forward.to);
  return queue_put(shard, message, fault);
}

/* ---- what is heard ---- */

/* The event's own bytes, read as the shard read them that they came to; then the hearer is its customer. */
static enum status front_decide(struct shard *shard, struct fault *fault) {
  struct forward_message *front = &shard->heard.front;
  struct reading *reading = &shard->heard_reading;
  struct origin origin = {front->input, front->position};
  shard->heard.line = (struct input_line){.bytes = front->line, .position = front->position};
  reading->line = &shard->heard.line;
  reading->hearing = &front->hearing;
  shard->at_hand = (struct at_hand){
      .shard = front->from, .partitioned = true, .position = front->position, .input = front->input, .rulebook = shard->rulebook->digest};
  arena_reset(&reading->arena);
  reading->problem = event_read(shard->rulebook->catalogue, front->line, &reading->arena, &reading->event, &reading->error);
  if (reading->problem != EVENT_OK) return dead_line(shard, reading->line, &origin, &reading->error, LINE_NONE, fault);
  reading->event.cause = reading->event.customer;
  reading->event.customer = front->hearer;
  reading->event.arrival_ms = front->arrival_ms;
  reading->customer = owner_customer(front->hearer);
  reading->key = cache_key(&shard->cache, owner_key(&reading->customer));
  return event_decide(shard, reading, NULL, &origin, fault);
}

enum status heard_take(struct shard *shard, struct fault *fault) {
  assert(heard_any(shard) && !shard->looking_ahead);
  bool waited = shard->waiting.waits;
  struct str message;
  shard->waiting.waits = shard->waiting.anew = false;
  shard->waiting.head = HEAD_HEARD;
  enum status status = queue_front(shard, &message, fault);
  if (status == STATUS_OK && !forward_decode(message, shard->heard.ways, &shard->heard.front, fault)) status = fault->status;
  if (status == STATUS_OK) status = front_decide(shard, fault);
  if (status != STATUS_OK) return fault_prefix(fault, "an event heard as another: ");
  assert(!waited || !shard->dues.touched);                   /* what was due went before it waited */
  if (shard->waiting.waits) shard->read_to = shard->line_at; /* lines are looked at ahead meanwhile */
  if (shard->waiting.waits || shard->dues.touched) return STATUS_OK;
  status = queue_drop(shard, message.length, fault);
  if (status == STATUS_OK && waited) status = wait_end(shard, fault);
  return status == STATUS_OK ? outputs_hand_on(shard, OUTPUT_KEPT, fault) : status;
}

/* ---- on their way out ---- */

static enum status forward_send(struct shard *shard, uint32_t number, struct forward_message *message, struct fault *fault) {
  if (!customer_shard(shard, shard->decision.forwards[number].hearer, &message->to, fault)) return fault->status;
  size_t length = forward_encode(message, &shard->decision, number, shard->heard.out, sizeof shard->heard.out);
  assert(length > 0);
  struct str bytes = {shard->heard.out, length};
  if (message->to == shard->settings.shard) return queue_put(shard, bytes, fault);
  shard->counts.messages_out++;
  return shard->log.append(shard->log.self, OUTPUT_MESSAGES, message->to, bytes, fault);
}

enum status forwards_send(struct shard *shard, const struct reading *reading, const struct origin *origin, struct fault *fault) {
  struct forward_message message = {.from = shard->settings.shard,
                                    .position = origin->position,
                                    .arrival_ms = reading->event.arrival_ms,
                                    .input = origin->input,
                                    .line = reading->line->bytes};
  enum status status = STATUS_OK;
  if (message.input.length > FORWARD_INPUT_BYTES) message.input.length = FORWARD_INPUT_BYTES;
  for (uint32_t i = 0; i < shard->decision.forward_count && status == STATUS_OK; i++) status = forward_send(shard, i, &message, fault);
  return status;
}
