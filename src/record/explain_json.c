/* The waterfall for programs: one object a line, in the words of docs/language.md section 12. Stable: members are added, never renamed.
 *
 *   {"event":{source,id,type,time},"customer","caused_by","unknown":[{what,word,field,near}],
 *    "recorded":true,"gate","rulebook","same_rulebook","position","input","range":{first,last,events},"may_be_in",
 *    "campaigns":[{campaign,version,name,enrolment,facts:[{fact,what,period,before,after,next,rule,text}],
 *                  waiting:[{rule,fact,period,actual,expected,text}],
 *                  rules:[{rule,reason,recorded,text,why,at,limit,pool,shut,identity,rank,place,units,units_all,pot,
 *                         period,expected,actual,gifts,draw,steps}]}],
 *    "elsewhere":[{campaign,version,rule,reason}]}
 *
 * `range`: nobody heard the event, it has no line of its own and is one of these. `may_be_in`: where it stands is not known; if it came it
 * is one of so many ranges. `reason` is null where nothing is recorded and the customer's state would have to be asked.
 */
#include "text.h"
#include "waiting.h"
#include "words.h"

static void json_event(const struct telling *t) {
  const struct recorded_decision *r = t->recorded;
  PUT(t->out, "{\"event\":{\"source\":");
  text_json(t->out, t->event != NULL ? t->event->source : r->event_source);
  TEXT_MEMBER(t->out, "id", t->event != NULL ? t->event->id : r->event_id);
  TEXT_MEMBER(t->out, "type", t->event != NULL ? t->event->type_name : r->event_type);
  if (t->event != NULL) {
    PUT(t->out, ",\"time\":\"");
    buffer_time(t->out, t->event->time_ms, t->event->offset_minutes);
    PUT(t->out, "\"");
  } else {
    TEXT_MEMBER(t->out, "time", r->time);
  }
  PUT(t->out, "}");
  TEXT_MEMBER(t->out, "customer", t->event != NULL && r == NULL ? t->event->customer : r->customer);
  if (r != NULL) TEXT_MEMBER(t->out, "caused_by", r->caused_by);
  unknown_json(t);
}

/* Of what has no line of its own: where the range is that has it. */
static void json_place(const struct telling *t) {
  const struct recorded_decision *r = t->recorded;
  if (r->may_be_in > 0) {
    TEXT_NUMBER(t->out, "may_be_in", (int64_t)r->may_be_in);
    return;
  }
  TEXT_MEMBER(t->out, "input", r->input);
  TEXT_NUMBER(t->out, "position", (int64_t)r->position);
  if (r->range == NULL) return;
  TEXT_NUMBER(t->out, "range\":{\"first", (int64_t)r->range->first);
  TEXT_NUMBER(t->out, "last", (int64_t)r->range->last);
  TEXT_NUMBER(t->out, "events", (int64_t)r->range->events);
  PUT(t->out, "}");
}

static void json_open_event(struct telling *t) {
  json_event(t);
  if (t->recorded == NULL) {
    PUT(t->out, ",\"recorded\":false");
  } else {
    text_put(t->out, t->recorded->may_be_in > 0 ? STR(",\"recorded\":false") : STR(",\"recorded\":true"));
    TEXT_MEMBER(t->out, "gate", t->recorded->gate);
    TEXT_MEMBER(t->out, "rulebook", t->recorded->rulebook_digest);
    text_put(t->out, t->same_rulebook ? STR(",\"same_rulebook\":true") : STR(",\"same_rulebook\":false"));
    json_place(t);
  }
  PUT(t->out, ",\"campaigns\":[");
}

static void json_gifts(const struct telling *t, const struct recorded_outcome *outcome) {
  if (outcome == NULL || outcome->gift_count == 0) return;
  PUT(t->out, ",\"gifts\":[");
  for (uint32_t i = 0; i < outcome->gift_count; i++) {
    const struct recorded_gift *gift = &outcome->gifts[i];
    text_put(t->out, i > 0 ? STR(",{\"id\":") : STR("{\"id\":"));
    text_json(t->out, gift->id);
    TEXT_MEMBER(t->out, "kind", gift->kind);
    TEXT_MEMBER(t->out, "item", gift->item);
    TEXT_MEMBER(t->out, "reward", gift->reward);
    TEXT_NUMBER(t->out, "value_minor", gift->value_minor);
    TEXT_NUMBER(t->out, "count", gift->count);
    TEXT_MEMBER(t->out, "pool", gift->pool);
    if (gift->cut_by.length > 0) TEXT_NUMBER(t->out, "cut_from_minor", gift->cut_from_minor);
    TEXT_MEMBER(t->out, "cut_by", gift->cut_by);
    TEXT_MEMBER(t->out, "why", gift->why);
    TEXT_MEMBER(t->out, "asked_by", gift->asked_by);
    TEXT_MEMBER(t->out, "due", gift->due);
    PUT(t->out, "}");
  }
  PUT(t->out, "]");
}

