#!/usr/bin/env python3
"""Campaigns are edited while customers are silent: each is looked at once, and killed in the middle of that a run leaves the same bytes.

    walk_test.py GIFTD [--customers N] [--kills K] [--seed S] [--keep DIR]

All customers have a balance since December, and half of them enough. In March a campaign that heard the closes of January and February goes
on to June, and a new one is put in that hears them all from January on. Some customers send something while the walk is on, before it came
to them. Then of every customer each rule has to be judged once at each close - what the first campaign heard in time never again - and who
has enough has one gift of each.
"""
import argparse
import collections
import filecmp
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

OUTPUTS = ["rewards.jsonl", "decisions.jsonl", "dlq.jsonl"]
MONTHS = [f"2027-{month:02}" for month in range(1, 7)]


def campaign(name, until, version=1):
    return {"id": name, "version": version, "name": {"zh": name, "en": name},
            "period": {"from": "2027-01-01", "to": until, "closing": "P31D"}, "audience": "everyone",
            "rules": [{"id": "m", "on": {"close": "month", "delay": "P4D"}, "when": {"fact.aum": {"gte": "100.00"}},
                       "give": {"reward": "points", "value": 10, "pool": "unlimited"},
                       "limits": [{"count": 1, "per": ["customer"], "period": "month"}]}]}


BANK = {"id": "bank", "version": 1, "name": {"zh": "bank", "en": "bank"},
        "facts": {"aum": {"measure": "daily_average", "of": "balance", "on": "balance.snapshot", "window": "month"}}}
CHECKIN = {"id": "z", "version": 1, "name": {"zh": "z", "en": "z"}, "period": {"from": "2026-01-01", "to": "2030-12-31"},
           "audience": "everyone",
           "rules": [{"id": "o", "on": "checkin", "give": {"reward": "points", "value": 1, "pool": "unlimited"},
                      "limits": [{"count": 1, "per": ["customer"], "period": "day"}]}]}


def write_campaigns(folder, campaigns):
    folder.mkdir()
    for one in campaigns:
        (folder / f"{one['id']}.json").write_text(json.dumps(one))


class Stage:
    def __init__(self, args, folder):
        self.args, self.folder, self.number = args, folder, 0
        write_campaigns(folder / "campaigns-1", [BANK, CHECKIN, campaign("first", "2027-02-28")])
        write_campaigns(folder / "campaigns-2", [BANK, CHECKIN, campaign("first", "2027-06-30", 2), campaign("late", "2027-06-30")])

    def event(self, kind, time_text, customer, **more):
        self.number += 1
        return json.dumps({"source": "s", "id": f"e{self.number}", "type": kind, "time": time_text, "customer": customer, **more}) + "\n"

    def customers(self):
        return [f"c{n}" for n in range(self.args.customers)]

    def before(self):
        lines = [self.event("balance.snapshot", "2026-12-10T23:00:00+08:00", name, currency="CNY",
                            balance_minor=20000 if n % 2 == 0 else 5000) for n, name in enumerate(self.customers())]
        return lines + [self.event("login", "2027-03-20T10:00:00+08:00", "x") for _ in range(20)]

    def behind(self):
        dice = random.Random(self.args.seed)
        lines = [self.event("checkin", "2027-03-21T10:00:00+08:00", dice.choice(self.customers())) for _ in range(self.args.customers // 8)]
        return lines + [self.event("login", "2027-07-06T10:00:00+08:00", "x") for _ in range(20)]

    def command(self, campaigns):
        return [self.args.giftd, "run", "--once", "--input", "events.jsonl", "--campaigns", str(self.folder / campaigns),
                "--output", "out", "--state", "state", "-X", "commit.events=50", "-X", "commit.interval_ms=3"]

    def begin(self, name, lines):
        (self.folder / name).mkdir()
        (self.folder / name / "events.jsonl").write_text("".join(lines))
        self.run(name, "campaigns-1")

    def run(self, name, campaigns):
        done = subprocess.run(self.command(campaigns), cwd=self.folder / name, stderr=subprocess.PIPE, text=True, timeout=900)
        if done.returncode != 0:
            sys.exit(f"run '{name}' ended with {done.returncode}:\n{done.stderr}")

    def add(self, name, lines):
        with open(self.folder / name / "events.jsonl", "a", encoding="utf-8") as file:
            file.write("".join(lines))

    def lines(self, name, output):
        path = self.folder / name / "out" / output
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def run_and_kill(stage, name, seconds):
    dice, killed = random.Random(stage.args.seed), 0
    while killed < stage.args.kills:
        process = subprocess.Popen(stage.command("campaigns-2"), cwd=stage.folder / name, stderr=subprocess.PIPE, text=True)
        try:
            process.wait(timeout=dice.uniform(0.02, 0.02 + seconds))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        told = process.communicate()[1]
        if process.returncode == 0:
            return killed
        if process.returncode != -signal.SIGKILL:
            sys.exit(f"after {killed} kills it ended by itself with {process.returncode}:\n{told}")
        killed += 1
    return killed


def judged(stage, name):
    """Of each campaign, customer and month: how often its rule was judged at a close."""
    counts = collections.Counter()
    for line in stage.lines(name, "decisions.jsonl"):
        if line["type"] != "gift.decision" or line["data"]["event"]["type"] != "period.closed":
            continue
        month = line["data"]["event"]["id"].split(":")[2]
        for outcome in line["data"]["considered"]:
            counts[outcome["campaign"], line["subject"], month] += 1
    return counts


def check(stage, name):
    counts, gifts = judged(stage, name), collections.Counter()
    for line in stage.lines(name, "rewards.jsonl"):
        gifts[line["data"]["campaign"], line["subject"]] += 1
    for number, customer in enumerate(stage.customers()):
        for one in ("first", "late"):
            wrong = {month: counts[one, customer, month] for month in MONTHS if counts[one, customer, month] != 1}
            if wrong:
                sys.exit(f"{customer} was not judged once for each month by {one}: {wrong}")
            if gifts[one, customer] != (len(MONTHS) if number % 2 == 0 else 0):
                sys.exit(f"{customer} has {gifts[one, customer]} gifts of {one}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("giftd")
    parser.add_argument("--customers", type=int, default=400)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep")
    args = parser.parse_args()
    args.giftd = str(pathlib.Path(args.giftd).resolve())
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(args.keep or temporary)
        folder.mkdir(exist_ok=True)
        stage = Stage(args, folder)
        before, behind = stage.before(), stage.behind()
        for name in ("whole", "killed"):
            stage.begin(name, before)
            stage.add(name, behind)
        started = time.monotonic()
        stage.run("whole", "campaigns-2")
        killed = run_and_kill(stage, "killed", (time.monotonic() - started) / 2)
        stage.run("killed", "campaigns-2")
        check(stage, "whole")
        for output in OUTPUTS:
            one, other = (folder / name / "out" / output for name in ("whole", "killed"))
            if not filecmp.cmp(one, other, shallow=False):
                sys.exit(f"{output} differs behind {killed} kills")
        print(f"{args.customers} customers were looked at once; the same bytes behind {killed} kills")


if __name__ == "__main__":
    main()
