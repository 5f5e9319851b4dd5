/* Any bytes as a scenario file: the reader answers, within its memory, and what it understood can be made into events. */
#include "parts.h"

#define MEMORY (24u * 1024u * 1024u)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void make_events(const struct scenario_file *file, const struct catalogue *catalogue) {
  static char line_memory[32 * 1024], words[512];
  for (uint32_t s = 0; s < file->scenario_count; s++)
    for (uint32_t i = 0; i < file->scenarios[s].step_count; i++) {
      const struct step *step = &file->scenarios[s].steps[i];
      struct buffer line, trouble;
      buffer_init(&line, line_memory, sizeof line_memory);
      buffer_init(&trouble, words, sizeof words);
      if (step->kind == STEP_EVENT)
        (void)scenario_event_line(step, step->repeat, 1764518400000, &file->scenarios[s].home, NULL, catalogue, &line, &trouble);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct catalogue catalogue;
  static struct scenario_problems problems;
  static char memory[MEMORY];
  if (catalogue.type_count == 0) catalogue_init(&catalogue);
  if (size > SCENARIO_FILE_BYTES) return 0;
  struct arena arena;
  arena_init(&arena, memory, sizeof memory);
  problems.count = problems.dropped = 0;
  problems.arena = &arena;
  struct scenario_file *file = scenario_read(STR("fuzz.test"), (struct str){(const char *)data, size}, &catalogue, NULL, &arena, &problems);
  if (file != NULL && problems.count == 0) make_events(file, &catalogue);
  return 0;
}
