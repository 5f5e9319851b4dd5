/* Reading: files in, rulebook out. The order of the steps is the map of this room (compile.h). */
#include "compile.h"

/* ---- files ---- */

static bool source_is_list(const struct source *source) {
  size_t length = source->name.length;
  return length > 4 && memcmp(source->name.at + length - 4, ".txt", 4) == 0;
}

/* jansson takes a NUL behind a value for the end of the text. */
static bool has_nul(struct str text, uint32_t *line, uint32_t *column) {
  *line = *column = 1;
  for (size_t i = 0; i < text.length; i++) {
    if (text.at[i] == 0) return true;
    ++*column;
    if (text.at[i] == '\n') ++*line, *column = 1;
  }
  return false;
}

static uint32_t positive(int number) { return number < 0 ? 0 : (uint32_t)number; }

/* A file in which only a key stands twice is read on, so that its other errors are told as well. */
json_t *source_json(struct compile *c, const struct source *source) {
  json_error_t error;
  uint32_t line, column;
  if (source->text.length > LIMIT_CAMPAIGN_BYTES) {
    report_in(c, source->name, NULL, CHECK_TOO_LARGE, "the file has %zu bytes; at most %u", source->text.length, LIMIT_CAMPAIGN_BYTES);
    return NULL;
  }
  if (has_nul(source->text, &line, &column)) {
    report_line(c, source->name, CHECK_SYNTAX, line, column, "a zero byte");
    return NULL;
  }
  json_t *json = json_loadb(source->text.at, source->text.length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
  if (json != NULL) return json;
  if (json_error_code(&error) != json_error_duplicate_key) {
    report_line(c, source->name, CHECK_SYNTAX, positive(error.line), positive(error.column), error.text);
    return NULL;
  }
  report_line(c, source->name, CHECK_DUPLICATE_KEY, positive(error.line), positive(error.column), error.text);
  return json_loadb(source->text.at, source->text.length, JSON_DECODE_ANY, &error);
}

static void file_read(struct compile *c, const struct source *source) {
  json_t *json = source_json(c, source);
  if (json == NULL) return;
  if (!json_is_object(json)) {
    report_in(c, source->name, NULL, CHECK_NOT_OBJECT, "a campaign file must be one object, found %s", type_of(json));
    json_decref(json);
    return;
  }
  struct file *file = &c->files[c->file_count++];
  struct str id = text_of(json_object_get(json, "id"));
  if (is_calendar(json) || is_rates(json)) {
    *file = (struct file){.source = source, .json = json, .root = at_root(json)};
    c->now = --c->file_count;
    is_rates(json) ? rates_read(c) : calendar_read(c);
    json_decref(json);
    return;
  }
  *file = (struct file){.source = source,
                        .json = json,
                        .root = at_root(json),
                        .digest = hash64(&HASH_KEY_FIXED, source->text),
                        .content = content_digest(c, json),
                        .cited = {.size = sizeof(uint32_t)},
                        .listed = {.size = sizeof(uint32_t)}};
  file->id = id_is_good(id, false) ? keep_text(c, id) : arena_print(c->arena, "#%.*s", STR_FORMAT(source->name));
  file->is_bank = str_equal(file->id, STR("bank"));
}

/* Bottom-up merge sort: stable, without a heap. */
static bool name_before(const struct source *a, const struct source *b) { return str_compare(a->name, b->name) <= 0; }
static bool id_before(const struct file *a, const struct file *b) { return str_compare(a->id, b->id) <= 0; }

static const struct source **sources_sorted(struct compile *c, const struct source *sources, uint32_t count) {
  const struct source **from = arena_array(c->scratch, count, sizeof *from), **to = arena_array(c->scratch, count, sizeof *to);
  if (from == NULL || to == NULL) return NULL;
  for (uint32_t i = 0; i < count; i++) from[i] = &sources[i];
  for (uint32_t width = 1; width < count; width *= 2) {
    for (uint32_t low = 0; low < count; low += 2 * width) {
      uint32_t middle = low + width < count ? low + width : count, high = middle + width < count ? middle + width : count;
      for (uint32_t i = low, a = low, b = middle; i < high; i++)
        to[i] = a < middle && (b >= high || name_before(from[a], from[b])) ? from[a++] : from[b++];
    }
    const struct source **swap = from;
    from = to, to = swap;
  }
  return from;
}

static bool files_sort(struct compile *c) {
  uint32_t count = c->file_count;
  struct file *from = c->files, *to = arena_array(c->scratch, count, sizeof *to);
  if (to == NULL) return false;
  for (uint32_t width = 1; width < count; width *= 2) {
    for (uint32_t low = 0; low < count; low += 2 * width) {
      uint32_t middle = low + width < count ? low + width : count, high = middle + width < count ? middle + width : count;
      for (uint32_t i = low, a = low, b = middle; i < high; i++)
        to[i] = a < middle && (b >= high || id_before(&from[a], &from[b])) ? from[a++] : from[b++];
    }
    struct file *swap = from;
    from = to, to = swap;
  }
  c->files = from;
  return true;
}

/* Of two files with one id the first by name counts. */
static void files_unique(struct compile *c) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < c->file_count; i++) {
    struct file *file = &c->files[i];
    if (kept == 0 || !str_equal(c->files[kept - 1].id, file->id)) {
      c->files[kept++] = *file;
      continue;
    }
    struct at root = at_root(file->json), id = at_key(&root, "id");
    report_in(c, file->source->name, &id, CHECK_DUPLICATE_ID, "the id '%.*s' is that of %.*s", STR_FORMAT(file->id),
              STR_FORMAT(c->files[kept - 1].source->name));
    json_decref(file->json);
  }
  c->file_count = kept;
}

