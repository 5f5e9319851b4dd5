#!/usr/bin/env python3
"""Somebody who is not giftd writes to its Redis, or Redis loses what it had: whatever of the view is lost, older, changed, exchanged or
added, while giftd runs and while it is down, on one key and on all - nobody gets a gift twice, no pool gives more than it has, no gift is
missing, and giftd comes back by itself.

    kafka_tampered_test.py GIFTD STACK_ENV CAMPAIGNS [--rounds N] [--kinds KIND,...] [--seed N] [--figures] [CASE...]

A step: damage; then customers who had all that they can have send events again, and behind them in each partition new ones. When the new
ones have their gifts, the others' events are decided too.
"""
import collections
import contextlib
import itertools
import json
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
import urllib.request

FIGURES = "--figures" in sys.argv
if FIGURES:
    sys.argv.remove("--figures")

def word(option, default):
    if option not in sys.argv:
        return default
    at = sys.argv.index(option)
    found = sys.argv[at + 1]
    del sys.argv[at:at + 2]
    return found


ROUNDS, KINDS, SEED = int(word("--rounds", "1")), word("--kinds", ""), int(word("--seed", "1"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "chaos"))
import stage as chaos
from kafka_stage import campaign, free_port, KAFKA, kcat, Stage

STOCK, SLICE, SLICES, NEW = 300, 150, 6, 12
EVER = [{"count": 1, "per": ["customer"], "period": "campaign"}]
PLENTY = {"value": 5, "pool": "unlimited"}
GIVEN = [campaign("before", "txn.card_spend", PLENTY, EVER),
         campaign("ever", "login", {"value": 5, "pool": "many"}, EVER, pools={"many": {"stock": 1000000}}),
         campaign("device", "login", PLENTY, [{"count": 1, "per": ["device"], "period": "campaign"}]),
         campaign("day", "login", PLENTY, [{"count": 1, "per": ["customer"], "period": "day"}]),
         campaign("stock", "login", {"value": 9, "pool": "few"}, EVER, pools={"few": {"stock": STOCK}})]
AUTH = campaign("auth", "login", PLENTY, [{"count": 3, "per": ["customer"], "period": "week"}])
AUTH["rules"][0]["once_per"] = ["authorisation"]


