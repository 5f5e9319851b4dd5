/* Sentences of the rule text, word for word in both languages: each operator, what has two ends, windows, gifts, limits, pools, policies.
 * The shipped campaigns' whole texts stand in deploy/campaigns/text (app.campaign_text_golden). */
#include "campaign/bench.h"
#include "giftd/wording.h"

#define TEXT_BYTES (256u * 1024u)

struct page {
  struct bench *bench;
  char *memory, *scratch;
};

static int setup(void **state) {
  struct page *page = calloc(1, sizeof *page);
  assert_non_null(page);
  page->bench = bench_new(), page->memory = malloc(TEXT_BYTES), page->scratch = malloc(TEXT_BYTES);
  assert_true(page->memory != NULL && page->scratch != NULL);
  *state = page;
  return 0;
}

static int teardown(void **state) {
  struct page *page = *state;
  bench_free(page->bench);
  free(page->memory);
  free(page->scratch);
  free(page);
  return 0;
}

static struct str text_of_campaign(struct page *page, const struct rulebook *book, enum language language) {
  struct arena scratch;
  struct buffer out;
  uint32_t campaign = 0;
  while (book->campaigns[campaign].programme) campaign++;
  arena_init(&scratch, page->scratch, TEXT_BYTES);
  buffer_init(&out, page->memory, TEXT_BYTES);
  assert_int_equal(wording_campaign(&out, book, campaign, language, &scratch, &page->bench->fault), STATUS_OK);
  return buffer_text(&out);
}

static void stands_in(struct page *page, const char *file, enum language language, const char *sentence) {
  struct str text = text_of_campaign(page, bench_good(page->bench, file), language);
  if (str_find(text, str_of(sentence)) == NULL) fail_msg("'%s' does not stand in:\n%.*s", sentence, STR_FORMAT(text));
}

struct row {
  const char *part, *en, *zh;
};

#define RULE(when) BENCH_HEAD "\"rules\":[{\"id\":\"r\",\"on\":\"txn.card_spend\",\"when\":" when "," BENCH_GIVE BENCH_LIMITS "}]}"

static const struct row conditions[] = {
    {RULE("{\"amount\":{\"gte\":\"200.00\"}}"), "- the amount is at least CNY 200.00.", "- 交易金额满200.00元（含）。"},
    {RULE("{\"amount\":{\"gt\":\"200.00\"}}"), "- the amount is more than CNY 200.00.", "- 交易金额超过200.00元（不含）。"},
    {RULE("{\"amount\":{\"lt\":\"200.00\"}}"), "- the amount is less than CNY 200.00.", "- 交易金额低于200.00元（不含）。"},
    {RULE("{\"amount\":{\"lte\":\"200.00\"}}"), "- the amount is at most CNY 200.00.", "- 交易金额不超过200.00元（含）。"},
    {RULE("{\"amount\":{\"gte\":\"1000.00\",\"lt\":\"5000.00\"}}"), "- the amount is at least CNY 1,000.00 and less than CNY 5,000.00.",
     "- 交易金额在1,000.00元（含）至5,000.00元（不含）之间。"},
    {RULE("{\"amount\":{\"gt\":\"1.00\",\"lte\":\"5.00\"}}"), "- the amount is more than CNY 1.00 and at most CNY 5.00.",
     "- 交易金额在1.00元（不含）至5.00元（含）之间。"},
    {RULE("{\"amount\":{\"between\":[\"1.00\",\"5.00\"]}}"), "- the amount is between CNY 1.00 and CNY 5.00 (both included).",
     "- 交易金额在1.00元至5.00元之间（两端均含）。"},
    {RULE("{\"channel\":\"qr\"}"), "- the channel is QR code.", "- 渠道为扫码。"},
    {RULE("{\"channel\":{\"ne\":\"qr\"}}"), "- the channel is not QR code.", "- 渠道不为扫码。"},
    {RULE("{\"channel\":[\"qr\",\"pos\",\"atm\"]}"), "- the channel is QR code, POS or ATM.", "- 渠道为扫码、POS机或自助设备。"},
    {RULE("{\"channel\":{\"not_in\":[\"qr\",\"pos\"]}}"), "- the channel is not QR code or POS.", "- 渠道不为扫码或POS机。"},
    {RULE("{\"merchant\":{\"exists\":true}}"), "- the merchant is known.", "- 有商户信息。"},
    {RULE("{\"merchant\":{\"exists\":false}}"), "- the merchant is not known.", "- 没有商户信息。"},
    {RULE("{\"mcc\":{\"in_list\":\"dining\"}}"), "- the merchant category code is in the list \"dining\".", "- 商户类别属于“餐饮”。"},
    {RULE("{\"mcc\":{\"not_in_list\":[\"dining\",\"tea\"]}}"),
     "- the merchant category code is not in the list \"dining, tea and drinks\".", "- 商户类别不属于“餐饮、茶饮”。"},
    {RULE("{\"city\":{\"same_as\":\"profile.region\"}}"), "- the city is the same as the customer's region.",
     "- 城市与客户资料中的地区相同。"},
    {RULE("{\"month\":{\"same_as\":\"profile.birthday\"}}"), "- the month is the month of the customer's birthday.",
     "- 发生月份与客户资料中的生日所在月份相同。"},
    {RULE("{\"month\":[6,7]}"), "- the month is June or July.", "- 发生月份为6月或7月。"},
    {RULE("{\"tag\":\"vip\"}"), "- the customer has the tag \"VIP\".", "- 客户具有标签“贵宾”。"},
    {RULE("{\"list\":{\"ne\":\"tea\"}}"), "- the customer is not on the list \"tea and drinks\".", "- 客户不在“茶饮”名单内。"},
    {RULE("{\"schedule\":{\"hours\":\"10:00-22:00\"}}"), "- it happens daily, 10:00 up to, but not including, 22:00.",
     "- 发生时间在每日10:00至22:00（不含）内。"},
    {RULE("{\"caused_by\":\"other\"}"), "- it was done by somebody else.", "- 该行为由他人发生。"},
    {RULE("{\"profile.real_name\":true}"), "- the customer's real-name status is yes.", "- 客户资料中的实名认证为是。"},
    {RULE("{\"fact.last_login\":{\"dormant_for\":\"P3M\"}}"),
     "- it is at least 3 months since the \"last login\" (whoever has had none does not qualify).",
     "- 距“最近一次登录”已满3个月（含；没有该项记录的客户不符合）。"},
    {RULE("{\"fact.last_login.at\":{\"newer_than\":\"PT24H\"}}"), "- the \"last login\" was at most 1 day ago.",
     "- 距“最近一次登录”不超过1天（含）。"},
    {RULE("{\"fact.last_login.at\":{\"gte\":\"2027-01-02\"}}"), "- the time of the \"last login\" is not before 2 January 2027, 00:00.",
     "- “最近一次登录”的时间不早于2027年1月2日00:00。"},
    {RULE("{\"fact.logins\":{\"gte\":2}}"), "- the \"number of logins on the day\" is at least 2.", "- “当日登录次数”达到2次（含）。"},
    {RULE("{\"any\":[{\"channel\":\"qr\"},{\"amount\":{\"gte\":\"9.00\"},\"merchant\":\"m1\"}]}"),
     "- the channel is QR code, or (the amount is at least CNY 9.00 and the merchant is \"m1\").",
     "- 渠道为扫码，或者（交易金额不低于9.00元，并且商户为“m1”）。"},
    {RULE("{\"tag\":\"segment:vip\"}"), "- the customer belongs to the group \"VIP\".", "- 客户属于“贵宾”客群。"},
    {RULE("{\"profile.age\":{\"gte\":18}}"), "- the customer's age is at least 18.", "- 客户资料中的年龄达到18周岁（含）。"},
    {RULE("{\"any\":[{\"fact.last_login\":{\"dormant_for\":\"P3M\"},\"channel\":\"qr\"},{\"tag\":\"vip\"}]}"),
     "- (it is at least 3 months since the \"last login\", which must be on record and the channel is QR code), or the customer has the "
     "tag",
     "- （距“最近一次登录”已满3个月且有该项记录，并且渠道为扫码），或者客户具有标签“贵宾”。"},
    {RULE("{\"fact.last_login\":{\"exists\":true}}"), "- the \"last login\" is on record.", "- “最近一次登录”已有记录。"},
    {RULE("{\"not\":{\"channel\":\"qr\"}}"), "- not this: (the channel is QR code).", "- 不属于以下情形：（渠道为扫码）。"},
};

