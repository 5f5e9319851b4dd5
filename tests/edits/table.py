"""Edits of a running campaign: files before, files behind, and what is right.

    Edit(name, says, ops, on={...})          giftd goes on; `on` is what comes of events otherwise than in base.UNEDITED
    Edit(name, says, ops, refused=[...])     refused, and each of these patterns is found in what is said; nothing is processed, and with
                                             the files of before all goes on as if nothing had been tried

`before` are ops that lead from base.FILES to the files of before. `events` come behind those of base.AFTER. Ops:

    ("set", file, pointer, value) ("insert", file, pointer, value) ("remove", file, pointer) ("new", file, object) ("gone", file)
    ("moved", file, to) ("reformatted", file)

A segment of a pointer into a list is a number, or the `id` of what is meant. The version counts up by one in each file that `set`,
`insert` and `remove` touch, unless `version` says which it is; an edit of names alone is as much a new version as any other.
"""
import collections

from base import count, event, points, spend

Edit = collections.namedtuple("Edit", "name says ops on refused before events version", defaults=(None, None, (), (), None))
S, B = "shop.json", "bank.json"
DAILY = {"count": 2, "per": ["customer"], "period": "day"}


CLIMB = {"id": "climb", "on": {"fact": "m"}, "limits": [count(9, "day")], "give": {**points(2), "value": {
    "by": "fact.m", "bands": [{"from": "100.00", "value": 2}, {"from": "300.00", "value": 5}], "pay": "top_up"}}}
LATER = {**points(5), "value": {"by": "fact.m", "bands": [{"from": "500.00", "value": 5}], "pay": "top_up"}}


def put(pointer, value, file=S):
    return "set", file, pointer, value


def add(pointer, value, file=S):
    return "insert", file, pointer, value


def family(*sources):
    """What shop's sum hears, heard by the holder of the card."""
    return {"event": "txn.card_spend", "when": {"status": "settled"}, "as": list(sources) or ["primary", "customer"]}


def drop(pointer, file=S):
    return "remove", file, pointer


LIMITS = [
    Edit("limits-swapped", "two inline limits change places",
         [put("/rules/welcome/limits", ["daily", count(9, "month"), count(3, "week")])], on={}),
    Edit("limits-reordered", "the first limit of a rule becomes its last",
         [put("/rules/welcome/limits", [count(9, "month"), count(3, "week"), "daily"])], on={}),
    Edit("limit-inserted-in-front", "a fourth limit stands before the others; its own counter begins at nothing",
         [add("/rules/welcome/limits/0", count(9, "quarter"))], on={}),
    Edit("limit-inserted-that-bites", "the new one allows one a year: one behind the edit, then none",
         [add("/rules/welcome/limits/0", count(1, "year"))], on={"a3": "refuse shop/welcome LIMIT_REACHED"}),
    Edit("inline-limit-removed", "the week's is taken out: the day's and the month's counters go on",
         [drop("/rules/welcome/limits/1")], on={"a4": "issued shop/welcome voucher 500"}),
    Edit("named-limit-removed", "a name that counted is gone", [drop("/rules/welcome/limits/0"), drop("/limits/daily")],
         refused=["shop", "daily"]),
    Edit("limit-raised", "three a day: the two of before count", [put("/limits/daily/count", 3)],
         on={"a2": "issued shop/welcome voucher 500", "a3": "refuse shop/welcome LIMIT_REACHED"}),
    Edit("limit-lowered", "one a day: it was had", [put("/limits/daily/count", 1)],
         on={"a1": "refuse shop/welcome LIMIT_REACHED", "a4": "issued shop/welcome voucher 500"}),
    Edit("ceiling-raised", "50.00 a month: 35.00 are had with a6, the 20.00 of a7 are too much",
         [put("/limits/money/amount", "50.00")],
         on={"a6": "issued shop/back cash_back 1000", "a7": "refuse shop/back LIMIT_REACHED ; issued shop/goal points 5"}),
    Edit("limit-day-to-month", "the name means another period", [put("/limits/daily/period", "month")], refused=["daily", "day", "month"]),
    Edit("limit-rolling-days", "seven days become thirty", [put("/limits/often/period", {"rolling": "P30D"})],
         refused=["often", "7", "30"]),
    Edit("limit-per-changed", "per customer and channel instead of per customer", [put("/limits/daily/per", ["customer", "channel"])],
         refused=["daily", "customer", "channel"]),
    Edit("limit-per-each", "for each instead of for all together",
         [drop("/limits/daily/per"), put("/limits/daily/per_each", ["customer", "device"]), put("/limits/daily/missing", "skip")],
         refused=["daily", "device|per_each"]),
    Edit("limit-count-to-amount", "gifts become money",
         [put("/limits/daily", {"amount": "20.00", "per": ["customer"], "period": "day"})],
         refused=["daily", "count|number of gifts", "amount|money|value"]),
    Edit("limit-renamed", "nothing says that it is the same", [drop("/limits/daily"), put("/limits/a-day", DAILY),
                                                              put("/rules/welcome/limits/0", "a-day")], refused=["daily", r"\bwas\b"]),
    Edit("limit-renamed-with-was", "it is the same: the counter goes on",
         [drop("/limits/daily"), put("/limits/a-day", {**DAILY, "was": "daily"}), put("/rules/welcome/limits/0", "a-day")], on={}),
]



