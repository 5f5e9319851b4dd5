/* Log lines: one JSON object a line for machines, short text for people; the same call writes both. A customer's id never stands in a
 * log: LOG_FIELD_CUSTOMER writes a keyed digest, with which lines of one customer can still be found together (R129). */
#include "giftd/telemetry.h"

#define LINE_BYTES 4096
#define DIM "\033[2m"
#define RED "\033[31m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

static const struct {
  const char *name, *color;
} levels[] = {[LOG_LEVEL_DEBUG] = {"debug", DIM},
              [LOG_LEVEL_INFO] = {"info", ""},
              [LOG_LEVEL_WARNING] = {"warning", YELLOW},
              [LOG_LEVEL_ERROR] = {"error", RED}};
#define LEVEL_COUNT (sizeof(levels) / sizeof(levels[0]))

void log_init(struct log *log, FILE *stream) {
  const struct terminal terminal = terminal_detect(stream);
  *log = (struct log){.stream = stream,
                      .format = terminal.is_terminal ? LOG_FORMAT_TEXT : LOG_FORMAT_JSON,
                      .level = LOG_LEVEL_INFO,
                      .color = terminal.color,
                      .key = HASH_KEY_FIXED};
}

bool log_format_parse(struct str text, enum log_format *out) {
  const bool json = str_equal(text, STR("json"));
  if (!json && !str_equal(text, STR("text"))) return false;
  *out = json ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT;
  return true;
}

bool log_level_parse(struct str text, enum log_level *out) {
  for (size_t i = 0; i < LEVEL_COUNT; i++) {
    if (!str_equal(text, str_of(levels[i].name))) continue;
    *out = (enum log_level)i;
    return true;
  }
  return false;
}

static void field_value(const struct log *log, const struct log_field *field, bool json, struct buffer *out) {
  char hex[16];
  switch (field->kind) {
    case LOG_FIELD_INT: buffer_int(out, field->number); break;
    case LOG_FIELD_CUSTOMER:
      digest_to_hex(hash64(&log->key, field->text), hex);
      if (json)
        buffer_json(out, (struct str){hex, sizeof(hex)});
      else
        buffer_put(out, (struct str){hex, sizeof(hex)});
      break;
    case LOG_FIELD_TEXT: buffer_json(out, field->text); break; /* quoted in text too: a newline in a value must not forge a line */
  }
}

static void render_json(const struct log *log, int64_t now_ms, enum log_level level, const char *message, const struct log_field *fields,
                        uint32_t count, struct buffer *out) {
  buffer_put(out, STR("{\"time\":\""));
  buffer_time(out, now_ms, 0);
  buffer_print(out, "\",\"level\":\"%s\",\"message\":", levels[level].name);
  buffer_json(out, str_of(message));
  for (uint32_t i = 0; i < count; i++) {
    buffer_byte(out, ',');
    buffer_json(out, str_of(fields[i].key));
    buffer_byte(out, ':');
    field_value(log, &fields[i], true, out);
  }
  buffer_put(out, STR("}\n"));
}

static void render_text(const struct log *log, int64_t now_ms, enum log_level level, const char *message, const struct log_field *fields,
                        uint32_t count, struct buffer *out) {
  const struct civil now = civil_from_ms(now_ms);
  buffer_print(out, "%02d:%02d:%02d ", now.hour, now.minute, now.second);
  if (log->color) buffer_put(out, str_of(levels[level].color));
  buffer_print(out, "%-7s", levels[level].name);
  if (log->color && levels[level].color[0] != 0) buffer_put(out, STR(PLAIN));
  buffer_print(out, " %s", message);
  for (uint32_t i = 0; i < count; i++) {
    buffer_print(out, "  %s=", fields[i].key);
    field_value(log, &fields[i], false, out);
  }
  buffer_byte(out, '\n');
}

void log_render(const struct log *log, int64_t now_ms, enum log_level level, const char *message, const struct log_field *fields,
                uint32_t count, struct buffer *out) {
  if (log->format == LOG_FORMAT_JSON)
    render_json(log, now_ms, level, message, fields, count, out);
  else
    render_text(log, now_ms, level, message, fields, count, out);
}

void log_write(const struct log *log, enum log_level level, const char *message, const struct log_field *fields, uint32_t count) {
  if (level < log->level) return;
  char memory[LINE_BYTES];
  struct buffer line;
  buffer_init(&line, memory, sizeof(memory));
  log_render(log, clock_wall_ms(), level, message, fields, count, &line);
  if (line.overflowed) { /* half a JSON line helps nobody: say what it was without its fields */
    buffer_reset(&line);
    log_render(log, clock_wall_ms(), level, "a log line was too long and its fields were left out", NULL, 0, &line);
  }
  (void)fwrite(line.memory, 1, line.length, log->stream);
  (void)fflush(log->stream);
}
