/* The table of commands: name, one line, help, function. What is not in here cannot be called; a new command is a row and a file. */
#include <stddef.h>

#include "app.h"
#include "command_help.h"

const struct command commands[] = {
    {"demo", "a bank's traffic through the shipped campaigns, nothing else needed", HELP_DEMO, command_demo},
    {"init", "make a working project", HELP_INIT, command_init},
    {"run", "read events, give gifts", HELP_RUN, command_run},
    {"test", "play scenarios about campaigns", HELP_TEST, command_test},
    {"explain", "why a gift was given, or not", HELP_EXPLAIN, command_explain},
    {"config", "show the configuration", HELP_CONFIG, command_config},
    {"version", "which version this is", HELP_VERSION, command_version},
    {NULL, NULL, NULL, NULL},
};