def in_line(empty, stock=1):
    """A rule of its own: of sixteen before the edit the first has what there is."""
    item = {"id": "cup", "reward": "goods", "value": "9.00", "pool": "cups", "when_empty": empty}
    rule = {"id": "cup", "on": "game.finished", "give": {"first_of": [item]}, "limits": [count(1, "month")]}
    return [add("/rules/0", rule), put("/pools/cups", {"stock": stock})]


EMPTY = "/rules/cup/give/first_of/cup/when_empty"
SECOND, THIRD = "gift:qYgrvqzzCohugkAzCjIS-Q", "gift:zsrciA9ar_eYiQUBgvgCOg"  # ids are what secret, rule, item and event say
QUEUES = [
    Edit("queue-pool-raised", "two more: for the two who waited longest; who comes waits behind the others",
         [put("/pools/cups/stock", 3)], before=in_line("queue"),
         on={SECOND: "issued shop/cup goods 900 to x2", THIRD: "issued shop/cup goods 900 to x3",
             "a13": "issued beside/g points 1 ; pending shop/cup goods 900"}),
    Edit("queue-taken-away", "nobody is put in line any more; what is added is for who waits all the same",
         [put(EMPTY, "refuse"), put("/pools/cups/stock", 2)], before=in_line("queue"),
         on={SECOND: "issued shop/cup goods 900 to x2", "a13": "issued beside/g points 1 ; refuse shop/cup OUT_OF_STOCK"}),
    Edit("queue-to-skip", "the same where the list would go on", [put(EMPTY, "skip"), put("/pools/cups/stock", 2)],
         before=in_line("queue"),
         on={SECOND: "issued shop/cup goods 900 to x2", "a13": "issued beside/g points 1 ; refuse shop/cup OUT_OF_STOCK"}),
    Edit("queue-added", "who was refused stays it, who comes waits", [put(EMPTY, "queue")], before=in_line("refuse"),
         on={"a13": "issued beside/g points 1 ; pending shop/cup goods 900"}),
    Edit("queue-pool-gets-a-parent", "which has one more than the pool that it stands above",
         [put("/pools/house", {"stock": 5}), put("/pools/cups", {"stock": 2, "parent": "house"})], before=in_line("queue"),
         on={SECOND: "issued shop/cup goods 900 to x2", "a13": "issued beside/g points 1 ; pending shop/cup goods 900"}),
    Edit("queue-pool-gets-a-fallback", "which pays for two of them: the third waits",
         [put("/pools/spare", {"stock": 2}), put("/pools/cups", {"stock": 1, "fallback": "spare"})], before=in_line("queue"),
         on={SECOND: "issued shop/cup goods 900 to x2", THIRD: "issued shop/cup goods 900 to x3",
             "a13": "issued beside/g points 1 ; pending shop/cup goods 900"}),
]

