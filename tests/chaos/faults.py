"""Faults, each with the time it takes and the way back. A schedule is drawn from a seed before anything starts.

Faults of one part never overlap each other (a broker is not stopped while it restarts), those of different parts do.
"""
import random
import signal
import subprocess
import threading
import time

import stage

# kind -> (the part that it harms, least and most seconds until it is undone)
KINDS = {
    "kill": ("worker", 0.0, 1.5),  # SIGKILL, started again
    "stop": ("worker", 5.0, 15.0),  # SIGSTOP, SIGCONT: a zombie
    "rebalance": ("group", 3.0, 8.0),  # one more, and away again in good order
    "leave": ("worker", 1.0, 5.0),  # SIGTERM, started again
    "broker": ("broker", 0.0, 3.0),  # SIGKILL and back
    "broker-stop": ("broker", 2.0, 10.0),  # SIGSTOP, SIGCONT
    "failover": ("broker", 5.0, 15.0),  # one of three gone for a while
    "disk-full": ("broker", 2.0, 5.0),  # no file of the broker may grow: it ends by itself, and is started again
    "redis-flush": ("redis", 0.0, 0.0),
    "redis-kill": ("redis", 0.0, 5.0),  # SIGKILL, started again empty: also another server at the same address
    "redis-old": ("redis", 3.0, 12.0),  # a copy is taken, later the server restarts with it
    "redis-slow": ("redis", 1.0, 4.0),  # CLIENT PAUSE
    "redis-stop": ("redis", 2.0, 8.0),  # SIGSTOP, SIGCONT: connections half open
    "redis-oom": ("redis", 2.0, 6.0),  # maxmemory below what is used
    "redis-readonly": ("redis", 2.0, 6.0),  # a replica whose master is not there
}


def schedule(seed, kinds, kills, window_s, every_s):
    """[(second, kind, seconds, draw)]: `kills` kills, and another fault about every `every_s` seconds, each kind in turn."""
    dice, plan = random.Random(seed), []
    for _ in range(kills):
        plan.append((dice.uniform(0, window_s), "kill"))
    others = [kind for kind in kinds if kind != "kill"]
    dice.shuffle(others)
    count = int(window_s / every_s) if others else 0
    for number in range(count):
        plan.append(((number + dice.random()) * window_s / count, others[number % len(others)]))
    return sorted((at, kind, dice.uniform(*KINDS[kind][1:]), dice.randrange(1 << 30)) for at, kind in plan)


