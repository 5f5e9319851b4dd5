/* Commands are written here and not by redisFormatCommand: a scripted write has thousands of arguments, and this copies each once. */
#include "command.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define HEADER_BYTES 16u /* "*count\r\n" is put in front when the count is known */

static void command_reserve(struct command *command, size_t bytes) {
  if (command->capacity - command->length >= bytes) return;
  size_t capacity = command->capacity == 0 ? 4096 : command->capacity;
  while (capacity - command->length < bytes) capacity *= 2;
  command->memory = realloc(command->memory, capacity);
  assert(command->memory != NULL); /* a system that has no memory left for a few megabytes has nothing to tell */
  command->capacity = capacity;
}

void command_begin(struct command *command) {
  command->length = 0;
  command->arguments = 0;
  command_reserve(command, HEADER_BYTES);
  command->length = HEADER_BYTES;
}

void command_add(struct command *command, struct str argument) {
  command_reserve(command, argument.length + 32);
  char *at = command->memory + command->length;
  int head = snprintf(at, 32, "$%zu\r\n", argument.length);
  if (argument.length > 0) memcpy(at + head, argument.at, argument.length);
  memcpy(at + head + argument.length, "\r\n", 2);
  command->length += (size_t)head + argument.length + 2;
  command->arguments++;
}

void command_text(struct command *command, const char *argument) { command_add(command, str_of(argument)); }

void command_number(struct command *command, uint64_t number) {
  char text[24];
  int length = snprintf(text, sizeof text, "%" PRIu64, number);
  command_add(command, (struct str){text, (size_t)length});
}

void command_print(struct command *command, const char *format, ...) {
  char text[512];
  va_list values;
  va_start(values, format);
  int length = vsnprintf(text, sizeof text, format, values);
  va_end(values);
  assert(length >= 0 && (size_t)length < sizeof text);
  command_add(command, (struct str){text, (size_t)length});
}

struct str command_bytes(struct command *command) {
  char head[HEADER_BYTES + 1];
  int length = snprintf(head, sizeof head, "*%u\r\n", command->arguments);
  assert(length > 0 && (size_t)length <= HEADER_BYTES);
  char *start = command->memory + HEADER_BYTES - (size_t)length;
  memcpy(start, head, (size_t)length);
  return (struct str){start, command->length - HEADER_BYTES + (size_t)length};
}

void command_free(struct command *command) {
  if (command->memory != NULL) explicit_bzero(command->memory, command->capacity); /* a password may have been in it */
  free(command->memory);
  *command = (struct command){0};
}
