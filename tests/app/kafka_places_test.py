#!/usr/bin/env python3
"""Where a record stands, on a real Kafka and a real Redis: producers that choose partitions differently give nobody a second gift, what
is misplaced is a dead letter with its remedy, and every shard goes on. Called as kafka_stage.py says."""
import signal
import unittest

from kafka_stage import LATE, PERIOD, Stage, campaign, kcat, keyed, login

CUSTOMERS = 100
ONCE = campaign("own-ever", "login", {"value": 5, "pool": "unlimited"}, [{"count": 1, "per": ["customer"], "period": "ever"}])
FRIEND = {"id": "friend", "version": 1, "name": {"zh": "friend", "en": "friend"}, "period": PERIOD, "audience": "everyone", "late": LATE,
          "rules": [{"id": "rule", "on": {"event": "account.opened", "as": "referrer"}, "limits": "unlimited",
                     "give": {"reward": "points", "value": 10, "pool": "unlimited"}}]}


def logins(first, customers=CUSTOMERS):
    return b"".join(login(first + n, f"c{n}") for n in range(customers))


class Places(Stage):
    def produce_as(self, partitioner, lines):
        kcat("-P", "-t", f"{self.name}.events", "-K", "\t", "-X", f"topic.partitioner={partitioner}", input=keyed(lines))

    def letters(self):
        """(partition, key, why) of every dead letter that is misplaced; there are no others."""
        found = []
        for line in self.consume("events.dlq", "%p\t%k\t%h\n"):
            partition, key, headers = line.split("\t", 2)
            self.assertIn("giftd.reason=KEY_MISPLACED", headers)
            found.append((int(partition), key, headers))
        return found

    def places(self):
        """Which customers stand in two partitions of the events topic."""
        where = {}
        for line in self.consume("events", "%p\t%k\n"):
            partition, key = line.split("\t")
            where.setdefault(key, set()).add(partition)
        return {key for key, several in where.items() if len(several) > 1}

    def two_producers(self, right, wrong, *campaigns, **more):
        self.campaigns(*campaigns)
        self.make_topics()
        config = self.config(**more)
        first, second = (self.start(config=config) for _ in range(2))
        for process in (first, second):
            self.wait_said(process, "running, after")
        self.produce_as(right, logins(0))
        self.produce_as(wrong, logins(1000))
        self.produce_as(right, logins(2000))  # behind them in every partition
        astray = self.places()
        self.wait(lambda: self.decided() == 3 * CUSTOMERS - len(astray), 60, "a decision for what is in its place", first)
        said = self.said(first) + self.said(second)
        self.assertNotIn("stays closed", said)
        self.assertIn("docs/OPERATIONS.md", said)
        self.assertGreater(len(astray), CUSTOMERS // 2)
        rewards = [one for one in self.rewards() if one[2] == "own-ever"]
        self.assertEqual(sorted(one[3] for one in rewards), sorted(f"c{n}" for n in range(CUSTOMERS)), "one gift for each customer")
        letters = self.letters()
        self.assertEqual(sorted(one[1] for one in letters), sorted(astray))
        for partition, key, why in letters:
            self.assertIn(f"the key '{key}' stands in partition {partition}", why)
            self.assertIn("then produce the event again", why)
        return astray

    def decided(self):
        return sum(1 for line in self.consume("decisions", "%s") if line)

    def test_librdkafkas_default_beside_javas(self):
        self.two_producers("murmur2_random", "consistent_random", ONCE)

    def test_the_same_with_a_campaign_that_needs_places(self):
        self.two_producers("murmur2_random", "consistent_random", ONCE, FRIEND)

    def test_javas_default_beside_librdkafkas(self):
        self.two_producers("consistent_random", "murmur2_random", ONCE, FRIEND, **{"events.partitioner": "consistent"})

    def test_sent_in_again_it_is_judged(self):
        self.campaigns(ONCE)
        self.make_topics()
        self.produce_as("consistent_random", logins(0))
        self.run_once()
        letters = self.letters()
        self.assertEqual(len(self.rewards()), CUSTOMERS - len(letters))
        kept = kcat("-C", "-t", f"{self.name}.events.dlq", "-e", "-q", "-f", "%k\t%s\n")
        kcat("-P", "-t", f"{self.name}.events", "-K", "\t", "-X", "topic.partitioner=murmur2_random", input=kept)
        self.run_once()
        self.assertEqual(sorted(one[3] for one in self.rewards()), sorted(f"c{n}" for n in range(CUSTOMERS)))
        self.assertEqual(len(self.letters()), len(letters))

    def test_counted_and_summed(self):
        self.campaigns(ONCE)
        self.make_topics()
        self.produce_as("consistent_random", logins(0))
        told = self.run_once()
        self.assertEqual((told["misplaced"], told["dead"], told["gifts"]), (len(self.letters()), len(self.letters()), told["events"]))

    def test_one_partition_is_everybodys(self):
        self.campaigns(ONCE)
        self.make_topics(1)
        self.produce_as("consistent_random", logins(0))
        self.assertEqual(self.run_once()["misplaced"], 0)
        self.assertEqual(len(self.rewards()), CUSTOMERS)

    def test_another_partitioner_over_the_same_state(self):
        """Many keys in their places have proved what it is."""
        many = 5 * CUSTOMERS
        self.campaigns(ONCE)
        self.make_topics()
        self.produce_as("murmur2_random", logins(0, many))
        self.run_once()
        self.produce_as("consistent_random", logins(1000))
        for name in ("consistent", "other"):
            self.run_once(2, "this state was made with events.partitioner = murmur2", **{"events.partitioner": name})
        self.assertEqual(len(self.rewards()), many)
        self.assertEqual(self.run_once()["misplaced"], len(self.letters()))
        self.assertEqual(len(self.rewards()), many)

    def test_a_wrong_one_from_the_start_is_set_right(self):
        many = 5 * CUSTOMERS
        self.campaigns(ONCE)
        self.make_topics()
        self.produce_as("consistent_random", logins(0, many))
        told = self.run_once()
        self.assertEqual(told["misplaced"] + told["events"], many)
        self.produce_as("consistent_random", logins(1000, many))
        self.assertEqual(self.run_once(**{"events.partitioner": "consistent"})["misplaced"], 0)
        self.assertEqual(sorted(one[3] for one in self.rewards()), sorted(f"c{n}" for n in range(many)))

    def test_a_partitioner_that_nobody_knows(self):
        self.campaigns(ONCE, FRIEND)
        self.make_topics()
        self.run_once(2, "campaign friend, rule rule: `as` asks in which partition", **{"events.partitioner": "other"})
        (self.folder / "campaigns" / "friend.json").unlink()
        self.produce_as("consistent_random", logins(0))
        self.run_once(0, "events.partitioner = other: no key's place is compared", **{"events.partitioner": "other"})
        self.assertEqual(len(self.rewards()), CUSTOMERS)

    def test_reloaded_with_a_campaign_that_cannot_be_served(self):
        self.campaigns(ONCE)
        self.make_topics()
        process = self.start(config=self.config(**{"events.partitioner": "other"}))
        self.wait_said(process, "running, after")
        self.campaigns(FRIEND)
        process.send_signal(signal.SIGHUP)
        self.wait_said(process, "campaign friend, rule rule: `as` asks in which partition")
        self.produce_as("consistent_random", logins(0))
        self.wait(lambda: len(self.rewards()) == CUSTOMERS, 60, "gifts by the campaigns before", process)


if __name__ == "__main__":
    unittest.main(verbosity=2)
