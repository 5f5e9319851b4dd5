#!/usr/bin/env python3
"""In whatever order events arrive, what happens at its own time comes out the same: closes, cycles, dates, waiting gifts, ranks, shares.

    own_time.py GIFTD [--sets N] [--seed S] [--every]

The sets and orders are those of any_order.py: every order of a set is a customer of its own. Before his events each has told the day on
which his statement is made and his birthday. All events arrive on 13 March 2027; the stream's clock goes on until July. What is judged
behind the last arrival knows all that there is, so the order of arrival may decide nothing:

  closed, cycle        the tenth of what a month, or a statement's month, has left, once for each; nothing where that is nothing
  cycle-limit          one login for each statement's month with a login
  birthday             one gift where all that is left reaches the goal, else none
  waits                of each payment the tenth of what is left, issued; of one that is undone as a whole nothing, ever
  unseen               what nobody looks at passes at its deadline: as `waits`
  chooses              the default of each payment of which something is left; of one that is undone as a whole nothing, ever
  draws, groups        one gift of each payment of which something is left, whichever it is
  share                pot x own / all, rounded down, of each month: the sum of all is never more than the pot
  highest, lowest      of each month the first `top` of all customers, places from 1 on without a gap, and the next as many as are told

Some payments come twice (`Second`), unmarked and marked as back-filled, or as a line of the register of gifts that were handed out by hand:

  filled               accepts what is an hour late, so it hears only what is marked, and no line of the register for a payment that its
                       campaign heard: of each of these the tenth of what is left; or nothing where a part was refunded for those who had
                       heard it before it came marked
  filled-closed        the tenth of what those have left in a month
  registered           a payment of which the register's line came first has that gift, above the limit too, unless it is undone as a whole;
                       of the others at most one gift a day, and none on a day that a registered one has. No event has two

Reviewers answer (each payment's answer comes two events behind it: the ids are those of a first run):

  reviewed             at most the tenth of what is left, of what passed; nothing of what was refused. Exactly that where nothing is undone

Where the order may decide, what still excludes wrong money:

  since                one gift at most, and only where what is left of the payments that were counted reaches the goal: those within ten
                       days of the first login that was known when they arrived, since what was counted stays though that one moves.
                       Exactly one, where it is reached and the first login came before all payments, and each refund before its payment
  waits-day            at no time two gifts that wait or stand of one day, none of a payment that is undone as a whole, all issued by then;
                       where nothing is undone, one of each day with a payment

In every rule: no reward id is issued twice, nothing that was taken back is issued, and nothing waits any more in July.
"""
import argparse
import collections
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import any_order
import rulebook
from bounds import DAY, Event, Set, day_of, month_of
from rulebook import SPEND, campaign, cash, count, goal, measure, points, rule, undo

STATEMENT, BIRTHDAY = 12, "04-01"
DELAY, WAIT, SINCE_DAYS, SINCE_GOAL = "P31D", "P45D", 10, 6000  # a close is heard behind 13 March
POT, TOP = 1000000, 100
SUM, COUNT = measure("sum", of="amount"), measure("count")
CYCLE = {"cycle": "profile.statement_day"}
CYCLE_SUM = {**SUM, "window": CYCLE}
THEMES = {"payments": ["txn.card_spend"], "logins": ["login"], "goals": ["txn.card_spend", "txn.card_spend", "login"],
          "since": ["txn.card_spend", "txn.card_spend", "txn.card_spend", "login"]}


def tenth(fact):
    return {"reward": "cash_back", "value": {"percent": "10%", "of": fact, "max": "5000.00"}, "pool": "unlimited"}


def close(unit):
    return {"close": unit, "delay": DELAY}


def rank(order, **more):
    return [rule(close("month"), points(1), [count(1, "month")], when={"fact.m": goal(1)},
                 rank={"by": "fact.m", "order": order, "top": TOP, **more})]


CHOICES = [{"id": "tea", **points(3)}, {"id": "oil", **points(4)}]
PRIZES = [{"id": "big", "weight": 1, **points(9)}, {"id": "small", "weight": 4, **points(2)}]
GROUPED = [{**rule(SPEND, points(3), when={"amount": {"gte": "60.00"}}, group="one"), "id": "a"},
           {**rule(SPEND, points(2), group="one"), "id": "b"}]
