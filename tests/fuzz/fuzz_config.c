/* The configuration's reader before hostile bytes. Beside "no crash, no read outside": a refusal has words, every value that was taken is
 * one that its own option accepts, and what is printed of it is JSON and can be read back.
 */
#include <stdlib.h>

#include "giftd/config.h"
#include "value.h"

#define CHECK(condition) ((condition) ? (void)0 : abort())

static unsigned char memory[4u << 20];
static char printed[2u << 20];

static void check_values(const struct config *config) {
  struct fault fault;
  int64_t number = 0;
  for (unsigned i = 0; i < CONFIG_KEY_COUNT; i++) {
    const struct config_value *value = &config->values[i];
    if (value->place == CONFIG_FROM_DEFAULT) continue;
    CHECK(config_check(&config_options[i], value->text, &number, &fault) == STATUS_OK && number == value->number);
    CHECK(value->where.length > 0);
  }
  CHECK(config->passed_count <= CONFIG_PASSED);
  for (uint32_t i = 0; i < config->passed_count; i++) CHECK(config_is_passed(config->passed[i].key));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct config config;
  struct fault fault = {0};
  struct arena arena;
  struct buffer out;
  arena_init(&arena, memory, sizeof memory);
  config_init(&config, &arena);
  const enum status status = config_read(&config, STR("fuzz"), (struct str){(const char *)data, size}, &fault);
  check_values(&config);
  if (status != STATUS_OK) {
    CHECK(status == STATUS_USAGE && fault.text[0] != 0);
    return 0;
  }
  buffer_init(&out, printed, sizeof printed);
  config_print_json(&config, &out);
  struct json_cursor cursor = json_open(buffer_text(&out));
  CHECK(json_skip(&cursor) && json_done(&cursor));
  buffer_reset(&out);
  config_print(&config, true, &out);
  CHECK(!out.overflowed);
  config_init(&config, &arena);
  CHECK(config_read(&config, STR("again"), buffer_text(&out), &fault) == STATUS_OK);
  return 0;
}
