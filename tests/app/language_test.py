"""Every example of docs/language.md, held against the program: what is shown passes `giftd check --strict`, what is said to be refused is
refused with the code that is named, the stories below examples are played by `giftd test`, and every key of the schema stands in an
example. Of docs/events.md the events are read, and the catalogue is taken.

    language_test.py GIFTD check ROOT      one finding a line, exit 1 if there is any
    language_test.py GIFTD prove           pages made wrong, each of which must be found out

Blocks are marked behind their fence. `json` is a whole file. `json rule`, `json part` and `json programme` are filled up: a rule gets what
it leaves out of id, on, give and limits; a part (keys of a campaign file) a header and a rule; a programme a header. A word in capitals
behind that is the code with which it is refused. `scenario` is a story of the example above it. Whole files without rules are the
programmes that stand beside all others; list files are those of the shipped campaigns. `json calendar` is a calendar file,
`json rates` a table of rates, which stands beside all others. `json risk` is what the page's bank.json says of `risk`, beside a campaign
with one rule.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "house"))
import house
import language

GIFTD = None
PAGE, EVENTS = "docs/language.md", "docs/events.md"
LEAST = 60  # a page whose examples are not found any more shows nothing
RULE = {"on": {"activity": "spend"}, "give": {"reward": "instant_discount", "value": "5.00", "pool": {"budget": "10000.00"}},
        "limits": [{"count": 1, "per": ["customer"], "period": "day"}]}
HEADER = {"id": "example", "version": 1, "name": {"zh": "示例", "en": "Example"}}
CAMPAIGN = {**HEADER, "period": {"from": "2027-01-01", "to": "2027-12-31"}, "audience": "everyone"}
NUMBERS = ["one", "two", "three", "four", "five"]


class Example:
    def __init__(self, line, kind, code, text):
        self.line, self.kind, self.code, self.text, self.story = line, kind, code, text, None


def rules_filled(rules):
    names = ["rule"] if len(rules) == 1 else NUMBERS
    return [{"id": name, **RULE, **rule} for name, rule in zip(names, rules)]


def whole(example):
    """The file that an example stands for."""
    said = json.loads(example.text)
    if example.kind in ("", "calendar", "rates"):
        return said
    if example.kind == "programme":
        return {**HEADER, **said}
    if example.kind == "risk":
        said = {}
    if example.kind == "rule":
        said = {"rules": [said]}
    return {**CAMPAIGN, **said, "rules": rules_filled(said.get("rules", [{}]))}


# What runs all the same: signatures can be missing, and giftd may have come too late to know.
ACCEPTED = (None, "NOT_APPROVED", "EMPTY_AT_FIRST")


def blocks_of(text):
    """(line, language, words behind it, body) of each fenced block."""
    for match in re.finditer(r"^```(\w*)([^\n]*)\n(.*?)^```$", text, re.M | re.S):
        yield text.count("\n", 0, match.start()) + 1, match.group(1), match.group(2).split(), match.group(3)


def examples_of(text, findings):
    examples = []
    for line, language, words, body in blocks_of(text):
        code = words.pop() if words and words[-1].isupper() else None
        kind = words[0] if words else ""
        if language == "scenario" and examples and examples[-1].code in ACCEPTED:
            examples[-1].story = body
        elif language == "json" and len(words) < 2 and kind in ("", "rule", "part", "programme", "calendar", "rates", "risk"):
            examples.append(Example(line, kind, code, body))
        else:
            findings.append(f"{PAGE}:{line}: a block that no test looks at: mark it json, json rule, json part, json programme or scenario")
    return examples


def put(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def giftd(*words):
    return subprocess.run([GIFTD, *words], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=120)


def check_findings(folder, example):
    result = giftd("check", "--strict", "--json", folder)
    found = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    codes = {one["code"] for one in found}
    if example.code is None and (result.returncode != 0 or found):
        yield "; ".join(f"{one['pointer']}: {one['code']}: {one['text']}" for one in found) or result.stderr.strip()
    elif example.code is not None and codes != {example.code}:
        yield f"{example.code} is said to come, but {', '.join(sorted(codes)) or 'nothing'} does"


def story_findings(folder, name, example):
    put(folder, name + ".test", example.story)
    result = giftd("test", "--json", folder)
    if result.returncode != 0 or '"scenarios":0' in result.stdout.replace(" ", ""):
        shown = giftd("test", folder)
        yield "its story is another: " + (shown.stdout + shown.stderr).strip()


def example_findings(folder, example, programmes):
    try:
        file = whole(example)
    except ValueError as error:
        yield f"is no JSON: {error}"
        return
    for name, text in programmes.items():
        put(folder, name + ".json", text)
    if example.kind == "risk":
        put(folder, "bank.json", json.dumps({**json.loads(programmes["bank"]), "risk": json.loads(example.text)}, ensure_ascii=False))
    name = file[example.kind if example.kind in ("calendar", "rates") else "id"]
    put(folder, name + ".json", example.text if example.kind in ("", "calendar", "rates") else json.dumps(file, ensure_ascii=False))
    yield from check_findings(folder, example)
    if example.story is not None:
        yield from story_findings(folder, name, example)


# ---- docs/events.md ----

def events_read(folder, lines):
    """What `giftd run` makes of the lines: the gate of each decision, or the code of the dead letter."""
    put(folder, "events.jsonl", "".join(line + "\n" for line in lines))
    result = giftd("run", "--once", "--input", f"{folder}/events.jsonl", "--campaigns", folder, "--state", f"{folder}/state",
                   "--output", f"{folder}/out")
    if result.returncode != 0:
        return [result.stderr.strip()]
    found = []
    for name in ("decisions", "dlq"):
        with open(f"{folder}/out/{name}.jsonl", encoding="utf-8") as file:
            found += [json.loads(line) for line in file]
    gates = [[""] * one["data"]["events"] if one.get("type") == "gift.decision.range" else [one.get("code") or one["data"].get("gate", "")]
             for one in found]
    return [gate for several in gates for gate in several]


HEARD = {"login": {"last": "login"}, "spend": {"last": "txn.card_spend"}}  # what nobody hears is no duplicate


def events_findings(root):
    """Two events in two shapes that are one event, and a catalogue that a campaign's events may come from."""
    path = os.path.join(root, EVENTS)
    if not os.path.exists(path):
        return
    blocks = [body for _, language, _, body in blocks_of(house.read(path)) if language == "json"]
    events = [" ".join(body.split("\n")) for body in blocks if '"id"' in body]
    with tempfile.TemporaryDirectory(prefix="giftd-language-") as folder:
        put(folder, "bank.json", json.dumps({**HEADER, "id": "bank", "facts": HEARD}))
        for body in blocks:
            if '"id"' not in body:
                put(folder, "catalogue.json", body)
        result = giftd("check", "--strict", folder)
        if result.returncode != 0:
            yield f"{EVENTS}: the catalogue is refused: {result.stdout.strip()}"
        elif events_read(folder, events) != ["", "DUPLICATE_EVENT"]:
            yield f"{EVENTS}: the two events are not one in two shapes: {events_read(folder, events)}"
    if len(blocks) != 3:
        yield f"{EVENTS}: {len(blocks)} blocks of json; an event in two shapes and a catalogue are looked for"


