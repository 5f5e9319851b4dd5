/* `giftd check --against`: what a set of campaign files changes against those that run. */
#ifndef GIFTD_APP_AGAINST_H
#define GIFTD_APP_AGAINST_H

#include "config_flags.h"

/* Prints every change, a line each. `other` is a state folder (its manifest and clock), or files and folders of campaigns (then it is now).
 * `given`: what the run is configured with. *refused: how many would be. */
enum status against_tell(const struct loaded *loaded, const char *other, struct config_given *given, bool json, uint32_t *refused,
                         struct fault *fault) MUST_USE;

#endif
