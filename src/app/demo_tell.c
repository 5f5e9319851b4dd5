/* What `giftd demo` tells: for people a page of tables that fits 80 columns, for programs one JSON object with the same numbers. */
#include <stdlib.h>
#include <unistd.h>

#include "demo.h"
#include "giftd/telemetry.h"

#define PAGE_BYTES (4u * 1024u * 1024u)
#define ARENA_BYTES (8u * 1024u * 1024u)
#define PAGE_COLUMNS 80
#define POOL_ROWS 40
#define POOL_COLUMNS 33
#define BAR 8
#define BREAK "\\\n      " /* the shell goes on behind it */

struct page {
  struct demo *demo;
  const struct rulebook *rulebook;
  const struct shard_counts *counts;
  struct arena arena;
  struct buffer out;
  bool color;
};

static void heading(struct page *page, const char *text) {
  buffer_print(&page->out, "\n%s%s%s\n", page->color ? "\033[1;36m" : "", text, page->color ? "\033[0m" : "");
}

static struct table_style style_of(const struct page *page) { return (struct table_style){PAGE_COLUMNS, page->color, 2}; }

/* "1,234.50" */
static void put_money(struct buffer *out, int64_t minor, int decimals) {
  int64_t unit = 1;
  for (int i = 0; i < decimals; i++) unit *= 10;
  buffer_grouped(out, minor / unit);
  if (decimals > 0) buffer_print(out, ".%0*lld", decimals, (long long)(minor % unit));
}

static void cell_money(struct table *table, int64_t minor, int decimals) {
  char memory[48];
  struct buffer text;
  buffer_init(&text, memory, sizeof(memory));
  if (minor != 0) put_money(&text, minor, decimals);
  table_text(table, buffer_text(&text));
}

static void cell_count(struct table *table, int64_t number) {
  if (number != 0)
    table_number(table, number);
  else
    table_text(table, (struct str){NULL, 0});
}

/* ---- the parts of the page ---- */

static void tell_head(struct page *page) {
  const struct demo *demo = page->demo;
  const int64_t elapsed_ms = service_elapsed_ms(demo->service) > 0 ? service_elapsed_ms(demo->service) : 1;
  uint32_t campaigns = 0;
  for (uint32_t i = 0; i < page->rulebook->campaign_count; i++) campaigns += !page->rulebook->campaigns[i].programme;
  heading(page, "What happened");
  buffer_put(&page->out, STR("  "));
  buffer_grouped(&page->out, (int64_t)page->counts->lines);
  buffer_put(&page->out, STR(" events of "));
  buffer_grouped(&page->out, demo->traffic.customers);
  buffer_put(&page->out, STR(" customers, "));
  buffer_date(&page->out, (demo->traffic.from_ms + 8 * 3600 * MS_PER_SECOND) / MS_PER_DAY);
  buffer_put(&page->out, STR(" to "));
  buffer_date(&page->out, (demo->traffic.to_ms + 8 * 3600 * MS_PER_SECOND) / MS_PER_DAY);
  buffer_print(&page->out, ", seed %lld,\n  judged by %u campaigns with %u rules in ", (long long)demo->flags.seed, campaigns,
               page->rulebook->rule_count);
  buffer_span(&page->out, elapsed_ms);
  buffer_put(&page->out, STR(": "));
  buffer_grouped(&page->out, (int64_t)page->counts->lines * 1000 / elapsed_ms);
  buffer_put(&page->out, STR(" events a second.\n"));
}

/* Amounts of several currencies have no sum: then its cells stay empty. */
struct sum {
  const struct campaign *first; /* that gave or took money */
  bool several;
  struct demo_tally all;
};

static void sum_add(struct sum *sum, const struct campaign *campaign, const struct demo_tally *tally) {
  if (tally->money != 0 || tally->money_back != 0) {
    if (sum->first == NULL) sum->first = campaign;
    sum->several = sum->several || !str_equal(sum->first->currency, campaign->currency);
  }
  sum->all.gifts += tally->gifts, sum->all.money += tally->money, sum->all.points += tally->points;
  sum->all.money_back += tally->money_back;
}

