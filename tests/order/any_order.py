#!/usr/bin/env python3
"""In whatever order events arrive: random sets of events, every order of each a customer of its own, one giftd run for all of them.

    any_order.py GIFTD [--sets N] [--seed S] [--every] [--only CAMPAIGN] [--refunds-behind]

A set is three to eight payments, logins, refunds (whole, in parts, twice), claims, openings and tasks, and copies of them. It is played in
order of time, and in all orders (of six events and more in forty of them, with refunds first among these; with --every, sets are three to
six events, and played in all orders); arrival is `recordedtime`, so that everything is late within `late.accept`. Then, of each order:

  1  no reward id twice, no gift of one event and rule twice (of a track: of one event, rule and opening);
  2  at no time more in any window than its limit: gifts that stand where limits are restored, else all that were ever issued;
  3  where the set is undone by nothing, as much as in order of time: exactly as much for what every order must give, no more for the rest;
  4  where it is, no more than the events that still stand allow. Exactly that where a gift rests on its own payment alone.

Why not "no more than in order of time" throughout. A late event may give and takes nothing away, so the reference lets orders differ:

  * A limit and a refund. Paid, paid again, the first refunded: in order of time the first had the place and lost it, the second was refused
    and stays so; refunded first, the second has it. What holds in every order, restored or kept: the gifts that stand are those of
    payments that stand, and they respect the limit, so they are at most as many as the limit lets these payments have (`nested`,
    `three-days`, `once`). Kept gifts (`ever`) are at most as many as in order of time, since a refund frees nothing.
  * Limits in money are a knapsack: which gifts fit depends on who comes first. With `partial` what is given in a calendar month is the same
    in every order while nothing is undone (`month-money`); with `reject` each gift must be its own whole value and no window be passed
    (`week-money`).
  * Places in calendar windows that lie in each other give the same number in every order; in rolling windows the earliest first gets the
    most, so an order may give less (`week`, `three-days`), never more.
  * `first` reopens: an order may leave the one gift with a payment that stands where time would have left it with none; never two.
  * `last` (`asleep`): 1, 9, 17 is a customer who never slept ten days, but when the 9th is not known on the 17th he did. So at most as many
    as days ten apart can be chosen, and two gifts are always ten days apart.
  * A goal (`sum`, `visits`, `shops`) is asked of all that is known, so an earlier login may hear of later payments; what stands in the end
    must be so in the end, once a month.
  * Tasks before their opening are not made up for; a chance cannot be claimed before it was earned. So less than in order of time, never
    more (`set`, `listed`, `equal`, `chance`).
  * What a family's cards bring (`family-sum`, `family-first`): each payment and refund comes once more by a card whose holder the customer
    is, and what the holder has of them is what he has of his own (`sum`, `first`).
  * Ladders (`ladder...`) come in the end to what the bands are worth that the month reached by what is left, in every order.
  * Debts (`owed`): who gets the smaller gift depends on the order, what is given less what is owed does not.

A violation is shrunk: events are left out as long as the rule is still violated by the order that is left.
"""
import argparse
import collections
import datetime
import itertools
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import must_hold
import rulebook
from bounds import DAY, Event

BEGIN = datetime.datetime(2027, 2, 1)
DAYS, ORDERS, OPEN_TRACKS, AT_ONCE = 40, 40, 4, 60
SIZES = {False: (8, 5), True: (6, 6)}  # with --every or without: events of a set at most, and of a set of which all orders are played
OPTIONS = ["-X", "events.horizon=P60D"]


# ---- sets ----

def payment(rng, key, minute):
    return Event(key, "txn.card_spend", minute, rng.choice((12, 24, 24, 60, 120, 240, 360)) * 100, rng.choice(("m1", "m2")))


def reversal(rng, key, of):
    part = None if rng.random() < 0.5 else of.amount // 12 * rng.randint(1, 11)
    return Event(key, "txn.reversed", min(of.minute + rng.randint(1, 3 * DAY), DAYS * DAY - 1), original=of.key, part=part)


THEMES = {"payments": ["txn.card_spend"], "logins": ["login"], "goals": ["txn.card_spend", "txn.card_spend", "login"],
          "tracks": ["account.opened", "page.viewed", "checkin", "txn.card_spend", "txn.card_spend"],
          "chances": ["txn.card_spend", "reward.claimed"]}


