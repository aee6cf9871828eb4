"""asio-chat-certs as a user runs it, cross-checked with the openssl program.

Needs ASIO_CHAT_BIN, the directory of the programs. Names in brackets are rows of the requirements.
"""

import hashlib
import json
import os
import re
import socket
import ssl
import stat
import subprocess
import threading
import time
from pathlib import Path

import pytest

from programs import PATIENCE, until

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
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)

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
                              text=True, timeout=PATIENCE)
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
        assert until(self.answers), "openssl s_server did not start"
        return self

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), PATIENCE).close()
            return True
        except OSError:
            return False

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


# self-signed


def test_A1_A13_A14_self_signed_writes_the_two_identities(tool):
    """[A1, A13, A14]"""
    out = tool.ok("self-signed")
    assert out.splitlines() == [
        "Generated server.key and server.crt successfully",
        "Generated client.key and client.crt successfully",
    ]
    assert tool.files() == ["client.crt", "client.key", "server.crt", "server.key"]


def test_A2_A5_self_signed_by_prefix(tool):
    """[A2, A5]"""
    assert tool.ok("self-signed", "alice") == "Generated alice.key and alice.crt successfully\n"
    assert tool.files() == ["alice.crt", "alice.key"]
    assert field(tool.ok("show", "alice.crt"), "Subject") == "CN=alice"
    tool.ok("self-signed", "server", "--cn", "chat.example", "--dns", "chat.example", "--out", "x")
    assert field(tool.ok("show", "x/server.crt"), "Subject") == "CN=chat.example"


def test_self_signed_with_a_prefix_twice_makes_nothing(tool):
    done = tool.run("self-signed", "a", "a", "--out", "new")
    assert done.returncode != 0 and "'a' is there twice" in done.stderr
    assert tool.files() == []


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
    """[A9] From five minutes ago on."""
    tool.ok("self-signed", "--days", 2)
    whole = 2 * 86400 - 300
    tool.openssl("x509", "-in", "server.crt", "-noout", "-checkend", whole - 60)
    assert "will expire" in tool.openssl(
        "x509", "-in", "server.crt", "-noout", "-checkend", whole + 60, check=False)
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


@pytest.mark.parametrize("command, reason", [
    (["ca", "--days", "0"], "days"),
    (["ca", "--key", "rsa", "--bits", "512"], "RSA"),
    (["ca", "--cn", "x" * 65], "common name"),
    (["ca", "--encrypt-key", "--passphrase-file", "nope"], "nope"),
    (["server"], "there is no CA"),
    (["server", "--ca-dir", "ca", "--dns", "a..b"], "DNS name"),
    (["server", "--ca-dir", "ca", "--ip", "localhost"], "IP address"),
    (["client", "alice"], "there is no CA"),
    (["client", "x" * 65, "--ca-dir", "ca"], "common name"),
    (["self-signed", "ok", "x" * 65], "common name"),
    (["self-signed", "--dns", "1"], "--ip"),
    (["self-signed", "--encrypt-key"], "ASIO_CHAT_CERTS_PASSPHRASE"),
])
def test_a_command_that_fails_leaves_no_directory_behind(tool, command, reason):
    tool.ok("ca", "--out", "ca")
    assert reason in tool.fails(*command, "--out", "new/deep/")
    assert tool.files() == ["ca"]


def test_a_directory_that_was_made_goes_again_if_its_files_cannot_be_written(tool):
    name = 250 * "x"  # too long for the name of the temporary file
    assert "cannot be written" in tool.fails("self-signed", name, "--cn", "x", "--out", "new/deep")
    (tool.cwd / "old").mkdir()
    tool.fails("self-signed", name, "--cn", "x", "--out", "old/deep")
    assert tool.files() == ["old"] and list((tool.cwd / "old").iterdir()) == []


@pytest.mark.parametrize("name, advice", [
    ("-x", "hyphen"), ("x-", "hyphen"), ("a..b", "empty part"), ("a_b c", "letters, digits, hyphens"),
    ("127.1", "127.0.0.1: give that with --ip"), ("0x7f000001", "127.0.0.1: give that with --ip"),
    ("1.2.3", "1.2.0.3: give that with --ip"), ("1", "0.0.0.1: give that with --ip"),
    ("host.7", "with --ip"),
])
def test_A7_what_is_no_dns_name_is_refused_with_the_reason(tool, name, advice):
    tool.ok("ca")
    for command in (["server", "--ca-dir", "."], ["self-signed"]):
        assert advice in tool.fails(*command, f"--dns={name}", "--out", "new")
    assert tool.files() == ["ca-cert.pem", "ca-key.pem"]


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
                          env=clean_environment(), timeout=PATIENCE, encoding="utf-8")
    for question in ("Passphrase for the new key:", "Once more:"):
        child.expect(question)
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


