/* Processes of one group must run the same campaigns: else gifts are given by both, half of the customers by each. While files are
 * exchanged they differ for a moment; longer than that is told, counted, and not ready. */
#include <stdio.h>
#include <unistd.h>

#include "parts.h"

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

static void difference_tell(struct cluster *cluster, const struct redis_notice *other, int64_t now_ms) {
  struct fault fault;
  if (cluster->differs_since_ms == 0) cluster->differs_since_ms = now_ms;
  cluster->differs = now_ms - cluster->differs_since_ms >= SWAP_MS;
  if (!cluster->differs) return;
  (void)fault_set(
      &fault, STATUS_USAGE,
      "process %s of this group runs other campaigns (rulebook %s, here %.*s): each gives gifts by its own; bring the same files "
      "to all and reload (SIGHUP), or restart the one that is behind",
      other->process, other->rulebook, STR_FORMAT(cluster->campaigns->loaded.rulebook->digest));
  trouble_tell(cluster->service, &cluster->differs_trouble, NO_SHARD, &fault);
}

static void others_hear(struct cluster *cluster, const struct redis_notice *others, uint32_t count) {
  const struct redis_notice *other = other_find(others, count, cluster->campaigns->loaded.rulebook->digest, &cluster->rulebooks);
  if (other != NULL) {
    difference_tell(cluster, other, clock_steady_ms());
    return;
  }
  if (cluster->differs) service_say(cluster->service, LOG_LEVEL_INFO, NO_SHARD, "all processes of the group run the same campaigns again");
  cluster->differs = false, cluster->differs_since_ms = 0;
  trouble_clear(&cluster->differs_trouble);
}

/* Not while Redis is in trouble: that is told already, and would only be waited for. */
static bool board_is_due(struct cluster *cluster, int64_t now_ms) {
  if (now_ms - cluster->board_asked_ms < ASK_MS) return false;
  for (uint32_t i = 0; i < cluster->shards; i++)
    if (cluster->slots[i].trouble.text[0] != 0) return false;
  return true;
}

void board_look(struct cluster *cluster) {
  static struct redis_notice others[OTHERS_MOST];
  const int64_t now_ms = clock_steady_ms();
  struct fault fault;
  char self[80];
  uint32_t count = 0;
  if (!board_is_due(cluster, now_ms)) return;
  cluster->board_asked_ms = now_ms;
  self_name(self, sizeof self);
  if (cluster->board == NULL && redis_board_open(cluster->redis, &cluster->board, &fault) != STATUS_OK) return;
  if (redis_board_ask(cluster->board, str_of(self), cluster->campaigns->loaded.rulebook->digest, clock_wall_ms(), others, OTHERS_MOST,
                      &count, &fault) == STATUS_OK)
    others_hear(cluster, others, count);
}

void board_close(struct cluster *cluster) {
  redis_board_close(cluster->board);
  cluster->board = NULL;
}