#define GIVE(give) BENCH_HEAD "\"rules\":[{\"id\":\"r\",\"on\":\"txn.card_spend\",\"give\":" give "," BENCH_LIMITS "}]}"

static const struct row gifts[] = {
    {GIVE("{\"reward\":\"cash_back\",\"value\":{\"percent\":\"12.5%\",\"of\":\"amount\",\"max\":\"30.00\"},\"pool\":{\"budget\":\"90.00\"}"
          "}"),
     "**Gift:** cash back, 12.5% of the amount, at most CNY 30.00.", "**奖励**：返现，为交易金额的12.5%，最高30.00元。"},
    {GIVE("{\"reward\":\"goods\",\"value\":\"9.00\",\"count\":2,\"template\":\"MUG\",\"valid\":{\"for\":\"P30D\"},\"pool\":{\"stock\":9}}"),
     "**Gift:** goods (worth CNY 9.00, product MUG) × 2; valid for 30 days.",
     "**奖励**：实物（价值9.00元，产品编号MUG）×2；自发放起30天内有效。"},
    {GIVE("{\"reward\":\"cash_back\",\"pool\":{\"budget\":\"90.00\"},\"value\":{\"by\":\"amount\",\"bands\":[{\"from\":\"10.00\",\"value\":"
          "\"1.00\"},"
          "{\"from\":\"50.00\",\"value\":\"6.00\"}]}}"),
     "the value depends on the amount: CNY 10.00 to less than CNY 50.00: CNY 1.00; CNY 50.00 or more: CNY 6.00; below CNY 10.00: nothing",
     "10.00元（含）至50.00元（不含）为1.00元，50.00元（含）以上为6.00元，不足10.00元的不发放"},
    {GIVE("{\"first_of\":[{\"id\":\"a\",\"reward\":\"goods\",\"value\":\"9.00\",\"pool\":{\"stock\":9},\"when_empty\":\"queue\",\"still\":{"
          "\"tag\":\"vip\"}}]}"),
     "when it has run out, whoever qualifies waits in line, first come, first served, until there is more, and for 92 days at most, no "
     "longer than until",
     "发完后按先后顺序排队等候补充，最多等候92天，且不晚于"},
    {GIVE("{\"draw_of\":[{\"id\":\"a\",\"weight\":1,\"reward\":\"goods\",\"value\":\"9.00\",\"pool\":{\"stock\":9}},"
          "{\"id\":\"b\",\"weight\":2,\"nothing\":true}],\"when_empty\":\"lose\"}"),
     "- odds 1/3 (about 33.3333%): goods (worth CNY 9.00).\n- odds 2/3 (about 66.6667%): no prize.",
     "- 中奖概率1/3（约33.3333%）：实物（价值9.00元）。\n- 概率2/3（约66.6667%）：未中奖。"},
    {GIVE("{\"reward\":\"points\",\"value\":7,\"pool\":{\"budget\":70,\"pace\":{\"max\":14,\"period\":\"week\",\"carry_over\":true}}}"),
     "70 points in all, at most 14 points a week; what is not used is added to the next.",
     "总量70积分，每周最多14积分，当期余量转入下期。"},
    {GIVE("{\"reward\":\"voucher\",\"value\":\"5.00\",\"pool\":{\"stock\":{\"qr\":9,\"pos\":8},\"by\":\"channel\",\"pace\":{\"max\":2,"
          "\"period\":\"week\",\"at\":\"09:00\"}}}"),
     "by channel: QR code 9, POS 8; none for others; at most 2 a week for each channel (released on Mondays at 09:00); what is not used",
     "按渠道分配：扫码9份、POS机8份；其他没有名额；每个渠道每周最多2份（每周一09:00起发放），当期余量不转入下期。"},
    {GIVE("{\"reward\":\"voucher\",\"value\":\"5.00\",\"valid\":{\"to\":{\"end_of\":\"month\",\"plus\":\"P1M\"}},\"pool\":{\"stock\":9}}"),
     "can be used until 1 month after the end of the month in which it is given.", "有效期至发放当月最后一日24:00之后1个月止。"},
    {GIVE("{\"reward\":\"goods\",\"value\":\"1234567.00\",\"pool\":{\"stock\":1}}"), "goods (worth CNY 1,234,567.00)",
     "实物（价值1,234,567.00元）"},
    {GIVE("{\"reward\":\"voucher\",\"value\":\"5.00\",\"pool\":\"small\"}"),
     "gifts worth CNY 500.00 in all (shared with other campaigns); and within the budgets above it: gifts worth CNY 1,000.00 in all "
     "(shared "
     "with other campaigns).",
     "总额500.00元（与其他活动共用）；并受上级额度限制：总额1,000.00元（与其他活动共用）。"},
};

