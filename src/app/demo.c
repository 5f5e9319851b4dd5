/* `giftd demo`: everything in one process. Makes a bank's traffic, runs the shipped campaigns over it as `giftd run` would - real files,
 * real store, real commits - and tells what happened. What it leaves in its folder is a working project: events, configuration, outputs,
 * state.
 *
 *     traffic ──▶ DIR/events.jsonl ──▶ service (campaigns) ──▶ DIR/out, DIR/state ──▶ demo_tell
 */
#include "demo.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "giftd/telemetry.h"
#include "help.h"

#define EVENTS_DEFAULT 120000

static const struct option options[] = {{"events", required_argument, NULL, 'n'},
                                        {"seed", required_argument, NULL, 's'},
                                        {"customers", required_argument, NULL, 'u'},
                                        {"dir", required_argument, NULL, 'd'},
                                        {"generate", required_argument, NULL, 'g'},
                                        {"campaigns", required_argument, NULL, 'c'},
                                        {"json", no_argument, NULL, 'j'},
                                        {"lang", required_argument, NULL, 'l'},
                                        {"quiet", no_argument, NULL, 'q'},
                                        {NULL, 0, NULL, 0}};

static bool lang_take(struct demo_flags *flags, const char *text) {
  flags->chinese = strcmp(text, "zh") == 0;
  if (flags->chinese || strcmp(text, "en") == 0) return true;
  (void)help_bad_usage("demo", "--lang is en or zh, not '%s'", text);
  return false;
}

static bool flag_take(struct demo_flags *flags, int flag) {
  switch (flag) {
    case 'n': return help_number("demo", "--events", optarg, 1, TRAFFIC_EVENTS_MOST, &flags->events);
    case 's': return help_number("demo", "--seed", optarg, 0, INT64_MAX, &flags->seed);
    case 'u': return help_number("demo", "--customers", optarg, 1, TRAFFIC_CUSTOMERS_MOST, &flags->customers);
    case 'd': flags->dir = optarg; return true;
    case 'g': flags->generate = optarg; return true;
    case 'c': flags->campaigns = optarg; return true;
    case 'j': flags->json = true; return true;
    case 'l': return lang_take(flags, optarg);
    default: flags->quiet = true; return true;
  }
}

static int flags_read(int argc, char **argv, struct demo_flags *flags) {
  opterr = 0;
  optind = 0;
  for (int flag; (flag = help_flag(argc, argv, ":n:s:q", options)) != -1;) {
    if (flag == '?' || flag == ':') return help_bad_flag("demo", options, argv, flag);
    if (!flag_take(flags, flag)) return EXIT_BAD_USAGE;
  }
  if (optind < argc) return help_bad_usage("demo", "'%s': this command takes no argument", argv[optind]);
  return EXIT_DONE;
}

/* ---- traffic ---- */

static void generated(void *self, uint64_t lines) { progress_step(self, lines, lines); }

static enum status traffic_make(struct demo *demo, FILE *out, struct fault *fault) {
  struct progress progress;
  const struct traffic_settings settings = {.lines = (uint64_t)demo->flags.events,
                                            .customers = (uint32_t)demo->flags.customers,
                                            .seed = (uint64_t)demo->flags.seed,
                                            .progress = demo->flags.quiet ? NULL : generated,
                                            .progress_self = &progress};
  const int64_t started_ms = clock_steady_ms();
  progress_start(&progress, stderr, "making traffic", "events", settings.lines);
  const enum status status = traffic_write(&settings, out, &demo->traffic, fault);
  progress_end(&progress);
  demo->generated_ms = clock_steady_ms() - started_ms;
  return status;
}

static enum status traffic_file(struct demo *demo, const char *path, struct fault *fault) {
  FILE *out = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
  if (out == NULL) return fault_set(fault, STATUS_USAGE, "%s: cannot be written: %s", path, strerror(errno));
  enum status status = traffic_make(demo, out, fault);
  if (out != stdout && fclose(out) != 0 && status == STATUS_OK)
    status = fault_set(fault, STATUS_STORAGE, "%s: cannot be written: %s", path, strerror(errno));
  return status;
}

static int generate_only(struct demo *demo) {
  struct fault fault = {0};
  if (traffic_file(demo, demo->flags.generate, &fault) != STATUS_OK) return app_fail("demo", &fault);
  if (!demo->flags.quiet) {
    fprintf(stderr, "giftd demo: %llu lines of %u customers in %s (%llu repeated, %llu late, %llu broken)\n",
            (unsigned long long)demo->traffic.lines, demo->traffic.customers, demo->flags.generate,
            (unsigned long long)demo->traffic.repeated, (unsigned long long)demo->traffic.late, (unsigned long long)demo->traffic.broken);
  }
  return EXIT_DONE;
}

