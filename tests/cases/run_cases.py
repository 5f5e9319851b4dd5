#!/usr/bin/env python3
"""Cases: small inputs, each with what must come of it. A kind is a folder, a variant a folder in it; a file's first lines say why.

    run_cases.py GIFTD [KIND...]     all kinds, or some; KIND/VARIANT is one variant. -v names each, --keep FOLDER keeps what was run

What a variant's folder holds says how it is tried:

    campaigns/ events.jsonl expect          one run over an empty state, and again with a restart in the middle
    campaigns-1/ ... events-1.jsonl ...     several runs over one state and an input that grows; one campaigns/ may serve all of them
    options                                 words of every `giftd run` of it, as -X events.memory=P1D
    explain                                 behind the runs: what `giftd explain` must say of events (read_says)
    check                                   what `giftd check` must say of campaigns/ (check_variant)
    *.test                                  stories for `giftd test`, with the campaigns beside them

A line {"repeat": N, "minutes": M, "event": {...}} of the input stands for N events, M minutes apart; {n} in a text is 1, 2 ... N.
The words of `expect` are those of expect.py. Besides them every run must end with code 0, and once more over the same input must add
nothing; no reward id may be issued twice.
"""
import argparse
import datetime
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import expect
import outputs

HERE = pathlib.Path(__file__).resolve().parent
SECONDS = 60
TWICE_EVENTS = 1000  # larger inputs are played once


class Failed(Exception):
    """What went wrong, in lines."""


def call(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=SECONDS)
    if done.returncode < 0 or "Sanitizer" in done.stderr or "runtime error:" in done.stderr:
        raise Failed(f"giftd {words[1]} crashed with code {done.returncode}:\n{done.stderr[-2000:]}")
    return done


# ---- runs ----

def repeated(line):
    """The events that a line with `repeat` stands for, each as a line; any other line as it is."""
    if not line.startswith('{"repeat"'):
        yield line
        return
    told = json.loads(line)
    begin = datetime.datetime.fromisoformat(told["event"]["time"])
    for n in range(1, told["repeat"] + 1):
        time = begin + datetime.timedelta(minutes=told["minutes"] * (n - 1))
        event = {key: value.replace("{n}", str(n)) if isinstance(value, str) else value for key, value in told["event"].items()}
        yield json.dumps({**event, "time": time.isoformat()}) + "\n"


class Stage:
    """A folder with an input that grows, a state and outputs."""

    def __init__(self, giftd, folder, options=()):
        self.giftd, self.folder, self.options = giftd, folder, options
        self.input, self.out = folder / "events.jsonl", folder / "out"
        folder.mkdir(parents=True)
        self.input.write_text("")

    def add(self, text):
        with self.input.open("a") as file:
            file.writelines(event for line in text.splitlines(True) for event in repeated(line))

    def run(self, campaigns):
        return call(self.giftd, "run", "--input", self.input, "--campaigns", campaigns, "--output", self.out, "--state",
                    self.folder / "state", "--once", *self.options)

    def bytes(self):
        return {name: (self.out / name).read_bytes() if (self.out / name).exists() else b""
                for name in ("rewards.jsonl", "decisions.jsonl", "dlq.jsonl")}

    def outputs(self):
        return outputs.Outputs(self.out, outputs.file_lines(self.input))


def run_refused(stage, campaigns, patterns, number):
    before = stage.bytes()
    done = stage.run(campaigns)
    if done.returncode == 0:
        raise Failed(f"run {number} was not refused")
    if stage.bytes() != before:
        raise Failed(f"run {number} was refused, but outputs changed")
    missing = [pattern for pattern in patterns if not re.search(pattern, done.stderr, re.I | re.S)]
    if missing:
        raise Failed(f"run {number} was refused without saying {missing}:\n{done.stderr[-1500:]}")


def run_served(stage, campaigns, number):
    done = stage.run(campaigns)
    if done.returncode != 0:
        raise Failed(f"run {number} ended with code {done.returncode}:\n{done.stderr[-1500:]}")


def play(stage, parts, campaigns, expected, again=True):
    """Each part of the input is added and run with its campaigns; then once more, which must add nothing."""
    for number, (part, folder) in enumerate(zip(parts, campaigns), 1):
        stage.add(part)
        if number in expected.refusals:
            run_refused(stage, folder, expected.refusals[number], number)
        else:
            run_served(stage, folder, number)
    if again and len(parts) not in expected.refusals:
        before = stage.bytes()
        run_served(stage, campaigns[-1], "once more")
        if stage.bytes() != before:
            raise Failed("the same input once more was not without effect")
    problems = expect.compare(stage.outputs(), expected)
    if problems:
        more = [f"... and {len(problems) - 8} more"] if len(problems) > 8 else []
        raise Failed("\n".join(problems[:8] + more))


def numbered(variant, name):
    """campaigns-1, campaigns-2 ... as a list; one without a number serves every run."""
    stem, dot, ending = name.partition(".")
    found = []
    while (path := variant / f"{stem}-{len(found) + 1}{dot}{ending}").exists():
        found.append(path)
    return found


