"""A disk that is full, or fails, while the daemon runs: nobody sees what is not stored. C64."""

import asyncio
import errno
import shutil
import signal
import subprocess
import time

import pytest

from native_client import NativeClient
from programs import BIN, PATIENCE, Daemon, clean_environment, until

MIB = 1024 * 1024
FULL = "the server's disk is full: nobody has seen this; try again later"
BROKEN = "the server cannot write to its disk: nobody has seen this; try again later"
WORKS_AGAIN = "the journal can be written to again: messages are kept"


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 24 MiB, of which a file that can be removed takes 16."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "small", disk],
                             capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip("no disk of a test's own can be mounted here: " + mounted.stderr.strip())
    (disk / "ballast").write_bytes(b"\0" * 16 * MIB)
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def fill(disk):
    with open(disk / "more", "wb", buffering=0) as more:
        try:
            while more.write(b"\0" * 4096):
                pass
        except OSError as e:
            assert e.errno == errno.ENOSPC


class Talk:
    """Two members of a room: one talks, the other listens."""

    def __init__(self, daemon):
        self.speaker = NativeClient("speaker", daemon.port, daemon.ca)
        self.listener = NativeClient("listener", daemon.port, daemon.ca)
        self.kept = []

    async def __aenter__(self):
        self.tasks = [asyncio.create_task(p.run()) for p in (self.speaker, self.listener)]
        for person in (self.speaker, self.listener):
            await asyncio.wait_for(person.connected.wait(), PATIENCE)
        return self

    async def __aexit__(self, *_):
        self.speaker.stop()
        self.listener.stop()
        await asyncio.gather(*self.tasks)

    async def say(self, text):
        """Says the text. Returns whether it was acknowledged."""
        at = await self.speaker.answer(self.speaker.say(text))
        if at:
            self.kept.append((at, "speaker", text))
        return at is not None

    async def check(self):
        """The history has exactly the acknowledged messages, and the other member has seen exactly those."""
        assert await self.listener.whole_log() == self.kept
        deadline = time.monotonic() + PATIENCE
        while len(self.listener.seen) < len(self.kept) and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        assert self.listener.seen == self.kept
        assert self.listener.wrong + self.listener.gaps + self.listener.goodbyes == []
        assert self.speaker.goodbyes == []


async def log_of(daemon):
    reader = NativeClient("reader", daemon.port, daemon.ca)
    task = asyncio.create_task(reader.run())
    await asyncio.wait_for(reader.connected.wait(), PATIENCE)
    log = await reader.whole_log()
    reader.stop()
    await task
    return log


def said_once(daemon, sentence):
    assert until(lambda: sentence in daemon.log), daemon.log
    assert daemon.log.count(sentence) == 1, daemon.log


def test_C64_a_full_disk_refuses_sends_reads_on_and_recovers_by_itself(tmp_path, small_disk):
    async def conversation(daemon):
        async with Talk(daemon) as talk:
            assert await talk.say("the first")
            while await talk.say(f"{len(talk.kept)} " + "x" * 8000):
                assert len(talk.kept) < 2000, "the disk never fills"
            refused = talk.speaker.refusals
            assert (refused[-1]["code"], refused[-1]["message"]) == ("storage_failed", FULL)
            assert not await talk.say("y" * 8000)
            assert not await talk.say("z" * 8000)
            await talk.check()
            said_once(daemon, "cannot be written to: the disk is full; make room on it")
            (small_disk / "ballast").unlink()
            assert await talk.say("there is room again")
            assert await talk.say("and more")
            await talk.check()
            said_once(daemon, WORKS_AGAIN)
            assert {r["message"] for r in refused} == {FULL}
            return talk.kept

    with Daemon(tmp_path, data=small_disk / "data") as daemon:
        kept = asyncio.run(conversation(daemon))
        assert daemon.stop() == 0
    with Daemon(tmp_path, data=small_disk / "data") as daemon:
        assert asyncio.run(log_of(daemon)) == kept


def test_C64_it_starts_on_a_full_disk_and_shows_what_there_is(tmp_path, small_disk):
    async def one_message(daemon):
        async with Talk(daemon) as talk:
            assert await talk.say("from before")
            return talk.kept

    async def conversation(daemon, kept):
        guest = NativeClient("guest", daemon.port, daemon.ca)
        task = asyncio.create_task(guest.run())
        await asyncio.wait_for(guest.connected.wait(), PATIENCE)
        assert await guest.whole_log() == kept
        assert await guest.answer(guest.say("no room for it")) is None
        assert [r["message"] for r in guest.refusals] == [FULL]
        (small_disk / "more").unlink()
        assert await guest.answer(guest.say("now there is"))
        assert [text for _, _, text in await guest.whole_log()] == ["from before", "now there is"]
        guest.stop()
        await task

    with Daemon(tmp_path, data=small_disk / "data") as daemon:
        kept = asyncio.run(one_message(daemon))
        daemon.stop(signal.SIGKILL)
    fill(small_disk)
    with Daemon(tmp_path, data=small_disk / "data") as daemon:
        asyncio.run(conversation(daemon, kept))


def test_C64_the_first_start_on_a_full_disk_says_so_and_makes_no_half(tmp_path, small_disk):
    fill(small_disk)
    done = subprocess.run([BIN / "asio-chatd", "--listen", "127.0.0.1:0", "--data", small_disk / "data"],
                          capture_output=True, text=True, env=clean_environment(), timeout=PATIENCE)
    assert done.returncode != 0
    assert done.stdout == ""
    assert "No space left on device" in done.stderr or "full" in done.stderr, done.stderr
    print(done.stderr)
    (small_disk / "more").unlink()
    with Daemon(tmp_path, data=small_disk / "data"):
        pass


class FailingSyncs:
    """Every fsync and fdatasync of a process fails with EIO as long as this lives."""

    def __init__(self, process):
        self.strace = subprocess.Popen(
            ["strace", "-f", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e",
             "inject=fsync,fdatasync:error=EIO", "-p", str(process.pid)],
            stderr=subprocess.PIPE, text=True)
        line = self.strace.stderr.readline()
        if "attached" not in line:
            self.strace.wait()
            pytest.skip("strace cannot attach here: " + line.strip())

    def end(self):
        self.strace.terminate()
        self.strace.wait(PATIENCE)
        self.strace.stderr.close()


@pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace")
def test_C64_a_disk_that_fails_refuses_sends_reads_on_and_recovers_by_itself(tmp_path):
    async def conversation(daemon):
        async with Talk(daemon) as talk:
            for i in range(5):
                assert await talk.say(f"before {i}")
            failing = FailingSyncs(daemon.process)
            try:
                for i in range(5):
                    assert not await talk.say(f"never seen {i}")
                refused = talk.speaker.refusals[-1]
                assert (refused["code"], refused["message"]) == ("storage_failed", BROKEN)
                await talk.check()
                said_once(daemon, "look at the disk")
            finally:
                failing.end()
            for i in range(5):
                assert await talk.say(f"after {i}")
            await talk.check()
            said_once(daemon, WORKS_AGAIN)
            return talk.kept

    with Daemon(tmp_path) as daemon:
        kept = asyncio.run(conversation(daemon))
        daemon.stop(signal.SIGKILL)
    with Daemon(tmp_path) as daemon:
        assert asyncio.run(log_of(daemon)) == kept