# crl, revoke


def world(tool):
    """A CA, a server, and two clients."""
    tool.ok("ca")
    tool.ok("server")
    tool.ok("client", "alice")
    tool.ok("client", "bob")


def serial(tool, name):
    return field(tool.ok("show", name), "Serial")


def crl_check(tool, name):
    return tool.openssl("verify", "-x509_strict", "-crl_check", "-CAfile", "ca-cert.pem",
                        "-CRLfile", "ca-crl.pem", name, check=False)


def test_A19_crl_makes_an_empty_list_and_numbers_the_next(tool):
    tool.ok("ca")
    assert "ca-crl.pem: number 1, 0 certificates revoked, valid until" in tool.ok("crl")
    assert "number 2" in tool.ok("crl", "--days", 7)
    text = tool.openssl("crl", "-in", "ca-crl.pem", "-noout", "-text", "-verify",
                        "-CAfile", "ca-cert.pem")
    for part in ("verify OK", "Version 2", "X509v3 Authority Key Identifier",
                 "X509v3 CRL Number: \n                2", "No Revoked Certificates"):
        assert part in text
    assert tool.mode("ca-crl.pem") == 0o644
    assert tool.files() == ["ca-cert.pem", "ca-crl.pem", "ca-key.pem"]
    last, next_ = re.findall(r"Update: (.*) GMT", text)
    days = [time.mktime(time.strptime(t, "%b %d %H:%M:%S %Y")) for t in (last, next_)]
    assert 6.9 < (days[1] - days[0]) / 86400 < 7.1


def test_A19_a_revoked_certificate_is_refused_and_no_other(tool):
    world(tool)
    tool.ok("crl")
    assert "alice-cert.pem: OK" in crl_check(tool, "alice-cert.pem")
    out = tool.ok("revoke", "alice-cert.pem", "--reason", "keyCompromise")
    assert f"Revoked alice-cert.pem (CN=alice, serial {serial(tool, 'alice-cert.pem')})" in out
    assert "1 certificate revoked" in out and "--client-crl" in out
    assert "certificate revoked" in crl_check(tool, "alice-cert.pem")
    for name in "bob-cert.pem", "server-cert.pem":
        assert f"{name}: OK" in crl_check(tool, name)
    text = tool.openssl("crl", "-in", "ca-crl.pem", "-noout", "-text")
    assert "Key Compromise" in text


def test_A19_revoke_by_serial_from_elsewhere(tool):
    tool.ok("ca", "--out", "authority")
    tool.ok("client", "alice", "--ca-dir", "authority")
    number = serial(tool, "alice-cert.pem").lower()
    colons = ":".join(number[i:i + 2] for i in range(0, len(number), 2))
    tool.ok("revoke", colons, "--ca-dir", "authority")
    (tool.cwd / "ca-crl.pem").symlink_to("authority/ca-crl.pem")
    (tool.cwd / "ca-cert.pem").symlink_to("authority/ca-cert.pem")
    assert "certificate revoked" in crl_check(tool, "alice-cert.pem")
    again = tool.ok("revoke", number, "--ca-cert", "authority/ca-cert.pem",
                    "--ca-key", "authority/ca-key.pem")
    assert "revoked already" in again


def test_A19_revoking_twice_changes_nothing(tool):
    world(tool)
    tool.ok("revoke", "alice-cert.pem", "--reason", "superseded")
    before = (tool.cwd / "ca-crl.pem").read_bytes()
    out = tool.ok("revoke", "alice-cert.pem", "--reason", "keyCompromise")
    assert "revoked already, since" in out and "(superseded): nothing was changed" in out
    assert (tool.cwd / "ca-crl.pem").read_bytes() == before


def test_A19_entries_survive_every_new_list(tool):
    world(tool)
    tool.ok("revoke", "alice-cert.pem")
    tool.ok("revoke", "bob-cert.pem", "--reason", "cessationOfOperation")
    assert "number 3, 2 certificates revoked" in tool.ok("crl")
    for name in "alice-cert.pem", "bob-cert.pem":
        assert "certificate revoked" in crl_check(tool, name)


def test_A19_a_list_made_by_openssl_is_carried_on(tool):
    world(tool)
    (tool.cwd / "index.txt").write_text(
        f"R\t351231235959Z\t250101000000Z,keyCompromise\t{serial(tool, 'alice-cert.pem')}"
        "\tunknown\t/CN=alice\n")
    (tool.cwd / "number").write_text("1F\n")
    (tool.cwd / "ca.cnf").write_text(
        "[ca]\ndefault_ca=x\n[x]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\n")
    tool.openssl("ca", "-config", "ca.cnf", "-gencrl", "-crldays", 1, "-keyfile", "ca-key.pem",
                 "-cert", "ca-cert.pem", "-out", "ca-crl.pem")
    assert "number 32, 2 certificates revoked" in tool.ok("revoke", "bob-cert.pem")
    text = tool.openssl("crl", "-in", "ca-crl.pem", "-noout", "-text")
    assert "Jan  1 00:00:00 2025 GMT" in text and "Key Compromise" in text
    assert "certificate revoked" in crl_check(tool, "alice-cert.pem")


