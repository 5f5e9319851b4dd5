/* Two rules that pay for one event: of the same campaign, the same form of reward, and nothing that says whether they may. */
#include "compile.h"

static bool share_limit(struct compile *c, const struct rule *a, const struct rule *b) {
  for (uint32_t i = 0; i < a->limit_count; i++)
    for (uint32_t j = 0; j < b->limit_count; j++)
      if (*ref_at(c, a->limit_first + i) == *ref_at(c, b->limit_first + j)) return true;
  return false;
}

static bool same_form(struct compile *c, const struct rule *a, const struct rule *b) {
  for (uint32_t i = 0; i < a->item_count; i++) {
    const struct item *one = item_at(c, a->item_first + i);
    if (one->is_chance || one->is_notice || one->is_nothing) continue;
    for (uint32_t j = 0; j < b->item_count; j++)
      if (str_equal(one->reward, item_at(c, b->item_first + j)->reward)) return true;
  }
  return false;
}

static bool pay_twice(struct compile *c, const struct rule *a, const struct rule *b) {
  if (a->group != NONE && a->group == b->group) return false; /* it says whether they may */
  if (a->spends != NONE || b->spends != NONE || share_limit(c, a, b) || !same_form(c, a, b)) return false;
  if (a->schedule != NONE && b->schedule != NONE && schedules_exclude(schedule_at(c, a->schedule), schedule_at(c, b->schedule)))
    return false;
  return hear_together(c, &(struct hearing){a->on, a->when}, &(struct hearing){b->on, b->when});
}

/* Of the same campaign alone: between campaigns it is meant more often than not. */
void pairs_lint(struct compile *c, uint32_t number) {
  const struct campaign *campaign = &c->campaigns[number];
  for (uint32_t j = 1; j < campaign->rule_count; j++) {
    const struct rule later = *rule_at(c, campaign->rule_first + j);
    for (uint32_t i = 0; i < j; i++) {
      const struct rule earlier = *rule_at(c, campaign->rule_first + i);
      if (!pay_twice(c, &earlier, &later) || c->budget == 0) continue;
      report_text_at(c, later.pointer, NULL, CHECK_PAYS_TWICE, "one event may be paid by '%.*s' and by '%.*s'", STR_FORMAT(earlier.id),
                     STR_FORMAT(later.id));
      break;
    }
  }
}
