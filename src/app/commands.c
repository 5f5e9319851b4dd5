/* The table of commands: name, one line, help, function. What is not in here cannot be called; a new command is a row and a file. */
#include <stddef.h>

#include "app.h"
#include "command_help.h"

const struct command commands[] = {
    {"demo", "a bank's traffic through the shipped campaigns, in one process", HELP_DEMO, command_demo},
    {"init", "a working project: configuration, three campaigns, sample events", HELP_INIT, command_init},
    {"run", "events in, gifts out, on files or Kafka; exact across crashes", HELP_RUN, command_run},
    {"topics", "make or check the Kafka topics that giftd run works on", HELP_TOPICS, command_topics},
    {"check", "all errors of all campaign files at once, and what would cost money", HELP_CHECK, command_check},
    {"test", "play the scenarios beside the campaigns", HELP_TEST, command_test},
    {"explain", "why a gift was given, or not, in the campaign's own words", HELP_EXPLAIN, command_explain},
    {"campaign", "the rule text of a campaign; who has to sign it, and who did", HELP_CAMPAIGN, command_campaign},
    {"draw", "commit to the secret of a draw before it; audit every draw after it", HELP_DRAW, command_draw},
    {"import", "profiles, history, balances, gifts by hand, lists: rows as events", HELP_IMPORT, command_import},
    {"config", "options in effect and where they came from; the manual of options", HELP_CONFIG, command_config},
    {"version", "which version this is", HELP_VERSION, command_version},
    {NULL, NULL, NULL, NULL},
};
