/* Closes that are due (judge.h, "periods that close"), and gifts that wait: whom the shard comes back to, and when.
 *
 *     decision.dues -> list of that instant -> the clock reaches it -> a few between two lines -> judged, each as an event of its own
 *                                           \-> or an event of the customer is heard before: then his go first
 *
 * An entry is a record of the state ("d", instant, number) that names a customer; which instants there are stands in "m:due". An entry only
 * says whom to look at: what is due stands in the customer's record, so one that has been worked off by a touch costs a look and nothing
 * else. A million that are due at one midnight hold up no line for longer than four of them take; when no lines are there, nothing waits.
 */
#include "giftd/base/bytes.h"
#include "parts.h"

/* Each with the next lists, as far as there are. */
static const char *const due_keys[DUE_RECORDS] = {"m:due", "m:due1", "m:due2", "m:due3"};
#define DUE_VERSION 2      /* 1 knew no heard_ms */
#define DUE_HEAD_BYTES 25u /* of the first: version, since_line, taken, heard_ms, count of all */
#define DUE_LIST_BYTES 16u /* instant, head, tail */
_Static_assert(DUE_HEAD_BYTES + DUE_LISTS_A_RECORD * DUE_LIST_BYTES <= LIMIT_STATE_BYTES, "one record");
#define DUES_AHEAD 32u /* customers whose records are fetched together */

/* ---- the lists as records ---- */

/* How many lists stand in the n-th record. */
static uint32_t lists_in(uint32_t count, uint32_t record) {
  uint32_t before = record * DUE_LISTS_A_RECORD;
  if (count <= before) return 0;
  return count - before < DUE_LISTS_A_RECORD ? count - before : DUE_LISTS_A_RECORD;
}

static bool due_head_read(struct dues *dues, struct reader *r) {
  const unsigned version = get_byte(r);
  if (version == 0 || version > DUE_VERSION) return false;
  dues->since_line = (uint32_t)get_fixed(r, 4);
  dues->taken = get_fixed(r, 8);
  if (version > 1) dues->heard_ms = (int64_t)get_fixed(r, 8);
  dues->count = (uint32_t)get_fixed(r, 4);
  return !r->bad && dues->count <= DUE_LISTS;
}

static void due_lists_read(struct due_list *lists, uint32_t count, struct reader *r) {
  for (uint32_t i = 0; i < count; i++) {
    lists[i].time_ms = (int64_t)get_fixed(r, 8);
    lists[i].head = (uint32_t)get_fixed(r, 4), lists[i].tail = (uint32_t)get_fixed(r, 4);
  }
}

static enum status form_unknown(struct fault *fault) {
  return fault_set(fault, STATUS_STATE, "the list of periods that close in the state is not of a known form: written by a newer giftd");
}

static enum status due_record_load(struct shard *shard, uint32_t number, struct fault *fault) {
  struct dues *dues = &shard->dues;
  struct str record;
  enum status status = shard->view.load(shard->view.self, str_of(due_keys[number]), &record, fault);
  if (status != STATUS_OK || (number == 0 && (record.length == 0 || MUTANT(DUES_FORGOTTEN)))) return status;
  struct reader r = reader_over(record);
  if (number == 0 && !due_head_read(dues, &r)) return form_unknown(fault);
  uint32_t count = lists_in(dues->count, number);
  if ((size_t)(r.end - r.at) != count * DUE_LIST_BYTES) return form_unknown(fault);
  due_lists_read(&dues->lists[number * DUE_LISTS_A_RECORD], count, &r);
  return STATUS_OK;
}

enum status due_open(struct shard *shard, struct fault *fault) {
  struct dues *dues = &shard->dues;
  dues->count = dues->since_line = 0, dues->taken = 0;
  dues->changed = dues->touched = false;
  dues->heard_ms = TIME_NONE;
  shard->passed_ms = TIME_NONE;
  enum status status = due_record_load(shard, 0, fault);
  for (uint32_t i = 1; i < DUE_RECORDS && status == STATUS_OK && lists_in(dues->count, i) > 0; i++)
    status = due_record_load(shard, i, fault);
  return status;
}

static void due_head_put(struct writer *w, const struct dues *dues) {
  put_byte(w, DUE_VERSION);
  put_fixed(w, dues->since_line, 4), put_fixed(w, dues->taken, 8);
  put_fixed(w, (uint64_t)dues->heard_ms, 8);
  put_fixed(w, dues->count, 4);
}

