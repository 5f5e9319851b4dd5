/* The places a value comes from: the bytes of a file, the environment, flags. Bytes are read from memory, so the reader can be fuzzed;
 * trouble is told as file:line. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "value.h"

#define SECRET_BYTES 4096u

static const struct str no_text = {NULL, 0};

/* ---- file ---- */

struct lines {
  struct str name, rest;
  uint32_t number;
};

static bool lines_next(struct lines *lines, struct str *line) {
  if (lines->rest.length == 0) return false;
  struct str rest;
  (void)str_split(lines->rest, '\n', line, &rest);
  lines->rest = rest;
  lines->number++;
  if (line->length > 0 && line->at[line->length - 1] == '\r') line->length--;
  return true;
}

/* " #" behind a value: people mean a comment, Kafka's tools take it as part of the value. Neither is guessed. */
static bool has_trailing_comment(struct str text) {
  for (size_t i = 1; i < text.length; i++) {
    if (text.at[i] == '#' && (text.at[i - 1] == ' ' || text.at[i - 1] == '\t')) return true;
  }
  return false;
}

static enum status read_assignment(struct config *config, const struct lines *lines, struct str line, struct fault *fault) {
  struct str key, text;
  if (line.length > CONFIG_LINE_BYTES)
    return fault_set(fault, STATUS_USAGE, "the line has %zu bytes; at most %u are allowed", line.length, CONFIG_LINE_BYTES);
  if (memchr(line.at, 0, line.length) != NULL) return fault_set(fault, STATUS_USAGE, "a zero byte; is this a text file?");
  if (!str_split(line, '=', &key, &text)) {
    return fault_set(fault, STATUS_USAGE, "'%.*s' is not key = value; comments begin with #", (int)(line.length > 60 ? 60 : line.length),
                     line.at);
  }
  key = str_trim(key);
  text = str_trim(text);
  if (key.length == 0) return fault_set(fault, STATUS_USAGE, "there is no key before =");
  if (!config_is_passed(key) && has_trailing_comment(text)) {
    return fault_set(fault, STATUS_USAGE, "%.*s: a comment follows the value; put it on a line of its own",
                     (int)(key.length > 80 ? 80 : key.length), key.at);
  }
  const struct config_source source = {arena_print(config->arena, "%.*s:%u", STR_FORMAT(lines->name), lines->number), CONFIG_FROM_FILE};
  return config_assign(config, key, text, &source, fault);
}

/* The line on which a key of the file was set before, or 0: a key that stands twice is refused, since only one of them can be meant. */
static uint32_t line_of_key(struct str name, struct str bytes, struct str key, uint32_t before) {
  struct lines lines = {name, bytes, 0};
  struct str line, left, right;
  while (lines_next(&lines, &line) && lines.number < before) {
    line = str_trim(line);
    if (line.length == 0 || line.at[0] == '#' || line.at[0] == '!') continue;
    if (str_split(line, '=', &left, &right) && str_equal(str_trim(left), key)) return lines.number;
  }
  return 0;
}

static enum status refuse_twice(struct str name, struct str bytes, struct str line, uint32_t number, struct fault *fault) {
  struct str key, text;
  (void)str_split(line, '=', &key, &text);
  key = str_trim(key);
  const uint32_t before = line_of_key(name, bytes, key, number);
  if (before == 0) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE, "%.*s is set on line %u already; remove one of them", (int)(key.length > 80 ? 80 : key.length),
                   key.at, before);
}

enum status config_read(struct config *config, struct str name, struct str bytes, struct fault *fault) {
  if (bytes.length > CONFIG_FILE_BYTES) {
    return fault_set(fault, STATUS_USAGE, "%.*s: %zu bytes; a configuration has at most %u", STR_FORMAT(name), bytes.length,
                     CONFIG_FILE_BYTES);
  }
  if (str_starts(bytes, STR("\xef\xbb\xbf"))) bytes = str_from(bytes, 3); /* editors on other systems put a byte order mark in front */
  struct lines lines = {name, bytes, 0};
  struct str line;
  while (lines_next(&lines, &line)) {
    line = str_trim(line);
    if (line.length == 0 || line.at[0] == '#' || line.at[0] == '!') continue;
    enum status status = read_assignment(config, &lines, line, fault);
    if (status == STATUS_OK) status = refuse_twice(name, bytes, line, lines.number, fault);
    if (status != STATUS_OK) return fault_prefix(fault, "%.*s:%u: ", STR_FORMAT(name), lines.number);
    if (config->arena->overflowed)
      return fault_set(fault, STATUS_USAGE, "%.*s:%u: the configuration is too long", STR_FORMAT(name), lines.number);
  }
  return STATUS_OK;
}

