/* The service room: giftd as a running process. One loop, one reload, one readiness, whatever stands below it.
 *
 *     signals, campaigns, log, metrics, endpoint, service manager
 *                        │
 *                  service_run          step ... step, reload on SIGHUP, drain on SIGTERM
 *                        │
 *                  struct engine        a port: takes events, decides, commits; knows nothing of what stands above
 *                   /         \
 *            embedded.h      cluster.h
 *            files, LMDB     a log with shards, Redis
 *
 * A service owns its campaigns and the endpoint; the engine owns inputs, outputs and states. One thread does all of it.
 *
 * Typical use:
 *
 *     service_defaults(&settings); settings.campaigns = ...;
 *     if (service_open(&settings, &engine, &service, &fault) == STATUS_OK) status = service_run(service, &fault);
 *     service_close(service);
 */
#ifndef GIFTD_SERVICE_H
#define GIFTD_SERVICE_H

#include "giftd/config.h"
#include "giftd/http.h"
#include "giftd/ledger.h"
#include "giftd/load.h"
#include "giftd/telemetry.h"

struct service;

/* ---- the engine: what decides ---- */

/* Campaigns as they are to run. They stay where they are until an engine has taken others. */
struct campaigns {
  struct loaded loaded;
  struct terms_keeper *terms;
};

/* What an engine has counted since it was opened. `ledger` is all zeros where there is none. */
struct service_counts {
  struct shard_counts shard;
  struct ledger_counts ledger;
};

#define ENGINE_CHECKS (HTTP_CHECKS - 2u)
#define ENGINE_FIELDS 4u

/* Functions marked "may be NULL" may be. Statuses but OK say who must act, as everywhere. */
struct engine {
  void *self;
  /* Whether a rulebook can run here at all, whatever a state knows; may be NULL. */
  enum status (*may_run)(void *self, const struct rulebook *rulebook, struct fault *fault);
  /* Opens everything that can fail for good; others may take notice at the first step only, since the service may still fail to open. The
   * service outlives it. Close is called once, after any status, and also when the campaigns were wrong and nothing was opened. */
  enum status (*open)(void *self, struct service *service, const struct campaigns *campaigns, struct fault *fault);
  void (*close)(void *self);
  /* Other campaigns from the next event on: all or nothing. After STATUS_OK nothing of the former is looked at any more. */
  enum status (*swap)(void *self, const struct campaigns *fresh, struct fault *fault);
  /* A slice of work. *busy: call again at once. Any status but OK ends the run: nothing can go on here. */
  enum status (*step)(void *self, bool *busy, struct fault *fault);
  /* Not busy: waits until there may be something to do, `wake` (a descriptor, or -1) can be read, or a second is over. */
  void (*wait)(void *self, int wake);
  /* Nothing will come any more: the input has ended, or a run to the end has had nothing to do for a while. */
  bool (*done)(void *self);
  /* No further events; `step` brings to an end what was begun, then `stopped` says so. */
  void (*stop)(void *self);
  bool (*stopped)(void *self);
  /* What a run to the end came to, once it has stopped: OK, or what a person must act on. May be NULL. */
  enum status (*outcome)(void *self, struct fault *fault);
  /* Conditions of readiness by name, at most ENGINE_CHECKS; a service manager is told READY=1 when all of them hold. `campaigns` is the
   * service's own, which an engine may put in doubt. */
  uint32_t (*checks)(void *self, struct http_check *campaigns, struct http_check checks[ENGINE_CHECKS]);
  void (*counts)(void *self, struct service_counts *out);
  /* Gauges and counters that are the engine's alone. */
  void (*metrics)(void *self, struct metrics *metrics);
  int64_t (*clock)(void *self); /* the stream's own time, or TIME_NONE */
  /* What "started" says beside the campaigns; returns how many. */
  uint32_t (*started)(void *self, struct log_field fields[ENGINE_FIELDS]);
  /* Work done and in all, of a run to the end; *total 0: not known. May be NULL: no progress is shown. */
  void (*progress)(void *self, uint64_t *done, uint64_t *total);
};

/* ---- the service ---- */

struct service_settings {
  const char *command;          /* in front of messages: "run", "demo" */
  const char *const *campaigns; /* paths of files and folders */
  uint32_t campaign_count;
  const char *http_listen; /* address of /livez, /readyz, /metrics, /version, or NULL: nobody watches */
  uint32_t number;         /* of several processes of one service: each listens so many ports further on, 0 warns for all */
  const struct log *log;   /* NULL: text on stderr. Borrowed */
  bool once;           /* to the end of what there is to decide; its text is for whoever waits for it, else lines with the time of day */
  bool progress;       /* done, rate and time left on stderr when it takes longer than two seconds */
  bool handle_signals; /* SIGTERM, SIGINT drain; SIGHUP reads the campaigns again, or ... */
  bool reloads;        /* ... drains as well, for who counts by the campaigns that it started with */
  enum id_key key;     /* whether ids and draws can be foreseen: warned of unless it is a secret */
  struct judge_settings judge; /* of all shards */
};

