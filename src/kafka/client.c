/* Opening and closing: handles, names of topics, librdkafka's log lines, and the one descriptor that whoever waits sleeps on.
 *
 * librdkafka's own errors are not asked for by callback: without one it logs them, and the log callback is called at once by the thread
 * that saw it, whether or not anybody polls that handle.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <syslog.h>
#include <unistd.h>

#include "inside.h"

static const char *const own_topics[TOPIC_COUNT] = {NULL, "messages", "journal", "checkpoint", "rewards", "decisions", NULL};

/* ---- log lines ---- */

/* What librdkafka says of options that another kind of handle uses, and of messages that were dropped on purpose. */
static bool is_noise(const char *facility, const char *text) {
  if (strcmp(facility, "CONFWARN") == 0) return strstr(text, "will be ignored") != NULL || strstr(text, "should be set explicitly") != NULL;
  return strcmp(facility, "TERMINATE") == 0 || strcmp(facility, "PURGE") == 0;
}

static void log_line(const rd_kafka_t *handle, int level, const char *facility, const char *text) {
  struct kafka *kafka = rd_kafka_opaque(handle);
  if (kafka == NULL || is_noise(facility, text)) return;
  bool summary = strstr(text, "brokers are down") != NULL; /* why they are was said before */
  if ((level <= LOG_ERR || strcmp(facility, "FAIL") == 0) && !summary) {
    const char *words = strstr(text, "]: "); /* behind the thread's name */
    trouble_keep(kafka, words != NULL ? words + 3 : text);
  }
  pthread_mutex_lock(&kafka->say_lock);
  if (kafka->settings.say != NULL) kafka->settings.say(kafka->settings.say_self, level, text);
  pthread_mutex_unlock(&kafka->say_lock);
}

/* Whoever listens may go when this is through. */
static void log_silence(struct kafka *kafka) {
  pthread_mutex_lock(&kafka->say_lock);
  kafka->settings.say = NULL;
  pthread_mutex_unlock(&kafka->say_lock);
}

/* ---- handles ---- */

/* Tokens are renewed by librdkafka's own thread: most handles are never polled. */
static bool wants_tokens(const struct kafka_settings *settings) {
  for (uint32_t i = 0; i < settings->pair_count; i++)
    if (strncmp(settings->pairs[i].name, "sasl.mechanism", 14) == 0 && strcmp(settings->pairs[i].value, "OAUTHBEARER") == 0) return true;
  return false;
}

enum status handle_open(struct kafka *kafka, enum handle_kind kind, rd_kafka_conf_t *conf, rd_kafka_t **out, struct fault *fault) {
  char why[256];
  rd_kafka_conf_set_opaque(conf, kafka);
  rd_kafka_conf_set_log_cb(conf, log_line);
  bool tokens = wants_tokens(&kafka->settings);
  if (tokens) rd_kafka_conf_enable_sasl_queue(conf, 1);
  *out = rd_kafka_new(kind == HANDLE_WRITER ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf, why, sizeof why);
  if (*out != NULL && tokens) {
    rd_kafka_error_t *error = rd_kafka_sasl_background_callbacks_enable(*out);
    if (error != NULL) rd_kafka_error_destroy(error); /* then the first connection says what is wrong */
  }
  if (*out != NULL) return STATUS_OK;
  rd_kafka_conf_destroy(conf);
  return fault_set(fault, STATUS_USAGE, "the kafka.* options do not fit together: %s", why);
}

static enum status open_kind(struct kafka *kafka, enum handle_kind kind, rd_kafka_t **out, struct fault *fault) {
  rd_kafka_conf_t *conf = NULL;
  enum status status = conf_make(kafka, kind, &conf, fault);
  return status == STATUS_OK ? handle_open(kafka, kind, conf, out, fault) : status;
}

void queue_wakes(struct kafka *kafka, rd_kafka_queue_t *queue) {
  static const uint64_t one = 1;
  rd_kafka_queue_io_event_enable(queue, kafka->wake_fd, &one, sizeof one);
}

void kafka_wake(struct kafka *kafka) {
  uint64_t one = 1;
  ssize_t wrote = write(kafka->wake_fd, &one, sizeof one); /* a full counter wakes as well */
  (void)wrote;
}

