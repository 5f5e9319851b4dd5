#!/usr/bin/env python3
"""`giftd explain` from outside: the three questions, both languages, JSON, moved and edited files, and every way to ask wrongly.

    explain_test.py GIFTD
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

GIFTD = os.path.abspath(sys.argv.pop(1))

CAMPAIGN = {
    "id": "hello", "version": 1, "name": {"zh": "登录礼", "en": "Hello"}, "period": {"from": "2026-12-01", "to": "2026-12-31"},
    "audience": "everyone", "pools": {"points": {"stock": 400}},
    "rules": [
        {"id": "day", "on": "login", "when": {"channel": "app"}, "give": {"reward": "points", "value": 5, "pool": "points"},
         "limits": [{"count": 1, "per": ["customer"], "period": "day"}]}]}


def login(number, customer="c1", day=5, **more):
    return json.dumps({"id": f"e{number}", "source": "mbank", "type": "login", "customer": customer,
                       "time": f"2026-12-{day:02}T10:00:00+08:00", "channel": "app", **more}) + "\n"


EVENTS = [login(1), login(2), login(3, channel="web"), login(4, "c2"), login(1), login(5, day=7), "{broken\n"]


class Explain(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="giftd-explain-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        (self.folder / "campaigns").mkdir()
        self.write_campaign(CAMPAIGN)
        (self.folder / "events.jsonl").write_text("".join(EVENTS))
        self.run_giftd("run", "--input", "events.jsonl", "--campaigns", "campaigns", "--output", "out", "--state", "state", "--once")

    def write_campaign(self, campaign):
        (self.folder / "campaigns" / "hello.json").write_text(json.dumps(campaign))

    def run_giftd(self, *words, code=0, stdin=None, **environment):
        done = subprocess.run([GIFTD, *words], cwd=self.folder, capture_output=True, text=True, timeout=60, input=stdin,
                              env={**os.environ, **environment})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def explain(self, *words, code=0, says="", warns="", **more):
        done = self.run_giftd("explain", "--campaigns", "campaigns", *words, code=code, **more)
        self.assertIn(says, done.stdout)
        self.assertIn(warns, done.stderr)
        return done

    def ask(self, *lines, **more):
        return self.explain("--event", "-", stdin="".join(lines), **more)

    def reward(self):
        return json.loads((self.folder / "out" / "rewards.jsonl").read_text().splitlines()[0])["id"]

    # ---- by event ----

    def test_an_event_that_gave(self):
        done = self.ask(EVENTS[0], says="✓ day: gave points 5\n")
        self.assertIn("login mbank/e1, customer c1, 2026-12-05T10:00:00+08:00\n  channel app\n  decided from events.jsonl, position 0,",
                      done.stdout)
        self.assertIn(f"reward {self.reward()}, pool hello/points", done.stdout)
        self.assertIn("DUPLICATE_EVENT the same event came 1 more time and was not judged again.", done.stdout)

    def test_an_event_that_did_not(self):
        self.ask(EVENTS[1], says="✗ day: LIMIT_REACHED limit reached: 1 of 1 per customer, day 2026-12-05\n")
        self.ask(EVENTS[1], says="✗ limit 1 per customer, day: 1 of 1 used on 2026-12-05\n")
        self.ask(EVENTS[2], says="✗ day: CONDITION_NOT_MET a condition does not hold: channel web = app\n")

    def test_what_the_catalogue_does_not_know(self):
        line = login(1, chanel="app", page="home")
        self.ask(line, says='  ! not in the catalogue, and without effect: field "chanel" (did you mean channel?)\n')
        self.explain("--lang", "zh", "--event", "-", stdin=line, says='  ! 目录中没有,不起作用:字段 "chanel"(是否应为 channel)\n')
        self.assertEqual(json.loads(self.explain("--json", "--event", "-", stdin=line).stdout)["unknown"],
                         [{"what": "field", "word": "chanel", "near": "channel"}])
        paid = json.dumps({"id": "p", "source": "core", "type": "txn.card_spend", "customer": "c1", "time": "2026-12-05T10:00:00+08:00",
                           "status": "SETTLED"})
        self.assertEqual(json.loads(self.explain("--json", "--event", "-", stdin=paid, code=1).stdout)["unknown"],
                         [{"what": "value", "word": "SETTLED", "field": "status", "near": "settled"}])
        self.assertNotIn("catalogue", self.ask(EVENTS[0]).stdout)

    def test_several_events_in_their_order(self):
        done = self.ask(*EVENTS[:4])
        places = [done.stdout.index(f"mbank/e{i}") for i in range(1, 5)]
        self.assertEqual(places, sorted(places))

    def test_an_event_that_was_never_decided(self):
        done = self.ask(login(99), code=1, says="! no decision was recorded for this event",
                        warns="1 of 1 events have no decision in out/decisions.jsonl")
        self.assertIn("? day: would be judged with the customer's state; nothing is recorded", done.stdout)

    def test_without_any_run(self):
        shutil.rmtree(self.folder / "out")
        self.ask(EVENTS[2], code=1, says="✗ day: CONDITION_NOT_MET", warns="name the folder of a run with --output")
        self.explain("--event", "events.jsonl", "--output", "out", code=2, warns="cannot open out/decisions.jsonl")

    def test_lines_that_are_no_events(self):
        self.ask(EVENTS[0], EVENTS[6], code=1, says="✓ day: gave", warns="line 2: ")
        self.ask("", code=1, warns="no event was found in -")

    def test_chinese(self):
        done = self.explain("--lang", "zh", "--event", "events.jsonl", code=1,
                            says="✗ day: LIMIT_REACHED 已达上限:每客户每日 1 次,2026-12-05 已用 1\n")
        self.assertIn("✓ day: 发放 积分 5\n", done.stdout)
        self.assertIn("hello v1  登录礼\n", done.stdout)
        self.run_giftd("explain", "--campaigns", "campaigns", "--event", "-", stdin=EVENTS[0], GIFTD_LANG="zh")

    def test_brief_has_no_steps(self):
        self.assertNotIn("campaign runs", self.explain("--brief", "--customer", "c1").stdout)

    def test_json(self):
        lines = self.explain("--json", "--event", "events.jsonl", code=1).stdout.splitlines()
        answers = [json.loads(line) for line in lines]
        self.assertEqual([answer["event"]["id"] for answer in answers], ["e1", "e2", "e3", "e4", "e5"])
        rule = answers[1]["campaigns"][0]["rules"][0]
        self.assertEqual({k: rule[k] for k in ("rule", "reason", "recorded", "at", "limit", "identity", "period", "expected", "actual")},
                         {"rule": "day", "reason": "LIMIT_REACHED", "recorded": True, "at": "/rules/0/limits/0", "limit": rule["limit"],
                          "identity": "customer", "period": "2026-12-05", "expected": "1", "actual": "1"})
        self.assertEqual(answers[0]["campaigns"][0]["rules"][0]["gifts"][0]["id"], self.reward())
        self.assertEqual(answers[2]["campaigns"][0]["rules"][0]["recorded"], False)
        self.assertTrue(all(answer["same_rulebook"] for answer in answers))

    def test_other_campaigns(self):
        changed = json.loads(json.dumps(CAMPAIGN))
        changed["rules"][0]["when"]["channel"] = "web"
        changed["rules"][0]["id"] = "night"
        self.write_campaign(changed)
        done = self.ask(EVENTS[0], says="! the campaigns loaded here are not those it was decided with")
        self.assertIn("✗ night: CONDITION_NOT_MET a condition does not hold: channel app = web (now)", done.stdout)
        self.assertIn("recorded, but not in the campaigns loaded here:\n  hello/day v1: GIVEN ", done.stdout)

    def test_broken_campaigns(self):
        (self.folder / "campaigns" / "hello.json").write_text("{}")
        self.ask(EVENTS[0], code=1, warns="error[")

    # ---- by reward, by customer ----

    def test_names_of_any_kind(self):
        """Sources are URI references and ids printable ASCII: found by event, reward and customer, and JSON stays JSON."""
        names = [("https://a/b?c#d", '"\\'), ("/mybank/cards", "2026/11/20-7"), ("urn:x:y", "~" * 128)]
        (self.folder / "events.jsonl").open("a").write("".join(
            login(0, f"n{n}").replace('"e0"', json.dumps(name)).replace("mbank", source) for n, (source, name) in enumerate(names)))
        self.run_giftd("run", "--input", "events.jsonl", "--campaigns", "campaigns", "--output", "out", "--state", "state", "--once")
        for n, (source, name) in enumerate(names):
            line = login(0, f"n{n}").replace('"e0"', json.dumps(name)).replace("mbank", source)
            self.ask(line, says=f"login {source}/{name}, customer n{n}")
            event = json.loads(self.explain("--json", "--customer", f"n{n}").stdout)["event"]
            self.assertEqual((event["source"], event["id"]), (source, name))
            rewards = [json.loads(one) for one in (self.folder / "out" / "rewards.jsonl").read_text().splitlines()]
            [reward] = [one for one in rewards if one["subject"] == f"n{n}"]
            encoded = name.replace("%", "%25").replace("/", "%2F")
            self.assertEqual(reward["data"]["source_events"], [f"{source}/{encoded}"])
            self.explain("--reward", reward["id"], says=f"login {source}/{name}, customer n{n}")

    def test_a_reward(self):
        self.explain("--reward", self.reward(), says="login mbank/e1, customer c1")
        done = self.explain("--reward", self.reward() + "-0123456789abcdefr", says="✓ day: gave points 5") # a line that took it back
        self.assertEqual(done.stdout.count("login mbank/"), 1)

    def test_no_such_reward(self):
        self.explain("--reward", "AAAAAAAAAAAAAAAAAAAAAA", code=1,
                     warns="no reward AAAAAAAAAAAAAAAAAAAAAA in out/rewards.jsonl or out/decisions.jsonl")

    def test_a_reward_whose_decision_is_gone(self):
        (self.folder / "out" / "decisions.jsonl").write_text("")
        self.explain("--reward", self.reward(), code=1, warns="but its decision is not in out/decisions.jsonl")

    def test_a_customer(self):
        done = self.explain("--customer", "c1")
        self.assertEqual([line.split()[1] for line in done.stdout.splitlines() if line.startswith("login ")],
                         ["mbank/e1,", "mbank/e2,", "mbank/e3,", "mbank/e1,", "mbank/e5,"])
        self.assertIn("✗ DUPLICATE_EVENT event was already seen.", done.stdout)
        for since in ("2026-12-06", "2026-12-07T10:00:00+08:00", "2026-12-07"):
            self.assertEqual(self.explain("--customer", "c1", "--since", since).stdout.count("login mbank/"), 1)
        self.explain("--customer", "c1", "--since", "2026-12-08", code=1,
                     warns="no decision for customer c1 since 2026-12-08 in out/decisions.jsonl")
        self.explain("--customer", "c9", code=1, warns="no decision for customer c9 in out/decisions.jsonl")

    def test_a_customer_who_has_a_dead_letter(self):
        """Named by a line that is no event, and is no JSON; c30 and c3 are others, and so is who is only mentioned."""
        lines = [login(1, "c3", time=5), login(2, "c30"), login(3, "c3"), '{"customer" : "c4", "id": "cut o\n',
                 login(5, memo=["c4", "x"], time=5)]
        (self.folder / "more.jsonl").write_text("".join(lines))
        self.run_giftd("run", "--input", "more.jsonl", "--campaigns", "campaigns", "--output", "out4", "--state", "state4", "--once")
        here = ["--output", "out4", "--customer"]
        said = self.explain(*here, "c3", says="login mbank/e3, customer c3").stdout
        self.assertIn("dead letter from more.jsonl, position 0: the line names customer c3\n  ✗ MALFORMED_EVENT event could", said)
        self.assertEqual(said.count("dead letter from"), 1)
        self.assertRegex(said, "\n      BAD_TIME /time: .*; .*\n$")
        self.assertEqual(self.explain(*here, "c4").stdout.count("dead letter from more.jsonl, position"), 1)
        self.assertNotIn("dead letter", self.explain(*here, "c30").stdout)
        self.explain(*here, "c3", "--lang", "zh", says="死信:more.jsonl 位置 0,该行含客户 c3\n  ✗ MALFORMED_EVENT 事件格式错误:")
        told = [json.loads(line) for line in self.explain(*here, "c4", "--json").stdout.splitlines()]
        self.assertEqual([(one["customer"], one["dead_letter"]["reason"]) for one in told], [("c4", "MALFORMED_EVENT")])

    def test_events_that_were_moved(self):
        os.rename(self.folder / "events.jsonl", self.folder / "moved.jsonl")
        done = self.explain("--customer", "c1", says="! the event's own line is not at hand (--input FILE)")
        self.assertIn("✗ day: LIMIT_REACHED", done.stdout)
        self.assertNotIn("CONDITION_NOT_MET", done.stdout)
        self.explain("--customer", "c1", "--input", "moved.jsonl", says="✗ day: CONDITION_NOT_MET")

    def test_another_file_under_the_name_of_the_events(self):
        (self.folder / "events.jsonl").write_text("".join(reversed(EVENTS)))
        self.explain("--customer", "c2", says="! the event's own line is not at hand")

    def test_damaged_decisions(self):
        path = self.folder / "out" / "decisions.jsonl"
        lines = path.read_text().splitlines(True)
        path.write_text("garbage\n\n" + lines[0][:100] + "\n" + "".join(lines) + "{\"id\":")
        done = self.explain("--customer", "c1", says="✓ day: gave",
                            warns="3 lines of out/decisions.jsonl are not decisions and were skipped")
        self.assertIn("not a decision line: byte", done.stderr)

    def test_what_another_customer_heard(self):
        rule = {**CAMPAIGN["rules"][0], "id": "brought", "on": {"event": "account.opened", "as": "referrer"},
                "when": {"caused_by": "other"}}
        taken = {**rule, "id": "shared", "on": {"event": "txn.card_spend", "as": "primary"}}
        self.write_campaign({**CAMPAIGN, "rules": [rule, taken]})
        opened = [login(n, customer, type="account.opened", **more) for n, customer, more in
                  ((1, "bob", {"referrer": "ann"}), (2, "eve", {"referrer": "eve"}))]
        spent = login(3, "bob", day=6, type="txn.card_spend", primary="ann", amount_minor=100, currency="CNY")
        back = login(4, "bob", day=7, type="txn.reversed", original_id="e3")
        (self.folder / "events.jsonl").write_text("".join(opened) + spent + back)
        self.run_giftd("run", "--input", "events.jsonl", "--campaigns", "campaigns", "--output", "out2", "--state", "state2", "--once")
        here = ["--output", "out2"]
        ann = self.explain("--customer", "ann", *here, says="account.opened mbank/e1, customer ann (caused by bob)").stdout
        self.assertIn("✓ brought: gave points 5", ann)
        self.assertIn("✗ shared: REVERSED", ann)
        self.assertEqual(ann.count("mbank/"), 3)  # heard only: what bob's event was refused elsewhere is not ann's
        self.explain("--event", "-", *here, stdin=opened[0], says="→ brought: judged for another customer, see the decision for ann")
        self.explain("--event", "-", *here, stdin=opened[1], says="→ brought: for another customer, but neither the event nor the record")
        self.explain("--event", "-", *here, "--lang", "zh", stdin=opened[0], says="由其他客户接收,见该客户的决策:ann")
        said = json.loads(self.explain("--customer", "ann", *here, "--json").stdout.splitlines()[0])
        self.assertEqual((said["customer"], said["caused_by"]), ("ann", "bob"))
        lines = [json.loads(line)["data"] for line in (self.folder / "out2" / "decisions.jsonl").read_text().splitlines()]
        self.assertEqual(lines[0]["heard_by"], [{"customer": "ann", "campaign": "hello", "rule": "brought"}])
        self.assertEqual(lines[-2]["heard_by"], [{"customer": "ann", "takes_back": True}])
        rewards = [json.loads(line) for line in (self.folder / "out2" / "rewards.jsonl").read_text().splitlines()]
        self.assertEqual([(one["subject"], one["data"]["caused_by"]) for one in rewards], [("ann", "bob")] * 3)

    def test_what_another_customers_fact_heard(self):
        goal = {**CAMPAIGN["rules"][0], "id": "goal", "on": {"fact": "spent"}, "when": {"fact.spent": {"gte": "2.00"}}}
        spent = {"measure": "sum", "of": "amount", "on": {"event": "txn.card_spend", "as": "primary"}, "window": "month"}
        self.write_campaign({**CAMPAIGN, "facts": {"spent": spent}, "rules": [goal]})
        paid = [login(n, customer, type="txn.card_spend", amount_minor=150, currency="CNY", **more)
                for n, customer, more in ((1, "bob", {"primary": "ann"}), (2, "eve", {}))]
        back = login(3, "bob", day=7, type="txn.reversed", original_id="e1")
        (self.folder / "events.jsonl").write_text("".join(paid) + back)
        self.run_giftd("run", "--input", "events.jsonl", "--campaigns", "campaigns", "--output", "out2", "--state", "state2", "--once")
        here = ["--output", "out2"]
        ann = self.explain("--customer", "ann", *here, says="txn.card_spend mbank/e1, customer ann (caused by bob)").stdout
        self.assertIn("fact spent (2026-12): 0.00 → 1.50", ann)
        self.assertIn("goal: not yet: spent is 1.50 of 2.00", ann)
        self.assertIn("fact spent (2026-12): 1.50 → 0.00", ann)
        bob = self.explain("--customer", "bob", *here, says="fact spent: heard for another customer, see the decision for ann").stdout
        self.assertIn("What it takes back was heard for another customer, see the decision for ann", bob)
        self.explain("--customer", "eve", *here, says="fact spent: for another customer, but neither the event nor the record names one")
        self.explain("--customer", "bob", *here, "--lang", "zh", says="计入其他客户,见该客户的决策:ann")
        line = json.loads((self.folder / "out2" / "decisions.jsonl").read_text().splitlines()[0])["data"]
        self.assertEqual(line["heard_by"], [{"customer": "ann", "fact": "hello/spent"}])

    # ---- what nobody heard, and has no line of its own ----

    def decisions(self):
        return [json.loads(line) for line in (self.folder / "out" / "decisions.jsonl").read_text().splitlines()]

    def test_what_nobody_heard(self):
        [line] = [line for line in self.decisions() if line["type"] == "gift.decision.range"]
        place = len(EVENTS[0]) + len(EVENTS[1])
        self.assertEqual(line["data"], {"input": "events.jsonl", "first": place, "last": place, "events": 1,
                                        "earliest": "2026-12-05T02:00:00Z", "rulebook": line["data"]["rulebook"]})
        self.assertNotIn("e3", [one["data"]["event"]["id"] for one in self.decisions() if one != line])
        done = self.ask(EVENTS[2], says=f"decided from events.jsonl, position {place}, rulebook ")
        self.assertIn("no campaign did anything with it, so it has no line of its own: one of 1 such events from position "
                      f"{place} to {place}\n", done.stdout)
        self.assertIn("✗ day: CONDITION_NOT_MET a condition does not hold: channel web = app", done.stdout)
        answer = json.loads(self.explain("--json", "--event", "-", stdin=EVENTS[2]).stdout)
        self.assertEqual((answer["recorded"], answer["range"]), (True, {"first": place, "last": place, "events": 1}))
        self.explain("--lang", "zh", "--event", "-", stdin=EVENTS[2], says="没有活动对该事件作出处理,因此无单独记录")

    def test_what_nobody_heard_just_now(self):
        """While a run follows its input the last range is open: it stands in the state."""
        (self.folder / "live.jsonl").write_text("".join(login(n, channel="web") for n in (50, 51)))
        words = ["--output", "live", "--state", "live-state", "--campaigns", "campaigns"]
        run = subprocess.Popen([GIFTD, "run", "--input", "live.jsonl", *words], cwd=self.folder, stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                done = subprocess.run([GIFTD, "explain", *words, "--event", "-"], cwd=self.folder, capture_output=True, text=True,
                                      timeout=60, input=login(51, channel="web"), check=False)
                if done.returncode == 0:
                    break
                time.sleep(0.1)
            self.assertIn("no campaign did anything with it, so it has no line of its own: one of 2 such events from position 0 to ",
                          done.stdout)
            self.assertEqual(list((self.folder / "live").glob("decisions.jsonl"))[0].read_text(), "")
            without = words[:2] + words[4:]  # the state of the configuration may be another run's
            self.explain(*without, "--event", "-", stdin=login(51, channel="web"), code=1, warns="has not ended")
            self.explain(*words, "--customer", "c1", says="login mbank/e50, ")
        finally:
            run.kill()
            run.wait()

    def test_what_nobody_heard_and_somebody_would(self):
        changed = json.loads(json.dumps(CAMPAIGN))
        changed["rules"][0]["when"]["channel"] = "web"
        self.write_campaign(changed)
        done = self.ask(EVENTS[2], says="! the campaigns loaded here are not those it was decided with")
        self.assertIn("? day: no campaign did anything with it then; now it would be judged with the customer's state", done.stdout)

    def test_what_nobody_heard_when_the_input_is_away(self):
        os.rename(self.folder / "events.jsonl", self.folder / "moved.jsonl")
        done = self.ask(EVENTS[2], says="! it has no line of its own: if it came, it is in one of 1 ranges of events that no campaign did "
                        "anything with")
        self.assertIn("✗ day: CONDITION_NOT_MET", done.stdout)
        answer = json.loads(self.explain("--json", "--event", "-", stdin=EVENTS[2]).stdout)
        self.assertEqual((answer["recorded"], answer["may_be_in"], answer["same_rulebook"]), (False, 1, True))
        self.explain("--event", "-", "--input", "moved.jsonl", stdin=EVENTS[2], says="no campaign did anything with it, so it has no line")
        self.ask(login(98, channel="web", day=9), code=1, warns="have no decision")  # of no range's time
        self.ask(login(98), code=1, says="? day: would be judged")  # it would be heard: then it did not come
        changed = json.loads(json.dumps(CAMPAIGN))
        changed["rules"][0]["when"]["channel"] = "atm"
        self.write_campaign(changed)
        self.ask(EVENTS[2], code=1, says="! no decision was recorded for this event")  # of other campaigns

    def test_a_customer_whose_events_nobody_heard(self):
        done = self.explain("--customer", "c1")
        self.assertEqual(done.stderr, "")
        os.rename(self.folder / "events.jsonl", self.folder / "moved.jsonl")
        done = self.explain("--customer", "c1", warns="1 ranges hold 1 more events, of all customers, that nobody heard")
        self.assertEqual(done.stdout.count("login mbank/"), 4)
        done = self.explain("--customer", "c1", "--input", "moved.jsonl")
        self.assertEqual([line.split()[1] for line in done.stdout.splitlines() if line.startswith("login ")],
                         ["mbank/e1,", "mbank/e2,", "mbank/e3,", "mbank/e1,", "mbank/e5,"])
        self.assertEqual(self.explain("--customer", "c1", "--since", "2026-12-07").stderr, "")

    def test_a_dead_letter_in_a_range(self):
        back = login(9, type="txn.reversed", original_id="e0", original_time="2026-12-01T10:00:00+08:00")
        spent = [login(n, type="txn.card_spend", amount_minor=100, currency="CNY") for n in (6, 7)]
        wrong = login(8, type="txn.reversed", original_id="e9")  # of a reversal
        (self.folder / "more.jsonl").write_text(back + spent[0] + wrong + spent[1])
        self.run_giftd("run", "--input", "more.jsonl", "--campaigns", "campaigns", "--output", "out3", "--state", "state3", "--once")
        here = ["--output", "out3"]
        self.assertIn("REVERSAL_OF_REVERSAL", (self.folder / "out3" / "dlq.jsonl").read_text())
        self.explain("--event", "-", *here, stdin=spent[0], says="one of 2 such events")
        self.explain("--event", "-", *here, stdin=wrong, says="dead letter from more.jsonl, position ")
        said = self.explain("--customer", "c1", *here).stdout
        told = [line.split()[1] for line in said.splitlines() if line.startswith("txn.")]
        self.assertEqual(told, ["mbank/e9,", "mbank/e6,", "mbank/e7,"])

    def test_another_file_where_the_input_was(self):
        (self.folder / "events.jsonl").write_text("".join([EVENTS[1], EVENTS[0], EVENTS[3].replace("e4", "e9"), EVENTS[2]]))
        self.ask(EVENTS[2], says="if it came, it is in one of 1 ranges")
        self.explain("--customer", "c1", warns="1 ranges hold 1 more events")

    def test_a_damaged_range(self):
        path = self.folder / "out" / "decisions.jsonl"
        path.write_text(path.read_text().replace('"events":1', '"events":0'))
        self.ask(EVENTS[2], code=1, warns="not the line of a range")
        self.explain("--customer", "c1", warns="1 lines of out/decisions.jsonl are not decisions and were skipped")

    # ---- rules that wait for a measure or a track ----

    def waits(self, line, *words, says=""):
        return self.explain("--output", "out3", *words, "--event", "-", stdin=line, says=says).stdout

    def test_a_rule_that_waits(self):
        """Asked of a payment that gave nothing: how far is the customer?"""
        bank = {"id": "bank", "version": 1, "name": {"zh": "行", "en": "Bank"},
                "facts": {"month": {"measure": "sum", "of": "amount", "on": "txn.card_spend", "window": "month"}}}
        (self.folder / "campaigns" / "bank.json").write_text(json.dumps(bank))
        step = {"id": "step", "on": {"fact": "month"}, "when": {"fact.month": {"gte": "100.00"}},
                "give": {"reward": "points", "value": 5, "pool": "points"},
                "limits": [{"count": 1, "per": ["customer"], "period": "month"}]}
        tasks = [{"id": "pay", "on": "txn.card_spend"}, {"id": "bill", "on": "bill.paid"}]
        both = {"id": "done", "on": {"fact": "both"}, "give": step["give"], "limits": step["limits"]}
        self.write_campaign({**CAMPAIGN, "facts": {"both": {"track": {"opens": "login", "within": "P7D", "tasks": tasks}}},
                             "rules": [step, both]})
        paid = [login(n, type="txn.card_spend", amount_minor=amount, currency="CNY", status="settled", channel="pos",
                      time=f"2026-12-06T1{n}:00:00+08:00") for n, amount in ((2, 4500), (3, 5500), (4, 100))]
        (self.folder / "events.jsonl").write_text("".join([login(1)] + paid))
        self.run_giftd("run", "--input", "events.jsonl", "--campaigns", "campaigns", "--output", "out3", "--state", "state3", "--once")
        self.waits(paid[0], says="  - step: not yet: month is 45.00 of 100.00 (2026-12)\n")
        self.waits(paid[0], says="  - done: not yet: both has 1 of 2 tasks\n")
        self.waits(login(1), says="  - done: not yet: both has 0 of 2 tasks\n")
        self.assertNotIn("not yet: month", self.waits(paid[1], says="✓ step: gave points 5"))
        self.waits(paid[2], says="  - step: month is 101.00 (2026-12), past the last step of this rule\n")
        self.waits(paid[0], "--lang", "zh", says="  - step: 尚未达到:month 为 45.00 / 100.00 (2026-12)\n")
        said = json.loads(self.waits(paid[0], "--json"))["campaigns"][-1]["waiting"]
        self.assertEqual([(one["rule"], one["fact"], one["actual"], one.get("expected")) for one in said],
                         [("step", "bank/month", "45.00", "100.00"), ("done", "hello/both", "1", "2")])

    def test_why_a_fact_did_not_count(self):
        spent = {"measure": "sum", "of": "amount", "on": {"event": "txn.card_spend", "when": {"status": "settled"}},
                 "window": {"rolling": "P30D"}, "per": ["customer", "card"]}
        step = {**CAMPAIGN["rules"][0], "id": "step", "on": {"fact": "spent"}, "when": {"fact.spent": {"gte": "100.00"}}}
        self.write_campaign({**CAMPAIGN, "enrolment": "required", "facts": {"spent": spent}, "rules": [step]})
        paid = [login(n, type="txn.card_spend", amount_minor=4500, currency="CNY", day=day, status=status, card="k1")
                for n, day, status in ((1, 5, "settled"), (3, 6, "failed"), (4, 7, "settled"))]
        late = paid[2].replace('"e4"', '"e5"').replace("2026-12-07", "2027-01-07")
        (self.folder / "events.jsonl").write_text(paid[0] + login(2, type="campaign.enrolled", campaign="hello") + "".join(paid[1:]) + late)
        self.run_giftd("run", "--input", "events.jsonl", "--campaigns", "campaigns", "--output", "out3", "--state", "state3", "--once")
        self.waits(paid[0], says="  • fact spent: not counted by what was known of the customer then: enrolment, audience, its conditions, "
                                 "a currency that counts as nothing here, or a field that the event lacks\n")
        self.waits(paid[1], says="  • fact spent: a condition does not hold: status failed = settled\n")
        self.waits(paid[2], says="  • fact spent (30 days to 2026-12-07): 0.00 → 45.00; next at 100.00, for step\n"
                                 "  - step: not yet: spent is 45.00 of 100.00 (30 days to 2026-12-07)\n")
        self.waits(late, says="  • fact spent: campaign has ended\n")
        self.waits(paid[1], "--lang", "zh", says="  • 事实 spent:条件不满足:状态 failed = settled\n")
        self.waits(paid[2], "--lang", "zh", says="  - step: 尚未达到:spent 为 45.00 / 100.00 (截至 2026-12-07 的 30 天)\n")

    def test_why_less_is_left(self):
        base = {"on": "txn.card_spend", "when": {"amount": {"gte": "60.00"}}, "limits": CAMPAIGN["rules"][0]["limits"]}
        rules = [{**base, "id": "again", "give": {"reward": "points", "value": 9, "pool": "points"}},
                 {**base, "id": "share", "give": {"reward": "points", "value": 100, "pool": "unlimited"},
                  "on_reversal": {"partial": "prorate"}},
                 {**base, "id": "sum", "on": {"fact": "month"}, "when": {"fact.month": {"gte": "90.00"}},
                  "give": {"reward": "points", "value": 7, "pool": "points"}}]
        month = {"measure": "sum", "of": "amount", "on": "txn.card_spend", "window": "month"}
        self.write_campaign({**CAMPAIGN, "facts": {"month": month}, "on_reversal": {"reward": "revoke"}, "rules": rules})
        paid = login(1, type="txn.card_spend", amount_minor=10000, currency="CNY")
        part = login(2, type="txn.reversed", original_id="e1", amount_minor=5000, currency="CNY", day=6)
        (self.folder / "events.jsonl").write_text(paid + part)
        self.run_giftd("run", "--input", "events.jsonl", "--campaigns", "campaigns", "--output", "out3", "--state", "state3", "--once")
        for rule, why in (("again: REVERSED took back points 9", "partial refund, 'recheck': judged again with what is left of the"),
                          ("share: REVERSED took back a part: points 50", "partial refund, 'prorate': as much of the value as of the"),
                          ("sum: REVERSED took back points 7", "it rests on fact month, now 50.00: judged again with")):
            said = self.waits(part, says=f"✗ {rule}\n")
            self.assertRegex(said.split(rule, 1)[1], f"\\A\n        reward .*\n      • {why} ")
        rules = json.loads(self.waits(part, "--json"))["campaigns"][0]["rules"]
        self.assertEqual(rules[2]["why"], "it rests on fact month, now 50.00: judged again with that")
        self.waits(part, "--lang", "zh", says="      • 部分退款(recheck):已按剩余金额重新判断\n")

    # ---- asked wrongly ----

    def test_wrong_words(self):
        for words, says in ((["--event"], "--event"), ([], "ask one thing"), (["--event", "a", "--customer", "b"], "ask one thing"),
                            (["--custmer", "c1"], "--customer"), (["c1"], "ask with --event FILE"),
                            (["--event", "a", "--since", "2026-12-01"], "--since"),
                            (["--customer", "c1", "--since", "yesterday"], "a date (2026-12-04)"),
                            (["--event", "a", "--lang", "fr"], "lang"),
                            (["--event", "nowhere.jsonl"], "cannot open nowhere.jsonl")):
            self.assertIn(says, self.run_giftd("explain", "--campaigns", "campaigns", *words, code=2).stderr)

    def test_options_as_flags(self):
        self.explain("-X", "output.dir=out", "-X", "lang=zh", "--customer", "c1", says="✓ day: 发放 积分 5\n")
        self.assertIn("'lnag' is not an option; did you mean 'lang'?",
                      self.run_giftd("explain", "-X", "lnag=zh", "--customer", "c1", code=2).stderr)

    def test_no_colours_where_nobody_sees_them(self):
        self.assertNotIn("\033", self.ask(EVENTS[0]).stdout)


if __name__ == "__main__":
    unittest.main()
