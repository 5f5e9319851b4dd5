/* Rules of chances, as stories of them are written: who has one, by what, and who spends it. */
#ifndef GIFTD_TESTS_CHANCES_H
#define GIFTD_TESTS_CHANCES_H

#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define SPENDS "{'id':'u','on':'reward.claimed','spends':'x'," FREE "," VOUCHER "}"
#define SUM(per) "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'" per "}},"
#define TOP_UP(id, bands)                                                                             \
  "{'id':'" id                                                                                        \
  "','on':{'fact':'s'},'give':{'reward':'chance','chance':'x','count':{'by':'fact.s','pay':'top_up'," \
  "'bands':[" bands "]}}," FREE "}"
#define EIGHT(line) line line line line line line line line
#define THIRTY(line) EIGHT(line) EIGHT(line) EIGHT(line) line line line line line line
#define THIRTY_TWO(line) THIRTY(line) line line

#endif
