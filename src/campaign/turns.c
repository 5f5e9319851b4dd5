/* In which order facts hear one event: what another asks hears before it, wherever either is declared (docs/language.md section 5). What a
 * programme declares hears before what campaigns do (src/judge/hear.c), so turns are among the facts of one campaign, or of programmes.
 * Measures and picks hear before the rules, tasks after them: a measure asks a track as it was before the event. Openings hear last, and
 * a track's value is none of theirs. A fact that asks itself asks what it was. */
#include "fact_row.h"

#define TURNS_MOST 32u /* facts that ask facts, and what these are computed from: as deep as is looked */

struct turns {
  struct compile *c;
  uint8_t *colours;
  uint32_t *seen;       /* of what is computed: for which fact it was looked into last, + 1 */
  uint32_t self, depth; /* the fact whose conditions are read */
  enum fact_order order;
};

static void fact_turn(struct turns *t, uint32_t number);
static void asks_fact(struct turns *t, uint32_t number);

/* What was reported already has none. */
static void asks_left(struct turns *t, uint32_t node) {
  if (node == NONE) return;
  const struct condition *left = condition_at(t->c, node);
  asks_fact(t, left->left == LEFT_FACT_ELAPSED ? left->index : left_fact(left));
}

static void asks_dimensions(struct turns *t, const struct fact *fact) {
  for (uint32_t i = 0; i < fact->dimension_count; i++) asks_fact(t, dimension_fact(&fact->dimensions[i]));
}

/* ---- whether the event that one hears can change what the other asks ---- */

static bool set_meets(struct compile *c, const struct trigger_set *a, const struct trigger_set *b) {
  for (uint32_t i = 0; i < a->count; i++)
    for (uint32_t j = 0; j < b->count; j++)
      if (trigger_at(c, a->first + i)->type == trigger_at(c, b->first + j)->type) return true;
  return false;
}

/* The n-th set of triggers by which a fact hears in its turn. */
static const struct trigger_set *set_of(const struct fact *fact, uint32_t n) {
  if (row_of(fact)->order != ORDER_TASKS) return n == 0 ? &fact->on : NULL;
  return n < fact->task_count ? &fact->tasks[n].on : NULL;
}

static bool meets(struct compile *c, const struct fact *a, const struct fact *b) {
  const struct trigger_set *one, *other;
  for (uint32_t i = 0; (one = set_of(a, i)) != NULL; i++)
    for (uint32_t j = 0; (other = set_of(b, j)) != NULL; j++)
      if (set_meets(c, one, other)) return true;
  return false;
}

/* Closed periods do not have the event's own. */
static bool asks_the_past(const struct fact *fact) { return fact->window.previous > 0 || fact->window.kind == WINDOW_LAST_UNITS; }

static bool waits(struct turns *t, const struct fact *self, const struct fact *fact) {
  bool beside = row_of(fact)->order == t->order;
  bool near = fact->campaign == self->campaign || (t->c->campaigns[fact->campaign].programme && t->c->campaigns[self->campaign].programme);
  return beside && near && !asks_the_past(fact) && meets(t->c, self, fact);
}

/* ---- the walk ---- */

static void circle_report(struct turns *t, uint32_t number) {
  const struct decl *self = decl_of_fact(t->c, t->self), *other = decl_of_fact(t->c, number);
  if (self == NULL || other == NULL) return;
  t->c->now = self->file;
  report(t->c, &self->at, CHECK_CIRCULAR, "what the facts '%.*s' and '%.*s' count of one event rests on each other", STR_FORMAT(self->name),
         STR_FORMAT(other->name));
}

static void depth_report(struct turns *t) {
  const struct decl *self = decl_of_fact(t->c, t->self);
  if (self == NULL || t->c->files[self->file].errors > 0) return;
  t->c->now = self->file;
  report(t->c, &self->at, CHECK_TOO_DEEP, "facts that ask other facts can be nested at most %u deep", TURNS_MOST);
}

/* Once for each that asks: tables may ask one thing on many ways, and those in a circle were reported. */
static void asks_computed(struct turns *t, uint32_t number) {
  const struct fact *fact = fact_at(t->c, number);
  if (t->seen[number] == t->self + 1) return;
  t->seen[number] = t->self + 1;
  t->depth++;
  for (uint32_t i = 0; i < 2; i++) asks_fact(t, fact->parts[i]);
  for (uint32_t i = 0; i < fact->axis_count; i++) asks_left(t, fact->axes[i].left);
  t->depth--;
}

static void asks_fact(struct turns *t, uint32_t number) {
  if (number == NONE || number == t->self) return;
  struct fact *fact = fact_at(t->c, number), *self = fact_at(t->c, t->self);
  if (t->depth >= TURNS_MOST) {
    depth_report(t);
    return;
  }
  if (row_of(fact)->computed) asks_computed(t, number);
  if (!waits(t, self, fact)) return;
  if (t->colours[number] == GREY) {
    circle_report(t, number);
    return;
  }
  fact_turn(t, number);
  if (fact->turn + 1 > self->turn) self->turn = fact->turn + 1;
  if (self->turn >= TURNS_MOST) depth_report(t);
}

/* Which event is the first is noted behind the measures, since a first may ask them. */
static void asks_this_event(struct turns *t, const struct condition *leaf) {
  if (t->order == ORDER_TASKS) return;
  t->c->now = fact_at(t->c, t->self)->campaign;
  report_text_at(t->c, leaf->pointer, NULL, CHECK_CANNOT_HOLD,
                 "a measure hears before it is known which event is the first: ask \"this_event\" in a rule or a task");
}

static void asks_node(struct turns *t, uint32_t node) {
  if (node == NONE) return;
  const struct condition *condition = condition_at(t->c, node);
  for (uint32_t i = 0; condition->kind != CONDITION_LEAF && i < condition->count; i++) asks_node(t, condition->first + i);
  if (condition->kind != CONDITION_LEAF) return;
  asks_left(t, node);
  if (condition->op == OP_THIS_EVENT) asks_this_event(t, condition);
  if (condition->op == OP_SAME_AS) asks_left(t, condition->operand.other);
  if (condition->op == OP_IN_FACT || condition->op == OP_NOT_IN_FACT) asks_fact(t, condition->operand.fact);
}

static void fact_turn(struct turns *t, uint32_t number) {
  const struct fact *fact = fact_at(t->c, number);
  struct turns inner = *t;
  inner.self = number, inner.order = row_of(fact)->order, inner.depth = t->depth + 1;
  bool hears = inner.order == ORDER_FIRST || inner.order == ORDER_TASKS;
  if (!hears || t->colours[number] != WHITE) return;
  t->colours[number] = GREY;
  if (inner.order == ORDER_FIRST) asks_node(&inner, fact->when);
  if (inner.order == ORDER_FIRST) asks_dimensions(&inner, fact);
  for (uint32_t i = 0; i < fact->task_count; i++) asks_node(&inner, fact->tasks[i].when);
  t->colours[number] = BLACK;
}

void turns_make(struct compile *c) {
  struct turns t = {.c = c, .colours = arena_array(c->scratch, c->facts.count, 1)};
  t.seen = arena_array(c->scratch, c->facts.count, sizeof *t.seen);
  c->full |= t.colours == NULL || t.seen == NULL;
  for (uint32_t i = 0; i < c->facts.count && !c->full; i++) {
    struct fact *fact = fact_at(c, i);
    fact->of_programme = c->campaigns[fact->campaign].programme;
    fact_turn(&t, i);
  }
}
