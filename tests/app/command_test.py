#!/usr/bin/env python3
"""`giftd test` and `giftd check` from outside: exit codes, the diff, what is told of broken files, reports, coverage, configurations.

    command_test.py GIFTD
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

GIFTD = os.path.abspath(sys.argv.pop(1))
SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent

CAMPAIGN = {
    "id": "dining", "version": 1, "name": {"zh": "餐饮", "en": "Dining"}, "period": {"from": "2026-12-01", "to": "2026-12-31"},
    "audience": "everyone",
    "pools": {"credits": {"stock": 3}, "other": {"stock": 5}},
    "rules": [
        {"id": "half", "on": "txn.card_spend", "schedule": {"days": ["fri"]}, "when": {"mcc": "5812", "amount": {"gte": "20.00"}},
         "give": {"reward": "instant_discount", "value": {"percent": "50%", "of": "amount", "max": "50.00"}, "pool": "credits"},
         "limits": [{"count": 1, "per": ["customer"], "period": "day"}], "on_reversal": {"reward": "revoke"}},
        {"id": "hello", "on": "login", "give": {"reward": "points", "value": 5, "pool": "other"},
         "limits": [{"count": 1, "per": ["customer"], "period": "ever"}]}]}

TOKYO = {
    "id": "tokyo", "version": 1, "name": {"zh": "东京", "en": "Tokyo"}, "currency": "JPY", "audience": "everyone",
    "period": {"from": "2026-12-01", "to": "2026-12-31", "zone": "Asia/Tokyo"},
    "rules": [{"id": "yen", "on": "txn.card_spend", "schedule": {"hours": "00:00-01:00"}, "when": {"amount": {"gte": "1000"}},
               "give": {"reward": "instant_discount", "value": "300", "pool": {"stock": 9},
                        "valid": {"from": {"next": "day"}, "to": {"after": "P3D"}}},
               "limits": [{"count": 1, "per": ["customer"], "period": "day"}]}]}

HALF = """scenario "Half price once a day"
covers R34
2026-12-04 12:30  c1  txn.card_spend amount=80.00 mcc=5812 id=pay1
    gift half instant_discount 40.00 from credits
+PT2H  c1  txn.card_spend amount=80.00 mcc=5812
    refuse half LIMIT_REACHED limit half#count.customer.day actual 1
-  c1  txn.card_spend amount=80.00 mcc=5812 id=pay1
    duplicate
2026-12-05 09:00  c2  txn.card_spend amount=80.00 mcc=5812
    refuse half OUTSIDE_SCHEDULE
-  c2  txn.reversed original_id=nothing amount=20.00
    unknown
pool credits 2 left
2026-12-06 09:00  c1  txn.reversed original_id=pay1
    revoke half 40.00
2026-12-11 09:00  c2  txn.card_spend amount=10.00 mcc=5812
    refuse half CONDITION_NOT_MET   (amount >= 20.00, was 10.00)
