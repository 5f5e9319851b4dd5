/* The config room: `key = value` in, checked values out, each with the place it came from (docs/CONFIGURATION.md).
 *
 *     flag -X  >  environment GIFTD_...  >  file  >  default        (a place further left wins, in whatever order they are read)
 *
 * One table of options (config_options) is the truth: parsing, `giftd config show`, docs/CONFIGURATION.md and deploy/giftd.conf come from
 * it. A key that nobody declared refuses to start and names the nearest one; kafka.* is passed through to librdkafka as it stands. Secrets
 * are never written into a configuration: an option names a file that holds one, and so does a passed key: kafka.sasl.password_file =
 * /path.
 *
 * File format: one `key = value` a line, comments are lines that begin with # or !, as Kafka's own tools read. UTF-8; a value ends with its
 * line.
 */
#ifndef GIFTD_CONFIG_H
#define GIFTD_CONFIG_H

#include "giftd/base.h"

enum config_key {
  CONFIG_INPUT_PATH,
  CONFIG_OUTPUT_DIR,
  CONFIG_CAMPAIGNS_DIR,
  CONFIG_STATE_DIR,
  CONFIG_COMMIT_EVENTS,
  CONFIG_COMMIT_INTERVAL_MS,
  CONFIG_EVENTS_CATALOGUE,
  CONFIG_EVENTS_HORIZON,
  CONFIG_EVENTS_MEMORY,
  CONFIG_EVENTS_CLOCK,
  CONFIG_EVENTS_PARTITIONER,
  CONFIG_CACHE_BYTES,
  CONFIG_STATE_MAP_BYTES,
  CONFIG_ID_KEY_FILE,
  CONFIG_TOPIC_EVENTS,
  CONFIG_TOPIC_PREFIX,
  CONFIG_GROUP_ID,
  CONFIG_INPUT_START,
  CONFIG_INPUT_GAP,
  CONFIG_REDIS_SERVERS,
  CONFIG_REDIS_DATABASE,
  CONFIG_REDIS_USER,
  CONFIG_REDIS_PASSWORD_FILE,
  CONFIG_REDIS_TLS,
  CONFIG_REDIS_TLS_CA_FILE,
  CONFIG_REDIS_NAME,
  CONFIG_VIEW_BUCKETS,
  CONFIG_CHECKPOINT_INTERVAL,
  CONFIG_PENDING_BYTES,
  CONFIG_HTTP_LISTEN,
  CONFIG_LOG_FORMAT,
  CONFIG_LOG_LEVEL,
  CONFIG_LANG,
  CONFIG_KEY_COUNT
};

enum config_type {
  CONFIG_TYPE_PATH,     /* any text without control characters */
  CONFIG_TYPE_INT,      /* whole number, in `unit` */
  CONFIG_TYPE_BYTES,    /* whole number with KiB, MiB or GiB behind it, or bytes */
  CONFIG_TYPE_DURATION, /* P7D, PT72H: days, hours ...; months and years have no fixed length and are refused */
  CONFIG_TYPE_CHOICE,   /* one of `choices` */
  CONFIG_TYPE_ADDRESS   /* host:port, port alone means 127.0.0.1; "off" */
};

struct config_option {
  const char *key;
  enum config_type type;
  const char *default_text; /* "" : not set */
  const char *unit;         /* of INT; "" elsewhere */
  int64_t least, most;      /* INT; BYTES in bytes; DURATION in milliseconds */
  const char *choices;      /* CHOICE: "event wall" */
  const char *help_en;
};
extern const struct config_option config_options[CONFIG_KEY_COUNT];

enum config_place { CONFIG_FROM_DEFAULT, CONFIG_FROM_FILE, CONFIG_FROM_ENVIRONMENT, CONFIG_FROM_FLAG };

struct config_value {
  struct str text; /* as it was written */
  int64_t number;  /* INT, BYTES, DURATION (ms); CHOICE: number of the choice */
  enum config_place place;
  struct str where; /* "giftd.conf:12", "GIFTD_LOG_LEVEL", "-X log.level" ; "default" */
};
struct config_passed {
  struct str key, text, where;
  enum config_place place;
};

#define CONFIG_FILE_BYTES (256u * 1024u)
#define CONFIG_LINE_BYTES 4096u
#define CONFIG_VALUE_BYTES 3072u /* so that what `config show` prints of it is a line that can be read again */
#define CONFIG_PASSED 128u       /* kafka.* keys */

