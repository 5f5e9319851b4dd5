"""The scripts people start: executable, valid bash that stops at the first error, no input, no host of a registry; and continuous
integration runs tests/run and nothing else."""
import os
import re
import subprocess

import house

REQUIRED = ["deploy/quickstart", "tests/run", ".ci/run"]


def check(root, build=None):
    findings = [f"{name}: is missing" for name in REQUIRED if not os.path.exists(os.path.join(root, name))]
    for path in house.files_below(root, ["deploy", "tests", ".ci", "bench"], ""):
        name = os.path.relpath(path, root)
        with open(path, "rb") as file:
            if not file.readline().startswith(b"#!/usr/bin/env bash"):
                continue
        text = house.read(path)
        if not os.access(path, os.X_OK):
            findings.append(f"{name}: is not executable")
        if subprocess.run(["bash", "-n", path], capture_output=True).returncode != 0:
            findings.append(f"{name}: is not valid bash")
        if name != ".ci/run" and "set -euo pipefail" not in text:
            findings.append(f"{name}: does not stop at the first error (set -euo pipefail)")
        if re.search(r"^\s*read\s", text, re.M):
            findings.append(f"{name}: asks for input")
    commands = [line for line in house.read(os.path.join(root, ".ci/run")).splitlines() if line and not line.startswith("#")] \
        if os.path.exists(os.path.join(root, ".ci/run")) else []
    if commands and not (len(commands) == 1 and re.fullmatch(r'exec \S*.*tests/run"?', commands[0])):
        findings.append(".ci/run: does more than to run tests/run")
    return findings


HEAD = "#!/usr/bin/env bash\n# x\nset -euo pipefail\n"
GOOD = {"deploy/quickstart": HEAD, "tests/run": HEAD, ".ci/run": '#!/usr/bin/env bash\n# x\nexec "$(dirname "$0")/../tests/run"\n'}
CASES = [
    ("good", GOOD, None),
    ("no quickstart", {name: text for name, text in GOOD.items() if name != "deploy/quickstart"}, "deploy/quickstart: is missing"),
    ("broken bash", {**GOOD, "tests/run": HEAD + "if true; then\n"}, "is not valid bash"),
    ("goes on after errors", {**GOOD, "tests/run": "#!/usr/bin/env bash\n# x\n"}, "does not stop"),
    ("asks", {**GOOD, "deploy/quickstart": HEAD + "read answer\n"}, "asks for input"),
    ("more in CI", {**GOOD, ".ci/run": GOOD[".ci/run"].replace("exec", "echo hi\nexec")}, "does more"),
    ("not executable", {**GOOD, "deploy/plain": HEAD}, "is not executable"),
]

if __name__ == "__main__":
    house.main(check, CASES)