/* As the decision has it. */
static void json_draw(const struct telling *t, const struct recorded_outcome *outcome) {
  if (outcome == NULL || outcome->drawn_count == 0) return;
  PUT(t->out, ",\"draw\":{\"rule\":");
  text_json(t->out, outcome->draw_rule);
  TEXT_MEMBER(t->out, "key", outcome->draw_key);
  PUT(t->out, ",\"drawn\":[");
  for (uint32_t i = 0; i < outcome->drawn_count; i++) {
    const struct recorded_drawn *drawn = &outcome->drawn[i];
    text_put(t->out, i > 0 ? STR(",{\"item\":") : STR("{\"item\":"));
    text_json(t->out, drawn->item);
    if (drawn->total > 0) TEXT_NUMBER(t->out, "number", (int64_t)drawn->number);
    if (drawn->total > 0) TEXT_NUMBER(t->out, "of", (int64_t)drawn->total);
    PUT(t->out, "}");
  }
  PUT(t->out, "]}");
}

static void json_steps(const struct telling *t, const struct verdict *verdict) {
  bool judged = verdict->kind == VERDICT_RECORDED || verdict->kind == VERDICT_RECOMPUTED;
  if (t->style->brief || !judged || verdict_is_anew(verdict) || verdict->told.reason >= REASON_COUNT ||
      verdict->told.reason == REASON_REVERSED)
    return;
  struct steps steps;
  steps_fill(&steps, t->rulebook, t->event, &verdict->told, t->style->language);
  PUT(t->out, ",\"steps\":[");
  for (uint32_t i = 0; i < steps.count; i++) {
    if (i > 0) PUT(t->out, ",");
    text_put(t->out, steps.items[i].passed ? STR("{\"passed\":true,\"text\":") : STR("{\"passed\":false,\"text\":"));
    text_json(t->out, steps.items[i].text);
    PUT(t->out, "}");
  }
  PUT(t->out, "]");
}

static void json_words(const struct telling *t, const struct verdict *verdict) {
  char memory[8192];
  struct buffer words;
  buffer_init(&words, memory, sizeof memory);
  verdict_words(&words, t, verdict);
  TEXT_MEMBER(t->out, "text", buffer_text(&words));
  buffer_reset(&words);
  if (verdict->told.reason == REASON_REVERSED) undone_words(&words, t, verdict->rule);
  TEXT_MEMBER(t->out, "why", buffer_text(&words));
}

static void campaign_open(struct telling *t, const struct campaign *campaign) {
  text_put(t->out, t->campaigns_told > 0 ? STR(",{\"campaign\":") : STR("{\"campaign\":"));
  text_json(t->out, campaign->id);
  TEXT_NUMBER(t->out, "version", campaign->version);
  PUT(t->out, ",\"name\":{\"zh\":");
  text_json(t->out, campaign->name_zh);
  PUT(t->out, ",\"en\":");
  text_json(t->out, campaign->name_en);
  PUT(t->out, "}");
  struct fx_rate rate;
  if (!telling_rate(t, campaign, &rate)) return;
  buffer_print(t->out, ",\"fx\":\"%.*s ", STR_FORMAT(rate.currency));
  buffer_fx(t->out, rate.rate_e8);
  PUT(t->out, "\"");
}

static void json_fact(struct telling *t, const struct told_fact *told, bool first) {
  char memory[8192];
  struct buffer words;
  buffer_init(&words, memory, sizeof memory);
  fact_words(&words, t, told);
  text_put(t->out, first ? STR(",\"facts\":[{\"fact\":") : STR(",{\"fact\":"));
  text_json(t->out, told->fact->name);
  if (told->effect != NULL) {
    TEXT_MEMBER(t->out, "what", told->effect->what);
    TEXT_MEMBER(t->out, "period", told->effect->period);
    TEXT_MEMBER(t->out, "before", told->effect->before);
    TEXT_MEMBER(t->out, "after", told->effect->after);
  }
  TEXT_MEMBER(t->out, "next", told->next);
  if (told->rule != NULL) TEXT_MEMBER(t->out, "rule", told->rule->id);
  TEXT_MEMBER(t->out, "text", buffer_text(&words));
  PUT(t->out, "}");
}

