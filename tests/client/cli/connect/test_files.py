"""Files of other programs: read whole, written whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from switchgear.cli.connect import files
from switchgear.cli.failed import CommandError


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    """Neither bytes nor mode."""
    assert (files.read(str(tmp_path / "no")), files.mode_of(str(tmp_path / "no"))) == (None, None)


@pytest.mark.parametrize("what", ["fifo", "directory", "closed"])
def test_what_cannot_be_read_is_named(tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A FIFO blocks nobody."""
    path = tmp_path / "x"
    if what == "fifo":
        os.mkfifo(path)
    elif what == "directory":
        path.mkdir()
    else:
        path.write_text("")
        monkeypatch.setattr("os.open", _refuse)
    with pytest.raises(CommandError, match=f"cannot read {path}"):
        files.read(str(path))


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no config."""
    monkeypatch.setattr(files, "LARGEST", 3)
    (tmp_path / "x").write_bytes(b"1234")
    with pytest.raises(CommandError, match="cannot edit"):
        files.read(str(tmp_path / "x"))


def test_writing_makes_folders_and_keeps_links(tmp_path: Path) -> None:
    """A private folder; the link's target is what changes."""
    target = tmp_path / "a" / "b" / "real"
    (tmp_path / "link").symlink_to(target)
    files.write(str(tmp_path / "link"), b"x", 0o640)
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (b"x", 0o640)
    assert ((tmp_path / "link").is_symlink(), target.parent.stat().st_mode & 0o077) == (True, 0)


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no half of the new one beside it."""
    path = tmp_path / "x"
    path.write_bytes(b"old")
    monkeypatch.setattr("os.fsync", _refuse)
    with pytest.raises(CommandError) as caught:
        files.write(str(path), b"new", 0o600)
    assert (caught.value.why, path.read_bytes(), list(tmp_path.iterdir())) == (
        "No space left on device",
        b"old",
        [path],
    )


def test_a_new_file_is_never_open_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even while it is written."""
    seen: list[int] = []
    monkeypatch.setattr("os.fsync", lambda descriptor: seen.append(os.fstat(descriptor).st_mode & 0o077))
    files.write(str(tmp_path / "x"), b"x", 0o600)
    assert seen == [0]


def test_putting_back_nothing_removes_the_file(tmp_path: Path) -> None:
    """Once is enough."""
    path = tmp_path / "x"
    path.write_bytes(b"x")
    files.put_back(str(path), None, None)
    files.put_back(str(path), None, None)
    assert not path.exists()


def _refuse(*words: object, **named: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
