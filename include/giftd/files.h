/* The files room: the log port on plain files - one input of JSON lines, three outputs (docs/events.md, "Events out").
 *
 * What was committed is known by two small records that the caller keeps in the store, in the same transaction as the owners' records:
 *
 * - outputs: number of the commit, the length of each output and a checksum of the 4 KiB before it. Beside the outputs lies their seal
 *   (giftd.commit): number and lengths again. At the start an output that is longer is cut back when the seal says that a crash before the
 *   commit left that; one that is shorter or has other bytes was edited, a seal of a later commit says that the state is an older copy, and
 *   what only people can have made is left as it is: STATUS_STATE.
 * - input: position, name, and digests of the input's first bytes and of those before the position. Another file under the same name is
 *   recognised as another input and read from its start (what was decided before is recognised by the state); one that was cut is
 *   STATUS_STATE. Standard input and pipes have no record: they begin at 0 each time.
 *
 * files_open, files_resume with both records; poll, append ...; files_sync, the store's transaction with both records, files_committed.
 *
 * An input that is followed may be renamed and begun anew under its name (log rotation): the old one is read to its end, then the new one.
 */
#ifndef GIFTD_FILES_H
#define GIFTD_FILES_H

#include "giftd/shard.h"

struct files;

struct files_settings {
  const char *input;  /* path, or "-" for standard input */
  const char *output; /* folder, made when missing (its parent must exist) */
  const char *state;  /* folder of the store, for messages; borrowed until files_close */
  bool follow;        /* false: a line without newline at the end of the input is taken, and the end is the end */
};

/* Opens everything, locks the outputs (STATUS_STORAGE when another giftd writes them). STATUS_USAGE: the input or output cannot be opened.
 */
enum status files_open(const struct files_settings *settings, struct files **out, struct fault *fault) MUST_USE;
/* Cuts outputs not committed back to what was, and gives all back; before files_resume it cuts nothing. NULL is fine. */
void files_close(struct files *files);

/* Keys of the two records in the store; the input's is empty for a stream. Borrowed until files_close. */
struct str files_outputs_key(const struct files *files);
struct str files_input_key(const struct files *files);
/* Takes up what was committed; both may be empty (nothing yet). Before this nothing can be polled or appended. */
enum status files_resume(struct files *files, struct str outputs, struct str input, struct fault *fault) MUST_USE;
/* One line for people about what files_resume found ("cut back ...", "another input ..."), or empty. */
struct str files_note(const struct files *files);

struct log_port files_port(struct files *files);
/* The bytes appended so far, and the seal of the last commit, are on the disk when this returns STATUS_OK. */
enum status files_sync(struct files *files, struct fault *fault) MUST_USE;
/* The records as of now: after files_sync, before the commit. Borrowed until the next call. */
struct str files_outputs_record(struct files *files);
enum status files_input_record(struct files *files, struct str *record, struct fault *fault) MUST_USE;
/* The commit succeeded: the outputs are that long from now on, and are sealed so. Once for each commit, before anything more is appended.
 * STATUS_STORAGE: the seal cannot be written; the commit holds all the same. */
enum status files_committed(struct files *files, struct fault *fault) MUST_USE;

/* Waits until the input may have more, `wake` (a file descriptor, or -1) can be read, or the time is over. */
void files_wait(struct files *files, int wake, int timeout_ms);
uint64_t files_position(const struct files *files); /* bytes of the input taken so far */
uint64_t files_size(const struct files *files);     /* of the input now; 0: a stream, not known */

#endif
