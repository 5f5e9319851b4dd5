/* The tables of fact kinds and of forms of worth, made of their lists: a new one is a file with a row, and its line there. */
#include "fact_row.h"
#include "worth_row.h"

#define ROW(NAME, name) [FACT_##NAME] = &fact_row_##name,
const struct fact_row *const fact_rows[FACT_KIND_COUNT] = {FACT_KINDS(ROW)};
#undef ROW

#define ROW(NAME, name) [FACT_##NAME] = &fact_row_##name.traits,
const struct fact_traits *const fact_traits[FACT_KIND_COUNT] = {FACT_KINDS(ROW)};
#undef ROW

#define ROW(NAME, name) [VALUE_FORM_##NAME] = &worth_row_##name,
const struct worth_row *const worth_rows[VALUE_FORM_COUNT] = {WORTH_FORMS(ROW)};
#undef ROW

#define ROW(NAME, name) [VALUE_FORM_##NAME] = &worth_row_##name.traits,
const struct worth_traits *const worth_traits[VALUE_FORM_COUNT] = {WORTH_FORMS(ROW)};
#undef ROW
