/* `giftd draw`: the promise of a draw before it, and its proof behind it (docs/draws.md; R55).
 *
 *     commit   the line that goes into the campaign's file, and with its rule text to the public, before the campaign begins
 *     audit    every draw of the decisions recomputed, the odds against the outcome; with --reveal the secret, once the campaign is over
 *
 * Whoever was told the secret audits with --secret, without the bank's key. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config_flags.h"
#include "giftd/audit.h"
#include "giftd/telemetry.h"
#include "help.h"

#define PATH_BYTES 4096u

struct draw_request {
  struct config_flags flags;
  struct config_given given;
  const char *verb, *campaign, *decisions, *rewards, *secret;
  bool reveal;
};

static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                        {"campaigns", required_argument, NULL, OPTION_FLAG(CONFIG_CAMPAIGNS_DIR)},
                                        {"output", required_argument, NULL, OPTION_FLAG(CONFIG_OUTPUT_DIR)},
                                        {"decisions", required_argument, NULL, 'd'},
                                        {"rewards", required_argument, NULL, 'r'},
                                        {"secret", required_argument, NULL, 's'},
                                        {"reveal", no_argument, NULL, 'v'},
                                        {NULL, 0, NULL, 0}};

static int flag_take(struct draw_request *request, char **argv, int flag) {
  switch (flag) {
    case 'c': request->flags.file = optarg; return EXIT_DONE;
    case 'X': return config_flags_set(&request->flags, "draw", optarg) ? EXIT_DONE : EXIT_BAD_USAGE;
    case 'd': request->decisions = optarg; return EXIT_DONE;
    case 'r': request->rewards = optarg; return EXIT_DONE;
    case 's': request->secret = optarg; return EXIT_DONE;
    case 'v': request->reveal = true; return EXIT_DONE;
    default: break;
  }
  if (flag < OPTION_FLAG(0)) return help_bad_flag("draw", options, argv, flag);
  request->flags.values[flag - OPTION_FLAG(0)] = optarg;
  return EXIT_DONE;
}

static int request_read(int argc, char **argv, struct draw_request *request) {
  static const char *const verbs[] = {"commit", "audit", NULL};
  opterr = 0;
  optind = 0;
  for (int flag; (flag = help_flag(argc, argv, ":c:X:", options)) != -1;) {
    const int code = flag_take(request, argv, flag);
    if (code != EXIT_DONE) return code;
  }
  if (optind == argc) return help_bad_usage("draw", "expected commit or audit");
  request->verb = argv[optind++];
  if (strcmp(request->verb, verbs[0]) != 0 && strcmp(request->verb, verbs[1]) != 0)
    return help_bad_word("draw", request->verb, verbs, "commit or audit");
  if (optind + 1 != argc) return help_bad_usage("draw", "%s: name one campaign by its id", request->verb);
  request->campaign = argv[optind];
  if (strcmp(request->verb, "commit") == 0 && (request->reveal || request->secret != NULL || request->decisions != NULL))
    return help_bad_usage("draw", "--secret, --decisions and --reveal are for audit");
  return EXIT_DONE;
}

/* ---- the campaign and its secret ---- */

static enum status campaign_find(struct draw_request *request, struct loaded *loaded, const struct campaign **out, struct fault *fault) {
  struct arena *arena = &request->given.arena;
  const struct config *config = &request->given.config;
  const char *paths[2] = {arena_copy(arena, config_text(config, CONFIG_CAMPAIGNS_DIR)).at,
                          config_given_path(&request->given, CONFIG_EVENTS_CATALOGUE)};
  const enum status status = load_open(paths, paths[1] != NULL ? 2 : 1, loaded, fault);
  if (status == STATUS_INPUT) load_print(&loaded->findings, stderr, 40);
  if (status != STATUS_OK) return status;
  for (uint32_t i = 0; i < loaded->rulebook->campaign_count; i++) {
    const struct campaign *campaign = &loaded->rulebook->campaigns[i];
    if (!str_equal(campaign->id, str_of(request->campaign))) continue;
    *out = campaign;
    for (uint32_t k = 0; k < campaign->rule_count; k++)
      if (loaded->rulebook->rules[campaign->rule_first + k].give == GIVE_DRAW_OF) return STATUS_OK;
    return fault_set(fault, STATUS_USAGE, "the campaign %s has no rule that draws", request->campaign);
  }
  return fault_set(fault, STATUS_USAGE, "%s has no campaign %s", paths[0], request->campaign);
}

