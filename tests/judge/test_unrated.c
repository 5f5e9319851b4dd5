/* An event that facts alone hear, paid at a rate that is not there yet: which rule says RATE_UNKNOWN (docs/language.md section 9.3;
 * src/judge/missed.c) - the first that asks the fact itself, however it asks, else the campaign's first. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define ONE "'give':{'reward':'points','value':1,'pool':'unlimited'}"
#define PERIOD                                                                                                                           \
  "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P14D'},'late':{'accept':'P1D','backfill':'P7D'},'fx':{'table':'t','day':'" \
  "event'},"
#define FACTS                                                                                                                              \
  "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'},"                                                   \
  "'f':{'first':{'event':'bill.paid','when':{'channel':'app'}}},"                                                                          \
  "'t':{'track':{'opens':'login','tasks':[{'id':'x','on':'txn.transfer','when':{'amount':{'gte':'1.00'}}}],'need':'all','within':'P7D'}}," \
  "'u':{'track':{'opens':'login','tasks':[{'id':'x','on':'service.rated'}],'need':'all','within':'P7D'}}}"                                 \
  ","
#define RATES                                                                                                                           \
  "|{'rates':'t','currency':'CNY','source':'invented','covers':{'from':'2026-11-30','to':'2026-12-05'},'days':{'2026-11-30':{'USD':'7." \
  "0000'}}}"
#define OTHER "{'id':'o','on':'checkin'," ONE "," FREE "}"
#define ASKS(when) "{'id':'a','on':'login','when':" when "," ONE "," FREE "}"
#define LATER \
  "{'id':'z','on':'login','when':{'fact.s':{'gte':'1.00'},'fact.f.at':{'older_than':'P1D'},'fact.t':'completed'}," ONE "," FREE "}"
/* None of these asks for s, however like it they are written. */
#define DECOYS                                                                                                                           \
  OTHER ",{'id':'p','on':'payroll.credited','give':{'reward':'points','value':{'percent':'10%','of':'amount'},'pool':'unlimited'}," FREE \
        "},{'id':'q','on':'payroll.credited','give':{'reward':'voucher','value':'5.00','count':{'by':'amount','bands':[{'from':'1.00','" \
        "value':1}"                                                                                                                      \
        "]},'pool':'unlimited'}," FREE                                                                                                   \
        "},{'id':'n','on':'login','when':{'all':[{'page':'ios'},{'any':[{'channel':'web'},{'channel':'atm'}]}"                           \
        "]}," ONE "," FREE "},{'id':'r','on':['checkin',{'fact':'u'}]," ONE "," FREE "}"
#define OF(rules) PERIOD FACTS "'rules':[" DECOYS "," rules "," LATER "]" RATES
#define SPENDS "12-08T10:00 c1 spend 10.00 currency=USD"
#define TOLD             \
  SPENDS                 \
  " => a!RATE_UNKNOWN\n" \
  "why a => RATE_UNKNOWN USD 2026-12-08\n"

static const struct story stories[] = {
    {"asked by its condition", OF(ASKS("{'fact.s':{'gte':'5.00'}}")), TOLD},
    {"asked deep below, as the last of some", OF(ASKS("{'all':[{'channel':'app'},{'any':[{'channel':'web'},{'fact.s':{'gte':'5.00'}}]}]}")),
     TOLD},
    {"asked by an item",
     OF("{'id':'a','on':'login','give':{'first_of':[{'id':'i','when':{'channel':'app'},'reward':'points','value':1,'pool':'unlimited'},{'"
        "id':'k','when':{'fact.s':{'gte':'5.00'}},'reward':'points','value':1,'pool':'unlimited'}]}," FREE "}"),
     TOLD},
    {"asked by a value",
     OF("{'id':'a','on':'login','give':{'reward':'points','value':{'by':'fact.s','bands':[{'from':'1.00','value':1}]},'pool':'unlimited'}"
        "," FREE "}"),
     TOLD},
    {"asked by a count",
     OF("{'id':'a','on':'login','give':{'reward':'voucher','value':'5.00','count':{'by':'fact.s','bands':[{'from':'1.00','value':1}]},'"
        "pool':'unlimited'}," FREE "}"),
     TOLD},
    {"heard, beside another trigger", OF("{'id':'a','on':['login',{'fact':'s'}],'when':{'fact.s':{'gte':'5.00'}}," ONE "," FREE "}"), TOLD},
    {"heard alone", OF("{'id':'a','on':{'fact':'t'}," ONE "," FREE "}"),
     "12-08T10:00 c1 txn.transfer 10.00 currency=USD => a!RATE_UNKNOWN\n"},
    {"of two that ask it the first", PERIOD FACTS "'rules':[" ASKS("{'fact.s':{'gte':'5.00'}}") "," LATER "]" RATES, TOLD},
    {"nobody asks it: the first of the campaign",
     PERIOD "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'},'b':{'measure':'sum','of':'amount','on':'"
            "bill.paid','window':'month'},'d':{'difference':['s','b']}},'rules':[" OTHER
            ",{'id':'a','on':'login','when':{'fact.d':{'gte':'5.00'}}," ONE "," FREE "}]" RATES,
     SPENDS " => o!RATE_UNKNOWN\n"},
    {"what tests anything else does not ask it", OF(ASKS("{'fact.f.at':{'older_than':'P1D'}}")), SPENDS " => z!RATE_UNKNOWN\n"},
    {"a rule that hears the event says it itself, once", OF("{'id':'a','on':'txn.card_spend'," ONE "," FREE "}"),
     SPENDS " => a!RATE_UNKNOWN\n"},
    {"by when it happened", OF(ASKS("{'fact.f.at':{'newer_than':'P9D'}}")),
     "12-08T10:00 c1 bill.paid 10.00 currency=USD channel=app => a!RATE_UNKNOWN\n"},
    {"by how long it took", OF(ASKS("{'fact.t.elapsed':{'lte':'PT9H'}}")),
     "12-08T10:00 c1 txn.transfer 10.00 currency=USD => a!RATE_UNKNOWN\n"},
    {"whose rate is there has nothing to tell", OF(ASKS("{'fact.s':{'gte':'5.00'}}")), "12-05T10:00 c1 spend 10.00 currency=USD => \n"},
};

static void facts_alone(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(facts_alone)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
