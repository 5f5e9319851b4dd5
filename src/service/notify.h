/* What the service manager is told (sd_notify(3), sd_watchdog_enabled(3)): a datagram to $NOTIFY_SOCKET, without libsystemd. Without that
 * variable nothing happens. */
#ifndef GIFTD_SERVICE_NOTIFY_H
#define GIFTD_SERVICE_NOTIFY_H

#include <stdint.h>

/* "READY=1", "STOPPING=1", "RELOADING=1", "WATCHDOG=1", "STATUS=..."; several with newlines between. */
void notify_send(const char *state);
/* Call at every round of the loop: tells the watchdog in good time, if one was set for this process. */
void notify_alive(int64_t steady_ms);

#endif
