/* The waterfall for people:
 *
 *   txn.card_spend card-core/pay2, customer c1, 2026-12-04T14:30:00+08:00
 *     amount 80.00, mcc 5812, status settled
 *
 *   weekend-dining v1  Weekend dining
 *     ✗ half: LIMIT_REACHED limit reached: 1 of 1 per customer, day 2026-12-04
 *         ✓ campaign runs 2026-12-01 to 2027-12-31
 *         ✗ limit 1 per customer, day: 1 used, customer 2026-12-04
 */
#include "waiting.h"
#include "words.h"

static bool is_zh(const struct telling *t) { return t->style->language == LANGUAGE_ZH; }

static void put(const struct telling *t, const char *en, const char *zh) { buffer_put(t->out, str_of(is_zh(t) ? zh : en)); }

static void color(const struct telling *t, const char *code) {
  if (t->style->color) buffer_print(t->out, "\033[%sm", code);
}

static void mark(const struct telling *t, bool passed) {
  color(t, passed ? "32" : "31");
  buffer_put(t->out, passed ? STR("✓ ") : STR("✗ "));
  color(t, "0");
}

/* ---- the head: which event ---- */

static void event_fields(const struct telling *t) {
  const struct event *event = t->event;
  const struct value *currency = event_field(event, FIELD_ID_CURRENCY);
  int decimals = currency == NULL || currency->kind != VALUE_TEXT ? 2 : currency_decimals(currency->text);
  struct money_style style = {decimals < 0 ? 2 : decimals, zone_fixed(event->offset_minutes)};
  if (event->field_count > 0) buffer_put(t->out, STR("  "));
  for (uint32_t i = 0; i < event->field_count; i++) {
    const struct field_info *field = &t->rulebook->catalogue->fields[event->field_ids[i]];
    if (i > 0) buffer_put(t->out, STR(", "));
    buffer_put(t->out, words_field(field->campaign_name, t->style->language));
    buffer_byte(t->out, ' ');
    words_value(t->out, &event->values[i], field->kind, style, t->style->language);
  }
  if (event->field_count > 0) buffer_byte(t->out, '\n');
}

static void head_cause(const struct telling *t) {
  if (t->recorded == NULL || t->recorded->caused_by.length == 0) return;
  put(t, " (caused by ", "(由 ");
  buffer_put(t->out, t->recorded->caused_by);
  put(t, ")", " 引发)");
}

static void head_event(const struct telling *t) {
  color(t, "1");
  if (t->event != NULL) {
    buffer_print(t->out, "%.*s %.*s/%.*s", STR_FORMAT(t->event->type_name), STR_FORMAT(t->event->source), STR_FORMAT(t->event->id));
    put(t, ", customer ", ",客户 ");
    buffer_put(t->out, t->recorded != NULL ? t->recorded->customer : t->event->customer);
    head_cause(t);
    put(t, ", ", ",");
    buffer_time(t->out, t->event->time_ms, t->event->offset_minutes);
  } else {
    const struct recorded_decision *r = t->recorded;
    buffer_print(t->out, "%.*s %.*s/%.*s", STR_FORMAT(r->event_type), STR_FORMAT(r->event_source), STR_FORMAT(r->event_id));
    put(t, ", customer ", ",客户 ");
    buffer_put(t->out, r->customer);
    head_cause(t);
    put(t, ", ", ",");
    buffer_put(t->out, r->time);
  }
  color(t, "0");
  buffer_byte(t->out, '\n');
}

static void head_warning(const struct telling *t, const char *en, const char *zh) {
  buffer_put(t->out, STR("  "));
  color(t, "33");
  put(t, en, zh);
  color(t, "0");
  buffer_byte(t->out, '\n');
}

