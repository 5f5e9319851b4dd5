/* The topics: what form each must have, and what goes wrong if it has not. A journal that retention cuts loses gifts; a checkpoint that is
 * not compacted grows for ever, an events topic that is compacted loses events; topics with different numbers of partitions look for
 * customers in the wrong shards. `check` says all of it, `create` makes what is missing, opening refuses what would break a promise.
 */
#include "topics.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS 86400000LL
#define MESSAGES_KEPT_MS (7 * DAY_MS)
#define DECISION_BYTES (9 * 1024 * 1024) /* the largest decision line is below 8 MiB (record.h) */
#define OWN_BYTES 1000000                /* parts of the journal and buckets are below 900 KiB */
#define DEFAULT_BYTES 1048588            /* Kafka's max.message.bytes */
#define DEAD_MARGIN_BYTES 65536          /* for the headers a dead letter gets */
#define TEXT_BYTES 1536
#define COMMAND_BYTES 1024
#define FIRST_BYTES (TEXT_BYTES + TOPIC_BYTES + 16)
#define MADE_MS 10000 /* how long a topic that was just made may stay unknown */
#define FOUND_MS 2000

struct finder {
  struct kafka *kafka;
  struct topic_form forms[TOPIC_COUNT];
  kafka_topic_teller *tell;
  void *self;
  bool bad;
  char *first; /* what was found first */
};

static void say(struct finder *finder, enum topic topic, bool ok, const char *text) {
  if (!ok && !finder->bad) snprintf(finder->first, FIRST_BYTES, "topic %s: %s", finder->kafka->topics[topic], text);
  finder->bad = finder->bad || !ok;
  if (finder->tell != NULL) finder->tell(finder->self, finder->kafka->topics[topic], ok, text);
}

/* ---- what each must be: writes what is wrong and what to do; empty: nothing ---- */

/* The command that sets it, as a person pastes it. */
static const char *alter(const struct finder *finder, enum topic topic, const char *setting, char *command) {
  snprintf(command, COMMAND_BYTES, "kafka-configs.sh --bootstrap-server %s --alter --entity-type topics --entity-name %s --add-config %s",
           finder->kafka->broker, finder->kafka->topics[topic], setting);
  return command;
}

static void wrong_policy(const struct finder *finder, enum topic topic, char *text) {
  const struct topic_form *form = &finder->forms[topic];
  char command[COMMAND_BYTES];
  if (topic == TOPIC_CHECKPOINT && (!form->compact || form->deletes))
    snprintf(text, TEXT_BYTES,
             "cleanup.policy must be compact alone: else buckets are deleted by age, and a view that is lost cannot be rebuilt. %s",
             alter(finder, topic, "cleanup.policy=compact", command));
  if (topic != TOPIC_CHECKPOINT && form->compact)
    snprintf(text, TEXT_BYTES, "cleanup.policy must be delete: compaction keeps one record a key and drops the others, so %s are lost. %s",
             topic == TOPIC_EVENTS ? "events" : "records", alter(finder, topic, "cleanup.policy=delete", command));
}

static void wrong_retention(const struct finder *finder, enum topic topic, char *text) {
  const struct topic_form *form = &finder->forms[topic];
  char command[COMMAND_BYTES];
  if (topic == TOPIC_JOURNAL && (form->retention_ms >= 0 || form->retention_bytes >= 0))
    snprintf(text, TEXT_BYTES,
             "retention.ms is %lld and retention.bytes %lld, both must be -1: the journal is the truth, giftd trims what is not needed. %s",
             (long long)form->retention_ms, (long long)form->retention_bytes,
             alter(finder, topic, "retention.ms=-1,retention.bytes=-1", command));
  if (topic == TOPIC_MESSAGES && ((form->retention_ms >= 0 && form->retention_ms < MESSAGES_KEPT_MS) || form->retention_bytes >= 0))
    snprintf(text, TEXT_BYTES,
             "retention.ms must be 7 days (604800000) or more and retention.bytes -1: a message of a shard that is not read yet must not "
             "be deleted. %s",
             alter(finder, topic, "retention.ms=2592000000,retention.bytes=-1", command));
}

