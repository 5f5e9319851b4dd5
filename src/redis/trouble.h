/* What Redis answers instead of doing it, in words for the operator. */
#ifndef GIFTD_REDIS_TROUBLE_H
#define GIFTD_REDIS_TROUBLE_H

#include "giftd/base.h"

/* The fault for an error text of Redis: what it means, who must act, what to do. */
enum status trouble_told(struct str error, struct fault *fault);

#endif
