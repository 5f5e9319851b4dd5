"""giftd import, from rows to gifts: what goes in is what giftd hears, what is refused says why, and whatever is repeated, shuffled, cut off
or killed comes to the same state. Called with the program."""
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("GIFTD_")}
MIDNIGHT = "2024-11-30T00:00:00+08:00"


def giftd(*words, **more):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, env=PLAIN, timeout=240, stdin=subprocess.DEVNULL, **more)


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="giftd-import-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    def words(self, kind, text, *more, name="rows.csv", output="events.jsonl"):
        return ["import", kind, "--input", self.write(name, text), "--output", str(self.folder / output), *more]

    def rows(self, kind, text, *more, code=0, **named):
        answer = giftd(*self.words(kind, text, *more, **named))
        self.assertEqual(answer.returncode, code, answer.stdout + answer.stderr)
        return answer

    def events(self, output="events.jsonl"):
        path = self.folder / output
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def refused(self, name="rows.csv"):
        """(line, code, column) of each."""
        lines = (self.folder / f"{name}.errors.jsonl").read_text().splitlines()
        told = [json.loads(line) for line in lines]
        for line in told:
            self.assertTrue(line["text"] and line["remedy"], line)
        return [(line["line"], line["code"], line.get("column")) for line in told]

    def campaign(self, name, rule, **more):
        text = {"id": name, "version": 1, "name": {"zh": name, "en": name}, "period": {"from": "2024-10-01", "to": "2025-12-31"},
                "audience": "everyone", "currency": "CNY", **more,
                "rules": [{"id": "r", "limits": [{"count": 3, "per": ["customer"], "period": "campaign"}], **rule}]}
        self.write(f"campaigns/{name}.json", json.dumps(text))

    def run_all(self, *live, name="events.jsonl", more=()):
        """Gifts, as (type, campaign, customer)."""
        with open(self.folder / name, "a", encoding="utf-8") as out:
            for line in live:
                out.write(json.dumps(line) + "\n")
        answer = giftd("run", "--once", "--input", str(self.folder / name), "--output", str(self.folder / "out"), "--state",
                       str(self.folder / "state"), "--campaigns", str(self.folder / "campaigns"), *more)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        lines = (self.folder / "out/rewards.jsonl").read_text().splitlines()
        told = [json.loads(line) for line in lines]
        return sorted((line["type"].removeprefix("gift.reward."), line["data"]["campaign"], line["subject"]) for line in told)

    def decisions(self):
        return [json.loads(line)["data"] for line in (self.folder / "out/decisions.jsonl").read_text().splitlines()]


def live(number, customer, kind="login", when="2024-12-01T10:00:00+08:00", **fields):
    return {"id": f"live{number}", "source": "core", "type": kind, "customer": customer, "time": when, **fields}


POINTS = {"reward": "points", "value": 5, "pool": "unlimited"}