static void wrong_size(const struct finder *finder, enum topic topic, char *text) {
  int64_t has = finder->forms[topic].message_bytes, needs = OWN_BYTES;
  char command[COMMAND_BYTES], setting[48];
  if (topic == TOPIC_EVENTS) return;
  if (topic == TOPIC_DECISIONS) needs = DECISION_BYTES;
  if (topic == TOPIC_DLQ && finder->forms[TOPIC_EVENTS].configured) needs = finder->forms[TOPIC_EVENTS].message_bytes + DEAD_MARGIN_BYTES;
  if (has >= needs) return;
  snprintf(setting, sizeof setting, "max.message.bytes=%lld", (long long)needs);
  snprintf(text, TEXT_BYTES, "max.message.bytes is %lld, it must be %lld or more: a larger record would stop its shard. %s", (long long)has,
           (long long)needs, alter(finder, topic, setting, command));
}

static void wrong_partitions(const struct finder *finder, enum topic topic, char *text) {
  const struct kafka *kafka = finder->kafka;
  uint32_t has = finder->forms[topic].partitions, needs = finder->forms[TOPIC_EVENTS].partitions;
  int length = snprintf(text, TEXT_BYTES, "has %u partitions, the events topic %s has %u: every topic needs the same number. ", has,
                        kafka->topics[TOPIC_EVENTS], needs);
  if (has > needs)
    snprintf(text + length, TEXT_BYTES - (size_t)length,
             "Partitions cannot be taken away: use other topics (topic.prefix) and a new group.id; every counter begins anew with them");
  else
    snprintf(text + length, TEXT_BYTES - (size_t)length,
             "While giftd has decided nothing yet, add them: kafka-topics.sh --bootstrap-server %s --alter --topic %s --partitions %u",
             kafka->broker, kafka->topics[topic], needs);
}

static void wrong_form(const struct finder *finder, enum topic topic, char *text) {
  const struct topic_form *form = &finder->forms[topic];
  char command[COMMAND_BYTES];
  text[0] = '\0';
  if (form->partitions != finder->forms[TOPIC_EVENTS].partitions) {
    wrong_partitions(finder, topic, text);
    return;
  }
  if (!form->configured && topic != TOPIC_EVENTS)
    snprintf(
        text, TEXT_BYTES,
        "its configuration may not be read, so nobody knows how long its records are kept; grant DescribeConfigs on it (kafka-acls.sh)");
  if (!form->configured) return;
  wrong_size(finder, topic, text);
  if (form->replicas >= 3 && form->min_insync < 2 && topic != TOPIC_EVENTS)
    snprintf(text, TEXT_BYTES,
             "min.insync.replicas is %lld with %u replicas: a commit that one broker alone has seen can be lost with it. %s",
             (long long)form->min_insync, form->replicas, alter(finder, topic, "min.insync.replicas=2", command));
  wrong_retention(finder, topic, text);
  wrong_policy(finder, topic, text);
}

static void right_form(const struct topic_form *form, char *text) {
  snprintf(text, TEXT_BYTES, "%u partitions, %u replica%s%s%s", form->partitions, form->replicas,
           form->replicas > 1 ? "s" : " (lost with its broker's disk: for trying out only)",
           form->configured ? (form->compact ? ", compacted" : ", deleted by age") : "; its configuration may not be read",
           form->configured && form->retention_ms < 0 && !form->compact ? " (never)" : "");
}

static void missing(const struct finder *finder, enum topic topic, char *text) {
  rd_kafka_resp_err_t error = finder->forms[topic].error;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    snprintf(text, TEXT_BYTES, "cannot be looked at: %s%s", rd_kafka_err2str(error),
             error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED
                 ? "; grant Describe and Read on it (kafka-acls.sh), and Write if it is one of giftd's own"
                 : "");
  else if (topic == TOPIC_EVENTS)
    snprintf(text, TEXT_BYTES,
             "is not there: its producers create it, or `giftd topics create --partitions N` does; or check topic.events");
  else
    snprintf(text, TEXT_BYTES, "is not there: make it with `giftd topics create`, or check topic.prefix");
}

static void judge(struct finder *finder) {
  char text[TEXT_BYTES];
  for (int i = 0; i < TOPIC_COUNT; i++) {
    const struct topic_form *form = &finder->forms[i];
    if (!form->exists) {
      missing(finder, (enum topic)i, text);
      say(finder, (enum topic)i, false, text);
      if (i == TOPIC_EVENTS) return; /* what the others must be is not known */
      continue;
    }
    wrong_form(finder, (enum topic)i, text);
    bool ok = text[0] == '\0';
    if (ok) right_form(form, text);
    say(finder, (enum topic)i, ok, text);
  }
}

