/* Safeguards that can be switched off, one at a time, to see that the simulator (tests/sim) or the heart's fuzzer (tests/fuzz/heart)
 * notices. In every other build MUTANT() is false and the compiler drops what stands behind it.
 *
 * A row here is a promise: without this safeguard some history breaks exactness, and one of them finds it. */
#ifndef GIFTD_BASE_MUTANT_H
#define GIFTD_BASE_MUTANT_H

#define MUTANTS(ROW)                                                                         \
  ROW(NO_FENCE, "the previous owner is not shut out")                                        \
  ROW(UNSTABLE_END, "the journal is read before the last transaction is settled")            \
  ROW(EPOCH_REUSE, "the view is written without an epoch of one's own")                      \
  ROW(KEEP_PIPELINED, "a batch decided on top of one that failed is committed all the same") \
  ROW(NO_VERSION_ON_WRITE, "the view takes writes of any version")                           \
  ROW(NO_VERSION_ON_LOAD, "what is loaded is believed without its version")                  \
  ROW(MARK_EARLY, "the mark moves before the states up to it are in the view")               \
  ROW(FLUSH_UNCOMMITTED, "states go to the view before their batch is committed")            \
  ROW(FORGET_PENDING, "a state that is not in the view yet is loaded from the view")         \
  ROW(RATE_GUESSED, "what is paid at a rate that is not there yet is judged without it")     \
  ROW(NO_DUPLICATES, "the same event is judged again")                                       \
  ROW(TRIM_EARLY, "the journal is trimmed to the youngest bucket")                           \
  ROW(CHECKPOINT_OUTSIDE, "buckets are written outside the transaction")                     \
  ROW(BUCKET_WITHOUT_PENDING, "a bucket is taken from the view alone")                       \
  ROW(INBOX_UNCOUNTED, "the position in the messages is not in the journal")                 \
  ROW(INPUT_POLLED, "lines that wait are counted as decided")                                \
  ROW(REBUILD_MARKED, "a rebuild sets its mark at its beginning")                            \
  ROW(LEND_UNCOUNTED, "blocks that are lent are not counted")                                \
  ROW(LEND_NO_RECALL, "the home says there is no more without asking who holds some")        \
  ROW(LEND_KEEP_RETURNED, "what is given back may still be spent")                           \
  ROW(LEND_FORGET_SPENT, "what was spent is not reported")                                   \
  ROW(LEND_FORGET_CAUSE, "who spent is not reported")                                        \
  ROW(LEND_WITHOUT_RECORD, "a resource is decided on without its record")                    \
  ROW(LEND_KEEP_RECALLED, "a block that home asks for stays where it is")                    \
  ROW(LEND_KEEP_OUTLIVED, "a block stays where it is though its campaign is over")           \
  ROW(LEND_NO_PIN, "what a waiting event holds is handed over")                              \
  ROW(LEND_FORGET_OPEN, "nobody is told when there is some again")                           \
  ROW(HEARD_FORGOTTEN, "what is heard as another and waits is not there after a take-over")  \
  ROW(HEARD_UNMARKED, "that it was heard is not in the journal")                             \
  ROW(HEARD_HERE, "what a fact hears as another the causing customer's own fact hears too")  \
  ROW(HEARD_UNRETURNED, "a reversal does not go to whoever heard its original")              \
  ROW(FIGURE_STAYS, "who heard how far another's measure came does not hear that it fell")   \
  ROW(DUES_FORGOTTEN, "who is down for a close is not there after a take-over")              \
  ROW(DUE_UNTOUCHED, "an event is judged before what closed for its customer")               \
  ROW(WALK_SKIPPED, "nobody is looked at when rules hear other closes than before")          \
  ROW(WALK_FORGOTTEN, "how far customers were looked at is not there after a take-over")     \
  ROW(TOUCH_FORGOTTEN, "what was heard ahead of the clock is heard again by another file")   \
  ROW(LOST_HEARD, "a new rule hears closes of which records keep nothing any more")          \
  ROW(LOOKED_TWICE, "who was looked at for his event is looked at again")                    \
  ROW(CYCLE_DAY_NOW, "cycles always began on the day that the profile says now")             \
  ROW(AS_OF_LIVE, "an audience of a day goes by the tags of now")                            \
  ROW(CLOSE_TWICE, "a rule gives again when a close is judged again")                        \
  ROW(CLOSE_EXPIRED, "what a close is judged by goes before it")                             \
  ROW(LADDER_FORGOTTEN, "what a period of a top-up has had is not looked at")                \
  ROW(STEP_AGAIN, "a step that is paid again has the id that it had before")                 \
  ROW(GROUP_UNASKED, "rules of a group give beside each other")                              \
  ROW(WORTH_UNASKED, "a group gives the first by priority, whatever is worth most")          \
  ROW(RANK_EARLY, "a rank is settled before every shard has reported")                       \
  ROW(RANK_UNWALKED, "a shard reports before all its closes are judged")                     \
  ROW(RANK_BY_ARRIVAL, "of two who tie the one who was judged first is before the other")    \
  ROW(RANK_FORGOTTEN, "ranks are not there after a take-over")                               \
  ROW(RANK_LATE, "what came behind the close is ranked")                                     \
  ROW(SHARE_OWN_UNITS, "each shard divides the whole pot among its own customers")           \
  ROW(SHARE_FORGETS, "of the units that a pot is divided by those of one shard alone count") \
  ROW(PENDING_TWICE, "a gift that was pending is issued again")                              \
  ROW(PENDING_UNDONE, "a gift is issued though its event was undone while it was pending")   \
  ROW(PENDING_KEEPS, "a pool does not get back what was refused when it was due")            \
  ROW(REVIEW_PASSES, "a gift that nobody reviewed in time is issued all the same")           \
  ROW(RISK_REVIEW_SKIPPED, "what the bank wants to see before it goes out goes out at once") \
  ROW(REISSUE_UNNAMED, "of a gift that was issued anew the one that failed is taken back")   \
  ROW(REISSUE_AGAIN, "what failed again is issued anew again")                               \
  ROW(DEBT_OF_FAILED, "what was never delivered is owed after a refund all the same")        \
  ROW(SHUT_PAYS, "a reserve pays that nobody has released")                                  \
  ROW(QUEUE_OVERTAKEN, "who comes takes what others wait for")                               \
  ROW(QUEUE_PASSED_OVER, "who was asked for in vain loses his place")                        \
  ROW(QUEUE_FORGOTTEN, "lines at pools are not there after a take-over")                     \
  ROW(LIMIT_LOOKS_BACK, "a rolling limit looks only at the days before the event")           \
  ROW(TERMS_OF_TODAY, "a gift is judged again by what the file says now")                    \
  ROW(EXPIRE_MIDWAY, "what has expired is dropped while an event is judged")                 \
  ROW(LOT_GOES_MIDWAY, "a lot is dropped while a late claim is judged that spends it")       \
  ROW(NO_SPARE, "nothing of a record is kept free for what takes back")                      \
  ROW(FULL_UNSEEN, "what takes back writes to a full record as if there were room")          \
  ROW(MANIFEST_UNREAD, "what names meant is not looked at")                                  \
  ROW(CLOCK_FOLLOWS, "one wild time moves the stream's clock")                               \
  ROW(LIMIT_BY_PLACE, "a limit is named by its place in the list")                           \
  ROW(PLACE_UNCOMPARED, "a record in another partition than its key's is decided")           \
  ROW(CONCERN_UNSEEN, "a reversal or profile update that no rule hears is passed over")      \
  ROW(RANGE_SKIPS, "a range of events that nobody hears leaves one out")                     \
  ROW(RANGE_FORGOTTEN, "the open range is not there after a take-over")                      \
  ROW(RANGE_STAYS, "a range goes on under another rulebook")                                 \
  ROW(READ_BEFORE_SWAP, "what was read before another rulebook came is decided as read")     \
  ROW(UNHEARD_TWICE, "what nobody heard before a reload is not remembered when it is heard") \
  ROW(TALLY_UNASKED, "a bucket of the view is believed without its tally")                   \
  ROW(CHECK_UNASKED, "a record of the view is believed without its check")                   \
  ROW(ROOT_UNASKED, "the tallies of the view are believed without their root")

#define MUTANT_NAME(name, text) MUTANT_##name,
enum mutant { MUTANT_NONE, MUTANTS(MUTANT_NAME) MUTANT_COUNT };
#undef MUTANT_NAME

#ifdef GIFTD_MUTANTS
extern enum mutant mutant_active; /* defined by the test program */
#define MUTANT(name) (mutant_active == MUTANT_##name)
#else
#define MUTANT(name) false
#endif

#endif