static void head_place(const struct telling *t) {
  const struct unheard_range *range = t->recorded->range;
  put(t, "  decided from ", "  决策依据:");
  buffer_print(t->out, "%.*s, ", STR_FORMAT(t->recorded->input));
  put(t, "position ", "位置 ");
  buffer_print(t->out, "%" PRIu64, t->recorded->position);
  put(t, ", rulebook ", ",规则版本 ");
  buffer_put(t->out, t->recorded->rulebook_digest);
  buffer_byte(t->out, '\n');
  if (range == NULL) return;
  if (is_zh(t))
    buffer_print(t->out, "  没有活动对该事件作出处理,因此无单独记录:属于位置 %" PRIu64 " 至 %" PRIu64 " 间的 %" PRIu64 " 个此类事件之一\n",
                 range->first, range->last, range->events);
  else
    buffer_print(t->out,
                 "  no campaign did anything with it, so it has no line of its own: one of %" PRIu64 " such events from position %" PRIu64
                 " to %" PRIu64 "\n",
                 range->events, range->first, range->last);
}

static void head_decision(const struct telling *t) {
  if (t->recorded == NULL) {
    head_warning(t, "! no decision was recorded for this event: only what the event and the campaigns alone decide is told",
                 "! 未找到该事件的决策记录:以下仅为由事件与活动文件即可判断的结果");
    return;
  }
  if (t->recorded->may_be_in == 0) {
    head_place(t);
  } else if (is_zh(t)) {
    buffer_print(t->out, "  ! 无单独记录:若该事件曾到达,则属于 %u 段未作处理的事件之一(规则版本 ", t->recorded->may_be_in);
    buffer_print(t->out, "%.*s);是否到达可用 --input 查证\n", STR_FORMAT(t->recorded->rulebook_digest));
  } else {
    buffer_print(
        t->out,
        "  ! it has no line of its own: if it came, it is in one of %u ranges of events that no campaign did anything with (rulebook ",
        t->recorded->may_be_in);
    buffer_print(t->out, "%.*s); --input FILE tells whether it came\n", STR_FORMAT(t->recorded->rulebook_digest));
  }
  if (!t->same_rulebook)
    head_warning(t, "! the campaigns loaded here are not those it was decided with: what is marked \"now\" may have been different then",
                 "! 当前加载的活动与决策时不同:标注“现”的结果可能与当时不一致");
  if (t->event == NULL && !recorded_close(t->recorded))
    head_warning(t, "! the event's own line is not at hand (--input FILE): only what was recorded is told",
                 "! 未找到事件原文(可用 --input 指定):仅列出已记录的结果");
}

static void head_gate(const struct telling *t) {
  if (t->gate == REASON_GIVEN) return;
  buffer_put(t->out, STR("  "));
  mark(t, false);
  if (t->gate == REASON_COUNT) {
    buffer_print(t->out, "%.*s\n", STR_FORMAT(t->recorded->gate));
    return;
  }
  words_reason(t->out, t->gate, t->style->language);
  buffer_byte(t->out, '\n');
}

static void text_head(struct telling *t) {
  head_event(t);
  if (t->event != NULL) event_fields(t);
  unknown_text(t);
  head_decision(t);
  head_gate(t);
}

/* ---- a rule ---- */

/* Who heard it is recorded; nobody: neither the event nor the customer's record named another. */
static void elsewhere_words(struct buffer *out, const struct telling *t, const struct verdict *verdict) {
  bool zh = t->style->language == LANGUAGE_ZH, any = false;
  for (uint32_t i = 0; t->recorded != NULL && i < t->recorded->heard_count; i++) {
    const struct recorded_heard *heard = &t->recorded->heard[i];
    const struct campaign *campaign = &t->rulebook->campaigns[verdict->rule->campaign];
    if (!str_equal(heard->rule, verdict->rule->id) || !str_equal(heard->campaign, campaign->id)) continue;
    buffer_put(out, any  ? STR(", ")
                    : zh ? STR("由其他客户接收,见该客户的决策:")
                         : STR("judged for another customer, see the decision for "));
    buffer_put(out, heard->customer);
    any = true;
  }
  if (any) return;
  buffer_put(out, zh ? STR("须由其他客户接收,但事件与客户记录均未指明")
                     : STR("for another customer, but neither the event nor the record names one"));
}

