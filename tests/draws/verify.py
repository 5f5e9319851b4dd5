#!/usr/bin/env python3
"""Recomputes every draw of a campaign from what is public: its file, the decisions, and the secret once it was opened. It knows nothing of
giftd but docs/draws.md.

    verify.py CAMPAIGN.json FROM_MS SECRET_HEX DECISIONS.jsonl
"""
import hashlib
import hmac
import json
import sys


def number(secret, parts, attempt, total):
    text = "".join(part + "\n" for part in ("giftd draw 2", *parts, str(attempt)))
    mac = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return int.from_bytes(mac[:8], "big") * total >> 64


def expected(give, count, draw):
    """What `count` draws in a row come to, by the file: (item, number, of)."""
    left, at, items = dict.fromkeys(range(len(give["draw_of"]))), None, give["draw_of"]
    for attempt in range(count):
        if attempt > 0 and give["when_empty"] == "next":
            at += 1
            yield items[at]["id"], None, None
            continue
        total = sum(items[i]["weight"] for i in left)
        drawn = rest = draw(attempt, total)
        for at in left:
            if rest < items[at]["weight"]:
                break
            rest -= items[at]["weight"]
        del left[at]
        yield items[at]["id"], drawn, total


def main(file, start, secret, decisions):
    campaign, secret, wrong, draws = json.load(open(file, encoding="utf8")), bytes.fromhex(secret), 0, 0
    text = f"giftd draw commitment 2\n{campaign['id']}\n{start}\n{secret.hex()}\n"
    wrong += campaign["draws"]["commitment"] != "2:" + hashlib.sha256(text.encode()).hexdigest()
    gives = {([rule["was"]] if isinstance(rule.get("was"), str) else rule.get("was", [rule["id"]]))[0]: rule["give"]
             for rule in campaign["rules"]}
    for line in open(decisions, encoding="utf8"):
        line = json.loads(line)
        for outcome in line["data"].get("considered", []):
            if outcome["campaign"] != campaign["id"] or "draw" not in outcome:
                continue
            told = outcome["draw"]
            parts = (campaign["id"], told["rule"], line["subject"], told["key"])
            drawn = [(one["item"], one.get("number"), one.get("of")) for one in told["drawn"]]
            meant = list(expected(gives[told["rule"]], len(drawn), lambda attempt, total: number(secret, parts, attempt, total)))
            draws, wrong = draws + 1, wrong + (drawn != meant)
    print(f"{draws} draws, {wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
