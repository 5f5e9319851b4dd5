/* What a state knows of campaigns, against the files that are to run (docs/language.md section 9.5): names are compared by what they mean,
 * and the terms of earlier versions are compiled from the texts that the state kept. One for each set of files that was loaded; it borrows
 * what was compiled from it. */
#ifndef GIFTD_APP_TERMS_H
#define GIFTD_APP_TERMS_H

#include "app.h"
#include "giftd/shard.h"

struct terms_keeper;

/* A line for people; refused changes are told one by one. */
typedef void terms_say(void *self, const char *line);

/* NULL: no memory. `remembered_ms`: how long what a campaign counted matters after it closed. */
struct terms_keeper *terms_open(const struct loaded *loaded, int64_t remembered_ms, terms_say *say, void *self);
void terms_close(struct terms_keeper *keeper);
const struct terms_port *terms_of(const struct terms_keeper *keeper);

/* All running campaigns of a manifest as one rulebook, and those that come back with `fresh`, for `giftd check --against`. Lists are empty
 * in it. The region is the caller's to
 * close (region_close). STATUS_STATE: a text is not there, or cannot be read any more. */
enum status terms_compile(const struct manifest *manifest, const struct view_port *view, const struct catalogue *catalogue,
                          const struct rulebook *fresh, const struct rulebook **out, struct region *region, struct fault *fault) MUST_USE;

#endif
