/* The trace of a run (giftd run --trace): what every event came to, for people or for programs. */
#include "parts.h"

static void trace_head(FILE *trace, const struct event *event) {
  char memory[64];
  struct buffer time;
  buffer_init(&time, memory, sizeof memory);
  buffer_time(&time, event->time_ms, event->offset_minutes);
  fprintf(trace, "%.*s %.*s/%.*s %.*s %.*s\n", STR_FORMAT(buffer_text(&time)), STR_FORMAT(event->source), STR_FORMAT(event->id),
          STR_FORMAT(event->type_name), STR_FORMAT(event->customer));
}

/* A trace that is called *.jsonl is for programs: the witness of what every listening rule came to; explain is held against it (R123). */
static bool is_witness(const char *path) {
  struct str name = str_of(path), ending = STR(".jsonl");
  return name.length >= ending.length && str_equal(str_from(name, name.length - ending.length), ending);
}

static void witness_write(FILE *trace, const struct rulebook *rulebook, const struct event *event, const struct decision *decision) {
  static char memory[16 * 1024 * 1024]; /* 100,000 rules at most, with their names and reasons */
  struct buffer out;
  buffer_init(&out, memory, sizeof memory);
  record_trace(&out, rulebook, event, decision);
  assert(!out.overflowed);
  (void)fwrite(out.memory, 1, out.length, trace);
}

/* One line for the event, one for each outcome, in the words of scenarios and explain. */
void trace_write(FILE *trace, const char *name, const struct rulebook *rulebook, const struct event *event,
                 const struct decision *decision) {
  static char memory[64 * 1024];
  if (is_witness(name)) {
    witness_write(trace, rulebook, event, decision);
    return;
  }
  trace_head(trace, event);
  if (decision->gate != REASON_GIVEN) fprintf(trace, "  %s\n", reasons[decision->gate].code);
  for (uint32_t i = 0; i < decision->outcome_count; i++) {
    struct buffer out;
    buffer_init(&out, memory, sizeof memory);
    record_outcome_line(&out, rulebook, decision, i, LANGUAGE_EN);
    if (out.length > 0 && memory[out.length - 1] == '\n') out.length--;
    fprintf(trace, "  %.*s\n", STR_FORMAT(buffer_text(&out)));
  }
}
