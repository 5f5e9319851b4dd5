/* The row of a form of worth: all that this room asks of it (giftd/campaign/kinds.h has the list of forms). A new form is a file with its
 * row. */
#ifndef GIFTD_CAMPAIGN_WORTH_ROW_H
#define GIFTD_CAMPAIGN_WORTH_ROW_H

#include "compile.h"

enum worth_kind { WORTH_MONEY, WORTH_POINTS, WORTH_COUNT };

struct worth_row {
  struct worth_traits traits;
  const char *word; /* the key that tells it from other objects; NULL: it is told otherwise (worth.c) */
  /* `out`: with its form. False after reporting. */
  bool (*read)(struct compile *c, const struct at *at, enum worth_kind kind, struct worth *out);
  /* The most that one is worth. */
  int64_t (*most)(const struct worth *worth);
  /* What may change, in one line. */
  void (*terms)(struct buffer *out, const struct rulebook *book, const struct worth *worth, bool money, int decimals);
};

#define WORTH_ROW(NAME, name) extern const struct worth_row worth_row_##name;
WORTH_FORMS(WORTH_ROW)
#undef WORTH_ROW
extern const struct worth_row *const worth_rows[VALUE_FORM_COUNT];

/* worth.c: so much money, so many points or units. */
bool worth_plain_read(struct compile *c, const struct at *at, enum worth_kind kind, int64_t *out);
/* terms.c: "50.00", "50". */
void terms_amount(struct buffer *out, int64_t amount, bool money, int decimals);

#endif
