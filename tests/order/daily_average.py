#!/usr/bin/env python3
"""Averages of balances are exact: random snapshots, late and corrected, against a day by day account of each customer.

    daily_average.py GIFTD [--customers N] [--seed S]

A customer's snapshots come in three shapes: each day's, now and then, and hardly any. Each says its day (`date`), or leaves it to its
time; it is made up to a week behind the day and arrives up to nine days later still, in whatever order, sometimes twice, sometimes for a
day that it cannot speak of. Rules give the average itself, by `percent` of 100%, at closes (with a delay behind the last arrival) and to
logins in between. What each gift must be is worked out here from the snapshots alone: for each day the latest of those that were
there, carried on.

  1  at a close: of every window that ends with it the one value, and no gift where nothing is known or the average is 0.00;
  2  to a login: the value by what had arrived before it, up to the login's own day;
  3  every order of arrival gives the same at the close: arrivals are drawn anew for a twin of each customer;
  4  levels of the month's average complete at the one close at which their hold ends, behind the campaign's last day too.
"""
import argparse
import datetime
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

DAY = datetime.timedelta(days=1)
UTC8 = datetime.timezone(datetime.timedelta(hours=8))
BEGIN, FIRST, LAST = datetime.date(2026, 10, 1), datetime.date(2027, 1, 1), datetime.date(2027, 6, 30)
DATES = (datetime.date(2026, 12, 10), datetime.date(2027, 2, 20))
HORIZON, TOLD = 9, 7
DELAY = datetime.timedelta(days=20)

WINDOWS = {"month": "month", "before": "month", "three": {"last": 3, "unit": "month"}, "quarter": "quarter", "week": "week",
           "rolling": {"rolling": "P10D"}, "long": {"rolling": "P92D"}, "dates": {"from": str(DATES[0]), "to": str(DATES[1])},
           "campaign": "campaign", "own": "month", "turning": {"rolling": "P5D"}}  # no close asks the last two: they settle early
CLOSES = {"month": ["month", "before", "three", "rolling", "dates"], "quarter": ["quarter", "month"], "week": ["week", "month", "long"],
          "day": ["rolling"], "campaign": ["campaign"]}


# Levels of the month's average: how many further months each is held, and whether a break ends it.
LEVELS, STEPS = {"once": (0, "cancel"), "held": (2, "cancel"), "again": (1, "restart")}, {"a": 500000, "b": 2000000, "c": 4000000}


# ---- campaigns ----

def gift(fact):
    return {"reward": "cash_back", "value": {"percent": "100%", "of": f"fact.{fact}", "max": "1000000.00"}, "pool": "unlimited"}


def campaign():
    facts = {name: {"measure": "daily_average", "of": "balance", "on": "balance.snapshot", "window": window}
             for name, window in WINDOWS.items()}
    facts["before"]["previous"] = 1
    for name, (hold, on_break) in LEVELS.items():
        steps = [{"id": step, "from": f"{least / 100:.2f}"} for step, least in STEPS.items()]
        facts[f"level-{name}"] = {"level": "month", "levels": steps, "every": "month", "delay": "P20D", "hold": hold, "fires": "each",
                                  **({"on_break": on_break} if hold else {})}
    rules = [{"id": f"{unit}-{fact}", "on": {"close": unit, "delay": "P20D"}, "give": gift(fact), "limits": "unlimited"}
             for unit, names in CLOSES.items() for fact in names]
    rules += [{"id": f"login-{fact}", "on": "login", "when": {f"fact.{fact}": {"gte": "0.01"}}, "give": gift(fact), "limits": "unlimited"}
              for fact in WINDOWS]
    rules += [{"id": f"level-{name}-{step}", "on": {"fact": f"level-{name}"}, "when": {"level": step}, "limits": "unlimited",
               "give": {"reward": "cash_back", "value": "1.00", "pool": "unlimited"}} for name in LEVELS for step in STEPS]
    return {"id": "avg", "version": 1, "name": {"zh": "日均", "en": "Averages"},
            "period": {"from": str(FIRST), "to": str(LAST), "closing": "P120D"}, "late": {"accept": f"P{HORIZON}D"},
            "audience": "everyone", "facts": facts, "rules": rules}


# ---- what a window is ----

