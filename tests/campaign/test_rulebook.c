/* What files compile to: numbers instead of names, minor units instead of texts, listeners in order; the same bytes for the same files in
 * whatever order they are given. */
#include "bench.h"

static const struct campaign *campaign_of(const struct rulebook *book, const char *id) {
  for (uint32_t i = 0; i < book->campaign_count; i++)
    if (str_equal(book->campaigns[i].id, str_of(id))) return &book->campaigns[i];
  fail_msg("no campaign %s", id);
  return NULL;
}

static const struct rule *rule_of(const struct rulebook *book, const char *name) {
  for (uint32_t i = 0; i < book->rule_count; i++)
    if (str_equal(book->rules[i].name, str_of(name))) return &book->rules[i];
  fail_msg("no rule %s", name);
  return NULL;
}

static const struct fact *fact_of(const struct rulebook *book, const char *name) {
  for (uint32_t i = 0; i < book->fact_count; i++)
    if (str_equal(book->facts[i].name, str_of(name))) return &book->facts[i];
  fail_msg("no fact %s", name);
  return NULL;
}

static uint64_t decl_of(const char *name) { return hash64(&HASH_KEY_FIXED, str_of(name)) & ((UINT64_C(1) << 40) - 1); }

static void header(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  const struct rulebook *book = bench_good(
      bench,
      "{\"id\":\"c\",\"version\":7,\"name\":{\"zh\":\"\xE5\x91\xA8\",\"en\":\"c\"},\"period\":{\"from\":\"2027-01-01\",\"to\":\"2027-01-"
      "31\","
      "\"shown_from\":\"2026-12-20\",\"closing\":\"P1M\",\"zone\":\"Asia/Tokyo\"},\"late\":{\"accept\":\"PT48H\"},\"currency\":\"JPY\","
      "\"audience\":{\"include\":[\"segment:retail\",\"tag:vip\"],\"exclude\":[\"list:dining\"],\"when\":{\"profile.tier\":\"gold\"},"
      "\"holdout\":\"5%\"},\"enrolment\":\"required\","
      "\"rules\":[{\"id\":\"r\",\"on\":\"txn.card_spend\",\"when\":{\"amount\":{\"gte\":\"5000\"}},"
      "\"give\":{\"reward\":\"voucher\",\"value\":\"500\",\"pool\":{\"stock\":10}}," BENCH_LIMITS "}]}");
  const struct campaign *c = campaign_of(book, "c");
  assert_int_equal(c->version, 7);
  assert_str(c->name_zh, "\xE5\x91\xA8");
  assert_str(c->file, "c.json");
  assert_int_equal(c->zone.minutes, 540);
  int64_t day = days_from_civil(2027, 1, 1) * MS_PER_DAY - 540 * 60000LL;
  assert_true(c->from_ms == day && c->to_ms == day + 31 * MS_PER_DAY);
  assert_true(c->closing_ms == duration_add(c->to_ms, (struct duration){.months = 1}, 1, zone_fixed(540)));
  assert_true(c->shown_ms == day - 12 * MS_PER_DAY);
  assert_true(c->late_ms == 48 * 3600000LL);
  assert_int_equal(c->decimals, 0);
  assert_true(c->enrolment && !c->programme && !c->audience.everyone);
  assert_int_equal(c->audience.include_count, 2);
  assert_str(book->members[c->audience.include_first].tag, "segment:retail");
  assert_str(book->members[c->audience.include_first + 1].tag, "vip");
  assert_true(book->members[c->audience.exclude_first].is_list);
  assert_int_equal(c->audience.holdout_bp, 500);
  assert_int_equal(c->digest.length, 16);
  assert_int_equal(book->deny_count, 1);
  assert_str(book->members[book->deny_first].tag, "denied");
  const struct condition *when = &book->conditions[rule_of(book, "c/r")->when];
  assert_true(when->op == OP_GTE && when->operand.low == 5000 && when->money && when->stateless);
  assert_true(campaign_of(book, "bank")->programme);
  bench_free(bench);
}