/* A topic that was just made takes a moment to be known to every broker: one that is not there is asked for again for a while. */
static enum status await(struct finder *finder, enum topic topic, int64_t until_ms, struct fault *fault) {
  struct timespec pause = {0, 50000000};
  struct topic_form *form = &finder->forms[topic];
  enum status status = topic_look(finder->kafka, topic, form, fault);
  while (status == STATUS_OK && !form->exists && form->error == RD_KAFKA_RESP_ERR_NO_ERROR && clock_ms() < until_ms) {
    nanosleep(&pause, NULL);
    status = topic_look(finder->kafka, topic, form, fault);
  }
  return status;
}

static enum status look_and_judge(struct kafka *kafka, int64_t patience_ms, kafka_topic_teller *tell, void *self, struct fault *fault) {
  char first[FIRST_BYTES];
  struct finder finder = {.kafka = kafka, .tell = tell, .self = self, .first = first};
  enum status status = STATUS_OK;
  int64_t until_ms = clock_ms() + patience_ms;
  for (int i = 0; i < TOPIC_COUNT && status == STATUS_OK; i++) status = await(&finder, (enum topic)i, until_ms, fault);
  if (status == STATUS_OK) status = topics_configured(kafka, finder.forms, fault);
  if (status != STATUS_OK) return status;
  judge(&finder);
  kafka->shards = finder.forms[TOPIC_EVENTS].partitions;
  if (finder.bad) return fault_set(fault, STATUS_STATE, "Kafka at %s: %s", kafka->broker, first);
  if (kafka->shards <= LIMIT_SHARDS) return STATUS_OK;
  return fault_set(fault, STATUS_STATE, "Kafka at %s: topic %s has %u partitions; giftd takes at most %u", kafka->broker,
                   kafka->topics[TOPIC_EVENTS], kafka->shards, LIMIT_SHARDS);
}

enum status topics_accept(struct kafka *kafka, struct fault *fault) { return look_and_judge(kafka, FOUND_MS, NULL, NULL, fault); }

enum status kafka_topics_check(const struct kafka_settings *settings, kafka_topic_teller *tell, void *self, struct fault *fault) {
  struct kafka *kafka = NULL;
  enum status status = kafka_prepare(settings, &kafka, fault);
  if (status == STATUS_OK) status = look_and_judge(kafka, FOUND_MS, tell, self, fault);
  kafka_close(kafka);
  return status;
}

/* ---- making ---- */

static const struct topic_setting wanted_messages[] = {
    {"cleanup.policy", "delete"}, {"retention.ms", "2592000000"}, {"retention.bytes", "-1"}};
static const struct topic_setting wanted_journal[] = {{"cleanup.policy", "delete"}, {"retention.ms", "-1"}, {"retention.bytes", "-1"}};
static const struct topic_setting wanted_checkpoint[] = {
    {"cleanup.policy", "compact"}, {"min.cleanable.dirty.ratio", "0.3"}, {"segment.bytes", "104857600"}};
static const struct topic_setting wanted_rewards[] = {{"cleanup.policy", "delete"}};
static const struct topic_setting wanted_decisions[] = {{"cleanup.policy", "delete"}, {"max.message.bytes", "10485760"}};
#define WANTED(table) \
  { table, sizeof(table) / sizeof((table)[0]) }
static const struct {
  const struct topic_setting *settings;
  uint32_t count;
} wanted[TOPIC_COUNT] = {[TOPIC_EVENTS] = WANTED(wanted_rewards),  [TOPIC_MESSAGES] = WANTED(wanted_messages),
                         [TOPIC_JOURNAL] = WANTED(wanted_journal), [TOPIC_CHECKPOINT] = WANTED(wanted_checkpoint),
                         [TOPIC_REWARDS] = WANTED(wanted_rewards), [TOPIC_DECISIONS] = WANTED(wanted_decisions),
                         [TOPIC_DLQ] = WANTED(wanted_rewards)};