class Kinds(Folder):
    def test_history_is_what_first_and_last_know(self):
        """R2: the first transfer ever; R17: three months without a login. The rows are in order of customers, not of time."""
        self.campaign("sleeper", {"on": "login", "when": {"fact.seen": {"dormant_for": "P3M"}}, "give": POINTS},
                      facts={"seen": {"last": "login"}})
        self.campaign("newcomer", {"on": "txn.transfer", "when": {"fact.moved": "this_event"}, "give": POINTS},
                      facts={"moved": {"first": "txn.transfer"}})
        self.rows("facts", "customer,type,time,amount,currency\n"
                           "c1,login,2024-01-05T10:00:00+08:00,,\n"
                           "c1,txn.transfer,2019-03-04T10:00:00+08:00,12.50,CNY\n"
                           "c2,login,2024-09-20T10:00:00+08:00,,\n"
                           "c3,txn.transfer,2016-01-02T10:00:00+08:00,800,JPY\n", "--before", "2024-10-01T00:00:00+08:00")
        times = [event["time"] for event in self.events()]
        self.assertEqual(times, sorted(times))
        self.assertEqual([event["data"] for event in self.events()][:2], [{"amount_minor": 800, "currency": "JPY"},
                                                                        {"amount_minor": 1250, "currency": "CNY"}])
        money = {"amount_minor": 100, "currency": "CNY"}
        gifts = self.run_all(*[live(f"{customer}{kind}", customer, kind, **(money if kind == "txn.transfer" else {}))
                               for customer in ("c1", "c2", "c3", "c4") for kind in ("login", "txn.transfer")])
        self.assertEqual(gifts, [("issued", "newcomer", "c2"), ("issued", "newcomer", "c4"), ("issued", "sleeper", "c1")])

    def test_history_of_several_types(self):
        self.rows("facts", "type,customer,time,date,balance,currency,channel\n"
                           "balance.snapshot,c1,2024-01-31T23:59:59+08:00,2024-01-31,10.00,CNY,\n"
                           "login,c1,2024-01-05T10:00:00+08:00,,,,qr\n", "--before", "2024-10-01T00:00:00+08:00")
        self.assertEqual([(event["type"], event["data"]) for event in self.events()],
                         [("login", {"channel": "qr"}),
                          ("balance.snapshot", {"date": "2024-01-31", "balance_minor": 1000, "currency": "CNY"})])

    def test_profiles(self):
        self.campaign("gold", {"on": "login", "when": {"profile.tier": "金卡", "tag": "vip", "profile.income": {"gte": "100.00"}},
                               "give": POINTS})
        text = ('\ufeffcust_no,tier,income,tags,remark\r\nc1,金卡,100.00,"vip;a","x, ""y""\r\nz"\r\nc2,金卡,99.99,vip,\r\n'
                'c3,银卡,,vip,\r\n')
        self.rows("facts", text, "--map", "customer=cust_no", "--skip", "remark", "--currency", "CNY", "--as-of", MIDNIGHT)
        self.assertEqual(self.run_all(*[live(c, c) for c in ("c1", "c2", "c3")]), [("issued", "gold", "c1")])

    def test_balances(self):
        self.campaign("saver", {"on": "login", "when": {"fact.has": {"gte": "1000.00"}}, "give": POINTS},
                      facts={"has": {"measure": "daily_average", "of": "balance", "on": "balance.snapshot", "window": "month",
                                     "previous": 1}})
        self.rows("balances", "customer,date,balance\nc1,2024-11-01,1000.00\nc2,2024-11-01,999.99\n", "--currency", "CNY", "--offset",
                  "+08:00")
        self.assertEqual({event["time"] for event in self.events()}, {"2024-11-01T23:59:59+08:00"})
        got = self.run_all(*[live(c, c, when="2024-12-05T10:00:00+08:00") for c in ("c1", "c2")])
        self.assertEqual(got, [("issued", "saver", "c1")])

    def test_gifts_by_hand(self):
        """R111: the stream's own copy, before or behind it, gives nothing again."""
        self.campaign("visit", {"on": "branch.ticket_scanned", "give": POINTS}, late={"accept": "PT1H", "backfill": "P7D"})
        copy = live("t1", "c1", "branch.ticket_scanned", when="2024-11-30T09:00:00+08:00", ticket="t1")
        self.write("events.jsonl", "".join(json.dumps(live(i, "z")) + "\n" for i in range(20)))
        self.rows("grants", "id,type,time,customer,gift,ticket,branch,staff\n"
                            "livet1,branch.ticket_scanned,2024-11-30 09:00:00,c1,visit/r,t1,b1,s7\n", "--source", "core", "--offset",
                  "+08:00")
        self.assertEqual(self.run_all(copy), [("registered", "visit", "c1")])
        self.assertIn("DUPLICATE_EVENT", json.dumps(self.decisions()))

    def test_jsonl_says_the_same(self):
        self.rows("facts", "customer,tier,tags,age,income_minor\nc1,gold,a;b,30,5\nc2,,x,,\n", "--as-of", MIDNIGHT)
        rows = [{"tags": ["a", "b"], "customer": "c1", "income_minor": 5, "tier": "gold", "age": 30}, {"customer": "c2", "tags": ["x"]}]
        self.rows("facts", "".join(json.dumps(row) + "\n" for row in rows), "--as-of", MIDNIGHT, name="rows.jsonl", output="j.jsonl")
        self.assertEqual(self.events(), self.events("j.jsonl"))

    def test_one_moment_one_id(self):
        for number, (name, when) in enumerate((("a.csv", "2024-11-30T08:00:00+08:00"), ("b.csv", "2024-11-30T00:00:00Z"))):
            self.rows("facts", f"customer,time,tier\nc1,{when},gold\n", name=name, output=f"{number}.jsonl")
        self.assertEqual(self.events("0.jsonl")[0]["id"], self.events("1.jsonl")[0]["id"])

    def test_null_clears(self):
        self.rows("facts", '{"customer":"c1","tier":null}\n', "--as-of", MIDNIGHT, name="rows.jsonl")
        self.assertEqual(self.events()[0]["data"], {"tier": None})


