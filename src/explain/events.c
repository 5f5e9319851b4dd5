/* `giftd explain --event`: lines of events, answered in their order. Their decisions are found by digest in one pass over decisions.jsonl;
 * what has none there may be in a range of events that nobody heard: then it is looked for in the input. Dead letters come last. */
#include <inttypes.h>
#include <stdio.h>

#include "parts.h"

static struct wanted *wanted_find(const struct answer *a, uint64_t digest, struct str customer) {
  for (uint32_t slot = (uint32_t)digest & (a->slot_count - 1); a->slots[slot] != 0; slot = (slot + 1) & (a->slot_count - 1)) {
    struct wanted *wanted = &a->wanted[a->slots[slot] - 1];
    if (wanted->digest == digest && str_equal(wanted->customer, customer)) return wanted;
  }
  return NULL;
}

static void wanted_add(struct answer *a, const struct event *event, struct str line) {
  if (wanted_find(a, event->digest, event->customer) != NULL) return; /* the same event twice in the question is asked once */
  struct wanted *wanted = &a->wanted[a->wanted_count++];
  *wanted = (struct wanted){.digest = event->digest};
  wanted->line = arena_copy(&a->texts, line);
  wanted->customer = arena_copy(&a->texts, event->customer);
  uint32_t slot = (uint32_t)event->digest & (a->slot_count - 1);
  while (a->slots[slot] != 0) slot = (slot + 1) & (a->slot_count - 1);
  a->slots[slot] = a->wanted_count;
}

static void wanted_line(struct answer *a, struct str line, uint64_t number) {
  struct event event;
  struct event_error error;
  arena_reset(&a->event_arena);
  if (event_read(a->loaded->catalogue, line, &a->event_arena, &event, &error) == EVENT_OK) {
    wanted_add(a, &event, line);
    return;
  }
  char memory[1024];
  struct buffer text;
  buffer_init(&text, memory, sizeof memory);
  event_error_print(&text, &error);
  if (a->bad_lines++ >= 20) return;
  fprintf(stderr, "giftd explain: %s, line %" PRIu64 ": %.*s\n", a->question->event, number, STR_FORMAT(buffer_text(&text)));
}

static enum status wanted_read(struct answer *a, struct fault *fault) {
  struct scan scan;
  struct str line;
  uint64_t position, number = 0;
  enum status status = scan_open(&scan, a->question->event, fault);
  if (status != STATUS_OK) return status;
  while (scan_next(&scan, &line, &position)) {
    number++;
    if (a->wanted_count == EVENTS_MOST || a->texts.overflowed) {
      status = fault_set(fault, STATUS_LIMIT, "%s has more events than can be explained at once (%u)", a->question->event, a->wanted_count);
      break;
    }
    wanted_line(a, line, number);
  }
  scan_close(&scan);
  return status;
}

/* Keeps where the decision stands that judged the event; a gated one only as long as there is no other. */
static void wanted_note(struct wanted *wanted, uint64_t position, bool gated) {
  wanted->again += gated && wanted->found;
  if (wanted->found && (gated || !wanted->gated)) return;
  wanted->again += wanted->found;
  wanted->found = true;
  wanted->gated = gated;
  wanted->position = position;
}

/* It was back-filled, and judged for those that it had been too late for. */
static bool is_second(struct str line) {
  return str_find(line, STR("\"mode\":\"backfill\"")) != NULL && str_find(line, STR(",\"gate\":\"")) == NULL;
}

static void decision_note(struct answer *a, struct str line, uint64_t position) {
  struct str id, customer;
  uint64_t digest;
  bool gated = false;
  struct recorded_decision recorded;
  if (decision_is_part(line) || range_taken(a, line)) return;
  if (!decision_head(line, &id, &customer)) {
    arena_reset(&a->arena);
    if (!decision_read(a, line, &recorded)) return;
    id = recorded.id, customer = recorded.customer;
  }
  if (!decision_digest(id, &digest, &gated)) return;
  struct wanted *wanted = wanted_find(a, digest, customer);
  if (wanted == NULL) return;
  if (wanted->found && !wanted->gated && gated && is_second(line))
    wanted->filled = true, wanted->filled_at = position;
  else
    wanted_note(wanted, position, gated);
}

/* True when the decisions are there; when nobody asked for the folder by name their absence is told and explained around. */
static enum status decisions_note(struct answer *a, struct fault *fault) {
  struct scan scan;
  struct str line;
  uint64_t position;
  enum status status = scan_open(&scan, a->question->decisions, fault);
  if (status != STATUS_OK && !a->question->output_named && status == STATUS_USAGE) {
    fprintf(stderr, "giftd explain: %s; name the folder of a run with --output\n", fault->text);
    return STATUS_OK;
  }
  if (status != STATUS_OK) return status;
  while (scan_next(&scan, &line, &position)) decision_note(a, line, position);
  scan_close(&scan);
  return STATUS_OK;
}

