/* What the language has and giftd does not serve yet: how to say the same, or the nearest to it, with what is served - or that there is no
 * way yet. A name stands once for wherever it may be written. What is shown here in the language compiles (tests/campaign/test_instead.c).
 */
#include "compile.h"

struct instead {
  const char *name, *instead;
};

static const struct instead substitutes[] = {
    {"as close", "instead let the customer's own rule hear the close; there is no way yet to give for it to another"},
    {"as steps",
     "instead write \"highest\"; or let the other's own measure hear the events, `as` in its \"on\" and \"per\": [\"customer\", "
     "\"caused_by.id\"], and the rule hear that"},
    {"fx programme", "instead write the rates into \"rates\", or the fact or activity into the campaign itself"},
    {"fx as", "instead write the rates into \"rates\", or let a campaign without `fx` hear it"},
    {"fx trigger", "instead ask it in the `when` of the rule, fact or task"},
    {"fx keep", "instead let the bank send the amount in the campaign's currency in a field of its own, or keep another field"},
    {"as_of when", "instead ask it in the `when` of each rule, where it is live, or write the members into lists/NAME.txt"},
    {"each", "instead use \"top_up\", or write a rule for each band, with a limit of one in the period: {\"fact.NAME\": {\"gte\": ...}}"},
    {"unit", "instead ask {\"schedule\": NAME}, with the days declared in `schedules`"},
    {"per", "instead add \"customer\"; how often a device or card may earn something is a limit, \"per\": [\"device\"]"},
    {"match", "instead give every task the same `match`, or write a track for each"},
};
#define ROWS (sizeof substitutes / sizeof substitutes[0])

static const char *instead_of(const char *name) {
  for (size_t i = 0; i < ROWS; i++)
    if (strcmp(substitutes[i].name, name) == 0) return substitutes[i].instead;
  assert(false); /* every name that is refused so has its row */
  return "";
}

void report_not_served(struct compile *c, const struct at *at, const char *name, const char *format, ...) {
  char what[256];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  (void)length; /* what does not fit is cut */
  uint32_t before = c->findings->count;
  report(c, at, CHECK_NOT_SERVED, "%s not served yet", what);
  if (c->findings->count > before) c->findings->items[before].remedy = str_of(instead_of(name));
}