FACTS = "customer,tier\n"
BEFORE = ["--before", "2024-10-01T00:00:00+08:00"]
ROW_ERRORS = [  # kind, flags, file, line, code, column
    ("facts", [], b"customer,tier\nc1,\xbd\xf0\xbf\xa8\n", 2, "NOT_UTF8", None),  # GBK
    ("facts", [], b"customer,tier\nc1,a\0b\n", 2, "NUL_BYTE", None),
    ("facts", [], 'customer,tier\n"c1","c2,y\n\nb"\nc2\n', 5, "CELL_COUNT", None),
    ("facts", [], "customer,tier\nc1,a,b\n", 2, "CELL_COUNT", None),
    ("facts", [], 'customer,tier\nc1,a"b\n', 2, "BAD_QUOTE", "tier"),
    ("facts", [], 'customer,tier\n"c1"x,a\n', 2, "BAD_QUOTE", "customer"),
    ("facts", [], "customer,tier\nc1," + "x" * 70000 + "\n", 2, "ROW_TOO_LONG", None),
    ("facts", [], 'customer,tier\nc1,"' + "x" * 1000000 + '"\nc2,y\n', 2, "ROW_TOO_LONG", None),
    ("facts", [], 'customer,tier\nc1,"x\nc3,y\nc4,"z"\nc2,y\n', 2, "BAD_QUOTE", "tier"),
    ("facts", [], "customer,tier\nc1," + "x" * 3000000 + "\nc2,y\n", 2, "ROW_TOO_LONG", None),
    ("facts", [], "customer,tier\nc1," + "x" * 300 + "\n", 2, "FIELD_TOO_LONG", "tier"),
    ("facts", [], "customer,tier\n张三,gold\n", 2, "BAD_CUSTOMER", "customer"),
    ("facts", [], "customer,tier\n,gold\n", 2, "MISSING", "customer"),
    ("facts", [], "customer,tier\nc1,\n", 2, "MISSING", None),
    ("facts", [], "customer,age\nc1,30.0\n", 2, "BAD_NUMBER", "age"),
    ("facts", [], "customer,age\nc1,99999999999999999999\n", 2, "BAD_NUMBER", "age"),
    ("facts", [], "customer,income\nc1,1.00\n", 2, "MISSING", "currency"),
    ("facts", ["--currency", "CNY"], "customer,income\nc1,1.0\n", 2, "BAD_MONEY", "income"),
    ("facts", ["--currency", "CNY"], "customer,income\nc1,\"1,000.00\"\n", 2, "BAD_MONEY", "income"),
    ("facts", ["--currency", "CNY"], "customer,income\nc1,-1.00\n", 2, "BAD_MONEY", "income"),
    ("facts", ["--currency", "CNY"], "customer,income\nc1,1e3\n", 2, "BAD_MONEY", "income"),
    ("facts", ["--currency", "JPY"], "customer,income\nc1,1.00\n", 2, "BAD_MONEY", "income"),
    ("facts", [], "customer,income_minor\nc1,12.50\n", 2, "BAD_NUMBER", "income_minor"),
    ("facts", [], "customer,income_minor\nc1,-5\n", 2, "AMOUNT_RANGE", "income_minor"),
    ("facts", [], "customer,real_name\nc1,是\n", 2, "BAD_BOOL", "real_name"),
    ("facts", [], "customer,tags\nc1,a;;b\n", 2, "BAD_LIST", "tags"),
    ("facts", [], "customer,time,tier\nc1,2024-11-30,a\n", 2, "NO_OFFSET", "time"),
    ("facts", ["--offset", "+08:00"], "customer,time,tier\nc1,2024-02-30,a\n", 2, "BAD_TIME", "time"),
    ("facts", ["--offset", "+08:00"], "customer,time,tier\nc1,9999-12-31,a\n", 2, "IN_FUTURE", "time"),
    ("facts", [], "customer,type\nc1,login\n", 2, "NO_BEFORE", "type"),
    ("facts", BEFORE, "customer,type\nc1,login\n", 2, "NOT_HISTORY", None),
    ("facts", BEFORE, "customer,type,time\nc1,logn,2024-01-01T00:00:00Z\n", 2, "UNKNOWN_WORD", "type"),
    ("facts", BEFORE, "customer,type,time,status,amount_minor,currency\nc1,txn.card_spend,2024-01-01T00:00:00Z,SETTLED,1,CNY\n", 2,
     "UNKNOWN_WORD", "status"),
    ("facts", BEFORE, "customer,type,time,amount_minor\nc1,txn.transfer,2024-01-01T00:00:00Z,1\n", 2, "AMOUNT_WITHOUT_CURRENCY",
     "amount_minor"),
    ("facts", [], "customer,tier,age\nc1,a,1\nc2,b,1\nc1,a,2\n", None, "CONFLICT", None),
    ("facts", [], "customer,tier,id\nc1,a,x1\n", 2, "MISSING", "source"),
    ("balances", ["--currency", "CNY", "--offset", "+08:00"], "customer,date,balance\nc1,2024-11-01,1.00\nc1,2024-11-01,2.00\n", None,
     "CONFLICT", None),
    ("balances", ["--offset", "+08:00"], "customer,date,balance_minor\nc1,2024-11-01,5\n", 2, "MISSING", "currency"),
    ("balances", ["--currency", "CNY"], "customer,date,balance_minor\nc1,2024-13-01,5\n", 2, "BAD_DATE", "date"),
    ("grants", ["--source", "core"], "customer,type,gift\nc1,login,a/b\n", 2, "MISSING", "id"),
    ("grants", [], "customer,type,gift,id\nc1,login,a/b,1\n", 2, "MISSING", "source"),
    ("grants", ["--source", "s"], "customer,type,gift,id\nc1,login,a/b,1\nc2,login,a/b,1\n", None, "CONFLICT", None),
]
JSONL_ERRORS = [
    ('{"customer":"c1","tier":1}', "BAD_TEXT", "tier"), ('{"customer":1,"tier":"a"}', "BAD_TEXT", "customer"),
    ('{"customer":"c1","tire":"a"}', "UNKNOWN_COLUMN", "tire"), ('{"customer":"c1","tier":"a","tier":"b"}', "COLUMN_TWICE", "tier"),
    ('{"customer":"c1","income":12.5}', "BAD_MONEY", "income"), ('{"customer":"c1","tier":"a"', "BAD_JSON", None),
    ('["c1"]', "BAD_JSON", None), ('{"customer":"c1","tags":"a"}', "BAD_LIST", "tags"),
    ('{"customer":"c1","tags":[1]}', "BAD_LIST", "tags"),
    ('{"customer":"c1","tier":{"a":1}}', "BAD_TEXT", "tier"), ('{"customer":"c1","tier":"\\ud800"}', "BAD_JSON", None),
]
FILE_ERRORS = [  # nothing of such a file is taken
    (b"", "the file is empty"), (b"\xff\xfec\0u\0", "is UTF-16"), (b"customer,\xb5\xc8\xbc\xb6\nc1,x\n", "the header is not UTF-8"),
    (b"customer,tier\nc1,gold", ":2: the last line has no newline"), (b"customer,tier\nc1,\"gold\nc2,x\n", ":2: a cell opens with a quote"),
    (b"customer,tier\nc0,y\nc1,\"" + b"x" * 3000000 + b"\"\n", ":3: a cell opens with a quote"),
    (b"customer;tier\nc1;gold\n", "separated by commas"), (b"customer,tierr\nc1,gold\n", "did you mean 'tier'?"),
    (b"customer,tier,tier\nc1,a,b\n", "'tier': stands twice"), (b"customer,income,income_minor\nc1,1.00,100\n", "stands twice"),
    (b"customer,gift\nc1,a/b\n", "'gift': nothing is known by that name"), (b"customer,\nc1,x\n", "nothing is known by that name"),
    (b"customer,tier\n\nc1,\"a\nb\nc2,c\n", ":3: a cell opens with a quote"),
]


