/* The store on LMDB: one environment, its unnamed database, one write transaction that is open from the first load or store until the
 * commit. Loads go through that transaction too, so that they see what was stored in the open batch. */
#include "giftd/lmdb.h"
#include "folder.h"
#include "guard.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MAP_BYTES (64ull << 30)
#define MAP_LEAST (1ull << 20)
#define CHECK_BYTES 4u /* behind every record */
#define RECORD_MOST (LIMIT_STATE_BYTES + 8192u)
#define FORMAT_NAME "giftd state"
#define FORMAT_VERSION 1u

struct lmdb {
  MDB_env *env;
  MDB_dbi database;
  MDB_txn *txn;       /* open batch, or NULL */
  MDB_cursor *cursor; /* of the open batch, from its first store on; it goes with the batch */
  uint64_t map_bytes;
  char *folder;
  int lock; /* giftd.lock, held */
  bool reads_only;
};

/* ---- what LMDB's codes mean to people ---- */

/* LMDB calls a write that was cut short an input/output error; on a disk without room it is just that. */
static int true_cause(const struct lmdb *lmdb, int code) {
  struct statvfs disk;
  if (code != EIO || statvfs(lmdb->folder, &disk) != 0) return code;
  return (uint64_t)disk.f_bavail * disk.f_frsize < 1u << 20 ? ENOSPC : code;
}

static enum status lmdb_fault(const struct lmdb *lmdb, const char *verb, int code, struct fault *fault) {
  switch (code) {
    case MDB_INVALID:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_PANIC:
    case MDB_BAD_TXN:
      return fault_set(
          fault, STATUS_STATE,
          "the state in %s is damaged or not giftd's (%s: %s); restore it from a copy, or start over with empty state and output folders",
          lmdb->folder, verb, mdb_strerror(code));
    case MDB_VERSION_MISMATCH:
      return fault_set(fault, STATUS_STATE, "the state in %s was written by another version of LMDB (%s); use the giftd that wrote it",
                       lmdb->folder, mdb_strerror(code));
    case MDB_MAP_FULL:
      return fault_set(
          fault, STATUS_STORAGE,
          "the state in %s has outgrown the space reserved for it; nothing that was committed is lost: start again, and more is reserved",
          lmdb->folder);
    case ENOMEM:
      return fault_set(fault, STATUS_STORAGE, "the state in %s: the system has no memory or address space left (%s)", lmdb->folder, verb);
    default:
      return fault_set(fault, STATUS_STORAGE,
                       "the state in %s: cannot %s: %s; nothing that was committed is lost: make room, or repair the disk or its "
                       "permissions, then start again",
                       lmdb->folder, verb, mdb_strerror(true_cause(lmdb, code)));
  }
}

/* ---- the open batch ---- */

static uint64_t bytes_used(const struct lmdb *lmdb) {
  MDB_envinfo info;
  MDB_stat stat;
  if (mdb_env_info(lmdb->env, &info) != 0 || mdb_env_stat(lmdb->env, &stat) != 0) return 0;
  return (uint64_t)(info.me_last_pgno + 1) * stat.ms_psize;
}

/* Address space is cheap: it is doubled long before it is short, between two batches, when nothing points into the mapping. */
static enum status map_grow(struct lmdb *lmdb, struct fault *fault) {
  uint64_t used = bytes_used(lmdb), wanted = lmdb->map_bytes;
  while (used > wanted / 2) wanted *= 2;
  if (wanted == lmdb->map_bytes) return STATUS_OK;
  int code = mdb_env_set_mapsize(lmdb->env, wanted);
  if (code != 0) return lmdb_fault(lmdb, "reserve more space", code, fault);
  lmdb->map_bytes = wanted;
  guard_open(lmdb->env, lmdb->folder);
  return STATUS_OK;
}

static enum status batch_begin(struct lmdb *lmdb, struct fault *fault) {
  if (lmdb->txn != NULL) return STATUS_OK;
  enum status status = lmdb->reads_only ? STATUS_OK : map_grow(lmdb, fault);
  if (status != STATUS_OK) return status;
  int code = mdb_txn_begin(lmdb->env, NULL, lmdb->reads_only ? MDB_RDONLY : 0, &lmdb->txn);
  return code == 0 ? STATUS_OK : lmdb_fault(lmdb, "begin a transaction", code, fault);
}

