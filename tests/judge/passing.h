/* Time passes for a customer in a story: what is due of him by then - periods that close, gifts that wait - is judged as the shard does it,
 * one after the other, in both places; and what is due of him yet. */
#ifndef GIFTD_TESTS_JUDGE_PASSING_H
#define GIFTD_TESTS_JUDGE_PASSING_H

#include "judge/stage.h"

static inline const struct cell *passing_due(struct stage *s, const char *customer, struct closing *closing) {
  const struct cell *due = due_first(stage_customer(s, customer));
  if (due != NULL) assert_true(closing_of(s->book, due, closing));
  return due;
}

static inline void passing_event(struct stage *s, const struct closing *closing, const char *customer) {
  bool gift = closing->close == NONE;
  assert_true(!gift || closing->ahead == 8 * 60); /* the zone of stories */
  arena_reset(&s->event_arena);
  s->event = (struct event){.customer = str_of(customer), .source = STR("giftd"), .type = TYPE_UNKNOWN};
  s->event.type_name = gift ? STR("gift.due") : STR("period.closed");
  s->event.id = arena_print(&s->event_arena, "%u:%d:%lld:%llx:%s", closing->close, closing->period, (long long)closing->at_ms,
                            (unsigned long long)closing->gift.low, customer);
  s->event.time_ms = s->event.arrival_ms = closing->at_ms;
  s->event.offset_minutes = gift ? closing->ahead : zone_offset(s->book->closes[closing->close].zone, closing->at_ms);
  s->event.digest = event_digest(s->event.source, s->event.id);
}

/* The next one that is due by then, decided; false: there is none. */
static inline bool passing_next(struct stage *s, const char *customer, int64_t until_ms) {
  struct closing closing;
  const struct cell *due = passing_due(s, customer, &closing);
  if (due == NULL || due_time(due) > until_ms) return false;
  passing_event(s, &closing, customer);
  s->closing = &closing, s->match_count = 0;
  stage_judge(s, &s->event, NULL, &s->decision);
  s->closing = NULL;
  assert_int_equal(s->dead.length, 0);
  return true;
}

static inline void passing_moment(struct buffer *out, int64_t time_ms) {
  char text[64];
  struct buffer moment;
  buffer_init(&moment, text, sizeof text);
  buffer_time(&moment, time_ms, 8 * 60);
  buffer_print(out, "%.16s", text);
}

/* The mark of who was looked at is due never. */
static inline bool passing_is_due(const struct cell *cell) {
  if (cell_kind(cell) == CELL_PENDING) return cell->pending.waits != PENDING_SETTLED;
  return cell_kind(cell) == CELL_DUE && cell->key != DUE_LOOKED;
}

static inline void passing_tell(struct buffer *out, const struct cell *cell) {
  buffer_print(out, "%s", out->length > 0 ? ", " : "");
  if (due_time(cell) == TIME_NONE || due_time(cell) == INT64_MAX)
    buffer_print(out, "at no time");
  else
    passing_moment(out, due_time(cell));
  if (cell_kind(cell) == CELL_PENDING) {
    buffer_print(out, " gift");
    return;
  }
  buffer_print(out, " of %d%s", cell->period, cell->key == DUE_FOUND ? " found" : "");
  if (cell->due.done_ms != 0) buffer_print(out, " done "), passing_moment(out, cell->due.done_ms);
  if (cell->due.made_ms != 0) buffer_print(out, " made "), passing_moment(out, cell->due.made_ms);
}

/* All that is due of him in order of time: its instant, the period that closes, whether a look found it, until when it was heard before,
 * and how far the stream was when it was made due. */
static inline void passing_dues(struct stage *s, const char *customer, struct buffer *out) {
  const struct state *state = stage_customer(s, customer);
  const struct cell *cell, *next;
  for (int64_t from = INT64_MIN;; from = due_time(next) + 1) {
    next = NULL;
    for (uint32_t slot = 0; (cell = state_any(state, &slot)) != NULL;)
      if (passing_is_due(cell) && due_time(cell) >= from && (next == NULL || due_time(cell) < due_time(next))) next = cell;
    if (next == NULL) return;
    for (uint32_t slot = 0; (cell = state_any(state, &slot)) != NULL;)
      if (passing_is_due(cell) && due_time(cell) == due_time(next)) passing_tell(out, cell);
    if (due_time(next) == INT64_MAX) return;
  }
}

#endif
