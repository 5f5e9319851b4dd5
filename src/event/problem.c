/* What can be wrong with an event line, in words; and how a place in it is named: byte offset and JSON pointer (RFC 6901). */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "reader.h"

#define PROBLEM(name, text, remedy) [EVENT_##name] = {#name, text, remedy}

const struct event_problem_info event_problems[EVENT_PROBLEM_COUNT] = {
    PROBLEM(OK, "", ""),
    PROBLEM(EMPTY_LINE, "the line is empty", "write one event a line, or leave the line out"),
    PROBLEM(TOO_LONG, "the line is longer than 65536 bytes", "send what campaigns test, not whole documents"),
    PROBLEM(NOT_OBJECT, "a line is one JSON object", "write {...}: one event a line, no list around them, no header line"),
    PROBLEM(BAD_JSON, "this is not JSON (RFC 8259)", "let a JSON library write the line"),
    PROBLEM(BAD_UTF8, "these bytes are not UTF-8", "send UTF-8; GBK and GB18030 must be converted by the sender"),
    PROBLEM(BAD_ESCAPE, "there is no such escape", "escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hexadecimal digits"),
    PROBLEM(BAD_SURROGATE, "half of a surrogate pair", "write \\ud83d\\ude00 as a pair, or the character itself in UTF-8"),
    PROBLEM(CONTROL_CHARACTER, "a text holds an unescaped control character", "write it as \\n, \\t or \\u00XX"),
    PROBLEM(BAD_NUMBER, "this is not a JSON number", "write -?digits, no leading zeros, no + in front, digits on both sides of the point"),
    PROBLEM(TOO_DEEP, "nested deeper than 16 levels", "flatten what campaigns test"),
    PROBLEM(TOO_MANY_KEYS, "more than 256 keys in one object", "send what campaigns test"),
    PROBLEM(DUPLICATE_KEY, "a key appears twice in one object", "remove one of them; giftd never guesses which is meant"),
    PROBLEM(TRAILING_BYTES, "something follows the event on its line", "write one event a line"),
    PROBLEM(TRUNCATED, "the line ends before the event does",
            "look for a cut file, a full disk at the sender, or a newline inside of the event"),
    PROBLEM(BYTE_ORDER_MARK, "the line begins with a byte order mark", "write UTF-8 without a byte order mark"),
    PROBLEM(BINARY_FRAMED, "a schema registry's frame without JSON in it: Avro or Protobuf",
            "let the producer write JSON, or convert the topic to JSON"),
    PROBLEM(SPECVERSION, "specversion is not \"1.0\"", "send CloudEvents 1.0"),
    PROBLEM(MISSING_ID, "the event has no id", "give every event an id that is unique for its source and the same when it is sent again"),
    PROBLEM(MISSING_SOURCE, "the event has no source", "name the system that sends it, as card-core"),
    PROBLEM(MISSING_TYPE, "the event has no type", "name what happened, as txn.card_spend"),
    PROBLEM(MISSING_TIME, "the event has no time", "say when it happened: 2026-11-20T12:01:07+08:00"),
    PROBLEM(MISSING_CUSTOMER, "the event names no customer", "put the customer id into subject (CloudEvents) or customer (flat)"),
    PROBLEM(BAD_ID, "an event's id is a text of 1 to 128 printable characters of ASCII without blanks", "send such an id"),
    PROBLEM(BAD_SOURCE, "source is a URI reference (RFC 3986) of 1 to 256 bytes",
            "name the system that sends it, as card-core or /mybank/cards"),
    PROBLEM(BAD_TYPE, "type is a text of 1 to 64 of A-Z a-z 0-9 _ . : -", "send a name as txn.card_spend"),
    PROBLEM(BAD_CUSTOMER, "a customer id is a text of 1 to 64 of A-Z a-z 0-9 _ . : -", "send the token, not a name or a number"),
    PROBLEM(BAD_TIME, "this is not a time of RFC 3339", "write 2026-11-20T12:01:07+08:00 or ...Z; the day must exist"),
    PROBLEM(TIME_NO_OFFSET, "the time has no offset", "put +08:00 or Z behind it; giftd does not guess a zone"),
    PROBLEM(DATA_NOT_OBJECT, "data is not an object", "send data as an object, not as a text that holds JSON"),
    PROBLEM(DATA_BASE64, "data_base64 is not served", "send the fields in data"),
    PROBLEM(DATA_WITHOUT_SPECVERSION, "there is data but no specversion", "add \"specversion\":\"1.0\", or put the fields at the top"),
    PROBLEM(FIELD_TYPE, "the field is of another JSON type", "the catalogue of event types says which type each field has"),
    PROBLEM(FIELD_TOO_LONG, "the text is longer than 256 bytes", "send a code, not prose"),
    PROBLEM(FIELD_EMPTY, "the text is empty", "leave the field out when there is nothing to say"),
    PROBLEM(TOO_MANY_FIELDS, "more than 64 known fields", "send what campaigns test"),
    PROBLEM(NOT_WHOLE, "a whole number is needed; amounts are in minor units",
            "write 12.50 CNY as 1250, 1250 JPY as 1250, 1.250 BHD as 1250: no point, no exponent"),
    PROBLEM(AMOUNT_RANGE, "an amount is between 0 and 1000000000000 minor units",
            "check the unit; reversals say txn.reversed, not a minus"),
    PROBLEM(NUMBER_RANGE, "the number does not fit into 64 bits", "send ids as texts"),
    PROBLEM(BAD_CURRENCY, "this is not an ISO 4217 currency", "write CNY, USD, HKD ..., upper case"),
    PROBLEM(BAD_MCC, "an MCC is a text of four digits (ISO 18245)", "write \"5812\"; keep leading zeros"),
    PROBLEM(BAD_FIELD_TIME, "this is not a time of RFC 3339 with an offset", "write 2026-11-20T12:01:07+08:00"),
    PROBLEM(BAD_DATE, "this is not a date", "write 2026-11-20; the day must exist"),
    PROBLEM(LIST_ITEM, "an item of the list is not a text of 1 to 256 bytes", "send a list of texts"),
    PROBLEM(LIST_TOO_LONG, "more than 64 items in a list, or 240 in all lists of the event", "send fewer"),
    PROBLEM(MISSING_ORIGINAL, "a reversal says what it undoes", "put the id of the original event into original_id"),
    PROBLEM(AMOUNT_WITHOUT_CURRENCY, "an amount without its currency", "add its code of ISO 4217, like \"currency\":\"CNY\""),
};
_Static_assert(LIMIT_EVENT_BYTES == 65536 && LIMIT_EVENT_DEPTH == 16 && LIMIT_EVENT_KEYS == 256, "the texts above say so");
_Static_assert(LIMIT_EVENT_ID_BYTES == 128 && LIMIT_SOURCE_BYTES == 256 && LIMIT_ID_BYTES == 64, "the texts above say so");
_Static_assert(LIMIT_TEXT_BYTES == 256 && LIMIT_EVENT_FIELDS == 64 && LIMIT_EVENT_LIST == 64, "the texts above say so");

