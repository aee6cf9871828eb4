"""New certificates, trust and revocations while the daemon runs. A19, B24."""

import os
import shutil
import signal
import ssl
import subprocess
import time

import pytest

from programs import BIN, PATIENCE, Daemon, LessonClient, clean_environment, until


def certs(*arguments, cwd):
    done = subprocess.run([BIN / "asio-chat-certs", *map(str, arguments)], cwd=cwd, text=True,
                          capture_output=True, env=clean_environment(), timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return done.stdout


def fingerprint(file, cwd):
    line = next(l for l in certs("show", file, cwd=cwd).splitlines() if l.startswith("Fingerprint"))
    return line.split()[1]


@pytest.fixture
def house(tmp_path):
    """A CA, a server's certificate, and those of alice and bob."""
    certs("ca", cwd=tmp_path)
    certs("server", "--dns", "localhost", "--ip", "127.0.0.1", cwd=tmp_path)
    certs("client", "alice", cwd=tmp_path)
    certs("client", "bob", cwd=tmp_path)
    return tmp_path


def daemon(house, *options):
    return Daemon(house, "--cert", house / "server-cert.pem", "--key", house / "server-key.pem",
                  *options)


def strict(house, *options):
    return daemon(house, "--client-cert", "required", "--client-ca", house / "ca-cert.pem", *options)


def join(d, house, name):
    client = LessonClient(d.port, house / "ca-cert.pem", name,
                          certificate=(house / f"{name}-cert.pem", house / f"{name}-key.pem"))
    client.hear(f"* {name} joined the chat *")
    return client


def is_refused(d, house, name):
    try:
        client = LessonClient(d.port, house / "ca-cert.pem", name,
                              certificate=(house / f"{name}-cert.pem", house / f"{name}-key.pem"))
        return client.tls.recv(1) == b""  # no byte of the chat arrives
    except (ssl.SSLError, ConnectionError):
        return True


def seconds_until_cut(client):
    """Reads what still arrives."""
    start = time.monotonic()
    try:
        while client.tls.recv(4096):
            pass
    except (ssl.SSLError, ConnectionError):
        pass
    return time.monotonic() - start


@pytest.mark.machine
def test_A19_from_the_revocation_to_the_cut_it_takes_less_than_a_second(house):
    certs("crl", cwd=house)
    with strict(house, "--client-crl", house / "ca-crl.pem") as d:
        alice = join(d, house, "alice")
        certs("revoke", "alice-cert.pem", cwd=house)
        assert seconds_until_cut(alice) < 1


def test_A19_who_is_revoked_is_cut_and_stays_out(house):
    certs("crl", cwd=house)
    with strict(house, "--client-crl", house / "ca-crl.pem") as d:
        alice, bob = join(d, house, "alice"), join(d, house, "bob")
        certs("revoke", "alice-cert.pem", cwd=house)
        seconds_until_cut(alice)
        bob.hear("* alice left *")
        assert is_refused(d, house, "alice")
        assert "is no longer accepted" in d.log and "revoked" in d.log
        bob.send("/who")
        assert "* online: bob *" in bob.hear("* online: bob *")


def test_A19_the_block_list_works_at_once(house):
    blocked = house / "blocked"
    blocked.write_text("# nobody yet\n")
    with strict(house, "--client-cert-block", blocked) as d:
        alice, bob = join(d, house, "alice"), join(d, house, "bob")
        blocked.write_text(fingerprint("alice-cert.pem", house) + "  # stolen\n")
        seconds_until_cut(alice)
        bob.hear("* alice left *")
        assert is_refused(d, house, "alice")
        assert "is blocked" in d.log
        blocked.write_text("")
        assert until(lambda: "may not be whole" in d.log)
        assert is_refused(d, house, "alice")
        blocked.write_text("# nobody\n")
        assert until(lambda: "blocked=0" in d.log.splitlines()[-1])
        join(d, house, "alice")


def test_B24_a_name_that_is_not_allowed_gets_not_one_byte(house):
    with strict(house, "--client-cert-allow", "cn:alice", "--client-cert-allow", "cn:carol") as d:
        join(d, house, "alice")
        assert is_refused(d, house, "bob")
        assert until(lambda: "cn:alice" in d.log)
        assert "handshake with 127.0.0.1" in d.log and "cn:bob" in d.log
        said = subprocess.run([BIN / "asio-chat", f"bob@localhost:{d.port}", "--ca",
                               house / "ca-cert.pem", "--cert", house / "bob-cert.pem", "--key",
                               house / "bob-key.pem"], stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, env=clean_environment(HOME=str(house)))
        assert said.returncode == 4
        assert "refuses our certificate" in said.stderr


def served_certificate(d, house):
    context = ssl.create_default_context(cafile=house / "ca-cert.pem")
    client = LessonClient(d.port, house / "ca-cert.pem")
    return client.tls.getpeercert()["serialNumber"]


def test_a_new_certificate_is_shown_at_the_next_handshake_and_nobody_is_cut(house):
    with daemon(house) as d:
        alice, bob = d_join(d, house, "alice"), d_join(d, house, "bob")
        before = served_certificate(d, house)
        certs("server", "--force", "--dns", "localhost", "--ip", "127.0.0.1", cwd=house)
        assert until(lambda: served_certificate(d, house) != before)
        alice.send("still here")
        bob.hear("alice: still here")


def d_join(d, house, name):
    client = LessonClient(d.port, house / "ca-cert.pem", name)
    client.hear(f"* {name} joined the chat *")
    return client


@pytest.mark.parametrize("how", ["damaged", "another key", "gone"])
def test_what_is_wrong_is_not_taken_and_said(house, how):
    with daemon(house) as d:
        before = served_certificate(d, house)
        if how == "damaged":
            (house / "server-cert.pem").write_text("-----BEGIN CERTIFICATE-----\nx\n")
        elif how == "another key":
            shutil.copy(house / "alice-cert.pem", house / "server-cert.pem")
        else:
            os.remove(house / "server-cert.pem")
        assert until(lambda: "Reload failed" in d.log)
        assert "server-cert.pem" in d.log.splitlines()[-1] or "server-cert.pem" in d.log
        assert served_certificate(d, house) == before
        certs("server", "--force", "--dns", "localhost", "--ip", "127.0.0.1", cwd=house)
        assert until(lambda: served_certificate(d, house) != before)


def test_sighup_reads_again_and_a_talk_goes_on(house):
    with daemon(house) as d:
        alice, bob = d_join(d, house, "alice"), d_join(d, house, "bob")
        for n in range(50):
            d.process.send_signal(signal.SIGHUP)
            alice.send(f"line {n}")
        heard = [line for line in bob.hear("alice: line 49") if line.startswith("alice: ")]
        assert heard == [f"alice: line {n}" for n in range(50)]
        assert until(lambda: "Loaded certificates, trusted CAs and revocations" in d.log)
        assert d.process.poll() is None
        assert d.stop() == 0


def openssl(*arguments, cwd):
    subprocess.run(["openssl", *map(str, arguments)], cwd=cwd, check=True, capture_output=True)


class Authority:
    """The same CA in the hands of openssl, whose lists may begin at any time."""

    def __init__(self, house):
        self.house = house
        (house / "index.txt").write_text("")
        (house / "ca.cnf").write_text(
            "[ca]\ndefault_ca = house\n[house]\ndatabase = index.txt\ndefault_md = sha256\n"
            "certificate = ca-cert.pem\nprivate_key = ca-key.pem\n")

    def revoke(self, name):
        openssl("ca", "-config", "ca.cnf", "-revoke", f"{name}-cert.pem", cwd=self.house)

    def write_list(self, begins, ends):
        at = [time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + s)) for s in (begins, ends)]
        openssl("ca", "-config", "ca.cnf", "-gencrl", "-crl_lastupdate", at[0], "-crl_nextupdate",
                at[1], "-out", "new.pem", cwd=self.house)
        os.rename(self.house / "new.pem", self.house / "ca-crl.pem")


