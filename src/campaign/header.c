/* The header of a file (docs/language.md section 2): what everything else in it is read by - currency, zone, period - comes first; what
 * cites names - audience, risk - when all names are known. */
#include "compile.h"

static const struct key header_keys[] = {
    {"$schema", KEY_MAY}, {"id", KEY_MUST},        {"version", KEY_MUST},    {"name", KEY_MUST},     {"period", KEY_MAY},
    {"late", KEY_MAY},    {"currency", KEY_MAY},   {"calendar", KEY_MAY},    {"audience", KEY_MAY},  {"enrolment", KEY_MAY},
    {"risk", KEY_MAY},    {"activities", KEY_MAY}, {"lists", KEY_MAY},       {"schedules", KEY_MAY}, {"facts", KEY_MAY},
    {"limits", KEY_MAY},  {"pools", KEY_MAY},      {"on_reversal", KEY_MAY}, {"rules", KEY_MAY},     {"fx", KEY_MAY},
    {"groups", KEY_MAY},  {"draws", KEY_MAY},      {"on_failure", KEY_MAY},  {"approval", KEY_MAY},  {NULL, KEY_MAY}};
static const struct key name_keys[] = {{"zh", KEY_MUST}, {"en", KEY_MUST}, {NULL, KEY_MAY}};
static const struct key period_keys[] = {{"from", KEY_MUST},   {"to", KEY_MUST},  {"shown_from", KEY_MAY},
                                         {"closing", KEY_MAY}, {"zone", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key late_keys[] = {{"accept", KEY_MAY}, {"backfill", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key audience_keys[] = {{"include", KEY_MAY}, {"exclude", KEY_MAY}, {"when", KEY_MAY},
                                           {"holdout", KEY_MAY}, {"as_of", KEY_MAY},   {NULL, KEY_MAY}};
static const struct key draws_keys[] = {{"commitment", KEY_MUST}, {NULL, KEY_MAY}};
static const struct key risk_keys[] = {{"deny", KEY_MAY}, {"review", KEY_MAY}, {NULL, KEY_MAY}};
#define LATE_MS (72 * 60 * 60 * 1000LL)
#define LATE_MOST_DAYS 90
#define MEMBERS_MOST 256u
#define NAME_BYTES 200u

/* ---- plain keys ---- */

static void name_text_read(struct compile *c, const struct at *at, struct str *out) {
  struct str text;
  if (at->json == NULL || !read_text(c, at, &text)) return;
  if (text.length > NAME_BYTES)
    report(c, at, CHECK_BAD_VALUE, "a name is at most %u bytes", NAME_BYTES);
  else
    *out = keep_text(c, text);
}

static void name_read(struct compile *c, const struct at *root, struct campaign *out) {
  struct at name = at_key(root, "name"), zh = at_key(&name, "zh"), en = at_key(&name, "en");
  if (name.json == NULL || !keys_check(c, &name, name_keys, "a name")) return;
  name_text_read(c, &zh, &out->name_zh);
  name_text_read(c, &en, &out->name_en);
}

static void currency_read(struct compile *c, const struct at *root, struct campaign *out) {
  struct at currency = at_key(root, "currency");
  struct str code;
  out->currency = STR("CNY"), out->decimals = 2;
  if (currency.json == NULL || !read_text(c, &currency, &code)) return;
  int decimals = currency_decimals(code);
  if (decimals < 0) {
    report(c, &currency, CHECK_BAD_CURRENCY, "'%.*s' is not a currency of ISO 4217", STR_FORMAT(code));
    return;
  }
  out->currency = keep_text(c, code), out->decimals = decimals;
}

static void zone_read(struct compile *c, const struct at *period, struct campaign *out) {
  struct at zone = at_key(period, "zone");
  struct str name;
  out->zone_name = STR("Asia/Shanghai"), out->zone = zone_fixed(480);
  if (zone.json == NULL || !read_text(c, &zone, &name)) return;
  if (zone_find(name, &out->zone)) {
    out->zone_name = keep_text(c, name);
  } else {
    struct near near = near_start(name);
    zones_offer(&near);
    struct str hint = near_text(c, &near);
    report(c, &zone, CHECK_BAD_ZONE, "'%.*s' is not a zone that giftd knows%.*s", STR_FORMAT(name), STR_FORMAT(hint));
  }
}

/* ---- period ---- */

static void closing_read(struct compile *c, const struct at *period, struct campaign *out) {
  struct at closing = at_key(period, "closing");
  struct duration duration = {.ms = 7 * MS_PER_DAY, .days = true};
  if (closing.json != NULL) (void)read_duration(c, &closing, &duration);
  out->closing_ms = duration_add(out->to_ms, duration, 1, out->zone);
}

static void shown_read(struct compile *c, const struct at *period, struct campaign *out) {
  struct at shown = at_key(period, "shown_from");
  int64_t day;
  out->shown_ms = out->from_ms;
  if (shown.json == NULL || !read_date(c, &shown, &day)) return;
  out->shown_ms = period_start(UNIT_DAY, (int32_t)day, out->zone);
  if (out->shown_ms <= out->from_ms) return;
  report(c, &shown, CHECK_BAD_PERIOD, "the campaign is shown after it has begun");
  out->shown_ms = out->from_ms;
}

/* How clocks turn is decided by governments, some only weeks before. What nobody knows yet is not guessed for a campaign. */
static void clocks_check(struct compile *c, const struct at *period, const struct campaign *campaign) {
  struct zone zone = campaign->zone;
  if (!zone_turns(zone)) return;
  if (zone_local(zone, campaign->shown_ms) >= ZONES_FROM_MS && zone_local(zone, campaign->closing_ms) <= ZONES_TO_MS) return;
  report(c, period, CHECK_BAD_PERIOD,
         "how the clocks of %.*s turn is known from 2025 to 2037, and the campaign is shown before or closes later",
         STR_FORMAT(campaign->zone_name));
}

static bool period_read(struct compile *c, const struct at *root, struct campaign *out) {
  struct at period = at_key(root, "period"), from = at_key(&period, "from"), to = at_key(&period, "to");
  int64_t first = 0, last = 0;
  out->from_ms = out->shown_ms = INT64_MIN / 2, out->to_ms = out->closing_ms = INT64_MAX / 2;
  zone_read(c, &period, out);
  if (period.json == NULL || !keys_check(c, &period, period_keys, "a period")) return false;
  bool good = from.json != NULL && read_date(c, &from, &first);
  good = to.json != NULL && read_date(c, &to, &last) && good;
  if (!good) {
    struct campaign scrap = {.zone = out->zone};
    closing_read(c, &period, &scrap);
    return false;
  }
  if (last < first) {
    report(c, &period, CHECK_BAD_PERIOD, "the campaign ends before it begins");
    last = first;
  }
  out->from_ms = period_start(UNIT_DAY, (int32_t)first, out->zone), out->to_ms = period_start(UNIT_DAY, (int32_t)last + 1, out->zone);
  closing_read(c, &period, out);
  shown_read(c, &period, out);
  clocks_check(c, &period, out);
  return true;
}

static bool lateness_read(struct compile *c, const struct at *at, int64_t *ms) {
  struct duration duration;
  if (at->json == NULL || !read_duration(c, at, &duration)) return false;
  bool fits = duration.months == 0 && duration.ms <= LATE_MOST_DAYS * MS_PER_DAY;
  if (!fits) report(c, at, CHECK_BAD_DURATION, "lateness is accepted in hours or days, at most P%dD", LATE_MOST_DAYS);
  if (fits) *ms = duration.ms;
  return fits;
}

static void late_read(struct compile *c, const struct at *root, struct campaign *out) {
  struct at late = at_key(root, "late"), accept = at_key(&late, "accept"), backfill = at_key(&late, "backfill");
  out->late_ms = LATE_MS;
  if (late.json == NULL || !keys_check(c, &late, late_keys, "late")) return;
  (void)lateness_read(c, &accept, &out->late_ms);
  if (!lateness_read(c, &backfill, &out->backfill_ms) || out->backfill_ms > out->late_ms) return;
  report(c, &backfill, CHECK_BAD_DURATION, "what is back-filled may be later than what is not: say more than \"accept\", or leave it out");
}

/* "2:" and 64 hexadecimal digits: the scheme, and what a secret was hashed to (include/giftd/judge.h). Whether it is that of this bank's
 * secret is asked where the secret is known, before anything is drawn. */
static void draws_read(struct compile *c, const struct at *root, struct campaign *out) {
  struct at draws = at_key(root, "draws"), commitment = at_key(&draws, "commitment");
  struct str text;
  if (draws.json == NULL || !keys_check(c, &draws, draws_keys, "draws") || commitment.json == NULL || !read_text(c, &commitment, &text))
    return;
  bool good = text.length == 2 + 64 && str_starts(text, STR("2:"));
  for (size_t i = 2; good && i < text.length; i++)
    good = (text.at[i] >= '0' && text.at[i] <= '9') || (text.at[i] >= 'a' && text.at[i] <= 'f');
  if (good)
    out->commitment = keep_text(c, text);
  else
    report(c, &commitment, CHECK_BAD_DRAW, "'%.*s' is no commitment: it is \"2:\" and 64 of 0-9 a-f, as giftd draw commit prints it",
           STR_FORMAT(text));
}

/* A commitment to draws that are never made is a mistake. */
void draws_lint(struct compile *c) {
  struct at draws = at_key(&file_now(c)->root, "draws");
  const struct campaign *campaign = campaign_now(c);
  if (draws.json == NULL) return;
  for (uint32_t i = 0; i < campaign->rule_count; i++)
    if (rule_at(c, campaign->rule_first + i)->give == GIVE_DRAW_OF) return;
  report(c, &draws, CHECK_BAD_DRAW, "no rule of this file draws: there is nothing to commit to");
}

static void kind_check(struct compile *c, const struct at *root, const struct file *file, const struct campaign *campaign) {
  struct at rules = at_key(root, "rules"), risk = at_key(root, "risk");
  if (risk.json != NULL && !file->is_bank)
    report(c, &risk, CHECK_BANK_ONLY, "'risk' belongs in the programme 'bank' alone: no campaign decides on it");
  if (file->is_bank && rules.json != NULL)
    report(c, &rules, CHECK_BAD_VALUE, "the programme 'bank' has no rules: it declares what others cite");
  if (campaign->programme) {
    struct at audience = at_key(root, "audience"), enrolment = at_key(root, "enrolment");
    if (audience.json != NULL) report(c, &audience, CHECK_UNKNOWN_KEY, "a programme has no rules, so it has no audience");
    if (enrolment.json != NULL) report(c, &enrolment, CHECK_UNKNOWN_KEY, "a programme has no rules, so nobody enrols in it");
    return;
  }
  if (json_object_get(root->json, "audience") == NULL) report(c, root, CHECK_MISSING_KEY, "a campaign needs the key 'audience'");
  if (json_object_get(root->json, "period") == NULL) report(c, root, CHECK_MISSING_KEY, "a campaign needs the key 'period'");
}

void header_read(struct compile *c) {
  static const char *const enrolments[] = {"none", "required", NULL};
  struct file *file = file_now(c);
  struct campaign *out = campaign_now(c);
  const struct at *root = &file->root;
  struct at version = at_key(root, "version"), calendar = at_key(root, "calendar"), enrolment = at_key(root, "enrolment"),
            id = at_key(root, "id"), fx = at_key(root, "fx"), approval = at_key(root, "approval");
  struct str text;
  uint32_t word = 0;
  int64_t number = 1;
  *out = (struct campaign){.id = file->id,
                           .file = keep_text(c, file->source->name),
                           .programme = json_object_get(root->json, "rules") == NULL,
                           .audience = {.everyone = true, .when = NONE}};
  (void)keys_check(c, root, header_keys, "a campaign file");
  if (id.json != NULL) (void)read_id(c, &id, false, &text);
  if (version.json != NULL && read_int(c, &version, 1, 1000000, CHECK_BAD_VALUE, &number)) out->version = (uint32_t)number;
  name_read(c, root, out);
  currency_read(c, root, out);
  if (fx.json != NULL) fx_read(c, &fx);
  file->has_period = period_read(c, root, out);
  late_read(c, root, out);
  draws_read(c, root, out);
  if (approval.json != NULL) approval_read(c, &approval);
  if (calendar.json != NULL) calendar_name_read(c, &calendar);
  if (fx.json != NULL) fx_day_check(c, &fx);
  if (enrolment.json != NULL && read_word(c, &enrolment, enrolments, CHECK_BAD_VALUE, &word)) out->enrolment = word == 1;
  kind_check(c, root, file, out);
}

/* ---- audience, risk ---- */

static bool member_read(struct compile *c, const struct at *at, struct member *out) {
  struct str text;
  if (!read_text(c, at, &text)) return false;
  *out = (struct member){.list = NONE, .text = keep_text(c, text)};
  if (str_starts(text, STR("list:"))) {
    uint32_t decl = name_resolve(c, at, DECL_LIST, str_from(text, 5));
    if (decl == NONE) return false;
    out->is_list = true, out->list = decl_at(c, decl)->number;
    if (list_at(c, out->list)->count == 0)
      report(c, at, CHECK_NO_AUDIENCE_SOURCE, "the list '%.*s' is empty", STR_FORMAT(str_from(text, 5)));
    return true;
  }
  bool segment = str_starts(text, STR("segment:")) && text.length > 8, tag = str_starts(text, STR("tag:")) && text.length > 4;
  if (!segment && !tag) {
    report(c, at, CHECK_UNKNOWN_REF, "'%.*s' names nobody: write \"segment:retail\", \"tag:vip\" or \"list:staff\"", STR_FORMAT(text));
    return false;
  }
  out->tag = segment ? out->text : str_from(out->text, 4);
  return true;
}

static void members_read(struct compile *c, const struct at *at, uint32_t *first, uint32_t *count) {
  uint32_t listed;
  *first = c->members.count, *count = 0;
  if (!read_list(c, at, CHECK_BAD_VALUE, &listed)) return;
  if (listed > MEMBERS_MOST) {
    report(c, at, CHECK_TOO_MANY, "%u entries; at most %u", listed, MEMBERS_MOST);
    return;
  }
  for (uint32_t i = 0; i < listed; i++) {
    struct at item = at_item(at, i);
    struct member member;
    if (!member_read(c, &item, &member)) continue;
    uint32_t number = vec_push(c, &c->members, 1);
    *member_at(c, number) = member;
    (*count)++;
  }
}

static bool is_everyone(const json_t *json) { return str_equal(text_of(json), STR("everyone")); }

static void audience_read(struct compile *c, const struct at *at, struct audience *out) {
  struct at include = at_key(at, "include"), exclude = at_key(at, "exclude"), when = at_key(at, "when"), holdout = at_key(at, "holdout");
  if (is_everyone(at->json)) return;
  if (json_is_string(at->json)) {
    report(c, at, CHECK_BAD_VALUE, "'%.*s' is not an audience: \"everyone\" or an object with include, exclude, when, as_of",
           STR_FORMAT(text_of(at->json)));
    return;
  }
  if (!keys_check(c, at, audience_keys, "an audience")) return;
  if (include.json != NULL && !is_everyone(include.json)) {
    out->everyone = false;
    members_read(c, &include, &out->include_first, &out->include_count);
  }
  if (exclude.json != NULL) members_read(c, &exclude, &out->exclude_first, &out->exclude_count);
  (void)condition_read(c, &when, PLACE_AUDIENCE, &out->when);
  as_of_read(c, at, out);
  if (holdout.json == NULL || !read_percent(c, &holdout, &out->holdout_bp)) return;
  if (out->holdout_bp >= 10000) report(c, &holdout, CHECK_BAD_PERCENT, "a holdout is below 100%%: nobody would be left");
}

static void risk_read(struct compile *c, const struct at *risk) {
  struct at deny = at_key(risk, "deny"), review = at_key(risk, "review");
  if (!keys_check(c, risk, risk_keys, "risk")) return;
  if (deny.json != NULL) members_read(c, &deny, &c->deny_first, &c->deny_count);
  if (review.json != NULL) risk_review_read(c, &review);
}

void header_rest(struct compile *c) {
  struct file *file = file_now(c);
  struct at audience = at_key(&file->root, "audience"), risk = at_key(&file->root, "risk"), undo = at_key(&file->root, "on_reversal");
  struct at failure = at_key(&file->root, "on_failure");
  struct audience out = campaign_now(c)->audience;
  if (audience.json != NULL) audience_read(c, &audience, &out);
  campaign_now(c)->audience = out;
  if (risk.json != NULL && file->is_bank) risk_read(c, &risk);
  if (undo.json != NULL) undo_read(c, &undo, &file->undo);
  if (failure.json != NULL) failure_read(c, &failure, &file->forfeit);
}
