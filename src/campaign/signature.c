/* The register of signatures: a text that is only added to, each line bound to the one before it; and what it says of a campaign.
 *
 * The chain has no secret: whoever may write the file and computes every line anew is not found out by it, but by who may write there, and
 * by the last line's hash where it was kept elsewhere (docs/OPERATIONS.md, "Signatures"). What it finds is every edit short of that. */
#include "compile.h"

#include "giftd/campaign/signature.h"

#define HEX_BYTES (2 * DIGEST256_BYTES)

/* ---- a line ---- */

static void hex_put(struct buffer *out, const char *key, const struct digest256 *digest) {
  char hex[HEX_BYTES];
  digest256_to_hex(digest, hex);
  buffer_print(out, ",\"%s\":\"%.*s\"", key, (int)sizeof hex, hex);
}

static void text_put(struct buffer *out, const char *key, struct str text) {
  buffer_print(out, ",\"%s\":", key);
  buffer_json(out, text);
}

void signature_line(struct buffer *out, const struct signature *signature, const struct digest256 *previous, struct digest256 *hash) {
  const size_t start = out->length;
  buffer_put(out, STR("{\"campaign\":"));
  buffer_json(out, signature->campaign);
  hex_put(out, "digest", &signature->digest);
  text_put(out, "role", signature->role);
  text_put(out, "staff", signature->staff);
  text_put(out, "time", signature->time);
  hex_put(out, "previous", previous);
  *hash = hash256((struct str){out->memory + start, out->length - start});
  hex_put(out, "hash", hash);
  buffer_put(out, STR("}\n"));
}

static int nibble(char digit) { return digit >= '0' && digit <= '9' ? digit - '0' : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1; }

