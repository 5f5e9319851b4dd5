/* The consumer group: which shards this process should have. Nothing is consumed here: the partitions that the group assigns are paused
 * at once, the reader handle reads them. A shard that is taken away is given back to the group only when its owner has closed it
 * (kafka_given_up), so that the next one seldom has to fence somebody who is alive; exactness does not rest on it.
 *
 *   callback: assign   -> incremental_assign, pause           -> GROUP_ASSIGNED ...
 *   callback: revoke   -> GROUP_REVOKED ... kafka_given_up ... -> incremental_unassign -> the group goes on
 *   callback: lost     -> incremental_unassign at once        -> GROUP_LOST ...
 */
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "inside.h"

enum status group_init(struct kafka *kafka, struct fault *fault) {
  struct group_state *members = &kafka->members;
  members->capacity = 4 * kafka->shards + 16;
  members->changes = calloc(members->capacity, sizeof *members->changes);
  members->owed = calloc(kafka->shards, sizeof *members->owed);
  members->held = calloc(kafka->shards, sizeof *members->held);
  if (members->changes == NULL || members->owed == NULL || members->held == NULL)
    return fault_set(fault, STATUS_STORAGE, "out of memory for %u shards", kafka->shards);
  return STATUS_OK;
}

static void change_add(struct kafka *kafka, uint32_t shard, int what) {
  struct group_state *members = &kafka->members;
  assert(members->count < members->capacity);
  struct group_change *change = &members->changes[(members->first + members->count++) % members->capacity];
  change->shard = shard;
  change->what = what == GROUP_ASSIGNED ? GROUP_ASSIGNED : what == GROUP_REVOKED ? GROUP_REVOKED : GROUP_LOST;
}

static void members_fault(struct kafka *kafka, rd_kafka_error_t *error, rd_kafka_resp_err_t code, const char *doing) {
  if (error != NULL) code = rd_kafka_error_code(error);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR && kafka->members.status == STATUS_OK)
    kafka->members.status = trouble(kafka, &kafka->members.fault, code, doing, kafka->topics[TOPIC_EVENTS], -1);
  if (error != NULL) rd_kafka_error_destroy(error);
}

static bool is_eager(struct kafka *kafka) { return strcmp(rd_kafka_rebalance_protocol(kafka->group), "EAGER") == 0; }

/* What cannot be given back is not held any more. */
static void give_back(struct kafka *kafka, const rd_kafka_topic_partition_list_t *partitions) {
  rd_kafka_error_t *error = NULL;
  watch_enter(&kafka->watch, "rd_kafka_incremental_unassign");
  if (is_eager(kafka))
    (void)rd_kafka_assign(kafka->group, NULL);
  else
    error = rd_kafka_incremental_unassign(kafka->group, partitions);
  if (error != NULL) rd_kafka_error_destroy(error);
  watch_leave(&kafka->watch);
}

static void leaving_forget(struct kafka *kafka) {
  struct group_state *members = &kafka->members;
  if (members->leaving != NULL) rd_kafka_topic_partition_list_destroy(members->leaving);
  members->leaving = NULL;
  members->owing = 0;
  if (members->owed != NULL) memset(members->owed, 0, kafka->shards * sizeof *members->owed);
}

static void on_assign(struct kafka *kafka, rd_kafka_topic_partition_list_t *partitions) {
  kafka->members.assigned = true;
  for (int i = 0; i < partitions->cnt; i++) partitions->elems[i].offset = RD_KAFKA_OFFSET_END; /* never fetched: nothing to look up */
  watch_enter(&kafka->watch, "rd_kafka_incremental_assign");
  if (is_eager(kafka))
    members_fault(kafka, NULL, rd_kafka_assign(kafka->group, partitions), "take partitions of");
  else
    members_fault(kafka, rd_kafka_incremental_assign(kafka->group, partitions), RD_KAFKA_RESP_ERR_NO_ERROR, "take partitions of");
  members_fault(kafka, NULL, rd_kafka_pause_partitions(kafka->group, partitions), "take partitions of");
  watch_leave(&kafka->watch);
  for (int i = 0; i < partitions->cnt; i++) {
    uint32_t shard = (uint32_t)partitions->elems[i].partition;
    if (shard >= kafka->shards) {
      kafka->members.status =
          fault_set(&kafka->members.fault, STATUS_STATE,
                    "Kafka at %s: topic %s has more partitions than the %u that it had when giftd was started: its customers would be "
                    "looked for in the wrong shards. Give every topic the same number (`giftd topics check`) before anything is produced",
                    kafka->broker, kafka->topics[TOPIC_EVENTS], kafka->shards);
      return;
    }
    kafka->members.held[shard] = true;
    change_add(kafka, shard, GROUP_ASSIGNED);
  }
}

static void on_lost(struct kafka *kafka, const rd_kafka_topic_partition_list_t *partitions) {
  for (int i = 0; i < partitions->cnt; i++) {
    uint32_t shard = (uint32_t)partitions->elems[i].partition;
    if (shard >= kafka->shards || !kafka->members.held[shard]) continue;
    kafka->members.held[shard] = false;
    change_add(kafka, shard, GROUP_LOST);
  }
  leaving_forget(kafka);
  give_back(kafka, partitions);
}