POOLS = [
    Edit("pool-stock-to-budget", "units become money", [put("/pools/pot", {"budget": "100.00"})], refused=["pot", "stock", "budget"]),
    Edit("pool-lowered", "three in all, two of them given: one is left", [put("/pools/pot/stock", 3)],
         on={name: "refuse shop/welcome OUT_OF_STOCK" for name in ("a3", "a4", "a12")} | {
             "a9": "refuse shop/two OUT_OF_STOCK ; issued shop/two points 3"}),
    Edit("pool-lowered-below-what-was-given", "one in all, two are given: none is left, and none is taken back",
         [put("/pools/pot/stock", 1)],
         on={name: "refuse shop/welcome OUT_OF_STOCK" for name in ("a1", "a2", "a3", "a4", "a12")} | {
             "a9": "refuse shop/two OUT_OF_STOCK ; issued shop/two points 3"}),
    Edit("pool-raised", "two in all, both given; four behind the edit", [put("/pools/pot/stock", 4)],
         before=[("set", S, "/pools/pot/stock", 2)], on={"a9": "refuse shop/two OUT_OF_STOCK ; issued shop/two points 3",
                                                       "a12": "refuse shop/welcome OUT_OF_STOCK"}),
    Edit("pool-renamed", "nothing says that it is the same",
         [drop("/pools/pot"), put("/pools/jar", {"stock": 20}), put("/rules/welcome/give/pool", "jar"),
          put("/rules/two/give/v/pool", "jar")],
         refused=["pot", r"\bwas\b"]),
    Edit("pool-renamed-with-was", "it is the same: of four two are given",
         [drop("/pools/pot"), put("/pools/jar", {"stock": 4, "was": "pot"}), put("/rules/welcome/give/pool", "jar"),
          put("/rules/two/give/v/pool", "jar")], before=[("set", S, "/pools/pot/stock", 4)],
         on={"a9": "refuse shop/two OUT_OF_STOCK ; issued shop/two points 3", "a12": "refuse shop/welcome OUT_OF_STOCK"}),
]

SHUT, OPEN = {"stock": 2, "released": "by_operator"}, {"stock": 2, "released": {"by": "ops.li", "reason": "demand"}}


def reserve(what):
    """Of two in the pot both are given before the edit."""
    return [put("/pools/pot", {"stock": 2, "fallback": "spare"}), put("/pools/spare", what)]


NONE_LEFT = {name: "refuse shop/welcome OUT_OF_STOCK" for name in ("a1", "a2", "a3", "a4", "a12")} | {
    "a9": "refuse shop/two OUT_OF_STOCK ; issued shop/two points 3"}
