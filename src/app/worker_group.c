/* Processes of one group must run the same campaigns: else gifts are given by both, half of the customers by each. While files are
 * exchanged they differ for a moment; longer than that is told, counted, and not ready. */
#include <stdio.h>
#include <unistd.h>

#include "worker_parts.h"

#define ASK_MS 5000
#define SWAP_MS 20000 /* exchanging files on all machines may take so long */
#define OTHERS_MOST 256u

static void self_name(char *out, size_t capacity) {
  char host[60] = "";
  (void)gethostname(host, sizeof host - 1);
  (void)snprintf(out, capacity, "%s:%ld", host, (long)getpid());
}

/* The first that runs other campaigns, or NULL; *rulebooks: how many there are in all. */
static const struct redis_notice *other_find(const struct redis_notice *others, uint32_t count, struct str own, uint32_t *rulebooks) {
  const struct redis_notice *first = NULL;
  *rulebooks = 1;
  for (uint32_t i = 0; i < count; i++) {
    bool known = str_equal(str_of(others[i].rulebook), own);
    for (uint32_t j = 0; j < i && !known; j++) known = strcmp(others[j].rulebook, others[i].rulebook) == 0;
    if (known) continue;
    if (first == NULL) first = &others[i];
    (*rulebooks)++;
  }
  return first;
}

static void difference_tell(struct worker *worker, const struct redis_notice *other, int64_t now_ms) {
  struct fault fault;
  if (worker->differs_since_ms == 0) worker->differs_since_ms = now_ms;
  worker->differs = now_ms - worker->differs_since_ms >= SWAP_MS;
  if (!worker->differs) return;
  (void)fault_set(
      &fault, STATUS_USAGE,
      "process %s of this group runs other campaigns (rulebook %s, here %.*s): each gives gifts by its own; bring the same files "
      "to all and reload (SIGHUP), or restart the one that is behind",
      other->process, other->rulebook, STR_FORMAT(worker->loaded.rulebook->digest));
  trouble_tell(worker, &worker->differs_trouble, NO_SHARD, &fault);
}

static void others_hear(struct worker *worker, const struct redis_notice *others, uint32_t count) {
  const struct redis_notice *other = other_find(others, count, worker->loaded.rulebook->digest, &worker->rulebooks);
  if (other != NULL) {
    difference_tell(worker, other, clock_steady_ms());
    return;
  }
  if (worker->differs) worker_say(worker, LOG_LEVEL_INFO, NO_SHARD, "all processes of the group run the same campaigns again");
  worker->differs = false, worker->differs_since_ms = 0;
  trouble_clear(&worker->differs_trouble);
}

/* Not while Redis is in trouble: that is told already, and would only be waited for. */
static bool board_is_due(struct worker *worker, int64_t now_ms) {
  if (now_ms - worker->board_asked_ms < ASK_MS) return false;
  for (uint32_t i = 0; i < worker->shards; i++)
    if (worker->slots[i].trouble.text[0] != 0) return false;
  return true;
}

void group_look(struct worker *worker) {
  static struct redis_notice others[OTHERS_MOST];
  const int64_t now_ms = clock_steady_ms();
  struct fault fault;
  char self[80];
  uint32_t count = 0;
  if (!board_is_due(worker, now_ms)) return;
  worker->board_asked_ms = now_ms;
  self_name(self, sizeof self);
  if (worker->board == NULL && redis_board_open(worker->redis, &worker->board, &fault) != STATUS_OK) return;
  if (redis_board_ask(worker->board, str_of(self), worker->loaded.rulebook->digest, clock_wall_ms(), others, OTHERS_MOST, &count, &fault) ==
      STATUS_OK)
    others_hear(worker, others, count);
}

void group_close(struct worker *worker) {
  redis_board_close(worker->board);
  worker->board = NULL;
}
