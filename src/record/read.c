/* Reading decision lines and dead letters back, to explain them. The file may have been edited, cut or swapped for another, so everything
 * is checked and bounded; members may stand in any order and unknown ones are passed over (a newer giftd may write more). Arrays are
 * counted first, then read: the arena holds exactly what the line has.
 */
#include "text.h"

struct reading {
  struct json_cursor json;
  struct arena *arena;
  const char *problem;
};

static bool reading_fail(struct reading *r, const char *problem) {
  if (r->problem == NULL) r->problem = problem;
  return false;
}

static enum status reading_fault(const struct reading *r, const char *what, struct fault *fault) {
  const char *problem = r->problem != NULL        ? r->problem
                        : r->json.problem != NULL ? r->json.problem
                        : r->arena->overflowed    ? "no memory for its texts"
                                                  : "wrong type of value";
  return fault_set(fault, STATUS_INPUT, "not %s: byte %zu: %s", what, r->json.at, problem);
}

static bool read_text(struct reading *r, struct str *out) { return json_text(&r->json, r->arena, out); }

static bool read_number(struct reading *r, int64_t low, int64_t high, int64_t *out) {
  if (!json_int(&r->json, out)) return false;
  return (*out >= low && *out <= high) || reading_fail(r, "a number is out of range");
}

/* One text member of a table row: where the value goes. */
struct text_row {
  struct str key;
  struct str *to;
};

static bool read_rows(struct reading *r, const struct text_row *rows, size_t count, struct str key, bool *known) {
  for (size_t i = 0; i < count; i++) {
    if (!str_equal(rows[i].key, key)) continue;
    *known = true;
    return read_text(r, rows[i].to);
  }
  *known = false;
  return true;
}
#define ROWS(rows) rows, sizeof(rows) / sizeof *(rows)

/* An object of which nothing but its texts is wanted. */
static bool read_texts(struct reading *r, const struct text_row *rows, size_t count) {
  struct str key;
  if (!json_enter_object(&r->json)) return false;
  while (json_next_key(&r->json, &key)) {
    bool known = false;
    if (!read_rows(r, rows, count, key, &known)) return false;
    if (!known && !json_skip(&r->json)) return false;
  }
  return r->json.problem == NULL;
}

/* How many items the array that comes next has, without moving. */
static bool array_count(struct reading *r, uint32_t most, uint32_t *count) {
  struct json_cursor ahead = r->json;
  *count = 0;
  if (!json_enter_array(&ahead)) {
    r->json = ahead;
    return false;
  }
  while (json_next_item(&ahead)) {
    if (++*count > most) return reading_fail(r, "more entries than a decision can have");
    if (!json_skip(&ahead)) break;
  }
  if (ahead.problem == NULL) return true;
  r->json = ahead;
  return false;
}

/* What the entries of an array are read into, one behind the other. */
struct array_kind {
  uint32_t most;
  size_t bytes; /* of one */
  bool (*read)(struct reading *r, void *item);
  const char *twice, *memory; /* what is wrong when it stands there again, and when there is no room */
};

/* NULL: it cannot be read, and the reading says why. `before`: where it stands already. */
static void *read_array(struct reading *r, const void *before, const struct array_kind *kind, uint32_t *count) {
  if (before != NULL) (void)reading_fail(r, kind->twice);
  if (before != NULL || !array_count(r, kind->most, count)) return NULL;
  char *items = arena_array(r->arena, *count, kind->bytes);
  if (items == NULL) (void)reading_fail(r, kind->memory);
  if (items == NULL || !json_enter_array(&r->json)) return NULL;
  for (size_t at = 0; json_next_item(&r->json); at += kind->bytes)
    if (!kind->read(r, items + at)) return NULL;
  return r->json.problem == NULL ? items : NULL;
}

/* ---- gifts ---- */

