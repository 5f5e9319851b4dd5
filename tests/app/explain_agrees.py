"""Explain says what was decided (R123). A bank's traffic is run with a witness beside it (`giftd run --trace FILE.jsonl`: for every rule
that listens to an event's type what became of it, made at the moment of decision without index or record); then `giftd explain --json` is
asked about random events of it, and every answer for every campaign must be the witness's. In the middle of the run the campaigns change:
events are held against those of their half, also those that nobody heard, which have no decision line of their own.

    explain_agrees.py GIFTD CAMPAIGNS [--events N] [--sample N] [--seed S]
"""
import argparse
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

LEAST_REASONS = 10  # a sample in which hardly anything happens would prove nothing


def run(command, **more):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **more)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr.decode()[-3000:]}")
    return done.stdout


def key_of(line):
    """(source, id, customer) of an event line of either shape; None when it is no JSON object."""
    try:
        event = json.loads(line)
        return (event["source"], event["id"], event.get("subject", event.get("customer")))
    except (ValueError, KeyError, TypeError):
        return None


def read_witness(path):
    """What was decided, by event: of an event that came more than once the decision that judged it."""
    decided = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            key = (entry["source"], entry["id"], entry["customer"])
            if key not in decided or (decided[key]["gate"] != "GIVEN" and entry["gate"] == "GIVEN"):
                decided[key] = entry
    return decided


def sample_lines(path, decided, count, seed):
    """Lines of random events, those of each half apart; what came in both halves is not asked about."""
    halves = [{}, {}]
    with open(path, "rb") as events:
        lines = events.readlines()
    for number, line in enumerate(lines):
        if key_of(line) in decided:
            halves[number >= len(lines) // 2].setdefault(key_of(line), line)
    once = sorted(halves[0].keys() ^ halves[1].keys())
    chosen = set(random.Random(seed).sample(once, min(count, len(once))))
    return [[line for key, line in half.items() if key in chosen] for half in halves]


# ---- a run with other campaigns for its second half ----

def events_total(port):
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return sum(int(line.split()[1]) for line in answer.read().decode().splitlines()
                   if line.split(" ")[0] in ("giftd_events_total", "giftd_dead_letters_total"))
    return 0


def wait_until(what, holds, process):
    end = time.monotonic() + 300
    while not holds():
        if time.monotonic() > end or process.poll() is not None:
            sys.exit(f"waited in vain for {what}: exit {process.poll()}")
        time.sleep(0.05)


def fewer_campaigns(folder, to):
    """Without every second one: what only those hear, nobody hears."""
    shutil.copytree(folder, to)
    for number, path in enumerate(sorted(pathlib.Path(to).glob("**/*.json"))):
        if number % 2 and path.name != "catalogue.json":
            path.unlink()
    if subprocess.run([GIFTD, "check", to], capture_output=True).returncode not in (0, 1):
        sys.exit("half of the campaigns do not stand alone")


def run_over_a_reload(folder, campaigns):
    """Half of the events under fewer campaigns, then SIGHUP, and the others under all."""
    folder = pathlib.Path(folder)
    lines = (folder / "events.jsonl").read_bytes().splitlines(True)
    half = len(lines) // 2
    (folder / "input.jsonl").write_bytes(b"".join(lines[:half]))
    fewer_campaigns(campaigns, folder / "fewer")
    shutil.copytree(folder / "fewer", folder / "running")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [GIFTD, "run", "--input", "input.jsonl", "--output", "out", "--state", "state", "--campaigns", "running", "--trace"]
    process = subprocess.Popen([*command, "witness-1.jsonl", "-X", f"http.listen={port}"], cwd=folder, stderr=subprocess.DEVNULL)
    try:
        wait_until("the first half", lambda: events_total(port) >= half, process)
        shutil.rmtree(folder / "running")
        shutil.copytree(campaigns, folder / "running")
        process.send_signal(signal.SIGHUP)
        time.sleep(2)
        with (folder / "input.jsonl").open("ab") as file:
            file.writelines(lines[half:])
        wait_until("the second half", lambda: events_total(port) >= len(lines), process)
        process.send_signal(signal.SIGTERM)
        if process.wait(60) != 0:
            sys.exit(f"the run ended with code {process.returncode}")
    finally:
        process.kill()
    run([*command, "witness-2.jsonl", "--once"], cwd=folder)
    (folder / "witness.jsonl").write_bytes((folder / "witness-1.jsonl").read_bytes() + (folder / "witness-2.jsonl").read_bytes())


def explained(answer):
    """An answer of explain in the witness's words."""
    rules = [f"{campaign['campaign']}/{rule['rule']} {rule['reason']}" for campaign in answer["campaigns"] for rule in campaign["rules"]]
    return answer.get("gate", "GIVEN"), rules


def differences(answers, decided):
    found = []
    for answer in answers:
        key = (answer["event"]["source"], answer["event"]["id"], answer["customer"])
        entry = decided[key]
        if explained(answer) != (entry["gate"], entry["rules"]) or not answer.get("same_rulebook") or answer.get("elsewhere"):
            found.append((key, explained(answer), (entry["gate"], entry["rules"])))
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("giftd")
    parser.add_argument("campaigns")
    parser.add_argument("--events", type=int, default=120000)
    parser.add_argument("--sample", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    global GIFTD
    GIFTD = os.path.abspath(options.giftd)
    campaigns = os.path.abspath(options.campaigns)
    with tempfile.TemporaryDirectory(prefix="giftd-explain-") as folder:
        run([GIFTD, "demo", "--generate", "events.jsonl", "--events", str(options.events), "--seed", str(options.seed)], cwd=folder)
        run_over_a_reload(folder, campaigns)
        decided = read_witness(os.path.join(folder, "witness.jsonl"))
        halves, text = sample_lines(os.path.join(folder, "events.jsonl"), decided, options.sample, options.seed), b""
        for lines, loaded in zip(halves, ("fewer", campaigns)):
            with open(os.path.join(folder, "sample.jsonl"), "wb") as sample:
                sample.writelines(lines)
            text += run([GIFTD, "explain", "--event", "sample.jsonl", "--output", "out", "--campaigns", loaded, "--json", "--brief"],
                        cwd=folder)
    answers = [json.loads(line) for line in text.splitlines()]
    found = differences(answers, decided)
    for key, said, was in found[:5]:
        print(f"{'/'.join(key)}:\n  explain {said}\n  decided {was}")
    reasons = {rule.split()[1] for answer in answers for rule in explained(answer)[1]}
    said = sum(len(explained(answer)[1]) for answer in answers)
    unheard = sum("range" in answer for answer in answers)
    print(f"{len(answers)} events, {unheard} of them in ranges, {said} answers, {len(found)} events differ; "
          f"reasons met: {' '.join(sorted(reasons))}")
    if len(answers) != sum(len(lines) for lines in halves):
        sys.exit(f"{sum(len(lines) for lines in halves)} events were asked about")
    if unheard * 10 < len(answers) or len(answers) - unheard < len(answers) // 10:
        sys.exit("hardly any event was heard by nobody, or by anybody")
    if found or len(reasons) < LEAST_REASONS or "UNDECIDED" in reasons or "None" in reasons:
        sys.exit(1)
    # The comparison itself must be able to fail.
    one = next(answer for answer in answers if answer.get("campaigns") and answer["campaigns"][0]["rules"])
    one["campaigns"][0]["rules"][0]["reason"] = "EXPIRED" if one["campaigns"][0]["rules"][0]["reason"] != "EXPIRED" else "GIVEN"
    if len(differences(answers, decided)) != 1:
        sys.exit("a changed answer was not noticed")


main()
