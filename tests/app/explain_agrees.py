"""Explain says what was decided (R123). A bank's traffic is run with a witness beside it (`giftd run --trace FILE.jsonl`: for every rule
that listens to an event's type what became of it, made at the moment of decision without index or record); then `giftd explain --json` is
asked about random events of it, and every answer for every campaign must be the witness's.

    explain_agrees.py GIFTD CAMPAIGNS [--events N] [--sample N] [--seed S]
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

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
    chosen = set(random.Random(seed).sample(sorted(decided), min(count, len(decided))))
    lines = {}
    with open(path, "rb") as events:
        for line in events:
            key = key_of(line)
            if key in chosen:
                lines.setdefault(key, line)
    return lines


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
    giftd = os.path.abspath(options.giftd)
    campaigns = os.path.abspath(options.campaigns)
    with tempfile.TemporaryDirectory(prefix="giftd-explain-") as folder:
        run([giftd, "demo", "--generate", "events.jsonl", "--events", str(options.events), "--seed", str(options.seed)], cwd=folder)
        run([giftd, "run", "--input", "events.jsonl", "--output", "out", "--state", "state", "--campaigns", campaigns, "--once", "--trace",
             "witness.jsonl"], cwd=folder)
        decided = read_witness(os.path.join(folder, "witness.jsonl"))
        lines = sample_lines(os.path.join(folder, "events.jsonl"), decided, options.sample, options.seed)
        with open(os.path.join(folder, "sample.jsonl"), "wb") as sample:
            sample.writelines(lines.values())
        text = run([giftd, "explain", "--event", "sample.jsonl", "--output", "out", "--campaigns", campaigns, "--json", "--brief"],
                   cwd=folder)
    answers = [json.loads(line) for line in text.splitlines()]
    found = differences(answers, decided)
    for key, said, was in found[:5]:
        print(f"{'/'.join(key)}:\n  explain {said}\n  decided {was}")
    reasons = {rule.split()[1] for answer in answers for rule in explained(answer)[1]}
    said = sum(len(explained(answer)[1]) for answer in answers)
    print(f"{len(answers)} events, {said} answers, {len(found)} events differ; reasons met: {' '.join(sorted(reasons))}")
    if len(answers) != len(lines):
        sys.exit(f"{len(lines)} events were asked about")
    if found or len(reasons) < LEAST_REASONS or "UNDECIDED" in reasons or "None" in reasons:
        sys.exit(1)
    # The comparison itself must be able to fail.
    one = next(answer for answer in answers if answer.get("campaigns") and answer["campaigns"][0]["rules"])
    one["campaigns"][0]["rules"][0]["reason"] = "EXPIRED" if one["campaigns"][0]["rules"][0]["reason"] != "EXPIRED" else "GIVEN"
    if len(differences(answers, decided)) != 1:
        sys.exit("a changed answer was not noticed")


main()
