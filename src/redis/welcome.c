/* INFO and not CONFIG GET says the policy: managed Redis forbids CONFIG, and an ACL user needs one right less. */
#include "welcome.h"

#include "link.h"
#include "script.h"
#include "trouble.h"

bool greet_command(const struct redis *redis, uint32_t shard, enum greet greet, struct command *command) {
  command_begin(command);
  switch (greet) {
    case GREET_AUTH:
      if (redis->password[0] == 0) return false;
      command_text(command, "AUTH");
      if (redis->user[0] != 0) command_text(command, redis->user);
      command_text(command, redis->password);
      return true;
    case GREET_SELECT:
      if (redis->database == 0) return false;
      command_text(command, "SELECT");
      command_number(command, redis->database);
      return true;
    case GREET_NAME:
      command_text(command, "CLIENT");
      command_text(command, "SETNAME");
      command_print(command, "giftd-%s-%u", redis->name, shard);
      return true;
    case GREET_INFO: command_text(command, "INFO"); return true;
    case GREET_SCRIPT:
      command_text(command, "SCRIPT");
      command_text(command, "LOAD");
      command_text(command, SCRIPT_TEXT);
      return true;
    case GREET_COUNT: break;
  }
  return false;
}

bool greet_needed(enum greet greet) { return greet != GREET_NAME; }

/* The value of "name:value" in the text of INFO; empty when it is not there. */
static struct str info_value(struct str info, const char *name) {
  struct str line;
  while (info.length > 0) {
    struct str rest;
    (void)str_split(info, '\n', &line, &rest);
    info = rest;
    if (line.length > 0 && line.at[line.length - 1] == '\r') line.length--;
    struct str field, value;
    if (str_split(line, ':', &field, &value) && str_equal(field, str_of(name))) return value;
  }
  return (struct str){NULL, 0};
}

enum status welcome_judge(struct str info, struct fault *fault) {
  struct str version = info_value(info, "redis_version"), policy = info_value(info, "maxmemory_policy");
  struct str major, minor;
  int64_t number = 0;
  (void)str_split(version, '.', &major, &minor);
  if (!str_to_int64(major, &number)) return fault_set(fault, STATUS_USAGE, "INFO does not say redis_version: is this Redis?");
  if (number < 6) return fault_set(fault, STATUS_USAGE, "version %.*s is too old: 6 or newer is needed", STR_FORMAT(version));
  if (str_equal(info_value(info, "loading"), STR("1"))) return trouble_told(STR("LOADING"), fault);
  if (str_equal(info_value(info, "role"), STR("slave"))) return trouble_told(STR("READONLY"), fault);
  if (policy.length > 0 && !str_equal(policy, STR("noeviction")))
    return fault_set(
        fault, STATUS_USAGE,
        "maxmemory-policy is %.*s: under memory pressure it would drop counters. Set it to noeviction (redis.conf, and CONFIG SET "
        "maxmemory-policy noeviction)",
        STR_FORMAT(policy));
  if (policy.length == 0)
    return fault_set(fault, STATUS_USAGE, "INFO does not say maxmemory_policy: giftd needs to see that it is noeviction");
  return STATUS_OK;
}

enum status welcome_script(struct str digest, char out[41], struct fault *fault) {
  if (digest.length != 40) return fault_set(fault, STATUS_SERVICE, "SCRIPT LOAD gave no digest");
  memcpy(out, digest.at, 40);
  out[40] = 0;
  return STATUS_OK;
}
