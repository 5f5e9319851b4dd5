"""The reference is complete: every key and word of the language - of the schema and of the tables of the campaign room - is named in
docs/language.md, and every event type with its fields in docs/events.md.

What is named stands as code: between backquotes, in a fenced block, or as a code in capitals."""
import json
import os
import re
import sys

import house

PAGE, EVENTS = "docs/language.md", "docs/events.md"
SCHEMA = "schemas/campaign.schema.json"
SECTIONS = [str(number) for number in range(14)]
# Definitions that list names of the catalogue, which docs/events.md has.
CATALOGUE_DEFS = {"field", "event-type"}
# Arrays of the campaign room that are no words of the language: for messages, for sentences that are kept, of the catalogue.
NO_WORDS = {"extend.c": {"kinds"}, "left.c": {"starts"}, "lint_hear.c": {"common"}, "meaning.c": {"words", "meaning_words"},
            "names.c": {"kind_names"}, "operand.c": {"type_words"}, "trigger.c": {"close_keys"}, "was.c": {"old_words"}}
NO_KEYS = {"extend.c"}


def code_of(text):
    """The words that stand as code: plain ones, and those with points or slashes in them."""
    code = "\n".join(re.findall(r"^```.*?^```|`[^`\n]+`|\b[A-Z]+(?:_[A-Z]+)*\b", text, re.M | re.S))
    return set(re.findall(r"[\w$-]+", code) + re.findall(r"[\w-]+(?:\.[\w-]+)+", code) + re.findall(r"[\w-]+(?:/[\w-]+)+", code))


# ---- the schema ----

def words_of_schema(node, fields, name=""):
    """(kind, word) of every key and every closed word; fields of the catalogue are left out."""
    if isinstance(node, list):
        for part in node:
            yield from words_of_schema(part, fields, name)
    if not isinstance(node, dict):
        return
    for key in node.get("properties", {}):
        if not (name in ("condition", "event-condition") and key in fields):
            yield "key", key
    yield from (("word", word) for word in node.get("enum", []) + [node.get("const")] if isinstance(word, str))
    for key, value in node.items():
        if key == "$defs":
            for other, definition in value.items():
                if other not in CATALOGUE_DEFS:
                    yield from words_of_schema(definition, fields, other)
        elif key == "properties":
            for child in (value[child] for child in value if child != "zone"):  # names of the tz database
                yield from words_of_schema(child, fields, name)
        elif key not in ("not", "examples", "enum", "const"):
            yield from words_of_schema(value, fields, name)


def schema_words(root):
    schema = json.loads(house.read(os.path.join(root, SCHEMA)))
    fields = set(re.findall(r'"(\w+)"', json.dumps(schema["$defs"]["field"]["anyOf"])))
    return sorted(set(words_of_schema(schema, fields)))


# ---- the tables of the code ----

def key_tables(text):
    text = text.replace("\\\n", " ")
    macros = dict(re.findall(r"^#define (\w+_KEYS) (.*)$", text, re.M))
    for body in re.findall(r"struct key \w+_keys\[\] =\s*\{(.*?)\};", text, re.S):
        body = re.sub(r"\b(\w+_KEYS)\b", lambda match: macros.get(match.group(1), ""), body)
        yield from re.findall(r'\{\s*"([^"]+)",\s*KEY_\w+\s*\}', body)


def word_arrays(name, text):
    """Arrays of texts, of whatever name, in the order in which they stand."""
    for array, body in re.findall(r"\*const (\w+)\[\w*\] = \{([^{}]*)\}", text):
        if array not in NO_WORDS.get(name, set()):
            yield from re.findall(r'"([^"]+)"', body)


