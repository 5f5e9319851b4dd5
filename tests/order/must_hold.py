"""What must hold of one order of a set: the numbered list at the top of any_order.py, rule by rule."""
import rulebook
from bounds import (DAY, Had, Set, after, band, looked_and_signed, looked_then_signed, money_of_months, month_of, most_by_day_and_month,
                    most_claims, most_goals, most_in_windows, most_naps, most_shops, most_visits, day_of, tracks_done,
                    two_of_which_one_large, months, voucher_value, worth_of_months)


SUMS, FIRSTS = ("sum/g", "family-sum/g"), ("first/g", "family-first/g")  # of the customer, and of the customer's family


class Order:
    """One order and what its customer had: `had` by rule, `time` of the customer to whom the events came in order of time."""

    def __init__(self, order, had, time):
        self.order, self.set = order, Set(order)
        self.rules = {rule: Had(lines) for rule, lines in had.items()}
        self.time_rules = {rule: Had(lines) for rule, lines in time.items()}
        self.found = []

    def had(self, rule):
        return self.rules.setdefault(rule, Had([]))

    def time(self, rule):
        return self.time_rules.setdefault(rule, Had([]))

    def say(self, rule, text):
        self.found.append((rule, text))

    def most(self, rule, number, why):
        if self.had(rule).count() > number:
            self.say(rule, f"{self.had(rule).count()} gifts stand, at most {number} may: {why}")

    def just(self, rule, number, why):
        if self.had(rule).count() != number:
            self.say(rule, f"{self.had(rule).count()} gifts stand, it must be {number}: {why}")

    def as_in_time(self, rule, exactly):
        mine, theirs = self.had(rule), self.time(rule)
        pair = ((mine.count(), mine.total()), (theirs.count(), theirs.total()))
        if pair[0] > pair[1] or mine.total() > theirs.total() or (exactly and pair[0] != pair[1]):
            self.say(rule, f"{pair[0][0]} gifts of {pair[0][1]} stand, in order of time {pair[1][0]} of {pair[1][1]}")

    def left_at_arrival(self):
        """What was left of each payment when it arrived."""
        left, gone = {}, {}
        for event in self.order:
            if event.type == "txn.reversed" and event.original not in left:
                gone.setdefault(event.original, {})[event.key] = event
            if event.type == "txn.card_spend" and event.key not in left:
                left[event.key] = event.amount
                for one in gone.get(event.key, {}).values():
                    left[event.key] = after(left[event.key], one)
        return left


# ---- 1: nothing twice ----

def nothing_twice(o):
    openings = max(1, len(o.set.of("account.opened")))
    for rule, had in o.rules.items():
        ids = [gift.id for gift in had.issued]
        if len(set(ids)) != len(ids):
            o.say(rule, "a reward id was issued twice")
        of_a_track = rule.split("/")[0] in ("set", "listed", "equal")
        for event in {gift.event for gift in had.issued}:
            number = sum(gift.event == event for gift in had.issued)
            steps = len(rulebook.LADDER) if rule == "ladder-each/g" else 1
            if number > (openings if of_a_track else steps):
                o.say(rule, f"{number} gifts of one event, {event}")


# ---- 2: limits ----

def windows(o, rule, most, days, ids, worth=None):
    """No `days` days may hold more than `most` of these gifts."""
    gifts = [gift for gift in o.had(rule).issued if gift.id in ids]
    for begin in {day_of(o.set.events[gift.event]) for gift in gifts}:
        inside = [gift for gift in gifts if 0 <= day_of(o.set.events[gift.event]) - begin < days]
        number = sum(ids[gift.id] for gift in inside) if worth else len(inside)
        if number > most:
            o.say(rule, f"{number} in {days} days, {most} are allowed")
            return


def in_months(o, rule, most, ids, worth=None):
    for month in (2, 3):
        inside = [gift for gift in o.had(rule).issued if gift.id in ids and month_of(o.set.events[gift.event]) == month]
        number = sum(ids[gift.id] for gift in inside) if worth else len(inside)
        if number > most:
            o.say(rule, f"{number} in a month, {most} are allowed")
            return


