/* Dead letters: lines that are no event, and events that could not be decided, kept so that nothing is lost (ARCHITECTURE.md, "Faults that
 * break no promise": "over a limit: a clear error, the dead-letter topic, nothing lost"). The line itself is kept byte for byte: as a JSON
 * text where it is UTF-8 (an operator can read and mend it), else in base64. When a line came is not said: no clock enters a record, and
 * its place in the input is exact.
 */
#include "text.h"

/* JSON writes a control character as six bytes, so a text may grow sixfold; base64 grows by a third. Nobody mends a line longer than this
 * by hand: it is kept in base64. */
#define DEAD_TEXT_BYTES (128u * 1024u)

static void base64(struct buffer *out, struct str bytes) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < bytes.length; i += 3) {
    size_t left = bytes.length - i;
    uint32_t group = (uint32_t)(unsigned char)bytes.at[i] << 16;
    if (left > 1) group |= (uint32_t)(unsigned char)bytes.at[i + 1] << 8;
    if (left > 2) group |= (uint32_t)(unsigned char)bytes.at[i + 2];
    char quad[4] = {digits[group >> 18], digits[group >> 12 & 63], left > 1 ? digits[group >> 6 & 63] : '=',
                    left > 2 ? digits[group & 63] : '='};
    text_put(out, (struct str){quad, sizeof quad});
  }
}

static void dead_open(struct buffer *out, const struct origin *origin, struct str reason, struct str code) {
  PUT(out, "{\"input\":");
  text_json(out, origin->input);
  TEXT_NUMBER(out, "position", (int64_t)origin->position);
  TEXT_MEMBER(out, "reason", reason);
  TEXT_MEMBER(out, "code", code);
}

static void dead_line(struct buffer *out, struct str line) {
  TEXT_NUMBER(out, "bytes", (int64_t)line.length);
  if (line.length <= DEAD_TEXT_BYTES && str_is_utf8(line)) {
    PUT(out, ",\"line\":");
    text_json(out, line);
  } else {
    PUT(out, ",\"line_base64\":\"");
    base64(out, line);
    PUT(out, "\"");
  }
  PUT(out, "}\n");
}

void record_dead_letter(struct buffer *out, struct str line, const struct origin *origin, const struct event_error *error) {
  assert(error->problem > EVENT_OK && error->problem < EVENT_PROBLEM_COUNT);
  const struct event_problem_info *info = &event_problems[error->problem];
  dead_open(out, origin, str_of(reasons[REASON_MALFORMED_EVENT].code), str_of(info->code));
  PUT(out, ",\"pointer\":");
  text_json(out, str_of(error->pointer)); /* "" is the whole line */
  TEXT_NUMBER(out, "offset", error->offset);
  TEXT_MEMBER(out, "text", str_of(info->text_en));
  TEXT_MEMBER(out, "detail", str_of(error->detail));
  TEXT_MEMBER(out, "remedy", str_of(info->remedy_en));
  dead_line(out, line);
}

void record_dead_event(struct buffer *out, struct str line, const struct origin *origin, struct str reason, struct str text) {
  dead_open(out, origin, reason, (struct str){NULL, 0});
  TEXT_MEMBER(out, "text", text);
  dead_line(out, line);
}
