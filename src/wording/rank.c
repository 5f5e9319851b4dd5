/* Ranks: who is first of all customers, when their figures are worked out, and what stands behind each place. */
#include "parts.h"

static const char *direction(const struct say *say, const struct rank_side *side) {
  static const char *const words[3][2][2] = {{{"the lowest first", "由低到高"}, {"the highest first", "由高到低"}},
                                             {{"the earliest first", "由早到晚"}, {"the latest first", "由晚到早"}},
                                             {{"the shortest first", "由短到长"}, {"the longest first", "由长到短"}}};
  enum left_kind left = say->rulebook->conditions[side->left].left;
  uint32_t kind = left == LEFT_FACT_AT ? 1 : left == LEFT_FACT_ELAPSED ? 2 : 0;
  return words[kind][side->highest ? 1 : 0][say_zh(say) ? 1 : 0];
}

/* "the “...” (the highest first)", "“...”由高到低". */
static void side_say(struct say *say, const struct rank_side *side) {
  const char *words = direction(say, side);
  say_left(say, &say->rulebook->conditions[side->left]);
  put(say, " (", "");
  put(say, words, words);
  put(say, ")", "");
}

static void ties_say(struct say *say, const struct rank *rank) {
  for (uint32_t i = 0; i < rank->tie_count; i++) {
    put(say, i == 0 ? "; where that is equal, by " : ", then by ", i == 0 ? "；相同的，依次按" : "、");
    side_say(say, &rank->ties[i]);
  }
  if (rank->tie_count > 0)
    put(say, "; where all of these are equal, a draw by computer decides", "排列；仍相同的，由系统随机排定");
  else
    put(say, "; where that is equal, a draw by computer decides", "；相同的，由系统随机排定");
}

/* Money and points are given in whole units of their own. */
static void share_say(struct say *say) {
  put(say,
      "\n**Sharing:** when the period is over and the figures of all customers are known, the pot is divided among all customers who meet "
      "the conditions, in proportion to their figures, rounded down. What is left over - by rounding, by the most that one customer may "
      "have, or because a share cannot be given - is not given to anybody.",
      "\n**瓜分方式**：周期结束、全体客户的数据确定后，由所有符合上述条件的客户按各自数值占全体合计的比例瓜分奖池，向下取整；因取整、"
      "单人上限或未能发放而余下的部分不再发放。");
  put(say, " What counts is what has been recorded by then: payments and refunds that come later change nobody's share.\n",
      "以届时已计入的为准，之后计入或退款的不改变任何人的份额。\n");
}

static void lot_say(struct say *say, const struct rank *rank) {
  put(say, "\n**Draw:** a draw among all tickets of all customers who meet the conditions; each customer has ",
      "\n**抽签**：在所有符合上述条件的客户的全部签中抽取，");
  put(say, "as many as ", "签数按");
  say_left(say, &say->rulebook->conditions[rank->by.left]);
  put(say, " says, at most ", "计，每位客户至多计");
  say_number(say, rank->tickets);
  put(say, rank->tickets == 1 ? " ticket each; " : " tickets each; ", "签；依次抽出");
  put_int(say, rank->top);
  put(say, rank->top == 1 ? " customer wins" : " customers win", "名中签客户");
  put(say, ", each once: a further ticket of a winner is passed over", "，每人只中一次，已中客户的其他签不再计");
  put(say,
      ". What counts is what has been recorded by then: payments and refunds that come later change no place. When a winner cannot be "
      "given the gift, nobody moves up.\n",
      "。以届时已计入的为准，之后计入或退款的不改变抽签结果；中签客户未能获得奖励的，名额不递补。\n");
}

void say_rank(struct say *say, const struct rule *rule) {
  const struct rank *rank = &rule->rank;
  if (rank->shared) share_say(say);
  if (rank->tickets > 0) lot_say(say, rank);
  if (rank->top == 0 || rank->tickets > 0) return;
  bool time = say->rulebook->conditions[rank->by.left].left != LEFT_FACT; /* a measure has always a value */
  put(say, "\n**Ranking:** of all customers who meet the conditions, the first ", "\n**排名**：所有符合上述条件的客户，按");
  if (!say_zh(say) && rank->top > 1) put_int(say, rank->top);
  put(say, rank->top > 1 ? " by " : "by ", "");
  side_say(say, &rank->by);
  put(say, "", "排名，取前");
  if (say_zh(say)) put_int(say, rank->top);
  put(say, "", "名");
  if (time) put(say, "; customers without it are not ranked", "；没有该项的客户不参加排名");
  ties_say(say, rank);
  put(say,
      ". What counts is what has been recorded by then: payments and refunds that come later change no place. When a winner cannot be "
      "given the gift, nobody moves up.\n",
      "。以届时已计入的为准，之后计入或退款的不改变名次；获奖客户未能获得奖励的，名额不递补。\n");
}

/* "place 1", "places 2 to 5", "from place 6 on": `to` is the last of them, or 0. */
void say_places(struct say *say, int64_t from, int64_t to) {
  put(say, to == 0 ? "from place " : to > from ? "places " : "place ", "第");
  put_int(say, from);
  if (to > from) put(say, " to ", "至");
  if (to > from) put_int(say, to);
  put(say, to == 0 ? " on" : "", to == 0 ? "名起" : "名");
}
