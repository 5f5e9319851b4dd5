#!/usr/bin/env python3
"""Every record that giftd writes for others on a real Kafka holds against schemas/: rewards, decisions and dead letters of the stream of
tests/schemas/stream.py, in which there is everything. Called as kafka_stage.py says."""
import json
import pathlib
import re
import sys
import time
import unittest

from kafka_stage import SHARDS, Stage, kcat

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "schemas"))
try:
    import stream
except ImportError as missing:
    raise unittest.SkipTest(f"{missing.name} is not installed") from missing

ATTRIBUTES = {"ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_traceparent"}


def headers_of(text):
    """name -> value, of librdkafka's "name=value,name=value", where a value may have commas."""
    parts = re.split(r",(?=(?:ce_[a-z]+|content-type|giftd\.reason|__connect\.errors\.[a-z.]+)=)", text)
    return dict(part.split("=", 1) for part in parts if "=" in part)


def page_section(title):
    page = (ROOT / "schemas/kafka.md").read_text(encoding="utf-8")
    return page.partition(f"{title}\n")[2].partition("\n#")[0]


class Schemas(Stage):
    def everything(self):
        """[topic records] as (key, headers, value) after the stream was decided."""
        (self.folder / "campaigns").mkdir(exist_ok=True)
        stream.write_campaigns(self.folder / "campaigns")
        self.make_topics()
        self.produce_keyed("".join(f"{customer}\t{line}\n" for customer, line in stream.Stream().rows).encode())
        process = self.start(config=self.config())
        self.wait_said(process, "running, after")
        self.wait(lambda: self.quiet(), 120, "an end of what comes out", process)
        process.terminate()
        self.finish(process)

    def quiet(self):
        """Everything is decided, and pools have told home what was spent: a review is a second."""
        before = getattr(self, "seen", None)
        self.seen = [self.end_of(topic) for topic in ("rewards", "decisions", "events.dlq")]
        return self.seen == before and self.seen[1] > 0

    def end_of(self, topic):
        time.sleep(1)
        return sum(int(line.rsplit(" ", 1)[1]) for shard in range(SHARDS)
                   for line in kcat("-Q", "-t", f"{self.name}.{topic}:{shard}:-1").decode().splitlines())

    def records(self, topic):
        text = kcat("-C", "-t", f"{self.name}.{topic}", "-e", "-q", "-Z", "-X", "isolation.level=read_committed", "-f",
                    "%k\x1f%h\x1f%s\x1e").decode()
        return [record.split("\x1f", 2) for record in text.split("\x1e")[:-1]]

    def reward(self, key, text, value):
        """The one line that files have for it."""
        headers = headers_of(text)
        self.assertEqual(headers.pop("content-type"), "application/json")
        self.assertEqual(set(headers) - ATTRIBUTES, set(), text)
        line = {name[3:]: value for name, value in headers.items()} | {"data": json.loads(value)}
        self.assertEqual(key, line["subject"])
        return line

    def test_rewards_and_decisions(self):
        self.everything()
        held = stream.Held(ROOT)
        rewards = [self.reward(*record) for record in self.records("rewards")]
        for line in rewards:
            held.hold("reward", line)
        for _key, _headers, value in self.records("decisions"):
            for line in filter(None, value.split("\n")):
                held.hold("decision", json.loads(line))
        dead = self.records("events.dlq")
        for record in dead:
            self.dead_letter(*record)
        held.counts["dead-letter"] = len(dead)
        self.assertEqual(held.missing(), [])
        print(f"on Kafka: {dict(held.counts)} held against the schemas")
        self.marks(rewards)

    def marks(self, rewards):
        """A mark names an event that got something of its pool, and every mark is told once."""
        spent = {}
        for line in rewards:
            if "pool" in line["data"] and line["type"] in ("gift.reward.issued", "gift.reward.substituted"):
                spent.setdefault(line["data"]["pool"], set()).update(line["data"]["source_events"])
        marks = [line for line in rewards if line["type"].startswith("gift.pool.")]
        self.assertGreater(len(marks), 4)
        self.assertEqual(len({line["id"] for line in marks}), len(marks))
        section = page_section("### giftd.rewards")
        for line in marks:
            self.assertLessEqual(set(line["data"]["source_events"]), spent[line["data"]["pool"]])
            self.assertIn(f"`{line['type']}`", section)
            self.assertLessEqual({f"`{name}`" for name in line["data"]}, set(re.findall(r"`\w+`", section)))

    def dead_letter(self, key, text, value):
        """Its headers are those of the page."""
        headers, page = headers_of(text), page_section("## Dead letters")
        named = set(re.findall(r"`(__connect\.errors\.[a-z.]+)`", page)) | {"giftd.reason"}
        for front, ending in re.findall(r"`(__connect\.errors)\.[a-z.]+`((?:, `\.[a-z.]+`)+)", page):
            named |= {front + name for name in re.findall(r"`(\.[a-z.]+)`", ending)}
        named |= {"__connect.errors.task.id", "__connect.errors.class.name"}
        self.assertEqual(set(headers) - named, set(), text)
        self.assertRegex(headers["giftd.reason"], "^(MALFORMED_EVENT|KEY_MISSING|KEY_MISMATCH|KEY_MISPLACED|STATE_LIMIT)$")
        self.assertEqual(headers["__connect.errors.topic"], f"{self.name}.events")
        self.assertGreaterEqual(int(headers["__connect.errors.offset"]), 0)
        self.assertLess(int(headers["__connect.errors.partition"]), SHARDS)
        self.assertIn("; ", headers["__connect.errors.exception.message"], "what is wrong; what to do")
        self.assertTrue(key and value is not None)


if __name__ == "__main__":
    unittest.main(verbosity=2)
