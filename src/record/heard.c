/* Facts that hear an event as another (`as`) in an explanation: whose fact heard it, or why nobody's did. */
#include "facts.h"

static bool is_zh(const struct telling *t) { return t->style->language == LANGUAGE_ZH; }

static const struct trigger *trigger_of(const struct telling *t, uint32_t listener) {
  return &t->rulebook->triggers[t->rulebook->listeners[listener].trigger];
}

/* Whether a source names this customer, or may: what the causing customer's record keeps is not at hand. */
static bool may_name(const struct telling *t, const struct hearer *source, struct str customer) {
  if (source->kind != HEARER_FIELD) return source->kind == HEARER_FACT;
  const struct value *value = event_field(t->event, (uint16_t)source->index);
  return value != NULL && value->kind == VALUE_TEXT && str_equal(value->text, customer);
}

bool fact_heard_as(const struct telling *t, uint32_t listener) {
  const struct trigger *trigger = trigger_of(t, listener);
  for (uint32_t i = 0; i < trigger->as_count; i++)
    if (may_name(t, &t->rulebook->hearers[trigger->as_first + i], t->recorded->customer)) return true;
  return false;
}

/* The customer after all, where nobody else was named. */
static bool may_be_own(const struct telling *t, const struct told_fact *told) {
  for (uint32_t i = told->hear_first; i < told->hear_behind; i++) {
    const struct trigger *trigger = trigger_of(t, i);
    for (uint32_t s = 0; s < trigger->as_count; s++)
      if (t->rulebook->hearers[trigger->as_first + s].kind == HEARER_SELF) return true;
  }
  return false;
}

bool fact_elsewhere_words(struct buffer *out, const struct telling *t, const struct told_fact *told) {
  bool any = false;
  for (uint32_t i = 0; t->recorded != NULL && i < t->recorded->heard_count; i++) {
    const struct recorded_heard *heard = &t->recorded->heard[i];
    if (!str_equal(heard->fact, told->fact->name)) continue;
    buffer_put(out, any        ? STR(", ")
                    : is_zh(t) ? STR(":计入其他客户,见该客户的决策:")
                               : STR(": heard for another customer, see the decision for "));
    buffer_put(out, heard->customer);
    any = true;
  }
  if (any || may_be_own(t, told)) return any;
  buffer_put(out, is_zh(t) ? STR(":须计入其他客户,但事件与客户记录均未指明")
                           : STR(": for another customer, but neither the event nor the record names one"));
  return true;
}
