/* What `giftd test` writes for machines: JUnit XML for CI servers, JSON for scripts. Neither names the time it took: same files, same
 * bytes. */
#include <errno.h>
#include <stdio.h>

#include "giftd/story/files.h"

/* Text inside an XML attribute or element; control characters that XML 1.0 has no room for become blanks. */
static void put_xml(FILE *stream, struct str text) {
  for (size_t i = 0; i < text.length; i++) {
    unsigned char byte = (unsigned char)text.at[i];
    if (byte == '&')
      fputs("&amp;", stream);
    else if (byte == '<')
      fputs("&lt;", stream);
    else if (byte == '>')
      fputs("&gt;", stream);
    else if (byte == '"')
      fputs("&quot;", stream);
    else
      putc(byte < 0x20 && byte != '\n' && byte != '\t' ? ' ' : byte, stream);
  }
}

static void put_case(FILE *stream, const struct test_result *result) {
  fputs("    <testcase classname=\"", stream);
  put_xml(stream, result->file);
  fputs("\" name=\"", stream);
  put_xml(stream, result->title);
  fprintf(stream, "\" file=\"");
  put_xml(stream, result->file);
  fprintf(stream, "\" line=\"%u\"", result->line);
  if (result->passed) {
    fputs("/>\n", stream);
    return;
  }
  fputs(">\n      <failure message=\"not as expected\">", stream);
  put_xml(stream, result->output);
  fputs("</failure>\n    </testcase>\n", stream);
}

/* Results of one file stand together; returns the index behind them. */
static uint32_t put_suite(FILE *stream, const struct test_report *report, uint32_t first) {
  uint32_t last = first, failed = 0;
  for (; last < report->count && str_equal(report->items[last].file, report->items[first].file); last++)
    failed += !report->items[last].passed;
  fputs("  <testsuite name=\"", stream);
  put_xml(stream, report->items[first].file);
  fprintf(stream, "\" tests=\"%u\" failures=\"%u\">\n", last - first, failed);
  for (uint32_t i = first; i < last; i++) put_case(stream, &report->items[i]);
  fputs("  </testsuite>\n", stream);
  return last;
}

enum status test_report_junit(const struct test_report *report, const char *path, struct fault *fault) {
  FILE *stream = fopen(path, "w");
  if (stream == NULL) return fault_set(fault, STATUS_USAGE, "--junit %s: %s", path, strerror(errno));
  fprintf(stream, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"%u\" failures=\"%u\">\n", report->count, report->failed);
  for (uint32_t i = 0; i < report->count;) i = put_suite(stream, report, i);
  fputs("</testsuites>\n", stream);
  bool failed = ferror(stream) != 0;
  if (fclose(stream) != 0 || failed) return fault_set(fault, STATUS_STORAGE, "--junit %s: cannot be written: %s", path, strerror(errno));
  return STATUS_OK;
}

/* A JSON string, through the one function that knows how. */
static void put_json(FILE *stream, struct str text) {
  char memory[4096];
  struct buffer piece;
  putc('"', stream);
  while (text.length > 0) {
    size_t part = text.length < 512 ? text.length : 512;
    while (part < text.length && part > 500 && ((unsigned char)text.at[part] & 0xc0) == 0x80) part--; /* never inside a character */
    buffer_init(&piece, memory, sizeof memory);
    buffer_json(&piece, (struct str){text.at, part});
    fwrite(memory + 1, 1, piece.length - 2, stream);
    text = str_from(text, part);
  }
  putc('"', stream);
}

void test_report_json(const struct test_report *report, struct str coverage, void *stream) {
  fprintf(stream, "{\"scenarios\":%u,\"passed\":%u,\"failed\":%u,\"errors\":%u,\"results\":[", report->count,
          report->count - report->failed, report->failed, report->errors);
  for (uint32_t i = 0; i < report->count; i++) {
    const struct test_result *result = &report->items[i];
    fputs(i == 0 ? "\n{\"file\":" : ",\n{\"file\":", stream);
    put_json(stream, result->file);
    fprintf(stream, ",\"line\":%u,\"title\":", result->line);
    put_json(stream, result->title);
    fprintf(stream, ",\"passed\":%s,\"output\":", result->passed ? "true" : "false");
    put_json(stream, result->output);
    putc('}', stream);
  }
  fputs("]", stream);
  if (coverage.length > 0) fprintf(stream, ",\n\"coverage\":{%.*s}", STR_FORMAT(coverage));
  fputs("}\n", stream);
}

enum status test_events_write(const char *folder, struct str story, uint32_t number, struct str lines, struct fault *fault) {
  char path[4096];
  const char *slash = memrchr(story.at, '/', story.length);
  if (slash != NULL) story = str_from(story, (size_t)(slash + 1 - story.at));
  int stem = (int)story.length - (int)(sizeof ".test" - 1);
  (void)snprintf(path, sizeof path, "%s/%.*s-%u.jsonl", folder, stem, story.at, number);
  FILE *stream = fopen(path, "wx");
  if (stream == NULL) return fault_set(fault, STATUS_USAGE, "--events %s: %s; name an empty folder", path, strerror(errno));
  bool failed = fwrite(lines.at, 1, lines.length, stream) != lines.length;
  if (fclose(stream) != 0 || failed) return fault_set(fault, STATUS_STORAGE, "--events %s: cannot be written: %s", path, strerror(errno));
  return STATUS_OK;
}
