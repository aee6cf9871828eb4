"""asio-chat-bench: small runs of each command, and servers that deliver wrongly.

The programs are looked for in the directory that ASIO_CHAT_BIN names.
"""

import asyncio
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import stat
import struct
import subprocess
import threading

import pytest

from programs import BIN, PATIENCE

BENCH = BIN / "asio-chat-bench"
DAEMON = BIN / "asio-chatd"

FIGURES = {
    "cpu_s_per_million", "deliveries_per_s", "latency_p50_ms", "latency_p99_ms",
    "latency_p99_9_ms", "latency_max_ms", "deliveries_per_record", "generator_load",
}
NO_VIOLATIONS = {"lost": 0, "doubled": 0, "reordered": 0, "damaged": 0, "echoed": 0,
                 "strayed": 0}
SMALL_FLOOD = ["--receivers", "5", "--messages", "3000", "--window", "200"]
SMALL_PACED = ["--receivers", "20", "--rate", "50", "--seconds", "0.4"]


# Not every PATH contains the directories of servers.
SERVERS = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin"


def bench(*arguments, timeout=PATIENCE):
    return subprocess.run([BENCH, *map(str, arguments)], capture_output=True, text=True,
                          timeout=timeout)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    where = tmp_path_factory.mktemp("bench-tls")
    cert, key = where / "cert.pem", where / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", cert, "-days", "1", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"],
        check=True, capture_output=True)
    return cert, key


@contextlib.contextmanager
def bare_server(certificate, *options):
    cert, key = certificate
    process = subprocess.Popen([BENCH, "bare-server", "--cert", cert, "--key", key, *options],
                               stdout=subprocess.PIPE, text=True)
    try:
        words = process.stdout.readline().split()
        assert words[:2] == ["listening", "on"]
        yield words[2], process
    finally:
        process.terminate()
        process.stdout.close()
        assert process.wait(timeout=PATIENCE) == 0


class faulty_server:
    """A server of the text protocol on a thread of its own that treats one message wrongly."""

    def __init__(self, certificate, fault, at=40):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificate)
        self.fault, self.at = fault, at
        self.members, self.count, self.held = {}, 0, None
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        assert self.ready.wait(10)
        return f"127.0.0.1:{self.port}"

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.set_exception_handler(lambda *_: None)
        server = self.loop.run_until_complete(
            asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=self.context))
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        self.loop.run_forever()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()

    async def serve(self, reader, writer):
        try:
            name = await self.frame(reader)
            self.members[writer] = name
            while True:
                line = await self.frame(reader)
                self.relay(writer, name + b": " + line)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self.members.pop(writer, None)
            writer.close()

    @staticmethod
    async def frame(reader):
        (length,) = struct.unpack("!I", await reader.readexactly(4))
        return await reader.readexactly(length)

    def relay(self, sender, text):
        self.count += 1
        others = [one for one in self.members if one is not sender]
        if self.fault == "deaf":
            others = others[1:]
        if self.fault == "babble" and self.count >= self.at:
            return self.babble(others)
        for number, one in enumerate(others):
            for version in self.versions(text) if number == 0 else [text]:
                one.write(struct.pack("!I", len(version)) + version)
        if self.fault == "echo" and self.count == self.at:
            sender.write(struct.pack("!I", len(text)) + text)
        if self.fault == "close" and self.count == self.at:
            others[0].close()

    def babble(self, members):
        """It sends no more messages, but still sends other things."""
        for one in members:
            one.write(struct.pack("!I", 9) + b"* hello *")
        self.loop.call_later(0.5, self.babble, members)

    def versions(self, text):
        """Gives what the first receiver gets instead of `text`."""
        if self.fault == "swap" and self.count == self.at:
            self.held = text
            return []
        if self.held:
            held, self.held = self.held, None
            return [text, held]
        if self.count != self.at:
            return [text]
        return {"double": [text, text], "drop": [], "damage": [text[:-1] + b"!"]}.get(
            self.fault, [text])


