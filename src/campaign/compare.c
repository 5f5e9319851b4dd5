/* What a set of campaign files changes against the one before: by the meanings of names (meaning.c), by versions and by what is gone.
 *
 *     a name of the old set, by kind and oldest name,  found in the new one with the same meaning:  goes on
 *                                                      found with another meaning:                  refused
 *                                                      not found:                                   refused
 *     a name of the new set alone:                                                                  starts at nothing
 *
 * A name lives from its campaign's first day - before that nothing has counted but a first or last - until what was counted is forgotten. A
 * rule that is gone is told once, not again for everything that stood in it. A limit that is named by what it says may be taken out of its
 * rule, but not for another that says something else: that one would begin at nothing. */
#include "fact_row.h"

const struct change_class_info change_classes[CHANGE_CLASSES] = {
    [CHANGE_NEW] = {"NEW", "starts at nothing", "新增,从零开始"},
    [CHANGE_GOES_ON] = {"GOES_ON", "goes on with other terms or under another name", "延续,条款或名称有变"},
    [CHANGE_MEANING] = {"CHANGED_MEANING", "means something else", "含义改变"},
    [CHANGE_GONE] = {"GONE", "is not there any more", "已不存在"},
    [CHANGE_VERSION_BACK] = {"VERSION_BACK", "has a lower version than before", "版本号倒退"},
    [CHANGE_SAME_VERSION] = {"SAME_VERSION", "says something else under the same version", "同一版本内容不同"},
    [CHANGE_CAMPAIGN_GONE] = {"CAMPAIGN_GONE", "is not there any more", "活动文件已不存在"},
    [CHANGE_PAST_DAY] = {"PAST_DAY", "goes by a calendar in which a day that has begun is another one", "日历改变了已过去的日子"},
    [CHANGE_PAST_RATE] = {"PAST_RATE", "goes by a table in which a day that it had has other rates", "汇率表改变了已有日期的汇率"},
};

#define NEAR_CHANGES 200u

/* One name of the new set. */
struct entry {
  enum meaning_kind kind;
  uint32_t campaign, number;
  struct str name, first, text;
  bool seen; /* the old set has it too */
};

struct comparing {
  const struct rulebook *before, *after;
  struct about now;
  int64_t remembered_ms;
  struct arena *arena, *scratch;
  struct changes *changes;
  uint32_t capacity;
  struct entry *entries;
  uint32_t entry_count;
  uint32_t *slots, mask; /* by kind and oldest name: number of the entry + 1 */
  bool full;
};

/* ---- the names of the new set ---- */

/* By the oldest name itself: nobody has made sure that the hashes of items are apart. */
static uint32_t *slot_of(struct comparing *c, const struct meaning *one) {
  for (uint32_t slot = (uint32_t)(one->decl * 31 + (uint64_t)one->kind) & c->mask;; slot = (slot + 1) & c->mask) {
    if (c->slots[slot] == 0) return &c->slots[slot];
    const struct entry *entry = &c->entries[c->slots[slot] - 1];
    if (entry->kind == one->kind && str_equal(entry->first, one->first)) return &c->slots[slot];
  }
}

static struct entry *entry_find(struct comparing *c, const struct meaning *meaning) {
  uint32_t number = *slot_of(c, meaning);
  return number == 0 ? NULL : &c->entries[number - 1];
}

static bool entries_reserve(struct comparing *c) {
  const struct rulebook *book = c->after;
  uint32_t most = book->campaign_count + book->fact_count + book->limit_count + book->pool_count + book->chance_count + book->rule_count +
                  book->item_count;
  c->mask = 63;
  while (c->mask < 2 * most) c->mask = 2 * c->mask + 1;
  c->entries = arena_array(c->scratch, most, sizeof *c->entries);
  c->slots = arena_array(c->scratch, (size_t)c->mask + 1, sizeof *c->slots);
  return c->entries != NULL && c->slots != NULL;
}

