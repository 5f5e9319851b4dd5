/* What `giftd explain` reads: lines of files of any length in bounded memory, and the parts of a decision line that can be told without
 * parsing it. Files are read, never mapped: a run that restarts may cut them back while they are read. */
#ifndef GIFTD_EXPLAIN_SCAN_H
#define GIFTD_EXPLAIN_SCAN_H

#include "giftd/record.h"

#define SCAN_LINE_BYTES (8u * 1024u * 1024u) /* longer lines are passed over: giftd writes none */

struct scan {
  int file;
  char *memory;      /* a window of 2 x SCAN_LINE_BYTES, owned */
  size_t start, end; /* bytes of the window not yet handed out */
  uint64_t offset;   /* of memory[start] in the file */
  bool ended, long_line;
  uint32_t passed_over;
};

/* Whether there is such a file, and not a pipe. */
bool scan_is_file(const char *path);
/* STATUS_USAGE: it cannot be opened. "-" is standard input. */
enum status scan_open(struct scan *scan, const char *path, struct fault *fault) MUST_USE;
/* The next line without its newline, borrowed until the next call; false at the end. `*position` is its byte in the file. */
bool scan_next(struct scan *scan, struct str *line, uint64_t *position);
void scan_close(struct scan *scan);

/* The line that begins at a byte of a file; false when there is none (no such file, not the beginning of a line). Copied into `arena`. */
bool scan_line_at(const char *path, uint64_t position, struct arena *arena, struct str *line);

/* The id and the customer of a decision line as giftd writes it; false for any other line (then it must be parsed). */
bool decision_head(struct str line, struct str *id, struct str *customer);
/* Whether it is a further part of the decision before it. */
bool decision_is_part(struct str line);
/* The event's digest out of a decision's id ("0123456789abcdef" or "0123456789abcdef.4711"); false when it is none. `*gated`: stopped at
 * the gate. */
bool decision_digest(struct str id, uint64_t *digest, bool *gated);

#endif
