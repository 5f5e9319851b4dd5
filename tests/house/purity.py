"""Purity: what the built pure rooms ask the linker for is a white list - no clock, socket, file, heap, randomness, environment; and only
six edge rooms may touch the file system. The second guard behind cmake/poison.h, which cannot see words that are also names of members."""
import os
import re
import subprocess
import sys

import house

# the compiler's own arithmetic; memory and text; formatting into memory; assertions; what compilers, hardening and sanitizers add
WHITE = re.compile(r"^(mem(cpy|set|move|cmp|chr|rchr|mem)|bcmp|str(len|nlen|chr|cmp|ncmp)|v?snprintf|abort|__assert_fail|__assert"
                   r"|__(u?(div|mod|divmod|mul)[dt]i[34]|popcountdi2|[cf][tl]z[dt]i2|mulo[dt]i4)"
                   r"|__(v?snprintf|memcpy|memset|memmove)_chk|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_"
                   r"|__(asan|ubsan|tsan|sanitizer|sancov|msan)_\w+|__gcov_\w+|__isoc(23|99)_\w+)$")
# base: SHA-256 and HMAC, in the caller's memory
DOORS = {"base": re.compile(r"^nettle_(hmac_)?sha256_\w+$"),
         "campaign": re.compile(r"^json(p|_)\w+$"), "lmdb": re.compile(r"^mdb_\w+$"), "http": re.compile(r"^MHD_\w+$")}
FILE_CALLS = re.compile(r"^(f?open(at|64|dir)?|creat|rename(at)?|unlink(at)?|rmdir|mkdir(at)?|f?truncate(64)?|fsync|fdatasync|p?read(64)?"
                        r"|p?write(64)?|readdir(64)?|link|symlink|fopen64|freopen|remove|mkstemp(64)?|mkdtemp)$")
FILE_ROOMS = {"files", "load", "explain", "story", "import", "app", "lmdb", "config"}
# telemetry: its own memory, from the kernel's table of the process; kafka: the descriptor that wakes its waiter, and the watchdog's last
# words; redis: the file with the password; service: the pipe that wakes its waiter, and the last words; embedded: the trace
SELF = {("telemetry", "fopen"), ("kafka", "read"), ("kafka", "write"), ("redis", "fopen"), ("redis", "fopen64"), ("service", "read"),
        ("service", "write"), ("embedded", "fopen"), ("embedded", "fopen64")}


def symbols(library):
    """(asked for, offered) of a static library, over all its objects."""
    asked, offered = set(), set()
    for line in subprocess.run(["nm", library], check=True, capture_output=True, text=True).stdout.splitlines():
        match = re.match(r"^(?:[0-9a-f]+)?\s*([A-Za-z])\s+(\S+)$", line)
        if match:
            (asked if match.group(1) in "Uw" else offered).add(match.group(2))
    return asked - offered, offered


def judge(room, rooms, tables):
    """Findings for one room; `tables`: room -> (asked, offered)."""
    if room.name not in tables:
        return []
    asked = tables[room.name][0]
    findings = []
    if room.pure:
        offered = set().union(*(tables[other][1] for other in room.rooms if other in tables))
        door = DOORS.get(room.name)
        for symbol in sorted(asked - offered):
            if not WHITE.match(symbol) and not (door and door.match(symbol)):
                findings.append(f"pure room {room.name} calls {symbol}")
    elif room.name not in FILE_ROOMS:
        findings += [f"room {room.name} calls {symbol}: files belong to {', '.join(sorted(FILE_ROOMS))}" for symbol in sorted(asked)
                     if FILE_CALLS.match(symbol) and (room.name, symbol) not in SELF]
    return findings


def check(root, build):
    rooms = house.rooms_of(root)
    tables = {}
    for name in rooms:
        library = os.path.join(build, f"libroom_{name}.a")
        if os.path.exists(library):
            tables[name] = symbols(library)
        elif house.files_below(root, [f"src/{name}"], ".c"):
            return [f"{library} is not built"]
    if not tables:
        return ["no room is built"]
    return [finding for room in rooms.values() for finding in judge(room, rooms, tables)]


BAD = ["malloc", "time", "clock_gettime", "open", "socket", "getenv", "rand", "printf", "fopen64", "pthread_create", "read", "localtime_r",
       "qsort"]
GOOD = ["memcpy", "snprintf", "__assert_fail", "__asan_report_load8", "__ubsan_handle_add_overflow_abort", "__stack_chk_fail"]


def compiled_cases():
    """Real objects, so that the reading of nm is proven too: (name, body of the function, expected)."""
    yield "heap", "void *malloc(unsigned long); void *f(void) { return malloc(3); }", "pure room base calls malloc"
    yield "clock", "long time(long *); long f(void) { return time(0); }", "pure room base calls time"
    yield "nothing", "int f(int a) { return a + 1; }", None


def prove():
    rooms = {"base": house.Room("base", True, [], []), "http": house.Room("http", False, ["base"], [])}
    failed = 0
    for symbol in BAD:
        failed += not judge(rooms["base"], rooms, {"base": ({symbol}, set())})
    for symbol in GOOD:
        failed += bool(judge(rooms["base"], rooms, {"base": ({symbol}, set())}))
    failed += not judge(rooms["http"], rooms, {"http": ({"fopen64"}, set())})
    failed += bool(judge(rooms["http"], rooms, {"http": ({"MHD_start_daemon"}, set())}))
    for name, text, expected in compiled_cases():
        root = house.tree({"CMakeLists.txt": "room(base PURE)\n", "src/base/f.c": text})
        subprocess.run(["cc", "-fno-builtin", "-c", f"{root}/src/base/f.c", "-o", f"{root}/f.o"], check=True)
        subprocess.run(["ar", "rcs", f"{root}/libroom_base.a", f"{root}/f.o"], check=True)
        findings = check(root, root)
        good = expected in findings if expected else not findings
        print(f"{'ok' if good else 'NOT FOUND'}: {name}: {findings}")
        failed += not good
    failed += check(house.tree({"CMakeLists.txt": "room(base PURE)\n"}), "/nowhere") != ["no room is built"]
    print(f"{failed} proofs failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    if sys.argv[1:] == ["prove"]:
        prove()
    house.main(check, [])