/* Reads at most `most` bytes of a file into the arena; a longer one is refused. */
static enum status file_bytes(struct arena *arena, const char *path, size_t most, struct str *out, mode_t *mode, struct fault *fault) {
  const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe without a writer must not hang the start */
  struct stat info;
  if (file < 0) return fault_set(fault, STATUS_USAGE, "%s: cannot be opened: %s", path, strerror(errno));
  const bool regular = fstat(file, &info) == 0 && S_ISREG(info.st_mode);
  char *memory = regular ? arena_take(arena, most + 1) : NULL;
  ssize_t length = 0, part = 0;
  while (memory != NULL && (size_t)length <= most && (part = read(file, memory + length, most + 1 - (size_t)length)) > 0) length += part;
  const int error = errno;
  (void)close(file);
  if (!regular) return fault_set(fault, STATUS_USAGE, "%s: is not a file", path);
  if (memory == NULL) return fault_set(fault, STATUS_USAGE, "%s: no memory left for it", path);
  if (part < 0) return fault_set(fault, STATUS_USAGE, "%s: cannot be read: %s", path, strerror(error));
  if ((size_t)length > most) return fault_set(fault, STATUS_USAGE, "%s: longer than the %zu bytes allowed", path, most);
  *mode = info.st_mode;
  *out = (struct str){memory, (size_t)length};
  return STATUS_OK;
}

enum status config_read_file(struct config *config, const char *path, struct fault *fault) {
  struct str bytes = no_text;
  mode_t mode = 0;
  const enum status status = file_bytes(config->arena, path, CONFIG_FILE_BYTES, &bytes, &mode, fault);
  return status == STATUS_OK ? config_read(config, arena_copy(config->arena, str_of(path)), bytes, fault) : status;
}

/* ---- environment and flags ---- */

/* LOG_LEVEL -> log.level: the option whose key, with dots as underscores, is that word; else kafka.* with every underscore a dot, but that
 * of _FILE. */
static struct str environment_key(struct arena *arena, struct str word) {
  const struct str copy = arena_copy(arena, word);
  char *dotted = (char *)(uintptr_t)copy.at;
  for (size_t i = 0; i < copy.length; i++) dotted[i] = copy.at[i] == '_' ? '.' : (char)tolower((unsigned char)copy.at[i]);
  for (unsigned i = 0; i < CONFIG_KEY_COUNT; i++) {
    const struct str key = str_of(config_options[i].key);
    bool same = key.length == copy.length;
    for (size_t j = 0; same && j < key.length; j++) same = copy.at[j] == (key.at[j] == '_' ? '.' : key.at[j]);
    if (same) return key;
  }
  char *end = copy.length > 5 ? dotted + copy.length - 5 : NULL;
  if (end != NULL && memcmp(end, ".file", 5) == 0) *end = '_';
  return copy;
}

/* Scripts keep names of their own in GIFTD_...; only what an option must have been meant by is refused. */
static bool is_foreign(struct str name, struct str key) {
  if (str_equal(name, STR("GIFTD_CONFIG"))) return true;
  return config_find(key) == CONFIG_KEY_COUNT && !config_is_passed(key) && config_near(key).length == 0;
}

enum status config_read_environment(struct config *config, char *const *environment, struct fault *fault) {
  for (; environment != NULL && *environment != NULL; environment++) {
    struct str name, text;
    if (!str_starts(str_of(*environment), STR("GIFTD_"))) continue;
    (void)str_split(str_of(*environment), '=', &name, &text);
    const struct str key = environment_key(config->arena, str_from(name, 6));
    if (is_foreign(name, key)) continue;
    const struct config_source source = {arena_copy(config->arena, name), CONFIG_FROM_ENVIRONMENT};
    const enum status status = config_assign(config, key, text, &source, fault);
    if (status != STATUS_OK) return fault_prefix(fault, "environment %.*s: ", STR_FORMAT(name));
  }
  return STATUS_OK;
}

enum status config_set_flag(struct config *config, const char *assignment, struct fault *fault) {
  struct str key, text;
  if (!str_split(str_of(assignment), '=', &key, &text)) return fault_set(fault, STATUS_USAGE, "-X %s: write -X key=value", assignment);
  key = str_trim(key);
  const struct config_source source = {arena_print(config->arena, "-X %.*s", STR_FORMAT(key)), CONFIG_FROM_FLAG};
  const enum status status = config_assign(config, key, str_trim(text), &source, fault);
  return status == STATUS_OK ? status : fault_prefix(fault, "-X: ");
}

enum status config_set(struct config *config, enum config_key key, const char *text, const char *flag, struct fault *fault) {
  const struct config_source source = {arena_copy(config->arena, str_of(flag)), CONFIG_FROM_FLAG};
  const enum status status = config_assign(config, str_of(config_options[key].key), str_of(text), &source, fault);
  return status == STATUS_OK ? status : fault_prefix(fault, "%s: ", flag);
}

enum status config_load(struct config *config, const char *path, char *const *environment, const char *const *assignments, uint32_t count,
                        struct fault *fault) {
  enum status status = STATUS_OK;
  if (path == NULL) path = getenv("GIFTD_CONFIG");
  if (path != NULL && path[0] != 0) status = config_read_file(config, path, fault);
  if (status == STATUS_OK) status = config_read_environment(config, environment, fault);
  for (uint32_t i = 0; i < count && status == STATUS_OK; i++) status = config_set_flag(config, assignments[i], fault);
  return status;
}

