#!/usr/bin/env python3
"""Plays the edits of table.py on a real Kafka and a real Redis: restarted with the new files, and told by SIGHUP.

    kafka_edits_test.py GIFTD STACK_ENV [EDIT...]     --way restart, --way hangup for one way; --jobs N at a time

The same edits, gifts and refusals as edits_test.py; each play has topics, a group and a view of its own. What is consumed is written
down as files would have it, and compared as files are.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import base
import edits_test
import ranges  # edits_test tells where it is
import table

OUTPUT_TOPICS = {"rewards": "rewards.jsonl", "decisions": "decisions.jsonl"}


class KafkaStage(edits_test.Stage):
    """A stage whose input is a topic: events are produced, outputs are consumed into the folder that is compared."""

    def __init__(self, giftd, folder, edit, stack):
        self.stack, self.name = stack, f"edit-{os.getpid()}-{folder.parent.name[-8:]}"
        folder.mkdir()
        self.config = folder / "giftd.conf"
        self.config.write_text("".join(f"{key} = {value}\n" for key, value in {
            "kafka.bootstrap.servers": stack["KAFKA"], "redis.servers": stack["REDIS"], "topic.events": f"{self.name}.events",
            "topic.prefix": f"{self.name}.", "group.id": self.name, "redis.name": self.name, "events.clock": "event",
            "campaigns.dir": folder / "campaigns", "kafka.session.timeout.ms": "6000", "commit.interval_ms": "20"}.items()))
        made = subprocess.run([giftd, "topics", "create", "-c", self.config, "--partitions", "1"], capture_output=True, text=True)
        if made.returncode != 0:
            raise edits_test.Failed(made.stderr)
        self.prepare(giftd, folder, edit)

    def prepare(self, giftd, folder, edit):
        self.giftd, self.folder, self.edit = giftd, folder, edit
        self.campaigns, self.out, self.told = (folder / name for name in ("campaigns", "out", "told"))
        self.before = edits_test.apply(base.FILES, edit.before, None)
        self.behind = edits_test.apply(self.before, edit.ops, edit.version)
        self.after = base.AFTER + list(edit.events)
        edits_test.write_files(self.campaigns, self.before)
        self.out.mkdir()
        self.added = []
        self.add(base.BEFORE)

    def kcat(self, *words, **more):
        return subprocess.run(["kcat", "-b", self.stack["KAFKA"], *words], capture_output=True, timeout=edits_test.SECONDS, check=True,
                              **more).stdout

    def add(self, events):
        self.added += events
        lines = "".join(f"{event['customer']}\t{json.dumps(event)}\n" for event in events)
        self.kcat("-P", "-t", f"{self.name}.events", "-K", "\t", input=lines.encode())

    def words(self, *more):
        return [self.giftd, "run", "-c", self.config, *more]

    def consume(self, topic, form):
        return self.kcat("-C", "-t", f"{self.name}.{topic}", "-e", "-q", "-X", "isolation.level=read_committed", "-f", form).decode()

    def collect(self):
        rewards = []
        for line in self.consume("rewards", "%h\t%s\n").splitlines():
            headers, data = line.split("\t", 1)
            words = dict(pair.split("=", 1) for pair in headers.split(",") if "=" in pair)
            rewards.append({"id": words["ce_id"], "type": words["ce_type"], "subject": words["ce_subject"], "data": json.loads(data)})
        (self.out / "rewards.jsonl").write_text("".join(json.dumps(line) + "\n" for line in rewards))
        (self.out / "decisions.jsonl").write_text(self.consume("decisions", "%s\n").replace("\n\n", "\n"))

    def redis(self, *words):
        host, port = self.stack["REDIS"].rsplit(":", 1)
        return subprocess.run(["redis-cli", "-h", host, "-p", port, *words], capture_output=True, timeout=edits_test.SECONDS,
                              check=True).stdout

    def lines(self):
        return {(f"{self.name}.events/0", offset): event for offset, event in enumerate(self.added)}

    def behind_hangup(self):
        """The open range is in the state."""

    def bytes(self):
        self.collect()
        return [(self.out / name).read_bytes() for name in OUTPUT_TOPICS.values()]

    def compare(self, unedited):
        self.collect()
        with (self.out / "decisions.jsonl").open("a") as file:
            for data in ranges.view_ranges(self.redis, self.name, 1):
                file.write(json.dumps({"type": ranges.RANGE, "id": "open", "data": data}) + "\n")
        super().compare(unedited)


def play(giftd, stack, edit, way):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="giftd-kafka-edit-"))
    try:
        edits_test.WAYS[way](KafkaStage(giftd, folder / way, edit, stack))
        return None
    except (edits_test.Failed, subprocess.SubprocessError) as failed:
        return str(failed)
    finally:
        shutil.rmtree(folder, True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("giftd")
    parser.add_argument("stack", type=pathlib.Path)
    parser.add_argument("edits", nargs="*")
    parser.add_argument("--way", choices=edits_test.WAYS)
    parser.add_argument("--jobs", type=int, default=6)
    options = parser.parse_args()
    stack = dict(line.split("=", 1) for line in options.stack.read_text().splitlines() if "=" in line)
    giftd = str(pathlib.Path(options.giftd).resolve())
    edits = [edit for edit in table.EDITS if not options.edits or edit.name in options.edits]
    plays = [(edit, way) for edit in edits for way in ([options.way] if options.way else edits_test.WAYS)]
    began, failures = time.monotonic(), 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for (edit, way), problem in zip(plays, pool.map(lambda one: play(giftd, stack, *one), plays)):
            if problem is not None:
                failures += 1
                print(f"FAILED {edit.name}, {way}: {edit.says}\n    " + problem.strip().replace("\n", "\n    "))
    print(f"{len(edits)} edits, {len(plays)} plays on Kafka, {len(plays) - failures} passed, {failures} failed, "
          f"{time.monotonic() - began:.0f} s")
    sys.exit(1 if failures or not plays else 0)


if __name__ == "__main__":
    main()
