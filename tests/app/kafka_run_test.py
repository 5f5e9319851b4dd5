#!/usr/bin/env python3
"""`giftd run` on a real Kafka and a real Redis, from outside: the same gifts as on files, with one process and with several, with one of
them killed; signals; events that another customer hears.

    kafka_run_test.py GIFTD STACK_ENV CAMPAIGNS [--events N]
"""
import collections
import contextlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import ranges
from kafka_stage import ALONE, campaign, CAMPAIGNS, EVENTS, free_port, free_ports, GIFTD, kcat, keyed, LATE, login, PERIOD, redis, \
    redis_bytes, SHARDS, SHARED, SLACK_S, Stage, STOCK


class SameGifts(Stage):
    """Demo traffic over all shipped campaigns and four of our own; the run on files is what it is held against."""
    @classmethod
    def setUpClass(cls):
        cls.base = pathlib.Path(tempfile.mkdtemp(prefix="giftd-kafka-base-"))
        shutil.copytree(CAMPAIGNS, cls.base / "campaigns")
        for one in ALONE + SHARED:
            (cls.base / "campaigns" / (one["id"] + ".json")).write_text(json.dumps(one))
        events = cls.base / "events.jsonl"
        subprocess.run([GIFTD, "demo", "--generate", str(events), "--events", str(EVENTS), "-q"], check=True, timeout=120 + SLACK_S)
        cls.events = events.read_bytes()
        subprocess.run([GIFTD, "run", "--input", str(events), "--campaigns", str(cls.base / "campaigns"), "--output", str(cls.base / "out"),
                        "--state", str(cls.base / "state"), "--once"], check=True, timeout=300 + SLACK_S, capture_output=True)
        cls.files = [(one["type"], one["id"], one["data"].get("campaign"), one["subject"])
                     for one in map(json.loads, (cls.base / "out" / "rewards.jsonl").read_text().splitlines())]
        cls.lines = len(cls.events.splitlines())
        cls.keyed = keyed(cls.events)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.base, True)

    def setUp(self):
        super().setUp()
        self.options["campaigns.dir"] = str(self.base / "campaigns")

    def check(self):
        rewards = self.rewards()
        ids = [one[:2] for one in rewards]
        self.assertEqual(len(ids), len(set(ids)), "a reward id came twice")
        alone = {one["id"] for one in ALONE}
        other = {one for one in rewards if one[2] in alone} ^ {one for one in self.files if one[2] in alone}
        self.assertEqual(sorted(other)[:10], [], f"{len(other)} rewards are not on both sides")
        stock = [one for one in rewards if one[2] == "own-stock"]
        self.assertEqual(len(stock), STOCK, "the files' run gives all of the stock, so must this")
        self.assertEqual(sum(one[2] == "own-stock" for one in self.files), STOCK)
        self.assertEqual(sum(one[2] == "own-device" for one in rewards), sum(one[2] == "own-device" for one in self.files))
        self.check_pools()
        self.check_outcomes()

    def check_outcomes(self):
        """Every record of the topic has exactly one outcome: a decision, a dead letter, or a place in a range; the open ones are in the
        state."""
        decisions = [json.loads(line) for line in self.consume("decisions", "%s\n") if line]
        places, dead = collections.defaultdict(list), []
        for line in sorted(self.consume("events", "%p %o\n"), key=lambda line: [int(word) for word in line.split()]):
            partition, offset = line.split()
            places[f"{self.name}.events/{partition}"].append(int(offset))
        for headers in self.consume("events.dlq", "%h\n"):
            said = dict(pair.split("=", 1) for pair in headers.split(",") if "=" in pair)
            dead.append((f"{self.name}.events/{said['__connect.errors.partition']}", int(said["__connect.errors.offset"])))
        found = ranges.outcomes(places, decisions, dead, ranges.view_ranges(redis_bytes, self.name, SHARDS))
        kinds = ranges.kinds(found)
        self.assertEqual(kinds["dead"], len((self.base / "out" / "dlq.jsonl").read_text().splitlines()))
        self.assertGreater(min(kinds["line"], kinds["range"], kinds["dead"]), 0, kinds)

    def check_pools(self):
        pools = 0
        for key in redis("KEYS", f"giftd:{{{self.name}:*}}:pool:*").splitlines():
            words = redis("HGETALL", key).split()
            pool = dict(zip(words[::2], words[1::2]))
            if "total" not in pool:
                continue
            pools += 1
            self.assertLessEqual(int(pool["used"]), int(pool["total"]), key)
        self.assertGreater(pools, 10)

    def test_one_process(self):
        self.make_topics()
        self.produce_keyed(self.keyed)
        done = self.run_once()
        self.assertEqual(done["lines"], self.lines)
        self.assertEqual(done["aborts"], 0)
        self.check()
        again = self.run_once()
        self.assertEqual((again["lines"], again["gifts"]), (0, 0), "what was decided is not decided again")

    def test_four_processes(self):
        self.make_topics()
        self.produce_keyed(self.keyed)  # before: who finds nothing for a while ends
        workers = [self.start("--once", "--json") for _ in range(SHARDS)]
        lines = [json.loads(self.finish(process))["lines"] for process in workers]
        self.assertGreater(min(lines), 0, "each has a share")
        self.check()

    def test_two_processes_one_killed_and_the_view_lost(self):
        self.make_topics()
        first = self.start("--once")
        second = self.start("--once")
        for process in (first, second):
            self.wait_said(process, "running")
        self.produce_keyed(self.keyed)
        self.wait(lambda: len(self.consume("rewards", "%k\n")) > len(self.files) // 10, 120, "some rewards")
        first.send_signal(signal.SIGKILL)
        first.wait()
        third = self.start("--once")
        keys = redis("KEYS", f"giftd:{{{self.name}:*}}:*").split()
        self.assertGreater(len(keys), SHARDS)
        for at in range(0, len(keys), 1000):
            redis("DEL", *keys[at:at + 1000])
        self.finish(second)
        self.finish(third)
        self.check()


class Signals(Stage):
    def test_reload_readiness_drain(self):
        self.campaigns(*ALONE)
        self.make_topics()
        port = free_port()
        process = self.start("-X", f"http.listen={port}")
        self.wait(lambda: self.ready(port)[0] == 200, 60, "readiness", process)
        self.produce(b"".join(login(i, f"c{i}") for i in range(100)))
        self.wait(lambda: len(self.rewards()) == 100, 30, "100 rewards", process)
        self.campaigns("{ this is none")
        process.send_signal(signal.SIGHUP)
        self.wait_said(process, "the new campaigns are not taken, the old ones go on")
        code, checks = self.ready(port)
        self.assertEqual(code, 200, "the old campaigns go on")
        self.assertIn("were refused, the log says why", checks)
        (self.folder / "campaigns" / "broken.json").unlink()
        self.campaigns(campaign("late-comer", "login", {"value": 1, "pool": "unlimited"},
                                [{"count": 1, "per": ["customer"], "period": "day"}]))
        process.send_signal(signal.SIGHUP)
        self.wait_said(process, "campaigns read again: 3 of them")
        self.assertNotIn("were refused", self.ready(port)[1])
        self.assertIn(re.search("campaigns read again: 3 of them, (rulebook [0-9a-f]{16})", self.said(process))[1], self.ready(port)[1])
        self.produce(login(1000, "c1000"))
        self.wait(lambda: len(self.rewards()) == 102, 30, "both campaigns' rewards", process)
        for number in range(4):  # on more than one shard, and named once for the process
            self.produce(login(2000 + number, f"c{2000 + number}").replace(b'"device"', b'"devise"'))
        self.check_metrics(port, process)
        process.send_signal(signal.SIGTERM)
        self.finish(process, seconds=30)
        self.assertIn('"message":"stopped"', self.said(process))
        self.assertIn('"unknown_fields":4', self.said(process))
        self.assertEqual(self.said(process).count('did you mean \\"device\\"?'), 1)
        counted = self.run_once()
        self.assertEqual((counted["lines"], counted["unknown_fields"]), (0, 0), "all of it was committed before the end")

    def test_one_shard_that_is_broken(self):
        """Its view belongs to another giftd: it stays closed and is named; the others go on."""
        self.campaigns(*ALONE)
        self.make_topics()
        port = free_port()
        process = self.start("-X", f"http.listen={port}")
        self.wait(lambda: self.ready(port)[0] == 200, 60, "readiness", process)
        redis("HSET", f"giftd:{{{self.name}:2}}:segment", "secret", "0123456789abcdef", "epoch", "99")
        self.wait_said(process, "this shard stays closed until someone acts")
        self.produce(b"".join(login(i, f"c{i}") for i in range(200)))
        self.wait(lambda: len(self.rewards()) > 100, 30, "the rewards of the others", process)
        code, checks = self.ready(port)
        self.assertEqual(code, 503)
        self.assertIn(f"3 of {SHARDS} run here", checks)
        self.assertIn("shard 2: Redis", checks)
        for line in ('giftd_shard_stage{shard="2"} 9', 'giftd_shard_stage{shard="1"} 6', "giftd_ready 0"):
            self.wait_metric(port, line, process)
        process.send_signal(signal.SIGTERM)
        self.finish(process, seconds=40)
        redis("DEL", f"giftd:{{{self.name}:2}}:segment")
        self.run_once()
        self.assertEqual(len(self.rewards()), 200, "nothing was lost")

    def test_spare_process_is_ready(self):
        self.campaigns(*ALONE)
        self.make_topics(1)
        ports = free_port(), free_port()
        processes = [self.start("-X", f"http.listen={port}") for port in ports]
        for port, process in zip(ports, processes):
            self.wait(lambda port=port: self.ready(port)[0] == 200, 60, "readiness", process)
        shards = [self.ready(port)[1] for port in ports]
        self.assertEqual(sorted(re.search("[01] of [01] run here", one).group(0) for one in shards), ["0 of 0 run here", "1 of 1 run here"])

    def test_workers(self):
        """A parent and its processes: the work is shared, one that dies is started again, all end with the parent."""
        self.campaigns(*ALONE)
        self.make_topics()
        notes = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(notes.close)
        notes.bind(str(self.folder / "notify"))
        os.environ.update({"NOTIFY_SOCKET": str(self.folder / "notify"), "WATCHDOG_USEC": "500000"})
        self.addCleanup(lambda: [os.environ.pop(name) for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC")])
        port = free_ports()
        process = self.start("--workers", "2", "-X", f"http.listen={port}")
        told = set()
        self.listen(notes, told)
        self.wait(lambda: told >= {"READY=1", "WATCHDOG=1"}, 60, "READY and WATCHDOG", process)
        self.wait(lambda: self.said(process).count('"message":"running') >= SHARDS, 60, "all shards", process)
        self.wait(lambda: len(self.children(process)) == 2, 10, "two children", process)
        self.produce(b"".join(login(i, f"c{i}") for i in range(100)))
        self.wait(lambda: len(self.rewards()) == 100, 30, "100 rewards", process)
        self.check_each(port, process)
        os.kill(self.children(process)[0], signal.SIGKILL)
        self.wait_said(process, "a worker ended and is started again")
        self.produce(b"".join(login(i, f"c{i}") for i in range(100, 200)))
        self.wait(lambda: len(self.rewards()) == 200, 60, "the rewards of the others too", process)
        self.wait(lambda: len(self.children(process)) == 2, 10, "two children again", process)
        process.send_signal(signal.SIGTERM)
        self.finish(process, seconds=40)
        self.assertEqual(self.said(process).count('"message":"stopped"'), 2)
        self.wait(lambda: "STOPPING=1" in told, 10, "STOPPING")

    def test_workers_of_wrong_campaigns_end(self):
        """No start again mends them: a supervisor is told, once."""
        self.campaigns("{ this is none")
        self.make_topics()
        process = self.start("--workers", "2")
        self.finish(process, 1, seconds=40)
        self.assertNotIn("is started again", self.said(process))

    def check_each(self, port, process):
        """Each process tells its own share; both work by the same rulebook."""
        for of_all, number in (("giftd_shards_owned", SHARDS), ("giftd_gifts_total", 100)):
            share = re.compile(rf"^{of_all} (\d+)$", re.M)
            self.wait(lambda: sum(int(share.search(self.metrics(port + n)).group(1)) for n in (0, 1)) == number, 10, of_all, process)
        rulebooks = [re.search("rulebook [0-9a-f]{16}", self.ready(port + n)[1]).group(0) for n in (0, 1)]
        self.assertEqual(rulebooks[0], rulebooks[1])
        self.assertIn(rulebooks[0].split()[1], self.said(process))

    @staticmethod
    def listen(notes, told):
        def hear():
            with contextlib.suppress(OSError):
                while True:
                    told.add(notes.recv(1000).decode())
        threading.Thread(target=hear, daemon=True).start()

    @staticmethod
    def children(process):
        return [int(pid) for pid in pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]

    @staticmethod
    def runs(pid):
        """A process that ended and that nobody has asked for yet runs no more."""
        try:
            return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except FileNotFoundError:
            return False

    def test_workers_end_with_their_parent(self):
        self.campaigns(*ALONE)
        self.make_topics()
        process = self.start("--workers", "2")
        self.wait_said(process, '"message":"running')
        self.wait(lambda: len(self.children(process)) == 2, 10, "two children", process)
        children = self.children(process)
        process.kill()
        process.wait()
        self.wait(lambda: not any(self.runs(child) for child in children), 30, "the end of the children")
        self.assertEqual(self.said(process).count('"message":"stopped"'), 2)

    def test_drain_in_the_middle(self):
        """What was decided when SIGTERM comes is committed: no line is decided twice, none is left out."""
        self.campaigns(*ALONE)
        self.make_topics()
        count, lines = 30000, 0
        self.produce(b"".join(login(i, f"c{i}") for i in range(count)))
        for _ in range(4):
            process = self.start("--json", "-X", "commit.events=50", config=self.config(**{"kafka.session.timeout.ms": 30000}))
            self.wait_said(process, '"message":"running', 15)  # at once: whoever was there before has left the group
            process.send_signal(signal.SIGTERM)
            lines += json.loads(self.finish(process, seconds=40))["lines"]
            self.assertNotIn("come to rest", self.said(process))
        self.assertLess(lines, count, "it came in the middle")
        self.assertEqual(lines + self.run_once()["lines"], count)
        rewards = self.rewards()
        self.assertEqual((len(rewards), len({one[1] for one in rewards})), (count, count))

    @staticmethod
    def ready(port):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    @staticmethod
    def metrics(port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return answer.read().decode()

    def wait_metric(self, port, line, process):
        """What /metrics shows is up to half a second old."""
        self.wait(lambda: line + "\n" in self.metrics(port), 10, line, process)

    def check_metrics(self, port, process):
        for line in (f"giftd_shards_owned {SHARDS}", "giftd_gifts_total 110", 'giftd_shard_stage{shard="3"} 6', "giftd_input_lag_events 0",
                     'giftd_shard_input_lag_events{shard="0"} 0', f"giftd_takeovers_total {SHARDS}", "giftd_ready 1",
                     'giftd_rulebook_reloads_total{result="refused"} 1', "giftd_aborts_total 0",
                     'giftd_shard_heard_waiting{shard="1"} 0', 'giftd_unknown_words_total{what="field"} 4',
                     'giftd_unknown_words_total{what="type"} 0'):
            self.wait_metric(port, line, process)
        if shutil.which("promtool"):
            answer = subprocess.run(["promtool", "check", "metrics"], input=self.metrics(port), text=True, capture_output=True, timeout=30)
            self.assertEqual((answer.returncode, answer.stdout + answer.stderr), (0, ""))

    def test_redis_that_goes_away_is_told(self):
        host_port, port = free_port(), free_port()
        server = subprocess.Popen(["redis-server", "--port", str(host_port), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"],
                                  cwd=self.folder, stdout=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        self.options["redis.servers"] = f"127.0.0.1:{host_port}"
        self.campaigns(*ALONE)
        self.make_topics()
        self.wait(lambda: subprocess.run(["redis-cli", "-p", str(host_port), "PING"], capture_output=True).returncode == 0, 20, "Redis")
        process = self.start("-X", f"http.listen={port}")
        self.wait(lambda: self.ready(port)[0] == 200, 60, "readiness", process)
        server.kill()
        server.wait()
        self.produce(login(1, "c1"))
        self.wait(lambda: self.ready(port)[0] == 503, 30, "readiness that is gone", process)
        self.assertIn("redis", self.ready(port)[1])
        time.sleep(3)
        lines = [line for line in self.said(process).splitlines() if '"warning"' in line and "edis" in line]
        self.assertLessEqual(len(lines), 3 * SHARDS, "a complaint is told once, not every second")
        back = subprocess.Popen(["redis-server", "--port", str(host_port), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"],
                                cwd=self.folder, stdout=subprocess.DEVNULL)
        self.addCleanup(back.wait)
        self.addCleanup(back.kill)
        self.wait(lambda: self.ready(port)[0] == 200, 60, "readiness again", process)
        self.wait(lambda: len(self.rewards()) == 1, 30, "the gift", process)


class OtherCampaigns(Stage):
    """Processes of one group that do not run the same files."""
    ready, metrics, wait_metric = staticmethod(Signals.ready), staticmethod(Signals.metrics), Signals.wait_metric

    def of_version(self, version, value, name="campaigns-2"):
        """A folder of its own for one more process."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        one = campaign("own", "login", {"value": value, "pool": "unlimited"}, [{"count": 9, "per": ["customer"], "period": "day"}])
        (folder / "own.json").write_text(json.dumps({**one, "version": version}))
        return str(folder)

    def test_they_say_so_and_are_not_ready(self):
        self.options["campaigns.dir"] = self.of_version(1, 1, "campaigns")
        self.make_topics(2)
        ports = free_port(), free_port()
        first = self.start("-X", f"http.listen={ports[0]}")
        self.wait(lambda: self.ready(ports[0])[0] == 200, 60, "readiness", first)
        second = self.start("-X", f"http.listen={ports[1]}", "-X", f"campaigns.dir={self.folder / 'campaigns'}-3")
        self.finish(second, 2)  # there is no such folder
        other = self.of_version(1, 1)
        beside = campaign("beside", "login", {"value": 3, "pool": "unlimited"}, [{"count": 9, "per": ["customer"], "period": "day"}])
        (self.folder / "campaigns-2" / "beside.json").write_text(json.dumps(beside))
        second = self.start("-X", f"http.listen={ports[1]}", "-X", f"campaigns.dir={other}")
        for port, process in zip(ports, (first, second)):
            self.wait_said(process, "of this group runs other campaigns", 60)
            self.wait_metric(port, "giftd_group_rulebooks 2", process)
            self.wait(lambda port=port: self.ready(port)[0] == 503, 10, "no readiness", process)
            self.assertIn("runs other campaigns", self.ready(port)[1])
        (self.folder / "campaigns" / "beside.json").write_text(json.dumps(beside))
        first.send_signal(signal.SIGHUP)
        for port, process in zip(ports, (first, second)):
            self.wait_said(process, "run the same campaigns again", 30)
            self.wait(lambda port=port: self.ready(port)[0] == 200, 30, "readiness", process)

    def test_who_is_behind_closes_its_shards_until_it_has_the_files(self):
        self.options["campaigns.dir"] = self.of_version(2, 2, "campaigns")
        self.make_topics(1)
        first = self.start()
        self.wait_said(first, "running, after")
        self.produce(login(1, "c1"))
        self.wait(lambda: len(self.rewards()) == 1, 30, "a reward", first)
        port = free_port()
        second = self.start("-X", f"http.listen={port}", "-X", f"campaigns.dir={self.of_version(1, 1)}")
        self.wait_said(second, "started")
        first.send_signal(signal.SIGTERM)
        self.finish(first, seconds=40)
        self.finish(second, 1, seconds=40)  # the only shard there is
        self.assertIn("refused[VERSION_BACK]", self.said(second))
        self.produce(login(2, "c2"))
        third = self.start("-X", f"campaigns.dir={self.of_version(3, 3)}")
        self.wait(lambda: len(self.rewards()) == 2, 60, "the gift of the event that waited", third)

    def test_shards_open_again_with_files_that_fit(self):
        """Two of four shards were counted by newer files when they come to a process with older ones: the other two go on."""
        old = self.of_version(1, 1)
        self.options["campaigns.dir"] = self.of_version(2, 2, "campaigns")
        self.make_topics()
        first = self.start("-X", f"campaigns.dir={old}")
        self.wait_said(first, "running, after")
        second = self.start()
        self.wait_said(second, "running, after")
        self.produce(b"".join(login(i, f"c{i}") for i in range(40)))
        self.wait(lambda: len(self.rewards()) == 40, 30, "rewards", first)
        second.send_signal(signal.SIGTERM)
        self.finish(second, seconds=40)
        self.wait_said(first, "this shard stays closed until someone acts")
        self.produce(b"".join(login(100 + i, f"c{i}") for i in range(40)))
        self.wait(lambda: len(self.rewards()) > 40, 30, "rewards of the shards that go on", first)
        self.of_version(3, 3)
        first.send_signal(signal.SIGHUP)
        self.wait_said(first, "tried again")
        self.wait(lambda: len(self.rewards()) == 80, 60, "all rewards", first)


class HeardAsAnother(Stage):
    """Referrers and card holders live on other shards than the events that they hear. What each causing customer's events alone decide
    is the same as on files; what all share is never given beyond what there is."""
    RULES = [
        {"id": "once", "on": {"event": "account.opened", "as": "referrer"}, "once_per": ["caused_by.id"],
         "give": {"reward": "points", "value": 10, "pool": "unlimited"}, "limits": "unlimited"},
        {"id": "share", "on": {"event": "txn.card_spend", "as": ["primary", "customer"]},
         "give": {"reward": "cash_back", "value": "1.00", "pool": "unlimited"}, "limits": "unlimited", "on_reversal": {"reward": "revoke"}},
        {"id": "stock", "on": {"event": "account.opened", "as": "referrer"},
         "give": {"reward": "voucher", "value": "5.00", "pool": {"stock": 40}},
         "limits": [{"count": 3, "per": ["customer"], "period": "ever"}]}]
    FRIEND = {"id": "friend", "version": 1, "name": {"zh": "friend", "en": "friend"}, "period": PERIOD, "audience": "everyone",
              "late": LATE, "rules": RULES}
    CUSTOMERS = 60

    def setUp(self):
        super().setUp()
        self.campaigns(self.FRIEND)

    @classmethod
    def lines(cls):
        draw, lines, time_of = random.Random(7), [], "2026-12-05T10:%02d:%02d+08:00"
        for n in range(900):
            one = {"id": f"e{n}", "source": "t", "customer": f"c{draw.randrange(cls.CUSTOMERS)}", "time": time_of % (n // 60, n % 60)}
            other, kind = f"c{draw.randrange(cls.CUSTOMERS)}", n % 3
            if kind == 0:
                one.update(type="account.opened", referrer=other)
            elif kind == 1:
                one.update(type="txn.card_spend", primary=other, amount_minor=500, currency="CNY", status="settled")
            else:
                one.update(type="txn.reversed", original_id=f"e{n - 1}")
                one["customer"] = lines[-1]["customer"] if draw.random() < 0.5 else one["customer"]
            lines.append(one)
        return b"".join(json.dumps(one).replace('": ', '":').encode() + b"\n" for one in lines)

    def on_files(self, lines):
        events = self.folder / "events.jsonl"
        events.write_bytes(lines)
        subprocess.run([GIFTD, "run", "--input", str(events), "--campaigns", str(self.folder / "campaigns"), "--output",
                        str(self.folder / "out"), "--state", str(self.folder / "state"), "--once"], check=True, timeout=300,
                       capture_output=True)
        return [(one["type"], one["id"], one["data"]["rule"], one["subject"])
                for one in map(json.loads, (self.folder / "out" / "rewards.jsonl").read_text().splitlines()) if "rule" in one["data"]]

    def given(self):
        found = []
        for line in self.consume("rewards", "%k\t%h\t%s\n"):
            customer, headers, value = line.split("\t", 2)
            words = dict(pair.split("=", 1) for pair in headers.split(",") if "=" in pair)
            if "rule" in json.loads(value):
                found.append((words["ce_type"], words["ce_id"], json.loads(value)["rule"], customer))
        return found

    def check(self, lines):
        files, given = self.on_files(lines), self.given()
        self.assertEqual(len({one[:2] for one in given}), len(given), "a reward id came twice")
        self.assertEqual({one for one in given if one[2] != "stock"}, {one for one in files if one[2] != "stock"})
        self.assertGreater(sum(one[0] == "gift.reward.revoked" for one in given), 50)
        stock = collections.Counter(one[3] for one in given if one[2] == "stock")
        self.assertEqual(sum(stock.values()), 40)
        self.assertLessEqual(max(stock.values()), 3)
        decisions = [json.loads(line) for line in self.consume("decisions", "%s") if line]
        named = [(one["id"].split("-")[0], customer) for one in decisions
                 for customer in {heard["customer"] for heard in one["data"].get("heard_by", [])}]
        heard = [(one["id"].split("-")[0], one["subject"]) for one in decisions if "caused_by" in one["data"]]
        self.assertEqual(sorted(named), sorted(heard))
        self.assertGreater(len(heard), 400)

    def test_referrers_on_other_shards(self):
        self.make_topics()
        lines = self.lines()
        self.produce(lines)
        self.run_once()
        self.check(lines)

    def test_killed_and_another_goes_on(self):
        self.make_topics()
        lines = self.lines()
        self.produce(lines)
        for _ in range(3):
            process = self.start("--once")
            time.sleep(random.uniform(2.0, 6.0))
            process.kill()
            process.wait()
        self.run_once()
        self.check(lines)

    def test_six_hundred_limits_behind_what_is_heard(self):
        """Two hundred rules of three resources each: the first friend's opening gives all of them, the others find them used."""
        self.make_topics()
        limit = [{"count": 1, "per_each": ["device", "phone_hash", "id_hash"], "period": "ever"}]
        rule = {**self.RULES[2], "limits": limit, "give": {"reward": "points", "value": 1, "pool": "unlimited"}}
        self.campaigns({**self.FRIEND, "id": "crowd", "rules": [{**rule, "id": f"r{n}"} for n in range(200)]})
        for n in range(8):
            one = {"id": f"e{n}", "source": "t", "customer": f"c{n}", "time": "2026-12-05T10:00:00+08:00", "type": "account.opened",
                   "referrer": "c99", "device": "d", "phone_hash": "p", "id_hash": "i"}
            self.produce(json.dumps(one).replace('": ', '":').encode() + b"\n")
        self.run_once()
        self.assertEqual(self.consume("events.dlq", "%s\n"), [])
        self.assertEqual([one[3] for one in self.rewards() if one[2] == "crowd"], ["c99"] * 200)
        heard = [json.loads(line)["data"] for line in self.consume("decisions", "%s\n") if '"caused_by"' in line]
        reasons = collections.Counter(rule["reason"] for one in heard for rule in one["considered"] if rule["campaign"] == "crowd")
        self.assertEqual((len(heard), reasons), (8, {"GIVEN": 200, "LIMIT_REACHED": 1400}))


if __name__ == "__main__":
    unittest.main(verbosity=2)
