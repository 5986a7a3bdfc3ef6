"""Opening the state file, whatever state it is in.

A daemon that cannot read its state still answers requests. So this never raises for a bad file:
a damaged one is renamed aside and a clean one begun; a newer, locked or unwritable one is left
untouched and memory stands in for it until the next start. Each of these leaves one notice.
Nothing here ever deletes a file.
"""

import errno
import os
import sqlite3
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from .notice import Notice
from .schema import TUNING, VERSION, lenient, migrate, read_all, version

_MAGIC = b"SQLite format 3\x00"
_VERSION_AT = 60  # offset of user_version in the header: sqlite.org/fileformat2.html §1.3
_SMALLEST = 512  # the smallest page there is
_CHECKED_WHOLE = 64 << 20  # bytes; above it a whole check would hold up the start
_MEMORY_PAGES = 16_384  # of 4 KiB

_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
# ERROR: a statement of ours that fits the version does not fit the tables ("no such column").
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_FORMAT)

Tell = Callable[[Notice], None]


class Damaged(Exception):
    """The file is not what we wrote."""


class Newer(Exception):
    """The file was written by a later switchgeard."""


def open_file(path: Path, wall: float, tell: Tell) -> sqlite3.Connection | None:
    """The checked and migrated database at `path`, or None when memory must stand in for it."""
    try:
        try:
            return _open_checked(path)
        except Damaged as damage:
            _set_aside(path, wall, str(damage), tell)
            return _open_checked(path)
    except Newer as newer:
        tell(Notice("newer", f"{path} {newer}: it is left as it is and this run keeps its state in memory only"))
    except (OSError, sqlite3.Error, Damaged) as error:
        tell(_unusable(path, error))
    return None


def inspected(path: Path) -> tuple[str, int, int]:
    """What is wrong with the file of a running daemon ("": nothing), its size and what is free around it, in bytes."""
    try:
        space = os.statvfs(path.parent)
        size, free = path.stat().st_size, space.f_bavail * space.f_frsize
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        return str(error), 0, 0
    try:
        connection.execute("PRAGMA busy_timeout = 2000")
        _check(connection)
    except (sqlite3.Error, Newer, Damaged) as error:
        return str(error), size, free
    finally:
        connection.close()
    return "", size, free


def open_memory() -> sqlite3.Connection:
    """A database that ends with the process, and stays small: beyond its bound rows are refused."""
    connection = _connect(":memory:", lambda _: None)
    connection.execute(f"PRAGMA max_page_count = {_MEMORY_PAGES}").fetchall()
    return connection


def _open_checked(path: Path) -> sqlite3.Connection:
    """Raises Damaged, Newer, OSError or sqlite3.Error."""
    _make_private(path)
    _check_header(path)
    try:
        return _connect(path, _check)
    except UnicodeDecodeError as error:  # from SQLite's own message, quoting what it found
        raise Damaged("its tables are garbled") from error
    except sqlite3.DatabaseError as error:
        if _code(error) in _DAMAGED:
            raise Damaged(str(error)) from error
        raise


def _connect(target: Path | str, check: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    # One thread at a time uses it, but not the one that opens it.
    connection = sqlite3.connect(target, isolation_level=None, check_same_thread=False)
    connection.text_factory = lenient
    try:
        for pragma in TUNING:
            connection.execute(pragma).fetchall()
        check(connection)
        migrate(connection)
        read_all(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _make_private(path: Path) -> None:
    """Directory 0700, file 0600 before SQLite writes to it; its -wal and -shm take the file's mode."""
    path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    path.parent.chmod(0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # SQLite would wait for a FIFO's writer for ever
            raise OSError(errno.EINVAL, "it is not a regular file")
        os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


def _check_header(path: Path) -> None:
    """Look before SQLite does: opening a newer file would already write to it."""
    with path.open("rb") as file:
        head = file.read(_SMALLEST)
    if not head:
        return  # new
    if len(head) < _SMALLEST or not head.startswith(_MAGIC):
        raise Damaged("it is not a SQLite database")
    _refuse_newer(int.from_bytes(head[_VERSION_AT : _VERSION_AT + 4], "big"))


def _check(connection: sqlite3.Connection) -> None:
    """Raises Newer or Damaged. Of a very large file only what a start reads is checked."""
    _refuse_newer(version(connection))
    pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    for part in ("1",) if pages * size <= _CHECKED_WHOLE else ("beliefs", "tokens"):
        verdict = connection.execute(f"PRAGMA quick_check({part})").fetchone()[0]
        if verdict != "ok":
            raise Damaged(str(verdict).splitlines()[-1])


def _refuse_newer(found: int) -> None:
    if found > VERSION:
        raise Newer(f"has schema version {found}, and this switchgeard knows up to {VERSION}")


def _code(error: Exception) -> int:
    """The primary result code; the extended ones add bits above it."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _set_aside(path: Path, wall: float, damage: str, tell: Tell) -> None:
    """Rename the file and its journals; the journals keep belonging to it, and go first.

    Were we killed between the two, a clean file must not find the damaged one's journal beside it.
    """
    aside = _free_name(path, datetime.fromtimestamp(wall, UTC).strftime("%Y%m%dT%H%M%SZ"))
    for suffix in ("-wal", "-shm", ""):
        journal = path.with_name(path.name + suffix)
        if journal.exists():
            journal.rename(aside.with_name(aside.name + suffix))
    tell(Notice("corrupt", f"{path} is damaged ({damage}): it is kept as {aside.name} and a clean one is begun"))


def _free_name(path: Path, stamp: str) -> Path:
    aside = path.with_name(f"{path.name}.corrupt-{stamp}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.corrupt-{stamp}-{number}")
    return aside


def _unusable(path: Path, error: Exception) -> Notice:
    if _code(error) in _LOCKED:
        return Notice("locked", f"{path} is locked by another process: this run keeps its state in memory only")
    return Notice("unwritable", f"{path} cannot be used ({error}): this run keeps its state in memory only")