static void batch_drop(struct lmdb *lmdb) {
  if (lmdb->txn != NULL) mdb_txn_abort(lmdb->txn);
  lmdb->txn = NULL, lmdb->cursor = NULL;
}

static uint64_t word_at(const char *at, size_t bytes) {
  uint64_t word = 0;
  memcpy(&word, at, bytes);
  return word;
}

/* Against damage, not against people: four lanes of multiplications, eight bytes a step, several times as fast as the keyed hash of base.
 * Any change of one word changes its lane for certain. The key is in it, so that a record under the wrong key is damage too. */
static uint32_t record_check(struct str key, struct str record) {
  const uint64_t odd = 0x9e3779b97f4a7c15u;
  uint64_t lanes[4] = {hash64(&HASH_KEY_FIXED, key), record.length, 1, 2};
  size_t at = 0;
  for (; at + 32 <= record.length; at += 32)
    for (unsigned i = 0; i < 4; i++) lanes[i] = (lanes[i] ^ word_at(record.at + at + 8 * i, 8)) * odd;
  for (unsigned i = 0; at < record.length; i++) {
    size_t bytes = record.length - at < 8 ? record.length - at : 8;
    lanes[i] = (lanes[i] ^ word_at(record.at + at, bytes)) * odd;
    at += bytes;
  }
  uint64_t mixed = 0;
  for (unsigned i = 0; i < 4; i++) mixed = (mixed ^ lanes[i] ^ lanes[i] >> 32) * odd;
  return (uint32_t)(mixed >> 32);
}

static enum status record_damaged(const struct lmdb *lmdb, struct str key, struct fault *fault) {
  return fault_set(fault, STATUS_STATE,
                   "the state in %s is damaged: the record under %.*s has a wrong checksum; restore it from a copy, or start over with "
                   "empty state and output folders",
                   lmdb->folder, (int)(key.length < 2 ? key.length : 2), key.at); /* keys of customers are not told */
}

static enum status port_load(void *self, struct str key, struct str *record, struct fault *fault) {
  struct lmdb *lmdb = self;
  *record = (struct str){NULL, 0};
  enum status status = batch_begin(lmdb, fault);
  if (status != STATUS_OK) return status;
  MDB_val name = {key.length, (void *)(uintptr_t)key.at}, value;
  int code = mdb_get(lmdb->txn, lmdb->database, &name, &value);
  if (code == MDB_NOTFOUND) return STATUS_OK;
  if (code != 0) return lmdb_fault(lmdb, "read a record", code, fault);
  if (value.mv_size < CHECK_BYTES) return record_damaged(lmdb, key, fault);
  *record = (struct str){value.mv_data, value.mv_size - CHECK_BYTES};
  uint32_t check;
  memcpy(&check, record->at + record->length, CHECK_BYTES);
  return check == record_check(key, *record) ? STATUS_OK : record_damaged(lmdb, key, fault);
}

/* Straight to its place in the batch. */
static void record_put(char *at, struct str key, struct str record) {
  uint32_t check = record_check(key, record);
  if (record.length > 0) memcpy(at, record.at, record.length);
  memcpy(at + record.length, &check, CHECK_BYTES);
}

/* Records come in order of their keys, so most belong beside the one before: a cursor looks there first and walks no tree. */
static enum status port_store(void *self, struct str key, struct str record, struct fault *fault) {
  struct lmdb *lmdb = self;
  assert(key.length > 0 && record.length <= RECORD_MOST);
  enum status status = batch_begin(lmdb, fault);
  if (status != STATUS_OK) return status;
  MDB_val name = {key.length, (void *)(uintptr_t)key.at}, value = {record.length + CHECK_BYTES, NULL};
  int code = lmdb->cursor == NULL ? mdb_cursor_open(lmdb->txn, lmdb->database, &lmdb->cursor) : 0;
  if (code == 0) code = mdb_cursor_put(lmdb->cursor, &name, &value, MDB_RESERVE);
  if (code == 0) {
    record_put(value.mv_data, key, record);
    return STATUS_OK;
  }
  batch_drop(lmdb); /* a transaction that failed is of no use */
  return lmdb_fault(lmdb, "write a record", code, fault);
}

