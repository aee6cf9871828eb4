"""The example programs do what their comments say. E12, E18."""

import re
import signal
import subprocess

from programs import BIN, PATIENCE, LessonClient, clean_environment


def test_E12_the_chat_as_a_notification_bus():
    done = subprocess.run([BIN / "notifications"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    heard = [line for line in done.stdout.splitlines() if line.startswith("job-17: ")]
    assert heard == ["job-17: started", "job-17: half way", "job-17: done"]
    kept = [line for line in done.stdout.splitlines() if line.startswith("kept at ")]
    assert kept == ["kept at 1", "kept at 2", "kept at 3"]


def test_E18_a_server_embedded_in_a_program_of_thirty_lines(tmp_path):
    subprocess.run([BIN / "asio-chat-certs", "self-signed", "server"], check=True, cwd=tmp_path,
                   capture_output=True, env=clean_environment())
    run = subprocess.Popen([BIN / "embedded_chat", tmp_path / "server.crt", tmp_path / "server.key"],
                           stdout=subprocess.PIPE, text=True)
    port = int(re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", run.stdout.readline()).group(1))
    alice = LessonClient(port, tmp_path / "server.crt", "alice")
    alice.hear("* alice joined the chat *")
    bob = LessonClient(port, tmp_path / "server.crt", "bob")
    alice.hear("* bob joined the chat *")
    alice.send("hello")
    bob.hear("alice: hello")
    run.send_signal(signal.SIGTERM)
    bob.hear("* the server is going down *")
    assert run.wait(PATIENCE) == 0
    run.stdout.close()


def test_the_embedded_server_explains_what_is_wrong(tmp_path):
    done = subprocess.run([BIN / "embedded_chat", tmp_path / "none.crt", tmp_path / "none.key"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "none.crt" in done.stderr or "none.key" in done.stderr
    assert len(done.stderr.splitlines()) == 1