#define LIMIT(limit) BENCH_HEAD "\"rules\":[{\"id\":\"r\",\"on\":\"txn.card_spend\"," BENCH_GIVE "\"limits\":[" limit "]}]}"

static const struct row limits[] = {
    {LIMIT("{\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"}"), "- How often: each customer: at most once per day.\n",
     "- 次数与额度：每位客户每日最多1次。\n"},
    {LIMIT("{\"count\":1,\"per\":[\"customer\"],\"period\":{\"cycle\":\"profile.statement_day\"}}"),
     "- How often: each customer: at most once per month counted from the customer's statement day.\n",
     "- 次数与额度：每位客户按客户账单日起算的每月最多1次。\n"},
    {LIMIT("{\"count\":3,\"per\":[\"customer\",\"merchant\"],\"period\":{\"rolling\":\"P30D\"}}"),
     "the same customer and the same merchant: at most 3 times in any 30 days in a row; when one of these is not known nothing is given.",
     "同一客户、同一商户任意连续30天内最多3次；没有该项信息的，不予发放。"},
    {LIMIT("{\"amount\":\"80.00\",\"per\":[\"customer\"],\"period\":\"campaign\",\"at_limit\":\"partial\",\"least\":\"5.00\"}"),
     "each customer: at most CNY 80.00 in the whole campaign; a gift that would go above that is cut to what is left, and is not given "
     "when less than CNY 5.00 is left.",
     "每位客户活动期内最多80.00元；超出的，按剩余额度发放，剩余不足5.00元的不发放。"},
    {LIMIT("{\"count\":1,\"per_each\":[\"customer\",\"device\"],\"period\":\"ever\",\"missing\":\"skip\"}"),
     "each customer and each device, counted separately: at most once ever; what is not known is left out.",
     "同一客户、同一设备分别计算，不限时间累计最多1次；没有该项信息的，该项不计。"},
    {LIMIT("{\"count\":2,\"per\":[\"merchant\",\"day\"],\"period\":\"ever\"}"),
     "the same merchant, whoever the customer is: at most 2 times per day; when",
     "同一商户（不分客户）每日最多2次；没有该项信息的，不予发放。"},
    {LIMIT("\"card-once\""),
     "the same card, whoever the customer is: at most once ever; when one of these is not known nothing is given; counted together "
     "for all rules and campaigns that share this limit.",
     "同一张卡（不分客户）不限时间累计最多1次；没有该项信息的，不予发放；共用此限额的各规则和各活动合并计算。"},
};

#define DAILY "\"avg\":{\"measure\":\"daily_average\",\"of\":\"balance\",\"on\":\"balance.snapshot\",\"window\":\"month\"}"
#define SPENT "\"spent\":{\"measure\":\"sum\",\"of\":\"amount\",\"on\":{\"activity\":\"spend\"},\"window\":\"month\"}"
#define OWN "{\"cycle\":\"profile.statement_day\"}"
#define CYCLE "\"spent\":{\"measure\":\"sum\",\"of\":\"amount\",\"on\":{\"activity\":\"spend\"},\"window\":" OWN "}"
#define SINCE(end)                                                                                                              \
  "\"opened\":{\"first\":\"account.opened\"},\"spent\":{\"measure\":\"sum\",\"of\":\"amount\",\"on\":{\"activity\":\"spend\"}," \
  "\"window\":{\"since\":\"fact.opened\"," end "}}"
/* A campaign that goes on for long enough to close what it begins. */
#define LONG(facts, rule)                                                                                                       \
  "{\"id\":\"c\",\"version\":2,\"name\":{\"zh\":\"c\",\"en\":\"c\"},\"period\":{\"from\":\"2027-01-01\",\"to\":\"2027-03-31\"," \
  "\"closing\":\"P4M\"},\"audience\":\"everyone\",\"facts\":{" facts "},\"rules\":[{\"id\":\"r\"," rule "," BENCH_LIMITS "}]}"