static bool hex_read(const json_t *json, struct digest256 *out) {
  struct str hex = text_of(json);
  if (hex.length != HEX_BYTES) return false;
  for (size_t i = 0; i < DIGEST256_BYTES; i++) {
    const int high = nibble(hex.at[2 * i]), low = nibble(hex.at[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out->bytes[i] = (unsigned char)(high << 4 | low);
  }
  return true;
}

/* Why a line is none that may stand here; NULL: it is one. The texts of `out` are the tree's. */
static const char *line_wrong(struct str line, const json_t *json, const struct digest256 *last, struct signature *out,
                              struct digest256 *hash) {
  int64_t time_ms;
  char memory[SIGNATURE_BYTES];
  struct buffer anew;
  struct digest256 previous;
  *out = (struct signature){text_of(json_object_get(json, "campaign")),
                            text_of(json_object_get(json, "role")),
                            text_of(json_object_get(json, "staff")),
                            text_of(json_object_get(json, "time")),
                            {{0}}};
  bool good = id_is_good(out->campaign, false) && id_is_good(out->role, true) && str_is_id(out->staff);
  if (!good || !time_parse(out->time, &time_ms, NULL) || !hex_read(json_object_get(json, "digest"), &out->digest) ||
      !hex_read(json_object_get(json, "previous"), &previous))
    return "this is no signature as giftd campaign approve writes it";
  if (memcmp(previous.bytes, last->bytes, sizeof previous.bytes) != 0)
    return "the line before this one is not the one that it was written behind: that one was edited or put in, or one was taken out";
  buffer_init(&anew, memory, sizeof memory);
  signature_line(&anew, out, &previous, hash);
  if (anew.overflowed || !str_equal((struct str){memory, anew.length - 1}, line)) return "this line was edited after it was written";
  return NULL;
}

/* ---- the register ---- */

static uint32_t lines_of(struct str text) {
  uint32_t count = 0;
  for (size_t i = 0; i < text.length; i++) count += text.at[i] == '\n';
  return count;
}

static const char *line_take(struct compile *c, struct str line, struct signature *out, struct digest256 *last) {
  json_t *json = json_loadb(line.at, line.length, JSON_REJECT_DUPLICATES, NULL);
  struct digest256 hash;
  const char *wrong = line_wrong(line, json, last, out, &hash);
  out->campaign = keep_text(c, out->campaign), out->role = keep_text(c, out->role);
  out->staff = keep_text(c, out->staff), out->time = keep_text(c, out->time);
  json_decref(json);
  if (wrong == NULL) *last = hash;
  return wrong;
}

bool signatures_read(struct str name, struct str text, struct arena *arena, struct signatures *out, struct findings *findings) {
  struct compile c = {.arena = arena, .scratch = arena, .findings = findings};
  struct signature *items = take(&c, lines_of(text), sizeof *items);
  const char *wrong = NULL;
  *out = (struct signatures){.items = items};
  while (items != NULL && text.length > 0 && wrong == NULL) {
    struct str line;
    const bool whole = str_split(text, '\n', &line, &text);
    wrong = whole ? line_take(&c, line, &items[out->count], &out->last) : "the line is not whole: there is no newline at its end";
    if (wrong == NULL) out->count++;
  }
  if (wrong != NULL) report_line(&c, name, CHECK_BAD_APPROVALS, out->count + 1, 1, wrong);
  return wrong == NULL && !c.full;
}

static char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter; }

bool staff_is_same(struct str a, struct str b) {
  if (a.length != b.length) return false;
  for (size_t i = 0; i < a.length; i++)
    if (lower(a.at[i]) != lower(b.at[i])) return false;
  return true;
}

/* ---- who signed ---- */

static bool is_of(const struct signature *signature, struct str campaign, const struct digest256 *digest) {
  return memcmp(signature->digest.bytes, digest->bytes, sizeof digest->bytes) == 0 && str_equal(signature->campaign, campaign);
}

/* The first that a person wrote under these files, up to `most` lines; NULL: none. */
static const struct signature *first_of(const struct signatures *all, uint32_t most, struct str campaign, const struct digest256 *digest,
                                        struct str staff) {
  for (uint32_t i = 0; i < most; i++)
    if (is_of(&all->items[i], campaign, digest) && staff_is_same(all->items[i].staff, staff)) return &all->items[i];
  return NULL;
}

static void role_state(const struct campaign *campaign, uint32_t role, const struct signatures *all, struct approval_state *out) {
  for (uint32_t i = 0; i < all->count && out->by[role] == NULL; i++) {
    const struct signature *one = &all->items[i];
    if (!str_equal(one->role, campaign->approval.roles[role]) || !str_equal(one->campaign, campaign->id)) continue;
    if (!is_of(one, campaign->id, &out->digest))
      out->earlier[role] = one;
    else if (first_of(all, i, campaign->id, &out->digest, one->staff) == NULL)
      out->by[role] = one;
  }
  if (out->by[role] == NULL) out->missing++;
}

enum status signing_state(struct signing *signing, uint32_t campaign, const struct signatures *signatures, struct approval_state *out,
                          struct fault *fault) {
  const struct campaign *of = &signing->rulebook->campaigns[campaign];
  struct str statement;
  *out = (struct approval_state){.missing = 0};
  const enum status status = signing_statement(signing, campaign, &statement, fault);
  if (status != STATUS_OK) return status;
  out->digest = hash256(statement);
  for (uint32_t i = 0; i < of->approval.role_count; i++) role_state(of, i, signatures, out);
  return STATUS_OK;
}

/* "risk, legal" */
static void missing_put(struct buffer *out, const struct campaign *campaign, const struct approval_state *state) {
  bool first = true;
  for (uint32_t i = 0; i < campaign->approval.role_count; i++) {
    if (state->by[i] != NULL) continue;
    buffer_print(out, "%s%.*s", first ? "" : ", ", STR_FORMAT(campaign->approval.roles[i]));
    first = false;
  }
}

void approval_lint(const struct rulebook *rulebook, uint32_t campaign, const struct approval_state *state, struct arena *arena,
                   struct findings *findings) {
  struct compile c = {.arena = arena, .findings = findings};
  const struct campaign *of = &rulebook->campaigns[campaign];
  char memory[LIMIT_ROLES * (LIMIT_ID_BYTES + 2)];
  struct buffer missing;
  bool void_now = false;
  if (state->missing == 0) return;
  for (uint32_t i = 0; i < of->approval.role_count; i++) void_now = void_now || state->earlier[i] != NULL;
  buffer_init(&missing, memory, sizeof memory);
  missing_put(&missing, of, state);
  report_named(&c, of->file, of->approval.own_count > 0 ? STR("/approval") : STR(""), CHECK_NOT_APPROVED, "not signed by: %.*s%s",
               STR_FORMAT(buffer_text(&missing)),
               void_now ? " (what was signed before is another version of this file, or of what it cites)" : "");
}

void signature_refusal(struct buffer *out, const struct rulebook *rulebook, uint32_t campaign, const struct approval_state *state,
                       const struct signatures *signatures, struct str role, struct str staff) {
  const struct campaign *of = &rulebook->campaigns[campaign];
  const struct approval *approval = &of->approval;
  const struct signature *other = first_of(signatures, signatures->count, of->id, &state->digest, staff);
  uint32_t number = 0;
  while (number < approval->role_count && !str_equal(approval->roles[number], role)) number++;
  if (approval->role_count == 0) {
    buffer_print(out, "%.*s asks for no signatures: neither it nor the programme 'bank' has the key 'approval'", STR_FORMAT(of->id));
  } else if (number == approval->role_count) {
    buffer_print(out, "%.*s asks for no '%.*s' to sign; it asks for", STR_FORMAT(of->id), STR_FORMAT(role));
    for (uint32_t i = 0; i < approval->role_count; i++) buffer_print(out, "%s %.*s", i > 0 ? "," : "", STR_FORMAT(approval->roles[i]));
  } else if (state->by[number] != NULL) {
    buffer_print(out, "%.*s is signed as %.*s already, by %.*s on %.*s", STR_FORMAT(of->id), STR_FORMAT(role),
                 STR_FORMAT(state->by[number]->staff), STR_FORMAT(state->by[number]->time));
  } else if (other != NULL) {
    buffer_print(out, "%.*s signed %.*s as %.*s: one person signs for one role", STR_FORMAT(other->staff), STR_FORMAT(of->id),
                 STR_FORMAT(other->role));
  }
}
