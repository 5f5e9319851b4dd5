#!/usr/bin/env python3
"""Judges a finished run from the outside: what stands committed in the topics, and what the view says, against the oracle.

    checker.py --brokers HOST:PORT --redis HOST:PORT [--events T] [--prefix P] [--name NAME] [--partitions N]

Knows the formats that everybody may read (schemas/, schemas/redis.md) and none of giftd's code. What it holds giftd to:

  double    no reward id twice, no gift twice for one event, no outcome twice for one record, no event twice for its hearer
  oversold  no pool above its total at any moment, no device and no customer above the cap
  lost      every record of the events topic has an outcome: one decision, one dead letter or a place in one range; every gift of the
            oracle is there; pools that had demand enough are empty in the end; every event with a referrer is decided for the referrer
  wrong     no gift that the oracle does not know; decisions, rewards and revocations tell the same story
  view      the counters in Redis are those of the committed rewards, once all is quiet
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import oracle as expected
import ranges

KINDS = ["double", "oversold", "lost", "wrong", "view"]
SHOWN = 8  # of each kind, in words
TOTALS = {"drop": expected.DROP, "returns": expected.RETURNS, "fund": expected.FUND, "note": expected.NOTE, "line": expected.LINE}
UNIT = {"fund": 1000, "line": 1000}  # what a unit is in Redis: minor units where the pool is a budget

Gift = collections.namedtuple("Gift", "campaign rule event customer value version time partition")


class Judge:
    """Takes the history record by record: all events, then all decisions (or decisions first, where the rulebook changed), rewards, dead
    letters, counters; then `verdict`."""

    def __init__(self, rulebooks=None):
        self.oracle, self.rulebooks = expected.Oracle(), rulebooks or {}
        self.trouble = {kind: [] for kind in KINDS}
        self.records = {}  # partition -> bytearray: outcomes of each record (255: no such record)
        self.rulebook_of = {}  # (partition, offset) -> rulebook, where there are several
        self.gifts, self.revoked, self.told, self.told_revoked = {}, {}, {}, set()
        self.marks = set()
        self.heard = {}  # event id -> customer for whom it was decided though another caused it
        self.moves = []  # (time, +1 or -1, pool): how many units are out
        self.decisions = self.dead = self.last_ms = 0
        self.ranges = []  # of events that nobody hears: data of their lines, and those that are open in the state
        self.versions = {}
        self.pace = collections.Counter()  # decisions of each second

    def blame(self, kind, text):
        self.trouble[kind].append(text)

    # ---- events ----

    def event(self, partition, offset, text):
        outcomes = self.records.setdefault(partition, bytearray())
        if len(outcomes) <= offset:
            outcomes.extend(b"\xff" * (offset + 1 - len(outcomes)))
        outcomes[offset] = 0
        rules = self.rulebooks.get(self.rulebook_of.get((partition, offset)), expected.FIRST)
        self.oracle.hear(partition, text, rules)

    def outcome(self, partition, offset, what):
        outcomes = self.records.get(partition, b"")
        if offset >= len(outcomes) or outcomes[offset] == 255:
            self.blame("wrong", f"{what} for events/{partition}/{offset}, where nothing stands")
        elif outcomes[offset] >= 1:
            self.blame("double", f"events/{partition}/{offset} has a second outcome: {what}")
        else:
            outcomes[offset] = 1

    # ---- what giftd wrote ----

    def decision(self, line, stamp_ms=0):
        decision = json.loads(line)
        data = decision["data"]
        if ranges.is_range(decision):
            self.ranges.append(data)
            return
        self.decisions += 1
        self.last_ms = max(self.last_ms, stamp_ms)
        self.pace[stamp_ms // 1000] += 1
        if "caused_by" in data:
            self.hearing(data["event"]["id"], data["caused_by"], decision["subject"])
        else:
            self.outcome(int(data["input"].rsplit("/", 1)[1]), data["position"], f"decision on {data['event']['id']}")
        for considered in data["considered"]:
            for gift in considered.get("gifts", []):
                self.tell(data["event"]["id"], decision["subject"], considered, gift)

    def hearing(self, event, caused_by, customer):
        if event in self.heard:
            self.blame("double", f"{event} is decided twice for those who hear it: {self.heard[event]} and {customer}")
        elif self.oracle.owners.get(event) != caused_by:
            self.blame("wrong", f"{event}, heard by {customer}, is said to be caused by {caused_by}")
        self.heard[event] = customer

    def tell(self, event, customer, considered, gift):
        if gift["kind"] == "issued":
            if gift["id"] in self.told:
                self.blame("double", f"two decisions give {gift['id']}")
            self.told[gift["id"]] = (considered["campaign"], considered["rule"], event, customer, gift["value_minor"])
        elif gift["kind"] == "revoked":
            self.told_revoked.add(gift["id"])
        else:
            self.blame("wrong", f"a gift of kind {gift['kind']}, which no chaos campaign can give")

    def reward(self, partition, stamp_ms, headers, value):
        data, id_, kind = json.loads(value), headers.get("ce_id"), headers.get("ce_type")
        self.last_ms = max(self.last_ms, stamp_ms)
        if (kind or "").startswith("gift.pool."):
            if id_ in self.marks:
                self.blame("double", f"{kind} {id_} is told twice")
            self.marks.add(id_)
            return
        source, event = data["source_events"][0].split("/", 1)
        gift = Gift(data["campaign"], data["rule"], event, headers.get("ce_subject"), data["value_minor"], data["campaign_version"],
                    stamp_ms, partition)
        if source != "chaos" or headers.get("ce_source") != "giftd" or headers.get("ce_specversion") != "1.0":
            self.blame("wrong", f"reward {id_} has headers {headers}")
        if kind == "gift.reward.issued":
            self.issued(id_, gift)
        elif kind == "gift.reward.revoked":
            self.withdrawn(data["reward_id"], data["original_event"].split("/", 1)[1], gift)
        else:
            self.blame("wrong", f"reward {id_} is of type {kind}, which no chaos campaign can give")

    def issued(self, id_, gift):
        if id_ in self.gifts:
            self.blame("double", f"reward {id_} is there twice: {self.gifts[id_]} and {gift}")
            return
        self.gifts[id_] = gift
        self.versions[gift.version] = self.versions.get(gift.version, 0) + 1
        self.move(gift, 1)

    def withdrawn(self, id_, original, gift):
        if id_ in self.revoked:
            self.blame("double", f"reward {id_} is withdrawn twice")
            return
        self.revoked[id_] = (original, gift)
        if gift.rule == "returns":
            self.move(gift, -1)

    def move(self, gift, units):
        if gift.campaign == "shared":
            self.moves.append((gift.time, units, gift.rule))
            if gift.rule in ("fund", "note"):
                self.moves.append((gift.time, units, "line"))

    def dead_letter(self, partition, offset, stamp_ms=0):
        self.dead += 1
        self.last_ms = max(self.last_ms, stamp_ms)
        self.outcome(partition, offset, "dead letter")

    # ---- the verdict ----

    def verdict(self, counters=None):
        self.check_outcomes()
        self.check_exact()
        self.check_devices()
        self.check_heard()
        self.check_revoked()
        self.check_told()
        used = self.check_pools()
        if counters is not None:
            self.check_counters(counters, used)
        return not any(self.trouble.values())

    def take_range(self, data, behind):
        """What has no outcome from its first to its last event are its events, as many as it says."""
        partition = int(data["input"].rsplit("/", 1)[1])
        outcomes = self.records.get(partition, bytearray())
        mine = [at for at in range(data["first"], data["last"] + 1) if at < len(outcomes) and outcomes[at] == 0]
        if data["first"] < behind.get(partition, 0):
            self.blame("double", f"a range begins in the one before it: {data}")
        if len(mine) != data["events"] or (mine[:1] + mine[-1:]) != [data["first"], data["last"]]:
            self.blame("lost", f"{data}: without an outcome there are {len(mine)} records, {mine[:2]} to {mine[-2:]}")
        behind[partition] = data["last"] + 1
        for at in mine:
            outcomes[at] = 1

    def check_outcomes(self):
        behind = {}
        for data in self.ranges:
            self.take_range(data, behind)
        for partition, outcomes in sorted(self.records.items()):
            for offset in [at for at, count in enumerate(outcomes) if count == 0]:
                self.blame("lost", f"events/{partition}/{offset} has no outcome")

    def check_exact(self):
        seen = {}
        for id_, gift in self.gifts.items():
            key = (gift.campaign, gift.rule, gift.event)
            if key in seen:
                self.blame("double", f"{key} is given as {seen[key]} and as {id_}")
            seen[key] = id_
            receiver = self.oracle.receiver(gift.campaign, gift.event)
            if receiver != gift.customer:
                self.blame("wrong", f"{id_} of {key} goes to {gift.customer} instead of {receiver}")
            if (gift.campaign == "own" or gift.rule == "each") and self.oracle.exact.get(key) != gift.value:
                wanted = self.oracle.exact.get(key, "nothing")
                self.blame("wrong" if key in self.oracle.exact else "oversold", f"{key} gives {gift.value}, due is {wanted}")
        for key in self.oracle.exact.keys() - seen.keys():
            self.blame("lost", f"{key} gives nothing, due is {self.oracle.exact[key]}")

    def check_devices(self):
        device_of = self.oracle.device_of
        given = collections.Counter(device_of.get(gift.event) for gift in self.gifts.values() if gift.campaign == "device")
        self.check_counts("device", given, self.oracle.device_gifts(), "was never bound")

    def check_heard(self):
        given = collections.Counter(gift.customer for gift in self.gifts.values() if gift.rule == "bonus")
        self.check_counts("referrer", given, self.oracle.friend_gifts(), "referred nobody")
        due = self.oracle.hearers
        for event in due.keys() - self.heard.keys():
            self.blame("lost", f"{event} was never decided for {due[event]}, who hears it")
        for event, customer in self.heard.items():
            if due.get(event) != customer:
                self.blame("wrong", f"{event} was decided for {customer}, who hears it is {due.get(event)}")

    def check_counts(self, who, given, wanted, never):
        for name, due in wanted.items():
            count = given.pop(name, 0)
            if count != due:
                self.blame("oversold" if count > due else "lost", f"{who} {name} has {count} gifts, due are {due}")
        for name, count in given.items():
            self.blame("wrong", f"{count} gifts for {who} {name}, which {never}")

    def check_revoked(self):
        of_own = set()
        for id_, (original, withdrawal) in self.revoked.items():
            gift = self.gifts.get(id_)
            if gift is None or gift.event != original or self.oracle.reversals.get(original) != withdrawal.event:
                self.blame("wrong", f"{withdrawal.event} withdraws {id_} of {original}: {gift}")
            elif gift.campaign == "own":
                of_own.add((gift.campaign, gift.rule, original))
        for key in self.oracle.revoked ^ of_own:
            self.blame("lost" if key in self.oracle.revoked else "wrong", f"withdrawal of {key}: due and done differ")
        for id_, gift in self.gifts.items():
            if (gift.campaign, gift.rule) in expected.REFUNDABLE and gift.event in self.oracle.reversals and id_ not in self.revoked:
                self.blame("lost", f"{gift.event} was refunded and {id_} not withdrawn")

    def check_told(self):
        for id_, gift in self.gifts.items():
            if self.told.get(id_) != gift[:5]:
                self.blame("wrong", f"reward {id_} {gift[:5]}: its decision says {self.told.get(id_)}")
        for id_ in self.told.keys() - self.gifts.keys():
            self.blame("lost", f"a decision gives {id_} {self.told[id_]}, and there is no such reward")
        for id_ in self.told_revoked ^ self.revoked.keys():
            self.blame("wrong", f"withdrawal of {id_}: decisions and rewards differ")

    def check_pools(self):
        used, passed = dict.fromkeys(TOTALS, 0), set()
        for stamp, units, pool in sorted(self.moves):
            used[pool] += units
            if used[pool] > TOTALS[pool] and pool not in passed:
                passed.add(pool)
                self.blame("oversold", f"pool {pool} has {used[pool]} of {TOTALS[pool]} out at {stamp}")
        returned = sum(1 for _, gift in self.revoked.values() if gift.rule == "returns")
        for pool, (least, most) in self.oracle.pools(returned).items():
            if used[pool] > most:
                self.blame("oversold", f"pool {pool} has {used[pool]} out, {most} were to be had")
            elif used[pool] < least:
                self.blame("lost", f"pool {pool} has {used[pool]} out, {least} were asked for and there")
        self.check_caps()
        return used

    def check_caps(self):
        held = collections.Counter((gift.rule, gift.customer) for id_, gift in self.gifts.items()
                                   if gift.campaign == "shared" and not (gift.rule == "returns" and id_ in self.revoked))
        caps = {"drop": expected.DROP_EACH, "returns": expected.RETURNS_EACH, "fund": expected.WEALTH_EACH, "note": expected.WEALTH_EACH}
        for (rule, customer), count in held.items():
            if count > caps[rule]:
                self.blame("oversold", f"{customer} has {count} gifts of {rule}, the cap is {caps[rule]}")

    def check_counters(self, counters, used):
        for pool, units in used.items():
            unit, counter = UNIT.get(pool, 1), counters.get(pool)
            if counter is None:
                if units > 0:
                    self.blame("view", f"Redis has no counter of pool {pool}, {units} are out")
                continue
            found = {field: int(counter.get(field, -1)) for field in ("total", "used", "left", "lent")}
            if found["lent"] < 0:
                self.blame("view", f"pool {pool}: lent is {counter.get('lent')} in Redis")
            found["left and lent"] = found["left"] + found["lent"]  # blocks stay where they are used
            wanted = {"total": TOTALS[pool] * unit, "used": units * unit, "left and lent": (TOTALS[pool] - units) * unit}
            for field, value in wanted.items():
                if found[field] != value:
                    self.blame("view", f"pool {pool}: {field} is {found[field]} in Redis, {value} by the rewards")

    def figures(self):
        return {"records": sum(len(outcomes) - outcomes.count(255) for outcomes in self.records.values()), "rewards": len(self.gifts),
                "revoked": len(self.revoked), "decisions": self.decisions, "heard": len(self.heard), "dead": self.dead,
                **{kind: len(found) for kind, found in self.trouble.items()}}

    def words(self):
        return [f"{kind}: {text}" for kind, found in self.trouble.items()
                for text in found[:SHOWN] + ([f"... and {len(found) - SHOWN} more"] if len(found) > SHOWN else [])]


# ---- from the topics ----

class Topics:
    """Committed records of a topic, each partition in order, by kcat."""

    def __init__(self, brokers):
        self.brokers = brokers

    def read(self, topic, *options):
        command = ["kcat", "-b", self.brokers, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-J",
                   "-X", "isolation.level=read_committed", "-X", "check.crcs=true", *options]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", errors="replace") as kcat:
            for line in kcat.stdout:
                yield json.loads(line)
            complaint = kcat.stderr.read()
        if kcat.returncode != 0:
            raise RuntimeError(f"kcat cannot read {topic}: {complaint.strip()}")


def headers_of(record):
    pairs = record.get("headers", [])
    return dict(zip(pairs[::2], pairs[1::2]))


def rulebooks_read(judge, topics, names):
    """Which rulebook judged each record; the decisions themselves are taken later."""
    for record in topics.read(names["decisions"]):
        for line in record["payload"].splitlines():
            data = json.loads(line)["data"]
            if "position" not in data or "caused_by" in data:
                continue  # a range, whose events give nothing under any rulebook;  # who hears an event may hear it under the next rulebook
            judge.rulebook_of[int(data["input"].rsplit("/", 1)[1]), data["position"]] = data["rulebook"]


def history_read(judge, topics, names):
    if judge.rulebooks:
        rulebooks_read(judge, topics, names)
    for record in topics.read(names["events"]):
        judge.event(record["partition"], record["offset"], record.get("payload") or "")
    for record in topics.read(names["decisions"]):
        for line in record["payload"].splitlines():
            judge.decision(line, record["ts"])
    for record in topics.read(names["rewards"]):
        judge.reward(record["partition"], record["ts"], headers_of(record), record["payload"])
    for record in topics.read(names["dlq"]):
        headers = headers_of(record)
        if not headers.get("giftd.reason"):
            judge.blame("wrong", f"a dead letter without giftd.reason: {headers}")
        judge.dead_letter(int(headers["__connect.errors.partition"]), int(headers["__connect.errors.offset"]), record["ts"])


def names_of(events="events", prefix="giftd."):
    return {"events": events, "decisions": prefix + "decisions", "rewards": prefix + "rewards", "dlq": events + ".dlq"}


def redis_ask(address, *words):
    host, port = address.rsplit(":", 1)
    done = subprocess.run(["redis-cli", "-h", host, "-p", port, *words], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def redis_bytes(address, *words):
    host, port = address.rsplit(":", 1)
    return subprocess.run(["redis-cli", "-h", host, "-p", port, *words], capture_output=True, check=True).stdout


def ranges_read(address, name, partitions):
    """Ranges of events that nobody hears that are still open."""
    return ranges.view_ranges(lambda *words: redis_bytes(address, *words), name, partitions)


def counters_read(address, name, partitions):
    """The counters of the pools, wherever they live: exactly one shard has each."""
    counters, doubled = {}, []
    for shard in range(partitions):
        base = f"giftd:{{{name}:{shard}}}:pool"
        for pool in filter(None, redis_ask(address, "SMEMBERS", base + "s")):
            fields = redis_ask(address, "HGETALL", f"{base}:{pool}")
            short = pool.split("/", 1)[1]
            if short in counters:
                doubled.append(pool)
            counters[short] = dict(zip(fields[::2], fields[1::2]))
    return counters, doubled


def check(brokers, redis, names, name, partitions, rulebooks=None):
    judge = Judge(rulebooks)
    history_read(judge, Topics(brokers), names)
    judge.ranges += ranges_read(redis, name, partitions)
    counters, doubled = counters_read(redis, name, partitions)
    for pool in doubled:
        judge.blame("view", f"pool {pool} has counters in two shards")
    judge.verdict(counters)
    return judge


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--brokers", required=True)
    parser.add_argument("--redis", required=True)
    parser.add_argument("--events", default="events")
    parser.add_argument("--prefix", default="giftd.")
    parser.add_argument("--name", default="giftd")
    parser.add_argument("--partitions", type=int, default=8)
    args = parser.parse_args()
    judge = check(args.brokers, args.redis, names_of(args.events, args.prefix), args.name, args.partitions)
    for line in judge.words():
        print(line)
    print(json.dumps(judge.figures()))
    return 1 if any(judge.trouble.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
