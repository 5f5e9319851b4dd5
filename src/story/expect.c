/* Reads what a scenario expects of an event: one line, one expectation, a table of words. */
#include "parts.h"

const struct str expect_words[EXPECT_KIND_COUNT] = {
    [EXPECT_GIFT] = {"gift", 4},       [EXPECT_REFUSE] = {"refuse", 6},
    [EXPECT_REVOKE] = {"revoke", 6},   [EXPECT_REDUCE] = {"reduce", 6},
    [EXPECT_OFFSET] = {"offset", 6},   [EXPECT_CHANCE] = {"chance", 6},
    [EXPECT_PENDING] = {"pending", 7}, [EXPECT_REGISTERED] = {"registered", 10},
    [EXPECT_NOTHING] = {"nothing", 7}, [EXPECT_DUPLICATE] = {"duplicate", 9},
    [EXPECT_LATE] = {"late", 4},       [EXPECT_FUTURE] = {"future", 6},
    [EXPECT_UNKNOWN] = {"unknown", 7}, [EXPECT_CONTRADICTED] = {"contradicted", 12},
    [EXPECT_REISSUE] = {"reissue", 7}, [EXPECT_WAIVE] = {"waive", 5},
    [EXPECT_REPAY] = {"repay", 5},
};

/* How each kind is written, for messages. */
#define GIFT_FORM                                                                                            \
  "gift RULE REWARD [VALUE] [count N] [item ITEM] [from POOL] [instead-of ITEM] [valid FROM..TO] [partial] " \
  "[template T] [label NAME=TEXT] [funding PARTY=SHARE] [to CUSTOMER]"
static const char *const forms[EXPECT_KIND_COUNT] = {
    [EXPECT_GIFT] = (GIFT_FORM),
    [EXPECT_PENDING] = "pending RULE REWARD [VALUE] [until MOMENT], and all that may follow 'gift'",
    [EXPECT_REGISTERED] = "registered RULE REWARD [VALUE], and all that may follow 'gift'",
    [EXPECT_REISSUE] = "reissue RULE REWARD [VALUE], and all that may follow 'gift'",
    [EXPECT_REPAY] = "repay RULE REWARD VALUE, and all that may follow 'gift'",
    [EXPECT_WAIVE] = "waive RULE VALUE [to CUSTOMER]",
    [EXPECT_REFUSE] = "refuse RULE REASON [limit NAME] [actual X] [to CUSTOMER]",
    [EXPECT_REVOKE] = "revoke RULE [VALUE] [to CUSTOMER]",
    [EXPECT_REDUCE] = "reduce RULE VALUE [to CUSTOMER]",
    [EXPECT_OFFSET] = "offset RULE VALUE [to CUSTOMER]",
    [EXPECT_CHANCE] = "chance RULE [N] [to CUSTOMER]",
    [EXPECT_NOTHING] = "nothing",
    [EXPECT_DUPLICATE] = "duplicate",
    [EXPECT_LATE] = "late",
    [EXPECT_FUTURE] = "future",
    [EXPECT_UNKNOWN] = "unknown",
    [EXPECT_CONTRADICTED] = "contradicted",
};

static const struct str option_names[] = {{"count", 5},   {"item", 4},   {"from", 4},     {"instead-of", 10}, {"valid", 5},
                                          {"limit", 5},   {"actual", 6}, {"template", 8}, {"label", 5},       {"funding", 7},
                                          {"partial", 7}, {"to", 2},     {"until", 5}};
enum option {
  OPTION_COUNT,
  OPTION_ITEM,
  OPTION_FROM,
  OPTION_INSTEAD,
  OPTION_VALID,
  OPTION_LIMIT,
  OPTION_ACTUAL,
  OPTION_TEMPLATE,
  OPTION_LABEL,
  OPTION_FUNDING,
  OPTION_PARTIAL,
  OPTION_TO,
  OPTION_UNTIL,
  OPTION_NONE
};

struct expect_reader {
  struct str file;
  uint32_t line;
  const struct str *words;
  uint32_t count, at;
  const struct scenario_home *home;
  struct expectation *out;
  struct scenario_problems *problems;
};

static bool complain(struct expect_reader *r, const char *what) {
  scenario_problem(r->problems, r->file, r->line, "%s; write: %s", what, forms[r->out->kind]);
  return false;
}

static enum option option_of(struct str word) {
  for (uint32_t i = 0; i < OPTION_NONE; i++)
    if (str_equal(word, option_names[i])) return (enum option)i;
  return OPTION_NONE;
}

/* Gifts take all but limit and actual; refusals take these two; who got it may be said of all. */
static bool option_fits(enum expect_kind kind, enum option option) {
  if (option == OPTION_TO) return true;
  bool of_refusal = option == OPTION_LIMIT || option == OPTION_ACTUAL;
  if (option == OPTION_UNTIL) return kind == EXPECT_PENDING;
  return (expects_gift(kind) && !of_refusal) || (kind == EXPECT_REFUSE && of_refusal);
}

/* FROM..TO; either end may be left out. */
static bool read_span(struct expect_reader *r, struct str text) {
  size_t dots = 0;
  while (dots + 1 < text.length && !(text.at[dots] == '.' && text.at[dots + 1] == '.')) dots++;
  if (dots + 1 >= text.length) return false;
  struct str from = {text.at, dots}, to = str_from(text, dots + 2);
  r->out->has_valid = true;
  return (from.length == 0 || scenario_moment(from, false, r->home->zone, &r->out->valid_from_ms)) &&
         (to.length == 0 || scenario_moment(to, true, r->home->zone, &r->out->valid_to_ms));
}

