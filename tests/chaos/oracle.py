"""What the chaos campaigns must give, worked out again from the events alone: it shares no line with giftd and knows just these campaigns.

Events are told in the order of their partition, so each customer's in order. What only the customer's own limits decide is known exactly,
gift by gift; of what customers share the exact count is known, not who is first. After a change of rulebook in mid-stream a few numbers
differ: `rules` maps the rulebook that a decision names to them.
"""
import json

DROP, RETURNS, FUND, NOTE, LINE = 1000, 300, 300, 300, 500  # units; a unit of fund, note and line is 10.00
DEVICE, FRIENDS, DROP_EACH, RETURNS_EACH, WEALTH_EACH = 2, 3, 1, 3, 2
FIRST = {"daily": 1, "daily_value": 1, "five": 5, "five_value": 10, "sum": 2, "sum_value": 800, "back": 2, "back_value": 300}
REFUNDABLE = {("own", "back"), ("shared", "returns")}


def event_of(text):
    """The event in a line, or None for what cannot be one."""
    try:
        event = json.loads(text)
    except ValueError:
        return None
    if not isinstance(event, dict) or not event.get("id") or not event.get("customer") or not event.get("time", "").startswith("2026-"):
        return None
    return event


class Customer:
    __slots__ = ("seen", "days", "five", "paid", "sums", "back", "backs", "drop", "returns", "fund", "note")

    def __init__(self):
        self.seen, self.days, self.five, self.paid, self.sums, self.back, self.backs = set(), set(), 0, 0, 0, 0, set()
        self.drop = self.returns = self.fund = self.note = 0


class Oracle:
    def __init__(self):
        self.customers, self.devices = {}, {}
        self.exact = {}  # (campaign, rule, event id) -> value
        self.revoked = set()  # (campaign, rule, original event id): of `own`
        self.reversals = {}  # original event id -> event id of its reversal
        self.owners = {}  # event id -> customer
        self.device_of = {}  # event id -> device
        self.hearers = {}  # event id -> who hears it as the referrer
        self.friends = {}  # referrer -> events heard
        self.buyers = {}  # partition -> customers who bought at a till after its last refund
        self.events = self.repeated = self.broken = 0

    def hear(self, partition, text, rules=FIRST):
        """One record of the events topic. Returns the event, or None when it is no event or came before."""
        event = event_of(text)
        if event is None:
            self.broken += 1
            return None
        customer = self.customers.setdefault(event["customer"], Customer())
        if event["id"] in customer.seen:
            self.repeated += 1
            return None
        customer.seen.add(event["id"])
        self.events += 1
        self.owners[event["id"]] = event["customer"]
        handler = getattr(self, "on_" + event["type"].replace(".", "_"), None)
        if handler:
            handler(partition, customer, event, rules)
        return event

    def give(self, rule, event, value):
        self.exact["own", rule, event["id"]] = value

    def on_login(self, _, customer, event, rules):
        day = event["time"][:10]
        if day not in customer.days:
            customer.days.add(day)
            self.give("daily", event, rules["daily_value"])

    def on_bill_paid(self, _, customer, event, rules):
        customer.paid += event["amount_minor"]
        if event["amount_minor"] >= 5000 and customer.five < rules["five"]:
            customer.five += 1
            self.give("five", event, rules["five_value"])
        if customer.paid >= 40000 and customer.sums < rules["sum"]:
            customer.sums += 1
            self.give("sum", event, rules["sum_value"])

    def on_txn_card_spend(self, partition, customer, event, rules):
        if event["status"] != "settled":
            return
        if event["channel"] == "qr" and customer.back < rules["back"]:
            customer.back += 1
            customer.backs.add(event["id"])
            self.give("back", event, rules["back_value"])
        if event["channel"] == "pos":
            customer.returns += 1
            self.buyers.setdefault(partition, set()).add(event["customer"])

    def on_txn_reversed(self, partition, customer, event, _):
        original = event["original_id"]
        self.reversals.setdefault(original, event["id"])
        self.buyers[partition] = set()
        if original in customer.backs:
            customer.backs.remove(original)
            customer.back -= 1
            self.revoked.add(("own", "back", original))

    def on_checkin(self, _, customer, __, ___):
        customer.drop += 1

    def on_wealth_purchased(self, _, customer, event, __):
        setattr(customer, event["product"], getattr(customer, event["product"]) + 1)

    def on_card_bound(self, _, __, event, ___):
        self.device_of[event["id"]] = event["device"]
        self.devices[event["device"]] = self.devices.get(event["device"], 0) + 1

    def on_account_opened(self, _, __, event, ___):
        referrer = event["referrer"]
        if referrer == event["customer"]:
            return  # nobody is his own referrer
        self.hearers[event["id"]] = referrer
        self.friends[referrer] = self.friends.get(referrer, 0) + 1
        self.exact["friend", "each", event["id"]] = 1

    def receiver(self, campaign, event):
        return self.hearers.get(event) if campaign == "friend" else self.owners.get(event)

    def demand(self, field, each):
        return sum(min(each, getattr(customer, field)) for customer in self.customers.values())

    def pools(self, returned):
        """What must be in use in the end: pool -> (least, most); `returned` gifts of `returns` were withdrawn."""
        fund, note = min(FUND, self.demand("fund", WEALTH_EACH)), min(NOTE, self.demand("note", WEALTH_EACH))
        line, drop = min(LINE, fund + note), min(DROP, self.demand("drop", DROP_EACH))
        # What a refund gives back is taken again if purchases enough follow in the very partition, however far the others are.
        taken = all(len(buyers) >= returned for buyers in self.buyers.values())
        wanted = min(RETURNS, self.demand("returns", RETURNS_EACH))
        return {"drop": (drop, drop), "returns": (wanted if taken else 0, RETURNS),
                "fund": (line - note, fund), "note": (line - fund, note), "line": (line, line)}

    def device_gifts(self):
        return {device: min(DEVICE, asked) for device, asked in self.devices.items()}

    def friend_gifts(self):
        return {referrer: min(FRIENDS, heard) for referrer, heard in self.friends.items()}
