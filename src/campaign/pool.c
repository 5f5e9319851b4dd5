/* Pools: what there is to give, in units or in money, released at a pace, below a parent (docs/language.md section 7). */
#include "compile.h"

static const struct key pool_keys[] = {{"id", KEY_MAY},     {"was", KEY_MAY},     {"stock", KEY_MAY},    {"budget", KEY_MAY},
                                       {"pace", KEY_MAY},   {"parent", KEY_MAY},  {"by", KEY_MAY},       {"fallback", KEY_MAY},
                                       {"low_at", KEY_MAY}, {"funding", KEY_MAY}, {"released", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key pace_keys[] = {{"max", KEY_MUST}, {"period", KEY_MUST}, {"at", KEY_MAY}, {"carry_over", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key release_keys[] = {{"by", KEY_MUST}, {"reason", KEY_MUST}, {NULL, KEY_MAY}};
static const struct key funder_keys[] = {{"party", KEY_MUST}, {"share", KEY_MUST}, {NULL, KEY_MAY}};
#define STOCK_MOST 1000000000000LL
#define SHARES_MOST 4096u
#define MARKS_MOST 8u
#define FUNDERS_MOST 16u

/* One amount of stock or budget: units are whole numbers, money a text, a budget in points a whole number. */
static bool amount_read(struct compile *c, const struct at *at, const struct pool *pool, int64_t *out) {
  if (pool->of_money) return read_money(c, at, false, out);
  return read_int(c, at, 1, STOCK_MOST, CHECK_BAD_POOL, out);
}

static void shares_read(struct compile *c, const struct at *at, struct pool *out) {
  size_t count = json_object_size(at->json);
  if (count == 0 || count > SHARES_MOST) {
    report(c, at, CHECK_BAD_POOL, "a pool 'by' a field lists 1 to %u values with what each has", SHARES_MOST);
    return;
  }
  struct pool_share *shares = take(c, count, sizeof *shares);
  for (void *i = json_object_iter(at->json); i != NULL && shares != NULL; i = json_object_iter_next(at->json, i)) {
    struct at child = {.up = at, .json = json_object_iter_value(i), .key = json_object_iter_key(i)};
    struct pool_share share = {.value = keep_text(c, str_of(child.key))};
    bool none = json_is_integer(child.json) && json_integer_value(child.json) == 0 && !out->of_money;
    if (!none && amount_read(c, &child, out, &share.total)) out->total += share.total;
    shares[out->share_count++] = share;
  }
  out->shares = shares;
}

static bool first_is_integer(const json_t *json) {
  if (!json_is_object(json)) return json_is_integer(json);
  void *first = json_object_iter((json_t *)(uintptr_t)json);
  return first != NULL && json_is_integer(json_object_iter_value(first));
}

static void by_read(struct compile *c, const struct at *at, struct pool *out) {
  struct at by = at_key(at, "by");
  struct str name;
  struct left left;
  out->by = FIELD_NONE;
  if (by.json == NULL || !read_text(c, &by, &name)) return;
  if (!left_read(c, &by, name, PLACE_TRIGGER, &left)) return;
  if (left.type != TYPE_TEXT)
    report(c, &by, CHECK_BAD_POOL, "'%.*s' is not a text: its values cannot be listed", STR_FORMAT(name));
  else
    out->by = (uint16_t)left.index;
}

static void total_read(struct compile *c, const struct at *at, struct pool *out) {
  struct at stock = at_key(at, "stock"), budget = at_key(at, "budget"), by = at_key(at, "by");
  if ((stock.json == NULL) == (budget.json == NULL)) {
    report(c, at, CHECK_BAD_POOL, "a pool has either 'stock', in units, or 'budget', in money%s",
           stock.json == NULL ? "" : "; here are both");
    return;
  }
  struct at total = stock.json != NULL ? stock : budget;
  out->in_points = budget.json != NULL && first_is_integer(budget.json);
  out->of_money = budget.json != NULL && !out->in_points;
  if (json_is_string(stock.json) && str_equal(text_of(stock.json), STR("unlimited"))) {
    out->unlimited = true;
    if (json_object_get(at->json, "pace") == NULL)
      report(c, at, CHECK_BAD_POOL, "an unlimited stock needs a 'pace', else it is no pool; or write \"pool\": \"unlimited\"");
  } else if (by.json != NULL && !json_is_object(total.json)) {
    report(c, &total, CHECK_BAD_POOL, "a pool 'by' a field says what each value has: {\"br-0101\": 300, \"br-0102\": 200}");
  } else if (by.json == NULL && json_is_object(total.json)) {
    report(c, &total, CHECK_BAD_POOL, "amounts by value need the key 'by': the field whose value chooses");
  } else if (by.json != NULL) {
    shares_read(c, &total, out);
  } else {
    (void)amount_read(c, &total, out, &out->total);
  }
}

static void pace_read(struct compile *c, const struct at *at, struct pool *out) {
  struct at max = at_key(at, "max"), period = at_key(at, "period"), hour = at_key(at, "at"), carry = at_key(at, "carry_over");
  if (!keys_check(c, at, pace_keys, "a pace")) return;
  out->paced = true;
  if (max.json != NULL) (void)amount_read(c, &max, out, &out->pace_max);
  if (period.json != NULL) (void)read_unit(c, &period, true, &out->pace_unit);
  if (carry.json != NULL) (void)read_bool(c, &carry, &out->carry_over);
  if (out->carry_over && !file_now(c)->has_period && campaign_now(c)->programme)
    report(c, &file_now(c)->root, CHECK_MISSING_KEY,
           "a programme whose pool carries left-overs on needs the key 'period': it counts from its beginning");
  if (hour.json == NULL) return;
  if (!json_is_string(hour.json) || !read_clock(text_of(hour.json), &out->pace_at_s) || out->pace_at_s >= 86400)
    report(c, &hour, CHECK_BAD_POOL, "'%.*s' is not a time of day; write \"10:00\"", STR_FORMAT(text_of(hour.json)));
}

static void marks_read(struct compile *c, const struct at *at, struct pool *out) {
  uint32_t count;
  if (!read_list(c, at, CHECK_BAD_POOL, &count)) return;
  if (count > MARKS_MOST) {
    report(c, at, CHECK_TOO_MANY, "%u watermarks; at most %u", count, MARKS_MOST);
    return;
  }
  int32_t *marks = take(c, count, sizeof *marks);
  bool falling = true;
  for (uint32_t i = 0; i < count && marks != NULL; i++) {
    struct at item = at_item(at, i);
    if (!read_percent(c, &item, &marks[i])) continue;
    falling = falling && marks[i] < 10000 && (i == 0 || marks[i] < marks[i - 1]);
  }
  if (!falling) report(c, at, CHECK_BAD_POOL, "watermarks are below 100%% and fall: [\"20%%\", \"5%%\"]");
  out->low_bp = marks, out->low_count = marks == NULL ? 0 : count;
}

static void funding_read(struct compile *c, const struct at *at, struct pool *out) {
  uint32_t count;
  int64_t sum = 0;
  if (!read_list(c, at, CHECK_BAD_SHARES, &count)) return;
  if (count > FUNDERS_MOST) {
    report(c, at, CHECK_TOO_MANY, "%u parties; at most %u", count, FUNDERS_MOST);
    return;
  }
  struct funder *funders = take(c, count, sizeof *funders);
  uint32_t errors = c->findings->errors;
  for (uint32_t i = 0; i < count && funders != NULL; i++) {
    struct at item = at_item(at, i);
    struct at party = at_key(&item, "party"), share = at_key(&item, "share");
    if (!keys_check(c, &item, funder_keys, "a funding party") || party.json == NULL || share.json == NULL) continue;
    if (read_text(c, &party, &funders[i].party)) funders[i].party = keep_text(c, funders[i].party);
    if (read_percent(c, &share, &funders[i].share_bp)) sum += funders[i].share_bp;
  }
  out->funding = funders, out->funding_count = funders == NULL ? 0 : count;
  if (c->findings->errors == errors && sum != 10000 && !c->full)
    report(c, at, CHECK_BAD_SHARES, "the shares add up to %lld.%02lld%%, not to 100%%", (long long)(sum / 100), (long long)(sum % 100));
}

/* Shut: the word alone. Open: who released it, and why. */
static void released_read(struct compile *c, const struct at *at, struct pool *out) {
  struct at by = at_key(at, "by"), reason = at_key(at, "reason");
  struct str text;
  out->reserve = true;
  if (json_is_object(at->json)) {
    if (keys_check(c, at, release_keys, "a release"))
      (void)(by.json != NULL && read_text(c, &by, &text) && reason.json != NULL && read_text(c, &reason, &text));
    return;
  }
  out->shut = json_is_string(at->json) && str_equal(text_of(at->json), STR("by_operator"));
  if (!out->shut)
    report(c, at, CHECK_BAD_POOL,
           "a reserve is shut, \"released\": \"by_operator\", or was released: {\"by\": \"ops.li\", \"reason\": \"...\"}");
}

static uint32_t pool_cited(struct compile *c, const struct at *at) {
  struct str ref;
  if (at->json == NULL || !read_text(c, at, &ref)) return NONE;
  uint32_t decl = name_resolve(c, at, DECL_POOL, ref);
  return decl == NONE ? NONE : decl_at(c, decl)->number;
}

static void effects_check(struct compile *c, const struct at *at, const struct pool *pool) {
  struct at marks = at_key(at, "low_at"), pace = at_key(at, "pace"), max = at_key(&pace, "max");
  if (marks.json != NULL && pool->unlimited) report(c, &marks, CHECK_NO_EFFECT, "a pool without a bottom never runs low");
  if (pool->paced && !pool->unlimited && pool->total > 0 && pool->pace_max >= pool->total)
    report(c, &max, CHECK_NO_EFFECT, "a period releases as much as there is in all: the pace holds nothing back");
}

void pool_read(struct compile *c, const struct at *at, const struct pool *named, uint32_t number) {
  struct pool pool = {.name = named->name,
                      .first_name = named->first_name,
                      .decl = named->decl,
                      .rule = named->rule,
                      .campaign = c->now,
                      .by = FIELD_NONE,
                      .parent = NONE,
                      .fallback = NONE,
                      .start_ms = campaign_now(c)->from_ms,
                      .pointer = at_pointer(c, at)};
  struct at pace = at_key(at, "pace"), marks = at_key(at, "low_at"), funding = at_key(at, "funding");
  struct at parent = at_key(at, "parent"), fallback = at_key(at, "fallback");
  struct at released = at_key(at, "released");
  if (keys_check(c, at, pool_keys, "a pool")) {
    if (released.json != NULL) released_read(c, &released, &pool);
    by_read(c, at, &pool);
    total_read(c, at, &pool);
    if (pace.json != NULL) pace_read(c, &pace, &pool);
    if (marks.json != NULL) marks_read(c, &marks, &pool);
    if (funding.json != NULL) funding_read(c, &funding, &pool);
    pool.parent = pool_cited(c, &parent), pool.fallback = pool_cited(c, &fallback);
    effects_check(c, at, &pool);
  }
  *pool_at(c, number) = pool;
}

void pools_named_read(struct compile *c) {
  const struct file *file = file_now(c);
  for (uint32_t i = 0; i < file->decl_count[DECL_POOL]; i++) {
    struct decl decl = *decl_at(c, file->decl_first[DECL_POOL] + i);
    struct at id = at_key(&decl.at, "id");
    struct pool named = {.name = decl.qualified, .rule = NONE};
    if (id.json != NULL)
      report(c, &id, CHECK_BAD_POOL, "a pool among 'pools' has its name there; 'id' names one that is written in a rule");
    named.first_name = was_read(c, &decl.at, &(struct was_scope){.kind = OLD_POOL, .own = named.name}, named.name);
    named.decl = name_hash40(named.first_name);
    pool_read(c, &decl.at, &named, decl.number);
  }
}

/* Circles are told later (cycles.c). */
static bool chain_pays_by_field(struct compile *c, uint32_t number) {
  for (uint32_t depth = 0; number != NONE && depth <= LIMIT_POOL_DEPTH; number = pool_at(c, number)->parent, depth++)
    if (pool_at(c, number)->by != FIELD_NONE) return true;
  return false;
}

bool item_pays_by_field(struct compile *c, const struct item *item) {
  for (uint32_t i = 0; i < item->pool_count; i++) {
    uint32_t number = *ref_at(c, item->pool_first + i);
    for (uint32_t depth = 0; number != NONE && depth <= LIMIT_POOL_DEPTH; number = pool_at(c, number)->fallback, depth++)
      if (chain_pays_by_field(c, number)) return true;
  }
  return false;
}