FILLED = {"late": {"accept": "PT1H", "backfill": "P45D"}}
CAMPAIGNS = [
    campaign("closed", [rule(close("month"), tenth("fact.m"))], facts={"m": SUM}),
    campaign("cycle", [rule(close(CYCLE), tenth("fact.m"))], facts={"m": CYCLE_SUM}),
    campaign("cycle-limit", [rule("login", points(5), [count(1, CYCLE)])]),
    campaign("birthday", [rule({"date": "profile.birthday"}, points(7), [count(1, "year")], when={"fact.m": goal(rulebook.SUM_GOAL)})],
             facts={"m": {**SUM, "window": "campaign"}}),
    campaign("since", [rule(SPEND, points(11), [count(1, "campaign")], when={"fact.m": goal(SINCE_GOAL)}, **undo(limits="restore"))],
             facts={"l": {"first": "login"}, "m": {**SUM, "window": {"since": "fact.l", "for": f"P{SINCE_DAYS}D"}}}),
    campaign("waits", [rule(SPEND, {**cash(), "timing": {"after": WAIT}}, **undo(partial="prorate"))]),
    campaign("waits-day", [rule(SPEND, {**points(6), "timing": {"after": WAIT}}, [count(1, "day")], **undo(limits="restore"))]),
    campaign("unseen", [rule(SPEND, cash(), **undo(partial="prorate"), review={"within": WAIT, "otherwise": "pass"})]),
    campaign("reviewed", [rule(SPEND, cash(), **undo(partial="prorate"), review={"within": WAIT, "otherwise": "refuse"})]),
    campaign("chooses", [rule(SPEND, {"choice_of": CHOICES, "within": WAIT, "default": "tea"}, **undo())]),
    campaign("draws", [rule(SPEND, {"draw_of": PRIZES, "when_empty": "lose"}, **undo())]),
    campaign("groups", GROUPED, groups={"one": {"mode": "first"}}, on_reversal={"partial": "ignore"}),
    campaign("filled", [rule(SPEND, cash(), **undo(partial="prorate"))], **FILLED),
    campaign("filled-closed", [rule(close("month"), tenth("fact.m"))], facts={"m": SUM}, **FILLED),
    campaign("registered", [rule(SPEND, points(8), [count(1, "day")], **undo(limits="restore", partial="ignore"))],
             late={"accept": "P44D", "backfill": "P45D"}),
    campaign("share", [rule(close("month"), {"reward": "cash_back", "value": {"share_of": "pot", "pot": f"{POT // 100}.00",
                                                                              "by": "fact.m"}})],
             facts={"m": SUM}, pools={"pot": {"budget": f"{POT * 12 // 100}.00"}}),
    campaign("highest", rank("highest"), facts={"m": SUM}),
    campaign("lowest", rank("lowest", ties=["fact.n"]), facts={"m": SUM, "n": COUNT}),
]
for one in CAMPAIGNS:
    one["period"]["closing"] = "P92D"


# ---- sets ----

def make_set(rng, most):
    """As any_order.py makes them; where payments and logins meet, half of the time with a login in front of all."""
    events = any_order.make_set(rng, THEMES, most)
    first = min(event.minute for event in events)
    if {event.type for event in events} >= {"login", "txn.card_spend"} and first > 0 and len(events) < most and rng.random() < 0.5:
        events.append(Event("e9", "login", rng.randint(max(0, first - DAY), first - 1)))
    return events


# ---- playing ----

class Second:
    """What of a payment comes twice: its number says it, so that every order of a set has the same lines."""
    ONCE, FILLED_LATER, FILLED_FIRST, REGISTERED_LATER, REGISTERED_FIRST = range(5)

    @staticmethod
    def of(event):
        return int(event.key[1:]) % 5 if event.type == "txn.card_spend" else Second.ONCE


MARKED = {"giftmode": "backfill"}
BY_HAND = {"registeredgift": "registered/g"}
FIRST = {Second.FILLED_FIRST: MARKED, Second.REGISTERED_FIRST: BY_HAND}
LATER = {Second.FILLED_LATER: MARKED, Second.FILLED_FIRST: {}, Second.REGISTERED_LATER: BY_HAND, Second.REGISTERED_FIRST: {}}


