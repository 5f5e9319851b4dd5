/* Progress of work that takes longer than two seconds: done, rate, time left (CONTRIBUTING.md, "A command"). */
#include "giftd/telemetry.h"

#define QUIET_MS 2000
#define LIVE_EVERY_MS 100
#define PLAIN_EVERY_MS 10000
#define BAR_COLUMNS 20
#define LINE_BYTES 256
#define ERASE_LINE "\r\033[K"

void progress_start(struct progress *progress, FILE *stream, const char *label, const char *unit, uint64_t total) {
  *progress = (struct progress){.stream = stream,
                                .terminal = terminal_detect(stream),
                                .label = label,
                                .unit = unit,
                                .total = total,
                                .started_ms = clock_steady_ms(),
                                .shown_ms = TIME_NONE};
}

static void bar_render(const struct progress *progress, uint64_t done, struct buffer *out) {
  const int filled = (int)(done * BAR_COLUMNS / progress->total);
  buffer_byte(out, '[');
  for (int i = 0; i < BAR_COLUMNS; i++) buffer_byte(out, i < filled ? '=' : i == filled ? '>' : ' ');
  buffer_print(out, "] %3d %%  ", (int)(done * 100 / progress->total));
}

/* Time left at the rate so far. In 1/1024 of the work, so that bytes times milliseconds cannot overflow. */
static int64_t time_left(const struct progress *progress, uint64_t done, int64_t elapsed_ms) {
  const uint64_t part = done / (progress->total / 1024 + 1) + 1;
  const uint64_t whole = progress->total / (progress->total / 1024 + 1) + 1;
  return elapsed_ms * (int64_t)(whole - part) / (int64_t)part;
}

void progress_render(const struct progress *progress, int64_t now_ms, struct buffer *out) {
  const int64_t elapsed_ms = now_ms > progress->started_ms ? now_ms - progress->started_ms : 1;
  const uint64_t done = progress->done < progress->total ? progress->done : progress->total;
  buffer_print(out, "%s  ", progress->label);
  if (progress->total > 0) bar_render(progress, done, out);
  buffer_grouped(out, (int64_t)progress->items);
  buffer_print(out, " %s  ", progress->unit);
  buffer_short(out, (int64_t)(progress->items * 1000 / (uint64_t)elapsed_ms));
  buffer_put(out, STR("/s"));
  if (progress->total == 0 || done == 0) return;
  buffer_put(out, STR("  ETA "));
  buffer_span(out, time_left(progress, done, elapsed_ms));
}

void progress_step(struct progress *progress, uint64_t done, uint64_t items) {
  const int64_t now_ms = clock_steady_ms();
  const int64_t every_ms = progress->terminal.is_terminal ? LIVE_EVERY_MS : PLAIN_EVERY_MS;
  progress->done = done;
  progress->items = items;
  if (now_ms - progress->started_ms < QUIET_MS) return;
  if (progress->shown_ms != TIME_NONE && now_ms - progress->shown_ms < every_ms) return;
  char memory[LINE_BYTES];
  struct buffer line;
  buffer_init(&line, memory, sizeof(memory));
  progress_render(progress, now_ms, &line);
  const bool live = progress->terminal.is_terminal;
  fprintf(progress->stream, "%s%.*s%s", live ? ERASE_LINE : "", STR_FORMAT(buffer_text(&line)), live ? "" : "\n");
  (void)fflush(progress->stream);
  progress->shown_ms = now_ms;
}

void progress_end(struct progress *progress) {
  if (progress->shown_ms == TIME_NONE || !progress->terminal.is_terminal) return;
  fputs(ERASE_LINE, progress->stream);
  (void)fflush(progress->stream);
  progress->shown_ms = TIME_NONE;
}
