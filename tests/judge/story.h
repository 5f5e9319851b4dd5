/* Stories for the heart: a campaign in single quotes and lines of what happens, each with what must come of it.
 *
 *   12-05T10:00 c1 spend 100.00 card=k1 #e1 => g+5.00          an event (#: its id, @12-06T10:00: when it arrived)
 *   01-02T09:00 c1 refund e1 40.00          => g~2.00          txn.reversed of e1
 *   pool p                                  => 3 left          what is left of a pool of the campaign
 *   clock 01-20T00:00                       =>                 the stream's own time is this from now on
 *   horizon 30                              =>                 late events are heard for so many days from now on
 *   gifts                                   => g 500 pool 0 until 2027-01-05T00:00    all that the last gifts say
 *   why g                                   => LIMIT_REACHED limit 0 period 20792 1/1   what the last refusal of a rule tells
 *   record c1                               => FIRST 2027-04-22, LIMIT ever    what is remembered of a customer, and until which day;
 *                                                              `record *` of all that are no customers
 *   passes 01-02T00:00 c1                   => g+5.00          what is due of a customer by then closes, or is issued, one after the other
 *   dues c1                                 => 2027-01-02T00:00 of 683    what is due of him yet
 *   01-02T09:00 c1 claim reward_id=last     =>                 the gift that was told last
 *
 * What comes of an event: RULE+VALUE given (RULE.ITEM where the item has another id, xN units), RULE*N chances, RULE? a draw lost,
 * RULE-VALUE revoked, RULE~VALUE reduced, RULE=VALUE set off, RULE>VALUE pending, RULE!REASON refused; the gate's reason; dead CODE.
 * December is of 2026, November too, other months are of 2027; amounts are in yuan, the zone is +08:00.
 */
#ifndef GIFTD_TESTS_JUDGE_STORY_H
#define GIFTD_TESTS_JUDGE_STORY_H

#include "judge/passing.h"
#include "judge/stage.h"
#include "judge/tell.h"

#define STORY_NAME "'id':'c','version':1,'name':{'zh':'x','en':'x'},"
#define STORY_PERIOD "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P14D'},"

struct story {
  const char *name;
  const char
      *campaign; /* members of the campaign file, in single quotes, its period first if it has one; behind each | another, whole file */
  const char *steps;
};

static inline char *story_text(const char *head, const char *text, size_t length, const char *tail) {
  size_t room = length + strlen(head) + strlen(tail) + 1;
  char *out = malloc(room);
  assert_non_null(out);
  snprintf(out, room, "%s%.*s%s", head, (int)length, text, tail);
  for (char *at = out; *at != 0; at++)
    if (*at == '\'') *at = '"';
  return out;
}

#define STORY_FILES 4u

/* The texts of its files; whoever asks frees them. */
static inline uint32_t story_texts(const char *campaign, char *texts[STORY_FILES]) {
  size_t length = strcspn(campaign, "|");
  const char *tail = strstr(campaign, "'audience':") == NULL ? ",'audience':'everyone'}" : "}";
  const char *head = strncmp(campaign, "'period'", 8) == 0 ? "{" STORY_NAME : "{" STORY_NAME STORY_PERIOD;
  uint32_t count = 1;
  texts[0] = story_text(head, campaign, length, tail);
  for (const char *at = campaign + length; *at == '|'; at += 1 + length, count++) {
    length = strcspn(at + 1, "|");
    assert_true(count < STORY_FILES);
    texts[count] = story_text("", at + 1, length, "");
  }
  return count;
}

static inline struct stage *story_stage(const struct story *story) {
  char *texts[STORY_FILES];
  uint32_t count = story_texts(story->campaign, texts);
  struct stage *s = stage_new((const char *const *)texts, count);
  for (uint32_t i = 0; i < count; i++) free(texts[i]);
  return s;
}

/* "2026-12-01T10:00:00+08:00" of "12-01T10:00". */
static inline void story_moment(struct buffer *out, const char *text) {
  bool before = strncmp(text, "12-", 3) == 0 || strncmp(text, "11-", 3) == 0;
  buffer_print(out, "%s-%s%s+08:00", before ? "2026" : "2027", text, strlen(text) > 11 ? "" : ":00");
}

static inline void story_time(struct buffer *out, const char *key, const char *text) {
  buffer_print(out, ",\"%s\":\"", key);
  story_moment(out, text);
  buffer_byte(out, '"');
}

static inline int64_t story_minor(const char *amount) {
  int64_t minor = 0;
  assert_true(money_parse(str_of(amount), 2, &minor));
  return minor;
}

