/* What people read about the configuration: the values in effect with their places, and the two documents made from the table. */
#include "value.h"

static const char *const place_names[] = {
    [CONFIG_FROM_DEFAULT] = "default", [CONFIG_FROM_FILE] = "file", [CONFIG_FROM_ENVIRONMENT] = "environment", [CONFIG_FROM_FLAG] = "flag"};
static const char *const type_names[] = {
    [CONFIG_TYPE_PATH] = "path",         [CONFIG_TYPE_INT] = "number",  [CONFIG_TYPE_BYTES] = "size",
    [CONFIG_TYPE_DURATION] = "duration", [CONFIG_TYPE_CHOICE] = "word", [CONFIG_TYPE_ADDRESS] = "address"};

void config_print(const struct config *config, bool all, struct buffer *out) {
  for (unsigned i = 0; i < CONFIG_KEY_COUNT; i++) {
    const struct config_value *value = &config->values[i];
    if (value->place == CONFIG_FROM_DEFAULT && !all) continue;
    if (value->place == CONFIG_FROM_DEFAULT)
      buffer_put(out, STR("# default\n"));
    else
      buffer_print(out, "# %s %.*s\n", place_names[value->place], STR_FORMAT(value->where));
    buffer_print(out, "%s%s = %.*s\n", value->text.length == 0 ? "# " : "", config_options[i].key, STR_FORMAT(value->text));
  }
  for (uint32_t i = 0; i < config->passed_count; i++) {
    const struct config_passed *passed = &config->passed[i];
    buffer_print(out, "# %s %.*s\n%.*s = %.*s\n", place_names[passed->place], STR_FORMAT(passed->where), STR_FORMAT(passed->key),
                 STR_FORMAT(passed->text));
  }
}

static void print_value_json(struct str key, struct str text, enum config_place place, struct str where, bool first, struct buffer *out) {
  if (!first) buffer_byte(out, ',');
  buffer_put(out, STR("{\"key\":"));
  buffer_json(out, key);
  buffer_put(out, STR(",\"value\":"));
  buffer_json(out, text);
  buffer_print(out, ",\"from\":\"%s\",\"where\":", place_names[place]);
  buffer_json(out, where);
  buffer_byte(out, '}');
}

void config_print_json(const struct config *config, struct buffer *out) {
  buffer_put(out, STR("{\"options\":["));
  for (unsigned i = 0; i < CONFIG_KEY_COUNT; i++) {
    const struct config_value *value = &config->values[i];
    print_value_json(str_of(config_options[i].key), value->text, value->place, value->where, i == 0, out);
  }
  for (uint32_t i = 0; i < config->passed_count; i++) {
    const struct config_passed *passed = &config->passed[i];
    print_value_json(passed->key, passed->text, passed->place, passed->where, false, out);
  }
  buffer_put(out, STR("]}\n"));
}

/* ---- documents ---- */

static void bound(const struct config_option *option, int64_t number, struct buffer *out) {
  const int64_t hour_ms = 3600 * MS_PER_SECOND;
  if (option->type == CONFIG_TYPE_INT)
    buffer_int(out, number);
  else if (option->type == CONFIG_TYPE_BYTES && number >= 1 << 30)
    buffer_print(out, "%lldGiB", (long long)(number >> 30));
  else if (option->type == CONFIG_TYPE_BYTES)
    buffer_print(out, "%lldMiB", (long long)(number >> 20));
  else if (number % MS_PER_DAY == 0)
    buffer_print(out, "P%lldD", (long long)(number / MS_PER_DAY));
  else if (number % hour_ms == 0)
    buffer_print(out, "PT%lldH", (long long)(number / hour_ms));
  else
    buffer_print(out, "PT%lldM", (long long)(number / (60 * MS_PER_SECOND)));
}

/* "1 to 60000 ms", "event, wall", "host:port or off". */
static void allowed(const struct config_option *option, struct buffer *out) {
  switch (option->type) {
    case CONFIG_TYPE_PATH: buffer_put(out, STR("any")); return;
    case CONFIG_TYPE_ADDRESS: buffer_put(out, STR("host:port, port, off")); return;
    case CONFIG_TYPE_CHOICE:
      for (const char *at = option->choices; *at != 0; at++) buffer_put(out, *at == ' ' ? STR(", ") : (struct str){at, 1});
      return;
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_BYTES:
    case CONFIG_TYPE_DURATION: break;
  }
  bound(option, option->least, out);
  buffer_put(out, STR(" to "));
  bound(option, option->most, out);
  if (option->unit[0] != 0) buffer_print(out, " %s", option->unit);
}

