/* Who is in a list file is never a campaign's terms: whoever goes by the terms of before is asked by the file as it is now. A list that
 * stands in the campaign itself is as it was. */
#include "judge/story.h"
#include "work.h"

#define RULES                                                                                                                     \
  "'rules':[{'id':'g','on':'login','when':{'any':[{'device':{'in_list':'l'}},{'channel':{'in_list':'m'}},{'page':{'in_list':'o'}" \
  "}]},'limits':'unlimited','give':{'reward':'voucher','value':'5.00','pool':'unlimited'}}]"

static struct stage *stage_of(const char *lists) {
  char text[1024];
  snprintf(text, sizeof text, "'lists':{%s}," RULES, lists);
  const struct story campaign = {"lists", text, ""};
  return story_stage(&campaign);
}

static uint32_t number_of(const struct rulebook *book, const char *name) {
  for (uint32_t i = 0; i < book->list_count; i++)
    if (book->lists[i].name.length > 0 && book->lists[i].name.at[book->lists[i].name.length - 1] == *name) return i;
  fail_msg("no list %s", name);
  return NONE;
}

static void of_file(struct stage *s, const char *name) { ((struct list *)&s->book->lists[number_of(s->book, name)])->of_file = true; }

/* Of the device, which list l is asked of. */
static const struct condition *leaf_of(const struct rulebook *book, const char *name) {
  for (uint32_t i = 0; i < book->condition_count; i++)
    if (book->conditions[i].kind == CONDITION_LEAF && book->conditions[i].operand.list == number_of(book, name))
      return &book->conditions[i];
  fail_msg("nobody asks %s", name);
  return NULL;
}

struct asked {
  struct stage *before, *now;
  struct judge_input input;
  struct work w;
};

static void asked_begin(struct asked *a, const char *before, const char *now) {
  a->before = stage_of(before), a->now = stage_of(now);
  a->input = (struct judge_input){.rulebook = a->now->book};
  a->w = (struct work){.book = a->before->book, .in = &a->input};
}

static void asked_end(struct asked *a) { stage_free(a->before), stage_free(a->now); }

static bool has(const struct asked *a, const char *list, const char *text) {
  const struct value value = {.kind = VALUE_TEXT, .text = str_of(text)};
  const struct condition *leaf = leaf_of(a->w.book, list);
  bool matches = leaf_matches(&a->w, leaf, &value);
  assert_true(matches == list_has(list_now(&a->w, leaf->operand.list), value.text));
  return matches;
}

static void by_the_file_of_now(void **unused) {
  (void)unused;
  struct asked a;
  asked_begin(&a, "'l':['x'],'m':['x'],'o':['x']", "'o':['p'],'m':['q'],'l':['r']");
  of_file(a.before, "l"), of_file(a.now, "l"), of_file(a.now, "o"), of_file(a.now, "m");
  assert_true(has(&a, "l", "r") && !has(&a, "l", "x") && !has(&a, "l", "p") && !has(&a, "l", "q")); /* the file of its name */
  assert_true(has(&a, "m", "x") && !has(&a, "m", "q"));                                             /* it stood in the campaign */
  a.w.book = a.now->book;
  assert_true(has(&a, "l", "r") && has(&a, "m", "q") && has(&a, "o", "p"));
  asked_end(&a);
}

/* A file that is there no more, or is none any more: nobody is known in it but those who were. */
static void without_a_file_of_that_name(void **unused) {
  (void)unused;
  struct asked a;
  asked_begin(&a, "'l':['x'],'m':['x'],'o':['x']", "'o':['r'],'m':['r'],'l':['r']");
  of_file(a.before, "l"), of_file(a.now, "o"), of_file(a.now, "m");
  assert_true(has(&a, "l", "x") && !has(&a, "l", "r"));
  of_file(a.now, "l");
  assert_true(has(&a, "l", "r"));
  struct list *lists = (struct list *)a.now->book->lists;
  const uint32_t last = a.now->book->list_count - 1, number = number_of(a.now->book, "l");
  struct list of_last = lists[last];
  lists[last] = lists[number], lists[number] = of_last;
  ((struct rulebook *)a.now->book)->list_count = last; /* it stands behind the last */
  assert_true(has(&a, "l", "x") && !has(&a, "l", "r"));
  asked_end(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(by_the_file_of_now), cmocka_unit_test(without_a_file_of_that_name)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