#define PAY "\"give\":{\"reward\":\"voucher\",\"value\":\"5.00\",\"pool\":{\"stock\":10}}"
#define LADDER(pay)                                                                                                                   \
  "\"on\":{\"fact\":\"spent\"},\"give\":{\"reward\":\"cash_back\",\"pool\":{\"budget\":\"900.00\"},\"value\":{\"by\":\"fact.spent\"," \
  "\"bands\":[{\"from\":\"1000.00\",\"value\":\"10.00\"},{\"from\":\"5000.00\",\"value\":\"60.00\"}],\"pay\":\"" pay "\"}}"
#define LEVEL(words)                                                                                                      \
  DAILY                                                                                                                   \
  ",\"lift\":{\"level\":\"avg\",\"levels\":[{\"id\":\"six\",\"from\":\"600.00\"},{\"id\":\"ten\",\"from\":\"1000.00\"}]," \
  "\"every\":\"month\"" words "}"
#define RANK(ties)                                                                               \
  "\"on\":{\"close\":\"month\",\"delay\":\"P3D\"},\"when\":{\"fact.spent\":{\"gte\":\"9.00\"}}," \
  "\"rank\":{\"by\":\"fact.spent\",\"order\":\"highest\",\"top\":9" ties "},"
#define PLACES                                                                                                  \
  "\"give\":{\"reward\":\"cash_back\",\"pool\":{\"budget\":\"900.00\"},\"value\":{\"by\":\"place\",\"bands\":[" \
  "{\"from\":1,\"value\":\"50.00\"},{\"from\":2,\"value\":\"20.00\"},{\"from\":5,\"value\":\"30.00\"}]}}"
#define SHARED                                                                                                                      \
  "\"on\":{\"close\":\"month\",\"delay\":\"P3D\"},\"when\":{\"fact.spent\":{\"gte\":\"9.00\"}},\"give\":{\"reward\":\"cash_back\"," \
  "\"value\":{\"share_of\":{\"budget\":\"900.00\"},\"pot\":\"300.00\",\"by\":\"fact.spent\",\"max\":\"8.88\"}}"
#define LOT                                                                    \
  "\"on\":{\"close\":\"month\"},\"when\":{\"fact.spent\":{\"gte\":\"9.00\"}}," \
  "\"rank\":{\"by\":\"lot\",\"tickets\":\"fact.times\",\"most\":100,\"top\":9},"
#define TIMES SPENT ",\"times\":{\"measure\":\"count\",\"on\":\"login\",\"window\":\"month\"}"
#define MONEY(code)                                                                                                              \
  "{\"id\":\"c\",\"version\":2,\"name\":{\"zh\":\"c\",\"en\":\"c\"},\"period\":{\"from\":\"2027-07-01\",\"to\":\"2027-09-30\"}," \
  "\"currency\":\"" code "\",\"audience\":\"everyone\",\"rules\":[{\"id\":\"r\",\"on\":\"login\"," BENCH_GIVE BENCH_LIMITS "}]}"
#define ZONE(zone)                                                                                                              \
  "{\"id\":\"c\",\"version\":2,\"name\":{\"zh\":\"c\",\"en\":\"c\"},\"period\":{\"from\":\"2027-07-01\",\"to\":\"2027-09-30\"," \
  "\"zone\":\"" zone "\"},\"audience\":\"everyone\",\"rules\":[{\"id\":\"r\",\"on\":\"login\"," BENCH_GIVE BENCH_LIMITS "}]}"

#define OF_A_DAY                                                                                                                           \
  "{\"id\":\"c\",\"version\":2,\"name\":{\"zh\":\"c\",\"en\":\"c\"},\"period\":{\"from\":\"2027-07-01\",\"to\":\"2027-09-30\"},"           \
  "\"audience\":{\"include\":[\"segment:x\"],\"as_of\":\"2027-06-30\"},\"rules\":[{\"id\":\"r\",\"on\":\"login\"," BENCH_GIVE BENCH_LIMITS \
  "}]}"

