#!/usr/bin/env python3
"""Plays the edits of table.py on files, in two ways: restarted with the new files, and told by SIGHUP while it follows the input.

    edits_test.py GIFTD [EDIT...]     all, or some; --way restart, --way hangup for one way

What goes on must give what the table says, to the last event; what is refused must say why, process nothing that was not there before
(restarted), or go on with the old files (told), and in both cases lose no event.
"""
import argparse
import copy
import json
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cases"))

import base
import expect
import outputs
import table

SECONDS = 60
OUTPUTS = ("rewards.jsonl", "decisions.jsonl", "dlq.jsonl")


class Failed(Exception):
    """What went wrong, in lines."""


# ---- files ----

def step(place, segment):
    """One segment of a pointer: a key, a number, or the id of an element."""
    if isinstance(place, dict):
        return segment
    if segment.isdigit():
        return int(segment)
    return next(number for number, one in enumerate(place) if one.get("id") == segment)


def found(document, pointer):
    """The container that a pointer's last segment is in, and its key or number there."""
    *way, last = pointer.strip("/").split("/")
    for segment in way:
        document = document[step(document, segment)]
    return document, step(document, last)


def apply(files, ops, version):
    """The files behind some ops; a document that was changed has the next version, or the one that is said."""
    files, touched = json.loads(json.dumps(files)), set()  # what two files of the base share they must not share here
    for word, name, *rest in ops:
        if word == "new":
            files[name] = rest[0]
        elif word == "gone":
            del files[name]
        elif word == "moved":
            files[rest[0]] = files.pop(name)
        elif word == "reformatted":
            files[name] = json.dumps(files[name], indent=7, sort_keys=True)
        else:
            change(files[name], word, *rest)
            touched.add(name)
    for name in touched:
        files[name]["version"] = version or files[name]["version"] + 1
    return files


def change(document, word, pointer, value=None):
    place, key = found(document, pointer)
    if word == "remove":
        del place[key]
    elif word == "insert":
        place.insert(key, copy.deepcopy(value))
    else:
        place[key] = copy.deepcopy(value)


def write_files(folder, files):
    shutil.rmtree(folder, True)
    folder.mkdir()
    for name, document in files.items():
        (folder / name).write_text(document if isinstance(document, str) else json.dumps(document))


# ---- running ----

