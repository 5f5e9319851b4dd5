"""The real parts of a chaos run: brokers (deploy/stack), a Redis of its own, giftd processes, a feeder of events, a watcher of outcomes.

Everything lives in one folder and listens at free ports; processes are ended by their own ids only.
"""
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import checker

ROOT = pathlib.Path(__file__).resolve().parents[2]


SPAWNED = []


def spawn(command, **options):
    """Every process of a run but the brokers is started here, so that none outlives it."""
    SPAWNED.append(subprocess.Popen(command, **options))
    return SPAWNED[-1]


def clear():
    for process in SPAWNED:
        if process.poll() is None:
            process.kill()
            process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Kafka:
    def __init__(self, folder, version, brokers, heap="512m"):
        self.folder, self.count = folder / "stack", brokers
        self.up("--kafka", version, "--brokers", str(brokers), "--kafka-port", "0", "--heap", heap)

    def stack(self, *words):
        done = subprocess.run([ROOT / "deploy/stack", *words, "--dir", self.folder], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"deploy/stack {words[0]} ended with {done.returncode}: {done.stderr}")

    def setting(self, name):
        return re.search(rf"^{name}=(.*)$", (self.folder / "stack.env").read_text(), re.M).group(1)

    def up(self, *options):
        self.stack("up", "--no-redis", *options)
        self.addresses = self.setting("KAFKA")

    def pid(self, number):
        return int(self.setting("KAFKA_PIDS").split(",")[number - 1])

    def kill(self, number):
        self.stack("kill-broker", str(number))

    def down(self, *options):
        self.stack("down", *options)


