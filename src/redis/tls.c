/* TLS where hiredis was built with it (1.0 and newer, package hiredis_ssl); elsewhere the setting is refused with its remedy. */
#include "link.h"

#ifdef GIFTD_HIREDIS_SSL
#include <hiredis/hiredis_ssl.h>

enum status tls_open(struct redis *redis, struct fault *fault) {
  redisSSLContextError error = REDIS_SSL_CTX_NONE;
  const char *ca = redis->tls_ca_file[0] != 0 ? redis->tls_ca_file : NULL;
  redisSSLOptions options = {.cacert_filename = ca, .verify_mode = REDIS_SSL_VERIFY_PEER};
  if (redisInitOpenSSL() != REDIS_OK) return fault_set(fault, STATUS_USAGE, "redis.tls: OpenSSL cannot be started");
  if (ca == NULL) options.capath = "/etc/ssl/certs";
  redis->tls_context = redisCreateSSLContextWithOptions(&options, &error);
  if (redis->tls_context == NULL)
    return fault_set(fault, STATUS_USAGE, "redis.tls_ca_file %s: %s", ca == NULL ? options.capath : ca, redisSSLContextGetError(error));
  return STATUS_OK;
}

void tls_close(struct redis *redis) {
  if (redis->tls_context != NULL) redisFreeSSLContext(redis->tls_context);
  redis->tls_context = NULL;
}

enum status tls_start(const struct redis *redis, redisContext *context, struct fault *fault) {
  if (redisInitiateSSLWithContext(context, redis->tls_context) == REDIS_OK) return STATUS_OK;
  return fault_set(fault, STATUS_SERVICE,
                   "TLS with it fails: %s (does this port speak TLS, is its certificate signed by redis.tls_ca_file?)", context->errstr);
}

#else

enum status tls_open(struct redis *redis, struct fault *fault) {
  (void)redis;
  return fault_set(
      fault, STATUS_USAGE,
      "redis.tls = true, but this giftd was built with a hiredis that has no TLS (hiredis %d.%d): build it where pkg-config finds "
      "hiredis_ssl (Debian 13), or let a TLS sidecar (stunnel) listen here and name it in redis.servers",
      HIREDIS_MAJOR, HIREDIS_MINOR);
}

void tls_close(struct redis *redis) { (void)redis; }

enum status tls_start(const struct redis *redis, redisContext *context, struct fault *fault) {
  (void)redis;
  (void)context;
  return fault_set(fault, STATUS_USAGE, "built without TLS");
}

#endif