static int hex_value(char digit) {
  return digit >= '0' && digit <= '9' ? digit - '0' : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static bool secret_parse(const char *hex, struct digest256 *out) {
  if (strlen(hex) != 2 * DIGEST256_BYTES) return false;
  for (size_t i = 0; i < DIGEST256_BYTES; i++) {
    const int high = hex_value(hex[2 * i]), low = hex_value(hex[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out->bytes[i] = (unsigned char)(high << 4 | low);
  }
  return true;
}

static enum status secret_take(const struct draw_request *request, const struct campaign *campaign, struct digest256 *out,
                               struct fault *fault) {
  struct hash_key key;
  struct digest256 draws;
  enum id_key kind;
  if (request->secret != NULL)
    return secret_parse(request->secret, out) ? STATUS_OK : fault_set(fault, STATUS_USAGE, "--secret: expected 64 of 0-9 a-f");
  const enum status status = config_id_key(&request->given.config, &key, &draws, &kind, fault);
  if (status != STATUS_OK) return status;
  if (kind != ID_KEY_SECRET)
    return fault_set(fault, STATUS_USAGE, "id.key_file %s: there is no secret to commit to; make one first (head -c 32 /dev/urandom)",
                     kind == ID_KEY_NONE ? "is not set" : "holds one byte over and over");
  *out = draw_secret(&draws, campaign);
  return STATUS_OK;
}

static void time_print(FILE *stream, int64_t utc_ms, struct zone zone) {
  char memory[64];
  struct buffer out;
  buffer_init(&out, memory, sizeof memory);
  buffer_time_in(&out, utc_ms, zone);
  fprintf(stream, "%.*s", (int)out.length, memory);
}

/* ---- commit ---- */

static enum status commit_tell(const struct campaign *campaign, const struct digest256 *secret, struct fault *fault) {
  char memory[DRAW_COMMITMENT_BYTES];
  const struct str commitment = {memory, sizeof memory};
  draw_commitment(secret, campaign, memory);
  const bool known = str_equal(campaign->commitment, commitment);
  if (!known && campaign->commitment.length > 0)
    return fault_set(fault, STATUS_INPUT, "%.*s says %.*s, which is not this secret's for this first day; that is %.*s",
                     STR_FORMAT(campaign->file), STR_FORMAT(campaign->commitment), STR_FORMAT(commitment));
  if (!known && clock_wall_ms() >= campaign->from_ms)
    return fault_set(fault, STATUS_INPUT,
                     "%.*s has begun: a commitment that is made now commits to nothing, and while it runs it draws as it began",
                     STR_FORMAT(campaign->id));
  printf("\"draws\": {\"commitment\": \"%.*s\"}\n", STR_FORMAT(commitment));
  if (known) {
    fprintf(stderr, "giftd draw: the file says so already\n");
    return STATUS_OK;
  }
  fprintf(stderr, "giftd draw: put this line into %.*s and publish its rule text before ", STR_FORMAT(campaign->file));
  time_print(stderr, campaign->from_ms, campaign->zone);
  fprintf(stderr, "\n");
  return STATUS_OK;
}

/* ---- audit ---- */

static enum status file_open(const char *path, FILE **out, struct fault *fault) {
  *out = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
  return *out != NULL ? STATUS_OK : fault_set(fault, STATUS_USAGE, "%s cannot be opened: %s", path, strerror(errno));
}

static enum status file_audit(struct draw_audit *audit, const char *path, bool rewards, struct fault *fault) {
  FILE *file;
  enum status status = file_open(path, &file, fault);
  if (status != STATUS_OK) return status;
  status = rewards ? draw_audit_rewards(audit, file, fault) : draw_audit_decisions(audit, file, fault);
  if (file != stdin) (void)fclose(file);
  return status == STATUS_OK ? STATUS_OK : fault_prefix(fault, "%s: ", path);
}

/* Files of the output folder, unless they are named; decisions alone named: no rewards. */
static enum status files_audit(struct draw_request *request, struct draw_audit *audit, bool *rewards, struct fault *fault) {
  char decisions[PATH_BYTES], other[PATH_BYTES];
  const struct str output = config_text(&request->given.config, CONFIG_OUTPUT_DIR);
  (void)snprintf(decisions, sizeof decisions, "%.*s/decisions.jsonl", STR_FORMAT(output));
  (void)snprintf(other, sizeof other, "%.*s/rewards.jsonl", STR_FORMAT(output));
  *rewards = request->decisions == NULL || request->rewards != NULL;
  const enum status status = file_audit(audit, request->decisions != NULL ? request->decisions : decisions, false, fault);
  if (status != STATUS_OK || !*rewards) return status;
  return file_audit(audit, request->rewards != NULL ? request->rewards : other, true, fault);
}

/* Opened too early, it tells what the next event wins. */
static enum status reveal_tell(const struct campaign *campaign, const struct digest256 *secret, struct fault *fault) {
  char hex[2 * DIGEST256_BYTES];
  const int64_t open_ms = draws_open_ms(campaign);
  if (clock_wall_ms() < open_ms) {
    char memory[64];
    struct buffer out;
    buffer_init(&out, memory, sizeof memory);
    buffer_time_in(&out, open_ms, campaign->zone);
    return fault_set(fault, STATUS_USAGE, "%.*s may still draw until %.*s, closing and late events counted: the secret stays closed",
                     STR_FORMAT(campaign->id), (int)out.length, memory);
  }
  digest256_to_hex(secret, hex);
  printf("first instant: %lld\nsecret: %.*s\n", (long long)campaign->from_ms, (int)sizeof hex, hex);
  return STATUS_OK;
}

static enum status commitment_hold(const struct campaign *campaign, const struct digest256 *secret, struct fault *fault) {
  char commitment[DRAW_COMMITMENT_BYTES];
  if (campaign->commitment.length == 0)
    return fault_set(fault, STATUS_USAGE, "%.*s committed to no secret, so its draws cannot be audited (docs/draws.md)",
                     STR_FORMAT(campaign->file));
  draw_commitment(secret, campaign, commitment);
  if (str_equal(campaign->commitment, (struct str){commitment, sizeof commitment})) return STATUS_OK;
  return fault_set(fault, STATUS_INPUT, "this is NOT the secret that %.*s committed to (%.*s); this one's commitment is %.*s",
                   STR_FORMAT(campaign->id), STR_FORMAT(campaign->commitment), (int)sizeof commitment, commitment);
}

static enum status audit_tell(struct draw_request *request, const struct loaded *loaded, const struct campaign *campaign,
                              const struct digest256 *secret, bool *good, struct fault *fault) {
  struct draw_audit audit;
  bool rewards = false;
  enum status status = commitment_hold(campaign, secret, fault);
  if (status != STATUS_OK) return status;
  printf("%.*s, version %u, commitment %.*s: holds\n", STR_FORMAT(campaign->id), campaign->version, STR_FORMAT(campaign->commitment));
  if (request->reveal) status = reveal_tell(campaign, secret, fault);
  if (status != STATUS_OK) return status;
  status = draw_audit_open(&audit, loaded->rulebook, campaign, secret, stdout, fault);
  if (status == STATUS_OK) status = files_audit(request, &audit, &rewards, fault);
  if (status == STATUS_OK) *good = draw_audit_verdict(&audit, rewards);
  draw_audit_close(&audit);
  return status;
}

/* ---- the command ---- */

static enum status answer(struct draw_request *request, bool *good, struct fault *fault) {
  struct loaded loaded = {.region = NULL};
  const struct campaign *campaign = NULL;
  struct digest256 secret = {{0}};
  enum status status = config_given_open(&request->flags, options, &request->given, fault);
  if (status != STATUS_OK) return status;
  status = campaign_find(request, &loaded, &campaign, fault);
  if (status == STATUS_OK) status = secret_take(request, campaign, &secret, fault);
  if (status == STATUS_OK && strcmp(request->verb, "commit") == 0)
    status = commit_tell(campaign, &secret, fault);
  else if (status == STATUS_OK)
    status = audit_tell(request, &loaded, campaign, &secret, good, fault);
  explicit_bzero(&secret, sizeof secret);
  load_close(&loaded);
  return status;
}

int command_draw(int argc, char **argv) {
  static struct draw_request request;
  struct fault fault = {.status = STATUS_OK};
  bool good = true;
  request = (struct draw_request){.verb = NULL};
  const int code = request_read(argc, argv, &request);
  if (code != EXIT_DONE) return code;
  const enum status status = answer(&request, &good, &fault);
  config_given_close(&request.given);
  if (status != STATUS_OK) return app_fail("draw", &fault);
  return good ? EXIT_DONE : EXIT_BAD_ANSWER;
}
