"""Sizes and manners: functions up to 70 lines, nesting up to 3, files up to 800 lines, lines up to 140 characters; every file opens with
what it is for; nothing is left "to do"; no word about the machine it was written on."""
import os
import re

import house

FUNCTION_LINES, NESTING, FILE_LINES, COLUMNS = 70, 3, 800, 140
FOLDERS = ["src", "include", "tests", "bench", "cmake", "deploy", "schemas", "docs", ".ci"]
# Written so that this list does not find itself.
LEFT_OVER = re.compile(r"\b(TO[D]O|FIX[M]E|HA[C]K)\b")
MACHINE = re.compile(r"/wor[k]/|/hom[e]/[a-z]|/roo[t]/[a-z.]|/tm[p]/bas[h]|\bpypi\.or[g]|\bcrates\.i[o]|registry\.npm[j]s"
                     r"|deb\.debia[n]\.org|repo\d?\.mave[n]")
GENERATED = re.compile(r"(^|/)(corpus|real|golden|fixtures)(/|$)")


def strip(text):
    """C without comments, strings and characters; line breaks stay where they are."""
    def blank(match):
        return "\n" * match.group(0).count("\n") if match.group(0).startswith("/") else '""'
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def functions(text):
    """(name, first line, last line, body) of each function definition: it opens with a brace at the end of a line that begins in column 0
    (or continues one) and closes with a brace in column 0."""
    lines = text.split("\n")
    start = None
    for number, line in enumerate(lines):
        if start is None and re.match(r"[A-Za-z_]", line) and not re.match(r"(typedef|struct|enum|union|extern)\b[^(]*$", line):
            start = number
        one_line = not line.startswith((" ", "}")) and re.search(r";$|\{.*\}$", line.rstrip())
        if start is not None and one_line:
            start = None
        if start is not None and line.startswith("}"):
            head = "\n".join(lines[start:number + 1])
            name = re.match(r"[^({=]*?([A-Za-z_]\w*)\s*\(", head)
            if name and not re.match(r"[^({]*=", head):
                yield name.group(1), start + 1, number + 1, head
            start = None


def nesting(body):
    """The deepest if/for/while/switch/do inside a function; `else if` continues its `if`."""
    deepest, stack, control = 0, [], False
    for token in re.findall(r"\belse\s+if\b|\b(?:if|for|while|switch|do|else)\b|[{};()]", body):
        if token in ("if", "for", "while", "switch", "do"):
            control = True
            deepest = max(deepest, sum(stack) + 1)
        elif token.startswith("else"):
            control = True
        elif token == "{":
            stack.append(1 if control else 0)
            control = False
        elif token == "}":
            if stack:
                stack.pop()
            control = False
        elif token == ";":
            control = False
    return deepest


def unwrap_for(text):
    """The semicolons of for (;;) would end a statement: they go."""
    return re.sub(r"\bfor\s*\(([^;{}]*);([^;{}]*);", r"for (\1,\2,", text)


def c_findings(text):
    code = unwrap_for(strip(text))
    for name, first, last, body in functions(code):
        if last - first + 1 > FUNCTION_LINES:
            yield first, f"{name} has {last - first + 1} lines (at most {FUNCTION_LINES})"
        depth = nesting(body)
        if depth > NESTING:
            yield first, f"{name} nests {depth} deep (at most {NESTING})"


def opens_with_comment(path, text):
    if path.endswith(CODE_ENDINGS):
        return text.startswith("/*")
    lines = text.split("\n")
    if lines and lines[0].startswith("#!"):
        lines = lines[1:]
    return bool(lines) and lines[0].startswith(("#", '"""'))


CODE_ENDINGS = (".c", ".h")


def is_text(path):
    endings = (".c", ".h", ".py", ".sh", ".cmake", ".txt", ".md", ".json", ".sql", ".yml", ".yaml")
    return path.endswith(endings) or "." not in os.path.basename(path)


