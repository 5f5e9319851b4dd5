#!/usr/bin/env python3
"""`giftd run` from outside: growing files, streams, signals, restarts, and everything an operator can do to its folders.

    run_test.py GIFTD
"""
import base64
import json
import os
import pathlib
import pty
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

GIFTD = sys.argv.pop(1)
OUTPUTS = ["rewards.jsonl", "decisions.jsonl", "dlq.jsonl"]

CAMPAIGN = {
    "id": "hello", "version": 1, "name": {"zh": "登录礼", "en": "Hello"}, "period": {"from": "2026-12-01", "to": "2026-12-31"},
    "audience": "everyone", "pools": {"points": {"stock": 400}},
    "rules": [
        {"id": "day", "on": "login", "give": {"reward": "points", "value": 5, "pool": "points"},
         "limits": [{"count": 1, "per": ["customer"], "period": "day"}]}]}


def login(number, customer, day=5, second=0):
    time_text = f"2026-12-{day:02}T{10 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+08:00"
    event = {"id": f"e{number}", "source": "mbank", "type": "login", "customer": customer, "time": time_text, "channel": "app"}
    return json.dumps(event) + "\n"


def logins(first, count, customers=100000, day=5):
    return "".join(login(i, f"c{i % customers}", day, i % 40000) for i in range(first, first + count))


