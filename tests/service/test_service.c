/* The loop over an engine that does as it is told: what it is asked in which order, what a service manager hears, and what SIGHUP and
 * SIGTERM do at which moment. What real engines have in common is asked by tests/app/runtime_test.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "giftd/service.h"
#include "signals.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <sys/un.h>
#include <unistd.h>

#define NEVER 20000u

static const char campaign[] =
    "{\"id\":\"hello\",\"version\":1,\"name\":{\"zh\":\"登录礼\",\"en\":\"Hello\"},\"period\":{\"from\":\"2026-12-01\","
    "\"to\":\"2026-12-31\"},\"audience\":\"everyone\",\"rules\":[{\"id\":\"day\",\"on\":\"login\","
    "\"give\":{\"reward\":\"points\",\"value\":5,\"pool\":\"unlimited\"},"
    "\"limits\":[{\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"}]}]}";

/* ---- an engine ---- */

struct script {
  unsigned ready_from, hangup_at, end_at; /* steps at which it is ready, gets SIGHUP, gets SIGTERM */
  unsigned drain_steps;
  bool refuses; /* the first campaigns that it is to take */
  /* what came of it */
  unsigned opened, closed, steps, swaps, stopped_at;
  const struct campaigns *campaigns;
};

static enum status script_open(void *self, struct service *service, const struct campaigns *campaigns, struct fault *fault) {
  struct script *script = self;
  (void)service, (void)fault;
  script->opened++;
  script->campaigns = campaigns;
  return STATUS_OK;
}

static void script_close(void *self) { ((struct script *)self)->closed++; }

static enum status script_swap(void *self, const struct campaigns *fresh, struct fault *fault) {
  struct script *script = self;
  if (script->swaps++ == 0 && script->refuses) return fault_set(fault, STATUS_INPUT, "not these");
  script->campaigns = fresh;
  return STATUS_OK;
}

/* Files are read beside the loop: the end waits for them. */
static bool is_read(struct script *script) {
  const struct timespec pause = {.tv_nsec = 1000 * 1000};
  if (script->hangup_at == 0 || script->hangup_at >= script->end_at || script->swaps > 0) return true;
  script->end_at++;
  (void)nanosleep(&pause, NULL);
  return false;
}

static enum status script_step(void *self, bool *busy, struct fault *fault) {
  struct script *script = self;
  (void)fault;
  *busy = true;
  script->steps++;
  assert_true(script->steps < NEVER);
  if (script->steps == script->hangup_at) (void)raise(SIGHUP);
  if (script->steps == script->end_at && is_read(script)) (void)raise(SIGTERM);
  return STATUS_OK;
}

static void script_wait(void *self, int wake) { (void)self, (void)wake; }
static bool script_done(void *self) { return ((void)self, false); }
static void script_stop(void *self) { ((struct script *)self)->stopped_at = ((struct script *)self)->steps; }

static bool script_stopped(void *self) {
  const struct script *script = self;
  return script->stopped_at > 0 && script->steps >= script->stopped_at + script->drain_steps;
}

static uint32_t script_checks(void *self, struct http_check *campaigns, struct http_check checks[ENGINE_CHECKS]) {
  const struct script *script = self;
  (void)campaigns;
  check_set(&checks[0], "steps", script->steps >= script->ready_from, "%u of them", script->steps);
  return 1;
}

static void script_counts(void *self, struct service_counts *out) { (void)self, (void)out; }
static void script_metrics(void *self, struct metrics *metrics) { (void)self, (void)metrics; }
static int64_t script_clock(void *self) { return ((void)self, TIME_NONE); }
static uint32_t script_started(void *self, struct log_field fields[ENGINE_FIELDS]) { return ((void)self, (void)fields, 0); }

/* Whatever may be NULL is. */
static struct engine engine_of(struct script *script) {
  return (struct engine){.self = script,
                         .open = script_open,
                         .close = script_close,
                         .swap = script_swap,
                         .step = script_step,
                         .wait = script_wait,
                         .done = script_done,
                         .stop = script_stop,
                         .stopped = script_stopped,
                         .checks = script_checks,
                         .counts = script_counts,
                         .metrics = script_metrics,
                         .clock = script_clock,
                         .started = script_started};
}

/* ---- around it ---- */

static char folder[64], heard[400];
static const char *paths[1];
static int manager = -1;

static void campaign_write(const char *text) {
  char path[100];
  snprintf(path, sizeof path, "%s/hello.json", folder);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  assert_int_equal(fclose(file), 0);
}

/* Words for the service manager, in order, with a blank behind each. */
static const char *heard_words(void) {
  char word[100];
  heard[0] = 0;
  for (ssize_t got; (got = recv(manager, word, sizeof word - 1, MSG_DONTWAIT)) > 0;) {
    word[got] = 0;
    assert_true(strlen(heard) + strlen(word) + 2 < sizeof heard);
    strcat(strcat(heard, word), " ");
  }
  return heard;
}

static int stage_open(void **state) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  (void)state;
  snprintf(folder, sizeof folder, "/tmp/giftd-service-XXXXXX");
  if (mkdtemp(folder) == NULL) return -1;
  snprintf(address.sun_path, sizeof address.sun_path, "%s/notify", folder);
  manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  paths[0] = folder;
  if (bind(manager, (const struct sockaddr *)&address, sizeof address) != 0) return -1;
  campaign_write(campaign);
  return setenv("NOTIFY_SOCKET", address.sun_path, 1);
}