class Refused(Folder):
    def test_rows(self):
        for kind, flags, text, line, code, column in ROW_ERRORS:
            with self.subTest(text=text[:60], flags=flags):
                shutil.rmtree(self.folder)
                self.folder.mkdir()
                self.rows(kind, text, "--as-of", MIDNIGHT, *flags, code=1)
                told = self.refused()
                self.assertEqual({(told_code, told_column) for _, told_code, told_column in told}, {(code, column)})
                if line is not None:
                    self.assertEqual(told[0][0], line)
                else:
                    self.assertEqual(len(told), 2)  # both, and neither is taken
                good = 0 if isinstance(text, bytes) else text.count("c2,y") + text.count("c2,b,")
                self.assertEqual(len(self.events()), good)  # rows that are meant to go in

    def test_lines(self):
        for text, code, column in JSONL_ERRORS:
            with self.subTest(text=text):
                self.rows("facts", '{"customer":"c9","tier":"x"}\n' + text + "\n", "--as-of", MIDNIGHT, code=1, name="rows.jsonl")
                self.assertEqual(self.refused("rows.jsonl"), [(2, code, column)])

    def test_files(self):
        for text, told in FILE_ERRORS:
            with self.subTest(told=told):
                answer = self.rows("facts", text, "--as-of", MIDNIGHT, code=1)
                self.assertIn(told, answer.stderr)
                self.assertEqual(self.events(), [])
                self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["rows.csv"])

    def test_header_alone(self):
        self.assertIn("0 rows: 0 events", self.rows("facts", FACTS).stdout)

    def test_corrected_rows_go_in_behind(self):
        self.rows("facts", "customer,age\nc1,1\nc2,x\n", "--as-of", MIDNIGHT, code=1)
        self.rows("facts", "customer,age\nc2,2\n", "--as-of", MIDNIGHT, name="corrected.csv")
        self.assertEqual([(event["subject"], event["data"]["age"]) for event in self.events()], [("c1", 1), ("c2", 2)])

    def test_strict(self):
        answer = self.rows("facts", "customer,age\nc1,1\nc2,x\n", "--as-of", MIDNIGHT, "--strict", code=1)
        self.assertIn("nothing was written (--strict)", answer.stdout)
        self.assertEqual(self.events(), [])

    def test_dry_run_writes_nothing(self):
        answer = giftd(*self.words("facts", "customer,age\nc1,1\nc2,x\n", "--as-of", MIDNIGHT, "--dry-run"))
        self.assertEqual((answer.returncode, "2 rows: 1 events" in answer.stdout), (1, True), answer.stderr)
        self.assertIn('"code":"BAD_NUMBER"', answer.stderr)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["rows.csv"])

    def test_history_behind_the_stream(self):
        """What giftd has let go it would call EVENT_TOO_LATE, one by one: it is said here, before."""
        wild = [live(100, "c1", when="2026-01-01T00:00:00Z")]
        self.write("events.jsonl", "".join(json.dumps(line) + "\n" for line in [live(i, "c1") for i in range(20)] + wild))
        text = "customer,time,tier\nc1,2024-11-23T10:00:00+08:00,a\nc2,2024-11-24T11:00:00+08:00,a\n"
        self.rows("facts", text, code=1)
        self.assertEqual(self.refused(), [(2, "TOO_OLD", None)])
        self.rows("facts", text, "-X", "events.horizon=P30D", name="again.csv")
        self.campaign("gold", {"on": "login", "give": POINTS})
        self.run_all()  # giftd's own word on it
        self.assertEqual(json.dumps(self.decisions()).count('"EVENT_TOO_LATE"'), 1)

    def test_places(self):
        rows = self.write("rows.csv", "customer,tier\nc1,a\n")
        for words, told, code in ((["--output", str(self.folder)], "cannot be opened", 2), (["--output", "/dev/null"], "is no file", 2),
                                  (["--output", "x", "--errors", "/nowhere/x"], "/nowhere/x: cannot be written", 75),
                                  (["--output", "x", "--input", "/dev/stdin"], "is no file", 2),
                                  (["--output", "x", "--input", "/nowhere/x"], "/nowhere/x: cannot be opened", 2)):
            answer = giftd("import", "facts", "--input", rows, "--as-of", MIDNIGHT, *words, cwd=self.folder)
            self.assertEqual((answer.returncode, told in answer.stderr), (code, True), answer.stderr)
        self.write("cut.jsonl", '{"specver')
        answer = giftd("import", "facts", "--input", rows, "--as-of", MIDNIGHT, "--output", str(self.folder / "cut.jsonl"))
        self.assertEqual((answer.returncode, "ends in the middle of a line" in answer.stderr), (2, True), answer.stderr)


