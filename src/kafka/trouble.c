/* Texts of faults: what was being done, with what, at which broker, why, and what to do. One table says for each error of Kafka who must
 * act; what is not in it is worth another try. librdkafka says the interesting part ("Connection refused", "SSL handshake failed") in its
 * log and only "timed out" to its caller: its last words are kept and told as well. A topic that is not there is a matter for another try
 * while shards run: brokers that are just starting say so too. Opening tells what is really missing (topics.c).
 */
#include <stdio.h>
#include <string.h>

#include "inside.h"

#define FRESH_MS 30000

struct remedy {
  rd_kafka_resp_err_t error;
  enum status status;
  const char *text;
};
static const struct remedy remedies[] = {
    {RD_KAFKA_RESP_ERR__TRANSPORT, STATUS_SERVICE, "check kafka.bootstrap.servers and that the brokers run and can be reached from here"},
    {RD_KAFKA_RESP_ERR__RESOLVE, STATUS_SERVICE, "the name is not known: check kafka.bootstrap.servers and the resolver"},
    {RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, STATUS_SERVICE,
     "check kafka.bootstrap.servers and that the brokers run and can be reached from here"},
    {RD_KAFKA_RESP_ERR__TIMED_OUT, STATUS_SERVICE, "check kafka.bootstrap.servers and that the brokers run and can be reached from here"},
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, STATUS_USAGE, "check kafka.security.protocol, kafka.sasl.mechanism, the user and the password"},
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, STATUS_USAGE,
     "check kafka.security.protocol, kafka.sasl.mechanism, the user and the password"},
    {RD_KAFKA_RESP_ERR__SSL, STATUS_USAGE, "check kafka.security.protocol and kafka.ssl.ca.location"},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, STATUS_USAGE,
     "the user lacks a right on it, or on another topic that it writes: grant Read and Describe on the events topic, and Read, Write, "
     "Describe and DescribeConfigs on the topics that start with topic.prefix (kafka-acls.sh --resource-pattern-type prefixed), Write and "
     "DescribeConfigs on the dead letters; schemas/kafka.md has the least that is needed, as commands"},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, STATUS_USAGE, "the user may not join the group: grant Read on it (kafka-acls.sh)"},
    {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, STATUS_USAGE,
     "the user may not write transactions: grant Write and Describe on the transactional ids that start with the group's name "
     "(kafka-acls.sh --transactional-id GROUP- --resource-pattern-type prefixed)"},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, STATUS_USAGE,
     "the user may not do this on the cluster: grant IdempotentWrite on it (kafka-acls.sh --cluster)"},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, STATUS_SERVICE,
     "the topic or partition is not there: make the topics with `giftd topics create`, or check topic.events and topic.prefix"},
    {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, STATUS_SERVICE,
     "the topic is not there: make the topics with `giftd topics create`, or check topic.events and topic.prefix"},
    {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, STATUS_SERVICE,
     "the partition is not there: every topic needs as many as the events topic (`giftd topics check` says which has not)"},
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, STATUS_STATE,
     "a record is larger than the topic allows: raise max.message.bytes of the topic; nothing is lost, giftd tries again when it is "
     "started"},
    {RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE, STATUS_STATE, "raise max.message.bytes of the topic"},
    {RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, STATUS_USAGE,
     "kafka.transaction.timeout.ms is larger than the brokers' transaction.max.timeout.ms: set it lower"},
    {RD_KAFKA_RESP_ERR__FENCED, STATUS_SERVICE, "another process has taken this shard over; nothing to do"},
    {RD_KAFKA_RESP_ERR_PRODUCER_FENCED, STATUS_SERVICE, "another process has taken this shard over; nothing to do"},
    {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, STATUS_SERVICE,
     "another process has taken this shard over, or the transaction ran out of time; giftd takes the shard over again"},
    {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, STATUS_SERVICE,
     "fewer replicas are in sync than min.insync.replicas asks for: check the brokers"},
    {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, STATUS_SERVICE,
     "fewer replicas are in sync than min.insync.replicas asks for: check the brokers"},
    {RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, STATUS_SERVICE, "the broker cannot write to its disk: make room there"},
};

void trouble_keep(struct kafka *kafka, const char *text) {
  pthread_mutex_lock(&kafka->lock);
  snprintf(kafka->trouble, sizeof kafka->trouble, "%s", text);
  kafka->trouble_ms = clock_ms();
  pthread_mutex_unlock(&kafka->lock);
}

/* The connection fails while the caller is only told that time is over: what was heard last says which kind it is. A broker that dies
 * makes librdkafka guess at wrong security settings ("might require SASL"): a guess is told, but decides nothing. */
static rd_kafka_resp_err_t sharper(rd_kafka_resp_err_t error, const char *heard) {
  if (error != RD_KAFKA_RESP_ERR__TRANSPORT && error != RD_KAFKA_RESP_ERR__TIMED_OUT) return error;
  if (strstr(heard, "might ") != NULL || strstr(heard, "verify that") != NULL) return error;
  if (strstr(heard, "SASL") != NULL || strstr(heard, "uthentication") != NULL) return RD_KAFKA_RESP_ERR__AUTHENTICATION;
  if (strstr(heard, "SSL") != NULL) return RD_KAFKA_RESP_ERR__SSL;
  if (strstr(heard, "resolve") != NULL) return RD_KAFKA_RESP_ERR__RESOLVE;
  return error;
}

/* Where librdkafka's own words say more: which address, why, which of several topics. */
static bool words_help(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__TRANSPORT || error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__RESOLVE ||
         error == RD_KAFKA_RESP_ERR__SSL || error == RD_KAFKA_RESP_ERR__AUTHENTICATION || error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
         error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
}

static const struct remedy *remedy_of(rd_kafka_resp_err_t error) {
  static const struct remedy other = {RD_KAFKA_RESP_ERR_UNKNOWN, STATUS_SERVICE,
                                      "giftd tries again; if it stays, look at the brokers' logs"};
  for (size_t i = 0; i < sizeof remedies / sizeof remedies[0]; i++)
    if (remedies[i].error == error) return &remedies[i];
  return &other;
}

enum status trouble(struct kafka *kafka, struct fault *fault, rd_kafka_resp_err_t error, const char *doing, const char *topic,
                    int partition) {
  char heard[TROUBLE_BYTES] = "", where[TOPIC_BYTES + 48] = "";
  pthread_mutex_lock(&kafka->lock);
  if (kafka->trouble[0] != '\0' && clock_ms() - kafka->trouble_ms < FRESH_MS) memcpy(heard, kafka->trouble, sizeof heard);
  pthread_mutex_unlock(&kafka->lock);
  rd_kafka_resp_err_t sharp = sharper(error, heard);
  const struct remedy *remedy = remedy_of(sharp);
  enum status status = sharp != error && kafka->group != NULL ? STATUS_SERVICE : remedy->status; /* it did work: it may again */
  error = sharp;
  bool told = heard[0] != '\0' && words_help(error);
  if (topic != NULL && partition >= 0) snprintf(where, sizeof where, " %s [partition %d]", topic, partition);
  if (topic != NULL && partition < 0) snprintf(where, sizeof where, " %s", topic);
  return fault_set(fault, status, "Kafka at %s: cannot %s%s: %s%s%s%s; %s", kafka->broker, doing, where, rd_kafka_err2str(error),
                   told ? " (" : "", told ? heard : "", told ? ")" : "", remedy->text);
}
