/* Acts as lines: the card and wealth systems speak CloudEvents, the others flat objects; and the ways in which lines break. */
#include <assert.h>

#include "parts.h"

#define SPREAD 1000003u /* makes tokens look like tokens */

static const char *const channels[] = {"pos", "qr", "online", "app", "counter"};
static const char *const statuses[] = {"settled", "authorised", "failed"};
static const char *const currencies[] = {"CNY", "HKD", "USD", "JPY"};
static const char *const cities[] = {"310000", "330100", "440300", "510100", "110000", "610100"};
static const char *const pages[] = {"home", "assets", "offers", "transfer", "cards", "loans"};
static const char *const wallets[] = {"weixin", "alipay", "unionpay", "ecny"};
static const char *const methods[] = {"normal", "phone_number", "voice", "one_tap"};
static const char *const counterparties[] = {"other_bank", "same_bank", "own"};
static const char *const billers[] = {"telecom", "power", "water", "gas", "property"};
static const char *const wealth[] = {"fund", "deposit", "insurance", "precious-metal"};
static const char *const loans[] = {"consumer", "business"};
static const char *const instalments[] = {"bill", "single"};
static const char *const services[] = {"balance_alert", "autopay", "statement"};
static const char *const certs[] = {"social_security", "provident_fund"};
static const char *const reasons_of_refund[] = {"refund", "void"};
static const char *const card_products[] = {"standard", "gold", "platinum"};

enum shape { SHAPE_FLAT, SHAPE_CLOUD };
static const struct form {
  const char *type, *source;
  enum shape shape;
} forms[ACT_KIND_COUNT] = {
    [ACT_PROFILE] = {"customer.updated", "crm", SHAPE_FLAT},
    [ACT_SPEND] = {"txn.card_spend", "card-core", SHAPE_CLOUD},
    [ACT_TRANSFER] = {"txn.transfer", "pay-core", SHAPE_FLAT},
    [ACT_REVERSED] = {"txn.reversed", "card-core", SHAPE_CLOUD},
    [ACT_BILL] = {"bill.paid", "pay-core", SHAPE_FLAT},
    [ACT_SALARY] = {"payroll.credited", "payroll", SHAPE_FLAT},
    [ACT_LOGIN] = {"login", "mbank", SHAPE_FLAT},
    [ACT_PAGE] = {"page.viewed", "mbank", SHAPE_FLAT},
    [ACT_CHECKIN] = {"checkin", "mbank", SHAPE_FLAT},
    [ACT_SIGNED] = {"service.signed", "mbank", SHAPE_FLAT},
    [ACT_ASSESSED] = {"risk.assessed", "mbank", SHAPE_FLAT},
    [ACT_CERT] = {"cert.issued", "mbank", SHAPE_FLAT},
    [ACT_CLAIMED] = {"reward.claimed", "mbank", SHAPE_FLAT},
    [ACT_OPENED] = {"account.opened", "core", SHAPE_CLOUD},
    [ACT_REGISTERED] = {"mbank.registered", "mbank", SHAPE_FLAT},
    [ACT_CARD] = {"card.issued", "core", SHAPE_CLOUD},
    [ACT_BOUND] = {"card.bound", "mbank", SHAPE_FLAT},
    [ACT_WEALTH] = {"wealth.purchased", "wealth", SHAPE_CLOUD},
    [ACT_LOAN] = {"loan.disbursed", "lending", SHAPE_CLOUD},
    [ACT_INSTALMENT] = {"instalment.created", "lending", SHAPE_CLOUD},
    [ACT_FX] = {"fx.settled", "wealth", SHAPE_CLOUD},
    [ACT_TICKET] = {"branch.ticket_scanned", "branch", SHAPE_FLAT},
    [ACT_REDEEMED] = {"points.redeemed", "mall", SHAPE_FLAT},
    [ACT_RATED] = {"service.rated", "branch", SHAPE_FLAT},
};

/* ---- fields, each with a comma in front ---- */

static void put_text(struct buffer *out, const char *key, const char *value) { buffer_print(out, ",\"%s\":\"%s\"", key, value); }

static void put_money(struct buffer *out, const struct act *act) {
  buffer_print(out, ",\"amount_minor\":%lld,\"currency\":\"%s\"", (long long)act->amount_minor, currencies[act->currency]);
}

