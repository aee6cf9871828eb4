"""docs/embedding.md: the examples of the hooks are short, and print what the page shows."""

import http.client
import re
import signal
import socket
import subprocess

import pytest

from programs import BIN, PATIENCE, ROOT, LessonClient, clean_environment

PAGE = (ROOT / "docs/embedding.md").read_text()
SHOWN = re.findall(r"```console\n\$ (.*?)\n(.*?)```\n", PAGE, re.DOTALL)


@pytest.mark.page
def test_each_example_is_on_the_page_and_short():
    for folder, longest in (("hooks", 39), ("hosts", 90)):
        sources = sorted((ROOT / "apps/examples" / folder).glob("*.cpp"))
        assert sources
        for source in sources:
            assert f"](../apps/examples/{folder}/{source.name})" in PAGE
            assert len(source.read_text().splitlines()) <= longest, source.name


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


def test_sockets_that_the_host_was_started_with(tmp_path):
    subprocess.run([BIN / "asio-chat-certs", "self-signed", "server"], check=True, cwd=tmp_path,
                   capture_output=True, env=clean_environment())
    certificate = tmp_path / "server.crt"
    program = [BIN / "hook_own_socket", certificate, tmp_path / "server.key"]
    alone = subprocess.run(program, capture_output=True, text=True, timeout=PATIENCE, env=clean_environment())
    assert alone.returncode == 2 and alone.stderr.startswith("usage: systemd-socket-activate ")
    unix_path = str(tmp_path / "chat")
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(unix_path)
        unix.listen()
        start = f'exec env LISTEN_PID=$$ LISTEN_FDS=2 "$@" 3<&{tcp.fileno()} 4<&{unix.fileno()}'
        with subprocess.Popen(["bash", "-c", start, "start", *program], stdout=subprocess.PIPE, text=True,
                              env=clean_environment(), pass_fds=(tcp.fileno(), unix.fileno())) as run:
            assert run.stdout.readline() == "ready\n"
            alice = LessonClient(tcp.getsockname()[1], certificate, "alice")
            alice.hear("* alice joined the chat *")
            with socket.socket(socket.AF_UNIX) as plain:
                plain.settimeout(PATIENCE)
                plain.connect(unix_path)
                LessonClient(None, certificate, "bob", over=plain)
                alice.hear("* bob joined the chat *")
            run.send_signal(signal.SIGTERM)


def test_certificates_of_the_host(tmp_path):
    subprocess.run([BIN / "asio-chat-certs", "self-signed", "server"], check=True, cwd=tmp_path,
                   capture_output=True, env=clean_environment())
    certificate, key = tmp_path / "server.crt", tmp_path / "server.key"
    done = subprocess.run([BIN / "hook_own_certificates", certificate, key, certificate],
                          capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout) == (0, "connected: TLSv1.3\nrenewed: yes\n"), done.stderr


def test_a_chat_inside_a_web_server():
    with subprocess.Popen([BIN / "host_http_server"], stdout=subprocess.PIPE, text=True) as run:
        port = int(re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", run.stdout.readline()).group(1))
        for method, target, body, status, answer in (
                ("GET", "/rooms", None, 200, ""), ("POST", "/lobby", "hello", 200, "stored\n"),
                ("POST", "/no%20room", "hello", 400, None)):
            web = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            web.request(method, target, body)
            response = web.getresponse()
            said = response.read().decode()
            assert response.status == status, said
            assert answer in (None, said)
            web.close()
        run.send_signal(signal.SIGTERM)
        assert run.wait(PATIENCE) == 0


def test_a_bot_with_commands(tmp_path):
    subprocess.run([BIN / "asio-chat-certs", "self-signed", "server"], check=True, cwd=tmp_path,
                   capture_output=True, env=clean_environment())
    with subprocess.Popen([BIN / "embedded_chat", tmp_path / "server.crt", tmp_path / "server.key"],
                          stdout=subprocess.PIPE, text=True) as chat:
        port = int(re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", chat.stdout.readline()).group(1))
        alice = LessonClient(port, tmp_path / "server.crt", "alice")
        alice.hear("* alice joined the chat *")
        with subprocess.Popen([BIN / "bot", "127.0.0.1", str(port), tmp_path / "server.crt"]) as run:
            alice.hear("* bot joined the chat *")
            alice.send("!echo hello")
            alice.hear("bot: hello")
            run.send_signal(signal.SIGTERM)
        chat.send_signal(signal.SIGTERM)