static void entries_fill(struct comparing *c) {
  for (uint32_t i = 0; i < c->after->campaign_count; i++) {
    struct meaning_cursor at = {0};
    struct meaning one;
    while (meaning_next(c->after, i, &at, &one)) {
      c->entries[c->entry_count] = (struct entry){.kind = one.kind,
                                                  .campaign = i,
                                                  .number = one.number,
                                                  .name = arena_copy(c->scratch, one.name),
                                                  .first = arena_copy(c->scratch, one.first),
                                                  .text = arena_copy(c->scratch, one.text)};
      *slot_of(c, &one) = ++c->entry_count;
    }
  }
}

static void entries_meet(struct comparing *c) {
  for (uint32_t i = 0; i < c->before->campaign_count; i++) {
    struct meaning_cursor at = {0};
    struct meaning one;
    while (meaning_next(c->before, i, &at, &one)) {
      struct entry *entry = entry_find(c, &one);
      if (entry != NULL) entry->seen = true;
    }
  }
}

/* ---- telling ---- */

static struct change *change_new(struct comparing *c, enum change_class class, bool refused, enum meaning_kind kind, struct str campaign) {
  struct changes *all = c->changes;
  if (all->count == c->capacity) {
    uint32_t capacity = c->capacity == 0 ? 16 : 2 * c->capacity;
    struct change *items = arena_array(c->arena, capacity, sizeof *items);
    c->full = c->full || items == NULL;
    if (items == NULL) return NULL;
    if (all->count > 0) memcpy(items, all->items, all->count * sizeof *items);
    all->items = items, c->capacity = capacity;
  }
  struct change *change = &all->items[all->count++];
  *change = (struct change){.class = class, .refused = refused, .kind = kind, .campaign = arena_copy(c->arena, campaign)};
  all->refused += refused;
  return change;
}

/* As `was` takes it: a fact, limit or pool by its whole name, a rule, item or chance by its id. */
static struct str was_word(enum meaning_kind kind, struct str name) {
  struct str home, rest = name, id;
  if (kind == MEANING_FACT || kind == MEANING_LIMIT || kind == MEANING_POOL) return name;
  if (!str_split(name, '/', &home, &rest)) return name;
  return kind == MEANING_ITEM && str_split(rest, '.', &home, &id) ? id : rest;
}

static struct str was_text(struct comparing *c, const struct meaning *old) {
  struct str first = was_word(old->kind, old->first), now = was_word(old->kind, old->name);
  if (str_equal(first, now)) return arena_print(c->scratch, "\"was\": \"%.*s\"", STR_FORMAT(first));
  return arena_print(c->scratch, "\"was\": [\"%.*s\", \"%.*s\"]", STR_FORMAT(first), STR_FORMAT(now));
}

/* A new name that may be the lost one under another: of the same kind and campaign, and it says the same. When very much is lost nobody
 * renamed it all, and the search would take long. */
static const struct entry *renamed_find(const struct comparing *c, const struct meaning *old, struct str campaign) {
  for (uint32_t i = 0; i < c->entry_count && c->changes->refused < NEAR_CHANGES; i++) {
    const struct entry *entry = &c->entries[i];
    if (entry->seen || entry->kind != old->kind || !str_equal(entry->text, old->text)) continue;
    if (str_equal(c->after->campaigns[entry->campaign].id, campaign)) return entry;
  }
  return NULL;
}

static void gone_tell(struct comparing *c, const struct campaign *campaign, const struct meaning *old, bool refused) {
  struct change *change = change_new(c, CHANGE_GONE, refused, old->kind, campaign->id);
  if (change == NULL) return;
  change->old_name = arena_copy(c->arena, old->name), change->before = arena_copy(c->arena, old->text);
  if (!refused) return;
  const struct entry *renamed = renamed_find(c, old, campaign->id);
  struct str was = was_text(c, old);
  if (renamed != NULL && str_equal(renamed->name, old->first))
    change->remedy = arena_print(c->arena, "if it is called '%.*s' again, as at first, leave \"was\" out there; else bring it back",
                                 STR_FORMAT(renamed->name));
  else if (renamed != NULL)
    change->remedy =
        arena_print(c->arena, "if it is called '%.*s' now, add %.*s there; else bring it back", STR_FORMAT(renamed->name), STR_FORMAT(was));
  else
    change->remedy = arena_print(c->arena, "bring it back%s; if it has another name now, add %.*s there",
                                 old->kind == MEANING_RULE ? " (to stop it, give it a schedule that is over)" : "", STR_FORMAT(was));
}

