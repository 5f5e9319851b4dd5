"""A stream with everything in it that giftd can answer - gifts of every form, claims, draws, refunds in whole and in part, what another
hears, what comes twice, late or broken, pools that run low and out - the campaigns for it, and what of its records is held against the
schemas. Used on files (run) and on Kafka (tests/app/kafka_schemas_test.py).
"""
import collections
import json
import os
import random

import jsonschema

EVENTS = int(os.environ.get("GIFTD_SCHEMA_EVENTS", "9000"))  # 350,000: ten thousand records of every kind, by hand
HELD_MOST = 20000  # of a kind; the others are counted
DAY = 86400
BEGIN = 1796083200  # 2026-12-01T00:00:00Z
LIMITS = [{"count": 50, "per": ["customer"], "period": "month"}]


def campaign(name, *rules, **more):
    return {"id": name, "version": 1, "name": {"zh": name, "en": name},
            "period": {"from": "2026-09-01", "to": "2027-12-31", "closing": "P30D"},
            "audience": "everyone", **more, "rules": list(rules)}


def rule(name, on, give, **more):
    return {"id": name, "on": on, "give": give, "limits": LIMITS, **more}


CAMPAIGNS = [
    campaign("all-gifts",
             rule("scarce", "login", {"id": "card", "reward": "goods", "value": "20.00", "template": "T1", "labels": {"line": "cards"},
                                      "pool": {"stock": 40, "low_at": ["50%", "10%"],
                                               "funding": [{"party": "bank", "share": "60%"}, {"party": "shop", "share": "40%"}]},
                                      "or_else": {"id": "more", "reward": "voucher", "value": "25.00", "valid": {"for": "P30D"},
                                                  "pool": {"stock": 60, "low_at": ["25%"]}}}),
             rule("branch", "checkin", {"reward": "points", "value": 7,
                                        "pool": {"by": "branch", "stock": {"b1": 9, "b2": 12}, "low_at": ["40%"]}}),
             rule("parcel", "card.bound", {"reward": "bundle", "pool": "unlimited", "contents": [
                 {"id": "one", "reward": "voucher", "value": "3.00"}, {"id": "two", "reward": "points", "value": 5}]}),
             rule("ticket", "card.bound", {"reward": "chance", "chance": "spin", "count": 2, "valid": {"for": "P20D"}}),
             rule("spin", "reward.claimed",
                  {"draw_of": [{"id": "big", "weight": 1, "reward": "goods", "value": "50.00", "pool": {"stock": 30}},
                               {"id": "none", "weight": 2, "nothing": True}], "when_empty": "lose"},
                  spends="spin")),
    campaign("all-undone",
             rule("share", {"event": "txn.card_spend", "when": {"channel": "qr"}},
                  {"reward": "cash_back", "value": {"percent": "10%", "of": "amount", "max": "20.00"},
                   "pool": {"budget": "900.00", "low_at": ["30%"]}}, on_reversal={"partial": "prorate"}),
             rule("owed", {"event": "txn.card_spend", "when": {"channel": "pos"}},
                  {"reward": "instant_discount", "value": {"percent": "10%", "of": "amount", "max": "20.00"}, "pool": "unlimited"},
                  on_reversal={"reward": "offset", "partial": "prorate"}),
             rule("on-top", {"reward": "share"}, {"reward": "points", "value": {"percent": "100%", "of": "amount", "max": 50},
                                                  "pool": "unlimited"})),
    campaign("all-friends",
             rule("friend", {"event": "account.opened", "as": "referrer"}, {"reward": "points", "value": 10, "pool": "unlimited"})),
    {**campaign("all-yen", rule("yen", {"event": "txn.card_spend", "when": {"currency": "JPY"}},
                                {"reward": "instant_discount", "value": "300", "pool": {"budget": "9000", "low_at": ["50%"]}})),
     "currency": "JPY"},
]

# What the stream must show, or it holds less against the schemas than it says.
SHOWN = {"gift.reward.issued", "gift.reward.substituted", "gift.reward.revoked", "gift.reward.reduced", "gift.reward.offset",
         "gift.pool.low", "gift.pool.empty", "caused_by", "chance", "contents", "draw", "original_event", "offset_minor", "funding",
         "labels", "points", "gift.decision.range", "DUPLICATE_EVENT", "EVENT_TOO_LATE", "DRAW_LOST", "OUT_OF_STOCK", "JPY"}


def write_campaigns(folder):
    for one in CAMPAIGNS:
        with open(os.path.join(folder, one["id"] + ".json"), "w", encoding="utf-8") as file:
            json.dump(one, file)


