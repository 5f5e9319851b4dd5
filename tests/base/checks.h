/* What the base room's tests share: cmocka's includes in the order it wants them, and checks that print the row of the table they failed
 * on. */
#ifndef GIFTD_TESTS_BASE_CHECKS_H
#define GIFTD_TESTS_BASE_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "giftd/base.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* fail_row("money", text, "got %lld", value) */
#define fail_row(what, row, ...) (print_error("%s \"%s\": ", what, row), print_error(__VA_ARGS__), print_error("\n"), fail())

static inline void check_text(const char *what, const char *row, struct str got, const char *wanted) {
  if (!str_equal(got, str_of(wanted))) fail_row(what, row, "got \"%.*s\", wanted \"%s\"", STR_FORMAT(got), wanted);
}

/* A copy of exactly that length on the heap: the sanitizer sees every read behind it. Freed by the caller. */
static inline struct str exact_copy(struct str text) {
  char *copy = malloc(text.length == 0 ? 1 : text.length);
  assert_non_null(copy);
  if (text.length > 0) memcpy(copy, text.at, text.length);
  return (struct str){copy, text.length};
}
static inline void exact_free(struct str text) { free((void *)(uintptr_t)text.at); }

#endif
