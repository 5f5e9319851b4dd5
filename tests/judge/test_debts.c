/* Refunds and results of fulfilment in every order (docs/language.md section 8): payments, each with its gift, refunds in parts, before
 * their payment and again, and what fulfilment says of each gift, done, failed, again and otherwise, as the dice fall. Gifts of one rule
 * are owed, of another asked back; a debt is set off against whatever comes next, and may turn out to be none.
 *
 * In the end, whatever the order: what the customer was paid, of gifts that were not said to have failed, less what he owes, is the tenth
 * of what is left of the payments whose gift was delivered. No id is issued twice. And the pool has paid what its rules say. */
#include "judge/stage.h"

#define PAYMENTS 5u
#define STEPS 40u
#define IDS 64u
#define MINOR 12000 /* amounts are twelve parts of what makes whole tenths */
#define LAST_MINOR INT64_C(100000000)

struct policy {
  const char *name;
  bool restores, reissues;
};
static const struct policy policies[] = {{"kept, forfeited", false, false},
                                         {"kept, issued anew", false, true},
                                         {"restored, forfeited", true, false},
                                         {"restored, issued anew", true, true}};
#define POLICIES 4u

static const char campaign[] =
    "{'id':'c','version':1,'name':{'zh':'c','en':'c'},'period':{'from':'2026-12-01','to':'2027-01-31'},'audience':'everyone',"
    "'pools':{'money':{'budget':'1000000000.00'}},'on_failure':{'reward':'%s'},'rules':["
    "{'id':'owed','on':{'event':'txn.card_spend','when':{'merchant':'m0'}},'give':{'reward':'cash_back','value':{'percent':'10%%','of':"
    "'amount','max':'200000.00'},'pool':'money'},'limits':'unlimited','on_reversal':{'reward':'offset','partial':'prorate','pool':'%s'}},"
    "{'id':'back','on':{'event':'txn.card_spend','when':{'merchant':'m1'}},'give':{'reward':'cash_back','value':{'percent':'10%%','of':"
    "'amount','max':'200000.00'},'pool':'money'},'limits':'unlimited','on_reversal':{'reward':'revoke','partial':'prorate','pool':'%s'}}]}";

enum told { TOLD_NOTHING, TOLD_DONE, TOLD_FAILED };
struct one_id {
  char id[ID22_BYTES];
  uint32_t payment;
  enum told told;
  int64_t cash; /* paid out under it, less what was asked back */
};
struct payment {
  int64_t amount, left, first, repaid; /* first: what its gift paid out; repaid: of its debt, what later gifts were made smaller by */
  uint32_t ids;                        /* under which it was issued */
  uint32_t id[2];
  bool paid, asked_back; /* asked_back: all of its gift, before anything was said of it */
};
struct history {
  struct dice dice;
  struct stage *stage;
  const struct policy *policy;
  struct payment payments[PAYMENTS + 1];
  struct one_id ids[IDS];
  uint32_t id_count, event_count;
  uint32_t waived, repaid, reissued, failed; /* of all histories */
};

static bool is_owed(uint32_t payment) { return payment % 2 == 0; }

/* As far as anybody knows. */
static bool delivered(const struct history *h, const struct payment *payment) {
  return payment->ids > 0 && h->ids[payment->id[payment->ids - 1]].told != TOLD_FAILED;
}

/* ---- what is told ---- */

static struct one_id *id_find(struct history *h, const char *id) {
  for (uint32_t i = 0; i < h->id_count; i++)
    if (memcmp(h->ids[i].id, id, ID22_BYTES) == 0) return &h->ids[i];
  return NULL;
}

static void id_add(struct history *h, const struct gift *gift, uint32_t payment) {
  assert_null(id_find(h, gift->id)); /* nothing is issued twice */
  assert_true(h->id_count < IDS && gift->value_minor >= 0 && gift->count == 1);
  struct one_id *one = &h->ids[h->id_count];
  memcpy(one->id, gift->id, ID22_BYTES);
  one->payment = payment, one->told = TOLD_NOTHING, one->cash = gift->value_minor;
  if (gift->kind != GIFT_REPAID) h->payments[payment].id[h->payments[payment].ids++] = h->id_count;
  h->id_count++;
}

static void gift_back(struct history *h, const struct gift *gift) {
  struct one_id *one = id_find(h, gift->id);
  assert_non_null(one);
  one->cash -= gift->value_minor;
  assert_true(one->cash >= 0);
}

