/* `giftd COMMAND --help`, one text each, for commands.c alone. Each fits a screen of 24 lines x 80 columns and ends with an example
 * (tests/app checks the size). */
#ifndef GIFTD_APP_COMMAND_HELP_H
#define GIFTD_APP_COMMAND_HELP_H

#define HELP_DEMO                                                                   \
  "Usage: giftd demo [FLAGS]\n\n"                                                   \
  "Generates four months of a bank's traffic, runs the shipped campaigns over it\n" \
  "and tells what happened. The same flags make the same traffic and gifts.\n\n"    \
  "      --events N       lines of traffic (120000)\n"                              \
  "      --seed S         each number makes another bank (1)\n"                     \
  "      --customers N    how many people (one for every 50 events)\n"              \
  "      --dir DIR        new folder for events, outputs, state (a fresh one\n"     \
  "                       under $TMPDIR or /tmp)\n"                                 \
  "      --campaigns DIR  other campaigns than deploy/demo\n"                       \
  "      --generate FILE  only make the traffic; - is standard output\n"            \
  "      --lang en|zh     language of the reasons (en)\n"                           \
  "      --json           the summary as one JSON object\n"                         \
  "  -q, --quiet          no progress\n\n"                                          \
  "Examples:\n"                                                                     \
  "  giftd demo --events 1000000 --seed 7\n"                                        \
  "  giftd demo --generate events.jsonl --events 50000\n"

#define HELP_INIT                                                                \
  "Usage: giftd init DIR [--dry-run] [--force] [--campaigns DIR]\n\n"            \
  "Makes a working project: giftd.conf, three campaigns with their scenarios,\n" \
  "what they cite, and sample events. Then says what to do next.\n\n"            \
  "      --dry-run        only list what would be written\n"                     \
  "      --force          also into a folder that is not empty; files of the\n"  \
  "                       same names are overwritten\n"                          \
  "      --campaigns DIR  take the campaigns from here (deploy/demo)\n\n"        \
  "Example:\n"                                                                   \
  "  giftd init my-bank && cd my-bank && giftd run -c giftd.conf --once\n"

#define HELP_RUN                                                                     \
  "Usage: giftd run [FLAGS]\n\n"                                                     \
  "Reads events, judges them by the campaigns, writes rewards, decisions and\n"      \
  "dead letters. On Kafka and Redis where kafka.bootstrap.servers is set, else on\n" \
  "files. Resumes where it last committed, however it ended. SIGTERM drains,\n"      \
  "SIGHUP reads the campaigns again.\n\n"                                            \
  "  -c, --config FILE    configuration (docs/CONFIGURATION.md)\n"                   \
  "      --campaigns DIR  campaign files\n"                                          \
  "      --input FILE     files: events, one a line; - is standard input\n"          \
  "      --output DIR     files: where rewards.jsonl and the like go\n"              \
  "      --state DIR      files: what is remembered between runs\n"                  \
  "      --once           stop when nothing is left to do; else keep running\n"      \
  "      --workers N      Kafka: N processes that share the work\n"                  \
  "      --trace FILE     files: every outcome in words, for tests\n"                \
  "      --json           the summary as one JSON object on stdout\n"                \
  "  -X key=value         any option of the configuration; may be repeated\n\n"      \
  "Examples:\n"                                                                      \
  "  giftd run -c giftd.conf -X kafka.bootstrap.servers=localhost:9092\n"            \
  "  giftd run --input events.jsonl --campaigns deploy/campaigns --once\n"

#define HELP_TOPICS                                                               \
  "Usage: giftd topics create|check [FLAGS]\n\n"                                  \
  "create  makes the topics of giftd that are missing (rewards, decisions,\n"     \
  "        messages, journal, checkpoint, dead letters); changes none\n"          \
  "check   says of each whether it has the right form; exit code 1 if not\n\n"    \
  "  -c, --config FILE    configuration: kafka.*, topic.events, topic.prefix\n"   \
  "      --partitions N   make the events topic too, with N partitions\n"         \
  "                       (without it giftd's get as many as that one has)\n"     \
  "      --replicas N     copies of each (as many as the events topic has; for\n" \
  "                       that, or where it has one, the broker's default)\n"     \
  "      --json           one JSON object a topic\n"                              \
  "  -X key=value         any option of the configuration; may be repeated\n\n"   \
  "Example:\n"                                                                    \
  "  giftd topics create -c giftd.conf --partitions 8 --replicas 3\n"

