/* Keys of owners and of their pages: what a state is found under, in the cache, the store and the journal. */
#include "inside.h"

struct owner owner_customer(struct str customer) {
  struct owner owner = {.kind = OWNER_CUSTOMER, .length = (uint8_t)(customer.length + 1)};
  assert(customer.length > 0 && customer.length < sizeof owner.key);
  owner.key[0] = OWNER_CUSTOMER;
  memcpy(owner.key + 1, customer.at, customer.length);
  return owner;
}

struct owner owner_named(enum owner_kind kind, uint64_t decl, uint64_t key) {
  struct owner owner = {.kind = kind, .length = 14};
  assert(kind != OWNER_CUSTOMER && decl >> 40 == 0);
  owner.key[0] = (char)kind;
  for (unsigned i = 0; i < 5; i++) owner.key[1 + i] = (char)(decl >> (8 * i));
  for (unsigned i = 0; i < 8; i++) owner.key[6 + i] = (char)(key >> (8 * i));
  return owner;
}

void owner_split(const struct owner *owner, uint64_t *decl, uint64_t *key) {
  assert(owner->length == 14 && owner->kind != OWNER_CUSTOMER);
  *decl = *key = 0;
  for (unsigned i = 0; i < 5; i++) *decl |= (uint64_t)(unsigned char)owner->key[1 + i] << (8 * i);
  for (unsigned i = 0; i < 8; i++) *key |= (uint64_t)(unsigned char)owner->key[6 + i] << (8 * i);
}

/* A zero byte is in no customer id, and keys of resources and pools have one length: no page of one owner is another owner. */
bool key_is_customer(struct str key) {
  if (key.length < 2 || key.length > 1 + LIMIT_ID_BYTES || key.at[0] != OWNER_CUSTOMER) return false;
  return memchr(key.at, 0, key.length) == NULL;
}

struct str page_key(struct str owner, uint32_t page, char *out) {
  assert(owner.length > 0 && page < LIMIT_STATE_PAGES);
  memcpy(out, owner.at, owner.length);
  if (page == 0) return (struct str){out, owner.length};
  out[owner.length] = 0;
  out[owner.length + 1] = (char)(unsigned char)page;
  out[owner.length + 2] = (char)(unsigned char)(page >> 8);
  return (struct str){out, owner.length + PAGE_KEY_BYTES};
}
