/* What customers do on a day: one session is one customer with one intent - lunch, the weekend shopping, a look into the app - and what
 * follows from it: a refund days later, a second task after a login, a claim the day after. */
#include "parts.h"

#define MINUTE_MS (60 * MS_PER_SECOND)

/* ---- when ---- */

/* The hours of a day, in parts of a thousand. */
enum rhythm { RHYTHM_MEALS, RHYTHM_TEA, RHYTHM_SHOP, RHYTHM_WEB, RHYTHM_OFFICE, RHYTHM_APP };
static const uint16_t rhythms[][24] = {
    [RHYTHM_MEALS] = {4, 2, 0, 0, 0, 2, 12, 40, 30, 14, 20, 110, 190, 70, 20, 14, 24, 90, 160, 120, 50, 20, 8, 4},
    [RHYTHM_TEA] = {0, 0, 0, 0, 0, 0, 6, 30, 40, 50, 60, 40, 60, 110, 150, 160, 110, 60, 40, 40, 30, 14, 6, 0},
    [RHYTHM_SHOP] = {0, 0, 0, 0, 0, 0, 4, 20, 50, 90, 110, 80, 50, 60, 80, 90, 100, 90, 70, 60, 30, 14, 2, 0},
    [RHYTHM_WEB] = {30, 14, 6, 4, 2, 4, 10, 20, 30, 40, 50, 50, 60, 50, 40, 40, 40, 40, 50, 80, 110, 110, 80, 40},
    [RHYTHM_OFFICE] = {2, 0, 0, 0, 0, 0, 4, 20, 80, 150, 150, 100, 40, 60, 120, 110, 80, 40, 20, 10, 8, 4, 2, 0},
    [RHYTHM_APP] = {14, 6, 4, 2, 2, 6, 20, 60, 80, 70, 60, 60, 70, 60, 50, 50, 50, 60, 60, 60, 60, 50, 30, 16},
};

static int64_t time_by(struct traffic *traffic, enum rhythm rhythm) {
  uint32_t all = 0, hour = 0;
  for (uint32_t i = 0; i < 24; i++) all += rhythms[rhythm][i];
  uint32_t drawn = random_below(&traffic->random, all);
  while (drawn >= rhythms[rhythm][hour]) drawn -= rhythms[rhythm][hour++];
  return traffic->day_ms + hour * TRAFFIC_HOUR_MS + random_between(&traffic->random, 0, 3599) * MS_PER_SECOND;
}

/* ---- paying ---- */

struct scene {
  enum rhythm rhythm;
  uint16_t mccs[4];
  uint8_t mcc_count;
  uint16_t merchants;
  int64_t least, most; /* minor units */
};
enum { SCENE_DINING, SCENE_TEA, SCENE_MARKET, SCENE_SHOP, SCENE_WEB, SCENE_TRAVEL, SCENE_CASH };
static const struct scene scenes[] = {
    [SCENE_DINING] = {RHYTHM_MEALS, {5812, 5814, 5811, 5813}, 4, 900, 1200, 68000},
    [SCENE_TEA] = {RHYTHM_TEA, {5815}, 1, 300, 900, 6800},
    [SCENE_MARKET] = {RHYTHM_SHOP, {5411, 5311}, 2, 200, 1500, 128000},
    [SCENE_SHOP] = {RHYTHM_SHOP, {5651, 5732, 5912, 5541}, 4, 2000, 2000, 180000},
    [SCENE_WEB] = {RHYTHM_WEB, {5964, 5732, 5651, 7832}, 4, 1500, 900, 150000},
    [SCENE_TRAVEL] = {RHYTHM_WEB, {4722, 7011, 4111, 4511}, 4, 300, 20000, 680000},
    [SCENE_CASH] = {RHYTHM_OFFICE, {6011, 6051}, 2, 40, 10000, 500000},
};

/* Prices as people know them: 38.00, 26.80, 19.90, now and then any fen. */
static int64_t price(struct traffic *traffic, int64_t least, int64_t most) {
  static const int64_t ends[] = {0, 0, 0, 50, 80, 90};
  const int64_t amount = random_skewed(&traffic->random, least, most);
  return random_one_in(&traffic->random, 5) ? amount : amount / 100 * 100 + ends[random_below(&traffic->random, 6)];
}

