"""What a customer of any_order.py may have in the end, rule by rule, from the events alone: a small oracle in whole numbers.

An event is a tuple (key, type, minute, amount, merchant, original, part): minutes from 1 February 2027 00:00 in Shanghai, amounts in
minor units, `original` the key that a reversal undoes, `part` how much of it (None: all that is left). `Set` knows what does not depend on
the order of arrival; `Had` what a customer was given, from his lines of rewards.jsonl in the order they were written.

Why the bounds are these, and not "as much as in order of time" for every rule, stands at the top of any_order.py.
"""
import collections

import rulebook

DAY = 24 * 60
Event = collections.namedtuple("Event", "key type minute amount merchant original part", defaults=(0, "", "", None))


def day_of(event):
    return event.minute // DAY


def month_of(event):
    return 2 if day_of(event) < 28 else 3


class Set:
    """The events of a set, each once, and what is left of its payments."""

    def __init__(self, events):
        self.events = {event.key: event for event in events}
        self.payments = self.of("txn.card_spend")
        self.reversals = self.of("txn.reversed")
        self.left = {event.key: event.amount for event in self.payments}
        for event in self.reversals:
            if event.original in self.left:
                self.left[event.original] = after(self.left[event.original], event)
        self.standing = [event for event in self.payments if self.left[event.key] > 0]
        self.whole = len(self.standing) < len(self.payments)

    def of(self, kind):
        return sorted((event for event in self.events.values() if event.type == kind), key=lambda event: event.minute)


def after(left, reversal):
    return 0 if reversal.part is None else max(0, left - reversal.part)


Gift = collections.namedtuple("Gift", "id event value count offset")


class Had:
    """Gifts of one customer and rule: as they were issued, and what stands of them now. `owed` is what reversals made a debt."""

    def __init__(self, lines):
        self.issued, self.value, self.owed, self.steps = [], {}, 0, []
        for line in lines:
            self.add(line["type"].rsplit(".", 1)[1], line["data"], line["id"])
            self.steps.append(dict(self.value))

    def add(self, kind, data, name):
        source = data["source_events"][0].rsplit("-", 1)[1]
        gift = Gift(name, source, data.get("value_minor", 0), data.get("count", data.get("quantity", 1)), data.get("offset_minor", 0))
        if kind in ("issued", "substituted"):
            self.issued.append(gift)
            self.value[name] = gift.value * gift.count
        elif kind == "offset" and "original_event" in data:
            self.owed += gift.value
        elif kind == "offset":
            self.issued.append(gift)
            self.value[name] = 0
        elif kind == "revoked":
            self.value.pop(data["reward_id"], None)
        elif data["reward_id"] in self.value:
            self.value[data["reward_id"]] -= gift.value

    def count(self):
        return len(self.value)

    def total(self):
        return sum(self.value.values())

    def events(self):
        return [gift.event for gift in self.issued if gift.id in self.value]

    def by_event(self):
        return {gift.event: self.value[gift.id] for gift in self.issued if gift.id in self.value}

    def net(self):
        return sum((gift.value + gift.offset) * gift.count for gift in self.issued) - self.owed


# ---- how many there may be ----

def most_in_windows(events, most, days):
    """The most events of which no `days` days hold more than `most`: the earliest first is the best choice, since all windows are equal."""
    chosen = []
    for event in events:
        if sum(day_of(event) - day_of(one) < days for one in chosen) < most:
            chosen.append(event)
    return len(chosen)


def most_by_day_and_month(events, a_day, a_month):
    total = 0
    for month in (2, 3):
        days = collections.Counter(day_of(event) for event in events if month_of(event) == month)
        total += min(a_month, sum(min(a_day, number) for number in days.values()))
    return total


def most_naps(logins):
    """Logins that woke somebody, ten days or more apart, the first of them ten days behind the first of all."""
    chain, last = 0, None
    for event in logins:
        if last is None:
            last = event.minute
        elif event.minute - last >= rulebook.DORMANT_DAYS * DAY:
            chain, last = chain + 1, event.minute
    return chain


def band(amount, pairs):
    value = 0
    for start, one in pairs:
        if amount >= round(float(start) * 100):
            value = one
    return value


def voucher_value(amount):
    value = band(amount, rulebook.VOUCHER_BANDS)
    return round(float(value) * 100) if value else 0


def most_claims(a_set):
    """Each claim takes a chance of a payment before it. A chance that is only partly undone may have been spent."""
    lots = []
    for event in a_set.payments:
        if band(a_set.left[event.key], rulebook.BANDS) > 0:
            lots += [event.minute] * band(event.amount, rulebook.BANDS)
    claims = 0
    for claim in a_set.of("reward.claimed"):
        earlier = [minute for minute in lots if minute <= claim.minute]
        if earlier:
            lots.remove(earlier[0])
            claims += 1
    return claims


def tracks_done(a_set, done):
    """Openings within whose days the tasks are done; `done` says it of the events in them."""
    number = 0
    for opening in a_set.of("account.opened"):
        until = opening.minute + rulebook.TRACK_DAYS * DAY
        number += done([event for event in a_set.events.values() if opening.minute < event.minute <= until])
    return number


def looked_and_signed(events):
    kinds = {event.type for event in events}
    return "page.viewed" in kinds and "checkin" in kinds


def looked_then_signed(events):
    looks = [event.minute for event in events if event.type == "page.viewed"]
    return bool(looks) and any(event.type == "checkin" and event.minute > min(looks) for event in events)


def two_of_which_one_large(events):
    amounts = [event.amount for event in events if event.type == "txn.card_spend"]
    return len(amounts) >= 2 and max(amounts) >= rulebook.TRACK_LARGE


def months(events):
    found = collections.defaultdict(list)
    for event in events:
        found[month_of(event)].append(event)
    return found


def most_goals(a_set):
    """The sum of a month, of what is left."""
    return sum(sum(a_set.left[event.key] for event in events) >= rulebook.SUM_GOAL for events in months(a_set.payments).values())


def worth_of_months(a_set, pairs, reached, value_of=max):
    """What ladders come to in the end: of each month what the bands are worth that are reached, by the payments that still stand."""
    return sum(value_of([0] + [value for start, value in pairs if reached(events) >= start]) for events in months(a_set.standing).values())


def most_visits(a_set):
    logins = months(a_set.of("login"))
    return sum(len(events) >= rulebook.COUNT_GOAL and bool(logins[month]) for month, events in months(a_set.standing).items())


def most_shops(a_set):
    return sum(len({event.merchant for event in events}) >= rulebook.DISTINCT_GOAL for events in months(a_set.payments).values())


def money_of_months(a_set):
    return sum(min(rulebook.MONTH_CEILING, sum(a_set.left[event.key] // 10 for event in events))
               for events in months(a_set.payments).values())
