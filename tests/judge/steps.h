/* Single steps of stories, for tests that look at more than what a story can say. */
#ifndef GIFTD_TESTS_JUDGE_STEPS_H
#define GIFTD_TESTS_JUDGE_STEPS_H

#include "judge/story.h"

/* The event of one line, as the number-th. */
static inline const struct decision *told(struct stage *s, const char *step, uint32_t number) {
  char line[512], *words[24];
  snprintf(line, sizeof line, "%s", step);
  return stage_event(s, story_line(words, story_words(line, words, 24), number));
}

/* As one that is none of those before. */
static inline const struct decision *happens(struct stage *s, const char *step) {
  static uint32_t number;
  return told(s, step, ++number);
}

/* Any line of a story, and what must come of it. */
static inline void tells(struct stage *s, const char *step) {
  static const struct story lines = {"steps", "", ""};
  static uint32_t number;
  char line[512];
  snprintf(line, sizeof line, "%s", step);
  assert_true(story_step(s, &lines, line, ++number));
}

static inline void dues_are(struct stage *s, const char *expected) {
  char text[512];
  struct buffer out;
  buffer_init(&out, text, sizeof text - 1);
  passing_dues(s, "c1", &out);
  text[out.length] = 0;
  assert_string_equal(text, expected);
}

#endif
