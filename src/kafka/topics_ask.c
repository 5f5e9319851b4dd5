/* Questions to the brokers about topics, and making them (KIP-4). Each call waits for its answer; none is made while shards run but
 * trimming, whose answers are only looked at in passing.
 */
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "topics.h"

/* ---- metadata ---- */

static void form_of(const struct rd_kafka_metadata_topic *told, struct topic_form *form) {
  form->error = told->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ? RD_KAFKA_RESP_ERR_NO_ERROR : told->err;
  form->exists = told->err == RD_KAFKA_RESP_ERR_NO_ERROR && told->partition_cnt > 0;
  form->partitions = (uint32_t)told->partition_cnt;
  if (form->exists) form->replicas = (uint32_t)told->partitions[0].replica_cnt;
}

/* Who cannot be reached is not waited for as long as one who is slow. */
static rd_kafka_resp_err_t ask(struct kafka *kafka, rd_kafka_topic_t *topic, const struct rd_kafka_metadata **metadata) {
  int64_t began_ms = clock_ms(), waited_ms = 0;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TRANSPORT;
  bool unreachable = false;
  watch_enter(&kafka->watch, "rd_kafka_metadata");
  while (error != RD_KAFKA_RESP_ERR_NO_ERROR && waited_ms < (unreachable ? CALL_MS / 4 : CALL_MS)) {
    error = rd_kafka_metadata(kafka->admin, 0, topic, metadata, 2 * TICK_MS);
    waited_ms = clock_ms() - began_ms;
    pthread_mutex_lock(&kafka->lock);
    unreachable = kafka->trouble[0] != '\0' && kafka->trouble_ms >= began_ms;
    pthread_mutex_unlock(&kafka->lock);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && error != RD_KAFKA_RESP_ERR__TRANSPORT && error != RD_KAFKA_RESP_ERR__TIMED_OUT) break;
  }
  watch_leave(&kafka->watch);
  return error;
}

enum status topic_look(struct kafka *kafka, enum topic topic, struct topic_form *form, struct fault *fault) {
  const struct rd_kafka_metadata *metadata = NULL;
  *form = (struct topic_form){.exists = false};
  rd_kafka_topic_t *asked = rd_kafka_topic_new(kafka->admin, kafka->topics[topic], NULL);
  if (asked == NULL) return trouble(kafka, fault, rd_kafka_last_error(), "ask about", kafka->topics[topic], -1);
  rd_kafka_resp_err_t error = ask(kafka, asked, &metadata);
  rd_kafka_topic_destroy(asked);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return trouble(kafka, fault, error, "ask about topic", kafka->topics[topic], -1);
  if (metadata->topic_cnt == 1) form_of(&metadata->topics[0], form);
  rd_kafka_metadata_destroy(metadata);
  return STATUS_OK;
}

/* ---- answers ---- */

static rd_kafka_event_t *answer(struct kafka *kafka, rd_kafka_event_type_t type) {
  rd_kafka_event_t *event;
  int64_t until_ms = clock_ms() + 2 * CALL_MS;
  while (clock_ms() < until_ms) {
    event = rd_kafka_queue_poll(kafka->admin_queue, TICK_MS);
    if (event != NULL && rd_kafka_event_type(event) == type) return event;
    if (event != NULL) rd_kafka_event_destroy(event);
  }
  return NULL;
}

void answers_drop(struct kafka *kafka) {
  rd_kafka_event_t *event;
  while ((event = rd_kafka_queue_poll(kafka->admin_queue, 0)) != NULL) {
    char text[320];
    rd_kafka_resp_err_t error = rd_kafka_event_error(event);
    const rd_kafka_DeleteRecords_result_t *result = rd_kafka_event_DeleteRecords_result(event);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR && result != NULL) {
      const rd_kafka_topic_partition_list_t *offsets = rd_kafka_DeleteRecords_result_offsets(result);
      if (offsets != NULL && offsets->cnt > 0) error = offsets->elems[0].err;
    }
    snprintf(text, sizeof text, "cannot trim %s: %s; it grows until giftd may (grant Delete on it)", kafka->topics[TOPIC_JOURNAL],
             rd_kafka_err2str(error));
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && kafka->settings.say != NULL)
      kafka->settings.say(kafka->settings.say_self, LOG_WARNING, text);
    rd_kafka_event_destroy(event);
  }
}

/* ---- configuration ---- */

static void config_entry(const char *name, const char *value, struct topic_form *form) {
  int64_t number = 0;
  if (value == NULL) return;
  (void)str_to_int64(str_of(value), &number);
  if (strcmp(name, "cleanup.policy") == 0) {
    form->compact = strstr(value, "compact") != NULL;
    form->deletes = strstr(value, "delete") != NULL;
  }
  if (strcmp(name, "retention.ms") == 0) form->retention_ms = number;
  if (strcmp(name, "retention.bytes") == 0) form->retention_bytes = number;
  if (strcmp(name, "min.insync.replicas") == 0) form->min_insync = number;
  if (strcmp(name, "max.message.bytes") == 0) form->message_bytes = number;
}

