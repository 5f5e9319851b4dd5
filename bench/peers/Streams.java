/* The peers' job on Kafka Streams, as its experts would write it: exactly once (exactly_once_v2), rules grouped by type and MCC, events
 * read by Jackson into fields, what a customer had in a keyed store in memory with a changelog, stock as a share of each partition.
 *
 *   java Streams BROKERS RULES EVENTS REWARDS APPLICATION STATE_DIR COMMIT_MS THREADS
 *
 * Prints "EVENTS REWARDS" ten times a second; ends on SIGTERM. */
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

public final class Streams {
    static final int PARTITIONS = 4;
    static final long STOCK = 1_000_000;
    static final ObjectMapper JSON = new ObjectMapper();
    static final ObjectReader EVENTS = JSON.readerFor(Event.class);
    static final ObjectWriter REWARDS = JSON.writerFor(Reward.class);
    static final LongAdder seen = new LongAdder(), given = new LongAdder();

    @JsonIgnoreProperties(ignoreUnknown = true)
    public static final class Event {
        public String id, type, time, customer, mcc, city, channel, currency;
        public long amount_minor;
        private LocalDate date;

        /** Of the event's own zone; worked out for the few that come so far. */
        LocalDate date() {
            return date != null ? date : (date = OffsetDateTime.parse(time).toLocalDate());
        }
    }

    public static final class Reward {
        public String id, time, campaign, customer, event, currency;
        public String type = "reward.granted", source = "gifts", kind = "cashback_voucher";
        public long amount_minor, value_minor;

        Reward(Rule rule, Event e) {
            id = "rw-" + rule.id + "-" + e.id;
            time = e.time;
            campaign = rule.id;
            customer = e.customer;
            event = e.id;
            currency = e.currency;
            amount_minor = e.amount_minor;
            value_minor = (e.amount_minor + 50) / 100; // rounded, half up
        }
    }

    static final class Rule {
        final int index;
        final String id, type, channel;
        final Set<String> mcc, city;
        final long least;
        final int weekdays;

        Rule(int index, String line) {
            String[] f = line.split("\t");
            this.index = index;
            id = f[0];
            type = f[1];
            mcc = set(f[2]);
            city = set(f[3]);
            channel = f[4].equals("-") ? null : f[4];
            least = Long.parseLong(f[5]);
            int days = 0;
            for (String day : f[6].split(",")) days |= 1 << Integer.parseInt(day);
            weekdays = days;
        }

        private static Set<String> set(String list) {
            return list.equals("-") ? null : Set.of(list.split(","));
        }

        /** The cheapest and most selective test first. */
        boolean meets(Event e) {
            return e.amount_minor >= least && (channel == null || channel.equals(e.channel)) && (city == null || city.contains(e.city))
                && (weekdays >> e.date().getDayOfWeek().getValue() & 1) == 1;
        }
    }

    /** Rules by type and MCC ("" for those that name none). */
    static final class Rules {
        private static final Rule[] NONE = {};
        private final Map<String, Map<String, Rule[]>> groups = new HashMap<>();

        Rules(String file) throws IOException {
            List<Rule> all = new ArrayList<>();
            for (String line : Files.readAllLines(Path.of(file))) all.add(new Rule(all.size(), line));
            Map<String, Map<String, List<Rule>>> lists = new HashMap<>();
            for (Rule r : all)
                for (String mcc : r.mcc == null ? Set.of("") : r.mcc)
                    lists.computeIfAbsent(r.type, k -> new HashMap<>()).computeIfAbsent(mcc, k -> new ArrayList<>()).add(r);
            lists.forEach((type, byMcc) -> byMcc.forEach(
                (mcc, list) -> groups.computeIfAbsent(type, k -> new HashMap<>()).put(mcc, list.toArray(NONE))));
        }

        List<Rule> met(Event e) {
            Map<String, Rule[]> byMcc = groups.get(e.type);
            if (byMcc == null) return List.of();
            List<Rule> met = scan(byMcc.getOrDefault("", NONE), e, null);
            if (e.mcc != null) met = scan(byMcc.getOrDefault(e.mcc, NONE), e, met);
            return met == null ? List.of() : met;
        }

