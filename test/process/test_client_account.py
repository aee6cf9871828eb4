"""asio-chat where its name is an account's of the server."""

import re

import pytest

from clients import Daemon, Terminal, daemon, home, listener, pipe
from programs import until
from test_client_fullscreen import FullScreen
from test_client_session import kill, session_file
from test_people import good, totp

PASSWORD = "correct-horse-battery"


@pytest.fixture(params=["on", "off"], ids=["guests", "no guests"])
def server(request, tmp_path, home):
    """Has an account alice, which no client of this home is logged in to."""
    directory = tmp_path / "data"
    directory.mkdir(mode=0o700)
    with_guests = Daemon(directory, "--password-memory", "8M")
    done = pipe(with_guests, "alice", text=f"/register {PASSWORD}\n/logout\n", home=home)
    assert done.returncode == 0, done.stderr
    with_guests.stop()
    d = Daemon(directory, "--password-memory", "8M", "--guests", request.param)
    yield d
    d.stop()


@pytest.mark.parametrize("mode", [Terminal, FullScreen])
def test_the_password_is_asked_for_at_once_and_not_again_later(server, home, mode):
    question = f"Password of alice on {server.address}:"
    t = mode(f"alice@{server.address}", "--ca", server.ca, home=home)
    t.sees(question).says("wrong-horse-battery").sees("wrong name or password")
    assert until(lambda: t.look().text.count("Password of") == 2), t.text
    t.says(PASSWORD).ready()
    assert "horse" not in t.raw.decode()
    t.says("hello").sees("hello").says("/devices").sees("this one").says("/quit")
    assert t.ends() == 0
    again = mode(f"alice@{server.address}", "--ca", server.ca, home=home).ready()
    assert "Password" not in again.text
    kill(again)
    after_a_crash = mode(f"alice@{server.address}", "--ca", server.ca, home=home).ready()
    assert "Password" not in after_a_crash.text
    after_a_crash.child.close(force=True)


def test_after_three_wrong_passwords_the_client_ends(server, home):
    t = Terminal(f"alice@{server.address}", "--ca", server.ca, home=home)
    for n in range(1, 4):
        assert until(lambda: t.look().text.count("Password of") == n), t.text
        t.says("wrong-horse-battery")
    assert t.ends() == 4
    assert t.text.count("wrong name or password") == 3
    assert not session_file(home, server).exists()


def test_without_a_terminal_the_error_says_how_to_give_the_password(server, home, tmp_path):
    done = pipe(server, "alice", text="x\n", home=home)
    assert done.returncode == 4 and done.stderr.count("\n") == 1
    for what in ("the name alice is registered", "--password-file FILE", "CHAT_ACCOUNT_PASSWORD"):
        assert what in done.stderr
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    file.chmod(0o600)
    for how in ({"env": {"CHAT_ACCOUNT_PASSWORD": PASSWORD}}, {"arguments": ["--password-file", str(file)]}):
        done = pipe(server, "alice", "--json", *how.get("arguments", []), text="hello\n/logout\n", env=how.get("env"),
                    home=home)
        assert done.returncode == 0, done.stderr
        assert '"name":"alice"' in done.stdout and '"event":"acknowledged"' in done.stdout


def test_a_password_that_was_given_and_is_wrong_is_not_asked_for(server, home):
    t = Terminal(f"alice@{server.address}", "--ca", server.ca, home=home, env={"CHAT_ACCOUNT_PASSWORD": "wrong-horse"})
    assert t.ends() == 4
    assert "wrong name or password" in t.text and "Password of" not in t.text


@pytest.mark.parametrize("mode, env", [(FullScreen, {}), (Terminal, {}), (Terminal, {"TERM": "dumb"})],
                         ids=["full screen", "line", "dumb"])