def halves(text):
    lines = text.splitlines(True)
    middle = len(lines) // 2
    return ["".join(lines[:middle]), "".join(lines[middle:])]


def run_variant(giftd, variant, folder):
    expected = expect.read((variant / "expect").read_text())
    events = numbered(variant, "events.jsonl")
    campaigns = numbered(variant, "campaigns")
    parts = [path.read_text() for path in events] or [(variant / "events.jsonl").read_text()]
    campaigns = campaigns or [variant / "campaigns"] * len(parts)
    if len(campaigns) != len(parts):
        raise Failed("there must be as many campaigns-N as events-N.jsonl")
    options = (variant / "options").read_text().split() if (variant / "options").exists() else []
    stage = Stage(giftd, folder / "once", options)
    play(stage, parts, campaigns, expected)
    if len(parts) == 1 and 1 < stage.input.read_bytes().count(b"\n") <= TWICE_EVENTS:
        try:
            play(Stage(giftd, folder / "restarted", options), halves(parts[0]), campaigns * 2, expected, again=False)
        except Failed as failed:
            raise Failed(f"with a restart in the middle: {failed}") from failed
    if (variant / "explain").exists():
        explain_variant(stage, variant, campaigns[-1])


# ---- what commands say ----

def read_says(path):
    """Lines of NAME <TAB> says REGEX ; REGEX or NAME <TAB> silent REGEX."""
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, rest = line.partition("\t")
            word, _, patterns = rest.partition(" ")
            yield name, word, [part.strip() for part in patterns.split(" ; ")]


def said_wrong(text, word, patterns):
    """REGEX is found anywhere in the text (`says`), or nowhere (`silent`)."""
    found = [pattern for pattern in patterns if re.search(pattern, text, re.S)]
    return [pattern for pattern in patterns if pattern not in found] if word == "says" else found


def explain_variant(stage, variant, campaigns):
    problems = []
    for name, word, patterns in read_says(variant / "explain"):
        wanted = stage.folder / "event.jsonl"
        mine = [line for line in stage.input.read_text().splitlines() if name in outputs.event_names(
            "{source}/{id}".format(**json.loads(line)))]
        wanted.write_text(mine[0] + "\n")
        done = call(stage.giftd, "explain", "--event", wanted, "--campaigns", campaigns, "--output", stage.out)
        wrong = said_wrong(done.stdout, word, patterns)
        if wrong or done.returncode != 0:
            problems.append(f"explain {name} {'does not say' if word == 'says' else 'says'} {wrong}:\n{done.stdout}{done.stderr}")
    if problems:
        raise Failed("\n".join(problems))


def check_variant(giftd, variant):
    """Lines of `exit N`, `says REGEX`, `silent REGEX`: one REGEX a line."""
    done = call(giftd, "check", variant / "campaigns")
    text = done.stdout + done.stderr
    for line in (variant / "check").read_text().splitlines():
        word, _, rest = line.partition(" ")
        wrong = word == "exit" and done.returncode != int(rest) or word in ("says", "silent") and said_wrong(text, word, [rest])
        if wrong:
            raise Failed(f"check: not so: {line}\ncode {done.returncode}\n{text[-1500:]}")


def story_variant(giftd, variant):
    done = call(giftd, "test", variant)
    if done.returncode != 0:
        raise Failed((done.stdout + done.stderr).replace(f"{variant}/", "")[-3000:])


# ---- all ----

def try_variant(giftd, variant, folder):
    """None, or what failed."""
    try:
        if any(variant.glob("*.test")):
            story_variant(giftd, variant)
        if (variant / "check").exists():
            check_variant(giftd, variant)
        if (variant / "expect").exists():
            run_variant(giftd, variant, folder)
    except (Failed, ValueError, subprocess.TimeoutExpired) as failed:
        return str(failed)
    return None


def variants_of(names):
    found = []
    for name in names or sorted(path.name for path in HERE.iterdir() if path.is_dir() and path.name != "__pycache__"):
        place = HERE / name
        if not place.is_dir():
            sys.exit(f"run_cases.py: there is no kind '{name}'")
        kinds = [place] if place.parent != HERE else sorted(path for path in place.iterdir() if path.is_dir())
        found += kinds
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("giftd")
    parser.add_argument("kinds", nargs="*")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--keep")
    options = parser.parse_args()
    giftd = pathlib.Path(options.giftd).resolve()
    base = pathlib.Path(options.keep or tempfile.mkdtemp(prefix="giftd-cases-"))
    failures = 0
    variants = variants_of(options.kinds)
    for variant in variants:
        name = str(variant.relative_to(HERE))
        folder = base / name
        shutil.rmtree(folder, True)
        failed = try_variant(giftd, variant, folder)
        failures += failed is not None
        if failed is not None:
            print(f"FAILED {name}\n    " + failed.strip().replace("\n", "\n    "))
        elif options.verbose:
            print(f"passed {name}")
    if not options.keep:
        shutil.rmtree(base, True)
    print(f"{len(variants)} variants, {len(variants) - failures} passed, {failures} failed")
    sys.exit(1 if failures or not variants else 0)


if __name__ == "__main__":
    main()
