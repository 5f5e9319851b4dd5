#!/usr/bin/env python3
"""Maps a real bank's transactions (PKDD'99, trans.asc) to event lines for giftd. Outside the product: giftd knows nothing of this bank.

    map.py trans.asc.gz > events.jsonl

The order is that of the bank's day files. They carry dates only, so the time of day is derived from the transaction's number: events of one
day therefore arrive out of order, as they do in real life. An account is a customer. What the bank posts by itself (interest, fees) becomes
event types of its own, so that campaigns can leave it out of "customer transaction".
"""
import csv
import gzip
import io
import json
import sys


def event_of(row):
    """(type, fields) by operation and purpose."""
    operation, purpose = row["operation"], row["k_symbol"].strip()
    if purpose in ("UROK", "SANKC. UROK"):
        return "interest.posted", {}
    if purpose == "SLUZBY":
        return "fee.charged", {}
    if operation == "VKLAD":
        return "cash.deposited", {}
    if operation == "PREVOD Z UCTU":
        return ("payroll.credited", {"purpose": "pension"}) if purpose == "DUCHOD" else ("txn.received", {})
    if operation == "PREVOD NA UCET":
        biller = {"SIPO": "household", "POJISTNE": "insurance", "UVER": "loan"}.get(purpose)
        return ("bill.paid", {"biller": biller}) if biller else ("txn.transfer", {"counterparty": "other_bank", "status": "settled"})
    if operation == "VYBER KARTOU":
        return "txn.card_spend", {"mcc": "5999", "channel": "pos", "status": "settled"}
    if operation == "VYBER":
        return "txn.card_spend", {"mcc": "6011", "channel": "atm", "status": "settled"}
    raise SystemExit(f"transaction {row['trans_id']}: no event for {row}")


def line_of(row):
    number, day = int(row["trans_id"]), row["date"]
    second = number * 7919 % 86400
    crowns, hellers = row["amount"].split(".")
    kind, fields = event_of(row)
    fields = {"amount_minor": int(crowns) * 100 + int(hellers.ljust(2, "0")), "currency": "CZK", **fields}
    time = f"19{day[:2]}-{day[2:4]}-{day[4:]}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+08:00"
    return {"specversion": "1.0", "id": row["trans_id"], "source": "core", "type": kind, "subject": "a" + row["account_id"], "time": time, "data": fields}


def main():
    with gzip.open(sys.argv[1]) as raw:
        for row in csv.DictReader(io.TextIOWrapper(raw, "ascii"), delimiter=";"):
            print(json.dumps(line_of(row), separators=(",", ":")))


main()
