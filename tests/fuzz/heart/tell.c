/* Counts in words (tell.h). */
#include "tell.h"

#include <stdio.h>

#include "book.h"

struct counts counts;

void count_decision(const struct decision *decision) {
  counts.gates[decision->gate]++;
  for (uint32_t i = 0; i < decision->outcome_count; i++) counts.reasons[decision->outcomes[i].reason]++;
  for (uint32_t i = 0; i < decision->gift_count; i++) counts.gifts[decision->gifts[i].kind]++;
}

static void tell(const char *what, uint64_t number) { fprintf(stderr, " %s %llu", what, (unsigned long long)number); }

static void reasons_tell(const char *what, const uint64_t numbers[REASON_COUNT]) {
  fprintf(stderr, "\n%s:", what);
  for (uint32_t i = 0; i < REASON_COUNT; i++)
    if (numbers[i] > 0) tell(reasons[i].code, numbers[i]);
}

void counts_tell(void) {
  static const char *const kinds[] = {"issued", "substituted", "chance", "revoked",    "reduced",
                                      "offset", "lost",        "undone", "registered", "pending"};
  tell("inputs", counts.inputs), tell("rulebooks", book_counts.made), tell("accepted", book_counts.accepted);
  tell("edits", book_counts.edited), tell("accepted", book_counts.edits_accepted), tell("swapped", counts.swaps);
  fprintf(stderr, "\n");
  tell("events", counts.events), tell("kept", counts.kept), tell("refused", counts.refused), tell("dead", counts.dead);
  tell("void", counts.voids), tell("heard", counts.heard);
  reasons_tell("gates", counts.gates);
  reasons_tell("outcomes", counts.reasons);
  fprintf(stderr, "\ngifts:");
  for (uint32_t i = 0; i <= GIFT_PENDING; i++) tell(kinds[i], counts.gifts[i]);
  fprintf(stderr, "\n");
}