"""


class Folder:
    def __init__(self, stories, campaign=None):
        self.temporary = tempfile.TemporaryDirectory(prefix="scenarios-")
        self.path = pathlib.Path(self.temporary.name)
        (self.path / "dining.json").write_text(json.dumps(campaign or CAMPAIGN), encoding="utf8")
        for name, text in stories.items():
            (self.path / name).write_text(text, encoding="utf8")

    def call(self, *words):
        done = subprocess.run([GIFTD, *words], cwd=self.path, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout, done.stderr

    def test(self, *flags, paths=(".",)):
        return self.call("test", *paths, *flags)


class CommandTest(unittest.TestCase):
    def folder(self, stories, campaign=None):
        folder = Folder(stories, campaign)
        self.addCleanup(folder.temporary.cleanup)
        return folder

    def answer(self, story, *flags):
        return self.folder({"dining.test": story}).test(*flags)

    def test_passes(self):
        code, out, err = self.answer(HALF)
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn("1 scenario, 1 passed, 0 failed, 7 events", out)

    def test_says_the_difference(self):
        story = HALF.replace("    refuse half LIMIT_REACHED limit half#count.customer.day actual 1", "    gift half instant_discount 40.00")
        code, out, _ = self.answer(story)
        self.assertEqual(code, 1)
        self.assertIn("./dining.test:5: FAILED: Half price once a day\n    +PT2H  c1  txn.card_spend amount=80.00 mcc=5812\n"
                      "    - gift half instant_discount 40.00\n    + refuse half LIMIT_REACHED (1 of 1 per customer, day 2026-12-04)", out)

    def test_every_difference_is_seen(self):
        changes = [
            ("instant_discount 40.00", "instant_discount 40.01"),
            ("40.00 from credits", "40.00 from other"),
            ("    gift half instant_discount 40.00 from credits\n", ""),
            ("    gift half instant_discount 40.00 from credits\n", "    nothing\n"),
            ("40.00 from credits", "40.00 count 2"),
            ("40.00 from credits", "40.00 partial"),
            ("40.00 from credits", "40.00 instead-of half"),
            ("40.00 from credits", "40.00 valid 2026-12-04..2026-12-05"),
            ("instant_discount 40.00", "instant_discount"),
            ("actual 1", "actual 2"),
            ("    duplicate\n", ""),
            ("    duplicate\n", "    late\n"), ("    unknown\n", "    late\n"),
            ("    duplicate\n", "    future\n"),
            ("OUTSIDE_SCHEDULE", "CONDITION_NOT_MET"),
            ("credits 2 left", "credits 3 left"),
            ("revoke half 40.00", "revoke half 39.00"),
            ("revoke half 40.00", "reduce half 40.00"),
            ("    revoke half 40.00\n", ""),
            ("half CONDITION_NOT_MET", "half OUTSIDE_SCHEDULE"),
        ]
        for before, after in changes:
            with self.subTest(f"{before} -> {after}"):
                self.assertIn(before, HALF)
                code, out, err = self.answer(HALF.replace(before, after, 1))
                self.assertEqual(code, 1, out + err)
                self.assertIn("FAILED: Half price once a day", out + err)

    def test_names_are_looked_up(self):
        rows = [("half instant_discount", "haf instant_discount", "'haf' is not a rule of the campaigns under test, did you mean 'half'?"),
                ("instant_discount 40", "instant_discont 40", "gives no reward 'instant_discont', did you mean 'instant_discount'?"),
                ("from credits", "from credit", "there is no pool 'credit'"),
                ("limit half#count.customer.day", "limit half#count.customer.week", "there is no limit 'half#count.customer.week'"),
                ("covers R34", "campaign dinin", "there is no campaign 'dinin' in this folder, did you mean 'dining'?")]
        for before, after, says in rows:
            with self.subTest(after):
                code, out, err = self.answer(HALF.replace(before, after, 1))
                self.assertEqual(code, 1)
                self.assertIn(says, err)
                self.assertIn("1 file not played", out)

    def test_one_wrong_name_is_one_error(self):
        """A campaign that is not there: neither are its rules, and not once for each scenario of the file."""
        for name, story, line in (("dinning.test", HALF + '\nscenario "Other"\n2026-12-12 10:00 c1 login\n    gift hello points 5\n', 1),
                                  ("dining.test", HALF.replace("covers", "campaign dinning\ncovers"), 2)):
            code, out, err = self.folder({name: story}).test()
            self.assertEqual((code, out), (1, "0 scenarios, 0 passed, 0 failed, 0 events; 1 file not played\n"))
            self.assertEqual(err, f"./{name}:{line}: error: there is no campaign 'dinning' in this folder, did you mean 'dining'?; "
                                  "name it with: campaign ID\n")

    def test_a_rule_that_waits_was_not_judged(self):
        facts = {"spent": {"measure": "sum", "of": "amount", "on": "txn.card_spend", "window": "month"}}
        rules = [{**CAMPAIGN["rules"][1], "on": {"fact": "spent"}, "when": {"fact.spent": {"gte": "100.00"}}}]
        story = 'scenario "x"\n2026-12-12 10:00 c1 txn.card_spend amount=9.00\n    refuse hello TARGET_NOT_REACHED\n'
        folder = self.folder({"dining.test": story}, {**CAMPAIGN, "facts": facts, "rules": rules, "pools": {"other": {"stock": 5}}})
        self.assertIn("+ nothing (no rule under test was judged; hello waits for the fact spent)", folder.test()[1])

    def test_verbose_can_be_copied(self):
        """What -v prints under each event, put under each event, is a story that passes."""
        bare = "\n".join(line for line in HALF.splitlines() if not line.startswith(("    ", "pool")))
        _, out, _ = self.answer(bare, "-v")
        printed = [line for line in out.splitlines() if re.match("( {2}| {6})[^ ]", line)]
        story = 'scenario "copied"\n' + "\n".join(line if line.startswith("      ") else line[2:] for line in printed) + "\n"
        code, out, err = self.answer(story)
        self.assertEqual(code, 0, story + out + err)
        self.assertIn("refuse half CONDITION_NOT_MET (amount >= 20.00, was 10.00)", story)

    def test_verbose_says_once_what_went_back(self):
        code, out, _ = self.answer(HALF, "-v")
        self.assertEqual(code, 0)
        self.assertIn("txn.reversed original_id=pay1\n      revoke half 40.00\n  2026-12-11", out)

    def test_repeat_and_pool(self):
        code, out, err = self.answer('scenario "Three places"\n'
                                     "repeat 3 2026-12-04 10:00 c{n} txn.card_spend amount=100.00 mcc=5812\n    gift half any any\n"
                                     "pool credits 0 left\n"
                                     "repeat 50 +PT1M d{n} txn.card_spend amount=100.00 mcc=5812\n    refuse half OUT_OF_STOCK\n")
        self.assertEqual(code, 0, out + err)

    def test_happened(self):
        story = ('scenario "Late"\n'
                 "2026-12-12 10:00 c1 txn.card_spend amount=100.00 mcc=5812 happened=2026-12-11T12:00\n"
                 "    gift half instant_discount 50.00\n"
                 "2026-12-20 10:00 c1 txn.card_spend amount=100.00 mcc=5812 happened=2026-12-04T12:00\n    late\n"
                 "- c1 txn.card_spend amount=100.00 mcc=5812 happened=2026-12-25T12:00\n    future\n")
        code, out, err = self.answer(story)
        self.assertEqual(code, 0, out + err)

    def test_zone_and_currency_of_the_campaign(self):
        """Half past midnight in Tokyo, of a thousand yen: in Shanghai it would be another hour, and no amount of CNY."""
        story = ('scenario "At night"\n2026-12-04 00:30  c1  txn.card_spend amount=1000\n    gift yen instant_discount 300 VALID\n'
                 '- c2 txn.card_spend amount=1000 happened=2026-12-03T23:30\n    refuse yen OUTSIDE_SCHEDULE\n')
        folder = self.folder({"tokyo.json": json.dumps(TOKYO), "tokyo.test": story.replace(" VALID", "")})
        code, out, err = folder.test("-v")
        self.assertEqual((code, err), (0, ""), out)
        valid = re.search(r" (valid \S+)", out)
        if valid:
            self.assertIn("valid 2026-12-05..", out)
            copied = self.folder({"tokyo.json": json.dumps(TOKYO), "tokyo.test": story.replace("VALID", valid.group(1))})
            self.assertEqual(copied.test()[0], 0)
        for wrong, says in (("amount=1000.00", "write it with 0 decimals, like 80 (amount)"), ("amount=1000 currency=YEN", "such as JPY")):
            other = self.folder({"tokyo.json": json.dumps(TOKYO), "tokyo.test": story.replace("amount=1000", wrong, 1)})
            code, out, err = other.test()
            self.assertEqual(code, 1, out)
            self.assertIn(says, out + err)

    def test_several_zones_and_currencies(self):
        def told(head, amount="amount=1000"):
            story = f'scenario "Both"\ncampaign dining tokyo\n{head}2026-12-04 00:30  c1  txn.card_spend {amount}\n- c1 login\n'
            expected = "    gift tokyo/yen instant_discount 300\n" if "Tokyo" in head else ""
            story = story.replace("\n- c1", "\n" + expected + "- c1") + "    gift dining/hello points 5\n"
            code, out, err = self.folder({"tokyo.json": json.dumps(TOKYO), "both.test": story}).test()
            return code, out + err

        code, text = told("", "amount=1000 currency=JPY")
        self.assertNotEqual(code, 0)
        self.assertEqual(text.count("have several zones (dining: Asia/Shanghai, tokyo: Asia/Tokyo); say"), 1, text)
        self.assertIn("both.test:3: ", text)
        self.assertEqual(told("zone Asia/Tokyo\n", "amount=1000 currency=JPY")[0], 0)
        self.assertEqual(told("zone Asia/Shanghai\n", "amount=1000 currency=JPY")[0], 0, "00:30 there is 01:30 in Tokyo")
        code, text = told("zone Asia/Tokyo\n")
        self.assertNotEqual(code, 0)
        self.assertIn("have several currencies (dining: CNY, tokyo: JPY); write currency=CNY beside the amount", text)
        code, text = told("zone UTC\n", "amount=1000 currency=JPY")
        self.assertNotEqual(code, 0)
        self.assertIn("the zone 'UTC' is of no campaign under test; write: zone Asia/Shanghai", text)
        code, text = told("2026-12-04 00:10 c9 login\nzone Asia/Tokyo\n", "amount=1000 currency=JPY")
        self.assertIn("put it right under the scenario's title", text)

    def test_time_goes_back(self):
        story = 'scenario "x"\n2026-12-12 10:00 c1 login\n    gift hello points 5\n2026-12-11 10:00 c1 login\n'
        code, out, _ = self.answer(story)
        self.assertEqual(code, 1)
        self.assertIn("time goes back", out)

    def test_run_chooses(self):
        story = HALF + '\nscenario "Other"\n2026-12-12 10:00 c1 login\n'
        self.assertEqual(self.answer(story)[0], 1)
        self.assertEqual(self.answer(story, "--run", "^Half")[0], 0)
        self.assertEqual(self.answer(story, "--run", "Othe[rs]")[0], 1)
        self.assertEqual(self.answer(story, "--run", "Nobody")[0], 2)
        self.assertEqual(self.answer(story, "--run", "(")[0], 2)

    def test_reports(self):
        folder = self.folder({"dining.test": HALF + '\nscenario "Wrong <&>"\n2026-12-12 10:00 c1 login\n'})
        code, out, err = folder.test("--json", "--coverage", "--junit", "report.xml")
        self.assertEqual(code, 1, err)
        report = json.loads(out)
        self.assertEqual((report["scenarios"], report["passed"], report["failed"], report["errors"]), (2, 1, 1, 0))
        self.assertIn("+ gift hello points 5", report["results"][1]["output"])
        self.assertEqual(report["coverage"]["."]["requirements"], ["R34"])
        self.assertEqual(report["coverage"]["."]["rules"]["not_reached"], ["dining/hello"])
        root = xml.etree.ElementTree.parse(folder.path / "report.xml").getroot()
        self.assertEqual([case.get("name") for case in root.iter("testcase")], ["Half price once a day", "Wrong <&>"])
        self.assertEqual(len(list(root.iter("failure"))), 1)

    def test_events(self):
        """What a story sends is what a run reads: the same gift, and taken back."""
        folder = self.folder({"dining.test": HALF + '\nscenario "Other"\n2026-12-12 10:00 c1 login\n    gift hello points 5\n'})
        (folder.path / "sent").mkdir()
        code, _, err = folder.test("--events", "sent")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(sorted(path.name for path in (folder.path / "sent").iterdir()), ["dining-1.jsonl", "dining-2.jsonl"])
        code, _, err = folder.call("run", "--once", "--input", "sent/dining-1.jsonl", "--campaigns", "dining.json",
                                   "--output", "out", "--state", "state")
        self.assertEqual(code, 0, err)
        rewards = [json.loads(line) for line in (folder.path / "out" / "rewards.jsonl").read_text().splitlines()]
        self.assertEqual([(one["type"], one["data"]["value_minor"]) for one in rewards],
                         [("gift.reward.issued", 4000), ("gift.reward.revoked", 4000)])
        code, _, err = folder.test("--events", "nowhere")
        self.assertEqual((code, err), (2, "giftd test: --events nowhere/dining-1.jsonl: No such file or directory; name an empty folder\n"))
        self.assertEqual(folder.test("--events", "sent")[0], 2)

    def test_coverage(self):
        code, out, _ = self.answer(HALF, "--coverage")
        self.assertEqual(code, 0)
        for line in ("requirements  1 covered: R34", "rules         1 of 2 reached", "  not reached: dining/hello",
                     "limits        1 of 2 reached"):
            self.assertIn(line, out)
        self.assertEqual(self.answer(HALF, "--threshold", "50")[0], 0)
        code, _, err = self.answer(HALF, "--threshold", "51")
        self.assertEqual(code, 1)
        self.assertIn("50 % of the rules", err)

    def test_coverage_of_a_list(self):
        """A folder that has a list of requirements is told which ones no story shows."""
        folder = self.folder({"dining.test": HALF.replace("covers R34", "covers R34 D-7"),
                              "requirements.txt": "# ours\nR34   half price\nR2 | the first transfer\n\nR100\n"})
        code, out, err = folder.test("--coverage")
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn("requirements  1 of 3 covered\n  not covered: R2 R100\n  cited, and not in the list: D-7\n", out)
        told = json.loads(folder.test("--coverage", "--json")[1])["coverage"]["."]
        self.assertEqual((told["requirements"], told["requirements_not_covered"]), (["R34", "D-7"], ["R2", "R100"]))

    def test_folders_below_the_bank(self):
        """Where a folder has no bank.json, the campaigns are those of the nearest one above that has it: of stories, files and folders."""
        folder = self.folder({"dining.test": HALF})
        bank = {"id": "bank", "version": 1, "name": {"zh": "x", "en": "x"}, "lists": {"eat": ["5812"]}}
        (folder.path / "bank.json").write_text(json.dumps(bank), encoding="utf8")
        rule = {**CAMPAIGN["rules"][1], "on": "txn.card_spend", "when": {"mcc": {"in_list": "eat"}, "status": "settled"}}
        below = folder.path / "cards" / "food"
        below.mkdir(parents=True)
        tea = {**CAMPAIGN, "id": "tea", "rules": [rule], "pools": {"other": {"stock": 5}}}
        (below / "tea.json").write_text(json.dumps(tea), encoding="utf8")
        (below / "tea.test").write_text('scenario "x"\n2026-12-12 10:00 c1 txn.card_spend amount=9.00 mcc=5812 status=settled\n'
                                        "    gift hello points 5\n", encoding="utf8")
        for paths, stories in (((".",), 2), (("cards",), 1), (("cards/food",), 1), (("./cards/food/tea.test",), 1)):
            code, out, err = folder.test(paths=paths)
            self.assertEqual((code, err), (0, ""), out)
            self.assertIn(f"{stories} scenario", out)
        for path, files in (("cards/food/tea.json", "1 file:"), ("cards/", "1 file:"), (".", "3 files,")):
            code, out, err = folder.call("check", path)
            self.assertEqual((code, err), (0, ""), out)
            self.assertIn(files, out)
        self.assertEqual(folder.call("campaign", "text", "cards/food/tea.json")[0], 0)

    def test_what_a_gift_carries_along(self):
        give = {"reward": "voucher", "value": "5.00", "template": "T-1", "labels": {"scope": "rural goods", "line": "card"},
                "pool": {"stock": 9, "funding": [{"party": "bank", "share": "70%"}, {"party": "shop", "share": "30%"}]}}
        campaign = {**CAMPAIGN, "rules": [{**CAMPAIGN["rules"][1], "give": give}], "pools": {}}
        carried = 'template T-1 label "scope=rural goods" label line=card funding bank=70% funding shop=30%'
        story = f'scenario "x"\n2026-12-04 12:30  c1  login\n    gift hello voucher 5.00 {carried}\n'
        code, out, err = self.folder({"dining.test": story}, campaign).test("-v")
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn(carried, out)
        for right, wrong in (("T-1", "T-2"), ("line=card", "line=loan"), ("line=card", "lines=card"),
                             ("bank=70%", "bank=71%"), ("shop=", "shops=")):
            code, out, _ = self.folder({"dining.test": story.replace(right, wrong)}, campaign).test()
            self.assertEqual(code, 1, wrong)
            self.assertIn(f"    + gift hello voucher 5.00 from dining/hello {carried}", out)
        code, _, err = self.folder({"dining.test": story.replace("line=card", "line")}, campaign).test()
        self.assertEqual(code, 1)
        self.assertIn("'line' cannot follow 'label'", err)

    def test_tells_when_the_first_was(self):
        rule = {**CAMPAIGN["rules"][1], "when": {"fact.in": "this_event"}}
        campaign = {**CAMPAIGN, "facts": {"in": {"first": "login"}}, "rules": [rule], "pools": {"other": {"stock": 5}}}
        story = ('scenario "x"\n2026-12-04 12:30  c1  login\n    gift hello points 5\n'
                 "2026-12-05 12:30  c1  login\n    refuse hello NOT_FIRST\n")
        code, out, err = self.folder({"dining.test": story}, campaign).test("-v")
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn("NOT_FIRST (fact.in is this event: the first was at 2026-12-04T12:30:00+08:00)", out)

    def test_coverage_of_limits(self):
        """Of several limits that can cut a gift the one that did is reached."""
        limits = [{"id": name, "amount": most, "per": ["customer"], "period": period, "at_limit": "partial"}
                  for name, most, period in (("day", "60.00", "day"), ("month", "500.00", "month"))]
        campaign = {**CAMPAIGN, "rules": [{**CAMPAIGN["rules"][0], "limits": limits}], "pools": {"credits": {"stock": 3}}}
        story = ('scenario "x"\n2026-12-04 12:30  c1  txn.card_spend amount=80.00 mcc=5812\n    gift half instant_discount 40.00\n'
                 '-  c1  txn.card_spend amount=80.00 mcc=5812\n    gift half instant_discount 20.00 partial\n')
        code, out, err = self.folder({"dining.test": story}, campaign).test("--coverage")
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn("limits        1 of 2 reached\n  not reached: dining/half#month\n", out)
        self.assertNotIn("requirements", out)  # nobody says which: a bank has other ones
        self.assertNotIn("CAMPAIGN_PAUSED", out)  # nothing leads to it

    def test_wrong_words(self):
        for flags, says in ((["--covrage"], "--coverage"), (["--threshold", "many"], "whole number"), (["--run"], "needs a value"),
                            (["nowhere"], "nowhere")):
            code, _, err = self.answer(HALF, *flags)
            self.assertEqual(code, 2, flags)
            self.assertIn(says, err)

    def test_broken_campaign(self):
        broken = dict(CAMPAIGN, rulez=[])
        code, out, err = self.folder({"dining.test": HALF}, broken).test()
        self.assertEqual(code, 1)
        self.assertIn("rulez", err)
        self.assertIn("1 file not played", out)

    def test_errors_are_not_lost_among_warnings(self):
        folder = self.folder({"dining.test": HALF}, dict(CAMPAIGN, rulez=[]))
        (folder.path / "a.json").write_text(json.dumps(dict(CAMPAIGN, id="a", lists={f"unused{n}": ["x"] for n in range(60)})))
        (folder.path / "events.jsonl").write_text("")
        for words in (("test",), ("run", "--once", "--input", "events.jsonl", "--campaigns", "."),
                      ("run", "--once", "--input", "events.jsonl", "--campaigns", ".", "-X", "log.format=json"),
                      ("explain", "--campaigns", ".", "--customer", "c")):
            code, _, err = folder.call(*words)
            self.assertEqual(code, 1, err)
            self.assertIn("/rulez: error[UNKNOWN_KEY]", err)
            self.assertNotIn("warning[", err)

    def test_no_files(self):
        folder = self.folder({})
        code, _, err = folder.test()
        self.assertEqual(code, 2)
        self.assertIn("no scenario file", err)

    def test_folders_apart(self):
        folder = self.folder({"dining.test": HALF})
        (folder.path / "north").mkdir()
        (folder.path / "north" / "dining2.json").write_text(json.dumps(dict(CAMPAIGN, id="dining2")), encoding="utf8")
        story = 'scenario "x"\n2026-12-12 10:00 c1 login\n    gift hello points 5\n'
        (folder.path / "north" / "dining2.test").write_text(story, encoding="utf8")
        code, out, err = folder.test("--coverage", paths=("north", "north/dining2.test"))
        self.assertEqual(code, 0, out + err)
        self.assertIn("coverage of north", out)
        self.assertIn("1 scenario", out)

    # ---- the configuration of the run ----

    def test_plays_as_it_is_configured(self):
        story = HALF.replace("2026-12-06 09:00  c1  txn.reversed", "2026-12-16 09:00  c1  txn.reversed").split("2026-12-11")[0]
        folder = self.folder({"dining.test": story})
        (folder.path / "giftd.conf").write_text("events.memory = P7D\n")
        self.assertEqual(folder.test()[0], 0)
        code, out, _ = folder.test("-c", "giftd.conf")
        self.assertEqual(code, 1)
        self.assertIn("+ late", out)
        self.assertEqual(folder.test("--config", "giftd.conf", "-X", "events.memory=P30D")[0], 0)

    def test_refuses_what_a_run_refuses(self):
        folder = self.folder({"dining.test": HALF}, dict(CAMPAIGN, late={"accept": "P10D"}))
        self.assertEqual(folder.test()[0], 0)
        code, out, err = folder.test("-X", "events.horizon=P9D")
        self.assertEqual(code, 1)
        self.assertIn("1 file not played", out)
        self.assertIn("error[HORIZON_TOO_SHORT]", err)


class CheckTest(unittest.TestCase):
    def folder(self, **more):
        folder = Folder({}, {**CAMPAIGN, **more})
        self.addCleanup(folder.temporary.cleanup)
        return folder

    def test_back_fill_beyond_the_ids_that_are_known(self):
        folder = self.folder(late={"accept": "P1D", "backfill": "P30D"})
        code, out, _ = folder.call("check", ".")
        self.assertEqual(code, 1)
        self.assertIn("dining.json: /late/backfill: error[HORIZON_TOO_SHORT]: events may come 30 days late", out)
        (folder.path / "giftd.conf").write_text("events.horizon = P30D\ncampaigns.dir = .\n")
        run = ("run", "--once", "--input", "/dev/null", "--campaigns", ".")
        self.assertEqual(folder.call("check", "-c", "giftd.conf")[0], 0)
        self.assertEqual(folder.call(*run, "-c", "giftd.conf")[0], 0)
        code, _, err = folder.call(*run)
        self.assertEqual(code, 1)
        self.assertIn("raise events.horizon or lower late.backfill", err)

    def test_a_horizon_that_a_run_refuses(self):
        folder = self.folder(late={"accept": "P10D"})
        says = ("dining.json: /late/accept: error[HORIZON_TOO_SHORT]: events may come 10 days late, but their ids are remembered for 7 "
                "days (events.horizon): giftd run does not start; lower it, or raise events.horizon")
        code, out, _ = folder.call("check", ".")
        self.assertEqual(code, 1)
        self.assertIn(says, out)
        (folder.path / "giftd.conf").write_text("events.horizon = P10D\ncampaigns.dir = .\n")
        run = ("run", "--once", "--input", "/dev/null", "--campaigns", ".")
        for given in ((), ("-c", "giftd.conf"), ("-X", "events.horizon=P10D"), ("-c", "giftd.conf", "-X", "events.horizon=PT239H")):
            self.assertEqual(folder.call("check", "--json", *given)[0], folder.call(*run, *given)[0], given)  # what a run says

    def test_a_programme_accepts_nothing(self):
        """It judges nothing: how late its events may be is nobody's business."""
        folder = self.folder(late={"accept": "PT24H"})
        (folder.path / "bank.json").write_text(json.dumps({"id": "bank", "version": 1, "name": {"zh": "行", "en": "Bank"}}))
        self.assertEqual(folder.call("check", ".", "-X", "events.horizon=PT48H")[0], 0)
        self.assertEqual(folder.call("run", "--once", "--input", "/dev/null", "--campaigns", ".", "-X", "events.horizon=PT48H")[0], 0)

    def test_a_memory_that_is_shorter_than_what_counts(self):
        def spent(window, **more):
            return {"measure": "sum", "of": "amount", "on": "txn.card_spend", "window": window, **more}
        half = {"period": {"from": "2026-12-01", "to": "2027-05-30"}}  # 181 days
        for facts, more, days in ((spent("half"), half, 181), (spent("campaign"), half, 181), (spent("month"), half, None),
                                  (spent({"last": 3, "unit": "month"}), half, 124), (spent("month", previous=2), half, 93),
                                  (spent({"rolling": "P92D"}), half, 92), (spent("ever"), {}, None), (spent("half"), {}, None),
                                  (spent("half", refunds="ignore"), half, None),
                                  ({"measure": "count", "on": "login", "window": "half"}, half, None),
                                  (spent({"from": "2026-12-01", "to": "2027-03-01"}), half, 91)):
            rules = [{**CAMPAIGN["rules"][0], "when": {"fact.spent": {"gt": "1.00" if "of" in facts else 1}}}]
            folder = self.folder(facts={"spent": facts}, rules=rules, pools={"credits": {"stock": 3}}, **more)
            code, out, _ = folder.call("check", ".")
            self.assertEqual(code, 0, out)
            says = f"/facts/spent/window: warning[MEMORY_TOO_SHORT]: what is paid here counts for up to {days} days, but a refund is"
            self.assertEqual("MEMORY_TOO_SHORT" in out, days is not None, out)
            self.assertTrue(days is None or says in out, out)
            for memory in () if days is None else (days, days - 1):
                _, out, _ = folder.call("check", ".", "-X", f"events.memory=P{memory}D")
                self.assertEqual("MEMORY_TOO_SHORT" in out, memory < days, (facts, memory))

    def test_a_form_that_is_nearly_a_known_one(self):
        """All of schemas/rewards.json; what is like none of them is a form of the bank's own."""
        known = json.loads((SOURCE / "schemas" / "rewards.json").read_text(encoding="utf8"))["rewards"]
        forms = [(one["reward"] + "x", one["reward"]) for one in known] + [("cashback", "cash_back"), ("point", "points"),
                                                                           ("instantdiscount", "instant_discount"), ("lounge_visit", None)]
        for form, near in forms:
            give = {"reward": form, "pool": "other", "value": "5.00"}
            folder = self.folder(rules=[{**CAMPAIGN["rules"][1], "give": give}], pools={"other": {"stock": 5}})
            code, out, _ = folder.call("check", ".")
            self.assertEqual(code, 0, out)
            says = f"/rules/0/give/reward: warning[UNKNOWN_REWARD]: '{form}' is none of the forms that giftd knows; did you mean '{near}'?"
            self.assertEqual(says in out, near is not None, out)
        for one in known[:12]:
            folder = self.folder(rules=[{**CAMPAIGN["rules"][1], "give": {"reward": one["reward"]}}])
            self.assertNotIn("UNKNOWN_REWARD", folder.call("check", ".")[1])

    def test_the_catalogue_of_the_configuration(self):
        folder = self.folder(rules=[{**CAMPAIGN["rules"][1], "on": "wifi.joined"}], pools={"other": {"stock": 5}})
        (folder.path / "more").mkdir()
        os.rename(folder.path / "dining.json", folder.path / "more" / "dining.json")
        (folder.path / "catalogue.json").write_text('{"types": [{"name": "wifi.joined"}]}')
        (folder.path / "giftd.conf").write_text("events.catalogue = catalogue.json\ncampaigns.dir = more\n")
        self.assertEqual(folder.call("check", "more")[0], 1)
        self.assertEqual(folder.call("check", "-c", "giftd.conf")[0], 0)
        (folder.path / "more" / "dining.test").write_text('scenario "x"\n2026-12-12 10:00 c1 wifi.joined\n    gift hello points 5\n')
        self.assertEqual(folder.call("test", "more")[0], 1)
        self.assertEqual(folder.call("test", "-c", "giftd.conf"), (0, "1 scenario, 1 passed, 0 failed, 1 events\n", ""))

    def test_flags_are_written_out(self):
        """What is short for one flag today may be short for two tomorrow, and `--campaign` says another thing than `--campaigns`."""
        folder = self.folder()
        for words, says in ((("explain", "--campaign", "dining", "--event", "x"), "--campaign is not a flag of this command; did you mean "
                             "--campaigns?"),
                            (("explain", "--campaign=x"), "--campaign is not a flag"), (("check", "--stric"), "did you mean --strict?"),
                            (("test", "--cover"), "did you mean --coverage?"), (("run", "--work", "4"), "--work is not a flag")):
            code, out, err = folder.call(*words)
            self.assertEqual((code, out), (2, ""), words)
            self.assertIn(says, err)
        self.assertEqual(folder.call("check", "--json", "--against=.", ".")[0], 0)