/* ---- what happened, as it happens ---- */

static int64_t worth_of(const struct gift *gift) { return gift->value_minor * (gift->count > 1 ? gift->count : 1); }

static void tally_gift(struct demo_tally *tally, const struct item *item, const struct gift *gift) {
  const int64_t worth = worth_of(gift);
  switch (gift->kind) {
    case GIFT_ISSUED:
    case GIFT_SUBSTITUTED:
    case GIFT_REGISTERED:
      tally->gifts++;
      *(item->is_points ? &tally->points : &tally->money) += worth;
      break;
    case GIFT_REPAID: *(item->is_points ? &tally->points : &tally->money) += worth; break; /* what was made smaller counted with less */
    case GIFT_CHANCE: tally->chances += (uint64_t)gift->count; break;
    case GIFT_REVOKED:
    case GIFT_REDUCED:
    case GIFT_OFFSET:
      tally->undone++;
      if (!item->is_chance) *(item->is_points ? &tally->points_back : &tally->money_back) += worth;
      break;
    case GIFT_UNDONE:
    case GIFT_REISSUED: /* it counted when it was issued first */
    case GIFT_WAIVED:   /* what failed counts as taken back */
    case GIFT_PENDING:  /* it counts when it is issued */
    case GIFT_LOST: break;
  }
}

static void example_take(struct demo_example *example, const struct demo *demo, const struct event *event, uint32_t rule) {
  const struct rulebook *rulebook = service_loaded(demo->service)->rulebook;
  example->found = true;
  example->time_ms = event->time_ms;
  snprintf(example->customer, sizeof(example->customer), "%.*s", STR_FORMAT(event->customer));
  snprintf(example->rule, sizeof(example->rule), "%.*s", STR_FORMAT(rulebook->rules[rule].name));
}

/* Of gifts the worthiest, one that a limit cut before all others; of refusals the last one of the most telling kind. */
static void examples_look(struct demo *demo, const struct event *event, const struct decision *decision, const struct outcome *outcome) {
  const bool telling = outcome->reason == REASON_OUT_OF_STOCK || outcome->reason == REASON_BUDGET_EXHAUSTED;
  if (outcome->reason == REASON_LIMIT_REACHED || telling) {
    if (demo->refused.found && !telling && demo->refused.reason != REASON_LIMIT_REACHED) return;
    example_take(&demo->refused, demo, event, outcome->rule);
    demo->refused.reason = outcome->reason;
    return;
  }
  if (outcome->reason != REASON_GIVEN || outcome->gift_count == 0) return;
  const struct gift *gift = &decision->gifts[outcome->gift_first];
  if (gift->kind != GIFT_ISSUED && gift->kind != GIFT_SUBSTITUTED) return;
  const int64_t interest = worth_of(gift) + (gift->partial ? LIMIT_AMOUNT_MINOR : 0);
  if (demo->given.found && interest <= demo->given.interest) return;
  example_take(&demo->given, demo, event, outcome->rule);
  demo->given.interest = interest;
  snprintf(demo->given.reward, sizeof(demo->given.reward), "%.*s", (int)gift->id_length, gift->id);
}

static void look(void *self, const struct event *event, const struct decision *decision) {
  struct demo *demo = self;
  const struct rulebook *rulebook = service_loaded(demo->service)->rulebook;
  for (uint32_t i = 0; i < decision->gift_count; i++) {
    const struct gift *gift = &decision->gifts[i];
    if (gift->item == NONE) continue; /* to be chosen: it counts when it is issued */
    tally_gift(&demo->tallies[rulebook->rules[gift->rule].campaign], &rulebook->items[gift->item], gift);
  }
  for (uint32_t i = 0; i < decision->outcome_count; i++) examples_look(demo, event, decision, &decision->outcomes[i]);
}

/* ---- the folder ---- */

