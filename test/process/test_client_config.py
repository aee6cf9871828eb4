"""The configuration of asio-chat: named servers, settings for all of them, and what the command line
says against it."""

import subprocess

import pytest

from clients import CLIENT, daemon, home, listener
from programs import PATIENCE, until
from test_client_fullscreen import FullScreen


@pytest.fixture
def config(home, daemon):
    file = home / ".config" / "asio-chat" / "config"
    file.parent.mkdir(parents=True)

    def write(*lines):
        file.write_text("".join(f"{line}\n" for line in lines).replace("ADDRESS", daemon.address)
                        .replace("CA", daemon.ca))
        return file

    return write


def run(home, *arguments, text=""):
    return subprocess.run([CLIENT, *arguments], input=text, capture_output=True, text=True,
                          timeout=PATIENCE, env={"HOME": str(home), "PATH": "/usr/bin:/bin", "TZ": "UTC"})


def test_a_server_is_known_by_a_name(config, home, listener):
    config("[work]", "server = alice@ADDRESS", "ca = CA", "room = den", "[other]", "server = nowhere")
    bob = listener("bob", "--room", "den")
    assert run(home, "work", text="from work\n").returncode == 0
    bob.hears("alice: from work")
    assert run(home, "carol@work", text="me too\n").returncode == 0
    bob.hears("carol: me too")
    assert run(home, "--nick", "dave", "--room", "lobby", "work", text="elsewhere\n").returncode == 0
    assert b"elsewhere" not in bob.look().out


def test_a_name_that_is_nearly_a_servers_is_told_to_be_taken_for_a_host(config, home):
    file = config("[work]", "server = alice@ADDRESS", "ca = CA", "[theme wrok]", "bar = red")
    told = f"'wrok' is none of the servers in '{file}', and is taken for a host; did you mean work?\n"
    for name in ("wrok", "carol@wrok"):
        assert told in run(home, "--print-config", name).stderr
    for name in ("work", "carol@work", "example.org", "localhost"):
        assert run(home, "--print-config", name).stderr == ""


def test_a_host_may_have_settings_without_another_name(config, home, daemon, listener):
    config("[ADDRESS]", "ca = CA", "nick = alice")
    bob = listener("bob")
    assert run(home, daemon.address, text="hello\n").returncode == 0
    bob.hears("alice: hello")


def test_settings_for_all_are_overridden_by_a_server_and_by_the_command_line(config, home):
    file = config("theme = light", "time = full", "highlight = deploy", "[work]", "server = a@example",
                  "theme = mono", "highlight = release", "line = true")
    shown = run(home, "--time", "off", "--print-config", "work").stdout
    assert shown.startswith(f"# asio-chat a@example, {file}\n")
    lines = shown.splitlines()
    for line in ("theme = mono  # configuration", "time = off  # command line", "line = true  # configuration",
                 "highlight = deploy  # configuration", "highlight = release  # configuration",
                 "# room = lobby", "# call = nothing"):
        assert line in lines, shown
    bare = run(home, "--config", "/dev/null", "--print-config").stdout.splitlines()
    assert {"# theme = dark", "# time = off", "# call = nothing"} <= set(bare)
    assert "theme = light  # configuration" in run(home, "--print-config", "example").stdout.splitlines()


@pytest.mark.parametrize("line, told", [
    ("colors = red", "there is no such setting"),
    ("colour = red", "there is no part 'red'"),
    ("bind = F5 dance", "there is no action 'dance'"),
    ("theme = red", "there is no theme 'red'; there are 16, dark, light, mono"),
    ("history = many", "no number of messages"),
    ("insecure-skip-host-name-check = true", "this is for the command line alone"),
    ("what is this", "is neither KEY = VALUE nor [NAME]")])
def test_a_wrong_line_is_named(config, home, line, told):
    file = config("# mine", line)
    done = run(home, "alice@localhost")
    assert done.returncode == 2
    assert f"'{file}', line 2: " in done.stderr and told in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("line, shown", [
    ("alias = l /login alice horse-battery", "alias = l /login alice ***"),
    ("alias = r  /REGISTER horse-battery", "alias = r  /REGISTER ***"),
    ("bind = F5 /totp on horse-battery", "bind = F5 /totp on ***")])
def test_a_line_with_a_secret_is_refused_by_its_place_and_not_quoted(config, home, line, shown):
    file = config("alias = j /join", line, "alias = k /login alice", "bind = F6 /who")
    done = run(home, "alice@localhost")
    assert done.returncode == 2
    assert f"'{file}', line 2: {shown}: " in done.stderr and "a secret is not kept" in done.stderr
    key, value = line.split(" = ")
    config()
    done = run(home, f"--{key}", value, "alice@localhost")
    assert done.returncode == 2 and f"--{key}: a secret is not kept" in done.stderr
    assert "horse" not in done.stderr


