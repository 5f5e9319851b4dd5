/* Words that the catalogue does not know, as the log names them: each once, with what may have been meant, and no more than so many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "giftd/service.h"
#include "unknown.h"

static struct catalogue catalogue;
static char said[256][2048];
static unsigned said_count;

static void say(void *self, const char *line) {
  assert_ptr_equal(self, &catalogue);
  assert_true(said_count < 256 && strlen(line) < sizeof said[0] && strchr(line, '\n') == NULL);
  strcpy(said[said_count++], line);
}

static struct event event_of(const char *type) {
  struct event event = {
      .type_name = str_of(type), .type = catalogue_type(&catalogue, str_of(type)), .id = STR("e1"), .source = STR("core")};
  return event;
}

static void add(struct event *event, enum unknown_kind kind, const char *field, struct str text) {
  uint16_t number = field == NULL ? FIELD_NONE : catalogue_field(&catalogue, str_of(field));
  event->unknown[event->unknown_count++] = (struct unknown_word){.kind = kind, .field = number, .text = text};
}

static void each_is_said_once_with_its_remedy(void **state) {
  (void)state;
  static struct unknown_names names;
  struct event spend = event_of("txn.card_spend"), transfer = event_of("txn.transfer"), other = event_of("txn.card_spent");
  said_count = 0;
  add(&spend, UNKNOWN_FIELD, NULL, STR("amount"));
  add(&spend, UNKNOWN_VALUE, "status", STR("SETTLED"));
  add(&spend, UNKNOWN_VALUE, "channel", STR("SETTLED"));
  add(&spend, UNKNOWN_FIELD, NULL, STR("SETTLED"));
  add(&transfer, UNKNOWN_FIELD, "merchant", STR("merchant"));
  add(&other, UNKNOWN_TYPE, NULL, STR("txn.card_spent"));
  for (int i = 0; i < 3; i++) {
    unknown_name(&names, &catalogue, &spend, say, &catalogue);
    unknown_name(&names, &catalogue, &transfer, say, &catalogue);
    unknown_name(&names, &catalogue, &other, say, &catalogue);
  }
#define TAIL " (first in event e1 of source core; giftd_unknown_words_total counts)"
  static const char *const wanted[] = {
      "field \"amount\" of txn.card_spend is not in the catalogue: no rule reads it; did you mean \"amount_minor\"?" TAIL,
      "value \"SETTLED\" of txn.card_spend's status is none of its words: no test for one of them holds; did you mean \"settled\"?" TAIL,
      "value \"SETTLED\" of txn.card_spend's channel is none of its words: no test for one of them holds; send one of them, or add it to "
      "the "
      "type's words in catalogue.json" TAIL,
      "field \"SETTLED\" of txn.card_spend is not in the catalogue: no rule reads it; declare it in catalogue.json, or let it not be "
      "sent" TAIL,
      "field \"merchant\" is not one of txn.transfer's in the catalogue; add it to the type's fields in catalogue.json" TAIL,
      "event type \"txn.card_spent\" is not in the catalogue: no rule listens to it; did you mean \"txn.card_spend\"?" TAIL};
  assert_int_equal(said_count, sizeof wanted / sizeof wanted[0]);
  for (unsigned i = 0; i < said_count; i++) assert_string_equal(said[i], wanted[i]);
}

static void no_more_than_so_many(void **state) {
  (void)state;
  static struct unknown_names names;
  static char text[300][8];
  said_count = 0;
  for (unsigned i = 0; i < 300; i++) {
    struct event event = event_of("login");
    snprintf(text[i], sizeof text[i], "f%u", i);
    add(&event, UNKNOWN_FIELD, NULL, str_of(text[i]));
    add(&event, UNKNOWN_FIELD, NULL, STR("always"));
    unknown_name(&names, &catalogue, &event, say, &catalogue);
  }
  assert_int_equal(said_count, UNKNOWN_NAMES + 1);
  assert_string_equal(said[UNKNOWN_NAMES],
                      "more words of events are unknown to the catalogue than are named here: further ones are only counted "
                      "(giftd_unknown_words_total)");
}

/* Whatever somebody wrote, the log's line is one line of whole characters. */
static void ugly_words_are_shown_plainly(void **state) {
  (void)state;
  static struct unknown_names names;
  static char longest[LIMIT_EVENT_BYTES];
  struct event event = event_of("login");
  said_count = 0;
  memset(longest, 'x', sizeof longest);
  for (size_t i = 63; i + 3 < 100; i += 3) memcpy(longest + i, "中", 3);
  add(&event, UNKNOWN_FIELD, NULL, (struct str){longest, sizeof longest});
  add(&event, UNKNOWN_FIELD, NULL, STR("a\n\"b\\\x01"));
  add(&event, UNKNOWN_FIELD, NULL, STR(""));
  memset(longest + 1000, 1, 1000);
  add(&event, UNKNOWN_FIELD, NULL, (struct str){longest + 1000, 1000});
  unknown_name(&names, &catalogue, &event, say, &catalogue);
  assert_int_equal(said_count, 4);
  for (unsigned i = 0; i < said_count; i++) assert_true(str_is_utf8(str_of(said[i])));
  assert_non_null(strstr(said[0], "xxx\"... of login")); /* the character that stands across the edge is left out */
  assert_non_null(strstr(said[1], "field \"a\\n\\\"b\\\\\\u0001\" of login"));
  assert_non_null(strstr(said[2], "field \"\" of login"));
}

static int set_up(void **state) {
  (void)state;
  catalogue_init(&catalogue);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_is_said_once_with_its_remedy), cmocka_unit_test(no_more_than_so_many),
                                     cmocka_unit_test(ugly_words_are_shown_plainly)};
  return cmocka_run_group_tests(tests, set_up, NULL);
}
