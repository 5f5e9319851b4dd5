/* From options to settings: one place where names of the configuration meet those of the rooms. */
#include "worker.h"

#define DRAIN_MS 30000
#define STALL_MS 90000
#define RETRY_MS 1000
#define BATCH_MS 50 /* commit.interval_ms = 0 */

static const char *text_of(const struct config *config, struct arena *arena, enum config_key key) {
  return arena_copy(arena, config_text(config, key)).at;
}

/* NULL where nothing was set. */
static const char *text_or_null(const struct config *config, struct arena *arena, enum config_key key) {
  return config_is_set(config, key) ? text_of(config, arena, key) : NULL;
}

enum status worker_kafka_fill(const struct config *config, struct arena *arena, struct kafka_pair pairs[CONFIG_PASSED],
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
  out->judge.horizon_ms = config_number(config, CONFIG_EVENTS_HORIZON);
  out->judge.memory_ms = config_number(config, CONFIG_EVENTS_MEMORY);
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

enum status worker_settings_fill(const struct config *config, struct arena *arena, const char *campaigns[2],
                                 struct kafka_pair pairs[CONFIG_PASSED], struct worker_settings *out, struct fault *fault) {
  *out = (struct worker_settings){.campaigns = campaigns, .campaign_count = 1, .drain_ms = DRAIN_MS};
  campaigns[0] = text_of(config, arena, CONFIG_CAMPAIGNS_DIR);
  campaigns[1] = text_or_null(config, arena, CONFIG_EVENTS_CATALOGUE);
  if (campaigns[1] != NULL) out->campaign_count = 2;
  if (!str_equal(config_text(config, CONFIG_HTTP_LISTEN), STR("off"))) out->http_listen = text_of(config, arena, CONFIG_HTTP_LISTEN);
  out->pending_bytes = (uint64_t)config_number(config, CONFIG_PENDING_BYTES);
  shard_fill(config, &out->shard);
  ledger_fill(config, &out->ledger);
  redis_fill(config, arena, &out->redis);
  enum status status = files_check(config, fault);
  if (status == STATUS_OK) status = worker_kafka_fill(config, arena, pairs, &out->kafka, fault);
  if (status == STATUS_OK) status = config_id_key(config, &out->shard.judge.id_key, &out->key, fault);
  if (status != STATUS_OK) return status;
  out->ledger.id_key = out->shard.judge.id_key;
  out->redis.secret = hash64(&out->ledger.id_key, STR("giftd secret"));
  return arena->overflowed ? fault_set(fault, STATUS_USAGE, "the configuration is too long") : STATUS_OK;
}
