"""Files of other programs: read whole, written whole or not at all; a link to one stays a link.

Rules for editing: nobody ever sees half a file (temp and rename), and a file that holds a token is
never open to others, not even for a moment.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile

from switchgear.cli.failed import CommandError

READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK  # a FIFO in its place must not block us
LARGEST = 8 * 1024 * 1024  # bytes; a config has some thousand
PRIVATE = 0o600


def read(path: str) -> bytes | None:
    """The file's bytes; None when there is none. CommandError when it cannot be read."""
    try:
        with open(os.open(path, READ), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise CommandError(f"cannot read {path}", "it is not a regular file", f"ls -ld {path}")
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CommandError(f"cannot read {path}", str(error.strerror), f"ls -ld {path}") from None
    if len(data) > LARGEST:
        raise CommandError(f"cannot edit {path}", f"it is larger than {LARGEST} bytes", f"ls -l {path}")
    return data


def text_of(path: str, data: bytes | None) -> str:
    """As text, line ends as they are. CommandError when it is not UTF-8."""
    try:
        return (data or b"").decode()
    except UnicodeDecodeError as error:
        why = f"it is not UTF-8 text (byte {error.start})"
        raise CommandError(f"cannot edit {path}", why, f"file {path}") from None


def mode_of(path: str) -> int | None:
    """The permission bits; None when there is no file."""
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except OSError:
        return None


def write(path: str, data: bytes, mode: int) -> None:
    """Puts `data` in the place of the file that `path` leads to. CommandError when it cannot."""
    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{os.path.basename(target)}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, mode)
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise CommandError(f"cannot write {path}", str(error.strerror), f"ls -ld {folder}") from None


def put_back(path: str, data: bytes | None, mode: int | None) -> None:
    """The file as it was: with these bytes, or gone."""
    if data is not None:
        write(path, data, mode if mode is not None else PRIVATE)
        return
    try:
        os.unlink(os.path.realpath(path))
    except FileNotFoundError:
        pass
    except OSError as error:
        raise CommandError(f"cannot remove {path}", str(error.strerror), f"ls -ld {path}") from None


def digest(data: bytes | None) -> str | None:
    return None if data is None else hashlib.sha256(data).hexdigest()
