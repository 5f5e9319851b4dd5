/* The zone and the currency of a story: those of the campaigns under test. Where these have several, times and amounts that do not say are
 * ambiguous; the story then says `zone`, and an amount `currency=`.
 */
#include "parts.h"

static const struct campaign *campaign_named(const struct rulebook *rulebook, struct str id) {
  for (uint32_t i = 0; rulebook != NULL && i < rulebook->campaign_count; i++)
    if (str_equal(rulebook->campaigns[i].id, id)) return &rulebook->campaigns[i];
  return NULL;
}

static void home_begin(struct scenario_home *home, const struct campaign *campaign) {
  home->zone_name = campaign->zone_name, home->zone = campaign->zone, home->by = campaign->id;
  home->currency = campaign->currency, home->money_by = campaign->id;
}

static void home_add(struct scenario_home *home, const struct campaign *campaign) {
  if (home->other.length == 0 && !zone_is_same(campaign->zone, home->zone))
    home->other = campaign->id, home->other_zone = campaign->zone_name;
  if (home->money_other.length == 0 && !str_equal(campaign->currency, home->currency))
    home->money_other = campaign->id, home->other_currency = campaign->currency;
}

struct scenario_home scenario_home_of(const struct rulebook *rulebook, const struct str *campaigns, uint32_t count) {
  struct scenario_home home = {.zone_name = STR("Asia/Shanghai"), .currency = STR("CNY"), .zone = zone_fixed(480)};
  bool begun = false;
  for (uint32_t i = 0; i < count; i++) {
    const struct campaign *campaign = campaign_named(rulebook, campaigns[i]);
    if (campaign == NULL) continue; /* told where names are looked for */
    if (begun)
      home_add(&home, campaign);
    else
      home_begin(&home, campaign);
    begun = true;
  }
  return home;
}

bool scenario_home_zone(struct scenario_home *home, const struct rulebook *rulebook, struct str name, const struct str *campaigns,
                        uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    const struct campaign *campaign = campaign_named(rulebook, campaigns[i]);
    if (campaign == NULL || !str_equal(campaign->zone_name, name)) continue;
    home->zone_name = campaign->zone_name, home->zone = campaign->zone;
    home->by = home->other = home->other_zone = (struct str){NULL, 0};
    return true;
  }
  return false;
}
