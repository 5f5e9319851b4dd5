/* The state folder itself: made, recognised, taken for this process alone. */
#ifndef GIFTD_LMDB_FOLDER_H
#define GIFTD_LMDB_FOLDER_H

#include "giftd/base.h"

/* Makes the folder when missing, refuses one that holds somebody else's files, and locks it. *lock is held until it is closed. */
enum status folder_take(const char *folder, int *lock, struct fault *fault) MUST_USE;

#endif
