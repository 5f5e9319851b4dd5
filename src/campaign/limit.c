/* Limits: at most so many gifts, or so much, per identity and period (docs/language.md section 7). Every giving rule states them. */
#include "compile.h"
#include "giftd/base/mutant.h"

static const struct key limit_keys[] = {{"id", KEY_MAY},    {"was", KEY_MAY},      {"count", KEY_MAY},   {"amount", KEY_MAY},
                                        {"per", KEY_MAY},   {"per_each", KEY_MAY}, {"period", KEY_MUST}, {"at_limit", KEY_MAY},
                                        {"least", KEY_MAY}, {"missing", KEY_MAY},  {NULL, KEY_MAY}};
static const struct key rolling_keys[] = {{"rolling", KEY_MUST}, {NULL, KEY_MAY}};
#define COUNT_MOST 1000000000LL

static void most_read(struct compile *c, const struct at *at, struct limit *out) {
  struct at count = at_key(at, "count"), amount = at_key(at, "amount");
  if ((count.json == NULL) == (amount.json == NULL)) {
    report(c, at, CHECK_BAD_LIMIT, "a limit has either 'count', of gifts, or 'amount', of their value%s",
           count.json == NULL ? "" : "; here are both");
    return;
  }
  out->of_amount = amount.json != NULL;
  if (count.json != NULL)
    (void)read_int(c, &count, 1, COUNT_MOST, CHECK_BAD_LIMIT, &out->max);
  else if (json_is_integer(amount.json)) {
    out->in_points = true;
    (void)read_int(c, &amount, 1, LIMIT_AMOUNT_MINOR, CHECK_BAD_LIMIT, &out->max);
  } else
    (void)read_money(c, &amount, false, &out->max);
}

static void identities_read(struct compile *c, const struct at *at, struct limit *out) {
  struct at per = at_key(at, "per"), each = at_key(at, "per_each");
  if (per.json != NULL && each.json != NULL) {
    report(c, at, CHECK_BAD_LIMIT, "'per' counts a combination and 'per_each' each identity for itself: a limit has one of them");
    return;
  }
  if (per.json == NULL && each.json == NULL) {
    report(c, at, CHECK_MISSING_KEY, "a limit needs the key 'per' (or 'per_each')");
    return;
  }
  out->each = each.json != NULL;
  (void)dimensions_read(c, out->each ? &each : &per, &out->dimensions, &out->dimension_count);
  for (uint32_t i = 0; i < out->dimension_count; i++)
    if (out->dimensions[i].kind == DIMENSION_CUSTOMER) out->per_customer = true;
}

static void rolling_read(struct compile *c, const struct at *at, struct limit *out) {
  struct at rolling = at_key(at, "rolling");
  struct duration duration;
  if (!keys_check(c, at, rolling_keys, "a rolling period") || rolling.json == NULL || !read_duration(c, &rolling, &duration)) return;
  int64_t days = duration.ms / MS_PER_DAY;
  out->unit = UNIT_DAY, out->rolling_days = (uint32_t)days;
  if (duration.months != 0 || duration.ms % MS_PER_DAY != 0 || days < 1 || days > (int64_t)LIMIT_ROLLING_DAYS)
    report(c, &rolling, CHECK_BAD_LIMIT, "a rolling period is 1 to %u whole days, like \"P30D\"", LIMIT_ROLLING_DAYS);
}

static void period_read(struct compile *c, const struct at *at, struct limit *out) {
  if (json_object_get(at->json, "rolling") != NULL) {
    rolling_read(c, at, out);
    return;
  }
  if (!read_period(c, at, false, &out->unit, &out->cycle)) return;
  if (out->cycle == 0) unit_check(c, at, out->unit);
  if (out->cycle > 0 && (out->each || !out->per_customer))
    report(c, at, CHECK_BAD_LIMIT, "the cycle is the customer's own: the limit is per \"customer\", alone or with others (not 'per_each')");
}

