/* Who signs a campaign before it runs, as its file and the bank's programme say (docs/language.md section 2, `approval`; R127). What is
 * signed, and by whom it was: signature.h. */
#ifndef GIFTD_CAMPAIGN_APPROVAL_H
#define GIFTD_CAMPAIGN_APPROVAL_H

#include "giftd/base/str.h"

/* Of one campaign. */
struct approval {
  uint32_t role_count, own_count; /* the file's own roles first, then those of the bank's programme; 0: it runs without signatures */
  const struct str *roles;
  uint32_t list_count; /* numbers of the list files that it cites, itself or through a programme, in order of name; 0 without roles */
  const uint32_t *lists;
};

#endif
