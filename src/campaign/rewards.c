/* Forms of reward: what is known of each. A new one is a row here, one in src/wording/names.c and one in schemas/rewards.json. */
#include "giftd/campaign.h"

const struct reward_form reward_forms[] = {{.word = "instant_discount", .money = true, .face = true},
                                           {.word = "voucher", .face = true},
                                           {.word = "threshold_voucher", .face = true},
                                           {.word = "percent_voucher", .face = true},
                                           {.word = "cash_back", .money = true, .face = true},
                                           {.word = "points", .points = true},
                                           {.word = "rate_coupon"},
                                           {.word = "fee_waiver"},
                                           {.word = "ecny_packet", .money = true, .face = true},
                                           {.word = "membership"},
                                           {.word = "goods"},
                                           {.word = "bundle"},
                                           {.word = "chance", .chance = true},
                                           {.word = "notice", .notice = true},
                                           {.word = NULL}};

const struct reward_form *reward_form_find(struct str word) {
  for (const struct reward_form *form = reward_forms; form->word != NULL; form++)
    if (str_equal(word, str_of(form->word))) return form;
  return NULL;
}
