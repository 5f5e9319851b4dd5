"""What tests of `giftd run` on a real Kafka and a real Redis share: where the stack is, campaigns, events, and
a case with topics of its own.

A script that imports this is called as SCRIPT GIFTD STACK_ENV CAMPAIGNS [--events N] [CASE...].
"""
import contextlib
import json
import os
import pathlib
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

EVENTS = 20000
if "--events" in sys.argv:
    at = sys.argv.index("--events")
    EVENTS = int(sys.argv[at + 1])
    del sys.argv[at:at + 2]
SLACK_S = EVENTS // 2000  # of every wait for something that grows with the events
CAMPAIGNS = pathlib.Path(sys.argv.pop(3))
STACK_PROGRAM = pathlib.Path(__file__).parents[2] / "deploy" / "stack"
STACK_ENV = pathlib.Path(sys.argv.pop(2))
STACK = dict(line.split("=", 1) for line in STACK_ENV.read_text().splitlines() if "=" in line)
GIFTD = sys.argv.pop(1)
KAFKA, REDIS = STACK["KAFKA"], STACK["REDIS"]
SHARDS = 4
LATE = {"accept": "P6D"}  # each shard has a clock of its own: nothing may hang on what is just too late on one of them
PERIOD = {"from": "2026-09-01", "to": "2027-12-31"}


def campaign(name, on, give, limits, **more):
    return {"id": name, "version": 1, "name": {"zh": name, "en": name}, "period": PERIOD, "audience": "everyone", "late": LATE, **more,
            "rules": [{"id": "rule", "on": on, "give": {"reward": "points", **give}, "limits": limits}]}


# What one customer's events alone decide: the same whatever happens on other shards, in whatever order they are read.
ALONE = [campaign("own-day", "login", {"value": 5, "pool": "unlimited"}, [{"count": 1, "per": ["customer"], "period": "day"}]),
         campaign("own-week", "txn.card_spend", {"value": 7, "pool": "unlimited"}, [{"count": 2, "per": ["customer"], "period": "week"}])]
STOCK = 150
SHARED = [campaign("own-stock", "login", {"value": 9, "pool": "gift"}, [{"count": 1, "per": ["customer"], "period": "week"}],
                   pools={"gift": {"stock": STOCK}}),
          campaign("own-device", "login", {"value": 3, "pool": "unlimited"}, [{"count": 1, "per": ["device"], "period": "month"}])]


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def free_ports():
    """The first of two free ports beside each other."""
    while True:
        with socket.socket() as first, socket.socket() as second, contextlib.suppress(OSError, OverflowError):
            first.bind(("127.0.0.1", 0))
            second.bind(("127.0.0.1", first.getsockname()[1] + 1))
            return first.getsockname()[1]


def kcat(*arguments, **more):
    return subprocess.run(["kcat", "-b", KAFKA, *arguments], capture_output=True, timeout=120 + SLACK_S, check=True, **more).stdout


def redis(*words):
    host, port = REDIS.rsplit(":", 1)
    return subprocess.run(["redis-cli", "-h", host, "-p", port, *words], capture_output=True, text=True, timeout=20, check=True).stdout


def redis_bytes(*words):
    host, port = REDIS.rsplit(":", 1)
    return subprocess.run(["redis-cli", "-h", host, "-p", port, *words], capture_output=True, timeout=20, check=True).stdout


def keyed(lines):
    """Lines as kcat -K reads them: the customer, a tab, the line as it stands."""
    out = []
    for line in lines.splitlines():
        customer = re.search(rb'"(?:customer|subject)":"([^"]*)"', line)
        out.append((customer.group(1) if customer else b"nobody") + b"\t" + line + b"\n")
    return b"".join(out)


def login(number, customer, day=5):
    return json.dumps({"id": f"e{number}", "source": "mbank", "type": "login", "customer": customer, "device": f"d{number}",
                       "time": f"2026-12-{day:02}T10:00:00+08:00"}) .replace('": ', '":').encode() + b"\n"


