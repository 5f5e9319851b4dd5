/* From options to settings: the one place where names of the configuration meet those of the rooms. */
#ifndef GIFTD_APP_RUN_SETTINGS_H
#define GIFTD_APP_RUN_SETTINGS_H

#include "giftd/cluster.h"
#include "giftd/config.h"
#include "giftd/embedded.h"
#include "giftd/kafka.h"

struct run_settings {
  struct service_settings service;
  struct embedded_settings embedded; /* of a run on files */
  struct cluster_settings cluster;   /* of one on Kafka; group.open is the command's */
  struct kafka_settings kafka;
  const char *campaigns[2]; /* what service.campaigns points to */
  struct kafka_pair pairs[CONFIG_PASSED];
};

/* Texts live in `arena`, secrets too: wipe it. Pointers lead into *out: it stays where it is. */
enum status run_settings_fill(const struct config *config, struct arena *arena, bool once, struct run_settings *out,
                              struct fault *fault) MUST_USE;
/* The part of it that `giftd topics` needs. */
enum status run_kafka_fill(const struct config *config, struct arena *arena, struct kafka_pair pairs[CONFIG_PASSED],
                           struct kafka_settings *out, struct fault *fault) MUST_USE;

#endif
