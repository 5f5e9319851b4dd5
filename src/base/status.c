/* Faults on their way up: one text of bounded size, written once, prefixed by those who pass it on. */
#include "giftd/base/status.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum status fault_set(struct fault *fault, enum status status, const char *format, ...) {
  assert(status != STATUS_OK);
  fault->status = status;
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(fault->text, sizeof fault->text, format, arguments);
  va_end(arguments);
  if (length < 0) fault->text[0] = '\0';
  return status;
}

enum status fault_prefix(struct fault *fault, const char *format, ...) {
  char old[sizeof fault->text];
  memcpy(old, fault->text, sizeof old);
  old[sizeof old - 1] = '\0';
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(fault->text, sizeof fault->text, format, arguments);
  va_end(arguments);
  size_t used = length < 0 ? 0 : (size_t)length;
  if (used >= sizeof fault->text) return fault->status;
  size_t left = sizeof fault->text - used - 1, kept = strlen(old);
  if (kept > left) kept = left;
  memcpy(fault->text + used, old, kept);
  fault->text[used + kept] = '\0';
  return fault->status;
}

int status_exit_code(enum status status) {
  switch (status) {
    case STATUS_OK: return 0;
    case STATUS_INPUT:
    case STATUS_LIMIT: return 1;
    case STATUS_USAGE:
    case STATUS_STATE: return 2;
    case STATUS_SERVICE: return 69;
    case STATUS_STORAGE: return 75;
  }
  assert(false && "a status has an exit code");
  return 2;
}
