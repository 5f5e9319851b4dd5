/* The event room: bytes of one event in, fields out, in one pass. No tree, no heap (docs/events.md, "Events in").
 *
 * Two shapes are read: CloudEvents 1.0 in structured mode (has "specversion"; the business fields are in "data") and the flat object
 * (customer, fields at the top). The reader checks the whole line against RFC 8259 - UTF-8, escapes, surrogates, numbers, depth,
 * duplicate keys - whatever it keeps of it. What is wrong is told with a code, a byte offset and a JSON pointer; the line then goes
 * to the dead letters byte for byte and the run goes on.
 *
 * The catalogue names event types and fields. It is open: a type or field may be added by configuration without a rebuild (R13).
 * Money fields are called `x_minor` in events and `x` in campaigns: the catalogue keeps both names.
 */
#ifndef GIFTD_EVENT_H
#define GIFTD_EVENT_H

#include "giftd/base.h"

/* ---- catalogue ---- */

enum field_kind {
  FIELD_TEXT,  /* 1..256 bytes of UTF-8 */
  FIELD_MONEY, /* int64 minor units, 0..LIMIT_AMOUNT_MINOR; written "50.00" in campaigns */
  FIELD_INT,   /* int64 */
  FIELD_BOOL,
  FIELD_LIST,  /* up to LIMIT_EVENT_LIST texts */
  FIELD_TIME   /* RFC 3339; kept as UTC milliseconds */
};

struct field_info {
  struct str event_name;    /* "amount_minor", "mcc" */
  struct str campaign_name; /* "amount", "mcc" */
  enum field_kind kind;
  struct str help_en, help_zh;
  uint64_t hash; /* hash64 of event_name: what records of customers know it by; set by catalogue_add_field */
};

#define FIELD_WORDS ((LIMIT_FIELDS + 63) / 64) /* of a set of fields, a bit each */

struct type_info {
  struct str name; /* "txn.card_spend" */
  bool reversible; /* may be undone by txn.reversed: reversal keys make sense on it */
  uint64_t fields[FIELD_WORDS]; /* fields this type is documented to carry, beside the common ones */
  struct str help_en, help_zh;
  uint64_t carried[FIELD_WORDS]; /* set by catalogue_add_type: `fields` and the common ones; of a type that says nothing, all */
  uint64_t closed[FIELD_WORDS];  /* fields whose values are closed words (catalogue_add_word) */
};

/* A word of a field with closed words, as a type has it: `settled` of txn.card_spend's status. */
struct closed_word {
  struct str text;
  uint16_t type, field;
};

/* What a bank calls the words that its files use: lists, tags, products, values of fields. For texts that people read (wording.h). */
struct word_name {
  struct str written, en, zh;
};

struct catalogue {
  uint16_t type_count, field_count, word_count;
  uint16_t own_types; /* of type_count: the built-in ones, which come first */
  uint64_t common[FIELD_WORDS]; /* fields that every event may carry */
  struct type_info types[LIMIT_EVENT_TYPES];
  struct field_info fields[LIMIT_FIELDS];
  struct closed_word words[LIMIT_CLOSED_WORDS];
  uint16_t field_slots[512]; /* open-addressed table event_name -> field + 1; filled by catalogue_add_field */
  uint16_t type_slots[1024];
  uint16_t word_slots[1024];
  uint32_t name_count;
  const struct word_name *names; /* in the arena given to catalogue_extend */
};

#define TYPE_UNKNOWN 0xffffu /* an event type nobody declared: valid, heard by no rule */
#define FIELD_NONE 0xffffu

/* Fields that judge and match know by name. Their numbers are fixed: the first rows of the built-in table, in this order. */
enum known_field {
  FIELD_ID_AMOUNT, FIELD_ID_CURRENCY, FIELD_ID_MCC, FIELD_ID_CHANNEL, FIELD_ID_MERCHANT, FIELD_ID_CARD, FIELD_ID_STATUS,
  FIELD_ID_ORIGINAL_ID, FIELD_ID_ORIGINAL_TIME, FIELD_ID_ORIGINAL_AMOUNT, FIELD_ID_CAMPAIGN, FIELD_ID_RULE, FIELD_ID_REWARD_ID,
  FIELD_ID_CHOICE, FIELD_ID_TAGS, FIELD_ID_DEVICE, FIELD_ID_PHONE_HASH, FIELD_ID_ID_HASH, FIELD_ID_DATE, FIELD_ID_REASON,
  FIELD_ID_ORIGINAL_SOURCE, FIELD_ID_RESULT, FIELD_ID_KNOWN_COUNT
};
/* Event types likewise. */
enum known_type {
  TYPE_ID_REVERSED, TYPE_ID_CUSTOMER_UPDATED, TYPE_ID_ENROLLED, TYPE_ID_CLAIMED, TYPE_ID_FULFILMENT, TYPE_ID_REVIEWED, TYPE_ID_KNOWN_COUNT
};

