/* Known answers: murmur2 of org.apache.kafka.common.utils.UtilsTest, CRC-32 of the check value that every table of CRCs names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "giftd/base.h"

#define MANY 1000003u

static void murmur2_is_javas(void **unused) {
  (void)unused;
  static const struct {
    const char *key;
    int32_t hash;
  } known[] = {{"21", -973932308},
               {"foobar", -790332482},
               {"a-little-bit-long-string", -985981536},
               {"a-little-bit-longer-string", -1486304829},
               {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
               {"abc", 479470107}};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    assert_int_equal(partition_choose(PARTITIONER_MURMUR2, str_of(known[i].key), MANY), ((uint32_t)known[i].hash & 0x7fffffffu) % MANY);
}

static void consistent_is_crc32(void **unused) {
  (void)unused;
  assert_int_equal(partition_choose(PARTITIONER_CONSISTENT, STR("123456789"), MANY), 0xcbf43926u % MANY);
  assert_int_equal(partition_choose(PARTITIONER_CONSISTENT, STR("a"), MANY), 0xe8b7be43u % MANY);
}

static void names_are_the_options(void **unused) {
  (void)unused;
  for (enum partitioner partitioner = PARTITIONER_MURMUR2; partitioner < PARTITIONER_COUNT; partitioner++)
    assert_int_equal(partitioner_of(str_of(partitioner_name(partitioner))), partitioner);
  assert_int_equal(partitioner_of(STR("murmur3")), PARTITIONER_COUNT);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(murmur2_is_javas), cmocka_unit_test(consistent_is_crc32),
                                     cmocka_unit_test(names_are_the_options)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