def told(customer):
    return {"id": f"{customer}-told", "source": "s", "type": "customer.updated", "customer": customer, "time": any_order.moment(-DAY),
            "recordedtime": any_order.moment(any_order.DAYS * DAY), "statement_day": STATEMENT, "birthday": BIRTHDAY}


def answer(customer, event, arrival, gift):
    """Every third payment's gift is refused."""
    moment = any_order.moment(any_order.DAYS * DAY + arrival)
    return {"id": f"{customer}-{event.key}-review", "source": "s", "type": "reward.reviewed", "customer": customer, "time": moment,
            "recordedtime": moment, "reward_id": gift, "result": result_of(event.key), "staff": "s1"}


def result_of(key):
    return "refused" if int(key[1:]) % 3 == 1 else "passed"


def fill():
    """The stream's clock goes on, whoever is silent."""
    for number in range(6 * 115):
        moment = any_order.moment((any_order.DAYS + 1) * DAY + number * 4 * 60)
        yield {"id": f"fill-{number}", "source": "s", "type": "checkin", "customer": "filler", "time": moment, "recordedtime": moment}


def lines_of(customer, order, gifts):
    """An event's second line comes behind the next event, the answer of a reviewer behind the one after that."""
    events = {event.key: event for event in order}
    for arrival, event in enumerate([*order, None, None]):
        if event:
            yield {**json.loads(any_order.line_of(customer, event, arrival, events)), **FIRST.get(Second.of(event), {})}
        before = order[arrival - 1] if 1 <= arrival <= len(order) else None
        if before and Second.of(before) in LATER:
            yield {**json.loads(any_order.line_of(customer, before, arrival, events)), **LATER[Second.of(before)]}
        older = order[arrival - 2] if arrival >= 2 else None
        if older and (customer, older.key) in gifts:
            yield answer(customer, older, arrival, gifts[customer, older.key])


def write_input(path, customers, gifts):
    with open(path, "w") as file:
        for customer, order in customers.items():
            for line in (told(customer), *lines_of(customer, order, gifts)):
                file.write(json.dumps(line) + "\n")
        file.writelines(json.dumps(line) + "\n" for line in fill())


def run(giftd, folder, customers, names, gifts):
    (folder / "campaigns").mkdir()
    for one in CAMPAIGNS:
        if one["id"] in names:
            (folder / "campaigns" / f"{one['id']}.json").write_text(json.dumps(one))
    write_input(folder / "events.jsonl", customers, gifts)
    done = subprocess.run([giftd, "run", "--input", folder / "events.jsonl", "--campaigns", folder / "campaigns", "--output",
                           folder / "out", "--state", folder / "state", "--once", *any_order.OPTIONS], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"own_time.py: giftd run ended with code {done.returncode}:\n{done.stderr[-2000:]}")
    for text in (folder / "out" / "rewards.jsonl").read_text().splitlines():
        line = json.loads(text)
        if line["type"].startswith("gift.reward."):
            yield line


def key_of(line):
    """The key of a set's event, or of a close the whole name."""
    name = line["data"]["source_events"][0]
    return name if ":" in name else name.rsplit("-", 1)[-1]


def gifts_to_review(giftd, customers):
    """(customer, key of a payment) -> id of its gift."""
    with tempfile.TemporaryDirectory(prefix="giftd-own-time-") as name:
        lines = run(giftd, pathlib.Path(name), customers, ["reviewed"], {})
        pending = [line for line in lines if line["type"] == "gift.reward.pending"]
        return {(line["subject"], key_of(line)): line["data"]["reward_id"] for line in pending}


def places_told(path):
    """(campaign, month, place) -> customers, and whether they won."""
    found = collections.defaultdict(list)
    for text in path.read_text().splitlines():
        if '"place"' in text:
            line = json.loads(text)
            month = int(line["data"]["event"]["id"].split(":")[1].rsplit("-", 1)[1])
            for verdict in line["data"]["considered"]:
                if "place" in verdict:
                    found[verdict["campaign"], month, int(verdict["place"])].append((line["subject"], verdict["rank"] == "won"))
    return found


def play(giftd, customers):
    """Lines of rewards.jsonl by customer and campaign, in their order; the places that were told."""
    names = [one["id"] for one in CAMPAIGNS]
    gifts = gifts_to_review(giftd, customers)
    with tempfile.TemporaryDirectory(prefix="giftd-own-time-") as name:
        had = {customer: collections.defaultdict(list) for customer in customers}
        for line in run(giftd, pathlib.Path(name), customers, names, gifts):
            had[line["subject"]][line["data"]["campaign"]].append(line)
        return had, places_told(pathlib.Path(name) / "out" / "decisions.jsonl")


