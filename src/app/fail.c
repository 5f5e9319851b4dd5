/* The one way a command tells a fault: its name, the text with place and remedy, the exit code of the fault's status. */
#include <stdio.h>

#include "app.h"

int app_fail(const char *command, const struct fault *fault) {
  fprintf(stderr, "giftd %s: %s\n", command, fault->text);
  return status_exit_code(fault->status);
}