#define HELP_CHECK                                                                   \
  "Usage: giftd check [PATH...] [FLAGS]\n\n"                                         \
  "Reports all errors of all campaign files at once, with file, JSON pointer,\n"     \
  "code and remedy, and what would go wrong commercially. Exit code 1 on errors.\n"  \
  "PATH is a file or folder; without one campaigns.dir of the configuration, else\n" \
  "deploy/campaigns, campaigns or the current folder.\n\n"                           \
  "  -c, --config FILE    the configuration of the run: events.horizon,\n"           \
  "                       events.memory, events.catalogue, id.key_file are\n"        \
  "                       looked at\n"                                               \
  "  -X key=value         any option of it; may be repeated\n"                       \
  "      --against OTHER  tells what would begin anew, go on, or be refused when\n"  \
  "                       these files run next; OTHER is the state folder of a\n"    \
  "                       run, or the files that run. Refused: exit code 1\n"        \
  "      --strict         warnings end with exit code 3\n"                           \
  "      --json           for programs\n\n"                                          \
  "Examples:\n"                                                                      \
  "  giftd check deploy/campaigns\n"                                                 \
  "  giftd check new-campaigns --against giftd-state\n"

#define HELP_TEST                                                                  \
  "Usage: giftd test [PATH...] [FLAGS]\n\n"                                        \
  "Plays the scenarios beside the campaigns (*.test): time passes, events\n"       \
  "arrive, and what must come of each stands under it. What differs is shown in\n" \
  "the words of the scenario. Exit code 1 when a scenario fails.\n\n"              \
  "  -v, --verbose        what happened after each event\n"                        \
  "      --run RE         only scenarios whose title matches\n"                    \
  "      --coverage       requirements, rules and reasons no scenario reaches\n"   \
  "      --threshold N    fail when fewer than N percent of rules are reached\n"   \
  "      --junit FILE     a report for continuous integration\n"                   \
  "      --events DIR     each scenario's events, as run reads them\n"             \
  "  -c, --config FILE    play with events.horizon, events.memory and\n"           \
  "                       events.catalogue of this configuration\n"                \
  "  -X key=value         any option of it; may be repeated\n"                     \
  "      --json           the result as one JSON object\n\n"                       \
  "Example:\n"                                                                     \
  "  giftd test deploy/campaigns --coverage\n"

#define HELP_EXPLAIN                                                              \
  "Usage: giftd explain (--event FILE | --reward ID | --customer ID) [FLAGS]\n\n" \
  "Why a gift was given, or not: for every campaign what was judged, in the\n"    \
  "campaign's own words. Reads only; may be asked while giftd runs.\n\n"          \
  "      --event FILE     lines of events; - is standard input\n"                 \
  "      --reward ID      the event that brought this gift\n"                     \
  "      --customer ID    all events of a customer\n"                             \
  "      --since T        only those from this date or time on\n"                 \
  "  -c, --config FILE    where outputs and campaigns are\n"                      \
  "  -X key=value         any option of the configuration; may be repeated\n"     \
  "      --output DIR     folder of decisions.jsonl\n"                            \
  "      --state DIR      of the same run, for events of the last moments\n"      \
  "      --campaigns DIR  campaign files\n"                                       \
  "      --input FILE     the events, if they were moved\n"                       \
  "      --all            also campaigns that do not listen to such events\n"     \
  "      --brief          one line a rule\n"                                      \
  "      --lang en|zh     language (en)\n"                                        \
  "      --json           one JSON object an event\n\n"                           \
  "Example:\n"                                                                    \
  "  giftd explain -c giftd.conf --customer c0000042 --since 2026-12-04\n"

#define HELP_CAMPAIGN                                                                     \
  "Usage: giftd campaign text FILE... [--lang zh|en] [--campaigns DIR] [FLAGS]\n"         \
  "       giftd campaign approve DIR CAMPAIGN --role ROLE --staff NUMBER\n"               \
  "       giftd campaign approvals DIR [CAMPAIGN] [--json]\n\n"                           \
  "text       the rule text (活动细则) of campaigns, written from their files: for\n" \
  "           the campaign page, and for whoever signs. Complete and exact; its\n"        \
  "           last line has version and digest. Markdown\n"                               \
  "approve    signs a campaign that asks for it (`approval`), as it is now with\n"        \
  "           all that it cites: a line in DIR/approvals.jsonl\n"                         \
  "approvals  who signed, who is missing; exit code 1 if somebody is\n\n"                 \
  "      --lang en|zh     language of the text (en)\n"                                    \
  "      --campaigns DIR  text: where the programmes and lists are that a file\n"         \
  "                       cites (the file's own folder)\n"                                \
  "      --digest HEX     approve: refuse if it is not this that would be signed\n"       \
  "  -c, --config FILE    configuration: events.catalogue, lang\n"                        \
  "  -X key=value         any option of it; may be repeated\n\n"                          \
  "Examples:\n"                                                                           \
  "  giftd campaign text deploy/campaigns/spend/friday-dining.json --lang zh\n"           \
  "  giftd campaign approve campaigns friday-dining --role risk --staff 10017\n"

