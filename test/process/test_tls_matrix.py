"""TLS against the openssl program: versions x server keys x client certificates, and the refusals.

Both ways round: `openssl s_client` comes to asio-chatd, asio-chat comes to `openssl s_server`.
What one handshake does in memory is in test/unit/tls. Rows B1-B3, B5, B9, B11, B12, B14, B22, B23,
B30, B31, D14."""

import contextlib
import os
import re
import select
import socket
import ssl
import struct
import subprocess
import time

import pytest

from certificates import KEY_KINDS, certificates  # noqa: F401 (a fixture)
from programs import BIN, PATIENCE, Daemon, clean_environment, until

VERSIONS = {"TLSv1.2": "-tls1_2", "TLSv1.3": "-tls1_3"}
# The other side can use old suites and versions only where its own OpenSSL allows them.
ANYTHING = "@SECLEVEL=0"


def frame(text):
    return struct.pack("!I", len(text)) + text.encode()


class Visit:
    """`openssl s_client` connects to a daemon, sends a name, and leaves."""

    def __init__(self, daemon, ca, *options):
        before = len(daemon.log)
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{daemon.port}", "-servername",
             "localhost", "-verify_hostname", "localhost", "-CAfile", ca, "-verify_return_error",
             "-brief", "-ign_eof", *map(str, options)],
            input=frame("visitor") + frame("/quit"), capture_output=True, timeout=PATIENCE)
        self.about = done.stderr.decode(errors="replace")
        self.came_in = b"* visitor joined the chat *" in done.stdout
        self.heard_anything = done.stdout != b""
        # The end of a connection is its last record in the log.
        assert until(lambda: re.search("Connection closed|handshake with", daemon.log[before:]))
        self.log = daemon.log[before:]

    def was_refused(self, reason):
        assert not self.came_in and not self.heard_anything
        assert re.search(rf"SSL Error: handshake with 127\.0\.0\.1:\d+ failed reason=.*{reason}",
                         self.log), self.log
        return True


def daemon_with(directory, server, *options):
    # At this level each refusal is a record of its own, repeated ones included.
    return Daemon(directory, "--cert", server.certificate, "--key", server.key, "--log-level", "debug",
                  *options)


def shows(client):
    return ["-cert", client.certificate, "-key", client.key]


# Clients and their certificates, and why they are refused where certificates are looked at.
CLIENTS = {
    "none": None,
    "good": None,
    "anchored": None,
    "stranger": "the client's certificate",
    "alien": "the client's certificate",
    "expired": "the client's certificate has expired",
}


@pytest.mark.parametrize("mode", ["none", "optional", "required"])
@pytest.mark.parametrize("kind", KEY_KINDS)
def test_B1_B2_B3_B14_B22_B23_versions_keys_and_client_certificates(
        certificates, tmp_path, kind, mode):  # noqa: F811
    trust = [] if mode == "none" else ["--client-ca", certificates.client_trust]
    with daemon_with(tmp_path, certificates.servers[kind], "--client-cert", mode, *trust) as daemon:
        for version, flag in VERSIONS.items():
            for who, flaw in CLIENTS.items():
                client = getattr(certificates, f"{who}_client", None)
                visit = Visit(daemon, certificates.ca, flag, *(shows(client) if client else []))
                where = f"{version}, a {kind} server, client certificate {mode}, client: {who}"
                if mode == "required" and who == "none":
                    assert visit.was_refused("the client showed no certificate"), where
                elif mode != "none" and flaw:
                    assert visit.was_refused(flaw), where
                else:
                    assert visit.came_in, where + visit.about
                    assert f"Protocol version: {version}" in visit.about, where
                    assert "Verification: OK" in visit.about, where
                    assert "Server Temp Key: X25519" in visit.about, where  # B31
                    seen = f"CN={who}" if client and mode != "none" else "none"
                    assert re.search(rf"Secure connection established with 127\.0\.0\.1:\d+ "
                                     rf"version={version} cipher=TLS_\w+ certificate=\"?{seen}",
                                     visit.log), where + visit.log


@pytest.fixture(scope="module")
def rsa_daemon(certificates, tmp_path_factory):  # noqa: F811
    """A daemon with an RSA key, the only kind for which every old suite can be negotiated."""
    directory = tmp_path_factory.mktemp("rsa-daemon")
    with daemon_with(directory, certificates.servers["rsa"]) as daemon:
        yield daemon


