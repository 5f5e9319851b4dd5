/* Where a customer lives: in the shard of the one partition that producers choose for the key. A record that stands elsewhere is not
 * decided: the customer would have a second record there, and with it every gift and every count a second time. It is a dead letter, and
 * the shard goes on.
 *
 * By which rule producers choose is kept in the state ("m:place"): under another one customers would live elsewhere than their records. Not
 * before it is proved: an option that is wrong from the start is mended by setting it right. */
#include "parts.h"

#define PLACE_KEY STR("m:place")
#define PLACE_VERSION 1
#define PLACE_BYTES 2u
#define PLACES_PROVE 64u /* keys, each in its place: by a wrong rule one of two would be elsewhere, or more */

static bool place_is_known(const struct shard *shard) {
  return shard->settings.shards > 1 && shard->settings.partitioner != PARTITIONER_OTHER;
}

/* Campaigns with `as` are refused where this is not known, but what one gave before it ended may still be undone. */
bool customer_shard(const struct shard *shard, struct str customer, uint32_t *out, struct fault *fault) {
  *out = shard->settings.shard;
  if (shard->settings.shards <= 1) return true;
  if (!place_is_known(shard)) {
    (void)fault_set(fault, STATUS_USAGE,
                    "what takes back a gift that customer %.*s had through another has to go to that customer's partition, and "
                    "events.partitioner = other says that nobody knows it: set it to what it was before",
                    STR_FORMAT(customer));
    return false;
  }
  *out = partition_choose(shard->settings.partitioner, customer, shard->settings.shards);
  return true;
}

static bool trouble_set(struct key_trouble *trouble, struct str reason, const char *text) {
  trouble->reason = reason;
  (void)snprintf(trouble->text, sizeof trouble->text, "%s", text);
  return false;
}

static bool misplaced(struct shard *shard, struct str key, uint32_t expected, struct key_trouble *trouble) {
  const char *name = partitioner_name(shard->settings.partitioner);
  if (!shard->looking_ahead) shard->counts.misplaced++;
  trouble->reason = STR("KEY_MISPLACED");
  (void)snprintf(
      trouble->text, sizeof trouble->text,
      "the key '%.*s' stands in partition %u; by events.partitioner = %s it belongs in partition %u of %u, where the customer's "
      "record is. Nothing was decided here. Let every producer of this topic choose partitions by %s, then produce the event again",
      STR_FORMAT(key), shard->settings.shard, name, expected, shard->settings.shards, name);
  return false;
}

bool key_fits(struct shard *shard, const struct input_line *line, const struct event *event, struct key_trouble *trouble) {
  if (line->key.at == NULL) return true; /* a file: one shard sees all */
  if (line->key.length == 0)
    return trouble_set(trouble, STR("KEY_MISSING"),
                       "the record has no key; events must be keyed by customer, so that one shard sees all of a customer");
  if (!str_equal(line->key, event->customer))
    return trouble_set(trouble, STR("KEY_MISMATCH"), "the record's key is not the customer of the event; key events by customer");
  if (!place_is_known(shard) || MUTANT(PLACE_UNCOMPARED)) return true;
  uint32_t expected = partition_choose(shard->settings.partitioner, line->key, shard->settings.shards);
  if (!shard->looking_ahead) shard->places_compared++;
  return expected == shard->settings.shard || misplaced(shard, line->key, expected, trouble);
}

/* ---- in the state ---- */

enum status place_open(struct shard *shard, struct fault *fault) {
  struct str record;
  shard->places_compared = 0;
  shard->place_kept = true;
  if (shard->settings.shards <= 1) return STATUS_OK;
  enum status status = shard->view.load(shard->view.self, PLACE_KEY, &record, fault);
  shard->place_kept = status == STATUS_OK && record.length > 0;
  if (!shard->place_kept) return status;
  if (record.length != PLACE_BYTES || record.at[0] != PLACE_VERSION || (unsigned char)record.at[1] >= PARTITIONER_OTHER)
    return fault_set(fault, STATUS_STATE,
                     "how producers choose partitions is not told in a known form: the state was written by a newer "
                     "giftd, or is damaged");
  enum partitioner kept = (enum partitioner)record.at[1];
  if (kept == shard->settings.partitioner) return STATUS_OK;
  return fault_set(fault, STATUS_STATE,
                   "this state was made with events.partitioner = %s, and the configuration says %s: customers would live in other shards "
                   "than their records, and get everything again. Set it back; to change it for good, begin anew with other topics",
                   partitioner_name(kept), partitioner_name(shard->settings.partitioner));
}

enum status place_store(struct shard *shard, struct fault *fault) {
  char record[PLACE_BYTES] = {PLACE_VERSION, (char)shard->settings.partitioner};
  bool proved = place_is_known(shard) && shard->places_compared >= PLACES_PROVE && shard->counts.misplaced == 0;
  if (shard->place_kept || !proved) return STATUS_OK;
  shard->place_kept = true;
  return shard->view.store(shard->view.self, PLACE_KEY, (struct str){record, sizeof record}, fault);
}
