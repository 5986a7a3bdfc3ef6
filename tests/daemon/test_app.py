"""Tests for `switchgeard.app`: starting where starting is hard, in a process of its own."""

import resource
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon_process import Home, home
from switchgeard.__main__ import main


def start(place: Home, limit: Callable[[], None]) -> "subprocess.CompletedProcess[str]":
    """The daemon under a limit, until it gives up."""
    argv = [sys.executable, "-m", "switchgeard"]
    return subprocess.run(
        argv, env=place.env, preexec_fn=limit, capture_output=True, text=True, timeout=20, check=False
    )  # the limit is set by one system call: safe between fork and exec


def test_without_descriptors_it_ends_with_a_sentence(tmp_path: Path) -> None:
    """Nobody is helped by a traceback."""
    ran = start(Home(tmp_path), lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8)))
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "switchgeard: cannot run: the system: Too many open files\n"


@pytest.mark.parametrize("where", ["socket", "state"])
def test_a_path_is_the_same_wherever_it_is_read(tmp_path: Path, where: str) -> None:
    """A relative one is meant from where the daemon is started, and in no log line from elsewhere."""
    (tmp_path / "open").mkdir(mode=0o755)
    option = {"socket": ["--socket", "open/s.sock"], "state": ["--state-dir", "open"]}[where]
    with home(tmp_path) as place:
        argv = [sys.executable, "-m", "switchgeard", *option]
        ran = subprocess.run(argv, env=place.env, cwd=tmp_path, capture_output=True, text=True, timeout=20, check=False)
    refused = f"switchgeard: refusing to use {tmp_path / 'open'}: others may enter it (mode 0755)\n"
    assert ran.stderr == f"{refused}hint: chmod 700 {tmp_path / 'open'}\n"


@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-"])
def test_streams_that_were_closed_are_none(tmp_path: Path, closed: str) -> None:
    """It runs without a log, until its idle time is over; nothing is written to what it opened meanwhile."""
    line = f"exec {shlex.quote(sys.executable)} -m switchgeard --idle-exit 0.1 {closed}"
    with home(tmp_path) as place:
        ran = subprocess.run(["sh", "-c", line], env=place.env, cwd=tmp_path, timeout=60, check=False)
    assert ran.returncode == 0


def test_a_time_that_is_none_is_told_in_words(tmp_path: Path) -> None:
    """Not by the name of a function."""
    argv = [sys.executable, "-m", "switchgeard", "--idle-exit", "soon"]
    ran = subprocess.run(argv, env=Home(tmp_path).env, capture_output=True, text=True, timeout=20, check=False)
    assert ran.returncode == 2
    assert ran.stderr.endswith("argument --idle-exit: 'soon' is not a positive number of seconds\n")


@pytest.mark.parametrize("how", [KeyboardInterrupt(), BaseExceptionGroup("a nursery", [KeyboardInterrupt()])])
def test_ctrl_c_while_it_starts_is_no_traceback(monkeypatch: pytest.MonkeyPatch, how: BaseException) -> None:
    """Wherever it is caught by it: the exit code of shells."""

    def interrupted(args: object) -> int:
        raise how

    monkeypatch.setattr("switchgeard.app.main", interrupted)
    assert main([]) == 130
