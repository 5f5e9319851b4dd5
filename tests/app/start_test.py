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
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # hundreds of starts: no disk is waited for
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="giftd-start-", dir=memory))
        self.addCleanup(shutil.rmtree, self.folder, True)
        (self.folder / "campaigns").mkdir()
        (self.folder / "campaigns" / "hello.json").write_text(json.dumps(CAMPAIGN))
        self.events = self.folder / "events.jsonl"
        self.events.write_text("".join(json.dumps({
            "id": f"e{i}", "source": "mbank", "type": "login", "customer": f"c{i % 300}",
            "time": f"2026-12-05T10:{i // 60 % 60:02}:{i % 60:02}+08:00"}) + "\n" for i in range(1500)) + "not an event\n")

    def files(self, name, *more):
        return [GIFTD, "run", "--input", str(self.events), "--campaigns", str(self.folder / "campaigns"), "-X", "commit.interval_ms=20",
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


SLOW = {**os.environ, **{f"GIFTD_STRANGER_{number:05}": "1" for number in range(6000)}}  # each is compared with all options
TIMES = 100
ENDING = (signal.SIGTERM, signal.SIGINT)


class Signals(Stage):
    """Standard input is closed: that /dev/null is in its place says that main has begun. What comes before that the system answers."""

    def setUp(self):
        super().setUp()
        self.dice = random.Random(7)

    def start(self, command, slow=False, blocked=False):
        def prepare():
            os.close(0)
            if blocked:
                signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP, *ENDING})
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   preexec_fn=prepare, env=SLOW if slow else os.environ)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        while not blocked and descriptor(process, 0) != "/dev/null":
            self.assertIsNone(process.poll())
        return process

    def decided(self, name):
        path = self.folder / name / "out" / "decisions.jsonl"
        return lambda: path.exists() and path.read_bytes().count(b"\n") == 1500

    def seconds_to_decide(self, slow=False):
        (self.folder / "timed").mkdir()
        process = self.start(self.files("timed"), slow)
        started = time.monotonic()
        self.wait_for("the decisions", self.decided("timed"), process)
        process.kill()
        process.wait()
        shutil.rmtree(self.folder / "timed")
        return time.monotonic() - started

    def hangup(self, name, seconds, **how):
        (self.folder / name).mkdir()
        process = self.start(self.files(name), **how)
        time.sleep(self.dice.uniform(0, seconds))
        process.send_signal(signal.SIGHUP)
        self.wait_for("the decisions", self.decided(name), process)
        process.send_signal(ENDING[self.dice.randrange(2)])
        self.assertEqual(process.wait(60), 0)
        self.same_outputs("whole", name)
        shutil.rmtree(self.folder / name)

    def test_a_hangup_never_ends_it(self):
        self.whole("whole")
        for slow in (True, False):
            seconds = self.seconds_to_decide(slow)
            for number in range(TIMES // 2):
                self.hangup(f"hup-{slow}-{number}", seconds, slow=slow)

    def test_nor_do_those_at_its_end(self):
        self.whole("whole")
        for number in range(5):
            (self.folder / f"end-{number}").mkdir()
            process = self.start(self.files(f"end-{number}", "--once"))
            while process.poll() is None:
                process.send_signal(signal.SIGHUP)
                time.sleep(0.0001)
            self.assertEqual(process.returncode, 0)
            self.same_outputs("whole", f"end-{number}")

    def ended(self, seconds, **how):
        process = self.start(self.files("ended", "-X", "commit.events=100"), **how)
        time.sleep(self.dice.uniform(0, seconds))
        process.send_signal(ENDING[self.dice.randrange(2)])
        self.assertEqual(process.wait(60), 0)

    def test_it_ends_in_order(self):
        self.whole("whole")
        (self.folder / "ended").mkdir()
        for slow in (True, False):
            seconds = self.seconds_to_decide(slow)
            for _ in range(TIMES // 2):
                self.ended(seconds, slow=slow)
        self.whole("ended")
        self.same_outputs("whole", "ended")

    def test_what_a_parent_kept_from_it_is_heard(self):
        """A supervisor that wants no moment to be left out blocks the signals until the program listens: from its first byte on."""
        self.whole("whole")
        seconds = self.seconds_to_decide()
        (self.folder / "ended").mkdir()
        for number in range(TIMES // 2):
            self.hangup(f"kept-{number}", seconds, blocked=True)
            self.ended(seconds, blocked=True)

    def test_neither_on_kafka(self):
        for more in ([], ["--workers", "2", "--once"]):
            process = self.start(self.kafka(*more), slow=True)
            for _ in range(30):
                process.send_signal(signal.SIGHUP)
                time.sleep(self.dice.uniform(0, 0.02))
            self.assertEqual(process.wait(120), 69)  # there is no broker


if __name__ == "__main__":
    unittest.main()
