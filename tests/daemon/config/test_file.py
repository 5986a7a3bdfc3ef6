"""file: the config on disk, read with care and replaced whole."""

import os
import stat
from pathlib import Path

import pytest

from switchgeard.config.file import load_file, save
from switchgeard.config.load import LARGEST
from switchgeard.config.problem import Problem
from switchgeard.config.settled import Config

TEXT = '[[providers]]\nid = "a"\nkind = "openai"\n'


def the_problem(path: Path) -> Problem:
    found = load_file(str(path), 1)
    assert isinstance(found, list)
    assert len(found) == 1
    return found[0]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_of_ours_is_loaded(tmp_path: Path) -> None:
    """Path and revision are kept for status."""
    path = tmp_path / "config.toml"
    path.write_text(TEXT)
    found = load_file(str(path), 3)
    assert isinstance(found, Config)
    assert (found.path, found.revision, list(found.providers)) == (str(path), 3, ["a"])


def test_no_file_is_an_empty_config_that_says_what_to_run(tmp_path: Path) -> None:
    """The first start is not an error."""
    found = load_file(str(tmp_path / "config.toml"), 1)
    assert isinstance(found, Config)
    assert [(note.message, note.hint) for note in found.warnings] == [
        ("there is no config file yet, so nothing can be served", "switchgear setup")
    ]


def test_a_file_that_is_gone_on_reload_is_a_problem(tmp_path: Path) -> None:
    """So that the last good config stays in force."""
    found = load_file(str(tmp_path / "config.toml"), 2, gone_is_wrong=True)
    assert found == [Problem("the config file is gone", hint="switchgear config edit")]


@pytest.mark.parametrize("bits", [0o620, 0o602, 0o666])
def test_a_file_others_may_write_is_refused(tmp_path: Path, bits: int) -> None:
    """Whoever writes it decides where the credentials go."""
    path = tmp_path / "config.toml"
    path.write_text(TEXT)
    path.chmod(bits)
    problem = the_problem(path)
    assert "other users" in problem.message
    assert problem.hint == f"chmod go-w {path}"


def test_a_file_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless it is root's."""
    path = tmp_path / "config.toml"
    path.write_text(TEXT)
    os.chown(path, 4242, -1) if os.geteuid() == 0 else monkeypatch.setattr(os, "geteuid", lambda: 4242)
    assert "another user" in the_problem(path).message


def test_a_directory_or_a_fifo_in_its_place_is_a_problem(tmp_path: Path) -> None:
    """Neither a traceback nor a wait."""
    os.mkfifo(tmp_path / "fifo")
    assert the_problem(tmp_path).message == "is not a regular file"
    assert the_problem(tmp_path / "fifo").message == "is not a regular file"


def test_an_unreadable_file_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permissions, and whatever else the system says."""

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert the_problem(tmp_path / "c") == Problem("cannot be read: Permission denied", hint=f"chmod u+r {tmp_path}/c")


def test_a_symlink_in_a_circle_is_a_problem(tmp_path: Path) -> None:
    """The system's own words tell why."""
    (tmp_path / "loop").symlink_to("loop")
    assert "cannot be read" in the_problem(tmp_path / "loop").message


def test_bytes_that_are_no_text_say_their_line(tmp_path: Path) -> None:
    """UTF-8 it must be; a byte order mark is tolerated."""
    path = tmp_path / "config.toml"
    path.write_bytes(b"a = 1\n\xff\n")
    assert (the_problem(path).message, the_problem(path).line) == ("is not UTF-8 text", 2)
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert isinstance(load_file(str(path), 1), Config)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """A config is at most 256 KiB."""
    path = tmp_path / "config.toml"
    path.write_bytes(b"#" * (LARGEST + 1))
    assert "larger than 256 KiB" in the_problem(path).message


def test_saving_replaces_the_whole_file_and_keeps_its_mode(tmp_path: Path) -> None:
    """Line ends are written as they are given."""
    path = tmp_path / "config.toml"
    path.write_text("old")
    path.chmod(0o640)
    save(str(path), "a = 1\r\n")
    assert path.read_bytes() == b"a = 1\r\n"
    assert mode(path) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_is_private_in_a_private_directory(tmp_path: Path) -> None:
    """0600 in 0700."""
    path = tmp_path / "switchgear" / "config.toml"
    save(str(path), TEXT)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_saving_through_a_symlink_writes_its_target(tmp_path: Path) -> None:
    """A dotfiles repository stays linked."""
    (tmp_path / "dotfiles").mkdir()
    target, link = tmp_path / "dotfiles" / "real.toml", tmp_path / "config.toml"
    target.write_text("old")
    link.symlink_to("dotfiles/real.toml")
    save(str(link), TEXT)
    assert link.is_symlink()
    assert target.read_text() == TEXT


def test_a_save_that_fails_leaves_the_old_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk costs neither the file nor leaves a piece behind."""
    path = tmp_path / "config.toml"
    path.write_text(TEXT)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(str(path), "new")
    assert path.read_text() == TEXT
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that opens and cannot be read")
def test_a_read_that_fails_is_a_problem_like_any_other() -> None:
    """A network home that hangs up in the middle must not end the daemon."""
    assert the_problem(Path("/proc/self/mem")).message == "cannot be read: Input/output error"