# ---- all ----

def words_of(node):
    """Every key and text of an example."""
    if isinstance(node, dict):
        yield from node
    yield from [node] if isinstance(node, str) else []
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        yield from words_of(child)


def unshown_findings(root, examples):
    """Keys of the schema that stand in no example of what is accepted."""
    if not os.path.exists(os.path.join(root, language.SCHEMA)):
        return
    shown = {word for example in examples if example.code in ACCEPTED for word in words_of(whole(example))}
    for kind, word in language.schema_words(root):
        if kind == "key" and word not in shown:
            yield f"{PAGE}: '{word}' of {language.SCHEMA} stands in no example"


def check(root, build=None, least=LEAST):
    findings = []
    examples = examples_of(house.read(os.path.join(root, PAGE)), findings)
    programmes = {}
    for example in examples:
        if example.kind == "" and '"rules"' not in example.text:
            programmes[json.loads(example.text)["id"]] = example.text
        if example.kind == "rates":
            programmes[json.loads(example.text)["rates"]] = example.text
    for example in examples:
        with tempfile.TemporaryDirectory(prefix="giftd-language-") as folder:
            lists = os.path.join(root, "deploy/campaigns/lists")
            if os.path.isdir(lists):
                shutil.copytree(lists, os.path.join(folder, "lists"))
            findings += [f"{PAGE}:{example.line}: {problem}" for problem in example_findings(folder, example, programmes)]
    if len(examples) < least:
        findings.append(f"{PAGE}: {len(examples)} examples; at least {least}: are they still marked so that they are found?")
    findings += events_findings(root)
    return findings or list(unshown_findings(root, examples))


