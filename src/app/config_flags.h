/* -c and -X of commands that only read: what a run would be configured with, so that they answer as it would. */
#ifndef GIFTD_APP_CONFIG_FLAGS_H
#define GIFTD_APP_CONFIG_FLAGS_H

#include "app.h"
#include "giftd/campaign.h"
#include "giftd/config.h"

#define CONFIG_FLAGS_MOST 64u

struct config_flags {
  const char *file; /* -c, or NULL: GIFTD_CONFIG, else none */
  const char *assignments[CONFIG_FLAGS_MOST];
  uint32_t assignment_count;
};
/* -X: false when there are too many; it was told. */
bool config_flags_set(struct config_flags *flags, const char *command, const char *assignment);

/* A configuration with its texts. */
struct config_given {
  struct config config;
  struct arena arena;
  void *memory;
};
enum status config_given_open(const struct config_flags *flags, struct config_given *out, struct fault *fault) MUST_USE;
void config_given_close(struct config_given *given);
/* The path that an option was set to; NULL: nobody set it. */
const char *config_given_path(struct config_given *given, enum config_key key);
struct run_times config_given_times(const struct config_given *given);

#endif
