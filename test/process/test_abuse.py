"""Settings against abuse, limits that operators change, and what they are told of those who are held back."""

from programs import Daemon
from test_people import daemon, good, log_in


def hear_part(client, part):
    """The first line from now on with this in it."""
    while part not in (line := client.receive()):
        pass
    return line


def test_C49_a_spammer_is_refused_and_told_until_when_and_an_operator_sees_it(tmp_path):
    good(tmp_path / "data", "add", "olga", "--role", "operator")
    with daemon(tmp_path, "--abuse", "on", "--abuse-repeats", "2/60s") as d:
        bob = d.join("bob")
        mallory = d.join("mallory")
        for _ in range(3):
            mallory.send("buy this")
        assert "you may say it again in 30 s" in hear_part(mallory, "you have said this 2 times in 1 min")
        mallory.send("and now something else")
        assert bob.hear("mallory: and now something else").count("mallory: buy this") == 2
        olga = log_in(d, "guest", "olga")
        olga.send("/limits")
        assert "1 by settings against abuse" in hear_part(olga, "refused so far")
        hear_part(olga, "abuse-repeats = 2/1m")


def test_a_limit_that_an_operator_has_set_outlives_a_restart(tmp_path):
    good(tmp_path / "data", "add", "olga", "--role", "operator")
    with daemon(tmp_path) as d:
        olga = log_in(d, "guest", "olga")
        olga.send("/limits set abuse on")
        hear_part(olga, "abuse is on from now on, also after a restart; it was auto, and auto by configuration")
        olga.send("/limits set abuse-repeats 1/1h")
        hear_part(olga, "abuse-repeats is 1/1h from now on")
        assert d.stop() == 0
    with daemon(tmp_path, "--abuse-repeats", "9/1h") as d:
        assert "abuse-repeats is 1/1h, as olga has set it by /limits; the configuration has 9/1h" in d.log
        mallory = d.join("mallory")
        mallory.send("buy this")
        mallory.send("buy this")
        hear_part(mallory, "you have said this once in 1 h")
        olga = log_in(d, "guest", "olga")
        olga.send("/limits reset abuse-repeats")
        hear_part(olga, "abuse-repeats is 9/1h from now on")
        mallory.send("buy this")
        olga.hear("mallory: buy this")


def test_on_loopback_alone_nothing_is_refused_as_abuse(tmp_path):
    with Daemon(tmp_path) as d:
        alice = d.join("alice")
        bob = d.join("bob")
        for _ in range(30):
            alice.send("the same")
        alice.send("the end")
        assert bob.hear("alice: the end").count("alice: the same") == 30
