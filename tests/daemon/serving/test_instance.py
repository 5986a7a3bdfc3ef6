"""Tests for `switchgeard.serving.instance`."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from switchgear_protocol.paths import LOCK_NAME, PathError
from switchgeard.serving.instance import AlreadyRunning, Instance, claim

ROOT = Path(__file__).parents[3]
CONTENDER = """
import sys
from switchgeard.serving.instance import EXIT_ALREADY_RUNNING, AlreadyRunning, claim
from switchgeard.serving.listening import bind_socket
sys.stdin.readline()                       # the starting gun
try:
    instance = claim(sys.argv[1])
    bound = bind_socket(sys.argv[1] + "/switchgear.sock")
except AlreadyRunning as lost:
    print(lost, flush=True)
    raise SystemExit(EXIT_ALREADY_RUNNING)
print("serving", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A runtime directory that does not exist yet."""
    return tmp_path / "run"


def contender(home: Path) -> "subprocess.Popen[str]":
    env = {**os.environ, "PYTHONPATH": f"{ROOT}/daemon:{ROOT}/protocol"}
    command = [sys.executable, "-c", CONTENDER, str(home)]
    return subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def say(process: "subprocess.Popen[str]", text: str = "go\n") -> None:
    assert process.stdin is not None
    process.stdin.write(text)
    process.stdin.flush()


def hear(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_of_twenty_daemons_started_at_once_exactly_one_serves(home: Path) -> None:
    """The others exit 75 and say that one is running."""
    racers = [contender(home) for _ in range(20)]
    for racer in racers:
        say(racer)
    words = [hear(racer) for racer in racers]
    winners = [racer for racer, word in zip(racers, words, strict=True) if word == "serving"]
    for winner in winners:
        winner.communicate("")
    codes = sorted(racer.wait() for racer in racers)
    for racer in racers:
        racer.communicate()
    assert codes == [0] + [75] * 19
    assert all("already running" in word for word in words if word != "serving")


def test_a_killed_daemon_leaves_nothing_in_the_way(home: Path) -> None:
    """After kill -9 the next one takes lock and socket over at once."""
    first = contender(home)
    say(first)
    assert hear(first) == "serving"
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert (home / "switchgear.sock").exists()
    second = contender(home)
    say(second)
    assert hear(second) == "serving"
    second.communicate("")


def test_the_loser_learns_who_serves(home: Path) -> None:
    """The winner's pid is in the lock file."""
    winner = claim(str(home))
    with pytest.raises(AlreadyRunning, match=f"pid {os.getpid()}") as caught:
        claim(str(home))
    assert caught.value.hint == f"kill {os.getpid()}"
    winner.release()


def test_a_released_lock_can_be_claimed(home: Path) -> None:
    """The file stays, the lock does not."""
    first = claim(str(home))
    first.release()
    first.release()
    second = claim(str(home))
    assert (first.holds(), second.holds()) == (False, True)
    second.release()


def test_a_deleted_lock_file_is_noticed(home: Path) -> None:
    """What we hold then protects nothing, and `holds` says so."""
    instance = claim(str(home))
    (home / LOCK_NAME).unlink()
    assert not instance.holds()
    again = claim(str(home))
    assert again.holds()
    instance.release()
    again.release()


def test_a_lock_file_replaced_while_we_lock_it_is_tried_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between open and flock another process may delete the file."""
    import switchgeard.serving.instance as module

    real, calls = module._locked, []

    def sabotaged(path: str) -> int:
        fd = real(path)
        calls.append(fd)
        if len(calls) == 1:
            Path(path).unlink()
        return fd

    monkeypatch.setattr(module, "_locked", sabotaged)
    instance: Instance = claim(str(home))
    assert instance.holds()
    assert len(calls) == 2
    instance.release()


def test_a_directory_others_can_enter_is_refused(home: Path) -> None:
    """The lock would protect nothing there."""
    home.mkdir()
    home.chmod(0o755)
    with pytest.raises(PathError, match="mode 0755"):
        claim(str(home))


def test_a_symbolic_link_as_lock_file_is_refused(home: Path) -> None:
    """Somebody else's file is never opened, truncated or written."""
    home.mkdir(mode=0o700)
    victim = home / "victim"
    victim.write_text("precious")
    (home / LOCK_NAME).symlink_to(victim)
    with pytest.raises(PathError, match="cannot open"):
        claim(str(home))
    assert victim.read_text() == "precious"
