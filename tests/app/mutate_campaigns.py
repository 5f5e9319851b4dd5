#!/usr/bin/env python3
"""Breaks campaign files in one place at a time and asks whether anybody notices: `giftd check` must refuse the broken file, or a scenario
beside it must fail. What neither notices is a survivor: a number, day or policy that could be changed by mistake without a test.

    mutate_campaigns.py GIFTD CAMPAIGNS [--sample N | --all] [--only ID] [--equivalents FILE] [--jobs N]

A sample is chosen by the hash of place and change, so it is the same on every machine until the campaigns change. EQUIVALENTS lists, with
a reason each, changes that alter nothing a scenario could see. Exit 1 with survivors, 2 when something does not run at all.
"""
import argparse
import concurrent.futures
import copy
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Keys that carry words to people or downstream, or watermarks that go to operators: no gift depends on them.
CARRIED = {"name", "version", "template", "labels", "funding", "low_at", "id", "shown_from", "contents"}
# Leaving these out says the same.
DEFAULTS = {("on_reversal", "reward"): "revoke", ("on_reversal", "limits"): "keep", ("on_reversal", "pool"): "keep",
            ("on_reversal", "partial"): "recheck", "if_never": "not_dormant", "at_limit": "reject", "missing": "refuse", "order": "any",
            "need": "all", "when_empty": "refuse", "count": 1, "refunds": "subtract"}
UNITS = ["day", "week", "ten_days", "month", "quarter", "half", "year"]
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
OTHER_DAYS = {"workday": ["restday"], "restday": ["workday", "sat"]}
CHOICES = {
    "at_limit": ["reject", "partial"], "missing": ["refuse", "skip"], "pay": ["highest", "top_up"],
    "if_never": ["dormant", "not_dormant"],
    "refunds": ["subtract", "ignore", "reopen"],
    "measure": ["count", "sum", "max", "distinct"], "need": ["all", "any"], "order": ["any", "listed"],
    "enrolment": ["none", "required"],
    "reward": ["instant_discount", "voucher"], "partial": ["recheck", "prorate", "ignore"],
}
REVERSAL_CHOICES = {"reward": ["revoke", "offset", "keep"], "limits": ["keep", "restore"], "pool": ["keep", "restore"]}
EMPTY = {"draw_of": ["redraw", "next", "lose"], "item": ["refuse", "skip"]}
EVENTS = ["login", "checkin", "bill.paid", "txn.transfer", "txn.card_spend"]
STATUSES = {"settled": "authorised"}


def money_steps(text):
    whole, cents = text.split(".")
    minor = int(whole) * 100 + int(cents)
    return [f"{value // 100}.{value % 100:02}" for value in (minor + 1, minor - 1) if value > 0]


def duration_steps(text):
    head, number, unit = re.fullmatch(r"(PT?)(\d+)([A-Z])", text).groups()
    return [f"{head}{value}{unit}" for value in (int(number) + 1, int(number) - 1) if value > 0]


def hours_steps(text):
    """One minute either side of each end."""
    ends = text.split("-")
    for end in (0, 1):
        for step in (1, -1):
            hour, minute = map(int, ends[end].split(":")[:2])
            total = hour * 60 + minute + step
            if 0 <= total < 24 * 60:
                moved = list(ends)
                moved[end] = f"{total // 60:02}:{total % 60:02}"
                yield "-".join(moved)


def clock_steps(text):
    hour, minute = map(int, text.split(":")[:2])
    total = hour * 60 + minute
    return [f"{value // 60:02}:{value % 60:02}" for value in (total + 1, total - 1) if 0 <= value < 24 * 60]


def date_steps(text):
    import datetime
    day = datetime.date.fromisoformat(text[:10])
    return [(day + datetime.timedelta(step)).isoformat() + text[10:] for step in (1, -1)]