def campaign_words(root):
    """(where, word) of the campaign room."""
    for path in house.files_below(root, ["src/campaign"], ".c"):
        name, text = os.path.basename(path), house.read(path)
        if name not in NO_KEYS:
            yield from ((name, key) for key in key_tables(text))
        yield from ((name, word) for word in word_arrays(name, text))
        yield from ((name, word) for word in re.findall(r'\{"(\w+)", OP_\w+', text))
        yield from ((name, word) for word in re.findall(r'\.word = "(\w+)"', text))  # kinds of facts, forms of worth and reward
    left = house.read(os.path.join(root, "src/campaign/left.c"))
    yield from (("left.c", word.rstrip(".")) for word in re.findall(r'STR\("([a-z_.]+)"\)', left))
    operand = house.read(os.path.join(root, "src/campaign/operand.c"))
    yield from (("operand.c", word) for word in re.findall(r'STR\("(\w+)"\)\) && left', operand))


# Tables elsewhere: file, what a row looks like, how many there are at least.
TABLES = [("src/base/period.c", r"unit_names\[UNIT_COUNT\] = \{([^}]*)\}", 9), ("src/judge/reasons.c", r"\[REASON_\w+\] = \{(\"\w+\")", 20),
          ("src/campaign/codes.c", r"\[CHECK_\w+\] = \{(\"\w+\")", 60), ("src/campaign/compare.c", r"\[CHANGE_\w+\] = \{(\"\w+\")", 7),
          ("schemas/rewards.json", r'\{"reward": ("\w+")', 10)]


def table_words(root):
    for path, row, least in TABLES:
        words = [word for part in re.findall(row, house.read(os.path.join(root, path))) for word in re.findall(r'"([^"]+)"', part)]
        yield from ((path, word) for word in words)
        if len(words) < least:
            yield path, f"(a table of {least} rows: only {len(words)} found)"


# ---- events ----

def event_rows(root):
    text = house.read(os.path.join(root, "src/event/catalogue_table.c"))
    return dict(re.findall(r'^\s*\{"([a-z][\w.]*)",\s*(?:true|false),\s*((?:"[\w |()]*"\s*)+),', text, re.M))


def event_findings(root):
    page = house.read(os.path.join(root, EVENTS))
    table = page.partition("\n## Types and fields\n")[2].partition("\n## ")[0]
    rows = {}
    for types, fields in re.findall(r"^\| (`[a-z][^|]*) \| ([^|]*) \|", table, re.M):
        for name in re.findall(r"`([\w.]+)`", types):
            rows[name] = set(re.findall(r"`(\w+)`", fields))
    types = event_rows(root)
    for name, fields in types.items():
        fields = set(re.findall(r"\w+", re.sub(r"\([^)]*\)", "", fields.replace('"', " "))))  # closed words stand behind a field
        if name not in rows:
            yield f"{EVENTS}: the event type '{name}' has no row"
        elif rows[name] != fields:
            yield f"{EVENTS}: '{name}' differs from the catalogue in {', '.join(sorted(rows[name] ^ fields))}"
    yield from (f"{EVENTS}: '{name}' is no event type of the catalogue" for name in sorted(set(rows) - set(types)))
    text = house.read(os.path.join(root, "src/event/catalogue_table.c"))
    code = code_of(page)
    for field in re.findall(r'^\s*\{"(\w+)",\s*(?:NULL|"\w+"),\s*FIELD_', text, re.M):
        if field not in code:
            yield f"{EVENTS}: the field '{field}' is not named"
    if len(types) < 30:
        yield "src/event/catalogue_table.c: hardly any event types found"


# ---- all ----

def check(root, build=None):
    text = house.read(os.path.join(root, PAGE))
    code = code_of(text)
    words = [(f"{SCHEMA}, {kind}", word) for kind, word in schema_words(root)] + list(campaign_words(root)) + list(table_words(root))
    findings = [f"{PAGE}: has no section {number}" for number in SECTIONS if not re.search(rf"^## {number}\. ", text, re.M)]
    findings += [f"{PAGE}: '{word}' of {where} is not named" for where, word in dict.fromkeys(words) if word not in code]
    if len(words) < 300:
        findings.append(f"hardly any words of the language found: {len(words)}")
    return findings + list(event_findings(root))