struct config {
  struct config_value values[CONFIG_KEY_COUNT];
  struct config_passed passed[CONFIG_PASSED]; /* in the order in which they came */
  uint32_t passed_count;
  struct arena *arena; /* borrowed; texts live there */
};

/* Defaults. `arena` (256 KiB are enough for a full file, once more for each further one) must outlive the configuration. */
void config_init(struct config *config, struct arena *arena);
/* Bytes of a file; `name` is what messages call it. STATUS_USAGE with "name:line: what; remedy"; all before the line has been taken over.
 */
enum status config_read(struct config *config, struct str name, struct str bytes, struct fault *fault) MUST_USE;
enum status config_read_file(struct config *config, const char *path, struct fault *fault) MUST_USE;
/* GIFTD_LOG_LEVEL=debug is log.level = debug. A name that is near an option but is none refuses and says which; others belong to scripts
 * and are left alone, as is GIFTD_CONFIG (path of the file, see config_load). `environment` is the process's environ. */
enum status config_read_environment(struct config *config, char *const *environment, struct fault *fault) MUST_USE;
/* -X key=value */
enum status config_set_flag(struct config *config, const char *assignment, struct fault *fault) MUST_USE;
/* A value of a flag of its own, say --state DIR for state.dir; `flag` is how messages call it. */
enum status config_set(struct config *config, enum config_key key, const char *text, const char *flag, struct fault *fault) MUST_USE;

/* All three places in one call: `path` (NULL: GIFTD_CONFIG, else none), the environment, then the -X assignments. */
enum status config_load(struct config *config, const char *path, char *const *environment, const char *const *assignments, uint32_t count,
                        struct fault *fault) MUST_USE;

static inline struct str config_text(const struct config *config, enum config_key key) { return config->values[key].text; }
static inline int64_t config_number(const struct config *config, enum config_key key) { return config->values[key].number; }
static inline bool config_is_set(const struct config *config, enum config_key key) { return config->values[key].text.length > 0; }

/* What is known of the key that reward ids and draws derive from: nobody told one and it is the fixed key of base, good for trying out; a
 * file was told, but it holds one byte over and over (zeros, say); a file whose bytes may be a secret. */
enum id_key { ID_KEY_NONE, ID_KEY_TRIVIAL, ID_KEY_SECRET };
/* That key: of the file named by id.key_file (any 16 to 4,096 bytes; not readable by others), else the fixed one. `draws`, from the same
 * file: what the secrets of campaigns that draw derive from (judge_settings.draws); without a file zeros. */
enum status config_id_key(const struct config *config, struct hash_key *key, struct digest256 *draws, enum id_key *kind,
                          struct fault *fault) MUST_USE;

/* What is passed through to librdkafka, without `kafka.`: at most CONFIG_PASSED pairs. What a secret's file holds in its first line stands
 * for the secret under its own name; it lives in `secrets`, which the caller wipes. */
struct config_pair {
  const char *name, *value;
};
enum status config_pairs(const struct config *config, struct arena *secrets, struct config_pair pairs[CONFIG_PASSED], uint32_t *count,
                         struct fault *fault) MUST_USE;
/* The next file with a secret for Redis or Kafka that everybody on this machine may read, and the key that names it; *at is 0 at first.
 * NULL: there is none any more. */
const char *config_open_secret(const struct config *config, uint32_t *at, struct str *key) MUST_USE;
/* Whether events come from Kafka: kafka.bootstrap.servers is set. */
bool config_on_kafka(const struct config *config);

/* The nearest known key, or an empty text. */
struct str config_near(struct str key);
/* Every option in effect, a line each that can be read back as a file, with its place as a comment above; secrets of passed keys appear as
 * the file they stand in. `all`: defaults too. */
void config_print(const struct config *config, bool all, struct buffer *out);
void config_print_json(const struct config *config, struct buffer *out);
/* docs/CONFIGURATION.md and deploy/giftd.conf, from the table. */
void config_document(struct buffer *out);
void config_sample(struct buffer *out);
/* deploy/giftd.conf: what is set to work on Kafka and Redis as deploy/stack starts them, then the sample. */
void config_deployed(struct buffer *out);

#endif
