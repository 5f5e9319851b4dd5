/* The tables of fact kinds and of forms of worth, made of their lists (giftd/campaign/kinds.h): a new one is a file with its words, and its
 * line there. */
#include "parts.h"

#define ROW(NAME, name) [FACT_##NAME] = &fact_words_##name,
const struct fact_words *const fact_word_rows[FACT_KIND_COUNT] = {FACT_KINDS(ROW)};
#undef ROW

#define ROW(NAME, name) [VALUE_FORM_##NAME] = &worth_words_##name,
const struct worth_words *const worth_word_rows[VALUE_FORM_COUNT] = {WORTH_FORMS(ROW)};
#undef ROW
