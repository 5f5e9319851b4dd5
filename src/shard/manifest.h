/* The manifest as adopt.c writes it. Private to the room. */
#ifndef GIFTD_SHARD_MANIFEST_H
#define GIFTD_SHARD_MANIFEST_H

#include "giftd/base/bytes.h"
#include "parts.h"

#define FILE_NAME_BYTES 255u

struct str manifest_piece_key(char out[16], uint32_t piece);
struct str text_piece_key(char out[16], uint64_t hash, uint32_t piece);
bool manifest_is_whole(const struct manifest *manifest);
/* Into MANIFEST_BYTES of memory; the writer is full when it does not fit. */
struct writer manifest_begin(char *memory, const struct str *lists, uint32_t list_count);
void manifest_add(struct writer *w, const struct manifest_entry *entry);
void manifest_add_running(struct writer *w, const struct rulebook *rulebook, const struct campaign *campaign);
struct manifest_text manifest_text_of(const struct campaign *campaign);

#endif