def test_a_password_that_a_command_lacks_is_asked_for_without_echo(tmp_path, home, mode, env):
    directory = tmp_path / "data"
    directory.mkdir(mode=0o700)
    d = Daemon(directory, "--password-memory", "8M")
    t = mode(f"alice@{d.address}", "--ca", d.ca, home=home, env=env)
    t.sees("1 here" if mode is FullScreen else "[in #lobby")
    t.says("/register").sees("new password").says(PASSWORD).sees("once more: new password").says("another-horse")
    t.sees("these were two different ones; new password").says(PASSWORD).sees("once more:").says(PASSWORD)
    t.sees("you are logged in as alice")
    t.says("/password").sees("password until now").types("\x03")
    assert t.ends() == 130
    assert "is now known as" not in t.text
    for made in (t.raw, *(f.read_bytes() for f in home.rglob("*") if f.is_file())):
        assert b"horse" not in made
    d.stop()


def test_what_is_typed_ahead_of_a_login_is_said_and_a_code_is_asked_for_once_it_is_wanted(tmp_path, home):
    directory = tmp_path / "people"
    directory.mkdir(mode=0o700)
    d = Daemon(directory, "--password-memory", "8M")
    t = FullScreen(f"alice@{d.address}", "--ca", d.ca, home=home, columns=160, rows=60).sees("1 here")
    t.says("/register").sees("new password").says(PASSWORD).sees("once more:").says(PASSWORD).sees("you are logged in")
    t.says("/cert list").sees("no certificate opens").says("/totp on").sees("your password:").says(PASSWORD)
    t.sees("and then: /totp confirm CODE")
    secret = re.search(r"secret: ([A-Z2-7]{32})", t.text)[1]
    t.says("/totp confirm").sees("code that your app shows:").says(totp(secret)).sees("your second factor is on")
    t.says("/logout").sees("you are a guest")
    t.says("/alias l /login alice").sees("/l is /login alice")
    t.says("/l").sees("password (Enter alone: another device lets you in):").types(f"{PASSWORD}\rtyped ahead\r").sees("alice-")
    t.sees("typed ahead").sees("Enter /login again to be asked for it")
    t.says("/l").sees("password (Enter alone: another device lets you in):").says(PASSWORD).sees("code of your second factor:").says(totp(secret, ahead=1)).sees("you are logged in")
    t.child.close(force=True)
    d.stop()


def asked(t, question, times):
    """What is typed before a question is there gets lost."""
    assert until(lambda: t.look().text.count(question) == times), t.text
    return t


@pytest.mark.parametrize("mode", [Terminal, FullScreen])
@pytest.mark.parametrize("registration", ["on", "invited", "off"])
def test_where_guests_are_not_welcome_the_client_makes_the_account(tmp_path, home, mode, registration):
    directory = tmp_path / "data"
    directory.mkdir(mode=0o700)
    good(directory, "add", "olga", "--role", "owner", password=PASSWORD)
    d = Daemon(directory, "--password-memory", "8M", "--guests", "off", "--registration", registration)
    code = "none"
    if registration == "invited":
        made = pipe(d, "olga", text="/invitation\n", env={"CHAT_ACCOUNT_PASSWORD": PASSWORD}, home=home)
        code = re.search(r"/register PASSWORD (\S+)", made.stdout)[1]
    done = pipe(d, "zora", text="x\n", home=home)
    assert done.returncode == 4 and "zora is none yet: make it with asio-chat in a terminal" in done.stderr, done.stderr
    nobody = pipe(d, "", text="x\n", home=home)
    assert nobody.returncode == 4 and "name yours, NAME@HOST" in nobody.stderr, nobody.stderr
    t = mode(f"zora@{d.address}", "--ca", d.ca, home=home)
    t.sees("zora is none there yet").sees("Make the account zora? [yes/no]").says("yes")
    t.sees("New password of zora").says("my new phrase").sees("Once more").says("my new phrase")
    if registration == "off":
        t.sees("accounts are made by the operator")
        assert t.ends() == 4
    else:
        if registration == "invited":
            t.sees("Code of your invitation").says("mistyped").sees("this invitation is none")
            asked(t, "Code of your invitation", 2).says(code)
        t.ready().says("/whois zora").sees("an account").says("/quit")
        assert t.ends() == 0
        mode(f"zora@{d.address}", "--ca", d.ca, home=home).ready().child.close(force=True)
    d.stop()


