/* Events that nobody hears have no line of their own: the shard keeps one open range of them, and writes it as a line when it ends
 * (record/range.c). So that the same lines give the same bytes, wherever batches, commits and runs end,
 *
 *     a range ends at fixed positions of the input, another rulebook, another input, and the end of an input that does not grow, and
 *     the open one is a part of the state ("m:range"): it goes on behind a restart or a take-over where it stood.
 *
 * It never ends because a process does. */
#include "giftd/base/bytes.h"
#include "parts.h"

#define RANGE_KEY STR("m:range")
#define RANGE_VERSION 1
#define RANGE_HEAD (1u + 6u * 8u) /* version; first, last, events, digest, earliest, latest */
#ifdef GIFTD_SMALL
#define SPAN_BYTES 2048u
#define SPAN_OFFSETS 16u
#else
#define SPAN_BYTES (64u * 1024u) /* some 250 events, which had as many lines */
#define SPAN_OFFSETS 256u
#endif

static struct str head_of(struct str text, size_t most) { return (struct str){text.at, text.length < most ? text.length : most}; }

/* ---- ending ---- */

static bool range_is_open(const struct shard *shard) { return shard->unheard.range.events > 0; }

/* Up to a fixed position, under one rulebook, in one input; and behind what it has, or a file has taken another's place. */
static bool range_goes_on(const struct shard *shard, const struct input_line *line, struct str input) {
  const struct unheard_range *range = &shard->unheard.range;
  uint64_t span = line->key.at == NULL ? SPAN_BYTES : SPAN_OFFSETS;
  if (line->position / span != range->first / span || line->position <= range->last) return false;
  if (!str_equal(range->rulebook, shard->rulebook->digest) && !MUTANT(RANGE_STAYS)) return false;
  return str_equal(range->input, head_of(input, UNHEARD_INPUT_BYTES));
}

enum status range_end(struct shard *shard, struct fault *fault) {
  struct unheard_range *range = &shard->unheard.range;
  assert(!shard->looking_ahead);
  if (!range_is_open(shard)) return STATUS_OK;
  record_range(&shard->outputs[OUTPUT_DECISIONS], range);
  range->events = 0;
  shard->unheard.changed = true;
  return outputs_hand_on(shard, OUTPUT_KEPT, fault);
}

enum status range_mind(struct shard *shard, const struct input_line *line, struct str input, struct fault *fault) {
  if (!range_is_open(shard) || range_goes_on(shard, line, input)) return STATUS_OK;
  return range_end(shard, fault);
}

/* ---- going on ---- */

static struct str kept_in(char *memory, size_t most, struct str text) {
  struct str head = head_of(text, most);
  if (head.length > 0) memcpy(memory, head.at, head.length);
  return (struct str){memory, head.length};
}

static void range_begin(struct shard *shard, const struct event *event, const struct origin *origin) {
  struct unheard *unheard = &shard->unheard;
  unheard->range = (struct unheard_range){.first = origin->position,
                                          .digest = event->digest,
                                          .earliest_ms = event->time_ms,
                                          .latest_ms = event->time_ms,
                                          .input = kept_in(unheard->input, sizeof unheard->input, origin->input),
                                          .rulebook = kept_in(unheard->rulebook, sizeof unheard->rulebook, shard->rulebook->digest)};
}

void range_add(struct shard *shard, const struct event *event, const struct origin *origin) {
  struct unheard_range *range = &shard->unheard.range;
  assert(!shard->looking_ahead && event->cause.length == 0);
  if (!range_is_open(shard)) range_begin(shard, event, origin);
  assert(range->events == 0 || origin->position > range->last); /* range_mind saw to it */
  range->last = origin->position;
  if (event->time_ms < range->earliest_ms) range->earliest_ms = event->time_ms;
  if (event->time_ms > range->latest_ms) range->latest_ms = event->time_ms;
  shard->unheard.changed = true;
  if (MUTANT(RANGE_SKIPS) && range->events == 2) return;
  range->events++;
}

/* ---- in the state ---- */

static struct str range_write(const struct unheard_range *range, char *memory, size_t bytes) {
  struct writer w = writer_into(memory, bytes);
  const uint64_t numbers[] = {
      range->first, range->last, range->events, range->digest, (uint64_t)range->earliest_ms, (uint64_t)range->latest_ms};
  put_byte(&w, RANGE_VERSION);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) put_fixed(&w, numbers[i], 8);
  for (size_t i = 0; i < range->rulebook.length; i++) put_byte(&w, (unsigned char)range->rulebook.at[i]);
  for (size_t i = 0; i < range->input.length; i++) put_byte(&w, (unsigned char)range->input.at[i]);
  assert(!w.full);
  return written(&w, memory);
}

enum status range_store(struct shard *shard, struct fault *fault) {
  char memory[RANGE_HEAD + UNHEARD_RULEBOOK_BYTES + UNHEARD_INPUT_BYTES];
  if (!shard->unheard.changed || MUTANT(RANGE_FORGOTTEN)) return STATUS_OK;
  shard->unheard.changed = false;
  struct str record = range_is_open(shard) ? range_write(&shard->unheard.range, memory, sizeof memory) : STR("");
  return shard->view.store(shard->view.self, RANGE_KEY, record, fault);
}

enum status shard_range_read(struct str record, struct unheard_range *out, struct fault *fault) {
  struct reader r = reader_over(record);
  *out = (struct unheard_range){.events = 0};
  if (record.length == 0) return STATUS_OK;
  unsigned version = get_byte(&r);
  out->first = get_fixed(&r, 8), out->last = get_fixed(&r, 8), out->events = get_fixed(&r, 8), out->digest = get_fixed(&r, 8);
  out->earliest_ms = (int64_t)get_fixed(&r, 8), out->latest_ms = (int64_t)get_fixed(&r, 8);
  if (record.length < RANGE_HEAD + UNHEARD_RULEBOOK_BYTES || version != RANGE_VERSION || out->events == 0 || out->first > out->last ||
      record.length > RANGE_HEAD + UNHEARD_RULEBOOK_BYTES + UNHEARD_INPUT_BYTES)
    return fault_set(fault, STATUS_STATE,
                     "the range of events that nobody hears is not told in a known form: the state was written by a newer giftd, or is "
                     "damaged");
  out->rulebook = (struct str){record.at + RANGE_HEAD, UNHEARD_RULEBOOK_BYTES};
  out->input = str_from(record, RANGE_HEAD + UNHEARD_RULEBOOK_BYTES);
  return STATUS_OK;
}

enum status shard_range(const struct view_port *view, struct unheard_range *out, struct fault *fault) {
  struct str record;
  out->events = 0;
  const enum status status = view->load(view->self, RANGE_KEY, &record, fault);
  return status == STATUS_OK ? shard_range_read(record, out, fault) : status;
}

enum status range_open(struct shard *shard, struct fault *fault) {
  struct unheard *unheard = &shard->unheard;
  unheard->changed = false;
  const enum status status = shard_range(&shard->view, &unheard->range, fault);
  if (status != STATUS_OK || !range_is_open(shard)) return status;
  unheard->range.rulebook = kept_in(unheard->rulebook, sizeof unheard->rulebook, unheard->range.rulebook);
  unheard->range.input = kept_in(unheard->input, sizeof unheard->input, unheard->range.input);
  return STATUS_OK;
}
