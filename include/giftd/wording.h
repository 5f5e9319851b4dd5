/* The wording room: what a campaign says to people. The names of things in English and Chinese, and the rule text (活动细则) of a campaign,
 * written from the rulebook: what a bank puts on its campaign page and what an approver signs (R115, R128).
 *
 * The rule text is complete: every condition, limit, pool, period and policy that can decide whether a customer gets something stands in
 * it, with the numbers of the file. Left out is what decides nothing that a customer could know or do, or what is the bank's own affair:
 * the share of the control group (`holdout`), which lists `risk.deny` names, which gifts `risk.review` asks for and who stands on a list
 * of customers, `funding`, `low_at`, `labels`, who signs it (`approval`). Odds and numbers of prizes are never left out: whoever lets
 * customers draw has to publish them (规范促销行为暂行规定, 2020).
 * Organiser, contact and how goods are handed over are not in a campaign file: the bank adds them to its page.
 *
 * Pure: no clock, no locale. The same files give the same bytes. Every enum of campaign.h that has words goes through a `switch` without
 * default or a table that an assertion holds against its count, so that a new value without words does not compile or fails tests/wording.
 */
#ifndef GIFTD_WORDING_H
#define GIFTD_WORDING_H

#include "giftd/campaign.h"

enum language { LANGUAGE_EN, LANGUAGE_ZH };

/* ---- names ---- */

/* One row a name: as it is written in files and events, and as people say it. */
struct wording {
  const char *written, *en, *zh;
};
/* Ended by a row of NULL; in no order. What a bank adds itself stands in none of them. */
extern const struct wording wording_fields[];     /* "amount": "amount" / "金额", by the name that campaigns use */
extern const struct wording wording_types[];      /* "txn.card_spend": "card or QR payment" / "刷卡或扫码消费" */
extern const struct wording wording_rewards[];    /* "instant_discount": "instant discount" / "立减金" */
extern const struct wording wording_values[];     /* "settled": "settled" / "已入账": words that fields say */
extern const struct wording wording_groups[];     /* "dining": "dining" / "餐饮": lists, tags and segments that most banks have */
extern const struct wording wording_zones[];      /* "Europe/London": "London" / "伦敦": zones by their best-known city */
extern const struct wording wording_currencies[]; /* "GBP": "pounds sterling" / "英镑", by the code of ISO 4217; "CNY": "yuan" / "元" */
/* The row of a name, or NULL. */
const struct wording *wording_find(const struct wording *table, struct str written);

/* ---- the rule text ---- */

/* Writes the rule text of a campaign (not of a programme: its things are said where a campaign cites them), Markdown that reads well raw.
 * `scratch` holds two numbers for each fact and list of the rulebook and may be reset after. STATUS_LIMIT: the text does not fit `out`, or
 * the numbers do not fit `scratch`. */
enum status wording_campaign(struct buffer *out, const struct rulebook *rulebook, uint32_t campaign, enum language language,
                             struct arena *scratch, struct fault *fault) MUST_USE;

#endif
