/* The endpoint on libmicrohttpd; nobody else includes its header. Answers are made anew for each request in a buffer of fixed size, so a
 * client can neither hold memory nor the worker: connections, time and request size are bounded. */
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "giftd/http.h"

#define ANSWER_BYTES (64u * 1024u)
#define CONNECTIONS 32u
#define TIMEOUT_S 10u
#define CONNECTION_BYTES (16u * 1024u)

#define TYPE_TEXT "text/plain; charset=utf-8"
#define TYPE_JSON "application/json"
#define TYPE_PROMETHEUS "text/plain; version=0.0.4; charset=utf-8"

struct http {
  struct http_settings settings; /* `listen` is not looked at after the opening */
  struct MHD_Daemon *daemon;
  uint16_t port;
};

/* ---- answers ---- */

struct answer {
  unsigned code;
  const char *type;
  struct buffer body;
};

static void answer_live(const struct http *http, struct answer *answer) {
  (void)http;
  buffer_put(&answer->body, STR("ok\n"));
}

static void answer_ready(const struct http *http, struct answer *answer) {
  struct http_check checks[HTTP_CHECKS];
  const uint32_t count = http->settings.check == NULL ? 0 : http->settings.check(http->settings.check_self, checks);
  bool ready = true;
  assert(count <= HTTP_CHECKS);
  for (uint32_t i = 0; i < count; i++) ready = ready && checks[i].ok;
  answer->type = TYPE_JSON;
  answer->code = ready ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
  buffer_print(&answer->body, "{\"ready\":%s,\"checks\":[", ready ? "true" : "false");
  for (uint32_t i = 0; i < count; i++) {
    checks[i].text[sizeof(checks[i].text) - 1] = 0;
    buffer_print(&answer->body, "%s{\"name\":\"%s\",\"ok\":%s,\"text\":", i == 0 ? "" : ",", checks[i].name,
                 checks[i].ok ? "true" : "false");
    buffer_json(&answer->body, str_of(checks[i].text));
    buffer_byte(&answer->body, '}');
  }
  buffer_put(&answer->body, STR("]}\n"));
}

static void answer_metrics(const struct http *http, struct answer *answer) {
  answer->type = TYPE_PROMETHEUS;
  metrics_process(http->settings.metrics);
  metrics_render(http->settings.metrics, &answer->body);
}

static void answer_version(const struct http *http, struct answer *answer) {
  answer->type = TYPE_JSON;
  buffer_print(&answer->body, "{\"name\":\"giftd\",\"version\":\"%s\"}\n", http->settings.version);
}

static const struct endpoint {
  const char *path;
  void (*answer)(const struct http *http, struct answer *answer);
} endpoints[] = {{"/livez", answer_live}, {"/readyz", answer_ready}, {"/metrics", answer_metrics}, {"/version", answer_version}};
#define ENDPOINTS (sizeof(endpoints) / sizeof(endpoints[0]))

