"""Reading a file that holds a secret: ours, private, regular, small; a symlink is not followed."""

import errno
import os
import stat
from pathlib import Path

from .secret import LONGEST, Answer, Broken, Missing, answer

READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK  # a FIFO in its place must not block us
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_private(path: str, where: str, owners: tuple[int, ...], forbidden: int = OTHERS) -> Answer:
    """The secret in a file. `owners`: uids it may belong to; `forbidden`: mode bits it may not have."""
    try:
        descriptor = os.open(Path(path).expanduser(), READ)
    except OSError as error:
        return _not_opened(path, where, error)
    try:
        if refusal := _distrust(path, where, os.fstat(descriptor), owners, forbidden):
            return refusal
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return _text(file.read(LONGEST + 1), where)
    finally:
        os.close(descriptor)


def _not_opened(path: str, where: str, error: OSError) -> Missing | Broken:
    if error.errno == errno.ENOENT:
        return Missing(f"{where} does not exist", "write the credential there, or name another source in the config")
    if error.errno == errno.ELOOP:
        return Broken(f"{where} is a symlink, which somebody else could turn", "name the file it points to")
    return Broken(f"{where} cannot be read: {error.strerror}", f"ls -l {path}")


def _distrust(path: str, where: str, status: os.stat_result, owners: tuple[int, ...], forbidden: int) -> Broken | None:
    if not stat.S_ISREG(status.st_mode):
        return Broken(f"{where} is not a regular file", f"ls -ld {path}")
    if status.st_uid not in owners:
        return Broken(f"{where} belongs to another user", f"ls -l {path}")
    if status.st_mode & forbidden:
        return Broken(f"{where} is open to other users (mode {stat.S_IMODE(status.st_mode):04o})", f"chmod 600 {path}")
    return None


def _text(data: bytes, where: str) -> Answer:
    try:
        return answer(data.decode(), where)
    except UnicodeDecodeError:
        return Broken(f"{where} is not text", "a credential file holds one line of text")