class Server(chaos.Redis):
    """Bytes as they are, and all of a damage in one step."""
    def __init__(self, folder):
        super().__init__(folder)
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        self.answers = self.socket.makefile("rb")

    def close(self):
        self.answers.close()
        self.socket.close()
        self.kill()

    def answer(self):
        line = self.answers.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            return RuntimeError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"+":
            return rest
        length = int(rest)
        if kind == b"$":
            return None if length < 0 else self.answers.read(length + 2)[:-2]
        return [self.answer() for _ in range(length)]

    def send(self, commands):
        out = []
        for words in commands:
            words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
            out.append(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
        self.socket.sendall(b"".join(out))

    def do(self, *words):
        self.send([words])
        return self.good(self.answer())

    @staticmethod
    def good(answer):
        for one in answer if isinstance(answer, list) else [answer]:
            if isinstance(one, RuntimeError):
                raise one
        return answer

    def at_once(self, commands):
        self.send([("MULTI",), *commands, ("EXEC",)])
        self.good([self.answer() for _ in range(len(commands) + 2)][-1])


class View:
    """A shard's keys as they are now."""
    def __init__(self, server, name, shard, buckets):
        self.server, self.base = server, f"giftd:{{{name}:{shard}}}:"
        self.segment = self.base + "segment"
        flat = server.do("HGETALL", self.segment)
        self.says = {key.decode(): value.decode() for key, value in zip(flat[::2], flat[1::2])}
        self.generation = self.says["generation"]
        self.count = buckets
        found = {key.decode() for key in server.do("KEYS", self.escaped(f"b:{self.generation}:*"))}
        self.buckets = sorted(found - {self.bucket(buckets)})
        self.tallies = self.bucket(buckets)

    def escaped(self, name):
        return (self.base + name).replace("{", "\\{")

    def bucket(self, number):
        return f"{self.base}b:{self.generation}:{number}"

    def number(self, key):
        return key.rsplit(":", 1)[1]

    def records(self, key):
        flat = self.server.do("HGETALL", key)
        return dict(zip(flat[::2], flat[1::2]))

    def all(self):
        return {key: self.records(key) for key in self.buckets}

    def dumps(self):
        return {self.number(key): self.server.do("DUMP", key) for key in [*self.buckets, self.tallies]}


class Damage:
    """One kind of it: what to send to Redis. `wide`: on all there is, else on what the customer `who` needs; `fresh` are those who come
    for the first time."""
    def __init__(self, views, old, who, fresh, wide):
        self.views, self.old, self.fresh, self.wide = views, old, fresh, wide
        self.places = [(view, key, field, record) for view in views for key, records in view.all().items()
                       for field, record in records.items()]
        mine = [place for place in self.places if place[2] == who]
        assert mine, who
        self.home = mine[0][0]
        if not wide:
            self.places = mine
        self.keys = sorted({(view.base, key): (view, key) for view, key, _, _ in self.places}.values(), key=lambda pair: pair[1])
        self.hit = views if wide else [self.home]

    def each(self, change):
        return [("HSET", key, field, change(record)) for _, key, field, record in self.places if record]

    # ---- records ----

    def none(self):
        return []

    def field_lost(self):
        return [("HDEL", key, field) for _, key, field, _ in self.places]

    def bucket_lost(self):
        return [("DEL", key) for _, key in self.keys]

    def field_older(self):
        return [("HSET", key, field, self.old[view.base][0][field]) for view, key, field, _ in self.places
                if field in self.old[view.base][0]]

    def bucket_older(self):
        return [("RESTORE", key, 0, self.old[view.base][1][view.number(key)], "REPLACE") for view, key in self.keys
                if view.number(key) in self.old[view.base][1]]

    def rolled_back(self):
        """Buckets and tallies together: they fit each other."""
        return [("RESTORE", view.bucket(number), 0, dump, "REPLACE") for view in self.hit
                for number, dump in self.old[view.base][1].items()]

    def bit_changed(self):
        return self.each(lambda record: record[:len(record) // 2] + bytes([record[len(record) // 2] ^ 4]) + record[len(record) // 2 + 1:])

    def cut(self):
        return self.each(lambda record: record[:-1 - len(record) // 3])

    def exchanged(self):
        out = []
        for view, key in self.keys:
            records = [(field, record) for field, record in view.records(key).items()]
            if not self.wide:
                who = [place for place in records if place[0] == self.places[0][2]]
                records = who + [place for place in records if place[0] != who[0][0]][:1]
            out += [("HSET", key, field, records[number - 1][1]) for number, (field, _) in enumerate(records)]
        return out

    def added(self):
        """Whoever comes for the first time would have had his gifts."""
        record = self.places[0][3]
        return [("HSET", view.bucket(number), b"c" + who.encode(), record) for view in self.views for number in range(min(view.count, 64))
                for who in (self.fresh if self.wide else self.fresh[:1])]

    def another_shards(self):
        others = [pair for view in self.views if view is not self.home for key in view.buckets[:1] for pair in view.records(key).items()]
        return [("HSET", key, *pair) for (_, key), pair in zip(self.keys, itertools.cycle(others))] + \
            [("HSET", key, field, record) for (_, key, field, _), (_, record) in zip(self.places, itertools.cycle(others))]

    def blown_up(self):
        return [("HSET", key, *itertools.chain.from_iterable((f"foreign-{number}", "x") for number in range(20000)))
                for _, key in (self.keys[:4] if self.wide else self.keys)]

    def wrong_type(self):
        return [("SET", key, "theirs") for _, key in self.keys]

    # ---- tallies, the segment, what nothing hangs on ----

    def tally_lost(self):
        if self.wide:
            return [("DEL", view.tallies) for view in self.views]
        return [("HDEL", self.home.tallies, list(self.home.records(self.home.tallies))[0])]

    def tally_changed(self):
        return [("HSET", view.tallies, field, record[:-1] + bytes([record[-1] ^ 1])) for view in self.hit
                for field, record in list(view.records(view.tallies).items())[:None if self.wide else 1]]

    def tally_older(self):
        return [("RESTORE", view.tallies, 0, self.old[view.base][1][str(view.count)], "REPLACE") for view in self.hit]

    def tally_wrong_type(self):
        return [("SET", view.tallies, "theirs") for view in self.hit]

    def mark(self, by):
        return [("HSET", view.segment, "mark_sequence", max(1, int(view.says["mark_sequence"]) + by)) for view in self.hit]

    def mark_back(self):
        return self.mark(-1000 if self.wide else -1)

    def mark_forward(self):
        return self.mark(1000 if self.wide else 1)

    def epoch_forward(self):
        return [("HSET", view.segment, "epoch", int(view.says["epoch"]) + 7) for view in self.hit]

    def count_back(self):
        return [("HSET", view.segment, "count", max(0, int(view.says["count"]) - 3)) for view in self.hit]

    def generation_exchanged(self):
        """The one that was there before, with all it had."""
        return [("HSET", view.segment, "generation", "another") for view in self.hit] + \
            [("RESTORE", f"{view.base}b:another:{number}", 0, dump, "REPLACE") for view in self.hit
             for number, dump in self.old[view.base][1].items()]

    def segment_lost(self):
        return [("DEL", view.segment) for view in self.hit]

    def counters_wrong_type(self):
        return [("SET", key, "theirs") for view in self.hit for key in
                [view.base + "old", view.base + "pools", *view.server.do("KEYS", view.escaped("pool:*"))]]

    def script_lost(self):
        return [("SCRIPT", "FLUSH")]

    def flushed(self):
        return [("FLUSHALL",)]


RECORDS = ["field_lost", "bucket_lost", "field_older", "bucket_older", "rolled_back", "bit_changed", "cut", "exchanged", "added",
           "another_shards", "blown_up", "wrong_type"]
TALLIES = ["tally_lost", "tally_changed", "tally_older", "tally_wrong_type"]
SEGMENT = ["mark_back", "mark_forward", "epoch_forward", "count_back", "generation_exchanged", "segment_lost"]
OTHERS = ["counters_wrong_type", "script_lost", "flushed"]
# What is used and so must be noticed. Tallies are used at a take-over; whoever is known to be nowhere is not asked for.
NOTICED_RUNNING = set(RECORDS) - {"added", "blown_up"} | {"generation_exchanged"}
REBUILT_RUNNING = NOTICED_RUNNING | {"segment_lost", "flushed"}
NOTICED_DOWN = set(RECORDS) | set(TALLIES) | {"generation_exchanged"}
REBUILT_DOWN = NOTICED_DOWN | {"mark_back", "mark_forward", "epoch_forward", "segment_lost", "flushed"}


class Tampering(Stage):
    BUCKETS = 8

    def setUp(self):
        super().setUp()
        self.server = Server(self.folder)
        self.addCleanup(self.server.close)
        self.port, self.number, self.day, self.fresh_number = free_port(), 0, 5, 0
        self.options.update({"redis.servers": self.server.address, "view.buckets": self.BUCKETS, "cache.bytes": "1MiB",
                             "commit.interval_ms": 20, "checkpoint.interval": "PT1M", "http.listen": self.port,
                             "kafka.group.instance.id": "1"})
        self.campaigns(*GIVEN, AUTH)
        self.make_topics(2)
        self.want, self.seen, self.ids = collections.Counter(), collections.Counter(), collections.Counter()
        self.days = collections.defaultdict(set)
        self.follow()
        self.slices = [[f"k{part}-{number}" for number in range(SLICE)] for part in range(SLICES)]
        self.old = {}

    # ---- events and gifts ----

    def follow(self):
        reader = subprocess.Popen(["kcat", "-b", KAFKA, "-C", "-t", f"{self.name}.rewards", "-o", "beginning", "-q", "-u", "-X",
                                   "isolation.level=read_committed", "-f", "%k\t%h\t%s\n"], stdout=subprocess.PIPE, text=True)
        thread = threading.Thread(target=self.take, args=(reader,), daemon=True)

        def end():
            reader.kill()
            thread.join()
            reader.stdout.close()
            reader.wait()
        self.addCleanup(end)
        thread.start()

    def take(self, reader):
        for line in reader.stdout:
            customer, headers, value = line.split("\t", 2)
            words = dict(pair.split("=", 1) for pair in headers.split(",") if "=" in pair)
            if words["ce_type"].startswith("gift.pool."):
                continue
            self.ids[words["ce_type"], words["ce_id"]] += 1
            self.seen[json.loads(value)["campaign"], customer] += 1

    def event(self, kind, customer, **more):
        self.number += 1
        event = {"id": f"e{self.number}", "source": "mbank", "type": kind, "customer": customer,
                 "time": f"2026-12-{self.day:02}T10:00:00+08:00", **more}
        return customer.encode() + b"\t" + json.dumps(event).encode() + b"\n"

    def log_in(self, customers):
        lines = []
        for customer in customers:
            self.days[customer].add(self.day)
            self.want.update({(name, customer): 1 - self.want[name, customer] for name in ("ever", "device", "auth")})
            self.want["day", customer] = len(self.days[customer])
            lines.append(self.event("login", customer, device="d-" + customer, authorisation="a-" + customer))
        self.produce_keyed(b"".join(lines))

    def spend(self, customers):
        self.want.update({("before", customer): 1 for customer in customers})
        self.produce_keyed(b"".join(self.event("txn.card_spend", customer, amount="30.00", currency="CNY", txn_id=f"t{customer}")
                                    for customer in customers))

    def fresh(self):
        self.fresh_number += 1
        return [f"n{self.fresh_number}-{number}" for number in range(NEW)]

    def wait_for(self, customers, campaign_id):
        deadline = time.monotonic() + 40
        while not all(self.seen[campaign_id, who] for who in customers):
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.fail(f"{self.step}: {customers[0]} ... wait for their gifts\n{self.said(self.process)[-3000:]}")
            time.sleep(0.01)

    def moved(self, before, names):
        """What counters say now; they are told once a second."""
        deadline, now = time.monotonic() + 5, {}
        while time.monotonic() < deadline:
            now = {name: value - before.get(name, 0) for name, value in self.metrics().items()}
            if now and all(now[name] > 0 for name in names):
                return now
            time.sleep(0.05)
        return self.fail(f"{self.step}: {names} must move: {now}")

    def check(self, customers):
        """What came, against what must come."""
        wrong = {pair: (self.seen[pair], self.want[pair]) for pair in set(self.seen) | set(self.want) if pair[0] != "stock" and
                 (self.seen[pair] > self.want[pair] or (pair[1] in customers and self.seen[pair] < self.want[pair]))}
        stock = {who: count for (name, who), count in self.seen.items() if name == "stock"}
        twice = {one: count for one, count in self.ids.items() if count > 1}
        for pair in wrong:  # told once
            self.want[pair] = self.seen[pair]
        self.ids.subtract(dict.fromkeys(twice, 1))
        self.assertEqual((len(wrong), dict(list(wrong.items())[:5])), (0, {}), f"{self.step}: gifts that came and that must come")
        self.assertEqual((len(twice), dict(list(twice.items())[:5])), (0, {}), f"{self.step}: ids that came twice")
        self.assertLessEqual(max(stock.values(), default=0), 1, self.step)
        self.assertLessEqual(sum(stock.values()), STOCK, f"{self.step}: more than the stock")

    # ---- giftd ----

    def metrics(self):
        with contextlib.suppress(OSError):
            text = urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5).read().decode()
            found = re.findall(r"^giftd_(view_damaged|view_rebuilds|takeovers)_total (\d+)$", text, re.M)
            return {name: int(value) for name, value in found}
        return {}

    def begin(self):
        self.process = self.start()
        return self.process

    def stop(self, killed):
        self.process.send_signal(signal.SIGKILL if killed else signal.SIGTERM)
        self.process.wait(60)

    def views(self):
        return [View(self.server, self.name, shard, self.BUCKETS) for shard in range(2)]

    def settle(self):
        """Until all that is committed is in the view."""
        before = None
        while before != (now := [view.says["count"] for view in self.views()]):
            before = now
            time.sleep(0.15)

    def fill(self):
        """All customers with a record but no login: that is what is put back later. Then all that they can have."""
        self.step = "at first"
        everybody = list(itertools.chain.from_iterable(self.slices))
        self.begin()
        self.spend(everybody)
        self.wait_for(everybody, "before")
        self.settle()
        self.old = {view.base: ({field: record for records in view.all().values() for field, record in records.items()}, view.dumps())
                    for view in self.views()}
        self.log_in(everybody)
        self.wait_for(everybody, "ever")
        self.settle()
        self.check(set(everybody))
        self.stop(killed=False)  # nobody is in the cache
        self.begin()

    def tamper(self, kind, slice_, fresh, wide):
        damage = Damage(self.views(), self.old, b"c" + slice_[SLICE // 2].encode(), fresh, wide)
        commands = getattr(damage, kind)()
        if commands and kind != "none":
            self.server.at_once(commands)

    def one_step(self, number, kind, down, wide):
        self.step = f"{kind}, {'all' if wide else 'one'}, {'down' if down else 'running'}"
        slice_, fresh = self.slices[number % SLICES], self.fresh()
        self.day = 5 + min(number // 12, 20)
        self.settle()
        if down:
            self.stop(killed=number % 3 == 0)
        before = {} if down else self.metrics()
        self.tamper(kind, slice_, fresh, wide)
        began = time.monotonic()
        if down:
            self.begin()
        self.log_in(slice_ + fresh)
        self.wait_for(fresh, "ever")
        healed = time.monotonic() - began
        time.sleep(0.05)  # the reader may be behind with the second of two gifts of one event
        self.wait(lambda: all(self.seen["day", who] for who in fresh), 10, "all gifts of one event", self.process)
        self.check(set(slice_ + fresh))
        moved = self.moved(before, (["view_damaged"] if kind in (NOTICED_DOWN if down else NOTICED_RUNNING) else []) +
                           (["view_rebuilds"] if kind in (REBUILT_DOWN if down else REBUILT_RUNNING) else []))
        if FIGURES:
            print(f"{self.step:45} {healed:6.2f} s  damaged {moved['view_damaged']} rebuilds {moved['view_rebuilds']} "
                  f"take-overs {moved['takeovers']}", flush=True)
        self.assertNotIn("stays closed", self.said(self.process))

    def finish_all(self):
        self.step = "at last"
        self.check(set(who for _, who in self.want))
        self.assertEqual(sum(count for (name, _), count in self.seen.items() if name == "stock"), STOCK, "all of the stock is given")
        self.stop(killed=False)
        self.assertEqual(self.process.returncode, 0, self.said(self.process))

    def steps(self, kinds, both=False):
        """Each kind in turn on one key and on all, while giftd runs and while it is down; the next round the other way about."""
        number = 0
        self.fill()
        for turn in range(ROUNDS):
            for place, kind in enumerate(KINDS.split(",") if KINDS else kinds):
                ways = [(False, (place + turn) % 2 == 0), (True, (place + turn) % 2 == 1)]
                for down, wide in [*ways, *((down, not wide) for down, wide in ways if both)]:
                    with self.subTest(kind=kind, down=down, wide=wide):
                        self.one_step(number, kind, down, wide)
                    number += 1
        self.finish_all()


class Records(Tampering):
    def test(self):
        self.steps(["none", *RECORDS])


class Others(Tampering):
    def test(self):
        self.steps([*TALLIES, *SEGMENT, *OTHERS])


class Default(Tampering):
    BUCKETS = 16384

    def test(self):
        self.steps(["field_lost", "rolled_back", "bucket_older", "wrong_type", "tally_changed"])


class Storm(Tampering):
    """While events come, at any moment, one damage upon the other: also into a view that is being built."""
    def test(self):
        self.fill()
        dice, came, done = random.Random(SEED), [], collections.Counter()
        kinds = RECORDS + TALLIES + SEGMENT + OTHERS
        for number in range(20 * ROUNDS):
            self.step, self.day = f"storm, seed {SEED}, {number}", 5 + min(number // 12, 20)
            slice_, fresh = self.slices[number % SLICES], self.fresh()
            came += fresh
            self.log_in(slice_ + fresh)
            time.sleep(dice.uniform(0.1, 1.3))
            if number % 8 == 7:
                self.stop(killed=dice.random() < 0.5)
            kind = dice.choice(kinds)
            with contextlib.suppress(KeyError, AssertionError, RuntimeError):  # there is no view now, or it has nobody yet
                self.tamper(kind, slice_, fresh, dice.random() < 0.3)
                done[kind] += 1
            if number % 8 == 7:
                self.begin()
        self.wait_for(came, "ever")
        self.wait(lambda: all(self.seen["day", who] for who in came), 10, "all gifts of one event", self.process)
        self.assertGreater(sum(done.values()), 8 * ROUNDS, done)
        if FIGURES:
            print(f"storm: {dict(done)}, {self.metrics()}", flush=True)
        self.finish_all()


class Evicted(Tampering):
    """An operator lets Redis evict while giftd runs. What is missing is noticed; such a Redis is not taken again before it is set back."""
    def test(self):
        self.fill()
        used = int(re.search(rb"^used_memory:(\d+)", self.server.do("INFO", "memory"), re.M)[1])
        self.step, fresh = "evicted", self.fresh()
        self.server.do("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
        self.server.do("CONFIG", "SET", "maxmemory", str(used - 30000))
        self.server.do("PING")
        self.log_in(self.slices[0] + fresh)
        self.assertEqual(self.process.wait(60), 2, self.said(self.process))
        self.assertIn("maxmemory-policy is allkeys-lru", self.said(self.process))
        self.check(set())
        self.server.do("CONFIG", "SET", "maxmemory", "0")
        self.server.do("CONFIG", "SET", "maxmemory-policy", "noeviction")
        self.begin()
        self.wait_for(fresh, "ever")
        self.wait(lambda: all(self.seen["day", who] for who in fresh), 10, "all gifts of one event", self.process)
        self.check(set(self.slices[0] + fresh))
        self.finish_all()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + [name + ".test" for name in sys.argv[1:]])
