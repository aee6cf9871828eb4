"""A daemon that somebody has broken into can do nothing but serve. C48."""

import errno
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile

import pytest

from programs import BIN, PATIENCE, Daemon, LessonClient, clean_environment, until

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")


def status(process):
    lines = open(f"/proc/{process.pid}/status").read().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def certs(*arguments, cwd):
    subprocess.run([BIN / "asio-chat-certs", *map(str, arguments)], cwd=cwd, check=True,
                   capture_output=True, env=clean_environment(), timeout=PATIENCE)


def shown_certificate(d, ca):
    with LessonClient(d.port, ca).tls as tls:
        return tls.getpeercert(binary_form=True)


def check(*options):
    return subprocess.run([BIN / "asio-chatd", *map(str, options), "--check-config"], text=True,
                          capture_output=True, env=clean_environment(), timeout=PATIENCE)


def lacks():
    """What this kernel, or the container around, does not have. A part that is there is tested."""
    with tempfile.TemporaryDirectory() as data:
        said = check("--data", data, "--listen", "127.0.0.1:0").stdout
    return [part for part in ("files", "ports", "calls") if f"Not confined {part}" in said]


whole = pytest.mark.skipif(bool(lacks()), reason=f"not to be had here: {', '.join(lacks())}")


class Intruder:
    """Somebody who tells a server that has been broken into what to try."""

    def __init__(self, tmp_path, *options):
        certs("ca", cwd=tmp_path)
        certs("server", "--dns", "localhost", cwd=tmp_path)
        self.data = tmp_path / "data"
        self.data.mkdir(mode=0o700)
        self.process = subprocess.Popen(
            [BIN / "broken_into", "--listen", "127.0.0.1:0", "--data", self.data,
             "--cert", tmp_path / "server-cert.pem", "--key", tmp_path / "server-key.pem",
             *map(str, options)],
            stdout=subprocess.PIPE, stderr=open(tmp_path / "log", "wb"), text=True,
            env=clean_environment())
        line = self.process.stdout.readline()
        assert line.startswith("listening on "), (tmp_path / "log").read_text()
        self.client = LessonClient(int(line.rsplit(":", 1)[1]), tmp_path / "ca-cert.pem", "mallory")
        self.client.hear("* mallory joined the chat *")

    def tries(self, what, argument=""):
        self.client.send(f"/try {what} {argument}".strip())
        while f"tried {what}: " not in (line := self.client.receive()):
            assert "/try" not in line, line
        return line.split(f"tried {what}: ", 1)[1].removesuffix(" *")

    def end(self):
        self.process.kill()
        self.process.wait(PATIENCE)
        self.process.stdout.close()


@pytest.fixture
def intruder(tmp_path):
    # Not under the directory of the certificates, which the daemon may read.
    house = tmp_path / "house"
    house.mkdir()
    one = Intruder(house)
    yield one
    one.end()


def text(*numbers):
    return {os.strerror(n) for n in numbers}