@pytest.mark.parametrize("mode", [[], ["--coalesce"]], ids=["plain", "coalesce"])
@pytest.mark.parametrize("command,options,deliveries",
                         [("flood", SMALL_FLOOD, 15000), ("paced", SMALL_PACED, 400)])
def test_load_on_the_bare_loop(certificate, mode, command, options, deliveries):
    with bare_server(certificate, *mode) as (address, server):
        done = bench(command, "--server", address, "--ca", certificate[0], "--server-pid",
                     server.pid, "--repeat", 3, "--json", *options)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["clean"] is True
    assert report["load"]["scenario"] == command
    assert len(report["runs"]) == 3
    for run in report["runs"]:
        assert run["deliveries"] == deliveries
        assert run["violations"] == NO_VIOLATIONS
        assert FIGURES <= run.keys()
        assert all(run[figure] > 0 for figure in FIGURES)
        assert (run["latency_p50_ms"] <= run["latency_p99_ms"] <= run["latency_p99_9_ms"]
                <= run["latency_max_ms"])
    for figure in FIGURES:
        values = sorted(run[figure] for run in report["runs"])
        assert report["summary"][figure] == pytest.approx(
            {"low": values[0], "median": values[1], "high": values[2]})
    if not mode:
        assert all(run["deliveries_per_record"] == 1 for run in report["runs"])
    elif command == "flood":
        assert all(run["deliveries_per_record"] > 2 for run in report["runs"])


