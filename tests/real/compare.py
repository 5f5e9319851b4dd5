#!/usr/bin/env python3
"""Compares what giftd does with a real bank's transactions with an independent computation in SQL (expected.sql), event by event.

    compare.py GIFTD POOL_TOOL SOURCE_DIR WORK_DIR

The data stays outside the product: $GIFTD_REAL_DATA, or ../shared/real beside the repository. Without it the test says so and is skipped (77).
"""
import collections
import csv
import gzip
import io
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys

SKIPPED = 77
HERE = pathlib.Path(__file__).resolve().parent


def fail(text):
    print(text)
    sys.exit(1)


def expected_of(data):
    base = sqlite3.connect(":memory:")
    with gzip.open(data / "trans.asc.gz") as raw:
        rows = list(csv.reader(io.TextIOWrapper(raw, "ascii"), delimiter=";"))
    columns = ", ".join(f"{name} {'INTEGER' if name in ('trans_id', 'account_id') else 'TEXT'}" for name in rows[0])
    base.execute(f"CREATE TABLE trans(seq INTEGER PRIMARY KEY, {columns})")
    marks = ",".join("?" * (len(rows[0]) + 1))
    base.executemany(f"INSERT INTO trans VALUES({marks})", ([number, *row] for number, row in enumerate(rows[1:])))
    base.executescript((HERE / "expected.sql").read_text())
    outcomes = {(str(event), rule): (customer, reason, value)
                for event, customer, rule, reason, value in base.execute("SELECT event, customer, rule, reason, value FROM expected ORDER BY seq")}
    return len(rows) - 1, outcomes, dict(base.execute("SELECT pool, \"left\" FROM expected_pool"))


def run_giftd(giftd, data, work):
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    with open(work / "events.jsonl", "wb") as out:
        subprocess.run([sys.executable, HERE / "map.py", data / "trans.asc.gz"], stdout=out, check=True)
    done = subprocess.run([giftd, "run", "--input", "events.jsonl", "--output", "out", "--state", "state", "--campaigns", HERE / "campaigns", "--once"],
                          cwd=work, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        fail(f"giftd run: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def observed_of(work):
    """Outcomes as giftd recorded them, and the gifts that went out: {(event, rule): (customer, reason, value)}, {(event, rule): value}."""
    outcomes, rewards = {}, {}
    with open(work / "out" / "decisions.jsonl", encoding="utf8") as lines:
        for line in lines:
            decision = json.loads(line)
            if decision["type"] != "gift.decision":
                continue  # a range of what nobody hears
            for outcome in decision["data"]["considered"]:
                key = decision["data"]["event"]["id"], outcome["campaign"] + "/" + outcome["rule"]
                if key in outcomes:
                    fail(f"{key} was judged twice")
                outcomes[key] = decision["subject"], outcome["reason"], sum(gift.get("value_minor", 0) for gift in outcome.get("gifts", []))
    with open(work / "out" / "rewards.jsonl", encoding="utf8") as lines:
        for line in lines:
            reward = json.loads(line)
            if reward["type"] == "gift.reward.issued":
                data = reward["data"]
                key = data["source_events"][0].split("/", 1)[1], data["campaign"] + "/" + data["rule"]
                if key in rewards:
                    fail(f"{key} was issued twice")
                rewards[key] = data["value_minor"]
    return outcomes, rewards


def pools_of(tool, work):
    """What the state folder says is left of each pool."""
    done = subprocess.run([tool, HERE / "campaigns", "state"], cwd=work, stdout=subprocess.PIPE, text=True, check=True)
    return {name: int(left) for name, left in (line.split() for line in done.stdout.splitlines())}


def differences(expected, observed):
    for key in sorted(set(expected) | set(observed), key=lambda key: (key[1], int(key[0]))):
        if expected.get(key) != observed.get(key):
            yield f"event {key[0]} {key[1]}: SQL says {expected.get(key)}, giftd {observed.get(key)}"


def per_customer(outcomes):
    """(customer, rule, reason) -> times, money."""
    table = collections.defaultdict(lambda: [0, 0])
    for (_, rule), (customer, reason, value) in outcomes.items():
        table[customer, rule, reason][0] += 1
        table[customer, rule, reason][1] += value
    return dict(table)


def main():
    giftd, pool_tool, source, work = (pathlib.Path(word).resolve() for word in sys.argv[1:5])
    data = pathlib.Path(os.environ.get("GIFTD_REAL_DATA") or source.parent / "shared" / "real")
    if not (data / "trans.asc.gz").exists():
        print(f"SKIPPED: the data is absent: no trans.asc.gz in {data}; set GIFTD_REAL_DATA to the folder that holds it")
        sys.exit(SKIPPED)
    events, expected, expected_pools = expected_of(data)
    run_giftd(giftd, data, work)
    observed, rewards = observed_of(work)
    found = list(differences(expected, observed))
    gifts = {key: value for key, (_, reason, value) in expected.items() if reason == "GIVEN"}
    found += [f"event {key[0]} {key[1]}: issued {rewards.get(key)} in rewards.jsonl, SQL says {gifts.get(key)}"
              for key in sorted(set(gifts) | set(rewards)) if gifts.get(key) != rewards.get(key)]
    pools = pools_of(pool_tool, work)
    found += [f"pool {name}: SQL says {left} left, giftd {pools.get(name)}" for name, left in expected_pools.items() if pools.get(name) != left]
    rows = per_customer(expected)
    if not found and rows != per_customer(observed):
        found.append("sums per customer differ")
    sums = collections.Counter((rule, reason) for (_, rule), (_, reason, _) in expected.items())
    for (rule, reason), times in sorted(sums.items()):
        print(f"{rule:24} {reason:18} {times:7}")
    print(f"{events} events, {len({row[0] for row in rows})} customers, {len(expected)} judgements, {len(rows)} sums by customer, rule and reason, "
          f"{len(gifts)} gifts, pools left {expected_pools}: {'all agree' if not found else f'{len(found)} DIFFERENCES'}")
    print("\n".join(found[:40]))
    sys.exit(1 if found else 0)


main()