static void json_waiting(struct telling *t, const struct told_waiting *told, bool first) {
  char memory[1024];
  struct buffer words;
  buffer_init(&words, memory, sizeof memory);
  waiting_words(&words, t, told);
  text_put(t->out, first ? STR(",\"waiting\":[{\"rule\":") : STR(",{\"rule\":"));
  text_json(t->out, told->rule->id);
  TEXT_MEMBER(t->out, "fact", told->fact->name);
  TEXT_MEMBER(t->out, "period", told->period);
  TEXT_MEMBER(t->out, "actual", told->actual);
  TEXT_MEMBER(t->out, "expected", told->expected);
  TEXT_MEMBER(t->out, "text", buffer_text(&words));
  PUT(t->out, "}");
}

static void json_facts(struct telling *t, const struct campaign *campaign) {
  struct told_fact told;
  struct told_waiting waiting;
  struct str words;
  uint32_t at = 0, count = 0, rule = 0;
  bool enrolled = enrols(t, campaign, &words), more = facts_next(t, campaign, &at, &told);
  bool waits = waiting_next(t, campaign, &rule, &waiting);
  if (enrolled || more || waits) {
    t->facts_told = 1;
    campaign_open(t, campaign);
  }
  if (enrolled) TEXT_MEMBER(t->out, "enrolment", words);
  for (; more; more = facts_next(t, campaign, &at, &told)) json_fact(t, &told, count++ == 0);
  if (count > 0) PUT(t->out, "]");
  for (count = 0; waits; waits = waiting_next(t, campaign, &rule, &waiting)) json_waiting(t, &waiting, count++ == 0);
  if (count > 0) PUT(t->out, "]");
}

static void rules_open(struct telling *t, const struct campaign *campaign) {
  if (t->facts_told == 0) campaign_open(t, campaign);
  PUT(t->out, ",\"rules\":[");
}

static void json_rule(struct telling *t, const struct campaign *campaign, const struct verdict *verdict) {
  if (t->rules_told++ == 0)
    rules_open(t, campaign);
  else
    PUT(t->out, ",");
  PUT(t->out, "{\"rule\":");
  text_json(t->out, verdict->rule->id);
  if (verdict->code.length == 0) PUT(t->out, ",\"reason\":null");
  TEXT_MEMBER(t->out, "reason", verdict->code);
  text_put(t->out, verdict->kind == VERDICT_RECORDED ? STR(",\"recorded\":true") : STR(",\"recorded\":false"));
  json_words(t, verdict);
  TEXT_MEMBER(t->out, "at", verdict->told.at);
  TEXT_MEMBER(t->out, "limit", verdict->told.limit);
  TEXT_MEMBER(t->out, "pool", verdict->told.pool);
  TEXT_MEMBER(t->out, "shut", verdict->told.shut);
  TEXT_MEMBER(t->out, "identity", verdict->told.identity);
  TEXT_MEMBER(t->out, "rank", verdict->told.rank);
  TEXT_MEMBER(t->out, "place", verdict->told.place);
  TEXT_MEMBER(t->out, "units", verdict->told.units);
  TEXT_MEMBER(t->out, "units_all", verdict->told.units_all);
  TEXT_MEMBER(t->out, "pot", verdict->told.pot);
  TEXT_MEMBER(t->out, "period", verdict->told.period);
  TEXT_MEMBER(t->out, "expected", verdict->told.expected);
  TEXT_MEMBER(t->out, "actual", verdict->told.actual);
  json_gifts(t, verdict->recorded);
  json_draw(t, verdict->recorded);
  json_steps(t, verdict);
  PUT(t->out, "}");
}

static void json_campaign_end(struct telling *t, const struct campaign *campaign) {
  if (t->rules_told == 0) rules_open(t, campaign);
  PUT(t->out, "]}");
  t->campaigns_told++;
}

static void json_foreign(struct telling *t, const struct recorded_outcome *outcome) {
  text_put(t->out, t->foreign_told++ == 0 ? STR("],\"elsewhere\":[{\"campaign\":") : STR(",{\"campaign\":"));
  text_json(t->out, outcome->campaign);
  TEXT_NUMBER(t->out, "version", outcome->campaign_version);
  TEXT_MEMBER(t->out, "rule", outcome->rule);
  TEXT_MEMBER(t->out, "reason", outcome->reason);
  json_gifts(t, outcome);
  PUT(t->out, "}");
}

static void json_end(struct telling *t) { PUT(t->out, "]}\n"); }

const struct sink explain_json = {json_open_event, json_facts, json_rule, json_campaign_end, json_foreign, json_end};
