/* Files change in a story, and customers are looked at. Which rules have heard what by then is the shard's to know (judge.h, struct look);
 * here the story says it:
 *
 *   files                       the second of its campaigns from now on
 *   files back                  and the first again
 *   heard g 683                 rule g has heard its closes up to that period
 *   lost g 683                  what g would be judged by is gone up to that period
 *   waits g                     g came during this look: it waits for the next one
 *   time g 09:00                at what time of the day g heard days of the customer's own before
 *   taken 01-02T10:00           when the files became what they are
 *   awaited yes                 they changed once more behind this look
 *   look 01-02T12:00 c1         => what is due of him when he was looked at; the instant is that from which days are looked for */
#ifndef GIFTD_TESTS_JUDGE_LOOKING_H
#define GIFTD_TESTS_JUDGE_LOOKING_H

#include "judge/story.h"

#define LOOKING_RULES 8u

struct looking_rule {
  char id[32];
  int32_t heard, lost;
  bool waits;
  int64_t time_ms;
};

struct looking {
  struct look look;
  struct stage *s;
  struct looking_rule rules[LOOKING_RULES];
  uint32_t count;
  bool awaited;
};

/* What the story says of it; of another it knows nothing. */
static inline struct looking_rule *looking_find(struct looking *l, struct str id) {
  for (uint32_t i = 0; i < l->count; i++)
    if (str_equal(str_of(l->rules[i].id), id)) return &l->rules[i];
  return NULL;
}

static inline struct looking_rule *looking_rule(struct looking *l, const char *id) {
  struct looking_rule *known = looking_find(l, str_of(id));
  if (known != NULL) return known;
  assert_true(l->count < LOOKING_RULES);
  struct looking_rule *rule = &l->rules[l->count++];
  *rule = (struct looking_rule){.heard = INT32_MIN, .lost = INT32_MIN, .time_ms = TIME_NONE};
  snprintf(rule->id, sizeof rule->id, "%s", id);
  return rule;
}

static inline const struct looking_rule *looking_of(void *self, uint32_t rule) {
  struct looking *l = self;
  return looking_find(l, l->s->book->rules[rule].id);
}

static inline int32_t looking_unheard(void *self, uint32_t rule, uint32_t close, int32_t period) {
  const struct looking_rule *said = looking_of(self, rule);
  (void)close;
  return said != NULL && period <= said->heard ? said->heard + 1 : period;
}

static inline bool looking_lost(void *self, uint32_t rule, uint32_t close, int32_t period) {
  const struct looking_rule *said = looking_of(self, rule);
  (void)close;
  return said != NULL && period <= said->lost;
}

static inline bool looking_waits(void *self, uint32_t rule, uint32_t close, int32_t period) {
  const struct looking_rule *said = looking_of(self, rule);
  (void)close, (void)period;
  return said != NULL && said->waits;
}

static inline int64_t looking_time(void *self, uint32_t rule, uint32_t close) {
  const struct looking_rule *said = looking_of(self, rule);
  (void)close;
  return said == NULL ? TIME_NONE : said->time_ms;
}

static inline bool looking_awaited(void *self) { return ((struct looking *)self)->awaited; }

static inline void looking_begin(struct looking *l, struct stage *s) {
  *l = (struct looking){.s = s};
  l->look = (struct look){.from_ms = TIME_NONE, .taken_ms = TIME_NONE, .number = 1, .self = l, .unheard = looking_unheard};
  l->look.lost = looking_lost, l->look.day_time = looking_time, l->look.awaited = looking_awaited;
  s->look = &l->look;
}

/* As the shard does it, in one place. */
static inline void looking_place(struct stage *s, struct place *place, struct decision *out) {
  struct owner owner = owner_customer(s->event.customer);
  struct place_owner *customer = place_owner(place, &owner);
  bool again = true;
  while (again) {
    struct judge_input input = stage_input(s, &s->event, NULL);
    input.customer = place_load(place, customer), input.find = place_find, input.self = place, input.memory = place->memory;
    input.turn = ++place->turn, input.match_count = 0, place->touch_count = 0;
    trail_begin(&place->trail);
    judge_look(&input, true, out, &s->event_arena);
    again = decision_is_void(out);
    again ? trail_undo(&place->trail) : trail_keep(&place->trail);
    if (again) assert_true(place_fetch(place, out));
  }
  assert_true(judge_looked(customer->state, s->look->number));
  place_keep(place, customer);
}