class Stage(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="giftd-run-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.events = self.folder / "events.jsonl"
        (self.folder / "campaigns").mkdir()
        self.write_campaign(CAMPAIGN)

    def write_campaign(self, campaign):
        text = campaign if isinstance(campaign, str) else json.dumps(campaign)
        (self.folder / "campaigns" / "hello.json").write_text(text)

    def command(self, *more, state="state", output="out", source=None):
        return [GIFTD, "run", "--input", str(source or self.events), "--campaigns", str(self.folder / "campaigns"),
                "--output", str(self.folder / output), "--state", str(self.folder / state), *more]

    def run_once(self, *more, code=0, says="", preexec=None, stdin=None, **places):
        done = subprocess.run(self.command("--once", *more, **places), capture_output=True, text=True, timeout=120, preexec_fn=preexec,
                              input=stdin)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(says, done.stderr)
        return done

    def start(self, *more, **places):
        process = subprocess.Popen(self.command(*more, **places), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        return process

    def end(self, process, number, code=0):
        process.send_signal(number)
        out, told = process.communicate(timeout=60)
        self.assertEqual(process.returncode, code, told)
        return told

    def output(self, name, output="out"):
        return self.folder / output / name

    def lines(self, name, output="out"):
        return self.output(name, output).read_text().splitlines()

    def wait_for(self, what, holds):
        for _ in range(600):
            if holds():
                return
            time.sleep(0.05)
        self.fail(f"waited in vain for {what}")

    def wait_for_decisions(self, count):
        path = self.output("decisions.jsonl")
        self.wait_for(f"{count} decisions", lambda: path.exists() and path.read_bytes().count(b"\n") >= count)

    def same_outputs(self, first, second):
        for name in OUTPUTS:
            self.assertEqual(self.output(name, first).read_bytes(), self.output(name, second).read_bytes(), name)


class Files(Stage):
    def test_a_second_run_adds_nothing(self):
        self.events.write_text(logins(0, 1000) + "not an event\n")
        told = json.loads(self.run_once("--json").stdout)
        self.assertEqual((told["lines"], told["gifts"], told["dead"], told["by_reason"]["OUT_OF_STOCK"]), (1001, 400, 1, 600))
        self.assertEqual([len(self.lines(name)) for name in OUTPUTS], [401, 1000, 1])  # 400 gifts, and that the pool is empty
        before = [self.output(name).read_bytes() for name in OUTPUTS]
        told = json.loads(self.run_once("--json").stdout)
        self.assertEqual((told["lines"], told["gifts"]), (0, 0))
        self.assertEqual([self.output(name).read_bytes() for name in OUTPUTS], before)

    def test_what_is_appended_is_taken(self):
        self.events.write_text(logins(0, 10).rstrip("\n"))
        self.run_once()
        self.events.write_text(logins(0, 20))
        self.run_once()
        self.assertEqual([len(self.lines(name)) for name in OUTPUTS], [20, 20, 0])

    def test_another_file_under_the_name_gives_nothing_twice(self):
        self.events.write_text(logins(0, 30))
        self.run_once()
        self.events.write_text(logins(20, 20) + logins(0, 10))
        self.run_once(says="is not the file that was read before")
        self.assertEqual(len(self.lines("rewards.jsonl")), 40)
        ids = [json.loads(line)["id"] for line in self.lines("rewards.jsonl")]
        self.assertEqual(len(set(ids)), 40)

    def test_two_inputs_take_turns_over_one_state(self):
        second = self.folder / "second.jsonl"
        self.events.write_text(logins(0, 10))
        second.write_text(logins(5, 10))
        self.run_once()
        self.run_once(source=second)
        self.assertEqual(len(self.lines("rewards.jsonl")), 15)
        size = self.output("decisions.jsonl").stat().st_size
        self.run_once()
        self.run_once(source=second)
        self.assertEqual(self.output("decisions.jsonl").stat().st_size, size)

    def test_an_input_that_was_cut_is_told(self):
        self.events.write_text(logins(0, 30))
        self.run_once()
        self.events.write_text(logins(0, 20))
        self.run_once(code=2, says="it was cut")

    def test_a_line_of_megabytes_is_kept_byte_for_byte(self):
        for line in (b"\xff\x01" * 1300000, b"x" * 3000000, b"[" * (1 << 20), b'{"a":"' + "é".encode() * 800000):
            shutil.rmtree(self.folder / "out", True)
            shutil.rmtree(self.folder / "state", True)
            self.events.write_bytes(line + b"\n" + login(1, "c1").encode())
            self.run_once()
            kept = b""
            for letter in map(json.loads, self.lines("dlq.jsonl")):
                self.assertEqual(letter["position"], len(kept))
                kept += base64.b64decode(letter["line_base64"]) if "line_base64" in letter else letter["line"].encode()
            self.assertEqual(kept, line)
            self.assertEqual(len(self.lines("rewards.jsonl")), 1)

    def test_where_a_batch_ends_does_not_show(self):
        self.events.write_text(logins(0, 500, 150))
        for events in ("1", "17", "100000"):
            self.run_once("-X", f"commit.events={events}", state=f"s{events}", output=f"o{events}")
        self.same_outputs("o1", "o17")
        self.same_outputs("o1", "o100000")

    def test_a_small_cache_does_not_show(self):
        self.events.write_text(logins(0, 20000, 15000))
        self.run_once("-X", "cache.bytes=1MiB", state="s1", output="o1")
        self.run_once(state="s2", output="o2")
        self.same_outputs("o1", "o2")

    def test_the_trace_says_what_became_of_each(self):
        self.events.write_text(login(1, "c1") + login(2, "c1", second=1))
        trace = self.folder / "trace.txt"
        self.run_once("--trace", str(trace))
        self.assertIn("mbank/e1 login c1", trace.read_text())
        self.assertIn("LIMIT_REACHED", trace.read_text())


class Unknown(Stage):
    """What the catalogue does not know is counted and named, and changes nothing else."""
    WORDS = [("logni", {}), ("login", {"chanel": "app"}), ("txn.card_spend", {"amount": 5}),
             ("txn.card_spend", {"amount_minor": 5, "currency": "CNY", "status": "SETTLED"})]

    def write_events(self, times):
        self.events.write_text("".join(
            json.dumps({"id": f"u{turn}-{number}", "source": "mbank", "type": kind, "customer": f"c{turn}-{number}",
                        "time": "2026-12-05T10:00:00+08:00", **fields}) + "\n"
            for turn in range(times) for number, (kind, fields) in enumerate(self.WORDS)))

    def test_each_is_counted_and_named_once(self):
        self.write_events(3)
        done = self.run_once("--json")
        told = json.loads(done.stdout)
        self.assertEqual([told[f"unknown_{kind}s"] for kind in ("type", "field", "value")], [3, 6, 3])
        self.assertEqual((told["dead"], told["gifts"], told["events"]), (0, 3, 12))  # the login is one all the same
        for near in ("login", "channel", "amount_minor", "settled"):
            self.assertEqual(done.stderr.count(f'did you mean "{near}"?'), 1, done.stderr)
        self.assertRegex(done.stderr, r"unknown +6  fields")
        self.write_events(1)
        (self.folder / "events.jsonl").rename(self.folder / "other.jsonl")
        done = self.run_once("--json", "-X", "log.format=json", source=self.folder / "other.jsonl")
        self.assertEqual(json.loads(done.stdout)["duplicates"], 1)  # the other three nobody hears
        lines = [json.loads(line) for line in done.stderr.splitlines()]
        self.assertEqual(sum("did you mean" in line["message"] and line["level"] == "warning" for line in lines), 4)
        self.assertEqual([lines[-1][f"unknown_{kind}s"] for kind in ("type", "field", "value")], [1, 2, 1])

    def test_nothing_is_said_of_what_is_known(self):
        self.events.write_text(logins(0, 10))
        done = self.run_once("--json")
        self.assertNotIn("unknown", done.stderr)
        self.assertEqual(json.loads(done.stdout)["unknown_fields"], 0)

    def test_metrics_count_by_what_it_is(self):
        self.write_events(2)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        process = self.start("-X", f"http.listen={port}")

        def shown():
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                    return answer.read().decode()
            except OSError:
                return ""  # it has not begun
        self.wait_for("metrics", lambda: 'giftd_unknown_words_total{what="type"} 2\n' in shown())
        self.assertIn('giftd_unknown_words_total{what="field"} 4\n', shown())
        self.assertIn('giftd_unknown_words_total{what="value"} 2\n', shown())
        self.end(process, signal.SIGTERM)


class Streams(Stage):
    def test_standard_input_is_recognised_by_what_was_decided(self):
        for _ in range(2):
            self.run_once(source="-", stdin=logins(0, 50))
        self.assertEqual(len(self.lines("rewards.jsonl")), 50)
        self.assertEqual(sum("DUPLICATE_EVENT" in line for line in self.lines("decisions.jsonl")), 50)

    def test_a_stream_is_decided_as_it_comes(self):
        process = subprocess.Popen(self.command(source="-"), stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        process.stdin.write(logins(0, 3))
        process.stdin.flush()
        self.wait_for_decisions(3)
        process.stdin.write(logins(3, 1).rstrip("\n"))
        process.stdin.close()
        process.stdin = None
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(len(self.lines("rewards.jsonl")), 4)


class Signals(Stage):
    def test_a_growing_file_is_followed_until_a_signal(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            name = f"{number.name}"
            self.events.write_text(logins(0, 5))
            shutil.rmtree(self.folder / "out", True)
            process = self.start(state=name)
            self.wait_for_decisions(5)
            with self.events.open("a") as file:
                file.write(logins(5, 5))
            self.wait_for_decisions(10)
            self.end(process, number)
            self.assertEqual([len(self.lines(output)) for output in OUTPUTS], [10, 10, 0])
            self.assertEqual(json.loads(self.run_once("--json", state=name).stdout)["lines"], 0)

    def test_a_rotated_file_is_taken_up(self):
        self.events.write_text(logins(0, 5))
        process = self.start()
        self.wait_for_decisions(5)
        self.events.rename(self.folder / "events.jsonl.1")
        self.events.write_text(logins(5, 5))
        self.wait_for_decisions(10)
        self.end(process, signal.SIGTERM)
        self.assertEqual(len(self.lines("rewards.jsonl")), 10)

    def test_a_signal_in_the_middle_loses_nothing(self):
        self.events.write_text(logins(0, 60000, 9000))
        self.run_once(state="s0", output="o0")
        for attempt in range(30):
            process = self.start("--once", "-X", "commit.events=300")
            time.sleep(0.01 * attempt)
            process.send_signal(signal.SIGTERM)
            told = process.communicate(timeout=60)[1]
            self.assertIn(process.returncode, (0, -signal.SIGTERM), told)  # before its first line it just ends: start_test.py
        self.run_once()
        self.same_outputs("o0", "out")

    def test_campaigns_are_read_again_on_hangup(self):
        self.events.write_text(logins(0, 5))
        process = self.start()
        self.wait_for_decisions(5)
        told = self.folder / "told"
        reader = subprocess.Popen(["tee", str(told)], stdin=process.stderr, stdout=subprocess.DEVNULL)
        self.addCleanup(reader.kill)
        self.write_campaign('{"id": "hello", "broken')
        process.send_signal(signal.SIGHUP)
        self.wait_for("the refusal", lambda: told.exists() and "the old ones go on" in told.read_text())
        with self.events.open("a") as file:
            file.write(logins(5, 5))
        self.wait_for_decisions(10)
        self.assertEqual(len(self.lines("rewards.jsonl")), 10)
        better = json.loads(json.dumps(CAMPAIGN))
        better["version"] = 2
        better["rules"][0]["give"]["value"] = 7
        self.write_campaign(better)
        process.send_signal(signal.SIGHUP)
        self.wait_for("the new campaigns", lambda: "campaigns read again" in told.read_text())
        with self.events.open("a") as file:
            file.write(logins(10, 1))
        self.wait_for_decisions(11)
        last = self.end(process, signal.SIGTERM)  # the reader or this one gets the last line
        self.assertEqual(json.loads(self.lines("rewards.jsonl")[-1])["data"]["campaign_version"], 2)
        reader.wait(60)
        said = [json.loads(line) for line in (told.read_text() + last).splitlines()]  # a service speaks JSON, whatever it has to say
        self.assertEqual([line["level"] for line in said], ["info", "warning", "error", "error", "info", "info", "info"])
        self.assertIn("id.key_file", said[1]["message"])
        self.assertIn("hello.json:1:", said[2]["message"])


    def test_on_a_terminal_a_line_takes_the_place_of_the_bar(self):
        self.events.write_text(logins(0, 10))
        try:
            bar, end = pty.openpty()
        except OSError:
            self.skipTest("this machine has no pseudo-terminals")
        self.addCleanup(os.close, bar)
        process = subprocess.Popen(self.command(), stdout=subprocess.DEVNULL, stderr=end)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        os.close(end)
        shown = b""
        while b"/s" not in shown:  # after two seconds
            shown += os.read(bar, 10000)
        process.send_signal(signal.SIGHUP)
        while b"campaigns read again" not in shown:
            shown += os.read(bar, 10000)
        self.assertRegex(shown.rpartition(b"campaigns read again")[0], rb"(\n|\r\x1b\[K)[0-9:]{8} [^\r\n/]*$")
        process.send_signal(signal.SIGTERM)

    def test_half_a_list_is_not_taken_on_hangup(self):
        members, told = self.folder / "campaigns" / "lists" / "members.txt", self.folder / "told"
        invited = json.loads(json.dumps(CAMPAIGN))
        invited["audience"] = {"include": ["list:members"]}
        members.parent.mkdir()
        members.write_text("c0\nc1\nc2\n")
        self.write_campaign(invited)
        self.events.write_text(login(0, "c0"))
        process = self.start()
        reader = subprocess.Popen(["tee", str(told)], stdin=process.stderr, stdout=subprocess.DEVNULL)
        self.addCleanup(reader.kill)
        self.wait_for_decisions(1)
        for number, half in enumerate(("", "c0\nc", "c0\nc1")):  # as a program leaves it that writes in place
            members.write_text(half)
            process.send_signal(signal.SIGHUP)
            self.wait_for("the refusal", lambda: told.read_text().count("the old ones go on") == number + 1)
        self.assertEqual(told.read_text().count("members.txt:"), 3, told.read_text())
        self.assertIn("error[LIST_CUT]", told.read_text())
        with self.events.open("a") as file:
            file.write(login(1, "c2"))  # in the list as it was
        self.wait_for_decisions(2)
        members.write_text("c0\nc1\n")
        process.send_signal(signal.SIGHUP)
        self.wait_for("the new campaigns", lambda: "campaigns read again" in told.read_text())
        with self.events.open("a") as file:
            file.write(login(2, "c2", 6) + login(3, "c1"))
        self.wait_for("the third gift", lambda: len(self.lines("rewards.jsonl")) == 3)
        self.end(process, signal.SIGTERM)
        self.assertEqual([json.loads(line)["subject"] for line in self.lines("rewards.jsonl")], ["c0", "c2", "c1"])


class Secret(Stage):
    """Without a secret of its own a run warns once, and names the campaigns whose draws can be foreseen."""
    SET, DRAWS = "id.key_file", "Campaigns that draw: "

    def setUp(self):
        super().setUp()
        self.events.write_text(logins(0, 5))
        self.key = self.folder / "key"

    def key_of(self, content):
        self.key.write_bytes(content)
        self.key.chmod(0o600)
        return ("-X", f"id.key_file={self.key}")

    def write_draw(self, name, give):
        campaign = json.loads(json.dumps(CAMPAIGN))
        campaign["id"], campaign["rules"][0]["give"] = name, give
        campaign.pop("pools")
        (self.folder / "campaigns" / f"{name}.json").write_text(json.dumps(campaign))

    def write_draws(self, *names):
        for name in names:
            self.write_draw(name, {"draw_of": [
                {"id": "big", "weight": 1, "reward": "points", "value": 50, "pool": {"stock": 5}},
                {"id": "none", "weight": 9, "nothing": True}],
                "when_empty": "next"})

    def told(self, *more, state="state"):
        """The lines of a run about the key."""
        return [line for line in self.run_once(*more, state=state, output=state + "-out").stderr.splitlines() if self.SET in line]

    def test_at_the_start(self):
        self.assertRegex("\n".join(self.told(state="s1")), r"\Agiftd run: warning: id.key_file is not set: .*everybody knows.*urandom.*\Z")
        self.assertNotIn(self.DRAWS, self.told(state="s1")[0])
        self.write_draws("lucky", "spring")
        self.assertEqual(len(self.told(state="s2")), 1)
        self.assertIn(self.DRAWS + "lucky, spring - ", self.told(state="s2")[0])
        for number, zeros in enumerate((b"\0" * 16, b"\0" * 4096, b"0" * 32)):
            told = self.told(*self.key_of(zeros), state=f"zeros-{number}")
            self.assertEqual(len(told), 1)
            self.assertIn("holds one byte over and over", told[0])
            self.assertIn(self.DRAWS + "lucky, spring - ", told[0])
        self.assertEqual(self.told(*self.key_of(b"\0" * 31 + b"1"), state="own"), [])

    def test_many_names_are_cut(self):
        self.write_draws(*(f"draw-{number:02}-{'x' * 50}" for number in range(25)))
        self.assertRegex(self.told()[0], r"draw-19-x+ and 5 more - .*never be changed$")

    def test_what_a_reload_brings(self):
        self.write_draws("lucky")
        process, said = self.start(), self.folder / "told"
        self.addCleanup(subprocess.Popen(["tee", str(said)], stdin=process.stderr, stdout=subprocess.DEVNULL).kill)
        self.wait_for_decisions(5)
        warnings = lambda: [line["message"] for line in map(json.loads, said.read_text().splitlines()) if line["level"] == "warning"]
        for number, (new, names) in enumerate((((), None), (("spring",), "spring"), ((), None), (("a", "b"), "a, b"))):
            before = len(warnings())
            self.write_draws(*new)
            process.send_signal(signal.SIGHUP)
            self.wait_for("the new campaigns", lambda: said.read_text().count("campaigns read again") > number)
            self.assertEqual([line.split(self.DRAWS)[1].split(" - ")[0] for line in warnings()[before:]], [names] if names else [])
        self.assertEqual(len(warnings()), 3)
        self.end(process, signal.SIGTERM)

    def test_the_demo_is_quiet(self):
        for words in (["demo", "--events", "500", "--dir", str(self.folder / "demo")],
                      ["test", str(self.folder / "campaigns")], ["check", str(self.folder / "campaigns")]):
            self.write_draws("lucky")
            done = subprocess.run([GIFTD, *words], capture_output=True, text=True, timeout=120)
            self.assertNotIn(self.SET, done.stdout + done.stderr)


class Folders(Stage):
    def setUp(self):
        super().setUp()
        self.events.write_text(logins(0, 500))

    def test_edited_outputs_are_refused_and_nothing_is_touched(self):
        self.run_once()
        path = self.output("rewards.jsonl")
        whole = path.read_bytes()
        for edited, says in ((whole[:-10], "was edited, cut or replaced"), (whole[:-100] + b"y" * 100, "not those that were committed")):
            path.write_bytes(edited)
            self.run_once(code=2, says=says)
            self.assertEqual(path.read_bytes(), edited)
        path.write_bytes(whole)
        self.run_once()
        self.run_once(code=2, says="name the output folder that this state belongs to", output="another")

    def test_outputs_without_their_state_are_refused(self):
        self.run_once()
        self.run_once(state="other", code=2, says="belong to another state")

    def test_an_older_state_that_is_put_back_is_refused(self):
        """What is where, and what to do, is told; nothing is cut; and each of the ways out that are told leads on."""
        self.run_once()
        for name in ("state", "out"):
            shutil.copytree(self.folder / name, self.folder / "copy" / name)
        self.events.write_text(logins(0, 900))
        self.run_once()
        whole = {name: self.output(name).read_bytes() for name in OUTPUTS}
        newest = (self.folder / "state").rename(self.folder / "newest")
        shutil.copytree(self.folder / "copy" / "state", self.folder / "state")
        told = self.run_once(code=2, says="is older than the outputs").stderr
        for words in (str(self.folder / "state"), "it ends with commit 2,", "giftd.commit tells of commit 4", "decisions.jsonl",
                      "was touched"):
            self.assertIn(words, told)
        self.assertEqual({name: self.output(name).read_bytes() for name in OUTPUTS}, whole)
        shutil.rmtree(self.folder / "state")
        newest.rename(self.folder / "state")  # the newest state is brought back
        self.assertEqual(json.loads(self.run_once("--json").stdout)["lines"], 0)
        for name in ("state", "out"):  # both are put back to the same copy
            shutil.rmtree(self.folder / name)
            shutil.copytree(self.folder / "copy" / name, self.folder / name)
        self.run_once()
        self.assertEqual({name: self.output(name).read_bytes() for name in OUTPUTS}, whole)

    def test_what_no_crash_left_is_not_cut(self):
        self.run_once()
        self.run_once()
        seal, rewards = self.output("giftd.commit"), self.output("rewards.jsonl")
        seal.unlink()
        size = rewards.stat().st_size
        with rewards.open("a") as file:
            file.write("a line of somebody\n")
        told = self.run_once(code=2, says=f"truncate -s {size} {rewards}").stderr
        self.assertEqual(rewards.stat().st_size, size + 19)
        subprocess.run(told[told.index("truncate -s"):].splitlines()[0], shell=True, check=True)
        self.run_once()

    def test_a_state_of_somebody_else_is_refused(self):
        (self.folder / "mine").mkdir()
        (self.folder / "mine" / "letter.txt").write_text("Dear")
        self.run_once(state="mine", code=2, says="is not a state folder of giftd")
        self.assertEqual([path.name for path in (self.folder / "mine").iterdir()], ["letter.txt"])

    def test_a_damaged_state_is_told(self):
        self.run_once()
        data = self.folder / "state" / "data.mdb"
        whole = data.read_bytes()
        for damaged in (b"", b"\0" * 20000, whole[:5000], whole[:len(whole) // 2], b"rubbish" * 3000):
            data.write_bytes(damaged)
            self.run_once(code=2, says=str(self.folder))
        data.write_bytes(whole)
        self.assertEqual(json.loads(self.run_once("--json").stdout)["lines"], 0)

    def test_a_state_is_held_by_one(self):
        process = self.start()
        self.wait_for_decisions(500)
        self.run_once(code=75, says=f"held by another running giftd (process {process.pid})", output="other")
        trace = self.folder / "trace"
        trace.write_text("of the one that runs\n")
        self.run_once("--trace", str(trace), code=75, says="held by another running giftd", output="other")
        self.assertEqual(trace.read_text(), "of the one that runs\n")
        self.end(process, signal.SIGTERM)

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_folders_that_cannot_be_written_are_told(self):
        self.run_once()
        for folder in ("state", "out"):
            os.chmod(self.folder / folder, 0o500)
            for path in (self.folder / folder).iterdir():
                os.chmod(path, 0o400)
            self.run_once(code=75, says=folder)
            os.chmod(self.folder / folder, 0o700)
            for path in (self.folder / folder).iterdir():
                os.chmod(path, 0o600)

    def test_wrong_words_are_told(self):
        self.run_once(source=self.folder / "none", code=2, says="No such file")
        self.run_once("--inptu", "x", code=2, says="did you mean --input")
        self.run_once("-X", "comit.events=3", code=2, says="did you mean 'commit.events'")
        self.write_campaign('{"id": "hello"}')
        self.run_once(code=1, says="hello.json")
        self.assertFalse((self.folder / "out").exists())

    def test_another_secret_is_refused(self):
        key = self.folder / "key"
        key.write_text("0123456789abcdef0123456789abcdef")
        key.chmod(0o600)
        self.run_once()
        self.run_once("-X", f"id.key_file={key}", code=2, says="made with another secret")

    def full_disk(self, preexec, reference_events):
        """Fails with a message, then goes on to the same bytes once there is room."""
        self.events.write_text(reference_events)
        self.run_once(state="s0", output="o0")
        done = self.run_once("-X", "commit.events=50", code=75, says="nothing that was committed is lost", preexec=preexec)
        self.assertEqual(done.stdout, "")
        self.assertNotIn("decided", done.stderr)  # no summary of what was not committed
        self.run_once(code=75, preexec=preexec)
        self.run_once()
        self.same_outputs("o0", "out")

    def test_a_limit_on_file_sizes_loses_nothing(self):
        for limit in (30000, 70000, 120000):  # the store first, or an output
            shutil.rmtree(self.folder / "out", True)
            for state in ("s0", "o0", "state"):
                shutil.rmtree(self.folder / state, True)
            self.full_disk(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY)), logins(0, 3000, 900))

    def test_a_full_disk_loses_nothing(self):
        for place in ("out", "state"):
            disk = self.folder / place
            disk.mkdir()
            if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(disk)], capture_output=True).returncode != 0:
                self.skipTest("no small disk can be mounted here")
            try:
                self.events.write_text(logins(0, 6000, 2000))
                self.run_once(state="s0" + place, output="o0" + place)
                places = {"state": "state/s" if place == "state" else "state", "output": "out/o" if place == "out" else "out"}
                self.run_once("-X", "commit.events=50", code=75, says="No space left on device", **places)
                subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
                self.run_once(**places)
                self.same_outputs("o0" + place, places["output"])
            finally:
                subprocess.run(["umount", str(disk)], check=True)
            for name in ("out", "state"):
                shutil.rmtree(self.folder / name, True)


if __name__ == "__main__":
    unittest.main()
