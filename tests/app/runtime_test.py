"""One runtime (ARCHITECTURE.md, "Rooms"): the same life of a service on files and on Kafka - start, reload that is refused, reload that is
taken, strange words in events, drain - and what it says, how it answers and what it tells its service manager are held against one list
that stands here. What only one mode has (shards, the group, librdkafka) is left out of the comparison by name.

    runtime_test.py GIFTD files
    runtime_test.py GIFTD STACK_ENV CAMPAIGNS        on the Kafka and Redis of STACK_ENV
"""
import json
import os
import pathlib
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

ON_KAFKA = len(sys.argv) > 3
if ON_KAFKA:
    import kafka_stage
    GIFTD = kafka_stage.GIFTD
else:
    GIFTD = sys.argv.pop(1)
    sys.argv.pop(1)

PERIOD = {"from": "2026-09-01", "to": "2027-12-31"}


def campaign(name, give):
    return {"id": name, "version": 1, "name": {"zh": name, "en": name}, "period": PERIOD, "audience": "everyone",
            "rules": [{"id": "rule", "on": "login", "give": give, "limits": [{"count": 1, "per": ["customer"], "period": "day"}]}]}


POINTS = {"reward": "points", "value": 5, "pool": "unlimited"}
DRAW = {"draw_of": [{"id": "a", "weight": 1, "reward": "points", "value": 1, "pool": "unlimited"},
                    {"id": "b", "weight": 1, "reward": "points", "value": 2, "pool": "unlimited"}], "when_empty": "next"}


def login(number, **more):
    event = {"id": f"e{number}", "source": "mbank", "type": "login", "customer": f"c{number}", "time": "2026-12-05T10:00:00+08:00", **more}
    return json.dumps(event, separators=(",", ":")).encode() + b"\n"


# What a service says, whatever it stands on: (level, the message as a regular expression).
LIFE = [("info", "started"),
        ("warning", r"id\.key_file is not set: .*urandom.*"),
        ("warning", r".*broken\.json:1:.*"),
        ("error", "the new campaigns are not taken, the old ones go on: .*"),
        ("info", "campaigns read again: 2 of them, rulebook [0-9a-f]{16}"),
        ("warning", r"id\.key_file is not set: .*Campaigns that draw: lucky - .*"),
        ("warning", r'field "devise" of login .*did you mean "device"\?.*'),
        ("info", "stopping: a signal came"),
        ("info", "stopped")]
STARTED = {"campaigns": 1, "rules": 1}
STOPPED = {"lines": 12, "events": 12, "gifts": 13, "revoked": 0, "dead": 0, "duplicates": 0, "late": 0, "future": 0, "unknown_types": 0,
           "unknown_fields": 2, "unknown_values": 0}
