/* What a screen can show: is it one, does it want colour, how wide is it, how wide is a text on it, how people like numbers written. */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "giftd/telemetry.h"

#define COLUMNS_DEFAULT 80
#define COLUMNS_LEAST 40
#define COLUMNS_MOST 200

static int terminal_columns(int file) {
  struct winsize size;
  if (ioctl(file, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return COLUMNS_DEFAULT;
  if (size.ws_col < COLUMNS_LEAST) return COLUMNS_LEAST;
  return size.ws_col > COLUMNS_MOST ? COLUMNS_MOST : size.ws_col;
}

struct terminal terminal_detect(FILE *stream) {
  struct terminal terminal = {false, false, COLUMNS_DEFAULT};
  const int file = fileno(stream);
  if (file < 0 || !isatty(file)) return terminal;
  const char *no_color = getenv("NO_COLOR");
  const char *term = getenv("TERM");
  terminal.is_terminal = true;
  terminal.color = (no_color == NULL || no_color[0] == 0) && term != NULL && strcmp(term, "dumb") != 0;
  terminal.columns = terminal_columns(file);
  return terminal;
}

/* ---- width ---- */

struct range {
  uint32_t from, to;
};

/* East Asian Wide and Fullwidth (Unicode TR 11), as far as names of campaigns go. */
static const struct range wide[] = {{0x1100, 0x115f}, {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0x9fff},
                                    {0xa000, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},
                                    {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
static const struct range empty[] = {{0x0300, 0x036f}, {0x200b, 0x200f}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}};

static bool range_has(const struct range *ranges, size_t count, uint32_t point) {
  for (size_t i = 0; i < count; i++) {
    if (point >= ranges[i].from && point <= ranges[i].to) return true;
  }
  return false;
}

static int point_width(uint32_t point) {
  if (point < 0x300) return 1;
  if (range_has(empty, sizeof(empty) / sizeof(empty[0]), point)) return 0;
  return range_has(wide, sizeof(wide) / sizeof(wide[0]), point) ? 2 : 1;
}

/* The code point at the start and its bytes; a broken byte is one point of its own. */
static uint32_t point_read(struct str text, size_t *length) {
  const unsigned char *at = (const unsigned char *)text.at;
  const size_t need = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : at[0] >= 0xc0 ? 2 : 1;
  *length = 1;
  if (need == 1 || need > text.length) return at[0];
  uint32_t point = at[0] & (0xffu >> (need + 1));
  for (size_t i = 1; i < need; i++) {
    if ((at[i] & 0xc0) != 0x80) return at[0];
    point = point << 6 | (at[i] & 0x3fu);
  }
  *length = need;
  return point;
}

int text_width(struct str text) {
  int width = 0;
  while (text.length > 0) {
    size_t length = 0;
    width += point_width(point_read(text, &length));
    text = str_from(text, length);
  }
  return width;
}

struct str text_cut(struct arena *arena, struct str text, int columns) {
  if (text_width(text) <= columns) return arena_copy(arena, text);
  int width = 0;
  size_t end = 0;
  for (struct str rest = text; rest.length > 0;) {
    size_t length = 0;
    width += point_width(point_read(rest, &length));
    if (width > columns - 1) break;
    end += length;
    rest = str_from(rest, length);
  }
  return arena_print(arena, "%.*s…", (int)end, text.at);
}

/* ---- numbers for people ---- */

void buffer_grouped(struct buffer *out, int64_t number) {
  char digits[32];
  const int length = snprintf(digits, sizeof(digits), "%lld", (long long)number);
  const int sign = number < 0;
  if (sign) buffer_byte(out, '-');
  for (int i = sign; i < length; i++) {
    if (i > sign && (length - i) % 3 == 0) buffer_byte(out, ',');
    buffer_byte(out, digits[i]);
  }
}

void buffer_short(struct buffer *out, int64_t number) {
  static const struct {
    int64_t unit;
    const char *name;
  } units[] = {{1000000000, "G"}, {1000000, "M"}, {1000, "k"}};
  for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
    const int64_t unit = units[i].unit;
    if (number < unit) continue;
    if (number >= unit * 100)
      buffer_print(out, "%lld %s", (long long)(number / unit), units[i].name);
    else
      buffer_print(out, "%lld.%lld %s", (long long)(number / unit), (long long)(number % unit * 10 / unit), units[i].name);
    return;
  }
  buffer_int(out, number);
}

void buffer_span(struct buffer *out, int64_t ms) {
  const long long seconds = ms / MS_PER_SECOND;
  if (seconds < 10)
    buffer_print(out, "%lld.%lld s", seconds, (long long)(ms % MS_PER_SECOND / 100));
  else if (seconds < 60)
    buffer_print(out, "%lld s", seconds);
  else if (seconds < 3600)
    buffer_print(out, "%lld min %02lld s", seconds / 60, seconds % 60);
  else
    buffer_print(out, "%lld h %02lld min", seconds / 3600, seconds % 3600 / 60);
}
