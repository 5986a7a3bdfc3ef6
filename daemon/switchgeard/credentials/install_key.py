"""The random key of this install: it makes fingerprints of secrets useless to anyone without it."""

import os
from pathlib import Path

LENGTH = 32


def install_key(path: str) -> bytes:
    """The key in a file of ours, made (0600) when there is none or it is damaged. Raises OSError."""
    try:
        key = Path(path).read_bytes()
    except FileNotFoundError:
        key = b""
    return key if len(key) == LENGTH else _made(path)


def _made(path: str) -> bytes:
    key = os.urandom(LENGTH)
    temporary = f"{path}.new"
    Path(temporary).unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
    Path(temporary).replace(path)
    return key
