/* An import from end to end, and what is told of it. */
#include <inttypes.h>
#include <stdio.h>

#include "giftd/telemetry.h"
#include "inside.h"

/* ---- what came of it ---- */

struct work {
  struct import_run *run;
  struct import *import;
  struct import_counts counts;
  struct progress progress;
  uint64_t written;
  bool whole, held;
};

static void moment_print(struct buffer *out, const char *name, int64_t ms) {
  if (ms == TIME_NONE) return;
  buffer_print(out, ",\"%s\":\"", name);
  buffer_time(out, ms, 0);
  buffer_byte(out, '"');
}

static void told_json(const struct import_counts *counts, uint64_t written) {
  char memory[512];
  struct buffer out;
  buffer_init(&out, memory, sizeof memory);
  buffer_print(&out, "{\"rows\":%" PRIu64 ",\"events\":%" PRIu64 ",\"written\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"repeated\":%" PRIu64,
               counts->rows, counts->events, written, counts->refused, counts->repeated);
  moment_print(&out, "from", counts->from_ms);
  moment_print(&out, "to", counts->to_ms);
  buffer_print(&out, ",\"digest\":\"%016" PRIx64 "\"}\n", counts->digest);
  (void)fwrite(out.memory, 1, out.length, stdout);
}

static void told_text(const struct work *work) {
  const struct import_counts *counts = &work->counts;
  char memory[160];
  struct buffer out;
  buffer_init(&out, memory, sizeof memory);
  if (counts->from_ms != TIME_NONE) {
    buffer_put(&out, STR(", from "));
    buffer_time(&out, counts->from_ms, 0);
    buffer_put(&out, STR(" to "));
    buffer_time(&out, counts->to_ms, 0);
  }
  printf("%" PRIu64 " rows: %" PRIu64 " events%.*s; %" PRIu64 " refused, %" PRIu64 " said twice\n", counts->rows, counts->events,
         (int)out.length, out.memory, counts->refused, counts->repeated);
  if (work->held)
    printf("nothing was written (%s)\n", work->run->dry ? "--dry-run" : "--strict");
  else if (work->whole)
    printf("all of it stands in %s already: nothing was written\n", work->run->place->name);
  else if (work->written < counts->events)
    printf("%" PRIu64 " written to %s; the others stood there already, from a run that was cut off\n", work->written,
           work->run->place->name);
  else
    printf("%" PRIu64 " written to %s\n", work->written, work->run->place->name);
}

static void told(const struct work *work) {
  const struct import_counts *counts = &work->counts;
  if (work->run->json)
    told_json(counts, work->written);
  else
    told_text(work);
  if (counts->refused > 0 && !work->run->dry)
    fprintf(stderr, "giftd import: %" PRIu64 " rows were refused: %s says which and what to do; import the corrected rows as they are\n",
            counts->refused, work->run->settings.errors);
}

/* ---- doing it ---- */

static void stepped(void *self, uint64_t done, uint64_t total, uint64_t rows) {
  struct progress *progress = self;
  progress->total = total;
  progress_step(progress, done, rows);
}

static enum status all_write(struct work *work, struct fault *fault) {
  const struct import_place *place = work->run->place;
  enum status status = place->begin(place->self, fault);
  progress_start(&work->progress, stderr, "writing", "events", work->counts.events);
  if (status == STATUS_OK) status = import_write(work->import, place, fault);
  if (status == STATUS_OK) status = place->end(place->self, &work->written, fault);
  progress_end(&work->progress);
  return status;
}

static enum status work_do(struct work *work, struct fault *fault) {
  const struct import_run *run = work->run;
  int64_t oldest_ms = TIME_NONE;
  progress_start(&work->progress, stderr, "reading", "rows", 0);
  enum status status = import_read(&run->settings, &work->import, &work->counts, fault);
  progress_end(&work->progress);
  if (status == STATUS_OK && run->place != NULL)
    status = run->place->look(run->place->self, work->counts.digest, &oldest_ms, &work->whole, fault);
  if (status == STATUS_OK) status = import_settle(work->import, oldest_ms, fault);
  work->held = run->dry || (run->strict && work->counts.refused > 0);
  return status == STATUS_OK && !work->held && !work->whole ? all_write(work, fault) : status;
}

enum status import_run(struct import_run *run, bool *good, struct fault *fault) {
  struct work work = {.run = run};
  if (!run->quiet) run->settings.progress = stepped, run->settings.progress_self = &work.progress;
  const enum status status = work_do(&work, fault);
  import_close(work.import);
  *good = status == STATUS_OK && work.counts.refused == 0;
  if (status == STATUS_OK) told(&work);
  return status;
}
