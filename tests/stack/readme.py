"""README's section `On Kafka and Redis`, done as it stands there: its first block of commands is run on a stack with ports of its own, and
what comes out is what README shows - a gift as a CloudEvent, keyed by customer - and agrees with the same events judged on files."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT, GIFTD = sys.argv[1:3]


def block():
    with open(f"{ROOT}/README.md", encoding="utf-8") as file:
        section = file.read().partition("\n## On Kafka and Redis\n")[2].partition("\n## ")[0]
    return re.search(r"```\n(.*?)```", section, re.S).group(1)


def on_own_ports(commands, folder):
    """The block with this test's binary, folder and ports in the places of README's; the last command stops the stack, so that what is
    to be looked at is fetched before."""
    options = '-X "kafka.bootstrap.servers=$KAFKA" -X "redis.servers=$REDIS"'
    commands = commands.replace("build/release/giftd", f"'{GIFTD}'").replace("127.0.0.1:9092", '"$KAFKA"')
    commands = commands.replace("-c deploy/giftd.conf", f"-c deploy/giftd.conf {options}")
    up, _, rest = commands.partition("deploy/stack up")
    rest, down, _ = rest.partition("deploy/stack down --delete\n")
    assert up == "" and down != "" and "deploy/stack" not in rest, "README's block begins with up and ends with down"
    rest = rest[rest.index("\n"):].replace("sed -E", f"tee '{folder}/events.jsonl' | sed -E")
    return f"""set -euo pipefail
deploy/stack up --dir '{folder}/stack' --kafka-port 0 --redis-port 0 --heap 256m >'{folder}/up' 2>&1 || {{ cat '{folder}/up' >&2; exit 1; }}
. '{folder}/stack/stack.env'
{rest}
kcat -C -b "$KAFKA" -t giftd.rewards -e -q -f '%h\\n' >'{folder}/headers'
redis-cli -h "${{REDIS%:*}}" -p "${{REDIS#*:}}" DBSIZE >'{folder}/keys'
"""


class Readme(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="giftd-readme-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.addCleanup(subprocess.run, ["deploy/stack", "down", "--delete", "--dir", f"{self.folder}/stack"], cwd=ROOT,
                        stdout=subprocess.DEVNULL, check=True)

    def gifts_on_files(self):
        subprocess.run([GIFTD, "run", "--input", f"{self.folder}/events.jsonl", "--output", f"{self.folder}/out", "--state",
                        f"{self.folder}/state", "--campaigns", f"{ROOT}/deploy/demo", "--once"], check=True, capture_output=True)
        with open(f"{self.folder}/out/rewards.jsonl", encoding="utf-8") as file:
            return {gift["id"] for gift in map(json.loads, file) if gift["type"] == "gift.reward.issued"}

    def test_block(self):
        result = subprocess.run(["bash", "-c", on_own_ports(block(), self.folder)], cwd=ROOT, capture_output=True, text=True,
                                stdin=subprocess.DEVNULL, timeout=500, check=False)
        self.assertEqual(result.returncode, 0, result.stderr[-3000:])
        made = re.findall(r"^ok +(\S+): made$", result.stdout, re.M)
        self.assertEqual(len(made), 7, result.stdout)
        key, headers, value = result.stdout.splitlines()[-3:]
        attributes = dict(pair.split("=", 1) for pair in headers.split(","))
        self.assertEqual((attributes["ce_specversion"], attributes["ce_source"]), ("1.0", "giftd"))
        self.assertEqual(key, f"key {attributes['ce_subject']}")
        self.assertIn("campaign", json.loads(value))

        with open(f"{self.folder}/headers", encoding="utf-8") as file:
            records = [dict(pair.split("=", 1) for pair in line.rstrip("\n").split(",")) for line in file]
        issued = [record["ce_id"] for record in records if record["ce_type"] == "gift.reward.issued"]
        self.assertEqual(len(issued), len(set(issued)), "no gift twice")
        # Who gets the last of a pool may differ between four partitions and one file; hardly anybody is concerned.
        wanted = self.gifts_on_files()
        self.assertGreater(len(wanted), 500)
        self.assertLess(len(wanted ^ set(issued)), len(wanted) // 20)
        with open(f"{self.folder}/keys", encoding="utf-8") as file:
            self.assertGreater(int(file.read()), 0, "the view is in Redis")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