/* ---- customers, in order of key ---- */

static int customers_read(MDB_cursor *cursor, struct str after, struct owner *out, uint32_t capacity, uint32_t *count) {
  char first = OWNER_CUSTOMER;
  MDB_val key = {after.length == 0 ? 1 : after.length, after.length == 0 ? &first : (void *)(uintptr_t)after.at}, value;
  int code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
  for (; code == 0 && *count < capacity; code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
    struct str name = {key.mv_data, key.mv_size};
    if (name.length == 0 || name.at[0] != OWNER_CUSTOMER) return 0; /* behind the last of them */
    if (value.mv_size > CHECK_BYTES && key_is_customer(name) && !str_equal(name, after))
      out[(*count)++] = owner_customer(str_from(name, 1));
  }
  return code == MDB_NOTFOUND ? 0 : code;
}

static enum status port_customers(void *self, struct str after, struct owner *out, uint32_t capacity, uint32_t *count, bool *ended,
                                  struct fault *fault) {
  struct lmdb *lmdb = self;
  MDB_cursor *cursor;
  *count = 0;
  enum status status = batch_begin(lmdb, fault);
  if (status != STATUS_OK) return status;
  int code = mdb_cursor_open(lmdb->txn, lmdb->database, &cursor);
  if (code != 0) return lmdb_fault(lmdb, "look for customers", code, fault);
  code = customers_read(cursor, after, out, capacity, count);
  mdb_cursor_close(cursor);
  *ended = *count == 0;
  return code == 0 ? STATUS_OK : lmdb_fault(lmdb, "look for customers", code, fault);
}

struct view_port lmdb_port(struct lmdb *lmdb) {
  return (struct view_port){.self = lmdb, .load = port_load, .store = port_store, .customers = port_customers};
}

enum status lmdb_commit(struct lmdb *lmdb, struct fault *fault) {
  if (lmdb->txn == NULL) return STATUS_OK;
  int code = mdb_txn_commit(lmdb->txn);
  lmdb->txn = NULL, lmdb->cursor = NULL;
  return code == 0 ? STATUS_OK : lmdb_fault(lmdb, "commit", code, fault);
}

/* ---- opening ---- */

struct walk {
  struct lmdb *lmdb;
  MDB_txn *txn;
  MDB_cursor *cursor;
};

/* Touches every page that is in use. */
static bool walk_all(void *self) {
  struct walk *walk = self;
  MDB_val key, value;
  uint64_t sum = 0;
  if (mdb_cursor_open(walk->txn, walk->lmdb->database, &walk->cursor) != 0) return false;
  int code = mdb_cursor_get(walk->cursor, &key, &value, MDB_FIRST);
  for (; code == 0; code = mdb_cursor_get(walk->cursor, &key, &value, MDB_NEXT))
    sum += hash64(&HASH_KEY_FIXED, (struct str){key.mv_data, key.mv_size}) +
           hash64(&HASH_KEY_FIXED, (struct str){value.mv_data, value.mv_size});
  return code == MDB_NOTFOUND && sum != 1; /* the sum is only there so that the bytes are read */
}

/* In a transaction that only reads: leaving it by a jump holds no lock. */
static bool walk_survives(struct lmdb *lmdb) {
  struct walk walk = {lmdb, NULL, NULL};
  if (mdb_txn_begin(lmdb->env, NULL, MDB_RDONLY, &walk.txn) != 0) return false;
  bool survived = guard_survives(walk_all, &walk);
  if (walk.cursor != NULL) mdb_cursor_close(walk.cursor);
  mdb_txn_abort(walk.txn);
  return survived;
}

/* A file shorter than LMDB's last page number says may be sound (pages taken and let go in one transaction are never written), or cut: then
 * every page is looked at once. */
