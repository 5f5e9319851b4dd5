"""No circles: within the rooms that judge, files call downwards only. Read from the built object files: an edge leads from who asks for a
symbol to who has it. What has to come back up goes through a table that is put in at the top, so only the table's own file points there.
Across rooms house.edges keeps the direction; here it is kept between files."""
import os
import re
import subprocess
import sys

import house

ROOMS = ["memory", "lend", "judge", "load", "story", "explain", "audit", "traffic", "service", "embedded", "cluster"]


def symbols(path):
    """(asked for, offered) of one object file."""
    asked, offered = set(), set()
    for line in subprocess.run(["nm", path], check=True, capture_output=True, text=True).stdout.splitlines():
        match = re.match(r"^(?:[0-9a-f]+)?\s*([A-Za-z])\s+(\S+)$", line)
        if match and match.group(1) in "Uw":
            asked.add(match.group(2))
        elif match and match.group(1).isupper():
            offered.add(match.group(2))
    return asked, offered


def edges_of(tables):
    """file -> the files it needs; `tables`: file -> (asked, offered)."""
    home = {symbol: name for name, (_, offered) in tables.items() for symbol in offered}
    return {name: {home[symbol] for symbol in asked if symbol in home} - {name} for name, (asked, _) in tables.items()}


def circle(edges):
    """Some way from a file back to itself, or None: depth first, and what is on the way is met again."""
    done = set()

    def search(name, way):
        if name in way:
            return way[way.index(name):] + [name]
        if name in done:
            return None
        for other in sorted(edges[name]):
            found = search(other, way + [name])
            if found:
                return found
        done.add(name)
        return None

    for name in sorted(edges):
        found = search(name, [])
        if found:
            return found
    return None


def all_circles(edges):
    """One circle after the other, each broken at its last edge, so that all that is wrong is told at once."""
    edges = {name: set(others) for name, others in edges.items()}
    while True:
        found = circle(edges)
        if not found:
            return
        yield found
        edges[found[-2]].discard(found[-1])


def objects(root, build, room):
    """Each source with its object file, built or not: what is left of a source that is gone is none."""
    folder = os.path.join(build, "CMakeFiles", f"room_{room}.dir", "src", room)
    names = [os.path.basename(path) for path in house.files_below(root, [f"src/{room}"], ".c")]
    return {f"{room}/{name}": os.path.join(folder, name + ".o") for name in names}


def check(root, build):
    paths = {name: path for room in ROOMS for name, path in objects(root, build, room).items()}
    findings = [f"src/{name}: is not built" for name, path in paths.items() if not os.path.exists(path)]
    tables = {name: symbols(path) for name, path in paths.items() if os.path.exists(path)}
    findings += ["src/" + " -> ".join(found) for found in all_circles(edges_of(tables))]
    return findings if paths else findings + ["no files in any of " + ", ".join(ROOMS)]


# ---- proof ----

CASES = [
    ("downwards", {"memory/a.c": "int low(void) { return 1; }", "judge/b.c": "int low(void); int top(void) { return low(); }"}, None),
    ("two files", {"memory/a.c": "int b(void); int a(void) { return b(); }", "memory/b.c": "int a(void); int b(void) { return a(); }"},
     "src/memory/a.c -> memory/b.c -> memory/a.c"),
    ("three files, two rooms",
     {"memory/a.c": "int c(void); int a(void) { return c(); }", "judge/b.c": "int a(void); int b(void) { return a(); }",
      "judge/c.c": "int b(void); int c(void) { return b(); }"}, "src/judge/b.c -> memory/a.c -> judge/c.c -> judge/b.c"),
    ("through data", {"judge/a.c": "extern const int b; int a(void) { return b; }",
                      "judge/b.c": "int a(void); const int b = 3; int c(void) { return a(); }"}, "src/judge/a.c -> judge/b.c -> judge/a.c"),
    ("up through a table", {"judge/a.c": "int a(int (*const *rows)(void)) { return rows[0](); }",
                            "judge/kinds.c": "int row(void); int (*const rows[])(void) = {row};",
                            "judge/row.c": "int a(int (*const *rows)(void)); int row(void) { return a(0); }",
                            "judge/top.c": "extern int (*const rows[])(void); int a(int (*const *)(void));\n"
                                           "int top(void) { return a(rows); }"},
     None),
    ("static names are nobody's business", {"judge/a.c": "static int x(void) { return 1; } int a(void) { return x(); }",
                                            "judge/b.c": "static int x(void) { return 2; } int a(void); int b(void) { return x() + a(); }"},
     None),
]


def built(files):
    """A build folder with these files compiled as CMake would."""
    root = house.tree({"src/" + name: text for name, text in files.items()})
    for name in files:
        room, file = name.split("/")
        target = os.path.join(root, "build", "CMakeFiles", f"room_{room}.dir", "src", room)
        os.makedirs(target, exist_ok=True)
        source, out = os.path.join(root, "src", name), os.path.join(target, file + ".o")
        subprocess.run(["cc", "-fno-inline", "-O0", "-c", source, "-o", out], check=True)
    return root


def prove():
    failed = 0
    for name, files, expected in CASES:
        root = built(files)
        findings = check(root, os.path.join(root, "build"))
        good = findings == ([expected] if expected else [])
        print(f"{'ok' if good else 'NOT FOUND'}: {name}: {findings}")
        failed += not good
    unbuilt = house.tree({"src/judge/a.c": "int a;"})
    failed += "src/judge/a.c: is not built" not in check(unbuilt, os.path.join(unbuilt, "build"))
    print(f"{failed} proofs failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    if sys.argv[1:] == ["prove"]:
        prove()
    house.main(check, [])
