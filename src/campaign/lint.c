/* What only the whole shows, and what would go wrong commercially (campaigns.md section 11). First version: names. */
#include "compile.h"

void lint(struct compile *c) { (void)c; }
void names_lint(struct compile *c) { (void)c; }