static enum status due_record_store(struct shard *shard, uint32_t number, struct fault *fault) {
  const struct dues *dues = &shard->dues;
  struct writer w = writer_into(shard->record, sizeof shard->record);
  uint32_t count = lists_in(dues->count, number);
  if (number == 0) due_head_put(&w, dues);
  for (uint32_t i = 0; i < count; i++) {
    const struct due_list *list = &dues->lists[number * DUE_LISTS_A_RECORD + i];
    put_fixed(&w, (uint64_t)list->time_ms, 8);
    put_fixed(&w, list->head, 4), put_fixed(&w, list->tail, 4);
  }
  size_t bytes = (number == 0 ? DUE_HEAD_BYTES : 0) + count * DUE_LIST_BYTES;
  return shard->view.store(shard->view.self, str_of(due_keys[number]), (struct str){shard->record, bytes}, fault);
}

/* What stood in a record that is not reached any more is not read. */
enum status due_store(struct shard *shard, struct fault *fault) {
  struct dues *dues = &shard->dues;
  if (!dues->changed) return STATUS_OK;
  enum status status = due_record_store(shard, 0, fault);
  for (uint32_t i = 1; i < DUE_RECORDS && status == STATUS_OK && lists_in(dues->count, i) > 0; i++)
    status = due_record_store(shard, i, fault);
  dues->changed = dues->changed && status != STATUS_OK;
  return status;
}

struct entry_key {
  char bytes[13];
};

/* Highest bytes first: a store that is in order of keys has those of an instant side by side. */
static struct str entry_key(struct entry_key *key, int64_t time_ms, uint32_t number) {
  struct writer w = writer_into(key->bytes, sizeof key->bytes);
  put_byte(&w, 'd');
  put_fixed(&w, __builtin_bswap64((uint64_t)time_ms), 8);
  put_fixed(&w, __builtin_bswap32(number), 4);
  return (struct str){key->bytes, sizeof key->bytes};
}

/* ---- adding ---- */

/* In order of time; NULL: there are more instants than campaigns that can be loaded have. */
static struct due_list *list_at(struct dues *dues, int64_t time_ms) {
  uint32_t at = dues->count;
  while (at > 0 && dues->lists[at - 1].time_ms >= time_ms) at--;
  if (at < dues->count && dues->lists[at].time_ms == time_ms) return &dues->lists[at];
  if (dues->count == DUE_LISTS) return NULL;
  memmove(&dues->lists[at + 1], &dues->lists[at], (dues->count - at) * sizeof dues->lists[0]);
  dues->lists[at] = (struct due_list){.time_ms = time_ms};
  dues->count++;
  return &dues->lists[at];
}

enum status dues_add(struct shard *shard, const struct owner *owner, struct fault *fault) {
  const struct decision *decision = &shard->decision;
  enum status status = STATUS_OK;
  for (uint32_t i = 0; i < decision->due_count && status == STATUS_OK; i++) {
    bool next = decision->closed && shard->dues.touched && decision->dues[i] <= shard->dues.touched_ms;
    if (next) continue; /* whoever is worked off for his event has it taken right behind */
    struct due_list *list = list_at(&shard->dues, decision->dues[i]);
    struct entry_key key;
    if (list == NULL)
      return fault_set(fault, STATUS_LIMIT, "periods close at more than %u instants to come; use fewer delays and zones", DUE_LISTS);
    assert(list->tail < UINT32_MAX);
    status = shard->view.store(shard->view.self, entry_key(&key, list->time_ms, list->tail++), owner_key(owner), fault);
    shard->dues.changed = true;
  }
  return status;
}

/* ---- whose turn it is ---- */

int64_t due_clock(const struct shard *shard) { return shard->passed_ms > shard->clock.now_ms ? shard->passed_ms : shard->clock.now_ms; }

/* While customers are looked at nothing closes but for those who were: of the others it is not known yet what they have to hear. */
bool dues_ripe(const struct shard *shard) {
  int64_t now_ms = due_clock(shard);
  if (shard->walk.on) return false;
  return shard->dues.count > 0 && now_ms != TIME_NONE && shard->dues.lists[0].time_ms <= now_ms;
}

bool dues_turn(const struct shard *shard) {
  bool line = shard->line_at < shard->line_count;
  return dues_ripe(shard) && (!line || shard->dues.since_line < DUES_A_LINE);
}