static void rule_parts(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  const struct rulebook *book = bench_good(
      bench, BENCH_HEAD
      "\"on_reversal\":{\"limits\":\"restore\"},"
      "\"limits\":{\"mine\":{\"amount\":\"20.00\",\"per\":[\"customer\"],\"period\":\"month\",\"at_limit\":\"partial\",\"least\":\"1.00\"}}"
      ","
      "\"rules\":[{\"id\":\"r\",\"on\":[{\"activity\":\"spend\"},\"bill.paid\"],\"schedule\":\"friday\","
      "\"when\":{\"amount\":{\"gte\":\"10.00\",\"lt\":\"99.99\"},\"fact.last_login\":{\"dormant_for\":\"P3M\"}},\"once_per\":[\"channel\"],"
      "\"give\":{\"reward\":\"instant_discount\",\"value\":{\"percent\":\"12.5%\",\"of\":\"amount\",\"max\":\"8.00\"},\"pool\":\"small\","
      "\"valid\":{\"for\":\"P30D\"},\"labels\":{\"line\":\"card\"},\"template\":\"T1\"},"
      "\"limits\":[\"card-once\",{\"count\":2,\"per_each\":[\"customer\",\"device\"],\"period\":{\"rolling\":\"P30D\"},\"missing\":"
      "\"skip\"},\"mine\"],"
      "\"on_reversal\":{\"reward\":\"offset\",\"partial\":\"prorate\"}}]}");
  const struct rule *rule = rule_of(book, "c/r");
  assert_true(rule->decl == decl_of("c/r"));
  assert_int_equal(rule->on.count, 2);
  assert_int_equal(book->triggers[rule->on.first].type, catalogue_type(&bench->catalogue, STR("txn.card_spend")));
  assert_true(book->triggers[rule->on.first].when != NONE && book->triggers[rule->on.first + 1].when == NONE);
  assert_int_equal(book->schedules[rule->schedule].days, 1 << 5);
  const struct condition *when = &book->conditions[rule->when];
  assert_true(when->kind == CONDITION_ALL && when->count == 3 && !when->stateless);
  assert_true(book->conditions[when->first].stateless && book->conditions[when->first].operand.low == 1000);
  assert_true(book->conditions[when->first + 1].op == OP_LT && book->conditions[when->first + 1].operand.low == 9999);
  const struct condition *dormant = &book->conditions[when->first + 2];
  assert_true(!dormant->stateless && dormant->op == OP_DORMANT_FOR && dormant->operand.duration.months == 3);
  assert_str(dormant->pointer, "/rules/0/when/fact.last_login");
  assert_str(dormant->left_text, "fact.last_login");
  assert_true(rule->once_per_count == 1 && rule->once_per[0].kind == DIMENSION_FIELD);
  const struct item *item = &book->items[rule->item_first];
  assert_true(rule->give == GIVE_ONE && rule->item_count == 1);
  assert_str(item->id, "r");
  assert_true(item->value.form == VALUE_FORM_PERCENT && item->value.percent_bp == 1250 && item->value.max == 800);
  assert_true(book->conditions[item->value.of].left == LEFT_FIELD);
  assert_true(item->valid_to.kind == MOMENT_AFTER && item->valid_to.after.ms == 30 * MS_PER_DAY && item->label_count == 1);
  const struct pool *pool = &book->pools[book->refs[item->pool_first]];
  assert_str(pool->name, "bank/small");
  assert_true(pool->of_money && pool->total == 50000);
  assert_str(book->pools[pool->parent].name, "bank/top");
  assert_int_equal(rule->limit_count, 3);
  const struct limit *own = &book->limits[book->refs[rule->limit_first]], *card = &book->limits[book->refs[rule->limit_first + 1]];
  assert_str(own->name, "c/r#count.each-customer+device.P30D");
  assert_true(own->each && own->rolling_days == 30 && own->missing_skip && own->per_customer && own->dimension_count == 2);
  assert_str(card->name, "bank/card-once");
  assert_true(!card->per_customer && card->unit == UNIT_EVER);
  const struct limit *mine = &book->limits[book->refs[rule->limit_first + 2]];
  assert_true(mine->of_amount && mine->partial && mine->least == 100 && mine->max == 2000 && mine->decl == decl_of("c/mine"));
  assert_true(rule->undo.reward == UNDO_OFFSET && rule->undo.restore_limits && !rule->undo.restore_pool &&
              rule->undo.partial == PARTIAL_PRORATE);
  bench_free(bench);
}

