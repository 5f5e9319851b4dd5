#!/usr/bin/env python3
"""Chaos on the real thing: a real broker, a real Redis, several `giftd run`, faults drawn from a seed, and the checker's verdict.

    chaos.py SCENARIO --giftd PROGRAM [--seed N] [--events E] [--rate R] [--kills K] [--faults kill,stop,...] [--every S]
             [--partitions P] [--workers W] [--brokers 1|3] [--kafka 3.9.1|4.2.0] [--rounds N] [-X key=value]

  storm    events of all campaigns under kills and the named faults (all: every kind)
  stock    a stock of 1,000 against 10,000 customers at once, under kills; --rounds times
  upgrade  the old processes are killed in mid-stream, new ones start with a changed rulebook; then killed again
  redis    FLUSHALL under load, then no Redis for --outage seconds
  leave    SIGTERM to workers that are only just joining the group, --rounds times
  catalogue  every campaign of deploy/campaigns at once, told by its stories, under kills and faults: what a run on files says

Ends with one line of figures as JSON and 0, or 1 and the folder where everything is kept. A fault is over when what it broke is there
again; from then on all that was sent must be answered within --drain seconds (60).
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time

import catalogue
import checker
import events
import faults
import oracle
import stage

CAMPAIGNS = pathlib.Path(__file__).resolve().parent / "campaigns"
DRAIN_S, WAIT_S = 60, 90  # WAIT_S: more than the drain, until what has no outcome is called lost
REPORTED_S = 5  # so long no counter moved: shards have reported what they spent
ENDS_WELL = {69, 75}  # a service that is needed is not there; try again: whoever manages the process starts it again


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", choices=["storm", "stock", "upgrade", "redis", "leave", "catalogue"])
    parser.add_argument("--giftd", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--events", type=int, default=20000)
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--faults", default="kill")
    parser.add_argument("--every", type=float, default=15, help="seconds between faults other than kills")
    parser.add_argument("--partitions", type=int, default=8)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--brokers", type=int, default=1)
    parser.add_argument("--kafka", default="3.9.1")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--drain", type=float, default=DRAIN_S, help="seconds from the last fault to the last outcome, at most")
    parser.add_argument("--outage", type=float, default=20)
    parser.add_argument("--static", action="store_true", help="workers are static members of the group")
    parser.add_argument("--long", action="store_true", help="GIFTD_CHAOS_KILLS kills, with 2,000 events for each")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("-X", dest="options", action="append", default=[])
    args = parser.parse_args()
    release = os.environ.get("GIFTD_RELEASE", "")
    args.giftd = os.path.abspath(release if os.access(release, os.X_OK) else args.giftd)
    if args.long:
        args.kills = int(os.environ.get("GIFTD_CHAOS_KILLS", "1000"))
        args.events = 2000 * args.kills
    args.options = dict(option.split("=", 1) for option in args.options)
    missing = [name for name in ("java", "mvn", "kcat", "redis-server") if shutil.which(name) is None]
    if missing:
        print(f"skipped: {', '.join(missing)} not installed (deploy/packages stack)")
        sys.exit(77)
    every = [kind for kind in faults.KINDS if kind != "failover" or args.brokers > 1]
    args.faults = every if args.faults == "all" else args.faults.split(",")
    args.folder = pathlib.Path(tempfile.mkdtemp(prefix="giftd-chaos-"))
    return args


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


class Verdict:
    """What came of a round: figures, and what must make it fail."""

    def __init__(self, name):
        self.name, self.figures, self.complaints = name, {}, []

    def complain(self, text):
        self.complaints.append(text)

    def judged(self, judge):
        self.figures.update(judge.figures())
        self.complaints += judge.words()


def wait_quiet(round_, verdict, healed):
    """Until everything that was sent has an outcome and was reported; says how long after the last fault and the last event."""
    round_.feeder.join()
    if round_.feeder.failed:
        verdict.complain(f"the stage failed: {round_.feeder.failed}")
    wait_s = (round_.args.drain + WAIT_S) * (4 if round_.args.long else 1)
    deadline = time.time() + wait_s
    while not round_.drained() and time.time() < deadline:
        time.sleep(0.5)
    if not round_.drained():
        verdict.complain(f"after {wait_s} s {round_.decided()} records have an outcome, fewer than there are, or of "
                         f"{round_.watcher.waiting()} those who hear them do not")
    used, since = None, time.time()
    while time.time() < since + REPORTED_S:
        now = round_.used()
        if now != used:
            used, since = now, time.time()
        time.sleep(0.5)
    verdict.figures["quiet_s"] = round(time.time() - max(healed, round_.feeder.ended), 1)


def end(round_, verdict):
    """Stops the workers; each must end well, and none may have ended by itself but for want of a service."""
    for number, code in round_.stop().items():
        verdict.complain(f"worker {number} ended with {code} after SIGTERM (-9: not within 45 s)")
    falls = round_.falls()
    verdict.figures["falls"] = falls
    for worker, codes in falls.items():
        if not set(codes) <= ENDS_WELL:
            verdict.complain(f"{worker} ended by itself with {codes} (see {worker}.log)")


def finish(round_, verdict, healed, rulebooks=None):
    wait_quiet(round_, verdict, healed)
    end(round_, verdict)
    judge = checker.check(round_.kafka.addresses, round_.redis.address, round_.names, round_.name, round_.args.partitions, rulebooks)
    drain_s = round(max(0.0, judge.last_ms / 1000 - max(healed, round_.feeder.ended)), 1)
    verdict.figures["drain_s"] = drain_s
    if drain_s > round_.args.drain:
        verdict.complain(f"the last outcome came {drain_s} s after the last fault and event")
    verdict.judged(judge)
    pace = "".join(f"{second - int(healed):+d} {count}\n" for second, count in sorted(judge.pace.items()))
    (round_.folder / "pace").write_text("seconds from the last fault on, decisions\n" + pace)
    return judge


def under_faults(round_, args, kinds, kills, verdict):
    """Runs the faults while events flow; returns when all is whole again."""
    window = max(1.0, args.events / args.rate * 0.9 - 2)
    storm = faults.Faults(round_, round_.folder / "faults.log")
    storm.run([(at + 2, *rest) for at, *rest in faults.schedule(args.seed, kinds, kills, window, args.every)])
    verdict.figures.update(kills=storm.done.get("kill", 0), idle_kills=storm.dead_kills, faults=storm.done)
    verdict.complaints += storm.failed
    return time.time()


# ---- scenarios: each returns the verdicts of its rounds ----

def storm(args, kafka, redis):
    verdict = Verdict("storm")
    round_ = stage.Round(args, kafka, redis, "storm", CAMPAIGNS)
    round_.start(events.Generator(args.seed, args.events), args.rate)
    finish(round_, verdict, under_faults(round_, args, args.faults, args.kills, verdict))
    yield verdict


def stock(args, kafka, redis):
    for number in range(args.rounds):
        verdict = Verdict(f"stock-{number}")
        round_ = stage.Round(args, kafka, redis, f"stock{number}", CAMPAIGNS)
        round_.start(events.Generator(args.seed, 10000, "stock"), args.rate)
        args.seed += 1
        args.events = 10000
        judge = finish(round_, verdict, under_faults(round_, args, ["kill"], args.kills, verdict))
        given = sum(1 for gift in judge.gifts.values() if gift.rule == "drop")
        verdict.figures["given"] = given
        if given != oracle.DROP:
            verdict.complain(f"{given} gifts of a stock of {oracle.DROP}")
        yield verdict


def rulebook_of(args, campaigns):
    """The digest that decisions name, asked from the outside: a run over one event with files."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "events.jsonl"
        path.write_text("\n".join(text for _, text in events.Generator(1, 1)) + "\n")
        stage.subprocess.run([args.giftd, "run", "--once", "--input", path, "--campaigns", campaigns, "--output", f"{folder}/out",
                              "--state", f"{folder}/state"], check=True, capture_output=True)
        return json.loads((pathlib.Path(folder) / "out/decisions.jsonl").read_text().splitlines()[0])["data"]["rulebook"]