static void config_of(const rd_kafka_ConfigResource_t *resource, struct topic_form *form) {
  size_t count = 0;
  const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &count);
  form->config_error = rd_kafka_ConfigResource_error(resource);
  if (form->config_error != RD_KAFKA_RESP_ERR_NO_ERROR || count == 0) return;
  for (size_t i = 0; i < count; i++) config_entry(rd_kafka_ConfigEntry_name(entries[i]), rd_kafka_ConfigEntry_value(entries[i]), form);
  form->configured = true;
}

static enum status ask_configs(struct kafka *kafka, struct topic_form forms[TOPIC_COUNT], struct fault *fault) {
  rd_kafka_ConfigResource_t *asked[TOPIC_COUNT];
  size_t count = 0;
  for (int i = 0; i < TOPIC_COUNT; i++)
    if (forms[i].exists) asked[count++] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, kafka->topics[i]);
  if (count == 0) return STATUS_OK;
  watch_enter(&kafka->watch, "rd_kafka_DescribeConfigs");
  rd_kafka_DescribeConfigs(kafka->admin, asked, count, NULL, kafka->admin_queue);
  rd_kafka_ConfigResource_destroy_array(asked, count);
  rd_kafka_event_t *event = answer(kafka, RD_KAFKA_EVENT_DESCRIBECONFIGS_RESULT);
  watch_leave(&kafka->watch);
  rd_kafka_resp_err_t error = event == NULL ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (event != NULL) rd_kafka_event_destroy(event);
    return trouble(kafka, fault, error, "ask how the topics are configured", NULL, -1);
  }
  const rd_kafka_ConfigResource_t **told = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &count);
  for (size_t i = 0; i < count; i++)
    for (int k = 0; k < TOPIC_COUNT; k++)
      if (strcmp(rd_kafka_ConfigResource_name(told[i]), kafka->topics[k]) == 0) config_of(told[i], &forms[k]);
  rd_kafka_event_destroy(event);
  return STATUS_OK;
}

/* The broker that answers may not know yet what was just made. */
enum status topics_configured(struct kafka *kafka, struct topic_form forms[TOPIC_COUNT], struct fault *fault) {
  struct timespec pause = {0, 50000000};
  int64_t until_ms = clock_ms() + CALL_MS;
  bool unknown = true;
  enum status status = STATUS_OK;
  while (status == STATUS_OK && unknown && clock_ms() < until_ms) {
    status = ask_configs(kafka, forms, fault);
    unknown = false;
    for (int i = 0; i < TOPIC_COUNT; i++)
      unknown = unknown || (forms[i].exists && forms[i].config_error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    if (unknown) nanosleep(&pause, NULL);
  }
  return status;
}

/* ---- making ---- */

static rd_kafka_resp_err_t make_result(rd_kafka_event_t *event, char *why, size_t why_bytes) {
  size_t count = 0;
  const rd_kafka_topic_result_t **results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  if (count == 0) return RD_KAFKA_RESP_ERR_UNKNOWN;
  const char *text = rd_kafka_topic_result_error_string(results[0]);
  snprintf(why, why_bytes, "%s", text != NULL ? text : "");
  return rd_kafka_topic_result_error(results[0]);
}

enum status topic_make(struct kafka *kafka, enum topic topic, uint32_t partitions, uint32_t replicas, const struct topic_setting *settings,
                       uint32_t count, rd_kafka_resp_err_t *error, char *why, size_t why_bytes, struct fault *fault) {
  rd_kafka_NewTopic_t *asked = rd_kafka_NewTopic_new(kafka->topics[topic], partitions == 0 ? -1 : (int)partitions,
                                                     replicas == 0 ? -1 : (int)replicas, why, why_bytes);
  if (asked == NULL) return fault_set(fault, STATUS_USAGE, "cannot make topic %s: %s", kafka->topics[topic], why);
  for (uint32_t i = 0; i < count; i++) (void)rd_kafka_NewTopic_set_config(asked, settings[i].name, settings[i].value);
  rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(kafka->admin, RD_KAFKA_ADMIN_OP_CREATETOPICS);
  (void)rd_kafka_AdminOptions_set_operation_timeout(options, CALL_MS, why, why_bytes);
  watch_enter(&kafka->watch, "rd_kafka_CreateTopics");
  rd_kafka_CreateTopics(kafka->admin, &asked, 1, options, kafka->admin_queue);
  rd_kafka_AdminOptions_destroy(options);
  rd_kafka_NewTopic_destroy(asked);
  rd_kafka_event_t *event = answer(kafka, RD_KAFKA_EVENT_CREATETOPICS_RESULT);
  watch_leave(&kafka->watch);
  rd_kafka_resp_err_t asking = event == NULL ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event);
  *error = asking == RD_KAFKA_RESP_ERR_NO_ERROR ? make_result(event, why, why_bytes) : asking;
  if (event != NULL) rd_kafka_event_destroy(event);
  return asking == RD_KAFKA_RESP_ERR_NO_ERROR ? STATUS_OK : trouble(kafka, fault, asking, "make topic", kafka->topics[topic], -1);
}
