/* What all of the simulator draws on: chance, which is the seed's alone, the story of what happens, and what the ports have in common. */
#include <stdarg.h>

#include "sim.h"

/* ---- chance ---- */

uint64_t sim_random(struct world *world) {
  world->random ^= world->random << 13;
  world->random ^= world->random >> 7;
  world->random ^= world->random << 17;
  return world->random * 2685821657736338717ull;
}

uint32_t sim_upto(struct world *world, uint32_t bound) { return bound <= 1 ? 0 : (uint32_t)((sim_random(world) >> 33) % bound); }

bool sim_chance(struct world *world, uint32_t of_10000) { return sim_upto(world, 10000) < of_10000; }

bool sim_hit(struct world *world, enum sim_fault fault) {
  if (!world->faults || world->odds[fault] == 0 || !sim_chance(world, world->odds[fault])) return false;
  world->hits[fault]++;
  return true;
}

/* ---- telling ---- */

__attribute__((format(printf, 3, 0))) static void tell(const struct world *world, const char *who, const char *format, va_list arguments) {
  if (!world->story) return;
  printf("%8lld ms  %s", (long long)world->now_ms, who);
  vprintf(format, arguments);
  putchar('\n');
}

void sim_tell(const struct world *world, const char *format, ...) {
  va_list arguments;
  if (!world->story) return;
  va_start(arguments, format);
  tell(world, "", format, arguments);
  va_end(arguments);
}

void sim_tell_seat(const struct seat *seat, const char *format, ...) {
  char who[64];
  va_list arguments;
  if (!seat->world->story) return;
  snprintf(who, sizeof who, "worker %u shard %u%s: ", seat->worker, seat->shard, seat->state == SEAT_ZOMBIE ? " (zombie)" : "");
  va_start(arguments, format);
  tell(seat->world, who, format, arguments);
  va_end(arguments);
}

void sim_break(struct world *world, const char *format, ...) {
  va_list arguments;
  if (world->broken[0] != 0) return;
  va_start(arguments, format);
  vsnprintf(world->broken, sizeof world->broken, format, arguments);
  va_end(arguments);
  sim_tell(world, "BROKEN: %s", world->broken);
}

/* ---- what ports use ---- */

bool seat_calls(struct seat *seat, const char *call) {
  if (seat->dead) return false;
  if (!sim_hit(seat->world, FAULT_CRASH)) return true;
  seat->dead = true;
  sim_tell_seat(seat, "the worker dies, calling %s", call);
  return false;
}

enum status seat_fails(struct fault *fault, const char *text) { return fault_set(fault, STATUS_SERVICE, "%s", text); }

struct str sim_copy(struct world *world, struct str bytes) {
  if (bytes.length == 0) return (struct str){"", 0};
  struct str copy = arena_copy(&world->arena, bytes);
  assert(copy.at != NULL);
  return copy;
}

void loan_reset(struct buffer *loan) {
  memset(loan->memory, 0xee, loan->length);
  buffer_reset(loan);
}

struct str loan_copy(struct buffer *loan, struct str bytes) {
  struct str copy = {loan->memory + loan->length, bytes.length};
  buffer_put(loan, bytes);
  assert(!loan->overflowed);
  return copy;
}