/* ---- the secret ---- */

static bool is_one_byte(struct str bytes) {
  for (size_t i = 1; i < bytes.length; i++)
    if (bytes.at[i] != bytes.at[0]) return false;
  return true;
}

enum status config_id_key(const struct config *config, struct hash_key *key, struct digest256 *draws, enum id_key *kind,
                          struct fault *fault) {
  unsigned char memory[8192];
  struct arena arena;
  struct str bytes = no_text;
  mode_t mode = 0;
  *key = HASH_KEY_FIXED;
  *draws = (struct digest256){{0}};
  *kind = ID_KEY_NONE;
  if (!config_is_set(config, CONFIG_ID_KEY_FILE)) return STATUS_OK;
  const char *path = config->values[CONFIG_ID_KEY_FILE].text.at;
  arena_init(&arena, memory, sizeof(memory));
  const enum status status = file_bytes(&arena, path, 4096, &bytes, &mode, fault);
  if (status != STATUS_OK) return fault_prefix(fault, "id.key_file: ");
  if (bytes.length < 16)
    return fault_set(fault, STATUS_USAGE,
                     "id.key_file: %s holds %zu bytes; at least 16 random ones are needed: head -c 32 /dev/urandom > %s", path,
                     bytes.length, path);
  if ((mode & (S_IRWXG | S_IRWXO)) != 0) return fault_set(fault, STATUS_USAGE, "id.key_file: others may read %s; chmod 600 %s", path, path);
  const struct digest128 digest = hash128(&HASH_KEY_FIXED, bytes);
  *key = (struct hash_key){digest.low, digest.high};
  *draws = mac256(bytes, STR("giftd draw root 2\n"));
  *kind = is_one_byte(bytes) ? ID_KEY_TRIVIAL : ID_KEY_SECRET;
  explicit_bzero(memory, sizeof(memory));
  return STATUS_OK;
}

const char *config_open_secret(const struct config *config, uint32_t *at, struct str *key) {
  struct stat info;
  while (*at <= config->passed_count) {
    const uint32_t i = (*at)++; /* 0 is Redis's password, behind it what is passed to Kafka */
    const struct str path = i == 0 ? config_text(config, CONFIG_REDIS_PASSWORD_FILE) : config->passed[i - 1].text;
    *key = i == 0 ? str_of(config_options[CONFIG_REDIS_PASSWORD_FILE].key) : config->passed[i - 1].key;
    if (path.length == 0 || (i > 0 && config_secret_name(*key).length == 0)) continue;
    if (stat(path.at, &info) == 0 && (info.st_mode & S_IROTH) != 0) return path.at;
  }
  return NULL;
}

/* ---- what is passed to Kafka ---- */

bool config_on_kafka(const struct config *config) {
  for (uint32_t i = 0; i < config->passed_count; i++) {
    if (str_equal(config->passed[i].key, STR("kafka.bootstrap.servers"))) return config->passed[i].text.length > 0;
  }
  return false;
}

static enum status secret_read(struct arena *secrets, struct str key, struct str path, struct str *out, struct fault *fault) {
  struct str bytes, rest;
  mode_t mode = 0;
  const enum status status = file_bytes(secrets, path.at, SECRET_BYTES, &bytes, &mode, fault);
  if (status != STATUS_OK) return fault_prefix(fault, "%.*s: ", STR_FORMAT(key));
  (void)str_split(bytes, '\n', out, &rest);
  if (out->length > 0 && out->at[out->length - 1] == '\r') out->length--;
  if (out->length == 0)
    return fault_set(fault, STATUS_USAGE, "%.*s: the first line of %s is empty; it must hold the secret", STR_FORMAT(key), path.at);
  *out = arena_copy(secrets, *out);
  return out->at != NULL ? STATUS_OK : fault_set(fault, STATUS_USAGE, "%.*s: no memory left for it", STR_FORMAT(key));
}

enum status config_pairs(const struct config *config, struct arena *secrets, struct config_pair pairs[CONFIG_PASSED], uint32_t *count,
                         struct fault *fault) {
  *count = 0;
  for (uint32_t i = 0; i < config->passed_count; i++) {
    const struct config_passed *passed = &config->passed[i];
    const struct str secret = config_secret_name(passed->key);
    struct str name = str_from(passed->key, STR("kafka.").length), value = passed->text;
    if (secret.length > 0) {
      const enum status status = secret_read(secrets, passed->key, passed->text, &value, fault);
      if (status != STATUS_OK) return status;
      name = arena_copy(secrets, str_from(secret, STR("kafka.").length));
      if (name.at == NULL) return fault_set(fault, STATUS_USAGE, "%.*s: no memory left for it", STR_FORMAT(passed->key));
    }
    pairs[(*count)++] = (struct config_pair){name.at, value.at};
  }
  return STATUS_OK;
}
