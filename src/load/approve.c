/* `giftd campaign approve` and `giftd campaign approvals` (R127): who has to sign a campaign before it runs, signs it here. What is signed
 * is the campaign with all that it cites, as it lies in the folder now. */
#include <stdio.h>
#include <stdlib.h>

#include "giftd/load/approvals.h"

#define LINE_BYTES ((size_t)1 << 20)

static uint32_t path_count(const char *const paths[2]) { return paths[1] == NULL ? 1 : 2; }

static enum status folder_load(const char *const paths[2], struct loaded *loaded, struct fault *fault) {
  const enum status status = load_open(paths, path_count(paths), loaded, fault);
  if (status == STATUS_INPUT) load_print(&loaded->findings, stderr, 40);
  return status;
}

static enum status campaign_find(const struct approve_request *request, const struct loaded *loaded, uint32_t *out, struct fault *fault) {
  const struct rulebook *rulebook = loaded->rulebook;
  for (*out = 0; *out < rulebook->campaign_count; ++*out) {
    if (!str_equal(rulebook->campaigns[*out].id, str_of(request->campaign))) continue;
    if (!rulebook->campaigns[*out].programme) return STATUS_OK;
    return fault_set(fault, STATUS_USAGE, "%s is a programme: what is cited of it is signed with each campaign", request->campaign);
  }
  return fault_set(fault, STATUS_USAGE, "%s: there is no such campaign; name it by its id", request->folder);
}

/* ---- telling ---- */

static void hex_print(const struct digest256 *digest) {
  char hex[2 * DIGEST256_BYTES];
  digest256_to_hex(digest, hex);
  printf("%.*s", (int)sizeof hex, hex);
}

static void state_text(const struct campaign *campaign, const struct approval_state *state) {
  printf("%.*s, version %u: %s\n  digest ", STR_FORMAT(campaign->id), campaign->version,
         state->missing == 0 ? "signed by all" : "signatures are missing");
  hex_print(&state->digest);
  putchar('\n');
  for (uint32_t i = 0; i < campaign->approval.role_count; i++) {
    const struct signature *by = state->by[i], *earlier = state->earlier[i];
    printf("  %-16.*s ", STR_FORMAT(campaign->approval.roles[i]));
    if (by != NULL)
      printf("signed by %.*s, %.*s\n", STR_FORMAT(by->staff), STR_FORMAT(by->time));
    else if (earlier != NULL)
      printf("missing (%.*s signed what was there before, %.*s)\n", STR_FORMAT(earlier->staff), STR_FORMAT(earlier->time));
    else
      printf("missing\n");
  }
}

static void member(struct buffer *out, const char *name, struct str text) {
  buffer_print(out, ",\"%s\":", name);
  buffer_json(out, text);
}

/* Each line of the statement as an object: "HEX  kind name". */
static void signs_json(struct buffer *out, struct str statement) {
  struct str line, hex, kind, name;
  bool first = true;
  (void)str_split(statement, '\n', &line, &statement);
  buffer_put(out, STR(",\"signs\":["));
  while (statement.length > 0) {
    (void)str_split(statement, '\n', &line, &statement);
    (void)str_split(line, ' ', &hex, &line);
    (void)str_split(str_trim(line), ' ', &kind, &name);
    buffer_put(out, first ? STR("{\"kind\":") : STR(",{\"kind\":"));
    buffer_json(out, kind);
    member(out, "name", name);
    member(out, "sha256", hex);
    buffer_byte(out, '}');
    first = false;
  }
  buffer_byte(out, ']');
}

static void roles_json(struct buffer *out, const struct campaign *campaign, const struct approval_state *state) {
  buffer_put(out, STR(",\"roles\":["));
  for (uint32_t i = 0; i < campaign->approval.role_count; i++) {
    buffer_print(out, "%s{\"role\":", i > 0 ? "," : "");
    buffer_json(out, campaign->approval.roles[i]);
    buffer_print(out, ",\"signed\":%s", state->by[i] != NULL ? "true" : "false");
    if (state->by[i] != NULL) member(out, "staff", state->by[i]->staff);
    if (state->by[i] != NULL) member(out, "time", state->by[i]->time);
    buffer_byte(out, '}');
  }
  buffer_byte(out, ']');
}

