"""Assertions: the rooms that must not fail say what they rely on, at least 15 times in 1,000 lines. Counted in code, not in comments; kept
on in every build (cmake/Warnings.cmake)."""
import os
import re

import house
import style

ROOMS = ["memory", "lend", "judge", "shard", "ledger"]
LEAST = 15  # in 1,000 lines
ASSERTION = re.compile(r"\b(?:assert|_Static_assert)\s*\(")


def count(root, room):
    """(lines, assertions) of a room's own files."""
    texts = [house.read(path) for path in house.files_below(root, [f"src/{room}"], house.CODE)]
    return sum(text.count("\n") for text in texts), sum(len(ASSERTION.findall(style.strip(text))) for text in texts)


def check(root, build=None):
    findings = []
    for room in ROOMS:
        lines, assertions = count(root, room)
        if lines == 0:
            findings.append(f"src/{room}: no files")
        elif assertions * 1000 < LEAST * lines:
            share = assertions * 1000 / lines
            findings.append(f"src/{room}: {assertions} assertions in {lines} lines, {share:.1f} in 1,000 (at least {LEAST})")
    path = os.path.join(root, "cmake", "Warnings.cmake")
    if "-DNDEBUG" not in (house.read(path) if os.path.exists(path) else ""):
        findings.append("cmake/Warnings.cmake: does not keep assertions in release builds")
    return findings


def room_of(assertions, text="assert(a);\n"):
    return "/* What it is for. */\n" + text * assertions + "int a;\n" * (999 - assertions)


GOOD = {"cmake/Warnings.cmake": 'string(REPLACE "-DNDEBUG" "" X "${X}")\n', "src/memory/a.c": room_of(15), "src/lend/a.c": room_of(15),
        "src/shard/a.c": room_of(15), "src/ledger/a.c": room_of(15),
        "src/judge/a.c": room_of(10), "src/judge/b.h": room_of(20, "_Static_assert(1, \"x\");\n")}
CASES = [
    ("good", GOOD, None),
    ("one too few", {**GOOD, "src/memory/a.c": room_of(14)}, "src/memory: 14 assertions in 1000 lines, 14.0 in 1,000"),
    ("in comments", {**GOOD, "src/lend/a.c": room_of(15, "/* assert(a) */\n")}, "src/lend: 0 assertions"),
    ("of the tests", {**GOOD, "src/lend/a.c": room_of(15, "assert_true(a);\n")}, "src/lend: 0 assertions"),
    ("one file makes up for another", {**GOOD, "src/judge/a.c": room_of(9)}, "src/judge: 29 assertions in 2000 lines"),
    ("no room", {name: text for name, text in GOOD.items() if "lend" not in name}, "src/lend: no files"),
    ("switched off in release", {**GOOD, "cmake/Warnings.cmake": "\n"}, "does not keep assertions"),
]

if __name__ == "__main__":
    house.main(check, CASES)