/* ---- steps ---- */

typedef void (*file_step)(struct compile *c);

static void for_each_file(struct compile *c, file_step step) {
  for (uint32_t i = 0; i < c->file_count && !c->full; i++) {
    c->now = i;
    c->budget = LINT_BUDGET;
    step(c);
  }
}

/* The bank first: others may not take its names. */
static void declare_all(struct compile *c) {
  for (uint32_t pass = 0; pass < 2; pass++) {
    for (uint32_t i = 0; i < c->file_count && !c->full; i++) {
      c->now = i;
      if (c->files[i].is_bank == (pass == 0)) declare_file(c);
    }
  }
}

/* Every declaration, rule and item is a key or an object of the files: their colons bound the names. */
static uint32_t names_bound(const struct compile *c, uint32_t source_count) {
  uint32_t count = source_count + 16;
  for (uint32_t i = 0; i < c->file_count; i++) {
    struct str text = c->files[i].source->text;
    for (size_t at = 0; at < text.length; at++) count += text.at[at] == ':' || text.at[at] == '{' || text.at[at] == ',';
  }
  return count;
}

static void compile_all(struct compile *c) {
  static const file_step steps[] = {facts_sign,      facts_sign_parts,  facts_price,       lists_read,   schedules_read,
                                    activities_read, limits_named_read, pools_named_read,  groups_read,  facts_read,
                                    header_rest,     rules_read,        risk_review_check, groups_check, draws_lint};
  for_each_file(c, header_read);
  declare_all(c);
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) for_each_file(c, steps[i]);
  c->now = 0;
  if (!c->full) cycles_check(c);
  if (!c->full) turns_make(c);
  if (!c->full) hearers_make(c);
  if (!c->full) shares_make(c);
  if (!c->full) closes_make(c);
  if (!c->full) dates_make(c);
  if (!c->full) listeners_make(c);
  if (!c->full) was_check(c);
  if (!c->full) names_lint(c);
  if (!c->full) lint(c);
  if (!c->full) belongings_make(c);
  if (!c->full) reach_lint(c);
  if (!c->full) digests_make(c);
  if (!c->full) approvals_make(c);
}