static void sum_tell(struct table *table, const struct sum *sum) {
  const int decimals = sum->first == NULL ? 0 : sum->first->decimals;
  table_row(table);
  table_print(table, "all");
  table_text(table, sum->several ? STR("money of several currencies") : (struct str){NULL, 0});
  cell_count(table, (int64_t)sum->all.gifts);
  cell_money(table, sum->several ? 0 : sum->all.money, decimals);
  cell_count(table, sum->all.points);
  cell_money(table, sum->several ? 0 : sum->all.money_back, decimals);
}

static void tell_campaigns(struct page *page) {
  static const struct table_column columns[] = {{"campaign", ALIGN_LEFT, false}, {"", ALIGN_LEFT, true},
                                                {"gifts", ALIGN_RIGHT, false},   {"money", ALIGN_RIGHT, false},
                                                {"points", ALIGN_RIGHT, false},  {"taken back", ALIGN_RIGHT, false}};
  const struct table_style style = style_of(page);
  struct sum sum = {.first = NULL};
  struct table table;
  table_init(&table, &page->arena, columns, 6);
  for (uint32_t i = 0; i < page->rulebook->campaign_count; i++) {
    const struct campaign *campaign = &page->rulebook->campaigns[i];
    const struct demo_tally *tally = &page->demo->tallies[i];
    if (campaign->programme) continue;
    table_row(&table);
    table_text(&table, campaign->id);
    table_text(&table, campaign->name_zh);
    cell_count(&table, (int64_t)tally->gifts);
    cell_money(&table, tally->money, campaign->decimals);
    cell_count(&table, tally->points);
    cell_money(&table, tally->money_back, campaign->decimals);
    sum_add(&sum, campaign, tally);
  }
  table_rule(&table);
  sum_tell(&table, &sum);
  heading(page, "Gifts by campaign");
  table_write(&table, &style, &page->out);
}

static void tell_reasons(struct page *page) {
  static const struct table_column columns[] = {{"reason", ALIGN_LEFT, false}, {"times", ALIGN_RIGHT, false}, {"", ALIGN_LEFT, true}};
  const struct table_style style = style_of(page);
  struct table table;
  bool told[REASON_COUNT] = {false};
  table_init(&table, &page->arena, columns, 3);
  for (;;) { /* the most frequent first */
    int best = 0;
    for (int i = 1; i < REASON_COUNT; i++) {
      if (!told[i] && page->counts->by_reason[i] > 0 && (best == 0 || page->counts->by_reason[i] > page->counts->by_reason[best])) best = i;
    }
    if (best == 0) break;
    told[best] = true;
    table_row(&table);
    table_print(&table, "%s", reasons[best].code);
    table_number(&table, (int64_t)page->counts->by_reason[best]);
    table_print(&table, "%s", page->demo->flags.chinese ? reasons[best].label_zh : reasons[best].label_en);
  }
  heading(page, "Refused, by reason (what event and files alone rule out is not counted)");
  table_write(&table, &style, &page->out);
}

static int pool_decimals(const struct page *page, const struct pool *pool) {
  return pool->of_money && !pool->in_points ? page->rulebook->campaigns[pool->campaign].decimals : 0;
}

static void cell_bar(struct table *table, const struct pool_left *left) {
  char bar[BAR * 3 + 1] = "";
  const int64_t full = left->total > 0 ? (left->used * BAR + left->total - 1) / left->total : 0;
  for (int64_t i = 0; i < BAR; i++) strcat(bar, i < full ? "█" : "░");
  table_text(table, left->unlimited ? STR("no end") : str_of(bar));
}

/* A long name loses its front: what tells pools of one campaign apart stands at the end. */
static void cell_pool(struct table *table, const struct pool *pool, struct str share) {
  char memory[512];
  struct buffer text;
  buffer_init(&text, memory, sizeof(memory));
  buffer_put(&text, pool->name);
  if (share.length > 0) buffer_print(&text, " %.*s", STR_FORMAT(share));
  if (text.length <= POOL_COLUMNS)
    table_text(table, buffer_text(&text));
  else
    table_print(table, "…%.*s", POOL_COLUMNS - 1, memory + text.length - (POOL_COLUMNS - 1));
}

