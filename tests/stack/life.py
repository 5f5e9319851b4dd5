"""deploy/stack from the first start to nothing left: what is up really answers, what was written is still there after a loss of power, and
nothing but its own processes is ever stopped."""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

import yaml

ROOT, CASE = sys.argv[1:3]
KIND, VERSION = CASE.partition(".")[::2]


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Stack:
    """One stack in a folder of its own; gone when the test is over, whatever happened."""

    def __init__(self, case, *options):
        self.dir = tempfile.mkdtemp(prefix="giftd-stack-")
        self.options = options
        case.addCleanup(self.end)

    def end(self):
        self.run("down", "--delete")
        shutil.rmtree(self.dir, ignore_errors=True)

    def run(self, command, *arguments):
        result = subprocess.run([f"{ROOT}/deploy/stack", command, *arguments, "--dir", self.dir], stdin=subprocess.DEVNULL, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=400, check=False)
        return result.returncode, result.stdout

    def up(self, *more):
        code, text = self.run("up", *self.options, *more)
        assert code == 0, text
        return text

    def env(self):
        with open(f"{self.dir}/stack.env", encoding="utf-8") as file:
            return dict(line.rstrip("\n").split("=", 1) for line in file)

    def pids(self):
        env = self.env()
        return [int(pid) for pid in env["KAFKA_PIDS"].split(",") + [env["REDIS_PID"]]]

    def kcat(self, *arguments, text=None):
        return subprocess.run(["kcat", "-b", self.env()["KAFKA"], *arguments], input=text, capture_output=True, text=True, timeout=60,
                              check=True).stdout

    def redis(self, *arguments):
        host, port = self.env()["REDIS"].split(":")
        return subprocess.run(["redis-cli", "-h", host, "-p", port, *arguments], capture_output=True, text=True, timeout=20,
                              check=True).stdout.strip()

    def topic(self, name, partitions):
        code, text = self.run("topics", "--create", "--topic", name, "--partitions", str(partitions))
        assert code == 0, text

    def read(self, name):
        return sorted(self.kcat("-C", "-e", "-q", "-t", name, "-f", "%k=%s\n").split())


FREE = ("--kafka-port", "0", "--redis-port", "0", "--heap", "256m")


@unittest.skipUnless(KIND == "life", KIND)
class Life(unittest.TestCase):
    def test_life(self):
        stack = Stack(self, *FREE, "--kafka", VERSION)
        self.assertEqual(stack.run("status")[0], 1)
        shown = stack.up()
        env, pids = stack.env(), stack.pids()
        self.assertIn(f"Kafka {VERSION} listens at {env['KAFKA']}", shown)
        self.assertTrue(all(map(alive, pids)))
        code, text = stack.run("status")
        self.assertEqual((code, text.count("answers")), (0, 2), text)

        stack.topic("t", 2)
        stack.kcat("-P", "-t", "t", "-K", ":", text="a:1\nb:2\n")
        self.assertEqual(stack.read("t"), ["a=1", "b=2"])
        self.check_acls(stack)
        self.check_redis(stack)

        stack.up()
        self.assertEqual(stack.pids(), pids, "up again leaves what runs alone")
        self.check_refused(stack)
        self.check_killed(stack, pids)

        pids = stack.pids()
        self.assertEqual(stack.run("down")[0], 0)
        self.assertFalse(any(map(alive, pids)))
        self.assertEqual(stack.run("status")[0], 1)
        stack.up()
        self.assertEqual((stack.env()["KAFKA"], stack.read("t")), (env["KAFKA"], ["a=1", "b=2"]), "the same place, the same data")
        pids = stack.pids()
        self.assertEqual(stack.run("down", "--delete")[0], 0)
        self.assertFalse(any(map(alive, pids)))
        self.assertFalse(os.path.exists(stack.dir))

    def check_acls(self, stack):
        """Where an ACL is, nothing else is allowed: an authorizer that everybody passes would show nothing to who tries rights out."""
        stack.topic("closed", 1)
        code, text = stack.run("acls", "--add", "--topic", "closed", "--allow-principal", "User:ANONYMOUS", "--operation", "Describe")
        self.assertEqual(code, 0, text)
        with self.assertRaises(subprocess.CalledProcessError) as refused:
            stack.kcat("-P", "-t", "closed", text="a")
        self.assertIn("authorization failed", refused.exception.stderr)

    def check_redis(self, stack):
        for name, value in (("maxmemory-policy", "noeviction"), ("save", ""), ("appendonly", "no"), ("hash-max-listpack-entries", "1024"),
                            ("hash-max-listpack-value", "2048")):
            self.assertEqual(stack.redis("CONFIG", "GET", name), f"{name}\n{value}".strip())

    def check_refused(self, stack):
        code, text = stack.run("up", "--brokers", "3")
        self.assertEqual(code, 1)
        self.assertIn("holds a stack with other options", text)
        self.assertIn("no kafka-3", stack.run("kill-broker", "3")[1])
        other = Stack(self)
        code, text = other.run("up", "--no-redis", "--kafka-port", stack.env()["KAFKA_PORTS"])
        self.assertEqual(code, 1)
        self.assertIn("is taken by another process", text)

    def check_killed(self, stack, pids):
        stack.redis("SET", "k", "v")
        self.assertEqual(stack.run("restart-broker", "1")[0], 0)
        self.assertFalse(alive(pids[0]))
        self.assertNotEqual(stack.pids()[0], pids[0])
        self.assertEqual(stack.pids()[1], pids[1])
        self.assertEqual(stack.read("t"), ["a=1", "b=2"])
        self.assertEqual(stack.run("kill-broker", "1")[0], 0)
        code, text = stack.run("status")
        self.assertEqual(code, 1)
        self.assertIn("Kafka broker 1: not running", text)
        stack.up()
        self.assertEqual(stack.redis("GET", "k"), "v")
        self.assertEqual(stack.run("restart-redis")[0], 0)
        self.assertEqual(stack.redis("GET", "k"), "", "Redis comes back empty")
        # A process that runs and does not answer is not reported as well.
        os.kill(stack.pids()[1], signal.SIGSTOP)
        code, text = stack.run("status")
        os.kill(stack.pids()[1], signal.SIGCONT)
        self.assertEqual(code, 1)
        self.assertIn("does not answer", text)