static void facts_of_all_kinds(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  const struct rulebook *book = bench_good(
      bench, BENCH_HEAD
      "\"facts\":{"
      "\"scene\":{\"table\":[{\"of\":\"mcc\",\"in\":[\"tea\",\"dining\"]}],\"cells\":[\"t\",\"d\"],\"else\":\"o\"},"
      "\"grid\":{\"table\":[{\"of\":\"amount\",\"from\":[\"0.00\",\"10.00\"]},{\"of\":\"profile.age\",\"from\":[0,30]}],\"cells\":[[\"a\","
      "\"b\"],[\"c\",\"d\"]]},"
      "\"spent\":{\"measure\":\"sum\",\"of\":\"amount\",\"on\":{\"activity\":\"spend\"},\"per\":[\"customer\",\"fact.scene\"],\"window\":"
      "\"month\"},"
      "\"days\":{\"measure\":\"distinct\",\"of\":\"day\",\"on\":\"checkin\",\"window\":{\"last\":2,\"unit\":\"week\"},\"previous\":1},"
      "\"ref\":{\"first\":\"account.opened\",\"keep\":\"referrer\",\"resets\":{\"on\":\"card.closed\",\"after\":\"P180D\"},\"refunds\":"
      "\"reopen\"},"
      "\"woke\":{\"track\":{\"opens\":\"login\",\"when\":{\"fact.last_login\":{\"dormant_for\":\"P1M\"}},\"per\":[\"fact.last_login.at\"],"
      "\"tasks\":[{\"id\":\"a\",\"on\":\"page.viewed\",\"when\":{\"page\":\"x\"}},{\"id\":\"b\",\"on\":\"risk.assessed\"}],\"need\":"
      "\"any\","
      "\"order\":\"listed\",\"within\":\"P5D\"}}},"
      "\"rules\":[{\"id\":\"r\",\"on\":{\"fact\":\"woke\"},\"when\":{\"fact.ref.referrer\":{\"exists\":true},\"fact.grid\":\"a\",\"fact."
      "days\":{\"gte\":3}}," BENCH_GIVE BENCH_LIMITS
      "},"
      "{\"id\":\"s\",\"on\":{\"fact\":\"spent\"},\"when\":{\"fact.spent\":{\"gte\":\"30.00\"}},"
      "\"give\":{\"reward\":\"voucher\",\"value\":{\"by\":\"fact.spent\",\"bands\":[{\"from\":\"30.00\",\"value\":\"1.00\"},"
      "{\"from\":\"90.00\",\"value\":\"2.00\"}],\"pay\":\"highest\"},\"pool\":{\"stock\":5}}," BENCH_LIMITS "}]}");
  const struct fact *scene = fact_of(book, "c/scene"), *grid = fact_of(book, "c/grid"), *spent = fact_of(book, "c/spent");
  assert_true(scene->kind == FACT_TABLE && scene->axis_count == 1 && scene->axes[0].count == 2);
  assert_str(scene->otherwise, "o");
  assert_true(grid->axis_count == 2 && grid->axes[0].from[1] == 1000 && grid->axes[1].from[1] == 30);
  assert_str(grid->cells[3], "d");
  assert_true(spent->money && spent->refunds_subtract && spent->dimension_count == 1 && spent->dimensions[0].kind == DIMENSION_FACT);
  assert_true(spent->dimensions[0].index == (uint32_t)(scene - book->facts));
  assert_true(spent->seen_by_rules && spent->band_count == 2 && spent->bands[0] == 3000 && spent->bands[1] == 9000);
  const struct span *hearers = &book->fact_hearers[spent - book->facts];
  assert_true(hearers->count == 1 && book->refs[hearers->first] == (uint32_t)(rule_of(book, "c/s") - book->rules));
  assert_true(!fact_of(book, "c/days")->seen_by_rules && book->fact_hearers[scene - book->facts].count == 0);
  const struct fact *days = fact_of(book, "c/days"), *ref = fact_of(book, "c/ref"), *woke = fact_of(book, "c/woke");
  assert_true(days->measure == MEASURE_DISTINCT && days->of == FIELD_NONE && days->of_unit == UNIT_DAY && !days->money);
  assert_true(days->window.kind == WINDOW_LAST_UNITS && days->window.count == 2 && days->window.unit == UNIT_WEEK &&
              days->window.previous == 1);
  assert_true(ref->refunds_reopen && ref->resets.count == 1 && ref->resets_after.ms == 180 * MS_PER_DAY);
  assert_int_equal(ref->keep, catalogue_campaign_field(&bench->catalogue, STR("referrer")));
  assert_true(woke->kind == FACT_TRACK && woke->need == 1 && woke->ordered && woke->task_count == 2 && woke->track_period == UNIT_CAMPAIGN);
  assert_true(woke->dimension_count == 1 && woke->dimensions[0].kind == DIMENSION_FACT_AT && woke->when != NONE);
  bench_free(bench);
}

