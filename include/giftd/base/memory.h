/* Memory without a heap: a region is one reserved block, an arena hands it out and is emptied as a whole.
 *
 * Pure rooms never call an allocator (style rule 1); they are given an arena. Lifetimes are three: process, batch (reset after
 * each), rulebook (immutable, dropped as a whole). An arena that is full returns NULL and remembers it (`overflowed`), so a
 * builder may check once at its end; nothing is ever written past its end.
 */
#ifndef GIFTD_BASE_MEMORY_H
#define GIFTD_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "giftd/base/str.h"

struct arena {
  unsigned char *memory; /* borrowed from whoever called arena_init */
  size_t capacity;       /* bytes */
  size_t used;           /* bytes */
  bool overflowed;       /* sticky until arena_reset */
};

void arena_init(struct arena *arena, void *memory, size_t capacity);
void arena_reset(struct arena *arena);
/* `size` zeroed bytes aligned to 16, or NULL (sticky). A size of 0 gives a valid pointer to nothing. */
void *arena_take(struct arena *arena, size_t size);
/* A zeroed array; NULL on overflow of the arena or of the multiplication. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* A copy of the bytes, with a zero behind them; {NULL, 0} on overflow. */
struct str arena_copy(struct arena *arena, struct str bytes);
/* printf into the arena; {NULL, 0} on overflow. */
struct str arena_print(struct arena *arena, const char *format, ...) __attribute__((format(__printf__, 2, 3)));

/* Text that is being written, in memory of a fixed size. Sticky: after the first byte that did not fit nothing is added and
 * `overflowed` stays set; the text so far remains valid. */
struct buffer {
  char *memory;    /* borrowed */
  size_t capacity; /* bytes */
  size_t length;   /* bytes written */
  bool overflowed;
};

void buffer_init(struct buffer *buffer, void *memory, size_t capacity);
void buffer_reset(struct buffer *buffer);
void buffer_put(struct buffer *buffer, struct str bytes);
void buffer_byte(struct buffer *buffer, char byte);
void buffer_int(struct buffer *buffer, int64_t number);
/* "00" to "99" in a row: digits are written two at a time where every event has some. */
extern const char digit_pairs[];
/* With zeros in front when it has less digits than that, 1 to 20. */
void buffer_digits(struct buffer *buffer, int64_t number, unsigned least);
void buffer_print(struct buffer *buffer, const char *format, ...) __attribute__((format(__printf__, 2, 3)));
/* A JSON string with its quotes, RFC 8259 section 7; bytes that are not UTF-8 become U+FFFD. */
void buffer_json(struct buffer *buffer, struct str text);
/* A name that stands between slashes: / and % in it as %2F and %25. At most three times its length. */
void buffer_encoded(struct buffer *buffer, struct str name);
static inline struct str buffer_text(const struct buffer *buffer) { return (struct str){buffer->memory, buffer->length}; }

#endif
