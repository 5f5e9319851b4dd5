/* Tables of words (words.h). */
#include "words.h"

#include <stddef.h>

enum {
  MCC,
  CHANNEL,
  MERCHANT,
  CARD,
  STATUS,
  ENTRY,
  BILLER,
  METHOD,
  PARTY,
  PRODUCT,
  PAGE,
  WALLET,
  TIER,
  EMPLOYER,
  REGION,
  REASON,
  DEVICE,
  ID_HASH,
  CITY,
  BRANCH,
  SERVICE,
  CERT,
  TICKET,
  LOAN,
  RESULT,
  PURPOSE
};

const struct word_field word_fields[] = {
    [MCC] = {"mcc", {"5812", "5411", "5815"}},
    [CHANNEL] = {"channel", {"pos", "qr", "app"}},
    [MERCHANT] = {"merchant", {"m1", "m2", "a-merchant-whose-name-is-longer-than-a-cell-holds"}},
    [CARD] = {"card", {"k1", "k2", "k3"}},
    [STATUS] = {"status", {"settled", "settled", "authorised"}},
    [ENTRY] = {"entry", {"chip", "qr", "swipe"}},
    [BILLER] = {"biller", {"gas", "water", "power"}},
    [METHOD] = {"method", {"phone_number", "voice", "one_tap"}},
    [PARTY] = {"counterparty", {"own", "same_bank", "other_bank"}},
    [PRODUCT] = {"product", {"fund", "gold", "insurance"}},
    [PAGE] = {"page", {"assets", "home", "offers"}},
    [WALLET] = {"wallet", {"w1", "w2", "w3"}},
    [TIER] = {"tier", {"gold", "silver", "basic"}},
    [EMPLOYER] = {"employer", {"e1", "e2", "e3"}},
    [REGION] = {"region", {"north", "south", "abroad"}},
    [REASON] = {"reason", {"refund", "void", "chargeback"}},
    [DEVICE] = {"device", {"d1", "d2", "d3"}},
    [ID_HASH] = {"id_hash", {"i1", "i2", "i3"}},
    [CITY] = {"city", {"north", "sh", "gz"}},
    [BRANCH] = {"branch", {"b1", "b2", "b3"}},
    [SERVICE] = {"service", {"alert", "autopay", "sms"}},
    [CERT] = {"cert", {"social_security", "tax", "social_security"}},
    [TICKET] = {"ticket", {"q1", "q2", "q3"}},
    [LOAN] = {"loan", {"l1", "l2", "l3"}},
    [RESULT] = {"result", {"done", "failed", "passed"}},
    [PURPOSE] = {"purpose", {"salary", "pension", "rent"}},
};
const unsigned word_field_count = sizeof word_fields / sizeof word_fields[0];

const struct word_kind word_kinds[] = {
    [KIND_SPEND] = {"txn.card_spend", true, false, true, NULL, {MCC, CHANNEL, MERCHANT, CARD, STATUS, ENTRY, -1}},
    [KIND_BILL] = {"bill.paid", true, false, true, NULL, {BILLER, PURPOSE, -1}},
    [KIND_TRANSFER] = {"txn.transfer", true, false, true, NULL, {METHOD, PARTY, STATUS, -1}},
    [KIND_WEALTH] = {"wealth.purchased", true, false, true, "referrer", {PRODUCT, -1}},
    [KIND_LOGIN] = {"login", false, false, false, NULL, {PAGE, CHANNEL, -1}},
    [KIND_BOUND] = {"card.bound", false, false, false, "referrer", {CARD, WALLET, PRODUCT, -1}},
    [KIND_OPENED] = {"account.opened", false, false, false, "referrer", {PRODUCT, CARD, -1}},
    [KIND_GAME] = {"game.finished", false, true, false, NULL, {TIER, -1}},
    [KIND_PAYROLL] = {"payroll.credited", true, false, true, NULL, {EMPLOYER, PURPOSE, -1}},
    [KIND_CLAIMED] = {"reward.claimed", false, false, false, NULL, {CARD, -1}},
    [KIND_UPDATED] = {"customer.updated", false, false, false, NULL, {TIER, REGION, EMPLOYER, -1}},
    [KIND_REVERSED] = {"txn.reversed", true, false, false, NULL, {REASON, -1}},
    [KIND_ENROLLED] = {"campaign.enrolled", false, false, false, NULL, {-1}},
    [KIND_OTHERS] = {"checkin", false, false, false, NULL, {CHANNEL, -1}},
    {"page.viewed", false, false, false, NULL, {PAGE, CHANNEL, -1}},
    {"risk.assessed", false, false, false, NULL, {CHANNEL, -1}},
    {"service.signed", false, false, false, NULL, {SERVICE, CHANNEL, -1}},
    {"service.rated", false, false, false, NULL, {SERVICE, -1}},
    {"cert.issued", false, false, false, NULL, {CERT, CHANNEL, -1}},
    {"branch.ticket_scanned", false, false, false, NULL, {TICKET, -1}},
    {"mbank.registered", false, false, false, "referrer", {CARD, -1}},
    {"card.issued", false, false, false, "referrer", {CARD, PRODUCT, -1}},
    {"card.closed", false, false, false, NULL, {CARD, -1}},
    {"points.redeemed", false, true, false, NULL, {TIER, -1}},
    {"tier.changed", false, true, false, NULL, {TIER, -1}},
    {"loan.disbursed", true, false, true, "referrer", {PRODUCT, LOAN, -1}},
    {"instalment.created", true, false, true, "referrer", {PRODUCT, -1}},
    {"instalment.approved", true, false, false, "inviter", {PRODUCT, -1}},
    {"fx.settled", true, false, true, NULL, {-1}},
    {"balance.snapshot", false, false, false, NULL, {-1}},
    {"diagnosis.done", false, false, false, NULL, {RESULT, -1}},
    {"a.type_nobody_knows", true, false, false, NULL, {CARD, -1}},
};
const unsigned word_kind_count = sizeof word_kinds / sizeof word_kinds[0];

const int word_common[COMMON_FIELDS] = {DEVICE, ID_HASH, CITY, BRANCH};
const char *const word_customers[CUSTOMERS] = {"c1", "c2", "c3", "customer-with-an-id-that-is-as-long-as-any-id-may-be-sixty--four"};
const char *const word_tags[TAGS] = {"t1",   "t2",      "segment:retail", "segment:credit-card", "segment:payroll", "vip",
                                     "gold", "leaving", "denied"};
