/* `giftd COMMAND --help`, one text each, for commands.c alone. Each fits a screen of 24 lines x 80 columns and ends with an example
 * (tests/app checks the size). */
#ifndef GIFTD_APP_COMMAND_HELP_H
#define GIFTD_APP_COMMAND_HELP_H

#define HELP_VERSION \
  "Usage: giftd version [--json]\n\n" \
  "Prints the version of this program.\n\n" \
  "  --json       one JSON object: name, version, compiler\n\n" \
  "Example:\n" \
  "  giftd version --json\n"

#endif
