/* Words of readiness that runs on files and on Kafka share. */
#ifndef GIFTD_APP_WATCH_TEXT_H
#define GIFTD_APP_WATCH_TEXT_H

#include "giftd/http.h"

/* How many campaigns there are, the rulebook's digest (as decisions quote it; empty: not told), and whether the last reload was refused
 * (wall clock; 0: it was not): events go on by the old ones. */
void watch_campaigns_text(struct http_check *check, int64_t count, struct str digest, int64_t refused_ms);

#endif