SPARED = {"a12": "refuse shop/welcome OUT_OF_STOCK", "a9": "refuse shop/two OUT_OF_STOCK ; issued shop/two points 3"}
POOLS += [
    Edit("reserve-released", "two more behind the edit", [put("/pools/spare", OPEN)], before=reserve(SHUT), on=SPARED),
    Edit("reserve-free", "no word of it any more: it pays as any other", [drop("/pools/spare/released")], before=reserve(SHUT), on=SPARED),
    Edit("reserve-shut", "none of its two from now on", [put("/pools/spare", SHUT)], before=reserve(OPEN), on=NONE_LEFT),
    Edit("reserve-stays-shut", "another text", [put("/name/en", "Shop!")], before=reserve(SHUT), on=NONE_LEFT),
    Edit("reserve-added", "a reserve that is shut comes to a pool that is empty",
         reserve(SHUT), before=[put("/pools/pot", {"stock": 2})], on=NONE_LEFT),
    Edit("reserve-added-open", "and one that is not", reserve(OPEN), before=[put("/pools/pot", {"stock": 2})], on=SPARED),
    Edit("reserve-named-by-nobody", "a reserve whose pool does not fall back on it", [drop("/pools/pot/fallback")],
         before=[put("/pools/pot/fallback", "spare"), put("/pools/spare", SHUT)], refused=["released", "fallback"]),
]
RULES = [
    Edit("rule-renamed", "nothing says that it is the same", [put("/rules/welcome/id", "hello")], refused=["welcome", r"\bwas\b"]),
    Edit("rule-renamed-with-was", "its limits go on; gifts bear the new name",
         [put("/rules/welcome/was", "welcome"), put("/rules/welcome/id", "hello")],
         on={"a1": "issued shop/hello voucher 500", "a2": "refuse shop/hello LIMIT_REACHED", "a3": "issued shop/hello voucher 500",
             "a4": "refuse shop/hello LIMIT_REACHED", "a12": "issued shop/hello voucher 500"}),
    Edit("rule-removed", "a rule that has given is gone", [drop("/rules/ladder")], refused=["shop", "ladder"]),
    Edit("rule-added", "a new rule in front of all",
         [add("/rules/0", {"id": "more", "on": "checkin", "give": points(7), "limits": [count(9, "day")]})],
         on={"a9": "issued shop/two voucher 200 ; issued shop/two points 3 ; issued shop/more points 7"}),
    Edit("once-per-added", "the key of its gifts would be another", [put("/rules/welcome/once_per", ["device"])],
         refused=["welcome", "once_per|once for"]),
    Edit("item-renamed", "nothing says that it is the same", [put("/rules/two/give/v/id", "w")], refused=["two", r"\bv\b", r"\bwas\b"]),
    Edit("item-renamed-with-was", "it is the same", [put("/rules/two/give/v/was", "v"), put("/rules/two/give/v/id", "w")], on={}),
    Edit("item-added", "a third item of the list", [add("/rules/two/give/2", {"id": "n", "reward": "notice", "template": "HI"})],
         on={"a9": "issued shop/two voucher 200 ; issued shop/two points 3 ; issued shop/two notice 0"}),
    Edit("item-another-unit", "money becomes points under the same id",
         [put("/rules/two/give/v", {"id": "v", **points(9)})], refused=["two", r"\bv\b", "points"]),
    Edit("chance-renamed", "chances that were given would be spent by nobody",
         [put("/rules/earn/give/chance", "coupon"), put("/rules/use/spends", "coupon")], refused=["ticket"]),
    Edit("percent-lowered", "5% from now on: 22.50 with a6, the 10.00 of a7 are too much; the refund of b2 is judged by its 10%",
         [put("/rules/back/give/value/percent", "5%")],
         on={"a5": "issued shop/back cash_back 750", "a6": "issued shop/back cash_back 500",
             "a7": "refuse shop/back LIMIT_REACHED ; issued shop/goal points 5"}),
    Edit("top-up-raised", "9 in all at 300.00 instead of 5: less the 2 that the month has had",
         [put("/rules/climb/give/value/bands/1/value", 9)], before=[add("/rules/0", CLIMB)],
         on={"b2": "issued shop/climb points 2 ; issued shop/back cash_back 1000",
             "a6": "issued shop/climb points 7 ; refuse shop/back LIMIT_REACHED"}),
    Edit("top-up-to-highest", "what the month has had would not be asked any more", [put("/rules/goal/give/value/pay", "highest")],
         before=[put("/rules/goal/give", LATER)], refused=["shop/goal", "topped up by shop/m"]),
    Edit("band-moved", "from 200.00 now: 120.00 are worth 2.00; the refund of b4 is judged by its own bands",
         [put("/rules/ladder/give/value/bands/1/from", "200.00")], on={"a10": "issued shop/ladder voucher 200"}),
]

