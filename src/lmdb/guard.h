/* Damage that LMDB can only meet as a signal or a failed assertion of its own: told in one message instead of a crash. */
#ifndef GIFTD_LMDB_GUARD_H
#define GIFTD_LMDB_GUARD_H

#include "giftd/base.h"

#include <lmdb.h>

/* From here on a bus error or a fault inside the mapped data file, or an assertion of LMDB, ends the process with one message and code 2.
 */
void guard_open(MDB_env *env, const char *folder);
void guard_close(void);
/* Runs `walk` so that such damage makes this false instead. Not to be nested. */
bool guard_survives(bool (*walk)(void *self), void *self);

#endif