def text_steps(path, text):
    """Other values a text could have had by mistake."""
    key = next((part for part in reversed(path) if not isinstance(part, int)), "")
    if re.fullmatch(r"\d+\.\d\d", text):
        return money_steps(text)
    if re.fullmatch(r"\d+(\.\d+)?%", text):
        number = text[:-1]
        return [f"{float(number) + step:g}%" for step in (1, -1) if float(number) + step > 0]
    if re.fullmatch(r"PT?\d+[A-Z]", text):
        return duration_steps(text)
    if re.fullmatch(r"\d\d:\d\d(:\d\d)?-\d\d:\d\d(:\d\d)?", text):
        return list(hours_steps(text))
    if re.fullmatch(r"\d\d:\d\d(:\d\d)?", text):
        return clock_steps(text)
    if re.fullmatch(r"\d{4}-\d\d-\d\d(T.*)?", text):
        return date_steps(text)
    if re.fullmatch(r"\d{4}", text): # a merchant category
        return ["5999"]
    if text in DAYS:
        return [DAYS[(DAYS.index(text) + 1) % 7]]
    if text in OTHER_DAYS:
        return OTHER_DAYS[text]
    if text in UNITS and key in ("period", "window", "unit", "of", "end_of", "next"):
        at = UNITS.index(text)
        return [UNITS[i] for i in (at - 1, at + 1) if 0 <= i < len(UNITS)]
    if text in ("campaign", "ever") and key == "period":
        return ["month"]
    if key == "when_empty":
        return [other for other in EMPTY["draw_of"] + EMPTY["item"] if other != text]
    choices = REVERSAL_CHOICES if "on_reversal" in path and key in REVERSAL_CHOICES else CHOICES
    if key in choices:
        return [other for other in choices[key] if other != text]
    if text in STATUSES:
        return [STATUSES[text]]
    if re.fullmatch(r"[a-z_]+\.[a-z_]+|login|checkin", text) and key in ("on", "event", "opens", "first", "last", "resets"):
        return [other for other in EVENTS if other != text][:2]
    if text.startswith(("segment:", "list:", "tag:")):
        return [text + "-x"]
    if text in ("pos", "qr", "online", "assets"):
        return [text + "x"]
    return []


def operator_steps(node):
    """A comparison turned at its edge, or around."""
    for one, other in (("gte", "gt"), ("gt", "gte"), ("lte", "lt"), ("lt", "lte")):
        if one in node and other not in node:
            yield f"{one} becomes {other}", {other if key == one else key: value for key, value in node.items()}
    for one, other in (("in_list", "not_in_list"), ("not_in_list", "in_list")):
        if one in node:
            yield f"{one} becomes {other}", {other if key == one else key: value for key, value in node.items()}


def is_default(path, key, value):
    parent = path[-1] if path else ""
    return DEFAULTS.get((parent, key), DEFAULTS.get(key)) == value and not (key == "count" and parent == "")


def pointer(path):
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def replaced(document, path, value):
    if not path:
        return value
    result = copy.deepcopy(document)
    node = result
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = value
    return result


def removed(document, path):
    result = copy.deepcopy(document)
    node = result
    for part in path[:-1]:
        node = node[part]
    del node[path[-1]]
    return result


def mutations(document, path=(), node=None):
    """(pointer, words, document) for every single change."""
    node = document if node is None else node
    if isinstance(node, dict):
        for words, other in operator_steps(node):
            yield pointer(path), words, replaced(document, path, other)
        for key, value in node.items():
            if key in CARRIED and not (path and path[-1] == "facts"):
                continue
            if not is_default(path, key, value):
                yield pointer(path + (key,)), "removed", removed(document, path + (key,))
            yield from mutations(document, path + (key,), value)
    elif isinstance(node, list):
        for i, value in enumerate(node):
            if len(node) > 1:
                yield pointer(path + (i,)), "removed", removed(document, path + (i,))
            yield from mutations(document, path + (i,), value)
    elif isinstance(node, bool):
        yield pointer(path), f"{node} becomes {not node}".lower(), replaced(document, path, not node)
    elif isinstance(node, int):
        steps = [node * 3] if path[-1] == "weight" else [node + 1] + ([node - 1] if node > 0 else [])
        for value in steps:
            yield pointer(path), f"{node} becomes {value}", replaced(document, path, value)
    elif isinstance(node, str):
        for value in text_steps(path, node):
            yield pointer(path), f"{node} becomes {value}", replaced(document, path, value)


