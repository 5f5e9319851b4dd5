/* What a commit leaves of the outputs, and what a start makes of what it finds. Two places tell of the last commit, by its number:
 *
 *     in the state     number, and of each output its length and a checksum: part of the transaction that is the commit
 *     beside them      number and lengths: the seal (seal.c), written when the transaction has come through
 *
 *     append ─▶ outputs and the seal of commit n-1 to the disk ─▶ transaction n to the disk ─▶ seal n ─▶ append ...
 *
 * So after any crash the seal is that of the state's own commit n, or that of n-1, and what stands behind the lengths of n was never
 * committed: it is cut off, and decided again. Any other pair was made by people who put an older copy of something back:
 *
 *     seal > state                       the state is older than the outputs: what it does not know was committed, and may have been read
 *     an output shorter than the state   the outputs, or one of them, are older (or were edited)
 *     seal < state - 1, or of other lengths, and an output is longer    nobody can tell: it is not cut
 *
 * A state that was put back by one commit, behind a crash between that commit's transaction and its seal, looks as if the crash had come
 * before the transaction; nothing could tell these two apart, and nothing needs to: nobody was told that the commit was through.
 */
#include "inside.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#define RECORD_VERSION 2u
#define RECORD_UNNUMBERED 1u /* of folders from before there was a seal */

struct outputs_mark {
  uint64_t number; /* 0: it has none */
  uint64_t lengths[OUTPUT_COUNT], checksums[OUTPUT_COUNT];
};

/* ---- the state's record ---- */

struct str files_outputs_record(struct files *files) {
  struct writer out = writer_into(files->outputs_record, sizeof files->outputs_record);
  put_byte(&out, RECORD_VERSION);
  put_byte(&out, OUTPUT_COUNT);
  put_fixed(&out, files->number + 1, 8);
  for (int i = 0; i < OUTPUT_COUNT; i++) {
    put_fixed(&out, files->outputs[i].length, 8);
    put_fixed(&out, output_checksum(&files->outputs[i]), 8);
  }
  assert(!out.full);
  return written(&out, files->outputs_record);
}

static bool mark_read(struct str record, struct outputs_mark *mark) {
  struct reader r = reader_over(record);
  *mark = (struct outputs_mark){.number = 0};
  unsigned version = get_byte(&r), count = get_byte(&r);
  if (count != OUTPUT_COUNT || (version != RECORD_VERSION && version != RECORD_UNNUMBERED)) return false;
  if (version == RECORD_VERSION) mark->number = get_fixed(&r, 8);
  for (int i = 0; i < OUTPUT_COUNT; i++) mark->lengths[i] = get_fixed(&r, 8), mark->checksums[i] = get_fixed(&r, 8);
  return !r.bad && (version == RECORD_UNNUMBERED || mark->number > 0);
}

enum status files_sync(struct files *files, struct fault *fault) {
  enum status status = STATUS_OK;
  for (int i = 0; i < OUTPUT_COUNT && status == STATUS_OK; i++) status = output_sync(&files->outputs[i], fault);
  return status == STATUS_OK ? seal_sync(&files->seal, fault) : status; /* of the commit before: never more than one behind */
}

enum status files_committed(struct files *files, struct fault *fault) {
  uint64_t lengths[OUTPUT_COUNT];
  files->number++;
  for (int i = 0; i < OUTPUT_COUNT; i++) lengths[i] = files->outputs[i].committed = files->outputs[i].length;
  return seal_write(&files->seal, files->number, lengths, fault);
}

/* ---- taking up what was committed ---- */

/* The state knows of no outputs. The numbers go on behind a seal that was left, so that it never seems newer than what comes now. */
static enum status outputs_new(struct files *files, struct fault *fault) {
  for (int i = 0; i < OUTPUT_COUNT; i++) {
    struct stat info;
    const char *path = files->outputs[i].path;
    if (stat(path, &info) != 0) return fault_set(fault, STATUS_STORAGE, "%s: %s", path, strerror(errno));
    if (info.st_size > 0)
      return fault_set(
          fault, STATUS_STATE,
          "%s holds %lld bytes, but the state knows nothing of them: they belong to another state; name the --state folder they were made "
          "with, or an empty --output folder",
          path, (long long)info.st_size);
  }
  files->number = files->seal.number;
  return STATUS_OK;
}

