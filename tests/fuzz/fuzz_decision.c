/* The readers of decision lines, ranges and dead letters before hostile bytes: no crash, no read outside, and what is accepted is whole and
 * within the bounds that explain relies on. What was accepted is also explained, in both languages and as JSON, against an empty rulebook:
 * quoting must survive any text.
 */
#include <stdlib.h>

#include "giftd/record.h"

#define CHECK(condition) ((condition) ? (void)0 : abort())

static unsigned char memory[8u << 20];
static char text_memory[8u << 20];

static void check_decision(const struct recorded_decision *decision) {
  CHECK(decision->event_id.length > 0 && decision->event_source.length > 0 && decision->customer.length > 0);
  CHECK(decision->outcome_count <= LIMIT_OUTCOMES);
  for (uint32_t i = 0; i < decision->outcome_count; i++) {
    const struct recorded_outcome *outcome = &decision->outcomes[i];
    CHECK(outcome->campaign.length > 0 && outcome->rule.length > 0 && outcome->reason.length > 0 && outcome->gift_count <= LIMIT_GIFTS);
    for (uint32_t g = 0; g < outcome->gift_count; g++) CHECK(str_is_utf8(outcome->gifts[g].id));
  }
}

static void explain(const struct recorded_decision *decision) {
  static const struct rulebook nothing = {.digest = {"0123456789abcdef", 16}};
  for (unsigned way = 0; way < 4; way++) {
    struct explain_style style = {.language = way % 2 == 0 ? LANGUAGE_EN : LANGUAGE_ZH, .json = way / 2 == 1};
    struct buffer out;
    buffer_init(&out, text_memory, sizeof text_memory);
    record_explain(&out, &nothing, NULL, decision, &style);
    CHECK(!out.overflowed && str_is_utf8(buffer_text(&out)));
    if (!style.json) continue;
    struct json_cursor json = json_open(buffer_text(&out));
    CHECK(json_skip(&json) && json_done(&json));
  }
}

static void check_range(struct str line) {
  struct unheard_range range, again;
  struct fault fault;
  struct arena arena;
  struct buffer out;
  arena_init(&arena, memory, sizeof memory);
  if (record_read_range(line, &arena, &range, &fault) != STATUS_OK) return;
  CHECK(range.events > 0 && range.first <= range.last && range.rulebook.length > 0 && range.last <= INT64_MAX);
  buffer_init(&out, text_memory, sizeof text_memory);
  record_range(&out, &range);
  CHECK(!out.overflowed && record_read_range((struct str){out.memory, out.length - 1}, &arena, &again, &fault) == STATUS_OK);
  CHECK(again.first == range.first && again.last == range.last && again.events == range.events && again.digest == range.digest);
}

static void check_letter(struct str line) {
  struct recorded_letter letter;
  struct fault fault;
  struct arena arena;
  arena_init(&arena, memory, sizeof memory);
  if (record_read_letter(line, &arena, &letter, &fault) != STATUS_OK) return;
  for (unsigned way = 0; way < 4; way++) {
    struct explain_style style = {.language = way % 2 == 0 ? LANGUAGE_EN : LANGUAGE_ZH, .json = way / 2 == 1};
    struct buffer out;
    buffer_init(&out, text_memory, sizeof text_memory);
    record_explain_letter(&out, &letter, STR("c1"), &style);
    CHECK(!out.overflowed && str_is_utf8(buffer_text(&out)));
    struct json_cursor json = json_open(buffer_text(&out));
    CHECK(!style.json || (json_skip(&json) && json_done(&json)));
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct recorded_decision decision;
  struct fault fault;
  struct arena arena;
  if (size > 1u << 20) return 0;
  arena_init(&arena, memory, sizeof memory);
  check_range((struct str){(const char *)data, size});
  check_letter((struct str){(const char *)data, size});
  enum status status = record_read_decision((struct str){(const char *)data, size}, &arena, &decision, &fault);
  CHECK(status == STATUS_OK || (status == STATUS_INPUT && fault.text[0] != '\0'));
  if (status != STATUS_OK) return 0;
  check_decision(&decision);
  explain(&decision);
  return 0;
}
