/* Draws that can be audited: HMAC-SHA256 under a secret of the campaign that was committed to before it began. Every text that is hashed
 * here is lines of ASCII, each ended by one newline, so that a shell can recompute it (docs/draws.md). These texts may never change:
 * another one would be another scheme, under another number. */
#include "work.h"

#define TEXT_BYTES (4u * LIMIT_ID_BYTES + sizeof(struct reward_key) + 64u)

struct digest256 draw_secret(const struct digest256 *root, const struct campaign *campaign) {
  char memory[2 * LIMIT_ID_BYTES + 64];
  struct buffer text;
  buffer_init(&text, memory, sizeof memory);
  buffer_print(&text, "giftd draw secret " DRAW_SCHEME "\n%.*s\n%lld\n", STR_FORMAT(campaign->id), (long long)campaign->from_ms);
  assert(!text.overflowed);
  return mac256(digest256_str(root), buffer_text(&text));
}

void draw_commitment(const struct digest256 *secret, const struct campaign *campaign, char out[DRAW_COMMITMENT_BYTES]) {
  char memory[2 * LIMIT_ID_BYTES + 2 * DIGEST256_BYTES + 64], hex[2 * DIGEST256_BYTES];
  struct buffer text;
  buffer_init(&text, memory, sizeof memory);
  digest256_to_hex(secret, hex);
  buffer_print(&text, "giftd draw commitment " DRAW_SCHEME "\n%.*s\n%lld\n%.*s\n", STR_FORMAT(campaign->id), (long long)campaign->from_ms,
               (int)sizeof hex, hex);
  assert(!text.overflowed);
  struct digest256 digest = hash256(buffer_text(&text));
  memcpy(out, DRAW_SCHEME ":", 2);
  digest256_to_hex(&digest, out + 2);
}

uint32_t draw_of_secret(const struct digest256 *secret, const struct draw_facts *facts, uint32_t total) {
  char memory[TEXT_BYTES];
  struct buffer text;
  uint64_t high = 0;
  assert(total > 0);
  buffer_init(&text, memory, sizeof memory);
  buffer_print(&text, "giftd draw " DRAW_SCHEME "\n%.*s\n%.*s\n%.*s\n%.*s\n%u\n", STR_FORMAT(facts->campaign), STR_FORMAT(facts->rule),
               STR_FORMAT(facts->customer), STR_FORMAT(facts->key), facts->attempt);
  assert(!text.overflowed);
  struct digest256 mac = mac256(digest256_str(secret), buffer_text(&text));
  for (unsigned i = 0; i < 8; i++) high = high << 8 | mac.bytes[i];
  return (uint32_t)(((__uint128_t)high * total) >> 64);
}

static bool commitment_holds(const struct campaign *campaign, const struct digest256 *root) {
  char told[DRAW_COMMITMENT_BYTES];
  struct digest256 secret = draw_secret(root, campaign);
  draw_commitment(&secret, campaign, told);
  return str_equal(campaign->commitment, (struct str){told, sizeof told});
}

enum status draws_check(const struct rulebook *rulebook, const struct judge_settings *settings, struct fault *fault) {
  for (uint32_t i = 0; i < rulebook->campaign_count; i++) {
    const struct campaign *campaign = &rulebook->campaigns[i];
    if (campaign->commitment.length == 0 || commitment_holds(campaign, &settings->draws)) continue;
    return fault_set(fault, STATUS_INPUT,
                     "%.*s: the commitment of its draws is not that of this secret, campaign id and first day: its customers were promised "
                     "other draws than they would get; see giftd draw commit %.*s, and whether id.key_file is the one it was made with",
                     STR_FORMAT(campaign->file), STR_FORMAT(campaign->id));
  }
  return STATUS_OK;
}

/* ---- one draw ---- */

/* Without room for what is to be told of it nothing may be drawn. */
static struct drawing *drawing_new(struct work *w, const struct rule *rule, const struct reward_key *key) {
  struct drawing *drawing = arena_array(w->arena, 1, sizeof *drawing);
  struct drawn *drawn = arena_array(w->arena, rule->item_count, sizeof *drawn);
  struct str text = arena_copy(w->arena, (struct str){key->text, key->length});
  if (drawing == NULL || drawn == NULL || text.at == NULL) {
    w->crowded = true;
    return NULL;
  }
  *drawing = (struct drawing){.key = text, .drawn = drawn};
  return drawing;
}

void draw_begin(struct work *w, const struct rule *rule, const struct reward_key *key, struct outcome *outcome, struct draw *out) {
  const struct campaign *campaign = work_campaign(w, rule->campaign);
  *out = (struct draw){.rule = rule, .key = key, .id = reward_digest(w, rule, &w->book->items[rule->item_first], key)};
  if (campaign->commitment.length == 0) return;
  out->secret = draw_secret(&w->in->settings->draws, campaign);
  out->drawing = drawing_new(w, rule, key);
  outcome->drawing = out->drawing;
}

uint32_t draw_next(const struct work *w, struct draw *draw, uint32_t attempt, uint32_t total) {
  const struct campaign *campaign = work_campaign(w, draw->rule->campaign);
  if (campaign->commitment.length == 0) return draw_number(&w->in->settings->id_key, draw->id, attempt, total);
  const struct draw_facts facts = {campaign->id, draw->rule->first_id, w->event->customer, {draw->key->text, draw->key->length}, attempt};
  return draw_of_secret(&draw->secret, &facts, total);
}

void draw_tell(struct draw *draw, uint32_t item, uint32_t number, uint32_t total) {
  if (draw->drawing == NULL) return;
  assert(draw->drawing->count < draw->rule->item_count);
  draw->drawing->drawn[draw->drawing->count++] = (struct drawn){item, number, total};
}
