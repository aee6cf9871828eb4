"""Certificates as people really have them, at the programs that take them: what works, or in one
sentence what to do. A16, A21 to A23, B3, B5, B22, B29."""

import re
import socket
import ssl
import subprocess

import pytest

from certificates import certificates  # noqa: F401
from programs import BIN, PATIENCE, ROOT, Daemon, LessonClient, clean_environment, until


class Place:
    """A directory with certificates, and the programs in it."""

    def __init__(self, directory):
        self.directory = directory

    def __truediv__(self, name):
        return self.directory / name

    def run(self, program, *arguments, input=None):
        path = program if program == "openssl" else BIN / program
        return subprocess.run([path, *map(str, arguments)], cwd=self.directory, text=True,
                              input=input, capture_output=True, timeout=60,
                              **({} if input is not None else {"stdin": subprocess.DEVNULL}),
                              env=clean_environment(HOME=str(self.directory)))

    def ok(self, program, *arguments, **how):
        done = self.run(program, *arguments, **how)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def certs(self, *arguments):
        return self.ok("asio-chat-certs", *arguments)

    def refusal(self, program, code, *arguments):
        """Checks that it fails with this code, and returns its last line."""
        done = self.run(program, *arguments)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stderr.strip().splitlines()[-1]

    def daemon(self, certificate, key, *options):
        return Daemon(self.directory, "--ephemeral", "--cert", self / certificate, "--key", self / key,
                      *options)

    def chat(self, port, *options, name="ann", host="localhost"):
        """Runs asio-chat, which says a line."""
        return self.run("asio-chat", *options, f"{name}@{host}:{port}", input="hello\n")


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


# A self-signed certificate by the commands of the lessons, unchanged.


@pytest.fixture
def lesson(place):
    place.ok("openssl", "genrsa", "-out", "key.pem", "2048")
    place.ok("openssl", "req", "-x509", "-new", "-nodes", "-key", "key.pem", "-days", "365", "-out",
             "cert.pem", "-subj", "/CN=localhost")
    return place


@pytest.mark.parametrize("trust", [["--ca", "cert.pem"], []], ids=["as CA file", "of nobody"])
def test_A16_A21_a_self_signed_certificate_without_names_is_trusted_by_the_pin_that_is_printed(
        lesson, trust):
    with lesson.daemon("cert.pem", "key.pem") as d:
        refused = lesson.chat(d.port, *trust)
        assert refused.returncode == 3
        advice = re.search(r"--pin sha256/\S{43}=", refused.stderr)
        assert advice, refused.stderr
        for useless in ("Connect by one of", "CA that issued it", "--ca FILE", "CA's certificate"):
            assert useless not in refused.stderr
        said = lesson.chat(d.port, *advice.group().split())
        assert said.returncode == 0, said.stderr


# Names.


@pytest.mark.parametrize("command", ["server", "self-signed"])
@pytest.mark.parametrize("option, name, advice", [
    ("--dns", "127.0.0.1", "give it with --ip"),
    ("--dns", "::1", "give it with --ip"),
    ("--dns", "bücher.example", "`xn--` form"),
    ("--ip", "chat.example", "give a name with --dns"),
    ("--ip", "fe80::1%lo", "give 'fe80::1'"),
], ids=lambda v: v)
def test_A7_names_of_the_wrong_kind_are_refused_with_the_right_option(
        place, command, option, name, advice):
    place.certs("ca")
    before = sorted(p.name for p in place.directory.iterdir())
    assert advice in place.refusal("asio-chat-certs", 1, command, option, name)
    assert sorted(p.name for p in place.directory.iterdir()) == before


def test_A22_an_address_as_a_dns_name_is_explained_where_it_does_not_work(place):
    place.ok("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out",
             "cert.pem", "-subj", "/CN=127.0.0.1", "-addext",
             "subjectAltName=DNS:localhost,DNS:127.0.0.1")
    with place.daemon("cert.pem", "key.pem") as d:
        refused = place.chat(d.port, "--ca", "cert.pem", host="127.0.0.1")
        assert refused.returncode == 3
        assert "127.0.0.1 stands there as a DNS name" in refused.stderr
        assert "--ip 127.0.0.1" in refused.stderr
        assert place.chat(d.port, "--ca", "cert.pem").returncode == 0