@pytest.mark.parametrize("options, reason", [
    (["-tls1", "-cipher", f"ALL:{ANYTHING}"], "no shared TLS version"),
    (["-tls1_1", "-cipher", f"ALL:{ANYTHING}"], "no shared TLS version"),
    # These have no forward secrecy.
    (["-tls1_2", "-cipher", "AES128-GCM-SHA256"], "no shared cipher suite"),
    (["-tls1_2", "-cipher", "AES256-SHA256"], "no shared cipher suite"),
    # These are no AEAD.
    (["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256"], "no shared cipher suite"),
    (["-tls1_2", "-cipher", "ECDHE-RSA-AES256-SHA384"], "no shared cipher suite"),
    (["-tls1_2", "-cipher", "DHE-RSA-AES128-SHA"], "no shared cipher suite"),
    # These are expensive for the server; an operator may add them.
    (["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"], "no shared cipher suite"),
    # These do not authenticate or do not encrypt.
    (["-tls1_2", "-cipher", f"aNULL:{ANYTHING}"], "no shared cipher suite"),
    (["-tls1_2", "-cipher", f"eNULL:{ANYTHING}"], "no shared cipher suite"),
    # These sign with SHA-1.
    (["-tls1_2", "-cipher", f"ALL:{ANYTHING}", "-sigalgs", "RSA+SHA1"],
     "no shared (signature algorithm|cipher suite)"),
    # This group has 112 bits.
    (["-tls1_2", "-cipher", f"ECDHE:{ANYTHING}", "-groups", "secp224r1"], "no shared cipher suite"),
    (["-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_8_SHA256"], "no shared cipher suite"),
], ids=lambda o: o[2] if isinstance(o, list) and o[0] != "-tls1_3" else None)
def test_B9_B12_B31_what_is_excluded_is_refused_and_logged(
        rsa_daemon, certificates, options, reason):  # noqa: F811
    assert Visit(rsa_daemon, certificates.ca, *options).was_refused(reason)


def test_B12_the_operators_own_list_counts(tmp_path, certificates):  # noqa: F811
    with daemon_with(tmp_path, certificates.servers["rsa"], "--tls-ciphers",
                     "DHE+AESGCM:!aNULL:!MD5:!DSS", "--tls-groups", "P-384") as daemon:
        chosen = Visit(daemon, certificates.ca, "-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256")
        assert chosen.came_in and "Ciphersuite: DHE-RSA-AES128-GCM-SHA256" in chosen.about
        assert Visit(daemon, certificates.ca, "-tls1_2", "-cipher",
                     "ECDHE-RSA-AES128-GCM-SHA256").was_refused("no shared cipher suite")
        assert "secp384r1" in Visit(daemon, certificates.ca, "-tls1_3").about


@pytest.mark.parametrize("suite", ["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384",
                                   "ECDHE-RSA-CHACHA20-POLY1305"])
def test_B12_B31_each_suite_with_forward_secrecy_and_aead_is_spoken(
        rsa_daemon, certificates, suite):  # noqa: F811
    visit = Visit(rsa_daemon, certificates.ca, "-tls1_2", "-cipher", suite)
    assert visit.came_in and f"Ciphersuite: {suite}" in visit.about


@pytest.mark.parametrize("flag, option, suites", [
    ("-tls1_2", "-cipher", ["ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA-AES256-GCM-SHA384",
                            "ECDHE-RSA-AES128-GCM-SHA256"]),
    ("-tls1_3", "-ciphersuites", ["TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_256_GCM_SHA384",
                                  "TLS_AES_128_GCM_SHA256"]),
], ids=VERSIONS)
def test_B11_the_servers_preference_wins(
        rsa_daemon, certificates, flag, option, suites):  # noqa: F811
    """The same suite is chosen in whatever order they are offered."""
    chosen = set()
    for order in (suites, suites[::-1]):
        visit = Visit(rsa_daemon, certificates.ca, flag, option, ":".join(order))
        chosen.add(re.search("Ciphersuite: (.*)", visit.about).group(1))
    assert len(chosen) == 1 and "CHACHA20" not in chosen.pop()


SSL_3_HELLO = bytes.fromhex("1603000031 0100002d 0300") + bytes(32) + bytes.fromhex(
    "00 0006 0005002f000a 0100")
SSL_2_HELLO = bytes.fromhex("801f 01 0002 0006 0000 0010 010080 020080") + bytes(16)


@pytest.mark.parametrize("hello", [SSL_3_HELLO, SSL_2_HELLO], ids=["SSLv3", "SSLv2"])
def test_B9_B28_ssl_is_not_spoken(rsa_daemon, hello):
    before = rsa_daemon.log.count("SSL Error: handshake with")
    with socket.create_connection(("127.0.0.1", rsa_daemon.port), timeout=PATIENCE) as s:
        s.sendall(hello)
        answer = s.recv(100)
    assert answer == b"" or answer[0] == 21  # an alert
    assert until(lambda: rsa_daemon.log.count("SSL Error: handshake with") == before + 1)


# asio-chat comes to a server


