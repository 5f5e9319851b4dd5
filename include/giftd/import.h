/* The import room: rows of a file that a bank has - profiles, what happened before giftd, balances, gifts handed out by hand - as events
 * (docs/OPERATIONS.md, "Import"; R2, R111). giftd's state has one owner, who hears events; so nothing is written into it. A row becomes the
 * event that says it, read by the same reader as the live input, under an id that follows from what the row says: so a file that is
 * imported again is a duplicate throughout, and changes nothing.
 *
 *     file ──▶ import_read: every row -> event -> checked ──▶ refused rows: error file
 *                   │ times, keys, digests of all good rows; what stands twice; nothing is written before all of it was read
 *                   ▼
 *              import_write: the events in order of time ──▶ port (a file of events, a Kafka topic), from where it was cut off
 */
#ifndef GIFTD_IMPORT_H
#define GIFTD_IMPORT_H

#include "giftd/event.h"

enum import_kind { IMPORT_FACTS, IMPORT_GRANTS, IMPORT_BALANCES, IMPORT_LISTS };

#define IMPORT_COLUMNS_MOST 256u /* of a row */
#define IMPORT_RENAMES_MOST 64u  /* --map, --skip */
#define IMPORT_ROW_BYTES (64u * 1024u)

struct import_rename {
  struct str column, name; /* as the file calls it; what it is here, empty: it is left out */
};

struct import_settings {
  enum import_kind kind;
  const char *input;
  const char *errors; /* refused rows go there; NULL: nothing is written (a dry run) */
  const struct catalogue *catalogue;
  struct str type, source, currency; /* of rows that do not say; empty: none */
  struct str offset;                 /* "+08:00": of times and dates that have none; empty: such are refused */
  struct str as_of;                  /* the time of rows without one, RFC 3339; empty: such are refused */
  int64_t before_ms;                 /* history: rows happened before it and arrived when they happened; TIME_NONE: they arrive now */
  int64_t now_ms;                    /* what lies behind it is refused: it would carry the stream's clock off */
  const struct import_rename *renames;
  uint32_t rename_count;
  void (*progress)(void *self, uint64_t done, uint64_t total, uint64_t rows); /* bytes of the input; may be NULL */
  void *progress_self;
};

/* Takes before_ms and as_of from words of people (NULL: none), and looks at offset and currency. STATUS_USAGE: what is wrong of them. */
enum status import_times_take(struct import_settings *settings, const char *before, const char *as_of, struct fault *fault) MUST_USE;

struct import_counts {
  uint64_t rows, refused, repeated; /* repeated: said by an earlier row, in the same words */
  uint64_t events;
  int64_t from_ms, to_ms; /* of the events; TIME_NONE without any */
  uint64_t digest;        /* of the events, in their order: the same rows and options have the same */
};

struct import;

/* Reads and checks the whole input. STATUS_INPUT: the file as such is none that can be imported (its header, a quote that is never closed,
 * a last line without its end), nothing of it was taken; refused rows are counts. STATUS_USAGE: it cannot be opened. STATUS_STORAGE: it
 * changed meanwhile, no memory, or the error file cannot be written. Settings and counts are borrowed until import_close. */
enum status import_read(const struct import_settings *settings, struct import **out, struct import_counts *counts,
                        struct fault *fault) MUST_USE;
/* Then refuses what is older than what the stream has let go, which giftd would call EVENT_TOO_LATE (TIME_NONE: nothing is); the error file
 * is whole then, the counts are final. */
enum status import_settle(struct import *import, int64_t oldest_ms, struct fault *fault) MUST_USE;
void import_close(struct import *import); /* NULL is fine */

/* ---- where events go ---- */

/* Called in this order. What the place has already of an import it passes over. */
struct import_place {
  void *self;
  const char *name; /* for people */
  /* Looks, and writes nothing: what lies before *oldest_ms is too old there; *whole: all of it is there from an earlier run. */
  enum status (*look)(void *self, uint64_t digest, int64_t *oldest_ms, bool *whole, struct fault *fault);
  enum status (*begin)(void *self, struct fault *fault);
  /* Events in their order, each once: `number` counts from 0; the line has its newline. */
  enum status (*send)(void *self, uint64_t number, struct str customer, struct str line, struct fault *fault);
  /* All are safe; *written: of them by this run. */
  enum status (*end)(void *self, uint64_t *written, struct fault *fault);
};
enum status import_write(struct import *import, const struct import_place *place, struct fault *fault) MUST_USE;

/* An import from end to end: read, looked, settled, written, told on stdout; progress on stderr. */
struct import_run {
  struct import_settings settings;
  const struct import_place *place; /* NULL: a dry run that names none */
  bool dry, strict, json, quiet;
};
/* *good: no row was refused. */
enum status import_run(struct import_run *run, bool *good, struct fault *fault) MUST_USE;

/* How far an import came: a small file beside the error file. */
struct import_position {
  uint64_t digest;      /* of the import: import_counts */
  int64_t oldest_ms;    /* of what it was settled with, which is the same when it goes on */
  uint64_t start, done; /* file: bytes that stood there before, and those that went in; Kafka: done events are safe */
  bool whole;
  char place[512]; /* where the events go; cut */
};
/* There is none: *found is false. STATUS_STATE: it cannot be understood. */
enum status import_position_read(const char *path, struct import_position *out, bool *found, struct fault *fault) MUST_USE;
enum status import_position_write(const char *path, const struct import_position *position, struct fault *fault) MUST_USE;
/* The position of this import, or a new one (*known false), also behind another that was finished. STATUS_STATE: another was cut off. */
enum status import_position_take(const char *path, const char *place, uint64_t digest, struct import_position *out, bool *known,
                                 struct fault *fault) MUST_USE;

/* A file of events, appended to. What an import that was cut off left there is compared byte for byte and gone on with - nothing is ever
 * cut back, since giftd may be reading it. */
struct import_file;
struct import_file_settings {
  const char *path, *position;
  const struct catalogue *catalogue;
  int64_t horizon_ms; /* how long events are remembered: what lies so far behind the stream of the file is too old */
};
enum status import_file_open(const struct import_file_settings *settings, struct import_file **out, struct fault *fault) MUST_USE;
struct import_place import_file_place(struct import_file *file);
void import_file_close(struct import_file *file); /* NULL is fine */

/* ---- lists ---- */

/* Rows with a customer each as a list file that campaigns cite: `output`, lists/NAME.txt beside them. Of the settings input, errors,
 * renames and catalogue count. */
struct import_list {
  struct import_settings settings;
  const char *output;
  bool dry, json, quiet;
  /* what came of it */
  uint64_t rows, customers, refused, bytes, digest;
  bool same; /* it stood there already */
};
/* Told on stdout. A row that is refused and nothing is written. */
enum status import_list(struct import_list *list, struct fault *fault) MUST_USE;

#endif
