#!/usr/bin/env python3
"""What a refund leaves of a gift is what a payment of the rest would have had: random rules, each payment against smaller ones.

    anew.py GIFTD [--sets N] [--seed S]

A set is a campaign of rules whose conditions are random trees (`all`, `any`, `not`, of the amount and of fields that no refund changes),
with one trigger or several, of a fixed value, a percentage, bands, or the `first_of` some. Pools and limits have no end. One customer
pays, and gets back a part, up to three times; others pay what is left behind each refund, with all else alike.

Of each rule the first has what the last of the others has, but never more than it had before; where that is another kind of reward,
nothing.

Every other set asks what was accumulated too: sums, counts, what one is ahead of another, with bounds from below and from above. A refund
takes nothing of gifts for payments before the one that it is of; and of no gift more than if less had been paid from the start, unless
what was accumulated is one of alternatives.
"""
import argparse
import collections
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

RULES, PAIRS = 12, 40
CHANNELS, STATES = ("online", "pos", "atm"), ("settled", "authorised")
TYPES = ("txn.card_spend", "bill.paid")
UNDONE = {"reward": "revoke", "limits": "restore", "pool": "restore", "partial": "recheck"}


def money(minor):
    return f"{minor // 100}.{minor % 100:02}"


def of_fact(rng):
    """A test of what was accumulated."""
    amount, some = rng.randrange(1, 60) * 1000, rng.randrange(1, 6)
    op = rng.choice(["gte", "gt", "lt", "lte", "eq"])
    return rng.choice([
        lambda: {f"fact.{rng.choice(['sum', 'ahead', 'more'])}": {op: money(amount)}},
        lambda: {f"fact.{rng.choice(['count', 'week'])}": {op: some}},
        lambda: {f"fact.{rng.choice(['count', 'week'])}": {"between": [some, some + 2]}},
        lambda: {"fact.sum": {"between": [money(amount), money(amount + 20000)]}}])()


def leaf(rng, facts=False):
    if facts and rng.random() < 0.6:
        return of_fact(rng)
    amount = rng.randrange(1, 30) * 1000
    return rng.choice([
        lambda: {"amount": {rng.choice(["gte", "gt", "lt", "lte"]): money(amount)}},
        lambda: {"amount": {"between": [money(amount), money(amount + 8000)]}},
        lambda: {"channel": rng.choice(CHANNELS)},
        lambda: {"channel": {"in": rng.sample(CHANNELS, 2)}},
        lambda: {"status": {"ne": rng.choice(STATES)}}])()


def tree(rng, depth=3, facts=False):
    kind = rng.choice(["leaf", "leaf", "all", "any", "any", "not"]) if depth > 0 else "leaf"
    if kind == "leaf":
        return leaf(rng, facts)
    if kind == "not":
        return {"not": tree(rng, depth - 1, facts)}
    return {kind: [tree(rng, depth - 1, facts) for _ in range(rng.randrange(2, 4))]}


def trigger(rng):
    kind = rng.choice(TYPES)
    return {"event": kind, "when": {key: value for _ in range(rng.randrange(1, 3)) for key, value in leaf(rng).items()}}


def worth(rng, facts=False):
    by = rng.choice(["amount", "fact.sum", "fact.ahead"]) if facts else "amount"
    bands = sorted(rng.sample(range(1, 30), 3))
    return rng.choice([
        lambda: money(rng.randrange(1, 20) * 100), lambda: {"percent": "10%", "of": "amount", "max": "20.00"},
        lambda: {"by": by, "bands": [{"from": money(at * 1000), "value": money(at * 50)} for at in bands]}])()


def item(rng, number=None, facts=False):
    one = {"reward": "cash_back" if rng.random() < 0.8 else "voucher", "value": worth(rng, facts), "pool": "unlimited"}
    if number is None:
        return one
    return {"id": f"i{number}", **({"when": tree(rng, 2, facts)} if rng.random() < 0.8 else {}), **one}


def rule(rng, number, facts):
    give = item(rng, None, facts) if rng.random() < 0.6 else {"first_of": [item(rng, i) for i in range(rng.randrange(2, 5))]}
    on = [trigger(rng) for _ in range(rng.choice([1, 1, 2, 3]))] if rng.random() < 0.6 else list(TYPES)
    when = {"when": tree(rng, 3, facts)} if rng.random() < 0.8 else {}
    return {"id": f"r{number}", "on": on, **when, "give": give, "limits": "unlimited"}


