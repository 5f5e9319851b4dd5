/* A log and a view in memory, well-behaved unless told otherwise: enough to see the ledger's road. Faults of every kind are the
 * simulator's. */
#ifndef GIFTD_TESTS_LEDGER_WORLD_H
#define GIFTD_TESTS_LEDGER_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "giftd/ledger.h"

#define RECORDS_MOST 65536u
#define VIEW_MOST 4096u

struct row {
  char *bytes;
  size_t length;
  uint32_t bucket;
};
struct rows {
  struct row rows[RECORDS_MOST];
  uint32_t count;
};
struct viewed {
  char *key, *record;
  size_t key_length, record_length;
  uint32_t bucket;
};

struct world {
  struct world **peers; /* of all shards, by number; NULL: alone */
  struct rows inbox, open_messages;
  uint32_t inbox_at;
  char **lines;
  uint32_t line_count, line_at;
  bool gap;        /* a person must act about it */
  uint64_t gap_to; /* lines before this one are passed over */
  uint64_t latest; /* where a shard begins of which nothing was decided; 0: at the oldest */
  struct rows journal, checkpoint, outputs[OUTPUT_COUNT], open_journal, open_checkpoint, open_outputs[OUTPUT_COUNT];
  uint64_t place, open_place; /* of the next journal record; a commit takes one more, as markers of transactions do */
  uint32_t fences, polls_left;
  bool fenced, committing;
  uint32_t history_at, history_end;
  uint64_t places[RECORDS_MOST], trimmed;
  struct segment segment;
  struct viewed view[VIEW_MOST];
  uint32_t view_count;
  uint64_t writes;
  bool refuse, store_down, fail_commit;
  bool strange, blown_up; /* until the view is made anew: a key is of another type; a bucket has more owners than can be */
};

static inline void rows_add(struct rows *rows, struct str bytes, uint32_t bucket) {
  assert_true(rows->count < RECORDS_MOST);
  char *copy = malloc(bytes.length + 1);
  assert_non_null(copy);
  memcpy(copy, bytes.at, bytes.length);
  copy[bytes.length] = 0;
  rows->rows[rows->count++] = (struct row){copy, bytes.length, bucket};
}

static inline void rows_clear(struct rows *rows) {
  for (uint32_t i = 0; i < rows->count; i++) free(rows->rows[i].bytes);
  rows->count = 0;
}

static inline void rows_move(struct rows *from, struct rows *to) {
  for (uint32_t i = 0; i < from->count; i++) {
    assert_true(to->count < RECORDS_MOST);
    to->rows[to->count++] = from->rows[i];
  }
  from->count = 0;
}

/* ---- log ---- */

static inline void open_clear(struct world *w) {
  rows_clear(&w->open_journal);
  rows_clear(&w->open_checkpoint);
  rows_clear(&w->open_messages);
  for (int i = 0; i < OUTPUT_COUNT; i++) rows_clear(&w->open_outputs[i]);
}

