/* Gifts by their ids: given once, taken back at most as far as they were given. */
#include "ledger.h"

void ledger_begin(struct ledger *ledger) {
  memset(ledger->slots, 0, sizeof ledger->slots);
  ledger->count = ledger->firing_count = ledger->stock_count = 0;
  ledger->edited = false;
}

static uint32_t *slot_of(struct ledger *ledger, const struct gift *gift) {
  uint32_t at = (uint32_t)gift->id_words[0] % LEDGER_SLOTS;
  for (; ledger->slots[at] != 0; at = (at + 1) % LEDGER_SLOTS) {
    const struct entry *entry = &ledger->entries[ledger->slots[at] - 1];
    if (entry->low == gift->id_words[0] && entry->high == gift->id_words[1]) break;
  }
  return &ledger->slots[at];
}

struct entry *ledger_entry(struct ledger *ledger, const struct gift *gift) {
  uint32_t slot = *slot_of(ledger, gift);
  return slot == 0 ? NULL : &ledger->entries[slot - 1];
}

/* What is set off as a whole now is given now; what is owed from now on was given for another event. */
bool gift_is_back(const struct gift *gift, const struct event *event) {
  return gift->kind == GIFT_REVOKED || gift->kind == GIFT_REDUCED || (gift->kind == GIFT_OFFSET && gift->cause_digest != event->digest);
}

/* ---- given ---- */

static struct entry *entry_add(struct ledger *ledger, const struct gift *gift) {
  uint32_t *slot = slot_of(ledger, gift);
  CHECK(*slot == 0); /* nothing is given twice under one id */
  CHECK(ledger->count < LEDGER_MOST);
  struct entry *entry = &ledger->entries[ledger->count++];
  *slot = ledger->count;
  *entry = (struct entry){gift->id_words[0], gift->id_words[1], gift->value_minor, gift->count, gift->offset_minor, false, 0, {{0}}};
  return entry;
}

static void given_take(struct ledger *ledger, const struct event *event, const struct gift *gift) {
  struct entry *entry = entry_add(ledger, gift);
  CHECK(gift->value_minor >= 0 && gift->offset_minor >= 0 && gift->count >= (gift->kind == GIFT_LOST ? 0 : 1));
  CHECK(gift->value_minor <= LIMIT_AMOUNT_MINOR && gift->id_length == ID22_BYTES);
  CHECK(gift->offset_minor == 0 || gift->count == 1);
  if (gift->kind != GIFT_LOST && gift->kind != GIFT_CHANCE) stock_given(ledger, event, gift, entry);
}

/* ---- taken back ---- */

static void owed_take(struct entry *entry, const struct gift *gift, bool owed) {
  int64_t gross = (entry->value + entry->offset) * entry->units;
  CHECK(gift->value_minor > 0 && gift->value_minor <= gross);
  if (gift->count == entry->units) {
    entry->gone = true;
  } else if (gift->count > 0) {
    entry->units -= gift->count;
    CHECK(entry->units > 0);
  } else if (!owed) {
    entry->offset -= gift->value_minor;
    CHECK(entry->offset >= 0);
  } else {
    int64_t paid = gift->value_minor / entry->units < entry->value ? gift->value_minor / entry->units : entry->value;
    entry->value -= paid, entry->offset -= gift->value_minor / entry->units - paid;
    CHECK(entry->offset >= 0);
  }
}

static void back_take(struct ledger *ledger, const struct gift *gift) {
  struct entry *entry = ledger_entry(ledger, gift);
  CHECK(entry != NULL && !entry->gone); /* what never was given, or is gone, goes back from nobody */
  stock_back(ledger, gift, entry);
  counts_back(ledger, gift);
  if (gift->kind == GIFT_OFFSET) {
    owed_take(entry, gift, gift->book->rules[gift->rule].undo.reward == UNDO_OFFSET);
    return;
  }
  CHECK(gift->value_minor >= 0 && gift->value_minor <= entry->value);
  if (gift->kind == GIFT_REVOKED) {
    CHECK(gift->count == entry->units);
    entry->gone = true;
  } else if (gift->count > 0) {
    entry->units -= gift->count;
    CHECK(entry->units > 0 && gift->value_minor == entry->value);
  } else {
    CHECK(gift->value_minor > 0);
    entry->value -= gift->value_minor;
  }
}

/* ---- a decision ---- */

static void gift_take(struct ledger *ledger, const struct event *event, const struct gift *gift) {
  if (gift_is_back(gift, event))
    back_take(ledger, gift);
  else
    given_take(ledger, event, gift);
}

void ledger_take(struct ledger *ledger, const struct world *world, const struct event *event) {
  const struct decision *decision = world->decision;
  for (uint32_t i = 0; i < decision->outcome_count; i++) {
    const struct outcome *outcome = &decision->outcomes[i];
    for (uint32_t g = 0; g < outcome->gift_count; g++) gift_take(ledger, event, &decision->gifts[outcome->gift_first + g]);
    counts_given(ledger, world, event, outcome);
  }
  bool at_once = decision->undone_whole || decision->undone_minor > 0; /* some of it went back before it went out */
  for (uint32_t i = 0; at_once && i < decision->gift_count; i++) stock_unsure(ledger, event, &decision->gifts[i]);
}

static void outcome_check(const struct decision *decision, const struct outcome *outcome) {
  const struct rulebook *book = outcome->book;
  CHECK(outcome->rule < book->rule_count && outcome->reason < REASON_COUNT);
  CHECK(outcome->condition == NONE || outcome->condition < book->condition_count);
  CHECK(outcome->limit == NONE || outcome->limit < book->limit_count);
  CHECK(outcome->pool == NONE || outcome->pool < book->pool_count);
  CHECK(outcome->gift_first + outcome->gift_count <= decision->gift_count);
  CHECK(outcome->caused_by == NONE || outcome->caused_by < decision->outcome_count);
  for (uint32_t g = 0; g < outcome->gift_count; g++) {
    const struct gift *gift = &decision->gifts[outcome->gift_first + g];
    CHECK(gift->item < gift->book->item_count && gift->rule < gift->book->rule_count && gift->kind != GIFT_UNDONE);
    CHECK(gift->pool == NONE || gift->pool < gift->book->pool_count);
  }
}

void decision_check(const struct decision *decision) {
  CHECK(decision->outcome_count <= LIMIT_OUTCOMES && decision->gift_count <= LIMIT_GIFTS && decision->effect_count <= LIMIT_EFFECTS);
  CHECK(decision->forward_count <= LIMIT_FORWARDS && decision->heard_count <= LIMIT_HEARD && decision->gate < REASON_COUNT);
  CHECK(decision->want_count == 0 && decision->shortage_count == 0 && decision->cramped == NULL);
  CHECK(!judge_refused(decision) || (decision->outcome_count == 0 && decision->gift_count == 0 && !decision->remembers));
  for (uint32_t i = 0; i < decision->outcome_count; i++) outcome_check(decision, &decision->outcomes[i]);
  for (uint32_t i = 0; i < decision->heard_count; i++) CHECK(decision->heard[i].forward < decision->forward_count);
}
