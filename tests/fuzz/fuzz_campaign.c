/* Any bytes as a campaign file, beside a bank that is sound. Beside "no crash, no read outside": what is refused says why, in words that
 * may be printed; what is accepted holds no number that points outside, since match and decide follow every one of them unchecked. */
#include <stdlib.h>

#include "giftd/wording.h"

#define CHECK(condition) ((condition) ? (void)0 : abort())
#define MEMORY (8u << 20)

static const char bank[] =
    "{\"id\":\"bank\",\"version\":1,\"name\":{\"zh\":\"b\",\"en\":\"b\"},\"period\":{\"from\":\"2026-12-01\",\"to\":\"2027-12-31\"},"
    "\"lists\":{\"dining\":[\"5811\",\"5812\"],\"supermarket\":[\"5411\"],\"tea\":[\"5815\"]},"
    "\"activities\":{\"spend\":[{\"event\":\"txn.card_spend\",\"when\":{\"status\":\"settled\"}}]},"
    "\"facts\":{\"last_login\":{\"last\":\"login\"},\"last_txn\":{\"last\":{\"activity\":\"spend\"},\"keep\":\"merchant\"},"
    "\"first_transfer\":{\"first\":\"txn.transfer\"}},"
    "\"limits\":{\"card-binding\":{\"count\":1,\"per\":[\"card\"],\"period\":\"ever\"}},"
    "\"pools\":{\"top\":{\"budget\":\"1000.00\"},\"small\":{\"budget\":\"500.00\",\"parent\":\"top\",\"fallback\":\"top\"}},"
    "\"schedules\":{\"friday\":{\"days\":[\"fri\"]}},\"risk\":{\"deny\":[\"tag:denied\"]}}";

static bool in_span(uint32_t first, uint32_t count, uint32_t all) { return count == 0 || (first < all && count <= all - first); }
static bool is_node(const struct rulebook *book, uint32_t node) { return node == NONE || node < book->condition_count; }

static void check_left(const struct rulebook *book, const struct condition *leaf) {
  switch (leaf->left) {
    case LEFT_FIELD:
    case LEFT_PROFILE:
    case LEFT_CHANCE: CHECK(leaf->index < book->catalogue->field_count); break;
    case LEFT_FACT:
    case LEFT_FACT_AT:
    case LEFT_FACT_KEEP:
    case LEFT_FACT_ELAPSED: CHECK(leaf->index < book->fact_count); break;
    case LEFT_SCHEDULE: CHECK(leaf->index < book->schedule_count); break;
    case LEFT_RULE_REWARD: CHECK(leaf->index < 2); break;
    default: break;
  }
}

static void check_condition(const struct rulebook *book, const struct condition *condition) {
  if (condition->kind != CONDITION_LEAF) {
    bool stateless = true;
    CHECK(in_span(condition->first, condition->count, book->condition_count) && condition->count > 0);
    for (uint32_t i = 0; i < condition->count; i++) stateless = stateless && book->conditions[condition->first + i].stateless;
    CHECK(stateless == condition->stateless);
    return;
  }
  check_left(book, condition);
  CHECK(condition->operand.list == NONE || condition->operand.list < book->list_count);
  CHECK(condition->operand.other == NONE || condition->operand.other < book->condition_count);
  CHECK(condition->op != OP_SAME_AS || condition->operand.other != NONE);
  CHECK(condition->op != OP_BETWEEN || condition->operand.low <= condition->operand.high);
  CHECK(condition->operand.text_count == 0 || condition->operand.texts != NULL);
}

static void check_dimensions(const struct rulebook *book, const struct dimension *dimensions, uint32_t count) {
  CHECK(count <= LIMIT_DIMENSIONS);
  for (uint32_t i = 0; i < count; i++) {
    if (dimensions[i].kind == DIMENSION_FIELD) CHECK(dimensions[i].index < book->catalogue->field_count);
    if (dimensions[i].kind == DIMENSION_FACT || dimensions[i].kind == DIMENSION_FACT_AT) CHECK(dimensions[i].index < book->fact_count);
  }
}

