"""asio-chat where somebody is put out, muted and invited, and where the server speaks in rooms."""

import pytest

from clients import Daemon, Terminal, home
from programs import LessonClient, until
from test_client_fullscreen import FullScreen
from test_people import PASSWORD, good, log_in


class Server(Daemon):
    def join(self, name):
        client = LessonClient(self.port, self.ca, name)
        client.hear(f"* {name} joined the chat *")
        return client


@pytest.fixture
def server(tmp_path):
    directory = tmp_path / "data"
    directory.mkdir(mode=0o700)
    good(directory, "add", "olga", "--role", "owner")
    good(directory, "add", "bob")
    d = Server(directory, "--password-memory", "8M")
    yield d
    if d.process.poll() is None:
        d.stop()


@pytest.fixture
def olga(server):
    """Moderates, in the lobby."""
    return log_in(server, "guest1", "olga")


@pytest.fixture
def client(server, home):
    made = []

    def make(mode, name, *arguments, **more):
        made.append(mode(f"{name}@{server.address}", "--ca", server.ca, *arguments, home=home, **more))
        return made[-1].ready()

    yield make
    for t in made:
        t.child.close(force=True)


def middle(t):
    """What is right of the rooms, in one line; the few members stand beside its first rows."""
    return " ".join(" ".join(" ".join(l.split("│")[1:]) for l in t.look().lines[1:22]).split())


def test_the_server_is_no_member(client, olga):
    t = client(FullScreen, "ann").sees("2 here")
    olga.send("/slow 2")
    t.sees("-server-: olga has")
    assert until(lambda: "2 here" in t.look().bar), t.bar
    assert not any(l.rsplit("│", 1)[-1].strip() == "-server-" for l in t.lines), t.text
    t.types("/msg \t").sees("ann").sees("olga")
    assert "-server-" not in t.bottom
    t.types("-ser\t")
    assert not until(lambda: "-server-" in t.look().bottom, 0.5)
    line = client(Terminal, "eve")
    olga.send("/slow 1")
    line.sees("-server-: olga has")
    line.types("/msg \t\t").sees("ann").sees("olga")
    assert not until(lambda: "-server-  " in line.look().text or "-server- " in line.bottom, 0.5)


@pytest.mark.parametrize("order, what", [
    ("kick", "olga has removed ann from lobby: caps"),
    ("ban", "olga has banned ann from lobby for 2 h: caps")])
def test_who_is_put_out_reads_who_did_it_and_why_in_the_room(client, olga, order, what):
    t = client(FullScreen, "ann").sees("2 here")
    t.says("/join den").sees("2 #den")
    olga.send(f"/{order} ann {'2h ' if order == 'ban' else ''}caps")
    assert until(lambda: what in middle(t)), t.text  # where one is
    assert "@-server-" not in t.text
    t.types("\x1b1").sees("you are not in this room")
    assert until(lambda: what in middle(t)), t.text  # and in the room
    t.says("/close")
    assert until(lambda: "#lobby" not in t.look().text), t.text
    assert "refused" not in t.text and "1 #den" in t.text


def test_a_room_that_one_is_not_let_into_when_the_connection_comes_back_can_be_closed(server, client, olga):
    t = client(FullScreen, "ann").sees("2 here")
    t.says("/join den").sees("2 #den")
    server.stop()
    t.sees("not connected")
    server.options = (*server.options, "--max-rooms", "1")
    server.start()
    t.sees("you are not in den any more")
    t.says("/close")
    assert until(lambda: "2 #den" not in t.look().text), t.text
    assert "refused" not in t.text


def test_who_is_muted_or_invited_reads_it_where_they_are(client, olga):
    t = client(FullScreen, "bob2").sees("2 here")
    t.says(f"/login bob {PASSWORD}").sees("you are logged in as bob").says("/join den").sees("2 #den")
    olga.send("/mute bob everywhere spam")
    assert until(lambda: "olga has muted bob on the server: spam" in middle(t)), t.text
    olga.send("/invite bob")
    assert until(lambda: "olga invites you into lobby: /join lobby" in middle(t)), t.text
    assert "@-server-" not in t.text
    t.types("\x1b0")
    assert until(lambda: "olga invites you into lobby" in middle(t)), t.text


def test_the_line_mode_shows_it_as_words_of_the_server(client, olga):
    t = client(Terminal, "ann")
    olga.send("/mute ann spam")
    t.sees("* olga has muted ann in lobby: spam *")
    olga.send("/kick ann caps")
    t.sees("[you are not in #lobby any more; /join lobby comes back]")
    t.sees("* olga has removed ann from lobby: caps *")
    assert "[private]" not in t.text


def test_a_line_that_was_not_sent_stays_when_one_looks_for_something_and_comes_back(client, olga):
    t = client(FullScreen, "ann").sees("2 here")
    for n in range(3):
        olga.send(f"number {n}")
    t.sees("number 2")
    olga.send("/mute ann")
    t.sees("-server-: olga muted")
    t.says("hello").sees("[not sent: you are muted here]")
    t.types("\x06").sees("search:").says("number").sees("3 found in #lobby").types("\r")
    t.types("\x1b[1;3F").sees("hello [not sent: you are muted here]")
    olga.send("/unmute ann")
    t.sees("olga unmuted ann").types("\x1bs")
    assert until(lambda: "not sent" not in t.look().text and "hello" in t.text), t.text
    olga.hear("ann: hello")


def test_what_each_role_may_can_be_read_in_80_columns(client, olga):
    t = client(FullScreen, "ann").sees("2 here")
    t.resize(80, 30)
    t.says("/rights").sees("you are guest on this server")
    assert until(lambda: "voice may also speak while a room is moderated" in middle(t)), t.text
    assert "* guest may speak, send messages to" in middle(t)
