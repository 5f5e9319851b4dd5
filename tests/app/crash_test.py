#!/usr/bin/env python3
"""Killed at random moments, a run leaves the same bytes as one that was never interrupted (R135).

    crash_test.py GIFTD CAMPAIGNS [--events N] [--kills K] [--seed S] [--keep DIR]

The same generated events are run twice: once in one go, once killed with SIGKILL K times and started again each time, until done. Rewards,
decisions and dead letters must be identical byte for byte; a third run over the same input must add nothing. The killed run commits small
batches, so that kills meet every step of a commit; where a batch ends must not show in the bytes. After each third kill a copy of the state
is put back that is some commits old, whatever the kill left of the outputs: it must be refused. With GIFTD_RELEASE in the environment
(tests/run) that program is killed instead: the fast one is interrupted in more places.
"""
import argparse
import filecmp
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

OUTPUTS = ["rewards.jsonl", "decisions.jsonl", "dlq.jsonl"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("giftd")
    parser.add_argument("campaigns")
    parser.add_argument("--events", type=int, default=100000)
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="work in this folder and leave it")
    args = parser.parse_args()
    release = os.environ.get("GIFTD_RELEASE", "")
    args.giftd = release if os.access(release, os.X_OK) else args.giftd
    return args


# Each payment is heard by two others: a batch of lines is then several of decisions.
HEARD_BY_OTHERS = {
    "id": "heard-by-others", "version": 1, "name": {"zh": "商户", "en": "Shops"}, "period": {"from": "2020-01-01", "to": "2039-12-31"},
    "audience": "everyone",
    "rules": [{"id": name, "on": {"event": "txn.card_spend", "as": name}, "give": {"reward": "points", "value": 1, "pool": "unlimited"},
               "limits": [{"count": 1000000, "per": ["customer"], "period": "ever"}]} for name in ("merchant", "card")]}


