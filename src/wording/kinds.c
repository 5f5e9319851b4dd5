/* The table of fact kinds, made of their list (giftd/campaign/kinds.h): a new kind is a file with its words, and its line there. */
#include "parts.h"

#define ROW(NAME, name) [FACT_##NAME] = &fact_words_##name,
const struct fact_words *const fact_word_rows[FACT_KIND_COUNT] = {FACT_KINDS(ROW)};
#undef ROW