static void pool_row(struct page *page, struct table *table, const struct pool *pool, struct str share, const struct pool_left *left) {
  const int decimals = pool_decimals(page, pool);
  table_row(table);
  cell_pool(table, pool, share);
  cell_money(table, left->unlimited ? 0 : left->total, decimals);
  cell_money(table, left->used, decimals);
  if (!left->unlimited && left->left == 0)
    table_print(table, "0");
  else
    cell_money(table, left->unlimited ? 0 : left->left, decimals);
  cell_bar(table, left);
}

typedef void pool_visitor(struct page *page, void *self, const struct pool *pool, struct str share, const struct pool_left *left);

/* Every pool, and every share of those that are kept by a field. */
static enum status pools_visit(struct page *page, pool_visitor *visit, void *self, struct fault *fault) {
  for (uint32_t i = 0; i < page->rulebook->pool_count; i++) {
    const struct pool *pool = &page->rulebook->pools[i];
    const uint32_t shares = pool->by == FIELD_NONE ? 1 : pool->share_count;
    for (uint32_t s = 0; s < shares; s++) {
      const struct str share = pool->by == FIELD_NONE ? (struct str){NULL, 0} : pool->shares[s].value;
      struct pool_left left;
      const enum status status = embedded_pool(page->demo->embedded, i, share, &left, fault);
      if (status != STATUS_OK) return status;
      visit(page, self, pool, share, &left);
    }
  }
  return STATUS_OK;
}

struct pool_table {
  struct table table;
  uint32_t rows, unused;
};

static void pool_row_add(struct page *page, void *self, const struct pool *pool, struct str share, const struct pool_left *left) {
  struct pool_table *pools = self;
  if (left->used == 0)
    pools->unused++;
  else if (pools->rows++ < POOL_ROWS)
    pool_row(page, &pools->table, pool, share, left);
}

static enum status tell_pools(struct page *page, struct fault *fault) {
  static const struct table_column columns[] = {{"pool", ALIGN_LEFT, true},
                                                {"total", ALIGN_RIGHT, false},
                                                {"used", ALIGN_RIGHT, false},
                                                {"left", ALIGN_RIGHT, false},
                                                {"", ALIGN_LEFT, false}};
  const struct table_style style = style_of(page);
  struct pool_table pools = {.rows = 0};
  table_init(&pools.table, &page->arena, columns, 5);
  const enum status status = pools_visit(page, pool_row_add, &pools, fault);
  if (status != STATUS_OK) return status;
  heading(page, "Pools");
  table_write(&pools.table, &style, &page->out);
  if (pools.rows > POOL_ROWS) buffer_print(&page->out, "  and %u more; --json has all of them\n", pools.rows - POOL_ROWS);
  if (pools.unused > 0) buffer_print(&page->out, "  Nothing was drawn from %u others.\n", pools.unused);
  return STATUS_OK;
}

static void stream_line(struct page *page, uint64_t number, const char *text) {
  char memory[32];
  struct buffer grouped;
  if (number == 0) return;
  buffer_init(&grouped, memory, sizeof(memory));
  buffer_grouped(&grouped, (int64_t)number);
  buffer_print(&page->out, "  %*s%.*s  %s\n", 10 - (int)grouped.length, "", STR_FORMAT(buffer_text(&grouped)), text);
}

static void tell_stream(struct page *page) {
  heading(page, "The stream was as real ones are");
  stream_line(page, page->counts->duplicates, "events came again and added nothing");
  stream_line(page, page->demo->traffic.late, "came late: judged as of their own time where still accepted");
  stream_line(page, page->counts->late, "came too late or undid what nobody remembers");
  stream_line(page, page->counts->future, "came from the future");
  stream_line(page, page->demo->traffic.refunds, "refunds, whole or partial");
  stream_line(page, page->counts->revoked, "gifts taken back, reduced or set off for them");
  stream_line(page, page->counts->dead, "lines were not events: they are in out/dlq.jsonl, with the reason");
}

