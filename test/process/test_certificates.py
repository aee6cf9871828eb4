"""Client certificates that prove who somebody is: those of accounts, and names that come from them."""

import ssl
import subprocess
import time

import pytest

from programs import BIN, PATIENCE, Daemon, LessonClient, clean_environment
from test_people import PASSWORD, account, good
from test_reload import certs, daemon, fingerprint, house, seconds_until_cut  # noqa: F401

OPTIONS = ("--password-memory", "8M")


def pin(file, cwd):
    return next(line for line in certs("show", file, cwd=cwd).splitlines() if line.startswith("Pin")).split()[1]


def asking(house, *options):
    return daemon(house, "--client-cert", "optional", "--client-ca", house / "ca-cert.pem", *OPTIONS, *options)


def team(house, *options):
    return daemon(house, "--client-cert", "required", "--client-ca", house / "ca-cert.pem", "--cert-name", "cn",
                  *OPTIONS, *options)


def show(d, house, of, name):
    """A client of the text protocol with the certificate of `of`; none: without."""
    pair = (house / f"{of}-cert.pem", house / f"{of}-key.pem") if of else None
    return LessonClient(d.port, house / "ca-cert.pem", name, certificate=pair)


def come(d, house, of, name, known_as=None):
    client = show(d, house, of, name)
    client.hear(f"* {known_as or name} joined the chat *")
    return client


def renew(house, name):
    """Another certificate for the same key."""
    subprocess.run(["openssl", "req", "-new", "-key", f"{name}-key.pem", "-subj", f"/CN={name}", "-addext",
                    "extendedKeyUsage=clientAuth", "-out", "renewed.csr"], cwd=house, check=True, capture_output=True)
    subprocess.run(["openssl", "x509", "-req", "-in", "renewed.csr", "-CA", "ca-cert.pem", "-CAkey", "ca-key.pem",
                    "-copy_extensions", "copy", "-days", "30", "-out", f"{name}-cert.pem"], cwd=house, check=True,
                   capture_output=True)


def test_a_certificate_opens_its_account_alone_and_removing_it_ends_the_session(house):
    good(house / "data", "add", "alice")
    with asking(house) as d:
        alice = come(d, house, "alice", "guest")
        alice.send(f"/login alice {PASSWORD}")
        alice.hear("* you are logged in as alice *")
        alice.send(f"/cert add {PASSWORD}")
        alice.hear("* certificate 1 opens your account from now on *")
        renew(house, "alice")
        phone = show(d, house, "alice", "whatever")
        phone.hear("* you are known as alice *")
        phone.send("/whois alice")
        assert "* came by certificate 1 *" in phone.hear("* came by certificate 1 *")
        assert come(d, house, "bob", "bob")  # another certificate of the same CA opens nothing
        alice.send("/cert")
        told = alice.hear(f"* 1: {pin('alice-cert.pem', house)}, CN=alice, since {time.strftime('%Y-%m-%d', time.gmtime())}"
                          ", this one *")
        assert told
        assert pin("alice-cert.pem", house) in good(house / "data", "show", "alice", password=None)
        alice.send("/cert remove 1")
        alice.hear("* certificate 1 opens your account no more *")
        seconds_until_cut(phone)
        alice.send("/cert")
        alice.hear("* no certificate opens your account *")  # it came by a password, and stays
        d.stop()


@pytest.mark.parametrize("version", ["1", "2"])
def test_the_client_comes_in_by_its_certificate_alone_in_both_native_versions(house, version):
    def say(d, name, line):
        return subprocess.run([BIN / "asio-chat", "--protocol", version, "--ca", house / "ca-cert.pem", "--cert",
                               house / "alice-cert.pem", "--key", house / "alice-key.pem", f"{name}@localhost:{d.port}"],
                              input=line + "\n", capture_output=True, text=True, timeout=PATIENCE,
                              env=clean_environment(HOME=str(house), XDG_STATE_HOME=str(house / f"state-{name}")))

    good(house / "data", "add", "alice", "--pin", pin("alice-cert.pem", house), password=None)
    with asking(house) as d:
        watcher = come(d, house, None, "watcher")
        for name in ("alice", "somebody"):  # no password is asked for
            done = say(d, name, f"hello as {name}")
            assert done.returncode == 0 and "assword" not in done.stderr, done.stderr
            watcher.hear(f"alice: hello as {name}")
        d.stop()
    with team(house) as d:
        assert say(d, "alice", "hello").returncode == 0
        done = say(d, "bob", "hello")
        assert done.returncode != 0
        assert "your certificate stands for alice: come in as alice" in done.stderr, done.stderr
        d.stop()


def test_a_certificate_that_is_blocked_ends_the_session_and_opens_nothing(house):
    good(house / "data", "add", "alice", "--pin", pin("alice-cert.pem", house), password=None)
    (house / "blocked").write_text("# nobody\n")
    with asking(house, "--client-cert-block", house / "blocked") as d:
        alice = show(d, house, "alice", "alice")
        alice.hear("* alice joined the chat *")
        alice.send("/whois alice")
        alice.hear("* came by certificate 1 *")
        (house / "blocked").write_text(fingerprint("alice-cert.pem", house) + "\n")
        seconds_until_cut(alice)
        with pytest.raises((ssl.SSLError, ConnectionError, EOFError)):
            show(d, house, "alice", "alice").hear("* alice joined the chat *")
        d.stop()