@whole
def test_C48_files_of_others_are_closed_to_who_breaks_in(intruder, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("x")
    closed = text(errno.EACCES)
    assert intruder.tries("read", secret) in closed
    assert intruder.tries("read", "/etc/passwd") in closed
    assert intruder.tries("read", f"/proc/{os.getpid()}/environ") in closed
    assert intruder.tries("write", secret) in closed
    assert intruder.tries("write", tmp_path / "new") in closed
    assert intruder.tries("remove", secret) in closed
    assert intruder.tries("list", tmp_path) in closed
    assert intruder.tries("list", "/") in closed
    # A link would lead the next one who reads the directory elsewhere.
    assert intruder.tries("link", intruder.data / "trap") in text(errno.ENOSYS)
    assert secret.read_text() == "x" and not (tmp_path / "new").exists()


@whole
def test_C48_its_own_files_are_open_and_certificates_only_to_read(intruder, tmp_path):
    house = tmp_path / "house"
    assert intruder.tries("read", house / "server-cert.pem") == "done"
    assert intruder.tries("write", house / "server-cert.pem") in text(errno.EACCES)
    assert intruder.tries("write", house / "data" / "new") == "done"
    assert intruder.tries("remove", house / "data" / "new") == "done"


@whole
def test_C48_who_breaks_in_starts_no_program_and_reaches_no_other_process(intruder):
    closed = text(errno.ENOSYS, errno.EPERM, errno.EACCES)
    me = os.getpid()
    assert intruder.tries("execute", "/bin/true") in closed
    assert intruder.tries("fork") in closed
    assert intruder.tries("trace", me) in closed
    assert intruder.tries("read-memory", me) in closed
    assert intruder.tries("signal", me) in closed
    assert intruder.tries("become-root") in closed
    assert intruder.tries("run-what-was-written") in closed
    assert intruder.tries("map-code-to-write") in closed
    assert intruder.tries("ring") in closed


@whole
def test_C48_who_breaks_in_connects_nowhere(intruder):
    closed = text(errno.ENOSYS, errno.EPERM, errno.EACCES)
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0.2)
        port = other.getsockname()[1]
        assert intruder.tries("connect", port) in closed
        assert intruder.tries("connect-by-sending", port) in closed
        with pytest.raises(TimeoutError):
            other.accept()
    for kind in ("datagram", "raw", "unix", "netlink"):
        assert intruder.tries(kind) in closed, kind
    assert intruder.tries("listen", 47123) in closed


def test_C48_these_attempts_succeed_where_nothing_is_confined(tmp_path):
    one = Intruder(tmp_path, "--insecure-unconfined")
    try:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            for what, argument in [("read", "/etc/passwd"), ("list", "/"), ("fork", ""), ("datagram", ""),
                                   ("connect", port), ("unix", ""), ("write", tmp_path / "new"),
                                   ("link", tmp_path / "trap"), ("run-what-was-written", ""),
                                   ("map-code-to-write", ""), ("signal", one.process.pid)]:
                assert one.tries(what, argument) == "done", what
    finally:
        one.end()


@whole
def test_C48_every_thread_is_confined_and_one_line_says_how(tmp_path):
    with Daemon(tmp_path) as d:
        d.join("alice").close()
        tasks = os.listdir(f"/proc/{d.process.pid}/task")
        assert len(tasks) >= 3  # the loop and two of the journal
        for task in tasks:
            lines = open(f"/proc/{d.process.pid}/task/{task}/status").read()
            assert "Seccomp:\t2" in lines and "NoNewPrivs:\t1" in lines
        assert f" INFO  Confined files: reads {d.data}; writes {d.data} (Landlock" in d.log
        assert " INFO  Confined ports: listens on any free port; connects nowhere" in d.log
        assert " INFO  Confined calls: those of a server (seccomp)" in d.log


def test_C48_a_check_says_what_a_start_would_confine(tmp_path):
    done = check("--data", tmp_path / "data", "--listen", "127.0.0.1:0")
    assert (done.returncode, done.stderr) == (0, "")
    *confined, verdict = done.stdout.splitlines()
    assert verdict == "configuration OK"
    assert [line.split(":")[0].split()[-1] for line in confined] == ["privileges", "files", "ports", "calls"]
    assert lacks() or ("Landlock" in done.stdout and "seccomp" in done.stdout)
    assert not (tmp_path / "data").exists()


def test_C48_a_daemon_that_is_not_confined_warns_at_every_start(tmp_path):
    for _ in range(2):
        with Daemon(tmp_path, "--insecure-unconfined") as d:
            assert status(d.process)["Seccomp"] == "0"
            assert d.stop() == 0
        warnings = [l for l in d.log.splitlines() if "insecure-unconfined is on" in l]
        assert warnings and all(" WARN " in l for l in warnings)
    assert len(warnings) == 2


def relink(target, link):
    os.symlink(target, str(link) + ".new")
    os.replace(str(link) + ".new", link)


