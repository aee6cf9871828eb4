"""Settings, descriptors, pipes and outputs that cannot be used: one clear line, and nothing is left behind."""

import os
import re
import signal
import socket
import struct
import subprocess

import pytest

from programs import BIN, PATIENCE, Daemon, LessonClient, clean_environment, needs_bench, until

O_CLOEXEC = 0o2000000


def run(program, *arguments, env=None, cwd=None, shell=None):
    command = [program if program == "sh" else BIN / program, *map(str, arguments)]
    if shell:
        command = ["sh", "-c", f'"$@" {shell}', "sh", *command]
    return subprocess.run(command, capture_output=True, text=True, env=env or clean_environment(),
                          stdin=subprocess.DEVNULL, cwd=cwd, timeout=60)


def daemon(*arguments, **more):
    return run("asio-chatd", *arguments, **more)


def one_line(done, code, *parts):
    assert done.returncode == code, done.stdout + done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for part in parts:
        assert str(part) in done.stderr, done.stderr


def certificate(directory):
    subprocess.run([BIN / "asio-chat-certs", "self-signed", "--out", directory], check=True,
                   stdout=subprocess.DEVNULL)
    return directory / "server.crt", directory / "server.key"


# A check finds everything that a start would find.

@pytest.mark.parametrize("arguments, part", [
    (["--data", "/etc/passwd"], "/etc/passwd"),
    (["--data", "/tmp"], "others"),
    (["--data", "/proc/x"], "/proc/x"),
    (["--data", "/dev/null"], "/dev/null"),
    (["--listen", "300.1.1.1:1"], "300.1.1.1"),
    (["--listen", "192.0.2.7:8443"], "192.0.2.7"),
    (["--listen", "no-such-host.invalid:8443"], "no-such-host.invalid"),
    (["--data", "~/chat"], "~"),
    (["--max-connections", "1000000", "--backlog", "7"], "max-connections"),
    (["--cert", "nope.pem", "--key", "nope.pem"], "nope.pem"),
    (["--passphrase-file", "nope"], "nope"),
    (["--master-key-file", "nope"], "nope"),
    (["--tls-ciphers", "nonsense"], "nonsense"),
])
def test_a_check_says_what_a_start_would_and_neither_leaves_anything(arguments, part, tmp_path):
    data = [] if "--data" in arguments else ["--data", tmp_path / "data"]
    listen = [] if "--listen" in arguments else ["--listen", "127.0.0.1:0"]
    limited = "ulimit -n 256 && exec"
    command = ["sh", "-c", f'{limited} "$@"', "sh", BIN / "asio-chatd", *listen, *data, *arguments]

    def start(*more):
        return subprocess.run([*map(str, command), *more], capture_output=True, text=True,
                              env=clean_environment(), stdin=subprocess.DEVNULL, cwd=tmp_path,
                              timeout=60)

    checked, started = start("--check-config"), start()
    one_line(checked, checked.returncode, part)
    assert checked.returncode in (1, 2)
    assert (started.returncode, started.stderr) == (checked.returncode, checked.stderr)
    assert started.stdout == checked.stdout == ""
    assert os.listdir(tmp_path) == []