static inline enum status world_fence(void *self, bool *done, struct fault *fault) {
  struct world *w = self;
  (void)fault;
  *done = ++w->fences % 2 == 0;
  w->fenced = *done;
  return STATUS_OK;
}
static inline void world_drop(void *self) {
  struct world *w = self;
  w->fenced = w->committing = false;
  open_clear(w);
}
static inline enum status world_journal_seek(void *self, uint64_t place, struct fault *fault) {
  struct world *w = self;
  if (place != 0 && place < w->trimmed) return fault_set(fault, STATUS_STATE, "trimmed");
  for (w->history_at = 0; w->history_at < w->journal.count && w->places[w->history_at] < (place > w->trimmed ? place : w->trimmed);)
    w->history_at++;
  w->history_end = w->journal.count;
  return STATUS_OK;
}
static inline enum status world_journal_read(void *self, struct log_record *records, uint32_t capacity, uint32_t *count, bool *ended,
                                             struct fault *fault) {
  struct world *w = self;
  (void)fault;
  for (*count = 0; *count < capacity && *count < 3 && w->history_at < w->history_end; w->history_at++)
    records[(*count)++] =
        (struct log_record){{w->journal.rows[w->history_at].bytes, w->journal.rows[w->history_at].length}, w->places[w->history_at], 0};
  *ended = w->history_at == w->history_end;
  return STATUS_OK;
}
static inline enum status world_checkpoint_seek(void *self, struct fault *fault) {
  struct world *w = self;
  (void)fault;
  w->history_at = 0, w->history_end = w->checkpoint.count;
  return STATUS_OK;
}
static inline enum status world_checkpoint_read(void *self, struct log_record *records, uint32_t capacity, uint32_t *count, bool *ended,
                                                struct fault *fault) {
  struct world *w = self;
  (void)fault;
  for (*count = 0; *count < capacity && w->history_at < w->history_end; w->history_at++) {
    const struct row *row = &w->checkpoint.rows[w->history_at];
    records[(*count)++] = (struct log_record){{row->bytes, row->length}, w->history_at, row->bucket};
  }
  *ended = w->history_at == w->history_end;
  return STATUS_OK;
}
static inline enum status world_input_first(void *self, uint64_t *events, struct fault *fault) {
  struct world *w = self;
  (void)fault;
  *events = w->latest > 0 ? w->latest : NONE_YET;
  return STATUS_OK;
}
static inline enum status world_input_gap(void *self, uint64_t *events, struct fault *fault) {
  struct world *w = self;
  (void)fault;
  if (*events < w->gap_to) *events = w->gap_to;
  return STATUS_OK;
}
static inline enum status world_input_seek(void *self, uint64_t events, uint64_t inbox, struct fault *fault) {
  struct world *w = self;
  (void)fault;
  w->line_at = events == NONE_YET ? 0 : (uint32_t)events;
  w->inbox_at = inbox == NONE_YET ? 0 : (uint32_t)inbox;
  return STATUS_OK;
}
static inline enum status world_poll(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, struct fault *fault) {
  struct world *w = self;
  *count = 0;
  if (w->gap) return fault_set(fault, STATUS_STATE, "a gap");
  for (; *count < capacity && *count < 37 && w->line_at < w->line_count; w->line_at++)
    lines[(*count)++] =
        (struct input_line){.bytes = str_of(w->lines[w->line_at]), .position = w->line_at, .next = w->line_at + 1, .arrival_ms = TIME_NONE};
  return STATUS_OK;
}
static inline enum status world_poll_inbox(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, struct fault *fault) {
  struct world *w = self;
  (void)fault;
  for (*count = 0; *count < capacity && *count < 5 && w->inbox_at < w->inbox.count; w->inbox_at++) {
    const struct row *row = &w->inbox.rows[w->inbox_at];
    lines[(*count)++] = (struct input_line){.bytes = {row->bytes, row->length}, .position = w->inbox_at, .next = w->inbox_at + 1};
  }
  return STATUS_OK;
}
static inline enum status world_wrap_dead(void *self, uint32_t line, struct str letter, struct buffer *out, struct fault *fault) {
  (void)self, (void)line, (void)fault;
  buffer_put(out, letter);
  return STATUS_OK;
}
static inline enum status world_begin(void *self, struct fault *fault) {
  struct world *w = self;
  (void)fault;
  assert_true(w->fenced && !w->committing);
  open_clear(w);
  return STATUS_OK;
}
static inline enum status world_append(void *self, enum output output, uint32_t which, struct str bytes, struct fault *fault) {
  struct world *w = self;
  (void)fault;
  if (output == OUTPUT_MESSAGES) {
    rows_add(&w->open_messages, bytes, which);
    return STATUS_OK;
  }
  assert_true(output < OUTPUT_COUNT);
  rows_add(&w->open_outputs[output], bytes, 0);
  return STATUS_OK;
}
static inline enum status world_append_journal(void *self, struct str bytes, struct fault *fault) {
  struct world *w = self;
  (void)fault;
  rows_add(&w->open_journal, bytes, 0);
  return STATUS_OK;
}
static inline enum status world_append_bucket(void *self, uint32_t bucket, struct str bytes, struct fault *fault) {
  struct world *w = self;
  (void)fault;
  rows_add(&w->open_checkpoint, bytes, bucket);
  return STATUS_OK;
}
static inline enum status world_commit_start(void *self, struct fault *fault) {
  struct world *w = self;
  (void)fault;
  w->committing = true, w->polls_left = 2;
  return STATUS_OK;
}
static inline enum status world_commit_poll(void *self, bool *done, uint64_t *place, struct fault *fault) {
  struct world *w = self;
  *done = false;
  assert_true(w->committing);
  if (w->polls_left-- > 0) return STATUS_OK;
  w->committing = false;
  if (w->fail_commit) {
    w->fail_commit = false;
    open_clear(w);
    return fault_set(fault, STATUS_SERVICE, "aborted");
  }
  for (uint32_t i = 0; i < w->open_journal.count; i++) w->places[w->journal.count + i] = w->place++;
  *place = w->place++ - 1;
  rows_move(&w->open_journal, &w->journal);
  rows_move(&w->open_checkpoint, &w->checkpoint);
  for (int i = 0; i < OUTPUT_COUNT; i++) rows_move(&w->open_outputs[i], &w->outputs[i]);
  for (uint32_t i = 0; i < w->open_messages.count; i++) {
    struct rows *to = &w->peers[w->open_messages.rows[i].bucket]->inbox;
    assert_true(to->count < RECORDS_MOST);
    to->rows[to->count++] = w->open_messages.rows[i];
  }
  w->open_messages.count = 0;
  *done = true;
  return STATUS_OK;
}
static inline enum status world_trim(void *self, uint64_t place, struct fault *fault) {
  struct world *w = self;
  (void)fault;
  if (place > w->trimmed) w->trimmed = place;
  return STATUS_OK;
}