def test_A5_A22_a_name_longer_than_a_common_name_may_be_works(place):
    name = "a" * 60 + "." + "b" * 40 + ".localhost"
    place.certs("ca")
    place.certs("server", "--dns", name)
    assert "Subject      (empty)" in place.certs("show", "server-cert.pem").stdout
    place.ok("openssl", "verify", "-CAfile", "ca-cert.pem", "-verify_hostname", name,
             "server-cert.pem")
    with place.daemon("server-cert.pem", "server-key.pem") as d:
        said = place.chat(d.port, "--ca", "ca-cert.pem", "--server-name", name)
        assert said.returncode == 0, said.stderr
    # The first name that fits becomes the common name.
    place.certs("server", "--dns", name, "--dns", "localhost", "--force")
    assert "Subject      CN=localhost" in place.certs("show", "server-cert.pem").stdout
    place.certs("renew", "server-cert.pem")


@pytest.mark.parametrize("option", ["--server-name", "--ca", "--cert", "--key-passphrase-file"])
def test_B5_an_empty_option_of_trust_is_no_default(place, option):
    """`--ca "$UNSET"` must not fall back to the system's store."""
    assert f"{option}: it is empty" in place.refusal("asio-chat", 2, option, "", "ann@localhost")
    if option == "--ca":
        assert "--ca: it is empty" in place.refusal("asio-chat-certs", 2, "probe", "localhost:1",
                                                    "--ca", "")


def test_B5_an_international_host_name_is_asked_for_in_its_ascii_form(place):
    assert "xn-- form" in place.refusal("asio-chat", 2, "ann@bücher.example")
    assert "xn-- form" in place.refusal("asio-chat-certs", 2, "probe", "bücher.example:8443")
    place.certs("self-signed")
    with place.daemon("server.crt", "server.key") as d:
        assert "`xn--` form" in place.refusal("asio-chat", 2, "--ca", "server.crt", "--server-name",
                                              "bücher.example", f"ann@localhost:{d.port}")


def test_B5_the_zone_of_an_address_is_no_part_of_the_name(place):
    """This machine has no such address, so the test ends with the attempt to connect."""
    place.certs("self-signed", "server", "--ip", "fe80::1")
    refused = place.chat(1, "--ca", "server.crt", host="[fe80::1%lo]")
    assert refused.returncode == 1
    assert "cannot connect to [fe80::1%lo]:1" in refused.stderr, refused.stderr
    named = place.run("asio-chat-certs", "probe", "[fe80::1%lo]:1", "--ca", "server.crt")
    assert named.returncode == 1 and "[fe80::1%lo]" in named.stderr, named.stderr
    with place.daemon("server.crt", "server.key") as d:
        said = place.chat(d.port, "--ca", "server.crt", "--server-name", "[fe80::1%lo]")
        assert said.returncode == 0, said.stderr


# Files.


def test_C6_files_of_another_kind_are_named_with_the_command_that_turns_them(place):
    place.certs("self-signed")
    place.ok("openssl", "pkcs12", "-export", "-in", "server.crt", "-inkey", "server.key", "-out",
             "server.p12", "-passout", "pass:")
    place.ok("openssl", "crl2pkcs7", "-nocrl", "-certfile", "server.crt", "-out", "server.p7b")
    place.ok("openssl", "x509", "-in", "server.crt", "-trustout", "-out", "trusted.pem")
    port = ["--listen", "127.0.0.1:0", "--data", place / "d"]
    for file, advice in (("server.p12", "openssl pkcs12 -noenc -in OLD -out NEW.pem"),
                         ("server.p7b", "openssl pkcs7 -print_certs -in OLD -out NEW.pem"),
                         ("trusted.pem", "openssl x509 -in OLD -out NEW.pem")):
        said = place.refusal("asio-chatd", 1, *port, "--cert", file, "--key", "server.key")
        assert f"`{advice}`" in said
        assert f"`{advice}`" in place.refusal("asio-chat", 2, "--ca", file, "ann@localhost")
        # The advice works.
        command = advice.replace("OLD", file).replace("NEW", file).split()
        place.ok(*command, *(["-passin", "pass:"] if "pkcs12" in command else []))
        key = f"{file}.pem" if file == "server.p12" else "server.key"
        place.ok("asio-chatd", *port, "--cert", f"{file}.pem", "--key", key, "--check-config")


