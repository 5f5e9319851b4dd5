/* The rows of the built-in catalogue, as they stand in docs/events.md; catalogue.c turns them into the looked-up form. */
#ifndef GIFTD_EVENT_CATALOGUE_TABLE_H
#define GIFTD_EVENT_CATALOGUE_TABLE_H

#include "giftd/event.h"

struct field_row {
  const char *event_name, *campaign_name; /* campaign_name NULL: the same */
  enum field_kind kind;
  const char *help_en, *help_zh;
};

struct type_row {
  const char *name;
  bool reversible;
  const char *fields; /* event names with blanks between; closed words behind: "channel(pos|qr|online|atm)" */
  const char *help_en, *help_zh;
};

extern const struct field_row field_rows[];
extern const size_t field_row_count;
extern const struct type_row type_rows[];
extern const size_t type_row_count;
extern const char common_fields[]; /* of every event: event names with blanks between */

#endif