def test_a_check_of_settings_that_are_good_leaves_nothing_and_takes_a_port_in_use(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    env = clean_environment(TMPDIR=str(scratch))
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        done = daemon("--check-config", "--data", tmp_path / "a/b", "--listen", address, env=env)
        assert (done.returncode, done.stderr) == (0, "")
        one_line(daemon("--data", tmp_path / "a/b", "--listen", address, env=env), 1,
                 "Error setting up server: ", address, "in use")
    assert os.listdir(tmp_path) == ["scratch"]
    assert os.listdir(scratch) == []


def test_a_check_looks_at_the_files_that_are_there(tmp_path):
    with Daemon(tmp_path) as d:
        d.stop()
    assert daemon("--check-config", "--data", d.data, "--listen", "127.0.0.1:0").returncode == 0
    for name in ("journal.db", "keys.db", "server-key.pem"):
        kept = (d.data / name).read_bytes()
        (d.data / name).write_bytes(b"something else, which is no such file " * 300)
        checked = daemon("--check-config", "--data", d.data, "--listen", "127.0.0.1:0")
        started = daemon("--data", d.data, "--listen", "127.0.0.1:0")
        one_line(checked, 1, name)
        assert (started.returncode, started.stderr) == (1, checked.stderr)
        (d.data / name).write_bytes(kept)


def test_C6_what_keeps_a_server_from_starting_is_one_line_that_says_so(tmp_path):
    crt, key = certificate(tmp_path)
    broken = tmp_path / "broken.key"
    broken.write_text("no key")
    broken.chmod(0o600)
    for arguments, part in [(["--cert", tmp_path / "missing.crt", "--key", key], "missing.crt"),
                            (["--cert", crt, "--key", broken], "broken.key")]:
        done = daemon("--listen", "127.0.0.1:0", "--data", tmp_path / "d", *arguments)
        one_line(done, done.returncode, "asio-chatd: Error setting up server: ", part)
        assert done.returncode != 0


# Durations, counts, sizes.

def test_a_duration_is_taken_exactly(tmp_path):
    done = daemon("--room-age", "90m", "--print-config", "--data", tmp_path / "d")
    assert re.search(r'room-age = "90m"', done.stdout)
    one_line(daemon("--room-age", "30s"), 2, "room-age", "0 for never")
    one_line(daemon("--idle-timeout", "never"), 2, "idle-timeout")


# Pipes and devices.

def test_a_pipe_in_place_of_a_file_never_hangs_a_program(tmp_path):
    crt, key = certificate(tmp_path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    with Daemon(tmp_path) as d:
        d.stop()
    other = tmp_path / "other"
    other.mkdir(0o700)
    os.mkfifo(other / "journal.db")
    (other / "master.key").write_bytes((d.data / "master.key").read_bytes())
    (other / "master.key").chmod(0o600)
    (other / "keys.db").write_bytes((d.data / "keys.db").read_bytes())
    ring = tmp_path / "ring"
    ring.mkdir(0o700)
    os.mkfifo(ring / "keys.db")
    (ring / "master.key").write_bytes((d.data / "master.key").read_bytes())
    (ring / "master.key").chmod(0o600)
    (ring / "journal.db").write_bytes((d.data / "journal.db").read_bytes())
    at = ["--listen", "127.0.0.1:0", "--data", d.data]
    for program, arguments in [
        ("asio-chatd", [*at, "--check-config", "--cert", pipe, "--key", key]),
        ("asio-chatd", [*at, "--check-config", "--cert", crt, "--key", pipe]),
        ("asio-chatd", [*at, "--cert", crt, "--key", pipe]),
        ("asio-chatd", [*at, "--check-config", "--passphrase-file", pipe]),
        ("asio-chatd", [*at, "--check-config", "--master-key-file", pipe]),
        ("asio-chatd", [*at, "--check-config", "--config", pipe]),
        ("asio-chatd", [*at, "--check-config", "--client-cert", "required", "--client-ca", pipe]),
        ("asio-chatd", ["verify", pipe, "--data", d.data]),
        ("asio-chatd", ["verify", "--data", other]),
        ("asio-chatd", ["backup", tmp_path / "copy", "--data", other]),
        ("asio-chatd", ["export", "lobby", "--data", other]),
        ("asio-chatd", ["--listen", "127.0.0.1:0", "--data", other]),
        ("asio-chatd", ["--listen", "127.0.0.1:0", "--data", other, "--check-config"]),
        ("asio-chatd", ["verify", "--data", ring]),
        ("asio-chatd", ["--listen", "127.0.0.1:0", "--data", ring]),
        ("asio-chat-certs", ["show", pipe]),
        ("asio-chat-certs", ["renew", pipe]),
        ("asio-chat", ["a@127.0.0.1:1", "--ca", pipe]),
        ("asio-chat", ["a@127.0.0.1:1", "--ca", crt, "--passphrase-file", pipe]),
    ]:
        done = run(program, *arguments)
        assert done.returncode in (1, 2), (arguments, done.stdout, done.stderr)
        # The warning about few descriptors comes first.
        told = [line for line in done.stderr.splitlines() if "max-connections" not in line]
        assert len(told) == 1, (arguments, done.stderr)


def test_a_pipe_whose_writer_does_not_end_is_refused(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    writer = os.open(pipe, os.O_RDWR)
    os.write(writer, b"half of it")
    one_line(daemon("--check-config", "--data", tmp_path / "d", "--listen", "127.0.0.1:0",
                    "--passphrase-file", pipe), 1, "does not end")
    os.close(writer)


def test_what_a_shell_makes_of_a_command_is_read(tmp_path):
    crt, key = certificate(tmp_path)
    key.chmod(0o600)
    script = f'exec "$0" --listen 127.0.0.1:0 --ephemeral --data {tmp_path}/d --cert <(cat {crt}) --key {key}'
    process = subprocess.Popen(["bash", "-c", script, BIN / "asio-chatd"], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True, env=clean_environment())
    try:
        assert process.stdout.readline().startswith("listening on ")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


# Outputs.

LOST = [(">&-", "Bad file descriptor"), (">/dev/full", "No space left on device")]


def lost_output(program, *arguments, **more):
    """All four programs report it in the same words, with the same exit code."""
    for shell, why in LOST:
        done = run(program, *arguments, shell=shell, **more)
        assert (done.returncode, done.stderr) == (
            6, f"{program}: standard output cannot be written: {why}\n"), (shell, arguments)


PROGRAMS = ["asio-chat", "asio-chat-certs", "asio-chatd", pytest.param("asio-chat-bench", marks=needs_bench)]


@pytest.mark.parametrize("program, arguments", [
    ("asio-chat", ["--help"]), ("asio-chat", ["--version"]),
    pytest.param("asio-chat-bench", ["--help"], marks=needs_bench),
    pytest.param("asio-chat-bench", ["--version"], marks=needs_bench),
    pytest.param("asio-chat-bench", ["flood", "--help"], marks=needs_bench),
    pytest.param("asio-chat-bench", ["append", "--count", "1"], marks=needs_bench),
    pytest.param("asio-chat-bench", ["append", "--count", "1", "--json"], marks=needs_bench),
    ("asio-chat-certs", ["--help"]), ("asio-chat-certs", ["--version"]),
    ("asio-chat-certs", ["probe", "--help"]),
    ("asio-chatd", ["--help"]), ("asio-chatd", ["--version"]), ("asio-chatd", ["export", "--help"]),
    ("asio-chatd", ["--print-config"]), ("asio-chatd", ["tls"]), ("asio-chatd", ["tls", "--json"]),
])
def test_output_that_is_lost_is_a_failure(program, arguments):
    lost_output(program, *arguments)


def test_output_of_what_reads_files_is_not_lost_in_silence(tmp_path):
    crt, _ = certificate(tmp_path)
    with Daemon(tmp_path) as d:
        for i in range(100):  # more than a buffer
            d.join(f"guest{i}").send(100 * "hello")
        d.stop()
    for command in (["export", "lobby"], ["export", "lobby", "--format", "jsonl"], ["verify"]):
        lost_output("asio-chatd", *command, "--data", d.data)
    lost_output("asio-chatd", "--check-config", "--data", tmp_path / "new")
    lost_output("asio-chat-certs", "show", crt)
    lost_output("asio-chat-certs", "show", crt, "--whole")
    lost_output("asio-chat-certs", "self-signed", "--force", "--out", tmp_path / "out")


def test_what_failed_keeps_its_exit_code_where_its_output_is_lost_too():
    for shell, why in LOST:
        done = run("asio-chat-certs", "show", "nope.pem", shell=shell)
        assert done.returncode == 1 and done.stderr.count("\n") == 1 and "nope.pem" in done.stderr


@pytest.mark.parametrize("program", PROGRAMS)
def test_who_has_read_enough_is_no_failure(program):
    done = run("sh", "-c", '"$0" --help; echo $? >&2', BIN / program, shell="| head -1 >/dev/null")
    # The program ends by itself, or by the signal of the closed pipe.
    assert done.stderr in ("0\n", "141\n"), done.stderr


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_complaint_that_nobody_can_read_changes_no_exit_code(program):
    for shell in ("2>&-", "2>/dev/full"):
        assert run(program, "--nonsense", shell=shell).returncode == 2


def test_two_backups_to_one_name_do_not_spoil_each_other(tmp_path):
    with Daemon(tmp_path) as d:
        alice = d.join("alice")
        for i in range(50):
            alice.send(f"line {i}")
        alice.send("/who")
        alice.hear("* online: alice *")
        copy = tmp_path / "copy.db"
        both = [subprocess.Popen([BIN / "asio-chatd", "backup", copy, "--data", d.data],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                 env=clean_environment()) for _ in range(2)]
        ends = [(p.communicate(timeout=60), p.returncode) for p in both]
        assert sorted(code for _, code in ends) == [0, 1], ends
        complaint = next(out[1] for out, code in ends if code == 1)
        assert "being written by another" in complaint or "is there already" in complaint
        done = daemon("verify", copy, "--data", d.data)
        assert done.returncode == 0, done.stderr
    assert not os.path.exists(f"{copy}.unfinished")


def test_a_temporary_directory_that_cannot_be_used_is_named(tmp_path):
    env = clean_environment(TMPDIR=str(tmp_path / "nowhere"))
    one_line(daemon("--check-config", "--listen", "127.0.0.1:0", "--data", tmp_path / "d", env=env), 1,
             tmp_path / "nowhere", "TMPDIR")


@needs_bench
def test_a_temporary_directory_that_asio_chat_bench_cannot_use_is_named(tmp_path):
    env = clean_environment(TMPDIR=str(tmp_path / "nowhere"))
    bench = run("asio-chat-bench", "append", "--count", 1, "--asio-chatd", BIN / "asio-chatd", env=env)
    one_line(bench, 2, tmp_path / "nowhere", "TMPDIR")


# Descriptors.

def joins_in_the_end(d, name):
    """Tries again while the daemon has not noticed yet that others have gone."""
    came = []

    def tries():
        try:
            came.append(LessonClient(d.port, d.ca, name))
        except OSError:
            return False
        return True

    assert until(tries)
    return came[0]


@pytest.mark.skipif("ASIO_CHAT_SANITIZED" in os.environ,
                    reason="UndefinedBehaviorSanitizer needs descriptors itself")
def test_strangers_take_no_descriptor_from_the_history(tmp_path):
    with Daemon(tmp_path, descriptors=80) as d:
        assert until(lambda: "max-connections is lowered" in d.log)
        alice = d.join("alice")
        silent = [socket.create_connection(("127.0.0.1", d.port)) for _ in range(120)]
        assert until(lambda: "Refusing connections" in d.log)
        alice.send("still here")
        alice.send("/who")
        assert alice.receive() == "* online: alice *"
        copy = tmp_path / "copy.db"
        assert daemon("backup", copy, "--data", d.data).returncode == 0
        assert "still here" in daemon("export", "lobby", "--data", d.data).stdout
        assert d.log.count("Refusing connections") == 1
        assert "cannot accept connections" not in d.log
        for s in silent:
            s.close()
        bob = joins_in_the_end(d, "bob")
        bob.hear("* bob joined the chat *")


def descriptors_of(pid):
    """Returns the number of each descriptor, what it is, and whether child programs inherit it."""
    found = []
    for number in os.listdir(f"/proc/{pid}/fd"):
        try:
            what = os.readlink(f"/proc/{pid}/fd/{number}")
            flags = re.search(r"flags:\s*(\d+)", open(f"/proc/{pid}/fdinfo/{number}").read())
        except OSError:
            continue  # closed meanwhile
        found.append((int(number), what, not int(flags.group(1), 8) & O_CLOEXEC))
    return found


def inherited(pid):
    return [(number, what) for number, what, goes_on in descriptors_of(pid) if goes_on and number > 2]


@pytest.mark.skipif(os.geteuid() != 0, reason="a daemon does not let others look at its descriptors")
def test_no_descriptor_is_inherited_by_programs_that_are_started(tmp_path):
    with Daemon(tmp_path, "--insecure-plaintext-listen", "127.0.0.1:0") as d:
        alice = d.join("alice")
        alice.send("hello")
        alice.send("/who")
        alice.hear("* online: alice *")
        client = subprocess.Popen([BIN / "asio-chat", "--ca", d.ca, f"bob@127.0.0.1:{d.port}"],
                                  stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, env=clean_environment())
        alice.hear("* bob joined the chat *")
        sockets = [what for _, what, _ in descriptors_of(d.process.pid) if what.startswith("socket:")]
        assert len(sockets) >= 4  # two listening, two connected
        assert inherited(d.process.pid) == []
        assert any(what.startswith("socket:") for _, what, _ in descriptors_of(client.pid))
        assert inherited(client.pid) == []
        client.communicate(timeout=PATIENCE)


# Sockets that listen.

def states_of(port):
    """Returns the states, as the kernel numbers them, of the sockets with this local port."""
    return {fields[3] for fields in map(str.split, open("/proc/net/tcp"))
            if fields[1].endswith(f":{port:04X}")}


TIME_WAIT = "06"


def test_C3_a_server_that_closed_first_binds_its_port_again_at_once(tmp_path):
    with Daemon(tmp_path) as d:
        alice = d.join("alice")
        d.stop(signal.SIGKILL)
        with pytest.raises((EOFError, OSError)):
            alice.receive()
        alice.close()
        assert until(lambda: TIME_WAIT in states_of(d.port))
        with Daemon(tmp_path, port=d.port) as again:
            assert TIME_WAIT in states_of(d.port)
            again.join("bob")


def backlog_of(port):
    """Returns the backlog of a listening socket, as sock_diag(7) reports it."""
    NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, NLM_F_DUMP, TCP_LISTEN = 4, 20, 1, 0x300, 10
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as s:
        request = struct.pack("=BBBBI48s", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 1 << TCP_LISTEN,
                              b"")
        s.sendto(struct.pack("=IHHII", 16 + len(request), SOCK_DIAG_BY_FAMILY,
                             NLM_F_REQUEST | NLM_F_DUMP, 1, 0) + request, (0, 0))
        while True:
            data = s.recv(65536)
            while data:
                length, kind = struct.unpack_from("=IH", data)
                if kind in (2, 3):  # an error, the end
                    return None
                # Family, state, timer, retrans, then the id: both ports, addresses, interface, cookie.
                own_port = struct.unpack_from("!H", data, 16 + 4)[0]
                if own_port == port:
                    return struct.unpack_from("=I", data, 16 + 4 + 48 + 8)[0]
                data = data[(length + 3) & ~3:]


def test_C4_the_backlog_is_that_of_the_listening_socket(tmp_path):
    for backlog in (5, 10):
        with Daemon(tmp_path, "--backlog", backlog) as d:
            assert backlog_of(d.port) == backlog


# The log.

def test_C23_the_time_of_a_log_line_is_full_short_or_none(tmp_path):
    for form, pattern in [("full", r"\[?\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d"), ("short", r"\[?\d\d:\d\d:\d\d\b"),
                          ("none", r"\D")]:
        directory = tmp_path / form
        directory.mkdir()
        with Daemon(directory, "--log-time", form) as d:
            d.stop()
            for line in d.log.splitlines():
                assert re.match(pattern, line), line


def test_C5_the_start_lines_of_the_documents_are_in_the_log(tmp_path):
    with Daemon(tmp_path) as d:
        at = f"127.0.0.1:{d.port}"
        for line in (f"Server listening on {at}", f"encrypted chat on {at} (TLS)",
                     f"Server initialized and listening on {at}", "Server started. Waiting for connections"):
            assert until(lambda: line in d.log), line


# The sender's address.

def test_C12_the_senders_address_is_shown_where_the_server_tells_it(tmp_path):
    def shown(directory, *options):
        """Returns the line that one client displays of what another one says."""
        directory.mkdir()
        with Daemon(directory, *options) as d:
            client = subprocess.Popen([BIN / "asio-chat", "--ca", d.ca, "--time", "full", "--show",
                                       "address", f"watch@127.0.0.1:{d.port}"], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                      env=clean_environment())
            assert until(lambda: "watch" in d.log)
            alice = d.join("alice")
            alice.send("hello")
            line = next(line for line in client.stdout if "hello" in line)
            client.communicate(timeout=PATIENCE)
            raw = (d.data / "journal.db").read_bytes() + (d.data / "journal.db-wal").read_bytes()
            assert b"127.0.0.1:" not in raw
            return line

    stamp = r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] "
    assert re.fullmatch(stamp + r"127\.0\.0\.1:\d+: alice: hello\n",
                        shown(tmp_path / "on", "--sender-addresses"))
    assert re.fullmatch(stamp + r"alice: hello\n", shown(tmp_path / "off"))