/* ---- places ---- */

/* A pointer being written: when it does not fit, its end becomes "...". */
struct pointer {
  char *text;
  size_t length, capacity;
  bool cut;
};

static void pointer_put(struct pointer *p, struct str bytes) {
  if (p->cut) return;
  size_t room = p->capacity - 4 - p->length; /* for "..." and the zero */
  if (bytes.length > room) {
    memcpy(p->text + p->length, "...", 3);
    p->length += 3;
    p->cut = true;
    return;
  }
  memcpy(p->text + p->length, bytes.at, bytes.length);
  p->length += bytes.length;
}

/* RFC 6901: ~ is ~0 and / is ~1. What cannot be printed is shown as ? - the offset names the place exactly. */
static void pointer_step(struct pointer *p, struct str name) {
  bool truncated = false;
  pointer_put(p, STR("/"));
  for (size_t at = 0; at < name.length && !p->cut;) {
    unsigned char byte = (unsigned char)name.at[at];
    unsigned length = scan_utf8(name, at, &truncated);
    if (byte == '~')
      pointer_put(p, STR("~0"));
    else if (byte == '/')
      pointer_put(p, STR("~1"));
    else if (length == 0 || byte < 0x20 || byte == 0x7f)
      pointer_put(p, STR("?"));
    else
      pointer_put(p, (struct str){name.at + at, length});
    at += length == 0 ? 1 : length;
  }
}

static void pointer_index(struct pointer *p, unsigned index) {
  char digits[12];
  int length = snprintf(digits, sizeof digits, "%u", index);
  pointer_step(p, (struct str){digits, (size_t)length});
}

static struct pointer pointer_start(struct event_error *error) { return (struct pointer){error->pointer, 0, sizeof error->pointer, false}; }
static void pointer_end(struct pointer *p) { p->text[p->length] = '\0'; }

/* Where the walk is: the keys and positions of the frames that are open. */
static void pointer_of_walk(const struct reader *r, struct event_error *error) {
  struct pointer p = pointer_start(error);
  for (unsigned depth = 1; depth <= r->depth; depth++) {
    const struct frame *frame = &r->frames[depth];
    if (depth == r->depth && !r->inside) break;
    if (frame->object) {
      const struct key *key = &r->keys[frame->first_key + frame->count - 1];
      pointer_step(&p, (struct str){key->at, key->length});
    } else {
      pointer_index(&p, frame->count - 1);
    }
  }
  pointer_end(&p);
}

bool reader_fail(struct reader *r, enum event_problem problem, size_t offset, const char *format, ...) {
  assert(problem != EVENT_OK);
  r->error->problem = problem;
  r->error->offset = (uint32_t)offset;
  pointer_of_walk(r, r->error);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(r->error->detail, sizeof r->error->detail, format, arguments);
  va_end(arguments);
  if (strcmp(r->error->detail, " ") == 0) r->error->detail[0] = '\0'; /* compilers warn of an empty format */
  return false;
}

bool member_fail(struct reader *r, enum event_problem problem, size_t offset, bool in_data, struct str name, int item) {
  *r->error = (struct event_error){.problem = problem, .offset = (uint32_t)offset};
  struct pointer p = pointer_start(r->error);
  if (in_data) pointer_step(&p, STR("data"));
  if (name.length > 0) pointer_step(&p, name);
  if (item >= 0) pointer_index(&p, (unsigned)item);
  pointer_end(&p);
  return false;
}

void detail_bytes(struct event_error *error, struct str bytes) {
  const size_t most = 40;
  size_t length = bytes.length < most ? bytes.length : most, at = 0;
  for (; at < length; at++) {
    unsigned char byte = (unsigned char)bytes.at[at];
    error->detail[at] = byte >= 0x20 && byte < 0x7f ? (char)byte : '?';
  }
  error->detail[at] = '\0';
  if (bytes.length > most) memcpy(error->detail + at, "...", 4);
}

void event_error_print(struct buffer *out, const struct event_error *error) {
  const struct event_problem_info *info = &event_problems[error->problem];
  buffer_print(out, "byte %u: %s%s%s: %s", error->offset, error->pointer, error->pointer[0] == '\0' ? "" : ": ", info->code, info->text_en);
  if (error->detail[0] != '\0') buffer_print(out, ": %s", error->detail);
  buffer_print(out, "; %s", info->remedy_en);
}