FACTS = [
    Edit("fact-window-changed", "a month becomes a week", [put("/facts/m/window", "week")], refused=[r"\bm\b", "month", "week"]),
    Edit("fact-kind-changed", "a sum becomes a count",
         [put("/facts/m", {"measure": "count", "on": "txn.card_spend", "window": "month"}),
          put("/rules/goal/when", {"fact.m": {"gte": 5}})],
         refused=[r"\bm\b", "sum", "count|number of events"]),
    Edit("fact-per-changed", "for each card instead of for all", [put("/facts/m/per", ["customer", "card"])], refused=[r"\bm\b", "card"]),
    Edit("fact-heard-as-added", "it counts for the holder of the card from now on", [put("/facts/m/on", family())],
         refused=[r"\bm\b", "heard as primary, else customer"]),
    Edit("fact-heard-as-taken-away", "it counts for who paid from now on", [put("/facts/m/on", family("primary"))],
         before=[put("/facts/m/on", family())], refused=[r"\bm\b", "heard as primary, else customer"]),
    Edit("fact-heard-as-of-more", "bills are heard the same way: what payments came to stays",
         [put("/facts/m/on", [{"event": "bill.paid", "as": ["primary", "customer"]}, family()])], on={},
         before=[put("/facts/m/on", family())]),
    Edit("goal-heard-as-added", "what who pays came to wakes whoever his payment names: it names nobody",
         [put("/rules/goal/on", {"fact": "m", "as": "primary"})], on={"a7": "refuse shop/back LIMIT_REACHED"}),
    Edit("goal-heard-as-taken-away", "it is the customer's own again", [put("/rules/goal/on", {"fact": "m"})],
         before=[put("/rules/goal/on", {"fact": "m", "as": "primary"})], on={}),
    Edit("fact-renamed", "nothing says that it is the same",
         [put("/facts/total", {"measure": "sum", "of": "amount", "on": {"event": "txn.card_spend", "when": {"status": "settled"}},
                               "window": "month"}), drop("/facts/m"), put("/rules/goal/when", {"fact.total": {"gte": "500.00"}})],
         refused=[r"\bm\b", r"\bwas\b"]),
    Edit("fact-renamed-with-was", "it is the same: 100.00 are in it",
         [put("/facts/total", {"measure": "sum", "of": "amount", "on": {"event": "txn.card_spend", "when": {"status": "settled"}},
                               "window": "month", "was": "m"}), drop("/facts/m"),
          put("/rules/goal/when", {"fact.total": {"gte": "500.00"}})], on={}),
    Edit("goal-lowered", "the goal is a term, not the fact: 350.00 with a6", [put("/rules/goal/when/fact.m/gte", "300.00")],
         on={"a6": "refuse shop/back LIMIT_REACHED ; issued shop/goal points 5",
             "a7": "refuse shop/back LIMIT_REACHED ; refuse shop/goal LIMIT_REACHED"}),
]

HEADER = [
    Edit("text-changed", "another name for people", [put("/name/en", "Shop till you drop")], on={}),
    Edit("text-changed-same-version", "other content under the same version", [put("/name/en", "Shop!")], version=1,
         refused=["shop", "version"]),
    Edit("percent-same-version", "other terms under the same version", [put("/rules/back/give/value/percent", "20%")], version=1,
         refused=["shop", "version"]),
    Edit("version-back", "version 1 behind version 2", [("set", S, "/name/en", "shop")], before=[("set", S, "/name/en", "second")],
         version=1, refused=["shop", "version"]),
    Edit("reformatted", "the same in other lines and another order of keys", [("reformatted", S)], on={}),
    Edit("zone-changed", "days would begin at another hour", [put("/period/zone", "Asia/Tokyo")], refused=["shop", "zone", "Tokyo"]),
    Edit("zone-turns", "to a zone whose clocks turn", [put("/period/zone", "Europe/London")], refused=["shop", "zone", "London"]),
    Edit("zone-by-another-name", "the same clocks by another name: names are compared", [put("/period/zone", "PRC")],
         refused=["shop", "zone", "PRC"]),
    Edit("currency-changed", "50.00 would be other money", [put("/currency", "USD")], refused=["shop", "CNY", "USD"]),
    Edit("ends-earlier", "over on 10 February: what was given is undone all the same, a chance may be spent while it closes",
         [put("/period/to", "2027-02-10")],
         on={"a4": "nothing", "a5": "nothing", "a6": "nothing", "a7": "nothing", "a9": "nothing", "a10": "nothing", "a12": "nothing"}),
    Edit("ends-later", "to the end of March instead of 11 February", [put("/period/to", "2027-03-31")],
         before=[("set", S, "/period/to", "2027-02-11")], events=[event("l1", "login", "2027-03-20 10:00", "c3")],
         on={"l1": "issued shop/welcome voucher 500"}),
    Edit("audience-of-a-day", "whose tags of that day were not kept while it ran",
         [put("/audience", {"include": ["tag:vip"], "as_of": "2026-12-31"})], refused=["shop", "as of 2026-12-31"]),
    Edit("audience-live-again", "others would be of it from now on", [put("/audience", {"exclude": ["tag:vip"]})],
         before=[("set", S, "/audience", {"exclude": ["tag:vip"], "as_of": "2026-12-31"})], refused=["shop", "as of 2026-12-31"]),
    Edit("audience-of-another-day", "others would be of it from now on",
         [put("/audience/as_of", "2026-12-30")],
         before=[("set", S, "/audience", {"exclude": ["tag:vip"], "as_of": "2026-12-31"})], refused=["shop", "as of 2026-12-3"]),
    Edit("audience-narrowed", "vips alone from now on; nothing that was given goes back",
         [put("/audience", {"include": ["tag:vip"]})],
         on={name: "refuse shop/welcome NOT_IN_AUDIENCE" for name in ("a1", "a2", "a3", "a4", "a12")} | {
             "a5": "refuse shop/back NOT_IN_AUDIENCE", "a6": "refuse shop/back NOT_IN_AUDIENCE",
             "a7": "refuse shop/back NOT_IN_AUDIENCE ; refuse shop/goal NOT_IN_AUDIENCE", "a9": "refuse shop/two NOT_IN_AUDIENCE",
             "a10": "refuse shop/ladder NOT_IN_AUDIENCE", "a11": "refuse shop/use NOT_IN_AUDIENCE"}),
]

