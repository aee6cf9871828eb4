"""The example programs do what their comments say. E12, E18, C51, C52, B24 to B27, D14, D16, D17."""

import re
import signal
import socket
import ssl
import subprocess
import threading
import time

import pytest

from programs import BIN, PATIENCE, LessonClient, clean_environment, until


def test_E12_the_chat_as_a_notification_bus():
    done = subprocess.run([BIN / "notifications"], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    heard = [line for line in done.stdout.splitlines() if line.startswith("job-17: ")]
    assert heard == ["job-17: started", "job-17: half way", "job-17: done"]
    kept = [line for line in done.stdout.splitlines() if line.startswith("kept at ")]
    assert kept == ["kept at 1", "kept at 2", "kept at 3"]


def test_E18_a_server_embedded_in_a_program_of_thirty_lines(tmp_path):
    subprocess.run([BIN / "asio-chat-certs", "self-signed", "server"], check=True, cwd=tmp_path,
                   capture_output=True, env=clean_environment())
    run = subprocess.Popen([BIN / "embedded_chat", tmp_path / "server.crt", tmp_path / "server.key"],
                           stdout=subprocess.PIPE, text=True)
    port = int(re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", run.stdout.readline()).group(1))
    alice = LessonClient(port, tmp_path / "server.crt", "alice")
    alice.hear("* alice joined the chat *")
    bob = LessonClient(port, tmp_path / "server.crt", "bob")
    alice.hear("* bob joined the chat *")
    alice.send("hello")
    bob.hear("alice: hello")
    run.send_signal(signal.SIGTERM)
    bob.hear("* the server is going down *")
    assert run.wait(PATIENCE) == 0
    run.stdout.close()


def test_the_embedded_server_explains_what_is_wrong(tmp_path):
    done = subprocess.run([BIN / "embedded_chat", tmp_path / "none.crt", tmp_path / "none.key"],
                          capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1
    assert "none.crt" in done.stderr or "none.key" in done.stderr
    assert len(done.stderr.splitlines()) == 1


class Pki:
    """A CA with a server and clients, and a stranger's CA."""

    def __init__(self, directory):
        self.directory = directory
        self.make("ca")
        self.make("server")
        for name in ("alice", "bob"):
            self.make("client", name)
        self.make("ca", "--out", "strange", "--cn", "a strange CA")
        self.make("server", "--out", "strange")
        self.make("client", "mallory", "--out", "strange")
        self.make("server", "--out", "elsewhere", "--dns", "elsewhere", "--ip", "192.0.2.1",
                  "--ca-cert", "ca-cert.pem", "--ca-key", "ca-key.pem")
        # The SubjectAltName is right, the commonName is not.
        self.make("server", "--out", "other", "--dns", "other", "--dns", "localhost",
                  "--ca-cert", "ca-cert.pem", "--ca-key", "ca-key.pem")

    def make(self, *arguments):
        subprocess.run([BIN / "asio-chat-certs", *arguments], cwd=self.directory, check=True,
                       capture_output=True, env=clean_environment(), timeout=PATIENCE)

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.directory, check=True, capture_output=True,
                       timeout=PATIENCE)

    def expired(self, name, out, extensions):
        """Makes a certificate of the CA for NAME, in a directory OUT, that expired yesterday."""
        (self.directory / out).mkdir()
        (self.directory / out / "ext").write_text(extensions)
        self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                     "-keyout", f"{out}/{name}-key.pem", "-out", f"{out}/csr", "-subj", f"/CN={name}")
        self.openssl("x509", "-req", "-in", f"{out}/csr", "-CA", "ca-cert.pem", "-CAkey", "ca-key.pem",
                     "-days", "-1", "-extfile", f"{out}/ext", "-out", f"{out}/{name}-cert.pem")

    def pair(self, name, out="."):
        return (self.directory / out / f"{name}-cert.pem", self.directory / out / f"{name}-key.pem")


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


class Listening:
    """Runs an example that is a server on a free port, and reads stdout until it has printed something."""

    def __init__(self, pki, program, *arguments):
        self.run = subprocess.Popen([BIN / program, "0", *map(str, arguments)], cwd=pki.directory,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        first = self.run.stdout.readline()
        self.port = int(re.fullmatch(r"(?:listening on|Server listening:) 127\.0\.0\.1:(\d+)\n", first).group(1))

    def line(self):
        return self.run.stdout.readline().rstrip("\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.run.send_signal(signal.SIGTERM)
        assert self.run.wait(PATIENCE) == 0
        self.run.stdout.close()


def time_server(pki, *allowed):
    return Listening(pki, "tls_time_server", "ca-cert.pem", *pki.pair("server"), *allowed)


def one_shot(pki, port, *text, who=("alice", "."), host="localhost", ca="ca-cert.pem"):
    return subprocess.run([BIN / "tls_one_shot", host, str(port), ca, *pki.pair(*who), *text],
                          cwd=pki.directory, capture_output=True, text=True, timeout=PATIENCE)


def bytes_from(pki, port, certificate=None):
    """Returns what a client receives before the connection ends, and its address."""
    context = ssl.create_default_context(cafile=str(pki.directory / "ca-cert.pem"))
    if certificate:
        context.load_cert_chain(*certificate)
    got, address = b"", None
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as raw:
            address = "%s:%d" % raw.getsockname()
            with context.wrap_socket(raw, server_hostname="localhost") as tls:
                while part := tls.recv(4096):
                    got += part
    except (ssl.SSLError, ConnectionError):
        pass
    return got, address


def test_C52_B27_the_time_is_told_and_logged(pki):
    with time_server(pki, "cn:alice") as server:
        got, address = bytes_from(pki, server.port, pki.pair("alice"))
        told = got.decode().rstrip("\n")
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", told)
        assert server.line() == f"Securely sent {told} to {address}"


def test_D14_D16_B26_B27_the_one_shot_client_gets_the_time(pki):
    with time_server(pki, "cn:bob", "cn:alice") as server:
        done = one_shot(pki, server.port)
        assert done.returncode == 0, done.stderr
        assert re.fullmatch(r"Secure communication received from server: [-\d]{10} [:\d]{8} UTC\n",
                            done.stdout)
        assert done.stderr == ""


class Answering:
    """A TLS server in Python that says one thing to one client, and ends as it is told to."""

    def __init__(self, pki, answer, stays):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*pki.pair("server"))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.port = self.listener.getsockname()[1]
        self.answer, self.stays = answer, stays
        self.thread = threading.Thread(target=self.serve)

    def serve(self):
        raw, _ = self.listener.accept()
        with self.context.wrap_socket(raw, server_side=True) as tls:
            for part in self.answer:
                tls.sendall(part)
            try:
                while self.stays and tls.recv(1024):  # until the client closes
                    pass
            except OSError:
                pass

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join(PATIENCE)
        self.listener.close()


@pytest.mark.parametrize("stays", [True, False], ids=["and waits", "and goes"])
@pytest.mark.parametrize("answer, printed", [
    ([b"noon"], "noon"), ([b"no", b"on"], "noon"), ([b"noon\r\n"], "noon"), ([b"noon\nmore"], "noon"),
    ([b"noon\n"], "noon")], ids=repr)
def test_D16_a_reply_is_printed_however_its_line_ends(pki, answer, printed, stays):
    with Answering(pki, answer, stays) as server:
        done = one_shot(pki, server.port)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"Secure communication received from server: {printed}\n"


def test_D16_no_reply_is_said_to_be_none(pki):
    with Answering(pki, [], False) as server:
        done = one_shot(pki, server.port)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "tls_one_shot: the server closed the connection without a reply\n"


@pytest.mark.parametrize("allowed, why", [
    ("cn:alice", "none of the certificate's names (cn:bob) is among those allowed: cn:alice"),
    ("dns:bob", "none of the certificate's names (cn:bob) is among those allowed: dns:bob")])
def test_B24_a_wrong_name_gets_no_application_byte(pki, allowed, why):
    with time_server(pki, allowed) as server:
        got, address = bytes_from(pki, server.port, pki.pair("bob"))
        assert got == b""
        assert server.line() == f"Refused {address}: {why}"


def test_B1_B25_who_is_refused_in_the_handshake_gets_nothing(pki):
    pki.expired("alice", "old", "extendedKeyUsage=clientAuth")
    with time_server(pki, "cn:alice", "cn:mallory") as server:
        for certificate, why in (
                (None, "the client showed no certificate"),
                (pki.pair("mallory", "strange"),
                 "the client's certificate is not signed by a CA that is trusted here"),
                (pki.pair("alice", "old"), "the client's certificate has expired")):
            got, address = bytes_from(pki, server.port, certificate)
            assert got == b""
            assert server.line() == f"Refused {address}: {why}"


def test_C52_a_silent_client_is_let_go_while_others_are_served(pki):
    with time_server(pki, "cn:alice") as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as silent:
            begin = time.monotonic()
            assert one_shot(pki, server.port).returncode == 0
            assert server.line().startswith("Securely sent ")
            assert silent.recv(1) == b""
            assert time.monotonic() - begin > 4.5
        assert server.line().startswith("Refused ")


def test_C52_the_time_server_explains_what_is_wrong(pki):
    done = subprocess.run([BIN / "tls_time_server", "0", "ca-cert.pem", *pki.pair("server"), "alice"],
                          cwd=pki.directory, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 1
    assert done.stderr == ("tls_time_server: 'alice' is not a pattern for a certificate's name: write "
                           "cn:NAME, dns:NAME, ip:ADDRESS, email:ADDRESS or uri:URI, e.g. cn:alice\n")


def test_C51_D17_the_echo_server_and_the_one_shot_client(pki):
    with Listening(pki, "tls_echo_server", *pki.pair("server")) as server:
        for text in ("Hello", "Hello mTLS", "x" * 8000):
            done = one_shot(pki, server.port, text)
            assert done.stdout == f"Secure communication received from server: {text}\n", done.stderr
            assert re.fullmatch(r"Secure connection from 127\.0\.0\.1:\d+: TLSv1\.3, TLS_\w+",
                                server.line())


def test_C51_B21_openssl_s_client_with_the_echo_server(pki):
    with Listening(pki, "tls_echo_server", *pki.pair("server")) as server:
        client = subprocess.Popen(
            ["openssl", "s_client", "-connect", f"localhost:{server.port}", "-CAfile", "ca-cert.pem",
             "-verify_return_error", "-quiet"], cwd=pki.directory, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for _ in range(2):
            client.stdin.write("Hello SSL\n")
            client.stdin.flush()
            assert client.stdout.readline() == "Hello SSL\n"
        client.kill()
        client.communicate()


def test_C51_a_mebibyte_comes_back_and_the_end_is_answered(pki):
    context = ssl.create_default_context(cafile=str(pki.directory / "ca-cert.pem"))
    with Listening(pki, "tls_echo_server", *pki.pair("server")) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as raw:
            with context.wrap_socket(raw, server_hostname="localhost") as tls:
                for i in range(256):
                    block = bytes([i]) * 4096
                    tls.sendall(block)
                    back = b""
                    while len(back) < len(block):
                        back += tls.recv(4096)
                    assert back == block
                tls.unwrap()  # raises where the server closes without its own close_notify


class Talkative:
    """A server that says something at once to every client."""

    def __init__(self, certificate):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificate)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.talk)

    def talk(self):
        raw, _ = self.listener.accept()
        try:
            with self.context.wrap_socket(raw, server_side=True) as tls:
                tls.sendall(b"believe me\x1b[2J\n")
                tls.recv(1)
        except (OSError, ssl.SSLError):
            pass

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join(PATIENCE)
        self.listener.close()


def heard(pki, certificate, **how):
    with Talkative(certificate) as server:
        done = one_shot(pki, server.port, **how)
    assert len((done.stdout + done.stderr).splitlines()) == 1
    return done.stdout if done.returncode == 0 else done.stderr


def test_D16_D19_what_the_server_says_cannot_steer_the_terminal(pki):
    assert heard(pki, pki.pair("server")) == (
        "Secure communication received from server: believe me?[2J\n")


def test_B26_the_client_reads_nothing_from_a_server_that_it_does_not_mean(pki):
    pki.expired("localhost", "over", "extendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost")
    assert heard(pki, pki.pair("server", "other")) == (
        "tls_one_shot: none of the certificate's names (cn:other, dns:other, dns:localhost, "
        "ip:127.0.0.1, ip:::1) is among those allowed: cn:localhost\n")
    assert "of another host than 'localhost'" in heard(pki, pki.pair("server", "elsewhere"))
    assert "is not signed by a CA that is trusted here" in heard(pki, pki.pair("server", "strange"))
    assert "has expired" in heard(pki, pki.pair("localhost", "over"))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


def test_B26_the_client_fails_where_the_server_has_no_certificate(pki):
    port = free_port()
    server = subprocess.Popen(
        ["openssl", "s_server", "-accept", str(port), "-nocert", "-tls1_2", "-quiet",
         "-cipher", "aNULL:@SECLEVEL=0"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    try:
        assert until(lambda: "refused" not in one_shot(pki, port).stderr.lower())
        done = one_shot(pki, port)
        assert (done.returncode, done.stdout) == (1, "")
        assert "no TLS with 'localhost'" in done.stderr
    finally:
        server.kill()
        server.communicate()


def test_D16_nobody_there(pki):
    done = one_shot(pki, free_port())
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "tls_one_shot: cannot connect to localhost: Connection refused\n"


def test_D16_a_server_that_is_silent_does_not_hold_the_client(pki):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begin = time.monotonic()
        done = one_shot(pki, silent.getsockname()[1])
        assert done.stderr == "tls_one_shot: not done within ten seconds\n"
        assert time.monotonic() - begin > 9
