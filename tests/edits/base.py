"""The files and events that every edit of table.py starts from, and what comes of the events when nothing is edited.

`shop` is the campaign that is edited: each rule needs another noun. `december` is over, `beside` goes on whatever happens to shop, `bank`
is the programme that shop cites. What was used by the events before the edit must be known behind it.
"""


def count(number, period, **more):
    return {"count": number, "per": ["customer"], "period": period, **more}


def points(value):
    return {"reward": "points", "value": value, "pool": {"budget": 9000}}


SETTLED = {"event": "txn.card_spend", "when": {"status": "settled"}}
UNDONE = {"reward": "revoke", "limits": "restore", "pool": "restore", "partial": "recheck"}
BANDS = [{"from": "50.00", "value": "2.00"}, {"from": "100.00", "value": "6.00"}]
TENTH = {"percent": "10%", "of": "amount", "max": "50.00"}


def campaign(name, rules, period=("2027-01-01", "2027-12-31"), **more):
    return {"id": name, "version": 1, "name": {"zh": name, "en": name}, "period": {"from": period[0], "to": period[1]},
            "audience": "everyone", **more, "rules": rules}


SHOP = campaign("shop", [
    {"id": "welcome", "on": "login", "give": {"reward": "voucher", "value": "5.00", "pool": "pot"},
     "limits": ["daily", count(3, "week"), count(9, "month")]},
    {"id": "back", "on": SETTLED, "give": {"reward": "cash_back", "value": TENTH, "pool": "purse"}, "limits": ["money"],
     "on_reversal": UNDONE},
    {"id": "goal", "on": SETTLED, "when": {"fact.m": {"gte": "500.00"}}, "give": points(5), "limits": [count(1, "month")]},
    {"id": "two", "on": "checkin", "give": [{"id": "v", "reward": "voucher", "value": "2.00", "pool": "pot"}, {"id": "p", **points(3)}],
     "limits": ["often"]},
    {"id": "ladder", "on": {"event": "bill.paid", "when": {"biller": {"in_list": "billers"}}},
     "give": {"reward": "voucher", "value": {"by": "amount", "bands": BANDS}, "pool": "purse"},
     "limits": [count(9, "day")], "on_reversal": UNDONE},
    {"id": "earn", "on": "page.viewed", "give": {"reward": "chance", "chance": "ticket"}, "limits": [count(9, "day")]},
    {"id": "use", "on": "reward.claimed", "spends": "ticket", "give": points(41), "limits": [count(9, "day")]}],
    facts={"m": {"measure": "sum", "of": "amount", "on": SETTLED, "window": "month"}},
    limits={"daily": count(2, "day"), "money": {"amount": "30.00", "per": ["customer"], "period": "month"},
            "often": {"count": 3, "per": ["customer"], "period": {"rolling": "P7D"}}},
    pools={"pot": {"stock": 20}, "purse": {"budget": "1000.00"}})
DECEMBER = campaign("december", [{"id": "g", "on": SETTLED, "give": {"reward": "cash_back", "value": TENTH, "pool": {"budget": "99.00"}},
                                  "limits": [count(9, "day")], "on_reversal": UNDONE}], ("2026-12-01", "2026-12-31"))
BESIDE = campaign("beside", [{"id": "g", "on": "game.finished", "give": points(1), "limits": [count(9, "day")]}])
BANK = {"id": "bank", "version": 1, "name": {"zh": "bank", "en": "bank"}, "lists": {"billers": ["phone", "power"]},
        "facts": {"seen": {"last": "login"}}}
FILES = {"shop.json": SHOP, "december.json": DECEMBER, "beside.json": BESIDE, "bank.json": BANK}


def event(name, kind, time, customer="c1", **more):
    return {"id": name, "source": "s", "type": kind, "customer": customer, "time": f"{time.replace(' ', 'T')}:00+08:00", **more}


def spend(name, time, yuan, customer="c1"):
    return event(name, "txn.card_spend", time, customer, amount_minor=yuan * 100, currency="CNY", status="settled")


def bill(name, time, yuan, biller="phone"):
    return event(name, "bill.paid", time, amount_minor=yuan * 100, currency="CNY", biller=biller)


def refund(name, time, of, yuan=None, customer="c1"):
    amount = {} if yuan is None else {"amount_minor": yuan * 100, "currency": "CNY"}
    return event(name, "txn.reversed", time, customer, original_id=of, **amount)


# December's payment, then sixteen of another day, so that the clock stands behind its closing; then some of everything of shop.
BEFORE = [spend("d1", "2026-12-20 10:00", 100, "c5")] + [
    event(f"x{i}", "game.finished", f"2027-02-09 08:{i:02}", f"x{i}", score=1) for i in range(1, 17)] + [
    event("b1", "login", "2027-02-09 10:00"), spend("b2", "2027-02-09 10:10", 100), event("b3", "checkin", "2027-02-09 10:20"),
    bill("b4", "2027-02-09 10:30", 120), event("b5", "page.viewed", "2027-02-09 10:40")]
AFTER = [
    event("a1", "login", "2027-02-09 14:00"), event("a2", "login", "2027-02-09 15:00"), event("a3", "login", "2027-02-10 10:00"),
    event("a4", "login", "2027-02-11 10:00"), spend("a5", "2027-02-11 11:00", 150), spend("a6", "2027-02-11 12:00", 100),
    spend("a7", "2027-02-11 13:00", 200), refund("a8", "2027-02-12 10:00", "b2", 50), event("a9", "checkin", "2027-02-12 11:00"),
    bill("a10", "2027-02-12 12:00", 120), event("a11", "reward.claimed", "2027-02-12 13:00"),
    event("a12", "login", "2027-02-12 14:00", "c2"), event("a13", "game.finished", "2027-02-12 15:00", "c2", score=1),
    refund("a14", "2027-02-12 16:00", "d1", customer="c5"), refund("a15", "2027-02-12 17:00", "b4", 10),
    refund("a16", "2027-02-12 18:00", "b4", 50)]

COME_BEFORE = {
    "d1": "issued december/g cash_back 1000",
    "b1": "issued shop/welcome voucher 500", "b2": "issued shop/back cash_back 1000",
    "b3": "issued shop/two voucher 200 ; issued shop/two points 3", "b4": "issued shop/ladder voucher 600",
    "b5": "chance shop/earn chance 0"}
# What comes of the events behind an edit that changes nothing, or is refused.
UNEDITED = {
    "a1": "issued shop/welcome voucher 500",  # the second of two a day, of three a week
    "a2": "refuse shop/welcome LIMIT_REACHED",
    "a3": "issued shop/welcome voucher 500",
    "a4": "refuse shop/welcome LIMIT_REACHED",  # three a week were had
    "a5": "issued shop/back cash_back 1500",  # 25.00 of 30.00 a month
    "a6": "refuse shop/back LIMIT_REACHED",
    "a7": "refuse shop/back LIMIT_REACHED ; issued shop/goal points 5",  # 550.00 of 500.00
    "a8": "reduced shop/back cash_back 500",  # 10% of the 50.00 that are left
    "a9": "issued shop/two voucher 200 ; issued shop/two points 3",
    "a10": "issued shop/ladder voucher 600",
    "a11": "issued shop/use points 41",
    "a12": "issued shop/welcome voucher 500",
    "a13": "issued beside/g points 1",
    "a14": "revoked december/g cash_back 1000",
    "a15": "nothing",  # 110.00 are left: 6.00 by the bands it was given under
    "a16": "reduced shop/ladder voucher 400"}  # 60.00 are left: 2.00
