/* Writing JSON fast: every event leaves a line, so constant pieces are copied whole and names (checked by the event and campaign rooms
 * to be [A-Za-z0-9_.:/-], or a URI reference) are copied without looking for what to escape. Everything else goes through text_quoted.
 */
#ifndef GIFTD_RECORD_TEXT_H
#define GIFTD_RECORD_TEXT_H

#include "giftd/record.h"

/* buffer_put, inlined for the common case that it fits: with a constant length the copy is a few stores. */
static inline void text_put(struct buffer *out, struct str bytes) {
  if (out->overflowed || out->capacity - out->length < bytes.length) {
    buffer_put(out, bytes); /* keeps the sticky overflow in one place */
    return;
  }
  if (bytes.length != 0) memcpy(out->memory + out->length, bytes.at, bytes.length);
  out->length += bytes.length;
}
#define PUT(out, literal) text_put((out), STR(literal))

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Not 0 when one of eight bytes is below 0x20, above 0x7e, a quote or a backslash (Anderson, "Bit Twiddling Hacks": a zero in a word). */
static inline uint64_t word_escapes(uint64_t word) {
  uint64_t quote = word ^ EACH_BYTE('"'), slash = word ^ EACH_BYTE('\\'), delete = word ^ EACH_BYTE(0x7f);
  uint64_t found = (word - EACH_BYTE(0x20)) & ~word;
  found |= ((quote - EACH_BYTE(1)) & ~quote) | ((slash - EACH_BYTE(1)) & ~slash) | ((delete - EACH_BYTE(1)) & ~delete);
  return (found | word) & EACH_BYTE(0x80);
}

static inline uint64_t word_at(const char *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
  return word;
}

/* Whether it stands in a JSON string as it is: printable ASCII without quotes and backslashes. Nearly all are, and have 8 to 24 bytes. */
static inline bool text_is_plain(struct str text) {
  if (text.length < 8) {
    uint64_t word = EACH_BYTE(' ');
    for (size_t i = 0; i < text.length; i++) word = word << 8 | (unsigned char)text.at[i];
    return word_escapes(word) == 0;
  }
  for (size_t at = 0; at + 8 < text.length; at += 8)
    if (word_escapes(word_at(text.at + at)) != 0) return false;
  return word_escapes(word_at(text.at + text.length - 8)) == 0;
}

/* A JSON string behind an opening that ends in its first quote; what is plain is copied, all else is left to buffer_json. */
static inline void text_quoted(struct buffer *out, struct str opening, struct str text) {
  if (!text_is_plain(text)) {
    text_put(out, (struct str){opening.at, opening.length - 1});
    buffer_json(out, text);
    return;
  }
  text_put(out, opening);
  text_put(out, text);
  PUT(out, "\"");
}
#define QUOTED(out, opening, text) text_quoted((out), STR(opening "\""), (text))

/* A JSON string with quotes. */
static inline void text_json(struct buffer *out, struct str text) { QUOTED(out, "", text); }

/* A part of a JSON string, of printable ASCII: an event's id. */
static inline void text_escaped(struct buffer *out, struct str text) {
  if (text_is_plain(text)) {
    text_put(out, text);
    return;
  }
  for (size_t i = 0; i < text.length; i++) {
    if (text.at[i] == '"' || text.at[i] == '\\') PUT(out, "\\");
    buffer_byte(out, text.at[i]);
  }
}

/* ,"key":"text" - nothing when the text is empty. The key is a literal with its punctuation: TEXT_MEMBER(out, "at", pointer). */
#define TEXT_MEMBER(out, key, text) text_member((out), STR(",\"" key "\":\""), (text))
static inline void text_member(struct buffer *out, struct str opening, struct str text) {
  if (text.length > 0) text_quoted(out, opening, text);
}

/* ,"key":number */
#define TEXT_NUMBER(out, key, number) (PUT((out), ",\"" key "\":"), buffer_int((out), (number)))

static inline void text_hex(struct buffer *out, uint64_t number) {
  char digits[16];
  digest_to_hex(number, digits);
  text_put(out, (struct str){digits, sizeof digits});
}

/* As buffer_time, in one piece: it stands in every line. */
void text_time(struct buffer *out, int64_t utc_ms, int32_t offset_minutes);

/* Writes {"specversion":"1.0","id":" - the opening that every line shares, and by which `giftd explain` finds a line without parsing it. */
static inline void text_open(struct buffer *out) { PUT(out, "{\"specversion\":\"1.0\",\"id\":\""); }

/* From behind the id to the opening of data: ","source":"giftd","type":...,"time":...,"data":{ */
/* Up to the time; further attributes and data follow. */
void text_envelope_at(struct buffer *out, struct str type, struct str subject, int64_t time_ms, int32_t offset_minutes);
void text_envelope(struct buffer *out, struct str type, struct str subject, const struct event *event);

/* "issued" ... of a gift's kind; the same word stands in decisions and, but for chances, in gift.reward.WORD. */
struct str text_gift_kind(enum gift_kind kind);
/* "timing", "choice", "review" or "queue": what a pending one waits for. */
struct str text_waits(const struct gift *gift);
/* "bank": for whose review; empty: what it waits for is its own rule's. */
struct str text_asked_by(const struct gift *gift);

#endif
