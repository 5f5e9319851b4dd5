"""Citations: every page that a file names is in this repository, with the section or heading that is named behind it.

    docs/language.md section 9.5        docs/language.md sections 3 and 5        docs/events.md, "Events in"        ARCHITECTURE.md, "Rooms"

A page is named from the root, or from the folder of who names it. What comments break over lines is read as one."""
import os
import re

import house

FOLDERS = ["src", "include", "tests", "bench", "cmake", "deploy", "docs", "schemas", ".ci"]
ENDINGS = (".c", ".h", ".py", ".md", ".txt", ".json", ".test", ".cmake", ".sql", ".conf", ".service", ".yaml")
MADE_UP = "tests/house"  # the proofs of these tests name pages that there are not
PAGE = r"(?<![\w./*-])(?<!'s )((?:\.\./|[\w.-]+/)*[A-Za-z0-9][\w.-]*\.md)(?!\w)"
# Behind a page: sections by number, or a heading in quotation marks; several, and of a link behind its closing bracket.
BEHIND = r"(?:\)|`)?,? (?:sections? ((?:\d+(?:\.\d+)?)(?:(?:, | and | to )\d+(?:\.\d+)?)*)|\"([^\"]+)\")"


def joined(text):
    """Comments as one line: what a line break and the star, hash or bar in front of the next line part is one citation."""
    return re.sub(r"[ \t]*\n[ \t]*(?:\*(?!/)|#|//|>)?[ \t]*", " ", text)


def sections_of(page):
    return {number.rstrip(".") for number in re.findall(r"^#+ (\d+(?:\.\d+)?)\.? ", page, re.M)}


def headings_of(page):
    return {re.sub(r"[`*]", "", heading).strip().rstrip(".:") for heading in re.findall(r"^#+ (.+)$|^\s*(?:\* )?\*\*(.+?)\*\*", page, re.M)
            for heading in heading if heading}


def resolved(root, path, name):
    for folder in (root, os.path.dirname(path)):
        place = os.path.normpath(os.path.join(folder, name))
        if os.path.isfile(place):
            return place
    return None


def place_findings(root, page, name, numbers, heading):
    text = house.read(page)
    for number in re.findall(r"\d+(?:\.\d+)?", numbers or ""):
        if number not in sections_of(text):
            yield f"cites {name} section {number}, which is not there"
    if heading and heading not in headings_of(text) and not any(found.startswith(heading + ",") for found in headings_of(text)):
        yield f"cites {name} \"{heading}\", which is no heading there"


def file_findings(root, path):
    text = joined(house.read(path))
    for match in re.finditer(PAGE, text):
        name = match.group(1)
        page = resolved(root, path, name)
        if page is None:
            yield f"cites {name}, which is not in the repository"
            continue
        behind = re.match(BEHIND, text[match.end():])
        if behind:
            yield from place_findings(root, page, name, behind.group(1), behind.group(2))


def files_of(root):
    paths = house.files_below(root, FOLDERS, ENDINGS)
    paths += [os.path.join(root, name) for name in sorted(os.listdir(root)) if name.endswith((".md", ".txt"))]
    return [path for path in paths if not os.path.relpath(path, root).startswith(MADE_UP + os.sep)]


def check(root, build=None):
    findings = []
    for path in files_of(root):
        try:
            found = list(file_findings(root, path))
        except UnicodeDecodeError:  # bytes of a corpus
            continue
        findings += [f"{os.path.relpath(path, root)}: {problem}" for problem in dict.fromkeys(found)]
    return findings


PAGES = {"docs/language.md": "# The language\n\n## The shape\n\n## 3. Events\n\n## 9. Edges\n\n### 9.5 Changes\n",
         "docs/events.md": "## Events in, and out\n**A point.** Text\n", "README.md": "[x](docs/language.md), [y](docs/events.md)\n"}


def source(comment):
    return {**PAGES, "src/a.c": f"/* {comment} */\n", "include/a.h": "", "tests/house/x.py": '"gone.md"\n'}


CASES = [
    ("good", source("docs/language.md sections 3 and 9.5, docs/language.md section\n * 3; docs/language.md \"The shape\", "
                    "docs/events.md,\n * \"Events in\": README.md, and\n * docs/events.md \"A point\""), None),
    ("beside who names it", {**source("x"), "docs/other.md": "see [events](events.md), ../README.md, \"none\"\n"},
     "\"none\", which is no heading"),
    ("a page that is not here", source("campaigns.md section 3"), "src/a.c: cites campaigns.md, which is not in the repository"),
    ("a page of another folder", source("src/events.md"), "cites src/events.md, which is not"),
    ("a page that is cited over two lines", source("as it stands in\n * design.md section 4"), "cites design.md"),
    ("a section that is not there", source("docs/language.md section 4"), "docs/language.md section 4, which is not there"),
    ("a part of a section", source("docs/language.md section 9.6"), "section 9.6, which is not there"),
    ("the second of two", source("docs/language.md sections 3 and 5"), "section 5, which is not there"),
    ("broken over lines", source("docs/language.md\n * section 12"), "section 12, which is not there"),
    ("a heading", source("docs/language.md, \"The form\""), "\"The form\", which is no heading there"),
    ("a link", {**source("x"), "README.md": "[x](docs/gone.md)\n"}, "README.md: cites docs/gone.md"),
    ("another program's page", source("see librdkafka's CONFIGURATION.md"), None),
    ("a script", {**source("x"), "tests/a/b.py": "# design.md\n"}, "tests/a/b.py: cites design.md"),
]

if __name__ == "__main__":
    house.main(check, CASES)
