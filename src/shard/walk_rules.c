/* Which rules hear which closes, by what terms, and up to which period (walk.c): it stays in the state ("m:walk" and a number), so that a
 * giftd that starts with another rulebook knows what was heard under the one before, whether that is still there or not.
 *
 * A rule is known by its name and the unit of the close. What it has heard once - its period from..to - it does not hear again because its
 * zone, its delay or its campaign's last day became others; what lies outside of that it has still to hear. */
#include "giftd/base/bytes.h"
#include "parts.h"

#define RULE_BYTES 52u
#define RULES_A_RECORD (LIMIT_STATE_BYTES / RULE_BYTES)

/* ---- what a rule hears ---- */

static uint64_t mix(uint64_t sign, uint64_t more) { return hash64_pair(&HASH_KEY_FIXED, sign, more); }

static uint64_t rule_key(const struct rulebook *book, uint32_t rule, const struct close *close) {
  return mix(book->rules[rule].decl, close->left == NONE ? (uint64_t)close->unit : close->decl);
}

static int32_t day_of_end(const struct rulebook *book, const struct close *close) {
  return period_of(UNIT_DAY, close_end(book, close, 0) - 1, close->zone);
}

/* The last period whose close it hears. */
static int32_t last_heard(const struct rulebook *book, uint32_t rule, uint32_t number, uint32_t hold, int32_t first) {
  const struct close *close = &book->closes[number];
  int32_t last = period_of(close->unit, book->campaigns[book->rules[rule].campaign].to_ms - 1, close->zone) + (int32_t)hold;
  while (last >= first && close_heard(book, rule, number, last, TIME_NONE) == TIME_NONE) last--;
  return last;
}

static void triggers_read(const struct rulebook *book, uint32_t rule, uint32_t number, struct walk_rule *out, uint32_t *hold) {
  out->delay_ms = INT64_MAX;
  for (uint32_t i = 0; i < book->rules[rule].on.count; i++) {
    const struct trigger *trigger = &book->triggers[book->rules[rule].on.first + i];
    if (trigger->kind != TRIGGER_CLOSE || trigger->close != number) continue;
    if (trigger->delay.ms < out->delay_ms) out->delay_ms = trigger->delay.ms;
    if (trigger->fact != NONE) *hold = book->facts[trigger->fact].hold;
  }
}

static struct walk_rule rule_now(const struct rulebook *book, uint32_t rule, uint32_t number) {
  const struct close *close = &book->closes[number];
  const struct campaign *campaign = &book->campaigns[book->rules[rule].campaign];
  struct walk_rule out = {.key = rule_key(book, rule, close), .decl = close->decl, .from = INT32_MAX, .to = INT32_MIN, .runs = 1};
  uint32_t hold = 0;
  bool once = close->unit == UNIT_CAMPAIGN;
  out.sign = look_sign(book, rule, number);
  out.unit = close->left == NONE ? (uint8_t)close->unit : WALK_DAY;
  out.minutes = (int16_t)zone_offset(close->zone, campaign->from_ms);
  triggers_read(book, rule, number, &out, &hold);
  assert(out.delay_ms >= 0 && out.delay_ms != INT64_MAX); /* a rule of a close has a trigger that hears it */
  if (out.unit == WALK_DAY) return out;
  out.first = once ? day_of_end(book, close) : period_of(close->unit, campaign->from_ms, close->zone);
  out.last = once ? out.first : last_heard(book, rule, number, hold, out.first);
  return out;
}

/* ---- by key ---- */

static struct walk_rule *rule_find(struct walk *walk, uint32_t count, uint64_t key) {
  uint32_t from = 0, to = count;
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    if (walk->rules[middle].key < key)
      from = middle + 1;
    else
      to = middle;
  }
  return from < count && walk->rules[from].key == key ? &walk->rules[from] : NULL;
}

static void sift(struct walk_rule *rules, uint32_t at, uint32_t count) {
  for (uint32_t child = 2 * at + 1; child < count; at = child, child = 2 * at + 1) {
    if (child + 1 < count && rules[child + 1].key > rules[child].key) child++;
    if (rules[at].key >= rules[child].key) return;
    struct walk_rule rule = rules[at];
    rules[at] = rules[child], rules[child] = rule;
  }
}

static void rules_sort(struct walk *walk) {
  for (uint32_t i = walk->rule_count / 2; i-- > 0;) sift(walk->rules, i, walk->rule_count);
  for (uint32_t i = walk->rule_count; i-- > 1;) {
    struct walk_rule rule = walk->rules[0];
    walk->rules[0] = walk->rules[i], walk->rules[i] = rule;
    sift(walk->rules, 0, i);
  }
}

