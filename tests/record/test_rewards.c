/* What goes out for each kind of gift and for watermarks, byte for byte; and that ids are valid idempotency numbers. */
#include "fixture.h"

#define OPEN(id, type)                                                               \
  "{\"specversion\":\"1.0\",\"id\":\"" id "\",\"source\":\"giftd\",\"type\":\"" type \
  "\",\"subject\":\"c1\","                                                           \
  "\"time\":\"2026-12-04T12:30:00+08:00\",\"data\":{"
#define GIFT_ID "AAAAAAAAAAAAAAAAAAAAAA"
#define BASE(rule) "\"campaign\":\"weekend\",\"campaign_version\":3,\"rule\":\"" rule "\","
#define SOURCE "\"source_events\":[\"card-core/pay2\"]"
/* Half price of card-core/pay2, with labels and funding. */
#define HALF_ITEM "\"item\":\"half\",\"reward\":\"instant_discount\","
#define HALF_TAIL "\"quantity\":1,\"template\":\"T-1\",\"labels\":{\"line\":\"cards\",\"scope\":\"dining \\\"north\\\"\"},"
#define FUNDING "\"pool\":\"weekend/half\",\"funding\":[{\"party\":\"bank\",\"share\":\"60%\"},{\"party\":\"merchant\",\"share\":\"40%\"}],"

#define REFUND                                                                                                       \
  "{\"specversion\":\"1.0\",\"id\":\"undo1\",\"source\":\"card-core\",\"type\":\"txn.reversed\",\"subject\":\"c1\"," \
  "\"time\":\"2026-12-04T12:30:00+08:00\",\"data\":{\"original_id\":\"pay2\"}}"

static struct gift issued(void) {
  struct gift gift = fixture_gift(GIFT_ISSUED, R_HALF, I_HALF, 4000);
  gift.pool = P_HALF;
  gift.valid_from_ms = FRIDAY_MS, gift.valid_to_ms = FRIDAY_MS + 7 * MS_PER_DAY;
  return gift;
}
static struct gift cut_and_set_off(void) {
  struct gift gift = fixture_gift(GIFT_ISSUED, R_HALF, I_HALF, 1234);
  gift.partial = true, gift.cut_by = L_MONTH, gift.uncut_minor = 5000, gift.offset_minor = 66;
  return gift;
}
static struct gift substituted(void) {
  struct gift gift = fixture_gift(GIFT_SUBSTITUTED, R_HALF, I_OTHER, 4000);
  gift.instead_of = I_HALF;
  return gift;
}
static struct gift bundle(void) { return fixture_gift(GIFT_ISSUED, R_PACK, I_BUNDLE, 0); }
static struct gift points(void) { return fixture_gift(GIFT_ISSUED, R_PACK, I_POINTS, 500); }
static struct gift goods(void) {
  struct gift gift = fixture_gift(GIFT_ISSUED, R_PACK, I_GOODS, 0);
  gift.count = 2;
  return gift;
}
static struct gift chance(void) {
  struct gift gift = fixture_gift(GIFT_CHANCE, R_PACK, I_CHANCE, 0);
  gift.count = 3, gift.valid_to_ms = FRIDAY_MS + MS_PER_DAY;
  return gift;
}
static struct gift prize(void) {
  struct gift gift = fixture_gift(GIFT_ISSUED, R_DRAW, I_PRIZE, 88800);
  gift.weight_drawn = 0, gift.weight_total = 100;
  return gift;
}

