/* The catalogue: the rows that other rooms know by number, look-ups both ways, what may be added, and the nearest names. */
#include "lines.h"

static struct catalogue catalogue;

static void known_rows_stand_first(void **state) {
  (void)state;
  static const char *const fields[FIELD_ID_KNOWN_COUNT] = {
      "amount_minor",   "currency",   "mcc",         "channel",       "merchant",
      "card",           "status",     "original_id", "original_time", "original_amount_minor",
      "campaign",       "rule",       "reward_id",   "choice",        "tags",
      "device",         "phone_hash", "id_hash",     "date",          "reason",
      "original_source", "result"};
  static const char *const types[TYPE_ID_KNOWN_COUNT] = {"txn.reversed",   "customer.updated",  "campaign.enrolled",
                                                         "reward.claimed", "fulfilment.result", "reward.reviewed"};
  for (uint16_t i = 0; i < FIELD_ID_KNOWN_COUNT; i++) assert_int_equal(catalogue_field(&catalogue, str_of(fields[i])), i);
  for (uint16_t i = 0; i < TYPE_ID_KNOWN_COUNT; i++) assert_int_equal(catalogue_type(&catalogue, str_of(types[i])), i);
}

static void every_row_is_found(void **state) {
  (void)state;
  for (uint16_t i = 0; i < catalogue.field_count; i++) {
    const struct field_info *field = &catalogue.fields[i];
    assert_int_equal(catalogue_field(&catalogue, field->event_name), i);
    assert_int_equal(catalogue_campaign_field(&catalogue, field->campaign_name), i);
    assert_true(field->help_en.length > 0 && field->help_zh.length > 0 && str_is_utf8(field->help_zh));
    bool minor = field->event_name.length > 6 && str_equal(str_from(field->event_name, field->event_name.length - 6), STR("_minor"));
    assert_int_equal(minor, field->kind == FIELD_MONEY); /* money is called x_minor in events and x in campaigns */
    assert_int_equal(field->event_name.length, field->campaign_name.length + (minor ? 6 : 0));
  }
  for (uint16_t i = 0; i < catalogue.type_count; i++) {
    assert_int_equal(catalogue_type(&catalogue, catalogue.types[i].name), i);
    assert_true(catalogue.types[i].help_en.length > 0 && catalogue.types[i].help_zh.length > 0);
  }
  assert_int_equal(catalogue_field(&catalogue, STR("amount")), FIELD_NONE);
  assert_int_equal(catalogue_field(&catalogue, STR("")), FIELD_NONE);
  assert_int_equal(catalogue_campaign_field(&catalogue, STR("amount_minor")), FIELD_NONE);
  assert_int_equal(catalogue_type(&catalogue, STR("txn.card_spen")), TYPE_UNKNOWN);
}

static void what_can_be_undone(void **state) {
  (void)state;
  static const char *const reversible[] = {"txn.card_spend",   "txn.transfer",   "bill.paid",          "payroll.credited",
                                           "wealth.purchased", "loan.disbursed", "instalment.created", "fx.settled"};
  unsigned found = 0;
  for (uint16_t i = 0; i < catalogue.type_count; i++) found += catalogue.types[i].reversible ? 1 : 0;
  assert_int_equal(found, COUNT(reversible));
  for (size_t i = 0; i < COUNT(reversible); i++) assert_true(catalogue.types[catalogue_type(&catalogue, str_of(reversible[i]))].reversible);
}

static void types_carry_their_fields(void **state) {
  (void)state;
  const struct type_info *spend = &catalogue.types[catalogue_type(&catalogue, STR("txn.card_spend"))];
  assert_true(spend->fields[0] >> FIELD_ID_AMOUNT & 1 && spend->fields[0] >> FIELD_ID_MCC & 1);
  assert_false(spend->fields[0] >> FIELD_ID_REWARD_ID & 1);
}