@contextlib.contextmanager
def daemon(directory, *options):
    process = subprocess.Popen([DAEMON, "--listen", "127.0.0.1:0", "--data", directory, *options],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        words = process.stdout.readline().split()
        assert words[:2] == ["listening", "on"]
        yield words[2], directory / "ca-cert.pem"
    finally:
        process.terminate()
        process.stdout.close()
        assert process.wait(timeout=PATIENCE) == 0


@pytest.mark.skipif(not DAEMON.exists(), reason="asio-chatd is not built")
@pytest.mark.parametrize("rooms,members", [(20, 4), (200, 2)])
def test_many_rooms(tmp_path, rooms, members):
    messages = rooms * 50
    with daemon(tmp_path / "data") as (address, ca):
        done = bench("rooms", "--server", address, "--ca", ca, "--rooms", rooms, "--members", members,
                     "--messages", messages + 1, "--window", 20, "--repeat", 2, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["load"]["protocol"] == "native-2" and report["load"]["rooms"] == rooms
    for run in report["runs"]:
        assert run["deliveries"] == messages * (members - 1)
        assert run["violations"] == NO_VIOLATIONS


@pytest.mark.skipif(not DAEMON.exists(), reason="asio-chatd is not built")
@pytest.mark.parametrize("protocol", ["native", "native-2"])
@pytest.mark.parametrize("command,options,deliveries",
                         [("flood", SMALL_FLOOD, 15000), ("paced", SMALL_PACED, 400)])
def test_the_native_protocol(tmp_path, command, options, deliveries, protocol):
    with daemon(tmp_path / "data", "--ephemeral") as (address, ca):
        done = bench(command, "--protocol", protocol, "--server", address, "--ca", ca, "--json",
                     "--repeat", 2, *options)
        wrong = bench(command, "--protocol", "irc", "--server", address, "--ca", ca, *options)
    assert done.returncode == 0, done.stderr
    for run in json.loads(done.stdout)["runs"]:
        assert run["deliveries"] == deliveries and run["violations"] == NO_VIOLATIONS
    # An unknown protocol is an error that says so.
    assert wrong.returncode == 2 and len(wrong.stderr.splitlines()) == 1


def test_text_output_without_a_process(certificate):
    with bare_server(certificate) as (address, _):
        done = bench("flood", "--server", address, "--ca", certificate[0], *SMALL_FLOOD)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == ("flood: 1 publisher, 5 receivers, 3000 messages of 128 bytes, "
                        "window 200")
    assert [line.split()[0] for line in lines[2:]] == ["1", "2", "3", "4", "5", "median",
                                                       "lowest", "highest"]
    assert lines[2].split()[1] == "-"
    assert done.stderr == ""


@pytest.mark.parametrize("size,batch", [(64, 1), (8000, 0), (129, 7)])
def test_sizes_and_batches(certificate, size, batch):
    with bare_server(certificate, "--coalesce") as (address, _):
        done = bench("flood", "--server", address, "--ca", certificate[0], "--receivers", 3,
                     "--messages", 500, "--window", 50, "--size", size, "--batch", batch,
                     "--repeat", 2, "--json")
    assert done.returncode == 0, done.stderr
    assert [run["deliveries"] for run in json.loads(done.stdout)["runs"]] == [1500, 1500]


@pytest.mark.parametrize("fault,found", [
    ("double", "1 doubled"), ("drop", "1 lost"), ("swap", "1 out of order"),
    ("damage", "1 damaged"), ("echo", "1 sent back to the sender"),
])
def test_a_faulty_server_is_found_out(certificate, fault, found):
    with faulty_server(certificate, fault) as address:
        done = bench("flood", "--server", address, "--ca", certificate[0], "--receivers", 3,
                     "--messages", 200, "--window", 50, "--repeat", 1, "--json")
    assert done.returncode == 1
    assert "wrong deliveries" in done.stderr and found in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert json.loads(done.stdout)["clean"] is False


@pytest.mark.skipif(not DAEMON.exists(), reason="asio-chatd is not built")
def test_why_a_server_closes_is_passed_on(tmp_path, monkeypatch):
    monkeypatch.setenv("CHAT_SECRET", "a passphrase")
    with daemon(tmp_path / "data", "--ephemeral") as (address, ca):
        done = bench("flood", "--server", address, "--ca", ca, *SMALL_FLOOD)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert "it had said 'wrong passphrase'" in done.stderr


class Meddler:
    """A member who repeats in one room what was said in another one."""

    def __init__(self, address, ca):
        host, port = address.rsplit(":", 1)
        context = ssl.create_default_context(cafile=ca)
        context.set_alpn_protocols(["asio-chat/1"])
        self.tls = context.wrap_socket(socket.create_connection((host, int(port)), timeout=PATIENCE),
                                       server_hostname=host)
        self.stream = self.tls.makefile("rb")
        self.send(type="hello", name="meddler", room="lobby")

    def send(self, **fields):
        payload = json.dumps({"v": 1, **fields}).encode()
        self.tls.sendall(struct.pack("!I", len(payload)) + payload)

    def hear(self, **wanted):
        while True:
            length, = struct.unpack("!I", self.stream.read(4))
            message = json.loads(self.stream.read(length))
            if all(message.get(k) == v for k, v in wanted.items()):
                return message

    def rooms(self):
        while True:
            self.send(type="command", ref="r", room="lobby", line="/rooms")
            found = [r for r in self.hear(type="reply", ref="r")["items"] if r != "lobby"]
            if len(found) == 2:
                return found

    def carry_one(self):
        one, other = self.rooms()
        for room in one, other:
            self.send(type="join", ref=room, room=room, history=0)
            self.hear(type="room", room=room)
        heard = self.hear(type="event", kind="message", room=one)
        self.send(type="send", id="1", room=other, text=heard["text"])
        self.hear(type="ack", id="1")
        self.tls.close()


@pytest.mark.skipif(not DAEMON.exists(), reason="asio-chatd is not built")
def test_a_message_in_another_room_is_found_out(tmp_path):
    with daemon(tmp_path / "data", "--ephemeral") as (address, ca):
        with subprocess.Popen(
                [BENCH, "rooms", "--server", address, "--ca", ca, "--rooms", "2", "--members", "2",
                 "--messages", "4000", "--window", "10", "--repeat", "20"],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as load:
            Meddler(address, ca).carry_one()
            errors = load.communicate(timeout=PATIENCE)[1]
    assert load.returncode == 1
    # Both members of the room hear it.
    assert "2 in another room" in errors and len(errors.splitlines()) == 1


def test_a_correct_server_in_python_passes(certificate):
    with faulty_server(certificate, "none") as address:
        done = bench("flood", "--server", address, "--ca", certificate[0], "--receivers", 3,
                     "--messages", 200, "--window", 50, "--repeat", 1)
    assert done.returncode == 0, done.stderr


def test_a_server_that_hangs_up(certificate):
    with faulty_server(certificate, "close") as address:
        done = bench("flood", "--server", address, "--ca", certificate[0], "--receivers", 3,
                     "--messages", 200, "--window", 50, "--repeat", 1)
    assert done.returncode == 1
    assert "receiver" in done.stderr and len(done.stderr.splitlines()) == 1


def stand_in_daemon(directory, certificate):
    """A program with the name of the daemon that is the bare loop."""
    cert, key = certificate
    script = directory / "asio-chatd"
    script.write_text(f"""#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in --data) data=$2 ;; --listen) listen=$2 ;; esac
  shift
done
cp '{cert}' "$data/ca-cert.pem"
exec '{BENCH}' bare-server --cert '{cert}' --key '{key}' --listen "$listen"
""")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


def compare(daemon, scenario, *options):
    small = SMALL_FLOOD if scenario == "flood" else SMALL_PACED
    done = bench("compare", "--scenario", scenario, "--asio-chatd", daemon, "--pairs", 2,
                 "--server-cpu", -1, "--generator-cpu", -1, "--json", *small, *options)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["clean"] is True
    assert len(report["pairs"]) == 2
    for pair in report["pairs"]:
        ours, bare = pair["asio-chatd"], pair["bare"]
        assert ours["violations"] == bare["violations"] == NO_VIOLATIONS
        assert ours["deliveries"] == bare["deliveries"]
        assert pair["ratio"] == pytest.approx(
            ours["cpu_s_per_million"] / bare["cpu_s_per_million"])
    assert report["summary"].keys() == {"asio-chatd", "bare", "ratio"}
    assert FIGURES <= report["summary"]["asio-chatd"].keys()
    return report


@pytest.mark.parametrize("scenario", ["flood", "paced"])
def test_compare_with_a_stand_in(tmp_path, certificate, scenario):
    report = compare(stand_in_daemon(tmp_path, certificate), scenario, "--plain")
    assert report["bare_mode"] == "plain"


@pytest.mark.skipif(not DAEMON.exists(), reason="asio-chatd is not built")
@pytest.mark.parametrize("scenario", ["flood", "paced"])
def test_compare_with_the_daemon(scenario):
    assert compare(DAEMON, scenario)["bare_mode"] == "coalesce"


@pytest.mark.skipif(not DAEMON.exists(), reason="asio-chatd is not built")
def test_compare_the_daemon_with_itself_set_otherwise(tmp_path):
    said = tmp_path / "said"
    script = tmp_path / "asio-chatd"
    script.write_text(f"#!/bin/sh\necho \"$*\" >> '{said}'\nexec '{DAEMON}' \"$@\"\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    options = ["compare", "--scenario", "flood", "--pairs", 2, "--server-cpu", -1, "--generator-cpu", -1,
               "--asio-chatd", script, "--against-arg=--ephemeral", *SMALL_FLOOD]
    done = bench(*options, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["other_arguments"] == ["--ephemeral"]
    assert report["summary"].keys() == {"asio-chatd", "other", "ratio"}
    assert ["--ephemeral" in line for line in said.read_text().splitlines()] == [False, True] * 2
    shown = bench(*options).stdout
    assert "against asio-chatd --ephemeral" in shown
    assert "CPU of asio-chatd over --ephemeral, pair by pair" in shown


@pytest.mark.skipif(not DAEMON.exists(), reason="asio-chatd is not built")
@pytest.mark.parametrize("scenario,small", [
    ("flood", SMALL_FLOOD), ("paced", SMALL_PACED), ("handshakes", ["--count", 5]),
    ("rooms", ["--rooms", 3, "--members", 2, "--messages", 300]),
])
def test_compare_measures_two_builds_of_the_daemon_in_turn(tmp_path, scenario, small):
    started = tmp_path / "started"

    def build(name):
        """A daemon with this name that records its start and its arguments."""
        script = tmp_path / name / "asio-chatd"
        script.parent.mkdir()
        script.write_text(f"#!/bin/sh\necho {name} \"$*\" >> '{started}'\nexec '{DAEMON}' \"$@\"\n")
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        return script

    after, before = build("after"), build("before")
    options = ["compare", "--scenario", scenario, "--pairs", 2, "--server-cpu", -1, "--generator-cpu",
               -1, "--asio-chatd", after, "--asio-chatd-arg=--ephemeral", "--against", before, *small]
    done = bench(*options, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["clean"] is True and report["load"]["scenario"] == scenario
    assert report["other_daemon"] == str(before) and report["other_arguments"] == []
    assert len(report["pairs"]) == 2
    assert report["summary"].keys() == {"asio-chatd", "other", "ratio"}
    cost = "cpu_us_per_handshake" if scenario == "handshakes" else "cpu_s_per_million"
    for pair in report["pairs"]:
        assert pair["ratio"] == pytest.approx(pair["asio-chatd"][cost] / pair["other"][cost])
    starts = [line.split() for line in started.read_text().splitlines()]
    assert [words[0] for words in starts] == ["after", "before"] * 2
    assert ["--ephemeral" in words for words in starts] == [True, False] * 2
    if scenario == "rooms":
        assert report["load"]["rooms"] == 3 and report["load"]["protocol"] == "native-2"
        assert all(pair[side]["deliveries"] == 300 for pair in report["pairs"]
                   for side in ("asio-chatd", "other"))
        shown = bench(*options).stdout
        assert f"\nagainst {before}\n" in shown
        assert f"CPU of asio-chatd over {before}, pair by pair" in shown


@pytest.mark.skipif(not DAEMON.exists(), reason="asio-chatd is not built")
@pytest.mark.parametrize("kind", ["full", "resumed"])
def test_compare_handshakes_with_the_bare_loop(kind):
    options = ["compare", "--scenario", "handshakes", "--count", 20, "--pairs", 1, "--server-cpu", -1,
               "--generator-cpu", -1, *(["--resumed"] if kind == "resumed" else [])]
    done = bench(*options, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["load"] == {"scenario": "handshakes", "kind": kind, "count": 20}
    costs = {side: report["summary"][side]["cpu_us_per_handshake"]["median"]
             for side in ("asio-chatd", "bare")}
    assert all(cost > 0 for cost in costs.values())
    assert report["summary"]["ratio"]["median"] == pytest.approx(costs["asio-chatd"] / costs["bare"])
    assert "CPU of asio-chatd over the bare loop, pair by pair" in bench(*options).stdout


@pytest.mark.skipif(not DAEMON.exists(), reason="asio-chatd is not built")
def test_append_waits_for_the_disk_and_says_how_long(tmp_path):
    # Each sync of the daemon takes 20 ms more; the bench's own do not.
    slow = tmp_path / "slow-disk"
    # With -D the daemon is the process that the bench has started, and ends.
    slow.write_text(f"""#!/bin/sh
echo $$ > '{tmp_path}/pid'
exec strace -D -f -o /dev/null -e trace=fdatasync -e inject=fdatasync:delay_enter=20000 '{DAEMON}' "$@"
""")
    slow.chmod(slow.stat().st_mode | stat.S_IXUSR)
    reports = []
    for program in [DAEMON] + [slow] * bool(shutil.which("strace")):
        done = bench("append", "--count", 20, "--asio-chatd", program, "--json")
        assert done.returncode == 0, done.stderr
        reports.append(json.loads(done.stdout))
    for report in reports:
        assert report["count"] == 20
        for what in ("send", "sync"):
            assert 0 < report[what]["median_ms"] <= report[what]["p99_ms"]
        assert report["ratio"]["median"] == pytest.approx(
            report["send"]["median_ms"] / report["sync"]["median_ms"])
    for report in reports[1:]:
        assert report["send"]["median_ms"] >= 20
        assert not pathlib.Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()
    shown = bench("append", "--count", 5, "--pause", 0, "--asio-chatd-arg=--ephemeral").stdout
    assert [line.split()[0] for line in shown.splitlines()] == ["5", "send", "4", "ratio"]


def idle(sleep_after, *options):
    done = bench("idle", "--asio-chatd", DAEMON, f"--asio-chatd-arg=--sleep-after={sleep_after}",
                 "--asio-chatd-arg=--ephemeral", "--json", *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["runs"]


@pytest.mark.skipif(not DAEMON.exists(), reason="asio-chatd is not built")
def test_idle_tells_what_connections_take_when_they_come_sleep_and_wake():
    runs = idle("100ms", "--connections", "10,20", "--quiet", 0.5)
    assert [run["connections"] for run in runs] == [10, 20]
    for run in runs:
        assert run["bytes_per_connection"].keys() == {"at_once", "quiet", "woken", "again"}
        for figures in run["bytes_per_connection"].values():
            assert figures.keys() == {"resident", "proportional", "private"}
        assert run.keys() >= {"wake_cpu_us", "wake_ms"}


@pytest.mark.machine
def test_connections_that_sleep_give_back_pages():
    quiet = {after: idle(after, "--connections", "60,80", "--quiet", 4)[-1]["bytes_per_connection"]["quiet"]
             for after in ("0", "1s")}
    for what in ("resident", "proportional", "private"):
        assert 0 < quiet["1s"][what] < quiet["0"][what] - 25_000


def test_idle_measures_a_server_that_runs(certificate):
    with bare_server(certificate) as (address, process):
        done = bench("idle", "--server", address, "--ca", certificate[0], "--server-pid",
                     process.pid, "--connections", 20, "--quiet", 0.1)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].split()[0] == "20"


@pytest.mark.parametrize("fault,command,said", [
    ("babble", ["flood", "--receivers", 3, "--messages", 200, "--window", 5, "--repeat", 1],
     "no message came for 10 s"),
    ("deaf", ["idle", "--server-pid", os.getpid(), "--connections", 5], "4 of 5 connections heard"),
])
def test_a_server_that_is_busy_with_something_else_is_given_up(certificate, fault, command, said):
    with faulty_server(certificate, fault) as address:
        done = bench(*command, "--server", address, "--ca", certificate[0])
    assert done.returncode == 1
    assert said in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(not DAEMON.exists(), reason="asio-chatd is not built")
@pytest.mark.parametrize("key,program", [
    ("nats", "nats-server"), ("redis", "redis-server"), ("inspircd", "inspircd"),
    ("ngircd", "ngircd"), ("mosquitto", "mosquitto"),
])
def test_peers(key, program):
    if not shutil.which(program, path=SERVERS):
        pytest.skip(f"{program} is not installed (Debian's package {program})")
    scenarios = ["flood-100", "rooms-20", "paced-100", "connect"]
    options = ["--quick", "--only", key, "--server-cpu", -1, "--generator-cpu", -1]
    done = bench("peers", *options, "--pairs", 2, "--json",
                 *(word for name in scenarios for word in ("--scenario", name)))
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["clean"] is True and report["rounds"] == 2 and report["missing"] == []
    assert [one["scenario"] for one in report["scenarios"]] == scenarios
    for one in report["scenarios"]:
        servers = {server["name"]: server for server in one["servers"]}
        assert len(servers) == 5
        ours, peer = one["servers"][0], one["servers"][-1]
        in_one_room = one["scenario"] in ("flood-100", "paced-100")
        assert "protocol" not in one.get("load", {})
        assert ours["protocol"] == ("text" if in_one_room else "native-2")
        assert ours["name"] == "asio-chatd"
        for server in servers.values():
            assert len(server["runs"]) == 2 and "failure" not in server
            for run in server["runs"]:
                assert run.get("violations", NO_VIOLATIONS) == NO_VIOLATIONS
        cost = "cpu_us_per_login" if one["scenario"] == "connect" else "cpu_s_per_million"
        ratios = sorted(a[cost] / b[cost] for a, b in zip(ours["runs"], peer["runs"]))
        assert peer["ratios"]["asio-chatd"]["low"] == pytest.approx(ratios[0])
        assert peer["ratios"]["asio-chatd"]["high"] == pytest.approx(ratios[1])


def test_peers_prints_markdown_and_says_who_failed(tmp_path, certificate):
    script = tmp_path / "asio-chatd"
    script.write_text("#!/bin/sh\necho it is broken >&2\nexit 3\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    done = bench("peers", "--quick", "--scenario", "paced-10", "--asio-chatd", script,
                 "--server-cpu", -1, "--generator-cpu", -1)
    assert done.returncode == 1
    assert "1 bare loop, coalescing" in done.stdout and "2 bare loop" not in done.stdout
    assert f"paced-10, asio-chatd: '{script}' ended: it is broken" in done.stderr
    table = [line for line in done.stdout.splitlines() if line.startswith("|")]
    assert table[0].startswith("| paced: 1 publisher, 20 receivers, 10 messages/s of 128 bytes for 1 s |")
    assert set(table[1]) <= set("|- ")
    assert table[2] == f"| asio-chatd | failed: '{script}' ended: it is broken |"
    assert table[4].startswith("| bare loop, coalescing | ")


def test_a_peer_that_is_not_installed_is_named(tmp_path):
    # Only the bench can be found, and no sbin.
    done = subprocess.run(["unshare", "-rm", "sh", "-c",
                           f"mount -t tmpfs none /usr/sbin && exec '{BENCH}' peers --quick --only ngircd"],
                          capture_output=True, text=True, timeout=PATIENCE)
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip("no namespaces of one's own here: " + done.stderr.strip())
    assert done.returncode == 2
    assert done.stderr == "asio-chat-bench: ngIRCd is not installed (Debian's package ngircd)\n"


@pytest.mark.skipif(not DAEMON.exists(), reason="asio-chatd is not built")
def test_resumed_handshakes_need_a_server_that_resumes(tmp_path):
    script = tmp_path / "without-tickets"
    script.write_text(f"""#!/bin/sh
for a; do shift; [ "$a" = --tls-tickets ] || set -- "$@" "$a"; done
exec '{DAEMON}' "$@"
""")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    done = bench("compare", "--scenario", "handshakes", "--count", 5, "--pairs", 1, "--resumed",
                 "--asio-chatd", script)
    assert done.returncode == 1
    assert "does not answer" in done.stderr or "no ticket" in done.stderr


def test_compare_leaves_nothing_behind(tmp_path, certificate):
    script = stand_in_daemon(tmp_path, certificate)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = [BENCH, "compare", "--scenario", "paced", "--asio-chatd", script, "--receivers", "3",
               "--seconds", "60", "--server-cpu", "-1", "--generator-cpu", "-1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               text=True, env={**os.environ, "TMPDIR": str(scratch)})
    while not list(scratch.glob("*/data/ca-cert.pem")):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert errors == "asio-chat-bench: interrupted\n"
    assert not list(scratch.iterdir())


@pytest.mark.parametrize("arguments,expected", [
    ([], "subcommand is required (see asio-chat-bench --help)"),
    (["flod"], "there is no command 'flod' (see asio-chat-bench --help)"),
    (["flood", "--server", "127.0.0.1:1"], "--ca is required (see asio-chat-bench flood --help)"),
    (["flood", "--server", "nowhere", "--ca", "x"], "'nowhere' is not HOST:PORT"),
    (["flood", "--server", "127.0.0.1:73979", "--ca", "CERT"], "'127.0.0.1:73979' is not HOST:PORT"),
    (["flood", "--server", "127.0.0.1:1x", "--ca", "CERT"], "'127.0.0.1:1x' is not HOST:PORT"),
    (["flood", "--server", "[::1", "--ca", "CERT"], "'[::1' is not HOST:PORT"),
    (["paced", "--server", "127.0.0.1:1", "--ca", "CERT", "--rate", "nan"],
     "nan not in range 0.1 to 100000"),
    (["flood", "--server", "127.0.0.1:1", "--ca", "/nowhere"], "No such file"),
    (["flood", "--server", "127.0.0.1:1", "--ca", "CERT"], "127.0.0.1:1, publisher: connecting"),
    (["flood", "--server", "127.0.0.1:1", "--ca", "CERT", "--size", "10"], "not in range"),
    (["flood", "--server", "127.0.0.1:1", "--ca", "CERT", "--server-pid", "999999999"],
     "process 999999999"),
    (["flood", "--server", "127.0.0.1:1", "--ca", "CERT", "--protocol", "smtp"], "--protocol"),
    (["rooms", "--server", "127.0.0.1:1", "--ca", "CERT", "--protocol", "text"], "knows one room"),
    (["rooms", "--server", "127.0.0.1:1", "--ca", "CERT", "--messages", "19"], "19 messages are not"),
    (["rooms", "--server", "127.0.0.1:1", "--ca", "CERT", "--members", "1"], "not in range"),
    (["compare", "--scenario", "calm"], "--scenario"),
    (["compare", "--scenario", "flood", "--asio-chatd", "/nowhere"], "there is no '/nowhere'"),
    (["compare", "--scenario", "flood", "--against", "/nowhere"],
     "there is no '/nowhere'; say where the daemon is with --against"),
    (["compare", "--scenario", "flood", "--against", "/bin/false", "--plain"], "excludes"),
    (["compare", "--scenario", "rooms"], "the bare loop knows one room"),
    (["compare", "--scenario", "flood", "--asio-chatd", "/bin/true", "--generator-cpu", "1000"],
     "core 1000 is not available"),
    (["compare", "--scenario", "flood", "--asio-chatd", "/bin/false", "--generator-cpu", "-1"],
     "'/bin/false' ended"),
    (["idle", "--server", "127.0.0.1:1"], "requires"),
    (["idle", "--server", "127.0.0.1:1", "--ca", "CERT", "--server-pid", "999999999"],
     "127.0.0.1:1, 0: connecting"),
    (["idle", "--asio-chatd", "/nowhere"], "there is no '/nowhere'"),
    (["idle", "--connections", "10,0"], "not in range"),
    (["peers", "--only", "xmpp"], "--only"),
    (["peers", "--scenario", "calm"], "--scenario"),
    (["peers", "--asio-chatd", "/nowhere"], "there is no '/nowhere'"),
    (["append", "--asio-chatd", "/nowhere"], "there is no '/nowhere'"),
    (["append", "--asio-chatd-arg=--ephmeral"], "ephmeral"),
    (["bare-server", "--cert", "/nowhere", "--key", "/nowhere"], "'/nowhere' is no certificate"),
])
def test_what_cannot_start_says_why(certificate, arguments, expected):
    done = bench(*[certificate[0] if one == "CERT" else one for one in arguments])
    assert done.returncode == 2
    assert expected in done.stderr


def test_a_stranger_is_not_trusted(certificate, tmp_path):
    other = tmp_path / "other.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                    tmp_path / "k.pem", "-out", other, "-subj", "/CN=other"],
                   check=True, capture_output=True)
    with bare_server(certificate) as (address, _):
        done = bench("flood", "--server", address, "--ca", other)
    assert done.returncode == 2
    assert "certificate verify failed" in done.stderr


def test_help_and_version():
    assert bench("--version").stdout.startswith("asio-chat-bench ")
    for command in ["flood", "rooms", "paced", "compare", "append", "idle", "peers", "bare-server"]:
        shown = bench(command, "--help")
        assert shown.returncode == 0
        assert "Example" in shown.stdout
