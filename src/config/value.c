/* One value against its row of the table: type, bounds, choices. Every refusal names the key, what stood there and what would be right. */
#include "value.h"

#include <assert.h>

static enum status check_text(const struct config_option *option, struct str text, struct fault *fault) {
  for (size_t i = 0; i < text.length; i++) {
    const unsigned char byte = (unsigned char)text.at[i];
    if (byte < 0x20 || byte == 0x7f)
      return fault_set(fault, STATUS_USAGE, "%s: there is a control character (byte %u) in the value; write the value again", option->key,
                       byte);
  }
  if (!str_is_utf8(text)) return fault_set(fault, STATUS_USAGE, "%s: the value is not UTF-8; save the file as UTF-8", option->key);
  return STATUS_OK;
}

static enum status check_int(const struct config_option *option, struct str text, int64_t *number, struct fault *fault) {
  if (str_to_int64(text, number) && *number >= option->least && *number <= option->most) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE, "%s is a whole number of %s from %lld to %lld, not '%.*s'", option->key, option->unit,
                   (long long)option->least, (long long)option->most, STR_FORMAT(text));
}

static enum status check_bytes(const struct config_option *option, struct str text, int64_t *number, struct fault *fault) {
  static const struct {
    const char *name;
    int64_t unit;
  } units[] = {{"KiB", 1024}, {"MiB", 1024 * 1024}, {"GiB", 1024LL * 1024 * 1024}};
  int64_t unit = 1;
  struct str digits = text;
  for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
    if (text.length <= 3 || !str_equal(str_from(text, text.length - 3), str_of(units[i].name))) continue;
    unit = units[i].unit;
    digits = str_trim((struct str){text.at, text.length - 3});
  }
  if (str_to_int64(digits, number) && *number >= 0 && *number <= option->most / unit && *number * unit >= option->least) {
    *number *= unit;
    return STATUS_OK;
  }
  return fault_set(fault, STATUS_USAGE, "%s is a size from %lldMiB to %lldGiB, written 256MiB or 2GiB, not '%.*s'", option->key,
                   (long long)(option->least >> 20), (long long)(option->most >> 30), STR_FORMAT(text));
}

static enum status check_duration(const struct config_option *option, struct str text, int64_t *number, struct fault *fault) {
  struct duration duration;
  if (!duration_parse(text, &duration)) {
    return fault_set(fault, STATUS_USAGE, "%s is a duration like P7D or PT72H, not '%.*s'", option->key, STR_FORMAT(text));
  }
  if (duration.months != 0)
    return fault_set(fault, STATUS_USAGE, "%s: months have no fixed length; write '%.*s' in days", option->key, STR_FORMAT(text));
  *number = duration.ms;
  if (duration.ms >= option->least && duration.ms <= option->most) return STATUS_OK;
  const int64_t minutes = option->least / (60 * MS_PER_SECOND);
  return fault_set(fault, STATUS_USAGE, "%s is at least PT%lld%c and at most P%lldD, not '%.*s'", option->key,
                   (long long)(minutes % 60 == 0 ? minutes / 60 : minutes), minutes % 60 == 0 ? 'H' : 'M',
                   (long long)(option->most / MS_PER_DAY), STR_FORMAT(text));
}

static enum status check_choice(const struct config_option *option, struct str text, int64_t *number, struct fault *fault) {
  struct str rest = str_of(option->choices);
  for (*number = 0; rest.length > 0; ++*number) {
    struct str choice;
    (void)str_split(rest, ' ', &choice, &rest);
    if (str_equal(choice, text)) return STATUS_OK;
  }
  return fault_set(fault, STATUS_USAGE, "%s is one of: %s; not '%.*s'", option->key, option->choices, STR_FORMAT(text));
}

static enum status check_address(const struct config_option *option, struct str text, int64_t *number, struct fault *fault) {
  if (str_equal(text, STR("off"))) return STATUS_OK;
  size_t colon = text.length;
  while (colon > 0 && text.at[colon - 1] != ':') colon--;
  struct str port = str_from(text, colon);
  const bool has_host = colon == 0 || colon > 1;
  if (has_host && str_to_int64(port, number) && *number >= 1 && *number <= 65535) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE, "%s is an address like 127.0.0.1:9464, a port like 9464, or off; not '%.*s'", option->key,
                   STR_FORMAT(text));
}

enum status config_check(const struct config_option *option, struct str text, int64_t *number, struct fault *fault) {
  const enum status status = check_text(option, text, fault);
  *number = 0;
  if (status != STATUS_OK) return status;
  if (text.length == 0 && option->default_text[0] != 0)
    return fault_set(fault, STATUS_USAGE, "%s has no value; give one or leave the line out", option->key);
  switch (option->type) {
    case CONFIG_TYPE_PATH: return STATUS_OK;
    case CONFIG_TYPE_INT: return check_int(option, text, number, fault);
    case CONFIG_TYPE_BYTES: return check_bytes(option, text, number, fault);
    case CONFIG_TYPE_DURATION: return check_duration(option, text, number, fault);
    case CONFIG_TYPE_CHOICE: return check_choice(option, text, number, fault);
    case CONFIG_TYPE_ADDRESS: return check_address(option, text, number, fault);
  }
  assert(!"a type without a check");
  return STATUS_USAGE;
}
