/* Between the two halves of event_read: scan.c walks the line once and notes where the members it may need stand; interpret.c, which runs
 * only on a line that is JSON throughout, makes values of them. So keys may stand in any order, and what is wrong with the JSON is told
 * first.
 *
 *   line ──▶ scan_event ──▶ members (name, token) ──▶ interpret_event ──▶ struct event
 */
#ifndef GIFTD_EVENT_READER_H
#define GIFTD_EVENT_READER_H

#include "giftd/event.h"

enum attribute {
  ATTRIBUTE_ID,
  ATTRIBUTE_SOURCE,
  ATTRIBUTE_TYPE,
  ATTRIBUTE_TIME,
  ATTRIBUTE_CUSTOMER,
  ATTRIBUTE_SUBJECT,
  ATTRIBUTE_SPECVERSION,
  ATTRIBUTE_DATA,
  ATTRIBUTE_DATA_BASE64,
  ATTRIBUTE_RECORDEDTIME,
  ATTRIBUTE_TRACEPARENT,
  ATTRIBUTE_GIFTMODE,
  ATTRIBUTE_REGISTEREDGIFT,
  ATTRIBUTE_COUNT
};
#define ATTRIBUTE_NONE ATTRIBUTE_COUNT

/* A value where it stands in the line. */
struct token {
  enum json_type type; /* JSON_TYPE_END: the member is not there */
  bool escaped;        /* a text with escapes */
  uint32_t start, end; /* with its quotes or brackets */
};

struct member {
  struct token token;
  uint16_t field;
};

/* A key of an object that is still open: its unescaped bytes. */
struct key {
  const char *at;
  uint32_t length;
  uint32_t hash; /* half of name_hash: enough to tell most keys apart */
};

/* Keys that are no fields, where fields stand: kept for what the event tells of them (unknown.c). */
struct strangers {
  uint32_t count; /* all; those beyond LIMIT_EVENT_UNKNOWN have no name here */
  struct str names[LIMIT_EVENT_UNKNOWN];
};

struct frame {
  uint64_t seen[4]; /* 256 bits: which hashes the keys so far had; a clear bit proves that a key is new */
  uint32_t start;   /* offset of the opening bracket */
  uint32_t count;   /* members so far, the one being read included */
  uint32_t first_key;
  uint16_t shape; /* the last key, if all keys so far are a path in the shapes */
  bool object;
};

struct reader {
  struct str line;
  size_t at;
  const struct catalogue *catalogue;
  struct event_shapes *shapes; /* NULL: none are kept */
  struct arena *arena;
  struct event_error *error;
  char *scratch; /* unescaped texts, packed; taken from the arena at the first escape: as long as the line */
  size_t scratch_used;

  /* where we are */
  unsigned depth;
  bool inside; /* behind a key or in front of an item of the innermost frame: it belongs to the pointer */
  bool in_data;
  enum attribute attribute; /* of the last key at the top */
  uint16_t top_field, data_field;

  /* what was found */
  uint32_t top_count, data_count;
  struct token attributes[ATTRIBUTE_COUNT];
  struct frame frames[LIMIT_EVENT_DEPTH + 1]; /* frames[0] is not used: depth 1 is the event itself */
  struct member top[LIMIT_FIELDS], data[LIMIT_FIELDS];
  struct strangers top_strangers, data_strangers;

  /* keys of the objects that are open; without room for one more the walk is given up and begun again with more */
  uint32_t key_count, key_capacity;
  bool short_of_keys;
  struct key *keys;
};

#define KEYS_MOST (LIMIT_EVENT_KEYS * LIMIT_EVENT_DEPTH) /* every open object full */
#define KEYS_USUAL 320u

/* Walks the whole line. False: reader->error is filled. */
bool scan_event(struct reader *reader);
/* Makes an event of what scan_event found. False: reader->error is filled. */
bool interpret_event(struct reader *reader, struct event *event);

/* How many letters of a name may be wrong for another to be meant: a third, three at most. */
unsigned near_edits(struct str name);

/* ---- unknown.c ---- */

void note_unknown(struct event *event, enum unknown_kind kind, uint16_t field, struct str text) __attribute__((cold));
/* Once the event is one: its type, the keys that are no fields, and fields that stand beside data. */
void note_strangers(const struct reader *reader, struct event *event, bool in_data);

/* Both return false, so that a refusal is one line: `return reader_fail(...)`. The format makes error.detail. */
bool reader_fail(struct reader *reader, enum event_problem problem, size_t offset, const char *format, ...)
    __attribute__((format(__printf__, 4, 5), cold));
/* The same with the pointer of a member: "/data/amount_minor", or "/data/tags/3" with an item of 0 or more. */
bool member_fail(struct reader *reader, enum event_problem problem, size_t offset, bool in_data, struct str name, int item);
/* Shows a piece of the line as detail: printable ASCII, cut. */
void detail_bytes(struct event_error *error, struct str bytes);
/* The text of a string token that has escapes. */
struct str token_unescape(struct reader *reader, struct token token);
/* The text of a string token; most have no escapes and are a slice of the line. */
static inline struct str token_text(struct reader *reader, struct token token) {
  if (token.escaped) return token_unescape(reader, token);
  return (struct str){reader->line.at + token.start + 1, token.end - token.start - 2};
}

#endif
