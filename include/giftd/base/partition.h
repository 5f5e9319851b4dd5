/* Which partition a producer gives a key: what decides in which shard a customer lives. The two ways that producers of all
 * languages have; of another one it can only be said that it is another. */
#ifndef GIFTD_BASE_PARTITION_H
#define GIFTD_BASE_PARTITION_H

#include <stdint.h>

#include "giftd/base/str.h"

enum partitioner {
  PARTITIONER_MURMUR2,    /* Java's default; librdkafka's murmur2 and murmur2_random */
  PARTITIONER_CONSISTENT, /* CRC-32: librdkafka's default (consistent_random), and with it that of Confluent's clients for Python, Go
                             and .NET, and kcat's. Sarama's default is neither: set its partitioner */
  PARTITIONER_OTHER,      /* one that giftd cannot compute */
  PARTITIONER_COUNT
};
/* As events.partitioner says it (docs/CONFIGURATION.md). */
const char *partitioner_name(enum partitioner partitioner);
/* PARTITIONER_COUNT: no such name. */
enum partitioner partitioner_of(struct str name);
/* Of `count` partitions, for a key that is not empty (a producer deals out empty ones at random). Not for PARTITIONER_OTHER. */
uint32_t partition_choose(enum partitioner partitioner, struct str key, uint32_t count);

#endif
