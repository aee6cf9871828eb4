"""asio-chat-certs as a user runs it, cross-checked with the openssl program.

Needs ASIO_CHAT_BIN, the directory of the programs. Names in brackets are rows of the requirements.
"""

import hashlib
import os
import re
import socket
import stat
import subprocess
import time
from pathlib import Path

import pytest

CERTS = str(Path(os.environ.get("ASIO_CHAT_BIN", "build/bin")).resolve() / "asio-chat-certs")


def clean_environment(**more):
    env = {k: v for k, v in os.environ.items() if not k.startswith("ASIO_CHAT_CERTS_")}
    env.update(LC_ALL="C", **more)
    return env


class Tool:
    """Runs the program in a directory of the test's own."""

    def __init__(self, cwd):
        self.cwd = cwd

    def run(self, *args, env=None):
        return subprocess.run(
            [CERTS, *map(str, args)], cwd=self.cwd, env=env or clean_environment(),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def ok(self, *args, env=None):
        done = self.run(*args, env=env)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return done.stdout

    def fails(self, *args, code=1, env=None):
        done = self.run(*args, env=env)
        assert done.returncode == code, (done.stdout, done.stderr)
        assert done.stdout == ""
        assert done.stderr.startswith("asio-chat-certs: ")
        assert done.stderr.count("\n") == 1, "one clear line"
        return done.stderr

    def openssl(self, *args, check=True):
        done = subprocess.run(["openssl", *map(str, args)], cwd=self.cwd, capture_output=True,
                              text=True, timeout=60)
        if check:
            assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def mode(self, name):
        return stat.S_IMODE((self.cwd / name).stat().st_mode)

    def files(self):
        return sorted(p.name for p in self.cwd.iterdir())


@pytest.fixture
def tool(tmp_path):
    return Tool(tmp_path)


def field(text, name):
    return re.search(rf"^{name} +(.*)$", text, re.MULTILINE).group(1)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class OpensslServer:
    """`openssl s_server`, until the end of a with block."""

    def __init__(self, tool, *args):
        self.port = free_port()
        self.command = ["openssl", "s_server", "-accept", f"127.0.0.1:{self.port}", "-quiet", *args]
        self.cwd = tool.cwd

    def __enter__(self):
        self.process = subprocess.Popen(self.command, cwd=self.cwd, stdin=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.05)
        raise AssertionError("openssl s_server did not start")

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


# self-signed


def test_self_signed_writes_the_two_identities(tool):
    """[A1, A13, A14]"""
    out = tool.ok("self-signed")
    assert out.splitlines() == [
        "Generated server.key and server.crt successfully",
        "Generated client.key and client.crt successfully",
    ]
    assert tool.files() == ["client.crt", "client.key", "server.crt", "server.key"]


def test_self_signed_by_prefix(tool):
    """[A2, A5]"""
    assert tool.ok("self-signed", "alice") == "Generated alice.key and alice.crt successfully\n"
    assert tool.files() == ["alice.crt", "alice.key"]
    assert field(tool.ok("show", "alice.crt"), "Subject") == "CN=alice"
    tool.ok("self-signed", "server", "--cn", "chat.example", "--dns", "chat.example", "--out", "x")
    assert field(tool.ok("show", "x/server.crt"), "Subject") == "CN=chat.example"


def test_common_names_and_alternative_names(tool):
    """[A5, A7]"""
    tool.ok("self-signed")
    assert "CN = localhost" in tool.openssl("x509", "-in", "server.crt", "-noout", "-subject")
    assert "CN = client.localhost" in tool.openssl("x509", "-in", "client.crt", "-noout", "-subject")
    names = tool.openssl("x509", "-in", "server.crt", "-noout", "-ext", "subjectAltName")
    assert "critical" not in names
    assert "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1" in names


def test_self_signed_verifies_under_its_own_key(tool):
    """[A6]"""
    tool.ok("self-signed")
    for name in "server.crt", "client.crt":
        assert "OK" in tool.openssl("verify", "-CAfile", name, name)
    assert "self-signed certificate" in tool.openssl(
        "verify", "-CAfile", "client.crt", "server.crt", check=False)


def test_rsa_of_2048_bits_with_exponent_65537(tool):
    """[A3]"""
    tool.ok("self-signed", "server", "--key", "rsa")
    text = tool.openssl("pkey", "-in", "server.key", "-noout", "-text")
    assert "2048 bit" in text
    assert "publicExponent: 65537" in text
    tool.ok("self-signed", "server", "--key", "rsa", "--bits", 3072, "--force")
    assert field(tool.ok("show", "server.crt"), "Key") == "RSA 3072"
    assert "2048" in tool.fails("self-signed", "small", "--key", "rsa", "--bits", 1024)


@pytest.mark.parametrize("kind, shown", [("ecdsa", "EC P-256"), ("ed25519", "Ed25519")])
def test_other_keys(tool, kind, shown):
    """[A3]"""
    tool.ok("self-signed", "server", "--key", kind)
    assert field(tool.ok("show", "server.crt"), "Key") == shown
    tool.openssl("pkey", "-in", "server.key", "-noout", "-check")


def test_certificate_and_key_belong_together(tool):
    """[A4, A11]"""
    tool.ok("self-signed")
    public = tool.openssl("pkey", "-in", "server.key", "-pubout")
    assert public == tool.openssl("x509", "-in", "server.crt", "-noout", "-pubkey")
    assert (tool.cwd / "server.key").read_text().startswith("-----BEGIN PRIVATE KEY-----\n")
    assert "PRIVATE" not in (tool.cwd / "server.crt").read_text()


def test_serial_numbers_differ(tool):
    """[A8]"""
    serials = set()
    for _ in range(20):
        tool.ok("self-signed", "x", "--force")
        serial = tool.openssl("x509", "-in", "x.crt", "-noout", "-serial").strip().split("=")[1]
        assert not serial.startswith("-")
        serials.add(serial)
    assert len(serials) == 20
    assert max(map(len, serials)) >= 30


def test_days(tool):
    """[A9]"""
    tool.ok("self-signed", "--days", 2)
    tool.openssl("x509", "-in", "server.crt", "-noout", "-checkend", 2 * 86400 - 60)
    assert "will expire" in tool.openssl(
        "x509", "-in", "server.crt", "-noout", "-checkend", 2 * 86400 + 60, check=False)
    tool.fails("self-signed", "y", "--days", 0)


def test_signed_with_sha256(tool):
    """[A10]"""
    tool.ok("self-signed")
    assert "ecdsa-with-SHA256" in tool.openssl("x509", "-in", "server.crt", "-noout", "-text")


def test_modes(tool):
    """[A15]"""
    old = os.umask(0)
    try:
        tool.ok("self-signed")
        tool.ok("ca")
    finally:
        os.umask(old)
    for name in "server.key", "client.key", "ca-key.pem":
        assert tool.mode(name) == 0o600
    assert tool.mode("server.crt") == 0o644


def test_never_overwrites(tool):
    """[A15]"""
    (tool.cwd / "client.crt").write_text("mine")
    message = tool.fails("self-signed")
    assert "client.crt" in message and "--force" in message
    assert tool.files() == ["client.crt"]
    tool.ok("self-signed", "--force")
    before = (tool.cwd / "server.key").read_text()
    tool.fails("self-signed", "server")
    assert (tool.cwd / "server.key").read_text() == before
    tool.ok("self-signed", "server", "--force")
    assert (tool.cwd / "server.key").read_text() != before


def test_a_directory_that_cannot_be_made_is_named(tool):
    (tool.cwd / "file").write_text("")
    assert "file/x" in tool.fails("self-signed", "--out", "file/x")


# encrypted keys


def test_encrypted_key_from_environment_and_file(tool):
    """[A12]"""
    env = clean_environment(ASIO_CHAT_CERTS_PASSPHRASE="open sesame")
    tool.ok("self-signed", "a", "--encrypt-key", env=env)
    secret = tool.cwd / "secret"
    secret.write_text("open sesame\n")
    secret.chmod(0o600)
    tool.ok("self-signed", "b", "--encrypt-key", "--passphrase-file", "secret")
    for name in "a.key", "b.key":
        assert (tool.cwd / name).read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
        tool.openssl("pkey", "-in", name, "-passin", "pass:open sesame", "-noout")
        done = subprocess.run(["openssl", "pkey", "-in", name, "-passin", "pass:wrong", "-noout"],
                              cwd=tool.cwd, capture_output=True)
        assert done.returncode != 0


def test_passphrase_file_must_be_closed_to_others(tool):
    """[A12, A15]"""
    secret = tool.cwd / "secret"
    secret.write_text("open sesame\n")
    secret.chmod(0o644)
    assert "chmod 600" in tool.fails("self-signed", "--encrypt-key", "--passphrase-file", "secret")


def test_no_passphrase_no_key(tool):
    """[A12]"""
    assert "--passphrase-file" in tool.fails("self-signed", "--encrypt-key")
    assert tool.files() == []


def test_passphrase_is_typed_without_echo(tool):
    """[A12]"""
    pexpect = pytest.importorskip("pexpect")
    child = pexpect.spawn(CERTS, ["self-signed", "a", "--encrypt-key"], cwd=str(tool.cwd),
                          env=clean_environment(), timeout=20, encoding="utf-8")
    for _ in range(2):
        child.expect("Passphrase for the new key:")
        child.sendline("open sesame")
    child.expect("Generated a.key and a.crt successfully")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "open sesame" not in (child.before or "")
    tool.openssl("pkey", "-in", "a.key", "-passin", "pass:open sesame", "-noout")


# a private CA


def test_ca_and_what_it_issues(tool):
    """[A17, A18]"""
    assert tool.ok("ca") == "Generated ca-key.pem and ca-cert.pem successfully\n"
    tool.ok("server", "--dns", "localhost", "--dns", "chat.example", "--ip", "192.0.2.7")
    tool.ok("client", "client")
    tool.ok("client", "alice")
    assert tool.files() == sorted(
        f"{n}-{k}.pem" for n in ("ca", "server", "client", "alice") for k in ("cert", "key"))
    verify = ["verify", "-x509_strict", "-CAfile", "ca-cert.pem"]
    assert "OK" in tool.openssl(*verify, "-purpose", "sslserver", "-verify_hostname",
                                "chat.example", "server-cert.pem")
    assert "OK" in tool.openssl(*verify, "-verify_ip", "192.0.2.7", "server-cert.pem")
    assert "OK" in tool.openssl(*verify, "-purpose", "sslclient", "alice-cert.pem")
    assert "unsuitable certificate purpose" in tool.openssl(
        *verify, "-purpose", "sslserver", "alice-cert.pem", check=False)
    assert field(tool.ok("show", "alice-cert.pem"), "Issuer") == "CN=asio-chat CA"


def test_server_has_local_names_unless_told_otherwise(tool):
    """[A7, A18]"""
    tool.ok("ca", "--cn", "My CA")
    tool.ok("server")
    shown = tool.ok("show", "server-cert.pem")
    assert field(shown, "DNS names") == "localhost"
    assert field(shown, "IP names") == "127.0.0.1, ::1"
    assert field(shown, "Issuer") == "CN=My CA"


def test_ca_elsewhere_and_encrypted(tool):
    """[A12, A18]"""
    env = clean_environment(ASIO_CHAT_CERTS_PASSPHRASE="top",
                            ASIO_CHAT_CERTS_CA_PASSPHRASE="top")
    tool.ok("ca", "--out", "authority", "--encrypt-key", env=env)
    where = ["--ca-cert", "authority/ca-cert.pem", "--ca-key", "authority/ca-key.pem"]
    tool.ok("server", "--out", "srv", *where, env=env)
    assert "OK" in tool.openssl("verify", "-CAfile", "authority/ca-cert.pem", "srv/server-cert.pem")
    assert "ASIO_CHAT_CERTS_CA_PASSPHRASE" in tool.fails("client", "bob", *where)
    wrong = clean_environment(ASIO_CHAT_CERTS_CA_PASSPHRASE="bottom")
    assert "does not open it" in tool.fails("client", "bob", *where, env=wrong)


def test_without_a_ca_it_says_how_to_make_one(tool):
    """[A18]"""
    message = tool.fails("server")
    assert "ca-cert.pem" in message and "asio-chat-certs ca" in message


def test_one_end_is_no_ca(tool):
    """[A18]"""
    tool.ok("self-signed", "x")
    assert "not a CA's" in tool.fails("client", "bob", "--ca-cert", "x.crt", "--ca-key", "x.key")


@pytest.mark.parametrize("name", ["../x", ".hidden", "a/b", ""])
def test_names_that_would_leave_the_directory(tool, name):
    tool.ok("ca")
    tool.fails("client", name, code=2)


# show


def test_show_a_file(tool):
    """[A20, A21]"""
    tool.ok("self-signed")
    shown = tool.ok("show", "server.crt")
    assert field(shown, "Subject") == "CN=localhost"
    assert "CN=localhost" in field(shown, "Issuer")
    assert "UTC" in field(shown, "Not before") and "UTC" in field(shown, "Not after")
    der = subprocess.run(["openssl", "x509", "-in", "server.crt", "-outform", "der"],
                         cwd=tool.cwd, capture_output=True, check=True).stdout
    assert field(shown, "DER size") == f"{len(der)} bytes"
    digest = hashlib.sha256(der).hexdigest().upper()
    assert field(shown, "Fingerprint").replace(":", "").startswith(digest)
    pipeline = ("openssl x509 -in server.crt -pubkey -noout | openssl pkey -pubin -outform der | "
                "openssl dgst -sha256 -binary | openssl enc -base64")
    pin = subprocess.run(pipeline, shell=True, cwd=tool.cwd, capture_output=True, text=True).stdout
    assert field(shown, "Pin") == "sha256/" + pin.strip()


def test_show_the_whole_structure(tool):
    """[A20]"""
    tool.ok("self-signed")
    whole = tool.ok("show", "server.crt", "--whole")
    for part in "X509v3 extensions", "Basic Constraints: critical", "Signature Value":
        assert part in whole


def test_show_takes_what_openssl_makes(tool):
    """[A16]"""
    tool.openssl("genrsa", "-out", "key.pem", 2048)
    tool.openssl("req", "-x509", "-new", "-nodes", "-key", "key.pem", "-days", 365,
                 "-out", "cert.pem", "-subj", "/C=GB/O=Example, Ltd/CN=localhost")
    shown = tool.ok("show", "cert.pem")
    assert field(shown, "Subject") == r"CN=localhost,O=Example\, Ltd,C=GB"
    assert field(shown, "Key") == "RSA 2048"
    # Such a certificate is a CA, so it may issue.
    tool.ok("client", "alice", "--ca-cert", "cert.pem", "--ca-key", "key.pem")
    assert "OK" in tool.openssl("verify", "-CAfile", "cert.pem", "alice-cert.pem")


def test_show_a_chain(tool):
    """[A20]"""
    tool.ok("ca")
    tool.ok("server")
    chain = (tool.cwd / "server-cert.pem").read_text() + (tool.cwd / "ca-cert.pem").read_text()
    (tool.cwd / "chain.pem").write_text(chain)
    shown = tool.ok("show", "chain.pem")
    assert "Certificate 1 of 2" in shown and "Certificate 2 of 2" in shown
    assert tool.ok("show", "chain.pem", "--pem") == chain


def test_show_says_what_a_file_is_not(tool):
    """[A20]"""
    tool.ok("self-signed")
    assert "it holds a private key" in tool.fails("show", "server.key")
    (tool.cwd / "text").write_text("hello")
    assert "it is not PEM" in tool.fails("show", "text")
    assert "neither a file nor HOST:PORT" in tool.fails("show", "absent.pem")


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_show_a_server(tool, version):
    """[A20]"""
    tool.ok("self-signed")
    with OpensslServer(tool, "-cert", "server.crt", "-key", "server.key", version) as server:
        shown = tool.ok("show", f"localhost:{server.port}")
        assert "UNVERIFIED" in shown
        assert field(shown, "Subject") == "CN=localhost"
        fingerprint = field(tool.ok("show", "server.crt"), "Fingerprint")
        assert field(shown, "Fingerprint") == fingerprint
        kept = tool.run("show", f"127.0.0.1:{server.port}", "--pem")
        assert kept.stdout == (tool.cwd / "server.crt").read_text()
        assert "UNVERIFIED" in kept.stderr


def test_show_a_server_that_asks_for_a_certificate(tool):
    """[A20]"""
    tool.ok("self-signed")
    for version in "-tls1_2", "-tls1_3":
        with OpensslServer(tool, "-cert", "server.crt", "-key", "server.key", "-Verify", "1",
                           "-verify_return_error", "-CAfile", "client.crt", version) as server:
            shown = tool.ok("show", f"localhost:{server.port}")
            assert field(shown, "Subject") == "CN=localhost"


def test_show_nobody_there(tool):
    assert "Connection refused" in tool.fails("show", f"127.0.0.1:{free_port()}")


def test_show_who_does_not_speak_tls(tool):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        pid = os.fork()
        if pid == 0:
            peer, _ = listener.accept()
            peer.recv(100)
            peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            peer.close()
            os._exit(0)
        message = tool.fails("show", f"127.0.0.1:{listener.getsockname()[1]}")
        os.waitpid(pid, 0)
    assert "not TLS" in message


def test_show_gives_up_after_ten_seconds(tool):
    """[A20] A peer that accepts and says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        start = time.monotonic()
        message = tool.fails("show", f"127.0.0.1:{listener.getsockname()[1]}")
        assert 9.5 < time.monotonic() - start < 12
    assert "no answer in time while shaking hands" in message


# the program itself


def test_version_and_help(tool):
    assert re.fullmatch(r"asio-chat-certs \d+\.\d+\.\d+\n", tool.ok("--version"))
    text = tool.ok("--help")
    for part in "Examples:", "self-signed", "show localhost:8443":
        assert part in text
    for command in "ca", "server", "client", "self-signed", "show":
        assert "--help" in tool.ok(command, "--help")


@pytest.mark.parametrize("args", [
    [], ["nonsense"], ["self-signed", "--nonsense"], ["show"], ["client"],
    ["self-signed", "--key", "dsa"], ["self-signed", "--days", "soon"],
    ["self-signed", "a", "b", "--cn", "x"], ["self-signed", "--passphrase-file", "x"],
])
def test_wrong_usage_is_exit_code_2(tool, args):
    tool.fails(*args, code=2)
    assert tool.files() == []


def test_nothing_but_the_files_is_left_behind(tool):
    """[A15] Where one of the two files cannot be written, the other one is not written either."""
    (tool.cwd / "server.crt").mkdir()
    assert "server.crt' cannot be written" in tool.fails("self-signed", "server", "--force")
    assert tool.files() == ["server.crt"]