/* "scope=rural" of a label, "bank=70%" of a funder. */
static bool store_carried(struct expectation *out, struct str value, bool of_funding) {
  if (out->carried_count == SCENARIO_CARRIED || memchr(value.at, '=', value.length) == NULL) return false;
  out->of_funding[out->carried_count] = of_funding;
  out->carried[out->carried_count++] = value;
  return true;
}

static bool store_option(struct expect_reader *r, enum option option, struct str value) {
  struct expectation *out = r->out;
  switch (option) {
    case OPTION_COUNT: return str_to_int64(value, &out->count) && out->count >= 0;
    case OPTION_ITEM: out->item = value; return true;
    case OPTION_FROM: out->pool = value; return true;
    case OPTION_INSTEAD: out->instead_of = value; return true;
    case OPTION_LIMIT: out->limit = value; return true;
    case OPTION_ACTUAL: out->actual = value; return true;
    case OPTION_TEMPLATE: out->template_id = value; return true;
    case OPTION_LABEL: return store_carried(out, value, false);
    case OPTION_FUNDING: return store_carried(out, value, true);
    case OPTION_TO: out->to = value; return true;
    case OPTION_UNTIL: return scenario_moment(value, false, r->home->zone, &out->until_ms);
    default: return option == OPTION_VALID && read_span(r, value);
  }
}

static bool read_option(struct expect_reader *r) {
  struct str word = r->words[r->at++];
  enum option option = option_of(word);
  if (option == OPTION_NONE || !option_fits(r->out->kind, option)) {
    scenario_problem(r->problems, r->file, r->line, "'%.*s' is not a word of this expectation%s; write: %s", STR_FORMAT(word),
                     scenario_near(r->problems, word, option_names, OPTION_NONE), forms[r->out->kind]);
    return false;
  }
  if (option == OPTION_PARTIAL) {
    r->out->partial = true;
    return true;
  }
  if (r->at == r->count) return complain(r, "a word is missing at the end");
  struct str value = r->words[r->at++];
  if (store_option(r, option, value)) return true;
  scenario_problem(r->problems, r->file, r->line, "'%.*s' cannot follow '%.*s'; write: %s", STR_FORMAT(value), STR_FORMAT(word),
                   forms[r->out->kind]);
  return false;
}

static bool read_reason(struct expect_reader *r, struct str word) {
  struct str codes[REASON_COUNT];
  for (uint32_t i = 0; i < REASON_COUNT; i++) {
    codes[i] = str_of(reasons[i].code);
    if (i != REASON_GIVEN && str_equal(word, codes[i])) {
      r->out->reason = (enum reason)i;
      return true;
    }
  }
  scenario_problem(r->problems, r->file, r->line,
                   "'%.*s' is not a reason code%s; the codes are listed by `giftd explain --help` and in OPERATIONS", STR_FORMAT(word),
                   scenario_near(r->problems, word, codes, REASON_COUNT));
  return false;
}

/* What stands between the rule and the options. */
static bool read_middle(struct expect_reader *r) {
  struct expectation *out = r->out;
  bool more = r->at < r->count, value = more && option_of(r->words[r->at]) == OPTION_NONE;
  switch (out->kind) {
    case EXPECT_GIFT:
    case EXPECT_PENDING:
    case EXPECT_REGISTERED:
    case EXPECT_REISSUE:
    case EXPECT_REPAY:
      if (!more) return complain(r, "the reward is missing");
      out->reward = r->words[r->at++];
      if (r->at < r->count && option_of(r->words[r->at]) == OPTION_NONE) out->value = r->words[r->at++];
      return true;
    case EXPECT_REFUSE: return more ? read_reason(r, r->words[r->at++]) : complain(r, "the reason is missing");
    case EXPECT_CHANCE:
      out->count = 1;
      return !value || (str_to_int64(r->words[r->at++], &out->count) && out->count > 0) || complain(r, "N is a whole number");
    case EXPECT_REDUCE:
    case EXPECT_OFFSET:
    case EXPECT_WAIVE:
      if (!more) return complain(r, "the value is missing");
      out->value = r->words[r->at++];
      return true;
    default:
      if (value) out->value = r->words[r->at++];
      return true;
  }
}

static bool kind_of(struct str word, enum expect_kind *kind) {
  for (uint32_t i = 0; i < EXPECT_KIND_COUNT; i++)
    if (str_equal(word, expect_words[i])) {
      *kind = (enum expect_kind)i;
      return true;
    }
  return false;
}

bool scenario_read_expectation(struct str file, uint32_t line, const struct str *words, uint32_t count, const struct scenario_home *home,
                               struct expectation *out, struct scenario_problems *problems) {
  struct expect_reader r = {file, line, words, count, 1, home, out, problems};
  *out = (struct expectation){
      .line = line, .rule = NONE, .count = 1, .valid_from_ms = TIME_NONE, .valid_to_ms = TIME_NONE, .until_ms = TIME_NONE};
  if (!kind_of(words[0], &out->kind)) {
    scenario_problem(problems, file, line,
                     "'%.*s' is not an expectation%s; indented lines begin with gift, pending, refuse, revoke, reduce, offset, "
                     "chance, nothing, duplicate, late or future; an event begins at the start of its line",
                     STR_FORMAT(words[0]), scenario_near(problems, words[0], expect_words, EXPECT_KIND_COUNT));
    return false;
  }
  if (out->kind >= EXPECT_NOTHING) return count == 1 || complain(&r, "nothing may follow this word");
  if (count < 2) return complain(&r, "the rule is missing");
  out->rule_text = words[r.at++];
  if (!read_middle(&r)) return false;
  while (r.at < r.count)
    if (!read_option(&r)) return false;
  return true;
}
