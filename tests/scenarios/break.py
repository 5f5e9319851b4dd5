"""Breaks the shipped campaigns, one value at a time, and sees whether their scenarios notice: a scenario that passes on a broken campaign
guards nothing. Every rule, limit, pool, threshold, schedule, value, condition and policy is changed or taken away
in a copy of deploy/campaigns.

    break.py GIFTD CAMPAIGNS [--only NAME] [--sample N]    N: a part of the changes, spread evenly (the short run)

Exit 1 when a change goes unnoticed. What a customer cannot see - names, labels, templates, funding, watermarks - is left alone, and so are
the few changes of UNSEEN, each with its reason.
"""
import concurrent.futures
import copy
import datetime
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

NEUTRAL = {"name", "version", "template", "labels", "low_at", "funding", "shown_from", "contents", "id", "calendar", "chance", "spends"}
UNITS = ["day", "week", "ten_days", "month", "quarter", "half", "year", "campaign", "ever"]
WORDS = {  # what a word is exchanged for
    "revoke": ["keep", "offset"], "offset": ["revoke", "keep"], "recheck": ["ignore", "prorate"], "prorate": ["recheck", "ignore"],
    "ignore": ["recheck"], "restore": ["keep"], "skip": ["refuse"], "next": ["lose", "redraw"], "partial": ["reject"],
    "subtract": ["ignore"],
    "reopen": ["ignore"], "all": ["any"], "workday": ["restday"], "restday": ["workday"], "fri": ["thu"], "not_dormant": ["dormant"],
    "everyone": [], "unlimited": [],
}
# (file, pointer): why no scenario can tell the difference.
UNSEEN = {
    ("bank", "/period"): "the programme declares no limit of its period",
    ("bank", "/limits/card-binding/period"): "'ever' and the programme's period differ after its end alone",
    ("spring-2027", "/period"): "as above",
    ("spring-2027", "/limits/any-identity/period"): "every campaign that cites it is over within the year",
    ("friday-dining", "/rules/0/limits/0/period"): "a week has one Friday",
    ("card-wake", "/rules/0/limits/0/period"): "the campaign lies within one year",
    ("wake-spring", "/rules/0/limits/0/period"): "the campaign is one year",
    ("wake-spring", "/period/closing"): "a track ends seven days after it was opened",
    ("daily-hours", "/rules/0/give/pool/pace/at"): "nothing is given between midnight and ten",
    ("scene-coupons", "/rules/0/limits/1/least"): "the coupons are multiples of 5.00: there is never less left",
    ("first-transfer", "/rules/0/limits/0/per_each/0"): "a customer's first is one; the limit is for other customers of the same person",
    ("social-card-claim", "/rules/0/limits/0/per_each/0"): "as above",
    ("social-card-claim", "/rules/1/limits/0/per_each/0"): "a customer has one chance",
    ("tier-packs", "/rules/0/limits/0/per_each/0"): "the bands give a customer three times a month at most",
    ("first-transfer", "/rules/0/limits/0/period"): "the campaign lasts half a year; a first is a first for ever",
    ("social-card-claim", "/rules/0/limits/0/period"): "as above",
    ("first-transfer", "/rules/0/on"): "the fact hears the same transfers",
    ("social-card-claim", "/rules/0/on/when"): "the fact hears the same certificates",
    ("social-card-claim", "/facts/first_cert/first/when"): "the rule hears the same certificates",
    ("spend-and-refund", "/rules/2/on_reversal/partial"): "what is kept is kept",
    ("spend-and-refund", "/rules/2/on_reversal/limits"): "what is kept gives nothing back",
    ("spend-and-refund", "/rules/2/on_reversal/pool"): "the pool is unlimited",
    ("tier-packs", "/period/closing"): "the chances end before it",
    ("social-card-claim", "/period/closing"): "the chances end before it",
}


# Taking these away leaves what is the default.
DEFAULTS = {("reward", "revoke"), ("limits", "keep"), ("pool", "keep"), ("partial", "recheck"), ("include", "everyone"),
            ("refunds", "ignore"), ("refunds", "subtract"), ("need", "all"), ("count", 1), ("if_never", "not_dormant"),
            ("missing", "refuse"), ("closing", "P7D"), ("accept", "PT72H")}


def shifted(text, days):
    return (datetime.date.fromisoformat(text) + datetime.timedelta(days=days)).isoformat()