def measure(kind, window, on="txn.card_spend", **more):
    return {"measure": kind, "on": on, "window": window, **({"of": "amount"} if kind == "sum" else {}), **more}


FACTS = {"sum": measure("sum", "month"), "count": measure("count", "month"), "week": measure("count", "week", list(TYPES)),
         "bills": measure("sum", "month", "bill.paid"), "before": measure("sum", "month", previous=1),
         "ahead": {"difference": ["sum", "bills"]}, "more": {"difference": ["sum", "before"]}}


def campaign(rng, facts):
    return {"id": "t", "version": 1, "name": {"zh": "t", "en": "t"}, "period": {"from": "2027-01-01", "to": "2027-12-31"},
            "audience": "everyone", "on_reversal": UNDONE, "rules": [rule(rng, i, facts) for i in range(RULES)],
            **({"facts": FACTS} if facts else {})}


def refund(name, customer, day, of, minor):
    return event(name, "txn.reversed", customer, day, original_id=of, amount_minor=minor, currency="CNY")


def event(name, kind, customer, day, **more):
    return {"id": name, "source": "s", "type": kind, "customer": customer, "time": f"2027-03-{day:02}T10:00:00+08:00", **more}


def pair(rng, number):
    """A payment and its refunds by one customer, and by others, for each refund, the payment of what is left behind it."""
    kind, amount = rng.choice(TYPES), rng.randrange(1, 400) * 100
    fields = {"currency": "CNY", "channel": rng.choice(CHANNELS), "status": rng.choice(STATES)}
    events = [event(f"p{number}", kind, f"a{number}", 1, amount_minor=amount, **fields)]
    for i in range(rng.randrange(1, 4)):
        part = rng.randrange(amount)
        if part == 0:
            break
        amount -= part
        events += [refund(f"b{number}-{i}", f"a{number}", 2 + i, f"p{number}", part),
                   event(f"q{number}-{i}", kind, f"z{number}-{i}", 1, amount_minor=amount, **fields)]
    return events


def several(rng, number):
    """Payments of one customer, and a refund of one of them; and the payments as if that had been less from the start."""
    paid = [event(f"p{number}-{i}", rng.choice(TYPES), f"a{number}", 1 + 2 * i, amount_minor=rng.randrange(1, 400) * 100, currency="CNY",
                  channel=rng.choice(CHANNELS), status=rng.choice(STATES)) for i in range(rng.randrange(2, 9))]
    which = rng.choice([len(paid) - 1, rng.randrange(len(paid))])
    amount = paid[which]["amount_minor"]
    part = rng.choice([amount, 1, amount // 2])
    less = [{**one, "id": one["id"].replace("p", "q"), "customer": f"z{number}"} for one in paid]
    less[which]["amount_minor"] -= part
    back = refund(f"b{number}", f"a{number}", 20, paid[which]["id"], part)
    return [*paid, back] + [one for one in less if one["amount_minor"] > 0]


class Had:
    """Of one customer and rule."""

    def __init__(self):
        self.reward, self.first, self.value = None, 0, 0


def rewards_in(giftd, folder, files, events):
    (folder / "c").mkdir()
    (folder / "c" / "t.json").write_text(json.dumps(files))
    told = sorted(events, key=lambda one: one["time"])  # of one instant in the order they are in
    (folder / "e.jsonl").write_text("".join(json.dumps(one) + "\n" for one in told))
    words = [giftd, "run", "--once", "--campaigns", str(folder / "c"), "--input", str(folder / "e.jsonl"), "--state", str(folder / "s"),
             "--output", str(folder / "o")]
    done = subprocess.run(words, capture_output=True, text=True)
    while (refused := set(map(int, re.findall(r"/rules/(\d+)\S*: error\[", done.stderr)))) and done.returncode == 1:
        files["rules"] = [one for number, one in enumerate(files["rules"]) if number not in refused]  # it can never hold
        (folder / "c" / "t.json").write_text(json.dumps(files))
        done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)}: {done.returncode}\n{done.stderr}\n{json.dumps(files)}")
    return [json.loads(line) for line in (folder / "o" / "rewards.jsonl").read_text().splitlines()]


def rewards_of(giftd, files, events):
    with tempfile.TemporaryDirectory(prefix="giftd-anew-") as folder:
        return rewards_in(giftd, pathlib.Path(folder), files, events)