static void vecs_init(struct compile *c) {
  c->rules.size = sizeof(struct rule), c->facts.size = sizeof(struct fact), c->triggers.size = sizeof(struct trigger);
  c->conditions.size = sizeof(struct condition), c->items.size = sizeof(struct item), c->limits.size = sizeof(struct limit);
  c->pools.size = sizeof(struct pool), c->chances.size = sizeof(struct chance), c->schedules.size = sizeof(struct schedule);
  c->lists.size = sizeof(struct list), c->listeners.size = sizeof(struct listener), c->refs.size = sizeof(uint32_t);
  c->members.size = sizeof(struct member), c->decls.size = sizeof(struct decl), c->activities.size = sizeof(struct activity);
  c->fact_broken.size = sizeof(bool), c->fact_priced.size = sizeof(bool), c->hearers.size = sizeof(struct hearer),
  c->olds.size = sizeof(struct old), c->closes.size = sizeof(struct close), c->groups.size = sizeof(struct group);
  c->own_cycles.size = sizeof(struct own_cycle), c->as_ofs.size = sizeof(struct as_of);
}

/* ---- the result ---- */

static uint64_t all_digest(const struct compile *c, const struct source *const *sources, uint32_t source_count) {
  uint64_t digest = 0;
  for (uint32_t i = 0; i < c->file_count; i++) digest = hash64_pair(&HASH_KEY_FIXED, digest, c->files[i].digest);
  for (uint32_t i = 0; i < c->file_count; i++) digest = zone_digest(c->campaigns[i].zone, digest);
  for (uint32_t i = 0; i < c->file_count; i++)
    if (c->campaigns[i].calendar != NULL) digest = hash64_pair(&HASH_KEY_FIXED, digest, c->campaigns[i].calendar->digest);
  for (uint32_t i = 0; i < c->file_count; i++)
    if (c->campaigns[i].fx.table != NULL) digest = hash64_pair(&HASH_KEY_FIXED, digest, c->campaigns[i].fx.table->digest);
  for (uint32_t i = 0; i < source_count; i++) {
    if (!source_is_list(sources[i])) continue;
    digest = hash64_pair(&HASH_KEY_FIXED, digest, hash64(&HASH_KEY_FIXED, sources[i]->text));
  }
  return digest;
}

static const struct rulebook *rulebook_keep(struct compile *c, uint64_t digest) {
  struct rulebook *book = take(c, 1, sizeof *book);
  char hex[16];
  if (book == NULL) return NULL;
  digest_to_hex(digest, hex);
  *book = (struct rulebook){.digest = keep_text(c, (struct str){hex, sizeof hex}),
                            .catalogue = c->catalogue,
                            .campaign_count = c->file_count,
                            .rule_count = c->rules.count,
                            .fact_count = c->facts.count,
                            .trigger_count = c->triggers.count,
                            .condition_count = c->conditions.count,
                            .item_count = c->items.count,
                            .limit_count = c->limits.count,
                            .pool_count = c->pools.count,
                            .chance_count = c->chances.count,
                            .schedule_count = c->schedules.count,
                            .list_count = c->lists.count,
                            .listener_count = c->listeners.count,
                            .ref_count = c->refs.count,
                            .member_count = c->members.count,
                            .hearer_count = c->hearers.count,
                            .close_count = c->closes.count,
                            .group_count = c->groups.count,
                            .own_cycle_count = c->own_cycles.count,
                            .as_of_count = c->as_ofs.count,
                            .campaigns = c->campaigns,
                            .rules = vec_keep(c, &c->rules),
                            .facts = vec_keep(c, &c->facts),
                            .triggers = vec_keep(c, &c->triggers),
                            .conditions = vec_keep(c, &c->conditions),
                            .items = vec_keep(c, &c->items),
                            .limits = vec_keep(c, &c->limits),
                            .pools = vec_keep(c, &c->pools),
                            .chances = vec_keep(c, &c->chances),
                            .schedules = vec_keep(c, &c->schedules),
                            .lists = vec_keep(c, &c->lists),
                            .listeners = vec_keep(c, &c->listeners),
                            .refs = vec_keep(c, &c->refs),
                            .members = vec_keep(c, &c->members),
                            .hearers = vec_keep(c, &c->hearers),
                            .closes = vec_keep(c, &c->closes),
                            .date_count = c->date_count,
                            .groups = vec_keep(c, &c->groups),
                            .own_cycles = vec_keep(c, &c->own_cycles),
                            .as_ofs = vec_keep(c, &c->as_ofs),
                            .deny_first = c->deny_first,
                            .deny_count = c->deny_count,
                            .risk_review = c->risk_review,
                            .fact_hearers = c->fact_hearers,
                            .reward_hearers = c->reward_hearers};
  if (!c->full) book->dates = book->refs + c->date_first;
  if (!c->full) lookups_make(c, book);
  return c->full ? NULL : book;
}

