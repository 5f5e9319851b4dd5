/* What an audit of draws found, for people: a table a rule, the odds held against the outcome, and what does not follow. */
#include "giftd/audit.h"

/* Honest draws come out so far off once in a million audits. */
#define PROBABILITY_LEAST 1e-6

static void percent_print(FILE *tell, uint64_t part, uint64_t whole) {
  fprintf(tell, " %9.4f%%", whole == 0 ? 0.0 : 100.0 * (double)part / (double)whole);
}

/* One table a rule; false when its draws do not fit what was promised. */
static bool tally_tell(const struct draw_audit *audit, const struct rule *rule, const struct draw_tally *tally) {
  uint32_t weights[LIMIT_ITEMS_PER_GIVE];
  uint64_t sum = 0;
  for (uint32_t i = 0; i < rule->item_count; i++) sum += weights[i] = audit->book->items[rule->item_first + i].weight;
  fprintf(audit->tell, "\nrule %.*s: %llu draws\n", STR_FORMAT(rule->id), (unsigned long long)tally->draws);
  fprintf(audit->tell, "  %-24s %10s %10s %10s %10s %10s %10s\n", "prize", "weight", "promised", "drawn", "share", "given", "run out");
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = &audit->book->items[rule->item_first + i];
    fprintf(audit->tell, "  %-24.*s %10u", STR_FORMAT(item->id), item->weight);
    percent_print(audit->tell, item->weight, sum);
    fprintf(audit->tell, " %10llu", (unsigned long long)tally->drawn[i]);
    percent_print(audit->tell, tally->drawn[i], tally->draws);
    fprintf(audit->tell, " %10llu %10llu\n", (unsigned long long)tally->given[i], (unsigned long long)tally->empty[i]);
  }
  const struct fit fit = fit_of(tally->drawn, weights, rule->item_count);
  if (fit.freedom == 0) {
    fprintf(audit->tell, "  too few draws to hold them against the odds\n");
    return true;
  }
  const bool fits = fit.probability >= PROBABILITY_LEAST;
  fprintf(audit->tell, "  chi-square %.4f, %u degrees of freedom, p = %.6g: %s\n", fit.statistic, fit.freedom, fit.probability,
          fits ? "fits the odds" : "DOES NOT FIT THE ODDS");
  return fits;
}

static bool tallies_tell(const struct draw_audit *audit) {
  bool fits = true;
  for (uint32_t i = 0; i < audit->campaign->rule_count; i++) {
    const struct rule *rule = &audit->book->rules[audit->campaign->rule_first + i];
    if (rule->give == GIVE_DRAW_OF && !tally_tell(audit, rule, &audit->tallies[i])) fits = false;
  }
  return fits;
}

bool draw_audit_verdict(const struct draw_audit *audit, bool rewards) {
  const bool fits = tallies_tell(audit);
  fprintf(audit->tell, "\n%llu draws", (unsigned long long)audit->draws);
  if (audit->refused > 0)
    fprintf(audit->tell, ", %llu of them refused afterwards (a limit; all prizes run out)", (unsigned long long)audit->refused);
  fprintf(audit->tell, ": ");
  if (audit->findings == 0)
    fprintf(audit->tell, "each follows from the secret\n");
  else
    fprintf(audit->tell, "%llu DO NOT FOLLOW, told above\n", (unsigned long long)audit->findings);
  if (audit->versions > 0)
    fprintf(audit->tell, "%llu are of other versions than %u: their numbers follow or not, their prizes need the file of that version\n",
            (unsigned long long)audit->versions, audit->campaign->version);
  if (audit->damaged > 0) fprintf(audit->tell, "%llu LINES CANNOT BE READ\n", (unsigned long long)audit->damaged);
  if (rewards && audit->rewards == audit->gifts)
    fprintf(audit->tell, "%llu rewards, and each stands there\n", (unsigned long long)audit->gifts);
  if (rewards && audit->rewards != audit->gifts)
    fprintf(audit->tell, "%llu OF %llu REWARDS ARE MISSING\n", (unsigned long long)(audit->gifts - audit->rewards),
            (unsigned long long)audit->gifts);
  return fits && audit->findings == 0 && audit->damaged == 0 && (!rewards || audit->rewards == audit->gifts);
}
