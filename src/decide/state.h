/* Cells of an owner's record: what the four numbers of each kind mean, and the few functions that touch them.
 *
 * | kind     | decl      | key                      | period          | v0            | v1              | v2            | v3          |
 * |----------|-----------|--------------------------|-----------------|---------------|-----------------|---------------|-------------|
 * | FIRST    | fact      | hash of `per`            |                 | time          | digest of event | reset time    | heard last  |
 * | LAST     | fact      | hash of `per`            |                 | time          |                 |               |             |
 * | MEASURE  | fact      | hash of `per`            | of the window   | count         | sum             | max           | min         |
 * | DISTINCT | fact      | hash of `per` and value  | of the window   | hash of value | hash of `per`   | unit number   |             |
 * | TRACK    | fact      | its key                  |                 | opened        | deadline        | tasks done    | completed   |
 * | LOT      | chance    | lot key                  | of a top-up     | valid from    | valid to        | given         | spent       |
 * | LIMIT    | limit     | hash of identity         | of the limit    | used          |                 |               |             |
 * | GRANT    | rule      | digest of event          | units           | time          | value           | id low        | id high     |
 * | POOL     | pool      | 0 total, 1 a pace period | of the pace     | used          | watermark told  |               |             |
 * | FED      | fact      | digest of event          | of the window   | hash of `per` | amount left     | time          |             |
 * | ORIGINAL |           | digest of event          |                 | time          | amount          | reversed      |             |
 * | TAG      | hash      | hash of the tag          |                 |               |                 |               |             |
 * | PROFILE  | field     |                          | item of a list  | hash / number | text            | text          | text        |
 * | KEPT     | owner     | hash of owner and field  | item of a list  | hash / number | text            | text          | text        |
 * | ENROLLED | campaign  |                          |                 | time          |                 |               |             |
 * | OWED     | campaign  | 0 money, 1 points        |                 | amount        |                 |               |             |
 * | TAKEN    | limit/pool| id low of the grant      | of limit / pace | hash of owner | amount          | claim_on      |             |
 * | BASE     |           | id low of the gift       |                 | id low of base| lot key         | set off       |             |
 * | BLOCK    | pool      |                          | of the pace     | left          | spent           | FINAL's left  | claimed     |
 * | WHOLE    | fact      | as KEPT                  | part of it      | text          | text            | text          | text        |
 * | HEARD    | hearer    | digest of event          | part of the id  | text          | text            | text          | text        |
 * | FORGOTTEN|           |                          |                 | time          |                 |               |             |
 * | LENT     | pool      | shard + 1                | of the pace     | outstanding   | claimed         | place in line | FINAL's left|
 *
 * BLOCK and LENT of resources: decl and (BLOCK) key are the owner's, flags say the rest (lend.h).
 * Two grants of a customer share their low 64 bits of id with a chance of 2^-64 a pair: they serve as a name inside one record.
 */
#ifndef GIFTD_DECIDE_STATE_H
#define GIFTD_DECIDE_STATE_H

#include <assert.h>

#include "giftd/decide.h"

#define TEXT_IN_CELL 24u /* bytes of a text kept for display; equality is by hash */

/* A 40-bit name as it stands in records, of a hash or of the name itself. */
static inline uint64_t decl_of_hash(uint64_t hash) { return hash & ((UINT64_C(1) << 40) - 1); }
static inline uint64_t name_decl(struct str name) { return decl_of_hash(hash64(&HASH_KEY_FIXED, name)); }

/* The cell of (kind, decl, key, period), or NULL. */
struct cell *state_find(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period);
/* The first cell of a kind with this key, whatever its decl; or NULL. */
struct cell *state_find_key(struct state *state, enum cell_kind kind, uint64_t key);
/* The same as state_find, made when it is missing; NULL when the record is full of what still counts. `now_ms` lets expired
 * cells go first. */
struct cell *state_make(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period, int64_t now_ms);
/* A further cell, whether or not one of that name is there (grants, what they took). NULL as above. */
struct cell *state_add(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period, int64_t now_ms);
void state_remove(struct state *state, struct cell *cell);
/* Drops every cell of a kind with this decl (decl 0: any). */
void state_remove_all(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key);
/* The day after which a cell that matters until `until_ms` may go. */
int32_t state_expiry(int64_t until_ms);

/* Memory of events: whether a digest was seen; adding one, which lets the oldest go and raises the floor. */
bool state_seen(const struct state *state, uint64_t digest);
void state_see(struct state *state, uint64_t digest, int64_t time_ms, int64_t oldest_ms);

/* A value in a PROFILE or KEPT cell. */
void cell_set_value(struct cell *cell, const struct value *value, uint32_t item);
void cell_get_value(const struct cell *cell, struct value *out);
/* A text of up to LIMIT_ID_BYTES as a whole, in cells of 32 bytes each, one a `period`. Putting replaces; false: the record is full. */
bool state_put_text(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, struct str text, int64_t now_ms,
                    int32_t expires_day);
size_t state_get_text(const struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, char out[LIMIT_ID_BYTES]);
/* Whether a cell was set to this text, or two to the same one: by what is kept of it and by its hash. */
bool cell_is_text(const struct cell *cell, struct str text);
bool cells_same_text(const struct cell *a, const struct cell *b);

#endif
