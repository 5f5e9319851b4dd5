/* What goes out: decisions, rewards, dead letters. Pieces are handed on as they are made, so that no event, however much it causes, needs
 * room for all of it at once. */
#include "parts.h"

void decision_count(struct shard *shard, const struct event *event) {
  const struct decision *decision = &shard->decision;
  struct shard_counts *counts = &shard->counts;
  *(event->cause.length > 0 ? &counts->heard : decision->closed ? &counts->closes : &counts->events) += 1;
  if (decision->gate == REASON_DUPLICATE_EVENT) counts->duplicates++;
  if (decision->gate == REASON_EVENT_TOO_LATE) counts->late++;
  if (decision->gate == REASON_EVENT_IN_FUTURE) counts->future++;
  if (decision->gate != REASON_GIVEN) counts->by_reason[decision->gate]++;
  for (uint32_t i = 0; i < decision->outcome_count; i++) {
    counts->by_reason[decision->outcomes[i].reason]++;
    if (decision->outcomes[i].reason != REASON_GIVEN) counts->refusals++;
  }
  for (uint32_t i = 0; i < decision->gift_count; i++) {
    enum gift_kind kind = decision->gifts[i].kind;
    if (kind == GIFT_ISSUED || kind == GIFT_SUBSTITUTED) counts->gifts++;
    if (kind == GIFT_REVOKED) counts->revoked++;
  }
}

void unknown_count(struct shard *shard, const struct event *event) {
  if (event->unknown_count == 0) return;
  for (int i = 0; i < UNKNOWN_KIND_COUNT; i++) shard->counts.unknown[i] += event->unknown_counts[i];
  if (shard->settings.unknown != NULL) shard->settings.unknown(shard->settings.unknown_self, shard->rulebook->catalogue, event);
}

/* ---- decisions and rewards ---- */

enum status outputs_hand_on(struct shard *shard, size_t least, struct fault *fault) {
  for (int i = 0; i < OUTPUT_COUNT; i++) {
    struct buffer *buffer = &shard->outputs[i];
    assert(!buffer->overflowed);
    if (buffer->length <= least) continue;
    enum status status = shard->log.append(shard->log.self, (enum output)i, 0, buffer_text(buffer), fault);
    if (status != STATUS_OK) return status;
    buffer_reset(buffer);
  }
  return STATUS_OK;
}

/* A campaign file bounds what one line can be; so few of them are never too many. */
#define REWARDS_FEW 16u
_Static_assert(REWARDS_FEW * 2u * LIMIT_CAMPAIGN_BYTES <= EVENT_REWARDS_MOST, "some texts of a file and the event in each");

/* Written once to see how long they are, and wiped out again. */
bool rewards_too_many(struct shard *shard, const struct event *event) {
  struct buffer *out = &shard->outputs[OUTPUT_REWARDS];
  size_t before = out->length, bytes = 0;
  uint32_t next = 0;
  while (shard->decision.gift_count > REWARDS_FEW && next < shard->decision.gift_count && bytes <= EVENT_REWARDS_MOST) {
    (void)record_gifts(out, event, &shard->decision, &next, before + OUTPUT_KEPT);
    assert(!out->overflowed);
    bytes += out->length - before;
    out->length = before;
  }
  return bytes > EVENT_REWARDS_MOST;
}

static enum status rewards_tell(struct shard *shard, const struct event *event, struct fault *fault) {
  struct buffer *out = &shard->outputs[OUTPUT_REWARDS];
  enum status status = STATUS_OK;
  for (uint32_t next = 0; next < shard->decision.gift_count && status == STATUS_OK;) {
    (void)record_gifts(out, event, &shard->decision, &next, OUTPUT_KEPT + 1);
    status = outputs_hand_on(shard, OUTPUT_KEPT, fault);
  }
  if (shard->decision.mark_count > 0) (void)record_marks(out, shard->rulebook, event, &shard->decision);
  return status;
}

enum status decision_tell(struct shard *shard, const struct event *event, const struct origin *origin, struct fault *fault) {
  struct decision_cursor cursor = {0};
  enum status status = STATUS_OK;
  bool more = true;
  while (more && status == STATUS_OK) {
    more = record_decision_part(&shard->outputs[OUTPUT_DECISIONS], shard->rulebook, event, origin, &shard->decision, &cursor);
    status = outputs_hand_on(shard, OUTPUT_KEPT, fault);
  }
  return status == STATUS_OK ? rewards_tell(shard, event, fault) : status;
}

/* ---- dead letters ---- */

static void dead_count(struct shard *shard) {
  shard->counts.dead++;
  shard->counts.by_reason[REASON_MALFORMED_EVENT]++;
}

/* Handed on at once: the log may need the record itself while it is lent. */
static enum status dead_hand_on(struct shard *shard, uint32_t which, struct fault *fault) {
  struct buffer *buffer = &shard->outputs[OUTPUT_DLQ];
  assert(!buffer->overflowed);
  enum status status = shard->log.append(shard->log.self, OUTPUT_DLQ, which, buffer_text(buffer), fault);
  buffer_reset(buffer);
  return status;
}

enum status dead_line(struct shard *shard, const struct input_line *line, const struct origin *origin, const struct event_error *error,
                      uint32_t which, struct fault *fault) {
  if (shard->looking_ahead) return STATUS_OK;
  dead_count(shard);
  record_dead_letter(&shard->outputs[OUTPUT_DLQ], line->bytes, origin, error);
  return dead_hand_on(shard, which, fault);
}

enum status dead_piece(struct shard *shard, const struct input_line *line, const struct origin *origin, struct fault *fault) {
  struct event_error error = {.problem = EVENT_TOO_LONG};
  struct buffer detail;
  buffer_init(&detail, error.detail, sizeof error.detail - 1);
  buffer_print(&detail, "a piece of a line of more than %u bytes", LIMIT_LINE_BYTES);
  error.detail[detail.length] = 0;
  return dead_line(shard, line, origin, &error, shard->line_at, fault);
}

enum status dead_event(struct shard *shard, const struct reading *reading, const struct origin *origin, struct str reason, struct str text,
                       struct fault *fault) {
  struct buffer whole;
  char bytes[1024];
  if (shard->looking_ahead) return STATUS_OK;
  dead_count(shard);
  buffer_init(&whole, bytes, sizeof bytes);
  if (reading->hearing != NULL) /* the line is of who caused it, and was decided for that one */
    buffer_print(&whole, "%s heard by customer %.*s alone: ", reading->hearing->reversal ? "what takes back what was" : "as it was",
                 STR_FORMAT(reading->event.customer));
  buffer_put(&whole, text);
  record_dead_event(&shard->outputs[OUTPUT_DLQ], reading->line->bytes, origin, reason, buffer_text(&whole));
  return dead_hand_on(shard, reading->hearing != NULL ? LINE_NONE : shard->line_at, fault);
}
