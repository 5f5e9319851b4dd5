/* The small change of scenario files: words of a line, moments, and trouble told with its place and the nearest known word. */
#include <stdarg.h>
#include <stdio.h>

#include "parts.h"

void scenario_problem(struct scenario_problems *problems, struct str file, uint32_t line, const char *format, ...) {
  if (problems->count == SCENARIO_PROBLEMS) {
    problems->dropped++;
    return;
  }
  char text[768];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  struct scenario_problem *problem = &problems->items[problems->count++];
  problem->file = file;
  problem->line = line;
  problem->text = arena_copy(problems->arena, str_of(text));
}

const char *scenario_near(struct scenario_problems *problems, struct str word, const struct str *names, uint32_t count) {
  unsigned best = word.length < 5 ? 2 : word.length < 9 ? 3 : 4; /* from there on it is another word */
  struct str nearest = {NULL, 0};
  for (uint32_t i = 0; i < count; i++) {
    unsigned distance = str_distance(word, names[i], best);
    if (distance < best) {
      best = distance;
      nearest = names[i];
    }
  }
  if (nearest.length == 0) return "";
  struct str text = arena_print(problems->arena, ", did you mean '%.*s'?", STR_FORMAT(nearest));
  return text.at == NULL ? "" : text.at;
}

/* A word in quotes, or with quotes inside ( biller="State Grid" ), reaches to the blank behind its closing quote. */
static size_t word_end(struct str line, size_t at, const char **trouble) {
  bool quoted = false;
  while (at < line.length && (quoted || (line.at[at] != ' ' && line.at[at] != '\t'))) {
    if (line.at[at] == '"') quoted = !quoted;
    at++;
  }
  if (quoted) *trouble = "a quotation mark has no partner; close the text with \"";
  return at;
}

/* The quotes go when they stand around the word or around a value; what they kept together stays. */
static struct str word_unquote(struct str word) {
  if (word.length >= 2 && word.at[0] == '"' && word.at[word.length - 1] == '"') return (struct str){word.at + 1, word.length - 2};
  return word;
}

uint32_t scenario_split(struct str line, struct str words[SCENARIO_WORDS], size_t *end, const char **trouble) {
  uint32_t count = 0;
  size_t at = 0;
  *end = 0;
  for (;;) {
    while (at < line.length && (line.at[at] == ' ' || line.at[at] == '\t')) at++;
    if (at == line.length || line.at[at] == '#' || line.at[at] == '(') return count;
    if (count == SCENARIO_WORDS) {
      *trouble = "too many words in one line";
      return SCENARIO_WORDS + 1;
    }
    size_t stop = word_end(line, at, trouble);
    if (*trouble != NULL) return SCENARIO_WORDS + 1;
    words[count++] = word_unquote((struct str){line.at + at, stop - at});
    at = *end = stop;
  }
}

/* "HH:MM" or "HH:MM:SS" as milliseconds of the day. */
static bool clock_parse(struct str text, int64_t *ms) {
  if ((text.length != 5 && text.length != 8) || text.at[2] != ':' || (text.length == 8 && text.at[5] != ':')) return false;
  int64_t part[3] = {0, 0, 0};
  for (size_t i = 0; i * 3 < text.length; i++) {
    char tens = text.at[i * 3], ones = text.at[i * 3 + 1];
    if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return false;
    part[i] = (tens - '0') * 10 + (ones - '0');
  }
  if (part[0] > 23 || part[1] > 59 || part[2] > 59) return false;
  *ms = ((part[0] * 60 + part[1]) * 60 + part[2]) * MS_PER_SECOND;
  return true;
}

bool scenario_moment(struct str text, bool as_end, struct zone zone, int64_t *ms) {
  struct str date, clock;
  if (time_parse(text, ms, NULL)) return true;
  bool has_clock = str_split(text, 'T', &date, &clock);
  int64_t day = 0, of_day = 0;
  if (!date_parse(date, &day) || (has_clock && !clock_parse(clock, &of_day))) return false;
  if (!has_clock && as_end) day++;
  *ms = zone_instant(zone, day * MS_PER_DAY + of_day);
  return true;
}