static void rows_are_added(void **state) {
  (void)state;
  struct catalogue *open = malloc(sizeof *open);
  struct fault fault;
  static char names[400][8];
  catalogue_init(open);
  struct type_info order = {.name = STR("shop.order_paid")};
  struct field_info shop = {.event_name = STR("shop"), .campaign_name = STR("shop"), .kind = FIELD_TEXT};
  assert_int_equal(catalogue_add_type(open, &order, &fault), STATUS_OK);
  assert_int_equal(catalogue_add_field(open, &shop, &fault), STATUS_OK);
  assert_int_equal(catalogue_type(open, STR("shop.order_paid")), open->type_count - 1);
  assert_int_equal(catalogue_field(open, STR("shop")), open->field_count - 1);
  assert_true(open->fields[open->field_count - 1].hash == hash64(&HASH_KEY_FIXED, STR("shop"))); /* records know it by that */
  assert_int_equal(catalogue_add_type(open, &order, &fault), STATUS_INPUT);
  assert_int_equal(catalogue_add_field(open, &shop, &fault), STATUS_INPUT);
  assert_string_equal(fault.text, "field shop is there already");
  static const char *const bad[] = {"", "a b", "中", "id", "time", "data", "specversion", "amount_minor"};
  for (size_t i = 0; i < COUNT(bad); i++) {
    struct field_info field = {.event_name = str_of(bad[i]), .campaign_name = STR("fresh"), .kind = FIELD_TEXT};
    assert_int_equal(catalogue_add_field(open, &field, &fault), STATUS_INPUT);
  }
  struct field_info twice = {.event_name = STR("amount_cents"), .campaign_name = STR("amount"), .kind = FIELD_MONEY};
  assert_int_equal(catalogue_add_field(open, &twice, &fault), STATUS_INPUT);
  enum status status = STATUS_OK;
  for (unsigned i = 0; i < 400 && status == STATUS_OK; i++) {
    snprintf(names[i], sizeof names[i], "x%u", i);
    struct field_info field = {.event_name = str_of(names[i]), .campaign_name = str_of(names[i]), .kind = FIELD_INT};
    status = catalogue_add_field(open, &field, &fault);
  }
  assert_int_equal(status, STATUS_LIMIT);
  assert_int_equal(open->field_count, LIMIT_FIELDS);
  for (status = STATUS_OK; status == STATUS_OK;) {
    struct type_info type = {.name = str_of(names[open->type_count])};
    snprintf(names[open->type_count], sizeof names[0], "t%u", open->type_count);
    type.name = str_of(names[open->type_count]);
    status = catalogue_add_type(open, &type, &fault);
  }
  assert_int_equal(status, STATUS_LIMIT);
  assert_int_equal(open->type_count, LIMIT_EVENT_TYPES);
  assert_int_equal(catalogue_type(open, STR("login")), catalogue_type(&catalogue, STR("login")));
  assert_int_equal(catalogue_field(open, STR("unknown_in_a_full_table")), FIELD_NONE);
  free(open);
}

static void near_names_are_told(void **state) {
  (void)state;
  static const struct {
    const char *name, *near;
  } fields[] = {{"amout", "amount"}, {"ammount", "amount"}, {"amount_minor", "amount"}, {"chanel", "channel"},
                {"mc", ""},          {"mccc", "mcc"},       {"quite_else", ""}};
  static const struct {
    const char *name, *near;
  } types[] = {{"txn.card_spent", "txn.card_spend"},
               {"txn.cardspend", "txn.card_spend"},
               {"logn", "login"},
               {"log_in", "login"},
               {"card.bind", "card.bound"},
               {"x", ""}};
  for (size_t i = 0; i < COUNT(fields); i++)
    assert_true(str_equal(catalogue_near_field(&catalogue, str_of(fields[i].name)), str_of(fields[i].near)));
  for (size_t i = 0; i < COUNT(types); i++)
    assert_true(str_equal(catalogue_near_type(&catalogue, str_of(types[i].name)), str_of(types[i].near)));
}

static int set_up(void **state) {
  (void)state;
  catalogue_init(&catalogue);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(known_rows_stand_first),   cmocka_unit_test(every_row_is_found), cmocka_unit_test(what_can_be_undone),
      cmocka_unit_test(types_carry_their_fields), cmocka_unit_test(rows_are_added),     cmocka_unit_test(near_names_are_told),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