static void check_fact(const struct rulebook *book, const struct fact *fact) {
  CHECK(fact->campaign < book->campaign_count && is_node(book, fact->when));
  CHECK(in_span(fact->on.first, fact->on.count, book->trigger_count) &&
        in_span(fact->resets.first, fact->resets.count, book->trigger_count));
  check_dimensions(book, fact->dimensions, fact->dimension_count);
  CHECK(fact->keep == FIELD_NONE || fact->keep < book->catalogue->field_count);
  CHECK(fact->task_count <= LIMIT_TASKS && fact->need <= fact->task_count && fact->axis_count <= 2);
  CHECK(fact->kind != FACT_TRACK || (fact->task_count > 0 && fact->need > 0));
  CHECK(fact->kind != FACT_TABLE || (fact->axis_count > 0 && fact->cells != NULL));
  bool computed = fact->kind == FACT_TABLE || fact->kind == FACT_DIFFERENCE || fact->kind == FACT_LEVEL;
  CHECK(computed || fact->on.count > 0);
  for (uint32_t i = 0; fact->kind == FACT_DIFFERENCE && i < 2; i++)
    CHECK(fact->parts[i] < book->fact_count && book->facts[fact->parts[i]].kind == FACT_MEASURE);
  CHECK(fact->level_count <= LIMIT_LEVELS && (fact->kind != FACT_LEVEL) == (fact->level_count == 0));
  for (uint32_t i = 0; fact->kind == FACT_LEVEL && i < fact->level_count; i++)
    CHECK(fact->parts[0] < book->fact_count && (i == 0 || fact->levels[i - 1].from < fact->levels[i].from));
  for (uint32_t i = 0; i < fact->task_count; i++)
    CHECK(in_span(fact->tasks[i].on.first, fact->tasks[i].on.count, book->trigger_count) && is_node(book, fact->tasks[i].when));
  for (uint32_t i = 0; i < fact->axis_count; i++) {
    const struct axis *axis = &fact->axes[i];
    CHECK(axis->left < book->condition_count && axis->count > 0 && (axis->from != NULL) != (axis->lists != NULL));
    for (uint32_t j = 0; axis->lists != NULL && j < axis->count; j++) CHECK(axis->lists[j] < book->list_count);
  }
  for (uint32_t i = 1; i < fact->band_count; i++) CHECK(fact->bands[i - 1] < fact->bands[i]);
  CHECK(fact->kind != FACT_MEASURE || !fact->seen_by_rules || fact->band_count > 0);
}

static void check_worth(const struct rulebook *book, const struct worth *worth) {
  bool derived = worth->form == VALUE_FORM_PERCENT || worth->form == VALUE_FORM_BANDS || worth->form == VALUE_FORM_SHARE;
  CHECK(!derived || worth->of < book->condition_count);
  CHECK(worth->form != VALUE_FORM_FIXED || worth->fixed > 0);
  CHECK(worth->form != VALUE_FORM_BANDS || worth->band_count > 0);
  for (uint32_t i = 1; worth->form == VALUE_FORM_BANDS && i < worth->band_count; i++)
    CHECK(worth->bands[i - 1].from < worth->bands[i].from);
}

static void check_item(const struct rulebook *book, const struct item *item) {
  CHECK(is_node(book, item->when) && in_span(item->pool_first, item->pool_count, book->ref_count));
  for (uint32_t i = 0; i < item->pool_count; i++) CHECK(book->refs[item->pool_first + i] < book->pool_count);
  CHECK(item->or_else == NONE || item->or_else < book->item_count);
  CHECK(!item->is_chance || item->chance < book->chance_count);
  CHECK(in_span(item->contents_first, item->contents_count, book->item_count));
  if (item->is_nothing) return;
  CHECK(item->reward.length > 0 && item->id.length > 0);
  check_worth(book, &item->value);
  check_worth(book, &item->count);
}

static void check_pool(const struct rulebook *book, const struct pool *pool) {
  uint32_t depth = 0;
  CHECK(pool->campaign < book->campaign_count && (pool->by == FIELD_NONE || pool->by < book->catalogue->field_count));
  CHECK(pool->unlimited ? pool->paced : pool->total > 0 || pool->share_count > 0);
  for (uint32_t at = pool->parent; at != NONE; at = book->pools[at].parent) CHECK(at < book->pool_count && ++depth <= LIMIT_POOL_DEPTH);
  depth = 0;
  for (uint32_t at = pool->fallback; at != NONE; at = book->pools[at].fallback) CHECK(at < book->pool_count && ++depth <= LIMIT_POOL_DEPTH);
}

static void check_rule(const struct rulebook *book, const struct rule *rule) {
  CHECK(rule->campaign < book->campaign_count && is_node(book, rule->when));
  CHECK(rule->on.count > 0 && in_span(rule->on.first, rule->on.count, book->trigger_count));
  CHECK(rule->schedule == NONE || rule->schedule < book->schedule_count);
  CHECK(rule->spends == NONE || rule->spends < book->chance_count);
  CHECK(rule->item_count > 0 && in_span(rule->item_first, rule->item_count, book->item_count));
  CHECK(in_span(rule->limit_first, rule->limit_count, book->ref_count));
  for (uint32_t i = 0; i < rule->limit_count; i++) CHECK(book->refs[rule->limit_first + i] < book->limit_count);
  check_dimensions(book, rule->once_per, rule->once_per_count);
}

static void check_listener(const struct rulebook *book, uint32_t number) {
  const struct listener *listener = &book->listeners[number];
  CHECK(listener->type < book->catalogue->type_count && listener->campaign < book->campaign_count);
  CHECK(listener->owner < (listener->kind == LISTENER_RULE ? book->rule_count : book->fact_count));
  CHECK(listener->kind != LISTENER_TASK || listener->part < book->facts[listener->owner].task_count);
  for (unsigned i = 0; i < 3; i++) CHECK(is_node(book, listener->conditions[i]));
  CHECK(number == 0 || book->listeners[number - 1].type <= listener->type);
}