class Again(Folder):
    """The same state, whatever happened on the way."""

    def table(self, count, seed=1):
        draw = random.Random(seed)
        rows = [f"c{i},{draw.choice(['gold', '金卡', 'a;b'])},{draw.randrange(90)},2024-11-{draw.randrange(1, 30):02}T10:00:00Z"
                for i in range(count)]
        return rows

    def text(self, rows):
        return "customer,tier,age,time\n" + "".join(row + "\n" for row in rows)

    def reference(self, rows):
        self.rows("facts", self.text(rows), name="reference.csv", output="reference.jsonl")
        return (self.folder / "reference.jsonl").read_bytes()

    def test_once_more(self):
        rows = self.table(50)
        expected = self.reference(rows)
        for _ in range(2):
            answer = self.rows("facts", self.text(rows), name="reference.csv", output="reference.jsonl")
            self.assertEqual((self.folder / "reference.jsonl").read_bytes(), expected)
        self.assertIn("stands in", answer.stdout)

    def test_shuffled_columns_and_rows_twice(self):
        rows = self.table(50)
        expected = sorted(self.reference(rows).splitlines())
        shuffled = rows + rows[:20]
        random.Random(2).shuffle(shuffled)
        text = "time,age,customer,tier\n" + "".join("{3},{2},{0},{1}\n".format(*row.split(",")) for row in shuffled)
        answer = self.rows("facts", text, output="other.jsonl")
        self.assertIn("20 said twice", answer.stdout)
        self.assertEqual(sorted((self.folder / "other.jsonl").read_bytes().splitlines()), expected)

    def test_in_parts_and_over_each_other(self):
        """Overlapping parts are duplicates for giftd: the state is that of the whole."""
        self.campaign("gold", {"on": "login", "when": {"profile.tier": "gold", "profile.age": {"gte": 40}}, "give": POINTS})
        rows = self.table(60)
        asked = [live(i, f"c{i}") for i in range(60)]
        self.reference(rows)
        whole = self.run_all(*asked, name="reference.jsonl")
        for folder in ("out", "state"):
            shutil.rmtree(self.folder / folder)
        for first, name in ((0, "a.csv"), (20, "b.csv"), (10, "c.csv")):
            self.rows("facts", self.text(rows[first:first + 40]), "-X", "events.horizon=P90D", name=name, output="parts.jsonl")
        parts = self.run_all(*asked, name="parts.jsonl", more=("-X", "events.horizon=P90D"))
        self.assertEqual(parts, whole)
        self.assertGreater(len(whole), 3)

    def test_killed_at_any_time(self):
        rows = self.table(12000)
        started = time.monotonic()
        expected = self.reference(rows)
        took = time.monotonic() - started
        draw = random.Random(3)
        words = self.words("facts", self.text(rows), "--quiet")
        for _ in range(8):
            process = subprocess.Popen([PROGRAM, *words], env=PLAIN, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(took * draw.uniform(0.2, 1))
            process.send_signal(signal.SIGKILL)
            process.wait()
        answer = giftd(*words)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual((self.folder / "events.jsonl").read_bytes(), expected)

    def test_cut_anywhere(self):
        """As a kill or a full disk leaves it: any start of what was to be written."""
        rows = self.table(20)
        expected = self.reference(rows)
        words = self.words("facts", self.text(rows))
        giftd(*words)
        position = self.folder / "rows.csv.errors.jsonl.position"
        begun = re.sub('"done":[0-9]+,"whole":true', '"done":0,"whole":false', position.read_text())
        for length in sorted(random.Random(4).sample(range(len(expected)), 25)) + [0, len(expected)]:
            (self.folder / "events.jsonl").write_bytes(expected[:length])
            position.write_text(begun)
            answer = giftd(*words)
            self.assertEqual(answer.returncode, 0, answer.stderr)
            self.assertEqual((self.folder / "events.jsonl").read_bytes(), expected)

    def test_full_disk(self):
        rows = self.table(3000)
        expected = self.reference(rows)
        words = self.words("facts", self.text(rows))

        def small():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (len(expected) // 2, len(expected)))

        answer = giftd(*words, preexec_fn=small)
        self.assertEqual((answer.returncode, "cannot be written" in answer.stderr), (75, True), answer.stderr)
        answer = giftd(*words)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("from a run that was cut off", answer.stdout)
        self.assertEqual((self.folder / "events.jsonl").read_bytes(), expected)

    def test_another_import_in_between(self):
        rows = self.table(20)
        words = self.words("facts", self.text(rows))
        giftd(*words)
        position = self.folder / "rows.csv.errors.jsonl.position"
        position.write_text(re.sub('"done":[0-9]+,"whole":true', '"done":0,"whole":false', position.read_text()))
        events = self.folder / "events.jsonl"
        cut = events.read_bytes()[:1000]
        events.write_bytes(cut)
        answer = giftd(*self.words("facts", self.text(rows[:10])))  # the file was changed before it was whole
        self.assertEqual((answer.returncode, "was cut off" in answer.stderr), (2, True), answer.stderr)
        self.assertEqual(events.read_bytes(), cut)
        self.write("rows.csv", self.text(rows))
        events.write_bytes(b"x" + cut[1:])
        answer = giftd(*words)
        self.assertEqual((answer.returncode, "something else" in answer.stderr), (2, True), answer.stderr)


class Lists(Folder):
    LIST = "campaigns/lists/vip.txt"

    def test_the_same_customers_are_the_same_bytes(self):
        (self.folder / "campaigns/lists").mkdir(parents=True)
        self.rows("lists", "customer,remark\nc2,x\nc10,\nc1,\nc2,y\n", "--skip", "remark", output=self.LIST)
        first = (self.folder / self.LIST).read_text()
        self.assertEqual([line for line in first.splitlines() if line[0] != "#"], ["c1", "c10", "c2"])
        answer = self.rows("lists", '{"customer":"c1"}\n{"customer":"c2"}\n{"customer":"c10"}\n', name="r.jsonl", output=self.LIST)
        self.assertIn("byte for byte", answer.stdout)
        self.assertEqual((self.folder / self.LIST).read_text(), first)

    def test_half_a_list_is_none(self):
        (self.folder / "campaigns/lists").mkdir(parents=True)
        self.rows("lists", "customer\nc1\n", output=self.LIST)
        first = (self.folder / self.LIST).read_text()
        answer = self.rows("lists", "customer\nc1\nc 2\n\nc3,\n", output=self.LIST, code=1)
        self.assertIn("whoever is missing", answer.stdout)
        self.assertEqual(self.refused(), [(3, "BAD_CUSTOMER", "customer"), (5, "CELL_COUNT", None)])
        self.rows("lists", "customer\nc1\nc2", output=self.LIST, code=1)
        self.assertEqual((self.folder / self.LIST).read_text(), first)

    def test_nobody(self):
        self.rows("lists", "customer\n", output="nobody.txt")
        self.assertRegex((self.folder / "nobody.txt").read_text(), "^#.*\n$")

    def test_decisions_say_which_list(self):
        """The rulebook's digest, which every decision has, is another with another list."""
        digests = []
        self.campaign("vip", {"on": "login", "give": POINTS}, audience={"include": ["list:vip"]})
        for customers, number in (("c1", 1), ("c1\nc2", 2)):
            (self.folder / "campaigns/lists").mkdir(exist_ok=True)
            self.rows("lists", f"customer\n{customers}\n", output=self.LIST)
            gifts = self.run_all(live(number, "c2"))
            digests.append(self.decisions()[-1]["rulebook"])
        self.assertEqual(gifts, [("issued", "vip", "c2")])
        self.assertNotEqual(*digests)

    def test_events_go_on_while_a_list_is_read(self):
        """Two million ids take seconds to read; an event that comes meanwhile is decided before they are."""
        self.campaign("vip", {"on": "login", "give": POINTS}, audience={"exclude": ["list:vip"], "include": "everyone"})
        self.write(self.LIST, "c1\n")
        events = self.write("events.jsonl", json.dumps(live(1, "c2")) + "\n")
        words = ["--input", events, "--output", str(self.folder / "out"), "--state", str(self.folder / "state"), "--campaigns",
                 str(self.folder / "campaigns"), "-X", "commit.interval_ms=20", "-X", "log.format=json"]
        log = self.folder / "log"
        with open(log, "w", encoding="utf-8") as said:
            process = subprocess.Popen([PROGRAM, "run", *words], env=PLAIN, stdout=subprocess.DEVNULL, stderr=said)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        rewards = self.folder / "out/rewards.jsonl"
        self.wait(lambda: rewards.exists() and "c2" in rewards.read_text())
        self.rows("lists", "customer\n" + "".join(f"m{i:07}\n" for i in range(2000000)), "--quiet", output=self.LIST)
        process.send_signal(signal.SIGHUP)
        time.sleep(0.2)
        with open(events, "a", encoding="utf-8") as out:
            out.write(json.dumps(live(2, "c3")) + "\n")
        self.wait(lambda: "c3" in rewards.read_text())
        self.assertNotIn("read again", log.read_text())
        self.wait(lambda: "read again" in log.read_text())
        with open(events, "a", encoding="utf-8") as out:
            out.write(json.dumps(live(3, "m0000007")) + "\n" + json.dumps(live(4, "c4")) + "\n")
        self.wait(lambda: "c4" in rewards.read_text())
        self.assertNotIn("m0000007", rewards.read_text())  # the new list counts

    def wait(self, holds):
        until = time.monotonic() + 120
        while not holds():
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