def test_A19_what_cannot_be_revoked(tool):
    world(tool)
    tool.ok("self-signed", "other")
    tool.ok("ca", "--out", "x", "--cn", "Other \x1b[2J CA")
    tool.ok("client", "carol", "--out", "x")
    files = tool.files()
    assert "was not issued by this CA (CN=asio-chat CA), but by CN=other" in tool.fails(
        "revoke", "other.crt")
    message = tool.fails("revoke", "x/carol-cert.pem", "--ca-dir", ".")
    assert "by CN=Other \\1B[2J CA" in message
    assert "the CA itself" in tool.fails("revoke", "ca-cert.pem")
    assert "the CA itself" in tool.fails("revoke", serial(tool, "ca-cert.pem"))
    assert "neither a file nor a serial number" in tool.fails("revoke", "carol-cert.pem")
    assert "holds a private key" in tool.fails("revoke", "alice-key.pem")
    assert "'y/ca-cert.pem' is missing" in tool.fails("revoke", "1A", "--ca-dir", "y")
    assert "not in" in tool.fails("revoke", "1A", "--reason", "boredom", code=2)
    assert "valid for 1 to" in tool.fails("revoke", "1A", "--days", 0)
    assert tool.files() == files


def test_A19_a_list_that_cannot_be_read_is_never_replaced(tool):
    world(tool)
    tool.ok("ca", "--out", "x")
    tool.ok("crl", "--ca-dir", "x")
    for content, why in [
            ("hello", "holds no `BEGIN X509 CRL`"), ("", "holds no `BEGIN X509 CRL`"),
            ((tool.cwd / "x/ca-crl.pem").read_text(), "not signed with this CA's key")]:
        (tool.cwd / "ca-crl.pem").write_text(content)
        for command in ["crl"], ["revoke", "alice-cert.pem"]:
            assert why in tool.fails(*command)
            assert (tool.cwd / "ca-crl.pem").read_text() == content


def test_A19_an_encrypted_ca_key_opens_by_its_passphrase(tool):
    env = clean_environment(ASIO_CHAT_CERTS_PASSPHRASE="top", ASIO_CHAT_CERTS_CA_PASSPHRASE="top")
    tool.ok("ca", "--encrypt-key", env=env)
    assert "ASIO_CHAT_CERTS_CA_PASSPHRASE" in tool.fails("crl")
    tool.ok("crl", env=env)


# renew


def public_key(tool, name):
    return tool.openssl("x509", "-in", name, "-noout", "-pubkey")


def test_A18_renew_keeps_all_but_number_and_time(tool):
    tool.ok("ca")
    tool.ok("server", "--dns", "chat.example", "--ip", "192.0.2.7", "--days", 10, "--key", "rsa")
    before = (tool.cwd / "server-cert.pem").read_text()
    key = (tool.cwd / "server-key.pem").read_bytes()
    old = tool.ok("show", "server-cert.pem")
    out = tool.ok("renew", "server-cert.pem", "--days", 90)
    now = tool.ok("show", "server-cert.pem")
    assert field(now, "Serial") in out and field(old, "Serial") in out
    for name in "Subject", "Issuer", "DNS names", "IP names", "Key", "Pin", "Signature":
        assert field(now, name) == field(old, name)
    assert field(now, "Serial") != field(old, "Serial")
    assert "(89 days left)" in field(now, "Not after")
    assert (tool.cwd / "server-key.pem").read_bytes() == key
    assert (tool.cwd / "server-cert.pem.old").read_text() == before
    assert "OK" in tool.openssl("verify", "-x509_strict", "-CAfile", "ca-cert.pem", "-purpose",
                                "sslserver", "-verify_hostname", "chat.example", "server-cert.pem")
    tool.ok("renew", "server-cert.pem")
    assert "(89 days left)" in tool.ok("show", "server-cert.pem"), "as long as before"


def test_A18_renew_needs_no_private_key_of_what_a_ca_issued(tool):
    world(tool)
    (tool.cwd / "alice-key.pem").unlink()
    tool.ok("renew", "alice-cert.pem")
    assert "OK" in tool.openssl("verify", "-CAfile", "ca-cert.pem", "-purpose", "sslclient",
                                "alice-cert.pem")
    assert "alice-key.pem" in tool.fails("renew", "alice-cert.pem", "--new-key")


