"""This machine: what is wrong with directories, socket and config file, and what cures it."""

import os
import socket
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from switchgear.cli.doctor import machine
from switchgear.cli.doctor.finding import Finding


@pytest.fixture
def run(home: Path) -> Path:
    """The runtime directory, as the daemon makes it."""
    path = home / "switchgear"
    path.mkdir(mode=0o700)
    return path


def only(findings: Iterable[Finding]) -> Finding:
    (one,) = findings
    return one


def by_id(findings: Iterable[Finding]) -> dict[str, Finding]:
    return {one.id: one for one in findings}


def test_python_and_its_parts_are_told() -> None:
    """The one that runs the tests has everything."""
    assert only(machine.python()).verdict == "ok"


def test_missing_parts_are_named_with_their_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thin client alone is a good install; a daemon needs more."""
    monkeypatch.setattr(machine, "missing_parts", lambda: ["trio"])
    found = only(machine.python())
    assert (found.verdict, "trio" in found.evidence, found.hint) == ("fail", True, "pip install 'switchgear[daemon]'")


def test_directories_that_will_be_made_are_no_fault(home: Path) -> None:
    """A first run."""
    assert {one.verdict for one in machine.directories()} == {"ok"}


def test_a_directory_open_to_others_names_the_chmod(run: Path) -> None:
    """Somebody else could put a socket there."""
    run.chmod(0o755)
    found = by_id(machine.directories())["runtime-dir"]
    assert (found.verdict, found.hint) == ("fail", f"chmod 700 {run}")


def test_a_directory_of_another_user_is_refused(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its owner."""
    monkeypatch.setattr("os.getuid", lambda: 12345)
    assert by_id(machine.directories())["runtime-dir"].verdict == "fail"


def test_a_home_that_cannot_be_written_to_is_a_failure(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing could be remembered."""
    monkeypatch.setattr("os.access", lambda path, mode: False)
    found = by_id(machine.directories())["state-dir"]
    assert found.verdict == "fail"
    assert "cannot be written" in found.evidence


def test_a_full_disk_is_a_warning(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With how much is left."""
    state = home / ".local/state/switchgear"
    state.mkdir(parents=True, mode=0o700)
    monkeypatch.setattr(machine, "free_bytes", lambda path: 1_000_000)
    found = by_id(machine.directories())["state-dir"]
    assert (found.verdict, found.hint) == ("warn", f"df -h {state}")


def test_no_socket_is_no_fault(home: Path) -> None:
    """The daemon starts with the first command."""
    assert only(machine.socket(str(home / "none.sock"))).verdict == "ok"


def test_a_socket_nobody_listens_at_is_a_warning(home: Path) -> None:
    """A daemon that was killed left it."""
    path = home / "left.sock"
    with closing(socket.socket(socket.AF_UNIX)) as left:
        left.bind(str(path))
    path.chmod(0o600)
    found = only(machine.socket(str(path)))
    assert (found.verdict, found.hint) == ("warn", f"rm {path}")


def test_a_socket_open_to_others_is_a_failure(home: Path) -> None:
    """And one that answers is well."""
    path = home / "open.sock"
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        listening.bind(str(path))
        listening.listen()
        path.chmod(0o666)
        assert only(machine.socket(str(path))).hint == f"chmod 600 {path}"
        path.chmod(0o600)
        assert only(machine.socket(str(path))).verdict == "ok"


def test_something_else_in_its_place_is_a_failure(home: Path) -> None:
    """A file, a directory, a path that is too long."""
    path = home / "file.sock"
    path.write_text("x")
    assert only(machine.socket(str(path))).verdict == "fail"
    assert only(machine.socket("/tmp/" + "x" * 200)).hint == "set SWITCHGEAR_SOCKET to a shorter path"


@pytest.mark.parametrize(("mode", "verdict"), [(0o600, "ok"), (0o644, "ok"), (0o664, "fail"), (0o646, "fail")])
def test_who_can_write_the_config_decides_where_keys_go(
    home: Path, monkeypatch: pytest.MonkeyPatch, mode: int, verdict: str
) -> None:
    """Reading it is no harm: it holds no secrets."""
    path = home / "config.toml"
    path.write_text("")
    path.chmod(mode)
    monkeypatch.setenv("SWITCHGEAR_CONFIG", str(path))
    assert only(machine.config_file()).verdict == verdict


def test_no_config_names_the_setup(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first thing to type."""
    monkeypatch.setenv("SWITCHGEAR_CONFIG", str(home / "none.toml"))
    assert only(machine.config_file()).hint == "switchgear setup"


def test_what_is_free_is_read_from_the_disk(tmp_path: Path) -> None:
    """In bytes."""
    space = os.statvfs(tmp_path)
    assert abs(machine.free_bytes(str(tmp_path)) - space.f_bavail * space.f_frsize) < 1 << 30
