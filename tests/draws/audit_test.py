"""`giftd draw` from outside: what is committed to, what a log that was tampered with is told, who may see the secret and when; and that
verify.py, which knows nothing of giftd, comes to the same draws. Called with the program and the folder of the sources."""
import datetime
import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import jsonschema

PROGRAM, SOURCE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
VERIFY = os.path.join(SOURCE, "tests/draws/verify.py")
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("GIFTD_")}
KEY = bytes(range(7, 39))
CHINA = datetime.timezone(datetime.timedelta(hours=8))


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def from_ms(day):
    return int(datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(), CHINA).timestamp() * 1000)


def secret_of(campaign, day, key=KEY):
    return mac(mac(key, "giftd draw root 2\n"), f"giftd draw secret 2\n{campaign}\n{from_ms(day)}\n")


def commitment_of(campaign, day, key=KEY):
    text = f"giftd draw commitment 2\n{campaign}\n{from_ms(day)}\n{secret_of(campaign, day, key).hex()}\n"
    return "2:" + hashlib.sha256(text.encode()).hexdigest()


def prize(name, weight, stock, **more):
    return {"id": name, "weight": weight, "reward": "goods", "value": "50.00", "pool": {"stock": stock}, **more}


NOTHING = {"id": "none", "weight": 70, "nothing": True}
LIKE_MID = {"id": "like-mid", "reward": "goods", "value": "60.00", "pool": {"stock": 30}}
ITEMS = [prize("big", 10, 40), prize("mid", 20, 100, or_else=LIKE_MID), NOTHING]


def campaign_of(name="wheel", first="2025-03-01", last="2025-03-31", empty="redraw", items=None, commitment=True, **more):
    campaign = {"id": name, "version": 1, "name": {"zh": name, "en": name}, "period": {"from": first, "to": last},
                "audience": "everyone", "rules": [{"id": "spin", "on": "login", "give": {"draw_of": items or ITEMS, "when_empty": empty},
                           "limits": [{"count": 3, "per": ["customer"], "period": "campaign"}]}], **more}
    if commitment:
        campaign["draws"] = {"commitment": commitment_of(name, first)}
    return campaign


