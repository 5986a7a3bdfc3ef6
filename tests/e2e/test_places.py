"""Where a daemon cannot be: words and a cure, from the daemon and from the command, and nothing broken."""

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon_process import Home, home
from world import world

root_only = pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else")
NOBODY = 65534


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path) as made:
        made.configure("")
        yield made
        made.command("stop")


def daemon(place: Home, *argv: str) -> "subprocess.CompletedProcess[str]":
    """`switchgeard` until it gives up."""
    command = [sys.executable, "-m", "switchgeard", *argv]
    return subprocess.run(command, env=place.env, capture_output=True, text=True, timeout=20, check=False, cwd="/")


def test_without_a_runtime_directory_it_is_under_the_state(place: Home) -> None:
    """cron, su, a container: command and daemon find the same place, private as ever."""
    del place.env["XDG_RUNTIME_DIR"]
    place.env["SWITCHGEAR_STATE"] = f"{place.path}/state/own"
    told = place.command("status", "--json")
    assert told.returncode == 0, told.stderr
    found = Path("/run/user") / str(os.getuid())
    where = found / "switchgear" if found.is_dir() else place.path / "state" / "own" / "run"
    assert where.stat().st_mode & 0o777 == 0o700


def test_a_runtime_directory_that_is_not_there_is_made(place: Home) -> None:
    """The variable outlived its directory."""
    place.env["XDG_RUNTIME_DIR"] = f"{place.path}/gone/deep"
    assert place.command("status").returncode == 0


def test_a_home_that_cannot_be_written_is_said_with_its_cure(place: Home) -> None:
    """Both of them say it; whether it is read-only, another's, or no directory at all."""
    (place.path / "file").touch()
    place.env["HOME"] = f"{place.path}/file"
    del place.env["XDG_STATE_HOME"]
    state = place.path / "file/.local/state/switchgear"
    cure = "hint: export SWITCHGEAR_STATE=DIR   (one that you can write)\n"
    refused, told = daemon(place), place.command("status")
    assert refused.returncode == 1
    assert refused.stderr == f"switchgeard: cannot create {state}: Not a directory\n{cure}"
    assert told.returncode == 3
    assert told.stderr == f"switchgear: cannot create {state}\n  Not a directory\n{cure}"


@root_only
def test_another_users_directory_is_refused_with_its_cure(place: Home) -> None:
    """Somebody made it first; the command repeats the daemon's own words and hint."""
    folder = place.socket.parent
    folder.mkdir(mode=0o700)
    os.chown(folder, NOBODY, NOBODY)
    why = f"refusing to use {folder}: it belongs to uid {NOBODY}, not to you (uid 0)"
    cure = "hint: set XDG_RUNTIME_DIR to a directory of your own\n"
    assert daemon(place).stderr == f"switchgeard: {why}\n{cure}"
    told = place.command("status")
    assert told.returncode == 3
    assert told.stderr == f"switchgear: the daemon did not start\n  switchgeard: {why}\n{cure}"


def test_a_socket_path_too_long_is_said_by_both(place: Home) -> None:
    """How long it is and may be; a directory of ours that is too deep is replaced by a short one instead."""
    path = f"{place.path}/{'x' * 120}/s.sock"
    cure = "hint: set SWITCHGEAR_SOCKET to a shorter path\n"
    for told in (daemon(place, "--socket", path), place.command("status", "--socket", path)):
        assert told.returncode in (1, 3)
        assert "socket path too long" in told.stderr
        assert "a Unix socket path may have 107" in told.stderr
        assert told.stderr.endswith(cure)
    place.env["XDG_RUNTIME_DIR"] = f"{place.path}/{'x' * 120}"
    assert place.command("status").returncode == 0


def test_a_stale_socket_is_no_obstacle(place: Home) -> None:
    """A daemon that was killed left it."""
    place.socket.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(place.socket))
    assert "nobody listens at" in place.command("status", "--no-start").stderr
    assert place.command("status").returncode == 0


def test_a_second_daemon_by_hand_names_the_first(place: Home) -> None:
    """And how to end it."""
    place.start()
    assert place.process is not None
    told = daemon(place)
    assert told.returncode == 75
    pid = place.process.pid
    assert told.stderr.endswith(f"switchgeard: another switchgeard is already running (pid {pid})\nhint: kill {pid}\n")


@pytest.mark.parametrize(
    ("number", "cure"), [(errno.EROFS, "export SWITCHGEAR_CONFIG=FILE"), (errno.EACCES, "ls -ld ")]
)
async def test_a_config_that_cannot_be_written_is_said_and_stays_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, cure: str
) -> None:
    """A read-only home, a file of a store, another's directory: the order is as it was, and so is the file."""

    def refuse(path: str, text: str) -> None:
        raise OSError(number, os.strerror(number), path)

    monkeypatch.setattr("switchgeard.configuration.save", refuse)
    async with world(tmp_path, {"a": "ok", "b": "ok"}) as w:
        before = (tmp_path / "config.toml").read_text()
        told = (await w.call("models/order", model="m", providers=["b", "a"]))["error"]
        assert told["message"] == f"The config file cannot be written: {os.strerror(number)}"
        assert cure in told["data"]["hint"]
        assert (tmp_path / "config.toml").read_text() == before
        heard = await w.ask()
        assert heard.outcomes == [("a", None)]