def test_A19_a_list_of_a_clock_that_is_ahead_cuts_off_nobody_and_works_in_time(house):
    ca = Authority(house)
    ca.write_list(-60, 3600)
    with strict(house, "--client-crl", house / "ca-crl.pem") as d:
        alice = join(d, house, "alice")
        ca.revoke("bob")
        ca.write_list(4, 3600)
        assert until(lambda: "is not valid yet; keeping the previous one" in d.log)
        bob = join(d, house, "bob")
        assert until(lambda: "is no longer accepted" in d.log)  # without a signal, once the list is valid
        seconds_until_cut(bob)
        assert is_refused(d, house, "bob")
        alice.send("still here")


def test_A19_a_list_that_has_ended_cuts_off_nobody(house):
    ca = Authority(house)
    ca.write_list(-60, 3600)
    with strict(house, "--client-crl", house / "ca-crl.pem") as d:
        ca.write_list(-7200, -3600)
        assert until(lambda: "has expired; keeping the previous one" in d.log)
        alice = join(d, house, "alice")
        ca.revoke("alice")
        ca.write_list(-60, 3600)
        seconds_until_cut(alice)


def test_what_ends_soon_is_warned_about(house):
    certs("server", "--force", "--dns", "localhost", "--days", "1", cwd=house)
    certs("crl", "--days", "1", cwd=house)
    with strict(house, "--client-crl", house / "ca-crl.pem") as d:
        assert until(lambda: "the list of revoked client certificates expires soon" in d.log)
        assert "the server's certificate expires soon" not in d.log  # it was valid for a day only