void verdict_words(struct buffer *out, const struct telling *t, const struct verdict *verdict) {
  enum language language = t->style->language;
  if (verdict->kind == VERDICT_UNDECIDED && t->recorded != NULL && t->recorded->range != NULL) {
    buffer_put(out, language == LANGUAGE_ZH
                        ? STR("当时没有活动处理该事件;按当前活动须结合客户状态判断")
                        : STR("no campaign did anything with it then; now it would be judged with the customer's state"));
    return;
  }
  if (verdict->kind == VERDICT_UNDECIDED) {
    buffer_put(out, language == LANGUAGE_ZH ? STR("须结合客户状态判断,无决策记录")
                                            : STR("would be judged with the customer's state; nothing is recorded"));
    return;
  }
  if (verdict->kind == VERDICT_ELSEWHERE) {
    elsewhere_words(out, t, verdict);
    return;
  }
  uint32_t gifts = verdict->recorded == NULL ? 0 : verdict->recorded->gift_count;
  for (uint32_t i = 0; i < gifts; i++) {
    struct told_gift gift = told_gift_read(t->rulebook, verdict->rule, &verdict->recorded->gifts[i]);
    if (i > 0) buffer_put(out, language == LANGUAGE_ZH ? STR(";") : STR("; "));
    detail_gift(out, t->rulebook, verdict->rule->campaign, &gift, language);
  }
  if (gifts > 0 || verdict->told.reason == REASON_COUNT) return;
  const struct reason_info *info = &reasons[verdict->told.reason];
  buffer_put(out, str_of(language == LANGUAGE_ZH ? info->label_zh : info->label_en));
  size_t label = out->length;
  buffer_put(out, language == LANGUAGE_ZH ? STR(":") : STR(": "));
  size_t start = out->length;
  detail_refusal(out, t->rulebook, &verdict->told, language);
  if (out->length == start) out->length = label;
}

static void campaign_head(struct telling *t, const struct campaign *campaign) {
  buffer_byte(t->out, '\n');
  color(t, "1");
  buffer_print(t->out, "%.*s v%u", STR_FORMAT(campaign->id), campaign->version);
  color(t, "0");
  struct str name = is_zh(t) ? campaign->name_zh : campaign->name_en;
  buffer_print(t->out, "  %.*s\n", STR_FORMAT(name));
  struct fx_rate rate;
  if (!telling_rate(t, campaign, &rate)) return;
  buffer_print(t->out, is_zh(t) ? "  1 %.*s 按 " : "  1 %.*s counts as ", STR_FORMAT(rate.currency));
  buffer_fx(t->out, rate.rate_e8);
  buffer_print(t->out, is_zh(t) ? " %.*s 折算\n" : " %.*s\n", STR_FORMAT(campaign->currency));
}

static void gift_ids(const struct telling *t, const struct verdict *verdict) {
  for (uint32_t i = 0; verdict->recorded != NULL && i < verdict->recorded->gift_count; i++) {
    const struct recorded_gift *gift = &verdict->recorded->gifts[i];
    put(t, "        reward ", "        奖励编号 ");
    buffer_put(t->out, gift->id);
    if (gift->pool.length > 0) {
      put(t, ", pool ", ",奖池 ");
      buffer_put(t->out, gift->pool);
    }
    buffer_byte(t->out, '\n');
  }
}

