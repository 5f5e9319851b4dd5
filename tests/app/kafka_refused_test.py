#!/usr/bin/env python3
"""`giftd run` on a real Kafka and a real Redis when something is wrong: records, topics, rights, settings. Each is told with what helps,
and nothing is lost.

    kafka_refused_test.py GIFTD STACK_ENV CAMPAIGNS
"""
import gzip
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import time
import unittest

from kafka_stage import ALONE, free_port, GIFTD, KAFKA, kcat, login, redis, STACK, STACK_ENV, STACK_PROGRAM, Stage


class DeadLetters(Stage):
    """A record that is no event, or must not be one, says why on the dead letters' topic, as it came; those around it are decided."""
    def letters(self):
        found = {}
        for line in self.consume("events.dlq", "%o\t%h\n"):
            headers = dict(pair.split("=", 1) for pair in line.split("\t", 1)[1].split(",") if "=" in pair)
            found[int(headers["__connect.errors.offset"])] = (headers["giftd.reason"], line)
        return found

    def test_each_says_why(self):
        self.campaigns(*ALONE)
        self.make_topics(1)
        packed = {"gzip": gzip.compress(login(3, "c3").strip()), "zstd": b"\x28\xb5\x2f\xfd" + bytes(12)}
        large = login(7, "c7").strip().replace(b'"login"', b'"login","note":"' + b"x" * 70000 + b'"')
        for key, value in (("c0", login(0, "c0").strip()), (None, login(1, "c1").strip()), ("c9", login(2, "c2").strip()),
                           ("c3", packed["gzip"]), ("c4", packed["zstd"]), ("c5", b"{not json"), ("c6", None),
                           ("c6", b"\x00\x00\x00\x00\x07\x02\x04"), ("c7", large), ("c8", login(8, "c8").strip())):
            if value is None:
                self.produce_keyed(f"{key}\t\n".encode(), "-Z")
                continue
            path = self.folder / "value"
            path.write_bytes(value)
            kcat("-P", "-t", f"{self.name}.events", *(("-k", key) if key else ()), str(path))
        self.run_once()
        letters = self.letters()
        self.assertEqual(sorted(letters), list(range(1, 9)))
        for offset, reason, words in ((1, "KEY_MISSING", "has no key"), (2, "KEY_MISMATCH", "is not the customer of the event"),
                                      (3, "MALFORMED_EVENT", "the value is gzip"), (4, "MALFORMED_EVENT", "the value is zstd"),
                                      (5, "MALFORMED_EVENT", "JSON"), (6, "MALFORMED_EVENT", "tombstone"),
                                      (7, "MALFORMED_EVENT", "Confluent-framed Avro"), (8, "MALFORMED_EVENT", "65536")):
            self.assertEqual(letters[offset][0], reason)
            self.assertIn(words, letters[offset][1])
        self.assertEqual(letters[1][1].count("has no key"), 1)
        self.assertEqual(len(self.rewards()), 2)


