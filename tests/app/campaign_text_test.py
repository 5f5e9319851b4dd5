#!/usr/bin/env python3
"""The rule text of campaigns, `giftd campaign text`.

    campaign_text_test.py GIFTD golden [--write]    the shipped campaigns' texts are those in deploy/campaigns/text; --write makes them
    campaign_text_test.py GIFTD holes               every campaign of the tests has a text in both languages, without a hole in it
    campaign_text_test.py GIFTD complete [--sample N | --all]
                                                    a file that is changed in one place - a number, a day, a policy, a key left out - has
                                                    another text, whatever is changed: so everything that it says stands in the text
    campaign_text_test.py GIFTD usage               words, exit codes, what is told of files that are wrong
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import mutate_campaigns

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "deploy" / "campaigns"
DEMO = ROOT / "deploy" / "demo" # some of them, in one folder
LANGUAGES = ("zh", "en")
# What the text does not say, and why (include/giftd/wording.h): the bank's own affairs, and names that are for machines.
LEFT_OUT = {"holdout": "who is in the control group is not published",
            "deny": "which lists bar a customer is not published",
            "funding": "who pays for it is the bank's affair",
            "low_at": "watermarks go to operators",
            "labels": "carried along for other systems",
            "was": "earlier names",
            "approval": "who signs it is the bank's affair",
            "closing": "said only where something may still be open"}

# What neither the shipped campaigns nor the examples of the language have.
SAID_BY_CASES = ("levels/private-banking", "levels/three-months", "groups/first-that-can", "ladders/each-band", "fulfilment/policies",
                 "dates/each-year", "zones/new-york", "daily-averages/month-end", "ranks/best-of-month", "shares/capped",
                 "shares/monthly", "shares/lot")


def text(giftd, file, language, folder=None):
    words = [giftd, "campaign", "text", str(file), "--lang", language] + (["--campaigns", str(folder)] if folder else [])
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf8", check=False)


def is_campaign(path):
    try:
        document = json.loads(path.read_text(encoding="utf8"))
    except (json.JSONDecodeError, UnicodeDecodeError):
        return False
    return isinstance(document, dict) and "rules" in document


def golden(giftd, flags):
    folder, wrong = SHIPPED / "text", []
    rows = [(path, folder / f"{path.stem}.{language}.md", language) for path in sorted(SHIPPED.rglob("*.json")) if is_campaign(path)
            for language in LANGUAGES]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = list(pool.map(lambda row: text(giftd, row[0], row[2]), rows))
    for (path, file, _), done in zip(rows, answers):
        if done.returncode != 0:
            wrong.append(f"{path.name}: exit {done.returncode}: {done.stderr}")
        elif "--write" in flags:
            folder.mkdir(exist_ok=True)
            file.write_text(done.stdout, encoding="utf8")
        elif not file.exists() or file.read_text(encoding="utf8") != done.stdout:
            wrong.append(f"{file.relative_to(ROOT)} is not what giftd writes; read the difference, then: {' '.join(sys.argv)} --write")
    meant = {file for _, file, _ in rows}
    wrong += [f"{file.relative_to(ROOT)}: there is no such campaign" for file in sorted(set(folder.glob("*.md")) - meant)]
    return wrong, f"{len(meant)} texts"


# What no sentence has: two marks in a row, empty brackets or quotes, a mark behind an opening bracket, words of a programmer.
HOLES = [r"““|””|“”|（）|\(\)|\"\"", r"[，；：、。][，；：、。]", r"（[，；：、。]|[，；：、]）", r",,|;;|, ;|\.\.(?!\.)| ,| ;|\( | \)|  +\S(?<!  -)",
         r"NULL|\(null\)|NONE|%[sdul]", r"\bthe the\b|\ba the\b|\bof of\b|的的|为为|在在"]


def holes_of(output, language):
    found = []
    for number, line in enumerate(output.splitlines(), 1):
        line = line.rstrip("\n")
        for hole in HOLES:
            match = re.search(hole, line.lstrip() if hole == HOLES[3] else line)
            if match:
                found.append(f"line {number}: {match.group(0)!r} in: {line}")
        if language == "en" and re.search(r"[\u3400-\u9fff]", line) and not line.startswith("# "):
            found.append(f"line {number}: Chinese in English: {line}")
        if language == "zh" and re.search(r"[A-Za-z]+ [A-Za-z]+ [A-Za-z]+", line) and not line.startswith("# "):
            found.append(f"line {number}: English in Chinese: {line}")
    if output and not output.endswith("\n"):
        found.append("no newline at the end")
    return found


def holes(giftd, _flags):
    files = [path for folder in ("deploy/campaigns", "tests/scenarios", "tests/cases", "tests/sim/campaigns")
             for path in sorted((ROOT / folder).rglob("*.json")) if is_campaign(path)]

    def one(path):
        wrong = []
        for language in LANGUAGES:
            done = text(giftd, path, language)
            if done.returncode == 1 and "error[" in done.stderr:
                return None # a case of files that are refused
            if done.returncode != 0:
                wrong.append(f"{path.relative_to(ROOT)}: exit {done.returncode}: {done.stderr.strip()}")
            wrong += [f"{path.relative_to(ROOT)} ({language}) {hole}" for hole in holes_of(done.stdout, language)]
        return wrong
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = list(pool.map(one, files))
    told = [answer for answer in answers if answer is not None]
    wrong = [line for answer in told for line in answer]
    if len(told) < 200:
        wrong.append(f"only {len(told)} of {len(files)} campaigns had a text")
    return wrong, f"{len(told)} campaigns"


def is_left_out(place):
    return any(part in LEFT_OUT for part in place.split("/"))


class Trial:
    """Texts of a folder in which one file is another one."""
    def __init__(self, giftd, folder):
        self.giftd, self.folder = giftd, folder
        self.campaigns = [path.name for path in sorted(folder.glob("*.json")) if is_campaign(path)]
        self.before = {name: self.texts(folder, name) for name in self.campaigns}

    def texts(self, folder, name):
        outputs = []
        for language in LANGUAGES:
            done = text(self.giftd, folder / name, language)
            if done.returncode != 0:
                return None
            outputs.append(done.stdout[:done.stdout.rindex("\n---\n")]) # without version and digest
        return outputs

    def differs(self, name, document):
        with tempfile.TemporaryDirectory(prefix="text-") as work:
            folder = pathlib.Path(work) / "campaigns"
            shutil.copytree(self.folder, folder)
            (folder / name).write_text(json.dumps(document, ensure_ascii=False), encoding="utf8")
            asked = [name] if name in self.campaigns else self.campaigns
            for campaign in asked:
                after = self.texts(folder, campaign)
                if after is None or all(one != other for one, other in zip(after, self.before[campaign])):
                    return True
        return False


def changes_of(folder):
    for path in sorted(folder.glob("*.json")):
        if path.name == "catalogue.json":
            continue
        document = json.loads(path.read_text(encoding="utf8"))
        for place, words, broken in mutate_campaigns.mutations(document):
            if not is_left_out(place) and ("rules" in document or not re.match(r"/(risk|period|limits|pools)", place)):
                yield path.name, place, words, broken


def complete(giftd, flags):
    sample = int(flags[flags.index("--sample") + 1]) if "--sample" in flags else 250
    cases = [ROOT / "tests" / "cases" / name for name in SAID_BY_CASES]
    trials = [Trial(giftd, folder) for folder in [DEMO, ROOT / "tests" / "scenarios" / "language"] + cases]
    known = mutate_campaigns.known_equivalents(pathlib.Path(__file__).with_name("campaign_text_equivalents.txt"))
    rows = [(trial,) + row for trial in trials for row in changes_of(trial.folder) if not mutate_campaigns.is_known(known, *row[:3])]
    total = len(rows)
    if "--all" not in flags:
        rows.sort(key=lambda row: hashlib.sha256(" ".join(row[1:4]).encode()).digest())
        rows = rows[:sample]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = list(pool.map(lambda row: row[0].differs(row[1], row[4]), rows))
    wrong = sorted(f"not in the text: {name} {place} {words}" for (_, name, place, words, _), differs in zip(rows, answers) if not differs)
    return wrong, f"{len(rows)} of {total} changes"


def expect(wrong, words, done, code, out="", err=""):
    if done.returncode != code or out not in done.stdout or err not in done.stderr or (code != 0 and done.stdout):
        wrong.append(f"{words}: exit {done.returncode} (not {code}), {done.stdout[:80]!r}, {done.stderr[:300]!r}")


def usage(giftd, _flags):
    wrong = []

    def run(words, code, out="", err="", cwd=None):
        done = subprocess.run([giftd, "campaign", *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              encoding="utf8", check=False, cwd=cwd)
        expect(wrong, words, done, code, out, err)
        return done.stdout
    friday = DEMO / "friday-dining.json"
    plain = run(["text", friday], 0, out="# Friday dining")
    if plain != run(["text", "friday-dining.json"], 0, cwd=DEMO) or plain != run(["text", friday, "--campaigns", DEMO], 0):
        wrong.append("the text hangs on how the file is named")
    run(["text", friday, DEMO / "three-bands.json", "--lang", "zh"], 0, out="# 扫码三档立减")
    run([], 2, err="expected text")
    run(["texts", friday], 2, err="did you mean text?")
    run(["text"], 2, err="name the campaign's file")
    run(["text", DEMO], 2, err="is a folder")
    run(["text", DEMO / "bank.json"], 2, err="is a programme")
    run(["text", DEMO / "none.json"], 2, err="No such file")
    run(["text", friday, "--lang", "fr"], 2, err="lang")
    with tempfile.TemporaryDirectory(prefix="text-") as work:
        alone = pathlib.Path(work) / "alone" / "friday-dining.json"
        alone.parent.mkdir()
        shutil.copy(friday, alone)
        run(["text", alone], 1, err="error[UNKNOWN_REF]")
        others = pathlib.Path(work) / "others"
        shutil.copytree(DEMO, others)
        (others / "friday-dining.json").unlink()
        if run(["text", alone, "--campaigns", others], 0) != plain:
            wrong.append("beside its folder the text is another one")
    return wrong, "usage"


def main():
    giftd, what, flags = str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2], sys.argv[3:]
    wrong, said = {"golden": golden, "holes": holes, "complete": complete, "usage": usage}[what](giftd, flags)
    for line in wrong:
        print(line)
    print(f"{what}: {said}: {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


main()