void kafka_wait(struct kafka *kafka, int timeout_ms) {
  struct pollfd fd = {.fd = kafka->wake_fd, .events = POLLIN};
  uint64_t times;
  if (poll(&fd, 1, timeout_ms) <= 0) return;
  ssize_t got = read(kafka->wake_fd, &times, sizeof times);
  (void)got;
}

/* ---- settings ---- */

static enum status copy_settings(struct kafka *kafka, const struct kafka_settings *settings) {
  struct kafka_settings *own = &kafka->settings;
  struct kafka_pair *pairs = calloc(settings->pair_count + 1, sizeof *pairs);
  *own = *settings;
  own->group = strdup(settings->group);
  own->start = strdup(settings->start != NULL ? settings->start : "earliest");
  own->events_topic = own->prefix = NULL; /* kept in topics */
  own->pairs = pairs;
  bool all = pairs != NULL && own->group != NULL && own->start != NULL;
  for (uint32_t i = 0; all && i < settings->pair_count; i++) {
    pairs[i] = (struct kafka_pair){strdup(settings->pairs[i].name), strdup(settings->pairs[i].value)};
    all = pairs[i].name != NULL && pairs[i].value != NULL;
  }
  return all ? STATUS_OK : STATUS_STORAGE;
}

static void free_settings(struct kafka_settings *own) {
  for (uint32_t i = 0; own->pairs != NULL && i < own->pair_count; i++) {
    free((void *)(uintptr_t)own->pairs[i].name);
    free((void *)(uintptr_t)own->pairs[i].value);
  }
  free((void *)(uintptr_t)own->pairs);
  free((void *)(uintptr_t)own->group);
  free((void *)(uintptr_t)own->start);
}

static enum status name_topics(struct kafka *kafka, const struct kafka_settings *settings, struct fault *fault) {
  const char *events = settings->events_topic != NULL ? settings->events_topic : "events";
  const char *prefix = settings->prefix != NULL ? settings->prefix : "giftd.";
  if (*events == '\0' || strlen(events) > 245 || strlen(prefix) > 235)
    return fault_set(fault, STATUS_USAGE, "topic.events or topic.prefix is empty or too long: a name in Kafka has at most 249 bytes");
  for (int i = 0; i < TOPIC_COUNT; i++) {
    const char *front = own_topics[i] != NULL ? prefix : events;
    const char *back = own_topics[i] != NULL ? own_topics[i] : i == TOPIC_DLQ ? ".dlq" : "";
    snprintf(kafka->topics[i], TOPIC_BYTES, "%s%s", front, back);
  }
  return STATUS_OK;
}

/* ---- opening ---- */

static enum status prepare(struct kafka *kafka, const struct kafka_settings *settings, struct fault *fault) {
  const char *broker = NULL;
  enum status status = name_topics(kafka, settings, fault);
  if (status != STATUS_OK) return status;
  if (copy_settings(kafka, settings) != STATUS_OK || conf_check(&kafka->settings, &broker, fault) != STATUS_OK)
    return fault->status != STATUS_OK ? fault->status : fault_set(fault, STATUS_STORAGE, "out of memory");
  kafka->broker = strdup(broker);
  kafka->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (kafka->broker == NULL || kafka->wake_fd < 0) return fault_set(fault, STATUS_STORAGE, "cannot make an event: %s", strerror(errno));
  status = watchdog_start(&kafka->dog, settings->stall_ms, kafka->broker, fault);
  if (status == STATUS_OK) status = open_kind(kafka, HANDLE_ADMIN, &kafka->admin, fault);
  if (status == STATUS_OK) kafka->admin_queue = rd_kafka_queue_new(kafka->admin);
  return status;
}

enum status kafka_prepare(const struct kafka_settings *settings, struct kafka **out, struct fault *fault) {
  const char *broker = NULL;
  fault->status = STATUS_OK;
  *out = NULL;
  enum status status = conf_check(settings, &broker, fault);
  if (status != STATUS_OK) return status;
  struct kafka *kafka = calloc(1, sizeof *kafka);
  if (kafka == NULL) return fault_set(fault, STATUS_STORAGE, "out of memory");
  kafka->wake_fd = -1;
  pthread_mutex_init(&kafka->lock, NULL);
  pthread_mutex_init(&kafka->say_lock, NULL);
  pthread_cond_init(&kafka->writers_gone, NULL);
  pthread_mutex_init(&kafka->dog.lock, NULL);
  pthread_cond_init(&kafka->dog.wake, NULL);
  watch_add(&kafka->dog, &kafka->watch);
  status = prepare(kafka, settings, fault);
  if (status == STATUS_OK)
    *out = kafka;
  else
    kafka_close(kafka);
  return status;
}