/* "drawn 3 of 1000: tablet, none left; drawn 411 of 995: p8". */
static void drawn_told(const struct telling *t, const struct verdict *verdict) {
  const uint32_t count = verdict->recorded == NULL ? 0 : verdict->recorded->drawn_count;
  for (uint32_t i = 0; i < count; i++) {
    const struct recorded_drawn *drawn = &verdict->recorded->drawn[i];
    buffer_put(t->out, i == 0 ? STR("        ") : is_zh(t) ? STR("；") : STR("; "));
    if (drawn->total > 0)
      buffer_print(t->out, is_zh(t) ? "抽到%u（共%u）：" : "drawn %u of %u: ", drawn->number, drawn->total);
    else
      put(t, "next in the list: ", "顺延：");
    buffer_put(t->out, drawn->item);
    if (i + 1 < count) put(t, ", none left", "，已发完");
  }
  if (count > 0) buffer_byte(t->out, '\n');
}

static void undone_step(const struct telling *t, const struct verdict *verdict) {
  size_t start = t->out->length;
  buffer_put(t->out, STR("      • "));
  size_t words = t->out->length;
  undone_words(t->out, t, verdict->rule);
  if (t->out->length == words)
    t->out->length = start;
  else
    buffer_byte(t->out, '\n');
}

static void rule_steps(const struct telling *t, const struct verdict *verdict) {
  if (verdict->told.reason >= REASON_REVERSED && verdict->told.reason != REASON_PENDING_HOLD && verdict->told.reason != REASON_DRAW_LOST &&
      verdict->told.reason != REASON_EXPIRED)
    return;
  if (verdict_is_anew(verdict) || told_is_at(&verdict->told, STR("/review"))) return; /* its event was judged before */
  struct steps steps;
  steps_fill(&steps, t->rulebook, t->event, &verdict->told, t->style->language);
  for (uint32_t i = 0; i < steps.count; i++) {
    buffer_put(t->out, STR("      "));
    mark(t, steps.items[i].passed);
    buffer_put(t->out, steps.items[i].text);
    buffer_byte(t->out, '\n');
  }
}

static bool is_good(const struct verdict *verdict) { return verdict->told.reason == REASON_GIVEN; }

static void line_of(struct telling *t, const struct campaign *campaign) {
  if (t->facts_told++ == 0) campaign_head(t, campaign);
  buffer_put(t->out, STR("  • "));
}

static void text_waiting(struct telling *t, const struct campaign *campaign) {
  struct told_waiting told;
  for (uint32_t at = 0; waiting_next(t, campaign, &at, &told);) {
    if (t->facts_told++ == 0) campaign_head(t, campaign);
    t->waiting_told++;
    buffer_print(t->out, "  - %.*s: ", STR_FORMAT(told.rule->id));
    waiting_words(t->out, t, &told);
    buffer_byte(t->out, '\n');
  }
}

static void text_facts(struct telling *t, const struct campaign *campaign) {
  struct told_fact told;
  struct str words;
  if (enrols(t, campaign, &words)) {
    line_of(t, campaign);
    buffer_print(t->out, "%.*s\n", STR_FORMAT(words));
  }
  for (uint32_t at = 0; facts_next(t, campaign, &at, &told);) {
    line_of(t, campaign);
    fact_words(t->out, t, &told);
    buffer_byte(t->out, '\n');
  }
  text_waiting(t, campaign);
}

static void text_rule(struct telling *t, const struct campaign *campaign, const struct verdict *verdict) {
  if (t->rules_told++ == 0 && t->facts_told == 0) campaign_head(t, campaign);
  buffer_put(t->out, STR("  "));
  if (verdict->kind == VERDICT_UNDECIDED || verdict->kind == VERDICT_ELSEWHERE)
    buffer_put(t->out, verdict->kind == VERDICT_UNDECIDED ? STR("? ") : STR("→ "));
  else
    mark(t, is_good(verdict));
  buffer_print(t->out, "%.*s: ", STR_FORMAT(verdict->rule->id));
  if (verdict->code.length > 0 && !is_good(verdict)) buffer_print(t->out, "%.*s ", STR_FORMAT(verdict->code));
  verdict_words(t->out, t, verdict);
  if (verdict->kind == VERDICT_RECOMPUTED && t->recorded != NULL && !t->same_rulebook) put(t, " (now)", "(现)");
  buffer_byte(t->out, '\n');
  gift_ids(t, verdict);
  drawn_told(t, verdict);
  if (!t->style->brief && verdict->told.reason == REASON_REVERSED) undone_step(t, verdict);
  if (!t->style->brief && verdict->kind != VERDICT_GATED && verdict->told.reason != REASON_COUNT) rule_steps(t, verdict);
}