struct gift_case {
  struct gift (*make)(void);
  const char *line, *en, *zh;
};
static const struct gift_case gift_cases[] = {
    {issued,
     OPEN(GIFT_ID, "gift.reward.issued") BASE("half") HALF_ITEM
     "\"value_minor\":4000,\"currency\":\"CNY\"," HALF_TAIL FUNDING SOURCE
     ",\"valid_from\":\"2026-12-04T12:30:00+08:00\",\"valid_until\":\"2026-12-11T12:30:00+08:00\"}}\n",
     "gave instant_discount 40.00 CNY", "发放 立减金 40.00 CNY"},
    {cut_and_set_off,
     OPEN(GIFT_ID, "gift.reward.issued") BASE("half") HALF_ITEM "\"value_minor\":1234,\"currency\":\"CNY\"," HALF_TAIL SOURCE
                                                                ",\"offset_minor\":66,\"partial\":true}}\n",
     "gave instant_discount 12.34 CNY (cut from 50.00 by limit 300.00 per customer, month)",
     "发放 立减金 12.34 CNY(原 50.00,受限于额度 每客户每月 300.00)"},
    {substituted,
     OPEN(GIFT_ID, "gift.reward.substituted")
         BASE("half") "\"item\":\"other\",\"reward\":\"voucher\",\"value_minor\":4000,\"currency\":\"CNY\","
                      "\"quantity\":1," SOURCE ",\"substituted_from\":\"half\"}}\n",
     "gave voucher 40.00 CNY instead of half", "发放 券 40.00 CNY,代替 half"},
    {bundle,
     OPEN(GIFT_ID, "gift.reward.issued")
         BASE("pack") "\"item\":\"set\",\"reward\":\"bundle\",\"quantity\":1,\"contents\":[{\"item\":\"tea\","
                      "\"reward\":\"voucher\",\"value_minor\":1000,\"currency\":\"CNY\",\"quantity\":2,\"template\":\"T-2\"},{\"item\":"
                      "\"score\",\"reward\":\"points\","
                      "\"value_minor\":88,\"quantity\":1}]," SOURCE "}}\n",
     "gave bundle", "发放 券包"},
    {points,
     OPEN(GIFT_ID, "gift.reward.issued") BASE("pack") "\"item\":\"points\",\"reward\":\"points\",\"value_minor\":500,\"quantity\":1," SOURCE
                                                      "}}\n",
     "gave points 500", "发放 积分 500"},
    {goods, OPEN(GIFT_ID, "gift.reward.issued") BASE("pack") "\"item\":\"cup\",\"reward\":\"goods\",\"quantity\":2," SOURCE "}}\n",
     "gave goods x 2", "发放 实物 x 2"},
    {chance,
     OPEN(GIFT_ID, "gift.reward.issued")
         BASE("pack") "\"item\":\"ticket\",\"reward\":\"chance\",\"chance\":\"weekend/pack\",\"count\":3," SOURCE
                      ",\"valid_until\":\"2026-12-05T12:30:00+08:00\"}}\n",
     "gave chance weekend/pack x 3", "发放 机会 weekend/pack x 3"},
    {prize,
     OPEN(GIFT_ID, "gift.reward.issued")
         BASE("draw") "\"item\":\"prize\",\"reward\":\"cash_back\",\"value_minor\":88800,\"currency\":\"CNY\","
                      "\"quantity\":1," SOURCE ",\"draw\":{\"number\":0,\"of\":100}}}\n",
     "gave cash_back 888.00 CNY", "发放 返现 888.00 CNY"},
};

static void assert_line(struct str event_line, const struct gift *gift, const char *expected) {
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(event_line);
  struct decision *decision = fixture_decision();
  struct buffer out = text_buffer();
  decision->gifts[decision->gift_count++] = *gift;
  assert_int_equal(record_rewards(&out, &rulebook, &event, decision), 1);
  assert_text(buffer_text(&out), expected);
}

static void assert_words(const struct gift *gift, enum reason reason, enum language language, const char *expected) {
  struct rulebook rulebook = fixture_rulebook();
  struct decision *decision = fixture_decision();
  struct buffer out = text_buffer();
  decision->gifts[decision->gift_count++] = *gift;
  struct outcome outcome = fixture_outcome(gift->rule, reason);
  outcome.gift_count = 1;
  decision_add(decision, outcome);
  record_outcome_line(&out, &rulebook, decision, 0, language);
  struct str name = rulebook.rules[gift->rule].name;
  assert_true(str_starts(buffer_text(&out), name));
  assert_text(str_from(buffer_text(&out), name.length + 2), expected);
}

static void gifts(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof gift_cases / sizeof *gift_cases; i++) {
    struct gift gift = gift_cases[i].make();
    assert_line(STR(SPEND), &gift, gift_cases[i].line);
    assert_words(&gift, REASON_GIVEN, LANGUAGE_EN, gift_cases[i].en);
    assert_words(&gift, REASON_GIVEN, LANGUAGE_ZH, gift_cases[i].zh);
  }
}

/* ---- taken back ---- */