static enum status make_one(struct finder *finder, enum topic topic, uint32_t partitions, uint32_t replicas, struct fault *fault) {
  struct kafka *kafka = finder->kafka;
  struct topic_setting settings[8];
  char why[256] = "", text[TEXT_BYTES], bytes[24];
  uint32_t count = wanted[topic].count;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  memcpy(settings, wanted[topic].settings, count * sizeof settings[0]);
  if (replicas >= 3) settings[count++] = (struct topic_setting){"min.insync.replicas", "2"};
  if (topic == TOPIC_DLQ) {
    int64_t event_bytes = finder->forms[TOPIC_EVENTS].configured ? finder->forms[TOPIC_EVENTS].message_bytes : DEFAULT_BYTES;
    snprintf(bytes, sizeof bytes, "%lld", (long long)event_bytes + DEAD_MARGIN_BYTES);
    settings[count++] = (struct topic_setting){"max.message.bytes", bytes};
  }
  enum status status = topic_make(kafka, topic, partitions, replicas, settings, count, &error, why, sizeof why, fault);
  if (status != STATUS_OK) return status;
  bool made = error == RD_KAFKA_RESP_ERR_NO_ERROR;
  if (error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED || error == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED)
    return fault_set(fault, STATUS_USAGE,
                     "Kafka at %s: cannot make topic %s: %s; grant Create on the topics that start with topic.prefix (kafka-acls.sh "
                     "--resource-pattern-type prefixed) and on the dead letters, or ask someone who may to run `giftd topics create`",
                     kafka->broker, kafka->topics[topic], rd_kafka_err2str(error));
  if (!made && error != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
    status = trouble(kafka, fault, error, "make topic", kafka->topics[topic], -1);
    return why[0] != '\0' ? fault_prefix(fault, "%s: ", why) : status;
  }
  snprintf(text, sizeof text, "made");
  if (made && finder->tell != NULL) finder->tell(finder->self, kafka->topics[topic], true, text);
  return STATUS_OK;
}

static enum status make_all(struct finder *finder, const struct kafka_topics_settings *topics, struct fault *fault) {
  struct topic_form *events = &finder->forms[TOPIC_EVENTS];
  enum status status = topic_look(finder->kafka, TOPIC_EVENTS, events, fault);
  if (status == STATUS_OK && !events->exists && topics->make_events) {
    status = make_one(finder, TOPIC_EVENTS, topics->partitions, topics->replicas, fault);
    if (status == STATUS_OK) status = await(finder, TOPIC_EVENTS, clock_ms() + MADE_MS, fault);
  }
  if (status == STATUS_OK) status = topics_configured(finder->kafka, finder->forms, fault);
  if (status != STATUS_OK || !events->exists) return status; /* the check behind says that it is missing */
  if (topics->partitions != 0 && topics->partitions != events->partitions)
    return fault_set(fault, STATUS_USAGE,
                     "Kafka at %s: the events topic %s has %u partitions, not %u: every topic gets as many as it has; "
                     "leave the number out, or make another events topic",
                     finder->kafka->broker, finder->kafka->topics[TOPIC_EVENTS], events->partitions, topics->partitions);
  /* As safe as the events: then it is known whether min.insync.replicas can be 2, which the broker's default does not tell. */
  const uint32_t replicas = topics->replicas == 0 && events->replicas > 1 ? events->replicas : topics->replicas;
  for (int i = TOPIC_EVENTS + 1; i < TOPIC_COUNT && status == STATUS_OK; i++) {
    status = topic_look(finder->kafka, (enum topic)i, &finder->forms[i], fault);
    if (status != STATUS_OK || finder->forms[i].exists) continue;
    status = make_one(finder, (enum topic)i, events->partitions, replicas, fault);
    if (status == STATUS_OK) status = await(finder, (enum topic)i, clock_ms() + MADE_MS, fault);
  }
  return status;
}

enum status kafka_topics_create(const struct kafka_settings *settings, const struct kafka_topics_settings *topics, kafka_topic_teller *tell,
                                void *self, struct fault *fault) {
  struct kafka *kafka = NULL;
  enum status status = kafka_prepare(settings, &kafka, fault);
  struct finder finder = {.kafka = kafka, .tell = tell, .self = self};
  if (status == STATUS_OK) status = make_all(&finder, topics, fault);
  if (status == STATUS_OK) status = look_and_judge(kafka, MADE_MS, tell, self, fault);
  kafka_close(kafka);
  return status;
}
