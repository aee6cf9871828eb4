"""A private key that is encrypted: where its passphrase comes from, for every program. A12."""

import os
import signal
import subprocess

import pexpect
import pytest

from programs import BIN, PATIENCE, Daemon, LessonClient, clean_environment, until

PASSPHRASE = "open sesame"
WAYS = ("is encrypted", "FILE", "environment variable", "at a terminal")


def run(program, *arguments, cwd, text="", **env):
    return subprocess.run([BIN / program, *map(str, arguments)], cwd=cwd, capture_output=True,
                          text=True, input=text, env=clean_environment(HOME=str(cwd), **env),
                          timeout=60)


def certs(*arguments, cwd):
    done = run("asio-chat-certs", *arguments, cwd=cwd, ASIO_CHAT_CERTS_PASSPHRASE=PASSPHRASE)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def house(tmp_path):
    certs("ca", cwd=tmp_path)
    certs("server", "--dns", "localhost", "--ip", "127.0.0.1", "--encrypt-key", cwd=tmp_path)
    certs("client", "alice", "--encrypt-key", cwd=tmp_path)
    secret = tmp_path / "secret"
    secret.write_text(PASSPHRASE + "\n")
    secret.chmod(0o600)
    return tmp_path


def own(house):
    return "--cert", house / "server-cert.pem", "--key", house / "server-key.pem"


def serial(d, house):
    return LessonClient(d.port, house / "ca-cert.pem").tls.getpeercert()["serialNumber"]


def renew(house):
    certs("server", "--force", "--dns", "localhost", "--ip", "127.0.0.1", "--encrypt-key", cwd=house)


@pytest.mark.parametrize("how", ["file", "environment"])
def test_A12_the_daemon_opens_it_and_opens_the_next_one(house, how):
    more = ("--key-passphrase-file", house / "secret") if how == "file" else ()
    env = clean_environment(**({} if more else {"CHAT_KEY_PASSPHRASE": PASSPHRASE}))
    with Daemon(house, *own(house), *more, env=env) as d:
        before = serial(d, house)
        renew(house)
        assert until(lambda: serial(d, house) != before)
        assert PASSPHRASE not in d.log
        if how == "environment":
            assert PASSPHRASE.encode() not in open(f"/proc/{d.process.pid}/environ", "rb").read()


def test_A12_the_daemon_asks_at_its_terminal_once_and_without_echo(house):
    child = pexpect.spawn(str(BIN / "asio-chatd"), ["--listen", "127.0.0.1:0", "--data", "data",
                                                    *map(str, own(house))],
                          cwd=str(house), env=clean_environment(), encoding="utf-8", timeout=PATIENCE)
    child.expect("Passphrase of .*server-key.pem:")
    child.sendline(PASSPHRASE)
    child.expect(r"listening on 127.0.0.1:(\d+)")
    assert PASSPHRASE not in child.before
    child.expect("Waiting for connections")
    renew(house)
    child.expect("Loaded certificates, trusted CAs and revocations")
    child.kill(signal.SIGTERM)
    child.expect(pexpect.EOF)


def test_A12_the_daemon_names_every_way(house):
    for action in ((), ("--check-config",)):
        done = run("asio-chatd", "--listen", "127.0.0.1:0", "--data", "data", *own(house), *action,
                   cwd=house)
        assert done.returncode == 2
        for part in (*WAYS, "server-key.pem", "key-passphrase-file", "CHAT_KEY_PASSPHRASE"):
            assert part in done.stderr
    wrong = run("asio-chatd", "--data", "data", *own(house), "--check-config", cwd=house,
                CHAT_KEY_PASSPHRASE="wrong")
    assert wrong.returncode == 1
    assert "the passphrase given does not open it" in wrong.stderr


def test_A12_a_key_that_becomes_encrypted_is_not_taken_and_the_ways_are_named(house):
    certs("server", "--force", "--dns", "localhost", "--ip", "127.0.0.1", cwd=house)
    with Daemon(house, *own(house)) as d:
        before = serial(d, house)
        renew(house)
        assert until(lambda: "Reload failed" in d.log)
        for part in (*WAYS, "at the next start"):
            assert part in d.log
        assert serial(d, house) == before


@pytest.fixture
def strict(house):
    with Daemon(house, *own(house), "--key-passphrase-file", house / "secret", "--client-cert",
                "required", "--client-ca", house / "ca-cert.pem") as d:
        yield d


def as_alice(d, house):
    return (f"alice@localhost:{d.port}", "--ca", house / "ca-cert.pem", "--cert",
            house / "alice-cert.pem", "--key", house / "alice-key.pem")


def test_A12_the_client_opens_its_own(strict, house):
    for more, env in ((("--key-passphrase-file", "secret"), {}),
                      ((), {"CHAT_KEY_PASSPHRASE": PASSPHRASE})):
        done = run("asio-chat", *as_alice(strict, house), *more, cwd=house, text="hello\n", **env)
        assert done.returncode == 0, done.stderr
    child = pexpect.spawn(str(BIN / "asio-chat"), [str(a) for a in as_alice(strict, house)],
                          cwd=str(house), env=clean_environment(HOME=str(house)), encoding="utf-8",
                          timeout=PATIENCE)
    child.expect("Passphrase of .*alice-key.pem:")
    child.sendline(PASSPHRASE)
    child.expect("alice joined the chat|Connected|> ")
    assert PASSPHRASE not in child.before
    child.sendline("/quit")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_A12_the_client_names_every_way(strict, house):
    done = run("asio-chat", *as_alice(strict, house), cwd=house)
    assert done.returncode == 2
    for part in (*WAYS, "alice-key.pem", "--key-passphrase-file", "CHAT_KEY_PASSPHRASE"):
        assert part in done.stderr


def test_A12_the_certificate_tool_names_every_way(house):
    probed = run("asio-chat-certs", "probe", "localhost:1", "--cert", "alice-cert.pem", "--key",
                 "alice-key.pem", cwd=house)
    for part in (*WAYS, "--passphrase-file", "ASIO_CHAT_CERTS_PASSPHRASE"):
        assert part in probed.stderr
    renewed = run("asio-chat-certs", "renew", "alice-cert.pem", "--new-key", cwd=house)
    for part in (*WAYS, "--passphrase-file", "ASIO_CHAT_CERTS_PASSPHRASE"):
        assert part in renewed.stderr
    certs("ca", "--out", "locked", "--encrypt-key", cwd=house)
    issued = run("asio-chat-certs", "client", "bob", "--ca-dir", "locked", cwd=house)
    for part in (*WAYS, "--ca-passphrase-file", "ASIO_CHAT_CERTS_CA_PASSPHRASE"):
        assert part in issued.stderr


def test_a_key_out_of_a_pipe_is_read_only_once(tmp_path):
    certs("self-signed", "own", cwd=tmp_path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    writer = subprocess.Popen(["sh", "-c", f"cat own.key > {pipe}"], cwd=tmp_path)
    with Daemon(tmp_path, "--cert", tmp_path / "own.crt", "--key", pipe) as d:
        assert writer.wait(PATIENCE) == 0
        LessonClient(d.port, tmp_path / "own.crt").close()
