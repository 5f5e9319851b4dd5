/* `giftd explain --customer` and `--reward`: decisions first, then their events. A customer's events that nobody heard have no decisions;
 * they are looked for in the input, where that is at hand, and told in their places:
 *
 *   decisions.jsonl -> places of the customer's decisions, ranges -> the input: his lines in ranges that have neither decision nor letter
 *   decisions.jsonl once more -> each decision, and before it what stood before it
 *   dlq.jsonl -> lines that name him and were no event */
#include <stdio.h>

#include "parts.h"

/* ---- decisions ---- */

static bool is_since(const struct answer *a, const struct recorded_decision *recorded) {
  int64_t ms = 0;
  return a->question->since_ms == TIME_NONE || (time_parse(recorded->time, &ms, NULL) && ms >= a->question->since_ms);
}

static bool has_gift(const struct recorded_decision *recorded, struct str id) {
  for (uint32_t i = 0; i < recorded->outcome_count; i++)
    for (uint32_t g = 0; g < recorded->outcomes[i].gift_count; g++)
      if (str_equal(recorded->outcomes[i].gifts[g].id, id)) return true;
  return false;
}

static void unheard_before(struct answer *a, const struct recorded_decision *recorded);

static void explain_found(struct answer *a, uint64_t position, struct str customer, struct str reward) {
  struct recorded_decision recorded;
  struct event event;
  arena_reset(&a->arena);
  if (!decision_whole(a, position, &recorded)) return;
  if (customer.length > 0 && !str_equal(recorded.customer, customer)) return;
  if (reward.length > 0 && !has_gift(&recorded, reward)) return;
  unheard_before(a, &recorded);
  if (customer.length > 0 && !is_since(a, &recorded)) return;
  explain_one(a, event_find(a, &recorded, &event) ? &event : NULL, &recorded);
  answer_flush(a);
}

/* Whether a line may be meant, cheaply: parsing tells for sure. */
static bool may_be_meant(struct str line, struct str customer, struct str reward) {
  struct str id, subject;
  if (reward.length > 0) return str_find(line, reward) != NULL;
  return !decision_head(line, &id, &subject) || str_equal(subject, customer);
}

static enum status answer_decisions(struct answer *a, struct str customer, struct str reward, struct fault *fault) {
  struct scan scan;
  struct str line;
  uint64_t position, first = 0, told = UINT64_MAX;
  enum status status = scan_open(&scan, a->question->decisions, fault);
  if (status != STATUS_OK) return fault_prefix(fault, "name the folder of a run with --output: ");
  while (scan_next(&scan, &line, &position)) {
    if (record_is_range(line)) continue;
    if (!decision_is_part(line)) first = position;
    if (told == first || !may_be_meant(line, customer, reward)) continue;
    explain_found(a, first, customer, reward);
    told = first;
  }
  scan_close(&scan);
  return STATUS_OK;
}

/* ---- what nobody heard ---- */

static uint32_t place_slot(const struct answer *a, uint32_t input, uint64_t position) {
  uint32_t slot = (uint32_t)hash64_pair(&HASH_KEY_FIXED, input, position) & (a->slot_count - 1);
  while (a->slots[slot] != 0) {
    const struct wanted *there = &a->wanted[a->slots[slot] - 1];
    if (there->position == position && there->input == input) break;
    slot = (slot + 1) & (a->slot_count - 1);
  }
  return slot;
}

/* A line of an input that has to do with the customer. NULL: it was there, or there are too many. */
static struct wanted *place_add(struct answer *a, uint32_t input, uint64_t position) {
  uint32_t slot = place_slot(a, input, position);
  if (a->slots[slot] != 0 || a->wanted_count == EVENTS_MOST) return NULL;
  struct wanted *place = &a->wanted[a->wanted_count++];
  *place = (struct wanted){.position = position, .input = input};
  a->slots[slot] = a->wanted_count;
  return place;
}

static void decision_place(struct answer *a, struct str line) {
  struct recorded_decision recorded;
  struct fault fault;
  arena_reset(&a->arena);
  if (record_read_decision(line, &a->arena, &recorded, &fault) != STATUS_OK || recorded.caused_by.length > 0 || recorded_close(&recorded))
    return;
  if (!str_equal(recorded.customer, str_of(a->question->customer))) return;
  (void)place_add(a, ranges_input(&a->ranges, recorded.input), recorded.position);
}

/* In the first pass; decisions that are damaged are told in the second. */
static enum status places_note(struct answer *a, struct fault *fault) {
  struct scan scan;
  struct str line, id, subject;
  uint64_t position;
  enum status status = scan_open(&scan, a->question->decisions, fault);
  if (status != STATUS_OK) return fault_prefix(fault, "name the folder of a run with --output: ");
  while (scan_next(&scan, &line, &position)) {
    if (range_taken(a, line)) continue;
    if (decision_head(line, &id, &subject) && str_equal(subject, str_of(a->question->customer)) && !decision_is_part(line))
      decision_place(a, line);
  }
  scan_close(&scan);
  a->own_count = a->next = a->wanted_count;
  ranges_settle(a);
  return STATUS_OK;
}

static bool is_mine(struct answer *a, struct str line, struct event *event) {
  struct str customer = str_of(a->question->customer);
  if (str_find(line, customer) == NULL || !event_take(a, line, event) || !str_equal(event->customer, customer)) return false;
  return a->question->since_ms == TIME_NONE || event->time_ms >= a->question->since_ms;
}