def next_event(rng, key, minute, kinds, undone, events):
    """One more event of a theme: sometimes a refund of a payment before it, never more openings than tracks may be open."""
    payments = [event for event in events if event.type == "txn.card_spend"]
    openings = sum(event.type == "account.opened" for event in events)
    if undone and payments and rng.random() < 0.45:
        return reversal(rng, key, rng.choice(payments))
    kind = rng.choice([kind for kind in kinds if kind != "account.opened" or openings < OPEN_TRACKS])
    return payment(rng, key, minute) if kind == "txn.card_spend" else Event(key, kind, minute)


def make_set(rng, themes=THEMES, most=8):
    """Events at minutes that differ, in a span of days or weeks, refunds among them; sometimes a copy. Tracks begin with their opening."""
    kinds, size = themes[rng.choice(list(themes))], rng.randint(3, most)
    span = rng.choice((2, 6, 12, 25, 36)) * DAY
    first = rng.randint(0, (DAYS - 4) * DAY - span)
    undone = rng.random() < 0.6
    events = []
    for number, minute in enumerate(sorted(rng.sample(range(first, first + span), size))):
        opening = number == 0 and "account.opened" in kinds
        events.append(next_event(rng, f"e{number}", minute, ["account.opened"] if opening else kinds, undone, events))
    if rng.random() < 0.3 and len(events) < most:
        events.append(rng.choice(events))
    return events


def orders_of(rng, events, whole=5):
    """The first is the order of time. All of up to `whole` events."""
    events = sorted(events, key=lambda event: event.minute)
    if len(events) <= whole:
        return list(dict.fromkeys(itertools.permutations(events)))
    undone_first = sorted(events, key=lambda event: (event.type != "txn.reversed", event.minute))
    orders = [tuple(events), tuple(reversed(events)), tuple(undone_first)]
    orders += [tuple(rng.sample(events, len(events))) for _ in range(ORDERS - len(orders))]
    return list(dict.fromkeys(orders))


def refunds_behind(order):
    """No refund arrives before its payment."""
    place = {event.key: number for number, event in reversed(list(enumerate(order)))}
    return all(event.original not in place or place[event.original] < place[event.key] for event in order)


# ---- playing ----