SPEND = '```json\n{"id": "bank", "version": 1, "name": {"zh": "a", "en": "a"}, "activities": {"spend": "txn.card_spend"}}\n```\n'
GIFT = '```json rule\n{"on": "login"}\n```\n'
STORY = '```scenario\nscenario "s"\n2027-01-02 10:00  c1  login\n    gift rule instant_discount 5.00\n```\n'


def page(text):
    return {PAGE: SPEND + text}


FLAT = '```json\n{"id":"1","source":"s","type":"login","customer":"c","time":"2027-01-01T10:00:00+08:00"}\n```\n'
CLOUD = FLAT.replace('{"id"', '{"specversion":"1.0","id"').replace('"customer"', '"subject"')
CATALOGUE = '```json\n{"types": [{"name": "wifi.joined"}]}\n```\n'
CASES = [
    ("good", page(GIFT + STORY + '```json part\n{"late": {"accept": "PT1H"}}\n```\n```json rule NO_LIMITS\n{"limits": []}\n```\n'
                  '```json programme\n{"lists": {"a": ["1"]}}\n```\n'), None),
    ("what the bank reviews", page('```json risk\n{"review": {"within": "P1D", "otherwise": "pass"}}\n```\n'
                                   + STORY.replace("gift rule", "pending rule").replace("5.00", "5.00 until 2027-01-03T10:00")
                                   .replace("login", "txn.card_spend amount=9.00")), None),
    ("what the bank cannot review", page('```json risk\n{"review": {"otherwise": "pass"}}\n```\n'), "MISSING_KEY"),
    ("a rule that is refused", page('```json rule\n{"on": "log-in"}\n```\n'), "UNKNOWN_EVENT"),
    ("a warning", page('```json part\n{"lists": {"a": ["1"]}}\n```\n'), "UNUSED"),
    ("a refusal that does not come", page('```json rule BAD_MONEY\n{"on": "login"}\n```\n'), "BAD_MONEY is said to come, but nothing does"),
    ("another refusal", page('```json rule BAD_MONEY\n{"on": "log-in"}\n```\n'), "but UNKNOWN_EVENT does"),
    ("a story that is another", page(GIFT + STORY.replace("5.00", "6.00")), "its story is another"),
    ("a story that cannot be read", page(GIFT + STORY.replace("gift rule", "gift")), "its story is another"),
    ("a whole file that is refused", page('```json\n{"id": "x", "version": 1, "rules": []}\n```\n'), "MISSING_KEY"),
    ("no JSON", page("```json rule\n{on: login}\n```\n"), "is no JSON"),
    ("a block without a mark", page("```\n{}\n```\n"), "no test looks at"),
    ("a mark that there is not", page("```json ruel\n{}\n```\n"), "no test looks at"),
    ("a key that no example shows",
     {**page(GIFT), language.SCHEMA: '{"properties": {"limits": {}, "fx": {}}, "$defs": {"field": {"anyOf": []}}}'},
     "'fx' of schemas/campaign.schema.json stands in no example"),
    ("events that are read", {**page(GIFT), EVENTS: FLAT + CLOUD + CATALOGUE}, None),
    ("an event that is none", {**page(GIFT), EVENTS: FLAT.replace("+08:00", "") + CLOUD + CATALOGUE}, "TIME_NO_OFFSET"),
    ("events that differ", {**page(GIFT), EVENTS: FLAT + CLOUD.replace('"1",', '"2",') + CATALOGUE}, "not one in two shapes"),
    ("a catalogue that is refused", {**page(GIFT), EVENTS: FLAT + CLOUD + CATALOGUE.replace("wifi.joined", "login")}, "is refused"),
    ("an event that is not shown", {**page(GIFT), EVENTS: FLAT + CATALOGUE}, "2 blocks of json"),
    ("a page without examples", {PAGE: "text\n"}, "at least 1"),
]

if __name__ == "__main__":
    GIFTD = sys.argv.pop(1)
    proving = sys.argv[1:] == ["prove"]
    house.main(lambda root, build=None: check(root, build, 1 if proving else LEAST), CASES)
