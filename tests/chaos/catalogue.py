"""The stories of the whole catalogue (deploy/campaigns) as one stream of events, and what a run on files makes of it.

Every story is told several times, each time by customers of its own, all of them at once: sorted by arrival they are one stream through
years, in which everything happens that any campaign has a mechanism for - closes, ranks, shares, levels, birthdays, choices, reviews,
back-fill. Nobody wrote down what must come of it: giftd on files says so, which is held against stories, orders and kills elsewhere
(tests/app/crash_test.py). One partition, since only then is the order of all events settled.

What follows from how the input is cut, and so is no promise, is kept out of it: of silent customers at one close who has the last of a
pool (no pool runs dry here: `ample`; chaos.py stock is about the last ones), how far a rank had come when each was looked at, and when
the home of a pool noticed that it runs low.
"""
import datetime
import decimal
import json
import pathlib
import re
import shutil
import subprocess

CAMPAIGNS = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "campaigns"
LONGEST = 80  # events of a story; longer ones empty a stock, which the others need
CUSTOMER = re.compile(r"c\d+\Z")
AMPLE = 1000  # times what there is: one close may give to hundreds
MINE = ("input", "position", "first", "last")  # of a line: where its event stands, which is another place in a file


def larger(value):
    if isinstance(value, dict):
        return {key: larger(one) for key, one in value.items()}
    if isinstance(value, str):  # money, with as many decimals as before
        return value if value == "unlimited" else str(decimal.Decimal(value) * AMPLE)
    return value * AMPLE


def with_larger(value):
    if isinstance(value, list):
        return [with_larger(one) for one in value]
    if not isinstance(value, dict):
        return value
    pooled = "stock" in value or "budget" in value
    return {key: larger(one) if pooled and key in ("stock", "budget") else
            {**one, "max": larger(one["max"])} if pooled and key == "pace" else with_larger(one) for key, one in value.items()}


def ample(folder):
    """The campaigns with so much in every pool that none runs dry."""
    shutil.copytree(CAMPAIGNS, folder)
    for path in folder.rglob("*.json"):
        path.write_text(json.dumps(with_larger(json.loads(path.read_text(encoding="utf8"))), ensure_ascii=False), encoding="utf8")
    return folder


def stories(giftd, folder):
    """Each story's events, in order."""
    folder.mkdir()
    subprocess.run([giftd, "test", CAMPAIGNS, "--events", folder], check=True, capture_output=True)
    told = [[json.loads(line) for line in path.read_text(encoding="utf8").splitlines()] for path in sorted(folder.iterdir())]
    return [events for events in told if 0 < len(events) <= LONGEST]


def renamed(event, names, mark):
    """As another customer's: whoever is named, and every event that is."""
    def name(value):
        if isinstance(value, list):
            return [name(one) for one in value]
        return f"{mark}-{value}" if isinstance(value, str) and (value in names or CUSTOMER.match(value)) else value
    return {**event, "id": name(event["id"]), "subject": name(event["subject"]),
            "data": {key: name(value) for key, value in event["data"].items()}}


def stream(told, copies):
    """[(customer, line)] by arrival; events of a story keep their order."""
    lines = []
    for copy in range(copies):
        for number, events in enumerate(told):
            names = {event[key] for event in events for key in ("id", "subject")}
            for event in events:
                event = renamed(event, names, f"s{number}x{copy}")
                arrival = datetime.datetime.fromisoformat(event["recordedtime"])
                lines.append((arrival, event["subject"], json.dumps(event, ensure_ascii=False, separators=(",", ":"))))
    lines.sort(key=lambda one: one[0])
    return [line[1:] for line in lines]


def on_files(giftd, campaigns, lines, folder, options):
    """The folder of a run's outputs."""
    folder.mkdir()
    (folder / "events.jsonl").write_text("".join(f"{line}\n" for _, line in lines), encoding="utf8")
    words = [word for option in options.items() for word in ("-X", "=".join(option))]
    subprocess.run([giftd, "run", "--once", "--input", "events.jsonl", "--campaigns", campaigns, "--output", "out", "--state", "state",
                    *words], cwd=folder, check=True, capture_output=True)
    return folder / "out"


def without_place(value):
    if isinstance(value, dict):
        return {key: without_place(one) for key, one in value.items() if key not in MINE}
    return [without_place(one) for one in value] if isinstance(value, list) else value


class Told:
    """What stands in rewards and decisions, without the places of events in their input."""

    def __init__(self, rewards, decisions):
        self.rewards, self.outcomes, self.twice = {}, {}, 0
        for reward in rewards:
            self.twice += (reward["type"], reward["id"]) in self.rewards
            if not reward["type"].startswith("gift.pool."):
                self.rewards[reward["type"], reward["id"]] = without_place(reward)
        for decision in decisions:
            if decision["type"] == "gift.decision" and "event" in decision["data"]:
                self.outcome(decision)

    def outcome(self, decision):
        data = decision["data"]
        key = (decision["subject"], data["event"]["source"], data["event"]["id"], data.get("caused_by"), decision["time"])
        said = sorted(json.dumps(without_place(one), sort_keys=True) for one in data["considered"] if "rank" not in one)
        if said or "rank" not in str(data["considered"]):
            self.outcomes.setdefault(key, []).append(said)


def lines_of(out):
    return [[json.loads(line) for line in (out / name).read_text(encoding="utf8").splitlines()]
            for name in ("rewards.jsonl", "decisions.jsonl")]


def of_files(out):
    return Told(*lines_of(out))


def differences(files, kafka, shown=8):
    """In words; none: both gave the same for the same reasons."""
    words = [f"{kafka.twice} rewards came twice"] if kafka.twice else []
    for what, a, b in (("reward", files.rewards, kafka.rewards), ("decision", files.outcomes, kafka.outcomes)):
        wrong = [(key, a.get(key), b.get(key)) for key in sorted({*a, *b}, key=str) if a.get(key) != b.get(key)]
        words += [f"{what} {key}: on files {one}, here {other}" for key, one, other in wrong[:shown]]
        words += [f"{len(wrong)} {what}s differ"] if wrong else []
    return words
