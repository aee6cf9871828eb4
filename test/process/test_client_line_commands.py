"""asio-chat in the line mode and in pipes: what the client does there by itself, and what it offers."""

import subprocess
from pathlib import Path

import pytest

from clients import Cable, Terminal, daemon, home, listener, pipe, terminal
from programs import BIN, until
from test_client_fullscreen import FullScreen, full


def test_a_guest_ignores_somebody_in_the_line_mode(terminal, listener):
    bob, eve, t = listener("bob"), listener("eve"), terminal("alice")
    t.says("/ignore").sees("[no member is ignored]")
    t.says("/ignore Bob").sees("[ignoring Bob; /unignore Bob ends it]").says("/ignore").sees("[ignoring bob]")
    bob.says("noise")
    bob.says("/msg alice psst")
    bob.says("/nick robert")
    t.sees("bob is now known as robert")
    bob.says("more noise")
    eve.says("hello")
    t.sees("eve: hello")
    assert "noise" not in t.text and "psst" not in t.text
    t.says("/unignore robert").sees("[robert is not ignored any more]").says("/unignore eve").sees("[eve was not ignored]")
    bob.says("at last")
    t.sees("robert: at last").says("/ignore alice").sees("[this is your own name")


def test_a_guest_ignores_somebody_in_a_pipe(listener):
    bob, watch, other = listener("bob"), listener("watch"), listener("other", "--ignore", "bob")
    watch.says("/ignore bob")
    assert until(lambda: b"[ignoring bob; /unignore bob ends it]" in watch.look().err), watch.err
    bob.says("noise")
    carol = listener("carol")
    carol.says("hello")
    for one in (watch, other):
        one.hears("carol: hello")
        assert b"noise" not in one.out


@pytest.mark.parametrize("command", ["theme light", "query bob", "keys", "close", "alias a /who", "bind F5 /who"])
def test_commands_of_the_full_screen_say_elsewhere_that_they_belong_to_it(terminal, daemon, home, command):
    name = command.split()[0]
    terminal("alice").says(f"/{command}").sees(f"[refused: /{name} belongs to the full screen of asio-chat")
    done = pipe(daemon, "bob", text=f"/{command}\n", home=home)
    assert done.returncode == 5 and f"[line 1: refused: /{name} belongs to the full screen" in done.stderr


@pytest.mark.parametrize("typed, becomes", [
    ("/mode pr", "/mode private "), ("/limits set rate-me", "/limits set rate-messages "), ("/totp c", "/totp confirm "),
    ("/requests of", "/requests off "), ("/forget m", "/forget me "), ("/ban mia ev", "/ban mia everywhere ")])
def test_tab_completes_the_words_of_commands(terminal, typed, becomes):
    t = terminal("alice")
    t.types(typed + "\t")
    assert until(lambda: t.look().bottom == "> " + becomes.rstrip()), t.text


def test_tab_completes_themes_in_the_full_screen(full):
    t = full("alice")
    t.types("/theme li\t")
    assert until(lambda: t.look().bottom == "> /theme light"), t.text


def test_a_reaction_says_what_it_is_about_and_whether_it_is_taken_back(terminal, listener):
    bob, t = listener("bob"), terminal("alice")
    t.says("tea at four")
    bob.hears("alice: tea at four")
    bob.says("/react @1 👍")
    t.sees("~ bob (reaction to alice: tea at four): 👍")
    bob.says("/react @1 👍")
    t.sees("~ bob (takes back a reaction to alice: tea at four): 👍")
    late = listener("watch")
    bob.says("/react @1 +1")
    late.hears("~ bob (reaction to @1): +1")
    bob.says("/me 👍")
    t.sees("~ bob: 👍")


def test_lists_that_begin_behind_their_end_say_so(terminal):
    t = terminal("alice")
    t.says("/who x").sees("nobody here has that name or a later one; /who lists all 1")
    t.says("/rooms z").sees("no room has that name or a later one; /rooms lists all 1")


@pytest.mark.parametrize("mode", [Terminal, FullScreen])
def test_one_connects_again_at_once(daemon, home, mode):
    cable = Cable(daemon.port)
    t = mode(f"alice@localhost:{cable.port}", "--ca", daemon.ca, home=home).ready()
    t.says("/reconnect")
    if mode is Terminal:
        t.sees("[connected again]")
    t.says("hello").sees("hello")
    cable.pull_out()
    t.sees("not connected")
    cable.plug_in()
    t.says("/reconnect").says("back")
    assert until(lambda: " …" not in t.look().text and t.text.count("not connected") == 0 if mode is FullScreen
                 else t.look().text.count("[connected again]") == 2), t.text
    t.sees("back").says("/quit")
    assert t.ends() == 0


def test_bash_offers_the_actions_of_a_sub_command():
    script = f"""
        PATH={BIN}:$PATH; . {Path(__file__).parents[2]}/apps/completions/asio-chat.bash
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _asio_chat "$1" "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD - 1]}}"
        echo "${{COMPREPLY[@]}}" """

    def offers(*words):
        done = subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, text=True)
        return done.stdout.split()

    assert {"add", "list", "show", "disable", "enable", "reset", "delete", "import"} <= set(offers("asio-chatd", "account", ""))
    assert offers("asio-chatd", "account", "dis") == ["disable"]
    assert "add" not in offers("asio-chatd", "account", "add", "")
    assert offers("asio-chatd", "account", "--ro") == ["--role"]