static bool read_gift(struct reading *r, void *item) {
  struct recorded_gift *gift = item;
  const struct text_row rows[] = {{STR("id"), &gift->id},
                                  {STR("kind"), &gift->kind},
                                  {STR("item"), &gift->item},
                                  {STR("reward"), &gift->reward},
                                  {STR("pool"), &gift->pool},
                                  {STR("cut_by"), &gift->cut_by},
                                  {STR("due"), &gift->due},
                                  {STR("why"), &gift->why},
                                  {STR("asked_by"), &gift->asked_by},
                                  {STR("reissue_of"), &gift->reissue_of},
                                  {STR("repays"), &gift->repays}};
  struct str key;
  if (!json_enter_object(&r->json)) return false;
  while (json_next_key(&r->json, &key)) {
    bool known = false;
    if (!read_rows(r, ROWS(rows), key, &known)) return false;
    if (known) continue;
    bool fine = str_equal(key, STR("value_minor"))      ? read_number(r, INT64_MIN, INT64_MAX, &gift->value_minor)
                : str_equal(key, STR("count"))          ? read_number(r, INT64_MIN, INT64_MAX, &gift->count)
                : str_equal(key, STR("cut_from_minor")) ? read_number(r, 0, INT64_MAX, &gift->cut_from_minor)
                                                        : json_skip(&r->json);
    if (!fine) return false;
  }
  return r->json.problem == NULL;
}

static bool read_gifts(struct reading *r, struct recorded_outcome *outcome) {
  static const struct array_kind kind = {LIMIT_GIFTS, sizeof *outcome->gifts, read_gift, "gifts appears twice in one outcome",
                                         "no memory for its gifts"};
  outcome->gifts = read_array(r, outcome->gifts, &kind, &outcome->gift_count);
  return outcome->gifts != NULL;
}

/* ---- draws ---- */

static bool read_drawn(struct reading *r, void *item) {
  struct recorded_drawn *drawn = item;
  int64_t number = 0, total = 0;
  struct str key;
  if (!json_enter_object(&r->json)) return false;
  while (json_next_key(&r->json, &key)) {
    bool fine = str_equal(key, STR("item"))     ? read_text(r, &drawn->item)
                : str_equal(key, STR("number")) ? read_number(r, 0, UINT32_MAX, &number)
                : str_equal(key, STR("of"))     ? read_number(r, 0, UINT32_MAX, &total)
                                                : json_skip(&r->json);
    if (!fine) return false;
  }
  drawn->number = (uint32_t)number, drawn->total = (uint32_t)total;
  return r->json.problem == NULL;
}

static bool read_drawns(struct reading *r, struct recorded_outcome *outcome) {
  static const struct array_kind kind = {LIMIT_ITEMS_PER_GIVE, sizeof *outcome->drawn, read_drawn, "drawn appears twice in one draw",
                                         "no memory for its draws"};
  outcome->drawn = read_array(r, outcome->drawn, &kind, &outcome->drawn_count);
  return outcome->drawn != NULL;
}

static bool read_draw(struct reading *r, struct recorded_outcome *outcome) {
  const struct text_row rows[] = {{STR("rule"), &outcome->draw_rule}, {STR("key"), &outcome->draw_key}};
  struct str key;
  if (!json_enter_object(&r->json)) return false;
  while (json_next_key(&r->json, &key)) {
    bool known = false;
    if (!read_rows(r, ROWS(rows), key, &known)) return false;
    if (known) continue;
    if (!(str_equal(key, STR("drawn")) ? read_drawns(r, outcome) : json_skip(&r->json))) return false;
  }
  return r->json.problem == NULL;
}

/* ---- outcomes ---- */

static bool read_version(struct reading *r, uint32_t *out) {
  int64_t version = 0;
  if (!read_number(r, 0, UINT32_MAX, &version)) return false;
  *out = (uint32_t)version;
  return true;
}

