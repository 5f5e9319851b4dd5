"""Events for the chaos runs: seeded, endless in kind, made line by line. The same seed gives the same lines.

Most of what is generated is meant to meet a limit: customers come back, devices are shared, pools run dry. Refunds come in the first part
only, so that whatever they give back finds takers. Some lines come twice, and a few are no events at all. Times rise through six days, so
that a shard that lags behind the others is never so late that it is refused for it.
"""
import datetime
import json
import random

START = datetime.datetime(2026, 12, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
SPAN_S = 6 * 86400
REFUNDS_UNTIL = 0.4
MIXES = {
    "all": {"login": 14, "bill": 20, "spend": 26, "checkin": 14, "wealth": 10, "bound": 8, "opened": 8, "reversed": 5, "twice": 2,
            "viewed": 12, "poison": 1},
    "stock": {"drop": 100},
}


class Generator:
    def __init__(self, seed, events, mix="all", first=0):
        self.dice = random.Random(seed)
        self.count, self.number, self.first = events, 0, first
        self.customers = max(50, events // 20)
        self.kinds, self.weights = list(MIXES[mix]), list(MIXES[mix].values())
        self.spent = []  # (customer, id, channel) of purchases that may still be refunded
        self.last = None  # the last event of each kind, to come again

    def customer(self):
        # A few come very often: their records are hot in every batch.
        many = self.dice.random() < 0.1
        return f"c{self.dice.randrange(20 if many else self.customers):06d}"

    def stamp(self):
        return (START + datetime.timedelta(seconds=int(self.number * SPAN_S / max(1, self.count)))).isoformat()

    def event(self, kind, customer, **fields):
        return customer, {"id": f"e{self.first + self.number}", "source": "chaos", "type": kind, "customer": customer,
                          "time": self.stamp(), **fields}

    def money(self, least, most):
        return {"amount_minor": self.dice.randrange(least, most) * 100, "currency": "CNY"}

    def login(self):
        return self.event("login", self.customer(), device=f"d{self.dice.randrange(1000)}")

    def bill(self):
        return self.event("bill.paid", self.customer(), **self.money(20, 120))

    def spend(self):
        channel = self.dice.choice(["qr", "pos", "online"])
        status = "failed" if self.dice.random() < 0.1 else "settled"
        customer, event = self.event("txn.card_spend", self.customer(), channel=channel, status=status, mcc="5812", **self.money(5, 300))
        self.spent.append((customer, event["id"], event["time"]))
        return customer, event

    def checkin(self):
        return self.event("checkin", self.customer())

    def viewed(self):
        return self.event("page.viewed", self.customer(), page="start")  # nobody hears it

    def drop(self):
        return self.event("checkin", f"s{self.first + self.number:07d}")

    def wealth(self):
        return self.event("wealth.purchased", self.customer(), product=self.dice.choice(["fund", "note"]), **self.money(100, 900))

    def bound(self):
        # Three or four customers for each device, whose shard is rarely that of any of them.
        device = f"k{self.dice.randrange(max(10, self.count // 40)):05d}"
        return self.event("card.bound", self.customer(), device=device, card=f"x{self.number}", wallet="weixin")

    def opened(self):
        return self.event("account.opened", self.customer(), referrer=self.customer())

    def reversed(self):
        if not self.spent or self.number > self.count * REFUNDS_UNTIL:
            return self.bill()
        customer, original, _ = self.spent.pop(self.dice.randrange(max(0, len(self.spent) - 2000), len(self.spent)))
        return self.event("txn.reversed", customer, original_id=original, reason="refund")

    def twice(self):
        return self.last if self.last else self.bill()

    def poison(self):
        customer, event = self.event("login", self.customer(), device="d1")
        text = json.dumps(event)
        damaged = [text[: len(text) // 2], "{not json", "[]", "null", text.replace('"time": "2026', '"time": "20x6'),
                   text.replace('"id"', '"no"'), text.replace('"customer"', '"nobody"')]
        return customer, self.dice.choice(damaged)

    def __iter__(self):
        while self.number < self.count:
            kind = self.dice.choices(self.kinds, self.weights)[0]
            key, event = getattr(self, kind)()
            if kind not in ("twice", "poison") and self.dice.random() < 0.2:
                self.last = (key, event)
            self.number += 1
            yield key, event if isinstance(event, str) else json.dumps(event, separators=(",", ":"))