class Stage(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="giftd-kafka-run-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.name = f"run-{os.getpid()}-{random.randrange(10 ** 9)}"
        (self.folder / "campaigns").mkdir()
        self.options = {"kafka.bootstrap.servers": KAFKA, "redis.servers": REDIS, "topic.events": f"{self.name}.events",
                        "topic.prefix": f"{self.name}.", "group.id": self.name, "redis.name": self.name, "events.clock": "event",
                        "campaigns.dir": str(self.folder / "campaigns"), "kafka.session.timeout.ms": "6000", "pending.bytes": "128MiB"}

    def campaigns(self, *several):
        for one in several:
            text = one if isinstance(one, str) else json.dumps(one)
            (self.folder / "campaigns" / ("broken.json" if isinstance(one, str) else one["id"] + ".json")).write_text(text)

    def config(self, **more):
        path, new = self.folder / "giftd.conf", self.folder / "giftd.conf.new"
        new.write_text("".join(f"{key} = {value}\n" for key, value in {**self.options, **more}.items()))
        new.replace(path)  # a process that was just started may be reading the one before
        return str(path)

    def topics(self, verb, *more):
        return subprocess.run([GIFTD, "topics", verb, "-c", self.config(), *more], capture_output=True, text=True, timeout=60)

    def make_topics(self, partitions=SHARDS):
        made = self.topics("create", "--partitions", str(partitions))
        self.assertEqual(made.returncode, 0, made.stderr)

    def produce(self, lines):
        self.produce_keyed(keyed(lines))

    def produce_keyed(self, lines, *more):
        kcat("-P", "-t", f"{self.name}.events", "-K", "\t", "-X", "topic.partitioner=murmur2_random", *more, input=lines)

    def consume(self, topic, form):
        out = kcat("-C", "-t", f"{self.name}.{topic}", "-e", "-q", "-X", "isolation.level=read_committed", "-f", form)
        return out.decode().splitlines()

    def rewards(self):
        """(type, id, campaign, customer) of every reward, as it lies in Kafka."""
        found = []
        for line in self.consume("rewards", "%k\t%h\t%s\n"):
            customer, headers, value = line.split("\t", 2)
            words = dict(pair.split("=", 1) for pair in headers.split(",") if "=" in pair)
            self.assertEqual(words["ce_subject"], customer, line)
            found.append((words["ce_type"], words["ce_id"], json.loads(value).get("campaign"), customer))
        return found

    def start(self, *more, config=None):
        log = open(self.folder / f"log-{random.randrange(10 ** 9)}", "w+", encoding="utf-8")
        self.addCleanup(log.close)
        process = subprocess.Popen([GIFTD, "run", "-c", config or self.config(), *more], stdout=subprocess.PIPE, stderr=log, text=True)
        process.log = log
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()

    def said(self, process):
        process.log.flush()
        return pathlib.Path(process.log.name).read_text()

    def wait_said(self, process, words, seconds=60):
        self.wait(lambda: words in self.said(process), seconds, f"{words!r} in the log", process)

    def wait(self, holds, seconds, what, process=None):
        deadline = time.monotonic() + seconds
        while not holds():
            ended = process is not None and process.poll() is not None
            if time.monotonic() > deadline or ended:
                self.fail(f"waited for {what}{'; it ended' if ended else ''}\n{self.said(process) if process else ''}")
            time.sleep(0.1)

    def finish(self, process, code=0, seconds=240):
        out, _ = process.communicate(timeout=seconds + SLACK_S)
        self.assertEqual(process.returncode, code, self.said(process))
        return out

    def run_once(self, code=0, says="", **more):
        process = self.start("--once", "--json", config=self.config(**more))
        out = self.finish(process, code)
        self.assertIn(says, self.said(process))
        return json.loads(out) if out else None