static void meaning_tell(struct comparing *c, const struct campaign *campaign, const struct meaning *old, const struct entry *now,
                         bool refused) {
  struct change *change = change_new(c, CHANGE_MEANING, refused, old->kind, campaign->id);
  if (change == NULL) return;
  change->old_name = arena_copy(c->arena, old->name), change->name = arena_copy(c->arena, now->name);
  change->before = arena_copy(c->arena, old->text), change->after = arena_copy(c->arena, now->text);
  if (refused && old->kind == MEANING_CAMPAIGN)
    change->remedy = STR(
        "put zone, currency, fx, as_of and draws back, or copy the campaign to a new one with an id of its own, which starts at nothing");
  else if (refused)
    change->remedy = STR("put the old meaning back and give the new one a name of its own beside it, or copy the campaign to a new one");
}

static void terms_tell(struct comparing *c, uint32_t number, const struct meaning *old, const struct entry *now) {
  char memory[2][1024];
  struct buffer before, after;
  buffer_init(&before, memory[0], sizeof memory[0]);
  buffer_init(&after, memory[1], sizeof memory[1]);
  terms_say(&before, c->before, old->kind, number, old->number);
  terms_say(&after, c->after, now->kind, now->campaign, now->number);
  if (str_equal(buffer_text(&before), buffer_text(&after)) && str_equal(old->name, now->name)) return;
  struct change *change = change_new(c, CHANGE_GOES_ON, false, old->kind, c->before->campaigns[number].id);
  if (change == NULL) return;
  change->old_name = arena_copy(c->arena, old->name), change->name = arena_copy(c->arena, now->name);
  change->before = arena_copy(c->arena, buffer_text(&before)), change->after = arena_copy(c->arena, buffer_text(&after));
}

/* ---- one campaign of the old set ---- */

struct life {
  bool living; /* what it counted is remembered */
  bool begun;  /* it has counted */
  bool running;
};

static struct life life_of(const struct comparing *c, const struct campaign *campaign) {
  int64_t forgotten;
  if (__builtin_add_overflow(campaign->closing_ms, c->remembered_ms, &forgotten)) forgotten = INT64_MAX;
  struct life life = {.living = c->now.earliest_ms < forgotten, .begun = campaign->programme || campaign->from_ms <= c->now.latest_ms};
  life.running = life.begun && c->now.earliest_ms < campaign->closing_ms;
  return life;
}

/* First and last hear everything since the import, whatever the period. */
static bool is_counted(const struct comparing *c, const struct life *life, const struct meaning *old) {
  bool always = old->kind == MEANING_FACT && row_of(&c->before->facts[old->number])->since_ever;
  return life->living && (life->begun || always);
}

/* "campaign/rule#count.customer.day": no id has a dot. Returns what stands before the #, or nothing. */
static struct str named_by_words(struct str name) {
  struct str rule, words, unit, rest;
  if (!str_split(name, '#', &rule, &words) || !str_split(words, '.', &unit, &rest)) return (struct str){NULL, 0};
  return rule;
}

static bool may_be_taken_out(const struct comparing *c, const struct meaning *old) {
  struct str rule = named_by_words(old->first);
  bool replaced = false;
  if (old->kind != MEANING_LIMIT || rule.length == 0) return false;
  for (uint32_t i = 0; i < c->entry_count && !replaced; i++) {
    const struct entry *entry = &c->entries[i];
    replaced = entry->kind == MEANING_LIMIT && !entry->seen && str_equal(named_by_words(entry->first), rule);
  }
  return !replaced;
}