/* ---- store ---- */

static inline struct viewed *viewed_find(struct world *w, struct str key) {
  for (uint32_t i = 0; i < w->view_count; i++)
    if (str_equal((struct str){w->view[i].key, w->view[i].key_length}, key)) return &w->view[i];
  return NULL;
}
static inline void view_clear(struct world *w) {
  for (uint32_t i = 0; i < w->view_count; i++) free(w->view[i].key), free(w->view[i].record);
  w->view_count = 0;
}
static inline void viewed_remove(struct world *w, struct viewed *viewed) {
  free(viewed->key), free(viewed->record);
  *viewed = w->view[--w->view_count];
}
static inline void viewed_put(struct world *w, const struct store_record *record) {
  struct viewed *viewed = viewed_find(w, record->key);
  if (record->record.length == 0) {
    if (viewed != NULL) viewed_remove(w, viewed);
    return;
  }
  if (viewed == NULL) {
    assert_true(w->view_count < VIEW_MOST);
    viewed = &w->view[w->view_count++];
    *viewed = (struct viewed){.key = malloc(record->key.length), .key_length = record->key.length, .bucket = record->bucket};
    memcpy(viewed->key, record->key.at, record->key.length);
  }
  free(viewed->record);
  viewed->record = malloc(record->record.length + 1);
  memcpy(viewed->record, record->record.at, record->record.length);
  viewed->record_length = record->record.length;
}
static inline void store_dropped(void *self) { (void)self; }
static inline enum status store_look(void *self, struct segment *out, struct fault *fault) {
  struct world *w = self;
  if (w->store_down) return fault_set(fault, STATUS_SERVICE, "down");
  w->refuse = false, w->writes = 0;
  *out = w->segment;
  return STATUS_OK;
}
static inline bool version_is(const struct world *w, struct version v) {
  return w->segment.exists && w->segment.version.epoch == v.epoch && w->segment.version.count == v.count;
}
static inline enum status store_write(void *self, const struct store_write *write, struct fault *fault) {
  struct world *w = self;
  if (w->store_down) return fault_set(fault, STATUS_SERVICE, "down");
  w->writes++;
  if (write->create) {
    view_clear(w);
    w->strange = w->blown_up = false;
    w->segment = (struct segment){.exists = true, .shards = write->shards, .buckets = write->buckets, .secret = write->secret};
  } else if (!version_is(w, write->expect)) {
    w->refuse = true;
    return STATUS_OK;
  }
  w->segment.version = write->next;
  for (uint32_t i = 0; i < write->count; i++) viewed_put(w, &write->records[i]);
  if (write->set_mark) w->segment.mark_sequence = write->mark_sequence, w->segment.mark_place = write->mark_place;
  return STATUS_OK;
}
static inline enum status store_answers(void *self, bool wait, uint64_t *answered, bool *refused, struct fault *fault) {
  struct world *w = self;
  (void)wait;
  if (w->store_down) return fault_set(fault, STATUS_SERVICE, "down");
  if (w->strange) return fault_set(fault, STATUS_STATE, "a key of another type");
  *answered = w->writes, *refused = w->refuse;
  return STATUS_OK;
}
static inline enum status store_load(void *self, struct version expect, const struct store_record *keys, uint32_t count,
                                     struct str *records, bool *refused, struct fault *fault) {
  struct world *w = self;
  if (w->store_down) return fault_set(fault, STATUS_SERVICE, "down");
  if (w->strange && count > 0) return fault_set(fault, STATUS_STATE, "a key of another type");
  for (uint32_t i = 0; i < count; i++) {
    const struct viewed *viewed = viewed_find(w, keys[i].key);
    records[i] = viewed == NULL ? (struct str){NULL, 0} : (struct str){viewed->record, viewed->record_length};
  }
  *refused = !version_is(w, expect);
  return STATUS_OK;
}
static inline enum status store_buckets(void *self, struct version expect, const uint32_t *buckets, uint32_t asked,
                                        struct store_record *records, uint32_t capacity, uint32_t *count, bool *refused,
                                        struct fault *fault) {
  struct world *w = self;
  *count = 0;
  if (w->strange) return fault_set(fault, STATUS_STATE, "a key of another type");
  if (w->blown_up) return fault_set(fault, STATUS_LIMIT, "too many owners");
  for (uint32_t b = 0; b < asked; b++)
    for (uint32_t i = 0; i < w->view_count; i++) {
      const struct viewed *v = &w->view[i];
      if (v->bucket != buckets[b]) continue;
      assert_true(*count < capacity);
      records[(*count)++] = (struct store_record){{v->key, v->key_length}, {v->record, v->record_length}, v->bucket};
    }
  *refused = !version_is(w, expect);
  return STATUS_OK;
}

