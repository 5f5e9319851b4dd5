/* A dead letter told to whoever asks why a customer got nothing: the line was no event, so no campaign ever saw it.
 *
 *   dead letter from events.jsonl, position 179: the line names customer c1
 *     ✗ MALFORMED_EVENT event could not be read. The line is no event: ... Correct it at its source and send it again.
 *         AMOUNT_RANGE /data/amount_minor: an amount is between 0 and 1000000000000 minor units: -5; check the unit
 *
 * What is wrong of the line is told in English in every language, as the letter has it: it is for who corrects the line at its source. */
#include "explain.h"
#include "text.h"

static void reason_line(struct buffer *out, const struct recorded_letter *letter, const struct explain_style *style) {
  const enum reason reason = reason_of_code(letter->reason);
  buffer_put(out, style->color ? STR("  \033[31m✗ \033[0m") : STR("  ✗ "));
  if (reason == REASON_COUNT)
    buffer_put(out, letter->reason); /* of a newer giftd */
  else
    words_reason(out, reason, style->language);
  buffer_byte(out, '\n');
}

static void problem_line(struct buffer *out, const struct recorded_letter *letter) {
  PUT(out, "      ");
  if (letter->code.length > 0) buffer_print(out, "%.*s ", STR_FORMAT(letter->code));
  if (letter->pointer.length > 0) buffer_print(out, "%.*s: ", STR_FORMAT(letter->pointer));
  buffer_put(out, letter->text);
  if (letter->detail.length > 0) buffer_print(out, ": %.*s", STR_FORMAT(letter->detail));
  if (letter->remedy.length > 0) buffer_print(out, "; %.*s", STR_FORMAT(letter->remedy));
  buffer_byte(out, '\n');
}

static void letter_text(struct buffer *out, const struct recorded_letter *letter, struct str customer, const struct explain_style *style) {
  if (style->color) PUT(out, "\033[1m");
  if (style->language == LANGUAGE_ZH)
    buffer_print(out, "死信:%.*s 位置 %" PRIu64 ",该行含客户 %.*s", STR_FORMAT(letter->input), letter->position, STR_FORMAT(customer));
  else
    buffer_print(out, "dead letter from %.*s, position %" PRIu64 ": the line names customer %.*s", STR_FORMAT(letter->input),
                 letter->position, STR_FORMAT(customer));
  if (style->color) PUT(out, "\033[0m");
  buffer_byte(out, '\n');
  reason_line(out, letter, style);
  if (!style->brief) problem_line(out, letter);
}

/* {"dead_letter":{input,position,reason,code,pointer,text,detail,remedy},"customer"} */
static void letter_json(struct buffer *out, const struct recorded_letter *letter, struct str customer) {
  PUT(out, "{\"dead_letter\":{\"input\":");
  text_json(out, letter->input);
  TEXT_NUMBER(out, "position", (int64_t)letter->position);
  TEXT_MEMBER(out, "reason", letter->reason);
  TEXT_MEMBER(out, "code", letter->code);
  TEXT_MEMBER(out, "pointer", letter->pointer);
  TEXT_MEMBER(out, "text", letter->text);
  TEXT_MEMBER(out, "detail", letter->detail);
  TEXT_MEMBER(out, "remedy", letter->remedy);
  PUT(out, "}");
  TEXT_MEMBER(out, "customer", customer);
  PUT(out, "}\n");
}

void record_explain_letter(struct buffer *out, const struct recorded_letter *letter, struct str customer,
                           const struct explain_style *style) {
  if (style->json)
    letter_json(out, letter, customer);
  else
    letter_text(out, letter, customer, style);
}
