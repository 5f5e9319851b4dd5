/* One item of a gift (docs/language.md section 6): form, value, pool, validity, what stands in for it. */
#include "compile.h"

/* clang-format off */
#define ITEM_KEYS                                                                                                         \
  {"id", KEY_MAY}, {"reward", KEY_MUST}, {"value", KEY_MAY}, {"count", KEY_MAY}, {"contents", KEY_MAY},                   \
  {"template", KEY_MAY}, {"labels", KEY_MAY}, {"valid", KEY_MAY}, {"pool", KEY_MAY}, {"or_else", KEY_MAY},                \
  {"chance", KEY_MAY}, {"keep", KEY_MAY}, {"was", KEY_MAY}, {"timing", KEY_MAY}, {"still", KEY_MAY}
/* clang-format on */
static const struct key alone_keys[] = {ITEM_KEYS, {NULL, KEY_MAY}};
static const struct key first_keys[] = {ITEM_KEYS, {"when", KEY_MAY}, {"when_empty", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key draw_keys[] = {ITEM_KEYS, {"weight", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key chance_keys[] = {{"id", KEY_MUST}, {"was", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key nothing_keys[] = {{"id", KEY_MUST}, {"weight", KEY_MAY}, {"nothing", KEY_MUST}, {NULL, KEY_MAY}};
static const struct key valid_keys[] = {{"from", KEY_MAY}, {"to", KEY_MAY}, {"for", KEY_MAY}, {NULL, KEY_MAY}};
#define POOLS_MOST 4u
#define LABELS_MOST 16u
#define KEEP_MOST 8u

static const struct key *keys_of(enum item_place place) {
  if (place == ITEM_OF_FIRST) return first_keys;
  return place == ITEM_OF_DRAW ? draw_keys : alone_keys;
}

/* ---- parts ---- */

static bool form_is_good(struct str form) {
  if (form.length == 0 || form.length > LIMIT_ID_BYTES) return false;
  for (size_t i = 0; i < form.length; i++) {
    char b = form.at[i];
    if (!((b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '_')) return false;
  }
  return true;
}

static void reward_read(struct compile *c, const struct at *at, struct item *item) {
  struct at reward = at_key(at, "reward");
  struct str form;
  if (reward.json == NULL || !read_text(c, &reward, &form)) return;
  if (!form_is_good(form)) {
    report(c, &reward, CHECK_BAD_REWARD, "'%.*s' is not a form of reward: a-z, 0-9 and _, like instant_discount, voucher, points",
           STR_FORMAT(form));
    return;
  }
  item->reward = keep_text(c, form);
  const struct reward_form *known = reward_form_find(form);
  if (known != NULL) item->is_chance = known->chance, item->is_points = known->points, item->is_notice = known->notice;
}

static void own_id_read(struct compile *c, const struct at *at, enum item_place place, const struct rule *rule, struct item *item) {
  struct at id = at_key(at, "id");
  item->id = rule->id, item->first_id = rule->first_id;
  if (id.json != NULL) {
    if (read_id(c, &id, false, &item->id))
      item->id = keep_text(c, item->id);
    else
      item->id = STR("");
    item->first_id = item->id;
  } else if (place != ITEM_ALONE) {
    item->id = item->first_id = STR("");
    report(c, at, CHECK_MISSING_KEY, "an item in a list needs the key 'id'");
  }
}

/* What is in a bundle is counted with the bundle, so nothing of it is ever called otherwise. */
static void id_read(struct compile *c, const struct at *at, enum item_place place, const struct rule *rule, struct item *item) {
  struct at was = at_key(at, "was");
  own_id_read(c, at, place, rule, item);
  if (was.json != NULL && place == ITEM_OF_BUNDLE) {
    report(c, &was, CHECK_BAD_WAS, "what is in a bundle is counted with the bundle: it has no old name");
  } else if (was.json != NULL && item->id.length > 0) {
    struct str own = arena_print(c->scratch, "%.*s.%.*s", STR_FORMAT(rule->name), STR_FORMAT(item->id));
    struct str first = was_read(c, at, &(struct was_scope){.kind = OLD_ITEM, .own = own, .home = rule->name}, own);
    if (!str_equal(first, own)) item->first_id = str_from(first, rule->name.length + 1);
  }
  item->mark = (uint32_t)hash64(&HASH_KEY_FIXED, item->first_id);
}

/* Forms whose value is the gift itself. */
bool reward_is_money(struct str form) {
  const struct reward_form *known = reward_form_find(form);
  return known != NULL && known->money;
}

static void worths_read(struct compile *c, const struct at *at, struct item *item) {
  struct at value = at_key(at, "value"), count = at_key(at, "count");
  item->value = (struct worth){.form = VALUE_FORM_NONE, .of = NONE};
  item->count = (struct worth){.form = VALUE_FORM_FIXED, .fixed = 1, .of = NONE};
  if (value.json != NULL && item->is_chance)
    report(c, &value, CHECK_BAD_CHANCE, "a chance is worth what it buys: it has no 'value'");
  else if (value.json != NULL)
    (void)worth_value_read(c, &value, item->is_points, &item->value);
  else if (item->is_points || reward_is_money(item->reward))
    report(c, at, CHECK_MISSING_KEY, "a reward '%.*s' needs the key 'value'", STR_FORMAT(item->reward));
  if (count.json != NULL) (void)worth_count_read(c, &count, &item->count);
  if (item->count.pay == PAY_TOP_UP && !item->is_chance) report(c, &count, CHECK_BAD_BANDS, "\"top_up\" tops up the count of chances");
}

static void labels_read(struct compile *c, const struct at *at, struct item *item) {
  if (!json_is_object(at->json) || json_object_size(at->json) > LABELS_MOST) {
    report(c, at, CHECK_WRONG_TYPE, "labels are an object of up to %u texts", LABELS_MOST);
    return;
  }
  struct label *labels = take(c, json_object_size(at->json), sizeof *labels);
  for (void *i = json_object_iter(at->json); i != NULL && labels != NULL; i = json_object_iter_next(at->json, i)) {
    struct at child = {.up = at, .json = json_object_iter_value(i), .key = json_object_iter_key(i)};
    struct str value;
    if (!read_text(c, &child, &value)) continue;
    labels[item->label_count++] = (struct label){keep_text(c, str_of(child.key)), keep_text(c, value)};
  }
  item->labels = labels;
}

static void valid_read(struct compile *c, const struct at *at, struct item *item) {
  struct at from = at_key(at, "from"), to = at_key(at, "to"), for_long = at_key(at, "for");
  if (!keys_check(c, at, valid_keys, "valid")) return;
  if (from.json != NULL) (void)read_moment(c, &from, false, &item->valid_from);
  if (for_long.json != NULL && (from.json != NULL || to.json != NULL))
    report(c, at, CHECK_BAD_MOMENT, "'valid' has either 'from' and 'to', or 'for', which counts from the moment of the gift");
  else if (to.json != NULL)
    (void)read_moment(c, &to, true, &item->valid_to);
  if (for_long.json == NULL) return;
  if (json_is_object(for_long.json)) { /* {"working_days": 5} */
    (void)read_moment(c, &for_long, true, &item->valid_to);
    return;
  }
  item->valid_to.kind = MOMENT_AFTER;
  (void)read_duration(c, &for_long, &item->valid_to.after);
}

static void template_read(struct compile *c, const struct at *at, struct item *item) {
  struct at template_id = at_key(at, "template");
  struct str text;
  if (template_id.json == NULL || !read_text(c, &template_id, &text)) return;
  if (text.length > LIMIT_TEXT_BYTES) report(c, &template_id, CHECK_BAD_VALUE, "a template is at most %u bytes", LIMIT_TEXT_BYTES);
  item->template_id = keep_text(c, text);
}

/* ---- pools ---- */

/* "campaign/rule.item"; an item without an id of its own adds none to the rule's. */
static struct str inner_name(struct compile *c, struct str rule, struct str rule_id, struct str item_id, bool alone, struct str pool_id) {
  bool bare = alone && str_equal(item_id, rule_id), more = pool_id.length > 0;
  struct str name = arena_print(c->arena, "%.*s%s%.*s%s%.*s", STR_FORMAT(rule), bare ? "" : ".", bare ? 0 : (int)item_id.length, item_id.at,
                                more ? "#" : "", STR_FORMAT(pool_id));
  if (name.at == NULL) c->full = true;
  return name;
}

static uint32_t pool_inline(struct compile *c, const struct at *at, enum item_place place, const struct rule *rule,
                            const struct item *item) {
  struct at id = at_key(at, "id");
  struct str text = STR("");
  bool alone = place == ITEM_ALONE;
  if (id.json != NULL && !read_id(c, &id, true, &text)) text = STR("");
  struct pool named = {.name = inner_name(c, rule->name, rule->id, item->id, alone, text), .rule = c->rule};
  struct str first = inner_name(c, rule->first_name, rule->first_id, item->first_id, alone, text);
  struct str home = inner_name(c, rule->first_name, rule->first_id, item->first_id, alone, STR(""));
  named.first_name = was_read(c, at, &(struct was_scope){.kind = OLD_POOL, .own = named.name, .home = home}, first);
  named.decl = name_hash40(named.first_name);
  uint32_t number = vec_push(c, &c->pools, 1);
  pool_read(c, at, &named, number);
  return number;
}

static uint32_t pool_one(struct compile *c, const struct at *at, enum item_place place, const struct rule *rule, const struct item *item) {
  struct str ref;
  if (json_is_object(at->json)) return pool_inline(c, at, place, rule, item);
  if (!read_text(c, at, &ref)) return NONE;
  uint32_t decl = name_resolve(c, at, DECL_POOL, ref);
  return decl == NONE ? NONE : decl_at(c, decl)->number;
}

/* As with limits: cited twice, or two written here that would have one name. */
static bool pool_again(struct compile *c, const struct at *at, const uint32_t *numbers, uint32_t count, uint32_t number) {
  struct str name = pool_at(c, number)->name;
  struct at id = at_key(at, "id");
  for (uint32_t i = 0; i < count; i++) {
    if (numbers[i] == number)
      report(c, at, CHECK_BAD_POOL, "the pool is cited twice: it would pay double");
    else if (!str_equal(pool_at(c, numbers[i])->name, name))
      continue;
    else if (id.json != NULL)
      report(c, &id, CHECK_DUPLICATE_ID, "there are two pools '%.*s'", STR_FORMAT(text_of(id.json)));
    else
      report(c, at, CHECK_SAME_NAME, "two pools of the item would both be '%.*s'", STR_FORMAT(name));
    return true;
  }
  return false;
}

static void pools_read(struct compile *c, const struct at *at, enum item_place place, const struct rule *rule, struct item *item) {
  uint32_t numbers[POOLS_MOST], found = 0, count = 1;
  bool list = json_is_array(at->json);
  if (json_is_string(at->json) && str_equal(text_of(at->json), STR("unlimited"))) return;
  if (list && !read_list(c, at, CHECK_NO_POOL, &count)) return;
  if (count > POOLS_MOST) {
    report(c, at, CHECK_TOO_MANY, "%u pools; at most %u", count, POOLS_MOST);
    return;
  }
  for (uint32_t i = 0; i < count; i++) {
    struct at one = list ? at_item(at, i) : *at;
    uint32_t number = pool_one(c, &one, place, rule, item);
    if (number != NONE && !c->full && !pool_again(c, &one, numbers, found, number)) numbers[found++] = number;
  }
  item->pool_first = vec_push(c, &c->refs, found), item->pool_count = found;
  for (uint32_t i = 0; i < found; i++) *ref_at(c, item->pool_first + i) = numbers[i];
}

static bool share_alone(struct compile *c, const struct at *at, enum item_place place, const struct item *item) {
  struct at value = at_key(at, "value"), or_else = at_key(at, "or_else");
  bool one = item->count.form == VALUE_FORM_FIXED && item->count.fixed == 1 && or_else.json == NULL;
  if (place == ITEM_ALONE && one) return true;
  report(c, &value, CHECK_BAD_VALUE, "a share is all that its rule gives: one item, of which there is one, without 'or_else'");
  return false;
}

static void item_pools_read(struct compile *c, const struct at *at, enum item_place place, const struct rule *rule, struct item *item) {
  struct at pool = at_key(at, "pool"), value = at_key(at, "value"), pot = at_key(&value, "share_of");
  if (item->value.form == VALUE_FORM_SHARE) {
    if (pool.json != NULL)
      report(c, &pool, CHECK_BAD_POOL, "a share is drawn from the pool that it is a share of: it has no 'pool' beside it");
    if (share_alone(c, at, place, item)) pools_read(c, &pot, place, rule, item);
    return;
  }
  if (place == ITEM_OF_BUNDLE) {
    if (pool.json != NULL)
      report(c, &pool, CHECK_BAD_REWARD, "what is in a bundle is one unit of the bundle's pool: it has no pool of its own");
    return;
  }
  if (item->is_chance) {
    if (pool.json != NULL) report(c, &pool, CHECK_BAD_CHANCE, "a chance draws on no pool: what it buys does");
    return;
  }
  if (pool.json != NULL)
    pools_read(c, &pool, place, rule, item);
  else if (!item->is_notice && item->reward.length > 0)
    report(c, at, CHECK_NO_POOL, "the item has no 'pool': what can be given must be bounded, or say \"unlimited\"");
}

/* ---- chances ---- */

static void keep_read(struct compile *c, const struct at *at, struct item *item) {
  uint32_t count;
  if (!read_list(c, at, CHECK_BAD_CHANCE, &count)) return;
  if (count > KEEP_MOST) {
    report(c, at, CHECK_TOO_MANY, "%u fields; a chance keeps at most %u", count, KEEP_MOST);
    return;
  }
  uint16_t *keep = take(c, count, sizeof *keep);
  for (uint32_t i = 0; i < count && keep != NULL; i++) {
    struct at one = at_item(at, i);
    struct left left;
    struct str name;
    if (read_text(c, &one, &name) && left_read(c, &one, name, PLACE_TRIGGER, &left))
      keep[item->keep_count++] = (uint16_t)left.index, fx_keeps(c, &one, (uint16_t)left.index);
  }
  item->keep = keep;
}

/* A chance given on the last day must be spendable before the campaign closes. */
static void chance_closing_check(struct compile *c, const struct item *item) {
  const struct campaign *campaign = campaign_now(c);
  struct at period = at_key(&file_now(c)->root, "period");
  if (!file_now(c)->has_period) return;
  int64_t last = campaign->to_ms - 1;
  bool early = item->valid_from.kind == MOMENT_NONE || moment_resolve(&item->valid_from, last, campaign->zone) < campaign->closing_ms;
  bool inside = item->valid_to.kind == MOMENT_NONE || moment_end(&item->valid_to, last, campaign->zone) <= campaign->closing_ms;
  if (early && inside) return;
  report(c, &period, CHECK_SHORT_CLOSING, "a chance '%.*s' that is given on the last day may be spent after the campaign closes",
         STR_FORMAT(item->id));
}

/* {"id": "pack", "was": "packet"}: whichever of the items that give it says so. */
static bool chance_name_read(struct compile *c, const struct at *at, struct str *name) {
  struct at id = json_is_object(at->json) ? at_key(at, "id") : *at, was = at_key(at, "was");
  if (json_is_object(at->json) && !keys_check(c, at, chance_keys, "a chance")) return false;
  if (id.json == NULL || !read_id(c, &id, true, name)) return false;
  uint32_t decl = was.json == NULL ? NONE : name_find(c, DECL_CHANCE, file_now(c)->id, *name);
  if (decl == NONE) return true;
  struct chance *chance = chance_at(c, decl_at(c, decl)->number);
  struct str first = was_read(c, at, &(struct was_scope){.kind = OLD_CHANCE, .own = chance->name}, chance->name);
  bool same = str_equal(chance->first_name, chance->name) || str_equal(chance->first_name, first);
  if (!same) report(c, &was, CHECK_BAD_WAS, "another item says that this chance was '%.*s'", STR_FORMAT(chance->first_name));
  chance->first_name = first, chance->decl = name_hash40(first);
  return true;
}

static void chance_read(struct compile *c, const struct at *at, struct item *item) {
  struct at chance = at_key(at, "chance"), keep = at_key(at, "keep");
  struct str name;
  item->chance = NONE;
  if (!item->is_chance) {
    if (chance.json != NULL) report(c, &chance, CHECK_BAD_CHANCE, "'chance' goes with \"reward\": \"chance\"");
    if (keep.json != NULL) report(c, &keep, CHECK_BAD_CHANCE, "'keep' goes with \"reward\": \"chance\"");
    return;
  }
  if (chance.json == NULL)
    report(c, at, CHECK_MISSING_KEY, "a chance needs the key 'chance': its name");
  else if (chance_name_read(c, &chance, &name)) {
    uint32_t decl = name_find(c, DECL_CHANCE, file_now(c)->id, name);
    if (decl != NONE) item->chance = decl_at(c, decl)->number;
    if (decl != NONE && !decl_at(c, decl)->spent)
      report(c, at, CHECK_CHANCE_NOT_SPENT, "no rule spends the chance '%.*s'", STR_FORMAT(name));
  }
  if (keep.json != NULL) keep_read(c, &keep, item);
  chance_closing_check(c, item);
}

/* ---- bundles, substitutes ---- */

static void contents_read(struct compile *c, const struct at *at, enum item_place place, const struct rule *rule, struct item *item) {
  uint32_t count;
  if (place == ITEM_OF_BUNDLE) {
    report(c, at, CHECK_BAD_REWARD, "a bundle holds no other bundle");
    return;
  }
  if (!str_equal(item->reward, STR("bundle"))) {
    report(c, at, CHECK_BAD_REWARD, "'contents' goes with \"reward\": \"bundle\"");
    return;
  }
  if (!read_list(c, at, CHECK_BAD_REWARD, &count)) return;
  if (count > LIMIT_CONTENTS) {
    report(c, at, CHECK_TOO_MANY, "%u items in a bundle; at most %u", count, LIMIT_CONTENTS);
    return;
  }
  uint32_t first = vec_push(c, &c->items, count);
  for (uint32_t i = 0; i < count; i++) {
    struct at one = at_item(at, i), id = at_key(&one, "id");
    item_read(c, &one, ITEM_OF_BUNDLE, 0, rule, first + i);
    for (uint32_t j = 0; j < i; j++)
      if (id.json != NULL && str_equal(item_at(c, first + i)->id, item_at(c, first + j)->id))
        report(c, &id, CHECK_DUPLICATE_ID, "there are two items '%.*s' in the bundle", STR_FORMAT(item_at(c, first + i)->id));
  }
  item->contents_first = first, item->contents_count = count;
}

/* Of all units together; false: it depends on the event. */
static bool fixed_worth(const struct item *item, __int128_t *out) {
  *out = (__int128_t)item->value.fixed * item->count.fixed;
  return item->value.form == VALUE_FORM_FIXED && item->count.form == VALUE_FORM_FIXED;
}

static void or_else_read(struct compile *c, const struct at *at, uint32_t depth, const struct rule *rule, struct item *item) {
  struct at value = at_key(at, "value"), count = at_key(at, "count"), pool = at_key(at->up, "pool");
  if (item->is_chance || pool.json == NULL || str_equal(text_of(pool.json), STR("unlimited"))) {
    report(c, at, CHECK_BAD_OR_ELSE, "nothing stands in for what cannot run out: 'or_else' goes with a pool");
    return;
  }
  if (depth + 1 > LIMIT_OR_ELSE) {
    report(c, at, CHECK_BAD_OR_ELSE, "a chain of substitutes has at most %u", LIMIT_OR_ELSE);
    return;
  }
  uint32_t number = vec_push(c, &c->items, 1);
  item_read(c, at, ITEM_SUBSTITUTE, depth + 1, rule, number);
  item->or_else = number;
  const struct item *other = item_at(c, number);
  __int128_t own, others;
  if (other->is_chance) report(c, at, CHECK_BAD_OR_ELSE, "a chance cannot stand in for a gift");
  if (!fixed_worth(item, &own) || !fixed_worth(other, &others) || other->is_points != item->is_points) return;
  if (others < own && others > 0)
    report(c, other->value.fixed < item->value.fixed || count.json == NULL ? &value : &count, CHECK_BAD_OR_ELSE,
           "the substitute is worth less than what it stands in for");
}

/* ---- in choosers ---- */

static void chooser_read(struct compile *c, const struct at *at, enum item_place place, struct item *item) {
  static const char *const words[] = {"refuse", "skip", "queue", NULL};
  struct at when = at_key(at, "when"), empty = at_key(at, "when_empty"), weight = at_key(at, "weight");
  uint32_t word = 0;
  int64_t number = 0;
  if (place == ITEM_OF_FIRST) {
    (void)condition_read(c, &when, PLACE_RULE, &item->when);
    if (empty.json != NULL && read_word(c, &empty, words, CHECK_BAD_VALUE, &word)) item->when_empty = (enum when_empty)word;
  }
  if (place != ITEM_OF_DRAW) return;
  if (weight.json == NULL)
    report(c, at, CHECK_BAD_WEIGHTS, "an item of a draw needs the key 'weight'");
  else if (!json_is_integer(weight.json))
    report(c, &weight, CHECK_BAD_WEIGHTS, "a weight must be a whole number, found %s", type_of(weight.json));
  else if (read_int(c, &weight, 1, 1000000000, CHECK_BAD_WEIGHTS, &number))
    item->weight = (uint32_t)number;
}

static bool nothing_read(struct compile *c, const struct at *at, enum item_place place, const struct rule *rule, struct item *item) {
  struct at nothing = at_key(at, "nothing");
  if (place != ITEM_OF_DRAW || nothing.json == NULL) return false;
  item->is_nothing = true;
  (void)keys_check(c, at, nothing_keys, "an item that is nothing");
  if (!json_is_true(nothing.json)) report(c, &nothing, CHECK_BAD_VALUE, "'nothing' is true or left out");
  if (json_object_get(at->json, "id") != NULL) id_read(c, at, place, rule, item);
  chooser_read(c, at, place, item);
  return true;
}

static void parts_read(struct compile *c, const struct at *at, struct item *item) {
  struct at labels = at_key(at, "labels"), valid = at_key(at, "valid");
  template_read(c, at, item);
  if (labels.json != NULL) labels_read(c, &labels, item);
  if (valid.json != NULL) valid_read(c, &valid, item);
}

void item_read(struct compile *c, const struct at *at, enum item_place place, uint32_t depth, const struct rule *rule, uint32_t number) {
  struct item item = {.reward = STR(""),
                      .when = NONE,
                      .or_else = NONE,
                      .still = NONE,
                      .chance = NONE,
                      .value = {.of = NONE},
                      .count = {.form = VALUE_FORM_FIXED, .fixed = 1, .of = NONE},
                      .pointer = at_pointer(c, at)};
  struct at contents = at_key(at, "contents"), or_else = at_key(at, "or_else");
  *item_at(c, number) = item;
  if (!json_is_object(at->json)) {
    report(c, at, CHECK_WRONG_TYPE, "an item must be an object, found %s", type_of(at->json));
    return;
  }
  if (!nothing_read(c, at, place, rule, &item)) {
    (void)keys_check(c, at, keys_of(place), "an item");
    reward_read(c, at, &item);
    id_read(c, at, place, rule, &item);
    worths_read(c, at, &item);
    parts_read(c, at, &item);
    chooser_read(c, at, place, &item);
    item_pools_read(c, at, place, rule, &item);
    chance_read(c, at, &item);
    if (contents.json != NULL) contents_read(c, &contents, place, rule, &item);
    if (or_else.json != NULL) or_else_read(c, &or_else, depth, rule, &item);
    timing_read(c, at, place, &item);
    queue_check(c, at, &item);
  }
  *item_at(c, number) = item;
}
