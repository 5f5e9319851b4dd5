/* What flags say of times and money, checked before any row is read. */
#include <stdio.h>

#include "inside.h"

#define TIME_BYTES 64u

/* A moment of a flag; a day is its first instant. The text is written into `out`. */
static enum status moment_take(const struct import_settings *settings, const char *flag, const char *text, char out[TIME_BYTES],
                               int64_t *ms, struct fault *fault) {
  const struct str offset = settings->offset;
  int64_t days;
  const bool day = date_parse(str_of(text), &days);
  const int length = snprintf(out, TIME_BYTES, "%.40s%s%.*s", text, day ? "T00:00:00" : "", day ? (int)offset.length : 0, offset.at);
  if (time_parse((struct str){out, (size_t)length}, ms, NULL)) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE, "%s is a time as 2026-11-20T00:00:00+08:00, or a day beside --offset +08:00, not '%s'", flag, text);
}

static bool offset_good(struct str offset) {
  char probe[TIME_BYTES];
  int64_t ms;
  const int length = snprintf(probe, sizeof probe, "2026-01-01T00:00:00%.*s", offset.length < 20 ? (int)offset.length : 20, offset.at);
  return time_parse((struct str){probe, (size_t)length}, &ms, NULL);
}

enum status import_times_take(struct import_settings *settings, const char *before, const char *as_of, struct fault *fault) {
  static char kept[TIME_BYTES];
  char other[TIME_BYTES];
  int64_t ms;
  enum status status = STATUS_OK;
  settings->before_ms = TIME_NONE;
  if (settings->offset.length > 0 && !offset_good(settings->offset))
    return fault_set(fault, STATUS_USAGE, "--offset is +08:00 or the like, or Z, not '%.*s'", STR_FORMAT(settings->offset));
  if (settings->currency.length > 0 && currency_decimals(settings->currency) < 0)
    return fault_set(fault, STATUS_USAGE, "--currency is one of ISO 4217, as CNY, not '%.*s'", STR_FORMAT(settings->currency));
  if (before != NULL && settings->kind == IMPORT_GRANTS)
    return fault_set(fault, STATUS_USAGE, "--before is not for grants: when they come is what late.backfill of their campaign allows");
  if (before != NULL) status = moment_take(settings, "--before", before, other, &settings->before_ms, fault);
  if (status == STATUS_OK && as_of != NULL) status = moment_take(settings, "--as-of", as_of, kept, &ms, fault);
  if (status == STATUS_OK && as_of != NULL) settings->as_of = str_of(kept);
  return status;
}
