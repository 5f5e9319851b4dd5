/* A command as Redis reads it (RESP: *count, then $length and bytes), put together in one piece of memory that grows and is kept. */
#ifndef GIFTD_REDIS_COMMAND_H
#define GIFTD_REDIS_COMMAND_H

#include "giftd/base.h"

struct command {
  char *memory;
  size_t length, capacity;
  uint32_t arguments;
};

void command_begin(struct command *command);
void command_add(struct command *command, struct str argument);
void command_text(struct command *command, const char *argument);
void command_number(struct command *command, uint64_t number);
/* giftd:{NAME:SHARD}:... */
void command_print(struct command *command, const char *format, ...) PRINTF_LIKE(2, 3);
/* Its bytes, until the next call. */
struct str command_bytes(struct command *command);
void command_free(struct command *command);

#endif