static enum status length_check(struct lmdb *lmdb, struct fault *fault) {
  struct stat info;
  char path[PATH_MAX];
  (void)snprintf(path, sizeof path, "%s/data.mdb", lmdb->folder);
  if (stat(path, &info) != 0) return lmdb_fault(lmdb, "look at data.mdb", errno, fault);
  if ((uint64_t)info.st_size >= bytes_used(lmdb) || walk_survives(lmdb)) return STATUS_OK;
  return fault_set(fault, STATUS_STATE,
                   "the state in %s was cut: data.mdb has %lld bytes where %llu belong; restore it from a copy, or start over with empty "
                   "state and output folders",
                   lmdb->folder, (long long)info.st_size, (unsigned long long)bytes_used(lmdb));
}

static enum status format_check(const struct lmdb *lmdb, struct str record, uint64_t records, struct fault *fault) {
  struct str name = STR(FORMAT_NAME);
  if (record.length == 0 && records > 0)
    return fault_set(fault, STATUS_STATE, "%s holds an LMDB store that is not giftd's; name another --state folder", lmdb->folder);
  if (record.length != name.length + 1 || !str_starts(record, name))
    return fault_set(fault, STATUS_STATE, "%s holds an LMDB store that is not giftd's, or a damaged one; name another --state folder",
                     lmdb->folder);
  unsigned version = (unsigned char)record.at[name.length];
  if (version > FORMAT_VERSION)
    return fault_set(fault, STATUS_STATE,
                     "the state in %s has form %u, this giftd knows forms up to %u: it was written by a newer giftd; use that one",
                     lmdb->folder, version, FORMAT_VERSION);
  return STATUS_OK;
}

static enum status format_open(struct lmdb *lmdb, struct fault *fault) {
  struct str record;
  static const char format[] = FORMAT_NAME "\x01";
  MDB_val name = {8, (void *)(uintptr_t) "m:format"}, value;
  MDB_stat stat;
  enum status status = batch_begin(lmdb, fault);
  if (status != STATUS_OK) return status;
  int code = mdb_stat(lmdb->txn, lmdb->database, &stat);
  if (code != 0) return lmdb_fault(lmdb, "look at it", code, fault);
  if (stat.ms_entries == 0) {
    status = port_store(lmdb, STR("m:format"), (struct str){format, sizeof format - 1}, fault);
    return status == STATUS_OK ? lmdb_commit(lmdb, fault) : status;
  }
  code = mdb_get(lmdb->txn, lmdb->database, &name, &value);
  if (code == MDB_NOTFOUND) return format_check(lmdb, (struct str){NULL, 0}, stat.ms_entries, fault);
  if (code != 0) return lmdb_fault(lmdb, "read its form", code, fault);
  status = port_load(lmdb, STR("m:format"), &record, fault);
  return status == STATUS_OK ? format_check(lmdb, record, stat.ms_entries, fault) : status;
}

static enum status env_open(struct lmdb *lmdb, struct fault *fault) {
  int code = mdb_env_create(&lmdb->env);
  if (code != 0) return lmdb_fault(lmdb, "begin", code, fault);
  for (;;) {
    code = mdb_env_set_mapsize(lmdb->env, lmdb->map_bytes);
    if (code == 0) code = mdb_env_open(lmdb->env, lmdb->folder, MDB_NOMEMINIT | MDB_NORDAHEAD, 0640);
    if (code != ENOMEM || lmdb->map_bytes <= MAP_LEAST) break;
    lmdb->map_bytes /= 2;     /* less address space: a limit of the process */
    mdb_env_close(lmdb->env); /* an environment that failed to open can only be closed */
    lmdb->env = NULL;
    if (mdb_env_create(&lmdb->env) != 0) return lmdb_fault(lmdb, "begin", ENOMEM, fault);
  }
  if (code != 0) return lmdb_fault(lmdb, "open", code, fault);
  MDB_envinfo info;
  if (mdb_env_info(lmdb->env, &info) == 0) lmdb->map_bytes = info.me_mapsize; /* a store that is larger already reserves more */
  guard_open(lmdb->env, lmdb->folder);
  int dead = 0;
  (void)mdb_reader_check(lmdb->env, &dead);
  return STATUS_OK;
}