static void refund_part(struct traffic *traffic, const struct act *original, int64_t amount_minor, int64_t time_ms) {
  struct act act = act_of(traffic, ACT_REVERSED, original->customer, time_ms);
  act.original_id = original->id;
  act.original_ms = original->time_ms;
  act.original_minor = original->amount_minor;
  act.amount_minor = amount_minor;
  act.currency = original->currency;
  act.word = (uint8_t)(random_one_in(&traffic->random, 6) ? 1 : 0);
  act_push(traffic, &act);
}

/* Whole, or a part, or a part and later the rest. An amount of 0 stands for all of it. */
static void refund(struct traffic *traffic, const struct act *original) {
  const int64_t first_ms = original->time_ms + random_skewed(&traffic->random, 20, 12 * 24 * 60) * MINUTE_MS;
  const uint32_t way = random_below(&traffic->random, 10);
  if (way < 6) {
    refund_part(traffic, original, 0, first_ms);
    return;
  }
  const int64_t part = original->amount_minor * random_between(&traffic->random, 10, 80) / 100 + 1;
  refund_part(traffic, original, part, first_ms);
  if (way == 9 && part < original->amount_minor) {
    refund_part(traffic, original, original->amount_minor - part, first_ms + random_between(&traffic->random, 1, 72) * TRAFFIC_HOUR_MS);
  }
}

static uint8_t spend_status(struct traffic *traffic) {
  const uint32_t n = random_below(&traffic->random, 100);
  return n < 94 ? STATUS_WORD_SETTLED : n < 97 ? STATUS_WORD_AUTHORISED : STATUS_WORD_FAILED;
}

/* The second card of some rests after the first days, until it wakes (R21). */
static uint8_t card_of(struct traffic *traffic, const struct person *person) {
  const uint8_t card = (uint8_t)random_below(&traffic->random, person->cards);
  return person->slept_card && card == 1 && traffic->day > 20 && traffic->day < person->wakes ? 0 : card;
}

static void spend(struct traffic *traffic, uint32_t who, int place) {
  const struct scene *scene = &scenes[place];
  struct act act = act_of(traffic, ACT_SPEND, who, time_by(traffic, scene->rhythm));
  act.amount_minor = price(traffic, scene->least, scene->most);
  act.mcc = scene->mccs[random_below(&traffic->random, scene->mcc_count)];
  act.other = random_below(&traffic->random, scene->merchants) * 7 + (uint32_t)place;
  act.channel = place == SCENE_WEB || place == SCENE_TRAVEL       ? CHANNEL_ONLINE
                : (uint8_t)random_below(&traffic->random, 3) == 0 ? CHANNEL_POS
                                                                  : CHANNEL_QR;
  act.status = spend_status(traffic);
  act.card = card_of(traffic, &traffic->people[who]);
  act.currency = place == SCENE_TRAVEL && random_one_in(&traffic->random, 6) ? (uint8_t)random_between(&traffic->random, 1, 3) : 0;
  act_push(traffic, &act);
  if (act.status == STATUS_WORD_AUTHORISED) { /* its settlement follows, with an id of its own */
    struct act settled = act_of(traffic, ACT_SPEND, who, act.time_ms + random_between(&traffic->random, 6, 30) * TRAFFIC_HOUR_MS);
    const struct act when = settled;
    settled = act;
    settled.id = when.id, settled.at_ms = settled.time_ms = when.time_ms, settled.status = STATUS_WORD_SETTLED;
    settled.original_id = act.id; /* the authorisation it belongs to */
    act_push(traffic, &settled);
  } else if (act.status == STATUS_WORD_SETTLED && random_one_in(&traffic->random, place == SCENE_WEB ? 18 : 60)) {
    refund(traffic, &act);
  }
}

/* ---- in the app ---- */

static struct act in_app(struct traffic *traffic, enum act_kind kind, uint32_t who, int64_t time_ms, uint32_t words) {
  struct act act = act_of(traffic, kind, who, time_ms);
  act.channel = CHANNEL_APP;
  act.word = (uint8_t)(words == 0 ? 0 : random_below(&traffic->random, words));
  return act;
}

