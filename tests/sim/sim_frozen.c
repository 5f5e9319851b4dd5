/* An audience of a day: who gets something of the campaign "frozen" had the tags that it asks when the day was over, by the events alone.
 * Of the updates that were decided before the line, in the order of decisions, the latest by its own time that is not behind the day's end
 * says which; of two of one time the later line. */
#include "sim.h"

#define CUT_MS 1796572800000LL /* 2026-12-07T00:00:00+08:00 */

static const struct input *said[CUSTOMER_SLOTS]; /* of each customer, as far as the lines were read */

static bool is_member(const struct input *update) { return update != NULL && input_tags(update) == 0; /* gold, and not of the staff */ }

static void update_note(const struct input *input) {
  const struct input **known = &said[customer_slot(input->customer_number)];
  if (input->time_ms < CUT_MS && (*known == NULL || (*known)->time_ms <= input->time_ms)) *known = input;
}

static void outcome_check(struct world *world, struct str line, const struct input *input) {
  const char *at = str_find(line, STR("{\"campaign\":\"frozen\""));
  if (at == NULL) return;
  struct str entry = str_from(line, (size_t)(at - line.at)), reason = line_field(entry, "reason");
  const struct input *update = said[customer_slot(input->customer_number)];
  bool out = str_equal(reason, STR("NOT_IN_AUDIENCE")), in = reason.length == 0 || str_equal(reason, STR("GIVEN"));
  if ((in && !is_member(update)) || (out && is_member(update)))
    sim_break(world, "event e%u of customer %u is%s of the audience of a day, and by e%u it is%s", input->number, input->customer_number,
              out ? " not" : "", update == NULL ? 0 : update->number, out ? "" : " not");
}

void check_frozen(struct world *world, uint32_t shard) {
  struct line_reader reader = {.partition = &world->log.partitions[TOPIC_DECISIONS][shard]};
  struct str line;
  memset(said, 0, sizeof said);
  while (line_next(&reader, &line)) {
    const struct input *input = line_is_range(line) || line_is_close(line) ? NULL : input_of(world, line, OF_DECISION);
    if (input == NULL || gate_of(line).length > 0 || line_field(line, "caused_by").length > 0) continue;
    if (input->kind == KIND_TAGGED) update_note(input);
    outcome_check(world, line, input);
  }
}