class Refused(Stage):
    """What a person did wrong ends at once, with the exit code and the words that help."""
    def setUp(self):
        super().setUp()
        self.campaigns(*ALONE)

    def test_broker_that_is_not_there(self):
        address = f"127.0.0.1:{free_port()}"
        self.run_once(69, address, **{"kafka.bootstrap.servers": address})

    def test_topics(self):
        missing = self.topics("check")
        self.assertEqual(missing.returncode, 1)
        self.assertIn(f"not ok    {self.name}.events: is not there", missing.stdout)
        self.run_once(2, f"topic {self.name}.events: is not there")
        self.make_topics()
        self.assertEqual(self.topics("check").returncode, 0)
        checked = [json.loads(line) for line in self.topics("check", "--json").stdout.splitlines()]
        self.assertEqual(len(checked), 7)
        self.assertTrue(all(one["ok"] for one in checked))
        other = {"topic.prefix": f"{self.name}.other."}
        self.run_once(2, f"topic {self.name}.other.", **other)

    def test_other_number_of_partitions(self):
        self.make_topics(2)
        name = self.name
        self.options.update({"topic.events": f"{name}.more", "topic.prefix": f"{name}-x."})
        self.make_topics(3)
        self.options.update({"topic.events": f"{name}.events"})
        self.assertEqual(self.topics("check").returncode, 1)
        self.run_once(2, "partitions")

    def test_redis_of_wrong_policy(self):
        port = free_port()
        server = subprocess.Popen(["redis-server", "--port", str(port), "--save", "", "--maxmemory-policy", "allkeys-lru",
                                   "--requirepass", "right", "--bind", "127.0.0.1"], cwd=self.folder, stdout=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        self.make_topics()
        password = self.folder / "password"
        password.write_text("wrong\n")
        self.wait(lambda: subprocess.run(["redis-cli", "-p", str(port), "PING"], capture_output=True).returncode == 0, 20, "Redis")
        here = {"redis.servers": f"127.0.0.1:{port}"}
        self.run_once(2, "redis.password_file", **here)
        self.run_once(2, f"127.0.0.1:{port}", **here, **{"redis.password_file": password})
        password.chmod(0o600)
        password.write_text("right\n")
        self.run_once(2, "noeviction", **here, **{"redis.password_file": password})
        self.run_once(69, "127.0.0.1:1", **{"redis.servers": "127.0.0.1:1"})

    def test_view_of_another_giftd(self):
        self.make_topics()
        self.run_once()
        key = self.folder / "key"
        key.write_bytes(os.urandom(32))
        key.chmod(0o600)
        process = self.start("--once", config=self.config(**{"id.key_file": key}))
        self.finish(process, 2)
        self.assertIn("secret", self.said(process))
        process = self.start("--once", config=self.config(**{"view.buckets": 1024}))
        self.finish(process, 2)
        self.assertIn("buckets", self.said(process))

    def test_words_that_do_not_fit(self):
        for name in ("input.path", "output.dir", "state.dir"):
            self.run_once(2, name, **{name: "x"})
        self.run_once(2, "no.such.option", **{"kafka.no.such.option": "1"})
        self.run_once(2, "kafka.sasl.password_file", **{"kafka.sasl.password": "hunter2"})
        alone = subprocess.run([GIFTD, "run", "--workers", "2"], capture_output=True, text=True, timeout=20)
        self.assertEqual(alone.returncode, 2)
        self.assertIn("a file has one reader", alone.stderr)
        process = self.start("--workers", "3", config=self.config(**{"kafka.no.such.option": "1"}))
        self.finish(process, 2, seconds=20)
        self.run_once(2, "enable.auto.commit", **{"kafka.enable.auto.commit": "true"})


class Secret(Stage):
    """Without a secret one process of several warns, once: at the start, and of campaigns that draw and came with a reload."""
    DRAWS = "Campaigns that draw: "

    def draws(self, name):
        prizes = [{"id": "big", "weight": 1, "value": 50, "pool": {"stock": 5}}, {"id": "none", "weight": 9, "nothing": True}]
        made = json.loads(json.dumps(ALONE[0]))
        made["id"], made["rules"][0]["give"] = name, {"draw_of": [prizes[0] | {"reward": "points"}, prizes[1]], "when_empty": "next"}
        self.campaigns(made)

    def test_reload(self):
        key = self.folder / "key"
        key.write_bytes(b"\0" * 32)
        key.chmod(0o600)
        self.draws("lucky")
        self.make_topics()
        process = self.start("--workers", "2", config=self.config(**{"id.key_file": key}))
        self.wait(lambda: self.said(process).count('"started"') == 2, 60, "both workers", process)
        self.wait_said(process, self.DRAWS + "lucky - ")
        self.draws("spring")
        for number in (1, 2):
            process.send_signal(signal.SIGHUP)
            self.wait(lambda: self.said(process).count("campaigns read again") == 2 * number, 60, "the new campaigns", process)
        process.send_signal(signal.SIGTERM)
        self.finish(process)
        told = [line for line in self.said(process).splitlines() if "id.key_file" in line]
        self.assertEqual([line.split(self.DRAWS)[1].split(" - ")[0] for line in told], ["lucky", "spring"])
        self.assertTrue(all('"warning"' in line and "one byte over and over" in line for line in told), told)


class Signals(Stage):
    """At whatever moment of a start they come: a hangup does no harm, and what ends it ends it in order."""
    def begin(self):
        """Returns when main holds the signals."""
        process = self.start()
        status = pathlib.Path(f"/proc/{process.pid}/status")
        listens = re.compile(r"^Sig(Blk|Cgt):\s+[0-9a-f]*[13579bdf]$", re.M)  # the last bit is SIGHUP's
        while not listens.search(status.read_text()):
            self.assertIsNone(process.poll())
        return process

    def test_any_moment(self):
        dice = random.Random(3)
        self.campaigns(*ALONE)
        self.make_topics(2)
        self.produce(b"".join(login(number, f"c{number}") for number in range(50)))
        for number in range(12):
            process = self.begin()
            time.sleep(dice.uniform(0, 1 if number % 2 else 0.05))
            process.send_signal(signal.SIGHUP)
            time.sleep(dice.uniform(0, 1 if number % 3 else 0.01))
            process.send_signal((signal.SIGTERM, signal.SIGINT)[number % 2])
            self.finish(process, seconds=60)
        self.run_once()
        self.assertEqual(len(self.rewards()), 50)


class Gap(Stage):
    """Retention deletes events before they are read: the shard stops; told to skip it goes on with what it counted."""
    def test_gap(self):
        self.campaigns(*ALONE)
        self.make_topics(1)
        self.produce(login(1, "c1"))
        self.assertEqual(self.run_once()["gifts"], 1)
        self.produce(login(2, "c2") + login(3, "c1") + login(4, "c3"))
        self.delete_before(2)
        self.run_once(2, "begins at offset 2, but 1 comes next: retention deleted 1 records")
        process = self.start("--once", "--json", config=self.config(**{"input.gap": "skip"}))
        done = json.loads(self.finish(process))
        self.assertIn("offsets 1 to 1 are passed over", self.said(process))
        self.assertEqual((done["lines"], done["gifts"]), (2, 1), "c1 had today's gift before the gap")
        self.assertEqual(sorted(one[3] for one in self.rewards()), ["c1", "c3"])

    def test_gap_with_nothing_behind(self):
        """One start with skip is enough, also where no event came since: the next start does not stop at the same gap."""
        self.campaigns(*ALONE)
        self.make_topics(1)
        self.produce(login(1, "c1"))
        self.run_once()
        self.produce(login(2, "c2"))
        self.delete_before(2)
        self.run_once(2, "retention deleted 1 records")
        self.run_once(0, "offsets 1 to 1 are passed over", **{"input.gap": "skip"})
        self.run_once()
        self.produce(login(3, "c3"))
        self.assertEqual(self.run_once()["gifts"], 1)

    def delete_before(self, offset):
        path = self.folder / "offsets.json"
        path.write_text(json.dumps({"version": 1, "partitions": [{"topic": f"{self.name}.events", "partition": 0, "offset": offset}]}))
        jars = STACK_PROGRAM.parents[1] / "build" / f"kafka-{STACK['KAFKA_VERSION']}" / "libs" / "*"
        subprocess.run(["java", "-cp", jars, "org.apache.kafka.tools.DeleteRecordsCommand", "--bootstrap-server", KAFKA,
                        "--offset-json-file", path], check=True, capture_output=True, timeout=60)


class AclDenied(Stage):
    """A right that giftd lacks: on what, and how to grant it. Once it is granted, the same run gives what there was to give."""
    OWN = ("Read", "Write", "Describe", "DescribeConfigs", "Delete")

    def setUp(self):
        super().setUp()
        self.campaigns(*ALONE)
        self.make_topics(1)
        self.produce(login(1, "c1") + login(2, "c2"))

    @staticmethod
    def acls(*words):
        subprocess.run([STACK_PROGRAM, "acls", "--dir", STACK_ENV.parent, *words], check=True, capture_output=True, timeout=60)

    def allow(self, kind, name, *operations, who="ANONYMOUS"):
        """From now on nobody may do anything else on it, as StandardAuthorizer has it where any ACL is."""
        each = [word for one in operations for word in ("--operation", one)]
        self.acls("--add", f"--{kind}", name, "--allow-principal", f"User:{who}", *each)

    def refuse(self, *words):
        process = self.start("--once")
        self.finish(process, 2)
        for word in (*words, "kafka-acls.sh"):
            self.assertIn(word, self.said(process).splitlines()[-1])
        self.assertEqual(self.rewards(), [])

    def gives(self):
        self.assertEqual(self.run_once()["gifts"], 2)
        self.assertEqual(len(self.rewards()), 2)

    def lacks(self, topic, right, *words):
        name, rights = f"{self.name}.{topic}", ("Read", "Describe") if topic == "events" else self.OWN
        self.allow("topic", name, *(one for one in rights if one != right), *(("Write", ) if topic == "events" else ()))
        self.refuse(name if right != "Write" else "commit the transaction", f"{right}", *words)
        self.allow("topic", name, right)
        self.gives()

    def test_events_not_read(self):
        self.lacks("events", "Read", "Topic authorization failed")

    def test_rewards_not_written(self):
        self.lacks("rewards", "Write", "Topic authorization failed")

    def test_journal_not_read(self):
        self.lacks("journal", "Read", "Topic authorization failed")

    def test_configuration_not_told(self):
        self.lacks("checkpoint", "DescribeConfigs", "nobody knows how long its records are kept")

    def test_group_not_joined(self):
        self.allow("group", self.name, "Read", who="other")
        self.refuse(f"the group {self.name} for {self.name}.events", "Group authorization failed", "grant Read")
        self.allow("group", self.name, "Read")
        self.gives()

    def test_no_transactions(self):
        self.allow("transactional-id", f"{self.name}-0", "Write", who="other")
        self.refuse(f"{self.name}.journal", "Transactional Id authorization failed", "grant Write and Describe")
        self.allow("transactional-id", f"{self.name}-0", "Write", "Describe")
        self.gives()

    def test_rights_of_the_document_suffice(self):
        """What schemas/kafka.md grants, and nothing else: IdempotentWrite is denied, as nobody has it by that page."""
        self.acls("--add", "--cluster", "--allow-principal", "User:ANONYMOUS", "--operation", "All")
        self.addCleanup(self.acls, "--remove", "--force", "--cluster")
        self.acls("--add", "--cluster", "--deny-principal", "User:ANONYMOUS", "--operation", "IdempotentWrite")
        page = (pathlib.Path(__file__).parents[2] / "schemas/kafka.md").read_text(encoding="utf-8")
        rows = re.findall(r"^allow (--.*)$", page, re.M)
        self.assertGreater(len(rows), 5)
        for row in rows:
            row = re.sub(r"(?<= )events(?=[. ])", f"{self.name}.events", re.sub(r"(?<= )giftd(?=[. -])", self.name, row))
            self.acls("--add", "--allow-principal", "User:ANONYMOUS", *row.split())
        self.assertEqual(self.topics("check").returncode, 0)
        self.assertEqual(self.run_once()["gifts"], 2)
        self.allow("topic", f"{self.name}.rewards", "Read")
        self.assertEqual(len(self.rewards()), 2)

    def test_topics_not_made(self):
        self.options["topic.prefix"] = f"{self.name}.other."
        self.acls("--add", "--cluster", "--allow-principal", "User:ANONYMOUS", "--operation", "All")
        self.addCleanup(self.acls, "--remove", "--force", "--cluster")
        self.acls("--add", "--cluster", "--deny-principal", "User:ANONYMOUS", "--operation", "Create")
        self.acls("--add", "--topic", self.options["topic.prefix"], "--resource-pattern-type", "prefixed", "--allow-principal",
                  "User:ANONYMOUS", "--operation", "Describe")
        made = self.topics("create")
        self.assertEqual(made.returncode, 2)
        for word in (f"{self.name}.other.messages", "authorization failed", "Create", "kafka-acls.sh"):
            self.assertIn(word, made.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
