"""docs/tls-recipes.md shows the code of the programs and their output. E13, E15."""

import os
import re
import resource
import select
import shlex
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import threading

import pytest

from programs import BIN, PATIENCE, ROOT, clean_environment, until

PAGE = (ROOT / "docs/tls-recipes.md").read_text()
PORT = "5566"


class Section:
    """The contents of a section: programs by path, and the commands with their output, in order."""

    def __init__(self, text):
        self.code = dict(re.findall(r"\]\(\.\./(\S+\.cpp)\)\n\n```cpp\n(.*?)```\n", text, re.DOTALL))
        blocks = re.findall(r"```console\n\$ (.*?)\n(.*?)```\n", text, re.DOTALL)
        self.commands = [command for command, _ in blocks]
        self.outputs = [output for _, output in blocks]


SECTIONS = {title: Section(text) for title, text in
            re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)}


def section(number):
    return next(s for title, s in SECTIONS.items() if title.startswith(f"{number}. "))


def same(shown, real, port):
    """Returns whether the page shows this output. A … stands for anything within a line, or for the rest."""
    pattern = re.escape(shown.replace(PORT, str(port)))
    pattern = re.sub(r"\n…\n$", "\n(?s:.*)", pattern.replace(re.escape("\n"), "\n"))
    return re.fullmatch(pattern.replace("…", ".+"), real) is not None


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    directory = tmp_path_factory.mktemp("recipes")
    for command in re.search(r"```sh\n(.*?)```", PAGE, re.DOTALL).group(1).splitlines():
        name, *arguments = command.split()
        subprocess.run([BIN / name, *arguments], cwd=directory, check=True, capture_output=True,
                       env=clean_environment(), timeout=PATIENCE)
    return directory


def started(place, command, port=PORT, under=(), **how):
    name, *arguments = shlex.split(command)
    arguments = [str(port) if a == PORT else a for a in arguments]
    return subprocess.Popen([*under, BIN / name, *arguments], cwd=place, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, env=clean_environment(**how))


def output(place, command, port=PORT, **how):
    run = started(place, command, port, **how)
    said, _ = run.communicate(timeout=PATIENCE)
    return said


