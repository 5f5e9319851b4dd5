/* See key_tell.h. */
#include "key_tell.h"

#define NAMED_MOST 20u
#define TEXT_BYTES 1900u /* 20 ids of 64 bytes and the words around them */

static bool rule_draws(const struct rulebook *rulebook, const struct rule *rule) {
  if (rule->give == GIVE_DRAW_OF) return true;
  for (uint32_t i = 0; i < rule->item_count; i++)
    if (rulebook->items[rule->item_first + i].is_chance) return true;
  return false;
}

static bool campaign_draws(const struct rulebook *rulebook, const struct campaign *campaign) {
  for (uint32_t i = 0; i < campaign->rule_count; i++)
    if (rule_draws(rulebook, &rulebook->rules[campaign->rule_first + i])) return true;
  return false;
}

static bool drew_before(const struct rulebook *before, const struct campaign *campaign) {
  const uint32_t number = before == NULL ? NONE : rulebook_campaign(before, campaign->decl);
  return number != NONE && campaign_draws(before, &before->campaigns[number]);
}

/* Names of those that draw and did not before; how many there are. */
static uint32_t names_put(struct buffer *out, const struct rulebook *now, const struct rulebook *before) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < now->campaign_count; i++) {
    const struct campaign *campaign = &now->campaigns[i];
    if (!campaign_draws(now, campaign) || drew_before(before, campaign)) continue;
    if (count++ < NAMED_MOST) buffer_print(out, "%s%.*s", count == 1 ? "" : ", ", STR_FORMAT(campaign->id));
  }
  if (count > NAMED_MOST) buffer_print(out, " and %u more", count - NAMED_MOST);
  return count;
}

void key_tell(enum id_key key, const struct rulebook *now, const struct rulebook *before, key_say *say, void *self) {
  char text[TEXT_BYTES + 1], names[TEXT_BYTES];
  struct buffer out, named;
  if (key == ID_KEY_SECRET) return;
  buffer_init(&out, text, TEXT_BYTES);
  buffer_init(&named, names, sizeof names);
  const uint32_t drawing = names_put(&named, now, before);
  if (before != NULL && drawing == 0) return;
  buffer_print(&out, "id.key_file %s: ids of gifts and draws follow from a key that %s. ",
               key == ID_KEY_NONE ? "is not set" : "holds one byte over and over",
               key == ID_KEY_NONE ? "everybody knows" : "anybody guesses");
  if (drawing > 0)
    buffer_print(&out, "Campaigns that draw: %.*s - who sees an event before it is decided can tell what it wins. ",
                 STR_FORMAT(buffer_text(&named)));
  buffer_print(&out, "Make one before the first start in production (head -c 32 /dev/urandom); it can never be changed");
  text[out.length] = 0;
  say(self, text);
}