class Stage:
    def __init__(self, giftd, folder, edit):
        self.giftd, self.folder, self.edit = giftd, folder, edit
        folder.mkdir()
        self.input, self.campaigns, self.out, self.told = (folder / name for name in ("events.jsonl", "campaigns", "out", "told"))
        self.before = apply(base.FILES, edit.before, None)
        self.behind = apply(self.before, edit.ops, edit.version)
        self.after = base.AFTER + list(edit.events)
        write_files(self.campaigns, self.before)
        self.add(base.BEFORE)

    def add(self, events):
        with self.input.open("a") as file:
            file.write("".join(json.dumps(event) + "\n" for event in events))

    def words(self, *more):
        return [self.giftd, "run", "--input", self.input, "--campaigns", self.campaigns, "--output", self.out, "--state",
                self.folder / "state", "-X", "commit.interval_ms=20", *more]

    def run_once(self):
        return subprocess.run(self.words("--once"), capture_output=True, text=True, timeout=SECONDS)

    def served(self, when):
        done = self.run_once()
        if done.returncode != 0:
            raise Failed(f"{when}: giftd ended with code {done.returncode}:\n{done.stderr[-1500:]}")

    def started(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        with self.told.open("w") as file:
            return subprocess.Popen(self.words("-X", f"http.listen={self.port}"), stdout=subprocess.DEVNULL, stderr=file)

    def bytes(self):
        return [(self.out / name).read_bytes() for name in OUTPUTS]

    def decided(self):
        """Events, by the process that runs: of those that nobody hears there may be no line yet."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as answer:
                found = re.search(r"^giftd_events_total (\d+)$", answer.read().decode(), re.M)
        except OSError:
            return 0
        return int(found.group(1)) if found else 0

    def behind_hangup(self):
        """The open range ends with the input."""
        write_files(self.campaigns, self.before if self.edit.refused else self.behind)
        self.served("at the end")

    def wait(self, what, holds, process):
        end = time.monotonic() + SECONDS
        while not holds():
            if time.monotonic() > end or process.poll() is not None:
                raise Failed(f"waited in vain for {what}:\n{self.told.read_text()[-1500:]}")
            time.sleep(0.02)

    def lines(self):
        return outputs.file_lines(self.input)

    def compare(self, unedited):
        """All events: those of before the edit, and behind it as the table says."""
        said = {**base.COME_BEFORE, **base.UNEDITED, **({} if unedited else self.edit.on)}
        wanted = expect.read("".join(f"{name}\t{text}\n" for name, text in said.items()))
        problems = expect.compare(outputs.Outputs(self.out, self.lines()), wanted)
        if problems:
            raise Failed("\n".join(problems))


def missing_words(edit, text):
    missing = [pattern for pattern in edit.refused if not re.search(pattern, text, re.I)]
    if missing:
        raise Failed(f"refused without saying {missing}:\n{text[-1500:]}")


# ---- two ways ----

def restart(stage):
    stage.served("before the edit")
    write_files(stage.campaigns, stage.behind)
    stage.add(stage.after)
    if stage.edit.refused is None:
        stage.served("with the edit")
        stage.compare(unedited=False)
        return
    seen = stage.bytes()
    done = stage.run_once()
    if done.returncode == 0:
        raise Failed("it was not refused")
    if stage.bytes() != seen:
        raise Failed("it was refused, but outputs changed")
    missing_words(stage.edit, done.stderr)
    write_files(stage.campaigns, stage.before)
    stage.served("with the old files again")
    stage.compare(unedited=True)


def told(stage):
    """What giftd said, each message as it stands in the log."""
    lines = stage.told.read_text().splitlines()
    return "\n".join(json.loads(line)["message"] if line.startswith("{") else line for line in lines)


def hangup_played(stage, process):
    stage.wait("the events of before", lambda: stage.decided() >= len(base.BEFORE), process)
    write_files(stage.campaigns, stage.behind)
    process.send_signal(signal.SIGHUP)
    answered = re.compile("campaigns read again|the old ones go on")
    stage.wait("an answer to SIGHUP", lambda: answered.search(told(stage)), process)
    refused = "the old ones go on" in told(stage)
    stage.add(stage.after)
    stage.wait("the events behind", lambda: stage.decided() >= len(base.BEFORE) + len(stage.after), process)
    return refused


def hangup(stage):
    process = stage.started()
    try:
        refused = hangup_played(stage, process)
        process.send_signal(signal.SIGTERM)
        if process.wait(SECONDS) != 0:
            raise Failed(f"ended with code {process.returncode}:\n{told(stage)[-1500:]}")
    finally:
        process.kill()
        process.wait()
    if refused != (stage.edit.refused is not None):
        raise Failed(("it was refused" if refused else "it was not refused") + f":\n{told(stage)[-1500:]}")
    if refused:
        missing_words(stage.edit, told(stage))
    stage.behind_hangup()
    stage.compare(unedited=refused)


WAYS = {"restart": restart, "hangup": hangup}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("giftd")
    parser.add_argument("edits", nargs="*")
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    giftd = str(pathlib.Path(options.giftd).resolve())
    edits = [edit for edit in table.EDITS if not options.edits or edit.name in options.edits]
    failures = number = 0
    for edit in edits:
        for way in [options.way] if options.way else WAYS:
            folder, number = pathlib.Path(tempfile.mkdtemp(prefix="giftd-edit-")), number + 1
            try:
                WAYS[way](Stage(giftd, folder / way, edit))
                if options.verbose:
                    print(f"passed {edit.name}, {way}")
            except (Failed, subprocess.TimeoutExpired) as failed:
                failures += 1
                print(f"FAILED {edit.name}, {way}: {edit.says}\n    " + str(failed).strip().replace("\n", "\n    "))
            finally:
                shutil.rmtree(folder, True)
    print(f"{len(edits)} edits, {number} plays, {number - failures} passed, {failures} failed")
    sys.exit(1 if failures or not number else 0)


if __name__ == "__main__":
    main()
