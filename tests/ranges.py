"""Which outcome each line of an input has: a decision line, a dead letter, or a place in one range of events that nobody hears
(schemas/decision.schema.json, "range"). Written from the documents, with nothing of giftd's; whoever counts outcomes in a test asks here.

    places     of every line of the inputs: {input: [position, ...]} in order
    decisions  the lines of the decisions output, as objects; dead: (input, position) of the dead letters
    open       ranges that are not written yet, as objects like their lines' data (state_range)
"""
import bisect
import collections
import struct

RANGE = "gift.decision.range"


class Broken(Exception):
    """A line has no outcome, or two; or a range is not what it says."""


def is_range(line):
    return line["type"] == RANGE


def is_close(line):
    """Of a period that closed: no line of the input."""
    return line["data"]["input"] == "giftd:closes"


def own_lines(decisions):
    """Decisions on lines: not those of who heard the event as another, not the further parts of one, not of what closed."""
    return [line for line in decisions
            if not is_range(line) and not is_close(line) and "caused_by" not in line["data"] and "+" not in line["id"]]


def file_places(path):
    """Positions of the lines of a file of events."""
    places, at = [], 0
    with open(path, "rb") as file:
        for line in file:
            places.append(at)
            at += len(line)
    return places


def outcomes(places, decisions, dead, open_ranges=()):
    """{(input, position): "line", "dead" or the rulebook of its range}. Every place has exactly one, or Broken says which has not."""
    found = {}
    for place, what in [((line["data"]["input"], line["data"]["position"]), "line") for line in own_lines(decisions)] + \
            [(tuple(place), "dead") for place in dead]:
        if place in found:
            raise Broken(f"{place} has two outcomes")
        found[place] = what
    rulebooks = {(line["data"]["input"], line["data"]["position"]): line["data"]["rulebook"] for line in own_lines(decisions)}
    behind = {}
    for data in [line["data"] for line in decisions if is_range(line)] + list(open_ranges):
        if data["first"] < behind.get(data["input"], 0):
            raise Broken(f"{data} begins in the range before it")
        behind[data["input"]] = data["last"] + 1
        take_range(places[data["input"]], data, found, rulebooks)
    lost = [(name, place) for name, all_places in places.items() for place in all_places if (name, place) not in found]
    if lost:
        raise Broken(f"{len(lost)} lines have no outcome: {lost[:5]}")
    nowhere = found.keys() - {(name, place) for name, all_places in places.items() for place in all_places}
    if nowhere:
        raise Broken(f"{len(nowhere)} outcomes are of no line: {sorted(nowhere)[:5]}")
    return found


def take_range(places, data, found, rulebooks):
    inside = places[bisect.bisect_left(places, data["first"]):bisect.bisect_right(places, data["last"])]
    mine = [place for place in inside if (data["input"], place) not in found]
    if len(mine) != data["events"] or not mine or (mine[0], mine[-1]) != (data["first"], data["last"]):
        raise Broken(f"{data} says what {len(mine)} lines without an outcome do not: {mine[:3]} to {mine[-3:]}")
    for place in inside:
        if rulebooks.get((data["input"], place), data["rulebook"]) != data["rulebook"]:
            raise Broken(f"{data} has a decision in it that another rulebook made, at {place}")
    found.update({(data["input"], place): data["rulebook"] for place in mine})


def count(decisions):
    """Events that have an outcome in these lines."""
    return len(own_lines(decisions)) + sum(line["data"]["events"] for line in decisions if is_range(line))


def state_range(record):
    """The open range out of the state's record `m:range` (schemas/redis.md); None: there is none."""
    if not record:
        return None
    version, first, last, events = struct.unpack_from("<BQQQ", record)
    if version != 1:
        raise Broken("m:range is of another version")
    return {"first": first, "last": last, "events": events, "rulebook": record[49:65].decode(), "input": record[65:].decode()}


def view_ranges(ask, name, shards):
    """The open ranges of a view in Redis, once all is quiet; ask(words...) gives an answer's bytes as redis-cli prints it."""
    found = []
    for shard in range(shards):
        base = f"giftd:{{{name}:{shard}}}"
        generation = ask("HGET", f"{base}:segment", "generation").decode().strip()  # buckets of an older one may still be there
        for key in ask("KEYS", f"{base}:b:{generation}:*").decode().split():
            record = ask("HGET", key, "m:range")[:-1]
            if record:
                found.append(state_range(record))
    return found


def kinds(found):
    """How many lines of each outcome, for the report."""
    return collections.Counter(what if what in ("line", "dead") else "range" for what in found.values())
