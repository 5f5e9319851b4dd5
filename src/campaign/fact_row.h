/* The row of a kind of fact: all that this room asks of it (giftd/campaign/kinds.h has the list of kinds). A new kind is a file with its
 * row; what a row does not have, nothing is to be said of. */
#ifndef GIFTD_CAMPAIGN_FACT_ROW_H
#define GIFTD_CAMPAIGN_FACT_ROW_H

#include "compile.h"

/* Of whom a name is said what it means (meaning.c), and where to. */
struct saying {
  const struct rulebook *book;
  const struct campaign *campaign;
  struct buffer *out;
};
static inline void mean_text(const struct saying *s, const char *text) { buffer_put(s->out, str_of(text)); }
static inline void mean_field(const struct saying *s, uint16_t field) {
  buffer_put(s->out, s->book->catalogue->fields[field].campaign_name);
}
void mean_unit(const struct saying *s, enum unit unit); /* ", by month in Asia/Shanghai" */

/* When it hears an event. Those of one order hear in turns (turns.c): what another asks hears before it. */
enum fact_order {
  ORDER_NONE,  /* it hears none */
  ORDER_FIRST, /* before the rules */
  ORDER_TASKS, /* tasks behind those, and an opening behind the rules' facts */
  ORDER_LAST   /* behind the rules, which ask how it was before */
};

struct fact_row {
  struct fact_traits traits;
  enum fact_order order;
  enum left_type type;      /* of its value; TYPE_INT: TYPE_MONEY of one that is in money */
  bool inner;               /* all that a file says of it stands below its word */
  bool computed;            /* from `parts` and axes: it remembers nothing, so its name means nothing */
  bool since_ever;          /* it hears everything since the import, whatever the campaign's period */
  bool timed, elapsed;      /* it has .at, .elapsed */
  bool keeps;               /* it may keep a field, which is asked by its name */
  bool has;                 /* it remembers values: in_fact */
  bool stands;              /* without further `per` it is known where there is no event */
  bool ranks;               /* customers may be ranked by its number */
  bool divides, divides_at; /* `per` takes it, or its .at */
  bool keyed;               /* `cells` are of each key of its `per` */
  const char *owner;        /* behind "for each customer" where it has no `per`; or NULL */

  /* Kind, field and whether it is money, quietly: false where something is wrong, which `read` tells. NULL: it has none of its own. */
  bool (*sign)(const struct compile *c, const json_t *json, struct fact *fact);
  /* When all have signed: of what is made of others. Tells what is wrong. */
  bool (*sign_parts)(struct compile *c, const struct at *at, struct fact *fact);
  /* Whether it looks at amounts of money though it has no value in money. */
  bool (*priced)(struct compile *c, const json_t *json);
  void (*read)(struct compile *c, const struct at *at, struct fact *fact);
  /* What can be told when everything is known; `at`: as `inner` says. */
  void (*lint)(struct compile *c, const struct at *at, const struct fact *fact);
  /* Tells why no condition asks for it; NULL: they do. */
  void (*unasked)(struct compile *c, const struct at *at, struct str name);
  /* What may never change under its name: in front of who it is of and its window, and behind them. The words are kept in states. */
  void (*mean)(const struct saying *s, const struct fact *fact);
  void (*mean_behind)(const struct saying *s, const struct fact *fact);
  /* What may change, in one line. */
  void (*terms)(struct buffer *out, const struct fact *fact);
  /* Most cells that it needs in a record. */
  uint64_t (*cells)(const struct fact *fact);
  /* The most that it can come to, of a count that begins at 0; false: it is none. NULL: nor does it begin at 0. */
  bool (*most)(const struct fact *fact, int64_t *most);
};

#define FACT_ROW(NAME, name) extern const struct fact_row fact_row_##name;
FACT_KINDS(FACT_ROW)
#undef FACT_ROW
extern const struct fact_row *const fact_rows[FACT_KIND_COUNT];
static inline const struct fact_row *row_of(const struct fact *fact) { return fact_rows[fact->kind]; }

/* Of a measure, in the files that tell it of all (reach.c, meaning.c, lint_fact.c, exclude.c). */
uint64_t measure_cells(const struct fact *fact);
void measure_mean(const struct saying *s, const struct fact *fact);
void measure_mean_behind(const struct saying *s, const struct fact *fact);
void measure_lint(struct compile *c, const struct at *at, const struct fact *fact);
bool measure_most(const struct fact *fact, int64_t *most);

#endif
