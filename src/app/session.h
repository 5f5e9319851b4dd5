/* One run in embedded mode: campaigns, state, input and outputs opened, the loop until the end, what came of it (R135).
 *
 * `giftd run` and `giftd demo` are both this. A session owns everything it opens and gives it back in session_close. The promise: what was
 * committed is there after any crash, what was not is as if it had never been tried (ARCHITECTURE.md, "Embedded"):
 *
 *     step ... step -> flush -> outputs to disk (fdatasync) -> one LMDB transaction: records, position, output lengths, clock
 *
 * Typical use:
 *
 *     struct session_settings settings;
 *     session_defaults(&settings);
 *     settings.input = "events.jsonl"; ...
 *     if (session_open(&settings, &session, &fault) == STATUS_OK) status = session_run(session, &fault);
 *     ... session_counts(session), session_loaded(session)->rulebook, session_pool(session, n, share) ...
 *     session_close(session);
 */
#ifndef GIFTD_APP_SESSION_H
#define GIFTD_APP_SESSION_H

#include "app.h"
#include "giftd/config.h"
#include "giftd/shard.h"

struct log;
struct session;

struct session_settings {
  const char *command;          /* in front of messages: "run", "demo" */
  const char *const *campaigns; /* paths of files and folders */
  uint32_t campaign_count;
  const char *input;        /* path, or "-" for standard input */
  const char *output;       /* folder of rewards.jsonl, decisions.jsonl, dlq.jsonl; made when missing */
  const char *state;        /* folder of the store; made when missing */
  const char *http_listen;  /* address of /livez, /readyz, /metrics, /version, or NULL: nobody watches */
  const struct log *log;    /* takes what the session has to say; NULL: text on stderr. Borrowed */
  const char *trace;        /* file that gets a text line for every outcome, or NULL */
  bool once;                /* to the end of the input; else it is followed as it grows, until SIGTERM or SIGINT */
  bool progress;            /* done, rate and ETA on stderr when it takes longer than two seconds */
  bool handle_signals;      /* SIGTERM, SIGINT drain; SIGHUP reads the campaigns again */
  uint32_t commit_events;   /* at most so many events in one commit */
  uint32_t commit_ms;       /* and at most so long after its first event */
  enum id_key key;          /* whether ids and draws can be foreseen: warned of unless it is a secret */
  uint64_t state_map_bytes; /* address space of the store at first; 0: its own default */
  struct shard_settings shard;
  shard_observer *observer; /* called after each decision, or NULL */
  void *observer_self;
  /* For tests: called before each named step of a commit ("flush", "sync", "store", "commit", "seal", "done"). NULL otherwise. */
  void (*step_hook)(void *self, const char *step);
  void *step_self;
};

/* once off, progress and signals on, 200,000 events, 1,000 ms, 256 MiB of cache, the fixed key without a warning (what is tried out needs
 * none), horizon 7 days, memory 90 days. */
void session_defaults(struct session_settings *settings);
/* Loads the campaigns, takes the state folder (nobody else may hold it), cuts the outputs back to what was committed. On STATUS_INPUT from
 * campaigns the findings were printed to stderr already. Settings are copied, the texts in them are borrowed until session_close. */
enum status session_open(const struct session_settings *settings, struct session **out, struct fault *fault) MUST_USE;
/* Until the end of the input (once) or a signal. Everything that was decided is committed when this returns STATUS_OK. */
enum status session_run(struct session *session, struct fault *fault) MUST_USE;
/* session_close(NULL) is fine. Nothing uncommitted is kept. */
void session_close(struct session *session);

const struct shard_counts *session_counts(const struct session *session); /* of this run alone */
const struct loaded *session_loaded(const struct session *session);
int64_t session_elapsed_ms(const struct session *session);
int64_t session_clock(const struct session *session);           /* the stream's own time, or TIME_NONE */
uint64_t session_start_position(const struct session *session); /* byte of the input at which this run began; > 0: it went on */
/* What is left of a pool, as committed (share: value of `by`, or empty). */
enum status session_pool(struct session *session, uint32_t pool, struct str share, struct pool_left *out, struct fault *fault) MUST_USE;
/* The summary for people (stream is a FILE *) and for programs (one JSON object). */
void session_print(const struct session *session, void *stream);
void session_print_json(const struct session *session, void *stream);

#endif
