/* The table of commands: name, one line, help, function. What is not in here cannot be called; a new command is a row and a file. */
#include <stddef.h>

#include "app.h"
#include "command_help.h"

const struct command commands[] = {
    {"version", "which version this is", HELP_VERSION, command_version},
    {NULL, NULL, NULL, NULL},
};
