/* The notice board: every process of a group says a few times a minute which campaigns it runs, and sees what the others run. A hash with a
 * field for each, beside the keys of shard 0. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "link.h"
#include "trouble.h"

#define FORGET_MS 3600000 /* fields of processes that have gone are taken away */

struct redis_board {
  struct link link;
  struct command command;
};

enum status redis_board_open(struct redis *redis, struct redis_board **out, struct fault *fault) {
  struct redis_board *board = calloc(1, sizeof *board);
  *out = board;
  if (board == NULL) return fault_set(fault, STATUS_STORAGE, "no memory for the connection to Redis");
  board->link = (struct link){.redis = redis, .server = &redis->servers[0]};
  return STATUS_OK;
}

void redis_board_close(struct redis_board *board) {
  if (board == NULL) return;
  link_drop(&board->link);
  command_free(&board->command);
  free(board);
}

/* ---- a round trip ---- */

static void command_open(struct redis_board *board, const char *name) {
  command_begin(&board->command);
  command_text(&board->command, name);
  command_print(&board->command, "giftd:{%s:0}:members", board->link.redis->name);
}

static enum status notice_put(struct redis_board *board, struct str process, struct str rulebook, int64_t now_ms, struct fault *fault) {
  command_open(board, "HSET");
  command_add(&board->command, process);
  command_print(&board->command, "%.*s %" PRId64, STR_FORMAT(rulebook), now_ms);
  return link_add(&board->link, command_bytes(&board->command), fault);
}

static enum status notices_ask(struct redis_board *board, struct fault *fault) {
  command_open(board, "HGETALL");
  return link_send(&board->link, command_bytes(&board->command), fault);
}

static enum status notice_drop(struct redis_board *board, struct str process, struct fault *fault) {
  command_open(board, "HDEL");
  command_add(&board->command, process);
  return link_send(&board->link, command_bytes(&board->command), fault);
}

static enum status reply_take(struct redis_board *board, redisReply **reply, struct fault *fault) {
  enum status status = link_reply(&board->link, link_now_ms() + board->link.redis->answer_ms, reply, fault);
  if (status != STATUS_OK || (*reply)->type != REDIS_REPLY_ERROR) return status;
  (void)trouble_told((struct str){(*reply)->str, (*reply)->len}, fault);
  freeReplyObject(*reply);
  return link_named(&board->link, fault);
}

/* ---- reading ---- */

struct board_reading {
  struct str self;
  int64_t now_ms;
  struct redis_notice *others;
  uint32_t capacity, count;
  struct str gone; /* one that is long gone, or empty */
};

static void text_keep(char *out, size_t capacity, struct str text) { (void)snprintf(out, capacity, "%.*s", STR_FORMAT(text)); }

/* "0123456789abcdef 1790000000000" */
static void notice_read(struct board_reading *r, struct str process, struct str notice) {
  struct str rulebook, time;
  int64_t at_ms;
  if (str_equal(process, r->self) || !str_split(notice, ' ', &rulebook, &time) || !str_to_int64(time, &at_ms)) return;
  if (r->now_ms - at_ms > FORGET_MS) r->gone = process;
  if (r->now_ms - at_ms > REDIS_NOTICE_MS || at_ms - r->now_ms > REDIS_NOTICE_MS || r->count == r->capacity) return;
  struct redis_notice *other = &r->others[r->count++];
  text_keep(other->process, sizeof other->process, process);
  text_keep(other->rulebook, sizeof other->rulebook, rulebook);
}

static void notices_read(struct board_reading *r, const redisReply *reply) {
  for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i + 1 < reply->elements; i += 2) {
    const redisReply *field = reply->element[i], *value = reply->element[i + 1];
    if (field->type == REDIS_REPLY_STRING && value->type == REDIS_REPLY_STRING)
      notice_read(r, (struct str){field->str, field->len}, (struct str){value->str, value->len});
  }
}

static enum status gone_drop(struct redis_board *board, struct str gone, struct fault *fault) {
  redisReply *reply = NULL;
  if (gone.length == 0) return STATUS_OK;
  enum status status = notice_drop(board, gone, fault);
  if (status == STATUS_OK) status = reply_take(board, &reply, fault);
  if (status == STATUS_OK) freeReplyObject(reply);
  return status;
}

static enum status board_ask(struct redis_board *board, struct str rulebook, struct board_reading *r, struct fault *fault) {
  redisReply *reply = NULL;
  enum status status = link_connect(&board->link, fault);
  if (status == STATUS_OK) status = notice_put(board, r->self, rulebook, r->now_ms, fault);
  if (status == STATUS_OK) status = notices_ask(board, fault);
  if (status == STATUS_OK) status = reply_take(board, &reply, fault);
  if (status != STATUS_OK) return status;
  freeReplyObject(reply);
  status = reply_take(board, &reply, fault);
  if (status != STATUS_OK) return status;
  notices_read(r, reply);
  status = gone_drop(board, r->gone, fault); /* its name is in the reply */
  freeReplyObject(reply);
  return status;
}

enum status redis_board_ask(struct redis_board *board, struct str process, struct str rulebook, int64_t now_ms, struct redis_notice *others,
                            uint32_t capacity, uint32_t *count, struct fault *fault) {
  struct board_reading reading = {.self = process, .now_ms = now_ms, .others = others, .capacity = capacity};
  enum status status = board_ask(board, rulebook, &reading, fault);
  if (status != STATUS_OK) link_drop(&board->link);
  *count = reading.count;
  return status;
}
