/* The record room: what leaves giftd, as bytes. Decisions, rewards, dead letters; and reading decisions back to explain them.
 *
 * Every input line has exactly one outcome: one decision line, one dead letter, or a place in one range. A decision line names what was
 * judged with state, each with its reason and the values it was decided on; what stateless conditions refused is not written (it would be
 * ten thousand lines for ten thousand campaigns) but recomputed from the event and the same rulebook - record_explain() does both, so that
 * explain answers for every campaign (R123). No clock, host or batch enters a record: same inputs, same bytes (docs/events.md, "Events
 * out").
 */
#ifndef GIFTD_RECORD_H
#define GIFTD_RECORD_H

#include "giftd/judge.h"
#include "giftd/wording.h"

/* Where an event came from: kept in its decision, so that explain finds the line again. */
struct origin {
  struct str input;
  uint64_t position; /* bytes from the start of the input */
};
/* Where periods that closed come from: nothing can be read there. Their position is their number. */
#define INPUT_CLOSES "giftd:closes"

/* A decision is one JSON line with its newline, usually below 1 KiB. Where thousands of rules were judged it is several: each ends behind
 * DECISION_PART_BYTES (some KiB more at most), the id of the second ends in +2, and all parts together name every outcome once; behind
 * DECISION_FULL_BYTES the reason alone. Facts stand in the first part beside its outcomes, DECISION_PART_BYTES of them at most, who else
 * heard in the last. The buffer overflowing is the caller's bug. */
#define DECISION_PART_BYTES (256u * 1024u)
#define DECISION_FULL_BYTES (4u * 1024u * 1024u)
struct decision_cursor {
  uint32_t outcome, part; /* what comes next */
  size_t written;
};
/* The next part; false: it was the last. */
bool record_decision_part(struct buffer *out, const struct rulebook *rulebook, const struct event *event, const struct origin *origin,
                          const struct decision *decision, struct decision_cursor *cursor);
/* All of them. */
void record_decision(struct buffer *out, const struct rulebook *rulebook, const struct event *event, const struct origin *origin,
                     const struct decision *decision);
/* Events that nobody hears have no line each but one for a run of them: of the lines from `first` to `last` those that have neither a
 * decision line nor a dead letter of their own, `events` of them, were heard by nobody under that rulebook. */
struct unheard_range {
  uint64_t first, last, events;   /* positions of the first and the last of them; how many */
  uint64_t digest;                /* of the first event: the line's id, with its position */
  int64_t earliest_ms, latest_ms; /* times of events */
  struct str input, rulebook;     /* the rulebook's digest */
};
void record_range(struct buffer *out, const struct unheard_range *range);
/* Every gift of the decision that goes out (issued, substituted, revoked, reduced, offset; chances too; not lost draws): gift.reward.*
 * events, and gift.pool.low / .empty. Returns the number of lines. */
uint32_t record_rewards(struct buffer *out, const struct rulebook *rulebook, const struct event *event, const struct decision *decision);
/* The same in pieces: gifts from number *next on, until the buffer holds `most` bytes; and the marks. */
uint32_t record_gifts(struct buffer *out, const struct event *event, const struct decision *decision, uint32_t *next, size_t most);
uint32_t record_marks(struct buffer *out, const struct rulebook *rulebook, const struct event *event, const struct decision *decision);
/* gift.pool.low / .empty told by a pool's home, when a shard reported what it had spent. `share_hash`: of the value of `by`, or 0; `cause`:
 * "source/id" of the event that spent last of what was reported, or empty where that is not known. One line. */
void record_pool_mark(struct buffer *out, const struct rulebook *rulebook, const struct pool_mark *mark, uint64_t share_hash,
                      int64_t time_ms, struct str cause);
/* A reward's line in pieces, for a log that wants a key, attributes and data (CloudEvents: Kafka protocol binding, binary mode). Texts
 * borrow from the line, or live in the arena (LIMIT_LINE_BYTES are enough) where they were escaped. False: it is no line of record_rewards.
 */
#define RECORD_ATTRIBUTES 12u
struct record_attribute {
  struct str name, value;
};
struct record_parts {
  struct str key; /* the subject: the customer, or the pool */
  struct record_attribute attributes[RECORD_ATTRIBUTES];
  uint32_t count;
  struct str data; /* one JSON object */
};
bool record_parts(struct str line, struct arena *arena, struct record_parts *out) MUST_USE;
/* A dead letter: the line byte for byte (base64 when it is not UTF-8), reason, place, remedy. */
void record_dead_letter(struct buffer *out, struct str line, const struct origin *origin, const struct event_error *error);
/* One that could be read but not decided (STATUS_LIMIT). */
void record_dead_event(struct buffer *out, struct str line, const struct origin *origin, struct str reason, struct str text);

/* ---- reading back ---- */

