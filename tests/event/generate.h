/* Event lines at random, from a seed: both shapes, keys in any order and spelling, white space, values good and bad, now and then a damaged
 * byte. The words are those of the catalogue, so that what is wrong is wrong in an interesting place.
 */
#ifndef GIFTD_TESTS_EVENT_GENERATE_H
#define GIFTD_TESTS_EVENT_GENERATE_H

#include "lines.h"

struct dice {
  uint64_t state;
};

static inline uint64_t dice_next(struct dice *d) {
  d->state ^= d->state << 13;
  d->state ^= d->state >> 7;
  d->state ^= d->state << 17;
  return d->state * 0x2545f4914f6cdd1dULL >> 16;
}
static inline bool dice_one_in(struct dice *d, unsigned n) { return dice_next(d) % n == 0; }
#define PICK(d, table) (table)[dice_next(d) % COUNT(table)]

static inline void put_blank(struct dice *d, struct buffer *out) {
  static const char *const blanks[] = {" ", "\t", "  ", "\r", "\n", " \t "};
  if (dice_one_in(d, 12)) buffer_put(out, str_of(PICK(d, blanks)));
}

/* A text in quotes; one character in forty spelled as an escape. */
static inline void put_text(struct dice *d, struct buffer *out, const char *text) {
  buffer_byte(out, '"');
  for (const char *c = text; *c != '\0'; c++) {
    bool ascii = (unsigned char)*c < 0x80;
    if (ascii && dice_one_in(d, 40))
      buffer_print(out, dice_one_in(d, 2) ? "\\u%04x" : "\\u%04X", (unsigned)*c);
    else
      buffer_byte(out, *c);
  }
  buffer_byte(out, '"');
}

static inline void put_any_value(struct dice *d, struct buffer *out, unsigned depth) {
  static const char *const values[] = {"0",
                                       "-1",
                                       "12800",
                                       "12.5",
                                       "1e3",
                                       "-0",
                                       "1E-7",
                                       "\"\"",
                                       "\"qr\"",
                                       "\"\\ud83d\\ude00\"",
                                       "\"\xe4\xba\xa4\\n\\\"\"",
                                       "true",
                                       "false",
                                       "null",
                                       "[]",
                                       "{}",
                                       "[1,2]",
                                       "\"CNY\"",
                                       "\"5812\"",
                                       "[\"a\",\"b\"]",
                                       "[\"a\",1]",
                                       "{\"a\":{\"b\":[]}}",
                                       "\"2026-11-20\"",
                                       "\"2026-11-20T12:01:07+08:00\"",
                                       "9007199254740993"};
  if (depth < 4 && dice_one_in(d, 10)) {
    buffer_byte(out, '[');
    put_any_value(d, out, depth + 1);
    buffer_byte(out, ',');
    put_any_value(d, out, depth + 1);
    buffer_byte(out, ']');
    return;
  }
  buffer_put(out, str_of(PICK(d, values)));
}

/* A value that fits the field, most of the time. */
static inline void put_field_value(struct dice *d, struct buffer *out, const struct field_info *field) {
  static const char *const texts[] = {"qr", "m00017", "\xe5\xba\x97", "a b", "c0000042", "gold", "310000", "settled", "refund"};
  if (dice_one_in(d, 30)) {
    put_any_value(d, out, 0);
    return;
  }
  switch (field->kind) {
    case FIELD_MONEY: buffer_int(out, (int64_t)(dice_next(d) % (dice_one_in(d, 20) ? 2000000000000ULL : 1000000ULL))); break;
    case FIELD_INT: buffer_int(out, (int64_t)(dice_next(d) % 2000) - 1000); break;
    case FIELD_BOOL: buffer_put(out, dice_one_in(d, 2) ? STR("true") : STR("false")); break;
    case FIELD_TIME: put_text(d, out, dice_one_in(d, 10) ? "2026-11-20" : "2026-11-20T12:01:07+08:00"); break;
    case FIELD_LIST:
      buffer_byte(out, '[');
      for (uint64_t i = 0, n = dice_next(d) % 4; i < n; i++) {
        if (i > 0) buffer_byte(out, ',');
        put_blank(d, out);
        put_text(d, out, PICK(d, texts));
      }
      buffer_byte(out, ']');
      break;
    case FIELD_TEXT:
      if (str_equal(field->event_name, STR("currency")))
        put_text(d, out, dice_one_in(d, 20) ? "RMB" : "CNY");
      else if (str_equal(field->event_name, STR("mcc")))
        put_text(d, out, dice_one_in(d, 20) ? "58" : "5812");
      else if (str_equal(field->event_name, STR("date")))
        put_text(d, out, dice_one_in(d, 20) ? "2026-02-30" : "2026-11-20");
      else
        put_text(d, out, PICK(d, texts));
      break;
  }
}

