/* Audiences of a day (docs/language.md section 2, `as_of`): who takes part is settled when a day before the campaign is over. What is kept
 * is the customer's tags, under a name of the day and its zone, so that campaigns of one day keep them once. */
#include "compile.h"

#define DAYS_MOST 128u /* each may be kept for every customer */

static bool names_tags(struct compile *c, uint32_t first, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (!member_at(c, first + i)->is_list) return true;
  return false;
}

static struct str day_text(struct compile *c, int64_t day) {
  struct buffer out;
  buffer_init(&out, arena_take(c->scratch, 16), 16);
  if (c->scratch->overflowed) return STR("");
  buffer_date(&out, day);
  return buffer_text(&out);
}

/* One of the table that judging keeps tags by: until the last of its campaigns is over. */
static void as_of_add(struct compile *c, const struct at *at, const struct as_of *as_of) {
  int64_t closing_ms = campaign_now(c)->closing_ms;
  for (uint32_t i = 0; i < c->as_ofs.count; i++) {
    struct as_of *known = as_of_at(c, i);
    if (known->decl != as_of->decl) continue;
    if (known->closing_ms < closing_ms) known->closing_ms = closing_ms;
    return;
  }
  if (c->as_ofs.count == DAYS_MOST) {
    report(c, at, CHECK_TOO_MANY, "the tags of more than %u days are asked, of all campaigns together", DAYS_MOST);
    return;
  }
  uint32_t number = vec_push(c, &c->as_ofs, 1);
  *as_of_at(c, number) = *as_of;
  as_of_at(c, number)->closing_ms = closing_ms;
}

/* What is judged before the day is over would be judged by tags that nobody knows yet. */
static bool day_check(struct compile *c, const struct at *at, int64_t end_ms) {
  if (!file_now(c)->has_period || end_ms <= campaign_now(c)->from_ms) return true;
  report(c, at, CHECK_BAD_PERIOD, "who takes part is known when that day is over: write a day before the campaign's first");
  return false;
}

void as_of_read(struct compile *c, const struct at *audience, struct audience *out) {
  struct at at = at_key(audience, "as_of"), when = at_key(audience, "when");
  int64_t day;
  if (at.json == NULL || !read_date(c, &at, &day)) return;
  int64_t end_ms = period_start(UNIT_DAY, (int32_t)day + 1, campaign_now(c)->zone);
  if (when.json != NULL) report_not_served(c, &when, "as_of when", "a condition of an audience with 'as_of' is");
  if (!day_check(c, &at, end_ms)) return;
  if (!names_tags(c, out->include_first, out->include_count) && !names_tags(c, out->exclude_first, out->exclude_count)) {
    report(c, &at, CHECK_NO_EFFECT,
           "it speaks of tags and segments, and this audience names none: a list is as its file says, everyone is everyone");
    return;
  }
  struct str text = day_text(c, day);
  out->as_of = (struct as_of){.decl = days_name(c, arena_print(c->scratch, "as_of.%.*s", STR_FORMAT(text))),
                              .end_ms = end_ms,
                              .day = (int32_t)day,
                              .unknown = arena_print(c->arena, "tags of %.*s not known", STR_FORMAT(text))};
  as_of_add(c, &at, &out->as_of);
}

void as_of_lint(struct compile *c, const struct campaign *campaign) {
  if (campaign->audience.as_of.decl == 0) return;
  struct str day = day_text(c, campaign->audience.as_of.day);
  uint32_t before = c->findings->count;
  report_text_at(
      c, STR("/audience"), "as_of", CHECK_EMPTY_AT_FIRST,
      "tags are kept from when giftd has this file: it must have it before %.*s is over. Else whose tags were set between that day "
      "and then is not known of that day, and takes no part",
      STR_FORMAT(day));
  if (c->findings->count > before)
    c->findings->items[before].remedy =
        STR("take the file up before that day is over, or write the members of the day into lists/NAME.txt");
}
