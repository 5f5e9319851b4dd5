/* The lmdb room: the view port on an embedded store (LMDB), where one transaction is one commit (ARCHITECTURE.md, "Embedded").
 *
 * A state folder holds `data.mdb` and `lock.mdb` (LMDB's own) and `giftd.lock`, which one running giftd holds. Every record carries a
 * checksum over its key and bytes, so that damage is told and never decided on. A record "m:format" says that the folder is giftd's and of
 * which form.
 *
 *     lmdb_open -> port: load, store ... -> lmdb_commit        what was stored is seen by load at once, by others after the commit
 *
 * Statuses: STATUS_STATE - the folder is foreign, newer, cut or damaged; STATUS_STORAGE - held by another giftd, not writable, disk full.
 * Damage that LMDB meets in the middle of its work (a bus error on a file that was cut, a failed assertion inside it) ends the process with
 * one message and exit code 2: no library call can be trusted after it.
 */
#ifndef GIFTD_LMDB_H
#define GIFTD_LMDB_H

#include "giftd/shard.h"

struct lmdb;

struct lmdb_settings {
  const char *folder; /* made when missing (its parent must exist) */
  uint64_t map_bytes; /* address space reserved at first; 0: 64 GiB, less where the system refuses. It is doubled when half is used */
};

enum status lmdb_open(const struct lmdb_settings *settings, struct lmdb **out, struct fault *fault) MUST_USE;
/* For loads alone, of the last commit; whether a giftd holds the folder or not. STATUS_USAGE: there is no state in it. */
enum status lmdb_open_to_read(const char *folder, struct lmdb **out, struct fault *fault) MUST_USE;
/* What was not committed is dropped. NULL is fine. */
void lmdb_close(struct lmdb *lmdb);
struct view_port lmdb_port(struct lmdb *lmdb);
/* All or nothing: after any other status nothing of the open batch is there, and the store is to be closed. */
enum status lmdb_commit(struct lmdb *lmdb, struct fault *fault) MUST_USE;
/* Bytes of the data file in use, and records in it. */
uint64_t lmdb_bytes(const struct lmdb *lmdb);
uint64_t lmdb_records(const struct lmdb *lmdb);

#endif
