/* How many outcomes one event has (limits.h): rules are judged as long as there are places left, to the last one; the next is told that
 * there are none, and those behind it are not judged. */
#include "judge/stage.h"

#define CAMPAIGNS 16u
#define RULES 225u
#define ITEMS 8u
#define CAMPAIGN_BYTES (250u * 1024u)

/* Of each rule the first item is given; the others have an outcome of their own each, but for the one thing of the pool. */
static char *campaign_text(uint32_t number, uint32_t first, uint32_t grouped) {
  char *text = malloc(CAMPAIGN_BYTES);
  struct buffer out;
  buffer_init(&out, text, CAMPAIGN_BYTES - 1);
  buffer_print(&out, "{'id': 'c%02u', 'version': 1, 'name': {'zh': 'x', 'en': 'x'}, 'audience': 'everyone',", number);
  buffer_print(&out, "'period': {'from': '2026-12-01', 'to': '2027-03-31'}, 'pools': {'one': {'stock': 1}}, %s'rules': [",
               grouped < RULES ? "'groups': {'x': {'mode': 'first'}}, " : "");
  for (uint32_t i = 0; i < RULES; i++) {
    buffer_print(&out, "%s{'id': 'r%u', 'on': 'login', %s'limits': 'unlimited', 'give': [", i == 0 ? "" : ",", i,
                 i >= grouped ? "'group': 'x', " : "");
    for (uint32_t k = 0; k < (i == 0 ? first : ITEMS); k++)
      buffer_print(&out, "%s{'id': 'i%u', 'reward': 'v', 'value': '1.00', 'pool': '%s'}", k == 0 ? "" : ",", k,
                   k == 0 ? "unlimited" : "one");
    buffer_print(&out, "]}");
  }
  buffer_print(&out, "]}");
  assert_false(out.overflowed);
  text[out.length] = '\0';
  for (size_t i = 0; i < out.length; i++) text[i] = text[i] == '\'' ? '"' : text[i];
  return text;
}

/* The first rule of all has `first` items; of the last campaign the rules from `grouped` on are a group. */
static struct stage *stage_of(uint32_t first, uint32_t grouped) {
  char *texts[CAMPAIGNS];
  for (uint32_t i = 0; i < CAMPAIGNS; i++) texts[i] = campaign_text(i, i == 0 ? first : ITEMS, i + 1 == CAMPAIGNS ? grouped : RULES);
  struct stage *s = stage_new((const char *const *)texts, CAMPAIGNS);
  for (uint32_t i = 0; i < CAMPAIGNS; i++) free(texts[i]);
  return s;
}

static void told(struct stage *s, uint32_t outcomes, uint32_t judged) {
  const struct decision *d =
      stage_event(s, "{\"id\":\"e\",\"source\":\"t\",\"type\":\"login\",\"customer\":\"c1\",\"time\":\"2026-12-05T10:00:00+08:00\"}");
  assert_int_equal(d->outcome_count, outcomes + 1);
  assert_int_equal(d->gift_count, judged + CAMPAIGNS);
  const struct outcome *last = &d->outcomes[d->outcome_count - 1];
  assert_true(last->reason == REASON_TOO_MANY_GIFTS && last->rule == judged && last->gift_count == 0);
  assert_int_equal(last[-1].rule, judged - 1);
  stage_free(s);
}

static void to_the_last_place(void **unused) {
  (void)unused;
  const uint32_t places = LIMIT_OUTCOMES - LIMIT_OUTCOMES_SPARE, judged = (places + CAMPAIGNS) / ITEMS;
  assert_true(judged * ITEMS - CAMPAIGNS == places && judged > (CAMPAIGNS - 1) * RULES);
  told(stage_of(ITEMS, RULES), places, judged);
  told(stage_of(ITEMS, judged - (CAMPAIGNS - 1) * RULES), places, judged); /* nor those of its group */
  told(stage_of(ITEMS - 1, RULES), places - 1 + ITEMS, judged + 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(to_the_last_place)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
