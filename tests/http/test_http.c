/* The endpoint over real sockets: each path, each refusal, bad clients, and that it gives its port back. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "giftd/http.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
static struct metrics metrics;
static struct http *http;
static struct fault fault;
static bool good;

static uint32_t check(void *self, struct http_check checks[HTTP_CHECKS]) {
  (void)self;
  checks[0] = (struct http_check){"state", true, "open"};
  checks[1] = (struct http_check){"input", good, "a \"quoted\" reason"};
  return 2;
}

static struct http_settings settings_of(struct str listen) {
  return (struct http_settings){.listen = listen, .metrics = &metrics, .version = "0.1.0", .check = check};
}

static int open_endpoint(void **state) {
  (void)state;
  metrics_init(&metrics);
  good = true;
  const struct http_settings settings = settings_of(STR("127.0.0.1:0"));
  return http_open(&settings, &http, &fault) == STATUS_OK && http_port(http) > 0 ? 0 : 1;
}

static int close_endpoint(void **state) {
  (void)state;
  http_close(http);
  http = NULL;
  return 0;
}

static int connect_to(uint16_t port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_true(file >= 0);
  assert_int_equal(connect(file, (struct sockaddr *)&address, sizeof address), 0);
  return file;
}

static const char *ask(const char *request) {
  static char answer[128 * 1024];
  size_t length = 0;
  const int file = connect_to(http_port(http));
  assert_int_equal(write(file, request, strlen(request)), (ssize_t)strlen(request));
  for (ssize_t part; (part = read(file, answer + length, sizeof answer - 1 - length)) > 0;) length += (size_t)part;
  close(file);
  answer[length] = 0;
  return answer;
}

#define CLOSE " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
static const struct {
  const char *request, *status, *words;
} requests[] = {
    {"GET /livez" CLOSE, "HTTP/1.1 200 ", "\r\n\r\nok\n"},
    {"GET /readyz" CLOSE, "HTTP/1.1 200 ", "{\"ready\":true,\"checks\":[{\"name\":\"state\",\"ok\":true,\"text\":\"open\"}"},
    {"GET /version" CLOSE, "HTTP/1.1 200 ", "{\"name\":\"giftd\",\"version\":\"0.1.0\"}\n"},
    {"GET /metrics" CLOSE, "HTTP/1.1 200 ", "# TYPE giftd_events_total counter\ngiftd_events_total 0\n"},
    {"GET /metrics" CLOSE, "HTTP/1.1 200 ", "version=0.0.4"},
    {"HEAD /livez" CLOSE, "HTTP/1.1 200 ", "Content-Length: 3"},
    {"GET /livez?x=1" CLOSE, "HTTP/1.1 200 ", "ok"},
    {"GET /" CLOSE, "HTTP/1.1 404 ", "/livez /readyz /metrics /version"},
    {"GET /metrics/" CLOSE, "HTTP/1.1 404 ", ""},
    {"DELETE /metrics" CLOSE, "HTTP/1.1 405 ", "Allow: GET, HEAD"},
    {"POST /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 405 ", "only GET and HEAD"},
    {"nonsense\r\n\r\n", "HTTP/1.", ""},
};

static void answers(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(requests); i++) {
    const char *answer = ask(requests[i].request);
    const bool starts = strncmp(answer, requests[i].status, strlen(requests[i].status)) == 0;
    if (!starts || strstr(answer, requests[i].words) == NULL) {
      if (i + 1 == COUNT(requests) && answer[0] == 0) continue; /* hanging up on nonsense is an answer too */
      fail_msg("%s\n got: %s", requests[i].request, answer);
    }
  }
}

static void is_not_ready_when_a_check_is_not(void **state) {
  (void)state;
  good = false;
  const char *answer = ask("GET /readyz" CLOSE);
  assert_int_equal(strncmp(answer, "HTTP/1.1 503 ", 13), 0);
  assert_non_null(strstr(answer, "{\"ready\":false"));
  assert_non_null(strstr(answer, "{\"name\":\"input\",\"ok\":false,\"text\":\"a \\\"quoted\\\" reason\"}"));
}

/* Half a request, hundreds of header bytes too many, nobody reading: others are still answered. */
static void bad_clients_do_not_stop_it(void **state) {
  (void)state;
  static char big[64 * 1024];
  int files[8];
  for (size_t i = 0; i < COUNT(files); i++) {
    files[i] = connect_to(http_port(http));
    assert_true(write(files[i], "GET /met", 8) == 8);
  }
  memset(big, 'a', sizeof big);
  (void)!write(files[0], big, sizeof big);
  assert_non_null(strstr(ask("GET /livez" CLOSE), "ok"));
  for (size_t i = 0; i < COUNT(files); i++) close(files[i]);
}

static void taken_port_is_told(void **state) {
  (void)state;
  char listen[32];
  struct http *second = NULL;
  (void)snprintf(listen, sizeof listen, "127.0.0.1:%u", http_port(http));
  const struct http_settings settings = settings_of(str_of(listen));
  assert_int_equal(http_open(&settings, &second, &fault), STATUS_SERVICE);
  assert_non_null(strstr(fault.text, "cannot be taken"));
  assert_null(second);
}

static void port_is_given_back(void **state) {
  char listen[32];
  (void)snprintf(listen, sizeof listen, "%u", http_port(http)); /* a port alone: loopback */
  assert_non_null(strstr(ask("GET /livez" CLOSE), "ok"));
  close_endpoint(state);
  const struct http_settings settings = settings_of(str_of(listen));
  assert_int_equal(http_open(&settings, &http, &fault), STATUS_OK);
  assert_non_null(strstr(ask("GET /livez" CLOSE), "ok"));
}

static void off_is_off(void **state) {
  (void)state;
  const struct http_settings off = settings_of(STR("off")), none = settings_of(STR("nonsense")), far = settings_of(STR("192.0.2.1:1"));
  struct http *out = NULL;
  assert_int_equal(http_open(&off, &out, &fault), STATUS_OK);
  assert_null(out);
  assert_int_equal(http_port(out), 0);
  http_close(out);
  assert_int_equal(http_open(&none, &out, &fault), STATUS_USAGE);
  assert_int_equal(http_open(&far, &out, &fault), STATUS_SERVICE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(answers, open_endpoint, close_endpoint),
      cmocka_unit_test_setup_teardown(is_not_ready_when_a_check_is_not, open_endpoint, close_endpoint),
      cmocka_unit_test_setup_teardown(bad_clients_do_not_stop_it, open_endpoint, close_endpoint),
      cmocka_unit_test_setup_teardown(taken_port_is_told, open_endpoint, close_endpoint),
      cmocka_unit_test_setup_teardown(port_is_given_back, open_endpoint, close_endpoint),
      cmocka_unit_test(off_is_off),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
