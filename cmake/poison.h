/* Put in front of every file of a pure room (CMakeLists.txt): what it names does not compile there. The system headers come first, since
 * they use the names themselves. `nm -u` on the built rooms is the second guard (tests/house). */
#ifndef GIFTD_POISON_H
#define GIFTD_POISON_H

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef __SSE2__
#include <emmintrin.h> /* names float and malloc itself */
#endif
#ifdef GIFTD_DOOR_JANSSON /* the campaign room's door: its header names double */
#include <jansson.h>
#endif

/* These are macros of the system's headers; poisoned words must not be. */
#undef alloca
#undef stdin
#undef stdout
#undef stderr

/* Words that are common as names of members (time, read, write, open, close, poll, send, clock) are left to the nm test. */
#pragma GCC poison malloc calloc realloc free strdup strndup asprintf vasprintf alloca
#pragma GCC poison gettimeofday clock_gettime localtime gmtime mktime strftime nanosleep usleep
#pragma GCC poison rand srand random srandom rand_r drand48 getrandom arc4random
#pragma GCC poison getenv setenv secure_getenv popen
#pragma GCC poison fopen fclose fread fwrite fgets fputs printf puts stdin stdout stderr
#pragma GCC poison strtok setlocale float double atof strtod

#endif