void dues_line_taken(struct shard *shard) {
  if (shard->dues.since_line == 0) return;
  shard->dues.since_line = 0, shard->dues.changed = true;
}

bool due_waits(const struct shard *shard, const struct state *state) {
  const struct cell *due = due_first(state);
  int64_t now_ms = due_clock(shard);
  return due != NULL && now_ms != TIME_NONE && due_time(due) <= now_ms;
}

void due_touch(struct shard *shard, const struct owner *owner) {
  struct dues *dues = &shard->dues;
  dues->touched = true, dues->owner = *owner, dues->touched_ms = due_clock(shard);
  if (dues->touched_ms > dues->heard_ms) dues->heard_ms = dues->touched_ms; /* written with the first that is taken */
}

bool due_touches(struct shard *shard, const struct owner *owner, const struct state *state) {
  bool is_due = due_waits(shard, state) && !MUTANT(DUE_UNTOUCHED);
  if (!is_due && !walk_meets(shard, owner, state)) return false;
  due_touch(shard, owner);
  return true;
}

/* ---- one close ---- */

#define TIME_BYTES 25u

/* The first instant at which anybody could hear it: the end of the period, the beginning of the day; of a cycle, whose end the customer's
 * record knows, that at which it is heard first. */
static int64_t close_begins(const struct rulebook *rulebook, const struct close *close, const struct closing *closing) {
  if (close->cycle > 0) return closing->done_ms == TIME_NONE ? closing->at_ms : TIME_NONE;
  if (close->left == NONE) return close_end(rulebook, close, closing->period);
  return period_start(UNIT_DAY, period_of(UNIT_DAY, closing->at_ms, close->zone), close->zone);
}

/* "month+08:00:2027-01:c1", "profile.birthday+08:00:2027-05-17:c1", and the instant behind it if that is not the first. A hash stands for a
 * name that is too long. */
static struct str event_id(struct shard *shard, const struct close *close, struct str name, struct str customer) {
  const struct closing *closing = &shard->dues.closing;
  struct buffer id;
  char hex[16];
  buffer_init(&id, shard->dues.id, sizeof shard->dues.id);
  buffer_put(&id, name);
  if (close->left != NONE)
    buffer_byte(&id, ':'), buffer_date(&id, zone_local(close->zone, closing->at_ms) / MS_PER_DAY);
  else if (close->unit != UNIT_CAMPAIGN)
    buffer_byte(&id, ':'), buffer_period(&id, close->unit, closing->period);
  buffer_byte(&id, ':');
  digest_to_hex(hash64(&HASH_KEY_FIXED, customer), hex);
  bool fits = id.length + customer.length + 1 + TIME_BYTES <= sizeof shard->dues.id;
  buffer_put(&id, fits ? customer : (struct str){hex, sizeof hex});
  if (closing->at_ms != close_begins(shard->rulebook, close, closing))
    buffer_byte(&id, ':'), buffer_time_in(&id, closing->at_ms, close->zone);
  assert(!id.overflowed);
  return buffer_text(&id);
}

/* "gift:REWARD" */
static struct str gift_event_id(struct shard *shard) {
  char text[ID22_BYTES];
  struct buffer id;
  buffer_init(&id, shard->dues.id, sizeof shard->dues.id);
  digest_to_id(shard->dues.closing.gift, text);
  buffer_put(&id, STR("gift:"));
  buffer_put(&id, (struct str){text, sizeof text});
  return buffer_text(&id);
}

static void event_make(struct shard *shard, struct str name, struct reading *reading) {
  const bool gift = shard->dues.closing.close == NONE;
  const struct close *close = gift ? NULL : &shard->rulebook->closes[shard->dues.closing.close];
  struct event *event = &reading->event;
  memset(event, 0, GLANCE_BYTES);
  event->customer = str_from(owner_key(&reading->customer), 1);
  const int64_t at_ms = shard->dues.closing.at_ms;
  event->id = gift ? gift_event_id(shard) : event_id(shard, close, name, event->customer), event->source = STR("giftd");
  event->type = TYPE_UNKNOWN;
  event->type_name = gift ? STR("gift.due") : close->left == NONE ? STR("period.closed") : STR("date.reached");
  event->time_ms = event->arrival_ms = at_ms;
  event->offset_minutes = gift ? shard->dues.closing.ahead : zone_offset(close->zone, at_ms);
  event->digest = event_digest(event->source, event->id);
  event->field_count = event->unknown_count = 0;
  memset(event->unknown_counts, 0, sizeof event->unknown_counts);
}

