"""deploy/giftd.service holds what the code does: giftd takes the words of ExecStart, ends with the codes that are to be tried again or not,
and has the time to drain."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAM, ROOT = sys.argv[1:3]
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("GIFTD_")}


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def unit(key):
    return re.findall(rf"^{key}=(.*)$", read("deploy/giftd.service"), re.M)


def constant_ms(name, path):
    return int(re.search(rf"^#define {name} (\d+)\b", read(path), re.M)[1])


class Service(unittest.TestCase):
    def run_as_unit(self, *options):
        """ExecStart with this program, the shipped configuration, and a broker that is not there."""
        words = unit("ExecStart")[0].split()
        self.assertEqual((words[0], words[words.index("-c") + 1]), ("/usr/local/bin/giftd", "/etc/giftd/giftd.conf"))
        words[0], words[words.index("-c") + 1] = PROGRAM, "deploy/giftd.conf"
        nowhere = ("-X", "kafka.bootstrap.servers=127.0.0.1:1", "-X", "redis.servers=127.0.0.1:1")
        return subprocess.run([*words, *nowhere, *options], cwd=ROOT, env=PLAIN, capture_output=True, text=True, timeout=120, check=False)

    def test_codes(self):
        final = {int(code) for code in unit("RestartPreventExitStatus")[0].split()}
        self.assertEqual(unit("Restart"), ["on-failure"])
        away = self.run_as_unit()
        self.assertEqual(away.returncode, 69, away.stderr)
        self.assertNotIn(away.returncode, final)
        self.ends_with(final, "no.such.option", "-X", "no.such.option=1")
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "x.json"), "w", encoding="utf-8") as file:
                file.write('{"id": "x"}')
            self.ends_with(final, "x.json", "--campaigns", folder)

    def ends_with(self, codes, words, *more):
        ended = self.run_as_unit(*more)
        self.assertIn(ended.returncode, codes)
        self.assertIn(words, ended.stderr)

    def test_times(self):
        drain_ms, leave_ms = constant_ms("DRAIN_MS", "src/app/run_settings.c"), constant_ms("LEAVE_MS", "src/cluster/cluster.c")
        self.assertGreater(int(unit("TimeoutStopSec")[0]) * 1000, drain_ms + leave_ms + 10000)
        self.assertGreater(int(unit("WatchdogSec")[0]) * 1000, constant_ms("STALL_MS", "src/app/run_settings.c"))

    def test_words_that_belong_together(self):
        """The sender of READY=1 may be a child, and SIGTERM must come to each process once."""
        self.assertEqual([unit(key) for key in ("Type", "NotifyAccess", "KillMode")], [["notify"], ["all"], ["mixed"]])
        self.assertEqual(unit("ExecReload"), ["/bin/kill -HUP $MAINPID"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