static enum status state_is_older(const struct files *files, const struct outputs_mark *mark, struct fault *fault) {
  int at = 0;
  while (at + 1 < OUTPUT_COUNT && files->seal.lengths[at] <= mark->lengths[at]) at++;
  return fault_set(fault, STATUS_STATE,
                   "the state in %s is older than the outputs: it ends with commit %llu, %s tells of commit %llu (%s: %llu bytes, of which "
                   "the state knows %llu). An older copy of the state was put back, or these are of two runs? Nothing was touched: what "
                   "was committed since may have "
                   "been read, and would be lost or given again. Bring the newest state back. If it is lost, put the whole output folder "
                   "back to the same copy as the state (%s with it; remove it if that copy has none), or start over with empty folders",
                   files->state, (unsigned long long)mark->number, files->seal.path, (unsigned long long)files->seal.number,
                   files->outputs[at].path, (unsigned long long)files->seal.lengths[at], (unsigned long long)mark->lengths[at],
                   files->seal.path);
}

static enum status outputs_check(struct files *files, const struct outputs_mark *mark, uint64_t more[OUTPUT_COUNT], struct fault *fault) {
  enum status status = STATUS_OK;
  for (int i = 0; i < OUTPUT_COUNT && status == STATUS_OK; i++)
    status = output_check(&files->outputs[i], mark->lengths[i], mark->checksums[i], &more[i], fault);
  return status;
}

/* Whether what stands behind the state's lengths can only be what a crash left. A folder without numbers cannot tell: as it always was. */
static bool crash_explains(const struct seal *seal, const struct outputs_mark *mark) {
  if (mark->number == 0) return true; /* and no seal: else the state is older */
  if (seal->number != mark->number && seal->number + 1 != mark->number) return false;
  for (int i = 0; i < OUTPUT_COUNT; i++)
    if (seal->number == mark->number ? seal->lengths[i] != mark->lengths[i] : seal->lengths[i] > mark->lengths[i]) return false;
  return true;
}

static enum status rest_is_unknown(const struct files *files, const struct outputs_mark *mark, const uint64_t more[OUTPUT_COUNT],
                                   struct fault *fault) {
  int at = 0;
  while (at + 1 < OUTPUT_COUNT && more[at] == 0) at++;
  return fault_set(
      fault, STATUS_STATE,
      "%s holds %llu bytes after the %llu that the state in %s knows, and %s does not belong to them (it tells of commit %llu, "
      "the state ends with %llu): one of these was put back to an older copy. Nothing was touched. Put all of them back to "
      "the same copy; or, if nobody read those bytes, cut them off: truncate -s %llu %s",
      files->outputs[at].path, (unsigned long long)more[at], (unsigned long long)mark->lengths[at], files->state, files->seal.path,
      (unsigned long long)files->seal.number, (unsigned long long)mark->number, (unsigned long long)mark->lengths[at],
      files->outputs[at].path);
}

static enum status outputs_cut(struct files *files, const uint64_t more[OUTPUT_COUNT], uint64_t total, struct fault *fault) {
  enum status status = STATUS_OK;
  for (int i = 0; i < OUTPUT_COUNT && status == STATUS_OK; i++)
    if (more[i] > 0) status = output_cut(&files->outputs[i], fault);
  if (status == STATUS_OK)
    (void)snprintf(files->note, sizeof files->note,
                   "the last run was interrupted: %llu bytes of output that were never committed are cut off", (unsigned long long)total);
  return status;
}

/* A crash may have left the seal a commit behind. With the next one it would be two: what a second crash leaves then nobody could explain.
 */
static enum status seal_catch_up(struct files *files, const struct outputs_mark *mark, struct fault *fault) {
  if (mark->number == 0 || files->seal.number == mark->number) return STATUS_OK;
  return seal_write(&files->seal, mark->number, mark->lengths, fault);
}

enum status outputs_resume(struct files *files, struct str record, struct fault *fault) {
  struct outputs_mark mark;
  uint64_t more[OUTPUT_COUNT], total = 0;
  if (record.length == 0) return outputs_new(files, fault);
  if (!mark_read(record, &mark)) return record_damaged("outputs", fault);
  if (files->seal.number > mark.number) return state_is_older(files, &mark, fault);
  enum status status = outputs_check(files, &mark, more, fault);
  if (status != STATUS_OK) return status;
  for (int i = 0; i < OUTPUT_COUNT; i++) total += more[i];
  files->number = mark.number;
  if (total > 0 && !crash_explains(&files->seal, &mark)) return rest_is_unknown(files, &mark, more, fault);
  if (total > 0) status = outputs_cut(files, more, total, fault);
  return status == STATUS_OK ? seal_catch_up(files, &mark, fault) : status;
}