static int stage_close(void **state) {
  char command[96];
  (void)state;
  (void)close(manager);
  (void)unsetenv("NOTIFY_SOCKET");
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

static struct service_settings settings_of(void) {
  struct service_settings settings;
  service_defaults(&settings);
  settings.campaigns = paths, settings.campaign_count = 1, settings.progress = false;
  return settings;
}

static void play(const struct service_settings *settings, struct script *script) {
  const struct engine engine = engine_of(script);
  struct service *service;
  struct fault fault = {0};
  if (service_open(settings, &engine, &service, &fault) != STATUS_OK) fail_msg("%s", fault.text);
  const struct loaded *first = service_loaded(service);
  assert_int_equal(service_run(service, &fault), STATUS_OK);
  assert_ptr_equal(&script->campaigns->loaded, service_loaded(service));
  assert_int_equal(service_loaded(service) == first, script->swaps == 0 || (script->swaps == 1 && script->refuses));
  service_close(service);
  assert_int_equal(script->opened, 1);
  assert_int_equal(script->closed, 1);
}

/* ---- tests ---- */

static void a_reload_is_told(void **state) {
  const struct service_settings settings = settings_of();
  struct script script = {.ready_from = 1, .hangup_at = 3, .end_at = 6};
  (void)state;
  play(&settings, &script);
  assert_string_equal(heard_words(), "READY=1 RELOADING=1 READY=1 STOPPING=1 ");
  assert_int_equal(script.swaps, 1);
}

static void a_refused_reload_changes_nothing(void **state) {
  const struct service_settings settings = settings_of();
  struct script script = {.ready_from = 1, .hangup_at = 3, .end_at = 6, .refuses = true};
  (void)state;
  play(&settings, &script);
  assert_string_equal(heard_words(), "READY=1 RELOADING=1 READY=1 STOPPING=1 ");
  assert_int_equal(script.swaps, 1);
}

/* A manager that starts others behind it would take the reload's for the first. */
static void a_reload_is_no_readiness(void **state) {
  const struct service_settings settings = settings_of();
  struct script script = {.ready_from = 5, .hangup_at = 2, .end_at = 8};
  (void)state;
  play(&settings, &script);
  assert_string_equal(heard_words(), "READY=1 STOPPING=1 ");
  assert_int_equal(script.swaps, 1);
}

static void who_is_stopping_gets_neither_ready_nor_other_campaigns(void **state) {
  const struct service_settings settings = settings_of();
  struct script script = {.ready_from = 4, .end_at = 2, .hangup_at = 5, .drain_steps = 6};
  (void)state;
  play(&settings, &script);
  assert_string_equal(heard_words(), "STOPPING=1 ");
  assert_int_equal(script.swaps, 0);
  assert_int_equal(script.steps, 8);
}

/* `giftd demo` counts by the campaigns that it started with. */
static void without_reloads_a_hangup_ends_it(void **state) {
  struct service_settings settings = settings_of();
  struct script script = {.ready_from = 1, .hangup_at = 3};
  (void)state;
  settings.reloads = false;
  play(&settings, &script);
  assert_string_equal(heard_words(), "READY=1 STOPPING=1 ");
  assert_int_equal(script.swaps, 0);
}

static void wrong_campaigns_open_nothing(void **state) {
  const struct service_settings settings = settings_of();
  struct script script = {.ready_from = 1};
  const struct engine engine = engine_of(&script);
  struct service *service;
  struct fault fault = {0};
  (void)state;
  campaign_write("{ this is none");
  assert_int_equal(service_open(&settings, &engine, &service, &fault), STATUS_INPUT);
  assert_null(service);
  assert_int_equal(script.opened, 0);
  assert_int_equal(script.closed, 1);
}

/* Whoever has the endpoint's address may be a giftd that runs well: it must not notice. */
static void a_taken_address_is_told_before_any_step(void **state) {
  struct service_settings settings = settings_of();
  struct script script = {.ready_from = 1};
  const struct engine engine = engine_of(&script);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  struct service *service;
  struct fault fault = {0};
  char port[8];
  (void)state;
  const int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(bind(taken, (const struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(listen(taken, 1), 0);
  assert_int_equal(getsockname(taken, (struct sockaddr *)&address, &length), 0);
  snprintf(port, sizeof port, "%u", ntohs(address.sin_port));
  settings.http_listen = port;
  assert_int_equal(service_open(&settings, &engine, &service, &fault), STATUS_SERVICE);
  assert_int_equal(script.opened, 1);
  assert_int_equal(script.closed, 1);
  assert_int_equal(script.steps, 0);
  assert_string_equal(heard_words(), "");
  (void)close(taken);
}

static bool wakes(void) {
  struct pollfd pipe = {.fd = signals_wake(), .events = POLLIN};
  return poll(&pipe, 1, 0) == 1;
}

/* Who waits while it drains would not wait at all. */
static void a_signal_wakes_once(void **state) {
  (void)state;
  signals_open();
  for (int i = 0; i < 3; i++) (void)raise(SIGHUP);
  assert_true(wakes());
  assert_true(signals_reload());
  assert_false(wakes());
  assert_false(signals_reload());
  (void)raise(SIGTERM);
  assert_true(wakes());
  assert_false(signals_reload());
  assert_false(wakes());
  assert_true(signals_stop());
  signals_close();
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, stage_open, stage_close)

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_signal_wakes_once),
                                     STAGED(a_reload_is_told),
                                     STAGED(a_refused_reload_changes_nothing),
                                     STAGED(a_reload_is_no_readiness),
                                     STAGED(who_is_stopping_gets_neither_ready_nor_other_campaigns),
                                     STAGED(without_reloads_a_hangup_ends_it),
                                     STAGED(wrong_campaigns_open_nothing),
                                     STAGED(a_taken_address_is_told_before_any_step)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
