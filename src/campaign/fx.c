/* `fx`: what other currencies are worth in a campaign (docs/language.md section 2; R47). Rates are fixed for the campaign and part of what
 * it means, so that a refund goes back at the rate of its payment, whenever it comes.
 *
 * The index over all campaigns compares amounts as events say them, so what a file with `fx` asks of amounts is left to the judge, who
 * converts; a trigger's own `when` is the index's alone and may not ask. */
#include "compile.h"

#define RATES_MOST 64u
static const struct key fx_keys[] = {{"rates", KEY_MUST}, {"table", KEY_NOT_SERVED}, {"day", KEY_NOT_SERVED}, {NULL, KEY_MAY}};

static bool rate_read(struct compile *c, const struct at *at, struct fx_rate *out) {
  struct str code = str_of(at->key), text = text_of(at->json);
  const struct campaign *campaign = campaign_now(c);
  *out = (struct fx_rate){.currency = keep_text(c, code), .decimals = currency_decimals(code)};
  if (out->decimals < 0 || str_equal(code, campaign->currency)) {
    report(c, at, CHECK_BAD_CURRENCY,
           out->decimals < 0 ? "'%.*s' is not a currency of ISO 4217" : "'%.*s' is the currency of the file itself", STR_FORMAT(code));
    return false;
  }
  if (json_is_string(at->json) && fx_parse(text, &out->rate_e8)) return true;
  report(c, at, CHECK_BAD_MONEY, "a rate is a text like \"7.0825\", %.*s for one %.*s, above 0, with at most eight decimals",
         STR_FORMAT(campaign->currency), STR_FORMAT(code));
  return false;
}

/* In order of their codes: what a campaign means does not hang on how its file is laid out. */
static void rate_put(struct fx_rate *rates, uint32_t count, struct fx_rate rate) {
  uint32_t at = count;
  for (; at > 0 && str_compare(rates[at - 1].currency, rate.currency) > 0; at--) rates[at] = rates[at - 1];
  rates[at] = rate;
}

void fx_read(struct compile *c, const struct at *at) {
  struct at rates = at_key(at, "rates");
  struct campaign *campaign = campaign_now(c);
  if (!keys_check(c, at, fx_keys, "fx") || rates.json == NULL) return;
  if (!json_is_object(rates.json) || json_object_size(rates.json) == 0 || json_object_size(rates.json) > RATES_MOST) {
    report(c, &rates, CHECK_BAD_VALUE, "rates are an object of 1 to %u currencies, like {\"USD\": \"7.0825\"}", RATES_MOST);
    return;
  }
  struct fx_rate *out = take(c, json_object_size(rates.json), sizeof *out);
  for (void *i = json_object_iter(rates.json); out != NULL && i != NULL; i = json_object_iter_next(rates.json, i)) {
    struct at child = {.up = &rates, .json = json_object_iter_value(i), .key = json_object_iter_key(i)};
    struct fx_rate rate;
    if (rate_read(c, &child, &rate)) rate_put(out, campaign->rate_count++, rate);
  }
  campaign->rates = out;
}

bool fx_asks_later(struct compile *c, const struct at *at, enum place place, const struct left *left) {
  if (campaign_now(c)->rate_count == 0 || left->kind != LEFT_FIELD || left->type != TYPE_MONEY) return false;
  if (place == PLACE_TRIGGER) report_not_served(c, at, "fx trigger", "in a file with 'fx' an amount in the `when` of a trigger is");
  return true;
}

void fx_keeps(struct compile *c, const struct at *at, uint16_t field) {
  if (campaign_now(c)->rate_count == 0 || field == FIELD_NONE || c->catalogue->fields[field].kind != FIELD_MONEY) return;
  report_not_served(c, at, "fx keep", "in a file with 'fx' to keep an amount is");
}