static bool mine_in_range(void *self, struct str line, uint64_t position, uint32_t number) {
  struct answer *a = self;
  struct event event;
  if (!is_mine(a, line, &event)) return true;
  struct wanted *place = place_add(a, a->ranges.items[number].input, position);
  if (place != NULL) place->range = number, place->ranged = true;
  return a->wanted_count < EVENTS_MOST;
}

/* Letters of files name their input; a position of a line that is the customer's is not met by chance. */
static void mine_dead(struct answer *a, const struct recorded_letter *letter) {
  struct event event;
  if (!is_mine(a, letter->line, &event)) return;
  for (uint32_t i = a->own_count; i < a->wanted_count; i++)
    if (a->wanted[i].position == letter->position) a->wanted[i].ranged = false;
}

/* Whatever --since says: the time of a line that is no event is not known. */
static void dead_tell(struct answer *a, const struct recorded_letter *letter) {
  struct str customer = str_of(a->question->customer);
  if (letter_names(letter, customer)) letter_explain(a, letter, customer);
}

static void unheard_explain(struct answer *a, const struct wanted *place) {
  struct recorded_decision recorded;
  struct unheard_range range;
  struct event event;
  struct str line;
  char path[4200];
  ranges_get(&a->ranges, place->range, &range);
  (void)snprintf(path, sizeof path, "%.*s", STR_FORMAT(range.input));
  if (!place->ranged || !scan_line_at(a->question->input != NULL ? a->question->input : path, place->position, &a->arena, &line)) return;
  if (!event_take(a, line, &event)) return;
  record_unheard(&range, place->position, &event, &recorded);
  explain_one(a, &event, &recorded);
  answer_flush(a);
}

/* What stood before a decision's line, in its input or one before it; all that is left where there is none. What closed stands in no
 * input: it is told where its decision is. */
static void unheard_before(struct answer *a, const struct recorded_decision *recorded) {
  if (recorded != NULL && recorded_close(recorded)) return;
  uint32_t input = recorded == NULL ? RANGE_NAMES_MOST : ranges_input(&a->ranges, recorded->input);
  for (; a->next < a->wanted_count; a->next++) {
    const struct wanted *place = &a->wanted[a->next];
    if (place->input > input || (place->input == input && place->position >= recorded->position)) return;
    unheard_explain(a, place);
  }
}

static void away_tell(const struct answer *a) {
  uint64_t events;
  uint32_t count = ranges_away(&a->ranges, a->question->since_ms, &events);
  if (count == 0) return;
  fprintf(
      stderr,
      "giftd explain: %u ranges hold %llu more events, of all customers, that nobody heard and that have no line of their own; those of "
      "customer %s are told too where the file of events is at hand: --input FILE. Of a topic ask for one by its line: --event FILE\n",
      count, (unsigned long long)events, a->question->customer);
}

/* ---- the two questions ---- */

enum status answer_customer(struct answer *a, struct fault *fault) {
  struct str customer = str_of(a->question->customer);
  enum status status = places_note(a, fault);
  if (status != STATUS_OK) return status;
  ranges_walk(&a->ranges, a->question->input, mine_in_range, a);
  if (a->wanted_count > a->own_count) letters_walk(a, mine_dead);
  status = answer_decisions(a, customer, (struct str){NULL, 0}, fault);
  if (status != STATUS_OK) return status;
  unheard_before(a, NULL);
  letters_walk(a, dead_tell);
  away_tell(a);
  if (a->told > 0) return STATUS_OK;
  a->missing++;
  const char *since = a->question->since == NULL ? "" : a->question->since;
  fprintf(stderr, "giftd explain: no decision for customer %s%s%s in %s; check the id as it stands in the events (subject, or customer)\n",
          a->question->customer, *since == '\0' ? "" : " since ", since, a->question->decisions);
  return STATUS_OK;
}

/* Ids of what was taken back are the gift's id, a dash, the reversal's digest and a letter. */
static struct str reward_of_id(struct str id) {
  return id.length == LIMIT_REWARD_ID_BYTES && id.at[ID22_BYTES] == '-' ? (struct str){id.at, ID22_BYTES} : id;
}

static bool reward_is_issued(const struct answer *a, struct str reward) {
  struct scan scan;
  struct fault fault;
  struct str line;
  uint64_t position;
  bool found = false;
  if (scan_open(&scan, a->question->rewards, &fault) != STATUS_OK) return false;
  while (!found && scan_next(&scan, &line, &position)) {
    found = str_find(line, reward) != NULL;
    if (found)
      fprintf(stderr, "giftd explain: found in %s, but its decision is not in %s:\n%.*s\n", a->question->rewards, a->question->decisions,
              STR_FORMAT(line));
  }
  scan_close(&scan);
  return found;
}

enum status answer_reward(struct answer *a, struct fault *fault) {
  struct str reward = reward_of_id(str_of(a->question->reward));
  enum status status = answer_decisions(a, (struct str){NULL, 0}, reward, fault);
  if (status != STATUS_OK || a->told > 0) return status;
  a->missing++;
  if (!reward_is_issued(a, reward))
    fprintf(stderr, "giftd explain: no reward %s in %s or %s; an id has 22 characters, as in the id of gift.reward.issued\n",
            a->question->reward, a->question->rewards, a->question->decisions);
  return STATUS_OK;
}
