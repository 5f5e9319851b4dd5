/* Settings: addresses, name, password. Nothing is connected to here, so that a wrong word is told before anything else happens. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "link.h"

#define DEFAULT_PORT 6379

static bool port_parse(struct str text, int *port) {
  int64_t number;
  if (!str_to_int64(text, &number) || number < 1 || number > 65535) return false;
  *port = (int)number;
  return true;
}

static bool address_keep(struct server *server, struct str address) {
  if (address.length == 0 || address.length >= sizeof server->address || memchr(address.at, 0, address.length) != NULL) return false;
  memcpy(server->address, address.at, address.length);
  server->address[address.length] = 0;
  return true;
}

/* host, host:port, [v6]:port, unix:/path */
static bool server_parse(struct str text, struct server *server) {
  struct str host = text, port = {NULL, 0};
  server->port = DEFAULT_PORT;
  if (str_starts(text, STR("unix:"))) {
    server->port = 0;
    return address_keep(server, str_from(text, 5));
  }
  if (str_starts(text, STR("["))) {
    if (!str_split(str_from(text, 1), ']', &host, &port)) return false;
    if (port.length > 0 && port.at[0] != ':') return false;
    port = str_from(port, 1);
  } else {
    (void)str_split(text, ':', &host, &port);
  }
  return address_keep(server, host) && (port.length == 0 || port_parse(port, &server->port));
}

static enum status servers_parse(struct redis *redis, const char *servers, struct fault *fault) {
  struct str rest = str_of(servers);
  while (rest.length > 0) {
    struct str one;
    (void)str_split(rest, ',', &one, &rest);
    one = str_trim(one);
    if (redis->server_count == LIMIT_SERVERS)
      return fault_set(fault, STATUS_USAGE, "redis.servers names more than %u servers", LIMIT_SERVERS);
    if (!server_parse(one, &redis->servers[redis->server_count]))
      return fault_set(fault, STATUS_USAGE, "redis.servers: '%.*s' is neither host:port nor unix:/path", STR_FORMAT(one));
    redis->server_count++;
  }
  if (redis->server_count == 0)
    return fault_set(fault, STATUS_USAGE, "redis.servers names no server: host:port or unix:/path, several with commas");
  return STATUS_OK;
}

static enum status name_keep(struct redis *redis, const char *name, struct fault *fault) {
  size_t length = name == NULL ? 0 : strlen(name);
  bool good = length >= 1 && length <= LIMIT_NAME_BYTES;
  for (size_t i = 0; good && i < length; i++) good = isalnum((unsigned char)name[i]) || strchr("_.-", name[i]) != NULL;
  if (!good)
    return fault_set(fault, STATUS_USAGE, "redis.name '%.64s': expected 1 to %u of A-Z a-z 0-9 _ . -", name == NULL ? "" : name,
                     LIMIT_NAME_BYTES);
  memcpy(redis->name, name, length + 1);
  return STATUS_OK;
}

static enum status text_keep(char *out, size_t capacity, const char *text, const char *option, struct fault *fault) {
  if (strlen(text) >= capacity) return fault_set(fault, STATUS_USAGE, "%s is longer than %zu bytes", option, capacity - 1);
  memcpy(out, text, strlen(text) + 1);
  return STATUS_OK;
}

static enum status password_read(struct redis *redis, const char *path, struct fault *fault) {
  FILE *file = fopen(path, "re");
  if (file == NULL) return fault_set(fault, STATUS_USAGE, "redis.password_file %s: %s", path, strerror(errno));
  char line[LIMIT_PASSWORD_BYTES + 3];
  setvbuf(file, NULL, _IONBF, 0); /* no copy of the secret in a buffer */
  bool read = fgets(line, (int)sizeof line, file) != NULL;
  fclose(file);
  size_t length = read ? strcspn(line, "\r\n") : 0;
  enum status status = STATUS_OK;
  if (length == 0)
    status = fault_set(fault, STATUS_USAGE, "redis.password_file %s: its first line is empty", path);
  else if (length > LIMIT_PASSWORD_BYTES)
    status = fault_set(fault, STATUS_USAGE, "redis.password_file %s: its first line is longer than %u bytes", path, LIMIT_PASSWORD_BYTES);
  else
    memcpy(redis->password, line, length);
  explicit_bzero(line, sizeof line);
  return status;
}

static enum status login_keep(struct redis *redis, const struct redis_settings *settings, struct fault *fault) {
  enum status status = STATUS_OK;
  if (settings->user != NULL) status = text_keep(redis->user, sizeof redis->user, settings->user, "redis.user", fault);
  if (status != STATUS_OK) return status;
  if (settings->password_file != NULL) return password_read(redis, settings->password_file, fault);
  if (settings->user != NULL && settings->user[0] != 0)
    return fault_set(fault, STATUS_USAGE, "redis.user is set without redis.password_file");
  return STATUS_OK;
}

static enum status settings_keep(struct redis *redis, const struct redis_settings *settings, struct fault *fault) {
  redis->database = settings->database;
  redis->shards = settings->shards;
  redis->buckets = settings->buckets;
  redis->secret = settings->secret;
  redis->connect_ms = settings->connect_ms > 0 ? settings->connect_ms : 1000;
  redis->answer_ms = settings->answer_ms > 0 ? settings->answer_ms : 5000;
  redis->tls = settings->tls;
  enum status status = servers_parse(redis, settings->servers == NULL ? "" : settings->servers, fault);
  if (status == STATUS_OK) status = name_keep(redis, settings->name, fault);
  if (status == STATUS_OK) status = login_keep(redis, settings, fault);
  if (status == STATUS_OK && settings->tls_ca_file != NULL)
    status = text_keep(redis->tls_ca_file, sizeof redis->tls_ca_file, settings->tls_ca_file, "redis.tls_ca_file", fault);
  if (status == STATUS_OK && redis->tls) status = tls_open(redis, fault);
  return status;
}

/* hiredis writes to sockets plainly: a server that has gone away would end the process. Whoever minds the signal already is left alone. */
static void broken_pipes_ignore(void) {
  struct sigaction found;
  if (sigaction(SIGPIPE, NULL, &found) == 0 && found.sa_handler == SIG_DFL) (void)signal(SIGPIPE, SIG_IGN);
}

enum status redis_open(const struct redis_settings *settings, redis_counter_reader *reader, void *self, struct redis **out,
                       struct fault *fault) {
  *out = NULL;
  broken_pipes_ignore();
  struct redis *redis = calloc(1, sizeof *redis);
  if (redis == NULL) return fault_set(fault, STATUS_STORAGE, "no memory for the settings of Redis");
  redis->reader = reader;
  redis->reader_self = self;
  enum status status = settings_keep(redis, settings, fault);
  if (status == STATUS_OK)
    *out = redis;
  else
    redis_close(redis);
  return status;
}

void redis_close(struct redis *redis) {
  if (redis == NULL) return;
  tls_close(redis);
  explicit_bzero(redis->password, sizeof redis->password);
  free(redis);
}
