"""One of many readers is stopped while a flood goes by: the daemon does not keep it for that
reader, the others notice nothing, and the reader gets all of it in order after going on. C57.

ASIO_CHAT_READERS (20), ASIO_CHAT_MESSAGES (20000, of each flood), ASIO_CHAT_MESSAGE_SIZE (1000),
ASIO_CHAT_PAIRS (0): floods while the reader reads, and while it is stopped, in turn, whose resident
memory is compared; times from five pairs on. With 0 it is stopped during one flood and nothing is measured.
"""

import asyncio
import json
import multiprocessing
import os
import re
import signal
import statistics
import subprocess
import time
from pathlib import Path

import pytest

from native_client import NativeClient
from programs import BIN, PATIENCE, Daemon, until

READERS = int(os.environ.get("ASIO_CHAT_READERS", "20"))
MESSAGES = int(os.environ.get("ASIO_CHAT_MESSAGES", "20000"))
SIZE = int(os.environ.get("ASIO_CHAT_MESSAGE_SIZE", "1000"))
PAIRS = int(os.environ.get("ASIO_CHAT_PAIRS", "0"))
MOST_GROWTH = 2 * 1024  # KiB
MOST_SLOWER = 1.2
IN_THE_SYSTEM = 12 << 20  # bytes that may wait in both sockets of a connection
MOST_UNSENT = 512 << 10  # of them in the daemon's; the rest is counted in its outbox
WINDOW = 100  # small, so that the others' queues are as well


class CarefulReader(NativeClient):
    """A reader that keeps only its position; every entry has to be the next one."""

    def __init__(self, *arguments, offset):
        super().__init__(*arguments)
        self.offset = offset
        self.sequences = {}  # for each run of the generator

    def on_room(self, message):
        super().on_room(message)
        if self.offset.value < 0:  # the event comes again when joins and leaves were missed
            self.offset.value = self.position[1]

    def on_event(self, message):
        if message["kind"] == "gap":
            self.wrong.append(f"a gap: {message}")
        if "position" not in message:
            return
        offset, text = message["position"]["offset"], message["text"]
        if offset != self.offset.value + 1:
            self.wrong.append(f"{offset} follows {self.offset.value}")
        if text.startswith("bench "):
            _, run, _, sequence, _ = text.split(maxsplit=5)[:5]
            if int(sequence, 16) != self.sequences.get(run, 0) + 1:
                self.wrong.append(f"number {sequence} follows {self.sequences.get(run)}")
            self.sequences[run] = int(sequence, 16)
        self.offset.value = offset
        if text == "the end" or self.wrong:
            self.stop()


def read_everything(port, ca, offset):
    async def read():
        reader = CarefulReader("careful", port, ca, offset=offset)
        await reader.run()
        return reader.wrong + reader.goodbyes
    wrong = asyncio.run(read())
    if wrong:
        raise SystemExit(f"{len(wrong)} wrong, first: {wrong[0]}")


def waiting_in_the_system(port):
    """Of all connections of a server, the most that its system has not sent, or has no answer to."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return max((int(row[4].split(":")[0], 16) for row in rows if row[1].endswith(f":{port:04X}")), default=0)


def say(daemon, text, name):
    """Says the text and returns its offset."""
    async def one_message():
        speaker = NativeClient(name, daemon.port, daemon.ca)
        task = asyncio.create_task(speaker.run())
        at = await speaker.answer(speaker.say(text))
        speaker.stop()
        await task
        return at[1]
    return asyncio.run(one_message())


def memory(process, row):
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(row + r":\s+(\d+) kB", status)[1])


def flood(daemon, messages=MESSAGES):
    """Returns the p99 in ms, and the highest memory of the daemon meanwhile in KiB."""
    Path(f"/proc/{daemon.process.pid}/clear_refs").write_text("5")  # VmHWM begins anew
    done = subprocess.run(
        [BIN / "asio-chat-bench", "flood", "--server", f"127.0.0.1:{daemon.port}", "--ca", daemon.ca,
         "--receivers", str(READERS - 1), "--messages", str(messages), "--size", str(SIZE),
         "--window", str(WINDOW), "--repeat", "1", "--json"],
        capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stderr
    run = json.loads(done.stdout)["runs"][0]
    assert run["deliveries"] == messages * (READERS - 1)
    return run["latency_p99_ms"], memory(daemon.process, "VmHWM")


def fill_caches(daemon):
    """Floods until the caches of the database and of the allocator are full."""
    most = 0
    for _ in range(20):
        _, memory_now = flood(daemon, min(MESSAGES, 20_000))
        if memory_now < most + 128:
            return
        most = max(most, memory_now)
    raise AssertionError(f"its memory keeps growing: {memory_now} KiB")


@pytest.mark.skipif("ASIO_CHAT_SANITIZED" in os.environ and PAIRS > 0,
                    reason="a sanitizer takes memory of its own")
def test_C57_a_stopped_reader_costs_nobody_anything_and_misses_nothing(tmp_path):
    assert MESSAGES * (SIZE + 100) > IN_THE_SYSTEM, "the daemon would not notice"
    with Daemon(tmp_path, "--stall-timeout=2h", "--idle-timeout=2h", "--room-entries=0", "--room-bytes=0",
                "--log-level=warning") as daemon:
        spawn = multiprocessing.get_context("spawn")
        offset = spawn.Value("q", -1, lock=False)
        reader = spawn.Process(target=read_everything, args=(daemon.port, daemon.ca, offset))
        reader.start()
        try:
            assert until(lambda: offset.value >= 0)
            if PAIRS:
                fill_caches(daemon)
            running, stopped, growth = [], [], []
            marks = 0
            for _ in range(max(PAIRS, 1)):
                p99, before = flood(daemon, MESSAGES if PAIRS else 100)
                running.append(p99)
                marks += 1
                mark = say(daemon, "it reads", f"mark-{marks}")
                assert until(lambda: offset.value >= mark or not reader.is_alive(), 600)
                os.kill(reader.pid, signal.SIGSTOP)
                at = offset.value
                p99, after = flood(daemon)
                stopped.append(p99)
                assert waiting_in_the_system(daemon.port) < MOST_UNSENT
                growth.append(after - before)
                marks += 1
                mark = say(daemon, "it was stopped", f"mark-{marks}")
                assert offset.value == at
                assert mark - at > MESSAGES
                resumed = time.monotonic()
                os.kill(reader.pid, signal.SIGCONT)
                assert until(lambda: offset.value >= mark or not reader.is_alive(), 600)
                caught_up = time.monotonic() - resumed
            say(daemon, "the end", "last")
            reader.join(PATIENCE)
            assert reader.exitcode == 0
        finally:
            if reader.is_alive():
                reader.kill()
        slower = statistics.median(b / a for a, b in zip(running, stopped))
        print(f"\n{READERS} readers, {MESSAGES} messages while one is stopped: memory {growth} KiB, "
              f"p99 {running} ms, then {stopped} ms: {slower:.2f} times, it caught up in {caught_up:.1f} s")
        assert max(growth) < MOST_GROWTH or PAIRS == 0
        assert slower < MOST_SLOWER or PAIRS < 5
