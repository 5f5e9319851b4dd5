/* What an event is known by: the system it comes from, a URI reference (RFC 3986, section 4.1), and its id there, any printable ASCII - as
 * CloudEvents 1.0 has them. Nearly every source is a plain word, and of an id every byte is looked at in one pass. */
#include <assert.h>

#include "giftd/event.h"

bool event_id_is_good(struct str id) {
  if (id.length == 0 || id.length > LIMIT_EVENT_ID_BYTES) return false;
  uint8_t good = 1;
  for (size_t i = 0; i < id.length; i++) good &= (unsigned char)id.at[i] - 0x21u <= 0x7eu - 0x21u;
  return good != 0;
}

uint64_t event_digest(struct str source, struct str id) {
  char bytes[LIMIT_SOURCE_BYTES + 1 + LIMIT_EVENT_ID_BYTES];
  assert(source.length <= LIMIT_SOURCE_BYTES && id.length <= LIMIT_EVENT_ID_BYTES);
  if (source.length > 0) memcpy(bytes, source.at, source.length);
  bytes[source.length] = '\0'; /* neither holds it, so (ab, c) and (a, bc) differ */
  if (id.length > 0) memcpy(bytes + source.length + 1, id.at, id.length);
  return hash64(&HASH_KEY_FIXED, (struct str){bytes, source.length + 1 + id.length});
}

/* ---- URI references ---- */

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
static bool is_one_of(char c, const char *set) { return c != '\0' && strchr(set, c) != NULL; }
static bool is_plain(char c) { return is_letter(c) || is_digit(c) || is_one_of(c, "-._~!$&'()*+,;="); } /* unreserved, sub-delims */

/* Bytes of the piece are plain, percent-encoded, or of `more`. */
static bool piece_is_good(struct str piece, const char *more) {
  for (size_t i = 0; i < piece.length; i++) {
    char c = piece.at[i];
    if (c == '%') {
      if (i + 2 >= piece.length || !is_hex(piece.at[i + 1]) || !is_hex(piece.at[i + 2])) return false;
      i += 2;
    } else if (!is_plain(c) && !is_one_of(c, more)) {
      return false;
    }
  }
  return true;
}

/* What stands in front of the first of `marks`; the rest begins with it. */
static struct str cut_at(struct str *rest, const char *marks) {
  size_t end = 0;
  while (end < rest->length && !is_one_of(rest->at[end], marks)) end++;
  struct str piece = {rest->at, end};
  *rest = str_from(*rest, end);
  return piece;
}

/* scheme: a letter, then letters, digits, + - . */
static bool scheme_is_good(struct str scheme) {
  if (scheme.length == 0 || !is_letter(scheme.at[0])) return false;
  for (size_t i = 1; i < scheme.length; i++)
    if (!is_letter(scheme.at[i]) && !is_digit(scheme.at[i]) && !is_one_of(scheme.at[i], "+-.")) return false;
  return true;
}

/* [ IPv6 or a later address ] :port, or name:port; who is in front of an @. */
static bool authority_is_good(struct str authority) {
  struct str user, host;
  if (!str_split(authority, '@', &user, &host)) host = authority, user = (struct str){NULL, 0};
  if (!piece_is_good(user, ":")) return false;
  if (host.length > 0 && host.at[0] == '[') {
    struct str address, port;
    if (!str_split(str_from(host, 1), ']', &address, &port) || address.length == 0) return false;
    if (!piece_is_good(address, ":") || memchr(address.at, '%', address.length) != NULL) return false;
    host = port;
    if (host.length > 0 && host.at[0] != ':') return false;
  }
  struct str name, port;
  str_split(host, ':', &name, &port);
  for (size_t i = 0; i < port.length; i++)
    if (!is_digit(port.at[i])) return false;
  return piece_is_good(name, "");
}

static bool uri_reference_is_good(struct str rest) {
  struct str whole = rest, first = cut_at(&rest, ":/?#");
  if (rest.length > 0 && rest.at[0] == ':') {
    if (!scheme_is_good(first)) return false;
    rest = str_from(rest, 1);
  } else {
    rest = whole;
  }
  if (str_starts(rest, STR("//"))) {
    rest = str_from(rest, 2);
    if (!authority_is_good(cut_at(&rest, "/?#"))) return false;
  }
  if (!piece_is_good(cut_at(&rest, "?#"), ":@/")) return false;
  if (rest.length > 0 && rest.at[0] == '?') {
    rest = str_from(rest, 1);
    if (!piece_is_good(cut_at(&rest, "#"), ":@/?")) return false;
  }
  return rest.length == 0 || piece_is_good(str_from(rest, 1), ":@/?");
}

/* A word as `a_b:c` is none by the letter of RFC 3986, and is taken all the same. */
bool event_source_is_good(struct str source) {
  if (str_is_id(source)) return true;
  return source.length > 0 && source.length <= LIMIT_SOURCE_BYTES && uri_reference_is_good(source);
}
