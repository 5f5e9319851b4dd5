/* Which key it is, who may set it, who wins. Keys of Kafka are passed through, but a secret among them must stand in a file of its own:
 * kafka.sasl.password_file names it. */
#include <assert.h>

#include "value.h"

enum config_key config_find(struct str key) {
  for (unsigned i = 0; i < CONFIG_KEY_COUNT; i++) {
    if (str_equal(key, str_of(config_options[i].key))) return (enum config_key)i;
  }
  return CONFIG_KEY_COUNT;
}

/* Near by letters, or a word left out in front or behind: "dir" and "output" are both near "output.dir". */
static unsigned key_distance(struct str asked, struct str known) {
  const unsigned distance = str_distance(asked, known, 4);
  if (asked.length >= 3 && known.length > asked.length &&
      (str_starts(known, asked) || str_equal(str_from(known, known.length - asked.length), asked))) {
    return distance < 2 ? distance : 2;
  }
  return distance;
}

struct str config_near(struct str key) {
  struct str near = {NULL, 0};
  unsigned best = 5;
  for (unsigned i = 0; i < CONFIG_KEY_COUNT; i++) {
    const unsigned distance = key_distance(key, str_of(config_options[i].key));
    if (distance < best) best = distance, near = str_of(config_options[i].key);
  }
  return near;
}

/* kafka.NAME, where a name is what librdkafka calls its options: letters, digits, '.', '_', '-'. */
bool config_is_passed(struct str key) {
  if (!str_starts(key, STR("kafka."))) return false;
  return str_is_id(str_from(key, 6)) && memchr(key.at, ':', key.length) == NULL;
}

static bool str_contains(struct str text, struct str part) {
  for (size_t i = 0; i + part.length <= text.length; i++) {
    if (memcmp(text.at + i, part.at, part.length) == 0) return true;
  }
  return false;
}

static bool str_ends(struct str text, struct str end) {
  return text.length >= end.length && str_equal(str_from(text, text.length - end.length), end);
}

struct str config_secret_name(struct str key) {
  const struct str end = STR("_file");
  if (!str_ends(key, end)) return (struct str){NULL, 0};
  const struct str name = {key.at, key.length - end.length};
  return config_is_secret(name) ? name : (struct str){NULL, 0};
}

bool config_is_secret(struct str key) {
  if (str_ends(key, STR("_file")) || str_ends(key, STR(".url"))) return false; /* they say where one is */
  static const char *const words[] = {"password", "passwd", "secret", "token", "jaas", "ssl.key.pem", "private"};
  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
    if (str_contains(key, str_of(words[i]))) return true;
  }
  return false;
}

static enum status assign_passed(struct config *config, struct str key, struct str text, const struct config_source *source,
                                 struct fault *fault) {
  if (str_ends(key, STR("ssl.key.pem")))
    return fault_set(fault, STATUS_USAGE, "%.*s holds a secret; write kafka.ssl.key.location = /path/of/it", STR_FORMAT(key));
  if (config_is_secret(key)) {
    return fault_set(fault, STATUS_USAGE,
                     "%.*s holds a secret, which never stands in a configuration; put it into a file and write %.*s_file = /path/of/it",
                     STR_FORMAT(key), STR_FORMAT(key));
  }
  for (uint32_t i = 0; i < config->passed_count; i++) {
    struct config_passed *known = &config->passed[i];
    if (!str_equal(known->key, key)) continue;
    if (source->place >= known->place)
      *known = (struct config_passed){known->key, arena_copy(config->arena, text), source->where, source->place};
    return STATUS_OK;
  }
  if (config->passed_count == CONFIG_PASSED)
    return fault_set(fault, STATUS_USAGE, "more than %u kafka.* keys; leave some out", CONFIG_PASSED);
  config->passed[config->passed_count++] =
      (struct config_passed){arena_copy(config->arena, key), arena_copy(config->arena, text), source->where, source->place};
  return STATUS_OK;
}

static enum status unknown_key(struct str key, struct fault *fault) {
  const struct str near = config_near(key);
  const int shown = key.length > 80 ? 80 : (int)key.length;
  if (near.length > 0)
    return fault_set(fault, STATUS_USAGE, "'%.*s' is not an option; did you mean '%.*s'?", shown, key.at, STR_FORMAT(near));
  return fault_set(fault, STATUS_USAGE, "'%.*s' is not an option; giftd config docs lists all of them", shown, key.at);
}

enum status config_assign(struct config *config, struct str key, struct str text, const struct config_source *source, struct fault *fault) {
  if (text.length > CONFIG_VALUE_BYTES)
    return fault_set(fault, STATUS_USAGE, "the value of %.*s has %zu bytes; at most %u are allowed", STR_FORMAT(key), text.length,
                     CONFIG_VALUE_BYTES);
  if (config_is_passed(key)) return assign_passed(config, key, text, source, fault);
  const enum config_key found = config_find(key);
  if (found == CONFIG_KEY_COUNT) return unknown_key(key, fault);
  int64_t number = 0;
  const enum status status = config_check(&config_options[found], text, &number, fault);
  if (status != STATUS_OK) return status;
  struct config_value *value = &config->values[found];
  if (source->place >= value->place) *value = (struct config_value){arena_copy(config->arena, text), number, source->place, source->where};
  return STATUS_OK;
}

void config_init(struct config *config, struct arena *arena) {
  memset(config, 0, sizeof(*config));
  config->arena = arena;
  for (unsigned i = 0; i < CONFIG_KEY_COUNT; i++) {
    const struct config_option *option = &config_options[i];
    struct config_value *value = &config->values[i];
    struct fault fault;
    *value = (struct config_value){str_of(option->default_text), 0, CONFIG_FROM_DEFAULT, STR("default")};
    if (value->text.length == 0) continue;
    const enum status status = config_check(option, value->text, &value->number, &fault);
    assert(status == STATUS_OK && "a default obeys its own row");
    (void)status;
  }
}