class Gifts:
    """What one campaign gave one customer: `waiting`, `standing` {id: value}, and what is wrong whatever the rule."""

    def __init__(self, lines):
        self.waiting, self.standing, self.source, self.steps, self.wrong, issued, gone = {}, {}, {}, [], [], set(), set()
        self.by_hand = set()
        for line in lines:
            data, kind = line["data"], line["type"].rsplit(".", 1)[1]
            name = data.get("reward_id", line["id"])
            if kind in ("pending", "issued", "registered") and name in (gone if kind == "pending" else gone | issued):
                self.wrong.append(f"{name[:8]} is {kind} again")
            if kind == "pending":
                self.waiting[name] = data.get("value_minor", 0)
            elif kind in ("issued", "registered"):
                issued.add(name)
                self.waiting.pop(name, None)
                self.standing[name] = data.get("value_minor", 0)
            elif kind == "revoked":
                if self.waiting.pop(name, None) is None and self.standing.pop(name, None) is None:
                    self.wrong.append(f"{name[:8]} is taken back, and was not there")
                gone.add(name)
            elif kind in ("reduced", "adjusted"):
                (self.waiting if name in self.waiting else self.standing)[name] -= data.get("value_minor", 0)
            else:
                self.wrong.append(f"{kind} is not expected")
            self.by_hand |= {name} if kind == "registered" else set()
            self.source.setdefault(name, key_of(line))
            self.steps.append([*self.waiting, *self.standing])
        if self.waiting:
            self.wrong.append(f"{len(self.waiting)} wait for ever")
        sources = [self.source[name] for name in self.standing]
        if len(sources) != len(set(sources)):
            self.wrong.append("two gifts of one event")

    def by_event(self):
        return dict(sorted((self.source[name], value) for name, value in self.standing.items()))

    def values(self):
        return sorted(self.standing.values())


# ---- what must hold of one customer ----

def left_by(a_set, period_of, payments=None):
    left = collections.Counter()
    for event in a_set.payments if payments is None else payments:
        left[period_of(event)] += a_set.left[event.key]
    return {period: minor for period, minor in left.items() if minor}


def cycle_of(event):
    """Number of the statement's month: 1 begins on 12 January, 2 on 12 February, 3 on 12 March."""
    return 1 + (day_of(event) >= STATEMENT - 1) + (day_of(event) >= 28 + STATEMENT - 1)


