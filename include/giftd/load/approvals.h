/* Who signed campaigns (docs/language.md section 2, `approval`; R127): approvals.jsonl beside them, read for a run and for `giftd check`,
 * added to and told by `giftd campaign`. The chain and what is signed are the campaign room's (giftd/campaign/signature.h). */
#ifndef GIFTD_LOAD_APPROVALS_H
#define GIFTD_LOAD_APPROVALS_H

#include "giftd/campaign/signature.h"
#include "giftd/load.h"

#define APPROVALS_FILE "approvals.jsonl"

/* The registers beside the campaigns. In the arena of what was loaded. */
struct approvals {
  struct signing signing;
  struct signatures signatures; /* of all registers; `last` is that of the last one */
};

/* Reads approvals.jsonl of each folder among `paths`, which are those of load_open - or of the folders that they lie in, where all are
 * files; without a register nobody signed. STATUS_INPUT: one is broken, and a finding BAD_APPROVALS of `loaded` says where. STATUS_USAGE:
 * one cannot be read. STATUS_STORAGE: somebody holds its lock. STATUS_LIMIT: no room. */
enum status approvals_open(const char *const *paths, uint32_t path_count, struct loaded *loaded, struct approvals *out,
                           struct fault *fault) MUST_USE;
/* Reads them when a campaign asks for signatures, and adds a finding NOT_APPROVED for each that has not all. `missing`: how many. */
enum status approvals_lint(const char *const *paths, uint32_t path_count, struct loaded *loaded, uint32_t *missing,
                           struct fault *fault) MUST_USE;

/* ---- signing ---- */

/* `campaign` is a number of the rulebook, `time` an RFC 3339 text. */
struct signing_request {
  const char *folder;
  uint32_t campaign;
  struct str role, staff, time;
  struct str digest; /* 64 hex, of what was read by whoever signs; empty: of whatever is there */
};
/* One more line in the register of a folder, under its lock, on the disk when this returns STATUS_OK. STATUS_INPUT: broken as above, or
 * this person may not sign so; then nothing is written, as with every other status. */
enum status approvals_sign(const struct signing_request *request, struct loaded *loaded, struct fault *fault) MUST_USE;

/* ---- for people ---- */

/* What `giftd campaign approve` and `approvals` are asked. */
struct approve_request {
  const char *folder, *catalogue; /* the campaigns'; events.catalogue or NULL */
  const char *campaign;           /* its id; NULL: all that ask for signatures */
  const char *role, *staff, *digest;
  int64_t now_ms;
  bool json;
};
/* Signs, and tells who signed and who is missing. Findings go to stderr. */
enum status approve_sign(const struct approve_request *request, struct fault *fault) MUST_USE;
/* Of each campaign: what is signed, by whom, who is missing (`missing` counts), on stdout; a line about the register on stderr. */
enum status approve_list(const struct approve_request *request, uint32_t *missing, struct fault *fault) MUST_USE;

#endif
