"""The random key of this install: it makes fingerprints of secrets useless to anyone without it."""

import hashlib
import hmac
import os
import uuid
from pathlib import Path

LENGTH = 32


def install_key(path: str) -> bytes:
    """The key in a file of ours, made (0600) when there is none or it is damaged.

    Where it can be neither read nor written the key is this run's only: fingerprints are compared within a run.
    """
    key = os.urandom(LENGTH)
    try:
        return _read(path) or _written(path, key)
    except OSError:
        return key


def install_id(key: bytes) -> uuid.UUID:
    """What this install is called at issuers that want to know: as random as the key, the same as long as it is kept,
    and nothing of the key or of the machine can be had from it."""
    return uuid.UUID(bytes=hmac.digest(key, b"install id", hashlib.sha256)[:16], version=4)


def _read(path: str) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        key = file.read(LENGTH + 1)
    return key if len(key) == LENGTH else None


def _written(path: str, key: bytes) -> bytes:
    temporary = f"{path}.new"
    Path(temporary).unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
    Path(temporary).replace(path)
    return key