@pytest.mark.parametrize("section, line, told", [
    ("[theme dusk]", "nose = red", "there is no part 'nose'"),
    ("[theme dusk]", "bar = pink", "'pink' is neither a colour"),
    ("[theme dusk]", "like = night", "there is no theme 'night'"),
    ("[theme very dark]", "bar = red", "a name of one word")])
def test_a_wrong_line_of_a_theme_is_named(config, home, section, line, told):
    file = config(section, line)
    done = run(home, "alice@localhost")
    assert done.returncode == 2
    assert f"'{file}', line 2: " in done.stderr and told in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_theme_of_ones_own_is_shown_and_changed_while_one_looks(config, home, listener):
    config("theme = dusk", "[theme dusk]", "like = light", "own-name = 208 on 22", "[work]", "server = alice@ADDRESS",
           "ca = CA")
    shown = run(home, "--print-config", "work").stdout
    assert "theme = dusk  # configuration\n" in shown
    assert shown.endswith("\n[theme dusk]\nlike = light  # configuration\nown-name = 208 on 22  # configuration\n")
    t = FullScreen("work", home=home, env={"TERM": "xterm-256color"}).ready().says("hello").sees("alice: hello")
    light = t.style("TLSv1.3").bg
    assert (t.style("alice: hello").fg, t.style("alice: hello").bg) == ("ff8700", "005f00")
    t.says("/theme").sees("the theme is dusk; there are 16, dark,").sees("dusk, light, mono")
    t.types("/theme da").types("\t").sees("> /theme dark").types("\r")
    assert until(lambda: t.look().style("alice: hello").fg == "default" and t.style("TLSv1.3").bg != light), t.text
    dark = t.style("TLSv1.3").bg
    t.says("/theme mono")
    assert until(lambda: t.look().style("TLSv1.3").reverse and t.style("TLSv1.3").bg == "default"), t.text
    t.says("/theme 16")
    assert until(lambda: t.look().style("TLSv1.3").reverse)
    t.says("/theme dark")
    assert until(lambda: t.look().style("TLSv1.3").bg == dark and not t.style("TLSv1.3").reverse), t.text
    t.child.close(force=True)


@pytest.mark.parametrize("where, told", [("command line", "--theme: there is no theme 'night'"), ("", None)])
def test_a_theme_of_the_configuration_may_be_named_by_the_command_line(config, home, where, told):
    config("[theme dusk]", "like = light")
    done = run(home, "--theme", "night" if told else "dusk", "alice@localhost:1")
    assert done.returncode == (2 if told else 1)
    assert (told or "cannot connect") in done.stderr


def test_a_wrong_line_of_another_server_does_no_harm(config, home, daemon):
    config("[other]", "colour = red", "[work]", "server = alice@ADDRESS", "ca = CA")
    assert run(home, "work").returncode == 0


def test_another_file_may_be_named(home, tmp_path):
    file = tmp_path / "mine"
    file.write_text("theme = mono\n")
    assert "theme = mono  # configuration" in run(home, "--config", str(file), "--print-config", "x").stdout


def test_aliases_and_who_is_ignored_are_kept_in_it(config, home, daemon, listener):
    config("alias = j /join", "alias = hi hello everyone", "ignore = bob", "[work]",
           "server = alice@ADDRESS", "ca = CA")
    bob, carol = listener("bob"), listener("carol")
    t = FullScreen("work", home=home).ready()
    bob.says("noise")
    t.says("/hi").sees("alice: hello everyone")
    carol.hears("alice: hello everyone")
    t.says("/j den")
    assert until(lambda: t.look().lines[0] == " #den"), t.text
    assert "noise" not in t.text
    t.child.close(force=True)


def test_a_configuration_that_was_named_has_to_be_there_and_is_shown_without_a_server(home, tmp_path):
    done = run(home, "--config", str(tmp_path / "none"), "x")
    assert done.returncode == 2 and "none' does not exist" in done.stderr
    file = tmp_path / "file"
    file.write_text("theme = light\n")
    shown = run(home, "--config", str(file), "--print-config").stdout.splitlines()
    assert shown[0] == f"# asio-chat, {file}" and "theme = light  # configuration" in shown
    done = run(home)
    assert done.returncode == 2 and "server is required" in done.stderr
