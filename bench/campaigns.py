#!/usr/bin/env python3
"""Writes N campaigns such as a large bank runs at once, for benches: usage: campaigns.py N DIR [BANK.json]

Two rules each over card payments, transfers, bills and logins, by merchant category, channel, city and amount, with
limits per customer and a pool. Thresholds and categories are spread so that each event passes the stateless tests of a
few of them and some 5 % of events earn a gift.
Deterministic: the same N gives the same files.
"""
import json
import os
import random
import shutil
import sys

count, folder = int(sys.argv[1]), sys.argv[2]
bank = sys.argv[3] if len(sys.argv) > 3 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "../deploy/campaigns/bank.json")
random.seed(20261201)
os.makedirs(folder, exist_ok=True)
shutil.copy(bank, os.path.join(folder, "bank.json"))
lists = os.path.join(os.path.dirname(bank), "lists")
if os.path.isdir(lists):
    shutil.copytree(lists, os.path.join(folder, "lists"), dirs_exist_ok=True)
CATEGORIES = ["5812", "5813", "5814", "5411", "5311", "5815", "5541", "5732", "5912", "5651", "5999", "4111", "7832", "5942", "8011"]
CITIES = ["110000", "310000", "440100", "440300", "330100", "510100"]
for n in range(count):
    low = random.choice([50, 100, 200, 300, 500, 800, 1000, 2000])
    card = {"id": "card", "on": {"event": "txn.card_spend", "when": {"status": "settled"}},
            "when": {"mcc": random.sample(CATEGORIES, 2), "city": random.choice(CITIES),
                     "channel": random.choice(["pos", "qr", "online"]), "merchant": "m%05d" % random.randrange(400),
                     "amount": {"gte": "%d.00" % low, "lt": "%d.00" % (low * 3)}},
            "give": {"reward": "instant_discount", "value": {"percent": "10%", "of": "amount", "max": "20.00"},
                     "pool": {"budget": "1000000.00"}},
            "limits": [{"count": 1, "per": ["customer"], "period": "day"}, {"amount": "500.00", "per": ["customer"], "period": "campaign"}],
            "on_reversal": {"reward": "revoke"}}
    if n % 4:
        card["when"].pop("merchant")
        card["when"]["device"] = "d%d" % (n % 50)
    if n % 38 == 0:  # a broad one, such as a bank runs for everybody
        for narrow in ("device", "merchant", "city", "channel"):
            card["when"].pop(narrow, None)
        card["when"]["mcc"] = [CATEGORIES[n // 38 % len(CATEGORIES)]]
    other = {"id": "bill", "on": {"event": random.choice(["bill.paid", "txn.transfer", "wealth.purchased"])},
             "when": {"channel": random.choice(["app", "online"]), "city": random.choice(CITIES), "amount": {"gte": "%d.00" % (low * 10)}},
             "give": {"reward": "voucher", "value": "5.00", "pool": {"stock": 100000}},
             "limits": [{"count": 1, "per": ["customer"], "period": "month"}]}
    campaign = {"id": "bench-%05d" % n, "version": 1, "name": {"zh": "压测%d" % n, "en": "Bench %d" % n},
                "period": {"from": "2026-09-01", "to": "2027-12-31"}, "audience": "everyone",
                "rules": [card, other]}
    if n % 3 == 0:
        day = random.choice(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
        campaign["rules"][0]["schedule"] = {"days": [day], "hours": "08:00-22:00"}
    with open(os.path.join(folder, "bench-%05d.json" % n), "w") as out:
        json.dump(campaign, out, ensure_ascii=False)
