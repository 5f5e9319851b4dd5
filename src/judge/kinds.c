/* The table of fact kinds: a new kind is a file with a row, and its line here. */
#include "work.h"

const struct fact_kind_row *const fact_kinds[] = {
    [FACT_FIRST] = &fact_kind_first, [FACT_LAST] = &fact_kind_last,   [FACT_MEASURE] = &fact_kind_measure,
    [FACT_TRACK] = &fact_kind_track, [FACT_TABLE] = &fact_kind_table, [FACT_DIFFERENCE] = &fact_kind_difference,
    [FACT_PICKS] = &fact_kind_picks, [FACT_LEVEL] = &fact_kind_level};
