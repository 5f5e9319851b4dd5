#!/usr/bin/env python3
"""docs/coverage.md: each requirement, the campaigns and stories that show it, and what another system does of it.

    coverage.py check SOURCE [BUILD]    the page is what the stories say; no story covers what is said to be missing
    coverage.py write SOURCE            writes the page
    coverage.py prove                   trees that break it are found

The requirements stand in deploy/campaigns/requirements.txt, the stories in deploy/campaigns/**/*.test; that the stories pass is for
scenarios.shipped to say."""
import os
import re
import sys
import tempfile

FOLDER, LIST, PAGE = "deploy/campaigns", "deploy/campaigns/requirements.txt", "docs/coverage.md"
KNOWN = ("boundary", "missing", "test")
HEAD = """# What is asked of giftd, and what shows it

Written from [deploy/campaigns/requirements.txt](../deploy/campaigns/requirements.txt) and the stories beside the campaigns
(`python3 tests/house/coverage.py write .`). `giftd test deploy/campaigns` plays the stories, with `--coverage` it counts.

"""


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Requirement:
    def __init__(self, line):
        parts = [part.strip() for part in line.split(" | ")]
        self.name, self.phrase = parts[0].split(None, 1)
        self.notes = dict(re.fullmatch(r"(\w+): +(.*)", part).groups() for part in parts[1:])
        self.stories = {} # {file: [title]}


def requirements_of(root, findings):
    found = {}
    for number, line in enumerate(read(os.path.join(root, LIST)).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            one = Requirement(line)
        except (AttributeError, ValueError):
            findings.append(f"{LIST}:{number}: not `NAME phrase`, with ` | boundary: ...` ` | test: ...` or ` | missing: ...` behind it")
            continue
        if one.name in found or set(one.notes) - set(KNOWN):
            findings.append(f"{LIST}:{number}: {one.name} stands there twice, or with a note that is none of {', '.join(KNOWN)}")
        if not os.path.exists(os.path.join(root, one.notes.get("test", "").split(":")[0])):
            findings.append(f"{LIST}:{number}: {one.name}: {one.notes['test']}: there is no such test")
        found[one.name] = one
    return found


def stories_of(root):
    """(file, title, names that it covers) of each story."""
    for folder, _, names in sorted(os.walk(os.path.join(root, FOLDER))):
        for name in sorted(name for name in names if name.endswith(".test")):
            path, title, covers = os.path.join(folder, name), None, []
            for line in read(path).splitlines():
                opening = re.match(r'scenario +"(.*)"', line)
                if opening:
                    if title is not None:
                        yield path, title, covers
                    title, covers = opening.group(1), []
                elif line.startswith("covers "):
                    covers += line.split("#")[0].split()[1:]
            if title is not None:
                yield path, title, covers


def gather(root, findings):
    found, count = requirements_of(root, findings), 0
    for path, title, covers in stories_of(root):
        count += 1
        file = os.path.relpath(path, root)
        for name in covers:
            if name not in found:
                findings.append(f"{file}: covers {name}, which {LIST} does not have")
            elif "missing" in found[name].notes:
                findings.append(f"{file}: covers {name}, of which {LIST} says that something is missing")
            else:
                found[name].stories.setdefault(file, []).append(title)
    return found, count


def state_of(one):
    if "test" in one.notes:
        return "served: " + one.notes["test"]
    if not one.stories:
        return "not yet: " + one.notes.get("missing", "no story")
    return "boundary: " + one.notes["boundary"] if "boundary" in one.notes else "served"


def cell(text):
    return text.replace("|", "\\|")


def row(one):
    campaigns = ", ".join(f"[{os.path.basename(file)[:-5]}](../{file[:-5]}.json)" for file in sorted(one.stories))
    titles = [title for file in sorted(one.stories) for title in one.stories[file]]
    shown = "; ".join(titles[:3]) + (f"; and {len(titles) - 3} more" if len(titles) > 3 else "")
    return f"| {one.name} | {cell(one.phrase)} | {cell(state_of(one))} | {campaigns} | {cell(shown)} |"


def page_of(found, count):
    states = [state_of(one).split(":")[0] for one in found.values()]
    served, boundary = states.count("served"), states.count("boundary")
    lines = [f"**{served + boundary} of {len(found)}**: {served} are served, {boundary} belong to another system and giftd's event for it",
             f"is shown, {states.count('not yet')} are not shown yet. {count} stories.", "",
             "| | asked | state | campaigns | stories |", "|---|---|---|---|---|"]
    return HEAD + "\n".join(lines + [row(one) for one in found.values()]) + "\n"


def check(root, findings=None):
    findings = [] if findings is None else findings
    page = page_of(*gather(root, findings))
    path = os.path.join(root, PAGE)
    if not os.path.exists(path) or read(path) != page:
        findings.append(f"{PAGE} is not what requirements and stories say; write it: python3 tests/house/coverage.py write .")
    return findings


def write(root):
    findings = []
    page = page_of(*gather(root, findings))
    with open(os.path.join(root, PAGE), "w", encoding="utf-8") as file:
        file.write(page)
    return findings


def prove():
    """Each change to a small tree must be found."""
    good = {LIST: "# a list\nR1   one\nR2   two | boundary: the shop; gift.reward.issued\nR3   three | missing: words\nR4   four\n",
            FOLDER + "/a/x.test": 'scenario "It gives"\ncovers R1 R2 # both\n2027-01-01 10:00 c1 login\n'}
    changes = [({}, None), ({LIST: good[LIST] + "R5 five\n"}, PAGE), ({LIST: good[LIST] + "R1   one\n"}, "twice"),
               ({LIST: good[LIST] + "R6   six | nonsense: x\n"}, "none of"), ({LIST: good[LIST] + "R6\n"}, "not `NAME"),
               ({FOLDER + "/a/y.test": 'scenario "No"\ncovers R9\n'}, "does not have"),
               ({FOLDER + "/a/y.test": 'scenario "No"\ncovers R3\n'}, "missing"),
               ({LIST: good[LIST] + "R6   six | test: tests/none.py\n"}, "no such test"),
               ({FOLDER + "/a/y.test": 'scenario "Also"\ncovers R4\n'}, PAGE)]
    wrong = []
    for change, says in changes:
        with tempfile.TemporaryDirectory(prefix="coverage-") as root:
            for tree in (good, change):
                for name, text in tree.items():
                    os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
                    with open(os.path.join(root, name), "w", encoding="utf-8") as file:
                        file.write(text)
                if tree is good:
                    os.makedirs(os.path.join(root, "docs"))
                    write(root)
            told = check(root)
            if bool(told) != (says is not None) or (says and not any(says in line for line in told)):
                wrong.append(f"{change}: {told}, expected {says}")
    return wrong


def main():
    what, rest = sys.argv[1], sys.argv[2:]
    findings = {"check": lambda: check(rest[0]), "write": lambda: write(rest[0]), "prove": prove}[what]()
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