class Server:
    """A server of the page on a free port."""

    def __init__(self, place, command, under=()):
        self.run = started(place, command, 0, under)
        self.said = self.run.stdout.readline()
        self.port = int(re.fullmatch(r"(?:listening on|Server listening:) 127\.0\.0\.1:(\d+)\n", self.said).group(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.run.poll() is None:
            self.run.kill()
        self.run.communicate()

    def stop(self):
        """Ends the program and returns everything that it has printed."""
        self.run.send_signal(signal.SIGTERM)
        said, _ = self.run.communicate(timeout=PATIENCE)
        assert self.run.returncode == 0
        return self.said + said


@pytest.mark.page
def test_E13_there_are_eight_recipes():
    assert [title for title in SECTIONS if title[0].isdigit()] == [
        "1. Echo server", "2. Cipher configuration", "3. TLS client", "4. Custom CA",
        "5. Mutual TLS", "6. Non-blocking", "7. Certificate information",
        "8. Version and security settings"]


@pytest.mark.page
def test_E13_the_page_shows_the_programs_that_are_built():
    shown = {path: code for s in SECTIONS.values() for path, code in s.code.items()}
    recipes = {str(p.relative_to(ROOT)) for p in (ROOT / "apps/examples/recipes").glob("*.cpp")}
    assert recipes <= shown.keys()
    for path, code in shown.items():
        assert code == (ROOT / path).read_text(), path


def test_E13_E15_C51_D17_echo_server(place):
    recipe = section(1)
    with Server(place, recipe.commands[0]) as echo:
        assert same(recipe.outputs[1], output(place, recipe.commands[1], echo.port), echo.port)
        assert same(recipe.outputs[0], echo.stop(), echo.port)


def test_E13_E15_cipher_configuration(place):
    recipe = section(2)
    assert output(place, recipe.commands[0]) == recipe.outputs[0]
    refused = output(place, "recipe_ciphers server-cert.pem server-key.pem ROT13")
    assert refused.startswith('recipe_ciphers: the TLS 1.2 ciphers "ROT13" match no cipher suite')


class HttpsServer:
    """Answers one request."""

    def __init__(self, place):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(place / "server-cert.pem", place / "server-key.pem")
        self.context.set_alpn_protocols(["h2", "http/1.1"])
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.port = self.listener.getsockname()[1]
        self.request = b""
        self.thread = threading.Thread(target=self.answer)

    def answer(self):
        raw, _ = self.listener.accept()
        try:
            with self.context.wrap_socket(raw, server_side=True) as tls:
                while not self.request.endswith(b"\r\n\r\n"):
                    self.request += tls.recv(4096)
                tls.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1000)
        except (OSError, ssl.SSLError):
            pass

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join(PATIENCE)
        self.listener.close()


def test_E13_E15_tls_client(place):
    """A local server and a store with its CA stand for a public host and the system's store."""
    recipe = section(3)
    command = recipe.commands[0].replace("www.example.org 443", f"localhost {PORT}")
    with HttpsServer(place) as server:
        said = output(place, command, server.port, SSL_CERT_FILE=str(place / "ca-cert.pem"))
    assert same(recipe.outputs[0], said.replace("\r\n", "\n"), server.port)
    assert server.request.startswith(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
    assert len(said.split("\n", 1)[1]) == 200 + 1 - 2, "200 bytes and a newline; as text without CR"
    with HttpsServer(place) as server:
        said = output(place, command, server.port, SSL_CERT_FILE="/dev/null")
    assert "is not signed by a CA that is trusted here" in said
    assert server.request == b""


def test_E13_E15_B18_custom_ca(place):
    recipe = section(4)
    with Server(place, recipe.commands[0]) as echo:
        assert same(recipe.outputs[1], output(place, recipe.commands[1], echo.port), echo.port)
        assert same(recipe.outputs[0], echo.stop(), echo.port)


def test_E13_E15_D17_mutual_tls(place):
    recipe = section(5)
    with Server(place, recipe.commands[0]) as server:
        assert same(recipe.outputs[1], output(place, recipe.commands[1], server.port), server.port)
        assert same(recipe.outputs[0], server.stop(), server.port)
    with Server(place, recipe.commands[0]) as server:
        output(place, section(4).commands[1], server.port)
        assert server.stop() == server.said + "refused: the client showed no certificate\n"


def test_E13_D17_mutual_tls_answers_who_ends_no_line(place):
    """The client of the lesson says `Hello mTLS`, and waits."""
    context = ssl.create_default_context(cafile=place / "ca-cert.pem")
    context.load_cert_chain(place / "alice-cert.pem", place / "alice-key.pem")
    with Server(place, section(5).commands[0]) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as raw:
            with context.wrap_socket(raw, server_hostname="localhost") as tls:
                tls.sendall(b"Hello mTLS")
                assert tls.recv(1024) == b"Hello mTLS"
        assert server.stop() == server.said + "client: CN=alice\n"


def test_E13_E15_B30_nonblocking(place):
    recipe = section(6)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        # How often it comes to it within the second is the machine's.
        once = re.sub(r"(shaking hands\.\.\.\n)+", r"\1", recipe.outputs[0])
        said = output(place, recipe.commands[0], port)
        assert same(once, re.sub(r"(shaking hands\.\.\.\n)+", r"\1", said), port)
    with Server(place, section(1).commands[0]) as echo:
        assert same(recipe.outputs[1], output(place, recipe.commands[1], echo.port), echo.port)


def test_E13_E15_B30_B32_a_nonblocking_server_is_held_up_by_nobody(place):
    recipe = section(6)
    with Server(place, recipe.commands[2]) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as silent:
            silent.sendall(b"\x16")  # and nothing more of its ClientHello
            assert same(recipe.outputs[3], output(place, recipe.commands[3], server.port), server.port)
            assert silent.recv(1) == b"", "sent away"
        assert same(recipe.outputs[2], server.stop(), server.port)


def test_B30_B32_a_nonblocking_server_writes_in_parts_and_reads_in_parts(place):
    """The server sends more than the buffers of a connection hold to a client that does not read meanwhile."""
    context = ssl.create_default_context(cafile=place / "ca-cert.pem")
    many = bytes(range(256)) * 96 * 1024
    with Server(place, section(6).commands[2]) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as raw:
            with context.wrap_socket(raw, server_hostname="localhost") as tls:
                tls.setblocking(False)
                sent, got, stuck = 0, bytearray(), False
                while sent < len(many) and not stuck:
                    try:
                        sent += tls.send(many[sent:sent + 16384])
                    except ssl.SSLWantWriteError:
                        stuck = not select.select([], [tls], [], 0.5)[1]
                assert stuck, "neither end could write any more"
                while len(got) < len(many):
                    try:
                        got += tls.recv(65536)
                    except ssl.SSLWantReadError:
                        select.select([tls], [], [], PATIENCE)
                    if sent < len(many):
                        try:
                            sent += tls.send(many[sent:sent + 16384])
                        except ssl.SSLWantWriteError:
                            pass
                assert got == many


def visitors(place):
    """The clients that a server of an example must survive: a name, and what the client does on its socket."""
    def hello():
        return ssl.create_default_context(cafile=place / "ca-cert.pem")

    def wrong_name(raw):
        hello().wrap_socket(raw, server_hostname="elsewhere.example")

    def stranger(raw):
        context = hello()
        subprocess.run([BIN / "asio-chat-certs", "self-signed", "stranger", "--force"], cwd=place,
                       check=True, capture_output=True, env=clean_environment())
        context.load_cert_chain(place / "stranger.crt", place / "stranger.key")
        tls = context.wrap_socket(raw, server_hostname="localhost")
        tls.sendall(b"hello\n")  # some let strangers in, and answer
        tls.recv(100)

    def cut_off(raw):
        raw.sendall(b"\x16\x03\x01\x02\x00\x01")

    def reset(raw):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def gone_after_the_handshake(raw):
        hello().wrap_socket(raw, server_hostname="localhost").sendall(b"x" * 100000)
        reset(raw)

    return {"wrong name": wrong_name, "stranger": stranger, "cut off": cut_off, "reset": reset,
            "gone": gone_after_the_handshake, "nothing": lambda raw: None,
            "HTTP": lambda raw: raw.sendall(b"GET / HTTP/1.1\r\n\r\n")}


SERVERS = pytest.mark.parametrize(
    "command", [section(1).commands[0], section(5).commands[0], section(6).commands[2],
                SECTIONS["The time server and its client"].commands[0]],
    ids=lambda command: command.split()[0])


@SERVERS
def test_C62_no_failed_handshake_and_no_wrong_name_ends_a_server(place, command):
    with Server(place, command) as server:
        for visit in visitors(place).values():
            with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as raw:
                try:
                    visit(raw)
                except (OSError, ssl.SSLError):
                    pass
        said = output(place, "tls_one_shot localhost 5566 ca-cert.pem bob-cert.pem bob-key.pem Hello",
                      server.port)
        said += output(place, "tls_one_shot localhost 5566 ca-cert.pem alice-cert.pem alice-key.pem Hello",
                       server.port)
        assert said.endswith("\n") and "Secure communication received from server: " in said
        server.stop()


@pytest.mark.skipif("ASIO_CHAT_SANITIZED" in os.environ,
                    reason="UndefinedBehaviorSanitizer needs descriptors itself")
@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@SERVERS
def test_a_server_without_descriptors_pauses_and_then_accepts(place, tmp_path, command):
    trace = tmp_path / "trace"
    # -D: the server is our child, and strace is beside it.
    strace = ["strace", "-D", "-o", trace, "-e", "trace=accept,accept4,timerfd_settime"]
    with Server(place, command, strace) as server:
        def refusals():
            return [line for line in trace.read_text().splitlines()
                    if "EMFILE" in line or "timerfd_settime" in line]

        assert until(lambda: "accept" in trace.read_text())  # it has all that it opens
        allowed = resource.prlimit(server.run.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.run.pid, resource.RLIMIT_NOFILE, (3, allowed[1]))
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE):
            assert until(lambda: sum("EMFILE" in line for line in refusals()) >= 4)
            seen = refusals()
            assert not any("EMFILE" in a and "EMFILE" in b for a, b in zip(seen, seen[1:])), "it tried again at once"
            resource.prlimit(server.run.pid, resource.RLIMIT_NOFILE, allowed)
            assert until(lambda: re.search(r"^accept4?\(.*\) += \d+$", trace.read_text(), re.MULTILINE))
        server.stop()


def test_E13_E15_certificate_information(place):
    recipe = section(7)
    with Server(place, section(1).commands[0]) as echo:
        assert same(recipe.outputs[0], output(place, recipe.commands[0], echo.port), echo.port)
        said = output(place, "recipe_certificate localhost 5566 alice-cert.pem", echo.port)
        assert said.startswith("Subject      CN=localhost\n")
        assert said.splitlines()[-1].startswith("recipe_certificate: the certificate of 'localhost'")


def test_E13_E15_version_and_security_settings(place):
    recipe = section(8)
    assert output(place, recipe.commands[0]) == recipe.outputs[0]


def test_E15_B24_C52_D16_the_time_server_and_its_client(place):
    shown = SECTIONS["The time server and its client"]
    with Server(place, shown.commands[0]) as server:
        for command, expected in zip(shown.commands[1:], shown.outputs[1:]):
            assert same(expected, output(place, command, server.port), server.port)
        assert same(shown.outputs[0], server.stop(), server.port)
