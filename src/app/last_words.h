/* A process that dies by an assertion or a signal says one line first: which giftd, at which event, under which campaigns, since a crash is
 * looked into by somebody who was not there. Nothing is mended: what was not committed is decided again by whoever goes on. */
#ifndef GIFTD_APP_LAST_WORDS_H
#define GIFTD_APP_LAST_WORDS_H

struct at_hand;

/* First thing in the process. SIGABRT (assertions), SIGSEGV, SIGBUS, SIGFPE, SIGILL; then the signal does what it did before. */
void last_words_open(void);
/* What is decided from now on; NULL: nothing. It stays borrowed until the next call. One thread decides. */
void last_words_watch(const struct at_hand *at_hand);

#endif
