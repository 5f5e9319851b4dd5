/* Owners' states: from the view into the cache, page by page; room for what comes; and what changed, back to the view. */
#include "parts.h"

#define FIRST_IDS 1u   /* room for the first event of a customer nobody knew */
#define FIRST_CELLS 9u /* and for what the first few bring: blocks that are left for larger ones are holes for a long time */
#define MORE_CELLS 4u  /* for what the next event brings to what is known */
#define KEY_ROOM (CACHE_KEY_MOST + PAGE_KEY_BYTES + 1u)

/* ---- back to the view ---- */

static enum status page_store(struct shard *shard, const struct state *state, uint32_t page, struct fault *fault) {
  char key[KEY_ROOM];
  struct str owner = cache_owner(&shard->cache, state);
  size_t length = page_encode(state, &shard->plan, page, shard->record, sizeof shard->record);
  return shard->view.store(shard->view.self, page_key(owner, page, key), (struct str){shard->record, length}, fault);
}

/* Pages that are not there any more are dirty too: an empty record is none. */
static enum status state_store(struct shard *shard, struct state *state, struct fault *fault) {
  uint32_t left = pages_dirty(state);
  if (left > 0) page_plan_make(&shard->plan, state);
  for (uint32_t page = 0; left > 0; page++) {
    if (!page_is_dirty(state, page)) continue;
    enum status status = page_store(shard, state, page, fault);
    if (status != STATUS_OK) return status;
    left--;
  }
  pages_clean(state);
  return STATUS_OK;
}

enum status changed_store(struct shard *shard, struct fault *fault) {
  uint32_t count = cache_sort_changed(&shard->cache);
  for (uint32_t i = 0; i < count; i++) {
    enum status status = state_store(shard, cache_changed(&shard->cache, i), fault);
    if (status != STATUS_OK) return status;
  }
  cache_settle(&shard->cache);
  return STATUS_OK;
}

enum status owner_keep(struct shard *shard, struct state *state, struct fault *fault) {
  if (!state->changed) return STATUS_OK;
  struct str owner = cache_owner(&shard->cache, state);
  if (shard->settings.shards > 1 && owner.at[0] == OWNER_POOL) touched_add(shard, owner);
  if (cache_list(&shard->cache, state)) return STATUS_OK;
  enum status status = changed_store(shard, fault);
  if (status != STATUS_OK) return status;
  bool listed = cache_list(&shard->cache, state);
  assert(listed); /* nothing else is any more */
  (void)listed;
  return STATUS_OK;
}

/* ---- room ---- */

static enum status no_place(struct fault *fault) {
  return fault_set(fault, STATUS_LIMIT, "one event needs more of its owners at hand than the cache holds; make cache.bytes larger");
}

/* What is not handed over yet may be all that stands in the way. No part of it gets less room than it has. */
enum status owner_grow(struct shard *shard, struct state **state, uint32_t cells, uint32_t ids, struct fault *fault) {
  if (cells < state_room(*state)) cells = state_room(*state);
  if (ids < state_id_room(*state)) ids = state_id_room(*state);
  uint32_t cells_to = at_most((uint64_t)(*state)->cell_count + cells, LIMIT_STATE_CELLS);
  uint32_t ids_to = at_most((uint64_t)(*state)->seen_count + ids, LIMIT_SEEN);
  struct state *grown = cache_grow(&shard->cache, *state, cells_to, ids_to);
  if (grown == NULL) {
    enum status status = changed_store(shard, fault);
    if (status != STATUS_OK) return status;
    grown = cache_grow(&shard->cache, *state, cells_to, ids_to);
  }
  if (grown == NULL) return no_place(fault);
  *state = grown;
  return STATUS_OK;
}

/* ---- from the view ---- */

static enum status page_load(struct shard *shard, struct str key, struct str *record, struct page_head *head, struct fault *fault) {
  enum status status = shard->view.load(shard->view.self, key, record, fault);
  if (status != STATUS_OK || page_look(*record, head, fault)) return status;
  return fault_prefix(fault, "the record of one owner (kind %c) in the state: ", key.at[0]);
}

static enum status page_lost(struct str key, uint32_t page, uint32_t pages, struct fault *fault) {
  return fault_set(fault, STATUS_STATE,
                   "record %u of the %u that one owner (kind %c) is kept in is not there, or is of another owner: the state lost a part of "
                   "itself; restore it from a copy, or (Kafka) empty the view, which is then made anew",
                   page + 1, pages, key.at[0]);
}

