/* The configuration of a command: -c, -X, and its flags that are options under another name, so that flag, environment, file and default
 * are one thing (docs/CONFIGURATION.md). Commands that only read answer as a run would that is configured so. */
#ifndef GIFTD_APP_CONFIG_FLAGS_H
#define GIFTD_APP_CONFIG_FLAGS_H

#include <getopt.h>

#include "app.h"
#include "giftd/campaign.h"
#include "giftd/config.h"

#define CONFIG_FLAGS_MOST 64u

struct config_flags {
  const char *file; /* -c, or NULL: GIFTD_CONFIG, else none */
  const char *assignments[CONFIG_FLAGS_MOST];
  uint32_t assignment_count;
  const char *values[CONFIG_KEY_COUNT]; /* of flags that are options */
};
/* What getopt_long returns for a flag that is an option. */
#define OPTION_FLAG(key) (256 + (int)(key))
/* -X: false when there are too many; it was told. */
bool config_flags_set(struct config_flags *flags, const char *command, const char *assignment);

/* A configuration with its texts; among them may be passwords, so closing wipes them. */
struct config_given {
  struct config config;
  struct arena arena;
  void *memory;
};
/* `options`: the command's flags, for those that are options. Close it after any status. */
enum status config_given_open(const struct config_flags *flags, const struct option *options, struct config_given *out,
                              struct fault *fault) MUST_USE;
void config_given_close(struct config_given *given);
/* The path that an option was set to; NULL: nobody set it. */
const char *config_given_path(struct config_given *given, enum config_key key);
struct run_times config_given_times(const struct config_given *given);

#endif