static void chances_and_draws(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  const struct rulebook *book = bench_good(
      bench, BENCH_HEAD
      "\"rules\":[{\"id\":\"earn\",\"on\":\"checkin\",\"give\":{\"reward\":\"chance\",\"chance\":\"pack\",\"count\":2,\"keep\":["
      "\"channel\"],"
      "\"valid\":{\"from\":{\"after\":{\"working_days\":1}},\"to\":{\"end_of\":\"week\"}}}," BENCH_LIMITS
      "},"
      "{\"id\":\"pack\",\"on\":\"reward.claimed\",\"spends\":{\"chance\":\"pack\",\"match\":[\"channel\"]},"
      "\"give\":{\"draw_of\":[{\"id\":\"a\",\"weight\":1,\"reward\":\"bundle\",\"value\":\"9.00\",\"pool\":{\"stock\":3},"
      "\"contents\":[{\"id\":\"x\",\"reward\":\"voucher\",\"value\":\"9.00\"}],"
      "\"or_else\":{\"id\":\"e\",\"reward\":\"voucher\",\"value\":\"9.00\",\"pool\":\"unlimited\"}},"
      "{\"id\":\"none\",\"weight\":9,\"nothing\":true}],\"when_empty\":\"redraw\"}," BENCH_LIMITS
      "},"
      "{\"id\":\"more\",\"on\":{\"reward\":[\"pack\"]},\"give\":[{\"id\":\"p\",\"reward\":\"points\",\"value\":10,\"pool\":\"unlimited\"},"
      "{\"id\":\"n\",\"reward\":\"notice\",\"template\":\"N\"}]," BENCH_LIMITS "}]}");
  const struct rule *earn = rule_of(book, "c/earn"), *pack = rule_of(book, "c/pack"), *more = rule_of(book, "c/more");
  const struct item *chance = &book->items[earn->item_first];
  assert_true(chance->is_chance && chance->count.fixed == 2 && chance->keep_count == 1 && chance->pool_count == 0);
  assert_true(chance->valid_from.kind == MOMENT_AFTER_WORKING_DAYS && chance->valid_to.kind == MOMENT_END_OF);
  assert_int_equal(book->chance_count, 1);
  assert_str(book->chances[pack->spends].name, "c/pack");
  assert_true(book->chances[0].given_by == (uint32_t)(earn - book->rules) && pack->spends_match_count == 1);
  assert_true(pack->give == GIVE_DRAW_OF && pack->draw_empty == DRAW_REDRAW && pack->item_count == 2);
  const struct item *prize = &book->items[pack->item_first];
  assert_true(prize->weight == 1 && prize->contents_count == 1 && prize->or_else != NONE && prize[1].is_nothing);
  assert_str(book->pools[book->refs[prize->pool_first]].name, "c/pack.a");
  assert_str(book->items[prize->or_else].id, "e");
  assert_str(book->items[prize->contents_first].id, "x");
  assert_true(more->give == GIVE_EACH && book->items[more->item_first].is_points && book->items[more->item_first + 1].is_notice);
  assert_int_equal(book->reward_hearers[pack - book->rules].count, 1);
  /* the claim may still be made while the campaign closes */
  for (uint32_t i = 0; i < book->listener_count; i++) {
    const struct listener *listener = &book->listeners[i];
    if (listener->kind != LISTENER_RULE || listener->owner != (uint32_t)(pack - book->rules)) continue;
    assert_true(listener->to_ms == campaign_of(book, "c")->closing_ms);
  }
  bench_free(bench);
}