static void push_in_app(struct traffic *traffic, enum act_kind kind, uint32_t who, int64_t time_ms, uint32_t word) {
  struct act act = in_app(traffic, kind, who, time_ms, 0);
  act.word = (uint8_t)word;
  act_push(traffic, &act);
}

static void browse(struct traffic *traffic, uint32_t who) {
  int64_t time_ms = time_by(traffic, RHYTHM_APP);
  if (!(traffic->people[who].away_from_app && traffic->day > 20 && traffic->day < 125 + (int32_t)(who % 80)))
    push_in_app(traffic, ACT_LOGIN, who, time_ms, 0);
  for (uint32_t pages = random_below(&traffic->random, 3); pages > 0; pages--) {
    time_ms += random_between(&traffic->random, 5, 90) * MS_PER_SECOND;
    push_in_app(traffic, ACT_PAGE, who, time_ms, random_below(&traffic->random, 6));
  }
}

static void claim(struct traffic *traffic, uint32_t who) { push_in_app(traffic, ACT_CLAIMED, who, time_by(traffic, RHYTHM_APP), 0); }

static void bind(struct traffic *traffic, uint32_t who, int64_t time_ms) {
  const uint32_t wallet = random_below(&traffic->random, 4);
  struct person *person = &traffic->people[who];
  if (person->bound[wallet] && !random_one_in(&traffic->random, 8)) return; /* a few bind what was bound before */
  person->bound[wallet] = true;
  push_in_app(traffic, ACT_BOUND, who, time_ms, wallet);
}

static void certify(struct traffic *traffic, uint32_t who) {
  struct person *person = &traffic->people[who];
  const int64_t time_ms = time_by(traffic, RHYTHM_OFFICE);
  if (person->certified && !random_one_in(&traffic->random, 10)) return;
  person->certified = true;
  push_in_app(traffic, ACT_CERT, who, time_ms, random_one_in(&traffic->random, 6) ? 1 : 0);
  if (random_one_in(&traffic->random, 8)) push_in_app(traffic, ACT_CLAIMED, who, time_ms + 5 * MINUTE_MS, 0); /* too early */
  push_in_app(traffic, ACT_CLAIMED, who, time_ms + random_between(&traffic->random, 1, 20) * MS_PER_DAY, 0);
}

/* ---- other business ---- */

struct deal {
  enum act_kind kind;
  enum rhythm rhythm;
  uint32_t words;
  int64_t least, most;
};
enum { DEAL_TRANSFER, DEAL_BILL, DEAL_WEALTH, DEAL_LOAN, DEAL_FX, DEAL_INSTALMENT };
static const struct deal deals[] = {
    [DEAL_TRANSFER] = {ACT_TRANSFER, RHYTHM_APP, 12, 5000, 3000000}, [DEAL_BILL] = {ACT_BILL, RHYTHM_WEB, 5, 3000, 60000},
    [DEAL_WEALTH] = {ACT_WEALTH, RHYTHM_OFFICE, 4, 50000, 30000000}, [DEAL_LOAN] = {ACT_LOAN, RHYTHM_OFFICE, 2, 500000, 30000000},
    [DEAL_FX] = {ACT_FX, RHYTHM_OFFICE, 0, 30000, 4000000},          [DEAL_INSTALMENT] = {ACT_INSTALMENT, RHYTHM_WEB, 2, 60000, 2400000},
};

static void deal(struct traffic *traffic, uint32_t who, int place) {
  const struct deal *kind = &deals[place];
  struct act act = in_app(traffic, kind->kind, who, time_by(traffic, kind->rhythm), kind->words);
  act.amount_minor = random_skewed(&traffic->random, kind->least, kind->most) / 1000 * 1000;
  if (random_one_in(&traffic->random, 5) && place != DEAL_BILL) act.channel = CHANNEL_COUNTER;
  act_push(traffic, &act);
}

