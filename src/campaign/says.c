/* What a limit says, in one spelling: "count.customer.day", "amount.each-customer+device.P30D". An inline limit has its name from this, so
 * the spelling may never change. "+" stands in no name and no field, and dimensions are in one order (dimensions_read), whatever the order
 * in the file. What is not said - how much, what then - may change. */
#include "compile.h"

/* "scene" of the campaign's own and of the bank's facts, "spring/scene" of another programme's. */
static struct str name_within(struct str name, struct str own) {
  struct str home, rest;
  if (!str_split(name, '/', &home, &rest)) return name;
  return str_equal(home, own) || str_equal(home, STR("bank")) ? rest : name;
}

void dimension_say(struct buffer *out, const struct dimension *dimension, const struct fact *facts, struct str own, bool first) {
  if (dimension->kind != DIMENSION_FACT && dimension->kind != DIMENSION_FACT_AT) {
    buffer_put(out, dimension->text);
    return;
  }
  const struct fact *fact = &facts[dimension->index];
  buffer_put(out, STR("fact."));
  buffer_put(out, name_within(first ? fact->first_name : fact->name, own));
  if (dimension->kind == DIMENSION_FACT_AT) buffer_put(out, STR(".at"));
}

void dimensions_say(struct buffer *out, const struct dimension *dimensions, uint32_t count, const struct fact *facts, struct str own,
                    const char *between) {
  for (uint32_t i = 0; i < count; i++) {
    if (i > 0) buffer_put(out, str_of(between));
    dimension_say(out, &dimensions[i], facts, own, true);
  }
}

void limit_say(struct buffer *out, const struct limit *limit, const struct fact *facts, struct str cycle, struct str own, bool first) {
  buffer_put(out, limit->of_amount ? limit->in_points ? STR("points") : STR("amount") : STR("count"));
  buffer_put(out, limit->each ? STR(".each-") : STR("."));
  for (uint32_t i = 0; i < limit->dimension_count; i++) {
    if (i > 0) buffer_byte(out, '+');
    dimension_say(out, &limit->dimensions[i], facts, own, first);
  }
  if (limit->rolling_days > 0)
    buffer_print(out, ".P%uD", limit->rolling_days);
  else if (limit->cycle > 0)
    buffer_print(out, ".%.*s", STR_FORMAT(cycle));
  else
    buffer_print(out, ".%s", unit_name(limit->unit));
}