enum status due_forget(struct shard *shard, struct state *state, const struct cell *due, struct fault *fault) {
  state_remove(state, due);
  state_settle(state);
  return owner_keep(shard, state, fault);
}

void closing_begin(struct shard *shard, struct str name, struct reading *reading) {
  struct dues *dues = &shard->dues;
  event_make(shard, name, reading);
  dues->line = (struct input_line){.bytes = reading->event.id, .position = dues->taken};
  reading->line = &dues->line, reading->problem = EVENT_OK;
  reading->hearing = NULL, reading->closing = &dues->closing;
  shard->at_hand = (struct at_hand){.shard = shard->settings.shard,
                                    .position = dues->taken,
                                    .digest = reading->event.digest,
                                    .input = STR(INPUT_CLOSES),
                                    .rulebook = shard->rulebook->digest};
  arena_reset(&reading->arena);
}

/* Whether the cell is there as it was: what was decided of it was not kept. */
static enum status due_stands(struct shard *shard, const struct reading *reading, const struct cell *before, struct state **state,
                              const struct cell **due, struct fault *fault) {
  *due = NULL;
  enum status status = owner_load(shard, reading->key, state, fault);
  if (status != STATUS_OK) return status;
  const struct cell *known = state_find(*state, cell_kind(before), cell_decl(before), before->key, before->period);
  if (known != NULL && due_time(known) == due_time(before)) *due = known;
  return STATUS_OK;
}

/* One that could not be decided - a dead letter, a full record - was told. What is due behind it is, all the same; if there is no room for
 * that either, nothing is. */
static enum status close_pass(struct shard *shard, struct reading *reading, const struct origin *origin, const struct cell *before,
                              struct fault *fault) {
  struct state *state;
  const struct cell *due;
  enum status status = due_stands(shard, reading, before, &state, &due, fault);
  if (status != STATUS_OK || due == NULL) return status;
  reading->closing_passes = true;
  status = event_decide(shard, reading, NULL, origin, fault);
  reading->closing_passes = false;
  if (status == STATUS_OK) status = due_stands(shard, reading, before, &state, &due, fault);
  return status == STATUS_OK && due != NULL ? due_forget(shard, state, due, fault) : status;
}

static enum status close_decide(struct shard *shard, const struct cell *due, struct fault *fault) {
  struct reading *reading = &shard->heard_reading;
  struct origin origin = {STR(INPUT_CLOSES), shard->dues.taken};
  const struct cell before = *due;
  const uint32_t close = shard->dues.closing.close;
  closing_begin(shard, close == NONE ? STR("") : shard->rulebook->closes[close].name, reading);
  enum status status = event_decide(shard, reading, NULL, &origin, fault);
  bool decided = status == STATUS_OK && !shard->waiting.waits;
  if (decided) shard->dues.taken++, shard->dues.changed = true;
  if (decided) status = close_pass(shard, reading, &origin, &before, fault);
  reading->closing = NULL;
  return status;
}

enum status customer_reading(struct shard *shard, struct reading *reading, struct state **state, struct fault *fault) {
  cache_turn(&shard->cache);
  reading->unheard = false, reading->match_count = 0;
  reading->key = cache_key(&shard->cache, owner_key(&reading->customer));
  return owner_load(shard, reading->key, state, fault);
}

/* The earliest of a customer's, if it is due by then. *more: there was one, and there may be another. */
static enum status owner_close(struct shard *shard, const struct owner *owner, int64_t now_ms, bool *more, struct fault *fault) {
  struct reading *reading = &shard->heard_reading;
  struct state *state;
  *more = false;
  reading->customer = *owner;
  enum status status = customer_reading(shard, reading, &state, fault);
  if (status == STATUS_OK && walk_meets(shard, owner, state)) {
    *more = true;
    return walk_look(shard, reading, !walk_visits(shard, owner), fault);
  }
  const struct cell *due = status == STATUS_OK ? due_first(state) : NULL;
  if (due == NULL || due_time(due) > now_ms) return status;
  *more = true;
  if (!closing_of(shard->rulebook, due, &shard->dues.closing)) return due_forget(shard, state, due, fault);
  status = queue_leads(shard, due, &shard->dues.closing.in_front, fault);
  return status == STATUS_OK ? close_decide(shard, due, fault) : status;
}

/* ---- the first of the lists ---- */

