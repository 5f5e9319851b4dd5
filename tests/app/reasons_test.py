#!/usr/bin/env python3
"""Every reason of the closed list as `giftd explain` tells it (R123): tests/reasons/stories.json has a small campaign and its events for
each, and what must be said of the last event stands in told.en.txt and told.zh.txt, to be read from top to bottom by people who know no
code.

    reasons_test.py GIFTD [--write]    --write makes the two files: read what changed

A story lacks the campaign's header, and its rules lack gift and limits, where they are those of `base`, `gift` and `limits`; the gift
"many" is as many items as a rule may have. `crowd`: so
many other campaigns give beside it, of each rule as many items as a rule may have; of the answer the story's own campaign is told. `flood`:
the first event comes so many times before, each time another one. These two are asked of the release build (GIFTD_RELEASE; tests/run sets
it), since they are large. `ask` is "customer" where not the last event is asked for but its customer. Reasons that no explanation tells are
named in `not_told`, each with its cause. A reason that is in neither turns the test red.
"""
import concurrent.futures
import difflib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parents[1] / "reasons"
TABLE = pathlib.Path(__file__).resolve().parents[2] / "src" / "judge" / "reasons.c"
LANGUAGES = ("en", "zh")
ITEMS, CROWD_RULES, MANY = 64, 40, {"reward": "voucher", "value": "1.00", "pool": "unlimited"}
OF_THE_RUN = ("  decided from ", "  决策依据") # place in the input and the rulebook's digest


