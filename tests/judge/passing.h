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

/* All that is due of him in order of time: its instant, the period that closes, whether a look found it, until when it was heard before,
 * and how far the stream was when it was made due. */
static inline void passing_dues(struct stage *s, const char *customer, struct buffer *out) {
  const struct state *state = stage_customer(s, customer);
  for (int64_t last = INT64_MIN, next; last < INT64_MAX; last = next) {
    next = INT64_MAX;
    uint32_t slot = 0;
    for (const struct cell *cell = state_any(state, &slot); cell != NULL; cell = state_any(state, &slot)) {
      bool is_due = cell_kind(cell) == CELL_DUE || (cell_kind(cell) == CELL_PENDING && cell->pending.waits != PENDING_SETTLED);
      if (is_due && due_time(cell) > last && due_time(cell) < next) next = due_time(cell);
    }
    slot = 0;
    for (const struct cell *cell = state_any(state, &slot); cell != NULL && next < INT64_MAX; cell = state_any(state, &slot)) {
      if ((cell_kind(cell) != CELL_DUE && cell_kind(cell) != CELL_PENDING) || due_time(cell) != next) continue;
      buffer_print(out, "%s", out->length > 0 ? ", " : "");
      passing_moment(out, next);
      if (cell_kind(cell) == CELL_PENDING) {
        buffer_print(out, " gift");
        continue;
      }
      buffer_print(out, " of %d%s", cell->period, cell->key == DUE_FOUND ? " found" : "");
      if (cell->due.done_ms != 0) buffer_print(out, " done "), passing_moment(out, cell->due.done_ms);
      if (cell->due.made_ms != 0) buffer_print(out, " made "), passing_moment(out, cell->due.made_ms);
    }
  }
}

#endif