static void put_token(struct buffer *out, const char *key, char prefix, uint32_t number) {
  buffer_print(out, ",\"%s\":\"%c%08x\"", key, prefix, (number + 1) * SPREAD);
}

/* What the app knows of who holds it. */
static void put_holder(struct buffer *out, const struct person *person) {
  put_token(out, "device", 'd', person->device);
  put_token(out, "phone_hash", 'p', person->phone);
  put_token(out, "id_hash", 'i', person->document);
}

static void put_id(struct buffer *out, const char *key, uint64_t id) {
  buffer_print(out, ",\"%s\":\"%llu-%07llu\"", key, (unsigned long long)(id / 10000000), (unsigned long long)(id % 10000000));
}

static void put_card(struct buffer *out, const struct act *act) {
  buffer_print(out, ",\"card\":\"k%07u%u\"", act->customer + 1, act->card);
}

static void fields_spend(const struct act *act, const struct person *person, struct buffer *out) {
  put_money(out, act);
  buffer_print(out, ",\"mcc\":\"%04u\",\"channel\":\"%s\",\"merchant\":\"m%05u\"", act->mcc, channels[act->channel], act->other);
  put_card(out, act);
  put_text(out, "brand", act->currency == 0 ? "unionpay" : "visa");
  put_text(out, "status", statuses[act->status]);
  put_id(out, "authorisation", act->original_id != 0 ? act->original_id : act->id);
  put_text(out, "city", cities[person->city]);
  if (act->channel != CHANNEL_POS) put_holder(out, person);
}

static void fields_reversed(const struct act *act, struct buffer *out) {
  put_id(out, "original_id", act->original_id);
  if (act->amount_minor > 0) put_money(out, act);
  put_text(out, "reason", reasons_of_refund[act->word]);
  if (act->original_id % 2 == 0) return; /* some systems send more than others */
  buffer_put(out, STR(",\"original_time\":\""));
  buffer_time(out, act->original_ms, TRAFFIC_OFFSET_MINUTES);
  buffer_byte(out, '"');
}

static void fields_profile(const struct person *person, struct buffer *out) {
  static const char *const tiers[] = {"basic", "silver", "gold", "private"};
  const int tier = person->priv ? 3 : person->habit == HABIT_HEAVY ? 2 : person->habit == HABIT_NORMAL ? 1 : 0;
  buffer_print(out, ",\"tags\":[\"tier:%s\"", tiers[tier]);
  if (person->retail) buffer_put(out, STR(",\"segment:retail\""));
  if (person->payroll) buffer_put(out, STR(",\"segment:payroll\""));
  if (person->credit) buffer_put(out, STR(",\"segment:credit-card\""));
  if (person->priv) buffer_put(out, STR(",\"segment:private\""));
  if (person->watched) buffer_put(out, STR(",\"risk-watch\""));
  buffer_print(out, "],\"status\":\"%s\",\"tier\":\"%s\",\"region\":\"%s\",\"age\":%u,\"real_name\":true",
               person->watched ? "frozen" : "normal", tiers[tier], cities[person->city], person->age);
  if (person->payroll) buffer_print(out, ",\"employer\":\"e%03u\"", person->employer);
}

static void fields_transfer(const struct act *act, struct buffer *out) {
  put_money(out, act);
  put_text(out, "method", methods[act->word % 4]);
  put_text(out, "counterparty", counterparties[act->word / 4 % 3]);
  put_text(out, "status", act->id % 40 == 7 ? "failed" : "settled");
}

static void fields_deal(const struct act *act, const char *key, const char *value, struct buffer *out) {
  put_money(out, act);
  if (key != NULL) put_text(out, key, value);
}

static void fields_salary(const struct act *act, const struct person *person, struct buffer *out) {
  put_money(out, act);
  buffer_print(out, ",\"employer\":\"e%03u\",\"purpose\":\"salary\"", person->employer);
}

