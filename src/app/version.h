/* The version of giftd: the number of CMakeLists.txt, repeated for C (tests compare the two). */
#ifndef GIFTD_VERSION_H
#define GIFTD_VERSION_H

#define GIFTD_VERSION "0.1.0"

#endif