static bool read_outcome(struct reading *r, void *item) {
  struct recorded_outcome *outcome = item;
  const struct text_row rows[] = {{STR("campaign"), &outcome->campaign},
                                  {STR("rule"), &outcome->rule},
                                  {STR("reason"), &outcome->reason},
                                  {STR("at"), &outcome->at},
                                  {STR("limit"), &outcome->limit},
                                  {STR("pool"), &outcome->pool},
                                  {STR("shut"), &outcome->shut},
                                  {STR("identity"), &outcome->identity},
                                  {STR("period"), &outcome->period},
                                  {STR("expected"), &outcome->expected},
                                  {STR("actual"), &outcome->actual},
                                  {STR("rank"), &outcome->rank},
                                  {STR("place"), &outcome->place},
                                  {STR("pot"), &outcome->pot},
                                  {STR("units"), &outcome->units},
                                  {STR("units_all"), &outcome->units_all}};
  struct str key;
  if (!json_enter_object(&r->json)) return false;
  while (json_next_key(&r->json, &key)) {
    bool known = false;
    if (!read_rows(r, ROWS(rows), key, &known)) return false;
    if (known) continue;
    bool fine = str_equal(key, STR("version")) ? read_version(r, &outcome->campaign_version)
                : str_equal(key, STR("gifts")) ? read_gifts(r, outcome)
                : str_equal(key, STR("draw"))  ? read_draw(r, outcome)
                                               : json_skip(&r->json);
    if (!fine) return false;
  }
  if (r->json.problem != NULL) return false;
  bool whole = outcome->campaign.length > 0 && outcome->rule.length > 0 && outcome->reason.length > 0;
  return whole || reading_fail(r, "an outcome has no campaign, rule or reason");
}

static bool read_outcomes(struct reading *r, struct recorded_decision *out) {
  static const struct array_kind kind = {LIMIT_OUTCOMES, sizeof *out->outcomes, read_outcome, "considered appears twice",
                                         "no memory for its outcomes"};
  out->outcomes = read_array(r, out->outcomes, &kind, &out->outcome_count);
  return out->outcomes != NULL;
}

/* ---- who else heard it ---- */

static bool read_one_heard(struct reading *r, void *item) {
  struct recorded_heard *heard = item;
  const struct text_row rows[] = {
      {STR("customer"), &heard->customer}, {STR("campaign"), &heard->campaign}, {STR("rule"), &heard->rule}, {STR("fact"), &heard->fact}};
  return read_texts(r, ROWS(rows));
}

static bool read_heard(struct reading *r, struct recorded_decision *out) {
  static const struct array_kind kind = {LIMIT_HEARD + LIMIT_FORWARDS, sizeof *out->heard, read_one_heard, "heard_by appears twice",
                                         "no memory for who heard it"};
  out->heard = read_array(r, out->heard, &kind, &out->heard_count);
  return out->heard != NULL;
}

/* ---- what it did to facts ---- */

static bool read_effect(struct reading *r, void *item) {
  struct recorded_effect *effect = item;
  const struct text_row rows[] = {{STR("fact"), &effect->fact},
                                  {STR("what"), &effect->what},
                                  {STR("period"), &effect->period},
                                  {STR("before"), &effect->before},
                                  {STR("after"), &effect->after}};
  return read_texts(r, ROWS(rows));
}

static bool read_effects(struct reading *r, struct recorded_decision *out) {
  static const struct array_kind kind = {LIMIT_EFFECTS, sizeof *out->effects, read_effect, "facts appears twice",
                                         "no memory for its facts"};
  out->effects = read_array(r, out->effects, &kind, &out->effect_count);
  return out->effects != NULL;
}

/* ---- the line ---- */

static bool read_event(struct reading *r, struct recorded_decision *out) {
  const struct text_row rows[] = {{STR("source"), &out->event_source}, {STR("id"), &out->event_id}, {STR("type"), &out->event_type}};
  return read_texts(r, ROWS(rows));
}

static bool read_position(struct reading *r, uint64_t *out) {
  int64_t position = 0;
  if (!read_number(r, 0, INT64_MAX, &position)) return false;
  *out = (uint64_t)position;
  return true;
}

static bool read_data(struct reading *r, struct recorded_decision *out) {
  const struct text_row rows[] = {{STR("input"), &out->input},
                                  {STR("gate"), &out->gate},
                                  {STR("rulebook"), &out->rulebook_digest},
                                  {STR("caused_by"), &out->caused_by}};
  struct str key;
  if (!json_enter_object(&r->json)) return false;
  while (json_next_key(&r->json, &key)) {
    bool known = false;
    if (!read_rows(r, ROWS(rows), key, &known)) return false;
    if (known) continue;
    bool fine = str_equal(key, STR("event"))        ? read_event(r, out)
                : str_equal(key, STR("position"))   ? read_position(r, &out->position)
                : str_equal(key, STR("considered")) ? read_outcomes(r, out)
                : str_equal(key, STR("heard_by"))   ? read_heard(r, out)
                : str_equal(key, STR("facts"))      ? read_effects(r, out)
                                                    : json_skip(&r->json);
    if (!fine) return false;
  }
  return r->json.problem == NULL;
}