CAMPAIGN = {"id": "new", "version": 1, "name": {"zh": "new", "en": "new"}, "period": {"from": "2027-02-01", "to": "2027-12-31"},
            "audience": "everyone", "rules": [{"id": "g", "on": "checkin", "give": points(8), "limits": [count(1, "month")]}]}
FORFEIT, REISSUE = {"reward": "forfeit"}, {"reward": "reissue"}


def failed(name, time, reward):
    return event(name, "fulfilment.result", time, reward_id=reward, result="failed")


# Of b1, whose gift is of the files of before, twice; the one that is issued in its place; of a1, whose gift is of those behind.
FAILED = [failed("f1", "2027-02-12 19:00", "T8_vp6KbGrcF1MvQdszwYA"), failed("f2", "2027-02-12 19:10", "f5mPcCjOP2SA6T1saoZ6EQ"),
          failed("f3", "2027-02-12 19:20", "WFRCsAcPcg53fXyDLNMCLg")]
ANEW = {"f1": "reissued shop/welcome voucher 500", "f2": "revoked shop/welcome voucher 500"}
FAILURES = [
    Edit("failure-same", "another text: the failure of a gift of before is answered", [put("/name/en", "Shop!")],
         before=[put("/on_failure", REISSUE)], events=FAILED, on={**ANEW, "f3": "reissued shop/welcome voucher 500"}),
    Edit("failure-word-gone", "a gift goes by the file that gave it", [drop("/on_failure")], before=[put("/on_failure", REISSUE)],
         events=FAILED, on={**ANEW, "f3": "gate GIFT_UNKNOWN"}),
    Edit("failure-forfeits-now", "what was given is issued anew, what is given from now on is not",
         [put("/on_failure/reward", "forfeit")], before=[put("/on_failure", REISSUE)], events=FAILED,
         on={**ANEW, "f3": "revoked shop/welcome voucher 500"}),
    Edit("failure-reissues-now", "what was given is forfeited, what is given from now on is issued anew",
         [put("/on_failure/reward", "reissue")], before=[put("/on_failure", FORFEIT)], events=FAILED,
         on={"f1": "revoked shop/welcome voucher 500", "f2": "gate GIFT_UNKNOWN", "f3": "reissued shop/welcome voucher 500"}),
    Edit("failure-word-added", "nobody knows of what was given before", [put("/on_failure", REISSUE)], events=FAILED,
         on={"f1": "gate GIFT_UNKNOWN", "f2": "gate GIFT_UNKNOWN", "f3": "reissued shop/welcome voucher 500"}),
]