/* The built-in catalogue of docs/events.md; `out` is about 100 KB, owned by the caller. */
void catalogue_init(struct catalogue *out);
/* Adds one; texts are borrowed and must outlive the catalogue. STATUS_INPUT: name taken or no id; STATUS_LIMIT: full. */
enum status catalogue_add_type(struct catalogue *catalogue, const struct type_info *type, struct fault *fault) MUST_USE;
enum status catalogue_add_field(struct catalogue *catalogue, const struct field_info *field, struct fault *fault) MUST_USE;
/* A built-in type carries these fields too, and has these help texts where they are not empty. STATUS_INPUT: the type is a bank's own. */
enum status catalogue_extend_type(struct catalogue *catalogue, uint16_t type, const struct type_info *more, struct fault *fault) MUST_USE;
/* One more word that a text field of a type may say; with the first one the field's words are closed. A word that is there already changes
 * nothing. STATUS_INPUT: the type does not carry the field, it is no text, or the word is none of 1..256 bytes. */
enum status catalogue_add_word(struct catalogue *catalogue, uint16_t type, uint16_t field, struct str word, struct fault *fault) MUST_USE;
uint16_t catalogue_type(const struct catalogue *catalogue, struct str name);           /* or TYPE_UNKNOWN */
uint16_t catalogue_field(const struct catalogue *catalogue, struct str event_name);    /* or FIELD_NONE */
uint16_t catalogue_campaign_field(const struct catalogue *catalogue, struct str name); /* by campaign name ("amount"), or FIELD_NONE */
/* Whether events of a type carry a field: it is documented for the type, or common; nobody may have said what the type carries. */
static inline bool catalogue_carries(const struct catalogue *catalogue, uint16_t type, uint16_t field) {
  return (catalogue->types[type].carried[field / 64] >> (field % 64) & 1) != 0;
}
/* The nearest known names for "did you mean", or an empty str when nothing is near. */
struct str catalogue_near_type(const struct catalogue *catalogue, struct str name);
struct str catalogue_near_field(const struct catalogue *catalogue, struct str campaign_name);

/* ---- one event ---- */

enum value_kind { VALUE_ABSENT, VALUE_TEXT, VALUE_INT, VALUE_BOOL, VALUE_LIST };

struct value {
  enum value_kind kind;
  uint32_t count;              /* of list items */
  union {
    struct str text;           /* VALUE_TEXT */
    int64_t number;            /* VALUE_INT: money, int, time (UTC ms); VALUE_BOOL: 0 or 1 */
    const struct str *items;   /* VALUE_LIST */
  };
};

/* What the catalogue does not know stays without effect: the type is heard by no rule, the field is read by none, no test for one of the
 * closed words holds. The event is valid all the same, so that a producer may send more than giftd knows; but it is not silent: reading
 * notes the words here, the shard counts them, the program names each once. */
enum unknown_kind { UNKNOWN_TYPE, UNKNOWN_FIELD, UNKNOWN_VALUE, UNKNOWN_KIND_COUNT };

struct unknown_word {
  enum unknown_kind kind;
  bool beside_data; /* FIELD: one that the catalogue knows, but beside `data`, where a CloudEvent's fields are not read */
  uint16_t field;   /* FIELD: of the catalogue, but not of this type; or FIELD_NONE. VALUE: whose it is */
  struct str text;
};

struct event {
  struct str id, source;           /* checked: event_id_is_good, event_source_is_good */
  struct str customer;             /* a checked id */
  struct str cause;                /* heard as another (docs/language.md section 3): who caused it, `customer` is who hears; else empty */
  struct str type_name;
  uint16_t type;                   /* number in the catalogue or TYPE_UNKNOWN */
  int32_t offset_minutes;          /* of `time` as it was written */
  int64_t time_ms;                 /* when it happened */
  int64_t arrival_ms;              /* when it reached the bank's stream: "recordedtime", or what the caller sets (TIME_NONE until then) */
  struct str traceparent;          /* W3C trace context, carried onto gifts; empty when absent */
  struct str registered;           /* "campaign/rule[/item]": the gift that was handed out by hand for it; empty when none was */
  bool backfill;                   /* "giftmode": "backfill", or a gift was handed out: may be as late as a campaign's `late.backfill` */
  uint64_t digest;                 /* hash64 of (source, 0, id): the event's identity inside a customer's state */
  uint32_t field_count;
  uint16_t field_ids[LIMIT_EVENT_FIELDS];
  struct value values[LIMIT_EVENT_FIELDS]; /* VALUE_ABSENT: null, kept of customer.updated alone, where it clears a field */
  uint32_t unknown_counts[UNKNOWN_KIND_COUNT];    /* all that the line has ... */
  uint32_t unknown_count;                         /* ... and those that are noted; 0 when there are none */
  struct unknown_word unknown[LIMIT_EVENT_UNKNOWN]; /* borrowed as the values are */
};

/* NULL when the event does not carry the field (or carries null). */
const struct value *event_field(const struct event *event, uint16_t field);
/* 1..128 bytes of 0x21..0x7e; a URI reference of up to 256 bytes, or an id as customers have (CloudEvents 1.0, "id", "source"). */
bool event_id_is_good(struct str id);
bool event_source_is_good(struct str source);
/* Digest as in event.digest of another event: how a reversal finds its original. */
uint64_t event_digest(struct str source, struct str id);