static inline void looking_customer(struct looking *l, const char *customer) {
  struct stage *s = l->s;
  arena_reset(&s->event_arena);
  s->event = (struct event){.customer = str_of(customer), .id = STR("look"), .source = STR("giftd"), .type = TYPE_UNKNOWN};
  s->event.type_name = STR("look"), s->event.time_ms = s->event.arrival_ms = l->look.from_ms;
  looking_place(s, s->live, &s->decision), looking_place(s, s->stored, &s->again);
  assert_int_equal(s->decision.due_count, s->again.due_count);
  l->look.number++;
}

static inline int64_t looking_time_of(const char *text) {
  int hours, minutes;
  assert_int_equal(sscanf(text, "%d:%d", &hours, &minutes), 2);
  return (hours * 60 + minutes) * INT64_C(60000);
}

static inline void looking_files(struct stage *s, const char *campaign) {
  char *texts[STORY_FILES];
  uint32_t count = story_texts(campaign, texts);
  stage_compile(s, (const char *const *)texts, count);
  for (uint32_t i = 0; i < count; i++) free(texts[i]);
}

struct look_story {
  const char *name, *before, *after, *steps;
};

/* False: it is a line of any story. */
static inline bool looking_says(struct looking *l, const struct look_story *story, char *const *words, struct buffer *out) {
  const char *what = words[0];
  if (strcmp(what, "files") == 0)
    looking_files(l->s, words[1] == NULL ? story->after : story->before);
  else if (strcmp(what, "heard") == 0)
    looking_rule(l, words[1])->heard = atoi(words[2]);
  else if (strcmp(what, "lost") == 0)
    looking_rule(l, words[1])->lost = atoi(words[2]);
  else if (strcmp(what, "waits") == 0)
    looking_rule(l, words[1])->waits = true, l->look.waits = looking_waits;
  else if (strcmp(what, "time") == 0)
    looking_rule(l, words[1])->time_ms = looking_time_of(words[2]);
  else if (strcmp(what, "taken") == 0)
    l->look.taken_ms = story_instant_of(words[1]);
  else if (strcmp(what, "awaited") == 0)
    l->awaited = strcmp(words[1], "yes") == 0;
  else if (strcmp(what, "look") == 0)
    l->look.from_ms = story_instant_of(words[1]), looking_customer(l, words[2]), passing_dues(l->s, words[2], out);
  else
    return false;
  return true;
}

static inline bool looking_step(struct looking *l, const struct look_story *story, char *line, uint32_t number) {
  const struct story of = {story->name, story->before, ""};
  char *words[24] = {NULL}, copy[512], told[1024], *arrow = strstr(line, "=>");
  struct buffer out;
  assert_true(arrow != NULL && strlen(line) < sizeof copy);
  snprintf(copy, sizeof copy, "%.*s", (int)(arrow - line), line);
  (void)story_words(copy, words, 24);
  buffer_init(&out, told, sizeof told - 1);
  if (!looking_says(l, story, words, &out)) return story_step(l->s, &of, line, number);
  told[out.length] = 0;
  const char *expected = arrow + 2 + strspn(arrow + 2, " ");
  if (strcmp(told, expected) == 0) return true;
  print_error("%s: step %u: %s\n    came: %s\n", story->name, number, line, told);
  return false;
}

static inline bool looking_tell(const struct look_story *story) {
  const struct story first = {story->name, story->before, ""};
  struct looking l;
  struct stage *s = story_stage(&first);
  char *steps = strdup(story->steps), *rest = steps;
  bool good = true;
  looking_begin(&l, s);
  for (uint32_t number = 1; *rest != 0; number++) {
    char *end = strchr(rest, '\n');
    assert_non_null(end);
    *end = 0;
    good = looking_step(&l, story, rest, number) && good;
    rest = end + 1;
  }
  free(steps);
  stage_free(s);
  return good;
}

static inline void looks_tell(const struct look_story *stories, size_t count) {
  uint32_t wrong = 0;
  for (size_t i = 0; i < count; i++) wrong += !looking_tell(&stories[i]);
  assert_int_equal(wrong, 0);
}

#endif