def test_A18_renew_with_a_new_key(tool):
    world(tool)
    key, certificate = public_key(tool, "alice-cert.pem"), (tool.cwd / "alice-cert.pem").read_text()
    old_umask = os.umask(0)
    try:
        out = tool.ok("renew", "alice-cert.pem", "--new-key")
    finally:
        os.umask(old_umask)
    assert "pins of the old key no longer match" in out
    assert public_key(tool, "alice-cert.pem") != key
    assert tool.openssl("pkey", "-in", "alice-key.pem", "-pubout") == public_key(
        tool, "alice-cert.pem")
    assert tool.openssl("pkey", "-in", "alice-key.pem.old", "-pubout") == key
    assert (tool.cwd / "alice-cert.pem.old").read_text() == certificate
    assert tool.mode("alice-key.pem") == tool.mode("alice-key.pem.old") == 0o600


def test_A18_renew_what_vouches_for_itself(tool):
    tool.ok("self-signed", "server", "--key", "ed25519")
    key = public_key(tool, "server.crt")
    assert "give it to everyone" in tool.ok("renew", "server.crt")
    assert public_key(tool, "server.crt") == key
    assert "OK" in tool.openssl("verify", "-CAfile", "server.crt", "server.crt")
    tool.ok("renew", "server.crt", "--new-key")
    assert public_key(tool, "server.crt") != key
    assert field(tool.ok("show", "server.crt"), "Key") == "Ed25519"
    assert "OK" in tool.openssl("verify", "-CAfile", "server.crt", "server.crt")


def test_A18_a_renewed_ca_goes_on_vouching(tool):
    world(tool)
    tool.ok("renew", "ca-cert.pem")
    assert "OK" in tool.openssl("verify", "-x509_strict", "-CAfile", "ca-cert.pem", "bob-cert.pem")
    assert "would be another one" in tool.fails("renew", "ca-cert.pem", "--new-key")


def test_A12_renew_with_an_encrypted_key(tool):
    env = clean_environment(ASIO_CHAT_CERTS_PASSPHRASE="open sesame")
    tool.ok("self-signed", "a", "--encrypt-key", env=env)
    assert "ASIO_CHAT_CERTS_PASSPHRASE" in tool.fails("renew", "a.crt")
    wrong = clean_environment(ASIO_CHAT_CERTS_PASSPHRASE="shut")
    assert "does not open it" in tool.fails("renew", "a.crt", env=wrong)
    tool.ok("renew", "a.crt", "--new-key", env=env)
    assert (tool.cwd / "a.key").read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    tool.openssl("pkey", "-in", "a.key", "-passin", "pass:open sesame", "-noout")


def test_A18_renew_keeps_the_chain_in_the_file(tool):
    world(tool)
    ca = (tool.cwd / "ca-cert.pem").read_text()
    with open(tool.cwd / "server-cert.pem", "a") as file:
        file.write(ca)
    tool.ok("renew", "server-cert.pem")
    now = (tool.cwd / "server-cert.pem").read_text()
    assert now.endswith(ca) and now.count("BEGIN CERTIFICATE") == 2


def test_A19_what_a_renewal_has_replaced_is_revoked_with_it(tool):
    world(tool)
    old = serial(tool, "alice-cert.pem")
    tool.ok("renew", "alice-cert.pem")
    said = tool.ok("revoke", "alice-cert.pem", "--reason", "keyCompromise")
    assert said.count("Revoked alice-cert.pem") == 2 and "alice-cert.pem.old" in said
    listed = tool.openssl("crl", "-in", "ca-crl.pem", "-noout", "-text")
    assert old in listed and serial(tool, "alice-cert.pem") in listed
    assert "revoked already" in tool.ok("revoke", "alice-cert.pem")


def test_A19_a_list_behind_a_link_is_changed_where_it_is(tool):
    world(tool)
    tool.ok("crl")
    (tool.cwd / "etc").mkdir()
    (tool.cwd / "ca-crl.pem").rename(tool.cwd / "etc/ca-crl.pem")
    (tool.cwd / "ca-crl.pem").symlink_to("etc/ca-crl.pem")
    tool.ok("revoke", "alice-cert.pem")
    assert (tool.cwd / "ca-crl.pem").is_symlink()
    assert "certificate revoked" in crl_check(tool, "alice-cert.pem")


def test_A19_what_was_revoked_is_not_renewed(tool):
    world(tool)
    tool.ok("revoke", "alice-cert.pem")
    before = (tool.cwd / "alice-cert.pem").read_text()
    assert "was revoked on" in tool.fails("renew", "alice-cert.pem")
    assert "was revoked on" in tool.fails("renew", "alice-cert.pem", "--new-key")
    assert (tool.cwd / "alice-cert.pem").read_text() == before
    tool.ok("renew", "bob-cert.pem")