PHONE = {"when": {"biller": "phone"}, "within": "P2D", "otherwise": "refuse"}
B4 = "gift:11b1HzPP9ABrFvNIKQSZyg"


def review(**more):
    return put("/risk", {"review": {**PHONE, **more}}, B)


# Of b4, that it passes: a day later, before anything of the files behind is over.
PASSED = [event("r1", "reward.reviewed", "2027-02-12 20:00", reward_id=B4[5:], result="passed", staff="s1")]
HELD = {"b4": "pending shop/ladder voucher 600"}
REFUSED = {B4: "refuse shop/ladder EXPIRED ; revoked shop/ladder voucher 600 to c1", "a15": "nothing", "a16": "nothing"}
REVIEWS = [
    Edit("bank-review-added", "what comes from now on waits; nobody looks at what was given", [review()],
         on={"a10": "pending shop/ladder voucher 600"}),
    Edit("bank-review-of-all", "of every campaign, whether it cites the bank or not; chances are given, and what they buy waits",
         [put("/risk", {"review": {"within": "P7D", "otherwise": "pass"}}, B)],
         on={name: f"pending {gift}" for name, gift in (
             ("a1", "shop/welcome voucher 500"), ("a3", "shop/welcome voucher 500"), ("a5", "shop/back cash_back 1500"),
             ("a10", "shop/ladder voucher 600"), ("a11", "shop/use points 41"), ("a12", "shop/welcome voucher 500"),
             ("a13", "beside/g points 1"))} | {
             "a7": "refuse shop/back LIMIT_REACHED ; pending shop/goal points 5",
             "a9": "pending shop/two voucher 200 ; pending shop/two points 3"}),
    Edit("bank-review-gone", "what waits keeps its deadline, and its answer to silence", [drop("/risk", B)], before=[review()],
         on={**HELD, **REFUSED}),
    Edit("bank-review-gone-answered", "and a reviewer may answer until then", [drop("/risk", B)],
         before=[review(within="P7D")], events=PASSED,
         on={**HELD, "r1": "issued shop/ladder voucher 200"}),
    Edit("bank-review-changed", "another deadline and answer, for what comes from now on",
         [put("/risk/review/otherwise", "pass", B), put("/risk/review/within", "P7D", B)], before=[review()],
         on={**HELD, **REFUSED, "a10": "pending shop/ladder voucher 600"}),
    Edit("bank-review-beside-a-ladder", "a rule that pays step by step cannot be held", [review(), add("/rules/0", CLIMB)],
         refused=["shop.json", "/rules/0/give", "bank.json", "step by step"]),
    Edit("bank-review-longer-than-closing", "shop closes after a week", [review(within="P8D")],
         refused=["shop.json", "SHORT_CLOSING", '"closing": "P8D"']),
]

FOLDER = [
    Edit("file-gone", "its period runs: refused with a remedy, and back again it goes on", [("gone", S)], refused=["shop"]),
    Edit("ended-file-gone", "december is over: its file may go, its gifts are undone all the same", [("gone", "december.json")], on={}),
    Edit("file-moved", "the same campaign in a file of another name", [("moved", S, "shop-2027.json")], on={}),
    Edit("campaign-added", "it hears from now on", [("new", "new.json", CAMPAIGN)],
         on={"a9": "issued shop/two voucher 200 ; issued shop/two points 3 ; issued new/g points 8"}),
    Edit("campaign-twice", "two files say that they are shop", [("new", "copy.json", {**CAMPAIGN, "id": "shop"})], refused=["shop"]),
    Edit("id-changed", "the campaign that ran is gone, whatever stands in its place", [put("/id", "store")], refused=["shop"]),
    Edit("broken-file", "not even JSON", [("new", "broken.json", '{"id": "broken')], refused=["broken.json"]),
    Edit("bank-list-longer", "one more biller in the programme that shop cites", [add("/lists/billers/2", "gas", B)],
         events=[{**event("g1", "bill.paid", "2027-02-12 18:30", "c3"), "amount_minor": 12000, "currency": "CNY", "biller": "gas"}],
         on={"g1": "issued shop/ladder voucher 600"}),
    Edit("bank-same-version", "other content of the programme under the same version", [add("/lists/billers/2", "gas", B)], version=1,
         refused=["bank", "version"]),
    Edit("bank-fact-changed", "what all campaigns may ask means something else", [put("/facts/seen", {"first": "login"}, B)],
         refused=["seen", "last", "first"]),
    Edit("bank-list-shorter", "a biller is taken out: bills of it give nothing now, what was given stays",
         [put("/lists/billers", ["power"], B)], on={"a10": "nothing"}, events=[spend("g2", "2027-02-12 19:00", 10, "c9")]),
]