static enum status dir_open(struct demo *demo, struct fault *fault) {
  char path[PROJECT_PATH_BYTES];
  if (demo->flags.dir != NULL) {
    if (project_is_filled(demo->flags.dir)) {
      return fault_set(fault, STATUS_USAGE, "%s is not empty; name a new folder with --dir, or leave --dir out for a fresh one",
                       demo->flags.dir);
    }
    const enum status status = project_make(demo->flags.dir, fault);
    if (status == STATUS_OK) project_absolute(demo->flags.dir, demo->dir);
    return status;
  }
  const char *temporary = getenv("TMPDIR");
  if (!project_join(path, temporary == NULL || temporary[0] == 0 ? "/tmp" : temporary, "giftd-demo-XXXXXX") || mkdtemp(path) == NULL) {
    return fault_set(fault, STATUS_USAGE, "%s: a folder cannot be made: %s; name one with --dir DIR", path, strerror(errno));
  }
  project_absolute(path, demo->dir);
  return STATUS_OK;
}

static enum status config_write(struct demo *demo, struct fault *fault) {
  char memory[5 * PROJECT_PATH_BYTES];
  struct buffer text;
  buffer_init(&text, memory, sizeof(memory));
  buffer_print(&text, "# Written by giftd demo --events %lld --seed %lld; giftd run, explain and config read it with -c.\n",
               (long long)demo->flags.events, (long long)demo->flags.seed);
  buffer_print(&text, "input.path = %s/events.jsonl\noutput.dir = %s/out\nstate.dir = %s/state\ncampaigns.dir = %s\n", demo->dir, demo->dir,
               demo->dir, demo->campaigns);
  if (!project_join(demo->config, demo->dir, "giftd.conf")) return fault_set(fault, STATUS_USAGE, "%s: the path is too long", demo->dir);
  return project_write(demo->config, buffer_text(&text), fault);
}

static enum status service_play(struct demo *demo, const struct service_settings *settings, struct fault *fault) {
  const struct engine engine = embedded_engine(demo->embedded);
  enum status status = service_open(settings, &engine, &demo->service, fault);
  if (status != STATUS_OK) return status;
  demo->tallies = calloc(service_loaded(demo->service)->rulebook->campaign_count, sizeof(*demo->tallies));
  if (demo->tallies == NULL) status = fault_set(fault, STATUS_STORAGE, "no memory");
  if (status == STATUS_OK) status = service_run(demo->service, fault);
  if (status == STATUS_OK) status = demo_tell(demo, fault);
  service_close(demo->service);
  free(demo->tallies);
  return status;
}

static enum status events_play(struct demo *demo, const char *events, struct fault *fault) {
  char output[PROJECT_PATH_BYTES], state[PROJECT_PATH_BYTES];
  const char *campaigns[] = {demo->campaigns};
  struct service_settings settings;
  struct embedded_settings embedded;
  if (!project_join(output, demo->dir, "out") || !project_join(state, demo->dir, "state"))
    return fault_set(fault, STATUS_USAGE, "%s: the path is too long", demo->dir);
  service_defaults(&settings);
  settings.command = "demo", settings.campaigns = campaigns, settings.campaign_count = 1;
  settings.once = true, settings.progress = !demo->flags.quiet;
  settings.reloads = false; /* the tallies are of the campaigns at the start */
  embedded_defaults(&embedded);
  embedded.input = events, embedded.output = output, embedded.state = state;
  embedded.observer = look, embedded.observer_self = demo;
  enum status status = embedded_new(&embedded, &demo->embedded, fault);
  if (status == STATUS_OK) status = service_play(demo, &settings, fault);
  embedded_free(demo->embedded);
  return status;
}

static enum status demo_run(struct demo *demo, struct fault *fault) {
  char events[PROJECT_PATH_BYTES];
  enum status status = STATUS_OK;
  if (demo->flags.campaigns != NULL)
    project_absolute(demo->flags.campaigns, demo->campaigns);
  else
    status = project_campaigns(demo->campaigns, fault);
  if (status == STATUS_OK) status = dir_open(demo, fault);
  if (status == STATUS_OK) status = config_write(demo, fault);
  if (status == STATUS_OK && !project_join(events, demo->dir, "events.jsonl"))
    status = fault_set(fault, STATUS_USAGE, "%s: the path is too long", demo->dir);
  if (status == STATUS_OK) status = traffic_file(demo, events, fault);
  return status == STATUS_OK ? events_play(demo, events, fault) : status;
}

int command_demo(int argc, char **argv) {
  static struct demo demo;
  struct fault fault = {0};
  demo = (struct demo){.flags = {.events = EVENTS_DEFAULT, .seed = 1}};
  const int code = flags_read(argc, argv, &demo.flags);
  if (code != EXIT_DONE) return code;
  if (demo.flags.generate != NULL) return generate_only(&demo);
  return demo_run(&demo, &fault) == STATUS_OK ? EXIT_DONE : app_fail("demo", &fault);
}
