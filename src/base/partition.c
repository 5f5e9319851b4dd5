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

/* Four bits at a time: a table of 64 bytes stays at hand beside what the shard has in its cache. */
static uint32_t crc32_of(struct str key) {
  static const uint32_t table[16] = {0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu, 0x76dc4190u, 0x6b6b51f4u,
                                     0x4db26158u, 0x5005713cu, 0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu,
                                     0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu};
  uint32_t crc = 0xffffffffu;
  for (size_t i = 0; i < key.length; i++) {
    crc ^= (unsigned char)key.at[i];
    crc = crc >> 4 ^ table[crc & 15];
    crc = crc >> 4 ^ table[crc & 15];
  }
  return ~crc;
}

static const char *const names[PARTITIONER_COUNT] = {
    [PARTITIONER_MURMUR2] = "murmur2", [PARTITIONER_CONSISTENT] = "consistent", [PARTITIONER_OTHER] = "other"};

const char *partitioner_name(enum partitioner partitioner) {
  assert(partitioner < PARTITIONER_COUNT);
  return names[partitioner];
}

enum partitioner partitioner_of(struct str name) {
  enum partitioner found = PARTITIONER_MURMUR2;
  while (found < PARTITIONER_COUNT && !str_equal(name, str_of(names[found]))) found++;
  return found;
}

uint32_t partition_choose(enum partitioner partitioner, struct str key, uint32_t count) {
  assert(count > 0 && key.length > 0 && partitioner < PARTITIONER_OTHER);
  uint32_t hash = partitioner == PARTITIONER_MURMUR2 ? murmur2(key) & 0x7fffffffu : crc32_of(key);
  return hash % count;
}