static void gift_told(struct history *h, const struct gift *gift, uint32_t payment) {
  const struct one_id *one = id_find(h, gift->id);
  switch (gift->kind) {
    case GIFT_REVOKED:
    case GIFT_REDUCED: gift_back(h, gift); break;
    case GIFT_REPAID: h->payments[payment].repaid += gift->value_minor, h->repaid++, id_add(h, gift, payment); break;
    case GIFT_REISSUED: h->reissued++, id_add(h, gift, payment); break;
    case GIFT_WAIVED: h->waived++; break;
    default:
      if (gift->kind == GIFT_OFFSET && one != NULL) break; /* owed: he has it all the same */
      h->payments[payment].first = gift->value_minor, id_add(h, gift, payment);
  }
}

static void line_happens(struct history *h, const char *line, uint32_t payment) {
  if (getenv("JUDGE_TRACE") != NULL) fprintf(stderr, "%s\n", line);
  const struct decision *d = stage_event(h->stage, line);
  for (uint32_t i = 0; i < d->gift_count; i++)
    if (d->gifts[i].kind != GIFT_UNDONE) gift_told(h, &d->gifts[i], payment);
  h->event_count++;
}

/* ---- what happens ---- */

static void line_begin(struct history *h, struct buffer *out, char *line, size_t size, const char *id, uint32_t number) {
  uint32_t minute = h->event_count * 11;
  buffer_init(out, line, size);
  buffer_print(out, "{\"id\":\"%s%u\",\"source\":\"t\",\"customer\":\"c1\",\"time\":\"2026-12-02T%02u:%02u:00+08:00\"", id, number,
               minute / 60, minute % 60);
}

static void pay(struct history *h, uint32_t number, int64_t amount) {
  struct buffer out;
  char line[512] = {0};
  struct payment *payment = &h->payments[number];
  line_begin(h, &out, line, sizeof line, "p", number);
  buffer_print(&out, ",\"type\":\"txn.card_spend\",\"amount_minor\":%lld,\"currency\":\"CNY\",\"merchant\":\"m%u\"}", (long long)amount,
               number % 2);
  payment->left += amount - payment->amount, payment->amount = amount, payment->paid = true;
  line_happens(h, line, number);
}

/* Before its payment as well, where that leaves nothing of the pool to be counted twice. */
static void refund(struct history *h, uint32_t number) {
  struct buffer out;
  char line[512] = {0};
  struct payment *payment = &h->payments[number];
  if (!payment->paid && !h->policy->restores) return;
  bool whole = dice_below(&h->dice, 3) == 0;
  int64_t part = payment->amount / 12 * (1 + dice_below(&h->dice, 8));
  line_begin(h, &out, line, sizeof line, "r", h->event_count);
  buffer_print(&out, ",\"type\":\"txn.reversed\",\"original_id\":\"p%u\"", number);
  if (!whole) buffer_print(&out, ",\"amount_minor\":%lld,\"currency\":\"CNY\"", (long long)part);
  buffer_print(&out, "}");
  payment->left = whole || part > payment->left ? 0 : payment->left - part;
  line_happens(h, line, number);
  payment->asked_back |= delivered(h, payment) && payment->left == 0;
}

/* What is said first stands. */
static void result(struct history *h, uint32_t number) {
  struct buffer out;
  char line[512] = {0};
  struct payment *payment = &h->payments[number];
  if (payment->ids == 0) return;
  struct one_id *one = &h->ids[payment->id[dice_below(&h->dice, payment->ids)]];
  bool failed = dice_below(&h->dice, 4) > 0;
  line_begin(h, &out, line, sizeof line, "f", h->event_count);
  buffer_print(&out, ",\"type\":\"fulfilment.result\",\"reward_id\":\"%.*s\",\"result\":\"%s\"}", ID22_BYTES, one->id,
               failed ? "failed" : "done");
  bool said = one->told != TOLD_NOTHING;
  if (!said) one->told = failed ? TOLD_FAILED : TOLD_DONE, h->failed += failed;
  line_happens(h, line, number);
}

static void step(struct history *h) {
  uint32_t number = dice_below(&h->dice, PAYMENTS), what = dice_below(&h->dice, 8);
  if (what < 3 && !h->payments[number].paid)
    pay(h, number, h->payments[number].amount);
  else if (what < 5)
    refund(h, number);
  else
    result(h, number);
}