def changed_campaigns(args):
    """A new version with other values and higher limits. Counters go on: who had five of five may now have three more."""
    folder = args.folder / "campaigns-2"
    shutil.copytree(CAMPAIGNS, folder)
    own = json.loads((folder / "own.json").read_text())
    own["version"] = 2
    rules = {rule["id"]: rule for rule in own["rules"]}
    rules["daily"]["give"]["value"], rules["five"]["give"]["value"], rules["back"]["give"]["value"] = 2, 20, "4.00"
    rules["five"]["limits"][0]["count"] = 8
    (folder / "own.json").write_text(json.dumps(own))
    return folder, {**oracle.FIRST, "daily_value": 2, "five_value": 20, "back_value": 400, "five": 8}


def committed(round_):
    """Ids and bytes of every reward that stands committed."""
    topics = checker.Topics(round_.kafka.addresses)
    return {(record["partition"], record["offset"]): (checker.headers_of(record), record["payload"])
            for record in topics.read(round_.names["rewards"])}


def upgrade(args, kafka, redis):
    verdict, dice = Verdict("upgrade"), random.Random(args.seed)
    folder, changed = changed_campaigns(args)
    rulebooks = {rulebook_of(args, CAMPAIGNS): oracle.FIRST, rulebook_of(args, folder): changed}
    if len(rulebooks) != 2:
        verdict.complain("the changed rulebook has the digest of the old one")
    round_ = stage.Round(args, kafka, redis, "upgrade", CAMPAIGNS)
    new_conf = round_.write_conf("giftd-2.conf", folder)
    round_.start(events.Generator(args.seed, args.events), args.rate)
    deadline, enough = time.time() + args.drain + WAIT_S, args.events * dice.uniform(0.25, 0.4)
    while round_.watcher.count() < enough and time.time() < deadline:
        time.sleep(0.05)
    for worker in round_.workers:  # all at once: none of the old ones may decide after the first new one
        worker.lock.acquire()
        worker.kill()
    before = committed(round_)
    for worker in round_.workers:
        worker.start(new_conf)
        worker.lock.release()
    round_.conf = new_conf
    for _ in range(args.kills):
        time.sleep(dice.uniform(0.5, 2.0))
        worker = dice.choice(round_.workers)
        with worker.lock:
            worker.kill()
            worker.start()
    judge = finish(round_, verdict, time.time(), rulebooks)
    after = committed(round_)
    verdict.figures.update(kills=args.kills + len(round_.workers), before=len(before), versions=judge.versions)
    if any(after.get(place) != reward for place, reward in before.items()):
        verdict.complain("a reward that was committed before the upgrade is not what it was")
    if not before or len(judge.versions) < 2:
        verdict.complain(f"the upgrade did not fall in mid-stream: {len(before)} rewards before it, versions {judge.versions}")
    yield verdict


