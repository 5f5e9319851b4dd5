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

#pragma GCC poison malloc calloc realloc free strdup strndup asprintf vasprintf alloca
#pragma GCC poison time gettimeofday clock_gettime clock localtime gmtime mktime strftime nanosleep usleep sleep
#pragma GCC poison rand srand random srandom rand_r drand48 getrandom arc4random
#pragma GCC poison getenv setenv secure_getenv system popen fork exec
#pragma GCC poison fopen fclose fread fwrite fgets fputs printf puts open close read write stdin stdout stderr
#pragma GCC poison socket connect accept recv send poll
#pragma GCC poison strtok setlocale float double atof strtod

#endif
