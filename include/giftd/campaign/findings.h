/* What is wrong with campaign files, or odd: findings of `giftd check`, each with place and remedy (docs/language.md section 11). */
#ifndef GIFTD_CAMPAIGN_FINDINGS_H
#define GIFTD_CAMPAIGN_FINDINGS_H

#include "giftd/base.h"

/* Codes of `giftd check`: stable, one row each in check_codes[] with text and remedy. Errors first, warnings after CHECK_WARNINGS. */
/* clang-format off */
enum check_code {
  CHECK_UNREADABLE, CHECK_TOO_LARGE, CHECK_SYNTAX, CHECK_NOT_OBJECT, CHECK_DUPLICATE_KEY, CHECK_UNKNOWN_KEY, CHECK_MISSING_KEY,
  CHECK_WRONG_TYPE, CHECK_BAD_ID, CHECK_DUPLICATE_ID, CHECK_BAD_VALUE, CHECK_BAD_MONEY, CHECK_BAD_PERCENT, CHECK_BAD_DURATION,
  CHECK_BAD_UNIT, CHECK_BAD_MOMENT, CHECK_BAD_DATE, CHECK_BAD_PERIOD, CHECK_BAD_SCHEDULE, CHECK_BAD_ZONE, CHECK_BAD_CURRENCY,
  CHECK_MIXED_UNITS, CHECK_UNKNOWN_EVENT, CHECK_UNKNOWN_FIELD, CHECK_UNKNOWN_REF, CHECK_CIRCULAR, CHECK_BAD_TRIGGER,
  CHECK_BAD_CONDITION, CHECK_BAD_OPERATOR, CHECK_TOO_DEEP, CHECK_BAD_FACT, CHECK_BAD_PER, CHECK_BAD_WINDOW, CHECK_BAD_TABLE,
  CHECK_BAD_BANDS, CHECK_BAD_REWARD, CHECK_NO_POOL, CHECK_NO_LIMITS, CHECK_NO_CEILING, CHECK_BAD_WEIGHTS, CHECK_BAD_DRAW,
  CHECK_BAD_OR_ELSE, CHECK_BAD_CHANCE, CHECK_CHANCE_NOT_SPENT, CHECK_CHANCE_NOT_GIVEN, CHECK_BAD_LIMIT, CHECK_BAD_POOL,
  CHECK_BAD_SHARES, CHECK_BAD_REVERSAL, CHECK_NOT_REVERSIBLE, CHECK_PRIZE_CEILING, CHECK_TOO_MANY, CHECK_NAME_CLASH,
  CHECK_SAME_NAME, CHECK_BAD_WAS, CHECK_REDEFINED, CHECK_SHORT_CLOSING, CHECK_NOT_SERVED, CHECK_CANNOT_HOLD, CHECK_NEVER_VALID,
  CHECK_BANK_ONLY, CHECK_LIST_CUT, CHECK_HORIZON_TOO_SHORT, CHECK_BAD_CALENDAR, CHECK_BAD_RATES, CHECK_NOT_COVERED,
  CHECK_BAD_APPROVALS,
  /* from here on: warnings */
  CHECK_WARNINGS,
  CHECK_UNUSED = CHECK_WARNINGS, CHECK_PAYS_TWICE, CHECK_ENDED, CHECK_NO_AUDIENCE_SOURCE, CHECK_TINY_ODDS, CHECK_WIDE_OPEN,
  CHECK_NO_LIMIT_AT_ALL, CHECK_POOL_TOO_SMALL, CHECK_NO_EFFECT, CHECK_NOT_ALWAYS_VALID, CHECK_EMPTY_AT_FIRST, CHECK_TASKS_MEET,
  CHECK_REACH, CHECK_MEMORY_TOO_SHORT, CHECK_ANY_STATUS, CHECK_UNKNOWN_REWARD, CHECK_HEARD_APART, CHECK_CALENDAR_ENDS,
  CHECK_NOT_APPROVED,
  CHECK_CODE_COUNT
};
/* clang-format on */
struct check_code_info {
  const char *code, *text_en, *text_zh, *remedy_en;
};
extern const struct check_code_info check_codes[CHECK_CODE_COUNT];

struct finding {
  enum check_code code;
  struct str file, pointer; /* in the arena given to rulebook_read */
  struct str text;          /* what is wrong here, with the values: "'mccs' is not a key of a condition; did you mean 'mcc'?" */
  struct str remedy;
  uint32_t line, column; /* of syntax errors; 0: not known */
};
struct findings {
  struct finding *items;
  uint32_t count, capacity, errors, warnings, dropped;
};
/* Whether it keeps the files from running: an error, or a signature that is missing. */
static inline bool finding_refuses(const struct finding *finding) {
  return finding->code < CHECK_WARNINGS || finding->code == CHECK_NOT_APPROVED;
}
/* "weekend.json: /rules/0/when/mccs: error[UNKNOWN_KEY]: ...; remedy" */
void finding_print(struct buffer *out, const struct finding *finding);

#endif