static enum status entry_load(struct shard *shard, const struct due_list *list, uint32_t number, struct owner *owner, struct fault *fault) {
  struct entry_key key;
  struct str record;
  enum status status = shard->view.load(shard->view.self, entry_key(&key, list->time_ms, number), &record, fault);
  if (status != STATUS_OK) return status;
  if (record.length < 2 || record.length > 1 + LIMIT_ID_BYTES || record.at[0] != OWNER_CUSTOMER)
    return fault_set(fault, STATUS_STATE,
                     "an entry of the list of periods that close is not there: the state lost a part of itself; restore it from a copy, or "
                     "(Kafka) empty the view, which is then made anew");
  *owner = owner_customer(str_from(record, 1));
  return STATUS_OK;
}

/* Where loading costs a round trip: one for many entries, one for their customers. */
static enum status entries_ahead(struct shard *shard, const struct due_list *list, struct fault *fault) {
  struct entry_key bytes[DUES_AHEAD];
  struct str keys[DUES_AHEAD];
  struct owner owners[DUES_AHEAD];
  uint32_t count = list->tail - list->head < DUES_AHEAD ? list->tail - list->head : DUES_AHEAD;
  if (shard->view.prefetch == NULL || list->head % DUES_AHEAD != 0 || count < 2) return STATUS_OK;
  for (uint32_t i = 0; i < count; i++) keys[i] = entry_key(&bytes[i], list->time_ms, list->head + i);
  enum status status = shard->view.prefetch(shard->view.self, keys, count, fault);
  for (uint32_t i = 0; i < count && status == STATUS_OK; i++) status = entry_load(shard, list, list->head + i, &owners[i], fault);
  if (status == STATUS_OK) status = owners_load(shard, owners, count, fault);
  return status == STATUS_LIMIT ? STATUS_OK : status; /* too large together: one by one, then */
}

static enum status entry_drop(struct shard *shard, struct fault *fault) {
  struct dues *dues = &shard->dues;
  struct due_list *list = &dues->lists[0];
  struct entry_key key;
  assert(dues->count > 0 && list->head < list->tail);
  enum status status = shard->view.store(shard->view.self, entry_key(&key, list->time_ms, list->head), STR(""), fault);
  list->head++;
  if (list->head == list->tail) memmove(list, list + 1, --dues->count * sizeof *list);
  dues->since_line = dues_ripe(shard) ? dues->since_line + 1 : 0; /* with the last one all is as if there had been none */
  dues->changed = true;
  return status;
}

static enum status entry_take(struct shard *shard, struct fault *fault) {
  const struct due_list list = shard->dues.lists[0];
  struct owner owner;
  bool more;
  enum status status = entries_ahead(shard, &list, fault);
  if (status == STATUS_OK) status = entry_load(shard, &list, list.head, &owner, fault);
  if (status == STATUS_OK) status = owner_close(shard, &owner, list.time_ms, &more, fault);
  return status == STATUS_OK && !more ? entry_drop(shard, fault) : status;
}

static enum status touch_take(struct shard *shard, struct fault *fault) {
  bool more;
  enum status status = owner_close(shard, &shard->dues.owner, shard->dues.touched_ms, &more, fault);
  if (status == STATUS_OK && !more) shard->dues.touched = false;
  return status;
}

enum status due_take(struct shard *shard, struct fault *fault) {
  bool waited = shard->waiting.waits;
  assert(!shard->looking_ahead && (shard->dues.touched || shard->dues.count > 0));
  shard->waiting.waits = shard->waiting.anew = false;
  shard->waiting.head = HEAD_DUE;
  enum status status = shard->dues.touched ? touch_take(shard, fault) : entry_take(shard, fault);
  if (status != STATUS_OK) return fault_prefix(fault, "a period that closed: ");
  if (shard->waiting.waits) {
    shard->read_to = shard->line_at; /* lines are looked at ahead meanwhile */
    return STATUS_OK;
  }
  if (waited) status = wait_end(shard, fault);
  return status == STATUS_OK ? outputs_hand_on(shard, OUTPUT_KEPT, fault) : status;
}

void shard_pass(struct shard *shard, int64_t time_ms) {
  if (time_ms > shard->passed_ms) shard->passed_ms = time_ms;
}
bool shard_due(const struct shard *shard) { return dues_ripe(shard) || queues_ripe(shard) || ranks_ripe(shard) || shard->walk.on; }