/* What comes with time: zones, periods that close, days that come again, averages over days, steps that are kept. */
static const struct row times[] = {
    {ZONE("Europe/London"), "From 1 July 2027, 00:00 to 30 September 2027, 24:00 (London time, as the clocks there show it, summer time",
     "2027年7月1日00:00至2027年9月30日24:00（伦敦时间，含当地夏令时等时钟调整）"},
    {OF_A_DAY, "is settled at the end of 30 June 2027; what changes behind it counts for nothing here.",
     "标签和客群以2027年6月30日日终为准，此后的变化在本活动中不计。"},
    {MONEY("INR"), "Amounts are in INR (Indian rupees);", "金额均以印度卢比计；"},
    {MONEY("CNY"), "Amounts are in CNY (yuan);", "金额均以人民币计；"},
    {MONEY("FJD"), "Amounts are in FJD;", "金额均以FJD计；"},
    {ZONE("Asia/Tokyo"), "24:00 (Tokyo time)", "24:00（东京时间）"},
    {ZONE("Africa/Cairo"), "24:00 (time zone Africa/Cairo, as the clocks there show it",
     "24:00（时区Africa/Cairo，含当地夏令时等时钟调整）"},
    {ZONE("Asia/Kabul"), "24:00 (time zone Asia/Kabul, UTC+04:30)", "24:00（时区Asia/Kabul，UTC+04:30）"},
    {LONG(SPENT, "\"on\":{\"close\":\"month\",\"delay\":\"P3D\"},\"when\":{\"fact.spent\":{\"gte\":\"9.00\"}}," PAY),
     "**What counts:** 3 days after the end of each calendar month, when each customer's figures for that period are worked out (customers "
     "without any figures are left out). This must hold:",
     "**参与方式**：每月结束满3天时，统计客户该月的情况（没有可统计数据的客户除外），须符合以下条件："},
    {LONG(CYCLE, "\"on\":{\"close\":" OWN ",\"delay\":\"P1D\"},\"when\":{\"fact.spent\":{\"gte\":\"9.00\"}}," PAY),
     "**What counts:** 1 day after the end of each month counted from the customer's statement day, when each customer's figures",
     "**参与方式**：按客户账单日起算的每月结束满1天时，统计客户该月的情况"},
    {LONG(CYCLE, "\"on\":\"login\",\"when\":{\"fact.spent\":{\"gte\":\"9.00\"}}," PAY),
     "- the \"total amount of card or QR payments in the month counted from the customer's statement day\" is at least CNY 9.00.",
     "- “按客户账单日起算的当月刷卡或扫码消费累计金额”满9.00元（含）。"},
    {LONG(CYCLE, "\"on\":\"login\",\"when\":{\"fact.spent\":{\"gte\":\"9.00\"}}," PAY),
     "begins on the last day of a month that has no such day. When that day is changed, the new one applies from the next month on.",
     "当月无该日的，自当月最后一日起算；该日期变更的，自次月起适用；没有该日期的，不予计入。"},
    {LONG(SINCE("\"for\":\"P3M\""), "\"on\":\"login\",\"when\":{\"fact.spent\":{\"gte\":\"9.00\"}}," PAY),
     "payments within 3 months after the customer's first account opening\" is at least", "“首次开户后3个月内刷卡或扫码消费累计金额”"},
    {LONG(SINCE("\"to\":{\"end_of\":\"month\",\"plus\":\"P3M\"}"), "\"on\":\"login\",\"when\":{\"fact.spent\":{\"gte\":\"9.00\"}}," PAY),
     "from the customer's first account opening to 3 months after the end of the month in which that was",
     "“首次开户起至其当月最后一日24:00之后3个月止刷卡或扫码消费累计金额”"},
    {LONG(SPENT, "\"on\":{\"close\":\"campaign\"},\"when\":{\"fact.spent\":{\"gte\":\"9.00\"}}," PAY),
     "**What counts:** the end of the campaign, when", "**参与方式**：活动结束时，统计客户活动期内的情况"},
    {LONG(SPENT, RANK("") PAY),
     "(the highest first); where that is equal, a draw by computer decides. What counts is what has been recorded by then",
     "由高到低排名，取前9名；相同的，由系统随机排定。以届时已计入的为准"},
    {LONG(SPENT, RANK("") PAY),
     "Refunds change no place. When so much of what counts in the figures is refunded or undone, in full or in part, that a",
     "退款或撤销不改变名次；计入统计的交易退款或撤销（含部分退款）后不再符合条件的，收回已发放的奖励"},
    {LONG(SPENT, RANK("") PAY), "- How many: 10 gifts in all.", "- 数量：共10份。"}, /* who is first has it */
    {LONG(SPENT, "\"on\":{\"close\":\"month\"},\"when\":{\"fact.spent\":{\"gte\":\"9.00\"}}," PAY),
     "- How many (all are settled together; while they last): 10 gifts in all.", "- 数量（统一结算，发完为止）：共10份。"},
    {LONG(SPENT, "\"on\":{\"date\":\"profile.birthday\"}," PAY), "- How many (first come, first served): 10 gifts in all.",
     "- 数量（先到先得，发完为止）：共10份。"},
    {LONG(SPENT, RANK(",\"ties\":[\"fact.first_transfer.at\"]") PAY),
     "(the highest first); where that is equal, by the time of the \"first transfer\" (the earliest first); where all of these are equal, "
     "a",
     "由高到低排名，取前9名；相同的，依次按“首次转账”的时间由早到晚排列；仍相同的，由系统随机排定。"},
    {LONG(SPENT, SHARED), "the pot is divided among all customers who meet the conditions, in proportion to their figures, rounded down",
     "由所有符合上述条件的客户按各自数值占全体合计的比例瓜分奖池，向下取整"},
    {LONG(SPENT, SHARED), "cash back, a share of CNY 300.00 in proportion to the \"total amount of ",
     "占全体合计的比例瓜分300.00元，每人最高8.88元"},
    {LONG(SPENT, SHARED), "- The pot: CNY 900.00 in all", "- 奖池：总额900.00元"},
    {LONG(SPENT, SHARED), "the gift is taken back as a whole; otherwise it stays as it is", "全额收回已发放的奖励；其他情形不变"},
    {LONG(TIMES, LOT PAY),
     "a draw among all tickets of all customers who meet the conditions; each customer has as many as the \"number of logins in the "
     "month\" "
     "says, at most 100 tickets each; 9 customers win",
     "的全部签中抽取，签数按“当月登录次数”计，每位客户至多计100签；依次抽出9名中签客户"},
    {LONG(SPENT, RANK("") PLACES),
     "the value depends on the place in the ranking: place 1: CNY 50.00; places 2 to 4: CNY 20.00; from place 5 on: CNY 30.00.",
     "金额按名次分档：第1名为50.00元，第2至4名为20.00元，第5名起为30.00元。"},
    {LONG(SPENT, "\"on\":{\"date\":\"profile.birthday\",\"time\":\"09:00\"}," PAY),
     "**What counts:** each year, the customer's birthday, at 09:00 (in years without 29 February, 28 February counts).",
     "**参与方式**：客户生日当天09:00（2月29日的，平年按2月28日计）。"},
    {LONG(SPENT, "\"on\":{\"date\":\"fact.first_transfer.at\"}," PAY),
     "**What counts:** each year, the anniversary of the customer's \"first transfer\", at 00:00 (from the following year on;",
     "**参与方式**：客户每年“首次转账”的周年日00:00（自次年起；2月29日的，平年按2月28日计）。"},
    {LONG(DAILY, "\"on\":\"login\",\"when\":{\"fact.avg\":{\"gte\":\"9.00\"}}," PAY),
     "- the \"average daily balance in the month\" is at least", "- “当月日均余额”满9.00元（含）。"},
    {LONG(DAILY, "\"on\":\"login\",\"when\":{\"fact.avg\":{\"gte\":\"9.00\"}}," PAY),
     "the balance at the end of each day in the month, added up and divided by the number of days (before the period is over, of the days "
     "so "
     "far), rounded down to the smallest unit",
     "指当月内每日日终余额之和除以该期间天数所得的平均值（不足最小单位的舍去；期间未结束的，计至当日），以日终余额登记为准"},
    {LONG(LEVEL(",\"hold\":3,\"delay\":\"P9D\""), "\"on\":{\"fact\":\"lift\"}," PAY),
     "the customer reaches a \"step of the average daily balance in the month\" (CNY 600.00 or more or CNY 1,000.00 or more) for the first "
     "time and keeps it for the next 3 months.",
     "客户首次达到“当月日均余额档位”中的一档（满600.00元或满1,000.00元），并在其后连续3个月保持。"},
    {LONG(LEVEL(",\"hold\":3,\"delay\":\"P9D\""), "\"on\":{\"fact\":\"lift\"},\"when\":{\"level\":\"ten\"}," PAY),
     "- the step that was completed is CNY 1,000.00.", "- 完成的档位为1,000.00元。"},
    {LONG(LEVEL(",\"hold\":3,\"on_break\":\"restart\",\"fires\":\"each\""), "\"on\":{\"fact\":\"lift\"}," PAY),
     "begins again when it is next reached; it has to be reached within the campaign's period, and may be kept beyond its end; of several "
     "that are completed at once each counts.",
     "中途未保持的，再次达到时重新起算；须在活动期内达到，保持的时间可延续到活动结束之后；同时完成多档的，各档均计。"},
    {LONG(LEVEL(",\"once\":\"period\""), "\"on\":{\"fact\":\"lift\"}," PAY),
     "has reached at the end of each calendar month: CNY 600.00 or more and CNY 1,000.00 or more; a step is completed each time",
     "指每月结束时，按“当月日均余额”核定的档位，共2档：满600.00元、满1,000.00元，均含本数；每次核定时达到的，均为完成；"},
};

