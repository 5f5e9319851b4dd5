/* Signals of a running giftd: SIGTERM and SIGINT drain, SIGHUP reads the campaigns again, a second SIGTERM or SIGINT ends at once. One
 * process, one set of them (session_signals.c). */
#ifndef GIFTD_APP_SIGNALS_H
#define GIFTD_APP_SIGNALS_H

#include <stdbool.h>

void signals_open(void);
void signals_close(void);
bool signals_stop(void);   /* SIGTERM or SIGINT came */
bool signals_reload(void); /* SIGHUP came since the last call */
int signals_wake(void);    /* readable when one came, or -1 */

#endif
