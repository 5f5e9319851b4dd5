/* One commit, step by step - a crash between any two of them is harmless:
 *
 *     flush   bytes of the outputs into their files, changed records into the open transaction
 *     sync    fdatasync of the outputs: what the transaction will count on is on the disk
 *     store   lengths of the outputs, position in the input, into the same transaction
 *     commit  LMDB's commit: from here on it has happened
 *     seal    beside the outputs: that it has (files/commit.c)
 */
#include "parts.h"

static void step_tell(const struct embedded *embedded, const char *step) {
  if (embedded->settings.step_hook != NULL) embedded->settings.step_hook(embedded->settings.step_self, step);
}

static enum status marks_store(struct embedded *embedded, struct fault *fault) {
  const struct view_port *view = &embedded->view;
  struct files *files = embedded->files;
  struct str record;
  enum status status = view->store(view->self, files_outputs_key(files), files_outputs_record(files), fault);
  if (status != STATUS_OK) return status;
  status = files_input_record(files, &record, fault);
  if (status != STATUS_OK || record.length == 0) return status; /* a stream has no place to go back to */
  return view->store(view->self, files_input_key(files), record, fault);
}

enum status embedded_commit(struct embedded *embedded, struct fault *fault) {
  const int64_t began_ms = clock_steady_ms();
  step_tell(embedded, "flush");
  enum status status = shard_flush(embedded->shard, fault);
  if (status != STATUS_OK) return status;
  step_tell(embedded, "sync");
  status = files_sync(embedded->files, fault);
  if (status != STATUS_OK) return status;
  step_tell(embedded, "store");
  status = marks_store(embedded, fault);
  if (status != STATUS_OK) return status;
  step_tell(embedded, "commit");
  status = lmdb_commit(embedded->lmdb, fault);
  if (status != STATUS_OK) return status;
  step_tell(embedded, "seal");
  status = files_committed(embedded->files, fault);
  if (status != STATUS_OK) return status;
  step_tell(embedded, "done");
  embedded->pending = 0;
  service_took(embedded->service, METRIC_COMMIT_SECONDS, clock_steady_ms() - began_ms);
  return STATUS_OK;
}
