"""The campaigns that any_order.py plays, one rule each (the chances have two), so that a violation names its rule.

Pools are unlimited: customers of one run must not meet in a pool. Everything that is earned in proportion comes out even: amounts are
multiples of 12.00, refunds are twelfths.
"""
LATE = "P45D"
SPEND = {"event": "txn.card_spend", "when": {"status": "settled"}}
FAMILY = {"event": "bill.paid", "as": "primary"}  # each payment once more, by another card of the customer's family
BANDS = [("24.00", 1), ("120.00", 2)]
VOUCHER_BANDS = [("24.00", "1.00"), ("120.00", "6.00")]
LADDER = [(10000, 200), (30000, 500), (60000, 900), (60100, 950)]
COUNT_LADDER = [(2, 10), (4, 25)]
SUM_GOAL, COUNT_GOAL, DISTINCT_GOAL = 30000, 2, 2
DORMANT_DAYS, TRACK_DAYS, TRACK_LARGE = 10, 10, 12000
MONTH_CEILING, WEEK_CEILING = 3000, 2000


def campaign(name, rules, **more):
    return {"id": name, "version": 1, "name": {"zh": name, "en": name}, "period": {"from": "2027-01-01", "to": "2027-12-31"},
            "late": {"accept": LATE}, "audience": "everyone", **more, "rules": rules}


def points(value):
    return {"reward": "points", "value": value, "pool": "unlimited"}


def cash():
    return {"reward": "cash_back", "value": {"percent": "10%", "of": "amount", "max": "500.00"}, "pool": "unlimited"}


def undo(reward="revoke", limits="keep", partial="recheck"):
    policy = {"reward": reward, "limits": limits, "partial": partial}
    return {"on_reversal": policy}


def count(number, period):
    return {"count": number, "per": ["customer"], "period": period}


def ceiling(minor, period, **more):
    return {"amount": f"{minor // 100}.{minor % 100:02}", "per": ["customer"], "period": period, **more}


def track(tasks, **more):
    return {"track": {"opens": "account.opened", "tasks": tasks, "within": f"P{TRACK_DAYS}D", **more}}


def task(name, on):
    return {"id": name, "on": on}


LOOK, SIGN = task("look", "page.viewed"), task("sign", "checkin")
LARGE = {"event": "txn.card_spend", "when": {"status": "settled", "amount": {"gte": f"{TRACK_LARGE // 100}.00"}}}


def bands(pairs):
    return {"by": "amount", "bands": [{"from": start, "value": value} for start, value in pairs]}


def ladder(pay="top_up"):
    steps = [{"from": f"{start / 100:.2f}", "value": f"{value / 100:.2f}"} for start, value in LADDER]
    return {"reward": "cash_back", "value": {"by": "fact.m", "bands": steps, "pay": pay}, "pool": "unlimited"}


def count_ladder(pay="top_up"):
    steps = [{"from": start, "value": value} for start, value in COUNT_LADDER]
    return {"reward": "points", "value": {"by": "fact.m", "bands": steps, "pay": pay}, "pool": "unlimited"}


def rule(on, give, limits="unlimited", **more):
    return {"id": "g", "on": on, **{key: more.pop(key) for key in ("when", "once_per") if key in more}, "give": give, "limits": limits,
            **more}


def measure(kind, on=SPEND, **more):
    return {"measure": kind, "on": on, "window": "month", **more}


def goal(minor):
    return {"gte": f"{minor // 100}.{minor % 100:02}"}


