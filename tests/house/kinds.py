"""Kinds: whoever asks what kind a fact is, or what form a worth has, asks a property of its row (include/giftd/campaign/kinds.h). A name in
a switch or comparison is one more place that every new kind has to find. A file may name the kinds whose rows it has; the tests that are
truly about one kind stand below, each with its reason, and one that is not needed any more is told."""
import os
import re

import house
import style

LIST = "include/giftd/campaign/kinds.h"
PLAIN = {"VALUE_FORM_NONE", "VALUE_FORM_FIXED"}  # nothing, and so much: what is not worked out

ALLOWED = {
    ("src/campaign/level.c", "FACT_MEASURE"): "a level is one of a measure's",
    ("src/campaign/ladder.c", "FACT_MEASURE"): "what goes on within a period goes by what the measure is of",
    ("src/campaign/worth.c", "FACT_MEASURE"): "a pot is shared by a measure that adds up",
    ("src/campaign/date.c", "FACT_FIRST"): "a day that comes again is that of a first, or of the profile",
    ("src/campaign/own_cycle.c", "FACT_FIRST"): "a cycle begins with a first, or with a day of the profile",
    ("src/campaign/item.c", "VALUE_FORM_SHARE"): "a share has its pool within its value",
    ("src/campaign/rank.c", "VALUE_FORM_SHARE"): "a rule that gives a share is settled as one with a rank is",
    ("src/judge/recheck.c", "VALUE_FORM_SHARE"): "a share stays as it was",
}


def names_of(root):
    """name in C -> how its rows end: {"FACT_FIRST": "first", "VALUE_FORM_BANDS": "bands"}."""
    names, text = {}, house.read(os.path.join(root, LIST))
    for table, prefix in (("FACT_KINDS", "FACT_"), ("WORTH_FORMS", "VALUE_FORM_")):
        rows = re.search(rf"#define {table}\((\w+)\)((?:.*\\\n)*.*\n)", text)
        for name, row in re.findall(rf"\b{rows.group(1)}\((\w+), (\w+)\)", rows.group(2)) if rows else []:
            names[prefix + name] = row
    return names


def rows_in(code):
    """The ends of the names of the rows that a file has, by what they are rows of."""
    found = re.findall(r"\b(fact|worth)_(?:row|kind|words|form)_(\w+) = \{", code)
    return {("FACT_" if of == "fact" else "VALUE_FORM_") + name for of, name in found}


def check(root, build=None):
    names, findings, used = names_of(root), [], set()
    if not names:
        return [f"{LIST}: has no lists of kinds"]
    for path in house.files_below(root, ["src", "include"], house.CODE):
        place = os.path.relpath(path, root)
        code = style.strip(house.read(path))
        own = rows_in(code)
        for number, line in enumerate(code.split("\n"), 1):
            for name in re.findall(r"\b(?:FACT|VALUE_FORM)_[A-Z]+\b", line):
                row = names.get(name)
                if row is None or name in PLAIN or name.rpartition("_")[0] + "_" + row in own:
                    continue
                if (place, name) in ALLOWED:
                    used.add((place, name))
                else:
                    findings.append(f"{place}:{number}: names {name}: ask a property of its row ({LIST}), or say in tests/house/kinds.py "
                                    "why this is about that kind alone")
    for place, name in sorted(set(ALLOWED) - used):
        if os.path.exists(os.path.join(root, place)):
            findings.append(f"tests/house/kinds.py: {place} does not name {name} any more")
    return findings


KINDS = ("#define FACT_KINDS(KIND) \\\n  KIND(FIRST, first) \\\n  KIND(MEASURE, measure)\n"
         "#define WORTH_FORMS(FORM) \\\n  FORM(FIXED, fixed) \\\n  FORM(SHARE, share)\n")
CASES = [
    ("a property", {LIST: KINDS, "src/judge/a.c": "bool a(const struct fact *f) { return traits_of(f)->counts; }\n"}, None),
    ("a comparison", {LIST: KINDS, "src/judge/a.c": "bool a(const struct fact *f) { return f->kind == FACT_MEASURE; }\n"},
     "src/judge/a.c:1: names FACT_MEASURE"),
    ("a switch", {LIST: KINDS, "src/record/a.c": "switch (f->kind) {\n  case FACT_FIRST: break;\n}\n"},
     "src/record/a.c:2: names FACT_FIRST"),
    ("in a header", {LIST: KINDS, "include/giftd/a.h": "static inline int a(int form) { return form == VALUE_FORM_SHARE; }\n"},
     "include/giftd/a.h:1: names VALUE_FORM_SHARE"),
    ("a row of its own", {LIST: KINDS, "src/judge/a.c": "const struct fact_kind_row fact_kind_measure = {.kind = FACT_MEASURE};\n"}, None),
    ("another's row", {LIST: KINDS, "src/judge/a.c": "const struct fact_kind_row fact_kind_first = {.kind = FACT_MEASURE};\n"},
     "names FACT_MEASURE"),
    ("what is plain", {LIST: KINDS, "src/judge/a.c": "bool a(int form) { return form == VALUE_FORM_FIXED; }\n"}, None),
    ("in a comment", {LIST: KINDS, "src/judge/a.c": "/* FACT_MEASURE */\nint a;\n"}, None),
    ("other names", {LIST: KINDS, "src/judge/a.c": "int a = LEFT_FACT_AT, b = FACT_KIND_COUNT, c = LIMIT_FACT_KEYS;\n"}, None),
    ("with a reason", {LIST: KINDS, "src/campaign/level.c": "bool a(int kind) { return kind != FACT_MEASURE; }\n"}, None),
    ("a reason that is over", {LIST: KINDS, "src/campaign/level.c": "int a;\n"}, "does not name FACT_MEASURE any more"),
    ("no list", {LIST: "int a;\n"}, "has no lists"),
]

if __name__ == "__main__":
    house.main(check, CASES)