static inline void put_key(struct dice *d, struct buffer *out, bool *first, const char *key) {
  if (!*first) buffer_byte(out, ',');
  *first = false;
  put_blank(d, out);
  put_text(d, out, key);
  put_blank(d, out);
  buffer_byte(out, ':');
  put_blank(d, out);
}

static inline void put_fields(struct dice *d, struct buffer *out, const struct catalogue *catalogue, bool *first) {
  uint64_t count = dice_next(d) % 9;
  size_t start = dice_next(d) % catalogue->field_count, step = 1 + dice_next(d) % 5;
  for (uint64_t i = 0; i < count; i++) { /* seldom the same twice */
    const struct field_info *field = &catalogue->fields[(start + i * step) % catalogue->field_count];
    char name[80];
    snprintf(name, sizeof name, "%.*s", STR_FORMAT(field->event_name));
    put_key(d, out, first, dice_one_in(d, 25) ? "unknown" : name);
    put_field_value(d, out, field);
  }
  if (dice_one_in(d, 4)) {
    put_key(d, out, first, "amount_minor");
    put_field_value(d, out, &catalogue->fields[FIELD_ID_AMOUNT]);
    put_key(d, out, first, "currency");
    put_field_value(d, out, &catalogue->fields[FIELD_ID_CURRENCY]);
  }
}

static inline void put_attribute(struct dice *d, struct buffer *out, bool *first, const char *key, const char *const values[4]) {
  if (dice_one_in(d, 60)) return;
  put_key(d, out, first, key);
  if (dice_one_in(d, 60))
    put_any_value(d, out, 0);
  else
    put_text(d, out, values[dice_next(d) % 4]);
}

static inline void put_attributes(struct dice *d, struct buffer *out, const struct catalogue *catalogue, bool *first, bool cloud) {
  static const char *const ids[4] = {"e1", "20261120-000001", "a:b.c_d-e", "E9"}, *const sources[4] = {"core", "/card/core", "urn:m:bank",
                                                                                                       "crm"};
  static const char *const event_ids[4] = {"e1", "20261120/000001", "a\"b\\c", "E9"};
  static const char *const types[4] = {"txn.card_spend", "customer.updated", "txn.reversed", "shop.visit"}, *const versions[4] = {
                                                                                                                "1.0", "1.0", "1.0", "1.0"};
  static const char *const times[4] = {"2026-11-20T12:01:07+08:00", "2026-11-20T04:01:07.250Z", "2027-02-28t23:59:59z",
                                       "2026-12-31T23:59:60Z"};
  unsigned start = (unsigned)(dice_next(d) % 7);
  for (unsigned i = 0; i < 7; i++) switch ((start + i) % 7) {
      case 0: put_attribute(d, out, first, "id", event_ids); break;
      case 1: put_attribute(d, out, first, "source", sources); break;
      case 2: put_attribute(d, out, first, "type", types); break;
      case 3: put_attribute(d, out, first, "time", times); break;
      case 4: put_attribute(d, out, first, cloud ? "subject" : "customer", ids); break;
      case 5:
        if (cloud) put_attribute(d, out, first, "specversion", versions);
        break;
      default:
        if (!cloud || dice_one_in(d, 10)) break;
        put_key(d, out, first, "data");
        bool first_field = true;
        buffer_byte(out, '{');
        put_fields(d, out, catalogue, &first_field);
        buffer_byte(out, '}');
    }
}

/* One line into memory. */
static inline struct str generate_line(struct dice *d, const struct catalogue *catalogue, char *memory, size_t capacity) {
  struct buffer out;
  bool first = true, cloud = dice_one_in(d, 2);
  buffer_init(&out, memory, capacity);
  put_blank(d, &out);
  buffer_byte(&out, '{');
  if (dice_one_in(d, 8)) {
    put_key(d, &out, &first, "x");
    put_any_value(d, &out, 0);
  }
  put_attributes(d, &out, catalogue, &first, cloud);
  if (!cloud || dice_one_in(d, 10)) put_fields(d, &out, catalogue, &first);
  buffer_byte(&out, '}');
  put_blank(d, &out);
  if (dice_one_in(d, 6)) memory[dice_next(d) % out.length] = (char)dice_next(d);
  if (dice_one_in(d, 10)) memory[dice_next(d) % out.length] = "{}[],:\"\\ 0e-."[dice_next(d) % 13];
  return buffer_text(&out);
}

#endif
