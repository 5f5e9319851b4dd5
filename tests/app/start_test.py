#!/usr/bin/env python3
"""The first moments of `giftd run`: started with standard streams closed, and told by signals before it is up.

    start_test.py GIFTD

With GIFTD_RELEASE in the environment (tests/run) that program is started instead: it is up sooner, so that signals meet it in more places.
"""
import itertools
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

GIFTD = sys.argv.pop(1)
if os.access(os.environ.get("GIFTD_RELEASE", ""), os.X_OK):
    GIFTD = os.environ["GIFTD_RELEASE"]
OUTPUTS = ["rewards.jsonl", "decisions.jsonl", "dlq.jsonl"]
CAMPAIGN = {
    "id": "hello", "version": 1, "name": {"zh": "登录礼", "en": "Hello"}, "period": {"from": "2026-12-01", "to": "2026-12-31"},
    "audience": "everyone", "pools": {"points": {"stock": 400}},
    "rules": [
        {"id": "day", "on": "login", "give": {"reward": "points", "value": 5, "pool": "points"},
         "limits": [{"count": 1, "per": ["customer"], "period": "day"}]}]}
NO_BROKER = ["-X", "kafka.bootstrap.servers=127.0.0.1:1", "-X", "redis.servers=127.0.0.1:1"]


class Stage(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="giftd-start-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        (self.folder / "campaigns").mkdir()
        (self.folder / "campaigns" / "hello.json").write_text(json.dumps(CAMPAIGN))
        self.events = self.folder / "events.jsonl"
        self.events.write_text("".join(json.dumps({
            "id": f"e{i}", "source": "mbank", "type": "login", "customer": f"c{i % 300}",
            "time": f"2026-12-05T10:{i // 60 % 60:02}:{i % 60:02}+08:00"}) + "\n" for i in range(1500)) + "not an event\n")

    def files(self, name, *more):
        return [GIFTD, "run", "--input", str(self.events), "--campaigns", str(self.folder / "campaigns"),
                "--output", str(self.folder / name / "out"), "--state", str(self.folder / name / "state"), *more]

    def kafka(self, *more):
        return [GIFTD, "run", "--campaigns", str(self.folder / "campaigns"), *NO_BROKER, *more]

    def whole(self, name):
        """To the end, with all streams open."""
        (self.folder / name).mkdir(exist_ok=True)
        done = subprocess.run(self.files(name, "--once"), capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stderr)

    def same_outputs(self, first, second):
        for name in OUTPUTS:
            one, other = (self.folder / place / "out" / name for place in (first, second))
            self.assertGreater(one.stat().st_size, 0)
            self.assertEqual(one.read_bytes(), other.read_bytes(), name)

    def wait_for(self, what, holds, process):
        for _ in range(1200):
            if holds():
                return
            self.assertIsNone(process.poll(), f"it ended with {process.returncode}, waited for {what}")
            time.sleep(0.02)
        self.fail(f"waited in vain for {what}")


def descriptor(process, number):
    try:
        return os.readlink(f"/proc/{process.pid}/fd/{number}")
    except OSError:
        return ""


def closing(streams):
    def close():
        for stream in streams:
            os.close(stream)
    return close


ALL_STREAMS = [streams for count in (1, 2, 3) for streams in itertools.combinations((0, 1, 2), count)]


class Streams(Stage):
    def start_closed(self, command, streams):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   preexec_fn=closing(streams))
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_files_are_never_opened_in_their_place(self):
        self.whole("open")
        for streams in ALL_STREAMS:
            name = "closed-" + "".join(map(str, streams))
            (self.folder / name).mkdir()
            process = self.start_closed(self.files(name), streams)
            decisions = self.folder / name / "out" / "decisions.jsonl"
            self.wait_for("the decisions", lambda: decisions.exists() and decisions.read_bytes().count(b"\n") == 1500, process)
            self.assertEqual([descriptor(process, number) for number in (0, 1, 2)], ["/dev/null"] * 3)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(60), 0)
            self.assertEqual(self.start_closed(self.files(name, "--once"), streams).wait(60), 0)  # finds what that one left
            self.same_outputs("open", name)
            self.whole(name)
            self.same_outputs("open", name)

    def test_neither_on_kafka(self):
        for streams, workers in ((ALL_STREAMS[-1], "1"), ((0, 2), "2")):
            process = self.start_closed(self.kafka("--workers", workers), streams)
            self.wait_for("its own files", lambda: len(os.listdir(f"/proc/{process.pid}/fd")) > 3 or workers == "2", process)
            time.sleep(0.3)
            self.assertEqual([descriptor(process, number) for number in (0, 1, 2)], ["/dev/null"] * 3)
            process.kill()
            process.wait(60)

    def test_what_needs_them_says_so(self):
        (self.folder / "x").mkdir()
        command = self.files("x", "--once")
        command[command.index("--input") + 1] = "-"
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, preexec_fn=closing([0]), timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn("standard input, and that is closed", done.stderr)
        done = subprocess.run([GIFTD, "version"], stderr=subprocess.PIPE, text=True, preexec_fn=closing([1]), timeout=60)
        self.assertEqual(done.returncode, 75)
        self.assertIn("standard output could not be written", done.stderr)


if __name__ == "__main__":
    unittest.main()