#define GROUPED(mode, priority)                                                                        \
  BENCH_HEAD "\"groups\":{\"g\":{\"mode\":\"" mode                                                     \
             "\"}},\"rules\":[{\"id\":\"a\",\"group\":\"g\",\"on\":\"login\"," BENCH_GIVE BENCH_LIMITS \
             "},"                                                                                      \
             "{\"id\":\"b\",\"group\":\"g\"" priority ",\"on\":\"login\"," BENCH_GIVE BENCH_LIMITS "}]}"

/* What has to do with other gifts and other customers: ladders, groups, failed deliveries, facts heard as another. */
#define CHANCE(id, event) "{\"id\":\"" id "\",\"on\":\"" event "\",\"give\":{\"reward\":\"chance\",\"chance\":\"c\"}," BENCH_LIMITS "},"
static const struct row others[] = {
    {BENCH_HEAD "\"rules\":[" CHANCE("a", "login")
         CHANCE("b", "checkin") "{\"id\":\"s\",\"on\":\"reward.claimed\",\"spends\":\"c\"," BENCH_GIVE BENCH_LIMITS "}]}",
     "Each time uses up one chance given by rule 1 or rule 2; of several the one that expires first.",
     "每次使用一次由规则一或规则二发放的机会，先到期的先使用。"},
    {LONG(SPENT, LADDER("top_up")), "whoever reaches a higher band later in the same period gets the difference.",
     "同一期间内升至更高档的，补发与已发放部分的差额。"},
    {LONG(SPENT, LADDER("top_up")), "at most once per day. The first payment and each difference count as once.",
     "每位客户每日最多1次。首次发放和每次补发差额各计1次。"},
    {LONG(SPENT, LADDER("each")),
     "at CNY 1,000.00: CNY 10.00; at CNY 5,000.00: another CNY 60.00; below CNY 1,000.00: nothing; each step once",
     "达到1,000.00元发放10.00元，达到5,000.00元再发放60.00元，不足1,000.00元的不发放；同一期间内每档只发放一次。"},
    {LONG(SPENT, LADDER("each")), "what is too much is taken back; a step that is reached again is given again as far as the limits allow.",
     "多发的部分收回；之后再次达到的，在次数和额度内重新发放。"},
    {GROUPED("first", ",\"priority\":1"),
     "1. Of rule 2 and rule 1 only one gives something for one and the same payment or act: they are tried in this order; where",
     "1. "
     "规则二、规则一为同组规则，同一笔交易或行为只享受其中一条：按上列顺序适用；不符合条件、次数或额度已用完、名额已发完的，顺延至下一条"
     "。"},
    {GROUPED("all", ""), "1. Rule 1 and rule 2 may both give something for one and the same payment or act.",
     "1. 规则一、规则二可同时享受：同一笔交易或行为符合多条规则的，分别奖励。"},
    {LONG(SPENT, "\"on\":\"login\",\"on_failure\":{\"reward\":\"forfeit\",\"limits\":\"restore\"}," PAY),
     "When a gift cannot be delivered, it is forfeited. It no longer counts towards the customer's limits, and it becomes available to "
     "other "
     "customers again.",
     "奖励未能成功发放的，该奖励作废。已占用的次数和额度恢复，名额退回供其他客户使用。"},
    {LONG(SPENT, "\"on\":\"login\",\"on_failure\":{\"reward\":\"reissue\",\"limits\":\"restore\"}," PAY),
     "When a gift cannot be delivered, it is issued once more; if that cannot be delivered either, it is forfeited. It no longer counts",
     "奖励未能成功发放的，重新发放一次；仍未成功的，该奖励作废。已占用的次数和额度恢复，名额退回供其他客户使用。"},
    {LONG(SPENT, "\"on\":\"login\",\"on_failure\":{\"pool\":\"keep\"}," PAY),
     "It still counts towards the customer's limits, and it is not given to anybody else.", "已占用的次数和额度不恢复，名额不退回。"},
    {LONG("\"family\":{\"measure\":\"sum\",\"of\":\"amount\",\"on\":{\"event\":\"txn.card_spend\",\"as\":[\"primary\",\"customer\"]},"
          "\"window\":\"month\"}",
          "\"on\":\"login\",\"when\":{\"fact.family\":{\"gte\":\"9.00\"}}," PAY),
     "adds up the amount of every card or QR payment (counted for the account holder named in it, or else for the customer) in the month",
     "指当月内刷卡或扫码消费（计入该笔交易登记的主账户人名下，没有登记的计入客户本人名下）的金额之和"},
    {LONG("\"brought\":{\"measure\":\"count\",\"on\":[{\"event\":\"login\",\"as\":\"primary\"},{\"event\":\"checkin\",\"as\":\"primary\"}],"
          "\"window\":\"month\"}",
          "\"on\":\"login\",\"when\":{\"fact.brought\":{\"gte\":2}}," PAY),
     "counts every login or check-in (all counted for the account holder named in it, or else for nobody) in the month",
     "指当月内登录或签到（均计入该行为登记的主账户人名下，没有登记或登记为客户本人的不计入）的次数"},
};

