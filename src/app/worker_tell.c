/* The log lines of a worker, and its sums. A complaint that comes every second is told once and then counted: a line a minute. */
#include <ctype.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include "key_tell.h"
#include "worker_parts.h"

#define REPEAT_MS 60000

static const char *const stage_names[LEDGER_STAGE_COUNT] = {
    [LEDGER_FENCING] = "fencing", [LEDGER_LOOKING] = "looking", [LEDGER_READING] = "reading",
    [LEDGER_EPOCH] = "epoch",     [LEDGER_REDOING] = "redoing", [LEDGER_REBUILDING] = "rebuilding",
    [LEDGER_RUNNING] = "running", [LEDGER_WAITING] = "waiting", [LEDGER_STOPPED] = "stopped"};

const char *stage_name(enum ledger_stage stage) { return stage_names[stage]; }

void worker_say(const struct worker *worker, enum log_level level, uint32_t shard, const char *format, ...) {
  char text[1200];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  const struct log_field fields[] = {LOG_INT("shard", shard)};
  log_write(worker->settings.log, level, text, fields, shard == NO_SHARD ? 0 : 1);
}

static void warning_log(void *self, const char *text) {
  const struct worker *worker = self;
  log_write(worker->settings.log, LOG_LEVEL_WARNING, text, NULL, 0);
}

void key_warn(struct worker *worker, const struct rulebook *before) {
  if (worker->settings.http_offset > 0) return;
  key_tell(worker->settings.key, worker->loaded.rulebook, before, warning_log, worker);
}

void trouble_tell(const struct worker *worker, struct trouble *trouble, uint32_t shard, const struct fault *fault) {
  const int64_t now_ms = clock_steady_ms();
  char text[sizeof trouble->text];
  (void)snprintf(text, sizeof text, "%.*s", (int)sizeof text - 1, fault->text);
  trouble->count++;
  if (strcmp(text, trouble->text) == 0 && now_ms - trouble->told_ms < REPEAT_MS) return;
  if (strcmp(text, trouble->text) == 0)
    worker_say(worker, LOG_LEVEL_WARNING, shard, "%s (%llu times since it was last reported)", fault->text,
               (unsigned long long)trouble->count);
  else
    worker_say(worker, LOG_LEVEL_WARNING, shard, "%s", fault->text);
  memcpy(trouble->text, text, sizeof text);
  trouble->count = 0, trouble->told_ms = now_ms;
}

void trouble_clear(struct trouble *trouble) { *trouble = (struct trouble){.count = 0}; }

/* ---- librdkafka ---- */

#define SAID_MOST 64u

/* A broker that is down is told by every connection, ten times a second: which words were said when. For the whole process. */
static struct {
  pthread_mutex_t lock;
  struct {
    uint64_t digest;
    int64_t at_ms;
  } said[SAID_MOST];
} hush = {.lock = PTHREAD_MUTEX_INITIALIZER};

static uint64_t words_digest(const char *text) {
  char words[512];
  size_t length = 0;
  for (; *text != 0 && length < sizeof words; text++) {
    if (!isdigit((unsigned char)*text)) words[length++] = *text;
  }
  return hash64(&HASH_KEY_FIXED, (struct str){words, length});
}

static bool is_said(const char *text) {
  const uint64_t digest = words_digest(text);
  const int64_t now_ms = clock_steady_ms();
  uint32_t oldest = 0;
  bool found = false;
  (void)pthread_mutex_lock(&hush.lock);
  for (uint32_t i = 0; i < SAID_MOST && !found; i++) {
    found = hush.said[i].digest == digest && hush.said[i].at_ms > 0 && now_ms - hush.said[i].at_ms < REPEAT_MS;
    if (hush.said[i].at_ms < hush.said[oldest].at_ms) oldest = i;
  }
  if (!found) hush.said[oldest].digest = digest, hush.said[oldest].at_ms = now_ms;
  (void)pthread_mutex_unlock(&hush.lock);
  return found;
}

/* Nothing of it is an error yet: what cannot go on is told by whoever asked for it. */
void kafka_say(void *self, int level, const char *text) {
  const struct worker *worker = self;
  const enum log_level as = level <= 4 ? LOG_LEVEL_WARNING : LOG_LEVEL_DEBUG;
  if (as >= worker->settings.log->level && !is_said(text)) worker_say(worker, as, NO_SHARD, "librdkafka: %s", text);
}

/* ---- words that the catalogue does not know ---- */

static void unknown_line(void *self, const char *line) { worker_say(self, LOG_LEVEL_WARNING, NO_SHARD, "%s", line); }

void unknown_told(void *self, const struct catalogue *catalogue, const struct event *event) {
  struct worker *worker = self;
  unknown_name(&worker->unknown, catalogue, event, unknown_line, worker);
}

/* ---- sums ---- */

void ledger_counts_add(struct ledger_counts *sum, const struct ledger_counts *more) {
  sum->commits += more->commits, sum->aborts += more->aborts, sum->takeovers += more->takeovers, sum->redone += more->redone;
  sum->rebuilds += more->rebuilds, sum->rebuilt_owners += more->rebuilt_owners;
  sum->checkpointed_buckets += more->checkpointed_buckets;
  sum->view_writes += more->view_writes, sum->view_refused += more->view_refused;
  sum->claims += more->claims;
}

void worker_sum(const struct worker *worker, struct shard_counts *shard, struct ledger_counts *ledger) {
  *shard = worker->shard_gone, *ledger = worker->ledger_gone;
  for (uint32_t i = 0; i < worker->shards; i++) {
    const struct slot *slot = &worker->slots[i];
    if (slot->ledger == NULL) continue;
    shard_counts_add(shard, ledger_shard_counts(slot->ledger));
    ledger_counts_add(ledger, ledger_counts(slot->ledger));
  }
}