def giftd(binary, folder, *words, codes=(0,)):
    done = subprocess.run([binary, *words], cwd=folder, capture_output=True, text=True, encoding="utf8", timeout=120, check=False)
    if done.returncode not in codes:
        raise RuntimeError(f"{' '.join(words)}: exit {done.returncode}\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    return done.stdout


def campaign_of(told, story):
    rules = [{**{"give": told["gift"], "limits": told["limits"]}, **rule} for rule in story["rules"]]
    rules = [{**rule, "give": items_of(MANY)} if rule["give"] == "many" else rule for rule in rules]
    return {**told["base"], **story.get("header", {}), "rules": rules}


def is_large(story):
    return "crowd" in story or "flood" in story


def items_of(gift):
    return [{"id": f"i{number}", **gift} for number in range(ITEMS)]


def crowd_of(told, story):
    """Before it by their names, so that they give first."""
    one = {"on": story["rules"][0]["on"], "limits": "unlimited", "give": items_of(MANY)}
    rules = [{**one, "id": f"r{number}"} for number in range(CROWD_RULES)]
    return [{**told["base"], "id": f"crowd{number:02}", "rules": rules} for number in range(story.get("crowd", 0))]


def lines_of(story, reward):
    events = [{"id": f"e{number}", "source": "core", "customer": "c1", **event} for number, event in enumerate(story["events"], 1)]
    events = [{**events[0], "id": f"before{number}"} for number in range(story.get("flood", 0))] + events
    return [json.dumps(event).replace("{reward}", reward) + "\n" for event in events]


def play(binary, folder, lines):
    (folder / "events.jsonl").write_text("".join(lines), encoding="utf8")
    giftd(binary, folder, "run", "--input", "events.jsonl", "--campaigns", "campaigns", "--output", "out", "--state", "state", "--once")


def first_reward(binary, folder, story):
    """The id of the gift that the story's first event brings, for events that name it."""
    if "{reward}" not in json.dumps(story):
        return ""
    with tempfile.TemporaryDirectory(dir=folder) as trial:
        trial = pathlib.Path(trial)
        (trial / "campaigns").symlink_to(folder / "campaigns")
        play(binary, trial, lines_of(story, "")[:1])
        return json.loads((trial / "out" / "rewards.jsonl").read_text(encoding="utf8").splitlines()[0])["id"]


def told_of(binary, told, code):
    """What is said in each language; what went wrong, where the story cannot be played, fits no golden text."""
    try:
        return played(binary, told, told["stories"][code])
    except (RuntimeError, IndexError) as error:
        return [f"{error}\n"] * len(LANGUAGES)


def played(binary, told, story):
    with tempfile.TemporaryDirectory(prefix="reasons-") as folder:
        folder = pathlib.Path(folder)
        (folder / "campaigns").mkdir()
        (folder / "campaigns" / "spring.json").write_text(json.dumps(campaign_of(told, story)), encoding="utf8")
        for key, name in (("programme", "bank.json"), ("rates", "rates.json")):
            if key in story:
                (folder / "campaigns" / name).write_text(json.dumps(story[key]), encoding="utf8")
        for campaign in crowd_of(told, story):
            (folder / "campaigns" / f"{campaign['id']}.json").write_text(json.dumps(campaign, separators=(",", ":")), encoding="utf8")
        lines = lines_of(story, first_reward(binary, folder, story))
        play(binary, folder, lines)
        (folder / "asked.jsonl").write_text(lines[-1], encoding="utf8")
        question = ["--customer", "c1"] if story.get("ask") == "customer" else ["--event", "asked.jsonl"]
        ask = ["explain", *question, "--campaigns", "campaigns", "--output", "out", "--lang"]
        answers = [giftd(binary, folder, *ask, language, codes=(0, 1)) for language in LANGUAGES]
    return [own_part("".join(line for line in answer.splitlines(True) if not line.startswith(OF_THE_RUN))) for answer in answers]


def own_part(answer):
    """Without what the crowd's campaigns did: a heading and what stands below it, up to an empty line."""
    return "\n\n".join(part for part in answer.split("\n\n") if not part.startswith("crowd"))


def sections(text):
    return dict(re.findall(r"^==== (\w+)\n(.*?)(?=^==== |\Z)", text, re.MULTILINE | re.DOTALL))


def compare(told, answers, write):
    wrong = []
    for place, language in enumerate(LANGUAGES):
        file = HERE / f"told.{language}.txt"
        if write:
            file.write_text("\n".join(f"==== {code}\n{answers[code][place]}" for code in told["stories"]), encoding="utf8")
        before = sections(file.read_text(encoding="utf8") if file.exists() else "")
        wrong += [f"{file.name}: {code} has no story" for code in before if code not in told["stories"]]
        for code, answer in answers.items():
            golden, text = (words.rstrip("\n").splitlines() for words in (before.get(code, ""), answer[place]))
            wrong += [line.rstrip("\n") for line in difflib.unified_diff(golden, text, f"{file.name} {code}", "giftd", n=2)]
    return wrong


def main():
    binary, write = str(pathlib.Path(sys.argv[1]).resolve()), "--write" in sys.argv
    told = json.loads((HERE / "stories.json").read_text(encoding="utf8"))
    table = re.findall(r'\{"([A-Z_]+)",', TABLE.read_text(encoding="utf8"))
    known = list(told["stories"]) + list(told["not_told"])
    wrong = [f"{code} has no story in tests/reasons/stories.json" for code in table if code not in known]
    wrong += [f"{code} of tests/reasons/stories.json is no reason, or stands there twice" for code in known
              if code not in table or known.count(code) > 1]
    if len(table) < 25:
        wrong.append(f"only {len(table)} reasons were found in {TABLE.name}")
    release = os.environ.get("GIFTD_RELEASE")
    asked = {code: release if release and is_large(story) else binary for code, story in told["stories"].items()
             if release or write or not is_large(story)}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = dict(zip(asked, pool.map(lambda code: told_of(asked[code], told, code), asked)))
    wrong += [f"{code} is not told: {answer}" for code in asked for answer in answers[code]
              if code != "GIVEN" and not re.search(rf"\b{code}\b", answer)]
    wrong += compare(told, answers, write)
    for line in wrong:
        print(line)
    wrong += [] if answers else ["no reason was asked"]
    print(f"{len(answers)} of {len(told['stories'])} reasons told in {len(LANGUAGES)} languages, {len(told['not_told'])} not told: "
          f"{'wrong' if wrong else 'right'}")
    sys.exit(1 if wrong else 0)


main()
