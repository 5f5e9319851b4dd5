"""Documents that are current: every command, flag-less path and script that README and its companions name is really there."""
import os
import re

import house

DOCUMENTS = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "OPERATIONS.md"]
REQUIRED = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"]
PATH = re.compile(r"(?<![\w/.-])((?:src|include|tests|deploy|docs|schemas|bench|cmake|\.ci)/[A-Za-z0-9_./-]*[A-Za-z0-9_])(?![*\w<{])")
COMMAND = re.compile(r"(?:^|[`\s/])giftd ([a-z]+)\b")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def commands_of(root):
    path = os.path.join(root, "src/app/commands.c")
    return set(re.findall(r'^\s*\{\s*"([a-z]+)"', house.read(path), re.M)) if os.path.exists(path) else set()


def code_of(text):
    """Only what is set as code names commands: prose may say `giftd decides`."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.S))


def document_findings(root, path, commands):
    text = house.read(path)
    code = code_of(text)
    for name in sorted(set(PATH.findall(text))):
        if re.search(r"NAME|ROOM|DIR", name):  # a pattern, not a file
            continue
        if not os.path.exists(os.path.join(root, name)):
            yield f"names {name}, which is not there"
    for target in sorted(set(LINK.findall(text))):
        if not os.path.exists(os.path.join(os.path.dirname(path), target)):
            yield f"links to {target}, which is not there"
    for name in sorted(set(COMMAND.findall(code))):
        if name not in commands:
            yield f"names the command 'giftd {name}', which is not served"


def check(root, build=None):
    findings = [f"{name}: is missing" for name in REQUIRED if not os.path.exists(os.path.join(root, name))]
    paths = [os.path.join(root, name) for name in DOCUMENTS if os.path.exists(os.path.join(root, name))]
    paths += house.files_below(root, ["docs"], ".md")
    commands = commands_of(root)
    if not commands:
        findings.append("src/app/commands.c: no commands found")
    for path in paths:
        findings += [f"{os.path.relpath(path, root)}: {problem}" for problem in document_findings(root, path, commands)]
    return findings


GOOD = {"README.md": "Run `deploy/quickstart`, then:\n```\nbuild/release/giftd run\n```\nprose: giftd decides\n",
        "ARCHITECTURE.md": "[x](README.md)\n",
        "CONTRIBUTING.md": "", "deploy/quickstart": "", "src/app/commands.c": '    {"run", "text"},\n'}
CASES = [
    ("good", GOOD, None),
    ("a command that is gone", {**GOOD, "README.md": "`giftd frobnicate`\n"}, "giftd frobnicate"),
    ("a path that is gone", {**GOOD, "README.md": "see src/lost/file.c\n"}, "src/lost/file.c"),
    ("a link that is gone", {**GOOD, "docs/a.md": "[x](b.md)\n"}, "links to b.md"),
    ("a document that is gone", {name: text for name, text in GOOD.items() if name != "ARCHITECTURE.md"}, "ARCHITECTURE.md: is missing"),
]

if __name__ == "__main__":
    house.main(check, CASES)
