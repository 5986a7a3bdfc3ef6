"""config.toml on disk: read with care (it decides where credentials go), saved whole or not at all."""

import errno
import os
import stat
import tempfile
from pathlib import Path

from .load import LARGEST, load
from .problem import EDIT, SETUP, Problem
from .settled import Config

READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK  # a FIFO in its place must not block us


class Unreadable(Exception):
    """The file cannot be used; carries the Problem to show."""

    def __init__(self, problem: Problem):
        super().__init__(problem.message)
        self.problem = problem


def load_file(path: str, revision: int, gone_is_wrong: bool = False) -> Config | list[Problem]:
    """The Config in a file, or its problems. No file: an empty Config whose warning says what to run.

    `gone_is_wrong`: on reload, when there was one: a file moved away by an editor or a sync tool is a
    problem like any other, so that the config in force stays.
    """
    try:
        return load(read(path), path, revision)
    except FileNotFoundError:
        if gone_is_wrong:
            return [Problem("the config file is gone", hint=EDIT)]
        note = Problem("there is no config file yet, so nothing can be served", hint=SETUP)
        return Config(path=path, revision=revision, warnings=(note,))
    except Unreadable as fault:
        return [fault.problem]


def read(path: str) -> str:
    """The text of a config file. Raises Unreadable (with a Problem), or FileNotFoundError."""
    try:
        descriptor = os.open(path, READ)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Unreadable(_not_opened(path, error)) from None
    try:
        if problem := _distrust(path, os.fstat(descriptor)):
            raise Unreadable(problem)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return _text(file.read(LARGEST + 1))
    except OSError as error:
        raise Unreadable(_not_opened(path, error)) from None
    finally:
        os.close(descriptor)


def _not_opened(path: str, error: OSError) -> Problem:
    if error.errno in (errno.EACCES, errno.EPERM):
        return Problem(f"cannot be read: {error.strerror}", hint=f"chmod u+r {path}")
    return Problem(f"cannot be read: {error.strerror}", hint=f"ls -l {path}")


def _distrust(path: str, status: os.stat_result) -> Problem | None:
    """Whoever may write the file may send every credential anywhere."""
    if not stat.S_ISREG(status.st_mode):
        return Problem("is not a regular file", hint=f"ls -ld {path}")
    if status.st_uid not in (os.geteuid(), 0):
        return Problem("belongs to another user, who could redirect your credentials", hint=f"ls -l {path}")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        message = "may be written by other users, who could redirect your credentials"
        return Problem(message, hint=f"chmod go-w {path}")
    return None


def _text(data: bytes) -> str:
    if len(data) > LARGEST:
        raise Unreadable(Problem(f"is larger than {LARGEST >> 10} KiB, so it is not a config"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(Problem("is not UTF-8 text", hint=EDIT, line=line)) from None


def save(path: str, text: str) -> None:
    """Replace the file by `text`, whole or not at all, durably. Raises OSError.

    A symlink keeps pointing where it points: its target is replaced. An existing mode is kept, but
    for write access of others; a new file is 0600 in a directory of ours, made when missing.
    """
    target = Path(path).resolve()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    mode = stat.S_IMODE(target.stat().st_mode) & ~0o022 if target.exists() else 0o600
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        _write_through(descriptor, text, mode)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_directory(target.parent)


def _write_through(descriptor: int, text: str, mode: int) -> None:
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        os.fchmod(descriptor, mode)
        file.write(text)
        file.flush()
        os.fsync(descriptor)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