NOTIFIED = ["READY=1", "RELOADING=1", "READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]


class Runtime(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="giftd-runtime-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.campaigns_dir = self.folder / "campaigns"
        self.campaigns_dir.mkdir()
        self.write("hello", campaign("hello", POINTS))
        self.open_mode()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.manager.bind(str(self.folder / "notify"))
        self.words, self.manager_ends = [], False
        self.listener = threading.Thread(target=self.listen)
        self.listener.start()
        self.addCleanup(self.notified)

    # ---- the two modes ----

    def open_mode(self):
        if not ON_KAFKA:
            self.events = self.folder / "events.jsonl"
            self.events.touch()
            self.options = {"input.path": self.events, "output.dir": self.folder / "out", "state.dir": self.folder / "state"}
            return
        self.kafka = kafka_stage.Stage()
        self.kafka.setUp()
        self.addCleanup(self.kafka.doCleanups)
        self.kafka.make_topics(2)
        self.options = dict(self.kafka.options)

    def produce(self, lines):
        if ON_KAFKA:
            self.kafka.produce(lines)
        else:
            with self.events.open("ab") as file:
                file.write(lines)

    # ---- around them ----

    def write(self, name, what):
        text = what if isinstance(what, str) else json.dumps(what)
        (self.campaigns_dir / f"{name}.json").write_text(text)

    def start(self):
        config, self.log = self.folder / "giftd.conf", self.folder / "log"
        options = {**self.options, "campaigns.dir": self.campaigns_dir, "http.listen": self.port, "commit.interval_ms": 50}
        config.write_text("".join(f"{key} = {value}\n" for key, value in options.items()))
        environment = {**{key: value for key, value in os.environ.items() if not key.startswith("GIFTD_")},
                       "NOTIFY_SOCKET": str(self.folder / "notify"), "WATCHDOG_USEC": "400000"}
        with self.log.open("w") as log:
            self.process = subprocess.Popen([GIFTD, "run", "-c", str(config)], stderr=log, stdout=subprocess.DEVNULL, env=environment)
        self.addCleanup(self.end)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def said(self):
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.endswith("}")]
        return [line for line in lines if "shard" not in line and not line["message"].startswith("librdkafka")]

    def wait(self, what, holds, seconds=60):
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.fail(f"waited for {what}\n{self.log.read_text()}")
            time.sleep(0.05)

    def wait_said(self, words):
        self.wait(words, lambda: any(words in line["message"] for line in self.said()))

    def ask(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def metric(self, line):
        self.wait(line, lambda: line + "\n" in self.ask("/metrics")[1], 10)

    def checks(self):
        return {check["name"]: check for check in json.loads(self.ask("/readyz")[1])["checks"]}

    def listen(self):
        """As a service manager does: a queue that nobody empties would lose what comes later."""
        self.manager.settimeout(0.2)
        while True:
            try:
                self.words.append(self.manager.recv(1000).decode())
            except TimeoutError:
                if self.manager_ends:
                    return

    def notified(self):
        self.manager_ends = True
        self.listener.join()
        return self.words

    # ---- one life ----

    def refused_reload(self):
        self.write("broken", "{ this is none")
        self.process.send_signal(signal.SIGHUP)
        self.wait_said("the old ones go on")
        self.assertEqual(self.ask("/readyz")[0], 200, "the old campaigns go on")
        self.assertRegex(self.checks()["campaigns"]["text"],
                         r"1 of them, rulebook [0-9a-f]{16}, the old ones: .* were refused, the log says why")
        self.metric('giftd_rulebook_reloads_total{result="refused"} 1')

    def taken_reload(self):
        (self.campaigns_dir / "broken.json").unlink()
        self.write("lucky", campaign("lucky", DRAW))
        self.process.send_signal(signal.SIGHUP)
        self.wait_said("campaigns read again")
        self.assertRegex(self.checks()["campaigns"]["text"], r"^2 of them, rulebook [0-9a-f]{16}$")
        self.metric('giftd_rulebook_reloads_total{result="done"} 1')
        self.metric("giftd_campaigns 2")

    def held_against(self, said):
        self.assertEqual(len(said), len(LIFE), said)
        for line, (level, words) in zip(said, LIFE):
            self.assertEqual(line["level"], level, line)
            self.assertRegex(line["message"], re.compile(f"^{words}$", re.S))
        self.assertEqual({key: said[0].get(key) for key in STARTED}, STARTED)
        self.assertRegex(said[0]["rulebook"], "^[0-9a-f]{16}$")
        self.assertEqual({key: said[-1].get(key) for key in STOPPED}, STOPPED)
        self.assertGreater(said[-1]["commits"], 0)
        self.assertGreaterEqual(said[-1]["elapsed_ms"], 0)

    def test_one_life(self):
        self.start()
        self.wait("readiness", lambda: self.ask("/readyz")[0] == 200)
        self.produce(b"".join(login(i) for i in range(10)))
        self.metric("giftd_gifts_total 10")
        self.refused_reload()
        self.produce(login(10, devise="x"))
        self.metric("giftd_gifts_total 11")
        self.taken_reload()
        self.produce(login(11, devise="x"))
        self.metric("giftd_gifts_total 13")
        self.metric('giftd_unknown_words_total{what="field"} 2')
        self.metric("giftd_ready 1")
        self.assertLessEqual({"loop", "campaigns"}, set(self.checks()))
        time.sleep(0.6)  # for the watchdog
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.process.wait(60), 0, self.log.read_text())
        words = self.notified()
        self.assertGreater(words.count("WATCHDOG=1"), 2)
        self.assertEqual([word for word in words if word != "WATCHDOG=1"], NOTIFIED)
        said = self.said()
        moved = [line for line in said if "devise" in line["message"]]  # it comes where the event does: before or behind the reload
        self.held_against([line for line in said if line not in moved][:6] + moved + [line for line in said if line not in moved][6:])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