static void environment_name(const char *key, struct buffer *out) {
  buffer_put(out, STR("GIFTD_"));
  for (; *key != 0; key++) buffer_byte(out, *key >= 'a' && *key <= 'z' ? (char)(*key - 32) : *key == '.' ? '_' : *key);
}

/* Lines of at most `columns`, each behind `prefix`. */
static void wrap(struct str text, const char *prefix, size_t columns, struct buffer *out) {
  while (text.length > 0) {
    size_t end = text.length;
    if (end > columns) {
      for (end = columns; end > 0 && text.at[end] != ' '; end--) {}
    }
    buffer_print(out, "%s%.*s\n", prefix, (int)end, text.at);
    text = str_from(text, end < text.length ? end + 1 : end);
  }
}

void config_document(struct buffer *out) {
  buffer_put(
      out,
      STR("# Configuration\n\n"
          "Written by `giftd config docs` from the table of options; change the table (src/config/options.c), not this page.\n\n"
          "A configuration is a text file of `key = value` lines; a line that begins with `#` or `!` is a comment. It is named with `-c "
          "FILE` or in\n"
          "`GIFTD_CONFIG`. A value may also come from the environment (`log.level` is `GIFTD_LOG_LEVEL`) or from a flag (`-X "
          "log.level=debug`):\n"
          "**flag, then environment, then file, then default.** A key that is not in this table is refused, and the nearest one is named.\n"
          "`giftd config show --effective` prints every value and where it came from.\n\n"
          "With `kafka.bootstrap.servers` set `giftd run` works on Kafka and Redis; without it on files. Keys that begin with `kafka.` are "
          "passed\n"
          "through to librdkafka as they stand (`kafka.security.protocol = sasl_ssl`; in the environment "
          "`GIFTD_KAFKA_SECURITY_PROTOCOL`). A secret never stands\n"
          "in a configuration, a flag or the environment, but in the first line of a file that is named: `redis.password_file`, and for "
          "passed keys the\nkey with `_file` appended: `kafka.sasl.password_file = /path/of/it`.\n\n"
          "| key | kind | default | allowed | environment |\n|---|---|---|---|---|\n"));
  for (unsigned i = 0; i < CONFIG_KEY_COUNT; i++) {
    const struct config_option *option = &config_options[i];
    buffer_print(out, "| [`%s`](#%u) | %s | %s%s%s | ", option->key, i + 1, type_names[option->type],
                 option->default_text[0] == 0 ? "" : "`", option->default_text, option->default_text[0] == 0 ? "" : "`");
    allowed(option, out);
    buffer_put(out, STR(" | `"));
    environment_name(option->key, out);
    buffer_put(out, STR("` |\n"));
  }
  for (unsigned i = 0; i < CONFIG_KEY_COUNT; i++) {
    buffer_print(out, "\n<a id=\"%u\"></a>**%s**\n", i + 1, config_options[i].key);
    wrap(str_of(config_options[i].help_en), "", 138, out);
  }
}

void config_sample(struct buffer *out) {
  buffer_put(out, STR("# giftd's configuration. Every option is here with its default; remove the # to change one.\n"
                      "# giftd run -c giftd.conf ... reads it; giftd config show -c giftd.conf --effective shows what is in effect.\n"));
  for (unsigned i = 0; i < CONFIG_KEY_COUNT; i++) {
    const struct config_option *option = &config_options[i];
    buffer_byte(out, '\n');
    wrap(str_of(option->help_en), "# ", 98, out);
    buffer_put(out, STR("# Allowed: "));
    allowed(option, out);
    buffer_print(out, ".\n#%s =%s%s\n", option->key, option->default_text[0] == 0 ? "" : " ", option->default_text);
  }
}

void config_deployed(struct buffer *out) {
  buffer_put(out, STR("# giftd on Kafka and Redis as deploy/stack starts them (or deploy/compose.yaml). Paths are seen from the folder in\n"
                      "# which giftd is called. For files instead of Kafka, with no server beside giftd, remove kafka.bootstrap.servers "
                      "and\n# set input.path, output.dir and state.dir below.\n"
                      "kafka.bootstrap.servers = 127.0.0.1:9092\n"
                      "redis.servers = 127.0.0.1:6379\n"
                      "campaigns.dir = deploy/demo\n"
                      "\n"
                      "# Every further kafka. key goes to librdkafka as it stands; a secured cluster for instance:\n"
                      "#kafka.security.protocol = sasl_ssl\n"
                      "#kafka.ssl.ca.location = /etc/ssl/certs/bank.pem\n"
                      "#kafka.sasl.mechanism = SCRAM-SHA-512\n"
                      "#kafka.sasl.username = giftd\n"
                      "#kafka.sasl.password_file = /etc/giftd/kafka.password\n"
                      "\n"));
  config_sample(out);
}