class Stream:
    """Events of 300 customers over 24 days as (customer, line), in the order in which they come."""

    def __init__(self, seed=1, events=EVENTS):
        self.dice, self.rows, self.paid, self.number = random.Random(seed), [], [], 0
        step = 24 * DAY / events
        while len(self.rows) < events:
            self.next(BEGIN + int(len(self.rows) * step))

    def add(self, kind, customer, at, **fields):
        self.number += 1
        local = at + 8 * 3600
        days, second = divmod(local - BEGIN, DAY)
        event = {"id": f"e{self.number}", "source": "all", "type": kind, "customer": customer,
                 "time": f"2026-12-{1 + days:02}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+08:00", **fields}
        self.rows.append((customer, json.dumps(event, ensure_ascii=False)))
        return event

    def pay(self, customer, at):
        yen = self.dice.random() < 0.1
        event = self.add("txn.card_spend", customer, at, amount_minor=self.dice.randrange(500, 30000), currency="JPY" if yen else "CNY",
                         channel=self.dice.choice(["qr", "pos"]), mcc="5812", status="settled")
        self.paid.append((customer, event))

    def undo(self, at):
        if not self.paid:
            return
        customer, event = self.paid.pop(self.dice.randrange(len(self.paid)))
        part = self.dice.choice([1, 2, 3])
        amount = event["amount_minor"] // part
        self.add("txn.reversed", customer, at, original_id=event["id"], amount_minor=amount, currency=event["currency"], reason="refund")
        if part == 3:
            self.paid.append((customer, event))

    def broken(self, customer):
        self.number += 1
        line = self.dice.choice(["no event", '{"id":', '{"id":"x","source":"all","type":"login"}', "[1]", '{"id":"x","source":"all",'
                                 '"type":"login","customer":"c1","time":"yesterday"}', '{"n":"tab\there"}',
                                 '{"id":"x%d","source":"all","type":"txn.card_spend","customer":"%s","time":"2026-12-05T00:00:00+08:00",'
                                 '"amount_minor":5}' % (self.number, customer)])
        self.rows.append((customer, line))

    def next(self, at):
        customer, dice = f"c{self.dice.randrange(300)}", self.dice.random()
        if dice < 0.35:
            self.pay(customer, at)
        elif dice < 0.5:
            self.undo(at)
        elif dice < 0.62:
            self.add("login", customer, at, device=f"d{self.dice.randrange(200)}")
        elif dice < 0.7:
            self.add("checkin", customer, at, branch=self.dice.choice(["b1", "b2", "b3"]))
        elif dice < 0.78:
            self.add("card.bound", customer, at, card=f"k{self.number}")
        elif dice < 0.88:
            self.add("reward.claimed", customer, at)
        elif dice < 0.92:
            self.add("account.opened", customer, at, referrer=f"c{self.dice.randrange(300)}")
        elif dice < 0.94:
            self.add("page.viewed", customer, at, page="start")  # nobody hears it
        elif dice < 0.95:
            self.rows.append(self.dice.choice(self.rows or [(customer, "{}")]))
        elif dice < 0.97 and at > BEGIN + 8 * DAY:
            self.add("login", customer, at - 5 * DAY)
        else:
            self.broken(customer)


def keys_of(node):
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from keys_of(value)
    if isinstance(node, list):
        for value in node:
            yield from keys_of(value)


class Held:
    """Records held against their schemas, and what they showed."""

    def __init__(self, root):
        self.schemas, self.counts, self.problems, self.shown = {}, collections.Counter(), [], set()
        for name in ("reward", "decision", "dead-letter"):
            with open(os.path.join(root, "schemas", name + ".schema.json"), encoding="utf-8") as file:
                self.schemas[name] = jsonschema.Draft202012Validator(json.load(file))

    def hold(self, name, record):
        self.counts[name] += 1
        if not SHOWN <= self.shown:
            self.shown.update(SHOWN & (set(keys_of(record)) | set(texts_of(record))))
        if self.counts[name] > HELD_MOST:
            return
        best = jsonschema.exceptions.best_match(self.schemas[name].iter_errors(record))
        if best is not None and len(self.problems) < 20:
            self.problems.append(f"{name}: /{'/'.join(map(str, best.absolute_path))}: {best.message[:200]}: {json.dumps(record)[:600]}")

    def missing(self):
        """What of the stream did not come out, or too little of it."""
        told = [f"nothing shows {word}" for word in sorted(SHOWN - self.shown)]
        if sum(self.counts.values()) < 10000:
            told.append(f"{sum(self.counts.values())} records are too few: {dict(self.counts)}")
        return self.problems + told


def texts_of(node):
    if isinstance(node, str):
        yield node
    if isinstance(node, dict):
        for value in node.values():
            yield from texts_of(value)
    if isinstance(node, list):
        for value in node:
            yield from texts_of(value)