static void other(struct traffic *traffic, uint32_t who) {
  static const struct {
    enum act_kind kind;
    uint32_t words;
  } kinds[] = {{ACT_CHECKIN, 0}, {ACT_CHECKIN, 0},  {ACT_CHECKIN, 0}, {ACT_REDEEMED, 0},
               {ACT_SIGNED, 3},  {ACT_ASSESSED, 5}, {ACT_TICKET, 0},  {ACT_RATED, 0}};
  const uint32_t n = random_below(&traffic->random, sizeof(kinds) / sizeof(kinds[0]));
  struct act act = in_app(traffic, kinds[n].kind, who, time_by(traffic, RHYTHM_OFFICE), kinds[n].words);
  act.amount_minor = random_between(&traffic->random, 1, 50) * 100; /* points */
  act_push(traffic, &act);
}

/* ---- a session ---- */

enum intent {
  INTENT_DINING,
  INTENT_TEA,
  INTENT_MARKET,
  INTENT_SHOP,
  INTENT_WEB,
  INTENT_TRAVEL,
  INTENT_CASH,
  INTENT_BROWSE,
  INTENT_TRANSFER,
  INTENT_BILL,
  INTENT_WEALTH,
  INTENT_LOAN,
  INTENT_FX,
  INTENT_INSTALMENT,
  INTENT_BIND,
  INTENT_CERT,
  INTENT_CLAIM,
  INTENT_OTHER,
  INTENT_COUNT
};
static const uint16_t intents[INTENT_COUNT][3] =
    {/* Monday to Thursday, Friday, weekend */
     [INTENT_DINING] = {130, 280, 190}, [INTENT_TEA] = {80, 90, 100},    [INTENT_MARKET] = {60, 60, 190}, [INTENT_SHOP] = {80, 80, 130},
     [INTENT_WEB] = {110, 100, 110},    [INTENT_TRAVEL] = {14, 20, 16},  [INTENT_CASH] = {8, 8, 6},       [INTENT_BROWSE] = {200, 190, 150},
     [INTENT_TRANSFER] = {90, 90, 50},  [INTENT_BILL] = {40, 30, 30},    [INTENT_WEALTH] = {14, 14, 3},   [INTENT_LOAN] = {5, 5, 2},
     [INTENT_FX] = {5, 5, 1},           [INTENT_INSTALMENT] = {5, 5, 5}, [INTENT_BIND] = {12, 12, 12},    [INTENT_CERT] = {9, 9, 4},
     [INTENT_CLAIM] = {30, 30, 30},     [INTENT_OTHER] = {60, 50, 40}};

static enum intent intent_of(struct traffic *traffic) {
  const int32_t weekday = weekday_of_day((traffic->day_ms + TRAFFIC_OFFSET_MS) / MS_PER_DAY);
  const int column = weekday == 5 ? 1 : weekday > 5 ? 2 : 0;
  uint32_t all = 0, found = 0;
  for (uint32_t i = 0; i < INTENT_COUNT; i++) all += intents[i][column];
  uint32_t drawn = random_below(&traffic->random, all);
  while (drawn >= intents[found][column]) drawn -= intents[found++][column];
  return (enum intent)found;
}

void traffic_session(struct traffic *traffic) {
  const uint32_t who = traffic_pick(traffic);
  switch (intent_of(traffic)) {
    case INTENT_DINING: spend(traffic, who, SCENE_DINING); break;
    case INTENT_TEA: spend(traffic, who, SCENE_TEA); break;
    case INTENT_MARKET: spend(traffic, who, SCENE_MARKET); break;
    case INTENT_SHOP: spend(traffic, who, SCENE_SHOP); break;
    case INTENT_WEB: spend(traffic, who, SCENE_WEB); break;
    case INTENT_TRAVEL: spend(traffic, who, SCENE_TRAVEL); break;
    case INTENT_CASH: spend(traffic, who, SCENE_CASH); break;
    case INTENT_BROWSE: browse(traffic, who); break;
    case INTENT_TRANSFER: deal(traffic, who, DEAL_TRANSFER); break;
    case INTENT_BILL: deal(traffic, who, DEAL_BILL); break;
    case INTENT_WEALTH: deal(traffic, who, DEAL_WEALTH); break;
    case INTENT_LOAN: deal(traffic, who, DEAL_LOAN); break;
    case INTENT_FX: deal(traffic, who, DEAL_FX); break;
    case INTENT_INSTALMENT: deal(traffic, who, DEAL_INSTALMENT); break;
    case INTENT_BIND: bind(traffic, who, time_by(traffic, RHYTHM_APP)); break;
    case INTENT_CERT: certify(traffic, who); break;
    case INTENT_CLAIM: claim(traffic, who); break;
    case INTENT_OTHER: other(traffic, who); break;
    case INTENT_COUNT: break;
  }
}

