"""giftd as people call it: every help fits a screen and has an example, wrong words name the nearest right one with the right exit code,
demo and init do what they say. Called with the program and the folder of the sources."""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unicodedata
import unittest
import urllib.request

PROGRAM, SOURCE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
CAMPAIGNS = os.path.join(SOURCE, "deploy/demo")
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("GIFTD_")}


def giftd(*words, **named):
    environment = {**PLAIN, **named.pop("environment", {})}
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, env=environment, timeout=240,
                          stdin=subprocess.DEVNULL, **named)


def columns(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def command_names():
    return re.findall(r"^  (?!giftd)([a-z]+) ", giftd("--help").stdout, re.M)


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="giftd-cli-")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)


class Help(unittest.TestCase):
    def screens(self):
        yield "giftd", giftd("--help")
        for name in command_names():
            yield name, giftd(name, "--help")

    def test_fits_a_screen(self):
        for name, answer in self.screens():
            self.assertEqual((answer.returncode, answer.stderr), (0, ""), name)
            lines = answer.stdout.rstrip("\n").split("\n")
            self.assertLessEqual(len(lines), 24, name)
            self.assertLessEqual(max(map(columns, lines)), 80, name)

    def test_has_an_example(self):
        for name, answer in self.screens():
            if name != "giftd":
                self.assertRegex(answer.stdout, rf"Examples?:\n  giftd {name}")
                self.assertTrue(answer.stdout.startswith(f"Usage: giftd {name} "), name)

    def test_every_way_to_ask(self):
        for words in (["-h"], ["help"], ["--help"]):
            self.assertEqual(giftd(*words).stdout, giftd("--help").stdout)
        self.assertEqual(giftd("help", "demo").stdout, giftd("demo", "-h").stdout)
        self.assertEqual(giftd("demo", "--events", "x", "--help").returncode, 0)

    def test_flags_of_help_are_flags(self):
        """What a help names is known: asking for it is never "not a flag"."""
        for name, answer in self.screens():
            for flag in set(re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", answer.stdout, re.M)) - {"--help", "--version"}:
                told = giftd(name, flag).stderr
                self.assertNotIn("is not a flag", told, f"{name} {flag}")
                if "needs a value" not in told and "--json" != flag:
                    break

    def test_nothing_at_all(self):
        answer = giftd()
        self.assertEqual((answer.returncode, answer.stdout), (2, ""))
        self.assertIn("Usage: giftd COMMAND", answer.stderr)


WRONG = [
    (["dmeo"], "giftd: 'dmeo' is not a command; did you mean 'demo'?"),
    (["xyzzy"], "giftd: 'xyzzy' is not a command; see giftd --help"),
    (["help", "explian"], "did you mean 'explain'?"),
    (["demo", "--evnts", "5"], "giftd demo: --evnts is not a flag of this command; did you mean --events?"),
    (["demo", "--events"], "giftd demo: --events needs a value"),
    (["demo", "--events", "many"], "--events is a whole number from 1 to 1000000000, not 'many'"),
    (["demo", "--events", "0"], "not '0'"),
    (["demo", "--quiet=yes"], "--quiet takes no value"),
    (["demo", "-z"], "-z is not a flag of this command"),
    (["demo", "extra"], "'extra': this command takes no argument"),
    (["demo", "--dir", SOURCE], "is not empty; name a new folder"),
    (["demo", "--dir", os.path.join(SOURCE, "CMakeLists.txt")], "CMakeLists.txt: is not a folder"),
    (["init", os.path.join(SOURCE, "CMakeLists.txt")], "CMakeLists.txt/campaigns: cannot be made"),
    (["demo", "--lang", "fr"], "--lang is en or zh, not 'fr'"),
    (["demo", "--generate", "/nowhere/x"], "/nowhere/x: cannot be written"),
    (["demo", "--dir", "/proc/x/y"], "/proc/x: cannot be made"),
    (["init"], "giftd init: the folder is missing"),
    (["init", "a", "b"], "'b': this command takes only one folder"),
    (["init", SOURCE], "is not empty; name a new folder, or use --force"),
    (["config"], "expected show, docs or sample"),
    (["config", "shwo"], "'shwo' is not show, docs or sample; did you mean show?"),
    (["config", "show", "-X", "log.levl=debug"], "'log.levl' is not an option; did you mean 'log.level'?"),
    (["config", "show", "-c", "/nowhere/giftd.conf"], "/nowhere/giftd.conf: cannot be opened"),
    (["config", "show", "--metrics"], "--metrics is for docs"),
    (["topics"], "giftd topics: expected create or check"),
    (["topics", "chekc"], "'chekc' is not create or check; did you mean check?"),
    (["topics", "check", "more"], "'more': this command takes only one word"),
    (["topics", "create", "--partitions", "0"], "--partitions is a whole number from 1 to 1024, not '0'"),
    (["topics", "check", "--replicas", "3"], "--partitions and --replicas are for create"),
    (["topics", "check"], "kafka.bootstrap.servers is not set: -c FILE or -X kafka.bootstrap.servers=HOST:PORT"),
    (["topics", "check", "-X", "kafka.sasl.password=x"], "kafka.sasl.password holds a secret"),
    (["run", "--workers", "65"], "--workers is a whole number from 1 to 64, not '65'"),
    (["run", "-X", "kafka.bootstrap.servers=a:1", "--trace", "x"], "--trace is for runs on files"),
    (["run", "-X", "kafka.bootstrap.servers=a:1", "--input", "x"], "input.path (--input) and kafka.bootstrap.servers are both set"),
    (["campaign"], "giftd campaign: expected text, approve or approvals"),
    (["campaign", "aprove", "d"], "'aprove' is not text, approve or approvals; did you mean approve?"),
    (["campaign", "text"], "text: name the campaign's file"),
    (["campaign", "text", "x.json", "--role", "risk"], "--role, --staff and --digest are for approve"),
    (["campaign", "approve", "."], "approve: name the campaigns' folder and one campaign by its id"),
    (["campaign", "approve", ".", "a", "b"], "approve: name the campaigns' folder and one campaign by its id"),
    (["campaign", "approve", ".", "a", "--role", "risk"], "approve: say --role ROLE and --staff NUMBER"),
    (["campaign", "approve", ".", "a", "--role", "risk", "--staff", "Li Wei"], "--staff is a number or an account"),
    (["campaign", "approve", "/nowhere", "a", "--role", "risk", "--staff", "1"], "/nowhere: No such file"),
    (["campaign", "approvals"], "approvals: name the campaigns' folder"),
    (["campaign", "approvals", ".", "--staff", "1"], "--role, --staff and --digest are for approve"),
    (["campaign", "approvals", "--campaigns", "."], "approvals: the folder stands without a flag"),
    (["import"], "giftd import: expected facts, grants, balances or lists"),
    (["import", "fact"], "'fact' is not facts, grants, balances or lists; did you mean facts?"),
    (["import", "facts"], "--input is missing"),
    (["import", "facts", "--input", "x"], "--output is missing: where the events go; or -c FILE"),
    (["import", "facts", "more"], "'more': this command takes only one word"),
    (["import", "facts", "--map", "x"], "--map is NAME=COLUMN"),
    (["import", "facts", "--input", "x", "--output", "y", "--offset", "8"], "--offset is +08:00 or the like, or Z, not '8'"),
    (["import", "facts", "--input", "x", "--output", "y", "--currency", "RMB"], "--currency is one of ISO 4217"),
    (["import", "facts", "--input", "x", "--output", "y", "--before", "2024-10-01"], "--before is a time as 2026-11-20T00:00:00+08:00"),
    (["import", "grants", "--input", "x", "--output", "y", "--before", "2024-10-01T00:00:00Z"], "--before is not for grants"),
    (["version", "x"], "'x': this command takes no argument"),
]


class WrongWords(unittest.TestCase):
    def test_each(self):
        for words, told in WRONG:
            answer = giftd(*words)
            self.assertIn(told, answer.stderr, words)
            self.assertEqual((answer.returncode, answer.stdout), (2, ""), words)


class Version(unittest.TestCase):
    def test_is_that_of_the_build(self):
        with open(os.path.join(SOURCE, "CMakeLists.txt"), encoding="utf-8") as file:
            version = re.search(r"project\(giftd VERSION ([0-9.]+)", file.read()).group(1)
        self.assertEqual(giftd("version").stdout, f"giftd {version}\n")
        self.assertEqual(giftd("--version").stdout, f"giftd {version}\n")
        self.assertEqual(json.loads(giftd("version", "--json").stdout)["version"], version)

    def test_full_disk_is_no_success(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            answer = subprocess.run([PROGRAM, "version"], stdout=full, stderr=subprocess.PIPE, text=True, env=PLAIN)
        self.assertEqual(answer.returncode, 75)
        self.assertIn("standard output could not be written", answer.stderr)


class Config(Folder):
    def test_shows_places(self):
        with open(self.path("x.conf"), "w", encoding="utf-8") as file:
            file.write("log.level = debug\nlang = zh\nkafka.sasl.password_file = /run/secret\n")
        answer = giftd("config", "show", "-c", self.path("x.conf"), "-X", "lang=en", environment={"GIFTD_LOG_LEVEL": "error"})
        self.assertEqual(answer.returncode, 0)
        self.assertIn("# environment GIFTD_LOG_LEVEL\nlog.level = error\n", answer.stdout)
        self.assertIn("# flag -X lang\nlang = en\n", answer.stdout)
        self.assertIn(f"# file {self.path('x.conf')}:3\nkafka.sasl.password_file = /run/secret\n", answer.stdout)
        self.assertNotIn("cache.bytes", answer.stdout)
        self.assertIn("# default\ncache.bytes = 256MiB\n", giftd("config", "show", "--effective").stdout)
        options = json.loads(giftd("config", "show", "--json").stdout)["options"]
        self.assertIn({"key": "lang", "value": "en", "from": "default", "where": "default"}, options)

    def test_documents(self):
        for words, name in (("docs", "docs/CONFIGURATION.md"), ("sample", "deploy/giftd.conf"), ("docs --metrics", "docs/METRICS.md")):
            with open(os.path.join(SOURCE, name), encoding="utf-8") as file:
                self.assertEqual(giftd("config", *words.split()).stdout, file.read(), f"giftd config {words} > {name}")
        shown = giftd("config", "show", "-c", os.path.join(SOURCE, "deploy/giftd.conf"))
        self.assertIn("\nkafka.bootstrap.servers = 127.0.0.1:9092\n", shown.stdout)


class Demo(Folder):
    def test_generates_the_same_traffic(self):
        one = giftd("demo", "--generate", "-", "--events", "500", "--seed", "3")
        two = giftd("demo", "--generate", self.path("x.jsonl"), "--events", "500", "--seed", "3", "--quiet")
        self.assertEqual((one.returncode, two.returncode, two.stdout, two.stderr), (0, 0, "", ""))
        with open(self.path("x.jsonl"), encoding="utf-8", errors="surrogateescape") as file:
            self.assertEqual(file.read().count("\n"), 500)
        self.assertIn("500 lines of 20 customers", one.stderr)

    def test_tells_a_page_and_leaves_a_project(self):
        answer = giftd("demo", "--dir", self.path("d"), "--events", "3000", "--seed", "2")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        for line in answer.stdout.split("\n"):
            if PROGRAM not in line and self.folder not in line:  # the paths of a test are long
                self.assertLessEqual(columns(line), 80, line)
        self.assertNotIn("\033", answer.stdout)
        for part in ("What happened", "Gifts by campaign", "Refused, by reason", "Pools", "Try next", "events a second"):
            self.assertIn(part, answer.stdout)
        commands = re.findall(r"^  (\S*giftd \w+ .*)$", answer.stdout.replace("\\\n", ""), re.M)
        self.assertEqual(len(commands), 3, answer.stdout)
        before = self.outputs()
        for command in commands:
            words = command.split()
            told = giftd(*words[1:])
            self.assertEqual(told.returncode, 0, (command, told.stderr))
        self.assertEqual(self.outputs(), before)  # the same input once more gives nothing

    def outputs(self):
        def read(name):
            with open(self.path(f"d/out/{name}.jsonl"), "rb") as file:
                return file.read()
        return [read(name) for name in ("rewards", "decisions", "dlq")]

    def test_json_agrees_with_the_outputs(self):
        answer = giftd("demo", "--dir", self.path("d"), "--events", "3000", "--seed", "2", "--json", "--quiet")
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        told = json.loads(answer.stdout)
        issued, money = 0, {}
        for line in self.outputs()[0].decode().splitlines():
            event = json.loads(line)
            if event["type"] in ("gift.reward.issued", "gift.reward.substituted") and event["data"]["reward"] != "chance":
                issued += 1
                worth = event["data"].get("value_minor", 0) * max(event["data"].get("quantity", 1), 1)
                if event["data"]["reward"] != "points":
                    money[event["data"]["campaign"]] = money.get(event["data"]["campaign"], 0) + worth
        self.assertEqual(sum(campaign["gifts"] for campaign in told["campaigns"]), issued)
        self.assertEqual({c["campaign"]: c["money_minor"] for c in told["campaigns"] if c["money_minor"]}, money)
        self.assertEqual(told["dead"], len(self.outputs()[2].splitlines()))
        for pool in told["pools"]:
            self.assertTrue(pool["unlimited"] or pool["used"] + pool["left"] <= pool["total"], pool)


class Init(Folder):
    def test_makes_a_project_that_works(self):
        listed = giftd("init", self.path("p"), "--dry-run")
        self.assertEqual((listed.returncode, os.path.exists(self.path("p"))), (0, False))
        made = giftd("init", self.path("p"))
        self.assertEqual(made.returncode, 0, made.stderr)
        wrote = re.findall(r"^wrote (.*)$", made.stdout, re.M)
        self.assertEqual(re.findall(r"^would write (.*)$", listed.stdout, re.M), wrote)
        for path in wrote:
            self.assertTrue(os.path.exists(path), path)
        advice = [line.split() for line in made.stdout.partition("Next:")[2].splitlines() if line.startswith("  ") and "#" not in line]
        self.assertEqual([words[:2] for words in advice[:1]] + [words[1] for words in advice[1:]],
                         [["cd", self.path("p")], "check", "test", "run", "explain"])
        for words in advice[1:]:  # to be typed as it stands, though the program is not on the PATH
            self.assertEqual(os.path.realpath(words[0]), os.path.realpath(PROGRAM))
            answer = giftd(*words[1:], cwd=self.path("p"))
            self.assertEqual(answer.returncode, 0, (words, answer.stdout, answer.stderr))
        with open(self.path("p/out/rewards.jsonl"), encoding="utf-8") as file:
            self.assertGreater(len(file.readlines()), 3)
        covered = giftd("test", "--coverage", cwd=self.path("p"))  # a bank's own rules, none of giftd's requirements
        self.assertRegex(covered.stdout, r"rules +5 of 5")
        self.assertNotRegex(covered.stdout, r"requirement|\bR[0-9]")
        self.assertEqual(giftd("init", self.path("p")).returncode, 2)
        self.assertEqual(giftd("init", self.path("p"), "--force").returncode, 0)


class Service(Folder):
    """A run without an end: watched over http, told in JSON lines, drained by SIGTERM."""

    def ask(self, port, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def wait_for(self, port, word):
        for _ in range(300):
            try:
                text = self.ask(port, "/metrics")
                if word in text:
                    return text
            except OSError:
                pass
            time.sleep(0.1)
        self.fail(f"{word!r} never came")

    def test_is_watched(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        events, key = self.path("events.jsonl"), self.path("id.key")
        self.assertEqual(giftd("demo", "--generate", events, "--events", "500").returncode, 0)
        with open(os.open(key, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(os.urandom(32))
        run = subprocess.Popen([PROGRAM, "run", "--input", events, "--output", self.path("out"), "--state", self.path("state"),
                                "--campaigns", CAMPAIGNS, "-X", f"http.listen={port}", "-X", f"id.key_file={key}"],
                               stderr=subprocess.PIPE, text=True, env=PLAIN)
        try:
            metrics = self.wait_for(port, "giftd_input_lines_total 500\n")
            self.assertEqual(self.ask(port, "/livez"), "ok\n")
            self.assertTrue(json.loads(self.ask(port, "/readyz"))["ready"])
            self.assertEqual(self.ask(port, "/version"), giftd("version", "--json").stdout.split(',"compiler')[0] + "}\n")
        finally:
            run.terminate()
        told = [json.loads(line) for line in run.communicate(timeout=60)[1].splitlines()]
        self.assertEqual((run.returncode, [line["message"] for line in told]), (0, ["started", "stopping: a signal came", "stopped"]))
        self.assertEqual(told[2]["lines"], 500)
        self.assertRegex(metrics, r"(?m)^giftd_event_time_lag_seconds -?\d")
        self.check_metrics(metrics)

    def check_metrics(self, metrics):
        promtool = shutil.which("promtool")
        if promtool is None:
            print("promtool is not there: metrics were not checked with it", file=sys.stderr)
            return
        answer = subprocess.run([promtool, "check", "metrics"], input=metrics, capture_output=True, text=True)
        self.assertEqual((answer.returncode, answer.stdout + answer.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