#define HELP_DRAW                                                                    \
  "Usage: giftd draw commit CAMPAIGN [FLAGS]\n"                                      \
  "       giftd draw audit CAMPAIGN [FLAGS]\n\n"                                     \
  "commit  the line for the campaign's file that commits its draws to a secret,\n"   \
  "        before it begins; its rule text then publishes it\n"                      \
  "audit   recomputes every draw of the decisions, holds the outcome against the\n"  \
  "        odds and the rewards against the decisions; exit code 1 if not all\n"     \
  "        follows. How anybody can: docs/draws.md\n\n"                              \
  "  -c, --config FILE    configuration: id.key_file, campaigns.dir, output.dir\n"   \
  "  -X key=value         any option of it; may be repeated\n"                       \
  "      --campaigns DIR  campaign files, as they ran\n"                             \
  "      --output DIR     folder of decisions.jsonl and rewards.jsonl\n"             \
  "      --decisions FILE lines of decisions; - is standard input\n"                 \
  "      --rewards FILE   lines of rewards\n"                                        \
  "      --secret HEX     the opened secret, for whoever has no id.key_file\n"       \
  "      --reveal         print the secret; refused before the campaign is over\n\n" \
  "Example:\n"                                                                       \
  "  giftd draw audit spring-draw -c giftd.conf --reveal\n"

#define HELP_IMPORT                                                                   \
  "Usage: giftd import facts|grants|balances|lists --input FILE [--output FILE]\n\n"  \
  "Rows of a CSV or JSONL file as events, into what giftd reads, file or topic;\n"    \
  "columns are called as fields of events are (docs/OPERATIONS.md, Import). The\n"    \
  "same file again changes nothing; one that was cut off goes on.\n\n"                \
  "      --input FILE     the rows; --map NAME=COLUMN, --skip COLUMN name columns\n"  \
  "      --output FILE    events; without it -c says which Kafka topic. lists: the\n" \
  "                       list that campaigns cite, CAMPAIGNS/lists/NAME.txt\n"       \
  "      --errors FILE    rows refused, with line and remedy (INPUT.errors.jsonl)\n"  \
  "      --before TIME    history: what happened before the first campaign's day\n"   \
  "      --as-of TIME     time of rows without one; --offset +08:00: of times\n"      \
  "      --type T  --source S  --currency C     of rows that do not say\n"            \
  "      --strict         one row refused: nothing is written\n"                      \
  "      --dry-run        only check and count\n"                                     \
  "      --campaigns DIR  catalogue; -c, -X: the configuration\n"                     \
  "      --json           the summary as one JSON object\n"                           \
  "  -q, --quiet          no progress\n\n"                                            \
  "Example:\n"                                                                        \
  "  giftd import facts --input tiers.csv --as-of 2026-11-30T00:00:00+08:00 \\\n"     \
  "      --output events.jsonl\n"

#define HELP_CONFIG                                                            \
  "Usage: giftd config show [-c FILE] [-X key=value] [--effective] [--json]\n" \
  "       giftd config docs [--metrics] | sample\n\n"                          \
  "show    options that were set, each with the place it came from: flag,\n"   \
  "        environment (GIFTD_...), file; those further left win\n"            \
  "docs    docs/CONFIGURATION.md, from the table of options; with --metrics\n" \
  "        docs/METRICS.md, from the table of metrics\n"                       \
  "sample  deploy/giftd.conf: set for Kafka and Redis on this machine, and\n"  \
  "        every option with its default, as comments\n\n"                     \
  "  -c, --config FILE    configuration (or GIFTD_CONFIG)\n"                   \
  "  -X key=value         as giftd run takes it; may be repeated\n"            \
  "      --effective      defaults too\n"                                      \
  "      --json           every option as one JSON object\n\n"                 \
  "Example:\n"                                                                 \
  "  giftd config show -c giftd.conf --effective\n"

#define HELP_VERSION                                   \
  "Usage: giftd version [--json]\n\n"                  \
  "Prints the version of this program.\n\n"            \
  "      --json           name, version, compiler\n\n" \
  "Example:\n"                                         \
  "  giftd version --json\n"

#endif
