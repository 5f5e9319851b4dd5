/* Who the customers are: how often they come, what they hold, when they join or sleep, with whom they share a device. */
#include <stdlib.h>

#include "parts.h"

#define HEAVY_PICKS 12
#define NORMAL_PICKS 4
#define CLUSTER 400 /* in every so many customers one group shares a device, one an identity document, one a phone */

static uint32_t habit_picks(uint8_t habit) { return habit == HABIT_HEAVY ? HEAVY_PICKS : habit == HABIT_NORMAL ? NORMAL_PICKS : 1; }

static uint8_t habit_of(struct random *random) {
  const uint32_t n = random_below(random, 100);
  return n < 8 ? HABIT_HEAVY : n < 62 ? HABIT_NORMAL : n < 88 ? HABIT_LIGHT : HABIT_SLEEPER;
}

/* Groups of deal hunters: a handful of neighbours in the numbering with one device, three with one document, two with one phone. */
static void person_share(struct person *person, uint32_t number) {
  const uint32_t place = number % CLUSTER, group = number - place;
  person->device = place < 6 ? group : number;
  person->document = place < 3 ? group : number;
  person->phone = place < 2 ? group : number;
}

static void person_times(struct person *person, struct random *random) {
  person->sleeps = -1;
  if (person->habit == HABIT_SLEEPER) {
    person->sleeps = (int16_t)random_between(random, 8, 28);
    person->wakes = (int16_t)random_between(random, 122, 205); /* 2027-01-01 .. 2027-03-25: asleep for more than three months */
  } else if (random_one_in(random, 14)) {
    person->joins = (int16_t)random_between(random, TRAFFIC_DENSE_FROM, TRAFFIC_DAYS - 5);
  }
  if (person->cards > 1 && random_one_in(random, 3)) {
    person->slept_card = true;
    if (person->sleeps < 0) person->wakes = (int16_t)random_between(random, 125, 211);
  }
}

static struct person person_of(struct random *random, uint32_t number) {
  static const uint8_t paydays[] = {10, 15, 25};
  struct person person = {.habit = habit_of(random)};
  person.retail = random_below(random, 100) < 88;
  person.payroll = random_below(random, 100) < 35;
  person.credit = random_below(random, 100) < 55;
  person.priv = random_one_in(random, 33);
  person.watched = random_one_in(random, 300);
  person.away_from_app = person.payroll && random_one_in(random, 6);
  person.payday = paydays[random_below(random, 3)];
  person.cards = (uint8_t)(1 + (person.credit ? random_below(random, 2) : 0));
  person.city = (uint8_t)random_skewed(random, 0, 5);
  person.employer = (uint8_t)random_skewed(random, 1, 90);
  person.age = (uint8_t)random_between(random, 18, 78);
  person.salary_minor = random_skewed(random, 450000, 4200000) / 100 * 100;
  person_times(&person, random);
  person_share(&person, number);
  return person;
}

bool traffic_people(struct traffic *traffic) {
  struct random random = {traffic->settings->seed ^ 0x70656f706c65u};
  traffic->people = calloc(traffic->customers, sizeof(*traffic->people));
  traffic->picks = malloc((size_t)traffic->customers * HEAVY_PICKS * sizeof(*traffic->picks));
  if (traffic->people == NULL || traffic->picks == NULL) return false;
  for (uint32_t i = 0; i < traffic->customers; i++) {
    traffic->people[i] = person_of(&random, i);
    traffic->counts->sleepers += traffic->people[i].habit == HABIT_SLEEPER;
    for (uint32_t n = habit_picks(traffic->people[i].habit); n > 0; n--) traffic->picks[traffic->pick_count++] = i;
  }
  return true;
}

static bool is_about(const struct traffic *traffic, const struct person *person) {
  if (traffic->day < person->joins) return false;
  return person->sleeps < 0 || traffic->day < person->sleeps || traffic->day > person->wakes;
}

uint32_t traffic_pick(struct traffic *traffic) {
  uint32_t number = 0;
  for (int tries = 0; tries < 64; tries++) { /* a world where nearly all sleep still has somebody */
    number = traffic->picks[random_below(&traffic->random, traffic->pick_count)];
    if (is_about(traffic, &traffic->people[number])) return number;
  }
  return number;
}
