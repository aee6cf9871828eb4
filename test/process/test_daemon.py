"""asio-chatd as an operator runs it: settings, certificates, logs, signals, exit codes."""

import json
import os
import re
import resource
import signal
import socket
import ssl
import stat
import subprocess
import threading
import time

import pytest

from programs import BIN, PATIENCE, Daemon, LessonClient, clean_environment, until


def run(*arguments, env=None, cwd=None):
    return subprocess.run([BIN / "asio-chatd", *map(str, arguments)], capture_output=True, text=True,
                          env=env or clean_environment(), stdin=subprocess.DEVNULL, cwd=cwd,
                          timeout=PATIENCE)


def openssl(*arguments, cwd):
    subprocess.run(["openssl", *arguments], cwd=cwd, check=True, capture_output=True)


def one_line(done, code, *parts):
    """Checks that it failed with this code and one line that has these parts."""
    assert done.returncode == code, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("asio-chatd: "), done.stderr
    for part in parts:
        assert part in lines[0], done.stderr
    assert done.stdout == ""


def test_help_and_version():
    assert run("--help").returncode == 0
    for flag in ("--listen", "--cert", "--client-cert", "--passphrase-file", "--print-config"):
        assert flag in run("--help").stdout
    assert re.match(r"asio-chatd \d+\.\d+\.\d+\n", run("--version").stdout)


def test_C1_C2_C5_it_listens_on_loopback_and_says_where(tmp_path):
    with Daemon(tmp_path) as d:
        assert until(lambda: f"Server initialized and listening on 127.0.0.1:{d.port}" in d.log)
    assert "127.0.0.1:8443" in run("--print-config").stdout