static void fields_of(const struct act *act, const struct person *person, struct buffer *out) {
  switch ((enum act_kind)act->kind) {
    case ACT_PROFILE: fields_profile(person, out); return;
    case ACT_SPEND: fields_spend(act, person, out); return;
    case ACT_REVERSED: fields_reversed(act, out); return;
    case ACT_SALARY: fields_salary(act, person, out); return;
    case ACT_TRANSFER: fields_transfer(act, out); break;
    case ACT_BILL: fields_deal(act, "biller", billers[act->word], out); break;
    case ACT_WEALTH: fields_deal(act, "product", wealth[act->word], out); break;
    case ACT_LOAN: fields_deal(act, "product", loans[act->word], out); break;
    case ACT_INSTALMENT: fields_deal(act, "product", instalments[act->word], out); break;
    case ACT_FX: fields_deal(act, NULL, NULL, out); break;
    case ACT_PAGE: put_text(out, "page", pages[act->word]); break;
    case ACT_SIGNED: put_text(out, "service", services[act->word]); break;
    case ACT_ASSESSED: buffer_print(out, ",\"level\":\"R%u\"", act->word + 1u); break;
    case ACT_CERT: put_text(out, "cert", certs[act->word]); break;
    case ACT_CARD: put_card(out, act), put_text(out, "product", card_products[act->word]); break;
    case ACT_BOUND: put_card(out, act), put_text(out, "wallet", wallets[act->word]); break;
    case ACT_OPENED:
      if (act->other != 0) buffer_print(out, ",\"referrer\":\"c%07u\"", act->other);
      break;
    case ACT_REDEEMED: buffer_print(out, ",\"points\":%lld", (long long)act->amount_minor); break;
    case ACT_LOGIN:
    case ACT_CHECKIN:
    case ACT_CLAIMED:
    case ACT_REGISTERED:
    case ACT_TICKET:
    case ACT_RATED:
    case ACT_KIND_COUNT: break;
  }
  put_text(out, "channel", channels[act->channel]);
  put_holder(out, person);
}

void line_of_act(const struct traffic *traffic, const struct act *act, struct buffer *out) {
  const struct form *form = &forms[act->kind];
  const bool cloud = form->shape == SHAPE_CLOUD;
  char memory[TRAFFIC_LINE_BYTES];
  struct buffer fields;
  buffer_init(&fields, memory, sizeof(memory));
  fields_of(act, &traffic->people[act->customer], &fields);
  assert(!fields.overflowed && fields.length > 0);
  buffer_put(out, cloud ? STR("{\"specversion\":\"1.0\",\"id\":\"") : STR("{\"id\":\""));
  buffer_print(out, "%llu-%07llu\"", (unsigned long long)(act->id / 10000000), (unsigned long long)(act->id % 10000000));
  buffer_print(out, ",\"source\":\"%s\",\"type\":\"%s\",\"%s\":\"c%07u\",\"time\":\"", form->source, form->type,
               cloud ? "subject" : "customer", act->customer + 1);
  buffer_time(out, act->time_ms, TRAFFIC_OFFSET_MINUTES);
  buffer_byte(out, '"');
  if (cloud) buffer_put(out, STR(",\"data\":{"));
  buffer_put(out, str_from(buffer_text(&fields), cloud ? 1 : 0));
  buffer_put(out, cloud ? STR("}}") : STR("}"));
}

/* ---- breaking ---- */

static void line_replace(struct buffer *line, struct str text) {
  buffer_reset(line);
  buffer_put(line, text);
}

/* Behind the opening bracket: a member that does not belong there. */
static void line_insert(struct buffer *line, struct str text) {
  char memory[TRAFFIC_LINE_BYTES];
  memcpy(memory, line->memory, line->length);
  const struct str rest = {memory + 1, line->length - 1};
  line_replace(line, STR("{"));
  buffer_put(line, text);
  buffer_put(line, rest);
}

void line_break(struct random *random, struct buffer *line) {
  switch (random_below(random, 10)) {
    case 0: line->length = line->length * 2 / 3; break;                           /* the writer died */
    case 1: line_insert(line, STR("\"source\":\"twin\",")); break;                /* a key twice */
    case 2: line_insert(line, STR("\"note\":\"\xc3\x28\",")); break;              /* not UTF-8 */
    case 3: line_insert(line, STR("\"note\":\"tab\there\",")); break;             /* a control character */
    case 4: line_insert(line, STR("\"score\":01,")); break;                       /* no number of JSON */
    case 5: line_insert(line, STR("\"note\":\"\\ud83d\",")); break;               /* half a surrogate pair */
    case 6: line_replace(line, STR("2026-12-04,c0000042,12.80,CNY,card")); break; /* somebody's CSV */
    case 7: line_replace(line, STR("")); break;
    case 8: buffer_put(line, STR("{\"id\":\"next\"}")); break; /* two objects on a line */
    default: line_insert(line, STR("\"x\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]],")); break;
  }
}
