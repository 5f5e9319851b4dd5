/* pools_left CAMPAIGNS STATE: what a state folder says is left of each pool, a line each. For tests: reads the committed records and adds
 * nothing. */
#include <stdio.h>

#include "session.h"

static int print_pools(struct session *session) {
  const struct rulebook *book = session_loaded(session)->rulebook;
  struct fault fault;
  for (uint32_t i = 0; i < book->pool_count; i++) {
    struct pool_left left;
    if (session_pool(session, i, STR(""), &left, &fault) != STATUS_OK) return app_fail("pools_left", &fault);
    if (!left.unlimited) printf("%.*s %lld\n", STR_FORMAT(book->pools[i].name), (long long)left.left);
  }
  return EXIT_DONE;
}

int main(int argc, char **argv) {
  if (argc != 3) return EXIT_BAD_USAGE;
  const char *campaigns[] = {argv[1]};
  struct session_settings settings;
  struct session *session;
  struct fault fault;
  session_defaults(&settings);
  settings.command = "pools_left";
  settings.campaigns = campaigns;
  settings.campaign_count = 1;
  settings.input = "events.jsonl";
  settings.output = "out";
  settings.state = argv[2];
  settings.once = true;
  settings.handle_signals = false;
  if (session_open(&settings, &session, &fault) != STATUS_OK) return app_fail("pools_left", &fault);
  int code = print_pools(session);
  session_close(session);
  return code;
}
