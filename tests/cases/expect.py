"""The words of an `expect` file, and whether outputs are so.

    # a comment says why this is right
    EVENT <TAB> THING ; THING ...            what must come of an event (its id, or source/id as in `source_events`); another way that is
                                             as good behind |
    run N <TAB> refused REGEX ; REGEX ...    the start of run N ends with another code than 0, says this, and nothing is processed

    issued CAMPAIGN/RULE REWARD VALUE [xN] [to CUSTOMER]       also substituted, chance, revoked, reduced, offset, pending,
                                             registered, reissued, waived, repaid
    refuse CAMPAIGN/RULE REASON [~REGEX]     the rule was judged and refused (REASON,REASON: one of them); REGEX is found in the rest of
                                             the outcome, as JSON
    REVERSED CAMPAIGN/RULE                   the decision has an outcome REVERSED of the rule, and no gift of it stands in the end
    gate REASON                              the event was stopped before anything was judged
    dlq REASON                               the line is a dead letter with this reason
    judged                                   a decision was made, and no gate stopped it
    nothing                                  no gift, no gate

What is compared: of an event that is named, gifts must be exactly those that are listed, in any order; VALUE is in minor units of one
unit, `*` is any. Without xN one unit was issued, and of what went back units are not looked at. `?` in front: may be there or not. All
other words must be true, but further outcomes are free, as are events that are not named.
"""
import collections
import json
import re

GIFT_WORDS = ("issued", "substituted", "chance", "revoked", "reduced", "offset", "pending", "registered", "reissued", "waived",
              "repaid")
OTHER_WORDS = ("refuse", "REVERSED", "gate", "dlq", "judged", "nothing")
Thing = collections.namedtuple("Thing", "word args optional text")
Expected = collections.namedtuple("Expected", "events refusals")


def thing_of(text):
    optional = text.startswith("?")
    words = text.lstrip("?").split(None, 3) if "~" in text else text.lstrip("?").split()
    if not words or words[0] not in GIFT_WORDS + OTHER_WORDS:
        raise ValueError(f"'{text}' is no word of an expect file")
    return Thing(words[0], words[1:], optional, text)


def read(text):
    events, refusals = [], {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        name, tab, rest = line.partition("\t")
        if not tab:
            raise ValueError(f"'{line}' has no tab")
        if name.startswith("run "):
            word, _, patterns = rest.partition(" ")
            if word != "refused":
                raise ValueError(f"'{rest}': a run is refused, or is not named")
            refusals[int(name[4:])] = [part.strip() for part in patterns.split(" ; ")]
        else:
            ways = [[thing_of(part.strip()) for part in way.split(" ; ")] for way in rest.split(" | ")]
            events.append((name, ways))
    return Expected(events, refusals)


# ---- gifts ----

def gift_wanted(thing):
    rule, reward, value, *rest = thing.args
    count = to = ""
    while rest:
        word = rest.pop(0)
        if word == "to":
            to = rest.pop(0)
        else:
            count = word.removeprefix("x")
    if not count and thing.word in ("issued", "substituted", "chance", "pending", "registered"):
        count = "1"
    return thing.word, rule, reward, value, count, to


def gift_fits(wanted, gift):
    kind, rule, reward, value, count, to = wanted
    return (kind, rule, reward, to) == (gift.kind, gift.rule, gift.reward, gift.to) and value in ("*", str(gift.value)) and \
        count in ("", "*", str(gift.count))


def gift_text(gift):
    return f"{gift.kind} {gift.rule} {gift.reward} {gift.value} x{gift.count}" + (f" to {gift.to}" if gift.to else "")


def compare_gifts(things, gifts):
    """Exact ones take theirs first, so that `*` and `?` get what is left."""
    left, problems = list(gifts), []
    order = sorted((thing for thing in things if thing.word in GIFT_WORDS), key=lambda thing: (thing.optional, "*" in thing.args))
    for thing in order:
        wanted = gift_wanted(thing)
        found = next((gift for gift in left if gift_fits(wanted, gift)), None)
        if found is not None:
            left.remove(found)
        elif not thing.optional:
            problems.append(f"- {thing.text}")
    return problems + [f"+ {gift_text(gift)}" for gift in left]


# ---- all other words ----

def refusal_found(thing, outcomes):
    rule, reason, *pattern = thing.args
    for outcome in outcomes:
        rest = {key: value for key, value in outcome.items() if key not in ("campaign", "version", "rule", "reason", "gifts")}
        same = f"{outcome['campaign']}/{outcome['rule']}" == rule and outcome["reason"] in reason.split(",")
        if same and (not pattern or re.search(pattern[0].lstrip("~"), json.dumps(rest, ensure_ascii=False))):
            return True
    return False


def reversed_found(outputs, event, rule):
    named = any(f"{outcome['campaign']}/{outcome['rule']}" == rule and outcome["reason"] == "REVERSED"
                for outcome in outputs.outcomes(event))
    return named and outputs.standing(event, rule) == 0


def word_holds(outputs, event, thing):
    if thing.word == "refuse":
        return refusal_found(thing, outputs.outcomes(event))
    if thing.word == "REVERSED":
        return reversed_found(outputs, event, thing.args[0])
    if thing.word == "gate":
        return thing.args[0] in outputs.gates(event)
    if thing.word == "dlq":
        return thing.args[0] in outputs.dead_reasons(event)
    decided = bool(outputs.decided(event))
    return decided and not outputs.gates(event)


def compare_way(outputs, event, things):
    undone = [thing.args[0] for thing in things if thing.word == "REVERSED"]
    gifts = [gift for gift in outputs.gifts(event) if gift.rule not in undone]
    problems = compare_gifts(things, gifts)
    for thing in things:
        if thing.word in OTHER_WORDS and not word_holds(outputs, event, thing):
            problems.append(f"- {thing.text}")
    return problems


def happened(outputs, event):
    """What there was, for the report."""
    words = [gift_text(gift) for gift in outputs.gifts(event)]
    for outcome in outputs.outcomes(event):
        if outcome["reason"] != "GIVEN":
            rest = {key: value for key, value in outcome.items() if key in ("at", "limit", "expected", "actual")}
            words.append(f"{outcome['campaign']}/{outcome['rule']} {outcome['reason']} {json.dumps(rest)}")
    words += [f"gate {gate}" for gate in outputs.gates(event)] + [f"dlq {reason}" for reason in outputs.dead_reasons(event)]
    return " ; ".join(words) or ("nothing" if outputs.decided(event) else "no decision")


def compare(outputs, expected):
    """What is not as expected: one text for each event."""
    problems = []
    for event, ways in expected.events:
        found = [compare_way(outputs, event, things) for things in ways]
        if all(found):
            problems.append(f"{event}: " + " , ".join(min(found, key=len)) + f"   (there was: {happened(outputs, event)})")
    ids = outputs.issued_ids()
    problems += [f"reward id {one} was issued {ids.count(one)} times" for one in sorted(set(ids)) if ids.count(one) > 1]
    return problems
