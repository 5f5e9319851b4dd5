/* A write is one script, so that the check of the version, the records and the next version are one step for everybody else.
 *
 *     version as expected? -- no --> 0
 *       | yes
 *     a slice of what an older generation left is taken away -> counters, records -> next version (and mark) -> 1
 *
 * The version is set last: a script that breaks off in its middle (a key of a wrong type) leaves the old one standing, and records that are
 * newer than the mark are what redo expects to find. Emptying a segment of millions of customers in one step would hold up the server for
 * seconds, so "create" only turns to a new generation, whose number is a part of the buckets' keys, and puts the old one on a list;
 * each later write takes a slice of it away. Taking away comes first: a script whose first change frees memory may go on in a Redis that is
 * full of the old generation.
 *
 * EVALSHA and not a Redis Function: SCRIPT LOAD at every connect works from Redis 6 to today's and Valkey, needs no right to change the
 * server's libraries, leaves nothing behind, and two versions of giftd on one server cannot get in each other's way. A restart or a
 * failover, which lose scripts, end the connection as well; SCRIPT FLUSH is answered NOSCRIPT, which is doubt like any other, and the next
 * connect loads it again.
 *
 * Keys that nothing hangs on - counters, their names, what is left to be taken away - are made anew where they are of another type.
 *
 * Versions, marks and positions are compared and stored as texts: Lua's numbers are exact to 2^53 only.
 */
#include "script.h"

#include <inttypes.h>
#include <stdio.h>

#define LIMIT_RUN 256u     /* records of one HSET: Lua's stack has room for some 8,000 values */
#define SLICE_BUCKETS 256u /* of an older generation, taken away by each write */

/* KEYS: segment, old generations, names of counters.
 * ARGV: 1 create, 2-3 expected version, 4 generation, 5-6 next version, 7 set mark, 8-9 mark, 10-11 positions, 12 form, 13 shards, 14
 * buckets, 15 secret, 16 slice, 17 number of counters; then each counter (name, total, used, lent, left); then runs of records: bucket, n >
 * 0, n times (owner, record), or bucket, -n, n owners without a record. */
const char *const SCRIPT_TEXT =
    "local segment, base = KEYS[1], string.sub(KEYS[1], 1, -8)\n"
    "local is = redis.call('HMGET', segment, 'epoch', 'count', 'generation', 'form', 'shards', 'buckets', 'secret')\n"
    "local generation = ARGV[4]\n"
    "local function made_anew(verb, key, ...)\n"
    "  local reply = redis.pcall(verb, key, ...)\n"
    "  if type(reply) ~= 'table' or not reply.err then return reply end\n"
    "  if string.find(reply.err, 'WRONGTYPE', 1, true) then redis.call('UNLINK', key) end\n"
    "  return redis.call(verb, key, ...)\n"
    "end\n"
    "if ARGV[1] == '1' then\n"
    "  if redis.call('EXISTS', segment) == 1 then\n"
    "    for i = 4, 7 do\n"
    "      if is[i] ~= ARGV[i + 8] then return redis.error_reply('FOREIGN segment of another giftd') end\n"
    "    end\n"
    "    if is[3] == generation then return 0 end\n"
    "  end\n"
    "  for _, name in ipairs(made_anew('SMEMBERS', KEYS[3])) do redis.call('UNLINK', base .. 'pool:' .. name) end\n"
    "  redis.call('UNLINK', segment, KEYS[3])\n"
    "  if is[3] then made_anew('RPUSH', KEYS[2], is[3] .. ' ' .. string.format('%d', is[6] + 1) .. ' 0') end\n"
    "elseif is[1] ~= ARGV[2] or is[2] ~= ARGV[3] or is[3] ~= generation then\n"
    "  return 0\n"
    "end\n"
    "local old = made_anew('LINDEX', KEYS[2], 0)\n"
    "if old then\n"
    "  local name, count, first = string.match(old, '^(%S+) (%d+) (%d+)$')\n"
    "  if name and name ~= generation and tonumber(first) < tonumber(count) then\n"
    "    local last, gone = math.min(tonumber(first) + tonumber(ARGV[16]), tonumber(count)), {}\n"
    "    for bucket = tonumber(first), last - 1 do gone[#gone + 1] = base .. 'b:' .. name .. ':' .. string.format('%d', bucket) end\n"
    "    redis.call('UNLINK', unpack(gone))\n"
    "    redis.call('LSET', KEYS[2], 0, name .. ' ' .. count .. ' ' .. string.format('%d', last))\n"
    "  else\n"
    "    redis.call('LPOP', KEYS[2])\n"
    "  end\n"
    "end\n"
    "local at = 18\n"
    "for _ = 1, tonumber(ARGV[17]) do\n"
    "  made_anew('HSET', base .. 'pool:' .. ARGV[at], 'total', ARGV[at + 1], 'used', ARGV[at + 2], 'lent', ARGV[at + 3], 'left', ARGV[at "
    "+ 4])\n"
    "  made_anew('SADD', KEYS[3], ARGV[at])\n"
    "  at = at + 5\n"
    "end\n"
    "local buckets = base .. 'b:' .. generation .. ':'\n"
    "while at <= #ARGV do\n"
    "  local key, n = buckets .. ARGV[at], tonumber(ARGV[at + 1])\n"
    "  if n > 0 then\n"
    "    redis.call('HSET', key, unpack(ARGV, at + 2, at + 1 + 2 * n))\n"
    "    at = at + 2 + 2 * n\n"
    "  else\n"
    "    redis.call('HDEL', key, unpack(ARGV, at + 2, at + 1 - n))\n"
    "    at = at + 2 - n\n"
    "  end\n"
    "end\n"
    "redis.call('HSET', segment, 'epoch', ARGV[5], 'count', ARGV[6], 'generation', generation)\n"
    "if ARGV[1] == '1' then\n"
    "  redis.call('HSET', segment, 'form', ARGV[12], 'shards', ARGV[13], 'buckets', ARGV[14], 'secret', ARGV[15])\n"
    "end\n"
    "if ARGV[7] == '1' then\n"
    "  redis.call('HSET', segment, 'mark_sequence', ARGV[8], 'mark_place', ARGV[9], 'events_next', ARGV[10], 'inbox_next', ARGV[11])\n"
    "end\n"
    "return 1\n";