static bool files_read(struct compile *c, const struct source *const *sources, uint32_t count) {
  c->files = arena_array(c->scratch, count + 1, sizeof *c->files);
  if (c->files == NULL) return false;
  calendar_built_in(c);
  for (uint32_t i = 0; i < count; i++)
    if (!source_is_list(sources[i])) file_read(c, sources[i]);
  if (!files_sort(c)) return false;
  files_unique(c);
  c->campaigns = take(c, c->file_count, sizeof *c->campaigns);
  return c->campaigns != NULL && names_reserve(c, names_bound(c, count));
}

static void too_many_check(struct compile *c) {
  if (c->file_count == 0) return;
  struct str last = c->files[c->file_count - 1].source->name;
  if (c->file_count > LIMIT_CAMPAIGNS) report_in(c, last, NULL, CHECK_TOO_MANY, "%u campaigns; at most %u", c->file_count, LIMIT_CAMPAIGNS);
  if (c->facts.count > LIMIT_FACTS) report_in(c, last, NULL, CHECK_TOO_MANY, "%u facts in all; at most %u", c->facts.count, LIMIT_FACTS);
  if (c->rules.count > LIMIT_RULES) report_in(c, last, NULL, CHECK_TOO_MANY, "%u rules in all; at most %u", c->rules.count, LIMIT_RULES);
}

static void files_drop(struct compile *c) {
  for (uint32_t i = 0; c->files != NULL && i < c->file_count; i++) json_decref(c->files[i].json);
}

enum status rulebook_read(const struct source *sources, uint32_t source_count, const struct catalogue *catalogue, struct arena *arena,
                          struct arena *scratch, struct findings *findings, const struct rulebook **rulebook, struct fault *fault) {
  struct compile c = {.catalogue = catalogue, .arena = arena, .scratch = scratch, .findings = findings, .rule = NONE};
  *rulebook = NULL;
  vecs_init(&c);
  const struct source **sorted = sources_sorted(&c, sources, source_count);
  bool read = sorted != NULL && files_read(&c, sorted, source_count);
  for (uint32_t i = 0; read && i < source_count; i++)
    if (source_is_list(sorted[i])) (void)declare_list_file(&c, sorted[i]);
  if (read) compile_all(&c);
  if (read) too_many_check(&c);
  files_drop(&c);
  findings_sort(&c);
  c.full = c.full || !read || arena->overflowed || scratch->overflowed;
  if (c.full) return fault_set(fault, STATUS_LIMIT, "the campaigns do not fit the memory reserved for them");
  if (findings->errors > 0)
    return fault_set(fault, STATUS_INPUT, "%u error%s in the campaign files", findings->errors, findings->errors == 1 ? "" : "s");
  *rulebook = rulebook_keep(&c, all_digest(&c, sorted, source_count));
  if (*rulebook == NULL) return fault_set(fault, STATUS_LIMIT, "the campaigns do not fit the memory reserved for them");
  return STATUS_OK;
}
