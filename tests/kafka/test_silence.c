/* Whoever closes the log hears no more of it. librdkafka before 2.3 cannot destroy a member that never heard its share (group.c), so its
 * threads go on until the process ends; what they say must not reach a service that is gone.
 */
#include "stage.h"

#include <arpa/inet.h>
#include <sys/socket.h>

static _Atomic unsigned said;

static void say(void *self, int level, const char *text) {
  (void)level, (void)text;
  assert_ptr_equal(self, &said);
  said++;
}

/* A broker that takes connections and never answers. */
static int deaf_broker(char address[32]) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof at;
  const int broker = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(bind(broker, (const struct sockaddr *)&at, sizeof at), 0);
  assert_int_equal(listen(broker, 8), 0);
  assert_int_equal(getsockname(broker, (struct sockaddr *)&at, &length), 0);
  snprintf(address, 32, "127.0.0.1:%u", ntohs(at.sin_port));
  return broker;
}

static void nothing_is_said_behind_the_close(void **state) {
  char address[32];
  rd_kafka_conf_t *conf = NULL;
  struct kafka *kafka;
  int connections[2];
  (void)state;
  const int broker = deaf_broker(address);
  const struct kafka_pair pairs[] = {{"bootstrap.servers", address}};
  const struct kafka_settings settings = {
      .group = "silence", .pairs = pairs, .pair_count = 1, .say = say, .say_self = &said, .stall_ms = 90000};
  OK(kafka_prepare(&settings, &kafka, &fault));
  kafka->shards = 1;
  OK(group_init(kafka, &fault));
  OK(conf_make(kafka, HANDLE_GROUP, &conf, &fault));
  OK(handle_open(kafka, HANDLE_GROUP, conf, &kafka->group, &fault));
  OK(kafka_join(kafka, &fault));
  for (int i = 0; i < 2; i++) connections[i] = accept(broker, NULL, NULL); /* the group's handle and another */
  const bool lives_on = !group_destroyable(kafka);
  kafka_close(kafka);
  said = 0;
  close(broker);
  for (int i = 0; i < 2; i++) close(connections[i]);
  usleep(1500 * 1000); /* the lines that are gone, and that nobody is there, are each worth a word */
  assert_int_equal(said, 0);
  if (!lives_on) print_message("this librdkafka destroys such a member\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_said_behind_the_close)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
