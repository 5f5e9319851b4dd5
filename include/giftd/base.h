/* The base room: what every other room may use. Pure: no clock, socket, file, heap, randomness, environment. */
#ifndef GIFTD_BASE_H
#define GIFTD_BASE_H

#include "giftd/base/hash.h"
#include "giftd/base/json.h"
#include "giftd/base/limits.h"
#include "giftd/base/mac.h"
#include "giftd/base/memory.h"
#include "giftd/base/money.h"
#include "giftd/base/mutant.h"
#include "giftd/base/partition.h"
#include "giftd/base/scan.h"
#include "giftd/base/status.h"
#include "giftd/base/str.h"
#include "giftd/base/time.h"

#endif
