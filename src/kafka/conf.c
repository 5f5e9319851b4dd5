/* Options: what a user writes as kafka.NAME goes to librdkafka as it is, but for those that exactness rests on: the door keeps them for
 * itself and says so. Nothing here is ever logged (rd_kafka_conf_dump shows passwords).
 */
#include <stdio.h>
#include <string.h>

#include "inside.h"

static const struct {
  const char *name, *why;
} kept[] = {
    {"enable.auto.commit", "giftd commits positions together with what they led to"},
    {"auto.commit.enable", "giftd commits positions together with what they led to"},
    {"auto.commit.interval.ms", "giftd commits positions together with what they led to"},
    {"enable.auto.offset.store", "giftd commits positions together with what they led to"},
    {"isolation.level", "giftd reads committed records only"},
    {"transactional.id", "giftd makes one for each shard from group.id"},
    {"enable.idempotence", "transactions need it"},
    {"enable.gapless.guarantee", "transactions need their own"},
    {"acks", "transactions need all"},
    {"request.required.acks", "transactions need all"},
    {"group.id", "write it without the prefix: group.id = NAME"},
    {"group.protocol", "giftd hands shards over by the classic protocol (KIP-429)"},
    {"auto.offset.reset", "a position that is gone must never be guessed; where a new shard begins is input.start"},
    {"check.crcs", "giftd always checks"},
    {"enable.partition.eof", "giftd needs it its own way"},
    {"delivery.report.only.error", "giftd needs every report"},
    {"allow.auto.create.topics", "giftd topics create makes them in the right form"},
    {"partitioner", "giftd chooses partitions: a shard is one partition number of every topic"},
    {"log.queue", "giftd writes the log"},
    {"log_level", "giftd filters its log itself; see kafka.debug"},
};

static const struct kafka_pair everywhere[] = {{"client.id", "giftd"}, {"log.queue", "false"}};
static const struct kafka_pair consumers[] = {{"enable.auto.commit", "false"},
                                              {"enable.auto.offset.store", "false"},
                                              {"auto.offset.reset", "error"},
                                              {"check.crcs", "true"},
                                              {"allow.auto.create.topics", "false"}};
/* A member that is gone is noticed after 10 s rather than 45, a hand-over begins within a second: being late to the group costs time, never
 * exactness. */
static const struct kafka_pair group_defaults[] = {
    {"partition.assignment.strategy", "cooperative-sticky"}, {"session.timeout.ms", "10000"}, {"heartbeat.interval.ms", "1000"}};
/* Static members share out eagerly. Cooperatively what one gives up goes to others in a second round, which he calls when he has given it
 * up; one who ends before that has his share back at once (KIP-345) and knows nothing of the round: what he was to give up nobody has until
 * somebody comes or goes. Static members seldom share out at all. */
static const struct kafka_pair static_defaults[] = {{"partition.assignment.strategy", "range"}};
/* Large queues: with a full one librdkafka 2.0 rests for a whole second. */
/* The end of a partition is told, since a marker of a transaction may stand there: lag would never be 0 else. */
static const struct kafka_pair reader_fixed[] = {{"enable.partition.eof", "true"}};
static const struct kafka_pair reader_defaults[] = {{"queued.min.messages", "1000000"},
                                                    {"fetch.wait.max.ms", "100"},
                                                    {"fetch.message.max.bytes", "4194304"},
                                                    {"socket.nagle.disable", "true"}};
static const struct kafka_pair history_defaults[] = {{"fetch.message.max.bytes", "8388608"}};
static const struct kafka_pair history_fixed[] = {
    {"enable.partition.eof", "true"}, {"fetch.wait.max.ms", "10"}, {"isolation.level", "read_committed"}};
static const struct kafka_pair writer_defaults[] = {
    {"compression.type", "lz4"}, {"transaction.timeout.ms", "60000"}, {"socket.nagle.disable", "true"}, {"retry.backoff.ms", "20"}};
