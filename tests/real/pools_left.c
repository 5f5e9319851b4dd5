/* pools_left CAMPAIGNS STATE: what a state folder says is left of each pool, a line each. For tests: reads the committed records and adds
 * nothing. */
#include <stdio.h>

#include "app.h"
#include "giftd/embedded.h"

static enum status print_pools(struct embedded *embedded, const struct rulebook *book, struct fault *fault) {
  for (uint32_t i = 0; i < book->pool_count; i++) {
    struct pool_left left;
    const enum status status = embedded_pool(embedded, i, STR(""), &left, fault);
    if (status != STATUS_OK) return status;
    if (!left.unlimited) printf("%.*s %lld\n", STR_FORMAT(book->pools[i].name), (long long)left.left);
  }
  return STATUS_OK;
}

int main(int argc, char **argv) {
  if (argc != 3) return EXIT_BAD_USAGE;
  const char *campaigns[] = {argv[1]};
  struct service_settings settings;
  struct embedded_settings of_files;
  struct embedded *embedded;
  struct service *service = NULL;
  struct fault fault;
  service_defaults(&settings);
  settings.command = "pools_left";
  settings.campaigns = campaigns, settings.campaign_count = 1;
  settings.once = true, settings.handle_signals = false;
  embedded_defaults(&of_files);
  of_files.input = "events.jsonl", of_files.output = "out", of_files.state = argv[2];
  enum status status = embedded_new(&of_files, &embedded, &fault);
  const struct engine engine = embedded_engine(embedded);
  if (status == STATUS_OK) status = service_open(&settings, &engine, &service, &fault);
  if (status == STATUS_OK) status = print_pools(embedded, service_loaded(service)->rulebook, &fault);
  service_close(service);
  embedded_free(embedded);
  return status == STATUS_OK ? EXIT_DONE : app_fail("pools_left", &fault);
}
