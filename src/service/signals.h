/* Signals of a running giftd: SIGTERM and SIGINT drain, SIGHUP reads the campaigns again, a second SIGTERM or SIGINT ends at once. One
 * process, one set of them. signals_hold is in service.h.
 *
 *     main: signals_hold ....... signals_open ........ the loop looks ........ signals_close .... end
 *           they wait            they are noted        and does as they say    they wait again
 */
#ifndef GIFTD_SERVICE_SIGNALS_H
#define GIFTD_SERVICE_SIGNALS_H

#include <stdbool.h>

/* Notes them, also those that waited, and those that whoever started this process kept from it. */
void signals_open(void);
/* As it was before signals_open: what was held is held again, so that none of them changes how the process ends. */
void signals_close(void);
bool signals_stop(void);   /* SIGTERM or SIGINT came */
bool signals_reload(void); /* SIGHUP came since the last call */
int signals_wake(void);    /* readable when one came, or -1 */
void signals_nudge(void);  /* ends a wait as a signal would, of any thread */

#endif