static const struct kafka_pair writer_fixed[] = {{"enable.idempotence", "true"},
                                                 {"queue.buffering.max.messages", "2000000"},
                                                 {"queue.buffering.max.kbytes", "1048576"},
                                                 {"message.max.bytes", "67108864"},
                                                 {"allow.auto.create.topics", "false"}};
/* What others read: every client unpacks gzip with nothing but its language's own library, while kafkajs and kafka-python cannot read lz4,
 * snappy or zstd unless more is installed. Level 1 saves nearly as much as gzip's own (bench/RESULTS.md). */
static const struct kafka_pair output_defaults[] = {{"compression.type", "gzip"}, {"compression.level", "1"}};
#define COUNT_OF(table) (uint32_t)(sizeof(table) / sizeof((table)[0]))

enum status conf_put(rd_kafka_conf_t *conf, const char *name, const char *value, struct fault *fault) {
  char why[256];
  if (rd_kafka_conf_set(conf, name, value, why, sizeof why) == RD_KAFKA_CONF_OK) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE, "kafka.%s: %s; see librdkafka's CONFIGURATION.md", name, why);
}

static enum status put_all(rd_kafka_conf_t *conf, const struct kafka_pair *pairs, uint32_t count, struct fault *fault) {
  for (uint32_t i = 0; i < count; i++) {
    enum status status = conf_put(conf, pairs[i].name, pairs[i].value, fault);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

enum status conf_check(const struct kafka_settings *settings, const char **broker, struct fault *fault) {
  *broker = NULL;
  for (uint32_t i = 0; i < settings->pair_count; i++) {
    const struct kafka_pair *pair = &settings->pairs[i];
    for (uint32_t k = 0; k < COUNT_OF(kept); k++)
      if (strcmp(pair->name, kept[k].name) == 0)
        return fault_set(fault, STATUS_USAGE, "kafka.%s cannot be set: %s; take the line out", pair->name, kept[k].why);
    if (strcmp(pair->name, "bootstrap.servers") == 0 || strcmp(pair->name, "metadata.broker.list") == 0) *broker = pair->value;
  }
  if (*broker == NULL || **broker == '\0')
    return fault_set(fault, STATUS_USAGE, "kafka.bootstrap.servers is not set: write the brokers' addresses, host:port with commas");
  if (settings->group == NULL || *settings->group == '\0')
    return fault_set(fault, STATUS_USAGE, "group.id is not set: all workers of one giftd share it");
  if (settings->start != NULL && strcmp(settings->start, "earliest") != 0 && strcmp(settings->start, "latest") != 0)
    return fault_set(fault, STATUS_USAGE, "input.start = %s: write earliest or latest", settings->start);
  return STATUS_OK;
}

/* How much of each partition is fetched ahead: 64 MiB for all that there are, within bounds; in memory it is twice that. More gains
 * nothing. Much less, and librdkafka 2.0, which rests when all it has of a broker is full, sometimes for a second, is short of it. */
static enum status put_ahead(rd_kafka_conf_t *conf, uint32_t shards, struct fault *fault) {
  char text[16];
  uint32_t kbytes = 64 * 1024 / (shards == 0 ? 1 : shards);
  snprintf(text, sizeof text, "%u", kbytes < 2048 ? 2048 : kbytes > 16384 ? 16384 : kbytes);
  return conf_put(conf, "queued.max.messages.kbytes", text, fault);
}

static bool is_passed(const struct kafka_settings *settings, const char *name) {
  for (uint32_t i = 0; i < settings->pair_count; i++)
    if (strcmp(settings->pairs[i].name, name) == 0) return true;
  return false;
}

/* What is passed through stands over a default and below what is fixed. */
static enum status layers(rd_kafka_conf_t *conf, const struct kafka *kafka, enum handle_kind kind, struct fault *fault) {
  const struct kafka_settings *settings = &kafka->settings;
  enum status status = put_all(conf, everywhere, COUNT_OF(everywhere), fault);
  if (status != STATUS_OK) return status;
  if (kind == HANDLE_GROUP) status = put_all(conf, group_defaults, COUNT_OF(group_defaults), fault);
  if (status == STATUS_OK && kind == HANDLE_GROUP && is_passed(settings, "group.instance.id"))
    status = put_all(conf, static_defaults, COUNT_OF(static_defaults), fault);
  if (kind == HANDLE_READER) status = put_all(conf, reader_defaults, COUNT_OF(reader_defaults), fault);
  if (status == STATUS_OK && kind == HANDLE_READER) status = put_ahead(conf, kafka->shards, fault);
  if (kind == HANDLE_HISTORY) status = put_all(conf, history_defaults, COUNT_OF(history_defaults), fault);
  if (kind == HANDLE_WRITER) status = put_all(conf, writer_defaults, COUNT_OF(writer_defaults), fault);
  if (status != STATUS_OK) return status;
  status = put_all(conf, settings->pairs, settings->pair_count, fault);
  if (status != STATUS_OK) return status;
  if (kind == HANDLE_WRITER) return put_all(conf, writer_fixed, COUNT_OF(writer_fixed), fault);
  status = put_all(conf, consumers, COUNT_OF(consumers), fault);
  if (status == STATUS_OK && kind == HANDLE_READER) status = put_all(conf, reader_fixed, COUNT_OF(reader_fixed), fault);
  if (status != STATUS_OK) return status;
  if (kind == HANDLE_HISTORY) return put_all(conf, history_fixed, COUNT_OF(history_fixed), fault);
  status = conf_put(conf, "isolation.level", kind == HANDLE_ADMIN ? "read_uncommitted" : "read_committed", fault);
  if (status == STATUS_OK && kind == HANDLE_GROUP) status = conf_put(conf, "group.id", settings->group, fault);
  return status;
}

static enum status put_topic(rd_kafka_topic_conf_t *conf, const struct kafka_pair *pair, struct fault *fault) {
  char why[256];
  if (rd_kafka_topic_conf_set(conf, pair->name, pair->value, why, sizeof why) == RD_KAFKA_CONF_OK) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE, "%s = %s for the topics that others read: %s; use a librdkafka that has it, or set kafka.%s",
                   pair->name, pair->value, why, pair->name);
}

/* A compression that is passed through is that of all topics. */
enum status conf_topic(const struct kafka *kafka, rd_kafka_t *writer, enum topic topic, rd_kafka_topic_conf_t **out, struct fault *fault) {
  const struct kafka_settings *settings = &kafka->settings;
  bool others_read = topic == TOPIC_REWARDS || topic == TOPIC_DECISIONS || topic == TOPIC_DLQ;
  enum status status = STATUS_OK;
  *out = NULL;
  if (!others_read || is_passed(settings, "compression.type") || is_passed(settings, "compression.codec")) return STATUS_OK;
  rd_kafka_topic_conf_t *conf = rd_kafka_default_topic_conf_dup(writer);
  for (uint32_t i = 0; i < COUNT_OF(output_defaults) && status == STATUS_OK; i++)
    if (!is_passed(settings, output_defaults[i].name)) status = put_topic(conf, &output_defaults[i], fault);
  if (status != STATUS_OK)
    rd_kafka_topic_conf_destroy(conf);
  else
    *out = conf;
  return status;
}

enum status conf_make(const struct kafka *kafka, enum handle_kind kind, rd_kafka_conf_t **out, struct fault *fault) {
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  enum status status = layers(conf, kafka, kind, fault);
  if (status != STATUS_OK) {
    rd_kafka_conf_destroy(conf);
    return status;
  }
  if (kind == HANDLE_GROUP) group_callbacks(conf);
  if (kind == HANDLE_READER) (void)rd_kafka_conf_set(conf, "fetch.queue.backoff.ms", "20", NULL, 0); /* known from 2.2 on */
  *out = conf;
  return STATUS_OK;
}
