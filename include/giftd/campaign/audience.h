/* Who takes part in a campaign (docs/language.md section 2): lists, segments and tags, a condition, a share that is held out; live, or as
 * it was at the end of a day. */
#ifndef GIFTD_CAMPAIGN_AUDIENCE_H
#define GIFTD_CAMPAIGN_AUDIENCE_H

#include "giftd/base/str.h"

/* A day at whose end the tags of customers are kept, for all campaigns of that day and zone. */
struct as_of {
  uint64_t decl;      /* of the day and the zone; 0: none, live */
  int64_t end_ms;     /* the first instant behind it */
  int64_t closing_ms; /* in the rulebook's table: of the campaign that closes last */
  int32_t day;        /* since 1970 */
  struct str unknown; /* "tags of 2026-06-30 not known" */
};

struct audience {
  bool everyone;
  uint32_t include_first, include_count; /* into rulebook.members; any of */
  uint32_t exclude_first, exclude_count;
  uint32_t when; /* condition or NONE */
  struct as_of as_of;
  int32_t holdout_bp; /* 0: none */
};
struct member {
  bool is_list;
  uint32_t list;
  struct str tag;
  struct str text;
}; /* text as written: "segment:retail" */

#endif
