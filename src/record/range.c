/* Runs of events that nobody hears. Of each such event there is nothing to say that the event and the rulebook do not say themselves, and
 * most events are of that kind: a line for each would be nine tenths of all that giftd writes. So a line stands for a run of them
 * (CloudEvents type "gift.decision.range"):
 *
 *     lines of the input   u u H u D u u H | u u      u: heard by nobody   H: has a decision line   D: a dead letter
 *                          ^-- first     ^-- last     "events": 5 - what has neither line nor letter between first and last
 *
 * Lines with an outcome of their own may stand in between: who holds the input against the outputs counts what has none, and finds as many
 * as the line says, or something is missing. The id is the one that the first event's own line would have. */
#include "text.h"

#define TYPE STR("gift.decision.range")

void record_range(struct buffer *out, const struct unheard_range *range) {
  assert(range->events > 0 && range->first <= range->last);
  text_open(out);
  text_hex(out, range->digest);
  PUT(out, ".");
  buffer_int(out, (int64_t)range->first);
  PUT(out, "\",\"source\":\"giftd\",\"type\":\"gift.decision.range\",\"time\":\"");
  text_time(out, range->latest_ms, 0);
  PUT(out, "\",\"data\":{\"input\":");
  text_json(out, range->input);
  TEXT_NUMBER(out, "first", (int64_t)range->first);
  TEXT_NUMBER(out, "last", (int64_t)range->last);
  TEXT_NUMBER(out, "events", (int64_t)range->events);
  PUT(out, ",\"earliest\":\"");
  text_time(out, range->earliest_ms, 0);
  PUT(out, "\",\"rulebook\":");
  text_json(out, range->rulebook);
  PUT(out, "}}\n");
}

/* ---- reading back ---- */

void record_unheard(const struct unheard_range *range, uint64_t position, const struct event *event, struct recorded_decision *out) {
  *out = (struct recorded_decision){.range = range, .position = position, .input = range->input, .rulebook_digest = range->rulebook};
  out->event_source = event->source, out->event_id = event->id, out->event_type = event->type_name, out->customer = event->customer;
}

struct range_texts {
  struct str id, type, time, earliest;
};

static bool read_digest(struct str id, uint64_t *digest) {
  *digest = 0;
  for (size_t i = 0; i < 16 && i < id.length; i++) {
    const char *digit = id.at[i] == '\0' ? NULL : strchr("0123456789abcdef", id.at[i]);
    if (digit == NULL) return false;
    *digest = *digest << 4 | (uint64_t)(*digit <= '9' ? *digit - '0' : *digit - 'a' + 10);
  }
  return id.length > 16 && id.at[16] == '.';
}

static bool read_count(struct json_cursor *json, uint64_t *out) {
  int64_t number;
  if (!json_int(json, &number) || number < 0) return false;
  *out = (uint64_t)number;
  return true;
}

static bool read_data(struct json_cursor *json, struct arena *arena, struct unheard_range *out, struct range_texts *texts) {
  struct str key;
  if (!json_enter_object(json)) return false;
  while (json_next_key(json, &key)) {
    bool fine = str_equal(key, STR("input"))      ? json_text(json, arena, &out->input)
                : str_equal(key, STR("rulebook")) ? json_text(json, arena, &out->rulebook)
                : str_equal(key, STR("earliest")) ? json_text(json, arena, &texts->earliest)
                : str_equal(key, STR("first"))    ? read_count(json, &out->first)
                : str_equal(key, STR("last"))     ? read_count(json, &out->last)
                : str_equal(key, STR("events"))   ? read_count(json, &out->events)
                                                  : json_skip(json);
    if (!fine) return false;
  }
  return json->problem == NULL;
}

static bool read_members(struct json_cursor *json, struct arena *arena, struct unheard_range *out, struct range_texts *texts) {
  struct str key;
  if (!json_enter_object(json)) return false;
  while (json_next_key(json, &key)) {
    bool fine = str_equal(key, STR("id"))     ? json_text(json, arena, &texts->id)
                : str_equal(key, STR("type")) ? json_text(json, arena, &texts->type)
                : str_equal(key, STR("time")) ? json_text(json, arena, &texts->time)
                : str_equal(key, STR("data")) ? read_data(json, arena, out, texts)
                                              : json_skip(json);
    if (!fine) return false;
  }
  return json_done(json);
}

bool record_is_range(struct str line) {
  const struct str front = STR("{\"specversion\":\"1.0\",\"id\":\""),
                   behind = STR("\",\"source\":\"giftd\",\"type\":\"gift.decision.range\"");
  if (!str_starts(line, front)) return false;
  const struct str rest = str_from(line, front.length);
  const char *quote = rest.length == 0 ? NULL : memchr(rest.at, '"', rest.length);
  return quote != NULL && str_starts(str_from(rest, (size_t)(quote - rest.at)), behind);
}

enum status record_read_range(struct str line, struct arena *arena, struct unheard_range *out, struct fault *fault) {
  struct json_cursor json = json_open(line);
  struct range_texts texts = {.id = {NULL, 0}};
  *out = (struct unheard_range){.events = 0};
  bool fine = read_members(&json, arena, out, &texts) && str_equal(texts.type, TYPE) && read_digest(texts.id, &out->digest) &&
              time_parse(texts.time, &out->latest_ms, NULL) && time_parse(texts.earliest, &out->earliest_ms, NULL);
  if (fine && out->events > 0 && out->first <= out->last && out->rulebook.length > 0) return STATUS_OK;
  return fault_set(fault, STATUS_INPUT, "not the line of a range: byte %zu: %s", json.at,
                   json.problem == NULL ? "a member is missing, or of a wrong value" : json.problem);
}