/* A measure is heard at every threshold that a rule which hears it names, on whichever side it lies. */
static void bands(void **unused) {
  (void)unused;
  static const struct {
    const char *test;
    int64_t expected[4];
    uint32_t count;
  } rows[] = {
      {"{\"gte\":\"5.00\"}", {500}, 1},
      {"{\"gt\":\"5.00\"}", {501}, 1},
      {"{\"lt\":\"5.00\"}", {500}, 1},
      {"{\"lte\":\"5.00\"}", {501}, 1},
      {"\"5.00\"", {500, 501}, 2},
      {"{\"between\":[\"5.00\",\"9.00\"]}", {500, 901}, 2},
      {"{\"gte\":\"5.00\",\"lt\":\"9.00\"}", {500, 900}, 2},
  };
  struct bench *bench = bench_new();
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char text[2048];
    snprintf(
        text, sizeof text,
        "%s\"facts\":{\"n\":{\"measure\":\"sum\",\"of\":\"amount\",\"on\":\"bill.paid\",\"window\":\"month\"}},\"rules\":[{\"id\":\"r\","
        "\"on\":{\"fact\":\"n\"},\"when\":{\"any\":[{\"fact.n\":%s},{\"profile.tier\":\"gold\"}]},%s%s}]}",
        BENCH_HEAD, rows[i].test, BENCH_GIVE, BENCH_LIMITS);
    const struct fact *fact = fact_of(bench_good(bench, text), "c/n");
    assert_int_equal(fact->band_count, rows[i].count);
    assert_memory_equal(fact->bands, rows[i].expected, rows[i].count * sizeof(int64_t));
  }
  bench_free(bench);
}

/* Grouped by type; facts before rules; each where the contract says it hears. */
static void listeners(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  const struct rulebook *book =
      bench_good(bench, BENCH_HEAD
                 "\"facts\":{\"n\":{\"measure\":\"count\",\"on\":[\"login\",\"checkin\"],\"window\":\"month\"},"
                 "\"t\":{\"track\":{\"opens\":\"login\",\"tasks\":[{\"id\":\"a\",\"on\":\"checkin\"}],\"within\":\"P1D\"}}},"
                 "\"rules\":[{\"id\":\"r\",\"on\":[\"login\",{\"event\":\"checkin\",\"when\":{\"channel\":\"app\"}},{\"fact\":\"t\"}],"
                 "\"schedule\":{\"days\":[\"mon\"]},"
                 "\"when\":{\"fact.n\":{\"gte\":2}}," BENCH_GIVE BENCH_LIMITS "}]}");
  const struct campaign *c = campaign_of(book, "c");
  uint32_t kinds[5] = {0};
  for (uint32_t i = 0; i < book->listener_count; i++) {
    const struct listener *one = &book->listeners[i], *before = i > 0 ? one - 1 : NULL;
    assert_true(before == NULL || before->type <= one->type);
    assert_false(before != NULL && before->type == one->type && before->kind == LISTENER_RULE && one->kind != LISTENER_RULE);
    kinds[one->kind]++;
    bool own = str_equal(book->campaigns[one->campaign].id, STR("c"));
    if (!own) assert_true(one->from_ms == INT64_MIN / 2 && one->to_ms == INT64_MAX / 2);
    if (own && one->kind != LISTENER_TASK) assert_true(one->from_ms == c->from_ms && one->to_ms == c->to_ms);
    if (one->kind == LISTENER_TASK) assert_true(one->to_ms == c->closing_ms);
    if (one->kind == LISTENER_RULE) assert_true(one->schedule != NONE && one->conditions[1] == book->rules[one->owner].when);
  }
  assert_int_equal(kinds[LISTENER_RULE], 2);
  assert_int_equal(kinds[LISTENER_OPEN], 1);
  assert_int_equal(kinds[LISTENER_TASK], 1);
  assert_int_equal(kinds[LISTENER_FACT], 5);
  bench_free(bench);
}

