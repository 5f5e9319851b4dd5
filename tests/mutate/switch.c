/* Which mutant holds: MUTATE_CHOSEN names one by its number; MUTATE_REACHED a file that gets the numbers of those that were asked. */
#include <stdio.h>
#include <stdlib.h>

#define MOST 16384u
unsigned giftd_mutant;
unsigned char giftd_reached[MOST];

static void reached_write(void) {
  FILE *file = fopen(getenv("MUTATE_REACHED"), "a");
  for (unsigned i = 0; file != NULL && i < MOST; i++)
    if (giftd_reached[i]) fprintf(file, "%u\n", i);
  if (file != NULL) fclose(file);
}

__attribute__((constructor)) static void begin(void) {
  const char *text = getenv("MUTATE_CHOSEN");
  giftd_mutant = text == NULL ? 0 : (unsigned)atoi(text);
  if (getenv("MUTATE_REACHED") != NULL) (void)atexit(reached_write);
}
