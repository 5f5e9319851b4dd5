/* Whatever giftd itself knows by a name has one in both languages: a field, type, word or reward that is added without a row in
 * src/wording/names.c turns this red. */
#include "campaign/bench.h"
#include "giftd/wording.h"

static void row_is_there(const struct wording *table, struct str name, const char *what) {
  const struct wording *row = wording_find(table, name);
  if (row == NULL) fail_msg("%s '%.*s' has no row in src/wording/names.c", what, STR_FORMAT(name));
}

static void catalogue_has_names(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  const struct catalogue *catalogue = &bench->catalogue;
  char memory[256];
  struct buffer both;
  for (uint16_t i = 0; i < catalogue->field_count; i++) row_is_there(wording_fields, catalogue->fields[i].campaign_name, "field");
  for (uint16_t i = 0; i < catalogue->type_count; i++) row_is_there(wording_types, catalogue->types[i].name, "type");
  for (uint16_t i = 0; i < catalogue->word_count; i++) {
    const struct closed_word *word = &catalogue->words[i];
    buffer_init(&both, memory, sizeof memory);
    buffer_print(&both, "%.*s.%.*s", STR_FORMAT(catalogue->fields[word->field].campaign_name), STR_FORMAT(word->text));
    if (wording_find(wording_values, buffer_text(&both)) == NULL) row_is_there(wording_values, word->text, "word");
  }
  bench_free(bench);
}

/* Every form of schemas/rewards.json. */
static void rewards_have_names(void **unused) {
  (void)unused;
  static char text[65536];
  static const char mark[] = "{\"reward\": \"";
  FILE *file = fopen(SOURCE_DIR "/schemas/rewards.json", "rb");
  assert_non_null(file);
  const size_t length = fread(text, 1, sizeof text - 1, file);
  (void)fclose(file);
  text[length] = 0;
  uint32_t forms = 0;
  for (const char *at = strstr(text, mark); at != NULL; at = strstr(at + 1, mark), forms++) {
    const char *name = at + sizeof mark - 1;
    row_is_there(wording_rewards, (struct str){name, strcspn(name, "\"")}, "reward");
  }
  assert_true(forms >= 14);
}

/* No name twice, none empty, none without one of the languages. */
static void rows_are_whole(void **unused) {
  (void)unused;
  const struct wording *const tables[] = {wording_fields, wording_types, wording_rewards,   wording_values,
                                          wording_groups, wording_zones, wording_currencies};
  for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
    for (const struct wording *row = tables[t]; row->written != NULL; row++) {
      assert_true(row->written[0] != 0 && row->en[0] != 0 && row->zh[0] != 0);
      assert_ptr_equal(wording_find(tables[t], str_of(row->written)), row);
      assert_true(str_is_utf8(str_of(row->zh)));
    }
  assert_null(wording_find(wording_fields, STR("no-such-field")));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(catalogue_has_names), cmocka_unit_test(rewards_have_names),
                                     cmocka_unit_test(rows_are_whole)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
