/* Commands are written here and not by redisFormatCommand: a scripted write has thousands of arguments, and this copies each once. */
#include "command.h"

#include <assert.h>
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

#define NUMBER_BYTES 20u /* of the largest */

/* Digits without printf: a write has thousands of numbers. Returns where they start; they end at `end`. */
static char *digits_before(char *end, uint64_t number) {
  do {
    *--end = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  return end;
}

void command_add(struct command *command, struct str argument) {
  command_reserve(command, argument.length + NUMBER_BYTES + 5);
  char *at = command->memory + command->length;
  char digits[NUMBER_BYTES], *first = digits_before(digits + sizeof digits, argument.length);
  size_t count = (size_t)(digits + sizeof digits - first);
  *at++ = '$';
  memcpy(at, first, count);
  memcpy(at + count, "\r\n", 2);
  at += count + 2;
  if (argument.length > 0) memcpy(at, argument.at, argument.length);
  memcpy(at + argument.length, "\r\n", 2);
  command->length += 1 + count + 2 + argument.length + 2;
  command->arguments++;
}

void command_text(struct command *command, const char *argument) { command_add(command, str_of(argument)); }

void command_number(struct command *command, uint64_t number) {
  char digits[NUMBER_BYTES], *first = digits_before(digits + sizeof digits, number);
  command_add(command, (struct str){first, (size_t)(digits + sizeof digits - first)});
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
