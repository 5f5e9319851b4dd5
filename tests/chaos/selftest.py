#!/usr/bin/env python3
"""The checker on trial: it accepts an honest history and rejects forged ones, each for its own reason.

    selftest.py GIFTD CAMPAIGNS

The honest history is what `giftd run` makes of generated events with files, laid out as if over eight partitions: so oracle and engine,
which share no code, are compared here as well. Then one thing at a time is forged.
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import zlib

import catalogue
import checker
import events
import ranges

PARTITIONS, EVENTS = 8, 24000


class History:
    """Everything a run leaves, as plain lists that can be forged."""

    def __init__(self):
        self.events, self.decisions, self.rewards, self.dead, self.counters = [], [], [], [], {}

    def copy(self):
        other = History()
        other.events, other.decisions, other.rewards = list(self.events), list(self.decisions), list(self.rewards)
        other.dead, other.counters = list(self.dead), {pool: dict(fields) for pool, fields in self.counters.items()}
        return other

    def judge(self):
        judge = checker.Judge()
        for partition, offset, text in self.events:
            judge.event(partition, offset, text)
        for line in self.decisions:
            judge.decision(line)
        for stamp, (partition, headers, value) in enumerate(self.rewards):
            judge.reward(partition, stamp, headers, value)
        for partition, offset in self.dead:
            judge.dead_letter(partition, offset)
        judge.verdict(self.counters)
        return judge

    def find(self, rule, kind="issued"):
        """The last such reward: (index, headers, data)."""
        for index in reversed(range(len(self.rewards))):
            _, headers, value = self.rewards[index]
            data = json.loads(value)
            if data.get("rule") == rule and headers["ce_type"].endswith(kind):
                return index, headers, data
        raise AssertionError(f"no {kind} reward of {rule} in the honest history")

    def find_decision(self, wanted):
        return next(index for index in reversed(range(len(self.decisions))) if wanted in self.decisions[index])


def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines()


def engine(giftd, campaigns, folder):
    lines = list(events.Generator(7, EVENTS))
    (folder / "events.jsonl").write_text("".join(text + "\n" for _, text in lines), encoding="utf-8")
    done = subprocess.run([giftd, "run", "--once", "--input", folder / "events.jsonl", "--campaigns", campaigns, "--output", folder / "out",
                           "--state", folder / "state"], stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"giftd run ended with {done.returncode}: {done.stderr}")
    return lines


def honest(giftd, campaigns, folder):
    history, place, ends, at = History(), {}, {}, 0
    for key, text in engine(giftd, campaigns, folder):
        partition = zlib.crc32(key.encode()) % PARTITIONS
        offset = ends.get(partition, 0)
        ends[partition] = offset + 1 + (offset % 500 == 499)  # a gap, as control records leave them
        place[at] = (partition, offset)
        history.events.append((partition, offset, text))
        at += len(text.encode()) + 1
    told = [json.loads(line) for line in lines_of(folder / "out" / "decisions.jsonl")]
    for decision in told:
        if ranges.is_range(decision):
            continue
        partition, decision["data"]["position"] = place[decision["data"]["position"]]
        decision["data"]["input"] = f"events/{partition}"
        history.decisions.append(json.dumps(decision))
    for line in lines_of(folder / "out" / "rewards.jsonl"):
        reward = json.loads(line)
        headers = {"ce_" + name: value for name, value in reward.items() if name != "data"}
        history.rewards.append((0, headers, json.dumps(reward["data"])))
    history.dead = [place[json.loads(line)["position"]] for line in lines_of(folder / "out" / "dlq.jsonl")]
    ranges_make(history, told, place)
    counters_make(history)
    return history


def ranges_make(history, told, place):
    """The events that have no line, as a topic's partitions would have them."""
    dead, name = set(history.dead), str(next(line["data"]["input"] for line in told if ranges.is_range(line)))
    found = ranges.outcomes({name: list(place)}, [line for line in told if ranges.is_range(line)] + [
        {**line, "data": {**line["data"], "input": name, "position": at}} for line, at in own_places(told, place)],
        [(name, at) for at, where in place.items() if where in dead])
    rulebook = next(line["data"]["rulebook"] for line in told if ranges.is_range(line))
    spans = {}
    for (_, at), what in found.items():
        if what not in ("line", "dead"):
            partition, offset = place[at]
            spans.setdefault((partition, offset // 256), []).append(offset)
    for (partition, _), offsets in sorted(spans.items()):
        data = {"input": f"events/{partition}", "first": min(offsets), "last": max(offsets), "events": len(offsets), "rulebook": rulebook}
        history.decisions.append(json.dumps({"type": ranges.RANGE, "id": "range", "data": data}))


def own_places(told, place):
    back = {where: at for at, where in place.items()}
    for line in ranges.own_lines(told):
        yield line, back[int(line["data"]["input"].rsplit("/", 1)[1]), line["data"]["position"]]


def counters_make(history):
    judge = history.copy().judge()
    for pool, units in judge.check_pools().items():
        unit, total = checker.UNIT.get(pool, 1), checker.TOTALS[pool]
        history.counters[pool] = {"total": str(total * unit), "used": str(units * unit), "left": str((total - units) * unit), "lent": "0"}


# ---- forgeries: each returns what it must be blamed for ----

def reward_twice(history):
    history.rewards.append(history.rewards[-1])
    return "double", "is there twice"


def gift_under_another_id(history):
    index, headers, data = history.find("daily")
    history.rewards.append((0, {**headers, "ce_id": "another"}, json.dumps(data)))
    return "double", "and as another"


def decision_twice(history):
    history.decisions.append(history.decisions[100])
    return "double", "second outcome"


def decision_and_dead_letter(history):
    data = json.loads(history.decisions[100])["data"]
    history.dead.append((int(data["input"].rsplit("/", 1)[1]), data["position"]))
    return "double", "second outcome: dead letter"


def pool_oversold(history):
    _, headers, data = history.find("drop")
    forged = {**data, "source_events": ["chaos/e1"]}
    history.rewards.append((0, {**headers, "ce_id": "one-more"}, json.dumps(forged)))
    return "oversold", "pool drop has 1001"


def pool_oversold_for_a_while(history):
    """A unit is given before it came back: in the end the number is right."""
    late = [index for index in range(len(history.rewards)) if history.rewards[index][1]["ce_type"].endswith("revoked")
            and json.loads(history.rewards[index][2]).get("rule") == "returns"]
    history.rewards.append(history.rewards.pop(late[-1]))
    return "oversold", "pool returns has 301 of 300"


def parent_oversold(history):
    index, headers, data = history.find("fund")
    history.rewards.append((0, {**headers, "ce_id": "over-parent"}, json.dumps(data)))
    return "oversold", "pool line has 501"


def cap_broken(history):
    """A customer's sixth gift of five."""
    _, headers, data = history.find("five")
    refused = json.loads(history.decisions[history.find_decision('"limit": "own/five#count.customer.campaign"')])
    forged = {**data, "source_events": ["chaos/" + refused["data"]["event"]["id"]]}
    history.rewards.append((0, {**headers, "ce_id": "sixth", "ce_subject": refused["subject"]}, json.dumps(forged)))
    return "oversold", "due is nothing"


def device_cap_broken(history):
    _, headers, data = history.find("device")
    refused = json.loads(history.decisions[history.find_decision('"limit": "device/device#count.device.ever"')])
    forged = {**data, "source_events": ["chaos/" + refused["data"]["event"]["id"]]}
    history.rewards.append((0, {**headers, "ce_id": "third", "ce_subject": refused["subject"]}, json.dumps(forged)))
    return "oversold", "has 3 gifts, due are 2"


def device_refused_too_early(history):
    index, headers, _ = history.find("device")
    history.rewards.pop(index)
    return "lost", "gifts, due are "


def heard_twice(history):
    history.decisions.append(history.decisions[history.find_decision('"caused_by"')])
    return "double", "is decided twice for those who hear it"


def heard_never(history):
    history.decisions.pop(history.find_decision('"caused_by"'))
    return "lost", "was never decided for"


def heard_by_another(history):
    at = history.find_decision('"caused_by"')
    decision = json.loads(history.decisions[at])
    history.decisions[at] = json.dumps({**decision, "subject": "somebody"})
    return "wrong", "was decided for somebody"


def heard_gift_for_the_friend(history):
    index, headers, data = history.find("bonus")
    history.rewards[index] = (0, {**headers, "ce_subject": data["caused_by"]}, json.dumps(data))
    return "wrong", "instead of"


def referrer_cap_broken(history):
    _, headers, data = history.find("bonus")
    refused = json.loads(history.decisions[history.find_decision('"limit": "friend/bonus#count.customer.ever"')])
    forged = {**data, "source_events": ["chaos/" + refused["data"]["event"]["id"]]}
    history.rewards.append((0, {**headers, "ce_id": "fourth", "ce_subject": refused["subject"]}, json.dumps(forged)))
    return "oversold", "has 4 gifts, due are 3"


def decision_lost(history):
    history.decisions.pop(1000)
    return "lost", "without an outcome there are"  # the range around it is one too many


def range_changed(history, **changes):
    at = history.find_decision(ranges.RANGE)
    line = json.loads(history.decisions[at])
    line["data"].update({name: line["data"][name] + by for name, by in changes.items()})
    history.decisions[at] = json.dumps(line)


def range_lost(history):
    history.decisions.pop(history.find_decision(ranges.RANGE))
    return "lost", "has no outcome"


def range_skips_an_event(history):
    range_changed(history, events=-1)
    return "lost", "without an outcome there are"


def range_ends_early(history):
    range_changed(history, last=-1)
    return "lost", "without an outcome there are"


def range_twice(history):
    history.decisions.append(history.decisions[history.find_decision(ranges.RANGE)])
    return "double", "a range begins in the one before it"


def decision_on_what_is_in_a_range(history):
    """An event that nobody heard is decided by a line as well."""
    data = json.loads(history.decisions[history.find_decision(ranges.RANGE)])["data"]
    line = json.loads(history.decisions[history.find_decision('"position"')])
    line["data"].update(input=data["input"], position=data["first"], considered=[])
    history.decisions.append(json.dumps(line))
    return "lost", "without an outcome there are"


def dead_letter_lost(history):
    history.dead.pop()
    return "lost", "without an outcome there are"


def gift_lost(history):
    index, _, __ = history.find("sum")
    history.rewards.pop(index)
    return "lost", "gives nothing, due is 800"


def gift_lost_with_its_decision(history):
    """As if the event had been judged with a state that had counted more than was there."""
    index, headers, data = history.find("daily")
    history.rewards.pop(index)
    at = history.find_decision(headers["ce_id"])
    decision = json.loads(history.decisions[at])
    decision["data"]["considered"] = []
    history.decisions[at] = json.dumps(decision)
    return "lost", "gives nothing, due is 1"


def unit_stranded(history):
    index, headers, _ = history.find("drop")
    history.rewards.pop(index)
    history.decisions[history.find_decision(headers["ce_id"])] = history.decisions[history.find_decision(headers["ce_id"])].replace(
        '"kind": "issued"', '"kind": "none"')
    return "lost", "pool drop has 999 out, 1000 were asked for"


def withdrawal_lost(history):
    index, _, __ = history.find("returns", "revoked")
    history.rewards.pop(index)
    return "lost", "not withdrawn"


def withdrawal_twice(history):
    index, _, __ = history.find("back", "revoked")
    history.rewards.append(history.rewards[index])
    return "double", "withdrawn twice"


def withdrawal_of_another(history):
    index, headers, data = history.find("back", "revoked")
    _, _, other = history.find("daily")
    history.rewards[index] = (0, headers, json.dumps({**data, "original_event": other["source_events"][0]}))
    return "wrong", "withdraws"


def value_changed(history):
    index, headers, data = history.find("back")
    history.rewards[index] = (0, headers, json.dumps({**data, "value_minor": 301}))
    return "wrong", "gives 301, due is 300"


def customer_changed(history):
    index, headers, data = history.find("drop")
    history.rewards[index] = (0, {**headers, "ce_subject": "somebody"}, json.dumps(data))
    return "wrong", "goes to somebody"


def counter_wrong(history):
    history.counters["drop"]["used"] = "999"
    return "view", "used is 999 in Redis"


def counter_lent(history):
    history.counters["line"]["lent"] = "1000"
    return "view", "left and lent is "


def counter_owed(history):
    counter = history.counters["line"]
    counter.update(left=str(int(counter["left"]) + 5), lent="-5")
    return "view", "lent is -5 in Redis"


def counter_lost(history):
    del history.counters["fund"]
    return "view", "no counter of pool fund"


FORGERIES = [reward_twice, gift_under_another_id, decision_twice, decision_and_dead_letter, pool_oversold, pool_oversold_for_a_while,
             parent_oversold, cap_broken, device_cap_broken, device_refused_too_early, heard_twice, heard_never, heard_by_another,
             heard_gift_for_the_friend, referrer_cap_broken, decision_lost, dead_letter_lost, gift_lost,
             range_lost, range_skips_an_event, range_ends_early, range_twice, decision_on_what_is_in_a_range,
             gift_lost_with_its_decision, unit_stranded, withdrawal_lost, withdrawal_twice, withdrawal_of_another, value_changed,
             customer_changed, counter_wrong, counter_lent, counter_owed, counter_lost]


# ---- the whole catalogue, held against a run on files ----

def catalogue_forged(rewards, decisions):
    gave = next(one for one in decisions if any(outcome.get("gifts") for outcome in one["data"].get("considered", ())))
    def changed(one, **data):
        return {**one, "data": {**one["data"], **data}}
    return {"a reward lost": (rewards[1:], decisions), "a reward twice": (rewards + rewards[:1], decisions),
            "another value": ([changed(rewards[0], value_minor=-1), *rewards[1:]], decisions),
            "a decision lost": (rewards, [one for one in decisions if one is not gave]),
            "a decision twice": (rewards, decisions + [gave]),
            "another reason": (rewards, [changed(one, considered=[]) if one is gave else one for one in decisions])}


def catalogue_alike(giftd, folder):
    """Names of what went unnoticed in what a run over the stories left: lines lost, doubled or changed."""
    told = catalogue.stories(giftd, folder / "stories")
    lines = catalogue.stream(told, 1)
    out = catalogue.on_files(giftd, catalogue.ample(folder / "campaigns"), lines, folder / "catalogue", {"events.clock": "event"})
    truth = catalogue.of_files(out)
    rewards, decisions = catalogue.lines_of(out)
    forged = catalogue_forged(rewards, decisions)
    missed = [name for name, history in forged.items() if not catalogue.differences(truth, catalogue.Told(*history))]
    missed += catalogue.differences(truth, catalogue.Told(rewards, decisions))
    kinds = {reward["type"] for reward in rewards}
    print(f"catalogue: {len(told)} stories, {len(rewards)} rewards of {len(kinds)} kinds, {len(forged)} forgeries, missed: {missed}")
    wanted = {f"gift.reward.{word}" for word in ("issued", "revoked", "reduced", "pending", "offset", "registered")}  # no pool runs low
    return missed + ["the stories give too little"] * (len(told) < 600 or kinds != wanted)


def main():
    giftd, campaigns = sys.argv[1:3]
    random.seed(1)
    with tempfile.TemporaryDirectory() as folder:
        truth = honest(giftd, campaigns, pathlib.Path(folder))
        unnoticed = catalogue_alike(giftd, pathlib.Path(folder))
    judge = truth.judge()
    print("honest:", json.dumps(judge.figures()))
    failed = judge.words() + unnoticed
    for line in failed:
        print("  " + line)
    for forge in FORGERIES:
        history = truth.copy()
        kind, text = forge(history)
        judge = history.judge()
        if not any(text in found for found in judge.trouble[kind]):
            failed.append(forge.__name__)
            print(f"{forge.__name__}: not blamed for being {kind} ({text})\n  " + "\n  ".join(judge.words()))
    print(f"{len(FORGERIES)} forgeries, {len(failed)} failures")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