/* `cut_by`: the amount limit that cut it from cut_from_minor; empty: none did. */
struct recorded_gift {
  struct str id, kind, item, reward, pool, cut_by, why, due; /* why, due: of what is pending */
  struct str asked_by;                                       /* of what is in review: "bank", if the bank asks for it */
  struct str reissue_of;                                     /* of what was issued anew: its first id */
  struct str repays;                                         /* what later gifts had been made smaller by, for the gift of this id */
  int64_t value_minor, count, cut_from_minor;
};
/* As struct drawing; total 0: the next one in the list. */
struct recorded_drawn {
  struct str item;
  uint32_t number, total;
};
struct recorded_outcome {
  struct str campaign, rule, reason; /* ids; reason code */
  uint32_t campaign_version;
  struct str at;                                              /* JSON pointer of what failed */
  struct str expected, actual, limit, pool, identity, period; /* as printed; empty: not said */
  struct str shut;                                            /* the reserve that is not released */
  struct str rank, place;                                     /* how far the rule's rank came: "open" ... */
  struct str pot, units, units_all;                           /* of a share that was settled */
  uint32_t gift_count;
  struct recorded_gift *gifts;
  struct str draw_rule, draw_key; /* of a draw by a commitment: the rule's oldest id; empty: it was none */
  uint32_t drawn_count;
  struct recorded_drawn *drawn;
};
/* Who heard the event as another, through which rule or fact. */
struct recorded_heard {
  struct str customer, campaign, rule, fact;
};
/* What the event did to a fact of its customer; texts as printed, empty: not said. */
struct recorded_effect {
  struct str fact, what, period, before, after;
};
struct recorded_decision {
  const struct unheard_range *range; /* it has no line of its own: nobody heard it, it is one of this range; NULL: it has one */
  uint32_t may_be_in;                /* 0, or its position is not known: it is one of so many ranges, if it came */
  uint32_t effect_count;
  struct recorded_effect *effects;
  struct str caused_by; /* the customer heard the event of this one; empty: an own event */
  uint32_t heard_count;
  struct recorded_heard *heard;
  struct str id, event_source, event_id, event_type, customer, time, gate, rulebook_digest, input;
  uint64_t position;
  uint32_t outcome_count;
  struct recorded_outcome *outcomes;
};
/* Whether it is of a period that closed: then there is no line of the event. */
static inline bool recorded_close(const struct recorded_decision *recorded) { return str_equal(recorded->input, STR(INPUT_CLOSES)); }
/* What the range says of an event that stands in it, as a decision without outcomes: what it borrows lives as long as both. */
void record_unheard(const struct unheard_range *range, uint64_t position, const struct event *event, struct recorded_decision *out);
/* Reads a line that record_decision wrote. STATUS_INPUT: it is none, or damaged (fault says where). */
enum status record_read_decision(struct str line, struct arena *arena, struct recorded_decision *out, struct fault *fault) MUST_USE;

/* Whether a line is one of a range, by its front alone; and reads it. STATUS_INPUT as above. */
bool record_is_range(struct str line);
enum status record_read_range(struct str line, struct arena *arena, struct unheard_range *out, struct fault *fault) MUST_USE;

/* A dead letter as it was written. Its line is empty where it was kept in base64; code, pointer, detail and remedy where it could be read
 * but not decided. */
struct recorded_letter {
  struct str input, reason, code, pointer, text, detail, remedy, line;
  uint64_t position;
};
/* Reads a letter that record_dead_letter or record_dead_event wrote. STATUS_INPUT as above. */
enum status record_read_letter(struct str line, struct arena *arena, struct recorded_letter *out, struct fault *fault) MUST_USE;

/* Whether a decision's id says that it is a further part of that one: "0123456789abcdef+2". */
bool record_is_part(struct str id, struct str of);
/* What a further part says is added to the first one's. False: the arena is full. */
bool record_join(struct recorded_decision *whole, const struct recorded_decision *part, struct arena *arena) MUST_USE;

/* ---- explaining ---- */

struct explain_style {
  enum language language;
  bool json;            /* one object a line (documented in src/record/explain_json.c) */
  bool color;           /* ANSI colours, text only */
  bool only_considered; /* leave out campaigns that do not listen to this type */
  bool brief;           /* a line for each rule, without its steps */
};

/* The waterfall of one event: for each campaign and rule what became of it, in the campaign's own words - recorded outcomes where there
 * are some, recomputed stateless refusals elsewhere. `recorded` may be NULL (the event was never decided: only stateless answers, said
 * so); `event` may be NULL when `recorded` is not (its line is not at hand: only what was recorded, said so). */
void record_explain(struct buffer *out, const struct rulebook *rulebook, const struct event *event,
                    const struct recorded_decision *recorded, const struct explain_style *style);
/* What became of a line that names this customer and has no decision: its letter, and what the letter's reason means (R123). */
void record_explain_letter(struct buffer *out, const struct recorded_letter *letter, struct str customer,
                           const struct explain_style *style);
/* The witness for tests: one JSON line that says for every rule listening to the event's type what became of it, from the decision
 * itself and a listener-by-listener evaluation - no index, no record. tests/app/explain_agrees holds explain against it. O(rules x
 * listeners). */
void record_trace(struct buffer *out, const struct rulebook *rulebook, const struct event *event, const struct decision *decision);
/* One line per outcome as scenarios and explain write it: "weekend-dining/half: gave instant_discount 40.00 CNY" / "weekend-dining/half:
 * LIMIT_REACHED 1 of 1 per customer, day 2026-12-05". Without a newline. */
void record_outcome_line(struct buffer *out, const struct rulebook *rulebook, const struct decision *decision, uint32_t outcome,
                         enum language language);
/* A condition leaf in words: "amount >= 200.00", zh "金额 ≥ 200.00". */
void record_condition(struct buffer *out, const struct rulebook *rulebook, uint32_t condition, enum language language);

#endif