class Faults:
    def __init__(self, round_, log_path):
        self.round, self.kafka, self.redis = round_, round_.kafka, round_.redis
        self.log, self.began = open(log_path, "w", encoding="utf-8"), time.monotonic()
        self.parts = {part: threading.Lock() for part in ("broker", "redis", "group")}
        self.threads, self.done, self.failed, self.dead_kills = [], {}, [], 0
        self.progress = -1

    def say(self, text):
        self.log.write(f"{time.time():.3f} +{time.monotonic() - self.began:7.3f} {text}\n")
        self.log.flush()

    def run(self, plan):
        for at, kind, seconds, draw in plan:
            time.sleep(max(0.0, at - (time.monotonic() - self.began)))
            thread = threading.Thread(target=self.one, args=(kind, seconds, draw), daemon=True)
            thread.start()
            self.threads.append(thread)
        for thread in self.threads:
            thread.join()
        self.say("healed")
        self.log.close()

    def one(self, kind, seconds, draw):
        try:
            part = KINDS[kind][0]
            if part == "worker":
                self.with_worker(kind, seconds, draw)
                return
            with self.parts[part]:
                self.say(f"{kind} for {seconds:.1f} s")
                getattr(self, kind.replace("-", "_"))(seconds, draw)
                self.say(f"{kind} undone")
            self.done[kind] = self.done.get(kind, 0) + 1
        except Exception as error:  # pylint: disable=broad-except
            self.failed.append(f"{kind}: {error!r}")
            self.say(f"{kind} failed: {error!r}")

    # ---- workers ----

    def with_worker(self, kind, seconds, draw):
        workers = list(self.round.workers)
        while True:  # the one that was drawn, or the next that is not in a fault already
            for number in range(len(workers)):
                worker = workers[(draw + number) % len(workers)]
                if worker.lock.acquire(blocking=False):
                    break
            else:
                time.sleep(0.05)
                continue
            break
        try:
            if not worker.alive():
                worker.start()
                time.sleep(0.3)
            seen = self.round.watcher.count()
            if kind == "kill":
                self.dead_kills += seen == self.progress  # nothing was committed since the last kill
                self.progress = seen
            self.say(f"{kind} worker {worker.number} for {seconds:.1f} s, {seen} outcomes so far")
            getattr(self, kind)(worker, seconds)
            self.done[kind] = self.done.get(kind, 0) + 1
        finally:
            worker.lock.release()

    def kill(self, worker, seconds):
        worker.kill()
        time.sleep(seconds)
        worker.start()

    def stop(self, worker, seconds):
        worker.send(signal.SIGSTOP)
        time.sleep(seconds)
        worker.send(signal.SIGCONT)

    def leave(self, worker, seconds):
        worker.send(signal.SIGTERM)
        try:
            worker.process.wait(60)
        except subprocess.TimeoutExpired:
            self.failed.append(f"worker {worker.number} did not end within 60 s of SIGTERM")
            worker.kill()
        time.sleep(seconds)
        worker.start()

    def rebalance(self, seconds, _):
        number = 100 + self.done.get("rebalance", 0)
        worker = stage.Worker(self.round.args, self.round.conf, self.round.folder, number)
        worker.start()
        time.sleep(seconds)
        if worker.alive() and not worker.terminate(60):
            self.failed.append(f"worker {worker.number} did not end well after SIGTERM: {worker.process.returncode}")

    # ---- brokers ----

    def broker(self, seconds, draw):
        self.kafka.kill(1 + draw % self.kafka.count)
        time.sleep(seconds)
        self.kafka.up()

    failover = broker

    def broker_stop(self, seconds, draw):
        pid = self.kafka.pid(1 + draw % self.kafka.count)
        subprocess.run(["kill", "-STOP", str(pid)], check=True)
        time.sleep(seconds)
        subprocess.run(["kill", "-CONT", str(pid)], check=True)

    def disk_full(self, seconds, draw):
        number = 1 + draw % self.kafka.count
        subprocess.run(["prlimit", "--pid", str(self.kafka.pid(number)), "--fsize=4096:4096"], check=True)
        time.sleep(seconds)
        self.kafka.kill(number)
        self.kafka.up()

    # ---- Redis ----

    def redis_flush(self, *_):
        self.redis.ask("FLUSHALL")

    def redis_kill(self, seconds, _):
        self.redis.kill()
        time.sleep(seconds)
        self.redis.start()

    def redis_old(self, seconds, _):
        self.redis.save()
        time.sleep(seconds)
        self.redis.kill()
        self.redis.start(old=True)

    def redis_slow(self, seconds, _):
        self.redis.ask("CLIENT", "PAUSE", str(int(seconds * 1000)), "ALL")
        time.sleep(seconds)

    def redis_stop(self, seconds, _):
        self.redis.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.redis.process.send_signal(signal.SIGCONT)

    def redis_oom(self, seconds, _):
        self.redis.ask("CONFIG", "SET", "maxmemory", "100kb")
        time.sleep(seconds)
        self.redis.ask("CONFIG", "SET", "maxmemory", "0")

    def redis_readonly(self, seconds, _):
        self.redis.ask("REPLICAOF", "127.0.0.1", "1")
        time.sleep(seconds)
        self.redis.ask("REPLICAOF", "NO", "ONE")