def test_C48_A19_renewals_of_certbot_and_kubernetes_reach_a_confined_daemon(tmp_path):
    ca = tmp_path / "ca"
    ca.mkdir()
    certs("ca", cwd=ca)

    def issue(into):
        into.mkdir(parents=True)
        for file in ("ca-cert.pem", "ca-key.pem"):
            shutil.copy(ca / file, into)
        certs("server", "--dns", "localhost", cwd=into)
        for file in ("ca-cert.pem", "ca-key.pem"):
            (into / file).unlink()

    certbot = tmp_path / "certbot"
    issue(certbot / "archive" / "new")
    archive, live = certbot / "archive" / "chat", certbot / "live" / "chat"
    issue(archive)
    live.mkdir(parents=True)
    for name in ("server-cert", "server-key"):
        (archive / f"{name}.pem").rename(archive / f"{name}1.pem")
        os.symlink(f"../../archive/chat/{name}1.pem", live / f"{name}.pem")

    pod = tmp_path / "pod"
    issue(pod / "..1")
    os.symlink("..1", pod / "..data")
    for name in ("server-cert.pem", "server-key.pem"):
        os.symlink(f"..data/{name}", pod / name)

    def renew_as_certbot():
        for name in ("server-cert", "server-key"):
            shutil.move(certbot / "archive" / "new" / f"{name}.pem", archive / f"{name}2.pem")
        for name in ("server-key", "server-cert"):
            relink(f"../../archive/chat/{name}2.pem", live / f"{name}.pem")

    def renew_as_kubernetes():
        issue(pod / "..2")
        relink("..2", pod / "..data")
        shutil.rmtree(pod / "..1")

    for directory, renew in ((live, renew_as_certbot), (pod, renew_as_kubernetes)):
        with Daemon(tmp_path, "--cert", directory / "server-cert.pem", "--key",
                    directory / "server-key.pem") as d:
            before = shown_certificate(d, ca / "ca-cert.pem")
            renew()
            assert until(lambda: shown_certificate(d, ca / "ca-cert.pem") != before), d.log


@whole
def test_C48_a_reload_from_a_directory_that_was_replaced_says_that_the_daemon_is_confined(tmp_path):
    certificates = tmp_path / "certificates"
    certificates.mkdir()
    certs("ca", cwd=certificates)
    certs("server", "--dns", "localhost", cwd=certificates)
    with Daemon(tmp_path, "--cert", certificates / "server-cert.pem",
                "--key", certificates / "server-key.pem") as d:
        shutil.copytree(certificates, tmp_path / "new")
        certificates.rename(tmp_path / "old")
        (tmp_path / "new").rename(certificates)
        d.process.send_signal(signal.SIGHUP)
        assert until(lambda: "Reload failed; keeping the previous configuration" in d.log), d.log
        assert "asio-chatd is confined to the directories of its start; restart it" in d.log


def open_way_to(directory):
    """Others may go through the directories above it."""
    for above in directory.parents:
        if above.stat().st_uid == 0 and not above.stat().st_mode & 0o001:
            above.chmod(above.stat().st_mode | 0o011)


def hand_over(directory, user):
    """`directory`, and the way to it, to `user`."""
    open_way_to(directory)
    os.chown(directory, user.pw_uid, user.pw_gid)


def low_port():
    for port in range(1023, 600, -1):
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass
    pytest.skip("no port below 1024 is free")


@as_root
def test_C48_a_daemon_that_root_starts_becomes_a_user_who_can_listen_below_1024(tmp_path):
    user = pwd.getpwnam("nobody")
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    hand_over(data, user)
    assert check("--data", data, "--user", "nobody", "--listen", "127.0.0.1:0").returncode == 0
    with Daemon(tmp_path, "--user", "nobody") as d:
        about = status(d.process)
        assert about["Uid"].split() == [str(user.pw_uid)] * 4
        assert about["Gid"].split() == [str(user.pw_gid)] * 4
        assert int(about["CapEff"], 16) == int(about["CapPrm"], 16) == 0
        d.join("alice").close()
        assert {f.stat().st_uid for f in data.iterdir()} == {user.pw_uid}
        assert 'Confined privileges: none' in d.log and "this is root" not in d.log
        assert d.stop() == 0
    with Daemon(tmp_path, "--user", "nobody", port=low_port()) as d:
        d.join("alice").close()
        assert int(status(d.process)["CapEff"], 16) == 1 << 10  # CAP_NET_BIND_SERVICE
        assert int(status(d.process)["CapBnd"], 16) == 0