def test_C6_the_servers_certificate_comes_first_in_its_file(place):
    place.certs("ca")
    place.certs("server")
    (place / "wrong.pem").write_bytes((place / "ca-cert.pem").read_bytes() +
                                      (place / "server-cert.pem").read_bytes())
    said = place.refusal("asio-chatd", 1, "--cert", "wrong.pem", "--key", "server-key.pem", "--data",
                         place / "d", "--listen", "127.0.0.1:0")
    assert "number 2 in it: put it first" in said


@pytest.mark.parametrize("curve", ["secp256k1", "brainpoolP256r1"])
def test_C6_a_key_that_no_client_verifies_is_refused_at_the_start(place, curve):
    place.ok("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{curve}",
             "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost")
    said = place.refusal("asio-chatd", 1, "--cert", "cert.pem", "--key", "key.pem", "--data",
                         place / "d", "--listen", "127.0.0.1:0", "--check-config")
    assert f"({curve}" in said.replace("EC ", "") and "P-256, P-384 or P-521" in said


# What certs/README.md says of self-signed certificates and CAs, shown.


def test_A23_anybody_makes_any_name_and_only_what_was_shipped_is_trusted(place):
    """«By itself it proves nothing»: two certificates of one name, and the one that was handed over."""
    for who in ("owner", "impostor"):
        place.certs("self-signed", "server", "--out", who)
    shown = [place.certs("show", f"{who}/server.crt").stdout for who in ("owner", "impostor")]
    assert all("Subject      CN=localhost\n" in s and "(itself)" in s for s in shown)
    for who, code in (("owner", 0), ("impostor", 3)):
        with place.daemon(f"{who}/server.crt", f"{who}/server.key") as d:
            assert place.chat(d.port, "--ca", "owner/server.crt").returncode == code
            # «Taken from the very connection it is to protect it is worth nothing.»
            taken = ssl.get_server_certificate(("127.0.0.1", d.port))
            (place / "taken.pem").write_text(taken)
            assert place.chat(d.port, "--ca", "taken.pem").returncode == 0


def test_A23_a_ca_is_shipped_once_and_a_self_signed_certificate_each_time(place):
    place.certs("ca")
    place.certs("self-signed", "server")
    for _ in range(2):
        place.certs("server", "--force")
        with place.daemon("server-cert.pem", "server-key.pem") as d:
            assert place.chat(d.port, "--ca", "ca-cert.pem").returncode == 0
    (place / "shipped.crt").write_bytes((place / "server.crt").read_bytes())
    place.certs("self-signed", "server", "--force")
    with place.daemon("server.crt", "server.key") as d:
        assert place.chat(d.port, "--ca", "shipped.crt").returncode == 3
    # «One key that can speak for everybody»: also for a host that has another certificate already.
    place.certs("server", "--out", "second", "--ca-dir", ".")
    with place.daemon("second/server-cert.pem", "second/server-key.pem") as d:
        assert place.chat(d.port, "--ca", "ca-cert.pem").returncode == 0


def test_A23_A21_a_pin_accepts_one_key_whatever_ca_signed_for_it(place):
    place.certs("ca")
    place.certs("server")
    pin = re.search(r"^Pin +(\S+)$", place.certs("show", "server-cert.pem").stdout, re.M).group(1)
    place.certs("renew", "server-cert.pem")
    with place.daemon("server-cert.pem", "server-key.pem") as d:
        assert place.chat(d.port, "--pin", pin).returncode == 0
    place.certs("renew", "server-cert.pem", "--new-key")
    with place.daemon("server-cert.pem", "server-key.pem") as d:
        assert place.chat(d.port, "--pin", pin).returncode == 3


# What docs/protocol.md says under «Under it: TLS», compared with a connection.


UNDER_IT = (ROOT / "docs/protocol.md").read_text().split("## Under it: TLS")[1].split("\n## ")[0]


class Traced:
    """A handshake with a daemon, as `openssl s_client -msg` reports it."""

    def __init__(self, daemon, *options):
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{daemon.port}", "-servername", "localhost",
             "-alpn", "asio-chat/1", "-CAfile", daemon.ca, "-msg", *options], input="", text=True,
            capture_output=True, timeout=PATIENCE)
        self.text = done.stdout
        self.messages = re.findall(r"(?:TLS 1.[23]|TLS 1.0), Handshake \[length \w+\], (\w+)", done.stdout)

    def value(self, name):
        return re.search(rf"{name}:? *(.*)", self.text).group(1)