CAMPAIGNS = [
    # ---- limits ----
    campaign("day", [rule("login", points(5), [count(1, "day")])]),
    campaign("week", [rule("login", points(6), [count(2, {"rolling": "P7D"})])]),
    campaign("nested", [rule(SPEND, points(7), [count(1, "day"), count(3, "month")], **undo(limits="restore"))]),
    campaign("three-days", [rule(SPEND, points(3), [count(1, {"rolling": "P3D"})], **undo())]),
    campaign("ever", [rule(SPEND, points(11), [count(2, "ever")], **undo("keep"))]),
    campaign("month-money", [rule(SPEND, cash(), [ceiling(MONTH_CEILING, "month", at_limit="partial")],
                                  **undo(limits="restore", partial="prorate"))]),
    campaign("week-money", [rule(SPEND, cash(), [ceiling(WEEK_CEILING, {"rolling": "P7D"})], **undo(partial="prorate"))]),
    campaign("once", [rule(SPEND, points(9), once_per=["merchant"], **undo())]),
    # ---- policies alone ----
    campaign("share", [rule(SPEND, cash(), **undo(partial="prorate"))]),
    campaign("bands", [rule(SPEND, {"reward": "voucher", "value": bands(VOUCHER_BANDS), "pool": "unlimited"}, **undo())]),
    campaign("ignore", [rule(SPEND, points(15), **undo(partial="ignore"))]),
    campaign("owed", [rule(SPEND, cash(), **undo("offset", partial="prorate"))]),
    # ---- facts ----
    campaign("first", [rule(SPEND, points(13), when={"fact.f": "this_event"}, **undo())],
             facts={"f": {"first": SPEND, "refunds": "reopen"}}),
    campaign("asleep", [rule("login", points(17), when={"fact.l": {"dormant_for": f"P{DORMANT_DAYS}D"}})], facts={"l": {"last": "login"}}),
    campaign("sum", [rule(SPEND, points(19), [count(1, "month")], when={"fact.m": goal(SUM_GOAL)}, **undo(limits="restore"))],
             facts={"m": measure("sum", of="amount")}),
    campaign("visits", [rule("login", points(23), [count(1, "month")], when={"fact.n": {"gte": COUNT_GOAL}})],
             facts={"n": measure("count")}),
    campaign("shops", [rule(SPEND, points(29), [count(1, "month")], when={"fact.d": {"gte": DISTINCT_GOAL}}, **undo())],
             facts={"d": measure("distinct", of="merchant")}),
    campaign("set", [rule({"fact": "t"}, points(31))], facts={"t": track([LOOK, SIGN])}),
    campaign("listed", [rule({"fact": "t"}, points(33))], facts={"t": track([LOOK, SIGN], order="listed")}),
    campaign("equal", [rule({"fact": "t"}, points(37))], facts={"t": track([task("any", SPEND), task("large", LARGE)])}),
    # ---- heard as another ----
    campaign("family-sum", [rule(FAMILY, points(19), [count(1, "month")], when={"fact.m": goal(SUM_GOAL)}, **undo(limits="restore"))],
             facts={"m": measure("sum", FAMILY, of="amount")}),
    campaign("family-first", [rule(FAMILY, points(13), when={"fact.f": "this_event"}, **undo())],
             facts={"f": {"first": FAMILY, "refunds": "reopen"}}),
    # ---- ladders ----
    campaign("ladder", [rule({"fact": "m"}, ladder(), **undo())], facts={"m": measure("sum", of="amount")}),
    campaign("ladder-asked", [rule(SPEND, count_ladder(), **undo(limits="restore"))], facts={"m": measure("count")}),
    campaign("ladder-owed", [rule({"fact": "m"}, ladder(), **undo("offset"))], facts={"m": measure("sum", of="amount")}),
    campaign("ladder-each", [rule({"fact": "m"}, ladder("each"), **undo(limits="restore"))], facts={"m": measure("sum", of="amount")}),
    campaign("ladder-kept", [rule({"fact": "m"}, ladder(), **{"on_reversal": {"reward": "keep"}})],
             facts={"m": measure("sum", of="amount")}),
    # ---- chances ----
    campaign("chance", [{"id": "earn", "on": SPEND, "give": {"reward": "chance", "chance": "c", "count": bands(BANDS)},
                         "limits": "unlimited", **undo()},
                        {"id": "use", "on": "reward.claimed", "spends": "c", "give": points(41), "limits": "unlimited"}]),
]
for one in CAMPAIGNS:  # a track that opens on the last day, a chance of it: the closing must be as long
    one["period"]["closing"] = "P30D"