/* ---- another rulebook ---- */

typedef bool each_fn(struct shard *shard, const struct walk_rule *rule, uint32_t old_count, void *self);

/* False: one of them said so, and none is asked behind it. */
static bool rules_each(struct shard *shard, each_fn *fn, void *self) {
  const struct rulebook *book = shard->rulebook;
  const uint32_t old_count = shard->walk.rule_count;
  for (uint32_t c = 0; c < book->close_count; c++) {
    if (book->closes[c].cycle > 0) continue; /* whose months are his own is not looked at: only his record says when they end */
    for (uint32_t i = 0; i < book->closes[c].rule_count; i++) {
      struct walk_rule rule = rule_now(book, book->refs[book->closes[c].rule_first + i], c);
      if (!fn(shard, &rule, old_count, self)) return false;
    }
  }
  return true;
}

static bool rule_agrees(struct shard *shard, const struct walk_rule *rule, uint32_t old_count, void *self) {
  uint32_t *running = self;
  const struct walk_rule *known = rule_find(&shard->walk, old_count, rule->key);
  (*running)++;
  return known != NULL && known->runs && known->sign == rule->sign;
}

bool walk_rules_agree(const struct shard *shard) {
  uint32_t running = 0, count = 0;
  if (!rules_each((struct shard *)(uintptr_t)shard, rule_agrees, &running)) return false;
  for (uint32_t i = 0; i < shard->walk.rule_count; i++) count += shard->walk.rules[i].runs;
  return running == count;
}

static struct zone zone_of(const struct shard *shard, const struct walk_rule *rule) {
  for (uint32_t i = 0; i < shard->rulebook->close_count; i++)
    if (shard->rulebook->closes[i].decl == rule->decl) return shard->rulebook->closes[i].zone;
  return zone_fixed(rule->minutes);
}

/* What it heard by its terms until then is heard. */
static void rule_heard(const struct shard *shard, struct walk_rule *rule, int64_t now_ms) {
  if (!rule->runs || rule->unit == WALK_DAY || now_ms == TIME_NONE) return;
  const struct zone zone = zone_of(shard, rule);
  const struct duration delay = {.ms = rule->delay_ms};
  bool once = rule->unit == UNIT_CAMPAIGN;
  enum unit unit = once ? UNIT_DAY : (enum unit)rule->unit;
  int32_t to = period_of(unit, now_ms, zone);
  while (duration_add(period_start(unit, to + 1, zone), delay, 1, zone) > now_ms) to--;
  if (to > rule->last) to = rule->last;
  if (to < rule->first) return;
  if (once || rule->first < rule->from) rule->from = once ? INT32_MIN : rule->first;
  if (to > rule->to) rule->to = to;
  assert(rule->from <= rule->to);
}

/* Rules of campaigns that are gone make way for those that are there. */
static void rules_make_room(struct walk *walk) {
  uint32_t kept = 0;
  if (walk->rule_count < WALK_RULES / 4 * 3) return;
  for (uint32_t i = 0; i < walk->rule_count; i++)
    if (walk->rules[i].runs) walk->rules[kept++] = walk->rules[i];
  walk->rule_count = kept;
}

/* Who counted before there was such a list has heard what its running rules heard. */
static bool ran_before(const struct shard *shard, const struct walk_rule *rule) {
  struct manifest_entry entry;
  const struct rulebook *book = shard->rulebook;
  for (size_t at = 0; manifest_next(&shard->manifest, &at, &entry);) {
    uint32_t campaign = entry.until_ms == 0 ? rulebook_campaign(book, entry.campaign) : NONE;
    for (uint32_t r = 0; campaign != NONE && r < book->campaigns[campaign].rule_count; r++) {
      uint32_t number = book->campaigns[campaign].rule_first + r;
      if (mix(book->rules[number].decl, (uint64_t)rule->unit) == rule->key) return true;
    }
  }
  return false;
}

struct taking {
  bool first, walks;
  int64_t heard_ms, now_ms;
};