def test_B29_the_handshake_is_the_one_that_the_protocol_document_draws(tmp_path):
    with Daemon(tmp_path) as d:
        met = Traced(d)
    assert met.messages == ["ClientHello", "ServerHello", "EncryptedExtensions", "Certificate",
                            "CertificateVerify", "Finished", "Finished"]
    drawn = UNDER_IT.split("```")[1]
    order = ["ClientHello", "server_name (SNI), ALPN asio-chat/1", "ServerHello",
             "both derive the handshake keys", "certificate chain", "signature over all of the above",
             "both derive the session keys"]
    places = [drawn.index(part) for part in order]
    assert places == sorted(places)
    assert met.value("ALPN protocol") == "asio-chat/1"


def test_B29_agreement_suites_and_what_there_is_not_are_as_the_protocol_document_says(tmp_path):
    agreed = re.search(r"ephemeral pair for this one connection \((.*?)\)", UNDER_IT).group(1)
    groups = re.findall(r"[A-Z]-?\d+", agreed)
    rows = dict(re.findall(r"^\| (1\.[23]) \| (.*?) \|$", UNDER_IT, re.M))
    with Daemon(tmp_path) as d:
        for group in groups:
            met = Traced(d, "-groups", group)
            assert "Server Temp Key: " in met.text and "Cipher is TLS_AES_128_GCM_SHA256" in met.text
        for other in ("X448", "P-521"):
            assert "Server Temp Key: " not in Traced(d, "-groups", other).text
        suites = re.findall(r"`(TLS_\w+)`", rows["1.3"])
        for n, suite in enumerate(suites):
            # The server takes the first one in its order of those that are offered.
            offered = ":".join(suites[:n - 1 if n else None:-1] if n else suites[::-1])
            assert f"Cipher is {suite}" in Traced(d, "-ciphersuites", offered).text
        assert rows["1.2"] == "ECDHE with AES-GCM, ECDHE with ChaCha20-Poly1305"
        old = Traced(d, "-tls1_2")
        assert re.search("Cipher is ECDHE-ECDSA-AES128-GCM-SHA256", old.text)
        met = Traced(d)
        # No tickets, no early data, no compression.
        assert "NewSessionTicket" not in met.messages + old.messages
        assert "Early data was not sent" in met.text and met.value("Compression") == "NONE"


def test_B29_keys_live_where_the_protocol_document_says(tmp_path):
    table = UNDER_IT.split("| key | where it lives")[1].split("\n\n")[0]
    assert "| private key of the certificate | a file that only its owner reads" in table
    assert "| CA's private key | neither server nor client has it |" in table
    place = Place(tmp_path)
    place.certs("ca", "--out", "elsewhere")
    place.certs("server", "--ca-dir", "elsewhere")
    (place / "server-key.pem").chmod(0o644)
    refused = place.refusal("asio-chatd", 1, "--cert", "server-cert.pem", "--key", "server-key.pem",
                            "--data", place / "d", "--listen", "127.0.0.1:0")
    assert "chmod 600" in refused
    (place / "server-key.pem").chmod(0o600)
    (place / "elsewhere/ca-key.pem").unlink()  # nobody misses it
    with place.daemon("server-cert.pem", "server-key.pem") as d:
        assert place.chat(d.port, "--ca", "elsewhere/ca-cert.pem").returncode == 0


# The log of refusals.


def test_B22_health_checks_are_no_warnings_and_garbage_is_one(certificates, tmp_path):  # noqa: F811
    server = certificates.servers["ecdsa"]
    with Daemon(tmp_path, "--cert", server.certificate, "--key", server.key) as d:
        for _ in range(1000):
            socket.create_connection(("127.0.0.1", d.port), timeout=PATIENCE).close()
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", d.port), timeout=PATIENCE) as s:
                s.sendall(b"GET / HTTP/1.1\r\n\r\n")
                s.recv(100)
        alice = LessonClient(d.port, certificates.ca, "alice")
        assert alice.receive() == "* alice joined the chat *"
        assert until(lambda: d.log.count("before its first byte") == 1000)
        warned = [line for line in d.log.splitlines() if " WARN " in line and "SSL Error" in line]
        assert len(warned) == 1 and "an HTTP request" in warned[0], warned
        d.stop()
        warned = [line for line in d.log.splitlines() if " WARN " in line and "SSL Error" in line]
        assert len(warned) == 2 and "times=19" in warned[1], warned