def test_certificates_on_the_command_line_and_what_is_wrong_with_them(house):
    data = house / "data"
    alice, bob = pin("alice-cert.pem", house), pin("bob-cert.pem", house)
    assert good(data, "add", "alice", "--pin", alice, password=None) == "alice is member of this server\n"
    shown = good(data, "show", "alice", password=None)
    assert "login     by certificate\n" in shown and f"cert      1, {alice}, since " in shown
    good(data, "add", "bob")
    for arguments, part in (
            (["certify", "bob"], "certify needs --pin PIN"),
            (["certify", "bob", "--pin", alice], "this certificate is another account's"),
            (["certify", "bob", "--pin", fingerprint("bob-cert.pem", house)],
             "--pin: that is the fingerprint of a certificate"),
            (["certify", "bob", "--pin", "AB:CD"], "--pin: that is no pin of a key"),
            (["certify", "carol", "--pin", bob], "there is no account 'carol'"),
            (["uncertify", "bob", "--pin", alice], "bob has no such certificate"),
            (["disable", "bob", "--pin", bob], "takes --pin for add, certify and uncertify alone")):
        done = account(data, *arguments, password=None)
        assert done.returncode in (1, 2) and part in done.stderr, (arguments, done.stderr)
    assert good(data, "certify", "bob", "--pin", bob, password=None) == "bob: opens from now on by the certificate\n"
    with asking(house) as d:
        for action, now in (("uncertify", "no more"), ("certify", "from now on")):  # while the daemon runs
            told = good(data, action, "bob", "--pin", bob, password=None)
            assert told == f"bob: opens {now} by the certificate\n"
        show(d, house, "bob", "x").hear("* you are known as bob *")
        d.stop()
    good(data, "disable", "bob")
    assert good(data, "uncertify", "alice", "--pin", alice, password=None) == "alice: opens no more by the certificate\n"
    with asking(house) as d:
        assert "this account is disabled" in show(d, house, "bob", "bob").receive()
        come(d, house, "alice", "guest")  # a guest again: the name alone is the account's
        d.stop()


def test_a_list_of_accounts_is_imported_whole_or_not_at_all(house):
    data, file = house / "data", house / "people"
    alice, bob = pin("alice-cert.pem", house), pin("bob-cert.pem", house)
    good(data, "add", "carol")
    for text, part in ((f"alice {alice}\nbob\n", f"'{file}', line 2: that is no pin of a key"),
                       (f"# people\n\nalice {alice}\n-b {bob}\n", f"'{file}', line 4: a name begins with"),
                       (f"alice {alice}\nALICE {bob}\n", "of ALICE is there twice"),
                       (f"сосо {alice}\ncoco {bob}\n", "of coco is there twice, or a name that looks like it"),
                       (f"alice {alice}\nbob {alice}\n", "of bob is there twice"),
                       (f"alice {alice}\ncarol {bob}\n", "there is an account carol already")):
        file.write_text(text)
        done = account(data, "import", file, password=None)
        assert done.returncode == 1 and part in done.stderr, done.stderr
    assert [line.split()[0] for line in good(data, "list", password=None).splitlines()] == ["carol"]
    file.write_text(f"alice {alice} # from the first day\nbob\t{bob}")
    assert good(data, "import", file, password=None) == "2 accounts made\n"
    with asking(house) as d:
        show(d, house, "bob", "x").hear("* you are known as bob *")
        d.stop()
    assert account(data, "import", house / "nothing", password=None).returncode == 1


def test_a_team_on_certificates_alone_where_nobody_is_anybody_else(house):
    good(house / "data", "add", "alice", "--role", "owner")
    with team(house) as d:
        alice = come(d, house, "alice", "alice")
        alice.send("/rights")
        alice.hear("* you are owner on this server, owner in lobby *")
        assert "your certificate stands for bob: come in as bob" in show(d, house, "bob", "alice").receive()
        bob = come(d, house, "bob", "", known_as="bob")
        bob.send("/nick alice")
        bob.hear("* your certificate stands for bob, and here you are nobody else *")
        bob.send(f"/login alice {PASSWORD}")
        bob.hear("* your certificate stands for bob, and here you are nobody else *")
        d.stop()
    for options, part in ((("--cert-name", "cn"), "set client-cert = required"),
                          (("--cert-name", "subject"), "is not one of: off, cn")):
        done = subprocess.run([BIN / "asio-chatd", "--check-config", "--data", house / "data", *options],
                              capture_output=True, text=True, timeout=PATIENCE, env=clean_environment())
        assert done.returncode != 0 and part in done.stderr, done.stderr


@pytest.mark.machine
@pytest.mark.parametrize("how", ["device", "certificate", "ban"])
def test_who_is_revoked_is_cut_within_a_second(house, how):
    good(house / "data", "add", "olga", "--role", "owner")
    good(house / "data", "add", "alice", "--pin", pin("alice-cert.pem", house))
    with asking(house) as d:
        olga = come(d, house, None, "guest")
        olga.send(f"/login olga {PASSWORD}")
        olga.hear("* you are logged in as olga *")
        home = come(d, house, None, "guest2")
        home.send(f"/login alice {PASSWORD}")
        home.hear("* you are logged in as alice *")
        if how == "device":
            client = subprocess.Popen(
                [BIN / "asio-chat", "--ca", str(house / "ca-cert.pem"), "--json", f"phone@localhost:{d.port}"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                env=clean_environment(XDG_STATE_HOME=str(house / "state"), HOME=str(house)))
            client.stdin.write(f"/login alice {PASSWORD}\n")
            client.stdin.flush()
            while "you are logged in as alice" not in client.stdout.readline():
                pass
            start = time.monotonic()
            home.send("/devices all")
            client.wait(PATIENCE)
            assert time.monotonic() - start < 1
            client.stdin.close()
            client.stdout.close()
        else:
            phone = show(d, house, "alice", "alice")
            phone.hear("* alice joined the chat *")
            if how == "certificate":
                home.send("/cert remove 1")
            else:
                olga.send("/ban alice everywhere")
            assert seconds_until_cut(phone) < 1
        d.stop()
