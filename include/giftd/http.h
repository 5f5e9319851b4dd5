/* The http room: /livez, /readyz, /metrics, /version for those who watch giftd (docs/OPERATIONS.md, "Looking at it").
 *
 * Off unless http.listen names an address; a port alone means loopback. There is no password and nothing here changes anything. The
 * endpoint has a thread of its own; it reads metrics (atomic numbers) and asks the caller's `check` for readiness, which must be safe to
 * call from another thread.
 */
#ifndef GIFTD_HTTP_H
#define GIFTD_HTTP_H

#include "giftd/telemetry.h"

#define HTTP_CHECKS 16u
/* One named condition of readiness: "state", "input", "campaigns". `text` says what is wrong or how it stands. */
struct http_check {
  const char *name;
  bool ok;
  char text[160];
};
/* Fills at most HTTP_CHECKS checks and returns their number; ready is when all are ok. */
typedef uint32_t http_checker(void *self, struct http_check checks[HTTP_CHECKS]);

struct http_settings {
  struct str listen;       /* "127.0.0.1:9464", ":9464" (all addresses), "9464" (loopback), "[::1]:9464", "off" */
  struct metrics *metrics; /* borrowed */
  uint16_t port_offset;    /* added to the port; not to 0, which is any free one: processes beside each other share one setting */
  const char *version;
  http_checker *check; /* or NULL: ready as long as it answers */
  void *check_self;
};

struct http;
/* *out is NULL with STATUS_OK when it is off. STATUS_SERVICE: the address cannot be taken; STATUS_USAGE: it is none. */
enum status http_open(const struct http_settings *settings, struct http **out, struct fault *fault) MUST_USE;
uint16_t http_port(const struct http *http); /* the port it got (0 was asked for: any free one); 0 for NULL */
void http_close(struct http *http);          /* http_close(NULL) is fine */

#endif