/* "run"; progress, signals and reloads on; the fixed key without a warning (what is tried out needs none), horizon 7 days, memory 90 days.
 */
void service_defaults(struct service_settings *settings);
/* Loads the campaigns, opens the engine, the endpoint. On STATUS_INPUT from campaigns the findings were told already. Settings and engine
 * are copied, texts in them are borrowed until service_close. */
enum status service_open(const struct service_settings *settings, const struct engine *engine, struct service **out,
                         struct fault *fault) MUST_USE;
/* Until the end of the input (once), a signal, or a fault. Everything that was decided is committed when this returns STATUS_OK. */
enum status service_run(struct service *service, struct fault *fault) MUST_USE;
/* service_close(NULL) is fine. Nothing uncommitted is kept. */
void service_close(struct service *service);

const struct service_settings *service_settings(const struct service *service);
const struct loaded *service_loaded(const struct service *service);
void service_counts(const struct service *service, struct service_counts *out);
int64_t service_elapsed_ms(const struct service *service); /* of service_run, so far */

/* ---- what an engine says, up to the service ---- */

#define NO_SHARD UINT32_MAX
/* A message: one JSON object a line where the log is such (docs/OPERATIONS.md, "Looking at it"), else text. */
void service_say(struct service *service, enum log_level level, uint32_t shard, const char *format, ...) PRINTF_LIKE(4, 5);
/* Whether customers are looked at (shard_walk): says when that begins and when it is done. `told` is what was seen last, at first zeros. */
void service_say_walk(struct service *service, uint32_t shard, struct shard_walk now, struct shard_walk *told);
/* A shard_unknown; self is the service. */
void service_unknown(void *self, const struct catalogue *catalogue, const struct event *event);
/* What a client library says, from any thread; level as syslog. The same is said once a minute, whatever numbers stand in it. */
void service_library_say(void *self, int level, const char *text);
/* Of METRIC_COMMIT_SECONDS, METRIC_TAKEOVER_SECONDS. */
void service_took(struct service *service, enum metric_id id, int64_t ms);

/* A complaint that may come again and again: its text is told once, then how often it came, a line a minute. */
struct trouble {
  char text[400]; /* "": none */
  uint64_t count; /* since it was told last */
  int64_t told_ms;
};
void trouble_tell(struct service *service, struct trouble *trouble, uint32_t shard, const struct fault *fault);
/* It is over. */
void trouble_clear(struct trouble *trouble);

/* "text" of a check, and whether it holds. */
void check_set(struct http_check *check, const char *name, bool ok, const char *format, ...) PRINTF_LIKE(4, 5);

/* How kinds of unknown words are called in metrics and summaries: "type", "field", "value". */
extern const char *const unknown_kind_names[UNKNOWN_KIND_COUNT];

/* ---- the process ---- */

/* First thing in a process that may run a service: SIGTERM, SIGINT and SIGHUP wait until somebody listens, instead of ending it. */
void signals_hold(void);
/* First thing in every process: one that dies by an assertion or a signal (SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL) says one line first:
 * which giftd, at which event, under which campaigns, since a crash is looked into by somebody who was not there. Nothing is mended: what
 * was not committed is decided again by whoever goes on. */
void last_words_open(void);
/* What is decided from now on; NULL: nothing. It stays borrowed until the next call. One thread decides. */
void last_words_watch(const struct at_hand *at_hand);

/* Several processes of one service on one machine (--workers): a parent that only starts, restarts and ends them. It opens nothing itself,
 * so it may fork at any time, and it stays when a child is ended by a watchdog or by the system.
 *
 *     SIGTERM, SIGINT  handed on; ends when the last child has      SIGHUP  handed on
 *     a child that dies is told and started again, after a delay that grows; with `once` it is not
 *
 * A parent that dies takes its children with it: they drain (PR_SET_PDEATHSIG). Under systemd the unit says NotifyAccess=all. */
#define FAMILY_MOST 64u
struct family_settings {
  uint32_t children; /* 1 .. FAMILY_MOST */
  bool once;
  const struct log *log;
  int (*play)(void *self, uint32_t child); /* the child's whole life; returns its exit code */
  void *self;
  int bad_answer, bad_usage; /* exit codes of campaigns and of settings that are wrong: they end all */
  int try_again;             /* and of a child that could not begin */
};
/* Returns in the parent alone, with the exit code for all of them: that of the worst. */
int family_run(const struct family_settings *settings);

#endif