static void check_book(const struct rulebook *book) {
  for (uint32_t i = 0; i < book->condition_count; i++) check_condition(book, &book->conditions[i]);
  for (uint32_t i = 0; i < book->fact_count; i++) check_fact(book, &book->facts[i]);
  for (uint32_t i = 0; i < book->item_count; i++) check_item(book, &book->items[i]);
  for (uint32_t i = 0; i < book->pool_count; i++) check_pool(book, &book->pools[i]);
  for (uint32_t i = 0; i < book->rule_count; i++) check_rule(book, &book->rules[i]);
  for (uint32_t i = 0; i < book->listener_count; i++) check_listener(book, i);
  for (uint32_t i = 0; i < book->trigger_count; i++) CHECK(is_node(book, book->triggers[i].when));
  for (uint32_t i = 0; i < book->limit_count; i++) {
    check_dimensions(book, book->limits[i].dimensions, book->limits[i].dimension_count);
    CHECK(book->limits[i].max > 0 && book->limits[i].dimension_count > 0);
  }
  for (uint32_t i = 0; i < book->schedule_count; i++) CHECK(book->schedules[i].from_ms < book->schedules[i].to_ms);
}

/* Every name has a meaning that can be printed, and a set that is compared with itself changes nothing. */
static void check_meanings(const struct rulebook *book, struct arena *scratch) {
  static unsigned char memory[1u << 20];
  struct arena arena;
  struct changes changes;
  struct fault fault;
  for (uint32_t i = 0; i < book->campaign_count; i++) {
    struct meaning_cursor at = {0};
    struct meaning one;
    while (meaning_next(book, i, &at, &one)) CHECK(one.name.length > 0 && one.text.length > 0 && one.decl < UINT64_C(1) << 40);
    CHECK(in_span(book->campaigns[i].cited_first, book->campaigns[i].cited_count, book->ref_count));
  }
  arena_init(&arena, memory, sizeof memory);
  arena_reset(scratch);
  enum status status = meanings_compare(book, book, (struct about){0, 0}, 0, &arena, scratch, &changes, &fault);
  CHECK(status == STATUS_LIMIT || (status == STATUS_OK && changes.count == 0));
}

/* Every campaign has a rule text in both languages, and it is text. */
static void check_texts(const struct rulebook *book, struct arena *scratch) {
  static char memory[1u << 20];
  struct fault fault;
  for (uint32_t i = 0; i < book->campaign_count; i++)
    for (int language = LANGUAGE_EN; language <= LANGUAGE_ZH && !book->campaigns[i].programme; language++) {
      struct buffer out;
      arena_reset(scratch);
      buffer_init(&out, memory, sizeof memory);
      enum status status = wording_campaign(&out, book, i, (enum language)language, scratch, &fault);
      CHECK(status == STATUS_LIMIT || (status == STATUS_OK && str_is_utf8(buffer_text(&out))));
    }
}

static void check_findings(const struct findings *findings) {
  static char memory[4096];
  uint32_t errors = 0;
  for (uint32_t i = 0; i < findings->count; i++) {
    const struct finding *finding = &findings->items[i];
    struct buffer out;
    CHECK(finding->code < CHECK_CODE_COUNT && finding->text.length > 0 && str_is_utf8(finding->text) && str_is_utf8(finding->pointer));
    errors += finding->code < CHECK_WARNINGS;
    buffer_init(&out, memory, sizeof memory);
    finding_print(&out, finding);
    CHECK(!out.overflowed);
  }
  CHECK(findings->dropped > 0 || errors == findings->errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct catalogue catalogue;
  static unsigned char memory[MEMORY], temporary[MEMORY];
  struct source sources[2] = {{STR("bank.json"), {bank, sizeof bank - 1}}, {STR("fuzz.json"), {(const char *)data, size}}};
  struct arena arena, scratch;
  struct findings findings = {0};
  struct fault fault;
  const struct rulebook *book = NULL;
  if (catalogue.field_count == 0) catalogue_init(&catalogue);
  arena_init(&arena, memory, sizeof memory);
  arena_init(&scratch, temporary, sizeof temporary);
  enum status status = rulebook_read(sources, 2, &catalogue, &arena, &scratch, &findings, &book, &fault);
  CHECK(status == STATUS_OK || status == STATUS_INPUT || status == STATUS_LIMIT);
  CHECK((status == STATUS_OK) == (book != NULL));
  CHECK(status != STATUS_INPUT || findings.errors > 0);
  check_findings(&findings);
  if (book != NULL) check_book(book);
  if (book != NULL) check_meanings(book, &scratch);
  if (book != NULL) check_texts(book, &scratch);
  return 0;
}