def rates(to, **days):
    before = {day: {"USD": "6.90"} for day in ("2026-12-25", "2027-01-08", "2027-01-20", "2027-02-01")}
    return {"rates": "daily", "currency": "CNY", "source": "invented", "covers": {"from": "2026-12-25", "to": to},
            "days": {**before, "2027-02-10": {"USD": "7.00"}} | {f"2027-02-{day[1:]}": of for day, of in days.items()}}


BY_TABLE = [put("/fx", {"table": "daily", "day": "event"}), ("new", "rates.json", rates("2027-02-12"))]
DOLLARS = [{**spend("u1", "2027-02-12 20:00", 20, "c8"), "currency": "USD"},
           {**spend("u2", "2027-02-13 10:00", 20, "c9"), "currency": "USD"}]
KNOWN, UNKNOWN = {"u1": "issued shop/back cash_back 1400"}, {"u2": "refuse shop/back RATE_UNKNOWN ; refuse shop/goal RATE_UNKNOWN"}
RATES = [
    Edit("rates-day-comes", "a day behind the last, in the same version", [("new", "rates.json", rates("2027-02-13", d13={"USD": "7.50"}))],
         before=BY_TABLE, events=DOLLARS, on={**KNOWN, "u2": "issued shop/back cash_back 1500"}),
    Edit("rates-covered-further", "the last day's rates go on over the weekend", [("new", "rates.json", rates("2027-02-14"))],
         before=BY_TABLE, events=DOLLARS, on={**KNOWN, "u2": "issued shop/back cash_back 1400"}),
    Edit("rates-and-text", "another text; the day has still to come", [put("/name/en", "Shop!")], before=BY_TABLE, events=DOLLARS,
         on={**KNOWN, **UNKNOWN}),
    Edit("rates-past-day", "another rate on a day that the table had", [("new", "rates.json", rates("2027-02-13", d10={"USD": "7.01"}))],
         before=BY_TABLE, events=DOLLARS, on={**KNOWN, **UNKNOWN}, refused=["PAST_RATE", "2027-02-10", "daily", "put the days"]),
    Edit("rates-past-gap", "a rate on a day that had the one before", [("new", "rates.json", rates("2027-02-12", d05={"USD": "7.20"}))],
         before=BY_TABLE, events=DOLLARS, on={**KNOWN, **UNKNOWN}, refused=["PAST_RATE", "2027-02-05"]),
    Edit("rates-day-gone", "the table ends earlier", [("new", "rates.json", rates("2027-02-11"))], before=BY_TABLE, events=DOLLARS,
         on={**KNOWN, **UNKNOWN}, refused=["PAST_RATE", "2027-02-12"]),
    Edit("rates-file-gone", "the table that shop goes by", [("gone", "rates.json")], before=BY_TABLE, events=DOLLARS,
         on={**KNOWN, **UNKNOWN}, refused=["no table of rates 'daily'"]),
    Edit("rates-other-day", "the workday before", [put("/fx/day", "previous_workday")], before=BY_TABLE, events=DOLLARS,
         on={**KNOWN, **UNKNOWN}, refused=["shop", "of its day", "of the workday before"]),
]
EDITS = LIMITS + QUEUES + POOLS + RULES + FACTS + HEADER + FAILURES + REVIEWS + FOLDER + RATES