def next_month(day, months=1):
    month = day.year * 12 + day.month - 1 + months
    return datetime.date(month // 12, month % 12 + 1, 1)


def unit_of(unit, day):
    """The first day of the unit that a day is in, and the first behind it."""
    if unit == "day":
        return day, day + DAY
    if unit == "week":
        start = day - DAY * day.weekday()
        return start, start + 7 * DAY
    if unit == "month":
        return day.replace(day=1), next_month(day)
    if unit == "quarter":
        start = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        return start, next_month(start, 3)
    return FIRST, LAST + DAY


def window_of(fact, day, closed):
    """From the first day to the first that does not count, as seen from a day; closed: the day is the last of a period that is over."""
    if fact == "before":
        return next_month(day, -1), day.replace(day=1)
    if fact == "three":
        end = (day + DAY if closed else day).replace(day=1)
        return next_month(end, -3), end
    if fact in ("rolling", "long", "turning"):
        return day - DAY * ({"rolling": 10, "long": 92, "turning": 5}[fact] - 1), day + DAY
    if fact == "dates":
        return DATES[0], min(DATES[1], day) + DAY
    start, end = unit_of("month" if fact == "own" else fact, day)
    return start, min(end, day + DAY)


def average(snapshots, window):
    """Of each day the latest snapshot; the days without one end as the day before; None where nothing is known of the window."""
    days = {}
    for snapshot in sorted(snapshots, key=lambda one: one["time"]):
        days[snapshot["day"]] = snapshot["balance"]
    if not days or window[0] >= window[1]:
        return None
    total, known, value, day = 0, False, None, min(min(days), window[0])
    while day < window[1]:
        value = days.get(day, value)
        if day >= window[0] and value is not None:
            total, known = total + value, True
        day += DAY
    return total // (window[1] - window[0]).days if known else None


# ---- customers ----

def midnight(day):
    return datetime.datetime(day.year, day.month, day.day, tzinfo=UTC8)


def snapshot_of(rng, day):
    """One that counts: made on its day or up to a week later; now and then it does not say its day."""
    says = rng.random() < 0.85
    made = midnight(day) + datetime.timedelta(days=rng.choice((0, 0, 1, 1, 1, 2, 5, TOLD)) if says else 0, seconds=rng.randrange(86400),
                                              milliseconds=rng.randrange(1000))
    return {"day": day, "time": made, "says": day if says else None, "balance": rng.choice((0, 1, 100, rng.randrange(10 ** 7)))}


def stray_of(rng, day):
    """One that counts for nobody: of a day to come, or of one too long ago."""
    other = day + DAY * rng.randint(1, 30) if rng.random() < 0.5 else day - DAY * rng.randint(TOLD + 1, 40)
    return {"day": None, "time": midnight(day) + datetime.timedelta(seconds=rng.randrange(86400)), "says": other, "balance": 999999}


def history(rng):
    chance = rng.choice((1.0, 1.0, 0.3, 0.02))
    day, found = BEGIN + DAY * rng.choice((0, 0, 40, 95, 120, 200)), []
    while day <= LAST:
        for _ in range(2 if rng.random() < 0.1 else 1):
            if rng.random() < chance:
                found.append(snapshot_of(rng, day))
        if rng.random() < 0.02:
            found.append(stray_of(rng, day))
        day += DAY
    return found


def arrivals(rng, snapshots):
    """Each a copy that arrives later, up to the horizon; some twice."""
    lates = (0, 0, 0.5, 1, 3, HORIZON - 0.1)
    return [dict(one, arrival=one["time"] + DAY * rng.choice(lates)) for one in snapshots]


def logins(rng):
    found = []
    for _ in range(4):
        made = midnight(FIRST) + DAY * rng.randrange(180) + datetime.timedelta(seconds=rng.randrange(86400))
        found.append({"time": made, "arrival": made + DAY * rng.choice((0, 0, 2, HORIZON - 0.1))})
    return found


# ---- playing ----

def lines_of(customer, snapshots, visits):
    for number, one in enumerate(snapshots):
        line = {"id": f"{customer}-s{one['number']}", "source": "s", "type": "balance.snapshot", "customer": customer,
                "time": one["time"].isoformat(timespec="milliseconds"), "balance_minor": one["balance"], "currency": "CNY"}
        if one["says"] is not None:
            line["date"] = str(one["says"])
        yield one["arrival"], number, line
    for number, one in enumerate(visits):
        yield one["arrival"], -1, {"id": f"{customer}-l{number}", "source": "s", "type": "login", "customer": customer,
                                   "time": one["time"].isoformat(timespec="milliseconds")}


def fill():
    """The stream's clock goes on, whoever is silent."""
    moment = midnight(BEGIN)
    while moment < midnight(LAST) + DAY * 130:
        yield moment, -2, {"id": f"f-{moment:%m%d%H}", "source": "s", "type": "checkin", "customer": "filler",
                           "time": moment.isoformat(timespec="milliseconds")}
        moment += datetime.timedelta(hours=4)


def play(giftd, customers):
    lines = list(fill())
    for name, (snapshots, visits) in customers.items():
        lines += lines_of(name, snapshots, visits)
        lines += [(when + datetime.timedelta(hours=1), more, line) for when, more, line in lines_of(name, snapshots[::17], [])]
    lines.sort(key=lambda one: one[:2])
    with tempfile.TemporaryDirectory(prefix="giftd-daily-") as name:
        folder = pathlib.Path(name)
        (folder / "campaigns").mkdir()
        (folder / "campaigns" / "avg.json").write_text(json.dumps(campaign()))
        with open(folder / "events.jsonl", "w") as file:
            for arrival, _, line in lines:
                file.write(json.dumps(dict(line, recordedtime=arrival.isoformat(timespec="milliseconds"))) + "\n")
        done = subprocess.run([giftd, "run", "--input", folder / "events.jsonl", "--campaigns", folder / "campaigns", "--output",
                               folder / "out", "--state", folder / "state", "--once", "-X", f"events.horizon=P{HORIZON + 1}D"],
                              capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"daily_average.py: giftd run ended with code {done.returncode}:\n{done.stderr[-2000:]}")
        had = {}
        for text in (folder / "out" / "rewards.jsonl").read_text().splitlines():
            line = json.loads(text)
            if line["type"] == "gift.reward.issued":
                cause = line["data"]["source_events"][0].rsplit("/", 1)[1]
                cause = re.sub(f"(:{line['subject']}):.*", r"\1", cause) # of a close with its instant behind the customer
                key = line["subject"], line["data"]["rule"], cause
                if key in had:
                    sys.exit(f"daily_average.py: given twice: {key}")
                had[key] = line["data"]["value_minor"]
        return had


# ---- what is right ----

def label(unit, day):
    year, week, _ = day.isocalendar()
    return {"month": f"{day:%Y-%m}", "quarter": f"{day.year}-Q{(day.month + 2) // 3}", "week": f"{year}-W{week:02}",
            "day": str(day)}.get(unit)


def closes_of(customer, snapshots):
    good = [one for one in snapshots if one["day"] is not None]
    for unit, facts in CLOSES.items():
        day = FIRST
        while day <= LAST:
            start, end = unit_of(unit, day)
            name = "campaign:avg" if unit == "campaign" else f"{unit}+08:00:{label(unit, day)}"
            for fact in facts:
                value = average(good, window_of(fact, end - DAY, True))
                heard = midnight(end) + DELAY < midnight(LAST) + DAY * 121
                if value and heard:
                    yield (customer, f"{unit}-{fact}", f"{name}:{customer}"), value
            day = end


def completed(reached, hold, on_break, last):
    """The month, by number, at whose close a level is had: reached up to the campaign's last one, and in so many further ones."""
    held = -1
    for number, good in enumerate(reached):
        if not good and held >= 0 and on_break == "cancel":
            return None
        held = held + 1 if good and (held >= 0 or number <= last) else -1
        if held == hold:
            return number
    return None


def levels_of(customer, snapshots):
    good = [one for one in snapshots if one["day"] is not None]
    months = [next_month(FIRST, number) for number in range(6 + 3)]
    averages = [average(good, (month, next_month(month))) for month in months]
    for name, (hold, on_break) in LEVELS.items():
        for step, least in STEPS.items():
            number = completed([value is not None and value >= least for value in averages], hold, on_break, 5)
            if number is not None:
                yield (customer, f"level-{name}-{step}", f"month+08:00:{months[number]:%Y-%m}:{customer}"), 100


def logins_of(customer, snapshots, visits):
    for number, visit in enumerate(visits):
        known = [one for one in snapshots if one["day"] is not None and (one["arrival"], 0) < (visit["arrival"], 0)]
        for fact in WINDOWS:
            value = average(known, window_of(fact, visit["time"].date(), False))
            if value:
                yield (customer, f"login-{fact}", f"{customer}-l{number}"), value


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("giftd")
    parser.add_argument("--customers", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng, customers, wanted = random.Random(options.seed), {}, {}
    for number in range(options.customers):
        found = [dict(one, number=place) for place, one in enumerate(history(rng))]
        for name in (f"c{number}", f"d{number}"):
            customers[name] = arrivals(rng, found), logins(rng)
            wanted.update(closes_of(name, customers[name][0]))
            wanted.update(levels_of(name, customers[name][0]))
            wanted.update(logins_of(name, *customers[name]))
    had = play(options.giftd, customers)
    wrong = [key for key in sorted(had.keys() | wanted.keys()) if had.get(key) != wanted.get(key)]
    for key in wrong[:20]:
        print(f"WRONG {' '.join(key)}: {had.get(key)} instead of {wanted.get(key)}")
    print(f"{len(wanted)} averages of {len(customers)} customers, {len(wrong)} wrong")
    return 1 if wrong or not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
