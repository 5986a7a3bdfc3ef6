"""private_file: a credential file must be ours, private, regular and small."""

import os
from pathlib import Path

import pytest

from switchgeard.credentials.private_file import read_private
from switchgeard.credentials.secret import LONGEST, Answer, Broken, Missing, Ready, Secret

US = (os.geteuid(),)


def written(path: Path, data: bytes = b"sk-1\n", mode: int = 0o600) -> str:
    path.write_bytes(data)
    path.chmod(mode)
    return str(path)


def read(path: str | Path) -> Answer:
    return read_private(str(path), "file key", US)


def test_a_private_file_gives_its_line(tmp_path: Path) -> None:
    """0600 or 0400; the line break is not part of it."""
    for mode in (0o600, 0o400):
        (tmp_path / "key").unlink(missing_ok=True)
        assert read(written(tmp_path / "key", mode=mode)) == Ready(Secret("sk-1"))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666, 0o610])
def test_a_file_open_to_others_is_refused_with_the_command(tmp_path: Path, mode: int) -> None:
    """Any bit for group or others."""
    path = written(tmp_path / "key", mode=mode)
    found = read(path)
    assert isinstance(found, Broken)
    assert f"{mode:04o}" in found.reason
    assert found.hint == f"chmod 600 {path}"


def test_what_is_not_there_is_missing(tmp_path: Path) -> None:
    """And so is an empty file."""
    assert isinstance(read(tmp_path / "key"), Missing)
    assert isinstance(read(written(tmp_path / "key", b"\n")), Missing)


def test_a_symlink_is_not_followed(tmp_path: Path) -> None:
    """Whoever may turn it chooses what we send."""
    (tmp_path / "link").symlink_to(written(tmp_path / "key"))
    found = read(tmp_path / "link")
    assert isinstance(found, Broken)
    assert "symlink" in found.reason


def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    """A FIFO would wait for ever."""
    os.mkfifo(tmp_path / "fifo", 0o600)
    for path in (tmp_path / "fifo", tmp_path, Path("/dev/null")):
        found = read(path)
        assert isinstance(found, Broken), path
        assert "regular" in found.reason


def test_a_file_of_another_user_is_refused(tmp_path: Path) -> None:
    """Even when we may read it."""
    path = written(tmp_path / "key")
    found = read_private(path, "file key", (os.geteuid() + 1,))
    assert isinstance(found, Broken)
    assert "another user" in found.reason


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a\nb\n", b"x" * (LONGEST + 1)])
def test_what_is_no_credential_is_broken(tmp_path: Path, data: bytes) -> None:
    """Not text, several lines, too long."""
    assert isinstance(read(written(tmp_path / "key", data)), Broken)


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    """Neither after a good nor after a bad file."""
    path = written(tmp_path / "key")
    before = len(list(Path("/dev/fd").iterdir()))
    for each in (path, tmp_path):
        read(each)
    assert len(list(Path("/dev/fd").iterdir())) == before