static void text_campaign_end(struct telling *t, const struct campaign *campaign) {
  t->campaigns_told++;
  if (t->rules_told > 0 || t->waiting_told > 0 || campaign->programme) return;
  if (t->facts_told > 0) {
    put(t, "  - no rule of it listens to this event\n", "  - 无规则监听此类事件\n");
    return;
  }
  campaign_head(t, campaign);
  put(t, "  - does not listen to this type of event\n", "  - 不监听此类事件\n");
}

static void text_foreign(struct telling *t, const struct recorded_outcome *outcome) {
  if (t->foreign_told++ == 0) put(t, "\nrecorded, but not in the campaigns loaded here:\n", "\n已记录,但当前加载的活动中没有:\n");
  buffer_print(t->out, "  %.*s/%.*s v%u: %.*s", STR_FORMAT(outcome->campaign), STR_FORMAT(outcome->rule), outcome->campaign_version,
               STR_FORMAT(outcome->reason));
  for (uint32_t i = 0; i < outcome->gift_count; i++) buffer_print(t->out, " %.*s", STR_FORMAT(outcome->gifts[i].id));
  buffer_byte(t->out, '\n');
}

/* What it takes back was heard as another: what went back is said in that customer's decision. */
static bool reversal_elsewhere(const struct telling *t) {
  bool any = false;
  for (uint32_t i = 0; t->recorded != NULL && i < t->recorded->heard_count; i++) {
    const struct recorded_heard *heard = &t->recorded->heard[i];
    if (heard->rule.length > 0 || heard->fact.length > 0) continue;
    if (!any)
      put(t, "\nWhat it takes back was heard for another customer, see the decision for ",
          "\n被撤销的事件曾由其他客户接收,见该客户的决策:");
    buffer_print(t->out, "%s%.*s", any ? ", " : "", STR_FORMAT(heard->customer));
    any = true;
  }
  if (any) buffer_byte(t->out, '\n');
  return any;
}

/* Whatever gave something hears a reversal: that nobody says anything means that there was nothing to take back. */
static void reversal_end(const struct telling *t) {
  const struct value *original = event_field(t->event, FIELD_ID_ORIGINAL_ID);
  if (original == NULL || reversal_elsewhere(t) || t->campaigns_told > 0) return;
  buffer_byte(t->out, '\n');
  put(t, "Nothing was taken back: no gift and no fact rests on ", "未收回任何奖励:没有奖励或事实基于事件 ");
  buffer_print(t->out, "%.*s", STR_FORMAT(original->text));
  put(t, ", or it has not come yet; then it is judged as one that is undone already.\n", ";若该事件尚未到达,届时按已撤销处理。\n");
}

static void text_end(struct telling *t) {
  if (t->event != NULL && t->event->type == TYPE_ID_REVERSED) {
    reversal_end(t);
    return;
  }
  if (t->style->only_considered && t->silent > 0 && t->event != NULL) {
    buffer_byte(t->out, '\n');
    if (is_zh(t))
      buffer_print(t->out, "另有 %u 个活动不监听此类事件。\n", t->silent);
    else
      buffer_print(t->out, "%u other campaign%s not listen to this type of event.\n", t->silent, t->silent == 1 ? " does" : "s do");
  }
}

const struct sink explain_text = {text_head, text_facts, text_rule, text_campaign_end, text_foreign, text_end};