static void edge_read(struct compile *c, const struct at *at, struct limit *out) {
  static const char *const at_limit_words[] = {"reject", "partial", NULL}, *const missing_words[] = {"refuse", "skip", NULL};
  struct at at_limit = at_key(at, "at_limit"), least = at_key(at, "least"), missing = at_key(at, "missing");
  uint32_t word = 0;
  if (at_limit.json != NULL && read_word(c, &at_limit, at_limit_words, CHECK_BAD_VALUE, &word)) out->partial = word == 1;
  if (out->partial && !out->of_amount && json_object_get(at->json, "count") != NULL)
    report(c, &at_limit, CHECK_BAD_LIMIT, "a gift cannot be given in part by count; \"partial\" goes with 'amount'");
  if (least.json != NULL && !out->partial)
    report(c, &least, CHECK_BAD_LIMIT, "'least' goes with \"at_limit\": \"partial\"");
  else if (least.json != NULL && out->in_points)
    (void)read_int(c, &least, 1, LIMIT_AMOUNT_MINOR, CHECK_BAD_LIMIT, &out->least);
  else if (least.json != NULL)
    (void)read_money(c, &least, false, &out->least);
  if (out->least > out->max && out->max > 0)
    report(c, &least, CHECK_BAD_LIMIT, "'least' is above the limit itself: nothing could be given");
  bool absent = false; /* something that an event may lack */
  for (uint32_t i = 0; i < out->dimension_count; i++)
    absent = absent || (out->dimensions[i].kind != DIMENSION_CUSTOMER && out->dimensions[i].kind != DIMENSION_UNIT);
  if (missing.json != NULL && out->dimension_count > 0 && !absent)
    report(c, &missing, CHECK_NO_EFFECT, "no event lacks its customer or its time: nothing is ever missing");
  word = 0;
  if (missing.json != NULL && read_word(c, &missing, missing_words, CHECK_BAD_VALUE, &word)) out->missing_skip = word == 1;
}

static bool limit_read(struct compile *c, const struct at *at, uint32_t rule, struct limit *out) {
  struct at period = at_key(at, "period");
  uint32_t errors = c->findings->errors;
  *out = (struct limit){.campaign = c->now, .rule = rule, .pointer = at_pointer(c, at)};
  if (!keys_check(c, at, limit_keys, "a limit")) return false;
  most_read(c, at, out);
  identities_read(c, at, out);
  if (period.json != NULL) period_read(c, &period, out);
  edge_read(c, at, out);
  return c->findings->errors == errors;
}

static void limit_named_read(struct compile *c, const struct decl *decl, struct limit *out) {
  struct at id = at_key(&decl->at, "id");
  (void)limit_read(c, &decl->at, NONE, out);
  if (id.json != NULL)
    report(c, &id, CHECK_BAD_LIMIT, "a limit among 'limits' has its name there; 'id' names one that is written in a rule");
  out->name = decl->qualified;
  out->first_name = was_read(c, &decl->at, &(struct was_scope){.kind = OLD_LIMIT, .own = out->name}, out->name);
  out->decl = name_hash40(out->first_name);
}

void limits_named_read(struct compile *c) {
  const struct file *file = file_now(c);
  for (uint32_t i = 0; i < file->decl_count[DECL_LIMIT]; i++) {
    struct decl decl = *decl_at(c, file->decl_first[DECL_LIMIT] + i);
    struct limit limit;
    limit_named_read(c, &decl, &limit);
    uint32_t number = vec_push(c, &c->limits, 1);
    *limit_at(c, number) = limit;
    decl_at(c, file->decl_first[DECL_LIMIT] + i)->number = number;
  }
}

/* ---- of a rule ---- */

/* "campaign/rule#count.customer.day", or behind # the id. */
static struct str inline_name(struct compile *c, struct str rule, const struct limit *limit, struct str id, bool first) {
  char memory[1024];
  struct buffer out;
  buffer_init(&out, memory, sizeof memory);
  if (id.length > 0)
    buffer_put(&out, id);
  else if (!c->full)
    limit_say(&out, limit, facts_now(c), limit->cycle > 0 ? own_cycle_at(c, limit->cycle - 1)->name : STR(""), file_now(c)->id, first);
  struct str name = arena_print(c->arena, "%.*s#%.*s", STR_FORMAT(rule), STR_FORMAT(buffer_text(&out)));
  if (name.at == NULL) c->full = true;
  return name;
}