def stories_about(folder, name):
    """Scenario files in which the campaign can make a difference: those that name it; for a programme, all."""
    document = json.loads((folder / name).read_text(encoding="utf8"))
    every = sorted(folder.rglob("*.test"))
    if "rules" not in document:
        return every
    return [story for story in every if story.stem == document["id"] or document["id"] in story.read_text(encoding="utf8")]


class Trial:
    def __init__(self, giftd, folder):
        self.giftd, self.folder = giftd, folder

    def answer(self, name, document, stories):
        """killed, survived or what went wrong."""
        with tempfile.TemporaryDirectory(prefix="mutation-") as work:
            copied = pathlib.Path(work) / "campaigns"
            shutil.copytree(self.folder, copied)
            (copied / name).write_text(json.dumps(document, ensure_ascii=False), encoding="utf8")
            files = [str(copied / story.relative_to(self.folder)) for story in stories]
            done = subprocess.run([self.giftd, "test", *files], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode == 1:
            return "killed"
        return "survived" if done.returncode == 0 else f"exit {done.returncode}: {done.stdout[-600:]}"


def known_equivalents(path):
    """Lines: FILE POINTER WORDS... -- reason. WORDS may be *."""
    known = set()
    for line in path.read_text(encoding="utf8").splitlines() if path else []:
        place = line.split(" -- ")[0].strip()
        if place and not place.startswith("#"):
            known.add(place)
    return known


def is_known(known, name, place, words):
    return f"{name} {place} {words}" in known or f"{name} {place} *" in known


def collect(folder, only, known):
    chosen, skipped = [], 0
    for path in sorted(folder.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf8"))
        if path.name == "catalogue.json" or (only and document.get("id") != only):
            continue
        stories = stories_about(folder, path.name)
        for place, words, broken in mutations(document):
            if is_known(known, path.name, place, words):
                skipped += 1
            else:
                chosen.append((path.name, place, words, broken, stories))
    return chosen, skipped


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("giftd")
    parser.add_argument("campaigns", type=pathlib.Path)
    parser.add_argument("--sample", type=int, default=150)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--equivalents", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    flags = parser.parse_args()
    chosen, skipped = collect(flags.campaigns, flags.only, known_equivalents(flags.equivalents))
    total = len(chosen)
    if not flags.all:
        chosen.sort(key=lambda row: hashlib.sha256(" ".join(row[:3]).encode()).digest())
        chosen = sorted(chosen[:flags.sample], key=lambda row: row[:3])
    trial = Trial(flags.giftd, flags.campaigns)
    with concurrent.futures.ThreadPoolExecutor(flags.jobs) as pool:
        answers = list(pool.map(lambda row: trial.answer(row[0], row[3], row[4]), chosen))
    odd = [(row, answer) for row, answer in zip(chosen, answers) if answer not in ("killed", "survived")]
    survivors = [row for row, answer in zip(chosen, answers) if answer == "survived"]
    for name, place, words, _, _ in survivors:
        print(f"survived: {name} {place} {words}")
    for (name, place, words, _, _), answer in odd:
        print(f"did not run: {name} {place} {words}: {answer}")
    print(f"{len(chosen)} of {total} changes tried ({skipped} known to alter nothing): {answers.count('killed')} noticed, "
          f"{len(survivors)} survived, {len(odd)} did not run")
    sys.exit(2 if odd else 1 if survivors else 0)


if __name__ == "__main__":
    main()