/* ---- the same files, the same rulebook ---- */

static void order_of_files(void **unused) {
  (void)unused;
  static const char *const rule = "\"rules\":[{\"id\":\"r\",\"on\":\"login\"," BENCH_GIVE BENCH_LIMITS "}]}";
  struct bench *one = bench_new(), *other = bench_new();
  struct str c = arena_print(&one->scratch, "%s%s", BENCH_HEAD, rule);
  char *text = malloc(c.length + 1);
  assert_non_null(text);
  memcpy(text, c.at, c.length), text[c.length] = 0;
  struct source forth[4] = {{STR("bank.json"), STR(BENCH_BANK)},
                            {STR("c.json"), {text, c.length}},
                            {STR("lists/staff.txt"), STR("c1\n\n# x\r\nc2\r\n")},
                            {STR("lists/alumni.txt"), STR("c9\n")}};
  struct source back[4] = {forth[3], forth[2], forth[1], forth[0]};
  bench_read(one, forth, 4);
  bench_read(other, back, 4);
  assert_int_equal(one->status, STATUS_OK);
  assert_int_equal(other->status, STATUS_OK);
  assert_true(str_equal(one->book->digest, other->book->digest) && one->arena.used == other->arena.used);
  assert_int_equal(one->book->list_count, other->book->list_count);
  for (uint32_t i = 0; i < one->book->list_count; i++) assert_true(str_equal(one->book->lists[i].name, other->book->lists[i].name));
  assert_memory_equal(one->book->listeners, other->book->listeners, one->book->listener_count * sizeof *one->book->listeners);
  uint32_t staff = 0;
  for (uint32_t i = 0; i < one->book->list_count; i++)
    if (str_equal(one->book->lists[i].name, STR("staff"))) staff = i;
  assert_true(one->book->lists[staff].count == 2 && list_has(&one->book->lists[staff], STR("c2")) &&
              !list_has(&one->book->lists[staff], STR("# x")));
  struct str before = arena_copy(&one->scratch, one->book->campaigns[1].digest), all = arena_copy(&one->scratch, one->book->digest);
  forth[1].text.at = text; /* one letter of the name: another digest of the campaign and of the whole */
  *strstr(text, "\"en\":\"c\"") = '"';
  strstr(text, "\"en\":\"c\"")[6] = 'd';
  struct str kept_before = {malloc(16), 16}, kept_all = {malloc(16), 16};
  memcpy((char *)(uintptr_t)kept_before.at, before.at, 16);
  memcpy((char *)(uintptr_t)kept_all.at, all.at, 16);
  bench_read(one, forth, 4);
  assert_int_equal(one->status, STATUS_OK);
  assert_false(str_equal(one->book->campaigns[1].digest, kept_before));
  assert_false(str_equal(one->book->digest, kept_all));
  assert_true(str_equal(one->book->campaigns[0].digest, other->book->campaigns[0].digest));
  free((char *)(uintptr_t)kept_before.at);
  free((char *)(uintptr_t)kept_all.at);
  free(text);
  bench_free(one);
  bench_free(other);
}

