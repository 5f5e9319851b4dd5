#!/usr/bin/env python3
"""giftd import into a real Kafka: every row in its customer's partition, once whatever is killed or repeated, and the shards know it.
Called as kafka_stage.py says."""
import json
import random
import signal
import subprocess
import time
import unittest

from kafka_stage import GIFTD, SHARDS, Stage, campaign, login

CUSTOMERS = 60
DORMANT = {**campaign("sleeper", "login", {"value": 5, "pool": "unlimited"}, [{"count": 1, "per": ["customer"], "period": "ever"}]),
           "facts": {"seen": {"last": "login"}}}
DORMANT["rules"][0]["when"] = {"fact.seen": {"dormant_for": "P3M"}, "profile.tier": "金卡"}
BEFORE = "2025-01-01T00:00:00+08:00"


class Import(Stage):
    def setUp(self):
        super().setUp()
        self.campaigns(DORMANT)

    def words(self, kind, name, text, *more):
        path = self.folder / name
        path.write_text(text)
        return [GIFTD, "import", kind, "--input", str(path), "-c", self.config(), "--json", *more]

    def rows(self, kind, name, text, *more, code=0):
        answer = subprocess.run(self.words(kind, name, text, *more), capture_output=True, text=True, timeout=120)
        self.assertEqual(answer.returncode, code, answer.stderr)
        return json.loads(answer.stdout)

    def history(self, count):
        """Every second customer was last seen in 2024, and of these every second one is gold; all in order of customers."""
        rows = [f"c{i},login,2024-{1 + i % 12:02}-03T10:00:00+08:00,\n" for i in range(0, count, 2)]
        rows += [f"c{i},customer.updated,2024-12-{1 + i % 28:02}T10:00:00+08:00,金卡\n" for i in range(0, count, 4)]
        return "customer,type,time,tier\n" + "".join(rows)

    def ids(self):
        return [json.loads(line.split("\t", 1)[1])["id"] for line in self.consume("events", "%p\t%s\n")]

    def test_shards_know_what_was_imported(self):
        self.make_topics()
        text = self.history(CUSTOMERS)
        told = self.rows("facts", "history.csv", text, "--before", BEFORE)
        self.assertEqual((told["events"], told["written"], told["refused"]), (45, 45, 0))
        self.assertEqual(self.rows("facts", "history.csv", text, "--before", BEFORE)["written"], 0)
        self.produce(b"".join(login(n, f"c{n}") for n in range(CUSTOMERS)))
        self.run_once()
        expected = sorted(f"c{n}" for n in range(0, CUSTOMERS, 4))
        self.assertEqual(sorted(one[3] for one in self.rewards()), expected)
        self.assertEqual(len(set(self.consume("events", "%p\n"))), SHARDS)
        self.assertEqual(self.consume("events.dlq", "%s\n"), [])
        (self.folder / "history.csv.errors.jsonl.position").unlink()  # the same again, and nobody knows that it was there
        for name in ("history.csv", "other.csv"):
            self.rows("facts", name, text, "--before", BEFORE, "-X", "events.horizon=P92D")
        self.produce(b"".join(login(1000 + n, f"c{n}", day=6) for n in range(CUSTOMERS)))
        self.run_once()
        self.assertEqual(sorted(one[3] for one in self.rewards()), expected)

    def test_killed_at_any_time(self):
        self.make_topics()
        count = 60000
        words = self.words("facts", "history.csv", self.history(count), "--before", BEFORE)
        draw, started = random.Random(5), time.monotonic()
        self.rows("facts", "history.csv", self.history(count), "--before", BEFORE, "--dry-run")
        took = time.monotonic() - started  # reading alone, on this machine at this hour
        for _ in range(6):
            process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(took * draw.uniform(0.5, 2))
            process.send_signal(signal.SIGKILL)
            process.wait()
        position = self.folder / "history.csv.errors.jsonl.position"
        done = json.loads(position.read_text())["done"] if position.exists() else 0  # none: killed before the first event each time
        answer = subprocess.run(words, capture_output=True, text=True, timeout=240)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(json.loads(answer.stdout)["written"], 3 * count // 4 - done)
        ids = self.ids()
        self.assertEqual(len(set(ids)), 3 * count // 4)  # all of it; what was sent twice has the same id

    def test_a_stream_that_has_begun(self):
        """What it has let go is refused beforehand, with the remedy."""
        self.options["events.clock"] = "auto"
        self.make_topics()
        self.produce(login(1, "c1"))
        self.rows("facts", "history.csv", self.history(4), "--before", BEFORE, code=1)
        lines = [json.loads(line) for line in (self.folder / "history.csv.errors.jsonl").read_text().splitlines()]
        self.assertEqual([line["code"] for line in lines], ["TOO_OLD"] * 3)

    def test_where_places_are_not_known(self):
        self.make_topics()
        answer = subprocess.run(self.words("facts", "x.csv", self.history(4), "--before", BEFORE, "-X", "events.partitioner=other"),
                                capture_output=True, text=True, timeout=60)
        self.assertEqual(answer.returncode, 2)
        self.assertIn("Import into a file (--output)", answer.stderr)


if __name__ == "__main__":
    unittest.main()