/* ---- those that have no line of their own ---- */

static struct wanted *wanted_of(struct answer *a, struct str line) {
  struct event event;
  return event_take(a, line, &event) ? wanted_find(a, event.digest, event.customer) : NULL;
}

static bool wanted_in_range(void *self, struct str line, uint64_t position, uint32_t range) {
  struct wanted *wanted = wanted_of(self, line);
  if (wanted == NULL || wanted->found) return true;
  wanted->again += wanted->ranged;
  wanted->ranged = true, wanted->range = range, wanted->position = position;
  return true;
}

/* It stands where the range is and has an outcome of its own. */
static void wanted_dead(struct answer *a, const struct recorded_letter *letter) {
  struct wanted *wanted = wanted_of(a, letter->line);
  if (wanted == NULL || wanted->found) return;
  wanted->ranged = wanted->ranged && wanted->position != letter->position;
  wanted->dead = !wanted->ranged;
  a->dead += wanted->dead;
}

static void ranges_search(struct answer *a) {
  bool any = false;
  for (uint32_t i = 0; i < a->wanted_count && !any; i++) any = !a->wanted[i].found;
  ranges_settle(a);
  if (!any) return;
  ranges_walk(&a->ranges, a->question->input, wanted_in_range, a);
  letters_walk(a, wanted_dead);
}

/* Where the input is not at hand it may be one of any range that is of its time. Told only when they are of the campaigns that are loaded,
 * and by these nobody hears it: then there is nothing else to say, if it came. */
static bool may_be_unheard(struct answer *a, const struct event *event, struct unheard_range *range, uint32_t *count) {
  static uint32_t matches[LIMIT_MATCHES];
  *count = ranges_of_time(&a->ranges, event->time_ms, range);
  if (*count == 0 || !str_equal(range->rulebook, a->loaded->rulebook->digest) || judge_concerns(event)) return false;
  return match_event(a->loaded->index, a->loaded->cache, event, matches) == 0;
}

static bool unheard_tell(struct answer *a, const struct wanted *wanted, const struct event *event) {
  struct unheard_range range;
  struct recorded_decision recorded;
  uint32_t may_be_in = 0;
  if (wanted->ranged)
    ranges_get(&a->ranges, wanted->range, &range);
  else if (!may_be_unheard(a, event, &range, &may_be_in))
    return false;
  record_unheard(&range, wanted->position, event, &recorded);
  recorded.may_be_in = may_be_in;
  explain_one(a, event, &recorded);
  return true;
}

static void again_tell(struct answer *a, uint32_t again) {
  if (again == 0 || a->question->style.json) return;
  buffer_print(&a->out, "%s ", reasons[REASON_DUPLICATE_EVENT].code);
  if (a->question->style.language == LANGUAGE_ZH)
    buffer_print(&a->out, "该事件另出现 %u 次,均未再次处理。\n", again);
  else
    buffer_print(&a->out, "the same event came %u more time%s and was not judged again.\n", again, again == 1 ? "" : "s");
}

static void dead_tell(struct answer *a, const struct recorded_letter *letter) {
  const struct wanted *wanted = wanted_of(a, letter->line);
  if (wanted != NULL && wanted->dead) letter_explain(a, letter, wanted->customer);
}

static void explain_wanted(struct answer *a, const struct wanted *wanted) {
  struct recorded_decision recorded;
  struct event event;
  if (wanted->dead) return;
  arena_reset(&a->arena);
  bool there = wanted->found && decision_whole(a, wanted->position, &recorded);
  if (!event_take(a, wanted->line, &event)) return;
  if (there) {
    explain_one(a, &event, &recorded);
  } else if (wanted->found || !unheard_tell(a, wanted, &event)) {
    explain_one(a, &event, NULL);
    a->missing++;
  }
  if (there && wanted->filled && decision_whole(a, wanted->filled_at, &recorded)) explain_one(a, &event, &recorded);
  again_tell(a, wanted->again);
  answer_flush(a);
}

enum status answer_events(struct answer *a, struct fault *fault) {
  enum status status = wanted_read(a, fault);
  if (status == STATUS_OK && a->wanted_count > 0) status = decisions_note(a, fault);
  if (status != STATUS_OK) return status;
  ranges_search(a);
  for (uint32_t i = 0; i < a->wanted_count; i++) explain_wanted(a, &a->wanted[i]);
  if (a->dead > 0) letters_walk(a, dead_tell);
  if (a->wanted_count == 0)
    fprintf(stderr, "giftd explain: no event was found in %s; expected one JSON object a line\n", a->question->event);
  if (a->missing > 0)
    fprintf(
        stderr,
        "giftd explain: %u of %u events have no decision in %s: they were not in the input of that run, or it has not reached them yet, "
        "or nobody heard them and the range that they are in has not ended (--state DIR has it)\n",
        a->missing, a->wanted_count, a->question->decisions);
  a->missing += a->bad_lines;
  return STATUS_OK;
}
