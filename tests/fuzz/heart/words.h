/* The words that campaigns and events of this fuzzer are made of: few, so that what is asked for comes. */
#ifndef GIFTD_FUZZ_HEART_WORDS_H
#define GIFTD_FUZZ_HEART_WORDS_H

#include <stdbool.h>

#define FIELD_VALUES 3u
/* A text field and the values that events give it. */
struct word_field {
  const char *name, *values[FIELD_VALUES];
};
extern const struct word_field word_fields[];
extern const unsigned word_field_count;

#define KIND_FIELDS 6u
/* A type of event: its own text fields are numbers in word_fields, ended by -1. */
struct word_kind {
  const char *type;
  bool amount, score, reversible;
  const char *hearer; /* the field that may name another customer, beside `primary` */
  int fields[KIND_FIELDS + 1];
};
extern const struct word_kind word_kinds[];
extern const unsigned word_kind_count;
/* Those that campaigns are made of; behind them some that shipped campaigns hear. */
enum word_kind_number {
  KIND_SPEND,
  KIND_BILL,
  KIND_TRANSFER,
  KIND_WEALTH,
  KIND_LOGIN,
  KIND_BOUND,
  KIND_OPENED,
  KIND_GAME,
  KIND_PAYROLL,
  KIND_CLAIMED,
  KIND_UPDATED,
  KIND_REVERSED,
  KIND_ENROLLED,
  KIND_OTHERS
};
/* Fields that any event may carry. */
#define COMMON_FIELDS 4u
extern const int word_common[COMMON_FIELDS];

/* Customers: of the last the id is as long as ids may be. */
#define CUSTOMERS 4u
extern const char *const word_customers[CUSTOMERS];
#define TAGS 9u
extern const char *const word_tags[TAGS];

#endif
