/* Dead letters: lines that were no event, or could not be decided. Whoever asks for a customer or an event is told of them too, since no
 * decision is. */
#include "parts.h"

void letters_walk(struct answer *a, letter_take *take) {
  struct scan scan;
  struct fault fault;
  struct str line;
  struct recorded_letter letter;
  uint64_t at;
  if (!scan_is_file(a->question->letters) || scan_open(&scan, a->question->letters, &fault) != STATUS_OK) return;
  while (scan_next(&scan, &line, &at)) {
    arena_reset(&a->arena);
    if (record_read_letter(line, &a->arena, &letter, &fault) == STATUS_OK) take(a, &letter);
  }
  scan_close(&scan);
}

/* As the value of a member: nobody's name stands there by chance, and the line need be no JSON. */
bool letter_names(const struct recorded_letter *letter, struct str customer) {
  struct str rest = letter->line;
  for (const char *at; (at = str_find(rest, customer)) != NULL;) {
    const char *before = at - 1, *behind = at + customer.length, *end = letter->line.at + letter->line.length;
    rest = (struct str){behind, (size_t)(end - behind)};
    if (before <= letter->line.at || *before != '"' || behind == end || *behind != '"') continue;
    do before--;
    while (before > letter->line.at && *before == ' ');
    if (*before == ':') return true;
  }
  return false;
}

void letter_explain(struct answer *a, const struct recorded_letter *letter, struct str customer) {
  if (a->told++ > 0 && !a->question->style.json) buffer_byte(&a->out, '\n');
  record_explain_letter(&a->out, letter, customer, &a->question->style);
  answer_flush(a);
}