/* ---- what the calendar brings ---- */

static void salary(struct traffic *traffic, uint32_t who) {
  struct act act = act_of(traffic, ACT_SALARY, who,
                          traffic->day_ms + 6 * TRAFFIC_HOUR_MS + random_between(&traffic->random, 0, 4 * 3600) * MS_PER_SECOND);
  act.amount_minor = traffic->people[who].salary_minor;
  act_push(traffic, &act);
}

/* A sleeper is back: logs in, looks at the assets, most do the risk assessment too, some days later; a payment follows. */
static void wake(struct traffic *traffic, uint32_t who) {
  const int64_t time_ms = time_by(traffic, RHYTHM_APP);
  push_in_app(traffic, ACT_LOGIN, who, time_ms, 0);
  push_in_app(traffic, ACT_PAGE, who, time_ms + MINUTE_MS, 1);
  if (!random_one_in(&traffic->random, 4))
    push_in_app(traffic, ACT_ASSESSED, who, time_ms + random_skewed(&traffic->random, 3, 6 * 24 * 60) * MINUTE_MS, 2);
}

static void join(struct traffic *traffic, uint32_t who) {
  const int64_t time_ms = time_by(traffic, RHYTHM_OFFICE);
  struct act act = act_of(traffic, ACT_OPENED, who, time_ms);
  act.other = random_one_in(&traffic->random, 3) ? traffic_pick(traffic) + 1 : 0; /* referrer + 1 */
  act.channel = CHANNEL_COUNTER;
  act_push(traffic, &act);
  push_in_app(traffic, ACT_PROFILE, who, time_ms, 0);
  push_in_app(traffic, ACT_CARD, who, time_ms + 5 * MINUTE_MS, random_below(&traffic->random, 3));
  push_in_app(traffic, ACT_REGISTERED, who, time_ms + 20 * MINUTE_MS, 0);
  push_in_app(traffic, ACT_LOGIN, who, time_ms + 25 * MINUTE_MS, 0);
  bind(traffic, who, time_ms + 40 * MINUTE_MS);
}

void traffic_begin(struct traffic *traffic) {
  for (uint32_t who = 0; who < traffic->customers; who++) {
    if (traffic->people[who].joins > 0) continue;
    push_in_app(traffic, ACT_PROFILE, who, traffic->day_ms + (int64_t)who % 3600 * MS_PER_SECOND, 0);
  }
}

/* Sleepers were customers once: one payment and one login in their last days awake. */
static void last_days(struct traffic *traffic, uint32_t who) {
  push_in_app(traffic, ACT_LOGIN, who, time_by(traffic, RHYTHM_APP), 0);
  spend(traffic, who, SCENE_SHOP);
}

void traffic_duties(struct traffic *traffic) {
  const struct civil today = civil_from_ms(traffic->day_ms + TRAFFIC_OFFSET_MS);
  for (uint32_t who = 0; who < traffic->customers; who++) {
    const struct person *person = &traffic->people[who];
    if (person->joins > 0 && person->joins == traffic->day) join(traffic, who);
    if (person->sleeps >= 0 && person->sleeps == traffic->day) last_days(traffic, who);
    if (person->sleeps >= 0 && person->wakes == traffic->day) wake(traffic, who);
    if (person->slept_card && (traffic->day == 3 || traffic->day == person->wakes)) spend(traffic, who, SCENE_SHOP);
    if (person->away_from_app && traffic->day == 5 + (int32_t)(who % 10))
      push_in_app(traffic, ACT_LOGIN, who, time_by(traffic, RHYTHM_APP), 0);
    if (person->payroll && person->payday == today.day && person->joins < traffic->day) salary(traffic, who);
  }
}