static void command_line(struct page *page, const char *command, const char *what) {
  buffer_print(&page->out, "  %s%s%s\n    # %s\n", page->color ? "\033[1m" : "", command, page->color ? "\033[0m" : "", what);
}

static struct str date_of(struct page *page, int64_t ms) {
  char memory[16];
  struct buffer text;
  buffer_init(&text, memory, sizeof(memory));
  buffer_date(&text, (ms + 8 * 3600 * MS_PER_SECOND) / MS_PER_DAY);
  return arena_copy(&page->arena, buffer_text(&text));
}

/* The three commands that lead on; with real ids of this run. */
static uint32_t commands_of(struct page *page, struct str lines[3], struct str texts[3]) {
  const struct demo *demo = page->demo;
  uint32_t count = 0;
  if (demo->given.found) {
    lines[count] = arena_print(&page->arena, "%s explain -c %s " BREAK "--reward %s", demo->program, demo->config, demo->given.reward);
    texts[count++] = arena_print(&page->arena, "why %s got this gift of %s", demo->given.customer, demo->given.rule);
  }
  if (demo->refused.found) {
    const struct str since = date_of(page, demo->refused.time_ms);
    lines[count] = arena_print(&page->arena, "%s explain -c %s " BREAK "--customer %s --since %.*s", demo->program, demo->config,
                               demo->refused.customer, STR_FORMAT(since));
    texts[count++] = arena_print(&page->arena, "why %s got nothing from %s: %s", demo->refused.customer, demo->refused.rule,
                                 reasons[demo->refused.reason].code);
  }
  lines[count] = arena_print(&page->arena, "%s run -c %s --once", demo->program, demo->config);
  texts[count++] = arena_copy(&page->arena, STR("the same input once more: nothing is given twice"));
  return count;
}

static void tell_next(struct page *page) {
  struct str lines[3], texts[3];
  const uint32_t count = commands_of(page, lines, texts);
  heading(page, "Try next");
  for (uint32_t i = 0; i < count && !page->arena.overflowed; i++) command_line(page, lines[i].at, texts[i].at);
  buffer_print(&page->out, "\n  Everything is in %s: events.jsonl, out/, state/, giftd.conf\n", page->demo->dir);
}

/* ---- JSON ---- */

static void json_text_member(struct buffer *out, const char *key, struct str text) {
  buffer_print(out, ",\"%s\":", key);
  buffer_json(out, text);
}

static void json_campaigns(struct page *page) {
  bool first = true;
  buffer_put(&page->out, STR(",\"campaigns\":["));
  for (uint32_t i = 0; i < page->rulebook->campaign_count; i++) {
    const struct demo_tally *tally = &page->demo->tallies[i];
    if (page->rulebook->campaigns[i].programme) continue;
    buffer_print(&page->out, "%s{\"gifts\":%llu,\"money_minor\":%lld,\"points\":%lld,\"chances\":%llu", first ? "" : ",",
                 (unsigned long long)tally->gifts, (long long)tally->money, (long long)tally->points, (unsigned long long)tally->chances);
    buffer_print(&page->out, ",\"undone\":%llu,\"money_back_minor\":%lld,\"points_back\":%lld", (unsigned long long)tally->undone,
                 (long long)tally->money_back, (long long)tally->points_back);
    json_text_member(&page->out, "campaign", page->rulebook->campaigns[i].id);
    buffer_byte(&page->out, '}');
    first = false;
  }
  buffer_byte(&page->out, ']');
}

static void pool_json(struct page *page, void *self, const struct pool *pool, struct str share, const struct pool_left *left) {
  bool *first = self;
  buffer_print(&page->out, "%s{\"total\":%lld,\"used\":%lld,\"left\":%lld,\"unlimited\":%s,\"money\":%s", *first ? "" : ",",
               (long long)left->total, (long long)left->used, (long long)left->left, left->unlimited ? "true" : "false",
               pool->of_money ? "true" : "false");
  json_text_member(&page->out, "pool", pool->name);
  if (share.length > 0) json_text_member(&page->out, "share", share);
  buffer_byte(&page->out, '}');
  *first = false;
}

