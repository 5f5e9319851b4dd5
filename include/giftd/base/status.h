/* Faults: a status says who must act, a fault carries the text on its way up.
 *
 * Three kinds of trouble are never confused (style rule 8): a bug is an `assert`, kept on in release; a fault is one of these;
 * a refusal of a gift is data with a reason code (judge.h) and never a fault.
 * A function that can fail returns `enum status` (marked MUST_USE) and writes what and where into the caller's `struct fault`;
 * whoever passes it up may put words in front with fault_prefix(). It is logged once, where it is decided.
 */
#ifndef GIFTD_BASE_STATUS_H
#define GIFTD_BASE_STATUS_H

#include <stddef.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(__printf__, text, first)))

enum status {
  STATUS_OK = 0,
  STATUS_USAGE,    /* the caller of the command: wrong words, unreadable or wrong configuration (exit 2) */
  STATUS_INPUT,    /* the author of the data: an event, a campaign file, a scenario (exit 1) */
  STATUS_STATE,    /* the operator: a state folder or output that is foreign, newer, damaged or edited (exit 2) */
  STATUS_STORAGE,  /* the operator: disk full, not writable, input/output error (exit 75: try again) */
  STATUS_SERVICE,  /* the operator: a needed service is not reachable (exit 69) */
  STATUS_LIMIT     /* the author of the data or the operator: a bound of limits.h was passed (exit 1) */
};

struct fault {
  enum status status;
  char text[960];
};

/* Writes status and text, returns status: `return fault_set(fault, STATUS_INPUT, "line %u: ...", line);` */
enum status fault_set(struct fault *fault, enum status status, const char *format, ...) PRINTF_LIKE(3, 4);
/* Puts words in front of the text that is there (cut at the end when it grows too long), returns its status. */
enum status fault_prefix(struct fault *fault, const char *format, ...) PRINTF_LIKE(2, 3);
/* The exit code of docs/OPERATIONS.md for a status. */
int status_exit_code(enum status status);

#endif