/* What may have been meant by an unknown word of the event, as it stands in events; empty when nothing is near. Case does not count. */
struct str catalogue_near_word(const struct catalogue *catalogue, const struct event *event, const struct unknown_word *unknown);

/* ---- reading ---- */

/* Why a line is no event. One row each in event_problems[]: code, text, remedy. The list is stable: operators grep for the code. */
enum event_problem {
  EVENT_OK = 0,
  EVENT_EMPTY_LINE, EVENT_TOO_LONG, EVENT_NOT_OBJECT, EVENT_BAD_JSON, EVENT_BAD_UTF8, EVENT_BAD_ESCAPE, EVENT_BAD_SURROGATE,
  EVENT_CONTROL_CHARACTER, EVENT_BAD_NUMBER, EVENT_TOO_DEEP, EVENT_TOO_MANY_KEYS, EVENT_DUPLICATE_KEY, EVENT_TRAILING_BYTES,
  EVENT_TRUNCATED, EVENT_BYTE_ORDER_MARK, EVENT_BINARY_FRAMED /* Confluent 5-byte prefix: Avro or Protobuf */,
  EVENT_SPECVERSION, EVENT_MISSING_ID, EVENT_MISSING_SOURCE, EVENT_MISSING_TYPE, EVENT_MISSING_TIME, EVENT_MISSING_CUSTOMER,
  EVENT_BAD_ID, EVENT_BAD_SOURCE, EVENT_BAD_TYPE, EVENT_BAD_CUSTOMER, EVENT_BAD_TIME, EVENT_TIME_NO_OFFSET,
  EVENT_DATA_NOT_OBJECT, EVENT_DATA_BASE64 /* data_base64 is not served */, EVENT_DATA_WITHOUT_SPECVERSION,
  EVENT_FIELD_TYPE /* a text where a number must be, and so on */, EVENT_FIELD_TOO_LONG, EVENT_FIELD_EMPTY, EVENT_TOO_MANY_FIELDS,
  EVENT_NOT_WHOLE /* 12.5 or 1e3 where minor units must be */, EVENT_AMOUNT_RANGE, EVENT_NUMBER_RANGE, EVENT_BAD_CURRENCY, EVENT_BAD_MCC,
  EVENT_BAD_FIELD_TIME, EVENT_BAD_DATE, EVENT_LIST_ITEM, EVENT_LIST_TOO_LONG, EVENT_MISSING_ORIGINAL /* txn.reversed without original_id */,
  EVENT_AMOUNT_WITHOUT_CURRENCY,
  EVENT_PROBLEM_COUNT
};

struct event_problem_info {
  const char *code;      /* "EVENT_DUPLICATE_KEY" without the prefix: "DUPLICATE_KEY" */
  const char *text_en;   /* "a key stands twice in one object" */
  const char *remedy_en; /* "remove one of them; giftd never guesses which is meant" */
};
extern const struct event_problem_info event_problems[EVENT_PROBLEM_COUNT];

struct event_error {
  enum event_problem problem;
  uint32_t offset;       /* byte of the line, from 0 */
  char pointer[128];     /* JSON pointer of the place ("" is the whole line), cut with ... when longer */
  char detail[96];       /* what stood there, or what was expected; printable ASCII */
};

/* What lines so far looked like: with it their like are read faster, and every line to the same event as without. One for each stream, for
 * one catalogue; some 56 KB, owned by the caller. */
#define SHAPE_KEYS 1024u
struct shape_key {
  uint64_t hash;
  char text[32];  /* ,"name": with what blanks there are; behind one that is longer nothing is learned */
  uint32_t bytes; /* a bit for each that it has */
  uint8_t length, name_at, name_length, attribute;
  uint16_t field;
  uint16_t child, sibling; /* the first that may follow, and what may stand in its own place: numbers in `keys`, 0 for none */
};
struct event_shapes {
  const struct catalogue *catalogue;
  uint32_t count, missed;
  struct shape_key keys[SHAPE_KEYS];
};
/* Nothing was seen yet. To be called anew when the catalogue changes. */
void event_shapes_init(struct event_shapes *shapes, const struct catalogue *catalogue);

/* Reads one line (without its newline; a trailing CR is allowed). `event` borrows from `line` and `arena` (unescaped texts, lists).
 * Returns EVENT_OK or the problem, described in `error`. Never reads outside the line; the arena needs at most 2 x line.length + 4 KiB.
 * `arena` running out is a bug of the caller (assertion). */
enum event_problem event_read(const struct catalogue *catalogue, struct str line, struct arena *arena, struct event *event,
                              struct event_error *error) MUST_USE;
/* The same with the shapes' catalogue, for one of many lines: it learns from each, so each thread has its own. */
enum event_problem event_read_alike(struct event_shapes *shapes, struct str line, struct arena *arena, struct event *event,
                                    struct event_error *error) MUST_USE;
/* "byte 37: /data/amount_minor: NOT_WHOLE: an amount is a whole number of minor units, here 12.5; write 1250 for 12.50" */
void event_error_print(struct buffer *out, const struct event_error *error);

#endif
