/* `approval` of a file: the roles that sign it before it runs (docs/language.md section 2; R127). What the programme `bank` names comes to
 * what each campaign names. Nothing here decides anything while events are judged: signatures are asked for where files are taken up. */
#include "compile.h"

static bool has_role(const struct str *roles, uint32_t count, struct str role) {
  for (uint32_t i = 0; i < count; i++)
    if (str_equal(roles[i], role)) return true;
  return false;
}

void approval_read(struct compile *c, const struct at *at) {
  struct approval *out = &campaign_now(c)->approval;
  uint32_t count;
  if (campaign_now(c)->programme && !file_now(c)->is_bank) {
    report(
        c, at, CHECK_UNKNOWN_KEY,
        "a programme has no rules, so nothing of it runs that could be signed; the campaigns that cite it say 'approval', or bank.json for "
        "all");
    return;
  }
  if (!read_list(c, at, CHECK_BAD_VALUE, &count)) return;
  if (count > LIMIT_ROLES) {
    report(c, at, CHECK_TOO_MANY, "%u roles; at most %u", count, LIMIT_ROLES);
    return;
  }
  struct str *roles = take(c, count, sizeof *roles), role;
  for (uint32_t i = 0; roles != NULL && i < count; i++) {
    struct at item = at_item(at, i);
    if (!read_id(c, &item, true, &role)) continue;
    if (has_role(roles, out->own_count, role))
      report(c, &item, CHECK_DUPLICATE_ID, "the role '%.*s' stands here twice: it signs once", STR_FORMAT(role));
    else
      roles[out->own_count++] = keep_text(c, role);
  }
  out->roles = roles, out->role_count = out->own_count;
}

/* ---- when all is read ---- */

static void roles_add(struct compile *c, struct approval *approval, const struct approval *bank) {
  struct str *roles = take(c, (size_t)approval->own_count + bank->own_count, sizeof *roles);
  if (roles == NULL) return;
  if (approval->own_count > 0) memcpy(roles, approval->roles, approval->own_count * sizeof *roles);
  for (uint32_t i = 0; i < bank->own_count; i++)
    if (!has_role(roles, approval->role_count, bank->roles[i])) roles[approval->role_count++] = bank->roles[i];
  approval->roles = roles;
}

/* In order of name, each once. */
static void list_insert(struct compile *c, uint32_t *lists, uint32_t *count, uint32_t number) {
  uint32_t at = *count;
  while (at > 0 && str_compare(list_at(c, lists[at - 1])->name, list_at(c, number)->name) > 0) at--;
  if (at > 0 && lists[at - 1] == number) return;
  memmove(&lists[at + 1], &lists[at], (*count - at) * sizeof *lists);
  lists[at] = number, ++*count;
}

static void lists_add(struct compile *c, struct approval *approval, uint32_t *lists, uint32_t file) {
  for (uint32_t i = 0; i < c->files[file].listed.count; i++)
    list_insert(c, lists, &approval->list_count, *(uint32_t *)vec_at(c, &c->files[file].listed, i));
}

static void lists_make(struct compile *c, uint32_t number) {
  const struct campaign *campaign = &c->campaigns[number];
  size_t most = c->files[number].listed.count;
  for (uint32_t i = 0; i < campaign->cited_count; i++) most += c->files[*ref_at(c, campaign->cited_first + i)].listed.count;
  struct approval *approval = &c->campaigns[number].approval;
  uint32_t *lists = take(c, most, sizeof *lists);
  if (lists == NULL) return;
  lists_add(c, approval, lists, number);
  for (uint32_t i = 0; i < campaign->cited_count; i++) lists_add(c, approval, lists, *ref_at(c, campaign->cited_first + i));
  approval->lists = lists;
}

void approvals_make(struct compile *c) {
  const struct approval *bank = NULL;
  for (uint32_t i = 0; i < c->file_count; i++)
    if (c->files[i].is_bank) bank = &c->campaigns[i].approval;
  for (uint32_t i = 0; i < c->file_count && !c->full; i++) {
    struct approval *approval = &c->campaigns[i].approval;
    if (c->campaigns[i].programme) continue;
    if (bank != NULL && bank->own_count > 0) roles_add(c, approval, bank);
    if (approval->role_count > 0) lists_make(c, i);
  }
  for (uint32_t i = 0; i < c->file_count; i++)
    if (c->campaigns[i].approval.role_count > LIMIT_ROLES)
      report_in(c, c->files[i].source->name, NULL, CHECK_TOO_MANY, "%u roles with those of the programme 'bank'; at most %u",
                c->campaigns[i].approval.role_count, LIMIT_ROLES);
}
