"""What a run on files left behind, event by event: out/rewards.jsonl, decisions.jsonl and dlq.jsonl, in words that tests compare.

A gift is a tuple (kind, rule, reward, value, count, to): kind is issued, substituted, chance, revoked, reduced, offset, pending or
registered; rule is campaign/rule; value_minor is of one unit; count is how many units or chances; `to` is the customer where that is not
the event's own. It belongs to the event that brought it (`source_events`), of a revocation the reversal. The trace is not looked at.
"""
import collections
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import ranges

Gift = collections.namedtuple("Gift", "kind rule reward value count to")
GIVEN_TYPES = {f"gift.reward.{kind}" for kind in ("issued", "substituted", "registered")}
GIFT_TYPES = GIVEN_TYPES | {f"gift.reward.{kind}" for kind in ("revoked", "reduced", "offset", "waived", "pending")}


def read_lines(path):
    path = pathlib.Path(path)
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def event_names(source_and_id):
    """An event may be called by its id alone, or by source/id, as it stands in `source_events`: the last / is the border."""
    return source_and_id, source_and_id.rsplit("/", 1)[-1].replace("%2F", "/").replace("%25", "%")


def name_of(event):
    return f"{event.get('source')}/{str(event.get('id')).replace('%', '%25').replace('/', '%2F')}"


def event_of(line):
    """Of a line that is meant to be broken nothing."""
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def file_lines(path):
    """The lines of a file of events, for Outputs."""
    at, lines = 0, {}
    with open(path, "rb") as file:
        for line in file:
            lines[str(path), at], at = event_of(line), at + len(line)
    return lines


def dead_places(dead, decisions):
    """Of lines: what could not be decided for who heard it as another has a decision of its own besides."""
    decided = {(line["data"]["input"], line["data"]["position"]) for line in ranges.own_lines(decisions)}
    return sorted({(letter["input"], letter["position"]) for letter in dead} - decided)


def rule_of(data):
    return f"{data['campaign']}/{data['rule']}"


def gift_of(line, customers):
    data = line["data"]
    kind = line["type"].rsplit(".", 1)[1]
    if "reissue_of" in data:
        kind = "reissued"
    if "repays" in data:
        kind = "repaid"
    if kind == "issued" and data.get("reward") == "chance":
        kind = "chance"
    count = data.get("count", data.get("quantity", 1))
    to = "" if line["subject"] in customers else line["subject"]
    return Gift(kind, rule_of(data), data.get("reward", ""), data.get("value_minor", 0), count, to)


class Outputs:
    """The three files of an output folder, read once."""

    def __init__(self, folder, lines):
        """`lines`: {(input, position): event} of all that was decided; ranges.Broken when one has no outcome or two."""
        folder = pathlib.Path(folder)
        self.rewards = [line for line in read_lines(folder / "rewards.jsonl") if line["type"] in GIFT_TYPES]
        decisions = read_lines(folder / "decisions.jsonl")
        self.decisions = [line for line in decisions if not ranges.is_range(line)]
        self.dead = read_lines(folder / "dlq.jsonl")
        places = collections.defaultdict(list)
        for name, place in lines:
            places[name].append(place)
        found = ranges.outcomes(places, decisions, dead_places(self.dead, decisions))
        self.unheard = [lines[place] for place, what in found.items() if what not in ("line", "dead")]
        self.customers = collections.defaultdict(set)
        for event in lines.values():
            for name in event_names(name_of(event)):
                self.customers[name].add(event.get("customer", event.get("subject")))

    def lines_of(self, event):
        return [line for line in self.rewards if any(event in event_names(source) for source in line["data"]["source_events"])]

    def gifts(self, event):
        return [gift_of(line, self.customers[event]) for line in self.lines_of(event)]

    def decided(self, event):
        named = lambda data: event in event_names(name_of(data))
        unheard = [{"considered": []} for data in self.unheard if named(data)]
        return [line["data"] for line in self.decisions if named(line["data"]["event"])] + unheard

    def outcomes(self, event):
        return [outcome for data in self.decided(event) for outcome in data["considered"]]

    def gates(self, event):
        return [data["gate"] for data in self.decided(event) if "gate" in data]

    def dead_reasons(self, event):
        """Reasons of dead letters whose line is this event: `reason` of the file, or `code`."""
        reasons = []
        for letter in self.dead:
            try:
                line = json.loads(letter.get("line", ""))
            except ValueError:
                continue
            if event in event_names(name_of(line)):
                reasons += [letter[key] for key in ("reason", "code", "giftd.reason") if key in letter]
        return reasons

    def issued_ids(self):
        return [line["id"] for line in self.rewards if line["type"] in GIVEN_TYPES]

    def standing(self, event, rule):
        """How many gifts of an event's rule were issued and not taken back as a whole since."""
        gone = {line["data"]["reward_id"] for line in self.rewards if line["type"] == "gift.reward.revoked"}
        given = [line for line in self.lines_of(event) if line["type"] in GIVEN_TYPES]
        return sum(rule_of(line["data"]) == rule and line["id"] not in gone for line in given)