static void names_compare(struct comparing *c, uint32_t number, const struct life *life) {
  const struct campaign *campaign = &c->before->campaigns[number];
  struct meaning_cursor at = {0};
  struct meaning one;
  bool rule_gone = false;
  while (meaning_next(c->before, number, &at, &one)) {
    const struct entry *now = entry_find(c, &one);
    if (one.kind == MEANING_RULE) rule_gone = now == NULL;
    bool told = rule_gone && one.kind != MEANING_RULE;
    if (now == NULL && !told)
      gone_tell(c, campaign, &one, is_counted(c, life, &one) && !may_be_taken_out(c, &one));
    else if (now != NULL && !str_equal(now->text, one.text))
      meaning_tell(c, campaign, &one, now, is_counted(c, life, &one));
    else if (now != NULL)
      terms_tell(c, number, &one, now);
  }
}

static void version_compare(struct comparing *c, const struct campaign *old, const struct campaign *now, bool living) {
  bool back = now->version < old->version, same = now->version == old->version && now->content != old->content;
  if (!back && !same) return;
  struct change *change = change_new(c, back ? CHANGE_VERSION_BACK : CHANGE_SAME_VERSION, living, MEANING_CAMPAIGN, old->id);
  if (change == NULL) return;
  change->name = change->old_name = change->campaign;
  change->before = arena_print(c->arena, "version %u", old->version), change->after = arena_print(c->arena, "version %u", now->version);
  if (living) change->remedy = arena_print(c->arena, "raise \"version\" to %u", old->version + 1);
}

static void campaign_gone_tell(struct comparing *c, const struct campaign *old, bool refused) {
  struct change *change = change_new(c, CHANGE_CAMPAIGN_GONE, refused, MEANING_CAMPAIGN, old->id);
  if (change == NULL) return;
  change->old_name = change->campaign;
  change->before = arena_print(c->arena, "version %u, %.*s", old->version, STR_FORMAT(old->file));
  if (refused)
    change->remedy = arena_print(c->arena,
                                 "bring the file back, or end the campaign first: in version %u set \"to\" of its period to a day that "
                                 "is over and \"closing\" to \"PT0S\"",
                                 old->version + 1);
}

/* A day by which something was judged is another one in what the campaign goes by. */
static void past_change(struct comparing *c, const struct campaign *old, enum change_class class, int64_t day, const char *in,
                        struct str id, struct str remedy) {
  struct change *change = change_new(c, class, true, MEANING_CAMPAIGN, old->id);
  char memory[32];
  struct buffer text;
  if (change == NULL) return;
  buffer_init(&text, memory, sizeof memory);
  buffer_date(&text, day);
  change->name = change->old_name = change->campaign;
  change->after = arena_print(c->arena, "%.*s in %s '%.*s'", STR_FORMAT(buffer_text(&text)), in, STR_FORMAT(id));
  change->remedy = remedy;
}

/* What events of a day were judged by holds for those of the same day that come late. */
static void calendar_compare(struct comparing *c, const struct campaign *old, const struct campaign *now, const struct life *life) {
  int64_t day, until_ms = c->now.latest_ms < old->closing_ms ? c->now.latest_ms : old->closing_ms - 1;
  bool workdays = old->fx.table != NULL && old->fx.day == RATE_DAY_PREVIOUS_WORKDAY; /* a first goes by them before it begins */
  if (!life->living || (!life->begun && !workdays) || c->now.latest_ms == TIME_NONE) return;
  if (!calendar_past_differs(old, now, zone_local(old->zone, until_ms) / MS_PER_DAY, &day)) return;
  past_change(c, old, CHANGE_PAST_DAY, day, "calendar", now->calendar->id,
              STR("put the days that have begun back as they were; later ones may change"));
}

/* What a payment counted as, whenever it is asked again. Any day from the first that the campaign asks for may have been asked; another
 * table is another meaning. */
static void rates_compare(struct comparing *c, const struct campaign *old, const struct campaign *now, const struct life *life) {
  const struct rate_table *before = old->fx.table, *after = now->fx.table;
  int64_t day, asked;
  if (!life->living || before == NULL || after == NULL || !str_equal(before->id, after->id)) return;
  if (rates_first_day(old, old->calendar, &asked) != RATE_FOUND) asked = INT64_MIN;
  if (!rates_differ(before, after, asked, &day)) return;
  past_change(c, old, CHANGE_PAST_RATE, day, "the table of rates", after->id,
              STR("put the days that the table had back as they were; new ones go behind the last that it covered"));
}