/* No place in its name: adding, removing and reordering limits moves no counter. */
static uint32_t limit_inline(struct compile *c, const struct at *at, const struct rule *rule) {
  struct at id = at_key(at, "id");
  struct str text = STR("");
  struct limit limit;
  bool good = limit_read(c, at, c->rule, &limit);
  if (id.json != NULL && !read_id(c, &id, true, &text)) good = false;
  if (!good) return NONE;
  limit.name = inline_name(c, rule->name, &limit, text, false);
  struct was_scope scope = {.kind = OLD_LIMIT, .own = limit.name, .home = rule->first_name};
  limit.first_name = was_read(c, at, &scope, inline_name(c, rule->first_name, &limit, text, true));
  limit.decl = name_hash40(limit.first_name);
  uint32_t number = vec_push(c, &c->limits, 1);
  *limit_at(c, number) = limit;
  return number;
}

static uint32_t limit_cited(struct compile *c, const struct at *at) {
  struct str ref;
  if (!read_text(c, at, &ref)) return NONE;
  uint32_t decl = name_resolve(c, at, DECL_LIMIT, ref);
  if (decl == NONE) return NONE;
  uint32_t number = decl_at(c, decl)->number;
  struct clash clash = tally_clash(c, USE_COMPARE, (struct tally){TALLY_MONEY, c->now}, tally_of_limit(limit_at(c, number)));
  if (clash.text.length > 0) report(c, at, clash.code, "%.*s", STR_FORMAT(clash.text));
  return number;
}

/* Whether a limit of the rule stands among those before it: the same one, or one that would have its name. */
static bool limit_again(struct compile *c, const struct at *at, const uint32_t *numbers, uint32_t count, uint32_t number) {
  struct str name = limit_at(c, number)->name;
  struct at id = at_key(at, "id");
  for (uint32_t i = 0; i < count; i++) {
    if (numbers[i] == number)
      report(c, at, CHECK_BAD_LIMIT, "the limit is cited twice: it would count double");
    else if (!str_equal(limit_at(c, numbers[i])->name, name))
      continue;
    else if (id.json != NULL)
      report(c, &id, CHECK_DUPLICATE_ID, "there are two limits '%.*s'", STR_FORMAT(text_of(id.json)));
    else
      report(c, at, CHECK_SAME_NAME, "two limits of the rule say the same, '%.*s'", STR_FORMAT(name));
    return true;
  }
  return false;
}

/* What a limit would be known by, were it not for its name: the mutant's. */
static uint64_t decl_of_place(struct compile *c, const struct rule *rule, uint32_t place) {
  return name_hash40(arena_print(c->arena, "%.*s#%u", STR_FORMAT(rule->name), place));
}

/* Own ones first: they cost no claim. */
static void limits_list_read(struct compile *c, const struct at *at, uint32_t count, struct rule *rule) {
  uint32_t numbers[LIMIT_LIMITS_PER_RULE], found = 0;
  for (uint32_t pass = 0; pass < 2; pass++) {
    for (uint32_t i = 0; i < count; i++) {
      struct at item = at_item(at, i);
      bool own = json_is_object(item.json);
      if (own != (pass == 0)) continue;
      uint32_t number = own ? limit_inline(c, &item, rule) : limit_cited(c, &item);
      if (MUTANT(LIMIT_BY_PLACE) && own && number != NONE) limit_at(c, number)->decl = decl_of_place(c, rule, i);
      if (number != NONE && !c->full && !limit_again(c, &item, numbers, found, number)) numbers[found++] = number;
    }
  }
  rule->limit_first = vec_push(c, &c->refs, found), rule->limit_count = found;
  for (uint32_t i = 0; i < found; i++) *ref_at(c, rule->limit_first + i) = numbers[i];
}

void rule_limits_read(struct compile *c, const struct at *rule_at, struct rule *rule) {
  struct at limits = at_key(rule_at, "limits");
  uint32_t count;
  if (limits.json == NULL) {
    report(c, rule_at, CHECK_NO_LIMITS, "the rule has no 'limits': a gift without a limit is a hole in the budget");
    return;
  }
  if (json_is_string(limits.json) && str_equal(text_of(limits.json), STR("unlimited"))) {
    report(c, &limits, CHECK_NO_LIMIT_AT_ALL, "the rule gives without any limit");
    return;
  }
  if (!read_list(c, &limits, CHECK_NO_LIMITS, &count)) return;
  if (count > LIMIT_LIMITS_PER_RULE) {
    report(c, &limits, CHECK_TOO_MANY, "%u limits; at most %u claims a gift", count, LIMIT_LIMITS_PER_RULE);
    return;
  }
  limits_list_read(c, &limits, count, rule);
}
