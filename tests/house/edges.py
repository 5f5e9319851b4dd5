"""Directions: a room includes only the rooms that CMakeLists.txt names behind it, never another room's private headers; each foreign
library has one door; pure rooms include nothing of the system but its harmless headers."""
import os
import re

import house

DOORS = {"nettle/hmac.h": "base", "jansson.h": "campaign", "lmdb.h": "lmdb", "microhttpd.h": "http", "librdkafka/rdkafka.h": "kafka",
         "hiredis/hiredis.h": "redis", "hiredis/hiredis_ssl.h": "redis"}
PURE_SYSTEM = {"assert.h", "inttypes.h", "limits.h", "stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "string.h", "emmintrin.h"}
STANDARD_SYSTEM = re.compile(r"^(sys|netinet|arpa)/[a-z_]+\.h$|^[a-z_]+\.h$")


def includes(path):
    for number, line in enumerate(house.read(path).splitlines(), 1):
        match = re.match(r'\s*#\s*include\s+(["<])([^">]+)[">]', line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def room_findings(root, room, rooms):
    allowed = {room.name, *room.rooms}
    folder = os.path.join(root, "src", room.name)
    paths = house.files_below(root, [f"src/{room.name}", f"include/giftd/{room.name}"], house.CODE)
    public = os.path.join(root, "include/giftd", room.name + ".h")
    if os.path.exists(public):
        paths.append(public)
    for path in paths:
        for number, quoted, name in includes(path):
            problem = include_problem(room, allowed, folder, quoted, name)
            if problem:
                yield f"{os.path.relpath(path, root)}:{number}: {problem}"


def include_problem(room, allowed, folder, quoted, name):
    if quoted:
        public = re.match(r"giftd/([a-z_]+)(\.h|/)", name)
        if public:
            return None if public.group(1) in allowed else f"room {room.name} may not include {name}: CMakeLists.txt does not name it"
        if "/" in name or not os.path.exists(os.path.join(folder, name)):
            return f"\"{name}\" is not a header of room {room.name}; private headers never cross rooms"
        return None
    if name in DOORS or not STANDARD_SYSTEM.match(name):
        door = DOORS.get(name)
        return None if door == room.name else f"<{name}> is seen by room {door or '(none)'} alone"
    if room.pure and name not in PURE_SYSTEM:
        return f"<{name}> in pure room {room.name}"
    return None


def check(root, build=None):
    rooms = house.rooms_of(root)
    findings, known = [], []
    for room in rooms.values():
        findings += [f"CMakeLists.txt: room {room.name} names {other}, which does not stand before it" for other in room.rooms
                     if other not in known]
        findings += [f"CMakeLists.txt: pure room {room.name} names {other}, which is not pure" for other in room.rooms
                     if other in rooms and room.pure and not rooms[other].pure]
        known.append(room.name)
        findings += room_findings(root, room, rooms)
    for folder in sorted(os.listdir(os.path.join(root, "src"))):
        if folder not in rooms and house.files_below(root, [f"src/{folder}"], house.CODE):
            findings.append(f"src/{folder}: no room of CMakeLists.txt")
    if not rooms:
        findings.append("CMakeLists.txt: declares no room")
    return findings


MAP = "room(base PURE)\nroom(event PURE ROOMS base)\nroom(campaign PURE ROOMS event base LIBRARIES x)\nroom(http ROOMS base)\n"
HEADERS = {"CMakeLists.txt": MAP, "include/giftd/base.h": "", "include/giftd/event.h": '#include "giftd/base.h"\n',
           "src/event/own.h": ""}
CASES = [
    ("good",
     {**HEADERS, "src/event/a.c": '#include "giftd/event.h"\n#include "giftd/base.h"\n#include "own.h"\n#include <string.h>\n'}, None),
    ("against the direction", {**HEADERS, "src/base/a.c": '#include "giftd/event.h"\n'}, "room base may not include giftd/event.h"),
    ("public header against the direction", {**HEADERS, "include/giftd/base.h": '#include "giftd/event.h"\n'}, "room base may not include"),
    ("private header of another room", {**HEADERS, "src/campaign/a.c": '#include "../event/own.h"\n'}, "private headers never cross"),
    ("private header by name", {**HEADERS, "src/campaign/a.c": '#include "own.h"\n'}, "private headers never cross"),
    ("a second door", {**HEADERS, "src/http/a.c": "#include <jansson.h>\n"}, "<jansson.h> is seen by room campaign alone"),
    ("an unknown library", {**HEADERS, "src/http/a.c": "#include <curl/curl.h>\n"}, "<curl/curl.h> is seen by room (none)"),
    ("a socket in a pure room", {**HEADERS, "src/event/a.c": "#include <sys/socket.h>\n"}, "<sys/socket.h> in pure room event"),
    ("a clock in a pure room", {**HEADERS, "src/event/a.c": "#include <time.h>\n"}, "<time.h> in pure room event"),
    ("a room nobody declared", {**HEADERS, "src/extra/a.c": ""}, "src/extra: no room"),
    ("a room that names a later one", {**HEADERS, "CMakeLists.txt": "room(base PURE ROOMS event)\nroom(event PURE)\n"},
     "does not stand before"),
    ("a pure room on an impure one", {**HEADERS, "CMakeLists.txt": "room(base)\nroom(event PURE ROOMS base)\n"}, "which is not pure"),
]

if __name__ == "__main__":
    house.main(check, CASES)
