/* In which order facts hear one event: what another asks hears before it, wherever either is declared (campaigns.md section 5). Measures
 * and picks hear before the rules, tracks after them; so a measure asks a track as it was before the event, and the other way round nothing
 * is in question. A fact that asks itself asks what it was. */
#include "compile.h"

enum colour { WHITE, GREY, BLACK };

struct turns {
  struct compile *c;
  uint8_t *colours;
  uint32_t self; /* the fact whose conditions are read */
  bool track, others_only;
};

static void fact_turn(struct turns *h, uint32_t number);
static void asks_fact(struct turns *h, uint32_t number);

/* What was reported already has none. */
static void asks_left(struct turns *h, uint32_t node) {
  if (node == NONE) return;
  const struct condition left = *condition_at(h->c, node);
  bool of_fact = left.left == LEFT_FACT || left.left == LEFT_FACT_AT || left.left == LEFT_FACT_ELAPSED || left.left == LEFT_FACT_KEEP;
  if (of_fact) asks_fact(h, left.index);
}

static void asks_dimensions(struct turns *h, const struct fact *fact) {
  for (uint32_t i = 0; i < fact->dimension_count; i++) {
    const struct dimension *dimension = &fact->dimensions[i];
    if (dimension->kind == DIMENSION_FACT || dimension->kind == DIMENSION_FACT_AT) asks_fact(h, dimension->index);
  }
}

static void circle_report(struct turns *h, uint32_t number) {
  const struct decl *self = decl_of_fact(h->c, h->self), *other = decl_of_fact(h->c, number);
  if (self == NULL || other == NULL) return;
  h->c->now = self->file;
  report(h->c, &self->at, CHECK_CIRCULAR, "the facts '%.*s' and '%.*s' each ask what the other is after the same event",
         STR_FORMAT(self->name), STR_FORMAT(other->name));
}

/* What hears in its own turn is waited for; of what is computed, that which it is computed from. */
static void asks_fact(struct turns *h, uint32_t number) {
  if (number == NONE) return;
  struct fact *fact = fact_at(h->c, number), *self = fact_at(h->c, h->self);
  bool measured = fact->kind == FACT_MEASURE || fact->kind == FACT_PICKS, beside = h->track ? fact->kind == FACT_TRACK : measured;
  for (uint32_t i = 0; fact->kind == FACT_DIFFERENCE && i < 2; i++) asks_fact(h, fact->parts[i]);
  for (uint32_t i = 0; fact->kind == FACT_TABLE && i < fact->axis_count; i++) asks_left(h, fact->axes[i].left);
  if (!beside || number == h->self || (h->others_only && fact->campaign == self->campaign)) return;
  if (h->colours[number] == GREY) {
    circle_report(h, number);
    return;
  }
  fact_turn(h, number);
  if (fact->turn + 1 > self->turn) self->turn = fact->turn + 1;
}

/* Which event is the first is noted behind the measures, since a first may ask them. */
static void asks_this_event(struct turns *h, const struct condition *leaf) {
  if (h->track || h->others_only) return;
  h->c->now = fact_at(h->c, h->self)->campaign;
  report_text_at(
      h->c, leaf->pointer, NULL, CHECK_BAD_OPERATOR,
      "a measure hears before it is known which event is the first, so \"this_event\" never holds here: ask it in a rule or a task");
}

static void asks_node(struct turns *h, uint32_t node) {
  if (node == NONE) return;
  const struct condition condition = *condition_at(h->c, node);
  for (uint32_t i = 0; condition.kind != CONDITION_LEAF && i < condition.count; i++) asks_node(h, condition.first + i);
  if (condition.kind != CONDITION_LEAF) return;
  asks_left(h, node);
  if (condition.op == OP_THIS_EVENT) asks_this_event(h, &condition);
  if (condition.op == OP_SAME_AS) asks_left(h, condition.operand.other);
  if (condition.op == OP_IN_FACT || condition.op == OP_NOT_IN_FACT) asks_fact(h, condition.operand.fact);
}

/* A campaign's own facts are kept for its audience, which may rest on what a programme counts. What it rests on of its own is asked as it
 * was before the event, once for all of them. */
static void asks_audience(struct turns *h, const struct fact *fact) {
  const struct campaign *campaign = &h->c->campaigns[fact->campaign];
  h->others_only = true;
  if (!campaign->programme) asks_node(h, campaign->audience.when);
  h->others_only = false;
}

static void fact_turn(struct turns *h, uint32_t number) {
  const struct fact fact = *fact_at(h->c, number);
  struct turns inner = {.c = h->c, .colours = h->colours, .self = number, .track = fact.kind == FACT_TRACK};
  bool hears = fact.kind == FACT_MEASURE || fact.kind == FACT_PICKS || fact.kind == FACT_TRACK;
  if (!hears || h->colours[number] != WHITE) return;
  h->colours[number] = GREY;
  asks_node(&inner, fact.when);
  asks_dimensions(&inner, &fact);
  asks_audience(&inner, &fact);
  for (uint32_t i = 0; i < fact.task_count; i++) asks_node(&inner, fact.tasks[i].when);
  h->colours[number] = BLACK;
}

void turns_make(struct compile *c) {
  struct turns h = {.c = c, .colours = arena_array(c->scratch, c->facts.count, 1)};
  c->full |= h.colours == NULL;
  for (uint32_t i = 0; i < c->facts.count && !c->full; i++) fact_turn(&h, i);
}
