/* Which mutant holds: MUTATE_CHOSEN names one by its number; MUTATE_REACHED a file that gets, by number, those that were come by: 1, or 3
 * where it may have made a difference (schemata.py); MUTATE_SECONDS how long the processor may be at it: what waits for others, who share
 * the machine, is no run that does not end. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define MOST 16384u
unsigned giftd_mutant;
unsigned char giftd_reached[MOST];

static void reached_write(void) {
  FILE *file = fopen(getenv("MUTATE_REACHED"), "a");
  for (unsigned i = 0; file != NULL && i < MOST; i++)
    if (giftd_reached[i]) fprintf(file, "%u %u\n", i, giftd_reached[i]);
  if (file != NULL) fclose(file);
}

__attribute__((constructor)) static void begin(void) {
  const char *text = getenv("MUTATE_CHOSEN"), *seconds = getenv("MUTATE_SECONDS");
  if (seconds != NULL) (void)setrlimit(RLIMIT_CPU, &(struct rlimit){(rlim_t)atoi(seconds), (rlim_t)atoi(seconds)});
  giftd_mutant = text == NULL ? 0 : (unsigned)atoi(text);
  if (getenv("MUTATE_REACHED") != NULL) (void)atexit(reached_write);
}
