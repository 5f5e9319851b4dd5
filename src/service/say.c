/* What a service tells. A complaint that comes every second is told once and then counted: a line a minute. */
#include <ctype.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include "parts.h"

#define SAY_BYTES 2048
#define FINDINGS_SAID 40u
#define REPEAT_MS 60000

/* A run to the end is a command, and speaks as commands do: to whoever waits for it. */
static bool is_command(const struct service *service) {
  const struct log *log = service->settings.log;
  return log == NULL || (log->format == LOG_FORMAT_TEXT && service->settings.once);
}

static bool is_told(const struct service *service, enum log_level level) {
  const struct log *log = service->settings.log;
  return level >= (log != NULL ? log->level : LOG_LEVEL_INFO);
}

static void command_say(struct service *service, enum log_level level, uint32_t shard, const char *text) {
  char which[24] = "";
  if (shard != NO_SHARD) (void)snprintf(which, sizeof which, "shard %u: ", shard);
  fprintf(stderr, "giftd %s: %s%s%s\n", service->settings.command, level == LOG_LEVEL_WARNING ? "warning: " : "", which, text);
}

void service_say(struct service *service, enum log_level level, uint32_t shard, const char *format, ...) {
  char text[SAY_BYTES];
  va_list arguments;
  if (!is_told(service, level)) return;
  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  const struct log_field fields[] = {LOG_INT("shard", shard)};
  if (service->shows_progress) progress_end(&service->progress); /* the line begins in the bar's place */
  if (is_command(service))
    command_say(service, level, shard, text);
  else
    log_write(service->settings.log, level, text, fields, shard == NO_SHARD ? 0 : 1);
}

/* Of campaigns that are not taken: what keeps them from it alone, which are told with log.level = error too. */
void findings_say(struct service *service, const struct findings *findings) {
  uint32_t said = 0;
  if (is_command(service)) {
    load_print(findings, stderr, FINDINGS_SAID);
    return;
  }
  for (uint32_t i = 0; i < findings->count && said < FINDINGS_SAID; i++) {
    char text[SAY_BYTES];
    struct buffer line;
    if (!finding_refuses(&findings->items[i])) continue;
    said++;
    buffer_init(&line, text, sizeof text);
    finding_print(&line, &findings->items[i]);
    service_say(service, LOG_LEVEL_ERROR, NO_SHARD, "%.*s", STR_FORMAT(buffer_text(&line)));
  }
  if (findings->errors > said)
    service_say(service, LOG_LEVEL_ERROR, NO_SHARD, "... and %u more; `giftd check` tells all", findings->errors - said);
}

/* ---- complaints ---- */

void trouble_tell(struct service *service, struct trouble *trouble, uint32_t shard, const struct fault *fault) {
  const int64_t now_ms = clock_steady_ms();
  char text[sizeof trouble->text];
  (void)snprintf(text, sizeof text, "%.*s", (int)sizeof text - 1, fault->text);
  trouble->count++;
  const bool again = strcmp(text, trouble->text) == 0;
  if (again && now_ms - trouble->told_ms < REPEAT_MS) return;
  if (again)
    service_say(service, LOG_LEVEL_WARNING, shard, "%s (%llu times since it was last reported)", fault->text,
                (unsigned long long)trouble->count);
  else
    service_say(service, LOG_LEVEL_WARNING, shard, "%s", fault->text);
  memcpy(trouble->text, text, sizeof text);
  trouble->count = 0, trouble->told_ms = now_ms;
}

void trouble_clear(struct trouble *trouble) { *trouble = (struct trouble){.count = 0}; }

/* ---- what client libraries say ---- */

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
void service_library_say(void *self, int level, const char *text) {
  struct service *service = self;
  const enum log_level as = level <= 4 ? LOG_LEVEL_WARNING : LOG_LEVEL_DEBUG;
  if (is_told(service, as) && !is_said(text)) service_say(service, as, NO_SHARD, "%s", text);
}

/* ---- words that the catalogue does not know ---- */

static void unknown_line(void *self, const char *line) { service_say(self, LOG_LEVEL_WARNING, NO_SHARD, "%s", line); }

void service_unknown(void *self, const struct catalogue *catalogue, const struct event *event) {
  struct service *service = self;
  unknown_name(&service->unknown, catalogue, event, unknown_line, service);
}

void service_say_walk(struct service *service, uint32_t shard, struct shard_walk now, struct shard_walk *told) {
  if (now.number == 0) return; /* never, or the shard is not there at the moment */
  bool begins = now.on && (!told->on || told->number != now.number), ends = told->on && !now.on;
  if (begins)
    service_say(service, LOG_LEVEL_INFO, shard,
                "rules hear closes or days that they did not hear before: each customer is looked at once, %llu were so far",
                (unsigned long long)now.customers);
  if (ends)
    service_say(service, LOG_LEVEL_INFO, shard, "%llu customers were looked at: %llu closes and days are due that were not",
                (unsigned long long)now.customers, (unsigned long long)now.found);
  *told = now;
}