static char story_last_gift[LIMIT_REWARD_ID_BYTES + 1];

/* One word behind customer and type. */
static inline void story_field(struct buffer *out, const char *word) {
  const char *equals = strchr(word, '=');
  if (word[0] == '@')
    story_time(out, "recordedtime", word + 1);
  else if (strcmp(word, "reward_id=last") == 0)
    buffer_print(out, ",\"reward_id\":\"%s\"", story_last_gift);
  else if (equals == NULL)
    buffer_print(out, ",\"amount_minor\":%lld", (long long)story_minor(word));
  else if (equals[-1] == ':')
    buffer_print(out, ",\"%.*s\":%s", (int)(equals - word) - 1, word, equals + 1);
  else
    buffer_print(out, ",\"%.*s\":\"%s\"", (int)(equals - word), word, equals + 1);
}

static inline const char *story_type(const char *word) {
  if (strcmp(word, "spend") == 0) return "txn.card_spend";
  if (strcmp(word, "refund") == 0) return "txn.reversed";
  if (strcmp(word, "claim") == 0) return "reward.claimed";
  if (strcmp(word, "update") == 0) return "customer.updated";
  return word;
}

/* The event of one line, as JSON. `words` are split by spaces. */
static inline const char *story_line(char *const *words, uint32_t count, uint32_t number) {
  static char line[4096];
  struct buffer out;
  bool money = false, currency = false, refund = strcmp(words[2], "refund") == 0;
  buffer_init(&out, line, sizeof line - 1);
  buffer_print(&out, "{\"source\":\"t\",\"customer\":\"%s\",\"type\":\"%s\"", words[1], story_type(words[2]));
  story_time(&out, "time", words[0]);
  const char *id = NULL;
  for (uint32_t i = 3; i < count; i++) {
    if (words[i][0] == '#') {
      id = words[i] + 1;
    } else if (refund && i == 3) {
      buffer_print(&out, ",\"original_id\":\"%s\"", words[i]);
    } else {
      money = money || (words[i][0] != '@' && strchr(words[i], '=') == NULL);
      currency = currency || strncmp(words[i], "currency=", 9) == 0;
      story_field(&out, words[i]);
    }
  }
  if (money && !currency) buffer_print(&out, ",\"currency\":\"CNY\"");
  if (id != NULL)
    buffer_print(&out, ",\"id\":\"%s\"}", id);
  else
    buffer_print(&out, ",\"id\":\"n%u\"}", number);
  assert_false(out.overflowed);
  line[out.length] = 0;
  return line;
}

static inline void story_gift(struct buffer *out, const struct gift *gift) {
  static const char signs[] = {
      [GIFT_ISSUED] = '+',   [GIFT_SUBSTITUTED] = '+', [GIFT_CHANCE] = '*', [GIFT_REVOKED] = '-',    [GIFT_REDUCED] = '~',
      [GIFT_OFFSET] = '=',   [GIFT_LOST] = '?',        [GIFT_UNDONE] = '0', [GIFT_REGISTERED] = '!', [GIFT_PENDING] = '>',
      [GIFT_REISSUED] = '^', [GIFT_WAIVED] = '/',      [GIFT_REPAID] = '%'};
  const struct rule *rule = &gift->book->rules[gift->rule];
  buffer_print(out, "%s%.*s", out->length > 0 ? " " : "", STR_FORMAT(rule->id));
  if (gift->item == NONE) { /* the customer has to choose it yet */
    buffer_print(out, "%cchoice", signs[gift->kind]);
    return;
  }
  const struct item *item = &gift->book->items[gift->item];
  if (!str_equal(item->id, rule->id)) buffer_print(out, ".%.*s", STR_FORMAT(item->id));
  buffer_byte(out, signs[gift->kind]);
  if (gift->kind == GIFT_LOST) return;
  if (gift->kind == GIFT_CHANCE || (item->is_chance && gift->kind == GIFT_REVOKED)) {
    buffer_int(out, gift->count);
    return;
  }
  if (item->is_points)
    buffer_int(out, gift->value_minor);
  else
    buffer_money(out, gift->value_minor, 2);
  if (gift->count > 1) buffer_print(out, "x%lld", (long long)gift->count);
}