def test_A18_what_cannot_be_renewed(tool):
    world(tool)
    tool.ok("ca", "--out", "x", "--cn", "Another CA")
    files = tool.files()
    both = tool.cwd / "x/both.pem"
    both.write_text((tool.cwd / "alice-cert.pem").read_text() +
                    (tool.cwd / "alice-key.pem").read_text())
    assert "holds a private key" in tool.fails("renew", "x/both.pem", "--ca-dir", ".")
    assert "No such file" in tool.fails("renew", "absent.pem")
    message = tool.fails("renew", "alice-cert.pem", "--ca-dir", "x")
    assert "was not issued by this CA (CN=Another CA), but by CN=asio-chat CA" in message
    assert "different keys" in tool.fails("renew", "alice-cert.pem", "--new-key", "--key-file",
                                          "bob-key.pem")
    assert "valid for 1 to" in tool.fails("renew", "alice-cert.pem", "--days", 0)
    (tool.cwd / "odd.pem").write_text((tool.cwd / "alice-cert.pem").read_text())
    assert "--key-file" in tool.fails("renew", "odd.pem", "--new-key", code=2)
    (tool.cwd / "odd.pem").unlink()
    assert tool.files() == files


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
    # Such a certificate is that of a CA, so it may issue.
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
    assert "No such file" in tool.fails("show", "absent.pem")


def test_show_a_revocation_list(tool):
    tool.ok("ca")
    tool.ok("client", "alice")
    serial = field(tool.ok("show", "alice-cert.pem"), "Serial")
    tool.ok("revoke", "alice-cert.pem")
    shown = tool.ok("show", "ca-crl.pem")
    assert "Certificate Revocation List" in shown and "Next Update" in shown
    assert serial.replace(":", "").upper().lstrip("0") in shown.replace(":", "").upper()


@pytest.mark.parametrize("arguments, what", [
    (["--nosuch"], "there is no option --nosuch"), (["nosuch"], "there is no subcommand nosuch"),
    (["show", "--nosuch"], "there is no option --nosuch"), (["ca", "--nosuch=1"], "there is no option --nosuch"),
    ([], "A subcommand is required"), (["show"], "FILE is required")])
def test_an_option_that_there_is_not_is_named(tool, arguments, what):
    assert what in tool.fails(*arguments, code=2)


def test_show_sends_who_asks_for_a_server_to_probe(tool):
    assert "asio-chat-certs probe localhost:8443" in tool.fails("show", "localhost:8443")


# probe


class HttpsServer:
    """A TLS server in Python that answers the first request; `seen` has what each connection sent."""

    def __init__(self, tool, answer, certificate="server-cert.pem", ask=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tool.cwd / certificate, tool.cwd / "server-key.pem")
        context.set_alpn_protocols(["http/1.1"])
        if ask:
            context.verify_mode = ssl.CERT_OPTIONAL
            context.load_verify_locations(tool.cwd / ask)
        self.context, self.answer, self.seen, self.peers = context, answer, [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def serve(self):
        while True:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            with raw:
                raw.settimeout(PATIENCE)
                try:
                    with self.context.wrap_socket(raw, server_side=True) as tls:
                        self.peers.append(tls.getpeercert())
                        self.seen.append(tls.recv(4096))
                        if self.seen[-1]:
                            tls.sendall(self.answer)
                except OSError:
                    pass

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)


SERVER = ["-cert", "server-cert.pem", "-key", "server-key.pem"]


