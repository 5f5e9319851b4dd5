/* The load room: campaigns from disk. Files and folders become one rulebook with its index, in one region of memory that is given back as a
 * whole; and what a state kept of earlier versions is compared with them, and compiled again where they are still needed.
 *
 *     paths -> load_open -> struct loaded (sources, rulebook, index) -> terms_open -> terms_of: what a shard asks (shard.h)
 */
#ifndef GIFTD_LOAD_H
#define GIFTD_LOAD_H

#include "giftd/match.h"
#include "giftd/shard.h"

/* ---- memory ---- */

/* A reserved, zeroed block of address space (memory is used as it is touched); NULL when the system refuses. */
void *region_open(size_t bytes);
void region_close(void *region, size_t bytes);
struct region {
  void *at; /* NULL: the system gave none */
  size_t bytes;
};
struct region region_take(size_t bytes);
/* Of large pages where the system has them: look-ups that are spread over all of it spare page walks. */
struct region region_take_wide(size_t bytes);
void region_give(struct region *region);

/* ---- campaigns ---- */

/* Campaigns as they were loaded: everything lives in one reserved region that load_close gives back. */
struct loaded {
  void *region;
  size_t region_bytes;
  struct arena arena;
  struct catalogue *catalogue;
  struct findings findings;        /* always filled, also on failure */
  const struct rulebook *rulebook; /* NULL on failure */
  const struct match_index *index;
  struct match_cache *cache;
  const struct source *sources; /* the files as read: explain and coverage quote them */
  uint32_t source_count;
  const struct source *catalogues; /* the bank's own, as read */
  uint32_t catalogue_count;
};

/* Reads files and folders (of a folder: every *.json in it and below, sorted by path, and lists/NAME.txt; catalogue.json extends the
 * catalogue), compiles them and builds the index. STATUS_USAGE: a path cannot be read. STATUS_INPUT: findings hold errors; print them with
 * load_print. STATUS_STORAGE: no memory, or a file changed while all were read. */
enum status load_open(const char *const *paths, uint32_t path_count, struct loaded *out, struct fault *fault) MUST_USE;
void load_close(struct loaded *loaded);
/* What keeps the files from running - the errors, and signatures that are missing -: to `stream`, one a line, at most `most` of them and a
 * line that says how many more.
 */
void load_print(const struct findings *findings, void *stream, uint32_t most);

/* ---- what a state knows of them ---- */

/* What a state knows of campaigns, against the files that are to run (docs/language.md section 9.5): names are compared by what they mean,
 * and the terms of earlier versions are compiled from the texts that the state kept. One for each set of files that was loaded; it borrows
 * what was compiled from it. */
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
