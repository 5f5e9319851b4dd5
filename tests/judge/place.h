/* A place where events are decided: owners and their states, and what the shard does around the judge - expire, judge, take back and fetch
 * what was lacking, judge again, keep. No store, no lines: whoever uses it brings events and rulebooks.
 *
 * A place is *live* (states stay as they are) or *stored* (after each event every state it touched is written to its pages, page by page as
 * they are marked, and read back when it is wanted). Both must come to the same decisions. Aborts by assert, so fuzz targets use it too. */
#ifndef GIFTD_TESTS_JUDGE_PLACE_H
#define GIFTD_TESTS_JUDGE_PLACE_H

#include <stdio.h>

#include "giftd/judge.h"
#include "memory/block.h"

#define PLACE_CHECKED 3000u /* cells up to which invariants are asked for, and every undoing is held against what was before */

struct place_owner {
  struct owner owner;
  struct state *state; /* at hand, or NULL */
  struct pages pages;  /* as they are stored */
};

struct place {
  bool stored;
  uint32_t slots, count;
  struct place_owner **owners;
  struct trail trail;
  uint64_t turn;
  uint32_t touch_count;
  struct place_owner *touches[LIMIT_WANTS];
  void *memory;               /* the judge's */
  void (*attend)(void *self); /* between deciding and keeping: what was touched may change and move; or NULL */
  void *attendant;
  uint64_t tries, voids;
};

/* ---- owners ---- */

static inline struct place *place_new(bool stored, uint32_t trail) {
  struct place *place = calloc(1, sizeof *place);
  assert(place != NULL);
  place->stored = stored, place->slots = 64;
  place->owners = calloc(place->slots, sizeof(struct place_owner *));
  place->trail = (struct trail){.entries = malloc(trail * sizeof(struct trail_entry)), .capacity = trail};
  place->memory = aligned_alloc(64, (judge_memory() + 63) / 64 * 64);
  assert(place->owners != NULL && place->trail.entries != NULL && place->memory != NULL);
  return place;
}

static inline void place_free(struct place *place) {
  for (uint32_t i = 0; i < place->slots; i++) {
    if (place->owners[i] == NULL) continue;
    free(place->owners[i]->state), pages_free(&place->owners[i]->pages), free(place->owners[i]);
  }
  free(place->owners), free(place->trail.entries), free(place->memory), free(place);
}

static inline uint32_t place_slot(const struct place *place, const struct owner *owner) {
  uint32_t at = (uint32_t)hash64(&HASH_KEY_FIXED, owner_key(owner)) & (place->slots - 1);
  while (place->owners[at] != NULL && !str_equal(owner_key(&place->owners[at]->owner), owner_key(owner)))
    at = (at + 1) & (place->slots - 1);
  return at;
}

static inline void place_widen(struct place *place) {
  struct place_owner **before = place->owners;
  uint32_t slots = place->slots;
  place->slots *= 2;
  place->owners = calloc(place->slots, sizeof(struct place_owner *));
  assert(place->owners != NULL);
  for (uint32_t i = 0; i < slots; i++)
    if (before[i] != NULL) place->owners[place_slot(place, &before[i]->owner)] = before[i];
  free(before);
}

/* Whoever is not known yet is from now on, and has nothing. */
static inline struct place_owner *place_owner(struct place *place, const struct owner *owner) {
  uint32_t at = place_slot(place, owner);
  if (place->owners[at] != NULL) return place->owners[at];
  if (place->count * 2 >= place->slots) {
    place_widen(place);
    at = place_slot(place, owner);
  }
  place->owners[at] = calloc(1, sizeof(struct place_owner));
  assert(place->owners[at] != NULL);
  place->owners[at]->owner = *owner, place->count++;
  return place->owners[at];
}

/* Its state, brought here. */
static inline struct state *place_load(struct place *place, struct place_owner *owner) {
  struct fault fault = {0};
  if (owner->state != NULL) return owner->state;
  owner->state = owner->pages.count > 0 ? pages_read(&owner->pages, &fault) : block_new(2, 1);
  assert(owner->state != NULL);
  owner->state->trail = &place->trail;
  return owner->state;
}

static inline struct state *place_state(struct place *place, const struct owner *owner) {
  return place_load(place, place_owner(place, owner));
}

/* Room for so many more cells; the state may move. */
static inline struct state *place_room(struct place *place, struct place_owner *owner, uint32_t cells) {
  struct state *state = place_load(place, owner);
  if (state_room(state) < cells) owner->state = block_grow(state, cells + state->cell_count / 2, 0);
  return owner->state;
}

/* Kept: its pages as they should be; in a stored place it leaves. */
static inline void place_keep(struct place *place, struct place_owner *owner) {
  struct state *state = owner->state;
  state_settle(state);
  bool checked = !place->stored && state->cell_count < PLACE_CHECKED; /* the other is made anew each time */
  const char *broken = checked ? memory_check(state) : NULL;
  if (broken != NULL) fprintf(stderr, "%s\n", broken);
  assert(broken == NULL);
  if (!place->stored) return;
  if (state->changed) pages_store(&owner->pages, state);
  free(state);
  owner->state = NULL;
}

/* ---- judging ---- */

static inline struct state *place_find(void *self, const struct owner *owner) {
  struct place *place = self;
  struct place_owner *at = place_owner(place, owner);
  if (at->state == NULL || at->state->turn == place->turn) return at->state;
  at->state->turn = place->turn, at->state->taken = 0;
  if (place->touch_count < LIMIT_WANTS) place->touches[place->touch_count] = at;
  place->touch_count++;
  return at->state;
}

