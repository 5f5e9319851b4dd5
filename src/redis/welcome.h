/* What is said to a Redis first, and whether it may hold a view: version, policy, role. Asked at every connect, since what comes back after
 * a restart or behind a moved address may be another server. */
#ifndef GIFTD_REDIS_WELCOME_H
#define GIFTD_REDIS_WELCOME_H

#include "command.h"
#include "giftd/redis.h"

/* The name comes last: it may be refused, and an error that comes unasked (no room for a client) must meet a step that may not. */
enum greet { GREET_AUTH, GREET_SELECT, GREET_INFO, GREET_SCRIPT, GREET_NAME, GREET_COUNT };

/* False: this step is not wanted. */
bool greet_command(const struct redis *redis, uint32_t shard, enum greet greet, struct command *command);
/* Whether a refusal of this step ends the attempt. */
bool greet_needed(enum greet greet);
/* Judges the text of INFO. */
enum status welcome_judge(struct str info, struct fault *fault) MUST_USE;
/* Keeps the digest SCRIPT LOAD gave: 40 hexadecimal digits. */
enum status welcome_script(struct str digest, char out[41], struct fault *fault) MUST_USE;

#endif
