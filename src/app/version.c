/* `giftd version`: which program this is, for people, for scripts (--json) and for /version. */
#include "giftd/telemetry.h"

#include <stdio.h>

#include "help.h"

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

int command_version(int argc, char **argv) {
  static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
  bool json = false;
  opterr = 0;
  optind = 0;
  for (int flag; (flag = help_flag(argc, argv, ":", options)) != -1;) {
    if (flag != 'j') return help_bad_flag("version", options, argv, flag);
    json = true;
  }
  if (optind < argc) return help_bad_usage("version", "'%s': this command takes no argument", argv[optind]);
  if (json)
    printf("{\"name\":\"giftd\",\"version\":\"" GIFTD_VERSION "\",\"compiler\":\"%s\"}\n", COMPILER);
  else
    printf("giftd " GIFTD_VERSION "\n");
  return EXIT_DONE;
}