def test_the_first_start_makes_certificates_for_development_and_says_so(tmp_path):
    with Daemon(tmp_path) as d:
        assert until(lambda: "development" in d.log)
        assert re.search(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", d.log)  # a SHA-256 fingerprint
        assert stat.S_IMODE(os.stat(d.data).st_mode) == 0o700
        assert stat.S_IMODE(os.stat(d.data / "server-key.pem").st_mode) == 0o600
        made = (d.data / "server-cert.pem").read_bytes()
    with Daemon(tmp_path) as d:
        assert (d.data / "server-cert.pem").read_bytes() == made


def test_C21_signals_end_it_with_a_goodbye(tmp_path):
    for sig in (signal.SIGINT, signal.SIGTERM):
        with Daemon(tmp_path) as d:
            alice = d.join("alice")
            d.process.send_signal(sig)
            assert alice.receive() == "* the server is going down *"
            assert d.process.wait(PATIENCE) == 0
            assert "Server shutting down..." in d.log


def test_the_end_of_its_terminal_ends_it_as_well(tmp_path):
    pid, terminal = os.forkpty()
    if pid == 0:
        os.execve(BIN / "asio-chatd", ["asio-chatd", "--listen", "127.0.0.1:0", "--data",
                                       str(tmp_path / "data")], clean_environment())
    said = b""
    while b"Waiting for connections" not in said:
        said += os.read(terminal, 4096)
    os.close(terminal)
    status = []
    assert until(lambda: status or (os.waitpid(pid, os.WNOHANG)[0] == pid and status.append(1)) or
                 status)


@pytest.mark.parametrize("arguments, code, part", [
    (["--tls-ciphers", "nonsense"], 2, "nonsense"),
    (["--tls-ciphers", "AES128-GCM-SHA256"], 2, "no forward secrecy"),
    (["--tls-ciphersuites", "nonsense"], 2, "nonsense"),
    (["--tls-groups", "nonsense"], 2, "nonsense"),
    (["--client-cert", "required", "--client-ca", "/nowhere/ca.pem"], 1, "/nowhere/ca.pem"),
])
def test_settings_are_checked_without_a_certificate_as_well(arguments, code, part, tmp_path):
    one_line(run("--check-config", "--data", tmp_path / "d", *arguments), code, part)
    assert not (tmp_path / "d").exists()
    assert run("--check-config", "--data", tmp_path / "d").returncode == 0


@pytest.mark.parametrize("action", [[], ["--check-config"], ["tls"], ["tls", "--json"]])
@pytest.mark.parametrize("setting", ["ciphers", "ciphersuites", "groups"])
def test_wrong_settings_of_tls_end_with_2_as_every_wrong_setting(setting, action, tmp_path):
    done = run(*action, f"--tls-{setting}", "nonsense", "--listen", "127.0.0.1:0", "--data",
               tmp_path / "d")
    assert done.returncode == 2
    assert "nonsense" in done.stderr.splitlines()[-1]


def test_C6_an_occupied_port_is_one_clear_line(tmp_path):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        done = run("--listen", f"127.0.0.1:{port}", "--data", tmp_path / "d")
        assert done.returncode == 1
        last = done.stderr.strip().splitlines()[-1]
        assert f"127.0.0.1:{port}" in last and "in use" in last


def test_one_port_of_both_families_is_listened_on_and_told_when_all_are_bound(tmp_path):
    """The example of --help works."""
    with socket.socket() as free:
        free.bind(("0.0.0.0", 0))
        port = free.getsockname()[1]
    with subprocess.Popen([BIN / "asio-chatd", "--listen", f"0.0.0.0:{port}", "--listen",
                           f"[::]:{port}", "--data", tmp_path / "d"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, env=clean_environment()) as run:
        assert run.stdout.readline() == f"listening on 0.0.0.0:{port}\n"
        assert run.stdout.readline() == f"listening on [::]:{port}\n"
        for address in ("127.0.0.1", "::1"):
            socket.create_connection((address, port)).close()
        run.kill()


def test_how_to_connect_is_told_once_for_each_address_that_needs_it(tmp_path):
    with socket.socket() as free:
        free.bind(("0.0.0.0", 0))
        port = free.getsockname()[1]
    with Daemon(tmp_path, "--listen", f"0.0.0.0:{port}", "--listen", f"[::]:{port}", "--listen",
                "[::1]:0") as d:
        d.join("alice")
        ca = d.data / "ca-cert.pem"
        told = re.findall(r"Connect with: (asio-chat --ca .*?)\"?\n", d.log)
        others = re.findall(r"listening on .*?(\[::1\]:\d+)", d.log)
    assert told == [f"asio-chat --ca {ca} 127.0.0.1:{d.port}", f"asio-chat --ca {ca} localhost:{port}",
                    f"asio-chat --ca {ca} {others[0]}"]


def test_a_name_is_listened_on_at_all_its_addresses(tmp_path):
    found = {a[4][0] for a in socket.getaddrinfo("localhost", None, type=socket.SOCK_STREAM)}
    with subprocess.Popen([BIN / "asio-chatd", "--listen", "localhost:0", "--data", tmp_path / "d"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          env=clean_environment()) as run:
        told = {run.stdout.readline().removeprefix("listening on ").rsplit(":", 1)[0].strip("[]")
                for _ in found}
        run.kill()
    assert told == found


def test_nothing_is_told_before_all_ports_are_bound(tmp_path):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = f"127.0.0.1:{holder.getsockname()[1]}"
        done = run("--listen", "127.0.0.1:0", "--listen", taken, "--data", tmp_path / "d")
    assert done.returncode == 1
    assert done.stdout == ""


def test_an_idle_timeout_below_a_minute_is_warned_of(tmp_path):
    with Daemon(tmp_path, "--idle-timeout", "59s") as d:
        assert until(lambda: "The idle timeout is below a minute" in d.log)
    (tmp_path / "other").mkdir()
    with Daemon(tmp_path / "other", "--idle-timeout", "60s") as d:
        assert until(lambda: "Waiting for connections" in d.log)
        assert "idle timeout" not in d.log


@pytest.mark.parametrize("arguments, part", [
    (["--no-such-flag"], "--no-such-flag"),
    (["--listen", "nowhere"], "nowhere"),
    (["--listen", ":8443"], ":8443"),
    (["--listen", "127.0.0.1:99999"], "99999"),
    (["--idle-timeout", "soon"], "soon"),
    (["--client-cert", "maybe"], "maybe"),
    (["--client-cert", "required"], "client-ca"),
    (["--client-cert", "optional", "--client-ca", "x", "--client-cert-allow", "cn:a"], "required"),
    (["--client-crl", "x"], "client-cert"),
    (["--tls-tickets", "--client-cert", "required", "--client-ca", "x"], "tls-tickets"),
    (["tls", "--tls-min", "1.1"], "1.1"),
    (["--json"], "--json"),
    (["--cert", "only.pem"], "key"),
    (["--config", "/nonexistent.toml"], "/nonexistent.toml"),
    (["--max-text", "0"], "max-text"),
])
def test_a_wrong_setting_is_one_clear_line_and_exit_code_2(arguments, part):
    one_line(run(*arguments), 2, part)


def test_settings_come_from_flags_environment_and_file_in_this_order(tmp_path):
    config = tmp_path / "chat.toml"
    config.write_text('max-text = 1000\nlog-level = "debug"\nidle-timeout = "2m"\n')
    env = clean_environment(ASIO_CHATD_LOG_LEVEL="warning", ASIO_CHATD_MAX_TEXT="2000")
    done = run("--config", config, "--max-text", "3000", "--print-config", env=env)
    assert done.returncode == 0, done.stderr
    assert re.search(r'max-text\s*=\s*"3000".*command line', done.stdout)
    assert re.search(r"log-level\s*=\s*\"?warning\"?.*ASIO_CHATD_LOG_LEVEL", done.stdout)
    assert re.search(r"idle-timeout\s*=.*" + re.escape(str(config)), done.stdout)
    assert re.search(r"backlog\s*=.*default", done.stdout)
    printed = tmp_path / "printed.toml"
    printed.write_text(done.stdout)
    assert run("--config", printed, "--check-config").returncode == 0


def test_unknown_keys_and_variables_are_errors(tmp_path):
    config = tmp_path / "chat.toml"
    config.write_text('idle-timeuot = "2m"\n')
    one_line(run("--config", config, "--check-config"), 2, str(config), "idle-timeuot")
    one_line(run("--check-config", env=clean_environment(ASIO_CHATD_LISTN="x")), 2,
             "ASIO_CHATD_LISTN")


def test_A16_A17_certificates_of_the_lessons_openssl_commands_work_unchanged(tmp_path):
    openssl("genrsa", "-out", "key.pem", "2048", cwd=tmp_path)
    # openssl asks for the subject; each answer is the default.
    subprocess.run("openssl req -x509 -new -nodes -key key.pem -days 365 -out cert.pem".split(),
                   cwd=tmp_path, check=True, capture_output=True, input=b"\n" * 10)
    shown = subprocess.run([BIN / "asio-chat-certs", "show", "cert.pem"], cwd=tmp_path, text=True,
                           capture_output=True, env=clean_environment(), check=True).stdout
    pin = re.search(r"sha256/\S{44}", shown)[0]
    with Daemon(tmp_path, "--cert", "cert.pem", "--key", "key.pem", cwd=tmp_path) as d:
        said = subprocess.run([BIN / "asio-chat", f"alice@localhost:{d.port}", "--pin", pin],
                              input="hello\n", text=True, capture_output=True, timeout=60,
                              env=clean_environment(HOME=str(tmp_path)))
        assert said.returncode == 0, said.stderr
        bob = subprocess.run([BIN / "asio-chat", f"bob@localhost:{d.port}", "--pin", pin,
                              "--history", "5"], input="", text=True, capture_output=True,
                             timeout=60, env=clean_environment(HOME=str(tmp_path)))
        assert bob.returncode == 0, bob.stderr
        context = ssl.create_default_context(cafile=tmp_path / "cert.pem")
        context.check_hostname = False  # the certificate names no host
        carol = LessonClient(d.port, None, "carol", context=context)
        assert carol.receive() == "* carol joined the chat *"
        assert until(lambda: "alice" in d.log)


def certs(*arguments, cwd):
    subprocess.run([BIN / "asio-chat-certs", *arguments], cwd=cwd, check=True, capture_output=True,
                   env=clean_environment())


def test_check_config_says_who_would_be_refused(tmp_path):
    certs("ca", cwd=tmp_path)
    certs("ca", "--out", "other", "--cn", "another CA", cwd=tmp_path)
    certs("crl", cwd=tmp_path)
    both = tmp_path / "both.pem"
    both.write_text((tmp_path / "ca-cert.pem").read_text() +
                    (tmp_path / "other/ca-cert.pem").read_text())
    asking = ("--check-config", "--data", tmp_path / "d", "--client-cert", "required")
    one_line(run(*asking, "--client-ca", both, "--client-crl", tmp_path / "ca-crl.pem"), 1,
             "ca-crl.pem", "CN=another CA", "its list is missing")
    # The key is good, but others may read it.
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", "old.key", "-out", "old.csr", "-subj", "/CN=old CA", cwd=tmp_path)
    openssl("x509", "-req", "-in", "old.csr", "-signkey", "old.key", "-days", "-1", "-out",
            "old.crt", cwd=tmp_path)
    done = run(*asking, "--client-ca", tmp_path / "old.crt")
    assert done.returncode == 0
    assert "the client CA has expired" in done.stderr and "CN=old CA" in done.stderr
    assert "configuration OK" in done.stdout


def test_A15_C6_certificates_that_cannot_be_used_are_one_clear_line(tmp_path):
    for name in ("one", "two"):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", f"{name}.key", "-out", f"{name}.crt", "-subj", "/CN=localhost",
                cwd=tmp_path)
        os.chmod(tmp_path / f"{name}.key", 0o600)
    common = ["--listen", "127.0.0.1:0", "--data", tmp_path / "d"]

    def last_line(*arguments):
        done = run(*common, *arguments)
        assert done.returncode == 1, done.stderr
        return done.stderr.strip().splitlines()[-1]

    one, two = tmp_path / "one", tmp_path / "two"
    assert "missing.pem" in last_line("--cert", tmp_path / "missing.pem", "--key", f"{one}.key")
    assert "two.key" in last_line("--cert", f"{one}.crt", "--key", f"{two}.key")
    (tmp_path / "junk.pem").write_text("not a certificate")
    assert "junk.pem" in last_line("--cert", tmp_path / "junk.pem", "--key", f"{one}.key")
    os.chmod(f"{one}.key", 0o644)
    assert "chmod 600" in last_line("--cert", f"{one}.crt", "--key", f"{one}.key")


def test_C43_the_secret_comes_from_a_file_or_the_environment_and_never_shows(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hush hush\n")
    os.chmod(secret, 0o600)
    with Daemon(tmp_path, "--passphrase-file", secret) as d:
        alice = LessonClient(d.port, d.ca, "hush hush", "alice")
        assert alice.receive() == "ok"
        assert "hush" not in open(f"/proc/{d.process.pid}/cmdline").read()
        assert "hush" not in d.log
    assert "hush" not in run("--passphrase-file", secret, "--print-config").stdout
    os.chmod(secret, 0o644)
    assert "chmod 600" in run("--passphrase-file", secret, "--check-config").stderr
    os.chmod(secret, 0o600)
    secret.write_text("\n")
    one_line(run("--passphrase-file", secret, "--check-config"), 1, str(secret))
    one_line(run("--passphrase-file", tmp_path / "none", "--check-config"), 1, "none")


def test_C22_C24_B14_E19_the_log_tells_what_happens_and_no_texts_unless_asked(tmp_path):
    def talk(d):
        alice = d.join("alice")
        bob = d.join("bob")
        alice.hear("* bob joined the chat *")
        bob.send("a secret of ours")
        alice.hear("bob: a secret of ours")
        bob.send("/quit")
        alice.hear("* bob left *")

    (tmp_path / "quiet").mkdir()
    with Daemon(tmp_path / "quiet") as d:
        talk(d)
        assert until(lambda: "Connection closed with 127.0.0.1:" in d.log)
        assert "New connection from 127.0.0.1:" in d.log
        assert "Secure connection established with 127.0.0.1:" in d.log
        assert "TLS_AES_128_GCM_SHA256" in d.log
        assert "a secret of ours" not in d.log
    (tmp_path / "open").mkdir()
    with Daemon(tmp_path / "open", "--log-messages") as d:
        talk(d)
        assert until(lambda: "a secret of ours" in d.log)


def test_C63_between_the_start_and_the_first_connection_the_log_is_silent(tmp_path):
    with Daemon(tmp_path, "--log-level", "debug") as d:
        d.join("alice")
        lines = d.log.splitlines()
        started = next(n for n, line in enumerate(lines) if "Waiting for connections" in line)
        assert "New connection from 127.0.0.1:" in lines[started + 1], lines


def test_B13_B19_tls_prints_what_is_set_and_what_is_trusted_as_a_default(tmp_path):
    shown = json.loads(run("tls", "--json").stdout)
    rows = {row["name"]: row for row in shown["settings"]}
    assert shown["cipher_suite_count"] == len(shown["cipher_suites"]) > 3
    assert shown["minimum_version"] == rows["minimum version"]["value"] == "TLSv1.2"
    assert {row["origin"] for row in shown["settings"]} == {"set", "OpenSSL's"}
    assert all(row["value"] and row["why"] for row in shown["settings"])

    chosen = ["--tls-min", "1.3", "--tls-groups", "P-384", "--tls-ciphers", "ECDHE+AESGCM"]
    shown = json.loads(run("tls", "--json", *chosen).stdout)
    rows = {row["name"]: row for row in shown["settings"]}
    assert shown["minimum_version"] == "TLSv1.3"
    for name in ("minimum version", "groups", "cipher suites"):
        assert rows[name]["origin"] == "chosen"
    assert all(suite.startswith("TLS_") for suite in shown["cipher_suites"]), "those of 1.3 alone"

    table = run("tls", *chosen).stdout
    for name, row in rows.items():
        line = next(line for line in table.splitlines() if re.match(rf"{re.escape(name)}  +", line))
        assert row["origin"] in line and line.endswith(row["why"]), line
    # The daemon speaks what the command prints.
    with Daemon(tmp_path, *chosen) as d:
        def met(*options):
            done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{d.port}", "-brief",
                                   *options], input="", capture_output=True, text=True, timeout=60)
            return done.stderr
        assert "Server Temp Key: ECDH, secp384r1" in met()
        assert "Protocol version" not in met("-tls1_2")
    assert run("tls", "--tls-groups", "none").returncode in (1, 2)


def test_C23_logs_as_json_are_an_object_a_line(tmp_path):
    with Daemon(tmp_path, "--log-format", "json") as d:
        evil = LessonClient(d.port, d.ca, 'x"\n{"level":"forged"}')
        evil.receive()
        d.stop()
        for line in d.log.splitlines():
            record = json.loads(line)
            assert record["level"] != "forged"


def test_as_many_connections_as_are_allowed_and_no_more(tmp_path):
    with Daemon(tmp_path, "--max-connections", 2) as d:
        alice, bob = d.join("alice"), d.join("bob")
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", d.port), timeout=PATIENCE) as more:
                assert more.recv(1) == b""
        assert d.log.count("Refusing connections") == 1
        bob.close()
        alice.hear("* bob left *")
        d.join("carol")


@pytest.mark.machine
def test_a_silent_connection_costs_few_resident_pages(tmp_path):
    def resident(d):
        status = open(f"/proc/{d.process.pid}/status").read()
        return int(status.split("VmRSS:")[1].split()[0]) * 1024

    with Daemon(tmp_path) as d:
        d.join("alice").close()
        before = resident(d)
        silent = [socket.create_connection(("127.0.0.1", d.port)) for _ in range(500)]
        assert until(lambda: d.log.count("New connection from") == 501)
        assert (resident(d) - before) / 500 < 20_000
        for s in silent:
            s.close()


def test_a_log_that_nobody_reads_does_not_stop_the_server(tmp_path):
    reader, writer = os.pipe()
    with Daemon(tmp_path, log=writer) as d:
        os.close(writer)
        for _ in range(600):  # each leaves more than 100 bytes in the pipe, which holds 65536
            socket.create_connection(("127.0.0.1", d.port)).close()
        alice = d.join("alice")
        alice.send("/who")
        assert alice.receive() == "* online: alice *"
        assert d.stop() == 0
    os.close(reader)


def test_closed_standard_streams_are_no_sockets(tmp_path):
    for output, code in (("/dev/null", 0), ("&-", 6)):  # the exit code reports output that is lost
        run = subprocess.run(["sh", "-c", f'"$@" <&- >{output} 2>&-', "sh", BIN / "asio-chatd",
                              "--listen", "127.0.0.1:0", "--data", tmp_path / "data",
                              "--check-config"], env=clean_environment(), timeout=PATIENCE)
        assert run.returncode == code


@pytest.mark.skipif("ASIO_CHAT_SANITIZED" in os.environ,
                    reason="UndefinedBehaviorSanitizer needs descriptors itself")
def test_want_of_descriptors_does_not_spin_and_ends_when_it_ends(tmp_path):
    with Daemon(tmp_path) as d:
        allowed = resource.prlimit(d.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(d.process.pid, resource.RLIMIT_NOFILE, (3, allowed[1]))
        silent = [socket.create_connection(("127.0.0.1", d.port)) for _ in range(60)]
        assert until(lambda: "cannot accept connections for now" in d.log)

        def seconds():
            fields = open(f"/proc/{d.process.pid}/stat").read().rsplit(") ", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

        before = seconds()
        time.sleep(1)
        assert seconds() - before < 0.3
        for s in silent:
            s.close()
        resource.prlimit(d.process.pid, resource.RLIMIT_NOFILE, allowed)
        alice = LessonClient(d.port, d.ca, "alice")
        assert alice.receive() == "* alice joined the chat *"
        assert d.log.count("cannot accept connections for now") <= 3


class NativeConnection:
    """A client of the native protocol that can end its input and read on: `ssl` sockets cannot."""

    def __init__(self, daemon):
        context = ssl.create_default_context(cafile=daemon.ca)
        context.set_alpn_protocols(["asio-chat/1"])
        self.socket = socket.create_connection(("127.0.0.1", daemon.port), timeout=PATIENCE)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname="localhost")
        self.rest = b""
        self.until_done(self.tls.do_handshake)

    def until_done(self, step):
        while True:
            try:
                result = step()
                self.socket.sendall(self.outgoing.read())
                return result
            except ssl.SSLWantReadError:
                self.socket.sendall(self.outgoing.read())
                received = self.socket.recv(65536)
                self.incoming.write(received) if received else self.incoming.write_eof()

    def ask(self, *messages):
        """Sends all of them at once."""
        frames = [json.dumps(m).encode() for m in messages]
        self.tls.write(b"".join(len(f).to_bytes(4, "big") + f for f in frames))
        self.socket.sendall(self.outgoing.read())

    def end_input(self):
        """Sends close_notify and does not wait for the answer."""
        with pytest.raises(ssl.SSLWantReadError):
            self.tls.unwrap()
        self.socket.sendall(self.outgoing.read())

    def receive(self):
        """Returns the next message, or None at the end."""
        while len(self.rest) < 4 or len(self.rest) < 4 + int.from_bytes(self.rest[:4], "big"):
            try:
                data = self.until_done(lambda: self.tls.read(65536))
            except ssl.SSLZeroReturnError:
                data = b""
            if not data:
                return None
            self.rest += data
        end = 4 + int.from_bytes(self.rest[:4], "big")
        message, self.rest = json.loads(self.rest[4:end]), self.rest[end:]
        return message


@pytest.mark.parametrize("end", ["bye", "/quit", "end of input"])
def test_all_that_was_asked_is_answered_before_the_end(tmp_path, end):
    with Daemon(tmp_path) as d:
        for turn in range(3):
            alice = NativeConnection(d)
            asked = [{"type": "hello", "name": f"alice-{turn}", "history": 0}]
            asked += [{"type": "send", "id": f"m{i}", "text": f"line {i}"} for i in range(100)]
            asked += [{"type": "history", "ref": "h", "before": {"epoch": 0, "offset": 0}},
                      {"type": "command", "ref": "s", "line": "/search line"},
                      {"type": "join", "ref": "j", "room": f"den-{turn}"},
                      {"type": "command", "ref": "t", "line": f"/topic tea {turn}"}]
            asked += {"bye": [{"type": "bye"}], "/quit": [{"type": "command", "line": "/quit"}],
                      "end of input": []}[end]
            alice.ask(*asked)
            if end == "end of input":
                alice.end_input()
            heard = list(iter(alice.receive, None))
            alice.socket.close()
            answers = [m.get("id") or m.get("ref") for m in heard
                       if m["type"] in ("ack", "history", "reply", "room", "error")]
            answers = [a for a in answers if a]
            assert answers[:100] == [f"m{i}" for i in range(100)]
            assert sorted(answers[100:-1]) == ["h", "j", "s"]
            assert answers[-1] == "t"
            assert heard[-1]["type"] == ("goodbye" if end != "end of input" else "ack")
            (page,) = [m for m in heard if m["type"] == "history"]
            assert [e["text"] for e in page["entries"]] == [f"line {i}" for i in range(50, 100)]


def test_a_page_of_the_newest_entries_ends_where_the_events_go_on(tmp_path):
    with Daemon(tmp_path) as d:
        alice, bob = NativeConnection(d), NativeConnection(d)
        bob.ask({"type": "hello", "name": "bob", "history": 0})
        while bob.receive()["type"] != "room":
            pass
        newest = {"type": "history", "before": {"epoch": 0, "offset": 0}, "limit": 5}
        alice.ask({"type": "hello", "name": "alice", "history": 0})

        def talk():
            for turn in range(100):
                alice.ask(*[{"type": "send", "id": f"{turn}-{i}", "text": "x"} for i in range(20)])
                while alice.receive().get("id") != f"{turn}-19":
                    pass

        talking = threading.Thread(target=talk)
        talking.start()
        told, pages = 0, 0
        bob.ask(newest)
        while told < 2000 or pages < 1:
            m = bob.receive()
            if m.get("kind") == "message":
                told += 1
                assert m["position"]["offset"] == told
            elif m["type"] == "history":
                pages += 1
                assert [e["position"]["offset"] for e in m["entries"]] == \
                    list(range(max(1, told - 4), told + 1))
                bob.ask(newest)
        talking.join()
        assert pages > 1