class Stage:
    def __init__(self, args, folder):
        self.args, self.folder, self.events = args, folder, folder / "events.jsonl"
        shutil.copytree(args.campaigns, folder / "campaigns")
        args.campaigns = str(folder / "campaigns")
        (folder / "campaigns" / "heard-by-others.json").write_text(json.dumps(HEARD_BY_OTHERS))
        subprocess.run([args.giftd, "demo", "--generate", self.events, "--events", str(args.events), "--seed", str(args.seed)],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def command(self, name, *more):
        return [self.args.giftd, "run", "--once", "--input", str(self.events), "--campaigns", self.args.campaigns,
                "--output", str(self.folder / name / "out"), "--state", str(self.folder / name / "state"), *more]

    def run(self, name, *more):
        (self.folder / name).mkdir(exist_ok=True)
        done = subprocess.run(self.command(name, *more), stderr=subprocess.PIPE, text=True, timeout=900)
        if done.returncode != 0:
            sys.exit(f"run '{name}' ended with {done.returncode}:\n{done.stderr}")
        return done.stderr

    def output(self, name, output):
        return self.folder / name / "out" / output

    def done_part(self, name, whole):
        path = self.output(name, "decisions.jsonl")
        return path.stat().st_size / whole if path.exists() else 0.0


def older_state_is_refused(stage, name, copy):
    """`copy` is a state of this run from before some commits."""
    state, newest = stage.folder / name / "state", stage.folder / name / "newest"
    before = {output: stage.output(name, output).read_bytes() for output in OUTPUTS}
    state.rename(newest)
    shutil.copytree(copy, state)
    done = subprocess.run(stage.command(name), stderr=subprocess.PIPE, text=True, timeout=900)
    if done.returncode != 2 or "is older than the outputs" not in done.stderr:
        sys.exit(f"an older state was put back, and the run ended with {done.returncode}:\n{done.stderr}")
    if before != {output: stage.output(name, output).read_bytes() for output in OUTPUTS}:
        sys.exit("an older state was put back and refused, but outputs were changed")
    shutil.rmtree(state)
    newest.rename(state)


def run_and_kill(stage, name, kills):
    """Starts, kills after a while, starts again. How long that is follows how far it got, so that the kills are spread over the input."""
    dice = random.Random(stage.args.seed)
    whole = max(1, stage.output("once", "decisions.jsonl").stat().st_size)
    (stage.folder / name).mkdir()
    killed, busy, pace = 0, 0.0, stage.seconds  # pace: seconds for the whole input
    copy, copied, refused = stage.folder / "copy", 0, 0
    while killed < kills:
        before = stage.done_part(name, whole)
        wait = dice.uniform(0.0, 1.6) * max(0.002, pace * (1.0 - before) / (kills - killed + 1))
        process = subprocess.Popen(stage.command(name, "-X", "commit.events=200", "-X", "commit.interval_ms=3"),
                                   stderr=subprocess.PIPE, text=True)
        started = time.monotonic()
        try:
            process.wait(timeout=wait + startup_seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        told = process.communicate()[1]
        if process.returncode == 0:
            break
        if process.returncode != -signal.SIGKILL:
            sys.exit(f"after {killed} kills it ended by itself with {process.returncode}:\n{told}")
        killed += 1
        busy += max(0.001, time.monotonic() - started - startup_seconds)
        reached = stage.done_part(name, whole)
        if reached > 0.01:
            pace = busy / reached
        if copied > 0 and seal(stage, name) > copied + 1:
            older_state_is_refused(stage, name, copy)
            shutil.rmtree(copy)
            copied, refused = 0, refused + 1
        elif copied == 0 and killed % 3 == 0 and seal(stage, name) > 0:
            shutil.copytree(stage.folder / name / "state", copy)
            copied = seal(stage, name)  # or one more: killed between the commit and its seal
    if refused < kills // 8:
        sys.exit(f"only {refused} times an older state was put back")
    return killed


def seal(stage, name):
    """The number of the last commit that the outputs' seal tells of; 0: of none."""
    path = stage.output(name, "giftd.commit")
    slots = path.read_bytes() if path.exists() else b""
    return max([0] + [int.from_bytes(slots[at + 2:at + 10], "little") for at in (0, 4096) if slots[at:at + 1] == b"\x01"])


def compare(stage, name):
    for output in OUTPUTS:
        first, second = stage.output("once", output), stage.output(name, output)
        if not filecmp.cmp(first, second, shallow=False):
            sys.exit(f"{output} differs: {first.stat().st_size} bytes in one go, {second.stat().st_size} after the kills "
                     f"(cmp {first} {second})")


def add_nothing(stage, name):
    before = {output: stage.output(name, output).read_bytes() for output in OUTPUTS}
    stage.run(name)
    for output in OUTPUTS:
        if stage.output(name, output).read_bytes() != before[output]:
            sys.exit(f"a further run over the same input changed {output}")


def play(args, folder):
    global startup_seconds
    stage = Stage(args, folder)
    started = time.monotonic()
    told = stage.run("once")
    stage.seconds = time.monotonic() - started
    for output in ["rewards.jsonl", "decisions.jsonl", "dlq.jsonl"]:
        if stage.output("once", output).stat().st_size == 0:
            sys.exit(f"{output} is empty: there would be nothing to compare")
    started = time.monotonic()
    stage.run("once")  # nothing left to do: how long it takes to start
    startup_seconds = time.monotonic() - started
    killed = run_and_kill(stage, "killed", args.kills)
    if killed < args.kills * 3 // 4:
        sys.exit(f"only {killed} of {args.kills} kills came in time; give it more events")
    stage.run("killed")
    compare(stage, "killed")
    add_nothing(stage, "killed")
    add_nothing(stage, "once")
    sizes = ", ".join(f"{output} {stage.output('once', output).stat().st_size:,} bytes" for output in OUTPUTS)
    print(f"{args.events:,} events, {killed} kills: identical ({sizes})\n{told}")


def main():
    args = arguments()
    folder = pathlib.Path(args.keep) if args.keep else pathlib.Path(tempfile.mkdtemp(prefix="giftd-crash-"))
    folder.mkdir(exist_ok=True)
    try:
        play(args, folder)
    finally:
        if not args.keep:
            shutil.rmtree(folder, ignore_errors=True)


startup_seconds = 0.0
if __name__ == "__main__":
    main()