def redis_lost(args, kafka, redis):
    """Each half of the events meets one loss; a view that is emptied must be whole in the end."""
    verdict = Verdict("redis")
    round_ = stage.Round(args, kafka, redis, "redis", CAMPAIGNS)
    round_.start(events.Generator(args.seed, args.events), args.rate)
    whole = args.events / args.rate
    for _ in range(3):
        time.sleep(whole * 0.12)
        redis.ask("FLUSHALL")
    time.sleep(whole * 0.1)
    redis.kill()
    say(f"no Redis for {args.outage:.0f} s")
    time.sleep(args.outage)
    redis.start()
    finish(round_, verdict, time.time())
    verdict.figures.update(flushed=3, outage_s=args.outage)
    yield verdict


def leave(args, kafka, redis):
    """Workers that come, one that is killed, and the others told to go before they have heard what their share is: each ends well."""
    verdict, dice, codes = Verdict("leave"), random.Random(args.seed), []
    round_ = stage.Round(args, kafka, redis, "leave", CAMPAIGNS)
    for number in range(args.rounds):
        workers = [stage.Worker(args, round_.conf, round_.folder, 10 * number + seat) for seat in range(args.workers)]
        for worker in workers:
            worker.start()
        time.sleep(dice.uniform(0.3, 3.0))
        workers[0].kill()
        time.sleep(dice.uniform(0.0, 0.5))
        for worker in workers[1:]:
            if not worker.terminate():
                verdict.complain(f"worker {worker.number} ended with {worker.process.returncode} after SIGTERM")
            codes.append(worker.process.returncode)
    verdict.figures["ended"] = {code: codes.count(code) for code in codes}
    yield verdict