static inline struct ledger_log world_log(struct world *w) {
  return (struct ledger_log){.self = w,
                             .fence = world_fence,
                             .drop = world_drop,
                             .journal_seek = world_journal_seek,
                             .journal_read = world_journal_read,
                             .checkpoint_seek = world_checkpoint_seek,
                             .checkpoint_read = world_checkpoint_read,
                             .input_first = world_input_first,
                             .input_gap = world_input_gap,
                             .input_seek = world_input_seek,
                             .poll = world_poll,
                             .poll_inbox = world_poll_inbox,
                             .wrap_dead = world_wrap_dead,
                             .begin = world_begin,
                             .append = world_append,
                             .append_journal = world_append_journal,
                             .append_bucket = world_append_bucket,
                             .commit_start = world_commit_start,
                             .commit_poll = world_commit_poll,
                             .trim = world_trim};
}
static inline struct store_port world_store(struct world *w) {
  return (struct store_port){w, store_dropped, store_look, store_write, store_answers, store_load, store_buckets};
}

static inline void world_free(struct world *w) {
  open_clear(w);
  view_clear(w);
  rows_clear(&w->journal);
  rows_clear(&w->checkpoint);
  rows_clear(&w->inbox);
  for (int i = 0; i < OUTPUT_COUNT; i++) rows_clear(&w->outputs[i]);
  for (uint32_t i = 0; i < w->line_count; i++) free(w->lines[i]);
  free(w->lines);
  free(w);
}

#endif
