/* See config_flags.h. */
#include "config_flags.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "giftd/load.h"
#include "help.h"

#define ARENA_BYTES (1024u * 1024u)

bool config_flags_set(struct config_flags *flags, const char *command, const char *assignment) {
  if (flags->assignment_count < CONFIG_FLAGS_MOST) {
    flags->assignments[flags->assignment_count++] = assignment;
    return true;
  }
  (void)help_bad_usage(command, "-X is given more than %u times; put the options into a file and name it with -c", CONFIG_FLAGS_MOST);
  return false;
}

static enum status values_take(const struct config_flags *flags, const struct option *options, struct config *config, struct fault *fault) {
  enum status status = STATUS_OK;
  for (const struct option *option = options; option->name != NULL && status == STATUS_OK; option++) {
    if (option->val < OPTION_FLAG(0) || flags->values[option->val - OPTION_FLAG(0)] == NULL) continue;
    char name[32];
    (void)snprintf(name, sizeof name, "--%s", option->name);
    status = config_set(config, (enum config_key)(option->val - OPTION_FLAG(0)), flags->values[option->val - OPTION_FLAG(0)], name, fault);
  }
  return status;
}

enum status config_given_open(const struct config_flags *flags, const struct option *options, struct config_given *out,
                              struct fault *fault) {
  *out = (struct config_given){.memory = region_open(ARENA_BYTES)};
  if (out->memory == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  arena_init(&out->arena, out->memory, ARENA_BYTES);
  config_init(&out->config, &out->arena);
  const enum status status = config_load(&out->config, flags->file, environ, flags->assignments, flags->assignment_count, fault);
  return status == STATUS_OK ? values_take(flags, options, &out->config, fault) : status;
}

void config_given_close(struct config_given *given) {
  if (given->memory == NULL) return;
  explicit_bzero(given->memory, given->arena.used);
  region_close(given->memory, ARENA_BYTES);
  given->memory = NULL;
}

const char *config_given_path(struct config_given *given, enum config_key key) {
  if (!config_is_set(&given->config, key) || given->config.values[key].place == CONFIG_FROM_DEFAULT) return NULL;
  return arena_copy(&given->arena, config_text(&given->config, key)).at;
}

struct run_times config_given_times(const struct config_given *given) {
  return (struct run_times){config_number(&given->config, CONFIG_EVENTS_HORIZON), config_number(&given->config, CONFIG_EVENTS_MEMORY)};
}