class OpensslServer:
    """`openssl s_server` for one connection; `heard` is what the client sent inside of TLS."""

    def __init__(self, pair, *options):
        self.process = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-alpn",
             "asio-chat/1", "-cert", pair.certificate, "-key", pair.key, *map(str, options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.heard = b""
        while not (found := re.search(rb"ACCEPT 127.0.0.1:(\d+)\n", self.heard)):
            self.read()
        self.port = int(found.group(1))

    def read(self):
        part = self.process.stdout.read1(4096)
        self.heard += part
        return part

    def read_until(self, part):
        """Returns whether it arrived before the end."""
        while part not in self.heard:
            if not self.read():
                return False
        return True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


class Guest:
    """Runs asio-chat against a server, with its input open."""

    def __init__(self, port, ca, *options, host="localhost"):
        self.process = subprocess.Popen(
            [BIN / "asio-chat", "--ca", ca, *map(str, options), f"guest@{host}:{port}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=clean_environment(XDG_STATE_HOME="/nonexistent"))

    def refusal(self, exit_code=3):
        said = self.process.communicate(timeout=PATIENCE)[1]
        assert self.process.returncode == exit_code, said
        assert said.startswith("Error connecting to server: "), said
        return said

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


HELLO = b'"type":"hello"'


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KEY_KINDS)
def test_B5_D14_our_client_trusts_every_kind_of_key_and_shows_its_own_certificate(
        certificates, kind, version):  # noqa: F811
    with OpensslServer(certificates.servers[kind], VERSIONS[version], "-Verify", "1", "-CAfile",
                       certificates.ca, "-verify_return_error") as server:
        with Guest(server.port, certificates.ca, "--cert", certificates.good_client.certificate,
                   "--key", certificates.good_client.key):
            assert server.read_until(HELLO), server.heard.decode()
            assert b"CN = good" in server.heard


@pytest.mark.parametrize("server, reason", [
    ("misnamed_server", "is for elsewhere.example"),
    ("stranger_server", "not signed by a CA that is trusted"),
    ("expired_server", "expired"),
    ("alien_client", "signed by itself"),
    ("good_client", "server"),
])
@pytest.mark.parametrize("version", VERSIONS)
def test_B5_B3_a_wrong_certificate_ends_it_before_a_byte_of_chat(
        certificates, server, reason, version):  # noqa: F811
    with OpensslServer(getattr(certificates, server), VERSIONS[version]) as s:
        with Guest(s.port, certificates.ca) as guest:
            assert re.search(reason, guest.refusal())
        assert not s.read_until(HELLO)


@pytest.mark.parametrize("options, reason", [
    (["-tls1_1", "-cipher", f"ALL:{ANYTHING}"], "protocol version"),
    (["-tls1_2", "-cipher", "AES128-GCM-SHA256"], "handshake failure"),
    (["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256"], "handshake failure"),
    (["-tls1_2", "-cipher", f"aNULL:{ANYTHING}"], "handshake failure"),
], ids=["TLSv1.1", "no forward secrecy", "CBC", "nobody authenticated"])
def test_B9_B12_B31_B5_our_client_speaks_no_less_either(
        certificates, options, reason):  # noqa: F811
    with OpensslServer(certificates.servers["rsa"], *options) as server:
        with Guest(server.port, certificates.ca) as guest:
            assert f"(alert: {reason})" in guest.refusal(exit_code=4 if reason == "handshake failure" else 1)
        assert not server.read_until(HELLO)


# Slow, stalled and nonsensical handshakes


def client_hello(ca):
    """Returns a TLS client and its first bytes."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = ssl.create_default_context(cafile=ca).wrap_bio(incoming, outgoing,
                                                         server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return tls, incoming, outgoing


def connect(daemon):
    s = socket.create_connection(("127.0.0.1", daemon.port), timeout=PATIENCE)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def test_B30_a_handshake_of_one_byte_at_a_time_completes(rsa_daemon, certificates):  # noqa: F811
    tls, incoming, outgoing = client_hello(certificates.ca)
    with connect(rsa_daemon) as s:
        done = False
        while True:
            for byte in outgoing.read():
                s.sendall(bytes([byte]))
            if done:
                break
            incoming.write(s.recv(1))
            try:
                tls.do_handshake()
                tls.write(frame("byte-by-byte"))
                done = True
            except ssl.SSLWantReadError:
                pass
        assert until(lambda: "byte-by-byte logged in" in rsa_daemon.log)


def test_B30_stalled_handshakes_end_at_their_deadline_however_they_stall(
        certificates, tmp_path):  # noqa: F811
    with daemon_with(tmp_path, certificates.servers["ecdsa"], "--handshake-timeout",
                     "1s") as daemon:
        hello = client_hello(certificates.ca)[2].read()
        begun = time.monotonic()
        silent, half, answered, dripping = [connect(daemon) for _ in range(4)]
        half.sendall(hello[:len(hello) // 2])
        answered.sendall(hello)  # and nothing after the server's answer
        dripped = 0
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            # Each byte is activity, but none moves the deadline. The last byte is never sent.
            while not select.select([dripping], [], [], 0.02)[0] and dripped < len(hello):
                dripping.sendall(hello[dripped:dripped + 1])
                dripped += 1
        assert dripped < len(hello)
        for s in (silent, half, answered, dripping):
            try:
                while s.recv(65536):
                    pass
            except ConnectionResetError:
                pass  # bytes that had not been read yet
            assert time.monotonic() - begun > 0.9
            s.close()
        assert until(lambda: daemon.log.count("reason=\"not done in time\"") == 4), daemon.log


def memory_of(daemon):
    with open(f"/proc/{daemon.process.pid}/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def record(payload):
    return b"\x16\x03\x01" + struct.pack("!H", len(payload)) + payload


@pytest.mark.parametrize("nonsense, reason", [
    (b"GET / HTTP/1.1\r\n\r\n", "not TLS"),
    (b"\0" * 4096, "not TLS"),
    (record(b"\x01\xff\xff\xff" + b"A" * 16000), ""),  # a ClientHello of 16 MB is announced
    (record(b"\x01\x00\x3e\x7c" + b"A" * 16000), ""),  # a ClientHello of nonsense
    (b"\x16\x03\x01\xff\xff" + b"A" * 65535, ""),  # a record longer than TLS allows
], ids=["HTTP", "zeros", "announces 16 MB", "no ClientHello", "endless record"])
def test_B30_B22_garbage_is_refused_at_once_and_said_why(rsa_daemon, nonsense, reason):
    before = len(rsa_daemon.log)
    with connect(rsa_daemon) as s:
        try:
            s.sendall(nonsense)
            while s.recv(65536):
                pass
        except OSError:
            pass  # it did not read all of it
    assert until(lambda: f"failed reason=\"{reason}" in rsa_daemon.log[before:]), \
        rsa_daemon.log[before:]
    assert "not done in time" not in rsa_daemon.log[before:]


@pytest.mark.machine
def test_B30_handshakes_that_do_not_end_cost_bounded_pages(certificates, tmp_path):  # noqa: F811
    """The most expensive handshake: a ClientHello of the greatest length that OpenSSL takes, without its last byte."""
    length = 128 * 1024
    message = b"\x01" + length.to_bytes(3, "big") + b"A" * (length - 1)
    waiting = b"".join(record(message[n:n + 16384]) for n in range(0, len(message), 16384))
    with daemon_with(tmp_path, certificates.servers["ecdsa"], "--handshake-timeout",
                     "1m") as daemon:
        crowd = []

        def come(number):
            for _ in range(number):
                crowd.append(connect(daemon))
                crowd[-1].sendall(waiting)
            assert until(lambda: daemon.log.count("New connection from") == len(crowd))
            time.sleep(0.3)  # the server reads what was sent
            return memory_of(daemon)

        first = come(10)
        assert (come(40) - first) / 40 < 512 * 1024
        assert "handshake with" not in daemon.log  # they are all still there
        for s in crowd:
            s.close()


def test_early_data_is_skipped_and_the_chat_begins(certificates, tmp_path):
    """RFC 8446, 4.2.10. The ticket is that of another server with the same name."""
    shown = certificates.servers["ecdsa"]
    ticket, early = tmp_path / "ticket", tmp_path / "early"
    early.write_bytes(b"\0\0\0\5alice")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    other = subprocess.Popen(
        ["openssl", "s_server", "-accept", str(port), "-cert", shown.certificate, "-key", shown.key,
         "-early_data", "-quiet"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        stdin=subprocess.PIPE)
    client = ["openssl", "s_client", "-CAfile", certificates.ca, "-servername", "localhost",
              "-tls1_3"]

    def has_ticket():
        subprocess.run([*client, "-connect", f"127.0.0.1:{port}", "-sess_out", ticket], timeout=20,
                       input=b"x\n", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return ticket.exists()

    try:
        assert until(has_ticket)
    finally:
        other.kill()
        other.wait()
    with Daemon(tmp_path, "--cert", shown.certificate, "--key", shown.key) as d:
        talk = subprocess.Popen(
            [*client, "-connect", f"127.0.0.1:{d.port}", "-sess_in", ticket, "-early_data", early],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        talk.stdin.write(b"\0\0\0\5carol")
        talk.stdin.flush()
        said = b""
        while b"* carol joined the chat *" not in said and (part := talk.stdout.read1()):
            said += part
        talk.kill()
        talk.wait()
        assert b"Early data was rejected" in said
        assert b"* carol joined the chat *" in said
        assert b"alice joined" not in said
        assert "handshake" not in d.log