static void rows_stand(struct page *page, const struct row *rows, size_t count) {
  for (size_t i = 0; i < count; i++) {
    stands_in(page, rows[i].part, LANGUAGE_EN, rows[i].en);
    stands_in(page, rows[i].part, LANGUAGE_ZH, rows[i].zh);
  }
}
#define ROWS(rows) (rows), sizeof(rows) / sizeof *(rows)

static void what_must_hold(void **state) { rows_stand(*state, ROWS(conditions)); }
static void what_is_given(void **state) { rows_stand(*state, ROWS(gifts)); }
static void how_often(void **state) { rows_stand(*state, ROWS(limits)); }
static void when_it_is(void **state) { rows_stand(*state, ROWS(times)); }
static void beside_others(void **state) { rows_stand(*state, ROWS(others)); }

/* Two facts whose short names are alike are told apart by a number, in the order in which the text names them. */
static void alike_names(void **state) {
  static const char file[] = BENCH_HEAD
      "\"facts\":{\"a\":{\"measure\":\"count\",\"on\":\"login\",\"window\":\"month\"},"
      "\"b\":{\"measure\":\"count\",\"on\":{\"event\":\"login\",\"when\":{\"channel\":\"app\"}},\"window\":\"month\"}},"
      "\"rules\":[{\"id\":\"r\",\"on\":\"login\",\"when\":{\"fact.b\":{\"gte\":2},\"fact.a\":{\"gte\":3}}," BENCH_GIVE BENCH_LIMITS "}]}";
  stands_in(*state, file, LANGUAGE_ZH, "- “当月登录次数之一”达到2次（含）；\n- “当月登录次数之二”达到3次（含）。");
  stands_in(*state, file, LANGUAGE_ZH, "- “当月登录次数之二”：指当月内登录的次数；只计算活动期内的。（c/a）");
  stands_in(*state, file, LANGUAGE_EN, "- the \"number of logins in the month, no. 2\" is at least 3.");
}

/* What the bank calls its products, lists, tags, values and fields; a later file goes before an earlier one, and both before giftd. */
static void bank_names(void **state) {
  static const char first[] = "{\"names\":{\"MUG\":{\"zh\":\"杯子\",\"en\":\"mug\"},\"tea\":{\"zh\":\"奶茶店\",\"en\":\"tea shops\"}}}";
  static const char second[] =
      "{\"names\":{\"MUG\":{\"zh\":\"马克杯\",\"en\":\"coffee mug\"},\"m1\":{\"zh\":\"一号店\",\"en\":\"shop one\"},"
      "\"channel.qr\":{\"zh\":\"聚合码\",\"en\":\"common code\"}}}";
  static const char file[] = BENCH_HEAD
      "\"rules\":[{\"id\":\"r\",\"on\":\"txn.card_spend\",\"when\":{\"merchant\":\"m1\",\"channel\":\"qr\",\"mcc\":{\"in_list\":\"tea\"}},"
      "\"give\":{\"reward\":\"goods\",\"value\":\"5.00\",\"template\":\"MUG\",\"pool\":{\"stock\":10}}," BENCH_LIMITS "}]}";
  struct page *page = *state;
  struct bench *bench = page->bench;
  struct arena names;
  static unsigned char memory[65536];
  arena_init(&names, memory, sizeof memory);
  struct source sources[2] = {{STR("catalogue.json"), STR(first)}, {STR("catalogue-2.json"), STR(second)}};
  for (uint32_t i = 0; i < 2; i++)
    assert_int_equal(catalogue_extend(&bench->catalogue, sources[i], &names, &bench->findings, &bench->fault), STATUS_OK);
  stands_in(page, file, LANGUAGE_ZH, "- 商户为一号店；\n- 渠道为聚合码；\n- 商户类别属于“奶茶店”。");
  stands_in(page, file, LANGUAGE_ZH, "**奖励**：马克杯（实物，价值5.00元，产品编号MUG）。");
  stands_in(page, file, LANGUAGE_EN, "**Gift:** coffee mug (goods, worth CNY 5.00, product MUG).");
  bench->catalogue.name_count = 0;
}