static inline struct pages place_before(struct place *place, const struct place_owner *customer) {
  bool compared = place->stored && customer->state->cell_count < PLACE_CHECKED;
  return compared ? pages_of(customer->state) : (struct pages){0};
}

static inline void place_compare(struct place_owner *customer, struct pages *before) {
  if (before->pages == NULL) return;
  struct pages after = pages_of(customer->state);
  assert(pages_equal(before, &after)); /* what was undone never was */
  pages_free(&after);
}

/* What may be kept is kept (`keeps`), everything else never happened. */
static inline enum status place_once(struct place *place, struct judge_input *input, struct place_owner *customer, bool keeps,
                                     struct arena *arena, struct decision *decision, struct str *dead, struct fault *fault) {
  place->turn++, place->touch_count = 0, place->tries++;
  input->turn = place->turn, input->customer = customer->state;
  input->find = place_find, input->self = place, input->memory = place->memory;
  struct pages before = place_before(place, customer);
  trail_begin(&place->trail);
  enum status status = judge_event(input, arena, decision, dead, fault);
  bool bounded = status == STATUS_OK && !judge_refused(decision);
  if (bounded && place->touch_count > LIMIT_WANTS) judge_refuse(decision, REASON_TOO_MANY_GIFTS);
  if (keeps && status == STATUS_OK && !decision_is_void(decision) && !judge_refused(decision)) {
    trail_keep(&place->trail);
  } else {
    trail_undo(&place->trail);
    place_compare(customer, &before);
    place->voids++;
  }
  pages_free(&before);
  return status;
}

static inline struct place_owner *place_owner_of(struct place *place, const struct state *state) {
  for (uint32_t i = 0; i < place->slots; i++)
    if (place->owners[i] != NULL && place->owners[i]->state == state) return place->owners[i];
  assert(!"a state of nobody");
  return NULL;
}

/* What a void decision lacked, but for what other shards have. False: it cannot be had, and the decision is refused. */
static inline bool place_fetch(struct place *place, struct decision *decision) {
  for (uint32_t i = 0; i < decision->want_count; i++) (void)place_state(place, &decision->wants[i]);
  if (decision->cramped == NULL) return true;
  if (!state_can_grow(decision->cramped)) {
    judge_refuse(decision, REASON_RECORD_FULL);
    return false;
  }
  struct place_owner *owner = place_owner_of(place, decision->cramped);
  uint32_t room = state_room(owner->state), more = room + (owner->state->cell_count + room) / 2 + 1;
  uint32_t most = LIMIT_STATE_CELLS - owner->state->cell_count;
  owner->state = block_grow(owner->state, more < most ? more : most, 0);
  return true;
}

static inline void place_settle(struct place *place, const struct judge_input *input, struct place_owner *customer,
                                const struct decision *decision) {
  if (judge_refused(decision)) return;
  bool remembered = judge_remember(input, decision);
  assert(remembered); /* place_prepare made room */
  (void)remembered;
  if (place->attend != NULL) place->attend(place->attendant);
  for (uint32_t i = 0; i < place->touch_count; i++) {
    judge_expire_shared(place->touches[i]->state, input->clock_ms);
    place_keep(place, place->touches[i]);
  }
  place_keep(place, customer);
}

static inline struct place_owner *place_prepare(struct place *place, const struct judge_input *input) {
  struct owner named = owner_customer(input->event->customer);
  struct place_owner *customer = place_owner(place, &named);
  struct state *state = place_load(place, customer);
  judge_expire(state, input->rulebook, input->settings, input->clock_ms);
  if (state_id_room(state) == 0 && state->seen_count < LIMIT_SEEN) customer->state = block_grow(state, 0, state->seen_count / 4 + 1);
  return customer;
}

/* Decides and keeps nothing: what it comes to, or lacks, is all that is left of it. False: it belongs to the dead letters. */
static inline bool place_try(struct place *place, struct judge_input *input, struct arena *arena, struct decision *decision,
                             struct fault *fault) {
  struct place_owner *customer = place_prepare(place, input);
  struct str dead;
  size_t mark = arena->used;
  for (bool again = true; again;) {
    arena->used = mark;
    if (place_once(place, input, customer, false, arena, decision, &dead, fault) == STATUS_INPUT) return false;
    bool lacking = decision->want_count > 0 || decision->cramped != NULL;
    again = lacking && place_fetch(place, decision);
  }
  return true;
}

enum judged {
  JUDGED,       /* and kept, or refused as a whole */
  JUDGED_SHORT, /* of what other shards have: nothing was kept, decision->shortages says what */
  JUDGED_DEAD   /* dead says why */
};

/* `input` as the caller has it: rulebook, shelf, settings, event, clock, matches, lent, hearing. */
static inline enum judged place_judge(struct place *place, struct judge_input *input, struct arena *arena, struct decision *decision,
                                      struct str *dead, struct fault *fault) {
  struct place_owner *customer = place_prepare(place, input);
  size_t mark = arena->used;
  enum judged judged = JUDGED;
  for (bool again = true; again;) {
    arena->used = mark;
    if (place_once(place, input, customer, true, arena, decision, dead, fault) == STATUS_INPUT) return JUDGED_DEAD;
    bool lacking = decision->want_count > 0 || decision->cramped != NULL;
    again = lacking && place_fetch(place, decision);
    if (!lacking && decision->shortage_count > 0) judged = JUDGED_SHORT;
  }
  if (judged == JUDGED) place_settle(place, input, customer, decision);
  return judged;
}

#endif
