#!/usr/bin/env python3
"""Signatures of campaigns (`approval`, R127) from outside: who may sign what, what makes a signature void, what is said of a register that
was edited, and that a run takes nothing that is not signed.

    approvals_test.py GIFTD
"""
import concurrent.futures
import fcntl
import hashlib
import json
import os
import pathlib
import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

GIFTD = os.path.abspath(sys.argv.pop(1))
RULE = {"id": "gift", "on": "login", "give": {"reward": "points", "value": 5, "pool": {"stock": 400}},
        "limits": [{"count": 1, "per": ["customer"], "period": "day"}]}


def campaign(name, **more):
    return {"id": name, "version": 1, "name": {"zh": "礼", "en": "Gift"}, "period": {"from": "2026-12-01", "to": "2026-12-31"},
            "audience": "everyone", "rules": [RULE], **more}


def programme(name, **more):
    return {"id": name, "version": 1, "name": {"zh": "公共", "en": "Shared"}, **more}


def chained(entries):
    """The lines that a register has, computed as docs/OPERATIONS.md says."""
    lines, last = [], "0" * 64
    for entry in entries:
        body = json.dumps({**{key: entry[key] for key in ("campaign", "digest", "role", "staff", "time")}, "previous": last},
                          separators=(",", ":"))[:-1]
        last = hashlib.sha256(body.encode()).hexdigest()
        lines.append(f'{body},"hash":"{last}"}}\n')
    return "".join(lines)


class Stage(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="giftd-approvals-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.set = self.folder / "campaigns"
        self.set.mkdir()
        self.register = self.set / "approvals.jsonl"

    def write(self, name, content):
        path = self.set / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False))

    def call(self, *words):
        return subprocess.run([GIFTD, *map(str, words)], capture_output=True, text=True, timeout=120, cwd=self.folder,
                              stdin=subprocess.DEVNULL)

    def sign(self, name, role, staff, *more, says=None):
        done = self.call("campaign", "approve", self.set, name, "--role", role, "--staff", staff, *more)
        if says is None:
            self.assertEqual(done.returncode, 0, done.stderr)
        else:
            self.assertIn(says, done.stderr)
            self.assertNotEqual(done.returncode, 0)
        return done

    def approved(self):
        """{campaign: [roles that are missing]}"""
        done = self.call("campaign", "approvals", self.set, "--json")
        told = [json.loads(line) for line in done.stdout.splitlines()]
        missing = {one["campaign"]: [role["role"] for role in one["roles"] if not role["signed"]] for one in told}
        self.assertEqual(done.returncode, 1 if any(missing.values()) else 0, done.stderr)
        self.assertEqual([not missing[one["campaign"]] for one in told], [one["approved"] for one in told])
        return missing

    def check(self, *more):
        done = self.call("check", self.set, *more)
        return done.returncode, done.stdout + done.stderr