/* Making room may end the loan of the record: then it is asked for again. */
static enum status further_page(struct shard *shard, struct str owner, uint32_t page, struct state **state, struct fault *fault) {
  char bytes[KEY_ROOM];
  struct str key = page_key(owner, page, bytes), record;
  for (;;) {
    struct page_head head;
    enum status status = page_load(shard, key, &record, &head, fault);
    if (status != STATUS_OK) return status;
    if (head.page != page || head.pages != (*state)->pages) return page_lost(owner, page, (*state)->pages, fault);
    bool fits = state_room(*state) >= head.cells && state_id_room(*state) >= head.ids;
    if (fits) return page_decode(record, *state, fault) ? STATUS_OK : fault->status;
    status = owner_grow(shard, state, head.cells + (*state)->cell_count, head.ids + (*state)->seen_count, fault);
    if (status != STATUS_OK) return status;
  }
}

static enum status pages_ahead(struct shard *shard, struct str owner, uint32_t page, uint32_t pages, struct fault *fault) {
  struct str keys[PAGES_AHEAD];
  char bytes[PAGES_AHEAD][KEY_ROOM];
  uint32_t count = 0;
  if (shard->view.prefetch == NULL) return STATUS_OK;
  for (; count < PAGES_AHEAD && page < pages; count++, page++) keys[count] = page_key(owner, page, bytes[count]);
  return shard->view.prefetch(shard->view.self, keys, count, fault);
}

static enum status further_pages(struct shard *shard, struct str owner, struct state **state, struct fault *fault) {
  uint32_t pages = (*state)->pages;
  enum status status = STATUS_OK;
  for (uint32_t page = 1; page < pages && status == STATUS_OK; page++) {
    if (page % PAGES_AHEAD == 1 % PAGES_AHEAD) status = pages_ahead(shard, owner, page, pages, fault);
    if (status == STATUS_OK) status = further_page(shard, owner, page, state, fault);
  }
  return status;
}

/* A place for what the first page tells of. */
static struct state *place_take(struct shard *shard, struct cache_key key, const struct page_head *head) {
  bool customer = key.bytes.at[0] == OWNER_CUSTOMER;
  uint64_t cells = (uint64_t)head->cells * head->pages, ids = (uint64_t)head->ids * head->pages;
  uint32_t least_ids = customer ? FIRST_IDS : 0;
  uint64_t room = cells + cells / 4 + MORE_CELLS;
  return cache_add(&shard->cache, key, at_most(room > FIRST_CELLS ? room : FIRST_CELLS, LIMIT_STATE_CELLS),
                   at_most(ids + ids / 4 + least_ids, LIMIT_SEEN));
}

static enum status first_page(struct shard *shard, struct cache_key key, struct state **state, struct fault *fault) {
  struct str record;
  struct page_head head;
  enum status status = page_load(shard, key.bytes, &record, &head, fault);
  if (status != STATUS_OK) return status;
  if (head.page != 0) return page_lost(key.bytes, 0, head.pages, fault);
  *state = place_take(shard, key, &head);
  if (*state == NULL) {
    status = changed_store(shard, fault);
    if (status == STATUS_OK) status = page_load(shard, key.bytes, &record, &head, fault); /* storing ended the first loan */
    if (status != STATUS_OK) return status;
    *state = place_take(shard, key, &head);
  }
  if (*state == NULL) return no_place(fault);
  return page_decode(record, *state, fault) ? STATUS_OK : fault->status;
}

enum status owner_load(struct shard *shard, struct cache_key key, struct state **state, struct fault *fault) {
  *state = cache_find(&shard->cache, key);
  if (*state != NULL) {
    shard->counts.owner_hits++;
    return STATUS_OK;
  }
  shard->counts.owner_loads++;
  enum status status = first_page(shard, key, state, fault);
  if (status == STATUS_OK && (*state)->pages > 1) status = further_pages(shard, key.bytes, state, fault);
  if (status != STATUS_OK && *state != NULL) cache_drop(&shard->cache, *state); /* half of an owner is none */
  return status;
}

static enum status owners_ahead(struct shard *shard, const struct owner *owners, uint32_t count, struct fault *fault) {
  uint32_t wanted = 0;
  for (uint32_t i = 0; i < count; i++) {
    struct str key = owner_key(&owners[i]);
    if (!cache_has(&shard->cache, cache_key(&shard->cache, key))) shard->prefetch_keys[wanted++] = key;
  }
  return wanted > 1 ? shard->view.prefetch(shard->view.self, shard->prefetch_keys, wanted, fault) : STATUS_OK;
}

enum status owners_load(struct shard *shard, const struct owner *owners, uint32_t count, struct fault *fault) {
  enum status status = STATUS_OK;
  for (uint32_t from = 0; from < count && status == STATUS_OK; from += LINES_MOST) {
    uint32_t many = count - from < LINES_MOST ? count - from : LINES_MOST;
    if (shard->view.prefetch != NULL) status = owners_ahead(shard, owners + from, many, fault);
    for (uint32_t i = from; i < from + many && status == STATUS_OK; i++) {
      struct state *state;
      status = owner_load(shard, cache_key(&shard->cache, owner_key(&owners[i])), &state, fault);
    }
  }
  return status;
}