static bool read_line(struct reading *r, struct recorded_decision *out) {
  struct str type = {NULL, 0}, key;
  const struct text_row rows[] = {{STR("id"), &out->id}, {STR("type"), &type}, {STR("subject"), &out->customer}, {STR("time"), &out->time}};
  if (!json_enter_object(&r->json)) return false;
  while (json_next_key(&r->json, &key)) {
    bool known = false;
    if (!read_rows(r, ROWS(rows), key, &known)) return false;
    if (known) continue;
    if (!(str_equal(key, STR("data")) ? read_data(r, out) : json_skip(&r->json))) return false;
  }
  if (!json_done(&r->json)) return false;
  if (!str_equal(type, STR("gift.decision"))) return reading_fail(r, "its type is not gift.decision");
  bool whole = out->event_id.length > 0 && out->event_source.length > 0 && out->customer.length > 0 && out->rulebook_digest.length > 0;
  return whole || reading_fail(r, "event, subject or rulebook is missing");
}

enum status record_read_decision(struct str line, struct arena *arena, struct recorded_decision *out, struct fault *fault) {
  memset(out, 0, sizeof *out);
  struct reading r = {json_open(line), arena, NULL};
  return read_line(&r, out) ? STATUS_OK : reading_fault(&r, "a decision line", fault);
}

/* ---- dead letters ---- */

static bool read_letter(struct reading *r, struct recorded_letter *out) {
  const struct text_row rows[] = {{STR("input"), &out->input},     {STR("reason"), &out->reason}, {STR("code"), &out->code},
                                  {STR("pointer"), &out->pointer}, {STR("text"), &out->text},     {STR("detail"), &out->detail},
                                  {STR("remedy"), &out->remedy},   {STR("line"), &out->line}};
  struct str key;
  if (!json_enter_object(&r->json)) return false;
  while (json_next_key(&r->json, &key)) {
    bool known = false;
    if (!read_rows(r, ROWS(rows), key, &known)) return false;
    if (!known && !(str_equal(key, STR("position")) ? read_position(r, &out->position) : json_skip(&r->json))) return false;
  }
  if (!json_done(&r->json)) return false;
  return out->reason.length > 0 || reading_fail(r, "reason is missing");
}

enum status record_read_letter(struct str line, struct arena *arena, struct recorded_letter *out, struct fault *fault) {
  memset(out, 0, sizeof *out);
  struct reading r = {json_open(line), arena, NULL};
  return read_letter(&r, out) ? STATUS_OK : reading_fault(&r, "a dead letter", fault);
}

/* ---- parts ---- */

bool record_is_part(struct str id, struct str of) { return id.length > of.length + 1 && str_starts(id, of) && id.at[of.length] == '+'; }

static bool array_join(void **items, uint32_t *count, const void *more, uint32_t more_count, size_t size, struct arena *arena) {
  char *all = arena_array(arena, (size_t)*count + more_count, size);
  if (all == NULL) return false;
  if (*count > 0) memcpy(all, *items, *count * size);
  if (more_count > 0) memcpy(all + *count * size, more, more_count * size);
  *items = all, *count += more_count;
  return true;
}

bool record_join(struct recorded_decision *whole, const struct recorded_decision *part, struct arena *arena) {
  void *outcomes = whole->outcomes, *heard = whole->heard;
  bool fits = array_join(&outcomes, &whole->outcome_count, part->outcomes, part->outcome_count, sizeof *part->outcomes, arena) &&
              array_join(&heard, &whole->heard_count, part->heard, part->heard_count, sizeof *part->heard, arena);
  whole->outcomes = outcomes, whole->heard = heard;
  return fits;
}