struct back_case {
  enum gift_kind kind;
  char letter;
  const char *type, *en, *zh;
};
static const struct back_case back_cases[] = {
    {GIFT_REVOKED, 'r', "gift.reward.revoked", "REVERSED took back instant_discount 40.00 CNY", "REVERSED 收回 立减金 40.00 CNY"},
    {GIFT_REDUCED, 'd', "gift.reward.reduced", "REVERSED took back a part: instant_discount 40.00 CNY",
     "REVERSED 部分收回 立减金 40.00 CNY"},
    {GIFT_OFFSET, 'o', "gift.reward.offset", "REVERSED set off instant_discount 40.00 CNY", "REVERSED 冲抵 立减金 40.00 CNY"},
    {GIFT_WAIVED, 'w', "gift.reward.waived",
     "REVERSED since the gift was never delivered, nothing is owed any more for instant_discount 40.00 CNY",
     "REVERSED 奖励未能成功发放,不再抵扣 立减金 40.00 CNY"}};

static void taken_back(void **state) {
  (void)state;
  fixture_rulebook();
  struct event event = fixture_event(STR(REFUND));
  for (size_t i = 0; i < sizeof back_cases / sizeof *back_cases; i++) {
    struct gift gift = fixture_gift(back_cases[i].kind, R_HALF, I_HALF, 4000);
    gift.pool = P_HALF;
    gift.cause_digest = event_digest(STR("card-core"), STR("pay2"));
    char expected[2048];
    snprintf(expected, sizeof expected,
             OPEN(GIFT_ID "-%016llx%c", "%s")
                 BASE("half") "\"reward_id\":\"" GIFT_ID "\"," HALF_ITEM "\"value_minor\":4000,\"currency\":\"CNY\"," HALF_TAIL
                              "%s"
                              "\"source_events\":[\"card-core/undo1\"],\"original_event\":\"card-core/pay2\"}}\n",
             (unsigned long long)event.digest, back_cases[i].letter, back_cases[i].type, FUNDING);
    assert_line(STR(REFUND), &gift, expected);
    assert_words(&gift, REASON_REVERSED, LANGUAGE_EN, back_cases[i].en);
    assert_words(&gift, REASON_REVERSED, LANGUAGE_ZH, back_cases[i].zh);
  }
}

/* What is written of a gift that a refund takes back, by what the gift remembers of its event. */
static struct str taken_back_line(struct event *event, uint64_t cause) {
  struct rulebook rulebook = fixture_rulebook();
  struct decision *decision = fixture_decision();
  struct buffer out = text_buffer();
  struct gift gift = fixture_gift(GIFT_REVOKED, R_HALF, I_HALF, 4000);
  gift.cause_digest = cause;
  decision->gifts[decision->gift_count++] = gift;
  record_rewards(&out, &rulebook, event, decision);
  return buffer_text(&out);
}

/* A reversal that does not name the event that earned the gift: then no original is said rather than a wrong one. */
static void other_original(void **state) {
  (void)state;
  struct event event = fixture_event(STR(REFUND));
  struct str line = taken_back_line(&event, 42);
  assert_null(memmem(line.at, line.length, "original_event", 14));
}

/* Heard as another, the gift remembers its event with who caused it. */
static void heard_original(void **state) {
  (void)state;
  struct event event = fixture_event(STR(REFUND));
  event.cause = STR("c9");
  uint64_t cause = hash64_pair(&HASH_KEY_FIXED, event_digest(STR("card-core"), STR("pay2")), hash64(&HASH_KEY_FIXED, event.cause));
  struct str line = taken_back_line(&event, cause);
  assert_non_null(memmem(line.at, line.length, "\"original_event\":\"card-core/pay2\"", 33));
}

/* SOURCE/ID, whatever stands in them: the last / is the border, and it is one JSON text. What was printed of plain ids is printed. */
static void names_of_events(void **state) {
  (void)state;
  static const struct {
    const char *source, *id, *printed;
  } rows[] = {{"card-core", "pay2", "card-core/pay2"},
              {"a", "b/c", "a/b%2Fc"},
              {"a/b", "c", "a/b/c"},
              {"https://a/b?c#d", "100%", "https://a/b?c#d/100%25"},
              {"/x%2Fy", "%2F", "/x%2Fy/%252F"},
              {"urn:x:y", "\\\"\\\\/~!", "urn:x:y/\\\"\\\\%2F~!"}};
  struct rulebook rulebook = fixture_rulebook();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char line[1024], wanted[256];
    snprintf(line, sizeof line,
             "{\"id\":\"%s\",\"source\":\"%s\",\"type\":\"login\",\"customer\":\"c1\",\"time\":\"2026-12-04T12:30:00+08:00\"}", rows[i].id,
             rows[i].source);
    struct event event = fixture_event(str_of(line));
    struct decision *decision = fixture_decision();
    struct buffer out = text_buffer();
    struct gift gift = fixture_gift(GIFT_ISSUED, R_HALF, I_HALF, 4000);
    decision->gifts[decision->gift_count++] = gift;
    record_rewards(&out, &rulebook, &event, decision);
    int length = snprintf(wanted, sizeof wanted, "\"source_events\":[\"%s\"]", rows[i].printed);
    if (memmem(out.memory, out.length, wanted, (size_t)length) == NULL)
      fail_msg("%s is not in %.*s", wanted, STR_FORMAT(buffer_text(&out)));
    struct json_cursor cursor = json_open((struct str){out.memory, out.length - 1});
    assert_true(json_skip(&cursor) && json_done(&cursor));
  }
}

