/* Tracks: tasks in a set or in a sequence, opened by an event (docs/language.md section 5). */
#include "fact_row.h"

static const struct key outer_keys[] = {{"track", KEY_MUST}, {"was", KEY_MAY}, {NULL, KEY_MAY}};

static const struct key track_keys[] = {{"opens", KEY_MUST}, {"when", KEY_MAY},   {"tasks", KEY_MUST}, {"need", KEY_MAY},
                                        {"order", KEY_MAY},  {"within", KEY_MAY}, {"period", KEY_MAY}, {"per", KEY_MAY},
                                        {"match", KEY_MAY},  {NULL, KEY_MAY}};
static const struct key task_keys[] = {{"id", KEY_MUST}, {"on", KEY_MUST}, {"when", KEY_MAY}, {"match", KEY_MAY}, {NULL, KEY_MAY}};

static void need_read(struct compile *c, const struct at *at, struct fact *fact) {
  struct str text = text_of(at->json);
  fact->need = fact->task_count;
  if (at->json == NULL || str_equal(text, STR("all"))) return;
  int64_t need = json_is_integer(at->json) ? json_integer_value(at->json) : str_equal(text, STR("any")) ? 1 : 0;
  if (need >= 1 && need <= fact->task_count)
    fact->need = (uint32_t)need;
  else if (fact->task_count > 0)
    report(c, at, CHECK_BAD_FACT, "'need' is \"all\", \"any\" or a number from 1 to %u, the tasks there are", fact->task_count);
}

static bool match_same(const struct fact *fact, const uint16_t *match, uint32_t count) {
  return count == fact->match_count && (count == 0 || memcmp(match, fact->match, count * sizeof *match) == 0);
}

/* Fields in which a task's event must equal the opening one: the same for every task, said once for all or by each. */
static void match_read(struct compile *c, const struct at *at, struct fact *fact, bool first) {
  uint32_t count = 0, good = 0;
  uint16_t *match = NULL;
  if (at->json != NULL && !read_list(c, at, CHECK_BAD_VALUE, &count)) return;
  if (count > 0) match = take(c, count, sizeof *match);
  for (uint32_t i = 0; i < count && match != NULL; i++) {
    struct at item = at_item(at, i);
    struct left left;
    struct str name;
    if (!read_text(c, &item, &name) || !left_read(c, &item, name, PLACE_TRIGGER, &left)) continue;
    match[good++] = (uint16_t)left.index;
  }
  if (first)
    fact->match = match, fact->match_count = good;
  else if (!match_same(fact, match, good) && good == count)
    report_not_served(c, at->json == NULL ? at->up : at, "match", "a `match` that differs between the tasks of a track is");
}

static void task_read(struct compile *c, const struct at *at, struct fact *fact, struct task *tasks, uint32_t number, bool for_all) {
  struct at id = at_key(at, "id"), on = at_key(at, "on"), when = at_key(at, "when"), match = at_key(at, "match");
  struct task task = {.when = NONE};
  tasks[number] = task; /* of one that is broken nothing is known */
  if (!keys_check(c, at, task_keys, "a task")) return;
  if (id.json != NULL && read_id(c, &id, true, &task.id)) {
    for (uint32_t i = 0; i < number; i++)
      if (str_equal(tasks[i].id, task.id)) report(c, &id, CHECK_DUPLICATE_ID, "there are two tasks '%.*s'", STR_FORMAT(task.id));
    task.id = keep_text(c, task.id);
  }
  if (on.json != NULL) triggers_read(c, &on, PLACE_FACT, &task.on);
  (void)condition_read(c, &when, PLACE_FACT, &task.when);
  if (match.json != NULL || !for_all) match_read(c, &match, fact, number == 0 && !for_all);
  tasks[number] = task;
}

static void tasks_read(struct compile *c, const struct at *at, struct fact *fact, bool for_all) {
  uint32_t count;
  if (!read_list(c, at, CHECK_BAD_FACT, &count)) return;
  if (count > LIMIT_TASKS) {
    report(c, at, CHECK_TOO_MANY, "%u tasks; at most %u", count, LIMIT_TASKS);
    return;
  }
  struct task *tasks = take(c, count, sizeof *tasks);
  for (uint32_t i = 0; i < count && tasks != NULL; i++) {
    struct at item = at_item(at, i);
    task_read(c, &item, fact, tasks, i, for_all);
  }
  fact->tasks = tasks, fact->task_count = tasks == NULL ? 0 : count;
}

