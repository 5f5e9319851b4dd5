/* The table of options. A new option is a row here and a name in enum config_key; everything people read about it comes from the row. */
#include "giftd/config.h"

#define KIB 1024LL
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define MINUTE_MS (60 * MS_PER_SECOND)
#define HOUR_MS (60 * MINUTE_MS)

const struct config_option config_options[CONFIG_KEY_COUNT] = {
    [CONFIG_INPUT_PATH] = {"input.path", CONFIG_TYPE_PATH, "-", "", 0, 0, "",
                           "Events, one JSON object a line: a file, or - for standard input. A file is followed as it grows unless --once "
                           "is given. Not together "
                           "with kafka.bootstrap.servers."},
    [CONFIG_OUTPUT_DIR] = {"output.dir", CONFIG_TYPE_PATH, "out", "", 0, 0, "",
                           "Folder that gets rewards.jsonl, decisions.jsonl and dlq.jsonl, and giftd.commit, which says what of them was "
                           "committed last: copy it and state.dir together, and restore them together, while no giftd runs. The folder is "
                           "made if it is missing."},
    [CONFIG_CAMPAIGNS_DIR] = {"campaigns.dir", CONFIG_TYPE_PATH, "campaigns", "", 0, 0, "",
                              "Folder of campaign files: every *.json in it and below, and lists/NAME.txt, one value a line, each ended by "
                              "a newline. To replace a file write it under another name and rename it: what is being written is refused."},
    [CONFIG_STATE_DIR] =
        {"state.dir", CONFIG_TYPE_PATH, "state", "", 0, 0, "",
         "Folder of the store: what is remembered of customers, limits and pools, and how far the input was read. One process at a time."},
    [CONFIG_COMMIT_EVENTS] =
        {"commit.events", CONFIG_TYPE_INT, "200000", "events", 1, 1000000, "",
         "Commit after at most this many events, on Kafka after at most 65536; where it is not set, after "
         "1000000 where a file is run to its end (--once). More is faster; what was not committed is decided again after a crash."},
    [CONFIG_COMMIT_INTERVAL_MS] = {"commit.interval_ms", CONFIG_TYPE_INT, "0", "ms", 0, 60000, "",
                                   "Commit at most this long after the first event of a batch: how long a gift may take to become "
                                   "visible. 0: 1000 on files, 10000 where a file is run to its end (--once); 50 on Kafka."},
    [CONFIG_EVENTS_CATALOGUE] = {"events.catalogue", CONFIG_TYPE_PATH, "", "", 0, 0, "",
                                 "File with further event types and fields (schemas/catalogue.schema.json). Without it the built-in "
                                 "catalogue is used, and catalogue.json beside the campaigns."},
    [CONFIG_EVENTS_HORIZON] = {"events.horizon", CONFIG_TYPE_DURATION, "P7D", "", HOUR_MS, 92 * MS_PER_DAY, "",
                               "How long the same event is recognised when it comes again. At least as long as the longest late.accept of "
                               "a campaign, which giftd check -c looks at; older events are EVENT_TOO_LATE."},
    [CONFIG_EVENTS_MEMORY] =
        {"events.memory", CONFIG_TYPE_DURATION, "P90D", "", HOUR_MS, 400 * MS_PER_DAY, "",
         "How long what a refund needs to know of its original is remembered. A refund after that is "
         "EVENT_TOO_LATE, or ORIGINAL_UNKNOWN when it does not say original_time, and what it would have taken off stays "
         "counted: giftd check -c warns of sums that last longer."},
    [CONFIG_EVENTS_CLOCK] =
        {"events.clock", CONFIG_TYPE_CHOICE, "auto", "", 0, 0, "auto event wall",
         "Against what lateness is measured: event - the latest event time so far, of each shard (the same input always gives the same "
         "gifts); wall - the clock when the line is read; auto - the time of the record on Kafka, event on files. A "
         "recordedtime in the event comes first."},
    [CONFIG_EVENTS_PARTITIONER] =
        {"events.partitioner", CONFIG_TYPE_CHOICE, "murmur2", "", 0, 0, "murmur2 consistent other",
         "How the producers of events choose the partition of a customer: murmur2 - Java's default, librdkafka's murmur2 and "
         "murmur2_random; "
         "consistent - CRC-32, librdkafka's default. A record that stands in another partition than its key's is a dead letter "
         "(KEY_MISPLACED): decided there, its customer would get everything twice. other - one that giftd does not know: then nothing is "
         "compared, producers that differ give gifts twice without a word, and campaigns with `as` are refused."},
    [CONFIG_CACHE_BYTES] = {"cache.bytes", CONFIG_TYPE_BYTES, "256MiB", "", 1 * MIB, 1024 * GIB, "",
                            "Memory for records of customers and pools that are kept at hand."},
    [CONFIG_STATE_MAP_BYTES] = {"state.map_bytes", CONFIG_TYPE_BYTES, "16GiB", "", 16 * MIB, 16384 * GIB, "",
                                "Largest size of the store. Address space, not disk: the file grows as it is used."},
    [CONFIG_ID_KEY_FILE] =
        {"id.key_file", CONFIG_TYPE_PATH, "", "", 0, 0, "",
         "File with the secret from which reward ids and draws derive: 16 to 4,096 random bytes, readable by the owner alone, never "
         "changed. Without it a fixed key is used: fit for trying out, not for draws that customers must not foresee; each start warns of "
         "it."},
    [CONFIG_TOPIC_EVENTS] =
        {"topic.events", CONFIG_TYPE_PATH, "events", "", 0, 0, "",
         "Kafka topic of the events, keyed by customer. Lines that are not events go to the topic of the same name with .dlq appended."},
    [CONFIG_TOPIC_PREFIX] = {"topic.prefix", CONFIG_TYPE_PATH, "giftd.", "", 0, 0, "",
                             "What the names of giftd's own topics begin with: rewards, decisions, messages, journal, checkpoint. "
                             "giftd topics create makes them."},
    [CONFIG_GROUP_ID] = {"group.id", CONFIG_TYPE_PATH, "giftd", "", 0, 0, "",
                         "Consumer group, and with the number of the shard appended the transactional id. All processes that share the "
                         "work have the same one; no other program may have it."},
    [CONFIG_INPUT_START] = {"input.start", CONFIG_TYPE_CHOICE, "earliest", "", 0, 0, "earliest latest",
                            "Where a shard that has no journal yet begins: at the oldest event of its partition, or after the newest."},
    [CONFIG_INPUT_GAP] = {"input.gap", CONFIG_TYPE_CHOICE, "stop", "", 0, 0, "stop skip",
                          "What a shard does when retention deleted events that it has not read: stop - it is closed until a person acts; "
                          "skip - it goes on after the gap with all its counters, and a warning says which offsets were passed over. Their "
                          "customers get nothing for them: for the one start in which a person has decided so."},
    [CONFIG_REDIS_SERVERS] =
        {"redis.servers", CONFIG_TYPE_PATH, "127.0.0.1:6379", "", 0, 0, "",
         "Redis servers that hold the view: host:port or unix:/path, several separated by commas. Shard n lives on server n "
         "modulo their number. maxmemory-policy must be noeviction."},
    [CONFIG_REDIS_DATABASE] = {"redis.database", CONFIG_TYPE_INT, "0", "number", 0, 65535, "", "Number of the database on every server."},
    [CONFIG_REDIS_USER] = {"redis.user", CONFIG_TYPE_PATH, "", "", 0, 0, "", "ACL user; without it the default user."},
    [CONFIG_REDIS_PASSWORD_FILE] = {"redis.password_file", CONFIG_TYPE_PATH, "", "", 0, 0, "",
                                    "File whose first line is the password of Redis. giftd's user alone should be able to read it."},
    [CONFIG_REDIS_TLS] = {"redis.tls", CONFIG_TYPE_CHOICE, "false", "", 0, 0, "false true",
                          "Whether connections to Redis are encrypted. A build whose hiredis cannot do it refuses to start."},
    [CONFIG_REDIS_TLS_CA_FILE] = {"redis.tls_ca_file", CONFIG_TYPE_PATH, "", "", 0, 0, "",
                                  "Certificates that Redis is checked against (PEM); without it those of the system."},
    [CONFIG_REDIS_NAME] = {"redis.name", CONFIG_TYPE_PATH, "giftd", "", 0, 0, "",
                           "Name of this giftd in every key, 1 to 32 of [A-Za-z0-9_.-]: several may share a Redis under different names."},
    [CONFIG_VIEW_BUCKETS] = {"view.buckets", CONFIG_TYPE_INT, "16384", "buckets", 1, 65536, "",
                             "Into how many buckets the owners of a shard are hashed, for the view and the checkpoint: 32 to 160 owners a "
                             "bucket are good (schemas/redis.md). Fixed for the life of the topics."},
    [CONFIG_CHECKPOINT_INTERVAL] =
        {"checkpoint.interval", CONFIG_TYPE_DURATION, "PT1H", "", MINUTE_MS, 31 * MS_PER_DAY, "",
         "Within this time every bucket is written to the checkpoint once. Shorter: less of the journal is read when the view has to be "
         "rebuilt; longer: less is written."},
    [CONFIG_PENDING_BYTES] =
        {"pending.bytes", CONFIG_TYPE_BYTES, "256MiB", "", 1 * MIB, 1024 * GIB, "",
         "Memory for states that are on their way to the view, shared by the shards of this process. When it is full events wait."},
    [CONFIG_HTTP_LISTEN] =
        {"http.listen", CONFIG_TYPE_ADDRESS, "off", "", 0, 0, "",
         "Address of /livez, /readyz, /metrics and /version: host:port, or a port alone for 127.0.0.1. With --workers N each "
         "process has its own, on the next ports. There is no password: keep it on loopback or behind a proxy."},
    [CONFIG_LOG_FORMAT] = {"log.format", CONFIG_TYPE_CHOICE, "auto", "", 0, 0, "auto text json",
                           "auto - text on a terminal, one JSON object a line elsewhere."},
    [CONFIG_LOG_LEVEL] = {"log.level", CONFIG_TYPE_CHOICE, "info", "", 0, 0, "debug info warning error",
                          "The least serious kind of line that is written."},
    [CONFIG_LANG] = {"lang", CONFIG_TYPE_CHOICE, "en", "", 0, 0, "en zh", "Language of explanations and reports."},
};