/* What a campaign cites is part of what was approved: a change of the bank's list changes the digest of those who cite it alone. */
static void digest_covers_cited(void **unused) {
  (void)unused;
  static const char *const citing = BENCH_HEAD "\"rules\":[{\"id\":\"r\",\"on\":{\"activity\":\"spend\"}," BENCH_GIVE BENCH_LIMITS "}]}";
  static const char *const alone = BENCH_HEAD "\"rules\":[{\"id\":\"r\",\"on\":\"login\"," BENCH_GIVE BENCH_LIMITS "}]}";
  struct bench *bench = bench_new();
  char bank[sizeof BENCH_BANK], digests[4][16];
  for (uint32_t i = 0; i < 4; i++) {
    memcpy(bank, BENCH_BANK, sizeof bank);
    if (i & 1) strstr(bank, "5811")[3] = '9';
    struct source sources[2] = {{STR("bank.json"), str_of(bank)}, {STR("c.json"), str_of(i < 2 ? citing : alone)}};
    bench_read(bench, sources, 2);
    assert_int_equal(bench->status, STATUS_OK);
    memcpy(digests[i], bench->book->campaigns[1].digest.at, 16);
  }
  assert_memory_not_equal(digests[0], digests[1], 16);
  assert_memory_equal(digests[2], digests[3], 16);
  bench_free(bench);
}

/* Any memory that is too small gives a clear answer and nothing is written outside (the sanitizers watch). */
static void small_memory(void **unused) {
  (void)unused;
  static const char *const text = BENCH_HEAD
      "\"facts\":{\"t\":{\"track\":{\"opens\":\"login\",\"tasks\":[{\"id\":\"a\",\"on\":\"checkin\"}],\"within\":\"P1D\"}}},"
      "\"rules\":[{\"id\":\"r\",\"on\":[\"login\",{\"fact\":\"t\"}],\"schedule\":{\"days\":[\"mon\",\"2027-01-05\"],\"hours\":\"10:00-11:"
      "00\"},"
      "\"when\":{\"any\":[{\"channel\":[\"a\",\"b\"]},{\"fact.last_login\":{\"dormant_for\":\"P1M\"}}]}," BENCH_GIVE BENCH_LIMITS "}]}";
  struct bench *bench = bench_new();
  uint32_t refused = 0, read = 0;
  for (size_t bytes = 64; bytes < 40000; bytes += 64 + bytes / 16) {
    for (uint32_t which = 0; which < 2; which++) {
      struct arena arena = bench->arena, scratch = bench->scratch;
      void *small = malloc(bytes);
      assert_non_null(small);
      arena_init(which == 0 ? &arena : &scratch, small, bytes);
      arena_reset(which == 0 ? &scratch : &arena);
      struct source sources[2] = {{STR("bank.json"), STR(BENCH_BANK)}, {STR("c.json"), str_of(text)}};
      bench->findings = (struct findings){0};
      enum status status = rulebook_read(sources, 2, &bench->catalogue, &arena, &scratch, &bench->findings, &bench->book, &bench->fault);
      assert_true(status == STATUS_LIMIT || status == STATUS_OK);
      assert_true((status == STATUS_OK) == (bench->book != NULL));
      if (status == STATUS_OK)
        read++;
      else
        refused++;
      free(small);
    }
  }
  assert_true(refused > 20 && read > 0);
  bench_free(bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(header),
      cmocka_unit_test(rule_parts),
      cmocka_unit_test(facts_of_all_kinds),
      cmocka_unit_test(chances_and_draws),
      cmocka_unit_test(bands),
      cmocka_unit_test(listeners),
      cmocka_unit_test(order_of_files),
      cmocka_unit_test(digest_covers_cited),
      cmocka_unit_test(small_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
