/* A question, the memory its answer may need, and who answers it. */
#include <stdio.h>

#include "parts.h"

#define TEXTS_BYTES (4ull << 30)  /* address space for the events asked about */
#define ARENA_BYTES (64u << 20)   /* one decision and its event */
#define OUTPUT_BYTES (256u << 20) /* one explanation: 100,000 rules at some 2 KiB */

/* Address space for what the question may need; pages are used as they are touched. */
static void *memory_take(struct answer *a, size_t *bytes) {
  uint64_t slots = 2 * 4194304ull;
  _Static_assert(EVENTS_MOST < 4194304u, "the table of events is at most half full");
  *bytes = TEXTS_BYTES + 2ull * ARENA_BYTES + OUTPUT_BYTES + EVENTS_MOST * sizeof *a->wanted + slots * sizeof *a->slots +
           RANGES_MOST * sizeof *a->ranges.items;
  char *memory = region_open(*bytes);
  if (memory == NULL) return NULL;
  char *at = memory;
  a->wanted = (struct wanted *)(void *)at, at += EVENTS_MOST * sizeof *a->wanted;
  a->ranges = (struct ranges){.items = (struct noted_range *)(void *)at, .texts = &a->texts, .event = &a->event_arena};
  at += RANGES_MOST * sizeof *a->ranges.items;
  a->slots = (uint32_t *)(void *)at, at += slots * sizeof *a->slots;
  a->slot_count = (uint32_t)slots;
  arena_init(&a->texts, at, TEXTS_BYTES), at += TEXTS_BYTES;
  arena_init(&a->arena, at, ARENA_BYTES), at += ARENA_BYTES;
  arena_init(&a->event_arena, at, ARENA_BYTES), at += ARENA_BYTES;
  buffer_init(&a->out, at, OUTPUT_BYTES);
  return memory;
}

static enum status answer_give(struct answer *a, struct fault *fault) {
  if (a->question->event != NULL) return answer_events(a, fault);
  return a->question->reward != NULL ? answer_reward(a, fault) : answer_customer(a, fault);
}

enum status explain_answer(const struct explain_question *question, const struct loaded *loaded, struct explain_count *count,
                           struct fault *fault) {
  static struct answer answer;
  size_t bytes = 0;
  answer = (struct answer){.question = question, .loaded = loaded};
  void *memory = memory_take(&answer, &bytes);
  if (memory == NULL) return fault_set(fault, STATUS_STORAGE, "the system gives no memory");
  answer.ranges.catalogue = loaded->catalogue;
  if (question->reward == NULL) open_range_read(&answer); /* a gift was heard by somebody */
  const enum status status = answer_give(&answer, fault);
  *count = (struct explain_count){answer.told, answer.missing, answer.damaged};
  region_close(memory, bytes);
  return status;
}