def tenths(a_set, payments):
    return {event.key: a_set.left[event.key] // 10 for event in sorted(payments) if a_set.left[event.key]}


def monthly_tenths(a_set, period_of, payments=None):
    return sorted(minor // 10 for minor in left_by(a_set, period_of, payments).values())


def since_reached(a_set, login):
    return sum(a_set.left[event.key] for event in a_set.payments if 0 <= event.minute - login.minute <= SINCE_DAYS * DAY) >= SINCE_GOAL


def since_counted(a_set, order):
    """What is left of the payments that were within ten days of the first login that was known then."""
    first, counted = None, {}
    for event in order:
        if event.type == "login":
            first = event.minute if first is None else min(first, event.minute)
        elif event.type == "txn.card_spend" and event.key not in counted:  # a copy is heard by nobody
            inside = first is not None and 0 <= event.minute - first <= SINCE_DAYS * DAY
            counted[event.key] = a_set.left[event.key] if inside else 0
    return sum(counted.values())


def since_wrong(a_set, order, number):
    logins = a_set.of("login")
    if number > int(since_counted(a_set, order) >= SINCE_GOAL):
        return [f"{number} stand, what was counted does not reach the goal"]
    place = {event.key: number for number, event in reversed(list(enumerate(order)))}
    early = logins and all(place[logins[0].key] < place[event.key] for event in a_set.payments)
    known = all(place[event.key] < place.get(event.original, -1) for event in a_set.reversals if event.original in place)
    if early and known and number != int(since_reached(a_set, logins[0])):
        return [f"{number} stand, the first login was known: it must be {1 - number}"]
    return []


def waits_day_wrong(a_set, gifts):
    wrong = []
    for step in gifts.steps:
        days = collections.Counter(day_of(a_set.events[gifts.source[name]]) for name in step)
        wrong += ["two of one day"] if max(days.values(), default=0) > 1 else []
    if not set(gifts.by_event()) <= {event.key for event in a_set.standing}:
        wrong.append("the gift of a payment stands that was undone as a whole")
    days = {day_of(event) for event in a_set.payments}
    if not a_set.reversals and len(gifts.standing) != len(days):
        wrong.append(f"{len(gifts.standing)} stand of {len(days)} days")
    return wrong[:1]


def filled_wrong(a_set, heard):
    """Which are heard: all that come marked at first, or marked and nothing refunds a part of them. The register's line of a payment that
    its campaign heard is a duplicate, for everybody."""
    parted = {event.original for event in a_set.reversals}
    marked = {event for event in a_set.standing if Second.of(event) not in (Second.ONCE, Second.REGISTERED_LATER)}
    must = {event for event in marked if Second.of(event) in FIRST or event.key not in parted}
    return [] if must <= set(heard) <= marked else [f"{[event.key for event in heard]} were heard of {sorted(event.key for event in must)}"]


def registered_wrong(a_set, gifts):
    wrong, standing = [], {event.key for event in a_set.standing}
    by_hand = {event.key for event in a_set.payments if Second.of(event) == Second.REGISTERED_FIRST}
    had = set(gifts.by_event())
    if had & by_hand != standing & by_hand:
        wrong.append(f"of what was registered {sorted(had & by_hand)} stands, it must be {sorted(standing & by_hand)}")
    if not had <= standing:
        wrong.append("the gift of a payment stands that was undone as a whole")
    days = collections.Counter(day_of(a_set.events[key]) for key in had - by_hand)
    if max(days.values(), default=0) > 1:
        wrong.append("two of one day, of which none was handed out by hand")
    return wrong


def reviewed_wrong(a_set, order, gifts):
    may = tenths(a_set, [event for event in a_set.standing if result_of(event.key) == "passed"])
    had = gifts.by_event()
    if any(value > may.get(key, 0) for key, value in had.items()) or not a_set.reversals and had != may:
        return [f"there is {had}, it may be {may}"]
    return []


def one_customer(order, had):
    """(campaign, text) of what is wrong."""
    a_set, gifts = Set(order), {one["id"]: Gifts(had[one["id"]]) for one in CAMPAIGNS}
    standing = sorted(event.key for event in a_set.standing)
    heard = [event for event in a_set.payments if event.key in gifts["filled"].by_event()]
    must = {"closed": (gifts["closed"].values(), monthly_tenths(a_set, month_of)),
            "cycle": (gifts["cycle"].values(), monthly_tenths(a_set, cycle_of)),
            "cycle-limit": (len(gifts["cycle-limit"].standing), len({cycle_of(event) for event in a_set.of("login")})),
            "birthday": (len(gifts["birthday"].standing), int(sum(a_set.left.values()) >= rulebook.SUM_GOAL)),
            "filled": (gifts["filled"].by_event(), tenths(a_set, heard)),
            "filled-closed": (gifts["filled-closed"].values(), monthly_tenths(a_set, month_of, heard)),
            **{name: (gifts[name].by_event(), tenths(a_set, a_set.standing)) for name in ("waits", "unseen")},
            **{name: (sorted(gifts[name].by_event()), standing) for name in ("chooses", "draws", "groups")}}
    may = {"filled": filled_wrong(a_set, heard), "since": since_wrong(a_set, order, len(gifts["since"].standing)),
           "waits-day": waits_day_wrong(a_set, gifts["waits-day"]), "registered": registered_wrong(a_set, gifts["registered"]),
           "reviewed": reviewed_wrong(a_set, order, gifts["reviewed"])}
    found = [(name, text) for name, one in gifts.items() for text in one.wrong]
    found += [(name, f"there is {had_of}, it must be {wanted}") for name, (had_of, wanted) in must.items() if had_of != wanted]
    return found + [(name, text) for name, texts in may.items() for text in texts]


# ---- what must hold of all together ----

def all_together(customers, had, places):
    sets = {customer: Set(order) for customer, order in customers.items()}
    return shared(sets, had) + ranked(sets, had, places)


def shared(sets, had):
    scores = {customer: left_by(one, month_of) for customer, one in sets.items()}
    totals, found = collections.Counter(), []
    for score in scores.values():
        totals.update(score)
    for customer, score in scores.items():
        wanted = sorted(share for month, own in score.items() if (share := POT * own // totals[month]))
        values = Gifts(had[customer]["share"]).values()
        if values != wanted:
            found.append(("share", f"{customer} has {values} of the pots, it must be {wanted}"))
    return found


def ranked(sets, had, places):
    """The scores by place are those of all customers in their order; who is equal in all may stand in any order."""
    found = []
    for name, sign in (("highest", -1), ("lowest", 1)):
        for month in (2, 3):
            scores = {customer: score for customer, one in sets.items() if (score := score_of(one, month, sign))[0]}
            rows = sorted((place, row) for (of, when, place), row in places.items() if (of, when) == (name, month))
            found += [(name, f"month {month}: {text}") for text in rank_wrong(sorted(scores.values()), rows, scores)]
    gifts = collections.Counter(name for lines in had.values() for name in ("highest", "lowest") for _ in lines[name])
    won = collections.Counter(name for (name, _, _), row in places.items() for _, wins in row if wins)
    return found + ([("highest", f"gifts {gifts} of winners {won}")] if gifts != won else [])


def score_of(a_set, month, sign):
    payments = [event for event in a_set.standing if month_of(event) == month]
    left = sign * sum(a_set.left[event.key] for event in payments)
    return (left,) if sign < 0 else (left, len(payments))


def rank_wrong(field, rows, scores):
    if any(len(row) != 1 for _, row in rows):
        yield "one place has two"
    if [place for place, _ in rows] != list(range(1, len(rows) + 1)) or len(rows) < min(TOP, len(field)):
        yield f"places {[place for place, _ in rows][:20]} of {len(field)}"
    if any(wins != (place <= TOP) for place, row in rows for _, wins in row):
        yield "one behind the last place won, or one before it did not"
    told = [scores.get(customer) for _, row in rows for customer, _ in row]
    if told != field[:len(told)]:
        yield f"in order of places {told[:20]}, first are {field[:20]}"


# ---- telling ----

def shrink(giftd, order, name):
    def wrong(order):
        return name in [found for found, _ in one_customer(order, play(giftd, {"c": order})[0]["c"])]
    if not wrong(order):
        return order
    smaller = True
    while smaller:
        fewer = [order[:leave] + order[leave + 1:] for leave in range(len(order))]
        smaller = next((one for one in fewer if one and wrong(one)), None)
        order = smaller or order
    return order


def tell(giftd, customers, violations):
    """Of each rule the shortest order, shrunk; of what holds of all together the text alone."""
    for name in sorted({name for name, _, _ in violations}):
        _, text, customer = min((one for one in violations if one[0] == name), key=lambda one: len(customers.get(one[2], ())))
        print(f"VIOLATED {name}: {text}" + (f" ({customer})\n  in order of arrival:" if customer else ""))
        for event in shrink(giftd, customers[customer], name) if customer else ():
            print(f"    {any_order.event_text(event)}")


def some_sets(options, rng, sets, numbers):
    """One run of giftd."""
    most, whole = any_order.SIZES[options.every]
    customers = {f"s{number}p{place}": order for number in sets
                 for place, order in enumerate(any_order.orders_of(rng, make_set(rng, most), whole))}
    had, places = play(options.giftd, customers)
    violations = [(name, text, None) for name, text in all_together(customers, had, places)]
    for customer, order in customers.items():
        violations += [(name, text, customer) for name, text in one_customer(order, had[customer])]
    tell(options.giftd, customers, violations)
    numbers.update(orders=len(customers), events=sum(map(len, customers.values())), violations=len(violations))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("giftd")
    parser.add_argument("--sets", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", action="store_true", help="small sets, and every order of each")
    options = parser.parse_args()
    rng, numbers = random.Random(options.seed), collections.Counter()
    for begin in range(0, options.sets, any_order.AT_ONCE):
        some_sets(options, rng, range(begin, min(begin + any_order.AT_ONCE, options.sets)), numbers)
    print(f"{options.sets} sets, {numbers['orders']} orders, {numbers['events']} events, seed {options.seed}: "
          f"{numbers['violations']} violations")
    sys.exit(1 if numbers["violations"] else 0)


if __name__ == "__main__":
    main()