class Signing(Stage):
    def test_one_after_the_other(self):
        self.write("week.json", campaign("week", approval=["business", "risk"]))
        code, told = self.check()
        self.assertEqual(code, 0)
        self.assertIn("week.json: /approval: warning[NOT_APPROVED]: not signed by: business, risk", told)
        self.assertEqual(self.check("--strict")[0], 3)
        self.assertEqual(self.approved(), {"week": ["business", "risk"]})
        self.assertFalse(self.register.exists())
        self.sign("week", "business", "1001")
        self.assertEqual(self.approved(), {"week": ["risk"]})
        self.assertIn("not signed by: risk;", self.check()[1])
        self.sign("week", "risk", "1002")
        self.assertEqual(self.approved(), {"week": []})
        self.assertEqual(self.check("--strict")[0], 0)

    def test_four_eyes(self):
        self.write("week.json", campaign("week", approval=["business", "risk"]))
        self.write("other.json", campaign("other", approval=["risk"]))
        self.sign("week", "business", "Li.Wei")
        for staff in ("Li.Wei", "li.wei", "LI.WEI"):
            self.sign("week", "risk", staff, says="Li.Wei signed week as business: one person signs for one role")
        self.sign("week", "business", "1003", says="is signed as business already, by Li.Wei")
        self.sign("other", "risk", "li.wei")
        self.assertEqual(self.approved(), {"week": ["risk"], "other": []})

    def test_four_eyes_written_by_hand(self):
        self.write("week.json", campaign("week", approval=["business", "risk"]))
        self.sign("week", "business", "1001")
        first = json.loads(self.register.read_text())
        self.register.write_text(chained([first, {**first, "role": "risk"}]))
        self.assertEqual(self.approved(), {"week": ["risk"]}, "one person counts once, whoever wrote the line")
        self.register.write_text(chained([first, {**first, "role": "risk", "staff": "1002"}]))
        self.assertEqual(self.approved(), {"week": []}, "the chain of this test is the chain of the program")

    def test_refused(self):
        self.write("week.json", campaign("week", approval=["risk"]))
        self.write("free.json", campaign("free"))
        self.write("shared.json", programme("shared", period={"from": "2026-12-01", "to": "2026-12-31"}, lists={"a": ["1"]}))
        self.sign("week", "boss", "1", says="week asks for no 'boss' to sign; it asks for risk")
        self.sign("free", "risk", "1", says="free asks for no signatures")
        self.sign("shared", "risk", "1", says="shared is a programme")
        for name in ("nobody", "../week", "week.json", "*", "", "week\n", "w" * 5000, "%s%n", "周末"):
            self.sign(name, "risk", "1", says="there is no such campaign")
        for staff in ("", "Li Wei", "1\n2", "李", "a" * 65, 'x","role":"legal'):
            self.sign("week", "risk", staff, says="--staff is a number or an account")
        self.sign("week", 'risk","x":"', "1", says="to sign; it asks for risk")
        self.assertFalse(self.register.exists(), "who is refused leaves nothing behind")
        self.assertIn("is not a folder", self.call("campaign", "approve", self.set / "week.json", "week", "--role", "risk",
                                                   "--staff", "1").stderr)

    def test_broken_campaigns_are_not_signed(self):
        self.write("week.json", campaign("week", approval=["risk"], rules=[{**RULE, "on": "log-in"}]))
        self.sign("week", "risk", "1", says="UNKNOWN_EVENT")

    def test_bank_adds(self):
        self.write("bank.json", programme("bank", approval=["legal", "risk"]))
        self.write("week.json", campaign("week", approval=["business", "risk"]))
        self.write("free.json", campaign("free"))
        self.assertEqual(self.approved(), {"free": ["legal", "risk"], "week": ["business", "risk", "legal"]})
        self.assertIn("free.json: warning[NOT_APPROVED]: not signed by: legal, risk", self.check()[1])
        for name, role, staff in (("free", "legal", "1"), ("free", "risk", "2"), ("week", "business", "3"), ("week", "risk", "2"),
                                  ("week", "legal", "1")):
            self.sign(name, role, staff)
        self.assertEqual(self.check("--strict")[0], 0)

    def test_folder_below(self):
        """The register lies where a run looks for it, beside the bank's programme."""
        self.write("bank.json", programme("bank"))
        self.write("spend/week.json", campaign("week", approval=["risk"]))
        done = self.call("campaign", "approve", "campaigns/spend/", "week", "--role", "risk", "--staff", "1")
        self.assertEqual(done.returncode, 2)
        self.assertIn("the bank.json of these campaigns lies above: name its folder, campaigns", done.stderr)
        self.assertEqual(self.call("campaign", "approve", "campaigns/", "week", "--role", "risk", "--staff", "1").returncode, 0)
        self.assertEqual(self.check("--strict")[0], 0)
        for path in ("campaigns/spend/week.json", "campaigns/spend"):
            done = self.call("check", path, "--strict")
            self.assertEqual(done.returncode, 0, done.stdout)

    def test_digest_that_was_read(self):
        self.write("week.json", campaign("week", approval=["risk"]))
        digest = json.loads(self.call("campaign", "approvals", self.set, "--json").stdout)["digest"]
        self.write("week.json", campaign("week", version=2, approval=["risk"]))
        self.sign("week", "risk", "1", "--digest", digest, says="it was changed since it was read")
        digest = json.loads(self.call("campaign", "approvals", self.set, "week", "--json").stdout)["digest"]
        self.sign("week", "risk", "1", "--digest", digest)

    def test_stories_run_without(self):
        self.write("week.json", campaign("week", approval=["risk"]))
        self.write("week.test", 'scenario "A gift"\n2026-12-05 10:00  c1  login\n    gift gift points 5\n')
        done = self.call("test", self.set)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_many_at_once(self):
        """Real processes on one register: each line behind the one before it, none lost, no role signed twice."""
        names = [f"c{number}" for number in range(8)]
        for name in names:
            self.write(f"{name}.json", campaign(name, approval=["business", "risk"]))
        jobs = [(name, role, f"{role}-{who}") for name in names for role in ("business", "risk") for who in (1, 2)]

        def one(job):
            name, role, staff = job
            return self.call("campaign", "approve", self.set, name, "--role", role, "--staff", staff).returncode
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            codes = list(pool.map(one, jobs))
        self.assertEqual(codes.count(0), 16, codes)
        entries = [json.loads(line) for line in self.register.read_text().splitlines()]
        self.assertEqual(self.register.read_text(), chained(entries))
        self.assertEqual(len({(entry["campaign"], entry["role"]) for entry in entries}), 16)
        self.assertEqual(self.approved(), {name: [] for name in names})

    def test_locked(self):
        self.write("week.json", campaign("week", approval=["risk"]))
        self.sign("week", "risk", "1")
        self.write("next.json", campaign("next", approval=["risk"]))
        with open(self.register, "r+b") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.sign("next", "risk", "1", says="another process holds its lock; try again")
            self.assertEqual(self.call("check", self.set).returncode, 75)
        self.sign("next", "risk", "1")

    def test_full_disk(self):
        """What could not be written whole is taken back."""
        for name in ("week", "next"):
            self.write(f"{name}.json", campaign(name, approval=["risk"]))
        self.sign("week", "risk", "1")
        before = self.register.read_text()

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, len(before) + 10))
        done = subprocess.run([GIFTD, "campaign", "approve", self.set, "next", "--role", "risk", "--staff", "1"], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, preexec_fn=limit, restore_signals=False)
        self.assertEqual(done.returncode, 75, done.stderr)
        self.assertIn("approvals.jsonl: cannot be written", done.stderr)
        self.assertEqual(self.register.read_text(), before)
        self.sign("next", "risk", "1")

    def test_odd_files(self):
        self.write("week.json", campaign("week", approval=["risk"]))
        self.register.mkdir()
        self.sign("week", "risk", "1", says="approvals.jsonl")
        self.register.rmdir()
        os.mkfifo(self.register)
        self.assertIn("is no file", self.check()[1])
        self.register.unlink()
        if os.geteuid() != 0:
            self.sign("week", "risk", "1")
            self.register.chmod(0)
            self.assertIn("Permission denied", self.check()[1])
            self.register.chmod(stat.S_IRUSR)
            self.assertEqual(self.check("--strict")[0], 0, "who reads does not need to write")