static enum status database_open(struct lmdb *lmdb, struct fault *fault) {
  enum status status = batch_begin(lmdb, fault);
  if (status != STATUS_OK) return status;
  int code = mdb_dbi_open(lmdb->txn, NULL, 0, &lmdb->database);
  if (code != 0) return lmdb_fault(lmdb, "open its table", code, fault);
  code = mdb_txn_commit(lmdb->txn); /* the table's handle is good from here on */
  lmdb->txn = NULL;
  if (code != 0) return lmdb_fault(lmdb, "open its table", code, fault);
  status = length_check(lmdb, fault);
  return status == STATUS_OK ? format_open(lmdb, fault) : status;
}

enum status lmdb_open(const struct lmdb_settings *settings, struct lmdb **out, struct fault *fault) {
  *out = NULL;
  struct lmdb *lmdb = calloc(1, sizeof *lmdb);
  if (lmdb == NULL || (lmdb->folder = strdup(settings->folder)) == NULL) {
    free(lmdb);
    return fault_set(fault, STATUS_STORAGE, "no memory");
  }
  lmdb->lock = -1;
  lmdb->map_bytes = settings->map_bytes == 0 ? MAP_BYTES : settings->map_bytes;
  enum status status = folder_take(lmdb->folder, &lmdb->lock, fault);
  if (status == STATUS_OK) status = env_open(lmdb, fault);
  if (status == STATUS_OK) status = database_open(lmdb, fault);
  if (status != STATUS_OK) {
    lmdb_close(lmdb);
    return status;
  }
  *out = lmdb;
  return STATUS_OK;
}

static enum status reading_open(struct lmdb *lmdb, struct fault *fault) {
  struct str record;
  int code = mdb_env_create(&lmdb->env);
  if (code == 0) code = mdb_env_open(lmdb->env, lmdb->folder, MDB_RDONLY | MDB_NORDAHEAD, 0640);
  if (code != 0) return lmdb_fault(lmdb, "open", code, fault);
  guard_open(lmdb->env, lmdb->folder);
  enum status status = batch_begin(lmdb, fault);
  if (status != STATUS_OK) return status;
  code = mdb_dbi_open(lmdb->txn, NULL, 0, &lmdb->database);
  if (code != 0) return lmdb_fault(lmdb, "open its table", code, fault);
  status = port_load(lmdb, STR("m:format"), &record, fault);
  return status == STATUS_OK ? format_check(lmdb, record, 1, fault) : status;
}

enum status lmdb_open_to_read(const char *folder, struct lmdb **out, struct fault *fault) {
  char path[PATH_MAX];
  struct stat info;
  *out = NULL;
  (void)snprintf(path, sizeof path, "%s/data.mdb", folder);
  if (stat(path, &info) != 0) return fault_set(fault, STATUS_USAGE, "%s: there is no state of giftd in it (data.mdb)", folder);
  struct lmdb *lmdb = calloc(1, sizeof *lmdb);
  if (lmdb == NULL || (lmdb->folder = strdup(folder)) == NULL) {
    free(lmdb);
    return fault_set(fault, STATUS_STORAGE, "no memory");
  }
  lmdb->lock = -1, lmdb->reads_only = true;
  enum status status = reading_open(lmdb, fault);
  if (status != STATUS_OK) lmdb_close(lmdb);
  if (status == STATUS_OK) *out = lmdb;
  return status;
}

void lmdb_close(struct lmdb *lmdb) {
  if (lmdb == NULL) return;
  batch_drop(lmdb);
  if (lmdb->env != NULL) mdb_env_close(lmdb->env);
  guard_close();
  if (lmdb->lock >= 0) close(lmdb->lock); /* gives the folder to others */
  free(lmdb->folder);
  free(lmdb);
}

uint64_t lmdb_bytes(const struct lmdb *lmdb) { return bytes_used(lmdb); }

uint64_t lmdb_records(const struct lmdb *lmdb) {
  MDB_stat stat;
  return mdb_env_stat(lmdb->env, &stat) == 0 ? stat.ms_entries : 0;
}
