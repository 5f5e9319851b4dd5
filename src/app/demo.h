/* What the two halves of `giftd demo` share: the run (demo.c) and what is told of it (demo_tell.c). */
#ifndef GIFTD_APP_DEMO_H
#define GIFTD_APP_DEMO_H

#include "giftd/embedded.h"
#include "giftd/traffic.h"
#include "project.h"

struct demo_flags {
  int64_t events, customers, seed;
  const char *dir, *generate, *campaigns;
  bool json, quiet, chinese;
};

/* What became of one campaign. */
struct demo_tally {
  uint64_t gifts, chances, undone;
  int64_t money, points;           /* issued */
  int64_t money_back, points_back; /* of it taken back or owed */
};

/* Something worth asking `giftd explain` about. */
struct demo_example {
  bool found;
  enum reason reason;
  int64_t interest;
  char reward[ID22_BYTES + 1], customer[LIMIT_ID_BYTES + 1], rule[160];
  int64_t time_ms;
};

struct demo {
  struct demo_flags flags;
  struct traffic_counts traffic;
  char dir[PROJECT_PATH_BYTES], config[PROJECT_PATH_BYTES], program[PROJECT_PATH_BYTES], campaigns[PROJECT_PATH_BYTES];
  struct service *service;
  struct embedded *embedded;  /* its engine */
  struct demo_tally *tallies; /* one a campaign */
  struct demo_example given, refused;
  int64_t generated_ms; /* how long the traffic took to make */
};

/* To stdout: tables for people, or one JSON object. STATUS_*: a pool could not be read. */
enum status demo_tell(struct demo *demo, struct fault *fault) MUST_USE;

#endif
