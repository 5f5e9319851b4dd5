/* From options to settings: one place where names of the configuration meet those of the rooms. */
#include "run_settings.h"

#include <sys/stat.h>

#define DRAIN_MS 30000
#define STALL_MS 90000
#define RETRY_MS 1000
#define ONCE_EVENTS 1000000u
#define ONCE_MS 10000
#define BATCH_MS 50 /* commit.interval_ms = 0 */

static const char *text_of(const struct config *config, struct arena *arena, enum config_key key) {
  return arena_copy(arena, config_text(config, key)).at;
}

/* NULL where nothing was set. */
static const char *text_or_null(const struct config *config, struct arena *arena, enum config_key key) {
  return config_is_set(config, key) ? text_of(config, arena, key) : NULL;
}

enum status run_kafka_fill(const struct config *config, struct arena *arena, struct kafka_pair pairs[CONFIG_PASSED],
                           struct kafka_settings *out, struct fault *fault) {
  struct config_pair passed[CONFIG_PASSED];
  uint32_t count;
  const enum status status = config_pairs(config, arena, passed, &count, fault);
  if (status != STATUS_OK) return status;
  for (uint32_t i = 0; i < count; i++) pairs[i] = (struct kafka_pair){passed[i].name, passed[i].value};
  *out = (struct kafka_settings){.group = text_of(config, arena, CONFIG_GROUP_ID),
                                 .events_topic = text_of(config, arena, CONFIG_TOPIC_EVENTS),
                                 .prefix = text_of(config, arena, CONFIG_TOPIC_PREFIX),
                                 .start = text_of(config, arena, CONFIG_INPUT_START),
                                 .skip_gap = str_equal(config_text(config, CONFIG_INPUT_GAP), STR("skip")),
                                 .pairs = pairs,
                                 .pair_count = count,
                                 .stall_ms = STALL_MS};
  return STATUS_OK;
}

static void redis_fill(const struct config *config, struct arena *arena, struct redis_settings *out) {
  *out = (struct redis_settings){.servers = text_of(config, arena, CONFIG_REDIS_SERVERS),
                                 .database = (uint32_t)config_number(config, CONFIG_REDIS_DATABASE),
                                 .user = text_or_null(config, arena, CONFIG_REDIS_USER),
                                 .password_file = text_or_null(config, arena, CONFIG_REDIS_PASSWORD_FILE),
                                 .name = text_of(config, arena, CONFIG_REDIS_NAME),
                                 .tls = str_equal(config_text(config, CONFIG_REDIS_TLS), STR("true")),
                                 .tls_ca_file = text_or_null(config, arena, CONFIG_REDIS_TLS_CA_FILE),
                                 .buckets = (uint32_t)config_number(config, CONFIG_VIEW_BUCKETS)};
}

static void ledger_fill(const struct config *config, struct ledger_settings *out) {
  const int64_t events = config_number(config, CONFIG_COMMIT_EVENTS), interval_ms = config_number(config, CONFIG_COMMIT_INTERVAL_MS);
  *out = (struct ledger_settings){.buckets = (uint32_t)config_number(config, CONFIG_VIEW_BUCKETS),
                                  .batch_events = events < LIMIT_BATCH_EVENTS ? (uint32_t)events : LIMIT_BATCH_EVENTS,
                                  .batch_ms = interval_ms > 0 ? interval_ms : BATCH_MS,
                                  .checkpoint_ms = config_number(config, CONFIG_CHECKPOINT_INTERVAL),
                                  .retry_ms = RETRY_MS};
}

static void shard_fill(const struct config *config, struct shard_settings *out) {
  *out = (struct shard_settings){.wall_clock = str_equal(config_text(config, CONFIG_EVENTS_CLOCK), STR("wall")),
                                 .own_clock = !str_equal(config_text(config, CONFIG_EVENTS_CLOCK), STR("auto")),
                                 .cache_bytes = (uint64_t)config_number(config, CONFIG_CACHE_BYTES)};
  out->partitioner = partitioner_of(config_text(config, CONFIG_EVENTS_PARTITIONER));
  assert(out->partitioner < PARTITIONER_COUNT); /* one of the option's words */
}

