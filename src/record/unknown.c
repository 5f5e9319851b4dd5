/* What an event says that the catalogue does not know: it is without effect, so whoever asks why nothing was given sees it first. */
#include "explain.h"
#include "text.h"

static const char *const kinds_en[UNKNOWN_KIND_COUNT] = {[UNKNOWN_TYPE] = "type", [UNKNOWN_FIELD] = "field", [UNKNOWN_VALUE] = "value"};
static const char *const kinds_zh[UNKNOWN_KIND_COUNT] = {[UNKNOWN_TYPE] = "类型", [UNKNOWN_FIELD] = "字段", [UNKNOWN_VALUE] = "取值"};

static struct str field_of(const struct telling *t, const struct unknown_word *word) {
  bool named = word->kind == UNKNOWN_VALUE && word->field < t->rulebook->catalogue->field_count;
  return named ? t->rulebook->catalogue->fields[word->field].event_name : (struct str){NULL, 0};
}

static void word_text(const struct telling *t, const struct unknown_word *word, bool zh) {
  struct str near = catalogue_near_word(t->rulebook->catalogue, t->event, word), field = field_of(t, word);
  buffer_print(t->out, "%s ", (zh ? kinds_zh : kinds_en)[word->kind]);
  if (field.length > 0) buffer_print(t->out, "%.*s ", STR_FORMAT(field));
  buffer_json(t->out, word->text);
  if (word->beside_data) buffer_put(t->out, zh ? STR("(在 data 之外)") : STR(" (beside data)"));
  if (near.length > 0 && zh)
    buffer_print(t->out, "(是否应为 %.*s)", STR_FORMAT(near));
  else if (near.length > 0)
    buffer_print(t->out, " (did you mean %.*s?)", STR_FORMAT(near));
}

void unknown_text(const struct telling *t) {
  bool zh = t->style->language == LANGUAGE_ZH;
  if (t->event == NULL || t->event->unknown_count == 0) return;
  buffer_put(t->out, zh ? STR("  ! 目录中没有,不起作用:") : STR("  ! not in the catalogue, and without effect: "));
  for (uint32_t i = 0; i < t->event->unknown_count; i++) {
    if (i > 0) buffer_put(t->out, zh ? STR(",") : STR(", "));
    word_text(t, &t->event->unknown[i], zh);
  }
  buffer_byte(t->out, '\n');
}

void unknown_json(const struct telling *t) {
  if (t->event == NULL || t->event->unknown_count == 0) return;
  PUT(t->out, ",\"unknown\":[");
  for (uint32_t i = 0; i < t->event->unknown_count; i++) {
    const struct unknown_word *word = &t->event->unknown[i];
    if (i > 0) PUT(t->out, ",");
    PUT(t->out, "{\"what\":");
    text_json(t->out, str_of(kinds_en[word->kind]));
    PUT(t->out, ",\"word\":");
    text_json(t->out, word->text);
    TEXT_MEMBER(t->out, "field", field_of(t, word));
    TEXT_MEMBER(t->out, "near", catalogue_near_word(t->rulebook->catalogue, t->event, word));
    PUT(t->out, "}");
  }
  PUT(t->out, "]");
}
