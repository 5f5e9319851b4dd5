/* Picks: what a customer chose, kept for a period and asked by in_fact (docs/language.md section 5). */
#include "fact_row.h"

static const struct key picks_keys[] = {{"picks", KEY_MUST},  {"of", KEY_MUST}, {"most", KEY_MUST}, {"period", KEY_MUST},
                                        {"change", KEY_MUST}, {"was", KEY_MAY}, {NULL, KEY_MAY}};

static bool is_text(const struct compile *c, uint16_t field) { return c->catalogue->fields[field].kind == FIELD_TEXT; }

static bool picks_sign(const struct compile *c, const json_t *json, struct fact *fact) {
  fact->of = catalogue_campaign_field(c->catalogue, text_of(json_object_get(json, "of")));
  return fact->of != FIELD_NONE && is_text(c, fact->of);
}

static void of_check(struct compile *c, const struct at *of, const struct fact *fact) {
  struct str name;
  if (of->json == NULL || !read_text(c, of, &name)) return;
  if (fact->of == FIELD_NONE)
    field_unknown(c, of, name);
  else if (!is_text(c, fact->of))
    report(c, of, CHECK_BAD_FACT, "'%.*s' is not a text: what is chosen has a name", STR_FORMAT(name));
}

static void picks_read(struct compile *c, const struct at *at, struct fact *fact) {
  static const char *const changes[] = {"no", "replace", NULL};
  struct at on = at_key(at, "picks"), of = at_key(at, "of"), most = at_key(at, "most"), period = at_key(at, "period"),
            change = at_key(at, "change");
  int64_t count = 1;
  uint32_t word = 0;
  (void)keys_check(c, at, picks_keys, "picks");
  triggers_read(c, &on, PLACE_FACT, &fact->on);
  of_check(c, &of, fact);
  fact->window = (struct window){.kind = WINDOW_UNIT, .unit = UNIT_EVER};
  if (most.json != NULL && read_int(c, &most, 1, LIMIT_PICKS, CHECK_BAD_FACT, &count)) fact->most = (uint32_t)count;
  if (period.json != NULL && read_period(c, &period, false, &fact->window.unit, &fact->window.cycle) && fact->window.cycle == 0)
    unit_check(c, &period, fact->window.unit);
  if (change.json != NULL && read_word(c, &change, changes, CHECK_BAD_VALUE, &word)) fact->replaces = word == 1;
}

/* How many count may change: what is kept of a period is cut when the next one is picked. */
static void picks_mean(const struct saying *s, const struct fact *fact) {
  mean_text(s, fact->replaces ? "latest picks of " : "first picks of ");
  mean_field(s, fact->of);
}

static uint64_t picks_cells(const struct fact *fact) { return 2 * (uint64_t)fact->most; } /* of this period and the one before it */

static bool picks_most(const struct fact *fact, int64_t *most) {
  *most = fact->most;
  return true;
}

const struct fact_row fact_row_picks = {.traits = {.word = "picks", .figure = FIGURE_NUMBER, .windowed = true},
                                        .order = ORDER_FIRST,
                                        .type = TYPE_INT,
                                        .has = true,
                                        .sign = picks_sign,
                                        .read = picks_read,
                                        .mean = picks_mean,
                                        .cells = picks_cells,
                                        .most = picks_most};