def issued_ever(o, rule):
    return {gift.id: gift.value * gift.count for gift in o.had(rule).issued}


def limits_hold(o):
    windows(o, "day/g", 1, 1, issued_ever(o, "day/g"))
    windows(o, "week/g", 2, 7, issued_ever(o, "week/g"))
    windows(o, "three-days/g", 1, 3, issued_ever(o, "three-days/g"))
    windows(o, "week-money/g", rulebook.WEEK_CEILING, 7, issued_ever(o, "week-money/g"), worth=True)
    for rule in ("visits/g", "shops/g"):
        in_months(o, rule, 1, issued_ever(o, rule))
    if len(o.had("ever/g").issued) > 2:
        o.say("ever/g", f"{len(o.had('ever/g').issued)} ever, 2 are allowed")
    for standing in o.had("nested/g").steps:
        windows(o, "nested/g", 1, 1, standing)
        in_months(o, "nested/g", 3, standing)
    for standing in o.had("month-money/g").steps:
        in_months(o, "month-money/g", rulebook.MONTH_CEILING, standing, worth=True)
    for rule in SUMS:
        for standing in o.had(rule).steps:
            in_months(o, rule, 1, standing)
    for rule in FIRSTS:
        if any(len(standing) > 1 for standing in o.had(rule).steps):
            o.say(rule, "two first ones stand at once")


# ---- 3: as in order of time ----

EXACTLY = ("day/g", "nested/g", "ever/g", "once/g", "share/g", "bands/g", "ignore/g", *FIRSTS, *SUMS, "shops/g")
NO_MORE = ("week/g", "three-days/g", "set/g", "listed/g", "equal/g", "chance/use")


def compare_with_time(o):
    undone = bool(o.set.reversals)
    for rule in EXACTLY + NO_MORE:
        if not undone:
            o.as_in_time(rule, rule in EXACTLY)
    if not undone and o.had("month-money/g").total() != o.time("month-money/g").total():
        o.say("month-money/g", f"{o.had('month-money/g').total()} in all, in order of time {o.time('month-money/g').total()}")
    for rule in ("day/g", "week/g", "ever/g", "set/g", "listed/g"):
        if undone:
            o.as_in_time(rule, False)


# ---- 4: what the events that stand allow ----