@as_root
def test_root_that_acts_as_the_owner_keeps_no_group_of_its_own(tmp_path):
    user = pwd.getpwnam("nobody")
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    hand_over(data, user)
    with Daemon(tmp_path, "--user", "nobody") as d:
        d.join("alice").close()
        assert d.stop() == 0

    def listed():
        return subprocess.run([BIN / "asio-chatd", "account", "list", "--data", data], capture_output=True, text=True,
                              extra_groups=[0], timeout=PATIENCE)
    done = listed()
    assert done.returncode == 0, done.stderr
    elsewhere = tmp_path / "of-root.db"
    (data / "keys.db").rename(elsewhere)
    os.chown(elsewhere, 0, 0)
    elsewhere.chmod(0o660)
    (data / "keys.db").symlink_to(elsewhere)
    done = listed()
    assert done.returncode != 0 and "keys.db" in done.stderr, done


@as_root
@pytest.mark.parametrize("there", ["owned", "missing"])
@pytest.mark.parametrize("key", ["in the directory", "of root"])
def test_root_makes_the_first_owner_of_a_daemon_that_is_another_user(tmp_path, there, key):
    user = pwd.getpwnam("nobody")
    data = tmp_path / "data"
    if there == "owned":
        data.mkdir(mode=0o700)
        hand_over(data, user)
    else:
        open_way_to(data)
    options = ["--data", data, "--user", "nobody", "--password-memory", "8M"]
    if key == "of root":
        file = tmp_path / "key"
        file.write_text("ab" * 32 + "\n")
        file.chmod(0o600)
        options += ["--master-key-file", file]
    env = {**os.environ, "CHAT_ACCOUNT_PASSWORD": "correct-horse-battery"}

    def account(*arguments):
        return subprocess.run([BIN / "asio-chatd", "account", *arguments, *map(str, options)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, env=env)
    made = account("add", "alice", "--role", "owner")
    assert made.returncode == 0 and made.stdout == "alice is owner of this server\n", made
    assert {f.stat().st_uid for f in [data, *data.iterdir()]} == {user.pw_uid}
    assert account("add", "bob").returncode == 0
    assert {f.stat().st_uid for f in data.iterdir()} == {user.pw_uid}
    if key == "of root":
        file.chmod(0o600)
        os.chown(file, user.pw_uid, user.pw_gid)
    with Daemon(tmp_path, *options[2:]) as d:
        d.join("guest").close()
        assert account("add", "carol").returncode == 0
        assert d.stop() == 0
    again = subprocess.run([BIN / "asio-chatd", "rekey", *map(str, options)], capture_output=True, text=True)
    assert again.returncode == 0, again
    assert {f.stat().st_uid for f in data.iterdir()} == {user.pw_uid}
    if key == "of root":
        assert file.stat().st_uid == user.pw_uid and file.stat().st_mode & 0o777 == 0o600
    with Daemon(tmp_path, *options[2:]) as d:
        d.join("guest").close()


@as_root
def test_C48_a_daemon_that_stays_root_says_so(tmp_path):
    with Daemon(tmp_path) as d:
        assert " WARN  Not confined privileges: this is root" in d.log and "name another user with --user" in d.log


@pytest.mark.parametrize("name, sentence", [
    ("no-such-user", "is not there"),
    pytest.param("root", "is root; name another one", marks=as_root),
    ("a b;rm", "is not there; make it with: adduser --system --group 'a b;rm'"),
])
def test_C48_a_user_that_cannot_be_taken_is_a_wrong_setting(tmp_path, name, sentence):
    done = check("--data", tmp_path / "data", "--user", name)
    assert done.returncode == 2 and f'user "{name}" ' in done.stderr and sentence in done.stderr
    assert not (tmp_path / "data").exists()


@as_root
def test_C48_only_root_can_become_another_user(tmp_path):
    done = subprocess.run([BIN / "asio-chatd", "--user", "daemon", "--ephemeral", "--data",
                           str(tmp_path / "data"), "--check-config"],
                          text=True, capture_output=True, env=clean_environment(), timeout=PATIENCE,
                          user="nobody", group="nogroup", extra_groups=[])
    assert done.returncode == 2
    assert "can be taken only when asio-chatd is started as root; this is nobody" in done.stderr