/* What a bank need not publish stands nowhere. */
static void left_out(void **state) {
  static const char file[] =
      "{\"id\":\"c\",\"version\":2,\"name\":{\"zh\":\"c\",\"en\":\"c\"},\"period\":{\"from\":\"2027-01-01\",\"to\":\"2027-03-31\"},"
      "\"audience\":{\"include\":\"everyone\",\"holdout\":\"7.77%\"},"
      "\"pools\":{\"p\":{\"stock\":8,\"low_at\":[\"6.66%\"],\"funding\":[{\"party\":\"alliance\",\"share\":\"100%\"}]}},"
      "\"rules\":[{\"id\":\"r\",\"on\":\"login\",\"give\":{\"reward\":\"goods\",\"value\":\"1.00\",\"labels\":{\"line\":\"card-line\"},"
      "\"pool\":\"p\"}," BENCH_LIMITS "}]}";
  static const char *const words[] = {"7.77", "6.66", "alliance", "card-line", "denied"};
  struct page *page = *state;
  const struct rulebook *book = bench_good(page->bench, file);
  for (int language = LANGUAGE_EN; language <= LANGUAGE_ZH; language++)
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
      assert_null(str_find(text_of_campaign(page, book, (enum language)language), str_of(words[i])));
}

/* That the bank looks at gifts first, for how long, and what comes of silence; not at which. */
static void bank_reviews(void **state) {
  static const char own[] = BENCH_HEAD "\"rules\":[{\"id\":\"r\",\"on\":\"login\"," BENCH_GIVE BENCH_LIMITS
                                       ",\"review\":{\"within\":\"P1D\",\"otherwise\":\"pass\"}}]}";
  static const struct {
    const char *when, *campaign;
    const char *said[2][2]; /* of each language */
  } reviews[] = {{"",
                  RULE("{\"channel\":\"qr\"}"),
                  {{"The bank reviews each gift before it is issued. That takes up to 2 days; when nothing has been decided by then, it is "
                    "not issued. A ",
                    "and it is not issued anew."},
                   {"奖励须先经本行复核后发放，复核期限为2天，逾期未作决定的不予发放。复核未通过的，该奖励作废", "且不再补发。"}}},
                 {"\"when\":{\"amount\":{\"gte\":\"777.77\"}},",
                  own,
                  {{"The bank may review a gift before it is issued. That takes up to 2 days", "issued only if both say so. A gift"},
                   {"本行可对奖励先行复核，复核后发放，复核期限为2天", "两者均规定逾期发放的，方逾期发放。"}}}};
  struct page *page = *state;
  for (size_t i = 0; i < sizeof reviews / sizeof *reviews; i++) {
    char bank[400];
    (void)snprintf(bank, sizeof bank,
                   "{\"id\":\"bank\",\"version\":1,\"name\":{\"zh\":\"b\",\"en\":\"b\"},\"risk\":{\"review\":{%s\"within\":\"P2D\","
                   "\"otherwise\":\"refuse\"}}}",
                   reviews[i].when);
    const struct source sources[] = {{STR("bank.json"), str_of(bank)}, {STR("c.json"), str_of(reviews[i].campaign)}};
    bench_read(page->bench, sources, 2);
    assert_int_equal(page->bench->status, STATUS_OK);
    for (int language = LANGUAGE_EN; language <= LANGUAGE_ZH; language++) {
      struct str text = text_of_campaign(page, page->bench->book, (enum language)language);
      for (uint32_t k = 0; k < 2; k++) assert_non_null(str_find(text, str_of(reviews[i].said[language][k])));
      assert_null(str_find(text, STR("777.77")));
    }
  }
}

/* Whatever a file writes in its texts stays on its line. */
static void on_its_line(void **state) {
  static const char file[] =
      "{\"id\":\"c\",\"version\":2,\"name\":{\"zh\":\"c\",\"en\":\"a\\n# b\"},\"period\":{\"from\":\"2027-01-01\","
      "\"to\":\"2027-03-31\"},\"audience\":\"everyone\",\"rules\":[{\"id\":\"r\",\"on\":\"txn.card_spend\","
      "\"when\":{\"merchant\":\"m\\t\\n## 1\"}," BENCH_GIVE BENCH_LIMITS "}]}";
  stands_in(*state, file, LANGUAGE_EN, "# a # b: rules of the campaign\n");
  stands_in(*state, file, LANGUAGE_EN, "- the merchant is \"m  ## 1\".\n");
}

/* A text that does not fit is no text. */
static void too_small(void **state) {
  struct page *page = *state;
  const struct rulebook *book = bench_good(page->bench, RULE("{\"channel\":\"qr\"}"));
  struct arena scratch;
  struct buffer out;
  arena_init(&scratch, page->scratch, TEXT_BYTES);
  buffer_init(&out, page->memory, 100);
  assert_int_equal(wording_campaign(&out, book, 1, LANGUAGE_EN, &scratch, &page->bench->fault), STATUS_LIMIT);
  arena_init(&scratch, page->scratch, 16);
  assert_int_equal(wording_campaign(&out, book, 1, LANGUAGE_EN, &scratch, &page->bench->fault), STATUS_LIMIT);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_must_hold), cmocka_unit_test(what_is_given), cmocka_unit_test(how_often),
                                     cmocka_unit_test(when_it_is),     cmocka_unit_test(beside_others), cmocka_unit_test(alike_names),
                                     cmocka_unit_test(bank_names),     cmocka_unit_test(left_out),      cmocka_unit_test(too_small),
                                     cmocka_unit_test(on_its_line),    cmocka_unit_test(bank_reviews)};
  return cmocka_run_group_tests(tests, setup, teardown);
}