class Void(Stage):
    """Any change of what a campaign says or cites, and nothing else."""
    def setUp(self):
        super().setUp()
        self.write("catalogue.json", {"fields": [{"event_name": "seat_no", "kind": "text"},
                                                 {"event_name": "code_minor", "kind": "text"},
                                                 {"event_name": "fee_minor", "kind": "money"},
                                                 {"event_name": "floor", "kind": "text"}],
                                      "types": [{"name": "customer.updated", "fields": ["floor"]},
                                                {"name": "seat.taken", "fields": ["seat_no", "code_minor"]},
                                                {"name": "seat.left", "fields": ["branch"]}]})
        self.write("lists/vip.txt", "c1\nc2\n")
        self.write("lists/staff.txt", "c8\n")
        self.write("lists/left.txt", "c7\n")
        self.write("lists/others.txt", "c9\n")
        self.write("calendars/own.json", {"calendar": "own", "name": {"zh": "本", "en": "Own"}, "source": "us",
                                          "covers": {"from": "2026-01-01", "to": "2027-12-31"}})
        self.write("rates/daily.json", {"rates": "daily", "currency": "CNY", "source": "the treasury",
                                        "covers": {"from": "2026-12-01", "to": "2026-12-05"}, "days": {"2026-12-01": {"USD": "7.0825"}}})
        self.write("shared.json", programme("shared", period={"from": "2026-12-01", "to": "2026-12-31"},
                                            activities={"seat": {"event": "seat.taken", "when": {"seat_no": {"not_in_list": "staff"}}}}))
        self.week = campaign("week", approval=["risk"], calendar="own", fx={"table": "daily", "day": "event"},
                             audience={"include": ["list:vip"]},
                             rules=[{**RULE, "on": {"activity": "shared/seat"}, "schedule": {"days": ["workday"]},
                                     "when": {"list": {"ne": "left"}, "profile.floor": {"ne": "9"}, "code_minor": {"ne": "9"}}}])
        self.write("week.json", self.week)
        self.write("plain.json", campaign("plain", approval=["risk"]))
        self.sign("week", "risk", "1")
        self.sign("plain", "risk", "1")
        self.assertEqual(self.approved(), {"week": [], "plain": []})

    def edited(self, name, before, after, void):
        path = self.set / name
        text = path.read_text()
        self.assertIn(before, text)
        path.write_text(text.replace(before, after))
        self.assertEqual(self.approved(), {"plain": [], "week": ["risk"] if void else []}, f"{name}: {before}")
        if void:
            self.assertIn("another version of this file, or of what it cites", self.check()[1])
        path.write_text(text)
        self.assertEqual(self.approved(), {"week": [], "plain": []}, "as it was signed it is signed")

    def test_what_is_cited(self):
        self.edited("week.json", '"version": 1', '"version": 2', True)
        self.edited("week.json", "{", "{ ", True)
        self.edited("lists/vip.txt", "c2", "c3", True)
        self.edited("lists/vip.txt", "c2", "# c2", True)
        self.edited("lists/staff.txt", "c8", "c7", True)
        self.edited("lists/left.txt", "c7", "c8", True)
        self.edited("catalogue.json", '"customer.updated", "fields": ["floor"]', '"customer.updated", "fields": ["floor", "seat_no"]', True)
        self.edited("shared.json", "2026-12-31", "2026-12-30", True)
        self.edited("calendars/own.json", '"us"', '"them"', True)
        self.edited("rates/daily.json", "the treasury", "the branch", True)
        self.edited("catalogue.json", '"seat.taken", "fields": ["seat_no",', '"seat.taken", "fields": ["seat_no", "fee_minor",', True)
        self.edited("catalogue.json", '"code_minor", "kind": "text"}', '"code_minor", "kind": "text", "campaign_name": "code_minor"}', True)
        self.edited("catalogue.json", '"seat.taken",', '"seat.taken", "reversible": true,', True)

    def test_what_is_not(self):
        self.edited("rates/daily.json", '{"USD": "7.0825"}', '{"USD": "7.0825"}, "2026-12-02": {"USD": "7.0901"}', False)
        self.edited("rates/daily.json", '"to": "2026-12-05"', '"to": "2026-12-06"', False)
        self.edited("lists/others.txt", "c9", "c10", False)
        self.edited("catalogue.json", '"seat.left", "fields": ["branch"]', '"seat.left", "fields": ["branch", "fee_minor"]', False)
        self.edited("catalogue.json", '{"event_name": "fee_minor", "kind": "money"}', '{"event_name": "fee_minor", "kind": "money"}, '
                    '{"event_name": "door", "kind": "text"}, {"event_name": "sea", "kind": "text"}', False)
        self.edited("catalogue.json", '"types": [', '"names": {"vip": {"zh": "贵", "en": "dear"}}, "types": [', False)
        self.write("more.json", campaign("more"))
        self.write("lists/more.txt", "c1\n")
        self.assertEqual(self.approved(), {"week": [], "plain": []})

    def test_lists_exchanged(self):
        """Their names are signed with them."""
        one, other = self.set / "lists/vip.txt", self.set / "lists/staff.txt"
        one.rename(self.set / "lists/x.tmp")
        other.rename(one)
        (self.set / "lists/x.tmp").rename(other)
        self.assertEqual(self.approved(), {"plain": [], "week": ["risk"]})

    def test_a_name_in_another_spelling(self):
        """JSON has more than one way to write a name; the catalogue's is found in each."""
        text = (self.set / "shared.json").read_text()
        (self.set / "shared.json").write_text(text.replace("seat.taken", "seat.t\\u0061ken"))
        self.sign("week", "risk", "1")
        self.edited("catalogue.json", '"seat.taken",', '"seat.taken", "reversible": true,', True)

    def test_moved(self):
        """No path is signed: a set that was signed beside the running one is put in its place, register and all."""
        (self.set / "spend").mkdir()
        (self.set / "week.json").rename(self.set / "spend" / "week.json")
        self.assertEqual(self.approved(), {"week": [], "plain": []})
        moved = self.folder / "elsewhere"
        self.set.rename(moved)
        self.assertEqual(self.call("campaign", "approvals", moved).returncode, 0)
        self.assertEqual(self.call("check", moved / "spend", moved / "week.json").returncode, 2)
        self.assertNotIn("NOT_APPROVED", self.call("check", moved).stdout)

    def test_with_sha256sum_alone(self):
        def line(kind, name, text):
            return f"{hashlib.sha256(text.encode()).hexdigest()}  {kind} {name}\n"

        def compact(entry):
            return json.dumps(entry, sort_keys=True, separators=(",", ":"))
        statement = "giftd-approval 1\n" + line("campaign", "week", (self.set / "week.json").read_text())
        statement += line("programme", "shared", (self.set / "shared.json").read_text())
        statement += line("list", "left", "c7\n") + line("list", "staff", "c8\n") + line("list", "vip", "c1\nc2\n")
        statement += line("calendar", "own", (self.set / "calendars/own.json").read_text())
        rates = json.loads((self.set / "rates/daily.json").read_text())
        statement += line("rates", "daily", compact({key: value for key, value in rates.items() if key not in ("covers", "days")}))
        catalogue = json.loads((self.set / "catalogue.json").read_text())
        for number in (1, 3, 0):
            statement += line("field", catalogue["fields"][number]["event_name"], compact(catalogue["fields"][number]))
        for number in (0, 1):
            statement += line("type", catalogue["types"][number]["name"], compact(catalogue["types"][number]))
        told = [json.loads(one) for one in self.call("campaign", "approvals", self.set, "--json").stdout.splitlines()]
        week = [one for one in told if one["campaign"] == "week"][0]
        self.assertEqual(week["digest"], hashlib.sha256(statement.encode()).hexdigest(), week["signs"])
        self.assertEqual("".join(f"{one['sha256']}  {one['kind']} {one['name']}\n" for one in week["signs"]), statement.split("\n", 1)[1])