def told_by(round_):
    """What stands committed, as it is read from a run on files: there a gift's attributes are members, here headers."""
    topics = checker.Topics(round_.kafka.addresses)
    rewards = [{**{name[3:]: value for name, value in checker.headers_of(record).items() if name.startswith("ce_")},
                "data": json.loads(record["payload"])} for record in topics.read(round_.names["rewards"])]
    decisions = [json.loads(line) for record in topics.read(round_.names["decisions"]) for line in record["payload"].splitlines()]
    return catalogue.Told(rewards, decisions)


def told_alike(round_, verdict, files):
    """What is due to silent customers comes in its own time: waits for it."""
    deadline = time.time() + round_.args.drain + WAIT_S
    words = catalogue.differences(files, told_by(round_))
    while words and time.time() < deadline:
        time.sleep(5)
        words = catalogue.differences(files, told_by(round_))
    for text in words:
        verdict.complain(text)


def whole_catalogue(args, kafka, redis):
    verdict = Verdict("catalogue")
    args.partitions, options = 1, {"events.clock": "event"}
    campaigns = catalogue.ample(args.folder / "campaigns")
    told = catalogue.stories(args.giftd, args.folder / "stories")
    lines = catalogue.stream(told, max(1, args.events // sum(map(len, told))))
    args.events = len(lines)
    files = catalogue.of_files(catalogue.on_files(args.giftd, campaigns, lines, args.folder / "files", options))
    round_ = stage.Round(args, kafka, redis, "catalogue", campaigns)
    round_.start(iter(lines), args.rate)
    healed = under_faults(round_, args, args.faults, args.kills, verdict)
    wait_quiet(round_, verdict, healed)
    told_alike(round_, verdict, files)
    end(round_, verdict)
    verdict.figures.update(events=len(lines), stories=len(told), rewards=len(files.rewards), decisions=len(files.outcomes))
    yield verdict


def main():
    args = arguments()
    say(f"{args.scenario}, seed {args.seed}, {args.giftd}, in {args.folder}")
    kafka = redis = None
    bad = 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(f"ended by a signal; see {args.folder}"))
    try:
        kafka, redis = stage.Kafka(args.folder, args.kafka, args.brokers), stage.Redis(args.folder)
        scenario = {"storm": storm, "stock": stock, "upgrade": upgrade, "redis": redis_lost, "leave": leave,
                    "catalogue": whole_catalogue}[args.scenario]
        for verdict in scenario(args, kafka, redis):
            for complaint in verdict.complaints:
                print(f"{verdict.name}: {complaint}")
            bad += bool(verdict.complaints)
            print(json.dumps({"scenario": verdict.name, "ok": not verdict.complaints, "seed": args.seed, **verdict.figures}), flush=True)
    finally:
        stage.clear()
        well = bad == 0 and sys.exc_info()[0] is None and not args.keep
        if kafka:
            kafka.down(*(["--delete"] if well else []))
        if well:
            shutil.rmtree(args.folder)
        else:
            say(f"everything is kept in {args.folder}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