@pytest.mark.parametrize("mode", [Terminal, FullScreen])
def test_where_everybody_needs_a_second_factor_the_client_makes_it_and_asks_for_its_code(tmp_path, home, mode):
    directory = tmp_path / "data"
    directory.mkdir(mode=0o700)
    good(directory, "add", "olga", "--role", "owner", password="my old phrase")
    d = Daemon(directory, "--password-memory", "8M", "--guests", "off", "--second-factor", "everybody")
    password = {"CHAT_ACCOUNT_PASSWORD": "my old phrase"}
    done = pipe(d, "olga", text="x\n", env=password, home=home)
    assert done.returncode == 4 and "olga has none: make one with asio-chat in a terminal" in done.stderr, done.stderr
    t = mode(f"olga@{d.address}", "--ca", d.ca, home=home)
    t.sees("Password of olga").says("my old phrase").sees("Code that your app shows")
    secret = re.search(r"secret: ([A-Z2-7]{32})", t.text)[1]
    t.says("000 000").sees("wrong code")
    asked(t, "Code that your app shows", 2).says(totp(secret)).ready()
    kill(t)
    elsewhere = tmp_path / "another home"
    elsewhere.mkdir()
    done = pipe(d, "olga", text="x\n", env=password, home=elsewhere)
    assert done.returncode == 4 and "CHAT_ACCOUNT_CODE" in done.stderr, done.stderr
    other = mode(f"olga@{d.address}", "--ca", d.ca, home=elsewhere)
    other.sees("Password of olga").says("my old phrase").sees("Code of olga").says("000000").sees("wrong code")
    asked(other, "Code of olga", 2).says(totp(secret, ahead=1)).ready()
    other.child.close(force=True)
    d.stop()


# Moderators


@pytest.fixture
def moderated(daemon, listener):
    """The moderator of #den, which is its own."""
    carol = listener("carol", "--json")
    carol.says(f"/register {PASSWORD}")
    carol.hears('"command":"register"')
    carol.says("/join den")
    carol.hears('"room":"den"')
    return carol


def test_who_is_put_out_of_a_room_sees_it_and_comes_back(moderated, daemon, home):
    t = FullScreen(f"alice@{daemon.address}", "--ca", daemon.ca, home=home).ready()
    t.says("/join den").sees("2 #den").types("a draft")
    moderated.says("/kick alice")
    t.sees("you are not in this room any more").sees("> a draft").says("").sees("[not sent")
    moderated.says("meanwhile")
    moderated.hears('"event":"acknowledged"')
    t.types("half ").types("\x1b1").types("\x1b2").says("\x01\x0b/join den").sees("carol: meanwhile")
    t.says("here again")
    moderated.hears('"text":"here again"')
    t.child.close(force=True)


def test_in_the_line_mode_the_next_line_goes_to_no_other_room(moderated, daemon, home):
    t = Terminal(f"alice@{daemon.address}", "--ca", daemon.ca, home=home).ready()
    t.says("/join den").sees("[in #den with")
    moderated.says("/kick alice")
    t.sees("[you are not in #den any more; /join den comes back, /join lobby goes on there]")
    t.says("for the den alone").sees("not sent: for the den alone; you are not in den")
    t.says("/join den").says("here again")
    moderated.hears('"text":"here again"')
    assert b"for the den alone" not in moderated.out
    t.child.close(force=True)


def test_a_bot_that_is_put_out_of_a_room_is_told(moderated, listener):
    bot = listener("robot", "--json")
    bot.says("/join den")
    bot.hears('"room":"den"')
    moderated.says("/kick robot")
    bot.hears('{"event":"left","room":"den","name":"robot"')
    bot.says("for the den alone")
    bot.hears('"code":"not_in_room"')
    assert b"for the den alone" not in moderated.look().out


def test_an_empty_password_is_asked_for_again_and_ctrl_d_gives_up(server, home):
    t = Terminal(f"alice@{server.address}", "--ca", server.ca, home=home)
    t.sees("Password of alice").types("\r").sees("it is needed, or Ctrl-D gives up; Password of alice")
    t.types("\x04")
    assert t.ends() == 4
    assert "nothing was typed" in t.text


def test_nobody_who_types_no_name_has_been_in_the_chat(server, home):
    t = Terminal(server.address, "--ca", server.ca, home=home)
    t.sees("Enter your username:").types("\x04")
    assert t.ends() == 1
    assert "no username was typed" in t.text
