"""The daemon is started when none runs: once, and with the reason when it cannot."""

import os
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec import json

from on_terminal import PATIENCE, command, environment
from sample_world import STATUS
from switchgear.cli import start
from switchgear.cli.failed import CommandError

GOOD = """
import json, os, socket, sys
with open(os.environ["HOME"] + "/starts", "a") as file:
    file.write(f"{os.getpid()} {os.getsid(0)} {os.getcwd()}\\n")
with open(os.environ["HOME"] + "/status.json") as file:
    status = json.load(file)
listener = socket.socket(socket.AF_UNIX)
listener.bind(os.environ["SWITCHGEAR_SOCKET"])
listener.listen(64)
while True:
    connection, _ = listener.accept()
    for line in connection.makefile():
        reply = {"jsonrpc": "2.0", "id": json.loads(line)["id"], "result": status}
        connection.sendall(json.dumps(reply).encode() + b"\\n")
"""
BAD = "import sys; sys.exit('switchgeard: cannot read config.toml: line 3')"


@pytest.fixture
def stand_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory first on PYTHONPATH whose `switchgeard` is ours; what it started is ended."""
    package = home / "modules" / "switchgeard"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (home / "status.json").write_bytes(json.encode(STATUS))
    monkeypatch.delenv("SWITCHGEAR_NO_AUTOSTART")
    yield package / "__main__.py"
    for line in _starts(home):
        with suppress(ProcessLookupError):
            os.kill(int(line.split()[0]), signal.SIGKILL)


def _starts(home: Path) -> list[str]:
    starts = home / "starts"
    return starts.read_text().splitlines() if starts.exists() else []


def _run_all(home: Path, count: int) -> list[tuple[int, str, str]]:
    env = environment()
    env["PYTHONPATH"] = f"{home / 'modules'}{os.pathsep}{env['PYTHONPATH']}"
    running = [
        subprocess.Popen(command("status"), stdin=-3, stdout=-1, stderr=-1, env=env, text=True) for _ in range(count)
    ]
    ended = [process.communicate(timeout=PATIENCE * 3) for process in running]
    return [(process.returncode, *said) for process, said in zip(running, ended, strict=True)]


def test_ten_shells_at_once_start_one_daemon(home: Path, stand_in: Path) -> None:
    """All are served; one says, once, that it started it."""
    stand_in.write_text(GOOD)
    ran = _run_all(home, 10)
    assert [code for code, _, _ in ran] == [0] * 10
    (started,) = _starts(home)
    pid, session, directory = started.split()
    assert sorted(err for _, _, err in ran) == [""] * 9 + [f"switchgear: started the daemon (pid {pid})\n"]
    assert (session, directory) == (pid, "/")


def test_its_output_is_kept_where_only_the_user_reads(home: Path, stand_in: Path) -> None:
    """0600 in a 0700 directory."""
    stand_in.write_text(GOOD)
    _run_all(home, 1)
    log = home / ".local" / "state" / "switchgear" / "daemon.log"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_a_start_that_fails_shows_why_at_once(home: Path, stand_in: Path) -> None:
    """The last lines of the log and exit 3; not, much later, that nobody answers."""
    stand_in.write_text(BAD)
    ((code, out, err),) = _run_all(home, 1)
    assert (code, out) == (3, "")
    assert err.startswith("switchgear: the daemon did not start\n  switchgeard: cannot read config.toml: line 3\n")


@pytest.mark.parametrize("before", [100, start.LOG_KEPT + 1])
def test_what_earlier_daemons_said_is_not_why(home: Path, stand_in: Path, before: int) -> None:
    """They wrote into the same log, also one that is long enough to be begun anew."""
    stand_in.write_text(BAD)
    log = home / ".local" / "state" / "switchgear" / "daemon.log"
    log.parent.mkdir(parents=True, mode=0o700)
    log.write_text("somebody else\n" * (before // 14 + 1))
    ((_, _, err),) = _run_all(home, 1)
    assert "somebody else" not in err
    assert "switchgeard: cannot read config.toml: line 3\n" in err


class Slow:
    """`time`, which passes only where it is slept; the daemon is there after so many seconds of it."""

    def __init__(self, needed: float) -> None:
        self._needed, self._passed = needed, 0.0

    def monotonic(self) -> float:
        return self._passed

    def sleep(self, seconds: float) -> None:
        self._passed += seconds

    def dial(self, path: str) -> socket.socket | None:
        return socket.socket(socket.AF_UNIX) if self._passed >= self._needed else None


@pytest.mark.parametrize(("needed", "starts"), [(15.0, True), (60.0, False)])
def test_a_busy_machine_has_its_time(home: Path, monkeypatch: pytest.MonkeyPatch, needed: float, starts: bool) -> None:
    """A cold disk and many programs at a login; a daemon that never answers is told."""
    slow = Slow(needed)
    monkeypatch.setattr(start, "time", slow)
    monkeypatch.setattr(start, "_try_dial", slow.dial)
    monkeypatch.setattr(start, "_spawn", lambda log, extra: SimpleNamespace(pid=1, poll=lambda: None))
    with nullcontext() if starts else pytest.raises(CommandError, match="did not start"):
        start.start_daemon(str(home / "s.sock"), print).close()


@pytest.mark.parametrize(
    ("argv", "variable", "hint"),
    [
        (["--no-start"], "", "switchgear status"),
        (["--no-start", "--socket", "a b"], "0", "switchgear --socket 'a b' status"),
        ([], "1", "SWITCHGEAR_NO_AUTOSTART=0 switchgear status"),
    ],
)
def test_starting_can_be_forbidden(
    home: Path, stand_in: Path, monkeypatch: pytest.MonkeyPatch, argv: list[str], variable: str, hint: str
) -> None:
    """By flag and by environment; the command that starts it is not the one that did not."""
    stand_in.write_text(GOOD)
    env = environment(SWITCHGEAR_NO_AUTOSTART=variable)
    ran = subprocess.run(command("status", *argv), env=env, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr.splitlines()[-1]) == (3, f"hint: {hint}")
    assert _starts(home) == []


def test_without_the_daemons_packages_the_install_command_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thin client may be installed alone."""
    monkeypatch.setattr(start, "NEEDED", ("trio", "no_such_package"))
    with pytest.raises(CommandError) as caught:
        start.start_daemon(str(home / "s.sock"), print)
    assert "no_such_package missing" in caught.value.why
    assert "pip install 'switchgear[daemon]'" in caught.value.hint
