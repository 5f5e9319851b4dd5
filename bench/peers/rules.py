#!/usr/bin/env python3
"""Rules of the peers' job, made from a seed: for Streams.java as lines (rules.tsv), for giftd as campaign files (campaigns/).

usage: bench/peers/rules.py BENCH_PEERS RULES FOLDER

Each rule aims at a share of all events that is drawn from a heavy tail - a few broad rules, most narrow - and its threshold follows from
that share and from how events are distributed (bench/bench_peers.c). One scale is then fitted on a sample of the very events, so that
5.2 % of them meet at least one rule. A rule gives 1 % of the amount, once a customer and day and three times a calendar month, from a
stock of 1,000,000.
"""
import json
import math
import os
import random
import subprocess
import sys
from statistics import NormalDist

MATCHED = 0.052
SAMPLE = 40000
STOCK = 1000000
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
CHANNELS = ["qr", "pos", "online", "app", "atm"]
TYPES = {"txn.card_spend": (.80, .60), "txn.transfer": (.08, .10), "txn.topup": (.05, .03), "txn.bill_pay": (.04, .03),
         "txn.withdrawal": (.03, .02)}  # share of rules, share of events
# What giftd's catalogue does not bring: three types, two fields, a channel.
MONEY_FIELDS = ["amount_minor", "currency", "card", "terminal", "auth"]
CATALOGUE = {"fields": [{"event_name": name, "kind": "text"} for name in ("terminal", "auth")],
             "types": [{"name": name, "fields": MONEY_FIELDS} for name in ("txn.topup", "txn.bill_pay", "txn.withdrawal")] +
                      [{"name": "txn.card_spend", "fields": ["terminal", "auth"], "words": {"channel": ["app"]}}]}


def shares(names):
    weights = [1 / (i + 6) for i in range(len(names))]
    return {name: weight / sum(weights) for name, weight in zip(names, weights)}


MCC, CITY = shares([str(5000 + i * 13) for i in range(60)]), shares([str(110000 + i * 10000) for i in range(40)])


def draw(dice, number):
    """One rule, and the share of events that meet all of it but its threshold."""
    kind = dice.choices(list(TYPES), [share for share, _ in TYPES.values()])[0]
    share = TYPES[kind][1]
    mccs = dice.sample(sorted(MCC), dice.randint(1, 4)) if kind == "txn.card_spend" else []
    cities = dice.sample(sorted(CITY), dice.randint(1, 12)) if number % 2 else []
    channel = dice.choice(CHANNELS) if number % 3 == 2 else ""
    days = sorted(dice.sample(range(1, 8), dice.choice([2, 3, 5, 5, 7])))
    share *= sum(MCC[m] for m in mccs) if mccs else 1
    share *= sum(CITY[c] for c in cities) if cities else 1
    share *= len(days) / 7 / (5 if channel else 1)
    weight = min(1 / (1 - dice.random()), 2000)
    return {"id": "g%05d" % number, "type": kind, "mccs": mccs, "cities": cities, "channel": channel, "days": days, "share": share,
            "weight": weight}


def thresholds(rules, scale):
    total = sum(rule["weight"] for rule in rules)
    for rule in rules:
        share = min(scale * rule["weight"] / total, rule["share"] * .98)
        z = NormalDist().inv_cdf(1 - share / rule["share"])
        rule["least"] = max(100, min(1990000, round(8000 * math.exp(1.4 * z) / 100) * 100))


def matched(rules, events):
    """Share of the events that meet a rule."""
    groups = {}
    for rule in rules:
        for mcc in rule["mccs"] or ["0"]:
            groups.setdefault((rule["type"], mcc), []).append(
                (rule["least"], frozenset(rule["cities"]), rule["channel"], frozenset(rule["days"])))
    hits = 0
    for kind, mcc, city, channel, amount, day in events:
        hits += any(least <= amount and day in days and (not cities or city in cities) and (not wanted or wanted == channel)
                    for least, cities, wanted, days in groups.get((kind, mcc), ()))
    return hits / len(events)


def fit(rules, events):
    low, high = .001, 2.0
    for _ in range(14):
        middle = math.sqrt(low * high)
        thresholds(rules, middle)
        low, high = (middle, high) if matched(rules, events) < MATCHED else (low, middle)
    thresholds(rules, high)


def campaign(rule):
    when = {"amount": {"gte": "%d.%02d" % divmod(rule["least"], 100)}}
    for key, value in (("mcc", rule["mccs"]), ("city", rule["cities"]), ("channel", rule["channel"])):
        if value:
            when[key] = value
    written = {"id": "gift", "on": {"event": rule["type"]}, "when": when,
               "give": {"reward": "cashback_voucher", "value": {"percent": "1%", "of": "amount", "max": "1000.00"},
                        "pool": {"stock": STOCK}},
               "limits": [{"count": 1, "per": ["customer"], "period": "day"}, {"count": 3, "per": ["customer"], "period": "month"}]}
    if len(rule["days"]) < 7:
        written["schedule"] = {"days": [DAYS[day - 1] for day in rule["days"]]}
    return {"id": rule["id"], "version": 1, "name": {"zh": rule["id"], "en": rule["id"]},
            "period": {"from": "2026-10-01", "to": "2027-12-31"}, "audience": "everyone", "rules": [written]}


def line(rule):
    return "\t".join([rule["id"], rule["type"], ",".join(rule["mccs"]) or "-", ",".join(rule["cities"]) or "-", rule["channel"] or "-",
                      str(rule["least"]), ",".join(map(str, rule["days"]))])


def write(path, text):
    with open(path, "w") as out:
        out.write(text + "\n")


def main():
    bench, count, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    told = subprocess.run([bench, "sample", str(SAMPLE)], capture_output=True, text=True, check=True).stdout.splitlines()
    events = [(e[0], e[1], e[2], e[3], int(e[4]), int(e[5])) for e in (row.split("\t") for row in told)]
    dice = random.Random(20261122 + count)
    rules = [draw(dice, number) for number in range(count)]
    fit(rules, events)
    os.makedirs(os.path.join(folder, "campaigns"))
    write(os.path.join(folder, "rules.tsv"), "\n".join(map(line, rules)))
    write(os.path.join(folder, "campaigns", "catalogue.json"), json.dumps(CATALOGUE))
    for rule in rules:
        write(os.path.join(folder, "campaigns", rule["id"] + ".json"), json.dumps(campaign(rule)))
    print("%d rules, met by %.2f %% of the events" % (count, 100 * matched(rules, events)), file=sys.stderr)


if __name__ == "__main__":
    main()