/* A command on one line. */
static void json_command(struct buffer *out, struct str line) {
  char joined[4 * PROJECT_PATH_BYTES];
  struct buffer text;
  buffer_init(&text, joined, sizeof(joined));
  while (line.length > 0) {
    const bool broken = str_starts(line, STR(BREAK));
    if (!broken) buffer_byte(&text, line.at[0]);
    line = str_from(line, broken ? sizeof(BREAK) - 1 : 1);
  }
  buffer_json(out, buffer_text(&text));
}

static enum status json_page(struct page *page, struct fault *fault) {
  const struct demo *demo = page->demo;
  const struct shard_counts *counts = page->counts;
  struct str lines[3], texts[3];
  bool first = true;
  buffer_print(&page->out,
               "{\"events\":%llu,\"customers\":%u,\"seed\":%lld,\"elapsed_ms\":%lld,\"gifts\":%llu,\"revoked\":%llu,\"duplicates\":%llu,"
               "\"late\":%llu",
               (unsigned long long)counts->lines, demo->traffic.customers, (long long)demo->flags.seed,
               (long long)service_elapsed_ms(demo->service), (unsigned long long)counts->gifts, (unsigned long long)counts->revoked,
               (unsigned long long)counts->duplicates, (unsigned long long)counts->late);
  buffer_print(&page->out, ",\"future\":%llu,\"dead\":%llu", (unsigned long long)counts->future, (unsigned long long)counts->dead);
  json_text_member(&page->out, "dir", str_of(demo->dir));
  json_campaigns(page);
  buffer_put(&page->out, STR(",\"refused\":{"));
  for (int i = 1; i < REASON_COUNT; i++) {
    if (counts->by_reason[i] == 0) continue;
    buffer_print(&page->out, "%s\"%s\":%llu", first ? "" : ",", reasons[i].code, (unsigned long long)counts->by_reason[i]);
    first = false;
  }
  buffer_put(&page->out, STR("},\"pools\":["));
  first = true;
  const enum status status = pools_visit(page, pool_json, &first, fault);
  buffer_put(&page->out, STR("],\"next\":["));
  const uint32_t count = commands_of(page, lines, texts);
  for (uint32_t i = 0; i < count; i++) {
    if (i > 0) buffer_byte(&page->out, ',');
    json_command(&page->out, lines[i]);
  }
  buffer_put(&page->out, STR("]}\n"));
  return status;
}

static enum status people_page(struct page *page, struct fault *fault) {
  tell_head(page);
  tell_campaigns(page);
  tell_reasons(page);
  const enum status status = tell_pools(page, fault);
  tell_stream(page);
  tell_next(page);
  return status;
}

/* How this program was called, shortened to what can be typed from here. */
static void program_name(char out[PROJECT_PATH_BYTES]) {
  char here[PROJECT_PATH_BYTES];
  project_program(out);
  if (getcwd(here, sizeof(here)) == NULL) return;
  const size_t prefix = strlen(here);
  if (strncmp(out, here, prefix) == 0 && out[prefix] == '/') memmove(out, out + prefix + 1, strlen(out + prefix + 1) + 1);
}

enum status demo_tell(struct demo *demo, struct fault *fault) {
  static struct service_counts counts;
  struct page page = {
      .demo = demo, .rulebook = service_loaded(demo->service)->rulebook, .counts = &counts.shard, .color = terminal_detect(stdout).color};
  service_counts(demo->service, &counts);
  unsigned char *region = region_open(PAGE_BYTES + ARENA_BYTES);
  if (region == NULL) return fault_set(fault, STATUS_STORAGE, "no memory for the summary");
  arena_init(&page.arena, region, ARENA_BYTES);
  buffer_init(&page.out, region + ARENA_BYTES, PAGE_BYTES);
  program_name(demo->program);
  const enum status status = demo->flags.json ? json_page(&page, fault) : people_page(&page, fault);
  if (status == STATUS_OK) (void)fwrite(page.out.memory, 1, page.out.length, stdout);
  region_close(region, PAGE_BYTES + ARENA_BYTES);
  return status;
}
