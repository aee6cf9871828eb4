"""Rates of asio-chatd: who is faster is read more slowly, is told so, and loses nothing."""

from programs import Daemon


def test_C49_a_flooder_is_slowed_down_and_told_and_nothing_is_lost(tmp_path):
    with Daemon(tmp_path, "--rates", "on", "--rate-messages", "10/1s") as d:
        bob = d.join("bob")
        alice = d.join("alice")
        for i in range(40):
            alice.send(f"line {i}")
        heard = bob.hear("alice: line 39")
        assert [line for line in heard if line.startswith("alice: ")] == [
            f"alice: line {i}" for i in range(40)]
        bob.send("all of it is here")
        told = [line for line in alice.hear("bob: all of it is here") if "more than 10 messages in 1 s" in line]
        assert len(told) == 1 and "nothing is lost" in told[0]


def test_on_loopback_alone_there_are_no_rates(tmp_path):
    with Daemon(tmp_path, "--rate-messages", "1/24h") as d:
        alice = d.join("alice")
        bob = d.join("bob")
        for i in range(40):
            alice.send(f"line {i}")
        bob.hear("alice: line 39")


def test_a_daemon_that_listens_beyond_loopback_has_rates(tmp_path):
    with Daemon(tmp_path, "--listen", "0.0.0.0:0", "--rate-messages", "1/24h") as d:
        alice = d.join("alice")
        alice.send("the first")
        alice.send("the second")
        while "try again in" not in alice.receive():
            pass