static enum status state_json(const struct campaign *campaign, const struct approval_state *state, struct str statement,
                              struct fault *fault) {
  struct buffer out;
  char *memory = malloc(LINE_BYTES), hex[2 * DIGEST256_BYTES];
  if (memory == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  buffer_init(&out, memory, LINE_BYTES);
  digest256_to_hex(&state->digest, hex);
  buffer_put(&out, STR("{\"campaign\":"));
  buffer_json(&out, campaign->id);
  buffer_print(&out, ",\"version\":%u", campaign->version);
  member(&out, "digest", (struct str){hex, sizeof hex});
  buffer_print(&out, ",\"approved\":%s", state->missing == 0 ? "true" : "false");
  roles_json(&out, campaign, state);
  signs_json(&out, statement);
  buffer_put(&out, STR("}\n"));
  (void)fwrite(out.memory, 1, out.length, stdout);
  free(memory);
  return STATUS_OK;
}

static enum status state_tell(const struct approve_request *request, struct approvals *approvals, uint32_t number, uint32_t *missing,
                              struct fault *fault) {
  const struct campaign *campaign = &approvals->signing.rulebook->campaigns[number];
  struct approval_state state;
  struct str statement;
  enum status status = signing_state(&approvals->signing, number, &approvals->signatures, &state, fault);
  if (status == STATUS_OK) status = signing_statement(&approvals->signing, number, &statement, fault);
  if (status != STATUS_OK) return status;
  *missing += state.missing;
  if (request->json) return state_json(campaign, &state, statement, fault);
  state_text(campaign, &state);
  return STATUS_OK;
}

/* The last line's hash stands for all before it: kept elsewhere, it shows whether the register was made anew. */
static void register_tell(const struct signatures *signatures) {
  char hex[2 * DIGEST256_BYTES];
  digest256_to_hex(&signatures->last, hex);
  fprintf(stderr, "giftd campaign: %u signature%s in the register", signatures->count, signatures->count == 1 ? "" : "s");
  if (signatures->count > 0) fprintf(stderr, ", the last has the hash %.*s", (int)sizeof hex, hex);
  fputc('\n', stderr);
}

/* Of one campaign, or of all that ask for signatures. */
static enum status states_tell(const struct approve_request *request, const char *const paths[2], struct loaded *loaded, uint32_t only,
                               uint32_t *missing, struct fault *fault) {
  struct approvals approvals;
  uint32_t told = 0;
  enum status status = approvals_open(paths, path_count(paths), loaded, &approvals, fault);
  if (status == STATUS_INPUT) load_print(&loaded->findings, stderr, 40);
  for (uint32_t i = 0; i < loaded->rulebook->campaign_count && status == STATUS_OK; i++) {
    const struct campaign *campaign = &loaded->rulebook->campaigns[i];
    if (campaign->programme || campaign->approval.role_count == 0 || (only != NONE && i != only)) continue;
    status = state_tell(request, &approvals, i, missing, fault);
    told++;
  }
  if (status == STATUS_OK && told == 0) fprintf(stderr, "giftd campaign: nothing there asks for signatures\n");
  if (status == STATUS_OK) register_tell(&approvals.signatures);
  return status;
}

/* ---- the two commands ---- */

static enum status one_sign(const struct approve_request *request, struct loaded *loaded, uint32_t campaign, struct fault *fault) {
  char memory[64];
  struct buffer time;
  buffer_init(&time, memory, sizeof memory);
  buffer_time(&time, request->now_ms / MS_PER_SECOND * MS_PER_SECOND, 0);
  const struct signing_request signing = {request->folder,        campaign,           str_of(request->role),
                                          str_of(request->staff), buffer_text(&time), str_of(request->digest)};
  const enum status status = approvals_sign(&signing, loaded, fault);
  if (status == STATUS_INPUT) load_print(&loaded->findings, stderr, 40);
  return status;
}

enum status approve_sign(const struct approve_request *request, struct fault *fault) {
  struct loaded loaded = {.region = NULL};
  const char *const paths[2] = {request->folder, request->catalogue};
  uint32_t missing = 0, campaign = NONE;
  enum status status = folder_load(paths, &loaded, fault);
  if (status == STATUS_OK) status = campaign_find(request, &loaded, &campaign, fault);
  if (status == STATUS_OK) status = one_sign(request, &loaded, campaign, fault);
  if (status == STATUS_OK) status = states_tell(request, paths, &loaded, campaign, &missing, fault);
  load_close(&loaded);
  return status;
}

enum status approve_list(const struct approve_request *request, uint32_t *missing, struct fault *fault) {
  struct loaded loaded = {.region = NULL};
  const char *const paths[2] = {request->folder, request->catalogue};
  uint32_t only = NONE;
  *missing = 0;
  enum status status = folder_load(paths, &loaded, fault);
  if (status == STATUS_OK && request->campaign != NULL) status = campaign_find(request, &loaded, &only, fault);
  if (status == STATUS_OK) status = states_tell(request, paths, &loaded, only, missing, fault);
  load_close(&loaded);
  return status;
}