static void on_revoke(struct kafka *kafka, const rd_kafka_topic_partition_list_t *partitions) {
  struct group_state *members = &kafka->members;
  leaving_forget(kafka); /* librdkafka asks once and waits: there is none */
  for (int i = 0; i < partitions->cnt; i++) {
    uint32_t shard = (uint32_t)partitions->elems[i].partition;
    if (shard >= kafka->shards || !members->held[shard]) continue;
    members->held[shard] = false;
    if (members->closing) continue;
    members->owed[shard] = true;
    members->owing++;
    change_add(kafka, shard, GROUP_REVOKED);
  }
  if (members->owing == 0 || members->closing)
    give_back(kafka, partitions);
  else
    members->leaving = rd_kafka_topic_partition_list_copy(partitions);
}

static void rebalance(rd_kafka_t *group, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t *partitions, void *opaque) {
  struct kafka *kafka = opaque;
  if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
    on_assign(kafka, partitions);
  else if (error == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS && !rd_kafka_assignment_lost(group))
    on_revoke(kafka, partitions);
  else
    on_lost(kafka, partitions);
}

void group_callbacks(rd_kafka_conf_t *conf) { rd_kafka_conf_set_rebalance_cb(conf, rebalance); }

void kafka_given_up(struct kafka *kafka, uint32_t shard) {
  struct group_state *members = &kafka->members;
  if (shard >= kafka->shards || !members->owed[shard]) return;
  members->owed[shard] = false;
  if (--members->owing > 0) return;
  give_back(kafka, members->leaving);
  leaving_forget(kafka);
}

enum status kafka_join(struct kafka *kafka, struct fault *fault) {
  rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, kafka->topics[TOPIC_EVENTS], RD_KAFKA_PARTITION_UA);
  rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(kafka->group);
  queue_wakes(kafka, queue);
  rd_kafka_queue_destroy(queue);
  rd_kafka_resp_err_t error = rd_kafka_subscribe(kafka->group, topics);
  rd_kafka_topic_partition_list_destroy(topics);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return trouble(kafka, fault, error, "join the group for", kafka->topics[TOPIC_EVENTS], -1);
  kafka->members.joined = kafka->members.asked = true;
  return STATUS_OK;
}

bool group_destroyable(const struct kafka *kafka) {
  return rd_kafka_version() >= 0x02030000 || kafka->members.assigned || !kafka->members.asked;
}

bool kafka_member(const struct kafka *kafka) {
  char *id = rd_kafka_memberid(kafka->group);
  const bool member = id != NULL && id[0] != 0;
  if (id != NULL) rd_kafka_mem_free(kafka->group, id);
  return member;
}

void kafka_leave(struct kafka *kafka) {
  if (!kafka->members.joined) return;
  kafka->members.joined = false;
  (void)rd_kafka_unsubscribe(kafka->group); /* calls back with all that is held */
}

/* Errors that stay until a person acts end the run; librdkafka gets over the others by itself. */
static enum status group_event(struct kafka *kafka, const rd_kafka_message_t *message, struct fault *fault) {
  char text[256];
  switch (message->err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR: return STATUS_OK; /* fetched before the pause took hold */
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      snprintf(text, sizeof text, "be in the group %s for", kafka->settings.group);
      return trouble(kafka, fault, message->err, text, kafka->topics[TOPIC_EVENTS], -1);
    case RD_KAFKA_RESP_ERR__FATAL:
      (void)rd_kafka_fatal_error(kafka->group, text, sizeof text);
      return fault_set(fault, STATUS_SERVICE, "Kafka at %s: the group ended this member: %s; start it again", kafka->broker, text);
    default: break;
  }
  if (kafka->settings.say != NULL) kafka->settings.say(kafka->settings.say_self, LOG_WARNING, rd_kafka_message_errstr(message));
  return STATUS_OK;
}

static enum status group_serve(struct kafka *kafka, struct fault *fault) {
  enum status status = STATUS_OK;
  rd_kafka_message_t *message = NULL;
  while (status == STATUS_OK && kafka->members.count == 0 && (message = rd_kafka_consumer_poll(kafka->group, 0)) != NULL) {
    status = group_event(kafka, message, fault);
    rd_kafka_message_destroy(message);
  }
  if (kafka->members.status == STATUS_OK) return status;
  *fault = kafka->members.fault;
  status = kafka->members.status;
  kafka->members.status = STATUS_OK;
  return status;
}

enum status kafka_group(struct kafka *kafka, struct group_change *changes, uint32_t capacity, uint32_t *count, struct fault *fault) {
  struct group_state *members = &kafka->members;
  *count = 0;
  (void)rd_kafka_poll(kafka->admin, 0);
  answers_drop(kafka);
  if (members->count == 0) {
    enum status status = group_serve(kafka, fault);
    if (status != STATUS_OK) return status;
  }
  while (*count < capacity && members->count > 0) {
    changes[(*count)++] = members->changes[members->first];
    members->first = (members->first + 1) % members->capacity;
    members->count--;
  }
  return STATUS_OK;
}

void group_fini(struct kafka *kafka) {
  struct group_state *members = &kafka->members;
  members->closing = true; /* nobody will give anything up any more */
  if (members->leaving != NULL) give_back(kafka, members->leaving);
  if (kafka->group != NULL && members->changes != NULL) (void)rd_kafka_consumer_close(kafka->group);
  leaving_forget(kafka);
  free(members->changes);
  free(members->owed);
  free(members->held);
}
