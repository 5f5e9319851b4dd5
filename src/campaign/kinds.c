/* The table of fact kinds, made of their list: a new kind is a file with a row, and its line there. */
#include "fact_row.h"

#define ROW(NAME, name) [FACT_##NAME] = &fact_row_##name,
const struct fact_row *const fact_rows[FACT_KIND_COUNT] = {FACT_KINDS(ROW)};
#undef ROW

#define ROW(NAME, name) [FACT_##NAME] = &fact_row_##name.traits,
const struct fact_traits *const fact_traits[FACT_KIND_COUNT] = {FACT_KINDS(ROW)};
#undef ROW
