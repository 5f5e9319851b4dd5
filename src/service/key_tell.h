/* The warning of a run whose secret is none (id.key_file): whoever knows it, and the id of an event, knows what the event will win. */
#ifndef GIFTD_SERVICE_KEY_TELL_H
#define GIFTD_SERVICE_KEY_TELL_H

#include "giftd/campaign.h"
#include "giftd/config.h"

typedef void key_say(void *self, const char *text);

/* Says one line, or nothing when the key is a secret. `before`: the campaigns that it was said of already, and only those that draw now and
 * did not then are told of; NULL at the start, where it is said in any case. */
void key_tell(enum id_key key, const struct rulebook *now, const struct rulebook *before, key_say *say, void *self);

#endif