static enum status open_readers(struct kafka *kafka, struct fault *fault) {
  enum status status = open_kind(kafka, HANDLE_GROUP, &kafka->group, fault);
  if (status == STATUS_OK) status = open_kind(kafka, HANDLE_READER, &kafka->reader, fault);
  if (status == STATUS_OK) status = open_kind(kafka, HANDLE_HISTORY, &kafka->history, fault);
  if (status != STATUS_OK) return status;
  kafka->events_read = rd_kafka_topic_new(kafka->reader, kafka->topics[TOPIC_EVENTS], NULL);
  kafka->messages_read = rd_kafka_topic_new(kafka->reader, kafka->topics[TOPIC_MESSAGES], NULL);
  kafka->journal_read = rd_kafka_topic_new(kafka->history, kafka->topics[TOPIC_JOURNAL], NULL);
  kafka->checkpoint_read = rd_kafka_topic_new(kafka->history, kafka->topics[TOPIC_CHECKPOINT], NULL);
  if (kafka->events_read == NULL || kafka->messages_read == NULL || kafka->journal_read == NULL || kafka->checkpoint_read == NULL)
    return trouble(kafka, fault, rd_kafka_last_error(), "use the topics", NULL, -1);
  return STATUS_OK;
}

enum status kafka_open(const struct kafka_settings *settings, struct kafka **out, struct fault *fault) {
  *out = NULL;
  struct kafka *kafka = NULL;
  enum status status = kafka_prepare(settings, &kafka, fault);
  if (status != STATUS_OK) return status;
  status = topics_accept(kafka, fault);
  if (status == STATUS_OK) status = group_init(kafka, fault);
  if (status == STATUS_OK) status = open_readers(kafka, fault);
  if (status == STATUS_OK)
    *out = kafka;
  else
    kafka_close(kafka);
  return status;
}

static void close_topics(struct kafka *kafka) {
  rd_kafka_topic_t *topics[] = {kafka->events_read, kafka->messages_read, kafka->journal_read, kafka->checkpoint_read};
  for (size_t i = 0; i < sizeof topics / sizeof topics[0]; i++)
    if (topics[i] != NULL) rd_kafka_topic_destroy(topics[i]);
}

void kafka_close(struct kafka *kafka) {
  if (kafka == NULL) return;
  pthread_mutex_lock(&kafka->lock);
  while (kafka->writers > 0) pthread_cond_wait(&kafka->writers_gone, &kafka->lock);
  pthread_mutex_unlock(&kafka->lock);
  watch_enter(&kafka->watch, "closing the Kafka handles");
  group_fini(kafka);
  close_topics(kafka);
  if (kafka->admin_queue != NULL) rd_kafka_queue_destroy(kafka->admin_queue);
  const bool destroyable = group_destroyable(kafka);
  rd_kafka_t *handles[] = {destroyable ? kafka->group : NULL, kafka->reader, kafka->history, kafka->admin};
  for (size_t i = 0; i < sizeof handles / sizeof handles[0]; i++)
    if (handles[i] != NULL) rd_kafka_destroy_flags(handles[i], RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  watch_leave(&kafka->watch);
  watchdog_stop(&kafka->dog);
  if (!destroyable) { /* its threads have `kafka`; the process is about to end */
    log_silence(kafka);
    return;
  }
  if (kafka->wake_fd >= 0) close(kafka->wake_fd);
  free_settings(&kafka->settings);
  free(kafka->broker);
  pthread_mutex_destroy(&kafka->lock);
  pthread_mutex_destroy(&kafka->say_lock);
  pthread_cond_destroy(&kafka->writers_gone);
  pthread_mutex_destroy(&kafka->dog.lock);
  pthread_cond_destroy(&kafka->dog.wake);
  free(kafka);
}

uint32_t kafka_shards(const struct kafka *kafka) { return kafka->shards; }