def copy(root, changes):
    """The files that the test reads, each as `changes` makes it."""
    names = ["schemas/campaign.schema.json", "schemas/rewards.json", "src/base/period.c", "src/judge/reasons.c",
             "src/event/catalogue_table.c", PAGE, EVENTS]
    names += [os.path.relpath(path, root) for path in house.files_below(root, ["src/campaign"], ".c")]
    files = {name: house.read(os.path.join(root, name)) for name in names}
    for name, (old, new) in changes.items():
        assert old in files[name], f"{name} has no {old!r} any more: mend the proof"
        files[name] = files[name].replace(old, new)
    return files


BROKEN = [
    ("good", {}, None),
    ("a key of the schema", {"schemas/campaign.schema.json": ('"carry_over"', '"carried"')},
     "'carried' of schemas/campaign.schema.json, key"),
    ("a word of the schema", {"schemas/campaign.schema.json": ('"redraw"', '"again"')}, "'again' of schemas/campaign.schema.json, word"),
    ("a key of a table", {"src/campaign/pool.c": ('{"funding", KEY_MAY}', '{"sponsors", KEY_MAY}')}, "'sponsors' of pool.c"),
    ("a key of all items", {"src/campaign/item.c": ('{"template", KEY_MAY}', '{"model", KEY_MAY}')}, "'model' of item.c"),
    ("a word of a table", {"src/campaign/undo.c": ('"prorate"', '"halve"')}, "'halve' of undo.c"),
    ("a kind of fact", {"src/campaign/picks.c": ('.word = "picks"', '.word = "habit"')}, "'habit' of picks.c"),
    ("a form of reward", {"src/campaign/rewards.c": ('.word = "goods"', '.word = "wares"')}, "'wares' of rewards.c"),
    ("an operator", {"src/campaign/operand.c": ('{"same_as",', '{"like", OP_EQ, 1}, {"same_as",')}, "'like' of operand.c"),
    ("a left side", {"src/campaign/left.c": ('STR("elapsed")', 'STR("took")')}, "'took' of left.c"),
    ("a unit", {"src/base/period.c": ('"half", ', '"fortnight", ')}, "'fortnight' of src/base/period.c"),
    ("a reason", {"src/judge/reasons.c": ('{"HOLDOUT"', '{"CONTROL_GROUP"')}, "'CONTROL_GROUP' of src/judge/reasons.c"),
    ("a code of giftd check", {"src/campaign/codes.c": ('{"TINY_ODDS"', '{"SMALL_ODDS"')}, "'SMALL_ODDS' of src/campaign/codes.c"),
    ("a form of reward", {"schemas/rewards.json": ('"reward": "goods"', '"reward": "parcel"')}, "'parcel' of schemas/rewards.json"),
    ("a table that is not found", {"src/judge/reasons.c": ("[REASON_", "[WHY_")}, "a table of 20 rows"),
    ("a section that went", {PAGE: ("\n## 9. ", "\n## Nine. ")}, "has no section 9"),
    ("a word that is prose alone", {PAGE: ("`lose` loses", "lose loses")}, "'lose' of"),
    ("an event type", {"src/event/catalogue_table.c": ('{"fx.settled"', '{"fx.agreed"')}, "the event type 'fx.agreed' has no row"),
    ("a field of a type", {"src/event/catalogue_table.c": ('"card.closed", false, "card"', '"card.closed", false, "card reason"')},
     "'card.closed' differs"),
]


def cases():
    """Copies of this tree, each with one thing changed."""
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    return [(name, copy(here, changes), expected) for name, changes, expected in BROKEN]


if __name__ == "__main__":
    house.main(check, cases() if sys.argv[1:] == ["prove"] else [])