def account(rewards):
    had = collections.defaultdict(Had)
    for one in rewards:
        data, what = one["data"], one["type"].rsplit(".", 1)[1]
        entry = had[one["subject"], data["rule"]]
        if what == "issued":
            entry.reward, entry.first, entry.value = data["reward"], data["value_minor"], data["value_minor"]
        elif what in ("reduced", "revoked"):
            entry.value -= data["value_minor"]
        else:
            sys.exit(f"a reward of another kind: {one}")
    return had


def wrong(files, had, number):
    for one in files["rules"]:
        paid = had[f"a{number}", one["id"]]
        right = paid.first
        for anew in (had[f"z{number}-{i}", one["id"]] for i in range(3) if (f"z{number}-{i}", "paid") in had):
            right = min(anew.value, right) if anew.reward == paid.reward else 0
        if paid.value != right:
            yield one, paid, right


def anew(giftd, files, rng):
    events = [one for number in range(PAIRS) for one in pair(rng, number)]
    rewards = rewards_of(giftd, files, events)
    had = account(rewards)
    for one in events:
        had[one["customer"], "paid"].value = 1
    for number in range(PAIRS):
        for one, paid, right in wrong(files, had, number):
            told = "\n".join("    " + json.dumps(e) for e in events if e["customer"].split("-")[0] in (f"a{number}", f"z{number}"))
            yield f"{json.dumps(one)}\n{told}\n  has {paid.value} of {paid.first} left, and not {right}"
    yield len(rewards)


def by_payment(rewards):
    """What came of each payment and rule, and of gifts that were lowered the payment that they were for."""
    had, names = collections.defaultdict(Had), {}
    for one in rewards:
        data, gift = one["data"], one["data"].get("reward_id", one["id"])
        key = names.setdefault(gift, (data["source_events"][0].split("/")[1], data["rule"]))
        if one["type"].endswith(".issued"):
            had[key].reward, had[key].first, had[key].value = data["reward"], data["value_minor"], data["value_minor"]
        else:
            had[key].value -= data["value_minor"]
    return had


def of_alternatives(when):
    """Whether what was accumulated stands in alternatives: payments behind a gift may lead from one to none."""
    return any(isinstance(below, (dict, list)) and (key in ("any", "not") and "fact." in json.dumps(below) or of_alternatives(below))
               for key, below in (when.items() if isinstance(when, dict) else enumerate(when)))


def lost(number, of, had, rules):
    """Gifts that should not have become less, and why."""
    for (payment, rule_id), one in list(had.items()):
        if not payment.startswith(f"p{number}-") or one.value == one.first:
            continue
        less = had[payment.replace("p", "q"), rule_id]
        if payment < of:
            yield rule_id, f"the gift for {payment} became less"
        elif one.value < min(less.value, one.first) and less.reward == one.reward and not of_alternatives(rules[rule_id].get("when", {})):
            yield rule_id, f"the gift for {payment} is {one.value}, and {less.value} if less had been paid from the start"


def behind(giftd, files, rng):
    events = [one for number in range(PAIRS) for one in several(rng, number)]
    rewards = rewards_of(giftd, files, events)
    had, rules = by_payment(rewards), {one["id"]: one for one in files["rules"]}
    of = {one["customer"]: one["original_id"] for one in events if "original_id" in one}
    for number in range(PAIRS):
        told = "\n".join("    " + json.dumps(e) for e in events if e["customer"] == f"a{number}")
        for rule_id, why in lost(number, of[f"a{number}"], had, rules):
            yield f"{json.dumps(rules[rule_id])}\n{told}\n  {why}"
    yield len(rewards)


def play(giftd, number, seed):
    """How many rewards there were, and what was wrong."""
    rng, facts = random.Random(f"{seed}/{number}"), number % 2 == 1
    files = campaign(rng, facts)
    *found, rewards = (behind if facts else anew)(giftd, files, rng)
    return rewards, found


def main():
    words = argparse.ArgumentParser()
    words.add_argument("giftd")
    words.add_argument("--sets", type=int, default=40)
    words.add_argument("--seed", type=int, default=1)
    asked = words.parse_args()
    gifts, found = 0, []
    for number in range(asked.sets):
        some, more = play(asked.giftd, number, asked.seed)
        gifts, found = gifts + some, found + more
    for one in found[:3]:
        print(one)
    print(f"{asked.sets} sets, {gifts} rewards, seed {asked.seed}: {len(found)} wrong")
    return 1 if found or gifts == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
