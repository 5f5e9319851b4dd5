/* Signatures of campaigns (docs/language.md section 2, `approval`; R127).
 *
 *     rulebook, catalogues -> signing_open -> signing_statement: what is signed, a line for each file -> its SHA-256
 *     approvals.jsonl -> signatures_read: the chain of lines; signature_line: one more
 *     both -> signing_state: who signed the campaign as it is now, who is missing
 *
 * Pure: who reads and writes the register, under its lock, is the load room. */
#ifndef GIFTD_CAMPAIGN_SIGNATURE_H
#define GIFTD_CAMPAIGN_SIGNATURE_H

#include "giftd/base/limits.h"
#include "giftd/base/mac.h"
#include "giftd/campaign.h"

/* ---- what is signed ---- */

/* What a catalogue declares, and a digest of how. */
struct declared {
  const char *kind;         /* "type", "field" */
  struct str name, written; /* as events call it, as campaign files do */
  struct digest256 digest;
};

/* One for many campaigns: what several cite is hashed once. */
struct signing {
  const struct rulebook *rulebook;
  struct arena *arena; /* borrowed */
  struct declared *declared;
  uint32_t declared_count;
  struct signed_file *files; /* [campaign_count] */
  struct signed_list *lists; /* [list_count] */
  char *text;                /* STATEMENT_BYTES */
};

/* `catalogues`: the bank's own, as they were read. Keeps what it makes in `arena`. STATUS_LIMIT: that is full. */
enum status signing_open(struct signing *signing, const struct rulebook *rulebook, const struct source *catalogues,
                         uint32_t catalogue_count, struct arena *arena, struct fault *fault) MUST_USE;

#define STATEMENT_BYTES (256u * 1024u)
/* "giftd-approval 1" and a line for each file: SHA-256 of its bytes, what it is, its name. The campaign first, then the programmes that it
 * cites, list files, calendars that stand beside it, and what it names of the catalogues, each kind in order of name. No path is in it:
 * files may be moved with their signatures. `out` is borrowed until the next call. STATUS_LIMIT: it is too long, or the arena is full. */
enum status signing_statement(struct signing *signing, uint32_t campaign, struct str *out, struct fault *fault) MUST_USE;

/* ---- the register ---- */

#define SIGNATURE_BYTES 640u /* a line, at most */

struct signature {
  struct str campaign, role, staff, time;
  struct digest256 digest;
};
struct signatures {
  const struct signature *items; /* in order of lines */
  uint32_t count;
  struct digest256 last; /* "hash" of the last line; zeros: there is none yet */
};

/* A line, with its newline: {"campaign", "digest", "role", "staff", "time", "previous", "hash"}. `previous` is the hash of the line before,
 * `hash` the SHA-256 of this line up to itself: no line can be edited, taken out or put in without every one behind it being made anew. */
void signature_line(struct buffer *out, const struct signature *signature, const struct digest256 *previous, struct digest256 *hash);
/* The signatures of a register, `name` is where it lies, into the arena; texts are copied. False: it is broken, and a finding BAD_APPROVALS
 * says which line, or the arena is full. */
bool signatures_read(struct str name, struct str text, struct arena *arena, struct signatures *out, struct findings *findings);
/* Staff are numbers or accounts: 1 to 64 of A-Z a-z 0-9 _ . : -, and one person in whatever case. */
bool staff_is_same(struct str a, struct str b);

/* ---- who signed ---- */

struct approval_state {
  struct digest256 digest;                      /* of the campaign as it is now */
  const struct signature *by[LIMIT_ROLES];      /* for each role of it: NULL: missing */
  const struct signature *earlier[LIMIT_ROLES]; /* missing: the last that was for other files, or NULL */
  uint32_t missing;
};
/* Four eyes: of one person's signatures under one digest the first counts, whatever role the others are for. */
enum status signing_state(struct signing *signing, uint32_t campaign, const struct signatures *signatures, struct approval_state *out,
                          struct fault *fault) MUST_USE;
/* A finding NOT_APPROVED at the place of the file that asks, with the roles that are missing. */
void approval_lint(const struct rulebook *rulebook, uint32_t campaign, const struct approval_state *state, struct arena *arena,
                   struct findings *findings);
/* Why `staff` may not sign so: into `out`, or nothing. */
void signature_refusal(struct buffer *out, const struct rulebook *rulebook, uint32_t campaign, const struct approval_state *state,
                       const struct signatures *signatures, struct str role, struct str staff);

#endif
