/* The same campaign file with other numbers: amounts, counts, percentages and days. Dates, names and codes stay. */
#include "grammar.h"

struct editing {
  struct bytes *b;
  struct str file;
  size_t at;
  struct buffer *out;
  uint32_t one_of; /* so many numbers one is changed */
};

static bool digit(char c) { return c >= '0' && c <= '9'; }

static char char_at(const struct editing *e, size_t at) { return at < e->file.length ? e->file.at[at] : 0; }

static size_t digits_end(const struct editing *e, size_t at) {
  while (digit(char_at(e, at))) at++;
  return at;
}

static int64_t number_of(const struct editing *e, size_t from, size_t to) {
  int64_t number = 0;
  for (size_t i = from; i < to && number < INT64_C(100000000000); i++) number = number * 10 + (e->file.at[i] - '0');
  return number;
}

static int64_t number_changed(struct bytes *b, int64_t number) {
  switch (pick(b, 8)) {
    case 0: return 1;
    case 1: return number / 2 + 1;
    case 2: return number + 1;
    case 3: return number > 1 ? number - 1 : 1;
    case 4: return number * 2;
    case 5: return number * 10;
    case 6: return 1 + pick(b, 9);
    default: return number / 10 + 1;
  }
}

/* Its end, or 0: no number that may be changed begins here. In a text it is money "50.00", a percentage "20%" or days "P7D". */
static size_t number_end(const struct editing *e, bool text) {
  size_t end = digits_end(e, e->at);
  char before = e->at > 0 ? e->file.at[e->at - 1] : 0, behind = char_at(e, end);
  if (end == e->at || end - e->at > 9) return 0;
  if (text && before == '"' && behind == '.' && digits_end(e, end + 1) == end + 3 && char_at(e, end + 3) == '"') return end;
  if (text && before == '"' && (behind == '%' || (behind == '.' && char_at(e, digits_end(e, end + 1)) == '%'))) return end;
  if (text) return before == 'P' && behind == 'D' && e->at > 1 && e->file.at[e->at - 2] == '"' ? end : 0;
  return (before == ':' || before == ' ' || before == '[' || before == ',') && (behind == ',' || behind == '}' || behind == ']') ? end : 0;
}

static bool is_version(const struct editing *e) {
  static const char key[] = "\"version\":";
  size_t from = e->at;
  while (from > 0 && e->file.at[from - 1] == ' ') from--;
  return from >= sizeof key - 1 && memcmp(e->file.at + from - (sizeof key - 1), key, sizeof key - 1) == 0;
}

static void number_write(struct editing *e, size_t end) {
  int64_t number = number_of(e, e->at, end);
  bool percent = char_at(e, end) == '%' || (char_at(e, end) == '.' && char_at(e, end + 3) != '"');
  if (is_version(e))
    number++;
  else if (one_in(e->b, e->one_of) && (!percent || one_in(e->b, 4)))
    number = number_changed(e->b, number);
  if (percent && number > 99) number = 99;
  buffer_int(e->out, number);
  e->at = end;
}

void edits_write(struct bytes *b, struct str file, struct buffer *out) {
  struct editing e = {.b = b, .file = file, .out = out, .one_of = 3 + pick(b, 24)};
  bool text = false;
  while (e.at < file.length) {
    char c = file.at[e.at];
    size_t end = number_end(&e, text);
    if (end > 0) {
      number_write(&e, end);
      continue;
    }
    if (c == '"') text = !text;
    size_t next = digit(c) ? digits_end(&e, e.at) : e.at + 1;
    buffer_put(out, (struct str){file.at + e.at, next - e.at});
    e.at = next;
  }
}