def file_findings(path, text):
    lines = text.split("\n")
    code = path.endswith((".c", ".h", ".py", ".sh", ".cmake")) or os.path.basename(path) == "CMakeLists.txt" or text.startswith("#!")
    if len(lines) - 1 > FILE_LINES and code:
        yield 1, f"{len(lines) - 1} lines (at most {FILE_LINES})"
    if code and not opens_with_comment(path, text):
        yield 1, "does not open with a comment that says what it is for"
    for number, line in enumerate(lines, 1):
        if code and len(line) > COLUMNS:
            yield number, f"{len(line)} columns (at most {COLUMNS})"
        if code and line != line.rstrip():
            yield number, "white space at the end of the line"
        if code and "\t" in line:
            yield number, "a tab"
        if LEFT_OVER.search(line) and not path.endswith(".json"):
            yield number, f"'{LEFT_OVER.search(line).group(0)}': nothing is left to do in a file that is committed"
        if MACHINE.search(line):
            yield number, f"'{MACHINE.search(line).group(0)}' speaks of one machine or of a registry's host"
    if path.endswith(CODE_ENDINGS):
        yield from c_findings(text)


APP_LINES = 4000  # commands alone: what they run has rooms of its own


def app_findings(root):
    paths = [path for ending in CODE_ENDINGS for path in house.files_below(root, ["src/app"], ending)]
    lines = sum(house.read(path).count("\n") for path in paths)
    if lines > APP_LINES:
        yield f"src/app: {lines} lines (at most {APP_LINES}): what a command runs belongs into a room of its own"


def check(root, build=None):
    paths = [path for path in house.files_below(root, FOLDERS, "") if is_text(path) and not GENERATED.search(os.path.relpath(path, root))]
    paths += [os.path.join(root, name) for name in sorted(os.listdir(root)) if os.path.isfile(os.path.join(root, name)) and is_text(name)
              and not name.startswith(".")]
    findings = []
    for path in paths:
        name = os.path.relpath(path, root)
        try:
            text = house.read(path)
        except UnicodeDecodeError:
            findings.append(f"{name}: is not UTF-8")
            continue
        findings += [f"{name}:{number}: {problem}" for number, problem in file_findings(name, text)]
    findings += app_findings(root)
    if not paths:
        findings.append(f"{root}: no files")
    return findings


def c_file(body):
    return {"src/a/a.c": "/* What it is for. */\n" + body}


LONG = "int f(void) {\n" + "  g();\n" * 70 + "}\n"
DEEP = "int f(int a) {\n  if (a) {\n    for (;;) {\n      while (a) {\n        if (a) g();\n      }\n    }\n  }\n}\n"
SHALLOW = ("int f(int a) {\n  if (a) {\n    for (int i = 0; i < a; i++) {\n      if (a) g();\n    }\n"
           "  } else if (b) {\n    if (c) h();\n  }\n}\n")
SECOND = "int g(void) { return 1; }\n\nstatic struct x *h(int a,\n    int b) {\n" + "  g();\n" * 70 + "}\n"
CASES = [
    ("good", c_file(SHALLOW + "static const int t[] = {\n" + "  1,\n" * 100 + "};\n"), None),
    ("long function", c_file(LONG), "f has 72 lines"),
    ("long function behind a short one", c_file(SECOND), "h has 73 lines"),
    ("long function with a brace in a string", c_file(LONG.replace("g();", 'g("}{");', 1)), "f has 72 lines"),
    ("deep nesting", c_file(DEEP), "f nests 4 deep"),
    ("long file", c_file("int a;\n" * 800), "801 lines"),
    ("long line", c_file("int a; /* " + "x" * 140 + " */\n"), "columns"),
    ("no opening comment", {"src/a/a.c": "int a;\n"}, "does not open with a comment"),
    ("script without one", {"tests/a.py": "import os\n"}, "does not open with a comment"),
    ("commands that grow", {f"src/app/{number}.c": "/* What it is for. */\n" + "int a;\n" * 450 for number in range(9)}, "room of its own"),
    ("left over", c_file("/* TO" + "DO: later */\n"), "nothing is left to do"),
    ("left over in a document", {"docs/a.md": "FIX" + "ME\n"}, "nothing is left to do"),
    ("a path of this machine", {"docs/a.md": "see /wor" + "k/main\n"}, "speaks of one machine"),
    ("a registry", {"deploy/x": "#!/bin/sh\n# x\ncurl https://pypi.or" + "g/\n"}, "speaks of one machine"),
    ("tab", c_file("int\ta;\n"), "a tab"),
    ("trailing space", c_file("int a; \n"), "white space"),
    ("not UTF-8", {"docs/a.md": "x"}, None),
]

if __name__ == "__main__":
    house.main(check, CASES)