def changed_text(key, text):
    """Other texts for one text."""
    if text in WORDS:
        return WORDS[text]
    if text in UNITS:
        return [UNITS[UNITS.index(text) - 1] if text != "day" else "week"]
    if re.fullmatch(r"\d+\.\d{2}", text):
        minor = int(text.replace(".", ""))
        return [f"{n // 100}.{n % 100:02}" for n in (minor + 1, minor - 1) if n > 0]
    if re.fullmatch(r"\d+(\.\d+)?%", text):
        return [f"{float(text[:-1]) + step:.2f}%" for step in (0.01, -0.01) if 0 < float(text[:-1]) + step <= 100]
    if re.fullmatch(r"PT?\d+[A-Z]", text):
        number = int(re.search(r"\d+", text).group())
        return [re.sub(r"\d+", str(n), text) for n in (number + 1, number - 1) if n > 0]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return [shifted(text, 1), shifted(text, -1)]
    if re.fullmatch(r"\d\d:\d\d-\d\d:\d\d", text):
        return ["10:01-22:00", "10:00-21:59"] if text.startswith("10") else ["09:01-17:00", "09:00-16:59"]
    if re.fullmatch(r"\d\d:\d\d", text):
        return [f"{(int(text[:2]) + 1) % 24:02}:00", "00:00"]
    if key in ("in_list", "parent", "fallback", "pool", "activity", "fact", "when") or "/" in text:
        return []
    return [text + "-x"] if key in ("wallet", "channel", "cert", "page", "status", "counterparty", "product", "profile.status", "deny",
                                    "exclude", "include", "dining", "tea", "supermarket", "cash-like", "fact.scene") else []


def places(node, path=()):
    """Every (path, key, value) below a node."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        if key in NEUTRAL:
            continue
        yield path + (key,), value
        yield from places(value, path + (key,))


def with_value(document, path, value):
    other = copy.deepcopy(document)
    node = other
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return other


def without(document, path):
    other = copy.deepcopy(document)
    node = other
    for key in path[:-1]:
        node = node[key]
    del node[path[-1]]
    return other


def changes(document):
    """(pointer, what, broken document) for each change."""
    for path, value in places(document):
        pointer = "/" + "/".join(str(part) for part in path)
        word = next((part for part in reversed(path) if isinstance(part, str)), "")
        if isinstance(value, bool):
            yield pointer, f"{value} -> {not value}", with_value(document, path, not value)
        elif isinstance(value, int):
            for other in (value + 1, value - 1):
                if other > 0:
                    yield pointer, f"{value} -> {other}", with_value(document, path, other)
        elif isinstance(value, str):
            for other in changed_text(word, value):
                yield pointer, f"{value} -> {other}", with_value(document, path, other)
        if isinstance(value, (dict, list)) or (path[-1], value) not in DEFAULTS:
            yield pointer, "taken away", without(document, path)


class Bench:
    def __init__(self, giftd, folder):
        self.giftd, self.folder = giftd, folder

    def noticed(self, name, document):
        """Whether the scenarios (or the compiler) refuse the broken folder."""
        work = tempfile.mkdtemp(prefix="giftd-break-")
        try:
            for path in glob.glob(os.path.join(self.folder, "*.json")) + glob.glob(os.path.join(self.folder, "*.test")):
                shutil.copy(path, work)
            shutil.copytree(os.path.join(self.folder, "lists"), os.path.join(work, "lists"))
            with open(os.path.join(work, name + ".json"), "w", encoding="utf-8") as file:
                json.dump(document, file, ensure_ascii=False)
            own = os.path.join(work, name + ".test")
            tests = [own] if os.path.exists(own) else [work]
            if self.run(tests) != 0:
                return True
            return os.path.exists(own) and self.run([work]) != 0
        finally:
            shutil.rmtree(work)

    def run(self, tests):
        return subprocess.run([self.giftd, "test", *tests], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode


def unseen(name, pointer):
    return any(name == file and (pointer == place or pointer.startswith(place + "/")) for file, place in UNSEEN)


def wanted(folder, only):
    for path in sorted(glob.glob(os.path.join(folder, "*.json"))):
        name = os.path.basename(path)[:-5]
        if only and name != only:
            continue
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        for pointer, what, broken in changes(document):
            if not unseen(name, pointer):
                yield name, pointer, what, broken


def option(name):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else None


def main():
    giftd, folder = sys.argv[1], sys.argv[2]
    bench = Bench(giftd, folder)
    if bench.run([folder]) != 0:
        print("the scenarios do not pass on the campaigns as they are")
        return 1
    work = list(wanted(folder, option("--only")))
    if option("--sample"):
        step = max(1, len(work) // int(option("--sample")))
        work = work[::step]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(lambda one: bench.noticed(one[0], one[3]), work))
    missed = [one for one, seen in zip(work, results) if not seen]
    for name, pointer, what, _ in missed:
        print(f"{name}.json{pointer}: {what}: no scenario fails")
    print(f"{len(work)} changes, {len(work) - len(missed)} noticed, {len(missed)} not")
    return 1 if missed or not work else 0


sys.exit(main())