def probed(tool, *args, code=0, env=None):
    done = tool.run("probe", *args, env=env)
    assert done.returncode == code, (done.stdout, done.stderr)
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("version, shown", [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")])
def test_A20_B18_probe_shows_all_there_is(tool, version, shown):
    world(tool)
    with OpensslServer(tool, *SERVER, "-cert_chain", "ca-cert.pem", version, "-alpn",
                       "asio-chat/1", "-groups", "P-256") as server:
        text = probed(tool, f"localhost:{server.port}", "--ca", "ca-cert.pem")
        facts = json.loads(probed(tool, f"localhost:{server.port}", "--ca", "ca-cert.pem",
                                  "--json"))
        kept = tool.run("probe", f"localhost:{server.port}", "--ca", "ca-cert.pem", "--pem")
    assert field(text, "Version") == facts["version"] == shown
    assert field(text, "Cipher suite") == facts["cipher_suite"]
    assert re.match("TLS_.*_(GCM|POLY1305)_SHA", facts["cipher_suite"])
    assert field(text, "Key exchange") == facts["key_exchange"] == "secp256r1"
    assert field(text, "ALPN") == facts["alpn"] == "asio-chat/1"
    assert field(text, "Stapling") == "no OCSP answer was given" and facts["staple"] is None
    assert field(text, "Trusted") == "yes, as 'localhost', by ca-cert.pem"
    assert facts["trusted"] and facts["trusted_by"] == "ca-cert.pem" and facts["reason"] is None
    first, second = text.split("Certificate 1 of 2\n")[1].split("\nCertificate 2 of 2\n")
    assert first == tool.ok("show", "server-cert.pem") and "(364 days left)" in first
    assert second == tool.ok("show", "ca-cert.pem")
    own, ca = facts["chain"]
    assert own["dns_names"] == ["localhost"] and own["days_left"] == 364 and not own["ca"]
    assert own["pin"] == field(first, "Pin") and ca["ca"]
    assert kept.stdout == "".join((tool.cwd / f).read_text()
                                  for f in ("server-cert.pem", "ca-cert.pem"))
    assert "Trusted      yes" in kept.stderr


def test_B17_probe_by_the_systems_store_and_ask_for_a_page(tool):
    """SSL_CERT_FILE stands for the system's store: nothing leaves this machine."""
    world(tool)
    store = clean_environment(SSL_CERT_FILE=str(tool.cwd / "ca-cert.pem"), SSL_CERT_DIR="/nowhere")
    page = b"HTTP/1.1 200 OK\r\nX: \x1b]0;owned\x07\xc3\xa9\r\n\r\n" + b"a" * 500
    with HttpsServer(tool, page) as server:
        where = f"localhost:{server.port}"
        text = probed(tool, where, "--get", "/", env=store)
        assert field(text, "Trusted") == "yes, as 'localhost', by the system's store"
        assert field(text, "Version") == "TLSv1.3" and field(text, "ALPN") == "http/1.1"
        answer = text.split("Answer to GET /\n")[1]
        head = "HTTP/1.1 200 OK\nX: \\x1b]0;owned\\x07\\xc3\\xa9\n\n"
        assert answer == head + "a" * (200 - page.index(b"aaa")) + "\n"
        facts = json.loads(probed(tool, where, "--get", "/x?y=1", "--json", env=store))
        assert facts["answer"] + "\n" == answer
    assert server.seen[0].startswith(
        f"GET / HTTP/1.1\r\nHost: localhost:{server.port}\r\n".encode())
    assert server.seen[1].startswith(b"GET /x?y=1 HTTP/1.1\r\n")


def test_B18_who_is_not_trusted_gets_exit_code_3_and_no_request(tool):
    world(tool)
    tool.ok("ca", "--out", "x")
    store = clean_environment(SSL_CERT_FILE="/nowhere", SSL_CERT_DIR="/nowhere")
    with HttpsServer(tool, b"HTTP/1.1 200 OK\r\n\r\n") as server:
        where = f"localhost:{server.port}"
        text = probed(tool, where, "--get", "/", code=3, env=store)
        assert field(text, "Trusted").startswith("NO: the certificate of 'localhost' is not signed "
                                                 "by a CA that is trusted here")
        assert "the system's store" in field(text, "Trusted")
        assert field(text, "Subject") == "CN=localhost" and "Answer" not in text
        # Another CA with the same name.
        text = probed(tool, where, "--ca", "x/ca-cert.pem", "--get", "/", code=3)
        assert field(text, "Trusted").startswith("NO: ")
        facts = json.loads(probed(tool, where, "--get", "/", "--json", code=3, env=store))
        assert not facts["trusted"] and "not signed by a CA that is trusted" in facts["reason"]
        assert facts["trusted_by"] is None and facts["answer"] is None
    assert server.seen == [b"", b"", b""]


def test_B18_probe_takes_the_pin_that_it_advises(tool):
    tool.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-keyout", "server-key.pem", "-out", "server-cert.pem", "-subj", "/CN=localhost")
    with OpensslServer(tool, *SERVER) as server:
        where = f"localhost:{server.port}"
        for trust in ([], ["--ca", "server-cert.pem"]):
            text = probed(tool, where, *trust, code=3)
            pin = re.search("--pin (sha256/[A-Za-z0-9+/]{43}=)", field(text, "Trusted")).group(1)
        facts = json.loads(probed(tool, where, "--pin", pin, "--json"))
        assert facts["trusted"] and facts["trusted_by"] == "pin"
        other = "sha256/" + 43 * "A" + "="
        text = probed(tool, where, "--pin", other, code=3)
        assert "another key than the pinned one" in field(text, "Trusted")
        probed(tool, where, "--pin", other, "--pin", pin)
    assert "asio-chat-certs show" in tool.fails("probe", where, "--pin", "sha256/x", code=2)


def test_B18_the_name_and_the_time_count(tool):
    tool.ok("ca")
    tool.ok("server", "--dns", "chat.example", "--ip", "192.0.2.7")
    with OpensslServer(tool, *SERVER) as server:
        for host in "localhost", "127.0.0.1":
            text = probed(tool, f"{host}:{server.port}", "--ca", "ca-cert.pem", code=3)
            assert "another host" in field(text, "Trusted")
            assert "it is for chat.example, 192.0.2.7" in field(text, "Trusted")
    tool.openssl("req", "-new", "-key", "server-key.pem", "-subj", "/CN=localhost", "-out", "r.csr")
    (tool.cwd / "ext").write_text("subjectAltName=DNS:localhost\n")
    tool.openssl("x509", "-req", "-in", "r.csr", "-CA", "ca-cert.pem", "-CAkey", "ca-key.pem",
                 "-extfile", "ext", "-days", -1, "-out", "old.pem")
    with OpensslServer(tool, "-cert", "old.pem", "-key", "server-key.pem") as server:
        text = probed(tool, f"localhost:{server.port}", "--ca", "ca-cert.pem", code=3)
        assert "has expired" in field(text, "Trusted") and "(EXPIRED)" in field(text, "Not after")


def test_A20_foreign_text_in_a_certificate_cannot_steer_the_terminal(tool):
    tool.ok("self-signed", "server", "--cn", "\x1b[2J\x9bx")
    with OpensslServer(tool, "-cert", "server.crt", "-key", "server.key") as server:
        where = f"localhost:{server.port}"
        for more in [], ["--whole"], ["--json"]:
            text = probed(tool, where, *more, code=3)
            assert all(c == "\n" or " " <= c <= "~" for c in text)
    assert "CN=\\1B[2J" in text.replace("\\\\", "\\")


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_A20_probe_of_a_server_that_asks_for_a_certificate(tool, version):
    world(tool)
    asking = ["-Verify", "1", "-verify_return_error", "-CAfile", "ca-cert.pem", version]
    with OpensslServer(tool, *SERVER, *asking) as server:
        where = [f"localhost:{server.port}", "--ca", "ca-cert.pem"]
        text = probed(tool, *where)
        assert field(text, "Client") == "asked for a certificate"
        assert field(text, "Refused").startswith("the server ")
        assert field(text, "Trusted").startswith("yes") and field(text, "Subject") == "CN=localhost"
        text = probed(tool, *where, "--cert", "alice-cert.pem", "--key", "alice-key.pem")
        assert field(text, "Client") == "asked for a certificate"
        assert "Refused" not in text


def test_A20_a_server_that_is_not_trusted_does_not_see_the_clients_certificate(tool):
    world(tool)
    tool.ok("ca", "--out", "x")
    with HttpsServer(tool, b"", ask="ca-cert.pem") as server:
        alice = [f"localhost:{server.port}", "--cert", "alice-cert.pem", "--key", "alice-key.pem"]
        probed(tool, *alice, "--ca", "ca-cert.pem")
        probed(tool, *alice, "--ca", "x/ca-cert.pem", code=3)
    assert server.peers[0]["subject"] == ((("commonName", "alice"),),)
    assert server.peers[1] == {} or server.peers[1] is None


def test_A19_addresses_of_revocation_are_shown(tool):
    world(tool)
    (tool.cwd / "ext").write_text(
        "subjectAltName=DNS:localhost\ncrlDistributionPoints=URI:http://ca.example/crl\n"
        "authorityInfoAccess=OCSP;URI:http://ocsp.example/,caIssuers;URI:http://ca.example/ca\n")
    tool.openssl("req", "-new", "-key", "server-key.pem", "-subj", "/CN=localhost", "-out", "r.csr")
    tool.openssl("x509", "-req", "-in", "r.csr", "-CA", "ca-cert.pem", "-CAkey", "ca-key.pem",
                 "-extfile", "ext", "-out", "s.pem")
    with OpensslServer(tool, "-cert", "s.pem", "-key", "server-key.pem") as server:
        text = probed(tool, f"localhost:{server.port}", "--ca", "ca-cert.pem")
    assert field(text, "CRL at") == "http://ca.example/crl"
    assert field(text, "OCSP at") == "http://ocsp.example/"


def ocsp_answer(tool, state):
    """Makes `answer.der`, the response of the CA about the server's certificate."""
    number = serial(tool, "server-cert.pem")
    revoked = "250101000000Z" if state == "R" else ""
    (tool.cwd / "index.txt").write_text(
        f"{state}\t351231235959Z\t{revoked}\t{number}\tunknown\t/CN=localhost\n")
    tool.openssl("ocsp", "-index", "index.txt", "-rsigner", "ca-cert.pem", "-rkey", "ca-key.pem",
                 "-CA", "ca-cert.pem", "-issuer", "ca-cert.pem", "-cert", "server-cert.pem",
                 "-ndays", 1, "-noverify", "-respout", "answer.der")


def test_A19_a_stapled_ocsp_answer_is_read(tool):
    world(tool)
    stapling = [*SERVER, "-status_file", "answer.der"]

    def probe(code=0):
        with OpensslServer(tool, *stapling) as server:
            where = [f"localhost:{server.port}", "--ca", "ca-cert.pem"]
            return (probed(tool, *where, code=code),
                    json.loads(probed(tool, *where, "--json", code=code)))

    ocsp_answer(tool, "V")
    text, facts = probe()
    assert re.match("good, as of .* UTC, until .* UTC$", field(text, "Stapling"))
    assert facts["staple"]["status"] == "good" and facts["staple"]["verified"]
    ocsp_answer(tool, "R")
    text, facts = probe(code=3)
    assert field(text, "Stapling").startswith("revoked")
    assert "was revoked" in field(text, "Trusted") and "was revoked" in facts["reason"]
    # The response is about another certificate, since the server has got a new one.
    tool.ok("server", "--force")
    text, facts = probe()
    assert field(text, "Stapling") == "of another certificate" and not facts["staple"]["verified"]
    (tool.cwd / "answer.der").write_bytes(b"\x30\x03\x0a\x01\x03")
    text, facts = probe()
    assert field(text, "Stapling") == "trylater"


def test_A19_a_stapled_answer_that_nobody_signed_counts_for_nothing(tool):
    world(tool)
    ocsp_answer(tool, "R")
    der = bytearray((tool.cwd / "answer.der").read_bytes())
    at = der.index(bytes.fromhex(serial(tool, "server-cert.pem")))
    at = bytes(der).index(b"20250101000000Z", at)
    der[at + 3] = ord("4")
    (tool.cwd / "answer.der").write_bytes(der)
    with OpensslServer(tool, *SERVER, "-status_file", "answer.der") as server:
        text = probed(tool, f"localhost:{server.port}", "--ca", "ca-cert.pem")
    assert field(text, "Stapling").endswith("; but its signature proves nothing here")


def test_probe_nobody_there(tool):
    assert "Connection refused" in tool.fails("probe", f"127.0.0.1:{free_port()}")


def test_probe_who_does_not_speak_tls(tool):
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
        message = tool.fails("probe", f"127.0.0.1:{listener.getsockname()[1]}")
        os.waitpid(pid, 0)
    assert "not TLS" in message


def test_probe_gives_up_after_ten_seconds(tool):
    """[A20] A peer that accepts and says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        start = time.monotonic()
        message = tool.fails("probe", f"127.0.0.1:{listener.getsockname()[1]}")
        assert time.monotonic() - start > 9.5
    assert "no answer in time while shaking hands" in message


def test_B17_a_request_without_an_answer_fails(tool):
    world(tool)
    with HttpsServer(tool, b"") as server:
        done = tool.run("probe", f"localhost:{server.port}", "--ca", "ca-cert.pem", "--get", "/")
    assert done.returncode == 1 and "Trusted      yes" in done.stdout
    assert done.stderr == (f"asio-chat-certs: localhost:{server.port} gave no answer to the "
                           "request\n")


def test_probe_says_which_file_cannot_be_used(tool):
    world(tool)
    where = f"localhost:{free_port()}"
    assert "'absent.pem'" in tool.fails("probe", where, "--ca", "absent.pem")
    assert "different keys" in tool.fails("probe", where, "--ca", "ca-cert.pem", "--cert",
                                          "alice-cert.pem", "--key", "bob-key.pem")


# the program itself


def test_version_and_help(tool):
    assert re.fullmatch(r"asio-chat-certs \d+\.\d+\.\d+\n", tool.ok("--version"))
    text = tool.ok("--help")
    for part in "Examples:", "self-signed", "probe localhost:8443":
        assert part in text
    for command in ("ca", "server", "client", "self-signed", "renew", "revoke", "crl", "show",
                    "probe"):
        assert "--help" in tool.ok(command, "--help")


@pytest.mark.parametrize("args", [
    [], ["nonsense"], ["self-signed", "--nonsense"], ["show"], ["client"],
    ["self-signed", "--key", "dsa"], ["self-signed", "--days", "soon"],
    ["probe"], ["probe", "localhost"], ["probe", "localhost:0"], ["probe", "localhost:65536"],
    ["probe", "localhost:8443", "--get", "x"], ["probe", "localhost:8443", "--get", "/a b"],
    ["probe", "localhost:8443", "--cert", "x"], ["probe", "localhost:8443", "--pem", "--json"],
    ["revoke"], ["renew"], ["crl", "x"], ["self-signed", "a", "b", "--cn", "x"],
    ["self-signed", "--passphrase-file", "x"],
])
def test_wrong_usage_is_exit_code_2(tool, args):
    tool.fails(*args, code=2)
    assert tool.files() == []


def test_nothing_but_the_files_is_left_behind(tool):
    """[A15] Where one of the two files cannot be written, the other one is not written either."""
    (tool.cwd / "server.crt").mkdir()
    assert "server.crt' cannot be written" in tool.fails("self-signed", "server", "--force")
    assert tool.files() == ["server.crt"]