def exact_values(o):
    """A gift that rests on its own payment alone is worth what is left of that, in every order."""
    left = o.set.left
    wanted = {"share/g": {key: amount // 10 for key, amount in left.items() if amount > 0},
              "bands/g": {key: voucher_value(amount) for key, amount in left.items() if voucher_value(amount) > 0},
              "ignore/g": {key: 15 for key, amount in left.items() if amount > 0}}
    for rule, values in wanted.items():
        if o.had(rule).by_event() != values:
            o.say(rule, f"there stand {o.had(rule).by_event()}, it must be {values}")
    net = sum(amount // 10 for amount in left.values())
    if o.had("owed/g").net() != net:
        o.say("owed/g", f"given less owed is {o.had('owed/g').net()}, it must be {net}")
    arrived = o.left_at_arrival()
    for gift in o.had("week-money/g").issued:
        if gift.value != arrived[gift.event] // 10:
            o.say("week-money/g", f"{gift.event} gave {gift.value}, its whole value is {arrived[gift.event] // 10}")
    for gift in o.had("chance/earn").issued:
        if gift.count != band(arrived[gift.event], rulebook.BANDS):
            o.say("chance/earn", f"{gift.event} gave {gift.count} chances of {arrived[gift.event] / 100:.2f}")


def ladders(o):
    """A month has had what its band is worth, whatever came first; what is kept is never paid again."""
    def spent(events):
        return sum(o.set.left[event.key] for event in events)
    money, each = worth_of_months(o.set, rulebook.LADDER, spent), worth_of_months(o.set, rulebook.LADDER, spent, sum)
    counted = worth_of_months(o.set, rulebook.COUNT_LADDER, len)
    stand = {"ladder/g": money, "ladder-asked/g": counted, "ladder-each/g": each}
    for rule, wanted in stand.items():
        if o.had(rule).total() != wanted:
            o.say(rule, f"{o.had(rule).total()} stand, it must be {wanted}")
    if o.had("ladder-owed/g").net() != money:
        o.say("ladder-owed/g", f"given less owed is {o.had('ladder-owed/g').net()}, it must be {money}")
    kept, top = o.had("ladder-kept/g").total(), rulebook.LADDER[-1][1]
    if kept < money or kept > top * len(months(o.set.payments)):
        o.say("ladder-kept/g", f"{kept} were given, it must be {money} to {top} a month")


def most_that_stand(o):
    a_set = o.set
    stands = "so many of what still stands fit"
    o.most("nested/g", most_by_day_and_month(a_set.standing, 1, 3), stands)
    o.most("three-days/g", most_in_windows(a_set.standing, 1, 3), stands)
    o.most("once/g", len({event.merchant for event in a_set.standing}), "once for each merchant")
    o.most("ever/g", min(2, len(a_set.payments)), "two ever")
    for rule in FIRSTS:
        o.most(rule, min(1, len(a_set.standing)), "one is the first")
    for rule in SUMS:
        o.most(rule, most_goals(a_set), "months whose sum is reached")
    o.most("visits/g", most_visits(a_set), "months with two payments that stand and a login")
    o.most("shops/g", most_shops(a_set), "months with two merchants")
    o.most("chance/use", most_claims(a_set), "claims that find a chance earned before")
    o.most("set/g", tracks_done(a_set, looked_and_signed), "openings with both tasks")
    o.most("listed/g", tracks_done(a_set, looked_then_signed), "openings with both tasks in order")
    o.most("equal/g", tracks_done(a_set, two_of_which_one_large), "openings with two payments, one of them large")
    if o.had("month-money/g").total() > money_of_months(a_set):
        o.say("month-money/g", f"{o.had('month-money/g').total()} stand, {money_of_months(a_set)} may")
    for rule in ("nested/g", "three-days/g", "once/g", *FIRSTS, "week-money/g", "month-money/g"):
        for event in o.had(rule).events():
            if a_set.left[event] == 0:
                o.say(rule, f"the gift of {event} stands, which was undone as a whole")


def as_own(o):
    """What others' payments bring as another's is what the same payments bring as one's own."""
    for own, family in (SUMS, FIRSTS):
        if o.had(own).by_event() != o.had(family).by_event():
            o.say(family, f"there stand {o.had(family).by_event()}, of {own} {o.had(own).by_event()}")


def naps(o):
    logins = o.set.of("login")
    o.most("asleep/g", most_naps(logins), "so many are ten days apart")
    times = sorted(o.set.events[event].minute for event in o.had("asleep/g").events())
    if any(later - earlier < rulebook.DORMANT_DAYS * DAY for earlier, later in zip(times, times[1:])):
        o.say("asleep/g", "two gifts are less than ten days apart")


def in_time_it_is_known(o):
    """In order of time the oracle knows the number of tracks."""
    if list(o.order) != sorted(o.order, key=lambda event: event.minute):
        return
    o.just("set/g", tracks_done(o.set, looked_and_signed), "openings with both tasks")
    o.just("listed/g", tracks_done(o.set, looked_then_signed), "openings with both tasks in order")
    if not o.set.reversals:
        o.just("equal/g", tracks_done(o.set, two_of_which_one_large), "openings with two payments, one of them large")
        o.just("chance/use", most_claims(o.set), "claims that find a chance earned before")


def violations(order, had, time):
    """[(rule, text)] of one order: `had` and `time` are lines of rewards by rule."""
    o = Order(order, had, time)
    for part in (nothing_twice, limits_hold, compare_with_time, exact_values, ladders, most_that_stand, as_own, naps, in_time_it_is_known):
        part(o)
    return o.found
