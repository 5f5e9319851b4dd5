/* Inside the config room: one value checked against its option, one key placed. */
#ifndef GIFTD_CONFIG_VALUE_H
#define GIFTD_CONFIG_VALUE_H

#include "giftd/config.h"

/* Where an assignment stands: what the messages call it, and what wins. */
struct config_source {
  struct str where;
  enum config_place place;
};

/* Checks `text` against the option; *number as in struct config_value. STATUS_USAGE: "key: what is wrong; remedy". */
enum status config_check(const struct config_option *option, struct str text, int64_t *number, struct fault *fault) MUST_USE;
/* Takes an assignment over, unless a stronger place has said something already. */
enum status config_assign(struct config *config, struct str key, struct str text, const struct config_source *source,
                          struct fault *fault) MUST_USE;
/* A key of another program, passed through. */
bool config_is_passed(struct str key);
/* Whether the value of a passed key is a secret by its name. */
bool config_is_secret(struct str key);
/* kafka.sasl.password of kafka.sasl.password_file: the secret whose file the key names; empty when it names none. */
struct str config_secret_name(struct str key);
enum config_key config_find(struct str key); /* CONFIG_KEY_COUNT: unknown */

#endif
