"""docs/embedding.md: the examples of the hooks are short, and print what the page shows."""

import re
import signal
import subprocess

import pytest

from programs import BIN, PATIENCE, ROOT, LessonClient, clean_environment

PAGE = (ROOT / "docs/embedding.md").read_text()
SHOWN = re.findall(r"```console\n\$ (.*?)\n(.*?)```\n", PAGE, re.DOTALL)


@pytest.mark.page
def test_each_example_is_on_the_page_and_shorter_than_40_lines():
    sources = sorted((ROOT / "apps/examples/hooks").glob("*.cpp"))
    assert sources
    for source in sources:
        assert f"](../apps/examples/hooks/{source.name})" in PAGE
        assert len(source.read_text().splitlines()) < 40, source.name


@pytest.mark.parametrize("command, output", SHOWN, ids=[command for command, _ in SHOWN])
def test_an_example_prints_what_the_page_shows(command, output):
    done = subprocess.run([BIN / command], capture_output=True, text=True, timeout=PATIENCE,
                          env=clean_environment())
    assert (done.returncode, done.stdout, done.stderr) == (0, output, "")


def test_an_acceptor_of_the_host(tmp_path):
    subprocess.run([BIN / "asio-chat-certs", "self-signed", "server"], check=True, cwd=tmp_path,
                   capture_output=True, env=clean_environment())
    with subprocess.Popen([BIN / "hook_own_acceptor", tmp_path / "server.crt", tmp_path / "server.key"],
                          stdout=subprocess.PIPE, text=True) as run:
        port = int(re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", run.stdout.readline()).group(1))
        alice = LessonClient(port, tmp_path / "server.crt", "alice")
        alice.hear("* alice joined the chat *")
        run.send_signal(signal.SIGTERM)
