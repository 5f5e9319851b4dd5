/* The table of fact kinds, made of their list (giftd/campaign/kinds.h): a new kind is a file with a row, and its line there. */
#include "work.h"

#define ROW(NAME, name) [FACT_##NAME] = &fact_kind_##name,
const struct fact_kind_row *const fact_kinds[FACT_KIND_COUNT] = {FACT_KINDS(ROW)};
#undef ROW
