/* What a shard writes, each kind in the form its readers want: a reward is a CloudEvent in binary mode with the customer as its key;
 * decisions are lines, many in a record, since nobody reads them one by one; journal, checkpoint and messages are the ledger's own bytes.
 * Everything goes to the partition that has the shard's number, so one customer's rewards stay in order; a message goes to its receiver's.
 */
#include <stdio.h>
#include <string.h>

#include "inside.h"

static enum status send_reward(struct kafka_shard *shard, struct str line, struct fault *fault) {
  char memory[4096]; /* of attributes that were escaped: ids and names, a traceparent */
  struct arena arena;
  struct record_parts parts;
  arena_init(&arena, memory, sizeof memory);
  const bool whole = record_parts(line, &arena, &parts);
  assert(whole); /* it is ours */
  (void)whole;
  struct record record = {.key = parts.key,
                          .value = parts.data,
                          .has_key = true,
                          .has_value = true,
                          .partition = shard->shard,
                          .headers = cloudevent_headers(&parts)};
  return writer_send(shard->writer, TOPIC_REWARDS, &record, fault);
}

/* ---- decisions: whole lines, up to PACK_BYTES in a record ---- */

static enum status send_decisions(struct kafka_shard *shard, struct str lines, struct fault *fault) {
  struct record record = {.value = lines, .has_value = true, .partition = shard->shard};
  return writer_send(shard->writer, TOPIC_DECISIONS, &record, fault);
}

enum status outputs_finish(struct kafka_shard *shard, struct fault *fault) {
  struct writer *writer = shard->writer;
  if (writer->pack_length == 0) return STATUS_OK;
  struct str lines = {writer->pack, writer->pack_length};
  writer->pack_length = 0;
  return send_decisions(shard, lines, fault);
}

/* As many whole lines as fit into `room`; at least one. */
static size_t lines_fitting(struct str bytes, size_t room) {
  if (bytes.length <= room) return bytes.length;
  const char *last = memrchr(bytes.at, '\n', room);
  if (last != NULL) return (size_t)(last - bytes.at) + 1;
  const char *first = memchr(bytes.at, '\n', bytes.length);
  return first != NULL ? (size_t)(first - bytes.at) + 1 : bytes.length;
}

static enum status pack_decisions(struct kafka_shard *shard, struct str bytes, struct fault *fault) {
  struct writer *writer = shard->writer;
  enum status status = STATUS_OK;
  while (status == STATUS_OK && bytes.length > 0) {
    size_t room = PACK_BYTES - writer->pack_length, part = lines_fitting(bytes, room);
    if (part <= room) {
      memcpy(writer->pack + writer->pack_length, bytes.at, part);
      writer->pack_length += part;
      bytes = str_from(bytes, part);
    } else if (writer->pack_length > 0) {
      status = outputs_finish(shard, fault);
    } else { /* one line, larger than a pack */
      status = send_decisions(shard, (struct str){bytes.at, part}, fault);
      bytes = str_from(bytes, part);
    }
  }
  return status;
}

/* ---- the port ---- */

enum status shard_append(void *self, enum output output, uint32_t which, struct str bytes, struct fault *fault) {
  struct kafka_shard *shard = self;
  struct record message = {.value = bytes, .has_value = true, .partition = which};
  assert(shard->writer != NULL && shard->writer->open);
  switch (output) {
    case OUTPUT_REWARDS: return send_reward(shard, bytes, fault);
    case OUTPUT_DECISIONS: return pack_decisions(shard, bytes, fault);
    case OUTPUT_DLQ: return dead_append(shard, bytes, fault);
    case OUTPUT_MESSAGES: break;
  }
  assert(which < shard->kafka->shards);
  return writer_send(shard->writer, TOPIC_MESSAGES, &message, fault);
}

enum status shard_append_journal(void *self, struct str bytes, struct fault *fault) {
  struct kafka_shard *shard = self;
  struct record record = {.value = bytes, .has_value = true, .partition = shard->shard};
  assert(shard->writer != NULL && shard->writer->open);
  return writer_send(shard->writer, TOPIC_JOURNAL, &record, fault);
}

enum status shard_append_bucket(void *self, uint32_t bucket, struct str bytes, struct fault *fault) {
  struct kafka_shard *shard = self;
  char key[16];
  int length = snprintf(key, sizeof key, "%u", bucket);
  struct record record = {.key = {key, (size_t)length}, .value = bytes, .has_key = true, .has_value = true, .partition = shard->shard};
  assert(shard->writer != NULL && shard->writer->open);
  return writer_send(shard->writer, TOPIC_CHECKPOINT, &record, fault);
}