static inline void story_told(struct buffer *out, const struct decision *d) {
  if (d->gate != REASON_GIVEN) buffer_print(out, "%s", reasons[d->gate].code);
  for (uint32_t i = 0; i < d->outcome_count; i++) {
    const struct outcome *outcome = &d->outcomes[i];
    bool refused = outcome->reason != REASON_GIVEN && outcome->reason != REASON_REVERSED && outcome->reason != REASON_DRAW_LOST;
    assert_true(refused ? outcome->gift_count == 0 : outcome->gift_count > 0 || outcome->reason == REASON_REVERSED);
    if (refused)
      buffer_print(out, "%s%.*s!%s", out->length > 0 ? " " : "", STR_FORMAT(outcome->book->rules[outcome->rule].id),
                   reasons[outcome->reason].code);
    for (uint32_t g = 0; g < outcome->gift_count; g++) story_gift(out, &d->gifts[outcome->gift_first + g]);
  }
}

static inline void story_note_gift(const struct decision *d) {
  if (d->gift_count == 0) return;
  const struct gift *gift = &d->gifts[d->gift_count - 1];
  snprintf(story_last_gift, sizeof story_last_gift, "%.*s", (int)gift->id_length, gift->id);
}

static inline uint32_t story_words(char *line, char **words, uint32_t most) {
  uint32_t count = 0;
  for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " ")) {
    assert_true(count < most);
    words[count++] = word;
  }
  return count;
}

static inline int64_t story_instant_of(const char *text) {
  char moment[64];
  struct buffer out;
  int64_t time_ms;
  int32_t offset;
  buffer_init(&out, moment, sizeof moment);
  story_moment(&out, text);
  assert_true(time_parse(buffer_text(&out), &time_ms, &offset));
  return time_ms;
}

static inline void story_passes(struct stage *s, const char *customer, int64_t until_ms, struct buffer *out) {
  while (passing_next(s, customer, until_ms)) {
    story_told(out, &s->decision);
    story_note_gift(&s->decision);
  }
}

/* What comes of one line. */
static inline void story_words_tell(struct stage *s, char *const *words, uint32_t count, uint32_t number, struct buffer *out) {
  if (strcmp(words[0], "pool") == 0) {
    char name[128];
    snprintf(name, sizeof name, "c/%s", words[1]);
    buffer_print(out, "%lld left", (long long)stage_pool(s, name).left);
  } else if (strcmp(words[0], "clock") == 0) {
    s->clock_ms = story_instant_of(words[1]);
  } else if (strcmp(words[0], "horizon") == 0) {
    s->settings.horizon_ms = atoi(words[1]) * MS_PER_DAY;
  } else if (strcmp(words[0], "passes") == 0) {
    story_passes(s, words[2], story_instant_of(words[1]), out);
  } else if (strcmp(words[0], "dues") == 0) {
    passing_dues(s, words[1], out);
  } else if (strcmp(words[0], "record") == 0) {
    story_record(s, words[1], out);
  } else if (strcmp(words[0], "gifts") == 0) {
    story_gifts(s, out);
  } else if (strcmp(words[0], "why") == 0) {
    story_why(s, words[1], out);
  } else {
    const struct decision *decision = stage_try(s, story_line(words, count, number));
    if (s->dead.length > 0)
      buffer_print(out, "dead %.*s", STR_FORMAT(s->dead));
    else
      story_told(out, decision);
    story_note_gift(decision);
  }
}

/* One line; false when something else came of it. */
static inline bool story_step(struct stage *s, const struct story *story, char *line, uint32_t number) {
  char *words[24], told[2048], shown[512];
  char *arrow = strstr(line, "=>");
  assert_non_null(arrow);
  snprintf(shown, sizeof shown, "%s", line);
  const char *expected = arrow + 2;
  while (*expected == ' ') expected++;
  *arrow = 0;
  uint32_t count = story_words(line, words, 24);
  struct buffer out;
  buffer_init(&out, told, sizeof told - 1);
  story_words_tell(s, words, count, number, &out);
  assert_false(out.overflowed);
  told[out.length] = 0;
  if (strcmp(told, expected) == 0) return true;
  print_error("%s: step %u: %s\n    came: %s\n", story->name, number, shown, told);
  return false;
}

/* Tells a story; false when a line came to something else. */
static inline bool story_tell(const struct story *story) {
  struct stage *s = story_stage(story);
  char *steps = strdup(story->steps), *rest = steps;
  bool good = true;
  for (uint32_t number = 1; *rest != 0; number++) {
    char *end = strchr(rest, '\n');
    assert_non_null(end);
    *end = 0;
    good = story_step(s, story, rest, number) && good;
    rest = end + 1;
  }
  free(steps);
  stage_free(s);
  return good;
}

static inline void stories_tell(const struct story *stories, size_t count) {
  uint32_t wrong = 0;
  for (size_t i = 0; i < count; i++) wrong += !story_tell(&stories[i]);
  assert_int_equal(wrong, 0);
}

#endif
