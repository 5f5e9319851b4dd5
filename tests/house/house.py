"""What the tests of the house share: the map (CMakeLists.txt), the files, and one way to report.

Each test is a program `NAME.py check ROOT [BUILD]` and `NAME.py prove`. `check` prints one finding a line and exits 1 if there is
any; `prove` feeds it small trees made to break each rule and exits 1 unless every one of them is found: a safeguard that cannot fail
guards nothing.
"""
import atexit
import os
import re
import shutil
import sys
import tempfile

CODE = (".c", ".h")


class Room:
    def __init__(self, name, pure, rooms, libraries):
        self.name, self.pure, self.rooms, self.libraries = name, pure, rooms, libraries


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def rooms_of(root):
    """The rooms as CMakeLists.txt declares them, in order."""
    rooms = {}
    for words in re.findall(r"^room\(([^)]*)\)", read(os.path.join(root, "CMakeLists.txt")), re.M):
        words = words.split()
        lists = {"ROOMS": [], "LIBRARIES": []}
        target = None
        for word in words[1:]:
            if word in lists:
                target = lists[word]
            elif word != "PURE":
                target.append(word)
        rooms[words[0]] = Room(words[0], "PURE" in words, lists["ROOMS"], lists["LIBRARIES"])
    return rooms


def files_below(root, folders, endings):
    found = []
    for folder in folders:
        for path, names, files in os.walk(os.path.join(root, folder)):
            names[:] = sorted(name for name in names if name not in ("build", "__pycache__", ".git"))
            found += [os.path.join(path, name) for name in sorted(files) if name.endswith(endings)]
    return found


def tree(files):
    """A folder with these files in it, for proofs."""
    root = tempfile.mkdtemp(prefix="giftd-house-")
    atexit.register(shutil.rmtree, root, True)
    for name, text in files.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755 if text.startswith("#!") and not name.endswith("plain") else 0o644)
    return root


def main(check, cases):
    """`cases`: (name, files, words that some finding must hold, or None when nothing may be found)."""
    if len(sys.argv) > 2 and sys.argv[1] == "check":
        findings = check(*sys.argv[2:])
        for finding in findings:
            print(finding)
        print(f"{len(findings)} findings")
        sys.exit(1 if findings else 0)
    if sys.argv[1:] == ["prove"]:
        failed = 0
        for name, files, expected in cases:
            findings = check(tree(files))
            good = not findings if expected is None else any(expected in finding for finding in findings)
            print(f"{'ok' if good else 'NOT FOUND'}: {name}" + ("" if good else f": {findings}"))
            failed += not good
        sys.exit(1 if failed or not cases else 0)
    sys.exit("usage: check ROOT [BUILD] | prove")
