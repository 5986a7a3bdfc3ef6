"""Other daemons of the same user: seen by their command line, named by their pid."""

import subprocess
import sys

import pytest

from switchgear.cli.doctor import processes as module
from switchgear.cli.doctor.processes import is_daemon, processes


@pytest.mark.parametrize(
    ("line", "daemon"),
    [
        ("/usr/bin/switchgeard", True),
        ("/usr/bin/python3 /home/a/.local/bin/switchgeard --socket /x", True),
        ("/usr/bin/python3 -P -m switchgeard --socket /x", True),
        ("/usr/bin/python3 -m switchgeard.demo", False),
        ("vim switchgeard.py", False),
        ("grep -r x /src/switchgeard/core", False),
        ("", False),
    ],
)
def test_a_daemon_is_told_by_how_it_was_started(line: str, daemon: bool) -> None:
    """By name, or as a module; not by mentioning it."""
    assert is_daemon(line.split()) is daemon


@pytest.mark.parametrize(
    ("running", "answers", "verdict"),
    [(set(), None, "ok"), ({7}, 7, "ok"), ({7, 8}, 7, "warn"), ({8}, None, "warn")],
)
def test_one_beside_ours_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, running: set[int], answers: int | None, verdict: str
) -> None:
    """It may be meant; the user sees which."""
    monkeypatch.setattr(module, "daemons", lambda: running)
    (found,) = processes(answers)
    assert found.verdict == verdict
    assert found.hint == ("ps -fp 8" if verdict == "warn" else None)


def test_a_real_process_of_ours_is_seen() -> None:
    """Through /proc, or what `ps` lists."""
    sleeper = "import sys, time; print('up', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", sleeper, "-m", "switchgeard"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert process.pid in module.daemons()
        process.communicate()


def test_where_processes_cannot_be_listed_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is guessed."""

    def refuse() -> set[int]:
        raise OSError("hidepid")

    monkeypatch.setattr(module, "daemons", refuse)
    (found,) = processes(1)
    assert found.verdict == "skipped"