class Stage(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="giftd-draws-")
        os.mkdir(self.path("campaigns"))
        self.key("key", KEY)

    def tearDown(self):
        shutil.rmtree(self.folder)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def key(self, name, value):
        with open(os.open(self.path(name), os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(value)

    def giftd(self, *words, key="key"):
        secret = ["-X", f"id.key_file={self.path(key)}"] if key else []
        return subprocess.run([PROGRAM, *words, *secret], capture_output=True, text=True, env=PLAIN, cwd=self.folder, timeout=240,
                              stdin=subprocess.DEVNULL)

    def write(self, campaign):
        with open(self.path("campaigns", campaign["id"] + ".json"), "w", encoding="utf8") as file:
            json.dump(campaign, file)

    def events(self, count, day="2025-03-05"):
        with open(self.path("events.jsonl"), "w", encoding="utf8") as file:
            for i in range(count):
                file.write(json.dumps({"specversion": "1.0", "source": "bank/a", "type": "login", "id": f"e/{i}", "subject": f"c{i % 700}",
                                       "time": f"{day}T{10 + i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}+08:00", "data": {}}) + "\n")

    def run_all(self, **more):
        return self.giftd("run", "--input", "events.jsonl", "--campaigns", "campaigns", "--output", "out", "--state", "state", "--once",
                          **more)

    def audit(self, *words, **more):
        return self.giftd("draw", "audit", "wheel", "--campaigns", "campaigns", "--output", "out", *words, **more)

    def played(self, count=2100, **more):
        self.write(campaign_of(**more))
        self.events(count)
        done = self.run_all()
        self.assertEqual(done.returncode, 0, done.stderr)

    def decisions(self):
        with open(self.path("out/decisions.jsonl"), encoding="utf8") as file:
            return [json.loads(line) for line in file]

    def verify(self, first="2025-03-01"):
        return subprocess.run([sys.executable, "-B", VERIFY, self.path("campaigns/wheel.json"), str(from_ms(first)),
                               secret_of("wheel", first).hex(), self.path("out/decisions.jsonl")], capture_output=True, text=True)


class Commit(Stage):
    def commit(self, name="wheel", **more):
        return self.giftd("draw", "commit", name, "--campaigns", "campaigns", **more)

    def test_the_line_for_the_file_and_its_text(self):
        self.write(campaign_of(first="2036-03-01", last="2036-03-31", commitment=False))
        done = self.commit()
        self.assertEqual((done.returncode, done.stdout), (0, '"draws": {"commitment": "%s"}\n' % commitment_of("wheel", "2036-03-01")))
        self.assertIn("before 2036-03-01T00:00:00+08:00", done.stderr)
        self.write(campaign_of(first="2036-03-01", last="2036-03-31"))
        again = self.commit()
        self.assertEqual((again.returncode, again.stdout), (0, done.stdout))
        for language in ("en", "zh"):
            text = self.giftd("campaign", "text", "campaigns/wheel.json", "--lang", language, key=None).stdout
            self.assertIn(commitment_of("wheel", "2036-03-01"), text)
            self.assertIn("HMAC-SHA256", text)

    def test_nothing_is_committed_to_what_is_no_secret(self):
        self.write(campaign_of(first="2036-03-01", last="2036-03-31", commitment=False))
        self.key("zeros", bytes(32))
        for key, told in ((None, "is not set"), ("zeros", "one byte over and over")):
            done = self.commit(key=key)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(told, done.stderr)

    def test_nothing_is_committed_to_behind_the_beginning(self):
        self.write(campaign_of(commitment=False))
        done = self.commit()
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("has begun", done.stderr)

    def test_another_secret_or_first_day_is_another_commitment(self):
        self.write(campaign_of(first="2036-03-01", last="2036-03-31"))
        self.key("other", bytes(range(32)))
        self.assertEqual(self.commit(key="other").returncode, 1)
        self.write({**campaign_of(first="2036-03-01"), "period": {"from": "2036-03-02", "to": "2036-03-31"}})
        self.assertEqual(self.commit().returncode, 1)

    def test_who_does_not_draw_commits_to_nothing(self):
        self.write({**campaign_of(commitment=False), "rules": [{"id": "a", "on": "login", "give": {"reward": "goods", "pool": "unlimited"},
                                                                "limits": "unlimited"}]})
        self.assertIn("no rule that draws", self.commit().stderr)
        self.assertIn("has no campaign other", self.commit("other").stderr)


class Run(Stage):
    def test_a_commitment_to_another_secret_is_refused_before_anything_is_drawn(self):
        self.write(campaign_of())
        self.events(10)
        self.key("other", bytes(range(32)))
        for key in ("other", None):
            done = self.run_all(key=key)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("commitment of its draws", done.stderr)
            self.assertFalse(os.path.exists(self.path("out/rewards.jsonl")) and os.path.getsize(self.path("out/rewards.jsonl")) > 0)

    def test_check_holds_it_against_the_secret_of_the_configuration(self):
        self.write(campaign_of())
        self.key("other", bytes(range(32)))
        for key, code in (("key", 0), ("other", 1), (None, 0)):
            done = self.giftd("check", "campaigns", key=key)
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
            self.assertEqual("commitment of its draws" in done.stderr, code == 1)

    def test_a_running_campaign_draws_to_its_end_as_it_began(self):
        for before, after in ((False, True), (True, False)):
            for folder in ("out", "state"):
                shutil.rmtree(self.path(folder), ignore_errors=True)
            self.played(100, commitment=before)
            self.write({**campaign_of(commitment=after), "version": 2})
            self.events(200)
            done = self.run_all()
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("means something else", done.stderr)

    def test_the_same_input_draws_the_same(self):
        self.played()
        first = self.decisions()
        shutil.rmtree(self.path("out"))
        shutil.rmtree(self.path("state"))
        self.played()
        self.assertEqual(self.decisions(), first)


class Audit(Stage):
    def test_every_draw_follows_and_anybody_can_say_so(self):
        for empty in ("redraw", "next", "lose"):
            for folder in ("out", "state"):
                shutil.rmtree(self.path(folder), ignore_errors=True)
            self.played(empty=empty)
            done = self.audit()
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("2100 draws: each follows from the secret", done.stdout)
            self.assertRegex(done.stdout, r"\n  big +10 +10.0000% +\d+ +[\d.]+% +40 +[1-9]\d*\n")
            self.assertRegex(done.stdout, r"\n  mid +20 +20.0000% +\d+ +[\d.]+% +130 +[1-9]\d*\n")
            self.assertIn("2 degrees of freedom", done.stdout)
            self.assertIn("rewards, and each stands there", done.stdout)
            other = self.verify()
            self.assertEqual((other.returncode, other.stdout), (0, "2100 draws, 0 wrong\n"), other.stderr)

    def test_its_records_are_as_the_schema_says(self):
        self.played(600, empty="next")
        with open(os.path.join(SOURCE, "schemas/decision.schema.json"), encoding="utf8") as file:
            schema = jsonschema.Draft202012Validator(json.load(file))
        decisions = self.decisions()
        self.assertEqual([error.message for line in decisions for error in schema.iter_errors(line)], [])
        draw = next(line for line in decisions if "draw" in line["data"]["considered"][0])
        del draw["data"]["considered"][0]["draw"]["drawn"][0]["of"]
        self.assertNotEqual(list(schema.iter_errors(draw)), [])

    def test_explain_tells_what_was_drawn(self):
        self.played()
        line = next(line for line in self.decisions() if len(line["data"]["considered"][0].get("draw", {}).get("drawn", [])) > 1)
        first, last = (line["data"]["considered"][0]["draw"]["drawn"][i] for i in (0, -1))
        words = ("explain", "--customer", line["subject"], "--output", "out", "--campaigns", "campaigns")
        told = self.giftd(*words).stdout
        self.assertIn(f"drawn {first['number']} of {first['of']}: {first['item']}, none left; ", told)
        self.assertIn(f"; drawn {last['number']} of {last['of']}: {last['item']}\n", told)
        self.assertIn(f"抽到{first['number']}（共{first['of']}）：{first['item']}，已发完；", self.giftd(*words, "--lang", "zh").stdout)
        draws = [rule["draw"] for event in map(json.loads, self.giftd(*words, "--json").stdout.splitlines())
                 for campaign in event["campaigns"] for rule in campaign["rules"] if "draw" in rule]
        self.assertIn(line["data"]["considered"][0]["draw"], draws)

    def test_the_opened_secret_is_enough(self):
        self.played()
        told = self.audit("--reveal").stdout
        secret = re.search(r"^secret: ([0-9a-f]{64})$", told, re.M).group(1)
        self.assertEqual((secret, str(from_ms("2025-03-01"))),
                         (secret_of("wheel", "2025-03-01").hex(), re.search(r"^first instant: (\d+)$", told, re.M).group(1)))
        done = self.audit("--secret", secret, key=None)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("each follows", done.stdout)

    def test_the_secret_stays_closed_until_nothing_can_be_drawn(self):
        self.write(campaign_of(first="2025-03-01", last="2036-03-31", late={"accept": "PT48H"}))
        self.events(50)
        self.run_all()
        done = self.audit("--reveal")
        self.assertEqual(done.returncode, 2)
        self.assertIn("2036-04-10T00:00:00+08:00", done.stderr)  # the end, seven days of closing, two of lateness
        self.assertNotIn("secret: ", done.stdout)
        self.assertNotIn(secret_of("wheel", "2025-03-01").hex(), done.stdout + done.stderr)
        self.assertEqual(self.audit().returncode, 0)

    def test_another_secret_is_found(self):
        self.played(50)
        self.key("other", bytes(range(32)))
        for done in (self.audit(key="other"), self.audit("--secret", "00" * 32, key=None)):
            self.assertEqual(done.returncode, 1)
            self.assertIn("NOT the secret", done.stderr)
        self.assertEqual(self.audit("--secret", "00", key=None).returncode, 2)

    def test_what_never_was_committed_cannot_be_audited(self):
        self.played(50, commitment=False)
        done = self.audit()
        self.assertEqual(done.returncode, 2)
        self.assertIn("committed to no secret", done.stderr)
        self.assertTrue(all("draw" not in outcome for line in self.decisions() for outcome in line["data"].get("considered", [])))


class Claims(Stage):
    """Chances that are drawn with: a claim that a limit in amount refuses is tried again, and draws the same."""
    def test_a_claim_that_comes_again_draws_the_same(self):
        campaign = campaign_of(items=[prize("big", 3, 5000), {**NOTHING, "weight": 1}], empty="lose")
        spin = {**campaign["rules"][0], "on": "reward.claimed", "spends": "spins",
                "limits": [{"amount": "80.00", "per": ["customer"], "period": "day"}]}
        ticket = {"id": "ticket", "on": "login", "limits": "unlimited",
                  "give": {"reward": "chance", "chance": "spins", "count": 3, "valid": {"for": "P5D"}}}
        self.write({**campaign, "rules": [ticket, spin]})
        claim = {"campaign": "wheel", "rule": "spin"}
        with open(self.path("events.jsonl"), "w", encoding="utf8") as file:
            for hour, kind, data in ((1, "login", {}), *((hour, "reward.claimed", claim) for hour in (2, 3, 4, 26, 27, 50, 51))):
                for i in range(200):
                    time = datetime.datetime(2025, 3, 5, tzinfo=CHINA) + datetime.timedelta(hours=hour, seconds=i)
                    file.write(json.dumps({"specversion": "1.0", "source": "bank", "type": kind, "id": f"{kind}{hour}.{i}", "data": data,
                                           "subject": f"c{i}", "time": time.isoformat()}) + "\n")
        done = self.run_all()
        self.assertEqual(done.returncode, 0, done.stderr)
        drawn = {}
        for line in self.decisions():
            for outcome in line["data"].get("considered", []):
                if "draw" in outcome:
                    drawn.setdefault((line["subject"], outcome["draw"]["key"]), []).append((outcome["draw"]["drawn"], outcome["reason"]))
        again = [tries for tries in drawn.values() if len(tries) > 1]
        self.assertGreater(len(again), 100)
        for tries in again:
            self.assertEqual(len({json.dumps(one) for one, _ in tries}), 1)
            self.assertEqual({reason for _, reason in tries[:-1]}, {"LIMIT_REACHED"})
        done = self.audit()
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"rule spin: %d draws" % len(drawn))
        self.assertRegex(done.stdout, r"\d+ of them refused afterwards")
        self.assertEqual(self.verify().returncode, 0)


class Refunds(Stage):
    def test_refunds_of_every_kind_leave_draws_that_follow(self):
        campaign = campaign_of(items=[prize("big", 3, 5000), {**NOTHING, "weight": 1}], empty="lose")
        spin = {**campaign["rules"][0], "on": "txn.card_spend", "limits": [{"count": 50, "per": ["customer"], "period": "campaign"}]}
        owed = {**spin, "id": "owed", "on_reversal": {"reward": "offset"}}
        self.write({**campaign, "rules": [spin, owed]})
        begin, events = datetime.datetime(2025, 3, 5, tzinfo=CHINA), []

        def event(kind, name, customer, minute, **data):
            time = (begin + datetime.timedelta(minutes=minute)).isoformat()
            events.append({"id": name, "source": "bank", "type": kind, "customer": customer, "time": time, **data})
        for i in range(200):
            paid = {"amount_minor": 10000, "currency": "CNY", "status": "settled"}
            back = {"original_id": f"p{i}", "currency": "CNY", "original_time": (begin + datetime.timedelta(minutes=i)).isoformat()}
            amount = 10000 if i % 4 < 2 else 5000
            if i % 2 == 0:
                event("txn.reversed", f"r{i}", f"c{i % 20}", i, amount_minor=amount, **back)
            event("txn.card_spend", f"p{i}", f"c{i % 20}", i, **paid)
            if i % 2 == 1:
                event("txn.reversed", f"r{i}", f"c{i % 20}", i, amount_minor=amount, **back)
        with open(self.path("events.jsonl"), "w", encoding="utf8") as file:
            file.write("".join(json.dumps(one) + "\n" for one in events))
        done = self.run_all()
        self.assertEqual(done.returncode, 0, done.stderr)
        kinds = {gift["kind"] for line in self.decisions() for outcome in line["data"].get("considered", [])
                 for gift in outcome.get("gifts", [])}
        self.assertLessEqual({"issued", "lost", "revoked", "offset"}, kinds)
        done = self.audit()
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(self.verify().returncode, 0)


class Names(Stage):
    def test_a_renamed_rule_draws_as_before(self):
        self.played(100)
        campaign = campaign_of(version=2)
        campaign["rules"][0].update(id="turn", was="spin")
        self.write(campaign)
        self.events(1500)
        done = self.run_all()
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.audit()
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("rule turn: 1400 draws", done.stdout)
        self.assertEqual(self.verify().stdout, "1500 draws, 0 wrong\n")

    def test_what_another_customer_hears_is_drawn_for_him(self):
        campaign = campaign_of(items=[prize("big", 1, 5000), {**NOTHING, "weight": 1}], empty="lose")
        campaign["rules"][0].update(on={"event": "account.opened", "as": "referrer"}, limits="unlimited")
        self.write(campaign)
        with open(self.path("events.jsonl"), "w", encoding="utf8") as file:
            for i in range(60):
                file.write(json.dumps({"id": f"a{i}", "source": "bank", "type": "account.opened", "customer": f"new{i}",
                                       "referrer": f"c{i % 7}",
                                       "time": f"2025-03-05T10:00:{i:02}+08:00"}) + "\n")
        done = self.run_all()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(("c3", "event:bank/a3/new3"), {(line["subject"], outcome["draw"]["key"]) for line in self.decisions()
                                                     for outcome in line["data"].get("considered", []) if "draw" in outcome})
        done = self.audit()
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("60 draws: each follows", done.stdout)
        self.assertEqual(self.verify().returncode, 0)


class Tampered(Stage):
    """Each time one line of a log that follows is changed, or the files beside it; the audit says where."""
    def find(self, wanted, change, told, rewards=False):
        name = self.path("out/rewards.jsonl" if rewards else "out/decisions.jsonl")
        with open(name, encoding="utf8") as file:
            lines = file.read().splitlines()
        for i, line in enumerate(lines):
            document = json.loads(line)
            outcome = (document["data"].get("considered") or [None])[0]
            if not wanted(document if rewards else outcome):
                continue
            lines[i:i + 1] = change(line, document, outcome)
            break
        else:
            self.fail("no such line")
        shutil.copy(name, name + ".kept")
        with open(name, "w", encoding="utf8") as file:
            file.write("".join(line + "\n" for line in lines))
        done = self.audit()
        shutil.move(name + ".kept", name)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(told, done.stdout)

    def changed(self, **changes):
        def change(_line, document, outcome):
            outcome.update(changes)
            return [json.dumps(document)]
        return change

    def test_tampering_is_found(self):
        self.played()
        lost = lambda outcome: outcome and outcome["reason"] == "DRAW_LOST"
        big = lambda outcome: outcome and outcome["reason"] == "GIVEN" and outcome["gifts"][0]["item"] == "big"

        def draw(line, document, outcome, **changes):
            outcome["draw"]["drawn"][0].update(changes)
            return [json.dumps(document)]
        self.find(big, lambda *a: draw(*a, number=9) if a[2]["draw"]["drawn"][0]["number"] != 9 else draw(*a, number=8), "by the secret")
        self.find(lost, lambda *a: draw(*a, item="big"), "falls on none, not on big")
        self.find(lost, lambda *a: draw(*a, of=99), "by the secret and the file")

        def won(_line, document, outcome):
            outcome.update(reason="GIVEN", gifts=[{**outcome["gifts"][0], "kind": "issued", "item": "big"}])
            return [json.dumps(document)]
        self.find(lost, won, "none was drawn, and not given")
        self.find(big, self.changed(reason="DRAW_LOST"), "big was drawn, and what came of it is DRAW_LOST")

        def without(_line, document, outcome):
            del outcome["draw"]
            return [json.dumps(document)]
        self.find(big, without, "gave something without a draw")

        def chosen(_line, document, outcome):
            outcome["draw"]["key"] = "event:bank%2Fa/e%2F99999"
            return [json.dumps(document)]
        self.find(big, chosen, "which is not its event")
        self.find(big, lambda line, *_: [line, line], "has won or lost before")
        self.find(lost, lambda line, *_: [line[:-9]], "LINES CANNOT BE READ")
        self.find(lambda reward: reward["data"].get("draw"), lambda *_: [], "1 OF ", rewards=True)
        self.find(lambda reward: reward["data"].get("draw"), lambda line, *_: [line, line], "stands there twice", rewards=True)
        self.find(lambda reward: reward["data"].get("draw"), lambda line, document, _: [line, json.dumps({**document, "id": "A" * 22})],
                  "no draw of the decisions brought it", rewards=True)

    def test_a_redraw_that_was_not_due_is_found(self):
        self.played()
        again = lambda outcome: outcome and len(outcome.get("draw", {}).get("drawn", [])) > 1

        def swapped(_line, document, outcome):
            outcome["draw"]["drawn"][1]["number"] ^= 1
            return [json.dumps(document)]
        self.find(again, swapped, "by the secret and the file")

    def test_other_weights_than_promised_are_found(self):
        """The mutant of the odds: what ran gave the great prize half as often as the file that was published says."""
        self.played(items=[prize("big", 5, 2000), {**NOTHING, "weight": 95}])
        self.assertEqual(self.audit().returncode, 0)
        self.write(campaign_of(items=[prize("big", 10, 2000), {**NOTHING, "weight": 90}]))
        done = self.audit()
        self.assertEqual(done.returncode, 1)
        self.assertIn("DO NOT FOLLOW", done.stdout)
        self.assertIn("falls on", done.stdout)

    def test_another_version_is_told_apart(self):
        self.played(60)
        self.write({**campaign_of(), "version": 2})
        done = self.audit()
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("60 are of other versions than 2", done.stdout)
        decisions = self.path("out/decisions.jsonl")
        with open(decisions, encoding="utf8") as file:
            text = file.read()
        with open(decisions, "w", encoding="utf8") as file:
            file.write(re.sub(r'"number":\d+', '"number":77', text, count=1))
        self.assertEqual(self.audit().returncode, 1)


class Page(unittest.TestCase):
    def test_the_example_of_the_page(self):
        """docs/draws.md: what stands behind # is what the line above it prints."""
        with open(os.path.join(SOURCE, "docs/draws.md"), encoding="utf8") as file:
            block = re.search(r"```sh\n(secret=.*?)```", file.read(), re.S).group(1)
        lines = block.splitlines()
        meant = [line[2:] for line in lines if line.startswith("# ")]
        if shutil.which("openssl") is None:
            self.skipTest("no openssl here")
        done = subprocess.run(["sh", "-c", "\n".join(line for line in lines if not line.startswith("# "))], capture_output=True, text=True)
        self.assertEqual([re.findall(r"[0-9a-f]+", line.replace("stdin", ""))[-1] for line in done.stdout.splitlines()], meant, done.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