class TerminalTest(unittest.TestCase):
    """Who calls a command that reads standard input and forgot the file sits before a terminal that says nothing."""

    def typed(self, folder, text, *words):
        try:
            ours, theirs = os.openpty()
        except OSError:
            self.skipTest("this machine has no pseudo-terminals")
        with subprocess.Popen([GIFTD, *words], cwd=folder.path, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as done:
            os.write(ours, text.encode() + b"\x04")  # and Ctrl-D
            out, err = done.communicate(timeout=60)
        os.close(ours)
        os.close(theirs)
        return done.returncode, out.decode(), err.decode()

    def test_it_says_that_it_reads(self):
        folder = Folder({})
        self.addCleanup(folder.temporary.cleanup)
        event = json.dumps({"id": "1", "source": "a", "type": "login", "customer": "c", "time": "2026-12-12T10:00:00+08:00"}) + "\n"
        says = "reads events from this terminal, one JSON object a line, until Ctrl-D"
        code, _, err = self.typed(folder, event + event.replace('"1"', '"2"'), "run", "--once", "--campaigns", ".")
        self.assertEqual(code, 0, err)
        self.assertIn("refused, by reason (what event and files alone rule out is not counted):\n    LIMIT_REACHED", err)
        self.assertIn(f"giftd run: {says}; --input FILE reads a file\n", err)
        code, out, err = self.typed(folder, event, "explain", "--campaigns", ".", "--event", "-")
        self.assertEqual(code, 0, err)
        self.assertIn(f"giftd explain: {says}; --event FILE reads a file\n", err)
        self.assertIn("login a/1, customer c", out)
        self.assertNotIn("terminal", subprocess.run([GIFTD, "run", "--once", "--campaigns", ".", "--state", "s2", "--output", "o2"],
                                                    cwd=folder.path, capture_output=True, text=True, input="", check=True).stderr)


unittest.main()
