/* The rulebook of an input: files made of choices, or shipped ones with other numbers, compiled; and, for a change in the middle, a second
 * version of them, with the terms of the first on the shelf. */
#ifndef GIFTD_FUZZ_HEART_BOOK_H
#define GIFTD_FUZZ_HEART_BOOK_H

#include "bytes.h"
#include "giftd/judge.h"

#define BOOK_FILES 40u
#define BOOK_TEXT (512u * 1024u)
#define BOOK_MEMORY (6u << 20)

struct book {
  const struct rulebook *rulebook;
  const struct match_index *index;
  struct match_cache *cache;
  uint32_t file_count;
  struct source files[BOOK_FILES];
  struct buffer text; /* of files that were made */
  struct arena arena;
  char text_memory[BOOK_TEXT];
  unsigned char memory[BOOK_MEMORY];
};

enum book_kind { BOOK_MADE, BOOK_SHIPPED, BOOK_LANGUAGE, BOOK_BOTH };

/* False: the files are refused. */
bool book_make(struct book *book, enum book_kind kind, struct bytes *b, const struct catalogue *catalogue);
/* The same files with other numbers; false: refused, or the change may not be made while the campaigns run. */
bool book_edit(struct book *book, const struct book *before, struct bytes *b, const struct catalogue *catalogue, int64_t now_ms,
               int64_t memory_ms);

#define SHELF_MOST 64u
struct shelf {
  struct terms_shelf shelf;
  struct terms items[SHELF_MOST];
};
/* Adds what `before` says of each campaign that `now` does not say; kept in order. */
void shelf_add(struct shelf *shelf, const struct book *before, const struct book *now);

/* What was made and what of it was accepted, since the program began. */
extern struct book_counts { uint64_t made, accepted, edited, edits_accepted; } book_counts;

#endif
