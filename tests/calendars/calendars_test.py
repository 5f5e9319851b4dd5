#!/usr/bin/env python3
"""The shipped calendars against what can be computed, in other words than they were made with: Easter by counting moons, days of the year
by counting weekdays, substitutes by what falls on a weekend. What was announced alone is held against what announcements agree on.

    calendars_test.py ROOT
"""
import datetime
import json
import pathlib
import sys

DAY = datetime.timedelta(1)
problems = []


def told(text):
    problems.append(text)


def date(text):
    return datetime.date.fromisoformat(text)


class Calendar:
    def __init__(self, path):
        text = json.loads(path.read_text(encoding="utf-8"))
        self.name, self.source = text["calendar"], text["source"]
        self.first, self.last = date(text["covers"]["from"]), date(text["covers"]["to"])
        self.weekend = {["mon", "tue", "wed", "thu", "fri", "sat", "sun"].index(day) for day in text["weekend"]}
        self.days = {name: {date(one) for one in day["dates"]} for name, day in text["days"].items()}
        rests = {one for name, day in text["days"].items() if day.get("rest", True) for one in self.days[name]}
        self.resting = rests | {date(one) for one in text.get("resting", [])}
        self.working = {date(one) for one in text.get("working", [])}

    def years(self):
        return range(self.first.year, self.last.year + 1)

    def rests(self, day):
        return day not in self.working and (day in self.resting or day.weekday() in self.weekend)

    def is_like(self, name, wanted):
        if self.days.get(name, set()) != set(wanted):
            told(f"{self.name}: {name} is {sorted(map(str, self.days.get(name, set())))}, not {sorted(map(str, wanted))}")


def easter(year):
    """The Sunday behind the first full moon of the church from 21 March on: the moons of Clavius' epacts."""
    golden, century = year % 19 + 1, year // 100 + 1
    skipped, moon = 3 * century // 4 - 12, (8 * century + 5) // 25 - 5
    epact = (11 * golden + 20 + moon - skipped) % 30
    if epact == 24 or (epact == 25 and golden > 11):
        epact += 1
    full = datetime.date(year, 3, 1) + DAY * (44 - epact - 1 if epact < 24 else 74 - epact - 1)
    return full + DAY * (7 - (full.weekday() + 1) % 7)


def weekdays(year, month, weekday):
    day = datetime.date(year, month, 1)
    days = [day + DAY * number for number in range(31)]
    return [day for day in days if day.month == month and day.weekday() == weekday]


def in_place(days, forward=True):
    """Each day where it is observed: what falls on a weekday keeps it, the others take the next ones that are free."""
    taken = {day for day in days if day.weekday() < 5}
    for day in sorted(day for day in days if day.weekday() >= 5):
        while day.weekday() >= 5 or day in taken:
            day += DAY if forward else -DAY
        taken.add(day)
    return taken


def kingdom(calendar, scottish):
    holidays = set()
    for year in calendar.years():
        sunday = easter(year)
        holidays |= {sunday - 2 * DAY, weekdays(year, 5, 0)[0], weekdays(year, 5, 0)[-1], weekdays(year, 8, 0)[0 if scottish else -1]}
        holidays |= in_place({datetime.date(year, 12, 25), datetime.date(year, 12, 26)})
        begin = {datetime.date(year, 1, day) for day in ((1, 2) if scottish else (1,))}
        holidays |= in_place(begin)
        holidays |= in_place({datetime.date(year, 11, 30)}) if scottish else {sunday + DAY}
    if scottish:
        holidays.add(datetime.date(2026, 6, 15))
    calendar.is_like("bank-holiday", holidays)
    calendar.is_like("good-friday", [easter(year) - 2 * DAY for year in calendar.years()])
    calendar.is_like("christmas-day", [datetime.date(year, 12, 25) for year in calendar.years()])
    calendar.is_like("boxing-day", [datetime.date(year, 12, 26) for year in calendar.years()])