static bool rule_take(struct shard *shard, const struct walk_rule *rule, uint32_t old_count, void *self) {
  struct taking *taking = self;
  struct walk *walk = &shard->walk;
  struct walk_rule *known = rule_find(walk, old_count, rule->key);
  bool stays = known != NULL && known->runs && known->sign == rule->sign;
  taking->walks = taking->walks || !stays;
  if (known == NULL && walk->rule_count == WALK_RULES) return true; /* it hears what lies ahead alone */
  struct walk_rule *to = known != NULL ? known : &walk->rules[walk->rule_count++];
  int32_t heard_from = known != NULL ? known->from : INT32_MAX, heard_to = known != NULL ? known->to : INT32_MIN;
  bool other_time = rule->unit == WALK_DAY && known != NULL && known->runs && known->delay_ms != rule->delay_ms;
  int32_t before = other_time ? (int32_t)known->delay_ms + 1 : rule->first;
  *to = *rule;
  to->first = before;
  to->from = heard_from, to->to = heard_to, to->runs = 2;
  if (taking->first && ran_before(shard, rule)) rule_heard(shard, to, taking->heard_ms);
  if (stays) rule_heard(shard, to, taking->now_ms);
  return true;
}

bool walk_rules_take(struct shard *shard, bool first, int64_t heard_ms, int64_t now_ms) {
  struct walk *walk = &shard->walk;
  struct taking taking = {.first = first, .heard_ms = heard_ms, .now_ms = now_ms};
  rules_make_room(walk);
  for (uint32_t i = 0; i < walk->rule_count; i++) rule_heard(shard, &walk->rules[i], heard_ms);
  (void)rules_each(shard, rule_take, &taking);
  for (uint32_t i = 0; i < walk->rule_count; i++) walk->rules[i].runs = (uint8_t)(walk->rules[i].runs == 2);
  assert(walk->rule_count <= WALK_RULES);
  rules_sort(walk);
  walk->rules_changed = true;
  return taking.walks;
}

/* ---- what it has still to hear ---- */

static const struct walk_rule *rule_known(struct shard *shard, uint32_t rule, const struct close *close) {
  return rule_find(&shard->walk, shard->walk.rule_count, rule_key(shard->rulebook, rule, close));
}

/* The first period of which records keep what its close is judged by: till the end of the next one, for as long as a close may be late
 * (LIMIT_CLOSE_DELAY_MS), and some days more. What closed before is judged of nobody by a rule that did not run then: it would be judged by
 * what happens to be there still, of whose record was not at hand since. What a campaign counts is kept till it is over. */
static int32_t first_kept(const struct shard *shard, const struct close *close) {
  const int64_t from_ms = shard->walk.look.from_ms;
  const bool all = from_ms == TIME_NONE || shard->walk.unclocked || MUTANT(LOST_HEARD);
  if (all || close->left != NONE || close->cycle > 0 || close->unit == UNIT_CAMPAIGN) return INT32_MIN;
  return period_of(close->unit, from_ms - LIMIT_CLOSE_DELAY_MS, close->zone) - 1;
}

static bool is_lost(const struct shard *shard, const struct walk_rule *known, const struct close *close, int32_t period) {
  return known != NULL && period < first_kept(shard, close) && (period < known->from || period > known->to);
}

bool walk_lost(void *self, uint32_t rule, uint32_t number, int32_t period) {
  struct shard *shard = self;
  const struct close *close = &shard->rulebook->closes[number];
  return is_lost(shard, rule_known(shard, rule, close), close, period);
}

/* A rule that came while customers are looked at has its turn behind that: now it hears what lies ahead. */
int32_t walk_unheard(void *self, uint32_t rule, uint32_t number, int32_t period) {
  struct shard *shard = self;
  const struct rulebook *book = shard->rulebook;
  const struct close *close = &book->closes[number];
  const struct walk_rule *known = rule_known(shard, rule, close);
  bool once = close->unit == UNIT_CAMPAIGN;
  int64_t now_ms = shard->walk.look.from_ms;
  if (known == NULL && now_ms == TIME_NONE) return period;
  if (known == NULL) {
    int32_t now = once ? close_end(book, close, 0) <= now_ms : period_of(close->unit, now_ms, close->zone);
    return period < now ? now : period;
  }
  int32_t day = once ? day_of_end(book, close) : period;
  if (is_lost(shard, known, close, period)) return first_kept(shard, close);
  if (day < known->from || day > known->to) return period;
  return once ? period + 1 : known->to + 1;
}

int64_t walk_day_time(void *self, uint32_t rule, uint32_t number) {
  struct shard *shard = self;
  const struct rulebook *book = shard->rulebook;
  const struct walk_rule *known = rule_known(shard, rule, &book->closes[number]);
  if (known == NULL) return TIME_NONE;
  return known->first > 0 ? known->first - 1 : known->delay_ms;
}

