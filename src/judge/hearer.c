/* Who else hears an event (`as`, docs/language.md section 3): found in the causing customer's event and record, before first and last
 * apply.
 *
 * A source that names the causing customer counts as absent, as an own id is never kept: nobody is his own referrer (R79), and no rule
 * is judged twice for one customer and event. What is no id can be no customer's. */
#include "work.h"

/* ---- finding the hearer ---- */

static bool field_id(const struct work *w, uint32_t field, struct str *id) {
  const struct value *value = event_field(w->event, (uint16_t)field);
  if (value == NULL || value->kind != VALUE_TEXT) return false;
  *id = value->text;
  return true;
}

/* The id that a first or last kept: in its cell, or as a whole beside it. */
static bool kept_id(struct work *w, const struct fact *fact, struct str *id) {
  const struct cell *cell = kept_cell(w, fact->decl, 0, fact->keep, 0);
  if (cell == NULL || w->kinds[fact->kind]->ask(w, fact).kind == VALUE_ABSENT) return false;
  struct remembered kept = cell_get_value(cell);
  if (kept.value.kind != VALUE_TEXT) return false;
  if (remembered_is(&kept, kept.value.text)) {
    *id = arena_copy(w->arena, kept.value.text);
    return true;
  }
  char whole[LIMIT_ID_BYTES];
  size_t length = state_get_text(w->customer, CELL_WHOLE, fact->decl, hash64_pair(&HASH_KEY_FIXED, 0, fact->keep), whole);
  *id = arena_copy(w->arena, (struct str){whole, length});
  return length > 0;
}

bool hearer_find(struct work *w, const struct trigger *trigger, struct str *hearer, bool *self) {
  *self = false;
  for (uint32_t i = 0; i < trigger->as_count; i++) {
    const struct hearer *source = &w->book->hearers[trigger->as_first + i];
    *self = source->kind == HEARER_SELF;
    if (*self) return false;
    bool there = source->kind == HEARER_FIELD ? field_id(w, source->index, hearer) : kept_id(w, &w->book->facts[source->index], hearer);
    if (there && str_is_id(*hearer) && !str_equal(*hearer, w->event->customer)) return true;
  }
  return false;
}

/* ---- forwards ---- */

static struct forward *forward_to(struct work *w, struct str hearer, uint32_t *number) {
  struct decision *out = w->out;
  assert(str_is_id(hearer) && w->in->hearing == NULL); /* what is heard as another is not forwarded again */
  for (*number = 0; *number < out->forward_count; (*number)++)
    if (str_equal(out->forwards[*number].hearer, hearer)) return &out->forwards[*number];
  if (out->forward_count == LIMIT_FORWARDS) {
    w->crowded = true;
    return NULL;
  }
  out->forwards[out->forward_count] = (struct forward){.hearer = hearer};
  return &out->forwards[out->forward_count++];
}

/* Several triggers of one rule wake it once, and a fact hears once as one thing; but each track that completes wakes a rule for itself. */
static bool heard_already(const struct decision *out, const struct heard_way *heard) {
  for (uint32_t i = 0; i < out->heard_count; i++) {
    const struct heard_way *other = &out->heard[i];
    if (other->forward == heard->forward && other->rule == heard->rule && other->fact == heard->fact && other->key == heard->key &&
        other->period == heard->period)
      return true;
  }
  return false;
}

void forward_add(struct work *w, struct str hearer, struct heard_way way) {
  assert(!str_equal(hearer, w->event->customer));
  struct forward *forward = forward_to(w, hearer, &way.forward);
  if (forward == NULL || heard_already(w->out, &way)) return;
  if (w->out->heard_count == LIMIT_HEARD) {
    w->crowded = true;
    return;
  }
  w->out->heard[w->out->heard_count++] = way;
  forward->ways++;
}

void forward_to_rule(struct work *w, struct str hearer, uint32_t rule, const struct fired *fired) {
  assert(rule < w->book->rule_count);
  struct heard_way way = {.rule = w->book->rules[rule].decl, .number = rule};
  if (fired != NULL) way.fact = w->book->facts[fired->fact].decl, way.key = fired->key, way.period = fired->period;
  if (fired != NULL && !fired->track) way.what = HEARD_FIGURE, way.figure = fired->figure;
  forward_add(w, hearer, way);
}

void forward_to_fact(struct work *w, struct str hearer, const struct listener *listener) {
  assert(listener->kind != LISTENER_RULE && listener->owner < w->book->fact_count && listener->part <= LIMIT_TASKS);
  forward_add(w, hearer,
              (struct heard_way){.fact = w->book->facts[listener->owner].decl,
                                 .key = listener->kind,
                                 .period = (int32_t)listener->part,
                                 .number = listener->owner});
}

/* In order of their names: where they stand in the record means nothing. */
static const struct cell *heard_behind(const struct work *w, uint64_t original, const struct cell *last) {
  const struct cell *next = NULL, *cell = state_first(w->customer, CELL_HEARD, 0, original);
  for (; cell != NULL; cell = state_next(w->customer, cell))
    if (cell->period == 0 && (last == NULL || cell->name > last->name) && (next == NULL || cell->name < next->name)) next = cell;
  return next;
}

void reversal_forward(struct work *w, uint64_t original) {
  for (const struct cell *cell = NULL; !MUTANT(HEARD_UNRETURNED) && (cell = heard_behind(w, original, cell)) != NULL;) {
    char id[LIMIT_ID_BYTES];
    uint32_t number;
    size_t length = state_get_text(w->customer, CELL_HEARD, cell_decl(cell), original, id);
    struct forward *forward = forward_to(w, arena_copy(w->arena, (struct str){id, length}), &number);
    if (forward != NULL) forward->reversal = true;
  }
}

/* Who heard an event that may be taken back is remembered as long as the event itself. */
void forwards_remember(struct work *w) {
  if (!event_reversible(w)) return;
  for (uint32_t i = 0; i < w->out->forward_count; i++) {
    const struct forward *forward = &w->out->forwards[i];
    if (forward->ways == 0) continue;
    w->kept_something = true;
    work_put_text(w, CELL_HEARD, name_decl(forward->hearer), own_digest(w), forward->hearer, undo_expiry(w));
  }
}