static void ids_are_idempotency_numbers(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(REFUND));
  struct decision *decision = fixture_decision();
  struct buffer out = text_buffer();
  for (int kind = GIFT_ISSUED; kind <= GIFT_OFFSET; kind++)
    decision->gifts[decision->gift_count++] = fixture_gift((enum gift_kind)kind, R_HALF, I_HALF, 1);
  assert_int_equal(record_rewards(&out, &rulebook, &event, decision), 6);
  struct str rest = buffer_text(&out), line;
  char seen[6][64] = {{0}};
  for (int n = 0; str_split(rest, '\n', &line, &rest); n++) {
    struct str id, behind;
    assert_true(str_split(str_from(line, sizeof "{\"specversion\":\"1.0\",\"id\":\"" - 1), '"', &id, &behind));
    assert_in_range(id.length, 1, LIMIT_REWARD_ID_BYTES);
    assert_int_equal(strspn(id.at, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"), id.length);
    memcpy(seen[n], id.at, id.length);
    for (int other = 3; other < n; other++) assert_string_not_equal(seen[other], seen[n]); /* what is taken back has ids of its own */
  }
}

/* A lost draw is no reward; its record is the decision. */
static void lost_draw(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct decision *decision = fixture_decision();
  struct buffer out = text_buffer();
  struct gift gift = fixture_gift(GIFT_LOST, R_DRAW, I_NOTHING, 0);
  decision->gifts[decision->gift_count++] = gift;
  assert_int_equal(record_rewards(&out, &rulebook, &event, decision), 0);
  assert_int_equal(out.length, 0);
  assert_words(&gift, REASON_DRAW_LOST, LANGUAGE_EN, "DRAW_LOST drew a blank");
}

/* Given and taken back before it went out: nobody hears of it. */
static void undone_gift(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct decision *decision = fixture_decision();
  struct buffer out = text_buffer();
  decision->gifts[decision->gift_count++] = fixture_gift(GIFT_UNDONE, R_HALF, I_HALF, 4000);
  assert_int_equal(record_rewards(&out, &rulebook, &event, decision), 0);
  assert_int_equal(out.length, 0);
}

/* However it is cut: the pieces one behind the other are the whole, and each holds one gift at least. */
static void pieces(void **state) {
  (void)state;
  static char memory[1 << 20];
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct decision *decision = fixture_decision();
  struct buffer whole = text_buffer();
  for (uint32_t i = 0; i < 100; i++) {
    enum gift_kind kind = i % 7 == 3 ? GIFT_UNDONE : i % 7 == 5 ? GIFT_LOST : GIFT_ISSUED;
    decision->gifts[decision->gift_count++] = fixture_gift(kind, R_HALF, I_HALF, i);
  }
  decision->marks[decision->mark_count++] = (struct pool_mark){P_HALF, 2000, 200};
  uint32_t lines = record_rewards(&whole, &rulebook, &event, decision);
  for (size_t most = 1; most < 40000; most = most * 3 + 1) {
    struct buffer out, piece;
    uint32_t next = 0, count = 0;
    char small[64 << 10];
    buffer_init(&out, memory, sizeof memory);
    while (next < decision->gift_count) {
      uint32_t before = next;
      buffer_init(&piece, small, sizeof small);
      count += record_gifts(&piece, &event, decision, &next, most);
      assert_true(next > before && piece.length < most + 2048);
      buffer_put(&out, buffer_text(&piece));
    }
    count += record_marks(&out, &rulebook, &event, decision);
    assert_int_equal(count, lines);
    assert_true(str_equal(buffer_text(&out), buffer_text(&whole)));
  }
}

static void traceparent_is_carried(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct decision *decision = fixture_decision();
  struct buffer out = text_buffer();
  event.traceparent = STR("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  decision->gifts[decision->gift_count++] = points();
  record_rewards(&out, &rulebook, &event, decision);
  assert_non_null(
      memmem(out.memory, out.length, ",\"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\",\"data\":", 79));
}

/* ---- watermarks ---- */

static void marks(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct decision *decision = fixture_decision();
  struct buffer out = text_buffer();
  decision->marks[decision->mark_count++] = (struct pool_mark){P_HALF, 2000, 200};
  decision->marks[decision->mark_count++] = (struct pool_mark){P_MONEY, 0, 1234};
  assert_int_equal(record_rewards(&out, &rulebook, &event, decision), 2);
  char expected[2048], half[17] = {0}, money[17] = {0};
  digest_to_hex(hash64_pair(&HASH_KEY_FIXED, event.digest, 21), half);
  digest_to_hex(hash64_pair(&HASH_KEY_FIXED, event.digest, 22), money);
#define MARK(type, subject)                                                                                     \
  "{\"specversion\":\"1.0\",\"id\":\"%s-%s\",\"source\":\"giftd\",\"type\":\"" type "\",\"subject\":\"" subject \
  "\","                                                                                                         \
  "\"time\":\"2026-12-04T12:30:00+08:00\",\"data\":{\"pool\":\"" subject "\","
  snprintf(expected, sizeof expected,
           MARK("gift.pool.low", "weekend/half") "\"watermark\":\"20%%\",\"left\":200," SOURCE "}}\n" MARK(
               "gift.pool.empty", "weekend/money") "\"share\":\"m7\",\"left_minor\":1234,\"currency\":\"CNY\"," SOURCE "}}\n",
           half, "2000", money, "0");
  assert_text(buffer_text(&out), expected);
}

/* Put together again they are the line. */
static void in_pieces_for_a_log_that_wants_them(void **state) {
  (void)state;
  char memory[4096], line[8192];
  for (size_t i = 0; i < sizeof gift_cases / sizeof gift_cases[0]; i++) {
    struct arena arena;
    struct buffer out;
    struct record_parts parts;
    arena_init(&arena, memory, sizeof memory);
    buffer_init(&out, line, sizeof line);
    assert_true(record_parts(str_of(gift_cases[i].line), &arena, &parts));
    assert_true(str_equal(parts.key, STR("c1")) && parts.count >= 5);
    for (uint32_t j = 0; j < parts.count; j++) {
      buffer_byte(&out, j == 0 ? '{' : ',');
      buffer_json(&out, parts.attributes[j].name);
      buffer_byte(&out, ':');
      buffer_json(&out, parts.attributes[j].value);
    }
    buffer_print(&out, ",\"data\":%.*s}\n", STR_FORMAT(parts.data));
    assert_true(str_equal(buffer_text(&out), str_of(gift_cases[i].line)));
  }
}

static void what_is_no_reward_has_no_pieces(void **state) {
  (void)state;
  static const char too_many[] =
      "{\"a\":\"\",\"b\":\"\",\"c\":\"\",\"d\":\"\",\"e\":\"\",\"f\":\"\",\"g\":\"\",\"h\":\"\","
      "\"i\":\"\",\"j\":\"\",\"k\":\"\",\"subject\":\"c1\",\"m\":\"\",\"data\":{}}";
  static const char *const lines[] = {"",
                                      "{}",
                                      "[1]",
                                      "{\"subject\":\"c1\"}",
                                      "{\"data\":{}}",
                                      "{\"subject\":\"c1\",\"data\":{}} {}",
                                      "{\"subject\":\"c1\",\"data\":{",
                                      "{\"subject\":7,\"data\":{}}",
                                      too_many};
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    char memory[256];
    struct arena arena;
    struct record_parts parts;
    arena_init(&arena, memory, sizeof memory);
    if (record_parts(str_of(lines[i]), &arena, &parts)) fail_msg("taken: %s", lines[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(gifts),
                                     cmocka_unit_test(taken_back),
                                     cmocka_unit_test(other_original),
                                     cmocka_unit_test(heard_original),
                                     cmocka_unit_test(names_of_events),
                                     cmocka_unit_test(ids_are_idempotency_numbers),
                                     cmocka_unit_test(lost_draw),
                                     cmocka_unit_test(traceparent_is_carried),
                                     cmocka_unit_test(undone_gift),
                                     cmocka_unit_test(pieces),
                                     cmocka_unit_test(marks),
                                     cmocka_unit_test(in_pieces_for_a_log_that_wants_them),
                                     cmocka_unit_test(what_is_no_reward_has_no_pieces)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
