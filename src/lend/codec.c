/* Messages between shards as bytes. Canonical (one message, one form: no overlong numbers) and versioned; reading trusts nothing.
 *
 *   'L' version kind | from | to | owner's 14 bytes | period | units | claim | spent | length of the record, record
 *
 * Version 3 tells of a pool who spent; what has nothing of that is of version 2, so that a giftd before it reads it. */
#include "giftd/base/bytes.h"
#include "inside.h"

#define MESSAGE_MAGIC 'L'
#define MESSAGE_VERSION 2u
#define CAUSE_VERSION 3u
#define OWNER_BYTES 14u
#define UNITS_MOST (INT64_MAX / 4) /* sums of two stay in range */

static void put_bytes(struct writer *w, const char *bytes, size_t count) {
  if ((size_t)(w->end - w->at) < count) {
    w->full = true;
    return;
  }
  if (count > 0) memcpy(w->at, bytes, count);
  w->at += count;
}

/* What a kind has no use for is nothing. */
static bool message_holds(const struct lend_message *m) {
  bool resource = m->owner.kind == OWNER_RESOURCE;
  bool units = !resource && m->kind != LEND_OPEN && m->kind != LEND_RECALL;
  bool claim = !resource && m->kind != LEND_OPEN && m->kind != LEND_RECALL;
  bool spent = !resource && (m->kind == LEND_RETURN || (m->kind == LEND_FINAL && m->spent == 1));
  bool record =
      resource ? m->kind == LEND_GRANT || m->kind == LEND_RETURN : m->kind == LEND_RETURN && m->spent > 0 && cause_holds(m->record);
  if (m->kind != LEND_FINAL && m->claimed != 0) return false;
  if (resource && (m->kind == LEND_FINAL || m->kind == LEND_OPEN || m->period != 0)) return false;
  return (units || m->units == 0) && (claim || m->claim == 0) && (spent || m->spent == 0) && (record || m->record.length == 0);
}

static unsigned version_of(const struct lend_message *m) {
  return m->owner.kind == OWNER_POOL && m->record.length > 0 ? CAUSE_VERSION : MESSAGE_VERSION;
}

size_t lend_encode(const struct lend_message *message, char *out, size_t capacity) {
  struct writer w = writer_into(out, capacity);
  assert(message->owner.length == OWNER_BYTES && message->from < LIMIT_SHARDS && message->to < LIMIT_SHARDS);
  assert(message_holds(message) && message->units <= UNITS_MOST && message->record.length <= LIMIT_STATE_BYTES); /* else nobody reads it */
  put_byte(&w, MESSAGE_MAGIC);
  put_byte(&w, (unsigned char)version_of(message));
  put_byte(&w, (unsigned char)message->kind);
  put_varint(&w, message->from);
  put_varint(&w, message->to);
  put_bytes(&w, message->owner.key, OWNER_BYTES);
  put_varint(&w, zigzag(message->period));
  put_varint(&w, zigzag(message->units));
  put_varint(&w, message->claim);
  put_varint(&w, zigzag(message->spent));
  put_varint(&w, zigzag(message->claimed));
  put_varint(&w, message->record.length);
  put_bytes(&w, message->record.at, message->record.length);
  return w.full ? 0 : (size_t)(w.at - (unsigned char *)out);
}

/* A number in its only form: the last byte of several is never zero, and the tenth holds one bit. */
static uint64_t get_exact(struct reader *r) {
  const unsigned char *first = r->at;
  uint64_t number = get_varint(r);
  if (r->bad) return 0;
  size_t length = (size_t)(r->at - first);
  if ((length > 1 && r->at[-1] == 0) || (length == 10 && r->at[-1] > 1)) r->bad = true;
  return number;
}

static int64_t get_between(struct reader *r, int64_t least, int64_t most) {
  int64_t number = unzigzag(get_exact(r));
  if (number < least || number > most) r->bad = true;
  return r->bad ? 0 : number;
}

static void get_owner(struct reader *r, struct owner *owner) {
  if ((size_t)(r->end - r->at) < OWNER_BYTES) {
    r->bad = true;
    return;
  }
  *owner = (struct owner){.kind = (enum owner_kind)r->at[0], .length = OWNER_BYTES};
  memcpy(owner->key, r->at, OWNER_BYTES);
  r->at += OWNER_BYTES;
  if (owner->kind != OWNER_POOL && owner->kind != OWNER_RESOURCE) r->bad = true;
}

bool lend_decode(struct str bytes, struct lend_message *message, struct fault *fault) {
  struct reader r = reader_over(bytes);
  *message = (struct lend_message){.kind = LEND_CLAIM};
  if (bytes.length == 0 || get_byte(&r) != MESSAGE_MAGIC) {
    (void)fault_set(fault, STATUS_STATE, "a message that is not giftd's; let only giftd write to the topic of messages");
    return false;
  }
  unsigned version = get_byte(&r);
  if (version != MESSAGE_VERSION && version != CAUSE_VERSION) {
    (void)fault_set(fault, STATUS_STATE,
                    "a message of version %u, this giftd knows versions %u and %u; use the giftd that wrote it, or a newer one", version,
                    MESSAGE_VERSION, CAUSE_VERSION);
    return false;
  }
  unsigned kind = get_byte(&r);
  uint64_t from = get_exact(&r), to = get_exact(&r);
  if (kind < LEND_CLAIM || kind > LEND_RETURN || from >= LIMIT_SHARDS || to >= LIMIT_SHARDS) r.bad = true;
  get_owner(&r, &message->owner);
  message->kind = (enum lend_kind)kind, message->from = (uint32_t)from, message->to = (uint32_t)to;
  message->period = (int32_t)get_between(&r, INT32_MIN, INT32_MAX);
  message->units = get_between(&r, 0, UNITS_MOST);
  uint64_t claim = get_exact(&r);
  if (claim > LEND_CLAIM_MOST) r.bad = true;
  message->claim = (uint32_t)claim;
  message->spent = get_between(&r, -UNITS_MOST, UNITS_MOST);
  message->claimed = get_between(&r, 0, UNITS_MOST);
  uint64_t length = get_exact(&r);
  if (!r.bad && (length > LIMIT_STATE_BYTES || length != (uint64_t)(r.end - r.at))) r.bad = true;
  if (!r.bad) message->record = (struct str){(const char *)r.at, (size_t)length};
  if (!r.bad && message_holds(message) && version == version_of(message)) return true;
  (void)fault_set(fault, STATUS_STATE, "a damaged message between shards (%zu bytes); let only giftd write to the topic of messages",
                  bytes.length);
  return false;
}
