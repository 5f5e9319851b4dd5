/* The partition of a key, as Apache Kafka's Java client (org.apache.kafka.common.utils.Utils.murmur2, made positive by its mask) and
 * librdkafka (zlib's CRC-32) compute it. The tests hold known answers of both. */
#include "giftd/base/partition.h"

#include <assert.h>
#include <string.h>

static uint32_t murmur2(struct str key) {
  const uint32_t mix = 0x5bd1e995u;
  uint32_t hash = 0x9747b28cu ^ (uint32_t)key.length;
  const unsigned char *at = (const unsigned char *)key.at;
  size_t left = key.length;
  for (; left >= 4; at += 4, left -= 4) {
    uint32_t word = (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    word *= mix;
    word ^= word >> 24;
    word *= mix;
    hash *= mix;
    hash ^= word;
  }
  for (size_t i = left; i-- > 0;) hash ^= (uint32_t)at[i] << (8 * i);
  if (left > 0) hash *= mix;
  hash ^= hash >> 13;
  hash *= mix;
  return hash ^ hash >> 15;
}

static uint32_t crc32_of(struct str key) {
  uint32_t crc = 0xffffffffu;
  for (size_t i = 0; i < key.length; i++) {
    crc ^= (unsigned char)key.at[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return ~crc;
}

uint32_t partition_choose(enum partitioner partitioner, struct str key, uint32_t count) {
  assert(count > 0 && key.length > 0);
  uint32_t hash = partitioner == PARTITIONER_MURMUR2 ? murmur2(key) & 0x7fffffffu : crc32_of(key);
  return hash % count;
}