def federal(calendar):
    by_rule = {"new-year": (1, 1), "juneteenth": (6, 19), "independence-day": (7, 4), "veterans-day": (11, 11), "christmas-day": (12, 25)}
    by_weekday = {"martin-luther-king": (1, 0, 2), "washington": (2, 0, 2), "memorial-day": (5, 0, -1), "labor-day": (9, 0, 0),
                  "columbus-day": (10, 0, 1), "thanksgiving": (11, 3, 3)}
    observed = set()
    for year in [*calendar.years(), calendar.last.year + 1]:
        days = [datetime.date(year, *rule) for rule in by_rule.values()]
        days += [weekdays(year, month, weekday)[place] for month, weekday, place in by_weekday.values()]
        observed |= {day - DAY if day.weekday() == 5 else day + DAY if day.weekday() == 6 else day for day in days}
    calendar.is_like("federal-holiday", [day for day in observed if day <= calendar.last])
    for name, rule in by_rule.items():
        calendar.is_like(name, [datetime.date(year, *rule) for year in calendar.years()])
    for name, (month, weekday, place) in by_weekday.items():
        calendar.is_like(name, [weekdays(year, month, weekday)[place] for year in calendar.years()])


def singapore(calendar):
    calendar.is_like("good-friday", [easter(year) - 2 * DAY for year in calendar.years()])
    named = set().union(*(days for name, days in calendar.days.items() if name != "public-holiday"))
    calendar.is_like("public-holiday", named | {day + DAY for day in named if day.weekday() == 6})  # Holidays Act, section 4 (2)


def hong_kong(calendar):
    calendar.is_like("good-friday", [easter(year) - 2 * DAY for year in calendar.years()])
    for year in calendar.years():
        count = len([day for day in calendar.days["public-holiday"] if day.year == year])
        if count != 17 or any(day.weekday() == 6 for day in calendar.days["public-holiday"]):
            told(f"hk: {count} general holidays beside Sundays in {year}")


def china(calendar):
    """33 statutory and moved days of rest in 2026 as the notice counts them; what is moved onto weekends was taken from weekdays."""
    for day in calendar.working:
        if day.weekday() < 5:
            told(f"cn: {day} is worked anyway")
    months = {"new-year": (1, 1), "labour-day": (5, 1), "national-day": (10, 1), "double-eleven": (11, 11), "double-twelve": (12, 12),
              "618": (6, 18)}
    for name, rule in months.items():
        for year in calendar.years():
            if datetime.date(year, *rule) not in calendar.days[name]:
                told(f"cn: {name} of {year}")
    rests = [day for name, days in calendar.days.items() if name not in ("double-eleven", "double-twelve", "618") for day in days]
    counts = {year: len([day for day in rests if day.year == year]) for year in calendar.years()}
    if counts != {2026: 3 + 9 + 3 + 5 + 3 + 3 + 7, 2027: 13}:
        told("cn: another number of days than the notice of 2026, or the regulation, has")


def every(calendar):
    if "read 20" not in calendar.source and "found on 20" not in calendar.source:
        told(f"{calendar.name}: the source does not say when it was read")
    for day in calendar.resting | calendar.working:
        if not calendar.first <= day <= calendar.last:
            told(f"{calendar.name}: {day} is not covered")
    if calendar.first.strftime("%m-%d") != "01-01" or calendar.last.strftime("%m-%d") != "12-31":
        told(f"{calendar.name}: no whole years")
    for name in ("bank-holiday", "federal-holiday", "public-holiday"):
        for day in calendar.days.get(name, ()):
            if not calendar.rests(day):
                told(f"{calendar.name}: {day} does not rest")


def main():
    tests = {"cn": china, "sg": singapore, "hk": hong_kong, "uk-england-wales": lambda one: kingdom(one, False),
             "uk-scotland": lambda one: kingdom(one, True), "us-federal": federal}
    calendars = {path.stem: Calendar(path) for path in sorted((pathlib.Path(sys.argv[1]) / "deploy" / "calendars").glob("*.json"))}
    if set(calendars) != set(tests):
        told(f"calendars are {sorted(calendars)}")
    for name, calendar in calendars.items():
        if calendar.name != name:
            told(f"{name}.json is the calendar '{calendar.name}'")
        every(calendar)
        tests.get(name, every)(calendar)
    print("\n".join(problems) or f"{len(calendars)} calendars are as the rules have them")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