class Redis:
    """Keeps nothing on disk by itself; `save` takes a copy that `start` can go back to."""

    def __init__(self, folder):
        self.folder, self.port, self.process = folder / "redis-server", free_port(), None
        self.address = f"127.0.0.1:{self.port}"
        self.folder.mkdir()
        self.start()

    def start(self, old=False):
        dump = self.folder / "dump.rdb"
        dump.unlink(missing_ok=True)
        if old:
            shutil.copy(self.folder / "old.rdb", dump)
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder, "--save", "",
                   "--appendonly", "no", "--maxmemory-policy", "noeviction"]
        with open(self.folder / "log", "ab") as log:
            self.process = spawn(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        while self.ask("PING") != "PONG":
            if self.process.poll() is not None:
                raise RuntimeError(f"redis-server ended: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.02)

    def ask(self, *words):
        done = subprocess.run(["redis-cli", "-p", str(self.port), *words], capture_output=True, text=True)
        return done.stdout.strip()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def save(self):
        self.ask("SAVE")
        shutil.copy(self.folder / "dump.rdb", self.folder / "old.rdb")


class Worker:
    """One `giftd run`, started again when it falls, as a service manager does. Its words are kept in worker-N.log."""

    def __init__(self, args, conf, folder, number):
        self.command, self.folder, self.number = [args.giftd, "run", "-c", conf], folder, number
        # A static member (KIP-345) has its shards back as soon as it is there again; another is missed only after the session's end.
        if args.static:
            self.command += ["-X", f"kafka.group.instance.id={number}"]
        self.log, self.process, self.stopping, self.falls = folder / f"worker-{number}.log", None, False, []
        self.lock = threading.Lock()

    def start(self, conf=None):
        if conf is not None:
            self.command[3] = conf
        with open(self.log, "ab") as log:
            self.process = spawn(self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder)

    def tend(self):
        """Starts it again where it ended by itself."""
        if not self.lock.acquire(blocking=False):
            return
        try:
            if self.process is None or self.process.poll() is None or self.stopping:
                return
            self.falls.append(self.process.returncode)
            self.start()
        finally:
            self.lock.release()

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def send(self, what):
        self.process.send_signal(what)

    def terminate(self, seconds=45):
        """True when it drained and ended well."""
        if not self.stopping:  # a second signal would end it at once
            self.send(signal.SIGTERM)
        self.stopping = True
        try:
            return self.process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            self.kill()
            return False


class Feeder(threading.Thread):
    """Produces the events at a rate, keyed by customer."""

    def __init__(self, brokers, topic, lines, rate):
        super().__init__(daemon=True)
        self.lines, self.rate, self.sent, self.failed = lines, rate, 0, None
        self.ended = None
        self.command = ["kcat", "-b", brokers, "-P", "-t", topic, "-K", "|", "-E", "-q", "-X", "acks=all", "-X", "linger.ms=5",
                        "-X", "partitioner=murmur2_random", "-X", "message.timeout.ms=900000",
                        "-X", "max.in.flight.requests.per.connection=1"]

    def run(self):
        with spawn(self.command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as kcat:
            threading.Thread(target=kcat.stderr.read, daemon=True).start()
            try:
                self.feed(kcat.stdin)
                kcat.stdin.close()
            except (BrokenPipeError, OSError) as error:
                self.failed = f"kcat: {error}"
        if kcat.returncode != 0:
            self.failed = f"kcat ended with {kcat.returncode} while producing"
        self.ended = time.time()

    def feed(self, pipe):
        began = time.monotonic()
        for key, text in self.lines:
            pipe.write(f"{key}|{text}\n")
            self.sent += 1
            ahead = self.sent / self.rate - (time.monotonic() - began)
            if ahead > 0.02:
                pipe.flush()
                time.sleep(ahead)
        pipe.flush()


class Watcher:
    """Counts records with an outcome as they are committed. What it counts only says when to stop waiting; the checker reads again."""

    POSITION = re.compile(r'"input":"[^"]*/(\d+)","position":(\d+)')
    RANGE = re.compile(r'"input":"([^"]*)","first":(\d+),"last":\d+,"events":(\d+)')

    def __init__(self, brokers, names):
        self.brokers, self.names, self.open, self.seen = brokers, names, True, {"decisions": set(), "dlq": set()}
        self.ranges = {}  # of events that nobody hears: (input, first) -> how many
        self.named, self.heard = set(), set()  # records that another customer hears, and those decided for that customer
        self.processes = {}
        for topic in self.seen:
            threading.Thread(target=self.follow, args=(topic,), daemon=True).start()

    def follow(self, topic):
        while self.open:
            self.seen[topic].clear()
            command = ["kcat", "-b", self.brokers, "-C", "-t", self.names[topic], "-o", "beginning", "-q", "-u", "-E",
                       "-X", "isolation.level=read_committed", "-f", "%s\n" if topic == "decisions" else "%p %h\n"]
            with spawn(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace") as kcat:
                self.processes[topic] = kcat
                for line in kcat.stdout:
                    self.take(topic, line)
            time.sleep(0.2)

    def take(self, topic, line):
        if topic == "decisions":
            records = {(int(p) << 40) + int(at) for p, at in self.POSITION.findall(line)}
            (self.heard if '"caused_by"' in line else self.seen[topic]).update(records)
            if '"heard_by"' in line:
                self.named.update(records)
            self.ranges.update({(name, int(first)): int(events) for name, first, events in self.RANGE.findall(line)})
        else:
            at = re.search(r"__connect\.errors\.offset=(\d+)", line)
            if at:
                self.seen[topic].add((int(line.split()[0]) << 40) + int(at.group(1)))

    def count(self, open_ranges=()):
        """`open_ranges`: those in the view, whose lines are still to come."""
        still = {(data["input"], data["first"]): data["events"] for data in open_ranges}
        return sum(map(len, self.seen.values())) + sum({**still, **self.ranges}.values())

    def waiting(self):
        """Events on their way to who hears them."""
        return len(self.named - self.heard)

    def close(self):
        self.open = False
        for kcat in self.processes.values():
            kcat.kill()


def records_in(brokers, topic, partitions):
    """End offsets of the events topic: nobody writes transactions there, so it is the number of records."""
    wanted = [word for partition in range(partitions) for word in ("-t", f"{topic}:{partition}:-1")]
    done = subprocess.run(["kcat", "-b", brokers, "-Q", *wanted], capture_output=True, text=True)
    ends = [int(at) for at in re.findall(r"offset (\d+)", done.stdout)]
    return sum(ends) if len(ends) == partitions else sys.maxsize  # a broker that did not answer has not said that it is empty


class Round:
    """One history: topics, configuration and processes of its own on brokers and a Redis that may serve several."""

    def __init__(self, args, kafka, redis, name, campaigns):
        self.args, self.kafka, self.redis, self.name = args, kafka, redis, name
        self.folder = args.folder / name
        self.folder.mkdir()
        self.names = checker.names_of(f"{name}.events", f"{name}.")
        self.conf = self.write_conf("giftd.conf", campaigns)
        self.run_topics()
        self.workers = [Worker(args, self.conf, self.folder, number + 1) for number in range(args.workers)]
        self.guard = threading.Thread(target=self.tend, daemon=True)
        self.open = True

    def write_conf(self, name, campaigns):
        lines = {"kafka.bootstrap.servers": self.kafka.addresses, "kafka.session.timeout.ms": 6000, "kafka.heartbeat.interval.ms": 1000,
                 "topic.events": self.names["events"], "topic.prefix": f"{self.name}.", "group.id": self.name,
                 "redis.servers": self.redis.address, "redis.name": self.name, "view.buckets": 64, "checkpoint.interval": "PT1M",
                 "commit.interval_ms": 50, "cache.bytes": "1MiB", "campaigns.dir": campaigns, "events.clock": "event", "log.format": "text",
                 **self.args.options}
        path = self.folder / name
        path.write_text("".join(f"{key} = {value}\n" for key, value in lines.items()))
        return path

    def run_topics(self):
        done = subprocess.run([self.args.giftd, "topics", "create", "-c", self.conf, "--partitions", str(self.args.partitions),
                               "--replicas", str(self.kafka.count)], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"giftd topics create ended with {done.returncode}: {done.stdout}{done.stderr}")

    def start(self, lines, rate):
        self.watcher = Watcher(self.kafka.addresses, self.names)
        self.feeder = Feeder(self.kafka.addresses, self.names["events"], lines, rate)
        for worker in self.workers:
            worker.start()
        self.feeder.start()
        self.guard.start()

    def tend(self):
        while self.open:
            for worker in list(self.workers):
                worker.tend()
            time.sleep(1.0)

    def decided(self):
        """Records with an outcome, those in open ranges too."""
        return self.watcher.count(checker.ranges_read(self.redis.address, self.name, self.args.partitions))

    def drained(self):
        return (self.feeder.ended is not None and self.watcher.waiting() == 0 and
                self.decided() >= records_in(self.kafka.addresses, self.names["events"], self.args.partitions))

    def used(self):
        """Units the view says are used: shards report what they spent once a second."""
        counters, _ = checker.counters_read(self.redis.address, self.name, self.args.partitions)
        return sum(int(fields.get("used", 0)) for fields in counters.values())

    def stop(self):
        """Ends the workers; number -> exit code of those that did not end well."""
        self.open = False
        if self.guard.is_alive():
            self.guard.join()
        for worker in self.workers:
            worker.stopping = True
            if worker.alive():
                worker.send(signal.SIGTERM)
        bad = [worker for worker in self.workers if worker.process is not None and not worker.terminate()]
        self.watcher.close()
        return {worker.number: worker.process.returncode for worker in bad}

    def falls(self):
        return {f"worker-{worker.number}": worker.falls for worker in self.workers if worker.falls}