        private static List<Rule> scan(Rule[] rules, Event e, List<Rule> met) {
            for (Rule r : rules) {
                if (!r.meets(e)) continue;
                if (met == null) met = new ArrayList<>(4);
                met.add(r);
            }
            return met;
        }
    }

    /** What one customer had of one rule, in a long: epoch day of the last reward, its month, rewards in that month. 0: nothing yet. */
    static final class Had {
        static final long DENIED = -1;

        static long next(long had, int day, int month) {
            long count = (had >>> 8 & 0xffffff) == month ? had & 0xff : 0;
            return had >>> 32 == day || count >= 3 ? DENIED : (long) day << 32 | (long) month << 8 | (count + 1);
        }
    }

    /** had: customer -> 12 bytes (rule, Had) for each rule that gave. stock: rule -> rewards of this partition, which has its share. */
    static final class Gift implements Processor<String, byte[], String, byte[]> {
        private final Rules rules;
        private ProcessorContext<String, byte[]> context;
        private KeyValueStore<String, byte[]> had;
        private KeyValueStore<Integer, Long> stock;

        Gift(Rules rules) {
            this.rules = rules;
        }

        @Override
        public void init(ProcessorContext<String, byte[]> c) {
            context = c;
            had = c.getStateStore("had");
            stock = c.getStateStore("stock");
        }

        @Override
        public void process(Record<String, byte[]> record) {
            seen.increment();
            try {
                Event e = EVENTS.readValue(record.value());
                List<Rule> met = rules.met(e);
                if (!met.isEmpty()) give(record, e, met);
            } catch (IOException x) {
                throw new UncheckedIOException(x);
            }
        }

        private void give(Record<String, byte[]> record, Event e, List<Rule> met) throws IOException {
            byte[] old = had.get(e.customer);
            int length = old == null ? 0 : old.length, day = (int) e.date().toEpochDay();
            int month = e.date().getYear() * 12 + e.date().getMonthValue();
            ByteBuffer now = ByteBuffer.allocate(length + 12 * met.size());
            if (old != null) now.put(0, old);
            boolean changed = false;
            for (Rule r : met) {
                int at = 0;
                while (at < length && now.getInt(at) != r.index) at += 12;
                long next = Had.next(at < length ? now.getLong(at + 4) : 0, day, month);
                Long used = next == Had.DENIED ? null : stock.get(r.index);
                if (next == Had.DENIED || (used != null && used >= STOCK / PARTITIONS)) continue;
                stock.put(r.index, used == null ? 1 : used + 1);
                now.putInt(at, r.index).putLong(at + 4, next);
                if (at == length) length += 12;
                changed = true;
                given.increment();
                context.forward(record.withValue(REWARDS.writeValueAsBytes(new Reward(r, e))));
            }
            if (changed) had.put(e.customer, length == now.capacity() ? now.array() : Arrays.copyOf(now.array(), length));
        }
    }

    static Topology topology(Rules rules, String events, String rewards) {
        Topology t = new Topology();
        t.addSource("events", Serdes.String().deserializer(), Serdes.ByteArray().deserializer(), events);
        t.addProcessor("gift", () -> new Gift(rules), "events");
        t.addStateStore(Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore("had"), Serdes.String(), Serdes.ByteArray()), "gift");
        t.addStateStore(Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore("stock"), Serdes.Integer(), Serdes.Long())
            .withCachingEnabled(), "gift"); // one record of the changelog for each rule and commit
        t.addSink("rewards", rewards, Serdes.String().serializer(), Serdes.ByteArray().serializer(), "gift");
        return t;
    }

    public static void main(String[] a) throws Exception {
        Properties p = new Properties();
        p.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, a[0]);
        p.put(StreamsConfig.APPLICATION_ID_CONFIG, a[4]);
        p.put(StreamsConfig.STATE_DIR_CONFIG, a[5]);
        p.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, Integer.parseInt(a[6]));
        p.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, Integer.parseInt(a[7]));
        p.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        p.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        KafkaStreams streams = new KafkaStreams(topology(new Rules(a[1]), a[2], a[3]), p);
        streams.setUncaughtExceptionHandler(x -> {
            x.printStackTrace();
            Runtime.getRuntime().halt(1);
            return null;
        });
        Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(20))));
        streams.start();
        while (true) {
            System.out.println(seen.sum() + " " + given.sum());
            Thread.sleep(100);
        }
    }
}