/* Files and Kafka at once is no mode of work: one of them was forgotten in the configuration. */
static enum status files_check(const struct config *config, struct fault *fault) {
  static const struct {
    enum config_key key;
    const char *why;
  } of_files[] = {{CONFIG_INPUT_PATH, "events come from one of them"},
                  {CONFIG_OUTPUT_DIR, "rewards and decisions go to topics then, not to a folder; take one of them out"},
                  {CONFIG_STATE_DIR, "state is kept in topics and Redis then, not in a folder; take one of them out"}};
  for (size_t i = 0; i < sizeof of_files / sizeof of_files[0]; i++) {
    const struct config_value *value = &config->values[of_files[i].key];
    if (value->place == CONFIG_FROM_DEFAULT) continue;
    return fault_set(fault, STATUS_USAGE, "%s (%.*s) and kafka.bootstrap.servers are both set: %s", config_options[of_files[i].key].key,
                     STR_FORMAT(value->where), of_files[i].why);
  }
  return STATUS_OK;
}

/* What both kinds of run have. */
static enum status service_fill(const struct config *config, struct arena *arena, struct run_settings *out, struct fault *fault) {
  struct service_settings *service = &out->service;
  service_defaults(service);
  out->campaigns[0] = text_of(config, arena, CONFIG_CAMPAIGNS_DIR);
  out->campaigns[1] = text_or_null(config, arena, CONFIG_EVENTS_CATALOGUE);
  service->campaigns = out->campaigns;
  service->campaign_count = out->campaigns[1] != NULL ? 2 : 1;
  if (!str_equal(config_text(config, CONFIG_HTTP_LISTEN), STR("off"))) service->http_listen = text_of(config, arena, CONFIG_HTTP_LISTEN);
  service->judge.horizon_ms = config_number(config, CONFIG_EVENTS_HORIZON);
  service->judge.memory_ms = config_number(config, CONFIG_EVENTS_MEMORY);
  return config_id_key(config, &service->judge.id_key, &service->judge.draws, &service->key, fault);
}

static bool is_file(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* Nobody waits for a single gift of a file that is run to its end, and each commit writes the pages of all customers it touched. */
static void commits_fill(const struct config *config, bool once, struct embedded_settings *out) {
  const int64_t interval_ms = config_number(config, CONFIG_COMMIT_INTERVAL_MS);
  const bool set = config->values[CONFIG_COMMIT_EVENTS].place != CONFIG_FROM_DEFAULT;
  once = once && is_file(out->input);
  out->commit_events = once && !set ? ONCE_EVENTS : (uint32_t)config_number(config, CONFIG_COMMIT_EVENTS);
  if (once) out->commit_ms = ONCE_MS;
  if (interval_ms > 0) out->commit_ms = (uint32_t)interval_ms;
}

static void embedded_fill(const struct config *config, struct arena *arena, bool once, struct embedded_settings *out) {
  embedded_defaults(out);
  out->input = text_of(config, arena, CONFIG_INPUT_PATH);
  out->output = text_of(config, arena, CONFIG_OUTPUT_DIR);
  out->state = text_of(config, arena, CONFIG_STATE_DIR);
  commits_fill(config, once, out);
  out->state_map_bytes = (uint64_t)config_number(config, CONFIG_STATE_MAP_BYTES);
  out->cache_bytes = (uint64_t)config_number(config, CONFIG_CACHE_BYTES);
  out->wall_clock = str_equal(config_text(config, CONFIG_EVENTS_CLOCK), STR("wall"));
}

static enum status cluster_fill(const struct config *config, struct arena *arena, struct run_settings *out, struct fault *fault) {
  struct cluster_settings *cluster = &out->cluster;
  *cluster = (struct cluster_settings){.drain_ms = DRAIN_MS, .pending_bytes = (uint64_t)config_number(config, CONFIG_PENDING_BYTES)};
  shard_fill(config, &cluster->shard);
  ledger_fill(config, &cluster->ledger);
  redis_fill(config, arena, &cluster->redis);
  const enum status status = files_check(config, fault);
  if (status != STATUS_OK) return status;
  cluster->ledger.id_key = out->service.judge.id_key;
  cluster->redis.secret = hash64(&cluster->ledger.id_key, STR("giftd secret"));
  return run_kafka_fill(config, arena, out->pairs, &out->kafka, fault);
}

enum status run_settings_fill(const struct config *config, struct arena *arena, bool once, struct run_settings *out, struct fault *fault) {
  enum status status = service_fill(config, arena, out, fault);
  if (status != STATUS_OK) return status;
  if (config_on_kafka(config))
    status = cluster_fill(config, arena, out, fault);
  else
    embedded_fill(config, arena, once, &out->embedded);
  if (status != STATUS_OK) return status;
  return arena->overflowed ? fault_set(fault, STATUS_USAGE, "the configuration is too long") : STATUS_OK;
}