/* ---- what must hold ---- */

/* Of all but the last payment, which shows what was owed by then. */
static void money_holds(struct history *h) {
  int64_t had = 0, due = 0, owed = LAST_MINOR / 10 - h->payments[PAYMENTS].first;
  for (uint32_t i = 0; i < h->id_count; i++)
    if (h->ids[i].payment != PAYMENTS && h->ids[i].told != TOLD_FAILED) had += h->ids[i].cash;
  for (uint32_t i = 0; i < PAYMENTS; i++)
    if (delivered(h, &h->payments[i])) due += h->payments[i].left / 10;
  assert_true(owed >= 0);
  if (had - owed != due) print_error("paid %lld, owed %lld, due %lld\n", (long long)had, (long long)owed, (long long)due);
  assert_true(had - owed == due);
}

/* Restored: what the payments' gifts are worth. Kept: what their gifts paid out, whatever was refunded, unless they failed while they
 * stood; then what of their debt went out. */
static int64_t pool_due(const struct history *h, uint32_t number) {
  const struct payment *payment = &h->payments[number];
  if (h->policy->restores) return delivered(h, payment) ? payment->left / 10 : 0;
  if (payment->ids > 0 && !is_owed(number) && payment->asked_back) return payment->first;
  return delivered(h, payment) ? payment->first : payment->repaid;
}

static void pool_holds(struct history *h) {
  int64_t due = h->policy->restores ? LAST_MINOR / 10 : h->payments[PAYMENTS].first, used = stage_pool(h->stage, "c/money").used;
  for (uint32_t i = 0; i < PAYMENTS; i++) due += pool_due(h, i);
  if (used != due) print_error("the pool has paid %lld, it must be %lld\n", (long long)used, (long long)due);
  assert_true(used == due);
}

static void history_begin(struct history *h, uint64_t seed) {
  place_free(h->stage->live), place_free(h->stage->stored);
  h->stage->live = place_new(false, 4096), h->stage->stored = place_new(true, 4096);
  h->dice = dice_of(seed), h->id_count = h->event_count = 0;
  memset(h->payments, 0, sizeof h->payments);
  for (uint32_t i = 0; i < PAYMENTS; i++) h->payments[i].amount = h->payments[i].left = MINOR * (1 + (int64_t)dice_below(&h->dice, 9));
}

static void histories_hold(struct history *h, uint64_t first, uint64_t count) {
  for (uint64_t seed = first; seed < first + count; seed++) {
    if (getenv("JUDGE_SEEDS") != NULL) fprintf(stderr, "%s, seed %llu\n", h->policy->name, (unsigned long long)seed);
    history_begin(h, seed);
    for (uint32_t i = 0; i < STEPS; i++) step(h);
    pay(h, PAYMENTS, LAST_MINOR);
    money_holds(h), pool_holds(h);
  }
}

static struct stage *policy_stage(const struct policy *policy) {
  char text[2048];
  const char *texts[] = {text}, *pool = policy->restores ? "restore" : "keep";
  int length = snprintf(text, sizeof text, campaign, policy->reissues ? "reissue" : "forfeit", pool, pool);
  assert_in_range(length, 1, sizeof text - 1);
  for (char *at = text; *at != 0; at++)
    if (*at == '\'') *at = '"';
  return stage_new(texts, 1);
}

static uint64_t number_of(const char *name, uint64_t otherwise) {
  const char *text = getenv(name);
  return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

/* By hand: JUDGE_FIRST=1 JUDGE_SEEDS=1000 judge_test_debts */
static void in_every_order_he_owes_what_he_had(void **unused) {
  (void)unused;
  for (uint32_t i = 0; i < POLICIES; i++) {
    struct history *h = calloc(1, sizeof *h);
    assert_non_null(h);
    h->policy = &policies[i], h->stage = policy_stage(h->policy);
    uint64_t count = number_of("JUDGE_SEEDS", 150);
    histories_hold(h, number_of("JUDGE_FIRST", 1), count);
    print_message("%s: %u failed, %u debts waived, %u repaid, %u issued anew\n", h->policy->name, h->failed, h->waived, h->repaid,
                  h->reissued);
    if (count >= 150) assert_true(h->failed > 200 && h->waived > 40 && h->repaid > 20 && (h->reissued > 40) == h->policy->reissues);
    stage_free(h->stage), free(h);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(in_every_order_he_owes_what_he_had)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
