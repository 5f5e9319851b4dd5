/* What stories may ask for beside what came of an event: what is remembered and until when, what a refusal tells, what a gift says. */
#ifndef GIFTD_TESTS_JUDGE_TELL_H
#define GIFTD_TESTS_JUDGE_TELL_H

#include "judge/stage.h"

static inline void story_cell(struct buffer *out, enum cell_kind kind, int32_t expires_day) {
  buffer_print(out, "%s%s ", out->length > 0 ? ", " : "", cell_kind_name(kind));
  if (expires_day == 0)
    buffer_print(out, "ever");
  else
    buffer_date(out, expires_day);
}

/* Its cells in order of kind and day, each day of a kind once. */
static inline void story_state(struct buffer *out, const struct state *state) {
  for (uint32_t kind = CELL_FREE + 1; kind < CELL_KIND_COUNT; kind++)
    for (int64_t day = -1, next; day < INT32_MAX; day = next) {
      next = INT32_MAX;
      for (uint32_t slot = 0; slot < state->used; slot++) {
        const struct cell *cell = &state->cells[slot];
        if (cell->name != 0 && cell_kind(cell) == kind && cell->expires_day > day && cell->expires_day < next) next = cell->expires_day;
      }
      if (next < INT32_MAX) story_cell(out, (enum cell_kind)kind, (int32_t)next);
    }
}

static inline void story_record(struct stage *s, const char *customer, struct buffer *out) {
  const struct place *place = s->live;
  for (uint32_t i = 0; i < place->slots; i++) {
    const struct place_owner *owner = place->owners[i];
    bool named = owner != NULL && owner->owner.kind == OWNER_CUSTOMER &&
                 str_equal(str_of(customer), (struct str){owner->owner.key + 1, owner->owner.length - 1u});
    bool shared = owner != NULL && owner->owner.kind != OWNER_CUSTOMER && strcmp(customer, "*") == 0;
    if ((named || shared) && owner->state != NULL) story_state(out, owner->state);
  }
}

/* Its reason, what failed by number, period and dimension, and what was there of what was asked: actual/expected. */
static inline void story_refusal(struct buffer *out, const struct outcome *o) {
  buffer_print(out, "%s%s", out->length > 0 ? ", " : "", reasons[o->reason].code);
  if (o->limit != NONE) buffer_print(out, " limit %u", o->limit);
  if (o->pool != NONE) buffer_print(out, " pool %u", o->pool);
  if (o->condition != NONE) buffer_print(out, " condition %u", o->condition);
  if (o->dimension != NONE) buffer_print(out, " dimension %u", o->dimension);
  if ((o->limit != NONE || o->pool != NONE) && o->period != PERIOD_NONE) buffer_print(out, " period %d", o->period);
  if (o->has_numbers) buffer_print(out, " %lld/%lld", (long long)o->actual, (long long)o->expected);
  buffer_print(out, "%s%s%s", o->numbers_are_money ? " money" : "", o->numbers_are_times ? " times" : "", o->of_period ? " once" : "");
  if (o->of_review) buffer_print(out, " review");
  if (o->place > 0) buffer_print(out, " place %u", o->place);
  if (o->actual_text.length > 0) buffer_print(out, " %.*s", STR_FORMAT(o->actual_text));
}

static inline void story_why(struct stage *s, const char *rule, struct buffer *out) {
  for (uint32_t i = 0; i < s->decision.outcome_count; i++) {
    const struct outcome *o = &s->decision.outcomes[i];
    if (str_equal(o->book->rules[o->rule].id, str_of(rule)) && o->reason != REASON_GIVEN) story_refusal(out, o);
  }
}

static inline void story_instant(struct buffer *out, const char *what, int64_t ms) {
  char text[64];
  struct buffer moment;
  if (ms == TIME_NONE) return;
  buffer_init(&moment, text, sizeof text);
  buffer_time(&moment, ms, 8 * 60);
  buffer_print(out, " %s %.16s", what, text);
}

/* Items, pools and limits by number. */
static inline void story_gift_says(struct buffer *out, const struct gift *gift) {
  buffer_print(out, "%s%.*s item %d %lld", out->length > 0 ? ", " : "", STR_FORMAT(gift->book->rules[gift->rule].id), (int)gift->item,
               (long long)gift->value_minor);
  if (gift->count != 1) buffer_print(out, " x%lld", (long long)gift->count);
  if (gift->pool != NONE) buffer_print(out, " pool %u", gift->pool);
  if (gift->instead_of != NONE) buffer_print(out, " instead of %u", gift->instead_of);
  if (gift->offset_minor != 0) buffer_print(out, " offset %lld", (long long)gift->offset_minor);
  if (gift->partial) buffer_print(out, " cut");
  if (gift->partial && gift->cut_by != NONE) buffer_print(out, " by %u of %lld", gift->cut_by, (long long)gift->uncut_minor);
  if (gift->weight_total > 0) buffer_print(out, " drawn %u of %u", gift->weight_drawn, gift->weight_total);
  story_instant(out, "from", gift->valid_from_ms);
  story_instant(out, "until", gift->valid_to_ms);
  story_instant(out, gift->in_review ? "review" : "due", gift->due_ms);
}

/* All but those that were undone before they went out: nothing is told of these, as in the journal. */
static inline void story_gifts(const struct stage *s, struct buffer *out) {
  for (uint32_t i = 0; i < s->decision.gift_count; i++)
    if (s->decision.gifts[i].kind != GIFT_UNDONE) story_gift_says(out, &s->decision.gifts[i]);
}

#endif