static void answer_for(const struct http *http, const char *path, const char *method, struct answer *answer) {
  if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
    answer->code = MHD_HTTP_METHOD_NOT_ALLOWED;
    buffer_put(&answer->body, STR("only GET and HEAD are answered\n"));
    return;
  }
  for (size_t i = 0; i < ENDPOINTS; i++) {
    if (strcmp(path, endpoints[i].path) != 0) continue;
    endpoints[i].answer(http, answer);
    return;
  }
  answer->code = MHD_HTTP_NOT_FOUND;
  buffer_put(&answer->body, STR("there are /livez /readyz /metrics /version\n"));
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, const struct answer *answer) {
  struct MHD_Response *response = MHD_create_response_from_buffer(answer->body.length, answer->body.memory, MHD_RESPMEM_MUST_FREE);
  if (response == NULL) {
    free(answer->body.memory);
    return MHD_NO;
  }
  (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
  (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  if (answer->code == MHD_HTTP_METHOD_NOT_ALLOWED) (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
  const enum MHD_Result result = MHD_queue_response(connection, answer->code, response);
  MHD_destroy_response(response);
  return result;
}

static enum MHD_Result on_request(void *self, struct MHD_Connection *connection, const char *path, const char *method, const char *version,
                                  const char *upload, size_t *upload_bytes, void **seen) {
  static int mark;
  (void)version, (void)upload;
  if (*seen == NULL) { /* first call: headers only; answering now would leave the body on the wire */
    *seen = &mark;
    return MHD_YES;
  }
  if (*upload_bytes != 0) { /* a body nobody asked for is read and dropped */
    *upload_bytes = 0;
    return MHD_YES;
  }
  struct answer answer = {.code = MHD_HTTP_OK, .type = TYPE_TEXT};
  char *memory = malloc(ANSWER_BYTES);
  if (memory == NULL) return MHD_NO;
  buffer_init(&answer.body, memory, ANSWER_BYTES);
  answer_for(self, path, method, &answer);
  return send_answer(connection, &answer);
}

/* ---- opening ---- */

struct address {
  char host[128], port[8];
};

static enum status address_split(struct str listen, uint16_t offset, struct address *out, struct fault *fault) {
  size_t colon = listen.length;
  while (colon > 0 && listen.at[colon - 1] != ':') colon--;
  struct str host = {listen.at, colon == 0 ? 0 : colon - 1};
  const struct str port = str_from(listen, colon);
  int64_t number = 0;
  if (host.length >= 2 && host.at[0] == '[' && host.at[host.length - 1] == ']') host = (struct str){host.at + 1, host.length - 2};
  if (!str_to_int64(port, &number) || number < 0 || number > 65535 || host.length >= sizeof(out->host)) {
    return fault_set(fault, STATUS_USAGE, "http.listen: '%.*s' is no address; write 127.0.0.1:9464, a port alone, or off",
                     STR_FORMAT(listen));
  }
  if (number > 0) number += offset;
  if (number > 65535)
    return fault_set(fault, STATUS_USAGE,
                     "http.listen: '%.*s': worker %u listens %u ports further on, and there are 65535; choose a lower one",
                     STR_FORMAT(listen), offset, offset);
  snprintf(out->port, sizeof(out->port), "%d", (int)number);
  if (colon == 0)
    snprintf(out->host, sizeof(out->host), "127.0.0.1");
  else
    snprintf(out->host, sizeof(out->host), "%.*s", STR_FORMAT(host));
  return STATUS_OK;
}

static int socket_on(const struct addrinfo *info) {
  const int yes = 1;
  const int file = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC, info->ai_protocol);
  if (file < 0) return -1;
  (void)setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (bind(file, info->ai_addr, info->ai_addrlen) == 0 && listen(file, CONNECTIONS) == 0) return file;
  const int error = errno;
  (void)close(file);
  errno = error;
  return -1;
}

static enum status listen_on(const struct address *address, int *out, struct fault *fault) {
  const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
  struct addrinfo *found = NULL;
  const int trouble = getaddrinfo(address->host[0] == 0 ? NULL : address->host, address->port, &hints, &found);
  if (trouble != 0) return fault_set(fault, STATUS_USAGE, "http.listen: %s: %s", address->host, gai_strerror(trouble));
  *out = -1;
  for (const struct addrinfo *info = found; info != NULL && *out < 0; info = info->ai_next) *out = socket_on(info);
  const int error = errno;
  freeaddrinfo(found);
  if (*out >= 0) return STATUS_OK;
  return fault_set(fault, STATUS_SERVICE, "http.listen: %s:%s cannot be taken: %s; choose another port or stop who has it", address->host,
                   address->port, strerror(error));
}

static uint16_t socket_port(int file) {
  struct sockaddr_storage address;
  socklen_t length = sizeof(address);
  char port[8];
  int64_t number = 0;
  if (getsockname(file, (struct sockaddr *)&address, &length) != 0) return 0;
  if (getnameinfo((struct sockaddr *)&address, length, NULL, 0, port, sizeof(port), NI_NUMERICSERV) != 0) return 0;
  return str_to_int64(str_of(port), &number) ? (uint16_t)number : 0;
}

static struct MHD_Daemon *daemon_start(struct http *http, int file) {
  return MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO, 0, NULL, NULL, &on_request, http, MHD_OPTION_LISTEN_SOCKET, file,
                          MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT_S,
                          MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_END);
}

enum status http_open(const struct http_settings *settings, struct http **out, struct fault *fault) {
  struct address address;
  int file = -1;
  *out = NULL;
  if (settings->listen.length == 0 || str_equal(settings->listen, STR("off"))) return STATUS_OK;
  enum status status = address_split(settings->listen, settings->port_offset, &address, fault);
  if (status == STATUS_OK) status = listen_on(&address, &file, fault);
  if (status != STATUS_OK) return status;
  struct http *http = calloc(1, sizeof(*http));
  if (http != NULL) {
    http->settings = *settings;
    http->port = socket_port(file);
    http->daemon = daemon_start(http, file);
  }
  if (http == NULL || http->daemon == NULL) {
    (void)close(file);
    free(http);
    return fault_set(fault, STATUS_SERVICE, "http.listen: the endpoint could not be started");
  }
  *out = http;
  return STATUS_OK;
}

uint16_t http_port(const struct http *http) { return http == NULL ? 0 : http->port; }

void http_close(struct http *http) {
  if (http == NULL) return;
  MHD_stop_daemon(http->daemon); /* closes the socket and waits for the thread */
  free(http);
}
