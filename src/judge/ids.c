/* Reward ids and draws: derived from business facts alone, so that a replay, another version or another machine comes to the same
 * (docs/language.md section 10). The key is secret: nobody outside can compute which event would win a draw. */
#include <stdarg.h>

#include "work.h"

void key_print(struct reward_key *key, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(key->text, sizeof key->text, format, arguments);
  va_end(arguments);
  assert(length > 0 && (size_t)length < sizeof key->text);
  key->length = (size_t)length;
}

/* campaign, rule, item (only of a list), hearer, key: each ended by a zero, so that no two different rows are the same bytes. */
struct digest128 reward_digest(const struct work *w, const struct rule *rule, const struct item *item, const struct reward_key *key) {
  char memory[6 * LIMIT_ID_BYTES + sizeof key->text];
  struct buffer text;
  buffer_init(&text, memory, sizeof memory);
  buffer_put(&text, work_campaign(w, rule->campaign)->id);
  buffer_byte(&text, 0);
  buffer_put(&text, rule->first_id); /* whatever it is called now: a renamed rule gives no gift again */
  buffer_byte(&text, 0);
  if (rule->give == GIVE_EACH) buffer_put(&text, item->first_id);
  buffer_byte(&text, 0);
  buffer_put(&text, w->event->customer);
  buffer_byte(&text, 0);
  buffer_put(&text, (struct str){key->text, key->length});
  assert(!text.overflowed);
  return hash128(&w->in->settings->id_key, buffer_text(&text));
}

static struct digest128 digest_after(const struct work *w, struct str word, struct digest128 before) {
  char memory[8 + 1 + ID22_BYTES];
  struct buffer text;
  buffer_init(&text, memory, sizeof memory);
  buffer_put(&text, word);
  buffer_byte(&text, 0);
  char id[ID22_BYTES];
  digest_to_id(before, id);
  buffer_put(&text, (struct str){id, sizeof id});
  assert(!text.overflowed);
  return hash128(&w->in->settings->id_key, buffer_text(&text));
}

/* Of a gift that is issued anew since it was not delivered: by its first id alone. */
struct digest128 reissue_digest(const struct work *w, struct digest128 first) {
  return digest_after(w, STR("reissue"), first);
}

/* Of what later gifts were made smaller by for one that was not delivered: by the id that failed. */
struct digest128 repaid_digest(const struct work *w, struct digest128 failed) {
  return digest_after(w, STR("repaid"), failed);
}

/* The number in [0, total) of an id: multiply-shift of a second hash, so the odds are exact to 2^-64. */
uint32_t draw_number(const struct hash_key *key, struct digest128 id, uint32_t attempt, uint32_t total) {
  assert(total > 0);
  struct hash_key drawing = {key->k0 ^ UINT64_C(0x6472617764726177), key->k1 ^ attempt};
  uint64_t hash = hash64_pair(&drawing, id.low, id.high);
  return (uint32_t)(((__uint128_t)hash * total) >> 64);
}

/* Of a ticket of a customer in a draw among all (rank.c): the least are first. */
uint64_t lot_number(const struct hash_key *key, uint64_t entrant, uint32_t ticket) {
  struct hash_key drawing = {key->k0 ^ UINT64_C(0x6472617764726177), key->k1 ^ UINT64_C(0x6c6f746c6f74)};
  return hash64_pair(&drawing, entrant, ticket);
}
