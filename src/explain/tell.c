/* One explanation, and what it is made of: the decision with all its parts, the event's own line. */
#include "giftd/lmdb.h"
#include "giftd/shard.h"
#include "parts.h"

#include <stdio.h>

void answer_flush(struct answer *a) {
  if (a->out.overflowed) fputs("giftd explain: an explanation is longer than 256 MiB and was cut; ask with --brief\n", stderr);
  (void)fwrite(a->out.memory, 1, a->out.length, stdout);
  buffer_reset(&a->out);
}

bool event_take(struct answer *a, struct str line, struct event *event) {
  struct event_error error;
  arena_reset(&a->event_arena);
  return event_read(a->loaded->catalogue, line, &a->event_arena, event, &error) == EVENT_OK;
}

bool event_find(struct answer *a, const struct recorded_decision *recorded, struct event *event) {
  char path[4096];
  struct str line;
  (void)snprintf(path, sizeof path, "%.*s", STR_FORMAT(recorded->input));
  if (!scan_line_at(a->question->input != NULL ? a->question->input : path, recorded->position, &a->arena, &line)) return false;
  if (!event_take(a, line, event)) return false;
  return str_equal(event->id, recorded->event_id) && str_equal(event->source, recorded->event_source);
}

void explain_one(struct answer *a, const struct event *event, const struct recorded_decision *recorded) {
  if (a->told++ > 0 && !a->question->style.json) buffer_byte(&a->out, '\n');
  record_explain(&a->out, a->loaded->rulebook, event, recorded, &a->question->style);
}

bool decision_read(struct answer *a, struct str line, struct recorded_decision *recorded) {
  struct fault fault;
  if (record_read_decision(line, &a->arena, recorded, &fault) == STATUS_OK) return true;
  if (a->damaged++ < 5) fprintf(stderr, "giftd explain: %s: %s\n", a->question->decisions, fault.text);
  return false;
}

bool decision_whole(struct answer *a, uint64_t position, struct recorded_decision *whole) {
  struct str line, id, customer;
  if (!scan_line_at(a->question->decisions, position, &a->arena, &line) || !decision_read(a, line, whole)) return false;
  for (;;) {
    struct recorded_decision part;
    position += line.length + 1;
    if (!scan_line_at(a->question->decisions, position, &a->arena, &line) || !decision_head(line, &id, &customer)) return true;
    if (!record_is_part(id, whole->id) || !decision_read(a, line, &part) || !record_join(whole, &part, &a->arena)) return true;
  }
}

bool range_taken(struct answer *a, struct str line) {
  struct fault fault;
  if (!record_is_range(line)) return false;
  arena_reset(&a->arena);
  if (ranges_add(&a->ranges, line, &a->arena, &fault)) return true;
  if (a->damaged++ < 5) fprintf(stderr, "giftd explain: %s: %s\n", a->question->decisions, fault.text);
  return true;
}

static void open_range_take(struct answer *a, const struct view_port *view) {
  struct unheard_range range;
  struct fault fault;
  if (shard_range(view, &range, &fault) != STATUS_OK) return;
  a->open = range;
  a->open.input = arena_copy(&a->texts, range.input), a->open.rulebook = arena_copy(&a->texts, range.rulebook);
}

void open_range_read(struct answer *a) {
  struct lmdb *lmdb;
  struct fault fault;
  if (a->question->state == NULL || lmdb_open_to_read(a->question->state, &lmdb, &fault) != STATUS_OK) return;
  const struct view_port view = lmdb_port(lmdb);
  open_range_take(a, &view);
  lmdb_close(lmdb);
}

void ranges_settle(struct answer *a) {
  ranges_open_add(&a->ranges, &a->open);
  ranges_sort(&a->ranges);
}