/* Files changed in the middle of a walk: what a rule of theirs has to hear since then is found by the walk behind it, for everybody. If it
 * heard it of those who were looked at already, they would hear it twice. */
bool walk_waits(void *self, uint32_t rule, uint32_t number, int32_t period) {
  struct shard *shard = self;
  const struct walk *walk = &shard->walk;
  const struct rulebook *book = shard->rulebook;
  const struct close *close = &book->closes[number];
  if (!walk->on || walk->again_ms == 0 || close->left != NONE || close->cycle > 0) return false;
  const struct walk_rule *known = rule_known(shard, rule, close);
  if (known == NULL || !known->runs) return true;
  if (known->sign == look_sign(book, rule, number)) return false;
  struct walk_rule before = *known;
  rule_heard(shard, &before, walk->again_ms);
  int32_t day = close->unit == UNIT_CAMPAIGN ? day_of_end(book, close) : period;
  return day < before.from || day > before.to;
}

/* ---- as records ---- */

static struct str rules_key(char out[16], uint32_t record) {
  memcpy(out, "m:walk", 6);
  out[6] = (char)(unsigned char)record;
  out[7] = (char)(unsigned char)(record >> 8);
  return (struct str){out, 8};
}

static void rule_put(struct writer *w, const struct walk_rule *rule) {
  put_fixed(w, rule->key, 8), put_fixed(w, rule->sign, 8), put_fixed(w, rule->decl, 8), put_fixed(w, (uint64_t)rule->delay_ms, 8);
  put_fixed(w, (uint32_t)rule->first, 4), put_fixed(w, (uint32_t)rule->last, 4);
  put_fixed(w, (uint32_t)rule->from, 4), put_fixed(w, (uint32_t)rule->to, 4);
  put_fixed(w, (uint16_t)rule->minutes, 2), put_byte(w, rule->unit), put_byte(w, rule->runs);
}

static void rule_get(struct reader *r, struct walk_rule *rule) {
  rule->key = get_fixed(r, 8), rule->sign = get_fixed(r, 8), rule->decl = get_fixed(r, 8), rule->delay_ms = (int64_t)get_fixed(r, 8);
  rule->first = (int32_t)get_fixed(r, 4), rule->last = (int32_t)get_fixed(r, 4);
  rule->from = (int32_t)get_fixed(r, 4), rule->to = (int32_t)get_fixed(r, 4);
  rule->minutes = (int16_t)get_fixed(r, 2), rule->unit = (uint8_t)get_byte(r), rule->runs = (uint8_t)get_byte(r);
}

static uint32_t rules_in(uint32_t count, uint32_t record) {
  uint32_t before = record * RULES_A_RECORD;
  return count - before < RULES_A_RECORD ? count - before : RULES_A_RECORD;
}

enum status walk_rules_load(struct shard *shard, uint32_t count, struct fault *fault) {
  struct walk *walk = &shard->walk;
  char key[16];
  walk->rule_count = 0;
  for (uint32_t record = 0; record * RULES_A_RECORD < count; record++) {
    struct str bytes;
    uint32_t many = rules_in(count, record);
    enum status status = shard->view.load(shard->view.self, rules_key(key, record), &bytes, fault);
    if (status != STATUS_OK) return status;
    if (bytes.length != many * RULE_BYTES || count > WALK_RULES)
      return fault_set(fault, STATUS_STATE,
                       "the list of rules that hear closes in the state is not of a known form: written by a newer giftd");
    struct reader r = reader_over(bytes);
    for (uint32_t i = 0; i < many; i++) rule_get(&r, &walk->rules[walk->rule_count++]);
  }
  return STATUS_OK;
}

enum status walk_rules_store(struct shard *shard, struct fault *fault) {
  const struct walk *walk = &shard->walk;
  char key[16];
  enum status status = STATUS_OK;
  for (uint32_t record = 0; record * RULES_A_RECORD < walk->rule_count && status == STATUS_OK; record++) {
    struct writer w = writer_into(shard->record, sizeof shard->record);
    uint32_t many = rules_in(walk->rule_count, record);
    assert(many > 0 && many * RULE_BYTES <= sizeof shard->record);
    for (uint32_t i = 0; i < many; i++) rule_put(&w, &walk->rules[record * RULES_A_RECORD + i]);
    status = shard->view.store(shard->view.self, rules_key(key, record), (struct str){shard->record, many * RULE_BYTES}, fault);
  }
  return status;
}
