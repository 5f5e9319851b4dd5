/* Arena and buffer: memory that somebody else reserved, handed out to its end and not a byte further. */
#include "giftd/base/memory.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "giftd/base/scan.h"

#define ARENA_ALIGNMENT 16u

void arena_init(struct arena *arena, void *memory, size_t capacity) {
  assert(memory != NULL || capacity == 0);
  *arena = (struct arena){memory, capacity, 0, false};
}

void arena_reset(struct arena *arena) {
  arena->used = 0;
  arena->overflowed = false;
}

/* Bytes to leave out so that the next byte is aligned. */
static size_t arena_gap(const struct arena *arena) {
  size_t over = ((uintptr_t)arena->memory + arena->used) % ARENA_ALIGNMENT;
  return over == 0 ? 0 : ARENA_ALIGNMENT - over;
}

void *arena_take(struct arena *arena, size_t size) {
  assert(arena->used <= arena->capacity);
  size_t gap = arena_gap(arena), left = arena->capacity - arena->used;
  if (arena->overflowed || gap > left || size > left - gap) {
    arena->overflowed = true;
    return NULL;
  }
  unsigned char *taken = arena->memory + arena->used + gap;
  if (size > 0) memset(taken, 0, size);
  arena->used += gap + size;
  return taken;
}

void *arena_array(struct arena *arena, size_t count, size_t size) {
  size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    arena->overflowed = true;
    return NULL;
  }
  return arena_take(arena, bytes);
}

struct str arena_copy(struct arena *arena, struct str bytes) {
  char *copy = bytes.length == SIZE_MAX ? NULL : arena_take(arena, bytes.length + 1);
  if (copy == NULL) {
    arena->overflowed = true;
    return (struct str){NULL, 0};
  }
  if (bytes.length > 0) memcpy(copy, bytes.at, bytes.length);
  return (struct str){copy, bytes.length};
}

struct str arena_print(struct arena *arena, const char *format, ...) {
  struct str none = {NULL, 0};
  size_t left = arena->capacity - arena->used;
  if (arena->overflowed || left == 0) {
    arena->overflowed = true;
    return none;
  }
  char *start = (char *)arena->memory + arena->used;
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(start, left, format, arguments);
  va_end(arguments);
  if (length < 0 || (size_t)length >= left) {
    arena->overflowed = true;
    return none;
  }
  arena->used += (size_t)length + 1;
  return (struct str){start, (size_t)length};
}

void buffer_init(struct buffer *buffer, void *memory, size_t capacity) {
  assert(memory != NULL || capacity == 0);
  *buffer = (struct buffer){memory, capacity, 0, false};
}

void buffer_reset(struct buffer *buffer) {
  buffer->length = 0;
  buffer->overflowed = false;
}

void buffer_put(struct buffer *buffer, struct str bytes) {
  if (buffer->overflowed || bytes.length > buffer->capacity - buffer->length) {
    buffer->overflowed = true;
    return;
  }
  if (bytes.length > 0) memcpy(buffer->memory + buffer->length, bytes.at, bytes.length);
  buffer->length += bytes.length;
}

void buffer_byte(struct buffer *buffer, char byte) { buffer_put(buffer, (struct str){&byte, 1}); }

const char digit_pairs[] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
    "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

void buffer_digits(struct buffer *buffer, int64_t number, unsigned least) {
  char digits[24];
  size_t at = sizeof digits;
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  assert(least >= 1 && least <= 20);
  for (; rest >= 100; rest /= 100) memcpy(&digits[at -= 2], digit_pairs + 2 * (rest % 100), 2);
  for (; rest > 0 || sizeof digits - at < least; rest /= 10) digits[--at] = (char)('0' + rest % 10);
  if (number < 0) digits[--at] = '-';
  buffer_put(buffer, (struct str){digits + at, sizeof digits - at});
}

void buffer_int(struct buffer *buffer, int64_t number) { buffer_digits(buffer, number, 1); }

void buffer_print(struct buffer *buffer, const char *format, ...) {
  if (buffer->overflowed) return;
  size_t left = buffer->capacity - buffer->length;
  char last = '\0'; /* vsnprintf wants room for its zero; the last byte of the memory is printed by way of a spare one */
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(left == 0 ? &last : buffer->memory + buffer->length, left == 0 ? 1 : left, format, arguments);
  va_end(arguments);
  if (length < 0 || (size_t)length >= left) {
    buffer->overflowed = length != 0;
    return;
  }
  buffer->length += (size_t)length;
}

static void put_escaped(struct buffer *buffer, unsigned char byte) {
  static const char hex[] = "0123456789abcdef";
  static const char names[32] = {['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
  char escape[6] = {'\\', (char)byte, '0', '0', 0, 0};
  if (byte == '"' || byte == '\\') {
    buffer_put(buffer, (struct str){escape, 2});
    return;
  }
  assert(byte < 0x20);
  escape[1] = names[byte];
  if (escape[1] != 0) {
    buffer_put(buffer, (struct str){escape, 2});
    return;
  }
  escape[1] = 'u';
  escape[4] = hex[byte >> 4];
  escape[5] = hex[byte & 15];
  buffer_put(buffer, (struct str){escape, 6});
}

void buffer_json(struct buffer *buffer, struct str text) {
  buffer_byte(buffer, '"');
  for (size_t at = 0; at < text.length;) {
    size_t plain = scan_plain(text, at);
    if (plain > at) buffer_put(buffer, (struct str){text.at + at, plain - at});
    at = plain;
    if (at == text.length) break;
    unsigned char byte = (unsigned char)text.at[at];
    bool truncated = false;
    unsigned length = byte < 0x80 ? 1 : scan_utf8(text, at, &truncated);
    if (byte < 0x80)
      put_escaped(buffer, byte);
    else if (length == 0)
      buffer_put(buffer, STR("\xef\xbf\xbd"));
    else
      buffer_put(buffer, (struct str){text.at + at, length});
    at += length == 0 ? 1 : length;
  }
  buffer_byte(buffer, '"');
}

void buffer_encoded(struct buffer *buffer, struct str name) {
  size_t from = 0;
  for (size_t at = 0; at < name.length; at++) {
    if (name.at[at] != '/' && name.at[at] != '%') continue;
    buffer_put(buffer, (struct str){name.at + from, at - from});
    buffer_put(buffer, name.at[at] == '/' ? STR("%2F") : STR("%25"));
    from = at + 1;
  }
  buffer_put(buffer, str_from(name, from));
}