static void campaign_compare(struct comparing *c, uint32_t number) {
  const struct campaign *old = &c->before->campaigns[number];
  struct life life = life_of(c, old);
  uint32_t now = rulebook_campaign(c->after, old->decl);
  if (now == NONE) {
    campaign_gone_tell(c, old, life.running);
    return;
  }
  version_compare(c, old, &c->after->campaigns[now], life.living);
  calendar_compare(c, old, &c->after->campaigns[now], &life);
  rates_compare(c, old, &c->after->campaigns[now], &life);
  names_compare(c, number, &life);
}

/* Of a campaign that is new as a whole the campaign alone is told. */
static void new_tell(struct comparing *c) {
  for (uint32_t i = 0; i < c->entry_count; i++) {
    const struct entry *entry = &c->entries[i];
    const struct campaign *campaign = &c->after->campaigns[entry->campaign];
    bool whole = entry->kind == MEANING_CAMPAIGN || rulebook_campaign(c->before, campaign->decl) != NONE;
    if (entry->seen || !whole) continue;
    struct change *change = change_new(c, CHANGE_NEW, false, entry->kind, campaign->id);
    if (change == NULL) return;
    bool once_more =
        entry->kind == MEANING_LIMIT && named_by_words(entry->first).length > 0; /* what was before the old set nobody knows here */
    change->name = arena_copy(c->arena, entry->name);
    change->after = arena_print(c->arena, "%.*s%s", STR_FORMAT(entry->text),
                                once_more ? " (if this rule had it before and it was taken out, it goes on where it stood)" : "");
  }
}

enum status meanings_compare(const struct rulebook *before, const struct rulebook *after, struct about now, int64_t remembered_ms,
                             struct arena *arena, struct arena *scratch, struct changes *changes, struct fault *fault) {
  struct comparing c = {
      .before = before, .after = after, .now = now, .remembered_ms = remembered_ms, .arena = arena, .scratch = scratch, .changes = changes};
  assert(remembered_ms >= 0);
  *changes = (struct changes){.items = NULL};
  c.full = !entries_reserve(&c);
  if (!c.full) entries_fill(&c);
  if (!c.full) entries_meet(&c);
  for (uint32_t i = 0; i < before->campaign_count && !c.full; i++) campaign_compare(&c, i);
  if (!c.full) new_tell(&c);
  if (c.full || arena->overflowed || scratch->overflowed)
    return fault_set(fault, STATUS_LIMIT, "the comparison of the campaigns does not fit the memory reserved for it");
  if (changes->refused == 0) return STATUS_OK;
  return fault_set(fault, STATUS_INPUT, "%u change%s of the campaign files %s refused", changes->refused, changes->refused == 1 ? "" : "s",
                   changes->refused == 1 ? "is" : "are");
}

void change_print(struct buffer *out, const struct change *change) {
  const struct change_class_info *info = &change_classes[change->class];
  struct str name = change->name.length > 0 ? change->name : change->old_name;
  buffer_print(out, "%.*s: %s[%s]: %s '%.*s'", STR_FORMAT(change->campaign), change->refused ? "refused" : "change", info->code,
               meaning_words[change->kind], STR_FORMAT(name));
  bool renamed = change->name.length > 0 && change->old_name.length > 0 && !str_equal(change->name, change->old_name);
  if (renamed) buffer_print(out, ", which was '%.*s'", STR_FORMAT(change->old_name));
  buffer_print(out, " %s", info->text_en);
  if (change->before.length > 0 || change->after.length > 0) buffer_print(out, ": %.*s", STR_FORMAT(change->before));
  if (change->before.length > 0 && change->after.length > 0) buffer_put(out, STR(" -> "));
  buffer_put(out, change->after);
  if (change->remedy.length > 0) buffer_print(out, "; %.*s", STR_FORMAT(change->remedy));
}
