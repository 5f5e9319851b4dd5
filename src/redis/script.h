/* The one script that writes: its text, and the call of it for a store_write. */
#ifndef GIFTD_REDIS_SCRIPT_H
#define GIFTD_REDIS_SCRIPT_H

#include "command.h"
#include "giftd/redis.h"

extern const char *const SCRIPT_TEXT;
#define GENERATION_BYTES 16u
#define SEGMENT_FORM 1u /* of the keys and of the fields of a segment (schemas/redis.md) */

struct script_call {
  const char *digest;     /* of the script on this server */
  const char *name;       /* of this giftd */
  uint32_t shard;         /* whose segment */
  const char *generation; /* the one that is written to; with create: a new one */
  const struct store_write *write;
  redis_counter_reader *reader; /* NULL: no readable counters */
  void *reader_self;
};

void script_call(struct command *command, const struct script_call *call);

#endif
