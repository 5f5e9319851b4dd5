/* What topics.c asks of the brokers (topics_ask.c): metadata, configuration, making. */
#ifndef GIFTD_KAFKA_TOPICS_H
#define GIFTD_KAFKA_TOPICS_H

#include "inside.h"

struct topic_form {
  bool exists;
  rd_kafka_resp_err_t error; /* other than that it is not there */
  uint32_t partitions, replicas;
  rd_kafka_resp_err_t config_error;
  bool configured; /* what follows is known: needs the right to describe configurations */
  bool compact, deletes;
  int64_t retention_ms, retention_bytes, min_insync, message_bytes;
};
/* STATUS_SERVICE and the like: the brokers could not be asked at all. */
enum status topic_look(struct kafka *kafka, enum topic topic, struct topic_form *form, struct fault *fault) MUST_USE;
enum status topics_configured(struct kafka *kafka, struct topic_form forms[TOPIC_COUNT], struct fault *fault) MUST_USE;

struct topic_setting {
  const char *name, *value;
};
/* *error: of the making itself (it may be there already). replicas 0, partitions 0: the broker's default. */
enum status topic_make(struct kafka *kafka, enum topic topic, uint32_t partitions, uint32_t replicas, const struct topic_setting *settings,
                       uint32_t count, rd_kafka_resp_err_t *error, char *why, size_t why_bytes, struct fault *fault) MUST_USE;

#endif