def moment(minute):
    return (BEGIN + datetime.timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%S+08:00")


def line_of(customer, event, arrival, events, card=None):
    """By the customer, or of a payment and its refund the same by another card of the family: a bill."""
    kind = "bill.paid" if card and event.type == "txn.card_spend" else event.type
    line = {"id": f"{customer}-{event.key}", "source": "s", "type": kind, "customer": card or customer, "time": moment(event.minute),
            "recordedtime": moment(DAYS * DAY + arrival)}
    if event.type == "txn.card_spend":
        line.update(amount_minor=event.amount, currency="CNY")
        line.update({"primary": customer} if card else {"status": "settled", "merchant": event.merchant})
    if event.type == "txn.reversed":
        of = events.get(event.original)
        line.update(original_id=f"{customer}-{event.original}")
        if of is not None:
            line.update(original_time=moment(of.minute), original_amount_minor=of.amount)
        if event.part is not None:
            line.update(amount_minor=event.part, currency="CNY")
    return json.dumps(line)


def card_of(customer, event):
    """Two cards, so that their events meet in the holder's record alone; a refund comes by the card of its payment."""
    key = event.original if event.type == "txn.reversed" else event.key
    return f"{customer}-card{int(key[1:]) % 2}"


def write_input(path, customers):
    with open(path, "w") as file:
        for customer, order in customers.items():
            events = {event.key: event for event in order}
            for arrival, event in enumerate(order):
                file.write(line_of(customer, event, arrival, events) + "\n")
                if event.type in ("txn.card_spend", "txn.reversed"):
                    file.write(line_of(customer, event, arrival, events, card_of(customer, event)) + "\n")


def play(giftd, customers, only=None):
    """Lines of rewards.jsonl by customer and rule."""
    with tempfile.TemporaryDirectory(prefix="giftd-order-") as name:
        folder = pathlib.Path(name)
        (folder / "campaigns").mkdir()
        for campaign in rulebook.CAMPAIGNS:
            if only is None or only in (campaign["id"], "family-" + campaign["id"]):  # with what it is held against
                (folder / "campaigns" / f"{campaign['id']}.json").write_text(json.dumps(campaign))
        write_input(folder / "events.jsonl", customers)
        done = subprocess.run([giftd, "run", "--input", folder / "events.jsonl", "--campaigns", folder / "campaigns", "--output",
                               folder / "out", "--state", folder / "state", "--once", *OPTIONS], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"any_order.py: giftd run ended with code {done.returncode}:\n{done.stderr[-2000:]}")
        had = {customer: {} for customer in customers}
        for text in (folder / "out" / "rewards.jsonl").read_text().splitlines():
            line = json.loads(text)
            if line["type"].startswith("gift.reward."):
                rule = f"{line['data']['campaign']}/{line['data']['rule']}"
                had[line["subject"]].setdefault(rule, []).append(line)
        return had


# ---- shrinking and telling ----

def violated(giftd, order, rule):
    """What this order alone violates of a rule, against its own order of time."""
    customers = {"time": tuple(sorted(order, key=lambda event: event.minute)), "order": order}
    had = play(giftd, customers, rule.split("/")[0])
    return [text for found, text in must_hold.violations(order, had["order"], had["time"]) if found == rule], had["order"].get(rule, [])


def shrink(giftd, order, rule):
    smaller = True
    while smaller and len(order) > 1:
        smaller = False
        for leave in range(len(order)):
            fewer = order[:leave] + order[leave + 1:]
            if fewer and violated(giftd, fewer, rule)[0]:
                order, smaller = fewer, True
                break
    return order


def event_text(event):
    more = f" {event.amount / 100:.2f} at {event.merchant}" if event.amount else ""
    if event.original:
        more = f" of {event.original}, {'all that is left' if event.part is None else f'{event.part / 100:.2f}'}"
    return f"{event.key}  {moment(event.minute)[:16]}  {event.type}{more}"


def tell(giftd, order, rule, text):
    order = shrink(giftd, order, rule)
    texts, lines = violated(giftd, order, rule)
    print(f"VIOLATED {rule}: {texts[0] if texts else text}\n  in order of arrival:")
    for event in order:
        print(f"    {event_text(event)}")
    print("  gifts, as they were written:")
    for line in lines:
        data = line["data"]
        value = f"{data.get('value_minor', 0)} x{data.get('count', data.get('quantity', 1))}"
        kind, source = line["type"].rsplit(".", 1)[1], data["source_events"][0].rsplit("-", 1)[1]
        print(f"    {kind} {source} {value} {data.get('reward_id', line['id'])[:8]}")


def some_sets(options, rng, sets, numbers):
    """One run of giftd. The shortest order that violates each rule."""
    customers, first, worst = {}, {}, {}
    most, whole = SIZES[options.every]
    for number in sets:
        for place, order in enumerate(orders_of(rng, make_set(rng, most=most), whole)):
            if not options.refunds_behind or refunds_behind(order):
                customers[f"s{number}p{place}"] = order
                first[f"s{number}p{place}"] = f"s{number}p0"
    had = play(options.giftd, customers, options.only)
    for customer, order in customers.items():
        for rule, text in must_hold.violations(order, had[customer], had[first[customer]]):
            numbers["violations"] += 1
            if rule not in worst or len(order) < len(worst[rule][0]):
                worst[rule] = (order, text)
    numbers.update(orders=len(customers), events=sum(map(len, customers.values())))
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("giftd")
    parser.add_argument("--sets", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", action="store_true", help="small sets, and every order of each")
    parser.add_argument("--only", help="one campaign")
    parser.add_argument("--refunds-behind", action="store_true", help="leave out orders in which a refund comes before its payment")
    options = parser.parse_args()
    rng, numbers, broken = random.Random(options.seed), collections.Counter(), set()
    for begin in range(0, options.sets, AT_ONCE):
        found = some_sets(options, rng, range(begin, min(begin + AT_ONCE, options.sets)), numbers)
        for rule, (order, text) in sorted(found.items()):
            if rule not in broken:
                tell(options.giftd, order, rule, text)
        broken |= set(found)
    print(f"{options.sets} sets, {numbers['orders']} orders, {numbers['events']} events, seed {options.seed}: "
          f"{numbers['violations']} violations of {len(broken)} rules")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