@unittest.skipUnless(KIND == "three", KIND)
class Three(unittest.TestCase):
    def test_one_of_three_may_be_lost(self):
        stack = Stack(self, *FREE, "--kafka", VERSION, "--brokers", "3")
        stack.up()
        stack.topic("t", 3)
        described = stack.run("topics", "--describe", "--topic", "t")[1]
        self.assertIn("ReplicationFactor: 3", described)
        self.assertIn("min.insync.replicas=2", described)
        self.assertEqual(stack.run("kill-broker", "2")[0], 0)
        stack.kcat("-P", "-t", "t", "-K", ":", "-X", "acks=all", text="a:1\nb:2\nc:3\nd:4\n")
        self.assertEqual(stack.run("status")[0], 1)
        self.assertEqual(stack.run("restart-broker", "1")[0], 0)
        stack.up()
        self.assertEqual(stack.run("status")[0], 0)
        self.assertEqual(stack.read("t"), ["a=1", "b=2", "c=3", "d=4"])


@unittest.skipUnless(KIND == "refused", KIND)
class Refused(unittest.TestCase):
    def test_wrong_calls(self):
        for arguments, expected in (
                ([], "deploy/stack up"),
                (["fly"], "deploy/stack up"),
                (["up", "--brokers", "2"], "--brokers is 1 or 3, not '2'"),
                (["up", "--kafka", "1.0"], "--kafka is 3.9.1 or 4.2.0, not '1.0'"),
                (["up", "--kafka-port", "x"], "a port is a number"),
                (["up", "--kafka-port"], "--kafka-port needs a value"),
                (["kill-broker", "4"], "'4' is not understood"),
                (["kill-broker"], "deploy/stack up")):
            result = subprocess.run([f"{ROOT}/deploy/stack", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                                    timeout=20, check=False)
            self.assertNotEqual(result.returncode, 0, arguments)
            self.assertIn(expected, result.stderr, arguments)

    def test_help(self):
        for arguments in (["--help"], ["up", "--help"]):
            result = subprocess.run([f"{ROOT}/deploy/stack", *arguments], capture_output=True, text=True, timeout=20, check=True)
            self.assertIn("deploy/stack up [OPTIONS]", result.stdout)
            self.assertIn("--no-redis", result.stdout)

    def test_containers_have_the_same_settings(self):
        """deploy/compose.yaml is YAML, and says for Kafka and Redis what deploy/stack says."""
        with open(f"{ROOT}/deploy/compose.yaml", encoding="utf-8") as file:
            services = yaml.safe_load(file)["services"]
        with open(f"{ROOT}/deploy/stack", encoding="utf-8") as file:
            script = file.read()
        properties = dict(re.findall(r"^([a-z.]+)=(\d+|true|false|\$replicas|\$insync)$", script, re.M))
        own = ("heartbeat", "session.timeout", "num.network", "num.io", "dedupe.buffer")  # of tests and small machines
        for key, value in properties.items():
            if any(word in key for word in own):
                continue
            name = "KAFKA_" + key.upper().replace(".", "_")
            self.assertEqual(services["kafka"]["environment"].get(name), re.sub(r"\$\w+", "1", value), name)
        command = " ".join(services["redis"]["command"])
        for setting in ("maxmemory-policy noeviction", "hash-max-listpack-entries 1024", "hash-max-listpack-value 2048", "appendonly no"):
            self.assertIn(f'"{setting}"', script)
            self.assertIn(f"--{setting}", command)

    def test_only_its_own_processes_end(self):
        """The process ids in the folder are old and belong to somebody else by now."""
        with tempfile.TemporaryDirectory() as folder, subprocess.Popen(["sleep", "60"]) as other:
            os.mkdir(f"{folder}/redis")
            with open(f"{folder}/redis/pid", "w", encoding="utf-8") as file:
                file.write(f"{other.pid} 12345\n")
            with open(f"{folder}/stack.env", "w", encoding="utf-8") as file:
                file.write("BROKERS=0\nREDIS_PORT=1\n")
            subprocess.run([f"{ROOT}/deploy/stack", "down", "--dir", folder], check=True, capture_output=True, timeout=30)
            self.assertTrue(alive(other.pid))
            other.kill()

    def test_a_port_that_answers_is_not_ours(self):
        """Something else listens where the stack is said to be: status does not take it for the stack."""
        with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
            with open(f"{folder}/stack.env", "w", encoding="utf-8") as file:
                file.write(f"BROKERS=0\nREDIS_PORT={server.getsockname()[1]}\n")
            result = subprocess.run([f"{ROOT}/deploy/stack", "status", "--dir", folder], capture_output=True, text=True, timeout=30,
                                    check=False)
            self.assertEqual((result.returncode, result.stdout), (1, "Redis: not running\n"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