static void per_read(struct compile *c, const struct at *at, struct fact *fact) {
  const struct dimension *all;
  uint32_t count;
  if (at->json == NULL || !dimensions_read(c, at, &all, &count)) return;
  struct dimension *rest = take(c, count, sizeof *rest);
  for (uint32_t i = 0; i < count && rest != NULL; i++)
    if (all[i].kind != DIMENSION_CUSTOMER) rest[fact->dimension_count++] = all[i];
  fact->dimensions = rest;
}

/* What opens on the last day must be able to finish before the campaign closes. */
static void closing_check(struct compile *c, const struct at *within, const struct fact *fact) {
  const struct campaign *campaign = campaign_now(c);
  if (!file_now(c)->has_period || fact->within.kind == MOMENT_NONE) return;
  if (moment_end(&fact->within, campaign->to_ms - 1, campaign->zone) <= campaign->closing_ms) return;
  struct at period = at_key(&file_now(c)->root, "period");
  struct str said = json_is_string(within->json) ? text_of(within->json) : STR("its end");
  report(c, &period, CHECK_SHORT_CLOSING, "a track that opens on the last day may run for %.*s, but the campaign closes before",
         STR_FORMAT(said));
}

static void inner_read(struct compile *c, const struct at *at, struct fact *fact) {
  static const char *const orders[] = {"any", "listed", NULL};
  struct at opens = at_key(at, "opens"), when = at_key(at, "when"), tasks = at_key(at, "tasks"), need = at_key(at, "need");
  struct at order = at_key(at, "order"), within = at_key(at, "within"), period = at_key(at, "period"), per = at_key(at, "per"),
            match = at_key(at, "match");
  uint32_t word = 0;
  fact->track_period = UNIT_CAMPAIGN;
  c->lasts = true;
  if (!keys_check(c, at, track_keys, "a track")) return;
  if (campaign_now(c)->programme) report(c, at, CHECK_BAD_FACT, "a track belongs to a campaign with rules: a programme has no end for it");
  if (opens.json != NULL) triggers_read(c, &opens, PLACE_FACT, &fact->on);
  (void)condition_read(c, &when, PLACE_FACT, &fact->when);
  if (match.json != NULL) match_read(c, &match, fact, true);
  if (tasks.json != NULL) tasks_read(c, &tasks, fact, match.json != NULL);
  need_read(c, &need, fact);
  if (order.json != NULL && read_word(c, &order, orders, CHECK_BAD_VALUE, &word)) fact->ordered = word == 1;
  if (within.json != NULL && read_moment(c, &within, true, &fact->within)) closing_check(c, &within, fact);
  if (period.json != NULL) (void)read_unit(c, &period, false, &fact->track_period);
  per_read(c, &per, fact);
  c->lasts = false;
}

static void track_read(struct compile *c, const struct at *at, struct fact *fact) {
  struct at track = at_key(at, "track");
  (void)keys_check(c, at, outer_keys, "a track's fact");
  inner_read(c, &track, fact);
}

/* ---- its row ---- */

/* Its tasks are remembered by their places in the file, so their order is part of what it means. */
static void mean(const struct saying *s, const struct fact *fact) {
  mean_text(s, "track of");
  for (uint32_t i = 0; i < fact->task_count; i++) buffer_print(s->out, "%s %.*s", i == 0 ? "" : ",", STR_FORMAT(fact->tasks[i].id));
}

static void mean_behind(const struct saying *s, const struct fact *fact) { mean_unit(s, fact->track_period); }

static void terms(struct buffer *out, const struct fact *fact) {
  buffer_print(out, "%u of %u%s", fact->need, fact->task_count, fact->ordered ? " as listed" : "");
  if (fact->within.kind != MOMENT_AFTER) return;
  buffer_put(out, STR(" within "));
  buffer_duration(out, fact->within.after);
}

static uint64_t cells(const struct fact *fact) { return LIMIT_TRACKS_OPEN * (1 + (uint64_t)fact->match_count); }

const struct fact_row fact_row_track = {.traits = {.word = "track", .heard = HEARD_DONE, .figure = FIGURE_TASKS},
                                        .order = ORDER_TASKS,
                                        .type = TYPE_TRACK,
                                        .inner = true,
                                        .timed = true,
                                        .elapsed = true,
                                        .owner = " and opening",
                                        .read = track_read,
                                        .lint = track_lint,
                                        .mean = mean,
                                        .mean_behind = mean_behind,
                                        .terms = terms,
                                        .cells = cells};