class Broken(Stage):
    """Every edit of a register is found, with the line; nothing is signed on top of one."""
    def setUp(self):
        super().setUp()
        for name in "abc":
            self.write(f"{name}.json", campaign(name, approval=["risk"]))
            self.sign(name, "risk", "1")
        self.lines = self.register.read_text().splitlines(True)
        self.write("next.json", campaign("next", approval=["risk"]))

    def bad(self, text, line, says):
        self.register.write_text(text)
        code, told = self.check()
        self.assertEqual(code, 1, told)
        self.assertRegex(told, rf"approvals\.jsonl:{line}:\d+: error\[BAD_APPROVALS\]: .*{says}")
        self.assertEqual(self.call("campaign", "approvals", self.set).returncode, 1)
        self.assertIn("BAD_APPROVALS", self.sign("next", "risk", "1", says="the register of signatures is broken").stderr)
        self.assertEqual(self.register.read_text(), text)

    def test_edited(self):
        one, two, three = self.lines
        for number, line in enumerate(self.lines, 1):
            for before, after in (('"risk"', '"legal"'), ('"1"', '"2"'), (":", ": "), ('{"campaign":', '{"x":1,"campaign":'), ("T", "t"),
                                  ('"risk"', '"r\\u0069sk"')):
                text = "".join(self.lines[:number - 1]) + line.replace(before, after, 1) + "".join(self.lines[number:])
                self.bad(text, number, "")
        self.bad(one + three, 2, "one was taken out")
        self.bad(two + three, 1, "one was taken out")
        self.bad(one + two + two + three, 3, "")
        self.bad(one + three + two, 2, "")
        self.bad(one + "\n" + two, 2, "no signature")
        self.bad(one + two + three + "# note\n", 4, "no signature")
        self.bad(one + two + three + "\0\n", 4, "no signature")
        self.bad(one + two + three + "[1]\n", 4, "no signature")
        self.bad(one + chained([json.loads(two), json.loads(three)]), 2, "one was taken out")

    def test_made_anew_in_the_middle(self):
        """An edit that computes its own line anew is found at the next one."""
        entries = [json.loads(line) for line in self.lines]
        entries[1]["staff"] = "2"
        anew = chained(entries).splitlines(True)
        self.bad(anew[0] + anew[1] + self.lines[2], 3, "that one was edited")

    def test_cut(self):
        for cut in (1, 2, 40, len(self.lines[2]) - 1):
            self.bad("".join(self.lines)[:-cut], 3, "no newline" if cut < len(self.lines[2]) else "")
        self.register.write_text("".join(self.lines[:2]))
        missing = self.approved()
        self.assertEqual(missing, {"a": [], "b": [], "c": ["risk"], "next": ["risk"]}, "a line that is gone is a signature that is gone")
        self.sign("c", "risk", "1")

    def test_nobody_asks(self):
        """A register that no campaign needs stops nothing."""
        self.register.write_text("nonsense\n")
        for name in ("a", "b", "c", "next"):
            self.write(f"{name}.json", campaign(name))
        self.assertEqual(self.check("--strict")[0], 0)

    def test_told_of_one_file_too(self):
        self.register.write_text("nonsense\n")
        done = self.call("check", self.set / "a.json")
        self.assertEqual(done.returncode, 1)
        self.assertIn("BAD_APPROVALS", done.stdout)