static void call_position(struct command *command, uint64_t position) {
  if (position == NONE_YET)
    command_text(command, "none");
  else
    command_number(command, position);
}

static void call_header(struct command *command, const struct script_call *call) {
  const struct store_write *write = call->write;
  char secret[16];
  digest_to_hex(write->secret, secret);
  command_text(command, write->create ? "1" : "0");
  command_number(command, write->expect.epoch);
  command_number(command, write->expect.count);
  command_text(command, call->generation);
  command_number(command, write->next.epoch);
  command_number(command, write->next.count);
  command_text(command, write->set_mark ? "1" : "0");
  command_number(command, write->mark_sequence);
  command_number(command, write->mark_place);
  call_position(command, write->events_next);
  call_position(command, write->inbox_next);
  command_number(command, SEGMENT_FORM);
  command_number(command, write->shards);
  command_number(command, write->buckets);
  command_add(command, (struct str){secret, sizeof secret});
  command_number(command, SLICE_BUCKETS);
}

static void call_amount(struct command *command, bool unlimited, int64_t amount) {
  if (unlimited)
    command_text(command, "unlimited");
  else
    command_print(command, "%" PRId64, amount);
}

static bool counter_read(const struct script_call *call, const struct store_record *record, struct redis_counter *counter) {
  if (call->reader == NULL || record->key.length == 0 || record->key.at[0] != 'p' || record->record.length == 0) return false;
  *counter = (struct redis_counter){0};
  return call->reader(call->reader_self, record->key, record->record, counter);
}

static void call_counters(struct command *command, const struct script_call *call) {
  struct redis_counter counter;
  uint32_t count = 0;
  for (uint32_t i = 0; i < call->write->count; i++) count += counter_read(call, &call->write->records[i], &counter);
  command_number(command, count);
  for (uint32_t i = 0; i < call->write->count && count > 0; i++) {
    if (!counter_read(call, &call->write->records[i], &counter)) continue;
    command_text(command, counter.key);
    call_amount(command, counter.unlimited, counter.total);
    call_amount(command, false, counter.used);
    if (counter.lent < 0)
      command_text(command, "unknown");
    else
      call_amount(command, false, counter.lent);
    call_amount(command, counter.unlimited, counter.left);
  }
}

/* Neighbours of the same bucket go with one HSET. */
static uint32_t run_length(const struct store_write *write, uint32_t first) {
  const struct store_record *records = write->records;
  uint32_t end = first + 1;
  while (end < write->count && end - first < LIMIT_RUN && records[end].bucket == records[first].bucket &&
         (records[end].record.length == 0) == (records[first].record.length == 0))
    end++;
  return end - first;
}

static void call_run(struct command *command, const struct store_record *records, uint32_t count) {
  bool gone = records[0].record.length == 0;
  command_number(command, records[0].bucket);
  if (gone)
    command_print(command, "-%u", count);
  else
    command_number(command, count);
  for (uint32_t i = 0; i < count; i++) {
    command_add(command, records[i].key);
    if (!gone) command_add(command, records[i].record);
  }
}

void script_call(struct command *command, const struct script_call *call) {
  const struct store_write *write = call->write;
  command_begin(command);
  command_text(command, "EVALSHA");
  command_text(command, call->digest);
  command_number(command, 3);
  command_print(command, "giftd:{%s:%u}:segment", call->name, call->shard);
  command_print(command, "giftd:{%s:%u}:old", call->name, call->shard);
  command_print(command, "giftd:{%s:%u}:pools", call->name, call->shard);
  call_header(command, call);
  call_counters(command, call);
  for (uint32_t i = 0; i < write->count;) {
    uint32_t count = run_length(write, i);
    call_run(command, write->records + i, count);
    i += count;
  }
}