class Running(Stage):
    def setUp(self):
        super().setUp()
        self.write("hello.json", campaign("hello", approval=["business", "risk"]))
        self.events = self.folder / "events.jsonl"
        self.events.write_text("")

    def event(self, number):
        with self.events.open("a") as file:
            file.write(json.dumps({"id": f"e{number}", "source": "mbank", "type": "login", "customer": f"c{number}",
                                   "time": "2026-12-05T10:00:00+08:00"}) + "\n")

    def words(self, *more):
        return [GIFTD, "run", "--input", "events.jsonl", "--campaigns", "campaigns", "--output", "out", "--state", "state",
                "-X", "commit.interval_ms=20", *more]

    def gifts(self):
        rewards = self.folder / "out" / "rewards.jsonl"
        lines = rewards.read_text().splitlines() if rewards.exists() else []
        return [json.loads(line)["data"]["rule"] for line in lines if "gift.reward.issued" in line]

    def points(self):
        return [json.loads(line)["data"]["value_minor"] for line in (self.folder / "out" / "rewards.jsonl").read_text().splitlines()]

    def wait(self, what, holds, process):
        for _ in range(1500):
            if holds():
                return
            self.assertIsNone(process.poll(), f"it ended, waited for {what}: {self.said()}")
            time.sleep(0.02)
        self.fail(f"waited in vain for {what}: {self.said()}")

    def said(self):
        return (self.folder / "err").read_text()

    def test_start(self):
        self.event(1)
        done = self.call(*self.words("--once")[1:])
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("hello.json: /approval: warning[NOT_APPROVED]: not signed by: business, risk", done.stderr)
        self.assertIn("1 campaign is not signed by all who have to sign", done.stderr)
        self.assertEqual(self.gifts(), [])
        self.sign("hello", "business", "1")
        self.assertIn("not signed by: risk", self.call(*self.words("--once")[1:]).stderr)
        self.sign("hello", "risk", "2")
        done = self.call(*self.words("--once")[1:])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.gifts()), 1)
        lines = self.register.read_text()
        self.register.write_text(lines.replace('"2"', '"3"'))
        done = self.call(*self.words("--once")[1:])
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("BAD_APPROVALS", done.stderr)
        self.register.write_text(lines)
        self.event(2)
        self.assertEqual(self.call(*self.words("--once")[1:]).returncode, 0)
        self.assertEqual(len(self.gifts()), 2)

    def test_reload(self):
        self.sign("hello", "business", "1")
        self.sign("hello", "risk", "2")
        self.event(1)
        with (self.folder / "err").open("w") as err:
            process = subprocess.Popen(self.words(), cwd=self.folder, stderr=err, stdin=subprocess.DEVNULL)
        try:
            self.wait("the first gift", lambda: len(self.gifts()) == 1, process)
            self.write("hello.json", campaign("hello", version=2, approval=["business", "risk"],
                                              rules=[{**RULE, "give": {**RULE["give"], "value": 9}}]))
            process.send_signal(signal.SIGHUP)
            self.wait("the refusal", lambda: "the new campaigns are not taken, the old ones go on" in self.said(), process)
            self.assertIn("NOT_APPROVED", self.said())
            self.event(2)
            self.wait("a gift by the old ones", lambda: len(self.gifts()) == 2, process)
            self.sign("hello", "business", "1")
            self.sign("hello", "risk", "2")
            process.send_signal(signal.SIGHUP)
            self.wait("the new ones", lambda: "campaigns read again" in self.said(), process)
            self.event(3)
            self.wait("a gift by the new ones", lambda: len(self.gifts()) == 3, process)
            self.assertEqual(self.points(), [5, 5, 9])
            self.register.unlink()
            process.send_signal(signal.SIGHUP)
            self.wait("the second refusal", lambda: self.said().count("the old ones go on") == 2, process)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(60), 0)
        finally:
            process.kill()
            process.wait()


if __name__ == "__main__":
    unittest.main(verbosity=1)
